//! What follows from the plan alone.

use alloc::{format, string::String, vec, vec::Vec};

use super::Settings;
use crate::{
    Millis, Minds,
    group_set::{GroupSet, number},
    log::phase_number,
    plan::{DetectorKind, DetectorUse, Plan, Recall},
};

/// How much longer than planned a change may take before a stage goes on without groups that did not open.
const PATIENCE: Millis = Millis(1000);

/// A stage.
#[derive(Clone, Debug)]
pub(super) struct Stage {
    pub name: String,
    pub groups: Vec<u16>,
    /// The same as a set.
    pub opens: GroupSet,
    /// Those of them that give way to nobody whom it opens.
    pub protects: GroupSet,
    /// Those that give way and have lanes of their own.
    pub turns: GroupSet,
    /// Greatest green while others wait.
    pub max_green: Millis,
}

/// Detectors in one lane.
#[derive(Clone, Debug)]
pub(super) struct Lane {
    pub name: String,
    /// Uses of detectors that extend.
    pub detectors: Vec<Extends>,
    pub groups: GroupSet,
    /// Groups that they extend while those are closed.
    pub switched: GroupSet,
    /// Both.
    pub reach: GroupSet,
    /// Its detectors are not all for the same groups.
    pub mixed: bool,
    /// The strategy is woken when it has gapped out, and need not wait for that itself.
    pub told: bool,
}

/// A use of a detector that extends.
#[derive(Clone, Debug)]
pub(super) struct Extends {
    /// By place in the plan's list.
    pub number: usize,
    pub gap: Millis,
    /// The groups that it is for, and those that it extends while they are closed.
    pub reach: GroupSet,
}

#[derive(Clone, Debug)]
pub(super) struct Tables {
    pub stages: Vec<Stage>,
    pub lanes: Vec<Lane>,
    /// By group, the uses in lanes of its own.
    pub own: Vec<Vec<usize>>,
    /// Groups that are called whenever they are not open.
    pub always: GroupSet,
    /// Groups with a maximum recall.
    pub max_recall: GroupSet,
    /// By group, its least green.
    pub min_green: Vec<Millis>,
    /// By group, the number by which logs know its phase; none, if it follows phases as an overlap.
    pub number: Vec<Option<u16>>,
    /// The longest time from a request to the last start of green.
    pub longest_change: Millis,
    /// By stage, the least time for which it is open.
    pub least: Vec<Millis>,
    /// No group needs longer from the end of a stage, whatever stage comes next.
    pub longest_need: Millis,
    /// From the request of a stage (column) after another (row) to its last start of green.
    changes: Vec<Millis>,
    /// Beyond that: red reverts and leads.
    slack: Millis,
    /// From the end of a stage (row) until a group (column) is open at the latest, if every stage in between has its
    /// least green.
    needs: Vec<Millis>,
}

impl Tables {
    pub fn new(plan: &Plan, settings: &Settings) -> Self {
        let (n, groups) = (plan.stages().len(), plan.groups());
        let mut stages: Vec<Stage> = plan.stages().iter().map(|s| stage(plan, s, settings)).collect();
        let changes: Vec<Millis> = (0..n * n).map(|i| change(plan, i / n, i % n)).collect();
        let slack = groups.iter().map(|g| g.red_revert.max(g.lead)).max().unwrap_or(Millis(0)) + PATIENCE;
        let longest = changes.iter().copied().max().unwrap_or(Millis(0));
        let least: Vec<Millis> = (0..n).map(|s| plan.stage_least(s)).collect();
        let needs = needs(plan, &changes);
        let most = |times: &[Millis]| times.iter().copied().max().unwrap_or(Millis(0));
        let longest_need = longest + most(&least) + most(&needs);
        let lanes = lanes(plan, settings);
        let own = |g: u16| {
            let lanes = lanes.iter().filter(|l| l.groups.iter().all(|other| other == usize::from(g)));
            lanes.flat_map(|l| l.detectors.iter().map(|d| d.number)).collect()
        };
        let own: Vec<Vec<usize>> = (0u16..).take(groups.len()).map(own).collect();
        for stage in &mut stages {
            let gives_way = |g: usize| stage.opens.has(g) && !stage.protects.has(g);
            stage.turns = GroupSet::of(groups.len(), |g| gives_way(g) && !own[g].is_empty());
        }
        let mut tables = Self {
            own,
            lanes,
            always: GroupSet::of(groups.len(), |g| plan.is_always_called(number(g))),
            max_recall: GroupSet::of(groups.len(), |g| groups[g].recall == Recall::Max),
            min_green: groups
                .iter()
                .map(|g| if g.is_pedestrian() { g.min_green } else { g.min_green.max(settings.min_green) })
                .collect(),
            number: (0u16..).take(groups.len()).map(|g| phase_number(plan, g)).collect(),
            longest_change: longest + slack,
            least,
            longest_need,
            needs,
            slack,
            changes,
            stages,
        };
        for lane in 0..tables.lanes.len() {
            let of = &tables.lanes[lane];
            tables.lanes[lane].told = !of.mixed && !of.detectors.iter().any(|d| tables.begins(d.number));
        }
        tables
    }

