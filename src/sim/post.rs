//! What controllers hear of besides the edges of their detectors: vehicles that report where they are, and what
//! neighbouring signals tell of their lanes.
//!
//! - At every whole second vehicles on the way to a stop line report to its signal: all of them, or some, as the
//!   [tier](crate::detectors::Tier) says. A second that ends inside a step finds them where they were then.
//! - At every whole second a signal tells those upstream of it how full its lanes are, and those downstream how many
//!   have left its lanes, as far as its own sensors know. That arrives a step later.
//! - Such messages may be [lost or late](crate::detectors::MessageFault): all of a second from one signal to another, drawn by
//!   the names of the two and the time.
//! - Reports of [broken detectors](super::faults) may come late.
//! - Nobody reports to a signal whose strategy does not [look](intergreen_control::Strategy::looks) at it. To one whose strategy
//!   is blind everything is sent all the same, and nobody hears it there.
//!
//! What is on its way is state: the rest follows from scene and controllers.

use std::collections::{BTreeMap, VecDeque};

use bevy::ecs::prelude::Resource;
use intergreen_control::{
    Approaches, Controller, DepartureReport, DetectorEvent, Input, Looks, Millis, NeighbourReport, VehicleReport,
};

use super::routes::RouteTable;
use super::scene::Scene;
use super::sensors::SensorEvent;
use super::state::{Traffic, Vehicle};
use crate::detectors::{Line, Tier, inside, lines};
use crate::network::{LaneId, SignalId};
use crate::random::{Purpose, key_of, normal, uniform};

/// Longer than any way to a stop line, in links.
const MOST_LINKS: usize = 64;

/// A lane from which vehicles report.
#[derive(Clone, Debug)]
struct Reporting {
    lane: LaneId,
    /// To whom; by signal, then stop line. At least one.
    to: Vec<Addressee>,
}

/// A stop line to which a lane leads.
#[derive(Clone, Copy, Debug)]
struct Addressee {
    signal: SignalId,
    /// The approach lane: its place in the list of the signal's.
    number: u16,
    /// The lane of the stop line.
    line: LaneId,
    /// From the end of the lane whose vehicles report to the stop line, m.
    to_line: f32,
}

/// Somebody who is told of a lane.
#[derive(Clone, Copy, Debug)]
struct Told {
    /// Whose lane: the signal, and the lane's place in its list.
    of: (usize, usize),
    /// Who is told, and the number of the exit or the feeder there.
    to: (u32, u16),
    /// What draws of messages from the one to the other hang on.
    key: u64,
}

/// The post.
#[derive(Resource, Clone, Debug, Default)]
pub struct Post {
    /// What is on its way, each with the signal to which it goes, in order of arrival.
    coming: VecDeque<(u32, Input)>,
    /// Lanes from which vehicles report, by their ids.
    reporting: Vec<Reporting>,
    /// Who is told of which lanes, by signal, then lane.
    told: Vec<Told>,
    /// Who is told how many have left a lane, by signal, then lane.
    announced: Vec<Told>,
}

impl Post {
    /// The post of a run: nothing is on its way.
    pub fn new(scene: &Scene, controllers: &[Controller]) -> Self {
        let mut post = Self::default();
        if scene.setup.sensing.tier != Tier::Loops && controllers.iter().any(|c| c.surroundings().is_some()) {
            post.reporting = reporting(scene, controllers);
        }
        if controllers.iter().any(|c| c.looks() >= Looks::Neighbours) {
            post.told = told(scene, controllers);
        }
        if controllers.iter().any(|c| c.looks() >= Looks::Arrivals) {
            post.announced = announced(scene, controllers);
        }
        post
    }

    /// Other strategies look at other things; what is on its way arrives.
    pub fn renew(&mut self, scene: &Scene, controllers: &[Controller]) {
        let coming = std::mem::take(&mut self.coming);
        *self = Self { coming, ..Self::new(scene, controllers) };
    }

    /// The same with what is on its way, in order of arrival.
    pub fn with(self, coming: Vec<(u32, Input)>) -> Self {
        Self { coming: coming.into(), ..self }
    }

    /// What is on its way, in order of arrival.
    pub fn coming(&self) -> impl ExactSizeIterator<Item = &(u32, Input)> {
        self.coming.iter()
    }

    /// Sends something to a signal.
    fn send(&mut self, signal: u32, input: Input) {
        let place = self.coming.partition_point(|(_, earlier)| earlier.at() <= input.at());
        self.coming.insert(place, (signal, input));
    }

