//! Recordings of controllers: an untouched one replays to the same lamps, and what is none is refused.

use crate::tools::{NET, ROUTES, Said, Scratch, run};

/// The small scenario without traffic after its first minutes, run until `until`; the recording's text.
fn record(scratch: &Scratch, until: &str) -> String {
    let config = scratch.path("x.sumocfg");
    let file = scratch.path("r.jsonl");
    let said =
        run(["run", config.to_str().unwrap(), "--until", until, "-q", "--record-inputs", file.to_str().unwrap()]);
    assert_eq!(said.code, 0, "{said:?}");
    scratch.read("r.jsonl")
}

/// Replays a text.
fn replay(scratch: &Scratch, text: &str, options: &[&str]) -> Said {
    let file = scratch.write("replayed.jsonl", text);
    run(["replay-inputs", file.to_str().unwrap()].iter().chain(options))
}

#[test]
fn an_untouched_recording_gives_the_same_lamps() {
    let (scratch, _) = Scratch::with_scenario(NET, ROUTES);
    let text = record(&scratch, "200");
    let said = replay(&scratch, &text, &[]);
    assert!(said.code == 0 && said.stdout.starts_with("x: 1 signal, "), "{said:?}");
    assert!(said.stdout.ends_with(": the same lamps\n") && said.stderr.is_empty(), "{said:?}");
    let events = replay(&scratch, &text, &["--events", "--signal", "T"]);
    let mut lines = events.stdout.lines();
    let head = lines.next().unwrap();
    assert!(["time, s", "signal", "code", "parameter", "why"].iter().all(|w| head.contains(w)), "{head}");
    assert!(lines.next().is_some_and(|l| l.contains("  T ")), "{events:?}");
    let cost = replay(&scratch, &text, &["--cost"]);
    let line = cost.stdout.lines().last().unwrap();
    let figures: Vec<f64> = line.split(' ').filter_map(|word| word.parse().ok()).collect();
    assert!(line.contains("99th percentile") && figures.iter().any(|&f| f > 0.0), "{cost:?}");
    // One lamp otherwise.
    let (before, lamp) = text.split_once(r#""lamp":"Yellow""#).expect("a yellow");
    let said = replay(&scratch, &format!(r#"{before}"lamp":"Red"{lamp}"#), &[]);
    assert!(said.code == 1 && said.stdout.contains("1 signal DIFFERS"), "{said:?}");
}

#[test]
fn two_hours_without_an_input_are_replayed_moment_by_moment() {
    let (scratch, _) = Scratch::with_scenario(NET, ROUTES);
    let text = record(&scratch, "7600");
    let said = replay(&scratch, &text, &[]);
    assert!(said.code == 0 && said.stdout.contains("the same lamps"), "{said:?}");
    // And up to an input after them.
    let input = text.lines().find(|l| l.starts_with(r#"{"input":"#)).expect("an input");
    let at = input.split(r#""at":"#).nth(1).and_then(|t| t.split(',').next()).expect("its time");
    let late = input.replace(&format!(r#""at":{at},"#), r#""at":7599500,"#);
    let end = text.rfind(r#"{"end":"#).expect("an end");
    let (lines, end) = text.split_at(end);
    let said = replay(&scratch, &format!("{lines}{late}\n{end}"), &[]);
    assert!(said.code == 0 && said.stdout.contains("the same lamps"), "{said:?}");
}

#[test]
fn a_recording_that_was_cut_off_is_replayed_as_far_as_it_goes() {
    let (scratch, _) = Scratch::with_scenario(NET, ROUTES);
    let text = record(&scratch, "200");
    for keep in [text.len() - 12, text.len() - 700, text.len() * 2 / 3, text.find("\n{\"input\"").unwrap() + 1] {
        let said = replay(&scratch, &text[..keep], &[]);
        assert!(said.code == 0 && said.stdout.contains("the same lamps"), "{keep}: {said:?}");
        assert!(said.stderr.contains("note: ") && said.stderr.contains("cut off; replayed up to"), "{said:?}");
    }
}

#[test]
fn recordings_that_are_none_or_wrong() {
    let (scratch, _) = Scratch::with_scenario(NET, ROUTES);
    let text = record(&scratch, "200");
    let refused = |text: &str, words: &str| {
        let said = replay(&scratch, text, &[]);
        assert!(said.code == 2 && said.stdout.is_empty() && said.stderr.contains(words), "{words}: {said:?}");
    };
    refused("", "replayed.jsonl: is empty; expected a file of `run --record-inputs`");
    refused("hello\n", "replayed.jsonl: is no recording; expected a file of `run --record-inputs`");
    refused(NET, "replayed.jsonl: is no recording; expected a file of");
    let head = text.lines().next().unwrap();
    refused(&format!("{head}\n{text}"), ":2: is a second head");
    refused(&text.replacen(r#""version":1"#, r#""version":2"#, 1), ":1: version 2; expected 1");
    refused(&text[head.len() + 1..], ":1: expected the head of a recording first");
    refused(&format!("{text}{{\"end\":200000}}\n"), "comes after the end");
    refused(&format!("{head}\nhello\n{text}"), ":2: is no line of a recording; expected");
    let signal = text.lines().nth(1).unwrap();
    let with = |line: &str| format!("{head}\n{signal}\n{line}\n{{\"end\":200000}}\n");
    let edge = |signal: u32, detector: u32, at: i64| {
        format!(r#"{{"input":[{signal},{{"Detector":{{"detector":{detector},"at":{at},"on":true}}}}]}}"#)
    };
    assert_eq!(replay(&scratch, &with(&edge(0, 0, 1000)), &[]).code, 1, "the line as such is good");
    refused(&with(&edge(1, 0, 1000)), ":3: is about a signal that no line before describes");
    refused(&with(&edge(0, 99, 1000)), ":3: an input of detector 99; the signal has ");
    refused(&with(&edge(0, 0, -1)), ":3: an input at -0.001 s; the recording starts at 0 s");
    refused(&with(&edge(0, 0, 200_001)), ":3: is at 200.001 s, after the end at 200 s");
    refused(&with(&edge(0, 0, i64::MAX)), ":3: an input at ");
    refused(&with(&format!("{}\n{}", edge(0, 0, 5000), edge(0, 0, 4000))), ":4: an input at 4 s after one at 5 s");
    refused(&with(r#"{"lamp":[0,{"at":1000,"group":9,"lamp":"Red"}]}"#), ":3: a lamp of group 9; the signal has 2");
    let said = replay(&scratch, &text, &["--signal", "nobody"]);
    assert!(said.code == 2 && said.stderr.contains("has no signal 'nobody'; expected one of: T"), "{said:?}");
}

#[test]
fn nothing_is_written_over_the_scenario() {
    let (scratch, config) = Scratch::with_scenario(NET, ROUTES);
    let config = config.to_str().unwrap();
    std::fs::create_dir_all(scratch.path("sub")).unwrap();
    for name in ["x.sumocfg", "x.net.xml", "sub/../x.rou.xml"] {
        let before = scratch.read(name);
        let path = scratch.path(name);
        for args in [vec!["run", config, "--until", "5", "--record-inputs"], vec!["draw", config, "-o"]] {
            let said = run(args.into_iter().chain([path.to_str().unwrap()]));
            assert!(said.code == 2 && said.stderr.contains("the scenario is read from it"), "{said:?}");
            assert_eq!(scratch.read(name), before);
        }
    }
}
