//! How long it takes to serve everybody once, and whether that fits into the longest red of every group.

use alloc::{format, vec, vec::Vec};

use super::Checks;
use crate::Millis;
use crate::plan::{GroupKind, Phase, Plan, Rings};

impl Plan {
    /// The longest time in which every group is served once with least times, in the order of the plan's own
    /// sequence: the program if there is one (its cycle), else the stages (least greens and changes; the longest red that
    /// comes of them where an intergreen outlasts the stages in between), else the rings (the longest ring of every section;
    /// least greens and walks with their clearances). No group's longest red is less.
    pub fn worst_sequence(&self) -> Millis {
        if let Some(program) = self.program() {
            return program.cycle();
        }
        let stages = 0..self.stages().len();
        if !stages.is_empty() {
            let parts = stages.clone().map(|s| self.stage_least(s) + self.change(s, (s + 1) % stages.len()));
            let sum = parts.fold(Millis(0), |sum, part| sum + part);
            return self.longest_reds_in_order().into_iter().fold(sum, Millis::max);
        }
        let Some(rings) = self.rings() else { return Millis(0) };
        let sections = rings.rings.iter().map(Vec::len).max().unwrap_or(0);
        let longest = |section: usize| {
            let lengths = rings.rings.iter().filter_map(|ring| ring.get(section)).map(|phases| {
                phases.iter().fold(Millis(0), |sum, &p| sum + rings.find(p).map_or(Millis(0), |p| self.phase_need(p)))
            });
            lengths.max().unwrap_or(Millis(0))
        };
        (0..sections).fold(Millis(0), |sum, section| sum + longest(section))
    }

    /// The largest least green of a stage's groups, with the leading intervals they wait for.
    pub(crate) fn stage_least(&self, stage: usize) -> Millis {
        let groups = self.stages().get(stage).map_or(&[][..], |s| &s.groups);
        groups.iter().map(|&g| self.least(g, groups)).max().unwrap_or(Millis(0))
    }

    /// The least time that a group needs when it starts together with others.
    fn least(&self, group: u16, others: &[u16]) -> Millis {
        let leads = others.iter().filter(|&&o| self.matrix().relation(group, o).yields());
        let lead = leads.map(|&o| self.groups()[usize::from(o)].lead).max().unwrap_or(Millis(0));
        self.groups()[usize::from(group)].min_green + lead
    }

    /// From the request of a stage to the last start of green in it, if the stage before it may end at once.
    pub(crate) fn change(&self, from: usize, to: usize) -> Millis {
        let (Some(a), Some(b)) = (self.stages().get(from), self.stages().get(to)) else { return Millis(0) };
        let (group, matrix) = (|g: u16| &self.groups()[usize::from(g)], self.matrix());
        let interstage = self.interstage(from, to);
        let delay = |delays: &[(u16, Millis)], g: u16| delays.iter().find(|d| d.0 == g).map_or(Millis(0), |d| d.1);
        let put_off = |g: u16| interstage.map_or(Millis(0), |i| delay(&i.starts, g));
        let starting = || b.groups.iter().copied().filter(|g| !a.groups.contains(g));
        // Arrows that flash and no longer have to: their green begins as any other does.
        let gives_way = |g: u16, among: &[u16]| among.iter().any(|&o| matrix.relation(g, o).yields());
        let is_arrow = |g: u16| group(g).kind == GroupKind::FlashingYellowArrow;
        let turns_green = |&g: &u16| is_arrow(g) && a.groups.contains(&g) && gives_way(g, &a.groups);
        let greening = || b.groups.iter().copied().filter(turns_green).filter(|&g| !gives_way(g, &b.groups));
        // A start that is put off is that of red-yellow, where there is one.
        let mut longest = starting().map(|g| put_off(g) + group(g).red_yellow).fold(Millis(0), Millis::max);
        for end in a.groups.iter().copied().filter(|g| !b.groups.contains(g)) {
            let mut ends = interstage.map_or(Millis(0), |i| delay(&i.ends, end));
            // Oncoming traffic that is open, or starts before a left turn has ended: both end together, and it starts once
            // more.
            let stays = |g: u16| a.groups.contains(&g);
            let mut together = vec![end];
            self.add_oncoming(&mut together, |g| b.groups.contains(&g) && (stays(g) || put_off(g) < ends));
            for &g in together.iter().filter(|&&g| !stays(g)) {
                ends = ends.max(put_off(g) + group(g).red_yellow + group(g).min_green);
            }
            for start in starting().chain(greening()) {
                let others = together.iter().filter(|&&g| g != start).map(|&g| ends + matrix.intergreen(g, start));
                longest = others.fold(longest, Millis::max);
            }
            for &g in &together[1..] {
                let others = together.iter().filter(|&&other| other != g).map(|&other| matrix.intergreen(other, g));
                let again = group(g).yellow + group(g).red_revert + group(g).red_yellow;
                longest = longest.max(ends + others.fold(again, Millis::max));
            }
        }
        // An arrow that gives way from now on goes through yellow and red before it flashes: not before whoever it gives way
        // to is to start. One that opened before that, while they were put off, has to be green for its least time first.
        for g in b.groups.iter().copied().filter(|&g| is_arrow(g)) {
            let red = group(g).yellow + group(g).red_clearance.max(group(g).red_revert) + group(g).red_yellow;
            let stays = a.groups.contains(&g);
            for start in starting().filter(|&start| matrix.relation(g, start).yields()) {
                let opens_before = put_off(g) + group(g).red_yellow < put_off(start);
                let ends = if stays { put_off(start) } else { put_off(start) + group(g).min_green };
                if stays || opens_before {
                    longest = longest.max(ends + red.max(matrix.intergreen(g, start)));
                }
            }
        }
        longest
    }