    /// Whether it matters when a use begins to extend: who has to give way in a lane of his own may need another stage.
    fn begins(&self, number: usize) -> bool {
        let gives_way = |g: usize| self.stages.iter().any(|s| s.opens.has(g) && !s.protects.has(g));
        self.own.iter().enumerate().any(|(g, own)| own.contains(&number) && gives_way(g))
    }

    /// How it matters that a use extends its groups.
    pub fn minds(&self, number: usize) -> Option<Minds> {
        let find = |lane: &Lane| lane.detectors.iter().find(|d| d.number == number).map(|d| d.gap);
        let (lane, gap) = self.lanes.iter().enumerate().find_map(|(i, lane)| Some((i, find(lane)?)))?;
        let Lane { mixed, told, .. } = self.lanes[lane];
        // Detectors for other groups than those of their neighbours count by themselves.
        let lane = if mixed { self.lanes.len() + number } else { lane };
        Some(Minds { lane, begins: self.begins(number), gap: if told { gap } else { Millis(0) } })
    }

    /// From the request of a stage to its last start of green.
    pub fn change(&self, from: usize, to: usize) -> Millis {
        self.changes[from * self.stages.len() + to]
    }

    /// How long the groups of a stage may take to open.
    pub fn opening(&self, from: usize, to: usize) -> Millis {
        self.change(from, to) + self.slack
    }

    /// From the end of a stage until a group is open at the latest.
    pub fn need(&self, stage: usize, group: usize) -> Millis {
        self.needs[stage * self.own.len() + group]
    }
}

fn stage(plan: &Plan, stage: &crate::plan::Stage, settings: &Settings) -> Stage {
    let opens = GroupSet::listed(plan.groups().len(), &stage.groups);
    let gives_way = |g: u16| stage.groups.iter().any(|&o| o != g && plan.matrix().relation(g, o).yields());
    let max = |&g: &u16| {
        let max = plan.groups()[usize::from(g)].max_green;
        if max == Millis::NEVER { settings.max_green } else { max }
    };
    Stage {
        name: stage.name.clone(),
        protects: GroupSet::of(plan.groups().len(), |g| opens.has(g) && !gives_way(number(g))),
        turns: GroupSet::new(plan.groups().len()),
        max_green: stage.groups.iter().map(max).max().unwrap_or(settings.max_green),
        groups: stage.groups.clone(),
        opens,
    }
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
                reach: GroupSet::new(plan.groups().len()),
                mixed: false,
                told: false,
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
        let mut reach = groups;
        reach.join(&switched);
        lane.reach.join(&reach);
        lane.detectors.push(Extends { number, gap: gap(d, settings), reach });
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
        Some(zone) if zone.kind == DetectorKind::StopBar => settings.gap.unwrap_or_else(|| zone.passage()),
        _ => settings.gap.unwrap_or(GAP),
    }
}

/// From the request of a stage after another to its last start of green. Who has just ended has to be red for a while, and
/// people on foot may have a lead.
pub(crate) fn change(plan: &Plan, from: usize, to: usize) -> Millis {
    let (a, b) = (&plan.stages()[from].groups, &plan.stages()[to].groups);
    let group = |g: u16| &plan.groups()[usize::from(g)];
    let starting = || b.iter().copied().filter(|g| !a.contains(g));
    let again = starting().map(|g| group(g).yellow + group(g).red_revert).max().unwrap_or(Millis(0));
    let ahead = |g: u16| b.iter().filter(move |&&o| plan.matrix().relation(g, o).yields()).map(|&o| group(o).lead);
    plan.change(from, to).max(again) + starting().flat_map(ahead).max().unwrap_or(Millis(0))
}

/// From the end of a stage (row) until a group (column) is open at the latest, if every stage in between has its least green.
pub(crate) fn needs(plan: &Plan, changes: &[Millis]) -> Vec<Millis> {
    let (n, groups) = (plan.stages().len(), plan.groups().len());
    let mut needs = vec![Millis::NEVER; n * groups];
    for from in 0..n {
        let mut time = Millis(0);
        for i in 0..n {
            let (before, stage) = ((from + i) % n, (from + i + 1) % n);
            time += changes[before * n + stage];
            for &g in &plan.stages()[stage].groups {
                let need = &mut needs[from * groups + usize::from(g)];
                *need = (*need).min(time);
            }
            time += plan.stage_least(stage);
        }
    }
    needs
}
