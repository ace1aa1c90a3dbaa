//! A group that waits too long.

use intergreen_control::{
    Latch,
    plan::{DetectorMode, DetectorUse, GroupSpec, PlanSpec},
};

use crate::{s, timeline::Timeline, vehicle};

/// B waits for at most 40 s: then the plan's own sequence has to take over.
fn starving() -> PlanSpec {
    let b = GroupSpec { max_red: Some(s(40)), ..vehicle("B") };
    PlanSpec::new("starving", vec![vehicle("A"), b])
        .forbid("A", "B", (s(5), s(5)))
        .stage("a", &["A"])
        .stage("b", &["B"])
}

#[test]
pub fn the_plans_own_sequence_takes_over_until_a_reset() {
    let outcome = Timeline::new(starving()).check(
        "
               A B
            0  G r  stage a  -- rests on one street
              ...
           40  G r    -- B has no detector, so it is always called
           41  y r
              ...
           44  r r
           45  r r  stage a  -- nobody asks the strategy any more
           46  r G
              ...
           51  r y
              ...
           54  r r
              ...
           56  G r
              ...
           61  y r
              ...
           64  r r
              ...
           66  r G
              ...
           70  r G  reset  -- by hand: the strategy again
           71  r y
              ...
           74  r r
              ...
           76  G r
              ...
           80  G r
        ",
    );
    assert_eq!(outcome.latches, [(40.0, Latch::CycleFault { group: 1 }), (70.0, Latch::None)]);
    assert_eq!(outcome.codes(&[175]), [(40.0, 175, 1)]);
}

#[test]
fn it_goes_on_after_a_power_failure() {
    Timeline::new(starving()).restored(Latch::CycleFault { group: 1 }).check(
        "
               A B
            0  G r  stage a
              ...
            5  y r
              ...
            8  r r
              ...
           10  r G
              ...
           15  r y
              ...
           18  r r
              ...
           20  G r
              ...
           25  y r
              ...
           28  r r
              ...
           30  G r  reset
              ...
           40  G r
        ",
    );
}

#[test]
fn a_hold_and_flashing_are_no_fault() {
    let outcome = Timeline::new(starving()).check(
        "
               A B
            0  G r  stage a
              ...
           10  G r  hold A
              ...
           60  G r  end hold A  -- B waits anew
              ...
           70  y r  flash
              ...
           73  r r
              ...
           75  o o
              ...
           95  r r  end flash
              ...
          100  G r    -- and again
              ...
          141  y r    -- 40 s after 100
        ",
    );
    assert_eq!(outcome.codes(&[175]), [(140.0, 175, 1)]);
}

/// As before, but B is called by detectors: channel 0 locks, channel 1 does not.
fn called() -> PlanSpec {
    let calls = |channel, locking| DetectorUse {
        channel,
        groups: vec!["B".into()],
        mode: DetectorMode::Call,
        locking,
        ..DetectorUse::default()
    };
    PlanSpec { detectors: vec![calls(0, true), calls(1, false)], ..starving() }
}

#[test]
fn who_is_not_called_does_not_wait() {
    Timeline::new(called()).check(
        "
               A B
            0  G r  stage a
              ...
            4  G r  detector 1 on  -- does not lock
              ...
           10  G r  detector 1 off  -- turned right on red
              ...
           30  G r  detector 0 on  -- locks: called from 30 on
           31  G r  detector 0 off
              ...
           70  G r    -- 40 s
           71  y r
              ...
           74  r r
              ...
           76  r G
        ",
    );
}

#[test]
fn a_detector_that_does_not_lock_calls_while_it_is_on() {
    Timeline::new(called()).check(
        "
               A B
            0  G r  stage a
              ...
            4  G r  detector 1 on
              ...
           45  y r
              ...
           48  r r
              ...
           50  r G
        ",
    );
}

#[test]
fn a_call_by_command_is_kept_until_it_is_served() {
    let outcome = Timeline::new(called()).check(
        "
               A B
            0  G r  stage a
              ...
            2  G r  call B
              ...
           10  y r  stage b  -- served
              ...
           13  r r
              ...
           15  r G
              ...
           20  r y  stage a
              ...
           23  r r
              ...
           25  G r
              ...
           80  G r    -- nobody waits
        ",
    );
    assert_eq!(outcome.codes(&[43, 44, 175]), [(2.0, 43, 2), (15.0, 44, 2)]);
}

