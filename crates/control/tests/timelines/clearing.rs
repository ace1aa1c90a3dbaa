//! Who may be open together need not end together: what ends clears before the other starts.

use intergreen_control::plan::{GroupSpec, OverlapSpec, PhaseSpec, PlanSpec, RingsSpec};

use crate::{on_foot, s, timeline::Timeline, vehicle};

/// L turns left and gives way to O, the oncoming through traffic; it clears in 3 s of yellow and 2 s of red. X crosses.
fn left() -> PlanSpec {
    let l = GroupSpec { red_clearance: Some(s(2)), ..vehicle("L") };
    PlanSpec::new("protected left", vec![l, vehicle("O"), vehicle("X")])
        .give_way("L", "O", true)
        .forbid("L", "X", (s(5), s(5)))
        .forbid("O", "X", (s(5), s(5)))
        .stage("left", &["L"])
        .stage("through", &["O"])
        .stage("side", &["X"])
}

/// The same with 2 s of red-yellow for O.
fn with_red_yellow() -> PlanSpec {
    let mut spec = left();
    spec.groups[1].red_yellow = Some(s(2));
    spec
}

#[test]
fn the_through_traffic_opens_when_a_protected_left_has_cleared() {
    Timeline::new(left()).check(
        "
               L O X
            0  G r r  stage left
              ...
           10  y r r  stage through  -- O waits for yellow and red clearance of L, 5 s
              ...
           13  r r r
              ...
           15  r G r
              ...
           25  r y r  stage left  -- and L for the yellow of O: it is protected from its start
              ...
           28  G r r
              ...
           35  G r r
        ",
    );
}

#[test]
fn the_through_traffic_does_not_open_beside_a_left_that_is_about_to_end() {
    Timeline::new(left()).check(
        "
               L O X
            0  r r G  stage side
              ...
            6  r r y  stage left
              ...
            9  r r r
              ...
           11  G r r
           12  G r r  stage through  -- L has to stay for its least green of 5 s
              ...
           16  y r r
              ...
           19  r r r
              ...
           21  r G r
              ...
           25  r G r
        ",
    );
}

#[test]
fn nor_beside_one_that_gives_way_and_is_about_to_end() {
    Timeline::new(left()).check(
        "
               L O X
            0  r r G  stage side
              ...
            6  r r y  lamps grr
              ...
            9  r r r
              ...
           11  g r r
           12  g r r  lamps rGr  -- its least green is not over
              ...
           16  y r r
              ...
           19  r r r
              ...
           21  r G r
              ...
           25  r G r
        ",
    );
}

#[test]
fn a_left_that_is_held_gives_way_meanwhile_and_then_takes_the_oncoming_traffic_with_it() {
    Timeline::new(left()).check(
        "
               L O X
            0  G r r  stage left, hold L
              ...
           10  g G r  stage through  -- for as long as somebody holds it O does not wait
              ...
           20  y y r  end hold L  -- no yellow trap
              ...
           23  r r r
              ...
           25  r G r
              ...
           30  r G r
        ",
    );
}

#[test]
fn phase_2_opens_when_the_protected_left_of_phase_1_has_cleared() {
    let phase = |number, group: &str| PhaseSpec {
        number,
        groups: vec![group.into()],
        walks: vec![],
        actuation: Default::default(),
    };
    let rings = RingsSpec {
        phases: vec![phase(1, "L"), phase(2, "O"), phase(4, "X")],
        rings: vec![vec![vec![1, 2], vec![4]]],
        overlaps: vec![],
        modes: Default::default(),
    };
    Timeline::new(PlanSpec { stages: vec![], rings: Some(rings), ..left() }).check(
        "
               L O X
            0  G r r  phases 1
              ...
           10  y r r  phases 2  -- 3 s of yellow, 2 s of red
              ...
           13  r r r
              ...
           15  r G r
              ...
           20  r G r
        ",
    );
}

