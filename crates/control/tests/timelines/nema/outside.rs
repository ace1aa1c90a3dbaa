//! What comes from outside: commands, preemptions, the second max.

use intergreen_control::plan::{Preempt, PreemptKind};

use super::coordinated::coordinated;
use super::*;

#[test]
fn the_second_max_is_in_force_when_it_is_asked_for() {
    let spec = with(rings(), 2, |a| (a.max_1, a.max_2) = (Some(s(10)), Some(s(16))));
    let spec = with(spec, 6, |a| (a.max_1, a.max_2) = (Some(s(10)), Some(s(16))));
    let outcome = Timeline::new(spec).strategy("nema", &[("max", "2")]).check(
        "
               1 2 3 4 5 6 7 8 P2 P4
            20  r G r r r G r r r  r   detector 1 on, detector 5 on, detector 3 on
               ...
            36  r y r r r y r r r  r
               ...
            39  r r r r r r r r r  r
            40  r r r G r r r G r  r
               ...
            50  r r r G r r r G r  r
        ",
    );
    assert_eq!(
        outcome.codes(&[4, 5, 6, 50, 51]),
        [(20.001, 51, 2), (20.001, 51, 6), (36.0, 5, 2), (36.0, 5, 6), (40.0, 51, 4), (40.0, 51, 8)]
    );
}

#[test]
fn a_hold_keeps_a_phase_and_its_end_lets_it_go() {
    let outcome = nema(rings()).check(
        "
               1 2 3 4 5 6 7 8 P2 P4
            20  r G r r r G r r r  r   hold 2, hold 6, detector 3 on
               ...
            60  r y r r r y r r r  r   end hold 2, end hold 6
               ...
            63  r r r r r r r r r  r
            64  r r r G r r r G r  r
               ...
            80  r r r G r r r G r  r
        ",
    );
    assert_eq!(outcome.codes(&TERMINATIONS), [(25.0, 4, 2), (25.0, 4, 6)]);
}

#[test]
fn what_is_omitted_is_skipped_until_it_may_go_again() {
    let outcome = nema(rings()).check(
        "
               1 2 3 4 5 6 7 8 P2 P4
            20  r G r r r G r r r  r   omit 4, detector 3 on, detector 2 on
               ...
            25  r y r r r y r r r  r
               ...
            28  r r r r r r r r r  r
            29  r r G r r r r G r  r
               ...
            54  r r y r r r r G r  r
               ...
            57  r r r r r r r G r  r
               ...
            60  r r r r r r r G r  r   detector 2 off
               ...
            70  r r r G r r r G r  r   end omit 4
               ...
           100  r r r G r r r G r  r
        ",
    );
    assert_eq!(outcome.codes(&TERMINATIONS), [(25.0, 4, 2), (25.0, 4, 6), (54.0, 5, 3)]);
}

#[test]
fn a_force_off_ends_a_green_that_is_extended() {
    let outcome = nema(rings()).check(
        "
               1 2 3 4 5 6 7 8 P2 P4
            20  r G r r r G r r r  r   detector 1 on, detector 5 on, detector 3 on
               ...
            30  r y r r r y r r r  r   force-off 2, force-off 6
               ...
            33  r r r r r r r r r  r
            34  r r r G r r r G r  r
               ...
            50  r r r G r r r G r  r
        ",
    );
    assert_eq!(outcome.codes(&TERMINATIONS), [(30.0, 6, 2), (30.0, 6, 6)]);
}

#[test]
fn after_a_preemption_it_goes_on_with_the_exit_phases_in_step() {
    let mut spec = coordinated(Default::default());
    spec.preempts = vec![Preempt {
        name: "fire".into(),
        kind: PreemptKind::Emergency,
        delay: s(0),
        track: vec![],
        track_green: s(0),
        dwell: vec!["4".into()],
        min_dwell: s(10),
        max_presence: s(120),
        exit: vec!["2".into(), "6".into()],
        cuts_walk: false,
        cuts_clearance: false,
    }];
    let outcome = nema(spec).check(
        "
               1 2 3 4 5 6 7 8 P2 P4
            20  r G r r r G r r r  r   detector 3 on
               ...
            23  r y r r r y r r r  r   preempt fire
               ...
            26  r r r r r r r r r  r
            27  r r r G r r r r r  r
               ...
            50  r r r y r r r r r  r   end preempt fire
               ...
            53  r r r r r r r r r  r
            54  r G r r r G r r r  r
               ...
            88  r y r r r y r r r  r
               ...
            91  r r r r r r r r r  r
            92  r r r G r r r G r  r
               ...
           116  r r r y r r r y r  r
               ...
           119  r r r r r r r r r  r
           120  r G r r r G r r r  r
               ...
           148  r y r r r y r r r  r
               ...
           151  r r r r r r r r r  r
           152  r r r G r r r G r  r
               ...
           170  r r r G r r r G r  r
        ",
    );
    assert_eq!(
        outcome.codes(&[6, 102, 105, 107, 111, 150]),
        [
            (20.0, 150, 6),
            (20.001, 150, 1),
            (23.0, 102, 1),
            (23.0, 105, 1),
            (23.0, 107, 1),
            (50.0, 111, 1),
            (60.0, 150, 5),
            (88.0, 6, 2),
            (88.0, 6, 6),
            (116.0, 6, 4),
            (116.0, 6, 8),
            (120.0, 150, 5),
            (148.0, 6, 2),
            (148.0, 6, 6)
        ]
    );
}
