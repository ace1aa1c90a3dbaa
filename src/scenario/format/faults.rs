//! Broken detectors, and messages that are lost.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::control::KindFile;
use super::{is_default, is_one, one};
use crate::detectors::Stuck;

/// A fault of some detectors: of those of a signal, a lane, certain kinds, or of all, and of a share of these. What is left
/// out does not occur.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename = "Fault")]
pub struct FaultFile {
    /// The signal whose detectors are meant. Left out: any.
    #[serde(default, skip_serializing_if = "is_default")]
    pub signal: Option<String>,
    /// The lane that ends at their stop line: the street's name, `_` and its number from the kerb. Left out: any.
    #[serde(default, skip_serializing_if = "is_default")]
    pub lane: Option<String>,
    /// What they are for. Left out: anything.
    #[serde(default, skip_serializing_if = "is_default")]
    pub kinds: Vec<KindFile>,
    /// The share of these detectors that has the fault: others with each seed.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    #[schemars(range(min = 0.0, max = 1.0), extend("unit" = "share", "default" = 1.0))]
    pub share: f64,
    /// When it begins, on the scenario's clock. Left out: it is there from the beginning.
    #[serde(default, skip_serializing_if = "is_default")]
    #[schemars(range(min = 0.0, max = 1_209_600.0), extend("unit" = "s"))]
    pub from: Option<f64>,
    /// When it is mended, on the scenario's clock. Left out: never.
    #[serde(default, skip_serializing_if = "is_default")]
    #[schemars(range(min = 0.0, max = 1_209_600.0), extend("unit" = "s"))]
    pub until: Option<f64>,
    /// Broken for good.
    #[serde(default, skip_serializing_if = "is_default")]
    pub stuck: Option<Stuck>,
    /// The share of vehicles that is not seen. Usual: loops 0.01 to 0.02, radar 0.03 to 0.05, video 0.05 to 0.1.
    #[serde(default, skip_serializing_if = "is_default")]
    #[schemars(range(min = 0.0, max = 1.0), extend("unit" = "share"))]
    pub miss: f64,
    /// How often somebody is reported where nobody is.
    #[serde(default, skip_serializing_if = "is_default")]
    #[schemars(range(min = 0.0, max = 3600.0), extend("unit" = "1/h"))]
    pub false_calls: f64,
    /// How often it goes on, or if it is on off, for 50 to 300 ms.
    #[serde(default, skip_serializing_if = "is_default")]
    #[schemars(range(min = 0.0, max = 120.0), extend("unit" = "1/min"))]
    pub chatter: f64,
    /// The share of time in which what it reports is lost, in bursts of 10 s.
    #[serde(default, skip_serializing_if = "is_default")]
    #[schemars(range(min = 0.0, max = 1.0), extend("unit" = "share"))]
    pub drop_out: f64,
    /// How late what it reports arrives.
    #[serde(default, skip_serializing_if = "is_default")]
    #[schemars(range(min = 0.0, max = 60.0), extend("unit" = "s"))]
    pub latency: f64,
}

/// What happens to messages between signals: of those from one to another, or of all. Messages are lost and late as a whole:
/// what a signal tells another one in a second. What is left out does not happen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename = "MessageFault")]
pub struct MessageFaultFile {
    /// The signal whose messages are meant. Left out: any.
    #[serde(default, skip_serializing_if = "is_default")]
    pub sender: Option<String>,
    /// The signal to which they go. Left out: any.
    #[serde(default, skip_serializing_if = "is_default")]
    pub receiver: Option<String>,
    /// When it begins, on the scenario's clock. Left out: it is so from the beginning.
    #[serde(default, skip_serializing_if = "is_default")]
    #[schemars(range(min = 0.0, max = 1_209_600.0), extend("unit" = "s"))]
    pub from: Option<f64>,
    /// When it ends, on the scenario's clock. Left out: never.
    #[serde(default, skip_serializing_if = "is_default")]
    #[schemars(range(min = 0.0, max = 1_209_600.0), extend("unit" = "s"))]
    pub until: Option<f64>,
    /// The share of messages that is lost: others with each seed. 1: the line is dead.
    #[serde(default, skip_serializing_if = "is_default")]
    #[schemars(range(min = 0.0, max = 1.0), extend("unit" = "share"))]
    pub lost: f64,
    /// How late the others arrive.
    #[serde(default, skip_serializing_if = "is_default")]
    #[schemars(range(min = 0.0, max = 30.0), extend("unit" = "s"))]
    pub latency: f64,
}
