//! What stands in for loops of a lane that are broken, so that it is served like an average one: neither like one with an
//! endless queue nor like an empty one.
//!
//! | broken | instead |
//! |---|---|
//! | the input loop | the next loop downstream that is believed |
//! | all advance loops | somebody comes at a steady rate: the lane's flow, as many as left; if nobody counts that either, its usual flow, or the mean of the lanes beside it |
//! | the output loop | while the lane is open and its zone occupied, somebody leaves every saturation headway |
//! | the zone | the line is free when the lane is open and nobody has left for a while, nor is over the output loop |
//! | zone and output loop | somebody leaves every saturation headway while the lane is open |
//!
//! An output loop that has counted nobody yet is stood in for, too: if it is stuck, in a lane that counts those who come and
//! never those who leave an endless queue would stand until that is found.

use super::lane::{LaneTraffic, MOST};
use super::wires::{Loops, Role, Wire};
use crate::Millis;

/// The first of a queue reaches the output loop so long after the start of green (HCM 7: lost time 2 s).
pub(super) const STARTS: Millis = Millis(2000);

/// When nobody has left for so long, nobody stands before an open line.
const NOBODY: Millis = Millis(4000);

impl LaneTraffic {
    /// What tells of it.
    pub(super) const fn loops(&self) -> &Loops {
        &self.loops
    }

    /// What a loop said of the present does not count any more.
    pub(super) fn forget(&mut self, wire: &Wire) {
        match wire.role {
            Role::Zone => {
                (self.occupied, self.empty, self.free, self.absent) = (None, None, None, 0);
                self.followed = None;
                self.lost.forget();
            }
            Role::Output => {
                (self.over_line, self.followed) = (false, None);
                self.lost.forget();
            }
            Role::Input | Role::Between | Role::Check => {
                self.standing.retain(|&(distance, _)| distance != wire.distance_m);
            }
        }
    }

    /// From now on these loops tell of it.
    pub(super) fn rely_on(&mut self, loops: Loops) {
        if self.loops.check != loops.check {
            // Nobody knows who of those in the line has passed another check loop.
            (self.clear, self.missed, self.passed) = (None, 0, self.due.len());
        }
        self.loops = loops;
        if !self.needs_stand_in() {
            (self.reckoned, self.owed) = (None, 0.0);
        }
    }

    /// Whether somebody comes or leaves whom no loop counts, or a zone tells nothing.
    pub(super) const fn needs_stand_in(&self) -> bool {
        !self.loops.are_whole() || !self.counts_leavers()
    }

    /// Whether who leaves is counted, if the lane ever had a loop for it.
    const fn counts_leavers(&self) -> bool {
        self.loops.output && (self.counts || !self.loops.counted)
    }

    /// Since when the lane is open and its line free, as far as is known; none: it is not.
    pub(super) fn line_is_free(&self, now: Millis, open: bool) -> Option<Millis> {
        if !open {
            return None;
        }
        if self.loops.zone {
            return if self.occupied.is_none() { self.free.or(Some(now)) } else { None };
        }
        let since = self.opened?.max(self.left.unwrap_or(Millis(i64::MIN))) + NOBODY;
        (self.counts_leavers() && !self.over_line && since <= now).then_some(since)
    }

    /// Lets those come and leave until `now` whom no loop counts; `open`: whether some group of the lane is; `others`: the
    /// mean flow of other lanes.
    pub(super) fn stand_in(&mut self, now: Millis, open: bool, others: f32) {
        self.turn(now, open);
        let before = self.reckoned.replace(now).unwrap_or(now);
        if !self.loops.input {
            let known = self.counts_leavers() || self.flow.is_some();
            let flow = if known { self.flow(now) } else { others };
            // More than the lane holds are not there, however long nobody looked.
            self.owed = (self.owed + flow * (now - before).0 as f32 * 0.001).min(MOST as f32);
            while self.owed >= 1.0 {
                self.owed -= 1.0;
                if !self.counts_leavers() {
                    self.came = self.came.saturating_add(1);
                }
                self.line_in(now);
            }
        }
        let Some(opened) = self.opened.filter(|_| !self.counts_leavers()) else { return };
        let headway = Millis((self.headway_s() * 1000.0) as i64);
        for _ in 0..MOST {
            let leaves = (opened + STARTS).max(before).max(self.left.map_or(opened, |left| left + headway));
            if leaves > now || self.loops.zone && self.occupied.is_none() {
                break;
            }
            if self.due.front().is_some_and(|&due| due <= leaves) {
                self.due.pop_front();
                self.passed = self.passed.saturating_sub(1);
            }
            self.count_gone();
            self.left = Some(leaves);
        }
    }
}
