//! Which futures are looked at before a decision.
//!
//! The base rule alone is short-sighted: it ends a green when its queues have left. So what comes next, for how long and what
//! after that are tried as well, one after the other: all stages that may come next, then for the best of them some times to
//! show it, then for the best of these all stages that may come after it. Staying is refined in the same way as changing, for
//! the best of its own times: what is tried more often looks better than it is.

use alloc::vec::Vec;

use super::rollout::{First, Now, Rollout};
use crate::{adaptive::s, stages::Stages};

/// It looks at these times to stay, s, and at that which the base rule chooses.
const HOLDS: [Option<f32>; 6] = [None, Some(1.0), Some(2.0), Some(4.0), Some(7.0), Some(11.0)];

/// At once.
const NOW: Option<f32> = Some(0.0);

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
        for next in now.stages.choices(now.stage) {
            self.nexts.push((self.rollout.cost(now, then(NOW, next), f32::INFINITY), next));
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
            let cost = self.refine(now, (NOW, next), plain);
            if cost < change.1 {
                change = (next, cost);
            }
            let mut best = (HOLDS[0], f32::INFINITY);
            for hold in HOLDS {
                let cost = self.rollout.cost(now, then(hold, next), best.1);
                if cost < best.1 {
                    best = (hold, cost);
                }
            }
            stay = stay.min(self.refine(now, (best.0, next), best.1));
        }
        Found { stay, change }
    }

    /// What it costs at best if the present stage for so long, s, and then the next, which costs so much, is looked at more
    /// closely.
    fn refine(&mut self, now: &Now<'_>, (hold, next): (Option<f32>, usize), mut cost: f32) -> f32 {
        let mut first = then(hold, next);
        let least = s(now.stages.least[next]);
        for next_hold in NEXT_HOLDS.into_iter().filter(|&hold| hold == 0.0 || hold > least) {
            let held = First { next_hold: Some(next_hold), ..first };
            let costs = self.rollout.cost(now, held, cost);
            if costs < cost {
                (first, cost) = (held, costs);
            }
        }
        for second in now.stages.choices(next) {
            cost = cost.min(self.rollout.cost(now, First { second: Some(second), ..first }, cost));
        }
        cost
    }
}

/// The present stage for so long, s, then `next`.
fn then(hold: Option<f32>, next: usize) -> First {
    First { hold, next: Some(next), ..First::default() }
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use super::*;
    use crate::horizon::forecast::Forecast;
    use crate::horizon::rollout::{
        Model,
        tests::{MODEL, crossroads},
    };
    use crate::horizon::tests::{ARROW, CROSS, MAIN, ONCOMING, plan};
    use crate::horizon::ways::Way;

    /// Crossroads with up to six vehicles a lane, some of whom queue, and others of whom nobody knows.
    fn worlds() -> impl Iterator<Item = Forecast> {
        // Numerical Recipes' generator: the same worlds everywhere.
        let mut state = 1_u32;
        let mut draw = move |most: u32| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) % most
        };
        (0..300).map(move |_| {
            let mut due = [(); 3].map(|()| (0..draw(7)).map(|_| draw(50) as f32 - 15.0).collect::<Vec<f32>>());
            due.iter_mut().for_each(|of| of.sort_by(f32::total_cmp));
            let ways = [Way::Free, Way::Behind, Way::Partly];
            let mut f = crossroads([&due[0], &due[1], &due[2]], ways[draw(3) as usize]);
            f.lanes[ONCOMING].flow = draw(3) as f32 * 0.1;
            f
        })
    }

    fn search(f: &Forecast, stages: &Stages) -> Search {
        let mut search = Search::default();
        search.know(f.lanes.len(), stages);
        search
    }

    #[test]
    fn a_bound_changes_nothing_below_it() {
        let (stages, model) = (Stages::new(&plan()), Model { stop: 4.0, ..MODEL });
        for f in worlds() {
            let now = Now { forecast: &f, stages: &stages, model: &model, stage: MAIN, shown: 9.0, before: None };
            let rollout = &mut search(&f, &stages).rollout;
            for first in [First::default(), then(NOW, CROSS), First { second: Some(ARROW), ..then(NOW, CROSS) }] {
                let cost = rollout.cost(&now, first, f32::INFINITY);
                assert_eq!(rollout.cost(&now, first, cost + 0.1), cost, "{first:?}");
                for bound in [0.0, 0.3 * cost, 0.9 * cost] {
                    assert!(rollout.cost(&now, first, bound) >= bound, "{first:?} {bound}");
                }
            }
        }
    }

    /// Each part of the search finds something better in some of the worlds, and none anything worse than plain futures.
    #[test]
    fn all_parts_of_the_search_matter() {
        let stages = Stages::new(&plan());
        let (mut stays, mut holds, mut seconds, mut others) = (0, 0, 0, 0);
        for f in worlds() {
            let now = Now { forecast: &f, stages: &stages, model: &MODEL, stage: MAIN, shown: 9.0, before: None };
            let mut search = search(&f, &stages);
            let Found { stay, change: (best, change) } = search.look(&now);
            let (plain, first) = search.nexts[0];
            let mut cost = |first| search.rollout.cost(&now, first, f32::INFINITY);
            let plain_stay = HOLDS.map(|hold| cost(First { hold, ..First::default() })).into_iter().fold(1e9, f32::min);
            let held = NEXT_HOLDS.map(|hold| cost(First { next_hold: Some(hold), ..then(NOW, best) }));
            let held = held.into_iter().fold(cost(then(NOW, best)), f32::min);
            assert!(
                stay <= plain_stay && change <= plain && change <= held,
                "{stay} {plain_stay} {change} {plain} {held}"
            );
            stays += u32::from(stay < plain_stay);
            holds += u32::from(held < cost(then(NOW, best)));
            seconds += u32::from(change < held);
            others += u32::from(best != first);
        }
        assert!(stays.min(holds).min(seconds).min(others) > 0, "{stays} {holds} {seconds} {others}");
    }

    #[test]
    fn who_is_served_keeps_his_green_and_of_equals_the_next_in_turn_comes() {
        let stages = Stages::new(&plan());
        let look = |due: [&[f32]; 3], stage: usize| {
            let f = crossroads(due, Way::Free);
            search(&f, &stages).look(&Now {
                forecast: &f,
                stages: &stages,
                model: &MODEL,
                stage,
                shown: 9.0,
                before: None,
            })
        };
        for (due, stage) in [([&[][..], &[-1.0, 0.0], &[]], MAIN), ([&[], &[], &[-1.0, 0.0, 1.0]], CROSS)] {
            let Found { stay, change } = look(due, stage);
            assert!(stay < change.1, "{stay} {change:?}");
        }
        let nobody = look([&[], &[], &[]], ARROW);
        assert_eq!(nobody, Found { stay: 0.0, change: (CROSS, 0.0) });
    }
}
