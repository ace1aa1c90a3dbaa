//! Which groups of a signal must not be open together, by geometry and right of way.
//!
//! A pair of groups is in conflict while both are open and
//! - their paths cross or merge and neither is bound to give way; or
//! - they cross and both go straight on from different streets, whoever gives way; or
//! - one that turns and is bound to give way shows a full green (*protected*) against what it crosses; or
//! - one that goes straight on and is bound to give way crosses one that turns, and the file's own program never lets
//!   both go: lamps keep them apart, not signs.
//!
//! What is a street and what goes straight on, the lanes say:
//! - **Oncoming.** Two that go straight on in opposite directions of one street are not from different streets. Where
//!   they cross all the same, the one that gives way changes to the other side of the street: it turns off across
//!   the oncoming traffic, as left turns do.
//! - **Inside.** A road on which no car fits, and which is reached only over stop lines of the same signal, lies
//!   inside the intersection (net builders draw large intersections as several junctions). Its lamp is no stop line:
//!   it lets those out who are in. Who goes straight on from there must not meet others who go straight on either,
//!   but what keeps them apart are the lamps of the stop lines where they came in. These must not be open together,
//!   although their own ways part before they cross.

use intergreen_control::Lamp;

use crate::network::{ConflictKind, Direction, LaneId, MovementId, Network, Signal, geometry};

/// A road shorter than this holds no car, m.
const CAR: f32 = 5.0;
/// Roads whose directions differ by less than this lie in one line, rad (15°): drawn ends are no better, and streets
/// do not cross at so small an angle.
const IN_LINE: f64 = 0.26;
/// Most roads in a row inside one intersection.
const MOST_INSIDE: u8 = 8;

/// Two groups of a signal that must not be open together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Pair {
    /// The one bound to give way, if one is.
    pub a: u16,
    /// The other.
    pub b: u16,
    /// Only in conflict if both show a full green.
    pub yields: bool,
}

impl Pair {
    /// Whether what the groups of the signal show is in conflict.
    pub fn is_violated_by(&self, lamps: &[Lamp]) -> bool {
        let (a, b) = (lamps[self.a as usize], lamps[self.b as usize]);
        if self.yields { a == Lamp::Green && b == Lamp::Green } else { a.is_green() && b.is_green() }
    }
}

/// The conflicting pairs among a signal's movements. Who is bound to give way says the list written for the monitor, if
/// there is one, else the right of way of the streets.
pub(super) fn pairs(network: &Network, signal: &Signal) -> Vec<Pair> {
    let mut found = Vec::new();
    for (i, &a) in signal.movements.iter().enumerate() {
        for &b in &signal.movements[i + 1..] {
            if are_apart(network, a, b) {
                found.extend(conflicts(network, signal, a, b));
            }
        }
    }
    found.sort_unstable();
    // What must never be open together need not be looked at again.
    found.dedup_by_key(|p| (p.a, p.b));
    found
}

/// The pairs that follow from two movements.
fn conflicts(network: &Network, signal: &Signal, a: MovementId, b: MovementId) -> Vec<Pair> {
    let written = signal.permissive.as_deref();
    let crosses = meet(network, a, b, ConflictKind::Crossing);
    if !crosses && !meet(network, a, b, ConflictKind::Merging) {
        return Vec::new();
    }
    let yields = |m: MovementId, to| match (written, pair(network, m, to, true)) {
        (Some(list), Some(p)) => list.contains(&(p.a, p.b)),
        _ => network.movement(m).yields_to.contains(&to),
    };
    let (a_yields, b_yields) = (yields(a, b), yields(b, a));
    let mut found = Vec::new();
    if !a_yields && !b_yields {
        found.extend(pair(network, a, b, false));
    } else if crosses {
        let straight = goes_straight(network, a) && goes_straight(network, b);
        if straight && !are_oncoming(network, a, b) {
            let (a, b) = if a_yields { (a, b) } else { (b, a) };
            found.extend(between_stop_lines(network, a, b));
        }
        for (m, other, yields) in [(a, b, a_yields), (b, a, b_yields)] {
            if yields && (straight || !goes_straight(network, m)) {
                found.extend(pair(network, m, other, true));
            }
        }
        // Here exactly one gives way, and goes straight on.
        let signs_only = a_yields != b_yields && !straight && goes_straight(network, if a_yields { a } else { b });
        if signs_only && written.is_none() {
            found.extend(pair(network, a, b, false).filter(|p| !go_together(signal, p)));
        }
    }
    found
}

