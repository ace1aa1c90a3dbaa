//! Writing scenarios as other people's files.
//!
//! An export is text handed to a [`Write`](std::io::Write); who opens files is the caller's business. What the other
//! side cannot hold is noted by kind in [`Notes`], never left out in silence.

pub mod sumo;

use std::collections::BTreeMap;

/// What an export had to change or leave out: each kind once, with a count and the first example.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Notes {
    /// Kind → (count, first example).
    pub kinds: BTreeMap<String, (usize, String)>,
}

impl Notes {
    /// Counts one thing of a kind.
    pub fn count(&mut self, kind: impl Into<String>, example: impl FnOnce() -> String) {
        self.kinds.entry(kind.into()).or_insert_with(|| (0, example())).0 += 1;
    }

    /// A line for each kind.
    pub fn lines(&self) -> impl Iterator<Item = String> + use<'_> {
        self.kinds.iter().map(|(kind, (n, example))| match n {
            1 => format!("{kind}: {example}"),
            n => format!("{kind}: {n}, the first is {example}"),
        })
    }
}
