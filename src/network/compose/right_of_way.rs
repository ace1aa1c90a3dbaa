//! Who gives way to whom at a node.
//!
//! Foes are ways from different approaches that cross or lead to the same lane. Who of two foes gives way:
//!
//! - *signal*: of opposing ways the turning one, left before right; a right turn to what it meets. All else
//!   is left to the lamps: neither gives way.
//! - *priority*, *priority stop*: the street of lower rank; within a rank as below.
//! - *all-way stop*: each to the other; who stopped first goes first.
//! - *roundabout*: the arm to the ring.
//! - *right before left*: of opposing ways as at a signal, else the one that has the other on its right.

use super::plan::NodeKind;
use super::roads::Road;
use super::shape::cross;
use super::turns::Turn;
use crate::network::equal::Approach;
use crate::network::{Direction, RequestSpec, RightOfWay, geometry};

/// A vehicle that waits inside must stay this far from the paths it waits for, m: a car's width and some room.
const WAIT_CLEARANCE: f64 = 2.4;
/// Distance between probed points, m.
const PROBE: f64 = 0.25;
/// A place to wait is worth having from this far behind the stop line, m.
const LEAST_WAY: f64 = 3.0;

/// The right-of-way table of a node, one row for each turn; `waits_inside` is left to [`waiting_place`].
pub(super) fn table(kind: NodeKind, turns: &[Turn], roads: &[Road]) -> Vec<RequestSpec> {
    let mut rows: Vec<RequestSpec> = turns.iter().map(|_| RequestSpec::default()).collect();
    for (i, a) in turns.iter().enumerate() {
        for (j, b) in turns.iter().enumerate().skip(i + 1) {
            let merging = (a.to_road, a.to_lane) == (b.to_road, b.to_lane);
            if a.road == b.road || !(merging || cross(&a.path, &b.path)) {
                continue;
            }
            rows[i].foes.push(j as u16);
            rows[j].foes.push(i as u16);
            if kind == NodeKind::AllWayStop {
                rows[i].yields_to.push(j as u16);
                rows[j].yields_to.push(i as u16);
                continue;
            }
            match who_yields(kind, a, b, merging, roads) {
                Some(false) => rows[i].yields_to.push(j as u16),
                Some(true) => rows[j].yields_to.push(i as u16),
                None => {}
            }
        }
    }
    for row in &mut rows {
        row.foes.sort_unstable();
        row.yields_to.sort_unstable();
    }
    rows
}

/// Of two foes, whether the second gives way; `None`: neither does.
fn who_yields(kind: NodeKind, a: &Turn, b: &Turn, merging: bool, roads: &[Road]) -> Option<bool> {
    let (first, second) = (approach(a), approach(b));
    let opposing = first.faces(&second);
    if kind == NodeKind::Signal && !opposing {
        // A left turn that still waits inside when the crossing street starts must be free to leave, so only right
        // turns are bound here.
        let right = |t: &Turn| t.direction == Direction::Right;
        // It crosses instead of merging where straight traffic goes on in a bus lane that it leaves out.
        return (right(a) != right(b)).then(|| right(b));
    }
    if kind == NodeKind::Signal && a.direction == b.direction && !merging {
        return None;
    }
    let ring = |t: &Turn| roads[t.road].ring;
    if kind == NodeKind::Roundabout && ring(a) != ring(b) {
        return Some(ring(a));
    }
    let rank = |t: &Turn| roads[t.road].street.rank;
    if matches!(kind, NodeKind::Priority | NodeKind::PriorityStop) && rank(a) != rank(b) {
        return Some(rank(b) < rank(a));
    }
    Some(second.gives_way_to(&first))
}

/// What counts where roads are equal.
fn approach(t: &Turn) -> Approach {
    Approach { arm: t.arm, direction: t.direction }
}

/// The right of way that a row states for times without lamps.
pub(super) fn without_lamp(kind: NodeKind, row: &RequestSpec) -> RightOfWay {
    match kind {
        NodeKind::RightBeforeLeft => RightOfWay::Equal,
        NodeKind::AllWayStop => RightOfWay::AllWayStop,
        _ if row.yields_to.is_empty() => RightOfWay::Major,
        NodeKind::PriorityStop => RightOfWay::Stop,
        _ => RightOfWay::Minor,
    }
}

/// How far into the node a left turn at a signal may go to wait for oncoming traffic, m.
pub(super) fn waiting_place(kind: NodeKind, i: usize, turns: &[Turn], row: &RequestSpec) -> Option<f64> {
    let turn = &turns[i];
    if kind != NodeKind::Signal || turn.direction != Direction::Left {
        return None;
    }
    let oncoming: Vec<&Turn> = row.yields_to.iter().map(|&r| &turns[usize::from(r)]).collect();
    let whole = geometry::length(&turn.path);
    let steps = (whole / PROBE) as usize;
    let free = (0..=steps).map(|s| s as f64 * PROBE).take_while(|&s| {
        let (p, _) = geometry::along(&turn.path, s);
        oncoming.iter().all(|o| geometry::distance_to(&o.path, p) > WAIT_CLEARANCE)
    });
    let place = free.last()?;
    (!oncoming.is_empty() && place >= LEAST_WAY && place < whole - 2.0).then_some(place)
}
