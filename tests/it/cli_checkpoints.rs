//! Checkpoints on the command line: written, gone on from, refused.

use std::path::Path;
use std::process::Stdio;

use serde_json::Value;

use crate::tools::{NET, ROUTES, Said, Scratch, program, run};

/// The small scenario, and the path of its configuration.
fn scenario() -> (Scratch, String) {
    let (scratch, config) = Scratch::with_scenario(NET, ROUTES);
    (scratch, config.display().to_string())
}

/// An outcome without what hangs on the machine and the day.
fn results(said: &Said) -> Value {
    assert_eq!(said.code, 0, "{said:?}");
    let mut all = said.json();
    let object = all.as_object_mut().expect("an object");
    for cost in ["load_s", "cpu_s", "wall_s", "ns_per_vehicle_step", "peak_rss_mb", "threads"] {
        object.remove(cost).unwrap_or_else(|| panic!("{cost} is a field"));
    }
    all
}

/// Runs with some options and `--out`; the checkpoints lie in the folder.
fn with_checkpoints(scratch: &Scratch, options: &[&str]) -> Said {
    let out = scratch.path("out").display().to_string();
    run([options, &["--checkpoint-every", "60", "--out", &out]].concat())
}

#[test]
fn a_resumed_run_comes_to_the_same() {
    let (scratch, config) = scenario();
    let whole = with_checkpoints(&scratch, &[&config, "--json", "--threads", "1"]);
    let names: Vec<String> = [60, 120, 180].map(|t| format!("out/x-{t}s.checkpoint")).into();
    for name in &names {
        let path = scratch.path(name);
        assert!(whole.stderr.contains(&format!("note: checkpoint written: {}\n", path.display())), "{whole:?}");
        for threads in ["1", "2"] {
            let file = path.display().to_string();
            let rest = run([&config, "--json", "--resume", &file, "--threads", threads]);
            assert_eq!(results(&rest), results(&whole), "{name}");
            assert!(rest.stderr.starts_with("note: goes on from "), "{rest:?}");
        }
    }
    assert_eq!(std::fs::read_dir(scratch.path("out")).unwrap().filter(is_checkpoint).count(), 3);
    // Another end is another run, from the same place.
    let file = scratch.path(&names[0]).display().to_string();
    let longer = ["--json", "--drain", "-q"];
    let rest = run([&[&config, "--resume", &file], &longer[..]].concat());
    assert_eq!(results(&rest), results(&run([&[config.as_str()], &longer[..]].concat())));
    assert_eq!(rest.stderr, "");
}

/// A summary without what hangs on the machine and the folder.
fn summary(said: &Said) -> Vec<&str> {
    assert_eq!(said.code, 0, "{said:?}");
    let own = ["Speed ", "Cost ", "Results in "];
    said.stdout.lines().filter(|line| !own.iter().any(|label| line.starts_with(label))).collect()
}

/// The whole summary and all files, before the end of a warm-up and after it, under strategies of all kinds: tables are of
/// the whole run, and what follows the time is its end.
#[test]
fn a_resumed_run_leaves_the_same_results() {
    let scratch = Scratch::new();
    let folder = |name: &str| scratch.path(name).display().to_string();
    for controller in ["fixed_time", "actuated", "nema", "max_pressure", "horizon"] {
        let options = ["arterial", "--until", "900", "--warm-up", "400", "-v", "--fcd=30", "--controller", controller];
        let out = folder(controller);
        let whole = run([&options[..], &["--checkpoint-every", "300", "--out", &out]].concat());
        for at in [300, 600] {
            let file = format!("{out}/arterial-{at}s.checkpoint");
            let again = format!("{controller}-{at}");
            let rest = run([&options[..], &["--resume", &file, "--out", &folder(&again)]].concat());
            let what = format!("{controller} from {at} s");
            assert_eq!(summary(&rest), summary(&whole), "{what}");
            let (mut tables, mut followers) = (0, 0);
            for entry in std::fs::read_dir(&out).unwrap().filter(|entry| !is_checkpoint(entry)) {
                let name = entry.unwrap().file_name().into_string().unwrap();
                let read = |folder: &str| scratch.read(&format!("{folder}/{name}"));
                let (one, other) = (read(controller), read(&again));
                match name.as_str() {
                    // Of options and inputs, and of intervals that this process has seen from their begin only.
                    "manifest.json" | "edgedata.xml" => {}
                    "events.csv" | "fcd.xml" | "summary.xml" | "tlsstates.xml" => {
                        // A head, and what holds at the begin.
                        let lines: Vec<&str> = other.lines().collect();
                        let same = one.lines().rev().zip(lines.iter().rev()).take_while(|(a, b)| a == *b).count();
                        assert!(same + 20 > lines.len() && same > 5, "{what}: {name}: {same} of {}", lines.len());
                        followers += 1;
                    }
                    _ => {
                        assert_eq!(one, other, "{what}: {name}");
                        tables += 1;
                    }
                }
            }
            assert!(tables >= 6 && followers == 4, "{what}: {tables} tables, {followers} that follow the time");
        }
    }
}

