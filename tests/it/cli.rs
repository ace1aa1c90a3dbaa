//! The program from outside: what it prints, writes, and exits with.

use std::io::Read;
use std::process::Stdio;

use crate::tools::{NET, ROUTES, Scratch, program, run};

#[test]
fn version_and_help() {
    let version = run(["--version"]);
    assert_eq!((version.code, version.stdout.as_str()), (0, concat!("intergreen ", env!("CARGO_PKG_VERSION"), "\n")));
    let help = run(["run", "--help"]);
    assert_eq!(help.code, 0);
    for option in [
        "--seed",
        "--until",
        "--drain",
        "--step",
        "--threads",
        "--behaviour",
        "--controller",
        "--sensors",
        "--scale",
        "--set",
        "--commands",
        "--as-is",
        "--allow-unsafe-programs",
        "--checkpoint-every",
        "--resume",
        "--profile",
        "--out",
        "--json",
        "--quiet",
        "-v",
    ] {
        assert!(help.stdout.contains(option), "{option}: {}", help.stdout);
    }
}

#[test]
fn the_bundled_scenario_gives_a_summary() {
    let said = run(["--until", "25320"]);
    assert_eq!(said.code, 0, "{said:?}");
    for part in
        ["city", "fixed_time", "120.0 s", "loaded", "duration", "time loss", "Defects", "of 52 signals", "× real time"]
    {
        assert!(said.stdout.contains(part), "{part}: {}", said.stdout);
    }
    assert_eq!(said.stderr, "", "no progress where stderr is no terminal");
    assert_eq!(
        run(["run", "--until", "25320", "--json"]).json()["state_hash"],
        run(["--until", "25320", "--json"]).json()["state_hash"]
    );
}

/// Every field of the contract, in its order.
const FIELDS: &[&str] = &[
    "schema",
    "scenario",
    "seed",
    "controller",
    "sensors",
    "behaviour",
    "step_s",
    "simulated_s",
    "vehicles",
    "mean_duration_s",
    "p90_duration_s",
    "mean_waiting_s",
    "mean_time_loss_s",
    "mean_depart_delay_s",
    "mean_route_length_m",
    "resco_delay_s",
    "gridlocks",
    "collisions",
    "red_running",
    "conflicting_greens",
    "waived",
    "fallbacks",
    "vehicle_steps",
    "load_s",
    "cpu_s",
    "wall_s",
    "ns_per_vehicle_step",
    "peak_rss_mb",
    "state_hash",
];

#[test]
fn json_is_as_promised() {
    let (_scratch, config) = Scratch::with_scenario(NET, ROUTES);
    let said = run([config.to_str().unwrap(), "--drain", "--json", "--profile"]);
    assert_eq!(said.code, 0, "{said:?}");
    assert_eq!(said.stdout.lines().count(), 1);
    let places: Vec<_> = FIELDS.iter().map(|f| said.stdout.find(&format!("\"{f}\":"))).collect();
    assert!(places.iter().all(Option::is_some) && places.is_sorted(), "{}", said.stdout);
    let o = said.json();
    assert_eq!(o["schema"], 1);
    assert_eq!((&o["scenario"], &o["controller"], &o["sensors"]), (&"x".into(), &"fixed_time".into(), &"loops".into()));
    assert_eq!((&o["behaviour"], &o["step_s"]), (&"krauss".into(), &1.0.into()));
    let v = &o["vehicles"];
    assert_eq!(
        (&v["loaded"], &v["arrived"], &v["running"], &v["waiting"]),
        (&20.into(), &20.into(), &0.into(), &0.into())
    );
    for mean in ["mean_duration_s", "mean_time_loss_s", "resco_delay_s", "cpu_s", "ns_per_vehicle_step"] {
        assert!(o[mean].as_f64().is_some_and(|x| x > 0.0), "{mean}: {o}");
    }
    for defect in ["gridlocks", "collisions", "red_running", "conflicting_greens"] {
        assert_eq!(o[defect].as_f64(), Some(0.0), "{defect}");
    }
    let hash = o["state_hash"].as_str().unwrap();
    assert!(hash.len() == 16 && u64::from_str_radix(hash, 16).is_ok());
    let shares: f64 = o["cpu_share"].as_object().unwrap().values().filter_map(serde_json::Value::as_f64).sum();
    assert!((shares - 1.0).abs() < 1e-6, "{shares}");
}

#[test]
fn no_arrivals_mean_null() {
    let (_scratch, config) = Scratch::with_scenario(NET, ROUTES);
    let o = run([config.to_str().unwrap(), "--until", "3", "--json"]).json();
    assert_eq!(o["vehicles"]["arrived"], 0);
    assert!(o["mean_duration_s"].is_null() && o["resco_delay_s"].is_null(), "{o}");
}

