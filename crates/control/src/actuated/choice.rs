//! Which stage comes next.

use super::Actuated;
use crate::{Millis, View, plan::Recall};

/// How much earlier than necessary a stage ends for somebody who has waited for long.
const MARGIN: Millis = Millis(2000);

impl Actuated {
    /// Whether a group waits for another stage than this one.
    fn waits_elsewhere(&self, stage: usize, group: usize) -> bool {
        self.waiting[group].is_some() && !self.tables.stages[stage].opens[group]
    }

    /// Whether somebody is called whom a stage does not serve.
    pub(super) fn is_conflicting(&self, stage: usize) -> bool {
        (0..self.waiting.len()).any(|g| self.waits_elsewhere(stage, g))
    }

    /// When a stage has to end at the latest so that nobody waits longer than the plan allows.
    pub(super) fn last_end(&self, stage: usize, view: &View<'_>) -> Millis {
        let mut last = Millis::NEVER;
        for (g, group) in view.plan.groups().iter().enumerate() {
            if let Some(since) = self.waiting[g].filter(|_| !self.tables.stages[stage].opens[g]) {
                last = last.min(since + group.max_red - self.tables.need(stage, g) - MARGIN);
            }
        }
        last
    }

    /// The stage that follows if this one ends at `now`; none if nobody is called elsewhere.
    pub(super) fn following(&self, stage: usize, now: Millis, view: &View<'_>) -> Option<usize> {
        let n = self.tables.stages.len();
        let in_order = (1..n).map(|i| (stage + i) % n);
        let first = in_order.clone().find(|&s| self.serves(stage, s).next().is_some())?;
        if now >= self.last_end(stage, view) {
            // Somebody has waited for long: not a second may be lost to a change that lasts longer than those it skips.
            return Some(if self.is_detour(stage, first) { (stage + 1) % n } else { first });
        }
        let more = |s: usize| {
            let all = self.serves(stage, first).all(|g| self.tables.stages[s].opens[g]);
            all && self.serves(stage, s).count() > self.serves(stage, first).count() && self.is_in_time(stage, s, now, view)
        };
        Some(in_order.clone().skip_while(|&s| s != first).find(|&s| more(s)).unwrap_or(first))
    }

    /// The groups that wait and that a stage would open.
    fn serves(&self, from: usize, to: usize) -> impl Iterator<Item = usize> + '_ {
        let opens = &self.tables.stages[to].opens;
        (0..self.waiting.len()).filter(move |&g| opens[g] && self.waits_elsewhere(from, g))
    }

    /// Whether a change lasts longer than the stages in between.
    fn is_detour(&self, from: usize, to: usize) -> bool {
        let first = self.serves(from, to).map(|g| self.tables.need(from, g)).min();
        first.is_some_and(|need| self.tables.change(from, to) > need)
    }

    /// Whether everybody who waits is still served in time if a stage is served out of turn.
    fn is_in_time(&self, from: usize, to: usize, now: Millis, view: &View<'_>) -> bool {
        let open = now + self.tables.opening(from, to);
        (0..self.waiting.len()).all(|g| {
            let Some(since) = self.waiting[g].filter(|_| !self.tables.stages[to].opens[g]) else { return true };
            // Twice the margin: it is to have some green before it has to end again.
            open + self.least(to) + self.tables.need(to, g) + MARGIN + MARGIN < since + view.plan.groups()[g].max_red
        })
    }

    /// The longest least green of a stage.
    fn least(&self, stage: usize) -> Millis {
        let least = self.tables.stages[stage].groups.iter().map(|&g| self.tables.min_green[usize::from(g)]);
        least.max().unwrap_or(Millis(0))
    }

    /// Where to rest when nobody is called: the stage set for that, or one with a soft recall.
    pub(super) fn resting_place(&self, stage: usize, view: &View<'_>) -> Option<usize> {
        if self.settings.rest.is_some() {
            return self.settings.rest.filter(|&s| s != stage);
        }
        let soft = |g: &u16| view.plan.groups()[usize::from(*g)].recall == Recall::Soft;
        let n = self.tables.stages.len();
        let closed = |g: &u16| soft(g) && !self.tables.stages[stage].opens[usize::from(*g)];
        if self.tables.stages[stage].groups.iter().any(|g| soft(g)) {
            return None;
        }
        (1..n).map(|i| (stage + i) % n).find(|&s| self.tables.stages[s].groups.iter().any(closed))
    }
}
