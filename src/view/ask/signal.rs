//! What there is to tell of a signal.

use std::collections::BTreeMap;
use std::sync::Arc;

use intergreen_control::log::phase_number;
use intergreen_control::{Controller, Kept, Lamp, Millis, Mode, On, Registry, Serves, Timers};

use super::detectors::{self, DetectorFacts};
use super::rings::{self, RingFacts};
use crate::network::{LaneId, SignalId};
use crate::performance;
use crate::sim::Simulation;
use crate::view::journal::Journal;
use crate::view::snapshot::STANDING;

/// Events that are told, newest first.
const TOLD: usize = 40;

/// What there is to tell of a signal.
#[derive(Clone, Debug, PartialEq)]
pub struct SignalFacts {
    /// Which.
    pub id: SignalId,
    /// Its name.
    pub name: String,
    /// The strategy that runs here.
    pub strategy: &'static str,
    /// Whether it starts up, runs or flashes.
    pub mode: &'static str,
    /// Whether it is out of order, or about to be.
    pub flashes: bool,
    /// What the strategy says of its last decision.
    pub decision: String,
    /// All stages of the plan: their names, their groups, whether just these are open.
    pub stages: Vec<(String, Vec<u16>, bool)>,
    /// Whether the strategy serves phases of rings, not stages.
    pub by_phases: bool,
    /// Why the strategy has no say now, in words.
    pub overruled: Option<String>,
    /// The stage that a command wants to be shown.
    pub manual: Option<u16>,
    /// What a strategy without rings is on, and its timers.
    pub timers: Option<Timers>,
    /// The rings of the plan.
    pub rings: Vec<RingFacts>,
    /// Its groups.
    pub groups: Vec<GroupFacts>,
    /// Its detectors.
    pub detectors: Vec<DetectorFacts>,
    /// Measures of its log over the last half hour; none while there are none.
    pub measured: Option<Arc<performance::Signal>>,
    /// What happened of late, newest first: when, what, why.
    pub events: Vec<(Millis, String, String)>,
    /// Why a lamp last changed: when, what, why.
    pub last: Option<(Millis, String, String)>,
}

impl SignalFacts {
    /// What was measured of a group's phase.
    pub fn measures(&self, group: u16) -> Option<&performance::Phase> {
        let phase = self.groups.get(usize::from(group))?.phase?;
        self.measured.as_deref()?.phases.iter().find(|p| p.phase == phase)
    }
}

/// What there is to tell of a group.
#[derive(Clone, Debug, PartialEq)]
pub struct GroupFacts {
    /// Its name in the plan.
    pub name: String,
    /// The phase it is logged as, if any.
    pub phase: Option<u16>,
    /// Whether somebody is called here.
    pub called: bool,
    /// Whether a detector extends its green now.
    pub extended: bool,
    /// Least green, and greatest while somebody else is called ([`Millis::NEVER`]: none).
    pub green: (Millis, Millis),
    /// Whether a command holds it, and whether one keeps it from starting.
    pub commanded: [bool; 2],
    /// What the kernel keeps it from, in words: what is asked for is not what it shows.
    pub kept: Option<String>,
    /// Whether a command is without effect because of that.
    pub overridden: bool,
    /// Vehicles that want to go with it and stand before its line, and all of them.
    pub queue: (usize, usize),
    /// How long those who stand have stood, mean, s.
    pub waits: f32,
    /// What it shows.
    pub lamp: Lamp,
    /// Since when.
    pub since: Millis,
    /// Where its vehicles go: the turns they take, and the streets they come from.
    pub ways: String,
    /// What it showed of late: when each lamp began, oldest first.
    pub past: Vec<(Millis, Lamp)>,
}

