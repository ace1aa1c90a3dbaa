//! What detectors mean: modes, locks, delays, switching; and what happens when they break. The strategy is `actuated`
//! with two streets, A and B; it rests at A.

use intergreen_control::{
    Millis,
    plan::{DetectorLimits, DetectorMode, DetectorUse, PlanSpec},
};

use crate::{
    s,
    timeline::{Outcome, Timeline},
    vehicle,
};

/// Two streets, with detectors.
fn streets(detectors: Vec<DetectorUse>) -> PlanSpec {
    let spec = PlanSpec::new("two streets", vec![vehicle("A"), vehicle("B")])
        .forbid("A", "B", (s(4), s(4)))
        .stage("a", &["A"])
        .stage("b", &["B"]);
    PlanSpec { detectors, ..spec }
}

/// A detector of a channel for a group.
fn detector(channel: u16, group: &str) -> DetectorUse {
    DetectorUse { channel, groups: vec![group.into()], ..DetectorUse::default() }
}

#[track_caller]
fn check(detectors: Vec<DetectorUse>, text: &str) -> Outcome {
    Timeline::new(streets(detectors)).strategy("actuated", &[("rest", "a")]).check(text)
}

/// Detector edges aside: alarms of detectors, calls.
const ALARMS: [u8; 6] = [83, 84, 85, 86, 87, 88];

#[test]
fn a_call_without_lock_goes_with_the_vehicle() {
    check(
        vec![detector(0, "A"), detector(1, "B")],
        "
               A B
            0  G r  detector 0 on
              ...
           10  G r  detector 1 on
              ...
           12  G r  detector 1 off  -- somebody turned on red
           13  G r  detector 0 off
              ...
           30  G r
        ",
    );
}

#[test]
fn a_locked_call_stays() {
    check(
        vec![detector(0, "A"), DetectorUse { locking: true, ..detector(1, "B") }],
        "
               A B
            0  G r  detector 0 on
              ...
           10  G r  detector 1 on
              ...
           12  G r  detector 1 off
           13  G r  detector 0 off
              ...
           15  y r  -- whoever it was is served
              ...
           18  r r
           19  r G
              ...
           24  r y
              ...
           27  r r
           28  G r
              ...
           40  G r
        ",
    );
}

#[test]
fn a_vehicle_that_comes_on_yellow_is_kept_with_yellow_lock_only() {
    check(
        vec![detector(0, "A"), DetectorUse { locking: true, ..detector(1, "B") }],
        "
               A B
            0  G r  detector 1 on
              ...
            6  y r
              ...
            9  r r
           10  r G
              ...
           12  r G  detector 1 off
              ...
           15  r y
           16  r y  detector 1 on
           17  r y  detector 1 off  -- it went through
           18  r r
           19  G r
              ...
           40  G r
        ",
    );
    check(
        vec![detector(0, "A"), DetectorUse { locking: true, yellow_lock: true, ..detector(1, "B") }],
        "
               A B
            0  G r  detector 1 on
              ...
            6  y r
              ...
            9  r r
           10  r G
              ...
           12  r G  detector 1 off
              ...
           15  r y
           16  r y  detector 1 on
           17  r y  detector 1 off  -- it stands between loop and line, perhaps
           18  r r
           19  G r
              ...
           24  y r
              ...
           27  r r
           28  r G
              ...
           33  r y
              ...
           36  r r
           37  G r
              ...
           40  G r
        ",
    );
}

#[test]
fn a_delayed_detector_calls_only_after_its_delay() {
    check(
        vec![detector(0, "A"), DetectorUse { delay: s(8), ..detector(1, "B") }],
        "
               A B
            0  G r
              ...
           10  G r  detector 1 on
              ...
           17  G r  detector 1 off
              ...
           20  G r  detector 1 on
              ...
           28  y r
              ...
           31  r r
           32  r G
              ...
           50  r G
        ",
    );
}

#[test]
fn there_is_no_delay_on_green_and_it_begins_anew_when_green_ends() {
    let outcome = check(
        vec![DetectorUse { delay: s(8), ..detector(0, "A") }, detector(1, "B")],
        "
               A B
            0  G r
              ...
           10  G r  detector 0 on, detector 1 on
              ...
           12  G r  detector 0 off
           13  G r  detector 0 on  -- it extends at once
              ...
           16  G r  detector 0 off
           17  G r
           18  y r
              ...
           20  y r  detector 0 on  -- and calls from 28 on
           21  r r
           22  r G
              ...
           25  r G  detector 1 off
              ...
           27  r y  -- back to where it rests
              ...
           30  r r
           31  G r
              ...
           40  G r
        ",
    );
    // B is called from 10 to 25; A when it is green, and from 28 on.
    let calls = [(10.0, 43, 1), (10.0, 43, 2), (12.0, 44, 1), (13.0, 43, 1), (16.0, 44, 1), (25.0, 44, 2), (28.0, 43, 1)];
    assert_eq!(outcome.codes(&[43, 44]), calls);
}

#[test]
fn an_extending_detector_does_not_call_and_a_calling_one_does_not_extend() {
    check(
        vec![
            DetectorUse { mode: DetectorMode::Call, ..detector(0, "A") },
            DetectorUse { mode: DetectorMode::Extend, ..detector(1, "B") },
            DetectorUse { mode: DetectorMode::Call, ..detector(2, "B") },
            DetectorUse { mode: DetectorMode::Count, ..detector(3, "B") },
        ],
        "
               A B
            0  G r  detector 0 on, detector 1 on, detector 3 on
              ...
           10  y r  detector 2 on  -- detector 0 does not extend, 1 and 3 did not call
           11  y r  detector 2 off
              ...
           13  r r
           14  r G
              ...
           30  r G  detector 1 off  -- which did extend
           31  r G
           32  r y
              ...
           35  r r
           36  G r
              ...
           60  G r
        ",
    );
}

