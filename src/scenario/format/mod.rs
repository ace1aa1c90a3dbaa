//! What stands in a scenario file, version 2.
//!
//! The doc comments here are the reference page (`docs/scenario-files.md`), which is made from them, and the ranges
//! that stand beside the fields are what [`guide`](super::guide) holds files against: both are written down once.

mod control;
mod demand;
mod faults;
mod measures;
mod network;
mod v1;
mod vehicles;

use ron::extensions::Extensions;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use control::{
    ControllerFile, DetectorFile, DiagnosticsFile, KindFile, ModeFile, PlanFile, SensorsFile, WithoutFile,
};
pub use demand::{
    DemandFile, EnterFile, EntryFile, FlowFile, LeaveFile, MatrixFile, PairFile, PlaceFile, ProfileFile, RouteFile,
    ShareFile, StopFile, TripFile, TurnsFile, UntilFile, ViaFile, WeightFile, ZoneEndFile, ZoneFile,
};
pub use faults::{FaultFile, MessageFaultFile};
pub use measures::{AreaFile, GateFile, GatesFile, LampLogFile, LoopFile, MeasuresFile, SectionFile, TableFile};
pub use network::{NetworkFile, SumoNetFile};
pub use vehicles::{SpeedFactorFile, VehicleFile};

use super::ScenarioError;
use crate::commands::TimedCommand;
use crate::demand::FollowingModel;
use crate::demand::routing::{Memory, Moment};

/// The version this program writes. It reads all versions up to it.
pub(super) const VERSION: u32 = 2;

/// A scenario.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[serde(rename = "Scenario")]
pub struct ScenarioFile {
    /// Version of the format.
    #[schemars(range(min = 1, max = 2), extend("unit" = "version"))]
    pub version: u32,
    /// What results call it.
    pub name: String,
    /// What it is about.
    #[serde(default, skip_serializing_if = "is_default")]
    pub description: String,
    /// The day it plays on, as `2026-11-26`: whose day plan the calendars of plan files choose. Left out: a Monday.
    #[serde(default, skip_serializing_if = "is_default")]
    #[schemars(regex(pattern = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"))]
    pub date: Option<String>,
    /// The time zone of its clock, as `Europe/Berlin` or `+01:00`. Results repeat it; nothing depends on it.
    #[serde(default, skip_serializing_if = "is_default")]
    pub time_zone: Option<String>,
    /// First moment, s on the scenario's clock (usually since midnight).
    #[serde(default, skip_serializing_if = "is_default")]
    #[schemars(range(min = 0.0, max = 604_800.0), extend("unit" = "s"))]
    pub begin: f64,
    /// Last moment, s on the scenario's clock, at most a week after the first. Left out: when the last vehicle has left.
    #[serde(default, skip_serializing_if = "is_default")]
    #[schemars(range(min = 0.0, max = 1_209_600.0), extend("unit" = "s"))]
    pub end: Option<f64>,
    /// Time from the beginning in which departures fill the network: they are simulated, and left out of all means.
    #[serde(default, skip_serializing_if = "is_default")]
    #[schemars(range(min = 0.0, max = 604_800.0), extend("unit" = "s"))]
    pub warm_up: f64,
    /// Length of a simulation step.
    #[serde(default = "half", skip_serializing_if = "is_half")]
    #[schemars(range(min = 0.05, max = 2.0), extend("unit" = "s", "default" = 0.5))]
    pub step: f64,
    /// The seeds of its runs: the first is that of a run that names none.
    #[serde(default = "seed_one", skip_serializing_if = "is_seed_one")]
    #[schemars(length(min = 1, max = 10_000), extend("unit" = "number", "default" = [1]))]
    pub seeds: Vec<u64>,
    /// Car-following model of vehicle types that name none.
    #[serde(default = "calibrated", skip_serializing_if = "is_calibrated")]
    #[schemars(extend("default" = "calibrated"))]
    pub behaviour: FollowingModel,
    /// How trips that name only where they begin and end find their way.
    #[serde(default, skip_serializing_if = "is_default")]
    pub routing: RoutingFile,
    /// Streets and signals.
    pub network: NetworkFile,
    /// Who drives: the vehicle types. Sources that name no vehicle draw from all of them by their shares.
    pub vehicles: Vec<VehicleFile>,
    /// How many drive from where to where.
    #[serde(default, skip_serializing_if = "is_default")]
    pub demand: DemandFile,
    /// What controllers see.
    #[serde(default, skip_serializing_if = "is_default")]
    pub sensors: SensorsFile,
    /// Who switches the signals.
    #[serde(default, skip_serializing_if = "is_default")]
    pub controller: ControllerFile,
    /// Plan files of signals, for whichever strategy runs.
    #[serde(default, skip_serializing_if = "is_default")]
    pub plans: Vec<PlanFile>,
    /// What happens at set times: incidents, and what operators do.
    #[serde(default, skip_serializing_if = "is_default")]
    pub commands: Vec<TimedCommand>,
    /// What is measured besides the books of a run, and written with `--out`.
    #[serde(default, skip_serializing_if = "is_default")]
    pub measures: MeasuresFile,
    /// Signals whose strategy the files it was imported from name, and which one runs instead. Results repeat it.
    #[serde(default, skip_serializing_if = "is_default")]
    pub fallbacks: Vec<String>,
}

