//! States that no kernel of the plan would have saved are not loaded.

use super::*;
use crate::{
    StateError, StateReader,
    plan::{GroupKind, GroupSpec, IntergreenSpec, IntergreenTime, PhaseSpec, PlanSpec, RingsSpec},
};

fn s(n: i64) -> Millis {
    Millis(n * 1000)
}

fn saved(kernel: &Kernel) -> Vec<u8> {
    let mut bytes = Vec::new();
    kernel.save(&mut bytes);
    bytes
}

/// A kernel with these lamps, as if it had come there by itself.
fn kernel(spec: PlanSpec, states: &[State]) -> Kernel {
    let mut kernel = Kernel::new(Arc::new(Plan::new(spec).expect("a plan")));
    let mut journal = Journal::new(0, false);
    kernel.start(Millis(0), &mut journal);
    for (light, &state) in kernel.lights.iter_mut().zip(states) {
        light.go(state, false, Millis(0));
    }
    kernel
}

/// What becomes of a state when it is loaded; one that is refused changes nothing.
fn loaded(from: &Kernel) -> Result<(), StateError> {
    let mut kernel = Kernel::new(from.plan.clone());
    let before = saved(&kernel);
    let bytes = saved(from);
    let result = kernel.load(&mut StateReader::new(&bytes));
    assert_eq!(saved(&kernel), if result.is_ok() { bytes } else { before });
    result
}

fn refused(from: &Kernel, part: &str) {
    let found = loaded(from);
    assert!(matches!(found, Err(StateError::Invalid { what, .. }) if what == part), "{part}: {found:?}");
}

fn two() -> PlanSpec {
    let vehicle = |name| GroupSpec::vehicle(name, s(5), s(3));
    PlanSpec::new("two", vec![vehicle("a"), vehicle("b")])
        .forbid("a", "b", (s(5), s(5)))
        .stage("1", &["a"])
        .stage("2", &["b"])
}

#[test]
fn forbidden_groups_that_are_both_green() {
    use State::{Closed, Ending, Permissive, Protected, Starting};
    let what = "state of the groups";
    for (a, b) in [(Protected, Protected), (Permissive, Protected), (Starting, Permissive), (Starting, Starting)] {
        refused(&kernel(two(), &[a, b]), what);
        refused(&kernel(two(), &[b, a]), what);
    }
    for states in [[Protected, Closed], [Ending, Protected], [Ending, Ending], [Closed, Starting]] {
        assert_eq!(loaded(&kernel(two(), &states)), Ok(()), "{states:?}");
    }
    // While it flashes nobody is green, whatever is remembered.
    let strict = PlanSpec { yellow_conflicts: true, ..two() };
    refused(&kernel(strict.clone(), &[Ending, Protected]), what);
    assert_eq!(loaded(&kernel(strict, &[Ending, Ending])), Ok(()));
}

#[test]
fn yielding_groups_that_are_both_protected() {
    use State::{Permissive, Protected, Starting};
    let what = "state of the groups";
    let left = |kind| {
        let left = GroupSpec { kind, ..GroupSpec::vehicle("left", s(5), s(3)) };
        let mut spec = PlanSpec::new("left", vec![left, GroupSpec::vehicle("through", s(5), s(3))])
            .give_way("left", "through", true)
            .stage("1", &["left", "through"]);
        for (from, to) in [("left", "through"), ("through", "left")] {
            let time = IntergreenTime::Given(s(4));
            spec.intergreens.push(IntergreenSpec { from: from.into(), to: to.into(), time });
        }
        spec
    };
    refused(&kernel(left(GroupKind::Vehicle), &[Protected, Protected]), what);
    assert_eq!(loaded(&kernel(left(GroupKind::Vehicle), &[Permissive, Protected])), Ok(()));
    assert_eq!(loaded(&kernel(left(GroupKind::Vehicle), &[Protected, Permissive])), Ok(()));
    for through in [Protected, Permissive, Starting] {
        refused(&kernel(left(GroupKind::FlashingYellowArrow), &[Protected, through]), what);
        assert_eq!(loaded(&kernel(left(GroupKind::FlashingYellowArrow), &[Permissive, through])), Ok(()));
    }
}

#[test]
fn places_that_the_sequence_does_not_have() {
    for (place, fits) in [(0, true), (1, true), (2, false), (u32::MAX, false)] {
        let mut kernel = kernel(two(), &[]);
        kernel.fallback.fault = Some(0);
        kernel.fallback.place = place;
        if fits { assert_eq!(loaded(&kernel), Ok(())) } else { refused(&kernel, "place of the sequence") }
    }
}

#[test]
fn phases_that_the_plan_does_not_have() {
    let phase = |number, group: &str| PhaseSpec {
        number,
        groups: vec![group.into()],
        walks: vec![],
        actuation: Default::default(),
    };
    let rings = RingsSpec {
        phases: vec![phase(1, "a"), phase(4, "b")],
        rings: vec![vec![vec![1], vec![4]]],
        overlaps: vec![],
        modes: Default::default(),
    };
    let spec = PlanSpec { stages: vec![], rings: Some(rings), ..two() };
    let known = 0b1001;
    for (phases, walks, lingering, fits) in [
        (known, 0, known, true),
        (known, 1, 0, true),
        (2, 0, 0, false),
        (1, u32::MAX, 0, false),
        (1, 0, 1 << 31, false),
    ] {
        let mut kernel = kernel(spec.clone(), &[]);
        kernel.target.phases = Some((phases, walks));
        kernel.target.lingering = lingering;
        if fits { assert_eq!(loaded(&kernel), Ok(())) } else { refused(&kernel, "phases") }
    }
}
