//! What must hold in every step of every simulation (validation suite C18, C21).

use intergreen::demand::FollowingModel;
use intergreen::network::LaneId;
use intergreen::sim::Simulation;

use super::random_towns::{Rules, random_town};
use super::worlds::{World, arterial, describe, sumo};

/// Slack of positions, m: an f32 on a lane of a kilometre is exact to 0.06 mm, and a step adds a few of these.
const PLACE: f32 = 0.01;
/// Share by which a speed may exceed the desired one without braking: rounding.
const SPEED: f32 = 1e-3;

/// Checks everything after a step.
pub fn check(sim: &Simulation) {
    let scene = sim.scene();
    let (m, waiting) = (sim.measures(), sim.waiting());
    let out = sim.traffic().count() + sim.halts().parked().count();
    let at = || format!("at {} s: {}", sim.now().seconds(), describe(sim));
    // Conservation: who has departed is in line, on the network or parked beside it, or has arrived.
    assert_eq!(waiting.next, waiting.count + out + m.arrived, "conservation {}", at());
    assert_eq!(m.inserted, m.running + m.arrived, "books {}", at());
    assert_eq!(m.running, out, "books {}", at());
    assert_eq!(waiting.count, waiting.lines.iter().map(|l| l.len()).sum::<usize>(), "lines {}", at());
    assert_eq!(m.collisions, 0, "collision {:?} {}", named(sim), at());
    assert_eq!(m.red_running, 0, "red-running {}", at());
    assert_eq!(sim.controllers().monitor.seconds, 0.0, "conflicting greens {}", at());
    for (l, lane) in sim.traffic().lanes.iter().enumerate() {
        let facts = &scene.lanes[l];
        let name = &scene.network.lane(LaneId::new(l)).id;
        for v in &lane.vehicles {
            let who = &scene.departures[v.id.index()].id;
            assert!(v.speed.is_finite() && v.position.is_finite() && v.accel.is_finite(), "{who} on {name}: {v:?}");
            assert!(v.speed >= 0.0, "{who} on {name} drives {} m/s {}", v.speed, at());
            assert!(v.moved >= 0.0, "{who} on {name} moved {} m", v.moved);
            assert!(v.position <= facts.length + PLACE, "{who} is at {} of {} m of {name}", v.position, facts.length);
            assert!(v.position > 0.0 - PLACE, "{who} is at {} m of {name}", v.position);
            let d = &scene.drivers[v.kind as usize];
            let desired = (v.speed_factor * facts.limit).min(d.max_speed);
            // Who comes from a faster lane may still be too fast, but then brakes.
            let braking = v.accel <= 1e-3;
            assert!(
                v.speed <= desired * (1.0 + SPEED) || braking || v.moved > v.position,
                "{who} on {name}: {} m/s, desired {desired}, accelerating at {} {}",
                v.speed,
                v.accel,
                at()
            );
        }
        for w in lane.vehicles.windows(2) {
            let [a, b] = [w[0], w[1]].map(|v| &scene.departures[v.id.index()].id);
            assert!(w[0].back() + PLACE >= w[1].position, "{b} overlaps {a} on {name} {}", at());
        }
    }
}

/// The vehicles that have just come to overlap, by name.
fn named(sim: &Simulation) -> Vec<(&str, &str, &str)> {
    let scene = sim.scene();
    let who = |i: u32| scene.departures[i as usize].id.as_str();
    sim.overlaps().latest.iter().map(|&(l, a, b)| (scene.network.lane(l).id.as_str(), who(a), who(b))).collect()
}

/// Runs a world until it is empty, checking every step; everybody must arrive, and nobody get stuck.
fn hold(world: &World, limit: f64) {
    let sim = world.drain(limit, check);
    assert!(sim.gridlocks().found.is_empty(), "{}: {:?}", world.name, sim.gridlocks().found);
    for (trip, d) in sim.measures().trips.iter().zip(&sim.scene().departures) {
        let last = sim.scene().network.lane(trip.arrival_lane).link;
        assert!(trip.arrived.is_some(), "{}: {} has not arrived", world.name, d.id);
        assert_eq!(
            Some(&last),
            world.demand.routes[d.route.index()].links.last(),
            "{}: {} is elsewhere",
            world.name,
            d.id
        );
    }
    println!("{}: {} vehicles, empty at {} s", world.name, sim.measures().arrived, sim.now().seconds());
}

/// Towns 1–30 with the calibrated driver at the step of our scenarios. 40 min are ample for 6 min of light demand.
#[test]
fn random_towns_keep_the_invariants() {
    for number in 1..=30 {
        hold(&random_town(number, Rules::Clear, 6.0), 2400.0);
    }
}

/// Towns 51–60, where drivers must also sort out who goes first when everybody has somebody on the right.
#[test]
fn towns_without_clear_priorities_keep_them_too() {
    for number in 51..=60 {
        hold(&random_town(number, Rules::Any, 6.0), 2400.0);
    }
}

/// Towns 31–40 with each comparator at SUMO's step of 1 s, and the calibrated driver there too.
#[test]
fn random_towns_keep_them_with_every_model_at_one_second() {
    let models = [
        FollowingModel::Krauss,
        FollowingModel::KraussOrig1,
        FollowingModel::Idm,
        FollowingModel::IdmPlus,
        FollowingModel::Gipps,
        FollowingModel::Calibrated,
    ];
    for number in 31..=40 {
        for model in models {
            let mut world = random_town(number, Rules::Clear, 4.0).step(1.0).behaviour(model);
            world.name = format!("{} {model:?}", world.name);
            hold(&world, 2400.0);
        }
    }
}

/// The bundled scenario as users run it; half an hour after its end everybody has left.
#[test]
fn the_arterial_keeps_the_invariants() {
    hold(&arterial(), 5400.0);
}

/// Networks from elsewhere: the first ten minutes of two of them, every step.
#[test]
fn imported_networks_keep_the_invariants() {
    for (path, from) in [("grid/g4/g4.sumocfg", 0.0), ("resco/cologne1/cologne1.sumocfg", 25_200.0)] {
        let Some(world) = sumo(path) else { continue };
        let sim = world.until(from + 600.0, check);
        assert!(sim.measures().arrived > 0, "{path}: somebody arrives within ten minutes");
    }
}
