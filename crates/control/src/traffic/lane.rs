//! The picture of one approach lane.

mod checkpoint;

use alloc::{collections::VecDeque, vec::Vec};

use super::CAR_SPACE_M;
use super::lost::Lost;
use super::reports::{Seen, VehicleReport};
use super::stand_in::STARTS;
use super::wires::{Loops, Role, Wire};
use crate::{ApproachLane, Millis};

/// Who stands on an advance loop for so long stands in a queue (Liu and others 2009).
const QUEUE_OVER: Millis = Millis(3000);

/// So long after the zone was left on green those who were due are gone: who is due a moment ago may still be on the way.
const GONE: Millis = Millis(1000);

/// A ticket that is due so much before or after one who reports may be his.
const SAME: Millis = Millis(4000);

/// More vehicles than a lane of 600 m holds: a loop that chatters fills no memory.
pub(crate) const MOST: usize = 128;

/// Where nobody leaves for so long while the zone is occupied somebody stands there, whatever was counted.
const THERE: Millis = Millis(2000);

/// Who has been due for so long stands before the line if he is there: to brake takes time.
const ABSENT: Millis = Millis(5000);

/// The zone sees nothing if so many in a row were absent.
const MOST_ABSENT: u8 = 5;

/// Who has not passed the check loop so long after his time goes by another lane.
const ELSEWHERE: Millis = Millis(4000);

/// The check loop sees nothing, or stands wrong, if so many in a row have gone by another lane.
const MISSED: u8 = 10;

/// A lane seldom has more advance loops.
const LOOPS: usize = 4;

/// Headways up to which vehicles discharge out of a queue, ms.
const SATURATED_MS: i64 = 3500;

/// Saturation headway before anybody has been seen, ms: 1900 vehicles an hour (HCM 7).
const USUAL_HEADWAY_MS: i64 = 1895;

/// The first vehicles of a queue start up; headways count from the fourth on (HCM 7).
const STARTING: u16 = 4;

/// Bounds of a saturation headway that can be, ms.
const POSSIBLE_MS: core::ops::RangeInclusive<i64> = 1300..=SATURATED_MS;

/// Over how many vehicles a headway, and over how long a flow is averaged.
const OF_HEADWAYS: i64 = 32;
const SPAN: Millis = Millis(300_000);

/// A flow is known after so long at the earliest, s.
const LEAST_SPAN_S: f32 = 60.0;

/// The advance loop of a lane that lies nearest to its line, if it has others upstream: before it drivers still change lanes,
/// and upstream of where lanes part one loop counts for all of them.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct Check {
    /// From there to the stop line, m, and how long a car takes, ms.
    pub distance_m: f32,
    pub drive_ms: i64,
}

/// A lane.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct LaneTraffic {
    /// What tells of it.
    pub(super) loops: Loops,
    /// When those between the input loop and the line are due, in order.
    pub(super) due: VecDeque<Millis>,
    /// How many of them, the first, have passed the check loop.
    pub(super) passed: usize,
    /// Since when the check loop is free; none: it is not, or has seen nobody yet.
    pub(super) clear: Option<Millis>,
    /// How many have gone by another lane since somebody passed the check loop.
    pub(super) missed: u8,
    /// Since when the zone is empty, whatever the lamps show; none: it is not, or has seen nobody yet.
    pub(super) empty: Option<Millis>,
    /// How many who were due were not there since the zone was occupied last.
    pub(super) absent: u8,
    /// Since when the zone is occupied; none: it is free.
    pub(super) occupied: Option<Millis>,
    /// Since when the lane is open and its zone free.
    pub(super) free: Option<Millis>,
    /// Of each advance loop that is occupied: its distance, m, and since when.
    pub(super) standing: Vec<(f32, Millis)>,
    /// When somebody left last.
    pub(super) left: Option<Millis>,
    /// How many have left since the start, modulo 2¹⁶, and of late: those of the span before count half.
    pub(super) gone: u16,
    pub(super) lately: f32,
    /// When somebody left with others behind, if the lane has been open and its zone occupied ever since.
    pub(super) followed: Option<Millis>,
    /// Time that those took who followed so, ms, and how many they were; modulo 2³².
    following: (u32, u32),
    /// How many have left since the zone was free last.
    discharged: u16,
    /// Saturation headway, ms; 0: nobody has been seen yet.
    headway_ms: i64,
    /// Vehicles that came in the present span, and since when it lasts.
    pub(super) came: u32,
    since: Option<Millis>,
    /// The flow before, vehicles per 1000 s; none: the first span is not over.
    pub(super) flow: Option<u32>,
    /// Vehicles that report, the first first.
    seen: Vec<Seen>,
    /// Whether somebody is over the output loop.
    pub(super) over_line: bool,
    /// Whether that has counted somebody: before, nobody knows whether it works.
    pub(super) counts: bool,
    /// Since when it is open; none: it is closed.
    pub(super) opened: Option<Millis>,
    /// Until when those were reckoned who came unseen, and the part of the next one that has come.
    pub(super) reckoned: Option<Millis>,
    pub(super) owed: f32,
    pub(super) lost: Lost,
}

