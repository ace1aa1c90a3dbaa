//! What a street plan says: nodes, streets and signals, as written by a person.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A street plan: the input of [`compose`](super::compose).
#[derive(Clone, Debug, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StreetPlan {
    /// Where streets meet or end.
    pub nodes: Vec<Node>,
    /// Streets between nodes.
    pub streets: Vec<Street>,
    /// One for each node of kind [`NodeKind::Signal`].
    #[serde(default)]
    pub signals: Vec<SignalPlan>,
}

/// A place where streets meet or end.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Node {
    /// Name.
    pub id: String,
    /// East, m.
    pub x: f64,
    /// North, m.
    pub y: f64,
    /// What regulates it.
    pub kind: NodeKind,
}

/// What regulates a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum NodeKind {
    /// Lamps.
    Signal,
    /// Streets of lower rank give way to those of higher rank; within a rank as at `RightBeforeLeft`.
    Priority,
    /// Who comes from the right goes first; a left turn gives way to oncoming traffic.
    RightBeforeLeft,
    /// The end of one street, where vehicles enter and leave.
    DeadEnd,
}

/// A street. Its forward direction becomes link `id`, its backward direction link `-id`. A direction with a turn bay
/// becomes two links, the second one named `….bay`.
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
    pub lanes: u8,
    /// Lanes of the backward direction, if they are not as many.
    #[serde(default)]
    pub lanes_back: Option<u8>,
    /// Speed limit, km/h.
    pub speed: f64,
    /// Greater goes first at a [`NodeKind::Priority`] node.
    #[serde(default = "one")]
    pub rank: i32,
    /// Whether it has a backward direction.
    #[serde(default = "yes")]
    pub both_ways: bool,
    /// Width between the two directions, m; a turn bay takes its room from here.
    #[serde(default)]
    pub median: f64,
    /// Points the centre line passes through between its nodes, m.
    #[serde(default)]
    pub bends: Vec<(f64, f64)>,
    /// Lane layout where the forward direction ends.
    #[serde(default)]
    pub end: StreetEnd,
    /// Lane layout where the backward direction ends.
    #[serde(default)]
    pub end_back: StreetEnd,
}

/// Serde default.
fn one() -> i32 {
    1
}

/// Serde default.
fn yes() -> bool {
    true
}

/// Lane layout of one direction in front of the node where it ends.
#[derive(Clone, Debug, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StreetEnd {
    /// Length of an extra lane on the left, m; none if absent.
    #[serde(default)]
    pub bay: Option<f64>,
    /// For each lane, kerb side first, bay last, the turns it serves: `r`, `s`, `l`, as in `["r s", "s", "l"]`.
    /// Empty: the kerb lane right and straight, the leftmost lane left (and straight, if there are one or two lanes
    /// and no bay), the others straight.
    #[serde(default)]
    pub turns: Vec<String>,
}

/// The program of a signal, in stages.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SignalPlan {
    /// The node it stands at.
    pub node: String,
    /// Length of the cycle, s: the greens and what lies between them must add up to it.
    pub cycle: f64,
    /// When the first stage starts, s after a multiple of the cycle.
    #[serde(default)]
    pub offset: f64,
    /// Yellow, s. 3 s suit 50 km/h.
    #[serde(default = "three")]
    pub yellow: f64,
    /// Time from the end of yellow to the next stage, s.
    #[serde(default = "two")]
    pub all_red: f64,
    /// The stages in order.
    pub stages: Vec<Stage>,
}

/// Serde default.
fn three() -> f64 {
    3.0
}

/// Serde default.
fn two() -> f64 {
    2.0
}

/// What is green together, and for how long.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Stage {
    /// Duration of green, s.
    pub green: f64,
    /// The approaches that go: `"street"` for all of its turns, `"street:sr"` for some; `-street` arrives backward.
    /// A turn shows `g` while something it gives way to is green in the same stage, else `G`.
    pub go: Vec<String>,
}
