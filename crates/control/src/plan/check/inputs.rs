//! Detectors, preempts, priorities, and the start.

use alloc::{collections::BTreeSet, format, string::String};

use super::Checks;
use crate::Millis;
use crate::plan::{DetectorLimits, DetectorMode, DetectorPlace, Preempt, PreemptPlan, RoadSection, StartUp};

impl Checks<'_> {
    /// All zero, or long enough that nobody is still inside at the first green: whoever entered while it flashed has
    /// yellow and red to leave, at least the largest intergreen.
    pub(super) fn start_up(&mut self) {
        let start = self.plan.spec().start_up;
        if start == StartUp::default() {
            return;
        }
        self.range("start_up", "flash", start.flash, 1, 300);
        self.range("start_up", "yellow", start.yellow, 3, 6);
        self.range("start_up", "all_red", start.all_red, 1, 120);
        let matrix = self.plan.matrix();
        let from = |a: u16| matrix.partners(a).iter().map(move |&b| (matrix.intergreen(a, b), (a, b)));
        let largest = self.numbers().flat_map(from).max();
        if let Some((time, (a, b))) = largest
            && start.yellow + start.all_red < time
        {
            let (red, least, time) = (start.all_red.seconds(), (time - start.yellow).seconds(), time.seconds());
            let problem = format!(
                "all_red is {red} s; expected at least {least} s: with its yellow the largest intergreen, {time} s \
                 from '{}' to '{}'",
                self.name(a),
                self.name(b)
            );
            self.add("start_up", problem);
        }
    }

    pub(super) fn detectors(&mut self) {
        let mut seen = BTreeSet::new();
        for detector in &self.plan.spec().detectors {
            let element = format!("detector {}", detector.channel);
            self.range(&element, "delay", detector.delay, 0, 60);
            self.range(&element, "extend", detector.extend, 0, 30);
            self.range(&element, "extend_limit", detector.extend_limit, 0, 255);
            self.limits(&element, &detector.diagnostics);
            self.place(&element, detector.place.as_ref());
            self.section(&element, detector.section.as_ref());
            if detector.yellow_lock && !detector.locking {
                self.add(&*element, "has yellow_lock without locking; expected both, or none");
            }
            for group in &detector.switched {
                if self.plan.find_group(group).is_none() {
                    self.add(&*element, format!("switched: there is no group '{group}'; expected one of the plan"));
                } else if detector.groups.contains(group) {
                    self.add(&*element, format!("switches to '{group}', its own; expected another group"));
                }
            }
            if detector.groups.is_empty() && detector.mode != DetectorMode::Count {
                self.add(&*element, "has no groups; expected at least one, or mode count");
            }
            for group in &detector.groups {
                if !seen.insert((detector.channel, group)) {
                    self.add(&*element, format!("is used twice for '{group}'; expected once"));
                }
            }
        }
    }

    /// When it is taken for broken.
    fn limits(&mut self, element: &str, limits: &DetectorLimits) {
        self.range(element, "no_activity", limits.no_activity, 0, 86_400);
        self.range(element, "max_presence", limits.max_presence, 0, 86_400);
        self.range(element, "short_pulse", limits.short_pulse, 0, 1);
        for (what, found) in [("expected", limits.expected), ("erratic", limits.erratic)] {
            if found > 1000 {
                self.add(element, format!("{what} is {found}; expected 0–1000"));
            }
        }
    }

    /// Where it lies.
    fn place(&mut self, element: &str, place: Option<&DetectorPlace>) {
        let Some(place) = place else { return };
        let numbers = [
            ("distance", place.distance_m, 0.0, 2000.0, "m"),
            ("length", place.length_m, 0.1, 200.0, "m"),
            ("speed", place.speed_m_s, 1.0, 70.0, "m/s"),
        ];
        for (what, found, least, most, unit) in numbers {
            if !(least..=most).contains(&found) {
                self.add(element, format!("{what} is {found} {unit}; expected {least}–{most} {unit}"));
            }
        }
    }

    /// Where it lies among the lanes of a road.
    fn section(&mut self, element: &str, section: Option<&RoadSection>) {
        let Some(RoadSection { lanes, of, .. }) = section else { return };
        if !(1..=32).contains(of) {
            self.add(element, format!("section: the road has {of} lanes; expected 1–32"));
        } else if lanes.is_empty() || !lanes.is_sorted_by(|a, b| a < b) || lanes.iter().any(|lane| lane >= of) {
            let expected = format!("expected some of 0–{}, ascending", of - 1);
            self.add(element, format!("section: it covers the lanes {lanes:?}; {expected}"));
        }
    }

    pub(super) fn preempts(&mut self) {
        let preempts = &self.plan.spec().preempts;
        self.unique("preempt", preempts.iter().map(|p| p.name.as_str()));
        for pair in preempts.windows(2).filter(|p| p[0].kind > p[1].kind) {
            let problem = format!(
                "comes after '{}', which is less important; expected rail, then emergency, then bus",
                pair[0].name
            );
            self.add(format!("preempt '{}'", pair[1].name), problem);
        }
        let plan = self.plan;
        for (preempt, groups) in plan.preempts() {
            self.preempt(preempt, groups);
        }
    }

    fn preempt(&mut self, preempt: &Preempt, groups: &PreemptPlan) {
        let element = format!("preempt '{}'", preempt.name);
        self.range(&element, "delay", preempt.delay, 0, 600);
        self.range(&element, "track_green", preempt.track_green, 0, 600);
        self.range(&element, "min_dwell", preempt.min_dwell, 1, 600);
        self.range(&element, "max_presence", preempt.max_presence, 10, 3600);
        // Until its dwell may end: whoever has just begun green or walk ends it first, and is cleared.
        let greens = self.plan.groups().iter().map(|g| g.min_green);
        let (green, intergreen) = (greens.fold(Millis(0), Millis::max), self.plan.matrix().longest_intergreen());
        let shortest = preempt.delay + green + intergreen + preempt.track_green + preempt.min_dwell;
        if !self.odd_times && preempt.max_presence <= shortest {
            let [found, least, delay, green, intergreen, track, dwell] = [
                preempt.max_presence,
                shortest,
                preempt.delay,
                green,
                intergreen,
                preempt.track_green,
                preempt.min_dwell,
            ]
            .map(Millis::seconds);
            let problem = format!(
                "max_presence is {found} s; expected more than {least} s: {delay} s delay, {green} s of the largest least \
                 green or walk, {intergreen} s of the largest intergreen, {track} s track_green and {dwell} s min_dwell"
            );
            self.add(&*element, problem);
        }
        let least = groups.track.iter().map(|&g| (self.plan.groups()[usize::from(g)].min_green, g)).max();
        match least {
            None if preempt.track_green != Millis(0) => {
                let found = preempt.track_green.seconds();
                self.add(&*element, format!("track_green is {found} s, but no group clears the tracks; expected 0 s"));
            }
            Some((time, group)) if preempt.track_green < time => {
                let (found, time, name) = (preempt.track_green.seconds(), time.seconds(), self.name(group));
                let problem =
                    format!("track_green is {found} s; expected at least the least green of '{name}', {time} s");
                self.add(&*element, problem);
            }
            _ => {}
        }
        if groups.exit.is_empty() {
            self.add(&*element, "exit is empty; expected the groups that are served first afterwards");
        }
        let parts = [("track", &groups.track), ("dwell", &groups.dwell), ("exit", &groups.exit)];
        for (part, set) in parts {
            for (a, b) in self.forbidden_within(set) {
                let (a, b) = (self.name(a), self.name(b));
                self.add(&*element, format!("{part} opens '{a}' and '{b}', which are forbidden together"));
            }
        }
        for ((part, from), (next, to)) in parts.into_iter().zip(parts.into_iter().skip(1)) {
            self.preempt_trap(&element, (part, from), (next, to));
        }
    }

    /// Nobody who waits for a gap in oncoming traffic loses the green before that traffic does.
    fn preempt_trap(&mut self, element: &str, (part, from): (&str, &[u16]), (next, to): (&str, &[u16])) {
        for &(who, oncoming) in self.traps {
            let both = from.contains(&who) && from.contains(&oncoming);
            if both && to.contains(&oncoming) && !to.contains(&who) {
                let (who, oncoming) = (self.name(who), self.name(oncoming));
                let problem: String = format!(
                    "yellow trap from {part} to {next}: '{who}' gives way to '{oncoming}' and ends, while '{oncoming}' \
                     stays open"
                );
                self.add(element, problem);
            }
        }
    }

    pub(super) fn priorities(&mut self) {
        let priorities = &self.plan.spec().priorities;
        self.unique("priority", priorities.iter().map(|p| p.name.as_str()));
        for priority in priorities {
            let element = format!("priority '{}'", priority.name);
            self.range(&element, "extension", priority.extension, 0, 30);
            self.range(&element, "lockout", priority.lockout, 0, 3600);
        }
    }
}
