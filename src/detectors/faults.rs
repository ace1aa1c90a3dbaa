//! What is wrong with detectors: what controllers see of them is not what happens in the road; and with what controllers tell
//! each other.

use intergreen_control::Millis;
use intergreen_control::plan::DetectorKind;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Channel;
use crate::network::{LaneId, Network, SignalId};

/// How a detector is broken for good.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Stuck {
    /// On, whoever comes.
    On,
    /// Off, whoever comes.
    Off,
    /// It tells nothing any more, nor has it a heartbeat: for the controller it stays as it was last, until that is missed.
    Silent,
}

/// A fault of some detectors. Kinds of faults that are 0 do not occur.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Fault {
    /// The signal whose detectors are meant; `None`: any.
    pub signal: Option<SignalId>,
    /// The lane that ends at their stop line; `None`: any.
    pub line: Option<LaneId>,
    /// What they are for; none: anything.
    pub kinds: Vec<DetectorKind>,
    /// The share of these detectors that has the fault, drawn anew with each seed; 0–1.
    pub share: f64,
    /// From when on.
    pub from: Millis,
    /// Until when; [`Millis::NEVER`]: for ever.
    pub until: Millis,
    /// Broken for good.
    pub stuck: Option<Stuck>,
    /// Probability that somebody is not seen.
    pub miss: f64,
    /// Actuations by nobody, per hour, 0–3600.
    pub false_calls: f64,
    /// Short pulses, per minute, 0–120: on where it is off, off where it is on.
    pub chatter: f64,
    /// Share of time in which its edges are lost, in bursts of [`Fault::BURST`].
    pub drop_out: f64,
    /// How late its edges arrive.
    pub latency: Millis,
}

impl Fault {
    /// How long edges are lost at a time.
    pub const BURST: Millis = Millis(10_000);

    /// Of every detector, which is stuck from one time to another.
    pub const fn stuck(stuck: Stuck, from: Millis, until: Millis) -> Self {
        Self {
            signal: None,
            line: None,
            kinds: Vec::new(),
            share: 1.0,
            from,
            until,
            stuck: Some(stuck),
            miss: 0.0,
            false_calls: 0.0,
            chatter: 0.0,
            drop_out: 0.0,
            latency: Millis(0),
        }
    }

    /// Whether a channel may have it.
    pub fn is_of(&self, network: &Network, channel: &Channel) -> bool {
        let place = channel.meaning.place.as_ref();
        let at_line = |line: LaneId| place.is_some_and(|p| p.lane == network.lane(line).id);
        self.signal.is_none_or(|signal| signal == channel.signal)
            && self.line.is_none_or(at_line)
            && (self.kinds.is_empty() || place.is_some_and(|p| self.kinds.contains(&p.kind)))
    }

    /// Whether it is there at a time.
    pub fn holds(&self, at: Millis) -> bool {
        self.from <= at && at < self.until
    }
}

/// Messages from one signal to another that are lost or late.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct MessageFault {
    /// Whose messages; `None`: anybody's.
    pub sender: Option<SignalId>,
    /// To whom; `None`: to anybody.
    pub receiver: Option<SignalId>,
    /// From when on they are sent so.
    pub from: Millis,
    /// Until when; [`Millis::NEVER`]: for ever.
    pub until: Millis,
    /// Share of the messages that is lost, each by itself; 0–1.
    pub lost: f64,
    /// How late the others arrive, at most [`MessageFault::LATEST`].
    pub latency: Millis,
}

impl MessageFault {
    /// The greatest latency.
    pub const LATEST: Millis = Millis(30_000);

    /// Whether a message that is sent then has it.
    pub fn is_of(&self, sender: SignalId, receiver: SignalId, at: Millis) -> bool {
        self.sender.is_none_or(|of| of == sender)
            && self.receiver.is_none_or(|of| of == receiver)
            && self.from <= at
            && at < self.until
    }
}
