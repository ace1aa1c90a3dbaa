//! Vehicles that have left a lane in front but whose rear is still near its end or reaches back over it: whoever comes
//! next on the lane must see them, by whichever movement they left.

use super::scene::Scene;
use super::state::{Tail, Traffic};
use crate::network::LaneId;

/// Those who left `lane` to `next` and whose rear is less than `within` metres beyond its end: where the rear is, m
/// beyond the end (negative: before it), and whose it is. One may stand on `next` and one beyond it, if that is a lane
/// inside a junction.
#[inline]
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

/// The same for whichever movement they left by.
pub fn of<'a>(scene: &'a Scene, tails: &'a [Tail], lane: LaneId, within: f32) -> impl Iterator<Item = (f32, &'a Tail)> {
    scene.moves_from(lane).iter().flat_map(move |m| by(scene, tails, lane, m.next, within))
}

/// Of those who are askew, ordered by the lane they came from, the ones whose rears lie on `lane`.
pub fn askew(askew: &[Tail], lane: LaneId) -> impl Iterator<Item = &Tail> {
    let start = askew.partition_point(|t| t.came_from < lane);
    askew[start..].iter().take_while(move |t| t.came_from == lane)
}

impl Traffic {
    /// Those who left `lane` to `next` and reach back over its end.
    #[inline]
    pub fn rears_by(&self, scene: &Scene, lane: LaneId, next: LaneId) -> impl Iterator<Item = (f32, &Tail)> {
        by(scene, &self.tails, lane, next, 0.0)
    }

    /// Those who left `lane` by whichever movement, or changed lanes just behind it, and reach back over its end.
    pub fn rears_over<'a>(&'a self, scene: &'a Scene, lane: LaneId) -> impl Iterator<Item = (f32, &'a Tail)> {
        of(scene, &self.tails, lane, 0.0).chain(self.askew_over(lane).map(|t| (t.back, t)))
    }
}
