//! Programs from elsewhere: turns on red, signals that are switched off.

use intergreen_control::{Lamp, Millis, PlanSpec, Program, ProgramStep};

use crate::{referee::Allowed, timeline::Timeline};

fn program(steps: &[(i64, &str)]) -> Timeline {
    with_max_red(steps, None)
}

/// A program; the longest red is two cycles unless given.
fn with_max_red(steps: &[(i64, &str)], max_red: Option<i64>) -> Timeline {
    let step = |&(seconds, letters): &(i64, &str)| ProgramStep {
        duration: Millis(seconds * 1000),
        lamps: letters.chars().filter_map(Lamp::from_letter).collect(),
    };
    let program = Program::new("p", Millis(0), steps.iter().map(step).collect()).expect("a program");
    let (mut spec, waivers) = PlanSpec::of_program("program", program);
    for group in &mut spec.groups {
        group.max_red = max_red.map(|seconds| Millis(seconds * 1000)).or(group.max_red);
    }
    let allowed = Allowed { program: true, ..Allowed::default() };
    Timeline::new(spec).waived(waivers).allowed(allowed).fixed_time()
}

#[test]
fn a_turn_on_red_is_red_with_a_permitted_turn() {
    program(&[(10, "Gs"), (3, "ys"), (2, "rr"), (10, "rG"), (3, "ry"), (2, "rr")]).check(
        "
               0 1
            0  G s
              ...
           10  y s
              ...
           13  r r    -- the turn is no longer permitted when the others are about to start
              ...
           15  r G
              ...
           25  r y
              ...
           28  r r
              ...
           30  G s
        ",
    );
}

#[test]
fn a_signal_that_is_switched_off_comes_back_through_yellow_and_red() {
    program(&[(5, "OO"), (5, "oo"), (3, "yy"), (3, "rr"), (9, "Gr"), (3, "yr"), (2, "rr")]).check(
        "
               0 1
            0  O O
              ...
            5  o o
              ...
           10  y y
              ...
           13  r r
              ...
           16  G r
              ...
           25  y r
              ...
           28  r r
              ...
           30  O O
              ...
           32  O O
        ",
    );
}

#[test]
fn a_long_green_of_a_program_is_no_cycle_fault() {
    // Nobody may wait for longer than the cycle.
    let steps = [(85, "Gr"), (3, "yr"), (2, "rr"), (25, "rG"), (3, "ry"), (2, "rr")];
    let outcome = with_max_red(&steps, Some(120)).check(
        "
               0 1
            0  G r
              ...
           85  y r
              ...
           88  r r
              ...
           90  r G
              ...
          115  r y
              ...
          118  r r
              ...
          120  G r
              ...
          205  y r
              ...
          208  r r
              ...
          210  r G
              ...
          235  r y
              ...
          238  r r
              ...
          240  G r
              ...
          325  y r
              ...
          328  r r
              ...
          330  r G
              ...
          335  r G
        ",
    );
    assert_eq!(outcome.latches, []);
}
