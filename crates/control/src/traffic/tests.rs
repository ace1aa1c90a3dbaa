//! Errors of counting, and how they are found.

use alloc::{sync::Arc, vec, vec::Vec};

use super::{NeighbourReport, Traffic};
use crate::plan::{DetectorKind, DetectorMode, DetectorPlace, DetectorUse, GroupSpec};
use crate::{Approaches, Exit, Lamp, Millis, Plan, PlanSpec, Shared, StateReader};

const IN: u16 = 0;
const X: u16 = 1;
const COUNT: u16 = 2;
const ZONE: u16 = 3;

/// A lane with an IN loop 10 s and an X loop 4 s before its line.
struct Lane {
    plan: Plan,
    traffic: Traffic,
    lamp: Lamp,
}

impl Lane {
    fn new() -> Self {
        let group = GroupSpec::vehicle("west", Millis(5000), Millis(3000));
        let mut spec = PlanSpec::new("a lane", vec![group]).stage("west", &["west"]);
        let kinds = [DetectorKind::In, DetectorKind::X, DetectorKind::Count, DetectorKind::StopBar];
        for (channel, (kind, distance_m)) in (0..).zip(kinds.into_iter().zip([100.0, 40.0, 1.0, 0.0])) {
            spec.detectors.push(DetectorUse {
                channel,
                groups: vec!["west".into()],
                mode: DetectorMode::Count,
                place: Some(DetectorPlace { kind, lane: "w".into(), distance_m, length_m: 2.0, speed_m_s: 10.0 }),
                ..DetectorUse::default()
            });
        }
        let plan = Plan::imported(spec, Vec::new()).expect("sound");
        let traffic = Traffic::new(&plan, Arc::new(Approaches::of_plan(&plan)));
        Self { plan, traffic, lamp: Lamp::Red }
    }

    fn edge(&mut self, detector: u16, on: bool, at: f64) {
        self.traffic.edge(&self.plan, detector, on, Millis::from_seconds(at), &[self.lamp]);
    }

    /// Somebody drives over a loop.
    fn over(&mut self, detector: u16, at: f64) {
        self.edge(detector, true, at);
        self.edge(detector, false, at + 0.5);
    }

    /// When those are due who are there at that time.
    fn due(&mut self, at: f64) -> Vec<f64> {
        self.traffic.advance(&self.plan, Millis::from_seconds(at), &[self.lamp]);
        self.traffic.due(0).map(Millis::seconds).collect()
    }
}

#[test]
fn who_does_not_pass_the_check_loop_goes_by_another_lane() {
    let mut lane = Lane::new();
    lane.over(IN, 100.0);
    assert_eq!(lane.due(112.0), [110.0], "a loop that has seen nobody says nothing");
    lane.over(X, 200.0);
    lane.lamp = Lamp::Green;
    lane.due(250.0);
    assert_eq!(lane.due(252.0), [0.0; 0]);
    lane.lamp = Lamp::Red;
    lane.over(IN, 300.0);
    lane.over(IN, 303.0);
    lane.over(X, 307.0);
    assert_eq!(lane.due(309.9), [311.0, 313.0], "the first is a second late");
    assert_eq!(lane.due(313.0), [311.0], "the second should have been there 4 s ago");
}

#[test]
fn who_passes_the_check_loop_unexpectedly_comes_from_another_lane() {
    let mut lane = Lane::new();
    lane.over(X, 100.0);
    assert_eq!(lane.due(101.0), [104.0]);
    // His ticket is a new one: that of the IN loop is another's.
    lane.over(IN, 101.0);
    assert_eq!(lane.due(102.0), [104.0, 111.0]);
}

#[test]
fn a_check_loop_that_has_fallen_silent_is_not_believed() {
    let mut lane = Lane::new();
    lane.over(X, 1.0);
    for i in 0..14 {
        lane.over(IN, 100.0 + 20.0 * f64::from(i));
        lane.due(119.9 + 20.0 * f64::from(i));
    }
    // Ten have been taken away, besides the one who has passed it.
    assert_eq!(lane.due(400.0).len(), 1 + 4);
}

