//! Greens beside people on foot, who take longer to clear than vehicles: whoever starts next waits for them anyway, so that
//! vehicles can go meanwhile, each as long as its own intergreens allow.
//!
//! (RiLSA 2015, interstages; NEMA TS 2: a phase is green while its people on foot clear.)

use alloc::vec::Vec;

use super::Plan;
use crate::Millis;

/// Groups that end later than others, and by how much.
pub(crate) type LateEnds = Vec<(u16, Millis)>;

impl Plan {
    /// The groups that end later than at once between two stages: as their interstage says, or as was found where none is
    /// written down.
    pub(crate) fn late_ends(&self, from: usize, to: usize) -> &[(u16, Millis)] {
        let found = || self.late_ends.get(from * self.stages.len() + to).map_or(&[][..], Vec::as_slice);
        self.interstage(from, to).map_or_else(found, |written| &written.ends)
    }

    /// Finds them for all stages.
    pub(super) fn find_late_ends(&mut self) {
        let n = self.stages.len();
        let pairs = (0..n * n).map(|i| (i / n, i % n));
        let late = pairs.map(|(from, to)| match self.interstage(from, to) {
            Some(_) => Vec::new(),
            None => self.between(from, to),
        });
        let late: Vec<LateEnds> = late.collect();
        self.late_ends = if late.iter().all(Vec::is_empty) { Vec::new() } else { late };
    }

    /// Those between two stages. The change takes no longer by that, nor does anything after it: when the next stage is open
    /// they have cleared for everybody.
    fn between(&self, from: usize, to: usize) -> LateEnds {
        let (a, b) = (&self.stages[from].groups, &self.stages[to].groups);
        let (matrix, on_foot) = (&self.matrix, |g: u16| self.groups[usize::from(g)].is_pedestrian());
        let ending = || a.iter().copied().filter(|g| !b.contains(g));
        let walks: Vec<u16> = ending().filter(|&g| on_foot(g)).collect();
        let starting: Vec<u16> = b.iter().copied().filter(|g| !a.contains(g)).collect();
        let opens = |s: u16| walks.iter().map(|&walk| matrix.intergreen(walk, s)).fold(Millis(0), Millis::max);
        let all_open = starting.iter().map(|&s| opens(s)).fold(Millis(0), Millis::max);
        let late = |g: u16| {
            let clears = matrix.partners(g).iter().map(|&other| matrix.intergreen(g, other)).max();
            let before = starting.iter().filter(|&&s| matrix.partners(g).contains(&s));
            let spare = before.map(|&s| opens(s) - matrix.intergreen(g, s)).min();
            let again = self.ends_with(g).any(|oncoming| b.contains(&oncoming));
            spare.into_iter().chain(clears.map(|clears| all_open - clears)).min().filter(|_| !again)
        };
        let mut ends: LateEnds = Vec::new();
        if !walks.is_empty() {
            ends.extend(ending().filter(|&g| !on_foot(g)).map(|g| (g, late(g).unwrap_or(Millis(0)))));
        }
        while (0..ends.len()).fold(false, |changes, i| self.keep_together(&mut ends, i) | changes) {}
        ends.retain(|&(_, late)| late > Millis(0));
        ends
    }

    /// Nobody who gives way goes on when those have yellow to whom he does; and oncoming traffic ends with those who wait for a
    /// gap in it. Returns whether any ends sooner by that.
    fn keep_together(&self, ends: &mut [(u16, Millis)], i: usize) -> bool {
        let (turn, own) = ends[i];
        let first = |e: &&(u16, Millis)| self.matrix.relation(turn, e.0).yields();
        let late = ends.iter().filter(first).map(|e| e.1).fold(own, Millis::min);
        let mut changes = late < own;
        ends[i].1 = late;
        for oncoming in self.ends_with(turn) {
            for end in ends.iter_mut().filter(|e| e.0 == oncoming && e.1 > late) {
                (end.1, changes) = (late, true);
            }
        }
        changes
    }
}
