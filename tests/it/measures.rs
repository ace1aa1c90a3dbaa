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
        "log.csv:3: 'x': expected a time like 2026-11-26 07:30:00.1 or 11/26/2026 7:30:00.1 AM (month first), or seconds",
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

/// A log of so many seconds with an event each.
fn long(rows: usize) -> Vec<String> {
    let rows = (0..rows).map(|i| format!("{i},{},{}", [82, 81][i % 2], 9));
    ["time,code,param".to_owned()].into_iter().chain(rows).collect()
}

#[test]
fn logs_are_read_as_vendors_export_them() {
    let scratch = Scratch::new();
    let detectors = scratch.write("d.csv", DETECTORS);
    let options = ["--detectors", detectors.to_str().unwrap(), "--json"];
    let said = measures(&scratch, LOG, &options).stdout;
    let day = LOG.replace("2026-11-26T07:", "11/26/2026 7:");
    assert_eq!(measures(&scratch, &day, &options).stdout, said);
    let half: String = day.lines().map(|line| line.replace(".0,", ".000 AM,") + "\n").collect();
    assert!(half.contains("7:30:10.000 AM"), "{half}");
    assert_eq!(measures(&scratch, &half, &options).stdout, measures(&scratch, &day, &options).stdout);
    for separator in [";", "\t"] {
        let detectors = scratch.write("s.csv", DETECTORS.replace(',', separator));
        let options = ["--detectors", detectors.to_str().unwrap(), "--json"];
        assert_eq!(measures(&scratch, &LOG.replace(", ", separator), &options).stdout, said, "{separator:?}");
    }
}

#[test]
fn a_line_that_cannot_be_read_is_left_out() {
    let scratch = Scratch::new();
    let mut lines = long(200);
    lines[100] = "99,82".into();
    lines[150] = "99 o'clock,82,9".into();
    let json = measures(&scratch, &lines.join("\n"), &["--json"]).json();
    let file = scratch.path("log.csv");
    let what = format!(
        "lines that cannot be read; the first: {}:101: has 2 cells; expected 3, as in the header",
        file.display()
    );
    assert_eq!((&json["skipped"][what], &json["signals"][0]["events"]), (&2.into(), &198.into()));
    // More than one in a hundred, or the first ten.
    lines[180] = String::from("x,82,9");
    let said = measures(&scratch, &lines.join("\n"), &[]);
    assert!(said.code == 2 && said.stderr.contains("log.csv:101: has 2 cells"), "{said:?}");
    let mut lines = long(2000);
    (1..=9).for_each(|i| lines[i] = "x,82,9".into());
    assert_eq!(measures(&scratch, &lines.join("\n"), &[]).code, 0);
    lines[10] = "x,82,9".into();
    let said = measures(&scratch, &lines.join("\n"), &[]);
    assert!(said.code == 2 && said.stderr.contains("log.csv:2: 'x': expected a time"), "{said:?}");
}

#[test]
fn detectors_belong_to_a_log_by_their_device() {
    let scratch = Scratch::new();
    // Our log has both names, and each is the name of the other's device.
    let log = |columns: &str, of: [&str; 2]| {
        let row = |i: usize, at: u32, code: u8, parameter: u8| format!("{at},{code},{parameter},{}\n", of[i]);
        let rows = [row(0, 1, 1, 2), row(0, 2, 82, 9), row(0, 3, 81, 9), row(1, 1, 1, 2), row(1, 5, 7, 2)];
        format!("TimeStamp,EventId,Parameter,{columns}\n{}", rows.concat())
    };
    let arrivals = |log: &str, detectors: &str| {
        let file = scratch.write("d.csv", detectors);
        let said = measures(&scratch, log, &["--detectors", file.to_str().unwrap(), "--json"]);
        assert_eq!(said.code, 0, "{said:?}");
        let json = said.json();
        let of = |s: &Value| (s["signal"].as_str().unwrap().to_owned(), s["phases"][0]["arrivals"]["total"].clone());
        json["signals"].as_array().unwrap().iter().map(of).collect::<Vec<_>>()
    };
    let both = log("DeviceId,Signal", ["1,2", "2,1"]);
    let expected = [("1".to_owned(), Value::Null), ("2".into(), 1.into())];
    let rows = "2,9,Advance";
    assert_eq!(arrivals(&both, &format!("DeviceId,Phase,Parameter,Function\n1,{rows}\n")), expected);
    assert_eq!(arrivals(&both, &format!("Signal,Phase,Parameter,Function\n2,{rows}\n")), expected);
    assert_eq!(arrivals(&both, &format!("DeviceId,Phase,Parameter,Function,Signal\n1,{rows},2\n")), expected);
    // The log without the names of signals: they are called by their devices.
    let device = log("DeviceId", ["1", "2"]);
    let expected = [("1".to_owned(), 1.into()), ("2".into(), Value::Null)];
    assert_eq!(arrivals(&device, &format!("DeviceId,Phase,Parameter,Function,Signal\n1,{rows},2\n")), expected);
    let refused = |log: &str, detectors: String, words: &str| {
        let file = scratch.write("d.csv", detectors);
        let said = measures(&scratch, log, &["--detectors", file.to_str().unwrap()]);
        assert!(said.code == 2 && said.stderr.contains(words), "{words}: {said:?}");
    };
    refused(
        &device,
        format!("Signal,Phase,Parameter,Function\nmain,{rows}\n"),
        "d.csv: none of its 1 detectors is of a signal in the log: 'main', for one; expected one of: 1, 2",
    );
    refused(
        &both,
        format!("DeviceId,Phase,Parameter,Function\n3,{rows}\n"),
        "is of a signal in the log: 'DeviceId 3', for one",
    );
    refused(
        &both,
        format!("Phase,Parameter,Function\n{rows}\n"),
        "expected a column DeviceId: the log has several signals",
    );
}

