//! Nobody waits longer than the plan's longest red, whichever strategy chooses among stages: small plans in which that is
//! not easy. Random ones are in `staged.rs`.

use std::sync::Arc;

use intergreen_control::{
    Approaches, Controller, DetectorEvent, Input, Lamp, LampChange, Latch, Millis, Output, Plan, PlanSpec, Registry,
    plan::{
        Delay, DetectorKind, DetectorMode, DetectorPlace, DetectorUse, GroupKind, GroupSpec, IntergreenSpec,
        IntergreenTime, InterstageSpec, Recall, Waiver,
    },
};

/// Strategies that keep the longest red, with parameters under which they like to stay where traffic is.
const GUARDED: [(&str, &[(&str, &str)]); 8] = [
    ("actuated", &[("max_green_s", "300")]),
    ("mova", &[("most_s", "300")]),
    ("webster", &[]),
    ("sotl", &[("threshold", "10000")]),
    ("max_pressure", &[("margin", "50")]),
    ("max_wave", &[("ratio", "2")]),
    ("horizon", &[]),
    ("self_control", &[("longest_s", "600")]),
];

const fn s(seconds: i64) -> Millis {
    Millis(seconds * 1000)
}

fn vehicle(name: &str, max_red: i64) -> GroupSpec {
    GroupSpec { max_red: Some(s(max_red)), ..GroupSpec::vehicle(name, s(5), s(3)) }
}

/// Groups A, B, … with a detector each, in lanes of their own; they call and extend.
fn streets(groups: &[&str], max_red: i64) -> PlanSpec {
    let spec = PlanSpec::new("streets", groups.iter().map(|name| vehicle(name, max_red)).collect());
    let detector = |(channel, name): (u16, &&str)| DetectorUse {
        channel,
        groups: vec![(*name).into()],
        mode: DetectorMode::CallAndExtend,
        place: Some(DetectorPlace {
            kind: DetectorKind::StopBar,
            lane: (*name).into(),
            distance_m: 0.0,
            length_m: 10.0,
            speed_m_s: 13.9,
        }),
        ..DetectorUse::default()
    };
    PlanSpec { detectors: (0..).zip(groups).map(detector).collect(), ..spec }
}

/// When each detector goes on and off.
type Traffic<'a> = &'a [(u16, i64, bool)];

/// What came of half an hour.
#[derive(Default)]
struct Outcome {
    lamps: Vec<LampChange>,
    /// Who waited too long, when, and what the strategy said of it.
    fault: Option<(u16, Millis, String)>,
}

fn run(plan: &Plan, (name, parameters): (&str, &[(&str, &str)]), traffic: Traffic<'_>) -> Outcome {
    let plan = Arc::new(plan.clone());
    let parameters: Vec<_> = parameters.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
    let around = Approaches::of_plan(&plan);
    let strategy = Registry::default().make_for(name, &parameters, &plan, false).expect("the plan has stages");
    let detectors = u16::try_from(plan.spec().detectors.len()).expect("few");
    let mut controller = Controller::new(plan, strategy, detectors).with_approaches(Some(Arc::new(around)));
    controller.start(Millis(0));
    let mut events = traffic.iter().peekable();
    let mut outcome = Outcome::default();
    for now in 1..=1800 {
        while let Some(&(detector, at, on)) = events.next_if(|&&(_, at, _)| at < now) {
            controller.handle(Input::Detector(DetectorEvent { detector, at: s(at), on }));
        }
        controller.advance(s(now));
        while let Some(output) = controller.poll_output() {
            match output {
                Output::Lamp(lamp) => outcome.lamps.push(lamp),
                Output::Persist { at, latch: Latch::CycleFault { group } } => {
                    outcome.fault.get_or_insert_with(|| (group, at, controller.explain()));
                }
                _ => {}
            }
        }
    }
    outcome
}