impl LaneTraffic {
    /// Of nobody, with room for all that it may keep of detectors: a running controller allocates nothing.
    pub(super) fn new(loops: Loops) -> Self {
        Self { loops, due: VecDeque::with_capacity(MOST), standing: Vec::with_capacity(LOOPS), ..Self::default() }
    }

    /// Mean flow into the lane, vehicles per second: of the last minutes.
    pub fn flow(&self, now: Millis) -> f32 {
        let before = self.flow.map(|f| f as f32 * 0.001);
        let Some(since) = self.since else { return before.unwrap_or(0.0) };
        let seconds = (now - since).0 as f32 * 0.001;
        let span = SPAN.0 as f32 * 0.001;
        // The present span weighs as much as of it is over.
        match before {
            Some(before) => (self.came as f32 + before * (span - seconds).max(0.0)) / span.max(seconds),
            // Somebody who comes at once makes no flow.
            None => self.came as f32 / seconds.max(LEAST_SPAN_S),
        }
    }

    /// Seconds from one vehicle to the next of a queue that leaves.
    pub fn headway_s(&self) -> f32 {
        (if self.headway_ms == 0 { USUAL_HEADWAY_MS } else { self.headway_ms }) as f32 * 0.001
    }

    /// From the start of green until the first of a queue has left, s; `assumed` before any green was seen.
    pub fn startup_s(&self, assumed: f32) -> f32 {
        self.lost.startup_s(assumed)
    }

    /// Since when it is open; none: it is closed.
    pub const fn opened(&self) -> Option<Millis> {
        self.opened
    }

    /// How long the first of each green that somebody waited for took to leave, or had in vain, together, ms, and how many
    /// they were: since the start, modulo 2³².
    pub const fn firsts(&self) -> (u32, u32) {
        self.lost.firsts()
    }

    /// How long after the end of green a queue goes on to leave, s; `assumed` before any green was seen.
    pub fn yellow_s(&self, assumed: f32) -> f32 {
        self.lost.yellow_s(assumed)
    }

    /// Since when its stop-bar zone is occupied; none: it is free.
    pub const fn occupied(&self) -> Option<Millis> {
        self.occupied
    }

    /// When somebody left last.
    pub const fn left(&self) -> Option<Millis> {
        self.left
    }

    /// How many have left since the start, modulo 2¹⁶.
    pub const fn gone(&self) -> u16 {
        self.gone
    }

    /// How long it took those who left out of a queue, one behind the other, ms, and how many they were: since the start,
    /// modulo 2³².
    pub const fn discharge(&self) -> (u32, u32) {
        self.following
    }

    /// Whether a queue before the line reaches a loop so far from it, m, or beyond.
    pub fn backs_up_to(&self, distance: f32, now: Millis) -> bool {
        let reaches = |&(loop_at, since): &(f32, Millis)| loop_at >= distance && self.reaches(loop_at, since, now);
        self.standing.iter().any(reaches)
    }

