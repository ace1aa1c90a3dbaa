//! Bad input: a clear error or a counted warning, exit code 2, never a panic.

use crate::tools::{CONFIG, NET, ROUTES, Scratch, run};

/// Fails with these words on stderr and nothing on stdout.
fn refused(args: &[&str], words: &[&str]) {
    let said = run(args);
    assert_eq!(said.code, 2, "{args:?}: {said:?}");
    assert!(said.stderr.contains("error: ") && said.stdout.is_empty(), "{args:?}: {said:?}");
    for word in words {
        assert!(said.stderr.contains(word), "{args:?}: '{word}' is not in: {}", said.stderr);
    }
}

/// The small scenario with one text of net or routes replaced.
fn broken(old: &str, new: &str) -> (Scratch, String) {
    assert!(NET.contains(old) || ROUTES.contains(old), "{old}");
    let (scratch, config) = Scratch::with_scenario(&NET.replacen(old, new, 1), &ROUTES.replacen(old, new, 1));
    (scratch, config.display().to_string())
}

#[test]
fn files_that_are_none() {
    let s = Scratch::new();
    let path = |name: &str, text: &str| s.write(name, text).display().to_string();
    refused(&["nowhere.ron"], &["nowhere.ron", "no such file"]);
    refused(&[&s.path("").display().to_string()], &["is a directory"]);
    refused(&[&path("empty.ron", "")], &["empty.ron", "is empty"]);
    refused(&[&path("empty.sumocfg", "")], &["empty.sumocfg", "is empty"]);
    refused(&[&path("x.txt", "x")], &["x.txt", ".ron (ours), .sumocfg (SUMO) or .json (a CityFlow configuration)"]);
    refused(&[&path("config.json", "{}")], &["is no CityFlow configuration", "roadnetFile and flowFile"]);
    refused(&[&path("x.net.xml", NET)], &["network without traffic", ".sumocfg"]);
    refused(&[&path("x.rou.xml", ROUTES)], &["part of a SUMO scenario"]);
    refused(&[&path("y.sumocfg", &CONFIG.replace("x.net", "y.net"))], &["y.net.xml", "cannot be read"]);
    refused(&[&path("y.sumocfg", &CONFIG.replace("x.rou", "y.rou"))], &["y.rou.xml", "cannot be read"]);
    refused(&[&path("half.sumocfg", &CONFIG[..60])], &["half.sumocfg"]);
    refused(&[&path("half.ron", "(version: 1, name:")], &["half.ron:1:"]);
    refused(&[&path("field.ron", "(version: 1, nane: \"x\")")], &["field.ron:1:", "nane"]);
    let binary = s.write("bytes.ron", [0xFF, 0xFE, 0x00]).display().to_string();
    refused(&[&binary], &["bytes.ron", "UTF-8"]);
}

