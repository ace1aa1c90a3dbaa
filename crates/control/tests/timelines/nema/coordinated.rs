//! Patterns: yield points, force-offs, permissives, offsets, transitions.

use intergreen_control::plan::{Coordination, ForceOffs, OffsetReference, Pattern, PhaseSplit, Transition};

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

const COORDINATION: [u8; 6] = [4, 5, 6, 150, 151, 152];

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

#[test]
fn an_offset_may_point_to_the_yield_point() {
    let to = |reference| Coordination { reference, ..Coordination::default() };
    for (reference, offset) in [
        (OffsetReference::LeadYellow, 28),
        (OffsetReference::LagYellow, 28),
        (OffsetReference::LeadGreen, 12),
        (OffsetReference::LagGreen, 12),
    ] {
        let outcome = nema(PlanSpec { patterns: vec![pattern("day", offset, to(reference))], ..rings() }).check(
            "
               1 2 3 4 5 6 7 8 P2 P4
            20  r G r r r G r r r  r   detector 3 on
               ...
            28  r y r r r y r r r  r
               ...
            31  r r r r r r r r r  r
            32  r r r G r r r G r  r
               ...
            40  r r r G r r r G r  r
            ",
        );
        assert_eq!(outcome.codes(&[151]), [(28.0, 151, 2), (28.0, 151, 6)]);
    }
}

#[test]
fn dwell_waits_in_the_coordinated_phases() {
    let dwell = Coordination { transition: Transition::Dwell, ..Coordination::default() };
    let outcome = nema(coordinated(dwell)).check(
        "
               1 2 3 4 5 6 7 8 P2 P4
            40  r G r r r G r r r  r   detector 3 on  -- 40 s into the cycle, which is no time for the main street: it waits until 88
               ...
            88  r y r r r y r r r  r
               ...
            91  r r r r r r r r r  r
            92  r r r G r r r G r  r
               ...
           100  r r r G r r r G r  r
        ",
    );
    assert_eq!(
        outcome.codes(&COORDINATION),
        [
            (40.0, 150, 6),
            (40.001, 152, 2),
            (40.001, 152, 6),
            (40.001, 150, 4),
            (87.999, 150, 1),
            (88.0, 151, 2),
            (88.0, 151, 6),
            (88.0, 6, 2),
            (88.0, 6, 6)
        ]
    );
}

#[test]
fn longer_cycles_get_it_into_step() {
    let add = Coordination { transition: Transition::Add, ..Coordination::default() };
    let outcome = nema(coordinated(add)).check(
        "
               1 2 3 4 5 6 7 8 P2 P4
             0  r G r r r G r r r  r   detector 3 on  -- 12 s ahead: 72 s of a cycle that is a fifth longer
               ...
            20  r y r r r y r r r  r
               ...
            23  r r r r r r r r r  r
            24  r r r G r r r G r  r
               ...
            53  r r r y r r r y r  r
               ...
            56  r r r r r r r r r  r
            57  r G r r r G r r r  r
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
           150  r y r r r y r r r  r
        ",
    );
    assert_eq!(
        outcome.codes(&COORDINATION),
        [
            (0.0, 150, 6),
            (0.001, 152, 2),
            (0.001, 152, 6),
            (0.001, 150, 2),
            (19.201, 151, 2),
            (19.201, 151, 6),
            (19.201, 6, 2),
            (19.201, 6, 6),
            (52.801, 6, 4),
            (52.801, 6, 8),
            (56.801, 152, 2),
            (56.801, 152, 6),
            (57.601, 150, 5),
            (71.996, 150, 1),
            (88.0, 151, 2),
            (88.0, 151, 6),
            (88.0, 6, 2),
            (88.0, 6, 6),
            (116.0, 6, 4),
            (116.0, 6, 8),
            (120.0, 150, 5),
            (120.0, 152, 2),
            (120.0, 152, 6),
            (148.0, 151, 2),
            (148.0, 151, 6),
            (148.0, 6, 2),
            (148.0, 6, 6)
        ]
    );
}

