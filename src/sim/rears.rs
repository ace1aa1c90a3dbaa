//! Vehicles that have left a lane in front but whose rear is still near its end or reaches back over it: whoever comes
//! next on the lane must see them, by whichever movement they left.

use super::scene::Scene;
use super::state::{Tail, Traffic};
use crate::network::LaneId;

/// Those who left `lane` to `next` and whose rear is less than `within` metres beyond its end: where the rear is, m
/// beyond the end (negative: before it), and whose it is. One may stand on `next` and one beyond it, if that is a lane
/// inside a junction.
#[inline(always)]
pub fn by<'a>(
    scene: &Scene,
    tails: &'a [Tail],
    lane: LaneId,
    next: LaneId,
    within: f32,
) -> impl Iterator<Item = (f32, &'a Tail)> + use<'a> {
    let tail = &tails[next.index()];
    // Whoever changed lanes just behind the end is in the way on both.
    let is_here = tail.back < within && (tail.came_from == lane || tail.is_askew(scene, next.index()));
    let near = is_here.then_some((tail.back, tail));
    let facts = &scene.lanes[next.index()];
    let far = facts.internal.then(|| (facts.length, &tails[facts.next.index()]));
    let far = far.filter(|(length, t)| length + t.back < within && t.back < 0.0 && t.came_from == next);
    near.into_iter().chain(far.map(|(length, t)| (length + t.back, t)))
}

/// Tells `see` of the same for whichever movement they left by, and of who is askew there. (Every first vehicle of a lane
/// asks in every step, and an iterator over all of it is a large value to pass on.)
#[inline(always)]
pub fn each<'a>(
    scene: &Scene,
    tails: &'a [Tail],
    those_askew: &'a [Tail],
    lane: LaneId,
    within: f32,
    mut see: impl FnMut(f32, &'a Tail),
) {
    for m in scene.moves_from(lane) {
        by(scene, tails, lane, m.next, within).for_each(|(beyond, t)| see(beyond, t));
    }
    askew(those_askew, lane).for_each(|t| see(t.back, t));
}

/// Of those who are askew, ordered by the lane they came from, the ones whose rears lie on `lane`.
#[inline(always)]
pub fn askew(askew: &[Tail], lane: LaneId) -> impl Iterator<Item = &Tail> {
    // Mostly there is nobody.
    let start = if askew.is_empty() { 0 } else { askew.partition_point(|t| t.came_from < lane) };
    askew[start..].iter().take_while(move |t| t.came_from == lane)
}

impl Traffic {
    /// Those who left `lane` to `next` and reach back over its end.
    #[inline]
    pub fn rears_by(&self, scene: &Scene, lane: LaneId, next: LaneId) -> impl Iterator<Item = (f32, &Tail)> {
        by(scene, &self.tails, lane, next, 0.0)
    }

    /// Tells `see` of those who left `lane` by whichever movement, or changed lanes just behind it, and reach back over its
    /// end.
    #[inline(always)]
    pub fn each_rear_over<'a>(&'a self, scene: &Scene, lane: LaneId, see: impl FnMut(f32, &'a Tail)) {
        each(scene, &self.tails, &self.askew, lane, 0.0, see);
    }
}
