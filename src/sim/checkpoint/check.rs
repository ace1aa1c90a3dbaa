//! What must hold of a state so that the step can rely on it: every number leads into its table, every vehicle is in
//! one place, and what is said twice is said alike.

use std::collections::BTreeSet;

use intergreen_control::{Input, Millis};

use super::state::State;
use crate::demand::VehicleId;
use crate::demand::stops::legs;
use crate::detectors::Probes;
use crate::network::{LaneId, LinkId, MovementId, SignalId};
use crate::sim::control::CycleFault;
use crate::sim::emissions::Burnt;
use crate::sim::faults::FaultState;
use crate::sim::insert::InLine;
use crate::sim::measures::{GreenBook, MOST_PLACES, Measures, Trip};
use crate::sim::routes::{Found, RouteTable};
use crate::sim::scene::Scene;
use crate::sim::state::{Flags, Vehicle};
use crate::sim::step::Clock;
use crate::sim::stops::Halt;

/// Counters beyond this do not come about; below it nothing overflows.
const MOST: u64 = 1 << 48;

/// Nothing is longer on its way: no latency is greater, and no step.
const LATEST_POST: Millis = Probes::LATEST;

/// Nothing, or what is wrong.
type Checked = Result<(), String>;

/// Refuses what does not hold; `what`: what there would be otherwise.
pub fn ensure(holds: bool, what: &str) -> Checked {
    if holds { Ok(()) } else { Err(what.to_owned()) }
}

/// Where a vehicle is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Nowhere yet: its time has not come.
    ToCome,
    /// In line.
    InLine,
    /// On the network, or parked beside it.
    OnNetwork,
    /// Nowhere any more.
    Gone,
}

/// A state under examination.
pub struct Check<'a> {
    scene: &'a Scene,
    table: &'a RouteTable,
    clock: Clock,
    /// Of every vehicle.
    places: Vec<Place>,
}

impl<'a> Check<'a> {
    /// Of a run that has these paths and has reached this time.
    pub fn new(scene: &'a Scene, table: &'a RouteTable, clock: Clock) -> Self {
        Self { scene, table, clock, places: Vec::new() }
    }

    /// All of it, but for what controllers, monitor and commands see to themselves.
    pub fn state(mut self, state: &State) -> Checked {
        let (scene, network) = (self.scene, &self.scene.network);
        let (lanes, lamps) = (scene.lanes.len(), scene.lamp_base.last().copied().unwrap_or(0) as usize);
        ensure(state.lanes.len() == lanes, "vehicles on other lanes")?;
        ensure(state.rears.len() == scene.places, "other stopping places")?;
        ensure(state.lamps.len() == lamps, "other lamps")?;
        ensure(state.occupied.len() == scene.sensors.list.len(), "other loops")?;
        ensure(state.faulty.len() == scene.faulty.len(), "other broken detectors")?;
        let latest = self.clock.now + LATEST_POST;
        let in_time = |f: &FaultState| f.arrived.max(f.heartbeat.heard()) <= latest;
        ensure(state.faulty.iter().all(in_time), "a broken detector that reports too late")?;
        self.post(state)?;
        ensure(state.controllers.len() == network.signals.len(), "other signals")?;
        ensure(state.outages.len() == network.signals.len(), "other signals out of order")?;
        let come = scene.order.get(..state.next).ok_or("more vehicles than depart")?;
        let due = come.last().is_none_or(|id| scene.departures[id.index()].depart < self.clock.now);
        ensure(due, "vehicles before their time")?;
        self.places = vec![Place::ToCome; scene.departures.len()];
        come.iter().for_each(|id| self.places[id.index()] = Place::Gone);
        ensure(state.rears.iter().all(|r| !r.is_nan()), "a stopping place without a number")?;
        for (l, lane) in state.lanes.iter().enumerate() {
            lane.vehicles.iter().try_for_each(|v| self.vehicle(LaneId::new(l), v))?;
            ensure(lane.vehicles.is_sorted_by(|a, b| a.position >= b.position), "vehicles of a lane out of order")?;
        }
        self.halts(state)?;
        ensure(state.lines.is_sorted_by(|a, b| a.0 < b.0), "lines out of order")?;
        for (link, line) in &state.lines {
            ensure(link.index() < network.links.len() && !line.is_empty(), "a line at no link")?;
            line.iter().try_for_each(|entry| self.in_line(*link, entry))?;
        }
        ensure(state.begging.is_sorted_by_key(|b| b.lane), "vehicles that beg out of order")?;
        let begging = state.begging.iter().all(|b| self.is_lane(b.lane) && b.beyond.is_finite());
        ensure(begging, "a vehicle that begs nobody")?;
        self.books(&state.measures, come)?;
        self.emissions(state, come.len())?;
        let known = |id: u32| self.has_come(VehicleId(id));
        let pairs: BTreeSet<_> = state.overlaps.iter().collect();
        let sound = pairs.len() == state.overlaps.len() && pairs.iter().all(|p| p.0 < p.1 && known(p.1));
        ensure(sound, "an overlap of no two vehicles")?;
        self.gridlocks(state)?;
        let known = |f: &CycleFault| f.signal.index() < network.signals.len() && f.group < scene.groups(f.signal);
        ensure(state.faults.iter().all(known), "a fault of no signal")
    }

