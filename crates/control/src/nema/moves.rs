//! Which phase is next.

use super::{Cause, Nema, Ring, coordination::State, guard::Delays, standing::Standing};
use crate::{Millis, View, log::code, plan::Actuation};

impl Nema {
    /// Ends what is to end and begins what is next, until nothing more is to be done. When to look again.
    pub(super) fn move_on(&mut self, now: Millis, view: &View<'_>) -> Millis {
        if !self.started {
            self.started = true;
            self.enter(self.section, now);
        }
        let mut deadline = Millis::NEVER;
        // Every move makes a ring wait for green: as many as there are rings, and once more across the barrier.
        for _ in 0..=2 * self.rings.len() {
            deadline = self.stand(now, view);
            for r in 0..self.rings.len() {
                self.remember_gap(r, now, view);
                self.keep_lanes(r, now, view);
            }
            if !self.may_move() {
                break;
            }
            self.look_ahead(now);
            if !(self.clear(now) || self.within(now) || self.across(now) || self.back(now) || self.rest(now)) {
                break;
            }
        }
        self.earliest(deadline, now)
    }

    /// In the moment in which a group opens nobody ends: when to look again, which is the next moment if there may be
    /// anything to do.
    pub(super) fn hold_on(&mut self, now: Millis, view: &View<'_>) -> Millis {
        let deadline = self.stand(now, view);
        let coordinated = self.clock.state != State::Free;
        let busy = !self.started || !self.layout.walking.is_empty() || coordinated || self.may_move();
        if busy { now + Millis(1) } else { self.earliest(deadline, now) }
    }

    /// Finds what each ring is doing. When to look again because somebody waits too long.
    fn stand(&mut self, now: Millis, view: &View<'_>) -> Millis {
        let deadline = self.hurry(now);
        self.admit(now);
        for r in 0..self.rings.len() {
            (self.rings[r].standing, self.rings[r].until) = self.standing(r, now, view);
        }
        deadline
    }

    fn earliest(&self, deadline: Millis, now: Millis) -> Millis {
        self.rings.iter().map(|r| r.until).filter(|&at| at > now).fold(deadline, Millis::min)
    }

    /// Whether there may be anything to do: a ring is over or pauses, or becomes red.
    fn may_move(&self) -> bool {
        self.clearing || self.layout.red_rest || (0..self.rings.len()).any(|r| self.is_ready(r))
    }

    /// The next called phase of a ring in this section, after a place.
    fn next(&self, r: usize, after: Option<usize>) -> Option<usize> {
        let mut here = self.called.any() & self.layout.section(self.section) & self.layout.of_ring[r];
        let later = |&p: &usize| after.is_none_or(|a| self.layout.phases[p].place > a);
        here.find(later).filter(|&p| self.rings[r].on != Some(p))
    }

    fn place(&self, r: usize) -> Option<usize> {
        self.rings[r].on.map(|p| self.layout.phases[p].place)
    }

    /// Whether somebody is called beyond the barrier.
    fn called_beyond(&self) -> bool {
        !(self.called.any() - self.layout.section(self.section)).is_empty()
    }

    /// Whether a ring may cross the barrier: its phase is over, or it has none.
    fn is_ready(&self, r: usize) -> bool {
        matches!(self.rings[r].standing, Standing::Idle | Standing::Over(_))
    }

    /// Whether a ring's phase rests and nobody extends it.
    fn is_done(&self, r: usize, now: Millis) -> bool {
        self.rings[r].standing == Standing::Resting && self.rings[r].until <= now
    }

    fn all_ready(&self) -> bool {
        (0..self.rings.len()).all(|r| self.is_ready(r))
    }

    /// Begins the section anew when everybody is red.
    fn clear(&mut self, now: Millis) -> bool {
        if !self.clearing || !self.ends.is_empty() || self.groups.iter().any(|g| g.open.is_some()) {
            return false;
        }
        self.clearing = false;
        self.enter(self.section, now);
        true
    }

