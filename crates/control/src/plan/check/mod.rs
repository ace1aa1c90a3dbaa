//! What a plan must fulfil beyond being readable.
//!
//! Terms
//! - **finding**: one thing that is wrong. All are collected; a plan with any is refused.
//! - **least time** of a group: its least green (people on foot: walk), later by the leading interval it waits for.
//! - **change** from one stage to another: from the request to the last start of green.
//! - **worst sequence**: the longest time in which every group is served once with least times, in the plan's own order.
//! - **set** of a phase: the groups that are open with it: its own, its walks, and the overlaps that follow it.
//!
//! The kernel knows nothing but the times of groups and the matrix of intergreens, so the matrix must contain what
//! yellow, red clearance and buffer ask for. What a [`Waiver`] names is tolerated for exactly its group or pair.
//!
//! | file | what |
//! |---|---|
//! | `groups` | names, kinds, ranges of times |
//! | `pairs` | relations and intergreens |
//! | `program` | the fixed cycle, second for second |
//! | `stages` | stages and interstages |
//! | `rings` | phases, barriers, overlaps |
//! | `actuation` | how phases are actuated and coordinated |
//! | `patterns`, `calendar` | coordination |
//! | `inputs` | detectors, preempts, priorities, the start |
//! | `sequence` | the worst sequence, and whether it fits into the longest red of every group |

mod actuation;
mod calendar;
mod groups;
mod inputs;
mod pairs;
mod patterns;
mod program;
mod rings;
mod sequence;
mod stages;

use alloc::{collections::BTreeMap, collections::BTreeSet, format, string::String, vec::Vec};

use super::{GroupKind, Plan, PlanErrors, Relation, Waiver, error::Findings};
use crate::Millis;

/// Refuses a plan that is unsafe or cannot work. `own`: one of our own, in which a number that is legal but most likely
/// forgotten or in the wrong unit is refused too.
pub(super) fn check(plan: &Plan, own: bool) -> Result<(), PlanErrors> {
    let names = (0..).zip(plan.groups()).map(|(i, g)| (g.name.as_str(), i)).collect();
    let traps = traps(plan);
    let mut checks = Checks { plan, own, names, traps: &traps, odd_times: false, findings: Findings::default() };
    checks.groups();
    checks.pairs();
    checks.start_up();
    if plan.program().is_none() && plan.stages().is_empty() && plan.rings().is_none() {
        checks.add("plan", "has no program, no stages and no rings; expected at least one of them");
    }
    checks.program();
    checks.stages();
    // What follows from rings that are none would only mislead, and could take for ever.
    if checks.rings() && !checks.odd_times {
        checks.max_red();
        checks.actuation();
        checks.patterns();
    }
    checks.detectors();
    checks.calendar();
    checks.preempts();
    checks.priorities();
    checks.findings.end()
}

/// A plan under examination, and what was found.
struct Checks<'a> {
    plan: &'a Plan,
    own: bool,
    /// Pairs (left turn, oncoming traffic) in which the left turn must not end first; those waived left out.
    traps: &'a [(u16, u16)],
    /// The numbers of the groups by their names.
    names: BTreeMap<&'a str, u16>,
    /// Some time is out of its range: what follows from it would be odd too, and hide what has to be mended.
    odd_times: bool,
    findings: Findings,
}

impl<'a> Checks<'a> {
    fn add(&mut self, element: impl Into<String>, problem: impl Into<String>) {
        self.findings.add(element, problem);
    }

