//! What is said of strategies: their names and parameters, what they need of a plan, what they show.

use super::tools::{Said, Scratch, run};

/// A file of the repository.
fn file(path: &str) -> String {
    let file = format!("{}/{path}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(&file).unwrap_or_else(|e| panic!("{file}: {e}"))
}

/// The same, and a text in it with another in its place.
fn changed(path: &str, from: &str, to: &str) -> String {
    let text = file(path);
    assert!(text.contains(from), "'{from}' does not stand there");
    text.replacen(from, to, 1)
}

/// The avenue whose second signal has another plan: its file, for a command.
fn avenue(s: &Scratch, second: &str) -> String {
    std::fs::create_dir_all(s.path("avenue")).expect("the temporary folder can be written");
    for name in ["first", "third"] {
        s.write(&format!("avenue/{name}.ron"), file(&format!("scenarios/avenue/{name}.ron")));
    }
    s.write("avenue/second.ron", second);
    s.write("avenue.ron", file("scenarios/avenue.ron")).display().to_string()
}

fn refused(args: &[&str], words: &[&str]) {
    let said = run(args);
    assert!(said.code == 2 && words.iter().all(|word| said.stderr.contains(word)), "{words:?}\n{said:?}");
}

#[test]
fn a_near_miss_of_a_name_is_said() {
    refused(
        &["run", "isolated", "--controller", "horizn"],
        &["expected one of: fixed_time, ", "; did you mean 'horizon'?"],
    );
    refused(&["run", "isolated", "--controller", "nema,coordinatd=true"], &["; did you mean 'coordinated'?"]);
    refused(&["run", "isolated", "--controller", "NEMA"], &["; did you mean 'nema'?"]);
    refused(&["run", "isolated", "--controller", "actuated,gap=3"], &["; did you mean 'gap_s'?"]);
    refused(&["controllers", "max_presure"], &["; did you mean 'max_pressure'?"]);
    let s = Scratch::new();
    let commands = s.write("c.ron", r#"[(at: 1, command: Controller(strategy: "sotle"))]"#).display().to_string();
    refused(&["run", "isolated", "--commands", &commands], &["; did you mean 'sotl'?"]);
    let said = run(["run", "isolated", "--controller", "magic"]);
    assert!(said.code == 2 && !said.stderr.contains("did you mean"), "{said:?}");
}

#[test]
fn a_summary_says_which_strategies_took_over() {
    let s = Scratch::new();
    let text = r#"[
        (at: 10, command: Controller(strategy: "sotl")),
        (at: 20, command: Controller(signals: ["x"], strategy: "actuated", parameters: {"gap_s": "2.5"})),
        (at: 900, command: Controller(strategy: "horizon")),
    ]"#;
    let commands = s.write("c.ron", text).display().to_string();
    let said = run(["run", "isolated", "--until", "60", "--commands", &commands]);
    assert_eq!(said.code, 0, "{said:?}");
    for line in ["all signals: sotl from 10 s on, by a command", "x: actuated,gap_s=2.5 from 20 s on, by a command"] {
        assert!(said.stdout.contains(line), "{said:?}");
    }
    assert!(!said.stdout.contains("from 900 s on"), "what has not come is not told: {said:?}");
}

#[test]
fn a_cycle_without_cyclic_order_is_refused() {
    let alone = ["run", "isolated", "--until", "60", "--quiet", "--controller", "max_pressure,cycle_s=80"];
    refused(&alone, &["cycle_s = \"80\"; expected order=cyclic beside it"]);
    let both = ["run", "isolated", "--until", "60", "--quiet", "--controller", "max_pressure,order=cyclic,cycle_s=80"];
    assert_eq!(run(both).code, 0);
}

#[test]
fn the_timing_of_a_strategy_has_the_pattern_that_it_makes_of_the_program() {
    let timing = |controller: &str| {
        let said = run(["timing", "isolated", "--controller", controller]);
        assert_eq!(said.code, 0, "{said:?}");
        said.stdout
    };
    let row = "cycle 70  offset 0  1 15, 2 30, 4 25, 5 15, 6 30, 8 25; coordinated 2 and 6";
    assert!(timing("nema,coordinated=program").contains(row) && !timing("nema").contains(row));
    let said = run(["timing", "avenue", "--controller", "nema,coordinated=program"]);
    let words = "note: coordinated=program has no effect, it runs free: the plan has no program";
    assert!(said.code == 0 && said.stdout.contains(words), "{said:?}");
    refused(&["timing", "isolated", "--controller", "nemo"], &["; did you mean 'nema'?"]);
    refused(
        &["timing", "isolated", "--controller", "nema,coordinated=perhaps"],
        &["coordinated = \"perhaps\"; expected "],
    );
}

#[test]
fn where_nothing_can_run_the_first_reason_is_said() {
    let s = Scratch::new();
    // Stages of its rings take 4 s more than the rings themselves; it has no pattern for fixed_time.
    let plan = changed(
        "scenarios/avenue/second.ron",
        "(name: \"eb\", kind: vehicle,",
        "(name: \"eb\", kind: vehicle, max_red: 54,",
    );
    let end = plan.find("    patterns: [(").expect("patterns");
    let file = avenue(&s, &format!("{})\n", &plan[..end]));
    let words =
        "strategy max_pressure cannot run here: the plan has no stages, and none can be made of its rings: group 'eb'";
    let words = &[
        "signal '",
        " of the scenario's `plans`): ",
        words,
        "; expected a plan that has it, or another strategy (--controller NAME",
    ];
    refused(&["run", &file, "--controller", "max_pressure"], words);
}

/// A plan with push buttons alone, whose numbers loops have too.
fn with_buttons() -> String {
    changed("scenarios/avenue/second.ron", "channel: 101,", "channel: 1,").replace("channel: 102,", "channel: 7,")
}

#[test]
fn a_plan_with_push_buttons_alone_has_the_usual_detectors_besides() {
    let s = Scratch::new();
    let detectors = |said: Said| {
        let line = said.stdout.lines().find(|line| line.contains("detectors: ")).map(str::to_owned);
        line.unwrap_or_else(|| panic!("{said:?}"))
    };
    let file = avenue(&s, &with_buttons());
    let plan = changed("scenarios/avenue/second.ron", "    detectors: [", "    // None: [");
    let (before, after) = plan.split_once("    // None: [").expect("its detectors");
    let (_, after) = after.split_once("    ],\n").expect("the end of its detectors");
    let other = Scratch::new();
    let without = avenue(&other, &format!("{before}{after}"));
    assert_eq!(detectors(run(["check", &file])), detectors(run(["check", &without])));
    // Theirs are other numbers than those of the loops.
    let sheet = run(["timing", &file, "--signal", "second"]).stdout;
    let rows: Vec<&str> = sheet.lines().skip_while(|line| !line.starts_with("Detectors: ")).skip(1).collect();
    let numbers = rows.iter().map_while(|row| row.split_whitespace().next()?.parse().ok());
    let numbers: std::collections::BTreeSet<u16> = numbers.collect();
    assert!(numbers.into_iter().eq(0..32), "{sheet}");
    let is_button = |number: &str, walk: &str| rows.iter().any(|row| row.split_whitespace().take(2).eq([number, walk]));
    assert!(is_button("1", "walk_east") && is_button("7", "walk_west"), "{sheet}");
}

#[test]
fn strategies_that_show_stages_serve_people_on_foot_who_have_pressed() {
    let s = Scratch::new();
    let file = avenue(&s, &with_buttons());
    for controller in ["webster", "max_pressure", "max_pressure,order=cyclic", "self_control", "horizon"] {
        let name = format!("out {controller}");
        let out = s.path(&name).display().to_string();
        let said = run(["run", &file, "--controller", controller, "--quiet", "--json", "--out", &out]);
        assert!(said.code == 0 && said.json()["fallbacks"] == serde_json::json!([]), "{controller}: {said:?}");
        let log = s.read(&format!("{name}/events.csv"));
        // Walk beside phase 4 of the second signal: two people press, at 24900 and 25950 s.
        let walks = log.lines().map(|line| line.split(',').collect::<Vec<_>>());
        let walks = walks.filter(|row| row[1..4] == ["2", "21", "4"]).map(|row| row[5].parse().expect("a time"));
        let walks: Vec<f64> = walks.collect();
        let in_time = |at: f64, walk: f64| (at..at + 120.0).contains(&walk);
        assert!(
            walks.len() == 2 && in_time(24_900.0, walks[0]) && in_time(25_950.0, walks[1]),
            "{controller}: {walks:?}"
        );
    }
}
