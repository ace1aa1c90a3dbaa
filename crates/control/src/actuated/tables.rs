//! What follows from the plan alone.

use alloc::{format, string::String, vec::Vec};

use super::Settings;
use crate::{
    Millis, Minds,
    group_set::{GroupSet, number},
    lists::{Lists, Sets},
    log::phase_number,
    plan::{DetectorKind, DetectorUse, LONG_HEADWAY_S, Plan, Recall},
};

/// What matters of a stage besides its groups.
#[derive(Clone, Debug)]
pub(super) struct Stage {
    /// Those of its groups that give way to nobody whom it opens.
    pub protects: GroupSet,
    /// Those that give way and have lanes of their own.
    pub turns: GroupSet,
    /// Greatest green while others wait.
    pub max_green: Millis,
}

/// Detectors in one lane.
struct Lane {
    name: String,
    /// Uses of detectors that extend.
    detectors: Vec<Extends>,
    groups: GroupSet,
    /// Groups that they extend while those are closed.
    switched: GroupSet,
    /// Its detectors are not all for the same groups.
    mixed: bool,
}

/// A use of a detector that extends.
#[derive(Clone, Copy, Debug)]
pub(super) struct Extends {
    /// By place in the plan's list.
    pub number: usize,
    pub gap: Millis,
}

#[derive(Clone, Debug)]
pub(super) struct Tables {
    /// By lane.
    pub names: Vec<String>,
    /// By lane, the uses of detectors that extend.
    pub extends: Lists<Extends>,
    /// By lane, whether its detectors are not all for the same groups; whether the strategy is woken when it has gapped out,
    /// and need not wait for that itself.
    pub mixed: Vec<bool>,
    pub told: Vec<bool>,
    /// By lane, its groups; those that it extends while they are closed; both. Most lanes are asked for no more than that.
    pub groups: Sets,
    pub switched: Sets,
    pub reach: Sets,
    /// By stage.
    pub of_stages: Vec<Stage>,
    /// By group, the uses in lanes of its own.
    pub own: Vec<Vec<usize>>,
    /// Groups that have the greatest green while others wait: those with a maximum recall, and those of phases of which no
    /// detector tells anything.
    pub to_max: GroupSet,
    /// By group, its least green.
    pub min_green: Vec<Millis>,
    /// By group, the number by which logs know its phase; none, if it follows phases as an overlap.
    pub number: Vec<Option<u16>>,
}

impl Tables {
    pub fn new(plan: &Plan, opens: &[GroupSet], settings: &Settings) -> Self {
        let groups = plan.groups();
        let of_stages = plan.stages().iter().zip(opens);
        let mut of_stages: Vec<Stage> = of_stages.map(|(s, opens)| stage(plan, s, opens, settings)).collect();
        let lanes = lanes(plan, settings);
        let own = |g: u16| {
            let lanes = lanes.iter().filter(|l| l.groups.iter().all(|other| other == usize::from(g)));
            lanes.flat_map(|l| l.detectors.iter().map(|d| d.number)).collect()
        };
        let own: Vec<Vec<usize>> = (0u16..).take(groups.len()).map(own).collect();
        for (stage, opens) in of_stages.iter_mut().zip(opens) {
            let gives_way = |g: usize| opens.has(g) && !stage.protects.has(g);
            stage.turns = GroupSet::of(groups.len(), |g| gives_way(g) && !own[g].is_empty());
        }
        let reach = |lane: &Lane| {
            let mut reach = lane.groups.clone();
            reach.join(&lane.switched);
            reach
        };
        let reach: Vec<GroupSet> = lanes.iter().map(reach).collect();
        let blind = blind(plan);
        let mut tables = Self {
            own,
            groups: Sets::new(lanes.iter().map(|l| &l.groups)),
            switched: Sets::new(lanes.iter().map(|l| &l.switched)),
            reach: Sets::new(&reach),
            extends: Lists::new(lanes.iter().map(|l| &l.detectors)),
            mixed: lanes.iter().map(|l| l.mixed).collect(),
            told: Vec::new(),
            names: lanes.into_iter().map(|l| l.name).collect(),
            of_stages,
            to_max: GroupSet::of(groups.len(), |g| groups[g].recall == Recall::Max || blind.contains(&g)),
            min_green: groups
                .iter()
                .map(|g| if g.is_pedestrian() { g.min_green } else { g.min_green.max(settings.min_green) })
                .collect(),
            number: (0u16..).take(groups.len()).map(|g| phase_number(plan, g)).collect(),
        };
        let begin = |lane: usize| tables.extends.get(lane).iter().any(|d| tables.begins(opens, d.number));
        tables.told = tables.mixed.iter().enumerate().map(|(lane, mixed)| !mixed && !begin(lane)).collect();
        tables
    }

