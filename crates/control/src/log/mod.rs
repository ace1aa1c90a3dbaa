//! The event log: what happened, when, and why.
//!
//! Terms
//! - **event code**: a number of the Indiana high-resolution enumerations (Purdue, 2012; revised 2020), which the
//!   tools for performance measures read. Times are kept to the millisecond; logs are written to 0.1 s.
//! - **parameter**: of which phase, overlap, flashing yellow arrow, detector or preemption; detectors and push buttons
//!   count together, from 1 in event logs and from 0 everywhere else. A plan without rings has no phases: its groups, from 1, stand in the place of phases.
//! - **reason**: why a lamp changed, in words for a traffic engineer.

mod phases;
mod reason;
mod subjects;
mod words;

pub(crate) use self::phases::{Phases, Seen};
pub use self::reason::{Asked, Reason};
pub use self::subjects::{arrow_number, lamps_of_phases, phase_number};
use crate::Millis;

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

/// Event codes (Indiana high-resolution enumerations).
pub mod code {
    /// Phase on: the group is called to service (its red-yellow or green begins).
    pub const PHASE_ON: u8 = 0;
    /// Begin of green.
    pub const GREEN: u8 = 1;
    /// The least green is over: that of its groups, or the phase's own (`actuation`) where that is longer.
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
    /// End of red clearance.
    pub const RED_CLEARANCE_END: u8 = 11;
    /// Red: the phase is inactive.
    pub const PHASE_OFF: u8 = 12;
    /// People on foot: begin of walk.
    pub const WALK: u8 = 21;
    /// People on foot: begin of the clearance.
    pub const CLEARANCE: u8 = 22;
    /// People on foot: begin of don't walk.
    pub const DONT_WALK: u8 = 23;
    /// All rings cross a barrier: the number of the one they leave the section by.
    pub const BARRIER: u8 = 31;
    /// A flashing yellow arrow begins: its number among those of the plan.
    pub const FYA: u8 = 32;
    /// A flashing yellow arrow ends.
    pub const FYA_END: u8 = 33;
    /// A command holds a green.
    pub const HOLD: u8 = 41;
    /// It holds it no longer.
    pub const HOLD_END: u8 = 42;
    /// A call comes.
    pub const CALL: u8 = 43;
    /// A call is dropped.
    pub const CALL_DROPPED: u8 = 44;
    /// People on foot call.
    pub const PED_CALL: u8 = 45;
    /// A command keeps a phase from starting.
    pub const OMIT: u8 = 46;
    /// It does so no longer.
    pub const OMIT_END: u8 = 47;
    /// A command keeps people on foot from starting.
    pub const PED_OMIT: u8 = 48;
    /// It does so no longer.
    pub const PED_OMIT_END: u8 = 49;
    /// Max 1 of a phase begins to count.
    pub const MAX_1: u8 = 50;
    /// Max 2 of a phase begins to count.
    pub const MAX_2: u8 = 51;
    /// A dynamic max of a phase begins to count.
    pub const DYNAMIC_MAX: u8 = 52;
    /// The dynamic max of a phase has grown.
    pub const DYNAMIC_MAX_UP: u8 = 53;
    /// The dynamic max of a phase has shrunk.
    pub const DYNAMIC_MAX_DOWN: u8 = 54;
    /// Overlap: begin of green.
    pub const OVERLAP_GREEN: u8 = 61;
    /// Overlap: begin of trailing green: its phases have ended, and it goes on for a while.
    pub const OVERLAP_TRAILING: u8 = 62;
    /// Overlap: begin of yellow.
    pub const OVERLAP_YELLOW: u8 = 63;
    /// Overlap: begin of red clearance.
    pub const OVERLAP_RED: u8 = 64;
    /// Overlap: red, off.
    pub const OVERLAP_OFF: u8 = 65;
    /// A detector goes off.
    pub const DETECTOR_OFF: u8 = 81;
    /// A detector goes on.
    pub const DETECTOR_ON: u8 = 82;
    /// A detector is to be believed again.
    pub const DETECTOR_RESTORED: u8 = 83;
    /// A detector is broken: its pulses are too short for a vehicle.
    pub const DETECTOR_OTHER: u8 = 84;
    /// A detector is broken: it sees nobody (watchdog).
    pub const DETECTOR_WATCHDOG: u8 = 85;
    /// A detector is broken: its loop is open, or nothing comes over its channel any more, not even a heartbeat. It is
    /// written of channels that are [lost](crate::Health::Lost): no input tells of an open loop by itself.
    pub const DETECTOR_OPEN: u8 = 86;
    /// A detector is broken: it is on for too long (shorted loop, maximum presence).
    pub const DETECTOR_SHORT: u8 = 87;
    /// A detector is broken: it goes on too often (excessive change).
    pub const DETECTOR_ERRATIC: u8 = 88;
    /// A push button goes off.
    pub const BUTTON_OFF: u8 = 89;
    /// A push button goes on.
    pub const BUTTON_ON: u8 = 90;
    /// A push button is broken.
    pub const BUTTON_FAILED: u8 = 91;
    /// A push button is to be believed again.
    pub const BUTTON_RESTORED: u8 = 92;
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
    /// The cycle of the pattern, s.
    pub const CYCLE: u8 = 132;
    /// The offset of the pattern, s.
    pub const OFFSET: u8 = 133;
    /// The split of phase 1, s; those of phases 2 to 16 follow.
    pub const SPLIT_1: u8 = 134;
    /// The coordination changes: 0 free, 1 in step, 2 add, 3 subtract, 4 dwell, 5 local zero, 6 pickup.
    pub const COORDINATION: u8 = 150;
    /// The yield point of a coordinated phase.
    pub const YIELD: u8 = 151;
    /// A coordinated phase begins its green.
    pub const COORDINATED: u8 = 152;
    /// The unit begins or ends to flash: its [status](super::flash) from here on.
    pub const FLASH: u8 = 173;
    /// An alarm: a cycle fault (1), a monitor trip (2), a failed self-check (3), a strategy that is blind (4), or no longer (5).
    pub const ALARM: u8 = 175;
    /// The power came back: the unit starts.
    pub const POWER: u8 = 184;

    /// Whether the parameter of an event of ours is the number of a phase.
    pub const fn is_of_phase(code: u8) -> bool {
        matches!(code, PHASE_ON..=PHASE_OFF | WALK..=DONT_WALK | HOLD..=DYNAMIC_MAX_DOWN | YIELD | COORDINATED)
    }
}

/// The unit's status of flashing (NTCIP 1202, `unitFlashStatus`), the parameter of [`code::FLASH`]: those that we write.
pub mod flash {
    /// It does not flash.
    pub const NONE: u16 = 2;
    /// By the calendar or by a command.
    pub const AUTOMATIC: u16 = 3;
    /// A fault.
    pub const FAULT: u16 = 5;
    /// The unit starts.
    pub const START_UP: u16 = 7;
}
