//! Demand: trips, flows, matrices, turning counts.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{is_default, is_one, one};
use crate::demand::{ArrivalPosition, DepartLane, DepartPosition, DepartSpeed};

/// How many drive from where to where. All kinds of demand may be mixed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename = "Demand")]
pub struct DemandFile {
    /// Factor on all demand.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    #[schemars(range(min = 0.0, max = 100.0), extend("unit" = "factor", "default" = 1))]
    pub scale: f64,
    /// Named time profiles.
    #[serde(default, skip_serializing_if = "is_default")]
    pub profiles: BTreeMap<String, ProfileFile>,
    /// Flows that enter on a street and find their way by turning shares.
    #[serde(default, skip_serializing_if = "is_default")]
    pub entries: Vec<EntryFile>,
    /// Turning shares of streets that `turns` does not name.
    #[serde(default, skip_serializing_if = "is_default")]
    pub default_shares: ShareFile,
    /// Turning shares or turning counts at the ends of streets.
    #[serde(default, skip_serializing_if = "is_default")]
    pub turns: Vec<TurnsFile>,
    /// Named routes, for trips and flows.
    #[serde(default, skip_serializing_if = "is_default")]
    pub routes: Vec<RouteFile>,
    /// Named stretches of lanes where vehicles stop (bus stops).
    #[serde(default, skip_serializing_if = "is_default")]
    pub places: Vec<PlaceFile>,
    /// Single vehicles.
    #[serde(default, skip_serializing_if = "is_default")]
    pub trips: Vec<TripFile>,
    /// Flows: rules that make vehicles.
    #[serde(default, skip_serializing_if = "is_default")]
    pub flows: Vec<FlowFile>,
    /// Zones, where the trips of matrices begin and end.
    #[serde(default, skip_serializing_if = "is_default")]
    pub zones: Vec<ZoneFile>,
    /// Origin–destination matrices.
    #[serde(default, skip_serializing_if = "is_default")]
    pub matrices: Vec<MatrixFile>,
}

impl Default for DemandFile {
    fn default() -> Self {
        Self {
            scale: 1.0,
            profiles: BTreeMap::new(),
            entries: Vec::new(),
            default_shares: ShareFile::default(),
            turns: Vec::new(),
            routes: Vec::new(),
            places: Vec::new(),
            trips: Vec::new(),
            flows: Vec::new(),
            zones: Vec::new(),
            matrices: Vec::new(),
        }
    }
}

impl DemandFile {
    /// Whether nobody drives.
    pub fn has_no_sources(&self) -> bool {
        self.entries.is_empty() && self.trips.is_empty() && self.flows.is_empty() && self.matrices.is_empty()
    }
}

/// How a flow changes over time. Before its first slice and after its last one there is no flow.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename = "Profile")]
pub struct ProfileFile {
    /// Length of a slice.
    #[serde(default = "quarter", skip_serializing_if = "is_quarter")]
    #[schemars(range(min = 1.0, max = 86_400.0), extend("unit" = "s", "default" = 900))]
    pub slice: f64,
    /// When the first slice begins, s on the scenario's clock. Left out: at the scenario's beginning.
    #[serde(default, skip_serializing_if = "is_default")]
    #[schemars(range(min = 0.0, max = 1_209_600.0), extend("unit" = "s"))]
    pub begin: Option<f64>,
    /// The factor of each slice.
    #[schemars(length(min = 1, max = 100_000), inner(range(min = 0.0, max = 100.0)), extend("unit" = "factor"))]
    pub factors: Vec<f64>,
}

/// A flow that enters on a street and divides at every junction by turning shares.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename = "Entry")]
pub struct EntryFile {
    /// Street it enters on; `-street` for its backward direction.
    pub street: String,
    /// Mean flow; vehicles come at random (Poisson).
    #[schemars(range(min = 0.0, max = 20_000.0), extend("unit" = "veh/h"))]
    pub flow: f64,
    /// Its time profile. Left out: constant over the whole scenario.
    #[serde(default, skip_serializing_if = "is_default")]
    pub profile: Option<String>,
    /// Its vehicle type. Left out: all types by their shares.
    #[serde(default, skip_serializing_if = "is_default")]
    pub vehicle: Option<String>,
}

/// How traffic divides: parts in any unit. What does not exist at a junction is left out.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename = "Shares")]
pub struct ShareFile {
    /// To the left.
    #[schemars(range(min = 0.0, max = 1e6), extend("unit" = "parts"))]
    pub left: f64,
    /// Straight on.
    #[schemars(range(min = 0.0, max = 1e6), extend("unit" = "parts"))]
    pub straight: f64,
    /// To the right.
    #[schemars(range(min = 0.0, max = 1e6), extend("unit" = "parts"))]
    pub right: f64,
}

