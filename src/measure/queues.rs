//! Queues and waits before signals.
//!
//! Terms
//! - **queue of a lane**: from its stop line to the rear of the last vehicle that stands on it, m.
//! - **wait at a signal**: how long a vehicle stood between the signal before (or its entry) and this one's stop line, s.

use crate::network::{LaneId, MovementId};
use crate::sim::Simulation;
use crate::sim::apply::HALTING;

/// Time between looks at the queues, s.
pub const LOOK_S: i64 = 10;

/// Listens to a run.
#[derive(Clone, Debug)]
pub struct Queues {
    /// The lanes that end at a stop line with lamps, each with its queues so far, m.
    lanes: Vec<(LaneId, Vec<f32>)>,
    /// Sum over looks of vehicles standing on them.
    standing: u64,
    looks: u32,
    /// How long each vehicle had stood when it passed its last signal, s.
    before: Vec<f32>,
    /// Waits of those who passed, by movement.
    waits: Vec<Vec<f32>>,
}

impl Queues {
    /// Begins with a simulation before its first step.
    pub fn new(sim: &Simulation) -> Self {
        let network = &sim.scene().network;
        let signalled = |lane: LaneId| network.movements_of(lane).any(|m| network.movement(m).head.is_some());
        let lanes = (0..network.lanes.len()).map(LaneId::new).filter(|&l| !network.lane(l).internal && signalled(l));
        Self {
            lanes: lanes.map(|lane| (lane, Vec::new())).collect(),
            standing: 0,
            looks: 0,
            before: Vec::new(),
            waits: vec![Vec::new(); network.movements.len()],
        }
    }

    /// Looks at a simulation after a step. Who departed in the warm-up is in no wait; no queue of it counts.
    pub fn look(&mut self, sim: &Simulation) {
        let scene = sim.scene();
        self.before.resize(sim.measures().trips.len(), 0.0);
        for passed in sim.passed().filter(|p| scene.network.movement(p.movement).head.is_some()) {
            let wait = passed.waited - std::mem::replace(&mut self.before[passed.id.index()], passed.waited);
            if scene.is_measured(passed.id) {
                self.waits[passed.movement.index()].push(wait);
            }
        }
        let (setup, now) = (&scene.setup, sim.now());
        if now > setup.measured_from() && (now - setup.begin).0 % (LOOK_S * 1000) < setup.step.0 {
            self.sample(sim);
        }
    }

    fn sample(&mut self, sim: &Simulation) {
        self.looks += 1;
        for (lane, queues) in &mut self.lanes {
            let mut queue = 0.0_f32;
            let length = sim.scene().network.lane(*lane).length;
            for v in sim.traffic().lanes[lane.index()].vehicles.iter().filter(|v| v.speed < HALTING) {
                self.standing += 1;
                queue = (length - v.back().max(0.0)).max(0.0);
            }
            queues.push(queue);
        }
    }

    /// Vehicles standing before signals, mean over time.
    pub fn mean_standing(&self) -> Option<f64> {
        (self.looks > 0).then(|| self.standing as f64 / f64::from(self.looks))
    }

    /// Each lane's queue at every look, m.
    pub fn queues(&self) -> impl Iterator<Item = (LaneId, &[f32])> {
        self.lanes.iter().map(|(lane, queues)| (*lane, queues.as_slice())).filter(|(_, queues)| !queues.is_empty())
    }

    /// Waits of each movement that anybody passed, s, as they came.
    pub fn waits(&self) -> impl Iterator<Item = (MovementId, &[f32])> {
        let all = self.waits.iter().enumerate().map(|(i, waits)| (MovementId::new(i), waits.as_slice()));
        all.filter(|(_, waits)| !waits.is_empty())
    }
}
