//! What a street plan says: nodes, streets and signals, as written by a person.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::network::Point;

/// Streets, the nodes where they meet or end, signals and bus stops.
#[derive(Clone, Debug, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StreetPlan {
    /// Where streets meet or end.
    pub nodes: Vec<Node>,
    /// Streets between nodes.
    pub streets: Vec<Street>,
    /// One for each node of kind [`NodeKind::Signal`].
    #[serde(default, skip_serializing_if = "is_default")]
    pub signals: Vec<SignalPlan>,
    /// Bus stops.
    #[serde(default, skip_serializing_if = "is_default")]
    pub stops: Vec<BusStop>,
}

/// Whether a value need not be written.
fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// A place where streets meet or end.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Node {
    /// Name.
    pub id: String,
    /// East, m.
    #[schemars(range(min = -1e6, max = 1e6), extend("unit" = "m"))]
    pub x: f64,
    /// North, m.
    #[schemars(range(min = -1e6, max = 1e6), extend("unit" = "m"))]
    pub y: f64,
    /// Height, m: streets climb evenly from node to node, the inside of a node is level.
    #[serde(default, skip_serializing_if = "is_default")]
    #[schemars(range(min = -500.0, max = 9000.0), extend("unit" = "m"))]
    pub z: f64,
    /// What regulates it.
    pub kind: NodeKind,
    /// Room between its stop lines and the corners of its kerbs, for crosswalks, m: ways through it are straight there. Not
    /// at a roundabout or dead end.
    #[serde(default, skip_serializing_if = "is_default")]
    #[schemars(range(min = 0.0, max = 20.0), extend("unit" = "m"))]
    pub crosswalks: f64,
    /// Of a roundabout: from its middle to the middle of its ring, m; none: 16.
    #[serde(default, skip_serializing_if = "is_default")]
    #[schemars(range(min = 9.0, max = 100.0), extend("unit" = "m"))]
    pub radius: Option<f64>,
    /// Of a roundabout: lanes of its ring; none: 1.
    #[serde(default, skip_serializing_if = "is_default")]
    #[schemars(range(min = 1, max = 2), extend("unit" = "lanes"))]
    pub ring_lanes: Option<u8>,
}

impl Node {
    /// A node that leaves out what may be left out.
    pub fn new(id: &str, x: f64, y: f64, kind: NodeKind) -> Self {
        Self { id: id.into(), x, y, z: 0.0, kind, crosswalks: 0.0, radius: None, ring_lanes: None }
    }
}

/// What regulates a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum NodeKind {
    /// Lamps.
    Signal,
    /// Streets of lower rank give way to those of higher rank; within a rank as at `RightBeforeLeft`.
    Priority,
    /// As `Priority`, but who gives way stops first.
    PriorityStop,
    /// Who comes from the right goes first; a left turn gives way to oncoming traffic.
    RightBeforeLeft,
    /// Everybody stops; who stopped first goes first.
    AllWayStop,
    /// A one-way ring around the middle, counter-clockwise; who enters gives way to who is on it. Three to six streets,
    /// one or two ways each, without `turns` and bays there. In the network it is a ring of junctions and links: arm 1
    /// is the first one counter-clockwise from the east, `r.1` of a roundabout `r` is the junction there and the link
    /// from there to the next one.
    Roundabout,
    /// The end of one street, where vehicles enter and leave.
    DeadEnd,
}

/// A street. Its forward direction becomes link `id`, its backward direction link `-id`. A direction with a turn bay,
/// or with a bus lane that ends at a crossing, becomes two links, the second one named `….bay`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Street {
    /// Name.
    pub id: String,
    /// Node it starts at.
    pub from: String,
    /// Node it ends at.
    pub to: String,
    /// Lanes per direction, without bays.
    #[schemars(range(min = 1, max = 8), extend("unit" = "lanes"))]
    pub lanes: u8,
    /// Lanes of the backward direction, if they are not as many.
    #[serde(default, skip_serializing_if = "is_default")]
    #[schemars(range(min = 1, max = 8), extend("unit" = "lanes"))]
    pub lanes_back: Option<u8>,
    /// Speed limit, km/h.
    #[schemars(range(min = 5.0, max = 110.0), extend("unit" = "km/h"))]
    pub speed: f64,
    /// Greater goes first at a [`NodeKind::Priority`] node.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    #[schemars(range(min = -1000, max = 1000), extend("unit" = "rank", "default" = 1))]
    pub rank: i32,
    /// Whether it has a backward direction.
    #[serde(default = "yes", skip_serializing_if = "is_yes")]
    #[schemars(extend("default" = true))]
    pub both_ways: bool,
    /// Width between the two directions, m; a turn bay takes its room from here.
    #[serde(default, skip_serializing_if = "is_default")]
    #[schemars(range(min = 0.0, max = 50.0), extend("unit" = "m"))]
    pub median: f64,
    /// Points the centre line passes through between its nodes, m.
    #[serde(default, skip_serializing_if = "is_default")]
    pub bends: Vec<Point>,
    /// Lane layout where the forward direction ends.
    #[serde(default, skip_serializing_if = "is_default")]
    pub end: StreetEnd,
    /// Lane layout where the backward direction ends.
    #[serde(default, skip_serializing_if = "is_default")]
    pub end_back: StreetEnd,
    /// Whether the kerb lane of the forward direction is for buses, coaches and emergency vehicles only; needs two
    /// lanes. In front of a crossing it is a lane for everybody: from where the turn bay opens (at least 40 m), without
    /// a bay for the last 40 m. Into a street with a bus lane others turn on its other lanes; what leads straight from
    /// kerb lane to bus lane is for buses only.
    #[serde(default, skip_serializing_if = "is_default")]
    pub bus_lane: bool,
    /// The same for the backward direction.
    #[serde(default, skip_serializing_if = "is_default")]
    pub bus_lane_back: bool,
}

