//! What there is to tell of a vehicle.

use intergreen_control::Lamp;

use crate::demand::VehicleId;
use crate::network::{LaneId, LinkId, MovementId};
use crate::sim::Simulation;
use crate::sim::state::{Flags, Vehicle};
use crate::view::snapshot::STANDING;

/// How near somebody has to be for one to wait for it, m.
const NEAR: f32 = 120.0;

/// What there is to tell of a vehicle.
#[derive(Clone, Debug, PartialEq)]
pub struct VehicleFacts {
    /// Which.
    pub id: VehicleId,
    /// Its name.
    pub name: String,
    /// Its type's name.
    pub kind: String,
    /// Its class.
    pub class: &'static str,
    /// The lane it is on.
    pub lane: LaneId,
    /// Speed, m/s.
    pub speed: f32,
    /// Acceleration, m/s².
    pub accel: f32,
    /// Speed limit where it is, m/s.
    pub limit: f32,
    /// How long it has stood, s.
    pub standing: f32,
    /// Time stood so far, s.
    pub waited: f32,
    /// Time lost so far against its own free speed, s.
    pub time_loss: f32,
    /// Wait before it could enter, s.
    pub depart_delay: f64,
    /// Times it has come to a stand.
    pub stops: u16,
    /// Way driven, m.
    pub driven: f32,
    /// The links still to be driven, the one it is on first.
    pub route: Vec<LinkId>,
    /// Name of the last of them.
    pub destination: String,
    /// Why it stands; none if it drives.
    pub why: Option<String>,
}

/// What there is to tell of a vehicle; none if it is not on the road.
pub(super) fn ask(sim: &Simulation, id: VehicleId) -> Option<VehicleFacts> {
    let (lane, v) = sim.find(id)?;
    let scene = sim.scene();
    let departure = &scene.departures[id.index()];
    let kind = &scene.types[usize::from(v.kind)];
    let links = sim.paths().table.links(v.path);
    let route = links.get(usize::from(v.leg)..).unwrap_or_default().to_vec();
    let entered = sim.measures().trips[id.index()].entered.unwrap_or(departure.depart);
    Some(VehicleFacts {
        id,
        name: departure.id.clone(),
        kind: kind.id.clone(),
        class: kind.class.name(),
        lane,
        speed: v.speed,
        accel: v.accel,
        limit: scene.limit(&scene.lanes[lane.index()], usize::from(v.kind)),
        standing: v.waiting,
        waited: v.waited,
        time_loss: v.time_loss.max(0.0),
        depart_delay: (entered - departure.depart).seconds().max(0.0),
        stops: v.stops,
        driven: v.distance(),
        destination: route.last().map(|&l| scene.network.link(l).id.clone()).unwrap_or_default(),
        route,
        why: (v.speed < STANDING).then(|| why(sim, lane, v)),
    })
}

/// Why a vehicle stands.
fn why(sim: &Simulation, lane: LaneId, v: &Vehicle) -> String {
    let name = |id: VehicleId| sim.scene().departures[id.index()].id.clone();
    if v.flags & Flags::STOPPED != 0 {
        return "stands at its scheduled stop".into();
    }
    let ahead = &sim.traffic().lanes[lane.index()].vehicles;
    if let Some(leader) = ahead.iter().rev().find(|other| other.position > v.position) {
        let gap = leader.back() - v.position;
        let what = if leader.speed < STANDING { "stands" } else { "moves off" };
        return format!("behind {}, which {what} {gap:.1} m ahead", name(leader.id));
    }
    let Some(next) = v.next.get() else { return "is at the end of its lane and has to change lanes".into() };
    let scene = sim.scene();
    let facts = &scene.moves[next.index()];
    let lamp = sim.lamps().shown.get(facts.lamp as usize).copied();
    if let (Some(lamp), Some(head)) = (lamp, scene.network.movement(next).head) {
        let what = match lamp {
            Lamp::Red | Lamp::TurnOnRed => Some("red"),
            Lamp::RedYellow => Some("red and yellow"),
            Lamp::Yellow => Some("yellow"),
            _ => None,
        };
        if let Some(what) = what {
            let signal = &scene.network.signals[head.signal.index()].id;
            let plan = sim.controllers().list.get(head.signal.index()).map(|c| c.plan());
            let group = plan.and_then(|plan| plan.groups().get(usize::from(head.group))).map_or("?", |g| &g.name);
            return format!("{what} at signal {signal}, group {group}");
        }
    }
    if let Some((other, meters)) = conflict(sim, next) {
        return format!("gives way to {}, {meters:.0} m before the junction", name(other));
    }
    let beyond = &sim.traffic().tails[facts.next.index()];
    if beyond.exists() && beyond.back < v.length + 10.0 {
        return format!("no room beyond the line: {} is there", name(beyond.id));
    }
    let exit = &sim.traffic().tails[facts.to.index()];
    if exit.exists() && exit.back < v.length + 10.0 {
        return format!("no room on the road beyond the junction: {} is there", name(exit.id));
    }
    // Drivers need a moment to see green; who gives way to nobody waits for no gap.
    let (from, to) = facts.yields;
    let starts = v.waiting < 3.0 || v.flags & Flags::AT_RED != 0 || from == to;
    if starts { "has just stopped, or is about to start".into() } else { "waits for a gap".into() }
}

/// The nearest vehicle on a way to which a movement gives way, and how far it is from its line; in the junction: 0.
fn conflict(sim: &Simulation, movement: MovementId) -> Option<(VehicleId, f32)> {
    let (scene, traffic) = (sim.scene(), sim.traffic());
    let (from, to) = scene.moves[movement.index()].yields;
    let mut nearest: Option<(VehicleId, f32)> = None;
    for &foe in &scene.yields[from as usize..to as usize] {
        let entry = scene.network.movement(foe);
        let inside = scene.network.inside(entry).flat_map(|lane| &traffic.lanes[lane.index()].vehicles);
        let length = scene.lanes[entry.from.index()].length;
        let before = traffic.lanes[entry.from.index()].vehicles.iter().filter(|v| v.next == foe);
        let all = inside.map(|v| (v.id, 0.0)).chain(before.map(|v| (v.id, length - v.position)));
        for (id, meters) in all.filter(|(_, meters)| *meters < NEAR) {
            if nearest.is_none_or(|(_, best)| meters < best) {
                nearest = Some((id, meters));
            }
        }
    }
    nearest
}
