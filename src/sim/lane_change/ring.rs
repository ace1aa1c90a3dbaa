//! Roundabouts with more than one lane: who does not leave at the next exit is drawn to the inner lane, so that the
//! outer one is left to those who enter and leave (SUMO: `MSLCHelper`, roundabout bonus).

use super::LinkLanes;
use crate::network::{LaneId, MovementId};
use crate::sim::state::Vehicle;

/// How far ahead a roundabout is thought of, m.
const AHEAD: f32 = 300.0;
/// What the inner lane is worth for each junction to pass, m of queue.
const WORTH: f32 = 7.5;
/// Weight of a metre driven on the roundabout.
const WEIGHT: f32 = 9.0;

/// A lane of the route and the movement it was reached by.
#[derive(Clone, Copy)]
struct Place {
    lane: LaneId,
    by: MovementId,
}

impl LinkLanes<'_> {
    /// How much further the inner one of two lanes seems to lead, m: nothing unless it leads on until the way leaves
    /// the roundabout and at least one exit is passed; less the more the inner lane is used.
    #[inline(always)]
    pub(super) fn ring_bonus(&self, me: &Vehicle, lane: usize, to: usize) -> f32 {
        if self.scene.has_ring && self.routes.meets_ring(me.path, me.leg) { self.bonus(me, lane, to) } else { 0.0 }
    }

    /// The same, where there is a roundabout ahead.
    fn bonus(&self, me: &Vehicle, lane: usize, to: usize) -> f32 {
        let scene = self.scene;
        let choices = self.routes.row(me.row);
        let offset = |k: usize| choices[k].offset;
        let best =
            if offset(lane) == 0 && offset(to) == 0 { to } else { (lane as i32 + i32::from(offset(lane))) as usize };
        let place = |index: usize| Place { lane: LaneId::new(self.first + index), by: MovementId::NONE };
        let (mut outer, mut inner) = (place(best), Some(place(lane.max(to))));
        let (mut exits, mut entered, mut seen, mut inside) = (0, false, -me.position, 0.0);
        let (mut queue, mut inner_queue) = (0.0, 0.0);
        for leg in me.leg..self.routes.legs(me.path) {
            let link = scene.network.link(scene.network.lane(outer.lane).link);
            if entered && !link.roundabout {
                break;
            }
            let Some(at) = inner else { return 0.0 };
            if seen > AHEAD {
                return 0.0;
            }
            let length = scene.lanes[outer.lane.index()].length;
            let share = if leg == me.leg { (length - me.position) / length } else { 1.0 };
            if link.roundabout {
                entered = true;
                exits += u32::from(link.to.is_some_and(|j| scene.forks[j.index()]));
                inside += length + self.way_to(outer).0;
            }
            queue += share * self.storage[outer.lane.index()].taken + self.way_to(outer).1;
            inner_queue += share * self.storage[at.lane.index()].taken + self.way_to(at).1;
            seen += length;
            let Some(next) = self.next_place(me, leg, outer) else { break };
            inner = self.next_place(me, leg, at);
            outer = next;
        }
        let most = queue.max(inner_queue);
        if exits < 2 || most <= 0.0 {
            return 0.0;
        }
        let worth = exits as f32 * WORTH;
        inside * ((queue - inner_queue + worth) / (most + worth)).max(0.0) * WEIGHT
    }

    /// The lane of the next link that the route leads to.
    fn next_place(&self, me: &Vehicle, leg: u16, at: Place) -> Option<Place> {
        let by = self.onward(me, leg, at.lane)?;
        Some(Place { lane: self.scene.moves[by.index()].to, by })
    }

    /// Length of the internal lanes by which a lane was reached, and of the vehicles on them, m.
    fn way_to(&self, at: Place) -> (f32, f32) {
        let (mut length, mut taken) = (0.0, 0.0);
        let Some(by) = at.by.get() else { return (length, taken) };
        let mut lane = self.scene.moves[by.index()].next;
        while self.scene.lanes[lane.index()].internal {
            length += self.scene.lanes[lane.index()].length;
            taken += self.storage[lane.index()].taken;
            lane = self.scene.lanes[lane.index()].next;
        }
        (length, taken)
    }
}
