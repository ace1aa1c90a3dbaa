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

use super::apply::HALTING;
use super::plan::{RELAXATION, relaxed};
use super::routes::LaneChoice;
use super::scene::Scene;
use super::state::{LaneTraffic, Tail, Vehicle};
use crate::behaviour::following::krauss;
use crate::behaviour::{Driver, Leader};
use crate::network::{LaneId, Network, VehicleClass};

/// Time a driver looks ahead for a lane change, s.
const LOOK_AHEAD: f32 = 10.0;
/// Factor on it for changes to the left.
const LOOK_AHEAD_LEFT: f32 = 2.0;
/// Appetite at which a driver changes to the left.
const GAIN_LEFT: f32 = 0.2;
/// Appetite at which a driver changes to the right.
const GAIN_RIGHT: f32 = 2.0;
/// Speed below which gains are measured as if at it, m/s.
const GAIN_SPEED: f32 = 10.0;
/// Times that shape the appetite for the kerb lane, s.
const KEEP_RIGHT_TIME: f32 = 5.0;
const KEEP_RIGHT_ACCEPTANCE: f32 = 7.0;
/// Share of the look-ahead speed that is kept per second while driving slower.
const LOOK_AHEAD_MEMORY: f32 = 0.9;
/// A lane that leads on for less than this is not left the right one for, m.
const TURN_LANE: f32 = 200.0;
/// Shortest time over which a faster lane must lead on, s.
const GAIN_TIME: f32 = 20.0;
/// Above this limit nobody leaves a lane that leads on to the right: it may be an on-ramp, m/s.
const MOTORWAY: f32 = 80.0 / 3.6;
/// Links beyond the next junction on which queues count.
const QUEUED_LINKS: u16 = 7;
/// Distance behind a stop line over which movements from one lane have not parted, m: about a car's length.
const PARTING: f32 = 6.0;
/// How far behind drivers look before they change lanes, m: a town's vehicles can brake within it.
const LOOK_BACK: f32 = 60.0;
/// Gaps that helpers leave are exact up to this, m: one that creeps asks for a little more than it left.
const ROUNDING: f32 = 0.01;
/// Most vehicles looked at for one that can make room.
const MOST_ASKED: usize = 3;
/// Most lanes of a link that change; a wider link's further lanes do not.
const MOST_LANES: usize = 32;

/// The lanes of one link while changes are made.
pub struct LinkLanes<'a> {
    /// What does not change.
    pub scene: &'a Scene,
    /// Tails and heads of all lanes after moving.
    pub tails: &'a [Tail],
    /// Length of the vehicles on each lane and their standing gaps, m.
    pub taken: &'a [f32],
    /// The link's lanes.
    pub lanes: &'a mut [LaneTraffic],
    /// First of them.
    pub first: usize,
}

/// Somebody ahead or behind on a lane.
#[derive(Clone, Copy)]
struct Neighbour {
    /// Free distance between the bumpers, m.
    distance: f32,
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
}

/// A vehicle that thinks of changing, and its lane.
struct Thinker<'a> {
    me: Vehicle,
    d: &'a Driver,
    lane: usize,
    /// Its desired speed, m/s.
    v0: f32,
    choices: &'a [LaneChoice],
    /// Whoever is ahead on its lane.
    ahead: Option<Neighbour>,
}

/// Who would be ahead and behind on a lane.
struct Slot {
    ahead: Option<Neighbour>,
    behind: Option<(Neighbour, Option<u16>)>,
}

