//! Random damage to good plans: the checks never panic, and what they let pass keeps what matters, worked out anew.

mod plan_base;

use intergreen_control::plan::*;
use intergreen_control::{Lamp, Millis, Plan, PlanSpec};
use plan_base::*;
use proptest::prelude::*;

/// One way of damaging a plan: what, where, how much.
type Damage = (u8, usize, usize, i64);

/// An element of a list, by any number.
fn any<T>(list: &mut [T], at: usize) -> Option<&mut T> {
    let length = list.len();
    list.get_mut(at % length.max(1))
}

/// Damages a plan. Wherever something is not there, nothing happens.
fn damage(spec: &mut PlanSpec, (what, a, b, amount): Damage) {
    let time = Millis(amount);
    let group = spec.groups[b % spec.groups.len()].name.clone();
    let option = Some(time);
    match what {
        0..=7 => {
            let Some(g) = any(&mut spec.groups, a) else { return };
            match what {
                0 => g.min_green = option,
                1 => g.yellow = option,
                2 => g.red_clearance = option,
                3 => g.max_red = option,
                4 => g.walk = option,
                5 => g.lead = option,
                6 => g.red_yellow = option,
                _ => g.kind = [GroupKind::Arrow, GroupKind::Vehicle, GroupKind::FlashingYellowArrow][b % 3],
            }
        }
        8 => drop((a < spec.forbidden.len()).then(|| spec.forbidden.remove(a))),
        9 => drop((a < spec.yields.len()).then(|| spec.yields.remove(a))),
        10 => drop((a < spec.intergreens.len()).then(|| spec.intergreens.remove(a))),
        11 => {
            if let Some(i) = any(&mut spec.intergreens, a) {
                i.time = IntergreenTime::Given(time);
            }
        }
        12 => {
            if let Some(stage) = any(&mut spec.stages, a) {
                stage.groups.push(group);
            }
        }
        13 => {
            if let Some(stage) = any(&mut spec.stages, a) {
                stage.groups.pop();
            }
        }
        14 => {
            if let Some(r) = &mut spec.rings {
                r.rings.reverse();
                let (ring, section) = (a % 2, b % 2);
                if let Some(s) = r.rings.get_mut(ring).and_then(|r| r.get_mut(section)) {
                    s.reverse();
                }
            }
        }
        15 => {
            if let Some(phase) = spec.rings.as_mut().and_then(|r| any(&mut r.phases, a)) {
                phase.groups.push(group);
            }
        }
        16 => {
            if let Some(overlap) = spec.rings.as_mut().and_then(|r| any(&mut r.overlaps, a)) {
                (overlap.phases, overlap.trail) = (vec![u8::try_from(b % 40).unwrap_or(0)], time);
            }
        }
        17 => {
            if let Some(p) = any(&mut spec.patterns, a) {
                p.cycle = time;
            }
        }
        18 => {
            if let Some(split) = any(&mut spec.patterns, 0).and_then(|p| any(&mut p.stages, b)) {
                split.split = time;
            }
        }
        19 => {
            if spec.program.is_some() {
                let mut steps = STEPS.to_vec();
                steps[a % STEPS.len()].1 = STEPS[b % STEPS.len()].1;
                steps[b % STEPS.len()].0 = (amount.rem_euclid(30_000) as f64 / 1000.0).max(0.1);
                spec.program = Some(program(&steps));
            }
        }
        20 => spec.yields.push(gives_way(&group, "back", a % 2 == 0)),
        21 => {
            if let Some(r) = &mut spec.rings {
                let section = r.rings.get_mut(a % 3).and_then(|r| r.get_mut(b % 3));
                section.into_iter().for_each(|s| s.push(u8::try_from(amount.rem_euclid(40)).unwrap_or(0)));
            }
        }
        22 => {
            if let Some(p) = any(&mut spec.preempts, a) {
                (p.dwell, p.track_green) = (vec![group], time);
            }
        }
        _ => {
            if let Some(i) = any(&mut spec.interstages, 0) {
                i.ends = vec![Delay { group, after: time }];
            }
        }
    }
}

/// Times that people write, and absurd ones.
fn amounts() -> impl Strategy<Value = i64> {
    prop_oneof![4 => 0i64..20_000, 1 => any_time()]
}

fn any_time() -> impl Strategy<Value = i64> {
    prop_oneof![Just(i64::MIN), Just(i64::MAX), Just(-1), proptest::num::i64::ANY]
}

/// Whether a pair is written down as forbidden.
fn forbidden(plan: &Plan, a: u16, b: u16) -> bool {
    let name = |g: u16| plan.groups()[usize::from(g)].name.as_str();
    let pair = [(name(a), name(b)), (name(b), name(a))];
    plan.spec().forbidden.iter().any(|(x, y)| pair.contains(&(x.as_str(), y.as_str())))
}

