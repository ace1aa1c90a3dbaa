//! Entry and exit gates (SUMO: e3).

use std::collections::BTreeMap;

use intergreen_control::Millis;

use super::motion::{Front, Moving, Way};
use super::trace::Trace;
use super::{Device, Interval, Reading};
use crate::demand::VehicleId;
use crate::instruments::{CrossSection, Gates, Halting};
use crate::network::LaneId;
use crate::sim::Scene;

/// What gates read in an interval: means over the vehicles that left in it, and over those still within; −1 where
/// there is none.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GatesReading {
    /// Time from entry to exit, front to front, s.
    pub travel_time: f64,
    /// Time from entry until the rear has left, s.
    pub overlap_travel_time: f64,
    /// Speed, m/s.
    pub speed: f64,
    /// Halts per vehicle.
    pub halts: f64,
    /// Time lost, s.
    pub time_loss: f64,
    /// How many left.
    pub vehicles: u32,
    /// Within: speed since their entry, m/s.
    pub speed_within: f64,
    /// Within: halts per vehicle since their entry.
    pub halts_within: f64,
    /// Within: time since their entry, s.
    pub duration_within: f64,
    /// How many are within.
    pub vehicles_within: u32,
    /// Within, in this interval: speed, m/s.
    pub interval_speed_within: f64,
    /// Within, in this interval: halts per vehicle.
    pub interval_halts_within: f64,
    /// Within, in this interval: time, s.
    pub interval_duration_within: f64,
    /// Within, in this interval: time lost, s.
    pub time_loss_within: f64,
}

/// A vehicle within.
#[derive(Clone, Copy, Debug)]
struct Within {
    entry: f64,
    front_exit: f64,
    /// Way since the entry and since the interval's begin, m.
    ways: [f64; 2],
    /// Halts since the entry and since the interval's begin.
    halts: [u32; 2],
    /// Since when it halts.
    halting: Option<f64>,
    /// Its time loss at the entry, and at the interval's begin, s.
    losses: [f64; 2],
}

/// A vehicle that has left: times, s, way, m.
#[derive(Clone, Copy, Debug)]
struct Left {
    travel: f64,
    overlap: f64,
    way: f64,
    halts: u32,
    loss: f64,
}

/// Gates at work.
#[derive(Debug)]
pub(super) struct GatesDevice {
    number: usize,
    entries: Vec<CrossSection>,
    exits: Vec<CrossSection>,
    halting: Halting,
    within: BTreeMap<VehicleId, Within>,
    left: Vec<Left>,
    /// Time loss of everybody within, as of the last step, s.
    losses: BTreeMap<VehicleId, f64>,
}

impl GatesDevice {
    pub(super) fn new(number: usize, d: &Gates) -> Self {
        let (entries, exits) = (d.entries.clone(), d.exits.clone());
        let (within, losses) = (BTreeMap::new(), BTreeMap::new());
        Self { number, entries, exits, halting: d.halting, within, left: Vec::new(), losses }
    }

    /// Passes an entry. SUMO adds the whole step's way again when the step is complete, and takes off the way beyond
    /// the exit in the last one; so it is done here.
    fn come_in(&mut self, m: &Moving<'_>, time: f64) {
        let rest = m.dt - time;
        let entry = m.now - rest;
        let way = m.after * rest;
        let halting = (m.after < self.halting.speed).then_some(entry);
        let halts = u32::from(halting.is_some() && rest > self.halting.time.seconds());
        self.within.entry(m.id).or_insert(Within {
            entry,
            front_exit: entry,
            ways: [way; 2],
            halts: [halts; 2],
            halting,
            losses: [m.time_loss; 2],
        });
    }

    /// Is out with its rear.
    fn go_out(&mut self, m: &Moving<'_>, time: f64) {
        let Some(w) = self.within.remove(&m.id) else { return };
        let overlap = m.now - m.dt + time - w.entry;
        let way = w.ways[0] - m.after * (m.dt - time);
        let loss = m.time_loss - w.losses[0];
        self.left.push(Left { travel: w.front_exit - w.entry, overlap, way, halts: w.halts[0], loss });
    }
}