    /// A ring goes on to its next called phase within the section, or serves one for a second time.
    fn within(&mut self, now: Millis) -> bool {
        if self.clearing {
            return false;
        }
        for r in 0..self.rings.len() {
            match self.rings[r].standing {
                // A ring that pauses keeps nobody waiting who cannot wait.
                Standing::Idle => {
                    let short = |&q: &usize| self.slack(Delays::Beginning(q), now) > self.layout.phases[q].need;
                    if let Some(q) = self.next(r, None).filter(short) {
                        self.begin(r, q, now);
                        return true;
                    }
                }
                Standing::Over(cause) => {
                    if let Some(q) = self.next(r, self.place(r)) {
                        self.end(r, cause, now);
                        self.begin(r, q, now);
                        return true;
                    }
                    if let Some(q) = self.conditional(r, now) {
                        self.end(r, cause, now);
                        self.begin(r, q, now);
                        self.rings[r].conditional = true;
                        return true;
                    }
                }
                _ => {}
            }
        }
        false
    }

    /// Conditional service: a phase that comes earlier in the ring, while another ring is busy for long enough.
    /// A later one that is called comes again after that (re-service).
    fn conditional(&self, r: usize, now: Millis) -> Option<usize> {
        let called = self.called.any();
        let ends = matches!(self.rings[r].standing, Standing::Over(Cause::GapOut | Cause::MaxOut));
        if self.hurries || !called.meets(self.layout.again) || !ends {
            return None;
        }
        let place = self.place(r)?;
        let section = self.layout.rings[r].get(self.section)?;
        let may = |p: usize| {
            self.layout.again.has(p)
                && self.layout.phases[p].place < place
                && called.has(p)
                && self.time_left(r, now) >= self.conditional_need(r, p)
                && self.may_go_back(r, p, now)
        };
        section.iter().copied().find(|&p| may(p))
    }

    /// How long a phase served once more takes, with the change to it.
    fn conditional_need(&self, r: usize, p: usize) -> Millis {
        let phase = &self.layout.phases[p];
        let green = phase.actuation.conditional_min.unwrap_or(phase.min_green).max(phase.least);
        let before = self.rings[r].on.map_or(Millis(0), |on| self.layout.phases[on].clear);
        before + green
    }

    /// For how long the busiest other ring may go on.
    fn time_left(&self, r: usize, now: Millis) -> Millis {
        let left = |(o, ring): (usize, &Ring)| {
            let p = ring.on.filter(|_| o != r)?;
            let from = ring.max_from.or(ring.green)?;
            (!self.is_ready(o)).then(|| from + self.max(p) - now)
        };
        let most = self.rings.iter().enumerate().filter_map(left).max().unwrap_or(Millis(0));
        most.min(self.slack(Delays::All, now))
    }

    /// All rings cross the barrier to the next section in which somebody is called.
    fn across(&mut self, now: Millis) -> bool {
        if self.clearing || !self.called_beyond() || !self.all_ready() {
            return false;
        }
        let n = self.layout.sections;
        let called = |&s: &usize| self.called.any().meets(self.layout.section(s));
        let Some(section) = (1..n).map(|i| (self.section + i) % n).find(called) else { return false };
        self.end_all(now);
        let barrier = u16::try_from(self.section + 1).unwrap_or(u16::MAX);
        self.note(code::BARRIER, barrier);
        self.enter(section, now);
        true
    }

    /// Only an earlier phase of the section is called: a ring goes back to it, or all become red first.
    #[inline(never)]
    fn back(&mut self, now: Millis) -> bool {
        if self.clearing || self.called_beyond() {
            return false;
        }
        for r in 0..self.rings.len() {
            let Standing::Over(cause) = self.rings[r].standing else { continue };
            let Some(q) = self.next(r, None).filter(|&q| self.may_go_back(r, q, now)) else { continue };
            if !self.layout.backup_protection {
                self.end(r, cause, now);
                self.begin(r, q, now);
                return true;
            }
            if (0..self.rings.len()).all(|o| self.is_ready(o) || self.is_done(o, now)) {
                for o in 0..self.rings.len() {
                    if self.is_done(o, now) {
                        self.end(o, Cause::GapOut, now);
                    }
                }
                self.end_all(now);
                self.clearing = true;
                return true;
            }
        }
        false
    }

    /// Whether there is time to go back to an earlier phase, and to serve what follows it, before anybody waits too long.
    fn may_go_back(&self, r: usize, q: usize, now: Millis) -> bool {
        let (first, last) = (self.layout.phases[q].place, self.place(r).unwrap_or(0));
        let again = self.needs(r, self.section, |place| place >= first && place <= last);
        let clears = (0..self.rings.len()).map(|r| self.rest_of(r, now)).max().unwrap_or(Millis(0));
        self.slack(Delays::Later(r), now) > clears + again
    }

