//! Broken detectors: between what happens in the road and what controllers are told.
//!
//! Terms
//! - **true level**: whether somebody is over a detector, less those who are missed.
//! - **level**: what a detector with its faults would show; it reports whenever that is not what it reported last.
//! - **heartbeat**: every whole second a channel says that it is there, unless it is silent or what it says is lost just
//!   then. Channels without faults always do: nobody looks whether they did. A controller is told when a channel is lost
//!   and when it is back, as the driver of a detector card would.
//!
//! A level is a function of the true level, the time, and draws that hang on the detector's name and the time alone: faults
//! are the same for any number of threads and after any checkpoint.

use intergreen_control::{Heartbeat, Millis};
use serde::{Deserialize, Serialize};

use super::scene::Scene;
use super::sensors::{Channel, SensorEvent};
use crate::detectors::{Detectors, Fault, Stuck};
use crate::network::{Network, SignalId};
use crate::random::{Purpose, key_of, uniform};

/// How long nobody is over a detector when it reports somebody: as long as a car at 50 km/h over a loop.
const FALSE_PULSE: Millis = Millis(500);
/// False actuations begin in the first half of a second.
const FALSE_SLOT: Millis = Millis(1000);
/// Pulses of a chattering detector take 50 to 300 ms, and begin in the first 200 ms of half a second.
const CHATTER: (i64, i64) = (50, 300);
const CHATTER_SLOT: Millis = Millis(500);

/// What draws are for.
#[derive(Clone, Copy)]
enum Draw {
    Share,
    Miss,
    False,
    FalseBegin,
    Chatter,
    ChatterBegin,
    ChatterLength,
    DropOut,
}

/// A detector with faults.
#[derive(Clone, Debug)]
pub struct Faulty {
    /// Its channel.
    pub channel: u32,
    /// What its draws hang on.
    key: u64,
    seed: u64,
    /// At least one.
    faults: Vec<Fault>,
}

/// What it has come to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FaultState {
    /// The true level.
    pub level: bool,
    /// What it reported last.
    pub reported: bool,
    /// When that arrived, or will.
    pub arrived: Millis,
    /// When the channel was heard of last.
    pub heartbeat: Heartbeat,
}

impl FaultState {
    /// Of a detector that is free, and whose channel is there, at the beginning.
    pub fn new(begin: Millis) -> Self {
        Self { heartbeat: Heartbeat::new(begin), ..Self::default() }
    }
}

impl Scene {
    /// The channel of a signal's detector: its place in [`Sensors::channels`](super::sensors::Sensors::channels).
    pub fn channel(&self, signal: &str, detector: u16) -> Option<u32> {
        let signal = self.network.signals.iter().position(|s| s.id == signal)?;
        let is_it = |c: &Channel| c.signal.index() == signal && c.detector == detector;
        self.sensors.channels.iter().position(is_it).and_then(|channel| u32::try_from(channel).ok())
    }

    /// The sensor of a signal's detector: its place in [`Sensors::list`](super::sensors::Sensors::list).
    pub fn sensor(&self, signal: &str, detector: u16) -> Option<usize> {
        let channel = self.channel(signal, detector)?;
        self.sensors.list.iter().position(|s| s.channel == channel)
    }

    /// One more fault of a channel.
    pub(super) fn break_detector(&mut self, channel: u32, fault: Fault) {
        let place = self.faulty.partition_point(|f| f.channel < channel);
        if self.faulty.get(place).is_none_or(|f| f.channel != channel) {
            let Channel { signal, detector, .. } = self.sensors.channels[channel as usize];
            let key = key(&self.network, signal, detector);
            self.faulty.insert(place, Faulty { channel, key, seed: self.setup.seed, faults: Vec::new() });
        }
        self.faulty[place].faults.push(fault);
    }

    /// A channel that is stuck or silent is so until `at` only.
    pub(super) fn mend(&mut self, channel: u32, at: Millis) {
        let own = self.faulty.iter_mut().filter(|f| f.channel == channel);
        for fault in own.flat_map(|f| &mut f.faults).filter(|fault| fault.stuck.is_some()) {
            fault.until = fault.until.min(at);
        }
    }
}

/// What the draws of a detector hang on.
fn key(network: &Network, signal: SignalId, detector: u16) -> u64 {
    key_of(&format!("{}:{detector}", network.signals[signal.index()].id))
}

/// The detectors with faults, by channel.
pub fn faulty(network: &Network, detectors: &Detectors, faults: &[Fault], seed: u64) -> Vec<Faulty> {
    let mut found = Vec::new();
    if faults.is_empty() {
        return found;
    }
    for (channel, of) in (0..).zip(&detectors.channels) {
        let key = key(network, of.signal, of.meaning.channel);
        let mut faulty = Faulty { channel, key, seed, faults: Vec::new() };
        for (i, fault) in (0..).zip(faults).filter(|(_, fault)| fault.is_of(network, of)) {
            if faulty.draw(Draw::Share, i) < fault.share {
                faulty.faults.push(fault.clone());
            }
        }
        if !faulty.faults.is_empty() {
            found.push(faulty);
        }
    }
    found
}

impl Faulty {
    /// A draw in [0, 1).
    fn draw(&self, draw: Draw, counter: i64) -> f64 {
        let counter = counter.cast_unsigned().wrapping_mul(8).wrapping_add(draw as u64);
        f64::from(uniform(self.seed, self.key, Purpose::Fault, counter))
    }

