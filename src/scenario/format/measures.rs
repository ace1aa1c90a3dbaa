//! What is measured: detectors, tables, logs. They see everything and change nothing; controllers do not see them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::is_default;

/// What is measured, and written with `--out`, in SUMO's formats.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename = "Measures")]
pub struct MeasuresFile {
    /// Induction loops (SUMO: e1).
    #[serde(default, skip_serializing_if = "is_default")]
    pub loops: Vec<LoopFile>,
    /// Area detectors (e2).
    #[serde(default, skip_serializing_if = "is_default")]
    pub areas: Vec<AreaFile>,
    /// Entry and exit gates (e3).
    #[serde(default, skip_serializing_if = "is_default")]
    pub gates: Vec<GatesFile>,
    /// Tables over edges or lanes (meandata).
    #[serde(default, skip_serializing_if = "is_default")]
    pub tables: Vec<TableFile>,
    /// Logs of what signals show.
    #[serde(default, skip_serializing_if = "is_default")]
    pub lamps: Vec<LampLogFile>,
    /// Name of the file with a row per trip, if it is not `tripinfo.xml`.
    #[serde(default, skip_serializing_if = "is_default")]
    pub tripinfo: Option<String>,
    /// Name of the file with a row per step, if it is not `summary.xml`.
    #[serde(default, skip_serializing_if = "is_default")]
    pub summary: Option<String>,
    /// Name of a file with everybody's position.
    #[serde(default, skip_serializing_if = "is_default")]
    pub fcd: Option<String>,
    /// Time between positions. Left out: every step.
    #[serde(default, skip_serializing_if = "is_default")]
    #[schemars(range(min = 0.001, max = 604_800.0), extend("unit" = "s"))]
    pub fcd_period: Option<f64>,
    /// Name of the file with sums per street, if it is not `edgedata.xml`.
    #[serde(default, skip_serializing_if = "is_default")]
    pub edge_data: Option<String>,
    /// Name of a file with sums per lane.
    #[serde(default, skip_serializing_if = "is_default")]
    pub lane_data: Option<String>,
}

/// Whose readings, when, and where they go.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename = "Section")]
pub struct SectionFile {
    /// The file in `--out` for its readings.
    pub file: String,
    /// Length of an interval. Left out: the whole run is one.
    #[serde(default, skip_serializing_if = "is_default")]
    #[schemars(range(min = 0.001, max = 1e9), extend("unit" = "s"))]
    pub period: Option<f64>,
    /// When the first interval begins, s on the scenario's clock. Left out: with the run.
    #[serde(default, skip_serializing_if = "is_default")]
    #[schemars(range(min = -1e9, max = 1e9), extend("unit" = "s"))]
    pub begin: Option<f64>,
    /// From then on no interval begins. Left out: to the end of the run.
    #[serde(default, skip_serializing_if = "is_default")]
    #[schemars(range(min = -1e9, max = 1e9), extend("unit" = "s"))]
    pub end: Option<f64>,
    /// The vehicle types it sees. Left out: all.
    #[serde(default, skip_serializing_if = "is_default")]
    pub types: Vec<String>,
}

/// An induction loop.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename = "Loop")]
pub struct LoopFile {
    /// Name.
    pub id: String,
    /// Its lane: the street's name, `_` and its number from the kerb.
    pub lane: String,
    /// Near border, from the start of the lane.
    #[schemars(range(min = 0.0, max = 100_000.0), extend("unit" = "m"))]
    pub position: f64,
    /// Far border less near border; 0: a line.
    #[serde(default, skip_serializing_if = "is_default")]
    #[schemars(range(min = 0.0, max = 1000.0), extend("unit" = "m"))]
    pub length: f64,
    /// File and intervals.
    pub readings: SectionFile,
}