/// Somebody is always at A; at each of the others from a time of its own, for ever or again and again.
fn queues(others: u16) -> Vec<Vec<(u16, i64, bool)>> {
    let mut all = Vec::new();
    for (first, pause) in [(20, 0), (20, 7), (47, 13), (60, 97)] {
        for missing in 0..=others {
            let mut traffic = vec![(0, 1, true)];
            for detector in (1..=others).filter(|&d| d != missing) {
                let from = first + i64::from(detector);
                traffic.push((detector, from, true));
                let again = (1..).map(|i| from + i * pause).take_while(|&at| pause > 0 && at < 1800);
                traffic.extend(again.zip([false, true].into_iter().cycle()).map(|(at, on)| (detector, at, on)));
            }
            traffic.sort_by_key(|&(_, at, _)| at);
            all.push(traffic);
        }
    }
    all
}

/// No strategy lets anybody wait too long, whoever comes.
fn nobody_waits_too_long(plan: &Plan) {
    let others = u16::try_from(plan.spec().detectors.len()).expect("few") - 1;
    for strategy in GUARDED {
        for traffic in queues(others) {
            let fault = run(plan, strategy, &traffic).fault;
            assert_eq!(fault, None, "{strategy:?}, {:?}, {traffic:?}", plan.groups()[0].max_red);
        }
    }
}

/// From A to C it takes 30 s, with B in between or without.
fn three(max_red: i64) -> PlanSpec {
    streets(&["A", "B", "C"], max_red)
        .forbid("A", "B", (s(5), s(5)))
        .forbid("B", "C", (s(5), s(5)))
        .forbid("A", "C", (s(30), s(5)))
        .stage("a", &["A"])
        .stage("b", &["B"])
        .stage("c", &["C"])
}

#[test]
fn an_intergreen_may_outlast_the_stages_in_between() {
    // From the end of its green B waits 20 s until C opens, for C's green, a change, A's green and another change: 40 s, of
    // which it has yellow for 3 s.
    assert!(Plan::new(three(36)).is_err());
    assert_eq!(Plan::new(three(37)).expect("a plan").worst_sequence(), s(37));
    for max_red in [37, 38, 42, 50, 60, 90, 200] {
        nobody_waits_too_long(&Plan::new(three(max_red)).expect("a plan"));
    }
}

/// C and D open together, but D much later after A.
fn late_starter(max_red: i64) -> PlanSpec {
    let mut spec = streets(&["A", "B", "C", "D"], max_red)
        .stage("a", &["A"])
        .stage("b", &["B"])
        .stage("c", &["C", "D"])
        .forbid("A", "D", (s(40), s(5)));
    for (one, other) in [("A", "B"), ("A", "C"), ("B", "C"), ("B", "D")] {
        spec = spec.forbid(one, other, (s(5), s(5)));
    }
    spec
}

#[test]
fn a_stage_is_not_left_before_it_has_opened_whoever_waits_for_it() {
    for max_red in [47, 50, 55, 60, 70, 120, 200] {
        nobody_waits_too_long(&Plan::new(late_starter(max_red)).expect("a plan"));
    }
}

/// Makes the left turn L a flashing yellow arrow.
fn flashes(spec: &mut PlanSpec, turn: usize) {
    spec.groups[turn].kind = GroupKind::FlashingYellowArrow;
    let time = IntergreenTime::Given(s(4));
    let given = |(from, to): (&str, &str)| IntergreenSpec { from: from.into(), to: to.into(), time };
    spec.intergreens.extend([("L", "O"), ("O", "L")].map(given));
}

/// The left turn L opens 5 s after A; O, to whom it gives way with a flashing arrow, is to open after 6 s.
fn arrow_first(max_red: i64) -> PlanSpec {
    let mut spec = streets(&["A", "L", "O"], max_red)
        .give_way("L", "O", true)
        .forbid("A", "L", (s(5), s(5)))
        .forbid("A", "O", (s(5), s(5)))
        .stage("a", &["A"])
        .stage("b", &["L", "O"]);
    flashes(&mut spec, 1);
    let starts = vec![Delay { group: "O".into(), after: s(6) }];
    spec.interstages.push(InterstageSpec { from: "a".into(), to: "b".into(), ends: vec![], starts });
    spec
}

