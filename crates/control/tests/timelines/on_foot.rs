//! People on foot: walk, clearance, buffer, leading interval.

use intergreen_control::plan::{GroupSpec, PlanSpec};

use crate::{on_foot, s, timeline::Timeline, vehicle};

/// A crosses the crossing P; T turns across it from the side street and gives way.
fn crossing(lead: i64, intergreen_to_p: i64) -> PlanSpec {
    let p = GroupSpec { buffer: Some(s(2)), lead: Some(s(lead)), ..on_foot("P") };
    PlanSpec::new("crossing", vec![vehicle("A"), vehicle("T"), p])
        .forbid("A", "P", (s(intergreen_to_p), s(6)))
        .forbid("A", "T", (s(5), s(5)))
        .give_way("T", "P", false)
        .stage("main", &["A"])
        .stage("side", &["T", "P"])
        .stage("turn only", &["T"])
}

#[test]
fn walk_clearance_and_buffer() {
    Timeline::new(crossing(0, 5)).check(
        "
               A T P
            0  G r r  stage main
              ...
            6  y r r  stage side
              ...
            9  r r r
              ...
           11  r g W
           12  r g W  stage main  -- walk lasts its 5 s
              ...
           16  r y c
           17  r y c  stage side  -- in clearance: it is finished, then don't walk for 1 s
              ...
           19  r r c
           20  r g r
           21  r g W
              ...
           28  r g c  stage main  -- clearance 4 s and buffer 2 s before A; the turn clears in 5 s
           29  r y c
              ...
           32  r r r
              ...
           34  G r r
              ...
           40  G r r
        ",
    );
}

#[test]
pub fn a_leading_interval_delays_the_turn() {
    Timeline::new(crossing(3, 5)).check(
        "
               A T P
            0  G r r  stage main
              ...
            6  y r r  stage side  -- walk at 11, the turn 3 s later
              ...
            9  r r r
              ...
           11  r r W
              ...
           14  r g W
              ...
           20  r g c  stage main
           21  r y c
              ...
           24  r r r
              ...
           26  G r r
              ...
           32  G r r
        ",
    );
}

#[test]
fn people_who_clear_later_than_the_turn_keep_their_lead() {
    Timeline::new(crossing(3, 7)).check(
        "
               A T P
            0  G r r  stage main
              ...
            6  y r r  stage side  -- A clears the turn at 11, the crossing at 13: the turn waits for 13 and 3 s
              ...
            9  r r r
              ...
           13  r r W
              ...
           16  r g W
              ...
           20  r g W
        ",
    );
}

#[test]
fn a_turn_that_runs_already_does_not_stop_for_walk() {
    Timeline::new(crossing(3, 5)).check(
        "
               A T P
            0  G r r  stage main
              ...
            6  y r r  stage turn only
              ...
            9  r r r
              ...
           11  r G r
              ...
           16  r g W  stage side  -- no lead is possible any more: from now on the turn gives way
              ...
           24  r g c  stage turn only  -- protected when walk, clearance and buffer are over
              ...
           28  r g r
              ...
           30  r G r
              ...
           34  r G r
        ",
    );
}

#[test]
fn a_lead_that_comes_too_late_does_not_prolong_red_yellow() {
    let mut spec = crossing(3, 5);
    spec.groups[1].red_yellow = Some(s(2));
    Timeline::new(spec).check(
        "
               A T P
            0  G r r  stage main
              ...
            6  y r r  stage turn only
              ...
            9  r u r
           10  r u r  stage side  -- the turn is about to start: the walk has no lead this time
           11  r g W
              ...
           25  r g W
        ",
    );
}
