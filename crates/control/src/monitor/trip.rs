//! What the monitor reports.

use core::fmt;

use crate::{Lamp, Millis};

/// Why the monitor tripped. Of faults that reach their limit in the same millisecond the first in this list is
/// reported, and of one kind the lowest channels.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum TripKind {
    /// Two channels were open that may not be open together.
    Conflict,
    /// Green burnt together with red or yellow.
    Dual,
    /// Red should have burnt and was dark.
    MissingRed,
    /// No lamp of the channel burnt.
    Dark,
    /// A green burnt that nobody commanded.
    Uncommanded,
    /// The control loop stood still.
    Stall,
    /// Green was followed by too little yellow, or none.
    ShortYellow,
    /// A channel changed in an order that is not legal.
    Sequence,
    /// A channel opened too early after a conflicting one's end.
    Clearance,
}

/// The first fault that reached its limit.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Trip {
    /// What.
    pub kind: TripKind,
    /// The channel concerned; of a clearance the one that opened; of a stall none.
    pub channel: Option<u16>,
    /// The other channel of a conflict or a clearance.
    pub other: Option<u16>,
    /// Since when: a conflict, since the later one opened; a short yellow, since it began; a clearance, since the
    /// earlier one closed (or, if it never did, since the later one opened).
    pub since: Millis,
    /// The exact time at which the limit was reached.
    pub at: Millis,
}

impl fmt::Display for Trip {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (a, b) = (self.channel.unwrap_or(u16::MAX), self.other.unwrap_or(u16::MAX));
        match self.kind {
            TripKind::Conflict => write!(f, "channels {a} and {b} open together")?,
            TripKind::Dual => write!(f, "channel {a} shows green and another colour")?,
            TripKind::MissingRed => write!(f, "channel {a} lacks its red")?,
            TripKind::Dark => write!(f, "channel {a} is dark")?,
            TripKind::Uncommanded => write!(f, "channel {a} shows a green that was not commanded")?,
            TripKind::Stall => write!(f, "the control loop stands still")?,
            TripKind::ShortYellow => write!(f, "channel {a} had too little yellow")?,
            TripKind::Sequence => write!(f, "channel {a} changed in an illegal order")?,
            TripKind::Clearance => write!(f, "channel {a} opened too early after channel {b}")?,
        }
        write!(f, " since {} s, tripped at {} s", self.since.seconds(), self.at.seconds())
    }
}

/// A lamp that does not do what it is told, but endangers nobody at once.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum AlarmKind {
    /// Yellow should have burnt and was dark.
    YellowDark,
    /// Green should have burnt and was dark.
    GreenDark,
    /// Red burnt without command.
    RedUncommanded,
    /// Yellow burnt without command.
    YellowUncommanded,
}

/// A less serious lamp fault. It stays until the lamp is seen to do what it is told, or until the manual reset.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Alarm {
    /// What.
    pub kind: AlarmKind,
    /// The channel concerned.
    pub channel: u16,
    /// Since when.
    pub since: Millis,
    /// The exact time at which the limit was reached.
    pub at: Millis,
}

/// Which lamps of a channel really burn.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Lit {
    /// Red, or don't walk.
    pub red: bool,
    /// Yellow. A two-lens pedestrian head has none.
    pub yellow: bool,
    /// Green, or walk.
    pub green: bool,
}

impl Lit {
    /// Nothing burns.
    pub const DARK: Self = Self { red: false, yellow: false, green: false };

    /// What burns if a lamp is shown as commanded (of a flashing one, its bright half).
    pub const fn of(lamp: Lamp) -> Self {
        let (red, yellow, green) = match lamp {
            Lamp::Red | Lamp::TurnOnRed => (true, false, false),
            Lamp::RedYellow => (true, true, false),
            Lamp::Yellow | Lamp::Flashing => (false, true, false),
            Lamp::Green | Lamp::GreenMinor => (false, false, true),
            Lamp::Off => (false, false, false),
        };
        Self { red, yellow, green }
    }

    /// Whether nothing burns.
    pub const fn is_dark(self) -> bool {
        !self.red && !self.yellow && !self.green
    }
}
