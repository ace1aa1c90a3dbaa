//! How phases are actuated and coordinated: ranges of times.

use alloc::{format, string::String};

use super::{Checks, seconds};
use crate::Millis;
use crate::plan::{Actuation, Pattern};

impl Checks<'_> {
    /// The times of actuated phases.
    pub(super) fn actuation(&mut self) {
        let rings = self.plan.spec().rings.iter();
        for phase in rings.flat_map(|r| &r.phases) {
            let element = format!("phase {}", phase.number);
            let a = &phase.actuation;
            let times: [(&str, Option<Millis>, i64, i64); 12] = [
                ("min_green", a.min_green, 1, 120),
                ("passage", a.passage, 0, 15),
                ("max_1", a.max_1, 1, 600),
                ("max_2", a.max_2, 1, 600),
                ("added_initial", a.added_initial, 0, 10),
                ("max_initial", a.max_initial, 1, 120),
                ("min_gap", a.min_gap, 0, 15),
                ("before_reduction", a.before_reduction, 0, 120),
                ("to_reduce", a.to_reduce, 0, 120),
                ("dynamic_limit", a.dynamic_limit, 1, 600),
                ("dynamic_step", a.dynamic_step, 1, 120),
                ("conditional_min", a.conditional_min, 1, 120),
            ];
            for (what, time, least, most) in times {
                if let Some(time) = time {
                    self.range(&element, what, time, least, most);
                }
            }
            self.orders(a, &element);
            let least = |name: &String| self.plan.spec().groups.iter().find(|g| g.name == *name)?.min_green;
            let least = phase.groups.iter().filter_map(least).max();
            for (what, most) in [("max_1", a.max_1), ("max_2", a.max_2)] {
                if let Some((most, least)) = most.zip(least).filter(|(most, least)| most < least) {
                    let (most, least) = (most.seconds(), least.seconds());
                    let problem =
                        format!("{what} is {most} s; expected at least the least green of its groups, {least} s");
                    self.add(&*element, problem);
                }
            }
        }
    }

    /// Times that must not be longer than others.
    fn orders(&mut self, a: &Actuation, element: &str) {
        let pairs = [
            ("min_gap", a.min_gap, "passage", a.passage),
            ("max_1", a.max_1, "dynamic_limit", a.dynamic_limit),
            ("min_green", a.min_green, "max_1", a.max_1),
            ("min_green", a.min_green, "max_2", a.max_2),
        ];
        for (less, short, more, long) in pairs {
            if let (Some(short), Some(long)) = (short, long)
                && short > long
            {
                let (short, long) = (short.seconds(), long.seconds());
                self.add(element, format!("{less} is {short} s; expected at most its {more}, {long} s"));
            }
        }
    }

    /// Actuated coordinated phases may gap out within their splits.
    pub(super) fn coordination(&mut self, pattern: &Pattern, element: &str) {
        let Some(window) = pattern.coordination.actuated else { return };
        for split in pattern.phases.iter().filter(|s| pattern.coordinated.contains(&s.phase)) {
            if window < seconds(0) || window > split.split {
                let (window, split, phase) = (window.seconds(), split.split.seconds(), split.phase);
                let problem = format!(
                    "actuated is {window} s; expected 0 s to the split of its coordinated phase {phase}, {split} s"
                );
                self.add(element, problem);
            }
        }
    }
}