#[test]
fn an_arrow_that_is_green_before_its_oncoming_traffic_is_due_has_to_end_first() {
    // L has a green arrow after 5 s. From 6 s on it is to flash: it ends after its least green, at 10 s, and both open at
    // 14 s. Had it opened just before O was due, it would be 1 s more.
    assert!(Plan::new(arrow_first(29)).is_err());
    let plan = Plan::new(arrow_first(30)).expect("a plan");
    assert_eq!(plan.worst_sequence(), s(5 + 6 + 5 + 4 + 5 + 5));
    let lamps = run(&plan, GUARDED[0], &[(0, 1, true), (2, 20, true)]).lamps;
    let first = |group, lamp| lamps.iter().find(|l| l.group == group && l.lamp == lamp).map(|l| l.at);
    let end = first(0, Lamp::Yellow).expect("A ends");
    let of_arrow = [Lamp::Green, Lamp::Yellow, Lamp::Flashing].map(|lamp| first(1, lamp));
    assert_eq!(of_arrow, [5, 10, 14].map(|after| Some(end + s(after))));
    assert_eq!(first(2, Lamp::Green), Some(end + s(14)));
    for max_red in [30, 31, 35, 45, 60, 120] {
        nobody_waits_too_long(&Plan::new(arrow_first(max_red)).expect("a plan"));
    }
}

/// Stages a, x, b, y, of which a and b have one group in common, with a least green of 25 s; all else is short.
fn in_common(groups: &[&str], [a, b]: [&[&str]; 2], common: &str, max_red: i64) -> PlanSpec {
    let mut spec = streets(groups, max_red).stage("a", a).stage("x", &["X"]).stage("b", b).stage("y", &["Y"]);
    let stages: Vec<Vec<String>> = spec.stages.iter().map(|s| s.groups.clone()).collect();
    for (i, one) in groups.iter().enumerate() {
        for other in &groups[i + 1..] {
            let together = |s: &Vec<String>| [one, other].iter().all(|&&g| s.iter().any(|of| of == g));
            if !stages.iter().any(together) {
                spec = spec.forbid(one, other, (s(5), s(5)));
            }
        }
    }
    let longest = spec.groups.iter_mut().find(|g| g.name == common).expect("one of them");
    longest.min_green = Some(s(25));
    spec.give_way("L", "O", true)
}

/// Left turns L stay from a to b, where O opens, to whom their arrow gives way.
fn arrow_stays(max_red: i64) -> PlanSpec {
    let mut spec = in_common(&["L", "X", "O", "Y"], [&["L"], &["L", "O"]], "L", max_red);
    flashes(&mut spec, 0);
    spec
}

/// O stays from a to b, but has to end with the left turns L, which give way to it.
fn oncoming_stays(max_red: i64) -> PlanSpec {
    let mut spec = in_common(&["L", "X", "O", "Y", "Z"], [&["L", "O"], &["O", "Z"]], "O", max_red);
    spec.groups[2].red_revert = Some(s(10));
    spec
}

#[test]
fn who_stays_but_ends_in_between_has_its_least_green_first() {
    // From a to b out of order: the kernel ends neither the arrow nor O before it has been open for 25 s.
    for max_red in [88, 90, 95, 100, 110, 120, 140] {
        nobody_waits_too_long(&Plan::new(arrow_stays(max_red)).expect("a plan"));
        nobody_waits_too_long(&Plan::new(oncoming_stays(max_red)).expect("a plan"));
    }
}

