//! Right of way: lamps and signs, gaps in streams that go first, and vehicles already inside a junction.
//!
//! Three layers, each enough to prevent what the next is not meant for:
//! 1. the **rule** at a stop line: closed, open, or open to whom nobody hinders;
//! 2. the **gate** of a movement that gives way (`gate.rs`): announced passages of foes are compared with one's own;
//! 3. **conflicts** inside: of two vehicles whose ways meet exactly one *leads*, by a rule both evaluate alike.

use std::ops::Range;

use intergreen_control::Lamp;

use super::apply::HALTING;
use super::routes::RouteTable;
use super::scene::{ConflictFacts, LaneFacts, MoveFacts, Scene};
use super::state::{Tail, Traffic, Vehicle};
use super::stops::Halts;
use crate::behaviour::headway::{CLEAR, time_over};
use crate::behaviour::{Bounds, Driver, Leader};
use crate::network::{Conflict, ConflictKind, LaneId, MovementId, MovementKind, RightOfWay};
use crate::random::mix;

/// What a plan may look at: the state at the end of the last step.
#[derive(Clone, Copy)]
pub struct View<'a> {
    /// What does not change.
    pub scene: &'a Scene,
    /// Lane choices of all paths.
    pub routes: &'a RouteTable,
    /// Vehicles.
    pub traffic: &'a Traffic,
    /// Lamps, all signals' one after the other.
    pub lamps: &'a [Lamp],
    /// Who stands at a stop.
    pub halts: &'a Halts,
    /// Number of the step.
    pub step: u32,
}

/// What drivers can see at a stop line: signs, lamps, announcements.
#[derive(Clone, Copy)]
pub struct Signs<'a> {
    /// What does not change.
    pub scene: &'a Scene,
    /// Lamps, all signals' one after the other.
    pub lamps: &'a [Lamp],
    /// Number of the step.
    pub step: u32,
}

/// Room that vehicles on ways that meet keep over their standing gap, m.
const MERGING_SLACK: f32 = 0.7;

/// Where one stands who waits before a lane: as near as one may, less what [`Looker::stand`] keeps, m.
const AT_PLACE: f32 = 0.4;

/// Time after which cross traffic no longer lets out whoever was left inside, s.
const STUCK_INSIDE: f32 = 60.0;

/// What a stop line says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Rule {
    /// Red.
    Closed,
    /// Yellow: stop if you can.
    Yellow,
    /// Go.
    Open,
    /// Go if nobody is hindered.
    Yield,
    /// Stop, then go if nobody is hindered.
    StopYield,
    /// Go, falling in behind those of the other lane who are there first.
    Zipper,
}

