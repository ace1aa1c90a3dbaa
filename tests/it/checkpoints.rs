//! Checkpoints: a run that goes on from one is the run that was never interrupted, to the last bit of its state.
//!
//! Two runs are compared by what they save: that holds everything that moves, the books and the chain of hashes.

use intergreen::detectors::Tier;
use intergreen::sim::{Command, Simulation, TimedCommand};
use intergreen_control::Registry;

use super::navigation;
use super::regressions::ring;
use super::stops::mixed;
use super::worlds::{World, arterial, bundled, s, sumo};

/// Makes steps until `time` s after the begin.
pub fn until(sim: &mut Simulation, time: f64) {
    play(sim, &[], time);
}

/// The same, with commands, each with when it is given.
fn play(sim: &mut Simulation, commands: &[(f64, TimedCommand)], time: f64) {
    let begin = sim.scene().setup.begin;
    while sim.now() < begin + s(time) {
        let now = sim.now();
        for (_, command) in commands.iter().filter(|(given, _)| begin + s(*given) == now) {
            sim.command(command.clone()).expect("a good command");
        }
        sim.step();
    }
}

/// Cuts a run at each of `cuts` and goes on from there, on one thread and on two; all times in s after the begin.
/// Returns the run that was never interrupted.
fn cut(world: &World, cuts: &[f64], end: f64) -> Simulation {
    cut_commanded(world, &[], cuts, end)
}

/// The same with commands, each with when it is given. Who goes on is given only those of after the cut.
pub fn cut_commanded(world: &World, commands: &[(f64, TimedCommand)], cuts: &[f64], end: f64) -> Simulation {
    let mut whole = world.start();
    let mut saved = Vec::new();
    for &at in cuts {
        play(&mut whole, commands, at);
        let bytes = whole.save();
        assert_eq!(whole.save(), bytes, "{}: one state, one spelling", world.name);
        let (tails, storage) = (whole.traffic().tails.clone(), whole.traffic().storage.clone());
        saved.push((at, bytes, tails, storage, whole.traffic().askew.clone()));
    }
    play(&mut whole, commands, end);
    let last = whole.save();
    for (at, bytes, tails, storage, askew) in saved {
        for threads in [1, 2] {
            let what = format!("{} from {at} s on {threads} threads", world.name);
            let mut sim = world.clone().threads(threads).start();
            sim.load(&bytes).unwrap_or_else(|e| panic!("{what}: {e}"));
            assert_eq!(sim.now(), world.setup.begin + s(at), "{what}");
            // What is not kept but worked out again is what it was.
            let t = sim.traffic();
            assert!(t.tails == tails && t.storage == storage && t.askew == askew, "{what}: the lanes' tails");
            assert!(sim.save() == bytes, "{what}: saved again, it is the same");
            play(&mut sim, commands, end);
            assert_eq!(sim.state_hash(), whole.state_hash(), "{what}");
            assert_eq!(sim.measures().means(sim.scene()), whole.measures().means(whole.scene()), "{what}");
            assert!(sim.save() == last, "{what}: another state or other books, with the same hash");
        }
    }
    whole
}

/// Every strategy in every one of these scenarios that it can run in.
pub fn all_strategies(world: &World, cuts: &[f64], end: f64) {
    let mut ran = 0;
    for entry in Registry::default().entries() {
        let mut world = world.clone();
        world.setup.controller = (entry.name.into(), Vec::new());
        if entry.clearance.is_some() {
            // Baselines of the literature know where everybody is.
            world.setup.sensing.tier = Tier::Perfect;
        }
        world.name = format!("{} under {}", world.name, entry.name);
        match Simulation::new(world.network.clone(), world.demand.clone(), world.setup.clone()) {
            Ok(_) => {
                let whole = cut(&world, cuts, end);
                assert!(whole.measures().arrived > 0, "{}: somebody arrived", world.name);
                let (list, instead) = (&whole.controllers().list, whole.controllers().fallbacks.len());
                assert!(list.is_empty() || instead < list.len(), "{}: it runs nowhere itself", world.name);
                ran += 1;
            }
            Err(e) => println!("SKIPPED: {}: {e}", world.name),
        }
    }
    assert!(ran > 0, "{}: no strategy runs here", world.name);
}

