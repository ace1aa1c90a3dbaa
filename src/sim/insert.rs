//! Inserting departures: a vehicle enters when there is room, and waits in line at its link until then.

use std::cell::OnceCell;
use std::collections::VecDeque;

use bevy::ecs::prelude::Resource;
use intergreen_control::{Lamp, Millis};
use serde::{Deserialize, Serialize};

use super::lane_change::LOOK_BACK;
use super::routes::{LaneChoice, RouteTable};
use super::scene::{LaneFacts, MoveFacts, Scene};
use super::state::{Flags, LaneTraffic, Tail, Traffic, Vehicle};
use crate::behaviour::{Driver, Leader};
use crate::demand::{ArrivalPosition, DepartLane, DepartPosition, DepartSpeed, Departure, VehicleId};
use crate::network::{LaneId, LinkId, MovementId};
use crate::random::{Purpose, normal, uniform};

/// Slack between a rear bumper and the start of the lane, m (SUMO: POSITION_EPS).
const BASE_SLACK: f32 = 0.1;
/// How many of those in line are tried in a step: whoever wants a lane that is free need not wait for those who want
/// others (SUMO tries everybody).
const TRIES: usize = 200;
/// How many random places are tried before any free one is taken (SUMO: random_free).
const RANDOM_TRIES: u64 = 10;

/// A vehicle that waits for a gap.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct InLine {
    /// Who.
    pub id: VehicleId,
    /// The path it will take.
    pub path: u32,
    /// When it last looked for its way.
    pub routed: Option<Millis>,
}

/// Departures that wait for their time or for a gap.
#[derive(Resource, Clone, Debug, Default)]
pub struct Waiting {
    /// The next departure whose time has not come.
    pub next: usize,
    /// Vehicles in line, by link.
    pub lines: Vec<VecDeque<InLine>>,
    /// Links with a line, in id order.
    pub busy: Vec<u32>,
    /// Vehicles in line altogether.
    pub count: usize,
}

impl Waiting {
    /// Nobody yet, for a number of links.
    pub fn new(links: usize) -> Self {
        Self { lines: vec![VecDeque::new(); links], ..Self::default() }
    }

    /// Puts everybody in line whose time has come by `now`, on the path that `path` gives.
    pub fn line_up(&mut self, scene: &Scene, now: Millis, mut path: impl FnMut(VehicleId) -> (u32, LinkId)) {
        while let Some(&id) = scene.order.get(self.next)
            && scene.departures[id.index()].depart <= now
        {
            let (path, link) = path(id);
            let line = &mut self.lines[link.index()];
            if line.is_empty()
                && let Err(place) = self.busy.binary_search(&link.0)
            {
                self.busy.insert(place, link.0);
            }
            line.push_back(InLine { id, path, routed: None });
            self.next += 1;
            self.count += 1;
        }
    }

    /// Those who may try to enter in this step, each with its link.
    pub fn in_front(&self) -> impl Iterator<Item = (LinkId, &InLine)> {
        self.busy.iter().flat_map(|&l| self.lines[l as usize].iter().take(TRIES).map(move |entry| (LinkId(l), entry)))
    }

    /// Notes that a vehicle in line on `link` looked for its way, and which path it takes if it found one.
    pub fn set_path(&mut self, link: LinkId, id: VehicleId, path: Option<u32>, now: Millis) {
        if let Some(entry) = self.lines[link.index()].iter_mut().find(|entry| entry.id == id) {
            entry.path = path.unwrap_or(entry.path);
            entry.routed = Some(now);
        }
    }

    /// Lets in who fits. Returns who was let in.
    pub fn insert(
        &mut self,
        scene: &Scene,
        routes: &RouteTable,
        traffic: &mut Traffic,
        lamps: &[Lamp],
        now: Millis,
        entered: &mut Vec<(VehicleId, LaneId)>,
    ) {
        for i in 0..self.busy.len() {
            self.insert_on(scene, routes, traffic, lamps, (self.busy[i], now), entered);
        }
        let lines = &self.lines;
        self.busy.retain(|&l| !lines[l as usize].is_empty());
    }

