//! Which lanes extend a phase.
//!
//! Terms
//! - **lane** of a phase: the detectors that extend it and lie before one stop line. Those of which nobody says where
//!   they lie count as one lane.
//! - **gapped out**: nobody was in the lane for the allowed gap. A lane that has gapped out while others still extend
//!   the phase does not extend it again: whoever comes then is not of the queue, and may as well stop.
//! - **kept**: such a lane, until the phase ends.
//!
//! So it is unless the parameter `lane_gaps` is false. Then all detectors count as one lane: a green of several lanes ends
//! only when all of them have a gap at one time, which happens the less often the more they are.
//!
//! Where all lanes have gapped out and the phase waits for the other ring at the barrier, it may be extended again
//! (simultaneous gap-out): by whoever comes then, but not by who is there already.

use alloc::{collections::BTreeMap, vec::Vec};

use super::{
    Cause, Nema, Ring,
    layout::{Layout, Phase},
    standing::Standing,
};
use crate::{
    Millis, Minds, View,
    plan::{DetectorUse, Plan},
};

/// A detector that extends a phase.
#[derive(Clone, PartialEq, Debug)]
struct Extends {
    /// Its use, by place in the plan's list.
    number: usize,
    /// The groups of the phase that it is for, and those that it extends in place of its own.
    own: Vec<u16>,
    switched: Vec<u16>,
    /// All groups that it is for.
    all: Vec<u16>,
    /// It extends others while its own are closed.
    switches: bool,
}

/// A lane of a phase.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Lane {
    /// The first detector at its stop line, by place in the plan's list: the same in all phases that it belongs to.
    line: usize,
    uses: Vec<Extends>,
}

/// The lane in which a detector lies, if lanes are told apart.
fn line(of: &DetectorUse, apart: bool) -> Option<&str> {
    of.place.as_ref().filter(|_| apart).map(|p| &*p.lane)
}

/// The lanes that extend a phase with these groups; all in one where lanes are not told apart.
pub(super) fn lanes(plan: &Plan, groups: &[u16], idle: &[bool], apart: bool) -> Vec<Lane> {
    let mut found: Vec<(Option<&str>, Lane)> = Vec::new();
    let detectors = &plan.spec().detectors;
    let numbers =
        |names: &[alloc::string::String]| -> Vec<u16> { names.iter().filter_map(|g| plan.find_group(g)).collect() };
    for (number, d) in detectors.iter().enumerate().filter(|(n, d)| d.mode.extends() && !idle[*n]) {
        let (all, mut switched) = (numbers(&d.groups), numbers(&d.switched));
        let own: Vec<u16> = all.iter().copied().filter(|g| groups.contains(g)).collect();
        let switches = !switched.is_empty();
        switched.retain(|g| groups.contains(g));
        if own.is_empty() && switched.is_empty() {
            continue;
        }
        let name = line(d, apart);
        let place = found.iter().position(|(n, _)| *n == name).unwrap_or_else(|| {
            let first = detectors.iter().position(|other| line(other, apart) == name).unwrap_or(number);
            found.push((name, Lane { line: first, uses: Vec::new() }));
            found.len() - 1
        });
        found[place].1.uses.push(Extends { number, own, switched, all, switches });
    }
    found.into_iter().map(|(_, lane)| lane).collect()
}

impl Layout {
    fn uses(&self) -> impl Iterator<Item = (&Phase, &Lane, &Extends)> {
        let lanes = self.phases.iter().flat_map(|p| p.lanes.iter().map(move |lane| (p, lane)));
        lanes.flat_map(|(p, lane)| lane.uses.iter().map(move |u| (p, lane, u)))
    }

    /// Finds how it matters that uses extend phases. Those of a lane and for the same groups count together, and the
    /// strategy is woken when none of them has extended for the least gap that a phase may allow.
    pub(super) fn find_minds(&mut self) {
        let least = |p: &Phase| p.actuation.min_gap.unwrap_or(p.passage).min(p.passage);
        let mut together: BTreeMap<(usize, &[u16]), Minds> = BTreeMap::new();
        for (p, lane, u) in self.uses().filter(|(.., u)| !u.switches) {
            let key = (lane.line, &*u.all);
            let same = together.entry(key).or_insert(Minds { lane: u.number, begins: false, gap: least(p) });
            (same.lane, same.gap) = (same.lane.min(u.number), same.gap.min(least(p)));
        }
        let own = |u: &Extends| Minds { lane: u.number, begins: false, gap: Millis(0) };
        let minds = |lane: &Lane, u: &Extends| {
            let same = together.get(&(lane.line, &*u.all)).filter(|_| !u.switches);
            same.copied().unwrap_or(own(u))
        };
        let found: BTreeMap<usize, Minds> = self.uses().map(|(_, lane, u)| (u.number, minds(lane, u))).collect();
        for phase in &mut self.phases {
            let uses = phase.lanes.iter().flat_map(|lane| &lane.uses);
            phase.told_after = uses.map(|u| found[&u.number].gap).min().unwrap_or(Millis(0));
        }
        self.minds = found;
    }
}

