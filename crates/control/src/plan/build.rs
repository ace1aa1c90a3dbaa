//! From names to numbers.

use alloc::{borrow::ToOwned, collections::BTreeMap, format, string::String, vec::Vec};
use core::fmt::Write;

use super::error::Findings;
use super::{
    Delay, Group, GroupKind, GroupSpec, IntergreenTime, Interstage, Matrix, Overlap, PLAN_VERSION, Phase, Plan,
    PlanErrors, PlanSpec, PreemptPlan, Relation, Rings, RingsSpec, Stage, Waiver, bit,
};
use crate::{Lamp, Millis, state::Fingerprint};

/// More groups than any street has, and more of what else there are lists of: guards against absurd files, since what is
/// checked grows with their squares.
const MOST_GROUPS: usize = 1000;
const MOST_STAGES: usize = 1000;
const MOST_DETECTORS: usize = 10_000;
/// Longest name of a group, bytes: every finding repeats it.
const MOST_NAME: usize = 200;

/// Looks names up, and remembers those it does not know.
struct Names<'a> {
    numbers: BTreeMap<&'a str, u16>,
    findings: Findings,
}

impl Names<'_> {
    /// The number of a group; `None` is in the findings.
    fn group(&mut self, element: &str, name: &str) -> Option<u16> {
        let found = self.numbers.get(name).copied();
        if found.is_none() {
            self.findings.add(element, format!("there is no group '{name}'; expected one of the plan's groups"));
        }
        found
    }

    fn groups(&mut self, element: &str, names: &[String]) -> Vec<u16> {
        let mut found: Vec<u16> = names.iter().filter_map(|name| self.group(element, name)).collect();
        let before = found.len();
        found.sort_unstable();
        found.dedup();
        if found.len() < before {
            self.findings.add(element, "names a group twice; expected each once");
        }
        found
    }
}

/// Refuses lists without end: what else is looked at would take as long, and tell as much.
pub(super) fn sizes(spec: &PlanSpec) -> Result<(), PlanErrors> {
    let mut findings = Findings::default();
    for (list, count, least, most) in [
        ("groups", spec.groups.len(), 1, MOST_GROUPS),
        ("stages", spec.stages.len(), 0, MOST_STAGES),
        ("interstages", spec.interstages.len(), 0, MOST_STAGES * 10),
        ("detectors", spec.detectors.len(), 0, MOST_DETECTORS),
        ("preempts", spec.preempts.len(), 0, MOST_STAGES),
        ("priorities", spec.priorities.len(), 0, MOST_STAGES),
        ("patterns", spec.patterns.len(), 0, MOST_STAGES),
    ] {
        if count < least || count > most {
            findings.add(list, format!("there are {count}; expected {least} to {most}"));
        }
    }
    for (number, group) in spec.groups.iter().take(MOST_GROUPS).enumerate() {
        let length = group.name.len();
        if length > MOST_NAME {
            findings.add(
                format!("group {}", number + 1),
                format!("has a name of {length} bytes; expected at most {MOST_NAME}"),
            );
        }
    }
    findings.end()
}

/// Makes a plan of what is written, if all names are known and all numbers can be read.
pub(super) fn build(spec: PlanSpec, waivers: Vec<Waiver>) -> Result<Plan, PlanErrors> {
    let mut findings = Findings::default();
    if spec.version != PLAN_VERSION {
        findings.add("version", format!("is {}; expected {PLAN_VERSION}", spec.version));
    }
    sizes(&spec)?;
    let mut numbers = BTreeMap::new();
    for (number, group) in (0..).zip(&spec.groups) {
        if numbers.insert(group.name.as_str(), number).is_some() {
            findings.add(format!("group '{}'", group.name), "there are two of this name; expected one");
        }
    }
    let mut names = Names { numbers, findings };
    let groups: Vec<Group> =
        spec.groups.iter().enumerate().map(|(i, g)| group(g, i, &spec, &waivers, &mut names.findings)).collect();
    let matrix = matrix(&spec, &groups, &mut names);
    let stages: Vec<Stage> = spec
        .stages
        .iter()
        .map(|s| Stage { name: s.name.clone(), groups: names.groups(&format!("stage '{}'", s.name), &s.groups) })
        .collect();
    let interstages = interstages(&spec, &mut names);
    let rings = spec.rings.as_ref().map(|r| rings(r, &mut names));
    let preempts = spec
        .preempts
        .iter()
        .map(|p| {
            let element = format!("preempt '{}'", p.name);
            let mut groups = |list: &[String]| names.groups(&element, list);
            PreemptPlan { track: groups(&p.track), dwell: groups(&p.dwell), exit: groups(&p.exit) }
        })
        .collect();
    for d in &spec.detectors {
        names.groups(&format!("detector {}", d.channel), &d.groups);
    }
    for p in &spec.priorities {
        names.group(&format!("priority '{}'", p.name), &p.group);
    }
    names.findings.end()?;
    let checksum = checksum(&spec, &waivers);
    Ok(Plan { groups, matrix, stages, interstages, late_ends: Vec::new(), rings, preempts, spec, waivers, checksum })
}

