//! Generated scenarios, driven for a while.

use std::sync::Arc;

use intergreen::demand::{DepartLane, Manner, Timing, VehicleType};
use intergreen::generate::arterial::{Arterial, Peak};
use intergreen::generate::grid::Grid;
use intergreen::generate::roundabouts::Roundabouts;
use intergreen::generate::{Generated, arterial, grid, roundabouts};
use intergreen::network::compose::compose;

use super::invariants::check;
use super::worlds::{Trips, World, rolling, s};

/// How long traffic enters, s.
const ENTERS: f64 = 600.0;

/// The world of what a generator has made.
fn world(name: &str, made: &Generated) -> World {
    let network = Arc::new(compose(&made.plan).unwrap_or_else(|e| panic!("{name}: {e}")));
    let mut trips = Trips::new(&network, VehicleType::calibrated("car"));
    for (k, flow) in made.flows.iter().enumerate() {
        let mut links: Vec<String> = Vec::new();
        for street in &flow.streets {
            let bay = format!("{street}.bay");
            links.push(street.clone());
            links.extend(network.find_link(&bay).map(|_| bay));
        }
        let names: Vec<&str> = links.iter().map(String::as_str).collect();
        let timing = Timing::Poisson { begin: s(0.0), end: s(ENTERS), rate: flow.rate / 3600.0, number: u64::MAX };
        trips.add(&format!("f{k}"), timing, 0, &names, Manner { depart_lane: DepartLane::Best, ..rolling() });
    }
    trips.world(name)
}

/// Everybody arrives, nobody gets stuck, and on the way it is neither empty nor jammed.
fn hold(name: &str, made: &Generated) {
    let sim = world(name, made).drain(ENTERS + 1800.0, check);
    assert!(sim.gridlocks().found.is_empty(), "{name}: {:?}", sim.gridlocks().found);
    let means = sim.measures().means(sim.scene()).unwrap_or_else(|| panic!("{name}: nobody arrived"));
    let speed = means.route_length / means.duration * 3.6;
    println!(
        "{name}: {} vehicles, {:.0} m at {speed:.1} km/h, {:.0} s lost, {:.0} s late",
        sim.measures().arrived,
        means.route_length,
        means.time_loss,
        means.depart_delay
    );
    // Streets in town: with signals every 200 m one is driven at 15 to 40 km/h (HCM: 30 to 70 % of 50 km/h).
    assert!((15.0..45.0).contains(&speed), "{name}: {speed} km/h");
    assert!(means.depart_delay < 10.0, "{name}: there is room to enter; {} s late", means.depart_delay);
}

#[test]
fn generated_grids_flow() {
    let one = Grid { columns: 4, rows: 3, ..Grid::default() };
    let cases = [
        ("grid", one),
        ("grid without bays", Grid { bays: false, demand: 0.8, seed: 2, ..one }),
        ("grid of two lanes", Grid { lanes: 2, seed: 3, ..one }),
        ("mixed grid", Grid { mix: [0.5, 0.3, 0.2], seed: 4, ..one }),
        ("grid without signals", Grid { mix: [0.0, 0.6, 0.4], seed: 5, ..one }),
    ];
    for (name, p) in cases {
        hold(name, &grid::generate(&p).unwrap());
    }
}

#[test]
fn generated_arterials_flow() {
    for (seed, peak, lanes) in [(1, Peak::East, 2), (2, Peak::West, 1), (3, Peak::Both, 2), (4, Peak::East, 3)] {
        let p = Arterial { signals: 6, seed, peak, lanes, ..Arterial::default() };
        hold(&format!("arterial {seed}"), &arterial::generate(&p).unwrap());
    }
}

#[test]
fn generated_roundabouts_flow() {
    for (seed, lanes, radius) in [(1, 1, [16.0, 22.0]), (2, 1, [18.0, 30.0]), (3, 2, [24.0, 30.0])] {
        let p = Roundabouts { roundabouts: 4, seed, lanes, radius, ..Roundabouts::default() };
        hold(&format!("roundabouts {seed}"), &roundabouts::generate(&p).unwrap());
    }
}

/// Greens that follow the platoon: who drives along with the peak stops less than against it.
#[test]
fn progression_helps_those_it_is_made_for() {
    let p = Arterial { signals: 8, crossings: 1.0, ..Arterial::default() };
    let (with, against) = (waits(&p, "m0"), waits(&Arterial { peak: Peak::West, ..p }, "m0"));
    println!("waiting on the whole way east: {with:.0} s with the greens, {against:.0} s against them");
    assert!(with < against, "{with} s with, {against} s against");
}

/// Mean waiting of those who drive the whole main street from its western end, in light traffic, s.
fn waits(p: &Arterial, from: &str) -> f64 {
    let mut made = arterial::generate(p).unwrap();
    let last = format!("m{}", p.signals);
    made.flows.retain(|f| f.from == from && f.to == last);
    assert_eq!(made.flows.len(), 1);
    made.flows[0].rate = 300.0;
    let sim = world("progression", &made).drain(ENTERS + 1800.0, check);
    sim.measures().means(sim.scene()).expect("somebody arrived").waiting
}
