//! A network written down in all its parts: what an import has found, so that it can be kept in a file of ours and
//! read again without the files it came from.
//!
//! Everything is named, and the order of all lists is kept: the same parts make the same network to the bit.

mod convert;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Direction, JunctionKind, Point, RightOfWay, VehicleClass};

/// All parts of a network.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NetworkParts {
    /// Whether traffic keeps to the left.
    #[serde(default, skip_serializing_if = "is_default")]
    pub left_hand: bool,
    /// Where links meet.
    pub junctions: Vec<JunctionPart>,
    /// Roads, and the ways inside junctions.
    pub links: Vec<LinkPart>,
    /// What controllers switch.
    #[serde(default, skip_serializing_if = "is_default")]
    pub signals: Vec<SignalPart>,
    /// Permitted passages between lanes.
    pub movements: Vec<MovementPart>,
}

/// A place where links meet.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct JunctionPart {
    /// Name.
    pub id: String,
    /// What regulates it.
    pub kind: JunctionKind,
    /// Reference point: east and north, m.
    pub at: Point,
    /// Outline, m.
    #[serde(default, skip_serializing_if = "is_default")]
    pub shape: Vec<Point>,
    /// Its right-of-way table, a row for each request index.
    #[serde(default, skip_serializing_if = "is_default")]
    pub requests: Vec<RequestPart>,
}

/// A row of a junction's right-of-way table.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RequestPart {
    /// Rows it gives way to.
    #[serde(default, skip_serializing_if = "is_default")]
    pub yields_to: Vec<u16>,
    /// Rows whose ways cross or merge with its way.
    #[serde(default, skip_serializing_if = "is_default")]
    pub foes: Vec<u16>,
    /// Whether its vehicles may wait inside the junction.
    #[serde(default, skip_serializing_if = "is_default")]
    pub waits_inside: bool,
}

/// A road, or a way inside a junction.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LinkPart {
    /// Name.
    pub id: String,
    /// Junction it starts at.
    #[serde(default, skip_serializing_if = "is_default")]
    pub from: Option<String>,
    /// Junction it ends at.
    #[serde(default, skip_serializing_if = "is_default")]
    pub to: Option<String>,
    /// Whether it lies inside a junction.
    #[serde(default, skip_serializing_if = "is_default")]
    pub internal: bool,
    /// Whether it is part of a roundabout.
    #[serde(default, skip_serializing_if = "is_default")]
    pub roundabout: bool,
    /// Rank of the road: the greater number has right of way.
    #[serde(default, skip_serializing_if = "is_default")]
    #[schemars(range(min = -1000, max = 1000), extend("unit" = "rank"))]
    pub priority: i32,
    /// Its lanes, kerb side first.
    pub lanes: Vec<LanePart>,
}

/// A lane.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LanePart {
    /// Name; left out: the link's name, `_` and the place of the lane.
    #[serde(default, skip_serializing_if = "is_default")]
    pub id: Option<String>,
    /// Driving length, m.
    #[schemars(range(min = 0.001, max = 100_000.0), extend("unit" = "m"))]
    pub length: f32,
    /// Speed limit, m/s.
    #[schemars(range(min = 0.01, max = 200.0), extend("unit" = "m/s"))]
    pub speed: f32,
    /// Width, m.
    #[serde(default = "usual_width", skip_serializing_if = "is_usual_width")]
    #[schemars(range(min = 0.01, max = 100.0), extend("unit" = "m", "default" = 3.2))]
    pub width: f32,
    /// Mean grade in the direction of travel, percent; below 0: downhill.
    #[serde(default, skip_serializing_if = "is_default")]
    #[schemars(range(min = -40.0, max = 40.0), extend("unit" = "%"))]
    pub grade: f32,
    /// Who may use it, by class; left out: everybody.
    #[serde(default, skip_serializing_if = "is_default")]
    pub only: Option<Vec<VehicleClass>>,
    /// Who may change to the lane on its left; left out: everybody.
    #[serde(default, skip_serializing_if = "is_default")]
    pub change_left: Option<Vec<VehicleClass>>,
    /// Who may change to the lane on its right; left out: everybody.
    #[serde(default, skip_serializing_if = "is_default")]
    pub change_right: Option<Vec<VehicleClass>>,
    /// Where some stop further back than at its end.
    #[serde(default, skip_serializing_if = "is_default")]
    pub stop_offset: Option<StopOffsetPart>,
    /// Speed limits of single classes.
    #[serde(default, skip_serializing_if = "is_default")]
    pub limits: Vec<ClassLimit>,
    /// Centre line, m.
    pub shape: Vec<Point>,
}

/// A stop line before the end of a lane for some classes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StopOffsetPart {
    /// Distance from the end of the lane, m.
    #[schemars(range(min = 0.0, max = 1000.0), extend("unit" = "m"))]
    pub distance: f32,
    /// Who stops there.
    pub who: Vec<VehicleClass>,
}

/// The speed limit of a class.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ClassLimit {
    /// The class.
    pub class: VehicleClass,
    /// Its limit, m/s.
    #[schemars(range(min = 0.01, max = 200.0), extend("unit" = "m/s"))]
    pub speed: f32,
}

