//! What there is to tell of a thing that somebody has clicked. Asked for one thing at a time, between steps.
//!
//! Terms
//! - **subject**: the thing. **answer**: what is known of it now.
//! - **why**: what a vehicle waits for, read off the same state that drivers see. It explains; nothing is decided here.

mod detectors;
mod rings;
mod signal;
mod vehicle;

use intergreen_control::{Health, Millis};

pub use detectors::{DetectorFacts, opinion};
pub use rings::{PhaseFacts, RingFacts};
pub use signal::{GroupFacts, SignalFacts};
pub use vehicle::VehicleFacts;

use super::journal::Journal;
use super::minutes::Minute;
use super::snapshot::STANDING;
use crate::demand::VehicleId;
use crate::network::{LaneId, SignalId};
use crate::sim::{Scene, Simulation};

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
    Signal(Box<SignalFacts>),
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
    /// What it did minute by minute, oldest first.
    pub minutes: Vec<Minute>,
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
    /// Whether the controller takes it to be occupied.
    pub reported: bool,
    /// What the controller thinks of it.
    pub health: Health,
    /// What is wrong with it by order of the run, in words; none: nothing.
    pub fault: Option<String>,
    /// When it changed of late and to what, oldest first.
    pub past: Vec<(Millis, bool)>,
    /// The controller's last whole minute: actuations, share of time that it was on, mean time between actuations, s.
    pub minute: (u32, f64, Option<f64>),
    /// What the controller logged of its health, newest first: when, what, why.
    pub alarms: Vec<(Millis, String, String)>,
}

impl Subject {
    /// The vehicle, signal, lane or link of that name, in this order; of a link its first lane. `SIGNAL/3` is the signal's
    /// detector 3.
    pub fn find(sim: &Simulation, name: &str) -> Option<Self> {
        let scene = sim.scene();
        if let Some(i) = scene.departures.iter().position(|d| d.id == name) {
            let id = VehicleId::new(i);
            if sim.find(id).is_some() {
                return Some(Self::Vehicle(id));
            }
        }
        Self::find_fixed(scene, name)
    }

    /// The same of what stays where it is.
    pub fn find_fixed(scene: &Scene, name: &str) -> Option<Self> {
        let network = &scene.network;
        let signal = network.signals.iter().position(|s| s.id == name).map(|i| Self::Signal(SignalId::new(i)));
        let lane = || network.lanes.iter().position(|l| l.id == name).map(|i| Self::Lane(LaneId::new(i)));
        let link = || network.find_link(name).and_then(|l| network.lanes_of(l).next()).map(Self::Lane);
        let detector = || {
            let (signal, detector) = name.rsplit_once('/')?;
            let sensor = scene.sensor(signal, detector.parse().ok()?)?;
            u32::try_from(sensor).ok().map(Self::Sensor)
        };
        signal.or_else(lane).or_else(link).or_else(detector)
    }

    /// What there is to tell of it; none if it is not there any more.
    pub fn ask(self, sim: &Simulation, journal: &Journal) -> Option<Answer> {
        match self {
            Self::Vehicle(id) => vehicle::ask(sim, id).map(Answer::Vehicle),
            Self::Signal(id) => signal::ask(sim, journal, id).map(Box::new).map(Answer::Signal),
            Self::Lane(id) => lane(sim, journal, id).map(Answer::Lane),
            Self::Sensor(id) => sensor(sim, journal, id).map(Answer::Sensor),
        }
    }
}

/// What there is to tell of a lane.
fn lane(sim: &Simulation, journal: &Journal, id: LaneId) -> Option<LaneFacts> {
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
        minutes: journal.minutes(id),
        closed: scene.closures.is_closed(id),
    })
}

