//! How long a stage stays green.

use super::{
    Actuated, Why,
    tables::{Extends, Tables},
};
use crate::{Millis, On, Timers, View, group_set::members, log::code, stages::Shown};

impl Actuated {
    /// Keeps a stage that is shown, or leaves it. Returns when to look again.
    pub(super) fn go_on(&mut self, stage: usize, since: Millis, now: Millis, view: &View<'_>) -> Millis {
        let conflicting = self.is_conflicting(stage);
        if !conflicting || self.conflict.is_none() {
            // Gaps from before do not count.
            self.conflict = conflicting.then_some(now);
            self.out.fill(false);
        }
        let Some(conflict) = self.conflict else { return self.rest(stage, since, now, view) };
        let Some((to, follows)) = self.following(stage, now, view) else { return self.rest(stage, since, now, view) };
        let looks = self.gap_out(now, view).min(follows);
        let last = self.waits.last_end(&self.stages, stage, now);
        let max = conflict + self.tables.of_stages[stage].max_green;
        // The plan's own least greens are the kernel's; those of the run give way to who has waited for long.
        let least = self.least_until(stage, to, now >= last, view);
        if now < least {
            self.why = Why::Least;
            return least.min(last).min(looks).max(now + Millis(1));
        }
        let code = if now >= last {
            code::FORCE_OFF
        } else if now >= max {
            code::MAX_OUT
        } else if let Some((why, until)) = self.extends(stage, to, view) {
            self.why = why;
            return until.min(last).min(max).min(looks);
        } else {
            code::GAP_OUT
        };
        let opens = self.waits.opens_until(&self.stages, stage, since, view);
        if now < opens {
            self.why = Why::Awaits;
            return opens.min(looks);
        }
        self.leave(stage, to, code, now);
        self.opening_ends(to, now)
    }

    /// Nobody is called elsewhere: the stage stays, unless another is to be rested in.
    fn rest(&mut self, stage: usize, since: Millis, now: Millis, view: &View<'_>) -> Millis {
        let Some(to) = self.resting_place(stage, view) else {
            self.why = Why::Rests;
            return Millis::NEVER;
        };
        let gaps = self.gap_out(now, view);
        let least = self.least_until(stage, to, false, view);
        if now < least {
            self.why = Why::Least;
            return least.min(gaps);
        }
        if let Some((why, until)) = self.extends(stage, to, view) {
            self.why = why;
            return until.min(gaps);
        }
        let opens = self.waits.opens_until(&self.stages, stage, since, view);
        if now < opens {
            self.why = Why::Awaits;
            return opens.min(gaps);
        }
        self.leave(stage, to, code::GAP_OUT, now);
        self.opening_ends(to, now)
    }

    /// What it waits for, with the times that count. Scratch is used: of a copy.
    pub(super) fn timers_of(mut self, stage: u32, now: Millis, view: &View<'_>) -> Timers {
        let (on, place) = (On::Stage(stage), stage as usize);
        let Shown::Since(green) = self.shown else { return Timers::of(on) };
        if !self.waits.is_open(&self.stages, place) {
            return Timers::of(on);
        }
        let follows = self.conflict.and_then(|since| Some((since, self.following(place, now, view)?.0)));
        let Some((since, to)) = follows else { return Timers { green: Some(green), rests: true, ..Timers::of(on) } };
        let least = Some(self.least_until(place, to, false, view));
        let gap = match self.extends(place, to, view) {
            Some((Why::ToMax(_), _)) => Millis::NEVER,
            _ => {
                let needed = (0..self.out.len()).filter(|&lane| !self.out[lane] && self.is_needed(lane));
                needed.map(|lane| self.gap_ends(lane, view)).max().unwrap_or(now)
            }
        };
        let max = since + self.tables.of_stages[place].max_green;
        let last = self.waits.must_end(&self.stages, place);
        let most = Some(max.min(last)).filter(|&most| most < Millis::NEVER);
        Timers { on, green: Some(green), least, gap: Some(gap), most, forced: last < max, rests: false }
    }

