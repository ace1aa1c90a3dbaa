//! The event log: what happened, when, and why.
//!
//! Terms
//! - **event code**: a number of the Indiana high-resolution enumerations (Purdue, 2012; revised 2020), which the
//!   tools for performance measures read. Times are kept to the millisecond; logs are written to 0.1 s.
//! - **parameter**: of which group, detector or preemption. Groups and detectors count from 1 in event logs and from 0
//!   everywhere else. A plan without rings has no phases: its groups stand in the place of phases.
//! - **reason**: why a lamp changed, in words for a traffic engineer.

use alloc::{format, string::String};

use crate::{Millis, plan::Plan};

/// Something happened.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Event {
    /// When.
    pub at: Millis,
    /// What, as a number of the Indiana enumerations: see [`code`].
    pub code: u8,
    /// To whom: from 1.
    pub parameter: u16,
    /// Why.
    pub reason: Reason,
}

/// Event codes (Indiana high-resolution enumerations). Nothing writes [`MIN_COMPLETE`](code::MIN_COMPLETE),
/// [`FORCE_OFF`](code::FORCE_OFF) and the overlap codes yet: overlaps are logged as the groups they are.
pub mod code {
    /// Phase on: the group is called to service (its red-yellow or green begins).
    pub const PHASE_ON: u8 = 0;
    /// Begin of green.
    pub const GREEN: u8 = 1;
    /// The least green is over.
    pub const MIN_COMPLETE: u8 = 3;
    /// The green ends because nobody extends it any more (gap-out).
    pub const GAP_OUT: u8 = 4;
    /// The green ends because its greatest length is reached while others wait (max-out).
    pub const MAX_OUT: u8 = 5;
    /// The green ends because the coordination, a fixed plan or a command ends it (force-off).
    pub const FORCE_OFF: u8 = 6;
    /// End of green.
    pub const GREEN_END: u8 = 7;
    /// Begin of yellow.
    pub const YELLOW: u8 = 8;
    /// End of yellow.
    pub const YELLOW_END: u8 = 9;
    /// Begin of red clearance.
    pub const RED_CLEARANCE: u8 = 10;
    /// Red: the phase is inactive.
    pub const PHASE_OFF: u8 = 12;
    /// People on foot: begin of walk.
    pub const WALK: u8 = 21;
    /// People on foot: begin of the clearance.
    pub const CLEARANCE: u8 = 22;
    /// People on foot: begin of don't walk.
    pub const DONT_WALK: u8 = 23;
    /// A flashing yellow arrow begins.
    pub const FYA: u8 = 32;
    /// A flashing yellow arrow ends.
    pub const FYA_END: u8 = 33;
    /// A call comes.
    pub const CALL: u8 = 43;
    /// A call is dropped.
    pub const CALL_DROPPED: u8 = 44;
    /// Overlap: begin of green.
    pub const OVERLAP_GREEN: u8 = 61;
    /// Overlap: begin of yellow.
    pub const OVERLAP_YELLOW: u8 = 63;
    /// Overlap: begin of red clearance.
    pub const OVERLAP_RED: u8 = 64;
    /// A detector goes off.
    pub const DETECTOR_OFF: u8 = 81;
    /// A detector goes on.
    pub const DETECTOR_ON: u8 = 82;
    /// A preemption's input goes on.
    pub const PREEMPT_ON: u8 = 102;
    /// A preemption's input goes off.
    pub const PREEMPT_OFF: u8 = 104;
    /// A preemption takes over.
    pub const PREEMPT_ENTRY: u8 = 105;
    /// A preemption clears the tracks.
    pub const PREEMPT_TRACK: u8 = 106;
    /// A preemption dwells.
    pub const PREEMPT_DWELL: u8 = 107;
    /// A preemption's input was on for too long and is ignored.
    pub const PREEMPT_MAX: u8 = 110;
    /// A preemption ends.
    pub const PREEMPT_EXIT: u8 = 111;
    /// Another pattern is in force.
    pub const PATTERN: u8 = 131;
    /// The unit begins or ends to flash: 1 to 3 as reasons to flash (fault, command, start-up), 0 for its end.
    pub const FLASH: u8 = 173;
    /// An alarm: a cycle fault (1), a monitor trip (2), a failed self-check (3).
    pub const ALARM: u8 = 175;
    /// The power came back: the unit starts.
    pub const POWER: u8 = 184;
}

/// What a strategy asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Asked {
    /// Nothing yet.
    #[default]
    Nothing,
    /// A step of the program, from 0.
    Step(u32),
    /// Lamps of its own.
    Lamps,
    /// A stage, from 0.
    Stage(u32),
    /// Phases: bit n − 1 for phase n.
    Phases(u32),
}

/// Why something happened.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Reason {
    /// It was reported from outside.
    Reported,
    /// The strategy asked for it.
    Requested(Asked),
    /// The strategy decided so.
    Decided,
    /// Its time is over.
    Over,
    /// It was asked for before and waited for the intergreen after a group.
    After {
        /// The group that had to clear.
        group: u16,
    },
    /// It gives way to a group that opens, or no longer has to.
    GivesWay {
        /// That group.
        to: u16,
    },
    /// It ends together with a left turn that gives way to it, so that nobody is caught by a yellow trap.
    Trap {
        /// The left turn.
        with: u16,
    },
    /// People on foot had their leading interval.
    Lead {
        /// Their group.
        group: u16,
    },
    /// A preemption is in force.
    Preempt {
        /// Which, from 0.
        preempt: u16,
    },
    /// A command from outside.
    Command,
    /// The calendar, or the plan's first pattern where it has none.
    Calendar,
    /// A group has waited too long: the plan's own sequence runs.
    CycleFault {
        /// The group.
        group: u16,
    },
    /// The unit starts.
    StartUp,
    /// A fault: the unit flashes.
    Fault,
}

