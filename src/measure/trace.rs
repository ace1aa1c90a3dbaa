//! Following every vehicle from step to step: over which lanes it went.
//!
//! The simulation keeps only where a vehicle is. From where it was before, and from its route, the lanes between
//! follow. A lane is left by the front first and by the rear later: the lanes in between are the vehicle's *trail*.

use super::motion::{Front, Moving, Way};
use crate::demand::VehicleId;
use crate::network::LaneId;
use crate::sim::Simulation;
use crate::sim::state::{Flags, Vehicle};

/// Who listens to what the vehicles do. In each step, vehicle by vehicle: the lanes it enters and leaves along its
/// way, its motion on each lane that it touches, then a change of lanes or its arrival.
pub trait Listener {
    /// A vehicle's front comes onto a lane at `position`, m.
    fn enter(&mut self, m: &Moving<'_>, lane: LaneId, position: f64, way: Way);
    /// A vehicle moves on a lane.
    fn moved(&mut self, m: &Moving<'_>, lane: LaneId, front: Front);
    /// A vehicle's front leaves a lane.
    fn leave(&mut self, m: &Moving<'_>, lane: LaneId, way: Way);
}

/// What is known of a vehicle on the network.
#[derive(Clone, Debug)]
struct Known {
    lane: LaneId,
    position: f32,
    speed: f32,
    time_loss: f32,
    path: u32,
    leg: u16,
    /// Whether it stands at a scheduled stop.
    stopped: bool,
    /// Whether it does so beside its lane.
    parked: bool,
    /// Lanes that its rear has not left yet, each with the distance from its start to the start of the present lane.
    trail: Vec<(LaneId, f64)>,
}

/// A vehicle's place at the end of a step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Place {
    /// The vehicle.
    pub id: VehicleId,
    /// Its lane.
    pub lane: LaneId,
    /// Its front, m from the start of the lane.
    pub position: f32,
    /// Its speed, m/s.
    pub speed: f32,
    /// Whether it stands at a scheduled stop.
    pub stopped: bool,
    /// Whether it does so beside its lane.
    pub parked: bool,
}

/// How a vehicle on the network drives.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct State {
    /// Its speed, m/s.
    pub speed: f64,
    /// Time lost since departure, s.
    pub time_loss: f64,
    /// Length of a step, s.
    pub dt: f64,
}

/// More lanes than this nobody crosses in a step.
const MOST_LANES: usize = 64;

/// All vehicles on the network as they were after the last step.
#[derive(Clone, Debug)]
pub struct Trace {
    known: Vec<Option<Known>>,
    /// Those on the network, in id order.
    present: Vec<VehicleId>,
    /// Departures whose time had come and that were not in yet.
    pending: Vec<VehicleId>,
    /// Departures whose time had come.
    loaded: usize,
    dt: f64,
    totals: Totals,
}

/// Sums over everybody so far; times in s.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Totals {
    /// Vehicles that have entered.
    pub entered: usize,
    /// Their waits to enter.
    pub depart_delay: f64,
    /// Vehicles that have arrived.
    pub arrived: usize,
    /// The durations of their trips.
    pub duration: f64,
}

impl Totals {
    /// The sums of a simulation as it is.
    fn of(sim: &Simulation) -> Self {
        let mut totals = Self::default();
        for (trip, d) in sim.measures().trips.iter().zip(&sim.scene().departures) {
            let Some(entered) = trip.entered else { continue };
            totals.entered += 1;
            totals.depart_delay += (entered - d.depart).seconds();
            if let Some(arrived) = trip.arrived {
                totals.arrived += 1;
                totals.duration += (arrived - entered).seconds();
            }
        }
        totals
    }
}

impl Trace {
    /// Starts with a simulation as it is: vehicles already there count as known.
    pub fn new(sim: &Simulation) -> Self {
        let scene = sim.scene();
        let mut trace = Self {
            known: vec![None; scene.departures.len()],
            present: Vec::new(),
            pending: Vec::new(),
            loaded: sim.waiting().next,
            dt: f64::from(scene.dt),
            totals: Totals::of(sim),
        };
        for (lane, v, parked) in everybody(sim) {
            trace.known[v.id.index()] = Some(Known { parked, ..Known::of(lane, v, Vec::new()) });
            trace.present.push(v.id);
        }
        let waits = |id: &VehicleId| sim.measures().trips[id.index()].entered.is_none();
        trace.pending = scene.order[..trace.loaded].iter().copied().filter(waits).collect();
        trace
    }

