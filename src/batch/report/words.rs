//! The report in Markdown: for terminals and for notes.

use std::fmt::Write;

use super::beside;
use super::figures::{self, FIGURES, beside_head, counted, leaderboard_head, maybe, share, standing, sum};
use super::{Block, Report, Row, UNFINISHED};
use crate::batch::columns::{COLUMNS, Column, Counts};

/// Signals that are named where another strategy ran.
const SHOWN: usize = 2;

/// The whole report.
pub fn markdown(report: &Report) -> String {
    let mut text = String::new();
    // Writing to a String cannot fail.
    let _ = writeln!(text, "# {}: {}\n", report.measure, report.what);
    let _ = writeln!(text, "{}\n", plain(&how(report)));
    text += &table(&leaderboard_head(report), report.leaderboard.iter().map(standing));
    for block in &report.blocks {
        text += &section(report, block);
    }
    text + &report.beside.as_ref().map_or(String::new(), beside::markdown)
}

/// A text in one line in which nothing is a mark: names may be anything.
pub(super) fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let bytes = text.as_bytes();
    let word = |i: Option<usize>| i.and_then(|i| bytes.get(i)).is_some_and(u8::is_ascii_alphanumeric);
    let within = |i: usize| word(i.checked_sub(1)) && word(i.checked_add(1));
    for (i, c) in text.char_indices() {
        match c {
            '\n' | '\r' => plain.push(' '),
            // Before a space it begins no tag.
            '<' if bytes.get(i + 1) != Some(&b' ') => plain.push_str("&lt;"),
            '&' => plain.push_str("&amp;"),
            '|' | '`' | '\\' | '*' | '[' | ']' | '~' => plain.extend(['\\', c]),
            // Within a word it is none: our own names need no backslashes.
            '_' if !within(i) => plain.extend(['\\', c]),
            c => plain.push(c),
        }
    }
    plain
}

/// A table.
pub(super) fn table<S: AsRef<str>>(head: &[S], rows: impl Iterator<Item = Vec<String>>) -> String {
    let line = |cells: &mut dyn Iterator<Item = &str>| {
        let cells: Vec<String> = cells.map(plain).collect();
        format!("| {} |\n", cells.join(" | "))
    };
    let mut text = line(&mut head.iter().map(AsRef::as_ref)) + "|" + &"---|".repeat(head.len()) + "\n";
    rows.for_each(|row| text += &line(&mut row.iter().map(String::as_str)));
    text
}

/// How it is to be read.
pub(super) fn how(report: &Report) -> String {
    let (there, wanted) = report.runs;
    let missing = if there < wanted { format!(" ({} missing)", wanted - there) } else { String::new() };
    let mut text = format!("{}{missing}, {}.", counted(there, "run"), counted(report.blocks.len(), "block"));
    text += " A block is a scenario with its demand, drivers and changed values; in it all controllers are compared.";
    text += &without(report);
    text += &match report.blocks.iter().map(|b| b.unequal.len()).sum::<usize>() {
        0 if report.paired == 0 => " No seed has runs of two controllers: nothing is compared.".into(),
        0 => " Runs of a seed have the same departures and drivers under all controllers (checked).".into(),
        n => format!(
            " In {} runs of a seed do NOT have the same departures: their pairs mean nothing.",
            counted(n, "case")
        ),
    };
    let _ = write!(
        text,
        " Differences are to {}, paired by seed; intervals are of 95 % (Student{}); p after Holm over all differences that are \
         tested. The first table goes by the geometric mean, over blocks and seeds, of a controller's value as a share of the \
         baseline's.",
        report.baseline,
        if bootstrapped(report) { "; BCa: bias-corrected and accelerated bootstrap" } else { "" }
    );
    text += &incomparable(report);
    report.notes.iter().for_each(|note| _ = write!(text, " Note: {note}."));
    if !report.program.is_empty() {
        let _ = write!(text, " Made by {}.", report.program);
    }
    text
}

