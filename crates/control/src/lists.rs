//! Many short lists and sets, one after the other: edges come by the hundred a second, and each list by itself would be a
//! place in memory of its own that nobody else has just looked at.

use alloc::{vec, vec::Vec};

use crate::group_set::{BITS, GroupSet, bit};

/// Lists by number.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Lists<T> {
    /// Where each begins, and where the last one ends.
    first: Vec<u32>,
    all: Vec<T>,
}

impl<T: Copy> Lists<T> {
    pub fn new<L: AsRef<[T]>>(lists: impl IntoIterator<Item = L>) -> Self {
        let (mut first, mut all) = (vec![0], Vec::new());
        for list in lists {
            all.extend_from_slice(list.as_ref());
            first.push(u32::try_from(all.len()).unwrap_or(u32::MAX));
        }
        Self { first, all }
    }

    /// From where to where a list goes; no list: nowhere.
    #[inline]
    pub fn range(&self, number: usize) -> core::ops::Range<usize> {
        match (self.first.get(number), self.first.get(number + 1)) {
            (Some(&from), Some(&to)) => from as usize..to as usize,
            _ => 0..0,
        }
    }

    /// What stands at a place of a [`range`](Self::range).
    #[inline]
    pub fn at(&self, place: usize) -> T {
        self.all[place]
    }

    /// A list; empty, if there is none of this number.
    #[inline]
    pub fn get(&self, number: usize) -> &[T] {
        &self.all[self.range(number)]
    }
}

/// Sets by number, all of groups of one plan.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Sets {
    /// How many words each has.
    width: usize,
    words: Vec<u64>,
}

impl Sets {
    pub fn new<'a>(sets: impl IntoIterator<Item = &'a GroupSet>) -> Self {
        let (mut width, mut words) = (0, Vec::new());
        for set in sets {
            width = set.words().len();
            words.extend_from_slice(set.words());
        }
        Self { width, words }
    }

    /// All words of one of them.
    #[inline]
    pub fn words(&self, number: usize) -> &[u64] {
        &self.words[number * self.width..][..self.width]
    }

    /// One word of one of them.
    #[inline]
    pub fn word(&self, number: usize, word: usize) -> u64 {
        self.words[number * self.width + word]
    }

    /// Whether a group is in one of them.
    #[inline]
    pub fn has(&self, number: usize, g: usize) -> bool {
        self.word(number, g / BITS) & bit(g) != 0
    }

    /// Puts all groups of one of them into another set.
    pub fn join_to(&self, set: &mut GroupSet, number: usize) {
        for (w, own) in self.words(number).iter().enumerate() {
            set.set_word(w, set.word(w) | own);
        }
    }

    /// Whether some group is both in one of them and in another set.
    #[inline]
    pub fn share(&self, number: usize, other: &GroupSet) -> bool {
        let first = number * self.width;
        other.words().iter().enumerate().any(|(w, other)| self.words[first + w] & other != 0)
    }
}
