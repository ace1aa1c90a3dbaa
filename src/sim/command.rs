//! Commands: the only way in which anything outside changes a running simulation.

use bevy::ecs::prelude::Resource;
use intergreen_control::Millis;
use serde::{Deserialize, Serialize};

use super::by_type::Row;
use super::scene::Scene;

/// What may be done to a running simulation.
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

/// Commands to come, ordered by (time, id).
#[derive(Resource, Clone, Debug, Default)]
pub struct Agenda {
    list: Vec<TimedCommand>,
    next: usize,
}

impl Agenda {
    /// Adds a command. One whose time has passed takes effect in the next step.
    pub fn add(&mut self, command: TimedCommand) {
        let key = |c: &TimedCommand| (Millis::from_seconds(c.at), c.id);
        let place = self.next + self.list[self.next..].partition_point(|c| key(c) <= key(&command));
        self.list.insert(place, command);
    }

    /// The same commands, all still to come.
    pub fn again(&self) -> Self {
        Self { list: self.list.clone(), next: 0 }
    }

    /// Whether a command is due by `now`.
    pub fn is_due(&self, now: Millis) -> bool {
        self.list.get(self.next).is_some_and(|c| Millis::from_seconds(c.at) <= now)
    }

    /// Takes the commands due by `now`, in order.
    pub fn due(&mut self, now: Millis) -> Vec<Command> {
        let start = self.next;
        while self.is_due(now) {
            self.next += 1;
        }
        self.list[start..self.next].iter().map(|c| c.command.clone()).collect()
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
