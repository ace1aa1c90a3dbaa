//! Coordination: the local cycle, force-offs, permissives, transitions.
//!
//! Terms
//! - **local clock**: where in its cycle the signal is; it runs on without wrapping. In step it shows what the pattern
//!   asks for, (t − offset) from its reference point, t since midnight where the time of day is known; in transition it runs slower (add), faster (subtract), or waits at
//!   the yield point (dwell).
//! - **force-off** of a phase: the end of its split less its yellow and red clearance. Fixed: an absolute place of the
//!   cycle, so what a phase leaves over goes to the next. Floating: no phase gets more than its split, what is left over
//!   goes to the coordinated phases.
//! - **yield point**: the first force-off of a coordinated phase. Until its own force-off a coordinated phase is held;
//!   then it ends for whoever is admitted.
//! - **permissive**: a call is admitted as long as the phase can still have its least service before its force-off. The
//!   others wait for the next cycle.
//! - **pickup**: after a change of pattern the coordinated phases are called first; the local clock starts with them. So
//!   it does when the time of day is set, or a day ends that is no whole number of cycles.

use alloc::{vec, vec::Vec};

use super::{Cause, Nema, layout::Layout, parameters::Coordinated, set::Set, standing::Standing};
use crate::{
    Millis, View,
    log::code,
    plan::{Coordination, ForceOffs, OffsetReference, Pattern, Plan, Transition},
};

/// What the local clock is doing, by the numbers of event 150.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) enum State {
    #[default]
    Free = 0,
    InStep = 1,
    Add = 2,
    Subtract = 3,
    Dwell = 4,
    Pickup = 6,
}

impl State {
    pub const ALL: [Self; 6] = [Self::Free, Self::InStep, Self::Add, Self::Subtract, Self::Dwell, Self::Pickup];

    /// Whether the local clock tells phases when to end.
    pub const fn runs(self) -> bool {
        !matches!(self, Self::Free | Self::Pickup)
    }
}

/// How long the local clock takes for 100 ms, when it corrects itself: at most a fifth longer (add), a sixth shorter
/// (subtract).
const ADD: i64 = 120;
const SUBTRACT: i64 = 83;

/// The local clock of a signal. What is saved is in the first part; the second follows from the pattern.
#[derive(Clone, PartialEq, Debug, Default)]
pub(super) struct Coordinator {
    pub state: State,
    /// The pattern, by its place in the plan.
    pub pattern: Option<u16>,
    /// The local clock showed this at that moment.
    pub shown: Millis,
    pub at: Millis,
    /// When the transition is over.
    pub until: Millis,
    /// What the local clock showed when it was looked at last.
    pub seen: Millis,
    /// From when on offsets count, on the controller's time: midnight, or its 0.
    pub origin: Millis,

    prepared: Option<u16>,
    cycle: Millis,
    offset: Millis,
    options: Coordination,
    /// Where in the cycle the offset points to, and the yield point.
    reference: Millis,
    yields: Millis,
    /// By phase: where its split begins and ends, its force-off, whether it is coordinated.
    begins: Vec<Millis>,
    splits: Vec<Millis>,
    force_offs: Vec<Millis>,
    coordinated: Vec<bool>,
}

impl Coordinator {
    pub fn new(phases: usize) -> Self {
        let none = vec![Millis(0); phases];
        Self {
            begins: none.clone(),
            splits: none.clone(),
            force_offs: none,
            coordinated: vec![false; phases],
            ..Self::default()
        }
    }

    fn modulo(&self, time: Millis) -> Millis {
        Millis(time.0.rem_euclid(self.cycle.0.max(1)))
    }

    /// How many ms the local clock takes for 100 ms of its own.
    const fn pace(&self) -> i64 {
        match self.state {
            State::Add => ADD,
            State::Subtract => SUBTRACT,
            _ => 100,
        }
    }

    /// What the local clock shows.
    pub fn local(&self, now: Millis) -> Millis {
        if self.state == State::Dwell {
            return self.shown;
        }
        let passed = (now - self.at).0.max(0);
        self.shown + Millis(passed.saturating_mul(100).div_euclid(self.pace()))
    }