#[test]
fn red_yellow_of_the_through_traffic_lies_within_the_clearance_of_the_left() {
    Timeline::new(with_red_yellow()).check(
        "
               L O X
            0  G r r  stage left
              ...
           10  y r r  stage through
              ...
           13  r u r
              ...
           15  r G r
              ...
           20  r G r
        ",
    );
}

#[test]
fn a_left_does_not_end_while_the_through_traffic_is_in_red_yellow() {
    Timeline::new(with_red_yellow()).check(
        "
               L O X
            0  G r r  lamps Grr
              ...
           10  g u r  lamps gGr  -- L gives way from now on
           11  g u r  lamps rGr  -- O will be green in any case: L must not end before it
           12  g G r
              ...
           17  y y r    -- after the least green of O, both
              ...
           20  r r r
           21  r u r
              ...
           23  r G r    -- L has cleared at 22
              ...
           30  r G r
        ",
    );
}

/// T turns and gives way to P, people on foot; X crosses both.
fn turn() -> PlanSpec {
    let t = GroupSpec { red_clearance: Some(s(1)), ..vehicle("T") };
    PlanSpec::new("turn", vec![t, on_foot("P"), vehicle("X")])
        .give_way("T", "P", false)
        .forbid("T", "X", (s(5), s(5)))
        .forbid("P", "X", (s(5), s(5)))
        .stage("turn", &["T"])
        .stage("walk", &["P"])
        .stage("side", &["X"])
}

#[test]
fn people_on_foot_wait_for_a_turn_that_ends_from_any_green() {
    for green in ["G", "g"] {
        Timeline::new(turn()).check(
            &"
               T P X
            0  G r r  lamps Grr
              ...
           10  y r r  lamps rGr  -- 3 s of yellow, 1 s of red
              ...
           13  r r r
           14  r W r
              ...
           20  r W r
        "
            .replace("G r r", &format!("{green} r r"))
            .replace("Grr", &format!("{green}rr")),
        );
    }
}

#[test]
fn a_turn_that_gives_way_does_not_wait_for_people_on_foot_but_one_that_is_protected_does() {
    Timeline::new(turn()).check(
        "
               T P X
            0  r W r  lamps rGr
              ...
           10  g c r  lamps Grr  -- it may start at any time, giving way
              ...
           14  G r r    -- clearance of P, 4 s
              ...
           20  G r r
        ",
    );
}

#[test]
fn an_overlap_ends_although_a_group_of_its_phase_goes_on_in_another() {
    // S belongs to phases 2 and 3; V follows phase 2 alone.
    let phase = |number, groups: &[&str]| PhaseSpec {
        number,
        groups: groups.iter().map(ToString::to_string).collect(),
        walks: vec![],
        actuation: Default::default(),
    };
    let mut spec = PlanSpec::new("shared", ["T", "S", "U", "V", "X"].map(vehicle).to_vec())
        .forbid("T", "U", (s(5), s(5)))
        .forbid("V", "U", (s(5), s(5)));
    for group in ["T", "S", "U", "V"] {
        spec = spec.forbid(group, "X", (s(5), s(5)));
    }
    spec.rings = Some(RingsSpec {
        phases: vec![phase(2, &["T", "S"]), phase(3, &["S", "U"]), phase(4, &["X"])],
        rings: vec![vec![vec![2, 3], vec![4]]],
        overlaps: vec![OverlapSpec { group: "V".into(), phases: vec![2], permissive: vec![], lead: s(0), trail: s(0) }],
        modes: Default::default(),
    });
    Timeline::new(spec).check(
        "
               T S U V X
            0  G G r G r  phases 2
              ...
           10  y G r y r  phases 3  -- S goes on, but not for phase 2
              ...
           13  r G r r r
              ...
           15  r G G r r
              ...
           25  r y y r r  phases 4
              ...
           28  r r r r r
              ...
           30  r r r r G
              ...
           32  r r r r G
        ",
    );
}
