//! Who is open, who waits, and until when a stage may go on.

use alloc::{vec, vec::Vec};

use super::Stages;
use crate::{
    Found, Lamp, Millis, Plan, StateError, StateReader, View,
    group_set::{GroupSet, bit, groups, members},
    plan::GroupKind,
    state,
};

/// How much earlier than necessary a stage ends for somebody who has waited for long.
const MARGIN: Millis = Millis(2000);

#[derive(Clone, Debug)]
pub(crate) struct Waits {
    /// Groups that are open, and by group, since when; an arrow that flashed before, since when it no longer does.
    open: GroupSet,
    opened: Vec<Millis>,
    /// Flashing yellow arrows, and those of them that flash.
    arrows: GroupSet,
    flashing: GroupSet,
    /// Groups that are called and not open, and by group, since when.
    waits: GroupSet,
    waiting: Vec<Millis>,
    /// Which lamps and calls were seen last; scratch.
    seen: Option<u32>,
    /// Until when nobody waits for too long, whatever comes next: mostly nobody has to be looked at more closely; scratch.
    easy: Millis,
}

impl Waits {
    pub fn new(plan: &Plan) -> Self {
        let groups = plan.groups().len();
        Self {
            open: GroupSet::new(groups),
            arrows: GroupSet::of(groups, |g| plan.groups()[g].kind == GroupKind::FlashingYellowArrow),
            flashing: GroupSet::new(groups),
            opened: vec![Millis::NEVER; groups],
            waits: GroupSet::new(groups),
            waiting: vec![Millis::NEVER; groups],
            seen: None,
            easy: Millis::NEVER,
        }
    }

    /// Takes over what is open and who waits, and since when; for the first [look](Self::watch) that is no news.
    pub fn take_over(&mut self, found: &Found<'_>) {
        let own =
            [(&mut self.open, &mut self.opened, &found.opened), (&mut self.waits, &mut self.waiting, &found.waiting)];
        for (set, times, known) in own {
            for (g, (time, since)) in times.iter_mut().zip(known).enumerate() {
                set.put(g, since.is_some());
                *time = since.unwrap_or(Millis::NEVER);
            }
        }
    }

    /// Takes note of what is open and who waits.
    #[inline]
    pub fn watch(&mut self, stages: &Stages, now: Millis, view: &View<'_>) {
        let epoch = Some(view.calls.epoch());
        if self.seen != epoch {
            let first = self.seen.is_none();
            self.seen = epoch;
            self.look(stages, now, view, first);
        }
    }

    fn look(&mut self, stages: &Stages, now: Millis, view: &View<'_>, first: bool) {
        let (open, called) = (view.calls.open().words(), view.calls.called().words());
        let called = called.iter().zip(stages.always.words()).zip(stages.ever.words());
        let mut others = first;
        for (w, (&open, ((called, always), ever))) in open.iter().zip(called).enumerate() {
            for g in groups(w, open & !self.open.word(w)) {
                self.opened[g] = now;
            }
            for g in groups(w, (open | self.flashing.word(w)) & self.arrows.word(w)) {
                let lamp = view.lamps.get(g);
                if lamp == Some(&Lamp::Green) && self.flashing.has(g) {
                    self.opened[g] = now;
                }
                self.flashing.put(g, lamp == Some(&Lamp::Flashing));
            }
            let mut waits = (called | always) & ever & !open;
            for g in groups(w, waits & !self.waits.word(w)) {
                if view.lamps.get(g) == Some(&Lamp::Yellow) {
                    // It begins to wait with red.
                    waits &= !bit(g);
                } else {
                    self.waiting[g] = now;
                }
            }
            others |= self.waits.word(w) != waits;
            self.open.set_word(w, open);
            self.waits.set_word(w, waits);
        }
        if !others {
            return;
        }
        let late = self.waits.iter().map(|g| self.waiting[g] + stages.max_red[g]);
        self.easy = late.min().unwrap_or(Millis::NEVER) - stages.times.longest_need - MARGIN;
    }

    /// Number of groups.
    pub fn groups(&self) -> usize {
        self.waiting.len()
    }

    /// Groups that are open.
    pub const fn open(&self) -> &GroupSet {
        &self.open
    }