    /// When the local clock will show something, if it does not correct itself otherwise.
    pub fn moment(&self, local: Millis, now: Millis) -> Millis {
        if local <= self.local(now) {
            return now;
        }
        if self.state == State::Dwell {
            return self.until + (local - self.shown);
        }
        let left = (local - self.shown).0;
        let real = left.saturating_mul(self.pace());
        self.at + Millis(real.div_euclid(100) + i64::from(real.rem_euclid(100) != 0))
    }

    /// What the local clock ought to show, within the cycle.
    fn target(&self, now: Millis) -> Millis {
        let since = self.modulo(now) - self.modulo(self.origin);
        self.modulo(since - self.offset + self.reference)
    }

    /// How long after the yield point a place of the cycle is.
    fn after_yield(&self, place: Millis) -> Millis {
        self.modulo(place - self.yields)
    }

    /// How long after the yield point it is; below zero just before it, while coordinated phases may gap out.
    fn so_far(&self, now: Millis) -> Millis {
        let so_far = self.after_yield(self.local(now));
        if so_far >= self.cycle - self.window() { so_far - self.cycle } else { so_far }
    }

    pub fn is_coordinated(&self, p: usize) -> bool {
        self.state != State::Free && self.coordinated.get(p).copied().unwrap_or(false)
    }

    pub const fn keeps_max(&self) -> bool {
        !self.state.runs() || self.options.keeps_max
    }

    /// How long before its force-off a coordinated phase may gap out.
    pub fn window(&self) -> Millis {
        self.options.actuated.unwrap_or(Millis(0))
    }

    /// What follows from a pattern.
    #[inline(never)]
    fn prepare(&mut self, number: u16, pattern: &Pattern, layout: &Layout) {
        if self.prepared == Some(number) {
            return;
        }
        self.prepared = Some(number);
        (self.cycle, self.offset, self.options) = (pattern.cycle, pattern.offset, pattern.coordination);
        for (p, phase) in layout.phases.iter().enumerate() {
            let split = pattern.phases.iter().find(|s| s.phase == phase.number);
            self.splits[p] = split.map_or(Millis(0), |s| s.split);
            self.coordinated[p] = pattern.coordinated.contains(&phase.number);
        }
        let mut from = Millis(0);
        for s in 0..layout.sections {
            let mut end = from;
            for ring in &layout.rings {
                let mut place = from;
                for &p in ring.get(s).into_iter().flatten() {
                    self.begins[p] = place;
                    place += self.splits[p];
                    self.force_offs[p] = place - layout.phases[p].yellow_red;
                }
                end = end.max(place);
            }
            from = end;
        }
        let of = |list: &[Millis], first: bool| {
            let chosen = list.iter().zip(&self.coordinated).filter(|(_, c)| **c).map(|(t, _)| *t);
            let found = if first { chosen.min() } else { chosen.max() };
            found.unwrap_or(Millis(0))
        };
        self.reference = match self.options.reference {
            OffsetReference::Cycle => Millis(0),
            OffsetReference::LeadGreen => of(&self.begins, true),
            OffsetReference::LagGreen => of(&self.begins, false),
            OffsetReference::LeadYellow => of(&self.force_offs, true),
            OffsetReference::LagYellow => of(&self.force_offs, false),
        };
        self.yields = of(&self.force_offs, true);
    }
}

/// The pattern that a plan's strategy is to keep to, by its place.
fn wanted<'v>(view: &View<'v>) -> Option<(u16, &'v Pattern)> {
    let pattern = view.pattern.filter(|p| !p.phases.is_empty() && !p.coordinated.is_empty())?;
    let place = place(view.plan, pattern)?;
    Some((place, pattern))
}

fn place(plan: &Plan, pattern: &Pattern) -> Option<u16> {
    let patterns = &plan.spec().patterns;
    let same = patterns.iter().position(|p| core::ptr::eq(p, pattern));
    let same = same.or_else(|| patterns.iter().position(|p| p.name == pattern.name))?;
    u16::try_from(same).ok()
}

fn number(place: usize) -> u16 {
    u16::try_from(place).unwrap_or(u16::MAX)
}