/// The times of a group, which depend on its kind.
fn group(g: &GroupSpec, number: usize, plan: &PlanSpec, waivers: &[Waiver], findings: &mut Findings) -> Group {
    let element = format!("group '{}'", g.name);
    let on_foot = g.kind == GroupKind::Pedestrian;
    let (own, other): ([_; 3], [_; 5]) = (
        [("walk", g.walk), ("clearance", g.clearance), ("buffer", g.buffer)],
        [
            ("min_green", g.min_green),
            ("max_green", g.max_green),
            ("yellow", g.yellow),
            ("red_yellow", g.red_yellow),
            ("red_clearance", g.red_clearance),
        ],
    );
    let lead = [("lead", g.lead)];
    let strangers: Vec<&str> = if on_foot {
        other.iter().filter(|t| t.1.is_some()).map(|t| t.0).collect()
    } else {
        own.iter().chain(&lead).filter(|t| t.1.is_some()).map(|t| t.0).collect()
    };
    for stranger in strangers {
        let whose = if on_foot {
            "people on foot have walk, clearance, buffer and lead"
        } else {
            "only people on foot have it"
        };
        findings.add(&*element, format!("has a {stranger}, but {whose}"));
    }
    let mut need = |name: &str, time: Option<Millis>| {
        time.unwrap_or_else(|| {
            findings.add(&*element, format!("has no {name}; expected a time in s"));
            Millis(0)
        })
    };
    let (min_green, yellow) = if on_foot {
        (need("walk", g.walk), need("clearance", g.clearance))
    } else {
        (need("min_green", g.min_green), need("yellow", g.yellow))
    };
    let or_zero = |time: Option<Millis>| time.unwrap_or(Millis(0));
    let steps = || plan.program.iter().flat_map(|p| p.steps()).filter_map(move |s| s.lamps.get(number));
    let number = u16::try_from(number).unwrap_or(u16::MAX);
    Group {
        name: g.name.clone(),
        kind: g.kind,
        min_green,
        max_green: g.max_green.unwrap_or(Millis::NEVER),
        yellow,
        red_yellow: or_zero(g.red_yellow),
        red_clearance: or_zero(if on_foot { g.buffer } else { g.red_clearance }),
        red_revert: g.red_revert.unwrap_or(Millis(1000)),
        lead: or_zero(g.lead),
        max_red: g.max_red.unwrap_or(Millis(120_000)),
        recall: g.recall,
        turn_on_red: g.turn_on_red || steps().any(|&lamp| lamp == Lamp::TurnOnRed),
        stages_turn_on_red: g.turn_on_red,
        may_be_off: waivers.contains(&Waiver::SignalOff { group: number }),
    }
}

/// Relations and intergreens.
fn matrix(spec: &PlanSpec, groups: &[Group], names: &mut Names<'_>) -> Matrix {
    let mut matrix = Matrix::new(spec.groups.len());
    for (a, b) in &spec.forbidden {
        let element = format!("pair '{a}' / '{b}'");
        if let (Some(x), Some(y)) = (names.group(&element, a), names.group(&element, b)) {
            if x == y {
                names.findings.add(&*element, "is forbidden with itself; expected two groups");
                continue;
            }
            matrix.set_relation(x, y, Relation::Forbidden);
            matrix.set_relation(y, x, Relation::Forbidden);
        }
    }
    for y in &spec.yields {
        let element = format!("pair '{}' / '{}'", y.who, y.to);
        if let (Some(who), Some(to)) = (names.group(&element, &y.who), names.group(&element, &y.to)) {
            if who == to {
                names.findings.add(&*element, "gives way to itself; expected two groups");
            } else if matrix.relation(who, to) == Relation::Forbidden {
                names.findings.add(&*element, "is both forbidden and yielding; expected one of them");
            } else {
                let relation = if y.oncoming { Relation::YieldsToOncoming } else { Relation::Yields };
                matrix.set_relation(who, to, relation);
                // What ends clears before the other starts, or no longer gives way, unless a time is given.
                for (from, to) in [(to, who), (who, to)] {
                    let ends = &groups[usize::from(from)];
                    matrix.set_intergreen(from, to, ends.yellow + ends.red_clearance);
                }
            }
        }
    }
    for i in &spec.intergreens {
        let element = format!("intergreen '{}' → '{}'", i.from, i.to);
        let (Some(from), Some(to)) = (names.group(&element, &i.from), names.group(&element, &i.to)) else { continue };
        match i.time {
            IntergreenTime::Given(time) | IntergreenTime::Derived(time) => matrix.set_intergreen(from, to, time),
            IntergreenTime::Computed(c) => match c.time() {
                Some(time) => matrix.set_intergreen(from, to, time),
                None => names.findings.add(
                    &*element,
                    "its geometry is out of range; expected an overrun of 0–10 s, distances of 0–200 m, a vehicle of \
                     0–30 m and speeds of 0.5–40 m/s",
                ),
            },
        }
    }
    matrix
}

