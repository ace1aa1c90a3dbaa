//! What the checks of plans refuse, rule by rule: a good plan, one thing spoiled, and the words expected.

mod plan_base;

use intergreen_control::plan::*;
use intergreen_control::{Millis, Plan, PlanSpec};
use plan_base::*;

/// A way to spoil a plan, and what must be said.
type Case = (&'static str, fn(&mut PlanSpec));

/// Every case is refused with its words, and only because of it.
fn refused(base: fn() -> PlanSpec, cases: &[Case]) {
    Plan::new(base()).unwrap_or_else(|e| panic!("the base is good: {e}"));
    for (words, spoil) in cases {
        let mut spec = base();
        spoil(&mut spec);
        match Plan::new(spec) {
            Ok(_) => panic!("nobody noticed: {words}"),
            Err(e) => assert!(e.to_string().contains(words), "expected: {words}\nfound: {e}"),
        }
    }
}

fn pattern(p: &mut PlanSpec) -> &mut Pattern {
    &mut p.patterns[0]
}

fn ring(p: &mut PlanSpec) -> &mut RingsSpec {
    p.rings.as_mut().expect("the plan has rings")
}

/// The intergreen between two groups.
fn between<'a>(p: &'a mut PlanSpec, from: &str, to: &str) -> &'a mut IntergreenTime {
    &mut p.intergreens.iter_mut().find(|i| i.from == from && i.to == to).expect("there is one").time
}

fn set_program(p: &mut PlanSpec, change: &[(usize, f64, &str)]) {
    let mut steps = STEPS.to_vec();
    for &(at, time, letters) in change {
        steps[at] = (time, letters);
    }
    p.program = Some(program(&steps));
}

#[test]
fn groups_and_their_times() {
    refused(
        stages,
        &[
            ("plan: has an empty name", |p| p.name = " ".into()),
            ("group 6: has an empty name", |p| p.groups.push(driven("", GroupKind::Vehicle, [5.0, 3.0, 0.0]))),
            ("group 'turn': min_green is 0.9 s; expected 1–60 s", |p| p.groups[2].min_green = Some(s(0.9))),
            ("group 'turn': min_green is 61 s; expected 1–60 s", |p| {
                (p.groups[2].min_green, p.groups[2].max_green) = (Some(s(61.0)), None);
            }),
            ("group 'turn': yellow is 2.9 s; expected 3–6 s", |p| p.groups[2].yellow = Some(s(2.9))),
            ("group 'turn': yellow is 6.1 s; expected 3–6 s", |p| p.groups[2].yellow = Some(s(6.1))),
            ("group 'turn': red_yellow is 3.5 s; expected 0–3 s", |p| p.groups[2].red_yellow = Some(s(3.5))),
            ("group 'turn': red_clearance is -1 s; expected 0–6 s", |p| p.groups[2].red_clearance = Some(s(-1.0))),
            ("group 'turn': red_revert is 21 s; expected 0–20 s", |p| p.groups[2].red_revert = Some(s(21.0))),
            ("group 'turn': max_green is 4 s; expected at least its min_green, 5 s", |p| {
                p.groups[2].max_green = Some(s(4.0));
            }),
            ("group 'turn': max_green is 3601 s; expected 1–3600 s", |p| p.groups[2].max_green = Some(s(3601.0))),
            ("group 'turn': max_red is 9 s; expected 10–3600 s", |p| p.groups[2].max_red = Some(s(9.0))),
            ("group 'walk': walk is 3.9 s; expected 4–60 s", |p| p.groups[4].walk = Some(s(3.9))),
            ("group 'walk': clearance is 61 s; expected 0–60 s", |p| p.groups[4].clearance = Some(s(61.0))),
            ("group 'walk': buffer is 11 s; expected 0–10 s", |p| p.groups[4].buffer = Some(s(11.0))),
            ("group 'walk': lead is 21 s; expected 0–20 s", |p| p.groups[4].lead = Some(s(21.0))),
            ("group 'walk': has turn_on_red", |p| p.groups[4].turn_on_red = true),
            ("group 'turn': recall is ped", |p| p.groups[2].recall = Recall::Ped),
            ("group 'turn': recall is max, but it has no max_green", |p| {
                (p.groups[2].recall, p.groups[2].max_green) = (Recall::Max, None);
            }),
            ("cannot serve 'side' within its max red of 32 s: serving everybody once takes 33 s", |p| {
                p.groups[3].max_red = Some(s(32.0));
            }),
        ],
    );
}

