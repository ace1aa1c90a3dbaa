//! Whether a channel is there at all.
//!
//! Terms
//! - **heartbeat**: a channel says every second that it is there, whether somebody is over its detector or not.
//! - **lost**: nothing has come over a channel for [`Heartbeat::LOST_AFTER`], neither a heartbeat nor an edge.
//!
//! Heartbeats are the business of whoever drives the channels: the driver of a detector card, a field bus, the simulator.
//! It keeps a [`Heartbeat`] for each, and the controller is told of loss and return only ([`Input::Channel`]), so that it
//! is not woken every second by each of a hundred channels. A driver that hears nothing of heartbeats says nothing; then
//! all channels count as there.
//!
//! [`Input::Channel`]: crate::Input::Channel

use crate::Millis;

/// When a channel was heard of last.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Heartbeat {
    heard: Millis,
    lost: bool,
}

impl Heartbeat {
    /// How often a channel says that it is there.
    pub const EVERY: Millis = Millis(1000);

    /// A channel is lost when nothing was heard of it for longer than this: five heartbeats, so that one or two that are
    /// lost or late are no alarm.
    pub const LOST_AFTER: Millis = Millis(5000);

    /// Of a channel that counts as heard of at `at`.
    pub const fn new(at: Millis) -> Self {
        Self { heard: at, lost: false }
    }

    /// Something came over the channel. Returns whether it had been lost: the controller has to be told that it is back.
    pub fn beat(&mut self, at: Millis) -> bool {
        self.heard = self.heard.max(at);
        core::mem::take(&mut self.lost)
    }

    /// Time has reached `now`. Returns whether the channel is lost from now on: the controller has to be told.
    pub fn check(&mut self, now: Millis) -> bool {
        let lost = !self.lost && now - self.heard > Self::LOST_AFTER;
        self.lost |= lost;
        lost
    }

    /// Whether it is lost.
    pub const fn is_lost(&self) -> bool {
        self.lost
    }

    /// When it was heard of last.
    pub const fn heard(&self) -> Millis {
        self.heard
    }
}
