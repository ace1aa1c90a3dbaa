//! From requests to what each group is to become.
//!
//! Terms
//! - **aim**: what a group is to become as soon as the rules allow it.
//! - **target**: the request in force, and since when: overlaps, interstages and leads count from there.

use alloc::{vec, vec::Vec};

use super::{
    Journal, Kernel,
    light::{FAR_PAST, Light},
};
use crate::{
    Lamp, Millis, Request,
    log::{Asked, Reason},
    plan::{Group, GroupKind, Plan, Rings, bit},
};

/// What a group is to become.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Aim {
    /// Red.
    Closed,
    /// Red with a permitted turn after a stop.
    TurnOnRed,
    /// Red, but yellow for as long as the program may show it.
    Yellow,
    /// Green, but red-yellow for as long as the program may show it.
    RedYellow,
    /// Green while giving way.
    Permissive,
    /// Green without giving way, exactly: a letter of a program.
    Protected,
    /// Green; whether it gives way follows from who else is open.
    Open,
    /// Dark or flashing.
    Off(Lamp),
}

impl Aim {
    /// Whether it is to become or stay green.
    pub const fn opens(self) -> bool {
        matches!(self, Self::RedYellow | Self::Permissive | Self::Protected | Self::Open)
    }

    /// What a lamp asks for of a group; what the group cannot show becomes red.
    pub(super) fn of(lamp: Lamp, group: &Group) -> Self {
        let on_foot = group.is_pedestrian();
        match (lamp, group.kind) {
            (Lamp::Red, _) => Self::Closed,
            (Lamp::TurnOnRed, _) if group.turn_on_red => Self::TurnOnRed,
            (Lamp::TurnOnRed, _) => Self::Closed,
            (Lamp::Yellow, _) => Self::Yellow,
            (Lamp::RedYellow, _) => Self::RedYellow,
            (Lamp::GreenMinor, GroupKind::Arrow) => Self::Open,
            (Lamp::GreenMinor, _) if on_foot => Self::Open,
            (Lamp::Flashing | Lamp::GreenMinor, GroupKind::FlashingYellowArrow) => Self::Permissive,
            (Lamp::GreenMinor, _) => Self::Permissive,
            (Lamp::Green, _) => Self::Protected,
            (Lamp::Flashing | Lamp::Off, _) if group.may_be_off => Self::Off(lamp),
            (Lamp::Flashing | Lamp::Off, _) => Self::Closed,
        }
    }
}

/// What groups are to become in a stage of the plan.
pub(super) fn aim_at_stage(plan: &Plan, stage: usize, aims: &mut [Aim]) {
    for (aim, group) in aims.iter_mut().zip(plan.groups()) {
        *aim = if group.stages_turn_on_red { Aim::TurnOnRed } else { Aim::Closed };
    }
    for &g in &plan.stages()[stage].groups {
        aims[usize::from(g)] = Aim::Open;
    }
}

/// An overlap's parents come and go.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Following {
    /// Since when a parent is asked for.
    pub asked: Option<Millis>,
    /// Whether the last parent asked for makes it give way.
    pub permissive: bool,
    /// When the last parent was no longer asked for.
    pub left: Millis,
}

/// The request in force.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Target {
    /// The request as it came, for the log.
    pub asked: Asked,
    pub aims: Vec<Aim>,
    /// What they are in the plan's stages, one after the other.
    of_stages: Vec<Aim>,
    /// Groups that are not to end before.
    pub end_after: Vec<Millis>,
    /// Groups that are not to start before.
    pub start_after: Vec<Millis>,
    pub stage: Option<usize>,
    pub phases: Option<(u32, u32)>,
    /// Phases that are no longer asked for and not over yet.
    pub lingering: u32,
    pub overlaps: Vec<Following>,
    /// The phases that groups follow now.
    followed: Option<(u32, u32)>,
    /// No group has to wait, and no overlap trails, for longer than until then.
    latest: Millis,
    /// Whether that was over when overlaps were looked at last: they stay as they are while the phases do.
    lasting: bool,
}

