//! Incidents as commands: closed lanes, signals out of order, surges of demand; and the warm-up.

use intergreen::demand::stops::{PlaceId, Stop};
use intergreen::demand::{Route, VehicleType};
use intergreen::network::compose::NodeKind;
use intergreen::sim::{Command, Outage, Simulation, TimedCommand};
use intergreen_control::{Lamp, Millis};

use super::invariants::check;
use super::worlds::{Town, Trips, World, arterial, crossing, describe, lamp, lane, s};

/// Two ways from `a` to `z`: over `up`, the shorter one, and over `down`; every street has `lanes` lanes, one way.
fn two_ways(lanes: u8) -> Town {
    Town::default()
        .end("w", -400.0, 0.0)
        .node("x", 0.0, 0.0, NodeKind::Priority)
        .node("u", 200.0, 60.0, NodeKind::Priority)
        .node("d", 200.0, -160.0, NodeKind::Priority)
        .node("y", 400.0, 0.0, NodeKind::Priority)
        .end("e", 800.0, 0.0)
        .one_way("a", "w", "x", lanes)
        .one_way("up", "x", "u", lanes)
        .one_way("up2", "u", "y", lanes)
        .one_way("down", "x", "d", lanes)
        .one_way("down2", "d", "y", lanes)
        .one_way("z", "y", "e", lanes)
}

const UP: [&str; 4] = ["a", "up", "up2", "z"];

/// A flow over `up` for ten minutes, veh/h.
pub fn over_up(lanes: u8, per_hour: f64) -> World {
    let mut trips = Trips::new(&two_ways(lanes).build(), VehicleType::calibrated("car"));
    trips.flow("f", 0.0, 600.0, per_hour, &UP);
    trips.world("two ways")
}

pub fn close(link: &str, lanes: Option<Vec<u8>>, until: Option<f64>) -> Command {
    Command::CloseLanes { link: link.into(), lanes, until }
}

pub fn open(link: &str) -> Command {
    Command::OpenLanes { link: link.into(), lanes: None }
}

pub fn surge(factor: f64, until: Option<f64>) -> Command {
    Command::DemandSurge { factor, until, from: Vec::new(), to: Vec::new() }
}

/// The simulation of a world with commands.
pub fn commanded(world: &World, commands: &[(f64, Command)]) -> Simulation {
    let mut sim = world.start();
    for (at, command) in commands {
        let command = TimedCommand { at: *at, id: 0, command: command.clone() };
        sim.command(command).unwrap_or_else(|e| panic!("{}: {e}", world.name));
    }
    sim
}

/// Goes on until `until` s, everything checked after each step.
fn go(sim: &mut Simulation, until: f64) {
    while sim.now() < s(until) {
        sim.step();
        check(sim);
    }
}

/// Goes on until everybody has left.
fn drain(sim: &mut Simulation, limit: f64) {
    while !sim.is_empty() {
        sim.step();
        check(sim);
        assert!(sim.now() < s(limit), "{}", describe(sim));
    }
}

/// Vehicles that have crossed the stop lines of a link.
fn flow(sim: &Simulation, link: &str, index: usize) -> u32 {
    sim.measures().lanes[lane(&sim.scene().network, link, index).index()].flow
}

fn nobody_stuck(sim: &Simulation) {
    assert_eq!(sim.gridlocks().found, [], "closed lanes are neither gridlock nor blockage: {}", describe(sim));
}

#[test]
fn one_of_two_lanes_carries_about_half() {
    let world = over_up(2, 6000.0);
    let served = |commands: &[(f64, Command)]| {
        let mut sim = commanded(&world, commands);
        go(&mut sim, 600.0);
        nobody_stuck(&sim);
        assert_eq!(sim.unserved(), 0);
        (flow(&sim, "up2", 0), flow(&sim, "up2", 1))
    };
    for closed in [0, 1] {
        let (kerb, middle) = served(&[(0.0, close("up2", Some(vec![closed]), None))]);
        assert_eq!([kerb, middle][usize::from(closed)], 0, "nobody enters the closed lane");
        let (a, b) = served(&[]);
        let share = f64::from(kerb + middle) / f64::from(a + b);
        // Changing lanes before the closure costs something, and so does what limits the whole road.
        assert!((0.4..0.62).contains(&share), "lane {closed} closed: {share} of {a} + {b}");
    }
}

