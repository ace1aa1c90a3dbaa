//! Volume density, gap reduction, dynamic max, conditional service.

use super::*;

#[test]
fn each_arrival_during_red_prolongs_the_initial() {
    let spec = with(rings(), 4, |a| (a.added_initial, a.max_initial) = (Some(s(3)), Some(s(12))));
    let outcome = nema(recall(spec, Recall::Min, &["2", "6"])).check(
        "
               1 2 3 4 5 6 7 8 P2 P4
             0  r G r r r G r r r  r   detector 1 on  -- 2 is busy
               ...
            10  r G r r r G r r r  r   detector 3 on
            11  r G r r r G r r r  r   detector 3 off
            12  r G r r r G r r r  r   detector 3 on
            13  r G r r r G r r r  r   detector 3 off
            14  r G r r r G r r r  r   detector 3 on
            15  r G r r r G r r r  r   detector 1 off
            16  r G r r r G r r r  r   detector 3 off
            17  r y r r r y r r r  r   detector 3 on
               ...
            20  r r r r r r r r r  r
            21  r r r G r r r G r  r
               ...
            28  r r r G r r r G r  r   detector 3 off  -- four have come: 12 s from 21 on, whoever is there
               ...
            33  r r r y r r r y r  r
               ...
            36  r r r r r r r r r  r
            37  r G r r r G r r r  r
               ...
            60  r G r r r G r r r  r
        ",
    );
    assert_eq!(outcome.codes(&TERMINATIONS), [(17.0, 4, 2), (17.0, 4, 6), (33.0, 4, 4), (33.0, 4, 8)]);
}

#[test]
fn a_phase_may_have_a_least_green_of_its_own() {
    let spec = with(rings(), 4, |a| a.min_green = Some(s(12)));
    let outcome = nema(recall(spec, Recall::Min, &["2", "6"])).check(
        "
               1 2 3 4 5 6 7 8 P2 P4
             0  r G r r r G r r r  r
               ...
            10  r y r r r y r r r  r   detector 3 on
               ...
            13  r r r r r r r r r  r
            14  r r r G r r r G r  r
            15  r r r G r r r G r  r   detector 3 off
               ...
            26  r r r y r r r y r  r
               ...
            29  r r r r r r r r r  r
            30  r G r r r G r r r  r
               ...
            40  r G r r r G r r r  r
        ",
    );
    // The log says when it is over, too.
    let expected = [
        (10.0, 4, 2),
        (10.0, 4, 6),
        (19.0, 3, 8),
        (26.0, 3, 4),
        (26.0, 4, 4),
        (26.0, 4, 8),
        (35.0, 3, 2),
        (35.0, 3, 6),
    ];
    assert_eq!(outcome.codes(&[3, 4, 5, 6]), expected);
}

/// Passage 4 s, least gap 1 s, from 5 s after the first conflicting call on over 10 s.
fn reduced(guaranteed: bool) -> PlanSpec {
    with(rings(), 2, |a| {
        (a.passage, a.min_gap) = (Some(s(4)), Some(s(1)));
        (a.before_reduction, a.to_reduce) = (Some(s(5)), Some(s(10)));
        a.guaranteed_passage = guaranteed;
    })
}

#[test]
fn the_gap_shrinks_with_the_time_for_which_somebody_waits() {
    let outcome = nema(reduced(false)).check(
        "
               1 2 3 4 5 6 7 8 P2 P4
             0  r G r r r G r r r  r   detector 1 on
               ...
            10  r G r r r G r r r  r   detector 3 on, detector 1 off
               ...
            13  r G r r r G r r r  r   detector 1 on  -- a gap of 3 s: still 4 s are allowed
            14  r G r r r G r r r  r   detector 1 off
               ...
            17  r G r r r G r r r  r   detector 1 on  -- 3 s: 3.4 s are allowed
            18  r G r r r G r r r  r   detector 1 off  -- at 20.4 s 2.4 s are left
               ...
            21  r y r r r y r r r  r
               ...
            24  r r r r r r r r r  r
            25  r r r G r r r G r  r
               ...
            40  r r r G r r r G r  r
        ",
    );
    assert_eq!(outcome.codes(&TERMINATIONS), [(20.385, 4, 2), (20.385, 4, 6)]);
}

