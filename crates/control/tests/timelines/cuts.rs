//! What a preemption may cut short: walk and clearance, and only where the plan says so.
//!
//! A leads off the tracks, B is the side street, P crosses A beside B.

use crate::{preemption::crossing, referee::Allowed, timeline::Timeline};

/// With a fire engine that may cut people on foot short.
fn cutting(walk: bool, clearance: bool) -> Timeline {
    let mut spec = crossing();
    (spec.preempts[1].cuts_walk, spec.preempts[1].cuts_clearance) = (walk, clearance);
    Timeline::new(spec).allowed(Allowed { cuts: walk || clearance, ..Allowed::default() })
}

#[test]
fn a_walk_is_cut_only_where_the_plan_says_so() {
    cutting(false, false).check(
        "
               A B P
            0  G r r  stage main
              ...
            6  y r r  stage side
              ...
            9  r r r
              ...
           11  r G W
              ...
           13  r G W  preempt fire  -- walk lasts 8 s from 11 on, clearance 6 s, buffer 2 s; B its least green
              ...
           16  r y W
              ...
           19  r r c
              ...
           25  r r r
              ...
           27  G r r
           28  G r r
        ",
    );
    cutting(true, false).check(
        "
               A B P
            0  G r r  stage main
              ...
            6  y r r  stage side
              ...
            9  r r r
              ...
           11  r G W
              ...
           13  r G c  preempt fire  -- walk is cut after 2 s; clearance and buffer are kept; B keeps its least green
              ...
           16  r y c
              ...
           19  r r r
              ...
           21  G r r
              ...
           28  G r r
        ",
    );
    cutting(true, true).check(
        "
               A B P
            0  G r r  stage main
              ...
            6  y r r  stage side
              ...
            9  r r r
              ...
           11  r G W
              ...
           13  r G r  preempt fire  -- don't walk at once; B keeps least green, yellow and intergreen
              ...
           16  r y r
              ...
           19  r r r
              ...
           21  G r r
              ...
           27  G r r
        ",
    );
}

#[test]
fn a_clearance_cut_short_keeps_its_buffer() {
    cutting(false, true).check(
        "
               A B P
            0  r G W  stage side
              ...
           10  r G c  lamps rGr  -- P clears from 10 to 16
              ...
           12  r y c  lamps rrr  -- B ends: cleared at 17
              ...
           14  r y r  lamps rrr, preempt fire
           15  r r r
              ...
           17  G r r
              ...
           25  G r r
        ",
    );
    let mut spec = crossing();
    spec.preempts[1].cuts_clearance = true;
    // B is not open: the crossing alone is in the way.
    Timeline::new(spec).allowed(Allowed { cuts: true, ..Allowed::default() }).check(
        "
               A B P
            0  r r W  lamps rrG
              ...
           10  r r c  lamps rrr
              ...
           14  r r r  preempt fire  -- don't walk at 14, A not before the buffer of 2 s is over
              ...
           16  G r r
              ...
           20  G r r
        ",
    );
}
