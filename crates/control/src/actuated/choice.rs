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
        let first = in_order.clone().find(|&s| self.serves(stage, s, view).next().is_some())?;
        let most = self.serves(stage, first, view).count();
        let more = |s: usize| {
            let all = self.serves(stage, first, view).all(|g| self.tables.stages[s].opens[g]);
            all && self.serves(stage, s, view).count() > most
        };
        let mut candidates = in_order.skip_while(|&s| s != first).filter(|&s| more(s)).chain([first]);
        // Somebody would wait for too long: the plan's own order is known to be fast enough.
        Some(candidates.find(|&s| self.is_in_time(stage, s, now, view)).unwrap_or((stage + 1) % n))
    }

    /// The groups that wait, or have somebody left over, and that a stage would open.
    fn serves<'a>(&'a self, from: usize, to: usize, view: &'a View<'_>) -> impl Iterator<Item = usize> + 'a {
        let groups = self.tables.stages[to].groups.iter().map(|&g| usize::from(g));
        groups.filter(move |&g| self.waits_elsewhere(from, g) || self.is_left_over(from, to, g, view))
    }

    /// Whether somebody who has to give way in a stage is still in a lane of the group's own, and would not have to in the
    /// other stage.
    fn is_left_over(&self, from: usize, to: usize, group: usize, view: &View<'_>) -> bool {
        let (a, b) = (&self.tables.stages[from], &self.tables.stages[to]);
        let is_there = || self.tables.own[group].iter().any(|&number| view.calls.use_extends(number));
        a.opens[group] && !a.protects[group] && b.protects[group] && is_there()
    }

    /// Whether everybody who waits is served in time if that stage comes next. It is, if it comes no later than in the
    /// plan's own order.
    fn is_in_time(&self, from: usize, to: usize, now: Millis, view: &View<'_>) -> bool {
        let (tables, n) = (&self.tables, self.tables.stages.len());
        if to == (from + 1) % n {
            return true;
        }
        let open = now + tables.change(from, to);
        (0..self.waiting.len()).filter(|&g| self.waits_elsewhere(from, g)).all(|g| {
            let Some(since) = self.waiting[g] else { return true };
            let need = if tables.stages[to].opens[g] { Millis(0) } else { tables.least[to] + tables.need(to, g) };
            open + need + MARGIN < since + view.plan.groups()[g].max_red || open + need <= now + tables.need(from, g)
        })
    }

    /// Where to rest when nobody is called: the stage set for that, or one with a soft recall.
    pub(super) fn resting_place(&self, stage: usize, view: &View<'_>) -> Option<usize> {
        if self.settings.rest.is_some() {
            return self.settings.rest.filter(|&s| s != stage);
        }
        let soft = |g: &u16| view.plan.groups()[usize::from(*g)].recall == Recall::Soft;
        let n = self.tables.stages.len();
        let closed = |g: &u16| soft(g) && !self.tables.stages[stage].opens[usize::from(*g)];
        if self.tables.stages[stage].groups.iter().any(soft) {
            return None;
        }
        (1..n).map(|i| (stage + i) % n).find(|&s| self.tables.stages[s].groups.iter().any(closed))
    }
}