    /// The least time that a phase needs: of each of its groups the least green and what follows it, of each of its
    /// walks walk, clearance and buffer; where an intergreen to whoever may come next is longer, that. A phase without
    /// groups of its own is there for its overlaps.
    pub(crate) fn phase_need(&self, phase: &Phase) -> Millis {
        self.phase_takes(phase, Millis(0))
    }

    /// The least split that a phase can have in a pattern: its need with its own least green
    /// ([`Actuation::min_green`](crate::plan::Actuation::min_green)), where that is longer than its groups'. With less it
    /// could not be served before its force-off.
    pub(crate) fn least_split(&self, phase: &Phase) -> Millis {
        let spec = self.spec().rings.iter().flat_map(|r| &r.phases).find(|p| p.number == phase.number);
        self.phase_takes(phase, spec.and_then(|p| p.actuation.min_green).unwrap_or(Millis(0)))
    }

    /// The least time that a phase takes if its green lasts for so long at least.
    fn phase_takes(&self, phase: &Phase, green: Millis) -> Millis {
        let Some(rings) = self.rings() else { return Millis(0) };
        let next = rings.next_groups(phase.number);
        let intergreen = |g: u16| next.iter().map(|&n| self.matrix().intergreen(g, n)).max().unwrap_or(Millis(0));
        let set = rings.set(phase);
        let own: Vec<u16> = phase.groups.iter().chain(&phase.walks).copied().collect();
        let own = if own.is_empty() { set.clone() } else { own };
        let least = |g: u16| {
            let group = &self.groups()[usize::from(g)];
            let longer = if group.is_pedestrian() { Millis(0) } else { (green - group.min_green).max(Millis(0)) };
            self.least(g, &set) + longer
        };
        let need = own.iter().map(|&g| {
            let times = &self.groups()[usize::from(g)];
            least(g) + intergreen(g).max(times.yellow + times.red_clearance)
        });
        let longest = own.iter().map(|&g| least(g)).max().unwrap_or(Millis(0));
        // What trails does so after the phase.
        let overlaps = rings.overlaps.iter().filter(|o| o.is_with(phase.number) && !next.contains(&o.group));
        let trailing = overlaps.map(|o| longest + o.trail + intergreen(o.group));
        need.chain(trailing).max().unwrap_or(Millis(0))
    }
}

impl Rings {
    /// The phase of that number.
    pub(crate) fn find(&self, number: u8) -> Option<&Phase> {
        self.phases.iter().find(|p| p.number == number)
    }

    /// The groups that may open after a phase: with the later ones of its section, or beyond the barrier.
    fn next_groups(&self, phase: u8) -> Vec<u16> {
        let mut next: Vec<u16> = Vec::new();
        for ring in &self.rings {
            for (s, section) in ring.iter().enumerate() {
                let Some(place) = section.iter().position(|&p| p == phase) else { continue };
                let beyond = self.rings.iter().filter_map(|r| r.get((s + 1) % ring.len())).flatten();
                for &p in section.iter().skip(place + 1).chain(beyond) {
                    next.extend(self.find(p).into_iter().flat_map(|p| self.set(p)));
                }
            }
        }
        next.sort_unstable();
        next.dedup();
        next
    }
}

impl Checks<'_> {
    /// Nobody starves: the longest red of every group covers the worst sequence.
    pub(super) fn max_red(&mut self) {
        let worst = self.plan.worst_sequence();
        for (number, group) in (0..).zip(self.plan.groups()) {
            if group.max_red < worst && !self.never_served(number) {
                let (red, worst) = (group.max_red.seconds(), worst.seconds());
                let problem = format!(
                    "cannot serve '{}' within its max red of {red} s: serving everybody once takes {worst} s; expected \
                     a max_red of at least that",
                    group.name
                );
                self.add(self.element(number), problem);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::plan::{GroupSpec, IntergreenSpec, IntergreenTime, PlanSpec};

    use super::*;

    #[test]
    fn who_ends_with_a_left_turn_opens_again_when_that_has_cleared() {
        let s = |seconds: i64| Millis(seconds * 1000);
        let groups = ["left", "oncoming", "cross", "right"].map(|name| GroupSpec::vehicle(name, s(5), s(3)));
        let mut spec = PlanSpec::new("crossroads", groups.to_vec())
            .give_way("left", "oncoming", true)
            .forbid("left", "cross", (s(5), s(5)))
            .forbid("oncoming", "cross", (s(5), s(5)))
            .forbid("right", "cross", (s(5), s(5)))
            .stage("a", &["left", "oncoming"])
            .stage("b", &["cross"])
            .stage("c", &["oncoming", "right"])
            .stage("d", &["cross"]);
        let given = |(from, to, time): (&str, &str, i64)| IntergreenSpec {
            from: from.into(),
            to: to.into(),
            time: IntergreenTime::Given(s(time)),
        };
        spec.intergreens.extend([("left", "oncoming", 20), ("oncoming", "left", 5)].map(given));
        let plan = Plan::new(spec).expect("a plan");
        // From a to c the oncoming traffic would stay; it ends with the left turns instead.
        assert_eq!([plan.change(0, 1), plan.change(0, 2)], [s(5), s(20)]);
    }
}
