//! What the records of an experiment say: estimates by cell, paired differences, a leaderboard.

mod page;
mod svg;
#[cfg(test)]
mod tests;
mod words;

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

pub use page::html;
pub use words::markdown;

use super::columns::{Better, COLUMNS, Record};
use super::experiment::Experiment;
use super::statistics::{Paired, Summary, holm};

/// A difference is called significant below this p, after Holm.
pub const LEVEL: f64 = 0.05;

/// Measures shown beside the one that is compared.
const BESIDE: [&str; 8] = [
    "mean_duration_s",
    "mean_time_loss_s",
    "mean_waiting_s",
    "mean_stops",
    "throughput_veh_h",
    "storage_ratio",
    "p95_wait_s",
    "co2_kg",
];

/// A cell: what a controller came to in a block.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Row {
    /// The controller.
    pub controller: String,
    /// Each seed with its value of the measure; none where there was nothing to measure.
    pub seeds: Vec<(u64, Option<f64>)>,
    /// The measure in figures.
    pub mean: Option<f64>,
    /// 95 % interval of the mean (Student).
    pub interval: Option<(f64, f64)>,
    /// 95 % interval of the mean (BCa bootstrap), from 20 seeds on.
    pub bootstrap: Option<(f64, f64)>,
    /// Median.
    pub median: Option<f64>,
    /// The worst seed and its value.
    pub worst: Option<(u64, f64)>,
    /// Share of runs with a gridlock.
    pub gridlock_rate: f64,
    /// Vehicles never inserted, mean.
    pub uninserted: f64,
    /// Vehicles inserted that did not arrive, mean.
    pub unfinished: f64,
    /// Collisions, stop lines crossed on red and seconds of conflicting greens, all runs together: defects.
    pub defects: f64,
    /// Signals where another strategy ran.
    pub fallbacks: BTreeSet<String>,
    /// Means of other measures.
    pub beside: Vec<(&'static str, Option<f64>)>,
    /// How it differs from the baseline; none for the baseline itself.
    pub difference: Option<Difference>,
    /// The command of each run.
    pub commands: Vec<String>,
}

/// A paired difference to the baseline.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Difference {
    /// How many pairs.
    pub pairs: usize,
    /// Mean difference.
    pub mean: f64,
    /// In shares of the baseline's mean of these pairs.
    pub relative: Option<f64>,
    /// 95 % interval of the mean difference (Student).
    pub interval: Option<(f64, f64)>,
    /// 95 % interval of the mean difference (BCa bootstrap).
    pub bootstrap: Option<(f64, f64)>,
    /// Median difference.
    pub median: f64,
    /// p of the paired t test.
    pub p: Option<f64>,
    /// p after Holm, over all differences of the experiment.
    pub p_holm: Option<f64>,
    /// What it comes to.
    pub verdict: Verdict,
}

/// What a difference comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Significantly better than the baseline.
    Better,
    /// Significantly worse.
    Worse,
    /// Neither.
    NotSignificant,
    /// Nothing in the block is random: the difference is what it is, and there is nothing to test.
    Exact,
}

impl Verdict {
    /// In words.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Better => "better",
            Self::Worse => "worse",
            Self::NotSignificant => "not significant",
            Self::Exact => "exact",
        }
    }
}

/// Cells that differ in their controller only.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Block {
    /// The scenario.
    pub scenario: String,
    /// Factor on its demand.
    pub scale: f64,
    /// How vehicles drive.
    pub behaviour: String,
    /// Changed values.
    pub settings: String,
    /// Its cells, in the experiment's order of controllers.
    pub rows: Vec<Row>,
    /// Seeds of which departures or drivers are not the same for all controllers: their pairs mean nothing.
    pub unequal: Vec<u64>,
    /// Whether several seeds went through the same states under every controller: nothing in it is random, so that there
    /// are no intervals and no p.
    pub certain: bool,
}

impl Block {
    /// What it is.
    pub fn title(&self) -> String {
        self.name() + &format!(" ({})", self.behaviour)
    }

    /// The same without how vehicles drive.
    pub fn name(&self) -> String {
        let mut title = self.scenario.clone();
        if self.scale != 1.0 {
            title += &format!(" × {}", self.scale);
        }
        if !self.settings.is_empty() {
            title += &format!(", {}", self.settings);
        }
        title
    }
}

/// A controller over all blocks.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Place {
    /// The controller.
    pub controller: String,
    /// Geometric mean, over all blocks and seeds, of its value as a share of the baseline's; none if there is no seed that
    /// both have in every block, or a value is not above 0.
    pub ratio: Option<f64>,
    /// 95 % interval of it (Student, of the logarithms by seed); none if seeds do not differ.
    pub interval: Option<(f64, f64)>,
    /// How many seeds it is over.
    pub seeds: usize,
    /// Blocks in which it is significantly better.
    pub better: usize,
    /// Blocks in which it is significantly worse.
    pub worse: usize,
    /// Share of its runs with a gridlock.
    pub gridlock_rate: f64,
    /// Defects of its runs.
    pub defects: f64,
}

