//! Scenarios that name plan files for their signals.

use intergreen::scenario::Scenario;

use super::tools::{Said, Scratch, run};

/// A file of the repository.
fn read(path: &str) -> String {
    let file = format!("{}/{path}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(&file).unwrap_or_else(|e| panic!("{file}: {e}"))
}

/// Where a file of that name would be, as text.
fn text_of(s: &Scratch, name: &str) -> String {
    s.path(name).display().to_string()
}

/// The rows of a table of comma-separated values.
fn rows(text: &str) -> Vec<Vec<&str>> {
    text.lines().skip(1).map(|l| l.split(',').collect()).collect()
}

/// The avenue with its plans, one of them changed, in a folder of its own; what `check` says of it.
fn avenue_with(scenario: (&str, &str), plan: &[(&str, &str)]) -> Said {
    let s = Scratch::new();
    std::fs::create_dir_all(s.path("avenue")).expect("the temporary folder can be written");
    for name in ["first", "second", "third"] {
        let text = read(&format!("scenarios/avenue/{name}.ron"));
        let changes = plan.iter().filter(|_| name == "second");
        let text = changes.fold(text, |text, &change| replaced(&text, change));
        s.write(&format!("avenue/{name}.ron"), &text);
    }
    let file = s.write("avenue.ron", replaced(&read("scenarios/avenue.ron"), scenario));
    run(["check".as_ref(), file.as_os_str()])
}

fn replaced(text: &str, (from, to): (&str, &str)) -> String {
    assert!(text.contains(from), "'{from}' does not stand there");
    text.replacen(from, to, 1)
}

#[test]
fn the_avenue_is_coordinated_by_its_calendar_and_its_platoons_arrive_on_green() {
    let s = Scratch::new();
    let measured = |controller: &str| {
        let out = text_of(&s, controller);
        let said = run(["run", "avenue", "--controller", controller, "--drain", "--quiet", "--json", "--out", &out]);
        assert_eq!(said.code, 0, "{said:?}");
        let result = said.json();
        assert_eq!(result["fallbacks"], serde_json::json!([]), "{result}");
        let said = run(["measures", &out, "--json"]);
        assert_eq!(said.code, 0, "{said:?}");
        (std::fs::read_to_string(format!("{out}/events.csv")).expect("the log"), said.json())
    };
    let (log, coordinated) = measured("nema");
    let (_, free) = measured("nema,coordinated=false");
    let events: Vec<(f64, u16, u16, u16)> = rows(&log)
        .iter()
        .map(|r| {
            (
                r[5].parse().expect("a time"),
                r[1].parse().expect("a signal"),
                r[2].parse().expect("a code"),
                r[3].parse().expect("a parameter"),
            )
        })
        .collect();
    let offsets = [0, 26, 56];
    for signal in 1..=3u16 {
        let of = |code: u16| events.iter().filter(move |e| (e.1, e.2) == (signal, code));
        // Seven o'clock: the pattern, its cycle and offset; from then on the coordination has its states.
        let at_seven: Vec<_> = [131, 132, 133].map(|code| of(code).map(|e| (e.0, e.3)).collect::<Vec<_>>()).into();
        assert_eq!(
            at_seven,
            [vec![(25_200.0, 1)], vec![(25_200.0, 70)], vec![(25_200.0, offsets[usize::from(signal) - 1])]]
        );
        let states: Vec<u16> = of(150).map(|e| e.3).filter(|&state| state != 5).collect();
        assert!(states.first() == Some(&6) && states.last() == Some(&1), "pickup, then in step: {states:?}");
        assert!(of(150).all(|e| e.0 >= 25_200.0), "free before seven");
        // 2700 s of pattern until a quarter to eight, and what drains: at least 37 cycles less the transition.
        for phase in [2, 6] {
            let yields: Vec<f64> = of(151).filter(|e| e.3 == phase).map(|e| e.0).collect();
            assert!(yields.len() >= 35, "phase {phase}: {yields:?}");
            // In step each yield point is a cycle after the one before.
            let steps = yields.windows(2).skip(4).filter(|w| (w[1] - w[0] - 70.0).abs() > 0.11).count();
            assert_eq!(steps, 0, "phase {phase}: {yields:?}");
            let forced = of(6).filter(|e| e.3 == phase && e.0 > 25_200.0).count();
            assert!(forced >= 30, "phase {phase} is forced off {forced} times");
        }
        let begins = of(152).filter(|e| e.3 == 2).count();
        assert!(begins >= 35, "{begins} coordinated greens begin");
    }
    // Eastbound platoons: the offsets are made for them. Free signals have them by chance.
    let on_green = |measures: &serde_json::Value, signal: &str| {
        let signals = measures["signals"].as_array().expect("signals");
        let found = signals.iter().find(|s| s["signal"] == signal).expect("the signal");
        let phases = found["phases"].as_array().expect("phases");
        let phase = phases.iter().find(|p| p["phase"] == 2).expect("phase 2");
        100.0 * phase["arrivals_on_green"].as_f64().expect("a share")
    };
    for signal in ["second", "third"] {
        let [with, without] = [&coordinated, &free].map(|m| on_green(m, signal));
        // 8 to 21 points more in three seeds.
        assert!(with >= 70.0 && with > without + 5.0, "{signal}: {with} % with offsets, {without} % without");
    }
}

#[test]
fn a_plan_that_does_not_fit_is_refused_with_file_line_and_what_was_expected() {
    let same = ("version: 2", "version: 2");
    let good = avenue_with(same, &[]);
    assert!(good.code == 0 && good.stdout.contains(": good"), "{good:?}");
    for (scenario, words) in [
        (
            ("signal: \"second\", file", "signal: \"fourth\", file"),
            "avenue.ron:91:18: plans[1].signal: no signal 'fourth'",
        ),
        (("avenue/second.ron", "avenue/none.ron"), "plans[1].file: "),
        (
            ("\"av1:l\"", "\"av7:l\""),
            "second.ron:15:9: group 'eb_left': no street 'av7' arrives at signal 'second'; expected one of ",
        ),
        (("\"av1:l\"", "\"av1:x\""), "group 'eb_left': 'av1:x' has a turn 'x'; expected r, s, l or u"),
        (("\"av1:l\"", "\"av1:u\""), "group 'eb_left': 'av1:u': nobody turns 'u' from 'av1'"),
        (("\"av1:l\"", "\"99\""), "group 'eb_left': there is no lamp 99 at signal 'second'; expected 0 to "),
        (("\"eb_left\": [\"av1:l\"], ", ""), "group 'eb_left': no street 'eb_left' arrives at signal 'second'"),
        (("\"av1:l\"", "\"av1:s\""), "and so does 'eb'; expected one group for each way"),
        (("[\"av1:sr\"]", "[\"av1:s\"]"), "second.ron:12:5: groups: none switches av1.bay → -s2 (lamp "),
        (
            ("\"eb_left\": [\"av1:l\"]", "\"eb_left\": [\"av1:l\"], \"tram\": [\"0\"]"),
            "group 'tram': is no group of the plan; expected one of: eb, wb, ",
        ),
        (
            ("[\"s2:sr\"], \"nb_left\": [\"s2:l\"]", "[\"s2:sr\"], \"nb_left\": [\"s2:l\"], \"walk_east\": [\"n2:s\"]"),
            "group 'walk_east': is on foot, but vehicles obey ",
        ),
        (
            ("signal: \"second\", file", "signal: \"first\", file"),
            "plans[1].signal: signal 'first' has a plan file already; expected one",
        ),
    ] {
        let said = avenue_with(scenario, &[]);
        assert!(said.code == 2 && said.stderr.contains(words), "{words}\n{said:?}");
    }
    for (plan, words) in [
        (("min_green: 10", "min_green: 0"), "second.ron:13:9: group 'eb': min_green is 0 s; expected 1–60 s"),
        (
            ("    detectors: [", "    detectors: [(channel: 3, groups: [\"eb\"]), "),
            "detector 3: has no place; expected one",
        ),
        (
            (
                "    detectors: [",
                "    detectors: [(channel: 3, groups: [\"eb\"], place: (kind: x, lane: \"av9_0\", distance_m: 40, length_m: 2, speed_m_s: 13.9)), ",
            ),
            "detector 3: lies before the stop line of lane 'av9_0', which does not end at this signal; expected one of ",
        ),
        (
            (
                "    detectors: [",
                "    detectors: [(channel: 3, groups: [\"eb\"], place: (kind: x, lane: \"av1.bay_0\", distance_m: 900, length_m: 2, speed_m_s: 13.9)), ",
            ),
            "detector 3: has no room for 2 m at 900 m",
        ),
        (
            (
                "    detectors: [",
                "    detectors: [(channel: 2000, groups: [\"eb\"], place: (kind: x, lane: \"av1.bay_0\", distance_m: 40, length_m: 2, speed_m_s: 13.9)), ",
            ),
            "detector 2000: is number 2000; expected at most 1023",
        ),
    ] {
        let said = avenue_with(same, &[plan]);
        assert!(format!("{}{}", said.stdout, said.stderr).contains(words), "{words}\n{said:?}");
    }
    // Cross traffic that gives way: the monitor knows from the streets that it must be kept apart.
    let gives_way = ("    yields: [\n", "    yields: [\n        (who: \"nb\", to: \"eb\"),\n");
    let said = avenue_with(same, &[("(\"eb\", \"nb\"), ", ""), gives_way]);
    assert!(said.code == 2 && said.stderr.contains("signal 'second': its plan lets groups "), "{said:?}");
}

/// What `timing --write` makes is the signal's plan, and runs as it would have run without a file.
#[test]
fn a_written_plan_runs_as_the_derived_one() {
    let s = Scratch::new();
    let mut plans = String::new();
    for signal in ["a", "c", "e", "f"] {
        let file = text_of(&s, &format!("{signal}.ron"));
        let said = run(["timing", "arterial", "--signal", signal, "--write", &file]);
        assert!(said.code == 0 && said.stderr.is_empty(), "{said:?}");
        let said = run(["check", &file]);
        assert!(said.code == 0 && said.stdout.contains(": good"), "{said:?}");
        plans.push_str(&format!("(signal: \"{signal}\", file: \"{signal}.ron\"), "));
    }
    let text = read("scenarios/arterial.ron");
    let (without, with) = (s.write("without.ron", &text), {
        let text = replaced(&text, ("    vehicles: [", &format!("    plans: [{plans}],\n    vehicles: [")));
        s.write("with.ron", &text)
    });
    // Which lanes a group switches changes nothing for a fixed program: the same lamps, hence the same traffic.
    let result = |file: &std::path::Path, controller: &str| {
        let file = file.display().to_string();
        let said = run(["run", &file, "--until", "900", "--quiet", "--json", "--controller", controller]);
        assert_eq!(said.code, 0, "{said:?}");
        said.json()
    };
    let [a, b] = [&without, &with].map(|file| result(file, "fixed_time"));
    for field in ["vehicle_steps", "mean_time_loss_s", "mean_waiting_s", "lane_changes", "conflicting_greens"] {
        assert_eq!(a[field], b[field], "{field}");
    }
    // With actuation lanes that are switched together call and extend together: safe, but not the same.
    let actuated = result(&with, "nema");
    assert_eq!((&actuated["conflicting_greens"], &actuated["collisions"]), (&0.0.into(), &0.into()));
    assert_eq!(actuated["fallbacks"], serde_json::json!([]));
}

#[test]
fn recordings_and_checkpoints_know_the_plan_files_and_the_day() {
    let s = Scratch::new();
    let recording = text_of(&s, "inputs.jsonl");
    let said = run(["run", "avenue", "--until", "25800", "--quiet", "--json", "--record-inputs", &recording]);
    assert_eq!(said.code, 0, "{said:?}");
    let whole = said.json()["state_hash"].clone();
    let said = run(["replay-inputs", &recording]);
    assert!(said.code == 0 && said.stdout.contains("the same lamps"), "{said:?}");

    let out = text_of(&s, "parts");
    let said = run(["run", "avenue", "--until", "25260", "--quiet", "--out", &out, "--checkpoint-every", "600"]);
    assert_eq!(said.code, 0, "{said:?}");
    let folder = std::fs::read_dir(&out).expect("the results");
    let mut found: Vec<_> =
        folder.map(|e| e.expect("an entry").path()).filter(|p| p.to_string_lossy().contains("checkpoint")).collect();
    found.sort();
    let checkpoint = found.first().expect("a checkpoint").display().to_string();
    let said = run(["run", "avenue", "--until", "25800", "--quiet", "--json", "--resume", &checkpoint]);
    assert!(said.code == 0 && said.json()["state_hash"] == whole, "{said:?}");
    // On another day the calendar may say something else.
    let said =
        run(["run", "avenue", "--until", "25800", "--quiet", "--set", "date=2027-03-23", "--resume", &checkpoint]);
    assert!(said.code == 2 && said.stderr.contains("on another day of the calendar"), "{said:?}");
}

#[test]
fn on_a_weekend_the_avenue_is_free() {
    let s = Scratch::new();
    let out = text_of(&s, "out");
    let sunday = ["run", "avenue", "--until", "25800", "--quiet", "--set", "date=2027-03-28", "--out", &out];
    assert_eq!(run(sunday).code, 0);
    let log = std::fs::read_to_string(format!("{out}/events.csv")).expect("the log");
    assert!(rows(&log).iter().all(|r| !["131", "132", "150", "151", "152"].contains(&r[2])));
    // The signals work all the same: each phase of the avenue has its greens, and some of the side streets.
    for signal in ["1", "2", "3"] {
        let of = |code: &str| {
            rows(&log).iter().filter(|r| r[1] == signal && r[2] == code).map(|r| r[3].to_owned()).collect()
        };
        let greens: Vec<String> = of("1");
        assert!(["2", "4", "6", "8"].iter().all(|phase| greens.iter().any(|g| g == phase)), "{signal}: {greens:?}");
        let gap_outs: Vec<String> = of("4");
        assert!(!gap_outs.is_empty(), "{signal}: free, greens end when nobody comes");
    }
}

#[test]
fn the_program_as_a_pattern_and_what_has_no_effect_is_said() {
    let remarks = |args: &[&str]| {
        let all: Vec<&str> = ["run", "--quiet", "--json", "--until"].into_iter().chain(args.iter().copied()).collect();
        let said = run(all);
        assert_eq!(said.code, 0, "{said:?}");
        said.json()["remarks"].clone()
    };
    assert_eq!(remarks(&["300", "isolated", "--controller", "nema,coordinated=program"]), serde_json::json!([]));
    let said = remarks(&["300", "isolated", "--controller", "nema,coordinated=true"]);
    let expected = "x: coordinated=true has no effect, it runs free: the plan has no pattern of phases";
    assert_eq!(said, serde_json::json!([expected]));
    assert_eq!(remarks(&["24400", "avenue", "--controller", "nema,coordinated=true"]), serde_json::json!([]));
    let said = remarks(&["24400", "avenue", "--controller", "nema,coordinated=program"]);
    assert_eq!(
        said,
        serde_json::json!([
            "first, second, third: coordinated=program has no effect, it runs free: the plan has no program"
        ])
    );
}

#[test]
fn the_bundled_plans_are_those_beside_the_bundled_scenario() {
    let bundled =
        Scenario::bundled("avenue").expect("it is bundled").expect("it can be read").assemble().expect("it fits");
    let file = format!("{}/scenarios/avenue.ron", env!("CARGO_MANIFEST_DIR"));
    let beside =
        Scenario::from_ron(&read("scenarios/avenue.ron"), &file).expect("it can be read").assemble().expect("it fits");
    assert!(bundled.plans.len() == 3 && bundled.plans == beside.plans);
    assert!(bundled.files.is_empty() && beside.files.len() == 3);
}

/// The plan in the documentation, on the smallest crossing it fits.
#[test]
fn the_plan_in_the_documentation_runs() {
    let text = include_str!("../../docs/plan-files.md");
    let start = text.find("<!-- test:plan -->\n```ron\n").expect("the plan") + 26;
    let plan = &text[start..start + text[start..].find("```").expect("its end")];
    let s = Scratch::new();
    s.write("x.ron", plan);
    let file = s.write(
        "crossing.ron",
        r#"(
            version: 2, name: "crossing", begin: 24900, end: 25800, step: 0.5,
            network: inline(
                nodes: [
                    (id: "x", x: 0, y: 0, kind: signal), (id: "w_end", x: -300, y: 0, kind: dead_end),
                    (id: "e_end", x: 300, y: 0, kind: dead_end), (id: "s_end", x: 0, y: -200, kind: dead_end),
                ],
                streets: [
                    (id: "w", from: "w_end", to: "x", lanes: 1, speed: 50, both_ways: false),
                    (id: "e", from: "x", to: "e_end", lanes: 1, speed: 50, both_ways: false),
                    (id: "s", from: "s_end", to: "x", lanes: 1, speed: 50, both_ways: false),
                ],
                signals: [(node: "x", cycle: 60, stages: [(green: 30, go: ["w"]), (green: 20, go: ["s"])])],
            ),
            vehicles: [(id: "car")],
            demand: (entries: [(street: "w", flow: 500), (street: "s", flow: 200)]),
            controller: (strategy: "nema"),
            plans: [(signal: "x", file: "x.ron", groups: {"main": ["w"], "side": ["s"]})],
        )"#,
    );
    let (file, out) = (file.display().to_string(), text_of(&s, "out"));
    let said = run(["run", &file, "--quiet", "--json", "--drain", "--out", &out]);
    assert_eq!(said.code, 0, "{said:?}");
    let result = said.json();
    assert_eq!((&result["fallbacks"], &result["remarks"]), (&serde_json::json!([]), &serde_json::json!([])));
    assert_eq!(result["vehicles"]["arrived"], result["vehicles"]["loaded"]);
    let log = std::fs::read_to_string(format!("{out}/events.csv")).expect("the log");
    // A minute's cycle, offset 12 s: the greens of the main street begin there, or later if the side street is busy.
    let yields: Vec<f64> = rows(&log).iter().filter(|r| r[2] == "151").map(|r| r[5].parse().expect("a time")).collect();
    let in_step = yields.iter().skip(3).all(|t| ((t - 12.0 - 33.0) % 60.0).abs() < 0.11);
    assert!(yields.len() >= 9 && in_step, "{yields:?}");
}

