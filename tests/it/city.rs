//! Cities: those that are generated, and the one that is bundled.

use std::sync::Arc;

use intergreen::assign::{self, Assignment};
use intergreen::generate::city::City;
use intergreen::random::key_of;
use intergreen::scenario::{NetworkFile, Scenario, to_ron};
use intergreen::sim::{Setup, Simulation};
use intergreen_control::Millis;

use super::tools::{Scratch, run as cli};

/// The bundled city.
fn bundled() -> Scenario {
    Scenario::from_ron(include_str!("../../scenarios/city.ron"), "city.ron").unwrap()
}

/// The programs are frozen: what beats them beats these. `intergreen generate city -o scenarios/city.ron` makes them.
#[test]
fn the_programs_of_the_city_are_frozen() {
    let NetworkFile::Inline(plan) = &bundled().file.network else {
        panic!("the streets of the city are a street plan")
    };
    assert_eq!(plan.signals.len(), 52);
    let text = ron::to_string(&plan.signals).unwrap();
    assert_eq!(format!("{:016x}", key_of(&text)), "b6fd0f7286de00c4");
}

/// What the city is said to be.
#[test]
fn the_city_is_as_large_as_it_is_said_to_be() {
    let scenario = bundled();
    let (network, _) = scenario.build().unwrap();
    let file = &scenario.file;
    let crossings = network.junctions.iter().filter(|j| j.entries.len() > 1).count();
    assert!(crossings >= 200, "{crossings}");
    assert_eq!((file.demand.trips.len(), file.demand.flows.len()), (12_000, 4));
    let (first, last) = (file.demand.trips[0].depart, file.demand.trips[11_999].depart);
    assert!(first >= file.begin && last < file.begin + 3600.0, "{first} to {last}");
    assert!(file.demand.places.len() >= 16, "bus stops");
}

/// Everybody gets there within half an hour after the last departure, and nothing goes wrong on the way.
#[test]
fn the_city_drains() {
    let scenario = bundled();
    let sim = run(&scenario, 1, 5400.0);
    let m = sim.measures();
    assert!(sim.is_empty(), "{} left", m.running);
    assert_eq!(m.arrived, 12_024, "trips and buses");
    let defects = (m.collisions, m.red_running, sim.controllers().monitor.seconds, sim.gridlocks().cycles());
    assert_eq!(defects, (0, 0, 0.0, 0));
    let means = m.means(sim.scene()).unwrap();
    let speed = means.route_length / means.duration * 3.6;
    assert!((15.0..35.0).contains(&speed), "{speed} km/h");
}

/// Runs a scenario for so many seconds.
fn run(scenario: &Scenario, seed: u64, seconds: f64) -> Simulation {
    let (network, demand) = scenario.build().unwrap();
    let (begin, step) = (Millis::from_seconds(scenario.file.begin), Millis::from_seconds(scenario.file.step));
    let setup = Setup { begin, step, seed, ..Setup::default() };
    let mut sim = Simulation::new(Arc::new(network), Arc::new(demand), setup).unwrap();
    while sim.now() < begin + Millis::from_seconds(seconds) {
        sim.step();
    }
    sim
}

#[test]
fn cities_of_other_seeds_and_sizes_run_without_a_defect() {
    for (intersections, seed) in [(120, 3), (200, 7), (200, 9), (320, 2)] {
        let city = City { intersections, trips: 50 * intersections, seed };
        let made = assign::city(&city, &Assignment { rounds: 0, ..Assignment::default() }, &mut |_| {}).unwrap();
        let scenario = Scenario::from_ron(&to_ron(&made).unwrap(), "city.ron").unwrap();
        let sim = run(&scenario, seed, 600.0);
        let m = sim.measures();
        assert!(m.arrived > intersections, "{intersections} {seed}: {} arrived", m.arrived);
        let defects = (m.collisions, m.red_running, sim.controllers().monitor.seconds, sim.gridlocks().cycles());
        assert_eq!(defects, (0, 0, 0.0, 0), "{intersections} {seed}");
        assert!(sim.trip().is_none());
    }
}

/// No signal is at level of service F: what the summary and `intersections.csv` say.
#[test]
fn no_signal_of_the_city_fails() {
    let scratch = Scratch::new();
    let out = scratch.path("out").display().to_string();
    let said = cli(["city", "--drain", "--quiet", "--out", &out]);
    assert_eq!(said.code, 0, "{said:?}");
    let table = scratch.read("out/intersections.csv");
    let signals: Vec<&str> = table.lines().filter(|line| line.contains(",signal,")).collect();
    assert_eq!(signals.len(), 52);
    assert!(signals.iter().all(|line| !line.ends_with(",F") && !line.ends_with(',')), "{table}");
}
