//! Time as whole milliseconds.

use core::ops::{Add, AddAssign, Sub};

/// A moment or a span in milliseconds. Moments are on the scenario's own clock (SUMO: seconds since its midnight).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Millis(pub i64);

impl Millis {
    /// Later than everything: "never".
    pub const NEVER: Self = Self(i64::MAX);

    /// From seconds, rounded to the nearest millisecond.
    pub fn from_seconds(seconds: f64) -> Self {
        // `as` saturates, so that an absurd number stays absurd instead of wrapping.
        let ms = seconds * 1000.0;
        Self(if ms >= 0.0 { (ms + 0.5) as i64 } else { (ms - 0.5) as i64 })
    }

    /// In seconds.
    pub const fn seconds(self) -> f64 {
        self.0 as f64 / 1000.0
    }
}

impl Add for Millis {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl AddAssign for Millis {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl Sub for Millis {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}