/// Three streets; B waits for at most 40 s.
fn three() -> PlanSpec {
    let b = GroupSpec { max_red: Some(s(40)), ..vehicle("B") };
    PlanSpec::new("three", vec![vehicle("A"), b, vehicle("C")])
        .forbid("A", "B", (s(5), s(5)))
        .forbid("A", "C", (s(5), s(5)))
        .forbid("B", "C", (s(5), s(5)))
        .stage("a", &["A"])
        .stage("b", &["B"])
        .stage("c", &["C"])
}

#[test]
fn an_omit_exempts_nobody_else() {
    let outcome = Timeline::new(three()).check(
        "
               A B C
            0  G r r  stage a
              ...
            5  G r r  omit C
              ...
           41  y r r
              ...
           44  r r r
              ...
           46  r G r
              ...
           51  r y r    -- C is passed over
              ...
           54  r r r
              ...
           56  G r r
              ...
           60  G r r
        ",
    );
    assert_eq!(outcome.latches, [(40.0, Latch::CycleFault { group: 1 })]);
}

#[test]
fn a_hold_of_a_red_group_exempts_nobody() {
    let outcome = Timeline::new(three()).check(
        "
               A B C
            0  G r r  stage a
              ...
            5  G r r  hold C, hold B  -- both are red
              ...
           41  y r r
              ...
           44  r r r
              ...
           46  r G r
              ...
           60  r G r    -- now B is held indeed
        ",
    );
    assert_eq!(outcome.latches, [(40.0, Latch::CycleFault { group: 1 })]);
}

#[test]
fn who_has_a_held_green_in_its_way_waits_anew_when_the_hold_ends() {
    let outcome = Timeline::new(starving()).check(
        "
               A B
            0  G r  stage a
              ...
           30  G r  hold A
              ...
           60  G r  end hold A
              ...
          101  y r    -- 40 s after the end of the hold
              ...
          104  r r
              ...
          106  r G
              ...
          110  r G
        ",
    );
    assert_eq!(outcome.latches, [(100.0, Latch::CycleFault { group: 1 })]);
}

#[test]
fn a_hold_exempts_those_alone_in_whose_way_it_is() {
    // A is in the way of B, D in that of C. C waits for at most 40 s.
    let c = GroupSpec { max_red: Some(s(40)), ..vehicle("C") };
    let spec = PlanSpec::new("two pairs", vec![vehicle("A"), vehicle("B"), c, vehicle("D")])
        .forbid("A", "B", (s(5), s(5)))
        .forbid("C", "D", (s(5), s(5)))
        .stage("1", &["A", "D"])
        .stage("2", &["B", "C"]);
    let outcome = Timeline::new(spec).check(
        "
               A B C D
            0  G r r G  stage 1, hold A
              ...
           41  G r r y
              ...
           44  G r r r
              ...
           46  G r G r
              ...
           60  y r G r  end hold A  -- the sequence goes on
              ...
           63  r r G r
              ...
           65  r G G r
              ...
           70  r y y r
              ...
           72  r y y r
        ",
    );
    assert_eq!(outcome.latches, [(40.0, Latch::CycleFault { group: 2 })]);
}

#[test]
fn the_least_sequence_of_stages_is_no_fault_although_nobody_may_wait_for_longer() {
    // Three times 5 s of green and 5 s of intergreen: 30 s.
    let spec = three();
    let groups = ["A", "B", "C"].map(|name| GroupSpec { max_red: Some(s(30)), ..vehicle(name) }).to_vec();
    let outcome = Timeline::new(PlanSpec { groups, ..spec }).check(
        "
               A B C
            0  r r r  lamps rrr
            1  G r r  stage a
              ...
            6  y r r  stage b
              ...
            9  r r r
              ...
           11  r G r
              ...
           16  r y r  stage c
              ...
           19  r r r
              ...
           21  r r G    -- C has been red since 0
              ...
           26  r r y  stage a
              ...
           29  r r r
              ...
           31  G r r    -- A since 9
              ...
           36  y r r  stage b
              ...
           39  r r r
              ...
           41  r G r
              ...
           46  r y r  stage c
              ...
           49  r r r
              ...
           51  r r G
              ...
           55  r r G
        ",
    );
    assert_eq!((outcome.plan.worst_sequence(), outcome.latches), (s(30), vec![]));
}
