//! Tables over edges and lanes (SUMO: meandata).
//!
//! Times on a lane are of two kinds. *Sampled* time is that of the whole vehicle: from the moment at which its front
//! comes onto the lane until its rear has left it, so that a vehicle over a stop line counts on both sides of it.
//! *Front* time is that of the front alone. SUMO forms travel times and densities from front times, and everything
//! else from sampled times.

use super::motion::{Front, Moving, Way};
use super::{Device, Interval, Reading};
use crate::demand::VehicleType;
use crate::emission::{Engine, Fuel, Motion};
use crate::instruments::Table;
use crate::network::LaneId;
use crate::sim::Scene;

/// A table's rows.
#[derive(Clone, Debug, PartialEq)]
pub struct TableReading {
    /// Edges or lanes with traffic (or all), in id order.
    pub rows: Vec<Row>,
}

/// What happened on one edge or lane.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Row {
    /// The lane, or the edge's first lane.
    pub lane: LaneId,
    /// How many lanes it stands for.
    pub lanes: u32,
    /// Length of the lane, m (of an edge: of its first lane).
    pub length: f64,
    /// Speed limit there, m/s (of an edge: the greatest of its lanes).
    pub limit: f64,
    /// The sums.
    pub sums: Sums,
}

/// Sums over vehicles.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Sums {
    /// Time of whole vehicles, s.
    pub sampled: f64,
    /// Way of whole vehicles, m.
    pub distance: f64,
    /// Time of fronts, s.
    pub front_time: f64,
    /// Way of fronts, m.
    pub front_distance: f64,
    /// Time below the waiting speed, s.
    pub waiting: f64,
    /// Time lost against the vehicles' own free speeds, s.
    pub time_loss: f64,
    /// Vehicle length on the lane × time, m·s.
    pub occupied: f64,
    /// Vehicle length × sampled time, m·s.
    pub lengths: f64,
    /// Shortest vehicle with its front gap, m; infinite without a vehicle.
    pub shortest: f64,
    /// CO₂, g, while the front was here.
    pub co2: f64,
    /// Fuel, g, likewise.
    pub fuel: f64,
    /// Vehicles that departed here.
    pub departed: u32,
    /// Vehicles that arrived here.
    pub arrived: u32,
    /// Vehicles that came in along the road.
    pub entered: u32,
    /// Vehicles that went out along the road.
    pub left: u32,
    /// Lane changes away from here.
    pub changed_from: u32,
    /// Lane changes to here.
    pub changed_to: u32,
}

impl Sums {
    /// Nothing yet.
    const NONE: Self = Self {
        sampled: 0.0,
        distance: 0.0,
        front_time: 0.0,
        front_distance: 0.0,
        waiting: 0.0,
        time_loss: 0.0,
        occupied: 0.0,
        lengths: 0.0,
        shortest: f64::INFINITY,
        co2: 0.0,
        fuel: 0.0,
        departed: 0,
        arrived: 0,
        entered: 0,
        left: 0,
        changed_from: 0,
        changed_to: 0,
    };

    /// Whether nothing happened.
    fn is_empty(&self) -> bool {
        *self == Self::NONE
    }

    /// Adds another lane's.
    fn add(&mut self, o: &Self) {
        self.sampled += o.sampled;
        self.distance += o.distance;
        self.front_time += o.front_time;
        self.front_distance += o.front_distance;
        self.waiting += o.waiting;
        self.time_loss += o.time_loss;
        self.occupied += o.occupied;
        self.lengths += o.lengths;
        self.shortest = self.shortest.min(o.shortest);
        self.co2 += o.co2;
        self.fuel += o.fuel;
        self.departed += o.departed;
        self.arrived += o.arrived;
        self.entered += o.entered;
        self.left += o.left;
        self.changed_from += o.changed_from;
        self.changed_to += o.changed_to;
    }
}

impl Row {
    /// Time to drive over it, s, from times and ways of fronts; none if nobody moved.
    pub fn travel_time(&self) -> Option<f64> {
        (self.sums.front_distance > 0.001).then(|| self.length * self.sums.front_time / self.sums.front_distance)
    }

