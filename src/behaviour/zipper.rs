//! Zipper: two lanes become one, and drivers fall in behind one another before they meet.
//!
//! The rule is SUMO's: whoever arrives later adapts, early and gently, so as to follow the other at a safe distance
//! when that one enters.

use super::gap::{Passage, speed_after};
use super::{Driver, Leader};

/// Time to the zipper from which a driver adapts as gently as can be, s.
const GENTLE: f32 = 10.0;

/// Whether the first of two drivers goes first; both come to the same answer.
pub fn is_first(own: (&Passage, u32), foe: (&Passage, u32)) -> bool {
    let ((a, i), (b, j)) = (own, foe);
    (b.arrival > a.arrival && !could_follow(a, b))
        || could_follow(b, a)
        || (a.arrival == b.arrival && a.distance == b.distance && i < j)
}

/// Whether one is behind the other, far enough to stay there with a second of braking.
fn could_follow(follower: &Passage, leader: &Passage) -> bool {
    let behind = follower.distance - leader.distance;
    behind > 0.0 && behind > follower.now - follower.decel - leader.now
}

/// Next speed of a driver who falls in behind a foe.
pub fn speed(d: &Driver, tau: f32, own: &Passage, foe_driver: &Driver, foe: &Passage) -> f32 {
    // When and how fast the foe will be there: its announcement knows nothing of leaders that accelerate.
    let foe_end = speed_after(foe.distance, foe.now, foe_driver.accel, foe.top);
    let foe_mean = 0.5 * (foe.now + foe_end);
    let foe_time = whole_steps(foe.distance / foe_mean.max(0.001), d.dt);
    let end = speed_after(own.distance, own.now, d.accel, own.top);
    let mean = 0.5 * (own.now + end);
    let time = whole_steps(own.distance / mean.max(0.001), d.dt);

    let gap = own.distance - foe.distance - foe_driver.length - d.min_gap;
    let foe_brakes = d.brake_gap(foe_end, foe.decel.max(d.decel));
    let safe_gap = (d.brake_gap(end, d.decel) + end * tau - foe_brakes).max(0.0);
    // The acceleration with which the gap is safe when the foe is there.
    let missing = gap + foe_time * (foe_mean - mean) - safe_gap;
    let spaced = own.now + 2.0 * missing / (foe_time * foe_time) * d.dt;
    let leader = Leader { gap, speed: foe.now, accel: 0.0, decel: foe.decel };
    let follow = d.follow(own.now, own.top, tau, &leader);
    // The nearer, the more plain following, and the harder one may brake.
    let w = (time / GENTLE).min(1.0);
    let hardest = w * d.decel + (1.0 - w) * d.emergency;
    follow.max(own.now - hardest * d.dt).max(w * spaced + (1.0 - w) * follow)
}

/// A time in whole steps, at least a second.
fn whole_steps(time: f32, dt: f32) -> f32 {
    ((time / dt).ceil() * dt).max(1.0)
}
