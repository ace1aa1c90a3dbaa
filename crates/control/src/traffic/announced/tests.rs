//! Who is announced, and who comes.

use alloc::{vec, vec::Vec};

use super::*;
use crate::{ApproachLane, Feeder};

const LEFT: usize = 0;
const RIGHT: usize = 1;
/// Loops lie there, m before the line; vehicles drive 10 m/s.
const INPUT_M: f32 = 80.0;
/// From the feeders' lines to a loop: 12 s on the way, and the start.
const DRIVE_S: i64 = 14;

/// Two lanes that two feeders 200 m upstream lead to.
fn around() -> Approaches {
    let lane = |name: &str| ApproachLane { speed_m_s: 10.0, ..ApproachLane::new(name, vec![0], 200.0) };
    let leads = || (0..2).map(|lane| Lead { lane, distance_m: 200.0, share: 0.5 }).collect();
    let feeder = |lane: &str| Feeder { signal: "up".into(), lane: lane.into(), leads: leads() };
    let feeders = vec![feeder("a"), feeder("b")];
    Approaches { lanes: vec![lane("left"), lane("right")], feeders, ..Approaches::default() }
}

struct World {
    around: Approaches,
    announced: Announced,
    left: [u16; 2],
}

impl World {
    fn new() -> Self {
        let around = around();
        Self { announced: Announced::new(&around), around, left: [0; 2] }
    }

    /// Both feeders tell at a second how many have left since they told last.
    fn tell(&mut self, second: i64, new: [u16; 2]) {
        for (feeder, new) in (0u16..).zip(new) {
            let left = &mut self.left[usize::from(feeder)];
            *left = left.wrapping_add(new);
            let report = DepartureReport { at: Millis(second * 1000 + 500), age_ms: 500, feeder, left: *left };
            self.announced.hear(&self.around, &report, |_| INPUT_M);
        }
    }

    fn come(&mut self, lane: usize, second: i64) {
        self.announced.come(&self.around, (lane, 1.0), Millis(second * 1000), INPUT_M, 0.2);
    }

    /// Slots of those expected beyond the loop, and until when they are known.
    fn expect(&self, lane: usize, second: i64) -> (Vec<f32>, Option<f32>) {
        let mut slots = vec![0.0; 12];
        let now = Millis(second * 1000 + 500);
        let until = self.announced.expect(&self.around, lane, now, INPUT_M / 10.0, 0.2, &mut slots);
        (slots, until)
    }
}

/// Single precision, of a few vehicles.
fn near(a: f32, b: f32) -> bool {
    (a - b).abs() < 1e-4
}

#[test]
fn who_has_left_upstream_is_expected_a_drive_later() {
    let mut w = World::new();
    (0..5).for_each(|second| w.tell(second, [0; 2]));
    w.tell(5, [4, 0]);
    let (slots, until) = w.expect(LEFT, 5);
    // The line is 22 s away, the loop is passed 8 s before: half a second ago they had 22 s to go.
    assert!(near(slots[6], 2.0) && near(slots.iter().sum(), 2.0), "{slots:?}");
    assert_eq!(until, Some(20.0), "nobody has told who leaves next: whole slots up to 21.5 s");
    (6..12).for_each(|second| w.tell(second, [0; 2]));
    assert!(near(w.expect(LEFT, 11).0[3], 2.0), "six seconds later");
    (12..20).for_each(|second| w.tell(second, [0; 2]));
    assert!(near(w.expect(LEFT, 19).0.iter().sum(), 0.0), "who has passed the loop is counted there");
}

#[test]
fn shares_are_learned_from_who_comes() {
    let mut w = World::new();
    // Turn by turn ten leave a lane upstream: those of `a` turn left here, those of `b` right.
    for round in 0..20 {
        for second in 0..60 {
            let now = 60 * round + second;
            w.tell(now, [u16::from(second < 10), u16::from((30..40).contains(&second))]);
            let came = |first: i64| (first..first + 10).contains(&(second - DRIVE_S));
            if came(0) {
                w.come(LEFT, now);
            }
            if came(30) {
                w.come(RIGHT, now);
            }
        }
    }
    let share =
        |feeder: usize, lane: usize| w.announced.feeders[feeder].share(lane, &w.around.feeders[feeder].leads[lane]);
    // Of a hundred some are those that were known before.
    assert!(share(0, LEFT) > 0.9 && share(1, RIGHT) > 0.9, "{} {}", share(0, LEFT), share(1, RIGHT));
    assert!(share(0, RIGHT) < 0.1 && share(1, LEFT) < 0.1, "{} {}", share(0, RIGHT), share(1, LEFT));
    let elsewhere = w.announced.elsewhere[LEFT];
    assert!(elsewhere.came < 0.1 * elsewhere.left, "{elsewhere:?}");
}

#[test]
fn who_comes_unannounced_comes_from_elsewhere() {
    let mut w = World::new();
    for second in 0..3000 {
        w.tell(second, [0; 2]);
        if second % 5 == 0 {
            w.come(LEFT, second);
        }
    }
    // 0.2/s, up to 20 s from now on: all slots that are known.
    let (slots, until) = w.expect(LEFT, 2999);
    assert_eq!(until, Some(20.0));
    assert!(slots[..6].iter().all(|&slot| near(slot, 0.4)) && slots[6..].iter().all(|&slot| slot == 0.0), "{slots:?}");
}

#[test]
fn a_neighbour_that_is_silent_tells_nothing() {
    let mut w = World::new();
    assert_eq!(w.expect(LEFT, 0).1, None, "nothing was heard");
    w.tell(1, [0; 2]);
    w.tell(2, [3, 0]);
    assert!(w.expect(LEFT, 5).1.is_some());
    assert_eq!(w.expect(LEFT, 6).1, None);
    w.tell(8, [5, 0]);
    let (slots, until) = w.expect(LEFT, 8);
    assert!(until.is_some() && near(slots.iter().sum(), 1.5), "when the five left is not known: {slots:?}");
    // A message that comes late tells nothing new.
    let before = w.announced.feeders.clone();
    let late = DepartureReport { at: Millis(9000), age_ms: 3000, feeder: 0, left: 9 };
    w.announced.hear(&w.around, &late, |_| INPUT_M);
    assert_eq!(w.announced.feeders, before);
}

#[test]
fn a_message_that_is_lost_loses_nobody() {
    let mut w = World::new();
    w.tell(1, [0; 2]);
    w.left[0] += 2;
    w.tell(3, [1, 0]);
    assert!(near(w.expect(LEFT, 3).0.iter().sum(), 1.5), "three, half of them in each lane");
}

#[test]
fn what_was_heard_comes_back() {
    let mut w = World::new();
    (0..40).for_each(|second| {
        w.tell(second, [1, 2]);
        w.come(RIGHT, second);
    });
    let mut saved = Vec::new();
    w.announced.save(&mut saved);
    let mut reader = StateReader::new(&saved);
    let again = Announced::new(&w.around).loaded(&mut reader).expect("its own state");
    assert!(reader.end().is_ok());
    assert_eq!((&again.feeders, &again.elsewhere), (&w.announced.feeders, &w.announced.elsewhere));
    assert!(Announced::new(&Approaches::default()).loaded(&mut StateReader::new(&saved)).is_err(), "other feeders");
    (0..saved.len()).for_each(|n| {
        assert!(Announced::new(&w.around).loaded(&mut StateReader::new(&saved[..n])).is_err(), "{n} bytes");
    });
}