    /// The same for whole vehicles: until the rear has left, s.
    pub fn overlap_travel_time(&self) -> Option<f64> {
        let s = &self.sums;
        (s.distance > 0.0).then(|| (self.length + s.lengths / s.sampled) * s.sampled / s.distance)
    }

    /// Mean speed, m/s.
    pub fn speed(&self) -> f64 {
        self.sums.distance / self.sums.sampled
    }

    /// Vehicles per km, of `time` s of vehicle time, but not more than fit.
    pub fn density(&self, time: f64, interval: &Interval) -> f64 {
        let most = 1000.0 * f64::from(self.lanes) / self.sums.shortest.max(0.001);
        (time / interval.seconds() * 1000.0 / self.length).min(most)
    }

    /// Share of its length that is covered by vehicles, %.
    pub fn occupancy(&self, interval: &Interval) -> f64 {
        100.0 * self.sums.occupied / interval.seconds() / self.length / f64::from(self.lanes)
    }

    /// Vehicles per hour: way driven / length.
    pub fn flow(&self, interval: &Interval) -> f64 {
        3600.0 * self.sums.front_distance / self.length / interval.seconds()
    }
}

/// A table at work.
#[derive(Debug)]
pub(super) struct TableDevice {
    number: usize,
    by_lane: bool,
    empty: bool,
    waiting_speed: f64,
    /// Lanes of the rows' links: first, and one past the last.
    links: Vec<(u32, u32)>,
    /// Engines and densities of their fuel, g/L, by vehicle type, if emissions are wanted.
    engines: Vec<(Engine, f64)>,
    /// By lane.
    sums: Vec<Sums>,
}

impl TableDevice {
    pub(super) fn new(number: usize, d: &Table, scene: &Scene) -> Self {
        let network = &scene.network;
        let wanted = |i: &usize| {
            let link = &network.links[*i];
            (d.internal || !link.internal) && (d.links.is_empty() || d.links.iter().any(|l| l.index() == *i))
        };
        let links = (0..network.links.len()).filter(wanted).map(|i| &network.links[i].lanes);
        let engine = |model| {
            let of = |t: &VehicleType| (Engine::new(t.emission, model), t.emission.fuel().map_or(0.0, Fuel::density));
            scene.types.iter().map(of).collect()
        };
        Self {
            number,
            engines: scene.setup.emissions.map_or_else(Vec::new, engine),
            by_lane: d.by_lane,
            empty: d.empty,
            waiting_speed: d.waiting_speed,
            links: links.map(|l| (l.start, l.end)).collect(),
            sums: vec![Sums::NONE; network.lanes.len()],
        }
    }
}

impl Device for TableDevice {
    fn lanes(&self) -> Vec<LaneId> {
        self.links.iter().flat_map(|&(a, b)| (a..b).map(LaneId)).collect()
    }

    fn enter(&mut self, _: &Moving<'_>, lane: LaneId, _: f64, way: Way) {
        let sums = &mut self.sums[lane.index()];
        match way {
            Way::Trip => sums.departed += 1,
            Way::Along | Way::Parking => sums.entered += 1,
            Way::LaneChange => sums.changed_to += 1,
            Way::Elsewhere => {}
        }
    }

    fn moved(&mut self, m: &Moving<'_>, lane: LaneId, front: Front) {
        let length = f64::from(m.scene.lanes[lane.index()].length);
        let stay = Stay::new(m, front, length);
        if stay.gone <= stay.enter {
            return;
        }
        let sampled = stay.gone - stay.enter;
        let mean = 0.5 * (m.speed_at(stay.enter) + m.speed_at(stay.gone));
        let free = m.free_speed(lane);
        let sums = &mut self.sums[lane.index()];
        sums.sampled += sampled;
        sums.distance += stay.way_of_whole(m);
        sums.front_time += (stay.over - stay.enter).max(0.0);
        sums.front_distance += stay.way_of_front(m);
        sums.lengths += m.length * sampled;
        sums.occupied += stay.occupied(m, length);
        sums.shortest = sums.shortest.min(m.length + f64::from(m.scene.drivers[m.kind].min_gap));
        if let Some((engine, density)) = self.engines.get(m.kind) {
            // Of the step's share by the time that the front is here, so that all lanes together have all of it.
            let share = (stay.over - stay.enter).max(0.0) / m.dt;
            let motion =
                Motion { before: m.before, after: m.after, moved: m.moved, dt: m.dt, grade: m.scene.grade(lane) };
            let litres = share * engine.litres(&motion);
            sums.co2 += litres * engine.grams_per_litre();
            sums.fuel += litres * density;
        }
        // Who stands at a scheduled stop neither waits nor loses time.
        if !m.stopped {
            sums.waiting += if mean < self.waiting_speed { sampled } else { 0.0 };
            sums.time_loss += sampled * (free - mean) / free;
        }
    }

