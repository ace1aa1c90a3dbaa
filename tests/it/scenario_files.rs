//! Scenario files of our own: broken ones with what is said about them, odd ones, imported ones.

use super::tools::{Said, Scratch, run};
use super::worlds::data_file;

/// A small scenario that uses most of the format.
const SMALL: &str = r#"(
    version: 2,
    name: "small",
    date: "2026-11-26",
    time_zone: "Europe/Berlin",
    begin: 100,
    end: 400,
    warm_up: 50,
    step: 0.5,
    seeds: [3, 4],
    routing: (moment: once, memory: mean(10)),
    network: inline(
        nodes: [
            (id: "w", x: 0, y: 0, kind: dead_end),
            (id: "c", x: 300, y: 0, kind: priority),
            (id: "e", x: 600, y: 0, kind: dead_end),
            (id: "n", x: 300, y: 300, kind: dead_end),
        ],
        streets: [
            (id: "a", from: "w", to: "c", lanes: 1, speed: 50, rank: 2),
            (id: "b", from: "c", to: "e", lanes: 1, speed: 50, rank: 2),
            (id: "d", from: "n", to: "c", lanes: 1, speed: 30),
        ],
    ),
    vehicles: [
        (id: "car", share: 9),
        (id: "bus", class: bus, share: 1, length: 12, speed_factor: (mean: 0.9, deviation: 0.05)),
    ],
    demand: (
        scale: 1.5,
        profiles: {"peak": (slice: 100, factors: [0.5, 1, 1.5])},
        entries: [(street: "d", flow: 200, vehicle: "car")],
        default_shares: (left: 1, straight: 1, right: 1),
        turns: [(street: "d", left: 30, right: 70, end: 250), (street: "d", left: 50, right: 50, begin: 250)],
        routes: [(id: "line", streets: ["a", "b"], stops: [(place: "stop", duration: 20), (street: "b", end: 250, duration: 5)])],
        places: [(id: "stop", street: "a", start: 100, end: 130)],
        trips: [
            (id: "t1", depart: 120, vehicle: "car", from: "a", to: "-d"),
            (id: "t2", depart: 130.5, mix: [(id: "car"), (id: "bus", weight: 0.5)], from: "-b", to: "-a"),
        ],
        flows: [
            (id: "f", from: "a", to: "b", flow: 300, profile: "peak"),
            (id: "l", route: "line", every: 60, vehicle: "bus", enter: (lane: first, speed: exactly(5))),
            (id: "r", chance: 0.05, from: "-b", to: "-d", begin: 150, number: 9),
        ],
        zones: [(id: "west", from: [(street: "a")], to: [(street: "-a")]), (id: "east", from: [(street: "-b")], to: [(street: "b")])],
        matrices: [(id: "od", cells: [(from: "west", to: "east", flow: 60), (from: "east", to: "west", flow: 30)])],
    ),
    commands: [
        (at: 200, command: CloseLanes(link: "a", lanes: [0], until: 230)),
        (at: 250, command: DemandSurge(factor: 1.2, until: 300)),
    ],
    controller: (strategy: "fixed_time"),
    sensors: (tier: loops),
    measures: (loops: [(id: "x", lane: "a_0", position: 50, readings: (file: "x.xml", period: 60))]),
)
"#;

fn check(text: &str, more: &[&str]) -> Said {
    let s = Scratch::new();
    let file = s.write("small.ron", text);
    run([&["check", file.to_str().expect("a path in UTF-8")], more].concat())
}

#[test]
fn the_small_scenario_runs() {
    let said = check(SMALL, &["--strict"]);
    assert!(said.code == 0 && said.stdout.contains("small.ron: good"), "{said:?}");
    let s = Scratch::new();
    let file = s.write("small.ron", SMALL).display().to_string();
    let run = |more: &[&str]| {
        let said = run([&["run", &file, "--json", "--quiet", "--drain"], more].concat());
        assert_eq!(said.code, 0, "{said:?}");
        said.json()
    };
    let result = run(&[]);
    assert_eq!((&result["seed"], &result["step_s"]), (&3.into(), &0.5.into()), "{result}");
    assert_eq!(result["vehicles"]["arrived"], result["vehicles"]["loaded"], "{result}");
    for defect in ["collisions", "red_running", "gridlocks"] {
        assert_eq!(result[defect], 0, "{result}");
    }
    // A line every 60 s of 300 s, scaled by 1.5, makes at least 7 buses; the flows some 60 vehicles more.
    assert!(result["vehicles"]["arrived"].as_u64().is_some_and(|n| n > 30), "{result}");
    assert_eq!(run(&["--set", "demand.scale=0"])["vehicles"]["loaded"], 0);
}

