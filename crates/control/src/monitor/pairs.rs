//! Sets of channels and of pairs of channels, as bits.

use alloc::{vec, vec::Vec};

const BITS: usize = 64;

/// A set of channels.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Set(Vec<u64>);

impl Set {
    pub(super) fn new(channels: usize) -> Self {
        Self(vec![0; channels.div_ceil(BITS)])
    }

    pub(super) fn contains(&self, channel: usize) -> bool {
        self.0.get(channel / BITS).is_some_and(|word| word >> (channel % BITS) & 1 == 1)
    }

    pub(super) fn set(&mut self, channel: usize, member: bool) {
        if let Some(word) = self.0.get_mut(channel / BITS) {
            let bit = 1 << (channel % BITS);
            if member { *word |= bit } else { *word &= !bit }
        }
    }

    pub(super) fn clear(&mut self) {
        self.0.fill(0);
    }

    pub(super) fn add(&mut self, other: &Self) {
        for (word, more) in self.0.iter_mut().zip(&other.0) {
            *word |= more;
        }
    }

    /// Its members from `from` on, the first of them. Walking a set this way leaves it free to be changed.
    pub(super) fn next(&self, from: usize) -> Option<usize> {
        let mut mask = u64::MAX << (from % BITS);
        for (i, word) in self.0.iter().enumerate().skip(from / BITS) {
            let rest = word & mask;
            if rest != 0 {
                return Some(i * BITS + rest.trailing_zeros() as usize);
            }
            mask = u64::MAX;
        }
        None
    }
}

/// A set of unordered pairs of channels: one row of bits per channel, both halves kept.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Pairs {
    words: usize,
    bits: Vec<u64>,
}

impl Pairs {
    pub(super) fn none(channels: usize) -> Self {
        let words = channels.div_ceil(BITS);
        Self { words, bits: vec![0; words * channels] }
    }

    pub(super) fn contains(&self, a: usize, b: usize) -> bool {
        b < self.words * BITS
            && self.bits.get(a * self.words + b / BITS).is_some_and(|word| word >> (b % BITS) & 1 == 1)
    }

    pub(super) fn set(&mut self, a: usize, b: usize, member: bool) {
        for (a, b) in [(a, b), (b, a)] {
            if b >= self.words * BITS {
                return;
            }
            if let Some(word) = self.bits.get_mut(a * self.words + b / BITS) {
                let bit = 1 << (b % BITS);
                if member { *word |= bit } else { *word &= !bit }
            }
        }
    }

    fn row(&self, a: usize) -> &[u64] {
        self.bits.get(a * self.words..(a + 1) * self.words).unwrap_or_default()
    }

    /// How many partners of `a` are in `set`.
    pub(super) fn count(&self, a: usize, set: &Set) -> u32 {
        // Mostly there are none, and to count takes a while.
        let both = self.row(a).iter().zip(&set.0).map(|(row, set)| row & set);
        both.filter(|&both| both != 0).map(u64::count_ones).sum()
    }

    /// The first partner of `a` that is in `set`, from channel `from` on.
    pub(super) fn next(&self, a: usize, set: &Set, from: usize) -> Option<usize> {
        let mut mask = u64::MAX << (from % BITS);
        for (i, (row, set)) in self.row(a).iter().zip(&set.0).enumerate().skip(from / BITS) {
            let rest = row & set & mask;
            if rest != 0 {
                return Some(i * BITS + rest.trailing_zeros() as usize);
            }
            mask = u64::MAX;
        }
        None
    }
}
