//! Whether a phase is to end.

use super::{Cause, Nema, Ring};
use crate::{Millis, View};

/// What a ring's phase is doing.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Standing {
    /// No phase: the ring pauses, or rests in red.
    Idle,
    /// Asked for and not green yet.
    Coming,
    /// In its initial.
    Initial,
    /// People on foot walk or clear.
    OnFoot,
    /// Extended.
    Extended,
    /// Coordinated, before its yield point.
    Held,
    /// Nobody in conflict is called.
    Resting,
    /// Ready to end.
    Over(Cause),
}

/// Lamps that change together with something else are seen a second later at the latest.
const SOON: Millis = Millis(1000);

impl Nema {
    /// What a ring is doing, and until when at the latest: the strategy is woken at the end of a gap.
    pub(super) fn standing(&self, r: usize, now: Millis, view: &View<'_>) -> (Standing, Millis) {
        let ring = &self.rings[r];
        let Some(p) = ring.on else { return (Standing::Idle, Millis::NEVER) };
        let stuck = ring.asked + self.layout.stuck;
        let Some(green) = ring.green else {
            return if now < stuck { (Standing::Coming, stuck) } else { (Standing::Over(Cause::Kept), now + SOON) };
        };
        if now < stuck && !self.all_open(p, view) {
            return (Standing::Initial, stuck);
        }
        let least = ring.least;
        if self.hurries && now >= least {
            // No max was reached: the longest red of somebody else forces it off.
            return (Standing::Over(Cause::ForceOff), now + SOON);
        }
        let initial = least.max(green + ring.initial);
        if now < initial {
            return (Standing::Initial, if self.hurries { least } else { initial });
        }
        let coordinated = self.coordinated(r, now);
        let conflicting = self.conflicting(r);
        let clears = ring.walk || self.on_foot(p);
        if let Some((Standing::Over(cause), _)) = coordinated.filter(|_| conflicting) {
            let waits = if self.clears_in_green(p) { clears } else { self.walking(r, p) };
            return (if waits { Standing::OnFoot } else { Standing::Over(cause) }, now + SOON);
        }
        let force = coordinated.map_or(Millis::NEVER, |(_, until)| until);
        if clears {
            // It ends with a lamp, or with the walk; or, while people on foot still clear, with a force-off.
            return (Standing::OnFoot, force);
        }
        if let Some((Standing::Held, until)) = coordinated {
            return (Standing::Held, until);
        }
        if !conflicting {
            // Only who may become red waits for the gap.
            let red = self.layout.red_rest || self.layout.backup_protection;
            return (Standing::Resting, if red { self.gap_out(ring, p, now, view).0 } else { Millis::NEVER });
        }
        let (gap, next) = self.gap_out(ring, p, now, view);
        let max = ring.max_from.filter(|_| self.clock.keeps_max());
        let max = max.map_or(Millis::NEVER, |from| from + self.max(p));
        if now >= gap {
            (Standing::Over(Cause::GapOut), next)
        } else if now >= max {
            (Standing::Over(Cause::MaxOut), next)
        } else {
            (Standing::Extended, next.min(max).min(force))
        }
    }

    /// Whether all groups that a phase is to open are open: its own, and overlaps that are called.
    fn all_open(&self, p: usize, view: &View<'_>) -> bool {
        let (opens, overlaps) = (self.layout.opens.words(p), self.layout.overlaid.words(p));
        let open = view.calls.open().words().iter().zip(self.wanted.words());
        let mut words = opens.iter().zip(overlaps).zip(open);
        words.all(|((opens, overlaps), (open, wanted))| (opens | overlaps & wanted) & !open == 0)
    }

    /// When every group has had its least green.
    pub(super) fn least_over(&self, p: usize, green: Millis) -> Millis {
        let phase = &self.layout.phases[p];
        if phase.exclusive {
            return green;
        }
        let over = |&g: &u16| {
            let seen = &self.groups[usize::from(g)];
            seen.green.or(seen.open).map_or(green, |at| at + self.layout.groups[usize::from(g)].min_green)
        };
        phase.greens.iter().map(over).max().unwrap_or(green)
    }

