//! The controller of one cabinet: detector edges in, lamp changes out.
//!
//! ```text
//!  handle_detector ──▶ edges waiting for their time ──▶ detector bank ──┐ view
//!                                                                       ▼
//!  advance(now) ──────▶ each due moment, in order ─────────────────▶ strategy ──▶ request
//!                                                                                    │
//!  poll_output ◀────── changes with their exact times ◀────── lamps ◀────────────────┘
//!  poll_at     ◀────── the next due moment
//! ```
//!
//! # Calling contract
//! Every method is of one kind:
//! 1. [`start`](Controller::start), once: every group's lamp becomes an output.
//! 2. `handle_*`: an input. It is queued; nothing else happens until time advances.
//! 3. [`advance`](Controller::advance): time reaches `now`. All that is due happens in order of time.
//! 4. `poll_*`: [`poll_output`](Controller::poll_output) until it returns `None`, then
//!    [`poll_at`](Controller::poll_at) for when to advance at the latest.
//! 5. Getters, [`save`](Controller::save) and [`load`](Controller::load), at any time.
//!
//! # Time
//! The controller reads no clock; time is what the caller says, and it never runs backwards: an `advance` to an
//! earlier time does nothing. Hand edges in before time advances past them and the outputs do not depend on how often
//! `advance` is called. An edge that comes too late still counts with its own time, and the strategy sees it at the
//! time reached before.

use alloc::{boxed::Box, collections::VecDeque, string::String, sync::Arc, vec, vec::Vec};

use crate::{DetectorBank, DetectorEvent, Lamp, Millis, Program, Strategy, View};

mod checkpoint;

/// One group shows another lamp.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct LampChange {
    /// From when on.
    pub at: Millis,
    /// Which group: an index into the lamps of the program's steps.
    pub group: u16,
    /// What it shows.
    pub lamp: Lamp,
}

/// A program, a strategy and the detectors of one cabinet. The [crate] documents its calling contract.
#[derive(Debug)]
pub struct Controller {
    program: Arc<Program>,
    strategy: Box<dyn Strategy>,
    detectors: DetectorBank,
    lamps: Vec<Lamp>,
    /// The time reached; `None` until the start.
    now: Option<Millis>,
    /// When the strategy wants to be asked at the latest.
    next: Millis,
    /// How many requests did not fit the program.
    refused: u32,
    /// Edges whose time has not come, in order of time; of one time, in order of arrival.
    edges: VecDeque<DetectorEvent>,
    outputs: VecDeque<LampChange>,
}

/// A strategy that is asked this much too late is asked for the present only: the caller's clock jumped, and replaying
/// years of a cycle would take all memory.
const LONGEST_REPLAY: Millis = Millis(3_600_000);

impl Controller {
    /// A controller that shows red everywhere until its start.
    pub fn new(program: impl Into<Arc<Program>>, strategy: Box<dyn Strategy>, detectors: u16) -> Self {
        let program = program.into();
        let groups = program.groups();
        Self {
            strategy,
            detectors: DetectorBank::new(detectors),
            lamps: vec![Lamp::Red; groups],
            now: None,
            next: Millis::NEVER,
            refused: 0,
            edges: VecDeque::with_capacity(2 * usize::from(detectors)),
            outputs: VecDeque::with_capacity(2 * groups),
            program,
        }
    }

    /// Establishes the lamps at `now`: every group's becomes an output. A second start states every group again (for a
    /// lamp driver that lost them); one at an earlier time does nothing.
    pub fn start(&mut self, now: Millis) {
        if self.now.is_some_and(|reached| now < reached) {
            return;
        }
        self.advance(now);
        if self.now.is_none() {
            self.decide(now);
        }
        self.outputs.retain(|change| change.at < now);
        let stated = (0..u16::MAX).zip(&self.lamps).map(|(group, &lamp)| LampChange { at: now, group, lamp });
        self.outputs.extend(stated);
    }

    /// Takes in an edge of a detector. Returns whether there is such a detector; if not, the edge is dropped.
    pub fn handle_detector(&mut self, event: DetectorEvent) -> bool {
        if usize::from(event.detector) >= self.detectors.len() {
            return false;
        }
        // Edges come almost in order: the place is at or near the end.
        let after = self.edges.iter().rev().take_while(|queued| queued.at > event.at).count();
        self.edges.insert(self.edges.len() - after, event);
        true
    }

    /// Lets time reach `now`: all deadlines and edges up to and including `now` happen, in order, each at its own
    /// time. Does nothing before the start, or if `now` is earlier than the time reached.
    ///
    /// If the strategy should have been asked more than an hour before `now`, it is asked once, at `now`.
    pub fn advance(&mut self, now: Millis) {
        let Some(reached) = self.now else { return };
        if now < reached {
            return;
        }
        if now - self.next > LONGEST_REPLAY {
            self.decide(now);
        }
        loop {
            let due = self.poll_at();
            if due > now || due == Millis::NEVER {
                break;
            }
            self.decide(due);
        }
        self.now = Some(now);
    }

    /// The next lamp change, in order of time and then of group.
    pub fn poll_output(&mut self) -> Option<LampChange> {
        self.outputs.pop_front()
    }

    /// When to advance at the latest, unless an input comes first. [`Millis::NEVER`] before the start.
    pub fn poll_at(&self) -> Millis {
        let Some(reached) = self.now else { return Millis::NEVER };
        let edge = self.edges.front().map_or(Millis::NEVER, |event| event.at);
        self.next.min(edge).max(reached)
    }

    /// Asks the strategy at `at`, with all edges up to then in the bank.
    fn decide(&mut self, at: Millis) {
        while let Some(event) = self.edges.pop_front_if(|event| event.at <= at) {
            self.detectors.handle(event);
        }
        self.now = Some(at);
        let view = View { program: &self.program, detectors: &self.detectors, lamps: &self.lamps };
        let decision = self.strategy.decide(at, &view);
        // Time must go on even if the strategy says "now".
        self.next = decision.next.max(at + Millis(1));
        // The one place where a request becomes lamps.
        match decision.request.lamps(&self.program) {
            None => self.refused = self.refused.saturating_add(1),
            Some(wanted) => {
                for (group, (shown, &lamp)) in (0..u16::MAX).zip(self.lamps.iter_mut().zip(wanted)) {
                    if *shown != lamp {
                        *shown = lamp;
                        self.outputs.push_back(LampChange { at, group, lamp });
                    }
                }
            }
        }
    }
}

impl Controller {
    /// What each group shows at the time reached.
    pub fn lamps(&self) -> &[Lamp] {
        &self.lamps
    }

    /// The program.
    pub fn program(&self) -> &Program {
        &self.program
    }

    /// The detectors, as the strategy saw them last.
    pub const fn detectors(&self) -> &DetectorBank {
        &self.detectors
    }

    /// The name of the strategy.
    pub fn strategy(&self) -> &'static str {
        self.strategy.name()
    }

    /// The time reached; `None` before the start.
    pub const fn now(&self) -> Option<Millis> {
        self.now
    }

    /// How many requests of the strategy did not fit the program; the lamps stayed as they were.
    pub const fn refused(&self) -> u32 {
        self.refused
    }

    /// The strategy's last decision and its reason.
    pub fn explain(&self) -> String {
        self.strategy.explain()
    }
}
