//! The safety kernel: the only writer of lamps. Strategies, commands and preemptions *request*; the kernel shows what is
//! safe as soon as it is safe, whatever they ask for and in whatever order.
//!
//! Terms
//! - **aim**: what a group is to become as soon as the rules allow it.
//! - **rules**: what keeps a green from ending or starting (`rules.rs`).
//! - **unit**: the controller as a whole; it starts up, runs normally, or flashes (`unit.rs`).
//! - **cycle fault**: a group that is called has waited too long; the plan's own sequence takes over from the strategy.
//!
//! # What it guarantees
//! For any sequence of requests, commands, faults and clock values, of every plan that passed its checks:
//! 1. Two forbidden groups are never open together, nor is one in red-yellow while the other is open. Of a yielding
//!    pair never both are protected. Beside the green arrow of a flashing yellow arrow nobody is open to whom it
//!    gives way when it flashes, and intergreens count between the two.
//! 2. From the end of a green to the start of any forbidden one there is at least the intergreen; every earlier end
//!    counts, not only the last.
//! 3. Least green, walk and pedestrian clearance are never cut (a preemption may cut the latter two if its plan says so).
//!    The least green of an arrow that flashed before counts from when it no longer flashes.
//! 4. Every green is followed by its yellow, unless the plan waives it.
//! 5. Lamps change only as `light.rs` draws it; a red lasts at least its red revert; red-yellow always leads to green.
//! 6. A left turn that gives way does not end before the traffic it gives way to (yellow trap), unless it flashes or the
//!    plan waives it: that traffic ends together with it. Nor does that traffic start before a turn that ends has cleared.
//! 7. A group that is called and red for its longest red is served, or a cycle fault is raised and the plan's own
//!    sequence runs. Exempt are preemptions, flashing, manual control, groups that are omitted, and those in whose way one is
//!    held. Where a strategy and its spare change places, that may take three longest reds and a cycle (`spare.rs`).
//! 8. Flashing and start-up are left through red everywhere for the longest intergreen; flashing by command is entered
//!    through it. A fault flashes at once. Nothing but a passed self-check ends a start-up's flashing.
//! 9. A preemption overrides manual control, hold, omit and force-off, commanded flashing all of them; neither overrides the
//!    rules above. A cycle fault's sequence goes before manual control, too; what that holds and is open stays open.
//!
//! Time never runs backwards: what is earlier than the time reached is taken as the time reached.

mod aim;
mod calls;
mod checkpoint;
mod fallback;
mod journal;
mod kept;
mod light;
mod limits;
mod overview;
mod preempt;
mod rules;
#[cfg(test)]
mod search_tests;
mod unit;

use alloc::{sync::Arc, vec, vec::Vec};

use self::{
    aim::{Aim, Target},
    calls::Calls,
    fallback::Fallback,
    light::{Light, State},
    limits::Limits,
    overview::Overview,
    preempt::Preempts,
    unit::Unit,
};
pub use self::{
    journal::{Journal, LampChange, Latch, Output},
    kept::Kept,
    unit::Mode,
};
use crate::{
    Found, Lamp, Millis, Request,
    group_set::{GroupSet, groups, number},
    log::{Phases, Reason, code},
    plan::Plan,
};

/// In how many rounds the kernel works out one moment at most.
const ROUNDS: u32 = 8;