    /// Lets in who fits on one link.
    fn insert_on(
        &mut self,
        scene: &Scene,
        routes: &RouteTable,
        traffic: &mut Traffic,
        lamps: &[Lamp],
        (link, now): (u32, Millis),
        entered: &mut Vec<(VehicleId, LaneId)>,
    ) {
        let line = &mut self.lines[link as usize];
        let mut full: u64 = 0;
        let all = u64::MAX >> (64 - scene.network.lanes_of(LinkId(link)).count().clamp(1, 64));
        let (mut i, mut tries) = (0, 0);
        while i < line.len() && tries < TRIES && full != all {
            let InLine { id, path, .. } = line[i];
            if routes.blocked_leg(path).is_some() {
                // Its way is closed.
                i += 1;
                continue;
            }
            let candidate = Candidate::new(scene, routes, id, path, now);
            let Some(k) = candidate.lane(traffic) else {
                // No lane it may use: it waits for ever, and keeps nobody else out.
                i += 1;
                continue;
            };
            tries += 1;
            if full & (1 << (k & 63)) == 0
                && let Some(vehicle) = candidate.fit(traffic, lamps, k)
            {
                let lane = candidate.first_lane + k;
                place(&mut traffic.lanes[lane], vehicle);
                traffic.renew_tail(scene, lane);
                entered.push((id, LaneId::new(lane)));
                line.remove(i);
                self.count -= 1;
            } else {
                full |= 1 << (k & 63);
                i += 1;
            }
        }
    }
}

/// Puts a vehicle at its place in a lane.
pub(super) fn place(lane: &mut LaneTraffic, vehicle: Vehicle) {
    let at = lane.vehicles.partition_point(|v| v.position >= vehicle.position);
    lane.vehicles.insert(at, vehicle);
}

/// A vehicle that wants to enter.
struct Candidate<'a> {
    scene: &'a Scene,
    routes: &'a RouteTable,
    departure: &'a Departure,
    driver: &'a Driver,
    id: VehicleId,
    choices: &'a [LaneChoice],
    first_lane: usize,
    path: u32,
    /// Drawn when it is needed: of a long line most only look for a lane.
    speed_factor: OnceCell<f32>,
    /// What it draws is drawn anew every time it tries.
    now: Millis,
}

impl<'a> Candidate<'a> {
    fn new(scene: &'a Scene, routes: &'a RouteTable, id: VehicleId, path: u32, now: Millis) -> Self {
        let departure = &scene.departures[id.index()];
        let link = routes.links(path)[0];
        Self {
            scene,
            routes,
            departure,
            driver: &scene.drivers[departure.kind.index()],
            id,
            choices: routes.leg(path, 0),
            first_lane: scene.network.link(link).lanes.start as usize,
            path,
            speed_factor: OnceCell::new(),
            now,
        }
    }

    /// Its desired speed / speed limit.
    fn speed_factor(&self) -> f32 {
        *self.speed_factor.get_or_init(|| self.scene.speed_factor(self.id))
    }

    /// A random number of this vehicle now.
    fn random(&self, counter: u64) -> f32 {
        let counter = self.now.0.cast_unsigned() << 8 | counter;
        uniform(self.scene.setup.seed, self.departure.key, Purpose::Depart, counter)
    }

