//! A program as a circle of time: when something begins and ends in it, and how long that is apart.

use intergreen_control::{Lamp, Millis, Program};

/// The lamps of one group over the cycle.
#[derive(Clone, Copy)]
pub(super) struct Cycle<'p> {
    pub program: &'p Program,
}

/// An unbroken time in which a group shows what was asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Run {
    /// Its steps: the first and the last.
    pub steps: [usize; 2],
    /// From the first step to the end of the last.
    pub length: Millis,
}

impl Cycle<'_> {
    /// What a group shows in a step, counted on beyond the last.
    pub fn lamp(&self, step: usize, group: u16) -> Lamp {
        let steps = self.program.steps();
        steps[step % steps.len()].lamps[usize::from(group)]
    }

    /// When a step begins.
    fn begin(&self, step: usize) -> i64 {
        self.program.steps()[..step].iter().map(|s| s.duration.0).sum()
    }

    /// The steps before which a group starts to show what is asked for, and those after which it stops.
    fn edges(&self, group: u16, what: impl Fn(Lamp) -> bool) -> [Vec<usize>; 2] {
        let n = self.program.steps().len();
        let is = |step: usize| what(self.lamp(step, group));
        let starts = (0..n).filter(|&i| is(i) && !is(i + n - 1)).collect();
        let ends = (0..n).filter(|&i| is(i) && !is(i + 1)).collect();
        [starts, ends]
    }

    /// The runs of a group, in order; none that has neither a start nor an end.
    pub fn runs(&self, group: u16, what: impl Fn(Lamp) -> bool) -> Vec<Run> {
        let [starts, mut ends] = self.edges(group, what);
        let n = self.program.steps().len();
        let Some(&first) = starts.first() else { return Vec::new() };
        // Each start with the next end: an end before the first start belongs to the last one.
        let wrapped = ends.iter().filter(|&&e| e < first).count();
        ends.rotate_left(wrapped);
        let run = |(start, end): (usize, usize)| {
            let length = (0..=(end + n - start) % n).map(|k| self.program.steps()[(start + k) % n].duration.0).sum();
            Run { steps: [start, end], length: Millis(length) }
        };
        starts.into_iter().zip(ends).map(run).collect()
    }

    /// From each start of `to` at which `from` is not on back to the last end of `from`: how long, and when that end
    /// was. What it is to be on is said of each.
    pub fn gaps(
        &self,
        (from, from_on): (u16, impl Fn(Lamp) -> bool + Copy),
        (to, to_on): (u16, impl Fn(Lamp) -> bool + Copy),
    ) -> Vec<(Millis, Millis)> {
        let cycle = self.program.cycle().0;
        let [starts, ends] = [self.edges(to, to_on)[0].clone(), self.edges(from, from_on)[1].clone()];
        let ends: Vec<i64> = ends.iter().map(|&e| self.begin(e) + self.program.steps()[e].duration.0).collect();
        let gap = |start: usize| {
            let start = self.begin(start);
            ends.iter().map(|&e| ((start - e).rem_euclid(cycle), e)).min().map(|(gap, e)| (Millis(gap), Millis(e)))
        };
        starts.into_iter().filter(|&start| !from_on(self.lamp(start, from))).filter_map(gap).collect()
    }

    /// When a group ends green.
    pub fn ends(&self, group: u16) -> Vec<Millis> {
        let [_, ends] = self.edges(group, Lamp::is_green);
        ends.into_iter().map(|step| Millis(self.begin(step) + self.program.steps()[step].duration.0)).collect()
    }

    /// When some group begins green.
    pub fn beginnings(&self) -> Vec<Millis> {
        let groups = 0..self.program.groups() as u16;
        let starts = groups.flat_map(|g| self.edges(g, Lamp::is_green)[0].clone());
        let mut found: Vec<Millis> = starts.map(|step| Millis(self.begin(step))).collect();
        found.sort_unstable();
        found.dedup();
        found
    }
}