#[test]
fn with_guaranteed_passage_the_last_vehicle_has_the_whole_passage() {
    let outcome = nema(reduced(true)).check(
        "
               1 2 3 4 5 6 7 8 P2 P4
             0  r G r r r G r r r  r   detector 1 on
               ...
            10  r G r r r G r r r  r   detector 3 on, detector 1 off
               ...
            13  r G r r r G r r r  r   detector 1 on
            14  r G r r r G r r r  r   detector 1 off
               ...
            17  r G r r r G r r r  r   detector 1 on
            18  r G r r r G r r r  r   detector 1 off  -- gaps out at 20.4, ends at 22
               ...
            21  r G r r r G r r r  r   detector 1 on  -- comes too late
            22  r y r r r y r r r  r
               ...
            25  r r r r r r r r r  r
            26  r r r G r r r G r  r
               ...
            40  r r r G r r r G r  r
        ",
    );
    assert_eq!(outcome.codes(&TERMINATIONS), [(22.0, 4, 2), (22.0, 4, 6)]);
}

#[test]
fn a_dynamic_max_grows_after_two_max_outs_and_shrinks_after_two_gap_outs() {
    let spec = with(rings(), 2, |a| {
        (a.max_1, a.dynamic_limit, a.dynamic_step) = (Some(s(10)), Some(s(15)), Some(s(3)));
    });
    let outcome = nema(recall(spec, Recall::Min, &["2", "4"])).check(
        "
               1 2 3 4 5 6 7 8 P2 P4
             0  r G r r r G r r r  r   detector 1 on
               ...
            10  r y r r r y r r r  r
               ...
            13  r r r r r r r r r  r
            14  r r r G r r r G r  r
               ...
            19  r r r y r r r y r  r
               ...
            22  r r r r r r r r r  r
            23  r G r r r G r r r  r
               ...
            33  r y r r r y r r r  r
               ...
            36  r r r r r r r r r  r
            37  r r r G r r r G r  r
               ...
            42  r r r y r r r y r  r
               ...
            45  r r r r r r r r r  r
            46  r G r r r G r r r  r   -- 10 s and a step
               ...
            59  r y r r r y r r r  r
               ...
            62  r r r r r r r r r  r
            63  r r r G r r r G r  r
               ...
            68  r r r y r r r y r  r
               ...
            71  r r r r r r r r r  r
            72  r G r r r G r r r  r   -- another step would be beyond the limit: none
               ...
            85  r y r r r y r r r  r
               ...
            88  r r r r r r r r r  r
            89  r r r G r r r G r  r
               ...
            94  r r r y r r r y r  r
               ...
            97  r r r r r r r r r  r
            98  r G r r r G r r r  r
               ...
           100  r G r r r G r r r  r   detector 1 off
               ...
           103  r y r r r y r r r  r
               ...
           106  r r r r r r r r r  r
           107  r r r G r r r G r  r
               ...
           112  r r r y r r r y r  r
               ...
           115  r r r r r r r r r  r
           116  r G r r r G r r r  r
               ...
           121  r y r r r y r r r  r
               ...
           124  r r r r r r r r r  r
           125  r r r G r r r G r  r
               ...
           130  r r r y r r r y r  r
               ...
           133  r r r r r r r r r  r
           134  r G r r r G r r r  r
               ...
           139  r y r r r y r r r  r
               ...
           142  r r r r r r r r r  r
           143  r r r G r r r G r  r
               ...
           148  r r r y r r r y r  r
               ...
           150  r r r y r r r y r  r   detector 1 on
           151  r r r r r r r r r  r
           152  r G r r r G r r r  r
               ...
           162  r y r r r y r r r  r
               ...
           164  r y r r r y r r r  r
        ",
    );
    let of_2 = outcome.codes(&[4, 5, 6, 52, 53, 54]).into_iter().filter(|e| e.2 == 2);
    assert_eq!(
        of_2.collect::<Vec<_>>(),
        [
            (10.0, 5, 2),
            (33.0, 5, 2),
            (33.0, 53, 2),
            (46.0, 52, 2),
            (59.0, 5, 2),
            (72.0, 52, 2),
            (85.0, 5, 2),
            (98.0, 52, 2),
            (103.0, 4, 2),
            (116.0, 52, 2),
            (121.0, 4, 2),
            (121.0, 54, 2),
            (139.0, 4, 2),
            (162.0, 5, 2)
        ]
    );
}

