//! What the records of an experiment say: estimates by cell, paired differences, a leaderboard.

mod beside;
mod blocks;
mod comparable;
mod figures;
mod page;
mod pictures;
mod standing;
mod svg;
#[cfg(test)]
mod tests;
mod words;

use std::collections::BTreeSet;

use serde::Serialize;

pub use beside::{Beside, Figure, Line, Table};
pub use figures::counted;
pub use page::html;
pub use words::markdown;

use super::columns::{Better, COLUMNS, Record};
use super::experiment::Experiment;

/// A difference is called significant below this p, after Holm.
pub const LEVEL: f64 = 0.05;

/// Of the departures: where the shares that have not finished differ by more, measures that do not count everybody cannot be
/// compared. A hundredth of the vehicles can move a mean by some hundredths if they are the slowest, which is what a
/// comparison is about.
pub const UNFINISHED: f64 = 0.01;

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
    /// Both together as a share of the departures.
    pub unfinished_share: f64,
    /// Whether it left more unfinished than another controller, of whom the measure therefore says more.
    pub behind: bool,
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
    /// p after Holm, over all differences of the experiment that are tested.
    pub p_holm: Option<f64>,
    /// Whether both controllers went through the same states in every run: there is nothing to test.
    pub same: bool,
    /// Shares of the departures that had not finished, all pairs together: its own, the baseline's.
    pub unfinished: (f64, f64),
    /// How far these shares differ seed by seed, mean; 1 for a seed of which only one has a value.
    pub apart: f64,
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
    /// A single pair: there is nothing to test it by.
    Untested,
    /// Not as many have finished as under the baseline, and the measure does not count everybody or was taken at other times.
    NotComparable,
}

impl Verdict {
    /// In words.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Better => "better",
            Self::Worse => "worse",
            Self::NotSignificant => "not significant",
            Self::Exact => "exact",
            Self::Untested => "not tested: one seed",
            Self::NotComparable => "not comparable",
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
    /// What told controllers of vehicles.
    pub sensors: String,
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
    /// What it is: scenario, demand, changed values, how vehicles drive, and what told controllers of them if not loops.
    pub fn title(&self) -> String {
        let mut title = self.scenario.clone();
        if self.scale != 1.0 {
            title += &format!(" × {}", self.scale);
        }
        if !self.settings.is_empty() {
            title += &format!(", {}", self.settings);
        }
        let sensors = match self.sensors.as_str() {
            "" | "loops" => String::new(),
            more => format!(", {more}"),
        };
        title + &format!(" ({}{sensors})", self.behaviour)
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
    /// Blocks in which it cannot be compared with the baseline.
    pub not_comparable: usize,
    /// Blocks in which it left more vehicles unfinished than another controller, and the measure hangs on that:
    /// it comes after those that did not.
    pub behind: usize,
    /// Share of its runs with a gridlock.
    pub gridlock_rate: f64,
    /// Share of the departures that had not finished, mean over blocks.
    pub unfinished_share: f64,
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
    /// All controllers, in the experiment's order.
    pub controllers: Vec<String>,
    /// How many runs there are, and how many the experiment has.
    pub runs: (usize, usize),
    /// Of those without a value of the measure: in how many nobody that counts departed, and in how many others.
    pub without: (usize, usize),
    /// How many seeds of blocks have runs of several controllers: what pairs are made of.
    pub paired: usize,
    /// Where commands find their files.
    pub folder: &'static str,
    /// The program that made the runs; empty if nobody says it.
    pub program: String,
    /// What else has to be said of it.
    pub notes: Vec<String>,
    /// Controllers, the best first.
    pub leaderboard: Vec<Place>,
    /// The blocks.
    pub blocks: Vec<Block>,
    /// What others have published, of a suite that they have figures of.
    #[serde(rename = "published", skip_serializing_if = "Option::is_none")]
    pub beside: Option<Beside>,
}

/// Where commands of an experiment find their files.
const FOLDER: &str = "the folder of the experiment's file";

impl Report {
    /// Of an experiment whose scenarios have these names in its records, and what there is of them.
    pub fn new(experiment: &Experiment, names: &[&str], records: &[&Record]) -> Self {
        let column = COLUMNS.iter().find(|c| c.name == experiment.measure);
        let (what, less) = column.map_or(("", true), |c| (c.what, c.better != Some(Better::More)));
        let (blocks, paired) = blocks::blocks(experiment, names, records);
        let wanted = super::cells(experiment).len() * experiment.seeds.0.len();
        let none = records.iter().filter(|r| r.number(&experiment.measure).is_none());
        let (empty, ended): (Vec<&&Record>, Vec<&&Record>) = none.partition(|r| is_empty(r));
        let mut report = Self {
            schema: 1,
            measure: experiment.measure.clone(),
            what,
            less_is_better: less,
            baseline: experiment.baseline().to_owned(),
            controllers: experiment.controllers.clone(),
            runs: (records.len(), wanted),
            without: (empty.len(), ended.len()),
            paired,
            folder: FOLDER,
            program: String::new(),
            notes: Vec::new(),
            leaderboard: Vec::new(),
            blocks,
            beside: None,
        };
        report.leaderboard = standing::leaderboard(&report);
        report
    }
}

/// Whether a run has nobody that counts.
fn is_empty(record: &Record) -> bool {
    record.number("loaded") == Some(0.0) || record.number("measured") == Some(0.0)
}
