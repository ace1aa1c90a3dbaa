//! The report as a page: one file that asks nobody for anything, in the light and in the dark.

use std::collections::BTreeMap;
use std::fmt::Write;

use quick_xml::escape::escape;

use super::svg::{Line, Strip, lines, strips};
use super::words::{FIGURES, beside, beside_head, certain, figures, how, leaderboard_head, maybe, notes, standing};
use super::{Block, Report, Row, Verdict};
use crate::batch::columns::Record;
use crate::batch::statistics::{Summary, mean};

/// Samples of a run: time s, vehicles running, waiting to enter, arrived, standing.
pub type Series = Vec<[f64; 5]>;

/// The samples of the runs of each cell: scenario, settings, scale, behaviour, controller.
type ByCell<'a> = BTreeMap<(&'a str, &'a str, u64, &'a str, &'a str), Vec<&'a Series>>;

/// The cell of a record.
fn cell(r: &Record) -> (&str, &str, u64, &str, &str) {
    let scale = r.number("scale").unwrap_or(1.0).to_bits();
    (r.text("scenario"), r.text("settings"), scale, r.text("behaviour"), r.text("controller"))
}

/// How the page looks.
const STYLE: &str = "\
:root{color-scheme:light dark;--ink:#1d2329;--soft:#68727d;--rule:#dfe4e9;--paper:#fff;--good:#1b7a34;--bad:#b3261e;--dot:#5b7fa6;\
--c0:#1f62b3;--c1:#d6601f;--c2:#2a8c3e;--c3:#9646a0;--c4:#787878;--c5:#b4283c}\
@media(prefers-color-scheme:dark){:root{--ink:#e3e8ed;--soft:#9aa5b1;--rule:#333b44;--paper:#14181c;--good:#69c981;--bad:#ff8a80;\
--dot:#86acd6;--c0:#7db3f5;--c1:#f5a070;--c2:#7fd392;--c3:#d39be0;--c4:#b0b0b0;--c5:#f08a9a}}\
body{font:15px/1.5 system-ui,sans-serif;max-width:72em;margin:2em auto;padding:0 1em;color:var(--ink);background:var(--paper)}\
h1{font-size:1.5em}h2{font-size:1.2em;margin-top:2em;border-top:1px solid var(--rule);padding-top:1em}\
.scroll{overflow-x:auto}table{border-collapse:collapse;font-size:13.5px;margin:1em 0;width:100%}\
td,th{border-bottom:1px solid var(--rule);padding:.35em .7em;text-align:right;white-space:nowrap}\
p{overflow-wrap:anywhere}td:first-child,th:first-child{text-align:left}.better{color:var(--good)}.worse{color:var(--bad)}.soft{color:var(--soft)}\
svg{width:100%;min-width:40em;max-width:66em;height:auto;display:block;margin:1em 0}svg text{fill:var(--ink);font:12px system-ui,sans-serif}\
svg .mark{fill:var(--soft);font-size:11px}svg .title{font-size:13px;font-weight:600}svg .grid{stroke:var(--rule)}\
svg .zero{stroke:var(--soft);stroke-dasharray:4 3}svg .dot{fill:var(--dot);fill-opacity:.5}svg .whisker{stroke:var(--ink);stroke-width:2}\
svg .mean{fill:var(--ink)}svg .mean.better{fill:var(--good)}svg .mean.worse{fill:var(--bad)}svg .whisker.better{stroke:var(--good)}\
svg .whisker.worse{stroke:var(--bad)}svg .line{fill:none;stroke-width:2}svg .band{fill-opacity:.15;stroke:none}\
svg .line.c0{stroke:var(--c0)}svg .line.c1{stroke:var(--c1)}svg .line.c2{stroke:var(--c2)}svg .line.c3{stroke:var(--c3)}\
svg .line.c4{stroke:var(--c4)}svg .line.c5{stroke:var(--c5)}svg .band.c0{fill:var(--c0)}svg .band.c1{fill:var(--c1)}\
svg .band.c2{fill:var(--c2)}svg .band.c3{fill:var(--c3)}svg .band.c4{fill:var(--c4)}svg .band.c5{fill:var(--c5)}\
details pre{font-size:12px;overflow-x:auto;background:color-mix(in srgb,var(--ink) 6%,transparent);padding:.8em}";

/// The page. `series` has the samples of each run.
pub fn html(report: &Report, series: &[(&Record, Series)]) -> String {
    let mut text = format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" \
         content=\"width=device-width\"><link rel=\"icon\" href=\"data:,\"><title>{0}</title>\n<style>{STYLE}</style></head><body>\n\
         <h1>{0}</h1>\n<p>{1}</p>\n<p class=\"soft\">{2}</p>\n",
        escape(&report.measure),
        escape(report.what),
        escape(how(report))
    );
    text += &leaderboard(report);
    text += &forest(report);
    text += &demand(report);
    let mut by_cell = ByCell::new();
    series.iter().for_each(|(record, samples)| by_cell.entry(cell(record)).or_default().push(samples));
    for block in &report.blocks {
        text += &section(report, block, &by_cell);
    }
    text + "</body></html>\n"
}

