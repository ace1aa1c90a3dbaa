//! Lane changing within one link, after all have moved.
//!
//! Vehicles are taken front first over all lanes, and a change is carried out at once: the next one sees it. Whoever
//! changes needs room in front and behind. Layers, in this order:
//! - **strategic**: the route does not go on from this lane, and the rest of the lane is getting short;
//! - **cooperative**: whoever is in the way of a strategic change makes room, within comfortable braking;
//! - **tactical**: the neighbouring lane is faster (to the left at once, to the right only if clearly);
//! - **keep right**: nothing is gained by staying.
//!
//! Thresholds and rates are those of SUMO's LC2013 (Erdmann 2014, SUMO's Lane-Changing Model).

mod ring;
mod slot;
mod tactical;

pub(super) use self::slot::LOOK_BACK;

use super::apply::HALTING;
use super::plan::{RELAXATION, relaxed};
use super::routes::{LaneChoice, RouteTable};
use super::scene::Scene;
use super::state::{Begging, Flags, LaneTraffic, Storage, Tail, Vehicle};
use crate::behaviour::{Bounds, Driver, Leader};
use crate::network::{LaneId, MovementId, Network, VehicleClass};
use intergreen_control::Lamp;

/// Time a driver looks ahead for a lane change, s.
const LOOK_AHEAD: f32 = 10.0;
/// Factor on it for changes to the left.
const LOOK_AHEAD_LEFT: f32 = 2.0;
/// Share of the look-ahead speed that is kept per second while driving slower.
const LOOK_AHEAD_MEMORY: f32 = 0.9;
/// Links beyond the next junction on which queues count.
const QUEUED_LINKS: usize = 7;
/// How much faster a change should be over than it has to, and the least deceleration to fall in behind, m/s².
const URGENCY: f32 = 2.0;
const FALL_BEHIND: f32 = 7.0 / 3.6;
/// What those who let somebody in leave over its standing gap, m.
const ROOM_TO_SPARE: f32 = 0.5;
/// Most vehicles looked at for one that can make room.
const MOST_ASKED: usize = 3;
/// Most lanes of a link that change; a wider link's further lanes do not.
const MOST_LANES: usize = 32;

/// The lanes of one link while changes are made.
pub struct LinkLanes<'a> {
    /// What does not change.
    pub scene: &'a Scene,
    /// Lane choices of all paths.
    pub routes: &'a RouteTable,
    /// Tails and heads of all lanes after moving.
    pub tails: &'a [Tail],
    /// How full all lanes are after moving.
    pub storage: &'a [Storage],
    /// The lamps during this step.
    pub lamps: &'a [Lamp],
    /// Number of the step.
    pub step: u32,
    /// Those who were askew at the end of the last step, see [`Traffic::askew`](super::state::Traffic::askew): they have
    /// moved on since, and are in the way no longer than they seem.
    pub askew: &'a [Tail],
    /// The link's lanes.
    pub lanes: &'a mut [LaneTraffic],
    /// First of them.
    pub first: usize,
    /// Those who stand and wait for somebody on a link before to let them in.
    pub begging: &'a mut Vec<Begging>,
}

/// Somebody ahead or behind on a lane.
#[derive(Clone, Copy)]
struct Neighbour {
    /// Free distance between the bumpers, m.
    distance: f32,
    length: f32,
    speed: f32,
    accel: f32,
    decel: f32,
}

/// The vehicles of each lane that have been looked at: those ahead of the next one.
struct Cursor {
    /// How many.
    at: [usize; MOST_LANES],
    /// Their length with standing gaps, m.
    taken: [f32; MOST_LANES],
    /// Where the next one is, m; −∞ if there is none.
    next: [f32; MOST_LANES],
}

/// A vehicle that thinks of changing, and its lane.
struct Thinker<'a> {
    me: &'a Vehicle,
    d: &'a Driver,
    lane: usize,
    /// Its desired speed, m/s.
    v0: f32,
    /// Room in which it can brake from its desired speed, or a little more, m.
    roomy: f32,
    choices: &'a [LaneChoice],
    /// Whether whoever is ahead on its lane accelerates.
    starting: bool,
    /// The speed it expects on its lane, m/s.
    own: f32,
}

