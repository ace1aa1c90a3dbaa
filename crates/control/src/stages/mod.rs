//! What strategies that choose among the plan's stages have in common: a [`Policy`] says which stage it would like to see,
//! [`Staged`] turns that into requests so that changes are complete and nobody waits longer than the plan allows.
//!
//! Terms
//! - **policy**: chooses a stage when one is shown and its least green is over.
//! - **served**: an approach lane is served by a stage that opens one of its groups.
//! - **shown**: a stage is shown when its groups are open, or have had their time for it.
//! - **passed over**: a stage that differs from another by people on foot alone is passed over while none of them is called. Going
//!   on in the plan's own order without it is a jump: it is done where everybody is served in time all the same.
//! - **people on foot who are always called** go with the first green beside them, and once: the stage that differs by them is
//!   chosen before the one without, not after it.
//! - **overdue**: somebody would wait for too long if the stage did not end now. Then the plan's own order comes next,
//!   which is known to be fast enough ([`Plan::worst_sequence`](crate::Plan::worst_sequence)). A stage that is shown while
//!   somebody who waits for it is still to open is not left before.
//!
//! `actuated` decides by itself, with the same tables and the same guard; how that keeps everybody's longest red, and when
//! it cannot, stands in `times.rs`.

mod tables;
mod times;
mod waits;

use alloc::{format, string::String, vec, vec::Vec};
use core::fmt::Debug;

pub(crate) use self::{
    tables::{Served, Stages},
    waits::Waits,
};
use crate::{
    Decision, Found, Looks, Millis, Minds, On, Plan, Request, StateError, StateReader, Strategy, Timers, Traffic, View,
    Wakes, group_set::members, state,
};

/// Where nobody has left for so long somebody is held up.
pub(crate) const HELD_UP: Millis = Millis(4000);

const VERSION: u8 = 2;

/// What a policy sees when it chooses.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Moment<'a> {
    pub now: Millis,
    pub traffic: &'a Traffic,
    pub stages: &'a Stages,
    /// The stage that is shown, and since when.
    pub stage: usize,
    pub since: Millis,
    /// The stage before, and when another was asked for: who ended then may not have cleared yet.
    pub before: Option<(usize, Millis)>,
    /// Who waits, and since when.
    pub waits: &'a Waits,
}

impl Moment<'_> {
    /// Since when somebody stands at the line of a lane that the stage shown serves, and nobody has left; none if nobody
    /// stands there, or nobody has ever been seen to leave: then nothing counts them.
    pub fn stands_since(&self, lane: usize) -> Option<Millis> {
        let of = &self.traffic.lanes()[lane];
        Some(of.left()?.max(self.since).max(of.occupied()?))
    }

    /// Whether that has been so for a while: traffic backs up from downstream, or there is no gap for him.
    pub fn is_held_up(&self, lane: usize) -> bool {
        self.stands_since(lane).is_some_and(|at| self.now - at >= HELD_UP)
    }

    /// How long the queue of a lane takes to leave, s.
    pub fn discharge_s(&self, lane: usize) -> f32 {
        self.traffic.due_by(lane, self.now) as f32 * self.traffic.lanes()[lane].headway_s()
    }

    /// From the request of a stage now to its last start of green.
    pub fn change(&self, to: usize) -> Millis {
        let change = self.stages.change(self.stage, to);
        self.before.map_or(change, |(stage, left)| change.max(left + self.stages.change(stage, to) - self.now))
    }

    /// The stages that may be chosen now but those that are passed over, in the plan's own order from the one shown on.
    pub fn others(&self) -> impl Iterator<Item = usize> + Clone + use<'_> {
        self.after(self.stage)
    }

    /// The same of any stage.
    fn after(&self, from: usize) -> impl Iterator<Item = usize> + Clone + use<'_> {
        let (stages, waits) = (self.stages, self.waits);
        waits.others(stages, from).filter(move |&stage| stages.may_choose(from, stage))
    }

    /// The first of them; the one shown if there is none.
    pub fn next(&self) -> usize {
        self.others().next().unwrap_or(self.stage)
    }

    /// Whether a stage has a turn if each is followed by the [next](Self::next): it is not passed over; and if it may be chosen
    /// after one other only, that one has a turn, and it is the next then.
    pub fn has_turn(&self, stage: usize) -> bool {
        // Each has more people on foot than the one before.
        let follows = |with| self.has_turn(with) && self.after(with).next() == Some(stage);
        !self.waits.passes(self.stages, stage) && self.stages.with[stage].is_none_or(follows)
    }

    /// Groups without an approach lane that are called and not open: people on foot who wait.
    pub fn on_foot(&self) -> impl Iterator<Item = usize> {
        let both = self.waits.waits().words().iter().zip(self.stages.laneless.words());
        members(both.map(|(waits, laneless)| waits & laneless))
    }
}

/// What a policy would like.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Wish {
    /// The stage it would like to see.
    pub stage: usize,
    /// When it wants to be asked again at the latest.
    pub next: Millis,
}