#[test]
fn relations_and_intergreens() {
    refused(
        stages,
        &[
            ("no intergreen from 'side' to 'main'", |p| {
                p.intergreens.retain(|i| (&*i.from, &*i.to) != ("side", "main"))
            }),
            ("is forbidden twice", |p| p.forbidden.push(("side".into(), "main".into()))),
            ("gives way twice", |p| p.yields.push(gives_way("turn", "back", false))),
            ("pair 'back' / 'turn': each gives way to the other", |p| p.yields.push(gives_way("back", "turn", false))),
            ("'turn' is an arrow, which meets nobody", |p| p.groups[2].kind = GroupKind::Arrow),
            ("'back' is an arrow, which meets nobody", |p| p.groups[1].kind = GroupKind::Arrow),
            ("people on foot do not give way", |p| p.yields[1] = gives_way("walk", "side", false)),
            ("gives way to nobody oncoming", |p| p.groups[3].kind = GroupKind::FlashingYellowArrow),
            ("no intergreen from 'turn' to 'back'; expected one in both directions with a flashing", |p| {
                p.groups[2].kind = GroupKind::FlashingYellowArrow;
            }),
            ("intergreen 'side' → 'main': is given twice", |p| intergreen(p, "side", "main", 5.0)),
            ("intergreen 'turn' → 'walk': the two are neither", |p| intergreen(p, "turn", "walk", 5.0)),
            ("intergreen 'walk' → 'main': 8.9 s is shorter than clearance and buffer of 'walk', 9 s", |p| {
                *between(p, "walk", "main") = IntergreenTime::Given(s(8.9));
            }),
            ("intergreen 'main' → 'walk': 4.9 s is shorter than yellow and red clearance of 'main', 5 s", |p| {
                *between(p, "main", "walk") = IntergreenTime::Derived(s(4.9));
            }),
            ("intergreen 'main' → 'side': 2.9 s is shorter than yellow of 'main', 3 s", |p| {
                (p.groups[0].red_clearance, p.yellow_conflicts) = (None, true);
                *between(p, "main", "side") = IntergreenTime::Given(s(2.9));
            }),
            ("intergreen 'main' → 'side': 2 s is shorter than the red-yellow of 'side', 2.5 s", |p| {
                (p.groups[0].red_clearance, p.groups[3].red_yellow) = (None, Some(s(2.5)));
                *between(p, "main", "side") = IntergreenTime::Given(s(2.0));
            }),
            ("intergreen 'main' → 'side': time is 61 s; expected 0–60 s", |p| {
                *between(p, "main", "side") = IntergreenTime::Given(s(61.0));
            }),
            ("intergreen 'main' → 'side': 1.9 s is shorter than the yellow of 'main', 3 s", |p| {
                p.groups[0].red_clearance = None;
                *between(p, "main", "side") = IntergreenTime::Derived(s(1.9));
            }),
            ("clear_mps is 30 m/s; expected at most 20 m/s (72 km/h): speeds are in m/s", |p| {
                let fast = Clearance { clear_mps: 30.0, clear_m: 100.0, ..Clearance::STRAIGHT };
                *between(p, "main", "side") = IntergreenTime::Computed(fast);
            }),
            ("comes out as -5.4 s: 3 s + (0 m + 6 m) / 10 m/s − 100 m / 11.1 m/s; expected more than 0 s", |p| {
                let far = Clearance { enter_m: 100.0, ..Clearance::STRAIGHT };
                *between(p, "main", "side") = IntergreenTime::Computed(far);
            }),
            ("its geometry is out of range", |p| {
                let broken = Clearance { clear_mps: f64::NAN, ..Clearance::STRAIGHT };
                *between(p, "main", "side") = IntergreenTime::Computed(broken);
            }),
        ],
    );
    // Without red clearance and NEMA's rule an intergreen may be shorter than yellow.
    let mut spec = stages();
    spec.groups[0].red_clearance = None;
    *between(&mut spec, "main", "side") = IntergreenTime::Given(s(2.0));
    Plan::new(spec.clone()).expect("an intergreen below yellow");
    // What was imported may have less.
    *between(&mut spec, "main", "side") = IntergreenTime::Given(s(1.0));
    Plan::new(spec.clone()).expect_err("of our own");
    Plan::imported(spec, Vec::new()).expect("imported");
}

#[test]
fn stages_and_interstages() {
    refused(
        stages,
        &[
            ("has no program, no stages and no rings", |p| {
                (p.stages, p.interstages, p.patterns, p.calendar) = Default::default();
            }),
            ("stage 'main': there are two of this name", |p| p.stages.push(p.stages[0].clone())),
            ("stage 3: has an empty name", |p| {
                p.stages.push(StageSpec { name: " ".into(), groups: names(&["side"]) });
            }),
            ("stage 'none': opens no group", |p| p.stages.push(StageSpec { name: "none".into(), groups: vec![] })),
            ("stages: there is one; expected two", |p| {
                p.stages.truncate(1);
                (p.interstages, p.patterns, p.calendar) = Default::default();
            }),
            ("group 'walk': the stages cannot serve it", |p| p.stages[1].groups.truncate(1)),
            ("stage 'side': opens 'back' and 'walk', which are forbidden", |p| p.stages[1].groups.push("back".into())),
            ("yellow trap from stage 'main' to stage 'through': 'turn' gives way to 'back' and ends", |p| {
                p.stages.insert(1, StageSpec { name: "through".into(), groups: names(&["main", "back"]) });
            }),
            ("yellow trap from stage 'main' to stage 'through'", |p| {
                // Not next in the usual order, but an interstage leads there.
                p.stages.push(StageSpec { name: "through".into(), groups: names(&["main", "back"]) });
                let (from, to) = ("main".into(), "through".into());
                p.interstages.push(InterstageSpec { from, to, ends: vec![], starts: vec![] });
            }),
            ("while 'back' ends 3 s later", |p| {
                p.interstages[0].ends = vec![Delay { group: "back".into(), after: s(3.0) }];
            }),
            ("interstage 'main' → 'side': is given twice", |p| p.interstages.push(p.interstages[0].clone())),
            ("leads from a stage to itself", |p| p.interstages[0].to = "main".into()),
            ("'side' does not end here", |p| p.interstages[0].ends[0].group = "side".into()),
            ("'main' does not start here", |p| p.interstages[0].starts = p.interstages[0].ends.clone()),
            ("delays the end of 'main' twice", |p| {
                let again = p.interstages[0].ends[0].clone();
                p.interstages[0].ends.push(again);
            }),
            ("'main' ends after 61 s; expected 0–60 s", |p| p.interstages[0].ends[0].after = s(61.0)),
            ("'main' ends after -1 s; expected 0–60 s", |p| p.interstages[0].ends[0].after = s(-1.0)),
        ],
    );
}