/// The only writer of lamps. Driven by a [`Controller`](crate::Controller); by itself it is for tests.
#[derive(Clone, Debug)]
pub struct Kernel {
    plan: Arc<Plan>,
    limits: Limits,
    lights: Vec<Light>,
    /// Which of them are in which state; scratch.
    overview: Overview,
    target: Target,
    /// What each group is to become now: target, preemption, fallback and commands in one.
    aims: Vec<Aim>,
    /// Whether that is what the target asks for, and nobody else has a say.
    plain: bool,
    /// Why: the reason of what is asked for now.
    cause: Reason,
    calls: Calls,
    /// What the log says of phases.
    phases: Phases,
    preempts: Preempts,
    fallback: Fallback,
    unit: Unit,
    hold: GroupSet,
    /// The groups that manual control holds, if it is in force.
    manual: Option<GroupSet>,
    omit: GroupSet,
    force_off: GroupSet,
    now: Millis,
    next: Millis,
    /// When the lamps were taken over as they were: since when they had been so nobody knows.
    taken_over: Millis,
    /// Whether something was asked for since the last advance.
    asked: bool,
    /// By group that is to open, when it may if nobody else changes; none if another has to change first.
    starts: Vec<Option<rules::Clear>>,
    /// Whether nothing has changed since they were found.
    settled: bool,
    /// Why each group changes in this moment; scratch.
    reasons: Vec<Reason>,
    /// Groups that have shown something new since [`forget_news`](Self::forget_news).
    news: GroupSet,
    /// When all groups were [looked at](Self::look_at_all) last; scratch.
    looked: Millis,
    /// Groups that end together; scratch.
    together: Vec<u16>,
}

impl Kernel {
    /// A kernel for a plan, dark until [`start`](Self::start).
    pub fn new(plan: Arc<Plan>) -> Self {
        let n = plan.groups().len();
        Self {
            limits: Limits::new(&plan),
            lights: vec![Light::RED; n],
            overview: Overview::new(n),
            target: Target::new(&plan),
            aims: vec![Aim::Closed; n],
            plain: false,
            cause: Reason::StartUp,
            calls: Calls::new(&plan),
            phases: Phases::new(&plan),
            preempts: Preempts::new(&plan),
            fallback: Fallback::new(&plan),
            unit: Unit::default(),
            hold: GroupSet::new(n),
            manual: None,
            omit: GroupSet::new(n),
            force_off: GroupSet::new(n),
            now: light::FAR_PAST,
            next: Millis::NEVER,
            taken_over: light::FAR_PAST,
            asked: true,
            starts: vec![None; n],
            settled: false,
            reasons: vec![Reason::StartUp; n],
            news: GroupSet::new(n),
            looked: light::FAR_PAST,
            together: Vec::with_capacity(n),
            plan,
        }
    }

    /// Before the start: takes up a fault that was latched when the power went.
    pub fn restore(&mut self, latch: Latch) {
        match latch {
            Latch::None => {}
            Latch::CycleFault { group } if usize::from(group) < self.lights.len() => self.fallback.fault = Some(group),
            // A group that the plan does not have: the plan was changed, and nobody has looked at the fault.
            Latch::CycleFault { .. } | Latch::Flash => self.unit.fault = true,
        }
    }

    /// Takes a request; it takes effect at the next [`advance`](Self::advance). Returns whether it fits the plan; if
    /// not, the request before stays in force.
    pub fn request(&mut self, request: Request<'_>, at: Millis) -> bool {
        if self.target.is(request) {
            return true;
        }
        (self.asked, self.plain) = (true, false);
        self.target.set(&self.plan, request, &self.lights, at.max(self.now))
    }

    /// Power on at `at`. A plan without a start-up takes the lamps over as the request has them, as if they had been so
    /// for long; otherwise the unit flashes until its self-check has passed and its times are over.
    pub fn start(&mut self, at: Millis, journal: &mut Journal) {
        self.now = at.max(self.now);
        journal.event(self.now, code::POWER, 0, Reason::StartUp);
        self.unit.start(self.plan.spec().start_up, self.now, journal);
        if self.unit.mode() == Mode::Normal {
            self.take_over();
            self.reasons.fill(Reason::StartUp);
            self.show(journal);
        }
        self.advance(at, journal);
    }