/// All of it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Report {
    /// Version of the form.
    pub schema: u32,
    /// What is compared.
    pub measure: String,
    /// What that is.
    pub what: &'static str,
    /// Whether less of it is better.
    pub less_is_better: bool,
    /// What others are compared with.
    pub baseline: String,
    /// How many runs there are, and how many the experiment has.
    pub runs: (usize, usize),
    /// Controllers, the best first.
    pub leaderboard: Vec<Place>,
    /// The blocks.
    pub blocks: Vec<Block>,
}

/// What tells blocks apart: scenario, settings, scale, behaviour.
type BlockKey<'a> = (&'a str, &'a str, u64, &'a str);

impl Report {
    /// Of an experiment and what there is of its records.
    pub fn new(experiment: &Experiment, records: &[&Record]) -> Self {
        let column = COLUMNS.iter().find(|c| c.name == experiment.measure);
        let (what, less) = column.map_or(("", true), |c| (c.what, c.better != Some(Better::More)));
        let mut grouped: BTreeMap<BlockKey<'_>, Vec<&Record>> = BTreeMap::new();
        for r in records {
            let scale = r.number("scale").unwrap_or(1.0);
            let key = (r.text("scenario"), r.text("settings"), scale.to_bits(), r.text("behaviour"));
            grouped.entry(key).or_default().push(r);
        }
        let mut blocks: Vec<Block> = grouped.into_iter().map(|(key, rs)| block(experiment, less, key, &rs)).collect();
        judge(&mut blocks, less);
        let wanted = super::cells(experiment).len() * experiment.seeds.0.len();
        let mut report = Self {
            schema: 1,
            measure: experiment.measure.clone(),
            what,
            less_is_better: less,
            baseline: experiment.baseline().to_owned(),
            runs: (records.len(), wanted),
            leaderboard: Vec::new(),
            blocks,
        };
        report.leaderboard = leaderboard(experiment, &report);
        report
    }
}

/// A block of records.
fn block(experiment: &Experiment, less: bool, key: BlockKey<'_>, records: &[&Record]) -> Block {
    let of = |controller: &str| -> Vec<&Record> {
        let mut found: Vec<&Record> = records.iter().copied().filter(|r| r.text("controller") == controller).collect();
        found.sort_by_key(|r| r.seed());
        found
    };
    let value = |r: &Record| r.number(&experiment.measure);
    let base: BTreeMap<u64, f64> =
        of(experiment.baseline()).into_iter().filter_map(|r| Some((r.seed(), value(r)?))).collect();
    let rows = experiment.controllers.iter().map(|controller| {
        let runs = of(controller);
        let seeds: Vec<(u64, Option<f64>)> = runs.iter().map(|r| (r.seed(), value(r))).collect();
        let values: Vec<f64> = seeds.iter().filter_map(|s| s.1).collect();
        let summary = Summary::of(&values);
        let n = runs.len().max(1) as f64;
        let sum = |name: &str| runs.iter().filter_map(|r| r.number(name)).sum::<f64>();
        let gone = runs.iter().filter(|r| r.number("gridlocks").is_some_and(|g| g > 0.0)).count();
        let pairs: Vec<(f64, f64)> = runs.iter().filter_map(|r| Some((value(r)?, *base.get(&r.seed())?))).collect();
        let worse = |a: &f64, b: &f64| if less { a.total_cmp(b) } else { b.total_cmp(a) };
        Row {
            controller: controller.clone(),
            mean: summary.map(|s| s.mean),
            interval: summary.and_then(|s| s.t),
            bootstrap: summary.and_then(|s| s.bca),
            median: summary.map(|s| s.median),
            worst: seeds.iter().filter_map(|&(s, v)| Some((s, v?))).max_by(|a, b| worse(&a.1, &b.1)),
            gridlock_rate: gone as f64 / n,
            uninserted: sum("waiting") / n,
            unfinished: sum("running") / n,
            defects: sum("collisions") + sum("red_running") + sum("conflicting_greens_s"),
            fallbacks: runs
                .iter()
                .flat_map(|r| r.text("fallbacks").split("; "))
                .filter(|text| !text.is_empty())
                .map(str::to_owned)
                .collect(),
            beside: BESIDE
                .iter()
                .filter(|n| **n != experiment.measure)
                .map(|&name| (name, average(&runs, name)))
                .collect(),
            difference: (controller != experiment.baseline()).then(|| difference(&pairs)).flatten(),
            commands: runs.iter().map(|r| r.text("command").to_owned()).collect(),
            seeds,
        }
    });
    let mut rows: Vec<Row> = rows.filter(|row| !row.seeds.is_empty()).collect();
    let mut hashes: BTreeMap<u64, BTreeSet<&str>> = BTreeMap::new();
    records.iter().for_each(|r| _ = hashes.entry(r.seed()).or_default().insert(r.text("departures_hash")));
    let mut states: BTreeMap<&str, (usize, BTreeSet<&str>)> = BTreeMap::new();
    for r in records {
        let (runs, states) = states.entry(r.text("controller")).or_default();
        *runs += 1;
        states.insert(r.text("state_hash"));
    }
    let certain = states.values().all(|(runs, states)| *runs > 1 && states.len() == 1);
    rows.iter_mut().filter(|_| certain).for_each(doubtless);
    Block {
        certain,
        scenario: key.0.to_owned(),
        scale: f64::from_bits(key.2),
        behaviour: key.3.to_owned(),
        settings: key.1.to_owned(),
        rows,
        unequal: hashes.into_iter().filter(|(_, h)| h.len() > 1).map(|(seed, _)| seed).collect(),
    }
}