#[test]
fn programs() {
    refused(
        fixed,
        &[
            ("program 'day': has 4 lamps per step; expected 5", |p| p.program = Some(program(&[(9.0, "GGgr")]))),
            ("group 'walk': the program cannot serve it", |p| {
                set_program(p, &[(3, 3.0, "rrrrr"), (4, 12.0, "rrrGr"), (5, 3.0, "rrryr"), (6, 5.0, "rrrrr")]);
            }),
            ("program 'day': step 0 opens 'main' and 'side', which are forbidden", |p| {
                set_program(p, &[(0, 20.0, "GGgGr")])
            }),
            ("step 0 shows 'turn' full green (G) beside 'back'", |p| set_program(p, &[(0, 20.0, "GGGrr")])),
            ("green lasts 5.9 s; expected at least its least green, 6 s", |p| set_program(p, &[(4, 5.9, "rrrgG")])),
            ("group 'turn': step 0 of the program: green is followed by red; expected 3 s", |p| {
                set_program(p, &[(1, 3.0, "yyrrr")]);
            }),
            ("group 'main': step 1 of the program: yellow lasts 2.5 s; expected", |p| {
                set_program(p, &[(1, 2.5, "yyyrr"), (2, 3.5, "rrrrr")]);
            }),
            ("group 'main': step 1 of the program: yellow lasts 3.5 s; expected", |p| {
                set_program(p, &[(1, 3.5, "yyyrr")])
            }),
            ("group 'main': step 1 of the program: yellow is followed by green", |p| {
                set_program(p, &[(2, 3.0, "Gyyrr")])
            }),
            ("yellow follows red; expected green", |p| set_program(p, &[(3, 3.0, "yrrrG")])),
            ("red-yellow is followed by red; expected green", |p| set_program(p, &[(3, 3.0, "urrrG")])),
            ("green is followed by red-yellow", |p| set_program(p, &[(1, 3.0, "uyyrr")])),
            ("red-yellow lasts 1.5 s; expected the group's red_yellow, 0 s", |p| set_program(p, &[(7, 1.5, "urrrr")])),
            ("green follows red; expected 1 s of red-yellow", |p| p.groups[0].red_yellow = Some(s(1.0))),
            ("it is dark or flashing", |p| set_program(p, &[(2, 3.0, "rrOrr")])),
            ("red lasts 3 s; expected at least its red_revert, 4 s", |p| {
                p.groups[4].red_revert = Some(s(4.0));
                set_program(p, &[(2, 1.5, "rrrrG"), (0, 1.5, "GGgrr"), (1, 3.0, "yyyrG")]);
            }),
            ("step 3 of the program opens 'walk' 5.5 s after the end of 'main'; expected their intergreen, 6 s", |p| {
                set_program(p, &[(2, 2.5, "rrrrr")]);
            }),
            // Over the end of the cycle.
            ("step 0 of the program opens 'main' 8.5 s after the end of 'walk'; expected their intergreen, 9 s", |p| {
                set_program(p, &[(7, 0.5, "rrrrr")]);
            }),
            ("step 4 of the program opens 'side' 1 s after 'walk'; expected its lead, 2 s", |p| {
                set_program(p, &[(3, 1.0, "rrrrG")]);
            }),
            ("yellow trap in step 1 of the program: 'turn' gives way to 'back' and ends", |p| {
                set_program(p, &[(1, 3.0, "GGyrr"), (2, 3.0, "yyrrr"), (3, 6.0, "rrrrr")]);
            }),
        ],
    );
    // Red-yellow inside the intergreen, as it should be.
    let mut spec = fixed();
    spec.groups[0].red_yellow = Some(s(1.5));
    set_program(&mut spec, &[(7, 1.5, "urrrr")]);
    Plan::new(spec).expect("red-yellow");
}

/// A leading green arrow, red, then flashing beside the oncoming traffic.
fn leading_arrow() -> PlanSpec {
    let mut p = fixed();
    p.groups[2].kind = GroupKind::FlashingYellowArrow;
    intergreen(&mut p, "turn", "back", 5.0);
    intergreen(&mut p, "back", "turn", 5.0);
    let lead = [(6.0, "GrGrr"), (3.0, "Gryrr"), (2.0, "Grrrr")];
    p.program = Some(program(&[&lead[..], &STEPS].concat()));
    p
}

