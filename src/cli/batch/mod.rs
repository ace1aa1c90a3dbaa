//! `intergreen batch`, `merge` and `report`: many runs, their results, what they say.
//!
//! A results folder holds `journal.jsonl`, one line for each finished run, written as it finishes: whatever ends the
//! program loses no finished run. All other files are made from it, at the end or when the batch is interrupted.

mod bench;
mod command;
mod folder;
mod journal;
mod merge;
mod precision;
mod purdue;
mod record;
mod results;
mod shelf;
mod suite;
mod table;
mod trips;
mod work;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;

pub use bench::{BenchArgs, bench};
pub use merge::{MergeArgs, merge};
pub use results::{ReportArgs, report};

use self::journal::Journal;
use self::results::Manifest;
use self::suite::Suite;
use self::trips::Trips;
use self::work::{Batch, Finish};
use super::run::on_interrupt;
use super::{Failure, complain, print, progress};
use crate::batch::experiment::MOST_RUNS;
use crate::batch::report::{counted, markdown};
use crate::batch::{Experiment, cells};
use crate::import::file;
use crate::scenario::read_ron;

/// Options of `batch`.
#[derive(Args, Clone, Debug)]
pub struct BatchArgs {
    /// The experiment, a RON file; see docs/batches.md
    pub experiment: PathBuf,
    /// Folder of the results [default: the experiment's name with .results]
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Runs at a time [default: one for each processor]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub jobs: Option<u16>,
    /// Make only every Nth run, from the Ith on; `merge` joins the results of all shards
    #[arg(long, value_name = "I/N", value_parser = shard)]
    pub shard: Option<(usize, usize)>,
    /// Go on where an earlier batch in the same folder ended: only what is missing is run
    #[arg(long)]
    pub resume: bool,
    /// Say what would be run, and run nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Add seeds until the 95 % interval of the measure's mean is within this share of it in every cell, e.g. 5%
    #[arg(long, value_name = "SHARE", value_parser = share, conflicts_with = "shard")]
    pub until_ci: Option<f64>,
    /// Most seeds of a cell that --until-ci makes
    #[arg(long, value_name = "N", default_value_t = 200, requires = "until_ci")]
    pub most_seeds: usize,
    /// Write every run's trips, too: trips/KEY.csv and .parquet; with --resume those of finished runs, which are made again
    #[arg(long)]
    pub trips: bool,
    /// No progress, no report
    #[arg(long, short)]
    pub quiet: bool,
}

/// `I/N` with I from 1 to N.
fn shard(text: &str) -> Result<(usize, usize), String> {
    let parts = text.split_once('/').and_then(|(i, n)| Some((i.parse().ok()?, n.parse().ok()?)));
    parts.filter(|&(i, n)| (1..=n).contains(&i)).ok_or_else(|| "expected I/N with I from 1 to N, e.g. 2/8".into())
}

/// `5%` or `0.05`.
fn share(text: &str) -> Result<f64, String> {
    let number = match text.strip_suffix('%') {
        Some(percent) => percent.trim().parse::<f64>().map(|p| p / 100.0),
        None => text.parse(),
    };
    let wrong = || "expected a share, e.g. 5% or 0.05".to_owned();
    number.ok().filter(|s| (0.001..=1.0).contains(s)).ok_or_else(wrong)
}

/// Reads an experiment.
///
/// # Errors
/// Names the file, the place and what was expected.
pub(super) fn read(path: &Path) -> Result<Experiment, Failure> {
    let name = path.display().to_string();
    let text = file::read_text(path).map_err(|e| Failure::Input(format!("{name}: {e}")))?;
    let experiment: Experiment = read_ron(&text, &name).map_err(|e| Failure::Input(e.to_string()))?;
    experiment.check().map_err(|e| Failure::Input(format!("{name}: {e}")))?;
    Ok(experiment)
}

/// Runs an experiment as asked.
///
/// # Errors
/// If it, or a scenario, cannot be used, or results cannot be written.
pub fn run(args: &BatchArgs) -> Result<ExitCode, Failure> {
    let experiment = read(&args.experiment)?;
    let folder = args.experiment.parent().unwrap_or(Path::new("")).to_owned();
    let stem = args.experiment.file_stem().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default();
    let default = match args.shard {
        Some((i, n)) => format!("{stem}.results-{i}-of-{n}"),
        None => format!("{stem}.results"),
    };
    let out = args.out.clone().unwrap_or_else(|| default.into());
    let options = Options {
        jobs: args.jobs.map_or_else(cores, usize::from),
        shard: args.shard,
        resume: args.resume,
        dry_run: args.dry_run,
        precision: args.until_ci.map(|share| (share, args.most_seeds)),
        trips: args.trips,
        quiet: args.quiet,
        suite: None,
    };
    let name = args.experiment.display().to_string();
    conduct(&name, experiment, &folder, &out, &options)
}

