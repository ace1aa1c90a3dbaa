//! Planning: every vehicle reads the old state and works out the speed it wants at the end of the step.
//!
//! A vehicle walks along its way, lane by lane, as far as it could need to stop: leaders, limits, stop lines,
//! conflicts. What depends on others' plans (gaps in a stream that has right of way) is left to a *gate*; all
//! announce their passages here and the gates are decided when everybody has.

mod announcing;

use super::chunk::{Chunk, Gate, Planned};
use super::junction::{Limit, Looker, Rule, View};
use super::scene::{LaneFacts, MoveFacts};
use super::state::{Flags, Vehicle};
use crate::behaviour::{Bounds, Driver, Leader};
use crate::demand::FollowingModel;
use crate::network::{LaneId, MovementId, MovementKind};
use intergreen_control::Lamp;

/// Where drivers stop before a line they expect to open, m (SUMO: 1 m).
const STOP_LINE_GAP: f32 = 1.0;
/// Where drivers stop at the least, m.
const LEAST_GAP: f32 = 0.1;
/// How far over a line one has to be to have passed it, m (SUMO: POSITION_EPS).
const OVER_LINE: f32 = 0.1;
/// Where drivers with continuous motion stop at the least, m.
const SETTLE_GAP: f32 = 0.5;
/// Deceleration drivers accept for a yellow, m/s² (SUMO: tls.yellow.min-decel).
const YELLOW_DECEL: f32 = 3.0;
/// Time that calibrated drivers take to decide at the begin of a yellow, s: who would have to brake harder after that
/// goes on. The green extension follows from it (validation C2); the ITE's formula for yellows has 1 s, but where 3 s of
/// yellow are shown at 50 km/h, as is usual, its drivers would cross on red.
const YELLOW_REACTION: f32 = 0.7;
/// Room a car needs behind a junction, m, and how much of what it needs more a driver forgoes, m/s.
const CAR_ROOM: f32 = 7.5;
const CONTENT: f32 = 0.1;
/// A road on which one who comes from the link before is too late to brake for whoever leaves it by another way, m.
const SHORT_ROAD: f32 = 30.0;
/// From how far before a line at which they give way drivers follow closely, m.
const CLOSE_UP: f32 = 30.0;
/// Room that a driver who must still move right leaves at the end of the lane for one who must move left, m.
const WEAVING_ROOM: f32 = 0.1;

/// Plans the vehicles of a piece.
pub fn plan_chunk(view: &View<'_>, chunk: &mut Chunk) {
    chunk.plans.clear();
    chunk.gates.clear();
    chunk.announcements.clear();
    chunk.approaching = 0;
    chunk.find_occupied(view.traffic);
    for i in 0..chunk.occupied.len() {
        let lane = chunk.occupied[i] as usize;
        let vehicles = &view.traffic.lanes[lane].vehicles;
        let facts = &view.scene.lanes[lane];
        chunk.approaching += if facts.approach { vehicles.len() } else { 0 };
        let mut ahead: Option<&Vehicle> = None;
        for me in vehicles {
            let planned = Planner::new(view, me, facts).plan(LaneId::new(lane), ahead, chunk);
            chunk.plans.push(planned);
            ahead = Some(me);
        }
    }
}

/// The vehicle that plans, and what it has found so far.
struct Planner<'a> {
    view: &'a View<'a>,
    me: &'a Vehicle,
    d: &'a Driver,
    lane: &'a LaneFacts,
    v0: f32,
    tau: f32,
    /// Next speed so far.
    speed: f32,
    /// Next speed that the vehicles ahead allow: nobody arrives at a line faster than whoever is before it.
    behind: f32,
    /// Whether somebody is ahead of it before the line it looks at.
    led: bool,
    flags: u8,
}

/// A stop line on the way.
struct Line {
    /// What it says.
    rule: Rule,
    /// Distance to it, m.
    distance: f32,
    /// Where one stops who stops at it, m ahead, how hard he may brake for that, m/s², and his next speed if he need not.
    to_stop: f32,
    decel: f32,
    unless: f32,
    /// Whether one can still stop.
    can_stop: bool,
}

/// Whether to look further along the way.
#[derive(PartialEq)]
enum Way {
    Goes,
    Ends,
}