/// What is changed in [`SMALL`], and what must be said about it.
const BROKEN: &[(&str, &str, &[&str])] = &[
    // The text.
    ("(\n    version", "", &["small.ron:1:", "expected"]),
    ("period: 60))]),\n)\n", "", &["small.ron:", "ends in the middle of something"]),
    ("version: 2", "version: 7", &["small.ron:2:", "version: 7; expected 1 to 2"]),
    ("version: 2", "version: \"2\"", &["small.ron:2:14", "version: expected a whole number without quotes"]),
    ("name: \"small\"", "nmae: \"small\"", &["small.ron:3:5", "Scenario has no field nmae; did you mean 'name'?"]),
    ("name: \"small\",", "", &["Scenario has no field name; expected one"]),
    ("name: \"small\"", "name: small", &["small.ron:3:11", "name: expected text in quotes"]),
    ("step: 0.5", "step: 0,5", &["small.ron:9:", "expected a decimal point: 0.5"]),
    ("step: 0.5", "step: fast", &["small.ron:9:11", "step: expected a number"]),
    ("step: 0.5", "step: 0.5, step: 1", &["small.ron:9:", "step: is given twice"]),
    ("begin: 100", "begin: NaN", &["small.ron:6:12", "NaN; expected a finite number"]),
    ("begin: 100", "begin: -5", &["small.ron:6:12: begin: -5; expected 0 to 604800 s"]),
    // Times.
    ("end: 400", "end: 50", &["small.ron:7:10: end: 50; expected a time after begin (100 s)"]),
    (
        "warm_up: 50",
        "warm_up: 5000",
        &["small.ron:8:", "warm_up: 5000 s; expected less than the scenario lasts, 300 s"],
    ),
    ("step: 0.5", "step: 5", &["step: 5; expected 0.05 to 2 s"]),
    ("seeds: [3, 4]", "seeds: []", &["small.ron:10:12: seeds: has 0 elements; expected 1 to"]),
    (
        "date: \"2026-11-26\"",
        "date: \"tomorrow\"",
        &["small.ron:4:11: date: 'tomorrow'; expected a day such as 2026-11-26"],
    ),
    (
        "memory: mean(10)",
        "memory: median(10)",
        &["small.ron:11:", "median; did you mean 'mean'? expected one of: mean, fading"],
    ),
    // The network.
    ("kind: priority", "kind: prority", &["small.ron:15:", "prority; did you mean 'priority'?"]),
    ("to: \"c\", lanes: 1, speed: 50", "to: \"cc\", lanes: 1, speed: 50", &["small.ron:20:", "no node 'cc'"]),
    ("speed: 30", "speed: 0", &["small.ron:22:", "streets[2].speed: 0; expected 5 to 110 km/h"]),
    ("lanes: 1, speed: 30", "lanes: 0, speed: 30", &["small.ron:22:", "streets[2].lanes: 0; expected 1 to 8 lanes"]),
    ("x: 300, y: 0", "x: 2, y: 0", &["small.ron:", "m long"]),
    ("network: inline(", "network: outline(", &["small.ron:12:", "outline; did you mean 'inline'?"]),
    // Vehicles.
    ("id: \"bus\", class: bus", "id: \"car\", class: bus", &["small.ron:27:", "vehicles[1].id: 'car' is given twice"]),
    ("class: bus", "class: buss", &["small.ron:27:", "buss; did you mean 'bus'?"]),
    ("length: 12", "length: -12", &["small.ron:27:", "vehicles[1].length: -12; expected 0.1 to 500 m"]),
    ("mean: 0.9", "mean: 9", &["vehicles[1].speed_factor: min 0.2, mean 9, max 2; expected them in this order"]),
    // Demand.
    ("scale: 1.5", "scale: 1000", &["small.ron:30:16: demand.scale: 1000; expected 0 to 100 factor"]),
    ("[0.5, 1, 1.5]", "[0.5, 1]", &["demand.profiles.peak.factors: has 2 factors; expected 3, one per 100 s"]),
    ("[0.5, 1, 1.5]", "[0.5, -1, 1.5]", &["demand.profiles.peak.factors[1]: -1; expected 0 to 100"]),
    ("profile: \"peak\"", "profile: \"paek\"", &["demand.flows[0].profile: no profile 'paek'; did you mean 'peak'?"]),
    (
        "entries: [(street: \"d\"",
        "entries: [(street: \"D\"",
        &["small.ron:32:", "entries[0].street: no street 'D'; did you mean 'd'?"],
    ),
    ("begin: 250)]", "begin: 200)]", &["demand.turns[1].street: the turns of 'd' are given twice for the same time"]),
    ("left: 30, right: 70, end: 250", "left: 0, right: 0, end: 250", &["demand.turns[0]: no share for any street"]),
    (
        "streets: [\"a\", \"b\"]",
        "streets: [\"a\", \"d\"]",
        &["demand.routes[0].streets[1]: no way leads from 'a' to 'd'; expected one of: b, -d"],
    ),
    ("place: \"stop\"", "place: \"stip\"", &["demand.routes[0].stops[0].place: no place 'stip'; did you mean 'stop'?"]),
    (
        "start: 100, end: 130",
        "start: 100, end: 9000",
        &["demand.places[0].end: 100 to 9000 m; expected a stretch of the street"],
    ),
    (
        "street: \"b\", end: 250",
        "street: \"-b\", end: 250",
        &["demand.routes[0].stops[1]: lies on no street of the route"],
    ),
    (
        "from: \"a\", to: \"-d\"",
        "from: \"a\"",
        &["demand.trips[0]: expected one of: 'route', 'routes', or 'from' and 'to'"],
    ),
    ("depart: 120", "depart: -120", &["demand.trips[0].depart: -120; expected 0 to"]),
    ("id: \"t2\"", "id: \"t1\"", &["demand.trips[1]: 't1' is given twice"]),
    (
        "id: \"car\"), (id: \"bus\", weight",
        "id: \"cat\"), (id: \"bus\", weight",
        &["demand.trips[1].mix[0].id: no vehicle 'cat'; did you mean 'car'?"],
    ),
    ("every: 60", "every: 0", &["demand.flows[1].every: 0; expected 0.001 to"]),
    (
        "every: 60",
        "every: 60, flow: 3",
        &["demand.flows[1]: expected exactly one of: 'flow', 'rate', 'every', 'chance'"],
    ),
    ("chance: 0.05", "chance: 5", &["demand.flows[2].chance: 5; expected 0 to 1"]),
    ("begin: 150", "begin: 500", &["demand.flows[2].end: 400 s; expected a time after the beginning, 500 s"]),
    (
        "(from: \"west\", to: \"east\", flow: 60)",
        "(from: \"west\", to: \"eats\", flow: 60)",
        &["demand.matrices[0].cells[0].to: no zone 'eats'; did you mean 'east'?"],
    ),
    ("from: [(street: \"a\")]", "from: []", &["cells[0].from: zone 'west' has no street to go from"]),
    ("lane: first", "lane: index(3)", &["demand.flows[1].enter.lane: lane 3; street 'a' has 1 there"]),
    // Commands, controllers, measures.
    ("at: 200, command", "ta: 200, command", &["TimedCommand has no field ta; did you mean 'at'?"]),
    ("CloseLanes(link", "ClosLanes(link", &["ClosLanes; did you mean 'CloseLanes'?"]),
    (
        "link: \"a\", lanes: [0]",
        "link: \"A\", lanes: [0]",
        &["small.ron:50:9: commands[0]: ", "no link 'A'; did you mean 'a'?"],
    ),
    (
        "lanes: [0]",
        "lanes: [3]",
        &["small.ron:50:9: commands[0]: ", "there is no lane 3; expected 0 (at the kerb) to 0"],
    ),
    ("until: 230", "until: 30", &["commands[0]: ", "until is 30"]),
    ("factor: 1.2", "factor: 1200", &["commands[1].command.DemandSurge.factor: 1200; expected 0 to 100"]),
    ("strategy: \"fixed_time\"", "strategy: \"fixed\"", &["controller: ", "no strategy \"fixed\"; expected one of"]),
    ("tier: loops", "tier: magnetic", &["magnetic; ", "expected one of: loops, loops_probe, perfect"]),
    ("lane: \"a_0\"", "lane: \"a_1\"", &["measures.loops[0].lane: no lane 'a_1'; did you mean 'a_0'?"]),
    ("position: 50", "position: 5000", &["measures.loops[0].position: 5000 m; expected 0 to"]),
];