/// The isolated crossing as SUMO's files with a NEMA program in coordinated mode; its configuration.
fn nema_in_sumo(s: &Scratch, controller: &str, green: f64) -> String {
    let folder = text_of(s, "sumo");
    let said = run(["export", "sumo", "isolated", "--quiet", "-o", &format!("{folder}/")]);
    assert_eq!(said.code, 0, "{said:?}");
    // Lamps by phase: 1 turns left from the east, 2 goes on and right from the west, 3 turns left from the north, 4 goes on
    // and right from the south; 5 to 8 are those across.
    let lamps: [&[usize]; 8] = [&[6], &[10, 11, 12], &[2], &[7, 8], &[13], &[3, 4, 5], &[9], &[0, 1]];
    let phase = |(i, of): (usize, &&[usize])| {
        let state: String = (0..14).map(|g| if of.contains(&g) { 'G' } else { 'r' }).collect();
        // With 3 s of yellow and 2 s of red: splits of 14, 32, 14 and 20 s.
        let most = [9.0, green, 9.0, 15.0][i % 4];
        let number = i + 1;
        format!(
            r#"<phase duration="99" minDur="5" maxDur="{most}" vehext="2" yellow="3" red="2" name="{number}" state="{state}"/>"#
        )
    };
    let phases: String = lamps.iter().enumerate().map(phase).collect();
    s.write(
        "sumo/nema.add.xml",
        format!(
            r#"<additional><tlLogic id="x" type="NEMA" programID="nema" offset="20">
            <param key="ring1" value="1,2,3,4"/><param key="ring2" value="5,6,7,8"/>
            <param key="barrierPhases" value="4,8"/><param key="barrier2Phases" value="2,6"/>
            <param key="coordinate-mode" value="true"/><param key="total-cycle-length" value="80"/>
            <param key="minRecall" value="2,6"/><param key="controllerType" value="{controller}"/>
            <param key="latchingDetectors" value="4,8"/><param key="crossPhaseSwitching:6" value="1"/>
            {phases}</tlLogic></additional>"#
        ),
    );
    let config = s.write(
        "sumo/nema.sumocfg",
        r#"<configuration><net-file value="isolated.net.xml"/><route-files value="isolated.rou.xml"/>
        <additional-files value="nema.add.xml"/><begin value="0"/><end value="1200"/><step-length value="0.5"/>
        </configuration>"#,
    );
    config.display().to_string()
}

