//! Books of a run: trips, counts, and what every lane and signal did.

use std::collections::BTreeMap;

use bevy::ecs::prelude::Resource;
use intergreen_control::{Lamp, Millis};
use serde::{Deserialize, Serialize};

use super::apply::HALTING;
use super::control::Lamps;
use super::monitor::Monitor;
use super::routes::RouteTable;
use super::scene::{Scene, leads_to_signal};
use super::state::{Traffic, Vehicle};
use super::stops::Halts;
use crate::demand::VehicleId;
use crate::network::{LaneId, LinkId, SignalId};

/// Time between samples of the lanes, s.
pub const SAMPLE_S: i64 = 10;

/// Most stop lines crossed on red, and most collisions, that are remembered one by one.
pub(super) const MOST_PLACES: usize = 20;

/// One vehicle's trip. Places and speeds are at insertion and arrival.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Trip {
    /// When it entered; `None` while it waits.
    pub entered: Option<Millis>,
    /// The path it entered on, see [`RouteTable`].
    pub path: u32,
    /// Lane it entered on.
    pub depart_lane: LaneId,
    /// Where it entered, m.
    pub depart_position: f32,
    /// How fast it entered, m/s.
    pub depart_speed: f32,
    /// When it arrived; `None` while it drives.
    pub arrived: Option<Millis>,
    /// Lane it arrived on.
    pub arrival_lane: LaneId,
    /// Where it arrived, m.
    pub arrival_position: f32,
    /// How fast it arrived, m/s.
    pub arrival_speed: f32,
    /// Way driven, m.
    pub length: f32,
    /// Time stood, s.
    pub waiting: f32,
    /// Time stood at scheduled stops, s.
    pub stop_time: f32,
    /// Times it came to a stand.
    pub stops: u16,
    /// Time lost against its own free speed, s.
    pub time_loss: f32,
}

impl Trip {
    pub(super) const NEW: Self = Self {
        entered: None,
        path: u32::MAX,
        depart_lane: LaneId::NONE,
        depart_position: 0.0,
        depart_speed: 0.0,
        arrived: None,
        arrival_lane: LaneId::NONE,
        arrival_position: 0.0,
        arrival_speed: 0.0,
        length: 0.0,
        waiting: 0.0,
        stop_time: 0.0,
        stops: 0,
        time_loss: 0.0,
    };
}

/// What a lane did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct LaneBook {
    /// Vehicles that crossed its stop line.
    pub flow: u32,
    /// Sum over samples of the vehicles on it.
    pub vehicles: u64,
    /// Sum over samples of the vehicles standing on it.
    pub standing: u64,
    /// Most vehicles standing on it in one sample.
    pub most_standing: u32,
    /// Sum over samples of (1 − speed / free speed), over its vehicles.
    pub lost: f64,
    /// Stop lines crossed on red.
    pub red_running: u32,
}

/// How long a lamp was green of either kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct GreenBook {
    /// Since when it is, if it is.
    pub since: Option<Millis>,
    /// Time after the warm-up for which it was until then.
    pub sum: Millis,
}

impl GreenBook {
    /// That time until `now`, of a warm-up that ends at `begin`.
    fn until(&self, now: Millis, begin: Millis) -> Millis {
        let lasts = self.since.map_or(Millis(0), |since| now - since.max(begin));
        self.sum + lasts.max(Millis(0))
    }
}

/// The books.
#[derive(Resource, Clone, Debug, Default, Serialize, Deserialize)]
pub struct Measures {
    /// Trips by vehicle.
    pub trips: Vec<Trip>,
    /// Vehicles that have entered.
    pub inserted: usize,
    /// Vehicles that have arrived.
    pub arrived: usize,
    /// Vehicles on the network.
    pub running: usize,
    /// Σ over steps of vehicles on the network.
    pub vehicle_steps: u64,
    /// Lanes.
    pub lanes: Vec<LaneBook>,
    /// Samples taken of each lane.
    pub samples: u32,
    /// Stop lines crossed on red.
    pub red_running: u64,
    /// The first of them: when, on which lane, and who.
    pub red_runs: Vec<(Millis, LaneId, VehicleId)>,
    /// Pairs of vehicles that came to overlap.
    pub collisions: u64,
    /// The first of them: when, on which lane, and who.
    pub collided: Vec<(Millis, LaneId, [VehicleId; 2])>,
    /// Lamps, all signals' one after the other.
    pub greens: Vec<GreenBook>,
    /// Signals that had conflicting greens: since when, and in how many steps.
    pub conflicting: BTreeMap<SignalId, (Millis, u32)>,
    /// Time of conflicting greens so far, as the monitor counts it, s.
    pub conflicting_s: f64,
    /// Lane changes.
    pub lane_changes: u64,
    /// RESCO's delay at the scenario's end, s, once that has passed.
    pub resco_delay: Option<f64>,
    /// Σ over steps of vehicles on roads that lead to a signal.
    pub approach_steps: u64,
}

