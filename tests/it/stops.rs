//! Scheduled stops: for how long, where, one behind the other, and what they are not counted as.

use intergreen::demand::stops::{PlaceId, Stop, StoppingPlace, Until};
use intergreen::demand::{DepartLane, FollowingModel, Manner, Timing};
use intergreen::network::Network;
use intergreen::sim::measures::Trip;
use intergreen::sim::{Simulation, Snapshot};

use super::invariants::check;
use super::worlds::{Town, Trips, World, alike_by, lane, rolling, s, vehicle};

/// One road of 1 km with two lanes.
fn road() -> Town {
    Town::default().end("w", 0.0, 0.0).end("e", 1000.0, 0.0).one_way("road", "w", "e", 2)
}

/// A stop on a lane of the road.
fn stop(network: &Network, index: usize, start: f32, end: f32, duration: f64) -> Stop {
    let lane = lane(network, "road", index);
    Stop { lane, start, end, place: PlaceId::NONE, duration: s(duration), until: None, parks: false }
}

/// Buses every 5 s from 0 s on, all with the same stops.
fn buses(count: u64, stops: &[Stop], lane: u8) -> Trips {
    let network = road().build();
    let mut t = Trips::new(&network, alike_by(FollowingModel::Krauss));
    t.demand.places = places(stops);
    let timing = Timing::Every { begin: s(0.0), period: 5.0, end: s(1e6), number: count };
    t.add("bus", timing, 0, &["road"], Manner { depart_lane: DepartLane::Index(lane), ..rolling() });
    t.demand.routes[0].stops = stops.to_vec();
    t
}

/// The places that stops name.
fn places(stops: &[Stop]) -> Vec<StoppingPlace> {
    let named = stops.iter().filter(|s| !s.place.is_none());
    named.map(|s| StoppingPlace { id: "place".into(), lane: s.lane, start: s.start, end: s.end }).collect()
}

fn trip(sim: &Simulation, name: &str) -> Trip {
    sim.measures().trips[vehicle(sim, name).index()]
}

fn duration(trip: &Trip) -> f64 {
    (trip.arrived.expect("arrived") - trip.entered.expect("entered")).seconds()
}

/// Duration, stop time and waiting as in SUMO 1.28 on a road of the same length (`netconvert`, σ = 0, steps of 1 s):
/// 72 s without a stop and 106 s with one of 30 s at 200 m.
#[test]
fn a_stop_takes_its_duration_and_is_neither_waiting_nor_lost_time() {
    let network = road().build();
    for (stops, expected, stood) in [
        (vec![], 72.0, 0.0),
        (vec![stop(&network, 0, 199.8, 200.0, 30.0)], 106.0, 30.0),
        (vec![Stop { until: Some(Until::At(s(60.0))), ..stop(&network, 0, 199.8, 200.0, 30.0) }], 119.0, 43.0),
        (vec![Stop { until: Some(Until::AfterDepart(s(10.0))), ..stop(&network, 0, 199.8, 200.0, 30.0) }], 106.0, 30.0),
    ] {
        let sim = buses(1, &stops, 0).world("stop").step(1.0).drain(500.0, check);
        let t = trip(&sim, "bus.0");
        assert_eq!((duration(&t), f64::from(t.stop_time)), (expected, stood));
        assert_eq!((t.waiting, t.stops), (0.0, 0));
        // What braking and accelerating cost is worked out for continuous motion: a step more or less.
        assert!(t.time_loss < 1.0, "{} s lost", t.time_loss);
    }
}

/// Three buses at a stop with room for two: the second stands behind the first, the third waits behind the second.
#[test]
fn buses_queue_at_a_stopping_place() {
    let network = road().build();
    let at = Stop { place: PlaceId(0), ..stop(&network, 0, 189.0, 200.0, 60.0) };
    let mut places = vec![Vec::new(); 3];
    let sim = buses(3, &[at], 0).world("queue").step(1.0).drain(500.0, |sim| {
        check(sim);
        for halt in &sim.halts().list {
            let (_, v) = sim.find(halt.id).expect("it stands on the road");
            assert!(v.speed < 0.1 && v.waiting <= 0.0);
            places[halt.id.index()].push(v.position);
        }
    });
    // 5 m long with 2.5 m between them.
    for (who, place) in [(0, 200.0), (1, 192.5), (2, 200.0)] {
        let stood = &places[who];
        assert!(stood.iter().all(|p| (p - place).abs() < 0.6), "{who}: {stood:?}");
        assert!((59..=61).contains(&stood.len()), "{who} stood for {} s", stood.len());
    }
    let [first, second, third] = ["bus.0", "bus.1", "bus.2"].map(|name| trip(&sim, name));
    assert_eq!((first.waiting, second.waiting), (0.0, 0.0));
    assert!(third.waiting > 40.0, "it waited {} s for the others to leave", third.waiting);
    assert!(sim.gridlocks().found.is_empty());
}

