//! Preemption and priority.
//!
//! Terms
//! - **preemption**: what makes the signal leave its normal operation: a train, a fire engine. It goes through
//!   *delay* → *track clearance* (queues leave the tracks) → *dwell* → *exit*. Clearances are kept throughout.
//! - **priority**: what makes the normal operation hold or hurry: a bus.

use alloc::{string::String, vec::Vec};

use crate::Millis;

/// Who preempts. The kinds are in order of importance.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
pub enum PreemptKind {
    /// A train.
    Rail,
    /// An emergency vehicle.
    Emergency,
    /// A bus.
    Bus,
}

/// A preemption.
#[derive(Clone, PartialEq, Eq, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(deny_unknown_fields))]
pub struct Preempt {
    /// Its name.
    pub name: String,
    /// Who preempts.
    pub kind: PreemptKind,
    /// From the input to its effect, s, 0–600.
    #[cfg_attr(feature = "serde", serde(default, with = "super::seconds", skip_serializing_if = "super::is_default"))]
    pub delay: Millis,
    /// Groups that clear the tracks; none: no track clearance.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "super::is_default"))]
    pub track: Vec<String>,
    /// How long they are green together, s.
    #[cfg_attr(feature = "serde", serde(default, with = "super::seconds", skip_serializing_if = "super::is_default"))]
    pub track_green: Millis,
    /// Groups that may be open while it lasts; none: red everywhere.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "super::is_default"))]
    pub dwell: Vec<String>,
    /// Least dwell, s, 1–600.
    #[cfg_attr(feature = "serde", serde(with = "super::seconds"))]
    pub min_dwell: Millis,
    /// After this time an input that is still on counts as broken and is ignored until it goes off, s, 10–3600.
    #[cfg_attr(feature = "serde", serde(with = "super::seconds"))]
    pub max_presence: Millis,
    /// Groups that are served first afterwards.
    pub exit: Vec<String>,
    /// Whether it may cut a walk short. Yellow and red clearance are never cut.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "super::is_default"))]
    pub cuts_walk: bool,
    /// Whether it may cut a pedestrian clearance short.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "super::is_default"))]
    pub cuts_clearance: bool,
}

/// Priority for public transport at one group, granted by strategies.
#[derive(Clone, PartialEq, Eq, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(deny_unknown_fields))]
pub struct Priority {
    /// Its name.
    pub name: String,
    /// The group it wants open.
    pub group: String,
    /// Longest extension of green, s, 0–30.
    #[cfg_attr(feature = "serde", serde(with = "super::seconds"))]
    pub extension: Millis,
    /// Least time between two services, s, 0–3600.
    #[cfg_attr(feature = "serde", serde(with = "super::seconds"))]
    pub lockout: Millis,
}