/// Closures, surges, an outage, a warm-up, and what CityFlow measures.
#[test]
fn a_resumed_run_with_incidents_comes_to_the_same() {
    let scratch = Scratch::new();
    let text = "[(at: 100, command: CloseLanes(link: \"n_out\", until: 250)), \
                 (at: 120, command: DemandSurge(factor: 1.5, until: 300)), \
                 (at: 150, command: SignalOutage(signal: \"J\", until: 220))]";
    let commands = scratch.write("commands.ron", text).display().to_string();
    let config = "tests/cityflow/config.json";
    let options = [config, "--commands", &commands, "--warm-up", "90", "--json", "-q"];
    let whole = with_checkpoints(&scratch, &options);
    let fields = results(&whole);
    assert!(
        fields["measured"].as_u64().is_some_and(|n| n > 0) && fields["cityflow_road_att_s"].is_number(),
        "{fields}"
    );
    for at in [60, 180, 240, 420] {
        let file = scratch.path(&format!("out/cityflow-{at}s.checkpoint")).display().to_string();
        let rest = run([&options[..], &["--resume", &file]].concat());
        assert_eq!(results(&rest), fields, "from {at} s");
    }
}

/// What somebody does after a checkpoint, in a window for example, can be done again from there.
#[test]
fn commands_that_come_later_may_be_given_later() {
    let (scratch, config) = scenario();
    let early = "(at: 30, command: SpeedLimit(link: \"e\", limit: 8))";
    let late = "(at: 60, id: 1, command: SpeedLimit(link: \"e\", limit: 4))";
    let file = |name: &str, list: &str| scratch.write(name, format!("[{list}]")).display().to_string();
    let (first, both) = (file("first.ron", early), file("both.ron", &format!("{early}, {late}")));
    with_checkpoints(&scratch, &[&config, "--commands", &first]);
    let whole = run([&config, "--commands", &both, "--json"]);
    let at = scratch.path("out/x-60s.checkpoint").display().to_string();
    let resumed = run([&config, "--commands", &both, "--json", "--resume", &at]);
    assert_eq!(results(&resumed), results(&whole));
    assert_ne!(results(&whole), results(&run([&config, "--commands", &first, "--json"])), "they did something");
    let at = scratch.path("out/x-120s.checkpoint").display().to_string();
    let said = run([&config, "--commands", &both, "--resume", &at]);
    assert!(said.code == 2 && said.stderr.contains("was made with 1 command; this run has 2 commands"), "{said:?}");
}

fn is_checkpoint(entry: &std::io::Result<std::fs::DirEntry>) -> bool {
    entry.as_ref().is_ok_and(|e| e.file_name().to_string_lossy().contains("checkpoint"))
}

