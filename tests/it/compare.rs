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
    assert!(said.code == 1 && said.stderr.contains("SUMO failed with seed"), "{said:?}");
}

/// A scenario that takes SUMO long: nobody ever leaves, since the signal is always red.
#[cfg(unix)]
fn endless() -> (Scratch, PathBuf) {
    let net = NET.replace("Gr", "rr").replace("rG", "rr");
    Scratch::with_scenario(&net, &ROUTES.replace("end=\"100\"", "end=\"190\""))
}

#[test]
fn a_jam_that_never_clears_is_reported() {
    let net = NET.replace("Gr", "rr").replace("rG", "rr");
    let (_scratch, config) = Scratch::with_scenario(&net, ROUTES);
    let Some(said) = compare(config.to_str().unwrap(), &["--seeds", "1"]) else { return };
    assert_eq!(said.code, 0, "{said:?}");
    for side in ["intergreen", "SUMO"] {
        assert!(said.stdout.contains(&format!("NOT EMPTY: with {side}, vehicles never arrived; seeds 1")), "{said:?}");
    }
}

#[cfg(unix)]
#[test]
fn sumo_does_not_outlive_us() {
    use std::process::{Command, Stdio};
    use std::time::{Duration, Instant};
    let Some(bin) = peers::sumo() else { return };
    for signal in ["INT", "KILL"] {
        let (scratch, config) = endless();
        // A scenario that waits a day for its last vehicle keeps SUMO busy for as long as the test takes.
        let late = "<vehicle id=\"late\" type=\"car\" route=\"we\" depart=\"8000000\"/></routes>";
        scratch.write("x.rou.xml", scratch.read("x.rou.xml").replace("</routes>", late));
        let text = scratch.read("x.sumocfg").replace("<end value=\"200\"/>", "<end value=\"9000000\"/>");
        scratch.write("x.sumocfg", text);
        let args = ["compare-sumo", config.to_str().unwrap(), "--sumo", bin.to_str().unwrap(), "--seeds", "1"];
        let mut child = program(args).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let mark = format!("intergreen-compare-{}", child.id());
        let alive = || {
            let list = Command::new("ps").args(["-eo", "args"]).output().expect("ps is there");
            String::from_utf8_lossy(&list.stdout).lines().any(|l| l.contains(&mark) && l.contains("--step-log.period"))
        };
        #[allow(clippy::disallowed_methods, reason = "a test of processes needs a clock")]
        let started = Instant::now();
        let wait_for = |wanted: bool, what: &str| {
            while alive() != wanted {
                assert!(started.elapsed() < Duration::from_secs(60), "{signal}: {what}");
                std::thread::sleep(Duration::from_millis(50));
            }
        };
        wait_for(true, "SUMO starts");
        assert!(
            Command::new("kill").args([&format!("-{signal}"), &child.id().to_string()]).status().unwrap().success()
        );
        let status = child.wait().unwrap();
        wait_for(false, "SUMO ends");
        if signal == "INT" {
            assert_eq!(status.code(), Some(130));
            assert!(!std::env::temp_dir().join(&mark).exists(), "the temporary folder is gone");
        } else {
            // Nobody was there to do it.
            let _ = std::fs::remove_dir_all(std::env::temp_dir().join(&mark));
        }
    }
}
