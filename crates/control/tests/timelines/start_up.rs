//! From power-on to the first green, flashing, faults.

use intergreen_control::{
    Latch,
    plan::{PlanSpec, StartUp},
};

use crate::{on_foot, s, timeline::Timeline, vehicle};

fn with_start_up() -> PlanSpec {
    let spec = PlanSpec::new("start-up", vec![vehicle("A"), vehicle("B"), on_foot("P")])
        .forbid("A", "B", (s(5), s(6)))
        .forbid("A", "P", (s(5), s(6)))
        .stage("a", &["A"])
        .stage("b", &["B", "P"]);
    PlanSpec { start_up: StartUp { flash: s(4), yellow: s(3), all_red: s(5) }, ..spec }
}

#[test]
fn flashing_yellow_red_and_then_green() {
    let outcome = Timeline::new(with_start_up()).check(
        "
               A B P
            0  o o O  stage a
              ...
            2  o o O  self-check passed  -- flashing lasts its 4 s
              ...
            4  y y r
              ...
            7  r r r
              ...
           12  G r r    -- red for its 5 s: the yellow before counts for the intergreen of 6 s
              ...
           30  G r r
        ",
    );
    assert_eq!(outcome.codes(&[173, 175, 184]), [(0.0, 184, 0), (0.0, 173, 7), (4.0, 173, 2)]);
    assert_eq!(outcome.latches, []);
}

/// Yellow 3 s, red so many seconds, longest intergreen so many.
fn red_after_yellow(all_red: i64, intergreen: i64) -> PlanSpec {
    let spec = PlanSpec::new("red after yellow", vec![vehicle("A"), vehicle("B")])
        .forbid("A", "B", (s(intergreen), s(3)))
        .stage("a", &["A"])
        .stage("b", &["B"]);
    PlanSpec { start_up: StartUp { flash: s(4), yellow: s(3), all_red: s(all_red) }, ..spec }
}

#[test]
fn red_after_the_yellow_lasts_until_the_longest_intergreen_since_the_flashing_is_over() {
    // 9 s since the flashing, of which yellow was 3: less red the plan would not be let have.
    Timeline::new(red_after_yellow(6, 9)).check(
        "
               A B
            0  o o  stage a, self-check passed
              ...
            4  y y
              ...
            7  r r
              ...
           13  G r
              ...
           20  G r
           21  r r  fault
        "
        .replace("           20  G r\n           21  r r  fault\n", "           20  G r\n")
        .as_str(),
    );
    // Yellow has covered the intergreen: red is seen for a second all the same.
    Timeline::new(red_after_yellow(1, 3)).check(
        "
               A B
            0  o o  stage a, self-check passed
              ...
            4  y y
              ...
            7  r r
            8  G r
              ...
           20  G r
        ",
    );
}

#[test]
fn it_flashes_until_the_self_check_has_passed() {
    Timeline::new(with_start_up()).check(
        "
               A B P
            0  o o O  stage a
              ...
           20  y y r  self-check passed
              ...
           23  r r r
              ...
           28  G r r
              ...
           40  G r r
        ",
    );
}

#[test]
pub fn a_failed_self_check_is_latched_until_a_reset_and_a_passed_one() {
    let outcome = Timeline::new(with_start_up()).check(
        "
               A B P
            0  o o O  stage a
              ...
            2  o o O  self-check failed
              ...
           10  o o O  self-check passed  -- a later success does not unlatch it
              ...
           14  o o O  self-check failed
              ...
           20  o o O  reset  -- by hand; but the lamps have not passed
              ...
           30  y y r  self-check passed
              ...
           33  r r r
              ...
           38  G r r
              ...
           45  G r r
        ",
    );
    assert_eq!(outcome.latches, [(2.0, Latch::Flash), (20.0, Latch::None)]);
    assert_eq!(
        outcome.codes(&[173, 175]),
        [(0.0, 173, 7), (2.0, 175, 3), (2.0, 173, 5), (14.0, 175, 3), (20.0, 173, 7), (30.0, 173, 2)]
    );
}