impl Default for ShareFile {
    fn default() -> Self {
        Self { left: 10.0, straight: 80.0, right: 10.0 }
    }
}

/// How traffic divides at the end of a street: shares, or vehicles that were counted. They only divide; how many come is
/// what `entries` say.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename = "Turns")]
pub struct TurnsFile {
    /// The street; `-street` for its backward direction.
    pub street: String,
    /// From when it holds, s on the scenario's clock. Left out: from the beginning.
    #[serde(default, skip_serializing_if = "is_default")]
    #[schemars(range(min = 0.0, max = 1_209_600.0), extend("unit" = "s"))]
    pub begin: Option<f64>,
    /// Until when it holds. Left out: to the end.
    #[serde(default, skip_serializing_if = "is_default")]
    #[schemars(range(min = 0.0, max = 1_209_600.0), extend("unit" = "s"))]
    pub end: Option<f64>,
    /// To the left.
    #[serde(default, skip_serializing_if = "is_default")]
    #[schemars(range(min = 0.0, max = 1e6), extend("unit" = "parts"))]
    pub left: f64,
    /// Straight on.
    #[serde(default, skip_serializing_if = "is_default")]
    #[schemars(range(min = 0.0, max = 1e6), extend("unit" = "parts"))]
    pub straight: f64,
    /// To the right.
    #[serde(default, skip_serializing_if = "is_default")]
    #[schemars(range(min = 0.0, max = 1e6), extend("unit" = "parts"))]
    pub right: f64,
}

/// A route with a name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename = "Route")]
pub struct RouteFile {
    /// Name.
    pub id: String,
    /// All streets in driving order; `-street` for a backward direction. Turn bays need not be named.
    pub streets: Vec<String>,
    /// Where its vehicles stop, in driving order.
    #[serde(default, skip_serializing_if = "is_default")]
    pub stops: Vec<StopFile>,
    /// Whether `streets` are only the way at free flow from its first to its last street: then vehicles may look for a
    /// better one when they depart. `over` names the streets that they must pass.
    #[serde(default, skip_serializing_if = "is_default")]
    pub via: Option<ViaFile>,
}

/// Streets to pass on the way.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename = "Via")]
pub struct ViaFile {
    /// The streets, in driving order.
    #[serde(default, skip_serializing_if = "is_default")]
    pub over: Vec<String>,
}

/// A stretch of a lane where vehicles stop one behind the other, such as a bus stop.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename = "Place")]
pub struct PlaceFile {
    /// Name.
    pub id: String,
    /// Its street.
    pub street: String,
    /// Its lane, from 0 at the kerb.
    #[serde(default, skip_serializing_if = "is_default")]
    #[schemars(range(min = 0, max = 255), extend("unit" = "number"))]
    pub lane: u8,
    /// Where it begins, from the start of the street.
    #[schemars(range(min = 0.0, max = 100_000.0), extend("unit" = "m"))]
    pub start: f32,
    /// Where it ends, from the start of the street.
    #[schemars(range(min = 0.0, max = 100_000.0), extend("unit" = "m"))]
    pub end: f32,
}

/// A halt on a route: at a place, or on a stretch of a lane.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default, rename = "Stop")]
pub struct StopFile {
    /// The place, by its name in `places` or in the street plan's `stops`. Then the next four are left out.
    #[serde(default, skip_serializing_if = "is_default")]
    pub place: Option<String>,
    /// The street.
    #[serde(default, skip_serializing_if = "is_default")]
    pub street: Option<String>,
    /// The lane, from 0 at the kerb.
    #[serde(default, skip_serializing_if = "is_default")]
    #[schemars(range(min = 0, max = 255), extend("unit" = "number"))]
    pub lane: u8,
    /// Whoever stands beyond this has reached it, from the start of the street. Left out: 5 m before `end`.
    #[serde(default, skip_serializing_if = "is_default")]
    #[schemars(range(min = 0.0, max = 100_000.0), extend("unit" = "m"))]
    pub start: Option<f32>,
    /// Where one stops, from the start of the street. Left out: the end of the lane.
    #[serde(default, skip_serializing_if = "is_default")]
    #[schemars(range(min = 0.0, max = 100_000.0), extend("unit" = "m"))]
    pub end: Option<f32>,
    /// How long at least.
    #[serde(default, skip_serializing_if = "is_default")]
    #[schemars(range(min = 0.0, max = 604_800.0), extend("unit" = "s"))]
    pub duration: f64,
    /// Until when at least.
    #[serde(default, skip_serializing_if = "is_default")]
    pub until: Option<UntilFile>,
    /// Whether it leaves the lane meanwhile and blocks nobody.
    #[serde(default, skip_serializing_if = "is_default")]
    pub parks: bool,
}

