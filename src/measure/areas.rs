//! Area detectors (SUMO: e2).
//!
//! Positions are measured along the detector: 0 is its start, its lanes follow each other. Once in a step everybody
//! on it is looked at, nearest to its end first: who halts, and who stands in a jam. A *jam* is a row of vehicles
//! that have halted longer than a while, with nobody between them who has not. How far they are apart does not
//! matter: SUMO's documentation says it does, but SUMO 1.28 compares a distance that is always negative.

use std::collections::BTreeMap;

use intergreen_control::Millis;

use super::motion::{Front, Moving, Way};
use super::trace::Trace;
use super::{Device, Interval, Reading};
use crate::demand::VehicleId;
use crate::instruments::Area;
use crate::network::LaneId;
use crate::sim::Scene;

/// What an area detector read in an interval; means are −1 where nobody was there.
#[derive(Clone, Copy, Debug, PartialEq, Default)]
pub struct AreaReading {
    /// Vehicle time on it, s.
    pub sampled: f64,
    /// Vehicles that came onto it.
    pub entered: u32,
    /// Vehicles that left it.
    pub left: u32,
    /// Vehicles that were on it.
    pub seen: u32,
    /// Mean speed, m/s.
    pub speed: f64,
    /// Time lost per vehicle seen, s.
    pub time_loss: f64,
    /// Mean over steps of the share covered by vehicles, %.
    pub occupancy: f64,
    /// The greatest, %.
    pub most_occupancy: f64,
    /// Mean over steps of the longest jam, vehicles.
    pub jam_vehicles: f64,
    /// The same, m.
    pub jam_metres: f64,
    /// The longest jam, vehicles.
    pub longest_jam_vehicles: u32,
    /// The longest jam, m.
    pub longest_jam_metres: f64,
    /// Sum over steps and jams, vehicles.
    pub jam_vehicles_sum: u64,
    /// Sum over steps and jams, m.
    pub jam_metres_sum: f64,
    /// Halts, whole and within the interval.
    pub halts: [HaltReading; 2],
    /// Halts begun.
    pub started_halts: u32,
    /// Mean over steps of the vehicles on it.
    pub vehicles: f64,
    /// Most vehicles on it in a step.
    pub most_vehicles: u32,
}

/// Durations of halts, s.
#[derive(Clone, Copy, Debug, PartialEq, Default)]
pub struct HaltReading {
    /// Mean.
    pub mean: f64,
    /// Longest.
    pub longest: f64,
    /// Sum.
    pub sum: f64,
}

/// A vehicle on its way over the detector.
#[derive(Clone, Copy, Debug)]
struct Visitor {
    counted: bool,
    /// Where it came onto the detector.
    entry: f64,
    /// Where it leaves the detector, or the detector's lanes.
    exit: f64,
    /// End of the last step booked, s: on a detector of several lanes a vehicle is heard of on each that it touches.
    booked: f64,
}

/// A vehicle in the present step.
#[derive(Clone, Copy, Debug)]
struct Sight {
    id: VehicleId,
    /// Distance of its front to the detector's end, m; negative beyond it.
    to_end: f64,
    speed: f64,
    /// Part of it that is on the detector, m.
    covered: f64,
}

/// Time for which a vehicle has halted: in all, and in this interval.
type Halt = [Millis; 2];

/// An area detector at work.
#[derive(Debug)]
pub(super) struct AreaDevice {
    number: usize,
    /// Its lanes, with the place of their starts on the detector, m, and their lengths, m.
    lanes: Vec<(LaneId, f64, f64)>,
    length: f64,
    halting_speed: f64,
    halting_time: Millis,
    step: Millis,
    visitors: BTreeMap<VehicleId, Visitor>,
    sights: Vec<Sight>,
    halts: BTreeMap<VehicleId, Halt>,
    past: Vec<Halt>,
    steps: u32,
    speed_sum: f64,
    loss_sum: f64,
    occupancy_sum: f64,
    jam_vehicles: u64,
    jam_metres: f64,
    vehicles: u64,
    /// What is summed up directly.
    now: AreaReading,
}

