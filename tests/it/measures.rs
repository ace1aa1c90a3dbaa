//! Event logs on the command line: what a run writes, what is measured in it, and what explains it.

use serde_json::Value;

use crate::tools::{NET, ROUTES, Said, Scratch, run};

/// A log with one service of phase 2 in full, ended by a gap-out, and an arrival two seconds after its begin.
const LOG: &str = "SignalID, Timestamp, EventCode, EventParam\n\
    5, 2026-11-26T07:30:00.0, 131, 1\n\
    5, 2026-11-26T07:30:10.0, 0, 2\n5, 2026-11-26T07:30:10.0, 1, 2\n\
    5, 2026-11-26T07:30:12.0, 82, 9\n5, 2026-11-26T07:30:12.3, 81, 9\n\
    5, 2026-11-26T07:30:30.0, 4, 2\n5, 2026-11-26T07:30:30.0, 7, 2\n5, 2026-11-26T07:30:30.0, 8, 2\n\
    5, 2026-11-26T07:30:34.0, 9, 2\n5, 2026-11-26T07:30:34.0, 10, 2\n\
    5, 2026-11-26T07:30:35.5, 11, 2\n5, 2026-11-26T07:30:35.5, 12, 2\n\
    5, 2026-11-26T07:31:40.0, 316, 75\n";
const DETECTORS: &str = "DeviceId,Phase,Parameter,Function\n5,2,9,Advance\n";

fn measures(scratch: &Scratch, log: &str, options: &[&str]) -> Said {
    let file = scratch.write("log.csv", log);
    run(["measures", file.to_str().unwrap()].iter().chain(options))
}

#[test]
fn a_recorded_log_is_measured() {
    let scratch = Scratch::new();
    let detectors = scratch.write("d.csv", DETECTORS);
    let options = ["--detectors", detectors.to_str().unwrap(), "--json"];
    let said = measures(&scratch, LOG, &options);
    assert_eq!(said.code, 0, "{said:?}");
    let json = said.json();
    assert_eq!(json["clock"], "calendar");
    assert_eq!(json["skipped"]["events with codes of a manufacturer's own (above 255)"], 1);
    let phase = &json["signals"][0]["phases"][0];
    assert_eq!((&json["signals"][0]["signal"], &phase["phase"]), (&"5".into(), &2.into()));
    assert_eq!((&phase["terminations"]["gap_outs"], &phase["split"]["mean_s"]), (&1.into(), &25.5.into()));
    assert_eq!((&phase["arrivals"]["on_green"], &phase["arrivals_on_green"]), (&1.into(), &1.0.into()));
    // 07:30 on that day, in s since 1970.
    assert_eq!(phase["bins"][0]["begin_s"], 1_795_678_200.0);
    // In any order of rows, and with seconds instead of a calendar.
    let (head, rows) = LOG.split_once('\n').unwrap();
    let turned: Vec<&str> = rows.lines().rev().collect();
    assert_eq!(measures(&scratch, &format!("{head}\n{}\n", turned.join("\n")), &options).stdout, said.stdout);
    let seconds = LOG.replace("2026-11-26T07:30:", "").replace("2026-11-26T07:31:40.0", "100");
    let json = measures(&scratch, &seconds, &options).json();
    assert_eq!(
        (&json["clock"], &json["signals"][0]["phases"][0]["split"]["mean_s"]),
        (&"seconds".into(), &25.5.into())
    );
    let text = measures(&scratch, LOG, &options[..2]).stdout;
    let has = |words: &str| assert!(text.contains(words), "{words}: {text}");
    has("signal 5: 12 events, 2026-11-26 07:30:00.0 to 2026-11-26 07:30:35.5");
    has("on green");
    has("100 %");
    has("left out: 1 events with codes of a manufacturer's own");
    // The run was stopped while it wrote.
    let cut = measures(&scratch, &format!("{LOG}5, 2026-11-26T07:31:4"), &options).json();
    assert_eq!(
        (&cut["skipped"]["last line, which is cut off"], &cut["signals"]),
        (&1.into(), &json_of(&scratch, &options))
    );
}

/// What the whole log comes to.
fn json_of(scratch: &Scratch, options: &[&str]) -> Value {
    measures(scratch, LOG, options).json()["signals"].clone()
}