    /// The name of a group.
    fn name(&self, group: u16) -> &'a str {
        self.plan.groups().get(usize::from(group)).map_or("?", |g| g.name.as_str())
    }

    /// The numbers of two groups by their names.
    fn both(&self, a: &str, b: &str) -> Option<(u16, u16)> {
        Some((*self.names.get(a)?, *self.names.get(b)?))
    }

    /// How messages call a group.
    fn element(&self, group: u16) -> String {
        format!("group '{}'", self.name(group))
    }

    /// How messages call a pair.
    fn pair(&self, a: u16, b: u16) -> String {
        format!("pair '{}' / '{}'", self.name(a), self.name(b))
    }

    /// All groups by number.
    fn numbers(&self) -> core::ops::Range<u16> {
        0..u16::try_from(self.plan.groups().len()).unwrap_or(u16::MAX)
    }

    fn waived(&self, which: impl Fn(&Waiver) -> bool) -> bool {
        self.plan.waivers().iter().any(which)
    }

    /// Whether some time of the group may be beyond the usual.
    fn other_waived(&self, group: u16) -> bool {
        self.waived(|w| matches!(w, Waiver::Other { group: g, .. } if *g == group))
    }

    /// Whether nobody need ever serve the group.
    fn never_served(&self, group: u16) -> bool {
        self.waived(|w| matches!(w, Waiver::NeverServed { group: g } if *g == group))
    }

    /// Demands a time within bounds, s.
    fn range(&mut self, element: &str, what: &str, time: Millis, least: i64, most: i64) {
        if time < seconds(least) || time > seconds(most) {
            self.odd_times = true;
            self.add(element, format!("{what} is {} s; expected {least}–{most} s", time.seconds()));
        }
    }

    /// Demands names that are there and differ.
    fn unique<'n>(&mut self, kind: &str, names: impl Iterator<Item = &'n str>) {
        let (mut seen, mut told) = (BTreeSet::new(), BTreeSet::new());
        for (i, name) in names.enumerate() {
            if name.trim().is_empty() {
                self.add(format!("{kind} {}", i + 1), "has an empty name; expected one");
            } else if !seen.insert(name) && told.insert(name) {
                self.add(format!("{kind} '{name}'"), "there are two of this name; expected one");
            }
        }
    }

    /// The forbidden pairs within a set of groups; those waived as unsafe left out.
    fn forbidden_within(&self, groups: &[u16]) -> Vec<(u16, u16)> {
        let mut found = Vec::new();
        for (i, &a) in groups.iter().enumerate() {
            let later = groups.iter().skip(i + 1).copied();
            found.extend(later.filter(|&b| self.forbidden(a, b)).map(|b| (a, b)));
        }
        found
    }

    /// Whether two groups must never be open together.
    fn forbidden(&self, a: u16, b: u16) -> bool {
        let unsafe_pair =
            |w: &Waiver| matches!(w, Waiver::UnsafePair { who, to } if [(a, b), (b, a)].contains(&(*who, *to)));
        self.plan.matrix().relation(a, b) == Relation::Forbidden && !self.waived(unsafe_pair)
    }

    /// Demands that a sequence opens every group.
    fn all_served(&mut self, sequence: &str, opens: impl Fn(u16) -> bool) {
        for group in self.numbers() {
            if !opens(group) && !self.never_served(group) {
                self.add(self.element(group), format!("{sequence} cannot serve it; expected to open every group"));
            }
        }
    }
}

/// See [`Checks::traps`].
fn traps(plan: &Plan) -> Vec<(u16, u16)> {
    let waived = plan.waivers().iter().filter_map(|w| match w {
        Waiver::YellowTrap { group, oncoming } => Some((*group, *oncoming)),
        _ => None,
    });
    let waived: BTreeSet<(u16, u16)> = waived.collect();
    let mut found = Vec::new();
    for (who, group) in (0..).zip(plan.groups()) {
        // Its flashing says "give way" also while the oncoming traffic stays open: that is what it is for.
        if group.kind == GroupKind::FlashingYellowArrow {
            continue;
        }
        let partners = plan.matrix().partners(who).iter();
        let oncoming = partners.filter(|&&to| plan.matrix().relation(who, to) == Relation::YieldsToOncoming);
        found.extend(oncoming.map(|&to| (who, to)).filter(|pair| !waived.contains(pair)));
    }
    found
}

/// Of all traps those of one left turn; they are in the order of their groups.
fn traps_of(traps: &[(u16, u16)], who: u16) -> &[(u16, u16)] {
    let from = traps.partition_point(|t| t.0 < who);
    let to = traps.partition_point(|t| t.0 <= who);
    traps.get(from..to).unwrap_or_default()
}

/// A whole number of seconds.
const fn seconds(s: i64) -> Millis {
    Millis(s * 1000)
}