    /// What is on its way to controllers.
    fn post(&self, state: &State) -> Checked {
        let sound = |(signal, input): &(u32, Input)| {
            let detectors = self.scene.sensors.per_signal.get(*signal as usize);
            let known = detectors.is_some_and(|&n| match input {
                Input::Detector(event) => event.detector < n,
                Input::Vehicle(_) | Input::Neighbour(_) | Input::Departures(_) => true,
                Input::Command { .. } | Input::Channel { .. } => false,
            });
            known && input.at() > self.clock.now && input.at() - self.clock.now <= LATEST_POST
        };
        ensure(state.coming.iter().all(sound), "post that cannot be on its way")?;
        ensure(state.coming.is_sorted_by_key(|(_, input)| input.at()), "post out of order")
    }

    /// Whether there is such a vehicle, and its time has come.
    fn has_come(&self, id: VehicleId) -> bool {
        self.places.get(id.index()).is_some_and(|place| *place != Place::ToCome)
    }

    fn is_lane(&self, lane: LaneId) -> bool {
        lane.index() < self.scene.lanes.len()
    }

    /// Notes where a vehicle is.
    fn is_at(&mut self, id: VehicleId, place: Place) -> Checked {
        ensure(self.has_come(id), "a vehicle whose time has not come")?;
        let known = &mut self.places[id.index()];
        ensure(*known == Place::Gone, "a vehicle in two places")?;
        *known = place;
        Ok(())
    }

    /// A vehicle on a lane, or parked beside it.
    fn vehicle(&mut self, lane: LaneId, v: &Vehicle) -> Checked {
        self.is_at(v.id, Place::OnNetwork)?;
        let scene = self.scene;
        let d = &scene.departures[v.id.index()];
        let own = v.key == d.key && usize::from(v.kind) == d.kind.index();
        ensure(own && v.length == scene.drivers[usize::from(v.kind)].length, "a vehicle of another type")?;
        ensure(v.speed_factor == scene.speed_factor(v.id) && v.tau == scene.headway(v.id), "a vehicle's other driver")?;
        let finite = [
            v.position,
            v.speed,
            v.accel,
            v.waiting,
            v.lc_gain,
            v.lc_keep,
            v.lc_speed,
            v.moved,
            v.delay,
            v.relax,
            v.time_loss,
            v.waited,
            v.odometer,
        ];
        ensure(finite.iter().all(|x| x.is_finite()) && !v.advised.is_nan(), "a vehicle without a number")?;
        ensure(v.position >= 0.0 && v.speed >= 0.0, "a vehicle before its lane, or backing up")?;
        ensure(v.came_from.is_none() || self.is_lane(v.came_from), "a vehicle from nowhere")?;
        ensure(v.entered == u32::MAX || v.entered <= self.clock.step, "a vehicle ahead of its time")?;
        self.way_of(lane, v)?;
        self.flags_of(lane, v)
    }

    /// A vehicle's place on its path.
    fn way_of(&self, lane: LaneId, v: &Vehicle) -> Checked {
        let (scene, table) = (self.scene, self.table);
        ensure((v.path as usize) < table.len() && v.leg < table.legs(v.path), "a vehicle on no path")?;
        let links = table.links(v.path);
        let (facts, leg) = (&scene.lanes[lane.index()], usize::from(v.leg));
        let is_on = |lane: LaneId, leg: usize| links.get(leg).is_some_and(|l| l.0 == scene.lanes[lane.index()].link);
        let leads_on = |m: MovementId| is_on(scene.moves[m.index()].to, leg + 1);
        let directed = if facts.internal {
            // It was directed on the road before, maybe with other lanes closed, and goes through the junction to the next.
            let from = scene.network.movement(facts.entry).from;
            is_on(from, leg) && v.next == facts.exit && leads_on(v.next)
        } else {
            is_on(lane, leg) && self.is_directed(lane, v, leads_on)
        };
        ensure(directed && table.knows_row(v) && !v.reach.is_nan(), "a vehicle off its path")
    }

    /// Whether a vehicle on the road goes on as its path does from its lane.
    fn is_directed(&self, lane: LaneId, v: &Vehicle, leads_on: impl Fn(MovementId) -> bool) -> bool {
        let facts = &self.scene.lanes[lane.index()];
        let mut again = *v;
        self.table.direct(&mut again, usize::from(facts.index));
        // Who can no longer stop before a lane that has been closed enters it.
        let (first, end) = facts.movements;
        let commits = v.next.get().is_some_and(|m| (first..end).contains(&m.0) && leads_on(m));
        let next = if commits { v.next } else { again.next };
        Vehicle { next, ..again } == *v
    }

