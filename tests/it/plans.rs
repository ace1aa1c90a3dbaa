//! `intergreen check`: good plans are summed up, bad ones are refused with everything that is wrong.

use std::path::{Path, PathBuf};

use intergreen::scenario::read_plan;
use intergreen_control::Plan;

use crate::tools::{NET, Said, Scratch, run};

/// The `.ron` files of a folder of the repository, in order.
fn files(folder: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let entries = std::fs::read_dir(&folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
    let mut files: Vec<PathBuf> = entries.map(|e| e.expect("a readable folder").path()).collect();
    files.retain(|f| f.extension().is_some_and(|e| e == "ron"));
    files.sort();
    files
}

fn check(file: &Path) -> Said {
    run(["check".as_ref(), file.as_os_str()])
}

/// All that is wrong with a plan's text; empty if nothing is.
fn problems(text: &str) -> String {
    match read_plan(text, "plan.ron") {
        Err(e) => e.to_string(),
        Ok(spec) => Plan::new(spec).err().map(|e| e.to_string()).unwrap_or_default(),
    }
}

/// A plan with one fault: the words with which it must be refused, and the text with and without the fault. The file
/// says it in its first lines: `// expect: words` and `// mend: wrong => right`.
struct Hostile {
    words: String,
    broken: String,
    mended: String,
}

impl Hostile {
    fn read(file: &Path) -> Self {
        let name = file.display();
        let text = std::fs::read_to_string(file).unwrap_or_else(|e| panic!("{name}: {e}"));
        let mut parts = text.splitn(3, '\n');
        let mut next = |start: &str| {
            let line = parts.next().unwrap_or_default();
            let line = line.strip_prefix(start).unwrap_or_else(|| panic!("{name}: no line '{start}'"));
            line.to_owned()
        };
        let (words, mend) = (next("// expect: "), next("// mend: "));
        let (wrong, right) = mend.split_once(" => ").unwrap_or_else(|| panic!("{name}: mend has no =>"));
        let broken = parts.next().unwrap_or_default().to_owned();
        assert_eq!(broken.matches(wrong).count(), 1, "{name}: '{wrong}' must stand there once");
        let mended = broken.replacen(wrong, right, 1);
        Self { words, broken, mended }
    }
}

#[test]
fn every_hostile_plan_is_refused_with_what_is_wrong() {
    let files = files("tests/hostile_plans");
    assert!(files.len() >= 30, "{} files", files.len());
    for file in files {
        let hostile = Hostile::read(&file);
        let said = check(&file);
        assert!(said.code == 2 && said.stdout.is_empty(), "{}: {said:?}", file.display());
        assert!(said.stderr.contains(&hostile.words), "expected: {}\nfound: {}", hostile.words, said.stderr);
        let name = file.file_name().expect("a file").to_string_lossy().into_owned();
        let problems = said.stderr.lines().filter(|l| l.contains(&name)).count();
        assert!(problems >= 1 && said.stderr.contains("in 1 of 1 file"), "{}", said.stderr);
    }
}

#[test]
fn nothing_else_is_wrong_with_them() {
    for file in files("tests/hostile_plans") {
        let hostile = Hostile::read(&file);
        let found = problems(&hostile.broken);
        assert!(found.contains(&hostile.words), "{}: {found}", file.display());
        assert_eq!(problems(&hostile.mended), "", "{} is good once it is mended", file.display());
    }
}

#[test]
fn the_examples_are_good_and_are_summed_up() {
    let files = files("scenarios/plans");
    assert!(files.len() >= 3, "{files:?}");
    for file in &files {
        let said = check(file);
        assert!(said.code == 0 && said.stderr.is_empty(), "{said:?}");
        for words in ["good", "Groups, s", "Intergreens, s", "Everybody is served once within", "Checked: "] {
            assert!(said.stdout.contains(words), "'{words}' is not in {}", said.stdout);
        }
        let checksum = said.stdout.split("checksum ").nth(1).and_then(|t| t.get(..16)).expect("a checksum");
        assert!(checksum.chars().all(|c| c.is_ascii_hexdigit()), "{checksum}");
    }
    let all = run(std::iter::once(Path::new("check")).chain(files.iter().map(PathBuf::as_path)));
    assert_eq!(all.code, 0, "{all:?}");
    assert_eq!(all.stdout.matches("checksum").count(), files.len());
}

#[test]
fn one_bad_file_among_good_ones() {
    let s = Scratch::new();
    let good = files("scenarios/plans").remove(0);
    let hostile = Hostile::read(&files("tests/hostile_plans").remove(0));
    let bad = s.write("bad.ron", &hostile.broken);
    let said = run(["check".as_ref(), bad.as_os_str(), good.as_os_str()]);
    assert!(said.code == 2 && said.stdout.contains("checksum"), "{said:?}");
    assert!(said.stderr.contains("bad.ron:") && said.stderr.contains("1 of 2 files"), "{said:?}");
}

#[test]
fn problems_have_lines_where_they_can_be_told() {
    for (file, line) in [("short_yellow", "turn"), ("missing_direction", "back"), ("unknown_phase", "")] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/hostile_plans/{file}.ron"));
        let text = std::fs::read_to_string(&path).expect("text");
        let said = check(&path);
        let number = said.stderr.split(".ron:").nth(1).and_then(|t| t.split(':').next()?.parse::<usize>().ok());
        let Some(number) = number else {
            assert!(line.is_empty(), "{}", said.stderr);
            continue;
        };
        assert!(text.lines().nth(number - 1).is_some_and(|l| l.contains(line)), "{}", said.stderr);
    }
}