#[test]
fn a_latched_fault_outlives_a_power_failure() {
    let outcome = Timeline::new(with_start_up()).restored(Latch::Flash).check(
        "
               A B P
            0  o o O  stage a
              ...
            2  o o O  self-check passed  -- the lamps are in order, the fault stays
              ...
           20  r r r  reset
              ...
           26  G r r
              ...
           35  G r r
        ",
    );
    assert_eq!(outcome.latches, [(20.0, Latch::None)]);
}

#[test]
fn a_reset_after_a_power_failure_does_not_spare_the_self_check() {
    Timeline::new(with_start_up()).restored(Latch::Flash).check(
        "
               A B P
            0  o o O  stage a
              ...
           10  o o O  reset
              ...
           30  y y r  self-check passed
              ...
           33  r r r
              ...
           38  G r r
              ...
           50  G r r
        ",
    );
}

/// The same plan without a start-up: lamps are taken over as the first request has them.
fn at_once() -> Timeline {
    Timeline::new(PlanSpec { start_up: StartUp::default(), ..with_start_up() })
}

#[test]
pub fn flashing_by_command_is_entered_and_left_through_red() {
    let outcome = at_once().check(
        "
               A B P
            0  r G W  stage b
              ...
           10  r y c  flash  -- walk is over: clearance and yellow, red for the longest intergreen, then flashing
              ...
           13  r r c
           14  r r r
              ...
           16  o o O
              ...
           20  r r r  end flash  -- red for the longest intergreen
              ...
           26  r G W
              ...
           35  r G W
        ",
    );
    assert_eq!(outcome.codes(&[173]), [(16.0, 173, 3), (20.0, 173, 2)]);
    assert_eq!(outcome.latches, []);
}

#[test]
fn flashing_by_command_does_not_cut_a_least_green_and_can_be_taken_back() {
    at_once().check(
        "
               A B P
            0  G r r  stage a
              ...
            6  y r r  stage b
              ...
            9  r r r
              ...
           11  r G W
           12  r G W  flash  -- B and P are green for 1 s
              ...
           16  r y c
              ...
           18  r y c  end flash  -- not yet flashing: goes on
           19  r r c
           20  r G r
           21  r G W
              ...
           30  r G W
        ",
    );
}

#[test]
fn a_hold_does_not_keep_it_from_flashing() {
    at_once().check(
        "
               A B P
            0  G r r  stage a, hold A
              ...
           10  y r r  flash
              ...
           13  r r r
              ...
           16  o o O
              ...
           20  o o O
        ",
    );
}

#[test]
fn a_fault_flashes_at_once_and_until_a_reset() {
    let outcome = at_once().check(
        "
               A B P
            0  G r r  stage a
              ...
           10  o o O  fault
              ...
           15  o o O  flash, end flash, stage b  -- no command ends it
              ...
           20  r r r  reset
              ...
           26  r G W
              ...
           35  r G W
        ",
    );
    assert_eq!(outcome.latches, [(10.0, Latch::Flash), (20.0, Latch::None)]);
    assert_eq!(outcome.codes(&[173, 175]), [(10.0, 175, 2), (10.0, 173, 5), (20.0, 173, 2)]);
}

#[test]
fn a_fault_in_start_up_flashes() {
    Timeline::new(with_start_up()).check(
        "
               A B P
            0  o o O  stage a, self-check passed
              ...
            4  y y r
            5  o o O  fault  -- in the start-up's yellow
              ...
           10  r r r  reset  -- the lamps have passed: red, then normal
              ...
           16  G r r
              ...
           20  G r r
        ",
    );
}

#[test]
fn a_stored_fault_of_a_group_that_is_gone_flashes() {
    at_once().restored(Latch::CycleFault { group: 9 }).check(
        "
               A B P
            0  o o O  stage a
              ...
            5  r r r  reset
              ...
           11  G r r
              ...
           15  G r r
        ",
    );
}
