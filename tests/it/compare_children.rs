//! `compare-sumo` and the processes it starts: they end when it does, and what goes wrong in them is said.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::peers;
use crate::tools::{NET, ROUTES, Scratch, program, run};

/// What a SUMO that never comes to its end is called in the list of processes, once it runs, and whether it does.
fn alive(mark: &str) -> bool {
    let list = Command::new("ps").args(["-eo", "args"]).output().expect("ps is there");
    String::from_utf8_lossy(&list.stdout).lines().any(|l| l.contains(mark) && l.contains("--step-log.period"))
}

/// Waits until something is so.
fn wait_for(seconds: f64, what: &str, mut so: impl FnMut() -> bool) {
    #[allow(clippy::disallowed_methods, reason = "a test of processes needs a clock")]
    let started = std::time::Instant::now();
    while !so() {
        assert!(started.elapsed().as_secs_f64() < seconds, "{what}");
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
}

/// A scenario that waits a hundred days for its last vehicle keeps SUMO busy for as long as a test takes.
fn endless() -> (Scratch, PathBuf) {
    let (scratch, config) = Scratch::with_scenario(NET, ROUTES);
    let late = "<vehicle id=\"late\" type=\"car\" route=\"we\" depart=\"8000000\"/></routes>";
    scratch.write("x.rou.xml", scratch.read("x.rou.xml").replace("</routes>", late));
    let text = scratch.read("x.sumocfg").replace("<end value=\"200\"/>", "<end value=\"9000000\"/>");
    scratch.write("x.sumocfg", text);
    (scratch, config)
}

/// Sends a signal to a process.
fn send(signal: &str, process: u32) {
    let status = Command::new("kill").args([&format!("-{signal}"), &process.to_string()]).status();
    assert!(status.is_ok_and(|s| s.success()), "kill -{signal} {process}");
}

#[test]
fn sumo_does_not_outlive_us() {
    let Some(bin) = peers::sumo() else { return };
    for signal in ["INT", "KILL"] {
        let (_scratch, config) = endless();
        let args = ["compare-sumo", config.to_str().unwrap(), "--sumo", bin.to_str().unwrap(), "--seeds", "1"];
        let mut child = program(args).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let mark = format!("intergreen-compare-{}", child.id());
        wait_for(60.0, "SUMO starts", || alive(&mark));
        send(signal, child.id());
        let status = child.wait().unwrap();
        if signal == "INT" {
            wait_for(2.0, "SUMO ends with us", || !alive(&mark));
            assert_eq!(status.code(), Some(130));
            assert!(!std::env::temp_dir().join(&mark).exists(), "the temporary folder is gone");
        } else {
            wait_for(60.0, "SUMO ends", || !alive(&mark));
            // Nobody was there to do it.
            let _ = std::fs::remove_dir_all(std::env::temp_dir().join(&mark));
        }
    }
}

/// A SUMO of our own, a script.
fn script(scratch: &Scratch, text: &str) -> PathBuf {
    let file = scratch.write("sumo", format!("#!/bin/sh\n{text}\n"));
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o755)).expect("it is ours");
    file
}

#[test]
fn a_sumo_that_fails_is_named_with_what_it_said() {
    let (scratch, config) = Scratch::with_scenario(NET, ROUTES);
    let version = "case \"$*\" in --version) echo 'Eclipse SUMO sumo Version 1.19.0'; exit;; esac";
    for (fails, words) in [
        ("echo 'Error: No such option.' >&2; exit 1", "SUMO failed with seed 1: Error: No such option."),
        ("exit 3", "SUMO failed with seed 1: no message, exit status: 3"),
        ("kill -9 $$", "no message, signal: 9"),
        ("exit 0", "trips.xml"),
    ] {
        let sumo = script(&scratch, &format!("{version}\n{fails}"));
        let args = ["compare-sumo", config.to_str().unwrap(), "--sumo", sumo.to_str().unwrap(), "--seeds", "1"];
        let said = run(args);
        assert!(said.code == 1 && said.stdout.is_empty() && said.stderr.contains(words), "{fails}: {said:?}");
        assert!(said.stderr.contains("warning: SUMO is 1.19.0; our models follow 1.28"), "{said:?}");
    }
}

/// A SUMO like the script of the package from PyPI: it starts a program, whose id it writes into `started`, that says
/// nothing and never comes to its end. Seed 1 is left to the real one.
fn half_a_sumo(scratch: &Scratch, bin: &Path) -> PathBuf {
    let (real, started) = (bin.join("sumo"), scratch.path("started"));
    let (real, started) = (real.display(), started.display());
    let text = format!(
        "case \"$*\" in *'--seed 1 '*|*--version*) exec '{real}' \"$@\";; esac\nsleep 1000 & echo $! > '{started}'\nwait"
    );
    script(scratch, &text)
}

#[test]
fn what_is_done_is_reported_when_interrupted() {
    let Some(bin) = peers::sumo() else { return };
    let (scratch, config) = Scratch::with_scenario(NET, ROUTES);
    let (sumo, out) = (half_a_sumo(&scratch, &bin), scratch.path("out"));
    let args = ["compare-sumo", config.to_str().unwrap(), "--sumo", sumo.to_str().unwrap(), "--seeds", "3"];
    let more = ["--jobs", "1", "--out", out.to_str().unwrap()];
    let mut child = program(args.iter().chain(&more)).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // Its second run of SUMO has begun: the first of both sides are done.
    let started = || std::fs::read_to_string(scratch.path("started")).unwrap_or_default().trim().to_owned();
    let sleeps = || {
        let list = Command::new("ps").args(["-o", "args=", "-p", &started()]).output();
        String::from_utf8_lossy(&list.expect("ps is there").stdout).contains("sleep 1000")
    };
    wait_for(60.0, "the second run begins", || !started().is_empty() && sleeps());
    send("INT", child.id());
    wait_for(20.0, "it ends", || child.try_wait().unwrap().is_some());
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(130), "{output:?}");
    wait_for(2.0, "what SUMO has started ends", || !sleeps());
    assert!(said.contains("INTERRUPTED: 1 of our 3 runs are done and 1 of SUMO's 3"), "{said}");
    assert!(said.contains("mean duration"), "{said}");
    let rows = scratch.read("out/runs.csv");
    assert_eq!(rows.lines().filter(|l| l.starts_with("ours,1,true") || l.starts_with("sumo,1,true")).count(), 2);
}
