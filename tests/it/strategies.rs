//! What is said of strategies: their names and parameters, what they need of a plan, what they show.

use super::tools::{Scratch, run};

/// A file of the repository, and a text in it with another in its place.
fn changed(path: &str, from: &str, to: &str) -> String {
    let file = format!("{}/{path}", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&file).unwrap_or_else(|e| panic!("{file}: {e}"));
    assert!(text.contains(from), "'{from}' does not stand there");
    text.replacen(from, to, 1)
}

/// The avenue whose second signal has another plan: its file, for a command.
fn avenue(s: &Scratch, second: &str) -> String {
    std::fs::create_dir_all(s.path("avenue")).expect("the temporary folder can be written");
    for name in ["first", "third"] {
        s.write(
            &format!("avenue/{name}.ron"),
            changed(&format!("scenarios/avenue/{name}.ron"), "version: 1", "version: 1"),
        );
    }
    s.write("avenue/second.ron", second);
    s.write("avenue.ron", changed("scenarios/avenue.ron", "version: 2", "version: 2")).display().to_string()
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
    refused(&["controllers", "max_presure"], &["; did you mean 'max_pressure'?"]);
    let s = Scratch::new();
    let commands = s.write("c.ron", r#"[(at: 1, command: Controller(strategy: "sotle"))]"#).display().to_string();
    refused(&["run", "isolated", "--commands", &commands], &["; did you mean 'sotl'?"]);
    let said = run(["run", "isolated", "--controller", "magic"]);
    assert!(said.code == 2 && !said.stderr.contains("did you mean"), "{said:?}");
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
    refused(&["run", &file, "--controller", "max_pressure"], &[words]);
}
