//! The runs of both sides: several at a time, one seed after the other, so that an interrupted comparison has pairs.

use std::collections::VecDeque;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::data::Run;
use super::sumo::{Children, Job, Sumo};
use super::{CompareArgs, ours};
use crate::cli::{Failure, Loaded};

/// Time between looks at the interrupt flag.
const LOOK: Duration = Duration::from_millis(50);

/// One run to make.
#[derive(Clone, Copy, Debug)]
struct Task {
    seed: u64,
    side: usize,
}

/// What all runs need.
pub struct Plan<'a> {
    /// What was asked for.
    pub args: &'a CompareArgs,
    /// The scenario.
    pub loaded: &'a Loaded,
    /// The other side.
    pub sumo: &'a Sumo,
    /// A folder for SUMO's files; `compare.sumocfg` lies there.
    pub folder: &'a Path,
    /// SUMO's network, routes and additional files.
    pub inputs: &'a [(&'static str, String)],
    /// When a run of SUMO's is given up, s.
    pub limit: f64,
}

/// Makes all runs, ours and SUMO's, by seed; those that are done when it is interrupted, which ends the others at once.
///
/// # Errors
/// The first of a run.
pub fn make(plan: &Plan<'_>, interrupted: &AtomicBool) -> Result<[Vec<Run>; 2], Failure> {
    let seeds = 1..=u64::from(plan.args.seeds);
    // SUMO's run of a seed first: it takes longer.
    let tasks: VecDeque<Task> = seeds.flat_map(|seed| [1, 0].map(|side| Task { seed, side })).collect();
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let jobs = plan.args.jobs.map_or(cores, usize::from).min(tasks.len());
    let bar = progress(plan.args.quiet, tasks.len());
    let (tasks, children) = (Mutex::new(tasks), Children::default());
    let found: Mutex<Result<Vec<(Task, Run)>, Failure>> = Mutex::new(Ok(Vec::new()));
    let stop = AtomicBool::new(false);
    let make = |task: Task| match task.side {
        0 => ours::run(plan.loaded, task.seed, plan.args.allow_unsafe_programs, &stop),
        _ => theirs(plan, task.seed, &children),
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
    let mut runs = [Vec::new(), Vec::new()];
    for (task, run) in found.into_inner().unwrap_or_else(PoisonError::into_inner)? {
        runs[task.side].push(run);
    }
    runs.iter_mut().for_each(|side| side.sort_by_key(|r| r.seed));
    Ok(runs)
}

/// Locks; a thread that panicked with the lock held has left sound data behind.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// One of SUMO's runs, in a folder of its own. `None`: ended.
fn theirs(plan: &Plan<'_>, seed: u64, children: &Children) -> Result<Option<Run>, Failure> {
    let own = plan.folder.join(format!("seed-{seed}"));
    let broken = |e: std::io::Error| Failure::Run(format!("{}: {e}", own.display()));
    std::fs::create_dir_all(&own).map_err(broken)?;
    // An additional file's results lie beside it: so each run has its own.
    let table = own.join("table.add.xml");
    std::fs::write(&table, TABLE).map_err(broken)?;
    let mut inputs = plan.inputs.to_vec();
    for (_, list) in inputs.iter_mut().filter(|(option, _)| *option == "--additional-files") {
        let comma = if list.is_empty() { "" } else { "," };
        *list = format!("{list}{comma}{}", table.display());
    }
    let config = plan.folder.join("compare.sumocfg");
    let job = Job { config: &config, inputs: &inputs, folder: &own, seed, limit: plan.limit };
    let run = plan.sumo.run(&job, children);
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
