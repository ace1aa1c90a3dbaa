//! C33–C35 (of the issue, beyond the list of targets): approaches that are not one lane straight on.
//!
//! Terms
//! - **two-lane left**: two lanes from which all turn left, protected.
//! - **lane utilization**: the mean flow of the lanes of a group by that of its busiest lane, f_LU.
//! - **radius**: of a turn's way, as drawn.
//! - **shared lane**: one from which some go straight on and some turn right.
//! - **pocket**: a short lane for left turns. When it is full, the next who wants to turn left stands in the lane beside
//!   it: the pocket **overflows**, and nobody passes.

use core::f64::consts::FRAC_PI_2;
use std::sync::Arc;

use super::discharge::{GREEN_AT, LONG_WAY, QUEUE, SATURATED, saturation_of_lanes, standing_queue};
use super::estimate::each_seed;
use super::world::{Town, Trips, lane, road, rolling};
use super::{Drivers, Effort, Estimate, FINER, Row, STEP, Section, Target};
use crate::demand::{DepartLane, Manner};
use crate::network::compose::NodeKind;
use crate::network::{MovementKind, Network};
use crate::random::{Purpose, uniform};

/// What a turn costs: of a lane from which the share f turns on a radius of r metres, straight flow is divided by
/// 1 + 1.5 f / r (Kimber, McDonald and Hounsell, TRRL Research Report 67, 1986: 64 sites). The manual's factors, 0.95 to
/// the left and 0.85 to the right, are those of radii of 28 and 8.5 m.
const TURN_COST: f64 = 1.5;
/// Share of those who turn right from a shared lane.
const TURNING: f32 = 0.3;
/// Flow on two lanes that turn left, veh/h: four fifths of what a green of 40 s in 90 serves.
const BUSY: f64 = 1300.0;
/// Lane utilization of two exclusive left-turn lanes (HCM 7, exhibit 19-15).
const UTILIZATION: f64 = 0.971;
/// Share of the left turns before a pocket, how many come, and how long after one another, s.
const LEFT_TURNS: f32 = 0.4;
const COME: usize = 24;
const EVERY: f64 = 6.0;
/// When the green for straight on begins, s: everybody has come by then; and how long it is, s.
const SERVED_AT: f64 = 200.0;
const SERVED: f64 = 90.0;
/// Length of the pocket, m, and how many cars it holds: who stands a metre before the line, and 7.3 m (4.8 m and a gap
/// of 2.5 m) behind one another, is in it with the rear bumper up to the fifth.
const POCKET: f64 = 40.0;
const PLACES: usize = 5;

/// A road `in` of so many lanes to a signal, from where `out` leads straight on and `turn` to a side: 1 left, −1 right.
fn town(lanes: u8, side: f64, turns: &[&str]) -> Town {
    let mut town = road(NodeKind::Signal, LONG_WAY, 600.0, lanes).end("end", 0.0, side * 600.0);
    town.plan.streets[0].end.turns = turns.iter().map(|&t| t.into()).collect();
    town.one_way("turn", "x", "end", lanes)
}

/// The same with one long green.
fn discharging(lanes: u8, side: f64, turns: &[&str]) -> Arc<Network> {
    town(lanes, side, turns).signal("x", GREEN_AT, &[(200.0, &["in"]), (100.0, &[])]).build()
}

/// Saturation flow, veh/h in a lane, by that of the same drivers straight on and what turning is known to cost.
///
/// `turns`: who of the queue turns.
fn against_straight(network: &Arc<Network>, lanes: u8, turns: impl Fn(usize) -> bool, step: f64, seed: u64) -> f64 {
    let flow = |network: &Arc<Network>, turns: &dyn Fn(usize) -> bool| {
        let ways = |i| if turns(i) { ["in", "turn"] } else { ["in", "out"] };
        let world = standing_queue(network, Drivers::Calibrated.car(), QUEUE, lanes, ways);
        saturation_of_lanes(&world.step(step).seed(seed), usize::from(lanes))
    };
    let share = SATURATED.filter(|&i| turns(i)).count() as f64 / SATURATED.len() as f64;
    let straight = flow(&discharging(lanes, -1.0, &vec!["s"; usize::from(lanes)]), &|_| false);
    flow(network, &turns) / straight * (1.0 + TURN_COST * share / radius(network))
}

/// The radius on which vehicles turn from `in` to `turn`: way by angle, mean of the lanes, m.
fn radius(network: &Network) -> f64 {
    let turn = network.find_link("turn").expect("it was made above");
    let ways: Vec<f64> = network
        .movements
        .iter()
        .filter(|m| m.kind == MovementKind::Entry && network.lane(m.to).link == turn)
        .map(|m| f64::from(network.lane(m.next).length))
        .collect();
    ways.iter().sum::<f64>() / ways.len() as f64 / FRAC_PI_2
}

/// A two-lane left: both lanes together, since queues change lanes.
fn two_lefts(step: f64, seed: u64) -> f64 {
    against_straight(&discharging(2, 1.0, &["l", "l"]), 2, |_| true, step, seed)
}