/// A moment before which a vehicle does not go on.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", rename = "Until")]
pub enum UntilFile {
    /// Seconds on the scenario's clock.
    At(f64),
    /// Seconds after the vehicle's departure time.
    AfterDepart(f64),
}

/// How a vehicle enters.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default, rename = "Enter")]
pub struct EnterFile {
    /// On which lane: `best`, `first`, `random`, `free`, `allowed` or `index(n)`.
    #[serde(skip_serializing_if = "is_best")]
    pub lane: DepartLane,
    /// How fast: `max`, `exactly(m/s)`, `desired`, `limit`, `random`, `last` or `average`.
    #[serde(skip_serializing_if = "is_max")]
    pub speed: DepartSpeed,
    /// Where: `base` (rear bumper at the start of the lane), `at(m)`, `random`, `free`, `last`, `random_free` or `stop`.
    #[serde(default, skip_serializing_if = "is_default")]
    pub position: DepartPosition,
}

impl Default for EnterFile {
    fn default() -> Self {
        Self { lane: DepartLane::Best, speed: DepartSpeed::Max, position: DepartPosition::Base }
    }
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_best(lane: &DepartLane) -> bool {
    *lane == DepartLane::Best
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_max(speed: &DepartSpeed) -> bool {
    *speed == DepartSpeed::Max
}

/// How a vehicle leaves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default, rename = "Leave")]
pub struct LeaveFile {
    /// On which lane, from 0 at the kerb. Left out: any.
    #[serde(default, skip_serializing_if = "is_default")]
    #[schemars(range(min = 0, max = 255), extend("unit" = "number"))]
    pub lane: Option<u8>,
    /// Where on its last street: `end`, `at(m)` (negative: from the end) or `random`.
    #[serde(default, skip_serializing_if = "is_default")]
    pub position: ArrivalPosition,
    /// How fast. Left out: as it drives.
    #[serde(default, skip_serializing_if = "is_default")]
    #[schemars(range(min = 0.0, max = 200.0), extend("unit" = "m/s"))]
    pub speed: Option<f32>,
}

/// A name and its weight.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename = "Weight")]
pub struct WeightFile {
    /// The name.
    pub id: String,
    /// Its weight, relative to the others'.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    #[schemars(range(min = 0.0, max = 1e9), extend("unit" = "parts", "default" = 1))]
    pub weight: f64,
}

/// One vehicle. Its way is a named route, or the fastest one from a street to another.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename = "Trip")]
pub struct TripFile {
    /// Name.
    pub id: String,
    /// When it departs, s on the scenario's clock.
    #[schemars(range(min = 0.0, max = 1_209_600.0), extend("unit" = "s"))]
    pub depart: f64,
    /// Its vehicle type. Left out: drawn from all types by their shares, or from `mix`.
    #[serde(default, skip_serializing_if = "is_default")]
    pub vehicle: Option<String>,
    /// Vehicle types to draw from.
    #[serde(default, skip_serializing_if = "is_default")]
    pub mix: Vec<WeightFile>,
    /// Name of its route.
    #[serde(default, skip_serializing_if = "is_default")]
    pub route: Option<String>,
    /// Routes to draw from.
    #[serde(default, skip_serializing_if = "is_default")]
    pub routes: Vec<WeightFile>,
    /// Street it starts on, if no route is named.
    #[serde(default, skip_serializing_if = "is_default")]
    pub from: Option<String>,
    /// Street it ends on.
    #[serde(default, skip_serializing_if = "is_default")]
    pub to: Option<String>,
    /// Streets to pass on the way.
    #[serde(default, skip_serializing_if = "is_default")]
    pub via: Vec<String>,
    /// How it enters.
    #[serde(default, skip_serializing_if = "is_default")]
    pub enter: EnterFile,
    /// How it leaves.
    #[serde(default, skip_serializing_if = "is_default")]
    pub leave: LeaveFile,
}

/// A rule that makes vehicles, named after it (`id.0`, `id.1`, …). Exactly one of `flow`, `rate`, `every` and
/// `chance` says how many.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename = "Flow")]
pub struct FlowFile {
    /// Name.
    pub id: String,
    /// Mean flow; vehicles come at random (Poisson).
    #[serde(default, skip_serializing_if = "is_default")]
    #[schemars(range(min = 0.0, max = 20_000.0), extend("unit" = "veh/h"))]
    pub flow: Option<f64>,
    /// The same per second.
    #[serde(default, skip_serializing_if = "is_default")]
    #[schemars(range(min = 0.0, max = 100.0), extend("unit" = "veh/s"))]
    pub rate: Option<f64>,
    /// Time from one vehicle to the next, the first at `begin`.
    #[serde(default, skip_serializing_if = "is_default")]
    #[schemars(range(min = 0.001, max = 1e9), extend("unit" = "s"))]
    pub every: Option<f64>,
    /// Probability of a vehicle in each second.
    #[serde(default, skip_serializing_if = "is_default")]
    #[schemars(range(min = 0.0, max = 1.0), extend("unit" = "share"))]
    pub chance: Option<f64>,
    /// From when, s on the scenario's clock. Left out: from the beginning.
    #[serde(default, skip_serializing_if = "is_default")]
    #[schemars(range(min = 0.0, max = 1_209_600.0), extend("unit" = "s"))]
    pub begin: Option<f64>,
    /// Until when. Left out: to the end.
    #[serde(default, skip_serializing_if = "is_default")]
    #[schemars(range(min = 0.0, max = 1_209_600.0), extend("unit" = "s"))]
    pub end: Option<f64>,
    /// At most so many vehicles.
    #[serde(default, skip_serializing_if = "is_default")]
    #[schemars(range(min = 0, max = 10_000_000), extend("unit" = "veh"))]
    pub number: Option<u64>,
    /// Time profile of a `flow`. Left out: constant.
    #[serde(default, skip_serializing_if = "is_default")]
    pub profile: Option<String>,
    /// Its vehicle type. Left out: all types by their shares, or `mix`.
    #[serde(default, skip_serializing_if = "is_default")]
    pub vehicle: Option<String>,
    /// Vehicle types to draw from.
    #[serde(default, skip_serializing_if = "is_default")]
    pub mix: Vec<WeightFile>,
    /// Name of its route.
    #[serde(default, skip_serializing_if = "is_default")]
    pub route: Option<String>,
    /// Routes to draw from.
    #[serde(default, skip_serializing_if = "is_default")]
    pub routes: Vec<WeightFile>,
    /// Street it starts on, if no route is named.
    #[serde(default, skip_serializing_if = "is_default")]
    pub from: Option<String>,
    /// Street it ends on.
    #[serde(default, skip_serializing_if = "is_default")]
    pub to: Option<String>,
    /// Streets to pass on the way.
    #[serde(default, skip_serializing_if = "is_default")]
    pub via: Vec<String>,
    /// How its vehicles enter.
    #[serde(default, skip_serializing_if = "is_default")]
    pub enter: EnterFile,
    /// How they leave.
    #[serde(default, skip_serializing_if = "is_default")]
    pub leave: LeaveFile,
}

/// Where trips of matrices begin and end.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename = "Zone")]
pub struct ZoneFile {
    /// Name.
    pub id: String,
    /// Streets on which its trips begin.
    #[serde(default, skip_serializing_if = "is_default")]
    pub from: Vec<ZoneEndFile>,
    /// Streets on which trips to it end.
    #[serde(default, skip_serializing_if = "is_default")]
    pub to: Vec<ZoneEndFile>,
}

/// A street of a zone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename = "ZoneEnd")]
pub struct ZoneEndFile {
    /// The street; `-street` for its backward direction.
    pub street: String,
    /// Its share of the zone's trips, relative to the others'.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    #[schemars(range(min = 0.0, max = 1e9), extend("unit" = "parts", "default" = 1))]
    pub weight: f64,
}

/// An origin–destination matrix: flows between zones.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename = "Matrix")]
pub struct MatrixFile {
    /// Name.
    pub id: String,
    /// From when, s on the scenario's clock. Left out: from the beginning.
    #[serde(default, skip_serializing_if = "is_default")]
    #[schemars(range(min = 0.0, max = 1_209_600.0), extend("unit" = "s"))]
    pub begin: Option<f64>,
    /// Until when. Left out: to the end.
    #[serde(default, skip_serializing_if = "is_default")]
    #[schemars(range(min = 0.0, max = 1_209_600.0), extend("unit" = "s"))]
    pub end: Option<f64>,
    /// Time profile of all its flows. Left out: constant.
    #[serde(default, skip_serializing_if = "is_default")]
    pub profile: Option<String>,
    /// Vehicle type. Left out: all types by their shares.
    #[serde(default, skip_serializing_if = "is_default")]
    pub vehicle: Option<String>,
    /// The cells with traffic.
    pub cells: Vec<PairFile>,
}

/// A cell of a matrix.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename = "Cell")]
pub struct PairFile {
    /// Zone where the trips begin.
    pub from: String,
    /// Zone where they end.
    pub to: String,
    /// Mean flow.
    #[schemars(range(min = 0.0, max = 20_000.0), extend("unit" = "veh/h"))]
    pub flow: f64,
}

/// Serde default, s.
fn quarter() -> f64 {
    900.0
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_quarter(value: &f64) -> bool {
    *value == quarter()
}
