//! What decides while detectors are broken: one lane of several, all of a stage, or all there are.

use intergreen_control::plan::{
    DetectorKind, DetectorPlace, DetectorUse, Pattern, PlanSpec, StageSplit,
};

use crate::{s, timeline::Timeline, vehicle};

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

/// Two streets with two lanes each, and a pattern: 30 s each.
fn streets() -> PlanSpec {
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
    let detectors = vec![zone(0, "A", "a_0"), zone(1, "A", "a_1"), zone(2, "B", "b_0"), zone(3, "B", "b_1")];
    PlanSpec { detectors, patterns: vec![pattern], ..spec }
}

const TIMES: [(&str, &str); 3] = [("rest", "a"), ("gap_s", "2"), ("max_green_s", "50")];

/// An alarm: blind, and no longer.
const ALARM: [u8; 1] = [175];

#[test]
fn a_dead_line_makes_the_pattern_run_until_it_has_been_back_for_five_minutes() {
    let outcome = Timeline::new(streets()).strategy("actuated", &TIMES).with_spare().check(
        "
               A B
            0  ? ?  detector 0 on
              ...
           40  ? ?  lost 0, lost 1, lost 2, lost 3  -- a line is dead: 40 s into the cycle the pattern shows b
              ...
          150  ? ?  end lost 0, end lost 1, end lost 2, end lost 3
              ...
          200  ? ?  lost 2, lost 3, lost 1  -- and dead again
              ...
          210  ? ?  end lost 2, end lost 3, end lost 1
              ...
          540  ? ?
        ",
    );
    assert_eq!(outcome.codes(&ALARM), [(40.0, 175, 4), (510.0, 175, 5)]);
}
