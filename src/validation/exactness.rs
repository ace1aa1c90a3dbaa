//! C18, C19, C21: what must hold exactly: the books, the same result again, and nothing that is forbidden.

use super::world::{Trips, World, crossing, s};
use super::{Drivers, Effort, Estimate, Row, Section, Target};
use crate::network::compose::NodeKind;

/// For how long vehicles come, s.
const PERIOD: f64 = 900.0;
/// When the run is cut in two, s.
const CUT: f64 = 400.0;

/// A busy crossing with a signal, all turns.
fn world() -> World {
    let stages: [(f64, &[&str]); 2] = [(30.0, &["w", "e"]), (20.0, &["n", "s"])];
    let network = crossing(NodeKind::Signal, 2, 1).signal("x", 0.0, &stages).build();
    let mut trips = Trips::new(&network, Drivers::Calibrated.car());
    for (from, flow) in [("w", 300.0), ("e", 300.0), ("n", 90.0), ("s", 90.0)] {
        for to in ["w", "e", "n", "s"].into_iter().filter(|to| *to != from) {
            trips.flow(&format!("{from}{to}"), 0.0, PERIOD, flow, &[from, &format!("-{to}")]);
        }
    }
    trips.world("busy crossing")
}

/// What is counted in a run.
struct Counts {
    /// Steps after which the books did not balance.
    wrong: f64,
    overlaps: f64,
    red_running: f64,
    /// s.
    conflicting: f64,
    gridlocks: f64,
}

fn counts(world: &World) -> Counts {
    let mut wrong = 0.0;
    let sim = world.drain(PERIOD + 3600.0, |sim| {
        let out = sim.traffic().count() + sim.halts().parked().count();
        let (m, waiting) = (sim.measures(), sim.waiting());
        let holds = waiting.next == waiting.count + out + m.arrived && m.inserted == m.running + m.arrived;
        wrong += f64::from(u8::from(!holds));
    });
    let m = sim.measures();
    Counts {
        wrong,
        overlaps: m.collisions as f64,
        red_running: m.red_running as f64,
        conflicting: sim.controllers().monitor.seconds,
        gridlocks: sim.gridlocks().found.len() as f64,
    }
}

/// How many other hashes there are than that of the undisturbed run on one thread.
fn other_hashes(world: &World) -> f64 {
    let end = PERIOD;
    let hash = |world: &World| world.until(end, |_| ()).state_hash();
    let first = hash(world);
    let mut all: Vec<u64> = [1, 2, 4, 8].map(|threads| hash(&world.clone().threads(threads))).to_vec();
    // Cut in two, by a checkpoint.
    let saved = world.until(CUT, |_| ()).save();
    let mut resumed = world.start();
    let resumes = resumed.load(&saved).is_ok();
    while resumes && resumed.now() < s(end) {
        resumed.step();
    }
    all.push(resumed.state_hash());
    all.iter().filter(|h| **h != first).count() as f64
}

/// The experiment.
pub fn run(effort: Effort) -> Section {
    let seeds = if effort.quick { 1 } else { effort.seeds.min(5) };
    let worlds: Vec<World> = (1..=seeds).map(|seed| world().seed(seed)).collect();
    let all: Vec<Counts> = worlds.iter().map(counts).collect();
    let sum = |f: fn(&Counts) -> f64| Estimate::exact(all.iter().map(f).sum());
    let none = Target::between(0.0, 0.0);
    let row = |id, what: &str, found| Row::new(id, what, none, found).unit("", 0).source("exact");
    let hashes = worlds.iter().map(other_hashes).sum();
    Section {
        title: "What must hold exactly",
        text: "A busy crossing with a signal, all turns, for a quarter of an hour and until it is empty.",
        rows: vec![
            row("18", "steps after which the books did not balance", sum(|c| c.wrong)),
            row("19", "other hashes: threads 1, 2, 4, 8, again, resumed", Estimate::exact(hashes)),
            row("21a", "vehicles that overlap", sum(|c| c.overlaps)),
            row("21b", "stop lines crossed on red", sum(|c| c.red_running)),
            row("21c", "seconds of conflicting greens", sum(|c| c.conflicting)),
            row("21d", "gridlocks", sum(|c| c.gridlocks)),
        ],
        plots: Vec::new(),
    }
}
