//! When people on foot are served.

use super::{Nema, standing::Standing};
use crate::Millis;

impl Nema {
    /// Asks for walks and ends them. When to look again.
    ///
    /// They walk when they are called before the green begins; while nobody in conflict is called, at once; and with
    /// recycling also later, if the green lasts long enough. The walk ends when its time is over; with rest in walk, or
    /// where they are always called (a recall, no button), only when somebody in conflict is called.
    pub(super) fn walk(&mut self, now: Millis) -> Millis {
        let mut next = Millis::NEVER;
        if self.layout.walking.is_empty() {
            return next;
        }
        for r in 0..self.rings.len() {
            let Some(p) = self.rings[r].on.filter(|&p| self.layout.walking.has(p)) else { continue };
            if self.rings[r].walk {
                let until = self.walk_over(r, p, now);
                self.rings[r].walk = now < until;
                if now < until {
                    next = next.min(until);
                }
            } else if self.walk_begins(r, p, now) {
                (self.rings[r].walk, self.rings[r].walk_asked) = (true, now);
                next = next.min(now + self.layout.phases[p].walk).min(now + Millis(1000));
            }
        }
        next
    }

    #[inline(never)]
    fn walk_begins(&self, r: usize, p: usize, now: Millis) -> bool {
        let (ring, phase) = (&self.rings[r], &self.layout.phases[p]);
        if phase.exclusive && ring.asked == now && ring.standing == Standing::Coming {
            return true;
        }
        if !self.called.on_foot.has(p) || self.hurries && ring.green.is_some() && self.conflicting(r) {
            return false;
        }
        if ring.green.is_none() {
            // Once before the green: traffic may have to wait for so long that their walk is over before it begins.
            return ring.walk_asked < ring.asked;
        }
        if self.on_foot(p) {
            return false;
        }
        let takes = phase.walk + phase.walk_clearance;
        // In coordination they have to be over when the green has to be.
        if now + takes > self.forced_at(r, now) {
            return false;
        }
        let max = ring.max_from.filter(|_| self.clock.keeps_max());
        let enough = || max.is_none_or(|from| now + takes <= from + self.max(p));
        !self.conflicting(r) || phase.actuation.ped_recycle && !matches!(ring.standing, Standing::Over(_)) && enough()
    }

    /// When the walk of a phase ends.
    #[inline(never)]
    fn walk_over(&self, r: usize, p: usize, now: Millis) -> Millis {
        let (ring, phase) = (&self.rings[r], &self.layout.phases[p]);
        let opened = |&g: &u16| self.groups[usize::from(g)].open;
        let Some(opened) = phase.walks.iter().map(opened).collect::<Option<Latest>>() else {
            // Not open yet, or kept from it. It may be so before the green: then it is asked for until that comes.
            let Some(green) = ring.green else { return Millis::NEVER };
            return ring.walk_asked.max(green) + self.layout.stuck;
        };
        let over = opened.0 + phase.walk;
        let recalled = |&g: &u16| self.layout.always.has(usize::from(g));
        let rests = phase.actuation.rest_in_walk || phase.walks.iter().any(recalled);
        if now < over || !rests || phase.exclusive || self.conflicting(r) {
            return over;
        }
        // Rest in walk: in coordination until the clearance ends with the green.
        let force = self.forced_at(r, now);
        if force == Millis::NEVER { force } else { force - phase.walk_clearance }
    }
}

/// The latest of some times.
struct Latest(Millis);

impl FromIterator<Millis> for Latest {
    fn from_iter<I: IntoIterator<Item = Millis>>(times: I) -> Self {
        Self(times.into_iter().fold(super::LONG_AGO, Millis::max))
    }
}