    /// The lane it enters on, if there is one it may use.
    fn lane(&self, traffic: &Traffic) -> Option<usize> {
        let allowed: Vec<usize> = (0..self.choices.len()).filter(|&k| self.choices[k].allowed).collect();
        // Where the last vehicle is furthest ahead, or there is none; of equals the first from the kerb (SUMO).
        let place = |k: usize| traffic.lanes[self.first_lane + k].vehicles.last().map_or(f32::MAX, |v| v.position);
        let free = |lanes: &[usize]| lanes.iter().rev().copied().max_by(|&a, &b| place(a).total_cmp(&place(b)));
        match self.departure.manner.depart_lane {
            DepartLane::First => allowed.first().copied(),
            // A lane that does not exist is never entered: demand is checked for it.
            DepartLane::Index(k)
                if usize::from(k) < self.choices.len()
                    && self.scene.closures.is_closed(LaneId::new(self.first_lane + usize::from(k))) =>
            {
                allowed.into_iter().min_by_key(|a| a.abs_diff(usize::from(k)))
            }
            DepartLane::Index(k) => allowed.into_iter().find(|&a| a == k as usize),
            DepartLane::Random => {
                let n = allowed.len();
                allowed.get((self.random(0) * n as f32) as usize).copied()
            }
            DepartLane::Free => free(&allowed),
            DepartLane::Allowed => {
                let leads_on = |k: &usize| !self.choices[*k].movement.is_none();
                let on: Vec<usize> = allowed.iter().copied().filter(leads_on).collect();
                free(if on.is_empty() { &allowed } else { &on })
            }
            DepartLane::Best => {
                let best: Vec<usize> = allowed.iter().copied().filter(|&k| self.choices[k].offset == 0).collect();
                free(&best)
            }
        }
    }

    /// The vehicle on lane `k`, if there is room for it.
    fn fit(&self, traffic: &Traffic, lamps: &[Lamp], k: usize) -> Option<Vehicle> {
        let lane = self.first_lane + k;
        let facts = &self.scene.lanes[lane];
        let d = self.driver;
        let first_stop = self.first_stop(lane);
        let base = (d.length + BASE_SLACK).min(facts.length).min(first_stop.unwrap_or(f32::INFINITY));
        let vehicles = &traffic.lanes[lane].vehicles;
        let random = |counter| facts.length * self.random(counter);
        let place = match self.departure.manner.depart_position {
            DepartPosition::Base => base,
            DepartPosition::Stop => first_stop.unwrap_or(base),
            DepartPosition::At(x) if x >= 0.0 => x.min(facts.length),
            DepartPosition::At(x) => (facts.length + x).max(0.0),
            DepartPosition::Random => random(1),
            DepartPosition::Last => {
                vehicles.last().map_or(facts.length, |v| v.back() - d.min_gap).clamp(0.0, facts.length)
            }
            DepartPosition::Free => return self.fit_free(traffic, lamps, k),
            DepartPosition::RandomFree => {
                let mut tries = (0..RANDOM_TRIES).map(|i| random(16 + i));
                let found = tries.find_map(|place| self.fit_at(traffic, lamps, k, place));
                return found.or_else(|| self.fit_free(traffic, lamps, k));
            }
        };
        self.fit_at(traffic, lamps, k, place)
    }

    /// Its speed limit on a lane, m/s.
    fn limit(&self, lane: &LaneFacts) -> f32 {
        self.scene.limit(lane, self.departure.kind.index())
    }

    /// The vehicle on lane `k` at its start, or else in the first gap from there that is wide enough.
    fn fit_free(&self, traffic: &Traffic, lamps: &[Lamp], k: usize) -> Option<Vehicle> {
        let (facts, d) = (&self.scene.lanes[self.first_lane + k], self.driver);
        let found = self.fit_at(traffic, lamps, k, 0.0);
        if found.is_some() {
            return found;
        }
        let v0 = d.desired(self.speed_factor(), self.limit(facts));
        let secure = |d: &Driver, v: f32, leader: f32, tau: f32| {
            d.min_gap + (d.brake_gap(v, d.decel) + v * tau - d.brake_gap(leader, d.decel)).max(0.0)
        };
        let vehicles = &traffic.lanes[self.first_lane + k].vehicles;
        (0..vehicles.len()).rev().find_map(|i| {
            let follower = &vehicles[i];
            let leader = i.checked_sub(1).map(|i| &vehicles[i]);
            let speed = leader.map_or(v0, |l| l.speed.min(v0));
            let most =
                leader.map_or(facts.length, |l| l.back() - secure(d, speed, l.speed, self.scene.headway(self.id)));
            let fd = &self.scene.drivers[follower.kind as usize];
            let least = follower.position + secure(fd, follower.speed, speed, follower.tau) + d.length + BASE_SLACK;
            if least < most { self.fit_at(traffic, lamps, k, least) } else { None }
        })
    }