impl Nema {
    /// Patterns come and go, and clocks are set.
    pub(super) fn choose(&mut self, now: Millis, view: &View<'_>) {
        let of_program = self.of_program.clone();
        let found = match self.run.coordinated {
            Coordinated::Patterns => wanted(view),
            // It stands behind the plan's own.
            Coordinated::Program => of_program.as_deref().map(|p| (number(view.plan.spec().patterns.len()), p)),
            Coordinated::Free => None,
        };
        if let Some((number, pattern)) = found {
            self.clock.prepare(number, pattern, &self.layout);
        }
        let number = found.map(|f| f.0);
        let origin = now - view.of_day(now);
        let moved = number.is_some() && self.clock.modulo(origin) != self.clock.modulo(self.clock.origin);
        let changed = number != self.clock.pattern;
        self.clock.origin = origin;
        if changed || moved {
            self.clock.pattern = number;
            self.rings.iter_mut().for_each(|r| r.force_at = None);
            self.go(if number.is_some() { State::Pickup } else { State::Free });
        }
        if let Some((_, pattern)) = found.filter(|_| changed) {
            self.tell_pattern(pattern);
        }
    }

    /// Lets the local clock go on: it starts, transitions end. When to look again.
    pub(super) fn coordinate(&mut self, now: Millis) -> Millis {
        if self.clock.state == State::Pickup {
            self.pick_up(now);
        }
        if self.clock.state.runs() && self.clock.state != State::InStep && now >= self.clock.until {
            self.in_step(now);
        }
        if !self.clock.state.runs() {
            return Millis::NEVER;
        }
        self.tell_places(now);
        self.advance_force_offs(now);
        self.next_place(now)
    }

    fn go(&mut self, state: State) {
        self.clock.state = state;
        self.note(code::COORDINATION, state as u16);
    }

    #[inline(never)]
    fn tell_pattern(&mut self, pattern: &Pattern) {
        let seconds = |time: Millis| u16::try_from(time.0 / 1000).unwrap_or(u16::MAX);
        self.note(code::CYCLE, seconds(pattern.cycle));
        self.note(code::OFFSET, seconds(pattern.offset));
        for split in pattern.phases.iter().filter(|s| s.phase <= 16) {
            self.note(code::SPLIT_1 + split.phase - 1, seconds(split.split));
        }
    }

    /// When all coordinated phases are green the local clock starts: in step, if the pattern has them green as well.
    #[inline(never)]
    fn pick_up(&mut self, now: Millis) {
        let coordinated = |p: usize| self.clock.coordinated[p];
        let on = |p: usize| self.rings.iter().any(|r| r.on == Some(p) && r.green.is_some());
        if !(0..self.layout.phases.len()).filter(|&p| coordinated(p)).all(on) {
            return;
        }
        let target = self.clock.target(now);
        let inside = |p: usize| {
            let clock = &self.clock;
            let since = clock.modulo(target - clock.begins[p]);
            since < clock.modulo(clock.force_offs[p] - clock.begins[p])
        };
        if (0..self.layout.phases.len()).filter(|&p| coordinated(p)).all(inside) {
            self.in_step(now);
        } else {
            self.correct(now, target);
        }
        for r in 0..self.rings.len() {
            self.rings[r].force_at = self.force_off_of(r, now);
        }
    }

    fn in_step(&mut self, now: Millis) {
        let target = self.clock.target(now);
        // The local clock does not run backwards: what is forced off at a place of it stays so.
        let before = self.clock.local(now);
        let ahead = self.clock.modulo(target - before);
        let shown = if self.clock.state == State::Pickup || ahead.0 * 2 < self.clock.cycle.0 {
            before + ahead
        } else {
            before - (self.clock.cycle - ahead)
        };
        (self.clock.shown, self.clock.at, self.clock.until) = (shown, now, Millis::NEVER);
        if self.clock.state == State::Pickup {
            self.clock.seen = shown;
        }
        self.go(State::InStep);
    }

