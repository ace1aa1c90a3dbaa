//! Strategies that take over from others while a run goes on.

use std::collections::BTreeMap;

use intergreen::detectors::{Stuck, Tier};
use intergreen::sim::control::Fallback;
use intergreen::sim::{Command, Simulation, TimedCommand};
use intergreen_control::{Input, Looks, Registry};

use super::checkpoint_incidents::given;
use super::checkpoints::cut_commanded;
use super::incidents::{commanded, signal};
use super::invariants::check;
use super::tools::{Scratch, run};
use super::worlds::{World, arterial, describe, s};

/// Time between one strategy and the next, s: longer than a cycle.
const EVERY_S: f64 = 97.0;

fn choose(signals: &[&str], strategy: &str) -> Command {
    let signals = signals.iter().map(|&s| s.into()).collect();
    Command::Controller { signals, strategy: strategy.into(), parameters: BTreeMap::new() }
}

/// Strategies that run on the plan that all others run on.
fn strategies() -> Vec<&'static str> {
    Registry::default().entries().iter().filter(|e| e.clearance.is_none()).map(|e| e.name).collect()
}

/// Every strategy after every other one that stands before it in the list, and back again.
fn one_after_the_other(signals: &[&str]) -> Vec<(f64, Command)> {
    let names = strategies();
    let all = names.iter().chain(names.iter().rev());
    all.enumerate().map(|(i, name)| (60.0 + i as f64 * EVERY_S, choose(signals, name))).collect()
}

/// The strategy that runs at a signal.
fn runs(sim: &Simulation, signal: &str) -> &'static str {
    let i = sim.scene().network.signals.iter().position(|s| s.id == signal).expect("there is such a signal");
    sim.controllers().list[i].strategy()
}

#[test]
fn every_strategy_takes_over_and_nobody_is_forgotten() {
    for (world, name) in [(signal(), "x"), (arterial(), "c")] {
        let commands = one_after_the_other(&[]);
        let mut sim = commanded(&world, &commands);
        let mut seen = Vec::new();
        let mut instead = Vec::new();
        while !sim.is_empty() || sim.expects_commands() {
            sim.step();
            check(&sim);
            let asked = |f: &Fallback| sim.scene().choices[f.signal.index()].strategy.clone();
            instead.extend(sim.controllers().fallbacks.iter().map(asked));
            instead.dedup();
            if seen.last() != Some(&runs(&sim, name)) {
                seen.push(runs(&sim, name));
            }
            assert!(sim.now() < sim.scene().setup.begin + s(12_000.0), "{}", describe(&sim));
        }
        for strategy in strategies() {
            let falls_back = instead.iter().any(|asked| asked == strategy);
            assert!(seen.contains(&strategy) || falls_back, "{strategy}: {seen:?}");
        }
        assert!(seen.len() > strategies().len(), "they ran one after the other: {seen:?}");
        assert_eq!(sim.trip(), None, "the monitor has nothing to say");
        let faults = sim.controllers().list.iter().filter_map(|c| c.cycle_fault()).count();
        assert_eq!(
            faults, 0,
            "a new strategy goes on with what was asked for, and knows for how long everybody has waited"
        );
        assert_eq!(sim.gridlocks().found, []);
    }
}

#[test]
fn one_signal_changes_and_the_others_do_not() {
    let world = arterial();
    let mut sim = commanded(&world, &[(100.0, choose(&["c"], "actuated"))]);
    while sim.now() < s(101.0) {
        sim.step();
    }
    assert_eq!((runs(&sim, "c"), runs(&sim, "b")), ("actuated", "fixed_time"));
    let plain = world.start();
    assert_eq!(runs(&plain, "c"), "fixed_time");
}

#[test]
fn what_a_strategy_looks_at_is_told_to_it() {
    let world = arterial();
    let mut sim = commanded(&world, &[(100.0, choose(&[], "max_pressure")), (200.0, choose(&[], "nema"))]);
    let looks = |sim: &Simulation| sim.controllers().list.iter().map(|c| c.looks()).max();
    while sim.now() < s(150.0) {
        sim.step();
    }
    assert_eq!(looks(&sim), Some(Looks::Neighbours));
    assert!(sim.controllers().list.iter().all(|c| c.traffic().is_some()));
    let told = |sim: &Simulation| {
        let traffic = sim.controllers().list.iter().filter_map(|c| c.traffic());
        traffic.flat_map(|t| t.exits()).filter(|exit| exit.told.is_some()).count()
    };
    assert!(told(&sim) > 0, "neighbours tell each other of their lanes");
    while sim.now() < s(250.0) {
        sim.step();
    }
    assert!(sim.controllers().list.iter().all(|c| c.traffic().is_none()), "nobody looks any more");
}

