//! Worlds of the tests: small ones made by code (as the validation suite has them), the bundled scenarios, and files.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use intergreen::import::Report;
use intergreen::import::sumo::{config::read_config, net::read_network, routes};
use intergreen::scenario::{BUNDLED_ALL, Scenario};
use intergreen::sim::Setup;
pub use intergreen::validation::world::*;
use intergreen_control::Millis;

/// All bundled scenarios with their own steps.
pub fn bundled() -> Vec<World> {
    let sound = |name: &str| Scenario::bundled(name).expect("it is bundled").unwrap_or_else(|e| panic!("{name}: {e}"));
    BUNDLED_ALL.iter().map(|(name, _)| own(name, &sound(name))).collect()
}

/// The bundled arterial with its own step.
pub fn arterial() -> World {
    own("arterial", &Scenario::bundled("arterial").expect("it is bundled").expect("the bundled scenario is sound"))
}

/// A scenario of our own with its own step.
fn own(name: &str, scenario: &Scenario) -> World {
    let (network, demand) = scenario.build().expect("a bundled scenario is sound");
    let f = &scenario.file;
    let setup = Setup { begin: s(f.begin), end: f.end.map(s), step: s(f.step), seed: f.seeds[0], ..Setup::default() };
    World { name: name.into(), network: Arc::new(network), demand: Arc::new(demand), setup }
}

/// A file of the test data; `None`, said aloud, if it is not there.
///
/// # Panics
/// If it is not there although `CI` is set: there it has to be.
pub fn data_file(path: &str) -> Option<PathBuf> {
    let data = std::env::var_os("INTERGREEN_DATA").map_or_else(|| PathBuf::from("../shared/data"), PathBuf::from);
    let file = data.join(path);
    if !file.exists() {
        let missing = format!("{} is not there (set INTERGREEN_DATA)", file.display());
        assert!(std::env::var_os("CI").is_none(), "{missing}");
        println!("SKIPPED: {missing}");
        return None;
    }
    Some(file)
}

/// A SUMO scenario of the data folder, by the path of its `.sumocfg`. `None`, said aloud, if the data is not there.
///
/// # Panics
/// If the data is not there although `CI` is set: there it has to be.
pub fn sumo(path: &str) -> Option<World> {
    let file = data_file(path)?;
    Some(World { name: path.into(), ..sumo_file(&file) })
}

/// A SUMO scenario by its `.sumocfg`.
pub fn sumo_file(file: &Path) -> World {
    let name = file.display().to_string();
    let mut report = Report::default();
    let c = read_config(file, &mut report).unwrap_or_else(|e| panic!("{name}: {e}"));
    let network = read_network(&c.net, &c.additional, &mut report).unwrap_or_else(|e| panic!("{name}: {e}"));
    let files: Vec<PathBuf> = c.additional.iter().chain(&c.routes).cloned().collect();
    let window = routes::Window { begin: c.begin, end: c.end };
    let demand =
        routes::read_demand_in(&files, &network, window, &mut report).unwrap_or_else(|e| panic!("{name}: {e}"));
    let step = c.step.unwrap_or(Millis(1000));
    let setup = Setup { begin: c.begin, end: c.end, step, routing: c.routing, ..Setup::default() };
    World { name, network: Arc::new(network), demand: Arc::new(demand), setup }
}