#[test]
fn broken_files_are_refused_with_place_and_expectation() {
    let mut wrong = Vec::new();
    for (old, new, words) in BROKEN {
        assert!(SMALL.contains(old), "'{old}' is not in the scenario");
        let said = check(&SMALL.replacen(old, new, 1), &[]);
        let all = words.iter().all(|word| said.stderr.contains(word)) && said.stderr.contains("small.ron");
        if said.code != 2 || !all {
            wrong.push(format!("{old} -> {new}: {words:?} expected in\n{}", said.stderr));
        }
    }
    assert!(wrong.is_empty(), "{} of {}\n{}", wrong.len(), BROKEN.len(), wrong.join("\n"));
    assert!(BROKEN.len() >= 40);
}

/// A file can be run, and is said to be odd in these words.
fn is_good_but(file: &str, words: &[&str]) {
    let said = check(file, &[]);
    assert_eq!(said.code, 0, "{said:?}");
    for word in words {
        assert!(said.stdout.contains(word), "'{word}' is not in {}", said.stdout);
    }
}

#[test]
fn odd_files_are_run_and_warned_about() {
    let odd = SMALL
        .replace("depart: 120,", "depart: 4000,")
        .replace("profile: \"peak\"", "number: 5")
        .replace("route: \"line\", every", "from: \"a\", to: \"b\", every");
    let words = [
        "can be run, with 3 warnings",
        "warning: ",
        "small.ron:31:28: demand.profiles.peak: profile 'peak' is used by nobody",
        "demand.routes[0]: route 'line' is used by nobody",
        "demand.trips[0]: 't1' departs at 4000 s, outside of the scenario's time",
    ];
    is_good_but(&odd, &words);
    assert_eq!(check(&odd, &["--strict"]).code, 2);
}