impl Signs<'_> {
    /// What the line of a movement says now.
    #[inline]
    pub fn rule(&self, m: &MoveFacts) -> Rule {
        if m.kind == MovementKind::Exit {
            return Rule::Open;
        }
        let lamp = if m.lamp == u32::MAX { None } else { Some(self.lamps[m.lamp as usize]) };
        if m.kind == MovementKind::Onward {
            // Inside, only whether the turn is protected still matters.
            return match lamp {
                Some(Lamp::Green) if !m.unprotected && !self.merges(m) => Rule::Open,
                Some(_) => Rule::Yield,
                None if m.right_of_way == RightOfWay::Major && m.yields.0 == m.yields.1 => Rule::Open,
                None => Rule::Yield,
            };
        }
        match lamp {
            Some(Lamp::Red | Lamp::RedYellow) => Rule::Closed,
            Some(Lamp::Yellow) => Rule::Yellow,
            Some(Lamp::Green) if !m.unprotected && !self.merges(m) => Rule::Open,
            Some(Lamp::Green | Lamp::GreenMinor) => Rule::Yield,
            Some(Lamp::TurnOnRed) => Rule::StopYield,
            Some(Lamp::Flashing | Lamp::Off) if m.turns.0 < m.turns.1 => Rule::StopYield,
            Some(Lamp::Flashing | Lamp::Off) | None => match m.right_of_way {
                RightOfWay::Major => Rule::Open,
                RightOfWay::Minor | RightOfWay::Equal => Rule::Yield,
                RightOfWay::Zipper => Rule::Zipper,
                RightOfWay::Stop | RightOfWay::AllWayStop => Rule::StopYield,
                RightOfWay::DeadEnd => Rule::Closed,
            },
        }
    }

    /// Whether a movement's lamp is out of order and no sign says who goes first: everybody stops, and goes in turn.
    #[inline]
    pub fn goes_in_turn(&self, m: &MoveFacts) -> bool {
        m.turns.0 < m.turns.1 && matches!(self.lamps[m.lamp as usize], Lamp::Flashing | Lamp::Off)
    }

    /// Whether somebody comes too with whom one merges, and whom one has to let go first.
    #[inline]
    fn merges(&self, m: &MoveFacts) -> bool {
        let foes = &self.scene.yields[m.merges.0 as usize..m.merges.1 as usize];
        let comes = |lamp: Lamp| lamp.is_green() || lamp == Lamp::Yellow;
        foes.iter().any(|y| comes(self.lamps[self.scene.moves[y.index()].lamp as usize]))
    }

    /// The movements that one gives way to now: their places in the scene's list.
    #[inline]
    pub fn yields(&self, m: &MoveFacts) -> Range<usize> {
        let (start, end) = if self.goes_in_turn(m) { m.turns } else { m.yields };
        start as usize..end as usize
    }

    /// Whether a movement's lamp is green of either kind.
    #[inline]
    fn is_green(&self, m: &MoveFacts) -> bool {
        m.lamp != u32::MAX && self.lamps[m.lamp as usize].is_green()
    }
}

impl<'a> View<'a> {
    /// What drivers can see at stop lines.
    #[inline(always)]
    pub fn signs(&self) -> Signs<'a> {
        Signs { scene: self.scene, lamps: self.lamps, step: self.step }
    }

    /// The lane that is too full for a vehicle to leave the junction through a movement, if one is: the way beyond is
    /// held up, and there is less room before the hold-up than it needs. `path` and `leg` say how the route goes on:
    /// where a road is too short to stand on, the next one's room counts too if the line between them is open, and so
    /// does the junction between them if nobody's way is blocked there.
    pub fn held_up_by(&self, m: &MoveFacts, path: u32, leg: u16, need: f32, rule: Rule) -> Option<LaneId> {
        let (scene, traffic) = (self.scene, self.traffic);
        let (mut m, mut room, mut capacity) = (m, 0.0, 0.0);
        for leg in leg + 1..leg + 9 {
            let mut lane = m.next;
            while scene.lanes[lane.index()].internal {
                if m.keep_clear {
                    room -= traffic.storage[lane.index()].taken;
                } else {
                    room += traffic.storage[lane.index()].room;
                    capacity += scene.lanes[lane.index()].length;
                }
                lane = scene.lanes[lane.index()].next;
            }
            room += traffic.storage[lane.index()].room;
            capacity += scene.lanes[lane.index()].length;
            if room >= need {
                return None;
            }
            if traffic.storage[lane.index()].held {
                return Some(lane);
            }
            if leg + 1 >= self.routes.legs(path) {
                return None;
            }
            let choices = self.routes.leg(path, leg);
            let next = choices[scene.lanes[lane.index()].index as usize].movement.get()?;
            m = &scene.moves[next.index()];
            let open = match self.signs().rule(m) {
                Rule::Open | Rule::Zipper => true,
                Rule::Closed | Rule::Yellow | Rule::StopYield => false,
                // Nobody asks to enter a second junction while slowing down for the first.
                Rule::Yield => rule == Rule::Open,
            };
            if !open {
                // A vehicle longer than the way to the next place to wait would never go, if it were not enough that
                // nobody waits there.
                return (need <= capacity).then_some(lane);
            }
        }
        None
    }
}