/// What comes of thinking of a change: the lane to change to, if any, and the appetites for others from now on.
struct Thought {
    target: Option<usize>,
    gain: f32,
    keep: f32,
}

/// Where the one behind is.
#[derive(Clone, Copy)]
enum Behind {
    /// On the lane: which of its vehicles.
    Here(u16),
    /// On a lane before: the first vehicle there.
    Before(LaneId),
}

/// Who would be ahead and behind on a lane.
struct Slot {
    ahead: Option<Neighbour>,
    behind: Option<(Neighbour, Behind)>,
}

impl LinkLanes<'_> {
    /// Makes all changes of one step. Returns how many.
    pub fn change(&mut self) -> usize {
        let n = self.lanes.len().min(MOST_LANES);
        if self.lanes.iter().all(|l| l.vehicles.is_empty()) {
            return 0;
        }
        let mut cursor =
            Cursor { at: [0; MOST_LANES], taken: [0.0; MOST_LANES], next: [f32::NEG_INFINITY; MOST_LANES] };
        for k in 0..n {
            cursor.next[k] = self.position(k, 0);
        }
        let mut changes = 0;
        loop {
            let mut k = 0;
            for other in 1..n {
                if cursor.next[other] > cursor.next[k] {
                    k = other;
                }
            }
            if cursor.next[k] == f32::NEG_INFINITY {
                return changes;
            }
            let to = match self.decide(k, &cursor, n) {
                Some(to) => {
                    let vehicle = self.lanes[k].vehicles.remove(cursor.at[k]);
                    let vehicle = self.moved(vehicle, to);
                    self.lanes[to].vehicles.insert(cursor.at[to], vehicle);
                    changes += 1;
                    to
                }
                None => k,
            };
            let done = &self.lanes[to].vehicles[cursor.at[to]];
            cursor.taken[to] += done.space(&self.scene.drivers);
            cursor.at[to] += 1;
            cursor.next[k] = self.position(k, cursor.at[k]);
        }
    }

    /// Where a vehicle of a lane is, m; −∞ if there is none.
    #[inline]
    fn position(&self, lane: usize, at: usize) -> f32 {
        self.lanes[lane].vehicles.get(at).map_or(f32::NEG_INFINITY, |v| v.position)
    }

    /// The vehicle on its new lane. Its rear stays where it is, see [`Traffic::askew`](super::state::Traffic::askew).
    fn moved(&self, mut v: Vehicle, to: usize) -> Vehicle {
        self.routes.direct(&mut v, to);
        (v.lc_gain, v.lc_keep, v.lc_speed) = (0.0, 0.0, 0.0);
        if self.scene.drivers[v.kind as usize].ballistic() {
            v.relax = RELAXATION;
        }
        v
    }

    /// The lane to change to, if any.
    fn decide(&mut self, k: usize, cursor: &Cursor, n: usize) -> Option<usize> {
        let scene = self.scene;
        let own = &mut self.lanes[k].vehicles[cursor.at[k]];
        if own.flags & Flags::STOPPED != 0 {
            return None;
        }
        // How far a driver looks ahead follows its speed at once upwards and slowly downwards.
        let memory = 1.0 - (1.0 - LOOK_AHEAD_MEMORY) * scene.dt;
        own.lc_speed = own.speed.at_least(memory * own.lc_speed + (1.0 - memory) * own.speed);
        let me = &self.lanes[k].vehicles[cursor.at[k]];
        let d = &scene.drivers[me.kind as usize];
        let choices = self.routes.row(me.row);
        let offset = choices[k].offset;
        if offset != 0 {
            let to = if offset > 0 { k + 1 } else { k.wrapping_sub(1) };
            if to < n
                && choices[to].allowed
                && choices[k].may_change(k, to)
                && self.is_urgent(me, d, &choices[k], (k, to), cursor)
            {
                return self.try_slot(k, to, cursor, d).then_some(to);
            }
        }
        let v0 = d.desired(me.speed_factor, scene.limit(&scene.lanes[self.first + k], me.kind as usize));
        let ahead = self.slot_ahead(k, cursor.at[k], me, d);
        let roomy = v0 * (v0 / (2.0 * d.decel) + me.tau + d.dt);
        let starting = ahead.is_some_and(|a| a.accel > 0.0);
        let mut thinker = Thinker { me, d, lane: k, v0, roomy, choices, starting, own: v0 };
        thinker.own = thinker.anticipated(ahead, choices[k].reach);
        let thought = self.tactical(&thinker, cursor, n);
        let own = &mut self.lanes[k].vehicles[cursor.at[k]];
        (own.lc_gain, own.lc_keep) = (thought.gain, thought.keep);
        thought.target
    }

    /// Distance over which a change is thought of, m.
    fn horizon(me: &Vehicle, d: &Driver, left: bool) -> f32 {
        let time = LOOK_AHEAD * d.lc_strategic * if left { LOOK_AHEAD_LEFT } else { 1.0 };
        me.lc_speed * time + 2.0 * (me.length + d.min_gap)
    }

    /// Whether a change for the route can wait no longer: not much of the lane is left, or so much only as the queue on
    /// the right lane takes.
    fn is_urgent(&self, me: &Vehicle, d: &Driver, here: &LaneChoice, (k, to): (usize, usize), cursor: &Cursor) -> bool {
        let best = (k as i32 + i32::from(here.offset)) as usize;
        let usable = here.reach + self.ring_bonus(me, k, to) - me.position;
        let needed = Self::horizon(me, d, here.offset > 0) * f32::from(here.offset.unsigned_abs());
        usable < needed || self.is_queued(me, best, cursor, usable - needed)
    }

    /// Whether the vehicles ahead on a lane and on those the route leads on to from it take more than `length` metres.
    fn is_queued(&self, me: &Vehicle, lane: usize, cursor: &Cursor, length: f32) -> bool {
        let mut left = length - cursor.taken.get(lane).copied().unwrap_or(0.0);
        let mut choice = &self.routes.row(me.row)[lane];
        let mut legs = self.routes.legs_from(me.path, me.leg + 1).take(QUEUED_LINKS);
        while left >= 0.0
            && let Some((lane, index)) = choice.onward()
            && let Some(choices) = legs.next()
        {
            left -= self.storage[lane.index()].taken;
            choice = &choices[index];
        }
        left < 0.0
    }

    /// The movement by which a vehicle's route leads on from a lane of one of its legs.
    fn onward(&self, me: &Vehicle, leg: u16, lane: LaneId) -> Option<MovementId> {
        self.routes.leg(me.path, leg)[self.scene.lanes[lane.index()].index as usize].movement.get()
    }

    /// Whether there is room on lane `to`; if not, asks those in the way for it.
    fn try_slot(&mut self, k: usize, to: usize, cursor: &Cursor, d: &Driver) -> bool {
        let me = self.lanes[k].vehicles[cursor.at[k]];
        let slot = self.slot(to, cursor.at[to], &me, d);
        let (ahead_free, behind_free) = self.is_clear(&slot, to, &me, d);
        // Who has to wait for its turn does not lose the gap meanwhile.
        let has_its_turn = self.has_its_turn(&me, k, to);
        if ahead_free && behind_free && has_its_turn {
            return true;
        }
        self.ask_for_room(k, to, cursor, &me, d, &slot, ahead_free, behind_free && has_its_turn);
        false
    }

    /// Adapts the speeds of those in the way of a change.
    #[allow(clippy::too_many_arguments, reason = "the situation, passed explicitly")]
    fn ask_for_room(
        &mut self,
        k: usize,
        to: usize,
        cursor: &Cursor,
        me: &Vehicle,
        d: &Driver,
        slot: &Slot,
        ahead_free: bool,
        behind_free: bool,
    ) {
        let limit = self.scene.lanes[self.first].limit;
        // Nobody falls behind for a gap while its rear is still in a junction: it would keep others from passing.
        if !ahead_free
            && me.back() >= 0.0
            && let Some(a) = slot.ahead
        {
            let here = &self.routes.row(me.row)[k];
            let advised = Self::behind_or_past(me, d, here, &a, d.desired(me.speed_factor, limit));
            let own = &mut self.lanes[k].vehicles[cursor.at[k]];
            own.advised = own.advised.at_most(advised);
        }
        // Whoever stands until the one beside it has driven on keeps the gap behind it open meanwhile: else the next one
        // closes up into it, and so on for ever.
        if behind_free && me.speed >= HALTING {
            return;
        }
        match slot.behind {
            Some((_, Behind::Here(i))) => {
                let way = self.way_ahead(k, cursor.at[k], me, d);
                self.ask_follower(to, i as usize, me, d, limit, way);
            }
            Some((b, Behind::Before(lane))) if me.speed < HALTING => {
                let beyond = b.distance - self.tails[lane.index()].head_to_end - d.min_gap - ROOM_TO_SPARE;
                self.begging.push(Begging { lane, beyond });
            }
            _ => {}
        }
    }

    /// The speed at which to fall in behind somebody on the right lane; infinite if there is time and way enough to
    /// change in front of it instead.
    fn behind_or_past(me: &Vehicle, d: &Driver, here: &LaneChoice, a: &Neighbour, v0: f32) -> f32 {
        let left = (here.reach - me.position).at_least(0.0);
        let lanes = f32::from(here.offset.unsigned_abs().max(1));
        let time = (left / me.lc_speed.at_least(HALTING) / lanes / URGENCY).at_least(d.dt);
        let safe = Self::needed(d, me.tau, a.speed, me.speed, d.decel);
        let distance = (a.distance + a.length + d.min_gap + me.length + safe).at_least(0.0);
        let faster = me.speed - a.speed;
        if faster > 0.0 && distance <= left - d.brake_gap(me.speed, d.decel) && distance <= faster * time {
            return f32::INFINITY;
        }
        let leader = Leader { gap: a.distance - d.min_gap, speed: a.speed, accel: a.accel, decel: a.decel };
        let target = d.follow(me.speed, v0, relaxed(me), &leader).at_least(0.0);
        let gentle = ((me.speed - target) / time).clamp(FALL_BEHIND.at_most(d.decel), d.decel);
        target.at_least(me.speed - gentle * d.dt)
    }

    /// Asks the nearest vehicle behind the slot for room. One that is alongside is asked only if the other can still
    /// get clear of it by driving on; if not, it had better pass, and the next one is asked.
    fn ask_follower(&mut self, to: usize, first: usize, me: &Vehicle, d: &Driver, limit: f32, way: f32) {
        let scene = self.scene;
        for other in self.lanes[to].vehicles[first..].iter_mut().take(MOST_ASKED) {
            let od = &scene.drivers[other.kind as usize];
            let distance = me.back() - other.position;
            if od.lc_cooperative <= 0.0 || Self::standing(od, other.speed) - distance > way {
                continue;
            }
            let leader =
                Leader { gap: distance - od.min_gap, speed: me.speed, accel: me.accel, decel: d.apparent_decel };
            let v0 = od.desired(other.speed_factor, limit);
            let slower = od.follow(other.speed, v0, relaxed(other), &leader).at_least(0.0);
            other.advised = other.advised.at_most(slower);
            return;
        }
    }

    /// How far a vehicle can still drive on its lane, m.
    fn way_ahead(&self, k: usize, at: usize, me: &Vehicle, d: &Driver) -> f32 {
        let settle = if d.ballistic() { 1.0 } else { 0.1 };
        // Beside the lane of its stop it gets no further than the stop.
        let end = self.scene.lanes[self.first + k].length.at_most(me.reach) - me.position - settle;
        match self.slot_ahead(k, at, me, d) {
            Some(leader) if leader.speed < 1.0 => end.at_most(leader.distance - d.min_gap),
            _ => end,
        }
    }
}

/// Whether a link's lanes are worth looking at: more than one that a car may use.
pub fn can_change(network: &Network, lanes: (u32, u32)) -> bool {
    (lanes.0..lanes.1)
        .filter(|&l| {
            let p = network.lane(LaneId(l)).permissions;
            p.allows(VehicleClass::Passenger) || p.allows(VehicleClass::Bus)
        })
        .count()
        > 1
}