/// What has to be said where not as many vehicles have finished under all controllers and the measure hangs on that.
fn incomparable(report: &Report) -> String {
    let (verdicts, behind) =
        (report.leaderboard.iter().any(|p| p.not_comparable > 0), report.leaderboard.iter().any(|p| p.behind > 0));
    if !verdicts && !behind {
        return String::new();
    }
    let counts = COLUMNS.iter().find(|c| c.name == report.measure).map(Column::counts);
    let (measure, most) = (&report.measure, share(UNFINISHED));
    let why = match counts {
        Some(Counts::Everybody | Counts::Arrivals) => "was not taken at the same time in all runs",
        _ => "does not count everybody",
    };
    let mut text = format!(
        " NOT COMPARABLE: {measure} {why}, and in some blocks not as many vehicles have finished under all controllers."
    );
    if verdicts {
        let _ = write!(
            text,
            " Where the unfinished shares of the departures differ from the baseline's by more than {most}, mean over seeds, \
             there is no verdict."
        );
    }
    if behind {
        let _ = write!(text, " Who left over {most} more unfinished than another controller comes last.");
    }
    text += " Their shares of the baseline stand in brackets.";
    if counts == Some(Counts::Part) {
        text += " resco_delay_s counts everybody.";
    }
    text
}

/// Whether there is a bootstrap's interval.
fn bootstrapped(report: &Report) -> bool {
    report.blocks.iter().flat_map(|b| &b.rows).any(|row| row.bootstrap.is_some())
}

/// What has to be said of runs without a value, and of values that have no share.
fn without(report: &Report) -> String {
    let mut text = String::new();
    let (empty, ended) = report.without;
    if empty > 0 {
        let runs = counted(empty, "run");
        let _ = write!(
            text,
            " Without {}: {runs} in which nobody has departed or arrived that counts (after the warm-up).",
            report.measure
        );
    }
    if ended > 0 {
        let runs = counted(ended, "run");
        let _ = write!(text, " Without {}: {runs} that ended before it could be taken.", report.measure);
    }
    let values = || report.blocks.iter().flat_map(|b| &b.rows).flat_map(|r| &r.seeds).filter_map(|s| s.1);
    let none = report.leaderboard.iter().filter(|p| p.ratio.is_none()).count();
    match values().filter(|v| *v <= 0.0).count() {
        _ if none == 0 => {}
        0 => text += " No share: there is no seed that both have in every block.",
        n => {
            let _ = write!(text, " No share: {} not above 0, of which there is no share.", counted(n, "value"));
        }
    }
    text
}

/// A block.
fn section(report: &Report, block: &Block) -> String {
    let mut text = format!("\n## {}\n\n", plain(&block.title()));
    text += &table(&FIGURES, block.rows.iter().map(figures::figures));
    text.push('\n');
    text += &table(&beside_head(block), block.rows.iter().map(figures::beside));
    text += "\nEvery seed (seed: value):\n\n";
    for row in &block.rows {
        let all: Vec<String> = row.seeds.iter().map(|(seed, value)| format!("{seed}: {}", maybe(*value))).collect();
        let _ = writeln!(text, "- {}: {}", plain(&row.controller), all.join(", "));
    }
    let commands = block.rows.iter().filter_map(|row| row.commands.first());
    let commands: String = commands.map(|command| format!("{command}\n")).collect();
    // A fence that nothing in the commands closes.
    let mut fence = "```".to_owned();
    while commands.contains(&fence) {
        fence.push('`');
    }
    let _ = writeln!(text, "\nThe first run of each, from {}:\n\n{fence}sh\n{commands}{fence}", report.folder);
    let notes: Vec<String> = certain(block).into_iter().chain(block.rows.iter().filter_map(notes)).collect();
    if !notes.is_empty() {
        let notes: Vec<String> = notes.iter().map(|note| plain(note)).collect();
        let _ = writeln!(text, "\nNote: {}", notes.join("\n\nNote: "));
    }
    text
}

/// What has to be said of a block in which nothing is random.
pub(super) fn certain(block: &Block) -> Option<String> {
    let words = "all seeds give the same run: nothing here is random, so that there is no interval and no p; differences are \
                 exact, for this demand and no other";
    block.certain.then(|| words.to_owned())
}

/// What has to be said of a row.
pub(super) fn notes(row: &Row) -> Option<String> {
    let mut notes = Vec::new();
    if row.gridlock_rate > 0.0 {
        notes.push(format!("gridlock in {} of runs", share(row.gridlock_rate)));
    }
    if row.defects > 0.0 {
        notes.push(format!("DEFECTS: {} collisions, red running or conflicting greens", sum(row.defects)));
    }
    match row.fallbacks.len() {
        0 => {}
        n => {
            let some: Vec<&str> = row.fallbacks.iter().take(SHOWN).map(String::as_str).collect();
            let more = if n > SHOWN { "; …" } else { "" };
            notes.push(format!("another strategy ran at {} ({}{more})", counted(n, "signal"), some.join("; ")));
        }
    }
    (!notes.is_empty()).then(|| format!("{}: {}", row.controller, notes.join("; ")))
}
