//! When a vehicle will be where, and whether two of them get in each other's way.
//!
//! The rule is SUMO's: a vehicle announces when it will arrive at the stop line and when it will have left the
//! junction; one that gives way enters if it leaves a second before the other arrives, or arrives after the other
//! has left (Krajzewicz, Erdmann: Road intersection model in SUMO, 2013).

use super::{Bounds, Driver};

/// Shortest time between one vehicle leaving the junction and the next arriving, s.
pub const MARGIN: f32 = 1.0;
/// Waiting time after which a driver is wholly impatient, s.
pub const PATIENCE: f32 = 180.0;

/// An announced passage of a stop line. Times in s from now.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Passage {
    /// When the front reaches the stop line.
    pub arrival: f32,
    /// When the rear has left the junction.
    pub leave: f32,
    /// Speed at the stop line, m/s.
    pub arrival_speed: f32,
    /// Speed on leaving, m/s.
    pub leave_speed: f32,
    /// Speed at the stop line if it brakes from now on, m/s.
    pub braking_speed: f32,
    /// Distance to the stop line, m.
    pub distance: f32,
    /// Comfortable deceleration, m/s².
    pub decel: f32,
    /// Speed now, m/s.
    pub now: f32,
    /// How long it has stood, s.
    pub waiting: f32,
    /// Speed it would drive on its lane if nobody were there, m/s.
    pub top: f32,
}

/// Speed after accelerating over a distance, m/s: √(2·a·s + v²).
#[inline]
pub fn speed_after(distance: f32, v: f32, accel: f32, max: f32) -> f32 {
    (2.0 * distance.at_least(0.0) * accel + v * v).sqrt().at_most(max)
}

/// Earliest arrival after `distance`, changing from `v` to `arrival_speed` at the driver's rates, s.
#[inline]
pub fn arrival_time(d: &Driver, distance: f32, v: f32, arrival_speed: f32) -> f32 {
    let accel = if arrival_speed >= v { d.accel } else { -d.decel };
    let time = (arrival_speed - v) / accel;
    let way = 0.5 * time * (arrival_speed + v);
    time + (distance - way).at_least(0.0) / v.at_least(arrival_speed).at_least(0.1)
}

/// Lowest speed with which a driver that brakes now reaches a line it cannot stop before, m/s.
#[inline]
pub fn braking_speed(d: &Driver, distance: f32, v: f32) -> f32 {
    if distance >= d.brake_gap(v, d.decel) { 0.0 } else { (v * v - 2.0 * d.decel * distance).at_least(0.0).sqrt() }
}

/// The passage of a vehicle that reaches the line `distance` ahead from speed `v` with `arrival_speed`, and then
/// covers `inside` metres of junction, leaving at up to `top` m/s.
#[inline]
pub fn passage(d: &Driver, distance: f32, v: f32, arrival_speed: f32, inside: f32, top: f32) -> Passage {
    let arrival = arrival_time(d, distance, v, arrival_speed);
    let leave_speed = speed_after(inside, arrival_speed, d.accel, top);
    let mean = (0.5 * (arrival_speed + leave_speed)).at_least(0.1);
    Passage {
        arrival,
        leave: arrival + (inside + d.length) / mean,
        arrival_speed,
        leave_speed,
        braking_speed: braking_speed(d, distance, v).at_most(arrival_speed),
        distance,
        decel: d.decel,
        now: v,
        waiting: 0.0,
        top: arrival_speed,
    }
}

/// Whether `own` must wait for `foe`. `same_target`: both go to the same lane, so that one would follow the other.
/// `impatience` 0–1: an impatient driver expects the foe to brake.
#[inline]
pub fn blocked(own: &Passage, foe: &Passage, same_target: bool, impatience: f32, dt: f32) -> bool {
    let (foe_arrival, foe_speed) = if impatience > 0.0 && own.arrival < foe.arrival {
        let (braked, speed) = braked_arrival(own.arrival, foe, impatience, dt);
        (foe.arrival + impatience * (braked - foe.arrival), speed)
    } else {
        (foe.arrival, foe.braking_speed)
    };
    if foe.leave < own.arrival {
        same_target
            && (own.arrival - foe.leave < MARGIN
                || unsafe_merge(foe.leave_speed, own.arrival_speed, foe.decel, own.decel))
    } else if foe_arrival > own.leave + MARGIN {
        same_target && unsafe_merge(own.leave_speed, foe_speed, own.decel, foe.decel)
    } else {
        true
    }
}

/// Whether a follower cannot adapt to a slower leader in the time kept between them.
#[inline]
pub(super) fn unsafe_merge(leader_speed: f32, follower_speed: f32, leader_decel: f32, follower_decel: f32) -> bool {
    leader_speed * leader_speed / leader_decel <= follower_speed * follower_speed / follower_decel
}

/// When a foe would arrive, and how fast, if it braked at `impatience` times its deceleration from the moment the
/// other enters.
#[inline]
fn braked_arrival(own_arrival: f32, foe: &Passage, impatience: f32, dt: f32) -> (f32, f32) {
    // Vehicles enter in whole steps: in the same one there is nothing to brake for.
    let step = |t: f32| (t / dt) as u32;
    if step(own_arrival) == step(foe.arrival) {
        return (foe.arrival, foe.braking_speed);
    }
    let own_arrival = (own_arrival / dt).ceil() * dt;
    let decel = foe.decel * impatience;
    let v = foe.distance / foe.arrival;
    let left = foe.distance - v * own_arrival;
    if v * v / (2.0 * decel) <= left + v * dt {
        // It can stop: as good as never, within what an interpolation can use.
        return (foe.arrival + 30.0, 0.0);
    }
    // Braking over the remaining distance: left = v·t − decel·t²/2.
    let t = (v - (v * v - 2.0 * decel * left).at_least(0.0).sqrt()) / decel;
    (own_arrival + t, (v - decel * t).at_least(0.0))
}