    /// The vehicle on lane `k` at a place, if there is room for it.
    fn fit_at(&self, traffic: &Traffic, lamps: &[Lamp], k: usize, position: f32) -> Option<Vehicle> {
        let lane = self.first_lane + k;
        let facts = &self.scene.lanes[lane];
        let d = self.driver;
        let vehicles = &traffic.lanes[lane].vehicles;
        // On the end of the lane it would have passed the line.
        let position = position.min((facts.length - BASE_SLACK).max(0.5 * facts.length));
        let v0 = d.desired(self.speed_factor(), self.limit(facts));
        let at = vehicles.partition_point(|v| v.position >= position);
        let safe = self.safe_speed(traffic, lamps, vehicles.get(at.wrapping_sub(1)), lane, position, v0)?;
        let mean = || vehicles.iter().map(|v| v.speed).sum::<f32>() / vehicles.len().max(1) as f32;
        let wanted = match self.departure.manner.depart_speed {
            DepartSpeed::Exactly(v) => v.min(d.max_speed),
            DepartSpeed::Max => safe.min(v0),
            DepartSpeed::Desired => v0,
            DepartSpeed::Limit => self.limit(facts).min(d.max_speed),
            DepartSpeed::Random => (v0 * self.random(2)).min(safe),
            // As fast as others there, and not before that is safe (SUMO).
            DepartSpeed::Last => vehicles.last().map_or(safe, |v| v.speed).min(v0),
            DepartSpeed::Average => if vehicles.is_empty() { safe } else { mean() }.min(v0),
        };
        let wanted = match self.departure.manner.depart_speed {
            DepartSpeed::Exactly(_) => wanted,
            _ => wanted.min(self.speed_for_the_way(lane, position, wanted)),
        };
        if wanted > safe + 0.001 || !self.is_clear_behind(traffic, vehicles.get(at), lane, position, wanted) {
            return None;
        }
        Some(self.vehicle(k, position, wanted))
    }

    /// The highest speed at which it can still slow down for what is behind the end of a lane: a lower limit, or a line
    /// without a lamp at which it gives way.
    fn speed_for_the_way(&self, lane: usize, position: f32, speed: f32) -> f32 {
        let (scene, d) = (self.scene, self.driver);
        let Some(id) = self.choices[lane - self.first_lane].movement.get() else { return f32::INFINITY };
        let (m, to_end) = (&scene.moves[id.index()], scene.lanes[lane].length - position);
        let limit = scene.limit(&scene.lanes[m.next.index()], self.departure.kind.index());
        let beyond = d.desired(self.speed_factor(), limit);
        let slow = if beyond < speed { d.slow(speed, to_end, beyond) } else { f32::INFINITY };
        let gives_way = m.lamp == u32::MAX && m.yields.0 < m.yields.1;
        if gives_way { slow.min(d.stoppable(to_end)) } else { slow }
    }

    /// What it has to do on its way.
    fn flags(&self, path: u32) -> u8 {
        let stop = if self.routes.stop(path).is_some() { Flags::STOP_AHEAD } else { 0 };
        stop | if self.departure.manner.arrival_speed.is_some() { Flags::SLOW_ARRIVAL } else { 0 }
    }

    /// Where on `lane` it stops first, if that is on its first link.
    fn first_stop(&self, lane: usize) -> Option<f32> {
        let next = self.routes.stop(self.path).filter(|n| n.leg == 0)?;
        (next.stop.lane.index() == lane).then_some(next.stop.end)
    }

    /// Its path from `position` on its first link: stops before that are not made.
    fn path_from(&self, position: f32) -> u32 {
        let routes = self.routes;
        let passed = |p: &u32| routes.stop(*p).is_some_and(|n| n.leg == 0 && n.stop.end < position);
        (self.path..).find(|p| !passed(p)).unwrap_or(self.path)
    }