    fn leave(&mut self, _: &Moving<'_>, lane: LaneId, way: Way) {
        let sums = &mut self.sums[lane.index()];
        match way {
            Way::Trip => sums.arrived += 1,
            Way::Along | Way::Parking => sums.left += 1,
            Way::LaneChange => sums.changed_from += 1,
            Way::Elsewhere => {}
        }
    }

    fn read(&mut self, scene: &Scene, interval: Interval) -> Reading {
        let mut rows = Vec::new();
        for &(first, end) in &self.links {
            let mut row = |lanes: std::ops::Range<u32>| {
                let mut sums = Sums::NONE;
                lanes.clone().for_each(|l| sums.add(&std::mem::replace(&mut self.sums[l as usize], Sums::NONE)));
                if self.empty || !sums.is_empty() {
                    let facts = &scene.lanes[lanes.start as usize];
                    let limit = lanes.clone().map(|l| scene.lanes[l as usize].limit).fold(0.0, f32::max);
                    rows.push(Row {
                        lane: LaneId(lanes.start),
                        lanes: lanes.len() as u32,
                        length: f64::from(facts.length),
                        limit: f64::from(limit),
                        sums,
                    });
                }
            };
            if self.by_lane {
                (first..end).for_each(|l| row(l..l + 1));
            } else {
                row(first..end);
            }
        }
        Reading::Table(self.number, interval, TableReading { rows })
    }
}

/// A vehicle's stay on a lane within a step: times from the step's start, s.
struct Stay {
    front: Front,
    /// Its front comes onto the lane.
    enter: f64,
    /// Its rear comes onto the lane.
    enter_rear: f64,
    /// Its front leaves the lane.
    over: f64,
    /// Its rear leaves the lane.
    gone: f64,
}

impl Stay {
    fn new(m: &Moving<'_>, front: Front, length: f64) -> Self {
        // When something that far behind the front reaches a place: 0 if it has before, the step's end if not yet.
        let when = |place: f64, offset: f64| {
            if front.from - offset >= place {
                0.0
            } else if front.to - offset < place {
                m.dt
            } else {
                m.time_for(place + offset - front.from)
            }
        };
        Self {
            front,
            enter: when(0.0, 0.0),
            enter_rear: when(0.0, m.length),
            over: when(length, 0.0),
            gone: when(length, m.length),
        }
    }

    /// Way of the front on the lane, m.
    fn way_of_front(&self, m: &Moving<'_>) -> f64 {
        self.way(m, self.enter, self.over.max(self.enter))
    }

    /// Way while any part is on the lane, m.
    fn way_of_whole(&self, m: &Moving<'_>) -> f64 {
        self.way(m, self.enter, self.gone)
    }

    /// Way between two times, m.
    fn way(&self, m: &Moving<'_>, a: f64, b: f64) -> f64 {
        0.5 * (m.speed_at(a) + m.speed_at(b)) * (b - a)
    }

    /// Vehicle length on the lane × time, m·s.
    fn occupied(&self, m: &Moving<'_>, length: f64) -> f64 {
        let place = |t: f64| self.front.from + self.way(m, 0.0, t);
        let on = |t: f64| {
            let front = place(t);
            (front.min(length) - (front - m.length).max(0.0)).max(0.0)
        };
        // Between these moments the length on the lane changes evenly (at constant speed: exactly).
        let (a, b) = (self.enter_rear.min(self.over), self.enter_rear.max(self.over));
        let moments = [self.enter, a.clamp(self.enter, self.gone), b.clamp(self.enter, self.gone), self.gone];
        moments.windows(2).map(|w| 0.5 * (on(w[0]) + on(w[1])) * (w[1] - w[0])).sum()
    }
}
