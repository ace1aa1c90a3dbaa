//! One seed, one result: on any number of threads, run again, reset, or gone on with from a snapshot (C19).

use intergreen::demand::{DepartLane, DepartSpeed, FollowingModel, Manner, Source, Timing, TypeId, VehicleId};
use intergreen::sim::{Command, Simulation, TimedCommand};
use std::sync::Arc;

use super::random_towns::{Rules, random_town};
use super::worlds::{World, arterial, s, sumo};

/// Worlds with everything in them: an arterial, a town at Krauss's dawdling, and imported networks where present.
fn worlds() -> Vec<(World, f64)> {
    let dawdling = |world: World| {
        let mut world = world.behaviour(FollowingModel::Krauss).step(1.0);
        let mut demand = (*world.demand).clone();
        for t in &mut demand.types {
            *t = t.clone().with_model(FollowingModel::Krauss);
            t.sigma = 0.5;
        }
        world.demand = Arc::new(demand);
        world
    };
    let mut all = vec![(arterial(), 420.0), (dawdling(random_town(4, Rules::Clear, 6.0)), 420.0)];
    all.extend(sumo("grid/g4/g4.sumocfg").map(|w| (w, 420.0)));
    all.extend(sumo("resco/cologne1/cologne1.sumocfg").map(|w| (w, 420.0)));
    all
}

/// The hashes every 70 s, which is no multiple of the chain's 60 s, and at the end.
fn hashes(sim: &mut Simulation, until: f64) -> Vec<u64> {
    let mut all = Vec::new();
    let begin = sim.scene().setup.begin;
    while sim.now() < begin + s(until) {
        sim.step();
        if (sim.now() - begin).0 % 70_000 == 0 {
            all.push(sim.state_hash());
        }
    }
    all.push(sim.state_hash());
    all
}

#[test]
fn the_number_of_threads_changes_nothing() {
    for (world, until) in worlds() {
        let one = hashes(&mut world.start(), until);
        for threads in [1, 2, 4] {
            let again = hashes(&mut world.clone().threads(threads).start(), until);
            assert_eq!(one, again, "{} on {threads} threads", world.name);
        }
        let other = hashes(&mut world.clone().seed(99).start(), until);
        assert_ne!(one.last(), other.last(), "{}: another seed is another run", world.name);
    }
}

#[test]
fn a_snapshot_goes_on_as_if_nothing_had_happened() {
    for (world, until) in worlds() {
        let whole = hashes(&mut world.start(), until);
        // Not at a multiple of anything.
        let middle = world.setup.begin + s(171.0);
        let mut sim = world.start();
        while sim.now() < middle {
            sim.step();
        }
        let snapshot = sim.snapshot();
        let here = sim.state_hash();
        let rest = hashes(&mut sim, until);
        assert_eq!(rest[..], whole[whole.len() - rest.len()..], "{}: taking a snapshot disturbs nothing", world.name);
        let arrived = sim.measures().arrived;
        sim.restore(&snapshot).expect("the snapshot is of this run");
        assert_eq!(sim.now(), middle);
        assert_eq!(sim.state_hash(), here, "{}: back where it was", world.name);
        assert_eq!(hashes(&mut sim, until), rest, "{}: goes on alike", world.name);
        assert_eq!(sim.measures().arrived, arrived, "{}: the books go back too", world.name);
        // Into another simulation of the same scenario, on other threads.
        let mut other = world.clone().threads(2).start();
        other.restore(&snapshot).expect("the snapshot is of such a run");
        assert_eq!(hashes(&mut other, until), rest, "{}: goes on alike elsewhere", world.name);
    }
}

#[test]
fn a_reset_is_a_fresh_start() {
    for (world, _) in worlds() {
        let fresh = hashes(&mut world.clone().seed(5).start(), 150.0);
        let mut sim = world.start();
        for _ in 0..100 {
            sim.step();
        }
        sim.reset(5).expect("a run can be reset");
        assert_eq!(sim.now(), world.setup.begin, "{}", world.name);
        assert_eq!(hashes(&mut sim, 150.0), fresh, "{}", world.name);
    }
}

/// A command is part of the state: a snapshot taken before it is due still carries it out.
#[test]
fn snapshots_carry_commands_to_come() {
    let world = arterial();
    let limit = TimedCommand { at: 100.0, id: 0, command: Command::SpeedLimit { link: "m1".into(), limit: 5.0 } };
    let mut sim = world.start();
    let plain = hashes(&mut world.start(), 200.0);
    sim.command(limit).expect("m1 is a link");
    while sim.now() < s(50.0) {
        sim.step();
    }
    let snapshot = sim.snapshot();
    let slowed = hashes(&mut sim, 200.0);
    assert_ne!(plain.last(), slowed.last(), "the command changes the run");
    sim.restore(&snapshot).expect("the snapshot is of this run");
    assert_eq!(hashes(&mut sim, 200.0), slowed);
}

/// One more vehicle, at the end of the demand or in the midst of it, changes nobody's own draws.
#[test]
fn another_vehicle_changes_nobodys_draws() {
    let world = arterial();
    let mut more = world.clone();
    let mut demand = (*world.demand).clone();
    let manner = Manner { depart_lane: DepartLane::First, depart_speed: DepartSpeed::Max, ..Manner::default() };
    let routes = vec![(demand.sources[0].routes[0].0, 1.0)];
    let source = |id: &str, at: f64| Source {
        id: id.into(),
        timing: Timing::Once(s(at)),
        types: vec![(TypeId(0), 1.0)],
        routes: routes.clone(),
        manner,
    };
    demand.sources.push(source("late", 3599.0));
    demand.sources.insert(0, source("amid", 1800.0));
    more.demand = Arc::new(demand);
    let (a, b) = (world.start(), more.start());
    let (a, b) = (a.scene(), b.scene());
    assert_eq!(b.departures.len(), a.departures.len() + 2);
    let draws = |scene: &intergreen::sim::Scene, i: usize| {
        let id = VehicleId::new(i);
        (scene.departures[i].clone(), scene.speed_factor(id).to_bits(), scene.headway(id).to_bits())
    };
    let mut others = (0..b.departures.len()).filter(|&i| !["late", "amid"].contains(&b.departures[i].id.as_str()));
    for i in 0..a.departures.len() {
        let j = others.next().expect("as many as before");
        assert_eq!(draws(a, i), draws(b, j), "{}", a.departures[i].id);
    }
    // Until the new one departs, the runs are one and the same.
    let places = |world: &World| {
        let mut all: Vec<(String, u32, u32)> = Vec::new();
        let sim = world.until(600.0, |_| {});
        for (lane, v) in sim.traffic().vehicles() {
            all.push((sim.scene().departures[v.id.index()].id.clone(), lane.0, v.position.to_bits()));
        }
        all
    };
    assert_eq!(places(&world), places(&more));
}