    /// All vehicles, in id order.
    pub fn places(&self) -> impl Iterator<Item = Place> {
        self.present.iter().filter_map(|&id| {
            let k = self.known[id.index()].as_ref()?;
            let (stopped, parked) = (k.stopped, k.parked);
            Some(Place { id, lane: k.lane, position: k.position, speed: k.speed, stopped, parked })
        })
    }

    /// Sums over everybody so far.
    pub fn totals(&self) -> &Totals {
        &self.totals
    }

    /// Vehicles that wait to enter.
    pub fn waiting(&self) -> usize {
        self.pending.len()
    }

    /// How a vehicle drives; `None` if it is not on the network.
    pub fn state(&self, id: VehicleId) -> Option<State> {
        let known = self.known[id.index()].as_ref()?;
        Some(State { speed: f64::from(known.speed), time_loss: f64::from(known.time_loss), dt: self.dt })
    }

    /// Takes in who entered in the step that has just been made.
    pub fn departures(&mut self, sim: &Simulation, listener: &mut dyn Listener) {
        let scene = sim.scene();
        let began = sim.now() - scene.setup.step;
        self.known.resize_with(scene.departures.len(), || None);
        self.pending.extend(&scene.order[self.loaded..sim.waiting().next]);
        self.loaded = sim.waiting().next;
        let trips = &sim.measures().trips;
        let entered: Vec<VehicleId> = self.pending.extract_if(.., |id| trips[id.index()].entered.is_some()).collect();
        for id in entered {
            let trip = &trips[id.index()];
            self.totals.entered += 1;
            self.totals.depart_delay += (began - scene.departures[id.index()].depart).seconds();
            let (lane, position) = (trip.depart_lane, trip.depart_position);
            let known = Known {
                lane,
                position,
                speed: trip.depart_speed,
                time_loss: 0.0,
                path: trip.path,
                leg: 0,
                stopped: false,
                parked: false,
                trail: Vec::new(),
            };
            let m = Moving { now: began.seconds(), ..standing(sim, id, known.speed) };
            self.known[id.index()] = Some(known);
            listener.enter(&m, lane, f64::from(position), Way::Trip);
            let at = self.present.binary_search(&id).unwrap_or_else(|at| at);
            self.present.insert(at, id);
        }
    }

    /// Takes in the motion of the step that has just been made.
    pub fn motion(&mut self, sim: &Simulation, listener: &mut dyn Listener) {
        let scene = sim.scene();
        let mut rest = everybody(sim).into_iter().peekable();
        let mut known = std::mem::take(&mut self.known);
        let totals = &mut self.totals;
        self.present.retain(|&id| {
            let entry = &mut known[id.index()];
            let Some(was) = entry.take() else { return false };
            match rest.next_if(|(_, v, _)| v.id == id) {
                Some((_, _, true)) if was.parked => {
                    *entry = Some(was);
                    true
                }
                Some((lane, v, parked)) => {
                    let m = Moving {
                        scene,
                        routes: &sim.paths().table,
                        id,
                        kind: usize::from(v.kind),
                        length: f64::from(v.length),
                        speed_factor: v.speed_factor,
                        before: f64::from(was.speed),
                        after: f64::from(v.speed),
                        moved: f64::from(v.moved),
                        time_loss: f64::from(v.time_loss),
                        stopped: is_stopped(v),
                        now: sim.now().seconds(),
                        dt: f64::from(scene.dt),
                    };
                    if was.parked {
                        listener.enter(&m, was.lane, f64::from(was.position), Way::Parking);
                    }
                    let mut known = go_on(&m, was, lane, v, listener);
                    if parked {
                        known.trail.drain(..).for_each(|(l, _)| listener.leave(&m, l, Way::Elsewhere));
                        listener.leave(&m, lane, Way::Parking);
                    }
                    *entry = Some(Known { parked, ..known });
                    true
                }
                None => {
                    let trip = &sim.measures().trips[id.index()];
                    totals.arrived += 1;
                    totals.duration += (sim.now() - trip.entered.unwrap_or(sim.now())).seconds();
                    arrive(sim, id, was, listener);
                    false
                }
            }
        });
        self.known = known;
    }
}

impl Known {
    /// A vehicle as it is.
    fn of(lane: LaneId, v: &Vehicle, trail: Vec<(LaneId, f64)>) -> Self {
        let (position, speed, time_loss, stopped) = (v.position, v.speed, v.time_loss, is_stopped(v));
        Self { lane, position, speed, time_loss, path: v.path, leg: v.leg, stopped, parked: false, trail }
    }