#[test]
fn while_a_detector_is_broken_there_is_no_dynamic_max() {
    let spec = with(rings(), 2, |a| {
        (a.max_1, a.dynamic_limit, a.dynamic_step) = (Some(s(10)), Some(s(20)), Some(s(5)));
    });
    let outcome = nema(recall(spec, Recall::Min, &["2", "4"])).check(
        "
               1 2 3 4 5 6 7 8 P2 P4
             0  r G r r r G r r r  r   detector 1 on
               ...
            10  r y r r r y r r r  r
               ...
            13  r r r r r r r r r  r
            14  r r r G r r r G r  r
               ...
            19  r r r y r r r y r  r
               ...
            22  r r r r r r r r r  r
            23  r G r r r G r r r  r
               ...
            33  r y r r r y r r r  r   -- from here on it has 15 s
               ...
            36  r r r r r r r r r  r
            37  r r r G r r r G r  r
               ...
            42  r r r y r r r y r  r
               ...
            45  r r r r r r r r r  r
            46  r G r r r G r r r  r
               ...
            50  r G r r r G r r r  r   lost 1  -- 10 s again
               ...
            56  r y r r r y r r r  r
               ...
            59  r r r r r r r r r  r
            60  r r r G r r r G r  r
               ...
            65  r r r y r r r y r  r
               ...
            68  r r r r r r r r r  r
            69  r G r r r G r r r  r
               ...
            79  r y r r r y r r r  r
               ...
            82  r r r r r r r r r  r
            83  r r r G r r r G r  r
               ...
            88  r r r y r r r y r  r
               ...
            91  r r r r r r r r r  r
            92  r G r r r G r r r  r
               ...
            95  r G r r r G r r r  r   end lost 1  -- from here on it may grow again
               ...
           102  r y r r r y r r r  r
               ...
           105  r r r r r r r r r  r
           106  r r r G r r r G r  r
               ...
           111  r r r y r r r y r  r
               ...
           114  r r r r r r r r r  r
           115  r G r r r G r r r  r
               ...
           125  r y r r r y r r r  r
           126  r y r r r y r r r  r
        ",
    );
    assert_eq!(outcome.codes(&[5, 6]).iter().map(|e| e.0).collect::<Vec<_>>(), [10.0, 33.0, 56.0, 79.0, 102.0, 125.0]);
    assert_eq!(outcome.codes(&[52, 53, 54]), [(33.0, 53, 2), (46.0, 52, 2), (125.0, 53, 2)]);
}

#[test]
fn a_left_turn_is_served_once_more_while_the_other_ring_is_busy() {
    let spec = with(rings(), 1, |a| a.conditional_service = true);
    let outcome = nema(spec).check(
        "
               1 2 3 4 5 6 7 8 P2 P4
             0  r G r r r G r r r  r   detector 5 on
               ...
            10  r y r r r G r r r  r   detector 7 on, detector 0 on  -- 2 has gapped out, 6 is busy: time for 1
               ...
            13  r r r r r G r r r  r
            14  G r r r r G r r r  r
               ...
            20  G r r r r G r r r  r   detector 0 off
               ...
            30  y r r r r G r r r  r   detector 1 on
               ...
            33  r r r r r G r r r  r
            34  r G r r r G r r r  r
               ...
            40  r G r r r G r r r  r   detector 5 off
               ...
            60  r G r r r G r r r  r
        ",
    );
    assert_eq!(outcome.codes(&TERMINATIONS), [(10.0, 4, 2), (30.0, 4, 1)]);
}

