//! What is done with hostile bytes: they are read as a file of some kind by the function that the program reads it with,
//! and whatever is accepted is run as the program would run it. Nothing is expected of the result but that there is one:
//! no panic, no loop without end, no memory without bound.
//!
//! The fuzz targets and `tests/it/fuzz_smoke.rs` share this file.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use intergreen::cli::{Loaded, check_file, file_of, load, measured};
use intergreen::demand::routing::Penalties;
use intergreen::demand::{self, Demand, Manner, Route, RouteId, Router, Source, Timing, TypeId, VehicleType};
use intergreen::import::{Report, cityflow, sumo};
use intergreen::measure::Recorder;
use intergreen::network::{LinkId, Network, VehicleClass};
use intergreen::scenario::{Scenario, is_scenario, read_ron, to_ron};
use intergreen::sim::{Setup, Simulation, TimedCommand, checkpoint};
use intergreen::{draw, export, performance, plans};
use intergreen_control::Millis;

/// Networks with more lanes are read and not run: what makes them slow is their size.
const MOST_LANES: usize = 500;
/// Demands with more vehicles are checked and not run.
const MOST_VEHICLES: u64 = 5_000;
/// Steps of a run.
const STEPS: usize = 20;
/// Where flows of an accepted scenario are cut off: what departs later does not depart in [`STEPS`] steps.
const CUT: Millis = Millis(60_000);

/// A kind of file, and what is done with one.
pub struct Target {
    /// Its name: of the fuzz target, and of the folders with seeds and findings.
    pub name: &'static str,
    /// Reads bytes as such a file, beside the files of [`Bench::new`]. Returns whether it was run.
    pub run: fn(&Bench, &[u8]) -> bool,
}

/// All targets.
pub const TARGETS: &[Target] = &[
    Target { name: "sumo_net", run: sumo_net },
    Target { name: "sumo_routes", run: |bench, data| bench.load("x.rou.xml", data, "x.sumocfg") },
    Target { name: "sumo_additional", run: |bench, data| bench.load("x.add.xml", data, "x.sumocfg") },
    Target { name: "sumo_config", run: |bench, data| bench.load("hostile.sumocfg", data, "hostile.sumocfg") },
    Target { name: "cityflow_roadnet", run: cityflow_roadnet },
    Target { name: "cityflow_flow", run: |bench, data| bench.load("flow.json", data, "config.json") },
    Target { name: "cityflow_config", run: |bench, data| bench.load("hostile.json", data, "hostile.json") },
    Target { name: "scenario", run: |bench, data| bench.load("hostile.ron", data, "hostile.ron") },
    Target { name: "plan", run: plan },
    Target { name: "commands", run: commands },
    Target { name: "checkpoint", run: checkpoint },
    Target { name: "events", run: |bench, data| bench.measure("hostile.csv", data, "hostile.csv", "detectors.csv") },
    Target { name: "detectors", run: |bench, data| bench.measure("hostile.csv", data, "events.csv", "hostile.csv") },
];

/// A folder with good files, among which hostile ones are put; one for each target, since they write over good ones.
pub struct Bench {
    folder: PathBuf,
}

impl Bench {
    /// Fills `folder` with the good files of the repository at `root`.
    pub fn new(folder: &Path, root: &Path) -> Self {
        let bench = Self { folder: folder.to_owned() };
        for (from, name) in GOOD {
            let from = root.join(from);
            let content = std::fs::read(&from).unwrap_or_else(|e| panic!("{}: {e}", from.display()));
            bench.write(name, &content);
        }
        bench
    }

    fn write(&self, name: &str, data: &[u8]) -> PathBuf {
        let path = self.folder.join(name);
        std::fs::write(&path, data).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        path
    }

    /// Writes a hostile file, loads the scenario to which it belongs, and runs it. Returns whether it was run.
    fn load(&self, file: &str, data: &[u8], scenario: &str) -> bool {
        self.write(file, data);
        load(Some(&self.folder.join(scenario)), &[]).is_ok_and(drive)
    }

    /// Writes a hostile file and measures an event log with detectors. Returns whether there was anything to measure.
    fn measure(&self, file: &str, data: &[u8], events: &str, detectors: &str) -> bool {
        self.write(file, data);
        let (events, detectors) = (self.folder.join(events), self.folder.join(detectors));
        let Ok(measured) = measured(&events, Some(&detectors), Millis(60_000), None) else { return false };
        let phases = measured.report.signals.iter().flat_map(|s| &s.phases);
        phases.for_each(|phase| drop(performance::svg(&phase.diagram, "", &|at| measured.clock.short(at))));
        drop(measured.text());
        true
    }
}

