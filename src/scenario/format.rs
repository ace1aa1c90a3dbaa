//! What stands in a scenario file.

use std::collections::BTreeMap;

use ron::extensions::Extensions;
use serde::{Deserialize, Serialize};

use super::ScenarioError;
use crate::demand::routing::Moment;
use crate::network::VehicleClass;
use crate::network::compose::StreetPlan;

/// The version this program reads.
pub(super) const VERSION: u32 = 1;

/// A scenario file, version 1.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScenarioFile {
    /// Version of the format: 1.
    pub version: u32,
    /// What results call it.
    pub name: String,
    /// What it is about.
    #[serde(default)]
    pub description: String,
    /// First moment, s.
    #[serde(default)]
    pub begin: f64,
    /// Last moment, s.
    pub end: f64,
    /// Length of a simulation step, s.
    #[serde(default = "half")]
    pub step: f64,
    /// Seed of a run that names none.
    #[serde(default = "one")]
    pub seed: u64,
    /// When trips that name only where they begin and end find their way.
    #[serde(default)]
    pub routing: Moment,
    /// Streets and signals.
    pub network: NetworkFile,
    /// Who drives.
    pub vehicles: Vehicles,
    /// How many, from where to where.
    pub demand: DemandFile,
}

/// Serde default.
fn half() -> f64 {
    0.5
}

/// Serde default.
fn one() -> u64 {
    1
}

/// Serde default.
fn one_share() -> f64 {
    1.0
}

/// Where the network comes from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NetworkFile {
    /// A street plan in the file itself.
    Inline(StreetPlan),
}

/// The vehicle types; every entry draws from all of them by their shares.
pub type Vehicles = Vec<VehicleFile>;

/// A vehicle type: the calibrated driver of a class, and what differs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VehicleFile {
    /// Name.
    pub id: String,
    /// Class.
    #[serde(default = "passenger")]
    pub class: VehicleClass,
    /// Its share of all vehicles, relative to the others'.
    #[serde(default = "one_share")]
    pub share: f64,
    /// Length, m.
    #[serde(default)]
    pub length: Option<f64>,
    /// Acceleration, m/s².
    #[serde(default)]
    pub accel: Option<f64>,
    /// Comfortable deceleration, m/s².
    #[serde(default)]
    pub decel: Option<f64>,
    /// Desired time headway, s.
    #[serde(default)]
    pub tau: Option<f64>,
    /// Top speed, km/h.
    #[serde(default)]
    pub max_speed: Option<f64>,
}

/// Serde default.
fn passenger() -> VehicleClass {
    VehicleClass::Passenger
}

/// Demand.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DemandFile {
    /// Factor of all flows.
    #[serde(default = "one_share")]
    pub scale: f64,
    /// Named time profiles: factors of a flow, one per slice of 15 minutes from `begin`.
    #[serde(default)]
    pub profiles: BTreeMap<String, Vec<f64>>,
    /// Flows that enter and find their way by turning shares.
    #[serde(default)]
    pub entries: Vec<EntryFile>,
    /// Shares of approaches that no `turns` entry names.
    #[serde(default)]
    pub default_shares: ShareFile,
    /// Shares of approaches.
    #[serde(default)]
    pub turns: Vec<TurnsFile>,
    /// Flows with a given route.
    #[serde(default)]
    pub routes: Vec<RouteFile>,
}

/// A flow that enters the network.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EntryFile {
    /// Street it enters on; `-street` for its backward direction.
    pub street: String,
    /// Mean flow, veh/h (Poisson).
    pub flow: f64,
    /// Its time profile; none: constant.
    #[serde(default)]
    pub profile: Option<String>,
}

/// How traffic divides: parts, in any unit; what does not exist on an approach is left out.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ShareFile {
    /// To the left.
    pub left: f64,
    /// Straight on.
    pub straight: f64,
    /// To the right.
    pub right: f64,
}

impl Default for ShareFile {
    fn default() -> Self {
        Self { left: 10.0, straight: 80.0, right: 10.0 }
    }
}

/// How traffic divides at the end of a street.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TurnsFile {
    /// The street; `-street` for its backward direction.
    pub street: String,
    /// To the left.
    #[serde(default)]
    pub left: f64,
    /// Straight on.
    #[serde(default)]
    pub straight: f64,
    /// To the right.
    #[serde(default)]
    pub right: f64,
}

/// A flow with a given route.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RouteFile {
    /// Name of the flow.
    pub id: String,
    /// All streets in driving order; `-street` for a backward direction. Bays need not be named.
    pub streets: Vec<String>,
    /// Mean flow, veh/h (Poisson).
    pub flow: f64,
    /// Its time profile; none: constant.
    #[serde(default)]
    pub profile: Option<String>,
}

/// The part of a file that decides how to read the rest.
#[derive(Deserialize)]
struct Head {
    version: u32,
}

/// How all our RON files are read.
pub(super) fn options() -> ron::Options {
    ron::Options::default()
        .with_default_extension(Extensions::IMPLICIT_SOME | Extensions::UNWRAP_VARIANT_NEWTYPES)
        .with_recursion_limit(64)
}

/// Parses a file's text.
pub(super) fn parse(text: &str, name: &str) -> Result<ScenarioFile, ScenarioError> {
    let options = options();
    let at = |e: ron::error::SpannedError| {
        let place = (e.span.start.line, e.span.start.col);
        ScenarioError::at(name, text, Some(place), e.code.to_string())
    };
    // A newer file must be told from a wrong one before its unknown fields are met.
    let version = options.from_str::<Head>(text).map_or(VERSION, |head| head.version);
    if version != VERSION {
        let problem = format!("version: {version}; expected {VERSION}");
        return Err(ScenarioError::new(name, text, text.find("version:"), problem));
    }
    options.from_str(text).map_err(at)
}
