//! Small good plans, to be spoiled: stages, rings, a program.

use intergreen_control::plan::*;
use intergreen_control::{Lamp, Millis, PlanSpec, Program, ProgramStep};

/// Seconds.
pub fn s(seconds: f64) -> Millis {
    Millis::from_seconds(seconds)
}

/// A group of vehicles: least green, yellow, red clearance.
pub fn driven(name: &str, kind: GroupKind, [green, yellow, red]: [f64; 3]) -> GroupSpec {
    GroupSpec {
        name: name.into(),
        kind,
        min_green: Some(s(green)),
        max_green: Some(s(40.0)),
        yellow: Some(s(yellow)),
        red_yellow: None,
        red_clearance: Some(s(red)),
        walk: None,
        clearance: None,
        buffer: None,
        lead: None,
        red_revert: None,
        max_red: None,
        recall: Recall::None,
        turn_on_red: false,
    }
}

/// A group of people on foot: walk, clearance, buffer, lead.
pub fn on_foot(name: &str, [walk, clearance, buffer, lead]: [f64; 4]) -> GroupSpec {
    GroupSpec {
        min_green: None,
        max_green: None,
        yellow: None,
        red_clearance: None,
        walk: Some(s(walk)),
        clearance: Some(s(clearance)),
        buffer: Some(s(buffer)),
        lead: Some(s(lead)),
        ..driven(name, GroupKind::Pedestrian, [0.0; 3])
    }
}

/// Names.
pub fn names(list: &[&str]) -> Vec<String> {
    list.iter().map(|&n| n.into()).collect()
}

/// Forbids pairs, with intergreens there and back.
pub fn forbid(spec: &mut PlanSpec, pairs: &[(&str, &str, f64, f64)]) {
    for &(a, b, there, back) in pairs {
        spec.forbidden.push((a.into(), b.into()));
        intergreen(spec, a, b, there);
        intergreen(spec, b, a, back);
    }
}

/// Adds an intergreen.
pub fn intergreen(spec: &mut PlanSpec, from: &str, to: &str, time: f64) {
    let time = IntergreenTime::Given(s(time));
    spec.intergreens.push(IntergreenSpec { from: from.into(), to: to.into(), time });
}

/// Who gives way to whom.
pub fn gives_way(who: &str, to: &str, oncoming: bool) -> YieldSpec {
    YieldSpec { who: who.into(), to: to.into(), oncoming }
}

/// A plan of nothing but groups.
fn plan(name: &str, groups: Vec<GroupSpec>) -> PlanSpec {
    PlanSpec {
        version: PLAN_VERSION,
        name: name.into(),
        groups,
        forbidden: vec![],
        yields: vec![],
        intergreens: vec![],
        yellow_conflicts: false,
        start_up: StartUp::default(),
        program: None,
        stages: vec![],
        interstages: vec![],
        rings: None,
        detectors: vec![],
        patterns: vec![],
        calendar: Calendar::default(),
        preempts: vec![],
        priorities: vec![],
    }
}

/// The split of a stage.
pub fn stage_split(stage: &str, split: f64) -> StageSplit {
    StageSplit { stage: stage.into(), split: s(split) }
}

/// A detector that calls and extends.
pub fn detector(channel: u16, groups: &[&str]) -> DetectorUse {
    DetectorUse { channel, groups: names(groups), ..DetectorUse::default() }
}

/// Two stages: `main`, `back` and the left turn `turn` across it; `side` and people on foot across the main street.
pub fn stages() -> PlanSpec {
    use GroupKind::Vehicle;
    let groups = vec![
        driven("main", Vehicle, [8.0, 3.0, 2.0]),
        driven("back", Vehicle, [8.0, 3.0, 2.0]),
        driven("turn", Vehicle, [5.0, 3.0, 2.0]),
        driven("side", Vehicle, [6.0, 3.0, 2.0]),
        on_foot("walk", [7.0, 8.0, 1.0, 2.0]),
    ];
    let mut spec = plan("stages", groups);
    for street in ["main", "back", "turn"] {
        forbid(&mut spec, &[(street, "side", 5.0, 5.0)]);
    }
    forbid(&mut spec, &[("walk", "main", 9.0, 6.0), ("walk", "back", 9.0, 6.0)]);
    spec.yields = vec![gives_way("turn", "back", true), gives_way("side", "walk", false)];
    spec.start_up = StartUp { flash: s(5.0), yellow: s(3.0), all_red: s(6.0) };
    let stage = |name: &str, groups: &[&str]| StageSpec { name: name.into(), groups: names(groups) };
    spec.stages = vec![stage("main", &["main", "back", "turn"]), stage("side", &["side", "walk"])];
    let ends = vec![Delay { group: "main".into(), after: s(2.0) }];
    spec.interstages = vec![InterstageSpec { from: "main".into(), to: "side".into(), ends, starts: vec![] }];
    spec.detectors = vec![detector(0, &["main", "turn"]), detector(1, &["back"]), detector(2, &["side"])];
    spec.patterns = vec![Pattern {
        name: "day".into(),
        cycle: s(60.0),
        offset: s(10.0),
        stages: vec![stage_split("main", 32.0), stage_split("side", 28.0)],
        phases: vec![],
        coordinated: vec![],
        coordination: Default::default(),
    }];
    let entry = |from: f64, action| DayEntry { from: s(from), action };
    let entries = vec![entry(0.0, DayAction::Free), entry(21_600.0, DayAction::Pattern("day".into()))];
    spec.calendar = Calendar {
        days: vec![DayPlan { name: "all".into(), entries }],
        week: vec!["all".into(); 7],
        holidays: vec![Holiday { year: None, month: 2, day: 29, plan: "all".into() }],
    };
    let preempt = |name: &str, kind, track: &[&str], dwell: &[&str]| Preempt {
        name: name.into(),
        kind,
        delay: Millis(0),
        track: names(track),
        track_green: if track.is_empty() { Millis(0) } else { s(12.0) },
        dwell: names(dwell),
        min_dwell: s(10.0),
        max_presence: s(600.0),
        exit: names(&["main", "back"]),
        cuts_walk: false,
        cuts_clearance: false,
    };
    spec.preempts = vec![
        preempt("train", PreemptKind::Rail, &["main", "turn"], &["walk"]),
        preempt("fire", PreemptKind::Emergency, &[], &["side"]),
    ];
    let (extension, lockout) = (s(10.0), s(60.0));
    spec.priorities = vec![Priority { name: "line 5".into(), group: "main".into(), extension, lockout }];
    spec
}

