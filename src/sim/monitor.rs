//! Counts conflicting greens: it looks at lamps only and trusts no controller.
//!
//! A pair of groups is in conflict while both are open and
//! - their paths cross, neither is bound to give way, or both go straight on from different streets; or
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
        let in_conflict = |p: &&Pair| {
            let (a, b) = (lamps[p.a as usize], lamps[p.b as usize]);
            a.is_green() && b.is_green() && (p.always || (p.if_a_protected && a == Lamp::Green && b == Lamp::Green))
        };
        self.open[signal] = self.pairs[signal].iter().filter(in_conflict).count() as u32;
    }

    /// Lets `dt` seconds pass.
    pub fn pass(&mut self, dt: f32) {
        let open: u32 = self.open.iter().sum();
        self.seconds += f64::from(open) * f64::from(dt);
    }
}

/// The conflicting pairs among a signal's movements.
fn pairs(network: &Network, movements: &[MovementId]) -> Vec<Pair> {
    let mut found = Vec::new();
    for (i, &a) in movements.iter().enumerate() {
        for &b in &movements[i + 1..] {
            let (ma, mb) = (network.movement(a), network.movement(b));
            let (Some(ha), Some(hb)) = (ma.head, mb.head) else { continue };
            let same_street = network.lane(ma.from).link == network.lane(mb.from).link;
            if ha.group == hb.group || same_street || !cross(network, a, b) {
                continue;
            }
            let straight = |m: &Movement| m.direction == Direction::Straight;
            let (a_yields, b_yields) = (ma.yields_to.contains(&b), mb.yields_to.contains(&a));
            let always = (!a_yields && !b_yields) || (straight(ma) && straight(mb));
            if always || (a_yields && !straight(ma)) {
                found.push(Pair { a: ha.group, b: hb.group, always, if_a_protected: a_yields && !straight(ma) });
            }
            if !always && b_yields && !straight(mb) {
                found.push(Pair { a: hb.group, b: ha.group, always: false, if_a_protected: true });
            }
        }
    }
    found.sort_unstable();
    found.dedup();
    found
}

/// Whether the ways of two entry movements cross (not merely merge) inside the junction.
fn cross(network: &Network, a: MovementId, b: MovementId) -> bool {
    let inside_b = insides(network, b);
    insides(network, a).iter().any(|&la| {
        network.lane(la).conflicts.iter().any(|c| c.kind == ConflictKind::Crossing && inside_b.contains(&c.foe))
    })
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
