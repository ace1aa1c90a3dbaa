//! What planners tell others: how and when they would pass the lines ahead of them.
//!
//! Terms
//! - **passage**: when one reaches a line and leaves the junction behind it, and how fast.
//! - **open line**: one at which others give way.

use super::{Line, Planner, SHORT_ROAD};
use crate::behaviour::gap::{self, Passage};
use crate::behaviour::{Bounds, Leader};
use crate::network::MovementId;
use crate::sim::apply::HALTING;
use crate::sim::chunk::Chunk;
use crate::sim::junction::{Limit, Rule};
use crate::sim::scene::{LaneFacts, MoveFacts};

/// How far ahead in time a passage is announced at a signal, s: longer than the slowest turn from a standstill and its
/// margin.
const ANNOUNCE_AHEAD: f32 = 12.0;
/// The same where there is no signal, s: who would merge ahead of a faster one looks far back along its road.
const ANNOUNCE_FAR_AHEAD: f32 = 30.0;
/// Whoever has stood before an open line for so long is not expected to start, s.
const MAY_START: f32 = 10.0;

impl Planner<'_> {
    /// Whether somebody has to know how it will pass the end of its lane, `to_end` metres ahead.
    #[inline]
    pub(super) fn announces_from(&self, to_end: f32) -> bool {
        let speed = self.me.speed.at_least(self.speed);
        // Whoever is in line behind others need not look what kind of line it is.
        if to_end > ANNOUNCE_FAR_AHEAD * speed {
            return false;
        }
        self.me.next.get().map(|m| &self.view.scene.moves[m.index()]).is_some_and(|m| {
            let ahead = if m.lamp == u32::MAX { ANNOUNCE_FAR_AHEAD } else { ANNOUNCE_AHEAD };
            let here = to_end <= ahead * speed && (m.has_yielders || self.view.signs().goes_in_turn(m));
            here || (self.d.judges_headways() && to_end + m.beyond <= self.horizon())
        })
    }

    /// Whether others have to reckon with it although it cannot go now: before an open line it may start at any moment.
    pub(super) fn may_start(&self, rule: Rule) -> bool {
        rule == Rule::Open && self.d.judges_headways() && self.me.waiting < MAY_START
    }

    /// Whether it stands, and those ahead keep it where it is, on this side of a line `distance` ahead or beyond: until they
    /// move it cannot come, and nobody has to wait for it.
    pub(super) fn is_held(&self, m: &MoveFacts, distance: f32) -> bool {
        if self.me.speed >= HALTING {
            return false;
        }
        let tail = &self.view.traffic.tails[m.next.index()];
        let beyond = if tail.exists() && tail.id != self.me.id {
            let gap = distance + tail.back - self.d.min_gap;
            let leader = Leader { gap, speed: tail.speed, accel: tail.accel, decel: tail.decel };
            self.d.follow(self.me.speed, self.v0, self.tau, &leader)
        } else {
            f32::INFINITY
        };
        self.behind.at_most(beyond) < HALTING
    }

    /// Announces its passages of open lines beyond the one of `m`, `seen` metres ahead, to those who judge headways: they
    /// have to know of it before the vehicle itself has to look so far.
    pub(super) fn announce_beyond(&self, m: &MoveFacts, mut leg: u16, mut seen: f32, chunk: &mut Chunk) {
        let (scene, d) = (self.view.scene, self.d);
        let far = self.horizon();
        let mut m = m;
        while d.judges_headways() && seen + m.beyond <= far && leg + 1 < self.view.routes.legs(self.me.path) {
            let mut lane = m.next;
            while scene.lanes[lane.index()].internal {
                seen += scene.lanes[lane.index()].length;
                lane = scene.lanes[lane.index()].next;
            }
            let facts = &scene.lanes[lane.index()];
            seen += facts.length;
            leg += 1;
            self.announce_changed(facts, leg, seen, chunk);
            let Some(id) = self.view.routes.leg(self.me.path, leg)[facts.index as usize].movement.get() else { return };
            m = &scene.moves[id.index()];
            if self.view.signs().rule(m) != Rule::Open {
                return;
            }
            if m.has_yielders {
                self.announce_open(m, id, seen, chunk);
            }
        }
    }

    /// Announces it on the lane beside `lane`, whose end is `seen` metres ahead, if it has to change to that first and the
    /// road is so short that it may do so just before its line.
    pub(super) fn announce_changed(&self, lane: &LaneFacts, leg: u16, seen: f32, chunk: &mut Chunk) {
        if lane.internal || lane.length >= SHORT_ROAD || !self.d.judges_headways() {
            return;
        }
        let choices = self.view.routes.leg(self.me.path, leg);
        let best = i32::from(lane.index) + i32::from(choices[lane.index as usize].offset);
        let beside = usize::try_from(best).ok().filter(|&k| k != lane.index as usize).and_then(|k| choices.get(k));
        let Some(id) = beside.and_then(|choice| choice.movement.get()) else { return };
        let m = &self.view.scene.moves[id.index()];
        if m.has_yielders && self.view.signs().rule(m) == Rule::Open {
            self.announce_open(m, id, seen, chunk);
        }
    }

    /// Announces the earliest passage of an open line.
    pub(super) fn announce_open(&self, m: &MoveFacts, id: MovementId, distance: f32, chunk: &mut Chunk) {
        let (d, v) = (self.d, self.me.speed);
        let arrival_speed = gap::speed_after(distance, v, d.accel, self.v0);
        let mut passage = gap::passage(d, distance, v, arrival_speed, m.first_inside, self.v0);
        (passage.now, passage.top) = (v, self.v0);
        chunk.announcements.push((id, self.me.id.0, passage));
    }

    /// How far ahead it announces its passages of open lines, m.
    fn horizon(&self) -> f32 {
        ANNOUNCE_AHEAD * self.me.speed.at_least(self.speed)
    }

    /// How it would pass a line, as it sees it itself and as it announces it to others. Who yields slows down until it
    /// can see all foes; before a roundabout in any case.
    pub(super) fn passage(
        &self,
        m: &MoveFacts,
        line: &Line,
        yields: bool,
        leave: f32,
        slowed: &mut bool,
    ) -> (Passage, Passage) {
        let d = self.d;
        let free = gap::speed_after(line.distance, self.speed.max(0.0), d.accel, self.v0);
        let mut arrival_speed = free.min(self.behind.max(0.0));
        let sight = m.sight_of(d);
        let mut most = f32::INFINITY;
        if yields && line.can_stop && line.distance > sight {
            let at_sight = d.stoppable(sight);
            most = gap::speed_after(sight, at_sight, d.accel, self.v0);
            arrival_speed = arrival_speed.min(most);
            *slowed = true;
        }
        *slowed |= yields && line.can_stop && self.view.scene.lanes[m.to.index()].ring;
        let mut passage = gap::passage(d, line.distance, self.speed.max(0.0), arrival_speed, m.first_inside, leave);
        passage.now = self.me.speed;
        passage.waiting = self.me.waiting;
        passage.top = self.v0;
        if !d.judges_headways() || line.rule == Rule::Zipper {
            return (passage, passage);
        }
        // Who judges headways reckons with others as early as they can come, even if they gather speed behind others, and
        // with himself as he will.
        let (scene, v) = (self.view.scene, self.me.speed);
        let turn = d.desired(self.me.speed_factor, scene.limit(&scene.lanes[m.next.index()], self.me.kind as usize));
        let fastest = gap::speed_after(line.distance, v, d.accel, self.v0).at_most(most).at_most(turn);
        let at = |speed: f32| Passage {
            arrival: gap::arrival_time(d, line.distance, v, speed),
            arrival_speed: speed,
            ..passage
        };
        (at(fastest.at_most(self.behind.at_least(0.0))), at(fastest))
    }

    /// The highest speed with which it can leave the junction behind a line, as those already inside let it. Whoever
    /// must creep behind somebody is in the way of others for longer.
    pub(super) fn leave_speed(&self, m: &MoveFacts, limit: &Limit, seen: f32) -> f32 {
        let inside = &self.view.scene.lanes[m.next.index()];
        let lane = if inside.internal { inside } else { self.lane };
        let desired = self.view.scene.limit(lane, self.me.kind as usize);
        let mut leave = self.d.desired(self.me.speed_factor, desired);
        leave = leave.min(limit.speed).min(limit.behind);
        let tail = &self.view.traffic.tails[m.next.index()];
        if inside.internal && tail.exists() && tail.id != self.me.id {
            let gap = seen + tail.back - self.d.min_gap;
            let leader = Leader { gap, speed: tail.speed, accel: tail.accel, decel: tail.decel };
            leave = leave.min(self.d.follow(leave, self.v0, self.tau, &leader));
        }
        leave.max(0.0)
    }
}
