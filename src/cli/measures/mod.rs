//! `intergreen measures`: performance measures of an event log, simulated or recorded.

mod config;
mod files;
mod read;
mod table;

use std::path::{Path, PathBuf};

use clap::Args;
use intergreen_control::Millis;
use serde_json::json;

pub(super) use self::read::open;
use super::timestamps::Clock;
use super::{Failure, complain, print};
use crate::performance::{Detectors, Options, Report, Skipped, measure};
use crate::scenario::expected_names;

/// Options of `measures`.
#[derive(Args, Clone, Debug)]
pub struct MeasuresArgs {
    /// An event log as CSV (TimeStamp, EventId, Parameter, DeviceId if there are several signals; days as 2026-11-26 or, the
    /// month first, 11/26/2026; separated by commas, semicolons or tabs), or the folder of a run
    pub log: PathBuf,
    /// Which detector is for what, as CSV (DeviceId, Phase, Parameter, Function); belongs to the log by DeviceId, or by Signal
    /// where one of them has no DeviceId [default: detectors.csv in the folder of a run]
    #[arg(long, value_name = "FILE")]
    pub detectors: Option<PathBuf>,
    /// Length of a bin, minutes
    #[arg(long, value_name = "MINUTES", default_value_t = 15, value_parser = clap::value_parser!(u16).range(1..=1440))]
    pub bin: u16,
    /// Only this signal
    #[arg(long, value_name = "ID")]
    pub signal: Option<String>,
    /// Write CSV tables, and a Purdue coordination diagram (SVG) for each phase with advance detectors, into this folder
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Print one JSON object instead of the table
    #[arg(long)]
    pub json: bool,
}

/// Everything that `measures` shows.
#[derive(Debug)]
pub struct Measured {
    /// The measures.
    pub report: Report,
    /// What the log's times are.
    pub clock: Clock,
    /// What was left out of the files, by name.
    pub skipped: Skipped,
}

impl Measured {
    /// The summary table.
    pub fn text(&self) -> String {
        table::text(self)
    }
}

/// Measures as asked.
///
/// # Errors
/// If a file cannot be used, or results cannot be written.
pub fn run(args: &MeasuresArgs) -> Result<(), Failure> {
    let (log, beside) = log_file(&args.log);
    let detectors = args.detectors.clone().or(beside);
    let bin = Millis(i64::from(args.bin) * 60_000);
    let measured = measured(&log, detectors.as_deref(), bin, args.signal.as_deref())?;
    if let Some(dir) = &args.out {
        files::write(dir, &measured)?;
    }
    if args.json {
        let Measured { report, clock, skipped } = &measured;
        let clock = if *clock == Clock::Calendar { "calendar" } else { "seconds" };
        let object =
            json!({"schema": 1, "clock": clock, "skipped": skipped, "bin_s": report.bin_s, "signals": report.signals});
        return print(&format!("{object}\n"));
    }
    if detectors.is_none() {
        complain("note", "no --detectors FILE: what needs to know what detectors are for is left out");
    }
    print(&measured.text())
}

/// The event log that is meant by a path, and the detectors beside it if it is the folder of a run.
pub(super) fn log_file(path: &Path) -> (PathBuf, Option<PathBuf>) {
    if !path.is_dir() {
        return (path.to_owned(), None);
    }
    let detectors = path.join("detectors.csv");
    (path.join("events.csv"), detectors.is_file().then_some(detectors))
}

/// Reads a log and its detectors, and works out the measures; of one signal if it is named.
///
/// # Errors
/// If a file cannot be used or there is no such signal.
pub fn measured(log: &Path, detectors: Option<&Path>, bin: Millis, signal: Option<&str>) -> Result<Measured, Failure> {
    let read::ReadLog { mut log, clock, mut skipped, names } = read::log(log)?;
    if let Some(name) = signal {
        let Some(number) = log.signals.iter().position(|s| s == name) else {
            let known = expected_names(name, log.signals.iter().map(String::as_str));
            return Err(Failure::Input(format!("--signal {name}: is not in the log; {known}")));
        };
        log.events.retain(|e| e.signal as usize == number);
    }
    let detectors = match detectors {
        Some(file) => {
            let signals = config::Signals { all: &log.signals, only: signal, names: &names };
            config::read(file, &signals, &mut skipped)?
        }
        None => Detectors::default(),
    };
    let report = measure(log, &detectors, &Options { bin, ..Options::default() });
    Ok(Measured { report, clock, skipped })
}
