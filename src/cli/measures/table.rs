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
    let mut titles = [false; COLUMNS.len()];
    shown.iter().for_each(|signal| one(&mut text, measured, signal, &mut titles));
    if titles.contains(&true) {
        text.push_str("phase: its number; of a plan without rings, the number of the group\n");
    }
    for (title, says, _) in COLUMNS.iter().zip(titles).filter(|(_, shown)| *shown).map(|(column, _)| column) {
        let _ = writeln!(text, "{title}: {says}");
    }
    if titles.contains(&true) {
        text.push('\n');
    }
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

/// Columns: title, what it says, and the cell of a phase.
type Column = (&'static str, &'static str, fn(&Measures) -> Option<String>);

const COLUMNS: &[Column] = &[
    ("services", "greens that began and ended", |m| Some(m.split.map_or(0, |s| s.count).to_string())),
    ("gap-out", "greens that ended because nobody extended them", |m| Some(m.terminations.gap_outs.to_string())),
    ("max-out", "because their greatest length was reached", |m| Some(m.terminations.max_outs.to_string())),
    ("force-off", "because the coordination, a fixed plan or a strategy that chooses among stages ended them", |m| {
        Some(m.terminations.force_offs.to_string())
    }),
    ("split s", "mean of green, yellow and red clearance", |m| m.split.map(|s| format!("{:.1}", s.mean_s))),
    ("85 % s", "85 in 100 splits are at most so long", |m| m.split.map(|s| format!("{:.1}", s.p85_s))),
    ("green s", "mean green", |m| m.green.map(|s| format!("{:.1}", s.mean_s))),
    ("g/C", "share of the time that is green", |m| m.green_share.map(|s| format!("{s:.2}"))),
    ("arrivals", "vehicles at advance detectors, moved on by their way to the stop line", |m| {
        m.arrivals.map(|a| a.total.to_string())
    }),
    ("on green", "share of them that arrive on green", |m| m.arrivals_on_green.map(|s| format!("{:.0} %", s * 100.0))),
    ("on flashing", "share of them that arrive while their yellow arrow flashes", |m| {
        let a = m.arrivals.filter(|a| a.on_flashing > 0)?;
        Some(format!("{:.0} %", f64::from(a.on_flashing) / f64::from(a.total) * 100.0))
    }),
    ("platoon", "that share over g/C: above 1 platoons meet green", |m| m.platoon_ratio.map(|r| format!("{r:.2}"))),
    (
        "delay s",
        "mean time from arrivals to the next green, or to the begin of flashing; on flashing none is known",
        |m| m.approach_delay_s.map(|d| format!("{d:.1}")),
    ),
    (
        "split failures",
        "greens whose stop line was occupied for over 79 % of the green and of the first 5 s of red",
        |m| m.split_failures.map(|f| format!("{} of {}", f.failures, f.services)),
    ),
    ("on yellow", "vehicles that pass the stop line on yellow", |m| m.yellow_red.map(|r| r.on_yellow.to_string())),
    (
        "on red",
        "on red, turns on red among them; by loops at the line whose lamp is the phase's; who stops there has not passed",
        |m| m.yellow_red.map(|r| r.on_red.to_string()),
    ),
    ("walks", "begins of walk", |m| m.pedestrians.map(|p| p.walks.to_string())),
    ("wait s", "mean time from the call on foot to the walk", |m| {
        m.pedestrians.and_then(|p| p.delay).map(|d| format!("{:.1}", d.mean_s))
    }),
];

/// How what is skipped is called if it is a code.
const CODES: &str = "events of code ";

/// One signal; which columns it shows is entered.
fn one(text: &mut String, measured: &Measured, signal: &Signal, titles: &mut [bool]) {
    let words = |seconds: f64| measured.clock.words(intergreen_control::Millis::from_seconds(seconds));
    let (name, events) = (plain(&signal.signal), thousands(signal.events as f64, 0));
    // Writing to a String cannot fail.
    let _ = writeln!(text, "signal {name}: {events} events, {} to {}", words(signal.from_s), words(signal.to_s));
    let flashing: Vec<String> =
        signal.flashing.iter().take(MOST_FINDINGS).map(|f| format!("{} to {}", words(f.0), words(f.1))).collect();
    if !flashing.is_empty() {
        let more = if signal.flashing.len() > flashing.len() { ", …" } else { "" };
        let _ = writeln!(text, "flashing, not measured: {}{more}", flashing.join(", "));
    }
    let rows: Vec<Vec<String>> =
        signal.phases.iter().map(|p| COLUMNS.iter().map(|c| (c.2)(&p.total).unwrap_or_default()).collect()).collect();
    // A column that is empty everywhere is left out.
    let wanted: Vec<usize> = (0..COLUMNS.len()).filter(|&c| rows.iter().any(|r| !r[c].is_empty())).collect();
    wanted.iter().for_each(|&c| titles[c] = true);
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