/// Two rings: `eb` gives way to `wb`, `wb_left` leads on a flashing yellow arrow, `right` is an overlap that trails.
pub fn rings() -> PlanSpec {
    use GroupKind::{Arrow, FlashingYellowArrow, Vehicle};
    let times = [8.0, 4.0, 1.0];
    let mut spec = plan(
        "rings",
        vec![
            driven("eb", Vehicle, times),
            driven("wb", Vehicle, times),
            driven("wb_left", FlashingYellowArrow, [5.0, 4.0, 1.0]),
            driven("nb", Vehicle, times),
            driven("sb", Vehicle, times),
            driven("right", Arrow, [5.0, 4.0, 1.0]),
            on_foot("walk", [7.0, 9.0, 1.0, 0.0]),
        ],
    );
    for street in ["eb", "wb", "wb_left"] {
        forbid(&mut spec, &[(street, "nb", 5.0, 5.0), (street, "sb", 5.0, 5.0)]);
    }
    forbid(&mut spec, &[("right", "eb", 5.0, 5.0), ("walk", "nb", 10.0, 5.0), ("walk", "sb", 10.0, 5.0)]);
    forbid(&mut spec, &[("walk", "right", 10.0, 5.0)]);
    spec.yields = vec![gives_way("eb", "wb", true), gives_way("wb_left", "eb", true), gives_way("eb", "walk", false)];
    intergreen(&mut spec, "wb_left", "eb", 5.0);
    intergreen(&mut spec, "eb", "wb_left", 5.0);
    spec.yellow_conflicts = true;
    let phase = |number, groups: &[&str]| PhaseSpec {
        number,
        groups: names(groups),
        walks: vec![],
        actuation: Default::default(),
    };
    let mut phases = vec![phase(1, &[]), phase(2, &["eb"]), phase(4, &["nb"]), phase(6, &["wb"]), phase(8, &["sb"])];
    phases[1].walks = names(&["walk"]);
    let overlap = |group: &str, phases: &[u8], permissive: &[u8], trail| OverlapSpec {
        group: group.into(),
        phases: phases.to_vec(),
        permissive: permissive.to_vec(),
        lead: Millis(0),
        trail: s(trail),
    };
    spec.rings = Some(RingsSpec {
        phases,
        rings: vec![vec![vec![1, 2], vec![4]], vec![vec![6], vec![8]]],
        overlaps: vec![overlap("wb_left", &[1], &[2], 0.0), overlap("right", &[1], &[], 2.0)],
        modes: Default::default(),
    });
    let split = |phase, split| PhaseSplit { phase, split: s(split) };
    spec.patterns = vec![Pattern {
        name: "peak".into(),
        cycle: s(70.0),
        offset: Millis(0),
        stages: vec![],
        phases: vec![split(1, 15.0), split(2, 30.0), split(4, 25.0), split(6, 45.0), split(8, 25.0)],
        coordinated: vec![2, 6],
        coordination: Default::default(),
    }];
    spec
}

/// A program of these steps: seconds and letters.
pub fn program(steps: &[(f64, &str)]) -> Program {
    let step = |&(time, letters): &(f64, &str)| ProgramStep {
        duration: s(time),
        lamps: letters.chars().filter_map(Lamp::from_letter).collect(),
    };
    Program::new("day", s(4.0), steps.iter().map(step).collect()).expect("steps of one width and positive lengths")
}

/// The steps of [`fixed`]: main, back, turn, side, walk.
pub const STEPS: [(f64, &str); 8] = [
    (20.0, "GGgrr"),
    (3.0, "yyyrr"),
    (3.0, "rrrrr"),
    (3.0, "rrrrG"),
    (12.0, "rrrgG"),
    (3.0, "rrryy"),
    (5.0, "rrrry"),
    (1.5, "rrrrr"),
];

/// The groups of [`stages`] with a program instead.
pub fn fixed() -> PlanSpec {
    let all = stages();
    let mut spec = plan("fixed", all.groups);
    (spec.forbidden, spec.yields, spec.intergreens) = (all.forbidden, all.yields, all.intergreens);
    spec.program = Some(program(&STEPS));
    spec
}