impl Asked {
    fn words(self, plan: &Plan) -> String {
        match self {
            Self::Nothing => "nothing was asked for".into(),
            Self::Step(step) => format!("the strategy asked for step {step} of the program"),
            Self::Lamps => "the strategy asked for it".into(),
            Self::Stage(stage) => {
                let stage = plan.stages().get(stage as usize);
                format!("the strategy asked for stage '{}'", stage.map_or("?", |s| s.name.as_str()))
            }
            Self::Phases(phases) => {
                let mut text = String::from("the strategy asked for phases");
                for n in (1..=32u32).filter(|n| phases >> (n - 1) & 1 == 1) {
                    text += &format!(" {n}");
                }
                text
            }
        }
    }
}

impl Reason {
    /// The reason in words, with the names of the plan's groups.
    pub fn words(self, plan: &Plan) -> String {
        let name = |g: u16| plan.groups().get(usize::from(g)).map_or("?", |g| g.name.as_str());
        match self {
            Self::Reported => "reported".into(),
            Self::Requested(asked) => asked.words(plan),
            Self::Decided => "the strategy decided so".into(),
            Self::Over => "its time is over".into(),
            Self::After { group } => format!("was asked for and waited until '{}' had cleared", name(group)),
            Self::GivesWay { to } => format!("because of '{}', to which it gives way", name(to)),
            Self::Trap { with } => {
                format!("ends together with '{}', which gives way to it (yellow trap)", name(with))
            }
            Self::Lead { group } => format!("people on foot of '{}' had their lead", name(group)),
            Self::Preempt { preempt } => {
                let preempts = &plan.spec().preempts;
                format!("preemption '{}'", preempts.get(usize::from(preempt)).map_or("?", |p| p.name.as_str()))
            }
            Self::Command => "a command from outside".into(),
            Self::Calendar => "the calendar".into(),
            Self::CycleFault { group } => {
                format!("'{}' had waited too long: the plan's own sequence runs (cycle fault)", name(group))
            }
            Self::StartUp => "start-up".into(),
            Self::Fault => "a fault".into(),
        }
    }
}

impl Event {
    /// What happened in words: the event, of whom, and why.
    pub fn words(&self, plan: &Plan) -> String {
        let n = self.parameter;
        let group = || {
            let group = plan.groups().get(usize::from(n.saturating_sub(1)));
            format!("group '{}'", group.map_or("?", |g| g.name.as_str()))
        };
        let preempt = || {
            let preempt = plan.spec().preempts.get(usize::from(n.saturating_sub(1)));
            format!("preemption '{}'", preempt.map_or("?", |p| p.name.as_str()))
        };
        let what = match self.code {
            code::PHASE_ON => format!("{}: on", group()),
            code::GREEN => format!("{}: green", group()),
            code::MIN_COMPLETE => format!("{}: least green over", group()),
            code::FORCE_OFF => format!("{}: green is ended", group()),
            code::GREEN_END => format!("{}: end of green", group()),
            code::YELLOW => format!("{}: yellow", group()),
            code::YELLOW_END => format!("{}: end of yellow", group()),
            code::RED_CLEARANCE => format!("{}: red clearance", group()),
            code::PHASE_OFF => format!("{}: red", group()),
            code::WALK => format!("{}: walk", group()),
            code::CLEARANCE => format!("{}: flashing don't walk", group()),
            code::DONT_WALK => format!("{}: don't walk", group()),
            code::FYA => format!("{}: flashing yellow arrow", group()),
            code::FYA_END => format!("{}: end of the flashing yellow arrow", group()),
            code::CALL => format!("{}: called", group()),
            code::CALL_DROPPED => format!("{}: no longer called", group()),
            code::OVERLAP_GREEN => format!("{}: overlap green", group()),
            code::OVERLAP_YELLOW => format!("{}: overlap yellow", group()),
            code::OVERLAP_RED => format!("{}: overlap red clearance", group()),
            code::DETECTOR_OFF => format!("detector {n}: off"),
            code::DETECTOR_ON => format!("detector {n}: on"),
            code::PREEMPT_ON => format!("{}: input on", preempt()),
            code::PREEMPT_OFF => format!("{}: input off", preempt()),
            code::PREEMPT_ENTRY => format!("{}: takes over", preempt()),
            code::PREEMPT_TRACK => format!("{}: clears the tracks", preempt()),
            code::PREEMPT_DWELL => format!("{}: dwells", preempt()),
            code::PREEMPT_MAX => format!("{}: input on for too long, ignored", preempt()),
            code::PREEMPT_EXIT => format!("{}: ends", preempt()),
            code::PATTERN => format!("pattern {n}"),
            code::FLASH if n == 0 => "flashing ends".into(),
            code::FLASH => "flashing".into(),
            code::ALARM => match n {
                1 => "cycle fault".into(),
                2 => "the monitor tripped".into(),
                _ => "the self-check failed".into(),
            },
            code::POWER => "power on".into(),
            other => format!("event {other} ({n})"),
        };
        format!("{what}, {}", self.reason.words(plan))
    }
}
