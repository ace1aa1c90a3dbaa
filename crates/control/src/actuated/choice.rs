//! Which stage comes next.

use super::{Actuated, Wants};
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
        let mut groups = self.waiting.iter().zip(&self.tables.stages[stage].opens);
        groups.any(|(waiting, opens)| waiting.is_some() && !opens)
    }

    /// When a stage has to end at the latest so that nobody waits longer than the plan allows.
    pub(super) fn last_end(&self, stage: usize, view: &View<'_>) -> Millis {
        let mut last = Millis::NEVER;
        let groups = view.plan.groups().iter().zip(&self.waiting).zip(&self.tables.stages[stage].opens);
        for (g, ((group, waiting), opens)) in groups.enumerate() {
            if let Some(since) = waiting.filter(|_| !opens) {
                last = last.min(since + group.max_red - self.tables.need(stage, g) - MARGIN);
            }
        }
        last
    }

    /// The stage that follows if this one ends at `now`; none if nobody is called elsewhere.
    pub(super) fn following(&mut self, stage: usize, now: Millis, view: &View<'_>) -> Option<usize> {
        self.find_wants(stage, view);
        let n = self.tables.stages.len();
        let in_order = (1..n).map(|i| (stage + i) % n);
        let first = in_order.clone().find(|&s| self.serves(s).next().is_some())?;
        let most = self.serves(first).count();
        let more = |s: usize| {
            let all = self.serves(first).all(|g| self.tables.stages[s].opens[g]);
            all && self.serves(s).count() > most
        };
        let mut candidates = in_order.skip_while(|&s| s != first).filter(|&s| more(s)).chain([first]);
        // Somebody would wait for too long: the plan's own order is known to be fast enough.
        Some(candidates.find(|&s| self.is_in_time(stage, s, now, view)).unwrap_or((stage + 1) % n))
    }

    /// Finds the groups that wait for another stage than this one, and those that have to give way in it while somebody
    /// is still in a lane of their own.
    fn find_wants(&mut self, stage: usize, view: &View<'_>) {
        let stage = &self.tables.stages[stage];
        let groups = self.waiting.iter().zip(&self.opened).zip(&stage.opens).zip(&stage.protects).zip(&self.tables.own);
        for (wants, ((((waiting, opened), &opens), &protects), own)) in self.wants.iter_mut().zip(groups) {
            *wants = if !opens && waiting.is_some() {
                Wants::Green
            } else if opens && !protects && opened.is_some() && own.iter().any(|&number| view.calls.use_extends(number))
            {
                Wants::Protection
            } else {
                Wants::Nothing
            };
        }
    }

    /// The groups that a stage would give what they want.
    fn serves(&self, to: usize) -> impl Iterator<Item = usize> + '_ {
        let stage = &self.tables.stages[to];
        stage.groups.iter().map(|&g| usize::from(g)).filter(|&g| match self.wants[g] {
            Wants::Nothing => false,
            Wants::Green => true,
            Wants::Protection => stage.protects[g],
        })
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