    /// Whether people on foot walk or clear.
    pub(super) fn on_foot(&self, p: usize) -> bool {
        let mut walks = self.layout.phases[p].walks.iter().map(|&g| usize::from(g));
        walks.any(|g| self.groups[g].open.is_some() || self.ends.has(g))
    }

    /// Whether people on foot walk, or are about to.
    fn walking(&self, r: usize, p: usize) -> bool {
        let walks = &self.layout.phases[p].walks;
        self.rings[r].walk || walks.iter().any(|&g| self.groups[usize::from(g)].open.is_some())
    }

    /// The greatest green of a phase as it is now.
    pub(super) fn max(&self, p: usize) -> Millis {
        self.layout.phases[p].max[self.run.max] + self.grown(p)
    }

    /// By how much its max has grown, where that counts.
    pub(super) fn grown(&self, p: usize) -> Millis {
        if self.fixed.has(p) { Millis(0) } else { self.phases[p].grown }
    }

    /// When a phase gaps out if nobody comes any more; never while a detector extends it. And when its lanes have to be
    /// looked at again.
    pub(super) fn gap_out(&self, ring: &Ring, p: usize, now: Millis, view: &View<'_>) -> (Millis, Millis) {
        let (phase, green) = (&self.layout.phases[p], ring.green.unwrap_or(now));
        if ring.gapped {
            return (green, Millis::NEVER);
        }
        if let Some(last) = ring.last_car {
            return (last, last);
        }
        if phase.max_recall {
            return (Millis::NEVER, Millis::NEVER);
        }
        if !phase.extends {
            return (green, Millis::NEVER);
        }
        self.gaps_out(ring, p, green, now, view)
    }

    /// When a gap that began at `from` is as long as the one allowed then: the passage, which shrinks with time.
    ///
    /// Gap reduction: the passage until the time before reduction is over, counted from the first conflicting call; from
    /// there on linear down to the least gap over the time to reduce.
    pub(super) fn reduced(&self, ring: &Ring, p: usize, from: Millis) -> Millis {
        let (phase, a) = (&self.layout.phases[p], &self.layout.phases[p].actuation);
        let whole = from + phase.passage;
        let (Some(least), Some(call)) = (a.min_gap, ring.max_from) else { return whole };
        let least = least.min(phase.passage);
        let begins = call + a.before_reduction.unwrap_or(Millis(0));
        let takes = a.to_reduce.unwrap_or(Millis(0));
        if whole <= begins {
            return whole;
        }
        // t − from = passage − (passage − least) · (t − begins) / takes, rounded up to the millisecond.
        let drop = (phase.passage - least).0;
        let (offset, parts) = ((begins - from).0, takes.0 + drop);
        if takes.0 > 0 && parts > 0 {
            let product = takes.0.saturating_mul(phase.passage.0).saturating_add(drop.saturating_mul(offset));
            let at = from + Millis(product.div_euclid(parts) + i64::from(product.rem_euclid(parts) != 0));
            if at <= begins + takes {
                return at.max(begins);
            }
        }
        (from + least).max(begins)
    }

    /// What a phase that has gapped out remembers of it: without simultaneous gap-out it does not look back; with a
    /// reduced gap the last vehicle has its passage, but nobody after it.
    pub(super) fn remember_gap(&mut self, r: usize, now: Millis, view: &View<'_>) {
        if self.rings[r].standing != Standing::Over(Cause::GapOut) {
            return;
        }
        let ring = self.rings[r];
        let (Some(p), Some(green)) = (ring.on, ring.green) else { return };
        let phase = &self.layout.phases[p];
        self.rings[r].gapped |= phase.actuation.single_gap;
        let from = self.gap_from(&ring, p, green, view).filter(|&from| from > green);
        if let Some(from) = from.filter(|_| phase.actuation.guaranteed_passage && ring.last_car.is_none()) {
            let last = from + phase.passage;
            self.rings[r].last_car = Some(last);
            if now < last {
                (self.rings[r].standing, self.rings[r].until) = (Standing::Extended, last);
            }
        }
    }
}