    /// What a vehicle has to do.
    fn flags_of(&self, lane: LaneId, v: &Vehicle) -> Checked {
        let stop = self.table.stop(v.path);
        let slow = self.scene.departures[v.id.index()].manner.arrival_speed.is_some();
        let has = |flag: u8| v.flags & flag != 0;
        let at_stop = stop.is_some_and(|n| n.leg == v.leg && n.stop.lane == lane);
        let sound = v.flags < Flags::FOLLOWS << 1
            && has(Flags::STOP_AHEAD) == stop.is_some()
            && has(Flags::SLOW_ARRIVAL) == slow
            && (at_stop || !has(Flags::STOPPED));
        ensure(sound, "a vehicle with other tasks")
    }

    /// Who stands at a stop: parked, or on a lane and marked as such.
    fn halts(&mut self, state: &State) -> Checked {
        let stopped = |v: &&Vehicle| v.flags & Flags::STOPPED != 0;
        let mut on_lanes: BTreeSet<(LaneId, VehicleId)> = BTreeSet::new();
        for (l, lane) in state.lanes.iter().enumerate() {
            on_lanes.extend(lane.vehicles.iter().filter(stopped).map(|v| (LaneId::new(l), v.id)));
        }
        for Halt { id, lane, since, over: _, parked } in &state.halts {
            ensure(self.is_lane(*lane) && *since <= self.clock.now, "a stop at no lane or time")?;
            match parked {
                Some(v) => {
                    ensure(v.id == *id && stopped(&v), "a parked vehicle that does not stop")?;
                    self.vehicle(*lane, v)?;
                }
                None => ensure(on_lanes.remove(&(*lane, *id)), "a stop of nobody")?,
            }
        }
        ensure(on_lanes.is_empty(), "a vehicle that stops nowhere")
    }

    /// Who waits to enter.
    fn in_line(&mut self, link: LinkId, entry: &InLine) -> Checked {
        self.is_at(entry.id, Place::InLine)?;
        let path = entry.path as usize;
        ensure(path < self.table.len() && self.table.links(entry.path)[0] == link, "a vehicle in line on no path")?;
        ensure(entry.routed.is_none_or(|at| at <= self.clock.now), "a way found ahead of its time")
    }

    /// The books, of these vehicles.
    fn books(&self, m: &Measures, come: &[VehicleId]) -> Checked {
        ensure(m.trips.len() == come.len() && m.lanes.len() == self.scene.lanes.len(), "other books")?;
        come.iter().zip(&m.trips).try_for_each(|(id, trip)| self.trip(*id, trip))?;
        let count = |holds: fn(&Trip) -> bool| m.trips.iter().filter(|t| holds(t)).count();
        let (inserted, arrived) = (count(|t| t.entered.is_some()), count(|t| t.arrived.is_some()));
        let counts = (m.inserted, m.arrived, m.running) == (inserted, arrived, inserted - arrived);
        ensure(counts, "books that do not add up")?;
        let counts = [m.vehicle_steps, m.approach_steps, m.red_running, m.collisions, m.lane_changes];
        let most = counts.into_iter().all(|n| n < MOST);
        let small = |n: u32| n < u32::MAX / 2;
        let lanes = m.lanes.iter().all(|b| {
            small(b.flow) && small(b.red_running) && b.vehicles < MOST && b.standing < MOST && b.lost.is_finite()
        });
        ensure(most && lanes && small(m.samples), "counts beyond measure")?;
        ensure(m.resco_delay.is_none_or(f64::is_finite), "a delay without a number")?;
        let red = |&(_, lane, id): &(_, LaneId, VehicleId)| self.is_lane(lane) && self.has_come(id);
        ensure(m.red_runs.len() <= MOST_PLACES && m.red_runs.iter().all(red), "a red lamp passed by nobody")?;
        let collided = |&(_, lane, pair): &(_, LaneId, [VehicleId; 2])| {
            self.is_lane(lane) && pair.iter().all(|&id| self.has_come(id))
        };
        ensure(m.collided.len() <= MOST_PLACES && m.collided.iter().all(collided), "a collision of nobody")?;
        self.lamps(m)
    }