impl ScenarioFile {
    /// A scenario of the present version that leaves out what may be left out.
    pub(super) fn new(name: &str, network: NetworkFile, vehicles: Vec<VehicleFile>, demand: DemandFile) -> Self {
        Self {
            version: VERSION,
            name: name.to_owned(),
            description: String::new(),
            date: None,
            time_zone: None,
            begin: 0.0,
            end: None,
            warm_up: 0.0,
            step: half(),
            seeds: seed_one(),
            behaviour: calibrated(),
            routing: RoutingFile::default(),
            network,
            vehicles,
            demand,
            sensors: SensorsFile::default(),
            controller: ControllerFile::default(),
            plans: Vec::new(),
            commands: Vec::new(),
            measures: MeasuresFile::default(),
            fallbacks: Vec::new(),
        }
    }
}

/// How trips that name only where they begin and end find their way.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[serde(default)]
#[serde(rename = "Routing")]
pub struct RoutingFile {
    /// `once`: before the run, at free flow, so that every run of a scenario has the same routes; `at_departure`: each
    /// when it departs, with the travel times of the traffic it meets, as SUMO does it.
    #[serde(skip_serializing_if = "is_default")]
    pub moment: Moment,
    /// What a movement that gives way without a lamp costs, s.
    #[schemars(range(min = 0.0, max = 1000.0), extend("unit" = "s"))]
    pub minor_penalty: f64,
    /// What turning round costs, s.
    #[schemars(range(min = 0.0, max = 1000.0), extend("unit" = "s"))]
    pub turnaround_penalty: f64,
    /// Time between looks at the traffic; 0: trips see empty roads.
    #[schemars(range(min = 0.0, max = 86_400.0), extend("unit" = "s"))]
    pub interval: f64,
    /// How a link's speed follows from what was seen there: `mean(n)` of so many last looks, or `fading(w)`: this share
    /// of what was assumed before and the rest of what is seen now.
    pub memory: Memory,
    /// After this time in line a vehicle looks for its way again; 0: never.
    #[schemars(range(min = 0.0, max = 86_400.0), extend("unit" = "s"))]
    pub again_after: f64,
}

impl Default for RoutingFile {
    fn default() -> Self {
        Self::of(&crate::demand::Routing::default())
    }
}

impl RoutingFile {
    /// As the engine has it.
    pub fn of(routing: &crate::demand::Routing) -> Self {
        Self {
            moment: routing.moment,
            minor_penalty: routing.penalties.minor,
            turnaround_penalty: routing.penalties.turnaround,
            interval: routing.interval.seconds(),
            memory: routing.memory,
            again_after: routing.again_after.seconds(),
        }
    }

    /// As the engine wants it.
    pub fn routing(&self) -> crate::demand::Routing {
        use crate::demand::routing::{Penalties, Routing};
        use intergreen_control::Millis;
        Routing {
            moment: self.moment,
            penalties: Penalties { minor: self.minor_penalty, turnaround: self.turnaround_penalty },
            interval: Millis::from_seconds(self.interval),
            memory: self.memory,
            again_after: Millis::from_seconds(self.again_after),
        }
    }
}

/// Whether a value need not be written.
fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// Serde default.
fn half() -> f64 {
    0.5
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_half(value: &f64) -> bool {
    *value == half()
}

/// Serde default.
fn one() -> f64 {
    1.0
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_one(value: &f64) -> bool {
    *value == one()
}

/// Serde default.
fn seed_one() -> Vec<u64> {
    vec![1]
}

fn is_seed_one(value: &[u64]) -> bool {
    value == [1]
}

/// Serde default.
fn calibrated() -> FollowingModel {
    FollowingModel::Calibrated
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_calibrated(model: &FollowingModel) -> bool {
    *model == calibrated()
}

/// The part of a file that decides how to read the rest.
#[derive(Deserialize)]
struct Head {
    version: u32,
}

/// How all our RON files are read.
pub fn options() -> ron::Options {
    ron::Options::default()
        .with_default_extension(Extensions::IMPLICIT_SOME | Extensions::UNWRAP_VARIANT_NEWTYPES)
        .with_recursion_limit(64)
}

/// Parses a file's text; files of earlier versions are carried over.
pub(super) fn parse(text: &str, name: &str) -> Result<ScenarioFile, ScenarioError> {
    let options = options();
    // A newer file must be told from a wrong one before its unknown fields are met.
    match options.from_str::<Head>(text).map_or(VERSION, |head| head.version) {
        VERSION => super::words::read(text, name),
        1 => super::words::read::<v1::Scenario>(text, name).map(v1::Scenario::carried_over),
        version => {
            let problem = format!("version: {version}; expected 1 to {VERSION}");
            Err(ScenarioError::new(name, text, text.find("version:"), problem))
        }
    }
}
