//! A plan as it is written down: names instead of numbers, seconds, what may be left out left out.
//!
//! [`Plan::new`](super::Plan::new) checks it. All times are in seconds in files and [`Millis`] here.

use alloc::{string::String, vec::Vec};

use super::{Actuation, Calendar, Clearance, DetectorUse, Pattern, Preempt, Priority, RingModes};
use crate::{Millis, Program};

/// The version of the format that this code reads.
pub const PLAN_VERSION: u32 = 1;

/// A plan as it is written down.
#[derive(Clone, PartialEq, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(deny_unknown_fields))]
pub struct PlanSpec {
    /// Version of the format: 1.
    pub version: u32,
    /// The name of the intersection.
    pub name: String,
    /// The signal groups: one for every head or set of heads that always show the same.
    pub groups: Vec<GroupSpec>,
    /// Pairs that must never be open together, in any order.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "super::is_default"))]
    pub forbidden: Vec<(String, String)>,
    /// Pairs that may be open together because one gives way.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "super::is_default"))]
    pub yields: Vec<YieldSpec>,
    /// Times between the end of one green and the start of another, for every forbidden pair in both directions.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "super::is_default"))]
    pub intergreens: Vec<IntergreenSpec>,
    /// Besides intergreens: no green while a conflicting group still shows yellow (NEMA).
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "super::is_default"))]
    pub yellow_conflicts: bool,
    /// From power-on to the first green.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "super::is_default"))]
    pub start_up: StartUp,
    /// A fixed cycle of lamp states, one lamp per group; what `fixed_time` runs if there is one. Yellow of people on
    /// foot is their clearance.
    #[cfg_attr(
        feature = "serde",
        serde(default, with = "super::written_program", skip_serializing_if = "Option::is_none")
    )]
    pub program: Option<Program>,
    /// Stages, in their usual order.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "super::is_default"))]
    pub stages: Vec<StageSpec>,
    /// How one stage changes into another, where intergreens alone do not say it.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "super::is_default"))]
    pub interstages: Vec<InterstageSpec>,
    /// Phases in rings with barriers.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    pub rings: Option<RingsSpec>,
    /// Which sensor outputs mean what.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "super::is_default"))]
    pub detectors: Vec<DetectorUse>,
    /// Coordination patterns.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "super::is_default"))]
    pub patterns: Vec<Pattern>,
    /// Which pattern when.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "super::is_default"))]
    pub calendar: Calendar,
    /// Preemptions, the most important first.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "super::is_default"))]
    pub preempts: Vec<Preempt>,
    /// Priorities for public transport.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "super::is_default"))]
    pub priorities: Vec<Priority>,
}

/// Who looks at a group's lamps.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
pub enum GroupKind {
    /// A circular head. Its green means: go, giving way where the rules of the road say so.
    Vehicle,
    /// An arrow: who sees it green meets nobody.
    Arrow,
    /// People on foot: walk, flashing don't walk (the clearance), don't walk.
    Pedestrian,
    /// Bicycles.
    Bicycle,
    /// Buses and trams.
    Bus,
    /// A left turn with a flashing yellow arrow: green arrow when protected, flashing yellow when it has to give way.
    FlashingYellowArrow,
}

/// Whether a group is served without being called.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
pub enum Recall {
    /// Only when a detector calls. A group without detectors is always called.
    #[default]
    None,
    /// Called in every cycle, for its least green.
    Min,
    /// Called in every cycle, for its greatest green.
    Max,
    /// People on foot are called in every cycle.
    Ped,
    /// Called when nobody else is.
    Soft,
}

