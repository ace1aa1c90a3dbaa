//! Changes nobody needs for the route: for speed, and back to the kerb.

use super::{Cursor, LinkLanes, Neighbour, Thinker, Thought};
use crate::behaviour::Bounds;
use crate::behaviour::following::krauss;
use crate::network::LaneId;
use crate::sim::apply::HALTING;
use crate::sim::routes::LaneChoice;
use crate::sim::state::Vehicle;

/// Appetite at which a driver changes to the left.
const GAIN_LEFT: f32 = 0.2;
/// Appetite at which a driver changes to the right.
const GAIN_RIGHT: f32 = 2.0;
/// Speed below which gains are measured as if at it, m/s.
const GAIN_SPEED: f32 = 10.0;
/// Times that shape the appetite for the kerb lane, s.
const KEEP_RIGHT_TIME: f32 = 5.0;
const KEEP_RIGHT_ACCEPTANCE: f32 = 7.0;
/// A lane that leads on for less than this is not left the right one for, m.
const TURN_LANE: f32 = 200.0;
/// Appetite below which there is none.
const TRACE: f32 = 0.005;
/// Shortest time over which a faster lane must lead on, s.
const GAIN_TIME: f32 = 20.0;
/// Above this limit nobody leaves a lane that leads on to the right: it may be an on-ramp, m/s.
const MOTORWAY: f32 = 80.0 / 3.6;

