//! Whether a run will never end: what the simulation's own books do not say.

use intergreen_control::Millis;

use crate::sim::Simulation;
use crate::sim::measures::Trip;

/// Standing this long, s, with nobody to come, means that nothing will ever move.
const STUCK_S: i64 = 3600;
/// Time between looks for it, s.
const LOOK_S: i64 = 60;

/// Looks for a standstill.
#[derive(Clone, Debug)]
pub struct Watch {
    /// How often somebody has entered or arrived, and when last.
    activity: (usize, Millis),
    stuck: bool,
}

impl Watch {
    /// Starts with a simulation as it is.
    pub fn new(sim: &Simulation) -> Self {
        let mut watch = Self { activity: (count(sim), last_activity(sim)), stuck: false };
        let since_look = Millis((sim.now() - sim.scene().setup.begin).0 % (LOOK_S * 1000));
        watch.stuck = watch.stands_still(sim, since_look);
        watch
    }

    /// Looks at a simulation after a step.
    pub fn look(&mut self, sim: &Simulation) {
        let (now, count) = (sim.now(), count(sim));
        if count != self.activity.0 {
            self.activity = (count, now);
            self.stuck = false;
        } else if (now - sim.scene().setup.begin).0 % (LOOK_S * 1000) < sim.scene().setup.step.0 {
            self.stuck = self.stands_still(sim, Millis(0));
        }
    }

    /// Whether nothing has moved for an hour and nobody is to come.
    pub fn is_stuck(&self) -> bool {
        self.stuck
    }

    /// Whether nothing had moved for an hour and nobody was to come, `ago` before now.
    fn stands_still(&self, sim: &Simulation, ago: Millis) -> bool {
        let long = STUCK_S as f32 + ago.seconds() as f32;
        (sim.now() - ago - self.activity.1).0 >= STUCK_S * 1000
            && sim.waiting().next == sim.scene().order.len()
            && sim.traffic().vehicles().all(|(_, v)| v.waiting >= long)
    }
}

/// How often somebody has entered or arrived.
fn count(sim: &Simulation) -> usize {
    sim.measures().inserted + sim.measures().arrived
}

/// When somebody last entered or arrived; the begin if nobody has. Who enters does so at the start of a step.
fn last_activity(sim: &Simulation) -> Millis {
    let setup = &sim.scene().setup;
    let of = |t: &Trip| t.arrived.max(t.entered.map(|at| at + setup.step));
    sim.measures().trips.iter().filter_map(of).max().unwrap_or(setup.begin)
}
