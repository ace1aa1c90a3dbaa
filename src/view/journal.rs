//! What the simulation's own books do not keep and somebody who looks at it wants to know: how long a lamp has been
//! what it is, what it was before, what controllers logged of late, when loops changed.

use std::collections::VecDeque;
use std::sync::Arc;

use intergreen_control::log::{Event, code};
use intergreen_control::{Lamp, Millis};

use super::alerts::Alerts;
use super::corridor::Corridor;
use super::minutes::{Minute, Minutes};
use super::record::Record;
use super::snapshot::{Alert, Row};
use super::time_space::{Traced, Tracer};
use crate::network::{LaneId, LinkId, SignalId};
use crate::performance;
use crate::sim::Simulation;

/// Events kept of each signal.
const EVENTS: usize = 120;
/// Lamp changes kept of each lamp.
const CHANGES: usize = 24;
/// Changes kept of each loop.
pub const EDGES: usize = 240;
/// Time between rows of the charts.
const EVERY: Millis = Millis(5_000);

/// Codes of detectors' health: good again, and its alarms.
const ALARMS: std::ops::RangeInclusive<u8> = code::DETECTOR_RESTORED..=code::DETECTOR_ERRATIC;

/// Notes of a run while it is looked at.
#[derive(Clone, Debug)]
pub struct Journal {
    /// Of each signal what was logged of late, detectors left out; oldest first.
    events: Vec<VecDeque<Event>>,
    /// Of each signal what was logged of its detectors' health; oldest first.
    alarms: Vec<VecDeque<Event>>,
    /// Of each lamp what it showed of late and from when on; oldest first.
    lamps: Vec<VecDeque<(Millis, Lamp)>>,
    /// Of each loop: whether it is occupied, and how often it has become so.
    loops: Vec<(bool, u32)>,
    /// Of each loop when it changed of late, and to what; oldest first.
    edges: Vec<VecDeque<(Millis, bool)>>,
    /// What measures of performance are made of.
    record: Record,
    alerts: Alerts,
    minutes: Minutes,
    /// Of the corridor that somebody looks at.
    tracer: Option<Tracer>,
    /// When the next row of the charts is due.
    next: Millis,
    /// Rows nobody has taken yet.
    rows: Vec<Row>,
}

impl Journal {
    /// Begins with a simulation as it is.
    pub fn new(sim: &Simulation) -> Self {
        let start = |&lamp: &Lamp| VecDeque::from([(sim.now(), lamp)]);
        Self {
            events: vec![VecDeque::new(); sim.scene().network.signals.len()],
            alarms: vec![VecDeque::new(); sim.scene().network.signals.len()],
            lamps: sim.lamps().shown.iter().map(start).collect(),
            loops: sim.sensors().occupied.iter().map(|&on| (on, 0)).collect(),
            edges: vec![VecDeque::new(); sim.sensors().occupied.len()],
            record: Record::new(sim),
            alerts: Alerts::new(sim),
            minutes: Minutes::new(sim),
            tracer: None,
            next: sim.now(),
            rows: Vec::new(),
        }
    }

    /// Notes a step. The simulation logs events.
    pub fn look(&mut self, sim: &Simulation) {
        self.record.look(sim);
        self.alerts.look(sim);
        self.minutes.look(sim);
        if let Some(tracer) = &mut self.tracer {
            tracer.look(sim);
        }
        for &(signal, event) in &sim.controllers().events {
            if !matches!(event.code, code::DETECTOR_ON | code::DETECTOR_OFF) {
                keep(&mut self.events[signal as usize], event, EVENTS);
            }
            // They are rare: among the others they would soon be gone.
            if ALARMS.contains(&event.code) {
                keep(&mut self.alarms[signal as usize], event, EVENTS);
            }
        }
        for &(at, lamp, shown) in &sim.lamps().changes {
            keep(&mut self.lamps[lamp as usize], (at, shown), CHANGES);
        }
        let now = sim.now();
        let loops = self.loops.iter_mut().zip(&mut self.edges);
        for ((known, edges), &on) in loops.zip(&sim.sensors().occupied) {
            if known.0 != on {
                *known = (on, known.1 + u32::from(on));
                keep(edges, (now, on), EDGES);
            }
        }
        if now >= self.next {
            self.rows.push(Row::of(sim));
            self.next = now + EVERY;
        }
    }

