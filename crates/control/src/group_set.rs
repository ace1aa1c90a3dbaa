//! Sets of groups, as bits.

use alloc::{vec, vec::Vec};

/// How many groups are in a word.
pub(crate) const BITS: usize = 64;

/// Some of a plan's groups: one bit each, 64 in a word. Sets are combined word by word.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct GroupSet(Vec<u64>);

/// The bit of a group in its word.
pub(crate) const fn bit(g: usize) -> u64 {
    1 << (g % BITS)
}

/// The number of a group by its place; a plan has no more than numbers go.
pub(crate) fn number(g: usize) -> u16 {
    u16::try_from(g).unwrap_or(u16::MAX)
}

/// The groups of a word of a set, in their order.
#[inline]
pub(crate) fn groups(word: usize, bits: u64) -> impl Iterator<Item = usize> {
    Groups { first: word * BITS, bits, words: core::iter::empty() }
}

/// The groups of a set given word by word, in their order.
#[inline]
pub(crate) fn members(mut words: impl Iterator<Item = u64>) -> impl Iterator<Item = usize> {
    Groups { first: 0, bits: words.next().unwrap_or(0), words }
}

struct Groups<I> {
    /// The first group of the word.
    first: usize,
    /// Those of its groups that are still to come.
    bits: u64,
    /// The words that follow.
    words: I,
}

impl<I: Iterator<Item = u64>> Iterator for Groups<I> {
    type Item = usize;

    #[inline]
    fn next(&mut self) -> Option<usize> {
        while self.bits == 0 {
            self.bits = self.words.next()?;
            self.first += BITS;
        }
        let group = self.first + self.bits.trailing_zeros() as usize;
        self.bits &= self.bits - 1;
        Some(group)
    }
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

    /// Those of so many groups that are listed.
    pub fn listed(groups: usize, list: &[u16]) -> Self {
        let mut set = Self::new(groups);
        list.iter().for_each(|&g| set.put(usize::from(g), true));
        set
    }

    /// Takes everybody out.
    pub fn clear(&mut self) {
        self.0.fill(0);
    }

    /// Puts all groups of another set in.
    pub fn join(&mut self, other: &Self) {
        self.0.iter_mut().zip(&other.0).for_each(|(word, other)| *word |= other);
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

    /// The groups in it, in their order.
    pub fn iter(&self) -> impl Iterator<Item = usize> + '_ {
        members(self.0.iter().copied())
    }

    /// Takes the first of them out, if there is one.
    pub fn pop(&mut self) -> Option<usize> {
        let (w, word) = self.0.iter_mut().enumerate().find(|(_, word)| **word != 0)?;
        let first = w * BITS + word.trailing_zeros() as usize;
        *word &= *word - 1;
        Some(first)
    }

    /// Lets one word of it be this.
    pub fn set_word(&mut self, word: usize, bits: u64) {
        self.0[word] = bits;
    }

    /// All its words, to be combined with those of others.
    pub fn words(&self) -> &[u64] {
        &self.0
    }

    /// Whether some group is in both.
    pub fn shares(&self, other: &Self) -> bool {
        self.0.iter().zip(&other.0).any(|(own, other)| own & other != 0)
    }

    /// Whether a group is in it that is not in another.
    pub fn exceeds(&self, other: &Self) -> bool {
        self.0.iter().zip(&other.0).any(|(own, other)| own & !other != 0)
    }
}
