//! Applying: gates are decided, vehicles move, and those that leave their lane are handed on.

use super::announce::Announcements;
use super::chunk::{Chunk, Crossed, Gate, Part, Passed, Planned};
use super::gate::Asking;
use super::junction::{Rule, Signs};
use super::routes::RouteTable;
use super::scene::{LaneFacts, MoveFacts, Scene};
use super::state::{Flags, Storage, Tail, Traffic, Vehicle};
use super::stops::Halts;
use crate::behaviour::driver::EPSILON;
use crate::behaviour::following::krauss;
use crate::behaviour::gap::PATIENCE;
use crate::behaviour::{Bounds, Driver};
use crate::demand::{FollowingModel, VehicleId};
use crate::network::{LaneId, MovementId, MovementKind};
use crate::random::{Purpose, uniform};
use intergreen_control::Lamp;

/// Below this speed a vehicle counts as standing, m/s (SUMO: halting speed).
pub const HALTING: f32 = 0.1;

/// How far beyond the end of its lane a vehicle still is on it, m: rounding.
const AT_END: f32 = 1e-3;

/// Roads between two stop lines up to this length belong to one intersection, m: whoever is too late for the first line
/// is too late for the second.
const JOINED: f32 = 15.0;

/// What applying reads besides the vehicles it moves.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// What does not change.
    pub scene: &'a Scene,
    /// Lane choices of all paths.
    pub routes: &'a RouteTable,
    /// The lamps during this step.
    pub lamps: &'a [Lamp],
    /// Who stands at a stop.
    pub halts: &'a Halts,
    /// Everybody's announcements.
    pub announcements: &'a Announcements,
    /// Number of the step.
    pub step: u32,
    /// Seed.
    pub seed: u64,
}

/// Moves the vehicles of a piece.
pub fn apply_chunk(cx: &Context<'_>, chunk: &mut Chunk, part: Part<'_>) {
    chunk.crossed.clear();
    chunk.arrived.clear();
    chunk.red_running.clear();
    chunk.stopped.clear();
    chunk.passed.clear();
    let (mut plan, mut gate) = (0, 0);
    let occupied = std::mem::take(&mut chunk.occupied);
    for place in occupied.iter().map(|&lane| lane as usize) {
        let k = place - chunk.lanes.start;
        let lane = &mut part.lanes[k];
        let (id, facts) = (LaneId::new(place), &cx.scene.lanes[place]);
        let (mut leaving, mut taken) = (0, 0.0);
        for me in &mut lane.vehicles {
            let mut planned = chunk.plans[plan];
            let d = &cx.scene.drivers[me.kind as usize];
            let first = gate;
            while chunk.gates.get(gate).is_some_and(|g| g.vehicle as usize == plan) {
                gate += 1;
            }
            let least = if first < gate { decide(cx, me, d, &chunk.gates[first..gate], &mut planned) } else { 0.0 };
            plan += 1;
            let before = me.position;
            drive(cx, me, d, &planned, least);
            if me.flags & (Flags::STOP_AHEAD | Flags::STOPPED) == Flags::STOP_AHEAD && stops_now(cx, me, d, id, before)
            {
                me.flags |= Flags::STOPPED;
                chunk.stopped.push((id, me.id));
            }
            account(cx, me, d, facts);
            if cross(cx, me, id, facts, chunk) {
                me.id = VehicleId::NONE;
                leaving += 1;
            } else {
                taken += me.length + d.min_gap;
            }
        }
        if leaving > 0 {
            remove(&mut lane.vehicles, leaving);
        }
        part.tails[k] = Tail::of(cx.scene, place, lane);
        part.storage[k] = Storage::of(cx.scene, place, lane, taken);
    }
    chunk.occupied = occupied;
}

/// Removes the `leaving` vehicles that are marked as gone.
fn remove(vehicles: &mut Vec<Vehicle>, leaving: usize) {
    if vehicles[..leaving].iter().all(|v| v.id.is_none()) {
        vehicles.drain(..leaving);
    } else {
        // Somebody has arrived in the middle of the lane, behind others that go on.
        vehicles.retain(|v| !v.id.is_none());
    }
}