impl Measures {
    /// Empty books, of a run that begins with these lamps.
    pub fn new(scene: &Scene, lamps: &[Lamp]) -> Self {
        let green = |lamp: &Lamp| GreenBook { since: lamp.is_green().then_some(scene.setup.begin), sum: Millis(0) };
        Self {
            trips: vec![Trip::NEW; scene.departures.len()],
            lanes: vec![LaneBook::default(); scene.lanes.len()],
            greens: lamps.iter().map(green).collect(),
            ..Self::default()
        }
    }

    /// Room for everybody whom surges have added.
    pub fn extend(&mut self, scene: &Scene) {
        self.trips.resize(scene.departures.len(), Trip::NEW);
    }

    /// A vehicle has crossed the stop line of a lane on red.
    pub fn run_red(&mut self, id: VehicleId, lane: LaneId, now: Millis) {
        self.red_running += 1;
        self.lanes[lane.index()].red_running += 1;
        if self.red_runs.len() < MOST_PLACES {
            self.red_runs.push((now, lane, id));
        }
    }

    /// Pairs of vehicles have come to overlap: so many, these.
    pub fn collide(&mut self, number: u64, pairs: &[(LaneId, u32, u32)], now: Millis) {
        self.collisions += number;
        let room = MOST_PLACES.saturating_sub(self.collided.len());
        self.collided.extend(pairs.iter().take(room).map(|&(lane, a, b)| (now, lane, [VehicleId(a), VehicleId(b)])));
    }

    /// Notes what lamps have changed to in a step, and what the monitor finds at its end.
    pub fn watch(&mut self, scene: &Scene, lamps: &Lamps, monitor: &Monitor, now: Millis) {
        let begin = scene.setup.measured_from();
        for &(at, lamp, shown) in &lamps.changes {
            let book = &mut self.greens[lamp as usize];
            *book = GreenBook { since: shown.is_green().then_some(at), sum: book.until(at, begin) };
        }
        if monitor.seconds > self.conflicting_s {
            for signal in monitor.open_now() {
                self.conflicting.entry(signal).or_insert((now, 0)).1 += 1;
            }
        }
        self.conflicting_s = monitor.seconds;
    }

    /// Share of the time after the warm-up in which a lamp was green of either kind.
    pub fn green_share(&self, scene: &Scene, lamp: u32, now: Millis) -> f64 {
        let begin = scene.setup.measured_from();
        let green = self.greens.get(lamp as usize).map_or(Millis(0), |book| book.until(now, begin));
        green.seconds() / (now - begin).seconds().max(0.001)
    }

    /// A vehicle has entered.
    pub fn enter(&mut self, v: &Vehicle, lane: LaneId, now: Millis) {
        self.inserted += 1;
        let trip = &mut self.trips[v.id.index()];
        trip.entered = Some(now);
        trip.path = v.path;
        trip.depart_lane = lane;
        trip.depart_position = v.position;
        trip.depart_speed = v.speed;
    }

    /// A vehicle has arrived.
    pub fn arrive(&mut self, v: &Vehicle, lane: LaneId, place: f32, now: Millis) {
        self.arrived += 1;
        let trip = &mut self.trips[v.id.index()];
        trip.arrived = Some(now);
        trip.arrival_lane = lane;
        trip.arrival_position = place;
        trip.arrival_speed = v.speed;
        // A place to arrive at that lies before the place of departure is reached at once.
        trip.length = (v.odometer + place).max(0.0);
        trip.waiting = v.waited;
        trip.stops = v.stops;
        // What stops cost anyway is deducted as if at the full speed: little is left of a slow trip.
        trip.time_loss = v.time_loss.max(0.0);
    }

    /// Takes a sample of all lanes.
    pub fn sample(&mut self, scene: &Scene, traffic: &Traffic) {
        self.samples += 1;
        for (i, lane) in traffic.lanes.iter().enumerate() {
            if lane.vehicles.is_empty() {
                continue;
            }
            let book = &mut self.lanes[i];
            let mut standing = 0;
            for v in &lane.vehicles {
                let d = &scene.drivers[v.kind as usize];
                let v0 = d.desired(v.speed_factor, scene.limit(&scene.lanes[i], v.kind as usize));
                book.lost += f64::from(1.0 - (v.speed / v0).min(1.0));
                standing += u32::from(v.speed < HALTING);
            }
            book.vehicles += lane.vehicles.len() as u64;
            book.standing += u64::from(standing);
            book.most_standing = book.most_standing.max(standing);
        }
    }

    /// RESCO's delay now: mean over all vehicles that wanted to depart between the warm-up and now of time lost and wait to enter;
    /// whoever has not arrived or not entered counts with what it has lost so far.
    pub fn resco_delay(&self, scene: &Scene, traffic: &Traffic, halts: &Halts, now: Millis) -> Option<f64> {
        let warm = scene.departed_before(scene.setup.measured_from());
        let loaded = scene.departed_before(now);
        if loaded <= warm {
            return None;
        }
        let mut sum = 0.0;
        for id in &scene.order[warm..loaded] {
            let (trip, d) = (&self.trips[id.index()], &scene.departures[id.index()]);
            sum += (trip.entered.unwrap_or(now) - d.depart).seconds();
            if trip.arrived.is_some() {
                sum += f64::from(trip.time_loss);
            }
        }
        let out = traffic.vehicles().map(|(_, v)| v).chain(halts.parked()).filter(|v| scene.is_measured(v.id));
        sum += out.map(|v| f64::from(v.time_loss)).sum::<f64>();
        Some(sum / (loaded - warm) as f64)
    }

