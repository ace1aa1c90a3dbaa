//! Patterns: yield points, force-offs, permissives, offsets.

use intergreen_control::plan::{Coordination, ForceOffs, OffsetReference, Pattern, PhaseSplit};

use super::*;

/// Cycle 60 s: lefts 12 s, main street 20 s, lefts 10 s, side street 18 s; the main street is coordinated: its yield
/// point is 28 s after the begin of the cycle.
pub(super) fn pattern(name: &str, offset: i64, coordination: Coordination) -> Pattern {
    let split = |phase: u8| PhaseSplit { phase, split: s([12, 20, 10, 18][usize::from((phase - 1) % 4)]) };
    Pattern {
        name: name.into(),
        cycle: s(60),
        offset: s(offset),
        stages: vec![],
        phases: (1..=8).map(split).collect(),
        coordinated: vec![2, 6],
        coordination,
    }
}

/// At 20 s it is 20 s into its cycle.
pub(super) fn coordinated(coordination: Coordination) -> PlanSpec {
    PlanSpec { patterns: vec![pattern("day", 0, coordination)], ..rings() }
}

pub(super) const COORDINATION: [u8; 6] = [4, 5, 6, 150, 151, 152];

#[test]
fn the_coordinated_phases_hold_to_their_yield_point() {
    let outcome = nema(coordinated(Coordination::default())).check(
        "
               1 2 3 4 5 6 7 8 P2 P4
            20  r G r r r G r r r  r   detector 3 on  -- within the green of the pattern: in step at once
               ...
            28  r y r r r y r r r  r
               ...
            31  r r r r r r r r r  r
            32  r r r G r r r G r  r
               ...
            56  r r r y r r r y r  r
               ...
            59  r r r r r r r r r  r
            60  r G r r r G r r r  r
               ...
            88  r y r r r y r r r  r
               ...
            90  r y r r r y r r r  r   detector 3 off
            91  r r r r r r r r r  r
            92  r r r G r r r G r  r
               ...
            97  r r r y r r r y r  r
               ...
           100  r r r r r r r r r  r
           101  r G r r r G r r r  r
               ...
           110  r G r r r G r r r  r
        ",
    );
    assert_eq!(
        outcome.codes(&COORDINATION),
        [
            (20.0, 150, 6),
            (20.001, 152, 2),
            (20.001, 152, 6),
            (20.001, 150, 1),
            (28.0, 151, 2),
            (28.0, 151, 6),
            (28.0, 6, 2),
            (28.0, 6, 6),
            (56.0, 6, 4),
            (56.0, 6, 8),
            (60.0, 150, 5),
            (60.0, 152, 2),
            (60.0, 152, 6),
            (88.0, 151, 2),
            (88.0, 151, 6),
            (88.0, 6, 2),
            (88.0, 6, 6),
            (97.0, 4, 4),
            (97.0, 4, 8),
            (101.0, 152, 2),
            (101.0, 152, 6)
        ]
    );
    assert_eq!(
        outcome.codes(&[131, 132, 133, 134, 137, 141]),
        [(20.0, 131, 1), (20.0, 132, 60), (20.0, 133, 0), (20.0, 134, 12), (20.0, 137, 18), (20.0, 141, 18)]
    );
}

