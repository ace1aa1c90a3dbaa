//! The controller of one cabinet: detector edges and commands in, lamp changes out.
//!
//! ```text
//!  handle_* ──▶ inputs waiting for their time ──▶ detector bank ──┐ view
//!                                     │                           ▼
//!  advance(now) ─▶ each due moment ───┼───────────────────────▶ strategy
//!                                     │ commands, calls,          │ request
//!                                     │ preemptions               ▼
//!                                     └───────────────────────▶ safety kernel
//!                                                                 │
//!  poll_output ◀── lamp changes, events, what must persist ◀──────┘
//!  poll_at     ◀── the next due moment
//! ```
//!
//! # Calling contract
//! Every method is of one kind:
//! 1. [`start`](Controller::start), once: every group's lamp becomes an output. Before it
//!    [`restore`](Controller::restore), if a fault was stored.
//! 2. `handle_*`: an input. It is queued; nothing else happens until time advances.
//! 3. [`advance`](Controller::advance): time reaches `now`. All that is due happens in order of time.
//! 4. `poll_*`: [`poll_output`](Controller::poll_output) until it returns `None`, then
//!    [`poll_at`](Controller::poll_at) for when to advance at the latest.
//! 5. Getters, [`save`](Controller::save) and [`load`](Controller::load), at any time.
//!
//! # Time
//! The controller reads no clock; time is what the caller says, and it never runs backwards: an `advance` to an
//! earlier time does nothing. Hand inputs in before time advances past them and the outputs do not depend on how often
//! `advance` is called. An edge that comes too late still counts with its own time, and the strategy sees it at the
//! time reached before; a command that comes too late takes effect at the time reached.

use alloc::{boxed::Box, string::String, sync::Arc, vec::Vec};

use crate::{
    DetectorBank, DetectorEvent, GroupCalls, Health, Lamp, LaneTraffic, Looks, Millis, Plan, Request, Strategy, Timers,
    Traffic, View, Wakes,
    group_calls::Touched,
    group_set::number,
    kernel::{Journal, Kept, Kernel, LampChange, Mode, Output},
    log::{Reason, code, phase_number},
    plan::{DayAction, Pattern, WallClock},
};

mod checkpoint;
mod hand_over;
mod input;
mod spare;
mod views;

use input::Inputs;
pub use input::{Command, Input};
use spare::Spare;
pub use spare::StoodIn;

/// Which pattern is in force.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Choice {
    Calendar,
    Free,
    Pattern(u16),
}

/// A plan, a strategy, a safety kernel and the detectors of one cabinet. The [crate] documents its calling contract.
#[derive(Debug)]
pub struct Controller {
    kernel: Kernel,
    strategy: Box<dyn Strategy>,
    /// What decides while it is blind.
    spare: Option<Spare>,
    /// Which edges are worth asking it now.
    wakes: Wakes,
    detectors: DetectorBank,
    group_calls: GroupCalls,
    /// The picture of the approach lanes, if the strategy looks at it.
    traffic: Option<Traffic>,
    /// What each group shows, as strategies see it.
    lamps: Vec<Lamp>,
    /// When they changed last.
    changed: Millis,
    /// The time reached; `None` until the start.
    now: Option<Millis>,
    /// When the strategy wants to be asked at the latest.
    next: Millis,
    /// How many requests did not fit the plan.
    refused: u32,
    choice: Choice,
    /// The date and time at a moment.
    clock: Option<(WallClock, Millis)>,
    /// The pattern in force.
    pattern: Option<u16>,
    /// Whether the calendar wants it to flash.
    flashes: bool,
    /// Whether a command wants it to flash.
    commanded: bool,
    /// The stage that a command wants to be shown.
    manual: Option<u16>,
    inputs: Inputs,
    journal: Journal,
    /// The detectors that are push buttons, in order.
    buttons: Vec<u16>,
}

/// How often in one moment a strategy goes on from what it has brought about.
const ROUNDS: u32 = 4;