#[test]
fn results_do_not_depend_on_threads_but_on_the_seed() {
    let hash = |args: &[&str]| {
        let all = ["arterial", "--until", "200", "--json"].iter().chain(args);
        run(all).json()["state_hash"].clone()
    };
    let one = hash(&["--threads", "1"]);
    assert_eq!(one, hash(&["--threads", "3"]));
    assert_ne!(one, hash(&["--seed", "2"]));
}

#[test]
fn demand_is_scaled_and_values_are_set() {
    let loaded = |args: &[&str]| {
        run(["arterial"].iter().chain(args).chain(&["--until", "600", "--json"])).json()["vehicles"]["loaded"]
            .as_f64()
            .unwrap()
    };
    let plain = loaded(&[]);
    for args in [["--scale", "0.5"], ["--set", "demand.scale=0.5"]] {
        let half = loaded(&args);
        assert!((0.4..0.6).contains(&(half / plain)), "{args:?}: {half} of {plain}");
    }
    let (_scratch, config) = Scratch::with_scenario(NET, ROUTES);
    let config = config.to_str().unwrap();
    let o = run([config, "--set", "end=50", "--set", "demand.scale=2", "--set", "step=0.5", "--json"]).json();
    assert_eq!((&o["simulated_s"], &o["vehicles"]["loaded"], &o["step_s"]), (&50.0.into(), &20.into(), &0.5.into()));
}

#[test]
fn it_is_said_when_trips_find_their_way() {
    let (_scratch, config) = Scratch::with_scenario(NET, ROUTES);
    let config = config.to_str().unwrap();
    let routes = |args: &[&str]| run([&[config, "--json"], args].concat()).json()["routes"].clone();
    assert_eq!(routes(&[]), "at_departure");
    assert_eq!(routes(&["--routes", "once"]), "once");
    assert_eq!(routes(&["--set", "routing=once"]), "once");
    assert_eq!(routes(&["--set", "routing=once", "--routes", "at-departure"]), "at_departure");
    assert!(run([config, "--routes", "once"]).stdout.contains("trips routed once"));
    let wrong = run([config, "--set", "routing=never"]);
    assert!(wrong.code == 2 && wrong.stderr.contains("expected once or at_departure"), "{wrong:?}");
    // Every route of the arterial is given.
    assert_eq!(run(["arterial", "--until", "1", "--json", "--set", "routing=at_departure"]).json()["routes"], "given");
}

