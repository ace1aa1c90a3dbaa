//! The report in Markdown: for terminals and for notes.

use std::fmt::Write;

use super::{Block, Difference, Place, Report, Row};

/// Signals that are named where another strategy ran.
const SHOWN: usize = 2;

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
    text += &table(&leaderboard_head(report), report.leaderboard.iter().map(standing));
    for block in &report.blocks {
        text += &section(block);
    }
    text
}

/// A table.
fn table<S: AsRef<str>>(head: &[S], rows: impl Iterator<Item = Vec<String>>) -> String {
    let line = |cells: &mut dyn Iterator<Item = &str>| {
        // A controller's name may be anything.
        let cells: Vec<String> = cells.map(|c| c.replace('|', "\\|").replace('\n', " ")).collect();
        format!("| {} |\n", cells.join(" | "))
    };
    let mut text = line(&mut head.iter().map(AsRef::as_ref)) + "|" + &"---|".repeat(head.len()) + "\n";
    rows.for_each(|row| text += &line(&mut row.iter().map(String::as_str)));
    text
}

/// What the columns of the leaderboard are.
pub(super) fn leaderboard_head(report: &Report) -> Vec<String> {
    let of = format!("share of {}", report.baseline);
    let rest = ["95 %", "seeds", "better in", "worse in", "runs with gridlock", "defects"];
    ["controller".into(), of].into_iter().chain(rest.map(String::from)).collect()
}

/// A line of the leaderboard.
pub(super) fn standing(place: &Place) -> Vec<String> {
    let share = |r: f64| format!("{:.1}", 100.0 * r);
    vec![
        place.controller.clone(),
        place.ratio.map_or("–".into(), |r| share(r) + " %"),
        place.interval.map_or("–".into(), |(least, most)| format!("{} to {} %", share(least), share(most))),
        place.seeds.to_string(),
        place.better.to_string(),
        place.worse.to_string(),
        format!("{:.0} %", 100.0 * place.gridlock_rate),
        sum(place.defects),
    ]
}

/// A sum of counts and seconds.
fn sum(x: f64) -> String {
    if x.fract() == 0.0 { format!("{x:.0}") } else { number(x) }
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
         (Student); p after Holm over all differences shown. The first table goes by the geometric mean, over blocks and seeds, \
         of a controller's value as a share of the baseline's.",
        if blocks == 1 { "" } else { "s" },
        report.baseline
    )
}

/// A block.
fn section(block: &Block) -> String {
    let mut text = format!("\n## {}\n\n", block.title());
    text += &table(&FIGURES, block.rows.iter().map(figures));
    text.push('\n');
    text += &table(&beside_head(block), block.rows.iter().map(beside));
    text += "\nEvery seed (seed: value), and how to repeat it:\n\n";
    for row in &block.rows {
        text += &seeds(row);
    }
    let notes: Vec<String> = certain(block).into_iter().chain(block.rows.iter().filter_map(notes)).collect();
    if !notes.is_empty() {
        let _ = writeln!(text, "\nNote: {}", notes.join("\n\nNote: "));
    }
    text
}

/// What the columns of [`figures`] are.
pub(super) const FIGURES: [&str; 10] =
    ["controller", "seeds", "mean", "95 %", "median", "worst (seed)", "difference (median)", "95 %", "p", ""];

/// What the columns of [`beside`] are: means over seeds.
pub(super) fn beside_head(block: &Block) -> Vec<&'static str> {
    let names = block.rows.first().into_iter().flat_map(|row| &row.beside).map(|b| b.0);
    ["controller"].into_iter().chain(names).chain(["uninserted", "unfinished"]).collect()
}

/// What has to be said of a block in which nothing is random.
pub(super) fn certain(block: &Block) -> Option<String> {
    let words = "all seeds give the same run: nothing here is random, so that there is no interval and no p; differences are \
                 exact, for this demand and no other";
    block.certain.then(|| words.to_owned())
}

/// The cells of a row.
pub(super) fn figures(row: &Row) -> Vec<String> {
    let worst = row.worst.map_or("–".into(), |(seed, value)| format!("{} ({seed})", number(value)));
    let n = row.seeds.iter().filter(|s| s.1.is_some()).count().to_string();
    let own = [row.controller.clone(), n, maybe(row.mean), interval(row.interval), maybe(row.median), worst];
    own.into_iter().chain(differs(row.difference.as_ref())).collect()
}

/// The cells of a row's other measures.
pub(super) fn beside(row: &Row) -> Vec<String> {
    let others = row.beside.iter().map(|b| maybe(b.1)).chain([number(row.uninserted), number(row.unfinished)]);
    [row.controller.clone()].into_iter().chain(others).collect()
}

/// The cells of a difference.
fn differs(difference: Option<&Difference>) -> [String; 4] {
    let Some(d) = difference else { return Default::default() };
    [
        format!("{}, {} ({})", number(d.mean), percent(d.relative), number(d.median)),
        interval(d.interval),
        probability(d.p_holm),
        d.verdict.words().into(),
    ]
}

/// All values of a row, and the command of its first run.
fn seeds(row: &Row) -> String {
    let all: Vec<String> = row.seeds.iter().map(|(seed, value)| format!("{seed}: {}", maybe(*value))).collect();
    let command = row.commands.first().map_or("", String::as_str);
    format!("- {}: {}  \n  `{command}`\n", row.controller, all.join(", "))
}

/// What has to be said of a row.
pub(super) fn notes(row: &Row) -> Option<String> {
    let mut notes = Vec::new();
    if row.gridlock_rate > 0.0 {
        notes.push(format!("gridlock in {:.0} % of runs", 100.0 * row.gridlock_rate));
    }
    if row.defects > 0.0 {
        notes.push(format!("DEFECTS: {} collisions, red running or conflicting greens", sum(row.defects)));
    }
    match row.fallbacks.len() {
        0 => {}
        n => {
            let some: Vec<&str> = row.fallbacks.iter().take(SHOWN).map(String::as_str).collect();
            let more = if n > SHOWN { "; …" } else { "" };
            let plural = if n == 1 { "" } else { "s" };
            notes.push(format!("another strategy ran at {n} signal{plural} ({}{more})", some.join("; ")));
        }
    }
    (!notes.is_empty()).then(|| format!("{}: {}", row.controller, notes.join("; ")))
}