/// A strategy that is asked this much too late is asked for the present only: the caller's clock jumped, and replaying
/// years of a cycle would take all memory.
const LONGEST_REPLAY: Millis = Millis(3_600_000);

impl Controller {
    /// A controller that shows red everywhere until its start. `detectors`: how many channels are wired.
    pub fn new(plan: impl Into<Arc<Plan>>, strategy: Box<dyn Strategy>, detectors: u16) -> Self {
        let plan = plan.into();
        let groups = plan.groups().len();
        let mut group_calls = GroupCalls::new(&plan);
        group_calls.mind(|number| strategy.minds(number));
        Self {
            wakes: strategy.wakes(),
            strategy,
            spare: None,
            detectors: DetectorBank::of_plan(&plan, detectors),
            group_calls,
            traffic: None,
            lamps: alloc::vec![Lamp::Red; groups],
            changed: Millis::NEVER,
            now: None,
            next: Millis::NEVER,
            refused: 0,
            choice: Choice::Calendar,
            clock: None,
            pattern: None,
            flashes: false,
            commanded: false,
            manual: None,
            inputs: Inputs::new(detectors),
            journal: Journal::new(2 * groups, false),
            buttons: plan.buttons(),
            kernel: Kernel::new(plan),
        }
        .with_approaches(None)
    }

    /// Establishes the lamps at `now`: every group's becomes an output. A second start states every group again (for a
    /// lamp driver that lost them); one at an earlier time does nothing.
    pub fn start(&mut self, now: Millis) {
        if self.now.is_some_and(|reached| now < reached) {
            return;
        }
        self.advance(now);
        if self.now.is_none() {
            self.detectors.begin(now);
            self.take_inputs(now);
            self.decide(now);
            self.now = Some(now);
            self.kernel.start(now, &mut self.journal);
            self.look_at_lamps(now);
        }
        let stated = |output: &Output| matches!(output, Output::Lamp(change) if change.at >= now);
        self.journal.outputs_mut().retain(|output| !stated(output));
        for (group, &lamp) in (0..u16::MAX).zip(&self.lamps) {
            self.journal.push(Output::Lamp(LampChange { at: now, group, lamp }));
        }
    }

    /// Takes in an edge of a detector. Returns whether there is such a detector; if not, the edge is dropped.
    pub fn handle_detector(&mut self, event: DetectorEvent) -> bool {
        self.handle(Input::Detector(event));
        usize::from(event.detector) < self.detectors.len()
    }

    /// Takes in a command that is in force from `at` on.
    pub fn handle_command(&mut self, at: Millis, command: Command) {
        self.handle(Input::Command { at, command });
    }

    /// Takes in an input. What is told of a detector that is not wired is dropped.
    #[inline]
    pub fn handle(&mut self, input: Input) {
        let heard = match input {
            Input::Detector(event) => self.inputs.is_wired(event.detector),
            Input::Channel { detector, .. } => self.inputs.is_wired(detector),
            // Else nobody looks at it.
            Input::Vehicle(_) | Input::Neighbour(_) | Input::Departures(_) => self.traffic.is_some(),
            Input::Command { .. } => true,
        };
        if heard {
            self.inputs.queue(input);
        }
    }

    /// Lets time reach `now`: all deadlines and inputs up to and including `now` happen, in order, each at its own
    /// time. Does nothing before the start, or if `now` is earlier than the time reached.
    ///
    /// If something should have happened more than an hour before `now`, the present alone counts.
    pub fn advance(&mut self, now: Millis) {
        let Some(reached) = self.now else { return };
        if now < reached {
            return;
        }
        if now - self.next_own() > LONGEST_REPLAY {
            self.kernel.skip();
            self.happen(now);
        }
        loop {
            self.pass_edges(now);
            let due = self.poll_at();
            if due > now || due == Millis::NEVER {
                break;
            }
            self.happen(due);
        }
        self.inputs.forget_taken();
        self.kernel.log_until(now, &mut self.journal);
        self.now = Some(now);
    }

