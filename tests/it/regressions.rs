//! One test per defect that a review or a user found.

use std::sync::Arc;

use intergreen::demand::{ArrivalPosition, Manner, Timing, VehicleType};
use intergreen::network::compose::NodeKind;
use intergreen::network::{MovementId, Network, VehicleClass};
use intergreen::scenario::Scenario;
use intergreen::sim::collisions::Overlaps;
use intergreen::sim::{Command, Setup, Simulation, TimedCommand};
use intergreen_control::{Lamp, Millis, Program, ProgramStep};

use super::worlds::{Town, Trips, World, alike, arterial, crossing, describe, lane, rolling, s, standing_at, sumo};

/// Whoever arrives in the middle of a lane leaves; whoever drives ahead of it does not.
#[test]
fn an_arrival_in_mid_lane_takes_nobody_else_along() {
    let network = Town::default().end("w", -500.0, 0.0).end("e", 500.0, 0.0).one_way("road", "w", "e", 1).build();
    let mut t = Trips::new(&network, alike());
    t.one("first", 0.0, &["road"], rolling());
    t.one("second", 4.0, &["road"], Manner { arrival_position: ArrivalPosition::At(100.0), ..rolling() });
    let mut sim = t.world("arrival").start();
    while sim.now() < s(200.0) {
        sim.step();
    }
    let [first, second] = [sim.measures().trips[0], sim.measures().trips[1]];
    assert!(second.arrived < first.arrived, "{second:?} {first:?}");
    // A step's way beyond the place is cut off: the lengths are exact to rounding.
    assert!((second.length + second.depart_position - 100.0).abs() < 0.01, "{second:?}");
    assert!((first.length + first.depart_position - 1000.0).abs() < 0.01, "{first:?}");
}

/// Four signals in a ring whose roads are full of vehicles that go round and round.
pub fn ring(offsets: [f64; 4]) -> World {
    let at = [(0.0, 0.0), (80.0, 0.0), (80.0, 80.0), (0.0, 80.0)];
    let ends = [(-200.0, 0.0), (80.0, -200.0), (280.0, 80.0), (0.0, 280.0)];
    let mut town = Town::default();
    for i in 0..4 {
        town = town.node(&format!("n{i}"), at[i].0, at[i].1, NodeKind::Signal);
        town = town.end(&format!("o{i}"), ends[i].0, ends[i].1);
    }
    for i in 0..4 {
        town = town.one_way(&format!("r{i}"), &format!("n{i}"), &format!("n{}", (i + 1) % 4), 1);
        town = town.one_way(&format!("in{i}"), &format!("o{i}"), &format!("n{i}"), 1);
    }
    for (i, offset) in offsets.into_iter().enumerate() {
        let (before, side) = (format!("r{}", (i + 3) % 4), format!("in{i}"));
        town = town.signal(&format!("n{i}"), offset, &[(30.0, &[before.as_str()]), (30.0, &[side.as_str()])]);
    }
    let network = town.build();
    let mut t = Trips::new(&network, alike());
    let names: Vec<String> = (0..4).map(|i| format!("r{i}")).collect();
    for i in 0..4 {
        let route: Vec<&str> = (0..12).map(|k| names[(i + k) % 4].as_str()).collect();
        let mut place = network.lane(lane(&network, &names[i], 0)).length - 1.0;
        let mut k = 0;
        while place > 4.9 {
            t.one(&format!("v{i}.{k}"), 0.0, &route, standing_at(place, 0));
            place -= 7.35;
            k += 1;
        }
    }
    t.world("ring")
}

/// A full ring is a gridlock, also if its signals are never green together.
#[test]
fn a_full_ring_is_named_as_a_gridlock() {
    for offsets in [[0.0; 4], [0.0, 35.0, 0.0, 35.0]] {
        let mut sim = ring(offsets).start();
        while sim.now() < s(900.0) {
            sim.step();
        }
        assert_eq!(sim.gridlocks().cycles(), 1, "{offsets:?} {:?}", sim.gridlocks().found);
        assert_eq!(sim.gridlocks().present(), 1, "{offsets:?}");
    }
}