#[test]
fn costs_are_of_what_was_done_here() {
    let (scratch, config) = scenario();
    with_checkpoints(&scratch, &[&config]);
    let file = scratch.path("out/x-180s.checkpoint").display().to_string();
    // Nobody is there any more after 180 s: no vehicle steps, no cost of one.
    let rest = run([&config, "--json", "--resume", &file]).json();
    assert!(rest["vehicle_steps"].as_u64().is_some_and(|n| n > 0), "{rest}");
    assert!(rest["ns_per_vehicle_step"].is_null(), "{rest}");
    let said = run([&config, "--resume", &file, "--out", scratch.path("again").to_str().unwrap()]);
    assert_eq!(said.code, 0, "{said:?}");
    let manifest: Value = serde_json::from_str(&scratch.read("again/manifest.json")).unwrap();
    assert_eq!((&manifest["resumed"]["file"], &manifest["resumed"]["at_s"]), (&file.into(), &180.0.into()));
    // Trips are of the whole run, the network's state from there on, with sums of the whole run.
    assert_eq!(scratch.read("again/trips.csv"), scratch.read("out/trips.csv"));
    let steps = |folder: &str| -> Vec<String> {
        let all = scratch.read(&format!("{folder}/summary.xml"));
        all.lines().filter(|l| l.contains("<step ")).map(str::to_owned).collect()
    };
    let (whole, rest) = (steps("out"), steps("again"));
    assert!(rest.len() < 25 && whole.ends_with(&rest[1..]), "{rest:?}");
}

#[test]
fn a_standstill_is_found_at_the_same_time() {
    let (scratch, config) = Scratch::with_scenario(&NET.replace("Gr", "rr").replace("rG", "rr"), ROUTES);
    let config = config.display().to_string();
    let out = scratch.path("out").display().to_string();
    let whole = run([&config, "--drain", "--json", "--checkpoint-every", "1500", "--out", &out]);
    assert_eq!(whole.json()["stopped"], "stuck");
    for at in [1500, 3000] {
        let file = scratch.path(&format!("out/x-{at}s.checkpoint")).display().to_string();
        assert_eq!(results(&run([&config, "--drain", "--json", "--resume", &file])), results(&whole), "from {at} s");
    }
}

#[test]
fn what_does_not_fit_is_refused_with_the_reason() {
    let (scratch, config) = scenario();
    let commands = |name: &str, limit: f64| {
        let text = format!("[(at: 30, command: SpeedLimit(link: \"e\", limit: {limit}))]");
        scratch.write(name, text).display().to_string()
    };
    let (slow, slower) = (commands("slow.ron", 8.0), commands("slower.ron", 4.0));
    with_checkpoints(&scratch, &[&config, "--commands", &slow]);
    let file = scratch.path("out/x-60s.checkpoint").display().to_string();
    let refused = |options: &[&str], words: &str| {
        let said = run([options, &["--resume", &file]].concat());
        assert!(said.code == 2 && said.stdout.is_empty() && said.stderr.contains(words), "{options:?}: {said:?}");
        assert!(said.stderr.contains("error: --re"), "{said:?}");
    };
    let same = [config.as_str(), "--commands", &slow];
    assert_eq!(run([&same[..], &["--resume", &file, "-q"]].concat()).code, 0);
    refused(
        &[&config],
        "x-60s.checkpoint: was made with 1 command; this run has 0 commands (the scenario's own, or --commands)",
    );
    refused(&[&config, "--commands", &slower], "was made with other commands (the scenario's own, or --commands)");
    refused(&[&same[..], &["--seed", "2"]].concat(), "was made with seed 1; this run has 2");
    refused(&[&same[..], &["--step", "0.5"]].concat(), "was made with step 1 s; this run has 0.5 s");
    refused(&[&same[..], &["--behaviour", "idm"]].concat(), "with behaviour as the types name it; this run has idm");
    refused(&[&same[..], &["--routes", "once"]].concat(), "with routes at_departure; this run has once");
    refused(&[&same[..], &["--set", "end=300"]].concat(), "was made with end 200 s; this run has 300 s");
    refused(&[&same[..], &["--scale", "2"]].concat(), "was made of another demand: it had 20 vehicles");
    refused(&[&same[..], &["--allow-unsafe-programs"]].concat(), "with unsafe programs refused; this run has allowed");
    refused(&["arterial", "--until", "100"], "was made with step 1 s; this run has 0.5 s");
    refused(&[&same[..], &["--until", "59"]].concat(), "is of 60 s; the run ends at 59 s");
    let recording = scratch.path("r.jsonl").display().to_string();
    refused(&[&same[..], &["--record-inputs", &recording]].concat(), "a recording begins where the controllers start");
    assert!(!Path::new(&recording).exists());
    let other = NET.replace("length=\"95\" shape=\"0,0", "length=\"94\" shape=\"0,0");
    assert_ne!(other, NET);
    scratch.write("x.net.xml", other);
    refused(&same, "was made of another network, though it has 6 lanes and 1 signals, too");
}

