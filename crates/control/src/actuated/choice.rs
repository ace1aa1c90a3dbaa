//! Which stage comes next.

use super::Actuated;
use crate::{
    Millis, View,
    group_set::{bit, groups, members},
    plan::Recall,
};

/// How much earlier than necessary a stage ends for somebody who has waited for long.
const MARGIN: Millis = Millis(2000);

impl Actuated {
    /// Whether somebody is called whom a stage does not serve.
    pub(super) fn is_conflicting(&self, stage: usize) -> bool {
        self.waits.exceeds(&self.tables.stages[stage].opens)
    }

    /// The groups that wait for another stage than this one.
    fn waiting_elsewhere(&self, stage: usize) -> impl Iterator<Item = usize> + '_ {
        let opens = &self.tables.stages[stage].opens;
        members(self.waits.words().iter().zip(opens.words()).map(|(waits, opens)| waits & !opens))
    }

    /// Until when nobody waits for too long, whatever comes next: mostly nobody has to be looked at more closely.
    fn easy_until(&self) -> Millis {
        self.first_late - self.tables.longest_need - MARGIN
    }

    /// When a stage has to end at the latest so that nobody waits longer than the plan allows; or when that has to be
    /// asked again.
    pub(super) fn last_end(&self, stage: usize, now: Millis, view: &View<'_>) -> Millis {
        let easy = self.easy_until();
        if now < easy {
            return easy;
        }
        let end = |g: usize| self.waiting[g] + view.plan.groups()[g].max_red - self.tables.need(stage, g) - MARGIN;
        self.waiting_elsewhere(stage).map(end).min().unwrap_or(Millis::NEVER)
    }

    /// The stage that follows if this one ends at `now`, and until when that is so if nobody comes or goes; none if
    /// nobody is called elsewhere.
    pub(super) fn following(&mut self, stage: usize, now: Millis, view: &View<'_>) -> Option<(usize, Millis)> {
        if self.find_wants(stage, view) {
            let favourite = self.candidates(stage).next();
            self.favourite = favourite;
        }
        let (favourite, easy) = (self.favourite?, self.easy_until());
        if now < easy {
            return Some((favourite, easy));
        }
        let until = |s| (s, self.in_time_until(stage, s, view));
        // If somebody would wait for too long in any case: the plan's own order is known to be fast enough.
        let in_order = ((stage + 1) % self.tables.stages.len(), Millis::NEVER);
        Some(self.candidates(stage).map(until).find(|&(_, until)| now < until).unwrap_or(in_order))
    }

    /// The stages that may follow, the best first: those that serve all whom the next called one serves and more, and that.
    fn candidates(&self, stage: usize) -> impl Iterator<Item = usize> + '_ {
        let n = self.tables.stages.len();
        let in_order = (1..n).map(move |i| (stage + i) % n);
        let first = in_order.clone().find(|&s| self.serves(stage, s).any(|served| served != 0));
        let count = move |s| self.serves(stage, s).map(u64::count_ones).sum::<u32>();
        let most = first.map_or(0, count);
        let more = move |first: usize, s: usize| {
            let opens = self.tables.stages[s].opens.words();
            count(s) > most && self.serves(stage, first).zip(opens).all(|(served, opens)| served & !opens == 0)
        };
        let better = move |first| in_order.clone().skip_while(move |&s| s != first).filter(move |&s| more(first, s));
        first.into_iter().flat_map(move |first| better(first).chain([first]))
    }

    /// Finds the groups that wait for another stage than this one, and those that have to give way in it while somebody
    /// is still in a lane of their own. Returns whether they are others than before.
    fn find_wants(&mut self, stage: usize, view: &View<'_>) -> bool {
        let (stage, own) = (&self.tables.stages[stage], &self.tables.own);
        let mut others = false;
        for (w, &opens) in stage.opens.words().iter().enumerate() {
            let mut wants = self.waits.word(w) & !opens;
            for g in groups(w, stage.turns.word(w) & self.open.word(w)) {
                wants |= if own[g].iter().any(|&number| view.calls.use_extends(number)) { bit(g) } else { 0 };
            }
            others |= self.wants.word(w) != wants;
            self.wants.set_word(w, wants);
        }
        others
    }

    /// Nobody wants another stage, as far as is known.
    pub(super) fn forget_wants(&mut self) {
        self.wants.clear();
        self.favourite = None;
    }

    /// The groups that a stage would give what they want from another, word by word.
    fn serves(&self, from: usize, to: usize) -> impl Iterator<Item = u64> + '_ {
        let (from, to) = (&self.tables.stages[from], &self.tables.stages[to]);
        let stays = from.opens.words().iter().zip(to.protects.words());
        let words = self.wants.words().iter().zip(to.opens.words()).zip(stays);
        words.map(|((wants, opens), (stays, protects))| wants & (opens & !stays | protects & stays))
    }

    /// Until when a stage may end, if another comes next, so that everybody who waits is served in time. Always, if they
    /// are served no later than in the plan's own order.
    fn in_time_until(&self, from: usize, to: usize, view: &View<'_>) -> Millis {
        let (tables, n) = (&self.tables, self.tables.stages.len());
        if to == (from + 1) % n {
            return Millis::NEVER;
        }
        let last = |g: usize| {
            let served = if tables.stages[to].opens.has(g) { Millis(0) } else { tables.least[to] + tables.need(to, g) };
            let need = tables.change(from, to) + served;
            (need > tables.need(from, g)).then(|| self.waiting[g] + view.plan.groups()[g].max_red - need - MARGIN)
        };
        self.waiting_elsewhere(from).filter_map(last).min().unwrap_or(Millis::NEVER)
    }

    /// Where to rest when nobody is called: the stage set for that, or one with a soft recall.
    pub(super) fn resting_place(&self, stage: usize, view: &View<'_>) -> Option<usize> {
        if self.settings.rest.is_some() {
            return self.settings.rest.filter(|&s| s != stage);
        }
        let soft = |g: &u16| view.plan.groups()[usize::from(*g)].recall == Recall::Soft;
        let n = self.tables.stages.len();
        let closed = |g: &u16| soft(g) && !self.tables.stages[stage].opens.has(usize::from(*g));
        if self.tables.stages[stage].groups.iter().any(soft) {
            return None;
        }
        (1..n).map(|i| (stage + i) % n).find(|&s| self.tables.stages[s].groups.iter().any(closed))
    }
}