#[test]
fn faults_that_change_nothing_are_warned_about() {
    let faults = r#"tier: loops, faults: [(until: 90, miss: 0.2), (miss: 0.2)], messages: [(lost: 0.2), (), (from: 400, lost: 1)]"#;
    let words = [
        "can be run, with 3 warnings",
        "sensors.faults[0]: lies outside of the scenario's time: it has no effect",
        "sensors.messages[1]: loses no message and makes none late: it has no effect",
        "sensors.messages[2]: lies outside of the scenario's time: it has no effect",
    ];
    is_good_but(&SMALL.replace("tier: loops", faults), &words);
}

/// A crossing with a signal 'x', and two further east.
const CROSSING: &str = r#"(
    version: 2,
    name: "crossing",
    end: 600,
    network: inline(
        nodes: [
            (id: "x", x: 0, y: 0, kind: signal),
            (id: "y", x: 400, y: 0, kind: signal),
            (id: "z", x: 800, y: 0, kind: signal),
            (id: "w", x: -200, y: 0, kind: dead_end),
            (id: "e", x: 1000, y: 0, kind: dead_end),
            (id: "s", x: 0, y: -200, kind: dead_end),
            (id: "t", x: 400, y: -200, kind: dead_end),
            (id: "u", x: 800, y: -200, kind: dead_end),
        ],
        streets: [
            (id: "a", from: "w", to: "x", lanes: 1, speed: 50),
            (id: "b", from: "x", to: "y", lanes: 1, speed: 50),
            (id: "c", from: "y", to: "z", lanes: 1, speed: 50),
            (id: "d", from: "e", to: "z", lanes: 1, speed: 50),
            (id: "f", from: "s", to: "x", lanes: 1, speed: 50),
            (id: "g", from: "t", to: "y", lanes: 1, speed: 50),
            (id: "h", from: "u", to: "z", lanes: 1, speed: 50),
        ],
        signals: [
            (node: "x", cycle: 60, stages: [(green: 30, go: ["a", "-b"]), (green: 20, go: ["f"])]),
            (node: "y", cycle: 60, stages: [(green: 30, go: ["b", "-c"]), (green: 20, go: ["g"])]),
            (node: "z", cycle: 60, stages: [(green: 30, go: ["c", "d"]), (green: 20, go: ["h"])]),
        ],
    ),
    controller: (strategy: "max_pressure"),
    commands: [
        (at: 100, command: Signal(signal: "x", order: Pattern(1))),
        (at: 110, command: Signal(signal: "x", order: Preempt(preempt: 0, on: true))),
        (at: 120, command: Signal(signal: "x", order: Stage(stage: 1, on: true))),
        (at: 700, command: SignalOutage(signal: "x")),
    ],
    sensors: (
        stop_bar: 0,
        faults: [
            (signal: "x"),
            (share: 0, miss: 0.2),
            (signal: "x", lane: "b_0", miss: 0.2),
            (kinds: [stop_bar], miss: 0.2),
            (signal: "x", miss: 0.2),
        ],
        messages: [(sender: "x", receiver: "y", lost: 0.5), (sender: "x", receiver: "z", lost: 0.5)],
    ),
    vehicles: [(id: "car")],
    demand: (entries: [(street: "a", flow: 300)], default_shares: (left: 20, straight: 60, right: 20)),
)
"#;