#[test]
fn tables_and_diagrams_are_written() {
    let scratch = Scratch::new();
    let detectors = scratch.write("d.csv", DETECTORS);
    let log = LOG.replace("5, 2026-11-26T07:31:40.0, 316, 75\n", "5, 2026-11-26T07:30:50.0, 82, 9\n");
    let out = scratch.path("m");
    let options = ["--detectors", detectors.to_str().unwrap(), "--out", out.to_str().unwrap(), "--bin", "1"];
    let said = measures(&scratch, &log, &options);
    assert_eq!(said.code, 0, "{said:?}");
    let phases = scratch.read("m/phases.csv");
    let rows: Vec<&str> = phases.lines().collect();
    assert!(rows.len() == 3 && rows[0].starts_with("signal,phase,bin,gap_outs,"), "{phases}");
    assert!(rows[1].starts_with("5,2,2026-11-26 07:30:00.0,1,0,0,0,1,25.500,"), "{phases}");
    assert!(scratch.read("m/detectors.csv").lines().nth(1).is_some_and(|row| row.starts_with("5,9,2,2,2,")));
    let points = scratch.read("m/pcd-5-phase-2.csv");
    assert!(points.contains("2026-11-26 07:30:50.0,arrival,16.0\n"), "{points}");
    assert!(scratch.read("m/pcd-5-phase-2.svg").contains("<circle"));
}

#[test]
fn what_is_no_log_is_refused() {
    let scratch = Scratch::new();
    let refused = |log: &str, words: &str| {
        let said = measures(&scratch, log, &["--json"]);
        assert!(said.code == 2 && said.stdout.is_empty() && said.stderr.contains(words), "{words}: {said:?}");
    };
    refused("", "log.csv:1: expected a column TimeStamp; found none");
    refused("a,b\n1,2\n", "log.csv:1: expected a column TimeStamp; found a, b");
    refused("time,code\n1,2\n", "log.csv:1: expected a column Parameter; found time, code");
    refused("time,code,param\n", "log.csv: has no events");
    refused(
        "time,code,param\n1,2,3\nx,2,3\n",
        "log.csv:3: 'x': expected a time like 2026-11-26 07:30:00.1, or seconds",
    );
    refused(
        "time,code,param\n1,2,3\n2026-11-26 07:30,2,3\n",
        "log.csv:3: '2026-11-26 07:30': expected a time like those",
    );
    refused("time,code,param\n1,x,3\n", "log.csv:2: 'x': expected an event's code");
    refused("time,code,param\n1,2,1.5\n", "log.csv:2: '1.5': expected an event's parameter");
    refused("time,code,param\n1,2\n", "log.csv:2: has 2 cells; expected 3, as in the header");
    let wrong = |detectors: &str, words: &str| {
        let file = scratch.write("d.csv", detectors);
        let said = measures(&scratch, LOG, &["--detectors", file.to_str().unwrap()]);
        assert!(said.code == 2 && said.stderr.contains(words), "{words}: {said:?}");
    };
    wrong("DeviceId,Phase,Parameter\n", "d.csv:1: expected a column Function; found deviceid, phase, parameter");
    wrong(
        "DeviceId,Phase,Parameter,Function\n5,x,9,Advance\n",
        "d.csv:2: phase 'x': expected a number from 0 to 65535",
    );
    wrong(
        "Phase,Parameter,Function,Travel_s\n2,9,Advance,-1\n",
        "d.csv:2: travel time '-1': expected a number from 0 to",
    );
    wrong(
        "Phase,Parameter,Function,Arrow\n2,9,Advance,left\n",
        "d.csv:2: arrow 'left': expected a number from 0 to 65535",
    );
    let said = measures(&scratch, LOG, &["--signal", "6"]);
    assert!(said.code == 2 && said.stderr.contains("--signal 6: is not in the log; expected 5"), "{said:?}");
    let said = run(["measures", scratch.path("none").to_str().unwrap()]);
    assert!(said.code == 2 && said.stderr.contains("none: cannot be read"), "{said:?}");
}

/// Runs the small scenario with results; what `--json` said.
fn run_with_results(scratch: &Scratch) -> Value {
    let (config, out) = (scratch.path("x.sumocfg"), scratch.path("out"));
    let said = run(["run", config.to_str().unwrap(), "-q", "--json", "--out", out.to_str().unwrap()]);
    assert_eq!(said.code, 0, "{said:?}");
    said.json()
}