impl AreaDevice {
    pub(super) fn new(number: usize, d: &Area, scene: &Scene) -> Self {
        let mut place = -d.start;
        let mut lanes = Vec::new();
        for &lane in &d.lanes {
            let length = f64::from(scene.lanes[lane.index()].length);
            lanes.push((lane, place, length));
            place += length;
        }
        let last = lanes.last().map_or(0.0, |l| l.1);
        Self {
            number,
            length: last + d.end,
            lanes,
            halting_speed: d.halting.speed,
            halting_time: d.halting.time,
            step: scene.setup.step,
            visitors: BTreeMap::new(),
            sights: Vec::new(),
            halts: BTreeMap::new(),
            past: Vec::new(),
            steps: 0,
            speed_sum: 0.0,
            loss_sum: 0.0,
            occupancy_sum: 0.0,
            jam_vehicles: 0,
            jam_metres: 0.0,
            vehicles: 0,
            now: AreaReading::default(),
        }
    }

    /// Where a lane starts on the detector, and its length.
    fn lane(&self, lane: LaneId) -> (f64, f64) {
        // Only its own lanes are told.
        self.lanes.iter().find(|l| l.0 == lane).map_or((0.0, 0.0), |l| (l.1, l.2))
    }

    /// Whether a vehicle halts, and has for long enough to be in a jam.
    fn is_jammed(&mut self, s: &Sight, halts: &mut BTreeMap<VehicleId, Halt>) -> bool {
        let before = self.halts.remove(&s.id);
        if s.speed >= self.halting_speed {
            self.past.extend(before);
            return false;
        }
        if before.is_none() {
            self.now.started_halts += 1;
        }
        let halt = before.unwrap_or_default().map(|t| t + self.step);
        halts.insert(s.id, halt);
        halt[0] > self.halting_time
    }

    /// Adds the jams of a step, each as its first and last vehicle and how many they are.
    fn book_jams(&mut self, jams: &[(Sight, Sight, u32)]) {
        let (mut longest, mut most) = (0.0_f64, 0);
        for (first, last, n) in jams {
            let metres = last.to_end.max(0.0) - first.to_end.max(0.0) + last.covered;
            longest = longest.max(metres);
            most = most.max(*n);
            self.now.jam_metres_sum += metres;
            self.now.jam_vehicles_sum += u64::from(*n);
        }
        self.jam_vehicles += u64::from(most);
        self.jam_metres += longest;
        self.now.longest_jam_vehicles = self.now.longest_jam_vehicles.max(most);
        self.now.longest_jam_metres = self.now.longest_jam_metres.max(longest);
    }
}

impl Device for AreaDevice {
    fn lanes(&self) -> Vec<LaneId> {
        self.lanes.iter().map(|l| l.0).collect()
    }

    fn enter(&mut self, m: &Moving<'_>, lane: LaneId, position: f64, way: Way) {
        let (start, _) = self.lane(lane);
        if way != Way::Along && start + position - m.length >= self.length {
            return;
        }
        let exit = self.length;
        let new = Visitor { counted: false, entry: start.max(0.0), exit, booked: f64::NEG_INFINITY };
        self.visitors.entry(m.id).or_insert(new).exit = exit;
    }

    fn moved(&mut self, m: &Moving<'_>, lane: LaneId, front: Front) {
        let (start, _) = self.lane(lane);
        let (from, to) = (start + front.from, start + front.to);
        let Some(v) = self.visitors.get_mut(&m.id) else { return };
        if to <= 0.0 || v.booked >= m.now {
            return;
        }
        v.booked = m.now;
        if !v.counted {
            v.counted = true;
            self.now.entered += 1;
            self.now.seen += 1;
        }
        let v = *v;
        let passed = v.exit <= to - m.length;
        if !(passed && v.exit <= from - m.length) {
            let (time, loss) = stay(m, lane, from, to, &v);
            self.now.sampled += time;
            self.loss_sum += loss;
            self.speed_sum += m.after * time;
            let covered = (m.length.min(to).max(0.0) + (v.exit - to).min(0.0)).max(0.0);
            self.sights.push(Sight { id: m.id, to_end: self.length - to, speed: m.after, covered });
        }
        if passed {
            self.visitors.remove(&m.id);
            self.now.left += 1;
        }
    }