    /// Whether who has stood on an advance loop since then stands in a queue from the line on: that covers the zone, and
    /// nobody moves in it.
    fn reaches(&self, loop_at: f32, since: Millis, now: Millis) -> bool {
        let nobody_first = self.free.is_some() || self.loops.watched && self.occupied.is_none();
        let check = self.loops.check.filter(|check| check.distance_m < loop_at);
        let moves = check.and(self.clear).is_some_and(|clear| clear - since > QUEUE_OVER);
        now - since >= QUEUE_OVER && !nobody_first && !moves
    }

    /// The vehicles that report, the first first.
    pub fn seen(&self) -> &[Seen] {
        &self.seen
    }

    /// When those who were counted are due, the first first.
    pub fn due(&self) -> impl Iterator<Item = Millis> + '_ {
        self.due.iter().copied()
    }

    /// Those who were counted: who queue at `now`, and who are still to come.
    pub(super) fn counted(&self, now: Millis) -> (f32, f32) {
        let queued = self.due.iter().filter(|&&due| due <= now).count();
        (queued as f32, (self.due.len() - queued) as f32)
    }

    /// Of those who report: who stand or have stood, and who have not.
    pub(super) fn seen_count(&self, now: Millis) -> (f32, f32) {
        let all = self.seen.iter().filter(|s| s.counts(now));
        all.fold(
            (0.0, 0.0),
            |(queued, coming), s| if s.stood { (queued + 1.0, coming) } else { (queued, coming + 1.0) },
        )
    }

    /// Takes an edge of a detector in; `open`: whether some group of the lane is.
    pub(super) fn edge(&mut self, wire: &Wire, on: bool, at: Millis, open: bool) {
        match wire.role {
            Role::Input | Role::Between | Role::Check => {
                if wire.role == Role::Input && on {
                    self.come(at + Millis(wire.drive_ms));
                } else if wire.role == Role::Check {
                    if on {
                        self.pass(at, at + Millis(wire.drive_ms));
                    }
                    self.clear = (!on).then_some(at);
                }
                self.standing.retain(|&(distance, _)| distance != wire.distance_m);
                if on {
                    self.standing.push((wire.distance_m, at));
                }
            }
            Role::Output => {
                self.over_line = on;
                if !on {
                    self.leave(at, open);
                }
            }
            Role::Zone => {
                self.occupied = on.then_some(at);
                (self.empty, self.absent) = ((!on).then_some(at), 0);
                self.free = (!on && open).then_some(at);
                self.followed = self.followed.filter(|_| on);
                if on && self.due.is_empty() {
                    // Somebody whom the input loop has not seen.
                    self.due.push_front(at);
                    self.passed = 1;
                }
            }
        }
    }

    /// It is open or closed at that time.
    pub(super) fn turn(&mut self, at: Millis, open: bool) {
        if open != self.opened.is_some() {
            self.opened = open.then_some(at);
            self.lost.turn(at, open, self.occupied.is_some() && self.loops.output && self.counts);
        }
    }

    /// Somebody passes the input loop.
    fn come(&mut self, due: Millis) {
        self.came = self.came.saturating_add(1);
        self.line_in(due);
    }

    /// Somebody passes the check loop, and would be at the line at `due`.
    fn pass(&mut self, at: Millis, due: Millis) {
        let (before, his) = (self.passed.checked_sub(1).map(|i| self.due[i]), self.due.get(self.passed).copied());
        match his {
            Some(his) if his <= due + SAME => {
                // Behind a queue it matters when he came, else when he will be there.
                if before.is_none_or(|before| before > at) && his >= due - SAME {
                    let next = self.due.get(self.passed + 1).map_or(Millis::NEVER, |&next| next);
                    self.due[self.passed] = due.max(before.unwrap_or(due)).min(next);
                }
                self.passed += 1;
            }
            _ if self.due.len() < MOST => {
                // From another lane.
                let due = due.max(before.unwrap_or(due));
                self.due.insert(self.passed, due);
                self.passed += 1;
                self.came = self.came.saturating_add(1);
            }
            _ => {}
        }
        self.missed = 0;
    }

    /// What the zone tells: nobody stands before the line, or somebody does.
    fn correct(&mut self, now: Millis, open: bool) {
        if self.free.is_some_and(|free| now - free >= GONE) {
            // The lane is open and nobody stands before its line: who was due is gone.
            let gone = self.due.iter().take_while(|&&due| due <= now - GONE).count();
            self.due.drain(..gone);
            self.passed = self.passed.saturating_sub(gone);
        }
        let empty = self.empty.is_some_and(|empty| now - empty >= ABSENT);
        while !open && empty && self.absent < MOST_ABSENT && self.due.front().is_some_and(|&due| now - due >= ABSENT) {
            // Who is not there does not wait.
            self.due.pop_front();
            self.passed = self.passed.saturating_sub(1);
            self.absent += 1;
        }
        let stands = |since: Millis| now - self.left.map_or(since, |left| left.max(since)) >= THERE;
        if self.occupied.is_some_and(stands) {
            // Who comes soon is there already.
            match self.due.front_mut().filter(|first| **first <= now + SAME) {
                Some(first) => *first = (*first).min(now),
                None => self.line_in(now),
            }
            self.passed = self.passed.max(1);
        }
    }

    /// Who has not passed the check loop though it is free has gone by another lane.
    fn check(&mut self, now: Millis) {
        let (Some(check), Some(clear)) = (self.loops.check, self.clear) else { return };
        while self.missed < MISSED && now - clear >= ELSEWHERE {
            let late = |&due: &Millis| due - Millis(check.drive_ms) + ELSEWHERE <= now;
            if !self.due.get(self.passed).is_some_and(late) {
                break;
            }
            self.due.remove(self.passed);
            self.came = self.came.saturating_sub(1);
            self.missed += 1;
        }
    }

    /// Somebody leaves over the stop line.
    fn leave(&mut self, at: Millis, open: bool) {
        if !core::mem::replace(&mut self.counts, true) {
            self.rely_on(self.loops);
        }
        if !self.loops.input {
            // As many come as leave.
            self.came = self.came.saturating_add(1);
        }
        self.count_gone();
        self.lost.leave(at);
        self.due.pop_front();
        self.passed = self.passed.saturating_sub(1);
        if let Some(before) = self.left.filter(|_| open && self.occupied.is_some()) {
            let headway = (at - before).0;
            self.discharged = if headway > SATURATED_MS { 0 } else { self.discharged.saturating_add(1) };
            if self.discharged >= STARTING && POSSIBLE_MS.contains(&headway) {
                let known = if self.headway_ms == 0 { USUAL_HEADWAY_MS } else { self.headway_ms };
                self.headway_ms = known + (headway - known) / OF_HEADWAYS;
            }
        } else {
            self.discharged = 0;
        }
        self.left = Some(at);
        if let Some(before) = self.followed {
            let took = u32::try_from((at - before).0).unwrap_or(0);
            self.following = (self.following.0.wrapping_add(took), self.following.1.wrapping_add(1));
        }
        self.followed = (open && self.occupied.is_some()).then_some(at);
    }

    pub(super) const fn count_gone(&mut self) {
        self.gone = self.gone.wrapping_add(1);
        self.lately += 1.0;
    }

    /// Whoever is due first of those of whom nothing but a loop before several lanes has told is in another of these.
    pub(super) fn lose(&mut self, sure: usize) {
        if self.due.remove(sure).is_some() && self.passed > sure {
            self.passed -= 1;
        }
    }

    /// Takes a vehicle's report in. `speed`: of free driving, m/s, > 0.
    pub(super) fn see(&mut self, report: &VehicleReport, speed: f32) -> Seen {
        let mut same = None;
        self.seen.retain(|s| {
            let is_same = s.report.vehicle == report.vehicle;
            if is_same {
                same = Some(*s);
            }
            // Those who reported just before may still do so now: until they have, it is known that they stood.
            !is_same && s.counts(report.at - Millis(1))
        });
        let before = self.seen.partition_point(|s| s.report.distance_dm <= report.distance_dm);
        let seen = Seen::new(*report, same, speed);
        self.seen.insert(before, seen);
        self.seen.truncate(MOST);
        seen
    }

    /// One of some who report is to come: that is when whoever has the ticket nearest to it is due. `input_m`: from the input
    /// loop to the line.
    pub(super) fn expect(&mut self, seen: Seen, input_m: f32) {
        let due = seen.due;
        // Farther upstream nobody has a ticket yet; who was in the queue has one of those that are due.
        if seen.stood || due <= seen.report.at || input_m > 0.0 && seen.distance_m() >= input_m {
            return;
        }
        let off = |at: Millis| (at - due).0.abs();
        let nearest = (0..self.due.len()).min_by_key(|&i| off(self.due[i])).filter(|&i| off(self.due[i]) <= SAME.0);
        if let Some(i) = nearest {
            self.due.remove(i);
        }
        self.line_in(due);
    }

    /// Who reports to stand before a closed line stands behind a queue that reaches him.
    pub(super) fn line_up(&mut self, now: Millis) {
        let last = self.seen.iter().rev().find(|s| s.stands());
        if let Some(distance) = last.map(Seen::distance_m) {
            self.fill(distance + CAR_SPACE_M, now);
        }
    }

    /// Somebody is due then.
    pub(super) fn line_in(&mut self, due: Millis) {
        if self.due.len() < MOST {
            let later = self.due.iter().rev().take_while(|&&d| d > due).count();
            self.due.insert(self.due.len() - later, due);
        }
    }

    /// Whoever stands on an advance loop of an open lane moves when those before him have left. If he does not, he waits for
    /// something else, or nobody stands there: he tells of no queue.
    fn release(&mut self, now: Millis) {
        let Some(opened) = self.opened else { return };
        let left = self.free.is_some_and(|free| now - free >= GONE);
        let headway_ms = self.headway_s() * 1000.0;
        self.standing.retain(|&(distance, since)| {
            let before = Millis((distance / CAR_SPACE_M * headway_ms) as i64);
            let moves = opened.max(since) + STARTS + before;
            now <= moves && !(left && now - since >= QUEUE_OVER)
        });
    }

    /// Lets time reach `now`; `open`: whether some group of the lane is.
    pub(super) fn advance(&mut self, now: Millis, of: &ApproachLane, open: bool) {
        self.turn(now, open);
        self.lost.settle(now, (self.headway_s() * 1000.0) as u32);
        self.seen.retain(|s| s.counts(now));
        let since = *self.since.get_or_insert(now);
        if now - since >= SPAN {
            let per_1000_s = i64::from(self.came) * 1_000_000 / (now - since).0;
            self.flow = u32::try_from(per_1000_s).ok();
            (self.came, self.since) = (0, Some(now));
            self.lately *= 0.5;
        }
        self.followed = self.followed.filter(|_| open);
        self.free = self.line_is_free(now, open);
        self.release(now);
        self.correct(now, open);
        self.check(now);
        for i in 0..self.standing.len() {
            let (distance, since) = self.standing[i];
            // Whoever stands upstream of a free line waits for something else, or nobody stands there.
            if self.reaches(distance, since, now) {
                self.fill(distance, now);
            }
        }
        // More than fit in are not there.
        self.due.truncate(((of.reach_m / CAR_SPACE_M) as usize).clamp(1, MOST));
        self.passed = self.passed.min(self.due.len());
    }

    /// The queue reaches so far from the line, m.
    fn fill(&mut self, distance: f32, now: Millis) {
        let least = ((distance / CAR_SPACE_M) as usize).min(MOST);
        let queued = self.due.iter().take_while(|&&due| due <= now).count();
        let due = self.due.front().map_or(now, |&first| first.min(now));
        for _ in queued..least {
            self.due.push_front(due);
            self.passed += 1;
        }
        self.due.truncate(MOST);
        // Upstream of the check loop nobody has passed it.
        let most = self.loops.check.map_or(0.0, |check| check.distance_m / CAR_SPACE_M + 1.0) as usize;
        self.passed = self.passed.min(self.due.len()).min(most);
    }
}
