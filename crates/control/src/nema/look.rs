//! What lamps and detectors say: who is green since when, who waits since when, which phases are called.

use super::{LONG_AGO, Nema, Ring, coordination::State, set::Set};
use crate::{
    GroupCalls, Lamp, Millis, View,
    group_set::{bit, groups},
    log::code,
    plan::Actuation,
};

/// What is known of a group.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Seen {
    /// Since when it is open, flashing included.
    pub open: Option<Millis>,
    /// Since when it is green.
    pub green: Option<Millis>,
    /// Since when it is called and red.
    pub waits: Option<Millis>,
}

/// What is remembered of a phase between its greens.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Memory {
    /// Actuations since its green ended.
    pub arrived: u32,
    /// By how much its max has grown.
    pub grown: Millis,
    /// Max-outs one after the other; below zero: gap-outs.
    pub streak: i8,
}

/// Which phases are called, by vehicles and by people on foot.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Called {
    pub vehicles: Set,
    pub on_foot: Set,
}

impl Called {
    pub fn any(self) -> Set {
        self.vehicles | self.on_foot
    }
}

impl Nema {
    /// Looks at lamps and calls.
    pub(super) fn look(&mut self, now: Millis, view: &View<'_>) {
        // Who is called follows from lamps, calls, and what the rings are on; what becomes of the rings, if they run free, from
        // lamps and from who is called.
        let (on, free) = (self.on(), self.clock.state == State::Free);
        let (seen, lamps) = (Some((view.calls.epoch(), on)), Some(view.calls.lamps_epoch()));
        let (mut moved, mut news) = (false, !free);
        if self.seen != seen {
            let (other_lamps, before) = (self.lamps != lamps, self.calls);
            if other_lamps {
                self.lamps = lamps;
                self.look_at_lamps(view.changed.min(now), view.lamps);
            }
            self.calls = self.call(now, view.calls, on);
            moved = other_lamps || self.seen.is_none();
            news |= moved || self.calls != before;
            self.seen = seen;
        }
        self.count(view);
        let broken = |&p: &usize| self.layout.phases[p].carriers.iter().any(|&g| view.calls.has_broken(g));
        self.fixed = self.layout.growing.filter(broken).collect();
        self.choose(now, view);
        self.admit(now);
        if news || self.clock.state != State::Free {
            for r in 0..self.rings.len() {
                self.look_at_ring(r, now, moved);
            }
        }
    }

    fn look_at_lamps(&mut self, changed: Millis, lamps: &[Lamp]) {
        self.opened = LONG_AGO;
        for (g, ((seen, &lamp), group)) in self.groups.iter_mut().zip(lamps).zip(&self.layout.groups).enumerate() {
            let flashes = lamp == Lamp::Flashing && group.flashing;
            seen.green = lamp.is_green().then(|| seen.green.unwrap_or(changed));
            seen.open = (lamp.is_green() || flashes).then(|| seen.open.unwrap_or(changed));
            self.ends.put(g, lamp == Lamp::Yellow);
            self.opened = seen.green.or(seen.open).map_or(self.opened, |at| self.opened.max(at));
        }
    }

    /// Who is wanted, who waits, and which phases are called for them; `on`: those that the rings are on.
    fn call(&mut self, now: Millis, calls: &GroupCalls, on: Set) -> Called {
        let mut called = Called::default();
        self.first_late = Millis::NEVER;
        for (w, always) in self.layout.always.words().iter().enumerate() {
            let wanted = calls.called().word(w) | always;
            let closed = wanted & !calls.open().word(w);
            let waits = closed & !self.ends.word(w);
            for g in groups(w, self.waits.word(w) & !waits) {
                self.groups[g].waits = None;
            }
            for g in groups(w, closed) {
                let (seen, group) = (&mut self.groups[g], &self.layout.groups[g]);
                called.vehicles |= group.calls;
                called.on_foot |= group.walks;
                if waits & bit(g) != 0 {
                    let since = *seen.waits.get_or_insert(now);
                    self.first_late = self.first_late.min(since + group.max_red);
                }
            }
            self.wanted.set_word(w, wanted);
            self.waits.set_word(w, waits);
        }
        called.on_foot |= called.vehicles & self.layout.ped_recall;
        for overlap in &self.layout.overlaps {
            let (g, serves) = (usize::from(overlap.group), called.any() | on);
            if !overlap.parents.meets(serves) && self.wanted.has(g) && self.groups[g].green.is_none() {
                called.vehicles |= overlap.first.map_or(Set::NONE, Set::of);
            }
        }
        if called.any().is_empty() {
            called.vehicles = self.layout.soft - on;
        }
        called
    }

