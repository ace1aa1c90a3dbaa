//! Scheduled stops: who stands at one, where the next one may stand, and when they go on.
//!
//! A vehicle that still has a stop to make carries [`Flags::STOP_AHEAD`]; its path leads to the stop's lane, and it
//! plans to stand at the stop's end. Once it stands there it carries [`Flags::STOPPED`] and is on the list of halts.
//! When its time is over it goes on along the next path. Standing at a stop is neither waiting nor lost time, nor are
//! braking for it and accelerating from it.

use bevy::ecs::prelude::Resource;
use intergreen_control::Millis;
use serde::{Deserialize, Serialize};

use super::chunk::Chunk;
use super::insert::place;
use super::measures::Measures;
use super::routes::{NextStop, RouteTable};
use super::scene::Scene;
use super::state::{Flags, Traffic, Vehicle};
use crate::behaviour::Driver;
use crate::demand::{Stop, VehicleId};
use crate::network::LaneId;

/// How near the end of a stopping place one has to stand, m (SUMO: STOPPING_PLACE_OFFSET).
const NEAR: f32 = 0.5;
/// How near for drivers with continuous motion, who settle towards a point, m.
const NEAR_SETTLING: f32 = 1.0;
/// Slack of positions, m.
const SLACK: f32 = 0.1;

/// One vehicle at its stop.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Halt {
    /// Who.
    pub id: VehicleId,
    /// On which lane, or beside it.
    pub lane: LaneId,
    /// Since when.
    pub since: Millis,
    /// When it may go on.
    pub over: Millis,
    /// The vehicle, if it has left the lane.
    pub parked: Option<Vehicle>,
}

/// Everybody at a stop.
#[derive(Resource, Clone, Debug, Default)]
pub struct Halts {
    /// In the order in which they came.
    pub list: Vec<Halt>,
    /// Rear bumper of the last vehicle that stands on each stopping place, m from the start of its lane; infinite if
    /// there is none.
    pub(super) rears: Vec<f32>,
}

impl Halts {
    /// Nobody, for a number of stopping places.
    pub fn new(places: usize) -> Self {
        Self { list: Vec::new(), rears: vec![f32::INFINITY; places] }
    }

    /// Vehicles that have left their lane.
    pub fn parked(&self) -> impl Iterator<Item = &Vehicle> {
        self.list.iter().filter_map(|h| h.parked.as_ref())
    }

    /// Where a driver would stop now, m from the start of the lane: at the end, or behind those who stand there.
    pub fn target(&self, stop: &Stop, d: &Driver) -> f32 {
        match stop.place.get() {
            Some(p) => stop.end.min(self.rears[p.index()] - d.min_gap),
            None => stop.end,
        }
    }

    /// Whether a vehicle on its stop's lane that was at `position` and now drives at `speed` has reached its stop. On
    /// a stopping place it has to have half of its length (SUMO), unless it stands at its very end.
    pub fn is_reached(&self, stop: &Stop, d: &Driver, position: f32, speed: f32) -> bool {
        let near = if d.ballistic() { NEAR_SETTLING } else { NEAR };
        let least = if stop.place.is_none() { stop.start.min(stop.end - SLACK) } else { self.target(stop, d) - near };
        let fits = stop.place.is_none() || position + near >= stop.end || position - stop.start >= 0.5 * d.length;
        speed <= super::apply::HALTING && position >= least - 0.001 && fits
    }

