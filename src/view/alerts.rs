//! What somebody should look at: gridlock, blockage, spillback, starvation, failed detectors.
//!
//! Terms
//! - **spillback**: a queue fills a lane up to its begin, and is about to block the junction before it.
//! - **starvation**: a group has waited for longer than its plan allows (a cycle fault).

use intergreen_control::Millis;
use intergreen_control::log::code;

use super::snapshot::{Alert, STANDING};
use crate::network::{LaneId, SignalId};
use crate::sim::{Scene, Simulation};

/// Time between two looks at lanes.
const EVERY: Millis = Millis(5_000);
/// A queue that reaches nearer to the begin of its lane than this has spilled back, m.
const NEAR: f32 = 8.0;
/// Shorter lanes are full with a few vehicles, m.
const SHORT: f32 = 40.0;
/// A lane that has spilled back for so long is told of; and not again before it has been free for so long.
const LASTS: Millis = Millis(15_000);
const AGAIN: Millis = Millis(300_000);

/// What is known of a lane.
#[derive(Clone, Copy, Debug, Default)]
struct Queue {
    /// Since when it has spilled back.
    since: Option<Millis>,
    /// When it last had, of those that were told.
    told: Option<Millis>,
}

/// Looks for what somebody should look at.
#[derive(Clone, Debug)]
pub struct Alerts {
    gridlocks: usize,
    faults: usize,
    lanes: Vec<Queue>,
    next: Millis,
    found: Vec<Alert>,
}

impl Alerts {
    /// From now on; what was found before is old, but detectors that have failed are told of.
    pub fn new(sim: &Simulation) -> Self {
        let mut alerts = Self {
            gridlocks: sim.gridlocks().found.len(),
            faults: sim.controllers().faults.len(),
            lanes: vec![Queue::default(); sim.scene().lanes.len()],
            next: sim.now(),
            found: Vec::new(),
        };
        for (i, controller) in sim.controllers().list.iter().enumerate() {
            let failed = |&d: &u16| !controller.detectors().health(d).is_good();
            let channels = 0..sim.scene().sensors.per_signal[i];
            channels
                .filter(failed)
                .for_each(|detector| alerts.detector(sim.scene(), sim.now(), (SignalId::new(i), detector)));
        }
        alerts
    }

    /// A detector has failed.
    fn detector(&mut self, scene: &Scene, at: Millis, (signal, detector): (SignalId, u16)) {
        let name = &scene.network.signals[signal.index()].id;
        let Some(sensor) = scene.sensor(name, detector) else { return };
        let text = format!("detector {detector} of signal {name} has failed");
        self.found.push(Alert { at, text, lane: scene.sensors.list[sensor].lane });
    }

    /// Looks at a step.
    pub fn look(&mut self, sim: &Simulation) {
        self.gridlocks(sim);
        self.signals(sim);
        if sim.now() >= self.next {
            self.next = sim.now() + EVERY;
            self.queues(sim);
        }
    }

    /// Hands over what was found since the last time.
    pub fn take(&mut self, into: &mut Vec<Alert>) {
        into.append(&mut self.found);
    }

    fn gridlocks(&mut self, sim: &Simulation) {
        let (scene, found) = (sim.scene(), &sim.gridlocks().found);
        for finding in found.get(self.gridlocks..).unwrap_or_default() {
            let Some(&lane) = finding.lanes.first() else { continue };
            let at = scene.setup.begin + Millis::from_seconds(finding.time_s);
            let name = &scene.network.lane(lane).id;
            let text = match finding.cycle {
                true => format!("gridlock of {} lanes, at lane {name}", finding.lanes.len()),
                false => format!("blockage at lane {name}"),
            };
            self.found.push(Alert { at, text, lane });
        }
        self.gridlocks = found.len();
    }