#[test]
fn who_is_not_in_the_zone_does_not_wait() {
    let mut lane = Lane::new();
    lane.over(IN, 90.0);
    lane.over(X, 96.0);
    assert_eq!(lane.due(106.0), [100.0], "a zone that has seen nobody says nothing");
    lane.over(ZONE, 106.5);
    assert_eq!(lane.due(111.9), [100.0]);
    assert_eq!(lane.due(112.0), [0.0; 0], "it has been empty for 5 s");
}

#[test]
fn who_stands_in_the_zone_is_there() {
    let mut lane = Lane::new();
    lane.edge(ZONE, true, 100.0);
    assert_eq!(lane.due(101.0), [100.0]);
    lane.lamp = Lamp::Green;
    lane.due(102.0);
    lane.over(COUNT, 103.0);
    assert_eq!(lane.due(105.0), [0.0; 0], "who has left was the only one");
    assert_eq!(lane.due(105.5), [105.5], "but somebody stands there");
}

#[test]
fn the_next_loop_counts_for_a_broken_input_loop() {
    let mut lane = Lane::new();
    lane.edge(IN, true, 10.0);
    assert_eq!(lane.traffic.input_m(0), 100.0);
    lane.traffic.believe(IN, false);
    assert_eq!(lane.traffic.input_m(0), 40.0, "it sees no farther than X");
    lane.over(IN, 20.0);
    lane.over(X, 30.0);
    assert_eq!(lane.due(31.0), [20.0, 34.0], "what IN says does not count, but who was counted before is there");
    lane.traffic.believe(IN, true);
    lane.over(IN, 40.0);
    assert_eq!(lane.due(41.0), [20.0, 34.0, 50.0]);
}

#[test]
fn a_loop_that_is_stuck_on_tells_of_no_queue_once_it_is_known() {
    let mut lane = Lane::new();
    lane.edge(ZONE, true, 9.0);
    lane.edge(X, true, 10.0);
    assert_eq!(lane.due(20.0).len(), 5, "a queue of 40 m stands before it");
    assert!(lane.traffic.lanes()[0].backs_up_to(40.0, Millis(20_000)));
    lane.traffic.believe(X, false);
    assert!(!lane.traffic.lanes()[0].backs_up_to(40.0, Millis(20_000)));
    lane.lamp = Lamp::Green;
    lane.edge(ZONE, false, 21.0);
    lane.due(21.0);
    assert_eq!(lane.due(24.0), [0.0; 0], "the zone is free: whoever was there is gone");
    lane.lamp = Lamp::Red;
    assert_eq!(lane.due(60.0), [0.0; 0], "and nobody comes back");
}

#[test]
fn who_does_not_move_when_the_queue_has_left_stands_in_none() {
    let mut lane = Lane::new();
    lane.over(COUNT, 5.0);
    lane.edge(ZONE, true, 9.0);
    lane.edge(X, true, 10.0);
    assert_eq!(lane.due(20.0).len(), 5);
    lane.lamp = Lamp::Green;
    lane.due(21.0);
    // Five vehicles need 2 s and five headways.
    assert!(lane.traffic.lanes()[0].backs_up_to(40.0, Millis(33_000)));
    lane.due(34.0);
    lane.lamp = Lamp::Red;
    lane.due(35.0);
    assert!(!lane.traffic.lanes()[0].backs_up_to(40.0, Millis(60_000)), "he tells of no queue");
    lane.edge(X, false, 70.0);
    lane.edge(X, true, 71.0);
    assert!(lane.traffic.lanes()[0].backs_up_to(40.0, Millis(80_000)), "but the next does");
}

#[test]
fn a_queue_that_reaches_a_loop_covers_the_zone_and_stands() {
    let mut lane = Lane::new();
    lane.edge(IN, true, 10.0);
    assert_eq!(lane.due(20.0), [20.0], "nobody stands in the zone: one has come, and there is no queue of 100 m");
    lane.edge(ZONE, true, 21.0);
    assert_eq!(lane.due(22.0).len(), 13, "now it may be one");
    let mut moves = Lane::new();
    moves.edge(IN, true, 10.0);
    moves.edge(ZONE, true, 12.0);
    moves.over(X, 14.0);
    assert_eq!(moves.due(20.0).len(), 1, "who has passed X drives where the queue would stand");
}

