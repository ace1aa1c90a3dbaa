//! What the page draws: differences, every seed, the measure over the demand, the network over time.

use std::collections::BTreeMap;

use super::page::{ByCell, CellKey};
use super::svg::{Line, Strip, lines, strips};
use super::{Block, Report, Row, Verdict};
use crate::batch::statistics::{Summary, mean};

/// All differences over one axis, in per cent.
pub(super) fn forest(report: &Report) -> String {
    let row = |block: &Block, row: &Row| {
        let d = row.difference.as_ref()?;
        let base = d.mean / d.relative.filter(|r| *r != 0.0).unwrap_or(f64::NAN);
        let share = |x: f64| if base.is_nan() { 0.0 } else { 100.0 * x / base };
        Some(Strip {
            group: block.title(),
            label: row.controller.clone(),
            dots: Vec::new(),
            mean: Some((share(d.mean), d.interval.map(|(a, b)| (share(a), share(b))))),
            class: class(d.verdict),
        })
    };
    let rows: Vec<Strip> = report.blocks.iter().flat_map(|b| b.rows.iter().filter_map(move |r| row(b, r))).collect();
    if rows.is_empty() {
        return String::new();
    }
    let title = format!("Difference to {}: mean and 95 % interval (Student)", report.baseline);
    strips(&title, "% of the baseline's mean", &rows, Some(0.0))
        + "<p class=\"soft\">Squares are means, lines 95 % intervals: <span class=\"better\">better</span>, \
           <span class=\"worse\">worse</span> after Holm; in the colour of this page's text: not significant, exact or not \
           tested; <span class=\"warn\">not comparable</span>.</p>\n"
}

/// The class of a verdict.
fn class(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Better => "better",
        Verdict::Worse => "worse",
        Verdict::NotComparable => "warn",
        Verdict::NotSignificant | Verdict::Exact | Verdict::Untested => "open",
    }
}

/// Every seed of a block.
pub(super) fn spread(report: &Report, block: &Block) -> String {
    let dots = block.rows.iter().map(|row| Strip {
        group: String::new(),
        label: row.controller.clone(),
        dots: row.seeds.iter().filter_map(|s| s.1).collect(),
        mean: row.mean.map(|m| (m, row.interval)),
        class: row.difference.as_ref().map_or("", |d| class(d.verdict)),
    });
    strips("Every seed, mean and 95 % interval", &report.measure, &dots.collect::<Vec<_>>(), None)
}

/// How a controller's line looks: the same in all pictures.
fn style(report: &Report, controller: &str) -> usize {
    report.controllers.iter().position(|c| c == controller).unwrap_or_default()
}

/// The measure over the demand, where there are several.
pub(super) fn demand(report: &Report) -> String {
    // In the order of the blocks.
    let mut groups: Vec<(String, Vec<&Block>)> = Vec::new();
    for block in &report.blocks {
        let title = Block { scale: 1.0, rows: Vec::new(), unequal: Vec::new(), ..block.clone() }.title();
        match groups.iter_mut().find(|g| g.0 == title) {
            Some(group) => group.1.push(block),
            None => groups.push((title, vec![block])),
        }
    }
    let mut text = String::new();
    for (title, blocks) in groups.into_iter().filter(|g| g.1.len() > 1) {
        let line = |controller: &String| {
            let point = |b: &&Block| {
                let row = b.rows.iter().find(|r| r.controller == *controller)?;
                let (mean, within) = (row.mean?, row.interval);
                Some((b.scale, within.map_or(mean, |w| w.0), mean, within.map_or(mean, |w| w.1)))
            };
            let mut points: Vec<_> = blocks.iter().filter_map(point).collect();
            points.sort_by(|a, b| a.0.total_cmp(&b.0));
            Line { name: controller.clone(), style: style(report, controller), points }
        };
        let all: Vec<Line> = report.controllers.iter().map(line).collect();
        let title = format!("{title}: {} over demand, 95 % intervals of the mean", report.measure);
        text += &lines(&title, ["factor on the demand", &report.measure], &all);
    }
    text
}

/// Vehicles on the network over time: mean over seeds and 95 % interval of it.
pub(super) fn over_time(report: &Report, block: &Block, series: &ByCell<'_>) -> String {
    let of = |row: &Row| {
        let mut at: BTreeMap<u64, Vec<f64>> = BTreeMap::new();
        let Block { scenario, settings, behaviour, sensors, .. } = block;
        let cell: CellKey<'_> = (scenario, settings, block.scale.to_bits(), behaviour, sensors, &row.controller);
        let mine = series.get(&cell).into_iter().flatten();
        mine.flat_map(|s| *s).for_each(|s| at.entry(s[0].to_bits()).or_default().push(s[1] + s[2]));
        let points = at.iter().map(|(time, values)| {
            let middle = mean(values);
            let (least, most) = Summary::of(values).and_then(|s| s.t).unwrap_or((middle, middle));
            // There are no fewer vehicles than none, whatever Student says.
            (f64::from_bits(*time), least.max(0.0), middle, most)
        });
        Line { name: row.controller.clone(), style: style(report, &row.controller), points: points.collect() }
    };
    let all: Vec<Line> = block.rows.iter().map(of).filter(|l| l.points.len() > 1).collect();
    if all.is_empty() {
        return String::new();
    }
    lines(
        "Vehicles on the network or waiting to enter, mean of the runs that have not ended",
        ["time since the scenario's begin, s", "vehicles"],
        &all,
    )
}
