//! C5, C6: delay at a signal against the formulas of the manuals.
//!
//! Terms
//! - **degree of saturation** X: arrivals over capacity; capacity is measured saturation flow times measured effective
//!   green over the cycle.
//! - **control delay**: time lost to the signal: braking, standing, accelerating, waiting to enter. What the same vehicles
//!   lose to each other on the same road without a signal is none, and is taken off.
//! - **envelope**: from the least to the greatest of what the formulas say: they differ by 10 to 20 % around X = 0.7.

use super::discharge::capacity;
use super::estimate::each_seed;
use super::plot::{Mark, Plot, Series};
use super::world::{Trips, World, road};
use super::{Drivers, Effort, Estimate, FINER, Row, STEP, Section, Target};
use crate::network::compose::NodeKind;

/// Cycle and green shown, s.
const CYCLE: f64 = 90.0;
const GREEN: f64 = 40.0;
/// For how long vehicles arrive, s: the manual's quarter of an hour.
const PERIOD: f64 = 900.0;
/// Runs from this degree of saturation on, where chance decides: as many as the list of targets wants.
const LONG_FROM: f64 = 0.95;
const LONG_SEEDS: u64 = 200;
/// Degrees of saturation with the number of the row, and how far off the envelope a figure may be.
const POINTS: [(&str, f64, f64); 8] = [
    ("5a", 0.2, 0.1),
    ("5b", 0.4, 0.1),
    ("5c", 0.6, 0.1),
    ("5d", 0.8, 0.1),
    ("5e", 0.9, 0.1),
    ("5f", 0.95, 0.2),
    ("5g", 1.0, 0.2),
    ("5h", 1.1, 0.2),
];

/// What the formulas are about.
#[derive(Clone, Copy, Debug)]
pub struct Signal {
    /// Cycle, s.
    pub cycle: f64,
    /// Effective green, s.
    pub green: f64,
    /// Saturation flow, veh/h.
    pub saturation: f64,
    /// For how long vehicles arrive, h.
    pub hours: f64,
}

impl Signal {
    /// veh/h.
    pub fn capacity(&self) -> f64 {
        self.saturation * self.green / self.cycle
    }

    /// Uniform delay, s: arrivals at equal intervals.
    fn uniform(&self, x: f64) -> f64 {
        let share = self.green / self.cycle;
        0.5 * self.cycle * (1.0 - share) * (1.0 - share) / (1.0 - x.min(1.0) * share)
    }

    /// The Highway Capacity Manual (7th edition, chapter 19): pretimed (k = 0.5), isolated (I = 1), random arrivals, no
    /// initial queue. Control delay, s.
    pub fn hcm(&self, x: f64) -> f64 {
        let (t, c) = (self.hours, self.capacity());
        let z = x - 1.0;
        self.uniform(x) + 900.0 * t * (z + (z * z + 8.0 * 0.5 * x / (c * t)).sqrt())
    }

    /// Webster 1958, Road Research Technical Paper 39. Of degrees below 1, s.
    pub fn webster(&self, x: f64) -> f64 {
        let (q, share) = (x * self.capacity() / 3600.0, self.green / self.cycle);
        let first = self.cycle * (1.0 - share) * (1.0 - share) / (2.0 * (1.0 - share * x));
        let third = 0.65 * libm::cbrt(self.cycle / (q * q)) * libm::pow(x, 2.0 + 5.0 * share);
        first + x * x / (2.0 * q * (1.0 - x)) - third
    }

    /// Akçelik 1981, ARR 123: time-dependent overflow, s.
    pub fn akcelik(&self, x: f64) -> f64 {
        let (c, full) = (self.capacity(), self.capacity() * self.hours);
        let from = 0.67 + self.saturation / 3600.0 * self.green / 600.0;
        let z = x - 1.0;
        let queue = if x > from { full / 4.0 * (z + (z * z + 12.0 * (x - from) / full).sqrt()) } else { 0.0 };
        self.uniform(x) + queue / c * 3600.0
    }

    /// The least and the greatest of what the formulas say, s.
    pub fn envelope(&self, x: f64) -> (f64, f64) {
        let mut all = vec![self.hcm(x), self.akcelik(x)];
        if x < 1.0 {
            all.push(self.webster(x));
        }
        all.iter().fold((f64::INFINITY, 0.0), |(least, most), &d| (least.min(d), most.max(d)))
    }
}

/// One lane at 50 km/h with random arrivals, veh/h; at its end a fixed signal, or none.
fn world(drivers: Drivers, flow: f64, signal: bool) -> World {
    let kind = if signal { NodeKind::Signal } else { NodeKind::Priority };
    let town = road(kind, 1000.0, 400.0, 1);
    let stages = [(GREEN, &["in"][..]), (CYCLE - GREEN - 5.0, &[])];
    let network = if signal { town.signal("x", 0.0, &stages) } else { town }.build();
    let mut trips = Trips::new(&network, drivers.car());
    trips.flow("v", 0.0, PERIOD, flow, &["in", "out"]);
    trips.world("delay at a signal")
}