    /// CityFlow's average travel time at `horizon`, s: mean over all vehicles that wanted to depart before it of the time
    /// from then to their arrival; whoever has not arrived by the horizon, or not even entered, counts up to it.
    pub fn cityflow_att(&self, scene: &Scene, horizon: Millis) -> Option<f64> {
        // In the order of time, which leaves out whom a surge has removed.
        let all = scene.order.iter().map(|id| (&self.trips[id.index()], &scene.departures[id.index()]));
        let wanted = all.filter(|(_, d)| d.depart < horizon);
        let travelled =
            wanted.map(|(trip, d)| (trip.arrived.map_or(horizon, |at| at.min(horizon)) - d.depart).seconds());
        let (sum, loaded) = travelled.fold((0.0, 0u64), |(sum, n), time| (sum + time, n + 1));
        (loaded > 0).then(|| sum / loaded as f64)
    }

    /// Mean time spent so far on roads that lead to a signal, s, over all vehicles that have been on one.
    pub fn cityflow_road_att(
        &self,
        scene: &Scene,
        routes: &RouteTable,
        (traffic, halts): (&Traffic, &Halts),
    ) -> Option<f64> {
        let leads: Vec<bool> =
            (0..scene.network.links.len()).map(|l| leads_to_signal(&scene.network, LinkId::new(l))).collect();
        let met = |links: &[LinkId]| links.iter().any(|l| leads[l.index()]);
        // A route with stops is several paths, one after the other.
        let whole = |path: u32| (path..).find(|&p| routes.stop(p).is_none()).unwrap_or(path);
        let arrived = self.trips.iter().filter(|t| t.arrived.is_some());
        let done = arrived.filter(|t| (t.path..=whole(t.path)).any(|p| met(routes.links(p)))).count();
        let under_way = traffic.vehicles().map(|(_, v)| v).chain(halts.parked());
        let here = under_way.filter(|v| {
            let first = self.trips[v.id.index()].path;
            // Found another way meanwhile: what it drove before is forgotten.
            let before = if whole(first) == whole(v.path) { first..v.path } else { 0..0 };
            before.into_iter().any(|p| met(routes.links(p))) || met(&routes.links(v.path)[..=usize::from(v.leg)])
        });
        let here = here.count();
        let seen = done + here;
        (seen > 0).then(|| self.approach_steps as f64 * f64::from(scene.dt) / seen as f64)
    }

    /// Means over arrived vehicles that departed after the warm-up.
    pub fn means(&self, scene: &Scene) -> Option<Means> {
        let done: Vec<(VehicleId, &Trip)> = self
            .trips
            .iter()
            .enumerate()
            .filter(|(_, t)| t.arrived.is_some())
            .map(|(i, t)| (VehicleId::new(i), t))
            .filter(|(id, _)| scene.is_measured(*id))
            .collect();
        if done.is_empty() {
            return None;
        }
        let n = done.len() as f64;
        let duration = |t: &Trip| (t.arrived.unwrap_or_default() - t.entered.unwrap_or_default()).seconds();
        let mut durations: Vec<f64> = done.iter().map(|(_, t)| duration(t)).collect();
        durations.sort_by(f64::total_cmp);
        let mean = |f: &dyn Fn(VehicleId, &Trip) -> f64| done.iter().map(|(i, t)| f(*i, t)).sum::<f64>() / n;
        Some(Means {
            trips: done.len(),
            duration: mean(&|_, t| duration(t)),
            p90_duration: durations[((0.9 * n) as usize).min(durations.len() - 1)],
            waiting: mean(&|_, t| f64::from(t.waiting)),
            time_loss: mean(&|_, t| f64::from(t.time_loss)),
            depart_delay: mean(&|i, t| (t.entered.unwrap_or_default() - scene.departures[i.index()].depart).seconds()),
            route_length: mean(&|_, t| f64::from(t.length)),
            stops: mean(&|_, t| f64::from(t.stops)),
        })
    }
}

/// Means over arrived vehicles; times s, lengths m.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Means {
    /// How many vehicles they are over.
    pub trips: usize,
    /// From entering to arriving.
    pub duration: f64,
    /// 90th percentile of it.
    pub p90_duration: f64,
    /// Time at less than 0.1 m/s.
    pub waiting: f64,
    /// Time lost against the own free speed.
    pub time_loss: f64,
    /// Wait to enter.
    pub depart_delay: f64,
    /// Way driven.
    pub route_length: f64,
    /// Times come to a stand.
    pub stops: f64,
}
