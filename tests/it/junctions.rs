//! Who goes first, who waits, and where (validation suite C21, and what drivers expect of each other).

use intergreen::demand::{Manner, Timing, VehicleType};
use intergreen::network::LaneId;
use intergreen::network::compose::NodeKind;
use intergreen::sim::Simulation;
use intergreen::sim::measures::Trip;
use intergreen_control::Lamp;

use super::invariants::check;
use super::worlds::{Town, Trips, World, alike, crossing, lamp, lane, road, rolling, s, vehicle};

/// Limit of these short scenes, s.
const LIMIT: f64 = 900.0;

/// The crossing with both streets' greens, from 0 s on: w–e 40 s, n–s 20 s, cycle 70 s.
fn signal(lanes: u8) -> Town {
    crossing(NodeKind::Signal, lanes, 1).signal("x", 0.0, &[(40.0, &["w", "e"]), (20.0, &["n", "s"])])
}

/// A vehicle's trip.
fn trip(sim: &Simulation, name: &str) -> Trip {
    sim.measures().trips[vehicle(sim, name).index()]
}

/// Trips of all vehicles whose name begins so.
fn trips(sim: &Simulation, prefix: &str) -> Vec<Trip> {
    let named = sim.scene().departures.iter().zip(&sim.measures().trips);
    let all: Vec<Trip> = named.filter(|(d, _)| d.id.starts_with(prefix)).map(|(_, t)| *t).collect();
    assert!(!all.is_empty(), "there are vehicles '{prefix}…'");
    all
}

/// Mean time lost, s.
fn mean_loss(trips: &[Trip]) -> f64 {
    trips.iter().map(|t| f64::from(t.time_loss)).sum::<f64>() / trips.len() as f64
}

/// One vehicle every `period` s, from `begin` on.
fn every(begin: f64, period: f64, number: u64) -> Timing {
    Timing::Every { begin: s(begin), period, end: s(1e6), number }
}

/// A left turn against an oncoming stream that has no gap before its end.
fn left_turn(oncoming: u64, period: f64) -> World {
    let network = signal(1).build();
    let mut t = Trips::new(&network, alike());
    t.add("on", every(0.0, period, oncoming), 0, &["e", "-w"], rolling());
    t.one("left", 4.0, &["w", "-n"], rolling());
    t.world("left turn")
}

/// When a vehicle crosses its stop line and when it is through the junction, to the step, s.
fn through(world: &World, name: &str, from: &str, to: &str) -> (f64, f64, Simulation) {
    let (mut entered, mut left) = (None, None);
    let (from, to) = (lane(&world.network, from, 0), lane(&world.network, to, 0));
    let sim = world.drain(LIMIT, |sim| {
        check(sim);
        if let Some((l, _)) = sim.find(vehicle(sim, name)) {
            if l != from {
                entered.get_or_insert(sim.now().seconds());
            }
            if l == to {
                left.get_or_insert(sim.now().seconds());
            }
        }
    });
    (entered.expect("crosses its line"), left.expect("gets through"), sim)
}

/// Ten oncoming vehicles 2 s apart: too close for a left turn. It waits inside for the last of them, then goes while
/// it is still green, and delays nobody.
#[test]
fn a_permissive_left_turn_waits_for_a_gap() {
    let world = left_turn(10, 2.0);
    let (entered, left, sim) = through(&world, "left", "w", "-n");
    let alone = {
        let mut t = Trips::new(&world.network, alike());
        t.add("on", every(0.0, 2.0, 10), 0, &["e", "-w"], rolling());
        t.world("oncoming alone").drain(LIMIT, check)
    };
    // The last one enters at 18 s and takes 21 s to the crossing. It is due there before the left turn is through.
    let last = trip(&sim, "on.9").arrived.expect("drained").seconds() - 300.0 / 13.9;
    assert!(left > last, "the left turn is through at {left} s, the last oncoming passes at about {last:.1} s");
    assert!(entered < 40.0, "it goes on to the middle while it is green, at {entered} s");
    assert!(left < 55.0, "and through in the gap behind them, at {left} s");
    for (with, without) in trips(&sim, "on").iter().zip(trips(&alone, "on")) {
        // A stream with right of way may ease off for a car in the middle, but not by more than half a second.
        assert!((with.time_loss - without.time_loss).abs() < 0.5, "{} against {}", with.time_loss, without.time_loss);
    }
}

