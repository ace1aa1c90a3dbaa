//! The controller as a whole: it starts up, runs, or flashes.
//!
//! ```text
//!   Dark ──start──▶ StartFlash ──self-check passed──▶ StartYellow ──▶ AllRed ──▶ Normal
//!     └──start, no start-up times──────────────────────────────────────────────▶ Normal
//!   any ──fault, failed self-check──▶ Flash      Normal ──command──▶ (all end, red for the intergreen) ──▶ Flash
//!   Flash ──reset, command──▶ AllRed ──▶ Normal      Flash ──reset, never passed a self-check──▶ StartFlash
//! ```

use super::{
    journal::{Journal, Latch},
    rules::SHOWN_RED,
};
use crate::{
    Lamp, Millis,
    log::{Reason, code, flash},
    plan::{Group, GroupKind, StartUp},
};

/// What the controller as a whole does.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Mode {
    /// Before the start.
    #[default]
    Dark,
    /// It flashes until it knows that its lamps are in order (RSMP: `e`).
    StartFlash,
    /// Yellow after the flashing (RSMP: `f`).
    StartYellow,
    /// Red everywhere before normal operation (RSMP: `g`).
    AllRed,
    /// Requests are served.
    Normal,
    /// It flashes, by command or because of a fault.
    Flash,
}

impl Mode {
    pub(super) const ALL: [Self; 6] =
        [Self::Dark, Self::StartFlash, Self::StartYellow, Self::AllRed, Self::Normal, Self::Flash];
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Unit {
    pub mode: Mode,
    pub since: Millis,
    /// Until when, if time alone ends the mode.
    pub until: Millis,
    pub start_up: StartUp,
    /// A fault is latched.
    pub fault: bool,
    /// Somebody wants it to flash.
    pub commanded: bool,
    /// Who wanted it last: the calendar, or else a command. What is saved does not have it: the controller knows.
    pub by_calendar: bool,
    /// The lamps were found to be in order.
    pub checked: bool,
}

impl super::Kernel {
    /// It flashes if the calendar or a command wants it. Who wanted it last is told with its end, too.
    pub(crate) fn flash_for(&mut self, calendar: bool, command: bool) {
        self.flash(calendar || command);
        if calendar || command {
            self.set_by_calendar(!command);
        }
    }

    /// Whether the calendar alone wants it to flash, for the log: by itself a kernel knows commands only.
    pub(crate) fn set_by_calendar(&mut self, by_calendar: bool) {
        self.unit.by_calendar = by_calendar;
    }
}

impl Unit {
    pub const fn mode(&self) -> Mode {
        self.mode
    }

    /// Power on.
    pub fn start(&mut self, start_up: StartUp, now: Millis, journal: &mut Journal) {
        self.start_up = start_up;
        let at_once = !self.has_start_up() && !self.fault;
        self.enter(
            if self.fault {
                Mode::Flash
            } else if at_once {
                Mode::Normal
            } else {
                Mode::StartFlash
            },
            now,
        );
        self.until = now + start_up.flash;
        match self.mode {
            Mode::Flash => journal.event(now, code::FLASH, flash::FAULT, Reason::Fault),
            Mode::StartFlash => journal.event(now, code::FLASH, flash::START_UP, Reason::StartUp),
            _ => {}
        }
    }

    /// Whether it starts with a self-check.
    fn has_start_up(&self) -> bool {
        self.start_up != StartUp::default()
    }

    fn enter(&mut self, mode: Mode, now: Millis) {
        self.mode = mode;
        self.since = now;
        self.until = Millis::NEVER;
    }

    pub fn command(&mut self, flash: bool) {
        self.commanded = flash;
    }

    /// Who wants it to flash, or wanted it last.
    pub const fn wanted_by(&self) -> Reason {
        if self.by_calendar { Reason::Calendar } else { Reason::Command }
    }

    pub fn self_check(&mut self, passed: bool, now: Millis, journal: &mut Journal) {
        self.checked = passed;
        if !passed {
            journal.event(now, code::ALARM, 3, Reason::Fault);
            self.fault(now, journal);
        }
    }