#[test]
fn files_that_are_no_plans() {
    let s = Scratch::new();
    let refused = |file: PathBuf, words: &[&str]| {
        let said = check(&file);
        assert!(said.code == 2 && said.stdout.is_empty(), "{said:?}");
        for word in words {
            assert!(said.stderr.contains(word), "'{word}' is not in {}", said.stderr);
        }
    };
    refused(s.path("nowhere.ron"), &["nowhere.ron: no such file"]);
    refused(s.path(""), &["is a directory", "expected a scenario or a signal plan"]);
    refused(s.write("empty.ron", ""), &["empty.ron: is empty"]);
    refused(s.write("blank.ron", " \n\n"), &["blank.ron: is empty"]);
    refused(s.write("plan.txt", "()"), &["of no kind known here", ".ron"]);
    refused(s.write("x.sumocfg", "<configuration/>"), &["x.sumocfg: <net-file> is missing"]);
    refused(s.write("x.net.xml", NET), &["network without traffic"]);
    refused(s.write("bytes.ron", [0xFF, 0xFE, 0x00, 0x80]), &["bytes.ron: is no text", "UTF-8"]);
    refused(s.write("zeros.ron", [0; 64]), &["zeros.ron:1:"]);
    refused(s.write("half.ron", "(version: 1, name: \"x\", groups: ["), &["half.ron:1:", "  | "]);
    refused(s.write("nothing.ron", "()"), &["nothing.ron:1:", "version"]);
    refused(s.write("json.ron", "{\"version\": 1}"), &["json.ron:1:"]);
    let said = run(["check"]);
    assert!(said.code == 2 && said.stderr.contains("<FILE>"), "{said:?}");
}