impl<'a> Planner<'a> {
    fn new(view: &'a View<'a>, me: &'a Vehicle, lane: &'a LaneFacts) -> Self {
        let d = &view.scene.drivers[lane.drivers as usize + me.kind as usize];
        let v0 = d.desired(me.speed_factor, view.scene.limit(lane, me.kind as usize));
        let tau = relaxed(me);
        let free = d.free(me.speed, v0);
        let helpful = me.advised.at_least(me.speed - d.decel * d.dt).at_least(0.0);
        Self {
            view,
            me,
            d,
            lane,
            v0,
            tau,
            speed: free.at_most(helpful),
            behind: f32::INFINITY,
            led: false,
            flags: me.flags & Flags::KEPT,
        }
    }

    /// The plan: first the vehicle ahead on the lane, then the way beyond.
    fn plan(mut self, lane: LaneId, ahead: Option<&Vehicle>, chunk: &mut Chunk) -> Planned {
        if self.flags & Flags::STOPPED != 0 {
            return Planned { speed: 0.0, flags: self.flags };
        }
        let to_end = self.lane.length - self.me.position;
        if to_end < CLOSE_UP && self.d.judges_headways() {
            self.tau *= self.me.next.get().map_or(1.0, |m| self.view.scene.moves[m.index()].close);
        }
        if let Some(leader) = ahead {
            self.led = true;
            let d = &self.view.scene.drivers[leader.kind as usize];
            self.follow(leader.back() - self.me.position, leader.speed, leader.accel, d.apparent_decel);
        } else {
            self.rears_ahead(lane, to_end);
            for beyond in self.view.traffic.begging_before(lane) {
                self.let_in(to_end + beyond);
            }
        }
        if self.flags & Flags::KEPT != 0 && !self.lane.internal {
            self.arrives_on(lane, self.me.leg, -self.me.position);
            if self.stops_on(self.me.leg, -self.me.position) {
                return Planned { speed: self.speed, flags: self.flags };
            }
        }
        let next_max = self.d.max_next(self.me.speed);
        let brake = self.d.brake_gap(next_max, self.d.decel);
        // At least as far as one stops before a line, or one that stands before it would not see it.
        let mut look = (next_max * self.d.dt + brake).at_least(2.0 * STOP_LINE_GAP);
        if self.d.ballistic() {
            // Continuous models react to a leader or line before they have to.
            look += self.tau * self.me.speed + 2.0 * self.d.min_gap;
        }
        // Whoever stands before the end of the lane still sees its line.
        let scene = self.view.scene;
        look += self.me.next.get().map_or(0.0, |m| scene.stop_offset(&scene.moves[m.index()], self.me.kind as usize));
        if self.lane.internal || to_end <= look || self.announces_from(to_end) {
            self.walk(lane, to_end, look, chunk);
        }
        Planned { speed: self.speed, flags: self.flags }
    }

    /// Follows somebody whose rear is `distance` ahead.
    #[inline]
    fn follow(&mut self, distance: f32, speed: f32, accel: f32, decel: f32) {
        let leader = Leader { gap: distance - self.d.min_gap, speed, accel, decel };
        self.behind = self.behind.at_most(self.d.follow(self.me.speed, self.v0, self.tau, &leader));
        self.speed = self.speed.at_most(self.behind);
    }

    /// Keeps behind somebody who waits to be let in, if there is still room and time for that.
    fn let_in(&mut self, distance: f32) {
        if distance >= self.d.brake_gap(self.me.speed, self.d.decel) && self.d.lc_cooperative > 0.0 {
            self.speed = self.speed.min(self.stop(distance, self.d.decel));
        }
    }

    /// Next speed that allows standing `distance` ahead.
    #[inline]
    fn stop(&self, distance: f32, decel: f32) -> f32 {
        self.d.stop(self.me.speed, self.v0, self.tau, distance, decel)
    }

