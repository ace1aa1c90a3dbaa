//! What can be said on the command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use super::batch::{BatchArgs, BenchArgs, MergeArgs, ReportArgs};
use super::calibrate::CalibrateArgs;
use super::check::CheckArgs;
use super::compare::CompareArgs;
use super::controllers::ControllersArgs;
use super::draw::DrawArgs;
use super::explain::ExplainArgs;
use super::export::ExportArgs;
use super::generate::GenerateArgs;
use super::import::{ImportArgs, UpgradeArgs};
use super::measures::MeasuresArgs;
use super::replay::ReplayArgs;
use super::timing::TimingArgs;
use super::validate::ValidateArgs;
use super::view::ViewArgs;
use crate::commands::{assignment, parameters};
use crate::demand::FollowingModel;
use crate::demand::routing::Moment;
use crate::detectors::Tier;
use crate::emission::Model;

/// Intergreen: a microscopic traffic simulator and signal controller.
#[derive(Parser, Debug)]
#[command(name = "intergreen", version, args_conflicts_with_subcommands = true)]
#[command(
    after_help = "Without a command, `run` is meant. Exit codes: 0 done, 1 the run failed, 2 bad input or usage, \
                        130 interrupted (results so far are written)."
)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Option<Action>,
    /// Options of `run`, if no command is given.
    #[command(flatten)]
    pub run: RunArgs,
}

/// What the program can do.
#[derive(Subcommand, Debug)]
pub enum Action {
    /// Simulate a scenario and print what came of it
    Run(RunArgs),
    /// Watch a scenario in a window; or take pictures and films of it
    View(ViewArgs),
    /// Simulate a SUMO scenario with SUMO and here, and show where the results differ
    CompareSumo(CompareArgs),
    /// Draw a scenario as SVG: roads, stop lines, lamps and vehicles
    Draw(DrawArgs),
    /// Write a scenario as another simulator's files
    Export(ExportArgs),
    /// Give controllers the inputs of a recorded run again, and compare the lamps
    ReplayInputs(ReplayArgs),
    /// Performance measures of an event log, simulated or recorded
    Measures(MeasuresArgs),
    /// What a signal did in a run, moment by moment, and why
    Explain(ExplainArgs),
    /// Check scenarios and signal plans: errors, warnings, what is not supported, each with its place
    Check(CheckArgs),
    /// Make a scenario from a few numbers and a seed
    Generate(GenerateArgs),
    /// Turn somebody else's scenario into one file of ours
    Import(ImportArgs),
    /// List the signal control strategies: what they need, their parameters, where they come from
    Controllers(ControllersArgs),
    /// Print the timing sheet of every signal of a scenario
    Timing(TimingArgs),
    /// Show what the physics claims: capacity, delay, waves, each with target, figure and verdict
    Validate(ValidateArgs),
    /// Fit a scenario's demand to counts, or its drivers to saturation flows
    Calibrate(CalibrateArgs),
    /// Run an experiment: scenarios × controllers × demands × seeds, with paired statistics
    Batch(BatchArgs),
    /// Join the results of a batch's shards
    Merge(MergeArgs),
    /// What the results of a batch say: Markdown, JSON, or a page
    Report(ReportArgs),
    /// Run a suite of known scenarios, with published figures beside ours
    Bench(BenchArgs),
    /// Write an old file of ours in the present version of the format
    Upgrade(UpgradeArgs),
}

/// What is simulated: options of `run` and of `draw`.
#[derive(Args, Clone, Debug)]
pub struct SetupArgs {
    /// Scenario: our .ron, a SUMO .sumocfg, a CityFlow config.json, or the name of a bundled one [default: city]
    pub scenario: Option<PathBuf>,

