//! Fixed programs for the signals of a street plan: stages from turn flows, Webster's cycle and splits, intergreens from
//! geometry, offsets for platoons.
//!
//! Terms
//! - **axis**: two approaches that face each other, or one that faces nobody.
//! - **lane group**: lanes of an approach that share turns, directly or through others between them (HCM).
//! - **equivalent flow**: a flow in vehicles that go straight on: a turning vehicle takes as much of the green as so many
//!   of those.
//! - **flow ratio**: equivalent flow of a lane over its saturation flow: the share of the time that it needs green.
//! - **protected** left turns have a stage of their own, **permissive** ones give way to oncoming traffic.
//!
//! Stages go axis by axis: first what goes straight and right, and left turns that are permissive, then protected left
//! turns. A left turn is protected if it has lanes of its own and
//! - more than 240 veh/h turn, or
//! - left turns × oncoming vehicles per hour are more than 50,000 (one oncoming lane), 90,000 (two), 110,000 (more):
//!
//! the guideline of the Highway Capacity Manual 2000 (appendix A to chapter 10). Left turns of the other side are then
//! protected too, if they have lanes of their own. If a left turn should be protected but shares its lane, each
//! approach of the axis has a stage of its own.

mod lanes;
mod offsets;
mod times;

use std::collections::BTreeMap;
use std::f64::consts::{FRAC_PI_4, PI};

pub use self::offsets::{one_way, two_way};

use self::lanes::{Approach, letter};
use crate::network::Direction;
use crate::network::compose::{CriticalStage, Crossing, SignalPlan, WebsterError, optimal_cycle, webster};

/// Turn flows by the turns' names (`street:letter`), veh/h.
pub type TurnFlows = BTreeMap<String, f64>;

/// What programs are made by.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Standards {
    /// Saturation flow of a lane that goes straight on, without trucks, veh/h (HCM: 1,900).
    pub saturation: f64,
    /// Share of trucks and buses, 0–1; each takes as much green as two cars (HCM).
    pub heavy: f64,
    /// Least green of stages with traffic straight on, s.
    pub min_green: f64,
    /// Least green of other stages, s.
    pub min_green_left: f64,
    /// Cycles there may be, s.
    pub cycles: [f64; 2],
}

impl Default for Standards {
    fn default() -> Self {
        Self { saturation: 1900.0, heavy: 0.03, min_green: 8.0, min_green_left: 5.0, cycles: [40.0, 120.0] }
    }
}

/// Left turns beyond this are protected, veh/h.
const MANY_LEFT: f64 = 240.0;
/// Left turns × oncoming traffic beyond this are protected, for one, two and more oncoming lanes, (veh/h)².
const MANY_MEETINGS: [f64; 3] = [50_000.0, 90_000.0, 110_000.0];
/// More is oversaturated: greens are then as demand asks for them in proportion.
const MOST_RATIO: f64 = 0.9;
/// Cycles are multiples of this, s.
const CYCLE_STEP: f64 = 5.0;

/// A signal's program without cycle and offset.
#[derive(Clone, Debug, PartialEq)]
pub struct Draft {
    /// Its node.
    pub node: String,
    /// Its stages.
    pub stages: Vec<CriticalStage>,
    /// Yellow, s.
    pub yellow: f64,
    /// All-red, s.
    pub all_red: f64,
    /// Who gives way to whom: see [`SignalPlan::permissive`].
    pub permissive: Vec<(String, String)>,
    cycles: [f64; 2],
}

/// Drafts the program of a crossing for turn flows; turns without a flow have none. The axis of the street `first` comes
/// first, so that offsets count from its green; none: the axis with the most traffic.
pub fn draft(crossing: &Crossing, flows: &TurnFlows, first: Option<&str>, standards: &Standards) -> Draft {
    let approaches = lanes::approaches(crossing, flows);
    let mut axes = axes(&approaches);
    let traffic = |axis: &Vec<&Approach>| -> f64 { axis.iter().map(|a| a.total()).sum() };
    let leads = |axis: &Vec<&Approach>| first.is_some_and(|f| axis.iter().any(|a| same_street(&a.street, f)));
    axes.sort_by(|a, b| leads(b).cmp(&leads(a)).then(traffic(b).total_cmp(&traffic(a))));
    let stages: Vec<CriticalStage> = axes.iter().flat_map(|axis| stages(axis, standards)).collect();
    let yellow = times::yellow(crossing);
    let all_red = times::all_red(crossing, &stages, yellow);
    let (node, permissive) = (crossing.id.clone(), crossing.permissive());
    Draft { node, stages, yellow, all_red, permissive, cycles: standards.cycles }
}

/// Whether two names are of one street, whichever way.
fn same_street(a: &str, b: &str) -> bool {
    a.trim_start_matches('-') == b.trim_start_matches('-')
}

/// The axes of a crossing.
fn axes(approaches: &[Approach]) -> Vec<Vec<&Approach>> {
    let mut axes: Vec<Vec<&Approach>> = Vec::new();
    for approach in approaches {
        let faces = |other: &Approach| ((approach.arm - other.arm).abs() - PI).abs() < FRAC_PI_4;
        match axes.iter_mut().find(|axis| axis.len() == 1 && faces(axis[0])) {
            Some(axis) => axis.push(approach),
            None => axes.push(vec![approach]),
        }
    }
    axes
}

