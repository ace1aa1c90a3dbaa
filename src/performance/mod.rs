//! Performance measures from the event logs of signal controllers, simulated and recorded ones alike.
//!
//! Terms
//! - **event log**: what a controller logs with its time to 0.1 s: an *event code* of the Indiana high-resolution
//!   enumerations and a *parameter*, the number of the phase or of the detector's channel it is about, both from 1.
//! - **signal**: whose log it is (in recorded logs: the device).
//! - **service**: one green of a phase, with the yellow and the red clearance that end it.
//! - **termination**: why a green ended: *gap-out* (nobody extends it), *max-out* (its greatest length is reached) or
//!   *force-off* (the coordination, a fixed plan or a strategy that chooses among stages ends it).
//! - **split**: from the begin of green to the end of the red clearance.
//! - **advance detector**: a loop far enough upstream that it sees arrivals and not the queue. An actuation there is
//!   *projected* to the stop line: an *arrival* is one that much later as the way there takes.
//! - **presence detector**: a zone at the stop line, on while somebody stands or drives there.
//! - **cycle**: from one begin of red to the next (of one phase); what the Purdue coordination diagram draws upwards.
//! - **flash**: the signal flashes as a whole (code 173): no phase shows anything, and who arrives meanwhile or waits beyond
//!   its begin is not measured.
//! - **flashing**: a left turn with a flashing yellow arrow may go while its phase is red. Whose detector names its
//!   [arrow](Detector::arrow) is then on neither green nor red.
//! - **platoon ratio**: share of arrivals on green over share of green: above 1, platoons meet green.
//! - **split failure**: a service whose presence detectors are occupied for more than 79 % of the green and of the first
//!   five seconds of red: not everybody who waited got through.
//! - **bin**: an interval of the clock, usually of 15 minutes.
//!
//! [`measure`] is a function of the *set* of events: they may come in any order, some twice. Recorded logs begin in
//! mid-cycle and have holes; whatever cannot be used is counted by name in [`Signal::skipped`].

mod arrows;
mod aspects;
mod book;
mod coordination;
mod detectors;
mod diagram;
mod event;
mod flashing;
mod health;
mod occupancy;
mod pedestrians;
mod phase;
mod plot;
mod service;
mod signal;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use intergreen_control::Millis;
use serde::Serialize;

pub use book::{Arrivals, Measures, Pedestrians, Red, SplitFailures, Spread, Terminations};
pub use coordination::Coordination;
pub use detectors::{AT_LINE_M, Detector, Detectors, Function};
pub use diagram::{Cycle, Diagram};
pub use event::{Event, Log};
pub use health::Health;
pub use phase::{Bin, Phase};
pub use plot::svg;
pub use signal::Signal;

/// Limits of what is measured.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Options {
    /// Length of a bin, more than 0.
    pub bin: Millis,
    /// An occupancy above this share counts towards a split failure.
    pub occupied: f64,
    /// How much of the red after a green counts for a split failure.
    pub red: Millis,
    /// A detector that is on for this long without a break is taken to be stuck.
    pub presence: Millis,
    /// A detector without an actuation for this long is taken to be dead.
    pub silence: Millis,
    /// More actuations than this in a minute are none of vehicles in one lane.
    pub counts: u32,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            bin: Millis(15 * 60_000),
            occupied: 0.79,
            red: Millis(5_000),
            presence: Millis(10 * 60_000),
            silence: Millis(60 * 60_000),
            // A saturated lane has 32 in a minute.
            counts: 60,
        }
    }
}

/// What a log tells.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Report {
    /// Length of a bin, s.
    pub bin_s: f64,
    /// The signals, ordered by number, then by name.
    pub signals: Vec<Signal>,
}

/// What could not be used, by name, with how often.
pub type Skipped = BTreeMap<String, u64>;

/// Works out all measures of a log.
///
/// Time grows with n log n and memory with n, for n events and detectors together.
pub fn measure(mut log: Log, detectors: &Detectors, options: &Options) -> Report {
    log.events.sort_unstable();
    let mut signals: Vec<Signal> = log
        .events
        .chunk_by(|a, b| a.signal == b.signal)
        .map(|events| {
            let number = events[0].signal as usize;
            let name = log.signals.get(number).cloned().unwrap_or_else(|| format!("#{number}"));
            Signal::of(name, events, detectors, options)
        })
        .collect();
    signals.sort_by(|a, b| event::natural(&a.signal, &b.signal));
    Report { bin_s: options.bin.seconds(), signals }
}
