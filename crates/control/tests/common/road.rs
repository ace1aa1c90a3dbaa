//! A road before a signal, for tests of detectors: who drives over which loop when.
//!
//! Terms
//! - **place**: vehicles of a queue stand on places behind each other, 7.5 m each, the first at the stop line.
//! - **loop at a place**: occupied while a vehicle stands there, and for a moment by each that drives past.
//!
//! It is no traffic model: vehicles drive at one speed up to the queue, and leave it one behind the other. It has what
//! matters for detectors: they miss nobody, somebody else's queue stands over them, and some drivers change lanes between
//! two of them.

use std::collections::{BinaryHeap, VecDeque};

/// What lies in a lane, from the stop line upstream.
pub const LOOPS: usize = 4;
pub const ZONE: usize = 0;
pub const COUNT: usize = 1;
pub const X: usize = 2;
pub const IN: usize = 3;

/// Places of X and IN, and how long a car drives from there to the line, ms.
const PLACES: [usize; 2] = [6, 14];
const DRIVE: [i64; 2] = [3500, 8000];

/// From one vehicle of a queue to the next, from green to the first, and a car over a loop, ms.
const HEADWAY: i64 = 2000;
const STARTS: i64 = 2000;
const PULSE: i64 = 500;

/// Numbers that are the same on every machine (SplitMix64).
#[derive(Clone)]
pub struct Draws(pub u64);

impl Draws {
    fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// In [0, 1).
    pub fn share(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1u64 << 53) as f64
    }
}

#[derive(Clone, Copy)]
struct Car {
    /// Whether it is still to drive over X and IN, and whether it stands there.
    passes: [bool; 2],
    stands: [bool; 2],
    /// When it reaches the line if nobody holds it up.
    due: i64,
    in_zone: bool,
}

/// A lane. Times are ms.
pub struct Lane {
    draws: Draws,
    coming: VecDeque<Car>,
    queue: VecDeque<Car>,
    /// What happens to loops: the earliest first. Time, loop, one more over it or one less.
    due: BinaryHeap<std::cmp::Reverse<(i64, usize, i8)>>,
    over: [i32; LOOPS],
    /// When somebody may leave next.
    free: i64,
    open: bool,
}

impl Lane {
    pub fn new(seed: u64) -> Self {
        Self {
            draws: Draws(seed),
            coming: VecDeque::new(),
            queue: VecDeque::new(),
            due: BinaryHeap::new(),
            over: [0; LOOPS],
            free: 0,
            open: false,
        }
    }

    fn over(&mut self, loop_at: usize, from: i64, until: i64) {
        self.due.push(std::cmp::Reverse((from, loop_at, 1)));
        self.due.push(std::cmp::Reverse((until, loop_at, -1)));
    }

    /// Somebody comes over IN at `at`. `elsewhere`: how often who comes does not drive over one of the advance loops,
    /// because he comes from another lane.
    pub fn come(&mut self, at: i64, elsewhere: f64) {
        let passes = [self.draws.share() >= elsewhere, self.draws.share() >= elsewhere];
        let due = self.coming.back().map_or(0, |car| car.due + 800).max(at + DRIVE[1]);
        self.coming.push_back(Car { passes, stands: [false; 2], due, in_zone: false });
    }

    /// Those who come drive over the loops before which nobody stands.
    fn drive(&mut self, now: i64) {
        for (i, loop_at) in [X, IN].into_iter().enumerate() {
            for c in 0..self.coming.len() {
                let there = self.coming[c].due - DRIVE[i];
                if self.queue.len() < PLACES[i] && there <= now && std::mem::take(&mut self.coming[c].passes[i]) {
                    self.over(loop_at, there.max(now - 999), there.max(now - 999) + PULSE);
                }
            }
        }
    }

    /// Lets time reach `now`, a second later; `open`: whether the lane is, `blocked`: nobody can leave though it is.
    /// Returns the edges until then, in order: when, which loop, on or off.
    pub fn step(&mut self, now: i64, open: bool, blocked: bool) -> Vec<(i64, usize, bool)> {
        if open && !self.open {
            self.free = self.free.max(now + STARTS);
        }
        self.open = open;
        self.drive(now);
        while let Some(mut car) = self.coming.pop_front_if(|car| car.due <= now) {
            if self.queue.len() < 2 {
                car.in_zone = true;
                self.due.push(std::cmp::Reverse((car.due - 500, ZONE, 1)));
            }
            if self.queue.is_empty() {
                self.due.push(std::cmp::Reverse((car.due, COUNT, 1)));
            }
            self.queue.push_back(car);
            (0..2).for_each(|i| self.stand(i, self.queue.len() - 1, car.due));
        }
        while let Some(first) = self.queue.front().filter(|_| open && !blocked) {
            let at = self.free.max(first.due);
            if at > now {
                break;
            }
            self.leave(at);
        }
        let mut edges = Vec::new();
        while self.due.peek().is_some_and(|next| next.0.0 <= now) {
            let Some(std::cmp::Reverse((at, loop_at, more))) = self.due.pop() else { break };
            let before = self.over[loop_at];
            self.over[loop_at] += i32::from(more);
            if (before > 0) != (self.over[loop_at] > 0) {
                edges.push((at, loop_at, self.over[loop_at] > 0));
            }
        }
        edges
    }

    /// Whoever has come to a place and has not driven over a loop yet does so, or stands on it.
    fn stand(&mut self, i: usize, place: usize, at: i64) {
        if place > PLACES[i] || !std::mem::take(&mut self.queue[place].passes[i]) {
            return;
        }
        self.queue[place].stands[i] = place == PLACES[i];
        self.due.push(std::cmp::Reverse((at, [X, IN][i], 1)));
        if place < PLACES[i] {
            self.due.push(std::cmp::Reverse((at + PULSE, [X, IN][i], -1)));
        }
    }

    /// The first leaves, the others move up.
    fn leave(&mut self, at: i64) {
        for i in 0..2 {
            let Some(here) = self.queue.get_mut(PLACES[i]) else { continue };
            if std::mem::take(&mut here.stands[i]) {
                self.due.push(std::cmp::Reverse((at, [X, IN][i], -1)));
            }
            if self.queue.len() > PLACES[i] + 1 {
                let next = &mut self.queue[PLACES[i] + 1];
                if std::mem::take(&mut next.passes[i]) {
                    next.stands[i] = true;
                    self.due.push(std::cmp::Reverse((at + 900, [X, IN][i], 1)));
                }
            }
        }
        let Some(first) = self.queue.pop_front() else { return };
        self.due.push(std::cmp::Reverse((at + 200, COUNT, -1)));
        if first.in_zone {
            self.due.push(std::cmp::Reverse((at + 300, ZONE, -1)));
        }
        if !self.queue.is_empty() {
            self.due.push(std::cmp::Reverse((at + HEADWAY - 400, COUNT, 1)));
        }
        // Two stand in the zone: over a queue that leaves it shows no gap.
        for next in self.queue.iter_mut().take(2) {
            if !std::mem::replace(&mut next.in_zone, true) {
                self.due.push(std::cmp::Reverse((at + 700, ZONE, 1)));
            }
        }
        self.free = at + HEADWAY;
    }

    /// Vehicles that wait or come.
    pub fn vehicles(&self) -> usize {
        self.queue.len() + self.coming.len()
    }
}