#[test]
fn a_phase_that_has_maxed_out_lets_a_left_turn_be_served_once_more() {
    let spec = with(with(rings(), 1, |a| a.conditional_service = true), 2, |a| a.max_1 = Some(s(10)));
    let outcome = nema(spec).check(
        "
               1 2 3 4 5 6 7 8 P2 P4
             0  r G r r r G r r r  r   detector 1 on, detector 5 on
               ...
            10  r G r r r G r r r  r   detector 7 on, detector 0 on  -- 2 has 10 s left, 6 has 50 s
               ...
            20  r y r r r G r r r  r
               ...
            23  r r r r r G r r r  r
            24  G r r r r G r r r  r
               ...
            30  G r r r r G r r r  r   detector 0 off
               ...
            32  y r r r r G r r r  r
               ...
            35  r r r r r G r r r  r
            36  r G r r r G r r r  r
               ...
            50  r G r r r G r r r  r   detector 5 off  -- 2 maxed out at 46 and waits for the barrier
               ...
            52  r y r r r y r r r  r
               ...
            55  r r r r r r r r r  r
            56  r r r G r r r G r  r
               ...
            60  r r r G r r r G r  r
        ",
    );
    assert_eq!(outcome.codes(&TERMINATIONS), [(20.0, 5, 2), (32.0, 4, 1), (52.0, 5, 2), (52.0, 4, 6)]);
}

#[test]
fn a_conditional_service_may_have_a_least_green_of_its_own() {
    let spec = with(rings(), 1, |a| (a.conditional_service, a.conditional_min) = (true, Some(s(8))));
    let outcome = nema(spec.clone()).check(
        "
               1 2 3 4 5 6 7 8 P2 P4
             0  r G r r r G r r r  r   detector 5 on
               ...
            10  r y r r r G r r r  r   detector 7 on, detector 0 on
               ...
            13  r r r r r G r r r  r
            14  G r r r r G r r r  r
            15  G r r r r G r r r  r   detector 0 off, detector 1 on  -- otherwise it would end at 19
               ...
            22  y r r r r G r r r  r
               ...
            25  r r r r r G r r r  r
            26  r G r r r G r r r  r
               ...
            30  r G r r r G r r r  r
        ",
    );
    assert_eq!(outcome.codes(&TERMINATIONS), [(10.0, 4, 2), (22.0, 4, 1)]);
    let outcome = nema(with(spec, 6, |a| a.max_1 = Some(s(11)))).check(
        "
               1 2 3 4 5 6 7 8 P2 P4
             0  r G r r r G r r r  r   detector 5 on
               ...
            10  r G r r r G r r r  r   detector 7 on, detector 0 on  -- 6 has 11 s left, 1 would need 12 s
               ...
            21  r y r r r y r r r  r
               ...
            24  r r r r r r r r r  r
            25  r r r G r r r G r  r
               ...
            30  r r r G r r r G r  r
        ",
    );
    assert_eq!(outcome.codes(&TERMINATIONS), [(21.0, 4, 2), (21.0, 5, 6)]);
}

#[test]
fn without_time_for_it_there_is_no_conditional_service() {
    let spec = with(rings(), 1, |a| a.conditional_service = true);
    let outcome = nema(with(spec, 6, |a| a.max_1 = Some(s(8)))).check(
        "
               1 2 3 4 5 6 7 8 P2 P4
             0  r G r r r G r r r  r   detector 5 on
               ...
            10  r G r r r G r r r  r   detector 7 on, detector 0 on  -- 6 has 8 s left, 1 would need 9 s with the change to it
               ...
            18  r y r r r y r r r  r
               ...
            21  r r r r r r r r r  r
            22  r r r G r r r G r  r
               ...
            50  r r r G r r r G r  r
        ",
    );
    assert_eq!(outcome.codes(&TERMINATIONS), [(18.0, 4, 2), (18.0, 5, 6)]);
}

/// Every detector is a zone at the stop line, and upstream of phase 2's lies detector 10, the usual X, where traffic has a
/// speed.
fn with_advance_loop(speed_m_s: f64) -> PlanSpec {
    let place = |kind, lane: &str| {
        let (distance_m, length_m) = if kind == DetectorKind::X { (50.0, 2.0) } else { (0.0, 12.0) };
        Some(DetectorPlace { kind, lane: lane.into(), distance_m, length_m, speed_m_s })
    };
    let mut spec = rings();
    for d in spec.detectors.iter_mut().take(8) {
        d.place = place(DetectorKind::StopBar, &d.groups[0]);
    }
    let (groups, mode) = (vec!["2".into()], DetectorMode::Extend);
    let place = place(DetectorKind::X, "2");
    spec.detectors.push(DetectorUse { channel: 10, groups, mode, place, usual: true, ..DetectorUse::default() });
    spec
}