    /// Starvation and failed detectors.
    fn signals(&mut self, sim: &Simulation) {
        let (scene, controllers) = (sim.scene(), sim.controllers());
        let name = |signal: SignalId| &scene.network.signals[signal.index()].id;
        for fault in controllers.faults.get(self.faults..).unwrap_or_default() {
            let group = controllers.list[fault.signal.index()].plan().groups().get(usize::from(fault.group));
            let group = group.map_or("?", |g| g.name.as_str());
            let of = |m: &&crate::network::MovementId| {
                scene.network.movement(**m).head.is_some_and(|h| h.group == fault.group)
            };
            let movements = &scene.network.signals[fault.signal.index()].movements;
            let Some(&movement) = movements.iter().find(of).or(movements.first()) else { continue };
            let text = format!("starvation at signal {}: group {group} has waited too long", name(fault.signal));
            self.found.push(Alert { at: fault.at, text, lane: scene.network.movement(movement).from });
        }
        self.faults = controllers.faults.len();
        for &(signal, event) in &controllers.events {
            if !(code::DETECTOR_OTHER..=code::DETECTOR_ERRATIC).contains(&event.code) {
                continue;
            }
            let detector = (SignalId::new(signal as usize), event.parameter.saturating_sub(1));
            self.detector(scene, event.at, detector);
        }
    }

    /// Spillback.
    fn queues(&mut self, sim: &Simulation) {
        let (scene, now) = (sim.scene(), sim.now());
        for (i, here) in sim.traffic().lanes.iter().enumerate() {
            let queue = &mut self.lanes[i];
            let full = here.vehicles.last().is_some_and(|v| v.speed < STANDING && v.back() < NEAR);
            if !full {
                queue.since = None;
                continue;
            }
            let (lane, network) = (LaneId::new(i), &scene.network);
            let facts = network.lane(lane);
            // Where vehicles enter the network, those who wait stand outside.
            if facts.internal || facts.length < SHORT || facts.incoming.is_empty() {
                continue;
            }
            let standing = here.vehicles.iter().filter(|v| v.speed < STANDING).count();
            if standing * 2 < here.vehicles.len() {
                continue;
            }
            let since = *queue.since.get_or_insert(now);
            if now - since >= LASTS {
                if queue.told.is_none_or(|told| now - told > AGAIN) {
                    let text = format!("spillback: the queue fills lane {} ({standing} vehicles)", facts.id);
                    self.found.push(Alert { at: now, text, lane });
                }
                queue.told = Some(now);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detectors::Stuck;
    use crate::sim::{Command, Outage, TimedCommand};
    use crate::view::test_world::fresh;

    #[test]
    fn spillback_and_failed_detectors_are_told_once_and_where() {
        let mut sim = fresh();
        sim.log_events();
        let signal = sim.scene().network.signals[1].id.clone();
        // Nobody is told of a quiet run.
        let mut alerts = Alerts::new(&sim);
        let run = |sim: &mut Simulation, alerts: &mut Alerts, until: i64| {
            let mut found = Vec::new();
            while sim.now() < Millis(until * 1000) {
                sim.step();
                alerts.look(sim);
            }
            alerts.take(&mut found);
            found
        };
        let quiet = run(&mut sim, &mut alerts, 300);
        assert!(quiet.is_empty(), "{quiet:?}");
        // On a road that leads on everybody crawls: the queue before it grows back over the junction. A loop falls silent.
        let network = &sim.scene().network;
        let main = network.links.iter().filter(|l| !l.internal && l.to.is_some() && l.from.is_some());
        let leads_on = |l: &&crate::network::Link| {
            let lane = network.lane(LaneId(l.lanes.start));
            !lane.incoming.is_empty() && !lane.movements.is_empty()
        };
        let slow = main.filter(leads_on).map(|l| l.id.clone()).next().expect("a road between junctions");
        // Others may be taken for broken where everybody crawls.
        let silent = format!("detector 0 of signal {signal} ");
        for (id, command) in (0..).zip([
            Command::SpeedLimit { link: slow, limit: 0.5 },
            Command::DetectorFault { signal: signal.clone(), detector: 0, stuck: Stuck::Silent, until: None },
            Command::SignalOutage { signal, shows: Outage::Flashing, until: Some(301.0) },
        ]) {
            sim.command(TimedCommand { at: 300.0, id, command }).expect("it fits");
        }
        let found = run(&mut sim, &mut alerts, 2400);
        let of = |word: &str| found.iter().filter(|a| a.text.contains(word)).count();
        assert!(of("spillback") >= 1, "{found:?}");
        assert_eq!(of(&silent), 1, "{found:?}");
        // Not told again while it lasts: at most once more, when it has been gone for long.
        let lanes: std::collections::BTreeSet<LaneId> =
            found.iter().filter(|a| a.text.contains("spillback")).map(|a| a.lane).collect();
        assert!(of("spillback") <= 2 * lanes.len(), "{found:?}");
    }
}
