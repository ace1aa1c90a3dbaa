//! Events in words.

use alloc::{format, string::String};

use super::{Event, code, flash, subjects};
use crate::plan::Plan;

/// The states of coordination by their numbers.
const COORDINATION: [&str; 7] = ["free", "in step", "longer cycles", "shorter cycles", "dwell", "local zero", "pickup"];

impl Event {
    /// What happened in words: the event, of whom, and why.
    pub fn words(&self, plan: &Plan) -> String {
        format!("{}, {}", self.what(plan), self.reason.words(plan))
    }

    /// What happened in words: the event, and of whom.
    pub fn what(&self, plan: &Plan) -> String {
        let n = self.parameter;
        let group = || subjects::name(plan, n);
        let overlap = || subjects::overlap_name(plan, n);
        let preempt = || {
            let preempt = plan.spec().preempts.get(usize::from(n.saturating_sub(1)));
            format!("preemption '{}'", preempt.map_or("?", |p| p.name.as_str()))
        };
        match self.code {
            code::PHASE_ON => format!("{}: on", group()),
            code::GREEN => format!("{}: green", group()),
            code::MIN_COMPLETE => format!("{}: least green over", group()),
            code::GAP_OUT => format!("{}: gap-out, nobody extends its green any more", group()),
            code::MAX_OUT => format!("{}: max-out, its greatest green is reached while others wait", group()),
            code::FORCE_OFF => format!("{}: force-off", group()),
            code::GREEN_END => format!("{}: end of green", group()),
            code::YELLOW => format!("{}: yellow", group()),
            code::YELLOW_END => format!("{}: end of yellow", group()),
            code::RED_CLEARANCE => format!("{}: red clearance", group()),
            code::RED_CLEARANCE_END => format!("{}: end of red clearance", group()),
            code::PHASE_OFF => format!("{}: red", group()),
            code::WALK => format!("{}: walk", group()),
            code::CLEARANCE => format!("{}: flashing don't walk", group()),
            code::DONT_WALK => format!("{}: don't walk", group()),
            code::FYA => format!("{}: flashing yellow", subjects::arrow_name(plan, n)),
            code::FYA_END => format!("{}: end of flashing yellow", subjects::arrow_name(plan, n)),
            code::HOLD => format!("{}: held", group()),
            code::HOLD_END => format!("{}: no longer held", group()),
            code::OMIT => format!("{}: omitted", group()),
            code::OMIT_END => format!("{}: no longer omitted", group()),
            code::PED_OMIT => format!("{}: its people on foot are omitted", group()),
            code::PED_OMIT_END => format!("{}: its people on foot are no longer omitted", group()),
            code::CALL => format!("{}: called", group()),
            code::PED_CALL => format!("{}: called by people on foot", group()),
            code::CALL_DROPPED => format!("{}: no longer called", group()),
            code::OVERLAP_GREEN => format!("{}: green", overlap()),
            code::OVERLAP_TRAILING => format!("{}: trailing green, its phases have ended", overlap()),
            code::OVERLAP_YELLOW => format!("{}: yellow", overlap()),
            code::OVERLAP_RED => format!("{}: red clearance", overlap()),
            code::OVERLAP_OFF => format!("{}: red", overlap()),
            code::DETECTOR_OFF => format!("detector {n}: off"),
            code::DETECTOR_ON => format!("detector {n}: on"),
            code::DETECTOR_RESTORED => format!("detector {n}: to be believed again"),
            code::DETECTOR_OTHER => format!("detector {n}: broken, its pulses are too short"),
            code::DETECTOR_WATCHDOG => format!("detector {n}: broken, it sees nobody"),
            code::DETECTOR_OPEN => format!("detector {n}: broken, nothing comes over its channel"),
            code::DETECTOR_SHORT => format!("detector {n}: broken, it is on for too long"),
            code::DETECTOR_ERRATIC => format!("detector {n}: broken, it goes on too often"),
            code::BUTTON_OFF => format!("push button {n}: off"),
            code::BUTTON_ON => format!("push button {n}: on"),
            code::BUTTON_FAILED => format!("push button {n}: broken"),
            code::BUTTON_RESTORED => format!("push button {n}: to be believed again"),
            code::PREEMPT_ON => format!("{}: input on", preempt()),
            code::PREEMPT_OFF => format!("{}: input off", preempt()),
            code::PREEMPT_ENTRY => format!("{}: takes over", preempt()),
            code::PREEMPT_TRACK => format!("{}: clears the tracks", preempt()),
            code::PREEMPT_DWELL => format!("{}: dwells", preempt()),
            code::PREEMPT_MAX => format!("{}: input on for too long, ignored", preempt()),
            code::PREEMPT_EXIT => format!("{}: ends", preempt()),
            code::BARRIER => format!("barrier {n} is crossed"),
            code::MAX_1 => format!("{}: max 1 in force", group()),
            code::MAX_2 => format!("{}: max 2 in force", group()),
            code::DYNAMIC_MAX => format!("{}: dynamic max in force", group()),
            code::DYNAMIC_MAX_UP => format!("{}: dynamic max raised", group()),
            code::DYNAMIC_MAX_DOWN => format!("{}: dynamic max lowered", group()),
            code::CYCLE => format!("cycle of {n} s"),
            code::OFFSET => format!("offset of {n} s"),
            134..=149 => format!("split {}: {n} s", self.code - 133),
            code::COORDINATION => format!("coordination: {}", COORDINATION.get(usize::from(n)).unwrap_or(&"?")),
            code::YIELD => format!("{}: yield point", group()),
            code::COORDINATED => format!("{}: coordinated green begins", group()),
            code::PATTERN => format!("pattern {n}"),
            code::FLASH if n == flash::NONE => "flashing ends".into(),
            code::FLASH => "flashing".into(),
            code::ALARM => match n {
                1 => "cycle fault".into(),
                2 => "the monitor tripped".into(),
                4 => "blind, no detector of too many lanes is believed: what the strategy falls back to decides".into(),
                5 => "no longer blind: the strategy decides again".into(),
                _ => "the self-check failed".into(),
            },
            code::POWER => "power on".into(),
            other => format!("event {other} ({n})"),
        }
    }
}