/// Lane utilization of a two-lane left.
fn utilization(step: f64, seed: u64) -> f64 {
    let network = town(2, 1.0, &["l", "l"]).signal("x", 0.0, &[(40.0, &["in"]), (45.0, &[])]).build();
    let mut trips = Trips::new(&network, Drivers::Calibrated.car());
    trips.flow("f", 0.0, 3600.0, BUSY, &["in", "turn"]);
    let lanes = [0, 1].map(|k| lane(&network, "in", k));
    // The lane from which each came to the line, by vehicle.
    let mut from = Vec::new();
    trips.world("two-lane left").step(step).seed(seed).drain(2.0 * 3600.0, |sim| {
        from.resize(sim.scene().departures.len(), 0);
        for (l, v) in sim.traffic().vehicles() {
            if let Some(k) = lanes.iter().position(|&lane| lane == l) {
                from[v.id.index()] = k;
            }
        }
    });
    let left = from.iter().sum::<usize>() as f64;
    let right = from.len() as f64 - left;
    0.5 * (left + right) / left.max(right)
}

/// A lane from which some turn right and the others go straight on.
fn shared(step: f64, seed: u64) -> f64 {
    let turns = |i: usize| uniform(seed, i as u64, Purpose::Type, 0) < TURNING;
    against_straight(&discharging(1, -1.0, &["r s"]), 1, turns, step, seed)
}

/// A lane from which all turn right.
fn rights(step: f64, seed: u64) -> f64 {
    against_straight(&discharging(1, -1.0, &["r"]), 1, |_| true, step, seed)
}

/// Who passes an overflowing pocket in a green for straight on, less those who came before the first left turn that found
/// no place in it.
fn past_the_pocket(step: f64, seed: u64) -> f64 {
    let mut town = town(1, 1.0, &["s", "l"]);
    town.plan.streets[0].end.bay = Some(POCKET);
    let stages: [(f64, &[&str]); 3] = [(SERVED, &["in:s"]), (5.0, &["in:l"]), (400.0, &[])];
    let network = town.signal("x", SERVED_AT, &stages).build();
    let turns = |i: usize| uniform(seed, i as u64, Purpose::Type, 0) < LEFT_TURNS;
    let mut trips = Trips::new(&network, Drivers::Calibrated.car());
    for i in 0..COME {
        let way = ["in", "in.bay", if turns(i) { "turn" } else { "out" }];
        let manner = Manner { depart_lane: DepartLane::Best, ..rolling() };
        trips.one(&format!("q{i}"), i as f64 * EVERY, &way, manner);
    }
    let out = network.find_link("out").expect("it was made above");
    let mut passed = [false; COME];
    trips.world("pocket").step(step).seed(seed).until(SERVED_AT + SERVED, |sim| {
        for (l, v) in sim.traffic().vehicles() {
            passed[v.id.index()] |= network.lane(l).link == out;
        }
    });
    let first_without = (0..COME).filter(|&i| turns(i)).nth(PLACES).unwrap_or(COME);
    let before = (0..first_without).filter(|&i| !turns(i)).count();
    passed.iter().filter(|&&p| p).count() as f64 - before as f64
}

/// The experiment.
pub fn run(effort: Effort) -> Section {
    let row = |id, what: &str, target, figure: fn(f64, u64) -> f64, source| {
        let at = |step| Estimate::of(&each_seed(effort.seeds, |seed| figure(step, seed)));
        Row::new(id, what, target, at(STEP)).unit("", 3).finer(at(FINER)).source(source)
    };
    // As capacities of streams that give way (C11 and C12): a rule that was found on many sites says what one has.
    let capacity = Target::about(1.0, 0.1);
    let turn = "TRRL RR67: 1 / (1 + 1.5 f / r)";
    let rows = vec![
        row("33a", "saturation flow of a two-lane left, by RR67", capacity, two_lefts, turn),
        row("33b", "saturation flow of a right turn, by RR67", capacity, rights, turn),
        row(
            "33c",
            "utilization of two left-turn lanes",
            Target::about(UTILIZATION, 0.05),
            utilization,
            "HCM 7, exhibit 19-15",
        ),
        row("34", "saturation flow of a shared lane, 30 % turn right, by RR67", capacity, shared, turn),
        // Half a vehicle: whoever is on the line at the end of green.
        row(
            "35",
            "straight past an overflowing pocket, less those ahead of the overflow",
            Target::between(-0.5, 0.5),
            past_the_pocket,
            "counted from the order in which they come",
        )
        .unit("veh", 2),
    ];
    Section {
        title: "Turn lanes",
        text: "Two lanes turn left; one turns right; one is shared by those who turn right and those who go straight on; a \
               pocket of 40 m for left turns is too short for those who come. Saturation flows are divided by those of the \
               same drivers straight on and by what the turn's radius costs.",
        rows,
        plots: Vec::new(),
    }
}
