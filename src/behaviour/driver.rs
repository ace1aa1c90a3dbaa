//! A driver's parameters, ready for the step, and the choice of model.

use super::bounds::Bounds;
use super::following::{calibrated, gipps, idm, krauss};
use super::headway::Spread;
use crate::demand::{FollowingModel, VehicleType};

/// Slack that keeps a discrete stop from touching the line, m (SUMO: NUMERICAL_EPS).
pub(crate) const EPSILON: f32 = 0.001;

/// Acceleration of free fall, m/s².
const GRAVITY: f32 = 9.81;
/// What any vehicle can do on any grade, m/s²: nobody is stuck on a hill.
const LEAST_ACCEL: f32 = 0.1;

/// What a driver knows of the vehicle ahead.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Leader {
    /// Gap to it, less the follower's minimum gap, m; negative if closer.
    pub gap: f32,
    /// Its speed, m/s.
    pub speed: f32,
    /// Its acceleration in the last step, m/s².
    pub accel: f32,
    /// How hard it is expected to brake, m/s².
    pub decel: f32,
}

/// The parameters of one vehicle type in single precision, with the step they are used at.
#[derive(Clone, Debug)]
pub struct Driver {
    /// Which model.
    pub model: FollowingModel,
    /// Acceleration, m/s².
    pub accel: f32,
    /// Comfortable deceleration, m/s².
    pub decel: f32,
    /// Hardest deceleration, m/s².
    pub emergency: f32,
    /// Deceleration that others expect of it, m/s².
    pub apparent_decel: f32,
    /// Standing gap, m.
    pub min_gap: f32,
    /// Length, m.
    pub length: f32,
    /// Top speed, m/s.
    pub max_speed: f32,
    /// Dawdling, 0–1.
    pub sigma: f32,
    /// Time from green to starting, s.
    pub start_delay: f32,
    /// Impatience at the start.
    pub impatience: f32,
    /// Lane-change eagerness for the route.
    pub lc_strategic: f32,
    /// Willingness to open a gap for others.
    pub lc_cooperative: f32,
    /// Lane-change eagerness for speed.
    pub lc_speed_gain: f32,
    /// Lane-change eagerness for the kerb lane.
    pub lc_keep_right: f32,
    /// Acceptance of small gaps.
    pub lc_assertive: f32,
    /// Whether it drives a truck or a bus.
    pub heavy: bool,
    /// How its drivers' critical headways differ.
    pub spread: Spread,
    /// Length of a step, s.
    pub dt: f32,
}

impl Driver {
    /// The driver of a type, at a step of `dt` seconds.
    pub fn new(kind: &VehicleType, dt: f32) -> Self {
        Self {
            model: kind.model,
            accel: kind.accel as f32,
            decel: kind.decel as f32,
            emergency: kind.emergency_decel as f32,
            apparent_decel: kind.apparent_decel as f32,
            min_gap: kind.min_gap as f32,
            length: kind.length as f32,
            max_speed: kind.max_speed as f32,
            sigma: kind.sigma as f32,
            start_delay: kind.start_delay as f32,
            impatience: kind.impatience as f32,
            lc_strategic: kind.lc_strategic as f32,
            lc_cooperative: kind.lc_cooperative as f32,
            lc_speed_gain: kind.lc_speed_gain as f32,
            lc_keep_right: kind.lc_keep_right as f32,
            lc_assertive: kind.lc_assertive as f32,
            heavy: kind.class.is_heavy(),
            spread: Spread::new(kind.gap_variation),
            dt,
        }
    }

    /// Whether it judges headways where it gives way, or, as SUMO's drivers do, when others will have passed.
    #[inline(always)]
    pub fn judges_headways(&self) -> bool {
        self.model == FollowingModel::Calibrated
    }

    /// The same driver on a grade, percent. Gravity takes its part of the acceleration, and gives it downhill; speeds are
    /// held. Comparators know no grades, as in SUMO.
    #[must_use]
    pub fn on_grade(&self, percent: f32) -> Self {
        let mut driver = self.clone();
        if self.model == FollowingModel::Calibrated {
            driver.accel = (self.accel - GRAVITY * percent / 100.0).at_least(LEAST_ACCEL);
        }
        driver
    }

    /// Whether the vehicle moves with the mean of the old and new speed (ballistic) or, as SUMO does by default,
    /// with the new speed (semi-implicit Euler).
    #[inline(always)]
    pub fn ballistic(&self) -> bool {
        !matches!(self.model, FollowingModel::Krauss | FollowingModel::KraussOrig1)
    }

    /// The speed it would drive on an empty road: its own multiple of the limit, as far as the vehicle can, m/s.
    #[inline(always)]
    pub fn desired(&self, speed_factor: f32, limit: f32) -> f32 {
        (speed_factor * limit).at_most(self.max_speed)
    }

    /// The fastest it can be after a step, in free flow with desired speed `v0`.
    #[inline]
    pub fn free(&self, v: f32, v0: f32) -> f32 {
        match self.model {
            FollowingModel::Krauss | FollowingModel::KraussOrig1 => {
                // A limit is not an emergency: brake for it comfortably.
                (v + self.accel * self.dt).at_most(self.max_speed).at_most(v0.at_least(v - self.decel * self.dt))
            }
            // Nobody passes the desired speed by accelerating: a long step at a low limit would.
            FollowingModel::Idm | FollowingModel::IdmPlus => {
                (v + self.dt * idm::free(self, v, v0)).at_most(v.at_least(v0))
            }
            FollowingModel::Gipps => (v + self.dt * gipps::free(self, v, v0)).at_most(v.at_least(v0)),
            FollowingModel::Calibrated => (v + self.dt * calibrated::free(self, v, v0)).at_most(v.at_least(v0)),
        }
    }