#[test]
fn who_is_on_a_closed_lane_drives_on() {
    let world = over_up(2, 2000.0);
    let mut sim = commanded(&world, &[(200.0, close("up", Some(vec![0]), None))]);
    go(&mut sim, 200.0);
    let closed = lane(&sim.scene().network, "up", 0);
    let there: Vec<_> = sim.traffic().lanes[closed.index()].vehicles.iter().map(|v| v.id).collect();
    assert!(!there.is_empty(), "somebody is on the lane");
    go(&mut sim, 205.0);
    // Who could no longer stop has entered by now.
    let before: Vec<_> = sim.traffic().lanes[closed.index()].vehicles.iter().map(|v| v.id).collect();
    go(&mut sim, 260.0);
    assert_eq!(sim.traffic().lanes[closed.index()].vehicles.len(), 0, "{}", describe(&sim));
    assert!(there.iter().chain(&before).all(|id| sim.find(*id).is_none_or(|(lane, _)| lane != closed)));
    drain(&mut sim, 3000.0);
    nobody_stuck(&sim);
}

#[test]
fn a_closed_link_is_driven_round() {
    // Also a link in the middle of the way, where those before it have to turn off earlier.
    for link in ["up", "up2"] {
        let mut sim = commanded(&over_up(1, 700.0), &[(100.0, close(link, None, None))]);
        go(&mut sim, 100.0);
        let flow_then = flow(&sim, link, 0);
        let ahead: usize = [lane(&sim.scene().network, link, 0), lane(&sim.scene().network, UP[1], 0)]
            .iter()
            .map(|l| sim.traffic().lanes[l.index()].vehicles.len())
            .sum();
        go(&mut sim, 110.0);
        let unserved = sim.unserved();
        if link == "up" {
            assert_eq!(unserved, 0);
            drain(&mut sim, 2000.0);
        } else {
            // Who is on `up` has nowhere to turn, and waits; the others drive round.
            assert!(unserved > 0 && unserved <= ahead, "{unserved} of {ahead}");
            go(&mut sim, 2000.0);
            assert_eq!((sim.unserved(), sim.measures().running, sim.waiting().count), (unserved, unserved, 0));
            assert!(sim.is_closed_off());
        }
        let entered = flow(&sim, link, 0) - flow_then;
        assert!(entered as usize <= ahead + 2, "{entered} of {ahead}: nobody enters but who cannot stop");
        assert!(flow(&sim, "down2", 0) > 30, "the others drive round");
        nobody_stuck(&sim);
    }
}

#[test]
fn who_has_no_way_is_unserved_until_there_is_one() {
    let world = over_up(2, 900.0);
    let shut = [(100.0, close("z", None, None))];
    let mut sim = commanded(&world, &shut);
    while !sim.is_closed_off() {
        sim.step();
        check(&sim);
        assert!(sim.now() < s(1500.0), "{}", describe(&sim));
    }
    let m = sim.measures();
    let loaded = sim.scene().order.len();
    assert!(sim.unserved() > 100 && m.arrived > 0, "{} unserved", sim.unserved());
    assert_eq!(sim.waiting().count + m.inserted, loaded);
    assert_eq!(m.arrived + sim.unserved(), loaded, "everybody has arrived or is unserved");
    nobody_stuck(&sim);
    // Nobody enters who has no way.
    assert!(sim.waiting().count > 100, "{}", describe(&sim));

    // It opens again, by its own time or by a command: all arrive.
    let until = [(100.0, close("z", None, Some(400.0)))];
    let command = [(100.0, close("z", None, None)), (400.0, open("z"))];
    // The later closure counts: the end of the first does not open the lanes.
    let longer = [(100.0, close("z", None, Some(300.0))), (200.0, close("z", None, Some(400.0)))];
    let mut hashes = Vec::new();
    for commands in [&until[..], &command, &longer] {
        let mut sim = commanded(&world, commands);
        go(&mut sim, 399.0);
        assert!(sim.unserved() > 0 && !sim.is_closed_off(), "it will open");
        drain(&mut sim, 2500.0);
        assert_eq!(sim.unserved(), 0);
        nobody_stuck(&sim);
        hashes.push(sim.state_hash());
    }
    assert_eq!(hashes[0], hashes[1]);
}

#[test]
fn who_enters_on_a_closed_link_waits_for_it() {
    let mut sim = commanded(&over_up(1, 400.0), &[(50.0, close("a", None, Some(300.0)))]);
    go(&mut sim, 300.0);
    let entered = |sim: &Simulation| sim.measures().inserted;
    let waiting = sim.waiting().count;
    assert!(waiting > 15 && sim.unserved() == waiting, "{waiting} wait, {} unserved", sim.unserved());
    let before = entered(&sim);
    go(&mut sim, 330.0);
    assert!(entered(&sim) > before);
    drain(&mut sim, 2000.0);
}