#[test]
fn a_call_that_comes_too_late_waits_for_the_next_cycle() {
    let outcome = nema(coordinated(Coordination::default())).check(
        "
               1 2 3 4 5 6 7 8 P2 P4
            20  r G r r r G r r r  r
               ...
            34  r G r r r G r r r  r   detector 2 on  -- 3 has its force-off at 38: 4 s of clearance and 5 s of green no longer fit
               ...
            40  r y r r r y r r r  r   detector 3 on  -- 4 has it at 56: admitted
               ...
            43  r r r r r r r r r  r
            44  r r r G r r r G r  r
               ...
            56  r r r y r r r y r  r
               ...
            59  r r r r r r r r r  r
            60  r G r r r G r r r  r   detector 3 off
               ...
            88  r y r r r y r r r  r
               ...
            91  r r r r r r r r r  r
            92  r r G r r r r G r  r
               ...
            98  r r y r r r r y r  r
               ...
           101  r r r r r r r r r  r
           102  r G r r r G r r r  r
               ...
           110  r G r r r G r r r  r
        ",
    );
    assert_eq!(
        outcome.codes(&COORDINATION),
        [
            (20.0, 150, 6),
            (20.001, 152, 2),
            (20.001, 152, 6),
            (20.001, 150, 1),
            (28.0, 151, 2),
            (28.0, 151, 6),
            (40.0, 6, 2),
            (40.0, 6, 6),
            (56.0, 6, 4),
            (56.0, 6, 8),
            (60.0, 150, 5),
            (60.0, 152, 2),
            (60.0, 152, 6),
            (88.0, 151, 2),
            (88.0, 151, 6),
            (88.0, 6, 2),
            (88.0, 6, 6),
            (98.0, 6, 3),
            (98.0, 4, 8),
            (102.0, 152, 2),
            (102.0, 152, 6)
        ]
    );
}

#[test]
fn a_phase_with_a_least_green_of_its_own_is_admitted_as_long_as_that_fits() {
    let outcome = nema(with(coordinated(Coordination::default()), 4, |a| a.min_green = Some(s(13)))).check(
        "
               1 2 3 4 5 6 7 8 P2 P4
            20  r G r r r G r r r  r
               ...
            35  r y r r r y r r r  r   detector 3 on  -- 4 has its force-off at 56: 4 s of clearance and 13 s of green fit
               ...
            37  r y r r r y r r r  r   detector 3 off
            38  r r r r r r r r r  r
            39  r r r G r r r G r  r
               ...
            52  r r r y r r r y r  r
               ...
            55  r r r r r r r r r  r
            56  r G r r r G r r r  r
               ...
           100  r G r r r G r r r  r   detector 3 on  -- they no longer do
               ...
           148  r y r r r y r r r  r
               ...
           151  r r r r r r r r r  r
           152  r r r G r r r G r  r
               ...
           160  r r r G r r r G r  r
        ",
    );
    assert_eq!(
        outcome.codes(&TERMINATIONS),
        [(35.0, 6, 2), (35.0, 6, 6), (52.0, 4, 4), (52.0, 4, 8), (148.0, 6, 2), (148.0, 6, 6)]
    );
}

#[test]
fn with_fixed_force_offs_the_next_phase_has_what_is_left_over() {
    let outcome = nema(coordinated(Coordination::default())).check(
        "
               1 2 3 4 5 6 7 8 P2 P4
            20  r G r r r G r r r  r   detector 3 on  -- nobody at 3: 4 has its time, until 56
               ...
            28  r y r r r y r r r  r
               ...
            31  r r r r r r r r r  r
            32  r r r G r r r G r  r
               ...
            56  r r r y r r r y r  r
               ...
            59  r r r r r r r r r  r
            60  r G r r r G r r r  r
               ...
            62  r G r r r G r r r  r
        ",
    );
    assert_eq!(
        outcome.codes(&COORDINATION),
        [
            (20.0, 150, 6),
            (20.001, 152, 2),
            (20.001, 152, 6),
            (20.001, 150, 1),
            (28.0, 151, 2),
            (28.0, 151, 6),
            (28.0, 6, 2),
            (28.0, 6, 6),
            (56.0, 6, 4),
            (56.0, 6, 8),
            (60.0, 150, 5),
            (60.0, 152, 2),
            (60.0, 152, 6)
        ]
    );
}