#[test]
fn without_its_zone_a_lane_is_served_until_nobody_leaves() {
    let mut lane = Lane::new();
    lane.over(COUNT, 5.0);
    lane.over(IN, 10.0);
    lane.over(IN, 12.0);
    lane.over(IN, 14.0);
    lane.traffic.believe(ZONE, false);
    assert_eq!(lane.due(30.0), [20.0, 22.0, 24.0]);
    lane.lamp = Lamp::Green;
    lane.due(31.0);
    assert_eq!(lane.due(33.0).len(), 3, "the line is not free because the zone is silent");
    lane.over(COUNT, 33.0);
    lane.over(COUNT, 35.0);
    assert_eq!(lane.due(37.0), [24.0]);
    assert_eq!(lane.due(40.0), [24.0], "for some seconds nobody has left");
    assert_eq!(lane.due(41.0), [0.0; 0], "now the third is gone by another lane");
}

#[test]
fn without_its_output_loop_a_queue_leaves_at_the_usual_rate() {
    let mut lane = Lane::new();
    (0..5).for_each(|i| lane.over(IN, 10.0 + 2.0 * f64::from(i)));
    lane.edge(ZONE, true, 20.0);
    lane.traffic.believe(COUNT, false);
    assert_eq!(lane.due(40.0).len(), 5);
    lane.lamp = Lamp::Green;
    lane.due(41.0);
    assert_eq!(lane.due(42.0).len(), 5, "the first needs two seconds");
    assert_eq!(lane.due(47.0).len(), 2, "43, 44.9, 46.8");
}

#[test]
fn a_loop_that_has_counted_nobody_yet_keeps_no_queue() {
    let mut lane = Lane::new();
    lane.edge(ZONE, true, 5.0);
    lane.edge(COUNT, true, 5.0);
    (0..5).for_each(|i| lane.over(IN, 10.0 + 2.0 * f64::from(i)));
    assert_eq!(lane.due(40.0).len(), 6);
    lane.lamp = Lamp::Green;
    lane.due(41.0);
    assert_eq!(lane.due(55.0), [0.0; 0], "perhaps it is stuck");
    // It has counted one: now it tells who leaves.
    lane.edge(COUNT, false, 56.0);
    lane.lamp = Lamp::Red;
    lane.due(57.0);
    (0..5).for_each(|i| lane.over(IN, 60.0 + 2.0 * f64::from(i)));
    lane.lamp = Lamp::Green;
    lane.due(90.0);
    assert_eq!(lane.due(110.0).len(), 5, "nobody has left, though the line is open");
}

#[test]
fn without_any_advance_loop_as_many_come_as_leave() {
    let mut lane = Lane::new();
    lane.due(0.0);
    lane.traffic.believe(IN, false);
    lane.traffic.believe(X, false);
    assert_eq!(lane.traffic.input_m(0), 0.0);
    // One leaves every ten seconds for five minutes.
    for i in 0..30 {
        lane.over(COUNT, 5.0 + 10.0 * f64::from(i));
        lane.due(10.0 + 10.0 * f64::from(i));
    }
    let before = lane.due(301.0).len();
    assert_eq!(lane.due(361.0).len() - before, 5, "nearly six in a minute: in this minute nobody has left yet");
}