    /// Begins a transition, the coordinated phases having just begun.
    fn correct(&mut self, now: Millis, target: Millis) {
        let clock = &self.clock;
        let begins = clock.begins.iter().zip(&clock.coordinated).filter(|(_, c)| **c).map(|(b, _)| *b);
        let shown = begins.max().unwrap_or(Millis(0));
        // The pattern is ahead by so much, or behind by the rest of the cycle.
        let ahead = clock.modulo(target - shown);
        let behind = clock.cycle - ahead;
        let add = Millis(behind.0 * ADD / (ADD - 100) + 1);
        let subtract = Millis(ahead.0 * SUBTRACT / (100 - SUBTRACT) + 1);
        let fits = |(split, phase): (&Millis, &super::layout::Phase)| {
            split.0 * SUBTRACT / 100 >= phase.need.max(phase.min_green + phase.yellow_red).0
        };
        let shortens = clock.splits.iter().zip(&self.layout.phases).all(fits);
        let (state, takes) = match clock.options.transition {
            // Until just before it, so that the yield point is still to come.
            Transition::Dwell => (State::Dwell, clock.modulo(clock.yields - Millis(1) - target)),
            Transition::Subtract if shortens => (State::Subtract, subtract),
            Transition::Shortway if shortens && subtract < add => (State::Subtract, subtract),
            Transition::Add | Transition::Subtract | Transition::Shortway => (State::Add, add),
        };
        let shown = if state == State::Dwell { clock.yields - Millis(1) } else { shown };
        (self.clock.shown, self.clock.seen, self.clock.at, self.clock.until) = (shown, shown, now, now + takes);
        self.go(state);
    }

    /// Tells the log which places of the cycle have been passed: local zero, yield points.
    #[inline(never)]
    fn tell_places(&mut self, now: Millis) {
        let (before, local) = (self.clock.seen, self.clock.local(now));
        if local <= before {
            return;
        }
        self.clock.seen = local;
        let passed = |clock: &Coordinator, place: Millis| {
            let since = clock.modulo(local - place);
            since < local - before
        };
        if passed(&self.clock, Millis(0)) {
            self.note(code::COORDINATION, 5);
        }
        for p in 0..self.layout.phases.len() {
            if self.clock.coordinated[p] && passed(&self.clock, self.clock.force_offs[p]) {
                self.note(code::YIELD, u16::from(self.layout.phases[p].number));
            }
        }
    }

    /// When the local clock passes a place at which something may happen.
    #[inline(never)]
    fn next_place(&self, now: Millis) -> Millis {
        let clock = &self.clock;
        let local = clock.local(now);
        let ahead = |place: Millis| {
            let way = clock.modulo(place - local);
            clock.moment(local + if way.0 == 0 { clock.cycle } else { way }, now)
        };
        let mut next = clock.until.min(ahead(Millis(0)));
        for (&place, _) in clock.force_offs.iter().zip(&clock.coordinated).filter(|(_, c)| **c) {
            next = next.min(ahead(place)).min(ahead(place - clock.window()));
        }
        if next > now { next } else { now + Millis(1) }
    }

    /// Where on the local clock a ring's phase has to end that is asked for now.
    pub(super) fn force_off_of(&self, r: usize, now: Millis) -> Option<Millis> {
        let (p, clock) = (self.rings[r].on.filter(|_| self.clock.state.runs())?, &self.clock);
        let local = clock.local(now);
        let (place, so_far) = (clock.after_yield(clock.force_offs[p]), clock.so_far(now));
        if clock.coordinated[p] {
            let way = clock.modulo(clock.force_offs[p] - local);
            return Some(local + if way.0 == 0 { clock.cycle } else { way });
        }
        Some(local + (place - so_far).max(Millis(0)))
    }

    /// A floating force-off ends the split that began with the green.
    pub(super) fn float(&mut self, r: usize, p: usize, now: Millis) {
        let clock = &self.clock;
        if clock.state.runs() && clock.options.force_off == ForceOffs::Floating && !clock.coordinated[p] {
            let split = clock.local(now) + clock.splits[p] - self.layout.phases[p].yellow_red;
            self.rings[r].force_at = self.rings[r].force_at.map(|at| at.min(split));
        }
    }