/// Twelve buses with two stops.
pub fn buses() -> World {
    let network = two_ways(2).build();
    let stop = |link: &str| Stop {
        lane: lane(&network, link, 0),
        start: 60.0,
        end: 80.0,
        place: PlaceId::NONE,
        duration: s(20.0),
        until: None,
        parks: false,
    };
    let mut trips = Trips::new(&network, VehicleType::calibrated("bus"));
    for k in 0..12 {
        trips.one(&format!("bus{k}"), 40.0 * f64::from(k), &UP, super::worlds::rolling());
    }
    let links = trips.demand.routes[0].links.clone();
    trips.demand.routes[0] = Route { stops: vec![stop("up"), stop("z")], ..Route::given(links) };
    trips.world("buses")
}

/// Stops on a closed lane are left out; those who stand there go on.
#[test]
fn stops_on_closed_lanes_are_left_out() {
    let world = buses();
    let stopped = |sim: &Simulation| -> Vec<f32> { sim.measures().trips.iter().map(|t| t.stop_time).collect() };
    let mut sim = commanded(&world, &[]);
    drain(&mut sim, 2000.0);
    assert!(stopped(&sim).iter().all(|&t| t >= 40.0), "{:?}", stopped(&sim));
    // One lane, or the whole link: then the other way is as good.
    for lanes in [Some(vec![0]), None] {
        let mut sim = commanded(&world, &[(200.0, close("up", lanes, None))]);
        drain(&mut sim, 2000.0);
        let times = stopped(&sim);
        assert!(times[..3].iter().all(|&t| t >= 40.0), "{times:?}");
        assert!(times[7..].iter().all(|&t| (20.0..30.0).contains(&t)), "the other stop is made: {times:?}");
        nobody_stuck(&sim);
    }
}

/// The hashes of a commanded run, and again from a snapshot at each of some moments.
fn same_from_snapshots(world: &World, commands: &[(f64, Command)], until: f64, moments: &[f64]) {
    let hash_at_end = |sim: &mut Simulation| {
        go(sim, until);
        sim.state_hash()
    };
    let whole = hash_at_end(&mut commanded(world, commands));
    for threads in [1, 2, 4] {
        let mut sim = commanded(&world.clone().threads(threads), commands);
        assert_eq!(hash_at_end(&mut sim), whole, "{} on {threads} threads", world.name);
    }
    for &moment in moments {
        let mut sim = commanded(world, commands);
        go(&mut sim, moment);
        let snapshot = sim.snapshot();
        assert_eq!(hash_at_end(&mut sim), whole);
        let mut other = world.clone().threads(2).start();
        other.restore(&snapshot).expect("the snapshot is of such a run");
        assert_eq!(hash_at_end(&mut other), whole, "{}: from {moment} s", world.name);
        other.reset(world.setup.seed).expect("a run can be reset");
        assert_eq!(hash_at_end(&mut other), whole, "{}: reset", world.name);
    }
}

#[test]
fn commands_are_the_same_on_any_threads_and_from_any_snapshot() {
    let world = over_up(2, 1500.0);
    let commands = [
        (100.0, close("up", Some(vec![1]), Some(250.0))),
        (150.0, close("up2", None, Some(400.0))),
        (120.0, surge(1.7, Some(300.0))),
        (200.0, Command::SpeedLimit { link: "z".into(), limit: 6.0 }),
    ];
    same_from_snapshots(&world, &commands, 650.0, &[90.0, 171.0, 260.0]);
}

/// A crossing at a signal with traffic from all sides.
pub fn signal() -> World {
    let town = crossing(NodeKind::Signal, 1, 1).signal("x", 0.0, &[(25.0, &["w", "e"]), (15.0, &["s", "n"])]);
    let names = ["w", "e", "n", "s"];
    let network = town.build();
    let mut trips = Trips::new(&network, VehicleType::calibrated("car"));
    for from in names {
        for to in names.iter().filter(|&&to| to != from) {
            let link = |name: &str, into: bool| {
                // Streets lead to the crossing.
                if into { name.to_owned() } else { format!("-{name}") }
            };
            let (a, b) = (link(from, true), link(to, false));
            if network.find_link(&a).is_some() && network.find_link(&b).is_some() {
                trips.flow(&format!("{from}{to}"), 0.0, 600.0, 70.0, &[&a, &b]);
            }
        }
    }
    trips.world("signal")
}