    /// The next output, in order of time and then of group.
    pub fn poll_output(&mut self) -> Option<Output> {
        self.journal.pop()
    }

    /// When to advance at the latest, unless an input comes first. [`Millis::NEVER`] before the start.
    pub fn poll_at(&self) -> Millis {
        let Some(reached) = self.now else { return Millis::NEVER };
        let input = self.inputs.waiting().first().map_or(Millis::NEVER, Input::at);
        self.next_own().min(input).min(self.next_choice(reached)).max(reached)
    }

    /// When the strategy, the kernel or detectors are due, whatever comes in.
    fn next_own(&self) -> Millis {
        self.next.min(self.kernel.next()).min(self.next_of_detectors()).min(self.change_due())
    }

    /// When time alone changes what detectors mean.
    fn next_of_detectors(&self) -> Millis {
        self.group_calls.next().min(self.detectors.next())
    }

    /// When the calendar may choose anew: at midnight, or when an entry of any day plan begins.
    fn next_choice(&self, reached: Millis) -> Millis {
        let (Choice::Calendar, Some((clock, since))) = (self.choice, self.clock) else { return Millis::NEVER };
        let days = &self.kernel.plan().spec().calendar.days;
        if days.is_empty() {
            return Millis::NEVER;
        }
        let time = clock.after(reached - since).time;
        let entries = days.iter().flat_map(|day| &day.entries).map(|entry| entry.from).filter(|&from| from > time);
        reached + (entries.fold(Millis(86_400_000), Millis::min) - time)
    }

    /// All that is due at `at`: inputs, the strategy's decision, what the kernel makes of it.
    fn happen(&mut self, at: Millis) {
        let asks = self.take_inputs(at) || self.next <= at;
        self.go_on(at, asks);
        self.change_places(at);
    }

    /// What follows at `at`: the strategy's decision, if it has to think again, and what the kernel makes of it.
    fn go_on(&mut self, at: Millis, asks: bool) {
        self.now = Some(at);
        if asks {
            self.decide(at);
        }
        for _ in 0..ROUNDS {
            if !self.kernel.is_due(at) {
                return;
            }
            self.kernel.advance(at, &mut self.journal);
            if !self.look_at_lamps(at) {
                return;
            }
            // The strategy may want to go on from there.
            self.decide(at);
        }
        if self.kernel.is_due(at) {
            self.kernel.advance(at, &mut self.journal);
            self.look_at_lamps(at);
            self.next = at + Millis(1);
        }
    }

    /// Takes edges up to `now`, each at its own time, for as long as nothing else is due and nobody has to think again.
    fn pass_edges(&mut self, now: Millis) {
        let Some(mut reached) = self.now else { return };
        if self.clock.is_some() {
            // With the time of day the pattern may change.
            return;
        }
        let mut next = self.next_own();
        while let &[Input::Detector(event), ref others @ ..] = self.inputs.waiting() {
            let at = event.at.max(reached);
            // Of what happens in one moment nothing is done before all of it is known.
            let more = others.first().is_some_and(|input| input.at() <= at);
            if at > now || at >= next || more || self.kernel.is_due(at) {
                return;
            }
            self.inputs.take();
            self.group_calls.take_touched();
            self.kernel.log_until(at, &mut self.journal);
            self.kernel.reach(at);
            (self.now, reached) = (Some(at), at);
            if !self.take_edge(at, event) && self.wakes != Wakes::Edges {
                // It was measured: nobody is called or extended, nothing is due earlier.
                continue;
            }
            self.watch_detectors(at);
            let touched = self.group_calls.take_touched();
            let asks = self.is_woken(touched, true);
            if asks || self.kernel.is_due(at) {
                self.go_on(at, asks);
            }
            next = self.next_own();
        }
    }