/// What conflicts inside a junction allow.
#[derive(Clone, Copy, Debug)]
pub struct Limit {
    /// Next speed.
    pub speed: f32,
    /// Next speed behind those who came from the same lane and have not yet parted from one's way.
    pub behind: f32,
    /// Better not to enter the junction at all.
    pub hold: bool,
    /// Somebody left inside at the end of its green is let out first.
    pub lets_out: bool,
    /// When the last of those inside who go first will be out of the way, s.
    pub clear: f32,
}

impl Limit {
    /// No conflict.
    pub const NONE: Self =
        Self { speed: f32::INFINITY, behind: f32::INFINITY, hold: false, lets_out: false, clear: 0.0 };
}

/// Somebody on another internal lane.
struct Occupant {
    front: f32,
    back: f32,
    speed: f32,
    accel: f32,
    decel: f32,
    id: u32,
    entered: u32,
    waiting: f32,
}

impl Occupant {
    /// A vehicle whose front is on the lane.
    #[inline]
    fn on_lane(v: &Vehicle, d: &Driver) -> Self {
        Self {
            front: v.position,
            back: v.back(),
            speed: v.speed,
            accel: v.accel,
            decel: d.apparent_decel,
            id: v.id.0,
            entered: v.entered,
            waiting: v.waiting,
        }
    }

    /// A vehicle that has left the lane in front but reaches back onto it; `ahead` is the length of the lanes
    /// between the start of that lane and the start of the lane its front is on.
    #[inline]
    fn reaching_back(t: &Tail, ahead: f32) -> Self {
        Self {
            front: ahead + t.back + t.length,
            back: ahead + t.back,
            speed: t.speed,
            accel: t.accel,
            decel: t.decel,
            id: t.id.0,
            entered: 0,
            waiting: 0.0,
        }
    }
}

/// A driver looking at the conflicts of one internal lane.
pub struct Looker<'a> {
    /// The vehicle.
    pub me: &'a Vehicle,
    /// The lane it is on.
    pub here: &'a LaneFacts,
    /// Its driver.
    pub d: &'a Driver,
    /// Its desired speed, m/s.
    pub v0: f32,
    /// Its headway, s.
    pub tau: f32,
    /// Distance from its front to the start of the lane; negative once it is on it, m.
    pub to_lane: f32,
    /// Whether it is already inside this junction.
    pub inside: bool,
}

