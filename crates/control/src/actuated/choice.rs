//! Which stage comes next.

use super::{Actuated, Wants};
use crate::{Millis, View, plan::Recall};

impl Actuated {
    /// Whether somebody is called whom a stage does not serve.
    pub(super) fn is_conflicting(&self, stage: usize) -> bool {
        let mut groups = self.waits.waiting.iter().zip(&self.tables.stages.opens[stage]);
        groups.any(|(waiting, opens)| waiting.is_some() && !opens)
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
            let all = self.serves(first).all(|g| self.tables.stages.opens[s][g]);
            all && self.serves(s).count() > most
        };
        let candidates = in_order.skip_while(|&s| s != first).filter(|&s| more(s)).chain([first]);
        let (waits, stages) = (&self.waits, &self.tables.stages);
        let easy = waits.easy_until(stages);
        let until = |s| if now < easy { easy } else { waits.in_time_until(stages, stage, s, view.plan) };
        let mut in_time = candidates.map(|s| (s, until(s))).filter(|&(_, until)| now < until);
        // Somebody would wait for too long: the plan's own order is known to be fast enough.
        Some(in_time.next().unwrap_or(((stage + 1) % n, Millis::NEVER)))
    }

    /// Finds the groups that wait for another stage than this one, and those that have to give way in it while somebody
    /// is still in a lane of their own.
    fn find_wants(&mut self, stage: usize, view: &View<'_>) {
        let (opens, protects) = (&self.tables.stages.opens[stage], &self.tables.protects[stage]);
        let groups = self.waits.waiting.iter().zip(&self.waits.opened).zip(opens).zip(protects).zip(&self.tables.own);
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
        let (groups, protects) = (&self.tables.stages.groups[to], &self.tables.protects[to]);
        groups.iter().map(|&g| usize::from(g)).filter(|&g| match self.wants[g] {
            Wants::Nothing => false,
            Wants::Green => true,
            Wants::Protection => protects[g],
        })
    }

    /// Where to rest when nobody is called: the stage set for that, or one with a soft recall.
    pub(super) fn resting_place(&self, stage: usize, view: &View<'_>) -> Option<usize> {
        if self.settings.rest.is_some() {
            return self.settings.rest.filter(|&s| s != stage);
        }
        let soft = |g: &u16| view.plan.groups()[usize::from(*g)].recall == Recall::Soft;
        let n = self.tables.stages.len();
        let closed = |g: &u16| soft(g) && !self.tables.stages.opens[stage][usize::from(*g)];
        if self.tables.stages.groups[stage].iter().any(soft) {
            return None;
        }
        (1..n).map(|i| (stage + i) % n).find(|&s| self.tables.stages.groups[s].iter().any(closed))
    }
}