    /// What lamps did, and what the monitor said of it.
    fn lamps(&self, m: &Measures) -> Checked {
        let (scene, now) = (self.scene, self.clock.now);
        let lamps = scene.lamp_base[scene.network.signals.len()] as usize;
        let (begin, lasted) = (scene.setup.begin, now - scene.setup.begin);
        let green = |b: &GreenBook| {
            b.since.is_none_or(|since| (begin..=now).contains(&since)) && (Millis(0)..=lasted).contains(&b.sum)
        };
        ensure(m.greens.len() == lamps && m.greens.iter().all(green), "green times of other lamps")?;
        let signals = scene.network.signals.len();
        let known = |(signal, (at, steps)): (&SignalId, &(Millis, u32))| {
            signal.index() < signals && *at <= now && *steps <= self.clock.step
        };
        ensure(m.conflicting.iter().all(known) && m.conflicting_s.is_finite(), "conflicting greens of no signal")
    }

    /// Fuel and CO₂, if this run keeps books of them.
    fn emissions(&self, state: &State, come: usize) -> Checked {
        let wanted = self.scene.setup.emissions.is_some();
        ensure(state.emissions.is_some() == wanted, "other emissions")?;
        let Some(books) = &state.emissions else { return Ok(()) };
        let (vehicles, links) = (books.vehicles.len(), books.links.len());
        ensure(vehicles == come && links == self.scene.network.links.len(), "emissions of others")?;
        let sound = |b: &Burnt| [b.fuel, b.co2, b.idle].iter().all(|x| x.is_finite() && *x >= 0.0);
        ensure(books.vehicles.iter().chain(&books.links).all(sound), "emissions without a number")
    }

    /// What is noted of a vehicle, and where it is.
    fn trip(&self, id: VehicleId, trip: &Trip) -> Checked {
        let expected = match self.places[id.index()] {
            Place::InLine => (false, false),
            Place::OnNetwork => (true, false),
            Place::Gone | Place::ToCome => (true, true),
        };
        ensure(expected == (trip.entered.is_some(), trip.arrived.is_some()), "a trip of a vehicle elsewhere")?;
        let depart = self.scene.departures[id.index()].depart;
        let entered = trip.entered.unwrap_or(depart);
        let arrived = trip.arrived.unwrap_or(self.clock.now);
        ensure(depart <= entered && entered <= arrived && arrived <= self.clock.now, "a trip out of its time")?;
        let path = trip.entered.is_none() || (trip.path as usize) < self.table.len();
        let lane = |lane: LaneId, there: bool| if there { self.is_lane(lane) } else { lane.is_none() };
        let lanes = lane(trip.depart_lane, expected.0) && lane(trip.arrival_lane, expected.1);
        ensure(path && lanes, "a trip from or to nowhere")?;
        let numbers = [
            trip.depart_position,
            trip.depart_speed,
            trip.arrival_position,
            trip.arrival_speed,
            trip.length,
            trip.waiting,
            trip.stop_time,
            trip.time_loss,
        ];
        ensure(numbers.iter().all(|x| x.is_finite()), "a trip without a number")
    }

    /// Gridlocks.
    fn gridlocks(&self, state: &State) -> Checked {
        let (g, lanes) = (&state.gridlocks, self.scene.lanes.len());
        ensure(g.green.len() == lanes && g.named.len() == lanes, "gridlocks of other lanes")?;
        let cycles = g.found.iter().map(|f| &f.lanes).chain(&g.present);
        let sound = cycles.into_iter().all(|c| !c.is_empty() && c.iter().all(|&l| self.is_lane(l)));
        let numbers = g.green.iter().all(|x| x.is_finite()) && g.found.iter().all(|f| f.time_s.is_finite());
        ensure(sound && numbers, "a gridlock nowhere")
    }
}

/// A way that somebody found: the links follow each other, and lead past the stops.
pub fn way(scene: &Scene, found: &Found) -> Checked {
    let (network, routes) = (&scene.network, &scene.demand.routes);
    let road = |l: &LinkId| network.links.get(l.index()).is_some_and(|l| !l.internal);
    let known = found.route.index() < routes.len() && found.links.iter().all(road);
    ensure(known && !found.links.is_empty() && found.links.len() <= usize::from(u16::MAX), "a way over no links")?;
    let joined = |w: &[LinkId]| {
        let to = |lane| network.movements_of(lane).any(|m| network.lane(network.movement(m).to).link == w[1]);
        network.lanes_of(w[0]).any(to)
    };
    ensure(found.links.windows(2).all(joined), "a way over links that are not joined")?;
    if let Some(rest) = &found.rest {
        // Every stop makes another path of all links: more of them than the trip has would take all memory.
        let route = &routes[found.route.index()];
        let stops = rest.stops.is_sorted_by(|a, b| a < b)
            && rest.stops.last().is_none_or(|&k| usize::from(k) < route.stops.len());
        let vias = usize::from(rest.vias) <= route.via.as_ref().map_or(0, Vec::len);
        ensure(stops && vias, "more stops than the trip has")?;
    }
    ensure(legs(network, &found.links, &found.route(scene).stops).is_ok(), "a way that misses a stop")
}
