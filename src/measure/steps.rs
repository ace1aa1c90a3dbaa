//! The state of the whole network after each step (SUMO: summary).

use intergreen_control::Millis;

use super::trace::Trace;
use crate::sim::Simulation;
use crate::sim::apply::HALTING;

/// The network at a time; means are −1 where there is nobody.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StepReading {
    /// Vehicles whose time to depart has come.
    pub loaded: usize,
    /// Vehicles that have entered.
    pub inserted: usize,
    /// Vehicles on the network.
    pub running: usize,
    /// Vehicles that wait to enter.
    pub waiting: usize,
    /// Vehicles that have arrived.
    pub arrived: usize,
    /// Pairs of vehicles that came to overlap in this step.
    pub collisions: u64,
    /// Vehicles that stand on a lane.
    pub halting: usize,
    /// Vehicles at a scheduled stop.
    pub stopped: usize,
    /// Mean wait to enter of those who have, s.
    pub depart_delay: f64,
    /// Mean duration of the trips that have ended, s.
    pub duration: f64,
    /// Mean speed of those not at a stop, m/s.
    pub speed: f64,
    /// Mean of speed / speed limit.
    pub relative_speed: f64,
}

/// What is counted from step to step.
#[derive(Clone, Debug)]
pub(super) struct Steps {
    /// Collisions up to the step before, and in the step.
    collisions: [u64; 2],
}

impl Steps {
    /// Begins with a simulation as it is.
    pub(super) fn new(sim: &Simulation) -> Self {
        Self { collisions: [sim.measures().collisions, 0] }
    }

    /// Takes in a step that has just been made.
    pub(super) fn count(&mut self, sim: &Simulation) {
        let all = sim.measures().collisions;
        self.collisions = [all, all - self.collisions[0]];
    }

    /// The state at `now`, with its departures.
    pub(super) fn read(&self, sim: &Simulation, trace: &Trace, now: Millis) -> StepReading {
        let scene = sim.scene();
        let (mut speed, mut relative, mut halting, mut running, mut stopped) = (0.0, 0.0, 0, 0, 0);
        for p in trace.places() {
            running += 1;
            halting += usize::from(p.speed < HALTING && !p.parked);
            if p.stopped {
                stopped += 1;
                continue;
            }
            speed += f64::from(p.speed);
            relative += f64::from(p.speed / scene.lanes[p.lane.index()].limit);
        }
        let totals = trace.totals();
        let mean = |sum: f64, n: usize| if n > 0 { sum / n as f64 } else { -1.0 };
        StepReading {
            loaded: scene.departed_before(now + Millis(1)),
            inserted: totals.entered,
            running,
            waiting: trace.waiting(),
            arrived: totals.arrived,
            collisions: self.collisions[1],
            halting,
            stopped,
            depart_delay: mean(totals.depart_delay, totals.entered),
            duration: mean(totals.duration, totals.arrived),
            speed: mean(speed, running - stopped),
            relative_speed: mean(relative, running - stopped),
        }
    }
}
