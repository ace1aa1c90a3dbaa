//! Measuring a run from outside: detectors, tables over edges, positions, lamps, as SUMO defines them.
//!
//! Terms
//! - **recorder**: looks at a simulation after every step and tells its devices what happened in it. The simulation
//!   does not know it: nothing here costs a run that does not ask for it, or changes one that does.
//! - **device**: a detector or a table; it has *readings* at the end of its intervals.
//! - **trace**: every vehicle's way from step to step, see [`trace`].
//!
//! **Clock.** A reading is booked as SUMO books it: the motion of a step counts at the time at which the step ends, a
//! departure at the time at which it happens. Hence an interval from 0 to 60 s holds the departures at 0 to 59 s and
//! the steps that end at 1 to 59 s (at steps of 1 s), and a run *until* a time leaves out the motion that ends there.

mod areas;
mod gates;
mod loops;
mod motion;
mod queues;
mod safety;
mod steps;
mod tables;
mod trace;
mod uses;

use intergreen_control::{Lamp, Millis};

pub use areas::AreaReading;
pub use gates::GatesReading;
pub use loops::LoopReading;
pub use motion::{Front, Moving, Way};
pub use queues::Queues;
pub use safety::{Encounters, Safety};
pub use steps::StepReading;
pub use tables::{Row, TableReading};
pub use trace::{Listener, Place, State, Totals, Trace};
pub use uses::{OWN_LAMP, Use, detectors, uses};

use crate::instruments::{Instrument, Instruments};
use crate::network::LaneId;
use crate::sim::{Scene, Simulation};

/// A span of time over which something was measured.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Interval {
    /// From.
    pub begin: Millis,
    /// To, not included.
    pub end: Millis,
}

impl Interval {
    /// Its length, s.
    pub fn seconds(&self) -> f64 {
        (self.end - self.begin).seconds()
    }
}

