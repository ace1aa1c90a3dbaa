//! The comparison as text and as JSON.

use std::fmt::Write;

use serde_json::{Value, json};

use super::Comparison;
use super::data::{Defects, EdgeRow, MEASURES, Pair, Run, Spread};
use crate::cli::Failure;

/// Places shown without `--all`.
const SHORT: usize = 10;
/// With fewer seeds a range is no measure of noise.
const FEW: usize = 5;
/// A deviation that is not worth a mark, %.
const ROUNDING: f64 = 0.5;
/// Vehicles from which an approach's delay is compared.
pub const MANY: f64 = 100.0;
/// Deviation of an approach's delay that is worth a look, %.
pub const FAR: f64 = 25.0;

/// The whole text.
pub fn text(c: &Comparison<'_>) -> String {
    let mut s = String::new();
    // Writing to a String cannot fail.
    let _ = header(&mut s, c);
    let _ = measures(&mut s, c);
    let _ = defects(&mut s, c);
    let _ = approaches(&mut s, c);
    let _ = edges(&mut s, c);
    let _ = tolerances(&mut s, c);
    s
}

/// What was compared.
fn header(s: &mut String, c: &Comparison<'_>) -> std::fmt::Result {
    let (n, ours) = (c.args.seeds, env!("CARGO_PKG_VERSION"));
    writeln!(s, "{}: intergreen {ours} and SUMO {}, seeds 1 to {n}", c.scenario, c.version)?;
    if c.interrupted {
        let [a, b] = [0, 1].map(|side| c.runs[side].len());
        writeln!(s, "INTERRUPTED: {a} of our {n} runs are done and {b} of SUMO's {n}; only these are compared.")?;
    }
    for (side, seed, why) in c.unfinished() {
        writeln!(s, "NOT FINISHED, left out: {side}, seed {seed}: {why}")?;
    }
    writeln!(s, "Both without teleports, until the network is empty. Medians over the seeds.")?;
    match c.runs[1].iter().filter(|r| r.is_finished()).count() {
        0 => writeln!(s, "SUMO finished no run: there is nothing to compare with."),
        1 => writeln!(s, "One run of SUMO spans no range: what is SUMO's own noise cannot be told."),
        k => {
            let few = if k < FEW { " So few seeds say little about it." } else { "" };
            writeln!(s, "The range is SUMO's own over {k} seeds: a median of ours outside of it is marked *.{few}")
        }
    }
}

/// The table of the trips.
fn measures(s: &mut String, c: &Comparison<'_>) -> std::fmt::Result {
    writeln!(s, "\n{:<22}{:>12}{:>12}{:>12}   SUMO's range", "Trips", "intergreen", "SUMO", "deviation")?;
    for (k, (name, unit, decimals)) in MEASURES.iter().enumerate() {
        let pair = Pair::of(&c.runs, |r| r.measures.0[k]);
        let label = if unit.is_empty() { (*name).to_owned() } else { format!("{name}, {unit}") };
        let median = |x: Option<Spread>| number(x.map(|x| x.median), *decimals);
        writeln!(
            s,
            "  {label:<20}{:>12}{:>12}{:>12}   {}",
            median(pair.ours),
            median(pair.sumo),
            percent(&pair),
            range(&pair, *decimals)
        )?;
    }
    Ok(())
}

/// Our defects over all seeds.
fn defects(s: &mut String, c: &Comparison<'_>) -> std::fmt::Result {
    let d = total(&c.runs[0]);
    write!(s, "\nOur defects, all seeds: {} gridlocks, {} collisions, ", d.gridlocks, d.collisions)?;
    writeln!(s, "{} red running, {:.1} s conflicting greens", d.red_running, d.conflicting_greens)
}

/// The sum over runs.
pub fn total(runs: &[Run]) -> Defects {
    runs.iter().filter_map(|r| r.defects).fold(Defects::default(), |a, b| Defects {
        gridlocks: a.gridlocks + b.gridlocks,
        collisions: a.collisions + b.collisions,
        red_running: a.red_running + b.red_running,
        conflicting_greens: a.conflicting_greens + b.conflicting_greens,
    })
}

/// The approaches of signals with many vehicles first, the greatest deviations of their delay first.
pub fn approach_rows(edges: &[EdgeRow]) -> Vec<&EdgeRow> {
    let mut rows: Vec<&EdgeRow> = edges.iter().filter(|e| e.signal.is_some()).collect();
    let deviation = |e: &EdgeRow| e.time_loss_s.deviation().map_or(0.0, f64::abs);
    let many = |e: &EdgeRow| e.most_vehicles() > MANY;
    rows.sort_by(|a, b| many(b).cmp(&many(a)).then(deviation(b).total_cmp(&deviation(a))));
    rows
}

/// Delays of the approaches of signals.
fn approaches(s: &mut String, c: &Comparison<'_>) -> std::fmt::Result {
    let rows = approach_rows(&c.edges);
    let many: Vec<&&EdgeRow> = rows.iter().filter(|e| e.most_vehicles() > MANY).collect();
    if rows.is_empty() {
        return Ok(());
    }
    let far = many.iter().filter(|e| e.time_loss_s.deviation().is_some_and(|d| d.abs() > FAR)).count();
    writeln!(s, "\nDelay on the approaches of signals (time loss per vehicle), greatest deviations first:")?;
    writeln!(s, "{far} of {} approaches with more than {MANY} vehicles deviate by more than {FAR} %.", many.len())?;
    let most = if many.is_empty() { rows.len() } else { many.len() };
    let shown = if c.args.all { rows.len() } else { SHORT.min(most) };
    head(s, "signal", "delay, s", "wait to enter, s")?;
    for e in rows.iter().take(shown) {
        row(s, e.signal.as_deref().unwrap_or_default(), e, e.depart_delay())?;
    }
    more(s, shown, rows.len())
}