#[test]
fn who_is_never_served_does_not_matter() {
    let make = |never: bool| {
        let (groups, waivers): (&[&str], _) = if never {
            (&["A", "B", "C", "N"], vec![Waiver::NeverServed { group: 3 }])
        } else {
            (&["A", "B", "C"], vec![])
        };
        let mut spec = streets(groups, 120).stage("a", &["A"]).stage("b", &["B"]).stage("c", &["C"]);
        spec.detectors.truncate(3);
        for (one, other) in [("A", "B"), ("A", "C"), ("B", "C")] {
            spec = spec.forbid(one, other, (s(5), s(5)));
        }
        Plan::imported(spec, waivers).expect("a plan")
    };
    let (with, without) = (make(true), make(false));
    for strategy in GUARDED {
        for traffic in queues(2) {
            let [with, without] = [&with, &without].map(|plan| run(plan, strategy, &traffic));
            assert_eq!((&with.fault, &without.fault), (&None, &None));
            let lamps = |outcome: &Outcome| outcome.lamps.iter().filter(|l| l.group < 3).copied().collect::<Vec<_>>();
            let differs = lamps(&with).iter().zip(&lamps(&without)).find(|(a, b)| a != b).map(|(a, b)| (*a, *b));
            assert_eq!(differs, None, "{strategy:?}, {traffic:?}");
        }
    }
}

/// People on foot walk beside A, in a stage of their own before or after the one without them; nobody but a button calls them.
fn walk_beside(max_red: i64, first: bool) -> PlanSpec {
    let mut spec = streets(&["A", "B", "C"], max_red)
        .forbid("A", "B", (s(5), s(5)))
        .forbid("B", "C", (s(5), s(5)))
        .forbid("A", "C", (s(5), s(5)));
    spec.groups.push(GroupSpec { max_red: Some(s(max_red)), ..GroupSpec::pedestrian("W", s(7), s(8)) });
    let (groups, mode) = (vec!["W".into()], DetectorMode::Call);
    let button = DetectorUse { channel: 3, groups, mode, locking: true, ..DetectorUse::default() };
    spec.detectors.push(button);
    for other in ["B", "C"] {
        spec = spec.forbid("W", other, (s(8), s(5)));
    }
    let beside: [(&str, &[&str]); 2] = [("a", &["A"]), ("a walk", &["A", "W"])];
    let [one, other] = if first { [beside[1], beside[0]] } else { beside };
    spec.stage(one.0, one.1).stage(other.0, other.1).stage("b", &["B"]).stage("c", &["C"])
}

#[test]
fn people_on_foot_are_served_when_they_have_pressed_and_not_before() {
    let cyclic: &[(&str, &str)] = &[("order", "cyclic")];
    let (walk, pressed) = (3, 905);
    // By so much sooner than people on foot A clears for B and C.
    let beside = s(8 - 5);
    for first in [true, false] {
        for max_red in [60, 61, 65, 75, 120] {
            let plan = Plan::new(walk_beside(max_red, first)).expect("a plan");
            for strategy in GUARDED.into_iter().chain([("max_pressure", cyclic), ("schedule", &[])]) {
                for mut traffic in queues(2) {
                    let what = format!("{strategy:?}, walk first: {first}, {max_red} s, {traffic:?}");
                    traffic.extend([(3, pressed, true), (3, pressed + 1, false)]);
                    traffic.sort_by_key(|&(_, at, _)| at);
                    let outcome = run(&plan, strategy, &traffic);
                    assert_eq!(outcome.fault, None, "{what}");
                    let walks = outcome.lamps.iter().filter(|l| l.group == walk && l.lamp == Lamp::Green).map(|l| l.at);
                    let walks: Vec<Millis> = walks.collect();
                    assert_eq!(walks.len(), 1, "{what}: {walks:?}");
                    assert!(walks[0] >= s(pressed) && walks[0] <= s(pressed + max_red), "{what}: {walks:?}");
                    // In a cycle whoever drives beside them is not shown his green a second time, without them.
                    let ends = |group: u16| {
                        let later = outcome.lamps.iter().filter(|l| l.group == group && l.at > walks[0]);
                        later.map(|l| l.at).next()
                    };
                    let cycle = !first && (strategy.0 == "webster" || strategy.1 == cyclic);
                    let late = ends(0).zip(ends(walk)).map(|(green, walk)| green - walk);
                    assert!(!cycle || late == Some(beside), "{what}: {late:?}");
                }
            }
        }
    }
}

