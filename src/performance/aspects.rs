//! What a phase shows when.

use intergreen_control::Millis;

use super::service::Service;

/// What a phase shows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Aspect {
    /// Green.
    Green,
    /// Yellow.
    Yellow,
    /// Red, with the red clearance.
    Red,
    /// Flashing yellow of an arrow, while its phase is red: who gives way may go.
    Flashing,
}

/// What one phase shows, for the whole log.
#[derive(Clone, Debug, Default)]
pub(super) struct Aspects {
    /// From when on which, by time.
    changes: Vec<(Millis, Aspect)>,
    /// Begins of green, by time.
    greens: Vec<Millis>,
}

impl Aspects {
    /// From the services of a phase.
    pub fn of(services: &[Service]) -> Self {
        let mut changes = Vec::new();
        for s in services {
            let marks = [(s.green(), Aspect::Green), (s.green_end(), Aspect::Yellow), (s.red(), Aspect::Red)];
            changes.extend(marks.into_iter().filter_map(|(at, aspect)| Some((at?, aspect))));
        }
        Self { greens: services.iter().filter_map(Service::green).collect(), changes }
    }

    /// What it shows at a moment; a change at that moment has taken place. `None`: before the first one.
    pub fn at(&self, at: Millis) -> Option<Aspect> {
        let next = self.changes.partition_point(|c| c.0 <= at);
        Some(self.changes.get(next.checked_sub(1)?)?.1)
    }

    /// The first begin of green not before a moment.
    pub fn next_green(&self, at: Millis) -> Option<Millis> {
        self.greens.get(self.greens.partition_point(|&green| green < at)).copied()
    }

    /// All changes, by time.
    pub fn changes(&self) -> &[(Millis, Aspect)] {
        &self.changes
    }
}