#[test]
fn lost_times_are_learned_from_queues() {
    let mut lane = Lane::new();
    lane.over(COUNT, 1.0);
    lane.edge(ZONE, true, 5.0);
    let times = |lane: &Lane| [lane.traffic.lanes()[0].startup_s(1.0), lane.traffic.lanes()[0].yellow_s(1.0)];
    assert_eq!(times(&lane), [1.0; 2], "nothing has been seen");
    // It shows green, the first leave after so many seconds, then yellow, and others leave so many seconds after.
    let cycle = |lane: &mut Lane, at: f64, after_green: &[f64], after_yellow: &[f64]| {
        lane.lamp = Lamp::Green;
        lane.due(at);
        after_green.iter().for_each(|after| lane.over(COUNT, at + after - 0.5));
        lane.lamp = Lamp::Yellow;
        lane.due(at + 20.0);
        after_yellow.iter().for_each(|after| lane.over(COUNT, at + 20.0 + after - 0.5));
        lane.lamp = Lamp::Red;
        lane.due(at + 26.0);
    };
    cycle(&mut lane, 100.0, &[2.0, 4.0], &[1.0, 3.0, 6.0]);
    // As four before; the third drove when the yellow was over.
    assert_eq!(times(&lane), [(4.0 + 2.0) / 5.0, (4.0 + 2.0 * 1.895) / 5.0]);
    cycle(&mut lane, 200.0, &[9.0], &[]);
    assert_eq!(times(&lane), [(4.0 + 2.0) / 5.0, (4.0 + 2.0 * 1.895) / 6.0], "he waited for something else");
    let firsts = |lane: &Lane| lane.traffic.lanes()[0].firsts();
    assert_eq!(firsts(&lane), (11_000, 2));
    cycle(&mut lane, 240.0, &[], &[]);
    assert_eq!(firsts(&lane), (31_000, 3), "20 s in vain");
    let before = times(&lane);
    // Nobody stood there.
    lane.edge(ZONE, false, 290.0);
    cycle(&mut lane, 300.0, &[2.5], &[1.0]);
    // Nobody knows who leaves, or who stands there.
    for (loop_, at) in [(COUNT, 400.0), (ZONE, 500.0)] {
        lane.edge(ZONE, true, at - 10.0);
        lane.traffic.believe(loop_, false);
        cycle(&mut lane, at, &[2.5], &[1.0]);
        lane.traffic.believe(loop_, true);
        lane.edge(ZONE, false, at + 50.0);
    }
    assert_eq!((times(&lane), firsts(&lane)), (before, (31_000, 3)));
    // A loop that chatters does not lengthen the yellow.
    lane.edge(ZONE, true, 590.0);
    cycle(&mut lane, 600.0, &[2.0], &[0.6, 1.2, 1.8]);
    let before = times(&lane);
    let used = 1.8 + 1.895;
    assert!(
        (before[1] - (4.0 + 2.0 * 1.895 + used) / 8.0).abs() < 1e-3,
        "{before:?}, where times are whole milliseconds"
    );
    let mut saved = Vec::new();
    lane.traffic.save(&mut saved);
    let mut other = Lane::new();
    other.traffic.load(&mut StateReader::new(&saved)).expect("its own state");
    assert_eq!((times(&other), firsts(&other)), (before, firsts(&lane)));
}

/// Two lanes that part 30 m before their lines; their IN loops lie before that, and count for both. Channels are in the order of
/// these detectors.
fn two_lanes(detectors: &[(&str, DetectorKind, f64)]) -> (Plan, Traffic) {
    let groups = ["left", "right"].map(|g| GroupSpec::vehicle(g, Millis(5000), Millis(3000)));
    let mut spec = PlanSpec::new("two lanes", groups.into()).stage("both", &["left", "right"]);
    for (channel, &(lane, kind, distance_m)) in (0..).zip(detectors) {
        spec.detectors.push(DetectorUse {
            channel,
            groups: vec![lane.into()],
            mode: DetectorMode::Count,
            place: Some(DetectorPlace { kind, lane: lane.into(), distance_m, length_m: 2.0, speed_m_s: 10.0 }),
            ..DetectorUse::default()
        });
    }
    let plan = Plan::imported(spec, Vec::new()).expect("sound");
    let mut around = Approaches::of_plan(&plan);
    for (lane, other) in [(0, 1), (1, 0)] {
        around.lanes[lane].shared = vec![Shared { lane: other, from_m: 30.0 }];
    }
    assert!(around.fit(&plan));
    let traffic = Traffic::new(&plan, Arc::new(around));
    (plan, traffic)
}

/// Somebody drives over these detectors of [`two_lanes`] in half a second.
fn drive_over(traffic: &mut Traffic, plan: &Plan, detectors: &[u16], at: f64) {
    for (on, at) in [(true, at), (false, at + 0.5)] {
        for &detector in detectors {
            traffic.edge(plan, detector, on, Millis::from_seconds(at), &[Lamp::Green; 2]);
        }
    }
}

