//! The report in Markdown: for terminals and for notes.

use std::fmt::Write;

use super::{Block, Difference, Report, Row};

/// A number with a sensible number of digits.
pub(super) fn number(x: f64) -> String {
    match x.abs() {
        a if a >= 1000.0 => format!("{x:.0}"),
        a if a >= 100.0 => format!("{x:.1}"),
        _ => format!("{x:.2}"),
    }
}

/// A number that may be missing.
pub(super) fn maybe(x: Option<f64>) -> String {
    x.map_or("–".into(), number)
}

/// An interval.
fn interval(of: Option<(f64, f64)>) -> String {
    of.map_or("–".into(), |(least, most)| format!("{} to {}", number(least), number(most)))
}

/// A share in per cent, with its sign.
fn percent(share: Option<f64>) -> String {
    share.map_or("–".into(), |s| format!("{:+.1} %", 100.0 * s))
}

/// A p.
fn probability(p: Option<f64>) -> String {
    match p {
        None => "–".into(),
        Some(p) if p < 0.001 => "< 0.001".into(),
        Some(p) => format!("{p:.3}"),
    }
}

/// The whole report.
pub fn markdown(report: &Report) -> String {
    let mut text = String::new();
    // Writing to a String cannot fail.
    let _ = writeln!(text, "# {}: {}\n", report.measure, report.what);
    let _ = writeln!(text, "{}\n", how(report));
    let _ = writeln!(text, "| controller | of {} | better in | worse in | gridlocks | defects |", report.baseline);
    text += "|---|---|---|---|---|---|\n";
    for p in &report.leaderboard {
        let ratio = p.ratio.map_or("–".into(), |r| format!("{:.1} %", 100.0 * r));
        let (better, worse, gone) = (p.better, p.worse, 100.0 * p.gridlock_rate);
        let _ = writeln!(
            text,
            "| {} | {ratio} | {better} | {worse} | {gone:.0} % of runs | {} |",
            p.controller,
            number(p.defects)
        );
    }
    for block in &report.blocks {
        text += &section(block);
    }
    text
}

/// How it is to be read.
pub(super) fn how(report: &Report) -> String {
    let (there, wanted) = report.runs;
    let missing = if there < wanted { format!(" ({} missing)", wanted - there) } else { String::new() };
    let blocks = report.blocks.len();
    let paired = match report.blocks.iter().map(|b| b.unequal.len()).sum::<usize>() {
        0 => "Runs of a seed have the same departures and drivers under all controllers (checked).".into(),
        n => format!("In {n} cases runs of a seed do NOT have the same departures: their pairs mean nothing."),
    };
    let none = report.blocks.iter().flat_map(|b| &b.rows).flat_map(|r| &r.seeds).filter(|s| s.1.is_none()).count();
    let none = match none {
        0 => String::new(),
        n => format!(" {n} runs have no {}: they ended before it could be taken.", report.measure),
    };
    format!(
        "{there} runs{missing}, {blocks} block{}.{none} {paired} Differences are to {}, paired by seed; intervals are of 95 % \
         (Student); p after Holm over all differences shown. A list of places is a geometric mean over blocks.",
        if blocks == 1 { "" } else { "s" },
        report.baseline
    )
}

/// A block.
fn section(block: &Block) -> String {
    let mut text = format!("\n## {}\n\n", block.title());
    text += "| controller | mean | 95 % | median | worst (seed) | difference | 95 % | p | |\n|---|---|---|---|---|---|---|---|---|\n";
    block.rows.iter().for_each(|row| _ = writeln!(text, "| {} |", figures(row).join(" | ")));
    text.push('\n');
    if let Some(first) = block.rows.first() {
        let names: Vec<&str> = first.beside.iter().map(|b| b.0).collect();
        let _ = writeln!(
            text,
            "| controller | {} | uninserted | unfinished |\n|{}",
            names.join(" | "),
            "---|".repeat(names.len() + 3)
        );
        block.rows.iter().for_each(|row| _ = writeln!(text, "| {} |", beside(row).join(" | ")));
    }
    text.push('\n');
    for row in &block.rows {
        text += &seeds(row);
    }
    for notes in block.rows.iter().filter_map(notes) {
        let _ = writeln!(text, "- {notes}");
    }
    text
}

/// The cells of a row.
pub(super) fn figures(row: &Row) -> Vec<String> {
    let worst = row.worst.map_or("–".into(), |(seed, value)| format!("{} ({seed})", number(value)));
    let own = [row.controller.clone(), maybe(row.mean), interval(row.interval), maybe(row.median), worst];
    own.into_iter().chain(differs(row.difference.as_ref())).collect()
}

/// The cells of a row's other measures.
pub(super) fn beside(row: &Row) -> Vec<String> {
    let others = row.beside.iter().map(|b| maybe(b.1)).chain([number(row.uninserted), number(row.unfinished)]);
    [row.controller.clone()].into_iter().chain(others).collect()
}

/// The cells of a difference.
fn differs(difference: Option<&Difference>) -> [String; 4] {
    let Some(d) = difference else { return ["".into(), "".into(), "".into(), "".into()] };
    [
        format!("{} ({})", number(d.mean), percent(d.relative)),
        interval(d.interval),
        probability(d.p_holm),
        d.verdict.words().into(),
    ]
}

/// All values of a row.
fn seeds(row: &Row) -> String {
    let all: Vec<String> = row.seeds.iter().map(|(seed, value)| format!("{seed}: {}", maybe(*value))).collect();
    format!("- {}: {}\n", row.controller, all.join(", "))
}

/// What has to be said of a row.
pub(super) fn notes(row: &Row) -> Option<String> {
    let mut notes = Vec::new();
    if row.gridlock_rate > 0.0 {
        notes.push(format!("gridlock in {:.0} % of runs", 100.0 * row.gridlock_rate));
    }
    if row.defects > 0.0 {
        notes.push(format!("DEFECTS: {} collisions, red running or conflicting greens", number(row.defects)));
    }
    match row.fallbacks.len() {
        0 => {}
        n => notes.push(format!("another strategy ran at {n} signal{}", if n == 1 { "" } else { "s" })),
    }
    (!notes.is_empty()).then(|| format!("{}: {}", row.controller, notes.join("; ")))
}
