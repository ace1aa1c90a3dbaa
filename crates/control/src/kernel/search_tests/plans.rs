//! The plans that are searched, with times of a few ticks.

use super::*;
use crate::plan::{
    Delay, GroupKind, GroupSpec, InterstageSpec, OverlapSpec, PhaseSpec, PlanSpec, Preempt, PreemptKind, Recall,
    RingsSpec, StartUp,
};

const S: Millis = Millis(1000);

fn s(n: i64) -> Millis {
    Millis(n * 1000)
}

/// Nobody waits for it: calls are not part of the search.
fn uncalled(spec: GroupSpec) -> GroupSpec {
    GroupSpec { recall: Recall::Soft, red_revert: Some(spec.red_revert.unwrap_or(S)), ..spec }
}

fn vehicle(name: &str, min_green: i64, yellow: i64) -> GroupSpec {
    uncalled(GroupSpec::vehicle(name, s(min_green), s(yellow)))
}

fn walk(name: &str, walk: i64, clearance: i64) -> GroupSpec {
    uncalled(GroupSpec::pedestrian(name, s(walk), s(clearance)))
}

fn fya(name: &str, min_green: i64, yellow: i64) -> GroupSpec {
    GroupSpec { kind: GroupKind::FlashingYellowArrow, ..vehicle(name, min_green, yellow) }
}

/// Every combination of these letters, one set per group.
fn lamps(sets: &[&str]) -> Vec<Ask> {
    let mut all: Vec<Vec<Lamp>> = vec![vec![]];
    for set in sets {
        let letters: Vec<Lamp> = set.chars().filter_map(Lamp::from_letter).collect();
        let with = |before: &Vec<Lamp>| letters.iter().map(|&l| [&before[..], &[l]].concat()).collect::<Vec<_>>();
        all = all.iter().flat_map(with).collect();
    }
    all.into_iter().map(Ask::Lamps).collect()
}

/// Every combination of on and off.
fn switches(of: &[fn(bool) -> Act]) -> Vec<Vec<Act>> {
    (0..1u32 << of.len()).map(|bits| of.iter().enumerate().map(|(i, act)| act(bits >> i & 1 == 1)).collect()).collect()
}

fn nothing() -> Vec<Vec<Act>> {
    vec![vec![]]
}

fn full() -> bool {
    std::env::var("INTERGREEN_SEARCH").is_ok_and(|v| v == "full")
}

fn search(
    name: &'static str,
    spec: PlanSpec,
    asks: Vec<Ask>,
    acts: Vec<Vec<Act>>,
    occur: &'static [&'static str],
) -> Search {
    let plan = Arc::new(Plan::unchecked(spec, vec![]));
    let most = if full() { 100_000_000 } else { 3_000_000 };
    Search { name, plan, asks, acts, tick: S, calls: false, occur, most }
}

const ALL: &[&str] = &["Closed", "Permissive", "Protected", "Ending"];

#[test]
fn two_groups_with_red_yellow_holds_force_offs_and_flashing() {
    let a = GroupSpec { red_yellow: Some(S), ..vehicle("a", 2, 1) };
    let b = GroupSpec { red_yellow: Some(S), red_revert: Some(s(2)), ..vehicle("b", 1, 2) };
    let mut spec = PlanSpec::new("two", vec![a, b]).forbid("a", "b", (s(2), s(3)));
    spec.start_up = StartUp { flash: S, yellow: S, all_red: s(2) };
    let mut acts = switches(&[|on| Act::Flash(on), |on| Act::Hold(0, on), |on| Act::Omit(1, on)]);
    acts.extend([vec![Act::ForceOff(0)], vec![Act::ForceOff(0), Act::ForceOff(1)], vec![Act::Fault], vec![Act::Reset]]);
    let occur = &["Closed", "Starting", "Protected", "Ending", "StartFlash", "StartYellow", "AllRed", "Flash"];
    search("two groups", spec, lamps(&["rgGyu", "rgGyu"]), acts, occur).run();
}