/// Brings a plan into line with the vehicle's gates: at the first one that is shut it waits. Returns the speed below
/// which it must not dawdle.
///
/// Whoever gives way does not start to pass a line at less than it could, unless it is over the line in this step: what
/// it has seen would be old before it is in anybody's way (SUMO).
fn decide(cx: &Context<'_>, me: &Vehicle, d: &Driver, gates: &[Gate], planned: &mut Planned) -> f32 {
    let signs = Signs { scene: cx.scene, lamps: cx.lamps, step: cx.step };
    let waited = (d.impatience + me.waiting / PATIENCE).clamp(0.0, 1.0);
    let mut zipper = f32::INFINITY;
    let mut passes: Option<&Gate> = None;
    for g in gates {
        let m = &cx.scene.moves[g.movement.index()];
        let rule = signs.rule(m);
        if rule == Rule::Zipper {
            zipper = zipper.at_most(signs.zipper_speed(g, me, d, cx.announcements));
            continue;
        }
        // Whoever can no longer stop counts on the others to brake.
        let impatience = if g.can_stop { waited } else { 1.0 };
        // Free as far as one can tell, but perhaps not yet near enough to see all foes.
        let unseen = g.passage.distance > m.sight_of(d) + m.stand_back;
        let wary = unseen && g.can_stop && matches!(rule, Rule::Yield | Rule::StopYield);
        // At a green arrow nobody need be given way to but those who came too late for their yellow.
        let chooses = g.can_stop && rule != Rule::Open;
        let arrival = if d.judges_headways() { arrival_as_planned(me, d, g, planned) } else { 0.0 };
        let asking = Asking { me, d, impatience, can_stop: chooses, arrival, seed: cx.seed };
        if !is_committed(me, d, g)
            && (wary
                || chooses && follows_closely(me, d, m, g, planned)
                || !signs.is_free(g, &asking, cx.announcements))
        {
            planned.speed = g.wait;
            planned.flags |= Flags::WAITS;
            break;
        }
        passes = Some(g);
    }
    planned.speed = planned.speed.at_most(zipper);
    match passes {
        Some(g) if planned.speed + EPSILON < g.least => {
            planned.speed = planned.speed.at_most(g.short);
            planned.flags |= Flags::WAITS;
            0.0
        }
        Some(g) => g.least,
        None => 0.0,
    }
}

/// When a vehicle reaches a line if it drives the step as planned, s.
#[inline]
fn arrival_as_planned(me: &Vehicle, d: &Driver, g: &Gate, planned: &Planned) -> f32 {
    let rest = g.passage.distance - 0.5 * (me.speed + planned.speed.at_least(0.0)) * d.dt;
    if rest > 0.0 { d.dt + rest / g.passage.arrival_speed.at_least(HALTING) } else { 0.0 }
}

/// Whether a driver who judges headways cannot stop before a line however hard he brakes: he would only come to stand in
/// the way of those for whom he braked.
#[inline]
fn is_committed(me: &Vehicle, d: &Driver, g: &Gate) -> bool {
    d.judges_headways() && !g.can_stop && g.passage.distance < d.brake_gap(me.speed, d.emergency)
}

/// Whether a vehicle would cross a line at which it gives way too soon after another.
#[inline]
fn follows_closely(me: &Vehicle, d: &Driver, m: &MoveFacts, g: &Gate, planned: &Planned) -> bool {
    let rest = if planned.flags & Flags::FOLLOWS != 0 { m.headways.between(d) } else { -me.delay };
    g.passage.arrival < rest
}

/// Takes the step: reaction, bounds of acceleration, dawdling to no less than `least`, motion.
fn drive(cx: &Context<'_>, me: &mut Vehicle, d: &Driver, planned: &Planned, least: f32) {
    let mut next = planned.speed;
    me.flags = planned.flags;
    if planned.flags & Flags::AT_RED != 0 {
        me.delay = d.start_delay;
    } else if me.delay > 0.0 {
        if me.speed < HALTING {
            next = next.at_most(0.0);
        }
        me.delay -= d.dt;
    } else if planned.flags & Flags::FOLLOWS != 0 {
        let line = me.next.get().map(|m| &cx.scene.moves[m.index()]);
        me.delay = line.map_or(0.0, |m| -m.headways.between(d).at_least(0.0));
    } else if me.delay < 0.0 {
        me.delay = (me.delay + d.dt).at_most(0.0);
    }
    let hardest = me.speed - d.emergency * d.dt;
    next = match d.model {
        FollowingModel::Krauss | FollowingModel::KraussOrig1 => {
            let top = next.at_least(hardest).at_least(0.0);
            let least = (me.speed - d.decel * d.dt).at_least(least).at_most(top);
            if d.sigma > 0.0 {
                let r = uniform(cx.seed, me.key, Purpose::Dawdle, u64::from(cx.step));
                krauss::dawdle(d, top, r).at_least(least)
            } else {
                top
            }
        }
        FollowingModel::Idm | FollowingModel::IdmPlus | FollowingModel::Gipps | FollowingModel::Calibrated => {
            next.at_least(hardest)
        }
    };
    let (moved, speed) = d.advance(me.speed, next);
    me.accel = (speed - me.speed) / d.dt;
    me.speed = speed;
    me.moved = moved;
    me.position += moved;
    me.advised = f32::INFINITY;
    me.relax = (me.relax - d.dt).at_least(0.0);
}

