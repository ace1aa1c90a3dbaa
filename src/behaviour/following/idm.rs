//! The intelligent driver model, exponent δ = 4, and IDM+. Functions return an acceleration, m/s².

use super::super::bounds::Bounds;
use super::super::driver::{Driver, Leader};

/// Acceleration in free flow.
#[inline]
pub fn free(d: &Driver, v: f32, v0: f32) -> f32 {
    let r = v / v0;
    d.accel * (1.0 - r * r * r * r).at_least(-d.decel / d.accel)
}

/// Desired gap over actual gap, both from bumper to bumper.
#[inline]
pub(super) fn z(d: &Driver, v: f32, tau: f32, leader: &Leader) -> f32 {
    let wanted = d.min_gap + (v * tau + v * (v - leader.speed) / (2.0 * (d.accel * d.decel).sqrt())).at_least(0.0);
    wanted / (leader.gap + d.min_gap).at_least(0.01)
}

/// Acceleration behind a leader.
#[inline]
pub fn follow(d: &Driver, v: f32, v0: f32, tau: f32, leader: &Leader) -> f32 {
    let z = z(d, v, tau, leader);
    (free(d, v, v0) - d.accel * z * z).at_least(-d.emergency)
}

/// Acceleration behind a leader by IDM+: of the free road's and the leader's the smaller one.
#[inline]
pub fn follow_plus(d: &Driver, v: f32, v0: f32, tau: f32, leader: &Leader) -> f32 {
    let z = z(d, v, tau, leader);
    free(d, v, v0).at_most(d.accel * (1.0 - z * z)).at_least(-d.emergency)
}
