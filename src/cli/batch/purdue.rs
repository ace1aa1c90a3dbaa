//! What `intergreen measures` says of a run's event log, without the log: events are kept in eight bytes each until the
//! run ends, and measured signal by signal.

use intergreen_control::Millis;

use crate::measure::detectors;
use crate::performance::{Detectors, Event, Log, Options, measure};
use crate::sim::Simulation;

/// Times in a log are whole tenths of a second, rounded down.
const TENTH_MS: i64 = 100;

/// An event: when, in tenths of a second on the scenario's clock, to whom, what.
#[derive(Clone, Copy, Debug)]
struct Noted(i32, u16, u8);

/// Listens to a run.
#[derive(Clone, Debug)]
pub struct Purdue {
    detectors: Detectors,
    /// By signal.
    events: Vec<Vec<Noted>>,
    /// What was logged before is of the warm-up.
    from: Millis,
}

/// Sums over all phases of all signals.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Sums {
    /// Arrivals at stop lines of which it is known what they met.
    arrivals: u64,
    /// Those on green.
    on_green: u64,
    /// Greens of which it is known.
    services: u64,
    /// Those that failed.
    failures: u64,
}

impl Purdue {
    /// Begins with a simulation before its first step, which logs from now on. Without a signal, or where a detector has
    /// more uses than measures take, nothing is measured.
    pub fn new(sim: &mut Simulation) -> Self {
        let detectors = detectors(sim).unwrap_or_default();
        let signals = if detectors.is_empty() { 0 } else { sim.scene().network.signals.len() };
        if signals > 0 {
            sim.log_events();
        }
        let from = sim.scene().setup.measured_from();
        let mut new = Self { detectors, events: vec![Vec::new(); signals], from };
        // How signals started.
        new.look(sim);
        new
    }

    /// Takes in what was logged in a step.
    pub fn look(&mut self, sim: &Simulation) {
        for (signal, event) in sim.controllers().events.iter().filter(|(_, e)| e.at >= self.from) {
            if let Some(list) = self.events.get_mut(*signal as usize) {
                let tenths = event.at.0.div_euclid(TENTH_MS);
                // Within seven years of the clock's zero; no run is so long.
                list.push(Noted(i32::try_from(tenths).unwrap_or(i32::MAX), event.parameter, event.code));
            }
        }
    }

    /// What it came to.
    pub fn sums(&self, sim: &Simulation) -> Sums {
        let mut sums = Sums::default();
        for (events, signal) in self.events.iter().zip(&sim.scene().network.signals) {
            let event = |&Noted(tenths, parameter, code): &Noted| Event {
                signal: 0,
                at: Millis(i64::from(tenths) * TENTH_MS),
                code,
                parameter,
            };
            let log = Log { signals: vec![signal.id.clone()], events: events.iter().map(event).collect() };
            for phase in measure(log, &self.detectors, &Options::default()).signals.iter().flat_map(|s| &s.phases) {
                if let Some(a) = phase.total.arrivals {
                    sums.arrivals += u64::from(a.total - a.unknown);
                    sums.on_green += u64::from(a.on_green);
                }
                if let Some(f) = phase.total.split_failures {
                    sums.services += u64::from(f.services);
                    sums.failures += u64::from(f.failures);
                }
            }
        }
        sums
    }
}

impl Sums {
    /// Share of arrivals on green.
    pub fn on_green(&self) -> Option<f64> {
        (self.arrivals > 0).then(|| self.on_green as f64 / self.arrivals as f64)
    }

    /// Share of greens that failed.
    pub fn failed(&self) -> Option<f64> {
        (self.services > 0).then(|| self.failures as f64 / self.services as f64)
    }
}