    /// Whether the strategy wants to know what has changed; `edges`: whether there was any.
    fn is_woken(&self, touched: Touched, edges: bool) -> bool {
        match self.wakes {
            Wakes::Edges => edges || touched.uses,
            Wakes::Calls => touched.uses,
            Wakes::Gaps => touched.calls || touched.gaps,
            Wakes::Arrivals => touched.calls || touched.gaps || touched.arrivals,
            Wakes::Calling => touched.calls,
            Wakes::Never => false,
        }
    }

    /// Takes everything that came in up to `at`. Returns whether the strategy has to think again.
    fn take_inputs(&mut self, at: Millis) -> bool {
        // What changed with the lamps of the moment before it has seen with them: it is no news, also after a checkpoint.
        self.group_calls.take_touched();
        self.kernel.log_until(at, &mut self.journal);
        self.kernel.reach(at);
        self.watch_detectors(at);
        let (mut edges, mut commanded) = (false, false);
        while let Some(&input) = self.inputs.waiting().first().filter(|input| input.at() <= at) {
            self.inputs.take();
            match input {
                Input::Detector(event) => {
                    self.take_edge(at, event);
                    edges = true;
                }
                Input::Command { command, .. } => {
                    self.take_command(at, command);
                    commanded = true;
                }
                Input::Channel { detector, up, .. } => {
                    self.detectors.connect(detector, up);
                    self.tell_of_health(at);
                    self.tell_of_calls();
                }
                Input::Vehicle(report) => {
                    self.traffic.iter_mut().for_each(|traffic| traffic.see(&report));
                }
                Input::Neighbour(report) => {
                    self.traffic.iter_mut().for_each(|traffic| traffic.hear(&report));
                }
                Input::Departures(report) => {
                    self.traffic.iter_mut().for_each(|traffic| traffic.announce(&report));
                }
            }
        }
        // An edge that came late may have been over in the meantime.
        self.watch_detectors(at);
        let before = self.pattern;
        if commanded || self.clock.is_some() || self.now.is_none() {
            self.choose_pattern(at);
        }
        let touched = self.group_calls.take_touched();
        self.is_woken(touched, edges) || commanded || self.pattern != before
    }

    /// Delays and extensions end, and detectors are looked at.
    #[inline(always)]
    fn watch_detectors(&mut self, at: Millis) {
        if at >= self.next_of_detectors() {
            self.look_at_detectors(at);
        }
    }

    #[cold]
    fn look_at_detectors(&mut self, at: Millis) {
        self.detectors.advance(at);
        self.tell_of_health(at);
        while let Some(groups) = self.detectors.take_forgotten() {
            for group in groups.iter().map(number) {
                call_once(&mut self.group_calls, &mut self.kernel, group, &mut self.journal);
            }
        }
        self.group_calls.advance(at, &self.lamps);
        self.tell_of_calls();
    }

    /// Tells the log, those whom they call and extend, and the picture of the lanes, which detectors are broken.
    fn tell_of_health(&mut self, at: Millis) {
        while let Some((detector, health)) = self.detectors.take_news() {
            let code = match (self.is_button(detector), health) {
                (false, health) => health.code(),
                (true, Health::Good) => code::BUTTON_RESTORED,
                (true, _) => code::BUTTON_FAILED,
            };
            self.journal.event(at, code, detector.saturating_add(1), Reason::Diagnosed);
            self.group_calls.fail(detector, !health.is_good(), at, &self.lamps);
            self.traffic.iter_mut().for_each(|traffic| traffic.believe(detector, health.is_good()));
            self.look_for_spare(at);
        }
    }

    /// Tells the kernel who is called.
    fn tell_of_calls(&mut self) {
        let (kernel, journal) = (&mut self.kernel, &mut self.journal);
        self.group_calls.take_changes(|change| kernel.call(change.group, change.on, change.locks, journal));
    }