    /// A coordinated phase that nobody has ended is held until its next force-off.
    #[inline(never)]
    fn advance_force_offs(&mut self, now: Millis) {
        let (local, cycle, window) = (self.clock.local(now), self.clock.cycle, self.clock.window());
        for ring in &mut self.rings {
            let coordinated = ring.on.is_some_and(|p| self.clock.coordinated[p]);
            if let Some(at) = ring.force_at.filter(|&at| coordinated && local >= at + cycle - window) {
                let cycles = (local - at + window).0 / cycle.0.max(1);
                ring.force_at = Some(at + Millis(cycles.saturating_mul(cycle.0)));
            }
        }
    }

    /// Admits calls: the coordinated phases are always called, others while they can be served in this cycle.
    pub(super) fn admit(&mut self, now: Millis) {
        self.called = self.calls;
        if self.clock.state == State::Free {
            return;
        }
        for p in 0..self.layout.phases.len() {
            if self.rings[self.layout.phases[p].ring].on == Some(p) {
                continue;
            }
            let phase = Set::of(p);
            if self.clock.coordinated[p] {
                self.called.vehicles |= phase;
            } else if self.clock.state.runs() && !self.hurries && !self.is_urgent(p, now) {
                let (vehicles, on_foot) = self.admitted(p, now);
                self.called.vehicles = if vehicles { self.called.vehicles } else { self.called.vehicles - phase };
                self.called.on_foot = if on_foot { self.called.on_foot } else { self.called.on_foot - phase };
            }
        }
    }

    /// Whether a phase can still have its least service before its force-off, of vehicles and of people on foot.
    fn admitted(&self, p: usize, now: Millis) -> (bool, bool) {
        let (clock, phase) = (&self.clock, &self.layout.phases[p]);
        if clock.state == State::Dwell {
            return (false, false);
        }
        let so_far = clock.so_far(now);
        let ring = &self.rings[phase.ring];
        let before = ring.on.map_or((ring.cleared - now).max(Millis(0)), |on| self.layout.phases[on].yellow_red);
        let end = clock.after_yield(clock.force_offs[p]);
        let vehicles = phase.exclusive || so_far + before + phase.min_green <= end;
        let walk = so_far + before + phase.walk;
        let cleared = !self.clears_in_green(p) || walk + phase.walk_clearance <= end;
        (vehicles, vehicles && cleared && walk + phase.walk_out <= end + phase.yellow_red)
    }

    /// Whether the split of a phase is long enough for people on foot to clear before its force-off. If not, they go on doing
    /// so while vehicles clear: the plan's checks demand no more of a split. A phase for them alone ends with their clearance.
    pub(super) fn clears_in_green(&self, p: usize) -> bool {
        let (clock, phase) = (&self.clock, &self.layout.phases[p]);
        let split = Millis(clock.splits[p].0.saturating_mul(clock.pace()) / 100);
        !phase.exclusive && phase.walk + phase.walk_clearance + phase.yellow_red <= split
    }

    /// What the coordination says of a ring's green, and until when: nothing, that it is held, or that it is over.
    pub(super) fn coordinated(&self, r: usize, now: Millis) -> Option<(Standing, Millis)> {
        let ring = &self.rings[r];
        let (p, force_at) = (ring.on?, ring.force_at.filter(|_| self.clock.state.runs())?);
        let local = self.clock.local(now);
        if self.clock.state == State::Dwell && self.clock.coordinated[p] {
            return Some((Standing::Held, self.clock.until));
        }
        if local >= force_at {
            return Some((Standing::Over(Cause::ForceOff), Millis::NEVER));
        }
        let until = self.clock.moment(force_at, now);
        let held = self.clock.coordinated[p] && local < force_at - self.clock.window();
        Some((if held { Standing::Held } else { Standing::Extended }, until))
    }

    /// When a ring's phase is forced off next, if it is; a coordinated one that rests beyond its yield point at the next.
    pub(super) fn forced_at(&self, r: usize, now: Millis) -> Millis {
        let clock = &self.clock;
        let Some(at) = self.rings[r].force_at.filter(|_| clock.state.runs()) else { return Millis::NEVER };
        let rests = self.rings[r].on.is_some_and(|p| clock.coordinated[p]) && at <= clock.local(now);
        clock.moment(if rests { at + clock.cycle } else { at }, now)
    }
}