/// No two of these groups are forbidden together.
fn compatible(plan: &Plan, open: &[u16]) -> bool {
    open.iter().all(|&a| open.iter().all(|&b| a == b || !forbidden(plan, a, b)))
}

/// What a phase opens.
fn opened(rings: &Rings, phase: u8) -> Vec<u16> {
    let mut open = Vec::new();
    for p in rings.phases.iter().filter(|p| p.number == phase) {
        open.extend(p.groups.iter().chain(&p.walks));
    }
    let with = |mask: u32| mask >> (phase - 1) & 1 == 1;
    open.extend(rings.overlaps.iter().filter(|o| with(o.phases) || with(o.permissive)).map(|o| o.group));
    open
}

/// What every good plan keeps.
fn invariants(plan: &Plan) -> Result<(), TestCaseError> {
    for stage in plan.stages() {
        prop_assert!(compatible(plan, &stage.groups), "{stage:?}");
    }
    if let Some(program) = plan.program() {
        let mut time = Millis(0);
        let mut ended: Vec<Option<Millis>> = vec![None; plan.groups().len()];
        let mut before = program.steps().last().expect("a step").lamps.clone();
        // Twice around, so that the end of the cycle is looked at too.
        for step in program.steps().iter().chain(program.steps()) {
            let open: Vec<u16> = (0..).zip(&step.lamps).filter(|(_, l)| l.is_green()).map(|(g, _)| g).collect();
            prop_assert!(compatible(plan, &open), "{open:?}");
            for g in 0..ended.len() {
                if before[g].is_green() && !step.lamps[g].is_green() {
                    prop_assert_eq!(step.lamps[g], Lamp::Yellow);
                    ended[g] = Some(time);
                }
            }
            for &g in open.iter().filter(|&&g| !before[usize::from(g)].is_green()) {
                for a in (0..).zip(&ended).filter_map(|(a, at)| at.map(|at| (a, at))) {
                    let gap = time - a.1;
                    prop_assert!(!forbidden(plan, a.0, g) || gap >= plan.matrix().intergreen(a.0, g));
                }
            }
            before.clone_from(&step.lamps);
            time += step.duration;
        }
    }
    if let Some(rings) = plan.rings() {
        let (first, others) = rings.rings.split_first().expect("a ring");
        for (s, section) in first.iter().enumerate() {
            for &p in section {
                prop_assert!(compatible(plan, &opened(rings, p)));
                for &q in others.iter().flat_map(|r| &r[s]) {
                    prop_assert!(compatible(plan, &[opened(rings, p), opened(rings, q)].concat()), "{p} {q}");
                }
            }
        }
    }
    for (a, from) in (0..).zip(plan.groups()) {
        prop_assert!(from.is_pedestrian() || from.yellow >= Millis(3000) && from.min_green >= Millis(1000));
        prop_assert!(from.max_red >= plan.worst_sequence());
        for (b, to) in (0..).zip(plan.groups()).filter(|&(b, _)| forbidden(plan, a, b)) {
            let time = plan.matrix().intergreen(a, b);
            let red = from.red_clearance > Millis(0) || from.is_pedestrian();
            prop_assert!(!red || time >= from.yellow + from.red_clearance);
            prop_assert!(time >= to.red_yellow && time <= Millis(60_000));
        }
    }
    for (_, p) in plan.preempts() {
        prop_assert!([&p.track, &p.dwell, &p.exit].into_iter().all(|set| compatible(plan, set)));
    }
    for pattern in &plan.spec().patterns {
        let sum = pattern.stages.iter().fold(Millis(0), |sum, s| sum + s.split);
        prop_assert!(pattern.stages.is_empty() || sum == pattern.cycle);
    }
    Ok(())
}

#[test]
fn the_good_plans_keep_them() {
    for spec in [stages(), rings(), fixed()] {
        invariants(&Plan::new(spec).expect("good")).expect("kept");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]

    #[test]
    fn whatever_passes_keeps_what_matters(
        base in 0usize..3,
        damages in prop::collection::vec((0u8..24, 0usize..30, 0usize..30, amounts()), 1..4),
        waived in prop::collection::vec((0u16..12, 0u16..12), 0..2),
    ) {
        let mut spec = [stages, rings, fixed][base]();
        damages.iter().for_each(|&d| damage(&mut spec, d));
        // Waivers of any groups, also of such as there are not, do no harm.
        let waivers = waived.iter().map(|&(group, oncoming)| Waiver::YellowTrap { group, oncoming }).collect();
        if let Ok(plan) = Plan::imported(spec.clone(), waivers) {
            invariants(&plan)?;
        }
        if let Err(errors) = Plan::new(spec) {
            prop_assert!(!errors.0.is_empty());
            prop_assert!(errors.0.iter().all(|e| !e.element.is_empty() && !e.problem.is_empty()));
        }
    }
}
