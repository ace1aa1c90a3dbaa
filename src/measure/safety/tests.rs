use intergreen_control::Millis;

use super::*;
use crate::measure::{Front, Listener, Moving};
use crate::network::compose::NodeKind;
use crate::validation::world::{Trips, World, alike, crossing as crossroads, lane, road, rolling, s, standing_at};

/// Two cars that stand on a road, the first at 100 m, the second so that `gap` metres are between them; then they are
/// given speeds.
fn pair(gap: f32, speeds: [f32; 2]) -> (Simulation, Safety) {
    let network = road(NodeKind::Priority, 300.0, 300.0, 1).build();
    let mut trips = Trips::new(&network, alike());
    trips.one("leader", 0.0, &["in", "out"], standing_at(100.0, 0));
    trips.one("follower", 0.0, &["in", "out"], standing_at(50.0, 0));
    let mut sim = trips.world("two cars").start();
    sim.step();
    let safety = Safety::new(&sim);
    place(&mut sim, gap, speeds);
    (sim, safety)
}

/// Puts the two where they are wanted.
fn place(sim: &mut Simulation, gap: f32, speeds: [f32; 2]) {
    let on = lane(&sim.scene().network.clone(), "in", 0).index();
    let mut traffic = sim.world().resource_mut::<Traffic>();
    let vehicles = &mut traffic.lanes[on].vehicles;
    let back = vehicles[0].back();
    vehicles[1].position = back - gap;
    vehicles[0].speed = speeds[0];
    vehicles[1].speed = speeds[1];
}

fn follow(sim: &Simulation, safety: &mut Safety) -> Encounters {
    safety.meets.clear();
    safety.following(sim.scene(), sim.traffic(), true);
    std::mem::swap(&mut safety.met, &mut safety.meets);
    safety.total()
}

/// 10 m and 8 m/s: 1.25 s.
#[test]
fn a_gap_that_closes_is_an_encounter() {
    let (mut sim, mut safety) = pair(10.0, [2.0, 10.0]);
    let e = follow(&sim, &mut safety);
    assert_eq!((e.ttc_following, e.ttc_converging, e.least_ttc_s), (1, 0, Some(1.25)));
    // The same two, nearer still: one encounter, its least value.
    place(&mut sim, 6.0, [2.0, 10.0]);
    let e = follow(&sim, &mut safety);
    assert_eq!((e.ttc_following, e.least_ttc_s), (1, Some(0.75)));
    // They part, and meet again: another one.
    place(&mut sim, 30.0, [10.0, 10.0]);
    assert_eq!(follow(&sim, &mut safety).ttc_following, 1);
    place(&mut sim, 10.0, [2.0, 10.0]);
    assert_eq!(follow(&sim, &mut safety).ttc_following, 2);
    // It belongs to the junction at the road's end.
    let names: Vec<_> = safety.junctions().map(|(j, _)| sim.scene().network.junctions[j.index()].id.clone()).collect();
    assert_eq!(names, ["x"]);
}

#[test]
fn who_comes_no_nearer_meets_nobody() {
    for (gap, speeds) in [(1.0, [10.0, 10.0]), (1.0, [11.0, 10.0]), (12.0, [2.0, 10.0]), (20.0, [0.0, 13.0])] {
        let (sim, mut safety) = pair(gap, speeds);
        assert_eq!(follow(&sim, &mut safety), Encounters::default(), "{gap} m, {speeds:?} m/s");
    }
}

#[test]
fn windows_of_time() {
    let at = |front: f64, speed: f64| Inside { id: VehicleId(0), front, length: 5.0, speed };
    // 10 m before a stretch of 4 m at 10 m/s: there after 1 s, gone after 1.9 s.
    let a = at(0.0, 10.0).window(10.0, 14.0);
    assert_eq!(a, Some((1.0, 1.9)));
    // One who comes there after 1.4 s: they meet; one who comes when it is gone, or stands before it: they do not.
    assert_eq!(crossing(a, at(0.0, 5.0).window(7.0, 11.0)), 1.4);
    assert_eq!(crossing(a, at(0.0, 5.0).window(10.0, 14.0)), f64::INFINITY);
    assert_eq!(crossing(a, at(9.0, 0.0).window(10.0, 14.0)), f64::INFINITY);
    // Who stands on it is met, who is gone is not.
    assert_eq!(crossing(a, at(11.0, 0.0).window(10.0, 14.0)), 1.0);
    assert_eq!(crossing(a, at(19.0, 10.0).window(10.0, 14.0)), f64::INFINITY);
    // Two that merge: 12 m and 5 m from the common lane, 2 m between them, 4 m/s faster.
    assert_eq!(merging(&at(8.0, 9.0), 20.0, &at(5.0, 5.0), 10.0), 0.5);
    assert_eq!(merging(&at(8.0, 5.0), 20.0, &at(5.0, 5.0), 10.0), f64::INFINITY);
}

