//! Whether a detector is to be believed, and what it measured in the last minute.
//!
//! Terms
//! - **minute**: 60 s, the first one from the start of the controller.
//! - **volume**, **occupancy**, **headway** of a minute: actuations, share of the time that it was on, mean time between
//!   actuations.
//! - **expected**: what a detector would have counted by its usual share of all that the cabinet's detectors count. In
//!   a quiet night nothing is expected of anybody; where the others count as always it is soon too much to be chance.
//!   One that has never counted has no share: half of what the others at its stop line counted is expected of it, of one
//!   further upstream a quarter, since some come there from elsewhere.

use crate::{Millis, plan::DetectorLimits};

/// How long is measured, and how often is looked for broken detectors.
pub(super) const MINUTE: Millis = Millis(60_000);
/// So many actuations tell what the usual share of a detector is.
const USUAL: u32 = 30;
/// So many short pulses in a minute are no chance.
const SHORT_PULSES: u32 = 10;

/// Whether a detector is to be believed.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Health {
    /// It is.
    #[default]
    Good,
    /// It sees nobody, although somebody must have come.
    NoActivity,
    /// It is on for too long.
    MaxPresence,
    /// It goes on too often.
    Erratic,
    /// Its pulses are too short for a vehicle.
    ShortPulses,
}

impl Health {
    pub(super) const ALL: [Self; 5] =
        [Self::Good, Self::NoActivity, Self::MaxPresence, Self::Erratic, Self::ShortPulses];

    /// The number under which logs tell of it (Indiana enumerations).
    pub const fn code(self) -> u8 {
        use crate::log::code;
        match self {
            Self::Good => code::DETECTOR_RESTORED,
            Self::NoActivity => code::DETECTOR_WATCHDOG,
            Self::MaxPresence => code::DETECTOR_SHORT,
            Self::Erratic => code::DETECTOR_ERRATIC,
            Self::ShortPulses => code::DETECTOR_OTHER,
        }
    }
}

/// What a detector measured in a minute.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Measures {
    /// Actuations.
    pub volume: u32,
    /// How long it was on, of 60 s.
    pub on: Millis,
    /// Mean time between actuations, if there were two in a row.
    pub headway: Option<Millis>,
}

impl Measures {
    /// Share of the minute in which it was on, 0–1.
    pub const fn occupancy(&self) -> f64 {
        self.on.0 as f64 / MINUTE.0 as f64
    }
}

/// What is added up during a minute.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Minute {
    pub count: u32,
    pub short: u32,
    /// Time between actuations, summed up, and of how many.
    pub headways: Millis,
    pub pairs: u32,
    /// Its on-time when the minute began.
    pub on_time: Millis,
}

impl Minute {
    pub fn measures(&self, on_time: Millis) -> Measures {
        let headway = (self.pairs > 0).then(|| Millis(self.headways.0 / i64::from(self.pairs.max(1))));
        Measures { volume: self.count, on: on_time - self.on_time, headway }
    }
}

/// What there is to say of a detector at the end of a minute.
pub(super) struct Seen {
    pub occupied: bool,
    /// Since the last edge, or the start.
    pub unchanged: Millis,
    /// How many vehicles it was expected to see since the last one.
    pub expected: u64,
}

/// What a minute says of a detector.
pub(super) fn judge(limits: &DetectorLimits, minute: &Minute, seen: &Seen) -> Health {
    let over = |limit: Millis| limit.0 > 0 && seen.unchanged > limit;
    if seen.occupied && over(limits.max_presence) {
        Health::MaxPresence
    } else if over(limits.no_activity)
        || limits.expected > 0 && !seen.occupied && seen.expected >= u64::from(limits.expected)
    {
        Health::NoActivity
    } else if limits.erratic > 0 && minute.count > u32::from(limits.erratic) {
        Health::Erratic
    } else if limits.short_pulse.0 > 0 && minute.short >= SHORT_PULSES {
        Health::ShortPulses
    } else {
        Health::Good
    }
}

/// The usual share of a detector in all counts.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Share {
    /// Its own actuations.
    pub own: u32,
    /// All of the cabinet when it was seen on last.
    pub all: u32,
}

impl Share {
    /// How many actuations were to be expected since it was seen last, now that there are `all` in the cabinet.
    pub fn expected(&self, all: u32) -> u64 {
        let since = u64::from(all.saturating_sub(self.all));
        if self.own < USUAL || self.all == 0 { 0 } else { since * u64::from(self.own) / u64::from(self.all) }
    }

    /// What was long ago counts half.
    pub fn halve(&mut self) {
        (self.own, self.all) = (self.own / 2, self.all / 2);
    }
}