impl Looker<'_> {
    /// What the conflicts of `lane` allow.
    pub fn limit(&self, view: &View<'_>, lane: &LaneFacts) -> Limit {
        let mut limit = Limit::NONE;
        let scene = view.scene;
        for facts in &scene.conflicts[lane.conflicts.0 as usize..lane.conflicts.1 as usize] {
            let c = &facts.meeting;
            // My rear is past it.
            if self.to_lane + c.end + self.me.length < 0.0 {
                continue;
            }
            let foe_lane = &scene.lanes[c.foe.index()];
            for v in &view.traffic.lanes[c.foe.index()].vehicles {
                let o = Occupant::on_lane(v, &scene.drivers[v.kind as usize]);
                self.consider(view, lane, foe_lane, facts, &o, &mut limit);
            }
            let place = facts.foe_place.get().filter(|_| self.inside && self.waits());
            if let Some(o) = place.and_then(|place| self.leaving(view, place)) {
                self.consider(view, lane, foe_lane, facts, &o, &mut limit);
            }
            let tail = &view.traffic.tails[facts.foe_next.index()];
            if tail.back < 0.0 && tail.came_from == c.foe {
                let o = Occupant::reaching_back(tail, foe_lane.length);
                self.consider(view, lane, foe_lane, facts, &o, &mut limit);
            }
            for tail in view.traffic.askew_over(c.foe) {
                let o = Occupant::reaching_back(tail, foe_lane.length);
                self.consider(view, lane, foe_lane, facts, &o, &mut limit);
            }
            if let Some(after) = facts.foe_after.get() {
                let tail = &view.traffic.tails[after.index()];
                let length = scene.lanes[facts.foe_next.index()].length;
                if tail.came_from == facts.foe_next && tail.back < -length {
                    let o = Occupant::reaching_back(tail, foe_lane.length + length);
                    self.consider(view, lane, foe_lane, facts, &o, &mut limit);
                }
            }
        }
        limit
    }

    /// Who leaves a place to wait, or can no longer stop at it, and so is as good as on the lane behind it: whoever is not
    /// as far goes after it, and of two who are, both know it.
    fn leaving(&self, view: &View<'_>, place: LaneId) -> Option<Occupant> {
        let v = view.traffic.lanes[place.index()].vehicles.first()?;
        let (d, length) = (&view.scene.drivers[v.kind as usize], view.scene.lanes[place.index()].length);
        let goes = |d: &Driver, speed: f32, to_end: f32| {
            to_end < d.brake_gap(speed, d.decel).at_least(d.max_next(speed) * d.dt)
        };
        if v.entered != u32::MAX || !goes(d, v.speed, length - v.position) {
            return None;
        }
        let entered = if goes(self.d, self.me.speed, self.to_lane) { u32::MAX } else { 0 };
        let on = Occupant::on_lane(v, d);
        Some(Occupant { front: on.front - length, back: on.back - length, entered, ..on })
    }

    /// Lowers the limit for one occupant of a conflicting lane.
    fn consider(
        &self,
        view: &View<'_>,
        lane: &LaneFacts,
        foe_lane: &LaneFacts,
        facts: &ConflictFacts,
        o: &Occupant,
        limit: &mut Limit,
    ) {
        let c = &facts.meeting;
        let swing = if self.waits() { facts.swing } else { 0.0 };
        if o.id == self.me.id.0 || o.back > c.foe_end + swing {
            return;
        }
        if facts.clearing {
            let entry = &view.scene.moves[foe_lane.entry.index()];
            // Who has waited there this long has no room to leave to: it may be others who must go first.
            if !self.inside && entry.lamp != u32::MAX && !view.signs().is_green(entry) && o.waiting < STUCK_INSIDE {
                (limit.hold, limit.lets_out) = (true, true);
            }
            return;
        }
        match c.kind {
            ConflictKind::Diverging => {
                // On the common stretch both lanes measure from the same point.
                if self.to_lane + o.front > 0.0 && (self.to_lane + o.front > 0.01 || o.id < self.me.id.0) {
                    // Whoever follows somebody that is stuck inside would only be stuck there, too.
                    limit.hold |= !self.inside && o.speed < HALTING && o.entered != u32::MAX;
                    limit.behind = limit.behind.min(self.follow(self.to_lane + o.back, o));
                }
            }
            ConflictKind::Merging => {
                if !self.gives_way_to(view, foe_lane, c, o) {
                    return;
                }
                limit.clear = limit.clear.at_least((c.foe_start - o.back) / o.speed.at_least(HALTING));
                let mine = self.to_lane + lane.length;
                // Bodies that come together at an angle touch before they are one behind the other.
                let gap = mine - (foe_lane.length - o.back) - MERGING_SLACK;
                if gap > self.d.min_gap {
                    limit.speed = limit.speed.min(self.follow(gap, o));
                } else if self.waits() {
                    self.stand(self.to_lane + AT_PLACE, limit);
                } else {
                    // Side by side: wait before the ways meet, but never harder than behind a leader.
                    self.stand(self.to_lane + c.start, limit);
                }
            }
            ConflictKind::Crossing => {
                if !self.gives_way_to(view, foe_lane, c, o) || self.passes_behind(c, c.foe_end + swing - o.back, o) {
                    return;
                }
                limit.clear = limit.clear.at_least((c.foe_end - o.back) / o.speed.at_least(HALTING));
                if !self.inside && o.speed < 1.0 {
                    limit.hold = true;
                }
                if self.inside && self.waits() {
                    // Nobody leaves its place inside for a gap before that has come (SUMO).
                    let stand_back = self.here.exit.get().map_or(0.0, |m| view.scene.moves[m.index()].stand_back);
                    self.stand(self.to_lane + AT_PLACE - stand_back, limit);
                } else if self.waits() {
                    self.cross_behind(self.to_lane + c.start, c.foe_end - o.back, o, limit);
                } else {
                    self.stand(self.to_lane + c.start, limit);
                }
            }
        }
    }

    /// Whether a driver who judges headways may leave his place to wait inside, since somebody who has `rest` metres to go
    /// will have left their crossing when he gets there: he moves off while the other passes before him.
    fn passes_behind(&self, c: &Conflict, rest: f32, o: &Occupant) -> bool {
        if !self.inside || !self.waits() || !self.d.judges_headways() || o.speed < HALTING {
            return false;
        }
        let (distance, next) = (self.to_lane + c.start, self.d.max_next(self.me.speed));
        // If the other brakes after all, he still can.
        let can_stop = distance - next * self.d.dt >= self.d.brake_gap(next, self.d.emergency);
        can_stop && rest / o.speed + CLEAR < time_over(distance, self.me.speed, self.d.accel, self.v0)
    }

    /// Whether the other one goes first. Of two vehicles inside a junction exactly one does.
    fn gives_way_to(&self, view: &View<'_>, foe_lane: &LaneFacts, c: &Conflict, o: &Occupant) -> bool {
        let to_start = self.to_lane + c.start;
        // Whoever is inside does not reckon with those who wait for their own gap, unless they stand in its way: it
        // may start as they do.
        let unseen = self.me.entered == u32::MAX && !self.stands_in_the_way(view, c.foe, o);
        let start = if unseen { self.d.accel * self.d.dt * self.d.dt } else { 0.0 };
        let (mine_in, other_in) = (to_start < 0.0, o.front > c.foe_start - start);
        if mine_in != other_in {
            return other_in;
        }
        // It waits for its own gap before it goes on; until then it stands or drives up to its place to wait.
        let other_waits = o.entered == u32::MAX && foe_lane.waiting_place;
        if !self.inside {
            return !other_waits;
        }
        if mine_in && !other_waits {
            // Both are in: who is further through goes on.
            let (mine_left, other_left) = (self.to_lane + c.end, c.foe_end - o.front);
            if mine_left != other_left {
                return other_left < mine_left;
            }
            return o.id < self.me.id.0;
        }
        // Where the ways meet before its place to wait, it may be too late for it to stand clear.
        let mine_late = to_start < self.d.brake_gap(self.me.speed, self.d.decel);
        let other_late = c.foe_start - o.front < self.d.brake_gap(o.speed, self.d.decel);
        if mine_late != other_late && (self.me.speed > 0.1 || o.speed > 0.1) {
            return other_late;
        }
        if other_waits {
            return false;
        }
        // Whoever cannot come lets the others go. Who of the two started from a place to wait reckons with that.
        let mine_held = self.is_held(view, c.start);
        if mine_held != is_held(view, c.foe, foe_lane, (o.front, o.speed), c.foe_start) {
            return mine_held;
        }
        if self.me.waiting > 5.0 && o.waiting > 5.0 {
            // Both stand: each may be kept by a third, so they take turns.
            let (a, b) = (self.me.id.0.min(o.id), self.me.id.0.max(o.id));
            let turn = (view.step as f32 * view.scene.dt / 10.0) as u64;
            let first =
                if mix(u64::from(a) << 32 | u64::from(b) ^ turn.wrapping_mul(0x9E37_79B9)) & 1 == 0 { a } else { b };
            return o.id == first;
        }
        if o.entered != self.me.entered {
            return o.entered < self.me.entered;
        }
        if c.yields != c.foe_yields {
            return c.yields;
        }
        o.id < self.me.id.0
    }

    /// The same of oneself: whether one cannot come to a conflict that begins at `start` on the lane looked at.
    fn is_held(&self, view: &View<'_>, start: f32) -> bool {
        let Some(exit) = self.here.exit.get() else { return false };
        let lane = view.scene.network.movement(exit).from;
        let point = self.me.position + self.to_lane + start;
        is_held(view, lane, self.here, (self.me.position, self.me.speed), point)
    }

    /// Whether it stands where somebody on another internal lane has to pass.
    fn stands_in_the_way(&self, view: &View<'_>, foe: LaneId, o: &Occupant) -> bool {
        let conflicts = &view.scene.conflicts[self.here.conflicts.0 as usize..self.here.conflicts.1 as usize];
        conflicts.iter().map(|f| &f.meeting).any(|c| c.foe == foe && self.me.position > c.start && o.front < c.foe_end)
    }

    /// Next speed behind somebody whose rear is `distance` ahead of one's front.
    fn follow(&self, distance: f32, o: &Occupant) -> f32 {
        let leader = Leader { gap: distance - self.d.min_gap, speed: o.speed, accel: o.accel, decel: o.decel };
        self.d.follow(self.me.speed, self.v0, self.tau, &leader)
    }

    /// Whether it can still wait before the lane, at its line or its place to wait.
    fn waits(&self) -> bool {
        !self.inside || self.me.entered == u32::MAX
    }

    /// Drives up to a crossing `distance` ahead so as to reach it when the other has cleared it, for which it has
    /// `rest` metres to go; but no slower than if the other drove ahead on the same road, or stood inside.
    fn cross_behind(&self, distance: f32, rest: f32, o: &Occupant, limit: &mut Limit) {
        let (v, room) = (self.me.speed, distance - self.d.min_gap);
        let clear = (self.d.min_gap + rest) / o.speed.max(HALTING);
        let even = v + ((2.0 * room / clear - v).max(v) - v) / clear * self.d.dt;
        let stop = |distance: f32| self.d.stop(v, self.v0, self.tau, distance, self.d.decel);
        let gap = distance - rest;
        let ahead = if gap >= self.d.min_gap { self.follow(gap, o) } else { stop(self.to_lane - 0.1) };
        limit.speed = limit.speed.min(ahead.max(even.min(stop(room))));
    }

    /// Stands before a point `distance` ahead.
    fn stand(&self, distance: f32, limit: &mut Limit) {
        let speed = self.d.stop(self.me.speed, self.v0, self.tau, distance - 0.5, self.d.decel);
        limit.speed = limit.speed.min(speed);
    }
}

