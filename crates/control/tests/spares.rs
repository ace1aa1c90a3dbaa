//! A strategy that is blind and what decides in its place: a checkpoint in the moment in which they change places.

use std::sync::Arc;

use intergreen_control::{
    Controller, DetectorEvent, Input, Millis, Plan, PlanSpec, Registry,
    plan::{DetectorKind, DetectorMode, DetectorPlace, DetectorUse, GroupSpec, Pattern, StageSplit},
};

const fn s(seconds: i64) -> Millis {
    Millis(seconds * 1000)
}

/// A zone at the stop line of a lane.
fn zone(channel: u16, group: &str, lane: &str) -> DetectorUse {
    let place = DetectorPlace {
        kind: DetectorKind::StopBar,
        lane: lane.into(),
        distance_m: 0.0,
        length_m: 12.0,
        speed_m_s: 14.0,
    };
    DetectorUse { channel, groups: vec![group.into()], place: Some(place), ..DetectorUse::default() }
}

/// Two streets with two lanes each, and a pattern in which each has half of a cycle of a minute; in one lane of B a loop lies
/// before the zone.
fn streets() -> Plan {
    let vehicle = |name: &str| GroupSpec::vehicle(name, s(5), s(3));
    let split = |stage: &str| StageSplit { stage: stage.into(), split: s(30) };
    let pattern = Pattern {
        name: "day".into(),
        cycle: s(60),
        offset: s(0),
        stages: vec![split("a"), split("b")],
        phases: vec![],
        coordinated: vec![],
        coordination: Default::default(),
    };
    let spec = PlanSpec::new("two streets", vec![vehicle("A"), vehicle("B")])
        .forbid("A", "B", (s(4), s(4)))
        .stage("a", &["A"])
        .stage("b", &["B"]);
    let mut advance = zone(4, "B", "b_0");
    advance.mode = DetectorMode::Extend;
    advance.place = advance.place.map(|place| DetectorPlace { kind: DetectorKind::X, distance_m: 38.0, ..place });
    let zones = [("A", "a_0"), ("A", "a_1"), ("B", "b_0"), ("B", "b_1")];
    let mut detectors: Vec<_> = (0..).zip(zones).map(|(channel, (group, lane))| zone(channel, group, lane)).collect();
    detectors.push(advance);
    Plan::new(PlanSpec { detectors, patterns: vec![pattern], ..spec }).expect("a plan")
}

/// `actuated`, and the pattern while it is blind.
fn controller(plan: &Arc<Plan>) -> Controller {
    let registry = Registry::default();
    let strategy = registry.make("actuated", &[], plan).expect("a strategy");
    let spare = registry.spare(&*strategy, plan, false).expect("a spare");
    let detectors = u16::try_from(plan.spec().detectors.len()).expect("few");
    Controller::new(plan.clone(), strategy, detectors).with_spare(Some(spare))
}

fn saved(controller: &Controller) -> Vec<u8> {
    let mut bytes = Vec::new();
    controller.save(&mut bytes);
    bytes
}

fn advance(controller: &mut Controller, to: Millis) {
    controller.advance(to);
    while controller.poll_output().is_some() {}
}

/// A dead zone in whose place the loop before it extends stands in again when the strategy that goes by that loop is blind.
#[test]
fn a_checkpoint_at_the_change_keeps_who_calls_from_then_on() {
    let plan = Arc::new(streets());
    let link = |detector: u16, at: i64, up: bool| Input::Channel { at: s(at), detector, up };
    let mut whole = controller(&plan);
    // Somebody at B: it opens. The zone of b_0 is dead, and the others of the lanes without a loop die during that green.
    whole.handle(link(2, 1, false));
    whole.handle(Input::Detector(DetectorEvent { detector: 3, at: s(2), on: true }));
    whole.start(Millis(0));
    advance(&mut whole, s(20));
    assert!(whole.lamps()[1].is_green(), "{:?}", whole.lamps());
    [0, 1, 3].iter().for_each(|&detector| whole.handle(link(detector, 21, false)));
    assert_eq!(whole.strategy(), "actuated");
    advance(&mut whole, s(21));
    assert_eq!(whole.strategy(), "fixed_time");
    let bytes = saved(&whole);
    let mut resumed = controller(&plan);
    resumed.load(&bytes).expect("its own state");
    for second in 22..400 {
        advance(&mut whole, s(second));
        advance(&mut resumed, s(second));
        assert!(saved(&whole) == saved(&resumed), "another state {second} s after the start");
    }
}
