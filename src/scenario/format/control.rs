//! Sensors and controllers.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::is_default;

/// What controllers see.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename = "Sensors")]
pub struct SensorsFile {
    /// The tier.
    #[serde(default, skip_serializing_if = "is_default")]
    pub tier: Tier,
}

/// How much controllers see. There is one tier so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Tier {
    /// Loops in the road: one at the stop line and one 40 m before it on every signalised lane.
    #[default]
    Loops,
}

/// Who switches the signals.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename = "Controller")]
pub struct ControllerFile {
    /// Name of the strategy.
    #[serde(default = "fixed_time", skip_serializing_if = "is_fixed_time")]
    pub strategy: String,
    /// Its parameters: name and value, both as text.
    #[serde(default, skip_serializing_if = "is_default")]
    pub parameters: BTreeMap<String, String>,
}

impl Default for ControllerFile {
    fn default() -> Self {
        Self { strategy: fixed_time(), parameters: BTreeMap::new() }
    }
}

/// Serde default.
fn fixed_time() -> String {
    "fixed_time".into()
}

fn is_fixed_time(name: &str) -> bool {
    name == "fixed_time"
}
