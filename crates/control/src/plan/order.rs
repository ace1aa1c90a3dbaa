//! The plan's stages one after the other, in their own order and each no longer than it has to be: when groups open.
//!
//! Terms
//! - **change**: from the request of a stage to the last start of green in it, if all that ends before does so then.
//! - **step**: the end of a stage and all of the next, until that may end.
//!
//! An intergreen may outlast the stages in between, so that it is kept in mind when each group ended. What comes of it is an
//! upper bound: where groups of a stage open one after the other, the least green of all counts from the last of them.

use alloc::{vec, vec::Vec};

use super::{GroupKind, Plan, Relation, Waiver};
use crate::Millis;

/// So long ago that it does not matter any more.
pub(crate) const LONG_AGO: Millis = Millis(i64::MIN / 4);

/// A group opens in its turn.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Opening {
    pub group: u16,
    /// When, at the latest.
    pub at: Millis,
    /// When it had ended; none: it was open before.
    pub ended: Option<Millis>,
}

/// The order from the end of some stage, at time 0, on.
pub(crate) struct Order<'a> {
    plan: &'a Plan,
    /// The stage that may end.
    stage: usize,
    /// When it may.
    time: Millis,
    /// By group, when it ended last, if it is closed; and when it opens in this step.
    ended: Vec<Millis>,
    opened: Vec<Millis>,
}

impl<'a> Order<'a> {
    /// A stage is all open and may end; whoever is not in it ended at that time.
    pub fn from(plan: &'a Plan, stage: usize, ended: Millis) -> Self {
        let groups = plan.groups().len();
        Self { plan, stage, time: Millis(0), ended: vec![ended; groups], opened: vec![Millis(0); groups] }
    }

    /// Ends the stage and shows the next. `change` is the [change](Plan::stage_change) between them.
    pub fn step(&mut self, change: Millis, mut see: impl FnMut(Opening)) {
        let (plan, from) = (self.plan, self.stage);
        let to = (from + 1) % plan.stages().len();
        let (a, b) = (&plan.stages()[from].groups, &plan.stages()[to].groups);
        let has = |stage: &[u16], g: u16| stage.binary_search(&g).is_ok();
        let interstage = plan.interstage(from, to);
        for &g in a.iter().filter(|&&g| !has(b, g)) {
            let delay = interstage.and_then(|i| i.ends.iter().find(|d| d.0 == g)).map_or(Millis(0), |d| d.1);
            self.ended[usize::from(g)] = self.time + delay;
        }
        let direct = self.time + change;
        let mut all = direct;
        for &g in b {
            let at = if has(a, g) { direct } else { direct.max(self.clear(g, |p| has(a, p) && has(b, p))) };
            self.opened[usize::from(g)] = at;
        }
        for &g in b {
            // Whoever gives way to people on foot starts after them, and with their lead.
            let starting = |&&p: &&u16| has(b, p) && !has(a, p) && plan.matrix().relation(g, p).yields();
            let lead = |&p: &u16| (plan.groups()[usize::from(p)].lead, self.opened[usize::from(p)]);
            let leads = plan.matrix().partners(g).iter().filter(starting).map(lead).filter(|(lead, _)| lead.0 > 0);
            let led = leads.map(|(lead, opened)| opened + lead).max().filter(|_| !has(a, g));
            let at = led.map_or(self.opened[usize::from(g)], |led| led.max(self.opened[usize::from(g)]));
            all = all.max(at);
            see(Opening { group: g, at, ended: (!has(a, g)).then_some(self.ended[usize::from(g)]) });
        }
        (self.stage, self.time) = (to, all + plan.stage_least(to));
    }

    /// When everybody who ended before has cleared for a group; those who stay open are not in its way.
    fn clear(&self, g: u16, stays: impl Fn(u16) -> bool) -> Millis {
        let others = self.plan.matrix().partners(g).iter().filter(|&&p| !stays(p));
        let cleared = others.map(|&p| self.ended[usize::from(p)] + self.plan.matrix().intergreen(p, g));
        let group = &self.plan.groups()[usize::from(g)];
        let again = self.ended[usize::from(g)] + group.yellow + group.red_revert + group.red_yellow;
        cleared.fold(again, Millis::max)
    }
}