    /// Seed of all randomness [default: the scenario's, else 1]
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = seed)]
    pub seed: Option<u64>,
    /// Length of a step, s [default: the scenario's]
    #[arg(long, value_name = "S", allow_negative_numbers = true, value_parser = step)]
    pub step: Option<f64>,
    /// Threads; results are the same for any number [default: what is fastest for the size]
    #[arg(long, value_name = "N", allow_negative_numbers = true,
          value_parser = clap::value_parser!(u16).range(1..=256))]
    pub threads: Option<u16>,

    /// Car-following model of all drivers [default: what the scenario's vehicle types name]
    #[arg(long, value_name = "NAME")]
    pub behaviour: Option<Behaviour>,
    /// When trips that name only their ends find their way [default: the scenario's; SUMO: at-departure]
    #[arg(long, value_name = "WHEN")]
    pub routes: Option<Routes>,
    /// Signal control strategy [default: the scenario's, else fixed_time]
    #[arg(long, value_name = "NAME[,PARAM=VALUE…]", value_parser = controller)]
    pub controller: Option<Controller>,
    /// What tells controllers of vehicles [default: the scenario's, else loops]
    #[arg(long, value_name = "TIER")]
    pub sensors: Option<SensorTier>,
    /// Factor on the demand
    #[arg(long, value_name = "F", default_value = "1", allow_negative_numbers = true, value_parser = factor)]
    pub scale: f64,
    /// Leave vehicles that depart in the first S seconds out of every mean [default: the scenario's]
    #[arg(long, value_name = "S", value_parser = positive_or_zero)]
    pub warm_up: Option<f64>,
    /// Change a value of the scenario, e.g. demand.scale=1.2; may be repeated
    #[arg(long, value_name = "PATH=VALUE", value_parser = edit)]
    pub set: Vec<(String, String)>,
    /// Timed commands, a RON list: `[(at: 600, command: CloseLanes(link: "m3", lanes: [0], until: 900))]`
    #[arg(long, value_name = "FILE")]
    pub commands: Option<PathBuf>,
    /// Run signal programs even if they open two crossing movements together
    #[arg(long)]
    pub allow_unsafe_programs: bool,
}

/// Options of `run`.
#[derive(Args, Clone, Debug)]
pub struct RunArgs {
    /// What is simulated.
    #[command(flatten)]
    pub setup: SetupArgs,
    /// Stop at this time on the scenario's clock, s
    #[arg(long, value_name = "S", conflicts_with = "drain", allow_negative_numbers = true, value_parser = finite)]
    pub until: Option<f64>,
    /// Go on past the end until every vehicle has left or a gridlock is established
    #[arg(long)]
    pub drain: bool,
    /// Run signal programs without yellow exactly as they are written (CityFlow); else yellow and clearance times are added
    #[arg(long)]
    pub as_is: bool,

    /// Fuel and CO₂ of every vehicle and street: by which model, or `off`
    #[arg(long, value_name = "MODEL", default_value = "cpfm")]
    pub emissions: Emissions,
    /// Count encounters in which little was missing to a collision, by junction (TTC, PET)
    #[arg(long)]
    pub safety: bool,

    /// Show which part of the step takes how much processor time
    #[arg(long)]
    pub profile: bool,
    /// Write results here: tripinfo.xml, summary.xml, edgedata.xml, tlsstates.xml, detectors, event logs, CSV tables, manifest
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Write fcd.xml too: where every vehicle is, each step or each S seconds; big
    #[arg(long, value_name = "S", num_args = 0..=1, require_equals = true, default_missing_value = "0",
          value_parser = positive_or_zero, requires = "out")]
    pub fcd: Option<f64>,
    /// Write lanedata.xml too: as edgedata.xml, but by lane
    #[arg(long, requires = "out")]
    pub lane_data: bool,
    /// Length of the intervals in edgedata.xml and lanedata.xml, s
    #[arg(long, value_name = "S", default_value = "900", value_parser = interval)]
    pub interval: f64,
    /// Write a checkpoint every S seconds of the scenario's clock, and at Ctrl-C: SCENARIO-TIMEs.checkpoint, in the
    /// folder of --out, else in the current one
    #[arg(long, value_name = "S", value_parser = interval)]
    pub checkpoint_every: Option<f64>,
    /// Go on from a checkpoint; all other options as in the run that wrote it, but --until, --threads and what is
    /// written. What follows the time in --out (detectors, edges, lamps, positions, events) and encounters are from there on
    #[arg(long, value_name = "FILE")]
    pub resume: Option<PathBuf>,
    /// Record what every signal controller is given and shows, for `replay-inputs`
    #[arg(long, value_name = "FILE")]
    pub record_inputs: Option<PathBuf>,
    /// Print one JSON object instead of the summary
    #[arg(long)]
    pub json: bool,
    /// No progress, no warnings
    #[arg(long, short)]
    pub quiet: bool,
    /// Show all import findings, gridlocks and signals
    #[arg(long, short, conflicts_with = "quiet")]
    pub verbose: bool,
}

/// A strategy and its parameters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Controller {
    /// Its name.
    pub name: String,
    /// Its parameters.
    pub parameters: Vec<(String, String)>,
}

impl Default for Controller {
    fn default() -> Self {
        Self { name: "fixed_time".into(), parameters: Vec::new() }
    }
}

