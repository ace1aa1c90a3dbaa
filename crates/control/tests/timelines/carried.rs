//! The log of a phase whose green an overlap's group shows, and of phases whose groups begin one after the other.

use intergreen_control::plan::{
    Actuation, IntergreenSpec, IntergreenTime, OverlapSpec, PhaseSpec, PlanSpec, RingsSpec,
};

use crate::{s, timeline::Timeline, vehicle};

fn phase(number: u8, groups: &[&str]) -> PhaseSpec {
    let groups = groups.iter().map(ToString::to_string).collect();
    PhaseSpec { number, groups, walks: vec![], actuation: Actuation::default() }
}

/// L turns left: protected in phase 5, giving way to the oncoming O beside T. X crosses. As derived from programs.
fn doghouse() -> PlanSpec {
    let spec = PlanSpec::new("doghouse", vec![vehicle("L"), vehicle("O"), vehicle("T"), vehicle("X")])
        .give_way("L", "O", true)
        .forbid("L", "X", (s(5), s(5)))
        .forbid("O", "X", (s(5), s(5)))
        .forbid("T", "X", (s(5), s(5)));
    let rings = RingsSpec {
        phases: vec![phase(2, &["T"]), phase(4, &["X"]), phase(5, &[]), phase(6, &["O"])],
        rings: vec![vec![vec![2], vec![4]], vec![vec![5, 6], vec![]]],
        overlaps: vec![OverlapSpec {
            group: "L".into(),
            phases: vec![5],
            permissive: vec![2],
            lead: s(0),
            trail: s(0),
        }],
        modes: Default::default(),
    };
    PlanSpec { rings: Some(rings), ..spec }
}

const OF_PHASE: [u8; 9] = [0, 1, 3, 6, 7, 8, 9, 10, 12];

#[test]
fn its_green_ends_when_another_phase_holds_the_lamp() {
    let outcome = Timeline::new(doghouse()).check(
        "
               L O T X
            0  G r G r  phases 2 5
              ...
            8  g G G r  phases 2 6  -- the lamp stays on: from here on it is that of the overlap
              ...
           16  y y y r  phases 4
              ...
           19  r r r r
              ...
           21  r r r G
              ...
           30  r r r G
        ",
    );
    let of_phase: Vec<_> = outcome.codes(&OF_PHASE).into_iter().filter(|e| e.2 == 5).collect();
    // Neither yellow nor anything else when the overlap ends.
    assert_eq!(of_phase, [(0.0, 0, 5), (0.0, 1, 5), (8.0, 6, 5), (8.0, 7, 5), (8.0, 12, 5)]);
    assert_eq!(outcome.codes(&[61, 63, 65]), [(0.0, 61, 1), (16.0, 63, 1), (19.0, 65, 1)]);
}

#[test]
fn its_green_begins_when_the_oncoming_traffic_has_cleared() {
    let outcome = Timeline::new(doghouse()).check(
        "
               L O T X
            0  g G G r  phases 2 6
              ...
            8  g y G r  phases 2 5
              ...
           11  G r G r
              ...
           18  y r y r  phases 4
              ...
           21  r r r r
              ...
           23  r r r G
              ...
           30  r r r G
        ",
    );
    let of_phase: Vec<_> = outcome.codes(&OF_PHASE).into_iter().filter(|e| e.2 == 5).collect();
    let end = [(18.0, 6, 5), (18.0, 7, 5), (18.0, 8, 5), (21.0, 9, 5), (21.0, 12, 5)];
    assert_eq!(of_phase, [&[(11.0, 0, 5), (11.0, 1, 5)], &end[..]].concat());
}

#[test]
fn it_is_not_green_while_nobody_asks_for_it() {
    let outcome = Timeline::new(doghouse()).check(
        "
               L O T X
            0  g r G r  phases 2  -- nobody comes towards L, whose lamp would say the same for people on foot beside phase 5
              ...
           10  g r G r
        ",
    );
    assert_eq!(outcome.codes(&OF_PHASE).into_iter().filter(|e| e.2 == 5).count(), 0);
}

#[test]
fn a_phase_is_green_with_the_group_that_has_most_to_wait_for() {
    // X gives way to T, but not to R: both are of phase 2.
    let spec = PlanSpec::new("two heads", vec![vehicle("R"), vehicle("T"), vehicle("X")]).give_way("X", "T", false);
    let given =
        |from: &str, to: &str| IntergreenSpec { from: from.into(), to: to.into(), time: IntergreenTime::Given(s(5)) };
    let mut intergreens = spec.intergreens.clone();
    intergreens.extend([given("X", "T"), given("T", "X")]);
    let rings = RingsSpec {
        phases: vec![phase(2, &["R", "T"]), phase(4, &["X"])],
        rings: vec![vec![vec![2], vec![4]]],
        overlaps: vec![],
        modes: Default::default(),
    };
    let outcome = Timeline::new(PlanSpec { intergreens, rings: Some(rings), ..spec }).check(
        "
               R T X
            0  r r G  phases 4
              ...
            8  G r y  phases 2
              ...
           11  G r r
              ...
           13  G G r
              ...
           20  G G r
        ",
    );
    assert_eq!(outcome.codes(&[1]), [(0.0, 1, 4), (13.0, 1, 2)]);
}