#[test]
fn a_green_is_extended_beyond_the_detector() {
    check(
        vec![DetectorUse { extend: s(3), ..detector(0, "A") }, detector(1, "B")],
        "
               A B
            0  G r  detector 0 on, detector 1 on
              ...
           10  G r  detector 0 off  -- carried over to 13; then the gap
              ...
           15  y r
              ...
           18  r r
           19  r G
              ...
           30  r G
        ",
    );
}

#[test]
fn a_queue_detector_extends_until_its_first_gap() {
    check(
        vec![DetectorUse { queue: true, ..detector(0, "A") }, detector(1, "B")],
        "
               A B
            0  G r  detector 0 on, detector 1 on
              ...
           10  G r  detector 0 off
           11  G r  detector 0 on  -- it is disconnected
           12  y r
              ...
           15  r r
           16  r G
              ...
           60  r G
        ",
    );
}

#[test]
fn an_extension_has_a_limit() {
    check(
        vec![DetectorUse { extend_limit: s(15), ..detector(0, "A") }, detector(1, "B")],
        "
               A B
            0  G r  detector 0 on, detector 1 on
              ...
           15  G r  -- its limit; then the gap
           16  G r
           17  y r
              ...
           20  r r
           21  r G
              ...
           60  r G
        ",
    );
}

#[test]
fn a_switched_detector_extends_another_group_while_its_own_is_closed() {
    let spec = PlanSpec::new("lefts", vec![vehicle("L"), vehicle("T"), vehicle("S")])
        .forbid("L", "T", (s(4), s(4)))
        .forbid("L", "S", (s(4), s(4)))
        .forbid("T", "S", (s(4), s(4)))
        .stage("left", &["L"])
        .stage("through", &["T"])
        .stage("side", &["S"]);
    let switched = DetectorUse { switched: vec!["T".into()], ..detector(0, "L") };
    let detectors = vec![switched, detector(1, "T"), detector(2, "S")];
    Timeline::new(PlanSpec { detectors, ..spec }).strategy("actuated", &[]).check(
        "
               L T S
            0  G r r
              ...
           10  y r r  detector 1 on
              ...
           13  r r r
           14  r G r
              ...
           16  r G r  detector 2 on, detector 0 on
              ...
           18  r G r  detector 1 off
              ...
           30  r G r  detector 0 off  -- a left turn found its gap
           31  r G r
           32  r y r
              ...
           35  r r r
           36  r r G
              ...
           50  r r G
        ",
    );
}

/// Limits with which a detector is never taken for broken.
const NEVER: DetectorLimits = DetectorLimits {
    no_activity: Millis(0),
    expected: 0,
    max_presence: Millis(0),
    erratic: 0,
    short_pulse: Millis(0),
    fail_time: 255,
};

#[test]
fn a_detector_that_is_on_for_too_long_has_a_maximum_recall() {
    let diagnostics = DetectorLimits { max_presence: s(100), ..NEVER };
    let outcome = check(
        vec![detector(0, "A"), DetectorUse { mode: DetectorMode::Extend, diagnostics, ..detector(1, "B") }, detector(2, "B")],
        "
               A B
            0  G r  detector 1 on
              ...
          130  y r  detector 2 on  -- a detector that only extends calls nobody, though it is broken
          131  y r  detector 2 off
              ...
          133  r r
          134  r G
              ...
          140  r G  detector 0 on
              ...
          190  r y  -- but it extends for as long as the green may last
              ...
          193  r r
          194  G r
              ...
          200  G r  detector 1 off
              ...
          210  G r
        ",
    );
    assert_eq!(outcome.codes(&ALARMS), [(120.0, 87, 2), (200.0, 83, 2)]);
}

#[test]
fn fail_time_is_how_long_a_broken_detector_extends() {
    let text = |fail_time: u8, text: &str| {
        let diagnostics = DetectorLimits { no_activity: s(90), fail_time, ..NEVER };
        let outcome = check(vec![detector(0, "A"), DetectorUse { diagnostics, ..detector(1, "B") }], text);
        // Looked at once a minute: at 60 it was 60 s.
        assert_eq!(outcome.codes(&ALARMS)[0], (120.0, 85, 2));
        outcome
    };
    text(
        0,
        "
               A B
            0  G r
              ...
          200  G r  -- it does nothing
        ",
    );
    text(
        20,
        "
               A B
            0  G r
              ...
          120  y r
              ...
          123  r r
          124  r G
              ...
          146  r y  -- 20 s, and the gap
              ...
          149  r r
          150  G r
              ...
          155  y r  -- its next call
              ...
          158  r r
          159  r G
              ...
          170  r G
        ",
    );
    text(
        255,
        "
               A B
            0  G r
              ...
          120  y r
              ...
          123  r r
          124  r G
              ...
          140  r G  detector 0 on
              ...
          190  r y  -- only the greatest green ends it
              ...
          193  r r
          194  G r
              ...
          200  G r
        ",
    );
    let restored = text(
        255,
        "
               A B
            0  G r
              ...
          120  y r
              ...
          123  r r
          124  r G
              ...
          140  r G  detector 1 on  -- it is alive
          141  r G  detector 1 off
          142  r G
          143  r y  -- the gap, and back to where it rests
              ...
          146  r r
          147  G r
              ...
          200  G r
        ",
    );
    assert_eq!(restored.codes(&ALARMS), [(120.0, 85, 2), (140.0, 83, 2)]);
}
