//! How phases are actuated and coordinated: what the strategy `nema` reads.
//!
//! Terms
//! - **initial**: the part of a green that lasts whoever comes: the least green, longer by what waits (volume density).
//! - **passage**: the gap between two vehicles that still extends a green. **Gap reduction**: it shrinks with time.
//! - **max**: the longest green while somebody in conflict is called.
//! - **dual entry**: a phase that goes along when the other ring has a call beyond a barrier and its own ring has none.
//! - **force-off**: where in the cycle a phase has to end. **Yield point**: that of a coordinated phase.
//!
//! Values in brackets hold where nothing is written; `science.md` A3 has most of them as typical.

use crate::Millis;

/// How a phase is actuated. Odd phases count as left turns, as NEMA numbers them.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(deny_unknown_fields, default))]
pub struct Actuation {
    /// Least green, 1–120 s \[the longest least green of its groups, which it cannot be below\].
    #[cfg_attr(feature = "serde", serde(with = "super::seconds::option", skip_serializing_if = "Option::is_none"))]
    pub min_green: Option<Millis>,
    /// Passage, 0–15 s \[2 s, or the strategy's parameter; where only zones at the stop line extend 2.1 s less the time
    /// that a car takes through them\].
    #[cfg_attr(feature = "serde", serde(with = "super::seconds::option", skip_serializing_if = "Option::is_none"))]
    pub passage: Option<Millis>,
    /// Max 1, 1–600 s \[the least max green of its groups; else 50 s, left turns 25 s, or the strategy's parameters\].
    #[cfg_attr(feature = "serde", serde(with = "super::seconds::option", skip_serializing_if = "Option::is_none"))]
    pub max_1: Option<Millis>,
    /// Max 2, 1–600 s \[max 1\].
    #[cfg_attr(feature = "serde", serde(with = "super::seconds::option", skip_serializing_if = "Option::is_none"))]
    pub max_2: Option<Millis>,
    /// Volume density: by how much each actuation during red prolongs the initial, 0–10 s \[0\].
    #[cfg_attr(feature = "serde", serde(with = "super::seconds::option", skip_serializing_if = "Option::is_none"))]
    pub added_initial: Option<Millis>,
    /// Volume density: the longest initial, 1–120 s \[30 s\].
    #[cfg_attr(feature = "serde", serde(with = "super::seconds::option", skip_serializing_if = "Option::is_none"))]
    pub max_initial: Option<Millis>,
    /// Gap reduction: the shortest gap, 0–15 s \[the passage: no reduction\].
    #[cfg_attr(feature = "serde", serde(with = "super::seconds::option", skip_serializing_if = "Option::is_none"))]
    pub min_gap: Option<Millis>,
    /// Gap reduction begins so long after the first conflicting call, 0–120 s \[0\].
    #[cfg_attr(feature = "serde", serde(with = "super::seconds::option", skip_serializing_if = "Option::is_none"))]
    pub before_reduction: Option<Millis>,
    /// Gap reduction takes so long, 0–120 s \[0: at once\].
    #[cfg_attr(feature = "serde", serde(with = "super::seconds::option", skip_serializing_if = "Option::is_none"))]
    pub to_reduce: Option<Millis>,
    /// Dynamic max: max grows up to this after max-outs, 1–600 s, at least max 1 where that is given \[it does not grow\].
    /// It does not grow either while a detector of the phase is broken, or under a max recall.
    #[cfg_attr(feature = "serde", serde(with = "super::seconds::option", skip_serializing_if = "Option::is_none"))]
    pub dynamic_limit: Option<Millis>,
    /// Dynamic max: by so much after two max-outs one after the other, if that is within the limit, and back after two
    /// gap-outs, 1–120 s \[10 s\].
    #[cfg_attr(feature = "serde", serde(with = "super::seconds::option", skip_serializing_if = "Option::is_none"))]
    pub dynamic_step: Option<Millis>,
    /// Whether it goes along uncalled \[phases with even numbers do\].
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub dual_entry: Option<bool>,
    /// Whether it may be served once more, after a later phase of its ring that has gapped out or maxed out while another
    /// ring is still busy (left turns).
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "super::is_default"))]
    pub conditional_service: bool,
    /// The least green in a conditional service, 1–120 s \[the least green\].
    #[cfg_attr(feature = "serde", serde(with = "super::seconds::option", skip_serializing_if = "Option::is_none"))]
    pub conditional_min: Option<Millis>,
    /// Whether walk goes on while nobody else is called. Of people on foot who are always called, by a recall or because
    /// nothing could call them, it does so anyway.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "super::is_default"))]
    pub rest_in_walk: bool,
    /// Whether people on foot who come during the green have their walk in it, if there is time.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "super::is_default"))]
    pub ped_recycle: bool,
    /// Whether the last vehicle has the whole passage where the gap is reduced (last-car passage).
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "super::is_default"))]
    pub guaranteed_passage: bool,
    /// Whether a gap-out ends the phase although another ring is not ready for the barrier and somebody comes meanwhile
    /// (simultaneous gap-out disabled).
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "super::is_default"))]
    pub single_gap: bool,
}

impl Actuation {
    /// The longest initial where nobody gives one.
    pub const MAX_INITIAL: Millis = Millis(30_000);
    /// The step of a dynamic max where nobody gives one.
    pub const DYNAMIC_STEP: Millis = Millis(10_000);
}

/// How rings behave as a whole.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(deny_unknown_fields, default))]
pub struct RingModes {
    /// Red when nobody is called, instead of staying green.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "super::is_default"))]
    pub red_rest: bool,
    /// No phase is followed by an earlier one of its section before all rings are red (against yellow traps).
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "super::is_default"))]
    pub backup_protection: bool,
}

/// When phases of a pattern have to end.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
pub enum ForceOffs {
    /// At their places of the cycle: what a phase leaves over goes to the next.
    #[default]
    Fixed,
    /// After their splits: what a phase leaves over goes to the coordinated phases.
    Floating,
}

/// What the offset of a pattern points to.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
pub enum OffsetReference {
    /// The begin of the first phases of the rings, as `fixed_time` has it.
    #[default]
    Cycle,
    /// The begin of green of the first coordinated phase to begin.
    LeadGreen,
    /// The begin of green of the last coordinated phase to begin.
    LagGreen,
    /// The begin of yellow of the first coordinated phase to end: the yield point.
    LeadYellow,
    /// The begin of yellow of the last coordinated phase to end.
    LagYellow,
}

/// How a signal gets into step.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
pub enum Transition {
    /// By longer or shorter cycles, whichever is sooner.
    #[default]
    Shortway,
    /// It waits in the coordinated phases.
    Dwell,
    /// By cycles that are up to a fifth longer.
    Add,
    /// By cycles that are up to a sixth shorter; longer ones, if splits would be too short.
    Subtract,
}

/// How a pattern of phases is kept to.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(deny_unknown_fields, default))]
pub struct Coordination {
    /// When phases have to end.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "super::is_default"))]
    pub force_off: ForceOffs,
    /// What the offset points to.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "super::is_default"))]
    pub reference: OffsetReference,
    /// How a signal gets into step.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "super::is_default"))]
    pub transition: Transition,
    /// Whether the greatest greens end phases besides (max is not inhibited).
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "super::is_default"))]
    pub keeps_max: bool,
    /// Actuated coordinated phases: so long before their force-off they may gap out, 0 s to their split \[0\].
    #[cfg_attr(feature = "serde", serde(with = "super::seconds::option", skip_serializing_if = "Option::is_none"))]
    pub actuated: Option<Millis>,
}
