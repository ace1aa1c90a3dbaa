//! What others see of a lane: renewed when its vehicles have moved, and when one has come or gone since.

use super::apply::HALTING;
use super::scene::Scene;
use super::state::{Begging, Flags, LaneTraffic, Storage, Tail, Traffic};
use crate::network::LaneId;

/// Length of roads that hold hardly more than one vehicle, m, and speed up to which vehicles there may stop any moment,
/// m/s.
const SHORT_STORAGE: f32 = 15.0;
const CREEPING: f32 = 5.0;

impl Tail {
    /// The rear end of what is on a lane.
    #[inline]
    pub fn of(scene: &Scene, lane: usize, traffic: &LaneTraffic) -> Self {
        let (Some(last), Some(head)) = (traffic.vehicles.last(), traffic.vehicles.first()) else { return Self::EMPTY };
        Self {
            back: last.back(),
            speed: last.speed,
            accel: last.accel,
            decel: scene.drivers[last.kind as usize].apparent_decel,
            length: last.length,
            came_from: last.came_from,
            id: last.id,
            head_to_end: scene.lanes[lane].length - head.position,
            head_speed: head.speed,
        }
    }

    /// Whether the last vehicle of a lane reaches back onto one that does not lead to it.
    #[inline]
    pub fn is_askew(&self, scene: &Scene, lane: usize) -> bool {
        let leads_here = |from: LaneId| scene.network.lanes_before(LaneId::new(lane)).any(|l| l == from);
        self.back < 0.0 && !self.came_from.is_none() && !leads_here(self.came_from)
    }
}

impl Storage {
    /// How full a lane is whose vehicles and gaps take `taken` metres.
    #[inline]
    pub fn of(scene: &Scene, lane: usize, traffic: &LaneTraffic, taken: f32) -> Self {
        let mut moving = 0.0;
        for v in traffic.vehicles.iter().rev() {
            if v.speed < HALTING {
                return Self { taken, room: v.back() - moving, held: true };
            }
            moving += v.space(&scene.drivers);
        }
        // On a road too short for two nobody counts on a creeping one to go on: left behind it, one would block a
        // junction.
        let length = scene.lanes[lane].length;
        let slow = if length < SHORT_STORAGE { CREEPING } else { 0.0 };
        let held = traffic.vehicles.last().is_some_and(|v| v.flags & Flags::WAITS != 0 || v.speed < slow);
        Self { taken, room: length - moving, held }
    }
}

impl Traffic {
    /// Traffic with these vehicles at the end of a step; what others see of the lanes follows from them.
    pub(super) fn with(scene: &Scene, lanes: Vec<LaneTraffic>, begging: Vec<Begging>) -> Self {
        let mut traffic = Self { lanes, begging, ..Self::new(&scene.lanes) };
        (0..traffic.lanes.len()).for_each(|lane| traffic.renew(scene, lane));
        traffic.find_askew(scene);
        traffic
    }

    /// Finds those who are askew.
    pub(super) fn find_askew(&mut self, scene: &Scene) {
        let Self { askew, tails, .. } = self;
        askew.clear();
        // Nobody comes to be askew but by changing lanes.
        let lanes = scene.change_links.iter().flat_map(|&(a, b)| a as usize..b as usize);
        askew.extend(lanes.filter(|&l| tails[l].is_askew(scene, l)).map(|l| tails[l]));
        askew.sort_by_key(|t| t.came_from);
    }

    /// Brings the tail of a lane up to date.
    pub fn renew_tail(&mut self, scene: &Scene, lane: usize) {
        self.tails[lane] = Tail::of(scene, lane, &self.lanes[lane]);
    }

    /// Brings all that others see of a lane up to date.
    pub fn renew(&mut self, scene: &Scene, lane: usize) {
        self.renew_tail(scene, lane);
        let traffic = &self.lanes[lane];
        let taken = traffic.vehicles.iter().map(|v| v.space(&scene.drivers)).sum();
        self.storage[lane] = Storage::of(scene, lane, traffic, taken);
    }
}