    /// When the stage asked for has to be open.
    fn opening_ends(&self, to: usize, now: Millis) -> Millis {
        match self.shown {
            // Where nobody else opens no lamp tells that the stage is shown.
            Shown::Opening(_) if self.waits.is_open(&self.stages, to) => now + Millis(1),
            Shown::Opening(until) => until,
            Shown::Since(_) => now,
        }
    }

    /// Until when the groups that end have to stay open.
    fn least_until(&self, stage: usize, to: usize, hurry: bool, view: &View<'_>) -> Millis {
        let from = &self.stages.opens[stage];
        let least = |g: usize| match (self.stages.ends((stage, to), g), hurry) {
            // Nobody ends in the moment in which another opens.
            (false, _) => Millis(1),
            (true, true) => view.plan.groups()[g].min_green,
            (true, false) => self.tables.min_green[g],
        };
        let open = from.words().iter().zip(self.waits.open().words()).map(|(from, open)| from & open);
        members(open).map(|g| self.waits.opened(g) + least(g)).max().unwrap_or(Millis(i64::MIN))
    }

    /// When a lane gaps out if nobody comes any more; never, while somebody is there.
    fn gap_ends(&self, lane: usize, view: &View<'_>) -> Millis {
        let (mixed, mut end) = (self.tables.mixed[lane], Millis(i64::MIN));
        // Who is at a closed group extends nothing.
        let extends = |d: &&Extends| !mixed || view.calls.use_reaches(d.number, self.waits.open());
        for d in self.tables.extends.get(lane).iter().filter(extends) {
            if view.calls.use_extends(d.number) {
                return Millis::NEVER;
            }
            end = view.calls.use_extended(d.number).map_or(end, |at| end.max(at + d.gap));
        }
        end
    }

    /// Takes note of the lanes that have gapped out. When the next of them does if nobody comes any more, of those of which
    /// the strategy is not told: whoever comes after that does not bring it back, needed or not.
    fn gap_out(&mut self, now: Millis, view: &View<'_>) -> Millis {
        let mut next = Millis::NEVER;
        for lane in 0..self.out.len() {
            if !self.out[lane] && self.tables.reach.share(lane, self.waits.open()) {
                let (end, told) = (self.gap_ends(lane, view), self.tables.told[lane]);
                self.out[lane] = end <= now;
                next = if end <= now || told { next } else { next.min(end) };
            }
        }
        next
    }

    /// Whether a lane is needed: some of its groups are open and end.
    fn is_needed(&self, lane: usize) -> bool {
        let Tables { groups, switched, .. } = &self.tables;
        groups.share(lane, &self.ending) || switched.share(lane, &self.ending) && !groups.share(lane, self.waits.open())
    }

    /// Who extends the stage, and until when if nobody comes any more.
    fn extends(&mut self, stage: usize, to: usize, view: &View<'_>) -> Option<(Why, Millis)> {
        let (from, opens) = (&self.stages.opens[stage], &self.stages.opens[to]);
        for (w, open) in self.waits.open().words().iter().enumerate() {
            self.ending.set_word(w, open & from.word(w) & !opens.word(w));
        }
        if self.conflict.is_some() && self.tables.to_max.shares(&self.ending) {
            let to_max = |g: usize| self.tables.to_max.has(g) && self.ending.has(g);
            if let Some(&g) = self.stages.groups[stage].iter().find(|&&g| to_max(usize::from(g))) {
                return Some((Why::ToMax(g), Millis::NEVER));
            }
        }
        // Looked at again when the next of them gaps out, or when that is told: it must not come back.
        let mut found: Option<(Why, Millis)> = None;
        for lane in (0..self.out.len()).filter(|&l| !self.out[l] && self.is_needed(l)) {
            let end = if self.tables.told[lane] { Millis::NEVER } else { self.gap_ends(lane, view) };
            let until = end.min(found.map_or(Millis::NEVER, |(_, until)| until));
            found = Some((Why::Lane(u32::try_from(lane).unwrap_or(u32::MAX)), until));
        }
        found
    }
}