    /// Looks along the way from the end of the own lane, `seen` metres ahead, as far as `look`.
    fn walk(&mut self, lane: LaneId, mut seen: f32, look: f32, chunk: &mut Chunk) {
        let scene = self.view.scene;
        let (mut here, mut next, mut leg) = (lane, self.me.next, self.me.leg);
        let mut inside = self.lane.internal;
        let mut slowed = false;
        if inside {
            // Already in: holding back is no choice.
            let limit = self.conflicts(here, -self.me.position, true);
            self.speed = self.speed.at_most(limit.speed).at_most(limit.behind);
        }
        for _ in 0..64 {
            if here != lane {
                if scene.lanes[here.index()].length < SHORT_ROAD {
                    self.rears_ahead(here, seen);
                } else if let Some(id) = next.get() {
                    for (beyond, tail) in self.view.traffic.rears_by(scene, here, scene.moves[id.index()].next) {
                        self.follow(seen + beyond, tail.speed, tail.accel, tail.decel);
                    }
                }
            }
            let Some(id) = next.get() else {
                self.announce_changed(&scene.lanes[here.index()], leg, seen, chunk);
                self.end_of_way(here, leg, seen);
                return;
            };
            let m = &scene.moves[id.index()];
            let facts = &scene.lanes[m.next.index()];
            // Somebody in the way inside: who can still stop does not ask to enter.
            let limit = if facts.internal && seen <= look { self.conflicts(m.next, seen, inside) } else { Limit::NONE };
            let line = self.line(m, seen, limit.lets_out);
            self.behind = self.behind.at_most(limit.behind);
            self.speed = self.speed.at_most(limit.behind);
            if limit.hold && line.can_stop && !inside {
                if !limit.lets_out && m.has_yielders && self.may_start(line.rule) && !self.is_held(m, seen) {
                    self.announce_open(m, id, seen, chunk);
                }
                self.hold(&line);
                return;
            }
            if self.stop_line(m, id, &line, leg, inside, &limit, &mut slowed, chunk) == Way::Ends {
                return;
            }
            if seen > look {
                self.announce_beyond(m, leg, seen, chunk);
                return;
            }
            self.speed = self.speed.at_most(limit.speed);
            let v0 = self.d.desired(self.me.speed_factor, scene.limit(facts, self.me.kind as usize));
            if v0 < self.me.speed.at_least(self.speed) {
                let slow = self.d.slow(self.me.speed, seen, v0).at_least(self.me.speed - self.d.decel * self.d.dt);
                self.speed = self.speed.at_most(slow);
            }
            let tail = &self.view.traffic.tails[m.next.index()];
            if tail.exists() && tail.id != self.me.id {
                self.follow(seen + tail.back, tail.speed, tail.accel, tail.decel);
                self.led = true;
                // On a road too short for a car whoever is there may leave it another way, and somebody else stand beyond.
                if !facts.internal && facts.length >= CAR_ROOM && !self.closes(facts, leg + 1, seen, look) {
                    // The line it is late for may be beyond.
                    self.flags |= self.me.flags & Flags::LATE_YELLOW;
                    self.announce_beyond(m, leg, seen, chunk);
                    return;
                }
            }
            here = m.next;
            if facts.internal {
                next = facts.exit;
            } else {
                leg += 1;
                next = self.view.routes.leg(self.me.path, leg)[facts.index as usize].movement;
                inside = false;
                if self.flags & Flags::KEPT != 0 {
                    self.arrives_on(here, leg, seen);
                    if self.stops_on(leg, seen) {
                        return;
                    }
                }
            }
            seen += facts.length;
        }
    }

    /// Whether a lamp at the end of a lane ahead is red or yellow that begins `to_lane` metres ahead and ends within `look`:
    /// whoever is there may pass it still, or go another way.
    fn closes(&self, lane: &LaneFacts, leg: u16, to_lane: f32, look: f32) -> bool {
        if to_lane + lane.length > look {
            return false;
        }
        let next = self.view.routes.leg(self.me.path, leg)[lane.index as usize].movement;
        let closed = |m: MovementId| {
            let rule = self.view.signs().rule(&self.view.scene.moves[m.index()]);
            matches!(rule, Rule::Closed | Rule::Yellow)
        };
        next.get().is_some_and(closed)
    }