#[test]
fn what_is_done_to_what_is_not_there_is_warned_about() {
    let words = [
        "can be run, with 8 warnings",
        "sensors.faults[0]: says nothing of what is wrong (stuck, miss, false_calls, chatter, drop_out, latency): it has no effect",
        "sensors.faults[1]: share is 0, no detector has it: it has no effect",
        "sensors.faults[2]: no detector is as it says: it has no effect",
        "sensors.faults[3]: no detector is as it says: it has no effect",
        "sensors.messages[1]: 'x' tells 'z' nothing: it has no effect",
        "commands[0]: signal 'x' has no pattern 1; it has none: it has no effect",
        "commands[1]: signal 'x' has no preemption 0; it has none: it has no effect",
        "commands[3]: at is 700 s, after the scenario's end",
    ];
    is_good_but(CROSSING, &words);
}

/// Importing loses nothing: the file runs as what it was made from, to the bit.
#[test]
fn imported_is_direct() {
    for (name, config) in [
        ("cologne1", "resco/cologne1/cologne1.sumocfg"),
        ("cologne8", "resco/cologne8/cologne8.sumocfg"),
        ("ingolstadt7", "resco/ingolstadt7/ingolstadt7.sumocfg"),
        ("grid4x4", "resco/grid4x4/grid4x4.sumocfg"),
        ("acosta", "bologna/acosta/acosta.sumocfg"),
    ] {
        let Some(config) = data_file(config) else { return };
        let s = Scratch::new();
        let (config, file) = (config.display().to_string(), s.path("imported.ron").display().to_string());
        let said = run(["import", "sumo", &config, "-o", &file]);
        assert!(said.code == 0 && said.stdout.contains("Read: "), "{name}: {said:?}");
        let result = |scenario: &str| {
            let said = run([scenario, "--json", "--quiet", "--seed", "2"]);
            assert_eq!(said.code, 0, "{name}: {said:?}");
            let mut json = said.json();
            // What differs from run to run, and the name of the file.
            for field in ["load_s", "cpu_s", "wall_s", "ns_per_vehicle_step", "peak_rss_mb"] {
                json[field] = serde_json::Value::Null;
            }
            json
        };
        let (direct, imported) = (result(&config), result(&file));
        assert_eq!(direct, imported, "{name}");
        assert!(direct["vehicles"]["arrived"].as_u64().is_some_and(|n| n > 0), "{direct}");
    }
}