/// Interstages.
fn interstages(spec: &PlanSpec, names: &mut Names<'_>) -> Vec<Interstage> {
    let mut found = Vec::new();
    for i in &spec.interstages {
        let element = format!("interstage '{}' → '{}'", i.from, i.to);
        let mut stage = |name: &str| {
            let number = spec.stages.iter().position(|s| s.name == name);
            if number.is_none() {
                names.findings.add(&*element, format!("there is no stage '{name}'; expected one of the plan's stages"));
            }
            number
        };
        let (from, to) = (stage(&i.from), stage(&i.to));
        let mut delays = |list: &[Delay]| -> Vec<(u16, Millis)> {
            list.iter().filter_map(|d| names.group(&element, &d.group).map(|g| (g, d.after))).collect()
        };
        let (ends, starts) = (delays(&i.ends), delays(&i.starts));
        if let (Some(from), Some(to)) = (from, to) {
            found.push(Interstage { from, to, ends, starts });
        }
    }
    found
}

/// Rings.
fn rings(spec: &RingsSpec, names: &mut Names<'_>) -> Rings {
    let mut phases: Vec<Phase> = Vec::new();
    for p in &spec.phases {
        let element = format!("phase {}", p.number);
        if !(1..=32).contains(&p.number) {
            names.findings.add(&*element, "expected a number from 1 to 32");
        }
        let (groups, walks) = (names.groups(&element, &p.groups), names.groups(&element, &p.walks));
        phases.push(Phase { number: p.number, groups, walks });
    }
    phases.sort_by_key(|p| p.number);
    for pair in phases.windows(2).filter(|w| w[0].number == w[1].number) {
        names.findings.add(format!("phase {}", pair[0].number), "there are two of this number; expected one");
    }
    let mut known = 0u32;
    phases.iter().filter(|p| (1..=32).contains(&p.number)).for_each(|p| known |= bit(p.number));
    let mut mask = |element: &str, numbers: &[u8]| {
        let mut mask = 0;
        for &n in numbers {
            if (1..=32).contains(&n) && known & bit(n) != 0 {
                mask |= bit(n);
            } else {
                names.findings.add(element, format!("there is no phase {n}; expected one of the plan's phases"));
            }
        }
        mask
    };
    for (r, ring) in spec.rings.iter().enumerate() {
        ring.iter().for_each(|section| {
            mask(&format!("ring {}", r + 1), section);
        });
    }
    let masks: Vec<(u32, u32)> = spec
        .overlaps
        .iter()
        .map(|o| {
            let element = format!("overlap '{}'", o.group);
            (mask(&element, &o.phases), mask(&element, &o.permissive))
        })
        .collect();
    let mut overlaps = Vec::new();
    for (o, (phases, permissive)) in spec.overlaps.iter().zip(masks) {
        if let Some(group) = names.group(&format!("overlap '{}'", o.group), &o.group) {
            overlaps.push(Overlap { group, phases, permissive, lead: o.lead, trail: o.trail });
        }
    }
    Rings { phases, rings: spec.rings.clone(), overlaps }
}

/// See [`Plan::names`].
pub(super) fn names(plan: &Plan, groups: &[u16]) -> String {
    let mut text = String::new();
    for (i, &g) in groups.iter().enumerate() {
        let comma = if i == 0 { "" } else { ", " };
        let name = plan.groups.get(usize::from(g)).map_or("?", |g| g.name.as_str());
        // Writing to a string cannot fail.
        let _ = write!(text, "{comma}'{name}'");
    }
    if groups.is_empty() { "no group".to_owned() } else { text }
}

/// See [`Plan::checksum`].
fn checksum(spec: &PlanSpec, waivers: &[Waiver]) -> u64 {
    struct Fold(Fingerprint);
    impl Write for Fold {
        fn write_str(&mut self, s: &str) -> core::fmt::Result {
            self.0.fold(s.as_bytes());
            Ok(())
        }
    }
    // The debug form names every field and number; it is the same on every machine.
    let mut fold = Fold(Fingerprint::new());
    // Writing cannot fail.
    let _ = write!(fold, "{spec:?}{waivers:?}");
    fold.0.0
}