/// What there is to tell of a loop.
fn sensor(sim: &Simulation, journal: &Journal, id: u32) -> Option<SensorFacts> {
    let scene = sim.scene();
    let sensor = scene.sensors.list.get(id as usize)?;
    let channel = scene.sensors.channels.get(sensor.channel as usize)?;
    let lane = scene.network.lane(sensor.lane);
    let controller = sim.controllers().list.get(channel.signal.index())?;
    let plan = controller.plan();
    let used = plan.spec().detectors.iter().find(|d| d.channel == channel.detector);
    let (past, count) = journal.edges(id);
    let bank = controller.detectors();
    let minute = bank.measured(channel.detector);
    let parameter = channel.detector.saturating_add(1);
    let alarms = journal.alarms(channel.signal).rev().filter(|e| e.parameter == parameter);
    Some(SensorFacts {
        sensor: id,
        signal: scene.network.signals[channel.signal.index()].id.clone(),
        channel: channel.detector,
        what: detectors::kind(used).into(),
        lane: lane.id.clone(),
        before_end: lane.length - sensor.end,
        length: sensor.end - sensor.start,
        occupied: sim.sensors().occupied.get(id as usize).copied().unwrap_or(false),
        since: past.back().map(|edge| edge.0),
        count,
        reported: bank.occupied(channel.detector),
        health: bank.health(channel.detector),
        fault: detectors::fault(scene, sensor.channel, sim.now()),
        past: past.iter().copied().collect(),
        minute: (minute.volume, minute.occupancy(), minute.headway.map(Millis::seconds)),
        alarms: alarms.map(|e| (e.at, e.what(plan), e.reason.words(plan))).collect(),
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
            let channels = usize::from(sim.scene().sensors.per_signal[i]);
            assert_eq!(facts.detectors.len(), channels, "every channel is told of");
            assert!(facts.detectors.iter().all(|d| d.health.is_good() && d.fault.is_none()), "{:?}", facts.detectors);
            assert!(facts.stages.iter().filter(|s| s.2).count() <= 1, "at most one stage is open: {:?}", facts.stages);
            let all: usize = facts.groups.iter().map(|g| g.queue.1).sum();
            let network = &sim.scene().network;
            let from = network.signals[i].movements.iter().map(|&m| network.movement(m).from);
            let from: std::collections::BTreeSet<LaneId> = from.collect();
            let near: usize = from.iter().map(|lane| sim.traffic().lanes[lane.index()].vehicles.len()).sum();
            assert!(all <= near && facts.groups.iter().all(|g| g.queue.0 <= g.queue.1), "{all} of {near}");
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

    #[test]
    fn rings_have_timers_and_broken_detectors_a_reason() {
        use crate::detectors::Stuck;
        use crate::sim::{Command, TimedCommand};
        use intergreen_control::On;
        let mut sim = crate::view::test_world::with("nema");
        sim.log_events();
        let mut journal = Journal::new(&sim);
        let signal = sim.scene().network.signals[1].id.clone();
        let command = Command::DetectorFault { signal, detector: 0, stuck: Stuck::On, until: None };
        sim.command(TimedCommand { at: 60.0, id: 0, command }).expect("it has a detector");
        let mut greens = 0;
        for _ in 0..1200 {
            sim.step();
            journal.look(&sim);
            let Some(Answer::Signal(facts)) = Subject::Signal(SignalId(1)).ask(&sim, &journal) else { panic!() };
            assert!(!facts.rings.is_empty());
            for ring in &facts.rings {
                let timers = ring.timers.as_ref().expect("nema has rings");
                let own: Vec<_> = ring.sections.iter().flatten().collect();
                let On::Phase(number) = timers.on else { continue };
                let phase = own.iter().find(|p| p.number == number).expect("it is of this ring");
                // A green that has begun is shown, and its least green is that of the plan or longer.
                if let (Some(green), Some(least)) = (timers.green, timers.least)
                    && phase.lamp.is_green()
                    && !facts.flashes
                {
                    greens += 1;
                    assert!(least - green >= phase.green.0, "{timers:?} {phase:?}");
                    assert!(timers.most.is_none_or(|most| most > green), "{timers:?}");
                }
            }
        }
        assert!(greens > 600, "{greens}");
        let Some(Answer::Signal(facts)) = Subject::Signal(SignalId(1)).ask(&sim, &journal) else { panic!() };
        let broken = facts.detectors.iter().find(|d| d.channel == 0).expect("it has a detector");
        assert_eq!((broken.fault.as_deref(), broken.reported), (Some("stuck on"), true));
        let Some(Answer::Sensor(facts)) = broken.sensor.and_then(|s| Subject::Sensor(s).ask(&sim, &journal)) else {
            panic!()
        };
        assert_eq!(facts.fault.as_deref(), Some("stuck on"));
        // What the controller logged is told, and what it thinks is what it logged last.
        assert_eq!(
            facts.health.is_good(),
            facts.alarms.first().is_none_or(|a| a.1.contains("believed again")),
            "{facts:?}"
        );
    }
}