/// Car-following models by name.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
#[value(rename_all = "snake_case")]
pub enum Behaviour {
    /// Ours: saturation flow and lost times as measured on real roads
    Calibrated,
    /// SUMO's default
    Krauss,
    /// Krauss's original formula
    #[value(name = "krauss_orig1")]
    KraussOrig1,
    /// The intelligent driver model
    Idm,
    /// IDM+: free road and leader apart
    IdmPlus,
    /// Gipps's model
    Gipps,
}

impl Behaviour {
    /// The model.
    pub fn model(self) -> FollowingModel {
        match self {
            Self::Calibrated => FollowingModel::Calibrated,
            Self::Krauss => FollowingModel::Krauss,
            Self::KraussOrig1 => FollowingModel::KraussOrig1,
            Self::Idm => FollowingModel::Idm,
            Self::IdmPlus => FollowingModel::IdmPlus,
            Self::Gipps => FollowingModel::Gipps,
        }
    }
}

/// When trips find their way.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum Routes {
    /// Before the run, at free flow: all runs of a scenario have the same routes
    Once,
    /// Each when it departs, with the travel times of the traffic
    AtDeparture,
}

impl Routes {
    /// What the engine calls it.
    pub fn moment(self) -> Moment {
        match self {
            Self::Once => Moment::Once,
            Self::AtDeparture => Moment::AtDeparture,
        }
    }
}

/// A model's name in options and results.
pub fn behaviour_name(model: FollowingModel) -> &'static str {
    model.name()
}

/// How fuel and CO₂ are worked out.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum Emissions {
    /// From the power at the wheels, for all vehicles
    Cpfm,
    /// By speed and acceleration for cars; all others as with cpfm
    VtMicro,
    /// Not at all
    Off,
}

impl Emissions {
    /// The model; `None`: off.
    pub const fn model(self) -> Option<Model> {
        match self {
            Self::Cpfm => Some(Model::Cpfm),
            Self::VtMicro => Some(Model::VtMicro),
            Self::Off => None,
        }
    }
}

/// What tells controllers of vehicles.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum SensorTier {
    /// Loops in the road
    Loops,
    /// Loops, and reports of some vehicles once a second: where they were, with noise and late
    #[value(name = "loops+probe")]
    LoopsProbe,
    /// Loops, and reports of all vehicles once a second: where they are
    Perfect,
}

impl SensorTier {
    /// What the engine calls it.
    pub const fn tier(self) -> Tier {
        match self {
            Self::Loops => Tier::Loops,
            Self::LoopsProbe => Tier::LoopsProbe,
            Self::Perfect => Tier::Perfect,
        }
    }
}

/// A finite number.
pub fn finite(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        // Thirty years: beyond it a run would never end.
        Ok(v) if v.abs() <= 1e9 => Ok(v),
        _ => Err("expected a number of seconds up to 1e9".into()),
    }
}

/// A time ≥ 0.
fn positive_or_zero(text: &str) -> Result<f64, String> {
    match finite(text)? {
        v if v >= 0.0 => Ok(v),
        _ => Err("expected a number of seconds ≥ 0".into()),
    }
}

/// An interval's length.
fn interval(text: &str) -> Result<f64, String> {
    match finite(text)? {
        v if v >= 1.0 => Ok(v),
        _ => Err("expected at least 1 s".into()),
    }
}

/// A step's length.
fn step(text: &str) -> Result<f64, String> {
    match finite(text)? {
        v if (0.05..=2.0).contains(&v) => Ok(v),
        _ => Err("expected 0.05 to 2 s".into()),
    }
}

/// A seed.
pub fn seed(text: &str) -> Result<u64, String> {
    text.parse().map_err(|_| format!("expected a whole number from 0 to {}", u64::MAX))
}

/// A factor on demand.
pub fn factor(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(v) if (0.0..=100.0).contains(&v) => Ok(v),
        _ => Err("expected a factor from 0 to 100".into()),
    }
}

/// `path=value`.
pub fn edit(text: &str) -> Result<(String, String), String> {
    assignment(text).ok_or_else(|| "expected PATH=VALUE, e.g. demand.scale=1.2".into())
}

/// `name,param=value,…`.
pub fn controller(text: &str) -> Result<Controller, String> {
    let (name, rest) = text.split_once(',').map_or((text, None), |(name, rest)| (name, Some(rest)));
    let parameters = rest.map_or(Ok(Vec::new()), parameters)?;
    Ok(Controller { name: name.trim().to_owned(), parameters })
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_definition_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn parameters_are_taken_apart() {
        let c = controller("max_pressure,step_s=10,yellow_s=3").unwrap();
        assert_eq!(c.name, "max_pressure");
        assert_eq!(c.parameters, [("step_s".into(), "10".into()), ("yellow_s".into(), "3".into())]);
        assert!(controller("x,y").is_err());
    }
}
