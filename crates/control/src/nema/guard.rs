//! Nobody waits beyond the longest red.
//!
//! Terms
//! - **way** to a phase: how long it takes until it is green if every green ends as soon as it may, and every phase
//!   between is served with its least green: nobody knows who will be called meanwhile.
//! - **slack**: how much longer greens may go on until the way to somebody who waits no longer fits into the longest red.

use super::Nema;
use crate::Millis;

/// Kept in hand: moments are seen after they happen, lamps change one after the other.
const MARGIN: Millis = Millis(2000);

/// Who would be kept waiting.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Delays {
    /// Everybody.
    All,
    /// Those beyond the barrier, and at later phases of a ring.
    Later(usize),
    /// Those who wait while a phase begins: of its ring, and beyond the barrier, but not whom it serves.
    Beginning(usize),
}

impl Nema {
    /// How long a ring's phase takes to end and clear, if it ends as soon as it may.
    pub(super) fn rest_of(&self, r: usize, now: Millis) -> Millis {
        let ring = &self.rings[r];
        let still = (ring.cleared - now).max(Millis(0));
        let Some(p) = ring.on else { return still };
        let phase = &self.layout.phases[p];
        let Some(_) = ring.green.filter(|_| !phase.exclusive) else { return still + phase.need };
        let mut rest = phase.clear;
        let left = |g: u16| {
            let seen = &self.groups[usize::from(g)];
            let opened = seen.green.or(seen.open);
            opened.map_or(Millis(0), |at| (at + self.layout.groups[usize::from(g)].min_green - now).max(Millis(0)))
        };
        for &g in &phase.greens {
            rest = rest.max(left(g) + phase.clear);
        }
        for &g in &phase.walks {
            let seen = &self.groups[usize::from(g)];
            if seen.open.is_some() || self.ends.has(usize::from(g)) || ring.walk {
                let walk = if seen.open.is_none() && ring.walk { phase.walk } else { left(g) };
                rest = rest.max(walk + phase.walk_out);
            }
        }
        rest
    }

    /// The needs of some phases of a ring, one after the other.
    pub(super) fn needs(&self, r: usize, section: usize, places: impl Fn(usize) -> bool) -> Millis {
        let list = self.layout.rings[r].get(section).into_iter().flatten();
        let phases = list.map(|&p| &self.layout.phases[p]).filter(|p| places(p.place));
        phases.fold(Millis(0), |sum, p| sum + p.need)
    }

    /// How long it takes until every ring has come to the end of the section.
    fn way_out(&self) -> Millis {
        let after = |ring: &super::Ring| ring.on.map_or(Millis(0), |p| self.layout.phases[p].after);
        self.rings.iter().zip(&self.rests).map(|(ring, &rest)| rest + after(ring)).max().unwrap_or(Millis(0))
    }

    /// The way to a phase; `out`: the way out of the section.
    fn way(&self, q: usize, out: Millis) -> Millis {
        let target = &self.layout.phases[q];
        let r = target.ring;
        let on = self.rings[r].on.map(|p| &self.layout.phases[p]);
        if target.section == self.section {
            match on {
                Some(on) if target.place > on.place => {
                    return self.rests[r] + target.before - on.before - on.need;
                }
                Some(on) if self.layout.sections == 1 && !self.layout.backup_protection => {
                    return self.rests[r] + on.after + target.before;
                }
                // A ring that pauses may have to do so until the section comes again.
                Some(_) | None => {}
            }
        }
        let way = out + self.layout.between[self.section][target.section];
        // Where all become red first, everybody begins anew.
        let anew = if self.layout.backup_protection { self.layout.anew } else { Millis(0) };
        way + target.before + anew
    }

    /// How much longer greens may go on, for those who would be kept waiting. What the rings are doing is what they did
    /// when [`look_ahead`](Self::look_ahead) did.
    pub(super) fn slack(&self, whom: Delays, now: Millis) -> Millis {
        let mut slack = Millis::NEVER;
        let out = self.way_out();
        let delays = |q: usize| {
            let of = &self.layout.phases[q];
            match whom {
                Delays::All => true,
                Delays::Later(r) => {
                    let later = self.rings[r].on.is_some_and(|p| of.place > self.layout.phases[p].place);
                    of.section != self.section || of.ring == r && later
                }
                Delays::Beginning(p) => of.section != self.section || of.ring == self.layout.phases[p].ring,
            }
        };
        for (seen, group) in self.groups.iter().zip(&self.layout.groups) {
            let Some(since) = seen.waits else { continue };
            let openers = group.openers;
            if matches!(whom, Delays::Beginning(p) if openers.has(p)) {
                continue;
            }
            let ways = openers.filter(|&q| delays(q)).filter_map(|q| self.way_if_called(q, group.on_foot, out));
            if let Some(way) = ways.min() {
                slack = slack.min(since + group.max_red - now - way - MARGIN);
            }
        }
        slack
    }

    /// The way to a phase that will open a group, of people on foot or not; none if it is not called, or is coming
    /// already.
    fn way_if_called(&self, q: usize, on_foot: bool, out: Millis) -> Option<Millis> {
        let ring = &self.rings[self.layout.phases[q].ring];
        if ring.on == Some(q) && (!on_foot || ring.walk || ring.green.is_none()) {
            // It is being served: nothing would make it faster.
            return None;
        }
        self.calls.any().has(q).then(|| self.way(q, out) + self.layout.phases[q].delay)
    }

    /// Whether somebody at a phase would wait too long if it were passed over now: a round with least greens might not do.
    pub(super) fn is_urgent(&self, q: usize, now: Millis) -> bool {
        let round = self.layout.section_needs.iter().fold(self.layout.anew, |sum, &need| sum + need);
        let phase = &self.layout.phases[q];
        let groups = phase.groups.iter().chain(&phase.walks).chain(&phase.overlaps);
        let late = |&g: &u16| {
            let until = self.layout.groups[usize::from(g)].max_red - round - phase.need - MARGIN;
            self.groups[usize::from(g)].waits.is_some_and(|since| now >= since + until)
        };
        groups.copied().any(|g| late(&g))
    }

    /// Whether greens have to end as soon as they may; if not, when that has to be asked again at the latest.
    pub(super) fn hurry(&mut self, now: Millis) -> Millis {
        // Mostly nobody has waited for so long that it is worth a closer look.
        let soon = self.first_late - self.longest_way(now) - MARGIN;
        if soon > now {
            self.hurries = false;
            return soon;
        }
        self.look_ahead(now);
        let slack = self.slack(Delays::All, now);
        self.hurries = slack.0 <= 0;
        if self.hurries || slack == Millis::NEVER { Millis::NEVER } else { now + slack }
    }

    /// No way to anybody is longer.
    fn longest_way(&self, now: Millis) -> Millis {
        let out = |ring: &super::Ring| {
            let still = (ring.cleared - now).max(Millis(0));
            ring.on.map_or(still, |p| still + self.layout.phases[p].longest_rest + self.layout.phases[p].after)
        };
        let out = self.rings.iter().map(out).max().unwrap_or(Millis(0));
        out + self.layout.farthest.get(self.section).copied().unwrap_or(Millis(0))
    }

    /// Works out how long the rings' phases take to end and clear.
    pub(super) fn look_ahead(&mut self, now: Millis) {
        for r in 0..self.rings.len() {
            self.rests[r] = self.rest_of(r, now);
        }
    }
}