/// Chooses among stages.
pub(crate) trait Policy: Clone + Debug + Send + Sync {
    /// The name under which it is registered.
    fn name(&self) -> &'static str;

    /// What it looks at.
    fn looks(&self) -> Looks {
        Looks::Lanes
    }

    /// Whether stages end for those who would wait too long.
    fn guarded(&self) -> bool {
        true
    }

    /// Least green of a stage, if no group's is longer.
    fn least(&self) -> Millis {
        Millis(5000)
    }

    /// Which stage it would like to see; asked while a stage is shown whose least green is over. It is asked again before
    /// another one comes if some green has not had its least time yet: whoever chooses at times of his own says again then
    /// what he chose.
    fn choose(&mut self, moment: &Moment<'_>) -> Wish;

    /// How many vehicles it tells neighbours that queue in an approach lane; none: as many as the picture of the lane says.
    fn tells(&self, lane: usize) -> Option<u16> {
        let _ = lane;
        None
    }

    /// Why, in a few words.
    fn why(&self) -> String;

    /// Appends what it must remember.
    fn save(&self, out: &mut Vec<u8>);

    /// Takes what was saved; where that fails, this value is of no use any more.
    fn load(&mut self, reader: &mut StateReader<'_>) -> Result<(), StateError>;
}

/// Whether a stage is shown yet.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Shown {
    /// Its groups are to open; at the latest at that time it goes on without those that did not.
    Opening(Millis),
    /// Since that time.
    Since(Millis),
}

impl Shown {
    /// Appends it.
    pub fn save(self, out: &mut Vec<u8>) {
        let (kind, time) = match self {
            Self::Opening(until) => (0, until),
            Self::Since(since) => (1, since),
        };
        out.push(kind);
        state::put_millis(out, time);
    }

    /// What was saved.
    pub fn loaded(reader: &mut StateReader<'_>) -> Result<Self, StateError> {
        match (reader.u8()?, reader.millis()?) {
            (0, until) => Ok(Self::Opening(until)),
            (1, since) => Ok(Self::Since(since)),
            _ => Err(StateError::Invalid { what: "kind of stage", expected: "0 or 1" }),
        }
    }
}

/// A strategy that shows the stages of its policy.
#[derive(Debug)]
pub(crate) struct Staged<P> {
    policy: P,
    stages: Stages,
    waits: Waits,
    stage: Option<u32>,
    /// The one before, and when it was left.
    before: Option<(u32, Millis)>,
    shown: Shown,
    /// Whether the stage was chosen for somebody who would have waited too long.
    overdue: bool,
}

impl<P: Policy> Staged<P> {
    pub fn new(plan: &Plan, policy: P) -> Self {
        Self {
            policy,
            stages: Stages::new(plan),
            waits: Waits::new(plan),
            stage: None,
            before: None,
            shown: Shown::Opening(Millis::NEVER),
            overdue: false,
        }
    }

    fn enter(&mut self, stage: usize, now: Millis) -> Millis {
        let times = &self.stages.times;
        let change = self.stage.map_or(times.longest_change, |from| times.opening(from as usize, stage));
        self.before = self.stage.map(|from| (from, now));
        self.stage = u32::try_from(stage).ok();
        self.shown = Shown::Opening(now + change);
        // Where nobody else opens no lamp tells that the stage is shown.
        if self.waits.is_open(&self.stages, stage) { now + Millis(1) } else { now + change }
    }

    /// Keeps the stage that is shown, or asks for another. Returns when to look again.
    fn go_on(&mut self, stage: usize, since: Millis, now: Millis, view: &View<'_>) -> Millis {
        let guarded = self.policy.guarded();
        let last = if guarded { self.waits.last_end(&self.stages, stage, now) } else { Millis::NEVER };
        let least = since + self.policy.least();
        if now < least && now < last || now == since {
            // Nobody ends in the moment in which another opens.
            return least.min(last).max(now + Millis(1));
        }
        let opens = if guarded { self.waits.opens_until(&self.stages, stage, since, view) } else { since };
        let in_order = || self.waits.next(&self.stages, stage, now).0;
        if now >= last {
            return self.leave((stage, in_order()), true, opens, now, view);
        }
        let Some(traffic) = view.traffic else { return last };
        let (stages, waits) = (&self.stages, &self.waits);
        let before = self.before.map(|(stage, left)| (stage as usize, left));
        let wish = self.policy.choose(&Moment { now, traffic, stages, stage, since, before, waits });
        let to = waits.instead(stages, stage, wish.stage);
        if to == stage {
            return wish.next.max(now + Millis(1)).min(last);
        }
        let way = (stage, to);
        let in_time = || {
            let may_follow = self.stages.times.may_follow(stage, to);
            may_follow && now < self.waits.in_time_until(&self.stages, way)
        };
        let overdue = guarded && !in_time();
        self.leave(if overdue { (stage, in_order()) } else { way }, overdue, opens, now, view).min(last)
    }

