//! The event log: which codes in which order, and why.

use intergreen_control::plan::{
    DetectorMode, DetectorUse, GroupSpec, Pattern, PlanSpec, Preempt, PreemptKind, StageSplit, StartUp,
};

use crate::{
    coordination, cycle_fault, flashing_arrow, lefts, preemption, s, start_up,
    timeline::{REASONS, Timeline, same_text},
    vehicle,
};

/// A has a red clearance, B has none, P crosses A beside B; a train, a detector, a pattern, a start-up.
fn everything() -> PlanSpec {
    let a = GroupSpec { red_clearance: Some(s(2)), ..vehicle("A") };
    let b = GroupSpec { red_yellow: Some(s(1)), ..vehicle("B") };
    let p = GroupSpec { buffer: Some(s(2)), ..crate::on_foot("P") };
    let spec = PlanSpec::new("everything", vec![a, b, p])
        .forbid("A", "B", (s(5), s(5)))
        .forbid("A", "P", (s(5), s(6)))
        .stage("main", &["A"])
        .stage("side", &["B", "P"]);
    let detector = DetectorUse {
        channel: 0,
        groups: vec!["B".into(), "P".into()],
        mode: DetectorMode::Call,
        locking: true,
        ..DetectorUse::default()
    };
    let split = |stage: &str| StageSplit { stage: stage.into(), split: s(20) };
    let pattern = Pattern {
        name: "day".into(),
        cycle: s(40),
        offset: s(0),
        stages: vec![split("main"), split("side")],
        phases: vec![],
        coordinated: vec![],
        coordination: Default::default(),
    };
    let rail = Preempt {
        name: "rail".into(),
        kind: PreemptKind::Rail,
        delay: s(1),
        track: vec!["A".into()],
        track_green: s(6),
        dwell: vec!["B".into()],
        min_dwell: s(5),
        max_presence: s(600),
        exit: vec!["A".into()],
        cuts_walk: false,
        cuts_clearance: false,
    };
    PlanSpec {
        start_up: StartUp { flash: s(2), yellow: s(3), all_red: s(3) },
        detectors: vec![detector],
        patterns: vec![pattern],
        preempts: vec![rail],
        ..spec
    }
}

#[test]
fn the_log_says_what_happened_and_why() {
    let outcome = Timeline::new(everything()).check(
        "
               A B P
            0  o o O  stage main, self-check passed
              ...
            2  y y r
              ...
            5  r r r
              ...
            8  G r r
              ...
           16  G r r  detector 0 on
           17  y r r  stage side, detector 0 off
              ...
           20  r r r
           21  r u r
           22  r G W
              ...
           30  r G W  preempt rail
           31  r y c
              ...
           34  r r c
           35  r r r
              ...
           37  G r r
              ...
           43  y r r
              ...
           46  r r r
           47  r u r
           48  r G r
              ...
           60  r y r  end preempt rail
              ...
           63  r r r
              ...
           65  G r r
              ...
           67  G r r  force-off A
              ...
           70  y r r
              ...
           73  r r r
           74  r u r
           75  r G W
              ...
           80  r y c  flash
              ...
           83  r r c
           84  r r r
              ...
           86  o o O
              ...
          100  o o O
        ",
    );
    same_text(
        "
          0.0  131 1  pattern 1, the calendar
          0.0  184 0  power on, start-up
          0.0  173 7  flashing, start-up
          2.0  173 2  flashing ends, start-up
          2.0    8 1  group 'A': yellow, start-up
          2.0    8 2  group 'B': yellow, start-up
          2.0   23 3  group 'P': don't walk, start-up
          5.0    9 1  group 'A': end of yellow, start-up
          5.0   10 1  group 'A': red clearance, start-up
          5.0    9 2  group 'B': end of yellow, start-up
          5.0   12 2  group 'B': red, start-up
          7.0   11 1  group 'A': end of red clearance, its time is over
          7.0   12 1  group 'A': red, its time is over
          8.0    0 1  group 'A': on, the strategy asked for stage 'main'
          8.0    1 1  group 'A': green, the strategy asked for stage 'main'
         13.0    3 1  group 'A': least green over, its time is over
         16.0   82 1  detector 1: on, reported
         16.0   43 2  group 'B': called, reported
         16.0   45 3  group 'P': called by people on foot, reported
         17.0   81 1  detector 1: off, reported
         17.0    6 1  group 'A': force-off, the strategy asked for stage 'side'
         17.0    7 1  group 'A': end of green, the strategy asked for stage 'side'
         17.0    8 1  group 'A': yellow, the strategy asked for stage 'side'
         20.0    9 1  group 'A': end of yellow, its time is over
         20.0   10 1  group 'A': red clearance, its time is over
         21.0    0 2  group 'B': on, was asked for and waited until 'A' had cleared
         22.0   11 1  group 'A': end of red clearance, its time is over
         22.0   12 1  group 'A': red, its time is over
         22.0   44 2  group 'B': no longer called, the strategy asked for stage 'side'
         22.0    1 2  group 'B': green, its time is over
         22.0   21 3  group 'P': walk, was asked for and waited until 'A' had cleared
         27.0    3 2  group 'B': least green over, its time is over
         30.0  102 1  preemption 'rail': input on, reported
         31.0  105 1  preemption 'rail': takes over, preemption 'rail'
         31.0  106 1  preemption 'rail': clears the tracks, preemption 'rail'
         31.0    7 2  group 'B': end of green, preemption 'rail'
         31.0    8 2  group 'B': yellow, preemption 'rail'
         31.0   22 3  group 'P': flashing don't walk, preemption 'rail'
         34.0    9 2  group 'B': end of yellow, its time is over
         34.0   12 2  group 'B': red, its time is over
         35.0   23 3  group 'P': don't walk, its time is over
         37.0    0 1  group 'A': on, was asked for and waited until 'P' had cleared
         37.0    1 1  group 'A': green, was asked for and waited until 'P' had cleared
         42.0    3 1  group 'A': least green over, its time is over
         43.0  107 1  preemption 'rail': dwells, preemption 'rail'
         43.0    7 1  group 'A': end of green, preemption 'rail'
         43.0    8 1  group 'A': yellow, preemption 'rail'
         46.0    9 1  group 'A': end of yellow, its time is over
         46.0   10 1  group 'A': red clearance, its time is over
         47.0    0 2  group 'B': on, was asked for and waited until 'A' had cleared
         48.0   11 1  group 'A': end of red clearance, its time is over
         48.0   12 1  group 'A': red, its time is over
         48.0    1 2  group 'B': green, its time is over
         53.0    3 2  group 'B': least green over, its time is over
         60.0  104 1  preemption 'rail': input off, reported
         60.0  111 1  preemption 'rail': ends, preemption 'rail'
         60.0    7 2  group 'B': end of green, preemption 'rail'
         60.0    8 2  group 'B': yellow, preemption 'rail'
         63.0    9 2  group 'B': end of yellow, its time is over
         63.0   12 2  group 'B': red, its time is over
         65.0    0 1  group 'A': on, was asked for and waited until 'B' had cleared
         65.0    1 1  group 'A': green, was asked for and waited until 'B' had cleared
         70.0    3 1  group 'A': least green over, its time is over
         70.0    6 1  group 'A': force-off, a command from outside
         70.0    7 1  group 'A': end of green, a command from outside
         70.0    8 1  group 'A': yellow, a command from outside
         73.0    9 1  group 'A': end of yellow, its time is over
         73.0   10 1  group 'A': red clearance, its time is over
         74.0    0 2  group 'B': on, was asked for and waited until 'A' had cleared
         75.0   11 1  group 'A': end of red clearance, its time is over
         75.0   12 1  group 'A': red, its time is over
         75.0    1 2  group 'B': green, its time is over
         75.0   21 3  group 'P': walk, was asked for and waited until 'A' had cleared
         80.0    3 2  group 'B': least green over, its time is over
         80.0    6 2  group 'B': force-off, a command from outside
         80.0    7 2  group 'B': end of green, a command from outside
         80.0    8 2  group 'B': yellow, a command from outside
         80.0   22 3  group 'P': flashing don't walk, a command from outside
         83.0    9 2  group 'B': end of yellow, its time is over
         83.0   12 2  group 'B': red, its time is over
         84.0   23 3  group 'P': don't walk, its time is over
         86.0  173 3  flashing, a command from outside
        ",
        &outcome.words(),
    );
}

