//! `compare-sumo`: what it prints and writes, and that it leaves nothing behind.

use std::path::PathBuf;

use crate::peers;
use crate::tools::{NET, ROUTES, Said, Scratch, program, run};

/// Compares a scenario with the given arguments more.
fn compare(config: &str, more: &[&str]) -> Option<Said> {
    let bin = peers::sumo()?;
    let all = ["compare-sumo", config, "--sumo", bin.to_str().unwrap()];
    Some(run(all.iter().chain(more)))
}

/// The small scenario with a detector that would write beside it.
fn scenario() -> (Scratch, PathBuf) {
    let (scratch, config) = Scratch::with_scenario(NET, ROUTES);
    scratch
        .write("x.add.xml", "<additional><e1Detector id=\"d\" lane=\"w_0\" pos=\"9\" file=\"e1.xml\"/></additional>");
    let text = scratch.read("x.sumocfg");
    let text = text.replace("</input>", "<additional-files value=\"x.add.xml\"/></input>");
    let asks = "<output><tripinfo-output value=\"mine.xml\"/></output></configuration>";
    scratch.write("x.sumocfg", text.replace("</configuration>", asks));
    (scratch, config)
}

/// Names of the files in a folder.
fn files(scratch: &Scratch) -> Vec<String> {
    let all = std::fs::read_dir(scratch.path(".")).unwrap();
    let mut names: Vec<String> = all.map(|f| f.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn both_sides_stand_side_by_side() {
    let (scratch, config) = scenario();
    let before = files(&scratch);
    let Some(said) = compare(config.to_str().unwrap(), &["--seeds", "3", "--jobs", "2"]) else { return };
    assert_eq!((said.code, said.stderr.as_str()), (0, ""), "{said:?}");
    for part in [
        "x: intergreen",
        "SUMO 1.28",
        "seeds 1 to 3",
        "arrived",
        "mean depart delay, s",
        "SUMO's range",
        "Our defects, all seeds: 0 gridlocks, 0 collisions, 0 red running",
        "approaches with more than 100 vehicles",
        "wait to enter",
        ":J_0",
    ] {
        assert!(said.stdout.contains(part), "{part}: {}", said.stdout);
    }
    // SUMO's run writes nothing into the scenario's folder, whatever the scenario asks for.
    assert_eq!(files(&scratch), before);
}

#[test]
fn the_object_and_the_tables_hold_everything() {
    let (scratch, config) = scenario();
    let out = scratch.path("out");
    let more = ["--seeds", "2", "--json", "--quiet", "--out", out.to_str().unwrap()];
    let Some(said) = compare(config.to_str().unwrap(), &more) else { return };
    assert_eq!((said.code, said.stderr.as_str()), (0, ""), "{said:?}");
    let o = said.json();
    let arrived = &o["measures"]["arrived"];
    assert_eq!((&arrived["ours"]["median"], &arrived["sumo"]["median"]), (&20.0.into(), &20.0.into()));
    assert_eq!(arrived["deviation_percent"], 0.0);
    // Two cars a minute at a signal: a second of difference is the lamp's latency, ten would be another scenario.
    let duration = &o["measures"]["mean_duration_s"];
    let (ours, sumo) = (duration["ours"]["median"].as_f64().unwrap(), duration["sumo"]["median"].as_f64().unwrap());
    assert!(sumo > 15.0 && (ours - sumo).abs() < 3.0, "{ours} {sumo}");
    let edges = o["edges"].as_array().unwrap();
    let names: Vec<&str> = edges.iter().map(|e| e["edge"].as_str().unwrap()).collect();
    assert_eq!(names.len(), 6, "{names:?}");
    assert!(["w", "e", "s", "n", ":J_0", ":J_1"].iter().all(|e| names.contains(e)), "{names:?}");
    assert!(edges.iter().all(|e| e["vehicles"]["ours"]["median"] == 10.0 && e["vehicles"]["sumo"]["median"] == 10.0));
    assert_eq!(o["approaches"].as_array().unwrap().len(), 2);
    assert_eq!(o["defects"]["collisions"], 0);
    for (file, rows) in [("measures.csv", 7), ("runs.csv", 4), ("edges.csv", 6), ("approaches.csv", 2)] {
        let text = scratch.read(&format!("out/{file}"));
        let mut table = csv::Reader::from_reader(text.as_bytes());
        assert_eq!(table.records().filter(|r| r.as_ref().is_ok_and(|r| !r.is_empty())).count(), rows, "{file}: {text}");
    }
}

#[test]
fn what_cannot_be_compared_is_said() {
    let (scratch, config) = Scratch::with_scenario(NET, ROUTES);
    let config = config.to_str().unwrap();
    let ron = scratch.write("own.ron", "()");
    let text = scratch.write("text", "hello");
    for (args, fragment) in [
        (vec![config, "--sumo", "/nowhere/sumo"], "pip install eclipse-sumo"),
        (vec![config, "--sumo", text.to_str().unwrap()], "expected SUMO's program"),
        (vec![ron.to_str().unwrap()], "expected a SUMO configuration"),
        (vec!["missing.sumocfg"], "there is no such file"),
        (vec![config, "--seeds", "0"], "--seeds"),
        (vec![config, "--seeds", "some"], "--seeds"),
        (vec![config, "--jobs", "0"], "--jobs"),
        (vec![], "SCENARIO"),
    ] {
        let said = run([vec!["compare-sumo"], args.clone()].concat());
        assert!(said.code == 2 && said.stderr.contains(fragment), "{args:?}: {said:?}");
    }
    let mut nowhere = program(["compare-sumo", config]);
    let output = nowhere.env("PATH", scratch.path(".")).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.code() == Some(2) && said.contains("pip install eclipse-sumo"), "{said}");
}

#[test]
fn what_sumo_says_against_a_scenario_is_passed_on() {
    // We count an option that we do not know; SUMO refuses it.
    let (scratch, config) = Scratch::with_scenario(NET, ROUTES);
    let text = scratch.read("x.sumocfg");
    let odd = "<processing><no.such.option value=\"1\"/></processing></configuration>";
    scratch.write("x.sumocfg", text.replace("</configuration>", odd));
    let Some(said) = compare(config.to_str().unwrap(), &["--seeds", "2"]) else { return };
    // Whichever of the two seeds fails first.
    let passed_on = said.stderr.contains("error: SUMO failed with seed ") && said.stderr.contains(": Error: No option");
    assert!(said.code == 1 && passed_on, "{said:?}");
}

#[test]
fn a_jam_that_never_clears_is_named_and_not_compared() {
    let net = NET.replace("Gr", "rr").replace("rG", "rr");
    let (_scratch, config) = Scratch::with_scenario(&net, ROUTES);
    let Some(said) = compare(config.to_str().unwrap(), &["--seeds", "1"]) else { return };
    assert_eq!(said.code, 0, "{said:?}");
    for (side, why) in [("intergreen", "nothing moved for an hour, 20 vehicles never arrived"), ("SUMO", "given up at")]
    {
        assert!(said.stdout.contains(&format!("NOT FINISHED, left out: {side}, seed 1: {why}")), "{said:?}");
    }
    assert!(said.stdout.contains("SUMO finished no run"), "{said:?}");
    let duration = said.stdout.lines().find(|l| l.contains("mean duration")).expect("there is such a row");
    assert_eq!(duration.split_whitespace().filter(|word| *word == "–").count(), 4, "{duration}");
    let Some(said) = compare(config.to_str().unwrap(), &["--seeds", "1", "--tolerances"]) else { return };
    assert!(said.code == 1 && said.stdout.contains("OUTSIDE THE TOLERANCES\n  intergreen, seed 1: "), "{said:?}");
}

#[test]
fn one_seed_spans_no_range() {
    let (_scratch, config) = Scratch::with_scenario(NET, ROUTES);
    let Some(said) = compare(config.to_str().unwrap(), &["--seeds", "1"]) else { return };
    assert!(said.code == 0 && said.stdout.contains("spans no range") && !said.stdout.contains('*'), "{said:?}");
    let Some(said) = compare(config.to_str().unwrap(), &["--seeds", "2"]) else { return };
    assert!(said.code == 0 && said.stdout.contains("marked *. So few seeds"), "{said:?}");
}

#[test]
fn tolerances_decide_the_exit_code() {
    let (_scratch, config) = Scratch::with_scenario(NET, ROUTES);
    let config = config.to_str().unwrap();
    let run = |tolerances: &str| compare(config, &["--seeds", "2", "--json", tolerances]);
    // A second of the lamp's latency is a few per cent here.
    let wide = "--tolerances=duration=30,p90=30,waiting=40,time_loss=60,approach_delay=60";
    let Some(said) = run(wide) else { return };
    assert_eq!((said.code, said.json()["missed"].as_array().map(Vec::len)), (0, Some(0)), "{said:?}");
    let Some(said) = run(&format!("{wide},duration=0,route_length=0")) else { return };
    let missed = said.json()["missed"].clone();
    assert!(said.code == 1 && missed[0].as_str().is_some_and(|m| m.starts_with("mean duration: ")), "{said:?}");
    assert!(missed[0].as_str().is_some_and(|m| m.ends_with("allowed ±0 %")), "{missed}");
    for wrong in ["--tolerances=speed=3", "--tolerances=duration"] {
        let Some(said) = run(wrong) else { return };
        assert!(said.code == 2 && said.stderr.contains("--tolerances"), "{said:?}");
    }
}