    /// Lets the lamps be as the request has them, if no rule is against it.
    fn take_over(&mut self) {
        let now = self.now;
        self.taken_over = now;
        self.overview.forget();
        self.aim();
        for g in 0..self.lights.len() {
            let (state, since) = match self.aims[g] {
                Aim::Permissive => (State::Permissive, light::FAR_PAST),
                Aim::Protected | Aim::Open => (State::Protected, light::FAR_PAST),
                // How long it has been so nobody knows: long enough, and it may last as long as it ever does.
                Aim::Yellow => (State::Ending, now - self.plan.groups()[g].yellow),
                Aim::RedYellow => (State::Starting, now - self.plan.groups()[g].red_yellow),
                Aim::Off(_) => (State::Off, light::FAR_PAST),
                Aim::Closed | Aim::TurnOnRed => (State::Closed, light::FAR_PAST),
            };
            let ended = if state == State::Ending { now - self.limits.max_yellow(g) } else { light::FAR_PAST };
            self.lights[g] = Light { state, since, ended, ..Light::RED };
        }
        // Whoever would be in conflict starts red, and has to wait like everybody else.
        for g in 0..self.lights.len() {
            if self.in_conflict(g) {
                self.lights[g] = Light::RED;
            }
        }
    }

    /// Lets time reach `at`: everything due at that moment happens. For exact times call it at every
    /// [`next`](Self::next) before.
    pub fn advance(&mut self, at: Millis, journal: &mut Journal) {
        self.now = at.max(self.now);
        self.log_until(self.now, journal);
        (self.asked, self.settled) = (false, false);
        let now = self.now;
        self.next = Millis::NEVER;
        self.preempts.advance(&self.plan, &self.lights, now, journal);
        self.plain &= !self.target.follow(&self.plan, &self.lights, now);
        let was_normal = self.unit.mode() == Mode::Normal;
        if !was_normal || self.unit.clears() {
            let idle = was_normal && self.is_idle();
            self.unit.advance(self.limits.longest_intergreen, idle, now, journal);
        }
        if self.unit.mode() == Mode::Normal {
            if !was_normal {
                self.leave_red();
            }
            self.preempts.serve(&self.plan, &self.lights, now, journal);
            self.fallback.advance(&self.plan, &self.lights, &self.omit, now);
            self.reasons.fill(Reason::Over);
            self.overview.see_lights(&self.lights, now, now - self.limits.longest_intergreen);
            let mut depends = self.aim();
            // Ends make room for starts, and starts end protected turns: at most a few rounds in one moment. Whoever
            // follows what has just ended ends in the next round, and nobody starts beside it before.
            for round in 0..ROUNDS {
                let changed = self.end_greens() | self.end_yellows() || self.levels() | self.start_greens();
                if !changed {
                    self.settled = true;
                    break;
                }
                if round + 1 == ROUNDS {
                    // There may be more to do: in the next moment.
                    self.next = now + Millis(1);
                }
                self.preempts.serve(&self.plan, &self.lights, now, journal);
                let follows = self.target.follow_ends(&self.plan, &self.lights, now);
                if follows || depends {
                    self.plain &= !follows;
                    depends = self.aim();
                }
            }
            let log = (&mut self.phases, &mut *journal);
            self.calls.serve(&self.overview, &self.limits, now, self.cause, log);
            self.look_for_cycle_faults(journal);
            if self.unit.clears() && self.is_idle() {
                self.unit.advance(self.limits.longest_intergreen, true, now, journal);
                self.reasons.fill(self.unit.reason());
            }
        } else {
            // Nobody is served, and nobody's fault it is.
            self.calls.forget();
            self.overview.forget();
            for light in &mut self.lights {
                *light = Light { shown: light.shown, ..Light::RED };
            }
            self.reasons.fill(self.unit.reason());
        }
        self.show(journal);
        self.plan_next();
    }

    /// Whether nothing is green or yellow and everybody has left.
    #[cold]
    fn is_idle(&self) -> bool {
        self.lights.iter().all(|l| !l.state.is_committed() && l.state != State::Ending) && self.idle_at() <= self.now
    }

