//! C31 (of the contract, beyond the list of targets): what it costs that a lamp change is obeyed from the next step.
//!
//! A green that falls into a step is seen at its end: the queue starts up to a step later, and the yellow is seen later,
//! too, so that what is lost in front is won behind. Greens here begin at all places within a step alike.

use std::sync::Arc;

use super::discharge::{LONG_WAY, QUEUE, headways, lost_time, queue_world};
use super::estimate::each_seed;
use super::world::{World, s};
use super::{Drivers, Effort, Estimate, Row, Section, Target};
use crate::demand::Timing;

/// Steps with the number of their row, s.
const STEPS: [(&str, &str, f64); 3] = [("31a", "31d", 1.0), ("31b", "31e", 0.5), ("31c", "31f", 0.1)];
/// A green that a queue outlasts, s, and vehicles in that queue.
const GREEN: f64 = 40.0;
const LONG: usize = 60;
/// The same at a step so short that it does not matter, s.
const FINEST: f64 = 0.05;

/// Places within a step at which a green begins.
const PLACES: u64 = 10;

/// The world, begun so that its greens fall at another place of a step.
fn shifted(mut world: World, step: f64, place: u64) -> World {
    let begin = s(step * (place % PLACES) as f64 / PLACES as f64);
    let mut demand = (*world.demand).clone();
    demand.sources.iter_mut().for_each(|source| source.timing = Timing::Once(begin));
    world.demand = Arc::new(demand);
    world.setup.begin = begin;
    world.step(step)
}

/// Start-up lost time with drivers all alike, and vehicles that a green of 40 s serves, with drivers who differ.
fn figures(step: f64, seeds: u64) -> (f64, Estimate) {
    let alike = queue_world(Drivers::Calibrated.alike(), LONG_WAY, QUEUE, 200.0);
    let lost = each_seed(PLACES, |place| lost_time(&headways(&shifted(alike.clone(), step, place))));
    let varied = queue_world(Drivers::Calibrated.car(), LONG_WAY, LONG, GREEN);
    // Every place as often as every other, as far as seeds go.
    let served = each_seed(seeds, |seed| headways(&shifted(varied.clone(), step, seed).seed(seed)).len() as f64);
    (lost.iter().sum::<f64>() / PLACES as f64, Estimate::of(&served))
}

/// The experiment.
pub fn run(effort: Effort) -> Section {
    let finest = figures(FINEST, effort.seeds);
    let found = STEPS.map(|(_, _, step)| figures(step, effort.seeds));
    let mut rows = Vec::new();
    for ((id, _, step), (lost, _)) in STEPS.iter().zip(&found) {
        let what = format!("start-up lost time at a step of {step} s, more than at {FINEST} s");
        // At most the step itself.
        rows.push(
            Row::new(id, what, Target::between(-0.1, *step), Estimate::exact(lost - finest.0))
                .unit("s", 2)
                .source("a lamp is obeyed from the next step"),
        );
    }
    for ((_, id, step), (_, served)) in STEPS.iter().zip(&found) {
        let what = format!("vehicles that a green of 40 s serves at a step of {step} s");
        rows.push(
            // Half a vehicle: less than the capacity of a signal is known to.
            Row::new(id, what, Target::between(finest.1.mean - 0.5, finest.1.mean + 0.5), *served)
                .unit("veh", 2)
                .source("the same at 0.05 s"),
        );
    }
    Section {
        title: "Steps and lamps",
        text: "A lamp change is obeyed from the next step. What that costs at the start of a green, all drivers alike, \
               and how many vehicles a green serves in the end.",
        rows,
        plots: Vec::new(),
    }
}