    /// Sends what a detector reports late, so that it arrives at its time.
    pub fn delay(&mut self, scene: &Scene, event: SensorEvent) {
        let channel = &scene.sensors.channels[event.channel as usize];
        let input = Input::Detector(DetectorEvent { detector: channel.detector, at: event.at, on: event.on });
        self.send(channel.signal.0, input);
    }

    /// The next that arrives up to `until`.
    #[inline]
    pub fn next(&mut self, until: Millis) -> Option<(u32, Input)> {
        // Asked for every edge: mostly there is no post at all.
        if self.coming.is_empty() { None } else { self.coming.pop_front_if(|(_, input)| input.at() <= until) }
    }

    /// Takes the reports of the step that ends at `end`.
    pub fn report(&mut self, scene: &Scene, routes: &RouteTable, traffic: &Traffic, end: Millis) {
        if self.reporting.is_empty() {
            return;
        }
        let reporting = std::mem::take(&mut self.reporting);
        for second in seconds(end - scene.setup.step, end) {
            for lane in &reporting {
                for v in &traffic.lanes[lane.lane.index()].vehicles {
                    if let Some((signal, report)) = report(scene, routes, lane, v, (second, end)) {
                        self.send(signal.0, Input::Vehicle(report));
                    }
                }
            }
        }
        self.reporting = reporting;
    }

    /// Tells neighbours what the controllers know after the step that ends at `end`.
    pub fn tell(&mut self, scene: &Scene, controllers: &[Controller], end: Millis) {
        let nobody = self.told.is_empty() && self.announced.is_empty();
        if nobody || seconds(end - scene.setup.step, end).next().is_none() {
            return;
        }
        let (told, announced) = (std::mem::take(&mut self.told), std::mem::take(&mut self.announced));
        for message in &told {
            let (Told { of: (signal, lane), to: (to, exit), .. }, at) = (*message, arrival(scene, message, end));
            if let Some((at, (queued, room))) = at.zip(controllers[signal].tell(lane, end)) {
                let age_ms = u16::try_from((at - end).0).unwrap_or(u16::MAX);
                self.send(to, Input::Neighbour(NeighbourReport { at, age_ms, exit, queued, room }));
            }
        }
        for message in &announced {
            let (Told { of: (signal, lane), to: (to, feeder), .. }, at) = (*message, arrival(scene, message, end));
            if let Some((at, left)) = at.zip(controllers[signal].gone(lane)) {
                let age_ms = u16::try_from((at - end).0).unwrap_or(u16::MAX);
                self.send(to, Input::Departures(DepartureReport { at, age_ms, feeder, left }));
            }
        }
        (self.told, self.announced) = (told, announced);
    }
}

/// When a message that is sent at `end` arrives; none: it is lost.
fn arrival(scene: &Scene, message: &Told, end: Millis) -> Option<Millis> {
    let (sender, receiver) = (SignalId::new(message.of.0), SignalId::new(message.to.0 as usize));
    let faults = scene.setup.detectors.messages.iter().filter(|fault| fault.is_of(sender, receiver, end));
    let (lost, latency) =
        faults.fold((0.0_f64, Millis(0)), |(lost, late), fault| (lost.max(fault.lost), late.max(fault.latency)));
    let second = end.0.div_euclid(1000).cast_unsigned();
    let is_lost = lost > 0.0 && f64::from(uniform(scene.setup.seed, message.key, Purpose::Message, second)) < lost;
    (!is_lost).then_some(end + scene.setup.step + latency)
}

/// The whole seconds after `start`, up to `end`.
fn seconds(start: Millis, end: Millis) -> impl Iterator<Item = Millis> {
    (start.0.div_euclid(1000) + 1..=end.0.div_euclid(1000)).map(|s| Millis(s * 1000))
}

/// What a vehicle on a lane reports of a second in the step that ends at `end`, and to whom; none if it does not report.
fn report(
    scene: &Scene,
    routes: &RouteTable,
    from: &Reporting,
    v: &Vehicle,
    (second, end): (Millis, Millis),
) -> Option<(SignalId, VehicleReport)> {
    let (seed, probes) = (scene.setup.seed, &scene.setup.sensing.probes);
    let some = scene.setup.sensing.tier == Tier::LoopsProbe;
    if some && f64::from(uniform(seed, v.key, Purpose::Probe, 0)) >= probes.share {
        return None;
    }
    let to = addressee(scene, routes, from, v);
    let since = v.moved * ((end - second).0 as f32 / scene.setup.step.0 as f32);
    let mut distance = to.to_line + scene.lanes[from.lane.index()].length - v.position + since;
    let mut latency = Millis(0);
    if some {
        let drawn = normal(seed, v.key, Purpose::ProbeNoise, second.0.cast_unsigned() / 1000);
        distance += (probes.noise_m * drawn) as f32;
        latency = probes.latency;
    }
    let report = VehicleReport {
        at: second + latency,
        age_ms: latency.0 as u16,
        vehicle: v.id.0,
        lane: to.number,
        // Numbers beyond the range become its ends.
        distance_dm: (10.0 * distance) as u16,
        speed_cm_s: (100.0 * v.speed) as u16,
    };
    Some((to.signal, report))
}