    /// Since when an open group is open.
    pub fn opened(&self, group: usize) -> Millis {
        self.opened[group]
    }

    /// Groups that are called and not open.
    pub const fn waits(&self) -> &GroupSet {
        &self.waits
    }

    /// Since when a group is called and not open.
    pub fn since(&self, group: usize) -> Option<Millis> {
        self.waits.has(group).then(|| self.waiting[group])
    }

    /// Whether every group of the stage is open.
    #[inline]
    pub fn is_open(&self, stages: &Stages, stage: usize) -> bool {
        !stages.opens[stage].exceeds(&self.open)
    }

    /// The stage to go on with after another strategy: of those that were asked for the one with the most groups; between
    /// two of a program, one that opens whoever may wait for the shortest time still.
    pub fn stage_after(&self, stages: &Stages, found: &Found<'_>) -> usize {
        let all = |&stage: &usize| stages.groups[stage].iter().all(|&g| found.asked[usize::from(g)]);
        let size = |&stage: &usize| stages.groups[stage].len();
        // Of equals the first.
        let asked = (0..stages.len()).rev().filter(all).max_by_key(size).filter(|stage| size(stage) > 0);
        let hurried = || {
            let served = self.waits.iter().filter(|&g| stages.ever.has(g));
            let first = served.min_by_key(|&g| self.waiting[g] + stages.max_red[g])?;
            self.called(stages).find(|&stage| stages.opens[stage].has(first))
        };
        asked.or_else(hurried).unwrap_or(0)
    }

    /// Whether a stage is passed over: it differs from another by people on foot alone, and none of them is called or walks.
    #[inline]
    pub fn passes(&self, stages: &Stages, stage: usize) -> bool {
        let Some(without) = stages.without[stage] else { return false };
        let on_foot = |w: usize| stages.opens[stage].word(w) & !stages.opens[without].word(w);
        (0..self.waits.words().len()).all(|w| (self.waits.word(w) | self.open.word(w)) & on_foot(w) == 0)
    }

    /// The stage that is shown after `from` where `wish` is wished for: without people on foot if it is passed over, with those
    /// who go with the first green.
    pub fn instead(&self, stages: &Stages, from: usize, wish: usize) -> usize {
        if wish == from || wish >= stages.len() {
            return from;
        }
        let to = if self.passes(stages, wish) { stages.without[wish].unwrap_or(wish) } else { wish };
        let with = |to: &usize| stages.with[*to].filter(|_| !stages.may_choose(from, *to));
        // Each opens more than the one before.
        let to = core::iter::successors(Some(to), with).last().unwrap_or(from);
        if stages.may_choose(from, to) { to } else { from }
    }

    /// The stages that are not [passed over](Self::passes).
    pub fn called<'a>(&'a self, stages: &'a Stages) -> impl Iterator<Item = usize> + Clone + 'a {
        (0..stages.len()).filter(|&stage| !self.passes(stages, stage))
    }

    /// All of them but one, in the plan's own order from it on.
    pub fn others<'a>(&'a self, stages: &'a Stages, from: usize) -> impl Iterator<Item = usize> + Clone + 'a {
        stages.others(from).filter(|&stage| !self.passes(stages, stage))
    }

    /// The stage to begin with: the first that is not passed over.
    pub fn first(&self, stages: &Stages) -> usize {
        self.called(stages).next().unwrap_or(0)
    }

    /// The stage that comes after another in the plan's own order, and until when that is so: the next one that is not
    /// [passed over](Self::passes), if everybody is served in time all the same.
    pub fn next(&self, stages: &Stages, from: usize, now: Millis) -> (usize, Millis) {
        let called = self.others(stages, from).next().filter(|&to| stages.times.may_follow(from, to));
        let until = called.map(|to| (to, self.in_time_until(stages, (from, to))));
        until.filter(|&(_, until)| now < until).unwrap_or((stages.next(from), Millis::NEVER))
    }

    /// Until when nobody waits for too long, whatever comes next.
    pub const fn easy_until(&self) -> Millis {
        self.easy
    }

