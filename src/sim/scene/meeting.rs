//! Where ways inside junctions meet, in the form the step reads: what a car takes of the road when it turns, and places to
//! wait.

use super::ConflictFacts;
use crate::network::{Conflict, ConflictKind, Lane, LaneId, Network};

/// Half the length of a car and of what it needs besides when it turns, m.
const HALF_CHORD: f64 = 3.5;

/// A crossing or merge within this distance of the end of a lane that ends at a place to wait is the next lane's
/// business, m: whoever waits there stands just before it.
const WAITING_PLACE_SLACK: f32 = 3.0;

/// Whether a conflict that begins at `start` only grazes a place to wait.
pub(super) fn grazes(lane: &Lane, start: f32, waits: bool) -> bool {
    waits && start > lane.length - WAITING_PLACE_SLACK
}

/// How far before the end of a lane with a place to wait one has to stand to be clear of everybody, m.
pub(super) fn waiting_place_offset(network: &Network, lane: LaneId) -> f32 {
    let lane = network.lane(lane);
    let grazing = lane.conflicts.iter().filter(|c| c.kind != ConflictKind::Diverging && grazes(lane, c.start, true));
    grazing.map(|c| lane.length - c.start).fold(0.0, f32::max)
}

/// How far a turning car bulges out of its lane, m: the rise of an arc over a chord of its length (SUMO: sagitta).
pub(super) fn swing(network: &Network, lane: &Lane) -> f32 {
    let Some(exit) = network.movements.get(lane.movements.start as usize) else { return 0.0 };
    let entry = network.movement(exit.entry);
    let heading = |a: crate::network::Point, b: crate::network::Point| libm::atan2(b.y - a.y, b.x - a.x);
    let ([.., a, b], [c, d, ..]) = (&network.lane(entry.from).shape[..], &network.lane(entry.to).shape[..]) else {
        return 0.0;
    };
    let turn = heading(*c, *d) - heading(*a, *b);
    let turn = libm::fabs(libm::remainder(turn, std::f64::consts::TAU));
    // A straight way has no radius.
    if turn < 0.01 {
        return 0.0;
    }
    let radius = f64::from(entry.inside_length) / turn;
    (radius - (radius * radius - HALF_CHORD * HALF_CHORD).max(0.0).sqrt()) as f32
}

/// A conflict as the step reads it, unless it only grazes the other's place to wait. Whoever stands at a place to
/// wait has not merged yet: until then the ways cross.
pub(super) fn conflict_facts(
    network: &Network,
    c: &Conflict,
    waits: bool,
    foe_waits: bool,
    swing: f32,
) -> Option<ConflictFacts> {
    if c.kind != ConflictKind::Diverging && grazes(network.lane(c.foe), c.foe_start, foe_waits) {
        return None;
    }
    let kind = if c.kind == ConflictKind::Merging && (waits || foe_waits) { ConflictKind::Crossing } else { c.kind };
    let swing = if kind == ConflictKind::Crossing { swing } else { 0.0 };
    Some(ConflictFacts::new(network, Conflict { kind, ..*c }, false, swing))
}

/// For each conflict with a lane behind a place to wait: a conflict with the lane before it, so that whoever was
/// left inside at the end of green is let out first.
pub(super) fn clearing(network: &Network, conflicts: &[Conflict]) -> Vec<ConflictFacts> {
    conflicts
        .iter()
        .filter(|c| c.kind != ConflictKind::Diverging)
        .filter_map(|c| {
            let exit = network.movements_of(c.foe).next()?;
            let entry = network.movement(exit).entry;
            let first = network.movement(entry).next;
            let meeting = Conflict { foe: first, foe_start: f32::MAX, foe_end: f32::MAX, ..*c };
            (first != c.foe).then(|| ConflictFacts::new(network, meeting, true, 0.0))
        })
        .collect()
}
