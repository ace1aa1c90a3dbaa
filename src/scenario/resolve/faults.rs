//! From what a file says of broken detectors to which these are, and back.

use intergreen_control::Millis;

use super::sensors::{Names, kind, kind_file};
use super::{Wrong, steps, with, wrong};
use crate::detectors::Fault;
use crate::network::Network;
use crate::scenario::format::FaultFile;

impl Names<'_> {
    /// A fault, the `i`-th of the file.
    pub(super) fn fault(&self, file: &FaultFile, i: usize) -> Result<Fault, Wrong> {
        let at = steps!("sensors", "faults", i);
        let from = file.from.map_or(Millis(i64::MIN / 2), Millis::from_seconds);
        let until = file.until.map_or(Millis::NEVER, Millis::from_seconds);
        if let (Some(begin), Some(end)) = (file.from, file.until)
            && end <= begin
        {
            return wrong(with(&at, "until"), format!("{end} s; expected a time after from, {begin} s"));
        }
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
}

/// The file of a fault.
pub(super) fn fault_file(fault: &Fault, network: &Network) -> FaultFile {
    FaultFile {
        signal: fault.signal.map(|s| network.signals[s.index()].id.clone()),
        lane: fault.line.map(|l| network.lane(l).id.clone()),
        kinds: fault.kinds.iter().map(|&k| kind_file(k)).collect(),
        share: fault.share,
        from: (fault.from.0 >= 0).then(|| fault.from.seconds()),
        until: (fault.until != Millis::NEVER).then(|| fault.until.seconds()),
        stuck: fault.stuck,
        miss: fault.miss,
        false_calls: fault.false_calls,
        chatter: fault.chatter,
        drop_out: fault.drop_out,
        latency: fault.latency.seconds(),
    }
}
