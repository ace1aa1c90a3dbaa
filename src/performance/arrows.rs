//! When flashing yellow arrows flash.

use std::collections::BTreeMap;

use intergreen_control::Millis;

use super::aspects::Aspect;
use super::event::{Event, code};

/// The yellow after flashing, of which no log tells: the shortest that a plan may have.
const YELLOW: Millis = Millis(3000);

/// The arrows of a signal.
#[derive(Debug, Default)]
pub(super) struct Arrows {
    /// By number: from when on they flash, or no longer.
    changes: BTreeMap<u16, Vec<(Millis, bool)>>,
}

impl Arrows {
    /// Takes note of an event about one, which are to come in their order.
    pub fn note(&mut self, event: &Event) {
        self.changes.entry(event.parameter).or_default().push((event.at, event.code == code::FYA));
    }

    /// What an arrow shows because it flashes, or has just done so.
    pub fn at(&self, arrow: u16, at: Millis) -> Option<Aspect> {
        let changes = self.changes.get(&arrow)?;
        let last = changes.partition_point(|c| c.0 <= at).checked_sub(1)?;
        match changes[last] {
            (_, true) => Some(Aspect::Flashing),
            // It did before, if its begin was logged at all.
            (end, false) if last > 0 && changes[last - 1].1 && at < end + YELLOW => Some(Aspect::Yellow),
            _ => None,
        }
    }

    /// When an arrow begins to flash next, not before a moment.
    pub fn next_flash(&self, arrow: u16, at: Millis) -> Option<Millis> {
        let changes = self.changes.get(&arrow)?;
        let later = &changes[changes.partition_point(|c| c.0 < at)..];
        later.iter().find(|c| c.1).map(|c| c.0)
    }
}