/// Not a second time in one green either; and the green beside them lasts until whoever comes next can start.
#[test]
fn people_on_foot_who_are_always_called_go_with_each_green_once() {
    let mut spec = walk_beside(120, true);
    spec.groups[3].recall = Recall::Ped;
    spec.detectors.pop();
    let plan = Plan::new(spec).expect("a plan");
    let mut seen = 0;
    for strategy in GUARDED {
        for traffic in queues(2) {
            let what = format!("{strategy:?}, {traffic:?}");
            let outcome = run(&plan, strategy, &traffic);
            assert_eq!(outcome.fault, None, "{what}");
            let starts = |groups: &[u16], lamp: Lamp| -> Vec<Millis> {
                let those = outcome.lamps.iter().filter(|l| groups.contains(&l.group) && l.lamp == lamp);
                those.map(|l| l.at).collect()
            };
            let (greens, walks) = (starts(&[0], Lamp::Green), starts(&[3], Lamp::Green));
            assert_eq!(greens, walks, "{what}");
            seen += greens.len();
            let others = starts(&[1, 2], Lamp::Green);
            for end in starts(&[0], Lamp::Yellow) {
                let next = others.iter().find(|&&at| at > end);
                assert!(next.is_none_or(|&at| at == end + s(5)), "{what}: {end:?} {next:?}");
            }
        }
    }
    assert!(seen > 1000, "{seen}");
}

/// Also where the stage without them stands before the one with them, and so has no turn after the start.
#[test]
fn a_cycle_is_worked_out_anew_beside_people_on_foot_who_are_always_called() {
    let cyclic: (&str, &[(&str, &str)]) = ("max_pressure", &[("order", "cyclic")]);
    // One goes by who comes, the other by queues.
    for (strategy, kind) in [(("webster", &[][..]), DetectorKind::X), (cyclic, DetectorKind::StopBar)] {
        for first in [true, false] {
            let mut spec = walk_beside(120, first);
            spec.groups[3].recall = Recall::Ped;
            spec.detectors.pop();
            spec.detectors.iter_mut().filter_map(|d| d.place.as_mut()).for_each(|place| place.kind = kind);
            let plan = Plan::new(spec).expect("a plan");
            // First they come at B, later at C: every 3 s.
            let pulse = |i: i64| (if i < 300 { 1 } else { 2 }, 3 * i + 1);
            let pulses =
                (0..600).map(pulse).flat_map(|(detector, at)| [(detector, at, true), (detector, at + 1, false)]);
            let outcome = run(&plan, strategy, &pulses.collect::<Vec<_>>());
            // The last greens of each.
            let green = |group: u16, from: i64| {
                let mut own = outcome.lamps.iter().filter(|l| l.group == group).skip_while(|l| l.at < s(from));
                let begin = own.find(|l| l.lamp == Lamp::Green)?.at;
                own.next().map(|end| end.at - begin)
            };
            let greens = |from: i64| [1, 2].map(|group| green(group, from).expect("it is open again and again"));
            let ([b, c], [later_b, later_c]) = (greens(600), greens(1500));
            assert_eq!(outcome.fault, None, "{strategy:?}, walk first: {first}");
            let shown = format!("{strategy:?}, walk first: {first}: {b:?} {c:?}, then {later_b:?} {later_c:?}");
            assert!(b > c + s(5) && later_c > later_b + s(5), "{shown}");
        }
    }
}
