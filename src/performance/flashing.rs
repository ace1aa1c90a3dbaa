//! When a signal flashes as a whole: then signs rule, and no phase shows anything.

use intergreen_control::Millis;

use super::event::{Event, code};
use super::occupancy::Union;

/// The times in which a signal flashes.
#[derive(Clone, Debug, Default)]
pub(super) struct Flashing {
    /// From when until when, by time.
    pub times: Vec<(Millis, Millis)>,
    all: Union,
}

impl Flashing {
    /// From a signal's events by time; the log ends at `to`.
    pub fn of(events: &[Event], to: Millis) -> Self {
        let mut times = Vec::new();
        let mut since = None;
        for event in events.iter().filter(|e| e.code == code::FLASH) {
            match (since, code::flashes(event.parameter)) {
                (None, true) => since = Some(event.at),
                (Some(from), false) => {
                    times.push((from, event.at));
                    since = None;
                }
                _ => {}
            }
        }
        times.extend(since.map(|from| (from, to)));
        times.retain(|(from, to)| from < to);
        Self { all: Union::of(times.clone()), times }
    }

    /// Whether it flashes at a moment.
    pub fn at(&self, at: Millis) -> bool {
        let begun = self.times.partition_point(|t| t.0 <= at);
        begun.checked_sub(1).is_some_and(|last| at < self.times[last].1)
    }

    /// The parts of a time in which it does not flash.
    pub fn spare(&self, from: Millis, to: Millis) -> impl Iterator<Item = (Millis, Millis)> {
        let begun = self.times.partition_point(|t| t.1 <= from);
        let within = self.times[begun..].iter().take_while(move |t| t.0 < to);
        let ends = std::iter::once(from).chain(within.clone().map(|t| t.1));
        let begins = within.map(|t| t.0).chain([to]);
        ends.zip(begins).filter(|(from, to)| from < to)
    }

    /// For how long it flashes between two moments.
    pub fn between(&self, from: Millis, to: Millis) -> Millis {
        self.all.between(from, to)
    }
}
