//! What a signal may do: groups, their relations, all times, and the orders in which they are served.
//!
//! Terms
//! - **signal group**: heads that always show the same; what one lamp of the controller switches. In short: group.
//! - **open**: green of either kind, walk, or a flashing yellow arrow. **Protected** is green without giving way,
//!   **permissive** open while giving way.
//! - **relation** of an ordered pair of groups: *none*, the first *yields* to the second, or *forbidden* (never open
//!   together).
//! - **intergreen**: from the end of one green (the start of its yellow) to the start of another.
//! - **least green**, **yellow**, **red clearance**, **red-yellow**, **walk**, **clearance**, **buffer**: the times of a
//!   group (see [`GroupSpec`]).
//! - **stage**: groups that are open together. **Interstage**: how one stage changes into another.
//! - **phase** (NEMA): what one *ring* serves at a time; all rings cross a *barrier* together. An **overlap** is a group
//!   that is open with any of several phases.
//! - **waiver**: what an imported plan is allowed although a plan of our own would be refused for it.
//!
//! A [`PlanSpec`] is a plan as written; a [`Plan`] is one that was checked and never changes. There is no other way to
//! a `Plan` than through the checks, so that whoever holds one need not ask.

mod actuation;
mod build;
mod check;
mod clearance;
mod coordination;
mod detectors;
mod error;
mod late_ends;
mod make;
mod order;
mod preempt;
mod ring_stages;
#[cfg(feature = "serde")]
mod seconds;
mod spec;
mod tables;
mod waiver;
#[cfg(feature = "serde")]
mod written_program;

use alloc::{collections::BTreeMap, collections::BTreeSet, string::String, vec::Vec};

pub use actuation::{Actuation, Coordination, ForceOffs, OffsetReference, RingModes, Transition};
pub use clearance::Clearance;
pub use coordination::{Calendar, DayAction, DayEntry, DayPlan, Holiday, Pattern, PhaseSplit, StageSplit, WallClock};
pub use detectors::{DetectorKind, DetectorLimits, DetectorMode, DetectorPlace, DetectorUse, RoadSection};
pub(crate) use detectors::{LONG_HEADWAY_S, USUAL_HEADWAY_S};
pub use error::{Findings, PlanError, PlanErrors};
pub(crate) use make::longest_run;
pub(crate) use order::{LONG_AGO, Order};
pub use preempt::{Preempt, PreemptKind, Priority};
pub use spec::{
    Delay, GroupKind, GroupSpec, IntergreenSpec, IntergreenTime, InterstageSpec, OverlapSpec, PLAN_VERSION, PhaseSpec,
    PlanSpec, Recall, RingsSpec, StageSpec, StartUp, YieldSpec,
};
pub(crate) use tables::bit;
pub use tables::{Group, Interstage, Matrix, Overlap, Phase, PreemptPlan, Relation, Rings, Stage};
pub use waiver::Waiver;

use crate::{Millis, Program};

/// Whether a value need not be written.
#[cfg(feature = "serde")]
fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

impl PlanSpec {
    /// Refuses lists and names that are absurdly long, before anything is made of them. [`Plan::new`] does so first.
    ///
    /// # Errors
    /// All that are.
    pub fn check_sizes(&self) -> Result<(), PlanErrors> {
        build::sizes(self)
    }
}

/// A checked plan.
#[derive(Clone, PartialEq, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "Written", into = "Written"))]
pub struct Plan {
    spec: PlanSpec,
    waivers: Vec<Waiver>,
    groups: Vec<Group>,
    matrix: Matrix,
    stages: Vec<Stage>,
    interstages: Vec<Interstage>,
    /// By stage (row) and the one that comes next (column); nothing at all if nobody ends late.
    late_ends: Vec<late_ends::LateEnds>,
    rings: Option<Rings>,
    preempts: Vec<PreemptPlan>,
    checksum: u64,
}

/// A plan with its waivers: how one that was imported is kept. Files of our own are a [`PlanSpec`] and have none.
#[cfg(feature = "serde")]
#[derive(serde::Serialize, serde::Deserialize)]
#[serde(rename = "Plan", deny_unknown_fields)]
struct Written {
    spec: PlanSpec,
    waivers: Vec<Waiver>,
}

#[cfg(feature = "serde")]
impl TryFrom<Written> for Plan {
    type Error = PlanErrors;

    fn try_from(written: Written) -> Result<Self, PlanErrors> {
        Self::imported(written.spec, written.waivers)
    }
}

#[cfg(feature = "serde")]
impl From<Plan> for Written {
    fn from(plan: Plan) -> Self {
        Self { spec: plan.spec, waivers: plan.waivers }
    }
}

