//! What keeps a group from becoming what is wanted, for somebody who watches. It reads the rules; nothing is decided here.

use alloc::{format, string::String};

use super::{Kernel, Mode, light::State, rules::Clear};
use crate::{
    Millis,
    group_set::{members, number},
    log::Reason,
    plan::Plan,
};

/// Why a group is not what a strategy or a command asks for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kept {
    /// A command holds its green.
    Held,
    /// Its least green, or walk, is not over before.
    Least {
        /// The end of it.
        until: Millis,
    },
    /// Another would have to end with it (yellow trap) and may not yet.
    With {
        /// That one.
        group: u16,
    },
    /// Another is open that it must not meet.
    Open {
        /// That one.
        group: u16,
    },
    /// It may open from then on.
    Until {
        /// That moment.
        at: Millis,
        /// What it waits for.
        reason: Option<Reason>,
    },
    /// A hold is without effect, because of a preemption or since the unit flashes.
    Overridden,
}

impl Kept {
    /// In words for a traffic engineer; `now`: the time reached.
    pub fn words(self, plan: &Plan, now: Millis) -> String {
        let name = |g: u16| plan.groups().get(usize::from(g)).map_or("?", |g| g.name.as_str());
        let more = |until: Millis| format!("{:.1} s", (until - now).seconds().max(0.0));
        match self {
            Self::Held => "held: its green does not end".into(),
            Self::Least { until } => format!("its least green lasts {} more", more(until)),
            Self::With { group } => {
                format!("'{}' would have to end with it and may not yet (yellow trap)", name(group))
            }
            Self::Open { group } => format!("waits until '{}' has ended", name(group)),
            Self::Until { at, reason } => {
                let of = match reason {
                    Some(Reason::After { group } | Reason::GivesWay { to: group }) => {
                        format!("until '{}' has cleared", name(group))
                    }
                    Some(Reason::Lead { group }) => format!("for the lead of people on foot of '{}'", name(group)),
                    _ => "for its least red".into(),
                };
                format!("waits {of}, {} more", more(at))
            }
            Self::Overridden => "the hold is overridden: a preemption, or flashing".into(),
        }
    }
}

impl Kernel {
    /// What keeps a group from becoming what it is to become now; none, if it is that, is on its way, or there is no such
    /// group.
    pub fn kept(&self, group: u16) -> Option<Kept> {
        let g = usize::from(group);
        let light = self.lights.get(g)?;
        if self.hold.has(g) && (self.preempts.is_active() || self.unit.clears() || self.mode() != Mode::Normal) {
            return Some(Kept::Overridden);
        }
        match light.state {
            _ if self.mode() != Mode::Normal => None,
            State::Permissive | State::Protected if !self.aims[g].opens() => self.kept_open(g),
            State::Closed if self.aims[g].opens() => self.kept_closed(g),
            _ => None,
        }
    }

    fn kept_open(&self, g: usize) -> Option<Kept> {
        let until = self.lights[g].opened + self.limits.times[g].min_green;
        if self.is_held(g) {
            Some(Kept::Held)
        } else if until > self.now {
            Some(Kept::Least { until })
        } else {
            let waits = |b: &&u16| {
                let state = self.lights[usize::from(**b)].state;
                state == State::Starting || state.is_open() && !self.may_end(usize::from(**b))
            };
            self.limits.oncoming[g].iter().find(waits).map(|&group| Kept::With { group })
        }
    }

    fn kept_closed(&self, g: usize) -> Option<Kept> {
        if let Some(Clear { at, reason }) = self.start_at(g) {
            return (at > self.now).then_some(Kept::Until { at, reason });
        }
        let limits = &self.limits;
        let met = |w: usize| {
            let word = self.overview.word(w);
            let beside = limits.yielders[g].word(w) | limits.gives_way[g].word(w) | limits.beside[g].word(w);
            limits.forbidden[g].word(w) & word.committed() | beside & word.open()
        };
        members(self.overview.words().map(met)).next().map(|other| Kept::Open { group: number(other) })
    }
}
