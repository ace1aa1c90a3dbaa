//! What there is to tell of a signal.

use std::collections::BTreeMap;

use intergreen_control::{Lamp, Millis, Mode};

use crate::network::{LaneId, SignalId};
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
    /// The stage, if the plan has stages and one is open just as it stands in the plan.
    pub stage: Option<String>,
    /// Its groups.
    pub groups: Vec<GroupFacts>,
    /// What happened of late, newest first: when, what, why.
    pub events: Vec<(Millis, String, String)>,
    /// Why a lamp last changed: when, what, why.
    pub last: Option<(Millis, String, String)>,
    /// Of each lane that leads here: its name, vehicles that stand on it, vehicles on it.
    pub approaches: Vec<(LaneId, String, usize, usize)>,
}

/// What there is to tell of a group.
#[derive(Clone, Debug, PartialEq)]
pub struct GroupFacts {
    /// What it shows.
    pub lamp: Lamp,
    /// Since when.
    pub since: Millis,
    /// Where its vehicles go: the streets they come from, and the turns they take.
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
    let groups = (0..signal.groups).map(|group| {
        let lamp = base + u32::from(group);
        GroupFacts {
            lamp: sim.lamps().shown[lamp as usize],
            since: journal.since(lamp),
            ways: ways(sim, id, group),
            past: journal.past(lamp).collect(),
        }
    });
    let mut approaches: BTreeMap<LaneId, ()> = BTreeMap::new();
    approaches.extend(signal.movements.iter().map(|&m| (scene.network.movement(m).from, ())));
    let approaches = approaches.into_keys().map(|lane| {
        let vehicles = &sim.traffic().lanes[lane.index()].vehicles;
        let standing = vehicles.iter().filter(|v| v.speed < STANDING).count();
        (lane, scene.network.lane(lane).id.clone(), standing, vehicles.len())
    });
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
        stage: stage(sim, id),
        groups: groups.collect(),
        last: journal.last_lamp(id).map(told),
        events,
        approaches: approaches.collect(),
    })
}

/// The stage whose groups are the ones that are green now.
fn stage(sim: &Simulation, id: SignalId) -> Option<String> {
    let controller = sim.controllers().list.get(id.index())?;
    let green = |g: &u16| controller.lamps().get(usize::from(*g)).is_some_and(|l| l.is_green());
    let plan = controller.plan();
    let open = (0..plan.groups().len() as u16).filter(|g| green(g)).count();
    let fits = |s: &&intergreen_control::plan::Stage| s.groups.iter().all(green) && s.groups.len() == open;
    plan.stages().iter().find(fits).map(|s| s.name.clone())
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
    let parts: Vec<String> = by_link.iter().map(|(link, turns)| format!("{link} {}", turns.join("+"))).collect();
    parts.join(", ")
}
