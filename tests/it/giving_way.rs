//! Calibrated drivers who give way by headways: whoever goes first need not brake hard, and nobody touches.
//!
//! Each world is two streets and few vehicles that meet in every way: the one who gives way is there, the other comes a
//! little later from run to run. Steps of 1 s are the hardest: what a driver has decided goes on for longest.

use intergreen::demand::VehicleType;
use intergreen::network::compose::NodeKind;
use intergreen::sim::Simulation;

use super::worlds::{Town, Trips, World, crossing, describe, rolling};

/// Hardest braking of those who go first that a driver may cause who judges headways, m/s²: comfortable is 2; with steps
/// of 1 s a half of it is seen a step late and has to be made up for.
const HARDEST: f32 = 4.5;

/// Runs a world for each step and some seeds; fails where somebody touches or one named `first…` brakes harder than `most`, m/s².
fn nobody_is_hindered(what: &str, most: f32, world: impl Fn() -> World) {
    for step in [0.5, 1.0] {
        for seed in 1..=4 {
            let mut hardest: f32 = 0.0;
            let look = |sim: &Simulation| {
                for (_, v) in sim.traffic().vehicles() {
                    let first = sim.scene().departures[v.id.index()].id.starts_with("first");
                    hardest = hardest.max(if first { -v.accel } else { 0.0 });
                }
            };
            let sim = world().step(step).seed(seed).drain(600.0, look);
            let overlaps = sim.measures().collisions;
            assert_eq!(overlaps, 0, "{what}, step {step}, seed {seed}: {}", describe(&sim));
            assert!(hardest <= most, "{what}, step {step}, seed {seed}: {hardest} m/s²");
        }
    }
}

/// When the others come, s after the one who gives way.
fn offsets() -> impl Iterator<Item = f64> {
    (0..40).map(|i| 0.3 * f64::from(i))
}

/// A left turn came fast, took a gap for long enough when it could just stop, and changed its mind when it could not: it
/// came to stand in the way of those for whom it braked.
#[test]
fn a_left_turn_keeps_to_what_it_has_decided() {
    let signal = crossing(NodeKind::Signal, 1, 1).signal("x", 0.0, &[(80.0, &["w", "e"]), (10.0, &["n", "s"])]);
    for (name, network) in [("signal", signal.build()), ("priority", crossing(NodeKind::Priority, 1, 1).build())] {
        for offset in offsets() {
            nobody_is_hindered(&format!("{name}, {offset} s later"), HARDEST, || {
                let mut t = Trips::new(&network, VehicleType::calibrated("car"));
                t.one("turn", 4.0, &["e", "-s"], rolling());
                t.one("first", offset, &["w", "-e"], rolling());
                t.world("left turn")
            });
        }
    }
}

/// Whoever comes from a street that gives way looked at where ways lead to one lane only for who had left it: those who
/// were to come to the place where they touch were taken for gone.
#[test]
fn a_street_that_gives_way_lets_a_fast_one_by() {
    let network = crossing(NodeKind::Priority, 1, 1).build();
    for to in ["-e", "-n", "-w"] {
        for offset in offsets() {
            nobody_is_hindered(&format!("to {to}, {offset} s later"), HARDEST, || {
                let mut t = Trips::new(&network, VehicleType::calibrated("car"));
                t.one("minor", 0.0, &["s", to], rolling());
                t.one("first", 16.0 + offset, &["w", "-e"], rolling());
                t.one("first too", 18.0 + 0.7 * offset, &["e", "-w"], rolling());
                t.world("minor street")
            });
        }
    }
}

/// Those who come over a short street, one behind the other, were seen when the one ahead had left it. Known gap: some brake
/// harder than they need, up to 8 m/s², as if whoever is in their way for a moment were to stay there.
#[test]
fn who_comes_over_a_short_street_behind_another_is_seen_in_time() {
    let network = Town::default()
        .end("w_end", -300.0, 0.0)
        .node("a", -45.0, 0.0, NodeKind::Priority)
        .end("a_end", -45.0, 200.0)
        .node("x", 0.0, 0.0, NodeKind::Priority)
        .end("e_end", 300.0, 0.0)
        .end("s_end", 0.0, -300.0)
        .street("w", "w_end", "a", 1)
        .change(|s| s.rank = 2)
        .street("side", "a_end", "a", 1)
        .street("short", "a", "x", 1)
        .change(|s| s.rank = 2)
        .street("e", "e_end", "x", 1)
        .change(|s| s.rank = 2)
        .street("s", "s_end", "x", 1)
        .build();
    for offset in offsets() {
        nobody_is_hindered(&format!("{offset} s later"), f32::INFINITY, || {
            let mut t = Trips::new(&network, VehicleType::calibrated("car"));
            t.one("turn", 4.0, &["e", "-s"], rolling());
            for (i, later) in [0.0, 2.5, 5.0].into_iter().enumerate() {
                t.one(&format!("first{i}"), offset + later, &["w", "short", "-e"], rolling());
            }
            t.world("short street")
        });
    }
}