/// Whether somebody who stands at `front` on the first lane inside a junction cannot come as far as `point` on it: whoever
/// is ahead on the same way, or has not yet parted from it, stands before that.
fn is_held(view: &View<'_>, lane: LaneId, facts: &LaneFacts, (front, speed): (f32, f32), point: f32) -> bool {
    let first = |entry: MovementId| view.scene.moves[entry.index()].next == lane;
    if speed >= HALTING || !facts.entry.get().is_some_and(first) {
        return false;
    }
    let in_way = |speed: f32, (front_of, back): (f32, f32), end: f32| {
        speed < HALTING && front_of > front && back <= end.at_most(point)
    };
    let stands_on = |on: LaneId, end: f32| {
        let mut there = view.traffic.lanes[on.index()].vehicles.iter();
        there.any(|v| in_way(v.speed, (v.position, v.back()), end))
    };
    let conflicts = &view.scene.conflicts[facts.conflicts.0 as usize..facts.conflicts.1 as usize];
    let mut beside = conflicts.iter().filter(|f| f.meeting.kind == ConflictKind::Diverging);
    stands_on(lane, f32::INFINITY)
        || beside.any(|f| {
            let c = &f.meeting;
            // Its front may be further on already.
            let (tail, length) = (&view.traffic.tails[f.foe_next.index()], view.scene.lanes[c.foe.index()].length);
            let back = length + tail.back;
            stands_on(c.foe, c.foe_end)
                || (tail.came_from == c.foe
                    && tail.back < 0.0
                    && in_way(tail.speed, (back + tail.length, back), c.foe_end))
        })
}