impl Street {
    /// A street of both ways with `lanes` each and a limit of `speed` km/h that leaves out what may be left out.
    pub fn new(id: &str, from: &str, to: &str, lanes: u8, speed: f64) -> Self {
        Self {
            id: id.into(),
            from: from.into(),
            to: to.into(),
            lanes,
            lanes_back: None,
            speed,
            rank: one(),
            both_ways: yes(),
            median: 0.0,
            bends: Vec::new(),
            end: StreetEnd::default(),
            end_back: StreetEnd::default(),
            bus_lane: false,
            bus_lane_back: false,
        }
    }
}

/// A bus stop at the kerb of a street.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BusStop {
    /// Name.
    pub id: String,
    /// The street; `-street` for its backward direction.
    pub street: String,
    /// Where it begins, m from the beginning of that direction, crossings left out. It must not reach over the place
    /// where a turn bay opens or a bus lane ends.
    #[schemars(range(min = 0.0, max = 100_000.0), extend("unit" = "m"))]
    pub at: f64,
    /// Its length, m.
    #[serde(default = "twenty", skip_serializing_if = "is_twenty")]
    #[schemars(range(min = 5.0, max = 100.0), extend("unit" = "m", "default" = 20))]
    pub length: f64,
}

/// Serde default.
fn twenty() -> f64 {
    20.0
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_twenty(value: &f64) -> bool {
    *value == twenty()
}

/// Serde default.
fn one() -> i32 {
    1
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_one(value: &i32) -> bool {
    *value == one()
}

/// Serde default.
fn yes() -> bool {
    true
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_yes(value: &bool) -> bool {
    *value == yes()
}

/// Lane layout of one direction in front of the node where it ends.
#[derive(Clone, Debug, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StreetEnd {
    /// Length of an extra lane on the left, m; none if absent.
    #[serde(default, skip_serializing_if = "is_default")]
    #[schemars(range(min = 1.0, max = 1000.0), extend("unit" = "m"))]
    pub bay: Option<f64>,
    /// For each lane, kerb side first, bay last, the turns it serves: `r`, `s`, `l`, as in `["r s", "s", "l"]`.
    /// Empty: the kerb lane right and straight, the leftmost lane left (and straight, if there are one or two lanes
    /// and no bay), the others straight.
    #[serde(default, skip_serializing_if = "is_default")]
    pub turns: Vec<String>,
}

/// The program of a signal, in stages.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SignalPlan {
    /// The node it stands at.
    pub node: String,
    /// Length of the cycle, s: the greens and what lies between them must add up to it.
    #[schemars(range(min = 1.0, max = 3600.0), extend("unit" = "s"))]
    pub cycle: f64,
    /// When the first stage starts, s after a multiple of the cycle.
    #[serde(default, skip_serializing_if = "is_default")]
    #[schemars(range(min = -3600.0, max = 3600.0), extend("unit" = "s"))]
    pub offset: f64,
    /// Yellow, s. 3 s suit 50 km/h.
    #[serde(default = "three", skip_serializing_if = "is_three")]
    #[schemars(range(min = 1.0, max = 10.0), extend("unit" = "s", "default" = 3))]
    pub yellow: f64,
    /// Time from the end of yellow to the next stage, s.
    #[serde(default = "two", skip_serializing_if = "is_two")]
    #[schemars(range(min = 0.0, max = 60.0), extend("unit" = "s", "default" = 2))]
    pub all_red: f64,
    /// The stages in order.
    pub stages: Vec<Stage>,
    /// Which turns give way to which, as in `("m0:l", "-m1:s")`: turns left from `m0` give way to
    /// what goes straight on from `-m1`. The monitor of the signal takes what is written here; where that differs from
    /// the plan, which is made from the streets, a run is refused: list all pairs that meet and of which one gives way, green
    /// together or not, or none at all: then the monitor works it out as well.
    #[serde(default, skip_serializing_if = "is_default")]
    pub permissive: Option<Vec<(String, String)>>,
}

/// Serde default.
fn three() -> f64 {
    3.0
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_three(value: &f64) -> bool {
    *value == three()
}

/// Serde default.
fn two() -> f64 {
    2.0
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_two(value: &f64) -> bool {
    *value == two()
}

/// What is green together, and for how long.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Stage {
    /// Duration of green, s.
    #[schemars(range(min = 0.1, max = 3600.0), extend("unit" = "s"))]
    pub green: f64,
    /// The approaches that go: `"street"` for all of its turns, `"street:sr"` for some; `-street` arrives backward.
    /// A turn shows `g` while something it gives way to is green in the same stage, else `G`.
    pub go: Vec<String>,
}