#[test]
fn with_floating_force_offs_the_coordinated_phases_have_it() {
    let floating = Coordination { force_off: ForceOffs::Floating, ..Coordination::default() };
    let outcome = nema(coordinated(floating)).check(
        "
               1 2 3 4 5 6 7 8 P2 P4
            20  r G r r r G r r r  r   detector 3 on  -- 14 s of green, no more
               ...
            28  r y r r r y r r r  r
               ...
            31  r r r r r r r r r  r
            32  r r r G r r r G r  r
               ...
            46  r r r y r r r y r  r
               ...
            49  r r r r r r r r r  r
            50  r G r r r G r r r  r
               ...
            62  r G r r r G r r r  r
        ",
    );
    assert_eq!(
        outcome.codes(&COORDINATION),
        [
            (20.0, 150, 6),
            (20.001, 152, 2),
            (20.001, 152, 6),
            (20.001, 150, 1),
            (28.0, 151, 2),
            (28.0, 151, 6),
            (28.0, 6, 2),
            (28.0, 6, 6),
            (46.0, 6, 4),
            (46.0, 6, 8),
            (50.0, 152, 2),
            (50.0, 152, 6),
            (60.0, 150, 5)
        ]
    );
}

#[test]
fn max_is_inhibited_unless_it_is_kept() {
    let keeps = Coordination { keeps_max: true, ..Coordination::default() };
    let outcome = nema(with(coordinated(keeps), 4, |a| a.max_1 = Some(s(10)))).check(
        "
               1 2 3 4 5 6 7 8 P2 P4
            20  r G r r r G r r r  r   detector 3 on
               ...
            28  r y r r r y r r r  r
               ...
            31  r r r r r r r r r  r
            32  r r r G r r r G r  r
               ...
            42  r r r y r r r y r  r
               ...
            45  r r r r r r r r r  r
            46  r G r r r G r r r  r
               ...
            62  r G r r r G r r r  r
        ",
    );
    assert_eq!(
        outcome.codes(&COORDINATION),
        [
            (20.0, 150, 6),
            (20.001, 152, 2),
            (20.001, 152, 6),
            (20.001, 150, 1),
            (28.0, 151, 2),
            (28.0, 151, 6),
            (28.0, 6, 2),
            (28.0, 6, 6),
            (42.0, 5, 4),
            (42.0, 4, 8),
            (46.0, 152, 2),
            (46.0, 152, 6),
            (60.0, 150, 5)
        ]
    );
    let outcome = nema(with(coordinated(Coordination::default()), 4, |a| a.max_1 = Some(s(10)))).check(
        "
               1 2 3 4 5 6 7 8 P2 P4
            20  r G r r r G r r r  r   detector 3 on
               ...
            28  r y r r r y r r r  r
               ...
            31  r r r r r r r r r  r
            32  r r r G r r r G r  r   -- its max, 10 s, ends nothing
               ...
            56  r r r y r r r y r  r
               ...
            59  r r r r r r r r r  r
            60  r G r r r G r r r  r
               ...
            62  r G r r r G r r r  r
        ",
    );
    assert_eq!(outcome.codes(&TERMINATIONS), [(28.0, 6, 2), (28.0, 6, 6), (56.0, 6, 4), (56.0, 6, 8)]);
}

#[test]
fn an_actuated_coordinated_phase_may_gap_out_before_its_yield_point() {
    let actuated = Coordination { actuated: Some(s(8)), ..Coordination::default() };
    let outcome = nema(coordinated(actuated)).check(
        "
               1 2 3 4 5 6 7 8 P2 P4
            14  r G r r r G r r r  r   detector 3 on, detector 1 on
               ...
            22  r G r r r G r r r  r   detector 1 off  -- from 20 on they may: 2 does at 24
               ...
            24  r y r r r y r r r  r
               ...
            27  r r r r r r r r r  r
            28  r r r G r r r G r  r
               ...
            56  r r r y r r r y r  r
               ...
            59  r r r r r r r r r  r
            60  r G r r r G r r r  r
               ...
            62  r G r r r G r r r  r
        ",
    );
    assert_eq!(
        outcome.codes(&COORDINATION),
        [
            (14.0, 150, 6),
            (14.001, 152, 2),
            (14.001, 152, 6),
            (14.001, 150, 1),
            (24.0, 4, 2),
            (24.0, 4, 6),
            (28.0, 151, 2),
            (28.0, 151, 6),
            (56.0, 6, 4),
            (56.0, 6, 8),
            (60.0, 150, 5),
            (60.0, 152, 2),
            (60.0, 152, 6)
        ]
    );
}