#[test]
fn an_advance_loop_extends_where_traffic_is_fast_or_the_plan_says_so() {
    let mut own = with_advance_loop(13.9);
    own.detectors.last_mut().expect("the loop").usual = false;
    for spec in [with_advance_loop(20.0), own] {
        let outcome = nema(spec).check(
            "
               1 2 3 4 5 6 7 8 P2 P4
             0  r G r r r G r r r  r   detector 1 on
               ...
            10  r G r r r G r r r  r   detector 3 on
               ...
            12  r G r r r G r r r  r   detector 1 off, detector 10 on
               ...
            15  r G r r r G r r r  r   detector 10 off  -- 2 s from here
               ...
            17  r y r r r y r r r  r
               ...
            20  r r r r r r r r r  r
            21  r r r G r r r G r  r
               ...
            30  r r r G r r r G r  r
            ",
        );
        assert_eq!(outcome.codes(&TERMINATIONS), [(17.0, 4, 2), (17.0, 4, 6)]);
    }
}

#[test]
fn where_traffic_is_slow_only_the_zone_extends_and_the_passage_is_short() {
    let outcome = nema(with_advance_loop(13.9)).check(
        "
               1 2 3 4 5 6 7 8 P2 P4
             0  r G r r r G r r r  r   detector 1 on
               ...
            10  r G r r r G r r r  r   detector 3 on
               ...
            12  r G r r r G r r r  r   detector 1 off, detector 10 on  -- 0.5 s from here: 1.9 s less 17 m at 12.5 m/s
            13  r y r r r y r r r  r
               ...
            15  r y r r r y r r r  r   detector 10 off
            16  r r r r r r r r r  r
            17  r r r G r r r G r  r
               ...
            30  r r r G r r r G r  r
        ",
    );
    assert_eq!(outcome.codes(&TERMINATIONS), [(12.5, 4, 2), (12.5, 4, 6)]);
}

#[test]
fn a_gap_begins_when_the_zone_is_free_although_an_idle_loop_is_still_on() {
    let outcome = nema(with_advance_loop(13.9)).check(
        "
               1 2 3 4 5 6 7 8 P2 P4
             0  r G r r r G r r r  r   detector 1 on
               ...
            10  r G r r r G r r r  r   detector 3 on
            11  r G r r r G r r r  r   detector 10 on  -- somebody stands on the loop, or it is broken
            12  r G r r r G r r r  r   detector 1 off  -- 0.5 s from here
            13  r y r r r y r r r  r
               ...
            16  r r r r r r r r r  r
            17  r r r G r r r G r  r
               ...
            30  r r r G r r r G r  r
        ",
    );
    assert_eq!(outcome.codes(&TERMINATIONS), [(12.5, 4, 2), (12.5, 4, 6)]);
}

#[test]
fn a_broken_zone_whose_loop_extends_nothing_lets_the_queue_before_it_leave() {
    let outcome = nema(with_advance_loop(13.9)).check(
        "
               1 2 3 4 5 6 7 8 P2 P4
             0  r G r r r G r r r  r   lost 1
               ...
            10  r G r r r G r r r  r   detector 3 on
               ...
            17  r y r r r y r r r  r   -- as long as a queue up to the loop takes, and the passage
               ...
            20  r r r r r r r r r  r
            21  r r r G r r r G r  r
               ...
            30  r r r G r r r G r  r
        ",
    );
    assert_eq!(outcome.codes(&TERMINATIONS)[0].1, 4, "a gap-out");
}

#[test]
fn without_its_loop_it_has_its_greatest_green() {
    let outcome = nema(with_advance_loop(13.9)).check(
        "
               1 2 3 4 5 6 7 8 P2 P4
             0  r G r r r G r r r  r   lost 1, lost 10
               ...
            10  r G r r r G r r r  r   detector 3 on
               ...
            60  r y r r r y r r r  r   -- 50 s from the call
        ",
    );
    assert_eq!(outcome.codes(&TERMINATIONS)[..1], [(60.0, 5, 2)]);
}