#[test]
fn plans_without_end() {
    let s = Scratch::new();
    let groups = |n: usize| {
        let group = |i| format!("(name: \"g{i}\", kind: vehicle, min_green: 5, yellow: 3),");
        (0..n).map(group).collect::<String>()
    };
    let plan = |groups: &str, rest: &str| format!("(version: 1, name: \"x\", groups: [{groups}], {rest})");
    let refused = |name: &str, text: String, words: &str| {
        let said = check(&s.write(name, text));
        assert!(
            said.code == 2 && said.stderr.contains(words),
            "{name}: {}",
            said.stderr.get(..500).unwrap_or(&said.stderr)
        );
    };
    refused("many.ron", plan(&groups(100_000), ""), "groups: there are 100000; expected 1 to 1000");
    refused("none.ron", plan("", ""), "groups: there are 0; expected 1 to 1000");
    refused("deep.ron", plan(&groups(1), &format!("stages: {}", "[".repeat(100_000))), "deep.ron:1:");
    let deep = format!("{}{}", "(".repeat(5000), ")".repeat(5000));
    refused("parentheses.ron", deep, "parentheses.ron:1:");
    let ring = "[1],".repeat(100_000);
    let rings = format!("rings: (phases: [(number: 1, groups: [\"g0\"])], rings: [[{ring}]])");
    refused("rings.ron", plan(&groups(1), &rings), "phase 1: has 100000 places in the rings; expected one");
    // As many problems as there are groups: a hundred are said.
    let said = check(&s.write("unserved.ron", plan(&groups(1000), "stages: [(name: \"s\", groups: [\"g0\"])]")));
    assert_eq!(said.stderr.matches("the stages cannot serve it").count(), 100);
}

#[test]
fn a_plan_that_is_written_again_is_the_same() {
    for file in files("scenarios/plans").iter().chain(&files("tests/hostile_plans")) {
        let text = std::fs::read_to_string(file).expect("text");
        let text = if text.starts_with("// expect") { Hostile::read(file).mended } else { text };
        let spec = read_plan(&text, "plan.ron").unwrap_or_else(|e| panic!("{e}"));
        let written = ron::Options::default()
            .with_default_extension(ron::extensions::Extensions::UNWRAP_VARIANT_NEWTYPES)
            .to_string(&spec)
            .expect("plain data");
        let again = read_plan(&written, "again.ron").unwrap_or_else(|e| panic!("{}: {e}", file.display()));
        let checksum = |spec| Plan::new(spec).expect("good").checksum();
        assert_eq!(spec, again, "{}", file.display());
        assert_eq!(checksum(spec), checksum(again));
    }
}

/// The T-junction of the examples with one thing written otherwise.
fn tee(wrong: &str, right: &str) -> String {
    let text = include_str!("../../scenarios/plans/tee.ron");
    assert!(text.contains(right), "{right}");
    text.replacen(right, wrong, 1)
}

#[test]
fn what_cannot_be_read_is_said_in_words_of_a_plan() {
    let said = |wrong: &str, right: &str, words: &str| {
        let found = problems(&tee(wrong, right));
        assert!(found.contains(words), "expected: {words}\nfound: {found}");
    };
    said("time: 5)", "time: given(5))", "plan.ron:25:42: time: expected given(s), derived(s) or computed(…)");
    said("time: \"5\")", "time: given(5))", "time: expected given(s), derived(s) or computed(…)");
    said("yellow: 2,5,", "yellow: 3,", "2,5: expected a decimal point: 2.5");
    said("given(2,5)", "given(5)", "2,5: expected a decimal point: 2.5");
    said("yellow: \"3\",", "yellow: 3,", "yellow: expected a number without quotes");
    said("version: \"1\"", "version: 1", "version: expected a whole number without quotes");
    said("kind: \"vehicle\"", "kind: vehicle", "kind: expected a word without quotes");
    said("name: west,", "name: \"west\",", "name: expected text in quotes");
    said("groups: \"west\")", "groups: [\"west\", \"east\"])", "groups: expected a list in brackets");
    said("", "version: 1,", "plan.ron:9:1: has no field version; expected one");
    said("(name: \"side\",", "(name: \"side\", kind: vehicle,", "has no field kind; expected one");
    // The mark that some editors put first is no fault.
    let text = format!("\u{feff}{}", tee("", ""));
    assert_eq!(problems(&text), "");
    // How many letters a state needs.
    let program = "program: (id: \"day\", steps: [(time: 20, lamps: \"Gr\"), (time: 3, lamps: \"yry\")]), stages: [";
    said(program, "stages: [", "the state of step 1 has 3 letters; expected 2 as in step 0; the plan has 4 groups");
}