/// Mean control delay of one run, s.
fn delay(drivers: Drivers, step: f64, flow: f64, seed: u64) -> f64 {
    let lost = |signal| lost(&world(drivers, flow, signal).step(step).seed(seed));
    lost(true) - lost(false)
}

/// Mean time lost in one run, s.
fn lost(world: &World) -> f64 {
    let sim = world.drain(PERIOD + 3600.0, |_| ());
    let (mut sum, mut n) = (0.0, 0.0);
    for (departure, trip) in sim.scene().departures.iter().zip(&sim.measures().trips) {
        let waited = trip.entered.map_or(0.0, |at| (at - departure.depart).seconds());
        sum += f64::from(trip.time_loss) + waited;
        n += 1.0;
    }
    sum / n
}

/// The signal of the experiment, as it is measured with these drivers.
fn signal(drivers: Drivers, step: f64, effort: Effort) -> Signal {
    let (saturation, longer) = capacity(drivers, step, effort.seeds);
    Signal { cycle: CYCLE, green: GREEN + longer, saturation, hours: PERIOD / 3600.0 }
}

/// The experiment.
pub fn run(effort: Effort) -> Section {
    let seeds = |x: f64| if x >= LONG_FROM && !effort.quick { effort.seeds.max(LONG_SEEDS) } else { effort.seeds };
    let measured = |step, signal: &Signal, x: f64| {
        let flow = x * signal.capacity();
        Estimate::of(&each_seed(seeds(x), |seed| delay(Drivers::Calibrated, step, flow, seed)))
    };
    let [ours, finer] = [STEP, FINER].map(|step| signal(Drivers::Calibrated, step, effort));
    let row = |&(id, x, share): &(&'static str, f64, f64)| {
        let (least, most) = ours.envelope(x);
        let target = Target::between(least * (1.0 - share), most * (1.0 + share));
        Row::new(id, format!("control delay at X = {x}"), target, measured(STEP, &ours, x))
            .finer(measured(FINER, &finer, x))
            .unit("s", 1)
            .source("envelope of HCM 7, Webster, Akçelik")
    };
    let rows: Vec<Row> = POINTS.iter().map(row).collect();
    let curve = |most: u32, of: &dyn Fn(f64) -> f64| {
        (4..=most).map(|i| f64::from(i) / 20.0).map(|x| (x, of(x))).collect::<Vec<_>>()
    };
    let points = POINTS.iter().zip(&rows).map(|(p, row)| (p.1, row.measured.mean)).collect();
    let plot = Plot::new("delay", "Delay and degree of saturation", "degree of saturation", "control delay, s")
        .from_zero()
        .note("Cycle 90 s, green 40 s, random arrivals for 15 minutes; saturation flow and lost times as measured.")
        .with([
            Series::new("measured", Mark::Dots, points),
            Series::new("HCM 7", Mark::Line, curve(22, &|x| ours.hcm(x))),
            Series::new("Webster", Mark::Dashes, curve(19, &|x| ours.webster(x))),
            Series::new("Akçelik", Mark::Line, curve(22, &|x| ours.akcelik(x))),
        ]);
    Section {
        title: "Delay at a signal",
        text: "One lane, a fixed signal, random arrivals for 15 minutes from an empty road; all who arrive then are \
               counted, also those who leave later. The formulas get the saturation flow and the effective green that \
               were measured.",
        rows,
        plots: vec![plot],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The table of the project's list of targets: C 90, g 40, s 1900.
    #[test]
    fn formulas_say_what_the_table_says() {
        let quarter = Signal { cycle: 90.0, green: 40.0, saturation: 1900.0, hours: 0.25 };
        let hour = Signal { hours: 1.0, ..quarter };
        for (x, short, long, webster, akcelik) in [
            (0.2, 15.8, 15.8, 15.8, 15.2),
            (0.4, 18.3, 18.3, 18.0, 16.9),
            (0.6, 22.1, 22.1, 20.9, 18.9),
            (0.8, 29.4, 29.9, 26.6, 24.6),
            (0.9, 37.7, 40.6, 37.1, 34.8),
            (0.95, 45.0, 54.3, 58.2, 48.6),
        ] {
            let all = [quarter.hcm(x), hour.hcm(x), hour.webster(x), hour.akcelik(x)];
            for (found, wanted) in all.iter().zip([short, long, webster, akcelik]) {
                // The table has one decimal.
                assert!((found - wanted).abs() <= 0.06, "X {x}: {all:.2?}");
            }
        }
        assert!((hour.hcm(1.1) - 226.0).abs() < 0.6 && (hour.akcelik(1.1) - 227.0).abs() < 0.6);
    }
}