    /// Whether it matters when a use begins to extend: who has to give way in a lane of his own may need another stage.
    fn begins(&self, opens: &[GroupSet], number: usize) -> bool {
        let gives_way =
            |g: usize| self.of_stages.iter().zip(opens).any(|(s, opens)| opens.has(g) && !s.protects.has(g));
        self.own.iter().enumerate().any(|(g, own)| own.contains(&number) && gives_way(g))
    }

    /// How it matters that a use extends its groups.
    pub fn minds(&self, opens: &[GroupSet], number: usize) -> Option<Minds> {
        let lanes = 0..self.names.len();
        let find = |lane: usize| self.extends.get(lane).iter().find(|d| d.number == number).map(|d| d.gap);
        let (lane, gap) = lanes.clone().find_map(|lane| Some((lane, find(lane)?)))?;
        let told = self.told[lane];
        // Detectors for other groups than those of their neighbours count by themselves.
        let lane = if self.mixed[lane] { lanes.len() + number } else { lane };
        Some(Minds { lane, begins: self.begins(opens, number), gap: if told { gap } else { Millis(0) } })
    }
}

fn stage(plan: &Plan, stage: &crate::plan::Stage, opens: &GroupSet, settings: &Settings) -> Stage {
    let gives_way = |g: u16| stage.groups.iter().any(|&o| o != g && plan.matrix().relation(g, o).yields());
    let max = |&g: &u16| {
        let max = plan.groups()[usize::from(g)].max_green;
        if max == Millis::NEVER { settings.max_green } else { max }
    };
    Stage {
        protects: GroupSet::of(plan.groups().len(), |g| opens.has(g) && !gives_way(number(g))),
        turns: GroupSet::new(plan.groups().len()),
        max_green: stage.groups.iter().map(max).max().unwrap_or(settings.max_green),
    }
}

/// Groups for vehicles of phases of which no group is called or extended by a detector: nobody knows when their traffic has
/// left. `nema` takes them so, too; there a phase that only has overlaps is asked for by those.
fn blind(plan: &Plan) -> Vec<usize> {
    let uses = plan.spec().detectors.iter().filter(|d| d.mode.calls() || d.mode.extends());
    let groups = uses.flat_map(|d| d.groups.iter().chain(&d.switched)).filter_map(|name| plan.find_group(name));
    let told: Vec<u16> = groups.filter_map(|g| phase_number(plan, g)).collect();
    let is_blind = |&g: &usize| {
        let phase = phase_number(plan, number(g));
        !plan.groups()[g].is_pedestrian() && phase.is_some_and(|phase| !told.contains(&phase))
    };
    (0..plan.groups().len()).filter(is_blind).collect()
}

fn lanes(plan: &Plan, settings: &Settings) -> Vec<Lane> {
    let mut lanes: Vec<Lane> = Vec::new();
    for (number, d) in plan.spec().detectors.iter().enumerate().filter(|(_, d)| d.mode.extends()) {
        let name =
            d.place.as_ref().map_or_else(|| format!("detector {}", d.channel + 1), |p| format!("lane {}", p.lane));
        let place = lanes.iter().position(|l| l.name == name).unwrap_or_else(|| {
            lanes.push(Lane {
                name,
                detectors: Vec::new(),
                groups: GroupSet::new(plan.groups().len()),
                switched: GroupSet::new(plan.groups().len()),
                mixed: false,
            });
            lanes.len() - 1
        });
        let lane = &mut lanes[place];
        let named = |names: &[String]| {
            let numbers: Vec<u16> = names.iter().filter_map(|g| plan.find_group(g)).collect();
            GroupSet::listed(plan.groups().len(), &numbers)
        };
        let (groups, switched) = (named(&d.groups), named(&d.switched));
        lane.mixed |= !lane.detectors.is_empty() && (lane.groups != groups || lane.switched != switched);
        lane.groups.join(&groups);
        lane.switched.join(&switched);
        lane.detectors.push(Extends { number, gap: gap(d, settings) });
    }
    lanes
}

/// The gap of a loop at the stop line where nobody gives one.
const GAP: Millis = Millis(1500);

/// The gap of a detector: upstream of the stop line longer, as a car needs time from there; at a zone shorter, as it is
/// on for as long as a car is on its way through it.
fn gap(d: &DetectorUse, settings: &Settings) -> Millis {
    match &d.place {
        Some(place) if matches!(place.kind, DetectorKind::X | DetectorKind::In) => settings.advance_gap,
        Some(zone) if zone.kind == DetectorKind::StopBar => {
            settings.gap.unwrap_or_else(|| zone.passage(LONG_HEADWAY_S))
        }
        _ => settings.gap.unwrap_or(GAP),
    }
}
