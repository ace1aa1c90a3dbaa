//! Lanes that gap out one by one (unless `lane_gaps` is false): phase 2 has two, detector 1 in lane a, detector 10 in lane b.

use super::*;

/// The eight phases with the second lane.
fn two_lanes() -> PlanSpec {
    let mut spec = with(rings(), 2, |a| a.passage = Some(s(2)));
    let in_lane = |name: &str| DetectorPlace {
        kind: DetectorKind::StopBar,
        lane: name.into(),
        distance_m: 0.0,
        length_m: 12.0,
        speed_m_s: 14.0,
    };
    spec.detectors[1].place = Some(in_lane("a"));
    let second = DetectorUse { channel: 10, place: Some(in_lane("b")), ..spec.detectors[1].clone() };
    spec.detectors.push(second);
    spec
}

#[test]
fn a_lane_that_has_gapped_out_does_not_extend_again() {
    let outcome = nema(two_lanes()).check(
        "
               1 2 3 4 5 6 7 8 P2 P4
             0  r G r r r G r r r  r   detector 1 on, detector 10 on
               ...
            10  r G r r r G r r r  r   detector 3 on
               ...
            12  r G r r r G r r r  r   detector 10 off  -- lane b gaps out at 14
               ...
            15  r G r r r G r r r  r   detector 10 on  -- too late
               ...
            17  r G r r r G r r r  r   detector 1 off
               ...
            19  r y r r r y r r r  r
               ...
            22  r r r r r r r r r  r
            23  r r r G r r r G r  r
               ...
            40  r r r G r r r G r  r
        ",
    );
    assert_eq!(outcome.codes(&TERMINATIONS), [(19.0, 4, 2), (19.0, 4, 6)]);
}

#[test]
fn otherwise_lanes_extend_for_each_other() {
    let outcome = Timeline::new(two_lanes()).strategy("nema", &[("lane_gaps", "false")]).check(
        "
               1 2 3 4 5 6 7 8 P2 P4
             0  r G r r r G r r r  r   detector 1 on, detector 10 on
               ...
            10  r G r r r G r r r  r   detector 3 on
               ...
            12  r G r r r G r r r  r   detector 10 off
               ...
            15  r G r r r G r r r  r   detector 10 on
               ...
            17  r G r r r G r r r  r   detector 1 off
               ...
            20  r G r r r G r r r  r   detector 10 off
               ...
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
fn lanes_that_gapped_out_before_anybody_else_was_called_extend_again() {
    let outcome = nema(two_lanes()).check(
        "
               1 2 3 4 5 6 7 8 P2 P4
             0  r G r r r G r r r  r   detector 1 on
               ...
            10  r G r r r G r r r  r   detector 10 on  -- empty until now
               ...
            12  r G r r r G r r r  r   detector 3 on, detector 1 off
               ...
            20  r G r r r G r r r  r   detector 10 off
               ...
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

/// Simultaneous gap-out: a phase that waits for the other ring is extended by whoever comes then, in any lane, but not by
/// who came while the other lane still had its queue.
#[test]
fn at_the_barrier_whoever_comes_extends_again() {
    let outcome = nema(two_lanes()).check(
        "
               1 2 3 4 5 6 7 8 P2 P4
             0  r G r r r G r r r  r   detector 1 on, detector 5 on, detector 10 on
               ...
            10  r G r r r G r r r  r   detector 3 on
               ...
            12  r G r r r G r r r  r   detector 10 off
               ...
            15  r G r r r G r r r  r   detector 10 on
               ...
            16  r G r r r G r r r  r   detector 1 off  -- 2 has gapped out at 18, and waits for 6
               ...
            20  r G r r r G r r r  r   detector 10 off
               ...
            25  r G r r r G r r r  r   detector 10 on  -- a new one
               ...
            27  r G r r r G r r r  r   detector 5 off
               ...
            31  r G r r r G r r r  r   detector 10 off
               ...
            33  r y r r r y r r r  r
               ...
            36  r r r r r r r r r  r
            37  r r r G r r r G r  r
               ...
            50  r r r G r r r G r  r
        ",
    );
    assert_eq!(outcome.codes(&TERMINATIONS), [(33.0, 4, 2), (33.0, 4, 6)]);
}

#[test]
fn at_the_barrier_who_was_there_already_extends_nothing() {
    let outcome = nema(two_lanes()).check(
        "
               1 2 3 4 5 6 7 8 P2 P4
             0  r G r r r G r r r  r   detector 1 on, detector 5 on, detector 10 on
               ...
            10  r G r r r G r r r  r   detector 3 on
               ...
            12  r G r r r G r r r  r   detector 10 off
               ...
            15  r G r r r G r r r  r   detector 10 on
               ...
            16  r G r r r G r r r  r   detector 1 off
               ...
            19  r G r r r G r r r  r   detector 5 off
               ...
            21  r y r r r y r r r  r   -- lane b is still occupied
               ...
            24  r r r r r r r r r  r
            25  r r r G r r r G r  r
               ...
            40  r r r G r r r G r  r
        ",
    );
    assert_eq!(outcome.codes(&TERMINATIONS), [(21.0, 4, 2), (21.0, 4, 6)]);
}

/// Gap reduction holds for each lane by itself: lane b, whose last one left at 14, is out at 17.3 s, when 3.3 s are allowed; lane a
/// goes on.
#[test]
fn a_reduced_gap_is_each_lanes_own() {
    let spec = with(two_lanes(), 2, |a| {
        (a.passage, a.min_gap) = (Some(s(4)), Some(s(1)));
        (a.before_reduction, a.to_reduce) = (Some(s(5)), Some(s(10)));
    });
    let outcome = nema(spec).check(
        "
               1 2 3 4 5 6 7 8 P2 P4
             0  r G r r r G r r r  r   detector 1 on, detector 10 on
               ...
            10  r G r r r G r r r  r   detector 3 on
               ...
            14  r G r r r G r r r  r   detector 10 off
               ...
            18  r G r r r G r r r  r   detector 10 on  -- out since 17.3
               ...
            22  r G r r r G r r r  r   detector 1 off
               ...
            24  r y r r r y r r r  r
               ...
            27  r r r r r r r r r  r
            28  r r r G r r r G r  r
               ...
            40  r r r G r r r G r  r
        ",
    );
    assert_eq!(outcome.codes(&TERMINATIONS), [(23.462, 4, 2), (23.462, 4, 6)]);
}