pub fn outage(shows: Outage, until: Option<f64>) -> Command {
    let signal = "x".into();
    Command::SignalOutage { signal, shows, until }
}

#[test]
fn at_a_signal_out_of_order_signs_rule() {
    let world = signal();
    for (shows, lamps) in [(Outage::Dark, Lamp::Off), (Outage::Flashing, Lamp::Flashing)] {
        let mut sim = commanded(&world, &[(120.0, outage(shows, Some(400.0)))]);
        let shown = |sim: &Simulation| (lamp(sim, "w", "-e"), lamp(sim, "s", "-n"));
        go(&mut sim, 150.0);
        assert_eq!(shown(&sim), (lamps, lamps));
        let before = sim.measures().arrived;
        go(&mut sim, 400.0);
        assert_eq!(shown(&sim), (lamps, lamps));
        assert!(sim.measures().arrived > before + 20, "traffic goes on: {}", describe(&sim));
        // Back through red everywhere.
        go(&mut sim, 401.0);
        assert_eq!(shown(&sim), (Lamp::Red, Lamp::Red));
        go(&mut sim, 430.0);
        let (a, b) = shown(&sim);
        assert!([a, b].contains(&Lamp::Green) || a == Lamp::GreenMinor || b == Lamp::GreenMinor, "{a:?} {b:?}");
        drain(&mut sim, 2500.0);
        assert_eq!(sim.trip(), None, "the monitor has nothing to say");
        nobody_stuck(&sim);
    }
    let both = [(120.0, outage(Outage::Dark, Some(400.0))), (100.0, outage(Outage::Flashing, None))];
    same_from_snapshots(&world, &both, 500.0, &[110.0, 200.0, 350.0]);
}

#[test]
fn a_signal_is_restored_by_command_and_takes_orders() {
    use intergreen_control::Command as Order;
    let world = signal();
    let restore = Command::SignalRestore { signal: "x".into() };
    let order = |order| Command::Signal { signal: "x".into(), order };
    let mut sim =
        commanded(&world, &[(50.0, outage(Outage::Dark, None)), (100.0, restore), (200.0, order(Order::Flash(true)))]);
    go(&mut sim, 90.0);
    assert_eq!(lamp(&sim, "w", "-e"), Lamp::Off);
    go(&mut sim, 130.0);
    assert_ne!(lamp(&sim, "w", "-e"), Lamp::Off);
    go(&mut sim, 230.0);
    assert_eq!(lamp(&sim, "w", "-e"), Lamp::Flashing);
    assert_eq!(sim.trip(), None);
}

/// Name and time of all who have departed.
fn departed(sim: &Simulation) -> Vec<(&str, Millis)> {
    let scene = sim.scene();
    let all = scene.order[..sim.waiting().next].iter().map(|id| &scene.departures[id.index()]);
    all.map(|d| (d.id.as_str(), d.depart)).collect()
}

#[test]
fn a_surge_adds_copies_and_shifts_nobody() {
    let world = over_up(2, 1200.0);
    let plain = world.start();
    let due: Vec<_> = plain.scene().departures.iter().map(|d| (d.id.as_str(), d.depart)).collect();
    let in_window = due.iter().filter(|d| d.1 >= s(100.0) && d.1 < s(400.0)).count();
    let mut sim = commanded(&world, &[(100.0, surge(1.5, Some(400.0)))]);
    drain(&mut sim, 3000.0);
    let all = departed(&sim);
    let (copies, own): (Vec<_>, Vec<_>) = all.iter().copied().partition(|d| d.0.contains("#surge"));
    assert_eq!(own, due, "everybody else departs as before");
    assert_eq!(all.len(), sim.measures().arrived);
    // Half of the vehicles, within four standard deviations of as many throws of a coin.
    let (mean, deviation) = (0.5 * in_window as f64, (0.25 * in_window as f64).sqrt());
    assert!((copies.len() as f64 - mean).abs() < 4.0 * deviation, "{} of {in_window}", copies.len());
    assert!(copies.iter().all(|d| d.1 >= s(100.0) && d.1 < s(400.0)));
    assert!(all.is_sorted_by_key(|d| d.1));
    // Ids stay, too.
    let scene = sim.scene();
    assert!(plain.scene().departures.iter().zip(&scene.departures).all(|(a, b)| a == b));

    // Given live, before its time or at it, it is the same surge.
    let mut live = world.start();
    go(&mut live, 100.0);
    live.command(TimedCommand { at: 0.0, id: 0, command: surge(1.5, Some(400.0)) }).expect("a good command");
    drain(&mut live, 3000.0);
    assert_eq!((departed(&live), live.state_hash()), (departed(&sim), sim.state_hash()));
}

