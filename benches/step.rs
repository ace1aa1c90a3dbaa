//! Where the time of a step goes: the following models, the passes, and whole steps.
//!
//! `cargo bench --bench step`; figures are per call, rates per vehicle. With the shared data (`INTERGREEN_DATA`) the
//! networks g4 and g16 are measured too, and the share of each stage of their steps is printed first.

#![allow(missing_docs, reason = "benchmarks are named after what they measure")]
// A benchmark measures time: the ban is for the step itself.
#![allow(clippy::disallowed_methods, reason = "benchmarks read the clock")]

use std::path::PathBuf;
use std::sync::{Arc, LazyLock};
use std::time::Instant;

use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use intergreen::behaviour::{Driver, Leader};
use intergreen::demand::{Demand, FollowingModel, VehicleType};
use intergreen::import::Report;
use intergreen::import::sumo::{config, net, routes};
use intergreen::network::Network;
use intergreen::scenario::Scenario;
use intergreen::sim::announce::Announcements;
use intergreen::sim::apply::{Context, apply_chunk};
use intergreen::sim::chunk::{self, Chunk, Part};
use intergreen::sim::junction::View;
use intergreen::sim::lane_change::LinkLanes;
use intergreen::sim::plan::plan_chunk;
use intergreen::sim::state::Traffic;
use intergreen::sim::{Setup, Simulation};
use intergreen_control::Millis;

fn main() {
    for name in NETWORKS {
        print_shares(name);
    }
    divan::main();
}

// --- following models --------------------------------------------------------------------------------------------------

/// A driver of a model, with steps of 1 s.
fn driver(model: FollowingModel) -> Driver {
    Driver::new(&VehicleType::calibrated("car").with_model(model), 1.0)
}

#[divan::bench(args = [FollowingModel::Calibrated, FollowingModel::Krauss, FollowingModel::KraussOrig1, FollowingModel::Idm])]
fn follow(bencher: Bencher, model: &FollowingModel) {
    let driver = driver(*model);
    // Enough situations that no branch is always the same.
    let leaders: Vec<(f32, Leader)> = (0..1024u32)
        .map(|i| {
            let [a, b, c] = [13, 29, 41].map(|step| (i * step % 97) as f32 / 97.0);
            (14.0 * a, Leader { gap: 0.5 + 60.0 * b, speed: 14.0 * c, accel: a - b, decel: 4.5 })
        })
        .collect();
    bencher
        .counter(ItemsCount::new(leaders.len()))
        .bench(|| leaders.iter().map(|(v, leader)| driver.follow(black_box(*v), 13.9, 1.3, leader)).sum::<f32>());
}

// --- passes ------------------------------------------------------------------------------------------------------------

/// The networks that are measured; those whose files are not there are left out.
const NETWORKS: [&str; 3] = ["arterial", "g4", "g16"];

/// A run in the middle of its scenario, and the chunk that holds its whole network.
struct Scene {
    sim: Simulation,
    chunk: Chunk,
    announcements: Announcements,
}

static ARTERIAL: LazyLock<Option<Scene>> = LazyLock::new(|| scene("arterial", 900));
static G4: LazyLock<Option<Scene>> = LazyLock::new(|| scene("g4", 900));
static G16: LazyLock<Option<Scene>> = LazyLock::new(|| scene("g16", 900));

fn warm(name: &str) -> Option<&'static Scene> {
    match name {
        "arterial" => ARTERIAL.as_ref(),
        "g4" => G4.as_ref(),
        _ => G16.as_ref(),
    }
}

/// Loads a network and its demand; `None` if the files are not there.
fn load(name: &str) -> Option<(Network, Demand)> {
    if name == "arterial" {
        let arterial = Scenario::bundled("arterial").expect("it is bundled");
        return Some(arterial.and_then(|s| s.build()).expect("the bundled scenario is valid"));
    }
    let data = PathBuf::from(std::env::var("INTERGREEN_DATA").unwrap_or_else(|_| "../shared/data".into()));
    let file = data.join("grid").join(name).join(format!("{name}.sumocfg"));
    if !file.exists() {
        println!("{name} is left out: {} is missing", file.display());
        return None;
    }
    let mut report = Report::default();
    let config = config::read_config(&file, &mut report).expect("a configuration");
    let network = net::read_network(&config.net, &config.additional, &mut report).expect("a network");
    let demand = routes::read_demand(&config.routes, &network, &mut report).expect("demand");
    Some((network, demand))
}

/// A simulation with steps of 1 s on one thread.
fn simulation(name: &str) -> Option<Simulation> {
    let (network, demand) = load(name)?;
    let setup = Setup { end: Some(Millis(3_600_000)), ..Setup::default() };
    Some(Simulation::new(Arc::new(network), Arc::new(demand), setup).expect("a simulation"))
}