#[test]
fn flashing_arrows_in_programs() {
    refused(
        leading_arrow,
        &[
            ("step 1 of the program opens 'back' 0 s after the end of 'turn'; expected their intergreen, 5 s", |p| {
                p.program = Some(program(&[&[(6.0, "GrGrr")][..], &STEPS].concat()));
            }),
            ("step 2 of the program opens 'turn' 4 s after the end of 'back'; expected their intergreen, 5 s", |p| {
                let lag = [(20.0, "GGgrr"), (4.0, "Gygrr"), (6.0, "GrGrr"), (3.0, "yryrr")];
                p.program = Some(program(&[&lag[..], &STEPS[2..]].concat()));
            }),
            ("shows 'turn' full green (G) beside 'back'", |p| {
                p.program = Some(program(&[&[(8.0, "GgGrr")][..], &STEPS[1..]].concat()));
            }),
            // Flashing does not count as green.
            (
                "group 'turn': step 3 of the program: the arrow is green for 3 s after flashing; expected at least",
                |p| {
                    let lag = [(20.0, "GGgrr"), (3.0, "Gygrr"), (2.0, "Grgrr"), (3.0, "GrGrr"), (3.0, "yryrr")];
                    p.program = Some(program(&[&lag[..], &STEPS[2..]].concat()));
                },
            ),
        ],
    );
    // It may lag, and may end before the oncoming traffic does.
    let mut p = leading_arrow();
    let lag = [(20.0, "GGgrr"), (3.0, "Gygrr"), (2.0, "Grgrr"), (6.0, "GrGrr"), (3.0, "yryrr")];
    p.program = Some(program(&[&lag[..], &STEPS[2..]].concat()));
    Plan::new(p).expect("flashing becomes an arrow without yellow");
    let mut p = leading_arrow();
    p.program = Some(program(&[&[(20.0, "GGgrr"), (3.0, "GGyrr"), (3.0, "yyrrr")][..], &STEPS[2..]].concat()));
    Plan::new(p).expect("no trap with a flashing arrow");
}

#[test]
fn rings_and_overlaps() {
    refused(
        rings,
        &[
            ("phase 2: has 2 places in the rings; expected one", |p| ring(p).rings[1][1].push(2)),
            ("phase 8: has 0 places in the rings; expected one", |p| ring(p).rings[1][1][0] = 6),
            ("ring 2: has 1 sections; expected 2", |p| ring(p).rings[1] = vec![vec![6, 8]]),
            ("section 3 has no phase in any ring", |p| ring(p).rings.iter_mut().for_each(|r| r.push(vec![]))),
            ("rings: ring 1 has no section", |p| ring(p).rings.clear()),
            ("phase 1: opens 'wb_left', a flashing yellow arrow, as its own; expected an overlap", |p| {
                ring(p).overlaps.remove(0);
                ring(p).phases[0].groups = names(&["wb_left"]);
            }),
            ("phase 9: opens no group", |p| {
                ring(p).phases.push(PhaseSpec {
                    number: 9,
                    groups: vec![],
                    walks: vec![],
                    actuation: Default::default(),
                });
                ring(p).rings[0][1].push(9);
            }),
            ("phase 2 of ring 1 opens 'eb' and phase 8 of ring 2 opens 'sb' in the same section", |p| {
                ring(p).rings[1] = vec![vec![8], vec![6]];
            }),
            ("phase 2: opens 'eb' and 'right', which are forbidden", |p| ring(p).overlaps[1].phases.push(2)),
            // Through an overlap.
            ("'right' and phase 6 of ring 2 opens 'walk' in the same section", |p| {
                let walks = std::mem::take(&mut ring(p).phases[1].walks);
                ring(p).phases[3].walks = walks;
            }),
            ("'wb' in walks is not for people on foot", |p| ring(p).phases[3].walks.push("wb".into())),
            ("'walk' is in groups and in walks", |p| ring(p).phases[1].groups.push("walk".into())),
            ("overlap 'right': there are two of this group", |p| {
                let again = ring(p).overlaps[1].clone();
                ring(p).overlaps.push(again);
            }),
            ("overlap 'right': follows no phase", |p| ring(p).overlaps[1].phases.clear()),
            ("overlap 'right': phase 1 is in phases and in permissive", |p| ring(p).overlaps[1].permissive.push(1)),
            ("overlap 'right': phase 4 opens the group as its own", |p| ring(p).phases[2].groups.push("right".into())),
            ("overlap 'right': lead is 31 s; expected 0–30 s", |p| ring(p).overlaps[1].lead = s(31.0)),
            ("overlap 'right': trail is -1 s; expected 0–30 s", |p| ring(p).overlaps[1].trail = s(-1.0)),
            ("overlap 'wb_left': never flashes", |p| ring(p).overlaps[0].permissive.clear()),
            ("overlap 'wb_left': flashes with phase 4, which opens nobody oncoming", |p| {
                ring(p).overlaps[0].permissive.push(4);
            }),
            ("the arrow of 'wb_left' is green with phase 2, while phase 2 opens 'eb'", |p| {
                ring(p).overlaps[0].phases.push(2);
                ring(p).overlaps[0].permissive = vec![1];
            }),
            ("the arrow of 'wb_left' is green with phase 6, while phase 2 opens 'eb'", |p| {
                ring(p).overlaps[0].phases.push(6);
            }),
            ("group 'walk': the rings cannot serve it", |p| ring(p).phases[1].walks.clear()),
            ("yellow trap: 'eb' gives way to 'wb' and ends (phase 2 ends for phase 1 while phase 6", |p| {
                ring(p).rings[0][0] = vec![2, 1];
            }),
            ("yellow trap: 'eb' gives way to 'wb' and ends (at the barrier after section 1, while phase 8", |p| {
                // wb is an overlap that stays open over the barrier.
                p.forbidden.retain(|(_, b)| b != "sb");
                p.intergreens.retain(|i| i.to != "sb" && i.from != "sb");
                p.forbidden.retain(|(a, b)| (&**a, &**b) != ("wb", "nb"));
                p.intergreens.retain(|i| ![("wb", "nb"), ("nb", "wb")].contains(&(&*i.from, &*i.to)));
                ring(p).phases[3].groups.clear();
                let (group, lead, trail) = ("wb".into(), Millis(0), Millis(0));
                ring(p).overlaps.push(OverlapSpec { group, phases: vec![6, 8], permissive: vec![], lead, trail });
            }),
        ],
    );
    // With a flashing yellow arrow the left turn may lag: that is what it is for.
    let mut spec = rings();
    spec.yields.remove(0);
    ring(&mut spec).rings[0][0] = vec![2, 1];
    Plan::new(spec).expect("a lagging flashing yellow arrow");
}

