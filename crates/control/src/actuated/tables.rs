//! What follows from the plan alone.

use alloc::{format, string::String, vec::Vec};

use super::Settings;
use crate::{
    Millis, Minds,
    log::phase_number,
    plan::{DetectorKind, DetectorUse, Plan, Stage},
    stages::Stages,
};

/// Detectors in one lane.
#[derive(Clone, Debug)]
pub(super) struct Lane {
    pub name: String,
    /// Uses of detectors that extend.
    pub detectors: Vec<Extends>,
    pub groups: Vec<u16>,
    /// Groups that they extend while those are closed.
    pub switched: Vec<u16>,
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
    pub groups: Vec<u16>,
    pub switched: Vec<u16>,
}

#[derive(Clone, Debug)]
pub(super) struct Tables {
    pub stages: Stages,
    /// By stage and group, whether it opens it and nobody to whom it gives way.
    pub protects: Vec<Vec<bool>>,
    /// By stage, its greatest green while others wait.
    pub max_green: Vec<Millis>,
    pub lanes: Vec<Lane>,
    /// By group, the uses in lanes of its own.
    pub own: Vec<Vec<usize>>,
    /// By group, its least green.
    pub min_green: Vec<Millis>,
    /// By group, the number by which logs know its phase; none, if it follows phases as an overlap.
    pub number: Vec<Option<u16>>,
}

impl Tables {
    pub fn new(plan: &Plan, settings: &Settings) -> Self {
        let groups = plan.groups();
        let lanes = lanes(plan, settings);
        let own = |g: u16| {
            let lanes = lanes.iter().filter(|l| l.groups.iter().all(|&other| other == g));
            lanes.flat_map(|l| l.detectors.iter().map(|d| d.number)).collect()
        };
        let own: Vec<Vec<usize>> = (0u16..).take(groups.len()).map(own).collect();
        let mut tables = Self {
            own,
            lanes,
            min_green: groups
                .iter()
                .map(|g| if g.is_pedestrian() { g.min_green } else { g.min_green.max(settings.min_green) })
                .collect(),
            number: (0u16..).take(groups.len()).map(|g| phase_number(plan, g)).collect(),
            protects: plan.stages().iter().map(|s| protects(plan, s)).collect(),
            max_green: plan.stages().iter().map(|s| max_green(plan, s, settings)).collect(),
            stages: Stages::new(plan),
        };
        for lane in 0..tables.lanes.len() {
            let of = &tables.lanes[lane];
            tables.lanes[lane].told = !of.mixed && !of.detectors.iter().any(|d| tables.begins(d.number));
        }
        tables
    }

    /// Whether it matters when a use begins to extend: who has to give way in a lane of his own may need another stage.
    fn begins(&self, number: usize) -> bool {
        let gives_way = |g: usize| self.stages.opens.iter().zip(&self.protects).any(|(o, p)| o[g] && !p[g]);
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
}

fn protects(plan: &Plan, stage: &Stage) -> Vec<bool> {
    let gives_way = |g: u16| stage.groups.iter().any(|&o| o != g && plan.matrix().relation(g, o).yields());
    (0u16..).take(plan.groups().len()).map(|g| stage.groups.contains(&g) && !gives_way(g)).collect()
}

fn max_green(plan: &Plan, stage: &Stage, settings: &Settings) -> Millis {
    let max = |&g: &u16| {
        let max = plan.groups()[usize::from(g)].max_green;
        if max == Millis::NEVER { settings.max_green } else { max }
    };
    stage.groups.iter().map(max).max().unwrap_or(settings.max_green)
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
                groups: Vec::new(),
                switched: Vec::new(),
                mixed: false,
                told: false,
            });
            lanes.len() - 1
        });
        let lane = &mut lanes[place];
        let numbers = |names: &[String]| {
            let mut numbers: Vec<u16> = names.iter().filter_map(|g| plan.find_group(g)).collect();
            numbers.sort_unstable();
            numbers.dedup();
            numbers
        };
        let (groups, switched) = (numbers(&d.groups), numbers(&d.switched));
        lane.detectors.push(Extends { number, gap: gap(d, settings), groups, switched });
    }
    for lane in &mut lanes {
        let all = |groups: fn(&Extends) -> &[u16]| {
            let mut all: Vec<u16> = lane.detectors.iter().flat_map(groups).copied().collect();
            all.sort_unstable();
            all.dedup();
            all
        };
        let (groups, switched) = (all(|d| &d.groups), all(|d| &d.switched));
        lane.mixed = lane.detectors.iter().any(|d| d.groups != groups || d.switched != switched);
        (lane.groups, lane.switched) = (groups, switched);
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
