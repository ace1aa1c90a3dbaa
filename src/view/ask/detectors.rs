//! Detectors: what is in the road, what the controller is told, and what it thinks of it.

use intergreen_control::plan::DetectorUse;
use intergreen_control::{Health, Millis};

use crate::detectors::{Fault, Stuck};
use crate::network::SignalId;
use crate::sim::{Scene, Simulation};

/// What there is to tell of a channel of a controller.
#[derive(Clone, Debug, PartialEq)]
pub struct DetectorFacts {
    /// Its number.
    pub channel: u16,
    /// What it is for.
    pub what: String,
    /// The names of the groups it is for.
    pub groups: String,
    /// One of its loops, by its place in the list; none if it has none in the road.
    pub sensor: Option<u32>,
    /// Whether somebody is over it.
    pub occupied: bool,
    /// Whether the controller takes it to be occupied.
    pub reported: bool,
    /// What the controller thinks of it.
    pub health: Health,
    /// The same in words.
    pub opinion: &'static str,
    /// What is wrong with it by order of the run, in words; none: nothing.
    pub fault: Option<String>,
    /// Actuations in the last whole minute, as the controller counted.
    pub volume: u32,
    /// Share of that minute in which it was on, 0–1.
    pub occupancy: f64,
}

/// What a controller thinks of a detector, in words.
pub const fn opinion(health: Health) -> &'static str {
    match health {
        Health::Good => "good",
        Health::NoActivity => "failed: no activity",
        Health::MaxPresence => "failed: maximum presence",
        Health::Erratic => "failed: erratic counts",
        Health::ShortPulses => "failed: short pulses",
        Health::Lost => "failed: no heartbeat",
    }
}

/// What is wrong with a channel by order of the run.
pub(super) fn fault(scene: &Scene, channel: u32, now: Millis) -> Option<String> {
    let place = scene.faulty.binary_search_by_key(&channel, |f| f.channel).ok()?;
    let all: Vec<&str> = scene.faulty[place].at(now).map(word).collect();
    (!all.is_empty()).then(|| all.join(", "))
}

/// A fault in words.
fn word(fault: &Fault) -> &'static str {
    match fault.stuck {
        Some(Stuck::On) => "stuck on",
        Some(Stuck::Off) => "stuck off",
        Some(Stuck::Silent) => "silent",
        None if fault.chatter > 0.0 => "chatters",
        None if fault.false_calls > 0.0 => "false calls",
        None if fault.miss > 0.0 => "misses vehicles",
        None if fault.drop_out > 0.0 => "drops out",
        None => "late",
    }
}

/// The detectors of a signal, by channel.
pub(super) fn ask(sim: &Simulation, id: SignalId) -> Vec<DetectorFacts> {
    let (scene, sensors) = (sim.scene(), &sim.scene().sensors);
    let Some(controller) = sim.controllers().list.get(id.index()) else { return Vec::new() };
    let first = sensors.channels.partition_point(|c| c.signal < id);
    let own = (first..).zip(&sensors.channels[first..]).take_while(|(_, c)| c.signal == id);
    own.map(|(place, channel)| {
        let place = place as u32;
        let loops = || sensors.list.iter().enumerate().filter(move |(_, s)| s.channel == place).map(|(i, _)| i);
        let used = controller.plan().spec().detectors.iter().find(|d| d.channel == channel.detector);
        let bank = controller.detectors();
        let (health, measured) = (bank.health(channel.detector), bank.measured(channel.detector));
        DetectorFacts {
            channel: channel.detector,
            what: kind(used).into(),
            groups: used.map(|d| d.groups.join(", ")).unwrap_or_default(),
            sensor: loops().next().map(|i| i as u32),
            occupied: loops().any(|i| sim.sensors().occupied.get(i).copied().unwrap_or(false)),
            reported: bank.occupied(channel.detector),
            health,
            opinion: opinion(health),
            fault: fault(scene, place, sim.now()),
            volume: measured.volume,
            occupancy: measured.occupancy(),
        }
    })
    .collect()
}

/// What a detector is for.
pub(super) fn kind(used: Option<&DetectorUse>) -> &'static str {
    match used {
        Some(DetectorUse { place: Some(place), .. }) => place.kind.name(),
        Some(_) => "push button",
        None => "detector",
    }
}
