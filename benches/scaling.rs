//! What more threads and more jobs gain: `cargo bench --bench scaling`.
//!
//! Everything is a ratio against a baseline measured in the same round, since machines differ and are never quite idle:
//! the median of a few rounds, with the least and the greatest. Nothing here is a test, except that results must not
//! hang on the number of threads. Issue 8 asks that on two idle cores `--jobs 2` does at least 0.95 of the work that two
//! separate processes do.

#![allow(missing_docs, reason = "a benchmark has no callers")]
// A benchmark measures time: the ban is for the step itself.
#![allow(clippy::disallowed_methods, reason = "benchmarks read the clock")]

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Instant;

/// The program, as it is built for benchmarks.
const PROGRAM: &str = env!("CARGO_BIN_EXE_intergreen");
/// Rounds; in each everything is measured once, one after the other.
const ROUNDS: usize = 3;
/// 48 runs of some tenths of a second.
const EXPERIMENT: &str =
    r#"(scenarios: ["isolated", "grid"], controllers: ["fixed_time", "actuated"], seeds: 12, drain: true)"#;

fn main() {
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    println!("{cores} processors, load average {}", load.split(' ').take(3).collect::<Vec<_>>().join(" "));
    // 1, 2, 4 and so on, and all there are; with one processor there is still something to see of the cost of two.
    let mut counts: Vec<usize> = (1..).map(|i| 1 << i).take_while(|n| *n < cores).collect();
    counts.push(cores.max(2));
    let data = PathBuf::from(std::env::var("INTERGREEN_DATA").unwrap_or_else(|_| "../shared/data".into()));
    let g16 = data.join("grid/g16/g16.sumocfg");
    for scenario in [PathBuf::from("city"), g16] {
        threads(&scenario, &counts);
    }
    jobs(&counts);
}

/// Prints how much faster a run is on several threads than on one.
fn threads(scenario: &Path, counts: &[usize]) {
    if scenario.extension().is_some() && !scenario.is_file() {
        println!("--threads: {} is left out: there is no such file", scenario.display());
        return;
    }
    let one = |threads: usize| {
        let mut command = Command::new(PROGRAM);
        command.arg("run").arg(scenario).args([
            "--until",
            "900",
            "--quiet",
            "--json",
            "--threads",
            &threads.to_string(),
        ]);
        let said = command.stdin(Stdio::null()).output().expect("the program starts");
        let json: serde_json::Value = serde_json::from_slice(&said.stdout).expect("a result");
        (json["wall_s"].as_f64().expect("seconds"), json["state_hash"].clone())
    };
    let mut ratios = vec![Vec::new(); counts.len()];
    for _ in 0..ROUNDS {
        let (alone, hash) = one(1);
        for (ratios, &n) in ratios.iter_mut().zip(counts) {
            let (wall, other) = one(n);
            assert_eq!(hash, other, "{}: {n} threads came to something else", scenario.display());
            ratios.push(alone / wall);
        }
    }
    let name = scenario.file_stem().unwrap_or_default().to_string_lossy();
    for (ratios, n) in ratios.iter_mut().zip(counts) {
        println!("{name}: --threads {n} is {} times as fast as --threads 1", spread(ratios));
    }
}

/// Prints how much more `--jobs N` does than `--jobs 1`, and than N processes with a shard each.
fn jobs(counts: &[usize]) {
    let mut ratios = vec![(Vec::new(), Vec::new()); counts.len()];
    for round in 0..ROUNDS {
        let folder = std::env::temp_dir().join(format!("intergreen-scaling-{}-{round}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a folder");
        std::fs::write(folder.join("e.ron"), EXPERIMENT).expect("it can be written");
        let single = wall(|| vec![batch(&folder, "1", &["--jobs", "1"])]);
        for ((alone, apart), &n) in ratios.iter_mut().zip(counts) {
            let together = wall(|| vec![batch(&folder, &format!("{n}"), &["--jobs", &n.to_string()])]);
            let shards = wall(|| {
                let shard = |i| batch(&folder, &format!("{i}-{n}"), &["--jobs", "1", "--shard", &format!("{i}/{n}")]);
                (1..=n).map(shard).collect()
            });
            alone.push(single / together);
            apart.push(shards / together);
        }
        std::fs::remove_dir_all(&folder).expect("it can be removed");
    }
    for ((alone, apart), n) in ratios.iter_mut().zip(counts) {
        println!(
            "48 runs: --jobs {n} does {} times the work of --jobs 1, {} times that of {n} processes",
            spread(alone),
            spread(apart)
        );
    }
}

/// Starts a batch with results of its own.
fn batch(folder: &Path, name: &str, options: &[&str]) -> Child {
    let mut command = Command::new(PROGRAM);
    command.arg("batch").arg(folder.join("e.ron")).arg("--quiet").args(options).arg("--out");
    command.arg(folder.join(format!("results-{name}"))).stdin(Stdio::null()).spawn().expect("the program starts")
}

/// How long it takes until all have ended, s.
fn wall(start: impl FnOnce() -> Vec<Child>) -> f64 {
    let begun = Instant::now();
    for mut child in start() {
        assert!(child.wait().expect("it ends").success(), "a batch failed");
    }
    begun.elapsed().as_secs_f64()
}

/// The median of some ratios, with the least and the greatest.
fn spread(ratios: &mut [f64]) -> String {
    ratios.sort_by(f64::total_cmp);
    format!("{:.2} ({:.2} to {:.2})", ratios[ratios.len() / 2], ratios[0], ratios[ratios.len() - 1])
}