impl Plan {
    /// Checks a plan of our own: nothing is waived.
    ///
    /// # Errors
    /// All that is wrong with it, each with the groups and numbers concerned.
    pub fn new(spec: PlanSpec) -> Result<Self, PlanErrors> {
        let mut plan = build::build(spec, Vec::new())?;
        check::check(&plan, true)?;
        plan.find_late_ends();
        Ok(plan)
    }

    /// Checks a plan made from somebody else's program, in which exactly `waivers` is tolerated.
    ///
    /// # Errors
    /// All that is wrong with it and not waived.
    pub fn imported(spec: PlanSpec, waivers: Vec<Waiver>) -> Result<Self, PlanErrors> {
        let mut plan = build::build(spec, waivers)?;
        check::check(&plan, false)?;
        plan.find_late_ends();
        Ok(plan)
    }

    /// A plan with times too short for a street, so that a search of all states ends.
    #[cfg(test)]
    pub(crate) fn unchecked(spec: PlanSpec, waivers: Vec<Waiver>) -> Self {
        let mut plan = build::build(spec, waivers).expect("a plan that can be read");
        plan.find_late_ends();
        plan
    }

    /// The plan as it was written.
    pub const fn spec(&self) -> &PlanSpec {
        &self.spec
    }

    /// The name of the intersection.
    pub fn name(&self) -> &str {
        &self.spec.name
    }

    /// What is tolerated; empty for a plan of our own.
    pub fn waivers(&self) -> &[Waiver] {
        &self.waivers
    }

    /// The groups.
    pub fn groups(&self) -> &[Group] {
        &self.groups
    }

    /// The group of that name.
    pub fn find_group(&self, name: &str) -> Option<u16> {
        self.groups.iter().position(|g| g.name == name).and_then(|i| u16::try_from(i).ok())
    }

    /// The channels of push buttons, in order: they are for people on foot only.
    pub fn buttons(&self) -> Vec<u16> {
        let on_foot: BTreeSet<&str> =
            self.groups.iter().filter(|g| g.is_pedestrian()).map(|g| g.name.as_str()).collect();
        let mut of_channels: BTreeMap<u16, bool> = BTreeMap::new();
        for d in self.spec.detectors.iter().filter(|d| !d.groups.is_empty()) {
            *of_channels.entry(d.channel).or_insert(true) &= d.groups.iter().all(|g| on_foot.contains(g.as_str()));
        }
        of_channels.into_iter().filter(|&(_, is_button)| is_button).map(|(channel, _)| channel).collect()
    }

    /// Whether a group is called in every cycle whatever detectors say: it has a recall, or none that could call it. A soft
    /// recall comes only when nobody else calls: nobody waits for it.
    pub fn is_always_called(&self, group: u16) -> bool {
        let Some(group) = self.groups.get(usize::from(group)) else { return false };
        let calls = |d: &DetectorUse| d.mode.calls() && d.groups.contains(&group.name);
        match group.recall {
            Recall::Min | Recall::Max | Recall::Ped => true,
            Recall::Soft => false,
            Recall::None => !self.spec.detectors.iter().any(calls),
        }
    }

    /// Relations and intergreens.
    pub const fn matrix(&self) -> &Matrix {
        &self.matrix
    }

    /// The fixed program, if it has one.
    pub const fn program(&self) -> Option<&Program> {
        self.spec.program.as_ref()
    }

    /// Its stages, in their usual order.
    pub fn stages(&self) -> &[Stage] {
        &self.stages
    }

    /// The interstage between two stages, if one is written down.
    pub fn interstage(&self, from: usize, to: usize) -> Option<&Interstage> {
        self.interstages.iter().find(|i| i.from == from && i.to == to)
    }

    /// Its rings, if it has any.
    pub const fn rings(&self) -> Option<&Rings> {
        self.rings.as_ref()
    }

    /// Its preemptions, the most important first, with their groups as numbers.
    pub fn preempts(&self) -> impl Iterator<Item = (&Preempt, &PreemptPlan)> {
        self.spec.preempts.iter().zip(&self.preempts)
    }

    /// The pattern of that name.
    pub fn find_pattern(&self, name: &str) -> Option<&Pattern> {
        self.spec.patterns.iter().find(|p| p.name == name)
    }

    /// The longest cycle of its program and its patterns; 0, if it has none.
    pub fn longest_cycle(&self) -> Millis {
        let patterns = self.spec.patterns.iter().map(|pattern| pattern.cycle);
        patterns.chain(self.program().map(Program::cycle)).max().unwrap_or(Millis(0))
    }

    /// What tells it from another plan: a checksum of all that the kernel reads, for people to compare.
    pub const fn checksum(&self) -> u64 {
        self.checksum
    }

    /// The names of some groups, for messages.
    pub fn names(&self, groups: &[u16]) -> String {
        build::names(self, groups)
    }
}
