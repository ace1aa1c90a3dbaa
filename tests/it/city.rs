//! Cities: those that are generated, and the one that is bundled.

use std::sync::Arc;

use intergreen::assign::{self, Assignment};
use intergreen::generate::city::City;
use intergreen::scenario::{Scenario, to_ron};
use intergreen::sim::{Setup, Simulation};
use intergreen_control::Millis;

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
