//! The summary table.

use std::fmt::Write;

use super::Measured;
use crate::cli::summary::{plain, thousands};
use crate::performance::{Measures, Signal, Terminations};

/// More things that were skipped or are broken are not listed.
const MOST_FINDINGS: usize = 10;

/// The table with what was found.
pub fn text(measured: &Measured) -> String {
    let mut text = String::new();
    let (shown, still): (Vec<_>, Vec<_>) = measured.report.signals.iter().partition(|s| !is_still(s));
    shown.iter().for_each(|signal| one(&mut text, measured, signal));
    if !still.is_empty() {
        let names: Vec<String> = still.iter().take(MOST_FINDINGS).map(|s| plain(&s.signal)).collect();
        let more = if still.len() > names.len() { ", …" } else { "" };
        let _ =
            writeln!(text, "not shown: signals where nothing changes ({}): {}{more}", still.len(), names.join(", "));
    }
    for (what, n) in measured.skipped.iter().take(MOST_FINDINGS) {
        let _ = writeln!(text, "left out: {} {}", thousands(*n as f64, 0), plain(what));
    }
    text
}

/// Whether the log of a signal has neither greens that end nor anything that detectors report.
fn is_still(signal: &Signal) -> bool {
    let ends = |m: &Measures| m.split.is_some() || m.terminations != Terminations::default();
    let moves = |m: &Measures| ends(m) || m.arrivals.is_some() || m.yellow_red.is_some() || m.pedestrians.is_some();
    signal.detectors.is_empty() && !signal.phases.iter().any(|p| moves(&p.total))
}

/// Columns: title, and the cell of a phase.
type Column = (&'static str, fn(&Measures) -> Option<String>);

const COLUMNS: &[Column] = &[
    ("services", |m| m.split.map(|s| s.count.to_string())),
    ("gap-out", |m| Some(m.terminations.gap_outs.to_string())),
    ("max-out", |m| Some(m.terminations.max_outs.to_string())),
    ("force-off", |m| Some(m.terminations.force_offs.to_string())),
    ("split s", |m| m.split.map(|s| format!("{:.1}", s.mean_s))),
    ("85 % s", |m| m.split.map(|s| format!("{:.1}", s.p85_s))),
    ("green s", |m| m.green.map(|s| format!("{:.1}", s.mean_s))),
    ("g/C", |m| m.green_share.map(|s| format!("{s:.2}"))),
    ("arrivals", |m| m.arrivals.map(|a| a.total.to_string())),
    ("on green", |m| m.arrivals_on_green.map(|s| format!("{:.0} %", s * 100.0))),
    ("platoon", |m| m.platoon_ratio.map(|r| format!("{r:.2}"))),
    ("delay s", |m| m.approach_delay_s.map(|d| format!("{d:.1}"))),
    ("split failures", |m| m.split_failures.map(|f| format!("{} of {}", f.failures, f.services))),
    ("on yellow", |m| m.yellow_red.map(|r| r.on_yellow.to_string())),
    ("on red", |m| m.yellow_red.map(|r| r.on_red.to_string())),
    ("walks", |m| m.pedestrians.map(|p| p.walks.to_string())),
    ("wait s", |m| m.pedestrians.and_then(|p| p.delay).map(|d| format!("{:.1}", d.mean_s))),
];

/// How what is skipped is called if it is a code.
const CODES: &str = "events of code ";

fn one(text: &mut String, measured: &Measured, signal: &Signal) {
    let words = |seconds: f64| measured.clock.words(intergreen_control::Millis::from_seconds(seconds));
    let (name, events) = (plain(&signal.signal), thousands(signal.events as f64, 0));
    // Writing to a String cannot fail.
    let _ = writeln!(text, "signal {name}: {events} events, {} to {}", words(signal.from_s), words(signal.to_s));
    let rows: Vec<Vec<String>> =
        signal.phases.iter().map(|p| COLUMNS.iter().map(|c| (c.1)(&p.total).unwrap_or_default()).collect()).collect();
    // A column that is empty everywhere is left out.
    let wanted: Vec<usize> = (0..COLUMNS.len()).filter(|&c| rows.iter().any(|r| !r[c].is_empty())).collect();
    let width = |c: usize| rows.iter().map(|r| r[c].len()).max().unwrap_or(0).max(COLUMNS[c].0.len());
    let mut line = |first: &str, cell: &dyn Fn(usize) -> String| {
        let _ = write!(text, "{first:>7}");
        wanted.iter().for_each(|&c| _ = write!(text, "  {:>w$}", cell(c), w = width(c)));
        text.push('\n');
    };
    if !rows.is_empty() {
        line("phase", &|c| COLUMNS[c].0.to_owned());
    }
    for (phase, row) in signal.phases.iter().zip(&rows) {
        line(&phase.phase.to_string(), &|c| row[c].clone());
    }
    let broken: Vec<_> = signal.detectors.iter().filter(|d| !d.findings.is_empty()).collect();
    for d in broken.iter().take(MOST_FINDINGS) {
        let _ = writeln!(text, "detector {}: {}", d.channel, d.findings.join(", "));
    }
    if broken.len() > MOST_FINDINGS {
        let _ = writeln!(text, "and {} detectors more with findings (--json)", broken.len() - MOST_FINDINGS);
    }
    let (codes, others): (Vec<_>, Vec<_>) = signal.skipped.iter().partition(|(what, _)| what.starts_with(CODES));
    let mut skipped: Vec<String> =
        others.iter().take(MOST_FINDINGS).map(|(what, n)| format!("{} {what}", thousands(**n as f64, 0))).collect();
    if !codes.is_empty() {
        let n: u64 = codes.iter().map(|c| c.1).sum();
        skipped.push(format!("{} events of {} codes that no measure is made of", thousands(n as f64, 0), codes.len()));
    }
    if !skipped.is_empty() {
        let _ = writeln!(text, "not used: {}", skipped.join("; "));
    }
    text.push('\n');
}