#[test]
fn actuated_and_coordinated_phases() {
    fn a(p: &mut PlanSpec) -> &mut Actuation {
        &mut ring(p).phases[1].actuation
    }
    refused(
        rings,
        &[
            ("phase 2: min_green is 0.5 s; expected 1–120 s", |p| a(p).min_green = Some(s(0.5))),
            ("phase 2: passage is 16 s; expected 0–15 s", |p| a(p).passage = Some(s(16.0))),
            ("phase 2: max_1 is 601 s; expected 1–600 s", |p| a(p).max_1 = Some(s(601.0))),
            ("phase 2: added_initial is -1 s; expected 0–10 s", |p| a(p).added_initial = Some(s(-1.0))),
            ("phase 2: dynamic_step is 0 s; expected 1–120 s", |p| a(p).dynamic_step = Some(s(0.0))),
            ("phase 2: min_gap is 3 s; expected at most its passage, 2 s", |p| {
                (a(p).min_gap, a(p).passage) = (Some(s(3.0)), Some(s(2.0)));
            }),
            ("phase 2: max_1 is 30 s; expected at most its dynamic_limit, 20 s", |p| {
                (a(p).max_1, a(p).dynamic_limit) = (Some(s(30.0)), Some(s(20.0)));
            }),
            ("phase 2: min_green is 20 s; expected at most its max_2, 15 s", |p| {
                (a(p).min_green, a(p).max_2) = (Some(s(20.0)), Some(s(15.0)));
            }),
            ("phase 2: max_1 is 2 s; expected at least the least green of its groups, ", |p| {
                a(p).max_1 = Some(s(2.0));
            }),
            ("actuated is 31 s; expected 0 s to the split of its coordinated phase 2, 30 s", |p| {
                pattern(p).coordination.actuated = Some(s(31.0));
            }),
        ],
    );
}

#[test]
fn patterns() {
    refused(
        stages,
        &[
            ("pattern 'day': there are two of this name", |p| p.patterns.push(p.patterns[0].clone())),
            ("pattern 'day': cycle is 19 s; expected 20–600 s", |p| pattern(p).cycle = s(19.0)),
            ("pattern 'day': offset is 60 s; expected 0 s to less than", |p| pattern(p).offset = s(60.0)),
            ("pattern 'day': offset is -1 s; expected 0 s to less than", |p| pattern(p).offset = s(-1.0)),
            ("pattern 'day': has no splits", |p| pattern(p).stages.clear()),
            ("pattern 'day': there is no stage 'sid'", |p| pattern(p).stages[1].stage = "sid".into()),
            ("the splits sum to 61 s; expected the cycle, 60 s", |p| pattern(p).stages[0].split = s(33.0)),
            ("the split of stage 'side' is 16 s; expected at least 17 s: 8 s least green and 9 s intergreen", |p| {
                pattern(p).stages = vec![stage_split("main", 44.0), stage_split("side", 16.0)];
            }),
            ("pattern 'day': cannot serve 'side'", |p| pattern(p).stages = vec![stage_split("main", 60.0)]),
            ("keeps 'side' red for 52 s; expected at most its max red, 50 s", |p| {
                p.groups[3].max_red = Some(s(50.0));
                pattern(p).cycle = s(80.0);
                pattern(p).stages[0].split = s(52.0);
            }),
            ("has splits of phases, but the plan has no rings", |p| {
                pattern(p).phases.push(PhaseSplit { phase: 1, split: s(60.0) });
            }),
            ("has coordinated phases, but no splits", |p| pattern(p).coordinated.push(1)),
        ],
    );
    refused(
        rings,
        &[
            ("pattern 'peak': phase 8 has no split", |p| pattern(p).phases.truncate(4)),
            ("pattern 'peak': phase 8 has two splits", |p| pattern(p).phases[3].phase = 8),
            ("pattern 'peak': there is no phase 9", |p| pattern(p).phases[3].phase = 9),
            ("the splits of ring 2 sum to 69 s; expected the cycle, 70 s", |p| pattern(p).phases[4].split = s(24.0)),
            ("section 1 lasts 50 s in ring 1 and 45 s in ring 2", |p| {
                (pattern(p).phases[1].split, pattern(p).phases[2].split) = (s(35.0), s(20.0));
            }),
            // Least green 8 s, yellow 4 s, red 1 s.
            ("the split of phase 6 is 12.9 s; expected at least 13 s", |p| pattern(p).phases[3].split = s(12.9)),
            // Its own least green, 21 s; that of its groups is shorter.
            ("the split of phase 4 is 25 s; expected at least 26 s", |p| {
                ring(p).phases[2].actuation.min_green = Some(s(21.0));
            }),
            // Walk 7 s, clearance 9 s, buffer 1 s.
            ("the split of phase 2 is 16.9 s; expected at least 17 s", |p| pattern(p).phases[1].split = s(16.9)),
            // Phase 1 is there for its overlaps: arrow 5 s, trailing 2 s, clearance 5 s.
            ("the split of phase 1 is 11.9 s; expected at least 12 s", |p| pattern(p).phases[0].split = s(11.9)),
            ("ring 2 has 0 coordinated phases; expected one", |p| pattern(p).coordinated = vec![2]),
            ("ring 1 has 2 coordinated phases; expected one", |p| pattern(p).coordinated = vec![1, 2, 6]),
            ("lie on different sides of a barrier", |p| pattern(p).coordinated = vec![2, 8]),
            ("coordinated names a phase twice", |p| pattern(p).coordinated = vec![2, 6, 6]),
        ],
    );
}