/// Takes away what is said of chance.
fn doubtless(row: &mut Row) {
    (row.interval, row.bootstrap) = (None, None);
    if let Some(d) = row.difference.as_mut().filter(|d| d.mean != 0.0) {
        (d.interval, d.bootstrap, d.p, d.verdict) = (None, None, None, Verdict::Exact);
    }
}

/// Mean of a measure over runs that have it.
fn average(runs: &[&Record], name: &str) -> Option<f64> {
    let values: Vec<f64> = runs.iter().filter_map(|r| r.number(name)).collect();
    (!values.is_empty()).then(|| super::statistics::mean(&values))
}

/// The difference of pairs (controller, baseline), not yet judged.
fn difference(pairs: &[(f64, f64)]) -> Option<Difference> {
    let Paired { summary, p, .. } = Paired::of(pairs)?;
    let base = pairs.iter().map(|p| p.1).sum::<f64>() / pairs.len() as f64;
    Some(Difference {
        pairs: summary.n,
        mean: summary.mean,
        relative: (base != 0.0).then(|| summary.mean / base),
        interval: summary.t,
        bootstrap: summary.bca,
        median: summary.median,
        p,
        p_holm: None,
        verdict: Verdict::NotSignificant,
    })
}

/// Judges all differences together.
fn judge(blocks: &mut [Block], less: bool) {
    let all = blocks.iter_mut().flat_map(|b| &mut b.rows).filter_map(|row| row.difference.as_mut());
    let mut tested: Vec<&mut Difference> = all.filter(|d| d.p.is_some()).collect();
    let adjusted = holm(&tested.iter().filter_map(|d| d.p).collect::<Vec<_>>());
    for (d, p) in tested.iter_mut().zip(adjusted) {
        d.p_holm = Some(p);
        if p < LEVEL {
            d.verdict = if (d.mean < 0.0) == less { Verdict::Better } else { Verdict::Worse };
        }
    }
}

/// The controllers, the best first.
fn leaderboard(experiment: &Experiment, report: &Report) -> Vec<Place> {
    let mut places: Vec<Place> = experiment.controllers.iter().map(|c| place(c, report)).collect();
    // Those of whom nothing is known come last, whichever way is better.
    let order = |p: &Place| p.ratio.map_or(f64::INFINITY, |r| if report.less_is_better { r } else { -r });
    places.sort_by(|a, b| order(a).total_cmp(&order(b)));
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
    let whole =
        by_seed.values().filter(|logs| logs.len() == report.blocks.len()).map(|logs| super::statistics::mean(logs));
    let logs: Vec<f64> = whole.collect();
    let summary = Summary::of(&logs);
    let spread = summary.filter(|s| s.deviation > 0.0).and_then(|s| s.t);
    let count = |v| rows.iter().filter(|(r, _)| r.difference.as_ref().is_some_and(|d| d.verdict == v)).count();
    Place {
        controller: controller.to_owned(),
        ratio: summary.map(|s| libm::exp(s.mean)),
        interval: spread.map(|(least, most)| (libm::exp(least), libm::exp(most))),
        seeds: logs.len(),
        better: count(Verdict::Better),
        worse: count(Verdict::Worse),
        gridlock_rate: rows.iter().map(|(r, _)| r.gridlock_rate).sum::<f64>() / rows.len().max(1) as f64,
        defects: rows.iter().map(|(r, _)| r.defects).sum(),
    }
}