#[test]
fn one_loop_for_two_lanes_counts_each_vehicle_once() {
    let (plan, mut traffic) = two_lanes(&[
        ("left", DetectorKind::In, 80.0),
        ("left", DetectorKind::Count, 1.0),
        ("left", DetectorKind::StopBar, 0.0),
        ("right", DetectorKind::In, 80.0),
        ("right", DetectorKind::Count, 1.0),
        ("right", DetectorKind::StopBar, 0.0),
    ]);
    let over = |traffic: &mut Traffic, detectors: &[u16], at: f64| drive_over(traffic, &plan, detectors, at);
    let vehicles = |traffic: &Traffic| [0, 1].map(|lane| traffic.likely(lane).map(|(_, n)| n).sum::<f32>());
    (0..4).for_each(|i| over(&mut traffic, &[0, 3], f64::from(i)));
    assert_eq!(vehicles(&traffic), [2.0, 2.0], "four, and nobody knows where");
    // Three leave on the left, nobody on the right: four of five do so, what is known before counted.
    (0..3).for_each(|i| over(&mut traffic, &[1], 10.0 + 2.0 * f64::from(i)));
    assert_eq!(vehicles(&traffic), [0.8, 0.2], "one is left");
    traffic.edge(&plan, 5, true, Millis(20_000), &[Lamp::Green; 2]);
    traffic.advance(&plan, Millis(22_000), &[Lamp::Green; 2]);
    assert_eq!(vehicles(&traffic)[1], 1.0, "somebody stands there");
    assert_eq!(traffic.due(1).count(), 1, "it is he");
}

/// The left one with a check loop of its own 20 m before its line.
#[test]
fn who_is_found_by_a_loop_of_one_lane_is_taken_off_the_other_once() {
    let (plan, mut traffic) = two_lanes(&[
        ("left", DetectorKind::In, 80.0),
        ("left", DetectorKind::Count, 1.0),
        ("left", DetectorKind::X, 20.0),
        ("right", DetectorKind::In, 80.0),
        ("right", DetectorKind::Count, 1.0),
    ]);
    let over = |traffic: &mut Traffic, detectors: &[u16], at: f64| drive_over(traffic, &plan, detectors, at);
    let tickets = |traffic: &Traffic| [0, 1].map(|lane| traffic.due(lane).count());
    // The loops have counted before.
    over(&mut traffic, &[1], 0.0);
    over(&mut traffic, &[4], 0.0);
    (0..4).for_each(|i| over(&mut traffic, &[0, 3], 1.0 + f64::from(i)));
    assert_eq!(tickets(&traffic), [4, 4]);
    over(&mut traffic, &[2], 7.0);
    assert_eq!(tickets(&traffic), [4, 3], "he is on the left");
    over(&mut traffic, &[1], 9.0);
    assert_eq!(tickets(&traffic), [3, 3], "he has left, and nobody else is taken for him");
    // The other three do not pass the loop on the left: they are on the right, each for sure.
    traffic.advance(&plan, Millis(40_000), &[Lamp::Green; 2]);
    assert_eq!(tickets(&traffic), [0, 3]);
    assert_eq!(traffic.likely(1).map(|(_, n)| n).collect::<Vec<f32>>(), [1.0; 3]);
}

#[test]
fn a_report_that_was_overtaken_tells_nothing() {
    let spec = PlanSpec::new("one", vec![GroupSpec::vehicle("a", Millis(5000), Millis(3000))]).stage("all", &["a"]);
    let plan = Plan::imported(spec, Vec::new()).expect("sound");
    let mut around = Approaches::of_plan(&plan);
    around.exits = vec![Exit { signal: "b".into(), lane: "l".into() }];
    let mut traffic = Traffic::new(&plan, Arc::new(around));
    let mut hear = |at: i64, age_ms: u16, room: u16| {
        traffic.hear(&NeighbourReport { at: Millis(at), age_ms, exit: 0, queued: 0, room });
        (traffic.exits()[0].told, traffic.exits()[0].room)
    };
    assert_eq!(hear(10_000, 500, 7), (Some(Millis(9500)), 7));
    assert_eq!(hear(11_000, 4000, 3), (Some(Millis(9500)), 7), "it was sent before");
    assert_eq!(hear(12_000, 1000, 2), (Some(Millis(11_000)), 2));
}
