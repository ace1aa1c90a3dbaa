//! Sensors and controllers.

use std::collections::BTreeMap;

use intergreen_control::Millis;
use intergreen_control::plan::DetectorLimits;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::faults::{FaultFile, MessageFaultFile};
use super::is_default;
use crate::detectors::{Probes, Sensing, Tier};

/// What controllers see: detectors on every lane that a signal controls, each a channel of its own. Advance loops lie at
/// most 0.8 of the way back to the last signal or junction that splits the flow, also on the roads before, and are left
/// out where they would meet the next one downstream.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename = "Sensors", default)]
pub struct SensorsFile {
    /// What tells controllers of vehicles. What is more than loops, only strategies that look at single lanes make use of.
    #[serde(skip_serializing_if = "is_default")]
    pub tier: Tier,
    /// The share of vehicles that report in the tier `loops_probe`.
    #[schemars(range(min = 0.0, max = 1.0), extend("unit" = "share"))]
    pub probe_share: f64,
    /// Standard deviation of the positions that they report.
    #[schemars(range(min = 0.0, max = 100.0), extend("unit" = "m"))]
    pub probe_noise: f64,
    /// How late their reports arrive.
    #[schemars(range(min = 0.0, max = 60.0), extend("unit" = "s"))]
    pub probe_latency: f64,
    /// Length of the zone before the stop line that shows that somebody waits; it calls and extends. 0: none.
    #[schemars(range(min = 0.0, max = 100.0), extend("unit" = "m"))]
    pub stop_bar: f64,
    /// Whether a short loop at the stop line counts.
    pub count: bool,
    /// How far before the stop line the loop X lies, in time at the speed limit; it extends (with `nema` only
    /// where there is no zone, or at 16 m/s and more), and where there is no zone it calls, too, until it is served. 0: none.
    #[schemars(range(min = 0.0, max = 20.0), extend("unit" = "s"))]
    pub x_time: f64,
    /// The same as a distance, instead of the time.
    #[serde(skip_serializing_if = "is_default")]
    #[schemars(range(min = 1.0, max = 500.0), extend("unit" = "m"))]
    pub x_distance: Option<f64>,
    /// How far before the stop line the loop IN lies, in time at the speed limit; it counts who comes. 0: none.
    #[schemars(range(min = 0.0, max = 20.0), extend("unit" = "s"))]
    pub in_time: f64,
    /// The same as a distance, instead of the time.
    #[serde(skip_serializing_if = "is_default")]
    #[schemars(range(min = 1.0, max = 500.0), extend("unit" = "m"))]
    pub in_distance: Option<f64>,
    /// In a lane for right turns (left turns where traffic keeps left) that may turn on red, the zone calls only after
    /// somebody has waited so long.
    #[schemars(range(min = 0.0, max = 60.0), extend("unit" = "s"))]
    pub on_red_delay: f64,
    /// Lanes without some of these detectors.
    #[serde(skip_serializing_if = "is_default")]
    pub without: Vec<WithoutFile>,
    /// Detectors that lie elsewhere: each stands for the usual one of its kind at its stop line.
    #[serde(skip_serializing_if = "is_default")]
    pub detectors: Vec<DetectorFile>,
    /// Broken detectors.
    #[serde(skip_serializing_if = "is_default")]
    pub faults: Vec<FaultFile>,
    /// Messages between signals that are lost or late. Those are sent for strategies that listen to neighbours.
    #[serde(skip_serializing_if = "is_default")]
    pub messages: Vec<MessageFaultFile>,
}

impl Default for SensorsFile {
    fn default() -> Self {
        let probes = Probes::default();
        Self {
            tier: Tier::Loops,
            probe_share: probes.share,
            probe_noise: probes.noise_m,
            probe_latency: probes.latency.seconds(),
            stop_bar: 20.0,
            count: true,
            x_time: 3.5,
            x_distance: None,
            in_time: 8.0,
            in_distance: None,
            on_red_delay: 10.0,
            without: Vec::new(),
            detectors: Vec::new(),
            faults: Vec::new(),
            messages: Vec::new(),
        }
    }
}