impl Target {
    /// Red everywhere.
    pub fn new(plan: &Plan) -> Self {
        let n = plan.groups().len();
        let overlaps = plan.rings().map_or(0, |r| r.overlaps.len());
        let mut of_stages = vec![Aim::Closed; plan.stages().len() * n];
        if n > 0 {
            of_stages.chunks_mut(n).enumerate().for_each(|(stage, aims)| aim_at_stage(plan, stage, aims));
        }
        Self {
            asked: Asked::Nothing,
            aims: vec![Aim::Closed; n],
            of_stages,
            end_after: vec![FAR_PAST; n],
            start_after: vec![FAR_PAST; n],
            stage: None,
            phases: None,
            lingering: 0,
            overlaps: vec![Following { asked: None, permissive: false, left: FAR_PAST }; overlaps],
            followed: None,
            latest: FAR_PAST,
            lasting: false,
        }
    }

    /// Whether a request asks for what was asked for last: it starts nothing anew. Lamps are not compared.
    pub fn is(&self, request: Request<'_>) -> bool {
        match request {
            Request::Step(step) => u32::try_from(step).is_ok_and(|step| self.asked == Asked::Step(step)),
            Request::Stage(stage) => self.stage == Some(stage),
            Request::Phases { phases, walks } => self.phases == Some((phases, walks)),
            Request::Lamps(_) => false,
        }
    }

    /// Takes a request. Returns whether it fits the plan; if not, nothing changes.
    pub fn set(&mut self, plan: &Plan, request: Request<'_>, lights: &[Light], now: Millis) -> bool {
        let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        let asked = match request {
            Request::Step(step) => Asked::Step(number(step)),
            Request::Lamps(_) => Asked::Lamps,
            Request::Stage(stage) => Asked::Stage(number(stage)),
            Request::Phases { phases, .. } => Asked::Phases(phases),
        };
        match request {
            Request::Step(step) => {
                let Some(step) = plan.program().and_then(|p| p.steps().get(step)) else { return false };
                self.set_lamps(plan, &step.lamps);
            }
            Request::Lamps(lamps) => {
                if lamps.len() != self.aims.len() {
                    return false;
                }
                self.set_lamps(plan, lamps);
            }
            Request::Stage(stage) => {
                if stage >= plan.stages().len() {
                    return false;
                }
                self.set_stage(plan, stage, now);
            }
            Request::Phases { phases, walks } => {
                let Some(rings) = plan.rings() else { return false };
                if (phases | walks) & !rings.known() != 0 {
                    return false;
                }
                self.stage = None;
                let before = self.phases.map_or(0, |p| p.0);
                self.lingering = (self.lingering | before) & !phases;
                self.phases = Some((phases, walks));
                self.follow(plan, lights, now);
            }
        }
        self.asked = asked;
        true
    }

    fn set_lamps(&mut self, plan: &Plan, lamps: &[Lamp]) {
        self.forget();
        for ((aim, group), &lamp) in self.aims.iter_mut().zip(plan.groups()).zip(lamps) {
            *aim = Aim::of(lamp, group);
        }
    }

    /// No stage, no phases, no delays.
    fn forget(&mut self) {
        self.stage = None;
        self.phases = None;
        self.followed = None;
        self.lingering = 0;
        self.end_after.fill(FAR_PAST);
        self.start_after.fill(FAR_PAST);
        self.overlaps.fill(Following { asked: None, permissive: false, left: FAR_PAST });
    }

    fn set_stage(&mut self, plan: &Plan, stage: usize, now: Millis) {
        let before = self.stage;
        self.forget();
        self.stage = Some(stage);
        let n = self.aims.len();
        self.aims.copy_from_slice(&self.of_stages[stage * n..][..n]);
        let Some(from) = before else { return };
        for &(g, after) in plan.late_ends(from, stage) {
            self.end_after[usize::from(g)] = now + after;
            self.latest = self.latest.max(now + after);
        }
        for &(g, after) in plan.interstage(from, stage).iter().flat_map(|written| &written.starts) {
            self.start_after[usize::from(g)] = now + after;
            self.latest = self.latest.max(now + after);
        }
    }

    /// Lets groups follow the phases asked for, overlaps also those that are still green; trailing greens end with time.
    /// Returns whether any group follows others than before.
    pub fn follow(&mut self, plan: &Plan, lights: &[Light], now: Millis) -> bool {
        let (Some((phases, walks)), Some(rings)) = (self.phases, plan.rings()) else { return false };
        let anew = self.followed != self.phases;
        if anew {
            self.aim_at(rings, phases, walks);
            self.followed = self.phases;
        }
        let ended = self.linger(rings, lights);
        if !anew && !ended && self.lasting {
            return false;
        }
        self.follow_overlaps(rings, phases, now) || anew
    }