#[test]
fn a_coordinated_nema_program_of_sumo_is_a_pattern() {
    // TS2: the offset is that of the first coordinated green, 27 s before the yield point. Type 170: of the yield point.
    for (controller, yields_at) in [("TS2", 47.0), ("Type 170", 20.0)] {
        let s = Scratch::new();
        let config = nema_in_sumo(&s, controller, 27.0);
        let out = text_of(&s, "out");
        let said = run(["run", &config, "--controller", "nema", "--quiet", "--json", "--out", &out]);
        assert_eq!(said.code, 0, "{said:?}");
        let result = said.json();
        assert_eq!((&result["fallbacks"], &result["conflicting_greens"]), (&serde_json::json!([]), &0.0.into()));
        let log = std::fs::read_to_string(format!("{out}/events.csv")).expect("the log");
        let rows = rows(&log);
        let yields = rows.iter().filter(|r| r[2] == "151" && r[3] == "2").map(|r| r[5].parse().expect("a time"));
        let yields: Vec<f64> = yields.collect();
        let in_step = yields.iter().skip(3).all(|t| ((t - yields_at) % 80.0).abs() < 0.11);
        assert!(yields.len() >= 12 && in_step, "{controller}: {yields:?}");
        // What its detectors do is in the plan, and an import keeps all of it.
        let said = run(["timing", &config, "--controller", "nema"]);
        let row = "1 14, 2 32, 3 14, 4 20, 5 14, 6 32, 7 14, 8 20; coordinated 2 and 6";
        assert!(said.stdout.contains(row), "{said:?}");
        let file = text_of(&s, "imported.ron");
        assert_eq!(run(["import", "sumo", &config, "-o", &file]).code, 0);
        let said = run(["run", &file, "--controller", "nema", "--quiet", "--json"]);
        assert_eq!(said.json()["state_hash"], result["state_hash"], "{said:?}");
    }
}

