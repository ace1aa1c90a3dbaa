//! What there is to tell of a thing that somebody has clicked. Asked for one thing at a time, between steps.
//!
//! Terms
//! - **subject**: the thing. **answer**: what is known of it now.
//! - **why**: what a vehicle waits for, read off the same state that drivers see. It explains; nothing is decided here.

mod signal;
mod vehicle;

use intergreen_control::Millis;

pub use signal::{GroupFacts, SignalFacts};
pub use vehicle::VehicleFacts;

use super::journal::Journal;
use super::snapshot::STANDING;
use crate::demand::VehicleId;
use crate::network::{LaneId, Network, SignalId};
use crate::sim::Simulation;

/// Something to ask about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// A vehicle.
    Vehicle(VehicleId),
    /// A signal.
    Signal(SignalId),
    /// A lane.
    Lane(LaneId),
    /// A loop, by its place in the list.
    Sensor(u32),
}

/// What there is to tell.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// Of a vehicle.
    Vehicle(VehicleFacts),
    /// Of a signal.
    Signal(SignalFacts),
    /// Of a lane.
    Lane(LaneFacts),
    /// Of a loop.
    Sensor(SensorFacts),
}

impl Answer {
    /// What it is about.
    pub const fn subject(&self) -> Subject {
        match self {
            Self::Vehicle(facts) => Subject::Vehicle(facts.id),
            Self::Signal(facts) => Subject::Signal(facts.id),
            Self::Lane(facts) => Subject::Lane(facts.lane),
            Self::Sensor(facts) => Subject::Sensor(facts.sensor),
        }
    }
}

/// What there is to tell of a lane.
#[derive(Clone, Debug, PartialEq)]
pub struct LaneFacts {
    /// Which.
    pub lane: LaneId,
    /// Its name.
    pub name: String,
    /// Its link's name.
    pub link: String,
    /// Length, m.
    pub length: f32,
    /// Speed limit, m/s.
    pub limit: f32,
    /// Vehicles on it.
    pub vehicles: usize,
    /// Those that stand.
    pub standing: usize,
    /// Mean speed, m/s; none if it is empty.
    pub speed: Option<f32>,
    /// From its end to the rear of the last vehicle that stands, m.
    pub queue: f32,
    /// Vehicles that have left over its end so far.
    pub flow: u32,
    /// Most vehicles seen standing on it.
    pub most_standing: u32,
    /// Whether it is closed.
    pub closed: bool,
}

/// What there is to tell of a loop.
#[derive(Clone, Debug, PartialEq)]
pub struct SensorFacts {
    /// Which.
    pub sensor: u32,
    /// The signal whose controller it reports to.
    pub signal: String,
    /// Its number there.
    pub channel: u16,
    /// What it is for.
    pub what: String,
    /// Its lane's name.
    pub lane: String,
    /// From its far border to the end of its lane, m.
    pub before_end: f32,
    /// Its own length, m.
    pub length: f32,
    /// Whether somebody is over it.
    pub occupied: bool,
    /// When it last changed.
    pub since: Option<Millis>,
    /// Vehicles it has seen come while the window watched.
    pub count: u32,
}

impl Subject {
    /// The vehicle, link, lane or signal of that name, in this order; of a link its first lane.
    pub fn find(sim: &Simulation, name: &str) -> Option<Self> {
        let scene = sim.scene();
        if let Some(i) = scene.departures.iter().position(|d| d.id == name) {
            let id = VehicleId::new(i);
            if sim.find(id).is_some() {
                return Some(Self::Vehicle(id));
            }
        }
        Self::find_fixed(&scene.network, name)
    }

    /// The same of what stays where it is.
    pub fn find_fixed(network: &Network, name: &str) -> Option<Self> {
        let signal = network.signals.iter().position(|s| s.id == name).map(|i| Self::Signal(SignalId::new(i)));
        let lane = || network.lanes.iter().position(|l| l.id == name).map(|i| Self::Lane(LaneId::new(i)));
        let link = || network.find_link(name).and_then(|l| network.lanes_of(l).next()).map(Self::Lane);
        signal.or_else(lane).or_else(link)
    }

    /// What there is to tell of it; none if it is not there any more.
    pub fn ask(self, sim: &Simulation, journal: &Journal) -> Option<Answer> {
        match self {
            Self::Vehicle(id) => vehicle::ask(sim, id).map(Answer::Vehicle),
            Self::Signal(id) => signal::ask(sim, journal, id).map(Answer::Signal),
            Self::Lane(id) => lane(sim, id).map(Answer::Lane),
            Self::Sensor(id) => sensor(sim, journal, id).map(Answer::Sensor),
        }
    }
}

