//! Who is ever open together with whom, by all that a plan can show.

use intergreen_control::Plan;
use intergreen_control::plan::{Phase, Relation, Rings};

/// Of every pair of groups whether some stage, section, step or preemption opens both.
struct Together {
    groups: usize,
    pairs: Vec<bool>,
}

impl Together {
    /// All of these may be open at a time.
    fn all(&mut self, open: &[u16]) {
        self.between(open, open);
    }

    fn between(&mut self, some: &[u16], others: &[u16]) {
        for &a in some {
            for &b in others {
                for (a, b) in [(a, b), (b, a)] {
                    self.pairs[usize::from(a) * self.groups + usize::from(b)] = true;
                }
            }
        }
    }
}

/// The groups that are open with a phase.
fn set(rings: &Rings, phase: &Phase) -> Vec<u16> {
    let with = |mask: u32| mask.checked_shr(u32::from(phase.number) - 1).is_some_and(|m| m & 1 == 1);
    let overlaps = rings.overlaps.iter().filter(|o| with(o.phases | o.permissive)).map(|o| o.group);
    phase.groups.iter().chain(&phase.walks).copied().chain(overlaps).collect()
}

/// The pairs without a relation that are never open together, each once: by its first group.
pub fn strangers(plan: &Plan) -> Vec<(u16, Vec<u16>)> {
    let groups = plan.groups().len();
    let mut together = Together { groups, pairs: vec![false; groups * groups] };
    plan.stages().iter().for_each(|stage| together.all(&stage.groups));
    for step in plan.program().iter().flat_map(|p| p.steps()) {
        let open: Vec<u16> = (0..).zip(&step.lamps).filter(|(_, l)| l.is_green()).map(|(g, _)| g).collect();
        together.all(&open);
    }
    if let Some(rings) = plan.rings() {
        let of = |number: &u8| rings.phases.iter().find(|p| p.number == *number).map(|p| set(rings, p));
        for section in 0..rings.rings.first().map_or(0, Vec::len) {
            let sets: Vec<Vec<Vec<u16>>> = rings
                .rings
                .iter()
                .map(|ring| ring.get(section).into_iter().flatten().filter_map(of).collect())
                .collect();
            for (r, ring) in sets.iter().enumerate() {
                ring.iter().for_each(|phase| together.all(phase));
                for phase in ring {
                    sets.iter().skip(r + 1).flatten().for_each(|other| together.between(phase, other));
                }
            }
        }
    }
    for (_, preempt) in plan.preempts() {
        [&preempt.track, &preempt.dwell, &preempt.exit].into_iter().for_each(|set| together.all(set));
    }
    let none = |a: u16, b: u16| plan.matrix().relation(a, b) == Relation::None;
    let numbers = || (0u16..).take(groups);
    let of = |a: u16| {
        let strange = |&b: &u16| none(a, b) && none(b, a) && !together.pairs[usize::from(a) * groups + usize::from(b)];
        numbers().skip(usize::from(a) + 1).filter(strange).collect::<Vec<u16>>()
    };
    numbers().map(|a| (a, of(a))).filter(|(_, others)| !others.is_empty()).collect()
}
