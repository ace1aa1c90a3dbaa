//! Two streets that cross, each with half a minute of green in turn: a signal whose detectors break.

use intergreen_control::{
    Millis, PlanSpec,
    plan::{GroupSpec, Pattern, StageSplit},
};

/// Groups `A` and `B`, as `group` makes them of their names, stages `a` and `b` and a pattern of both, without detectors.
pub fn streets(group: impl Fn(&str) -> GroupSpec) -> PlanSpec {
    let split = |stage: &str| StageSplit { stage: stage.into(), split: Millis(30_000) };
    let pattern = Pattern {
        name: "day".into(),
        cycle: Millis(60_000),
        offset: Millis(0),
        stages: vec![split("a"), split("b")],
        phases: vec![],
        coordinated: vec![],
        coordination: Default::default(),
    };
    let spec = PlanSpec::new("two streets", vec![group("A"), group("B")])
        .forbid("A", "B", (Millis(4000), Millis(4000)))
        .stage("a", &["A"])
        .stage("b", &["B"]);
    PlanSpec { patterns: vec![pattern], ..spec }
}
