//! Where detectors lie in the road, and what they mean to the plans of their signals.
//!
//! Terms
//! - **channel**: what a controller sees as one detector. It may have several *pieces*: loops on several lanes, wired
//!   together. It is on while any of them is.
//! - **stop bar**: a long zone before the stop line, which shows that somebody waits. It cannot count.
//! - **count loop**: a short loop at the stop line.
//! - **X**, **IN**: loops further upstream, about 3.5 s and 8 s before the stop line (MOVA's names for them).
//! - **way to a stop line**: the lanes that lead there, back to where the traffic splits (see [`upstream`]).
//!
//! Every lane that a signal controls has all four, unless a scenario says otherwise. Channels of a signal are numbered
//! lane by lane in the order of ids, from the stop line upstream.

mod adopt;
mod faults;
mod layout;
mod place;
mod tier;
mod upstream;

#[cfg(test)]
mod tests;

use intergreen_control::plan::DetectorUse;
use serde::Serialize;

pub use adopt::adopted;
pub use faults::{Fault, MessageFault, Stuck};
pub use layout::{Layout, Own, Position, Special};
pub use place::{Line, lay, lines, place, zone_room};
pub use tier::{Probes, Sensing, Tier};
pub use upstream::{Stretch, inside, way_to};

use crate::network::{LaneId, SignalId};

/// A loop in a lane.
#[derive(Clone, Copy, PartialEq, Debug, Serialize)]
pub struct Piece {
    /// The lane it lies in.
    pub lane: LaneId,
    /// Near border, m from the start of the lane.
    pub start: f32,
    /// Far border, m from the start of the lane.
    pub end: f32,
}

/// A channel.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Channel {
    /// The signal whose controller sees it.
    pub signal: SignalId,
    /// Its loops; none: a button, which nobody presses.
    pub pieces: Vec<Piece>,
    /// Its number there, where it lies, and what it does for which groups.
    pub meaning: DetectorUse,
}

/// The channels of a network, by signal, then number.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Detectors {
    /// The channels.
    pub channels: Vec<Channel>,
    /// First channel of each signal, and one more entry at the end.
    pub first: Vec<u32>,
}

impl Detectors {
    /// The channels of a signal.
    pub fn of(&self, signal: SignalId) -> &[Channel] {
        let bound = |i: usize| self.first.get(i).map_or(self.channels.len(), |&n| n as usize);
        &self.channels[bound(signal.index())..bound(signal.index() + 1)]
    }

    /// What the channels of a signal mean.
    pub fn meanings(&self, signal: SignalId) -> Vec<DetectorUse> {
        self.of(signal).iter().map(|c| c.meaning.clone()).collect()
    }
}
