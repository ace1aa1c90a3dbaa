//! Commands: the only way in which anything outside changes a running simulation.

use bevy::ecs::prelude::Resource;
use intergreen_control::Millis;
use serde::{Deserialize, Serialize};

use super::by_type::Row;
use super::scene::Scene;

/// What may be done to a running simulation.
///
/// What a command does to the [`Scene`] hangs on the scene, the command and the time alone, and can be done again to a
/// fresh scene: a checkpoint keeps the commands, not the scene. What it does to vehicles and paths is moving state.
/// Checkpoints write commands in a format without field names: no field may be left out when it is serialised.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum Command {
    /// Sets the speed limit of a link's lanes.
    SpeedLimit {
        /// Name of the link.
        link: String,
        /// New limit, m/s, > 0.
        limit: f64,
    },
}

/// A command and when it takes effect: at the start of the first step at or after `at`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TimedCommand {
    /// When, s on the scenario's clock.
    pub at: f64,
    /// Orders commands of one moment.
    #[serde(default)]
    pub id: u32,
    /// What.
    pub command: Command,
}

/// All commands of a run, those carried out first; those to come are ordered by (time, id).
#[derive(Resource, Clone, Debug, Default, Serialize, Deserialize)]
pub struct Agenda {
    list: Vec<TimedCommand>,
    /// When each of the first ones was carried out.
    done: Vec<Millis>,
}

impl Agenda {
    /// Adds a command. One whose time has passed takes effect in the next step.
    pub fn add(&mut self, command: TimedCommand) {
        let key = |c: &TimedCommand| (Millis::from_seconds(c.at), c.id);
        let next = self.done.len();
        let place = next + self.list[next..].partition_point(|c| key(c) <= key(&command));
        self.list.insert(place, command);
    }

    /// The same commands, all still to come.
    pub fn again(&self) -> Self {
        Self { list: self.list.clone(), done: Vec::new() }
    }

    /// Whether a command is due by `now`.
    pub fn is_due(&self, now: Millis) -> bool {
        self.list.get(self.done.len()).is_some_and(|c| Millis::from_seconds(c.at) <= now)
    }

    /// Takes the commands due by `now`, in order.
    pub fn due(&mut self, now: Millis) -> Vec<Command> {
        let start = self.done.len();
        while self.is_due(now) {
            self.done.push(now);
        }
        self.list[start..self.done.len()].iter().map(|c| c.command.clone()).collect()
    }

    /// All commands, those carried out first.
    pub fn list(&self) -> &[TimedCommand] {
        &self.list
    }

    /// Whether none has been carried out yet.
    pub fn is_fresh(&self) -> bool {
        self.done.is_empty()
    }

    /// Does to a fresh scene what the commands carried out so far did to theirs.
    pub fn replay(&self, scene: &mut Scene) {
        for c in &self.list[..self.done.len()] {
            c.command.apply(scene);
        }
    }

    /// Checks an agenda that comes from outside, in a run that has reached `now`.
    ///
    /// # Errors
    /// Says which command is wrong.
    pub(super) fn check(&self, scene: &Scene, now: Millis) -> Result<(), String> {
        for c in &self.list {
            if !c.at.is_finite() {
                return Err("a command's time is no number".into());
            }
            c.command.check(scene)?;
        }
        let in_time = self.done.is_sorted() && self.done.last().is_none_or(|&at| at < now);
        let wrong = || "times at which commands were carried out; expected one for each, before now".to_owned();
        if in_time && self.done.len() <= self.list.len() { Ok(()) } else { Err(wrong()) }
    }
}

impl Command {
    /// Checks a command against the network.
    ///
    /// # Errors
    /// Says what is wrong with it.
    pub fn check(&self, scene: &Scene) -> Result<(), String> {
        match self {
            Self::SpeedLimit { link, limit } => {
                if scene.network.find_link(link).is_none() {
                    return Err(format!("SpeedLimit: there is no link '{link}'"));
                }
                if !(limit.is_finite() && *limit > 0.0) {
                    return Err(format!(
                        "SpeedLimit of link '{link}': limit is {limit}; expected a positive number of m/s"
                    ));
                }
                Ok(())
            }
        }
    }

    /// Carries it out.
    pub fn apply(&self, scene: &mut Scene) {
        match self {
            Self::SpeedLimit { link, limit } => {
                if let Some(id) = scene.network.find_link(link) {
                    for lane in scene.network.lanes_of(id) {
                        let lane = &mut scene.lanes[lane.index()];
                        // It holds for every class.
                        (lane.limit, lane.limits) = (*limit as f32, Row::NONE);
                    }
                }
            }
        }
    }
}
