//! `intergreen compare-sumo`: the same scenario, simulated by SUMO and by us, side by side.
//!
//! Terms
//! - **side**: we, or SUMO. Both run the same files with the same seeds, without teleports, until the network is empty.
//! - **spread**: median, least and greatest over the seeds. What lies within SUMO's own spread is noise.
//! - **approach**: an edge that leads to a signal.
//! - **finished**: a run is, when everybody has arrived. Only such runs are compared.
//!
//! Both sides count time on an edge as SUMO's `edgeData` does: from the moment at which a vehicle's front comes onto it
//! until its rear has left it. The roads inside junctions are edges of their own.

mod data;
mod files;
mod ours;
mod report;
mod runs;
mod sumo;
mod tolerances;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::Ordering;

use clap::Args;

use self::data::{EdgeRow, Run};
use self::runs::Plan;
use self::sumo::Sumo;
use self::tolerances::Tolerances;
use super::findings::Findings;
use super::load::{Loaded, load};
use super::{Failure, complain, out, print, run};
use crate::import::sumo::config::read_config;
use crate::import::sumo::peer;
use crate::import::{ImportError, Report};
use crate::plans;

/// A vehicle that is not there so long after the last departure never will be, s.
const PATIENCE_S: f64 = 4.0 * 3600.0;

/// Options of `compare-sumo`.
#[derive(Args, Clone, Debug)]
pub struct CompareArgs {
    /// Scenario: a SUMO .sumocfg
    pub scenario: PathBuf,
    /// Run seeds 1 to N on both sides
    #[arg(long, value_name = "N", default_value = "5", value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub seeds: u16,
    /// Runs at a time [default: the processor's cores]
    #[arg(long, value_name = "J", value_parser = clap::value_parser!(u16).range(1..=256))]
    pub jobs: Option<u16>,
    /// SUMO's program, or the folder it is in [default: sumo on the PATH]
    #[arg(long, value_name = "PATH")]
    pub sumo: Option<PathBuf>,
    /// Exit 1, with a list, where we are further from SUMO than this, in percent of its median. Without a list:
    /// duration=6,p90=10,waiting=15,time_loss=10,route_length=0.5,approach_delay=25. The delay is that of the approaches
    /// of signals with more than 100 vehicles; approach_delay:EDGE=P allows one of them more. Everybody has to arrive, in
    /// all runs, and without defects.
    #[arg(long, value_name = "MEASURE=PERCENT,…", num_args = 0..=1, require_equals = true, default_missing_value = "",
          value_parser = tolerances::parse)]
    pub tolerances: Option<Tolerances>,
    /// Show all edges and approaches, not only the ten that differ most
    #[arg(long)]
    pub all: bool,
    /// Write measures.csv, edges.csv, approaches.csv and runs.csv here
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Print one JSON object instead of tables
    #[arg(long)]
    pub json: bool,
    /// Run signal programs even if they open two crossing movements together
    #[arg(long)]
    pub allow_unsafe_programs: bool,
    /// No progress, no warnings
    #[arg(long, short)]
    pub quiet: bool,
}

/// Everything that is reported.
pub struct Comparison<'a> {
    /// What was asked for.
    pub args: &'a CompareArgs,
    /// The scenario's name.
    pub scenario: String,
    /// What SUMO calls itself.
    pub version: String,
    /// Our runs and SUMO's, by seed. Those that did not finish are named, and not compared.
    pub runs: [Vec<Run>; 2],
    /// Edges, those that differ most first.
    pub edges: Vec<EdgeRow>,
    /// Whether there would have been more runs.
    pub interrupted: bool,
    /// What is outside the tolerances, if there are some.
    pub missed: Option<Vec<String>>,
}

impl Comparison<'_> {
    /// The runs that did not finish: whose, with which seed, and why.
    pub fn unfinished(&self) -> impl Iterator<Item = (&'static str, u64, &str)> {
        let sides = self.runs.iter().zip(["intergreen", "SUMO"]);
        let runs = sides.flat_map(|(runs, side)| runs.iter().map(move |r| (side, r)));
        runs.filter_map(|(side, r)| Some((side, r.seed, r.unfinished.as_deref()?)))
    }
}

