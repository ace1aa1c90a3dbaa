//! The comparison as plain tables: `measures.csv`, `approaches.csv`, `edges.csv` with medians and ranges over the seeds
//! of the runs that finished; `runs.csv` with every run.

use std::io::Result;
use std::path::Path;

use csv::Writer;

use super::data::{EdgeRow, MEASURES, Pair};
use super::{Comparison, report};
use crate::cli::Failure;

/// Writes them.
///
/// # Errors
/// If a file cannot be written.
pub fn write(dir: &Path, c: &Comparison<'_>) -> std::result::Result<(), Failure> {
    let file = |name: &str, content: &dyn Fn(&mut Writer<std::fs::File>) -> Result<()>| {
        let path = dir.join(name);
        let written = std::fs::File::create(&path).and_then(|f| {
            let mut csv = Writer::from_writer(f);
            content(&mut csv)?;
            csv.flush()
        });
        written.map_err(|e| Failure::Run(format!("{}: {e}", path.display())))
    };
    file("measures.csv", &|csv| measures(csv, c))?;
    file("runs.csv", &|csv| runs(csv, c))?;
    file("approaches.csv", &|csv| places(csv, &report::approach_rows(&c.edges)))?;
    file("edges.csv", &|csv| places(csv, &c.edges.iter().collect::<Vec<_>>()))
}

/// A measure's name with its unit.
fn label((name, unit, _): &(&str, &str, usize)) -> String {
    let name = name.replace(' ', "_");
    if unit.is_empty() { name } else { format!("{name}_{unit}") }
}

/// A number; empty where there is none.
fn number(x: Option<f64>) -> String {
    x.map(|x| format!("{x:.3}")).unwrap_or_default()
}

/// Both sides with their ranges.
fn cells(pair: &Pair) -> [String; 7] {
    let [a, b] = [pair.ours, pair.sumo];
    let deviation = number(pair.deviation());
    let [m, lo, hi] = [a.map(|s| s.median), a.map(|s| s.min), a.map(|s| s.max)].map(number);
    let [n, low, high] = [b.map(|s| s.median), b.map(|s| s.min), b.map(|s| s.max)].map(number);
    [m, lo, hi, n, low, high, deviation]
}

/// Their heads.
fn heads(name: &str) -> [String; 7] {
    ["ours", "ours_min", "ours_max", "sumo", "sumo_min", "sumo_max", "deviation_percent"].map(|h| format!("{name}{h}"))
}

/// The measures of the trips.
fn measures(csv: &mut Writer<std::fs::File>, c: &Comparison<'_>) -> Result<()> {
    csv.write_record(std::iter::once("measure".to_owned()).chain(heads("")))?;
    for (k, measure) in MEASURES.iter().enumerate() {
        csv.write_record(std::iter::once(label(measure)).chain(cells(&Pair::of(&c.runs, |r| r.measures.0[k]))))?;
    }
    Ok(())
}

/// Every run of both sides.
fn runs(csv: &mut Writer<std::fs::File>, c: &Comparison<'_>) -> Result<()> {
    let defects = ["gridlocks", "collisions", "red_running", "conflicting_greens_s"].map(str::to_owned);
    let first = ["side", "seed", "empty"].map(str::to_owned);
    csv.write_record(first.into_iter().chain(MEASURES.iter().map(label)).chain(defects))?;
    for (side, name) in ["ours", "sumo"].iter().enumerate() {
        for run in &c.runs[side] {
            let first = [(*name).to_owned(), run.seed.to_string(), run.is_finished().to_string()];
            let d = run.defects.map(|d| {
                let greens = format!("{:.1}", d.conflicting_greens);
                [d.gridlocks.to_string(), d.collisions.to_string(), d.red_running.to_string(), greens]
            });
            csv.write_record(first.into_iter().chain(run.measures.0.map(number)).chain(d.unwrap_or_default()))?;
        }
    }
    Ok(())
}

/// Edges or approaches.
fn places(csv: &mut Writer<std::fs::File>, rows: &[&EdgeRow]) -> Result<()> {
    let columns = ["vehicles_", "time_loss_s_", "travel_time_s_", "total_time_loss_s_", "total_depart_delay_s_"];
    let first = ["signal", "edge", "difference_veh_s"].map(str::to_owned);
    csv.write_record(first.into_iter().chain(columns.iter().flat_map(|c| heads(c))))?;
    for e in rows {
        let first = [e.signal.clone().unwrap_or_default(), e.edge.clone(), format!("{:.1}", e.difference())];
        let pairs = [&e.vehicles, &e.time_loss_s, &e.travel_time_s, &e.total_time_loss_s, &e.total_depart_delay_s];
        csv.write_record(first.into_iter().chain(pairs.into_iter().flat_map(cells)))?;
    }
    Ok(())
}