/// In ring 2 the main street comes first: it begins at 0 there and yields at 16 s, in ring 1 at 12 s and at 28 s.
#[test]
fn an_offset_may_point_to_the_begin_or_end_of_any_coordinated_phase() {
    for (reference, offset) in [
        (OffsetReference::Cycle, 0),
        (OffsetReference::LeadGreen, 0),
        (OffsetReference::LagGreen, 12),
        (OffsetReference::LeadYellow, 16),
        (OffsetReference::LagYellow, 28),
    ] {
        let coordination = Coordination { reference, ..Coordination::default() };
        let mut spec = PlanSpec { patterns: vec![pattern("day", offset, coordination)], ..rings() };
        spec.rings.as_mut().expect("rings").rings[1][0] = vec![6, 5];
        let outcome = nema(spec).check(
            "
               1 2 3 4 5 6 7 8 P2 P4
            13  r G r r r G r r r  r   detector 3 on, detector 4 on
               ...
            18  r G r r r y r r r  r     -- its least green is over 2 s after its yield point
               ...
            21  r G r r r r r r r  r
            22  r G r r G r r r r  r
               ...
            28  r y r r y r r r r  r
               ...
            31  r r r r r r r r r  r
            32  r r r G r r r G r  r
               ...
            40  r r r G r r r G r  r
            ",
        );
        assert_eq!(outcome.codes(&[150, 151]), [(13.0, 150, 6), (13.001, 150, 1), (16.0, 151, 6), (28.0, 151, 2)]);
    }
}

#[test]
fn without_a_pattern_it_is_free() {
    let mut spec = coordinated(Coordination::default());
    spec.patterns.push(pattern("night", 30, Coordination::default()));
    let outcome = nema(spec).check(
        "
               1 2 3 4 5 6 7 8 P2 P4
            20  r G r r r G r r r  r   detector 3 on
               ...
            28  r y r r r y r r r  r
               ...
            31  r r r r r r r r r  r
            32  r r r G r r r G r  r
               ...
            40  r r r G r r r G r  r   free
               ...
            70  r r r G r r r G r  r   pattern night
               ...
           120  r r r y r r r y r  r
               ...
           123  r r r r r r r r r  r
           124  r G r r r G r r r  r
               ...
           144  r y r r r y r r r  r
               ...
           147  r r r r r r r r r  r
           148  r r r G r r r G r  r
               ...
           177  r r r y r r r y r  r
               ...
           180  r r r r r r r r r  r
           181  r G r r r G r r r  r
               ...
           200  r G r r r G r r r  r
        ",
    );
    assert_eq!(
        outcome.codes(&COORDINATION),
        [
            (20.0, 150, 6),
            (20.001, 152, 2),
            (20.001, 152, 6),
            (20.001, 150, 1),
            (28.0, 151, 2),
            (28.0, 151, 6),
            (28.0, 6, 2),
            (28.0, 6, 6),
            (40.0, 150, 0),
            (70.0, 150, 6),
            (120.0, 5, 4),
            (120.0, 4, 8),
            (124.0, 152, 2),
            (124.0, 152, 6),
            (124.0, 150, 2),
            (143.2, 151, 2),
            (143.2, 151, 6),
            (143.2, 6, 2),
            (143.2, 6, 6),
            (176.8, 6, 4),
            (176.8, 6, 8),
            (180.8, 152, 2),
            (180.8, 152, 6),
            (181.6, 150, 5)
        ]
    );
}
