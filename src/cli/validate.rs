//! `intergreen validate`: every claim about the physics, measured.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::atomic::Ordering;

use clap::Args;

use super::{Failure, print};
use crate::validation::{EXPERIMENTS, Effort, Experiment, Row, Section, Verdict, html, markdown, table};

/// Options of `validate`.
#[derive(Args, Clone, Debug)]
pub struct ValidateArgs {
    /// Only these rows or experiments (1, 2, 7, discharge, …)
    #[arg(long, value_name = "ID", num_args = 1.., value_delimiter = ',')]
    pub only: Vec<String>,
    /// Runs of each experiment [default: 30]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=10_000))]
    pub seeds: Option<u64>,
    /// Write validation.html, validation.md and its pictures into this folder
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// A few seeds and short runs: under a minute, wide intervals
    #[arg(long)]
    pub quick: bool,
}

/// Runs the suite. Files are written anew after each experiment; after Ctrl-C the one at hand is finished (exit code 130;
/// a second Ctrl-C ends it at once). Exit code 1 if a row misses its target, or, unless it is to be quick, is left open.
///
/// # Errors
/// If there is no such row, or a file cannot be written.
pub fn run(args: &ValidateArgs) -> Result<ExitCode, Failure> {
    let chosen = chosen(&args.only)?;
    let usual = if args.quick { Effort::QUICK } else { Effort::default() };
    let effort = Effort { seeds: args.seeds.unwrap_or(usual.seeds), ..usual };
    let stop = super::run::on_interrupt()?;
    let progress = super::progress::parts(chosen.len());
    let (mut sections, all): (Vec<Section>, usize) = (Vec::new(), chosen.len());
    for experiment in chosen {
        if stop.load(Ordering::Relaxed) {
            break;
        }
        progress.set_message(experiment.name);
        let section = (experiment.run)(effort);
        progress.suspend(|| print(&format!("{}\n", table(&section))))?;
        progress.inc(1);
        sections.push(section);
        // What is finished stays, whatever becomes of the rest.
        if let Some(dir) = &args.out {
            write(dir, &sections, effort.seeds)?;
        }
    }
    progress.finish_and_clear();
    let rows = || sections.iter().flat_map(|s| &s.rows);
    let of = |verdict| rows().filter(|r| r.verdict() == verdict).map(|r| r.id).collect::<Vec<_>>();
    let mut text = format!("{} of {} rows pass", of(Verdict::Pass).len(), rows().count());
    for (verdict, word) in [(Verdict::Open, "open (more --seeds would tell)"), (Verdict::Missed, "missed")] {
        let ids = of(verdict);
        if !ids.is_empty() {
            text += &format!("; {word}: {}", ids.join(", "));
        }
    }
    let interrupted = sections.len() < all;
    if interrupted {
        text += &format!("; interrupted after {} of {all} experiments", sections.len());
    }
    print(&format!("{text}\n"))?;
    if interrupted {
        return Ok(ExitCode::from(130));
    }
    let worst = rows().map(Row::verdict).max().unwrap_or(Verdict::Pass);
    let fails = worst == Verdict::Missed || worst == Verdict::Open && !args.quick;
    Ok(if fails { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// The experiments that are asked for, by their names or by the numbers of their rows; all if none is.
fn chosen(only: &[String]) -> Result<Vec<&'static Experiment>, Failure> {
    let is = |e: &Experiment, word: &str| {
        let number = word.trim_start_matches(['c', 'C']).trim_end_matches(|c: char| c.is_ascii_lowercase());
        e.name == word || e.ids.contains(&number)
    };
    if let Some(unknown) = only.iter().find(|word| !EXPERIMENTS.iter().any(|e| is(e, word))) {
        let known: Vec<String> = EXPERIMENTS.iter().map(|e| format!("{} ({})", e.name, e.ids.join(", "))).collect();
        return Err(Failure::Input(format!("--only {unknown}: expected one of {}", known.join(", "))));
    }
    Ok(EXPERIMENTS.iter().filter(|e| only.is_empty() || only.iter().any(|word| is(e, word))).collect())
}

/// The page, the page of the documentation, and its pictures.
fn write(dir: &std::path::Path, sections: &[Section], seeds: u64) -> Result<(), Failure> {
    let pictures = dir.join("validation");
    let failed = |path: &std::path::Path, e: std::io::Error| Failure::Run(format!("{}: {e}", path.display()));
    std::fs::create_dir_all(&pictures).map_err(|e| failed(&pictures, e))?;
    let put = |path: PathBuf, text: String| std::fs::write(&path, text).map_err(|e| failed(&path, e));
    for plot in sections.iter().flat_map(|s| &s.plots) {
        put(pictures.join(format!("{}.svg", plot.name)), plot.svg())?;
    }
    put(dir.join("validation.html"), html(sections, seeds))?;
    put(dir.join("validation.md"), markdown(sections, seeds))
}