    /// Drives on to the lane at the end of this one, if there is one.
    fn advance(&mut self, m: &Moving<'_>, listener: &mut dyn Listener) -> bool {
        let scene = m.scene;
        let facts = &scene.lanes[self.lane.index()];
        let movement = match facts.internal {
            true => facts.exit,
            false => m.routes.leg(self.path, self.leg)[facts.index as usize].movement,
        };
        let Some(movement) = movement.get() else { return false };
        let length = f64::from(facts.length);
        self.trail.push((self.lane, 0.0));
        self.trail.iter_mut().for_each(|(_, offset)| *offset += length);
        listener.leave(m, self.lane, Way::Along);
        self.lane = scene.moves[movement.index()].next;
        if !scene.lanes[self.lane.index()].internal && self.leg + 1 < m.routes.legs(self.path) {
            self.leg += 1;
        }
        listener.enter(m, self.lane, 0.0, Way::Along);
        true
    }

    /// Tells of the motion on every lane touched; the front is now at `front` m on the present lane. Lanes that the
    /// rear has left are forgotten.
    fn tell(&mut self, m: &Moving<'_>, front: f64, listener: &mut dyn Listener) {
        for (lane, offset) in self.trail.iter().copied().chain([(self.lane, 0.0)]) {
            let to = offset + front;
            listener.moved(m, lane, Front { from: to - m.moved, to });
        }
        let scene = m.scene;
        let rear = front - m.length;
        self.trail.retain(|(lane, offset)| offset + rear <= f64::from(scene.lanes[lane.index()].length));
    }
}

/// Whether a vehicle stands at a scheduled stop.
fn is_stopped(v: &Vehicle) -> bool {
    v.flags & Flags::STOPPED != 0
}

/// All vehicles that are on their way, in id order: lane, record, and whether it stands beside the lane.
fn everybody(sim: &Simulation) -> Vec<(LaneId, &Vehicle, bool)> {
    let parked = sim.halts().list.iter().filter_map(|h| h.parked.as_ref().map(|v| (h.lane, v, true)));
    let mut all: Vec<_> = sim.traffic().vehicles().map(|(lane, v)| (lane, v, false)).chain(parked).collect();
    all.sort_unstable_by_key(|(_, v, _)| v.id);
    all
}

/// Follows a vehicle to where it is now.
fn go_on(m: &Moving<'_>, mut known: Known, lane: LaneId, v: &Vehicle, listener: &mut dyn Listener) -> Known {
    let link = |l: LaneId| m.scene.lanes[l.index()].link;
    known.path = v.path;
    let arrived = |k: &Known| link(k.lane) == link(lane) && k.leg == v.leg;
    for _ in 0..MOST_LANES {
        if arrived(&known) || !known.advance(m, listener) {
            break;
        }
    }
    known.tell(m, f64::from(v.position), listener);
    if known.lane != lane {
        // A lane change; or a way that does not follow from the route, which should not be.
        known.trail.drain(..).for_each(|(l, _)| listener.leave(m, l, Way::Elsewhere));
        listener.leave(m, known.lane, Way::LaneChange);
        listener.enter(m, lane, f64::from(v.position), Way::LaneChange);
    }
    Known::of(lane, v, known.trail)
}

/// Follows a vehicle to where it arrived.
fn arrive(sim: &Simulation, id: VehicleId, mut known: Known, listener: &mut dyn Listener) {
    let scene = sim.scene();
    let trip = &sim.measures().trips[id.index()];
    let after = f64::from(trip.arrival_speed);
    let m = standing(sim, id, known.speed);
    let mean = if scene.drivers[m.kind].ballistic() { 0.5 * (m.before + after) } else { after };
    let (moved, time_loss, now) = (mean * m.dt, f64::from(trip.time_loss), sim.now().seconds());
    let m = Moving { after, moved, time_loss, now, ..m };
    let mut front = f64::from(known.position) + m.moved;
    for _ in 0..MOST_LANES {
        let here = f64::from(scene.lanes[known.lane.index()].length);
        if known.lane == trip.arrival_lane || !known.advance(&m, listener) {
            break;
        }
        front -= here;
    }
    known.tell(&m, front, listener);
    known.trail.drain(..).for_each(|(l, _)| listener.leave(&m, l, Way::Elsewhere));
    listener.leave(&m, known.lane, Way::Trip);
}

/// A vehicle that does not move in a step at time 0.
fn standing(sim: &Simulation, id: VehicleId, speed: f32) -> Moving<'_> {
    let scene = sim.scene();
    let kind = scene.departures[id.index()].kind.index();
    Moving {
        scene,
        routes: &sim.paths().table,
        id,
        kind,
        length: f64::from(scene.drivers[kind].length),
        speed_factor: scene.speed_factor(id),
        before: f64::from(speed),
        after: f64::from(speed),
        moved: 0.0,
        stopped: false,
        time_loss: 0.0,
        now: 0.0,
        dt: f64::from(scene.dt),
    }
}
