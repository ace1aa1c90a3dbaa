//! Patterns of stages, and which of them is in force.

use intergreen_control::log::{Event, Reason};
use intergreen_control::plan::{Calendar, DayAction, DayEntry, DayPlan, Pattern, PlanSpec, StageSplit};

use crate::{s, timeline::Timeline, vehicle};

fn pattern(name: &str, offset: i64, splits: [i64; 2]) -> Pattern {
    let split = |stage: &str, seconds| StageSplit { stage: stage.into(), split: s(seconds) };
    Pattern {
        name: name.into(),
        cycle: s(splits[0] + splits[1]),
        offset: s(offset),
        stages: vec![split("a", splits[0]), split("b", splits[1])],
        phases: vec![],
        coordinated: vec![],
        coordination: Default::default(),
    }
}

/// Two patterns, and a calendar with the second from 7 o'clock on and flashing from 23 o'clock on.
fn two_patterns() -> PlanSpec {
    let spec = PlanSpec::new("patterns", vec![vehicle("A"), vehicle("B")])
        .forbid("A", "B", (s(5), s(6)))
        .stage("a", &["A"])
        .stage("b", &["B"]);
    let entry = |from, action| DayEntry { from: s(from), action };
    let day = DayPlan {
        name: "every day".into(),
        entries: vec![
            entry(0, DayAction::Pattern("night".into())),
            entry(7 * 3600, DayAction::Pattern("morning".into())),
            entry(23 * 3600, DayAction::Flash),
        ],
    };
    let week = vec!["every day".into(); 7];
    let calendar = Calendar { days: vec![day], week, holidays: vec![] };
    PlanSpec { patterns: vec![pattern("night", 7, [15, 15]), pattern("morning", 0, [25, 15])], calendar, ..spec }
}

#[test]
fn a_pattern_of_stages_begins_at_its_offset() {
    Timeline::new(two_patterns()).fixed_time().check(
        "
               A B
           60  r G    -- 60 = 7 modulo 30, less 7: 23 s into the cycle, stage b
              ...
           67  r y    -- stage a is asked for; B ends, A opens after 6 s
              ...
           70  r r
              ...
           73  G r
              ...
           82  y r    -- stage b
              ...
           85  r r
              ...
           87  r G
              ...
           97  r y
              ...
          100  r r
              ...
          103  G r
              ...
          105  G r
        ",
    );
}

#[test]
pub fn a_command_chooses_another_pattern_or_none() {
    let outcome = Timeline::new(two_patterns()).fixed_time().check(
        "
               A B
            7  G r
              ...
           10  G r  pattern morning  -- 10 s into its cycle: stage a goes on until 25
              ...
           25  y r
              ...
           28  r r
              ...
           30  r G
              ...
           40  r y  free  -- who asks no sensor cannot run free: the first pattern, night, 3 s into its cycle
              ...
           43  r r
              ...
           46  G r
              ...
           52  y r
              ...
           55  r r
              ...
           57  r G
              ...
           60  r G  pattern night  -- 23 s into its cycle, as before
              ...
           67  r y
              ...
           70  r r
              ...
           73  G r
              ...
           79  G r
        ",
    );
    assert_eq!(outcome.codes(&[131]), [(7.0, 131, 1), (10.0, 131, 2), (40.0, 131, 0), (60.0, 131, 1)]);
}

#[test]
fn the_calendar_chooses_by_time_of_day() {
    let outcome = Timeline::new(two_patterns()).fixed_time().check(
        "
               A B
            7  G r  clock Mon 06:59:50  -- 25190 s after midnight, 20 modulo 30, less 7: 13 s into the night's cycle
              ...
            9  y r
              ...
           12  r r
              ...
           14  r G
              ...
           17  r G    -- seven o'clock, 630 cycles of the morning: stage a, when B has had its least green
              ...
           19  r y
              ...
           22  r r
              ...
           25  G r
              ...
           40  G r
        ",
    );
    assert_eq!(outcome.codes(&[131]), [(7.0, 131, 1), (17.0, 131, 2)]);
}

#[test]
fn the_calendar_lets_it_flash_at_night() {
    let outcome = Timeline::new(two_patterns()).fixed_time().check(
        "
               A B
            0  r G  clock Mon 22:59:50
              ...
           10  r y    -- 23 o'clock: everybody ends first
              ...
           13  r r
              ...
           16  o o
              ...
           22  r r  clock Tue 05:00:00  -- 18000 s after midnight: 23 s into the night's cycle, stage b until 29
              ...
           28  r G
              ...
           33  r y
              ...
           36  r r
              ...
           39  G r
           40  G r
        ",
    );
    // Neither is by a command, nor are the greens that end for it.
    let told = |e: &&Event| [6, 173].contains(&e.code) && e.at < s(25);
    let told: Vec<_> = outcome.events.iter().filter(told).map(|e| (e.at, e.code, e.parameter, e.reason)).collect();
    let calendar = Reason::Calendar;
    assert_eq!(told, [(s(10), 6, 2, calendar), (s(16), 173, 3, calendar), (s(22), 173, 2, calendar)]);
}

#[test]
fn flashing_by_command_outlasts_the_calendars() {
    let outcome = Timeline::new(two_patterns()).fixed_time().check(
        "
               A B
            0  o o  clock Mon 23:30:00, flash
              ...
           40  o o  clock Tue 05:00:00  -- the calendar no longer wants it to flash, the operator does
              ...
           50  r r  end flash
              ...
           56  G r
              ...
           62  y r
              ...
           65  r r
              ...
           67  r G
              ...
           70  r G
        ",
    );
    let last = outcome.events.iter().rfind(|e| e.code == 173).map(|e| (e.at, e.parameter, e.reason));
    assert_eq!(last, Some((s(50), 2, Reason::Command)));
}

#[test]
fn a_jump_of_the_wall_clock_moves_the_cycle_and_no_clearance() {
    Timeline::new(two_patterns()).fixed_time().check(
        "
               A B
            7  r G  clock Mon 03:00:00  -- 10800 s after midnight: 23 s into the night's cycle, stage b until 14
              ...
           14  r y  clock Tue 12:00:00  -- 1080 cycles of the morning: stage a
              ...
           17  r r
              ...
           20  G r
              ...
           26  y r  clock Mon 03:00:00  -- stage b until 33
              ...
           29  r r
              ...
           31  r G
              ...
           36  r y    -- after its least green
              ...
           39  r r
              ...
           42  G r
              ...
           45  G r
        ",
    );
}

#[test]
fn without_a_calendar_the_wall_clock_still_says_when_cycles_begin() {
    Timeline::new(PlanSpec { calendar: Calendar::default(), ..two_patterns() }).fixed_time().check(
        "
               A B
            7  r G  clock Mon 03:00:00
              ...
           14  r y
              ...
           17  r r
              ...
           20  G r
              ...
           24  G r  clock Sun 23:59:59  -- 22 s into the cycle: stage b, when A has had its least green
           25  y r    -- midnight, 23 s into it
              ...
           28  r r
              ...
           30  r G
              ...
           35  r y
        ",
    );
}
