//! What sensor outputs mean to a plan.

use alloc::{string::String, vec::Vec};

use crate::Millis;

/// What a detector does for its groups.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
pub enum DetectorMode {
    /// Calls while the group is not green, and extends its green.
    #[default]
    CallAndExtend,
    /// Calls only.
    Call,
    /// Extends only.
    Extend,
    /// Counts only.
    Count,
}

impl DetectorMode {
    /// Whether it calls.
    pub const fn calls(self) -> bool {
        matches!(self, Self::Call | Self::CallAndExtend)
    }
}

/// What a detector means: which groups it calls and extends, and how.
#[derive(Clone, PartialEq, Eq, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(deny_unknown_fields))]
pub struct DetectorUse {
    /// The channel, from 0: the number its edges carry.
    pub channel: u16,
    /// The groups it is for.
    pub groups: Vec<String>,
    /// What it does for them.
    #[cfg_attr(feature = "serde", serde(default))]
    pub mode: DetectorMode,
    /// Whether a call is kept until it is served, also when the vehicle has left the detector.
    #[cfg_attr(feature = "serde", serde(default))]
    pub locking: bool,
    /// Counts as occupied only after being on for this long, s, 0–60.
    #[cfg_attr(feature = "serde", serde(default, with = "super::seconds"))]
    pub delay: Millis,
    /// Counts as occupied for this much longer than it is, s, 0–30.
    #[cfg_attr(feature = "serde", serde(default, with = "super::seconds"))]
    pub extend: Millis,
}