#[test]
fn three_groups_with_a_walk_and_a_lead() {
    let turn = GroupSpec { red_yellow: Some(S), ..vehicle("turn", 2, 1) };
    let walk = GroupSpec { lead: Some(s(3)), ..walk("walk", 2, 2) };
    let spec = PlanSpec::new("lead", vec![turn, walk, vehicle("side", 1, 1)])
        .give_way("turn", "walk", false)
        .forbid("turn", "side", (s(2), s(1)))
        .forbid("walk", "side", (s(3), s(2)));
    let acts = vec![vec![], vec![Act::ForceOff(0)], vec![Act::ForceOff(1)]];
    search(
        "walk and lead",
        spec,
        lamps(if full() { &["rgGyu", "rGu", "rgGu"] } else { &["rgGu", "rG", "rG"] }),
        acts,
        ALL,
    )
    .run();
}

#[test]
fn a_permissive_left_and_its_oncoming_traffic() {
    let spec = PlanSpec::new(
        "trap",
        vec![vehicle("left", 1, 1), vehicle("through", 2, 1), vehicle("across", 1, 1), vehicle("left 2", 2, 1)],
    )
    .give_way("left", "through", true)
    .give_way("left 2", "left", false)
    .forbid("left", "across", (s(2), s(2)))
    .forbid("through", "across", (s(2), s(1)))
    .forbid("left 2", "across", (s(1), s(2)));
    let acts = vec![vec![], vec![Act::Hold(1, true)], vec![Act::Hold(1, false)], vec![Act::ForceOff(0)]];
    search("yellow trap", spec, lamps(&["rgG", "rG", "rG", "rgG"]), acts, ALL).run();
}

#[test]
fn lefts_that_interlock() {
    let spec = PlanSpec::new(
        "interlock",
        vec![vehicle("left 1", 1, 1), vehicle("through 1", 2, 1), vehicle("left 2", 3, 1), vehicle("through 2", 1, 1)],
    )
    .give_way("left 1", "through 2", true)
    .give_way("left 2", "through 1", true);
    search(
        "interlocking lefts",
        spec,
        lamps(if full() { &["rgG"; 4] } else { &["rgG", "rG", "rgG", "rG"] }),
        nothing(),
        ALL,
    )
    .run();
}

#[test]
fn stages_with_an_interstage() {
    let mut spec = PlanSpec::new("stages", vec![vehicle("a", 1, 1), vehicle("b", 2, 1), walk("c", 1, 2)])
        .forbid("a", "b", (s(2), s(1)))
        .forbid("b", "c", (s(1), s(3)))
        .stage("1", &["a", "c"])
        .stage("2", &["b"])
        .stage("3", &["c"]);
    let delay = |group: &str, n| Delay { group: group.into(), after: s(n) };
    spec.interstages = vec![
        InterstageSpec { from: "1".into(), to: "2".into(), ends: vec![delay("c", 2)], starts: vec![delay("b", 4)] },
        InterstageSpec { from: "2".into(), to: "3".into(), ends: vec![delay("b", 1)], starts: vec![] },
    ];
    let asks = vec![Ask::Stage(0), Ask::Stage(1), Ask::Stage(2)];
    let mut acts = switches(&[|on| Act::Flash(on), |on| Act::Hold(1, on), |on| Act::Omit(2, on)]);
    acts.push(vec![Act::ForceOff(1)]);
    search("stages", spec, asks, acts, &["Closed", "Protected", "Ending", "Flash"]).run();
}

#[test]
fn calls_and_the_sequence_after_a_cycle_fault() {
    let group =
        |name: &str, min, yellow| GroupSpec { recall: Recall::Min, max_red: Some(s(8)), ..vehicle(name, min, yellow) };
    let b = GroupSpec { recall: Recall::Soft, ..group("b", 2, 1) };
    let spec = PlanSpec::new("calls", vec![group("a", 1, 1), b, group("c", 1, 1)])
        .forbid("a", "b", (s(2), s(1)))
        .forbid("b", "c", (s(1), s(2)))
        .forbid("a", "c", (s(1), s(1)))
        .stage("1", &["a"])
        .stage("2", &["b"])
        .stage("3", &["c"]);
    let mut acts = switches(&[|on| Act::Call(1, on), |on| Act::Hold(0, on), |on| Act::Omit(2, on)]);
    acts.extend([vec![Act::Flash(true)], vec![Act::Flash(false)], vec![Act::Reset]]);
    let asks = vec![Ask::Stage(0), Ask::Stage(1), Ask::Stage(2)];
    let mut search = search("calls", spec, asks, acts, &["Closed", "Protected", "Ending", "Flash", "CycleFault"]);
    search.calls = true;
    search.run();
}

