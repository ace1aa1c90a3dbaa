//! A left turn with a flashing yellow arrow.

use intergreen_control::plan::{GroupKind, OverlapSpec, PhaseSpec, PlanSpec, RingsSpec};

use crate::{head, s, timeline::Timeline, vehicle};

/// L turns left with a flashing yellow arrow; O is the oncoming through traffic, T the through traffic beside L; X
/// and Y cross. Phases: 5 the protected left, 6 oncoming, 2 beside, 4 and 8 crossing.
fn arrow() -> PlanSpec {
    let phase = |number, groups: &[&str]| PhaseSpec {
        number,
        groups: groups.iter().map(ToString::to_string).collect(),
        walks: vec![],
        actuation: Default::default(),
    };
    let spec = PlanSpec::new(
        "flashing yellow arrow",
        vec![head("L", GroupKind::FlashingYellowArrow), vehicle("O"), vehicle("T"), vehicle("X"), vehicle("Y")],
    )
    .give_way("L", "O", true)
    .forbid("L", "X", (s(5), s(5)))
    .forbid("O", "X", (s(5), s(5)))
    .forbid("T", "X", (s(5), s(5)))
    .forbid("L", "Y", (s(5), s(5)))
    .forbid("O", "Y", (s(5), s(5)))
    .forbid("T", "Y", (s(5), s(5)));
    let given = |from: &str, to: &str| intergreen_control::plan::IntergreenSpec {
        from: from.into(),
        to: to.into(),
        time: intergreen_control::plan::IntergreenTime::Given(s(4)),
    };
    let mut intergreens = spec.intergreens.clone();
    intergreens.extend([given("L", "O"), given("O", "L")]);
    let rings = RingsSpec {
        phases: vec![phase(2, &["T"]), phase(4, &["X"]), phase(5, &[]), phase(6, &["O"]), phase(8, &["Y"])],
        rings: vec![vec![vec![2], vec![4]], vec![vec![5, 6], vec![8]]],
        overlaps: vec![OverlapSpec {
            group: "L".into(),
            phases: vec![5],
            permissive: vec![6],
            lead: s(0),
            trail: s(0),
        }],
        modes: Default::default(),
    };
    PlanSpec { intergreens, rings: Some(rings), ..spec }
}

#[test]
fn it_flashes_with_the_oncoming_through_traffic() {
    let outcome = Timeline::new(arrow()).check(
        "
               L O T X Y
            0  r r r G G  phases 4 8
              ...
            6  r r r y y  phases 2 6  -- flashes from the start of O on
              ...
            9  r r r r r
              ...
           11  o G G r r
              ...
           18  y y y r r  phases 4 8  -- the end of flashing: through yellow
              ...
           21  r r r r r
              ...
           23  r r r G G
              ...
           28  r r r G G
        ",
    );
    // Neither a green nor its end: only the arrow of the overlap begins and ends to flash, and its yellow begins.
    let codes = outcome.codes(&[32, 33, 61, 63]).into_iter().filter(|e| e.2 == 1);
    assert_eq!(codes.collect::<Vec<_>>(), [(11.0, 32, 1), (18.0, 33, 1), (18.0, 63, 1)]);
    // The phase whose green the arrow shows has none of its own, and hence no yellow.
    let of_phase = outcome.codes(&[0, 1, 7, 8, 9, 12]).into_iter().filter(|e| e.2 == 5);
    assert_eq!(of_phase.count(), 0);
}

#[test]
fn a_phase_whose_green_an_arrow_shows_is_logged_as_any_other() {
    let outcome = Timeline::new(arrow()).check(
        "
               L O T X Y
            0  o G G r r  phases 2 6
              ...
            8  o y G r r  phases 2 5
              ...
           11  o r G r r
           12  G r G r r
              ...
           20  y r y r r  phases 4 8
              ...
           23  r r r r r
              ...
           25  r r r G G
              ...
           30  r r r G G
        ",
    );
    let of_phase = outcome.codes(&[0, 1, 3, 6, 7, 8, 9, 12]).into_iter().filter(|e| e.2 == 5).collect::<Vec<_>>();
    let green = [(12.0, 0, 5), (12.0, 1, 5), (17.0, 3, 5)];
    let end = [(20.0, 6, 5), (20.0, 7, 5), (20.0, 8, 5), (23.0, 9, 5), (23.0, 12, 5)];
    assert_eq!(of_phase, [&green[..], &end[..]].concat());
    // The arrow has a number of its own: it is the first of the plan's, whatever overlap or phase it belongs to.
    assert_eq!(outcome.codes(&[32, 33]), [(0.0, 32, 1), (12.0, 33, 1)]);
    assert_eq!(outcome.codes(&[61, 63, 65]), [(12.0, 61, 1), (20.0, 63, 1), (23.0, 65, 1)]);
}

#[test]
pub fn it_becomes_a_green_arrow_without_yellow_when_the_oncoming_traffic_has_cleared() {
    Timeline::new(arrow()).check(
        "
               L O T X Y
            0  o G G r r  phases 2 6
              ...
            8  o y G r r  phases 2 5  -- lagging left: flashes until O is cleared; T goes on; nobody is trapped
              ...
           11  o r G r r
           12  G r G r r
              ...
           20  y r y r r  phases 4 8
              ...
           23  r r r r r
              ...
           25  r r r G G
              ...
           30  r r r G G
        ",
    );
}

#[test]
fn the_least_green_of_the_arrow_counts_from_the_end_of_its_flashing() {
    Timeline::new(arrow()).check(
        "
               L O T X Y
            0  o G G r r  phases 2 6
              ...
            8  o y G r r  phases 2 5
              ...
           11  o r G r r
           12  G r G r r
           13  G r y r r  phases 4 8  -- open for long, but green for a second: T need not wait for L
              ...
           16  G r r r r
           17  y r r r r
              ...
           20  r r r r r
              ...
           22  r r r G G
              ...
           28  r r r G G
        ",
    );
}

#[test]
fn an_arrow_that_is_to_end_goes_on_flashing_until_its_yellow() {
    let outcome = Timeline::new(arrow()).check(
        "
               L O T X Y
            0  o G G r r  phases 2 6
              ...
            8  o y G r r  phases 2 5
              ...
           11  o r G r r
           12  y r y r r  phases 4 8  -- in the moment in which it might have become green
              ...
           15  r r r r r
              ...
           17  r r r G G
              ...
           22  r r r G G
        ",
    );
    // No lamp showed phase 5 green, and the log does not say so.
    assert_eq!(outcome.codes(&[0, 1, 3, 7]).into_iter().filter(|e| e.2 == 5).count(), 0);
}

#[test]
fn from_green_arrow_to_flashing_it_goes_through_yellow_and_red() {
    Timeline::new(arrow()).check(
        "
               L O T X Y
            0  G r G r r  phases 2 5
              ...
            8  y r G r r  phases 2 6  -- leading left: yellow, red, then flashing; O not before 4 s after its green
              ...
           11  r r G r r
           12  o G G r r
              ...
           20  o G G r r
        ",
    );
}

#[test]
fn it_may_stop_flashing_while_the_oncoming_traffic_goes_on() {
    Timeline::new(arrow()).check(
        "
               L O T X Y
            0  o G G r r  phases 2 6
              ...
            6  y G G r r  omit L, force-off L  -- for people on foot, say: no yellow trap with a flashing arrow
              ...
            9  r G G r r
              ...
           14  o G G r r  end omit L  -- flashes again in the same green of O
              ...
           20  o G G r r
        ",
    );
}