/// Overlaps count wherever a vehicle's rear is: on its lane, inside the junction, over the stop line.
#[test]
fn overlaps_over_a_joint_are_counted() {
    let network =
        crossing(NodeKind::Signal, 1, 1).signal("x", 0.0, &[(40.0, &["w", "e"]), (20.0, &["n", "s"])]).build();
    let mut t = Trips::new(&network, alike());
    t.one("a", 0.0, &["w", "-e"], standing_at(20.0, 0));
    t.one("b", 0.0, &["s", "-n"], standing_at(20.0, 0));
    let mut sim = t.world("overlap").start();
    sim.step();
    let (scene, mut traffic) = (sim.scene().clone(), sim.traffic().clone());
    let (west, east, south) = (lane(&network, "w", 0), lane(&network, "-e", 0), lane(&network, "s", 0));
    let mut a = traffic.lanes[west.index()].vehicles.remove(0);
    let mut b = traffic.lanes[south.index()].vehicles.remove(0);
    let into = |from, name: &str| {
        let link = network.find_link(name).unwrap();
        let to_link = |m: &intergreen::network::Movement| network.lane(m.to).link == link;
        network.movements_of(from).map(|m| network.movement(m)).find(|m| to_link(m)).unwrap().next
    };
    let (inside_a, inside_b) = (into(west, "-e"), into(south, "-n"));
    // A long vehicle has left the junction with its front only; another stands in the middle of it.
    (a.length, a.position, a.came_from) = (25.0, 1.0, inside_a);
    (b.position, b.came_from) = (network.lane(inside_b).length / 2.0 + 2.0, south);
    traffic.lanes[east.index()].vehicles.push(a);
    traffic.lanes[inside_b.index()].vehicles.push(b);
    assert_eq!(Overlaps::default().look(&scene, &traffic), 1);
    // Rear-end, 2.9 m deep, over the stop line.
    traffic.lanes[east.index()].vehicles.clear();
    traffic.lanes[inside_b.index()].vehicles.clear();
    assert_eq!(Overlaps::default().look(&scene, &traffic), 0);
    (a.length, a.position, a.came_from) = (5.0, 2.0, west);
    b.position = network.lane(west).length - 0.1;
    traffic.lanes[inside_a.index()].vehicles.push(a);
    traffic.lanes[west.index()].vehicles.push(b);
    assert_eq!(Overlaps::default().look(&scene, &traffic), 1);
}

/// A reset run is the same run, commands included.
#[test]
fn a_reset_keeps_the_commands() {
    let mut sim = arterial().start();
    let limit = Command::SpeedLimit { link: "m1".into(), limit: 5.0 };
    sim.command(TimedCommand { at: 10.0, id: 0, command: limit }).unwrap();
    let run = |sim: &mut Simulation| {
        for _ in 0..400 {
            sim.step();
        }
        sim.state_hash()
    };
    let first = run(&mut sim);
    sim.reset(sim.scene().setup.seed).unwrap();
    assert_eq!(run(&mut sim), first);
}

/// A snapshot of another network is refused.
#[test]
fn a_snapshot_of_another_network_is_refused() {
    let road = |lanes| {
        let network = Town::default().end("w", 0.0, 0.0).end("e", 400.0, 0.0).one_way("road", "w", "e", lanes).build();
        let mut t = Trips::new(&network, alike());
        t.one("v", 0.0, &["road"], rolling());
        t.world("road").start()
    };
    let (mut one, mut two) = (road(1), road(2));
    one.step();
    assert!(two.restore(&one.snapshot()).is_err());
}

/// The columns of an observation add up to what the traffic says.
#[test]
fn an_observation_counts_what_there_is() {
    let mut sim = arterial().start();
    for _ in 0..600 {
        sim.step();
    }
    let lanes = sim.traffic().lanes.len();
    let mut out = vec![f32::NAN; 3 * lanes];
    assert_eq!(sim.observe(&mut out), 3 * lanes);
    let standing = sim.traffic().vehicles().filter(|(_, v)| v.speed < 0.1).count();
    assert_eq!(out[..lanes].iter().sum::<f32>() as usize, sim.traffic().count());
    assert_eq!(out[lanes..2 * lanes].iter().sum::<f32>() as usize, standing);
    let speeds: f32 = sim.traffic().vehicles().map(|(_, v)| v.speed).sum();
    // Summed in another order: some hundred f32 of up to 17.
    assert!((out[2 * lanes..].iter().sum::<f32>() - speeds).abs() < 0.05);
}