/// The edges, those with the greatest difference first.
fn edges(s: &mut String, c: &Comparison<'_>) -> std::fmt::Result {
    writeln!(s, "\nEdges, by the vehicle-seconds lost there (time loss, and waits to enter there) that differ:")?;
    let shown = if c.args.all { c.edges.len() } else { SHORT.min(c.edges.len()) };
    head(s, "veh·s", "time loss, s", "wait to enter, s")?;
    for e in &c.edges[..shown] {
        row(s, &format!("{:+.0}", e.difference()), e, e.depart_delay())?;
    }
    more(s, shown, c.edges.len())
}

/// What is outside the tolerances, if there are some.
fn tolerances(s: &mut String, c: &Comparison<'_>) -> std::fmt::Result {
    match c.missed.as_deref() {
        None => Ok(()),
        Some([]) => writeln!(s, "\nAll within the tolerances."),
        Some(missed) => writeln!(s, "\nOUTSIDE THE TOLERANCES\n  {}", missed.join("\n  ")),
    }
}

/// How many places are not shown.
fn more(s: &mut String, shown: usize, all: usize) -> std::fmt::Result {
    if shown < all { writeln!(s, "  … and {} more (--all, --out DIR)", all - shown) } else { Ok(()) }
}

/// The heads of a table of places; `last`: what stands in its last two columns.
fn head(s: &mut String, first: &str, delay: &str, last: &str) -> std::fmt::Result {
    writeln!(s, "  {:<14}{:<22}{:>13}{:>20}{:>25}{:>19}{last:>21}", "", "", "vehicles", delay, "", "travel time, s")?;
    let edge = "edge";
    writeln!(
        s,
        "  {first:<14}{edge:<22}{:>6}{:>7}{:>10}{:>10}{:>12}{:>13}{:>10}{:>9}{:>12}{:>9}",
        "ours", "SUMO", "ours", "SUMO", "deviation", "SUMO's range", "ours", "SUMO", "ours", "SUMO"
    )
}

/// One place; `last`: both sides of its last columns, s.
fn row(s: &mut String, first: &str, e: &EdgeRow, last: [Option<f64>; 2]) -> std::fmt::Result {
    let median = |x: Option<Spread>, decimals| number(x.map(|x| x.median), decimals);
    let range = e.time_loss_s.sumo.and_then(|x| x.range());
    let range = range.map_or("–".to_owned(), |r| format!("{:.1}–{:.1}", r.start(), r.end()));
    writeln!(
        s,
        "  {:<14}{:<22}{:>6}{:>7}{:>10}{:>10}{:>12}{range:>13}{:>10}{:>9}{:>12}{:>9}",
        cut(first, 13),
        cut(&e.edge, 21),
        median(e.vehicles.ours, 0),
        median(e.vehicles.sumo, 0),
        median(e.time_loss_s.ours, 1),
        median(e.time_loss_s.sumo, 1),
        percent(&e.time_loss_s),
        median(e.travel_time_s.ours, 1),
        median(e.travel_time_s.sumo, 1),
        number(last[0], 1),
        number(last[1], 1)
    )
}

/// The start of a name that is too long for its column.
fn cut(name: &str, width: usize) -> String {
    if name.chars().count() <= width { name.to_owned() } else { name.chars().take(width - 1).chain(['…']).collect() }
}

/// A number, or a dash.
fn number(x: Option<f64>, decimals: usize) -> String {
    x.map_or("–".to_owned(), |x| format!("{x:.decimals$}"))
}

/// A deviation with its sign, and with a mark if it is no noise.
fn percent(pair: &Pair) -> String {
    let mark = |d: f64| if pair.is_outside() && d.abs() >= ROUNDING { '*' } else { ' ' };
    pair.deviation().map_or("–  ".to_owned(), |d| format!("{d:+.1} %{}", mark(d)))
}

/// SUMO's least and greatest value.
fn range(pair: &Pair, decimals: usize) -> String {
    let range = pair.sumo.and_then(|x| x.range());
    range.map_or("–".to_owned(), |r| format!("{:.decimals$} … {:.decimals$}", r.start(), r.end()))
}

/// The whole as one JSON object on a line.
///
/// # Errors
/// If it cannot be written as JSON.
pub fn json(c: &Comparison<'_>) -> Result<String, Failure> {
    let pair = |p: &Pair| json!({"ours": p.ours, "sumo": p.sumo, "deviation_percent": p.deviation()});
    let names = MEASURES.iter().map(|(name, unit, _)| match *unit {
        "" => name.replace(' ', "_"),
        unit => format!("{}_{unit}", name.replace(' ', "_")),
    });
    let measures: serde_json::Map<String, Value> =
        names.enumerate().map(|(k, name)| (name, pair(&Pair::of(&c.runs, |r| r.measures.0[k])))).collect();
    let seeds = |side: usize| c.runs[side].iter().filter(|r| !r.is_finished()).map(|r| r.seed).collect::<Vec<_>>();
    let object = json!({
        "schema": 1,
        "scenario": c.scenario,
        "sumo_version": c.version,
        "seeds": c.args.seeds,
        "interrupted": c.interrupted,
        "runs": {"ours": c.runs[0].len(), "sumo": c.runs[1].len()},
        "measures": measures,
        "unfinished_seeds": {"ours": seeds(0), "sumo": seeds(1)},
        "defects": total(&c.runs[0]),
        "approaches": approach_rows(&c.edges),
        "edges": c.edges,
        "missed": c.missed,
    });
    serde_json::to_string(&object).map(|s| s + "\n").map_err(|e| Failure::Run(format!("--json: {e}")))
}