/// A signal group. Which times it needs depends on its kind; what is left out has the value in brackets.
#[derive(Clone, PartialEq, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(deny_unknown_fields))]
pub struct GroupSpec {
    /// Its name.
    pub name: String,
    /// Who looks at it.
    pub kind: GroupKind,
    /// Least green, 1–60 s; not for people on foot. Must be given.
    #[cfg_attr(
        feature = "serde",
        serde(default, with = "super::seconds::option", skip_serializing_if = "Option::is_none")
    )]
    pub min_green: Option<Millis>,
    /// Greatest green while somebody else is called, s \[none\].
    #[cfg_attr(
        feature = "serde",
        serde(default, with = "super::seconds::option", skip_serializing_if = "Option::is_none")
    )]
    pub max_green: Option<Millis>,
    /// Yellow, 3–6 s; not for people on foot. Must be given.
    #[cfg_attr(
        feature = "serde",
        serde(default, with = "super::seconds::option", skip_serializing_if = "Option::is_none")
    )]
    pub yellow: Option<Millis>,
    /// Red and yellow before green, 0–3 s \[0\].
    #[cfg_attr(
        feature = "serde",
        serde(default, with = "super::seconds::option", skip_serializing_if = "Option::is_none")
    )]
    pub red_yellow: Option<Millis>,
    /// Red after yellow before anybody in conflict may go, 0–6 s \[0\].
    #[cfg_attr(
        feature = "serde",
        serde(default, with = "super::seconds::option", skip_serializing_if = "Option::is_none")
    )]
    pub red_clearance: Option<Millis>,
    /// People on foot: least walk, 4–60 s. Must be given.
    #[cfg_attr(
        feature = "serde",
        serde(default, with = "super::seconds::option", skip_serializing_if = "Option::is_none")
    )]
    pub walk: Option<Millis>,
    /// People on foot: clearance (flashing don't walk), 0–60 s. Must be given.
    #[cfg_attr(
        feature = "serde",
        serde(default, with = "super::seconds::option", skip_serializing_if = "Option::is_none")
    )]
    pub clearance: Option<Millis>,
    /// People on foot: don't walk after the clearance before anybody in conflict may go, 0–10 s \[0\].
    #[cfg_attr(
        feature = "serde",
        serde(default, with = "super::seconds::option", skip_serializing_if = "Option::is_none")
    )]
    pub buffer: Option<Millis>,
    /// People on foot: leading interval: whoever gives way to them starts this much later, 0–20 s \[0\].
    #[cfg_attr(
        feature = "serde",
        serde(default, with = "super::seconds::option", skip_serializing_if = "Option::is_none")
    )]
    pub lead: Option<Millis>,
    /// Least red before it may be green again, 0–20 s \[1\].
    #[cfg_attr(
        feature = "serde",
        serde(default, with = "super::seconds::option", skip_serializing_if = "Option::is_none")
    )]
    pub red_revert: Option<Millis>,
    /// Longest red while somebody calls, 10–3600 s \[120\]: beyond it is a cycle fault.
    #[cfg_attr(
        feature = "serde",
        serde(default, with = "super::seconds::option", skip_serializing_if = "Option::is_none")
    )]
    pub max_red: Option<Millis>,
    /// Whether it is served without being called.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "super::is_default"))]
    pub recall: Recall,
    /// Whether its drivers may turn after a stop whenever a stage does not open it: a sign or an arrow at the red light.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "super::is_default"))]
    pub turn_on_red: bool,
}

/// One group gives way to another.
#[derive(Clone, PartialEq, Eq, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(deny_unknown_fields))]
pub struct YieldSpec {
    /// Who gives way.
    pub who: String,
    /// To whom.
    pub to: String,
    /// Whether `to` is the oncoming traffic of a left turn: then `who` must not end its green before `to` does, or
    /// drivers who wait for a gap believe that the oncoming traffic ends too (yellow trap).
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "super::is_default"))]
    pub oncoming: bool,
}

/// A time between the end of one green and the start of another.
#[derive(Clone, PartialEq, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(deny_unknown_fields))]
pub struct IntergreenSpec {
    /// Whose green ends.
    pub from: String,
    /// Whose green starts.
    pub to: String,
    /// How long.
    pub time: IntergreenTime,
}