/// The same with a gap of 12 s in the stream: a driver uses it. 12 s is more than critical gap and time to turn.
#[test]
fn a_permissive_left_turn_uses_a_gap() {
    let network = signal(1).build();
    let mut t = Trips::new(&network, alike());
    t.add("before", every(0.0, 2.0, 2), 0, &["e", "-w"], rolling());
    t.add("after", every(14.0, 2.0, 4), 0, &["e", "-w"], rolling());
    t.one("left", 0.0, &["w", "-n"], rolling());
    let world = t.world("a gap");
    let (_, left, sim) = through(&world, "left", "w", "-n");
    let first_after = trip(&sim, "after.0").arrived.expect("drained").seconds() - 300.0 / 13.9;
    assert!(left < first_after, "through at {left} s, the next one comes at {first_after:.1} s");
}

/// No gap until the end of green: whoever waits in the middle leaves when the oncoming stream is stopped, before the
/// cross street has been green for long (the first of it takes 2 s to start; 5 s is its clearing behind the others).
#[test]
fn who_waits_in_the_middle_is_let_out_after_green() {
    let world = left_turn(60, 2.0);
    let (entered, left, sim) = through(&world, "left", "w", "-n");
    assert!(entered < 43.0, "it goes on to the middle while it is green, at {entered} s");
    assert!((40.0..50.0).contains(&left), "through at {left} s; green ends at 40 s, the cross street's begins at 45 s");
    assert_eq!(sim.measures().red_running, 0);
}

/// Two left turns from opposite sides at the head of their queues, each followed into the junction, over the room for
/// crosswalks, by others who go straight on: these cannot come before it has gone, so neither waits for those behind the
/// other, and all get away in one green (45 to 75 s; the next one begins at 125 s).
#[test]
fn opposing_left_turns_do_not_wait_for_who_stands_behind_them() {
    let mut town = crossing(NodeKind::Signal, 1, 1).signal("x", 0.0, &[(40.0, &["n", "s"]), (30.0, &["w", "e"])]);
    town.plan.nodes[0].crosswalks = 12.0;
    let network = town.build();
    let mut t = Trips::new(&network, VehicleType::calibrated("car"));
    for (from, left, on) in [("w", "-n", "-e"), ("e", "-s", "-w")] {
        t.one(&format!("{from} left"), 0.0, &[from, left], rolling());
        t.add(&format!("{from} on"), every(2.0, 2.0, 3), 0, &[from, on], rolling());
    }
    for seed in 1..=3 {
        let mut world = t.clone().world("opposing left turns");
        world.setup.seed = seed;
        let sim = world.drain(LIMIT, check);
        let last = sim.measures().trips.iter().filter_map(|trip| trip.arrived).max().expect("drained").seconds();
        assert!(last < 125.0, "seed {seed}: the last one arrives at {last} s");
    }
}

/// Left turns from both sides and cross traffic, for cycles on end: nobody is left inside for a whole red.
#[test]
fn nobody_is_left_in_the_middle() {
    let network = signal(1).build();
    let mut t = Trips::new(&network, alike());
    for (k, links) in
        [["w", "-n"], ["e", "-s"], ["w", "-e"], ["e", "-w"], ["s", "-n"], ["n", "-s"], ["n", "-e"], ["s", "-w"]]
            .iter()
            .enumerate()
    {
        t.flow(&format!("f{k}"), 0.0, 600.0, 110.0, links);
    }
    let world = t.world("all turns");
    let sim = world.drain(2400.0, |sim| {
        check(sim);
        for (l, v) in sim.traffic().vehicles() {
            let inside = sim.scene().lanes[l.index()].internal;
            // The longest green is 40 s; whoever waits inside leaves at its end.
            assert!(!(inside && v.waiting > 45.0), "stands inside for {} s at {} s", v.waiting, sim.now().seconds());
        }
    });
    assert!(sim.gridlocks().found.is_empty());
}

/// A major street and a minor one from the south.
fn t_junction() -> Town {
    Town::default()
        .node("x", 0.0, 0.0, NodeKind::Priority)
        .end("w_end", -300.0, 0.0)
        .end("e_end", 300.0, 0.0)
        .end("s_end", 0.0, -300.0)
        .street("w", "w_end", "x", 1)
        .change(|s| s.rank = 2)
        .street("e", "e_end", "x", 1)
        .change(|s| s.rank = 2)
        .street("s", "s_end", "x", 1)
}

