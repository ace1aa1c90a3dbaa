//! A plan that was derived from a network as one that people edit: groups that are named after their ways, one for all
//! lanes that always show the same, and none for lamps that nobody obeys.

use std::collections::BTreeMap;

use intergreen_control::plan::{IntergreenSpec, IntergreenTime, PlanSpec, YieldSpec};
use intergreen_control::{Program, ProgramStep};

use super::own::{heads, turns};
use crate::network::{Network, SignalId};

/// What becomes of the groups of a plan.
struct Merged<'a> {
    /// By old name, the new one.
    names: BTreeMap<&'a str, String>,
    /// The old groups that remain, by their places.
    kept: Vec<usize>,
}

/// The plan of a signal, which was derived from its network, with names that people can read. It is not checked: what was
/// waived for an imported plan is still in it.
pub fn readable(network: &Network, signal: SignalId, spec: &PlanSpec) -> PlanSpec {
    let merged = Merged::new(network, signal, spec);
    let one = |name: &String| merged.names.get(name.as_str()).cloned();
    let all = |list: &[String]| {
        let mut found: Vec<String> = Vec::new();
        for name in list.iter().filter_map(one) {
            if !found.contains(&name) {
                found.push(name);
            }
        }
        found
    };
    let both = |a: &String, b: &String| one(a).zip(one(b)).filter(|(a, b)| a != b);
    let mut plan = spec.clone();
    plan.groups = merged.kept.iter().map(|&g| spec.groups[g].clone()).collect();
    for group in &mut plan.groups {
        let same = spec.groups.iter().filter(|g| one(&g.name) == one(&group.name));
        for other in same {
            group.min_green = group.min_green.max(other.min_green);
            group.max_green =
                group.max_green.max(other.max_green).map(|most| most.max(group.min_green.unwrap_or(most)));
        }
        group.name = one(&group.name).unwrap_or_default();
    }
    plan.forbidden = spec.forbidden.iter().filter_map(|(a, b)| both(a, b)).collect();
    plan.forbidden.iter_mut().filter(|(a, b)| a > b).for_each(|pair| std::mem::swap(&mut pair.0, &mut pair.1));
    plan.forbidden.sort_unstable();
    plan.forbidden.dedup();
    plan.yields.clear();
    for y in &spec.yields {
        let Some((who, to)) = both(&y.who, &y.to) else { continue };
        match plan.yields.iter_mut().find(|known| known.who == who && known.to == to) {
            Some(known) => known.oncoming |= y.oncoming,
            None if plan.forbidden.iter().any(|(a, b)| [a, b] == [&who, &to] || [b, a] == [&who, &to]) => {}
            None => plan.yields.push(YieldSpec { who, to, oncoming: y.oncoming }),
        }
    }
    plan.intergreens.clear();
    for i in &spec.intergreens {
        let Some((from, to)) = both(&i.from, &i.to) else { continue };
        match plan.intergreens.iter_mut().find(|known| known.from == from && known.to == to) {
            Some(known) if seconds(known.time) < seconds(i.time) => known.time = i.time,
            Some(_) => {}
            None => plan.intergreens.push(IntergreenSpec { from, to, time: i.time }),
        }
    }
    plan.program = spec.program.as_ref().and_then(|program| {
        let lamps = |s: &ProgramStep| merged.kept.iter().map(|&g| s.lamps[g]).collect();
        let steps = program.steps().iter().map(|s| ProgramStep { duration: s.duration, lamps: lamps(s) });
        Program::new(program.id(), program.offset(), steps.collect()).ok()
    });
    plan.stages.iter_mut().for_each(|stage| stage.groups = all(&stage.groups));
    if let Some(rings) = &mut plan.rings {
        rings.phases.iter_mut().for_each(|phase| phase.groups = all(&phase.groups));
        let mut overlaps = std::mem::take(&mut rings.overlaps);
        overlaps.retain_mut(|overlap| match one(&overlap.group) {
            Some(name) => {
                overlap.group = name;
                true
            }
            None => false,
        });
        for overlap in overlaps {
            if rings.overlaps.iter().all(|known| known.group != overlap.group) {
                rings.overlaps.push(overlap);
            }
        }
    }
    for used in &mut plan.detectors {
        (used.groups, used.switched) = (all(&used.groups), all(&used.switched));
    }
    plan
}

/// How long an intergreen is, s.
fn seconds(time: IntergreenTime) -> f64 {
    match time {
        IntergreenTime::Given(time) | IntergreenTime::Derived(time) => time.seconds(),
        IntergreenTime::Computed(clearance) => clearance.time().map_or(0.0, |time| time.seconds()),
    }
}

impl<'a> Merged<'a> {
    fn new(network: &Network, signal: SignalId, spec: &'a PlanSpec) -> Self {
        let (mut names, mut kept): (BTreeMap<&str, String>, Vec<usize>) = Default::default();
        let place = |head: u16| spec.groups.iter().position(|g| g.name == head.to_string());
        for (g, group) in spec.groups.iter().enumerate() {
            let Some(head) = group.name.parse::<u16>().ok() else { continue };
            // A lamp that nobody obeys is left out.
            let Some(way) = turns(network, signal, head) else { continue };
            // A way is a name if all its lamps always show the same.
            let all = heads(network, signal, &way);
            let first = all.first().and_then(|&h| place(h)).unwrap_or(g);
            let is_name = all.iter().all(|&h| place(h).is_some_and(|other| same(spec, first, other)));
            if first == g || !is_name {
                kept.push(g);
            }
            names.insert(&group.name, if is_name { way } else { group.name.clone() });
        }
        Self { names, kept }
    }
}

/// Whether two groups always show the same: in the program, and in the phases.
fn same(spec: &PlanSpec, a: usize, b: usize) -> bool {
    let shown = spec.program.iter().flat_map(|p| p.steps()).all(|s| s.lamps[a] == s.lamps[b]);
    let [x, y] = [a, b].map(|g| &spec.groups[g].name);
    let follows = |name: &String| {
        let rings = spec.rings.iter();
        let overlaps = rings.flat_map(|r| &r.overlaps).filter(|o| o.group == *name);
        overlaps.map(|o| (o.phases.clone(), o.permissive.clone())).collect::<Vec<_>>()
    };
    let mut phases = spec.rings.iter().flat_map(|r| &r.phases);
    let kinds = spec.groups[a].kind == spec.groups[b].kind && spec.groups[a].recall == spec.groups[b].recall;
    shown && kinds && phases.all(|p| p.groups.contains(x) == p.groups.contains(y)) && follows(x) == follows(y)
}