    /// The greatest speed at which it may enter behind the vehicle ahead; none if there is no room at all.
    fn safe_speed(
        &self,
        traffic: &Traffic,
        lamps: &[Lamp],
        ahead: Option<&Vehicle>,
        lane: usize,
        position: f32,
        v0: f32,
    ) -> Option<f32> {
        let d = self.driver;
        let (distance, speed, accel, decel) = match ahead {
            Some(v) => {
                let decel = self.scene.drivers[v.kind as usize].apparent_decel;
                (v.back() - position, v.speed, v.accel, decel)
            }
            None => match self.beyond(traffic, lamps, lane, position) {
                Some(found) => found,
                None => return Some(v0.max(d.max_speed)),
            },
        };
        if distance < d.min_gap {
            return None;
        }
        let leader = Leader { gap: distance - d.min_gap, speed, accel, decel };
        Some(d.entering(self.scene.headway(self.id), &leader))
    }

    /// What is ahead beyond the end of the lane, as distance, speed, acceleration and expected deceleration: a red or
    /// yellow lamp, the last vehicle of the lanes behind it, or one that left the lane another way and still reaches
    /// back onto it.
    fn beyond(&self, traffic: &Traffic, lamps: &[Lamp], lane: usize, position: f32) -> Option<(f32, f32, f32, f32)> {
        let scene = self.scene;
        let to_end = scene.lanes[lane].length - position;
        let of = |(beyond, t): (f32, &Tail)| (to_end + beyond, t.speed, t.accel, t.decel);
        let next = self.choices[lane - self.first_lane].movement.get().map(|m| &scene.moves[m.index()]);
        let closed = next.is_some_and(|m| m.lamp != u32::MAX && !lamps[m.lamp as usize].is_green());
        // At a closed line it enters as if somebody stood there with the front gap to spare.
        let line = (to_end + self.driver.min_gap, 0.0, 0.0, self.driver.decel);
        let way = if closed { Some(line) } else { next.and_then(|m| self.last_beyond(traffic, m)).map(of) };
        let mut nearest: Option<(f32, f32, f32, f32)> = None;
        let mut consider = |found: (f32, f32, f32, f32)| {
            nearest = Some(nearest.filter(|n| n.0 <= found.0).unwrap_or(found));
        };
        traffic.each_rear_over(scene, LaneId::new(lane), |beyond, t| consider(of((beyond, t))));
        way.into_iter().for_each(&mut consider);
        nearest
    }