    /// Asks for another stage as soon as the greens that end have had their least time, and whoever is still to `open` is
    /// open. Returns when to look again.
    fn leave(&mut self, way: (usize, usize), overdue: bool, opens: Millis, now: Millis, view: &View<'_>) -> Millis {
        let least = self.least_until(way, view.plan).max(opens);
        if now < least {
            return least;
        }
        self.overdue = overdue;
        self.enter(way.1, now)
    }

    /// Until when the groups that end with a stage have to stay open.
    fn least_until(&self, way: (usize, usize), plan: &Plan) -> Millis {
        let ending = self.waits.open().iter().filter(|&g| self.stages.ends(way, g));
        ending.map(|g| self.waits.opened(g) + plan.groups()[g].min_green).max().unwrap_or(Millis(i64::MIN))
    }
}

impl<P: Policy> Strategy for Staged<P> {
    fn name(&self) -> &'static str {
        self.policy.name()
    }

    fn wakes(&self) -> Wakes {
        // Whoever is called waits from then on.
        Wakes::Calling
    }

    fn looks(&self) -> Looks {
        self.policy.looks()
    }

    fn tells(&self, lane: usize) -> Option<u16> {
        self.policy.tells(lane)
    }

    fn minds(&self, _: usize) -> Option<Minds> {
        None
    }

    fn take_over(&mut self, found: &Found<'_>) {
        self.waits.take_over(found);
        let first = self.waits.stage_after(&self.stages, found);
        self.enter(first, found.now);
    }

    fn decide(&mut self, now: Millis, view: &View<'_>) -> Decision<'_> {
        if let Some(traffic) = view.traffic {
            self.stages.know(traffic.approaches());
        }
        self.waits.watch(&self.stages, now, view);
        let next = match (self.stage.map(|s| s as usize), self.shown) {
            (None, _) => self.enter(self.waits.first(&self.stages), now),
            (Some(stage), Shown::Opening(until)) if now < until && !self.waits.is_open(&self.stages, stage) => until,
            (Some(stage), Shown::Opening(_)) => {
                self.shown = Shown::Since(now);
                self.go_on(stage, now, now, view)
            }
            (Some(stage), Shown::Since(since)) => self.go_on(stage, since, now, view),
        };
        Decision { request: Request::Stage(self.stage.unwrap_or(0) as usize), next }
    }

    fn remark(&self) -> Option<&str> {
        self.stages.limited.then_some("max_green has no effect: the strategy says by itself how long stages last")
    }

    fn explain(&self) -> String {
        let Some(stage) = self.stage else { return format!("{}: not started", self.policy.name()) };
        let stage = self.stages.names.get(stage as usize).map_or("?", String::as_str);
        let why = if self.overdue { "somebody would have waited too long".into() } else { self.policy.why() };
        format!("{}: stage '{stage}', {why}", self.policy.name())
    }

    fn timers(&self, _: Millis, view: &View<'_>) -> Vec<Timers> {
        let Some(stage) = self.stage else { return Vec::new() };
        let (on, place) = (On::Stage(stage), stage as usize);
        let Shown::Since(green) = self.shown else { return vec![Timers::of(on)] };
        if !self.waits.is_open(&self.stages, place) {
            return vec![Timers::of(on)];
        }
        let end = self.waits.must_end(&self.stages, place);
        let most = Some(end).filter(|&end| self.policy.guarded() && end < Millis::NEVER);
        let least = self.least_until((place, self.stages.next(place)), view.plan);
        let least = Some(least.max(green + self.policy.least()));
        vec![Timers { green: Some(green), least, most, forced: true, ..Timers::of(on) }]
    }

    fn save(&self, out: &mut Vec<u8>) {
        out.push(VERSION);
        state::put_optional(out, self.stage, |out, stage| out.extend_from_slice(&stage.to_le_bytes()));
        state::put_optional(out, self.before, |out, (stage, left)| {
            out.extend_from_slice(&stage.to_le_bytes());
            state::put_millis(out, left);
        });
        self.shown.save(out);
        out.push(self.overdue.into());
        state::put_count(out, self.waits.groups());
        self.waits.save(out);
        self.policy.save(out);
    }

    fn load(&mut self, bytes: &[u8]) -> Result<(), StateError> {
        let mut reader = StateReader::new(bytes);
        reader.version("strategy of stages", VERSION)?;
        let stage = if reader.flag()? { Some(reader.u32()?) } else { None };
        let before = if reader.flag()? { Some((reader.u32()?, reader.millis()?)) } else { None };
        if stage.into_iter().chain(before.map(|b| b.0)).any(|s| s as usize >= self.stages.len()) {
            return Err(StateError::Invalid { what: "stage", expected: "a stage of the plan" });
        }
        let (shown, overdue) = (Shown::loaded(&mut reader)?, reader.flag()?);
        if reader.u32()? as usize != self.waits.groups() {
            return Err(StateError::Mismatch { what: "plan" });
        }
        let waits = self.waits.loaded(&mut reader)?;
        let mut policy = self.policy.clone();
        policy.load(&mut reader)?;
        reader.end()?;
        (self.stage, self.before, self.shown, self.overdue) = (stage, before, shown, overdue);
        (self.waits, self.policy) = (waits, policy);
        Ok(())
    }
}