/// Whether a vehicle that was at `before` has reached the stop it has to make.
fn stops_now(cx: &Context<'_>, me: &Vehicle, d: &Driver, lane: LaneId, before: f32) -> bool {
    let next = cx.routes.stop(me.path).filter(|n| n.leg == me.leg && n.stop.lane == lane);
    next.is_some_and(|n| cx.halts.is_reached(&n.stop, d, before, me.speed))
}

/// Keeps the vehicle's own books.
fn account(cx: &Context<'_>, me: &mut Vehicle, d: &Driver, lane: &LaneFacts) {
    if me.flags & Flags::STOPPED != 0 {
        me.waiting = 0.0;
        return;
    }
    let v0 = d.desired(me.speed_factor, cx.scene.limit(lane, me.kind as usize));
    let mean = me.moved / d.dt;
    me.time_loss += d.dt * (v0 - mean) / v0;
    if me.speed < HALTING {
        // Whoever stands before its line after all has no late yellow any more.
        if me.position < lane.length + AT_END {
            me.flags &= !Flags::LATE_YELLOW;
        }
        me.stops = me.stops.saturating_add(u16::from(me.waiting <= 0.0));
        me.waiting += d.dt;
        me.waited += d.dt;
    } else {
        me.waiting = 0.0;
    }
}

/// Follows the vehicle over the end of its lane, if it has passed it. True if it is no longer on the lane.
fn cross(cx: &Context<'_>, me: &mut Vehicle, from: LaneId, facts: &LaneFacts, chunk: &mut Chunk) -> bool {
    let (mut lane, mut facts) = (from, facts);
    loop {
        // Who knows how to go on is not yet on the last leg.
        if me.next.is_none() && me.leg + 1 >= cx.routes.legs(me.path) {
            // Nobody arrives who has a stop to make.
            if me.flags & Flags::STOP_AHEAD == 0 && me.position >= cx.scene.arrival_position(me.id, lane) {
                chunk.arrived.push((lane, *me));
                return true;
            }
            break;
        }
        if me.position < facts.length + AT_END {
            // Whoever slows down for what is behind the line often comes to it exactly.
            me.position = me.position.at_most(facts.length);
            break;
        }
        let Some(id) = me.next.get() else {
            // Nothing to go on to: it stands at the very end.
            me.position = facts.length;
            me.speed = 0.0;
            break;
        };
        me.odometer += facts.length;
        me.position -= facts.length;
        me.came_from = lane;
        lane = pass(cx, me, id, lane, chunk);
        facts = &cx.scene.lanes[lane.index()];
    }
    if lane == from {
        return false;
    }
    chunk.crossed.push(Crossed { lane, vehicle: *me });
    true
}

/// Passes the line of a movement; returns the lane behind it.
fn pass(cx: &Context<'_>, me: &mut Vehicle, id: MovementId, from: LaneId, chunk: &mut Chunk) -> LaneId {
    let m = &cx.scene.moves[id.index()];
    match m.kind {
        MovementKind::Entry => {
            me.entered = if m.waits_inside { u32::MAX } else { cx.step };
            chunk.passed.push(Passed { movement: id, id: me.id, waited: me.waited });
            if m.lamp != u32::MAX && cx.lamps[m.lamp as usize].is_red() && me.flags & Flags::LATE_YELLOW == 0 {
                chunk.red_running.push((from, me.id));
            }
            // What it was late for lies behind it, unless the next line is so near that it was late for both.
            if m.lamp != u32::MAX
                && !cx.lamps[m.lamp as usize].is_green()
                && cx.scene.lanes[m.to.index()].length > JOINED
            {
                me.flags &= !Flags::LATE_YELLOW;
            }
        }
        MovementKind::Onward => me.entered = cx.step,
        MovementKind::Exit => me.entered = u32::MAX,
    }
    let facts = &cx.scene.lanes[m.next.index()];
    if facts.internal {
        me.next = facts.exit;
    } else {
        me.leg += 1;
        me.entered = u32::MAX;
        cx.routes.direct(me, facts.index as usize);
    }
    m.next
}

/// Puts the vehicles that left their lanes where they are now, in lane order of the lanes they left.
pub fn hand_over(scene: &Scene, chunks: &[Chunk], traffic: &mut Traffic) {
    traffic.left.clear();
    for c in chunks {
        for x in &c.crossed {
            traffic.left.push(x.vehicle.came_from);
            let entry = scene.lanes[x.vehicle.came_from.index()].entry.get();
            traffic.left.extend(entry.map(|entry| scene.network.movement(entry).from));
            let vehicles = &mut traffic.lanes[x.lane.index()].vehicles;
            // Nearly always the new one is the last; two that merge in one step may come in either order.
            let at = vehicles.iter().rposition(|v| v.position >= x.vehicle.position).map_or(0, |i| i + 1);
            vehicles.insert(at, x.vehicle);
            traffic.renew(scene, x.lane.index());
        }
    }
}
