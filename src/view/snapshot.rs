//! What the window sees of a simulation: copies, made between steps, in boxes that go back and forth.

use std::sync::Arc;

use intergreen_control::{Lamp, Millis};

use super::ask::{Answer, Subject};
use super::burn::Engines;
use super::plots::Sample;
use super::time_space::Traced;
use crate::demand::VehicleId;
use crate::network::{LaneId, MovementId};
use crate::sim::state::Vehicle;
use crate::sim::{Scene, Simulation};

/// Slower than this a vehicle stands, m/s: as in all waiting times.
pub const STANDING: f32 = crate::sim::apply::HALTING;

/// A vehicle as it is drawn.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Seen {
    /// Who it is.
    pub id: VehicleId,
    /// The lane its front is on.
    pub lane: LaneId,
    /// The lane it came from.
    pub came_from: LaneId,
    /// The movement it takes at the end of its lane.
    pub next: MovementId,
    /// Front bumper, m from the start of the lane.
    pub position: f32,
    /// Speed, m/s.
    pub speed: f32,
    /// Acceleration, m/s².
    pub accel: f32,
    /// Length, m.
    pub length: f32,
    /// How long it has stood, s.
    pub waiting: f32,
    /// Time lost so far, s.
    pub lost: f32,
    /// Its type.
    pub kind: u16,
}

impl Seen {
    /// A vehicle on its lane.
    pub fn of(lane: LaneId, v: &Vehicle) -> Self {
        let &Vehicle { id, came_from, next, position, speed, accel, length, waiting, time_loss, kind, .. } = v;
        Self { id, lane, came_from, next, position, speed, accel, length, waiting, lost: time_loss, kind }
    }
}

/// A row of the charts: the whole network at a moment.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Row {
    /// When, s.
    pub time: f64,
    /// Vehicles on the network.
    pub running: u32,
    /// Those of them that stand.
    pub standing: u32,
    /// Vehicles that wait to enter.
    pub waiting: u32,
    /// Vehicles that have arrived so far.
    pub arrived: u32,
    /// Mean speed of those on the network, m/s.
    pub speed: f32,
    /// Time that those on the network have lost so far, mean, s.
    pub lost: f32,
    /// CO₂ of all of them just now, g/s.
    pub co2: f32,
}

impl Row {
    /// The network as it is now.
    pub fn of(sim: &Simulation) -> Self {
        let engines = Engines::of(sim.scene());
        let (mut running, mut standing, mut speed, mut lost, mut co2) = (0_u32, 0_u32, 0.0_f64, 0.0_f64, 0.0_f32);
        for (_, v) in sim.traffic().vehicles() {
            running += 1;
            standing += u32::from(v.speed < STANDING);
            speed += f64::from(v.speed);
            lost += f64::from(v.time_loss);
            co2 += engines.rate(v.kind, v.speed, v.accel);
        }
        let n = f64::from(running.max(1));
        Self {
            time: sim.now().seconds(),
            running,
            standing,
            waiting: sim.waiting().count as u32,
            arrived: sim.measures().arrived as u32,
            speed: (speed / n) as f32,
            lost: (lost / n) as f32,
            co2,
        }
    }
}

/// Something that somebody should look at.
#[derive(Clone, Debug, PartialEq)]
pub struct Alert {
    /// When it was found.
    pub at: Millis,
    /// What, in words.
    pub text: String,
    /// Where.
    pub lane: LaneId,
}

/// A simulation between two steps.
#[derive(Clone, Debug, Default)]
pub struct Snapshot {
    /// The time.
    pub now: Millis,
    /// Steps made so far.
    pub step: u64,
    /// To when commands were taken back since the last snapshot: what came after that has never been.
    pub back: Option<Millis>,
    /// What does not change by itself; commands may have changed it since the last snapshot.
    pub scene: Option<Arc<Scene>>,
    /// Vehicles on the network, in lane order, front first.
    pub vehicles: Vec<Seen>,
    /// What each lamp shows.
    pub lamps: Vec<Lamp>,
    /// Of each loop, whether it is occupied.
    pub occupied: Vec<bool>,
    /// Loops of detectors that are broken, and whether their controllers know.
    pub broken: Vec<(u32, bool)>,
    /// Of each lane, vehicles that have left over its end so far.
    pub flow: Vec<u32>,
    /// Lanes that are closed.
    pub closed: Vec<LaneId>,
    /// Vehicles that wait to enter.
    pub waiting: usize,
    /// Vehicles that have arrived.
    pub arrived: usize,
    /// Rows of the charts since the last snapshot.
    pub rows: Vec<Row>,
    /// Numbers that are plotted, since the last snapshot.
    pub samples: Vec<Sample>,
    /// What was found since the last snapshot.
    pub alerts: Vec<Alert>,
    /// What was noted of a corridor since the last snapshot.
    pub traced: Traced,
    /// What was found by its name since the last snapshot.
    pub found: Option<Subject>,
    /// What was refused since the last snapshot, in words.
    pub refused: Vec<String>,
    /// The thing that somebody looks at, as far as the thread knows.
    pub watched: Option<Subject>,
    /// What there is to tell of it.
    pub answer: Option<Box<Answer>>,
    /// How many times as fast as the clock it runs.
    pub achieved: f64,
    /// Why it will not go on by itself, if so.
    pub over: Option<String>,
}

impl Snapshot {
    /// Takes over the moving state; memory is used again.
    pub fn look(&mut self, sim: &Simulation) {
        self.now = sim.now();
        self.vehicles.clear();
        self.vehicles.extend(sim.traffic().vehicles().map(|(lane, v)| Seen::of(lane, v)));
        self.lamps.clone_from(&sim.lamps().shown);
        self.occupied.clone_from(&sim.sensors().occupied);
        self.flow.clear();
        self.flow.extend(sim.measures().lanes.iter().map(|book| book.flow));
        self.look_at_detectors(sim);
        self.closed.clear();
        let scene = sim.scene();
        self.scene = Some(scene.clone());
        if scene.closures.any() {
            let lanes = (0..scene.lanes.len()).map(LaneId::new);
            self.closed.extend(lanes.filter(|&lane| scene.closures.is_closed(lane)));
        }
        self.waiting = sim.waiting().count;
        self.arrived = sim.measures().arrived;
    }

    /// Notes broken detectors: those that controllers do not believe, and those that faults of the run have broken.
    fn look_at_detectors(&mut self, sim: &Simulation) {
        let (scene, controllers) = (sim.scene(), &sim.controllers().list);
        self.broken.clear();
        for (i, sensor) in (0..).zip(&scene.sensors.list) {
            let Some(channel) = scene.sensors.channels.get(sensor.channel as usize) else { continue };
            let bank = controllers.get(channel.signal.index()).map(|c| c.detectors());
            let known = bank.is_some_and(|b| !b.health(channel.detector).is_good());
            let place = scene.faulty.binary_search_by_key(&sensor.channel, |f| f.channel).ok();
            if known || place.is_some_and(|p| scene.faulty[p].at(sim.now()).next().is_some()) {
                self.broken.push((i, known));
            }
        }
    }
}