    /// Slows down for the speed it has to arrive with, if its route ends on a lane that begins `to_lane` metres ahead.
    fn arrives_on(&mut self, lane: LaneId, leg: u16, to_lane: f32) {
        let scene = self.view.scene;
        if self.flags & Flags::SLOW_ARRIVAL == 0 || leg + 1 < self.view.routes.legs(self.me.path) {
            return;
        }
        let Some(target) = scene.departures[self.me.id.index()].manner.arrival_speed else { return };
        let distance = to_lane + scene.arrival_position(self.me.id, lane);
        let least = self.me.speed - self.d.decel * self.d.dt;
        if target < self.me.speed.max(self.speed) {
            self.speed = self.speed.min(self.d.slow(self.me.speed, distance.max(0.0), target).max(least));
        }
    }

    /// Brakes for its scheduled stop if that is on a leg whose link begins `to_link` metres ahead.
    #[inline]
    fn stops_on(&mut self, leg: u16, to_link: f32) -> bool {
        if self.flags & Flags::STOP_AHEAD == 0 {
            return false;
        }
        let Some(next) = self.view.routes.stop(self.me.path).filter(|n| n.leg == leg) else { return false };
        let distance = to_link + self.view.halts.target(&next.stop, self.d);
        // A stop is no emergency.
        let least = self.me.speed - self.d.decel * self.d.dt;
        let stop = self.stop(distance.max(0.0), self.d.decel).max(least);
        if stop < self.speed {
            self.speed = stop;
            self.flags |= Flags::WAITS;
        }
        true
    }

    /// Keeps behind those who have left a lane but still reach back onto it; its end is `seen` metres ahead.
    fn rears_ahead(&mut self, here: LaneId, seen: f32) {
        let (scene, traffic) = (self.view.scene, self.view.traffic);
        traffic.each_rear_over(scene, here, |beyond, tail| {
            self.follow(seen + beyond, tail.speed, tail.accel, tail.decel);
        });
    }

    /// Waits at a line although it may be open.
    fn hold(&mut self, line: &Line) {
        self.wait(self.stopping(line));
        if line.rule == Rule::Closed {
            self.flags |= Flags::AT_RED;
        }
    }

    /// Waits at a line.
    fn wait(&mut self, speed: f32) {
        self.speed = speed;
        self.flags |= Flags::WAITS;
    }

    /// What the conflicts of an internal lane `to_lane` metres ahead allow.
    fn conflicts(&self, lane: LaneId, to_lane: f32, inside: bool) -> Limit {
        let facts = &self.view.scene.lanes[lane.index()];
        if facts.conflicts.0 == facts.conflicts.1 {
            return Limit::NONE;
        }
        let looker = Looker { me: self.me, here: self.lane, d: self.d, v0: self.v0, tau: self.tau, to_lane, inside };
        looker.limit(self.view, facts)
    }

    /// The route ends on this lane, or does not go on from it.
    fn end_of_way(&mut self, lane: LaneId, leg: u16, seen: f32) {
        if leg + 1 >= self.view.routes.legs(self.me.path) {
            return;
        }
        // Stands before the end until there is a gap on a lane that goes on. Of two that must swap lanes the one that
        // wants right stands further back, or neither could ever pass the other.
        let facts = &self.view.scene.lanes[lane.index()];
        let choice = &self.view.routes.leg(self.me.path, leg)[facts.index as usize];
        let room = if choice.offset < 0 { WEAVING_ROOM.min(0.3 * facts.length) } else { LEAST_GAP };
        let settle = if self.d.ballistic() { SETTLE_GAP } else { 0.0 };
        let stop = self.stop(seen - room.max(settle), self.d.decel);
        self.wait(self.speed.min(stop));
    }

