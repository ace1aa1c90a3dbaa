//! What detectors mean: modes, delays, switching (locks: `locks.rs`); and what happens when they break. The strategy is `actuated`
//! with two streets, A and B; it rests at A.

use intergreen_control::{
    Controller, DetectorEvent, Health, Lamp, Millis, Output, Plan, Registry,
    plan::{DetectorKind, DetectorLimits, DetectorMode, DetectorPlace, DetectorUse, PlanSpec},
};

use crate::{
    on_foot, s,
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
pub(crate) fn detector(channel: u16, group: &str) -> DetectorUse {
    DetectorUse { channel, groups: vec![group.into()], ..DetectorUse::default() }
}

/// It rests at A; otherwise round numbers, whatever the defaults.
pub(crate) const TIMES: [(&str, &str); 3] = [("rest", "a"), ("gap_s", "2"), ("max_green_s", "50")];

#[track_caller]
pub(crate) fn check(detectors: Vec<DetectorUse>, text: &str) -> Outcome {
    Timeline::new(streets(detectors)).strategy("actuated", &TIMES).check(text)
}

/// Detector edges aside: alarms of detectors, calls.
const ALARMS: [u8; 6] = [83, 84, 85, 86, 87, 88];

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
    let calls =
        [(10.0, 43, 1), (10.0, 43, 2), (12.0, 44, 1), (13.0, 43, 1), (16.0, 44, 1), (25.0, 44, 2), (28.0, 43, 1)];
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
    Timeline::new(PlanSpec { detectors, ..spec }).strategy("actuated", &TIMES[1..]).check(
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
        vec![
            detector(0, "A"),
            DetectorUse { mode: DetectorMode::Extend, diagnostics, ..detector(1, "B") },
            detector(2, "B"),
        ],
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

/// Edges of a channel on and off for so long, again and again.
fn pulses(channel: u16, from_ms: i64, on_ms: i64, off_ms: i64, count: i64) -> impl Iterator<Item = DetectorEvent> {
    (0..count).flat_map(move |i| {
        let at = from_ms + i * (on_ms + off_ms);
        let edge = |at, on| DetectorEvent { detector: channel, at: Millis(at), on };
        [edge(at, true), edge(at + on_ms, false)]
    })
}

/// Alarms until a time if detectors report this: second, code, number; and the controller.
fn alarms(detectors: Vec<DetectorUse>, events: &[DetectorEvent], end: Millis) -> (Vec<(f64, u8, u16)>, Controller) {
    let plan = Plan::new(streets(detectors)).expect("a plan");
    let strategy = Registry::default().make("actuated", &[], &plan).expect("stages");
    let mut controller = Controller::new(plan, strategy, 8);
    controller.log_events(true);
    controller.start(Millis(0));
    events.iter().for_each(|&event| assert!(controller.handle_detector(event)));
    // Over more than an hour at once the present alone would count.
    (0..=end.0).step_by(60_000).chain([end.0]).for_each(|now| controller.advance(Millis(now)));
    let mut alarms = Vec::new();
    while let Some(output) = controller.poll_output() {
        if let Output::Event(e) = output
            && ALARMS.contains(&e.code)
        {
            alarms.push((e.at.seconds(), e.code, e.parameter));
        }
    }
    (alarms, controller)
}

#[test]
fn too_many_pulses_in_a_minute_are_erratic_until_a_minute_is_not() {
    let diagnostics = DetectorLimits { erratic: 60, ..NEVER };
    let detectors = || vec![detector(0, "A"), DetectorUse { diagnostics, ..detector(1, "B") }];
    let events: Vec<_> = pulses(1, 70_000, 400, 400, 70).chain(pulses(1, 200_000, 500, 500, 60)).collect();
    let (found, controller) = alarms(detectors(), &events, s(400));
    assert_eq!(found, [(120.0, 88, 2), (180.0, 83, 2)]);
    assert_eq!(controller.detectors().health(1), Health::Good);
}

#[test]
fn pulses_too_short_for_a_vehicle_are_no_vehicles() {
    let diagnostics = DetectorLimits { short_pulse: Millis(50), ..NEVER };
    let detectors = || vec![detector(0, "A"), DetectorUse { diagnostics, ..detector(1, "B") }];
    // Nine in a minute are chance, ten are not.
    let events: Vec<_> = pulses(1, 1000, 20, 3000, 9).chain(pulses(1, 61_000, 20, 3000, 10)).collect();
    let (found, controller) = alarms(detectors(), &events, s(150));
    assert_eq!(found, [(120.0, 84, 2)]);
    assert_eq!(controller.detectors().health(1), Health::ShortPulses);
    // Long enough.
    let events: Vec<_> = pulses(1, 1000, 50, 3000, 60).collect();
    assert_eq!(alarms(detectors(), &events, s(150)).0, []);
}

#[test]
fn nobody_is_expected_in_a_quiet_night() {
    let diagnostics = DetectorLimits { expected: 60, ..NEVER };
    let detectors =
        || vec![DetectorUse { diagnostics, ..detector(0, "A") }, DetectorUse { diagnostics, ..detector(1, "B") }];
    // An hour in which A counts twice as many as B; then nobody for three hours, then as before.
    let day = |from: i64| pulses(0, from, 500, 9500, 360).chain(pulses(1, from + 100, 500, 19_500, 180));
    let mut events: Vec<_> = day(1000).chain(day(4 * 3_600_000)).collect();
    events.sort_by_key(|e| e.at);
    assert_eq!(alarms(detectors(), &events, s(5 * 3600 - 60)).0, []);
    // B is broken in the second hour: by its share a third of all are expected there.
    events.retain(|e| e.detector == 0 || e.at < s(3 * 3600));
    events.extend(pulses(0, 5 * 3_600_000, 500, 9500, 360));
    let (found, _) = alarms(detectors(), &events, s(6 * 3600 - 60));
    // 60 of B are expected once A has counted about 180, after half an hour; by other lanes alone it takes twice as many.
    let [(at, 85, 2)] = found[..] else { panic!("{found:?}") };
    assert!((4.8..5.2).contains(&(at / 3600.0)), "{at}");
}

#[test]
fn volume_occupancy_and_headway_are_those_of_the_last_minute() {
    let events: Vec<_> = pulses(0, 60_000, 1000, 4000, 12).collect();
    let (_, controller) = alarms(vec![detector(0, "A"), detector(1, "B")], &events, s(130));
    let measured = controller.detectors().measured(0);
    assert_eq!((measured.volume, measured.on, measured.headway), (12, s(12), Some(s(5))));
    assert!((measured.occupancy() - 0.2).abs() < 1e-12);
    assert_eq!(controller.detectors().measured(1).volume, 0);
}

#[test]
fn added_initial_counts_who_comes_on_red_once() {
    let count = DetectorUse { mode: DetectorMode::Count, added_initial: true, ..detector(2, "B") };
    let edges: Vec<_> = pulses(1, 1000, 500, 500, 3).chain(pulses(2, 1100, 500, 500, 2)).collect();
    let calls = |detectors: Vec<DetectorUse>| alarms(detectors, &edges, Millis(3500)).1.group_calls().red_actuations(1);
    assert_eq!(calls(vec![detector(0, "A"), detector(1, "B")]), 3);
    assert_eq!(calls(vec![detector(0, "A"), detector(1, "B"), count]), 2);
}

/// A detector that lies at a distance before the stop line of a lane.
fn lies(detector: DetectorUse, kind: DetectorKind, lane: &str, distance_m: f64) -> DetectorUse {
    let place = DetectorPlace { kind, lane: lane.into(), distance_m, length_m: 2.0, speed_m_s: 14.0 };
    DetectorUse { place: Some(place), diagnostics: DetectorLimits { expected: 4, ..NEVER }, ..detector }
}

#[test]
fn a_loop_that_is_dead_from_the_start_is_found_by_those_at_its_stop_line() {
    use DetectorKind::{Count, StopBar, X};
    let counts = |channel: u16| DetectorUse { mode: DetectorMode::Count, ..detector(channel, "B") };
    let detectors = || {
        vec![
            lies(detector(0, "A"), StopBar, "a_0", 0.0),
            lies(detector(1, "B"), StopBar, "b_0", 0.0),
            lies(counts(2), Count, "b_0", 1.0),
            lies(detector(3, "B"), X, "b_0", 50.0),
            // Beside it nobody drives: of this lane nothing is expected.
            lies(detector(4, "B"), StopBar, "b_1", 0.0),
        ]
    };
    // One vehicle each five seconds: 12 in a minute pass the line; what detects them there is the loop that counts.
    let events: Vec<_> = pulses(2, 1000, 500, 4500, 300).collect();
    let (found, controller) = alarms(detectors(), &events, s(1500));
    // Only one of three mates says so, and nothing is learned yet: 36 vehicles are thrice 4.
    assert_eq!(found, [(176.0, 85, 4), (176.0, 85, 2)]);
    let health = [0, 1, 2, 3, 4].map(|n| controller.detectors().health(n));
    assert_eq!(health, [Health::Good, Health::NoActivity, Health::Good, Health::NoActivity, Health::Good]);
    // Broken, it calls its group, which nobody else does, and is restored by its first vehicle.
    assert!(controller.group_calls().is_called(1) || controller.lamps()[1] == Lamp::Green, "the failed zone calls B");
    let restored: Vec<_> = events.iter().copied().chain(pulses(1, 1_505_000, 500, 500, 1)).collect();
    assert_eq!(alarms(detectors(), &restored, s(1600)).0, [(176.0, 85, 4), (176.0, 85, 2), (1505.0, 83, 2)]);
    // Two minutes of the same traffic say nothing yet.
    assert_eq!(alarms(detectors(), &events[..24], s(1500)).0, []);
}

#[test]
fn a_push_button_is_logged_as_one() {
    let spec = PlanSpec::new("a crossing", vec![vehicle("A"), on_foot("P")])
        .forbid("A", "P", (s(4), s(12)))
        .stage("a", &["A"])
        .stage("p", &["P"]);
    let spec = PlanSpec { detectors: vec![detector(0, "A"), detector(1, "P")], ..spec };
    let outcome = Timeline::new(spec).strategy("actuated", &TIMES).check(
        "
               A P
            0  G r  detector 0 on
            1  G r  detector 0 off
              ...
            3  G r  detector 1 on
            4  G r  detector 1 off
        ",
    );
    assert_eq!(outcome.codes(&[81, 82, 89, 90]), [(0.0, 82, 1), (1.0, 81, 1), (3.0, 90, 2), (4.0, 89, 2)]);
    assert_eq!(outcome.codes(&[45]), [(3.0, 45, 2)]);
}
