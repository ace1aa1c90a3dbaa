//! One stage follows another.

use intergreen_control::{
    Plan, Registry,
    plan::{Delay, GroupKind, GroupSpec, InterstageSpec, PlanSpec},
};

use crate::{head, on_foot, s, timeline::Timeline, vehicle};

/// Two streets: A and B on the main one, D on the side street. A is wide, and who leaves it takes long.
fn two_streets() -> PlanSpec {
    PlanSpec::new("two streets", vec![vehicle("A"), vehicle("B"), vehicle("D")])
        .forbid("A", "D", (s(9), s(5)))
        .forbid("B", "D", (s(4), s(6)))
        .stage("main", &["A", "B"])
        .stage("B only", &["B"])
        .stage("side", &["D"])
}

#[test]
fn every_pair_has_its_own_intergreen() {
    Timeline::new(two_streets()).check(
        "
               A B D
            0  G G r  stage main
              ...
           10  y y r  stage side  -- both end together; D waits for A (9 s), not only for B (4 s)
              ...
           13  r r r
              ...
           19  r r G
              ...
           30  r r y  stage main  -- A opens after 5 s, B after 6 s
              ...
           33  r r r
              ...
           35  G r r
           36  G G r
              ...
           40  G G r
        ",
    );
}

#[test]
fn every_earlier_end_counts_and_not_only_the_last() {
    Timeline::new(two_streets()).check(
        "
               A B D
            0  G G r  stage main
              ...
           10  y G r  stage B only  -- A ends: D not before 19
              ...
           12  y y r  stage side  -- B ends: D not before 16, so 19 stays
           13  r y r
              ...
           15  r r r
              ...
           19  r r G
              ...
           22  r r G
        ",
    );
    // The last end is the one that counts here.
    Timeline::new(two_streets()).check(
        "
               A B D
            0  G G r  stage main
              ...
           10  y G r  stage B only  -- A ends: D not before 19
              ...
           13  r G r
              ...
           18  r y r  stage side  -- B ends: D not before 22
              ...
           21  r r r
           22  r r G
              ...
           24  r r G
        ",
    );
}

#[test]
fn a_change_of_mind_in_mid_change() {
    Timeline::new(two_streets()).check(
        "
               A B D
            0  G G r  stage main
              ...
           10  y y r  stage side
           11  y y r  stage main  -- yellow is not taken back; D never opens
              ...
           13  r r r
           14  G G r
              ...
           20  G G r
        ",
    );
}

/// A crossing of two short streets where the intergreen is shorter than the yellow.
fn short_intergreen(seconds: i64) -> PlanSpec {
    PlanSpec::new("short", vec![vehicle("A"), vehicle("B")])
        .forbid("A", "B", (s(seconds), s(5)))
        .stage("a", &["A"])
        .stage("b", &["B"])
}

#[test]
fn an_intergreen_may_be_shorter_than_yellow() {
    Timeline::new(short_intergreen(2)).check(
        "
               A B
            0  G r  stage a
              ...
            6  y r  stage b  -- B is green while A still shows yellow: RiLSA allows it, NEMA does not
              ...
            8  y G
            9  r G
              ...
           16  r y  stage a
              ...
           19  r r
              ...
           21  G r
              ...
           24  G r
        ",
    );
}

#[test]
fn with_yellow_conflicts_nobody_is_green_while_another_shows_yellow() {
    Timeline::new(PlanSpec { yellow_conflicts: true, ..short_intergreen(3) }).check(
        "
               A B
            0  G r  stage a
              ...
            6  y r  stage b  -- not before A shows red
              ...
            9  r G
              ...
           12  r G
        ",
    );
}

#[test]
fn with_yellow_conflicts_a_shorter_intergreen_is_refused() {
    let spec = PlanSpec { yellow_conflicts: true, ..short_intergreen(2) };
    assert!(intergreen_control::Plan::new(spec).is_err());
}

#[test]
fn an_interstage_delays_ends_and_starts() {
    let delay = |group: &str, seconds| Delay { group: group.into(), after: s(seconds) };
    let crossing = GroupSpec { buffer: Some(s(1)), ..on_foot("P") };
    let spec = PlanSpec::new("interstage", vec![vehicle("A"), crossing, vehicle("B"), head("C", GroupKind::Bicycle)])
        .forbid("A", "B", (s(5), s(5)))
        .forbid("P", "B", (s(6), s(5)))
        .forbid("A", "C", (s(5), s(5)))
        .forbid("P", "C", (s(6), s(5)))
        .stage("main", &["A", "P"])
        .stage("side", &["B", "C"]);
    let interstages = vec![InterstageSpec {
        from: "main".into(),
        to: "side".into(),
        ends: vec![delay("A", 4)],
        starts: vec![delay("B", 12)],
    }];
    Timeline::new(PlanSpec { interstages, ..spec }).check(
        "
               A P B C
            0  G W r r  stage main
              ...
           10  G c r r  stage side  -- P ends at once, A 4 s later; C opens when all have cleared, B 3 s after it
              ...
           12  G c r r  stage side  -- asked for again: the delays do not begin anew
              ...
           14  y r r r
              ...
           17  r r r r
              ...
           19  r r r G
              ...
           22  r r G G
              ...
           30  r r y y  stage main  -- the way back has no delays
              ...
           33  r r r r
              ...
           35  G W r r
              ...
           40  G W r r
        ",
    );
}

#[test]
fn who_may_turn_on_red_may_do_so_in_every_stage_of_others() {
    let turn = GroupSpec { turn_on_red: true, ..vehicle("T") };
    let spec = PlanSpec::new("a turn", vec![vehicle("A"), turn])
        .forbid("A", "T", (s(4), s(5)))
        .stage("main", &["A"])
        .stage("turn", &["T"]);
    Timeline::new(spec).check(
        "
               A T
            0  G s  stage main
              ...
           10  y r  stage turn  -- it waits for its green like everybody
              ...
           13  r r
           14  r G
              ...
           30  r y  stage main
              ...
           33  r s
              ...
           35  G s
              ...
           40  G s
        ",
    );
}

#[test]
fn strategies_that_do_not_ask_for_greatest_greens_say_so() {
    let mut spec = two_streets();
    let remark = |spec: &PlanSpec, strategy: &str| {
        let plan = Plan::new(spec.clone()).expect("a plan");
        let made = Registry::default().make_for(strategy, &[], &plan, false).expect("the plan has stages");
        made.remark().map(str::to_owned)
    };
    let choose = ["mova", "webster", "sotl", "max_pressure", "schedule", "horizon"];
    for strategy in choose {
        assert_eq!(remark(&spec, strategy), None, "{strategy}");
    }
    spec.groups[0].max_green = Some(s(30));
    for strategy in choose {
        let words = remark(&spec, strategy).unwrap_or_default();
        assert!(words.starts_with("max_green has no effect"), "{strategy}: {words}");
    }
    assert_eq!(remark(&spec, "actuated"), None);
}
