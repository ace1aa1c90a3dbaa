//! Commands: the only way in which anything outside changes a running simulation.
//!
//! A command's effect on the [`Scene`] is a function of the scene, the command and its moment alone, so that the same
//! commands in the same order make the same scene of a fresh one ([`Due::change`]). What else it changes is part of
//! the moving state: paths and vehicles ([`closures`](super::closures)), controllers
//! ([`Controllers::order`](super::control::Controllers::order)).

mod check;

use std::sync::Arc;

use bevy::ecs::prelude::Resource;
use intergreen_control::Millis;
use serde::{Deserialize, Serialize};

pub use self::check::of_registry;
use super::by_type::Row;
use super::control::Choice;
use super::scene::Scene;
use super::surge;
pub use crate::commands::{Command, Outage, TimedCommand};
use crate::detectors::Fault;
use crate::network::{LaneId, LinkId, SignalId};

impl Command {
    /// When it ends by itself, s.
    fn until(&self) -> Option<f64> {
        match self {
            Self::CloseLanes { until, .. } | Self::SignalOutage { until, .. } => *until,
            _ => None,
        }
    }
}

/// A command whose time has come.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Due {
    /// What.
    pub command: Command,
    /// Its moment: when it was to take effect, or when it was given, if that was later.
    pub at: Millis,
    /// Whether it begins to be in force, or ends.
    pub ends: bool,
}

/// A command to come, or its end.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Entry {
    time: Millis,
    id: u32,
    /// When it was given.
    given: Millis,
    ends: bool,
    command: Command,
}

/// Commands to come, ordered by (time, id). One with an end is on the list twice.
#[derive(Resource, Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Agenda {
    list: Vec<Entry>,
    next: usize,
}

impl Agenda {
    /// Adds a command at `now`. One whose time has passed takes effect in the next step.
    pub fn add(&mut self, command: TimedCommand, now: Millis) {
        let TimedCommand { at, id, command } = command;
        if let Some(until) = command.until() {
            let end = Entry { time: Millis::from_seconds(until), id, given: now, ends: true, command: command.clone() };
            self.insert(end);
        }
        self.insert(Entry { time: Millis::from_seconds(at), id, given: now, ends: false, command });
    }

    fn insert(&mut self, entry: Entry) {
        let key = |e: &Entry| (e.time, e.id);
        let place = self.next + self.list[self.next..].partition_point(|e| key(e) <= key(&entry));
        self.list.insert(place, entry);
    }

    /// The same commands, all still to come in a run that starts at `begin`.
    pub fn again(&self, begin: Millis) -> Self {
        let mut list = self.list.clone();
        list.iter_mut().for_each(|e| e.given = begin);
        // Stable: those of one moment keep their order.
        list.sort_by_key(|e| (e.time, e.id));
        Self { list, next: 0 }
    }

    /// Whether a command is due by `now`.
    pub fn is_due(&self, now: Millis) -> bool {
        self.list.get(self.next).is_some_and(|e| e.time <= now)
    }

    /// Whether a command is to come within a day from `now`: nobody waits longer for one.
    pub fn goes_on(&self, now: Millis) -> bool {
        const DAY: Millis = Millis(86_400_000);
        self.list.get(self.next).is_some_and(|e| e.time <= now + DAY)
    }

    /// Takes the commands due by `now`, in order.
    pub fn due(&mut self, now: Millis) -> Vec<Due> {
        let start = self.next;
        while self.is_due(now) {
            self.next += 1;
        }
        self.list[start..self.next].iter().map(Entry::due).collect()
    }

    /// Whether none has taken effect yet.
    pub fn is_fresh(&self) -> bool {
        self.next == 0
    }

    /// All commands as they were given, those that have taken effect first.
    pub fn given(&self) -> Vec<TimedCommand> {
        let begins = self.list.iter().filter(|e| !e.ends);
        begins.map(|e| TimedCommand { at: e.time.seconds(), id: e.id, command: e.command.clone() }).collect()
    }

    /// Does to a fresh scene what the commands so far did to theirs.
    pub(super) fn replay(&self, scene: &mut Scene) {
        self.done().for_each(|due| due.change(scene));
    }

    /// The commands that have taken effect, in order: what has to be done to a fresh scene to make this one.
    pub fn done(&self) -> impl Iterator<Item = Due> {
        self.list[..self.next].iter().map(Entry::due)
    }
}

impl Entry {
    fn due(&self) -> Due {
        Due { command: self.command.clone(), at: self.time.max(self.given), ends: self.ends }
    }
}

impl Due {
    /// Its effect on the scene. A command that does not fit the network has none.
    pub fn change(&self, scene: &mut Scene) {
        match &self.command {
            Command::SpeedLimit { link, limit } => {
                if let Some(id) = scene.network.find_link(link) {
                    for lane in scene.network.lanes_of(id) {
                        let lane = &mut scene.lanes[lane.index()];
                        // It holds for every class.
                        (lane.limit, lane.limits) = (*limit as f32, Row::NONE);
                    }
                }
            }
            Command::CloseLanes { link, lanes, until } => {
                let lanes = lanes_of(scene, link, lanes.as_deref());
                let until = until.map_or(Millis::NEVER, Millis::from_seconds);
                scene.closures.set(scene.lanes.len(), &lanes, self.at, (!self.ends).then_some(until));
            }
            Command::OpenLanes { link, lanes } => {
                let lanes = lanes_of(scene, link, lanes.as_deref());
                scene.closures.open(&lanes);
            }
            Command::DemandSurge { factor, until, from, to } => {
                let links = |names: &[String]| names.iter().filter_map(|n| scene.network.find_link(n)).collect();
                let (from, to): (Vec<LinkId>, Vec<LinkId>) = (links(from), links(to));
                let until = until.map_or(Millis::NEVER, Millis::from_seconds);
                surge::apply(scene, &surge::Surge { factor: *factor, at: self.at, until, from, to });
            }
            Command::DetectorFault { signal, detector, stuck, until } => {
                let until = until.map_or(Millis::NEVER, Millis::from_seconds);
                if let Some(channel) = scene.channel(signal, *detector) {
                    scene.mend(channel, self.at);
                    scene.break_detector(channel, Fault::stuck(*stuck, self.at, until));
                }
            }
            Command::DetectorRestore { signal, detector } => {
                if let Some(channel) = scene.channel(signal, *detector) {
                    scene.mend(channel, self.at);
                }
            }
            Command::Controller { signals, .. } => {
                let Some(choice) = Choice::of_command(&self.command).map(Arc::new) else { return };
                let signals: Vec<SignalId> = scene.signals(signals).collect();
                signals.into_iter().for_each(|signal| scene.choices[signal.index()] = choice.clone());
            }
            Command::SignalOutage { .. } | Command::SignalRestore { .. } | Command::Signal { .. } => {}
        }
    }
}

/// These lanes of a link; none given: all.
fn lanes_of(scene: &Scene, link: &str, lanes: Option<&[u8]>) -> Vec<LaneId> {
    let network = &scene.network;
    let Some(id) = network.find_link(link) else { return Vec::new() };
    let wanted = |lane: &LaneId| lanes.is_none_or(|list| list.contains(&network.lane(*lane).index));
    network.lanes_of(id).filter(wanted).collect()
}
