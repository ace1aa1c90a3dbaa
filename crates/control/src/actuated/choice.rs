//! Which stage comes next.

use super::Actuated;
use crate::{
    Millis, View,
    group_set::{GroupSet, bit, groups},
    plan::Recall,
};

impl Actuated {
    /// Whether somebody is called whom a stage does not serve.
    pub(super) fn is_conflicting(&self, stage: usize) -> bool {
        self.waits.waits().exceeds(&self.stages.opens[stage])
    }

    /// The stage that follows if this one ends at `now`, and until when that is so if nobody comes or goes; none if
    /// nobody is called elsewhere.
    pub(super) fn following(&mut self, stage: usize, now: Millis, view: &View<'_>) -> Option<(usize, Millis)> {
        if self.find_wants(stage, view) {
            self.favourite = self.find_favourite(stage);
        }
        let (favourite, easy) = (self.favourite?, self.waits.easy_until());
        if now < easy {
            return Some((favourite, easy));
        }
        let until = |s| (s, self.waits.in_time_until(&self.stages, (stage, s)));
        let in_time = |&(s, until): &(usize, Millis)| now < until && self.stages.times.may_follow(stage, s);
        // If somebody would wait for too long in any case: the plan's own order is known to be fast enough.
        let in_order = || self.waits.next(&self.stages, stage, now);
        Some(self.candidates(stage).map(until).find(in_time).unwrap_or_else(in_order))
    }

    /// The best of the stages that may follow; if none of them must, the next in order.
    fn find_favourite(&self, stage: usize) -> Option<usize> {
        let first = self.candidates(stage).next()?;
        let may_follow = |&s: &usize| self.stages.times.may_follow(stage, s);
        if may_follow(&first) {
            return Some(first);
        }
        Some(self.candidates(stage).find(may_follow).unwrap_or_else(|| self.stages.next(stage)))
    }

    /// The stages that may follow, the best first: those that serve all whom the next called one serves and more, and that.
    fn candidates(&self, stage: usize) -> impl Iterator<Item = usize> + '_ {
        let from = &self.stages.opens[stage];
        let in_order = self.waits.others(&self.stages, stage);
        let first = in_order.clone().find(|&s| self.serves(from, s).any(|served| served != 0));
        let count = move |s| self.serves(from, s).map(u64::count_ones).sum::<u32>();
        let most = first.map_or(0, count);
        let more = move |first: usize, s: usize| {
            let opens = self.stages.opens[s].words();
            count(s) > most && self.serves(from, first).zip(opens).all(|(served, opens)| served & !opens == 0)
        };
        let better = move |first| in_order.clone().skip_while(move |&s| s != first).filter(move |&s| more(first, s));
        first.into_iter().flat_map(move |first| better(first).chain([first]))
    }

    /// Finds the groups that wait for another stage than this one, and those that have to give way in it while somebody
    /// is still in a lane of their own. Returns whether they are others than before.
    fn find_wants(&mut self, stage: usize, view: &View<'_>) -> bool {
        let (of_stage, own) = (&self.tables.of_stages[stage], &self.tables.own);
        let mut others = false;
        for (w, &opens) in self.stages.opens[stage].words().iter().enumerate() {
            let mut wants = self.waits.waits().word(w) & !opens;
            for g in groups(w, of_stage.turns.word(w) & self.waits.open().word(w)) {
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
    fn serves<'a>(&'a self, from: &'a GroupSet, to: usize) -> impl Iterator<Item = u64> + 'a {
        let opens = &self.stages.opens[to];
        let stays = from.words().iter().zip(self.tables.of_stages[to].protects.words());
        let words = self.wants.words().iter().zip(opens.words()).zip(stays);
        words.map(|((wants, opens), (stays, protects))| wants & (opens & !stays | protects & stays))
    }

    /// Where to rest when nobody is called: the stage set for that, or one with a soft recall. If it must not follow at once
    /// the way there is the plan's own order.
    pub(super) fn resting_place(&self, stage: usize, view: &View<'_>) -> Option<usize> {
        let to = self.place_to_rest(stage, view)?;
        Some(if self.stages.times.may_follow(stage, to) { to } else { self.stages.next(stage) })
    }

    fn place_to_rest(&self, stage: usize, view: &View<'_>) -> Option<usize> {
        if self.settings.rest.is_some() {
            return self.settings.rest.filter(|&s| s != stage);
        }
        let soft = |g: &u16| view.plan.groups()[usize::from(*g)].recall == Recall::Soft;
        let closed = |g: &u16| soft(g) && !self.stages.opens[stage].has(usize::from(*g));
        if self.stages.groups[stage].iter().any(soft) {
            return None;
        }
        self.waits.others(&self.stages, stage).find(|&s| self.stages.groups[s].iter().any(closed))
    }
}
