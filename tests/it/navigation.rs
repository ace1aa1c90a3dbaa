//! Trips that find their way when they depart: they dodge jams, and everything else holds as before.

use std::sync::Arc;

use intergreen::demand::routing::Moment;
use intergreen::demand::{DepartPosition, DepartSpeed, Manner, Routing, Timing, VehicleType};
use intergreen::network::compose::NodeKind;
use intergreen::sim::Simulation;

use super::random_towns::{Rules, random_town};
use super::worlds::{Town, Trips, URBAN, World, alike, rolling, s, vehicle};

/// From `in` to `out` over `main`, 400 m, or over `side_1` and `side_2`, 500 m together. A tractor that drives 1 m/s
/// and has no choice takes `main` at the beginning; `early` departs with it, `later` 150 s after it.
fn detour(moment: Moment) -> World {
    let town = Town::default()
        .end("a", -200.0, 0.0)
        .node("split", 0.0, 0.0, NodeKind::Priority)
        .node("corner", 200.0, 150.0, NodeKind::Priority)
        .node("join", 400.0, 0.0, NodeKind::Priority)
        .end("b", 600.0, 0.0)
        .one_way("in", "a", "split", 1)
        .one_way("main", "split", "join", 1)
        .one_way("side_1", "split", "corner", 1)
        .one_way("side_2", "corner", "join", 1)
        .one_way("out", "join", "b", 1);
    let mut trips = Trips::new(&town.build(), alike());
    trips.demand.types.push(VehicleType { id: "tractor".into(), max_speed: 1.0, ..alike() });
    let on_main = Manner {
        depart_position: DepartPosition::At(20.0),
        depart_speed: DepartSpeed::Exactly(1.0),
        ..Manner::default()
    };
    trips.add("tractor", Timing::Once(s(0.0)), 1, &["main", "out"], on_main);
    let main = ["in", "main", "out"];
    trips.one("early", 0.0, &main, rolling());
    trips.one("later", 150.0, &main, rolling());
    trips.demand.routes[1].via = Some(Vec::new());
    let mut world = trips.world("detour");
    world.setup.routing = Routing { moment, ..Routing::default() };
    world
}

/// The links a vehicle drove, by name.
fn driven(sim: &Simulation, name: &str) -> Vec<String> {
    let trip = &sim.measures().trips[vehicle(sim, name).index()];
    let network = &sim.scene().network;
    sim.paths().table.links(trip.path).iter().map(|&l| network.link(l).id.clone()).collect()
}

#[test]
fn who_departs_when_a_road_is_jammed_takes_another() {
    let sim = detour(Moment::AtDeparture).drain(900.0, |_| {});
    assert_eq!(driven(&sim, "early"), ["in", "main", "out"]);
    assert_eq!(driven(&sim, "later"), ["in", "side_1", "side_2", "out"]);
    let once = detour(Moment::Once).drain(900.0, |_| {});
    assert_eq!(driven(&once, "later"), ["in", "main", "out"]);
}

/// The mean over 180 s of one tractor at 1 m/s and an empty road before it, at the moment of a look.
#[test]
fn the_speed_assumed_is_the_mean_of_what_was_seen() {
    let mut world = detour(Moment::AtDeparture);
    // Nobody but the tractor.
    let mut demand = (*world.demand).clone();
    demand.sources.truncate(1);
    let mut trip = demand.sources[0].clone();
    (trip.id, trip.timing, trip.routes) = ("late".into(), Timing::Once(s(10_000.0)), vec![]);
    trip.routes.push((intergreen::demand::RouteId(1), 1.0));
    demand.sources.push(trip);
    world.demand = Arc::new(demand);
    let sim = world.until(91.0, |_| {});
    let main = sim.scene().network.find_link("main").expect("a link");
    // Looks at 0, 1, …, 90 s. The tractor needs no time to reach its speed.
    let expected = (91.0 * 1.0 + 89.0 * f64::from(URBAN)) / 180.0;
    let assumed = sim.navigator().speeds.on(main);
    assert!((assumed - expected).abs() < 1e-4, "{assumed} m/s, expected {expected} m/s");
}

/// Everybody in a random town finds the way at departure.
fn town_of_trips() -> World {
    let mut world = random_town(4, Rules::Clear, 6.0);
    let mut demand = (*world.demand).clone();
    for route in &mut demand.routes {
        route.via = Some(Vec::new());
    }
    world.demand = Arc::new(demand);
    world.setup.routing.moment = Moment::AtDeparture;
    world
}

fn hash_after(sim: &mut Simulation, until: f64) -> u64 {
    while sim.now() < s(until) {
        sim.step();
    }
    sim.state_hash()
}

/// Worlds of trips, and a moment in the midst of each.
pub fn worlds() -> [(World, f64); 2] {
    [(town_of_trips(), 171.0), (detour(Moment::AtDeparture), 100.0)]
}

/// When the last of them is over or nearly so.
const END: f64 = 420.0;

#[test]
fn ways_do_not_depend_on_threads() {
    for (world, _) in worlds() {
        let mut one = world.start();
        let hash = hash_after(&mut one, END);
        for threads in [2, 3] {
            let mut many = world.clone().threads(threads).start();
            assert_eq!(hash_after(&mut many, END), hash, "{} on {threads} threads", world.name);
            assert_eq!(many.paths().table.len(), one.paths().table.len(), "{} on {threads} threads", world.name);
        }
    }
}

#[test]
fn a_snapshot_knows_the_traffic_and_the_ways() {
    for (world, middle) in worlds() {
        let mut sim = world.start();
        hash_after(&mut sim, middle);
        let (snapshot, ways) = (sim.snapshot(), sim.paths().table.len());
        let whole = hash_after(&mut sim, END);
        assert_eq!(sim.paths().table.len() > ways, world.name == "detour", "{}: {ways} ways before", world.name);
        sim.restore(&snapshot).expect("the snapshot is of this run");
        assert_eq!(sim.paths().table.len(), ways);
        assert_eq!(hash_after(&mut sim, END), whole, "{}: goes on alike", world.name);
        // Into another simulation, with other threads and other traffic behind it.
        let mut other = world.clone().threads(2).seed(7).start();
        hash_after(&mut other, 300.0);
        other.restore(&snapshot).expect("the snapshot is of such a run");
        assert_eq!(hash_after(&mut other, END), whole, "{}: goes on alike elsewhere", world.name);
        sim.reset(world.setup.seed).expect("a run can be reset");
        assert_eq!(hash_after(&mut sim, END), whole, "{}: a reset forgets traffic and ways", world.name);
    }
}
