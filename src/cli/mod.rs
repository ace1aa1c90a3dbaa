//! The command line: `intergreen run` and the other commands.
//!
//! Terms
//! - **input error**: what the user gave cannot be used (exit code 2); everything else that fails is a failed run (1).
//! - **outcome**: what a run came to, in the form that `--json` prints.
//!
//! Everything that touches files, clocks, terminals and signals of the operating system is here; the simulation
//! itself touches none of them.

mod args;
mod batch;
mod calibrate;
mod check;
mod checkpoints;
mod clock;
mod compare;
mod controllers;
mod draw;
mod explain;
mod export;
mod findings;
mod generate;
mod import;
mod intersections;
mod load;
mod measures;
mod out;
mod outcome;
mod progress;
mod record;
mod replay;
mod run;
mod summary;
mod tables;
mod timestamps;
mod timing;
mod tips;
mod validate;
mod view;
mod watch;

use std::io::Write;
use std::process::ExitCode;

use clap::Parser;

pub use check::{Checked, check as check_file};
pub use import::file_of;
pub use load::{Edit, Input, Loaded, load};
pub use measures::{Measured, measured};
pub use outcome::{Outcome, Vehicles};

/// Why nothing came of it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// What was given cannot be used.
    #[error("{0}")]
    Input(String),
    /// Something else went wrong.
    #[error("{0}")]
    Run(String),
}

/// The program, from its arguments to its exit code.
pub fn main() -> ExitCode {
    let cli = match args::Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => match tips::for_sumo_users(&error).or_else(|| tips::for_negative_numbers(&error)) {
            Some(tip) => {
                complain("error", &tip);
                return ExitCode::from(2);
            }
            None => error.exit(),
        },
    };
    let result = match cli.command {
        None => run::run(&cli.run),
        Some(args::Action::Run(args)) => run::run(&args),
        Some(args::Action::CompareSumo(args)) => compare::run(&args),
        Some(args::Action::View(args)) => view::run(&args).map(|()| ExitCode::SUCCESS),
        Some(args::Action::Draw(args)) => draw::run(&args).map(|()| ExitCode::SUCCESS),
        Some(args::Action::Export(args)) => export::run(&args).map(|()| ExitCode::SUCCESS),
        Some(args::Action::ReplayInputs(args)) => replay::run(&args),
        Some(args::Action::Check(args)) => check::run(&args),
        Some(args::Action::Measures(args)) => measures::run(&args).map(|()| ExitCode::SUCCESS),
        Some(args::Action::Explain(args)) => explain::run(&args).map(|()| ExitCode::SUCCESS),
        Some(args::Action::Generate(args)) => generate::run(&args).map(|()| ExitCode::SUCCESS),
        Some(args::Action::Import(args)) => import::run(&args).map(|()| ExitCode::SUCCESS),
        Some(args::Action::Controllers(args)) => controllers::run(&args),
        Some(args::Action::Timing(args)) => timing::run(&args),
        Some(args::Action::Calibrate(args)) => calibrate::run(&args),
        Some(args::Action::Validate(args)) => validate::run(&args),
        Some(args::Action::Batch(args)) => batch::run(&args),
        Some(args::Action::Merge(args)) => batch::merge(&args).map(|()| ExitCode::SUCCESS),
        Some(args::Action::Report(args)) => batch::report(&args).map(|()| ExitCode::SUCCESS),
        Some(args::Action::Bench(args)) => batch::bench(&args),
        Some(args::Action::Upgrade(args)) => import::upgrade(&args).map(|()| ExitCode::SUCCESS),
    };
    match result {
        Ok(code) => code,
        Err(failure) => {
            complain("error", &failure.to_string());
            ExitCode::from(if matches!(failure, Failure::Input(_)) { 2 } else { 1 })
        }
    }
}

/// Writes a line to stderr; that it may be closed is no reason to fail.
fn complain(kind: &str, message: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{kind}: {message}");
}

/// Writes to stdout. A reader that has gone (`| head`) is no failure.
fn print(text: &str) -> Result<(), Failure> {
    let mut stdout = std::io::stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Err(e) if e.kind() != std::io::ErrorKind::BrokenPipe => Err(Failure::Run(format!("stdout: {e}"))),
        _ => Ok(()),
    }
}