    /// The same once more in the same moment, after lights have changed: only what has ended is news.
    pub fn follow_ends(&mut self, plan: &Plan, lights: &[Light], now: Millis) -> bool {
        let (Some((phases, _)), Some(rings)) = (self.phases, plan.rings()) else { return false };
        self.linger(rings, lights) && self.follow_overlaps(rings, phases, now)
    }

    /// Forgets phases that are over. Returns whether any is.
    fn linger(&mut self, rings: &Rings, lights: &[Light]) -> bool {
        let lingering = self.lingering;
        if lingering == 0 {
            return false;
        }
        for phase in rings.phases.iter().filter(|p| lingering & bit(p.number) != 0) {
            // Its green goes on in none of the phases asked for.
            let green = |&g: &u16| lights[usize::from(g)].state.is_open() && !self.aims[usize::from(g)].opens();
            if !phase.groups.iter().any(green) {
                self.lingering &= !bit(phase.number);
            }
        }
        self.lingering != lingering
    }

    /// The groups of phases and walks, and nobody else.
    fn aim_at(&mut self, rings: &Rings, phases: u32, walks: u32) {
        self.end_after.fill(FAR_PAST);
        self.start_after.fill(FAR_PAST);
        self.aims.fill(Aim::Closed);
        for phase in &rings.phases {
            if phases & bit(phase.number) != 0 {
                phase.groups.iter().for_each(|&g| self.aims[usize::from(g)] = Aim::Open);
                if walks & bit(phase.number) != 0 {
                    phase.walks.iter().for_each(|&g| self.aims[usize::from(g)] = Aim::Open);
                }
            }
        }
    }

    /// Overlaps follow the phases asked for, and those that are still green; trailing greens end with time. Returns
    /// whether any follows others than before.
    fn follow_overlaps(&mut self, rings: &Rings, phases: u32, now: Millis) -> bool {
        let mut any = false;
        for (overlap, state) in rings.overlaps.iter().zip(&mut self.overlaps) {
            // A parent that cannot end yet has not left.
            let parents = if state.asked.is_some() { phases | self.lingering } else { phases };
            let protected = parents & overlap.phases != 0;
            let asked = protected || parents & overlap.permissive != 0;
            if asked {
                state.permissive = !protected;
                state.asked.get_or_insert(now);
            } else if state.asked.take().is_some() {
                state.left = now;
            }
            self.latest = self.latest.max(state.asked.map_or(state.left + overlap.trail, |asked| asked + overlap.lead));
            let g = usize::from(overlap.group);
            let trailing = !asked && now < state.left + overlap.trail;
            let aim = match (asked || trailing, state.permissive) {
                (true, true) => Aim::Permissive,
                (true, false) => Aim::Open,
                (false, _) => Aim::Closed,
            };
            let start_after = match state.asked {
                Some(asked) => asked + overlap.lead,
                // It goes on, but does not start any more.
                None if trailing => Millis::NEVER,
                None => FAR_PAST,
            };
            any |= self.aims[g] != aim || self.start_after[g] != start_after;
            (self.aims[g], self.start_after[g]) = (aim, start_after);
        }
        self.lasting = now >= self.latest;
        any
    }

    /// Finds until when delays and trailing greens last, of a state that was put together from its parts.
    pub fn restore(&mut self, plan: &Plan) {
        let trails = plan.rings().into_iter().flat_map(|r| r.overlaps.iter().zip(&self.overlaps));
        let trails = trails.map(|(overlap, state)| state.left + overlap.trail);
        let delays = self.end_after.iter().chain(&self.start_after).copied();
        self.latest = delays.chain(trails).max().unwrap_or(FAR_PAST);
        self.lasting = false;
    }

    /// Whether some group has to wait with what it is to become.
    pub fn delays(&self, now: Millis) -> bool {
        now < self.latest && self.end_after.iter().chain(&self.start_after).any(|&after| now < after)
    }

    /// When the target changes by itself next, after `now`.
    #[inline]
    pub fn next(&self, plan: &Plan, now: Millis) -> Millis {
        if now >= self.latest { Millis::NEVER } else { self.due(plan, now) }
    }