    /// Nobody is called: a phase that nobody extends any more becomes red, if that is wanted.
    fn rest(&mut self, now: Millis) -> bool {
        if !self.layout.red_rest || !self.called.any().is_empty() {
            return false;
        }
        for r in 0..self.rings.len() {
            if self.is_done(r, now) {
                self.end(r, Cause::GapOut, now);
                return true;
            }
        }
        false
    }

    fn begin(&mut self, r: usize, p: usize, now: Millis) {
        let cleared = self.rings[r].cleared;
        self.seen = None;
        self.rings[r] = Ring { on: Some(p), asked: now, cleared, standing: Standing::Coming, ..Ring::IDLE };
        self.rings[r].force_at = self.force_off_of(r, now);
    }

    /// All rings enter a section: each with its first called phase; one that has none with a phase that goes along.
    fn enter(&mut self, section: usize, now: Millis) {
        self.section = section;
        self.seen = None;
        for r in 0..self.rings.len() {
            let along = |&&p: &&usize| self.layout.phases[p].dual_entry;
            let list = self.layout.rings[r].get(section);
            let first = self.next(r, None).or_else(|| list?.iter().find(along).copied());
            if let Some(p) = first {
                self.begin(r, p, now);
            }
        }
    }

    fn end_all(&mut self, now: Millis) {
        for r in 0..self.rings.len() {
            if let Standing::Over(cause) = self.rings[r].standing {
                self.end(r, cause, now);
            }
        }
        let cleared = self.rings.iter().map(|r| r.cleared).fold(super::LONG_AGO, Millis::max);
        self.rings.iter_mut().for_each(|r| r.cleared = cleared);
    }

    /// Ends a ring's phase and tells the log why.
    fn end(&mut self, r: usize, cause: Cause, now: Millis) {
        let Some(p) = self.rings[r].on else { return };
        let number = u16::from(self.layout.phases[p].number);
        match cause {
            Cause::GapOut => self.note(code::GAP_OUT, number),
            Cause::MaxOut => self.note(code::MAX_OUT, number),
            Cause::ForceOff => self.note(code::FORCE_OFF, number),
            Cause::Kept => {}
        }
        self.learn(p, cause);
        let cleared = now + self.rest_of(r, now);
        self.seen = None;
        self.rings[r] = Ring { cleared, ..Ring::IDLE };
    }

    /// Dynamic max: it grows after two max-outs one after the other, and shrinks after two gap-outs, by whole steps within
    /// its limits (NTCIP 1202). Where a detector is broken it is the normal max, and begins with that anew afterwards.
    fn learn(&mut self, p: usize, cause: Cause) {
        if !self.layout.growing.has(p) {
            return;
        }
        let ((step, most), memory) = (self.growth(p), &mut self.phases[p]);
        if self.fixed.has(p) {
            (memory.streak, memory.grown) = (0, Millis(0));
            return;
        }
        memory.streak = match cause {
            Cause::MaxOut => memory.streak.max(0).saturating_add(1),
            Cause::GapOut => memory.streak.min(0).saturating_sub(1),
            Cause::ForceOff | Cause::Kept => 0,
        };
        let number = u16::from(self.layout.phases[p].number);
        if memory.streak >= 2 && memory.grown + step <= most {
            memory.grown += step;
            self.note(code::DYNAMIC_MAX_UP, number);
        } else if memory.streak <= -2 && memory.grown >= step {
            memory.grown = memory.grown - step;
            self.note(code::DYNAMIC_MAX_DOWN, number);
        }
    }

    /// By how much a phase's dynamic max grows at a time, and at most.
    pub(super) fn growth(&self, p: usize) -> (Millis, Millis) {
        let (phase, actuation) = (&self.layout.phases[p], &self.layout.phases[p].actuation);
        let limit = actuation.dynamic_limit.filter(|_| self.layout.growing.has(p));
        let most = limit.map_or(Millis(0), |limit| (limit - phase.max[self.run.max]).max(Millis(0)));
        (actuation.dynamic_step.unwrap_or(Actuation::DYNAMIC_STEP), most)
    }
}
