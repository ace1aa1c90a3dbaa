//! Intergreen times from geometry.
//!
//! Terms (RiLSA 2015, 2.7): an intergreen lasts from the end of one green to the start of the other. It is the
//! *overrun* (the last vehicle may still pass the line this long after the end of green), plus the time in which that
//! vehicle *clears* the conflict area, less the time in which the first of the others *enters* it:
//! `t = overrun + (distance to clear + vehicle length) / clearing speed − distance to enter / entering speed`.

use crate::Millis;

/// Distances and speeds from which an intergreen time follows.
#[derive(Clone, Copy, PartialEq, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(deny_unknown_fields))]
pub struct Clearance {
    /// How long after the end of green the last vehicle passes the line, s, 0–10.
    pub overrun_s: f64,
    /// From the line to where the last vehicle has left the conflict area, m, 0–200.
    pub clear_m: f64,
    /// Length of the last vehicle, m, 0–30; 0 for people on foot.
    pub vehicle_m: f64,
    /// Its speed, m/s, 0.5–40.
    pub clear_mps: f64,
    /// From the other line to the conflict area, m, 0–200.
    pub enter_m: f64,
    /// Speed at which the first of the others comes, m/s, 0.5–40.
    pub enter_mps: f64,
}

impl Clearance {
    /// Straight on (RiLSA): 3 s of overrun, clears at 10 m/s with 6 m of vehicle; enters at 40 km/h.
    pub const STRAIGHT: Self =
        Self { overrun_s: 3.0, clear_m: 0.0, vehicle_m: 6.0, clear_mps: 10.0, enter_m: 0.0, enter_mps: 11.1 };
    /// Turning (RiLSA): 2 s of overrun, clears at 7 m/s.
    pub const TURNING: Self = Self { overrun_s: 2.0, clear_mps: 7.0, ..Self::STRAIGHT };
    /// Turning in less than 10 m of radius (RiLSA): clears at 5 m/s.
    pub const TURNING_TIGHTLY: Self = Self { clear_mps: 5.0, ..Self::TURNING };
    /// Bicycles (RiLSA): 1 s of overrun, 4 m/s.
    pub const BICYCLE: Self = Self { overrun_s: 1.0, vehicle_m: 0.0, clear_mps: 4.0, enter_mps: 5.0, ..Self::STRAIGHT };
    /// People on foot (RiLSA): 1.2 m/s.
    pub const PEDESTRIAN: Self =
        Self { overrun_s: 0.0, vehicle_m: 0.0, clear_mps: 1.2, enter_mps: 1.5, ..Self::STRAIGHT };

    /// The same with these distances: to clear by `self`, to enter by `other`, whose entering speed counts.
    pub const fn between(self, clear_m: f64, other: Self, enter_m: f64) -> Self {
        Self { clear_m, enter_m, enter_mps: other.enter_mps, ..self }
    }

    /// The intergreen time, at least 0, rounded up to tenths of a second (the resolution of signal controllers);
    /// `None` if a number is out of its range.
    pub fn time(&self) -> Option<Millis> {
        let fits = |v: f64, least: f64, most: f64| (least..=most).contains(&v);
        let all = fits(self.overrun_s, 0.0, 10.0)
            && fits(self.clear_m, 0.0, 200.0)
            && fits(self.vehicle_m, 0.0, 30.0)
            && fits(self.clear_mps, 0.5, 40.0)
            && fits(self.enter_m, 0.0, 200.0)
            && fits(self.enter_mps, 0.5, 40.0);
        if !all {
            return None;
        }
        let clear = (self.clear_m + self.vehicle_m) / self.clear_mps;
        let tenths = (self.overrun_s + clear - self.enter_m / self.enter_mps) * 10.0;
        // Up to the next whole number, without std's ceil; a thousandth of a tenth is a rounding error.
        let down = tenths.max(0.0) as i64;
        let up = if tenths - down as f64 > 1e-3 { down + 1 } else { down };
        Some(Millis(up * 100))
    }
}