#[test]
fn a_run_writes_its_log_and_explains_itself() {
    let (scratch, config) = Scratch::with_scenario(NET, ROUTES);
    let json = run_with_results(&scratch);
    let without = run(["run", config.to_str().unwrap(), "-q", "--json"]).json();
    assert_eq!(json["state_hash"], without["state_hash"], "whoever writes a log changes nothing");
    let events = scratch.read("out/events.csv");
    let mut lines = events.lines();
    assert_eq!(lines.next(), Some("TimeStamp,DeviceId,EventId,Parameter,Signal,Seconds,Event,Reason"));
    let rows: Vec<&str> = lines.collect();
    // No day is named: the clock starts on a Monday.
    assert!(rows.iter().all(|row| row.starts_with("2001-01-01 00:0")), "{events}");
    assert!(rows.iter().any(|row| row.contains(",1,82,")), "detectors see somebody");
    let seconds = |row: &&str| row.split(',').nth(5).and_then(|s| s.parse::<f64>().ok()).expect("a time");
    assert!(rows.is_sorted_by(|a, b| seconds(a) <= seconds(b)), "by time");
    assert!(scratch.read("out/detectors.csv").starts_with("DeviceId,Phase,Parameter,Function,Signal,Lane,"));
    assert!(scratch.read("out/detectors.csv").lines().next().is_some_and(|row| row.ends_with(",Travel_s,Arrow")));
    let manifest: Value = serde_json::from_str(&scratch.read("out/manifest.json")).unwrap();
    let files = manifest["files"].as_array().unwrap();
    assert!(["events.csv", "detectors.csv"].iter().all(|f| files.contains(&Value::from(*f))), "{files:?}");

    // 200 s of a cycle of 50 s: group 1 is green from 0, 50, 100 and 150 s, for 20 s each.
    let folder = scratch.path("out");
    let said = run(["measures", folder.to_str().unwrap(), "--json"]);
    let json = said.json();
    let signal = &json["signals"][0];
    assert_eq!(signal["signal"], "T");
    let phase = signal["phases"].as_array().unwrap().iter().find(|p| p["phase"] == 1).expect("group 1");
    assert_eq!((&phase["green"]["count"], &phase["green"]["mean_s"]), (&4.into(), &20.0.into()), "{phase}");
    assert_eq!(phase["yellow"]["mean_s"], 3.0);

    let explain = |options: &[&str]| run(["explain", folder.to_str().unwrap()].iter().chain(options));
    let said = explain(&["--signal", "T", "--from", "49", "--to", "51"]);
    assert_eq!(said.code, 0, "{said:?}");
    let lines: Vec<&str> = said.stdout.lines().collect();
    assert!(lines[0].ends_with("what happened, and why"), "{said:?}");
    assert!(
        lines.iter().any(|l| l.trim_start().starts_with("50.0  ") && l.contains("green") && l.contains('(')),
        "{said:?}"
    );
    let said = explain(&["--signal", "t"]);
    assert!(said.code == 2 && said.stderr.contains("has no signal 't'; did you mean 'T'? expected T"), "{said:?}");
    let said = explain(&["--from", "1000"]);
    assert!(said.code == 0 && said.stdout.starts_with("nothing happened then; the log goes from "), "{said:?}");
    let said = explain(&["--from", "51", "--to", "49"]);
    assert!(said.code == 2 && said.stderr.contains("expected a begin before the end"), "{said:?}");
    // In whatever order somebody has put it.
    let (head, rows) = events.split_once('\n').expect("a header");
    let turned: Vec<&str> = rows.lines().rev().collect();
    let log = scratch.write("turned.csv", format!("{head}\n{}\n", turned.join("\n")));
    let times =
        |said: &Said| said.stdout.lines().map(|l| l.trim().split("  ").next().map(str::to_owned)).collect::<Vec<_>>();
    assert_eq!(times(&run(["explain", log.to_str().unwrap()])), times(&explain(&[])));
    let log = scratch.write("log.csv", LOG);
    let said = run(["explain", log.to_str().unwrap()]);
    assert!(
        said.code == 2 && said.stderr.contains("log.csv:1: expected a column Signal, as `run --out` writes it"),
        "{said:?}"
    );
}