    /// When everybody who has a red lamp has left.
    #[cold]
    fn idle_at(&self) -> Millis {
        let left = |l: &Light| (l.ended + self.limits.longest_intergreen).max(l.since + rules::SHOWN_RED);
        let red = self.lights.iter().filter(|l| l.state == State::Closed);
        red.map(left).max().unwrap_or(light::FAR_PAST)
    }

    /// Whether an [`advance`](Self::advance) to `at` would change anything: something is due, or was asked for.
    pub const fn is_due(&self, at: Millis) -> bool {
        self.asked || self.next.0 <= at.0
    }

    /// When something may happen next if nobody asks for anything else.
    pub const fn next(&self) -> Millis {
        self.next
    }

    /// After flashing: all are red, and nobody knows who is still inside.
    #[cold]
    fn leave_red(&mut self) {
        self.overview.forget();
        let red = Light { since: self.now, ended: self.now, ..Light::RED };
        for (light, group) in self.lights.iter_mut().zip(self.plan.groups()) {
            *light = Light { shown: light.shown, ..red };
            // The unit has waited for the longest intergreen already. All that was over a moment ago: it is nobody's
            // reason to wait until now.
            let before = |time: Millis| self.now - time - Millis(2);
            light.ended = before(self.limits.longest_intergreen);
            light.since = before(group.red_revert);
        }
    }

    /// A group that has waited too long makes the plan's own sequence take over.
    fn look_for_cycle_faults(&mut self, journal: &mut Journal) {
        if self.preempts.is_active() || self.unit.clears() || self.manual.is_some() {
            self.calls.forget();
            return;
        }
        let commanded = !self.omit.is_empty() || !self.hold.is_empty();
        if commanded {
            for g in 0..self.lights.len() {
                if self.is_kept_waiting(g) {
                    self.calls.forget_one(g);
                }
            }
            self.calls.find_next(&self.limits);
        }
        if self.calls.next > self.now {
            return;
        }
        if let Some(group) = self.calls.late(&self.limits, self.now)
            && self.fallback.start(group)
        {
            journal.event(self.now, code::ALARM, 1, Reason::CycleFault { group });
            journal.latch(self.now, Latch::CycleFault { group });
            self.calls.forget();
            self.next = self.now + Millis(1);
        }
    }

    /// Whether a command keeps a group waiting: it must not start, or somebody in its way must not end.
    fn is_kept_waiting(&self, g: usize) -> bool {
        let number = u16::try_from(g).unwrap_or(u16::MAX);
        self.omit.has(g)
            || !self.hold.is_empty()
                && self.plan.matrix().partners(number).iter().any(|&p| self.is_held(usize::from(p)))
    }

    /// What a group shows now. `serves`: it is not the unit that says so.
    fn lamp_of(&self, g: usize, serves: bool) -> Lamp {
        let of_unit = if serves { None } else { self.unit.lamp(&self.plan.groups()[g]) };
        match (of_unit, self.lights[g].state, self.aims[g]) {
            (Some(lamp), ..) => lamp,
            (None, State::Closed, Aim::TurnOnRed) => Lamp::TurnOnRed,
            (None, State::Off, Aim::Off(lamp)) => lamp,
            _ => self.lights[g].lamp(|| self.limits.arrows.has(g)),
        }
    }

    /// Shows what has changed.
    fn show(&mut self, journal: &mut Journal) {
        let mut changed = false;
        let serves = self.unit.mode() == Mode::Normal;
        if !serves {
            self.overview.forget();
        }
        for w in self.overview.words() {
            for g in groups(w, self.overview.take_fresh(w)) {
                let lamp = self.lamp_of(g, serves);
                if lamp != self.lights[g].shown {
                    self.lights[g].shown = lamp;
                    journal.push(Output::Lamp(LampChange { at: self.now, group: number(g), lamp }));
                    self.phases.changed(g, self.limits.times[g].on_foot, self.reasons[g]);
                    self.news.put(g, true);
                    changed = true;
                }
            }
        }
        self.look_at_all(serves, journal);
        changed |= self.tell_asked(serves);
        if changed {
            let (limits, lights) = (&self.limits, &self.lights);
            self.phases.settle(self.now, |g| limits.seen(g, lights), journal);
        }
        self.tell_trails(journal);
    }

