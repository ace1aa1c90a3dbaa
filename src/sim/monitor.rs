//! Counts conflicting greens: it looks at lamps only and trusts no controller. Which groups must not be open
//! together is worked out in [`mod@pairs`].

mod pairs;

use intergreen_control::Lamp;

use self::pairs::{Pair, pairs};
use crate::network::{MovementId, Network, SignalId};

/// The movements that the programs of a network open in conflict with another, each with that other: when such a
/// program is run all the same, the first gives way to the second.
pub fn unprotected(network: &Network) -> Vec<(MovementId, MovementId)> {
    let mut found = Vec::new();
    for signal in &network.signals {
        for pair in pairs(network, &signal.movements) {
            if !signal.program.steps().iter().any(|s| pair.is_violated_by(&s.lamps)) {
                continue;
            }
            let of = |group: u16| {
                let has = move |m: &&MovementId| network.movement(**m).head.is_some_and(|h| h.group == group);
                signal.movements.iter().filter(has).copied()
            };
            let here = |m: MovementId| network.movement(m).junction;
            // Of ways that meet only further on, the part that meets gives way.
            let together = |a| of(pair.b).filter(move |&b| here(a) == here(b)).map(move |b| (a, b));
            found.extend(of(pair.a).flat_map(together));
        }
    }
    found
}

/// The pairs of a signal's groups that must not be open together, `false`, or not both fully green, `true`: then the
/// first is bound to give way. For comparison with plans, which work it out on their own.
pub fn conflicting(network: &Network, signal: SignalId) -> Vec<(u16, u16, bool)> {
    let pairs = pairs(network, &network.signals[signal.index()].movements);
    pairs.into_iter().map(|p| (p.a, p.b, p.yields)).collect()
}

/// Watches all signals.
#[derive(Clone, Debug)]
pub struct Monitor {
    pairs: Vec<Vec<Pair>>,
    /// Conflicting pairs open now, by signal.
    open: Vec<u32>,
    /// Pair-seconds in conflict so far.
    pub seconds: f64,
}

impl Monitor {
    /// Works out the conflicting pairs from the network's geometry and right of way.
    pub fn new(network: &Network) -> Self {
        let pairs: Vec<Vec<Pair>> = network.signals.iter().map(|s| pairs(network, &s.movements)).collect();
        Self { open: vec![0; pairs.len()], pairs, seconds: 0.0 }
    }

    /// Looks at the lamps of a signal after a change.
    pub fn look(&mut self, signal: usize, lamps: &[Lamp]) {
        self.open[signal] = self.pairs[signal].iter().filter(|p| p.is_violated_by(lamps)).count() as u32;
    }

    /// Signals with conflicting pairs open now, and how many pairs.
    pub fn open_now(&self) -> impl Iterator<Item = (usize, u32)> {
        self.open.iter().copied().enumerate().filter(|s| s.1 > 0)
    }

    /// Lets `dt` seconds pass.
    pub fn pass(&mut self, dt: f32) {
        let open = self.open.iter().filter(|&&n| n > 0).count();
        self.seconds += open as f64 * f64::from(dt);
    }
}

/// A pair of movements that a signal's own program opens together although they have to be kept apart.
#[derive(Clone, Debug, PartialEq)]
pub struct OpenedPair {
    /// Name of the signal.
    pub signal: String,
    /// Name of its program.
    pub program: String,
    /// First step of the program in which both are open, from 0.
    pub step: usize,
    /// How long both are open in one cycle, s.
    pub seconds: f64,
    /// The movements, each as the links it leads from and to.
    pub movements: [(String, String); 2],
}

impl std::fmt::Display for OpenedPair {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { signal, program, step, seconds, movements: [a, b] } = self;
        write!(f, "signal '{signal}': program '{program}' opens {} → {} and {} → {} together ", a.0, a.1, b.0, b.1)?;
        write!(f, "(first in step {step}, {seconds} s per cycle)")
    }
}

/// The conflicting pairs that the programs of a network open themselves, each pair of ways once.
pub fn opened_by_programs(network: &Network) -> Vec<OpenedPair> {
    let mut found = Vec::new();
    for signal in &network.signals {
        for pair in pairs(network, &signal.movements) {
            let steps = signal.program.steps();
            let open = |lamps: &[Lamp]| pair.is_violated_by(lamps);
            let Some(step) = steps.iter().position(|s| open(&s.lamps)) else { continue };
            let millis: i64 = steps.iter().filter(|s| open(&s.lamps)).map(|s| s.duration.0).sum();
            let way = |group: u16| {
                let of_group = |m: &&MovementId| network.movement(**m).head.is_some_and(|h| h.group == group);
                let link = |lane| network.link(network.lane(lane).link).id.clone();
                let m = signal.movements.iter().find(of_group).map(|m| network.movement(*m));
                m.map_or_else(Default::default, |m| (link(m.from), link(m.to)))
            };
            let opened = OpenedPair {
                signal: signal.id.clone(),
                program: signal.program.id().to_owned(),
                step,
                seconds: millis as f64 / 1000.0,
                movements: [way(pair.a), way(pair.b)],
            };
            // Parallel lanes often have a group each.
            if !found.contains(&opened) {
                found.push(opened);
            }
        }
    }
    found
}