#[test]
fn functions_that_are_not_known_are_named() {
    let scratch = Scratch::new();
    let file =
        scratch.write("d.csv", "DeviceId,Phase,Parameter,Function\n5,2,9,Presnce\n5,2,9,Extension\n5,2,9,Presnce\n");
    let said = measures(&scratch, LOG, &["--detectors", file.to_str().unwrap()]);
    let words = "function 'Presnce' is not known; did you mean 'Presence'? expected one of: Presence, Advance";
    assert!(said.stderr.contains(&format!("d.csv:2: {words}")) && said.stderr.matches(words).count() == 1, "{said:?}");
    assert!(said.stdout.contains("left out: 2 detectors with the function 'Presnce'"), "{said:?}");
    assert!(!said.stdout.contains("Extension'") && !said.stdout.contains("does not know"), "{said:?}");
    // Nobody was served: not a blank.
    let still = "TimeStamp,EventId,Parameter\n1,7,2\n1,4,2\n2,82,9\n";
    let out = scratch.path("m");
    let said = measures(&scratch, still, &["--out", out.to_str().unwrap()]);
    assert!(said.stdout.lines().any(|l| l.split_whitespace().take(2).eq(["2", "0"])), "{said:?}");
    assert!(scratch.read("m/phases.csv").lines().last().is_some_and(|row| row.starts_with("log,2,all,1,0,0,0,0,")));
}

#[test]
fn loops_before_the_line_do_not_tell_who_passes_on_red() {
    let scratch = Scratch::new();
    let log = LOG.replace(
        "5, 2026-11-26T07:31:40.0, 316, 75\n",
        "5, 2026-11-26T07:30:50.0, 82, 9\n5, 2026-11-26T07:30:50.1, 81, 9\n",
    );
    let on_red = |head: &str, row: &str| {
        let detectors = format!("DeviceId,Phase,Parameter,Function{head}\n5,2,9,Count{row}\n");
        let file = scratch.write("d.csv", detectors);
        let json = measures(&scratch, &log, &["--detectors", file.to_str().unwrap(), "--json"]).json();
        json["signals"][0]["phases"][0]["yellow_red"]["on_red"].clone()
    };
    assert_eq!(on_red("", ""), 1);
    assert_eq!(on_red(",Distance_m,Lamp", ",2.0,phase"), 1);
    assert_eq!(on_red(",Distance_m", ",21.7"), Value::Null);
    assert_eq!(on_red(",Travel_s", ",1.5"), Value::Null);
    assert_eq!(on_red(",Distance_m,Lamp", ",1.0,own"), Value::Null);
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
    assert!(scratch.read("out/detectors.csv").lines().next().is_some_and(|row| row.ends_with(",Travel_s,Arrow,Lamp")));
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
    // One group alone, and the time of day as well if it was asked for so.
    let said = explain(&["--phase", "1", "--from", "00:00:49", "--to", "51"]);
    let lines: Vec<&str> = said.stdout.lines().collect();
    assert!(lines[0].trim_start().starts_with("time ") && lines[0].contains("time, s"), "{said:?}");
    assert!(lines.iter().any(|l| l.trim_start().starts_with("00:00:50.0        50.0  ")), "{said:?}");
    assert!(lines[1..].iter().all(|l| l.contains("group '0'") && !l.contains("group '1'")), "{said:?}");
    let both = explain(&["--phase", "1", "--phase", "2"]).stdout;
    assert!(both.lines().count() > explain(&["--phase", "1"]).stdout.lines().count(), "{both}");
    let said = explain(&["--phase", "99"]);
    assert!(
        said.code == 2 && said.stderr.contains("--phase 99: nothing in the log is about it; expected one of: 1, 2"),
        "{said:?}"
    );
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
