//! What a controller can be given.

use alloc::vec::Vec;

use crate::{DepartureReport, DetectorEvent, Millis, NeighbourReport, VehicleReport, plan::WallClock};

/// What can be asked of a controller from outside: by an operator, a central computer, a priority receiver. The kernel
/// treats all of it as requests.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Command {
    /// Flash, entered through yellow and red; or end it, through red.
    Flash(bool),
    /// Keep a group from ending its green.
    Hold {
        /// The group.
        group: u16,
        /// Begin or end.
        on: bool,
    },
    /// Keep a group from starting.
    Omit {
        /// The group.
        group: u16,
        /// Begin or end.
        on: bool,
    },
    /// End a group's green as soon as it may.
    ForceOff {
        /// The group.
        group: u16,
    },
    /// Call a group once.
    Call {
        /// The group.
        group: u16,
    },
    /// Manual control: show this stage of the plan, whatever the strategy asks for, and hold its groups, whoever
    /// waits; or let it go: the strategy decides again. One stage at a time; one the plan has not is ignored. Preemptions,
    /// flashing and the plan's own sequence after a cycle fault go first.
    Stage {
        /// The stage, from 0, in the plan's order.
        stage: u16,
        /// Begin or end.
        on: bool,
    },
    /// A preemption's input goes on or off.
    Preempt {
        /// Which, from 0, in the plan's order.
        preempt: u16,
        /// On or off.
        on: bool,
    },
    /// Run this pattern of the plan, from 0.
    Pattern(u16),
    /// Run no pattern.
    Free,
    /// Run the pattern that the calendar names.
    Calendar,
    /// The local date and time at this moment.
    Clock(WallClock),
    /// The lamps were tested at start-up.
    SelfCheck {
        /// Whether they are in order.
        passed: bool,
    },
    /// Something is wrong (the monitor tripped): flash at once, until a reset.
    Fault,
    /// Somebody on the spot has reset the faults by hand.
    Reset,
}

/// An input with its time. All inputs of a controller in their order reproduce its outputs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Input {
    /// An edge of a detector.
    Detector(DetectorEvent),
    /// A command.
    Command {
        /// From when on it is in force.
        at: Millis,
        /// What is asked for.
        command: Command,
    },
    /// The channel of a detector is lost, or is back: what whoever drives it makes of its
    /// [heartbeats](crate::Heartbeat).
    Channel {
        /// From when on.
        at: Millis,
        /// The detector, from 0.
        detector: u16,
        /// Whether it is back.
        up: bool,
    },
    /// A vehicle reports.
    Vehicle(VehicleReport),
    /// A neighbour tells of a lane.
    Neighbour(NeighbourReport),
    /// A neighbour tells whom it lets go.
    Departures(DepartureReport),
}

impl Input {
    /// Its time.
    pub const fn at(&self) -> Millis {
        match self {
            Self::Detector(event) => event.at,
            Self::Command { at, .. } | Self::Channel { at, .. } => *at,
            Self::Vehicle(report) => report.at,
            Self::Neighbour(report) => report.at,
            Self::Departures(report) => report.at,
        }
    }
}

/// What came in, in order of time; of one time, in order of arrival.
#[derive(Debug)]
pub(super) struct Inputs {
    list: Vec<Input>,
    /// The first so many are taken.
    taken: usize,
    /// How many detectors are wired: what is told of others is dropped.
    detectors: u16,
}

impl Inputs {
    /// Nothing yet, of so many detectors.
    pub fn new(detectors: u16) -> Self {
        Self { list: Vec::with_capacity(2 * usize::from(detectors)), taken: 0, detectors }
    }

    /// Whether a detector is wired.
    #[inline]
    pub const fn is_wired(&self, detector: u16) -> bool {
        detector < self.detectors
    }

    /// Those that nobody has taken.
    #[inline]
    pub fn waiting(&self) -> &[Input] {
        &self.list[self.taken..]
    }

    /// The first of them is taken.
    #[inline]
    pub fn take(&mut self) {
        self.taken += 1;
    }

    /// Those that were taken are over. The next lie where these lay: in memory that was just used.
    pub fn forget_taken(&mut self) {
        self.list.drain(..core::mem::take(&mut self.taken));
    }

    /// Puts an input where it belongs in time: they come almost in order.
    #[inline]
    pub fn queue(&mut self, input: Input) {
        if self.waiting().last().is_none_or(|last| last.at() <= input.at()) {
            self.list.push(input);
        } else {
            self.queue_late(input);
        }
    }

    /// Puts an input before others: the place is near the end.
    #[cold]
    fn queue_late(&mut self, input: Input) {
        let after = self.waiting().iter().rev().take_while(|queued| queued.at() > input.at()).count();
        self.list.insert(self.list.len() - after, input);
    }
}