/// Whether the file's own program has a time in which both groups may still pass their lines.
fn go_together(signal: &Signal, p: &Pair) -> bool {
    let passes = |lamp: Lamp| !lamp.is_red() && lamp != Lamp::TurnOnRed;
    signal.program.steps().iter().any(|s| [p.a, p.b].iter().all(|&g| passes(s.lamps[usize::from(g)])))
}

/// The pairs of stop lines that keep two ways apart which go straight on from different streets and cross.
fn between_stop_lines(network: &Network, a: MovementId, b: MovementId) -> Vec<Pair> {
    let mut found = Vec::new();
    for x in stop_lines(network, a, MOST_INSIDE) {
        for y in stop_lines(network, b, MOST_INSIDE) {
            if are_apart(network, x, y) && goes_straight(network, x) && goes_straight(network, y) {
                found.extend(pair(network, x, y, false));
            }
        }
    }
    found
}

/// The groups of two movements as a pair.
fn pair(network: &Network, a: MovementId, b: MovementId, yields: bool) -> Option<Pair> {
    let group = |m| network.movement(m).head.map(|h| h.group);
    Some(Pair { a: group(a)?, b: group(b)?, yields })
}

/// Whether two movements come from different roads and have lamps of their own.
fn are_apart(network: &Network, a: MovementId, b: MovementId) -> bool {
    let (a, b) = (network.movement(a), network.movement(b));
    network.lane(a.from).link != network.lane(b.from).link && a.head != b.head
}

/// Whether a movement goes straight on.
fn goes_straight(network: &Network, m: MovementId) -> bool {
    network.movement(m).direction == Direction::Straight
}

/// Whether each of two movements leaves where the other comes from: they are the two directions of one street.
fn are_oncoming(network: &Network, a: MovementId, b: MovementId) -> bool {
    let ends = |m: MovementId| {
        let m = network.movement(m);
        let (from, to) = (network.lane(m.from), network.lane(m.to));
        let (_, arrives) = geometry::along(&from.shape, geometry::length(&from.shape));
        let (_, leaves) = geometry::along(&to.shape, 0.0);
        (arrives, leaves)
    };
    let opposite = |x: f64, y: f64| {
        let turned = libm::remainder(x - y - std::f64::consts::PI, std::f64::consts::TAU);
        turned.abs() < IN_LINE
    };
    let ((a_in, a_out), (b_in, b_out)) = (ends(a), ends(b));
    opposite(a_in, b_out) && opposite(b_in, a_out)
}

/// The movements over whose stop lines vehicles come to an entry movement: itself, unless it begins inside the
/// intersection.
fn stop_lines(network: &Network, m: MovementId, most_inside: u8) -> Vec<MovementId> {
    let movement = network.movement(m);
    let road = network.lane(movement.from);
    let signal = movement.head.map(|h| h.signal);
    // Each road's movements are the exits of ways that began at an entry.
    let before: Vec<MovementId> = road.incoming.iter().map(|&i| network.movement(i).entry).collect();
    let same_signal = |&b: &MovementId| network.movement(b).head.map(|h| h.signal) == signal;
    let inside = road.length < CAR && most_inside > 0 && !before.is_empty() && before.iter().all(same_signal);
    if !inside {
        return vec![m];
    }
    let mut lines: Vec<_> = before.into_iter().flat_map(|b| stop_lines(network, b, most_inside - 1)).collect();
    lines.sort_unstable();
    lines.dedup();
    lines
}

/// Whether the ways of two entry movements meet in a certain way inside the junction.
fn meet(network: &Network, a: MovementId, b: MovementId, kind: ConflictKind) -> bool {
    let inside = |m: MovementId| network.inside(network.movement(m));
    let inside_b: Vec<LaneId> = inside(b).collect();
    inside(a).any(|la| network.lane(la).conflicts.iter().any(|c| c.kind == kind && inside_b.contains(&c.foe)))
}

#[cfg(test)]
mod tests;
