//! Induction loops (SUMO: e1).

use std::collections::BTreeMap;

use super::motion::{Front, Moving, Way};
use super::{Device, Interval, Reading};
use crate::demand::VehicleId;
use crate::instruments::InductionLoop;
use crate::network::LaneId;
use crate::sim::Scene;

/// What a loop read in an interval; −1 where nobody passed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LoopReading {
    /// Vehicles that passed it entirely.
    pub passed: u32,
    /// The same per hour.
    pub flow: f64,
    /// Share of the interval in which it was occupied, %.
    pub occupancy: f64,
    /// Mean over vehicles of (length + loop length) / time over the loop, m/s.
    pub speed: f64,
    /// Harmonic mean of the same, m/s.
    pub harmonic_speed: f64,
    /// Mean length of the vehicles, m.
    pub length: f64,
    /// Vehicles that reached it.
    pub entered: u32,
}

/// A vehicle that is off the loop again.
#[derive(Clone, Copy, Debug)]
struct Gone {
    entry: f64,
    exit: f64,
    /// Its speed and length; none if it changed lanes or arrived on the loop.
    passed: Option<(f64, f64)>,
}

/// A loop at work.
#[derive(Debug)]
pub(super) struct LoopDevice {
    number: usize,
    lane: LaneId,
    start: f64,
    end: f64,
    /// Vehicles over it, and since when, s.
    over: BTreeMap<VehicleId, f64>,
    gone: Vec<Gone>,
    entered: u32,
}

impl LoopDevice {
    pub(super) fn new(number: usize, d: &InductionLoop) -> Self {
        let (start, end) = (d.position, d.position + d.length);
        Self { number, lane: d.lane, start, end, over: BTreeMap::new(), gone: Vec::new(), entered: 0 }
    }
}

impl Device for LoopDevice {
    fn lanes(&self) -> Vec<LaneId> {
        vec![self.lane]
    }

    fn enter(&mut self, m: &Moving<'_>, _: LaneId, position: f64, way: Way) {
        if way != Way::Along && position >= self.start && position - m.length < self.start {
            self.over.insert(m.id, m.now);
            self.entered += 1;
        }
    }

    fn moved(&mut self, m: &Moving<'_>, _: LaneId, front: Front) {
        if let Some(time) = front.passes(m, self.start, 0.0) {
            self.over.insert(m.id, m.now + time);
            self.entered += 1;
        }
        let rear = front.to - m.length;
        if rear > self.end
            && let Some(entry) = self.over.remove(&m.id)
        {
            let exit = m.now + m.time_for(self.end - (front.from - m.length));
            // SUMO's smallest time: a vehicle that takes none would be infinitely fast.
            let speed = (m.length + self.end - self.start) / (exit - entry).max(0.001);
            self.gone.push(Gone { entry, exit, passed: Some((speed, m.length)) });
        }
    }

    fn leave(&mut self, m: &Moving<'_>, _: LaneId, way: Way) {
        if way != Way::Along
            && let Some(entry) = self.over.remove(&m.id)
        {
            self.gone.push(Gone { entry, exit: m.now + m.dt, passed: None });
        }
    }

    fn read(&mut self, _: &Scene, interval: Interval) -> Reading {
        let (begin, seconds) = (interval.begin.seconds(), interval.seconds());
        let mut occupied = 0.0;
        let (mut n, mut speeds, mut inverse, mut lengths) = (0, 0.0, 0.0, 0.0);
        for g in self.gone.drain(..) {
            occupied += (g.exit - g.entry.max(begin)).min(seconds);
            if let Some((speed, length)) = g.passed {
                n += 1;
                speeds += speed;
                inverse += 1.0 / speed;
                lengths += length;
            }
        }
        occupied += self.over.values().map(|entry| interval.end.seconds() - entry.max(begin)).sum::<f64>();
        let mean = |sum: f64| if n > 0 { sum / f64::from(n) } else { -1.0 };
        let reading = LoopReading {
            passed: n,
            flow: f64::from(n) / seconds * 3600.0,
            occupancy: 100.0 * occupied / seconds,
            speed: mean(speeds),
            harmonic_speed: if n > 0 { f64::from(n) / inverse } else { -1.0 },
            length: mean(lengths),
            entered: std::mem::take(&mut self.entered),
        };
        Reading::Loop(self.number, interval, reading)
    }
}