/// A bus stops on the lane next to the one it entered on and gets there in time; a car passes it.
#[test]
fn drivers_get_onto_the_lane_of_their_stop() {
    for model in [FollowingModel::Krauss, FollowingModel::Idm, FollowingModel::Calibrated] {
        for (from, to) in [(0, 1), (1, 0)] {
            let network = road().build();
            let mut t = buses(2, &[stop(&network, to, 380.0, 400.0, 40.0)], from);
            let rear = Manner { depart_lane: DepartLane::Index(from), ..rolling() };
            let car = t.demand.routes.len();
            t.demand.routes.push(intergreen::demand::Route { stops: Vec::new(), ..t.demand.routes[0].clone() });
            t.add("car", Timing::Once(s(20.0)), 0, &["road"], rear);
            t.demand.sources[1].routes[0].0 = intergreen::demand::RouteId::new(car);
            let world = t.world("lane").behaviour(model).step(0.5);
            let sim = world.drain(600.0, |sim| {
                check(sim);
                let on = lane(&sim.scene().network, "road", to);
                assert!(sim.halts().list.iter().all(|h| h.lane == on));
            });
            for name in ["bus.0", "bus.1"] {
                assert!((f64::from(trip(&sim, name).stop_time) - 40.0).abs() < 0.51, "{model:?}, {name}");
            }
            assert!(duration(&trip(&sim, "car")) < 100.0, "{model:?}: the car passes the buses");
        }
    }
}

/// Who parks leaves the lane free and comes back into a gap.
#[test]
fn parked_vehicles_do_not_block_the_lane() {
    let network = road().build();
    let parks = Stop { parks: true, ..stop(&network, 0, 199.8, 200.0, 30.0) };
    let mut t = buses(1, &[parks], 0);
    let through = t.demand.routes.len();
    t.demand.routes.push(intergreen::demand::Route { stops: Vec::new(), ..t.demand.routes[0].clone() });
    let timing = Timing::Every { begin: s(5.0), period: 3.0, end: s(90.0), number: 100 };
    t.add("car", timing, 0, &["road"], Manner { depart_lane: DepartLane::Index(0), ..rolling() });
    t.demand.sources[1].routes[0].0 = intergreen::demand::RouteId::new(through);
    // Nobody can pass on the left: there is nobody to wait for either.
    let sim = t.world("parking").step(1.0).drain(500.0, check);
    let bus = trip(&sim, "bus.0");
    // At the latest behind the last car, which passes at about 105 s.
    assert!((30.0..=110.0).contains(&bus.stop_time), "{} s", bus.stop_time);
    for k in 0..6 {
        let car = trip(&sim, &format!("car.{k}"));
        assert!(car.waiting <= 0.0, "car {k} stood");
    }
}

/// A stop at the end of the route is made before the vehicle arrives; one where it departs, too.
#[test]
fn first_and_last_metres() {
    let network = road().build();
    let length = network.lanes[0].length;
    let ends = [stop(&network, 0, 3.0, 4.0, 10.0), stop(&network, 0, length - 1.0, length, 20.0)];
    let sim = buses(1, &ends, 0).world("ends").step(1.0).drain(500.0, check);
    assert!((trip(&sim, "bus.0").stop_time - 30.0).abs() < 0.01);
}

/// A run with a queue at a stop and somebody parked, cut in the middle.
pub fn mixed() -> World {
    let network = road().build();
    let at = Stop { place: PlaceId(0), ..stop(&network, 0, 180.0, 200.0, 60.0) };
    let then = Stop { parks: true, ..stop(&network, 1, 500.0, 520.0, 30.0) };
    buses(4, &[at, then], 0).world("mixed").step(1.0)
}

#[test]
fn stops_go_through_snapshots_and_hashes() {
    let (mut hashes, mut snapshots) = (Vec::new(), Vec::<Snapshot>::new());
    let mut sim = mixed().start();
    while !sim.is_empty() {
        sim.step();
        hashes.push(sim.state_hash());
        if sim.now().0 % 20_000 == 0 {
            snapshots.push(sim.snapshot());
        }
    }
    assert_eq!(mixed().threads(2).drain(900.0, |_| {}).state_hash(), *hashes.last().expect("it ran"));
    let mut standing = [0, 0];
    for snapshot in &snapshots {
        sim.restore(snapshot).expect("its own");
        let parked = sim.halts().parked().count();
        standing = [standing[0] + sim.halts().list.len() - parked, standing[1] + parked];
        while !sim.is_empty() {
            sim.step();
            let expected = hashes[(sim.now().0 / 1000 - 1) as usize];
            assert_eq!(sim.state_hash(), expected, "at {} s", sim.now().seconds());
        }
    }
    assert!(standing.iter().all(|&n| n > 0), "cut while somebody stood and somebody parked: {standing:?}");
}

/// An hour at a stop: those behind are not blocked for good.
#[test]
fn a_long_stop_is_no_blockage() {
    let network = road().build();
    let mut t = buses(3, &[stop(&network, 0, 199.8, 200.0, 3600.0)], 0);
    t.demand.sources[0].timing = Timing::Every { begin: s(0.0), period: 5.0, end: s(1e6), number: 3 };
    let sim = t.world("hour").step(1.0).until(3000.0, check);
    assert!(sim.gridlocks().found.is_empty(), "{:?}", sim.gridlocks().found);
}
