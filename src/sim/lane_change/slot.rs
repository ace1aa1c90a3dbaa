//! Who would be ahead and behind on another lane, and whether there is room between them.

use super::{Behind, Cursor, LOOK_AHEAD, LinkLanes, Neighbour, Slot, Thinker};
use crate::behaviour::{Bounds, Driver};
use crate::network::LaneId;
use crate::sim::junction::{Rule, Signs};
use crate::sim::plan::stops_for_lamp;
use crate::sim::rears;
use crate::sim::state::{Tail, Vehicle};

/// Distance behind a stop line over which movements from one lane have not parted, m: about a car's length.
const PARTING: f32 = 6.0;
/// How far behind drivers look before they change lanes or enter, m: a town's vehicles can brake within it.
pub(in crate::sim) const LOOK_BACK: f32 = 60.0;
/// How near an open end of a link changes to the left and to the right take turns, m: whoever is further from it can still
/// brake for somebody who has changed unseen (70 km/h: 21 m at 9 m/s², and a step of half a second).
const NEAR: f32 = 32.0;
/// Gaps that helpers leave are exact up to this, m: one that creeps asks for a little more than it left.
const ROUNDING: f32 = 0.01;
/// Whoever has stood for so long before it can change lanes is content with less room, s.
const LONG: f32 = 60.0;
/// The room that it needs at the least, m.
const LEAST: f32 = 0.1;

