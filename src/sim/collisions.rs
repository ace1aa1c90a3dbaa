//! Counting vehicles that overlap: there should be none.

use std::collections::BTreeSet;

use bevy::ecs::prelude::Resource;

use super::scene::Scene;
use super::state::{Traffic, Vehicle};
use crate::network::{ConflictKind, LaneId, Point, geometry};

/// Overlap below this is rounding, m: an f32 position on a 1 km lane is exact to 0.06 mm.
const SLACK: f32 = 0.01;
/// Width of a vehicle for this purpose, m: a car's, without mirrors.
const WIDTH: f64 = 1.8;

/// Pairs that overlap now, so that each is counted once.
#[derive(Resource, Clone, Debug, Default)]
pub struct Overlaps {
    pub(super) now: BTreeSet<(u32, u32)>,
    found: BTreeSet<(u32, u32)>,
    /// The latest pairs, for messages: lane, both vehicles.
    pub latest: Vec<(LaneId, u32, u32)>,
}

impl Overlaps {
    /// These pairs overlap already.
    pub(super) fn with(now: BTreeSet<(u32, u32)>) -> Self {
        Self { now, ..Self::default() }
    }

    /// Looks for overlaps and returns how many pairs are new.
    pub fn look(&mut self, scene: &Scene, traffic: &Traffic) -> u64 {
        self.found.clear();
        self.latest.clear();
        for (l, lane) in traffic.lanes.iter().enumerate() {
            let Some(last) = lane.vehicles.last() else { continue };
            let id = LaneId::new(l);
            for w in lane.vehicles.windows(2) {
                if w[0].back() + SLACK < w[1].position {
                    self.found(id, &w[0], &w[1]);
                }
            }
            if last.back() < 0.0 && !last.came_from.is_none() {
                self.look_back(scene, traffic, last);
                // An internal lane with nobody's front on it is looked at for those who reach back onto it.
                let from = last.came_from;
                let facts = &scene.lanes[from.index()];
                if facts.internal && facts.next == id && traffic.lanes[from.index()].vehicles.is_empty() {
                    self.look_inside(scene, traffic, from);
                }
            }
            if scene.lanes[l].internal {
                self.look_inside(scene, traffic, id);
            }
        }
        let new = self.found.difference(&self.now).count() as u64;
        std::mem::swap(&mut self.now, &mut self.found);
        new
    }

    /// Compares a vehicle that reaches back onto the lane it came from with those whose front is there.
    fn look_back(&mut self, scene: &Scene, traffic: &Traffic, v: &Vehicle) {
        let from = v.came_from;
        let back = scene.lanes[from.index()].length + v.back();
        for behind in &traffic.lanes[from.index()].vehicles {
            if back + SLACK >= behind.position {
                break;
            }
            self.found(from, v, behind);
        }
    }

    /// Notes a pair.
    fn found(&mut self, lane: LaneId, a: &Vehicle, b: &Vehicle) {
        let pair = (a.id.0.min(b.id.0), a.id.0.max(b.id.0));
        if self.found.insert(pair) && !self.now.contains(&pair) {
            self.latest.push((lane, pair.0, pair.1));
        }
    }

    /// Compares the vehicles on an internal lane with those on lanes that cross or merge.
    fn look_inside(&mut self, scene: &Scene, traffic: &Traffic, lane: LaneId) {
        let (first, last) = scene.lanes[lane.index()].conflicts;
        for facts in &scene.conflicts[first as usize..last as usize] {
            let c = &facts.meeting;
            if facts.clearing || c.kind == ConflictKind::Diverging || c.foe < lane {
                continue;
            }
            for (a_lane, a, a_front) in occupants(scene, traffic, lane) {
                if a_front <= c.start || a_front - a.length >= c.end {
                    continue;
                }
                for (b_lane, b, b_front) in occupants(scene, traffic, c.foe) {
                    if b_front > c.foe_start
                        && b_front - b.length < c.foe_end
                        && a.id != b.id
                        && touch(&body(scene, a_lane, a), &body(scene, b_lane, b))
                    {
                        self.found(lane, a, b);
                    }
                }
            }
        }
    }
}

/// Everybody who is on an internal lane at least in part: the lane the front is on, the vehicle, and its front in the
/// measure of the internal lane.
fn occupants<'a>(
    scene: &'a Scene,
    traffic: &'a Traffic,
    lane: LaneId,
) -> impl Iterator<Item = (LaneId, &'a Vehicle, f32)> {
    let facts = &scene.lanes[lane.index()];
    // Not the tail: what counts overlaps relies on the vehicles alone.
    let beyond = traffic.lanes[facts.next.index()].vehicles.last();
    let reaching = beyond.filter(|v| v.back() < 0.0 && v.came_from == lane);
    let on = traffic.lanes[lane.index()].vehicles.iter().map(move |v| (lane, v, v.position));
    on.chain(reaching.map(|v| (facts.next, v, facts.length + v.position)))
}

/// The outline of a vehicle: a rectangle from its front on its lane to its rear, on the lane before if need be.
fn body(scene: &Scene, lane: LaneId, v: &Vehicle) -> [Point; 4] {
    let at = |lane: LaneId, distance: f32| {
        let l = scene.network.lane(lane);
        let drawn = geometry::length(&l.shape);
        geometry::along(&l.shape, f64::from(distance) * drawn / f64::from(l.length)).0
    };
    let front = at(lane, v.position);
    let rear = if v.back() >= 0.0 || v.came_from.is_none() {
        at(lane, v.back())
    } else {
        at(v.came_from, scene.lanes[v.came_from.index()].length + v.back())
    };
    let d = front.distance(rear).max(0.01);
    let (nx, ny) = (-(front.y - rear.y) / d * WIDTH / 2.0, (front.x - rear.x) / d * WIDTH / 2.0);
    [
        Point::new(front.x + nx, front.y + ny),
        Point::new(front.x - nx, front.y - ny),
        Point::new(rear.x - nx, rear.y - ny),
        Point::new(rear.x + nx, rear.y + ny),
    ]
}

/// Whether two convex outlines overlap (separating axis theorem).
fn touch(a: &[Point; 4], b: &[Point; 4]) -> bool {
    let separated = |p: &[Point; 4], q: &[Point; 4]| {
        (0..4).any(|i| {
            let (u, v) = (p[i], p[(i + 1) % 4]);
            let (nx, ny) = (v.y - u.y, u.x - v.x);
            let span = |r: &[Point; 4]| {
                r.iter().map(|c| c.x * nx + c.y * ny).fold((f64::MAX, f64::MIN), |(lo, hi), d| (lo.min(d), hi.max(d)))
            };
            let ((pl, ph), (ql, qh)) = (span(p), span(q));
            ph <= ql || qh <= pl
        })
    };
    !separated(a, b) && !separated(b, a)
}
