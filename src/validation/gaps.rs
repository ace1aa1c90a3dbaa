//! C11: what a stream that gives way can enter, at a junction where the minor street waits.
//!
//! Terms
//! - **critical headway** t_c, **follow-up headway** t_f: the shortest headway of the major stream that a driver enters,
//!   and what each further one takes in the same headway (HCM 7, chapter 20, base values).
//! - **capacity**: entries in an hour out of a queue that never ends.
//! - **said**: what both headways make of the major stream *as it was measured*: a headway h takes ⌊(h − t_c) / t_f⌋ + 1.

use super::estimate::each_seed;
use super::plot::{Mark, Plot, Series};
use super::world::{Trips, World, crossing, crossing_time, lane, s};
use super::{Drivers, Effort, Estimate, FINER, Row, STEP, Section, Target};
use crate::network::compose::NodeKind;

/// When counting begins and ends, s.
const COUNTED: [f64; 2] = [600.0, 4200.0];
/// What waits on the minor movement, veh/h: more than can ever go.
const WAITING: f64 = 2000.0;
/// Major streams, veh/h.
const FLOWS: [f64; 4] = [200.0, 400.0, 600.0, 800.0];

/// A movement that gives way.
struct Movement {
    name: &'static str,
    /// Numbers of its rows.
    ids: [&'static str; 4],
    /// From which street to which.
    way: [&'static str; 2],
    /// The streams that it gives way to: from, to, and which share of the flow.
    majors: &'static [([&'static str; 2], f64)],
    critical: f64,
    follow_up: f64,
}

const EASTWARD: [&str; 2] = ["w", "-e"];
const WESTWARD: [&str; 2] = ["e", "-w"];

const MOVEMENTS: [Movement; 4] = [
    Movement {
        name: "left turn from the major street",
        ids: ["11a", "11b", "11c", "11d"],
        way: ["e", "-s"],
        majors: &[(EASTWARD, 1.0)],
        critical: 4.1,
        follow_up: 2.2,
    },
    Movement {
        name: "right turn from the minor street",
        ids: ["11e", "11f", "11g", "11h"],
        way: ["s", "-e"],
        majors: &[(EASTWARD, 1.0)],
        critical: 6.2,
        follow_up: 3.3,
    },
    Movement {
        name: "straight on from the minor street",
        ids: ["11i", "11j", "11k", "11l"],
        way: ["s", "-n"],
        majors: &[(EASTWARD, 0.5), (WESTWARD, 0.5)],
        critical: 6.5,
        follow_up: 4.0,
    },
    Movement {
        name: "left turn from the minor street",
        ids: ["11m", "11n", "11o", "11p"],
        way: ["s", "-w"],
        majors: &[(EASTWARD, 0.5), (WESTWARD, 0.5)],
        critical: 7.1,
        follow_up: 3.5,
    },
];

/// The junction with a major stream, veh/h, and a queue on the minor movement.
fn world(movement: &Movement, flow: f64) -> World {
    let network = crossing(NodeKind::Priority, 1, 1).build();
    // Impatience would change the critical headway.
    let mut car = Drivers::Calibrated.car();
    car.impatience = f64::NEG_INFINITY;
    let mut trips = Trips::new(&network, car);
    for (i, (way, share)) in movement.majors.iter().enumerate() {
        trips.flow(&format!("major{i}"), 0.0, COUNTED[1], flow * share, way);
    }
    trips.flow("minor", 0.0, COUNTED[1], WAITING, &movement.way);
    trips.world(movement.name)
}

/// Entries in the hour, and what the headways of the major stream say, veh/h.
fn capacity(movement: &Movement, flow: f64, step: f64, seed: u64) -> (f64, f64) {
    let world = world(movement, flow).step(step).seed(seed);
    let n = world.start().scene().departures.len();
    let mut crossed = vec![false; n];
    let (mut entries, mut major) = (0.0, Vec::new());
    let lines = ["w", "e", "s"].map(|street| lane(&world.network, street, 0));
    world.until(COUNTED[1], |sim| {
        for (l, v) in sim.traffic().vehicles() {
            let i = v.id.index();
            if crossed[i] || lines.contains(&l) {
                continue;
            }
            crossed[i] = true;
            if sim.now() < s(COUNTED[0]) {
                continue;
            }
            let minor = sim.scene().departures[i].id.starts_with("minor");
            if minor {
                entries += 1.0;
            } else {
                major.push(crossing_time(sim, v, v.position));
            }
        }
    });
    major.sort_by(f64::total_cmp);
    let fits =
        |h: f64| if h < movement.critical { 0.0 } else { ((h - movement.critical) / movement.follow_up).floor() + 1.0 };
    (entries, major.windows(2).map(|w| fits(w[1] - w[0])).sum())
}

/// The experiment.
pub fn run(effort: Effort) -> Section {
    let seeds = if effort.quick { 2 } else { effort.seeds };
    let (mut rows, mut series) = (Vec::new(), Vec::new());
    for movement in &MOVEMENTS {
        let (mut found, mut said) = (Vec::new(), Vec::new());
        for (id, flow) in movement.ids.into_iter().zip(FLOWS) {
            let at = |step| each_seed(seeds, |seed| capacity(movement, flow, step, seed));
            let share = |all: &[(f64, f64)]| Estimate::of(&all.iter().map(|(n, said)| n / said).collect::<Vec<_>>());
            let all = at(STEP);
            let mean = |f: fn(&(f64, f64)) -> f64| all.iter().map(f).sum::<f64>() / all.len() as f64;
            found.push((flow, mean(|a| a.0)));
            said.push((flow, mean(|a| a.1)));
            let what = format!("{} beside {flow} veh/h, share of what headways say", movement.name);
            let row = Row::new(id, what, Target::about(1.0, 0.1), share(&all));
            let row = row.source("HCM 7, chapter 20, on measured headways");
            rows.push(if effort.quick { row } else { row.finer(share(&at(FINER))) });
        }
        series.push(Series::new(movement.name, Mark::Line, found));
        series.push(Series::new(format!("{}, HCM", movement.name), Mark::Dashes, said).paired());
    }
    let plot = Plot::new("gaps", "Capacity of movements that give way", "major stream, veh/h", "capacity, veh/h");
    Section {
        title: "Gap acceptance",
        text: "A junction of two streets with a lane each way; the minor movement has a queue that never ends. Impatience \
               is off. The formula gets the headways of the major stream as they were.",
        rows,
        plots: vec![plot.from_zero().with(series)],
    }
}
