//! Which futures are looked at before a decision.
//!
//! The base rule alone is short-sighted: it ends a green when its queues have left. So what comes next, for how long and what
//! after that are tried as well, one after the other: all stages that may come next, then for the best of them some times to
//! show it, then for the best of these all stages that may come after it. Staying and changing are refined alike: what is
//! tried more often looks better than it is.

use alloc::vec::Vec;

use super::rollout::{First, Now, Rollout};
use crate::stages::Stages;

/// It looks at these times to stay, s, and at that which the base rule chooses.
const HOLDS: [Option<f32>; 6] = [None, Some(1.0), Some(2.0), Some(4.0), Some(7.0), Some(11.0)];

/// And at these for the stage that comes next; its least green is the least.
const NEXT_HOLDS: [f32; 4] = [0.0, 8.0, 14.0, 20.0];

/// So many of the stages that may come next are looked at more closely.
const CLOSELY: usize = 2;

/// What was found.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct Found {
    /// Cost of staying.
    pub stay: f32,
    /// The stage that is best to come now, and what that costs; infinite if there is none.
    pub change: (usize, f32),
}

/// Looks at futures.
#[derive(Clone, Debug, Default)]
pub(super) struct Search {
    rollout: Rollout,
    /// What to begin now costs, and with which stage, the best first.
    nexts: Vec<(f32, usize)>,
}

impl Search {
    /// Makes room for so many lanes and stages.
    pub fn know(&mut self, lanes: usize, stages: &Stages) {
        self.rollout.know(lanes);
        self.nexts.reserve(stages.len());
    }

    /// Looks at futures that begin with staying and with each change.
    pub fn look(&mut self, now: &Now<'_>) -> Found {
        self.nexts.clear();
        for next in now.stages.others(now.stage) {
            let first = First { hold: Some(0.0), next: Some(next), ..First::default() };
            self.nexts.push((self.rollout.cost(now, first, f32::INFINITY), next));
        }
        // Of equals the one whose turn it is comes first.
        let turn = |stage: usize| (stage + now.stages.len() - now.stage) % now.stages.len();
        self.nexts.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(turn(a.1).cmp(&turn(b.1))));
        let mut stay = f32::INFINITY;
        for hold in HOLDS {
            stay = stay.min(self.rollout.cost(now, First { hold, ..First::default() }, stay));
        }
        let mut change = (now.stage, f32::INFINITY);
        for place in 0..self.nexts.len().min(CLOSELY) {
            let (plain, next) = self.nexts[place];
            let first = |hold| First { hold, next: Some(next), ..First::default() };
            let cost = self.refine(now, first(Some(0.0)), plain);
            if cost < change.1 {
                change = (next, cost);
            }
            let mut best = (HOLDS[0], f32::INFINITY);
            for hold in HOLDS {
                let cost = self.rollout.cost(now, first(hold), best.1);
                if cost < best.1 {
                    best = (hold, cost);
                }
            }
            stay = stay.min(self.refine(now, first(best.0), best.1));
        }
        Found { stay, change }
    }

    /// What it costs at best if `first`, which costs so much, is looked at more closely.
    fn refine(&mut self, now: &Now<'_>, mut first: First, mut cost: f32) -> f32 {
        let Some(next) = first.next else { return cost };
        for hold in NEXT_HOLDS {
            let held = First { next_hold: Some(hold), ..first };
            let costs = self.rollout.cost(now, held, cost);
            if costs < cost {
                (first, cost) = (held, costs);
            }
        }
        for second in now.stages.others(next) {
            cost = cost.min(self.rollout.cost(now, First { second: Some(second), ..first }, cost));
        }
        cost
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::horizon::rollout::tests::{MODEL, crossroads};
    use crate::horizon::tests::{ARROW, CROSS, MAIN, plan};
    use crate::horizon::ways::Way;

    /// Somebody waits in the crossing street, others come there 5 s apart, and one on the main street meanwhile.
    const DUE: [&[f32]; 3] = [&[12.0], &[], &[-5.0, 11.0, 16.0, 21.0]];

    fn first(next: usize) -> First {
        First { hold: Some(0.0), next: Some(next), ..First::default() }
    }

    #[test]
    fn a_bound_changes_nothing_below_it() {
        let (stages, f) = (Stages::new(&plan()), crossroads(DUE, Way::Free));
        let now = Now { forecast: &f, stages: &stages, model: &MODEL, stage: MAIN, shown: 9.0 };
        let mut rollout = Rollout::default();
        for first in [First::default(), first(CROSS), First { second: Some(ARROW), ..first(CROSS) }] {
            let cost = rollout.cost(&now, first, f32::INFINITY);
            assert!(cost > 1.0, "{first:?}: {cost}");
            assert_eq!(rollout.cost(&now, first, cost * 1.001), cost, "{first:?}");
            for bound in [0.0, 0.3 * cost, 0.9 * cost] {
                assert!(rollout.cost(&now, first, bound) >= bound, "{first:?} {bound}");
            }
        }
    }

    #[test]
    fn a_green_is_held_over_gaps_if_that_costs_less() {
        let (stages, f) = (Stages::new(&plan()), crossroads(DUE, Way::Free));
        let now = Now { forecast: &f, stages: &stages, model: &MODEL, stage: MAIN, shown: 9.0 };
        let mut search = Search::default();
        search.know(f.lanes.len(), &stages);
        let plain = search.rollout.cost(&now, first(CROSS), f32::INFINITY);
        let held = |hold| First { next_hold: Some(hold), ..first(CROSS) };
        let held = NEXT_HOLDS.map(|hold| search.rollout.cost(&now, held(hold), f32::INFINITY));
        let least = held.into_iter().fold(plain, f32::min);
        assert!(least < plain, "{held:?}, as the base rule has it {plain}");
        let Found { stay, change } = search.look(&now);
        assert_eq!(change.0, CROSS);
        assert!(change.1 <= least && change.1 < stay, "{change:?} {stay}");
    }

    #[test]
    fn who_is_served_keeps_his_green_and_of_equals_the_next_in_turn_comes() {
        let stages = Stages::new(&plan());
        for (due, stage) in [([&[][..], &[-1.0, 0.0], &[]], MAIN), ([&[], &[], &[-1.0, 0.0, 1.0]], CROSS)] {
            let f = crossroads(due, Way::Free);
            let now = Now { forecast: &f, stages: &stages, model: &MODEL, stage, shown: 9.0 };
            let mut search = Search::default();
            search.know(f.lanes.len(), &stages);
            let Found { stay, change } = search.look(&now);
            assert!(stay < change.1, "{stay} {change:?}");
        }
        let f = crossroads([&[], &[], &[]], Way::Free);
        let now = Now { forecast: &f, stages: &stages, model: &MODEL, stage: CROSS, shown: 9.0 };
        let mut search = Search::default();
        search.know(f.lanes.len(), &stages);
        let Found { stay, change } = search.look(&now);
        assert_eq!((stay, change), (0.0, (stages.next(CROSS), 0.0)), "nobody is there");
    }
}