    /// Where the line of a movement is and what stopping at it takes. Whoever `lets_out` somebody brakes for that as
    /// for a lamp: those left inside go because it was red, and it may have braked for that until now.
    fn line(&self, m: &MoveFacts, seen: f32, lets_out: bool) -> Line {
        let rule = self.view.signs().rule(m);
        let lamp = matches!(rule, Rule::Closed | Rule::Yellow);
        let decel = if lamp || lets_out { lamp_decel(self.d) } else { self.d.decel };
        let brake = self.d.brake_gap(self.me.speed, decel);
        let undecided = rule == Rule::Yellow && self.me.flags & Flags::WAITS == 0;
        let reaction = if undecided && self.d.model == FollowingModel::Calibrated { YELLOW_REACTION } else { 0.0 };
        let can_stop = can_stop(self.d, self.me.speed, seen - self.me.speed * reaction, decel);
        let wanted = match rule {
            Rule::Closed | Rule::Yellow | Rule::Open | Rule::Zipper => STOP_LINE_GAP,
            // Who yields stops as near as possible, to be through quickly.
            Rule::Yield | Rule::StopYield => LEAST_GAP + m.stand_back,
        };
        let wanted = match self.view.scene.stop_offset(m, self.me.kind as usize) {
            0.0 => wanted,
            offset => {
                // Not further back than where one sees whom one yields to (SUMO), nor than one can still stop.
                let most = if lamp { f32::INFINITY } else { m.visibility - LEAST_GAP };
                wanted.max(offset.min(most).min(seen - brake))
            }
        };
        let to_stop = if self.d.ballistic() {
            // Continuous models settle towards their point: it must not move with them, and be clear of the line.
            seen - wanted.at_least(SETTLE_GAP)
        } else {
            let offset = if can_stop { wanted.at_most(seen - brake) } else { wanted }.at_least(LEAST_GAP);
            (seen - offset).at_least(0.0)
        };
        Line { rule, distance: seen, to_stop, decel, unless: self.speed, can_stop }
    }

    /// Next speed if it stops at a line: most lines are passed, and nobody asks.
    fn stopping(&self, line: &Line) -> f32 {
        line.unless.at_most(self.stop(line.to_stop, line.decel))
    }

    /// A lamp that is dark or flashes turns red from one step to the next: whoever could not stop then any more is too
    /// late for that as for a yellow.
    #[inline]
    fn late_for_red(&self, m: &MoveFacts, line: &Line) -> u8 {
        let rests = m.lamp != u32::MAX && matches!(self.view.lamps[m.lamp as usize], Lamp::Off | Lamp::Flashing);
        if !rests || m.kind != MovementKind::Entry {
            return 0;
        }
        let next = self.d.max_next(self.me.speed);
        let rest = line.distance - next * self.d.dt - LEAST_GAP;
        if rest < self.d.brake_gap(next, self.d.decel) { Flags::LATE_YELLOW } else { 0 }
    }

