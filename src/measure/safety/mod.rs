//! Surrogate safety: encounters in which little was missing to a collision, counted by junction.
//!
//! Terms
//! - **TTC** (time to collision): the time after which two vehicles would touch if both kept their speeds. *Following*:
//!   one behind the other on a lane, or on the way to it. *Converging*: both inside a junction, past their stop lines, on
//!   ways that cross or merge; whoever is before its line can still wait and is on no collision course.
//! - **PET** (post-encroachment time): from the moment at which the rear of the first leaves the stretch where two ways
//!   cross (or the point where they have merged) to that at which the front of the second comes to it. No prediction is
//!   in it; the end of a stage and the begin of the next meet with a PET of a few seconds as a matter of course.
//! - **encounter**: two vehicles for as long as their TTC is below the threshold, counted once; or one PET below it.
//!
//! Thresholds are those of the Surrogate Safety Assessment Model (Gettman, Pu, Sayed, Shelby 2008): TTC 1.5 s, PET 5 s;
//! a PET below 1.5 s is counted besides. An approach belongs to the junction at its end. Who meets before the end of
//! the warm-up is not counted.

mod passing;

use std::collections::{BTreeMap, BTreeSet};

use self::passing::Passings;
use super::trace::Trace;
use crate::demand::VehicleId;
use crate::network::{ConflictKind, JunctionId, LaneId};
use crate::sim::apply::HALTING;
use crate::sim::state::{Traffic, Vehicle};
use crate::sim::{Scene, Simulation};

/// Below this a TTC is an encounter, s.
pub const TTC: f64 = 1.5;
/// Below this a PET is an encounter, s.
pub const PET: f64 = 5.0;
/// Below this a PET is a serious one, s.
pub const SERIOUS_PET: f64 = 1.5;

/// Most lanes that are looked along for a leader: across a junction with a place to wait, and the road behind.
const LOOK_AHEAD: usize = 4;

/// What was counted at a junction.
#[derive(Clone, Copy, Debug, Default, PartialEq, serde::Serialize)]
pub struct Encounters {
    /// One behind the other with a TTC below 1.5 s.
    pub ttc_following: u32,
    /// On ways that cross or merge with a TTC below 1.5 s.
    pub ttc_converging: u32,
    /// With a PET below 5 s.
    pub pet_below_5_s: u32,
    /// Of these, below 1.5 s.
    pub pet_below_1_5_s: u32,
    /// The least TTC of an encounter, s.
    pub least_ttc_s: Option<f64>,
    /// The least PET, s.
    pub least_pet_s: Option<f64>,
}

impl Encounters {
    fn add(&mut self, o: &Self) {
        self.ttc_following += o.ttc_following;
        self.ttc_converging += o.ttc_converging;
        self.pet_below_5_s += o.pet_below_5_s;
        self.pet_below_1_5_s += o.pet_below_1_5_s;
        self.least_ttc_s = self.least_ttc_s.into_iter().chain(o.least_ttc_s).reduce(f64::min);
        self.least_pet_s = self.least_pet_s.into_iter().chain(o.least_pet_s).reduce(f64::min);
    }
}

/// How two vehicles meet.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Kind {
    Following,
    Converging,
}

/// Two vehicles that meet, the one with the smaller number first.
type Pair = (Kind, VehicleId, VehicleId);

/// Looks at a simulation after every step and counts encounters.
#[derive(Debug)]
pub struct Safety {
    trace: Trace,
    passings: Passings,
    junctions: BTreeMap<JunctionId, Encounters>,
    /// Pairs with a TTC below the threshold in the last step, and in this one.
    met: BTreeSet<Pair>,
    meets: BTreeSet<Pair>,
    /// Lanes inside junctions with ways that cross or merge.
    inside: Vec<LaneId>,
}

impl Safety {
    /// Looks at a simulation from now on.
    pub fn new(sim: &Simulation) -> Self {
        let scene = sim.scene();
        let lanes = (0..scene.lanes.len()).map(LaneId::new);
        let inside = lanes.filter(|&l| passing::conflicts(scene, l).next().is_some()).collect();
        Self {
            trace: Trace::new(sim),
            passings: Passings::new(scene),
            junctions: BTreeMap::new(),
            met: BTreeSet::new(),
            meets: BTreeSet::new(),
            inside,
        }
    }

