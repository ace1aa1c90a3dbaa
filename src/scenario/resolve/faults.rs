//! From what a file says of broken detectors and of messages that are lost to which these are, and back.

use intergreen_control::Millis;

use super::sensors::{Names, kind, kind_file};
use super::{Step, Wrong, steps, with, wrong};
use crate::detectors::{Fault, MessageFault};
use crate::network::{Network, SignalId};
use crate::scenario::format::{FaultFile, MessageFaultFile};

impl Names<'_> {
    /// A fault, the `i`-th of the file.
    pub(super) fn fault(&self, file: &FaultFile, i: usize) -> Result<Fault, Wrong> {
        let at = steps!("sensors", "faults", i);
        let (from, until) = times(file.from, file.until, &at)?;
        Ok(Fault {
            signal: file.signal.as_ref().map(|name| self.signal(name, with(&at, "signal"))).transpose()?,
            line: file.lane.as_ref().map(|name| self.line(name, with(&at, "lane"))).transpose()?,
            kinds: file.kinds.iter().map(|&k| kind(k)).collect(),
            share: file.share,
            from,
            until,
            stuck: file.stuck,
            miss: file.miss,
            false_calls: file.false_calls,
            chatter: file.chatter,
            drop_out: file.drop_out,
            latency: Millis::from_seconds(file.latency),
        })
    }

    /// What happens to messages, the `i`-th of the file.
    pub(super) fn message_fault(&self, file: &MessageFaultFile, i: usize) -> Result<MessageFault, Wrong> {
        let at = steps!("sensors", "messages", i);
        let (from, until) = times(file.from, file.until, &at)?;
        if let (Some(sender), Some(receiver)) = (&file.sender, &file.receiver)
            && sender == receiver
        {
            return wrong(with(&at, "receiver"), format!("'{receiver}' is the sender, too; expected another signal"));
        }
        let signal = |name: &Option<String>, field| name.as_ref().map(|n| self.signal(n, with(&at, field))).transpose();
        Ok(MessageFault {
            sender: signal(&file.sender, "sender")?,
            receiver: signal(&file.receiver, "receiver")?,
            from,
            until,
            lost: file.lost,
            latency: Millis::from_seconds(file.latency),
        })
    }
}

/// When a fault that stands at a place of the file begins and ends.
fn times(from: Option<f64>, until: Option<f64>, at: &[Step]) -> Result<(Millis, Millis), Wrong> {
    if let (Some(begin), Some(end)) = (from, until)
        && end <= begin
    {
        return wrong(with(at, "until"), format!("{end} s; expected a time after from, {begin} s"));
    }
    let begin = from.map_or(Millis(i64::MIN / 2), Millis::from_seconds);
    Ok((begin, until.map_or(Millis::NEVER, Millis::from_seconds)))
}

/// When a fault begins and ends, as a file says it.
fn times_file(from: Millis, until: Millis) -> (Option<f64>, Option<f64>) {
    ((from.0 >= 0).then(|| from.seconds()), (until != Millis::NEVER).then(|| until.seconds()))
}

/// The file of what happens to messages.
pub(super) fn message_file(fault: &MessageFault, network: &Network) -> MessageFaultFile {
    let name = |s: SignalId| network.signals[s.index()].id.clone();
    let (from, until) = times_file(fault.from, fault.until);
    MessageFaultFile {
        sender: fault.sender.map(name),
        receiver: fault.receiver.map(name),
        from,
        until,
        lost: fault.lost,
        latency: fault.latency.seconds(),
    }
}

/// The file of a fault.
pub(super) fn fault_file(fault: &Fault, network: &Network) -> FaultFile {
    let (from, until) = times_file(fault.from, fault.until);
    FaultFile {
        signal: fault.signal.map(|s| network.signals[s.index()].id.clone()),
        lane: fault.line.map(|l| network.lane(l).id.clone()),
        kinds: fault.kinds.iter().map(|&k| kind_file(k)).collect(),
        share: fault.share,
        from,
        until,
        stuck: fault.stuck,
        miss: fault.miss,
        false_calls: fault.false_calls,
        chatter: fault.chatter,
        drop_out: fault.drop_out,
        latency: fault.latency.seconds(),
    }
}
