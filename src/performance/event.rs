//! Events as they come out of a log.

use std::cmp::Ordering;

use intergreen_control::Millis;

/// An event. The order of its fields is the order in which a log is worked through.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Event {
    /// Of which signal: its place in [`Log::signals`].
    pub signal: u32,
    /// When, in ms since whatever the log's clock counts from.
    pub at: Millis,
    /// What, as a number of the Indiana enumerations.
    pub code: u8,
    /// To whom: phase or channel, from 1.
    pub parameter: u16,
}

/// A log of several signals.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Log {
    /// The names of the signals, each once.
    pub signals: Vec<String>,
    /// What happened, in any order.
    pub events: Vec<Event>,
}

/// Event codes: those of our controllers, and some that only others write.
pub(super) mod code {
    pub use intergreen_control::log::code::*;
    use intergreen_control::log::flash;

    /// A detector's fault: other, watchdog, open loop, shorted loop, excessive change.
    pub const DETECTOR_FAULTS: std::ops::RangeInclusive<u8> = 84..=88;

    /// Whether a parameter of [`FLASH`] says that the signal flashes. What an end was before it was that of NTCIP counts too.
    pub const fn flashes(status: u16) -> bool {
        status != flash::NONE && status != 0
    }
}

/// Orders names that are numbers as numbers, before all others.
pub(super) fn natural(a: &str, b: &str) -> Ordering {
    let key = |name: &str| name.parse::<u64>().map_or((1, 0), |number| (0, number));
    key(a).cmp(&key(b)).then_with(|| a.cmp(b))
}