impl SensorsFile {
    /// What controllers hear of besides detectors.
    pub fn sensing(&self) -> Sensing {
        let latency = Millis::from_seconds(self.probe_latency);
        Sensing { tier: self.tier, probes: Probes { share: self.probe_share, noise_m: self.probe_noise, latency } }
    }
}

/// Lanes without some of the usual detectors.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename = "Without")]
pub struct WithoutFile {
    /// The signal all of whose lanes are meant.
    #[serde(default, skip_serializing_if = "is_default")]
    pub signal: Option<String>,
    /// Or the lane that ends at the stop line: the street's name, `_` and its number from the kerb.
    #[serde(default, skip_serializing_if = "is_default")]
    pub lane: Option<String>,
    /// What they do not have.
    pub kinds: Vec<KindFile>,
}

/// A detector of which it is said where it lies.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename = "Detector")]
pub struct DetectorFile {
    /// Name, for messages.
    #[serde(default, skip_serializing_if = "is_default")]
    pub id: String,
    /// Its lane: the street's name, `_` and its number from the kerb.
    pub lane: String,
    /// The lane that ends at its stop line. Left out: the only one to which its lane leads.
    #[serde(default, skip_serializing_if = "is_default")]
    pub line: Option<String>,
    /// What it is for.
    pub kind: KindFile,
    /// Near border, from the start of its lane.
    #[schemars(range(min = 0.0, max = 100_000.0), extend("unit" = "m"))]
    pub position: f64,
    /// Far border less near border.
    #[serde(default = "loop_length", skip_serializing_if = "is_loop_length")]
    #[schemars(range(min = 0.1, max = 200.0), extend("unit" = "m", "default" = 1.8))]
    pub length: f64,
    /// What it does. Left out: what its kind does. An X that is said to extend does so with `nema` at any speed.
    #[serde(default, skip_serializing_if = "is_default")]
    pub mode: Option<ModeFile>,
    /// The groups it is for, by their numbers in the signal's program. Left out: those that its lane obeys.
    #[serde(default, skip_serializing_if = "is_default")]
    pub groups: Option<Vec<u16>>,
    /// Whether a call is kept until it is served. Left out: as its kind does.
    #[serde(default, skip_serializing_if = "is_default")]
    pub locking: Option<bool>,
    /// Counts as occupied only after being on for so long. Left out: as its kind does.
    #[serde(default, skip_serializing_if = "is_default")]
    #[schemars(range(min = 0.0, max = 60.0), extend("unit" = "s"))]
    pub delay: Option<f64>,
    /// Counts as occupied for so much longer than it is.
    #[serde(default, skip_serializing_if = "is_default")]
    #[schemars(range(min = 0.0, max = 30.0), extend("unit" = "s"))]
    pub extend: f64,
    /// Extends a green only until it is off for the first time.
    #[serde(default, skip_serializing_if = "is_default")]
    pub queue: bool,
    /// With `locking`: calls of those who come on yellow are kept, too. Where `locking` is left out: also if its kind does so.
    #[serde(default, skip_serializing_if = "is_default")]
    pub yellow_lock: bool,
    /// Extends a green for so long from its start at most; 0: without limit.
    #[serde(default, skip_serializing_if = "is_default")]
    #[schemars(range(min = 0.0, max = 255.0), extend("unit" = "s"))]
    pub extend_limit: f64,
    /// Its actuations on red lengthen the least green. If no detector of a group says so, all that call it do.
    #[serde(default, skip_serializing_if = "is_default")]
    pub added_initial: bool,
    /// Groups that it extends too while they are green and its own are not, by their numbers in the signal's program.
    #[serde(default, skip_serializing_if = "is_default")]
    pub switched: Vec<u16>,
    /// When it is taken for broken, and what then.
    #[serde(default, skip_serializing_if = "is_default")]
    pub diagnostics: DiagnosticsFile,
}

