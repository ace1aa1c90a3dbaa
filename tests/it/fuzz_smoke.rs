//! The fuzz targets on good files, on files that once did harm, and on good files broken at random: each is refused or
//! run, without a panic, and in bounded time.

use std::path::{Path, PathBuf};
use std::time::Duration;

use cpu_time::ThreadTime;
use intergreen::random::mix;

use super::tools::Scratch;

#[path = "../../fuzz/src/mutate.rs"]
mod mutate;
#[path = "../../fuzz/src/targets.rs"]
mod targets;

use mutate::{Dice, broken};
use targets::{Bench, TARGETS, Target};

/// Broken files for each target; `INTERGREEN_SEARCH=full`: many more.
const TIMES: u64 = 250;
/// CPU time for one file. The slowest good one takes a tenth of it; on a busy machine CPU time grows, too.
const LIMIT: Duration = Duration::from_secs(10);

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The files of a folder of the repository, by name; none if there is no such folder.
fn files(folder: &str) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(root().join(folder)) else { return Vec::new() };
    let mut files: Vec<PathBuf> = entries.map(|e| e.expect("a readable folder").path()).collect();
    files.sort();
    files
}

fn read(file: &Path) -> Vec<u8> {
    std::fs::read(file).unwrap_or_else(|e| panic!("{}: {e}", file.display()))
}

/// Good files of a target: its seeds, and what else there is in the repository.
fn good(target: &Target) -> Vec<PathBuf> {
    let more = match target.name {
        "cityflow_roadnet" => vec![root().join("tests/cityflow/roadnet.json")],
        "cityflow_flow" => vec![root().join("tests/cityflow/flow.json")],
        "cityflow_config" => vec![root().join("tests/cityflow/config.json")],
        "scenario" => files("tests/old_versions"),
        "plan" => files("scenarios/plans"),
        _ => Vec::new(),
    };
    [files(&format!("fuzz/seeds/{}", target.name)), more].concat()
}

/// Runs a target; whether it ran what the file says.
fn attempt(target: &Target, bench: &Bench, data: &[u8], what: &str) -> bool {
    let began = ThreadTime::now();
    let ran = (target.run)(bench, data);
    assert!(began.elapsed() < LIMIT, "{} with {what}: took {:?}", target.name, began.elapsed());
    ran
}

#[test]
fn good_files_are_accepted_and_run() {
    for target in TARGETS {
        let files = good(target);
        assert!(!files.is_empty(), "{} has no good file", target.name);
        for file in files {
            let scratch = Scratch::new();
            let bench = Bench::new(&scratch.path(""), root());
            assert!(attempt(target, &bench, &read(&file), "a good file"), "{}: {}", target.name, file.display());
        }
    }
}

#[test]
fn files_that_once_did_harm_do_none() {
    let mut count = 0;
    for target in TARGETS {
        let scratch = Scratch::new();
        let bench = Bench::new(&scratch.path(""), root());
        for file in files(&format!("tests/fuzz_findings/{}", target.name)) {
            println!("{}", file.display());
            attempt(target, &bench, &read(&file), &file.display().to_string());
            count += 1;
        }
    }
    assert!(count > 0, "there are findings");
}

#[test]
fn broken_files_do_no_harm() {
    let full = std::env::var("INTERGREEN_SEARCH").is_ok_and(|v| v == "full");
    let times = if full { TIMES * 20 } else { TIMES };
    for (t, target) in TARGETS.iter().enumerate() {
        let scratch = Scratch::new();
        let bench = Bench::new(&scratch.path(""), root());
        let texts: Vec<String> = good(target).iter().map(|f| String::from_utf8_lossy(&read(f)).into_owned()).collect();
        let mut ran = 0;
        for i in 0..times {
            let dice = &mut Dice(mix(i * 100 + t as u64));
            let [text, other] = [0; 2].map(|_| &texts[dice.number(texts.len())]);
            let data = broken(text, other, dice);
            // What does harm stays there, for the list of findings.
            let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("fuzz-{}", target.name));
            std::fs::write(&file, &data).expect("the temporary folder can be written");
            ran += u64::from(attempt(target, &bench, &data, &format!("number {i}, kept in {}", file.display())));
        }
        assert!((1..times).contains(&ran), "{}: {ran} of {times} were run", target.name);
    }
}