    /// The log tells what comes with time alone, up to `at`.
    pub fn log_until(&mut self, at: Millis, journal: &mut Journal) {
        self.phases.reach(at, journal);
    }

    /// The log tells what a strategy knows.
    pub fn note(&mut self, at: Millis, code: u8, parameter: u16, journal: &mut Journal) {
        self.phases.note(at, code, parameter, journal);
    }

    /// Works out when something may happen next.
    fn plan_next(&mut self) {
        let now = self.now;
        let mut next = self.next;
        let mut due = |at: Millis| {
            if at > now && at < next {
                next = at;
            }
        };
        due(self.unit.next());
        due(self.preempts.next(&self.plan, &self.lights, now));
        if self.unit.mode() == Mode::Normal {
            due(self.target.next(&self.plan, now));
            due(self.fallback.next(&self.plan, &self.lights, now));
            due(self.calls.next);
            if self.unit.clears() {
                due(self.idle_at());
            }
            due(self.next_change());
        }
        self.next = next;
    }
}

impl Kernel {
    /// The plan.
    pub const fn plan(&self) -> &Arc<Plan> {
        &self.plan
    }

    /// What each group shows.
    pub fn lamps(&self) -> impl ExactSizeIterator<Item = Lamp> + '_ {
        self.lights.iter().map(|l| l.shown)
    }

    /// What a group shows.
    pub(crate) fn lamp(&self, group: usize) -> Lamp {
        self.lights[group].shown
    }

    /// Groups that have shown something new since that was forgotten last.
    pub(crate) const fn news(&self) -> &GroupSet {
        &self.news
    }

    /// Everybody has looked at what is new.
    pub(crate) fn forget_news(&mut self) {
        self.news.clear();
    }

    /// The time reached.
    pub const fn now(&self) -> Millis {
        self.now
    }

    /// Whether the unit starts up, runs or flashes.
    pub const fn mode(&self) -> Mode {
        self.unit.mode()
    }

    /// The group whose long wait made the plan's own sequence take over, if it has.
    pub const fn cycle_fault(&self) -> Option<u16> {
        self.fallback.group()
    }

    /// The inputs that follow come at this moment.
    pub fn reach(&mut self, at: Millis) {
        self.now = at.max(self.now);
    }

    /// A group is called from outside, or a detector that calls it goes on or off.
    pub fn call(&mut self, group: u16, on: bool, locking: bool, journal: &mut Journal) {
        if !self.calls.set(group, on, locking, &self.lights, self.now, (&mut self.phases, journal)) {
            return;
        }
        // Lamps do not depend on calls: only who waits too long is to be found in time.
        let g = usize::from(group);
        let exempt = self.unit.mode() != Mode::Normal || self.unit.clears() || self.preempts.is_active();
        let exempt = exempt || self.manual.is_some();
        if exempt || self.is_kept_waiting(g) {
            self.asked = true;
            return;
        }
        self.next = self.next.min(self.now + self.limits.patience[g]);
    }

    /// A preemption's input goes on or off. Returns whether there is such an input.
    pub fn preempt(&mut self, preempt: u16, on: bool, at: Millis, journal: &mut Journal) -> bool {
        self.asked = true;
        self.log_until(at.max(self.now), journal);
        self.preempts.input(preempt, on, at.max(self.now), journal)
    }

    /// What a strategy finds that takes over now.
    pub(crate) fn found(&self) -> Found<'_> {
        let opened = self.lights.iter().map(|light| light.state.is_open().then_some(light.opened)).collect();
        // Nobody has waited for less than nothing, also who is excused.
        let waiting = (0..self.lights.len()).map(|g| Some(self.calls.waiting(g)?.min(self.now))).collect();
        let asked = self.target.aims.iter().map(|aim| aim.opens()).collect();
        Found { now: self.now, plan: &self.plan, opened, waiting, asked }
    }

    /// Keeps a green from ending, unless a preemption or flashing needs it to.
    pub fn hold(&mut self, group: u16, on: bool) {
        self.asked = true;
        self.overview.forget_starts();
        if usize::from(group) < self.lights.len() {
            self.hold.put(usize::from(group), on);
        }
    }

    /// Manual control of a stage of the plan, from 0, holds its groups as [`hold`](Self::hold) does, whoever waits; or none
    /// does.
    pub fn control(&mut self, stage: Option<u16>) {
        self.asked = true;
        self.set_control(stage);
    }

    /// The same as it was: nothing is asked anew.
    pub(crate) fn set_control(&mut self, stage: Option<u16>) {
        let groups = stage.and_then(|stage| self.plan.stages().get(usize::from(stage))).map(|stage| &stage.groups);
        let of = |groups: &Vec<u16>| GroupSet::of(self.lights.len(), |g| groups.contains(&number(g)));
        self.manual = groups.map(of);
        self.overview.forget_starts();
    }

    /// Whether a command, or manual control, holds a group.
    pub fn holds(&self, group: u16) -> bool {
        let of = |set: &GroupSet| usize::from(group) < self.lights.len() && set.has(usize::from(group));
        of(&self.hold) || self.manual.as_ref().is_some_and(of)
    }

    /// Whether commands hold and omit a group.
    pub fn commanded(&self, group: u16) -> [bool; 2] {
        [&self.hold, &self.omit].map(|set| usize::from(group) < self.lights.len() && set.has(usize::from(group)))
    }

    /// Keeps a group from starting, unless a preemption needs it to.
    pub fn omit(&mut self, group: u16, on: bool) {
        self.asked = true;
        if usize::from(group) < self.lights.len() {
            self.omit.put(usize::from(group), on);
        }
    }

    /// Ends a green as soon as the rules allow it.
    pub fn force_off(&mut self, group: u16) {
        self.asked = true;
        let g = usize::from(group);
        if self.lights.get(g).is_some_and(|l| l.state.is_committed()) {
            self.force_off.put(g, true);
        }
    }

    /// Flashing by command: entered through yellow and red, left through red.
    pub fn flash(&mut self, on: bool) {
        self.asked = true;
        self.unit.command(on);
    }

    /// Whether the lamps were found to be in order at start-up.
    pub fn self_check(&mut self, passed: bool, at: Millis, journal: &mut Journal) {
        self.asked = true;
        self.log_until(at.max(self.now), journal);
        self.unit.self_check(passed, at.max(self.now), journal);
    }

    /// A fault: flashing at once, until somebody resets it by hand.
    pub fn fault(&mut self, at: Millis, journal: &mut Journal) {
        self.asked = true;
        let now = at.max(self.now);
        self.log_until(now, journal);
        journal.event(now, code::ALARM, 2, Reason::Fault);
        self.unit.fault(now, journal);
    }

    /// Somebody has reset the faults by hand.
    pub fn reset(&mut self, at: Millis, journal: &mut Journal) {
        self.asked = true;
        let now = at.max(self.now);
        self.log_until(now, journal);
        self.unit.reset(now, journal);
        if self.fallback.group().is_some() {
            self.fallback.stop();
            journal.latch(now, Latch::None);
        }
        self.calls.forget();
    }

    /// The clock jumped by so much that nobody can be said to have waited.
    pub fn skip(&mut self) {
        self.asked = true;
        self.calls.forget();
    }
}
