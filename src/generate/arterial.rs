//! A main street with coordinated signals, side streets at each.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::corridor::Corridor;
use super::signals::{self, Draft, Standards};
use super::ways::Turns;
use super::{Dice, GenerateError, Generated, within};
use crate::network::compose::{Node, NodeKind, Street, StreetEnd, StreetPlan, Survey};

/// Where most drive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Peak {
    /// To the east; greens follow each other eastward.
    East,
    /// To the west.
    West,
    /// Both ways alike; greens suit both as far as they can.
    Both,
}

/// What an arterial is made of.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Arterial {
    /// Signals, 1 to 100.
    #[schemars(range(min = 1, max = 100), extend("unit" = "number"))]
    pub signals: usize,
    /// Least and greatest distance of neighbours, m, 150 to 2,000.
    #[schemars(inner(range(min = 150.0, max = 2000.0)), extend("unit" = "m"))]
    pub spacing: [f64; 2],
    /// Lanes of the main street each way, 1 to 3.
    #[schemars(range(min = 1, max = 3), extend("unit" = "lanes"))]
    pub lanes: u8,
    /// Whether left turns from the main street have bays.
    pub bays: bool,
    /// Share of signals with side streets on both sides, 0–1; the others have one.
    #[schemars(range(min = 0.0, max = 1.0), extend("unit" = "share"))]
    pub crossings: f64,
    /// Speed limit, km/h, 30 to 70.
    #[schemars(range(min = 30.0, max = 70.0), extend("unit" = "km/h"))]
    pub speed: f64,
    /// Where most drive.
    pub peak: Peak,
    /// Traffic as a factor of the usual, 0.1 to 2. 1: 500 veh/h and lane enter the main street in the direction of the
    /// peak, 320 against it, 100 to 220 a side street.
    #[schemars(range(min = 0.1, max = 2.0), extend("unit" = "factor"))]
    pub demand: f64,
    /// Seed: the same makes the same.
    #[schemars(range(min = 0, max = 18_446_744_073_709_551_615_u64), extend("unit" = "number"))]
    pub seed: u64,
}

impl Default for Arterial {
    fn default() -> Self {
        Self {
            signals: 8,
            spacing: [220.0, 420.0],
            lanes: 2,
            bays: true,
            crossings: 0.8,
            speed: 50.0,
            peak: Peak::East,
            demand: 1.0,
            seed: 1,
        }
    }
}

/// Platoons drive at this share of the limit.
pub(super) const CRUISE: f64 = 0.9;
/// Traffic that enters the main street with the peak and against it, veh/h and lane.
const MAIN: [f64; 2] = [500.0, 320.0];
/// Traffic that enters a side street, from and to, veh/h.
const SIDE: [f64; 2] = [100.0, 220.0];
/// Median with room for a bay, m.
pub(super) const MEDIAN: f64 = 3.2;
/// Length of a bay, m.
const BAY: f64 = 60.0;
/// Length of side streets, from and to, m.
const SIDE_LENGTH: [f64; 2] = [200.0, 280.0];
/// How far the main street strays from its line, m.
const STRAY: f64 = 12.0;