/// To whom a vehicle reports: to the stop line to which its route takes it, if that is one of those to which its lane leads,
/// else to the first of these.
fn addressee<'a>(scene: &Scene, routes: &RouteTable, from: &'a Reporting, v: &Vehicle) -> &'a Addressee {
    let first = &from.to[0];
    if from.to.len() == 1 {
        return first;
    }
    let facts = &scene.lanes[from.lane.index()];
    // Inside a junction it is on the leg before.
    let (mut leg, mut lane) = match facts.internal {
        true => (v.leg + 1, usize::from(scene.lanes[scene.moves[facts.exit.index()].to.index()].index)),
        false => (v.leg, usize::from(facts.index)),
    };
    for _ in 0..MOST_LINKS {
        if leg >= routes.legs(v.path) {
            break;
        }
        let choices = routes.leg(v.path, leg);
        let Some(here) = choices.get(lane) else { break };
        // The lane that it needs, else the one that it is on.
        let best = lane.saturating_add_signed(isize::from(here.offset));
        let of = scene.network.link(routes.links(v.path)[usize::from(leg)]).lanes.start;
        let known = |lane: usize| from.to.iter().find(|to| to.line.index() == of as usize + lane);
        if let Some(known) = known(best).or_else(|| known(lane)) {
            return known;
        }
        let Some((_, next)) = choices.get(best).and_then(|choice| choice.onward()) else { break };
        (leg, lane) = (leg + 1, next);
    }
    first
}

/// The lanes from which vehicles report to signals that want to know.
fn reporting(scene: &Scene, controllers: &[Controller]) -> Vec<Reporting> {
    let network = &scene.network;
    let mut found: BTreeMap<LaneId, Vec<Addressee>> = BTreeMap::new();
    for Line { signal, lane: line, way, .. } in lines(network) {
        // Who has no surroundings does not look at lanes.
        let around = controllers[signal.index()].surroundings();
        if let Some(number) = around.and_then(|around| around.find(&network.lane(line).id)) {
            for stretch in way.iter().chain(&inside(network, &way)) {
                let to = Addressee { signal, number, line, to_line: stretch.to_line };
                found.entry(stretch.lane).or_default().push(to);
            }
        }
    }
    found.into_iter().map(|(lane, to)| Reporting { lane, to }).collect()
}

/// Who is told of which lanes: signals that want to know it, of their exits at signals that know something.
fn told(scene: &Scene, controllers: &[Controller]) -> Vec<Told> {
    let exits = |of: &Approaches| of.exits.iter().map(|exit| (exit.signal.clone(), exit.lane.clone())).collect();
    neighbours(scene, controllers, Looks::Neighbours, exits)
}

/// Who is told how many have left a lane: signals that want to know it, of their feeders at signals that know something.
fn announced(scene: &Scene, controllers: &[Controller]) -> Vec<Told> {
    let feeders = |of: &Approaches| of.feeders.iter().map(|of| (of.signal.clone(), of.lane.clone())).collect();
    neighbours(scene, controllers, Looks::Arrivals, feeders)
}

/// Who is told something of which lanes: those who look so far, of the lanes of others in their lists, each by its signal and
/// name.
fn neighbours(
    scene: &Scene,
    controllers: &[Controller],
    looks: Looks,
    lists: impl Fn(&Approaches) -> Vec<(String, String)>,
) -> Vec<Told> {
    let signals = &scene.network.signals;
    let by_name: BTreeMap<&str, usize> = signals.iter().enumerate().map(|(i, s)| (s.id.as_str(), i)).collect();
    let mut all = Vec::new();
    for (to, controller) in (0..).zip(controllers).filter(|(_, c)| c.looks() >= looks) {
        let list = controller.surroundings().map_or_else(Vec::new, &lists);
        for (number, (signal, lane)) in (0..).zip(list) {
            let Some(&signal) = by_name.get(signal.as_str()) else { continue };
            let known = controllers[signal].surroundings().and_then(|around| around.find(&lane));
            let key = key_of(&format!("{}>{}", signals[signal].id, signals[to as usize].id));
            all.extend(known.map(|lane| Told { of: (signal, usize::from(lane)), to: (to, number), key }));
        }
    }
    all.sort_unstable_by_key(|told| (told.of, told.to));
    all
}