    /// Looks at the step that has just been made.
    pub fn look(&mut self, sim: &Simulation) {
        let (scene, traffic) = (&**sim.scene(), sim.traffic());
        let counts = sim.now() > scene.setup.measured_from();
        self.trace.departures(sim, &mut self.passings);
        self.trace.motion(sim, &mut self.passings);
        for (junction, pet) in self.passings.take() {
            if counts {
                let e = self.junctions.entry(junction).or_default();
                e.pet_below_5_s += 1;
                e.pet_below_1_5_s += u32::from(pet < SERIOUS_PET);
                e.least_pet_s = Some(e.least_pet_s.map_or(pet, |least| least.min(pet)));
            }
        }
        self.meets.clear();
        self.following(scene, traffic, counts);
        self.converging(scene, traffic, counts);
        std::mem::swap(&mut self.met, &mut self.meets);
    }

    /// Junctions with encounters, in id order.
    pub fn junctions(&self) -> impl Iterator<Item = (JunctionId, &Encounters)> {
        self.junctions.iter().map(|(id, e)| (*id, e))
    }

    /// All junctions together.
    pub fn total(&self) -> Encounters {
        let mut total = Encounters::default();
        self.junctions.values().for_each(|e| total.add(e));
        total
    }

    /// Notes a time to collision.
    fn meet(&mut self, scene: &Scene, (kind, a, b): Pair, lane: LaneId, ttc: f64, counts: bool) {
        if ttc >= TTC {
            return;
        }
        let pair = (kind, a.min(b), a.max(b));
        let new = self.meets.insert(pair) && !self.met.contains(&pair);
        let Some(junction) = scene.network.link(scene.network.lane(lane).link).to.filter(|_| counts) else { return };
        let e = self.junctions.entry(junction).or_default();
        match kind {
            Kind::Following => e.ttc_following += u32::from(new),
            Kind::Converging => e.ttc_converging += u32::from(new),
        }
        e.least_ttc_s = Some(e.least_ttc_s.map_or(ttc, |least| least.min(ttc)));
    }

    /// Who drives behind somebody.
    fn following(&mut self, scene: &Scene, traffic: &Traffic, counts: bool) {
        for (l, lane) in traffic.lanes.iter().enumerate() {
            let Some(head) = lane.vehicles.first() else { continue };
            let id = LaneId::new(l);
            for w in lane.vehicles.windows(2) {
                let ttc = behind(f64::from(w[0].back() - w[1].position), w[1].speed, w[0].speed);
                self.meet(scene, (Kind::Following, w[1].id, w[0].id), id, ttc, counts);
            }
            if let Some((gap, leader, speed)) = ahead(scene, traffic, id, head) {
                let ttc = behind(f64::from(gap), head.speed, speed);
                self.meet(scene, (Kind::Following, head.id, leader), id, ttc, counts);
            }
        }
    }

    /// Who is inside a junction together with somebody whose way crosses, or will be the same.
    fn converging(&mut self, scene: &Scene, traffic: &Traffic, counts: bool) {
        let inside = std::mem::take(&mut self.inside);
        for &lane in &inside {
            for a in on(scene, traffic, lane) {
                for c in passing::conflicts(scene, lane).filter(|c| c.foe > lane) {
                    for b in on(scene, traffic, c.foe).filter(|b| b.id != a.id) {
                        let ttc = if c.kind == ConflictKind::Merging {
                            let length = |l: LaneId| f64::from(scene.lanes[l.index()].length);
                            merging(&a, length(lane), &b, length(c.foe))
                        } else {
                            let of = |x: &Inside, (start, end): (f32, f32)| x.window(start.into(), end.into());
                            crossing(of(&a, (c.start, c.end)), of(&b, (c.foe_start, c.foe_end)))
                        };
                        self.meet(scene, (Kind::Converging, a.id, b.id), lane, ttc, counts);
                    }
                }
            }
        }
        self.inside = inside;
    }
}