/// One crosses after the other: the post-encroachment time is what their motions say.
#[test]
fn a_crossing_one_after_the_other() {
    let network = crossroads(NodeKind::Priority, 1, 1).build();
    let mut trips = Trips::new(&network, alike());
    trips.one("first", 0.0, &["w", "-e"], rolling());
    trips.one("second", 0.0, &["s", "-n"], rolling());
    let sim = trips.world("crossing").start();
    let scene = sim.scene().clone();
    let inside = |from: &str, to: &str| {
        let (from, to) = (lane(&network, from, 0), lane(&network, to, 0));
        let entry = network.movements_of(from).find(|m| network.movement(*m).to == to).expect("they are joined");
        network.movement(entry).next
    };
    let (first, second) = (inside("w", "-e"), inside("s", "-n"));
    let c = *passing::conflicts(&scene, first).find(|c| c.foe == second).expect("they cross");
    let drive = |passings: &mut Passings, lane: LaneId, id: u32, from: f32, begin: f64| {
        // 10 m/s for one second.
        let m = Moving {
            scene: &scene,
            routes: &sim.paths().table,
            id: VehicleId(id),
            kind: 0,
            length: 4.8,
            speed_factor: 1.0,
            before: 10.0,
            after: 10.0,
            moved: 10.0,
            time_loss: 0.0,
            stopped: false,
            now: begin + 1.0,
            dt: 1.0,
        };
        passings.moved(&m, lane, Front { from: f64::from(from), to: f64::from(from) + 10.0 });
    };
    let found = |begin: f64, who: u32| {
        let mut passings = Passings::new(&scene);
        // Its rear leaves the stretch at 0.5 s; the other's front comes to it half a second after `begin`.
        drive(&mut passings, first, 0, c.end + 4.8 - 5.0, 0.0);
        drive(&mut passings, second, who, c.foe_start - 5.0, begin);
        passings.take()
    };
    for (begin, pet) in [(0.0, 0.0), (2.0, 2.0), (4.5, 4.5)] {
        let all = found(begin, 1);
        assert!(all.len() == 1 && (all[0].1 - pet).abs() < 1e-5, "{begin}: {all:?}");
    }
    assert!(found(5.5, 1).is_empty(), "long after");
    assert!(found(2.0, 0).is_empty(), "nobody meets himself");
}

/// The world of [`crossroads`] with these flows, veh/h, run for ten minutes.
fn run(kind: NodeKind, flows: &[(&str, &str, f64)]) -> (World, Encounters) {
    let network = crossroads(kind, 1, 1).build();
    let mut trips = Trips::new(&network, alike());
    for (from, to, flow) in flows {
        trips.flow(&format!("{from}{to}"), 0.0, 600.0, *flow, &[from, to]);
    }
    let world = trips.world("crossing");
    let mut sim = world.start();
    let mut safety = Safety::new(&sim);
    let hash = world.until(600.0, |_| {}).state_hash();
    while sim.now() < s(600.0) {
        sim.step();
        safety.look(&sim);
    }
    assert_eq!(sim.state_hash(), hash, "looking changes nothing");
    (world, safety.total())
}

/// Opposite directions do not cross: nobody meets anybody.
#[test]
fn no_conflicts_no_encounters() {
    let (_, e) = run(NodeKind::Priority, &[("w", "-e", 400.0), ("e", "-w", 400.0)]);
    assert_eq!(e, Encounters::default());
}

/// Who gives way comes a moment after whom it gave way to, and not before that one is gone.
#[test]
fn who_gives_way_comes_after() {
    let (_, e) = run(NodeKind::Priority, &[("w", "-e", 300.0), ("s", "-n", 200.0)]);
    // Of some thirty on the minor road every third finds somebody on the major one within 5 s.
    assert!(e.pet_below_5_s >= 5 && e.pet_below_5_s >= e.pet_below_1_5_s, "{e:?}");
    assert!(e.least_pet_s.is_some_and(|pet| (0.0..5.0).contains(&pet)), "{e:?}");
}

/// Who departs in the warm-up is driven, and not counted.
#[test]
fn a_warm_up_is_left_out() {
    let (world, _) = run(NodeKind::Priority, &[("w", "-e", 300.0), ("s", "-n", 200.0)]);
    let mut setup = world.setup.clone();
    setup.warm_up = Millis(600_000);
    let mut sim = World { setup, ..world }.start();
    let mut safety = Safety::new(&sim);
    for _ in 0..1000 {
        sim.step();
        safety.look(&sim);
    }
    assert_eq!(safety.total(), Encounters::default());
}
