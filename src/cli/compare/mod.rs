//! `intergreen compare-sumo`: the same scenario, simulated by SUMO and by us, side by side.
//!
//! Terms
//! - **side**: we, or SUMO. Both run the same files with the same seeds, without teleports, until the network is empty.
//! - **spread**: median, least and greatest over the seeds. What lies within SUMO's own spread is noise.
//! - **approach**: an edge that leads to a signal.
//!
//! Both sides count time on an edge as SUMO's `edgeData` does: from the moment at which a vehicle's front comes onto it
//! until its rear has left it. The roads inside junctions are edges of their own.

mod data;
mod files;
mod ours;
mod report;
mod sumo;

use std::collections::{BTreeMap, VecDeque};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use clap::Args;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use self::data::{EdgeRow, Run};
use self::sumo::{Children, Job, Sumo};
use super::load::{Loaded, load};
use super::{Failure, complain, out, print, run};
use crate::import::sumo::config::read_config;
use crate::import::sumo::peer;
use crate::import::{ImportError, Report};

/// A vehicle that is not there so long after the last departure never will be, s.
const PATIENCE_S: f64 = 4.0 * 3600.0;
/// Time between looks at the interrupt flag.
const LOOK: Duration = Duration::from_millis(50);

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
    /// Our runs and SUMO's, by seed.
    pub runs: [Vec<Run>; 2],
    /// Edges, those that differ most first.
    pub edges: Vec<EdgeRow>,
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
    run::check_programs(&loaded.network, args.allow_unsafe_programs)?;
    let sumo = Sumo::find(args.sumo.as_deref())?;
    if let Some(dir) = &args.out {
        out::prepare(dir)?;
    }
    if !args.quiet {
        run::warn(false, &loaded);
        if !sumo.version.starts_with("1.28") {
            complain("warning", &format!("SUMO is {}; our models follow 1.28", sumo.version));
        }
    }
    let scratch = Scratch::new()?;
    let inputs = prepare(&args.scenario, scratch.0.as_path())?;
    let limit = limit(&loaded, args.allow_unsafe_programs)?;
    let Some(runs) = all_runs(args, &loaded, &sumo, &scratch.0, &inputs, limit, &interrupted)? else {
        complain("interrupted", "nothing to report");
        return Ok(ExitCode::from(130));
    };
    let edges = data::edges(&runs, &approaches(&loaded));
    let comparison = Comparison { args, scenario: loaded.name, version: sumo.version, runs, edges };
    if let Some(dir) = &args.out {
        files::write(dir, &comparison)?;
    }
    print(&if args.json { report::json(&comparison)? } else { report::text(&comparison) })?;
    Ok(ExitCode::SUCCESS)
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

/// One run to make.
#[derive(Clone, Copy, Debug)]
struct Task {
    seed: u64,
    side: usize,
}

/// Makes all runs of both sides. `None`: interrupted.
fn all_runs(
    args: &CompareArgs,
    loaded: &Loaded,
    sumo: &Sumo,
    folder: &Path,
    inputs: &[(&'static str, String)],
    limit: f64,
    interrupted: &AtomicBool,
) -> Result<Option<[Vec<Run>; 2]>, Failure> {
    let seeds = 1..=u64::from(args.seeds);
    // SUMO's runs first: they take longer.
    let tasks: VecDeque<Task> =
        [1, 0].into_iter().flat_map(|side| seeds.clone().map(move |seed| Task { seed, side })).collect();
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let jobs = args.jobs.map_or(cores, usize::from).min(tasks.len());
    let bar = progress(args.quiet, tasks.len());
    let (tasks, children) = (Mutex::new(tasks), Children::default());
    let found: Mutex<Result<Vec<(Task, Run)>, Failure>> = Mutex::new(Ok(Vec::new()));
    let stop = AtomicBool::new(false);
    let make = |task: Task| match task.side {
        0 => ours::run(loaded, task.seed, args.allow_unsafe_programs, &stop),
        _ => their_run(sumo, folder, inputs, limit, task.seed, &children),
    };
    let work = || {
        while !stop.load(Ordering::Relaxed) {
            let Some(task) = lock(&tasks).pop_front() else { break };
            let made = make(task);
            bar.inc(1);
            let mut found = lock(&found);
            match (made, &mut *found) {
                (Ok(Some(run)), Ok(list)) => list.push((task, run)),
                (Err(e), Ok(_)) => {
                    *found = Err(e);
                    stop.store(true, Ordering::Relaxed);
                }
                _ => stop.store(true, Ordering::Relaxed),
            }
        }
    };
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..jobs).map(|_| scope.spawn(work)).collect();
        while workers.iter().any(|w| !w.is_finished()) {
            std::thread::sleep(LOOK);
            bar.tick();
            if interrupted.load(Ordering::Relaxed) || stop.load(Ordering::Relaxed) {
                stop.store(true, Ordering::Relaxed);
                children.end_all();
            }
        }
    });
    bar.finish_and_clear();
    let found = found.into_inner().unwrap_or_else(PoisonError::into_inner)?;
    if interrupted.load(Ordering::Relaxed) {
        return Ok(None);
    }
    let mut runs = [Vec::new(), Vec::new()];
    for (task, run) in found {
        runs[task.side].push(run);
    }
    runs.iter_mut().for_each(|side| side.sort_by_key(|r| r.seed));
    Ok(Some(runs))
}

/// Locks; a thread that panicked with the lock held has left sound data behind.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// One of SUMO's runs, in a folder of its own.
fn their_run(
    sumo: &Sumo,
    folder: &Path,
    inputs: &[(&'static str, String)],
    limit: f64,
    seed: u64,
    children: &Children,
) -> Result<Option<Run>, Failure> {
    let own = folder.join(format!("seed-{seed}"));
    let broken = |e: std::io::Error| Failure::Run(format!("{}: {e}", own.display()));
    std::fs::create_dir_all(&own).map_err(broken)?;
    // An additional file's results lie beside it: so each run has its own.
    let table = own.join("table.add.xml");
    std::fs::write(&table, TABLE).map_err(broken)?;
    let mut inputs = inputs.to_vec();
    for (_, list) in inputs.iter_mut().filter(|(option, _)| *option == "--additional-files") {
        let comma = if list.is_empty() { "" } else { "," };
        *list = format!("{list}{comma}{}", table.display());
    }
    let config = folder.join("compare.sumocfg");
    let run = sumo.run(&Job { config: &config, inputs: &inputs, folder: &own, seed, limit }, children);
    let _ = std::fs::remove_dir_all(&own);
    run
}

/// What SUMO is asked to sum up.
const TABLE: &str = "<additional>\n<edgeData id=\"compare\" file=\"edges.xml\" withInternal=\"true\" \
                     excludeEmpty=\"true\"/>\n</additional>\n";

/// A bar on stderr that counts runs; hidden where that is no terminal.
fn progress(quiet: bool, runs: usize) -> ProgressBar {
    let target = if quiet { ProgressDrawTarget::hidden() } else { ProgressDrawTarget::stderr() };
    let bar = ProgressBar::with_draw_target(Some(runs as u64), target);
    let style = ProgressStyle::with_template("[{bar:30}] {pos} of {len} runs · {elapsed} · ETA {eta}");
    // The template is a constant; the fallback is never seen.
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()).progress_chars("=> "));
    bar
}