/// A permitted passage between lanes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MovementPart {
    /// Lane it leaves.
    pub from: String,
    /// Road lane it leads to in the end.
    pub to: String,
    /// Lane inside the junction that is entered next.
    #[serde(default, skip_serializing_if = "is_default")]
    pub via: Option<String>,
    /// Which way it turns.
    pub direction: Direction,
    /// Right of way without a lamp.
    pub right_of_way: RightOfWay,
    /// The signal it obeys.
    #[serde(default, skip_serializing_if = "is_default")]
    pub signal: Option<String>,
    /// Its group there: the place of its letter, from 0.
    #[serde(default, skip_serializing_if = "is_default")]
    #[schemars(range(min = 0, max = 65534), extend("unit" = "number"))]
    pub group: u16,
    /// The junction it lies in.
    pub junction: String,
    /// Its row in the junction's right-of-way table.
    #[serde(default, skip_serializing_if = "is_default")]
    #[schemars(range(min = 0, max = 65534), extend("unit" = "number"))]
    pub request: Option<u16>,
    /// Whether the junction is kept clear: no entering without room to leave.
    #[serde(default, skip_serializing_if = "is_default")]
    pub keep_clear: bool,
    /// Distance before the stop line from which all foes can be seen, m.
    #[serde(default = "usual_visibility", skip_serializing_if = "is_usual_visibility")]
    #[schemars(range(min = 0.0, max = 100_000.0), extend("unit" = "m", "default" = 4.5))]
    pub visibility: f32,
}

/// What a controller switches.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SignalPart {
    /// Name.
    pub id: String,
    /// Name of its program.
    #[serde(default, skip_serializing_if = "is_default")]
    pub program: String,
    /// The first step starts when time less this is a multiple of the cycle, s.
    #[serde(default, skip_serializing_if = "is_default")]
    #[schemars(range(min = -31_622_400.0, max = 31_622_400.0), extend("unit" = "s"))]
    pub offset: f64,
    /// The steps of its program.
    pub steps: Vec<StepPart>,
    /// Whether the program was made for this simulator: then it gets no waivers.
    #[serde(default, skip_serializing_if = "is_default")]
    pub own: bool,
    /// Its ring-barrier program.
    #[serde(default, skip_serializing_if = "is_default")]
    pub rings: Option<RingsPart>,
    /// Which groups give way to which while both are open, if the monitor is to take that from here.
    #[serde(default, skip_serializing_if = "is_default")]
    pub permissive: Option<Vec<(u16, u16)>>,
}

/// A step of a program.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StepPart {
    /// How long it lasts, s.
    #[schemars(range(min = 0.001, max = 31_622_400.0), extend("unit" = "s"))]
    pub time: f64,
    /// What each group shows, a letter each: `r`, `u`, `y`, `g` (gives way), `G`, `s`, `o`, `O`.
    pub lamps: String,
}

/// A ring-barrier program.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RingsPart {
    /// The phases.
    pub phases: Vec<PhasePart>,
    /// By ring, by section between two barriers: phase numbers in their order.
    pub rings: Vec<Vec<Vec<u8>>>,
    /// The coordinated phases; none: it runs free.
    #[serde(default, skip_serializing_if = "is_default")]
    pub coordinated: Vec<u8>,
    /// Length of the cycle, s.
    #[serde(default, skip_serializing_if = "is_default")]
    #[schemars(range(min = 1.0, max = 3600.0), extend("unit" = "s"))]
    pub cycle: Option<f64>,
    /// Phases served in every cycle for their least green; left out: all.
    #[serde(default, skip_serializing_if = "is_default")]
    pub min_recall: Option<Vec<u8>>,
    /// Phases served in every cycle for their greatest green.
    #[serde(default, skip_serializing_if = "is_default")]
    pub max_recall: Vec<u8>,
    /// Whether phases are forced off at their places in the cycle, not after their splits.
    #[serde(default, skip_serializing_if = "is_default")]
    pub fixed_force_off: bool,
    /// Whether the offset points to the yellow of the coordinated phases, not to their green.
    #[serde(default, skip_serializing_if = "is_default")]
    pub offset_at_yellow: bool,
    /// Phases whose detectors keep a call until it is served.
    #[serde(default, skip_serializing_if = "is_default")]
    pub latching: Vec<u8>,
    /// Phases whose green the detectors of another one extend: that phase, and the other.
    #[serde(default, skip_serializing_if = "is_default")]
    pub switched: Vec<(u8, u8)>,
}

/// A phase of a ring-barrier program.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PhasePart {
    /// Its number.
    #[schemars(range(min = 1, max = 32), extend("unit" = "number"))]
    pub number: u8,
    /// What each group shows while it is green, a letter each.
    pub lamps: String,
    /// Least green, s.
    #[serde(default, skip_serializing_if = "is_default")]
    #[schemars(range(min = 0.0, max = 3600.0), extend("unit" = "s"))]
    pub min_green: Option<f64>,
    /// Greatest green, s.
    #[serde(default, skip_serializing_if = "is_default")]
    #[schemars(range(min = 0.0, max = 3600.0), extend("unit" = "s"))]
    pub max_green: Option<f64>,
    /// How long a vehicle extends green, s.
    #[serde(default, skip_serializing_if = "is_default")]
    #[schemars(range(min = 0.0, max = 3600.0), extend("unit" = "s"))]
    pub passage: Option<f64>,
    /// Yellow, s.
    #[serde(default, skip_serializing_if = "is_default")]
    #[schemars(range(min = 0.0, max = 3600.0), extend("unit" = "s"))]
    pub yellow: Option<f64>,
    /// Red clearance, s.
    #[serde(default, skip_serializing_if = "is_default")]
    #[schemars(range(min = 0.0, max = 3600.0), extend("unit" = "s"))]
    pub red: Option<f64>,
}

/// Whether a value need not be written.
fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// Serde default, m.
fn usual_width() -> f32 {
    3.2
}

/// Whether a width need not be written.
#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_usual_width(width: &f32) -> bool {
    *width == usual_width()
}

/// Serde default, m.
fn usual_visibility() -> f32 {
    4.5
}

/// Whether a visibility need not be written.
#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_usual_visibility(visibility: &f32) -> bool {
    *visibility == usual_visibility()
}