/// The minor stream waits for the major one, which hardly notices: its mean delay grows by less than a second.
#[test]
fn minor_streets_wait_and_major_ones_do_not() {
    let network = t_junction().build();
    let major = |t: &mut Trips| {
        t.flow("major-e", 0.0, 900.0, 450.0, &["w", "-e"]);
        t.flow("major-w", 0.0, 900.0, 450.0, &["e", "-w"]);
    };
    let mut t = Trips::new(&network, alike());
    major(&mut t);
    let alone = t.clone().world("major alone").drain(1800.0, check);
    t.flow("minor-l", 0.0, 900.0, 60.0, &["s", "-w"]);
    t.flow("minor-r", 0.0, 900.0, 60.0, &["s", "-e"]);
    let both = t.world("T junction").drain(1800.0, check);
    let (before, after) = (mean_loss(&trips(&alone, "major")), mean_loss(&trips(&both, "major")));
    let minor = mean_loss(&trips(&both, "minor"));
    println!("major {before:.2} s alone, {after:.2} s with the minor stream, which loses {minor:.2} s");
    assert!(after - before < 1.0, "the major stream loses {:.2} s to the minor one", after - before);
    assert!(minor > after + 2.0, "the minor stream loses {minor:.2} s, the major one {after:.2} s");
}

/// Two that would meet: the one from the right goes first and loses nothing, the other lets it.
#[test]
fn right_goes_before_left() {
    let network = crossing(NodeKind::RightBeforeLeft, 1, 1).build();
    // Who drives east from w has s on the right.
    let mut t = Trips::new(&network, alike());
    t.one("right", 0.0, &["s", "-n"], rolling());
    let alone = t.clone().world("right alone").drain(LIMIT, check);
    t.one("left", 0.0, &["w", "-e"], rolling());
    let both = t.world("right before left").drain(LIMIT, check);
    let (right, left) = (trip(&both, "right"), trip(&both, "left"));
    assert!(right.arrived < left.arrived, "right {:?}, left {:?}", right.arrived, left.arrived);
    // It may slow down to look to its own right; the other must not cost it anything beyond that.
    let lost = right.time_loss - trip(&alone, "right").time_loss;
    assert!(lost < 1.0, "who comes from the right loses {lost} s");
    assert!(left.time_loss > right.time_loss + 1.0, "{} against {}", left.time_loss, right.time_loss);
}

/// Four at once, each with somebody on the right: the rule settles nothing, and somebody goes nevertheless.
#[test]
fn four_that_arrive_together_sort_it_out() {
    let network = crossing(NodeKind::RightBeforeLeft, 1, 1).build();
    let mut t = Trips::new(&network, alike());
    for links in [["w", "-e"], ["s", "-n"], ["e", "-w"], ["n", "-s"]] {
        t.add(links[0], every(0.0, 4.0, 3), 0, &links, rolling());
    }
    t.world("all from the right").drain(180.0, check);
}

/// A signal `y` that stays red for 300 s, 120 m behind a crossing `x`.
pub fn spillback() -> World {
    let network = Town::default()
        .node("x", 0.0, 0.0, NodeKind::Signal)
        .node("y", 120.0, 0.0, NodeKind::Signal)
        .end("w_end", -300.0, 0.0)
        .end("e_end", 400.0, 0.0)
        .end("n_end", 0.0, 200.0)
        .end("s_end", 0.0, -200.0)
        .street("w", "w_end", "x", 1)
        .street("m", "x", "y", 1)
        .street("e", "y", "e_end", 1)
        .street("n", "n_end", "x", 1)
        .street("s", "s_end", "x", 1)
        .signal("x", 0.0, &[(30.0, &["w", "-m"]), (30.0, &["n", "s"])])
        // Red for 300 s, then long green.
        .signal("y", 300.0, &[(200.0, &["m", "-e"]), (300.0, &[])])
        .build();
    let mut t = Trips::new(&network, alike());
    t.add("queue", every(0.0, 3.0, 60), 0, &["w", "m", "e"], rolling());
    t.add("cross", every(0.0, 10.0, 25), 0, &["s", "-n"], rolling());
    t.add("back", every(0.0, 10.0, 25), 0, &["n", "-s"], rolling());
    t.world("spillback")
}

/// A queue behind the junction: nobody enters without room to leave, and the cross street keeps moving.
#[test]
fn nobody_enters_without_room_to_leave() {
    let world = spillback();
    let sim = world.drain(LIMIT, |sim| {
        check(sim);
        for (l, v) in sim.traffic().vehicles() {
            let facts = &sim.scene().lanes[l.index()];
            // Nobody turns left here, so nobody has a reason to stand inside, front or rear.
            // The first of the queue stands a metre before its line, which the reckoning of room leaves out: as much
            // may a rear reach back.
            let inside = facts.internal || (v.back() < -1.0 && sim.scene().lanes[v.came_from.index()].internal);
            let name = &sim.scene().departures[v.id.index()].id;
            assert!(!(inside && v.waiting > 1.0), "{name} stands in the junction at {} s", sim.now().seconds());
        }
    });
    // Two cycles of 70 s with 30 s green: nobody of the cross street waits longer than its red and a queue of five.
    let worst = trips(&sim, "cross").iter().map(|t| t.time_loss).fold(0.0, f32::max);
    assert!(worst < 60.0, "the cross street loses up to {worst} s");
}