#[test]
fn calendars() {
    fn holiday(year: Option<i32>, month: u8, day: u8) -> Holiday {
        Holiday { year, month, day, plan: "all".into() }
    }
    refused(
        stages,
        &[
            ("day plan 'all': there are two of this name", |p| p.calendar.days.push(p.calendar.days[0].clone())),
            ("day plan 'all': has no entries", |p| p.calendar.days[0].entries.clear()),
            ("day plan 'all': begins at 1 s", |p| p.calendar.days[0].entries[0].from = s(1.0)),
            ("day plan 'all': 0 s comes after 0 s", |p| p.calendar.days[0].entries[1].from = s(0.0)),
            ("an entry begins at 86400 s", |p| p.calendar.days[0].entries[1].from = s(86_400.0)),
            ("there is no pattern 'night'", |p| {
                p.calendar.days[0].entries[1].action = DayAction::Pattern("night".into());
            }),
            ("week: has 6 days", |p| p.calendar.week.truncate(6)),
            ("week: there is no day plan 'sunday'", |p| p.calendar.week[6] = "sunday".into()),
            ("holiday 13-01: month is 13; expected 1–12", |p| p.calendar.holidays.push(holiday(None, 13, 1))),
            ("holiday 04-31: day is 31; expected 1–30", |p| p.calendar.holidays.push(holiday(None, 4, 31))),
            ("holiday 04-00: day is 0; expected 1–30", |p| p.calendar.holidays.push(holiday(None, 4, 0))),
            ("holiday 2027-02-29: day is 29; expected 1–28", |p| {
                p.calendar.holidays.push(holiday(Some(2027), 2, 29))
            }),
            ("holiday 2100-02-29: day is 29; expected 1–28", |p| {
                p.calendar.holidays.push(holiday(Some(2100), 2, 29))
            }),
            ("holiday 02-29: is given twice", |p| p.calendar.holidays.push(holiday(None, 2, 29))),
            ("holiday 02-29: there is no day plan 'none'", |p| p.calendar.holidays[0].plan = "none".into()),
        ],
    );
    let mut spec = stages();
    spec.calendar.holidays.extend([holiday(Some(2028), 2, 29), holiday(Some(2000), 2, 29)]);
    Plan::new(spec).expect("leap years");
}

