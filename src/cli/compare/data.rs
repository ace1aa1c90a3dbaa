//! What both sides are reduced to, and the statistics over seeds.

use std::collections::BTreeMap;

use serde::Serialize;

/// One run of one side.
#[derive(Clone, Debug)]
pub struct Run {
    /// Its seed.
    pub seed: u64,
    /// Means over the arrived vehicles.
    pub measures: Measures,
    /// What happened on each edge, those inside junctions included.
    pub edges: BTreeMap<String, Place>,
    /// Our defects; SUMO does not count its own in this way.
    pub defects: Option<Defects>,
    /// Why it ended before everybody had arrived, if it did: such a run is named, and not compared.
    pub unfinished: Option<String>,
}

impl Run {
    /// Whether everybody arrived.
    pub fn is_finished(&self) -> bool {
        self.unfinished.is_none()
    }
}

/// What must not happen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
#[allow(missing_docs, reason = "the contract explains them")]
pub struct Defects {
    pub gridlocks: usize,
    pub collisions: u64,
    pub red_running: u64,
    /// s
    pub conflicting_greens: f64,
}

/// One edge in one run.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Place {
    /// Vehicles that drove on it: departed there or came in.
    pub vehicles: f64,
    /// Time lost there, all vehicles together, s.
    pub time_loss: f64,
    /// Time to drive over it, s; none if nobody moved.
    pub travel_time: Option<f64>,
    /// Wait to enter of those who departed there, all together, s.
    pub depart_delay: f64,
}

impl Place {
    /// Time lost per vehicle, s.
    pub fn delay(&self) -> Option<f64> {
        (self.vehicles > 0.0).then(|| self.time_loss / self.vehicles)
    }
}

/// The measures of the table, in its order: name, unit, decimals.
pub const MEASURES: [(&str, &str, usize); 7] = [
    ("arrived", "", 0),
    ("mean duration", "s", 2),
    ("p90 duration", "s", 1),
    ("mean waiting", "s", 2),
    ("mean time loss", "s", 2),
    ("mean depart delay", "s", 2),
    ("mean route length", "m", 1),
];

/// The measures of one run, in the order of [`MEASURES`]; none where nobody arrived.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Measures(pub [Option<f64>; 7]);

impl Measures {
    /// Of the trips of all arrived vehicles: duration, waiting, time loss, depart delay, route length.
    pub fn of(trips: &[[f64; 5]]) -> Self {
        let n = trips.len();
        let mean = |k: usize| (n > 0).then(|| trips.iter().map(|t| t[k]).sum::<f64>() / n as f64);
        let mut durations: Vec<f64> = trips.iter().map(|t| t[0]).collect();
        durations.sort_by(f64::total_cmp);
        // As the reference figures are formed: the element at 0.9·n.
        let p90 = durations.get((0.9 * n as f64) as usize).copied();
        Self([Some(n as f64), mean(0), p90, mean(1), mean(2), mean(3), mean(4)])
    }
}

/// Values over seeds.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Spread {
    /// The median.
    pub median: f64,
    /// The least.
    pub min: f64,
    /// The greatest.
    pub max: f64,
    /// How many values.
    pub runs: usize,
}

impl Spread {
    /// Of some values; `None` of none.
    pub fn of(values: impl Iterator<Item = f64>) -> Option<Self> {
        let mut all: Vec<f64> = values.collect();
        all.sort_by(f64::total_cmp);
        let n = all.len();
        let (min, max) = (*all.first()?, *all.last()?);
        let median = if n % 2 == 1 { all[n / 2] } else { 0.5 * (all[n / 2 - 1] + all[n / 2]) };
        Some(Self { median, min, max, runs: n })
    }

    /// Least and greatest value; one value spans no range.
    pub fn range(&self) -> Option<std::ops::RangeInclusive<f64>> {
        (self.runs > 1).then_some(self.min..=self.max)
    }
}

/// Both sides of something.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Pair {
    /// Over our seeds.
    pub ours: Option<Spread>,
    /// Over SUMO's.
    pub sumo: Option<Spread>,
}