/// How an intergreen time is known.
#[derive(Clone, Copy, PartialEq, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
pub enum IntergreenTime {
    /// Given, s: from the start of yellow to the start of green.
    Given(#[cfg_attr(feature = "serde", serde(with = "super::seconds"))] Millis),
    /// Computed from geometry; the numbers stay in the plan for review.
    Computed(Clearance),
    /// Taken from a formula because an imported program never shows the change, s.
    Derived(#[cfg_attr(feature = "serde", serde(with = "super::seconds"))] Millis),
}

/// What is shown from power-on to the first green: a self-check, flashing, yellow, red. All zero: the lamps are taken
/// over as the first request has them, as if they had been so for long (a simulation that starts in mid-cycle).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(deny_unknown_fields))]
pub struct StartUp {
    /// Flashing, s.
    #[cfg_attr(feature = "serde", serde(with = "super::seconds"))]
    pub flash: Millis,
    /// Yellow, s.
    #[cfg_attr(feature = "serde", serde(with = "super::seconds"))]
    pub yellow: Millis,
    /// Red everywhere, s.
    #[cfg_attr(feature = "serde", serde(with = "super::seconds"))]
    pub all_red: Millis,
}

/// A stage: groups that are open together.
#[derive(Clone, PartialEq, Eq, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(deny_unknown_fields))]
pub struct StageSpec {
    /// Its name.
    pub name: String,
    /// The groups that are open in it.
    pub groups: Vec<String>,
}

/// How one stage changes into another: delays after the change is requested. The kernel's times still hold: an
/// interstage can only be slower.
#[derive(Clone, PartialEq, Eq, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(deny_unknown_fields))]
pub struct InterstageSpec {
    /// The stage left.
    pub from: String,
    /// The stage entered.
    pub to: String,
    /// Groups that end later than at once, with how much later, s.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "super::is_default"))]
    pub ends: Vec<Delay>,
    /// Groups that start later than they could, with how much after the request, s.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "super::is_default"))]
    pub starts: Vec<Delay>,
}

/// A group and a delay.
#[derive(Clone, PartialEq, Eq, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(deny_unknown_fields))]
pub struct Delay {
    /// The group.
    pub group: String,
    /// The delay, 0–60 s.
    #[cfg_attr(feature = "serde", serde(with = "super::seconds"))]
    pub after: Millis,
}

/// Phases in rings (NEMA): one phase of each ring is served at a time, and all rings cross a barrier together.
#[derive(Clone, PartialEq, Eq, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(deny_unknown_fields))]
pub struct RingsSpec {
    /// The phases.
    pub phases: Vec<PhaseSpec>,
    /// By ring, by section between two barriers: phase numbers in their order. Every ring has as many sections.
    pub rings: Vec<Vec<Vec<u8>>>,
    /// Groups that follow several phases.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "super::is_default"))]
    pub overlaps: Vec<OverlapSpec>,
    /// How the rings behave as a whole.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "super::is_default"))]
    pub modes: RingModes,
}

/// A phase (NEMA): what one ring serves at a time.
#[derive(Clone, PartialEq, Eq, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(deny_unknown_fields))]
pub struct PhaseSpec {
    /// Its number, 1–32.
    pub number: u8,
    /// The groups it opens.
    pub groups: Vec<String>,
    /// The groups of people on foot it opens when they are called.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "super::is_default"))]
    pub walks: Vec<String>,
    /// How it is actuated.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "super::is_default"))]
    pub actuation: Actuation,
}

/// An overlap: a group that is open with any of several phases, and stays open when one follows another.
#[derive(Clone, PartialEq, Eq, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(deny_unknown_fields))]
pub struct OverlapSpec {
    /// The group.
    pub group: String,
    /// Phases with which it is open; a flashing-yellow-arrow group shows the green arrow.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "super::is_default"))]
    pub phases: Vec<u8>,
    /// Phases with which it is open giving way; a flashing-yellow-arrow group flashes (the opposing through).
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "super::is_default"))]
    pub permissive: Vec<u8>,
    /// Leading clearance: starts this much after its first phase is asked for, 0–30 s.
    #[cfg_attr(feature = "serde", serde(default, with = "super::seconds", skip_serializing_if = "super::is_default"))]
    pub lead: Millis,
    /// Trailing green: ends this much after its last phase, 0–30 s.
    #[cfg_attr(feature = "serde", serde(default, with = "super::seconds", skip_serializing_if = "super::is_default"))]
    pub trail: Millis,
}