/// An area detector.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename = "Area")]
pub struct AreaFile {
    /// Name.
    pub id: String,
    /// Its lanes in driving order: the street's name, `_` and the lane's number from the kerb.
    pub lanes: Vec<String>,
    /// Where it begins, from the start of the first lane.
    #[schemars(range(min = 0.0, max = 100_000.0), extend("unit" = "m"))]
    pub start: f64,
    /// Where it ends, from the start of the last lane.
    #[schemars(range(min = 0.0, max = 100_000.0), extend("unit" = "m"))]
    pub end: f64,
    /// A vehicle halts below this speed.
    #[serde(default = "halting_speed", skip_serializing_if = "is_halting_speed")]
    #[schemars(range(min = 0.0, max = 200.0), extend("unit" = "m/s", "default" = 1.389))]
    pub halting_speed: f64,
    /// For at least this long.
    #[serde(default = "halting_time", skip_serializing_if = "is_halting_time")]
    #[schemars(range(min = 0.0, max = 86_400.0), extend("unit" = "s", "default" = 1))]
    pub halting_time: f64,
    /// File and intervals.
    pub readings: SectionFile,
}

/// Entry and exit gates around any part of the network: vehicles are timed from one to the other.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename = "Gates")]
pub struct GatesFile {
    /// Name.
    pub id: String,
    /// Where vehicles come in.
    pub entries: Vec<GateFile>,
    /// Where they leave.
    pub exits: Vec<GateFile>,
    /// A vehicle halts below this speed.
    #[serde(default = "halting_speed", skip_serializing_if = "is_halting_speed")]
    #[schemars(range(min = 0.0, max = 200.0), extend("unit" = "m/s", "default" = 1.389))]
    pub halting_speed: f64,
    /// For at least this long.
    #[serde(default = "halting_time", skip_serializing_if = "is_halting_time")]
    #[schemars(range(min = 0.0, max = 86_400.0), extend("unit" = "s", "default" = 1))]
    pub halting_time: f64,
    /// File and intervals.
    pub readings: SectionFile,
}

/// A cross-section of a lane.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename = "Gate")]
pub struct GateFile {
    /// The lane: the street's name, `_` and the lane's number from the kerb.
    pub lane: String,
    /// From the start of the lane.
    #[schemars(range(min = 0.0, max = 100_000.0), extend("unit" = "m"))]
    pub position: f64,
}

/// A table over edges or lanes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename = "Table")]
pub struct TableFile {
    /// Name.
    pub id: String,
    /// A row per lane instead of one per street.
    #[serde(default, skip_serializing_if = "is_default")]
    pub by_lane: bool,
    /// Whether the ways inside junctions have rows.
    #[serde(default, skip_serializing_if = "is_default")]
    pub internal: bool,
    /// Whether streets without traffic have rows.
    #[serde(default, skip_serializing_if = "is_default")]
    pub empty: bool,
    /// Whether these rows have the travel time and speed of free flow.
    #[serde(default, skip_serializing_if = "is_default")]
    pub free_flow: bool,
    /// The streets with rows. Left out: all.
    #[serde(default, skip_serializing_if = "is_default")]
    pub streets: Vec<String>,
    /// Below this speed a vehicle waits.
    #[serde(default = "waiting_speed", skip_serializing_if = "is_waiting_speed")]
    #[schemars(range(min = 0.0, max = 200.0), extend("unit" = "m/s", "default" = 0.1))]
    pub waiting_speed: f64,
    /// The longest travel time that is written.
    #[serde(default = "longest_time", skip_serializing_if = "is_longest_time")]
    #[schemars(range(min = 0.0, max = 1e12), extend("unit" = "s", "default" = 100000))]
    pub longest_time: f64,
    /// A row with less vehicle time than this has no means.
    #[serde(default, skip_serializing_if = "is_default")]
    #[schemars(range(min = 0.0, max = 1e12), extend("unit" = "s"))]
    pub least_samples: f64,
    /// File and intervals.
    pub readings: SectionFile,
}

/// A log of what signals show.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename = "LampLog")]
pub struct LampLogFile {
    /// The file in `--out`.
    pub file: String,
    /// The signals.
    pub signals: Vec<String>,
    /// An entry only where something changes, instead of one per step.
    #[serde(default, skip_serializing_if = "is_default")]
    pub changes_only: bool,
}

/// Defines a serde default and the test for it.
macro_rules! usual {
    ($name:ident, $is:ident, $value:expr) => {
        /// Serde default.
        fn $name() -> f64 {
            $value
        }

        #[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
        fn $is(value: &f64) -> bool {
            *value == $name()
        }
    };
}

usual!(halting_speed, is_halting_speed, 5.0 / 3.6);
usual!(halting_time, is_halting_time, 1.0);
usual!(waiting_speed, is_waiting_speed, 0.1);
usual!(longest_time, is_longest_time, 100_000.0);
