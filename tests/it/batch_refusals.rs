//! Batches that are refused: what is wrong, what the message has to say of it, and that nothing is lost meanwhile.

use crate::batch::{SMALL, batch, lines, results, wait_for};
use crate::tools::{Scratch, program, run};

/// Neither `merge` nor a batch writes over results, whoever wrote them.
#[test]
fn results_are_not_written_over() {
    let scratch = Scratch::new();
    let path = |name: &str| scratch.path(name).display().to_string();
    let refused = |args: &[&str], words: &[&str]| {
        let said = run(args);
        assert_ne!(said.code, 0, "{args:?}: {said:?}");
        words.iter().for_each(|word| assert!(said.stderr.contains(word), "{args:?}: {word}: {said:?}"));
    };
    scratch.write("e.ron", SMALL);
    batch(&scratch, "half", &["--shard", "1/2"]);
    batch(&scratch, "whole", &[]);
    let before = results(&scratch, "whole");
    // Into a finished folder, into an input, into the same by another name.
    refused(&["merge", &path("half"), "--out", &path("whole")], &["whole", "there are results"]);
    for same in ["half", "./whole/../half"] {
        refused(&["merge", &path("half"), "--out", &path(same)], &["is one of the shards"]);
    }
    // Into one that a batch is writing to.
    scratch.write("long.ron", SMALL.replace("seeds: 3", "seeds: 10000").replace("400", "3600"));
    let (long, busy) = (path("long.ron"), path("busy"));
    let args = ["batch", &long, "--out", &busy, "--quiet", "--jobs", "1"];
    let mut child = program(args).spawn().expect("it starts");
    let journal = scratch.path("busy").join("journal.jsonl");
    wait_for(&journal, 2);
    refused(&["merge", &path("half"), "--out", &busy], &["there are results"]);
    let again = ["batch", &long, "--out", &busy, "--quiet", "--resume"];
    refused(&again, &["a batch is writing to it"]);
    let there = lines(&journal);
    wait_for(&journal, there + 1);
    child.kill().expect("it can be killed");
    child.wait().expect("it ends");
    // Results without a journal: nothing goes on from them, nothing is said of them as if they were empty.
    std::fs::remove_file(scratch.path("whole").join("journal.jsonl")).expect("it is there");
    let (file, whole) = (path("e.ron"), path("whole"));
    for more in [&[] as &[&str], &["--resume"], &["--dry-run"], &["--dry-run", "--resume"]] {
        let args = [&["batch", &file, "--out", &whole], more].concat();
        refused(&args, &["there are results (runs.csv)", "no journal.jsonl"]);
    }
    refused(&["report", &path("whole")], &["journal.jsonl", "reports", "made from it"]);
    refused(&["merge", &path("half"), &path("whole"), "--out", &path("new")], &["journal.jsonl"]);
    assert_eq!(before, results(&scratch, "whole"));
    assert!(!scratch.path("new").exists());
}

/// What is wrong, and what the message has to say.
#[test]
fn wrong_experiments_are_explained() {
    for (text, code, words) in [
        ("", 2, &["e.ron"] as &[&str]),
        ("(scenarios: [], seeds: 1)", 2, &["scenarios", "empty"]),
        (r#"(scenarios: ["city"])"#, 2, &["seeds"]),
        (r#"(scenarios: ["city"], seeds: 0)"#, 2, &["0 seeds"]),
        (r#"(scenarios: ["city"], seeds: [1, 1])"#, 2, &["seeds", "twice"]),
        (r#"(scenarios: ["city"], seeds: "x")"#, 2, &["number of seeds"]),
        (r#"(scenarios: ["nowhere.ron"], seeds: 1)"#, 2, &["nowhere.ron", "no such file"]),
        (r#"(scenarios: ["city"], controllers: ["magic"], seeds: 1)"#, 2, &["magic"]),
        (r#"(scenarios: ["city"], controllers: ["actuated,gap_s"], seeds: 1)"#, 2, &["PARAM=VALUE"]),
        (
            r#"(scenarios: ["city"], controllers: ["nema", "actuated,gap=1"], seeds: 1)"#,
            2,
            &["controllers", "gap", "gap_s"],
        ),
        (r#"(scenarios: ["city"], controllers: ["actuated,gap_s=long"], seeds: 1)"#, 2, &["gap_s", "long", "expected"]),
        (r#"(scenarios: ["city"], seeds: [])"#, 2, &["seeds", "empty"]),
        (r#"(scenario: ["city"], seeds: 1)"#, 2, &["scenario", "scenarios", ":1:"]),
        (r#"(scenarios: ["city"], behaviours: ["wild"], seeds: 1)"#, 2, &["wild"]),
        (r#"(scenarios: ["city"], scales: [-1], seeds: 1)"#, 2, &["scales", "-1"]),
        (r#"(scenarios: ["city"], seeds: 1, baseline: Some("nema"))"#, 2, &["baseline", "nema"]),
        (r#"(scenarios: ["city"], seeds: 1, measure: "joy")"#, 2, &["measure", "joy", "resco_delay_s"]),
        (r#"(scenarios: ["city"], seeds: 1, set: {"demand.colour": [1]})"#, 2, &["demand", "colour"]),
        (r#"(scenarios: ["city"], seeds: 1, until: 5, drain: true)"#, 2, &["until", "drain"]),
        (r#"(scenarios: ["city"], seeds: 1, until: -5)"#, 2, &["until: -5", "city", "starts at 25200 s"]),
        (
            r#"(scenarios: ["isolated"], seeds: 1, until: 300)"#,
            2,
            &["until: 300", "resco_delay_s is taken at the end of scenario 'isolated'", "cityflow_att_s"],
        ),
        (
            r#"(scenarios: ["isolated"], controllers: ["resco_max_wave"], seeds: 1, sensors: ["perfect", "loops"])"#,
            2,
            &["controllers: 'resco_max_wave'", "sensors"],
        ),
        (r#"(scenarios: ["city"], seeds: 1, warm_up: -5)"#, 2, &["warm_up: -5", "expected 0 to"]),
        (
            r#"(scenarios: ["city"], seeds: 1, step: 0.5, set: {"step": [1]})"#,
            2,
            &["set: step: `step` of the experiment decides it"],
        ),
        (r#"(scenarios: ["city"], seed: 1)"#, 2, &["seed"]),
        (r#"(scenarios: ["city"], seeds: 1000000, scales: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11])"#, 2, &["runs"]),
    ] {
        let scratch = Scratch::new();
        let file = scratch.write("e.ron", text);
        let out = scratch.path("out");
        let said = run(["batch".as_ref(), file.as_os_str(), "--out".as_ref(), out.as_os_str()]);
        assert_eq!(said.code, code, "{text}: {said:?}");
        for word in words {
            assert!(said.stderr.contains(word), "{text}: {word}: {said:?}");
        }
        assert!(said.stderr.contains("e.ron"), "{text}: names the file: {said:?}");
        assert!(!scratch.path("out").exists(), "{text}: nothing is begun");
    }
    for (args, words) in [
        (&["report", "nowhere"] as &[&str], "folder of a batch"),
        (&["batch", "x.ron", "--shard", "3/2"], "I/N"),
        (&["batch", "x.ron", "--until-ci", "0"], "share"),
        (&["bench", "resco"], "--data"),
    ] {
        let said = run(args);
        assert_eq!(said.code, 2, "{said:?}");
        assert!(said.stderr.contains(words), "{said:?}");
    }
}