#[test]
fn a_surge_leaves_out_and_chooses() {
    let world = over_up(2, 1200.0);
    let total = world.start().scene().order.len();
    let count = |command: Command| {
        let mut sim = commanded(&world, &[(0.0, command)]);
        go(&mut sim, 600.0);
        let all = departed(&sim);
        assert!(all.iter().all(|d| !d.0.contains("#surge")));
        all.len()
    };
    let half = count(surge(0.5, None));
    let deviation = (0.25 * total as f64).sqrt();
    assert!((half as f64 - 0.5 * total as f64).abs() < 4.0 * deviation, "{half} of {total}");
    assert_eq!(count(surge(0.0, None)), 0);
    assert_eq!(count(surge(1.0, None)), total);
    let only = |from: &str, to: &str| Command::DemandSurge {
        factor: 0.0,
        until: None,
        from: vec![from.into()],
        to: vec![to.into()],
    };
    assert_eq!((count(only("a", "z")), count(only("up", "z")), count(only("a", "up"))), (0, total, total));
    // Surges of surges multiply.
    let mut sim = commanded(&world, &[(0.0, surge(2.0, None)), (300.0, surge(3.0, None))]);
    go(&mut sim, 600.0);
    let names: std::collections::BTreeSet<_> = sim.scene().departures.iter().map(|d| &d.id).collect();
    assert_eq!(names.len(), sim.scene().departures.len(), "no two have one name");
    let early = world.start().scene().departures.iter().filter(|d| d.depart < s(300.0)).count();
    let least = 2 * early + 5 * (total - early);
    assert!(sim.scene().order.len() > least, "{} of {total}, {early} early", sim.scene().order.len());
}

#[test]
fn vehicles_of_the_warm_up_are_in_no_mean() {
    let mut world = over_up(1, 500.0);
    world.setup.end = Some(s(600.0));
    let cold = world.drain(2000.0, check);
    world.setup.warm_up = s(200.0);
    let warm = world.drain(2000.0, check);
    assert_eq!(warm.state_hash(), cold.state_hash(), "it is the same run");
    let scene = warm.scene();
    let (m, means) = (warm.measures(), warm.measures().means(scene).expect("some have arrived"));
    let late = scene.departures.iter().zip(&m.trips).filter(|(d, _)| d.depart >= s(200.0));
    let durations: Vec<f64> = late.map(|(_, t)| (t.arrived.unwrap() - t.entered.unwrap()).seconds()).collect();
    assert_eq!(means.trips, durations.len());
    let mean = durations.iter().sum::<f64>() / durations.len() as f64;
    // Sums of the same numbers in the same order.
    assert_eq!(means.duration, mean);
    assert_ne!(cold.measures().means(cold.scene()).map(|m| m.duration), Some(mean));
    assert_eq!(m.arrived, scene.departures.len());
    assert_ne!(m.resco_delay, cold.measures().resco_delay);
    assert!(flow(&warm, "up", 0) < flow(&cold, "up", 0));
    assert_eq!(cold.measures().samples - m.samples, 20, "a sample every 10 s is left out");
    // A warm-up longer than the run measures nothing.
    world.setup.warm_up = s(1e6);
    let nothing = world.drain(2000.0, check);
    assert_eq!((nothing.measures().means(nothing.scene()), nothing.measures().resco_delay), (None, None));
}

/// The bundled arterial with incidents of all kinds.
#[test]
fn the_arterial_comes_through() {
    let world = arterial();
    let signal = world.network.signals[1].id.clone();
    let commands = [
        (600.0, close("m1", Some(vec![0]), Some(900.0))),
        (700.0, Command::SignalOutage { signal, shows: Outage::Dark, until: Some(800.0) }),
        (650.0, surge(1.2, Some(900.0))),
    ];
    let mut sim = commanded(&world, &commands);
    go(&mut sim, 1500.0);
    assert_eq!((sim.unserved(), sim.trip()), (0, None));
    nobody_stuck(&sim);
}

/// Queues of unserved vehicles reach back over many crossings: whoever stands in or behind them is in no blockage.
#[test]
fn a_queue_before_a_closure_is_no_blockage() {
    let mut sim = commanded(&arterial(), &[(300.0, close("m7", None, None))]);
    go(&mut sim, 2400.0);
    assert!(sim.unserved() > 100, "{} unserved", sim.unserved());
    nobody_stuck(&sim);
}