    /// Counts who arrives at phases that are not green.
    fn count(&mut self, view: &View<'_>) {
        for p in self.layout.counting {
            if !self.rings.iter().any(|r| r.on == Some(p) && r.green.is_some()) {
                let carriers = self.layout.phases[p].carriers.iter();
                let arrived = carriers.map(|&g| view.calls.red_actuations(g)).max().unwrap_or(0);
                // Groups that are green already have forgotten theirs.
                self.phases[p].arrived = self.phases[p].arrived.max(arrived);
            }
        }
    }

    /// Since when a phase is green, if it is.
    fn green_since(&self, p: usize, asked: Millis) -> Option<Millis> {
        let phase = &self.layout.phases[p];
        if phase.exclusive {
            return Some(asked);
        }
        let since = |&g: &u16| {
            let seen = &self.groups[usize::from(g)];
            if phase.flashes { seen.open } else { seen.green }
        };
        phase.carriers.iter().filter_map(since).min().map(|at| at.max(asked))
    }

    /// What has become of a ring; `moved`: lamps have changed, or a ring has gone on.
    fn look_at_ring(&mut self, r: usize, now: Millis, moved: bool) {
        let Some(p) = self.rings[r].on else { return };
        let now = if moved { self.look_at_green(r, p, now) } else { now };
        self.time_max(r, p, now);
    }

    /// Whether a ring's phase has become green, or is no more. Returns since when whoever is called now has been so.
    fn look_at_green(&mut self, r: usize, p: usize, now: Millis) -> Millis {
        let mut since_now = now;
        let since = self.green_since(p, self.rings[r].asked);
        if since.is_none() && self.rings[r].green.is_some() {
            // Somebody else has ended it: a command, a preemption. The ring goes on with whoever is called, as if the phase
            // had been kept from its green for long; if nobody is, it begins anew.
            let asked = now - self.layout.stuck;
            let ring = &mut self.rings[r];
            let (on, force_at, conditional) = (ring.on, ring.force_at, ring.conditional);
            *ring = Ring { on, asked, cleared: now, force_at, conditional, ..Ring::IDLE };
        }
        if let (Some(since), None) = (since, self.rings[r].green) {
            self.rings[r].green = Some(since);
            self.rings[r].initial = self.initial(r, p);
            self.phases[p].arrived = 0;
            self.float(r, p, since);
            if self.clock.is_coordinated(p) {
                self.note(code::COORDINATED, u16::from(self.layout.phases[p].number));
            }
            since_now = since;
        }
        if let Some(green) = self.rings[r].green {
            self.rings[r].least = self.least_over(p, green);
        }
        since_now
    }

    /// How long the green lasts whoever comes: longer, the more have arrived during red.
    fn initial(&self, r: usize, p: usize) -> Millis {
        let (phase, memory) = (&self.layout.phases[p], &self.phases[p]);
        if phase.exclusive {
            return Millis(0);
        }
        if self.rings[r].conditional {
            return phase.actuation.conditional_min.unwrap_or(phase.min_green).max(phase.least);
        }
        let added = phase.actuation.added_initial.unwrap_or(Millis(0)).0.saturating_mul(i64::from(memory.arrived));
        let most = phase.actuation.max_initial.unwrap_or(Actuation::MAX_INITIAL);
        phase.min_green.max(Millis(added).min(most))
    }

    /// The max counts from the first conflicting call in the green; under max recall from the start of the green.
    fn time_max(&mut self, r: usize, p: usize, now: Millis) {
        let Some(green) = self.rings[r].green else { return };
        let from_green = self.layout.phases[p].max_recall;
        if !from_green && !self.conflicting(r) {
            self.rings[r].max_from = None;
        } else if self.rings[r].max_from.is_none() {
            self.rings[r].max_from = Some(if from_green { green } else { now.max(green) });
            let which = match self.grown(p) {
                Millis(0) if self.run.max == 0 => code::MAX_1,
                Millis(0) => code::MAX_2,
                _ => code::DYNAMIC_MAX,
            };
            self.note(which, u16::from(self.layout.phases[p].number));
        }
    }

    /// Whether somebody is called who can only be served when the ring's phase ends.
    pub(super) fn conflicting(&self, r: usize) -> bool {
        let beside = self.layout.section(self.section) - self.layout.of_ring[r];
        let own = self.rings[r].on.map_or(Set::NONE, Set::of);
        !(self.called.any() - beside - own).is_empty()
    }
}