#[test]
fn inputs_and_the_start() {
    refused(
        stages,
        &[
            ("start_up: flash is 0 s; expected 1–300 s", |p| p.start_up.flash = Millis(0)),
            ("start_up: yellow is 2 s; expected 3–6 s", |p| p.start_up.yellow = s(2.0)),
            ("start_up: all_red is 0 s; expected 1–120 s", |p| p.start_up.all_red = Millis(0)),
            (
                "start_up: all_red is 5 s; expected at least 6 s: with its yellow the largest intergreen, 9 s from 'walk'",
                |p| {
                    p.start_up.all_red = s(5.0);
                },
            ),
            ("detector 0: delay is 61 s; expected 0–60 s", |p| p.detectors[0].delay = s(61.0)),
            ("detector 0: extend_limit is 256 s; expected 0–255 s", |p| p.detectors[0].extend_limit = s(256.0)),
            ("detector 0: has yellow_lock without locking", |p| p.detectors[0].yellow_lock = true),
            ("detector 0: switched: there is no group 'nobody'", |p| p.detectors[0].switched = vec!["nobody".into()]),
            ("detector 0: switches to", |p| p.detectors[0].switched = p.detectors[0].groups.clone()),
            ("detector 0: max_presence is -1 s; expected 0–86400 s", |p| {
                p.detectors[0].diagnostics.max_presence = s(-1.0);
            }),
            ("detector 0: erratic is 1001; expected 0–1000", |p| p.detectors[0].diagnostics.erratic = 1001),
            ("detector 0: short_pulse is 1.1 s; expected 0–1 s", |p| p.detectors[0].diagnostics.short_pulse = s(1.1)),
            ("detector 0: length is 0 m; expected 0.1–200 m", |p| {
                let place = DetectorPlace {
                    kind: DetectorKind::Count,
                    lane: "1".into(),
                    distance_m: 0.0,
                    length_m: 0.0,
                    speed_m_s: 14.0,
                };
                p.detectors[0].place = Some(place);
            }),
            ("detector 0: section: the road has 0 lanes; expected 1–32", |p| {
                p.detectors[0].section = Some(RoadSection { road: "a".into(), lanes: vec![0], of: 0 });
            }),
            ("detector 0: section: it covers the lanes [1, 2]; expected some of 0–1, ascending", |p| {
                p.detectors[0].section = Some(RoadSection { road: "a".into(), lanes: vec![1, 2], of: 2 });
            }),
            ("detector 0: extend is 31 s; expected 0–30 s", |p| p.detectors[0].extend = s(31.0)),
            ("detector 0: has no groups", |p| p.detectors[0].groups.clear()),
            ("detector 1: is used twice for 'back'", |p| p.detectors.push(detector(1, &["back"]))),
            ("preempt 'train': there are two of this name", |p| p.preempts[1].name = "train".into()),
            ("preempt 'fire': comes after 'train'", |p| p.preempts[0].kind = PreemptKind::Bus),
            ("preempt 'train': delay is 601 s; expected 0–600 s", |p| p.preempts[0].delay = s(601.0)),
            ("preempt 'train': min_dwell is 0 s; expected 1–600 s", |p| p.preempts[0].min_dwell = Millis(0)),
            ("preempt 'train': max_presence is 3601 s", |p| p.preempts[0].max_presence = s(3601.0)),
            ("max_presence is 44 s; expected more than 44 s: 5 s delay, 8 s of the largest", |p| {
                (p.preempts[0].delay, p.preempts[0].max_presence) = (s(5.0), s(44.0));
            }),
            ("track_green is 7.9 s; expected at least the least green of 'main', 8 s", |p| {
                p.preempts[0].track_green = s(7.9);
            }),
            ("preempt 'train': track_green is 601 s; expected 0–600 s", |p| p.preempts[0].track_green = s(601.0)),
            ("track_green is 12 s, but no group clears the tracks", |p| p.preempts[0].track.clear()),
            ("preempt 'train': exit is empty", |p| p.preempts[0].exit.clear()),
            ("track opens 'main' and 'side'", |p| p.preempts[0].track.push("side".into())),
            ("dwell opens 'main' and 'side'", |p| p.preempts[1].dwell.push("main".into())),
            ("exit opens 'main' and 'side'", |p| p.preempts[1].exit.push("side".into())),
            ("yellow trap from track to dwell: 'turn' gives way to 'back'", |p| {
                (p.preempts[0].track, p.preempts[0].dwell) = (names(&["turn", "back"]), names(&["back"]));
            }),
            ("yellow trap from dwell to exit: 'turn' gives way to 'back'", |p| {
                p.preempts[1].dwell = names(&["turn", "back"]);
            }),
            ("priority 'line 5': there are two of this name", |p| p.priorities.push(p.priorities[0].clone())),
            ("priority 'line 5': extension is 31 s; expected 0–30 s", |p| p.priorities[0].extension = s(31.0)),
            ("priority 'line 5': lockout is -1 s; expected 0–3600 s", |p| p.priorities[0].lockout = s(-1.0)),
        ],
    );
}

#[test]
fn all_problems_are_said_at_once() {
    let mut spec = stages();
    spec.groups[2].yellow = Some(s(1.0));
    spec.stages[1].groups.push("main".into());
    spec.preempts[0].exit.clear();
    let errors = Plan::new(spec).expect_err("three problems").0;
    assert!(errors.len() >= 3, "{errors:?}");
}

#[test]
fn the_worst_sequence_is_that_of_the_first_kind_there_is() {
    let worst = |spec: PlanSpec| Plan::new(spec).expect("good").worst_sequence();
    // The program's cycle.
    assert_eq!(worst(fixed()), s(50.5));
    // main: 8 s of green, then 2 s of delay and 6 s before people may walk or 7 s before the side street may go;
    // side: 6 s of green after 2 s of lead, then 9 s.
    assert_eq!(worst(stages()), s(8.0 + 8.0 + 8.0 + 9.0));
    // Section 1: phase 1 with its trailing overlap, phase 2 with its walk; section 2: 8 s, 4 s, 1 s.
    assert_eq!(worst(rings()), s(12.0 + 17.0 + 13.0));
}