#[test]
fn a_summary_says_what_has_to_be_signed() {
    let summary = |name: &str| {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/plans").join(name);
        check(&file).stdout
    };
    let has = |text: &str, parts: &[&str]| {
        for part in parts {
            assert!(text.contains(part), "'{part}' is not in {text}");
        }
    };
    has(
        &summary("tee.ron"),
        &[
            "No relation, and never open together: intended?\n  west: west_right\n",
            "Start-up: 5 s flashing, 3 s yellow, 4 s red everywhere",
            "No intergreen of a forbidden pair is shorter than the yellow before it",
            "Intergreens alone count (no yellow_conflicts)",
            "(m before the stop line)\n  0  west",
            "fixed_time can run it: its patterns, the first being day",
        ],
    );
    has(
        &summary("dual_ring.ron"),
        &[
            "No green while a conflicting group still shows yellow",
            "coordinated 2 and 6",
            "cuts WALK short",
            "cuts neither walk nor clearance",
            "counts",
            "locking",
        ],
    );
    let s = Scratch::new();
    let said = |text: &str| check(&s.write("plan.ron", text)).stdout;
    let bare = tee("", "    start_up: (flash: 5, yellow: 3, all_red: 4),\n");
    has(&said(&bare), &["No start-up: lamps are taken over as asked for; for simulations only"]);
    let without = bare.split("    // What `fixed_time`").next().unwrap().to_owned() + ")";
    has(&said(&without), &["fixed_time cannot run it: it has neither a program nor a pattern"]);
    let reverts = tee("red_revert: 3, recall: min", "recall: min");
    has(&said(&reverts), &["Least red other than 1 s: west 3"]);
    let computed = "time: computed(overrun_s: 3, clear_m: 14, vehicle_m: 6, clear_mps: 10, enter_m: 0, enter_mps: 11))";
    has(&said(&tee(computed, "time: given(5))")), &["Computed from geometry: west → side\n"]);
    has(&said(&tee("time: derived(5))", "time: given(5))")), &["Derived from a formula: west → side\n"]);
    let short = tee("red_clearance: 0, recall: min", "red_clearance: 2, recall: min");
    let short = short.replacen("time: given(5))", "time: given(2.5))", 1);
    has(&said(&short), &["1 intergreen is SHORTER than the yellow before it: west → side\n"]);
    // Names cannot steer a terminal, nor look like lines of their own.
    let odd = tee("name: \"Mill \\u{1b}[2J\\nlane: good\"", "name: \"Mill lane\"");
    has(&said(&odd), &["Mill \\u{1b}[2J\\nlane: good: 4 groups"]);
    let odd = odd.replace("all_red: 4", "all_red: 0").replace("name: \"west\"", "name: \"w\\u{7}\"");
    assert!(!check(&s.write("plan.ron", odd)).stderr.contains('\u{7}'));
}

/// Many groups, stages and yielding pairs: what is the same for all stages is worked out once, or this takes minutes.
#[test]
fn large_plans_are_checked_at_once() {
    let n = 400;
    let all = |item: &dyn Fn(usize) -> String| (0..n).map(item).collect::<String>();
    let groups = all(&|i| format!("(name: \"g{i}\", kind: vehicle, min_green: 5, yellow: 3, max_red: 3600),"));
    let yields = all(&|i| {
        let to = |j| format!("(who: \"g{i}\", to: \"g{j}\", oncoming: true),");
        (i + 1..n).map(to).collect()
    });
    let every = all(&|i| format!("\"g{i}\","));
    let stages = all(&|i| format!("(name: \"s{i}\", groups: [{every}]),"));
    let text = format!("(version: 1, name: \"x\", groups: [{groups}], yields: [{yields}], stages: [{stages}])");
    let spec = read_plan(&text, "plan.ron").unwrap_or_else(|e| panic!("{e}"));
    Plan::new(spec).unwrap_or_else(|e| panic!("{e}"));
}
