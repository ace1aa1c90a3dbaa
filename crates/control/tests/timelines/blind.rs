//! What decides while detectors are broken: one lane of several, all of a stage, or all there are.

use intergreen_control::PlanSpec;

use crate::{
    timeline::Timeline,
    vehicle,
    zones::{advance_loop, two_lanes_each},
};

const TIMES: [(&str, &str); 3] = [("rest", "a"), ("gap_s", "2"), ("max_green_s", "50")];

/// An alarm: blind, and no longer.
const ALARM: [u8; 1] = [175];

#[test]
fn a_dead_line_makes_the_pattern_run_until_it_has_been_back_for_five_minutes() {
    let outcome = Timeline::new(two_lanes_each(vehicle)).strategy("actuated", &TIMES).with_spare().check(
        "
               A B
            0  G r  detector 0 on
              ...
           40  G r  lost 0, lost 1, lost 2, lost 3  -- a line is dead: 40 s into the cycle the pattern shows b
           41  y r
              ...
           44  r r
           45  r G
              ...
           60  r y
              ...
           63  r r
           64  G r
              ...
           90  y r
              ...
           93  r r
           94  r G
              ...
          120  r y
              ...
          123  r r
          124  G r
              ...
          150  y r  end lost 0, end lost 1, end lost 2, end lost 3
              ...
          153  r r
          154  r G
              ...
          180  r y
              ...
          183  r r
          184  G r
              ...
          200  G r  lost 2, lost 3, lost 1  -- and dead again
              ...
          210  y r  end lost 2, end lost 3, end lost 1
              ...
          213  r r
          214  r G
              ...
          240  r y
              ...
          243  r r
          244  G r
              ...
          270  y r
              ...
          273  r r
          274  r G
              ...
          300  r y
              ...
          303  r r
          304  G r
              ...
          330  y r
              ...
          333  r r
          334  r G
              ...
          360  r y
              ...
          363  r r
          364  G r
              ...
          390  y r
              ...
          393  r r
          394  r G
              ...
          420  r y
              ...
          423  r r
          424  G r
              ...
          450  y r
              ...
          453  r r
          454  r G
              ...
          480  r y
              ...
          483  r r
          484  G r
              ...
          510  y r
              ...
          513  r r
          514  r G
              ...
          519  r y
              ...
          522  r r
          523  G r
              ...
          540  G r
        ",
    );
    assert_eq!(outcome.codes(&ALARM), [(40.0, 175, 4), (510.0, 175, 5)]);
}

#[test]
fn half_of_the_lanes_are_no_reason() {
    let outcome = Timeline::new(two_lanes_each(vehicle)).strategy("actuated", &TIMES).with_spare().check(
        "
               A B
            0  G r  detector 0 on
              ...
           40  G r  lost 2, lost 3  -- B is called in every cycle and has its greatest green
              ...
           90  y r
              ...
           93  r r
           94  r G
              ...
          144  r y
              ...
          147  r r
          148  G r
              ...
          198  y r
              ...
          200  y r
        ",
    );
    assert_eq!(outcome.codes(&ALARM), []);
}

/// The same with a loop 38 m before the line of b_0 that extends, too; at b_1 nothing lies.
fn with_advance_loop() -> PlanSpec {
    let mut spec = two_lanes_each(vehicle);
    spec.detectors[3] = advance_loop(3, "B", "b_0");
    spec
}

#[test]
fn without_any_detector_it_has_its_greatest_green() {
    Timeline::new(with_advance_loop()).strategy("actuated", &TIMES).check(
        "
               A B
            0  G r
              ...
           10  G r  lost 2, lost 3, detector 0 on
              ...
           60  y r
              ...
           63  r r
           64  r G
              ...
          100  r G
        ",
    );
}