    #[cold]
    fn due(&self, plan: &Plan, now: Millis) -> Millis {
        let trails = plan.rings().into_iter().flat_map(|r| r.overlaps.iter().zip(&self.overlaps));
        let trails = trails.filter(|(_, s)| s.asked.is_none()).map(|(o, s)| s.left + o.trail);
        let delays = self.end_after.iter().chain(&self.start_after).copied();
        trails.chain(delays).filter(|&t| t > now).min().unwrap_or(Millis::NEVER)
    }

    /// What a group is to become now, with its delays.
    pub fn aim(&self, g: usize, light: &Light, now: Millis) -> Aim {
        let aim = self.aims[g];
        if aim.opens() {
            if now < self.start_after[g] && !light.state.is_committed() { Aim::Closed } else { aim }
        } else if now < self.end_after[g] && light.state.is_committed() {
            Aim::Open
        } else {
            aim
        }
    }
}

impl Kernel {
    /// The log is told which overlaps trail: their green goes on although all of their phases have ended.
    pub(super) fn tell_trails(&mut self, journal: &mut Journal) {
        if !journal.has_events() {
            return;
        }
        let overruled = self.preempts.is_active() || self.fallback.group().is_some();
        let overlaps = self.plan.rings().into_iter().flat_map(|rings| rings.overlaps.iter().zip(&self.target.overlaps));
        for (number, (overlap, state)) in (1u16..).zip(overlaps) {
            let trails = state.asked.is_none() && self.now < state.left + overlap.trail && !overruled;
            let trails = trails && self.lights[usize::from(overlap.group)].shown.is_green();
            self.phases.trail(self.now, number, overlap.group, trails.then_some(state.left), journal);
        }
    }

    /// The log is told which phases are asked for; `serves`: the unit lets them be. Returns whether that matters to it.
    pub(super) fn tell_asked(&mut self, serves: bool) -> bool {
        let has_say = serves && matches!(self.cause, Reason::Requested(_));
        let phases = self.target.phases.filter(|_| has_say).map(|p| p.0);
        self.phases.ask(phases, Reason::Requested(self.target.asked))
    }

    /// Works out what each group is to become. Returns whether that depends on what groups are now.
    pub(super) fn aim(&mut self) -> bool {
        let preempt = self.preempts.aims(&self.plan);
        self.cause = match (preempt, self.fallback.group()) {
            (Some((preempt, _)), _) => Reason::Preempt { preempt },
            (None, Some(group)) => Reason::CycleFault { group },
            (None, None) => Reason::Requested(self.target.asked),
        };
        let plain = preempt.is_none() && self.fallback.group().is_none() && !self.unit.clears();
        let plain = plain && self.omit.is_empty() && self.force_off.is_empty() && !self.target.delays(self.now);
        if !plain || !self.plain {
            self.find_aims(plain);
            self.overview.see_aims(&self.aims);
        }
        self.plain = plain;
        !plain
    }

    /// What each group is to become: what the most important of who has a say wants; `plain`: that is the target, as it is.
    fn find_aims(&mut self, plain: bool) {
        let now = self.now;
        if plain {
            self.aims.copy_from_slice(&self.target.aims);
            // They cannot show that they give way.
            for g in self.limits.never_give_way.iter() {
                if self.aims[g] == Aim::Permissive {
                    self.aims[g] = Aim::Open;
                }
            }
            return;
        }
        let preempt = self.preempts.aims(&self.plan);
        for g in 0..self.aims.len() {
            let light = &self.lights[g];
            let aim = match preempt {
                Some((_, open)) => {
                    let number = u16::try_from(g).unwrap_or(u16::MAX);
                    if open.binary_search(&number).is_ok() { Aim::Open } else { Aim::Closed }
                }
                None if self.fallback.group().is_some() => self.fallback.aim(g),
                None => self.target.aim(g, light, now),
            };
            // The sequence after a cycle fault ends every green itself: it must not wait for one that was cut short.
            let ends = self.force_off.has(g) && self.fallback.group().is_none();
            let kept_away = self.omit.has(g) && !light.state.is_committed() || ends;
            // A train does not wait for what an operator has in mind.
            let closes = kept_away && preempt.is_none() || self.unit.clears();
            self.force_off.put(g, self.force_off.has(g) && light.state.is_committed());
            self.aims[g] = match aim {
                _ if closes && aim.opens() => Aim::Closed,
                // They cannot show that they give way.
                Aim::Permissive if self.never_gives_way(g) => Aim::Open,
                _ => aim,
            };
        }
    }
}