/// What there is to tell of a lane.
fn lane(sim: &Simulation, id: LaneId) -> Option<LaneFacts> {
    let scene = sim.scene();
    let facts = scene.network.lanes.get(id.index())?;
    let vehicles = &sim.traffic().lanes.get(id.index())?.vehicles;
    let standing = vehicles.iter().filter(|v| v.speed < STANDING);
    let rear = standing.clone().map(|v| v.back()).fold(f32::INFINITY, f32::min);
    let book = sim.measures().lanes.get(id.index()).copied().unwrap_or_default();
    Some(LaneFacts {
        lane: id,
        name: facts.id.clone(),
        link: scene.network.link(facts.link).id.clone(),
        length: facts.length,
        limit: scene.lanes[id.index()].limit,
        vehicles: vehicles.len(),
        standing: standing.count(),
        speed: (!vehicles.is_empty()).then(|| vehicles.iter().map(|v| v.speed).sum::<f32>() / vehicles.len() as f32),
        queue: if rear.is_finite() { facts.length - rear.max(0.0) } else { 0.0 },
        flow: book.flow,
        most_standing: book.most_standing,
        closed: scene.closures.is_closed(id),
    })
}

/// What there is to tell of a loop.
fn sensor(sim: &Simulation, journal: &Journal, id: u32) -> Option<SensorFacts> {
    let scene = sim.scene();
    let sensor = scene.sensors.list.get(id as usize)?;
    let channel = scene.sensors.channels.get(sensor.channel as usize)?;
    let lane = scene.network.lane(sensor.lane);
    let plan = sim.controllers().list.get(channel.signal.index()).map(|c| c.plan());
    let uses = plan.and_then(|p| p.spec().detectors.iter().find(|d| d.channel == channel.detector));
    let what = uses.and_then(|d| d.place.as_ref()).map_or("detector", |p| p.kind.name());
    let (since, count) = journal.edges(id);
    Some(SensorFacts {
        sensor: id,
        signal: scene.network.signals[channel.signal.index()].id.clone(),
        channel: channel.detector,
        what: what.into(),
        lane: lane.id.clone(),
        before_end: lane.length - sensor.end,
        length: sensor.end - sensor.start,
        occupied: sim.sensors().occupied.get(id as usize).copied().unwrap_or(false),
        since,
        count,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::test_world::after;

    #[test]
    fn names_are_found() {
        let sim = after(120);
        let network = &sim.scene().network;
        let signal = &network.signals[1].id;
        assert_eq!(Subject::find(&sim, signal), Some(Subject::Signal(SignalId(1))));
        let lane = &network.lanes[3].id;
        assert_eq!(Subject::find(&sim, lane), Some(Subject::Lane(LaneId(3))));
        let (_, v) = sim.traffic().vehicles().next().expect("somebody is there");
        let name = &sim.scene().departures[v.id.index()].id;
        assert_eq!(Subject::find(&sim, name), Some(Subject::Vehicle(v.id)));
        assert_eq!(Subject::find(&sim, "nobody"), None);
    }

    #[test]
    fn everything_has_an_answer() {
        let mut sim = crate::view::test_world::fresh();
        sim.log_events();
        let mut journal = Journal::new(&sim);
        for _ in 0..600 {
            sim.step();
            journal.look(&sim);
        }
        for (lane, v) in sim.traffic().vehicles() {
            let Some(Answer::Vehicle(facts)) = Subject::Vehicle(v.id).ask(&sim, &journal) else { panic!("{:?}", v.id) };
            assert_eq!(facts.lane, lane);
            assert_eq!(facts.why.is_some(), v.speed < STANDING, "who stands has a reason: {facts:?}");
        }
        for i in 0..sim.scene().network.signals.len() {
            let Some(Answer::Signal(facts)) = Subject::Signal(SignalId::new(i)).ask(&sim, &journal) else {
                panic!("{i}")
            };
            assert!(!facts.events.is_empty() && facts.events.iter().all(|e| !e.2.is_empty()), "{facts:?}");
            assert_eq!(facts.groups.len(), usize::from(sim.scene().network.signals[i].groups));
        }
        for i in 0..sim.scene().lanes.len() {
            let Some(Answer::Lane(facts)) = Subject::Lane(LaneId::new(i)).ask(&sim, &journal) else { panic!("{i}") };
            assert!(facts.standing <= facts.vehicles && facts.queue >= 0.0);
        }
        let seen: u32 = (0..sim.scene().sensors.list.len() as u32)
            .map(|i| match Subject::Sensor(i).ask(&sim, &journal) {
                Some(Answer::Sensor(facts)) => facts.count,
                other => panic!("{i}: {other:?}"),
            })
            .sum();
        assert!(seen > 100, "loops have counted: {seen}");
    }
}