#[test]
fn a_group_goes_through_its_codes_in_their_order() {
    let outcome = Timeline::new(everything()).fixed_time().check(
        "
               A B P
            0  o o O  self-check passed
              ...
            2  y y r
              ...
            5  r r r
              ...
            8  G r r
              ...
           20  y r r
              ...
           23  r r r
           24  r u r
           25  r G W
              ...
           40  r G c
           41  r y c
              ...
           44  r r r
              ...
           46  G r r
              ...
           60  y r r
              ...
           63  r r r
           64  r u r
           65  r G W
              ...
           80  r G c
           81  r y c
              ...
           84  r r r
              ...
           86  G r r
              ...
           99  G r r
        ",
    );
    let of = |group: u16| -> Vec<u8> {
        let normal = outcome.events.iter().filter(|e| e.at >= s(12) && e.code < 40 && e.parameter == group);
        normal.map(|e| e.code).collect()
    };
    // Least green over, force-off, end of green, yellow, end of yellow, red clearance and its end, red; on, green.
    assert_eq!(of(1), [3, 6, 7, 8, 9, 10, 11, 12, 0, 1, 3, 6, 7, 8, 9, 10, 11, 12, 0, 1, 3]);
    // On with red-yellow; red without clearance.
    assert_eq!(of(2), [0, 1, 3, 6, 7, 8, 9, 12, 0, 1, 3, 6, 7, 8, 9, 12]);
    // Walk, clearance, don't walk.
    assert_eq!(of(3), [21, 22, 23, 21, 22, 23]);
}

#[test]
fn every_reason_occurs() {
    start_up::a_failed_self_check_is_latched_until_a_reset_and_a_passed_one();
    start_up::flashing_by_command_is_entered_and_left_through_red();
    cycle_fault::the_plans_own_sequence_takes_over_until_a_reset();
    lefts::a_left_that_is_to_end_alone_takes_the_oncoming_traffic_with_it();
    flashing_arrow::it_becomes_a_green_arrow_without_yellow_when_the_oncoming_traffic_has_cleared();
    coordination::a_command_chooses_another_pattern_or_none();
    crate::on_foot::a_leading_interval_delays_the_turn();
    preemption::a_train_delay_track_clearance_dwell_exit();
    let expected = [
        "After",
        "Calendar",
        "Command",
        "CycleFault",
        "Fault",
        "GivesWay",
        "Lead",
        "Over",
        "Preempt",
        "Reported",
        "Requested",
        "StartUp",
        "Trap",
    ];
    REASONS.with_borrow(|reasons| assert_eq!(reasons.iter().collect::<Vec<_>>(), expected));
}
