//! Trains, fire engines, buses.
//!
//! A leads off the tracks, B is the side street, P crosses A beside B.

use intergreen_control::plan::{GroupSpec, PlanSpec, Preempt, PreemptKind};

use crate::{on_foot, referee::Allowed, s, timeline::Timeline, vehicle};

fn preempt(name: &str, kind: PreemptKind, dwell: &str, exit: &str) -> Preempt {
    Preempt {
        name: name.into(),
        kind,
        delay: s(0),
        track: vec![],
        track_green: s(0),
        dwell: vec![dwell.into()],
        min_dwell: s(6),
        max_presence: s(40),
        exit: vec![exit.into()],
        cuts_walk: false,
        cuts_clearance: false,
    }
}

fn crossing() -> PlanSpec {
    let rail = Preempt {
        delay: s(2),
        track: vec!["A".into()],
        track_green: s(8),
        max_presence: s(600),
        ..preempt("rail", PreemptKind::Rail, "B", "A")
    };
    let p = GroupSpec { walk: Some(s(8)), clearance: Some(s(6)), buffer: Some(s(2)), ..on_foot("P") };
    let spec = PlanSpec::new("level crossing", vec![vehicle("A"), vehicle("B"), p])
        .forbid("A", "B", (s(5), s(5)))
        .forbid("A", "P", (s(5), s(8)))
        .stage("main", &["A"])
        .stage("side", &["B", "P"]);
    let fire = preempt("fire", PreemptKind::Emergency, "A", "B");
    let bus = preempt("bus", PreemptKind::Bus, "B", "A");
    PlanSpec { preempts: vec![rail, fire, bus], ..spec }
}

#[test]
pub fn a_train_delay_track_clearance_dwell_exit() {
    let outcome = Timeline::new(crossing()).check(
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
           13  r G W  preempt rail  -- P has walk since 11
              ...
           15  r G W    -- the delay is over: B ends; walk and clearance are not cut, so A waits for P
           16  r y W
              ...
           19  r r c
              ...
           25  r r r
              ...
           27  G r r
              ...
           35  y r r    -- A for 8 s, then B for at least 6 s
              ...
           38  r r r
              ...
           40  r G r
              ...
           60  r y r  end preempt rail
              ...
           63  r r r
              ...
           65  G r r  stage side  -- A is served first, then the strategy again
              ...
           70  y r r
              ...
           73  r r r
              ...
           75  r G W
        ",
    );
    let codes: Vec<u8> = outcome.codes(&[102, 104, 105, 106, 107, 110, 111]).iter().map(|e| e.1).collect();
    assert_eq!(codes, [102, 105, 106, 107, 104, 111]);
}

#[test]
fn the_track_clearance_lasts_its_time_although_the_light_was_green_before() {
    Timeline::new(crossing()).check(
        "
               A B P
            0  G r r  stage main
              ...
           20  G r r  preempt rail  -- A has been green for long, but who is on the tracks leaves them from 22 on
              ...
           23  G r r  end preempt rail  -- a short train: the clearance is finished all the same
              ...
           30  y r r
              ...
           33  r r r
              ...
           35  r G r
              ...
           41  r y r
              ...
           44  r r r
              ...
           46  G r r
              ...
           60  G r r
        ",
    );
}

#[test]
fn the_more_important_one_overtakes() {
    let mut spec = crossing();
    spec.preempts.iter_mut().for_each(|p| p.max_presence = s(600));
    Timeline::new(spec).check(
        "
               A B P
            0  G r r  stage main
              ...
            6  y r r  preempt bus
              ...
            9  r r r
              ...
           11  r G r
              ...
           14  r G r  preempt fire  -- overtakes the bus: B ends after its least green
              ...
           16  r y r
              ...
           19  r r r
              ...
           21  G r r
              ...
           24  G r r  preempt rail  -- overtakes the fire engine at 26: A is green already, 8 s more
              ...
           34  y r r
              ...
           37  r r r
              ...
           39  r G r
              ...
           42  r G r  end preempt rail
              ...
           45  r y r
              ...
           48  r r r
              ...
           50  G r r    -- A was served as exit; the fire engine has waited and begins anew
              ...
           60  y r r  end preempt fire
              ...
           63  r r r
              ...
           65  r G r    -- and so does the bus: B was served as exit of the fire engine
              ...
           80  r y r  end preempt bus
              ...
           83  r r r
              ...
           85  G r r
              ...
           91  G r r
        ",
    );
}

#[test]
fn a_less_important_one_does_not_disturb() {
    Timeline::new(crossing()).check(
        "
               A B P
            0  r G W  stage side
              ...
            6  r y c  preempt fire
              ...
            9  r r c
              ...
           12  r r r
              ...
           14  G r r
              ...
           20  G r r  preempt bus  -- waits
              ...
           30  G r r  end preempt bus
              ...
           32  y r r  end preempt fire
              ...
           35  r r r
              ...
           37  r G W
              ...
           45  r G W
        ",
    );
}

#[test]
fn an_input_that_stays_on_for_too_long_is_ignored_until_it_goes_off() {
    let outcome = Timeline::new(crossing()).check(
        "
               A B P
            0  G r r  stage main
              ...
            6  y r r  preempt bus
              ...
            9  r r r
              ...
           11  r G r
              ...
           46  r y r    -- 40 s: broken
              ...
           49  r r r
              ...
           51  G r r
              ...
           60  G r r  end preempt bus
              ...
           62  y r r  preempt bus  -- repaired: counts again
              ...
           65  r r r
              ...
           67  r G r
              ...
           80  r G r
        ",
    );
    assert_eq!(
        outcome.codes(&[102, 104, 105, 110]),
        [(6.0, 102, 3), (6.0, 105, 3), (46.0, 110, 3), (60.0, 104, 3), (62.0, 102, 3), (62.0, 105, 3),]
    );
}

#[test]
fn a_short_pulse_still_gets_its_least_dwell_in_green() {
    Timeline::new(crossing()).check(
        "
               A B P
            0  r G W  stage side
              ...
           10  r y c  preempt fire
           11  r y c  end preempt fire  -- A opens at 18 and stays for 6 s
              ...
           13  r r c
              ...
           16  r r r
              ...
           18  G r r
              ...
           24  y r r
              ...
           27  r r r
              ...
           29  r G W
              ...
           35  r G W
        ",
    );
}

/// With a fire engine that may cut people on foot short.
fn cutting(walk: bool, clearance: bool) -> Timeline {
    let mut spec = crossing();
    (spec.preempts[1].cuts_walk, spec.preempts[1].cuts_clearance) = (walk, clearance);
    Timeline::new(spec).allowed(Allowed { cuts: true, ..Allowed::default() })
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

#[test]
fn a_preemption_overrides_hold_omit_and_force_off() {
    Timeline::new(crossing()).check(
        "
               A B P
            0  r G W  stage side, hold B, omit A  -- a central holds the side street
              ...
           20  r G W  preempt rail
              ...
           22  r y c
              ...
           25  r r c
              ...
           28  r r r
              ...
           30  G r r
              ...
           35  G r r  force-off A  -- no operator takes the green off the tracks
              ...
           38  y r r
              ...
           41  r r r
              ...
           43  r G r
           44  r G r  end preempt rail
              ...
           49  r y r
              ...
           52  r r r
              ...
           54  G r r
              ...
           59  y r r
              ...
           62  r r r
              ...
           64  r G W
              ...
           70  r G W  end omit A
              ...
           80  r G W
        ",
    );
}