/// A table; the class of a cell's verdict is its words.
fn table<S: AsRef<str>>(head: &[S], rows: impl Iterator<Item = Vec<String>>) -> String {
    let mut text = String::from("<div class=\"scroll\"><table><tr>");
    head.iter().for_each(|h| _ = write!(text, "<th>{}</th>", escape(h.as_ref())));
    text += "</tr>\n";
    for row in rows {
        text += "<tr>";
        for cell in row {
            let class =
                if matches!(cell.as_str(), "better" | "worse") { format!(" class=\"{cell}\"") } else { String::new() };
            let _ = write!(text, "<td{class}>{}</td>", escape(&cell));
        }
        text += "</tr>\n";
    }
    text + "</table></div>\n"
}

/// Who comes first.
fn leaderboard(report: &Report) -> String {
    table(&leaderboard_head(report), report.leaderboard.iter().map(standing))
}

/// All differences over one axis, in per cent.
fn forest(report: &Report) -> String {
    let row = |block: &Block, row: &Row| {
        let d = row.difference.as_ref()?;
        let base = d.mean / d.relative.filter(|r| *r != 0.0).unwrap_or(f64::NAN);
        let share = |x: f64| if base.is_nan() { 0.0 } else { 100.0 * x / base };
        Some(Strip {
            label: format!("{}: {}", block.name(), row.controller),
            dots: Vec::new(),
            mean: Some((share(d.mean), d.interval.map(|(a, b)| (share(a), share(b))))),
            class: class(d.verdict),
        })
    };
    let rows: Vec<Strip> = report.blocks.iter().flat_map(|b| b.rows.iter().filter_map(move |r| row(b, r))).collect();
    let title = format!("Difference to {}, mean and 95 % interval", report.baseline);
    if rows.is_empty() { String::new() } else { strips(&title, "% of the baseline's mean", &rows, Some(0.0)) }
}

/// The class of a verdict.
fn class(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Better => "better",
        Verdict::Worse => "worse",
        Verdict::NotSignificant | Verdict::Exact => "open",
    }
}

/// The measure over the demand, where there are several.
fn demand(report: &Report) -> String {
    let mut groups: BTreeMap<(&str, &str, &str), Vec<&Block>> = BTreeMap::new();
    for b in &report.blocks {
        groups.entry((&b.scenario, &b.settings, &b.behaviour)).or_default().push(b);
    }
    let mut text = String::new();
    for ((scenario, settings, _), blocks) in groups.into_iter().filter(|g| g.1.len() > 1) {
        let mut by: Vec<Line> = Vec::new();
        for place in &report.leaderboard {
            let point = |b: &&Block| {
                let row = b.rows.iter().find(|r| r.controller == place.controller)?;
                let (mean, within) = (row.mean?, row.interval);
                Some((b.scale, within.map_or(mean, |w| w.0), mean, within.map_or(mean, |w| w.1)))
            };
            let mut points: Vec<_> = blocks.iter().filter_map(point).collect();
            points.sort_by(|a, b| a.0.total_cmp(&b.0));
            by.push(Line { name: place.controller.clone(), points });
        }
        let title = format!("{scenario} {settings}: {} over demand, 95 % intervals of the mean", report.measure);
        text += &lines(&title, ["factor on the demand", &report.measure], &by);
    }
    text
}

/// A block: figures, distributions, the network over time, commands.
fn section(report: &Report, block: &Block, series: &ByCell<'_>) -> String {
    let mut text = format!("<h2>{}</h2>\n", escape(block.title()));
    let rows = block.rows.iter().map(figures);
    text += &table(&FIGURES, rows);
    let dots = block.rows.iter().map(|row| Strip {
        label: row.controller.clone(),
        dots: row.seeds.iter().filter_map(|s| s.1).collect(),
        mean: row.mean.map(|m| (m, row.interval)),
        class: row.difference.as_ref().map_or("", |d| class(d.verdict)),
    });
    text += &strips("Every seed, mean and 95 % interval", &report.measure, &dots.collect::<Vec<_>>(), None);
    text += &table(&beside_head(block), block.rows.iter().map(beside));
    text += &over_time(block, series);
    for note in certain(block).into_iter().chain(block.rows.iter().filter_map(notes)) {
        let _ = writeln!(text, "<p>{}</p>", escape(&note));
    }
    text += "<details><summary>Every run and its command</summary><pre>";
    for row in &block.rows {
        for ((_, value), command) in row.seeds.iter().zip(&row.commands) {
            let _ = writeln!(text, "{:>9}  {}", maybe(*value), escape(command));
        }
    }
    text += "</pre></details>\n";
    text
}

/// Vehicles on the network over time: mean over seeds and 95 % interval of it.
fn over_time(block: &Block, series: &ByCell<'_>) -> String {
    let of = |row: &Row| {
        let mut at: BTreeMap<u64, Vec<f64>> = BTreeMap::new();
        let cell: (&str, &str, u64, &str, &str) =
            (&block.scenario, &block.settings, block.scale.to_bits(), &block.behaviour, &row.controller);
        let mine = series.get(&cell).into_iter().flatten();
        mine.flat_map(|s| *s).for_each(|s| at.entry(s[0].to_bits()).or_default().push(s[1] + s[2]));
        let points = at.iter().map(|(time, values)| {
            let middle = mean(values);
            let (least, most) = Summary::of(values).and_then(|s| s.t).unwrap_or((middle, middle));
            (f64::from_bits(*time), least, middle, most)
        });
        Line { name: row.controller.clone(), points: points.collect() }
    };
    let all: Vec<Line> = block.rows.iter().map(of).filter(|l| l.points.len() > 1).collect();
    if all.is_empty() {
        String::new()
    } else {
        lines("Vehicles on the network or waiting to enter", ["time, s", "vehicles"], &all)
    }
}
