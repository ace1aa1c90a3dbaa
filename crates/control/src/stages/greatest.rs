//! Greatest greens that a plan states: they end a stage whatever its policy would like.
//!
//! Terms
//! - **over**: a group's greatest green is over when it has been open for so long since somebody was called who is in its way
//!   and whom the stage does not open (NEMA TS 2: the maximum timer runs from the first conflicting call). The stage then ends
//!   for the policy's choice if that closes the group, else for the next one in the plan's order that does.

use super::{Policy, Staged};
use crate::{Millis, Plan, group_set::number};

impl<P: Policy> Staged<P> {
    /// When the greatest green of an open group of the stage is over, if it has one and somebody waits in whose way it is.
    fn over_at(&self, stage: usize, g: usize, plan: &Plan) -> Millis {
        let (most, opens) = (plan.groups()[g].max_green, &self.stages.opens[stage]);
        if most == Millis::NEVER || !self.waits.open().has(g) {
            return Millis::NEVER;
        }
        let rivals = plan.matrix().partners(number(g)).iter().map(|&other| usize::from(other));
        let called = rivals.filter(|&other| !opens.has(other)).filter_map(|other| self.waits.since(other)).min();
        called.map_or(Millis::NEVER, |called| called.max(self.waits.opened(g)) + most)
    }

    /// When the greatest green of the first of a stage's groups is over.
    pub(super) fn greatest_until(&self, stage: usize, plan: &Plan) -> Millis {
        if !self.stages.limited {
            return Millis::NEVER;
        }
        let groups = self.stages.opens[stage].iter();
        groups.map(|g| self.over_at(stage, g, plan)).min().unwrap_or(Millis::NEVER)
    }

    /// Where to go when a greatest green is over; `to`: where the policy would. Nowhere else, if every other stage opens the
    /// group as well.
    pub(super) fn beyond(&self, (stage, to): (usize, usize), now: Millis, plan: &Plan) -> usize {
        let opens = |to: usize| self.stages.opens.get(to);
        let over = |g: &usize| self.over_at(stage, *g, plan) <= now;
        let closes = |&to: &usize| {
            let mut over = self.stages.opens[stage].iter().filter(over);
            to != stage && opens(to).is_some_and(|opens| over.all(|g| !opens.has(g)))
        };
        let mut order = [to].into_iter().chain(self.waits.others(&self.stages, stage));
        order.find(closes).unwrap_or(to)
    }

    /// Notes the phases that end with a stage because their greatest green is over, for the log.
    pub(super) fn note_over(&mut self, (stage, to): (usize, usize), now: Millis, plan: &Plan) {
        for g in self.stages.ends(stage, to).iter() {
            let phase = crate::log::phase_number(plan, number(g));
            if let Some(phase) = phase.filter(|p| !self.over.contains(p))
                && self.over_at(stage, g, plan) <= now
            {
                self.over.push(phase);
            }
        }
    }
}