    /// Takes an edge in. Returns whether it may have changed more than what is measured and what lanes look like.
    #[inline(always)]
    fn take_edge(&mut self, at: Millis, event: DetectorEvent) -> bool {
        if !self.detectors.handle(event) {
            return false;
        }
        if self.journal.has_events() {
            self.log_edge(event);
        }
        let news = self.detectors.has_news();
        if news {
            self.tell_of_health(at);
        }
        if let Some(traffic) = &mut self.traffic {
            traffic.edge(self.kernel.plan(), event.detector, event.on, event.at, &self.lamps);
        }
        if self.group_calls.edge(event.detector, event.on, event.at, &self.lamps) {
            self.tell_of_calls();
            return true;
        }
        news
    }

    fn log_edge(&mut self, event: DetectorEvent) {
        let code = match (self.is_button(event.detector), event.on) {
            (false, true) => code::DETECTOR_ON,
            (false, false) => code::DETECTOR_OFF,
            (true, true) => code::BUTTON_ON,
            (true, false) => code::BUTTON_OFF,
        };
        self.journal.event(event.at, code, event.detector.saturating_add(1), Reason::Reported);
    }

    /// Tells the log of a command to the phase of a group, if it is new: with one code of a pair, for its begin and its end,
    /// of vehicles and people on foot.
    fn tell_of_group(&mut self, at: Millis, group: u16, before: bool, on: bool, codes: [[u8; 2]; 2]) {
        let Some(phase) = phase_number(self.plan(), group).filter(|_| before != on) else { return };
        let on_foot = self.plan().groups().get(usize::from(group)).is_some_and(|g| g.is_pedestrian());
        self.journal.event(at, codes[usize::from(on_foot)][usize::from(!on)], phase, Reason::Command);
    }

    fn take_command(&mut self, at: Millis, command: Command) {
        let journal = &mut self.journal;
        match command {
            Command::Flash(on) => {
                self.commanded = on;
                self.kernel.flash_for(self.flashes, on);
            }
            Command::Hold { group, on } => self.hold(at, group, on),
            Command::Stage { stage, on } => self.control(at, stage, on),
            Command::Omit { group, on } => {
                let [_, before] = self.kernel.commanded(group);
                self.kernel.omit(group, on);
                let codes = [[code::OMIT, code::OMIT_END], [code::PED_OMIT, code::PED_OMIT_END]];
                self.tell_of_group(at, group, before, on, codes);
            }
            Command::ForceOff { group } => self.kernel.force_off(group),
            Command::Call { group } => call_once(&mut self.group_calls, &mut self.kernel, group, journal),
            Command::Preempt { preempt, on } => {
                self.kernel.preempt(preempt, on, at, journal);
            }
            Command::Pattern(number) => self.choice = Choice::Pattern(number),
            Command::Free => self.choice = Choice::Free,
            Command::Calendar => self.choice = Choice::Calendar,
            Command::Clock(clock) => self.clock = Some((clock, at)),
            Command::SelfCheck { passed } => self.kernel.self_check(passed, at, journal),
            Command::Fault => self.kernel.fault(at, journal),
            Command::Reset => self.kernel.reset(at, journal),
        }
    }

    fn hold(&mut self, at: Millis, group: u16, on: bool) {
        let before = self.kernel.holds(group);
        self.kernel.hold(group, on);
        self.tell_of_hold(at, group, before);
    }

    fn tell_of_hold(&mut self, at: Millis, group: u16, before: bool) {
        let now = self.kernel.holds(group);
        self.tell_of_group(at, group, before, now, [[code::HOLD, code::HOLD_END]; 2]);
    }

    /// Manual control of a stage begins or ends.
    fn control(&mut self, at: Millis, stage: u16, on: bool) {
        let known = usize::from(stage) < self.plan().stages().len();
        if !known || on == (self.manual == Some(stage)) {
            return;
        }
        let groups = 0..number(self.lamps.len());
        let before: Vec<bool> = groups.clone().map(|group| self.kernel.holds(group)).collect();
        self.manual = on.then_some(stage);
        self.kernel.control(self.manual);
        groups.zip(before).for_each(|(group, before)| self.tell_of_hold(at, group, before));
    }