impl LinkLanes<'_> {
    /// Makes all changes of one step. Returns how many.
    pub fn change(&mut self) -> usize {
        let n = self.lanes.len().min(MOST_LANES);
        let mut cursor = Cursor { at: [0; MOST_LANES], taken: [0.0; MOST_LANES] };
        let mut changes = 0;
        loop {
            let mut front: Option<(usize, f32)> = None;
            for (k, &next) in cursor.at[..n].iter().enumerate() {
                if let Some(v) = self.lanes[k].vehicles.get(next)
                    && front.is_none_or(|(_, p)| v.position > p)
                {
                    front = Some((k, v.position));
                }
            }
            let Some((k, _)) = front else { return changes };
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
            cursor.taken[to] += done.length + self.scene.drivers[done.kind as usize].min_gap;
            cursor.at[to] += 1;
        }
    }

    /// The vehicle on its new lane.
    fn moved(&self, mut v: Vehicle, to: usize) -> Vehicle {
        let choice = &self.scene.routes.leg(v.path, v.leg)[to];
        (v.next, v.offset, v.reach) = (choice.movement, choice.offset, choice.reach);
        (v.lc_gain, v.lc_keep, v.lc_speed) = (0.0, 0.0, 0.0);
        if v.back() < 0.0 && !v.came_from.is_none() {
            // Without such a lane its rear stays where it is, see `Traffic::askew`.
            v.came_from = self.beside(v.came_from, to).unwrap_or(v.came_from);
        }
        if self.scene.drivers[v.kind as usize].ballistic() {
            v.relax = RELAXATION;
        }
        v
    }

    /// The lane beside `from` that leads to lane `to`.
    fn beside(&self, from: LaneId, to: usize) -> Option<LaneId> {
        let network = &self.scene.network;
        let link = network.lane(from).link;
        let mut before = network.lanes[self.first + to].incoming.iter().map(|&m| network.movement(m).from);
        before.find(|&lane| network.lane(lane).link == link)
    }

    /// The lane to change to, if any.
    fn decide(&mut self, k: usize, cursor: &Cursor, n: usize) -> Option<usize> {
        let scene = self.scene;
        let own = &mut self.lanes[k].vehicles[cursor.at[k]];
        // How far a driver looks ahead follows its speed at once upwards and slowly downwards.
        let memory = 1.0 - (1.0 - LOOK_AHEAD_MEMORY) * scene.dt;
        own.lc_speed = own.speed.max(memory * own.lc_speed + (1.0 - memory) * own.speed);
        let me = *own;
        let d = &scene.drivers[me.kind as usize];
        let choices = scene.routes.leg(me.path, me.leg);
        let offset = choices[k].offset;
        if offset != 0 {
            let to = if offset > 0 { k + 1 } else { k.wrapping_sub(1) };
            if to < n && choices[to].allowed && self.is_urgent(&me, d, k, cursor) {
                return self.try_slot(k, to, cursor, &me, d).then_some(to);
            }
        }
        let v0 = d.desired(me.speed_factor, scene.lanes[self.first + k].limit);
        let ahead = self.slot_ahead(k, cursor.at[k], &me, d);
        self.tactical(&Thinker { me, d, lane: k, v0, choices, ahead }, cursor, n)
    }

    /// Distance over which a change is thought of, m.
    fn horizon(me: &Vehicle, d: &Driver, left: bool) -> f32 {
        let time = LOOK_AHEAD * d.lc_strategic * if left { LOOK_AHEAD_LEFT } else { 1.0 };
        me.lc_speed * time + 2.0 * (me.length + d.min_gap)
    }

    /// Whether a change for the route can wait no longer: not much of the lane is left, or so much only as the queue on
    /// the right lane takes.
    fn is_urgent(&self, me: &Vehicle, d: &Driver, k: usize, cursor: &Cursor) -> bool {
        let here = &self.scene.routes.leg(me.path, me.leg)[k];
        let best = (k as i32 + i32::from(here.offset)) as usize;
        let usable = here.reach - me.position;
        let needed = Self::horizon(me, d, here.offset > 0) * f32::from(here.offset.unsigned_abs());
        usable < needed || usable - self.queued(me, best, cursor) < needed
    }

    /// Length of the vehicles ahead on a lane and on those the route leads on to from it, m.
    fn queued(&self, me: &Vehicle, lane: usize, cursor: &Cursor) -> f32 {
        let scene = self.scene;
        let mut taken = cursor.taken.get(lane).copied().unwrap_or(0.0);
        let mut choice = scene.routes.leg(me.path, me.leg).get(lane);
        let legs = scene.routes.legs(me.path);
        for leg in me.leg + 1..legs.min(me.leg + 1 + QUEUED_LINKS) {
            let Some(m) = choice.and_then(|c| c.movement.get()) else { break };
            let next = scene.moves[m.index()].to;
            taken += self.taken[next.index()];
            choice = scene.routes.leg(me.path, leg).get(scene.lanes[next.index()].index as usize);
        }
        taken
    }

    /// Whether there is room on lane `to`; if not, asks those in the way for it.
    fn try_slot(&mut self, k: usize, to: usize, cursor: &Cursor, me: &Vehicle, d: &Driver) -> bool {
        let slot = self.slot(to, cursor.at[to], me, d);
        let (ahead_free, behind_free) = self.is_clear(&slot, to, me, d);
        if ahead_free && behind_free {
            return true;
        }
        self.ask_for_room(k, to, cursor, me, d, &slot, ahead_free, behind_free);
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
        let v0 = d.desired(me.speed_factor, limit);
        let own = &mut self.lanes[k].vehicles[cursor.at[k]];
        if !ahead_free && let Some(a) = slot.ahead {
            let leader = Leader { gap: a.distance - d.min_gap, speed: a.speed, accel: a.accel, decel: a.decel };
            own.advised = own.advised.min(d.follow(me.speed, v0, relaxed(me), &leader).max(0.0));
        }
        if !behind_free && let Some((_, Some(i))) = slot.behind {
            let way = self.way_ahead(k, cursor.at[k], me, d);
            self.ask_follower(to, i as usize, me, d, limit, way);
        }
    }

    /// Asks the nearest vehicle behind the slot for room. One that is alongside is asked only if the other can still
    /// get clear of it by driving on; if not, it had better pass, and the next one is asked.
    fn ask_follower(&mut self, to: usize, first: usize, me: &Vehicle, d: &Driver, limit: f32, way: f32) {
        let scene = self.scene;
        for other in self.lanes[to].vehicles[first..].iter_mut().take(MOST_ASKED) {
            let od = &scene.drivers[other.kind as usize];
            let distance = me.back() - other.position;
            if od.lc_cooperative <= 0.0 || od.min_gap - distance > way {
                continue;
            }
            let leader =
                Leader { gap: distance - od.min_gap, speed: me.speed, accel: me.accel, decel: d.apparent_decel };
            let v0 = od.desired(other.speed_factor, limit);
            let slower = od.follow(other.speed, v0, relaxed(other), &leader).max(0.0);
            other.advised = other.advised.min(slower);
            return;
        }
    }

    /// How far a vehicle can still drive on its lane, m.
    fn way_ahead(&self, k: usize, at: usize, me: &Vehicle, d: &Driver) -> f32 {
        let settle = if d.ballistic() { 1.0 } else { 0.1 };
        let end = self.scene.lanes[self.first + k].length - me.position - settle;
        match at.checked_sub(1).map(|i| &self.lanes[k].vehicles[i]) {
            Some(leader) if leader.speed < 1.0 => end.min(leader.back() - me.position - d.min_gap),
            _ => end,
        }
    }

    /// Who would be ahead and behind on a lane whose next unprocessed vehicle is `at`.
    fn slot(&self, lane: usize, at: usize, me: &Vehicle, d: &Driver) -> Slot {
        let vehicles = &self.lanes[lane].vehicles;
        let ahead = self.slot_ahead(lane, at, me, d);
        let behind = match vehicles.get(at) {
            Some(v) => Some((
                Neighbour {
                    distance: me.back() - v.position,
                    speed: v.speed,
                    accel: v.accel,
                    decel: self.scene.drivers[v.kind as usize].decel,
                },
                Some(at as u16),
            )),
            None => self.upstream(lane, me).map(|n| (n, None)),
        };
        Slot { ahead, behind }
    }

    /// The last vehicle on the lanes beyond the end of a lane, as the route goes on from it.
    fn beyond(&self, lane: usize, me: &Vehicle, d: &Driver) -> Option<Neighbour> {
        let scene = self.scene;
        let mut distance = scene.lanes[self.first + lane].length - me.position;
        let neighbour = |distance: f32, tail: &Tail| Neighbour {
            distance: distance + tail.back,
            speed: tail.speed,
            accel: tail.accel,
            decel: tail.decel,
        };
        // Whoever has left the lane for another movement is in the way until the ways have parted.
        let parting = scene
            .network
            .movements_of(LaneId::new(self.first + lane))
            .map(|m| &self.tails[scene.moves[m.index()].next.index()])
            .filter(|t| t.back < PARTING)
            .map(|t| neighbour(distance, t))
            .min_by(|a, b| a.distance.total_cmp(&b.distance));
        if distance > me.speed * LOOK_AHEAD + d.min_gap {
            return parting;
        }
        let Some(mut m) = scene.routes.leg(me.path, me.leg)[lane].movement.get() else { return parting };
        for _ in 0..3 {
            let next = scene.moves[m.index()].next;
            let tail = &self.tails[next.index()];
            if tail.exists() {
                let own = neighbour(distance, tail);
                return Some(parting.filter(|p| p.distance < own.distance).unwrap_or(own));
            }
            let facts = &scene.lanes[next.index()];
            if !facts.internal {
                break;
            }
            distance += facts.length;
            m = facts.exit;
        }
        parting
    }

    /// The nearest vehicle that comes to the start of a lane.
    fn upstream(&self, lane: usize, me: &Vehicle) -> Option<Neighbour> {
        self.coming(LaneId::new(self.first + lane), me.back())
    }

    /// The nearest vehicle that comes to the start of a lane, which lies `distance` behind a rear.
    fn coming(&self, lane: LaneId, distance: f32) -> Option<Neighbour> {
        let network = &self.scene.network;
        let before = network.lane(lane).incoming.iter().map(|&m| network.movement(m).from);
        before
            .filter_map(|from| {
                let t = &self.tails[from.index()];
                if t.exists() {
                    let distance = distance + t.head_to_end;
                    return Some(Neighbour { distance, speed: t.head_speed, accel: 0.0, decel: t.decel });
                }
                let distance = distance + self.scene.lanes[from.index()].length;
                if distance < LOOK_BACK { self.coming(from, distance) } else { None }
            })
            .min_by(|a, b| a.distance.total_cmp(&b.distance))
    }

    /// Distance a follower needs to a leader, bumper to bumper, to be safe without more than comfortable braking.
    fn needed(follower: &Driver, tau: f32, v: f32, leader_speed: f32, leader_decel: f32) -> f32 {
        let tau = if follower.ballistic() { tau.min(0.56) } else { tau };
        let own = follower.brake_gap(v, follower.decel) + v * tau;
        let other = follower.brake_gap(leader_speed, leader_decel.max(follower.decel));
        // Continuous models settle a little short of or beyond their standing gap: at a crawl half of it will do.
        let standing = if follower.ballistic() && v < 1.0 { 0.5 * follower.min_gap } else { follower.min_gap };
        standing + ((own - other) / follower.lc_assertive).max(0.0)
    }

    fn is_clear_ahead(&self, me: &Vehicle, d: &Driver, a: &Neighbour) -> bool {
        a.distance + ROUNDING >= Self::needed(d, me.tau, me.speed, a.speed, a.decel)
    }

    fn is_clear_behind(&self, me: &Vehicle, d: &Driver, b: &Neighbour, to: usize, i: Option<u16>) -> bool {
        let (follower, tau) = match i {
            Some(i) => {
                let v = &self.lanes[to].vehicles[i as usize];
                (&self.scene.drivers[v.kind as usize], v.tau)
            }
            None => (d, me.tau),
        };
        b.distance + ROUNDING >= Self::needed(follower, tau, b.speed, me.speed, d.apparent_decel)
    }

    /// Changes for speed, or back to the kerb: first the lane to the right is looked at, then the one to the left.
    fn tactical(&mut self, t: &Thinker<'_>, cursor: &Cursor, n: usize) -> Option<usize> {
        let (mut gain, mut keep) = (t.me.lc_gain, t.me.lc_keep);
        let mut target = None;
        if let Some(to) = t.lane.checked_sub(1)
            && self.is_worth_a_look(t, to, cursor)
        {
            target = self.look_right(t, to, cursor, &mut gain, &mut keep);
        }
        let to = t.lane + 1;
        if target.is_none() && to < n && self.is_worth_a_look(t, to, cursor) {
            target = self.look_left(t, to, cursor, &mut gain);
        }
        let own = &mut self.lanes[t.lane].vehicles[cursor.at[t.lane]];
        (own.lc_gain, own.lc_keep) = (gain, keep);
        target
    }

    /// Weighs the lane to the right.
    fn look_right(&self, t: &Thinker<'_>, to: usize, cursor: &Cursor, gain: &mut f32, keep: &mut f32) -> Option<usize> {
        let there = &t.choices[to];
        let leader = self.slot_ahead(to, cursor.at[to], &t.me, t.d);
        let (own, other) = self.expected(t, there, leader);
        let advantage = (other - own) / other.max(GAIN_SPEED);
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
        (wants && self.fits(to, cursor, &t.me, t.d)).then_some(to)
    }

    /// Weighs the lane to the left.
    fn look_left(&self, t: &Thinker<'_>, to: usize, cursor: &Cursor, gain: &mut f32) -> Option<usize> {
        let there = &t.choices[to];
        let leader = self.slot_ahead(to, cursor.at[to], &t.me, t.d);
        let (own, other) = self.expected(t, there, leader);
        if own < other {
            *gain += t.d.dt * (other - own) / other.max(GAIN_SPEED);
        } else if *gain > 0.0 {
            *gain *= if own > other { self.scene.forgetting } else { self.scene.evening };
        }
        let faster = *gain * t.d.lc_speed_gain > GAIN_LEFT && other > own + 0.001;
        let wants = (faster && there.reach > GAIN_TIME * t.me.speed)
            || (t.choices[t.lane].offset > 0 && other >= own && *gain > 0.0);
        (wants && self.fits(to, cursor, &t.me, t.d)).then_some(to)
    }

    /// Whether a neighbouring lane may be used and leads on far enough for one to come back in time.
    fn is_worth_a_look(&self, t: &Thinker<'_>, to: usize, cursor: &Cursor) -> bool {
        let (here, there) = (&t.choices[t.lane], &t.choices[to]);
        if !there.allowed {
            return false;
        }
        let side = if to > t.lane { 1 } else { -1 };
        if here.offset == 0 && there.offset == 0 {
            return true;
        }
        if i32::from(here.offset) * side <= 0 {
            // Away from the lane the route goes on from.
            let lanes = f32::from(here.offset.unsigned_abs()) + 2.0;
            let needed = Self::horizon(&t.me, t.d, side > 0) * lanes;
            let place = there.reach - t.me.position;
            if place < needed {
                return false;
            }
            let queue = self.queued(&t.me, to, cursor).max(self.queued(&t.me, t.lane, cursor));
            if place - queue < needed {
                return false;
            }
        }
        if here.offset == 0 {
            let ramp = side < 0 && self.scene.lanes[self.first].limit > MOTORWAY && t.me.lc_speed > HALTING;
            return !ramp && (there.reach >= TURN_LANE || self.is_dead_end(&t.me, to));
        }
        true
    }

    /// Whether a lane ends without leading anywhere.
    fn is_dead_end(&self, me: &Vehicle, lane: usize) -> bool {
        let scene = self.scene;
        let mut here = LaneId::new(self.first + lane);
        for leg in me.leg..scene.routes.legs(me.path) {
            let choice = &scene.routes.leg(me.path, leg)[scene.lanes[here.index()].index as usize];
            let Some(m) = choice.movement.get() else { break };
            here = scene.moves[m.index()].to;
        }
        scene.network.movements_of(here).next().is_none()
    }

    /// The speeds a driver expects on its own lane and on the one beside it. While somebody ahead accelerates, only
    /// what the next second brings counts.
    fn expected(&self, t: &Thinker<'_>, there: &LaneChoice, leader: Option<Neighbour>) -> (f32, f32) {
        let starting = [t.ahead, leader].iter().flatten().any(|a| a.accel > 0.0);
        let most = if starting { t.me.speed + t.d.accel * t.d.dt } else { f32::INFINITY };
        let speed = |ahead: Option<Neighbour>, reach: f32| {
            let room = match ahead {
                Some(a) => a.distance - t.d.min_gap + krauss::brake_gap(a.speed, a.decel.max(t.d.decel), t.d.dt),
                None => reach,
            };
            krauss::stop_speed(room, t.d.decel, t.me.tau, t.d.dt).min(most).min(t.v0)
        };
        (speed(t.ahead, t.choices[t.lane].reach), speed(leader, there.reach))
    }

    /// Whoever would be ahead on a lane.
    fn slot_ahead(&self, lane: usize, at: usize, me: &Vehicle, d: &Driver) -> Option<Neighbour> {
        match at.checked_sub(1).map(|i| &self.lanes[lane].vehicles[i]) {
            Some(v) => Some(Neighbour {
                distance: v.back() - me.position,
                speed: v.speed,
                accel: v.accel,
                decel: self.scene.drivers[v.kind as usize].apparent_decel,
            }),
            None => self.beyond(lane, me, d),
        }
    }

    /// Growth of the appetite for the kerb lane, per second.
    fn keep_right(&self, t: &Thinker<'_>, there: &LaneChoice, ahead: Option<Neighbour>) -> f32 {
        let limit = self.scene.lanes[self.first + t.lane].limit;
        let acceptance = KEEP_RIGHT_ACCEPTANCE * t.v0 * t.me.speed.max(1.0) / limit;
        let mut room = (there.reach - t.d.brake_gap(t.v0, t.d.decel)).max(0.0);
        let mut seconds = acceptance.min(room / t.v0);
        if let Some(a) = ahead
            && a.speed < t.v0
        {
            let secure = Self::needed(t.d, t.me.tau, t.v0, a.speed, a.decel);
            room = room.min(a.distance - secure).max(0.0);
            seconds = seconds.min(room / (t.v0 - a.speed));
        }
        GAIN_RIGHT * (seconds / acceptance) / KEEP_RIGHT_TIME
    }

    /// Whether there is room on a lane.
    fn fits(&self, to: usize, cursor: &Cursor, me: &Vehicle, d: &Driver) -> bool {
        self.is_clear(&self.slot(to, cursor.at[to], me, d), to, me, d) == (true, true)
    }

    /// Whether there is room ahead and behind in a slot on lane `to`.
    fn is_clear(&self, slot: &Slot, to: usize, me: &Vehicle, d: &Driver) -> (bool, bool) {
        (
            slot.ahead.is_none_or(|a| self.is_clear_ahead(me, d, &a)),
            slot.behind.is_none_or(|(b, i)| self.is_clear_behind(me, d, &b, to, i)),
        )
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