#[test]
fn commands_take_effect() {
    let (scratch, config) = Scratch::with_scenario(NET, ROUTES);
    let config = config.to_str().unwrap();
    let slow = scratch.write("slow.ron", r#"[(at: 0, command: SpeedLimit(link: "e", limit: 3))]"#);
    let duration = |o: serde_json::Value| o["mean_duration_s"].as_f64().unwrap();
    let before = duration(run([config, "--drain", "--json"]).json());
    let after = duration(run([config, "--drain", "--json", "--commands", slow.to_str().unwrap()]).json());
    assert!(after > before + 5.0, "{before} {after}");
}

#[test]
fn a_drain_ends_where_nothing_moves_any_more() {
    let (_scratch, config) = Scratch::with_scenario(&NET.replace("Gr", "rr").replace("rG", "rr"), ROUTES);
    let said = run([config.to_str().unwrap(), "--drain"]);
    assert_eq!(said.code, 0, "{said:?}");
    assert!(said.stdout.contains("NOTHING HAS MOVED"), "{}", said.stdout);
    let o = run([config.to_str().unwrap(), "--drain", "--json"]).json();
    let simulated = o["simulated_s"].as_f64().unwrap();
    assert!((3600.0..4200.0).contains(&simulated) && o["vehicles"]["arrived"] == 0, "{o}");
}

#[test]
fn a_scenario_without_an_end_ends_when_it_is_empty() {
    let (_scratch, config) = Scratch::with_scenario(NET, ROUTES);
    let o = run([config.to_str().unwrap(), "--set", "end=none", "--json"]).json();
    assert_eq!((&o["vehicles"]["arrived"], &o["vehicles"]["running"]), (&20.into(), &0.into()));
    assert!(o["simulated_s"].as_f64().unwrap() < 200.0 && o["resco_delay_s"].as_f64().is_some(), "{o}");
    // Nobody there is no reason to run for ever.
    let said = run([config.to_str().unwrap(), "--scale", "0", "--drain"]);
    assert!(said.code == 0 && said.stderr.contains("no vehicle departs"), "{said:?}");
}

#[test]
fn files_are_written() {
    let (scratch, config) = Scratch::with_scenario(NET, ROUTES);
    let out = scratch.path("out/deeper");
    let args = [config.to_str().unwrap(), "--out", out.to_str().unwrap(), "--json"];
    let o = run(args).json();
    let arrived = o["vehicles"]["arrived"].as_u64().unwrap() as usize;
    let read = |name: &str| scratch.read(&format!("out/deeper/{name}"));
    for (file, element, count) in [("tripinfo.xml", "tripinfo", arrived), ("summary.xml", "step", 200)] {
        let text = read(file);
        let mut reader = quick_xml::Reader::from_str(&text);
        let mut found = 0;
        loop {
            match reader.read_event().unwrap_or_else(|e| panic!("{file}: {e}")) {
                quick_xml::events::Event::Eof => break,
                quick_xml::events::Event::Empty(e) | quick_xml::events::Event::Start(e) => {
                    let known = [element.as_bytes(), b"tripinfos", b"summary", b"emissions"];
                    assert!(known.contains(&e.name().as_ref()), "{file}: {e:?}");
                    assert!(e.attributes().all(|a| a.is_ok()));
                    found += usize::from(e.name().as_ref() == element.as_bytes());
                }
                _ => {}
            }
        }
        assert_eq!(found, count, "{file}");
    }
    assert!(read("tripinfo.xml").contains(r#"departLane="w_0""#));
    for (file, rows) in [("trips.csv", 20), ("lanes.csv", 4), ("signals.csv", 1)] {
        let text = read(file);
        let mut table = csv::Reader::from_reader(text.as_bytes());
        assert_eq!(table.records().filter(|r| r.as_ref().is_ok_and(|r| !r.is_empty())).count(), rows, "{file}: {text}");
    }
    let manifest: serde_json::Value = serde_json::from_str(&read("manifest.json")).unwrap();
    assert_eq!(manifest["state_hash"], o["state_hash"]);
    assert_eq!(manifest["inputs"].as_array().map(Vec::len), Some(3));
    // A folder that exists is used again.
    assert_eq!(run(args).code, 0);
}

/// Delays of a signal: on its whole approaches as in the summary, and on their last roads.
#[test]
fn delays_of_signals_are_those_of_intersections() {
    let scratch = Scratch::new();
    let out = scratch.path("out").display().to_string();
    let said = run(["isolated", "--until", "900", "--quiet", "--out", &out]);
    let table = |file: &str, column: &str| -> f64 {
        let text = scratch.read(&format!("out/{file}"));
        let mut table = csv::Reader::from_reader(text.as_bytes());
        let place = table.headers().unwrap().iter().position(|h| h == column).unwrap_or_else(|| panic!("{column}"));
        table.records().next().unwrap().unwrap()[place].parse().unwrap()
    };
    let whole = table("signals.csv", "control_delay_s");
    assert_eq!(whole, table("intersections.csv", "control_delay_s"));
    assert!(said.stdout.contains(&format!("  x{whole:>35.1}")), "{whole}: {said:?}");
    assert!(table("signals.csv", "delay_s") <= whole);
}

#[test]
fn it_is_said_that_there_is_no_signal_to_control() {
    let remarks = |controller: &str| {
        let said = run(["roundabouts", "--until", "10", "--quiet", "--json", "--controller", controller]);
        said.json()["remarks"].clone()
    };
    assert_eq!(remarks("horizon"), serde_json::json!(["horizon: there is no signal to control here"]));
    assert_eq!(remarks("fixed_time"), serde_json::json!([]));
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    let mut child =
        program(["arterial", "--until", "60"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let mut stderr = String::new();
    child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
    assert_eq!((child.wait().unwrap().code(), stderr.as_str()), (Some(0), ""));
}

#[cfg(unix)]
#[test]
fn an_interrupted_run_writes_what_it_has() {
    let (scratch, config) = Scratch::with_scenario(NET, ROUTES);
    let out = scratch.path("out");
    let args = [config.to_str().unwrap(), "--until", "8000000", "--step", "0.05", "--json", "--out"];
    let child = program(args).arg(&out).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    std::thread::sleep(std::time::Duration::from_millis(300));
    let killed = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(killed.success());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130), "{output:?}");
    let o: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(o["simulated_s"].as_f64().is_some_and(|s| s < 8e6), "{o}");
    assert!(scratch.read("out/manifest.json").contains("interrupted"));
}

#[test]
fn what_programs_are_allowed_is_said() {
    let (_scratch, config) = Scratch::with_scenario(&NET.replace("\"yr\"", "\"rr\""), ROUTES);
    let config = config.to_str().unwrap();
    let said = run(["run", config]);
    assert!(said.code == 0 && said.stdout.contains("Signal programs     1 finding waived (-v shows all)"), "{said:?}");
    let note = "note: signal programs run as they are: green ends without yellow at 1 signal (-v lists all)";
    assert!(said.stderr.contains(note), "{said:?}");
    let all = run(["run", config, "-v"]);
    assert!(all.stdout.contains("  signal 'T': green ends without yellow: groups 0"), "{all:?}");
    assert_eq!(run(["run", config, "-q"]).stderr, "");
    assert_eq!(run(["run", config, "--json", "-q"]).json()["waived"].as_array().map(Vec::len), Some(1));
    let (_scratch, config) = Scratch::with_scenario(NET, ROUTES);
    let said = run(["run", config.to_str().unwrap()]);
    assert!(!said.stdout.contains("waived") && said.stderr.is_empty(), "{said:?}");
}