/// What is waived is tolerated for exactly that group or pair.
#[test]
fn waivers_cover_nothing_else() {
    let check = |spoil: fn(&mut PlanSpec), right: Waiver, wrong: Waiver| {
        let spoiled = || {
            let mut spec = fixed();
            spoil(&mut spec);
            spec
        };
        assert!(Plan::new(spoiled()).is_err(), "refused without {right}");
        assert!(Plan::imported(spoiled(), vec![wrong.clone()]).is_err(), "refused with {wrong}");
        if let Err(e) = Plan::imported(spoiled(), vec![right.clone()]) {
            panic!("{right}: {e}");
        }
    };
    let no_yellow: fn(&mut PlanSpec) = |p| {
        p.groups[2].yellow = Some(Millis(0));
        p.groups[2].red_clearance = None;
        set_program(p, &[(1, 3.0, "yyrrr")]);
    };
    check(no_yellow, Waiver::MissingYellow { group: 2 }, Waiver::MissingYellow { group: 1 });
    let short_yellow: fn(&mut PlanSpec) = |p| {
        (p.groups[3].yellow, p.groups[3].red_clearance) = (Some(s(2.0)), None);
        set_program(p, &[(5, 2.0, "rrryy"), (6, 6.0, "rrrry")]);
    };
    let [right, less] = [2.0, 2.5].map(|t| Waiver::ShortYellow { group: 3, found: s(t) });
    check(short_yellow, right, less);
    let short_green: fn(&mut PlanSpec) = |p| p.groups[3].min_green = Some(s(0.5));
    let [right, other] = [3, 2].map(|group| Waiver::ShortGreen { group, found: s(0.5) });
    check(short_green, right, other);
    let short_clearance: fn(&mut PlanSpec) = |p| *between(p, "main", "side") = IntergreenTime::Given(s(4.0));
    let [right, other] =
        [(0, 3), (3, 0)].map(|(from, to)| Waiver::ShortClearance { from, to, found: s(4.0), formula: s(5.0) });
    check(short_clearance, right, other);
    // People on foot start with the side street there, so that the trap is not the only thing wrong.
    let trap_only: fn(&mut PlanSpec) = |p| {
        p.groups[4].lead = None;
        set_program(p, &[(1, 3.0, "GGyrr"), (2, 3.0, "yyrrr"), (3, 6.0, "rrrrr")]);
    };
    let [right, other] = [(2, 1), (2, 0)].map(|(group, oncoming)| Waiver::YellowTrap { group, oncoming });
    check(trap_only, right, other);
    let never: fn(&mut PlanSpec) =
        |p| set_program(p, &[(3, 3.0, "rrrrr"), (4, 12.0, "rrrGr"), (5, 3.0, "rrryr"), (6, 5.0, "rrrrr")]);
    check(never, Waiver::NeverServed { group: 4 }, Waiver::NeverServed { group: 3 });
    let dark: fn(&mut PlanSpec) = |p| set_program(p, &[(2, 3.0, "rrOrr")]);
    check(dark, Waiver::SignalOff { group: 2 }, Waiver::SignalOff { group: 1 });
    let full: fn(&mut PlanSpec) = |p| set_program(p, &[(0, 20.0, "GGGrr")]);
    check(full, Waiver::UnsafePair { who: 2, to: 1 }, Waiver::UnsafePair { who: 1, to: 2 });
    let long: fn(&mut PlanSpec) = |p| {
        p.groups[2].red_clearance = None;
        p.groups[2].red_yellow = Some(s(4.0));
        set_program(p, &[(7, 4.0, "rrurr")]);
    };
    let [right, other] = [2, 1].map(|group| Waiver::Other { group, what: "red-yellow lasts 4 s".into() });
    check(long, right, other);
}

/// The stages that are made of a plan's rings: each its name and its groups.
fn of_rings(spec: PlanSpec) -> Vec<String> {
    let plan =
        Plan::new(spec).unwrap_or_else(|e| panic!("{e}")).with_stages_of_rings().unwrap_or_else(|e| panic!("{e}"));
    plan.spec().stages.iter().map(|stage| format!("{}: {}", stage.name, stage.groups.join(" "))).collect()
}

#[test]
fn rings_make_stages_of_phases_that_may_be_on_together() {
    let mut spec = rings();
    let lefts = "1+6: wb wb_left right";
    assert_eq!(of_rings(spec.clone()), [lefts, "2+6 walk: eb wb wb_left walk", "2+6: eb wb wb_left", "4+8: nb sb"]);
    // Those who have to call come second.
    let mut calls = spec.clone();
    calls.detectors.push(detector(0, &["walk"]));
    assert_eq!(of_rings(calls), [lefts, "2+6: eb wb wb_left", "2+6 walk: eb wb wb_left walk", "4+8: nb sb"]);
    // With so many it would take longer than anybody may wait.
    spec.patterns.clear();
    spec.groups.iter_mut().filter(|g| g.name == "nb").for_each(|g| g.max_red = Some(s(44.0)));
    assert_eq!(of_rings(spec), [lefts, "2+6: eb wb wb_left walk", "4+8: nb sb"]);
}

#[test]
fn where_all_pairs_of_phases_would_take_too_long_those_at_the_same_place_are_stages() {
    let mut spec = rings();
    spec.patterns.clear();
    spec.groups.push(driven("eb_left", GroupKind::Arrow, [5.0, 4.0, 1.0]));
    forbid(&mut spec, &[("eb_left", "wb", 5.0, 5.0), ("eb_left", "nb", 5.0, 5.0), ("eb_left", "sb", 5.0, 5.0)]);
    let ring = spec.rings.as_mut().expect("rings");
    ring.phases.push(PhaseSpec { number: 5, groups: names(&["eb_left"]), ..ring.phases[4].clone() });
    ring.rings[1][0] = vec![5, 6];
    let numbers = |spec: &PlanSpec| -> Vec<String> {
        of_rings(spec.clone()).iter().filter_map(|stage| Some(stage.split_once(':')?.0.to_owned())).collect()
    };
    assert_eq!(numbers(&spec), ["1+5", "1+6", "2+5 walk", "2+5", "2+6 walk", "2+6", "4+8"]);
    spec.groups.iter_mut().filter(|g| g.name == "nb").for_each(|g| g.max_red = Some(s(45.0)));
    assert_eq!(numbers(&spec), ["1+5", "2+6 walk", "2+6", "4+8"]);
}