    /// The pattern in force at `at`: the commanded one, else the calendar's, else the first of the plan.
    fn choose_pattern(&mut self, at: Millis) {
        let spec = self.kernel.plan().spec();
        let find = |name: &str| spec.patterns.iter().position(|p| p.name == name).and_then(|i| u16::try_from(i).ok());
        let first = (!spec.patterns.is_empty()).then_some(0);
        let mut flashes = false;
        let pattern = match self.choice {
            Choice::Pattern(number) if usize::from(number) < spec.patterns.len() => Some(number),
            Choice::Pattern(_) | Choice::Free => None,
            Choice::Calendar => {
                match self.clock.and_then(|(clock, since)| spec.calendar.action(&clock.after(at - since))) {
                    Some(DayAction::Pattern(name)) => find(name),
                    Some(DayAction::Free) => None,
                    Some(DayAction::Flash) => {
                        flashes = true;
                        None
                    }
                    None => first,
                }
            }
        };
        if pattern != self.pattern {
            self.pattern = pattern;
            let number = pattern.map_or(0, |p| p.saturating_add(1));
            let reason = if self.choice == Choice::Calendar { Reason::Calendar } else { Reason::Command };
            self.journal.event(at, code::PATTERN, number, reason);
        }
        if flashes != self.flashes {
            self.flashes = flashes;
            self.kernel.flash_for(flashes, self.commanded);
        }
    }

    /// Asks the strategy at `at`.
    fn decide(&mut self, at: Millis) {
        let midnight = self.midnight(at);
        let plan = self.kernel.plan();
        let pattern = self.pattern.and_then(|p| plan.spec().patterns.get(usize::from(p)));
        if let Some(traffic) = &mut self.traffic {
            traffic.advance(plan, at, &self.lamps);
        }
        let (detectors, calls, traffic) = (&self.detectors, &self.group_calls, self.traffic.as_ref());
        let (lamps, changed) = (&self.lamps, self.changed);
        let view = View { plan, pattern, midnight, detectors, calls, traffic, lamps, changed };
        let decision = self.strategy.decide(at, &view);
        // Time must go on even if the strategy says "now".
        self.next = decision.next.max(at + Millis(1));
        let request = self.manual.map_or(decision.request, |stage| Request::Stage(usize::from(stage)));
        if !self.kernel.request(request, at) {
            self.refused = self.refused.saturating_add(1);
        }
        let (kernel, journal) = (&mut self.kernel, &mut self.journal);
        // Under manual control, and while it flashes, no green ends for the strategy's reasons, and no ring goes on.
        let silent = self.manual.is_some() || kernel.mode() == Mode::Flash;
        let is_end = |code| matches!(code, code::GAP_OUT | code::MAX_OUT | code::FORCE_OFF | code::BARRIER);
        self.strategy.report(&mut |code, parameter| {
            if !(silent && is_end(code)) {
                kernel.note(at, code, parameter, journal);
            }
        });
        self.wakes = self.strategy.wakes();
    }

    /// Shows strategies what the lamps show. Returns whether that has changed.
    fn look_at_lamps(&mut self, at: Millis) -> bool {
        let news = self.kernel.news();
        if news.is_empty() {
            return false;
        }
        news.iter().for_each(|g| self.lamps[g] = self.kernel.lamp(g));
        self.changed = at;
        let opened = self.group_calls.look(at, &self.lamps, news);
        self.kernel.forget_news();
        if opened {
            self.detectors.look(at, self.group_calls.open());
        }
        self.tell_of_health(at);
        self.tell_of_calls();
        true
    }
}

/// A group is called once, and that is remembered.
fn call_once(calls: &mut GroupCalls, kernel: &mut Kernel, group: u16, journal: &mut Journal) {
    calls.call(group);
    kernel.call(group, true, true, journal);
    kernel.call(group, false, true, journal);
}