/// Something that measures on some lanes.
trait Device: Send + Sync + std::fmt::Debug {
    /// The lanes it has to hear of.
    fn lanes(&self) -> Vec<LaneId>;
    /// A vehicle's front comes onto one of them.
    fn enter(&mut self, m: &Moving<'_>, lane: LaneId, position: f64, way: Way);
    /// A vehicle moves on one of them.
    fn moved(&mut self, m: &Moving<'_>, lane: LaneId, front: Front);
    /// A vehicle's front leaves one of them.
    fn leave(&mut self, m: &Moving<'_>, lane: LaneId, way: Way);
    /// A step is complete, departures included.
    fn step(&mut self, _now: Millis, _trace: &Trace) {}
    /// An interval ends.
    fn read(&mut self, scene: &Scene, interval: Interval) -> Reading;
}

/// What there is to write down. Numbers of devices are places in the lists of [`Instruments`].
#[derive(Clone, Debug, PartialEq)]
pub enum Reading {
    /// Of an induction loop.
    Loop(usize, Interval, LoopReading),
    /// Of an area detector.
    Area(usize, Interval, AreaReading),
    /// Of gates.
    Gates(usize, Interval, GatesReading),
    /// Of a table.
    Table(usize, Interval, TableReading),
    /// What a signal shows at a time, for a lamp log: number of the log, signal, lamps.
    Lamps(usize, Millis, usize, Vec<Lamp>),
    /// Where everybody is.
    Positions(Millis, Vec<Place>),
    /// Of the whole network, after each step.
    Step(Millis, StepReading),
}

/// A device with its intervals.
#[derive(Debug)]
struct Slot {
    device: Box<dyn Device>,
    /// Which types of vehicle it sees; none: all.
    kinds: Option<Vec<bool>>,
    period: Option<Millis>,
    begin: Millis,
    /// From then on no interval begins.
    end: Millis,
    /// Begin of the running interval.
    since: Millis,
}

/// Looks at a simulation and keeps the books of all devices.
#[derive(Debug)]
pub struct Recorder {
    trace: Trace,
    devices: Devices,
    logs: Vec<Log>,
    positions: Option<Millis>,
    steps: steps::Steps,
    begin: Millis,
    until: Option<Millis>,
    readings: Vec<Reading>,
}

/// All devices, and who listens on which lane.
#[derive(Debug)]
struct Devices {
    slots: Vec<Slot>,
    by_lane: Vec<Vec<u32>>,
}

/// A lamp log at work.
#[derive(Debug)]
struct Log {
    signals: Vec<usize>,
    changes_only: bool,
    /// What was written last, by place in `signals`.
    last: Vec<Vec<Lamp>>,
    /// What has been shown since the last step.
    shown: Vec<Vec<Lamp>>,
}

impl Recorder {
    /// Sets up `instruments` at a simulation as it is: they measure what happens from now on; `positions`: time between notes of where
    /// everybody is; `until`: when the run ends, if that is known.
    pub fn new(sim: &Simulation, instruments: &Instruments, positions: Option<Millis>, until: Option<Millis>) -> Self {
        let scene = sim.scene();
        let begin = sim.now();
        let mut devices = Devices { slots: Vec::new(), by_lane: vec![Vec::new(); scene.lanes.len()] };
        for (i, d) in instruments.loops.iter().enumerate() {
            devices.add(scene, &d.instrument, begin, Box::new(loops::LoopDevice::new(i, d)));
        }
        for (i, d) in instruments.areas.iter().enumerate() {
            devices.add(scene, &d.instrument, begin, Box::new(areas::AreaDevice::new(i, d, scene)));
        }
        for (i, d) in instruments.gates.iter().enumerate() {
            devices.add(scene, &d.instrument, begin, Box::new(gates::GatesDevice::new(i, d)));
        }
        for (i, d) in instruments.tables.iter().enumerate() {
            devices.add(scene, &d.instrument, begin, Box::new(tables::TableDevice::new(i, d, scene)));
        }
        let logs = instruments.lamps.iter().map(|log| {
            let signals: Vec<usize> = log.signals.iter().map(|s| s.index()).collect();
            let shown = signals.iter().map(|&s| lamps(sim, s)).collect();
            Log { last: vec![Vec::new(); signals.len()], signals, changes_only: log.changes_only, shown }
        });
        let logs = logs.collect();
        Self {
            trace: Trace::new(sim),
            devices,
            logs,
            positions,
            steps: steps::Steps::new(sim),
            begin,
            until,
            readings: Vec::new(),
        }
    }

    /// Looks at the simulation after a step.
    pub fn look(&mut self, sim: &Simulation) {
        let now = sim.now();
        self.complete(sim, now - sim.scene().setup.step);
        self.devices.close(sim.scene(), now, &mut self.readings);
        if self.until.is_none_or(|until| now < until) {
            self.trace.motion(sim, &mut self.devices);
        }
        self.steps.count(sim);
        for log in &mut self.logs {
            for (shown, &signal) in log.shown.iter_mut().zip(&log.signals) {
                *shown = lamps(sim, signal);
            }
        }
    }

    /// Ends the run: intervals that are still open end now.
    pub fn finish(&mut self, sim: &Simulation) {
        let now = sim.now();
        let open = self.until.is_none_or(|until| now < until);
        if open {
            self.complete(sim, now);
        }
        let end = if open { now + sim.scene().setup.step } else { now };
        self.devices.finish(sim.scene(), end, &mut self.readings);
    }

    /// What has been read since the last time.
    pub fn take(&mut self) -> Vec<Reading> {
        std::mem::take(&mut self.readings)
    }

    /// The step of SUMO's clock `time` is complete once its departures are in.
    fn complete(&mut self, sim: &Simulation, time: Millis) {
        self.trace.departures(sim, &mut self.devices);
        for slot in &mut self.devices.slots {
            if slot.is_active(time) {
                slot.device.step(time, &self.trace);
            }
        }
        self.readings.push(Reading::Step(time, self.steps.read(sim, &self.trace, time)));
        if let Some(period) = self.positions
            && (time - self.begin).0 % period.0.max(1) < sim.scene().setup.step.0
        {
            self.readings.push(Reading::Positions(time, self.trace.places().collect()));
        }
        for (n, log) in self.logs.iter_mut().enumerate() {
            for (k, &signal) in log.signals.iter().enumerate() {
                if !log.changes_only || log.last[k] != log.shown[k] {
                    log.last[k].clone_from(&log.shown[k]);
                    self.readings.push(Reading::Lamps(n, time, signal, log.shown[k].clone()));
                }
            }
        }
    }
}

/// What a signal shows.
fn lamps(sim: &Simulation, signal: usize) -> Vec<Lamp> {
    let base = &sim.scene().lamp_base;
    sim.lamps().shown[base[signal] as usize..base[signal + 1] as usize].to_vec()
}

impl Devices {
    /// Adds a device.
    fn add(&mut self, scene: &Scene, instrument: &Instrument, begin: Millis, device: Box<dyn Device>) {
        let number = self.slots.len() as u32;
        for lane in device.lanes() {
            self.by_lane[lane.index()].push(number);
        }
        let wanted = |id: &String| instrument.types.contains(id);
        let kinds = (!instrument.types.is_empty()).then(|| scene.types.iter().map(|t| wanted(&t.id)).collect());
        let begin = instrument.begin.unwrap_or(begin).max(begin);
        let end = instrument.end.unwrap_or(Millis::NEVER);
        self.slots.push(Slot { device, kinds, period: instrument.period, begin, end, since: begin });
    }

    /// Ends the intervals that are over at `now`.
    fn close(&mut self, scene: &Scene, now: Millis, readings: &mut Vec<Reading>) {
        for slot in &mut self.slots {
            let due = slot.period.map_or(Millis::NEVER, |p| slot.since + p);
            if due <= now && slot.is_active(now) {
                slot.close(scene, now, readings);
            }
        }
    }

    /// Ends all intervals.
    fn finish(&mut self, scene: &Scene, now: Millis, readings: &mut Vec<Reading>) {
        for slot in &mut self.slots {
            if slot.since < now && slot.is_active(now) {
                slot.close(scene, now, readings);
            }
        }
    }

    /// Tells all devices on a lane that see the vehicle and are at work.
    fn tell(&mut self, m: &Moving<'_>, lane: LaneId, what: impl Fn(&mut dyn Device)) {
        for &number in &self.by_lane[lane.index()] {
            let slot = &mut self.slots[number as usize];
            if slot.is_active(Millis::from_seconds(m.now)) && slot.kinds.as_ref().is_none_or(|k| k[m.kind]) {
                what(slot.device.as_mut());
            }
        }
    }
}

impl Slot {
    /// Whether it is at work: an interval that begins before the end is finished.
    fn is_active(&self, now: Millis) -> bool {
        self.begin <= now && self.since < self.end
    }

    /// Ends the running interval.
    fn close(&mut self, scene: &Scene, end: Millis, readings: &mut Vec<Reading>) {
        readings.push(self.device.read(scene, Interval { begin: self.since, end }));
        self.since = end;
    }
}

impl Listener for Devices {
    fn enter(&mut self, m: &Moving<'_>, lane: LaneId, position: f64, way: Way) {
        self.tell(m, lane, |d| d.enter(m, lane, position, way));
    }

    fn moved(&mut self, m: &Moving<'_>, lane: LaneId, front: Front) {
        self.tell(m, lane, |d| d.moved(m, lane, front));
    }

    fn leave(&mut self, m: &Moving<'_>, lane: LaneId, way: Way) {
        self.tell(m, lane, |d| d.leave(m, lane, way));
    }
}
