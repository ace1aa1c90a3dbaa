//! The timing sheet: whatever a plan says that changes what the controller does stands on it.

use std::collections::BTreeSet;

use intergreen::scenario::read_plan;

use crate::tools::{Scratch, run};

/// What is unusual in the plan: the text of the example in its place.
const CHANGES: &[(&str, &str)] = &[
    (
        "(name: \"nb\", kind: vehicle, min_green: 8, max_green: 35, yellow: 4, red_clearance: 1.5)",
        "(name: \"nb\", kind: vehicle, min_green: 8, max_green: 35, yellow: 4, red_clearance: 1.5, red_yellow: 0.7, \
         red_revert: 2.3, max_red: 251, recall: soft, turn_on_red: true)",
    ),
    (
        "(number: 1, groups: [])",
        "(number: 1, groups: [], actuation: (\n\
         dual_entry: true, conditional_service: true, conditional_min: 6.2))",
    ),
    (
        "(number: 2, groups: [\"eb\"], walks: [\"walk_south\"])",
        "(number: 2, groups: [\"eb\"], walks: [\"walk_south\"], actuation: (\n\
         min_green: 11, passage: 3.1, max_1: 51, max_2: 61, added_initial: 1.7, max_initial: 29, min_gap: 1.3,\n\
         before_reduction: 12, to_reduce: 14, dynamic_limit: 77, dynamic_step: 7, rest_in_walk: true,\n\
         ped_recycle: true, guaranteed_passage: true, single_gap: true))",
    ),
    ("        overlaps: [\n", "        modes: (red_rest: true, backup_protection: true),\n        overlaps: [\n"),
    ("phases: [1], trail: 2)", "phases: [1], lead: 0.9, trail: 2)"),
    (
        "(channel: 0, groups: [\"eb\"], extend: 1.5)",
        "(channel: 0, groups: [\"eb\"], locking: true, yellow_lock: true, queue: true,\n\
         extend_limit: 33, added_initial: true, switched: [\"nb_left\"],\n\
         place: (kind: stop_bar, lane: \"w_0\", distance_m: 0.5, length_m: 12, speed_m_s: 13.4),\n\
         section: (road: \"w\", lanes: [0], of: 2),\n\
         diagnostics: (no_activity: 3600, expected: 21, max_presence: 301, erratic: 61, short_pulse: 0.07, fail_time: 19))",
    ),
    ("(channel: 4, groups: [\"eb_left\"], delay: 3)", "(channel: 4, groups: [\"eb_left\"], delay: 2.6, extend: 1.9)"),
    (
        "(channel: 1, groups: [\"wb\"], extend: 1.5),",
        "(channel: 1, groups: [\"wb\"], place: (kind: stop_bar, lane: \"e_0\", distance_m: 0, length_m: 20, speed_m_s: 13.9)),\n\
         (channel: 13, groups: [\"wb\"], mode: extend, usual: true,\n\
         place: (kind: x, lane: \"e_0\", distance_m: 48, length_m: 2, speed_m_s: 13.9),\n\
         section: (road: \"up\", lanes: [0, 1], of: 3)),",
    ),
    (
        "            coordinated: [2, 6],\n        ),\n        (\n            name: \"midday\",",
        "            coordinated: [2, 6],\n\
         coordination: (force_off: floating, reference: lag_yellow, transition: dwell, keeps_max: true, actuated: 8),\n\
         ),\n        (\n            name: \"midday\",",
    ),
    ("(from: 32400, action: pattern(\"midday\"))", "(from: 32405, action: pattern(\"midday\"))"),
];

/// By field of a plan, what stands for it on the sheet: on that of the unusual plan, not on that of the example. Empty: of
/// fields that hold others, are as in the example, or have lines of their own below.
const SHOWN: &[(&str, &str)] = &[
    // Groups.
    ("red_yellow", "0.7"),
    ("red_revert", "Least red other than 1 s: nb 2.3"),
    ("max_red", "251"),
    ("recall", "soft"),
    ("turn_on_red", "Turn on red after a stop: nb"),
    // Phases; their times are looked at row by row.
    ("min_green", ""),
    ("passage", ""),
    ("max_1", ""),
    ("max_2", "max 2"),
    ("added_initial", "detector 0 (eb): extends for the queue only, extend limit 33 s, added initial, switched"),
    ("max_initial", "max initial"),
    ("min_gap", "min gap"),
    ("before_reduction", "TBR"),
    ("to_reduce", "TTR"),
    ("dynamic_limit", "dyn limit"),
    ("dynamic_step", "dyn step"),
    ("conditional_min", "cond min"),
    ("dual_entry", "phase 1: dual entry, conditional service"),
    ("conditional_service", "conditional service"),
    ("rest_in_walk", "phase 2: rests in walk"),
    ("ped_recycle", "walks again in its green"),
    ("guaranteed_passage", "guaranteed passage"),
    ("single_gap", "gaps out alone"),
    // Rings.
    ("red_rest", "red rest: red when nobody is called"),
    ("backup_protection", "backup protection: all rings are red before an earlier phase"),
    ("lead", "starts 0.9 s later"),
    // Detectors.
    ("mode", "extends, not with nema"),
    ("usual", "not with nema: traffic is slow there"),
    ("locking", "locking"),
    ("yellow_lock", "locking on yellow too"),
    ("delay", "delay 2.6 s"),
    ("extend", "extend 1.9 s"),
    ("queue", "extends for the queue only"),
    ("extend_limit", "extend limit 33 s"),
    ("switched", "switched to nb_left"),
    ("no_activity", "detector 0 (eb): diagnostics: no activity 3600 s"),
    ("expected", "expected 21"),
    ("max_presence", "max presence 301 s"),
    ("erratic", "erratic 61/min"),
    ("short_pulse", "short pulse 0.07 s"),
    ("fail_time", "fail time 19 s"),
    ("place", "stop bar 0.5 to 12.5, lane w_0 of 2, 13.4 m/s"),
    ("distance_m", "X 48 to 50.0, lane e_0, 13.9 m/s, covers 0, 1 of 3 of up"),
    ("length_m", "to 12.5"),
    ("lane", "lane w_0"),
    ("speed_m_s", "13.4 m/s"),
    ("section", "of 3 of up"),
    ("road", "of up"),
    ("lanes", "covers 0, 1"),
    ("of", "of 3"),
    // Coordination.
    ("force_off", "peak: floating force-offs"),
    ("reference", "offset to lag yellow"),
    ("transition", "transition dwell"),
    ("keeps_max", "max is not inhibited"),
    ("actuated", "actuated for the last 8 s"),
    ("entries", "09:00:05 midday"),
];

