//! Naming gridlocks and blockages. Nothing is ever removed to clear them.
//!
//! - A **gridlock** is a cycle of lanes, each of whose first vehicles waits for the next lane's, none of which has
//!   moved for 120 s.
//! - A **blockage** is a lane's first vehicle that has not moved for 300 s although it had a minute of green (or has
//!   no signal) and nobody it gives way to moved.
//!
//! Who stands before closed lanes, or behind somebody who does, is neither.

use bevy::ecs::prelude::Resource;
use serde::{Deserialize, Serialize};

use super::closures::{is_cut_off, waits_before};
use super::control::Lamps;
use super::junction::{Rule, View};
use super::routes::RouteTable;
use super::scene::{ConflictFacts, Scene};
use super::state::{Flags, Traffic, Vehicle};
use super::stops::Halts;
use crate::network::{ConflictKind, LaneId, MovementId};

/// Time between looks, s.
pub const EVERY_S: i64 = 10;
/// Standing time of every member of a gridlock, s.
const STANDING: f32 = 120.0;
/// Standing time of a blockage, s.
const BLOCKED: f32 = 300.0;
/// Green time a blocked vehicle has let pass, s.
const GREEN: f32 = 60.0;

/// A gridlock or blockage found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// Whether the vehicles wait in a cycle.
    pub cycle: bool,
    /// When, s after the start of the run.
    pub time_s: f64,
    /// The lanes whose first vehicles wait, in the cycle's order.
    pub lanes: Vec<LaneId>,
}

/// What has been found so far.
#[derive(Resource, Clone, Debug, Default, Serialize, Deserialize)]
pub struct Gridlocks {
    /// All findings, in order of time.
    pub found: Vec<Finding>,
    /// Green seconds each lane's first vehicle has let pass.
    pub(super) green: Vec<f32>,
    /// The lanes already named.
    pub(super) named: Vec<bool>,
    /// The cycles there were when last looked.
    pub(super) present: Vec<Vec<LaneId>>,
}

impl Gridlocks {
    /// Nothing found, for a number of lanes.
    pub fn new(lanes: usize) -> Self {
        Self { found: Vec::new(), green: vec![0.0; lanes], named: vec![false; lanes], present: Vec::new() }
    }

    /// Number of cycles there are now.
    pub fn present(&self) -> usize {
        self.present.len()
    }

    /// Number of cycles found so far.
    pub fn cycles(&self) -> usize {
        self.found.iter().filter(|f| f.cycle).count()
    }

    /// Looks for new gridlocks and blockages.
    pub fn look(
        &mut self,
        scene: &Scene,
        routes: &RouteTable,
        traffic: &Traffic,
        halts: &Halts,
        lamps: &Lamps,
        step: u32,
    ) {
        let view = View { scene, routes, traffic, lamps: &lamps.shown, halts, step };
        let time_s = f64::from(step) * f64::from(scene.dt);
        let heads: Vec<Option<&Vehicle>> = traffic.lanes.iter().map(|l| l.vehicles.first()).collect();
        let mut waits_for: Vec<Option<LaneId>> = vec![None; heads.len()];
        for (i, head) in heads.iter().enumerate() {
            let Some(v) = head.filter(|v| v.waiting >= EVERY_S as f32) else {
                self.green[i] = 0.0;
                self.named[i] = false;
                continue;
            };
            if waits_before(scene, routes, LaneId::new(i), v) {
                continue;
            }
            let open = v.next.get().is_none_or(|m| view.signs().rule(&scene.moves[m.index()]) != Rule::Closed);
            self.green[i] += if open { EVERY_S as f32 } else { 0.0 };
            // Red alone is no reason to stand for two minutes without ever having had the chance to go.
            if v.waiting >= STANDING && self.green[i] > 0.0 {
                waits_for[i] = blocker(&view, LaneId::new(i), v);
            }
            if v.waiting >= BLOCKED
                && self.green[i] >= GREEN
                && !self.named[i]
                && !foes_move(&view, v)
                && !is_cut_off(scene, routes, LaneId::new(i), v)
                && !behind_stop_or_closure(&view, LaneId::new(i), v)
            {
                self.named[i] = true;
                self.found.push(Finding { cycle: false, time_s, lanes: vec![LaneId::new(i)] });
            }
        }
        self.cycles_in(&waits_for, &heads, time_s);
    }

    /// Names every cycle once.
    fn cycles_in(&mut self, waits_for: &[Option<LaneId>], heads: &[Option<&Vehicle>], time_s: f64) {
        let mut seen = vec![0_u32; waits_for.len()];
        let before = std::mem::take(&mut self.present);
        for start in 0..waits_for.len() {
            let mark = start as u32 + 1;
            let mut at = start;
            while seen[at] == 0 {
                seen[at] = mark;
                match waits_for[at].filter(|n| heads[n.index()].is_some_and(|v| v.waiting >= STANDING)) {
                    Some(next) => at = next.index(),
                    None => break,
                }
            }
            if seen[at] != mark || waits_for[at].is_none() {
                continue;
            }
            let mut cycle = vec![LaneId::new(at)];
            let mut next = waits_for[at];
            while let Some(lane) = next.filter(|l| l.index() != at) {
                if cycle.len() > waits_for.len() || cycle.contains(&lane) {
                    break;
                }
                cycle.push(lane);
                next = waits_for[lane.index()];
            }
            let closes = next.is_some_and(|l| l.index() == at);
            if !closes {
                continue;
            }
            let known = before.iter().any(|old| old.iter().any(|l| cycle.contains(l)));
            if !known {
                self.found.push(Finding { cycle: true, time_s, lanes: cycle.clone() });
            }
            self.present.push(cycle);
        }
    }
}

