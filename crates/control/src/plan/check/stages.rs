//! Stages, and how one changes into another.

use alloc::{collections::BTreeSet, format, string::String};

use super::{Checks, seconds, traps_of};
use crate::Millis;
use crate::plan::{Interstage, Stage};

/// Whether a group is open in a stage; its groups are in their order.
fn opens(stage: &Stage, group: u16) -> bool {
    stage.groups.binary_search(&group).is_ok()
}

impl Checks<'_> {
    pub(super) fn stages(&mut self) {
        let (plan, stages) = (self.plan, self.plan.stages());
        self.unique("stage", stages.iter().map(|s| s.name.as_str()));
        if stages.is_empty() {
            return;
        }
        self.all_served("the stages", |g| stages.iter().any(|s| s.groups.contains(&g)));
        for stage in stages {
            let element = format!("stage '{}'", stage.name);
            if stage.groups.is_empty() {
                self.add(&*element, "opens no group; expected at least one");
            }
            for (a, b) in self.forbidden_within(&stage.groups) {
                let problem = format!("opens '{}' and '{}', which are forbidden together", self.name(a), self.name(b));
                self.add(&*element, problem);
            }
        }
        if stages.len() == 1 && stages[0].groups.len() < plan.groups().len() {
            self.add("stages", "there is one; expected two or more, or one that opens all groups");
        }
        let following = stages.iter().cycle().skip(1);
        let mut asked = BTreeSet::new();
        for (i, (stage, next)) in stages.iter().zip(following).enumerate() {
            let place = (i, (i + 1) % stages.len());
            asked.insert(place);
            self.stage_trap(stage, next, plan.interstage(place.0, place.1));
        }
        let mut seen = BTreeSet::new();
        for interstage in &plan.interstages {
            let place = (interstage.from, interstage.to);
            let (from, to) = (&stages[interstage.from], &stages[interstage.to]);
            let element = format!("interstage '{}' → '{}'", from.name, to.name);
            if !seen.insert(place) {
                self.add(&*element, "is given twice; expected once");
            }
            if interstage.from == interstage.to {
                self.add(&*element, "leads from a stage to itself; expected two stages");
                continue;
            }
            self.delays(&element, "end", &interstage.ends, (from, to));
            self.delays(&element, "start", &interstage.starts, (to, from));
            if asked.insert(place) {
                self.stage_trap(from, to, Some(interstage));
            }
        }
    }

    /// The groups with a delay really change: they are open in the one stage and not in the other.
    fn delays(&mut self, element: &str, verb: &str, delays: &[(u16, Millis)], stages: (&Stage, &Stage)) {
        let mut seen = BTreeSet::new();
        for &(group, delay) in delays {
            let name: String = self.name(group).into();
            if !seen.insert(group) {
                self.add(element, format!("delays the {verb} of '{name}' twice; expected once"));
            }
            if !stages.0.groups.contains(&group) || stages.1.groups.contains(&group) {
                self.add(element, format!("'{name}' does not {verb} here; expected a group that does"));
            }
            if delay < Millis(0) || delay > seconds(60) {
                self.odd_times = true;
                let delay = delay.seconds();
                self.add(element, format!("'{name}' {verb}s after {delay} s; expected 0–60 s"));
            }
        }
    }

    /// Nobody who waits for a gap in oncoming traffic loses the green before that traffic does.
    fn stage_trap(&mut self, from: &Stage, to: &Stage, interstage: Option<&Interstage>) {
        let delay = |group: u16| {
            let mut ends = interstage.iter().flat_map(|i| &i.ends);
            ends.find(|d| d.0 == group).map_or(Millis(0), |d| d.1)
        };
        let traps = self.traps;
        let ending = from.groups.iter().filter(|&&who| !opens(to, who));
        for &(who, oncoming) in ending.flat_map(|&who| traps_of(traps, who)) {
            if !opens(from, oncoming) {
                continue;
            }
            let (who_name, name) = (self.name(who), self.name(oncoming));
            let how = if opens(to, oncoming) {
                format!("'{name}' stays open")
            } else if delay(oncoming) > delay(who) {
                let later = (delay(oncoming) - delay(who)).seconds();
                format!("'{name}' ends {later} s later")
            } else {
                continue;
            };
            let problem = format!(
                "yellow trap from stage '{}' to stage '{}': '{who_name}' gives way to '{name}' and ends, while {how}",
                from.name, to.name
            );
            self.add(self.pair(who, oncoming), problem);
        }
    }
}
