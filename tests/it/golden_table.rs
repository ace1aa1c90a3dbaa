//! A summary that a traffic engineer can read, and hashes of whole runs, compared with what was approved.

use std::fmt::Write as _;

use intergreen::demand::FollowingModel;

use super::golden::compare;
use super::random_towns::{Rules, random_town};
use super::worlds::{World, arterial, sumo};

/// The scenarios of both files. Those that need the data folder come last and may be missing.
fn scenarios() -> Vec<World> {
    let mut town = random_town(4, Rules::Clear, 6.0);
    town.name = "town-4".into();
    let named = |mut w: World, name: &str| {
        w.name = name.into();
        w
    };
    let mut all = vec![arterial(), town];
    for (file, name) in FROM_DATA {
        all.extend(sumo(file).map(|w| named(w, name)));
    }
    all
}

/// Scenarios in the data folder.
const FROM_DATA: [(&str, &str); 4] = [
    ("grid/g4/g4.sumocfg", "g4"),
    ("resco/cologne1/cologne1.sumocfg", "cologne1"),
    ("resco/grid4x4/grid4x4.sumocfg", "grid4x4"),
    ("grid/g16/g16.sumocfg", "g16"),
];

/// Whether a line is about a scenario that could not be run.
fn missing(scenarios: &[World]) -> impl Fn(&str) -> bool {
    let names: Vec<String> = scenarios.iter().map(|w| w.name.clone()).collect();
    move |line| {
        let name = line.split_whitespace().next().unwrap_or("");
        FROM_DATA.iter().any(|(_, n)| *n == name) && !names.iter().any(|n| n == name)
    }
}

/// Mean times in s over all vehicles that arrived in a quarter of an hour; the queue is the longest of all lanes, in
/// vehicles, in samples every 10 s.
#[test]
fn golden_summary() {
    let models = [
        (FollowingModel::Calibrated, "calibrated"),
        (FollowingModel::Idm, "idm"),
        (FollowingModel::Krauss, "krauss"),
        (FollowingModel::KraussOrig1, "krauss_orig1"),
    ];
    let scenarios = scenarios();
    let mut text = format!(
        "{:<10} {:<13} {:>6} {:>9} {:>7} {:>6} {:>6}\n",
        "scenario", "behaviour", "veh", "duration", "delay", "stops", "queue"
    );
    for world in &scenarios {
        for (model, name) in models {
            let begin = world.setup.begin.seconds();
            let sim = world.clone().behaviour(model).until(begin + 900.0, |_| {});
            let m = sim.measures();
            let means = m.means(sim.scene()).expect("somebody arrives in a quarter of an hour");
            let queue = m.lanes.iter().map(|l| l.most_standing).max().unwrap_or(0);
            let _ = writeln!(
                text,
                "{:<10} {name:<13} {:>6} {:>9.1} {:>7.1} {:>6.2} {queue:>6}",
                world.name, m.arrived, means.duration, means.time_loss, means.stops
            );
        }
    }
    compare("summary.txt", &text, missing(&scenarios));
}

/// The chained state hash: what it was when these runs were last approved, to the bit.
#[test]
fn golden_hashes() {
    let scenarios = scenarios();
    let mut text = format!("{:<10} {:>4} {:>6} {:>16}\n", "scenario", "seed", "until", "hash");
    for world in &scenarios {
        for seed in [1, 2] {
            let until = world.setup.begin.seconds() + 600.0;
            let hash = world.clone().seed(seed).until(until, |_| {}).state_hash();
            let _ = writeln!(text, "{:<10} {seed:>4} {until:>6} {hash:016x}", world.name);
        }
    }
    compare("hashes.txt", &text, missing(&scenarios));
}