#[test]
fn scenarios_with_one_mistake() {
    let table: &[(&str, &str, &[&str])] = &[
        ("</net>\n", "", &["x.net.xml"]),
        (r#"fromLane="0" toLane="0" via=":J_0_0""#, r#"fromLane="7" toLane="0" via=":J_0_0""#, &["x.net.xml", "7"]),
        (r#"edges="w e""#, r#"edges="w elsewhere""#, &["x.rou.xml:3", "elsewhere"]),
        (r#"edges="w e""#, r#"edges="w n""#, &["x.rou.xml:4", "'w'", "'n'"]),
        (r#"state="Gr""#, r#"state="G""#, &["x.net.xml", "'T'", "letters"]),
        (r#"duration="20" state="Gr""#, r#"duration="0" state="Gr""#, &["x.net.xml", "'T'"]),
        (r#"linkIndex="1""#, r#"linkIndex="5""#, &["x.net.xml", "T"]),
        (r#"maxSpeed="30""#, r#"maxSpeed="NaN""#, &["x.rou.xml:2", "maxSpeed=\"NaN\""]),
        (r#"speed="13.9""#, r#"speed="NaN""#, &["x.net.xml:2", "speed=\"NaN\""]),
        (r#"route="we""#, r#"route="ew""#, &["x.rou.xml:4", "ew"]),
        (r#"type="car" route"#, r#"type="boat" route"#, &["x.rou.xml:4", "boat"]),
        (r#"period="10""#, r#"period="0""#, &["x.rou.xml:4", "period"]),
    ];
    for (old, new, words) in table {
        let (_scratch, config) = broken(old, new);
        refused(&[&config], words);
    }
}

#[test]
fn a_program_without_length() {
    let (_s, config) = broken(&NET[NET.find("<phase").unwrap()..NET.find("</tlLogic>").unwrap()], "");
    refused(&[&config], &["x.net.xml", "'T'", "has no phases"]);
}

#[test]
fn a_program_that_opens_crossing_ways() {
    let (_s, config) = broken(r#"state="Gr""#, r#"state="GG""#);
    refused(&[&config], &["signal 'T'", "'day'", "w → e and s → n", "--allow-unsafe-programs"]);
    let said = run([&config, "--allow-unsafe-programs", "--until", "90", "--json"]);
    assert_eq!(said.code, 0, "{said:?}");
    assert!(said.stderr.contains("UNSAFE: signal 'T'"), "{}", said.stderr);
    assert!(said.json()["conflicting_greens"].as_f64().is_some_and(|s| s > 30.0), "{said:?}");
}

#[test]
fn a_trip_without_a_way_is_counted() {
    let (_s, config) = broken(r#"type="car" from="s""#, r#"type="car" from="e""#);
    let said = run([&config, "--json"]);
    assert_eq!(said.code, 0, "{said:?}");
    assert!(said.stderr.contains("warning: ") && said.stderr.contains("without a connection"), "{}", said.stderr);
    assert_eq!(said.json()["vehicles"]["loaded"], 10);
    assert_eq!(run([&config, "--quiet"]).stderr, "");
    assert!(run([&config, "--quiet"]).stdout.contains("without a connection"));
}

#[test]
fn options_that_make_no_sense() {
    let (s, config) = Scratch::with_scenario(NET, ROUTES);
    let config = config.display().to_string();
    refused(&["--controller", "max_presure"], &["no strategy \"max_presure\"", "fixed_time"]);
    refused(&["--controller", "fixed_time,x=1"], &["no parameter \"x\""]);
    refused(&["--controller", "fixed_time,x"], &["PARAM=VALUE"]);
    refused(&["--sensors", "radar"], &["radar", "loops", "loops+probe", "perfect"]);
    refused(&["--behaviour", "mad"], &["calibrated", "krauss_orig1"]);
    refused(&["arterial", "--until", "-5"], &["starts at 0 s"]);
    refused(&["--until", "10", "--drain"], &["cannot be used with"]);
    refused(&["--step", "NaN"], &["expected a number"]);
    refused(&["--step", "0"], &["0.05 to 2 s"]);
    refused(&["--threads", "0"], &["threads"]);
    refused(&["--scale", "inf"], &["expected a factor from 0 to 100"]);
    refused(&["--scale", "-1"], &["expected a factor from 0 to 100"]);
    refused(&["--seed", "-1"], &["--seed"]);
    refused(&["--set", "demand.skale=1"], &["no 'skale'", "default_shares", "scale"]);
    refused(
        &[&config, "--set", "streets=1"],
        &["no 'streets'", "begin, demand.scale, end, routing, seed, sensors.tier, step"],
    );
    refused(&[&config, "--set", "end=-1"], &["end=-1"]);
    refused(&["--commands", "nowhere.ron"], &["nowhere.ron", "cannot be read"]);
    for (text, words) in [
        ("[(at: 1, command: Explode)]", "Explode"),
        ("[(at: 1, command: SpeedLimit(link: \"zzz\", limit: 1))]", "no link 'zzz'"),
        ("[(at: 1, command: SpeedLimit(link: \"m0\", limit: -1))]", "limit is -1"),
        ("[(at: 1, command: CloseLanes(link: \"m0\", lanes: [7]))]", "there is no lane 7; expected 0 (at the kerb) to"),
        ("[(at: 1, command: CloseLanes(link: \"m0\", lanes: []))]", "lanes is empty"),
        ("[(at: 9, command: CloseLanes(link: \"m0\", until: 9))]", "until is 9; expected a time in s after 9"),
        ("[(at: 1, command: OpenLanes(link: \"mo\"))]", "did you mean 'm0'?"),
        ("[(at: 1, command: SignalOutage(signal: \"nowhere\"))]", "no signal 'nowhere'"),
        ("[(at: 1, command: Signal(signal: \"a\", order: Call(group: 99)))]", "there is no group 99"),
        (
            "[(at: 1, command: DetectorFault(signal: \"a\", detector: 999, stuck: on))]",
            "no detector 999; expected one of 0",
        ),
        ("[(at: 5, command: DetectorFault(signal: \"a\", detector: 0, stuck: on, until: 4))]", "until is 4"),
        ("[(at: 1, command: DemandSurge(factor: -1))]", "factor is -1; expected 0 to 100"),
        ("[(at: 1, command: DemandSurge(factor: 2, from: [\"zzz\"]))]", "no link 'zzz'"),
        ("[(at: 1, command: CloseLanes(link: \"m0\", lane: 1))]", "lane"),
        ("[\n(at: 1, command: DemandSurge(factor: 2)),\n(at: 2, command: DemandSurge(factor: 200))]", "c.ron:3:9"),
        ("[(at: NaN, command: SpeedLimit(link: \"m0\", limit: 1))]", "NaN; expected a finite number"),
    ] {
        let file = s.write("c.ron", text).display().to_string();
        refused(&["arterial", "--commands", &file], &["c.ron", words]);
    }
    let file = s.write("taken", "x").display().to_string();
    refused(&["--out", &file], &["--out", "taken"]);
}

#[test]
fn options_of_sumo_get_a_tip() {
    for (args, words) in [
        (&["-c", "city.sumocfg"][..], "intergreen run city.sumocfg"),
        (&["run", "--configuration-file=city.sumocfg"], "intergreen run city.sumocfg"),
        (&["run", "x.sumocfg", "-b", "0"], "--set begin=S"),
        (&["run", "x.sumocfg", "--begin", "0"], "--set begin=S"),
        (&["run", "x.sumocfg", "--end=100"], "--until S"),
        (&["-e", "100"], "--until S"),
        (&["-n", "x.net.xml", "-r", "x.rou.xml"], ".sumocfg"),
        (&["--step-length", "0.5"], "--step S"),
        (&["--tripinfo-output", "t.xml"], "--out DIR"),
        (&["--no-step-log"], "--quiet"),
        (&["--time-to-teleport", "-1"], "nothing is ever teleported"),
        (&["compare-sumo", "x.sumocfg", "--end", "100"], "--until S"),
    ] {
        refused(args, &["is an option of SUMO's", "tip: ", words]);
    }
    // Others are clap's own business.
    let said = run(["--sed", "1"]);
    assert!(said.code == 2 && said.stderr.contains("'--seed'") && !said.stderr.contains("SUMO's"), "{said:?}");
}

#[test]
fn what_matters_is_not_drowned() {
    let (scratch, config) = Scratch::with_scenario(NET, ROUTES);
    let person = "<person id=\"p\" depart=\"0\"><walk edges=\"w e\"/></person></routes>";
    scratch.write("x.rou.xml", ROUTES.replace("</routes>", person));
    let program = &NET[NET.find("<tlLogic").unwrap()..NET.find("<junction").unwrap()];
    let again = program.replace("\"day\"", "\"night\"");
    scratch.write("x.net.xml", NET.replace(program, &format!("{program}{again}{}", again.replace("night", "dawn"))));
    let config = config.to_str().unwrap();
    let said = run([config, "--until", "10"]);
    let lines: Vec<&str> = said.stderr.lines().collect();
    assert_eq!(lines.len(), 2, "{said:?}");
    assert!(lines[0].starts_with("note: left aside") && lines[0].contains("a later one replaces ×2"), "{lines:?}");
    assert!(lines[1].starts_with("warning: not simulated as written") && lines[1].contains("person"), "{lines:?}");
    let [person, program] = ["<person>", "a later one replaces"].map(|t| said.stdout.find(t));
    assert!(person.is_some() && person < program, "{said:?}");
    let all = run([config, "--until", "10", "-v"]);
    assert!(all.stderr.contains("replaces ×2, first: <tlLogic> 'T'"), "{all:?}");
}

/// However it is given.
#[test]
fn a_warm_up_as_long_as_the_run_leaves_nothing() {
    for options in [["--warm-up", "3600"], ["--set", "warm_up=3600"]] {
        let words = ["warm", "expected less than the scenario lasts, 3600 s"];
        refused(&["isolated", options[0], options[1]], &words);
    }
    assert_eq!(run(["isolated", "--warm-up", "3599", "--until", "1", "--quiet"]).code, 0);
}