impl Device for GatesDevice {
    fn lanes(&self) -> Vec<LaneId> {
        let mut lanes: Vec<LaneId> = self.entries.iter().chain(&self.exits).map(|c| c.lane).collect();
        lanes.sort_unstable();
        lanes.dedup();
        lanes
    }

    fn enter(&mut self, _: &Moving<'_>, _: LaneId, _: f64, _: Way) {}

    fn moved(&mut self, m: &Moving<'_>, lane: LaneId, front: Front) {
        for i in 0..self.entries.len() {
            let c = self.entries[i];
            if c.lane == lane && front.from <= c.position && c.position < front.to {
                self.come_in(m, m.time_for(c.position - front.from));
            }
        }
        for i in 0..self.exits.len() {
            let c = self.exits[i];
            if c.lane != lane {
                continue;
            }
            if let Some(time) = front.passes(m, c.position, 0.0)
                && let Some(w) = self.within.get_mut(&m.id)
            {
                w.front_exit = m.now - m.dt + time;
            }
            if let Some(time) = front.passes(m, c.position, m.length) {
                self.go_out(m, time);
            }
        }
    }

    fn leave(&mut self, m: &Moving<'_>, _: LaneId, way: Way) {
        if matches!(way, Way::Trip | Way::Elsewhere) {
            self.within.remove(&m.id);
        }
    }

    fn step(&mut self, now: Millis, trace: &Trace) {
        let (now, halting) = (now.seconds(), self.halting);
        self.losses.clear();
        let (losses, within) = (&mut self.losses, &mut self.within);
        within.retain(|id, w| {
            // Whoever has arrived inside counts nowhere.
            let Some(v) = trace.state(*id) else { return false };
            losses.insert(*id, v.time_loss);
            w.ways.iter_mut().for_each(|way| *way += v.speed * v.dt);
            if v.speed >= halting.speed {
                w.halting = None;
                return true;
            }
            let since = *w.halting.get_or_insert(now);
            let (duration, least) = (now - since, halting.time.seconds());
            if duration >= least && duration < least + v.dt {
                w.halts.iter_mut().for_each(|n| *n += 1);
            }
            true
        });
    }

    fn read(&mut self, _: &Scene, interval: Interval) -> Reading {
        let (begin, end) = (interval.begin.seconds(), interval.end.seconds());
        let left = std::mem::take(&mut self.left);
        let mean = |of: &dyn Fn(&Left) -> f64| mean(left.len(), left.iter().map(of).sum());
        let (mut speed, mut duration, mut halts, mut loss) = ([0.0; 2], [0.0; 2], [0.0; 2], 0.0);
        for (id, w) in &mut self.within {
            let times = [end - w.entry, (end - w.entry).min(end - begin)];
            for k in 0..2 {
                speed[k] += w.ways[k].max(0.0) / times[k].max(0.001);
                duration[k] += times[k];
                halts[k] += f64::from(w.halts[k]);
            }
            let lost = self.losses.get(id).copied().unwrap_or(w.losses[1]);
            loss += lost - w.losses[1];
            (w.ways[1], w.halts[1], w.losses[1]) = (0.0, 0, lost);
        }
        let n = self.within.len();
        let within = |sum: f64| self::mean(n, sum);
        let reading = GatesReading {
            travel_time: mean(&|l| l.travel),
            overlap_travel_time: mean(&|l| l.overlap),
            speed: mean(&|l| l.way / l.overlap.max(0.001)),
            halts: mean(&|l| f64::from(l.halts)),
            time_loss: mean(&|l| l.loss),
            vehicles: left.len() as u32,
            speed_within: within(speed[0]),
            halts_within: within(halts[0]),
            duration_within: within(duration[0]),
            vehicles_within: n as u32,
            interval_speed_within: within(speed[1]),
            interval_halts_within: within(halts[1]),
            interval_duration_within: within(duration[1]),
            time_loss_within: within(loss),
        };
        Reading::Gates(self.number, interval, reading)
    }
}

/// A mean; −1 of nothing, as SUMO writes it.
fn mean(n: usize, sum: f64) -> f64 {
    if n > 0 { sum / n as f64 } else { -1.0 }
}