/// Makes an arterial.
///
/// # Errors
/// If a parameter is out of its range.
pub fn generate(p: &Arterial) -> Result<Generated, GenerateError> {
    within("signals", p.signals, 1..=100)?;
    within("spacing", p.spacing[0], 150.0..=2000.0)?;
    within("spacing", p.spacing[1], p.spacing[0]..=2000.0)?;
    within("lanes", p.lanes, 1..=3)?;
    within("crossings", p.crossings, 0.0..=1.0)?;
    within("speed", p.speed, 30.0..=70.0)?;
    within("demand", p.demand, 0.1..=2.0)?;
    let dice = Dice { seed: p.seed };
    let (mut plan, sides, at) = streets(p, dice);
    let [with, against] = MAIN.map(|rate| rate * p.demand * f64::from(p.lanes));
    let even = (with + against) / 2.0;
    let main = match p.peak {
        Peak::East => [with, against],
        Peak::West => [against, with],
        Peak::Both => [even, even],
    };
    let side = |i: usize| [0, 1].map(|k| dice.between("side flow", 2 * i + k, SIDE[0], SIDE[1]) * p.demand);
    let flows = Corridor { main, side: (0..sides.len()).map(side).collect(), sides }.flows();
    let survey = Survey::new(&plan)?;
    let counts = Turns::new(&survey).count(&flows);
    let drafts: Vec<Draft> = (1..=p.signals)
        .filter_map(|i| Some((i, survey.crossing(&format!("a{i}"))?)))
        .map(|(i, c)| signals::draft(c, &counts, Some(&format!("m{i}")), &Standards::default()))
        .collect();
    let cycle = signals::common_cycle(&drafts);
    let speed = p.speed / 3.6 * CRUISE;
    let offsets = match p.peak {
        Peak::East => signals::one_way(&at, speed, cycle),
        // From the east: later signals lie at smaller x.
        Peak::West => signals::one_way(&at.iter().map(|x| -x).collect::<Vec<_>>(), speed, cycle),
        Peak::Both => signals::two_way(&at, speed, cycle),
    };
    for (draft, offset) in drafts.iter().zip(offsets) {
        plan.signals.push(draft.plan(cycle, offset).map_err(|e| super::no_program(&draft.node, &e))?);
    }
    Ok(Generated { plan, flows })
}

/// The streets, for each signal which side streets there are, and where it lies on the main street.
fn streets(p: &Arterial, dice: Dice) -> (StreetPlan, Vec<[bool; 2]>, Vec<f64>) {
    let mut plan = StreetPlan::default();
    let gap = |i: usize| libm::round(dice.between("spacing", i, p.spacing[0], p.spacing[1]));
    let y = |i: usize| libm::round(dice.between("stray", i, -STRAY, STRAY));
    let mut at = vec![0.0];
    for i in 1..p.signals {
        at.push(at[i - 1] + gap(i));
    }
    let sides: Vec<[bool; 2]> = (0..p.signals)
        .map(|i| match dice.unit("crossing", i) < p.crossings {
            true => [true, true],
            false => [i % 2 == 0, i % 2 == 1],
        })
        .collect();
    plan.nodes.push(Node::new("w", -gap(0), 0.0, NodeKind::DeadEnd));
    for (i, &x) in at.iter().enumerate() {
        let k = i + 1;
        plan.nodes.push(Node::new(&format!("a{k}"), x, y(i), NodeKind::Signal));
        for (side, name, sign) in [(0, 'n', 1.0), (1, 's', -1.0)].into_iter().filter(|s| sides[i][s.0]) {
            let length = libm::round(dice.between("side length", 2 * i + side, SIDE_LENGTH[0], SIDE_LENGTH[1]));
            let (street, end) = (format!("{name}{k}"), format!("{name}{k}_end"));
            plan.nodes.push(Node::new(&end, x, y(i) + sign * length, NodeKind::DeadEnd));
            plan.streets.push(Street::new(&street, &end, &format!("a{k}"), 1, p.speed.min(50.0)));
        }
    }
    let last = at[at.len() - 1];
    plan.nodes.push(Node::new("e", last + gap(p.signals), 0.0, NodeKind::DeadEnd));
    for i in 0..=p.signals {
        let from = if i == 0 { "w".into() } else { format!("a{i}") };
        let to = if i == p.signals { "e".into() } else { format!("a{}", i + 1) };
        // A bay only where there is a left turn: eastward into the north.
        let bay = |there: bool| StreetEnd { bay: (p.bays && there).then_some(BAY), turns: Vec::new() };
        plan.streets.push(Street {
            rank: 2,
            median: if p.bays { MEDIAN } else { 0.0 },
            end: bay(sides.get(i).is_some_and(|s| s[0])),
            end_back: bay(i > 0 && sides[i - 1][1]),
            ..Street::new(&format!("m{i}"), &from, &to, p.lanes, p.speed)
        });
    }
    (plan, sides, at)
}
