//! Batches from outside: nothing is lost, nothing hangs on how they were run, and what they say of equal things is so.

use std::path::Path;
use std::time::Duration;

use parquet::file::reader::{FileReader, SerializedFileReader};

use crate::tools::{Said, Scratch, program, run};

/// Six runs of two bundled scenarios, some seconds each.
pub const SMALL: &str = r#"(
    scenarios: ["isolated", "grid"],
    controllers: ["fixed_time", "actuated"],
    seeds: 3,
    measure: "mean_time_loss_s",
    until: 400,
)"#;

/// Runs an experiment into a folder.
pub fn batch(scratch: &Scratch, out: &str, more: &[&str]) -> Said {
    let (file, out) = (scratch.path("e.ron"), scratch.path(out));
    let args = ["batch".as_ref(), file.as_os_str(), "--out".as_ref(), out.as_os_str(), "--quiet".as_ref()];
    let said = run(args.into_iter().chain(more.iter().map(AsRef::as_ref)));
    assert_eq!(said.code, 0, "{said:?}");
    said
}

/// The files that must not hang on how a batch was run.
pub fn results(scratch: &Scratch, out: &str) -> Vec<Vec<u8>> {
    ["runs.parquet", "runs.csv", "series.parquet", "manifest.json"]
        .map(|name| std::fs::read(scratch.path(out).join(name)).unwrap_or_else(|e| panic!("{out}/{name}: {e}")))
        .into()
}

/// How many runs a journal has.
pub fn lines(journal: &Path) -> usize {
    std::fs::read_to_string(journal).unwrap_or_default().lines().count()
}

