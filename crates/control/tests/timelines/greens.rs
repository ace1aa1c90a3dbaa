//! Least green, red-yellow, yellow, red.

use intergreen_control::plan::{GroupSpec, PlanSpec, Preempt, PreemptKind};

use crate::{s, timeline::Timeline, vehicle};

fn two(groups: Vec<GroupSpec>) -> PlanSpec {
    PlanSpec::new("two", groups).forbid("A", "B", (s(5), s(5))).stage("a", &["A"]).stage("b", &["B"])
}

#[test]
fn least_green_is_kept_against_a_request_that_flips_every_second() {
    let b = GroupSpec { min_green: Some(s(7)), ..vehicle("B") };
    Timeline::new(two(vec![vehicle("A"), b])).check(
        "
               A B
            0  r G  stage b  -- taken over as green for long
              ...
            6  r y  stage a
            7  r y  stage b  -- yellow goes on
            8  r y  stage a
            9  r r  stage b  -- red must last 1 s
           10  r r  stage a  -- A has to wait for its intergreen until 11
           11  r G  stage b
           12  r G  stage a
           13  r G  stage b
           14  r G  stage a
           15  r G  stage b
           16  r G  stage a
           17  r G  stage b
           18  r y  stage a
           19  r y  stage b
           20  r y  stage a
           21  r r  stage b
           22  r r  stage a
           23  r G  stage b
           24  r G
        ",
    );
}

#[test]
fn a_repeated_request_does_not_begin_the_least_green_anew() {
    Timeline::new(two(vec![vehicle("A"), vehicle("B")])).check(
        "
               A B
            0  r G  stage b
              ...
            2  r y  stage a  -- A opens at 7
              ...
            5  r r
              ...
            7  G r
            8  G r  stage a
            9  G r  stage a
           10  G r  stage a
           11  G r  stage a
           12  y r  stage b  -- 5 s after 7: ends at once
              ...
           14  y r
        ",
    );
}

#[test]
fn red_yellow_lies_inside_the_intergreen_and_leads_to_green_whatever_is_asked_for() {
    let with_red_yellow = |name: &str| GroupSpec { red_yellow: Some(s(2)), ..vehicle(name) };
    Timeline::new(two(vec![with_red_yellow("A"), with_red_yellow("B")])).check(
        "
               A B
            0  G r  stage a
              ...
            6  y r  stage b  -- B green at 11, so red-yellow at 9: not on top of the 5 s
              ...
            9  r u
           10  r u  stage a  -- withdrawn in red-yellow: green all the same, for its least green
           11  r G
              ...
           16  r y
              ...
           19  u r
              ...
           21  G r
              ...
           30  G r
        ",
    );
}

#[test]
fn red_yellow_leads_to_green_even_under_preemption() {
    let with_red_yellow = |name: &str| GroupSpec { red_yellow: Some(s(2)), ..vehicle(name) };
    let spec = two(vec![with_red_yellow("A"), with_red_yellow("B")]);
    Timeline::new(PlanSpec { preempts: vec![fire(&["A"])], ..spec }).check(
        "
               A B
            0  G r  stage a
              ...
            6  y r  stage b
              ...
            9  r u
           10  r u  preempt fire  -- B has shown red-yellow for 1 s: drivers have started
           11  r G
              ...
           16  r y
              ...
           19  u r
              ...
           21  G r
              ...
           24  G r  end preempt fire
              ...
           26  y r
              ...
           29  r u
              ...
           31  r G
              ...
           40  r G
        ",
    );
}

/// A fire engine for which these groups are opened.
fn fire(dwell: &[&str]) -> Preempt {
    Preempt {
        name: "fire".into(),
        kind: PreemptKind::Emergency,
        delay: s(0),
        track: vec![],
        track_green: s(0),
        dwell: dwell.iter().map(ToString::to_string).collect(),
        min_dwell: s(5),
        max_presence: s(120),
        exit: vec!["B".into()],
        cuts_walk: false,
        cuts_clearance: false,
    }
}

#[test]
fn yellow_is_neither_cut_nor_prolonged_by_a_request() {
    Timeline::new(two(vec![vehicle("A"), vehicle("B")])).check(
        "
               A B
            0  G r  lamps Gr
              ...
            6  y r  lamps rr  -- no yellow asked for: it comes all the same
            7  y r  lamps Gr  -- asked for in yellow: yellow lasts 3 s, red 1 s
              ...
            9  r r
           10  G r
              ...
           15  y r  lamps yr  -- yellow asked for and never taken back
              ...
           18  r r
           19  r r  lamps yG  -- yellow asked for out of red: stays red
           20  r G
              ...
           25  r G
        ",
    );
}

#[test]
fn red_revert_keeps_a_group_red() {
    let a = GroupSpec { red_revert: Some(s(4)), ..vehicle("A") };
    Timeline::new(two(vec![a, vehicle("B")])).check(
        "
               A B
            0  G r  stage a
              ...
            6  y r  force-off A  -- nobody else is asked for: A would come back at once
              ...
            9  r r
              ...
           13  G r
              ...
           20  G r
        ",
    );
}
