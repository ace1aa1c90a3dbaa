//! The Purdue coordination diagram: every arrival over the time since the begin of its red.

use intergreen_control::Millis;

use super::aspects::{Aspect, Aspects};

/// From one begin of red to the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cycle {
    /// Begin of red.
    pub red: Millis,
    /// Begin of green.
    pub green: Option<Millis>,
    /// Begin of yellow.
    pub yellow: Option<Millis>,
    /// The next begin of red.
    pub end: Option<Millis>,
}

/// Cycles and arrivals of a phase.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Diagram {
    /// The cycles, by time.
    pub cycles: Vec<Cycle>,
    /// Arrivals, by time: when, and how long after the begin of red.
    pub arrivals: Vec<(Millis, Millis)>,
}

impl Diagram {
    /// From what a phase shows and its arrivals, both by time. Arrivals before the first begin of red have no place.
    pub(super) fn of(aspects: &Aspects, arrivals: impl Iterator<Item = Millis>) -> Self {
        let mut cycles: Vec<Cycle> = Vec::new();
        for &(at, aspect) in aspects.changes() {
            match (aspect, cycles.last_mut()) {
                (Aspect::Red, last) => {
                    if let Some(last) = last {
                        last.end = Some(at);
                    }
                    cycles.push(Cycle { red: at, green: None, yellow: None, end: None });
                }
                // Of several in a cycle (a begin of red is missing) the first.
                (Aspect::Green, Some(last)) => _ = last.green.get_or_insert(at),
                (Aspect::Yellow, Some(last)) => _ = last.yellow.get_or_insert(at),
                // No phase flashes; nor do changes before the first red count.
                (Aspect::Flashing, _) | (_, None) => {}
            }
        }
        let red = |at: Millis| {
            let next = cycles.partition_point(|c| c.red <= at);
            Some(cycles.get(next.checked_sub(1)?)?.red)
        };
        let arrivals = arrivals.filter_map(|at| Some((at, at - red(at)?))).collect();
        Self { cycles, arrivals }
    }
}