/// Good files: where they stand in the repository, and their names beside hostile ones.
const GOOD: &[(&str, &str)] = &[
    ("fuzz/seeds/sumo_net/crossing.net.xml", "x.net.xml"),
    ("fuzz/seeds/sumo_routes/all.rou.xml", "x.rou.xml"),
    ("fuzz/seeds/sumo_additional/all.add.xml", "x.add.xml"),
    ("fuzz/seeds/sumo_config/all.sumocfg", "x.sumocfg"),
    ("fuzz/seeds/scenario/streets.ron", "streets.ron"),
    ("tests/cityflow/roadnet.json", "roadnet.json"),
    ("tests/cityflow/flow.json", "flow.json"),
    ("tests/cityflow/config.json", "config.json"),
    ("fuzz/seeds/events/small.csv", "events.csv"),
    ("fuzz/seeds/detectors/small.csv", "detectors.csv"),
];

/// A SUMO network, with traffic between its ends.
fn sumo_net(bench: &Bench, data: &[u8]) -> bool {
    let path = bench.write("hostile.net.xml", data);
    let network = sumo::net::read_network(&path, &[], &mut Report::default());
    network.is_ok_and(|network| wander(network, |_, _| {}))
}

/// A CityFlow road network, with traffic between its ends.
fn cityflow_roadnet(bench: &Bench, data: &[u8]) -> bool {
    let path = bench.write("hostile.json", data);
    let Ok(mut network) = cityflow::read_network(&path, &mut Report::default()) else { return false };
    plans::complete(&mut network);
    wander(network, |network, demand| cityflow::hold_lanes(network, demand, &mut Report::default()))
}

/// A signal plan: checked and summed up.
fn plan(bench: &Bench, data: &[u8]) -> bool {
    let path = bench.write("plan.ron", data);
    // What is taken for a scenario is another target's.
    std::str::from_utf8(data).is_ok_and(|text| !is_scenario(text)) && check_file(&path).is_ok()
}

/// A run of the scenario in `streets.ron`, before its first step.
fn streets(bench: &Bench) -> Simulation {
    let loaded = load(Some(&bench.folder.join("streets.ron")), &[]).expect("a good file");
    let setup = loaded.setup(loaded.seed);
    Simulation::new(loaded.network, Arc::new(loaded.demand), setup).expect("a good scenario")
}

/// A checkpoint. Whole files are hardly ever accepted; so these bytes say what to change in a good one of the same run,
/// under a checksum that is right: a change takes six bytes, its place, what is done there, and with which value.
fn checkpoint(bench: &Bench, data: &[u8]) -> bool {
    let mut sim = streets(bench);
    if data.first() == Some(&0) {
        return sim.load(data).is_ok() || sim.load(&checkpoint::seal(data)).is_ok();
    }
    let mut saved = streets(bench);
    (0..STEPS).for_each(|_| saved.step());
    let saved = saved.save();
    let mut payload = checkpoint::open(&saved).expect("just sealed").to_vec();
    for change in data.chunks_exact(6) {
        let (place, value) = (u32::from_le_bytes([change[0], change[1], change[2], 0]) as usize, change[4]);
        let place = place % payload.len().max(1);
        match change[3] % 5 {
            0 => payload[place] = value,
            1 => payload[place] ^= 1 << (value % 8),
            2 => payload.insert(place, value),
            3 => drop(payload.splice(place..place, [0xFF; 9])),
            _ => drop(payload.drain(place..(place + usize::from(value)).min(payload.len()))),
        }
        if payload.is_empty() {
            break;
        }
    }
    if sim.load(&checkpoint::seal(&payload)).is_err() {
        return false;
    }
    (0..STEPS).for_each(|_| sim.step());
    true
}

/// Commands for a scenario with lanes to close, signals to disturb and demand to surge.
fn commands(bench: &Bench, data: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(data) else { return false };
    let Ok(list) = read_ron::<Vec<TimedCommand>>(text, "commands.ron") else { return false };
    let mut sim = streets(bench);
    if list.into_iter().any(|command| sim.command(command).is_err()) {
        return false;
    }
    (0..STEPS).for_each(|_| sim.step());
    true
}