/// In a quiet place nobody has asked the controller for long: the new strategy must not decide in the past.
#[test]
fn nothing_changes_before_the_command() {
    let world = signal();
    // Everybody has departed long before.
    let mut sim = commanded(&world, &[(1990.0, choose(&[], "max_pressure")), (2030.0, choose(&[], "webster"))]);
    while sim.now() < s(2200.0) {
        let begin = sim.now();
        sim.step();
        for &(at, lamp, shown) in &sim.lamps().changes {
            assert!(at >= begin, "lamp {lamp} shows {shown:?} since {at:?}, in the step that begins at {begin:?}");
        }
    }
    assert_eq!((sim.trip(), runs(&sim, "x")), (None, "webster"));
}

#[test]
fn checkpoints_around_it_go_on() {
    let commands = [
        (60.0, choose(&[], "horizon")),
        (130.0, choose(&["x"], "nema")),
        (200.0, choose(&[], "actuated")),
        (280.0, choose(&[], "max_pressure")),
    ];
    let whole = cut_commanded(&signal(), &given(&commands), &[59.0, 60.5, 90.0, 131.0, 199.5, 240.0, 281.0], 400.0);
    assert_eq!(whole.trip(), None);
}

fn refused(world: &World, command: Command) -> String {
    let mut sim = world.start();
    sim.command(TimedCommand { at: 0.0, id: 0, command }).expect_err("it is refused").to_string()
}

#[test]
fn what_cannot_be_is_refused() {
    let world = signal();
    let mut all_known = signal();
    all_known.setup.sensing.tier = Tier::Perfect;
    for (world, command, expected) in [
        (&world, choose(&[], "actuatde"), "actuatde"),
        (&world, choose(&["y"], "actuated"), "there is no signal 'y'"),
        (&world, choose(&[], "resco_max_pressure"), "expected reports of all vehicles"),
        // It has clearances of its own.
        (&all_known, choose(&[], "resco_max_pressure"), "would need another plan"),
    ] {
        let error = refused(world, command);
        assert!(error.contains(expected), "{error}");
    }
    let order = |text: &str| ron::from_str(text).expect("an order");
    let manual = |text: &str| Command::Signal { signal: "x".into(), order: order(text) };
    let error = refused(&world, manual("Stage(stage: 2, on: true)"));
    assert!(error.contains("there is no stage 2; expected 0 to 1"), "{error}");
    let parameters = BTreeMap::from([("no_such".into(), "1".into())]);
    let error = refused(&world, Command::Controller { signals: Vec::new(), strategy: "nema".into(), parameters });
    assert!(error.contains("no_such"), "{error}");
}

#[test]
fn where_nobody_is_seen_to_come_the_program_runs() {
    let s = Scratch::new();
    let text = include_str!("../../scenarios/isolated.ron");
    let told = |sensors: &str, strategy: &str| {
        let line = format!("    step: 0.5,\n    sensors: ({sensors}),\n");
        let file = s.write("scenario.ron", text.replacen("    step: 0.5,\n", &line, 1));
        let said = run([
            "run",
            file.to_str().expect("a name"),
            "--controller",
            strategy,
            "--until",
            "300",
            "--quiet",
            "--json",
        ]);
        assert_eq!(said.code, 0, "{said:?}");
        said.json()
    };
    let blind = "x_time: 0, in_time: 0";
    let why = "no approach lane has an IN or X loop: nobody is seen to come";
    let fixed = told(blind, "fixed_time");
    for strategy in ["horizon", "mova", "max_pressure", "sotl", "schedule"] {
        let result = told(blind, strategy);
        assert_eq!(result["fallbacks"], serde_json::json!([format!("x: {strategy} \u{2192} fixed_time ({why})")]));
        assert_eq!(result["remarks"], serde_json::json!([]), "it is said once");
        assert_eq!(result["mean_time_loss_s"], fixed["mean_time_loss_s"], "{strategy}");
    }
    // One of the two loops is enough; whoever needs neither runs, and where everybody reports nobody needs loops.
    for (sensors, strategy) in
        [("in_time: 0", "horizon"), (blind, "actuated"), ("tier: perfect, x_time: 0, in_time: 0", "horizon")]
    {
        assert_eq!(told(sensors, strategy)["fallbacks"], serde_json::json!([]), "{strategy}, {sensors}");
    }
}

