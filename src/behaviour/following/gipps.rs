//! Gipps's model (1981, Transportation Research B 15, 105–111): as fast as comfort allows, and no faster than is safe if
//! the leader brakes as hard as one expects, with the reaction time τ and half of it again as a margin.
//!
//! Gipps's drivers choose a speed every τ. Here they go towards it evenly, so that any step will do; at a step of τ both
//! are the same.

use super::super::bounds::Bounds;
use super::super::driver::{Driver, Leader};

/// Acceleration in free flow: 2.5 a (1 − v/V) √(0.025 + v/V); above the desired speed at most comfortable braking.
#[inline]
pub fn free(d: &Driver, v: f32, v0: f32) -> f32 {
    let r = v / v0;
    (2.5 * d.accel * (1.0 - r) * (0.025 + r).sqrt()).at_least(-d.decel)
}

/// The speed, τ from now, from which one can still stop behind a leader who brakes: bτ + √(b²τ² − b(2g − vτ − v_l²/b̂))
/// with b and b̂ < 0; here both are amounts.
#[inline]
pub fn safe(d: &Driver, v: f32, tau: f32, leader: &Leader) -> f32 {
    let bt = d.decel * tau;
    let room = 2.0 * leader.gap - v * tau + leader.speed * leader.speed / leader.decel.at_least(0.1);
    (-bt + (bt * bt + d.decel * room).at_least(0.0).sqrt()).at_least(0.0)
}

/// Acceleration behind a leader.
#[inline]
pub fn follow(d: &Driver, v: f32, v0: f32, tau: f32, leader: &Leader) -> f32 {
    let to_safe = (safe(d, v, tau, leader) - v) / tau.at_least(d.dt);
    free(d, v, v0).at_most(to_safe).at_least(-d.emergency)
}
