//! When a detector was on.

use intergreen_control::Millis;

/// A missing off of a detector that comes on again within this time is taken to have been at the second on.
const RAPID: Millis = Millis(2_000);

/// One detector's time on: intervals by time that do not overlap, and what had to be made up.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub(super) struct Occupancy {
    /// From when until when it was on.
    pub on: Vec<(Millis, Millis)>,
    /// An on followed by an on: an off is missing.
    pub missing_offs: u32,
    /// An off followed by an off: an on is missing.
    pub missing_ons: u32,
}

impl Occupancy {
    /// From its edges (`true`: on) by time; the log goes from `from` to `to`.
    ///
    /// Of edges at one moment that comes first which changes something. A missing off is put at the next on if that
    /// comes within 2 s, else half-way to it; a missing on half-way from the last off. (So does the package `atspm`.)
    pub fn of(edges: &[(Millis, bool)], from: Millis, to: Millis) -> Self {
        let mut made = Self::default();
        // The first edge is an off: it was on before the log began.
        let mut since = edges.first().and_then(|first| (!first.1).then_some(from));
        let mut last = from;
        for moment in edges.chunk_by(|a, b| a.0 == b.0) {
            let both = moment.iter().any(|e| e.1) && moment.iter().any(|e| !e.1);
            let first = if both { since.is_none() } else { moment[0].1 };
            let at = moment[0].0;
            made.edge(&mut since, last, at, first);
            if both {
                made.edge(&mut since, at, at, !first);
            }
            last = at;
        }
        made.on.extend(since.filter(|&s| s < to).map(|s| (s, to)));
        made
    }

    /// Takes one edge in; the one before was at `last`.
    fn edge(&mut self, since: &mut Option<Millis>, last: Millis, at: Millis, on: bool) {
        match (*since, on) {
            (None, true) => *since = Some(at),
            (Some(begin), false) => {
                self.on.push((begin, at));
                *since = None;
            }
            (Some(begin), true) => {
                self.missing_offs += 1;
                let off = if at - begin <= RAPID { at } else { half_way(begin, at) };
                self.on.push((begin, off));
                *since = Some(at);
            }
            (None, false) => {
                self.missing_ons += 1;
                self.on.push((half_way(last, at), at));
            }
        }
    }
}

fn half_way(a: Millis, b: Millis) -> Millis {
    Millis(b.0 - (b - a).0 / 2)
}

/// Time on of several detectors together: when any of them was on.
#[derive(Clone, Debug, Default)]
pub(super) struct Union {
    /// From when until when, by time, and how long before that in all.
    intervals: Vec<(Millis, Millis, Millis)>,
}

impl Union {
    /// From the intervals of all detectors, in any order.
    pub fn of(mut all: Vec<(Millis, Millis)>) -> Self {
        all.sort_unstable();
        let mut intervals: Vec<(Millis, Millis, Millis)> = Vec::new();
        for (from, to) in all {
            match intervals.last_mut() {
                Some(last) if from <= last.1 => last.1 = last.1.max(to),
                last => {
                    let before = last.map_or(Millis(0), |l| l.2 + (l.1 - l.0));
                    intervals.push((from, to, before));
                }
            }
        }
        Self { intervals }
    }

    /// How long it was on before a moment, in all.
    fn before(&self, at: Millis) -> Millis {
        let next = self.intervals.partition_point(|i| i.0 < at);
        let Some(&(from, to, before)) = next.checked_sub(1).and_then(|i| self.intervals.get(i)) else {
            return Millis(0);
        };
        before + (to.min(at) - from)
    }

    /// How long it was on between two moments.
    pub fn between(&self, from: Millis, to: Millis) -> Millis {
        self.before(to) - self.before(from)
    }
}
