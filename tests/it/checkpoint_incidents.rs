//! Checkpoints in the midst of closures, outages, surges and warm-ups; and in what scenarios can say besides.

use std::path::Path;
use std::sync::Arc;

use intergreen::import::{Report, cityflow};
use intergreen::sim::{Command, Outage, Setup, Simulation, TimedCommand};
use intergreen_control::{Command as Order, Millis};

use super::checkpoints::{all_strategies, cut_commanded, until};
use super::incidents::{buses, close, commanded, open, outage, over_up, signal, surge};
use super::navigation;
use super::random_towns::{Rules, random_town};
use super::street_plans::{bus_lanes, busy};
use super::worlds::{World, arterial};
use super::{incidents_random, worlds};

/// Commands that are given before the first step.
pub fn given(commands: &[(f64, Command)]) -> Vec<(f64, TimedCommand)> {
    commands.iter().map(|(at, command)| live(0.0, *at, command.clone())).collect()
}

/// A command that is given at a time.
fn live(given: f64, at: f64, command: Command) -> (f64, TimedCommand) {
    (given, TimedCommand { at, id: 0, command })
}

#[test]
fn closures_go_on() {
    let world = over_up(2, 1500.0);
    let commands = given(&[
        (100.0, close("up", Some(vec![1]), Some(250.0))),
        (150.0, close("up2", None, Some(400.0))),
        (120.0, surge(1.7, Some(300.0))),
        (200.0, Command::SpeedLimit { link: "z".into(), limit: 6.0 }),
        (300.0, close("down", Some(vec![0]), None)),
        (500.0, open("down")),
    ]);
    // Before, while vehicles that cannot stop enter what is closed, between, and after each.
    let cuts = [90.0, 100.5, 103.0, 150.5, 152.0, 171.0, 250.5, 260.0, 302.0, 400.5, 410.0, 501.0];
    let whole = cut_commanded(&world, &commands, &cuts, 650.0);
    assert!(whole.paths().table.len() > world.start().paths().table.len(), "ways have been found");
}

/// Lines of vehicles that have no way, until they have one.
#[test]
fn the_unserved_are_kept() {
    let world = over_up(2, 900.0);
    let commands = given(&[(100.0, close("z", None, None)), (400.0, open("z"))]);
    let mut middle = commanded(&world, &[(100.0, close("z", None, None))]);
    until(&mut middle, 350.0);
    assert!(middle.unserved() > 0 && middle.waiting().count > 0);
    cut_commanded(&world, &commands, &[102.0, 150.0, 350.0, 400.0, 400.5], 800.0);
}

/// Buses leave out stops on closed lanes; those who stand there go on.
#[test]
fn stops_left_out_stay_left_out() {
    for lanes in [Some(vec![0]), None] {
        let commands = given(&[(200.0, close("up", lanes, Some(420.0)))]);
        let whole = cut_commanded(&buses(), &commands, &[60.0, 200.5, 215.0, 300.0, 425.0], 900.0);
        assert!(whole.is_empty());
    }
}

#[test]
fn outages_go_on() {
    let dark = [(120.0, outage(Outage::Dark, Some(400.0))), (100.0, outage(Outage::Flashing, None))];
    let restore = Command::SignalRestore { signal: "x".into() };
    let flash = Command::Signal { signal: "x".into(), order: Order::Flash(true) };
    let restored = [(50.0, outage(Outage::Dark, None)), (100.0, restore), (200.0, flash)];
    for (commands, cuts) in [
        (&dark[..], &[99.0, 100.5, 104.0, 121.0, 200.0, 350.0, 400.5, 403.0][..]),
        (&restored, &[50.5, 54.0, 90.0, 101.0, 103.0, 150.0, 201.0, 250.0]),
    ] {
        let whole = cut_commanded(&signal(), &given(commands), cuts, 500.0);
        assert_eq!(whole.trip(), None, "the monitor has nothing to say");
    }
}

/// Surges before the cut and in force at it, surges of surges, and such as leave vehicles out.
#[test]
fn surges_go_on() {
    let world = over_up(2, 1200.0);
    let only = Command::DemandSurge { factor: 0.4, until: None, from: vec!["a".into()], to: vec!["z".into()] };
    let commands = given(&[(50.0, surge(1.5, Some(200.0))), (150.0, surge(2.5, Some(400.0))), (350.0, only)]);
    let whole = cut_commanded(&world, &commands, &[40.0, 50.5, 120.0, 160.0, 250.0, 360.0, 450.0], 700.0);
    let scene = whole.scene();
    let copied = scene.copies.iter().filter(|id| scene.original(**id) != **id).count();
    assert!(copied > 0, "copies of copies");
    assert!(scene.order.len() < scene.departures.len(), "some are left out");
}

/// Commands given in the midst of a run, some of them late.
#[test]
fn live_commands_go_on() {
    let world = over_up(2, 1200.0);
    let commands = [
        live(100.0, 0.0, surge(1.5, Some(300.0))),
        live(150.0, 140.0, close("up", None, Some(260.0))),
        live(150.0, 130.0, close("down", Some(vec![0]), None)),
        live(200.0, 320.0, open("down")),
        live(200.0, 200.0, surge(0.5, None)),
    ];
    let whole =
        cut_commanded(&world, &commands, &[90.0, 100.0, 120.0, 150.0, 150.5, 200.0, 240.0, 270.0, 330.0], 700.0);
    assert!(!whole.scene().copies.is_empty());
}