/// Two rings, two sections, two phases in each, and two overlaps: one with lead and trail, one a flashing yellow arrow.
fn dual_ring() -> PlanSpec {
    let mut spec = PlanSpec::new(
        "rings",
        vec![
            vehicle("1", 1, 1),
            vehicle("2", 1, 1),
            vehicle("5", 1, 1),
            vehicle("6", 2, 1),
            vehicle("4", 1, 1),
            vehicle("8", 1, 1),
            vehicle("overlap", 1, 1),
        ],
    );
    for (a, b) in [
        ("1", "2"),
        ("5", "6"),
        ("1", "6"),
        ("2", "5"),
        ("1", "4"),
        ("1", "8"),
        ("2", "4"),
        ("2", "8"),
        ("5", "4"),
        ("5", "8"),
        ("6", "4"),
        ("6", "8"),
        ("overlap", "2"),
        ("overlap", "6"),
    ] {
        let open_together = [("1", "6"), ("2", "5")].contains(&(a, b));
        if !open_together {
            spec = spec.forbid(a, b, (s(1), s(1)));
        }
    }
    let phase = |number, group: &str| PhaseSpec {
        number,
        groups: vec![group.into()],
        walks: vec![],
        actuation: Default::default(),
    };
    spec.rings = Some(RingsSpec {
        phases: vec![phase(1, "1"), phase(2, "2"), phase(5, "5"), phase(6, "6"), phase(4, "4"), phase(8, "8")],
        rings: vec![vec![vec![1, 2], vec![4]], vec![vec![5, 6], vec![8]]],
        overlaps: vec![OverlapSpec {
            group: "overlap".into(),
            phases: vec![1, 4],
            permissive: vec![8],
            lead: s(1),
            trail: s(2),
        }],
        modes: Default::default(),
    });
    spec
}

#[test]
fn a_small_dual_ring_with_a_trailing_overlap() {
    let bit = |n: u32| 1 << (n - 1);
    let every = [1, 2, 5, 6, 4, 8];
    let subsets = (0..1u32 << every.len())
        .map(|set| (0..every.len()).filter(|i| set >> i & 1 == 1).fold(0, |mask, i| mask | bit(every[i])));
    let few = [
        0,
        bit(1),
        bit(2) | bit(6),
        bit(1) | bit(5),
        bit(4) | bit(8),
        bit(8),
        bit(2) | bit(5),
        bit(1) | bit(2) | bit(4),
    ];
    let asks: Vec<Ask> = if full() {
        subsets.map(|m| Ask::Phases(m, 0)).collect()
    } else {
        few.into_iter().map(|m| Ask::Phases(m, 0)).collect()
    };
    search("dual ring", dual_ring(), asks, nothing(), ALL).run();
}

#[test]
fn a_flashing_yellow_arrow_and_the_opposing_through() {
    let spec = PlanSpec::new(
        "fya",
        vec![fya("left", 1, 1), vehicle("through", 2, 1), GroupSpec { red_yellow: Some(S), ..vehicle("across", 1, 1) }],
    )
    .give_way("left", "through", true)
    .forbid("left", "across", (s(2), s(2)))
    .forbid("through", "across", (s(2), s(1)));
    let mut spec = spec;
    for (from, to) in [("left", "through"), ("through", "left")] {
        spec.intergreens.push(crate::plan::IntergreenSpec {
            from: from.into(),
            to: to.into(),
            time: crate::plan::IntergreenTime::Given(s(2)),
        });
    }
    let acts = vec![
        vec![],
        vec![Act::Hold(0, true)],
        vec![Act::Hold(0, false)],
        vec![Act::ForceOff(0)],
        vec![Act::ForceOff(1)],
    ];
    search("flashing yellow arrow", spec, lamps(&["rgGy", "rgGu", "rG"]), acts, ALL).run();
}