/// What the example itself shows, or holds the rest.
const OTHERS: &str = "version name groups kind max_green yellow red_clearance walk clearance buffer forbidden yields who to \
    oncoming intergreens from time yellow_conflicts start_up flash all_red program stages interstages rings phases number \
    walks actuation overlaps group permissive trail modes detectors channel diagnostics patterns cycle offset split phase \
    coordinated coordination calendar days action week holidays year month day plan preempts track track_green dwell \
    min_dwell exit cuts_walk cuts_clearance priorities extension lockout";

fn sheet(plan: &str) -> String {
    let s = Scratch::new();
    let said = run(["check".as_ref(), s.write("plan.ron", plan).as_os_str()]);
    assert_eq!(said.code, 0, "{said:?}");
    said.stdout
}

/// The cells of the row of a phase in the table of the actuation.
fn phase(sheet: &str, number: &str) -> Vec<String> {
    let rows = sheet.lines().skip_while(|l| !l.starts_with("Actuation")).map(|l| l.split_whitespace().collect());
    let found = rows.into_iter().find(|row: &Vec<&str>| row.first() == Some(&number)).expect("a row");
    found.into_iter().map(str::to_owned).collect()
}

#[test]
fn whatever_a_plan_says_stands_on_its_sheet() {
    let example = include_str!("../../scenarios/plans/dual_ring.ron");
    let unusual = CHANGES.iter().fold(example.to_owned(), |text, (from, to)| {
        assert!(text.contains(from), "'{from}' is not in {text}");
        text.replacen(from, to, 1)
    });
    // A new field is to be on the sheet, and here.
    let spec = format!("{:?}", read_plan(&unusual, "plan.ron").expect("it can be read"));
    let is_name =
        |w: &&str| !w.is_empty() && w.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    let names: BTreeSet<&str> = spec.split_whitespace().filter_map(|w| w.strip_suffix(':')).filter(is_name).collect();
    let known: BTreeSet<&str> = SHOWN.iter().map(|f| f.0).chain(OTHERS.split_whitespace()).collect();
    assert_eq!(names, known);

    let (without, with) = (sheet(example), sheet(&unusual));
    for (field, words) in SHOWN.iter().filter(|f| !f.1.is_empty()) {
        assert!(with.contains(words), "{field}: '{words}' is not in {with}");
    }
    for (field, words) in SHOWN.iter().filter(|f| !["", "locking"].contains(&f.1)) {
        assert!(!without.contains(words), "{field}: '{words}' says nothing, it is in {without}");
    }
    let parts = with.lines().skip_while(|l| !l.starts_with("Rings")).take_while(|l| !l.starts_with("Preemption"));
    assert!(parts.into_iter().all(|line| line.chars().count() <= 120), "{with}");
    let times = ["2", "11", "3.1", "51", "61", "1.3", "12", "14", "1.7", "29", "77", "7"];
    assert_eq!(phase(&with, "2"), times);
    // What a plan leaves open is there as nema has it: in brackets.
    assert_eq!(phase(&with, "1"), ["1", "(5)", "(2)", "(25)", "6.2"]);
    assert_eq!(phase(&with, "3"), ["3", "(5)", "(2)", "(20)"]);
    // At phase 6 a long zone alone extends with nema: nothing is left of a headway when a car has left it.
    assert_eq!(phase(&with, "6"), ["6", "(10)", "(0)", "(50)"]);
    assert_eq!(phase(&without, "2"), ["2", "(10)", "(2)", "(50)"]);
    assert!(without.contains("peak: fixed force-offs, offset to the first phases, transition shortway\n"), "{without}");
}

/// Of the usual detectors X extends, but not with `nema` where traffic is slow; parameters go before what the plan says.
#[test]
fn a_sheet_says_what_nema_makes_of_the_usual_detectors_and_its_parameters() {
    let said = run(["timing", "isolated", "--controller", "nema,passage_s=4.5,max_green_s=44"]);
    assert_eq!(said.code, 0, "{said:?}");
    let row = phase(&said.stdout, "2");
    assert_eq!(row[2..], ["(4.5)", "(44)"], "{said:?}");
    let x = |line: &&str| line.contains("extends, not with nema") && line.contains(" X ");
    assert_eq!(said.stdout.lines().filter(x).count(), said.stdout.matches("  X ").count(), "{said:?}");
    assert!(said.stdout.contains("  not with nema: traffic is slow there"), "{said:?}");
}
