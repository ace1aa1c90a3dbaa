//! What may be done to a running simulation, and when: incidents, what operators do, demand. Plain data; how it is
//! carried out is in [`sim::command`](crate::sim::command).

use std::collections::BTreeMap;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

use crate::detectors::Stuck;

// Checkpoints keep commands in a format without field names: no field may be left out when it is serialised.

/// What may be done to a running simulation. Links, lanes and signals have the names of the network; lanes of a link
/// are counted from the kerb, from 0. Times are seconds on the scenario's clock.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub enum Command {
    /// Sets the speed limit of a link's lanes.
    SpeedLimit {
        /// Name of the link.
        link: String,
        /// New limit, m/s.
        #[schemars(range(min = 0.5, max = 30.0), extend("unit" = "m/s"))]
        limit: f64,
    },
    /// Closes lanes of a road. Nobody enters them; whoever is on them drives on. Whoever has no way left over open
    /// lanes finds another one, or is *unserved* until there is one. The last command about a lane counts.
    CloseLanes {
        /// Name of the link.
        link: String,
        /// Which lanes; none given: all.
        #[serde(default)]
        #[schemars(inner(range(min = 0, max = 255)), extend("unit" = "number"))]
        lanes: Option<Vec<u8>>,
        /// When they open again, s, later than the command; none: not until a command opens them.
        #[serde(default)]
        #[schemars(range(min = -1e9, max = 1e9), extend("unit" = "s"))]
        until: Option<f64>,
    },
    /// Opens closed lanes.
    OpenLanes {
        /// Name of the link.
        link: String,
        /// Which lanes; none given: all.
        #[serde(default)]
        #[schemars(inner(range(min = 0, max = 255)), extend("unit" = "number"))]
        lanes: Option<Vec<u8>>,
    },
    /// Puts a signal out of order: right of way is as its signs have it. It goes through yellow and red, so that nobody
    /// is caught between lamps and signs, and comes back through red everywhere. The last command about a signal
    /// counts.
    SignalOutage {
        /// Name of the signal.
        signal: String,
        /// What it shows meanwhile.
        #[serde(default)]
        shows: Outage,
        /// When it is in order again, s, later than the command; none: not until a command restores it.
        #[serde(default)]
        #[schemars(range(min = -1e9, max = 1e9), extend("unit" = "s"))]
        until: Option<f64>,
    },
    /// Ends an outage.
    SignalRestore {
        /// Name of the signal.
        signal: String,
    },
    /// What an operator or a central computer asks of a signal's controller.
    Signal {
        /// Name of the signal.
        signal: String,
        /// What: `Flash(true)`, `Hold(group: 2, on: true)`, `Omit(group: 2, on: true)`, `ForceOff(group: 2)`,
        /// `Call(group: 2)`, `Stage(stage: 1, on: true)` (shown and held whatever the strategy asks for),
        /// `Preempt(preempt: 0, on: true)`, `Pattern(1)`, `Free`, `Calendar`. Groups, stages, preemptions and patterns count from
        /// 0, in the order in which `timing` lists them; what is on stays on until it is put off.
        #[schemars(schema_with = "order")]
        order: intergreen_control::Command,
    },
    /// Gives signals another strategy. It takes over between two steps: lamps stay, and so does what detectors have told and
    /// what was ordered. One that would need another plan than the one that runs is refused.
    Controller {
        /// Names of the signals; none: all.
        #[serde(default)]
        signals: Vec<String>,
        /// Name of the strategy.
        strategy: String,
        /// Its parameters: name and value, both as text.
        #[serde(default)]
        parameters: BTreeMap<String, String>,
    },
    /// More or less demand from the command's time on: of everybody who then departs, so many times as many depart.
    /// Copies depart up to a minute after the vehicle they are copies of.
    DemandSurge {
        /// Factor on the departures.
        #[schemars(range(min = 0.0, max = 100.0), extend("unit" = "factor"))]
        factor: f64,
        /// Until when, s, later than the command; none: for ever.
        #[serde(default)]
        #[schemars(range(min = -1e9, max = 1e9), extend("unit" = "s"))]
        until: Option<f64>,
        /// Only those who enter on one of these links; empty: on any.
        #[serde(default)]
        from: Vec<String>,
        /// Only those who arrive on one of these links; empty: on any.
        #[serde(default)]
        to: Vec<String>,
    },
    /// Breaks a detector. The last command about a detector counts.
    DetectorFault {
        /// Name of the signal to which it reports.
        signal: String,
        /// Its channel there, from 0.
        detector: u16,
        /// How it is broken.
        stuck: Stuck,
        /// When it is sound again, s, later than the command; none: not until a command mends it.
        #[serde(default)]
        #[schemars(range(min = -1e9, max = 1e9), extend("unit" = "s"))]
        until: Option<f64>,
    },
    /// Mends a detector that is stuck or silent, whether by a command or from the beginning.
    DetectorRestore {
        /// Name of the signal to which it reports.
        signal: String,
        /// Its channel there, from 0.
        detector: u16,
    },
}

/// What a signal that is out of order shows.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Outage {
    /// Nothing.
    #[default]
    Dark,
    /// Flashing yellow.
    Flashing,
}

/// A command and when it takes effect: at the start of the first step at or after `at`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TimedCommand {
    /// When, s on the scenario's clock.
    #[schemars(range(min = -1e9, max = 1e9), extend("unit" = "s"))]
    pub at: f64,
    /// Orders commands of one moment.
    #[serde(default)]
    #[schemars(range(min = 0, max = 4_294_967_295_u32), extend("unit" = "number"))]
    pub id: u32,
    /// What.
    pub command: Command,
}

/// Parameters of a strategy as people write them: `param=value,…`.
///
/// # Errors
/// If one has no name, or no `=`.
pub fn parameters(text: &str) -> Result<Vec<(String, String)>, String> {
    let one = |part: &str| assignment(part).ok_or_else(|| format!("'{part}': expected PARAM=VALUE"));
    text.split(',').map(one).collect()
}

/// Takes `name=value` apart; none if there is no name, or no `=`.
pub fn assignment(text: &str) -> Option<(String, String)> {
    let (name, value) = text.split_once('=')?;
    let name = name.trim();
    (!name.is_empty()).then(|| (name.to_owned(), value.trim().to_owned()))
}

/// What is asked of a controller, in the schema of scenario files.
fn order(_: &mut SchemaGenerator) -> Schema {
    json_schema!({})
}
