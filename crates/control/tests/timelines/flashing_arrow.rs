//! A left turn with a flashing yellow arrow.

use intergreen_control::plan::{GroupKind, OverlapSpec, PhaseSpec, PlanSpec, RingsSpec};

use crate::{head, s, timeline::Timeline, vehicle};

/// L turns left with a flashing yellow arrow; O is the oncoming through traffic, T the through traffic beside L; X
/// crosses. Phases: 5 the protected left, 2 oncoming, 6 beside, 4 crossing.
fn arrow() -> PlanSpec {
    let phase = |number, groups: &[&str]| PhaseSpec {
        number,
        groups: groups.iter().map(ToString::to_string).collect(),
        walks: vec![],
    };
    let spec = PlanSpec::new(
        "flashing yellow arrow",
        vec![head("L", GroupKind::FlashingYellowArrow), vehicle("O"), vehicle("T"), vehicle("X")],
    )
    .give_way("L", "O", true)
    .forbid("L", "X", (s(5), s(5)))
    .forbid("O", "X", (s(5), s(5)))
    .forbid("T", "X", (s(5), s(5)));
    let given = |from: &str, to: &str| intergreen_control::plan::IntergreenSpec {
        from: from.into(),
        to: to.into(),
        time: intergreen_control::plan::IntergreenTime::Given(s(4)),
    };
    let mut intergreens = spec.intergreens.clone();
    intergreens.extend([given("L", "O"), given("O", "L")]);
    let rings = RingsSpec {
        phases: vec![phase(2, &["O"]), phase(4, &["X"]), phase(5, &[]), phase(6, &["T"])],
        rings: vec![vec![vec![2], vec![4]], vec![vec![5, 6], vec![]]],
        overlaps: vec![OverlapSpec {
            group: "L".into(),
            phases: vec![5],
            permissive: vec![2],
            lead: s(0),
            trail: s(0),
        }],
    };
    PlanSpec { intergreens, rings: Some(rings), ..spec }
}

#[test]
fn it_flashes_with_the_oncoming_through_traffic() {
    let outcome = Timeline::new(arrow()).check(
        "
               L O T X
            0  r r r G  phases 4
              ...
            6  r r r y  phases 2 6  -- flashes from the start of O on
              ...
            9  r r r r
              ...
           11  o G G r
              ...
           18  y y y r  phases 4  -- the end of flashing: through yellow
              ...
           21  r r r r
              ...
           23  r r r G
              ...
           28  r r r G
        ",
    );
    assert_eq!(outcome.codes(&[1, 7, 8, 32, 33]).iter().filter(|e| e.2 == 1).count(), 3);
}

#[test]
fn it_becomes_a_green_arrow_without_yellow_when_the_oncoming_traffic_has_cleared() {
    Timeline::new(arrow()).check(
        "
               L O T X
            0  o G G r  phases 2 6
              ...
            8  o y G r  phases 5 6  -- lagging left: flashes until O is cleared; T goes on; nobody is trapped
              ...
           11  o r G r
           12  G r G r
              ...
           20  y r y r  phases 4
              ...
           23  r r r r
              ...
           25  r r r G
              ...
           30  r r r G
        ",
    );
}

#[test]
fn from_green_arrow_to_flashing_it_goes_through_yellow_and_red() {
    Timeline::new(arrow()).check(
        "
               L O T X
            0  G r G r  phases 5 6
              ...
            8  y r G r  phases 2 6  -- leading left: yellow, red, then flashing; O not before 4 s after its green
              ...
           11  r r G r
           12  o G G r
              ...
           20  o G G r
        ",
    );
}

#[test]
fn it_may_stop_flashing_while_the_oncoming_traffic_goes_on() {
    Timeline::new(arrow()).check(
        "
               L O T X
            0  o G G r  phases 2 6
              ...
            6  y G G r  omit L, force-off L  -- for people on foot, say: no yellow trap with a flashing arrow
              ...
            9  r G G r
              ...
           14  o G G r  end omit L  -- flashes again in the same green of O
              ...
           20  o G G r
        ",
    );
}
