//! Counts conflicting greens: it looks at lamps only and trusts no controller.
//!
//! A pair of groups is in conflict while both are open and
//! - their paths cross or merge and neither is bound to give way, or they cross and both go straight on from
//!   different streets; or
//! - a turn that is bound to give way shows a full green (*protected*) against what it crosses.

use intergreen_control::Lamp;

use crate::network::{ConflictKind, Direction, Movement, MovementId, Network};

/// Two groups of a signal that must not be open together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Pair {
    a: u16,
    b: u16,
    /// Always in conflict when both are open.
    always: bool,
    /// In conflict if `a` shows a full green: it is bound to give way.
    if_a_protected: bool,
}

/// The movements that the programs of a network open in conflict with another, each with that other: when such a
/// program is run all the same, the first gives way to the second.
pub fn unprotected(network: &Network) -> Vec<(MovementId, MovementId)> {
    let mut found = Vec::new();
    for signal in &network.signals {
        for pair in pairs(network, &signal.movements) {
            if !signal.program.steps().iter().any(|s| in_conflict(&pair, &s.lamps)) {
                continue;
            }
            let of = |group: u16| {
                let has = move |m: &&MovementId| network.movement(**m).head.is_some_and(|h| h.group == group);
                signal.movements.iter().filter(has).copied()
            };
            found.extend(of(pair.a).flat_map(|a| of(pair.b).map(move |b| (a, b))));
        }
    }
    found
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
        self.open[signal] = self.pairs[signal].iter().filter(|p| in_conflict(p, lamps)).count() as u32;
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

/// A pair of movements that a signal's own program opens together although nothing between them yields.
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
            let open = |lamps: &[Lamp]| in_conflict(&pair, lamps);
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

/// Whether what two groups show is in conflict.
fn in_conflict(p: &Pair, lamps: &[Lamp]) -> bool {
    let (a, b) = (lamps[p.a as usize], lamps[p.b as usize]);
    a.is_green() && b.is_green() && (p.always || (p.if_a_protected && a == Lamp::Green && b == Lamp::Green))
}

/// The conflicting pairs among a signal's movements.
fn pairs(network: &Network, movements: &[MovementId]) -> Vec<Pair> {
    let mut found = Vec::new();
    for (i, &a) in movements.iter().enumerate() {
        for &b in &movements[i + 1..] {
            let (ma, mb) = (network.movement(a), network.movement(b));
            let (Some(ha), Some(hb)) = (ma.head, mb.head) else { continue };
            let same_street = network.lane(ma.from).link == network.lane(mb.from).link;
            let crosses = meet(network, a, b, ConflictKind::Crossing);
            let merges = meet(network, a, b, ConflictKind::Merging);
            if ha.group == hb.group || same_street || !(crosses || merges) {
                continue;
            }
            let straight = |m: &Movement| m.direction == Direction::Straight;
            let (a_yields, b_yields) = (ma.yields_to.contains(&b), mb.yields_to.contains(&a));
            let always = (!a_yields && !b_yields) || (crosses && straight(ma) && straight(mb));
            if always && b_yields && !a_yields {
                // Of two that must not be open together the one that the network has give way stands first.
                found.push(Pair { a: hb.group, b: ha.group, always, if_a_protected: false });
            } else if always || (crosses && a_yields && !straight(ma)) {
                found.push(Pair { a: ha.group, b: hb.group, always, if_a_protected: a_yields && !straight(ma) });
            }
            if !always && crosses && b_yields && !straight(mb) {
                found.push(Pair { a: hb.group, b: ha.group, always: false, if_a_protected: true });
            }
        }
    }
    found.sort_unstable();
    found.dedup();
    found
}

/// Whether the ways of two entry movements meet in a certain way inside the junction.
fn meet(network: &Network, a: MovementId, b: MovementId, kind: ConflictKind) -> bool {
    let inside_b = insides(network, b);
    insides(network, a)
        .iter()
        .any(|&la| network.lane(la).conflicts.iter().any(|c| c.kind == kind && inside_b.contains(&c.foe)))
}

/// The internal lanes of an entry movement.
fn insides(network: &Network, entry: MovementId) -> Vec<crate::network::LaneId> {
    let mut lanes = Vec::new();
    let mut lane = network.movement(entry).next;
    while network.lane(lane).internal {
        lanes.push(lane);
        let Some(m) = network.movements_of(lane).next() else { break };
        lane = network.movement(m).next;
    }
    lanes
}