/// Time to collision with somebody `gap` metres ahead, s; infinite if one comes no nearer.
fn behind(gap: f64, speed: f32, ahead: f32) -> f64 {
    let closing = f64::from(speed) - f64::from(ahead);
    if closing > 0.0 { gap.max(0.0) / closing } else { f64::INFINITY }
}

/// The vehicle ahead of a lane's first one, beyond the end of the lane: gap, who, and its speed.
fn ahead(scene: &Scene, traffic: &Traffic, lane: LaneId, head: &Vehicle) -> Option<(f32, VehicleId, f32)> {
    let mut to_end = scene.lanes[lane.index()].length - head.position;
    let (mut from, mut movement) = (lane, head.next);
    // Further than it comes within the threshold nobody matters, however fast.
    for _ in 0..LOOK_AHEAD {
        if f64::from(to_end) > f64::from(head.speed) * TTC {
            return None;
        }
        let next = scene.moves[movement.get()?.index()].next;
        let tail = &traffic.tails[next.index()];
        if tail.exists() {
            // Somebody whose rear is still on another way to that lane converges.
            let other = tail.back < 0.0 && tail.came_from != from;
            return (!other).then_some((to_end + tail.back, tail.id, tail.speed));
        }
        let facts = &scene.lanes[next.index()];
        to_end += facts.length;
        (from, movement) = (next, facts.exit);
    }
    None
}

/// A vehicle on a lane inside a junction, at least in part.
#[derive(Clone, Copy, Debug)]
struct Inside {
    id: VehicleId,
    /// Its front, m from the start of the lane; beyond its end if only its rear is still there.
    front: f64,
    length: f64,
    speed: f64,
}

impl Inside {
    /// When it is on a stretch of the lane if it keeps its speed, s from now; `None`: not any more, or never.
    fn window(&self, start: f64, end: f64) -> Option<(f64, f64)> {
        let rear = self.front - self.length;
        if rear >= end {
            None
        } else if self.speed < f64::from(HALTING) {
            (self.front > start).then_some((0.0, f64::INFINITY))
        } else {
            Some((((start - self.front) / self.speed).max(0.0), (end - rear) / self.speed))
        }
    }
}

/// Everybody on a lane inside a junction.
fn on<'a>(scene: &'a Scene, traffic: &'a Traffic, lane: LaneId) -> impl Iterator<Item = Inside> + 'a {
    let facts = &scene.lanes[lane.index()];
    let beyond = if facts.next.is_none() { None } else { traffic.lanes[facts.next.index()].vehicles.last() };
    let reaching = beyond.filter(move |v| v.back() < 0.0 && v.came_from == lane);
    let of = |v: &Vehicle, front: f32| Inside {
        id: v.id,
        front: f64::from(front),
        length: f64::from(v.length),
        speed: f64::from(v.speed),
    };
    let here = traffic.lanes[lane.index()].vehicles.iter().map(move |v| of(v, v.position));
    here.chain(reaching.map(move |v| of(v, facts.length + v.position)))
}

/// Time to collision of two that come to a stretch in these windows of time, s; infinite if one is gone when the other
/// comes.
fn crossing(a: Option<(f64, f64)>, b: Option<(f64, f64)>) -> f64 {
    match (a, b) {
        (Some(a), Some(b)) if a.0.max(b.0) < a.1.min(b.1) => a.0.max(b.0),
        _ => f64::INFINITY,
    }
}

/// Time to collision of two on the way to one lane, s: as if they were on it already, at their distance from it.
fn merging(a: &Inside, a_length: f64, b: &Inside, b_length: f64) -> f64 {
    let (a_left, b_left) = (a_length - a.front, b_length - b.front);
    let (leader, follower, gap) =
        if a_left <= b_left { (a, b, b_left - a_left - a.length) } else { (b, a, a_left - b_left - b.length) };
    behind(gap, follower.speed as f32, leader.speed as f32)
}

#[cfg(test)]
mod tests;
