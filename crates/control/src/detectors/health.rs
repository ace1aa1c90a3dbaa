//! Whether a detector is to be believed, and what it measured in the last minute.
//!
//! Terms
//! - **minute**: 60 s, the first one from the start of the controller.
//! - **volume**, **occupancy**, **headway** of a minute: actuations, share of the time that it was on, mean time between
//!   actuations.
//!
//! | health | found | over |
//! |---|---|---|
//! | no activity | when a mate ([`mates`](super::mates)) counts one vehicle too many, when a section of its road ([`sections`](super::sections)) has counted too many, every 20 s, or once a minute | with its next edge |
//! | maximum presence | at the end of an own green ([`presence`](super::presence)), when sections have counted too many whom it cannot have missed, every 20 s, or once a minute | when it is off |
//! | erratic, short pulses | once a minute | after a minute without |
//! | lost | when whoever drives the channel [says so](super::Heartbeat) | when it says so, or with its next edge |

use super::mates::VEHICLE;
use crate::{Millis, plan::DetectorLimits};

/// How long is measured, and how often is looked for broken detectors.
pub(super) const MINUTE: Millis = Millis(60_000);
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
    /// Nothing comes over its channel any more, not even a [heartbeat](super::Heartbeat).
    Lost,
}

impl Health {
    pub(super) const ALL: [Self; 6] =
        [Self::Good, Self::NoActivity, Self::MaxPresence, Self::Erratic, Self::ShortPulses, Self::Lost];

    /// Whether it is to be believed.
    pub const fn is_good(self) -> bool {
        matches!(self, Self::Good)
    }

    /// The number under which logs tell of it (Indiana enumerations).
    pub const fn code(self) -> u8 {
        use crate::log::code;
        match self {
            Self::Good => code::DETECTOR_RESTORED,
            Self::NoActivity => code::DETECTOR_WATCHDOG,
            Self::MaxPresence => code::DETECTOR_SHORT,
            Self::Erratic => code::DETECTOR_ERRATIC,
            Self::ShortPulses => code::DETECTOR_OTHER,
            Self::Lost => code::DETECTOR_OPEN,
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
}

impl Minute {
    /// `on`: for how long it was on.
    pub fn measures(&self, on: Millis) -> Measures {
        let headway = (self.pairs > 0).then(|| Millis(self.headways.0 / i64::from(self.pairs.max(1))));
        Measures { volume: self.count, on, headway }
    }
}

/// What there is to say of a detector at the end of a minute.
pub(super) struct Seen {
    /// What it was taken for until now.
    pub health: Health,
    pub occupied: bool,
    /// Since the last edge, or the start.
    pub unchanged: Millis,
    /// Whether it was on in too many whole greens.
    pub stuck: bool,
}

/// What a minute says of a detector. `expects`: whether it was expected to see so many vehicles since the last one, in
/// thousandths; asked for only where that matters.
pub(super) fn judge(
    limits: &DetectorLimits,
    minute: &Minute,
    seen: &Seen,
    expects: impl FnOnce(u64) -> bool,
) -> Health {
    let over = |limit: Millis| limit.0 > 0 && seen.unchanged > limit;
    match seen.health {
        // Only an edge, or who drives the channel, takes these back.
        Health::NoActivity | Health::Lost => seen.health,
        _ if seen.occupied && (seen.stuck || over(limits.max_presence)) => Health::MaxPresence,
        _ if over(limits.no_activity) || is_missed(limits, seen.occupied, expects) => Health::NoActivity,
        _ if limits.erratic > 0 && minute.count > u32::from(limits.erratic) => Health::Erratic,
        _ if limits.short_pulse.0 > 0 && minute.short >= SHORT_PULSES => Health::ShortPulses,
        _ => Health::Good,
    }
}

/// Whether a detector has missed too many.
pub(super) fn is_missed(limits: &DetectorLimits, occupied: bool, expects: impl FnOnce(u64) -> bool) -> bool {
    limits.expected > 0 && !occupied && expects(limit(limits))
}

/// So many are too many, in thousandths of a vehicle.
pub(super) fn limit(limits: &DetectorLimits) -> u64 {
    u64::from(limits.expected) * VEHICLE
}
