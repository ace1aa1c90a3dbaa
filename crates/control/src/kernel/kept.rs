//! What keeps a group from becoming what is wanted, for somebody who watches. It reads the rules; nothing is decided here.

use alloc::{format, string::String, vec::Vec};

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
    /// Another is open, or is to be, that it must not meet.
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
                        format!("'{}' has to clear", name(group))
                    }
                    Some(Reason::Lead { group }) => format!("people on foot of '{}' have their lead", name(group)),
                    _ => "it has its least red".into(),
                };
                format!("may start in {}: {of}", more(at))
            }
            Self::Overridden => "the hold is overridden: a preemption, or flashing".into(),
        }
    }
}

impl Kernel {
    /// By group, what keeps it from becoming what it is to become now; none, if it is that or on its way.
    pub fn kept(&self) -> Vec<Option<Kept>> {
        // Of a copy: rules use scratch, and after a checkpoint it is not worked out.
        let mut copy = self.clone();
        copy.preempts.find_cuts(&copy.plan);
        copy.overview.forget();
        copy.overview.see_lights(&copy.lights, copy.now, copy.now - copy.limits.longest_intergreen);
        copy.overview.see_aims(&copy.aims);
        (0..copy.lights.len()).map(|g| copy.kept_one(g)).collect()
    }

    /// Why the strategy has no say now: a preemption, flashing, a start-up, the plan's own sequence.
    pub fn overruled(&self) -> Option<Reason> {
        match (self.preempts.aims(&self.plan), self.fallback.group()) {
            _ if self.mode() != Mode::Normal => Some(self.unit.reason()),
            _ if self.unit.clears() => Some(self.unit.wanted_by()),
            (Some((preempt, _)), _) => Some(Reason::Preempt { preempt }),
            (None, Some(group)) => Some(Reason::CycleFault { group }),
            (None, None) => None,
        }
    }

    fn kept_one(&mut self, g: usize) -> Option<Kept> {
        let state = self.lights[g].state;
        let ends = state.is_open() || state == State::Ending;
        let overrides = ends && (self.preempts.is_active() || self.unit.clears()) || self.mode() == Mode::Flash;
        match state {
            _ if self.holds(number(g)) && overrides => Some(Kept::Overridden),
            _ if self.mode() != Mode::Normal => None,
            _ if self.is_to_end(g) => self.kept_open(g),
            State::Closed if self.aims[g].opens() => self.kept_closed(g),
            _ => None,
        }
    }

    fn kept_open(&mut self, g: usize) -> Option<Kept> {
        let until = self.lights[g].opened + self.min_green(g);
        if self.is_held(g) {
            Some(Kept::Held)
        } else if until > self.now {
            Some(Kept::Least { until })
        } else {
            self.with_oncoming(g).filter(|&group| usize::from(group) != g).map(|group| Kept::With { group })
        }
    }

    fn kept_closed(&self, g: usize) -> Option<Kept> {
        if let Some(Clear { at, reason }) = self.start_at(g) {
            return (at > self.now).then_some(Kept::Until { at, reason });
        }
        // In the order of the rules.
        let limits = &self.limits;
        let conflicting = |w: usize| {
            let word = self.overview.word(w);
            limits.forbidden.word(g, w) & word.committed() | limits.yielders.word(g, w) & word.are(State::Protected)
        };
        let beside = |w: usize| limits.beside.word(g, w) & self.perhaps_to_end(w);
        let met = |w: usize| {
            let word = self.overview.word(w);
            limits.gives_way.word(g, w) & (word.committed() | word.to_open)
        };
        let words = || self.overview.words();
        let ends = |&other: &usize| self.is_to_end(other) && !self.is_held(other);
        let other = members(words().map(conflicting)).next();
        let other = other.or_else(|| members(words().map(beside)).find(ends));
        let other = other.or_else(|| members(words().map(met)).next());
        other.map(|other| Kept::Open { group: number(other) })
    }
}