/// When a detector is taken for broken, and what then.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename = "Diagnostics", default)]
pub struct DiagnosticsFile {
    /// No edge came for so long; 0: never.
    #[schemars(range(min = 0.0, max = 86_400.0), extend("unit" = "s"))]
    pub no_activity: f64,
    /// It saw nobody while so many vehicles were expected by what others of its lane counted; 0: never.
    #[schemars(range(min = 0, max = 1000), extend("unit" = "vehicles"))]
    pub expected: u16,
    /// It is on for longer, or in two greens in which nobody can stand there; 0: never.
    #[schemars(range(min = 0.0, max = 86_400.0), extend("unit" = "s"))]
    pub max_presence: f64,
    /// It goes on more often in a minute; 0: never.
    #[schemars(range(min = 0, max = 1000), extend("unit" = "1/min"))]
    pub erratic: u16,
    /// Ten pulses in a minute are shorter; 0: never.
    #[schemars(range(min = 0.0, max = 1.0), extend("unit" = "s"))]
    pub short_pulse: f64,
    /// Broken, it calls, and extends a green for so long if nothing else in its lane does; 255: as long as it may last; 0: it
    /// does nothing.
    #[schemars(range(min = 0, max = 255), extend("unit" = "s"))]
    pub fail_time: u8,
}

impl Default for DiagnosticsFile {
    fn default() -> Self {
        Self::of(&DetectorLimits::default())
    }
}

impl DiagnosticsFile {
    /// The file of some limits.
    pub fn of(limits: &DetectorLimits) -> Self {
        Self {
            no_activity: limits.no_activity.seconds(),
            expected: limits.expected,
            max_presence: limits.max_presence.seconds(),
            erratic: limits.erratic,
            short_pulse: limits.short_pulse.seconds(),
            fail_time: limits.fail_time,
        }
    }

    /// As the engine wants them.
    pub fn limits(&self) -> DetectorLimits {
        DetectorLimits {
            no_activity: Millis::from_seconds(self.no_activity),
            expected: self.expected,
            max_presence: Millis::from_seconds(self.max_presence),
            erratic: self.erratic,
            short_pulse: Millis::from_seconds(self.short_pulse),
            fail_time: self.fail_time,
        }
    }
}

/// What a detector is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename = "DetectorKind", rename_all = "snake_case")]
pub enum KindFile {
    /// A zone before the stop line: presence.
    StopBar,
    /// A short loop at the stop line: counts who leaves.
    Count,
    /// An advance loop some 3.5 s before the stop line.
    X,
    /// An advance loop some 8 s before the stop line.
    In,
}

/// What a detector does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename = "DetectorMode", rename_all = "snake_case")]
pub enum ModeFile {
    /// Calls green, and extends it.
    CallAndExtend,
    /// Calls only.
    Call,
    /// Extends only.
    Extend,
    /// Counts only.
    Count,
}

/// Serde default.
fn loop_length() -> f64 {
    1.8
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_loop_length(length: &f64) -> bool {
    *length == loop_length()
}

/// A plan file for a signal: its groups, times, phases, detectors, patterns and calendar in place of those that are derived
/// from the network. What must not be open together is checked against the network all the same.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename = "PlanFile")]
pub struct PlanFile {
    /// The signal.
    pub signal: String,
    /// The plan file (`docs/plan-files.md`), its path from here. `intergreen timing --write` makes one to begin with.
    pub file: String,
    /// For groups of the plan that are not named after them: the ways that they switch, each as a street with the turns
    /// from it (`main:sr` straight on and right, `l` left, `u` turning round, `main` all of them), or as the number of a lamp
    /// in the signal's program, from 0. Together the groups switch every way once. People on foot need none.
    #[serde(default, skip_serializing_if = "is_default")]
    pub groups: BTreeMap<String, Vec<String>>,
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