#[test]
fn yellow_conflicts_of_nema() {
    let mut spec = PlanSpec::new("nema", vec![vehicle("a", 1, 2), vehicle("b", 1, 1), vehicle("c", 2, 1)])
        .forbid("a", "b", (s(2), s(1)))
        .forbid("b", "c", (s(2), s(1)))
        .give_way("a", "c", false);
    spec.yellow_conflicts = true;
    search("yellow conflicts", spec, lamps(&["rgGyu", "rgGy", "rgG"]), nothing(), ALL).run();
}

fn preempt(name: &str, track: &[&str], dwell: &[&str], exit: &[&str]) -> Preempt {
    let names = |list: &[&str]| list.iter().map(|&n| n.into()).collect();
    Preempt {
        name: name.into(),
        kind: PreemptKind::Rail,
        delay: S,
        track: names(track),
        track_green: s(2),
        dwell: names(dwell),
        min_dwell: s(2),
        max_presence: s(if full() { 12 } else { 5 }),
        exit: names(exit),
        cuts_walk: false,
        cuts_clearance: false,
    }
}

#[test]
fn two_preemptions_with_holds_and_omits() {
    let track = GroupSpec { red_yellow: Some(S), ..vehicle("track", 1, 1) };
    let mut spec = PlanSpec::new("preempt", vec![track, vehicle("main", 2, 1), walk("walk", 2, 2)])
        .forbid("track", "main", (s(1), s(2)))
        .forbid("track", "walk", (s(1), s(3)));
    spec.preempts = vec![
        Preempt {
            cuts_walk: true,
            cuts_clearance: true,
            max_presence: s(if full() { 9 } else { 4 }),
            ..preempt("rail", &["track"], &["main"], &["main", "walk"])
        },
        Preempt { delay: Millis(0), ..preempt("fire", &[], &["track"], &["main"]) },
    ];
    let mut acts = switches(&[|on| Act::Preempt(0, on), |on| Act::Preempt(1, on)]);
    let on = |act| vec![act];
    acts.extend([on(Act::Hold(1, true)), on(Act::Hold(1, false)), on(Act::Omit(0, true)), on(Act::Omit(0, false))]);
    acts.extend([on(Act::Flash(true)), on(Act::Flash(false)), on(Act::ForceOff(1))]);
    let occur = &["Closed", "Starting", "Protected", "Ending", "Track", "Dwell", "Exit", "Flash"];
    search("preemptions", spec, lamps(&["rG", "rG", "rG"]), acts, occur).run();
}

#[test]
fn a_program_that_switches_off_and_keeps_yellow_long() {
    // Its letters set how long a request may keep yellow and red-yellow.
    let steps = [(3, "GrO"), (3, "yrO"), (2, "ruO"), (3, "rGo"), (1, "ryr"), (1, "urG"), (1, "ury")];
    let step = |&(n, state): &(i64, &str)| crate::ProgramStep {
        duration: s(n),
        lamps: state.chars().filter_map(Lamp::from_letter).collect(),
    };
    let program = crate::Program::new("off", Millis(0), steps.iter().map(step).collect()).expect("a program");
    let (mut spec, waivers) = PlanSpec::of_program("off", program);
    for group in &mut spec.groups {
        (group.min_green, group.yellow, group.recall) = (Some(S), Some(S), Recall::Soft);
    }
    spec.yellow_conflicts = true;
    // So that it may open while the other's long yellow goes on.
    spec.groups[1].red_yellow = Some(Millis(0));
    let spec = spec.forbid("0", "1", (s(1), s(1))).give_way("2", "0", true);
    let plan = Arc::new(Plan::unchecked(spec, waivers));
    let occur = &["Closed", "Starting", "Protected", "Ending", "Off"];
    let mut search = search(
        "program",
        PlanSpec::new("x", vec![vehicle("x", 1, 1)]),
        lamps(&["rGyu", "rGyu", "rgGyO"]),
        nothing(),
        occur,
    );
    search.plan = plan;
    search.run();
}