/// A bus longer than the road behind the junction drives on if that road is empty.
#[test]
fn a_vehicle_longer_than_the_next_road_drives_on() {
    let network = Town::default()
        .node("x", 0.0, 0.0, NodeKind::Signal)
        .node("y", 34.0, 0.0, NodeKind::Signal)
        .end("w", -200.0, 0.0)
        .end("e", 300.0, 0.0)
        .end("n", 0.0, 200.0)
        .end("s", 34.0, -200.0)
        .street("west", "w", "x", 1)
        .street("middle", "x", "y", 1)
        .street("east", "y", "e", 1)
        .street("north", "n", "x", 1)
        .street("south", "s", "y", 1)
        .signal("x", 0.0, &[(30.0, &["west", "-middle"]), (30.0, &["north"])])
        .signal("y", 0.0, &[(30.0, &["middle", "-east"]), (30.0, &["south"])])
        .build();
    let middle = network.lane(lane(&network, "middle", 0)).length;
    let mut bus = alike();
    bus.length = f64::from(middle) + 5.0;
    let mut t = Trips::new(&network, bus);
    t.one("bus", 0.0, &["west", "middle", "east"], rolling());
    let mut sim = t.world("bus").start();
    while sim.now() < s(300.0) && !sim.is_empty() {
        sim.step();
    }
    assert!(sim.is_empty(), "the bus of {} m has not passed a road of {middle} m", middle + 5.0);
}

/// A crossing with long ways for left turns, little red between the stages, and left turns that give way.
const LEFT_INSIDE: &str = r#"(
    version: 2, name: "left inside", begin: 0, end: 7200, step: 0.5, seeds: [1],
    network: inline(
        nodes: [
            (id: "x", x: 0, y: 0, kind: signal),
            (id: "west", x: -300, y: 0, kind: dead_end),
            (id: "east", x: 300, y: 0, kind: dead_end),
            (id: "south", x: 0, y: -300, kind: dead_end),
            (id: "north", x: 0, y: 300, kind: dead_end),
        ],
        streets: [
            (id: "w", from: "west", to: "x", lanes: 2, speed: 50, median: 3.2, end: (bay: 60)),
            (id: "e", from: "east", to: "x", lanes: 2, speed: 50, median: 3.2, end: (bay: 60)),
            (id: "s", from: "south", to: "x", lanes: 2, speed: 60, median: 3.2, end: (bay: 56)),
            (id: "n", from: "north", to: "x", lanes: 2, speed: 60, median: 3.2, end: (bay: 35)),
        ],
        signals: [(node: "x", cycle: 34, all_red: 1, stages: [(green: 13, go: ["w", "e"]), (green: 13, go: ["s", "n"])])],
    ),
    vehicles: [(id: "car")],
    demand: (
        entries: [
            (street: "w", flow: 400), (street: "e", flow: 400), (street: "s", flow: 400), (street: "n", flow: 400),
        ],
        turns: [
            (street: "w", left: 60, straight: 40, right: 0),
            (street: "e", left: 60, straight: 40, right: 0),
            (street: "s", left: 20, straight: 80, right: 0),
            (street: "n", left: 20, straight: 80, right: 0),
        ],
    ),
)"#;

/// Whoever comes rolling up as its red ends can still brake for somebody who was left inside as it could for the red. It
/// drove on: green asks for less hard braking, and who is left inside does not look out for others' streets. Once in an
/// hour or two they met.
#[test]
fn who_was_left_inside_is_let_out_by_who_comes_rolling() {
    let scenario = Scenario::from_ron(LEFT_INSIDE, "left inside").expect("it is sound");
    let (network, demand) = scenario.build().expect("it is sound");
    let (network, demand) = (Arc::new(network), Arc::new(demand));
    for (seed, until) in [(2, 3205.0), (5, 2320.0)] {
        let setup = Setup { end: Some(s(7200.0)), step: s(0.5), seed, ..Setup::default() };
        let world = World { name: "left inside".into(), network: network.clone(), demand: demand.clone(), setup };
        let sim = world.until(until, |_| ());
        assert!(sim.measures().arrived > 800, "{}", describe(&sim));
        assert_eq!(sim.measures().collisions, 0, "seed {seed}: {:?}", sim.overlaps().latest);
    }
}