/// The bit of a lane; more than 64 share the last.
fn bit(lane: usize) -> u64 {
    1 << lane.min(63)
}

impl Nema {
    /// Since when a lane does not extend its phase: its green at the earliest. `None` while it does. Who is at a closed
    /// group extends nothing.
    fn lane_gap_from(&self, lane: &Lane, green: Millis, view: &View<'_>) -> Option<Millis> {
        let open = |g: &u16| self.groups[usize::from(*g)].open.is_some();
        let counts = |u: &&Extends| u.own.iter().any(open) || u.switched.iter().any(open) && !u.all.iter().any(open);
        let mut from = green;
        for u in lane.uses.iter().filter(counts) {
            if view.calls.use_extends(u.number) {
                return None;
            }
            from = from.max(view.calls.use_extended(u.number).unwrap_or(green));
        }
        Some(from)
    }

    /// When a lane gaps out if nobody comes any more; never while somebody is there.
    fn lane_gaps_out(&self, ring: &Ring, p: usize, lane: &Lane, green: Millis, view: &View<'_>) -> Millis {
        self.lane_gap_from(lane, green, view).map_or(Millis::NEVER, |from| self.reduced(ring, p, from))
    }

    /// When a phase gaps out if nobody comes any more, never while somebody extends it; and when its lanes have to be
    /// looked at again: when the next of them gaps out, unless the strategy is woken before that anyway.
    pub(super) fn gaps_out(
        &self,
        ring: &Ring,
        p: usize,
        green: Millis,
        now: Millis,
        view: &View<'_>,
    ) -> (Millis, Millis) {
        let mut end = self.reduced(ring, p, green);
        let lanes = &self.layout.phases[p].lanes;
        let (mut next, mut kept) = (if lanes.is_empty() { end } else { Millis::NEVER }, Millis::NEVER);
        for (i, lane) in lanes.iter().enumerate() {
            let from = self.lane_gap_from(lane, green, view);
            let at = from.map_or(Millis::NEVER, |from| self.reduced(ring, p, from));
            let told = from.is_some_and(|from| from > green && now < from + self.layout.phases[p].told_after);
            let later = if at > now && !told { at } else { Millis::NEVER };
            if ring.kept & bit(i) == 0 {
                (end, next) = (end.max(at), next.min(later));
            } else {
                kept = kept.min(later);
            }
        }
        (end, if end <= now { kept } else { next })
    }

    /// Since when nobody extends a phase, but for lanes that no longer do; `None` while somebody does.
    pub(super) fn gap_from(&self, ring: &Ring, p: usize, green: Millis, view: &View<'_>) -> Option<Millis> {
        let lanes = self.layout.phases[p].lanes.iter().enumerate().filter(|(i, _)| ring.kept & bit(*i) == 0);
        lanes.map(|(_, lane)| self.lane_gap_from(lane, green, view)).try_fold(green, |last, from| Some(last.max(from?)))
    }

    /// Takes note of the lanes that have gapped out. A phase that waits at the barrier forgets them, as soon as nobody
    /// is there.
    pub(super) fn keep_lanes(&mut self, r: usize, now: Millis, view: &View<'_>) {
        let ring = &self.rings[r];
        let (Some(p), Some(green)) = (ring.on, ring.green) else { return };
        let lanes = &self.layout.phases[p].lanes;
        if lanes.len() < 2 {
            return;
        }
        let is_out = |(_, lane): &(usize, &Lane)| self.lane_gaps_out(ring, p, lane, green, view) <= now;
        let out_of = |set: u64| {
            let lanes = lanes.iter().enumerate().filter(|(i, _)| set & bit(*i) != 0);
            lanes.filter(is_out).fold(0, |out, (i, _)| out | bit(i))
        };
        self.rings[r].kept = match ring.standing {
            Standing::Extended | Standing::Over(Cause::MaxOut) => ring.kept | out_of(!ring.kept),
            Standing::Over(Cause::GapOut) => ring.kept & !out_of(ring.kept),
            _ => 0,
        };
    }
}