    /// When a stage has to end at the latest so that nobody waits longer than the plan allows; or when that has to be
    /// asked again.
    #[inline]
    pub fn last_end(&self, stages: &Stages, stage: usize, now: Millis) -> Millis {
        if now < self.easy { self.easy } else { self.must_end(stages, stage) }
    }

    /// When a stage has to end at the latest so that nobody who waits now does so for longer than the plan allows.
    pub fn must_end(&self, stages: &Stages, stage: usize) -> Millis {
        let end = |g: usize| self.waiting[g] + stages.max_red[g] - stages.times.need(stage, g) - MARGIN;
        self.elsewhere(stages, stage).map(end).min().unwrap_or(Millis::NEVER)
    }

    /// Until when a stage may end, if another comes next, so that everybody is served in time who waits, or begins to.
    /// Always, if they are served no later than in the plan's own order.
    pub fn in_time_until(&self, stages: &Stages, (from, to): (usize, usize)) -> Millis {
        if to == stages.next(from) {
            return Millis::NEVER;
        }
        let last = |g: usize| {
            let need = stages.times.need_by((from, to), g, stages.opens[to].has(g));
            let later = need > stages.times.need(from, g);
            later.then(|| self.waiting[g] + stages.max_red[g] - need - MARGIN)
        };
        self.elsewhere(stages, from).filter_map(last).min().unwrap_or(Millis::NEVER)
    }

    /// Until when a stage that is shown since some time has to stay because somebody waits for it who is not open yet; the
    /// past, if nobody does. Who is in red-yellow will be green in any case.
    #[inline]
    pub fn opens_until(&self, stages: &Stages, stage: usize, since: Millis, view: &View<'_>) -> Millis {
        // Whom a command keeps closed nobody waits for.
        let late = || since + stages.times.longest_opening[stage];
        if self.is_open(stages, stage) || !self.awaits(stages, stage, view) { Millis(i64::MIN) } else { late() }
    }

    fn awaits(&self, stages: &Stages, stage: usize, view: &View<'_>) -> bool {
        let (opens, awaits) = (&stages.opens[stage], &stages.times.awaits[stage]);
        let closed = |w: usize| opens.word(w) & !self.open.word(w);
        let is_due = |w: usize| closed(w) & (self.waits.word(w) | awaits.word(w)) != 0;
        let starts = |w: usize| groups(w, closed(w)).any(|g| view.lamps.get(g) == Some(&Lamp::RedYellow));
        (0..opens.words().len()).any(|w| is_due(w) || starts(w))
    }

    /// The groups that wait for another stage than this one.
    fn elsewhere<'a>(&'a self, stages: &'a Stages, stage: usize) -> impl Iterator<Item = usize> + 'a {
        members(self.waits.words().iter().zip(stages.opens[stage].words()).map(|(waits, opens)| waits & !opens))
    }

    /// Appends since when groups are open, then since when they wait, and which arrows flash.
    pub fn save(&self, out: &mut Vec<u8>) {
        for (set, times) in [(&self.open, &self.opened), (&self.waits, &self.waiting)] {
            times.iter().enumerate().for_each(|(g, &at)| state::put_optional_millis(out, set.has(g).then_some(at)));
        }
        out.extend(self.arrows.iter().map(|g| u8::from(self.flashing.has(g))));
    }

    /// What was saved, of as many groups.
    pub fn loaded(&self, reader: &mut StateReader<'_>) -> Result<Self, StateError> {
        let n = self.waiting.len();
        let mut times = || -> Result<(GroupSet, Vec<Millis>), StateError> {
            let times: Vec<Option<Millis>> = (0..n).map(|_| reader.optional_millis()).collect::<Result<_, _>>()?;
            let set = GroupSet::of(n, |g| times[g].is_some());
            Ok((set, times.into_iter().map(|at| at.unwrap_or(Millis::NEVER)).collect()))
        };
        let ((open, opened), (waits, waiting)) = (times()?, times()?);
        let mut flashing = GroupSet::new(n);
        for g in self.arrows.iter() {
            flashing.put(g, reader.flag()?);
        }
        Ok(Self {
            open,
            opened,
            arrows: self.arrows.clone(),
            flashing,
            waits,
            waiting,
            seen: None,
            easy: Millis::NEVER,
        })
    }
}