/// A road of two lanes that both go straight on over a stop line, each by a lamp of its own: the kerb lane's is green
/// but for a short red, the other's red but for a short green.
fn two_lamps() -> Network {
    let town = Town::default()
        .node("x", 0.0, 0.0, NodeKind::Signal)
        .end("w", -600.0, 0.0)
        .end("e", 300.0, 0.0)
        .end("s", 0.0, -300.0)
        .one_way("road", "w", "x", 2)
        .one_way("on", "x", "e", 2)
        .one_way("side", "s", "x", 1)
        .signal("x", 0.0, &[(30.0, &["road"]), (10.0, &["side"])]);
    let mut network = Arc::unwrap_or_clone(town.build());
    let left = lane(&network, "road", 1);
    let signal = &mut network.signals[0];
    let group = signal.groups;
    signal.groups += 1;
    let ways: Vec<MovementId> = signal.movements.clone();
    let road = |m: MovementId| network.lane(network.movement(m).from).link == network.lane(left).link;
    let kerb: Vec<u16> =
        ways.iter().filter(|&&m| road(m)).filter_map(|&m| network.movement(m).head.map(|h| h.group)).collect();
    for &m in &ways {
        if network.movement(m).from == left {
            network.movements[m.index()].head.as_mut().expect("it has a lamp").group = group;
        }
    }
    let step = |seconds: i64, first: Lamp, second: Lamp| {
        let mut lamps = vec![Lamp::Red; usize::from(group) + 1];
        kerb.iter().for_each(|&g| lamps[usize::from(g)] = first);
        lamps[usize::from(group)] = second;
        ProgramStep { duration: Millis(seconds * 1000), lamps }
    };
    let steps = vec![
        step(30, Lamp::Green, Lamp::Red),
        step(3, Lamp::Yellow, Lamp::Red),
        step(8, Lamp::Red, Lamp::Green),
        step(3, Lamp::Red, Lamp::Yellow),
    ];
    let signal = &mut network.signals[0];
    signal.program = Program::new("p", Millis(0), steps).expect("it is sound");
    (signal.own, signal.permissive) = (false, None);
    network
}

/// Whoever overtakes just before a stop line looks at the lamp of the lane it changes to. It did not, and could no longer
/// stop when the other lane's lamp was red.
#[test]
fn nobody_changes_lanes_before_a_red_it_can_no_longer_stop_for() {
    let network = Arc::new(two_lamps());
    for seed in 1..4 {
        let mut t = Trips::new(&network, VehicleType::calibrated("car"));
        let truck = VehicleType { max_speed: 9.0, ..VehicleType::sumo("truck", VehicleClass::Truck) };
        t.demand.types.push(truck);
        t.flow("cars", 0.0, 1800.0, 500.0, &["road", "on"]);
        let trucks = Timing::Poisson { begin: s(0.0), end: s(1800.0), rate: 0.05, number: u64::MAX };
        t.add("trucks", trucks, 1, &["road", "on"], rolling());
        let sim = t.world("two lamps").seed(seed).drain(3600.0, |_| ());
        assert!(sim.measures().lane_changes > 20, "{} changes", sim.measures().lane_changes);
        assert_eq!(sim.measures().red_running, 0, "seed {seed}: {:?}", sim.measures().red_runs);
        assert_eq!(sim.measures().collisions, 0, "seed {seed}: {:?}", sim.overlaps().latest);
    }
}

/// The same where it was found: 24 m before a red, from a lane whose lamp was green, at a signal whose lanes have lamps of
/// their own.
#[test]
fn nobody_changes_lanes_before_a_red_in_ingolstadt() {
    let Some(mut world) = sumo("resco/ingolstadt7/ingolstadt7.sumocfg") else { return };
    (world.setup.seed, world.setup.controller) = (3, ("actuated".into(), Vec::new()));
    let sim = world.until(58420.0, |_| ());
    assert!(sim.measures().arrived > 300, "{}", describe(&sim));
    assert_eq!(sim.measures().red_running, 0, "{:?}", sim.measures().red_runs);
}

/// One on the way to its place to wait inside, and one past its own, both counted on the other to go second: where the
/// ways meet before the place to wait (a long turn back), nobody braked.
#[test]
fn who_comes_to_its_place_to_wait_and_who_has_left_its_own_agree_who_is_first() {
    let Some(mut world) = sumo("resco/cologne1/cologne1.sumocfg") else { return };
    (world.setup.seed, world.setup.controller) = (4, ("actuated".into(), Vec::new()));
    let sim = world.until(25970.0, |_| ());
    assert!(sim.measures().arrived > 400, "{}", describe(&sim));
    assert_eq!(sim.measures().collisions, 0, "{:?}", sim.overlaps().latest);
}
