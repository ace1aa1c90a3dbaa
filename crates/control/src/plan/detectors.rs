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

    /// Whether it extends.
    pub const fn extends(self) -> bool {
        matches!(self, Self::Extend | Self::CallAndExtend)
    }
}

/// What a detector means: which groups it calls and extends, and how.
#[derive(Clone, PartialEq, Debug, Default)]
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
    /// Where it lies in the road, if somebody knows.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    pub place: Option<DetectorPlace>,
}

/// What a detector in the road is made for, from the stop line upstream.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
pub enum DetectorKind {
    /// A long zone before the stop line: presence. It cannot count.
    StopBar,
    /// A short loop at the stop line: counts who leaves.
    Count,
    /// An advance loop about 3.5 s before the stop line (MOVA's X).
    X,
    /// An advance loop about 8 s before the stop line (MOVA's IN).
    In,
}

/// Where a detector lies.
#[derive(Clone, PartialEq, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(deny_unknown_fields))]
pub struct DetectorPlace {
    /// What it is made for.
    pub kind: DetectorKind,
    /// The lane that leads to the stop line, also where the loop lies further upstream.
    pub lane: String,
    /// From its far border to the stop line, along the way, 0–2000 m.
    pub distance_m: f64,
    /// Its length, 0.1–200 m.
    pub length_m: f64,
    /// The speed at which vehicles usually pass it, 1–70 m/s.
    pub speed_m_s: f64,
}