/// Processors there are.
pub(super) fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// How a batch is run.
#[derive(Clone, Copy, Debug)]
pub(super) struct Options {
    pub jobs: usize,
    pub shard: Option<(usize, usize)>,
    pub resume: bool,
    pub dry_run: bool,
    /// Share and most seeds, see [`BatchArgs::until_ci`].
    pub precision: Option<(f64, usize)>,
    pub trips: bool,
    pub quiet: bool,
    /// The suite that the experiment's scenarios are.
    pub suite: Option<Suite>,
}

/// Runs an experiment called `name` whose scenarios are found from `folder`, with results in `out`.
pub(super) fn conduct(
    name: &str,
    mut experiment: Experiment,
    folder: &Path,
    out: &Path,
    options: &Options,
) -> Result<ExitCode, Failure> {
    let interrupted = on_interrupt()?;
    let scenarios = work::scenarios(&experiment, folder).map_err(|e| match e {
        Failure::Input(why) => Failure::Input(format!("{name}: {why}")),
        run => run,
    })?;
    if options.dry_run {
        return dry_run(&Batch::new(&experiment, &scenarios, options.shard), out, options);
    }
    if let Some((_, most)) = options.precision {
        let all = cells(&experiment).len().saturating_mul(most);
        if all > MOST_RUNS {
            return Err(Failure::Input(format!("--most-seeds {most}: up to {all} runs; expected at most {MOST_RUNS}")));
        }
    }
    let hashes: Vec<u64> = scenarios.iter().map(|s| s.hash).collect();
    let unpinned = options.suite.map(|suite| suite.unpinned(&hashes));
    unpinned.iter().flatten().for_each(|why| complain("warning", why));
    let mut journal = Journal::open(out, options.resume)?;
    let trips = options.trips.then(|| Trips::of(out));
    let mut told = 0;
    let finish = loop {
        let batch = Batch::new(&experiment, &scenarios, options.shard);
        // At once: a batch that is killed can be reported, too.
        let manifest = Manifest::of(&batch, options);
        manifest.write(out)?;
        batch.rename(&mut journal)?;
        let missing = batch.missing(&journal.entries, trips.as_ref());
        // Of further seeds not every few are told, but half as many again.
        let seeds = experiment.seeds.0.len();
        let notes = !options.quiet && 2 * seeds >= 3 * told;
        if notes {
            told = seeds;
            let (all, done) = (counted(batch.runs.len(), "run"), batch.runs.len() - missing.len());
            let there = if done > 0 { format!(", {done} of them there") } else { String::new() };
            complain("note", &format!("{all}{there}; {} at a time; results in {}", options.jobs, out.display()));
        }
        let progress = progress::Batch::new(missing.len(), options.quiet, notes);
        let finish = batch.work(&missing, &mut journal, options.jobs, trips.as_ref(), &progress, &interrupted)?;
        let Some((share, most)) = options.precision.filter(|_| finish.is_clean()) else { break finish };
        let wide = precision::wide(&manifest.report(&experiment, &batch.records(&journal)), share);
        let more = precision::more_seeds(&experiment.seeds.0, !wide.is_empty(), most);
        if more.is_empty() {
            let why = precision::imprecise(&wide, share, experiment.seeds.0.len());
            why.iter().for_each(|why| complain("note", why));
            break finish;
        }
        experiment.seeds.0.extend(more);
    };
    let batch = Batch::new(&experiment, &scenarios, options.shard);
    let manifest = Manifest::of(&batch, options);
    results::write(out, &batch.entries(&journal), &manifest)?;
    if !options.quiet {
        print(&markdown(&manifest.report(&experiment, &batch.records(&journal))))?;
    }
    Ok(end(&finish, out))
}

/// What is said at the end, and the exit code.
fn end(finish: &Finish, out: &Path) -> ExitCode {
    if finish.failed > 0 {
        complain("note", &format!("{} failed and in no result; --resume tries again", counted(finish.failed, "run")));
    }
    if finish.interrupted {
        complain("note", &format!("interrupted; results so far are in {}; --resume goes on", out.display()));
        return ExitCode::from(130);
    }
    if finish.failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Says what would be run.
fn dry_run(batch: &Batch<'_>, out: &Path, options: &Options) -> Result<ExitCode, Failure> {
    folder::check(out, options.resume)?;
    let there = options.resume && out.join(journal::NAME).exists();
    let done = if there { Journal::read(out)? } else { BTreeMap::new() };
    let trips = options.trips.then(|| Trips::of(out));
    let missing: BTreeSet<u64> = batch.missing(&done, trips.as_ref()).iter().map(|run| run.key).collect();
    let mut text = String::new();
    for run in &batch.runs {
        let there = if missing.contains(&run.key) { "to run" } else { "there " };
        text += &format!("{there}  {}\n", command::quoted(&batch.command(run)));
    }
    let missing = missing.len();
    text += &format!(
        "{}, {missing} to run, {} at a time, into {}\n",
        counted(batch.runs.len(), "run"),
        options.jobs,
        out.display()
    );
    print(&text)?;
    Ok(ExitCode::SUCCESS)
}
