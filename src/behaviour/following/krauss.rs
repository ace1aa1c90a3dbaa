//! Krauss's model: as fast as is safe if the leader brakes now.
//!
//! Speeds change at the start of a step and hold through it (semi-implicit Euler), so a stop takes whole steps:
//! braking from v covers (v−b) + (v−2b) + … and the safe speed solves that sum, not v²/2b.

use super::super::bounds::Bounds;
use super::super::driver::{Driver, EPSILON, Leader};

/// The whole part of a number ≥ 0 (0 for less) of braking steps, of which nobody needs more than 65 535. Rounding down
/// is a library call on x86-64 without SSE 4.1, and a longer integer takes twice the instructions; the models round
/// down several times per vehicle and step.
#[inline(always)]
fn whole(x: f32) -> f32 {
    f32::from(x as u16)
}

/// `x / dt`. Nearly all runs have steps of a second: their models need not wait for a division by one.
#[inline(always)]
fn per_step(x: f32, dt: f32) -> f32 {
    if dt == 1.0 { x } else { x / dt }
}

/// Distance covered while braking from `v` at `decel` in steps of `dt`.
#[inline]
pub fn brake_gap(v: f32, decel: f32, dt: f32) -> f32 {
    let b = decel * dt;
    let steps = whole(v / b);
    dt * steps * (v - 0.5 * b * (steps + 1.0))
}

/// The highest speed from which standing after `gap` is possible when braking starts `headway` later.
///
/// With n full braking steps of b, the distance is n(n−1)/2·b·dt + n·b·headway; n is the largest number that fits
/// and the rest of the gap is spread over the braking time.
#[inline]
pub fn stop_speed(gap: f32, decel: f32, headway: f32, dt: f32) -> f32 {
    let g = gap - EPSILON;
    if g <= 0.0 {
        return 0.0;
    }
    let b = decel * dt;
    if g <= b && headway > 0.0 {
        return b.at_most(per_step(g, dt));
    }
    let root = (dt * dt + 4.0 * (dt * (2.0 * g / b - headway) + headway * headway)).sqrt();
    let n = whole(0.5 - per_step(headway - 0.5 * root, dt));
    let h = 0.5 * n * (n - 1.0) * b * dt + n * b * headway;
    n * b + (g - h) / (n * dt + headway)
}

/// Next speed that allows standing `distance` ahead, braking from the coming step on.
#[inline]
pub fn stop_within(d: &Driver, v: f32, distance: f32, decel: f32) -> f32 {
    let safe = stop_speed(distance, decel, d.dt, d.dt);
    relax(d, v, safe, distance, 0.0)
}

/// Room that rounding may take from what [`leaves_free`] works out, m.
const ROUNDING: f32 = 0.01;

/// Whether somebody behind a leader may certainly drive at `v`, from what it takes to brake in real numbers: of that, whole
/// steps cover no less than (v² − v·b·dt)/2b, and no more than (b·dt)²/8b above. Nearer than b·dt the safe speed is another,
/// lower one. It takes four divisions and a root, and mostly is none that binds.
#[inline]
fn leaves_free(d: &Driver, v: f32, tau: f32, leader: &Leader) -> bool {
    let (b, bt) = (d.decel, d.decel * d.dt);
    let own = v * (v - bt) + 0.25 * bt * bt + 2.0 * b * (v * tau + ROUNDING);
    leader.decel <= b && leader.gap > bt + ROUNDING && own <= leader.speed * (leader.speed - bt) + 2.0 * b * leader.gap
}

/// Next speed behind a leader, no more than `most`.
#[inline]
pub fn follow(d: &Driver, v: f32, tau: f32, leader: &Leader, most: f32) -> f32 {
    if leaves_free(d, most, tau, leader) {
        return most;
    }
    let safe =
        stop_speed(leader.gap + brake_gap(leader.speed, leader.decel.at_least(d.decel), d.dt), d.decel, tau, d.dt);
    relax(d, v, safe, leader.gap, leader.speed).at_most(most)
}

/// Next speed behind a leader by the original formula.
#[inline]
pub fn follow_original(d: &Driver, tau: f32, leader: &Leader) -> f32 {
    if leader.gap <= 0.0 {
        return 0.0;
    }
    let bt = d.decel * tau;
    -bt + (bt * bt + leader.speed * leader.speed + 2.0 * d.decel * leader.gap).at_least(0.0).sqrt()
}

/// Does not brake harder than needed: where the safe speed asks for more than the comfortable deceleration, 1.2
/// times the constant deceleration that just avoids the obstacle is enough.
#[inline]
fn relax(d: &Driver, v: f32, safe: f32, gap: f32, leader_speed: f32) -> f32 {
    let wanted = per_step(v - safe, d.dt);
    if wanted <= d.decel + EPSILON || d.emergency <= d.decel {
        return safe;
    }
    let closing = v * v - leader_speed * leader_speed;
    let needed = if gap <= 0.0 { d.emergency } else { 1.2 * (closing / (2.0 * gap)).at_least(0.0) };
    let used = needed.at_least(d.decel).at_most(wanted);
    (v - used * d.dt).at_least(0.0)
}

/// Next speed that allows driving `target` from `distance` ahead on, braking at the comfortable deceleration.
///
/// y steps of braking cover (y²+y)/2·b + y·target; whole steps brake, the rest of the distance is spread.
#[inline]
pub fn slow(d: &Driver, distance: f32, target: f32) -> f32 {
    let v = target * d.dt;
    if distance < v {
        return target;
    }
    let b = d.decel * d.dt * d.dt;
    let y = ((((b + 2.0 * v) * (b + 2.0 * v) + 8.0 * b * distance).sqrt() - b) * 0.5 - v) / b;
    let full = whole(y);
    let exact = (full * full + full) * 0.5 * b + full * v + if y > full { v } else { 0.0 };
    ((distance - exact).at_least(0.0) / (full + 1.0)) / d.dt + full * d.decel * d.dt + target
}

/// Speed after dawdling: up to σ·a·dt less, less than that when starting.
#[inline]
pub fn dawdle(d: &Driver, v: f32, random: f32) -> f32 {
    let basis = if v < d.accel { v } else { d.accel };
    (v - d.sigma * basis * random * d.dt).at_least(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demand::VehicleType;
    use crate::network::VehicleClass;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(20_000))]

        /// Whoever is just found to be free without the safe speed would be found so with it.
        #[test]
        fn the_safe_speed_binds_nobody_who_is_free(
            v in 0.0_f32..40.0, tau in 0.1_f32..3.0, dt in prop::sample::select(vec![0.1_f32, 0.5, 1.0]),
            speed in 0.0_f32..40.0, more in 0.0_f32..0.1,
        ) {
            let d = Driver::new(&VehicleType::sumo("car", VehicleClass::Passenger), dt);
            let at = |gap: f32| Leader { gap, speed, accel: 0.0, decel: d.decel };
            // Halving finds the least gap, which is less than 500 m.
            let (mut less, mut gap) = (-500.0, 500.0);
            while gap - less > 1e-3 {
                let middle = 0.5 * (less + gap);
                if leaves_free(&d, v, tau, &at(middle)) { gap = middle } else { less = middle }
            }
            let leader = at(gap + more);
            prop_assert!(leaves_free(&d, v, tau, &leader));
            let safe = stop_speed(leader.gap + brake_gap(speed, d.decel, dt), d.decel, tau, dt);
            prop_assert!(safe >= v, "gap {}: {safe}", leader.gap);
        }
    }
}