    /// What it reports of its true edges in the step from `start` to `end`: what, and when that arrives.
    pub fn report(
        &self,
        state: &mut FaultState,
        edges: &[SensorEvent],
        (start, end): (Millis, Millis),
        mut send: impl FnMut(bool, Millis),
    ) {
        let mut moments: Vec<(Millis, Option<bool>)> = edges.iter().map(|edge| (edge.at, Some(edge.on))).collect();
        self.own_moments(start, end, |at| moments.push((at, None)));
        // What is wrong from the beginning shows at the end of the first step.
        moments.push((end, None));
        // Of one moment's edges none goes before another; when all are known the level is looked at.
        moments.sort_by_key(|(at, _)| *at);
        for (i, &(at, edge)) in moments.iter().enumerate() {
            if let Some(on) = edge {
                state.level = on && !self.misses(at);
            }
            let last = moments.get(i + 1).is_none_or(|next| next.0 > at || edge.is_some());
            let Some(level) = self.level(state.level, at).filter(|_| last) else { continue };
            if level != state.reported {
                state.reported = level;
                // Nothing overtakes what was sent before.
                state.arrived = state.arrived.max(at + self.latency(at));
                send(level, state.arrived);
            }
        }
    }

    /// Whether its channel is lost, or back, after the step from `start` to `end`; `None`: nothing has changed.
    pub fn heartbeats(&self, state: &mut FaultState, (start, end): (Millis, Millis)) -> Option<bool> {
        let mut up = None;
        let every = Heartbeat::EVERY.0;
        for at in (start.0.div_euclid(every) + 1..=end.0.div_euclid(every)).map(|second| Millis(second * every)) {
            if self.says_something(at) && state.heartbeat.beat(at + self.latency(at)) {
                up = Some(true);
            }
        }
        if state.heartbeat.check(end) { Some(false) } else { up }
    }

    /// Whether what it says at a time is heard of.
    fn says_something(&self, at: Millis) -> bool {
        self.at(at).all(|fault| fault.stuck != Some(Stuck::Silent) && !self.drops_out(fault, at))
    }

    fn drops_out(&self, fault: &Fault, at: Millis) -> bool {
        fault.drop_out > 0.0 && self.draw(Draw::DropOut, at.0.div_euclid(Fault::BURST.0)) < fault.drop_out
    }

    /// The faults at a time.
    pub fn at(&self, at: Millis) -> impl Iterator<Item = &Fault> {
        self.faults.iter().filter(move |fault| fault.holds(at))
    }

    /// Whether somebody who comes is not seen.
    fn misses(&self, at: Millis) -> bool {
        let share = self.at(at).map(|fault| fault.miss).fold(0.0, f64::max);
        share > 0.0 && self.draw(Draw::Miss, at.0) < share
    }

    /// How late a report arrives.
    fn latency(&self, at: Millis) -> Millis {
        self.at(at).map(|fault| fault.latency).fold(Millis(0), Millis::max)
    }

    /// What it shows; none: nothing new.
    fn level(&self, mut level: bool, at: Millis) -> Option<bool> {
        for fault in self.at(at) {
            match fault.stuck {
                Some(Stuck::Silent) => return None,
                Some(stuck) => return Some(stuck == Stuck::On),
                None => {}
            }
            let within = |(from, to): (Millis, Millis)| from <= at && at < to;
            if self.drops_out(fault, at) {
                return None;
            }
            level |= self.false_call(fault, at.0.div_euclid(FALSE_SLOT.0)).is_some_and(within);
            level ^= self.chatter(fault, at.0.div_euclid(CHATTER_SLOT.0)).is_some_and(within);
        }
        Some(level)
    }

    /// The false actuation in a second: from when until when.
    fn false_call(&self, fault: &Fault, second: i64) -> Option<(Millis, Millis)> {
        let comes = fault.false_calls > 0.0 && self.draw(Draw::False, second) < fault.false_calls / 3600.0;
        let late = FALSE_SLOT - FALSE_PULSE;
        let begin = || second * FALSE_SLOT.0 + (self.draw(Draw::FalseBegin, second) * late.0 as f64) as i64;
        comes.then(begin).map(|begin| (Millis(begin), Millis(begin) + FALSE_PULSE))
    }

    /// The pulse in half a second: from when until when.
    fn chatter(&self, fault: &Fault, slot: i64) -> Option<(Millis, Millis)> {
        let comes = fault.chatter > 0.0 && self.draw(Draw::Chatter, slot) < fault.chatter / 120.0;
        let (least, most) = CHATTER;
        let between = |draw, length: i64| (self.draw(draw, slot) * length as f64) as i64;
        comes.then(|| {
            let begin = slot * CHATTER_SLOT.0 + between(Draw::ChatterBegin, CHATTER_SLOT.0 - most);
            (Millis(begin), Millis(begin + least + between(Draw::ChatterLength, most - least)))
        })
    }

    /// When its level may change by itself, after `start` up to `end`.
    fn own_moments(&self, start: Millis, end: Millis, mut add: impl FnMut(Millis)) {
        let mut add = |at: Millis| {
            if start < at && at <= end {
                add(at);
            }
        };
        let slots = |length: Millis| start.0.div_euclid(length.0)..=end.0.div_euclid(length.0);
        for fault in &self.faults {
            [fault.from, fault.until].into_iter().for_each(&mut add);
            if fault.drop_out > 0.0 {
                slots(Fault::BURST).for_each(|slot| add(Millis(slot * Fault::BURST.0)));
            }
            let pulses = slots(FALSE_SLOT).filter_map(|second| self.false_call(fault, second));
            let pulses = pulses.chain(slots(CHATTER_SLOT).filter_map(|slot| self.chatter(fault, slot)));
            pulses.for_each(|(from, to)| [from, to].into_iter().for_each(&mut add));
        }
    }
}
