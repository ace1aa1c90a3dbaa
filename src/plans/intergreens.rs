//! Intergreen times from a program, and from the clearance formula where it shows none.
//!
//! Terms
//! - **gap**: from the last end of one green to a start of another.
//! - **direct**: a gap in which no group begins green: the program means to change from the one to the other as fast
//!   as it can. Where others are green between, a gap says nothing about how fast it could be.

use intergreen_control::plan::{IntergreenSpec, IntergreenTime, Waiver};
use intergreen_control::{Lamp, Millis};

use super::cycle::Cycle;
use super::relations::Relations;

/// Yellow that is assumed where a program has none.
const USUAL_YELLOW: Millis = Millis(3000);

/// What is longer is a red of its own, no change from one green to the other.
const LONGEST: Millis = Millis(60_000);

/// All intergreens of a plan: of forbidden pairs between greens, of yielding ones between full greens.
pub(super) struct Intergreens<'a> {
    pub cycle: Cycle<'a>,
    pub relations: &'a Relations,
    /// By group; none where green ends without.
    pub yellows: &'a [Millis],
    beginnings: Vec<Millis>,
}

impl<'a> Intergreens<'a> {
    pub fn new(cycle: Cycle<'a>, relations: &'a Relations, yellows: &'a [Millis]) -> Self {
        Self { cycle, relations, yellows, beginnings: cycle.beginnings() }
    }

    /// Works them out; what is shorter than the formula goes to the waivers.
    pub fn all(&self, waivers: &mut Vec<Waiver>) -> Vec<IntergreenSpec> {
        let mut found = Vec::new();
        let mut add = |from: u16, to: u16, time: Option<IntergreenTime>| {
            if let Some(time) = time {
                found.push(IntergreenSpec { from: from.to_string(), to: to.to_string(), time });
            }
        };
        for &[a, b] in self.relations.forbidden.keys() {
            for [from, to] in [[a, b], [b, a]] {
                add(from, to, Some(self.forbidden(from, to, waivers)));
            }
        }
        let mut yielding: Vec<[u16; 2]> =
            self.relations.yields.keys().flat_map(|&[who, to]| [[who, to], [to, who]]).collect();
        yielding.sort_unstable();
        yielding.dedup();
        for [from, to] in yielding {
            add(from, to, self.yielding(from, to, waivers));
        }
        found
    }

    /// What the clearance formula asks for.
    fn formula(&self, from: u16, to: u16) -> Millis {
        let yellow = self.yellows[usize::from(from)];
        self.relations.formula(from, to, if yellow.0 > 0 { yellow } else { USUAL_YELLOW }).min(LONGEST)
    }

    /// The smallest gap of all, and whether one of them is direct.
    fn smallest(&self, from: u16, to: u16, what: impl Fn(Lamp) -> bool + Copy) -> Option<(Millis, bool)> {
        let cycle = self.cycle.program.cycle().0;
        let direct = |&(gap, end): &(Millis, Millis)| {
            !self.beginnings.iter().any(|b| (1..gap.0).contains(&(b.0 - end.0).rem_euclid(cycle)))
        };
        let gaps = self.cycle.gaps(from, to, what);
        let smallest = gaps.iter().map(|g| g.0).min()?;
        Some((smallest, smallest <= LONGEST && gaps.iter().any(direct)))
    }

    /// Of a pair that is never open together.
    fn forbidden(&self, from: u16, to: u16, waivers: &mut Vec<Waiver>) -> IntergreenTime {
        let formula = self.formula(from, to);
        match self.smallest(from, to, Lamp::is_green) {
            // Never longer than what the program leaves anywhere, or it could not be run.
            Some((found, true)) => {
                if found < formula {
                    waivers.push(Waiver::ShortClearance { from, to, found, formula });
                }
                IntergreenTime::Given(found)
            }
            Some((found, false)) => IntergreenTime::Derived(found.min(formula)),
            None => IntergreenTime::Derived(formula),
        }
    }

    /// Of a pair that is not fully green together, if the program shows both so.
    fn yielding(&self, from: u16, to: u16, waivers: &mut Vec<Waiver>) -> Option<IntergreenTime> {
        let full = |lamp| lamp == Lamp::Green;
        let steps = self.cycle.program.steps();
        let together = |s: &intergreen_control::ProgramStep| [from, to].iter().all(|&g| full(s.lamps[usize::from(g)]));
        if steps.iter().any(together) {
            return None;
        }
        let (found, direct) = self.smallest(from, to, full)?;
        // Where red-yellow begins while the other is still open, there is nothing to be kept.
        let red_yellows = self.cycle.runs(to, |l| l == Lamp::RedYellow);
        if red_yellows.iter().any(|r| r.length > found) {
            return None;
        }
        let formula = self.formula(from, to);
        if !direct {
            return Some(IntergreenTime::Derived(found.min(formula)));
        }
        // Who goes on giving way need not be cleared.
        let goes_on = self.cycle.runs(from, full).iter().any(|r| self.cycle.lamp(r.steps[1] + 1, from).is_green());
        if found < formula && !goes_on {
            waivers.push(Waiver::ShortClearance { from, to, found, formula });
        }
        Some(IntergreenTime::Given(found))
    }
}