/// The lane whose first vehicle would have to move for `v`, first on `lane`, to move.
fn blocker(view: &View<'_>, lane: LaneId, v: &Vehicle) -> Option<LaneId> {
    let scene = view.scene;
    if let Some(lane) = reaches_back(view, lane, v) {
        return Some(lane);
    }
    let Some(m) = v.next.get() else { return lane_wanted(view, lane, v) };
    let m = &scene.moves[m.index()];
    // Whoever stands in the way inside, here or further on, or the road behind, if it is full.
    let (mut at, mut front, outside) = (lane, v.position, !scene.lanes[lane.index()].internal);
    for _ in 0..4 {
        let facts = &scene.lanes[at.index()];
        let conflicts = &scene.conflicts[facts.conflicts.0 as usize..facts.conflicts.1 as usize];
        if let Some(lane) = conflicts.iter().find_map(|f| stands_in_the_way(view, f, front, outside)) {
            return Some(lane);
        }
        front -= facts.length;
        at = if at == lane { m.next } else { facts.next };
        if !scene.lanes[at.index()].internal {
            let held = view.held_up_by(m, v.path, v.leg, v.space(&scene.drivers), view.signs().rule(m));
            return held.or_else(|| lane_wanted(view, lane, v));
        }
        if view.traffic.lanes[at.index()].vehicles.first().is_some_and(|f| f.waiting >= STANDING) {
            return Some(at);
        }
    }
    None
}

/// The lane of somebody who stands half on it and half on `lane`, before `v`, and goes another way: a bay that is too
/// short for all who wait in it.
fn reaches_back(view: &View<'_>, lane: LaneId, v: &Vehicle) -> Option<LaneId> {
    let facts = &view.scene.lanes[lane.index()];
    let ways = view.scene.moves[facts.movements.0 as usize..facts.movements.1 as usize].iter().map(|m| m.next);
    let stands = |next: &LaneId| {
        let last = view.traffic.lanes[next.index()].vehicles.last();
        last.is_some_and(|o| o.came_from == lane && o.back() < 0.0 && o.waiting >= STANDING)
    };
    let mine = v.next.get().map(|m| view.scene.moves[m.index()].next);
    ways.filter(|next| Some(*next) != mine).find(stands)
}

/// The lane that somebody needs to change to: whoever leads it keeps it full.
fn lane_wanted(view: &View<'_>, lane: LaneId, v: &Vehicle) -> Option<LaneId> {
    let here = &view.scene.lanes[lane.index()];
    let target = LaneId((lane.0 as i64 + i64::from(v.offset.signum())) as u32);
    let beside = view.scene.lanes.get(target.index()).is_some_and(|t| t.link == here.link);
    (beside && v.offset != 0).then_some(target)
}

/// The lane of somebody who has long stood on a conflicting lane, or reaches back onto it, where one has to pass whose
/// front is at `front`, m from the start of its own lane (negative: before it). Nobody enters from `outside` while
/// somebody stands inside before the place where the ways meet, unless that is a place to wait.
fn stands_in_the_way(view: &View<'_>, conflict: &ConflictFacts, front: f32, outside: bool) -> Option<LaneId> {
    let (scene, lanes, c) = (view.scene, &view.traffic.lanes, &conflict.meeting);
    if front >= c.end || conflict.clearing {
        return None;
    }
    // Of two ways that part, both are measured from the same point.
    let from = match c.kind {
        ConflictKind::Diverging => front,
        _ if outside && !scene.lanes[c.foe.index()].waiting_place => f32::NEG_INFINITY,
        _ => c.foe_start,
    };
    if lanes[c.foe.index()]
        .vehicles
        .iter()
        .any(|o| o.waiting >= STANDING && o.position > from && o.back() < c.foe_end + conflict.swing)
    {
        return Some(c.foe);
    }
    let foe = &scene.lanes[c.foe.index()];
    let beyond = lanes[foe.next.index()].vehicles.last().filter(|o| o.waiting >= STANDING && o.came_from == c.foe)?;
    (foe.length + beyond.back() < c.foe_end + conflict.swing).then_some(foe.next)
}

/// Whether a vehicle, first on `lane`, stands because somebody ahead stands at a scheduled stop or before a closed lane.
fn behind_stop_or_closure(view: &View<'_>, lane: LaneId, v: &Vehicle) -> bool {
    const FAR: usize = 64;
    let (mut lane, mut head) = (lane, v);
    for _ in 0..FAR {
        let Some(next) = blocker(view, lane, head) else { return false };
        let vehicles = &view.traffic.lanes[next.index()].vehicles;
        if vehicles.iter().any(|o| o.flags & Flags::STOPPED != 0) {
            return true;
        }
        let Some(first) = vehicles.first() else { return false };
        if is_cut_off(view.scene, view.routes, next, first) {
            return true;
        }
        (lane, head) = (next, first);
    }
    false
}

/// Whether anybody moves among those a vehicle gives way to.
fn foes_move(view: &View<'_>, v: &Vehicle) -> bool {
    let Some(m) = v.next.get() else { return false };
    let m = &view.scene.moves[m.index()];
    let moving = |y: &MovementId| {
        let from = view.scene.network.movement(*y).from;
        view.traffic.lanes[from.index()].vehicles.iter().any(|f| f.speed > 0.1)
    };
    view.scene.yields[view.signs().yields(m)].iter().any(moving)
}
