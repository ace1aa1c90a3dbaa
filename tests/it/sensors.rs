//! Loops: times of their edges, counts, and that every on has an off.

use intergreen::demand::VehicleType;
use intergreen::detectors::{Channel, Layout, place};
use intergreen::network::LaneId;
use intergreen::network::compose::NodeKind;
use intergreen::sim::Simulation;
use intergreen::sim::sensors::{SensorEvent, SensorState};
use intergreen_control::plan::DetectorKind;

use super::worlds::{Town, Trips, URBAN, World, alike, arterial, crossing, road, rolling, s, standing_at};

/// Edges of a world's loops, in the order in which they are sent. The controllers have drained their own copy, so
/// a second set of loops watches the same traffic.
fn edges(world: &World, until: f64, mut each: impl FnMut(&Simulation)) -> (Vec<SensorEvent>, Simulation) {
    let mut watch: Option<SensorState> = None;
    let mut all = Vec::new();
    let sim = world.until(until, |sim| {
        let loops = watch.get_or_insert_with(|| SensorState::new(sim.scene()));
        loops.sense(sim.scene(), sim.traffic(), sim.now());
        all.extend(loops.wire.try_iter().flatten());
        each(sim);
    });
    (all, sim)
}

/// Free flow over a signal that stays green.
fn free_flow(period: f64) -> World {
    let network = road(NodeKind::Signal, 500.0, 300.0, 1).signal("x", 0.0, &[(500.0, &["in"]), (50.0, &[])]).build();
    let mut t = Trips::new(&network, alike());
    let timing = intergreen::demand::Timing::Every { begin: s(0.0), period, end: s(200.0), number: u64::MAX };
    t.add("v", timing, 0, &["in", "out"], rolling());
    t.world("free flow")
}

/// On-time at constant speed is (vehicle + loop)/speed, and edges of one vehicle are as far apart as the loops, at
/// any step. 2 ms: edges are whole milliseconds, both rounded down, and speeds are exact.
#[test]
fn on_time_is_length_over_speed() {
    for step in [0.1, 0.5, 1.0] {
        let world = free_flow(7.3).step(step);
        let (edges, sim) = edges(&world, 300.0, |_| {});
        let sensors = &sim.scene().sensors.list;
        assert_eq!(sensors.len(), 4, "a zone and a loop at the stop line, and two further upstream");
        for (i, sensor) in sensors.iter().enumerate() {
            let of: Vec<&SensorEvent> = edges.iter().filter(|e| e.channel == i as u32).collect();
            assert_eq!(of.len(), 2 * sim.measures().arrived, "step {step}: two edges per vehicle");
            let wanted = f64::from((4.8 + sensor.end - sensor.start) / URBAN);
            for pair in of.chunks(2) {
                assert!(pair[0].on && !pair[1].on, "step {step}: on, then off");
                let time = (pair[1].at - pair[0].at).seconds();
                assert!((time - wanted).abs() <= 0.002, "step {step}: on for {time} s, expected {wanted:.4} s");
            }
        }
        let on = |channel: u32| edges.iter().filter(move |e| e.channel == channel && e.on).map(|e| e.at.seconds());
        for other in 1..4 {
            let apart = f64::from((sensors[other as usize].start - sensors[0].start) / URBAN);
            for (a, b) in on(0).zip(on(other)) {
                assert!((b - a - apart).abs() <= 0.002, "step {step}: {} s between the loops, expected {apart}", b - a);
            }
        }
    }
}

/// The channels of the loops that count at stop lines, and their lanes.
fn count_loops(sim: &Simulation) -> Vec<(usize, LaneId)> {
    let placed = place(&sim.scene().network, &Layout::default());
    let counts = |c: &Channel| c.meaning.place.as_ref().is_some_and(|p| p.kind == DetectorKind::Count);
    placed.channels.iter().enumerate().filter(|(_, c)| counts(c)).map(|(i, c)| (i, c.pieces[0].lane)).collect()
}

/// Checks that edges alternate and come in order of time; gives the number of vehicles that came onto each channel, and
/// whether each is occupied at the end.
fn counts(edges: &[SensorEvent], sim: &Simulation) -> (Vec<u32>, Vec<bool>) {
    let loops = sim.scene().sensors.channels.len();
    let (mut ons, mut occupied) = (vec![0; loops], vec![false; loops]);
    let mut previous = i64::MIN;
    for e in edges {
        assert!(e.at.0 >= previous, "in order of time");
        previous = e.at.0;
        let state = &mut occupied[e.channel as usize];
        assert_ne!(*state, e.on, "edges of a channel alternate");
        *state = e.on;
        ons[e.channel as usize] += u32::from(e.on);
    }
    assert!(previous <= sim.now().0);
    (ons, occupied)
}

/// Where nobody changes lanes, with queues and turns: on the count loops exactly those are counted that crossed
/// the line, and whoever is on the loop and has not crossed it yet: who has may still cover it with its rear. (Two in a
/// queue never cover it together: they are 7.3 m apart and it takes 4.8 + 1.8 m.)
#[test]
fn loops_count_the_vehicles_that_cross() {
    let network =
        crossing(NodeKind::Signal, 1, 1).signal("x", 0.0, &[(30.0, &["w", "e"]), (20.0, &["n", "s"])]).build();
    let mut t = Trips::new(&network, VehicleType::calibrated("car"));
    for (k, links) in [["w", "-e"], ["w", "-n"], ["e", "-w"], ["e", "-n"], ["s", "-n"], ["n", "-e"]].iter().enumerate()
    {
        t.flow(&format!("f{k}"), 0.0, 900.0, 180.0, links);
    }
    for step in [0.5, 1.0] {
        let (edges, sim) = edges(&t.clone().world("crossing").step(step), 700.0, |_| {});
        let (ons, occupied) = counts(&edges, &sim);
        for (channel, lane) in count_loops(&sim) {
            let flow = sim.measures().lanes[lane.index()].flow;
            let name = &sim.scene().network.lane(lane).id;
            assert!(flow > 20, "{name}: {flow} crossed");
            let near =
                sim.scene().sensors.list.iter().find(|s| s.channel as usize == channel).expect("it has a loop").start;
            let vehicles = &sim.traffic().lanes[lane.index()].vehicles;
            let before_line = vehicles.iter().filter(|v| v.position > near).count() as u32;
            assert_eq!(ons[channel], flow + before_line, "step {step}: {name}");
            assert!(occupied[channel] || before_line == 0, "step {step}: {name} is free at the end");
        }
    }
}

