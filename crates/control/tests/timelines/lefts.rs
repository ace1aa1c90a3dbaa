//! Left turns: giving way, protected, and the yellow trap.

use intergreen_control::plan::{GroupKind, PlanSpec, Waiver};

use crate::{head, referee::Allowed, s, timeline::Timeline, vehicle};

/// L turns left on a circular head and gives way to O, the oncoming through traffic; X crosses.
fn permissive_left() -> PlanSpec {
    PlanSpec::new("permissive left", vec![vehicle("L"), vehicle("O"), vehicle("X")])
        .give_way("L", "O", true)
        .forbid("L", "X", (s(5), s(5)))
        .forbid("O", "X", (s(5), s(5)))
        .stage("main", &["L", "O"])
        .stage("left only", &["L"])
        .stage("side", &["X"])
}

#[test]
fn a_left_gives_way_while_the_oncoming_traffic_is_open_and_is_protected_after_it_has_cleared() {
    Timeline::new(permissive_left()).check(
        "
               L O X
            0  g G r  stage main
              ...
            6  g y r  stage left only  -- not protected before O has shown yellow to its end
              ...
            9  G r r
              ...
           14  g G r  stage main  -- gives way again, without yellow
              ...
           20  y y r  stage side
              ...
           23  r r r
              ...
           25  r r G
              ...
           30  r r y  stage left only
              ...
           33  r r r
              ...
           35  G r r
              ...
           40  G r r
        ",
    );
}

#[test]
pub fn a_left_that_is_to_end_alone_takes_the_oncoming_traffic_with_it() {
    Timeline::new(permissive_left()).check(
        "
               L O X
            0  g G r  lamps gGr
              ...
            6  y y r  lamps rGr  -- drivers who wait for a gap would believe that O ends too: so it does
              ...
            9  r r r
           10  r G r    -- and comes back
              ...
           20  r G r
        ",
    );
    // O was opened a moment ago: both wait for its least green.
    Timeline::new(permissive_left()).check(
        "
               L O X
            0  G r r  lamps Grr
              ...
            6  g G r  lamps gGr
              ...
            8  g G r  lamps rGr  -- O has been green for 2 s only: both wait for its least green
              ...
           11  y y r
              ...
           14  r r r
           15  r G r
              ...
           21  r G r
        ",
    );
}

#[test]
fn a_waived_trap_is_let_happen() {
    let waivers = vec![Waiver::YellowTrap { group: 0, oncoming: 1 }];
    let allowed = Allowed { trap: true, ..Allowed::default() };
    Timeline::new(permissive_left()).waived(waivers).allowed(allowed).check(
        "
               L O X
            0  g G r  lamps gGr
              ...
            6  y G r  lamps rGr  -- as the imported program has it
              ...
            9  r G r
              ...
           12  r G r
        ",
    );
}

#[test]
fn a_protected_arrow_meets_nobody() {
    let spec = PlanSpec::new("arrow", vec![head("L", GroupKind::Arrow), vehicle("O"), vehicle("T")])
        .forbid("L", "O", (s(4), s(4)))
        .stage("lefts", &["L", "T"])
        .stage("through", &["O", "T"]);
    Timeline::new(spec).check(
        "
               L O T
            0  r G G  stage through
              ...
            6  r y G  stage lefts  -- T stays green from stage to stage
              ...
            9  r r G
           10  G r G
              ...
           18  y r G  stage through
              ...
           21  r r G
           22  r G G
              ...
           26  r G G  lamps gGG  -- an arrow cannot give way: the letter counts as a request for green
           27  r G G  lamps GGG
              ...
           34  r G G
        ",
    );
}