    fn leave(&mut self, m: &Moving<'_>, lane: LaneId, way: Way) {
        let (start, length) = self.lane(lane);
        if way == Way::Along {
            // If it goes on over a lane of the detector, that lane says so next.
            if let Some(v) = self.visitors.get_mut(&m.id) {
                v.exit = v.exit.min(start + length);
            }
        } else if self.visitors.remove(&m.id).is_some_and(|v| v.counted) {
            self.now.left += 1;
        }
    }

    fn step(&mut self, _: Millis, _: &Trace) {
        let mut sights = std::mem::take(&mut self.sights);
        sights.sort_by(|a, b| a.to_end.total_cmp(&b.to_end).then(a.id.cmp(&b.id)));
        let mut halts = BTreeMap::new();
        let mut jams: Vec<(Sight, Sight, u32)> = Vec::new();
        let mut open = false;
        let mut covered = 0.0;
        for s in &sights {
            covered += s.covered;
            let jammed = self.is_jammed(s, &mut halts);
            match jams.last_mut().filter(|_| open) {
                Some((_, last, n)) if jammed => {
                    (*last, *n) = (*s, *n + 1);
                }
                _ if jammed => jams.push((*s, *s, 1)),
                _ => {}
            }
            open = jammed;
        }
        self.halts = halts;
        self.book_jams(&jams);
        self.steps += 1;
        let occupancy = 100.0 * covered / self.length;
        self.occupancy_sum += occupancy;
        self.now.most_occupancy = self.now.most_occupancy.max(occupancy);
        self.vehicles += sights.len() as u64;
        self.now.most_vehicles = self.now.most_vehicles.max(sights.len() as u32);
        sights.clear();
        self.sights = sights;
    }

    fn read(&mut self, _: &Scene, interval: Interval) -> Reading {
        let mut r = std::mem::take(&mut self.now);
        let steps = f64::from(self.steps.max(1));
        let past = std::mem::take(&mut self.past);
        r.halts = [0, 1].map(|k| {
            let all = past.iter().chain(self.halts.values()).map(|halt| halt[k].seconds());
            let (n, sum, longest) =
                all.fold((0_u32, 0.0, 0.0), |(n, sum, most), t| (n + 1, sum + t, f64::max(most, t)));
            HaltReading { mean: sum / f64::from(n.max(1)), longest, sum }
        });
        self.halts.values_mut().for_each(|halt| halt[1] = Millis(0));
        r.speed = if r.sampled > 0.0 { self.speed_sum / r.sampled } else { -1.0 };
        r.time_loss = if r.seen > 0 { self.loss_sum / f64::from(r.seen) } else { -1.0 };
        r.occupancy = self.occupancy_sum / steps;
        r.jam_vehicles = self.jam_vehicles as f64 / steps;
        r.jam_metres = self.jam_metres / steps;
        r.vehicles = self.vehicles as f64 / steps;
        (self.steps, self.jam_vehicles, self.vehicles) = (0, 0, 0);
        (self.speed_sum, self.loss_sum, self.occupancy_sum, self.jam_metres) = (0.0, 0.0, 0.0, 0.0);
        self.now.seen = r.seen.saturating_sub(r.left);
        Reading::Area(self.number, interval, r)
    }
}

/// Time that a vehicle spends on the detector in a step, and time it loses there, s. Whoever stands loses all of it.
fn stay(m: &Moving<'_>, lane: LaneId, from: f64, to: f64, v: &Visitor) -> (f64, f64) {
    if m.moved <= 0.0 {
        return (m.dt, m.dt);
    }
    let enter = if from < v.entry { m.time_for(v.entry - from) } else { 0.0 };
    let end = v.exit + m.length;
    let gone = if end >= to { m.dt } else { m.time_for(end - from) };
    let free = m.free_speed(lane).max(0.001);
    let mean = 0.5 * (m.speed_at(enter) + m.speed_at(gone));
    (gone - enter, ((gone - enter) * (free - mean) / free).max(0.0))
}