impl Plan {
    /// From the request of a stage after another to its last start of green. Who has just ended has to be red for a while,
    /// and people on foot may have a lead.
    pub(crate) fn stage_change(&self, from: usize, to: usize) -> Millis {
        let (a, b) = (&self.stages()[from].groups, &self.stages()[to].groups);
        let group = |g: u16| &self.groups()[usize::from(g)];
        let starting = || b.iter().copied().filter(|g| !a.contains(g));
        let again = starting().map(|g| group(g).yellow + group(g).red_revert).max().unwrap_or(Millis(0));
        let ahead = |g: u16| b.iter().filter(move |&&o| self.matrix().relation(g, o).yields()).map(|&o| group(o).lead);
        self.change(from, to).max(again) + starting().flat_map(ahead).max().unwrap_or(Millis(0))
    }

    /// How much earlier than the last those start green who start between two stages, if they do: each as soon as those have
    /// cleared who end. People on foot with a lead, and whoever starts once more, come last.
    pub(crate) fn early_starts(&self, from: usize, to: usize) -> Vec<(u16, Millis)> {
        let (a, b) = (&self.stages()[from].groups, &self.stages()[to].groups);
        let change = self.stage_change(from, to);
        let leads = b.iter().any(|&g| self.groups()[usize::from(g)].lead > Millis(0));
        if leads || self.interstage(from, to).is_some() {
            return Vec::new();
        }
        let ending = self.ends_between(from, to);
        let start = |s: u16| {
            let group = &self.groups()[usize::from(s)];
            ending.iter().map(|&e| self.matrix().intergreen(e, s)).fold(group.red_yellow, Millis::max)
        };
        let starting = b.iter().copied().filter(|g| !a.contains(g) && !ending.contains(g));
        starting.map(|s| (s, change - start(s))).filter(|&(_, early)| early > Millis(0)).collect()
    }

    /// The oncoming traffic with which a left turn has to end, or drivers who wait for a gap believe that it ends too.
    pub(crate) fn ends_with(&self, turn: u16) -> impl Iterator<Item = u16> {
        let flashes = self.groups()[usize::from(turn)].kind == GroupKind::FlashingYellowArrow;
        let meets = move |&o: &u16| !flashes && self.matrix().relation(turn, o) == Relation::YieldsToOncoming;
        let waived = move |&o: &u16| self.waivers().contains(&Waiver::YellowTrap { group: turn, oncoming: o });
        self.matrix().partners(turn).iter().copied().filter(meets).filter(move |o| !waived(o))
    }

    /// Adds to those that end whoever has to end with them, of the oncoming traffic that is `there`.
    pub(crate) fn add_oncoming(&self, ends: &mut Vec<u16>, there: impl Fn(u16) -> bool) {
        let mut i = 0;
        while let Some(&turn) = ends.get(i) {
            let with: Vec<u16> = self.ends_with(turn).filter(|&o| there(o) && !ends.contains(&o)).collect();
            ends.extend(with);
            i += 1;
        }
    }

    /// Who of a stage ends before another is shown: who is not open in it, and others that start once more, as they have to
    /// end with a left turn, or are arrows that give way from then on.
    pub(crate) fn ends_between(&self, from: usize, to: usize) -> Vec<u16> {
        let (a, b) = (&self.stages()[from].groups, &self.stages()[to].groups);
        let gives_way = |g: u16, among: &[u16]| among.iter().any(|&o| self.matrix().relation(g, o).yields());
        let is_arrow = |g: u16| self.groups()[usize::from(g)].kind == GroupKind::FlashingYellowArrow;
        let turns = |g: u16| is_arrow(g) && gives_way(g, b) && !gives_way(g, a);
        let mut ends: Vec<u16> = a.iter().copied().filter(|&g| !b.contains(&g) || turns(g)).collect();
        self.add_oncoming(&mut ends, |g| a.contains(&g));
        ends
    }

    /// By group, its longest red if the stages follow each other in their order for ever, each as short as it may be.
    pub(crate) fn longest_reds_in_order(&self) -> Vec<Millis> {
        let n = self.stages().len();
        let mut order = Order::from(self, 0, LONG_AGO);
        let mut reds = vec![Millis(0); self.groups().len()];
        // In the first round some have ended long ago. After that each round is as the one before, or nearly so.
        for place in (0..n).cycle().take(3 * n) {
            order.step(self.stage_change(place, (place + 1) % n), |opening| {
                let g = usize::from(opening.group);
                if let Some(ended) = opening.ended.filter(|&ended| ended > LONG_AGO) {
                    reds[g] = reds[g].max(opening.at - ended - self.groups()[g].yellow);
                }
            });
        }
        reds
    }
}