/// Sends cars from the first roads of a network to the last ones, if it is small. Returns whether they drove.
fn wander(mut network: Network, prepare: impl FnOnce(&mut Network, &Demand)) -> bool {
    if network.lanes.len() > MOST_LANES {
        return false;
    }
    let roads: Vec<LinkId> =
        (0..network.links.len()).filter(|&i| !network.links[i].internal).map(LinkId::new).collect();
    let car = VehicleType::sumo("car", VehicleClass::Passenger);
    let mut demand = Demand { types: vec![car.clone()], ..Demand::default() };
    let mut router = Router::new(&network, Penalties::default());
    for (i, &from) in roads.iter().take(6).enumerate() {
        for (j, &to) in roads.iter().rev().take(6).enumerate() {
            let Some(links) = router.route(from, &[], to, &car) else { continue };
            demand.routes.push(Route::given(links));
            demand.sources.push(Source {
                id: format!("{i}>{j}"),
                timing: Timing::Once(Millis(1000 * (i + j) as i64)),
                types: vec![(TypeId::new(0), 1.0)],
                routes: vec![(RouteId::new(demand.routes.len() - 1), 1.0)],
                manner: Manner::default(),
            });
        }
    }
    prepare(&mut network, &demand);
    let setup = Setup { unsafe_yields: true, ..Setup::default() };
    let Ok(mut sim) = Simulation::new(Arc::new(network), Arc::new(demand), setup) else { return false };
    (0..STEPS).for_each(|_| sim.step());
    draw::svg(&sim.scene().network, Some(&sim), &draw::Options::default());
    true
}

/// Does with a scenario what `run`, `import`, `export` and `draw` do, if it is small. Returns whether it was run.
fn drive(mut loaded: Loaded) -> bool {
    loaded.complete_programs();
    let end = Some(loaded.end.unwrap_or(Millis::NEVER).min(loaded.begin + CUT));
    let Ok(promised) = demand::check_flows(&loaded.demand, end) else { return false };
    let sources = loaded.demand.sources.len() as u64;
    if loaded.network.lanes.len() > MOST_LANES || promised + sources > MOST_VEHICLES {
        return false;
    }
    rewrite(&loaded);
    let factor = loaded.scale.min(2.0);
    demand::scale(&mut loaded.demand, factor, loaded.seed);
    let setup = Setup { end, unsafe_yields: true, ..loaded.setup(loaded.seed) };
    let demand = Arc::new(std::mem::take(&mut loaded.demand));
    let Ok(mut sim) = Simulation::new(loaded.network.clone(), demand.clone(), setup) else { return false };
    if loaded.commands.iter().any(|(_, command)| sim.command(command.clone()).is_err()) {
        return false;
    }
    let mut recorder = Recorder::new(&sim, &loaded.instruments, loaded.outputs.fcd_period, loaded.end);
    for _ in 0..STEPS {
        sim.step();
        recorder.look(&sim);
        recorder.take();
    }
    recorder.finish(&sim);
    draw::svg(&loaded.network, Some(&sim), &draw::Options::default());
    write_for_sumo(&loaded, &demand, &sim);
    true
}

/// Writes a scenario in our own format, and reads it again.
fn rewrite(loaded: &Loaded) {
    let file = file_of(loaded);
    let text = to_ron(&file).expect("every scenario can be written");
    if let Ok(again) = Scenario::from_ron(&text, "again.ron") {
        // It may be refused, for our ranges are narrower than SUMO's.
        let _ = again.assemble();
    }
}

/// Writes a scenario in SUMO's format.
fn write_for_sumo(loaded: &Loaded, demand: &Demand, sim: &Simulation) {
    let export = export::sumo::Export::new(export::sumo::Scenario {
        name: &loaded.name,
        network: &loaded.network,
        types: &demand.types,
        routes: &demand.routes,
        places: &demand.places,
        departures: &sim.scene().departures,
        instruments: &loaded.instruments,
        results: &[],
        begin: loaded.begin,
        end: loaded.end,
        step: loaded.step,
        seed: loaded.seed,
        routing: loaded.routing,
    });
    let out = &mut Vec::new();
    let written = [export.write_net(out), export.write_routes(out), export.write_additional(out)];
    assert!(written.iter().all(Result::is_ok), "memory can be written to");
}
