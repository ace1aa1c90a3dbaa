//! `intergreen bench`: suites of other people's scenarios, our figures beside the published ones.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use super::suite::Suite;
use super::{Options, conduct, cores};
use crate::batch::{Experiment, Seeds};
use crate::cli::Failure;
use crate::cli::args::SensorTier;

/// Options of `bench`.
#[derive(Args, Clone, Debug)]
pub struct BenchArgs {
    /// The suite
    #[arg(value_enum)]
    pub suite: Suite,
    /// Folder with the suite's scenarios, each in a folder of its own (city: not needed)
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Strategies, as --controller takes them; may be repeated
    #[arg(long, value_name = "NAME[,PARAM=VALUE…]", default_values_t = ["fixed_time", "actuated", "nema"].map(String::from))]
    pub controller: Vec<String>,
    /// What tells controllers of vehicles [default: loops]; resco_max_pressure and resco_max_wave need perfect
    #[arg(long, value_name = "TIER")]
    pub sensors: Option<SensorTier>,
    /// Number of seeds
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=1000))]
    pub seeds: u64,
    /// Runs at a time [default: one for each processor]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub jobs: Option<u16>,
    /// Folder of the results [default: bench-SUITE.results]
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Go on where an earlier bench in the same folder ended
    #[arg(long)]
    pub resume: bool,
}

/// Runs a suite and prints what others have published beside it.
///
/// # Errors
/// If its files are not there, or a run cannot begin.
pub fn bench(args: &BenchArgs) -> Result<ExitCode, Failure> {
    let suite = args.suite;
    let folder = match (&args.data, suite) {
        (_, Suite::City) => PathBuf::new(),
        (Some(folder), _) => folder.clone(),
        (None, _) => {
            let (name, first) = (suite.name(), suite.scenarios()[0].path);
            return Err(Failure::Input(format!("bench {name}: expected --data DIR, the folder with {first}")));
        }
    };
    if let Some(missing) = suite.scenarios().iter().find(|s| s.hash != 0 && !folder.join(s.path).is_file()) {
        let (shown, path) = (folder.display(), missing.path);
        return Err(Failure::Input(format!(
            "--data {shown}: there is no {path} in it; expected the suite's scenarios"
        )));
    }
    let experiment = Experiment {
        scenarios: suite.scenarios().iter().map(|s| s.path.to_owned()).collect(),
        controllers: args.controller.clone(),
        scales: vec![1.0],
        behaviours: Vec::new(),
        sensors: args.sensors.iter().map(|tier| tier.tier().name().to_owned()).collect(),
        seeds: Seeds((1..=args.seeds).collect()),
        set: Default::default(),
        baseline: None,
        measure: suite.measure().into(),
        drain: suite != Suite::Cityflow,
        until: (suite == Suite::Cityflow).then_some(3600.0),
        step: None,
        warm_up: None,
        as_is: suite == Suite::Cityflow,
    };
    experiment.check().map_err(|e| Failure::Input(format!("bench: {e}")))?;
    let out = args.out.clone().unwrap_or_else(|| format!("bench-{}.results", suite.name()).into());
    let options = Options {
        jobs: args.jobs.map_or_else(cores, usize::from),
        shard: None,
        resume: args.resume,
        dry_run: false,
        precision: None,
        trips: false,
        quiet: false,
        suite: Some(suite),
    };
    conduct(&format!("bench {}", suite.name()), experiment, &folder, &out, &options)
}