    /// Obeys a stop line: lamp, room behind the junction, right of way.
    #[allow(clippy::too_many_arguments, reason = "the state of the walk, passed explicitly")]
    fn stop_line(
        &mut self,
        m: &MoveFacts,
        id: MovementId,
        line: &Line,
        leg: u16,
        inside: bool,
        limit: &Limit,
        slowed: &mut bool,
        chunk: &mut Chunk,
    ) -> Way {
        let rule = line.rule;
        match rule {
            Rule::Closed | Rule::Yellow if line.can_stop => {
                self.hold(line);
                return Way::Ends;
            }
            // Red by now, for somebody who could not stop at yellow either; there may be a road between.
            Rule::Closed if self.me.flags & Flags::LATE_YELLOW != 0 => self.flags |= Flags::LATE_YELLOW,
            // Green turned red without a yellow, too late for any brake: what a yellow would have been for.
            Rule::Closed
                if m.abrupt && line.distance - LEAST_GAP < self.d.brake_gap(self.me.speed, self.d.emergency) =>
            {
                self.flags |= Flags::LATE_YELLOW;
            }
            Rule::Closed => {
                self.speed = self.brake_hard(line);
                self.flags |= Flags::AT_RED;
                return Way::Ends;
            }
            Rule::Yellow => self.flags |= Flags::LATE_YELLOW,
            Rule::Open | Rule::Yield | Rule::StopYield | Rule::Zipper => self.flags |= self.late_for_red(m, line),
        }
        let entering = m.kind == MovementKind::Entry;
        // Whoever is on a roundabout goes on: held back there, it would keep itself from emptying.
        let into = entering || m.kind == MovementKind::Onward;
        if into && m.keep_clear && line.can_stop && !self.lane.ring {
            // Cars would take the room before a long vehicle for ever: it comes to be content with as much as they. And
            // before one that waits inside those who go first would take it: it comes to be content with none.
            let need = self.me.length + self.d.min_gap;
            let least = if entering { need.min(CAR_ROOM) } else { 0.0 };
            let need = (need - self.me.waiting * CONTENT).max(least);
            if self.view.held_up_by(m, self.me.path, leg, need, rule).is_some() {
                self.wait(self.stopping(line));
                return Way::Ends;
            }
        }
        let in_turn = self.view.signs().goes_in_turn(m);
        let yields = matches!(rule, Rule::Yield | Rule::StopYield) && !(entering && m.waits_inside && !in_turn);
        // Who has waited inside looks for those who came too late for their yellow.
        let looks =
            m.kind == MovementKind::Onward && rule == Rule::Open && m.headways.hold() && self.d.judges_headways();
        let gate = yields || looks || rule == Rule::Zipper;
        // Who waits inside is announced to the same others as who enters by the same way.
        let announced = if m.kind == MovementKind::Onward { self.view.scene.network.movement(id).entry } else { id };
        let announces =
            m.kind != MovementKind::Exit && (in_turn || self.view.scene.moves[announced.index()].has_yielders);
        if !gate && !announces {
            return Way::Goes;
        }
        let asks = self.speed > 0.001 && (!*slowed || !entering) || inside;
        let leave = self.leave_speed(m, limit, line.distance);
        let (own, announced_passage) = self.passage(m, line, yields, leave, slowed);
        let judges = yields && self.d.judges_headways() && m.headways.follow_up > 0.0;
        self.flags |= if judges && self.led { Flags::FOLLOWS } else { 0 };
        if announces && (asks || self.may_start(rule)) && !self.is_held(m, line.distance) {
            chunk.announcements.push((announced, self.me.id.0, announced_passage));
        }
        if entering && asks {
            self.announce_changed(
                &self.view.scene.lanes[self.view.scene.network.movement(id).from.index()],
                leg,
                line.distance,
                chunk,
            );
        }
        if !gate {
            return Way::Goes;
        }
        if !asks || (rule == Rule::StopYield && self.me.waiting <= 0.0) {
            self.wait(self.stopping(line));
            return Way::Ends;
        }
        let at_line = self.stop(line.distance, self.d.decel);
        chunk.gates.push(Gate {
            vehicle: chunk.plans.len() as u32,
            movement: id,
            wait: if line.can_stop || !self.d.judges_headways() { self.stopping(line) } else { self.brake_hard(line) },
            clear: limit.clear,
            passage: own,
            can_stop: line.can_stop,
            // Continuous models approach their speed: they have no speed that must be reached.
            least: if self.d.ballistic() || !yields || !line.can_stop {
                0.0
            } else {
                self.speed.at_most(limit.speed).at_most((line.distance + OVER_LINE) / self.d.dt)
            },
            short: self.speed.at_most(at_line),
        });
        Way::Goes
    }

    /// Next speed if it brakes for a line as hard as it takes.
    fn brake_hard(&self, line: &Line) -> f32 {
        self.speed.min(self.stop((line.distance - LEAST_GAP).max(0.0), self.d.emergency))
    }
}

/// Deceleration a driver accepts for a lamp, m/s².
#[inline]
fn lamp_decel(d: &Driver) -> f32 {
    d.decel.at_least(YELLOW_DECEL.at_most(d.emergency))
}

/// Whether a driver can stop within `distance`. A discrete stop is exact; a continuous one needs a little slack to stay
/// possible once it is decided.
#[inline]
fn can_stop(d: &Driver, speed: f32, distance: f32, decel: f32) -> bool {
    distance - if d.ballistic() { LEAST_GAP } else { 0.0 } >= d.brake_gap(speed, decel)
}

/// Whether a driver at that speed stops for a lamp that closes a line `distance` ahead.
#[inline]
pub(super) fn stops_for_lamp(d: &Driver, speed: f32, distance: f32) -> bool {
    can_stop(d, speed, distance, lamp_decel(d))
}

/// The headway a driver keeps now: short after a lane change, back to normal over 25 s (relaxation: Schakel,
/// Knoop, van Arem 2012, LMRS).
#[inline]
pub fn relaxed(me: &Vehicle) -> f32 {
    const SHORT: f32 = 0.56;
    if me.relax <= 0.0 { me.tau } else { me.tau - (me.tau - SHORT.min(me.tau)) * me.relax / RELAXATION }
}

/// Time over which a short headway is accepted after a lane change, s.
pub const RELAXATION: f32 = 25.0;