#[test]
fn files_that_are_no_checkpoints() {
    let (scratch, config) = scenario();
    let refused = |file: &Path, words: &str| {
        let said = run([config.as_str(), "--resume", file.to_str().unwrap()]);
        let expected = format!("error: --resume {}: {words}", file.display());
        assert!(said.code == 2 && said.stdout.is_empty() && said.stderr.contains(&expected), "{words}: {said:?}");
    };
    refused(&scratch.path("nowhere"), "cannot be read: ");
    refused(&scratch.path(""), "is no file; expected one that `run --checkpoint-every` wrote");
    refused(&scratch.write("empty", ""), "is no checkpoint; expected a file that `run --checkpoint-every` wrote");
    refused(&scratch.path("x.net.xml"), "is no checkpoint; expected a file that");
    with_checkpoints(&scratch, &[&config]);
    let bytes = std::fs::read(scratch.path("out/x-60s.checkpoint")).unwrap();
    refused(&scratch.write("cut", &bytes[..bytes.len() / 2]), "is damaged: it has ");
    let mut flipped = bytes.clone();
    flipped[bytes.len() / 2] ^= 4;
    refused(&scratch.write("flipped", &flipped), "is damaged: its checksum is wrong");
    for every in ["0", "-5", "x", "0.5"] {
        assert_eq!(run([&config, "--checkpoint-every", every]).code, 2, "{every}");
    }
}

/// A checkpoint that cannot be written is no reason to lose the run, but said even if all is to be quiet.
#[test]
fn a_run_goes_on_without_its_checkpoint() {
    let (scratch, config) = scenario();
    std::fs::create_dir_all(scratch.path("out/x-60s.checkpoint/in the way")).unwrap();
    let said = with_checkpoints(&scratch, &[&config, "--quiet"]);
    assert_eq!(said.code, 0, "{said:?}");
    let error = format!("error: {}: no checkpoint is written: ", scratch.path("out/x-60s.checkpoint").display());
    assert!(said.stderr.starts_with(&error) && said.stderr.lines().count() == 1, "{said:?}");
    assert!(scratch.path("out/x-120s.checkpoint").is_file());
    let left = std::fs::read_dir(scratch.path("out")).unwrap().filter_map(Result::ok);
    assert!(left.into_iter().all(|e| !e.file_name().to_string_lossy().ends_with(".part")));
}

/// A folder that nobody can write to is known before the run.
#[cfg(target_os = "linux")]
#[test]
fn a_folder_for_checkpoints_is_tried_first() {
    let (_scratch, config) = scenario();
    let output = program([&config, "--checkpoint-every", "60", "--quiet"]).current_dir("/proc").output().unwrap();
    let error = String::from_utf8(output.stderr).unwrap();
    assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0), "{error}");
    assert!(error.starts_with("error: --checkpoint-every: the current folder cannot be written to: "), "{error}");
}

#[cfg(unix)]
#[test]
fn an_interrupted_run_can_go_on() {
    let (scratch, config) = scenario();
    let out = scratch.path("out");
    let options = [config.as_str(), "--step", "0.05", "--json"];
    let child = program(options.iter().chain(&["--until", "8000000", "--checkpoint-every", "1000000", "--out"]))
        .arg(&out)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    std::thread::sleep(std::time::Duration::from_millis(300));
    let killed = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(killed.success());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130), "{output:?}");
    let o: Value = serde_json::from_slice(&output.stdout).unwrap();
    let at = o["simulated_s"].as_f64().unwrap();
    let file = scratch.path(&format!("out/x-{at}s.checkpoint")).display().to_string();
    let until = (at + 500.0).to_string();
    let rest = run(options.iter().chain(&["--until", &until, "--resume", &file]));
    assert_eq!(results(&rest), results(&run(options.iter().chain(&["--until", &until]))));
}
