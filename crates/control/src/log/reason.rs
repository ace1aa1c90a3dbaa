//! Why something happened, in words for a traffic engineer.

use alloc::{format, string::String};

use crate::plan::Plan;

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
    /// The diagnostics of its detector say so.
    Diagnosed,
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
            Self::Diagnosed => "as its diagnostics say".into(),
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