    /// The highest speed it can reach in a step.
    #[inline(always)]
    pub fn max_next(&self, v: f32) -> f32 {
        (v + self.accel * self.dt).at_most(self.max_speed)
    }

    /// Next speed behind a leader, with desired speed `v0` and desired time headway `tau`.
    #[inline]
    pub fn follow(&self, v: f32, v0: f32, tau: f32, leader: &Leader) -> f32 {
        match self.model {
            FollowingModel::Krauss => krauss::follow(self, v, tau, leader, self.max_next(v)),
            FollowingModel::KraussOrig1 => krauss::follow_original(self, tau, leader).at_most(self.max_next(v)),
            // The plain model is not free of collisions after a tight lane change at long steps.
            FollowingModel::Idm => {
                (v + self.dt * idm::follow(self, v, v0, tau, leader)).at_most(calibrated::clamp(self, v, leader))
            }
            FollowingModel::IdmPlus => {
                (v + self.dt * idm::follow_plus(self, v, v0, tau, leader)).at_most(calibrated::clamp(self, v, leader))
            }
            FollowingModel::Gipps => {
                (v + self.dt * gipps::follow(self, v, v0, tau, leader)).at_most(calibrated::clamp(self, v, leader))
            }
            FollowingModel::Calibrated => calibrated::follow(self, v, v0, tau, leader),
        }
    }

    /// The highest speed with which a vehicle may appear behind a leader and still brake comfortably.
    pub fn entering(&self, tau: f32, leader: &Leader) -> f32 {
        let room = leader.gap + self.brake_gap(leader.speed, leader.decel.at_least(self.decel));
        if self.ballistic() {
            // room = v·tau + v²/2b
            let bt = self.decel * tau;
            -bt + (bt * bt + 2.0 * self.decel * room.at_least(0.0)).sqrt()
        } else {
            krauss::stop_speed(room, self.decel, tau, self.dt)
        }
    }

    /// Next speed that allows standing `distance` ahead, braking at `decel`.
    #[inline]
    pub fn stop(&self, v: f32, v0: f32, tau: f32, distance: f32, decel: f32) -> f32 {
        match self.model {
            FollowingModel::Krauss | FollowingModel::KraussOrig1 => {
                krauss::stop_within(self, v, distance, decel).at_most(self.max_next(v))
            }
            FollowingModel::Idm => {
                let wall = Leader { gap: distance, speed: 0.0, accel: 0.0, decel: self.decel };
                let wanted = v + self.dt * idm::follow(self, v, v0, tau, &wall);
                wanted.at_most(calibrated::stop_within(self, v, distance, decel))
            }
            FollowingModel::IdmPlus => {
                let wall = Leader { gap: distance, speed: 0.0, accel: 0.0, decel: self.decel };
                let wanted = v + self.dt * idm::follow_plus(self, v, v0, tau, &wall);
                wanted.at_most(calibrated::stop_within(self, v, distance, decel))
            }
            FollowingModel::Gipps => {
                let wall = Leader { gap: distance, speed: 0.0, accel: 0.0, decel: self.decel };
                let wanted = v + self.dt * gipps::follow(self, v, v0, tau, &wall);
                wanted.at_most(calibrated::stop_within(self, v, distance, decel))
            }
            FollowingModel::Calibrated => {
                let wall = Leader { gap: distance, speed: 0.0, accel: 0.0, decel: self.decel };
                calibrated::follow(self, v, v0, tau, &wall).at_most(calibrated::stop_within(self, v, distance, decel))
            }
        }
    }

    /// Next speed that allows reaching `target` speed `distance` ahead, braking comfortably.
    #[inline]
    pub fn slow(&self, v: f32, distance: f32, target: f32) -> f32 {
        if self.ballistic() {
            calibrated::slow(self, v, distance, target)
        } else {
            krauss::slow(self, distance, target)
        }
    }

    /// The highest speed from which it can stop within a distance, braking comfortably and at once, m/s.
    #[inline]
    pub fn stoppable(&self, distance: f32) -> f32 {
        if self.ballistic() {
            (2.0 * self.decel * distance).sqrt()
        } else {
            krauss::stop_speed(distance, self.decel, 0.0, self.dt)
        }
    }

    /// Distance needed to stop from `v` at `decel`, as the model's motion goes.
    #[inline]
    pub fn brake_gap(&self, v: f32, decel: f32) -> f32 {
        if self.ballistic() { v * v / (2.0 * decel) } else { krauss::brake_gap(v, decel, self.dt) }
    }

    /// Distance moved in a step and speed at its end, from speed `v` to the next speed a model returned.
    #[inline]
    pub fn advance(&self, v: f32, next: f32) -> (f32, f32) {
        if !self.ballistic() {
            return (next * self.dt, next);
        }
        if next >= 0.0 {
            return (0.5 * (v + next) * self.dt, next);
        }
        // Stops within the step: v²/(2b) with b = (v − next)/dt.
        (0.5 * v * v * self.dt / (v - next), 0.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::VehicleClass;

    #[test]
    fn gravity_takes_from_the_acceleration_of_calibrated_drivers_alone() {
        let ours = Driver::new(&VehicleType::calibrated("car"), 0.5);
        // 9.81 m/s² on 4 %; on a wall there is always something left.
        for (percent, expected) in [(4.0, 2.1076), (-4.0, 2.8924), (0.0, 2.5), (40.0, LEAST_ACCEL)] {
            let accel = ours.on_grade(percent).accel;
            assert!((accel - expected).abs() < 1e-4, "{percent} %: {accel}, expected {expected}");
        }
        let sumo = Driver::new(&VehicleType::sumo("car", VehicleClass::Passenger), 0.5);
        assert_eq!(sumo.on_grade(4.0).accel, sumo.accel);
    }
}