#[test]
fn shorter_cycles_get_it_into_step() {
    let subtract = Coordination { transition: Transition::Subtract, ..Coordination::default() };
    let mut pattern = pattern("day", 0, subtract);
    // Splits that are still long enough when they are shorter by a sixth.
    (pattern.cycle, pattern.phases) = (s(80), (1..=8).map(|phase| PhaseSplit { phase, split: s(20) }).collect());
    let outcome = nema(PlanSpec { patterns: vec![pattern], ..rings() }).check(
        "
               1 2 3 4 5 6 7 8 P2 P4
            39  r G r r r G r r r  r   detector 3 on  -- the main street should have begun 19 s ago
               ...
            53  r y r r r y r r r  r
               ...
            56  r r r r r r r r r  r
            57  r r r G r r r G r  r
               ...
            86  r r r y r r r y r  r
               ...
            89  r r r r r r r r r  r
            90  r G r r r G r r r  r
               ...
           119  r y r r r y r r r  r
               ...
           122  r r r r r r r r r  r
           123  r r r G r r r G r  r
               ...
           156  r r r y r r r y r  r
               ...
           159  r r r r r r r r r  r
           160  r G r r r G r r r  r
               ...
           196  r y r r r y r r r  r
               ...
           199  r r r r r r r r r  r
           200  r r r G r r r G r  r
        ",
    );
    assert_eq!(
        outcome.codes(&COORDINATION),
        [
            (39.0, 150, 6),
            (39.001, 152, 2),
            (39.001, 152, 6),
            (39.001, 150, 3),
            (52.281, 151, 2),
            (52.281, 151, 6),
            (52.281, 6, 2),
            (52.281, 6, 6),
            (85.481, 6, 4),
            (85.481, 6, 8),
            (88.801, 150, 5),
            (89.481, 152, 2),
            (89.481, 152, 6),
            (118.681, 151, 2),
            (118.681, 151, 6),
            (118.681, 6, 2),
            (118.681, 6, 6),
            (131.771, 150, 1),
            (156.0, 6, 4),
            (156.0, 6, 8),
            (160.0, 150, 5),
            (160.0, 152, 2),
            (160.0, 152, 6),
            (196.0, 151, 2),
            (196.0, 151, 6),
            (196.0, 6, 2),
            (196.0, 6, 6)
        ]
    );
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

#[test]
fn people_on_foot_are_served_within_the_split() {
    let outcome = nema(coordinated(Coordination::default())).check(
        "
               1 2 3 4 5 6 7 8 P2 P4
            20  r G r r r G r r r  r   detector 9 on
            21  r G r r r G r r r  r   detector 9 off
               ...
            28  r y r r r y r r r  r
               ...
            31  r r r r r r r r r  r
            32  r r r G r r r G r  W
               ...
            37  r r r G r r r G r  c
               ...
            41  r r r y r r r y r  r
               ...
            44  r r r r r r r r r  r
            45  r G r r r G r r r  r
               ...
            70  r G r r r G r r W  r   detector 8 on
               ...
            72  r G r r r G r r W  r   detector 8 off
               ...
            75  r G r r r G r r c  r
               ...
            79  r G r r r G r r r  r
               ...
            84  r G r r r G r r r  r   detector 8 on, detector 3 on  -- 4 s before the yield point: next time
               ...
            88  r y r r r y r r r  r
               ...
            91  r r r r r r r r r  r
            92  r r r G r r r G r  r
               ...
           110  r r r G r r r G r  r
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
            (41.0, 4, 4),
            (41.0, 4, 8),
            (45.0, 152, 2),
            (45.0, 152, 6),
            (60.0, 150, 5),
            (88.0, 151, 2),
            (88.0, 151, 6),
            (88.0, 6, 2),
            (88.0, 6, 6)
        ]
    );
}
