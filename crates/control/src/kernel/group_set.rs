//! Sets of groups, as bits.

use alloc::{vec, vec::Vec};

/// How many groups are in a word.
pub(super) const BITS: usize = 64;

/// Some of a plan's groups: one bit each, 64 in a word. Sets are combined word by word.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct GroupSet(Vec<u64>);

/// The bit of a group in its word.
pub(super) const fn bit(g: usize) -> u64 {
    1 << (g % BITS)
}

/// The groups of a word of a set, in their order.
pub(super) fn groups(word: usize, mut bits: u64) -> impl Iterator<Item = usize> {
    core::iter::from_fn(move || {
        let first = (bits != 0).then(|| word * BITS + bits.trailing_zeros() as usize);
        bits &= bits.wrapping_sub(1);
        first
    })
}

impl GroupSet {
    /// None of so many groups.
    pub fn new(groups: usize) -> Self {
        Self(vec![0; groups.div_ceil(BITS)])
    }

    /// Those of so many groups for which something holds.
    pub fn of(groups: usize, is: impl Fn(usize) -> bool) -> Self {
        let mut set = Self::new(groups);
        (0..groups).filter(|&g| is(g)).for_each(|g| set.put(g, true));
        set
    }

    /// Whether a group is in it.
    pub fn has(&self, g: usize) -> bool {
        self.0[g / BITS] & bit(g) != 0
    }

    /// Puts a group in, or takes it out.
    pub fn put(&mut self, g: usize, member: bool) {
        let word = &mut self.0[g / BITS];
        *word = *word & !bit(g) | if member { bit(g) } else { 0 };
    }

    /// Whether nobody is in it.
    pub fn is_empty(&self) -> bool {
        self.0.iter().all(|&word| word == 0)
    }

    /// One word of it.
    pub fn word(&self, word: usize) -> u64 {
        self.0[word]
    }

    /// All its words, to be combined with those of others.
    pub fn words(&self) -> &[u64] {
        &self.0
    }

    /// Whether a group is both in it and in a set given word by word.
    pub fn meets(&self, word: impl Fn(usize) -> u64) -> bool {
        self.0.iter().enumerate().any(|(w, &bits)| bits & word(w) != 0)
    }
}