#[test]
fn imported_cityflow_is_direct() {
    for config in ["cityflow/hangzhou/config.json", "cityflow/jinan/config.json"] {
        let Some(config) = data_file(config) else { return };
        let s = Scratch::new();
        let (config, file) = (config.display().to_string(), s.path("imported.ron").display().to_string());
        for as_is in [&[][..], &["--as-is"]] {
            let said = run([&["import", "cityflow", &config, "-o", &file, "--set", "end=900"], as_is].concat());
            assert_eq!(said.code, 0, "{said:?}");
            let result = |args: &[&str]| {
                let said = run([&["run", "--json", "--quiet"], args].concat());
                assert_eq!(said.code, 0, "{said:?}");
                ["state_hash", "cityflow_att_s"].map(|field| said.json()[field].clone())
            };
            assert_eq!(result(&[&[&config[..], "--set", "end=900"], as_is].concat()), result(&[&file]), "{config}");
        }
    }
}

#[test]
fn import_says_what_it_cannot_use() {
    let (_s, config) = Scratch::with_scenario(super::tools::NET, super::tools::ROUTES);
    let config = config.display().to_string();
    for (args, words) in [
        (vec!["import", "sumo", "nowhere.sumocfg", "-o", "x.ron"], "there is no such file"),
        (vec!["import", "cityflow", &config, "-o", "x.ron"], "expected a CityFlow configuration (.json)"),
        (vec!["import", "sumo", &config, "-o", &config], "the scenario is read from it"),
        (vec!["import", "sumo", &config, "-o", "/nowhere/x.ron"], "cannot be written"),
        (vec!["upgrade", "nowhere.ron", "-o", "x.ron"], "nowhere.ron: cannot be read"),
    ] {
        let said = run(&args);
        assert!(said.code == 2 && said.stderr.contains(words), "{args:?}: '{words}' is not in {said:?}");
    }
}

#[test]
fn an_old_file_is_upgraded() {
    let s = Scratch::new();
    let old = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/old_versions/arterial_1.ron");
    let new = s.path("new.ron").display().to_string();
    let said = run(["upgrade", old, "-o", &new]);
    assert!(said.code == 0 && said.stdout.contains("version 2"), "{said:?}");
    let hash = |file: &str| run([file, "--json", "--quiet", "--until", "300"]).json()["state_hash"].clone();
    assert_eq!(hash(old), hash(&new));
}

#[test]
fn bundled_scenarios_are_run_by_name() {
    let said = run(["arterial", "--json", "--quiet", "--until", "60"]);
    assert!(said.code == 0 && said.json()["scenario"] == "arterial", "{said:?}");
    let said = run(["artery"]);
    assert!(said.code == 2 && said.stderr.contains("scenarios in the program: city, arterial, "), "{said:?}");
}

/// What the README shows must work as it stands.
#[test]
fn the_scenario_in_the_readme_runs() {
    let readme = include_str!("../../README.md");
    let start = readme.find("<!-- test:scenario -->\n```ron\n").expect("the scenario") + 30;
    let text = &readme[start..start + readme[start..].find("```").expect("its end")];
    let said = check(text, &["--strict"]);
    assert!(said.code == 0 && said.stdout.contains("small.ron: good"), "{said:?}");
}

/// Every scenario in the program is without fault, and serves everybody.
#[test]
fn bundled_scenarios_serve_everybody() {
    for (name, _) in intergreen::scenario::BUNDLED_ALL {
        let file = format!("{}/scenarios/{name}.ron", env!("CARGO_MANIFEST_DIR"));
        let said = run(["check", "--strict", &file]);
        assert!(said.code == 0 && said.stdout.contains(": good"), "{name}: {said:?}");
        let said = run([name, "--drain", "--json", "--quiet"]);
        assert_eq!(said.code, 0, "{name}: {said:?}");
        let result = said.json();
        assert_eq!(result["vehicles"]["arrived"], result["vehicles"]["loaded"], "{name}: {result}");
        assert_eq!(result["stopped"], "empty", "{name}: {result}");
        for defect in ["gridlocks", "collisions", "red_running"] {
            assert_eq!(result[defect], 0, "{name}: {result}");
        }
        // In the city a street with more left turns than its gaps take spills back over its bay: that is told, not hidden.
        let most = u64::from(*name == "city");
        assert!(result["blockages"].as_u64().is_some_and(|n| n <= most), "{name}: {result}");
        assert_eq!(result["conflicting_greens"], 0.0, "{name}: {result}");
        assert_eq!(result["waived"], serde_json::json!([]), "{name}: {result}");
    }
}
