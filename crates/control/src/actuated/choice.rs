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

    /// Until when nobody waits for too long, whatever comes next: mostly nobody has to be looked at more closely.
    fn easy_until(&self) -> Millis {
        self.first_late - self.tables.longest_need - MARGIN
    }

    /// When a stage has to end at the latest so that nobody waits longer than the plan allows; or when that has to be
    /// asked again.
    pub(super) fn last_end(&self, stage: usize, now: Millis, view: &View<'_>) -> Millis {
        let mut last = self.easy_until();
        if now < last {
            return last;
        }
        last = Millis::NEVER;
        let groups = view.plan.groups().iter().zip(&self.waiting).zip(&self.tables.stages[stage].opens);
        for (g, ((group, waiting), opens)) in groups.enumerate() {
            if let Some(since) = waiting.filter(|_| !opens) {
                last = last.min(since + group.max_red - self.tables.need(stage, g) - MARGIN);
            }
        }
        last
    }

    /// The stage that follows if this one ends at `now`, and until when that is so if nobody comes or goes; none if
    /// nobody is called elsewhere.
    pub(super) fn following(&mut self, stage: usize, now: Millis, view: &View<'_>) -> Option<(usize, Millis)> {
        self.find_wants(stage, view);
        let n = self.tables.stages.len();
        let in_order = (1..n).map(|i| (stage + i) % n);
        let first = in_order.clone().find(|&s| self.serves(s).next().is_some())?;
        let most = self.serves(first).count();
        let more = |s: usize| {
            let all = self.serves(first).all(|g| self.tables.stages[s].opens[g]);
            all && self.serves(s).count() > most
        };
        let candidates = in_order.skip_while(|&s| s != first).filter(|&s| more(s)).chain([first]);
        let easy = self.easy_until();
        let until = |s| if now < easy { easy } else { self.in_time_until(stage, s, view) };
        let mut in_time = candidates.map(|s| (s, until(s))).filter(|&(_, until)| now < until);
        // Somebody would wait for too long: the plan's own order is known to be fast enough.
        Some(in_time.next().unwrap_or(((stage + 1) % n, Millis::NEVER)))
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

    /// Until when a stage may end, if another comes next, so that everybody who waits is served in time. Always, if they
    /// are served no later than in the plan's own order.
    fn in_time_until(&self, from: usize, to: usize, view: &View<'_>) -> Millis {
        let (tables, n) = (&self.tables, self.tables.stages.len());
        if to == (from + 1) % n {
            return Millis::NEVER;
        }
        let last = |g: usize| {
            let since = self.waiting[g].filter(|_| self.waits_elsewhere(from, g))?;
            let served = if tables.stages[to].opens[g] { Millis(0) } else { tables.least[to] + tables.need(to, g) };
            let need = tables.change(from, to) + served;
            (need > tables.need(from, g)).then(|| since + view.plan.groups()[g].max_red - need - MARGIN)
        };
        (0..self.waiting.len()).filter_map(last).min().unwrap_or(Millis::NEVER)
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