impl Pair {
    /// Of the same value of all runs that finished.
    pub fn of(runs: &[Vec<Run>; 2], value: impl Fn(&Run) -> Option<f64>) -> Self {
        let finished = |side: usize| runs[side].iter().filter(|r| r.is_finished());
        let [ours, sumo] = [0, 1].map(|side| Spread::of(finished(side).filter_map(&value)));
        Self { ours, sumo }
    }

    /// How far our median is from SUMO's, %.
    pub fn deviation(&self) -> Option<f64> {
        let (a, b) = (self.ours?.median, self.sumo?.median);
        if a == b { Some(0.0) } else { (b != 0.0).then(|| 100.0 * (a / b - 1.0)) }
    }

    /// Whether our median lies outside of SUMO's own range over the seeds, if there is one.
    pub fn is_outside(&self) -> bool {
        let range = self.sumo.and_then(|b| b.range());
        self.ours.zip(range).is_some_and(|(a, range)| !range.contains(&a.median))
    }

    /// Our median less SUMO's; nothing counts as 0.
    pub fn difference(&self) -> f64 {
        self.ours.map_or(0.0, |s| s.median) - self.sumo.map_or(0.0, |s| s.median)
    }
}

/// An edge over all runs.
#[derive(Clone, Debug, Serialize)]
pub struct EdgeRow {
    /// The edge.
    pub edge: String,
    /// The signal it leads to.
    pub signal: Option<String>,
    /// Vehicles.
    pub vehicles: Pair,
    /// Time lost per vehicle, s.
    pub time_loss_s: Pair,
    /// Time to drive over it, s.
    pub travel_time_s: Pair,
    /// Time lost, all vehicles together, s.
    pub total_time_loss_s: Pair,
    /// Wait to enter there, all vehicles together, s.
    pub total_depart_delay_s: Pair,
}

impl EdgeRow {
    /// Vehicle-seconds by which both differ: time lost, and waits to enter.
    pub fn difference(&self) -> f64 {
        self.total_time_loss_s.difference() + self.total_depart_delay_s.difference()
    }

    /// Wait to enter there, per vehicle on the edge, s: ours and SUMO's.
    pub fn depart_delay(&self) -> [Option<f64>; 2] {
        let mean = |sum: Option<Spread>, n: Option<Spread>| Some(sum?.median / n.filter(|n| n.median > 0.0)?.median);
        let (sum, n) = (&self.total_depart_delay_s, &self.vehicles);
        [mean(sum.ours, n.ours), mean(sum.sumo, n.sumo)]
    }

    /// Vehicles on the side with more of them.
    pub fn most_vehicles(&self) -> f64 {
        [self.vehicles.ours, self.vehicles.sumo].iter().flatten().map(|s| s.median).fold(0.0, f64::max)
    }
}

/// All edges that anybody used in a run that finished, most vehicle-seconds of difference first. `signals`: the signal
/// that each edge leads to.
pub fn edges(runs: &[Vec<Run>; 2], signals: &BTreeMap<String, String>) -> Vec<EdgeRow> {
    let finished = runs.iter().flatten().filter(|r| r.is_finished());
    let mut names: Vec<&String> = finished.flat_map(|r| r.edges.keys()).collect();
    names.sort_unstable();
    names.dedup();
    let mut rows: Vec<EdgeRow> = names
        .into_iter()
        .map(|edge| {
            // Nobody there is nobody; a mean of nobody is none.
            let sum = |f: &dyn Fn(&Place) -> f64| Pair::of(runs, |r| Some(r.edges.get(edge).map_or(0.0, f)));
            let mean = |f: &dyn Fn(&Place) -> Option<f64>| Pair::of(runs, |r| r.edges.get(edge).and_then(f));
            EdgeRow {
                edge: edge.clone(),
                signal: signals.get(edge).cloned(),
                vehicles: sum(&|p| p.vehicles),
                time_loss_s: mean(&Place::delay),
                travel_time_s: mean(&|p| p.travel_time),
                total_time_loss_s: sum(&|p| p.time_loss),
                total_depart_delay_s: sum(&|p| p.depart_delay),
            }
        })
        .collect();
    rows.sort_by(|a, b| b.difference().abs().total_cmp(&a.difference().abs()).then_with(|| a.edge.cmp(&b.edge)));
    rows
}
