//! Trips of a batch: when they are asked for later, when shards are joined, and what they hold.

use std::path::PathBuf;

use crate::batch::{batch, results, same_in_parquet};
use crate::tools::{Scratch, run};

/// Four runs.
const SMALL: &str = r#"(
    scenarios: ["isolated"], controllers: ["fixed_time", "actuated"], seeds: 2, measure: "mean_time_loss_s", until: 300,
)"#;

/// Names of the trips' files in a results folder, with what is in them.
fn trips(scratch: &Scratch, out: &str) -> Vec<(PathBuf, Vec<u8>)> {
    let files = std::fs::read_dir(scratch.path(out).join("trips")).expect("trips");
    let mut files: Vec<PathBuf> = files.map(|file| file.expect("a file").path()).collect();
    files.sort();
    files.into_iter().map(|f| (f.file_name().expect("a name").into(), std::fs::read(&f).expect("trips"))).collect()
}

#[test]
fn trips_come_later_and_are_merged() {
    let scratch = Scratch::new();
    let path = |name: &str| scratch.path(name).display().to_string();
    scratch.write("e.ron", SMALL);
    batch(&scratch, "whole", &["--trips"]);
    let wanted = trips(&scratch, "whole");
    assert_eq!(wanted.len(), 8);
    // Asked for when all has been run: made again, with the same results.
    batch(&scratch, "later", &[]);
    let before = (results(&scratch, "later"), scratch.read("later/journal.jsonl"));
    let said = run(["batch", &path("e.ron"), "--out", &path("later"), "--resume", "--trips", "--dry-run"]);
    assert!(said.stdout.contains("4 runs, 4 to run"), "{said:?}");
    batch(&scratch, "later", &["--resume", "--trips"]);
    assert_eq!(before, (results(&scratch, "later"), scratch.read("later/journal.jsonl")));
    assert_eq!(wanted, trips(&scratch, "later"));
    // One that has gone is made again, and no other.
    let gone = scratch.path("later").join("trips").join(&wanted[3].0);
    std::fs::remove_file(gone).expect("it is there");
    let said = run(["batch", &path("e.ron"), "--out", &path("later"), "--resume", "--trips", "--dry-run"]);
    assert!(said.stdout.contains("4 runs, 1 to run"), "{said:?}");
    // It comes to something else than the journal has: it is said, and no trips are left that belong to no result.
    let journal = scratch.read("later/journal.jsonl");
    let changed = journal.replace("\"arrived\":", "\"arrived\":1");
    assert_ne!(journal, changed);
    scratch.write("later/journal.jsonl", changed);
    let said = run(["batch", &path("e.ron"), "--out", &path("later"), "--resume", "--trips"]);
    assert_eq!(said.code, 1, "{said:?}");
    assert!(said.stderr.contains("came to something else than in journal.jsonl"), "{said:?}");
    assert_eq!(trips(&scratch, "later").len(), 6);
    // Shards bring theirs with them.
    batch(&scratch, "one", &["--shard", "1/2", "--trips"]);
    batch(&scratch, "two", &["--shard", "2/2"]);
    let said = run(["merge", &path("one"), &path("two"), "--out", &path("merged")]);
    assert_eq!(said.code, 0, "{said:?}");
    assert!(said.stderr.contains("2 runs without trips"), "{said:?}");
    let merged = trips(&scratch, "merged");
    assert!(merged.len() == 4 && merged.iter().all(|file| wanted.contains(file)));
    let said = run(["merge", &path("one"), "--out", &path("half")]);
    assert!(said.stdout.contains("2 runs (2 of 4 are missing) of 1 shard"), "{said:?}");
}

#[test]
fn trips_are_the_same_in_parquet() {
    let scratch = Scratch::new();
    scratch.write("e.ron", SMALL.replace("seeds: 2", "seeds: 1"));
    batch(&scratch, "out", &["--trips"]);
    for (name, _) in trips(&scratch, "out").iter().filter(|file| file.0.extension().is_some_and(|end| end == "csv")) {
        let number = |text: &str| text.parse::<f64>().ok();
        let rows = same_in_parquet(&scratch.path("out").join("trips").join(name), |a, b| {
            a == b || number(a).is_some() && number(a) == number(b)
        });
        assert!(rows > 10, "{rows}");
    }
}