/// What there is to tell of a signal.
pub(super) fn ask(sim: &Simulation, journal: &Journal, id: SignalId) -> Option<SignalFacts> {
    let scene = sim.scene();
    let signal = scene.network.signals.get(id.index())?;
    let controller = sim.controllers().list.get(id.index())?;
    let plan = controller.plan();
    let told = |event: &intergreen_control::log::Event| (event.at, event.what(plan), event.reason.words(plan));
    let events: Vec<_> = journal.events(id).rev().take(TOLD).map(told).collect();
    let base = scene.lamp_base[id.index()];
    let (queues, timers, kept) = (queues(sim, id), controller.timers(), controller.kept());
    let groups: Vec<GroupFacts> = (0..signal.groups)
        .map(|group| {
            let lamp = base + u32::from(group);
            let facts = plan.groups().get(usize::from(group));
            let (standing, all, stood) = queues.get(usize::from(group)).copied().unwrap_or_default();
            let kept = kept.get(usize::from(group)).copied().flatten();
            GroupFacts {
                name: facts.map(|g| g.name.clone()).unwrap_or_default(),
                phase: phase_number(plan, group),
                called: controller.group_calls().is_called(group) || plan.is_always_called(group),
                extended: extended(controller, group),
                green: facts.map_or((Millis(0), Millis::NEVER), |g| (g.min_green, g.max_green)),
                commanded: controller.commanded(group),
                kept: kept.map(|kept| kept.words(plan, sim.now())),
                overridden: kept == Some(Kept::Overridden),
                queue: (standing, all),
                waits: if standing > 0 { stood / standing as f32 } else { 0.0 },
                lamp: sim.lamps().shown[lamp as usize],
                since: journal.since(lamp),
                ways: ways(sim, id, group),
                past: journal.past(lamp).collect(),
            }
        })
        .collect();
    Some(SignalFacts {
        id,
        name: signal.id.clone(),
        strategy: controller.strategy(),
        mode: match controller.mode() {
            Mode::Flash => "flashes",
            Mode::Normal => "runs",
            _ => "starts up",
        },
        flashes: controller.mode() == Mode::Flash || sim.controllers().outages()[id.index()].is_some(),
        decision: controller.explain(),
        by_phases: Registry::default()
            .entries()
            .iter()
            .any(|e| e.name == controller.strategy() && e.serves == Serves::Phases),
        overruled: controller.overruled().map(|reason| reason.words(plan)),
        manual: controller.manual(),
        stages: stages(controller),
        rings: rings::ask(controller, &timers, &groups),
        timers: timers.into_iter().find(|t| matches!(t.on, On::Stage(_) | On::Step(_))),
        groups,
        detectors: detectors::ask(sim, id),
        measured: journal.measured(id),
        last: journal.last_lamp(id).map(told),
        events,
    })
}

/// All stages, and whether their groups are the ones that are green now.
fn stages(controller: &Controller) -> Vec<(String, Vec<u16>, bool)> {
    let green = |g: &u16| controller.lamps().get(usize::from(*g)).is_some_and(|l| l.is_green());
    let plan = controller.plan();
    let open = (0..plan.groups().len() as u16).filter(|g| green(g)).count();
    let is_open = |groups: &[u16]| groups.iter().all(green) && groups.len() == open;
    plan.stages().iter().map(|s| (s.name.clone(), s.groups.clone(), is_open(&s.groups))).collect()
}

/// Whether some detector extends a group's green now.
fn extended(controller: &Controller, group: u16) -> bool {
    let plan = controller.plan();
    let Some(name) = plan.groups().get(usize::from(group)).map(|g| &g.name) else { return false };
    let open = controller.lamps().get(usize::from(group)).is_some_and(|l| l.is_green());
    let uses = plan.spec().detectors.iter().enumerate().filter(|(_, d)| d.groups.contains(name));
    open && uses.into_iter().any(|(number, _)| controller.group_calls().use_extends(number))
}

/// Of each group, the vehicles on the lanes that lead here which go with it: who stands, all, and how long those who stand
/// have stood together, s.
fn queues(sim: &Simulation, id: SignalId) -> Vec<(usize, usize, f32)> {
    let network = &sim.scene().network;
    let signal = &network.signals[id.index()];
    let mut queues = vec![(0, 0, 0.0); usize::from(signal.groups)];
    let mut lanes: Vec<LaneId> = signal.movements.iter().map(|&m| network.movement(m).from).collect();
    lanes.sort_unstable();
    lanes.dedup();
    for v in lanes.iter().flat_map(|lane| &sim.traffic().lanes[lane.index()].vehicles) {
        let head = v.next.get().and_then(|m| network.movement(m).head).filter(|h| h.signal == id);
        if let Some(queue) = head.and_then(|h| queues.get_mut(usize::from(h.group))) {
            queue.1 += 1;
            if v.speed < STANDING {
                queue.0 += 1;
                queue.2 += v.waiting;
            }
        }
    }
    queues
}

/// Where the vehicles of a group go.
fn ways(sim: &Simulation, id: SignalId, group: u16) -> String {
    let network = &sim.scene().network;
    let mut by_link: BTreeMap<&str, Vec<&'static str>> = BTreeMap::new();
    for &m in &network.signals[id.index()].movements {
        let movement = network.movement(m);
        if movement.head.is_some_and(|h| h.group == group) {
            let turns = by_link.entry(&network.link(network.lane(movement.from).link).id).or_default();
            let turn = crate::view::words::turn(movement.direction);
            if !turns.contains(&turn) {
                turns.push(turn);
            }
        }
    }
    // The turn first: names of links are long, and what has no room is cut.
    let parts: Vec<String> = by_link.iter().map(|(link, turns)| format!("{} {link}", turns.join("+"))).collect();
    parts.join(", ")
}