    /// The rows since they were last taken, added to `rows`.
    pub fn take_rows(&mut self, rows: &mut Vec<Row>) {
        rows.append(&mut self.rows);
    }

    /// What was found since it was last taken, added to `alerts`.
    pub fn take_alerts(&mut self, alerts: &mut Vec<Alert>) {
        self.alerts.take(alerts);
    }

    /// Notes from now on what happens on the straight way through a link, or nothing.
    pub fn trace(&mut self, sim: &Simulation, link: Option<LinkId>) {
        let known = link.filter(|l| l.index() < sim.scene().network.links.len());
        self.tracer = known.map(|link| Tracer::new(Corridor::through(sim.scene(), link), sim.now()));
    }

    /// What was noted of it since it was last taken.
    pub fn take_trace(&mut self, traced: &mut Traced) {
        if let Some(tracer) = &mut self.tracer {
            tracer.take(traced);
        }
    }

    /// What a signal logged of late, oldest first.
    pub fn events(&self, signal: SignalId) -> impl DoubleEndedIterator<Item = &Event> {
        self.events[signal.index()].iter()
    }

    /// What a signal logged of its detectors' health, oldest first.
    pub fn alarms(&self, signal: SignalId) -> impl DoubleEndedIterator<Item = &Event> {
        self.alarms[signal.index()].iter()
    }

    /// The last event in which a lamp of a signal changed: the begin of a green, or what ended one.
    pub fn last_lamp(&self, signal: SignalId) -> Option<&Event> {
        use code::{FORCE_OFF, GAP_OUT, GREEN, MAX_OUT, OVERLAP_GREEN, WALK};
        let tells = |e: &&Event| matches!(e.code, GREEN | OVERLAP_GREEN | WALK | GAP_OUT | MAX_OUT | FORCE_OFF);
        self.events(signal).rev().find(tells)
    }

    /// Since when a lamp has shown what it shows.
    pub fn since(&self, lamp: u32) -> Millis {
        self.lamps.get(lamp as usize).and_then(|l| l.back()).map_or(Millis(0), |c| c.0)
    }

    /// What a lamp showed of late, oldest first.
    pub fn past(&self, lamp: u32) -> impl Iterator<Item = (Millis, Lamp)> + '_ {
        self.lamps.get(lamp as usize).into_iter().flatten().copied()
    }

    /// When a loop changed of late and to what, oldest first, and how often it has become occupied.
    pub fn edges(&self, sensor: u32) -> (&VecDeque<(Millis, bool)>, u32) {
        const NONE: &VecDeque<(Millis, bool)> = &VecDeque::new();
        let i = sensor as usize;
        (self.edges.get(i).unwrap_or(NONE), self.loops.get(i).map_or(0, |&(_, n)| n))
    }

    /// What a lane has done minute by minute, oldest first.
    pub fn minutes(&self, lane: LaneId) -> Vec<Minute> {
        self.minutes.of(lane)
    }

    /// Works out the measures of a signal anew, if they are old.
    pub fn measure(&mut self, sim: &Simulation, signal: SignalId) {
        self.record.measure(sim, signal);
    }

    /// The measures of a signal, as they were worked out last.
    pub fn measured(&self, signal: SignalId) -> Option<Arc<performance::Signal>> {
        self.record.measured(signal)
    }
}

/// Adds to a list of bounded length.
pub(super) fn keep<T>(list: &mut VecDeque<T>, item: T, most: usize) {
    if list.len() == most {
        list.pop_front();
    }
    list.push_back(item);
}