    /// The last vehicle on the lanes of a movement, and where its rear is beyond the line.
    fn last_beyond<'t>(&self, traffic: &'t Traffic, mut m: &'a MoveFacts) -> Option<(f32, &'t Tail)> {
        let mut distance = 0.0;
        for _ in 0..4 {
            let (t, facts) = (&traffic.tails[m.next.index()], &self.scene.lanes[m.next.index()]);
            if t.exists() {
                return Some((distance + t.back, t));
            }
            if !facts.internal {
                return None;
            }
            distance += facts.length;
            m = &self.scene.moves[facts.exit.index()];
        }
        None
    }

    /// Whether whoever comes from behind can still brake.
    fn is_clear_behind(
        &self,
        traffic: &Traffic,
        behind: Option<&Vehicle>,
        lane: usize,
        position: f32,
        speed: f32,
    ) -> bool {
        let back = position - self.driver.length;
        match behind {
            Some(v) => self.can_brake(v, back - v.position, speed),
            None => self.is_clear_before(traffic, LaneId::new(lane), back, speed),
        }
    }

    /// Whether a vehicle can brake behind one that enters `distance` ahead of it at `speed`.
    fn can_brake(&self, v: &Vehicle, distance: f32, speed: f32) -> bool {
        let d = &self.scene.drivers[v.kind as usize];
        let gap = d.brake_gap(v.speed, d.decel) + v.speed - d.brake_gap(speed, d.decel.max(self.driver.apparent_decel));
        distance - d.min_gap >= gap.max(0.0)
    }

    /// Whether everybody who comes to the start of a lane, which lies `distance` behind the rear of one that enters, can
    /// brake behind it.
    fn is_clear_before(&self, traffic: &Traffic, lane: LaneId, distance: f32, speed: f32) -> bool {
        let (scene, network) = (self.scene, &self.scene.network);
        network.lanes[lane.index()].incoming.iter().all(|&m| {
            let from = network.movement(m).from;
            let distance = distance + scene.lanes[from.index()].length;
            match traffic.lanes[from.index()].vehicles.first() {
                Some(head) => head.next != m || self.can_brake(head, distance - head.position, speed),
                None => distance >= LOOK_BACK || self.is_clear_before(traffic, from, distance, speed),
            }
        })
    }

    /// The vehicle as it enters.
    fn vehicle(&self, k: usize, position: f32, speed: f32) -> Vehicle {
        let path = self.path_from(position);
        let mut vehicle = Vehicle {
            key: self.departure.key,
            position,
            speed,
            accel: 0.0,
            length: self.driver.length,
            id: self.id,
            path,
            row: 0,
            next: MovementId::NONE,
            came_from: LaneId::NONE,
            kind: self.departure.kind.0 as u16,
            leg: 0,
            offset: 0,
            flags: self.flags(path),
            stops: 0,
            speed_factor: self.speed_factor(),
            tau: self.scene.headway(self.id),
            waiting: 0.0,
            reach: 0.0,
            lc_gain: 0.0,
            lc_keep: 0.0,
            lc_speed: 0.0,
            advised: f32::INFINITY,
            entered: u32::MAX,
            moved: 0.0,
            delay: 0.0,
            relax: 0.0,
            time_loss: 0.0,
            waited: 0.0,
            odometer: -position,
        };
        self.routes.direct(&mut vehicle, k);
        vehicle
    }
}

impl Scene {
    /// A vehicle's desired speed as a multiple of the limit: its own draw from its type's distribution.
    pub fn speed_factor(&self, id: VehicleId) -> f32 {
        let d = &self.departures[id.index()];
        let f = &self.types[d.kind.index()].speed_factor;
        if f.deviation <= 0.0 {
            return f.mean.clamp(f.min, f.max) as f32;
        }
        // Cut off by drawing again, as a truncated distribution is defined; in the end by clamping.
        let draw = |i| f.mean + f.deviation * normal(self.setup.seed, d.key, Purpose::SpeedFactor, i);
        (0..16).map(draw).find(|v| (f.min..=f.max).contains(v)).unwrap_or(f.mean).clamp(f.min, f.max) as f32
    }

    /// A vehicle's desired headway, s: normal around its type's, within a factor of two.
    pub fn headway(&self, id: VehicleId) -> f32 {
        let d = &self.departures[id.index()];
        let t = &self.types[d.kind.index()];
        if t.tau_variation <= 0.0 {
            return t.tau as f32;
        }
        let z = normal(self.setup.seed, d.key, Purpose::Headway, 0);
        (t.tau * (1.0 + t.tau_variation * z)).clamp(0.5 * t.tau, 2.0 * t.tau) as f32
    }

    /// Where on its last lane a vehicle arrives, m from the start of the lane.
    #[inline]
    pub fn arrival_position(&self, id: VehicleId, lane: LaneId) -> f32 {
        let length = self.lanes[lane.index()].length;
        let wanted = self.arrivals[id.index()];
        if wanted >= 0.0 { wanted.min(length) } else { (length + wanted).max(0.0) }
    }
}

/// Where a vehicle arrives as one number: from the start of the lane, or if negative from its end. A random place is
/// a share of the last link's length.
pub fn arrival_of(d: &Departure, seed: u64, link_length: f32) -> f32 {
    match d.manner.arrival_position {
        ArrivalPosition::End => f32::INFINITY,
        ArrivalPosition::At(x) => x,
        ArrivalPosition::Random => link_length * uniform(seed, d.key, Purpose::Arrival, 0),
    }
}