/// Waits until a journal has so many runs, a minute at most.
pub fn wait_for(journal: &Path, runs: usize) {
    for _ in 0..12_000 {
        if lines(journal) >= runs {
            return;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    panic!("{}: {} runs after a minute", journal.display(), lines(journal));
}

#[test]
fn results_do_not_hang_on_jobs_and_shards() {
    let scratch = Scratch::new();
    scratch.write("e.ron", SMALL);
    batch(&scratch, "one", &["--jobs", "1"]);
    batch(&scratch, "two", &["--jobs", "2"]);
    assert_eq!(results(&scratch, "one"), results(&scratch, "two"));
    for shard in ["1/3", "2/3", "3/3"] {
        batch(&scratch, &shard.replace('/', "of"), &["--shard", shard]);
    }
    let folders = ["2of3", "1of3", "3of3", "merged", "again"].map(|name| scratch.path(name).display().to_string());
    let said = run(["merge", &folders[0], &folders[1], &folders[2], "--out", &folders[3]]);
    assert_eq!(said.code, 0, "{said:?}");
    assert_eq!(results(&scratch, "one"), results(&scratch, "merged"));
    // The same twice is no matter; something else is.
    scratch.write("e.ron", SMALL.replace("400", "300"));
    batch(&scratch, "other", &["--shard", "1/3"]);
    let said = run(["merge", &folders[0], &scratch.path("other").display().to_string(), "--out", &folders[4]]);
    assert_eq!(said.code, 2, "{said:?}");
    assert!(said.stderr.contains("different experiments"), "{said:?}");
    // Nor do results of another program belong to them; another commit of the same sources does not matter.
    let manifest = scratch.path("2of3").join("manifest.json");
    let text = std::fs::read_to_string(&manifest).expect("a manifest");
    let with = |field: &str| {
        let mut json: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        json[field] = "other".into();
        std::fs::write(&manifest, json.to_string()).expect("it can be written");
        run(["merge", &folders[1], &folders[0], &folders[2], "--out", &folders[4]])
    };
    let said = with("sources");
    assert_eq!(said.code, 2, "{said:?}");
    assert!(said.stderr.contains("different programs") && said.stderr.contains("sources other"), "{said:?}");
    assert_eq!(with("commit").code, 0);
    assert_eq!(results(&scratch, "one"), results(&scratch, "again"));
}

#[test]
fn a_batch_that_is_killed_goes_on() {
    let scratch = Scratch::new();
    scratch.write("e.ron", SMALL.replace("400", "3600"));
    batch(&scratch, "whole", &[]);
    let (file, out) = (scratch.path("e.ron"), scratch.path("cut"));
    let journal = out.join("journal.jsonl");
    let args = ["batch".as_ref(), file.as_os_str(), "--out".as_ref(), out.as_os_str(), "--quiet".as_ref()];
    let mut child =
        program(args.into_iter().chain(["--jobs", "1"].iter().map(AsRef::as_ref))).spawn().expect("it starts");
    wait_for(&journal, 2);
    child.kill().expect("it can be killed");
    child.wait().expect("it ends");
    let there = lines(&journal);
    assert!((2..12).contains(&there), "{there} runs were there when it was killed");
    // As if it had been killed in the middle of a line.
    let mut text = std::fs::read(&journal).expect("a journal");
    text.extend_from_slice(b"{\"key\":\"00");
    std::fs::write(&journal, text).expect("it can be written");
    let again = run(["batch".as_ref(), file.as_os_str(), "--out".as_ref(), out.as_os_str()]);
    assert_eq!(again.code, 2, "{again:?}");
    assert!(again.stderr.contains("--resume"), "{again:?}");
    batch(&scratch, "cut", &["--resume"]);
    assert_eq!(lines(&journal), 12);
    assert_eq!(results(&scratch, "whole"), results(&scratch, "cut"));
}

/// A file that may not grow any further: what a full disk is to a program.
#[cfg(unix)]
#[test]
fn a_full_disk_loses_no_finished_run() {
    let scratch = Scratch::new();
    scratch.write("e.ron", SMALL);
    batch(&scratch, "whole", &["--jobs", "1"]);
    let (file, out) = (scratch.path("e.ron"), scratch.path("cut"));
    let journal = out.join("journal.jsonl");
    // 12 KiB: enough for some lines of the journal, not for all of them.
    let limited = format!(
        "trap '' XFSZ; ulimit -f 24; exec '{}' batch '{}' --out '{}' --quiet --jobs 1",
        env!("CARGO_BIN_EXE_intergreen"),
        file.display(),
        out.display()
    );
    let said = std::process::Command::new("sh").args(["-c", &limited]).output().expect("a shell");
    let stderr = String::from_utf8_lossy(&said.stderr);
    assert_eq!(said.status.code(), Some(1), "{stderr}");
    assert!(stderr.contains("journal.jsonl") && stderr.contains("--resume"), "{stderr}");
    let there = lines(&journal);
    assert!((1..12).contains(&there), "{there} runs were there");
    assert!(std::fs::read(&journal).expect("a journal").ends_with(b"\n"), "no half line is left");
    batch(&scratch, "cut", &["--resume"]);
    assert_eq!(results(&scratch, "whole"), results(&scratch, "cut"));
}

/// Ctrl-C ends it with 130, and what is finished is written.
#[cfg(unix)]
#[test]
fn a_batch_that_is_interrupted_writes_what_it_has() {
    use nix::sys::signal::{Signal, kill};
    use nix::unistd::Pid;
    let scratch = Scratch::new();
    // More than anybody has time for.
    scratch.write("e.ron", SMALL.replace("seeds: 3", "seeds: 10000").replace("400", "3600"));
    let (file, out) = (scratch.path("e.ron"), scratch.path("out"));
    let args = ["batch".as_ref(), file.as_os_str(), "--out".as_ref(), out.as_os_str(), "--quiet".as_ref()];
    let mut child = program(args).spawn().expect("it starts");
    wait_for(&out.join("journal.jsonl"), 3);
    kill(Pid::from_raw(child.id().try_into().expect("a process")), Signal::SIGINT).expect("it runs");
    assert_eq!(child.wait().expect("it ends").code(), Some(130));
    let runs = std::fs::read_to_string(out.join("runs.csv")).expect("results");
    assert_eq!(runs.lines().count(), 1 + lines(&out.join("journal.jsonl")));
}

#[test]
fn only_what_changed_runs_again() {
    let scratch = Scratch::new();
    scratch.write("e.ron", SMALL);
    batch(&scratch, "out", &[]);
    let journal = scratch.path("out").join("journal.jsonl");
    assert_eq!(lines(&journal), 12);
    scratch.write("e.ron", SMALL.replace("seeds: 3", "seeds: 4").replace(r#""actuated""#, r#""actuated,gap_s=1""#));
    batch(&scratch, "out", &["--resume"]);
    // One seed more of the two programs, four of the two new controllers.
    assert_eq!(lines(&journal), 12 + 2 + 8);
    // What belongs to the old experiment is in no result.
    assert_eq!(std::fs::read_to_string(scratch.path("out").join("runs.csv")).expect("results").lines().count(), 1 + 16);
}

/// A scenario that has moved is the same scenario: nothing is run again, and results are as if it had always been there.
#[test]
fn what_is_there_by_another_name_is_not_run_again() {
    let scratch = Scratch::new();
    let isolated = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/isolated.ron");
    scratch.write("a.ron", std::fs::read_to_string(isolated).expect("a scenario"));
    let text = r#"(scenarios: [SCENARIOS], seeds: 2, measure: "mean_time_loss_s", until: 300)"#;
    scratch.write("e.ron", text.replace("SCENARIOS", r#""a.ron""#));
    batch(&scratch, "out", &[]);
    scratch.write("e.ron", text.replace("SCENARIOS", r#""./a.ron""#));
    let said = run([
        "batch",
        &scratch.path("e.ron").display().to_string(),
        "--dry-run",
        "--resume",
        "--out",
        &scratch.path("out").display().to_string(),
    ]);
    assert!(said.stdout.contains("2 runs, 0 to run"), "{said:?}");
    batch(&scratch, "out", &["--resume"]);
    batch(&scratch, "anew", &[]);
    assert_eq!(results(&scratch, "out"), results(&scratch, "anew"));
    scratch.write("e.ron", text.replace("SCENARIOS", r#""a.ron", "./a.ron""#));
    let said = run([
        "batch",
        &scratch.path("e.ron").display().to_string(),
        "--out",
        &scratch.path("twice").display().to_string(),
    ]);
    assert_eq!(said.code, 2, "{said:?}");
    assert!(said.stderr.contains("'a.ron' and './a.ron' are the same"), "{said:?}");
}

/// Two files of one name are both called as the experiment calls them, whichever comes first.
#[test]
fn scenarios_of_one_name_are_called_by_their_paths() {
    let scratch = Scratch::new();
    let isolated = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/isolated.ron");
    let text = std::fs::read_to_string(isolated).expect("a scenario");
    for folder in ["a", "b"] {
        std::fs::create_dir(scratch.path(folder)).expect("a folder");
        scratch.write(&format!("{folder}/x.ron"), format!("{text}// {folder}\n"));
    }
    scratch.write("e.ron", r#"(scenarios: ["b/x.ron", "a/x.ron"], seeds: 1, measure: "cityflow_att_s", until: 60)"#);
    batch(&scratch, "out", &[]);
    let runs = std::fs::read_to_string(scratch.path("out").join("runs.csv")).expect("results");
    assert!(runs.contains("\na/x.ron|") && runs.contains("\nb/x.ron|"), "{runs}");
}

/// Issue 8, 3: two controllers that do the same by different names.
#[test]
fn equal_controllers_do_not_differ() {
    let scratch = Scratch::new();
    scratch.write(
        "e.ron",
        r#"(scenarios: ["isolated"], controllers: ["actuated", "actuated,advance_gap_s=3"], seeds: 4, measure: "mean_duration_s", until: 600)"#,
    );
    batch(&scratch, "out", &[]);
    let report = run(["report", &scratch.path("out").display().to_string(), "--format", "json"]).json();
    let rows = report["blocks"][0]["rows"].as_array().expect("rows");
    let difference = &rows[1]["difference"];
    assert_eq!(difference["mean"], 0.0, "{report}");
    assert_eq!((&difference["interval"][0], &difference["interval"][1]), (&0.0.into(), &0.0.into()));
    assert_eq!((difference["p"].as_f64(), difference["verdict"].as_str()), (Some(1.0), Some("not_significant")));
    for place in report["leaderboard"].as_array().expect("places") {
        assert_eq!((place["ratio"].as_f64(), &place["interval"]), (Some(1.0), &serde_json::Value::Null), "{report}");
    }
    let text = run(["report", &scratch.path("out").display().to_string()]).stdout;
    assert!(text.contains("not significant") && text.contains("(checked)"), "{text}");
}

/// Common random numbers: who departs, when, as what and how fast it wants to go hangs on the seed alone.
#[test]
fn drivers_hang_on_the_seed_alone() {
    let scratch = Scratch::new();
    scratch.write("e.ron", r#"(scenarios: ["isolated"], controllers: ["fixed_time", "nema"], seeds: 2, drain: true)"#);
    batch(&scratch, "out", &["--trips"]);
    let mut runs = csv::Reader::from_path(scratch.path("out").join("runs.csv")).expect("results");
    let head = runs.headers().expect("a head").clone();
    let place = |name: &str| head.iter().position(|h| h == name).unwrap_or_else(|| panic!("no column {name}"));
    let (key, seed, hash) = (place("key"), place("seed"), place("departures_hash"));
    let mut found: Vec<(String, String, Vec<Vec<String>>)> = Vec::new();
    for row in runs.records().map(|r| r.expect("a row")) {
        let mut trips = csv::Reader::from_path(scratch.path("out").join("trips").join(format!("{}.csv", &row[key])))
            .expect("trips");
        let columns: Vec<usize> = ["id", "type", "depart_s", "speed_factor"]
            .map(|name| trips.headers().expect("a head").iter().position(|h| h == name).expect(name))
            .into();
        let drivers =
            trips.records().map(|r| columns.iter().map(|&c| r.as_ref().expect("a trip")[c].to_owned()).collect());
        found.push((row[seed].to_owned(), row[hash].to_owned(), drivers.collect()));
    }
    assert_eq!(found.len(), 4);
    for (a, b) in [(0, 2), (1, 3)] {
        assert_eq!(found[a], found[b]);
        assert!(found[a].2.len() > 100);
    }
    assert_ne!(found[0].1, found[1].1, "other seeds, other departures");
    assert_ne!(found[0].2, found[1].2);
}

/// Compares a table's Parquet, cell by cell, with its CSV (`same`: a text of CSV stands for a number); how many rows it has.
pub fn same_in_parquet(csv: &Path, same: impl Fn(&str, &str) -> bool) -> usize {
    let file = std::fs::File::open(csv.with_extension("parquet")).expect("results");
    let reader = SerializedFileReader::new(file).expect("a Parquet file");
    let text = std::fs::read_to_string(csv).expect("results");
    let mut csv = csv::Reader::from_reader(text.as_bytes());
    let head = csv.headers().expect("a head").clone();
    let mut rows = 0;
    for (row, written) in reader.get_row_iter(None).expect("rows").zip(csv.records()) {
        let (row, written) = (row.expect("a row"), written.expect("a row"));
        rows += 1;
        for ((name, field), (column, cell)) in row.get_column_iter().zip(head.iter().zip(&written)) {
            assert_eq!(name, column);
            use parquet::record::Field;
            let shown = match field {
                Field::Null => String::new(),
                Field::Str(text) => text.clone(),
                Field::Long(n) => n.to_string(),
                Field::Double(x) => x.to_string(),
                other => panic!("{name}: {other:?}"),
            };
            assert!(same(&shown, cell), "{name}: {shown} {cell}");
        }
    }
    rows
}

#[test]
fn parquet_holds_what_csv_does() {
    let scratch = Scratch::new();
    scratch.write("e.ron", SMALL);
    batch(&scratch, "out", &[]);
    let runs = scratch.path("out").join("runs.csv");
    assert_eq!(same_in_parquet(&runs, |a, b| a == b), 12);
    let text = std::fs::read_to_string(runs).expect("results");
    let head = csv::Reader::from_reader(text.as_bytes()).headers().expect("a head").clone();
    for name in [
        "mean_stops",
        "p95_wait_s",
        "jain_wait",
        "storage_ratio",
        "mean_queue_veh",
        "planning_time_index",
        "arrivals_on_green",
        "split_failures",
    ] {
        let column = head.iter().position(|h| h == name).expect(name);
        let mut csv = csv::Reader::from_reader(text.as_bytes());
        let values: Vec<String> = csv.records().map(|r| r.expect("a row")[column].to_owned()).collect();
        assert!(values.iter().any(|v| !v.is_empty()), "{name}: {values:?}");
    }
}

/// A run by itself comes to the same as in a batch: what the report gives as its command is right.
#[test]
fn a_command_repeats_its_run() {
    let scratch = Scratch::new();
    scratch.write("e.ron", SMALL);
    batch(&scratch, "out", &[]);
    let mut runs = csv::Reader::from_path(scratch.path("out").join("runs.csv")).expect("results");
    let head = runs.headers().expect("a head").clone();
    let place = |name: &str| head.iter().position(|h| h == name).expect("a column");
    let row = runs.records().nth(4).expect("a row").expect("it can be read");
    let words: Vec<&str> = row[place("command")].split(' ').skip(1).chain(["--json", "--quiet"]).collect();
    let alone = run(words).json();
    assert_eq!(alone["state_hash"].as_str(), Some(&row[place("state_hash")]));
    assert_eq!(
        alone["mean_time_loss_s"].as_f64().map(|x| x.to_string()).as_deref(),
        Some(&row[place("mean_time_loss_s")])
    );
}

#[test]
fn a_page_asks_nobody() {
    let scratch = Scratch::new();
    scratch.write("e.ron", SMALL.replace("seeds: 3,", "seeds: 3, scales: [0.8, 1.2],"));
    batch(&scratch, "out", &[]);
    let page = run(["report", &scratch.path("out").display().to_string(), "--format", "html"]).stdout;
    for part in
        ["Difference to fixed_time", "Every seed", "over demand", "Vehicles on the network", "intergreen run grid"]
    {
        assert!(page.contains(part), "{part}");
    }
    for foreign in ["http://", "https://", "<script", "src=", "@import", "url("] {
        assert!(!page.contains(foreign), "{foreign}");
    }
}

#[test]
fn seeds_are_added_until_it_is_precise() {
    let scratch = Scratch::new();
    scratch.write(
        "e.ron",
        r#"(scenarios: ["isolated"], controllers: ["actuated"], seeds: 2, measure: "mean_time_loss_s", until: 900)"#,
    );
    batch(&scratch, "out", &["--until-ci", "5%", "--most-seeds", "40"]);
    let report = run(["report", &scratch.path("out").display().to_string(), "--format", "json"]).json();
    let row = &report["blocks"][0]["rows"][0];
    let number = |v: &serde_json::Value| v.as_f64().expect("a number");
    let (least, most, mean) = (number(&row["interval"][0]), number(&row["interval"][1]), number(&row["mean"]));
    let seeds = row["seeds"].as_array().expect("seeds").len();
    assert!(seeds > 2, "two seeds are never enough for that: {report}");
    assert!(seeds == 40 || (most - least) / 2.0 <= 0.05 * mean, "{report}");
    // Where that is not enough the report says so, also later; and a log is not filled with what was added when.
    let (file, out) = (scratch.path("e.ron").display().to_string(), scratch.path("more").display().to_string());
    let said = run(["batch", &file, "--out", &out, "--until-ci", "0.1%", "--most-seeds", "30"]);
    assert_eq!(said.code, 0, "{said:?}");
    assert!(said.stderr.lines().count() < 20, "{said:?}");
    for text in [said.stdout, run(["report", &out]).stdout] {
        assert!(text.contains("after 30 seeds the interval is still wider than 0.1 %"), "{text}");
    }
}