    /// Takes in everybody who has reached a stop in the step that ends at `now`.
    pub fn take(&mut self, scene: &Scene, routes: &RouteTable, traffic: &mut Traffic, chunks: &[Chunk], now: Millis) {
        for &(lane, id) in chunks.iter().flat_map(|c| &c.stopped) {
            let vehicles = &mut traffic.lanes[lane.index()].vehicles;
            let Some(i) = vehicles.iter().position(|v| v.id == id) else { continue };
            let Some(NextStop { stop, .. }) = routes.stop(vehicles[i].path) else { continue };
            // It stands for one step at least.
            let over = stop.over(now, &scene.departures[id.index()]).max(now + scene.setup.step);
            if let Some(p) = stop.place.get().filter(|_| !stop.parks) {
                self.rears[p.index()] = self.rears[p.index()].min(vehicles[i].back());
            }
            vehicles[i].time_loss -= unavoidable(scene, lane, &vehicles[i]);
            let parked = stop.parks.then(|| vehicles.remove(i));
            if parked.is_some() {
                traffic.renew(scene, lane.index());
            }
            self.list.push(Halt { id, lane, since: now, over, parked });
        }
    }

    /// Lets everybody go on whose time is over at `now`, the end of the step to come (as in SUMO, where a step is named
    /// by its end); who has left the lane needs a gap there.
    pub fn release(
        &mut self,
        scene: &Scene,
        routes: &RouteTable,
        traffic: &mut Traffic,
        measures: &mut Measures,
        now: Millis,
    ) {
        if self.list.iter().all(|h| h.over > now) {
            return;
        }
        let mut list = std::mem::take(&mut self.list);
        list.retain_mut(|halt| {
            if halt.over > now {
                return true;
            }
            let lane = halt.lane.index();
            if let Some(v) = halt.parked {
                if !has_room(scene, traffic, lane, &v) {
                    return true;
                }
                place(&mut traffic.lanes[lane], v);
                traffic.renew_tail(scene, lane);
            }
            if let Some(v) = traffic.lanes[lane].vehicles.iter_mut().find(|v| v.id == halt.id) {
                go_on(scene, routes, lane, v);
            }
            measures.trips[halt.id.index()].stop_time += (now - halt.since).seconds() as f32;
            false
        });
        self.list = list;
        self.rears.fill(f32::INFINITY);
        for halt in self.list.iter().filter(|h| h.parked.is_none()) {
            let vehicles = &traffic.lanes[halt.lane.index()].vehicles;
            let Some(v) = vehicles.iter().find(|v| v.id == halt.id) else { continue };
            if let Some(p) = routes.stop(v.path).and_then(|s| s.stop.place.get()) {
                self.rears[p.index()] = self.rears[p.index()].min(v.back());
            }
        }
    }
}

/// Puts a vehicle on the path behind its stop.
fn go_on(scene: &Scene, routes: &RouteTable, lane: usize, v: &mut Vehicle) {
    v.path += 1;
    v.flags &= !(Flags::STOPPED | Flags::STOP_AHEAD);
    if routes.stop(v.path).is_some() {
        v.flags |= Flags::STOP_AHEAD;
    }
    routes.direct(v, scene.lanes[lane].index as usize);
}

/// The time that braking for a stop and accelerating from it cost anyway, s: it is not lost (SUMO since 1.26). At half
/// the speed on average, a vehicle loses half of the time that either takes.
fn unavoidable(scene: &Scene, lane: LaneId, v: &Vehicle) -> f32 {
    let d = &scene.drivers[v.kind as usize];
    0.5 * d.desired(v.speed_factor, scene.limit(&scene.lanes[lane.index()], v.kind as usize))
        * (1.0 / d.accel + 1.0 / d.decel)
}

/// Whether a parked vehicle can move out onto its lane without making anybody brake hard.
fn has_room(scene: &Scene, traffic: &Traffic, lane: usize, v: &Vehicle) -> bool {
    let vehicles = &traffic.lanes[lane].vehicles;
    let at = vehicles.partition_point(|o| o.position >= v.position);
    let ahead = at.checked_sub(1).map_or(f32::INFINITY, |i| vehicles[i].back());
    let behind = vehicles.get(at).is_none_or(|o| {
        let d = &scene.drivers[o.kind as usize];
        v.back() - o.position >= d.min_gap + d.brake_gap(o.speed, d.decel) + o.speed
    });
    behind && ahead - v.position >= scene.drivers[v.kind as usize].min_gap
}