/// Yellow: who can stop with 3 m/s² after 0.7 s to decide does, who cannot goes on and is through before red; nobody
/// crosses on red.
#[test]
fn who_cannot_stop_at_yellow_goes_on() {
    let network = road(NodeKind::Signal, 400.0, 300.0, 1).signal("x", 0.0, &[(40.0, &["in"]), (30.0, &[])]).build();
    let line = lane(&network, "in", 0);
    let (mut gone, mut stood) = (Vec::new(), Vec::new());
    for tenths in 80..160 {
        let mut t = Trips::new(&network, alike());
        t.one("v", f64::from(tenths) / 10.0, &["in", "out"], Manner { ..rolling() });
        let mut at_yellow = None;
        let sim = t.world("yellow").step(0.1).drain(LIMIT, |sim| {
            assert_eq!(sim.measures().red_running, 0, "departed at {tenths}/10 s");
            if at_yellow.is_none() && lamp(sim, "in", "out") == Lamp::Yellow {
                let left = |v: &intergreen::sim::state::Vehicle| sim.scene().lanes[line.index()].length - v.position;
                at_yellow = sim.find(vehicle(sim, "v")).filter(|(l, _)| *l == line).map(|(_, v)| left(v));
            }
        });
        let Some(distance) = at_yellow else { continue };
        if trip(&sim, "v").stops > 0 { stood.push(distance) } else { gone.push(distance) }
    }
    let (furthest, nearest) = (gone.iter().copied().fold(0.0, f32::max), stood.iter().copied().fold(1e9, f32::min));
    println!("went on from up to {furthest:.1} m, stopped from {nearest:.1} m on");
    assert!(gone.len() > 5 && stood.len() > 5, "{} went on, {} stopped", gone.len(), stood.len());
    assert!(furthest < nearest, "nobody who is nearer stops, nobody who is further goes on");
    // 0.7 v + v²/2b = 9.7 + 13.89²/6 = 41.9 m; 1.4 m more or less for the step in which it is decided.
    assert!((40.0..43.5).contains(&furthest), "went on from {furthest} m");
}

/// A yellow is seen over whoever is on a short road before it: who followed onto that road saw its lamp when the one
/// ahead had left it, and it was too late to stop.
#[test]
fn a_yellow_is_seen_beyond_the_car_ahead() {
    let network = Town::default()
        .end("w", -450.0, 0.0)
        .node("a", -34.0, 0.0, NodeKind::Priority)
        .node("x", 0.0, 0.0, NodeKind::Signal)
        .end("e", 300.0, 0.0)
        .one_way("in", "w", "a", 1)
        .one_way("short", "a", "x", 1)
        .one_way("out", "x", "e", 1)
        .signal("x", 0.0, &[(40.0, &["short"]), (30.0, &[])])
        .build();
    let [line, short] = ["in", "short"].map(|l| lane(&network, l, 0));
    let inside = network.movement(network.movements_of(line).next().expect("the road goes on")).next;
    let (mut parted, mut together) = (0, 0);
    for tenths in 80..160 {
        let mut t = Trips::new(&network, alike());
        t.one("first", f64::from(tenths) / 10.0, &["in", "short", "out"], rolling());
        t.one("second", f64::from(tenths) / 10.0 + 2.0, &["in", "short", "out"], rolling());
        let mut at_yellow = None;
        let sim = t.world("yellow beyond").drain(LIMIT, |sim| {
            let length = |l: LaneId| sim.scene().lanes[l.index()].length;
            if at_yellow.is_none() && lamp(sim, "short", "out") == Lamp::Yellow {
                let second = sim.find(vehicle(sim, "second")).filter(|(l, _)| *l == line);
                at_yellow = second.map(|(_, v)| length(line) - v.position + length(inside) + length(short));
            }
        });
        // 0.7 v + v²/2b = 9.7 + 13.89²/6 = 41.9 m is enough to stop.
        let Some(distance) = at_yellow.filter(|d| *d > 43.0) else { continue };
        assert!(trip(&sim, "second").stops > 0, "departed at {tenths}/10 s: goes on from {distance} m");
        if trip(&sim, "first").stops > 0 { together += 1 } else { parted += 1 }
    }
    assert!(parted > 3 && together > 3, "{parted} went on alone, {together} times both stopped");
}
