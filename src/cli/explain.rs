//! `intergreen explain`: what a signal did in a run, moment by moment, and why.

use std::path::PathBuf;

use clap::Args;

use super::args::finite;
use super::measures::{log_file, open};
use super::summary::plain;
use super::{Failure, print};
use crate::scenario::expected_names;

/// Options of `explain`.
#[derive(Args, Clone, Debug)]
pub struct ExplainArgs {
    /// The folder of a run (`run --out`), or its events.csv
    pub run: PathBuf,
    /// The signal; may be left out if there is only one
    #[arg(long, value_name = "ID")]
    pub signal: Option<String>,
    /// From this time on, s on the scenario's clock
    #[arg(long, value_name = "S", allow_negative_numbers = true, value_parser = finite)]
    pub from: Option<f64>,
    /// Up to this time
    #[arg(long, value_name = "S", allow_negative_numbers = true, value_parser = finite)]
    pub to: Option<f64>,
}

/// Prints what is asked for: a line for each moment.
///
/// # Errors
/// If the log is none of ours, or there is no such signal.
pub fn run(args: &ExplainArgs) -> Result<(), Failure> {
    let (file, _) = log_file(&args.run);
    let mut table = open(&file)?;
    let signal = table.needed(&["signal"], "Signal, as `run --out` writes it")?;
    let time = table.needed(&["seconds"], "Seconds, as `run --out` writes it")?;
    let event = table.needed(&["event"], "Event, as `run --out` writes it")?;
    let reason = table.needed(&["reason"], "Reason, as `run --out` writes it")?;
    let mut signals: Vec<String> = Vec::new();
    // Moments of the signal: when, and what happened.
    let mut moments: Vec<(String, Vec<[String; 2]>)> = Vec::new();
    let mut logged: Option<(f64, f64)> = None;
    while table.advance()? {
        let name = table.cell(Some(signal));
        if signals.last().is_none_or(|last| last != name) && !signals.iter().any(|s| s == name) {
            signals.push(name.to_owned());
        }
        if args.signal.as_deref().is_some_and(|wanted| wanted != name) {
            continue;
        }
        let cell = table.cell(Some(time));
        let at: f64 = cell.parse().map_err(|_| table.wrong(&format!("'{}': expected seconds", plain(cell))))?;
        logged = Some(logged.map_or((at, at), |(from, to)| (at.min(from), at.max(to))));
        let what = [event, reason].map(|column| table.cell(Some(column)).to_owned());
        if what[0].is_empty() || args.from.is_some_and(|from| at < from) || args.to.is_some_and(|to| at > to) {
            continue;
        }
        let words = format!("{at:.1}");
        match moments.last_mut() {
            Some((last, events)) if *last == words => events.push(what),
            _ => moments.push((words, vec![what])),
        }
    }
    let known = || expected_names(args.signal.as_deref().unwrap_or_default(), signals.iter().map(String::as_str));
    match &args.signal {
        Some(id) if !signals.contains(id) => {
            let (file, id) = (file.display(), plain(id));
            return Err(Failure::Input(format!("{file}: has no signal '{id}'; {}", plain(&known()))));
        }
        None if signals.len() > 1 => return Err(Failure::Input(format!("--signal is missing; {}", plain(&known())))),
        _ => {}
    }
    let Some((from, to)) = logged else {
        return Err(Failure::Input(format!("{}: has no events", file.display())));
    };
    if moments.is_empty() {
        return print(&format!("nothing happened then; the log goes from {from:.1} to {to:.1} s\n"));
    }
    let mut text = format!("{:>10}  what happened, and why\n", "time, s");
    for (at, events) in moments {
        text += &format!("{at:>10}  {}\n", plain(&sentence(&events)));
    }
    print(&text)
}

/// The events of a moment in a line: those with the same reason together.
fn sentence(events: &[[String; 2]]) -> String {
    let same = events.chunk_by(|a, b| a[1] == b[1]);
    let part = |part: &[[String; 2]]| {
        let what: Vec<&str> = part.iter().map(|event| event[0].as_str()).collect();
        format!("{} ({})", what.join(", "), part[0][1])
    };
    same.map(part).collect::<Vec<_>>().join("; ")
}
