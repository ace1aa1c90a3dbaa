//! Who passes where ways cross or merge, one after the other.

use crate::demand::VehicleId;
use crate::measure::{Front, Listener, Moving, Way};
use crate::network::{Conflict, ConflictKind, JunctionId, LaneId};
use crate::sim::Scene;

/// Where the ways on a lane inside a junction cross others, or merge with them.
pub fn conflicts(scene: &Scene, lane: LaneId) -> impl Iterator<Item = &Conflict> {
    let (first, last) = scene.lanes[lane.index()].conflicts;
    let all = scene.conflicts[first as usize..last as usize].iter().filter(|c| !c.clearing);
    all.map(|c| &c.meeting).filter(|c| c.kind != ConflictKind::Diverging)
}

/// A side of a place where two ways meet.
#[derive(Clone, Copy, Debug)]
struct Side {
    /// A front that passes here comes, m from the start of the lane.
    enter: f64,
    /// A rear that passes here is gone.
    leave: f64,
    junction: JunctionId,
    /// The other side: its place in the list.
    other: usize,
    /// The last one that left here: when, s, and who.
    left: Option<(f64, VehicleId)>,
}

/// Something that happened in the step.
#[derive(Clone, Copy, Debug)]
struct Event {
    time: f64,
    /// Leaves first: who comes at the same moment comes after it.
    comes: bool,
    side: usize,
    id: VehicleId,
}

/// Notes when vehicles come to such places and when they are gone.
#[derive(Debug, Default)]
pub struct Passings {
    sides: Vec<Side>,
    /// The sides of each lane: first, and one past the last.
    by_lane: Vec<(usize, usize)>,
    events: Vec<Event>,
}

impl Passings {
    /// All places of a network.
    pub fn new(scene: &Scene) -> Self {
        let (mut sides, mut by_lane, mut keys) = (Vec::new(), Vec::new(), Vec::new());
        for l in 0..scene.lanes.len() {
            let (lane, first) = (LaneId::new(l), sides.len());
            let link = scene.network.link(scene.network.lane(lane).link);
            for c in conflicts(scene, lane) {
                let Some(junction) = link.from else { continue };
                // Ways that merge have become one at the end of the lane.
                let merged = f64::from(scene.lanes[l].length);
                let (enter, leave) = match c.kind {
                    ConflictKind::Merging => (merged, merged),
                    _ => (f64::from(c.start), f64::from(c.end)),
                };
                sides.push(Side { enter, leave, junction, other: usize::MAX, left: None });
                keys.push((lane, c.foe));
            }
            by_lane.push((first, sides.len()));
        }
        // Two lanes meet at one place at most: conflicts are found pair by pair.
        for (i, &(lane, foe)) in keys.iter().enumerate() {
            let (first, last) = by_lane[foe.index()];
            if let Some(other) = (first..last).find(|&k| keys[k].1 == lane) {
                sides[i].other = other;
            }
        }
        Self { sides, by_lane, events: Vec::new() }
    }

    /// The post-encroachment times below the threshold since the last call, s, and where.
    pub fn take(&mut self) -> Vec<(JunctionId, f64)> {
        let key = |e: &Event| (e.comes, e.side, e.id);
        self.events.sort_by(|a, b| a.time.total_cmp(&b.time).then(key(a).cmp(&key(b))));
        let mut found = Vec::new();
        for e in std::mem::take(&mut self.events) {
            if !e.comes {
                self.sides[e.side].left = Some((e.time, e.id));
                continue;
            }
            let side = self.sides[e.side];
            let before = self.sides.get(side.other).and_then(|o| o.left);
            let Some((left, who)) = before else { continue };
            // Somebody of its own way has been there since: then the other one was that one's affair.
            let since = side.left.is_some_and(|(at, _)| at > left);
            if who != e.id && !since && e.time - left < super::PET {
                found.push((side.junction, e.time - left));
            }
        }
        found
    }
}

impl Listener for Passings {
    fn enter(&mut self, _: &Moving<'_>, _: LaneId, _: f64, _: Way) {}

    fn moved(&mut self, m: &Moving<'_>, lane: LaneId, front: Front) {
        let (first, last) = self.by_lane[lane.index()];
        let began = m.now - m.dt;
        for side in first..last {
            let s = &self.sides[side];
            for (comes, passed) in [(true, front.passes(m, s.enter, 0.0)), (false, front.passes(m, s.leave, m.length))]
            {
                if let Some(after) = passed {
                    self.events.push(Event { time: began + after, comes, side, id: m.id });
                }
            }
        }
    }

    fn leave(&mut self, _: &Moving<'_>, _: LaneId, _: Way) {}
}
