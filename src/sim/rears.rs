//! Vehicles that have left a lane in front but still reach back over its end: whoever comes next on the lane must see
//! them, by whichever movement they left.

use super::scene::Scene;
use super::state::{Tail, Traffic};
use crate::network::LaneId;

impl Traffic {
    /// Those who left `lane` to `next`: where the rear is, m beyond the end of the lane (negative: before it), and whose
    /// it is. One may stand on `next` and one beyond it, if that is a lane inside a junction.
    #[inline]
    pub fn rears_by(&self, scene: &Scene, lane: LaneId, next: LaneId) -> impl Iterator<Item = (f32, &Tail)> {
        let tail = &self.tails[next.index()];
        let near = (tail.back < 0.0 && tail.came_from == lane).then_some((tail.back, tail));
        let facts = &scene.lanes[next.index()];
        let far = facts.internal.then(|| (facts.length, &self.tails[facts.next.index()]));
        let far = far.filter(|(length, t)| t.back < -length && t.came_from == next);
        near.into_iter().chain(far.map(|(length, t)| (length + t.back, t)))
    }

    /// Those who left `lane` by whichever movement, or changed lanes just behind it.
    pub fn rears_over(&self, scene: &Scene, lane: LaneId) -> impl Iterator<Item = (f32, &Tail)> {
        let movements = scene.network.movements_of(lane);
        let left = movements.flat_map(move |m| self.rears_by(scene, lane, scene.moves[m.index()].next));
        left.chain(self.askew_over(lane).map(|t| (t.back, t)))
    }
}