/// Compares as asked.
///
/// # Errors
/// If the scenario is none that SUMO could run, if SUMO is not there, or if a run fails.
pub fn run(args: &CompareArgs) -> Result<ExitCode, Failure> {
    let interrupted = run::on_interrupt()?;
    let name = args.scenario.file_name().map(|n| n.to_string_lossy().to_lowercase()).unwrap_or_default();
    if !name.contains(".sumocfg") && args.scenario.exists() {
        let shown = args.scenario.display();
        return Err(Failure::Input(format!("{shown}: SUMO cannot run it; expected a SUMO configuration (.sumocfg)")));
    }
    let loaded = load(Some(&args.scenario), &[])?;
    let plans = plans::of_network(&loaded.network, args.allow_unsafe_programs);
    run::warn_unsafe(&plans.map_err(|e| Failure::Input(e.to_string()))?, false);
    let sumo = Sumo::find(args.sumo.as_deref())?;
    if let Some(dir) = &args.out {
        out::prepare(dir)?;
    }
    if !args.quiet {
        Findings::of(&loaded.report).warn(false);
        if !sumo.version.starts_with("1.28") {
            complain("warning", &format!("SUMO is {}; our models follow 1.28", sumo.version));
        }
    }
    let scratch = Scratch::new()?;
    let inputs = prepare(&args.scenario, scratch.0.as_path())?;
    let limit = limit(&loaded, args.allow_unsafe_programs)?;
    let plan = Plan { args, loaded: &loaded, sumo: &sumo, folder: &scratch.0, inputs: &inputs, limit };
    let runs = runs::make(&plan, &interrupted)?;
    let interrupted = interrupted.load(Ordering::Relaxed);
    if runs.iter().all(Vec::is_empty) {
        complain("interrupted", "no run is done; there is nothing to report");
        return Ok(ExitCode::from(130));
    }
    let edges = data::edges(&runs, &approaches(&loaded));
    let (scenario, version) = (loaded.name, sumo.version);
    let mut comparison = Comparison { args, scenario, version, runs, edges, interrupted, missed: None };
    comparison.missed = args.tolerances.as_ref().map(|t| t.missed(&comparison));
    if let Some(dir) = &args.out {
        files::write(dir, &comparison)?;
    }
    print(&if args.json { report::json(&comparison)? } else { report::text(&comparison) })?;
    let missed = comparison.missed.is_some_and(|m| !m.is_empty());
    Ok(if interrupted { ExitCode::from(130) } else { ExitCode::from(u8::from(missed)) })
}

/// When a run that does not become empty is given up, s: long after the last vehicle wants to depart.
fn limit(loaded: &Loaded, unsafe_yields: bool) -> Result<f64, Failure> {
    let sim = ours::start(loaded, 1, unsafe_yields)?;
    let last = sim.scene().departures.last().map_or(loaded.begin, |d| d.depart);
    Ok(last.max(loaded.end.unwrap_or(last)).seconds() + PATIENCE_S)
}

/// The signal that each edge leads to.
fn approaches(loaded: &Loaded) -> BTreeMap<String, String> {
    let network = &loaded.network;
    let of = |m: &crate::network::MovementId| network.link(network.lane(network.movement(*m).from).link).id.clone();
    let pairs = network.signals.iter().flat_map(|s| s.movements.iter().map(move |m| (of(m), s.id.clone())));
    pairs.collect()
}

/// The input of SUMO's runs in `folder`: a configuration and additional files that write nothing.
fn prepare(scenario: &Path, folder: &Path) -> Result<Vec<(&'static str, String)>, Failure> {
    let wrong = |e: ImportError| Failure::Input(e.to_string());
    let write = |name: &str, text: &str| {
        let path = folder.join(name);
        std::fs::write(&path, text).map_err(|e| Failure::Run(format!("{}: {e}", path.display())))?;
        Ok(path)
    };
    let config = read_config(scenario, &mut Report::default()).map_err(wrong)?;
    write("compare.sumocfg", &peer::options(scenario).map_err(wrong)?)?;
    let mut additional = Vec::new();
    for (i, file) in config.additional.iter().enumerate() {
        additional.push(match peer::silenced(file).map_err(wrong)? {
            Some(text) => write(&format!("additional-{i}.xml"), &text)?,
            None => file.clone(),
        });
    }
    Ok(vec![
        ("--net-file", peer::list(&[config.net])),
        ("--route-files", peer::list(&config.routes)),
        ("--additional-files", peer::list(&additional)),
    ])
}

/// A folder in the system's temporary one that goes away with this value.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> Result<Self, Failure> {
        let path = std::env::temp_dir().join(format!("intergreen-compare-{}", std::process::id()));
        std::fs::create_dir_all(&path).map_err(|e| Failure::Run(format!("{}: {e}", path.display())))?;
        Ok(Self(path))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // What is left in the temporary folder harms nobody.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