/// Trips that look for their way at departure look past closed lanes.
#[test]
fn trips_find_ways_past_closures_after_a_checkpoint() {
    for (world, middle) in navigation::worlds() {
        let route = world.demand.routes.iter().find(|r| r.links.len() > 2).expect("a route of some links");
        let link = world.network.link(route.links[1]).id.clone();
        let commands = given(&[(middle - 20.0, close(&link, None, Some(middle + 60.0)))]);
        let whole = cut_commanded(&world, &commands, &[middle - 19.0, middle, middle + 61.0], 420.0);
        assert!(whole.navigator().is_needed());
    }
}

/// Into a run that has gone other ways: with closed lanes, copies and an outage of its own.
#[test]
fn nothing_is_left_of_the_run_before() {
    let world = arterial();
    let signal = world.network.signals[1].id.clone();
    let dark = |until| Command::SignalOutage { signal: signal.clone(), shows: Outage::Dark, until };
    let astray = || {
        let commands = [(20.0, close("m1", None, None)), (30.0, surge(2.0, None)), (40.0, dark(None))];
        let mut sim = commanded(&world, &commands);
        until(&mut sim, 90.0);
        assert!(sim.unserved() > 0 && !sim.scene().copies.is_empty());
        sim
    };
    let plain = world.until(120.0, |_| {}).save();
    let incidents =
        [(50.0, close("m2", Some(vec![0]), Some(200.0))), (60.0, surge(1.3, None)), (70.0, dark(Some(150.0)))];
    let mut busy = commanded(&world, &incidents);
    until(&mut busy, 120.0);
    let busy = busy.save();
    for bytes in [plain, busy] {
        let mut sims = [world.start(), astray()];
        let ends = sims.each_mut().map(|sim| {
            sim.load(&bytes).expect("it is of such a run");
            assert!(sim.save() == bytes);
            until(sim, 300.0);
            sim.save()
        });
        assert!(ends[0] == ends[1], "one state, whatever was there before");
    }
}

#[test]
fn warm_ups_go_on() {
    let mut world = over_up(1, 500.0);
    (world.setup.warm_up, world.setup.end) = (Millis::from_seconds(200.0), Some(Millis::from_seconds(500.0)));
    let whole = cut_commanded(&world, &[], &[100.0, 200.0, 203.0, 350.0, 550.0], 600.0);
    assert!(whole.measures().resco_delay.is_some());
}

/// The bundled arterial with incidents of all kinds at once, under every strategy.
#[test]
fn the_arterial_goes_on_in_the_midst_of_incidents() {
    let world = arterial();
    let signal = world.network.signals[1].id.clone();
    let commands = given(&[
        (600.0, close("m1", Some(vec![0]), Some(900.0))),
        (700.0, Command::SignalOutage { signal, shows: Outage::Dark, until: Some(800.0) }),
        (650.0, surge(1.2, Some(900.0))),
    ]);
    cut_commanded(&world, &commands, &[640.0, 705.0, 760.0, 805.0], 1000.0);
}

/// CityFlow's files, street plans with roundabouts, bus lanes and stops.
#[test]
fn scenarios_of_all_kinds_go_on() {
    all_strategies(&of_cityflow(), &[77.0, 301.0], 400.0);
    all_strategies(&busy(25.0, 2, 600.0), &[77.5, 301.0], 400.0);
    let (world, _) = bus_lanes();
    let whole =
        cut_commanded(&world, &given(&[(200.0, close("w", Some(vec![1]), Some(320.0)))]), &[90.0, 210.0, 330.0], 500.0);
    assert!(whole.measures().trips.iter().any(|t| t.stop_time > 0.0), "buses have stopped");
}

/// The small CityFlow scenario.
fn of_cityflow() -> World {
    let (file, mut report) = (Path::new("tests/cityflow/config.json"), Report::default());
    let config = cityflow::read_config(file, &mut report).expect("the small scenario is sound");
    let mut network = cityflow::read_network(&config.roadnet, &mut report).expect("its network is sound");
    let demand = cityflow::read_demand(&config.flow, &network, &mut report).expect("its flows are sound");
    intergreen::plans::complete(&mut network);
    let setup = Setup { step: config.interval, seed: config.seed, ..Setup::default() };
    World { name: "cityflow".into(), network: Arc::new(network), demand: Arc::new(demand), setup }
}

/// Random commands at random times in random towns.
#[test]
fn random_incidents_go_on() {
    for number in 0..20 {
        let rules = if number % 2 == 0 { Rules::Clear } else { Rules::Any };
        let world = random_town(number, rules, incidents_random::DEMAND_S / 60.0);
        let commands = incidents_random::commands(&world, number);
        let mut whole = commanded(&world, &commands);
        let mut saved = Vec::new();
        for at in [60.0, 150.0, 240.0] {
            until(&mut whole, at);
            saved.push((at, whole.save()));
        }
        until(&mut whole, 360.0);
        for (at, bytes) in saved {
            let mut sim: Simulation = world.start();
            sim.load(&bytes).unwrap_or_else(|e| panic!("town {number} from {at} s, {commands:?}: {e}"));
            until(&mut sim, 360.0);
            let place = || format!("town {number} from {at} s, {commands:?}: {}", worlds::describe(&sim));
            assert!(sim.save() == whole.save(), "{}", place());
        }
    }
}
