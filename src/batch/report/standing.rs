//! The leaderboard: controllers over all blocks.

use std::collections::BTreeMap;

use super::{Place, Report, Row, Verdict};
use crate::batch::statistics::{Summary, mean};

/// The controllers, the best first.
pub fn leaderboard(report: &Report) -> Vec<Place> {
    let mut places: Vec<Place> = report.controllers.iter().map(|c| place(c, report)).collect();
    // Those of whom nothing is known come last, whichever way is better; before them those that left more unfinished than
    // others, of whom the measure says little.
    let order = |p: &Place| match p.ratio {
        None => (2, 0.0),
        Some(_) if p.behind > 0 => (1, p.unfinished_share),
        Some(ratio) => (0, if report.less_is_better { ratio } else { -ratio }),
    };
    places.sort_by(|a, b| order(a).0.cmp(&order(b).0).then(order(a).1.total_cmp(&order(b).1)));
    places
}

/// A controller over all blocks.
fn place(controller: &str, report: &Report) -> Place {
    let rows: Vec<(&Row, Option<&Row>)> = report
        .blocks
        .iter()
        .filter_map(|b| {
            let of = |name: &str| b.rows.iter().find(|r| r.controller == name);
            Some((of(controller)?, of(&report.baseline)))
        })
        .collect();
    // Logarithms of the shares by seed: blocks of one seed belong together, so that only seeds are independent.
    let mut by_seed: BTreeMap<u64, Vec<f64>> = BTreeMap::new();
    for (row, base) in &rows {
        let base: BTreeMap<u64, Option<f64>> = base.iter().flat_map(|b| b.seeds.iter().copied()).collect();
        for (seed, value) in &row.seeds {
            let of_base = base.get(seed).copied().flatten();
            if let (Some(value), Some(base)) = (value.filter(|v| *v > 0.0), of_base.filter(|b| *b > 0.0)) {
                by_seed.entry(*seed).or_default().push(libm::log(value / base));
            }
        }
    }
    let whole = by_seed.values().filter(|logs| logs.len() == report.blocks.len()).map(|logs| mean(logs));
    let logs: Vec<f64> = whole.collect();
    let summary = Summary::of(&logs);
    let spread = summary.filter(|s| s.deviation > 0.0).and_then(|s| s.t);
    let count = |v| rows.iter().filter(|(r, _)| r.difference.as_ref().is_some_and(|d| d.verdict == v)).count();
    // Not `sum`: of nothing it is -0.
    let sum = |of: fn(&Row) -> f64| rows.iter().fold(0.0, |sum, (r, _)| sum + of(r));
    Place {
        controller: controller.to_owned(),
        ratio: summary.map(|s| libm::exp(s.mean)),
        interval: spread.map(|(least, most)| (libm::exp(least), libm::exp(most))),
        seeds: logs.len(),
        better: count(Verdict::Better),
        worse: count(Verdict::Worse),
        not_comparable: count(Verdict::NotComparable),
        behind: rows.iter().filter(|(r, _)| r.behind).count(),
        unfinished_share: sum(|r| r.unfinished_share) / rows.len().max(1) as f64,
        gridlock_rate: sum(|r| r.gridlock_rate) / rows.len().max(1) as f64,
        defects: sum(|r| r.defects),
    }
}