impl LinkLanes<'_> {
    /// Who would be ahead and behind on a lane whose next unprocessed vehicle is `at`.
    pub(super) fn slot(&self, lane: usize, at: usize, me: &Vehicle, d: &Driver) -> Slot {
        let vehicles = &self.lanes[lane].vehicles;
        let ahead = self.slot_ahead(lane, at, me, d);
        let behind = match vehicles.get(at) {
            Some(v) => Some((
                Neighbour {
                    distance: me.back() - v.position,
                    length: v.length,
                    speed: v.speed,
                    accel: v.accel,
                    decel: self.scene.drivers[v.kind as usize].decel,
                },
                Behind::Here(at as u16),
            )),
            None => self.approaching(LaneId::new(self.first + lane), me),
        };
        Slot { ahead, behind }
    }

    /// Whoever would be ahead on a lane.
    #[inline]
    pub(super) fn slot_ahead(&self, lane: usize, at: usize, me: &Vehicle, d: &Driver) -> Option<Neighbour> {
        match at.checked_sub(1).map(|i| &self.lanes[lane].vehicles[i]) {
            Some(v) => Some(Neighbour {
                distance: v.back() - me.position,
                length: v.length,
                speed: v.speed,
                accel: v.accel,
                decel: self.scene.drivers[v.kind as usize].apparent_decel,
            }),
            None => self.beyond(lane, me, d),
        }
    }

    /// The last vehicle on the lanes beyond the end of a lane, as the route goes on from it. Few are first on their lane.
    #[inline(never)]
    fn beyond(&self, lane: usize, me: &Vehicle, d: &Driver) -> Option<Neighbour> {
        let scene = self.scene;
        let mut distance = scene.lanes[self.first + lane].length - me.position;
        let neighbour = |distance: f32, tail: &Tail| Neighbour {
            distance,
            length: tail.length,
            speed: tail.speed,
            accel: tail.accel,
            decel: tail.decel,
        };
        // Whoever has left the lane for another movement is in the way until the ways have parted; so is whoever changed
        // lanes just behind its end.
        let here = LaneId::new(self.first + lane);
        let mut parting: Option<Neighbour> = None;
        rears::each(scene, self.tails, self.askew, here, PARTING, |beyond, t| {
            if parting.is_none_or(|p| distance + beyond < p.distance) {
                parting = Some(neighbour(distance + beyond, t));
            }
        });
        if distance > me.speed * LOOK_AHEAD + d.min_gap {
            return parting;
        }
        let mut leg = me.leg;
        let mut next = self.routes.row(me.row)[lane].movement.get();
        let far = distance + d.brake_gap(me.speed, d.decel);
        while let Some(m) = next {
            let here = scene.moves[m.index()].next;
            let (tail, facts) = (&self.tails[here.index()], &scene.lanes[here.index()]);
            if tail.exists() {
                let own = neighbour(distance + tail.back, tail);
                return Some(parting.filter(|p| p.distance < own.distance).unwrap_or(own));
            }
            distance += facts.length;
            if facts.internal {
                next = Some(facts.exit);
            } else if distance < far && leg + 1 < self.routes.legs(me.path) {
                // A short road: whoever stands behind it is near.
                leg += 1;
                next = self.onward(me, leg, here);
            } else {
                break;
            }
        }
        parting
    }

    /// The nearest vehicle that comes to the start of a lane from behind `me`.
    fn approaching(&self, lane: LaneId, me: &Vehicle) -> Option<(Neighbour, Behind)> {
        let link = |lane: LaneId| self.scene.lanes[lane.index()].link;
        let before = self.scene.network.lanes_before(lane);
        before
            .filter_map(|from| {
                // A rear that still lies in the junction is not in the way of who waits before it at another road.
                let beside = me.came_from.is_none() || link(me.came_from) == link(from);
                self.coming(from, me.back(), if beside { 0.0 } else { (-me.back()).max(0.0) })
            })
            .min_by(|a, b| a.0.distance.total_cmp(&b.0.distance))
    }

    /// The nearest vehicle that comes to the end of a lane, which lies `distance` behind a rear; before the junction
    /// `spare` metres further.
    fn coming(&self, lane: LaneId, distance: f32, spare: f32) -> Option<(Neighbour, Behind)> {
        let (t, facts) = (&self.tails[lane.index()], &self.scene.lanes[lane.index()]);
        let (distance, spare) = if facts.internal { (distance, spare) } else { (distance + spare, 0.0) };
        if t.exists() {
            let distance = distance + t.head_to_end;
            let head = Neighbour { distance, length: t.length, speed: t.head_speed, accel: 0.0, decel: t.decel };
            return Some((head, Behind::Before(lane)));
        }
        let distance = distance + facts.length;
        if distance >= LOOK_BACK {
            return None;
        }
        let before = self.scene.network.lanes_before(lane);
        before
            .filter_map(|from| self.coming(from, distance, spare))
            .min_by(|a, b| a.0.distance.total_cmp(&b.0.distance))
    }

    /// Distance a follower needs to a leader, bumper to bumper, to be safe without more than comfortable braking.
    pub(super) fn needed(follower: &Driver, tau: f32, v: f32, leader_speed: f32, leader_decel: f32) -> f32 {
        let tau = if follower.ballistic() { tau.at_most(0.56) } else { tau };
        let own = follower.brake_gap(v, follower.decel) + v * tau;
        let other = follower.brake_gap(leader_speed, leader_decel.at_least(follower.decel));
        Self::standing(follower, v) + ((own - other) / follower.lc_assertive).at_least(0.0)
    }

    /// The gap a driver wants at a standstill, m. Continuous models settle a little short of or beyond it: at a crawl half
    /// of it will do.
    pub(super) fn standing(follower: &Driver, v: f32) -> f32 {
        if follower.ballistic() && v < 1.0 { 0.5 * follower.min_gap } else { follower.min_gap }
    }

    /// How much less of a standing gap is enough for one who has stood for long, m: of two who must swap lanes, and whose
    /// continuous models settled too near to each other, neither could ever pass.
    fn content(me: &Vehicle, d: &Driver) -> f32 {
        if d.ballistic() && me.waiting >= LONG { Self::standing(d, me.speed) - LEAST } else { 0.0 }
    }

    fn is_clear_ahead(&self, me: &Vehicle, d: &Driver, a: &Neighbour) -> bool {
        a.distance + ROUNDING + Self::content(me, d) >= Self::needed(d, me.tau, me.speed, a.speed, a.decel)
    }

    /// Whether one can still stop for a lamp that closes lane `to`, or a short road beyond it. Nobody changes before a
    /// line that it would run over: the lamp of its own lane may be another one, and open. Nor does who judges headways
    /// before a line at which it gives way and has not looked.
    fn stops_for_lines(&self, me: &Vehicle, d: &Driver, to: usize) -> bool {
        let (scene, signs) = (self.scene, Signs { scene: self.scene, lamps: self.lamps, step: self.step });
        let mut distance = scene.lanes[self.first + to].length - me.position;
        let mut leg = me.leg;
        let mut next = self.routes.row(me.row)[to].movement.get();
        while let Some(m) = next.map(|m| &scene.moves[m.index()])
            && !stops_for_lamp(d, me.speed, distance)
        {
            let run_over = match signs.rule(m) {
                Rule::Closed | Rule::Yellow => true,
                Rule::Yield | Rule::StopYield => d.judges_headways() && !m.waits_inside,
                Rule::Open | Rule::Zipper => false,
            };
            if run_over {
                return false;
            }
            let facts = &scene.lanes[m.next.index()];
            distance += facts.length;
            next = if facts.internal {
                facts.exit.get()
            } else if leg + 1 < self.routes.legs(me.path) {
                leg += 1;
                self.onward(me, leg, m.next)
            } else {
                None
            };
        }
        true
    }

    fn is_clear_behind(&self, me: &Vehicle, d: &Driver, b: &Neighbour, to: usize, who: Behind) -> bool {
        let (follower, tau) = match who {
            Behind::Here(i) => {
                let v = &self.lanes[to].vehicles[i as usize];
                (&self.scene.drivers[v.kind as usize], v.tau)
            }
            Behind::Before(_) => (d, me.tau),
        };
        b.distance + ROUNDING + Self::content(me, d) >= Self::needed(follower, tau, b.speed, me.speed, d.apparent_decel)
    }

    /// Whether it is a vehicle's turn to change, and there is room on the lane.
    pub(super) fn fits(&self, t: &Thinker<'_>, to: usize, cursor: &Cursor) -> bool {
        self.has_its_turn(t.me, t.lane, to)
            && !self.is_reckoned_with(t, to)
            && self.is_clear(&self.slot(to, cursor.at[to], t.me, t.d), to, t.me, t.d) == (true, true)
    }

    /// Whether others reckon with it at a line just ahead, and thus with the lane on which it comes.
    fn is_reckoned_with(&self, t: &Thinker<'_>, to: usize) -> bool {
        let line = self.routes.row(t.me.row)[to].movement.get().map(|m| &self.scene.moves[m.index()]);
        let distance = self.scene.lanes[self.first + to].length - t.me.position;
        t.d.judges_headways() && line.is_some_and(|m| m.has_yielders) && !stops_for_lamp(t.d, t.me.speed, distance)
    }

    /// Links are changed apart: nobody sees who changes in the same step beyond an open end of the link (where lanes are
    /// added, say). Near one, changes to the left and to the right take turns, so that no two meet on one lane.
    pub(super) fn has_its_turn(&self, me: &Vehicle, k: usize, to: usize) -> bool {
        let lane = &self.scene.lanes[self.first + k];
        let near_end = lane.joins && lane.length - me.position < NEAR;
        let near_start = lane.joined && me.back() < NEAR;
        !(near_end || near_start) || (to > k) == self.step.is_multiple_of(2)
    }

    /// Whether there is room ahead and behind in a slot on lane `to`.
    pub(super) fn is_clear(&self, slot: &Slot, to: usize, me: &Vehicle, d: &Driver) -> (bool, bool) {
        (
            slot.ahead.is_none_or(|a| self.is_clear_ahead(me, d, &a)) && self.stops_for_lines(me, d, to),
            slot.behind.is_none_or(|(b, i)| self.is_clear_behind(me, d, &b, to, i)),
        )
    }
}
