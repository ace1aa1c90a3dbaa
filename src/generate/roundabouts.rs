//! A main street with roundabouts, side streets at each.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::arterial::MEDIAN;
use super::corridor::Corridor;
use super::ways::Turns;
use super::{Dice, Flow, GenerateError, Generated, within};
use crate::network::compose::{Node, NodeKind, Street, StreetPlan, Survey};

/// What a row of roundabouts is made of.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Roundabouts {
    /// Roundabouts, 1 to 100.
    #[schemars(range(min = 1, max = 100), extend("unit" = "number"))]
    pub roundabouts: usize,
    /// Least and greatest distance of neighbours, m, 150 to 2,000.
    #[schemars(inner(range(min = 150.0, max = 2000.0)), extend("unit" = "m"))]
    pub spacing: [f64; 2],
    /// Least and greatest radius, m, 16 to 40.
    #[schemars(inner(range(min = 16.0, max = 40.0)), extend("unit" = "m"))]
    pub radius: [f64; 2],
    /// Lanes of ring and main street each way, 1 or 2.
    #[schemars(range(min = 1, max = 2), extend("unit" = "lanes"))]
    pub lanes: u8,
    /// Share of roundabouts with side streets on both sides, 0–1; the others have one.
    #[schemars(range(min = 0.0, max = 1.0), extend("unit" = "share"))]
    pub crossings: f64,
    /// Speed limit, km/h, 30 to 70.
    #[schemars(range(min = 30.0, max = 70.0), extend("unit" = "km/h"))]
    pub speed: f64,
    /// Traffic as a factor of the usual, 0.1 to 2. 1: 400 veh/h and lane enter the main street at each end, 80 to 160 a
    /// side street.
    #[schemars(range(min = 0.1, max = 2.0), extend("unit" = "factor"))]
    pub demand: f64,
    /// Seed: the same makes the same.
    #[schemars(range(min = 0, max = 18_446_744_073_709_551_615_u64), extend("unit" = "number"))]
    pub seed: u64,
}

impl Default for Roundabouts {
    fn default() -> Self {
        Self {
            roundabouts: 5,
            spacing: [220.0, 380.0],
            radius: [16.0, 22.0],
            lanes: 1,
            crossings: 0.7,
            speed: 50.0,
            demand: 1.0,
            seed: 1,
        }
    }
}

/// Traffic that enters the main street, veh/h and lane.
const MAIN: f64 = 400.0;
/// Traffic that enters a side street, from and to, veh/h.
const SIDE: [f64; 2] = [80.0, 160.0];
/// Length of side streets, from and to, m.
const SIDE_LENGTH: [f64; 2] = [200.0, 280.0];
/// How far the main street strays from its line, m.
const STRAY: f64 = 10.0;

/// Makes a row of roundabouts.
///
/// # Errors
/// If a parameter is out of its range.
pub fn generate(p: &Roundabouts) -> Result<Generated, GenerateError> {
    within("roundabouts", p.roundabouts, 1..=100)?;
    within("spacing", p.spacing[0], 150.0..=2000.0)?;
    within("spacing", p.spacing[1], p.spacing[0]..=2000.0)?;
    // With two lanes each way the arms take more room.
    let least = if p.lanes == 2 { 24.0 } else { 16.0 };
    within("lanes", p.lanes, 1..=2)?;
    within("radius", p.radius[0], least..=40.0)?;
    within("radius", p.radius[1], p.radius[0]..=40.0)?;
    within("crossings", p.crossings, 0.0..=1.0)?;
    within("speed", p.speed, 30.0..=70.0)?;
    within("demand", p.demand, 0.1..=2.0)?;
    let dice = Dice { seed: p.seed };
    let (plan, sides) = streets(p, dice);
    let side = |i: usize| [0, 1].map(|k| dice.between("side flow", 2 * i + k, SIDE[0], SIDE[1]) * p.demand);
    let main = [MAIN * p.demand * f64::from(p.lanes); 2];
    let flows = Corridor { main, side: (0..sides.len()).map(side).collect(), sides }.flows();
    let survey = Survey::new(&plan)?;
    let turns = Turns::new(&survey);
    let flows = flows.into_iter().map(|f| Flow { streets: turns.around(&f.streets), ..f }).collect();
    Ok(Generated { plan, flows })
}

/// The streets, and for each roundabout which side streets there are.
fn streets(p: &Roundabouts, dice: Dice) -> (StreetPlan, Vec<[bool; 2]>) {
    let mut plan = StreetPlan::default();
    let n = p.roundabouts;
    let gap = |i: usize| libm::round(dice.between("spacing", i, p.spacing[0], p.spacing[1]));
    let sides: Vec<[bool; 2]> = (0..n)
        .map(|i| match dice.unit("crossing", i) < p.crossings {
            true => [true, true],
            false => [i % 2 == 0, i % 2 == 1],
        })
        .collect();
    let mut x = 0.0;
    plan.nodes.push(Node::new("w", -gap(0), 0.0, NodeKind::DeadEnd));
    for (i, side) in sides.iter().enumerate() {
        let (k, y) = (i + 1, libm::round(dice.between("stray", i, -STRAY, STRAY)));
        let radius = libm::round(dice.between("radius", i, p.radius[0], p.radius[1]));
        let id = format!("r{k}");
        plan.nodes.push(Node {
            radius: Some(radius),
            ring_lanes: Some(p.lanes),
            ..Node::new(&id, x, y, NodeKind::Roundabout)
        });
        for (j, name, sign) in [(0, 'n', 1.0), (1, 's', -1.0)].into_iter().filter(|s| side[s.0]) {
            let length = libm::round(dice.between("side length", 2 * i + j, SIDE_LENGTH[0], SIDE_LENGTH[1]));
            let end = format!("{name}{k}_end");
            plan.nodes.push(Node::new(&end, x, y + sign * length, NodeKind::DeadEnd));
            plan.streets.push(Street::new(&format!("{name}{k}"), &end, &id, 1, p.speed.min(50.0)));
        }
        x += gap(k);
    }
    plan.nodes.push(Node::new("e", x, 0.0, NodeKind::DeadEnd));
    for i in 0..=n {
        let from = if i == 0 { "w".into() } else { format!("r{i}") };
        let to = if i == n { "e".into() } else { format!("r{}", i + 1) };
        // The median becomes the island between entry and exit.
        let street = Street::new(&format!("m{i}"), &from, &to, p.lanes, p.speed);
        plan.streets.push(Street { rank: 2, median: MEDIAN, ..street });
    }
    (plan, sides)
}