#[test]
fn splits_that_do_not_sum_to_the_cycle_make_no_pattern() {
    let s = Scratch::new();
    let config = nema_in_sumo(&s, "TS2", 30.0);
    let said = run(["timing", &config, "--controller", "nema"]);
    let words =
        "the coordination of its NEMA program is not used: pattern 'coordinated': the splits of ring 1 sum to 83 s";
    assert!(said.code == 0 && said.stdout.contains(words), "{said:?}");
    let said = run(["run", &config, "--controller", "nema,coordinated=true", "--quiet", "--json"]);
    let expected = "x: coordinated=true has no effect, it runs free: the plan has no pattern of phases";
    assert_eq!(said.json()["remarks"], serde_json::json!([expected]), "{said:?}");
}

#[test]
fn a_plan_without_end_is_refused_before_anything_is_made_of_it() {
    let s = Scratch::new();
    std::fs::create_dir_all(s.path("avenue")).expect("the temporary folder can be written");
    let scenario = read("scenarios/avenue.ron");
    for name in ["first", "second", "third"] {
        s.write(&format!("avenue/{name}.ron"), read(&format!("scenarios/avenue/{name}.ron")));
    }
    let group = |name: &str| format!("(name: \"{name}\", kind: vehicle, min_green: 5, yellow: 3),");
    let plan = |groups: &str, more: &str| format!("(version: 1, name: \"p\", groups: [{groups}]{more})");
    let said = |plan: &str, scenario: &str| {
        let file = s.write("avenue/second.ron", plan);
        let all = s.write("avenue.ron", scenario);
        [run(["check".as_ref(), file.as_os_str()]), run(["check".as_ref(), all.as_os_str()])]
    };
    let groups = |n: usize| (0..n).map(|i| group(&format!("g{i}"))).collect::<String>();
    // Ten thousand groups, a name of a megabyte: neither is looked at any further.
    for said in said(&plan(&groups(10_000), ""), &scenario) {
        assert!(said.code == 2 && said.stderr.contains("groups: there are 10000; expected 1 to 1000"), "{said:?}");
    }
    for said in said(&plan(&group(&"x".repeat(1 << 20)), ""), &scenario) {
        let words = "group 1: has a name of 1048576 bytes; expected at most 200";
        assert!(said.code == 2 && said.stderr.contains(words) && said.stderr.len() < 1000, "{}", said.stderr.len());
    }
    // A thousand groups, and as many names that are none of them: the product has a million words.
    let names: String = (0..1000).map(|i| format!("\"n{i}\": [\"av1\"],")).collect();
    let with_names = replaced(&scenario, ("\"eb_left\": [\"av1:l\"]", &format!("{names} \"eb_left\": [\"av1:l\"]")));
    let said_of_names = &said(&plan(&groups(1000), ""), &with_names)[1];
    let (code, text) = (said_of_names.code, &said_of_names.stderr);
    assert!(code == 2 && text.contains("is no group of the plan; expected one of: g0, g1, "), "{text}");
    assert!(text.contains("(and 100 problems more)") && text.len() < 2000, "{text}");
    // Half a million pairs without intergreens: the first hundred are listed.
    let pairs = (0..1000).flat_map(|a| (0..a).map(move |b| format!("(\"g{a}\",\"g{b}\"),"))).collect::<String>();
    let said_of_pairs = &said(&plan(&groups(1000), &format!(", forbidden: [{pairs}]")), &scenario)[0];
    let (code, lines) = (said_of_pairs.code, said_of_pairs.stderr.lines().count());
    assert!(code == 2 && lines <= 102 && said_of_pairs.stderr.contains("plan: has more problems"), "{lines} lines");
    // A list of ways without end.
    let ways = "\"av1:l\",".repeat(100_000);
    let with_ways = replaced(&scenario, ("\"eb_left\": [\"av1:l\"]", &format!("\"eb_left\": [{ways}]")));
    let said_of_ways = &said(&read("scenarios/avenue/second.ron"), &with_ways)[1];
    let words = "group 'eb_left': switches 100000 ways; expected at most 1000";
    assert!(said_of_ways.code == 2 && said_of_ways.stderr.contains(words), "{}", said_of_ways.stderr);
}