/// The line of one signal dies: what horizon falls back to decides there, also after a checkpoint, and horizon is back when the
/// line has been back for five minutes.
#[test]
fn a_strategy_that_is_blind_hands_over_and_comes_back() {
    let world = signal();
    let dead = |detector| {
        let (signal, stuck) = ("x".into(), Stuck::Silent);
        (100.0, Command::DetectorFault { signal, detector, stuck, until: Some(200.0) })
    };
    let mut commands = vec![(60.0, choose(&[], "horizon"))];
    commands.extend((0..).take(world.start().controllers().list[0].detectors().len()).map(dead));
    let mut sim = commanded(&world, &commands);
    let mut ran = Vec::new();
    while sim.now() < s(600.0) {
        sim.step();
        if ran.last().is_none_or(|&(strategy, _)| strategy != runs(&sim, "x")) {
            ran.push((runs(&sim, "x"), sim.now().seconds().round()));
        }
    }
    let expected = [("fixed_time", 0.0), ("horizon", 60.0), ("fixed_time", 105.0), ("horizon", 500.0)];
    assert!(ran.len() == 4 && ran.iter().zip(expected).all(|(a, b)| a.0 == b.0 && (a.1 - b.1).abs() < 7.0), "{ran:?}");
    let stood = sim.controllers().list[0].stood_in().expect("it was blind");
    assert!(!stood.still && (390.0..400.0).contains(&stood.total.seconds()), "{stood:?}");
    let whole = cut_commanded(&world, &given(&commands), &[101.0, 106.0, 150.0, 300.0, 520.0], 600.0);
    assert_eq!((whole.trip(), runs(&whole, "x")), (None, "horizon"));
    // Soon after it came back the strategy is the same, too, whether or not the run was cut.
    cut_commanded(&world, &given(&commands), &[300.0], 505.0);
}

/// Vehicles and neighbours go on telling a signal whose strategy is blind, whatever strategies change at others, and whether or
/// not the run was cut: it hears them when it is back.
#[test]
fn a_blind_signal_is_told_all_the_same() {
    let mut world = arterial();
    world.setup.controller = ("horizon".into(), vec![("messages".into(), "on".into())]);
    world.setup.sensing.tier = Tier::LoopsProbe;
    let dead = |detector| {
        let (signal, stuck) = ("d".into(), Stuck::Silent);
        (100.0, Command::DetectorFault { signal, detector, stuck, until: Some(110.0) })
    };
    let sim = world.start();
    let d = sim.scene().network.signals.iter().position(|s| s.id == "d").expect("there is such a signal");
    let mut commands: Vec<_> = (0..).take(sim.controllers().list[d].detectors().len()).map(dead).collect();
    commands.push((150.0, choose(&["a"], "actuated")));
    let mut sim = commanded(&world, &commands);
    sim.record();
    let mut told = BTreeMap::new();
    while sim.now() < s(180.0) {
        sim.step();
        let blind = runs(&sim, "d") == "fixed_time" && sim.now() > s(155.0);
        for (_, input) in sim.controllers().inputs.iter().flatten().filter(|(to, _)| blind && *to as usize == d) {
            let who = match input {
                Input::Vehicle(_) => "vehicles",
                Input::Departures(_) => "neighbours",
                _ => continue,
            };
            *told.entry(who).or_insert(0) += 1;
        }
    }
    assert!(told.len() == 2 && told.values().all(|&many| many > 20), "{told:?}");
    let whole = cut_commanded(&world, &given(&commands), &[130.0, 160.0], 430.0);
    assert_eq!((whole.trip(), runs(&whole, "d")), (None, "horizon"));
}

#[test]
fn a_log_tells_of_a_dark_signal_and_of_no_rings_that_have_no_say() {
    let s = Scratch::new();
    let commands = "(at: 100, command: SignalOutage(signal: \"x\", shows: dark, until: 200)),
        (at: 300, command: Signal(signal: \"x\", order: Stage(stage: 0, on: true)))";
    let line = format!("    step: 0.5,\n    commands: [{commands}],\n");
    let text = include_str!("../../scenarios/isolated.ron").replacen("    step: 0.5,\n", &line, 1);
    let (file, out) = (s.write("scenario.ron", text), s.path("out"));
    let (file, out) = (file.to_str().expect("a name"), out.to_str().expect("a name"));
    let explained = |controller: &str| {
        let said = run(["run", file, "--controller", controller, "--until", "600", "--quiet", "--out", out]);
        assert_eq!(said.code, 0, "{said:?}");
        run(["explain", out]).stdout
    };
    let nema = explained("nema");
    assert!(nema.contains("dark (a command from outside)") && !nema.contains("flashing ("), "{nema}");
    let time = |line: &str| line.split_whitespace().next().and_then(|at| at.parse().ok()).unwrap_or(0.0);
    let crossed: Vec<f64> = nema.lines().filter(|line| line.contains("barrier")).map(time).collect();
    let silent = |at: &f64| (105.0..200.0).contains(at) || *at > 310.0;
    assert!(!crossed.is_empty() && !crossed.iter().any(silent), "{crossed:?}");
    // Whoever chooses among stages says why, once for each change.
    let horizon = explained("horizon");
    assert!(horizon.contains("'; at the last look staying would have cost "), "{horizon}");
}
