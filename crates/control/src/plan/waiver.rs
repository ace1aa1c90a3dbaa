//! What an imported plan is allowed although a plan of our own would be refused for it.

use alloc::string::String;
use core::fmt;

use crate::Millis;

/// A finding of an import that the kernel tolerates: exactly this, and nothing else. Groups are numbers; a report
/// names them.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Waiver {
    /// A green of the group ends without yellow.
    MissingYellow {
        /// The group.
        group: u16,
    },
    /// A yellow of the group is shorter than plans of our own may have it.
    ShortYellow {
        /// The group.
        group: u16,
        /// The program's.
        found: Millis,
    },
    /// A least green is shorter than plans of our own may have it.
    ShortGreen {
        /// The group.
        group: u16,
        /// The program's.
        found: Millis,
    },
    /// The program leaves less time between two greens than the clearance formula asks for.
    ShortClearance {
        /// Whose green ends.
        from: u16,
        /// Whose green starts.
        to: u16,
        /// The program's.
        found: Millis,
        /// The formula's.
        formula: Millis,
    },
    /// A left turn that gives way ends before the traffic it gives way to (yellow trap).
    YellowTrap {
        /// The left turn.
        group: u16,
        /// The oncoming traffic.
        oncoming: u16,
    },
    /// No step of the program opens the group.
    NeverServed {
        /// The group.
        group: u16,
    },
    /// The program shows the group dark or flashing: signs rule there.
    SignalOff {
        /// The group.
        group: u16,
    },
    /// The program opens a forbidden pair, and is run all the same because the user insists: treated as yielding.
    UnsafePair {
        /// The one that has to give way.
        who: u16,
        /// The other.
        to: u16,
    },
    /// A time of the group is beyond what plans of our own may have, for a reason in words.
    Other {
        /// The group.
        group: u16,
        /// What.
        what: String,
    },
}

impl fmt::Display for Waiver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MissingYellow { group } => write!(f, "green of group {group} ends without yellow"),
            Self::ShortYellow { group, found } => write!(f, "yellow of group {group} lasts {} s", found.seconds()),
            Self::ShortGreen { group, found } => write!(f, "green of group {group} lasts {} s", found.seconds()),
            Self::ShortClearance { from, to, found, formula } => {
                let (found, formula) = (found.seconds(), formula.seconds());
                write!(
                    f,
                    "{found} s from the end of group {from} to the start of group {to}; the formula says {formula} s"
                )
            }
            Self::YellowTrap { group, oncoming } => {
                write!(f, "yellow trap: group {group} gives way to group {oncoming}, and ends before it")
            }
            Self::NeverServed { group } => write!(f, "group {group} is never green"),
            Self::SignalOff { group } => write!(f, "group {group} is switched off in parts of the program"),
            Self::UnsafePair { who, to } => {
                write!(f, "UNSAFE: groups {who} and {to} are open together; group {who} is treated as giving way")
            }
            Self::Other { group, what } => write!(f, "group {group}: {what}"),
        }
    }
}
