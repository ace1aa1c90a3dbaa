//! `--until-ci`: seeds are added until means are known as precisely as is wanted.

use crate::batch::report::Report;

/// Of fewer seeds an interval is narrow by luck.
const LEAST_SEEDS: usize = 5;

/// The cells of which half the interval of the mean is more than this share of it.
pub fn wide(report: &Report, share: f64) -> Vec<String> {
    let mut names = Vec::new();
    for block in report.blocks.iter().filter(|b| !b.certain) {
        for row in &block.rows {
            let Some(mean) = row.mean else { continue };
            let half = row.interval.map(|(least, most)| (most - least) / 2.0);
            if half.is_none_or(|half| half > share * mean.abs()) {
                names.push(format!("{}: {}", block.title(), row.controller));
            }
        }
    }
    names
}

/// Says which means are not as precise as was wanted; nothing if all are.
pub fn imprecise(wide: &[String], share: f64, seeds: usize) -> Option<String> {
    let first = wide.first()?;
    let more = if wide.len() > 1 { format!(" and {} more cells", wide.len() - 1) } else { String::new() };
    let percent = 100.0 * share;
    Some(format!(
        "after {seeds} seeds the interval is still wider than {percent} % of the mean in {first}{more}; --most-seeds N allows more"
    ))
}

/// Further seeds, if some cell's mean is not known well enough yet (`wide`) and there may be more.
pub fn more_seeds(seeds: &[u64], wide: bool, most: usize) -> Vec<u64> {
    if seeds.len() >= most || seeds.len() >= LEAST_SEEDS && !wide {
        return Vec::new();
    }
    // A tenth more at a time: looking after each seed would stop at a lucky moment more often.
    let last = seeds.iter().copied().max().unwrap_or(0);
    let more = (seeds.len() / 10 + 1).min(most - seeds.len()) as u64;
    (1..=more.min(u64::MAX - last)).map(|i| last + i).collect()
}