    pub fn fault(&mut self, now: Millis, journal: &mut Journal) {
        if !self.fault {
            self.fault = true;
            journal.latch(now, Latch::Flash);
        }
        if self.mode != Mode::Flash && self.mode != Mode::Dark {
            self.enter(Mode::Flash, now);
            journal.event(now, code::FLASH, flash::FAULT, Reason::Fault);
        }
    }

    pub fn reset(&mut self, now: Millis, journal: &mut Journal) {
        if self.fault {
            self.fault = false;
            journal.latch(now, Latch::None);
        }
    }

    /// Whether all greens are to end because it is going to flash.
    pub const fn clears(&self) -> bool {
        matches!(self.mode, Mode::Normal) && self.commanded
    }

    /// Goes on when time or commands say so. `idle`: nothing is green or yellow.
    pub fn advance(&mut self, longest_intergreen: Millis, idle: bool, now: Millis, journal: &mut Journal) {
        let least = |shown: Millis| self.start_up.all_red.max(longest_intergreen - shown).max(SHOWN_RED);
        // Yellow counts for those who were inside when the flashing ended.
        let (after_yellow, all_red) = (least(self.start_up.yellow), least(Millis(0)));
        loop {
            match self.mode {
                Mode::StartFlash if self.checked && now >= self.until => {
                    journal.event(now, code::FLASH, flash::NONE, Reason::StartUp);
                    self.enter(Mode::StartYellow, now);
                    self.until = now + self.start_up.yellow;
                }
                Mode::StartYellow if now >= self.until => {
                    self.enter(Mode::AllRed, now);
                    self.until = now + after_yellow;
                }
                Mode::AllRed if self.commanded => self.flash(now, journal),
                Mode::AllRed if now >= self.until => self.enter(Mode::Normal, now),
                Mode::Normal if self.commanded && idle => self.flash(now, journal),
                // Whoever resets the faults has not tested the lamps.
                Mode::Flash if !self.fault && !self.checked && self.has_start_up() => {
                    self.enter(Mode::StartFlash, now);
                    self.until = now + self.start_up.flash;
                    journal.event(now, code::FLASH, flash::START_UP, Reason::StartUp);
                }
                Mode::Flash if !self.fault && !self.commanded => {
                    journal.event(now, code::FLASH, flash::NONE, self.wanted_by());
                    self.enter(Mode::AllRed, now);
                    self.until = now + all_red;
                }
                _ => return,
            }
        }
    }

    fn flash(&mut self, now: Millis, journal: &mut Journal) {
        self.enter(Mode::Flash, now);
        journal.event(now, code::FLASH, flash::AUTOMATIC, self.wanted_by());
    }

    /// When time alone changes the mode.
    pub const fn next(&self) -> Millis {
        match self.mode {
            Mode::StartFlash | Mode::StartYellow | Mode::AllRed => self.until,
            Mode::Dark | Mode::Normal | Mode::Flash => Millis::NEVER,
        }
    }

    /// Why the lamps change with the mode.
    pub const fn reason(&self) -> Reason {
        match self.mode {
            Mode::Flash if self.fault => Reason::Fault,
            Mode::Flash => self.wanted_by(),
            _ => Reason::StartUp,
        }
    }

    /// What a group shows, unless it is served. Arrows and people on foot have nothing to flash.
    pub const fn lamp(&self, group: &Group) -> Option<Lamp> {
        let circular = matches!(group.kind, GroupKind::Vehicle | GroupKind::Bicycle | GroupKind::Bus);
        match self.mode {
            Mode::Normal => None,
            Mode::Dark => Some(Lamp::Off),
            Mode::StartFlash | Mode::Flash => Some(if circular { Lamp::Flashing } else { Lamp::Off }),
            Mode::StartYellow => Some(if circular { Lamp::Yellow } else { Lamp::Red }),
            Mode::AllRed => Some(Lamp::Red),
        }
    }
}
