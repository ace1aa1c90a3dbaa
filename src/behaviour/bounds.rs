//! The lesser and the greater of two numbers, for where models take them by the dozen.
//!
//! `f32::min` and `f32::max` take six instructions on x86-64, since of a number and none they return the number, and
//! they leave open which of two zeros they return. These take one and leave nothing open.

/// Bounds of a number.
pub trait Bounds {
    /// The number, or `most` if that is less.
    fn at_most(self, most: Self) -> Self;
    /// The number, or `least` if that is more.
    fn at_least(self, least: Self) -> Self;
}

impl Bounds for f32 {
    #[inline(always)]
    fn at_most(self, most: Self) -> Self {
        if most < self { most } else { self }
    }

    #[inline(always)]
    fn at_least(self, least: Self) -> Self {
        if least > self { least } else { self }
    }
}
