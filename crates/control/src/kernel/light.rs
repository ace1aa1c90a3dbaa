//! What one group is doing, and since when.
//!
//! ```text
//!              red-yellow over                 asked to end, least green over
//!   Closed ──▶ Starting ──▶ Permissive ⇄ Protected ──▶ Ending ──▶ Closed
//!      │  no red-yellow         ▲                        yellow over
//!      └────────────────────────┘          no yellow (waived): straight to Closed
//!
//!   Closed ⇄ Off                           only where an imported program switches the signal off
//! ```
//! - **Closed**: red. Left only when everybody in conflict is gone and cleared.
//! - **Starting**: red-yellow. It commits to green: whoever has seen it starts to move.
//! - **Permissive**: green while giving way, or a flashing yellow arrow. **Protected**: green. Both are *open*.
//! - **Ending**: yellow; of people on foot: clearance.
//! - **Off**: dark or flashing, signs rule.

use crate::{Lamp, Millis};

/// Before all times: what never happened is long over.
pub(crate) const FAR_PAST: Millis = Millis(i64::MIN / 4);

/// What a group is doing.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum State {
    Closed,
    Starting,
    Permissive,
    Protected,
    Ending,
    Off,
}

impl State {
    /// Green of either kind.
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Permissive | Self::Protected)
    }

    /// Open, or about to be without a way back.
    pub const fn is_committed(self) -> bool {
        matches!(self, Self::Starting | Self::Permissive | Self::Protected)
    }

    pub const ALL: [Self; 6] =
        [Self::Closed, Self::Starting, Self::Permissive, Self::Protected, Self::Ending, Self::Off];
}

/// The state of a group with its times.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Light {
    pub state: State,
    /// Since when it is in this state; the two open states count as one.
    pub since: Millis,
    /// When its last green began; that of an arrow that flashed before begins when it no longer flashes.
    pub opened: Millis,
    /// When its last green ended (its yellow began).
    pub ended: Millis,
    /// What it shows.
    pub shown: Lamp,
}

impl Light {
    /// Red since ever.
    pub const RED: Self =
        Self { state: State::Closed, since: FAR_PAST, opened: FAR_PAST, ended: FAR_PAST, shown: Lamp::Red };

    /// Goes over to another state and notes what ends or begins with it. `is_arrow`: it is a flashing yellow arrow.
    pub fn go(&mut self, to: State, is_arrow: bool, now: Millis) {
        let from = self.state;
        match (from.is_open(), to.is_open()) {
            (false, true) => self.opened = now,
            (true, false) => self.ended = now,
            // Whoever waited through the flashing sees a new lamp: the least green is that of the green arrow.
            (true, true) if is_arrow && from != to => self.opened = now,
            _ => {}
        }
        if !(from.is_open() && to.is_open()) {
            self.since = now;
        }
        self.state = to;
    }

    /// What it shows in its state. Only for one state it matters whether the group is a flashing yellow arrow.
    #[inline]
    pub fn lamp(&self, is_arrow: impl FnOnce() -> bool) -> Lamp {
        match self.state {
            State::Closed => Lamp::Red,
            State::Starting => Lamp::RedYellow,
            State::Permissive if is_arrow() => Lamp::Flashing,
            State::Permissive => Lamp::GreenMinor,
            State::Protected => Lamp::Green,
            State::Ending => Lamp::Yellow,
            State::Off => Lamp::Off,
        }
    }
}
