//! Sets of phases, as bits.

use core::ops::{BitAnd, BitOr, BitOrAssign, Sub};

/// Phases by their places in the layout. There are no more than 32: they have numbers from 1 to 32.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Set(u32);

impl Set {
    pub const NONE: Self = Self(0);

    /// One phase.
    pub const fn of(phase: usize) -> Self {
        if phase < 32 { Self(1 << phase) } else { Self(0) }
    }

    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    pub fn has(self, phase: usize) -> bool {
        self.meets(Self::of(phase))
    }

    /// Whether both have a phase in common.
    pub const fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// The first of them, in the order of the layout: ring by ring, section by section.
    pub const fn first(self) -> Option<usize> {
        if self.0 == 0 { None } else { Some(self.0.trailing_zeros() as usize) }
    }
}

impl BitOr for Set {
    type Output = Self;
    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl BitOrAssign for Set {
    fn bitor_assign(&mut self, other: Self) {
        *self = *self | other;
    }
}

impl BitAnd for Set {
    type Output = Self;
    fn bitand(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }
}

/// Those that are not in the other.
impl Sub for Set {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }
}

impl Iterator for Set {
    type Item = usize;
    fn next(&mut self) -> Option<usize> {
        let first = self.first()?;
        self.0 &= self.0 - 1;
        Some(first)
    }
}

impl FromIterator<usize> for Set {
    fn from_iter<I: IntoIterator<Item = usize>>(phases: I) -> Self {
        phases.into_iter().fold(Self::NONE, |set, phase| set | Self::of(phase))
    }
}
