//! Stages for a plan that has rings alone, so that strategies that show stages can serve it.
//!
//! A stage is a phase of each ring in one section between barriers, with the overlaps that follow them. Where people on foot walk
//! beside them the same phases are two stages, with them and without. Those with them come first, so that they clear while vehicles
//! still go, if they are served in every cycle; if some are only when they call, they come second, and are passed over while
//! nobody does (`stages/mod.rs`).
//!
//! Whoever waits is served in time by the stages in their order, if nothing else does it: too many of them take longer than some
//! group's longest red. Of these the first with which the plan stands:
//!
//! | phases | people on foot |
//! |---|---|
//! | each with all of the other rings, if they are not too many | apart |
//! | each with those at its own place; a ring with fewer phases rests in its last | apart |
//! | the same | in all stages of their phases |
//!
//! Stages know of no lead and trail of overlaps, and patterns of phases say nothing of them.

use alloc::{format, string::String, vec, vec::Vec};

use super::{Phase, Plan, PlanErrors, Rings, StageSpec, bit};

/// So many stages at most are made of all pairs of phases: no strategy could choose among more in time.
const MOST: usize = 100;

impl Plan {
    /// Whether it has rings, and neither stages nor a program.
    pub fn has_rings_alone(&self) -> bool {
        self.rings.is_some() && self.stages.is_empty() && self.program().is_none()
    }

    /// The same plan with stages that are made of its rings instead of its own; for one without rings none.
    ///
    /// # Errors
    /// What is wrong with the plan that has them.
    pub fn with_stages_of_rings(&self) -> Result<Self, PlanErrors> {
        let made = |all: bool, apart: bool| {
            let mut spec = self.spec().clone();
            spec.stages = self.rings().map_or(Vec::new(), |rings| self.stages_of(rings, all, apart));
            Self::imported(spec, self.waivers().to_vec())
        };
        made(true, true).or_else(|_| made(false, true)).or_else(|_| made(false, false))
    }

    fn stages_of(&self, rings: &Rings, all: bool, apart: bool) -> Vec<StageSpec> {
        let sections = rings.rings.iter().map(Vec::len).max().unwrap_or(0);
        let mut stages: Vec<StageSpec> = Vec::new();
        for phases in (0..sections).flat_map(|section| together(rings, section, all)) {
            let numbers: Vec<String> = phases.iter().map(|n| format!("{n}")).collect();
            let name = numbers.join("+");
            let [with, without] = [true, false].map(|on_foot| self.opened(rings, &phases, on_foot));
            let of_phases = if !apart || with == without {
                vec![(name, with)]
            } else if walks(rings, &phases).all(|g| self.is_always_called(g)) {
                vec![(format!("{name} walk"), with), (name, without)]
            } else {
                vec![(name.clone(), without), (format!("{name} walk"), with)]
            };
            for (name, groups) in of_phases {
                if !groups.is_empty() && stages.iter().all(|stage| stage.groups != groups) {
                    stages.push(StageSpec { name, groups });
                }
            }
        }
        stages
    }

    /// The names of the groups that phases open together, those of people on foot among them or not.
    fn opened(&self, rings: &Rings, phases: &[u8], on_foot: bool) -> Vec<String> {
        let on = phases.iter().fold(0, |set, &n| set | bit(n));
        let own = listed(rings, phases).flat_map(|p| p.groups.iter().copied());
        let follow = rings.overlaps.iter().filter(|o| on & (o.phases | o.permissive) != 0).map(|o| o.group);
        let mut groups: Vec<u16> = own.chain(follow).collect();
        if on_foot {
            groups.extend(walks(rings, phases));
        }
        groups.sort_unstable();
        groups.dedup();
        groups.iter().map(|&g| self.groups()[usize::from(g)].name.clone()).collect()
    }
}

/// The groups of people on foot of some phases.
fn walks<'a>(rings: &'a Rings, phases: &'a [u8]) -> impl Iterator<Item = u16> + 'a {
    listed(rings, phases).flat_map(|p| p.walks.iter().copied())
}

/// The phases with these numbers.
fn listed<'a>(rings: &'a Rings, numbers: &'a [u8]) -> impl Iterator<Item = &'a Phase> + 'a {
    rings.phases.iter().filter(|p| numbers.contains(&p.number))
}

/// Which phases of a section are on together, one of each ring that has any there.
fn together(rings: &Rings, section: usize, all: bool) -> Vec<Vec<u8>> {
    let lists = || rings.rings.iter().filter_map(|ring| ring.get(section)).filter(|list| !list.is_empty());
    if all && lists().map(Vec::len).product::<usize>() <= MOST {
        let with_each = |sets: Vec<Vec<u8>>, list: &Vec<u8>| {
            let longer = |set: &Vec<u8>| list.iter().map(|&n| [&set[..], &[n]].concat()).collect::<Vec<_>>();
            sets.iter().flat_map(longer).collect()
        };
        return lists().fold(vec![Vec::new()], with_each);
    }
    let longest = lists().map(Vec::len).max().unwrap_or(0);
    (0..longest).map(|place| lists().map(|list| list[place.min(list.len() - 1)]).collect()).collect()
}
