//! Intergreen times from a program, and from the clearance formula where it shows none.
//!
//! Terms
//! - **gap**: from the last end of one green to a start of another.
//! - **direct**: a gap in which no group begins green, and of those with whom the next one must not start, or who must
//!   not start beside it, none ends: the program means to change from the one to the other as fast as it can. Where others
//!   are green between (a left turn that goes on by itself, say), a gap says nothing about how fast it could be.
//!
//! Of a pair of which one gives way the same counts wherever one starts while the other is closed: who is still inside
//! does not know that the next one would give way. Where one starts while the other is open, there is no gap. Where ways only
//! merge, what is longer than the formula is no clearance: programs have no reason to change from one to the other fast.

use std::collections::BTreeSet;

use intergreen_control::plan::{IntergreenSpec, IntergreenTime, Waiver};
use intergreen_control::{Lamp, Millis};

use super::cycle::Cycle;
use super::relations::Relations;

/// Yellow that is assumed where a program has none.
const USUAL_YELLOW: Millis = Millis(3000);

/// What is longer is a red of its own, no change from one green to the other.
const LONGEST: Millis = Millis(60_000);

/// How long, and since which end.
type Gap = (Millis, Millis);

/// All intergreens of a plan: of forbidden pairs and of those of which one gives way.
pub(super) struct Intergreens<'a> {
    pub cycle: Cycle<'a>,
    pub relations: &'a Relations,
    /// By group; none where green ends without.
    pub yellows: &'a [Millis],
    beginnings: Vec<Millis>,
    /// By group: when those that have a relation with it end green.
    ends: Vec<BTreeSet<Millis>>,
}

impl<'a> Intergreens<'a> {
    pub fn new(cycle: Cycle<'a>, relations: &'a Relations, yellows: &'a [Millis]) -> Self {
        let of_each: Vec<Vec<Millis>> = (0..).zip(yellows).map(|(g, _)| cycle.ends(g)).collect();
        let mut ends = vec![BTreeSet::new(); of_each.len()];
        for &[a, b] in relations.forbidden.keys().chain(relations.yields.keys()) {
            let [a, b] = [usize::from(a), usize::from(b)];
            ends[a].extend(&of_each[b]);
            ends[b].extend(&of_each[a]);
        }
        Self { cycle, relations, yellows, beginnings: cycle.beginnings(), ends }
    }

    /// Works them out; what is shorter than the formula goes to the waivers.
    pub fn all(&self, waivers: &mut Vec<Waiver>) -> Vec<IntergreenSpec> {
        let mut found = Vec::new();
        let mut add = |from: u16, to: u16, gaps: &[Gap]| {
            let time = self.time([from, to], gaps, waivers);
            found.push(IntergreenSpec { from: from.to_string(), to: to.to_string(), time });
        };
        for &[a, b] in self.relations.forbidden.keys() {
            for [from, to] in [[a, b], [b, a]] {
                add(from, to, &self.starts(from, to));
            }
        }
        for &[who, first] in self.relations.yields.keys() {
            add(who, first, &self.starts(who, first));
            let mut gaps = self.starts(first, who);
            gaps.extend(self.fillings(first, who));
            add(first, who, &gaps);
        }
        found
    }

    /// What the clearance formula asks for.
    fn formula(&self, from: u16, to: u16) -> Millis {
        let yellow = self.yellows[usize::from(from)];
        self.relations.formula(from, to, if yellow.0 > 0 { yellow } else { USUAL_YELLOW }).min(LONGEST)
    }

    /// The gaps before the starts of `to` while `from` is closed.
    fn starts(&self, from: u16, to: u16) -> Vec<Gap> {
        self.cycle.gaps((from, Lamp::is_green), (to, Lamp::is_green))
    }

    /// The gaps before `who` need no longer give way to `first`, because that one is closed.
    fn fillings(&self, first: u16, who: u16) -> Vec<Gap> {
        self.cycle.gaps((first, Lamp::is_green), (who, |lamp| lamp == Lamp::Green))
    }

    /// What follows from the gaps of a pair.
    fn time(&self, [from, to]: [u16; 2], gaps: &[Gap], waivers: &mut Vec<Waiver>) -> IntergreenTime {
        let formula = self.formula(from, to);
        let cycle = self.cycle.program.cycle().0;
        let since = |at: &Millis, end: Millis| (at.0 - end.0).rem_euclid(cycle);
        let direct = |&(gap, end): &Gap| {
            !self.beginnings.iter().any(|at| (1..gap.0).contains(&since(at, end)))
                && !self.ends[usize::from(to)].iter().any(|at| (1..=gap.0).contains(&since(at, end)))
        };
        let longest = if self.relations.cross(from, to) { LONGEST } else { formula };
        match gaps.iter().map(|gap| gap.0).min() {
            // Never longer than what the program leaves anywhere, or it could not be run.
            Some(found) if found <= longest && gaps.iter().any(direct) => {
                if found < formula {
                    waivers.push(Waiver::ShortClearance { from, to, found, formula });
                }
                IntergreenTime::Given(found)
            }
            Some(found) => IntergreenTime::Derived(found.min(formula)),
            None => IntergreenTime::Derived(formula),
        }
    }
}