#[test]
fn fixed_time_without_a_program_serves_everybody_while_its_calendar_is_free() {
    // Seven to eight is its pattern's; before that, and from a quarter to eight on, the calendar says free.
    let said = run(["run", "avenue", "--controller", "fixed_time", "--drain", "--quiet", "--json"]);
    assert_eq!(said.code, 0, "{said:?}");
    let result = said.json();
    assert_eq!(result["fallbacks"], serde_json::json!([]), "no cycle fault");
    assert_eq!(result["vehicles"]["arrived"], result["vehicles"]["loaded"]);
    let remark = "first, second, third: there is no program: while no pattern is in force it runs the first, 'morning'";
    assert_eq!(result["remarks"], serde_json::json!([remark]));
    let text = run(["run", "avenue", "--controller", "fixed_time", "--until", "24400"]);
    assert!(text.stdout.contains("it runs the first, 'morning'"), "{text:?}");
}

#[test]
fn a_bundled_scenario_is_whole_whatever_lies_in_the_working_directory() {
    let s = Scratch::new();
    std::fs::create_dir_all(s.path("avenue")).expect("the temporary folder can be written");
    for name in ["first", "second", "third"] {
        s.write(&format!("avenue/{name}.ron"), "none of its plans");
    }
    let said = |args: &[&str]| {
        let out =
            std::process::Command::new(env!("CARGO_BIN_EXE_intergreen")).args(args).current_dir(s.path("")).output();
        let out = out.expect("the program runs");
        (out.status.code(), String::from_utf8_lossy(&[out.stdout, out.stderr].concat()).into_owned())
    };
    let (code, text) = said(&["check", "avenue"]);
    assert!(code == Some(0) && text.contains("avenue: good"), "{text}");
    let (code, text) = said(&["run", "avenue", "--until", "24310", "--quiet"]);
    assert_eq!(code, Some(0), "{text}");
    // A file of that name is what is meant by it.
    s.write("avenue.ron", read("scenarios/avenue.ron"));
    let (code, text) = said(&["check", "avenue.ron"]);
    assert!(code == Some(2) && text.contains("avenue/first.ron:1:1"), "{text}");
}

