//! What reports want to know and the simulation's own books do not keep: where and when.

use std::collections::BTreeMap;

use intergreen_control::{Lamp, Millis};

use crate::network::{LaneId, SignalId};
use crate::sim::Simulation;
use crate::sim::measures::Trip;

/// Places of collisions kept for the report.
const MOST_PLACES: usize = 20;
/// Standing this long, s, with nobody to come, means that nothing will ever move.
const STUCK_S: i64 = 3600;
/// Time between looks for it, s.
const LOOK_S: i64 = 60;

/// Two vehicles that overlapped.
#[derive(Clone, Debug, PartialEq)]
pub struct Collision {
    /// When.
    pub at: Millis,
    /// Where.
    pub lane: LaneId,
    /// Places of both vehicles in the list of departures.
    pub vehicles: [u32; 2],
}

/// Notes of a run.
#[derive(Clone, Debug)]
pub struct Watch {
    /// The first collisions.
    pub collisions: Vec<Collision>,
    /// Signals that had conflicting greens: since when, and how many steps.
    pub conflicts: BTreeMap<SignalId, (Millis, u32)>,
    /// From when on shares of green are counted: the end of the warm-up.
    begin: Millis,
    now: Millis,
    /// What each lamp shows, since when it is green, and its green time so far.
    lamps: Vec<(Lamp, Millis, Millis)>,
    counted: (u64, f64),
    activity: (usize, Millis),
    stuck: bool,
}

impl Watch {
    /// Starts with a simulation as it is: places and green times are noted from now on.
    pub fn new(sim: &Simulation) -> Self {
        let (now, m) = (sim.now(), sim.measures());
        let mut watch = Self {
            collisions: Vec::new(),
            conflicts: BTreeMap::new(),
            begin: sim.scene().setup.measured_from(),
            now,
            lamps: sim.lamps().shown.iter().map(|&lamp| (lamp, now, Millis(0))).collect(),
            counted: (m.collisions, sim.controllers().monitor.seconds),
            activity: (m.inserted + m.arrived, last_activity(sim)),
            stuck: false,
        };
        let since_look = Millis((now - sim.scene().setup.begin).0 % (LOOK_S * 1000));
        watch.stuck = watch.stands_still(sim, since_look);
        watch
    }

    /// Looks at a simulation after a step.
    pub fn look(&mut self, sim: &Simulation) {
        self.now = sim.now();
        for &(at, lamp, shown) in &sim.lamps().changes {
            let entry = &mut self.lamps[lamp as usize];
            if entry.0.is_green() && at > self.begin {
                entry.2 += at - entry.1.max(self.begin);
            }
            (entry.0, entry.1) = (shown, at);
        }
        let m = sim.measures();
        let collisions = m.collisions - self.counted.0;
        if collisions > 0 {
            let room = MOST_PLACES - self.collisions.len();
            let new = sim.overlaps().latest.iter().take(room);
            self.collisions.extend(new.map(|&(lane, a, b)| Collision { at: self.now, lane, vehicles: [a, b] }));
        }
        let monitor = &sim.controllers().monitor;
        if monitor.seconds > self.counted.1 {
            for signal in monitor.open_now() {
                self.conflicts.entry(signal).or_insert((self.now, 0)).1 += 1;
            }
        }
        self.counted = (m.collisions, monitor.seconds);
        self.look_for_standstill(sim);
    }

    /// Whether nothing has moved for an hour and nobody is to come.
    pub fn is_stuck(&self) -> bool {
        self.stuck
    }

    /// Share of the run, after the warm-up, in which a lamp was green of either kind.
    pub fn green_share(&self, lamp: u32) -> f64 {
        let Some(&(shown, since, green)) = self.lamps.get(lamp as usize) else { return 0.0 };
        let lasts = shown.is_green() && self.now > self.begin;
        let green = if lasts { green + (self.now - since.max(self.begin)) } else { green };
        green.seconds() / (self.now - self.begin).seconds().max(0.001)
    }

    /// Brings [`Watch::is_stuck`] up to date.
    fn look_for_standstill(&mut self, sim: &Simulation) {
        let m = sim.measures();
        let count = m.inserted + m.arrived;
        if count != self.activity.0 {
            self.activity = (count, self.now);
            self.stuck = false;
        } else if (self.now - sim.scene().setup.begin).0 % (LOOK_S * 1000) < sim.scene().setup.step.0 {
            self.stuck = self.stands_still(sim, Millis(0));
        }
    }

    /// Whether nothing had moved for an hour and nobody was to come, `ago` before now.
    fn stands_still(&self, sim: &Simulation, ago: Millis) -> bool {
        let long = STUCK_S as f32 + ago.seconds() as f32;
        (self.now - ago - self.activity.1).0 >= STUCK_S * 1000
            && sim.waiting().next == sim.scene().order.len()
            && sim.traffic().vehicles().all(|(_, v)| v.waiting >= long)
    }
}

/// When somebody last entered or arrived; the begin if nobody has. Who enters does so at the start of a step.
fn last_activity(sim: &Simulation) -> Millis {
    let setup = &sim.scene().setup;
    let of = |t: &Trip| t.arrived.max(t.entered.map(|at| at + setup.step));
    sim.measures().trips.iter().filter_map(of).max().unwrap_or(setup.begin)
}