#[test]
fn bundled_scenarios_go_on_under_every_strategy() {
    for world in bundled() {
        // Not at a multiple of anything.
        all_strategies(&world, &[877.0], 1800.0);
    }
}

#[test]
fn ingolstadt7_goes_on_under_every_strategy() {
    let Some(world) = sumo("resco/ingolstadt7/ingolstadt7.sumocfg") else { return };
    all_strategies(&world, &[877.0], 1800.0);
}

/// Buses with scheduled stops, and jams.
#[test]
fn acosta_goes_on() {
    let Some(world) = sumo("bologna/acosta/acosta.sumocfg") else { return };
    let whole = cut(&world, &[437.0], 800.0);
    assert!(!whole.halts().list.is_empty(), "somebody stands at a stop");
}

/// Queues at stops, vehicles that park, trips that find ways during the run, a gridlock.
#[test]
fn everything_that_moves_is_kept() {
    let cuts: Vec<f64> = (0..24).map(|i| 10.0 * f64::from(i)).collect();
    let whole = cut(&mixed(), &cuts, 400.0);
    assert!(whole.is_empty(), "all buses have made their stops");
    for (world, middle) in navigation::worlds() {
        let whole = cut(&world, &[middle, 200.0, 300.0], 420.0);
        assert!(whole.navigator().is_needed());
    }
    for at in [100.0, 300.0] {
        let whole = cut(&ring([0.0; 4]), &[at], 600.0);
        assert_eq!(whole.gridlocks().cycles(), 1, "named once, before or after");
    }
}

fn limit(at: f64, link: &str, limit: f64) -> TimedCommand {
    TimedCommand { at, id: 0, command: Command::SpeedLimit { link: link.into(), limit } }
}

/// Commands before a checkpoint hold after it, and those to come are not forgotten.
#[test]
fn commands_go_on() {
    let world = arterial();
    let enter = |sim: &mut Simulation| {
        for command in [limit(50.0, "m1", 5.0), limit(50.0, "m2", 6.0), limit(200.0, "m1", 3.0)] {
            sim.command(command).expect("the links are there");
        }
    };
    let mut whole = world.start();
    enter(&mut whole);
    until(&mut whole, 120.0);
    // Too late: carried out in the next step.
    whole.command(limit(100.0, "m3", 4.0)).expect("m3 is a link");
    until(&mut whole, 150.0);
    let bytes = whole.save();
    until(&mut whole, 300.0);
    assert_ne!(whole.state_hash(), world.until(300.0, |_| {}).state_hash(), "the commands change the run");
    // Into a fresh run without commands, and into one that has gone other ways.
    let mut astray = world.start();
    astray.command(limit(0.0, "m4", 2.0)).expect("m4 is a link");
    until(&mut astray, 60.0);
    for mut sim in [world.start(), astray] {
        sim.load(&bytes).expect("it is of such a run");
        assert_eq!(sim.agenda().given().len(), 4);
        until(&mut sim, 300.0);
        assert_eq!(sim.state_hash(), whole.state_hash());
        sim.reset(world.setup.seed).expect("a run can be reset");
        until(&mut sim, 150.0);
        assert_eq!(sim.agenda().given().len(), 4, "a reset keeps the commands");
    }
}

/// From a run that went on to one that goes on.
#[test]
fn checkpoints_of_checkpoints() {
    let world = arterial();
    let mut sim = world.start();
    for at in [60.5, 61.0, 119.5, 250.0] {
        until(&mut sim, at);
        let bytes = sim.save();
        sim = world.start();
        sim.load(&bytes).expect("it is of such a run");
    }
    until(&mut sim, 300.0);
    assert_eq!(sim.state_hash(), world.until(300.0, |_| {}).state_hash());
}

/// Before the first step and after the last vehicle, too.
#[test]
fn first_and_last_states() {
    let world = ring([0.0; 4]);
    cut(&world, &[0.0], 60.0);
    let (network, mut empty) = (world.network.clone(), world);
    empty.demand = std::sync::Arc::new(intergreen::demand::Demand::default());
    assert!(network.lanes.len() > 4);
    cut(&empty, &[0.0, 30.0], 60.0);
}