/// The stages of an axis.
fn stages(axis: &[&Approach], standards: &Standards) -> Vec<CriticalStage> {
    let &[a, b] = axis else {
        return axis.iter().map(|a| stage(&[(a, "rsl")], 0.0, standards)).collect();
    };
    let wants = [(a, b), (b, a)].map(|(x, y)| should_be_protected(x, y));
    let own = [a, b].map(Approach::has_left_lane);
    if (0..2).any(|i| wants[i] && !own[i]) {
        return vec![stage(&[(a, "rsl")], 0.0, standards), stage(&[(b, "rsl")], 0.0, standards)];
    }
    let protects = wants.contains(&true);
    let protected = own.map(|own| own && protects);
    let open = |i: usize| if protected[i] { "rs" } else { "rsl" };
    let mut out = vec![both([(a, open(0)), (b, open(1))], standards)];
    if protected == [true, true] {
        out.push(stage(&[(a, "l"), (b, "l")], 0.0, standards));
    } else if let Some(i) = protected.iter().position(|&p| p) {
        let (x, y) = if i == 0 { (a, b) } else { (b, a) };
        // With nobody turning left on the other side the whole approach may go on. Else that left turn would see yellow
        // and believe that the oncoming traffic sees it too.
        let mut left = stage(&[(x, "l")], 0.0, standards);
        if !y.has(Direction::Left) {
            left.go = vec![x.street.clone()];
        }
        out.push(left);
    }
    out
}

/// Whether a left turn should have a stage of its own.
fn should_be_protected(a: &Approach, oncoming: &Approach) -> bool {
    let (left, against) =
        (a.flow(Direction::Left), oncoming.flow(Direction::Straight) + oncoming.flow(Direction::Right));
    let lanes = oncoming.lanes_of(Direction::Straight).clamp(1, 3);
    left > MANY_LEFT || left * against > MANY_MEETINGS[lanes - 1]
}

/// A stage of two approaches that face each other: left turns of each that are open give way to the other.
fn both(open: [(&Approach, &str); 2], standards: &Standards) -> CriticalStage {
    let against = |a: &Approach| a.flow(Direction::Straight) + a.flow(Direction::Right);
    let [x, y] = [(0, 1), (1, 0)].map(|(me, other)| stage(&[open[me]], against(open[other].0), standards));
    CriticalStage {
        go: [x.go, y.go].concat(),
        flow: x.flow.max(y.flow),
        saturation: x.saturation,
        min_green: x.min_green.max(y.min_green),
    }
}

/// A stage in which some turns of approaches are open, and left turns give way to `oncoming` veh/h; its flow is that of
/// the lane that needs green most.
fn stage(open: &[(&Approach, &str)], oncoming: f64, standards: &Standards) -> CriticalStage {
    let flow = open.iter().map(|(a, letters)| a.critical(letters, oncoming)).fold(1.0, f64::max);
    let straight = open.iter().any(|(a, letters)| letters.contains('s') && a.has(Direction::Straight));
    CriticalStage {
        go: open.iter().filter_map(|(a, letters)| a.go(letters)).collect(),
        flow,
        saturation: standards.saturation / (1.0 + standards.heavy),
        min_green: if straight { standards.min_green } else { standards.min_green_left },
    }
}

impl Draft {
    /// Sum of the stages' flow ratios: more than 0.9 cannot be served.
    pub fn ratio_sum(&self) -> f64 {
        self.stages.iter().map(|s| s.flow / s.saturation).sum()
    }

    /// Time in which nobody is green in a cycle, s.
    pub fn lost(&self) -> f64 {
        (self.yellow + self.all_red) * self.stages.len() as f64
    }

    /// Webster's cycle, a multiple of 5 s within the standards' bounds, or longer if the least greens need it, s.
    pub fn cycle(&self) -> f64 {
        let [least, most] = self.cycles;
        let needed = self.lost() + self.stages.iter().map(|s| s.min_green).sum::<f64>();
        let best = optimal_cycle(self.lost(), self.ratio_sum().min(MOST_RATIO)).clamp(least, most);
        let whole = libm::round(best / CYCLE_STEP) * CYCLE_STEP;
        whole.max(libm::ceil(needed / CYCLE_STEP) * CYCLE_STEP)
    }

    /// The program with a cycle and an offset, s; [`Self::cycle`] or more always fits. Where demand is more than can be
    /// served, greens are in proportion to it.
    ///
    /// # Errors
    /// If the least greens do not fit the cycle.
    pub fn plan(&self, cycle: f64, offset: f64) -> Result<SignalPlan, WebsterError> {
        let excess = (self.ratio_sum() / (MOST_RATIO - 1e-9)).max(1.0);
        let stages: Vec<CriticalStage> =
            self.stages.iter().map(|s| CriticalStage { flow: s.flow / excess, ..s.clone() }).collect();
        let plan = webster(&self.node, offset, &stages, (self.yellow, self.all_red), Some(cycle))?;
        Ok(SignalPlan { permissive: Some(self.permissive.clone()), ..plan })
    }
}

/// The shortest cycle that suits all of a group of signals that are to run together, s: the longest of theirs.
pub fn common_cycle<'a>(drafts: impl IntoIterator<Item = &'a Draft>) -> f64 {
    drafts.into_iter().map(Draft::cycle).fold(0.0, f64::max)
}

#[cfg(test)]
mod tests;
