//! Coordination patterns: whether their splits can be kept.

use alloc::{collections::BTreeSet, format, vec::Vec};

use super::Checks;
use crate::Millis;
use crate::plan::{Pattern, Rings};

impl Checks<'_> {
    pub(super) fn patterns(&mut self) {
        let patterns = &self.plan.spec().patterns;
        self.unique("pattern", patterns.iter().map(|p| p.name.as_str()));
        for pattern in patterns {
            let element = format!("pattern '{}'", pattern.name);
            self.range(&element, "cycle", pattern.cycle, 20, 600);
            if pattern.offset < Millis(0) || pattern.offset >= pattern.cycle {
                let (offset, cycle) = (pattern.offset.seconds(), pattern.cycle.seconds());
                self.add(&*element, format!("offset is {offset} s; expected 0 s to less than the cycle, {cycle} s"));
            }
            if pattern.stages.is_empty() && pattern.phases.is_empty() {
                self.add(&*element, "has no splits; expected those of stages or of phases");
            }
            if !pattern.stages.is_empty() {
                self.stage_splits(pattern, &element);
            }
            match self.plan.rings() {
                Some(rings) if !pattern.phases.is_empty() => {
                    self.phase_splits(pattern, rings, &element);
                    self.coordinated(pattern, rings, &element);
                    self.coordination(pattern, &element);
                }
                None if !pattern.phases.is_empty() => {
                    self.add(&*element, "has splits of phases, but the plan has no rings; expected splits of stages");
                }
                _ if !pattern.coordinated.is_empty() => {
                    self.add(&*element, "has coordinated phases, but no splits of phases; expected both or none");
                }
                _ => {}
            }
        }
    }

    /// Stages: known, all groups served, as long as the cycle, and each as long as it needs.
    fn stage_splits(&mut self, pattern: &Pattern, element: &str) {
        let plan = self.plan;
        let mut order: Vec<usize> = Vec::new();
        for split in &pattern.stages {
            match plan.stages().iter().position(|s| s.name == split.stage) {
                Some(stage) => order.push(stage),
                None => {
                    let problem = format!("there is no stage '{}'; expected one of the plan's stages", split.stage);
                    self.add(element, problem);
                }
            }
        }
        if order.len() < pattern.stages.len() {
            return;
        }
        self.sum(element, "the splits", pattern.stages.iter().map(|s| s.split), pattern.cycle);
        for (i, (split, &stage)) in pattern.stages.iter().zip(&order).enumerate() {
            let (before, after) = (order[(i + order.len() - 1) % order.len()], order[(i + 1) % order.len()]);
            // A split begins with the stage's request, so that the change into it lies in it; but who counts from
            // green to green has the change out of it there. It must do for both.
            let (least, change) = (plan.stage_least(stage), plan.change(before, stage).max(plan.change(stage, after)));
            if split.split < least + change {
                let [split_s, need, least, change] = [split.split, least + change, least, change].map(Millis::seconds);
                let problem = format!(
                    "the split of stage '{}' is {split_s} s; expected at least {need} s: {least} s least green and \
                     {change} s intergreen",
                    split.stage
                );
                self.add(element, problem);
            }
        }
        for (number, group) in (0..).zip(plan.groups()) {
            let own = pattern.stages.iter().zip(&order).filter(|(_, s)| plan.stages()[**s].groups.contains(&number));
            let green = own.fold(Millis(0), |sum, (split, _)| sum + split.split);
            self.pattern_red(element, number, group.max_red, (pattern.cycle, green));
        }
    }

    /// A pattern serves every group, and before its longest red is over.
    fn pattern_red(&mut self, element: &str, group: u16, max_red: Millis, (cycle, green): (Millis, Millis)) {
        if self.never_served(group) {
            return;
        }
        let (name, red) = (self.name(group), cycle - green);
        if green <= Millis(0) {
            self.add(element, format!("cannot serve '{name}'; expected a split in which it is open"));
        } else if red > max_red {
            let (red, max) = (red.seconds(), max_red.seconds());
            self.add(element, format!("keeps '{name}' red for {red} s; expected at most its max red, {max} s"));
        }
    }

    /// Phases: each once, rings as long as the cycle, barriers at the same time, and each as long as it needs.
    fn phase_splits(&mut self, pattern: &Pattern, rings: &Rings, element: &str) {
        let mut seen = BTreeSet::new();
        for split in &pattern.phases {
            let phase = split.phase;
            if !seen.insert(phase) {
                self.add(element, format!("phase {phase} has two splits; expected one"));
            }
            let Some(known) = rings.find(phase) else {
                self.add(element, format!("there is no phase {phase}; expected one of the plan's phases"));
                continue;
            };
            let need = self.plan.least_split(known);
            if split.split < need {
                let (split, need) = (split.split.seconds(), need.seconds());
                let problem = format!(
                    "the split of phase {phase} is {split} s; expected at least {need} s for least green or walk and \
                     the clearance after it"
                );
                self.add(element, problem);
            }
        }
        for phase in rings.phases.iter().filter(|p| !seen.contains(&p.number)) {
            self.add(element, format!("phase {} has no split; expected one for every phase", phase.number));
        }
        let split = |phase: &u8| pattern.phases.iter().find(|s| s.phase == *phase).map_or(Millis(0), |s| s.split);
        let length = |section: &Vec<u8>| section.iter().map(split).fold(Millis(0), |sum, s| sum + s);
        let sections = rings.rings.iter().map(Vec::len).max().unwrap_or(0);
        // Of every section the first ring that has phases in it is the measure for the others.
        let measure = |s: usize| {
            let busy = (1..).zip(&rings.rings).filter_map(|(r, ring)| Some((r, ring.get(s)?)));
            busy.filter(|(_, section)| !section.is_empty()).map(|(r, section)| (r, length(section))).next()
        };
        for s in 0..sections {
            let Some((reference, expected)) = measure(s) else { continue };
            for (r, ring) in (1usize..).zip(&rings.rings) {
                let Some(section) = ring.get(s).filter(|section| !section.is_empty()) else { continue };
                let found = length(section);
                if found != expected {
                    let (found, expected, s) = (found.seconds(), expected.seconds(), s + 1);
                    let problem = format!(
                        "section {s} lasts {expected} s in ring {reference} and {found} s in ring {r}; expected all \
                         rings to reach the barrier together"
                    );
                    self.add(element, problem);
                }
            }
        }
        for (r, ring) in (1usize..).zip(&rings.rings) {
            let lengths = (0..sections).map(|s| match ring.get(s).filter(|section| !section.is_empty()) {
                Some(section) => length(section),
                // It pauses.
                None => measure(s).map_or(Millis(0), |m| m.1),
            });
            self.sum(element, &format!("the splits of ring {r}"), lengths, pattern.cycle);
        }
        for (number, group) in (0..).zip(self.plan.groups()) {
            let own = rings.phases.iter().filter(|p| rings.set(p).contains(&number));
            let green = own.fold(Millis(0), |sum, p| sum + split(&p.number));
            self.pattern_red(element, number, group.max_red, (pattern.cycle, green));
        }
    }

    /// One coordinated phase in each ring, in the same section.
    fn coordinated(&mut self, pattern: &Pattern, rings: &Rings, element: &str) {
        let mut sections = BTreeSet::new();
        let mut known = 0;
        for (r, ring) in (1..).zip(&rings.rings) {
            let here: Vec<(usize, u8)> = ring
                .iter()
                .enumerate()
                .flat_map(|(s, section)| section.iter().map(move |&p| (s, p)))
                .filter(|(_, p)| pattern.coordinated.contains(p))
                .collect();
            if here.len() > 1 || here.is_empty() && !self.pauses_beside(ring, rings, &pattern.coordinated) {
                self.add(element, format!("ring {r} has {} coordinated phases; expected one", here.len()));
            }
            known += here.len();
            sections.extend(here.iter().map(|(s, _)| *s));
        }
        if known != pattern.coordinated.len() {
            self.add(element, "coordinated names a phase twice, or one that no ring has; expected one in each ring");
        }
        if sections.len() > 1 {
            self.add(element, "the coordinated phases lie on different sides of a barrier; expected the same section");
        }
    }

    /// Whether a ring has no phase in the section in which other rings have coordinated ones.
    fn pauses_beside(&self, ring: &[Vec<u8>], rings: &Rings, coordinated: &[u8]) -> bool {
        let has = |section: &Vec<u8>| section.iter().any(|p| coordinated.contains(p));
        let section = rings.rings.iter().find_map(|r| r.iter().position(has));
        section.and_then(|s| ring.get(s)).is_some_and(Vec::is_empty)
    }

    /// Demands that splits fill the cycle.
    fn sum(&mut self, element: &str, what: &str, splits: impl Iterator<Item = Millis>, cycle: Millis) {
        let sum = splits.fold(Millis(0), |sum, s| sum + s);
        if sum != cycle {
            let problem = format!("{what} sum to {} s; expected the cycle, {} s", sum.seconds(), cycle.seconds());
            self.add(element, problem);
        }
    }
}
