//! What the log tells of the coordination.

use std::collections::BTreeMap;

use intergreen_control::Millis;
use serde::Serialize;

use super::event::{Event, code};

/// Patterns and states of the coordination.
#[derive(Clone, Debug, PartialEq, Default, Serialize)]
pub struct Coordination {
    /// Changes of the pattern: when, s on the log's clock, and to which.
    pub patterns: Vec<(f64, u16)>,
    /// Changes of the cycle length: when, and to how much, s.
    pub cycle_lengths: Vec<(f64, u16)>,
    /// Changes of the offset: when, and to how much, s.
    pub offsets: Vec<(f64, u16)>,
    /// Time in each state, s: 0 free, 1 in step, 2 adding, 3 subtracting, 4 dwelling, 5 local zero, 6 picking up.
    pub state_s: BTreeMap<u16, f64>,
}

impl Coordination {
    /// From a signal's events by time; the log ends at `to`. A local zero and a pick-up are moments, not states.
    pub(super) fn of(events: &[Event], to: Millis) -> Self {
        let mut all = Self::default();
        let mut state: Option<(Millis, u16)> = None;
        for e in events {
            let entry = (e.at.seconds(), e.parameter);
            match e.code {
                code::PATTERN => all.patterns.push(entry),
                code::CYCLE => all.cycle_lengths.push(entry),
                code::OFFSET => all.offsets.push(entry),
                code::COORDINATION if e.parameter <= 4 => all.change(&mut state, e.at, e.parameter),
                _ => {}
            }
        }
        if let Some((_, last)) = state {
            all.change(&mut state, to, last);
        }
        all
    }

    fn change(&mut self, state: &mut Option<(Millis, u16)>, at: Millis, next: u16) {
        if let Some((since, now)) = state.replace((at, next)) {
            *self.state_s.entry(now).or_default() += (at - since).seconds();
        }
    }

    /// Whether the log tells nothing.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}