/// On the arterial vehicles also change lanes over loops, which then count them in both lanes: 7 % or three. (Most of
/// these changes are made by vehicles that stand at the stop line, which nobody can; without them 2 % would do.)
#[test]
fn loops_of_the_arterial_count_nearly_right() {
    let (edges, sim) = edges(&arterial(), 1200.0, |_| {});
    let (ons, _) = counts(&edges, &sim);
    for (channel, lane) in count_loops(&sim) {
        let (counted, flow) = (ons[channel], sim.measures().lanes[lane.index()].flow);
        let most = (flow * 7 / 100).max(3);
        assert!(counted.abs_diff(flow) <= most, "{}: {counted}, crossed {flow}", sim.scene().network.lane(lane).id);
    }
}

/// A vehicle shorter than a step's way is seen by a short loop even if it jumps over it within one step.
#[test]
fn nobody_jumps_over_a_loop() {
    let car = VehicleType { length: 2.2, ..alike() };
    let mut world = free_flow(5.0).step(1.0);
    let mut demand = (*world.demand).clone();
    demand.types[0] = car;
    world.demand = std::sync::Arc::new(demand);
    let (edges, sim) = edges(&world, 300.0, |_| {});
    // 13.9 m in a step over 1.8 m of loop: X and IN.
    for channel in [2, 3] {
        assert_eq!(edges.iter().filter(|e| e.channel == channel && e.on).count(), sim.measures().arrived);
        assert_eq!(edges.iter().filter(|e| e.channel == channel && !e.on).count(), sim.measures().arrived);
    }
}

/// The zone of a last road shorter than it has a loop on that road, one in the junction before and one on the road before
/// that, wired to one channel: a vehicle makes one pulse, as long as it takes from the near border of the one to the
/// far border of the other. 3 ms: two roundings of a millisecond, and positions along two roads are sums.
#[test]
fn loops_on_two_roads_make_one_pulse() {
    let network = Town::default()
        .end("w", -500.0, 0.0)
        .end("e", 300.0, 0.0)
        .node("m", -26.0, 0.0, NodeKind::Priority)
        .node("x", 0.0, 0.0, NodeKind::Signal)
        .one_way("in", "w", "m", 1)
        .one_way("last", "m", "x", 1)
        .one_way("out", "x", "e", 1)
        .signal("x", 0.0, &[(500.0, &["last"]), (50.0, &[])])
        .build();
    let bus = VehicleType { length: 20.0, ..alike() };
    let mut t = Trips::new(&network, bus);
    let timing = intergreen::demand::Timing::Every { begin: s(0.0), period: 7.3, end: s(200.0), number: u64::MAX };
    t.add("v", timing, 0, &["in", "last", "out"], rolling());
    let mut world = t.world("short last road");
    world.setup.detectors.stop_bar_m = Some(30.0);
    for step in [0.1, 0.5, 1.0] {
        let (edges, sim) = edges(&world.clone().step(step), 300.0, |_| {});
        let sensors = &sim.scene().sensors;
        assert_eq!(sensors.list.iter().filter(|l| l.channel == 0).count(), 3);
        let of: Vec<&SensorEvent> = edges.iter().filter(|e| e.channel == 0).collect();
        assert!(sim.measures().arrived > 20 && of.len() == 2 * sim.measures().arrived, "step {step}: {}", of.len());
        let wanted = f64::from((20.0 + 30.0) / URBAN);
        for pair in of.chunks(2) {
            let time = (pair[1].at - pair[0].at).seconds();
            assert!(
                pair[0].on && (time - wanted).abs() <= 0.003,
                "step {step}: on for {time} s, expected {wanted:.4} s"
            );
        }
    }
}

/// A zone with room for several is on until the last of a queue has left it: four cars start at 90 s, one after the other,
/// the next always within its 20 m (the fourth reaches 9 m/s, and with 2 s between them they are 13 m apart).
#[test]
fn a_zone_is_free_when_the_last_has_left() {
    let network = road(NodeKind::Signal, 500.0, 300.0, 1).signal("x", 90.0, &[(100.0, &["in"]), (80.0, &[])]).build();
    for step in [0.1, 0.5, 1.0] {
        let mut t = Trips::new(&network, alike());
        for (i, x) in [470.0, 460.0, 450.0, 440.0].into_iter().enumerate() {
            t.one(&format!("v{i}"), 20.0, &["in", "out"], standing_at(x, 0));
        }
        let mut world = t.world("a queue").step(step);
        world.setup.detectors.stop_bar_m = Some(20.0);
        let (edges, sim) = edges(&world, 150.0, |_| {});
        assert_eq!(sim.measures().arrived, 4, "step {step}");
        let of: Vec<bool> = edges.iter().filter(|e| e.channel == 0).map(|e| e.on).collect();
        assert_eq!(of, [true, false], "step {step}: on once, and off once");
    }
}