#[test]
fn a_plan_file_is_not_written_over_nor_run() {
    let s = Scratch::new();
    let file = text_of(&s, "plan.ron");
    let write = ["timing", "avenue", "--signal", "second", "--write", &file];
    assert_eq!(run(write).code, 0);
    let edited = format!("// edited\n{}", std::fs::read_to_string(&file).expect("the plan"));
    assert!(edited.contains(r#"plans: [(signal: "second", file: "plan.ron")]"#), "{edited}");
    std::fs::write(&file, &edited).expect("the temporary folder can be written");
    let said = run(write);
    assert!(said.code == 2 && said.stderr.contains("is there already"), "{said:?}");
    assert_eq!(std::fs::read_to_string(&file).expect("the plan"), edited);
    let said = run(["run", &file]);
    assert!(said.code == 2 && said.stderr.contains("is a signal plan; expected a scenario."), "{said:?}");
    assert_eq!(run([&write[..], &["--force"]].concat()).code, 0);
    assert!(!std::fs::read_to_string(&file).expect("the plan").contains("// edited"));
    let said = run(["run", "avenue", "--until", "-5"]);
    assert!(said.code == 2 && !said.stderr.contains("-- -5"), "{said:?}");
}

#[test]
fn check_says_what_is_odd_about_detectors() {
    let detectors = |list: &str| format!("    detectors: [{list}");
    let place = |channel: u16, kind: &str, distance: u32, length: u32| {
        format!(
            "(channel: {channel}, groups: [\"eb\"], place: (kind: {kind}, lane: \"av1.bay_0\", distance_m: {distance}, \
             length_m: {length}, speed_m_s: 13.9)),"
        )
    };
    let same = ("version: 2", "version: 2");
    // The bay of the left turns is some 60 m long.
    let long = detectors(&place(0, "stop_bar", 0, 150).replace("bay_0", "bay_2").replace("\"eb\"", "\"eb_left\""));
    let said = avenue_with(same, &[("    detectors: [", &long)]);
    let all = format!("{}{}", said.stdout, said.stderr);
    assert!(
        said.code == 0 && all.contains("signal 'second': detector 0: its zone is ") && all.contains("not 150 m"),
        "{all}"
    );
    let turned = detectors(&[place(0, "x", 60, 2), place(1, "in", 30, 2)].concat());
    let said = avenue_with(same, &[("    detectors: [", &turned)]);
    let words = "signal 'second', lane 'av1.bay_0': its loop IN lies at 30 m, no further upstream than X at 60 m";
    assert!(said.code == 0 && said.stdout.contains(words), "{said:?}");
}