impl LinkLanes<'_> {
    /// Changes for speed, or back to the kerb: first the lane to the right is looked at, then the one to the left.
    pub(super) fn tactical(&self, t: &Thinker<'_>, cursor: &Cursor, n: usize) -> Thought {
        let (mut gain, mut keep) = (t.me.lc_gain, t.me.lc_keep);
        let mut target = None;
        if let Some(to) = t.lane.checked_sub(1) {
            let bonus = self.ring_bonus(t.me, t.lane, to);
            // On a roundabout the inner lane is kept until the exit.
            if bonus <= 0.0 && self.is_worth_a_look(t, to, bonus, cursor) {
                target = self.look_right(t, to, cursor, &mut gain, &mut keep);
            }
        }
        let to = t.lane + 1;
        // Whoever drives as fast as it wants and has no appetite left gains nothing on the left.
        let content = t.own >= t.v0 && gain <= 0.0 && !self.scene.has_ring;
        if target.is_none() && to < n && !content {
            let bonus = self.ring_bonus(t.me, t.lane, to);
            if self.is_worth_a_look(t, to, bonus, cursor) {
                target = if bonus > 0.0 {
                    self.fits(t, to, cursor).then_some(to)
                } else {
                    self.look_left(t, to, cursor, &mut gain)
                };
            }
        }
        Thought { target, gain, keep }
    }

    /// Weighs the lane to the right.
    fn look_right(&self, t: &Thinker<'_>, to: usize, cursor: &Cursor, gain: &mut f32, keep: &mut f32) -> Option<usize> {
        let there = &t.choices[to];
        let leader = self.slot_ahead(to, cursor.at[to], t.me, t.d);
        let (own, other) = t.expected(there, leader);
        let advantage = (other - own) / other.at_least(GAIN_SPEED);
        let mut wants = false;
        if own - 5.0 / 3.6 > other {
            *gain = if *gain < 0.0 { *gain * self.scene.forgetting } else { *gain };
        } else {
            if *gain < 0.0 || advantage > 0.0 {
                *gain -= t.d.dt * advantage;
            }
            *keep -= t.d.dt * self.keep_right(t, there, leader);
            wants = *keep * t.d.lc_keep_right < -GAIN_RIGHT;
        }
        wants |= *gain * t.d.lc_speed_gain < -GAIN_RIGHT && there.reach > GAIN_TIME * t.me.speed;
        // Towards the right lane for the route, where it costs nothing.
        wants |= t.choices[t.lane].offset < 0 && advantage >= 0.0 && *gain < 0.0;
        (wants && self.fits(t, to, cursor)).then_some(to)
    }

    /// Weighs the lane to the left.
    fn look_left(&self, t: &Thinker<'_>, to: usize, cursor: &Cursor, gain: &mut f32) -> Option<usize> {
        let there = &t.choices[to];
        let leader = self.slot_ahead(to, cursor.at[to], t.me, t.d);
        let (own, other) = t.expected(there, leader);
        if own < other {
            *gain += t.d.dt * (other - own) / other.at_least(GAIN_SPEED);
        } else if *gain > 0.0 {
            *gain *= if own > other { self.scene.forgetting } else { self.scene.evening };
            // A trace of appetite is none: most drivers then need not look at all.
            *gain = if *gain < TRACE { 0.0 } else { *gain };
        }
        let faster = *gain * t.d.lc_speed_gain > GAIN_LEFT && other > own + 0.001;
        let wants = (faster && there.reach > GAIN_TIME * t.me.speed)
            || (t.choices[t.lane].offset > 0 && other >= own && *gain > 0.0);
        (wants && self.fits(t, to, cursor)).then_some(to)
    }

    /// Whether a neighbouring lane may be used and leads on far enough for one to come back in time; on a roundabout it
    /// seems to lead on for `bonus` metres more.
    #[inline]
    fn is_worth_a_look(&self, t: &Thinker<'_>, to: usize, bonus: f32, cursor: &Cursor) -> bool {
        let (here, there) = (&t.choices[t.lane], &t.choices[to]);
        if !there.allowed || !here.may_change(t.lane, to) {
            return false;
        }
        let side = if to > t.lane { 1 } else { -1 };
        if here.offset == 0 && there.offset == 0 {
            return true;
        }
        if i32::from(here.offset) * side <= 0 {
            // Away from the lane the route goes on from.
            let lanes = f32::from(here.offset.unsigned_abs()) + 2.0;
            let needed = Self::horizon(t.me, t.d, side > 0) * lanes;
            let place = there.reach + bonus - t.me.position;
            if place < needed {
                return false;
            }
            let spare = place - needed;
            if self.is_queued(t.me, to, cursor, spare) || self.is_queued(t.me, t.lane, cursor, spare) {
                return false;
            }
        }
        if here.offset == 0 {
            let ramp = side < 0 && self.scene.lanes[self.first].limit > MOTORWAY && t.me.lc_speed > HALTING;
            return !ramp && (bonus > 0.0 || there.reach >= TURN_LANE || self.is_dead_end(t.me, to));
        }
        true
    }

    /// Whether a lane ends without leading anywhere.
    fn is_dead_end(&self, me: &Vehicle, lane: usize) -> bool {
        let mut here = LaneId::new(self.first + lane);
        for leg in me.leg..self.routes.legs(me.path) {
            let Some(m) = self.onward(me, leg, here) else { break };
            here = self.scene.moves[m.index()].to;
        }
        self.scene.network.movements_of(here).next().is_none()
    }

    /// Growth of the appetite for the kerb lane, per second.
    fn keep_right(&self, t: &Thinker<'_>, there: &LaneChoice, ahead: Option<Neighbour>) -> f32 {
        let limit = self.scene.lanes[self.first + t.lane].limit;
        let acceptance = KEEP_RIGHT_ACCEPTANCE * t.v0 * t.me.speed.at_least(1.0) / limit;
        let mut room = (there.reach - t.d.brake_gap(t.v0, t.d.decel)).at_least(0.0);
        let mut seconds = acceptance.at_most(room / t.v0);
        if let Some(a) = ahead
            && a.speed < t.v0
        {
            let secure = Self::needed(t.d, t.me.tau, t.v0, a.speed, a.decel);
            room = room.at_most(a.distance - secure).at_least(0.0);
            seconds = seconds.at_most(room / (t.v0 - a.speed));
        }
        GAIN_RIGHT * (seconds / acceptance) / KEEP_RIGHT_TIME
    }
}

impl Thinker<'_> {
    /// The speeds it expects on its own lane and on the one beside it. While somebody ahead accelerates, only what the
    /// next second brings counts.
    fn expected(&self, there: &LaneChoice, leader: Option<Neighbour>) -> (f32, f32) {
        let starting = self.starting || leader.is_some_and(|a| a.accel > 0.0);
        let most = if starting { self.me.speed + self.d.accel * self.d.dt } else { f32::INFINITY };
        (self.own.at_most(most), self.anticipated(leader, there.reach).at_most(most))
    }

    /// The speed it expects on a lane that leads on for `reach`.
    #[inline]
    pub(super) fn anticipated(&self, ahead: Option<Neighbour>, reach: f32) -> f32 {
        let d = self.d;
        // Usually there is room to brake from the desired speed, often even before somebody who stands there.
        let mut room = ahead.map_or(reach, |a| a.distance - d.min_gap);
        if room > self.roomy {
            return self.v0;
        }
        if let Some(a) = ahead {
            room += krauss::brake_gap(a.speed, a.decel.at_least(d.decel), d.dt);
            if room > self.roomy {
                return self.v0;
            }
        }
        krauss::stop_speed(room, d.decel, self.me.tau, d.dt).at_most(self.v0)
    }
}
