//! What comes out of the kernel: lamp changes, events, and what must survive a power failure.

use alloc::collections::VecDeque;

use crate::{
    Lamp, Millis,
    log::{Event, Reason},
};

/// One group shows another lamp.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct LampChange {
    /// From when on.
    pub at: Millis,
    /// Which group, from 0.
    pub group: u16,
    /// What it shows.
    pub lamp: Lamp,
}

/// A fault that must survive a power failure: whoever drives the lamps stores the last one, and hands it back with
/// [`Controller::restore`](crate::Controller::restore) before the start.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Latch {
    /// All is well: somebody has reset the faults by hand.
    None,
    /// A group waited too long.
    CycleFault {
        /// The group.
        group: u16,
    },
    /// A fault that makes the unit flash: the monitor tripped, or the self-check failed.
    Flash,
}

/// Something that comes out of a controller.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Output {
    /// A lamp changes.
    Lamp(LampChange),
    /// Something happened; only if events are asked for.
    Event(Event),
    /// This must survive a power failure.
    Persist {
        /// Since when.
        at: Millis,
        /// What.
        latch: Latch,
    },
}

/// Collects outputs in the order in which they happen.
#[derive(Clone, Debug, Default)]
pub struct Journal {
    outputs: VecDeque<Output>,
    /// Whether events are asked for.
    events: bool,
}

impl Journal {
    /// An empty journal with room for `capacity` outputs, with or without events.
    pub fn new(capacity: usize, events: bool) -> Self {
        Self { outputs: VecDeque::with_capacity(capacity), events }
    }

    /// From now on with or without events.
    pub fn set_events(&mut self, events: bool) {
        self.events = events;
    }

    /// Whether events are asked for.
    pub(crate) const fn has_events(&self) -> bool {
        self.events
    }

    /// The next output.
    pub fn pop(&mut self) -> Option<Output> {
        let next = self.outputs.pop_front();
        if next.is_none() {
            // The next lie where these lay: in memory that was just used.
            self.outputs.clear();
        }
        next
    }

    pub(crate) fn outputs(&self) -> &VecDeque<Output> {
        &self.outputs
    }

    pub(crate) fn outputs_mut(&mut self) -> &mut VecDeque<Output> {
        &mut self.outputs
    }

    pub(crate) fn push(&mut self, output: Output) {
        self.outputs.push_back(output);
    }

    #[inline]
    pub(crate) fn event(&mut self, at: Millis, code: u8, parameter: u16, reason: Reason) {
        if self.events {
            self.tell(at, code, parameter, reason);
        }
    }

    /// Apart: mostly nobody asks for events, and there are many places that would tell them.
    #[cold]
    fn tell(&mut self, at: Millis, code: u8, parameter: u16, reason: Reason) {
        self.push(Output::Event(Event { at, code, parameter, reason }));
    }

    pub(crate) fn latch(&mut self, at: Millis, latch: Latch) {
        self.push(Output::Persist { at, latch });
    }
}
