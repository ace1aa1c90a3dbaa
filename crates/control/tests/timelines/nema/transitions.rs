//! How a signal gets into step with its pattern.

use intergreen_control::{
    Millis,
    plan::{Coordination, Pattern, PhaseSplit, Transition},
};

use super::{
    coordinated::{COORDINATION, coordinated, pattern},
    *,
};

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
    get_longer(Transition::Add);
}

#[test]
fn shorter_cycles_become_longer_ones_where_a_phase_would_not_fit() {
    // The lefts of the side street have 10 s of which they need 9; a sixth less is too little.
    get_longer(Transition::Subtract);
    // Of 20 s a sixth less is 16.6 s, which 2 needs with a least green of its own of 12.6 s.
    let states = |min_green| {
        let spec = PlanSpec { patterns: vec![even(Transition::Subtract)], ..rings() };
        let outcome = nema(with(spec, 2, |a| a.min_green = Some(min_green))).check(
            "
               1 2 3 4 5 6 7 8 P2 P4
            39  r G r r r G r r r  r
               ...
            41  r G r r r G r r r  r
            ",
        );
        outcome.codes(&[150])
    };
    assert_eq!(states(Millis(12_600)), [(39.0, 150, 6), (39.001, 150, 3)]);
    assert_eq!(states(Millis(12_700)), [(39.0, 150, 6), (39.001, 150, 2)]);
}

/// The pattern of a plan begins 12 s too early: a cycle gets longer.
#[track_caller]
fn get_longer(transition: Transition) {
    let coordination = Coordination { transition, ..Coordination::default() };
    let outcome = nema(PlanSpec { patterns: vec![pattern("day", 0, coordination)], ..rings() }).check(
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

/// Splits that are still long enough when they are shorter by a sixth.
fn even(transition: Transition) -> Pattern {
    let phases = (1..=8).map(|phase| PhaseSplit { phase, split: s(20) }).collect();
    let coordination = Coordination { transition, ..Coordination::default() };
    Pattern { cycle: s(80), phases, ..pattern("day", 0, coordination) }
}

#[test]
fn shorter_cycles_get_it_into_step() {
    get_shorter(Transition::Subtract);
}

/// Longer ones would take four times as long.
#[test]
fn the_shorter_way_may_be_that_of_shorter_cycles() {
    get_shorter(Transition::Shortway);
}

/// The main street begins 19 s too late: cycles get shorter.
#[track_caller]
fn get_shorter(transition: Transition) {
    let outcome = nema(PlanSpec { patterns: vec![even(transition)], ..rings() }).check(
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