/// A simulation after some steps, with the plans of the next one.
fn scene(name: &str, steps: usize) -> Option<Scene> {
    let mut sim = simulation(name)?;
    (0..steps).for_each(|_| sim.step());
    let mut chunk = whole(&sim);
    plan(&sim, &mut chunk);
    let mut announcements = Announcements::new(sim.scene().moves.len());
    announcements.clear();
    chunk.announcements.iter().for_each(|(m, id, passage)| announcements.add(*m, *id, *passage));
    Some(Scene { sim, chunk, announcements })
}

/// One chunk with every lane.
fn whole(sim: &Simulation) -> Chunk {
    let mut chunks = chunk::cut(&sim.scene().network, 1);
    chunk::assign_links(&mut chunks, &sim.scene().change_links);
    chunks.remove(0)
}

fn plan(sim: &Simulation, chunk: &mut Chunk) {
    let (scene, traffic) = (sim.scene(), sim.traffic());
    let routes = &sim.paths().table;
    let view = View { scene, routes, traffic, lamps: &sim.lamps().shown, halts: sim.halts(), step: 0 };
    plan_chunk(&view, chunk);
}

#[divan::bench(args = NETWORKS, sample_count = 30)]
fn plan_pass(bencher: Bencher, name: &str) {
    let Some(scene) = warm(name) else { return };
    let mut chunk = scene.chunk.clone();
    bencher.counter(ItemsCount::new(scene.sim.traffic().count())).bench_local(|| plan(&scene.sim, &mut chunk));
}

#[divan::bench(args = NETWORKS, sample_count = 30)]
fn apply_pass(bencher: Bencher, name: &str) {
    let Some(scene) = warm(name) else { return };
    let facts = scene.sim.scene();
    let cx = Context {
        scene: facts,
        routes: &scene.sim.paths().table,
        lamps: &scene.sim.lamps().shown,
        halts: scene.sim.halts(),
        announcements: &scene.announcements,
        step: 0,
        seed: facts.setup.seed,
    };
    bencher
        .counter(ItemsCount::new(scene.sim.traffic().count()))
        .with_inputs(|| (scene.chunk.clone(), scene.sim.traffic().clone()))
        .bench_local_values(|(mut chunk, mut traffic)| {
            let Traffic { lanes, tails, storage, .. } = &mut traffic;
            apply_chunk(&cx, &mut chunk, Part { lanes, tails, storage });
            (chunk, traffic)
        });
}

#[divan::bench(args = NETWORKS, sample_count = 30)]
fn lane_changes(bencher: Bencher, name: &str) {
    let Some(scene) = warm(name) else { return };
    let (facts, routes) = (scene.sim.scene(), &scene.sim.paths().table);
    let Traffic { tails, storage, askew, .. } = scene.sim.traffic();
    bencher
        .counter(ItemsCount::new(scene.sim.traffic().count()))
        .with_inputs(|| scene.sim.traffic().lanes.clone())
        .bench_local_values(|mut lanes| {
            let (mut changes, mut begging) = (0, Vec::new());
            for &(a, b) in &facts.change_links {
                let (lanes, first, begging) = (&mut lanes[a as usize..b as usize], a as usize, &mut begging);
                let lamps = &scene.sim.lamps().shown;
                let mut link =
                    LinkLanes { scene: facts, routes, tails, storage, lamps, step: 0, askew, lanes, first, begging };
                changes += link.change();
            }
            (changes, lanes)
        });
}

// --- whole steps -------------------------------------------------------------------------------------------------------

/// Sixty steps from the same state: what the passes do not show (insertion, sensors, controllers, measures) is in it.
#[divan::bench(args = NETWORKS, sample_count = 5, sample_size = 1)]
fn sixty_steps(bencher: Bencher, name: &str) {
    let Some(mut sim) = simulation(name) else { return };
    (0..900).for_each(|_| sim.step());
    let before = sim.measures().vehicle_steps;
    (0..60).for_each(|_| sim.step());
    let vehicle_steps = sim.measures().vehicle_steps - before;
    bencher.counter(ItemsCount::new(vehicle_steps)).bench_local(|| (0..60).for_each(|_| sim.step()));
}

/// Nanoseconds since the first call.
fn clock() -> u64 {
    static START: LazyLock<Instant> = LazyLock::new(Instant::now);
    START.elapsed().as_nanos() as u64
}

/// Prints how a network's steps divide over the stages.
fn print_shares(name: &str) {
    let Some(mut sim) = simulation(name) else { return };
    sim.profile_with(clock);
    (0..1200).for_each(|_| sim.step());
    let shares: Vec<String> =
        sim.profile().shares().iter().map(|(stage, share)| format!("{stage} {:.1} %", 100.0 * share)).collect();
    println!("{name}: {}", shares.join(", "));
}
