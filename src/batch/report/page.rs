//! The report as a page: one file that asks nobody for anything, in the light and in the dark.

use std::collections::BTreeMap;
use std::fmt::Write;

use quick_xml::escape::escape;

use super::beside;
use super::figures::{self, FIGURES, beside_head, leaderboard_head, maybe, standing};
use super::pictures::{demand, forest, over_time, spread};
use super::words::{certain, how, notes};
use super::{Block, Report};
use crate::batch::columns::Record;

/// Samples of a run: time s, vehicles running, waiting to enter, arrived, standing.
pub type Series = Vec<[f64; 5]>;

/// The samples of the runs of each cell.
pub(super) type ByCell<'a> = BTreeMap<CellKey<'a>, Vec<&'a Series>>;

/// What tells cells apart: scenario, settings, scale, behaviour, sensors, controller.
pub(super) type CellKey<'a> = (&'a str, &'a str, u64, &'a str, &'a str, &'a str);

/// The cell of a record.
fn cell(r: &Record) -> CellKey<'_> {
    let scale = r.number("scale").unwrap_or(1.0).to_bits();
    (r.text("scenario"), r.text("settings"), scale, r.text("behaviour"), r.text("sensors"), r.text("controller"))
}

/// How the page looks.
const STYLE: &str = "\
:root{color-scheme:light dark;--ink:#1d2329;--soft:#68727d;--rule:#dfe4e9;--paper:#fff;--good:#1b7a34;--bad:#b3261e;--warn:#8a5a00;--dot:#5b7fa6;\
--c0:#1f62b3;--c1:#d6601f;--c2:#2a8c3e;--c3:#9646a0;--c4:#787878;--c5:#b4283c}\
@media(prefers-color-scheme:dark){:root{--ink:#e3e8ed;--soft:#9aa5b1;--rule:#333b44;--paper:#14181c;--good:#69c981;--bad:#ff8a80;--warn:#e3b341;\
--dot:#86acd6;--c0:#7db3f5;--c1:#f5a070;--c2:#7fd392;--c3:#d39be0;--c4:#b0b0b0;--c5:#f08a9a}}\
body{font:15px/1.5 system-ui,sans-serif;max-width:84em;margin:2em auto;padding:0 1em;color:var(--ink);background:var(--paper)}\
h1{font-size:1.5em}h2{font-size:1.2em;margin-top:2em;border-top:1px solid var(--rule);padding-top:1em}\
.scroll{overflow-x:auto;background:linear-gradient(to right,var(--paper),var(--paper)) left/3em 100% no-repeat local,\
linear-gradient(to left,var(--paper),var(--paper)) right/3em 100% no-repeat local,\
linear-gradient(to right,var(--rule),transparent) left/1em 100% no-repeat scroll,\
linear-gradient(to left,var(--rule),transparent) right/1em 100% no-repeat scroll}table{border-collapse:collapse;font-size:13.5px;margin:1em 0;width:100%}\
td,th{border-bottom:1px solid var(--rule);padding:.35em .45em;text-align:right;vertical-align:top}\
td{white-space:nowrap}th{vertical-align:bottom}\
p,li{overflow-wrap:anywhere;max-width:72em}td:first-child,th:first-child{text-align:left;\
white-space:normal;overflow-wrap:anywhere;min-width:9em;max-width:14em;position:sticky;left:0;background:var(--paper)}.better{color:var(--good)}.worse{color:var(--bad)}.warn{color:var(--warn)}.soft{color:var(--soft)}\
svg{width:100%;min-width:40em;max-width:66em;height:auto;display:block;margin:1em 0}svg text{fill:var(--ink);font:12px system-ui,sans-serif}\
svg .mark{fill:var(--soft);font-size:11px}svg .title{font-size:13px;font-weight:600}svg .group{font-weight:600}svg .grid{stroke:var(--rule)}\
svg .zero{stroke:var(--soft);stroke-dasharray:4 3}svg .dot{fill:var(--dot);fill-opacity:.5}svg .whisker{stroke:var(--ink);stroke-width:2}\
svg .mean{fill:var(--ink)}svg .mean.better{fill:var(--good)}svg .mean.worse{fill:var(--bad)}svg .whisker.better{stroke:var(--good)}\
svg .whisker.worse{stroke:var(--bad)}svg .mean.warn{fill:var(--warn)}svg .whisker.warn{stroke:var(--warn)}svg .line{fill:none;stroke-width:2}svg .d1{stroke-dasharray:7 4}\
svg .d2{stroke-dasharray:2 3}svg .d3{stroke-dasharray:9 3 2 3}svg .band{fill-opacity:.15;stroke:none}\
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
    text += &table(&leaderboard_head(report), report.leaderboard.iter().map(standing));
    text += &forest(report);
    text += &demand(report);
    let mut by_cell = ByCell::new();
    series.iter().for_each(|(record, samples)| by_cell.entry(cell(record)).or_default().push(samples));
    for block in &report.blocks {
        text += &section(report, block, &by_cell);
    }
    text += &report.beside.as_ref().map_or(String::new(), beside::html);
    text + "</body></html>\n"
}

/// A table; the class of a cell's verdict is its words. It scrolls where the window is too narrow for it, with a shadow on the
/// side where there is more; the first column stays.
pub(super) fn table<S: AsRef<str>>(head: &[S], rows: impl Iterator<Item = Vec<String>>) -> String {
    // Names of columns may be broken after an underscore, lines of a cell where they end.
    let named = |name: &str| escape(name).replace('_', "_<wbr>");
    let lined = |cell: &str| escape(cell).replace('\n', "<br>");
    let mut text = String::from("<div class=\"scroll\"><table><tr>");
    head.iter().for_each(|h| _ = write!(text, "<th>{}</th>", named(h.as_ref())));
    text += "</tr>\n";
    for row in rows {
        text += "<tr>";
        for cell in row {
            let class = match cell.as_str() {
                "better" | "worse" => format!(" class=\"{cell}\""),
                text if text.starts_with("not comparable") => " class=\"warn\"".into(),
                _ => String::new(),
            };
            let _ = write!(text, "<td{class}>{}</td>", lined(&cell));
        }
        text += "</tr>\n";
    }
    text + "</table></div>\n"
}

/// A block: figures, distributions, the network over time, commands.
fn section(report: &Report, block: &Block, series: &ByCell<'_>) -> String {
    let mut text = format!("<h2>{}</h2>\n", escape(block.title()));
    let rows = block.rows.iter().map(figures::figures);
    text += &table(&FIGURES, rows);
    text += &spread(report, block);
    text += &table(&beside_head(block), block.rows.iter().map(figures::beside));
    text += &over_time(report, block, series);
    for note in certain(block).into_iter().chain(block.rows.iter().filter_map(notes)) {
        let _ = writeln!(text, "<p>{}</p>", escape(&note));
    }
    let folder = escape(report.folder);
    let _ = write!(text, "<details><summary>Every run and its command, from {folder}</summary><pre>");
    for row in &block.rows {
        for ((_, value), command) in row.seeds.iter().zip(&row.commands) {
            let _ = writeln!(text, "{:>9}  {}", maybe(*value), escape(command));
        }
    }
    text += "</pre></details>\n";
    text
}
