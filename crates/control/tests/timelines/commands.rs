//! What operators and central computers ask for.

use intergreen_control::plan::PlanSpec;

use crate::{s, timeline::Timeline, vehicle};

fn two() -> PlanSpec {
    PlanSpec::new("two", vec![vehicle("A"), vehicle("B")])
        .forbid("A", "B", (s(5), s(5)))
        .stage("a", &["A"])
        .stage("b", &["B"])
}

#[test]
fn a_hold_keeps_a_green_and_nothing_else() {
    let outcome = Timeline::new(two()).check(
        "
               A B
            0  G r  stage a
              ...
            4  G r  hold A
              ...
            6  G r  stage b  -- held
              ...
           15  y r  end hold A  -- ends at once
           16  y r  hold A  -- in yellow: a hold does not bring it back
              ...
           18  r r
              ...
           20  r G
              ...
           25  r y  stage a
              ...
           28  r r
              ...
           30  G r
              ...
           40  G r
        ",
    );
    assert_eq!(outcome.codes(&[41, 42]), [(4.0, 41, 1), (15.0, 42, 1), (16.0, 41, 1)]);
    // Somebody who watches is told why nothing happens, and for how long.
    assert_eq!(outcome.kept(5.0), [""; 0]);
    assert_eq!(outcome.kept(10.0), ["A held: its green does not end", "B waits until 'A' has ended"]);
    assert_eq!(outcome.kept(17.0), ["B may start in 3.0 s: 'A' has to clear"]);
    assert_eq!(outcome.kept(20.0), [""; 0]);
    assert_eq!(outcome.kept(35.0), [""; 0]);
}

#[test]
fn a_hold_that_flashing_overrides_is_told_of() {
    let outcome = Timeline::new(two()).check(
        "
               A B
            0  G r  stage a, hold A
              ...
            6  y r  flash  -- it ends all the same
            7  y r
            8  y r
            9  r r
              ...
           11  o o
              ...
           20  o o
        ",
    );
    assert_eq!(outcome.kept(4.0), [""; 0], "nothing but what is asked for is shown");
    for second in [7.0, 8.0, 20.0] {
        assert_eq!(outcome.kept(second), ["A the hold is overridden: a preemption, or flashing"], "{second}");
    }
}

#[test]
fn manual_control_shows_a_stage_whatever_the_strategy_wants_and_gives_it_back() {
    let outcome = Timeline::new(two()).check(
        "
               A B
            0  G r  stage a
              ...
            6  y r  force b
              ...
            9  r r
              ...
           11  r G
              ...
           20  r G  force-off B  -- held
              ...
          400  r G  -- A waits for long, and nobody calls that a fault: somebody is in control
          401  r y  end force b
              ...
          404  r r
              ...
          406  G r
              ...
          420  G r  end force b  -- not in force: nothing happens
              ...
          430  G r
        ",
    );
    assert_eq!(outcome.codes(&[41, 42]), [(6.0, 41, 2), (401.0, 42, 2)]);
    assert_eq!(outcome.codes(&[175]), [], "no alarm");
}

#[test]
fn manual_control_holds_what_it_shows_whoever_waits_and_leaves_holds_of_others_alone() {
    // C is in nobody's way but B's.
    let three = PlanSpec::new("three", vec![vehicle("A"), vehicle("B"), vehicle("C")])
        .forbid("A", "B", (s(5), s(5)))
        .forbid("B", "C", (s(5), s(5)))
        .stage("a", &["A"])
        .stage("ac", &["A", "C"])
        .stage("b", &["B"]);
    let outcome = Timeline::new(three).check(
        "
               A B C
            0  G r r  stage ac, hold A, force a
              ...
          300  G r r  force a  -- in force already; C has waited beyond its longest red
              ...
          310  G r G  end force a
              ...
          320  G r y  stage b  -- A is held as before
              ...
          323  G r r
              ...
          326  y r r  end hold A
              ...
          329  r r r
              ...
          331  r G r
        ",
    );
    assert_eq!(outcome.codes(&[41, 42]), [(0.0, 41, 1), (326.0, 42, 1)]);
    assert_eq!(outcome.codes(&[175]), [], "no alarm");
}

#[test]
fn an_omit_keeps_a_group_from_starting_and_ends_no_green() {
    let outcome = Timeline::new(two()).check(
        "
               A B
            0  G r  stage a
              ...
            2  G r  omit A  -- green already: goes on
              ...
            8  y r  stage b
              ...
           11  r r
              ...
           13  r G
              ...
           18  r y  stage a  -- omitted: red everywhere
              ...
           21  r r
              ...
           30  G r  end omit A
              ...
           35  G r
        ",
    );
    assert_eq!(outcome.codes(&[46, 47]), [(2.0, 46, 1), (30.0, 47, 1)]);
}

#[test]
fn a_force_off_ends_a_green_once() {
    let outcome = Timeline::new(two()).check(
        "
               A B
            0  r G  stage b
              ...
            2  r y  stage a
              ...
            5  r r
              ...
            7  G r
            8  G r  force-off A  -- green since 7: ends after its least green
              ...
           12  y r
              ...
           15  r r
           16  G r
              ...
           20  G r    -- and comes back, since the strategy still asks for it
              ...
           24  G r  force-off B  -- red: nothing happens, now or later
              ...
           26  y r  stage b
              ...
           29  r r
              ...
           31  r G
              ...
           36  r G
        ",
    );
    assert_eq!(outcome.kept(8.0), ["A its least green lasts 4.0 s more"]);
}

#[test]
fn a_force_off_does_not_end_what_is_held() {
    Timeline::new(two()).check(
        "
               A B
            0  G r  stage a, hold A
              ...
            8  G r  force-off A  -- held
              ...
           14  y r  end hold A  -- now
              ...
           17  r r
           18  G r
              ...
           20  G r
        ",
    );
}
