//! Measures as files: `phases.csv` (a row for each phase and bin), `detectors.csv`, and for each phase with advance
//! detectors its Purdue coordination diagram as data (`pcd-….csv`) and picture (`pcd-….svg`).

use std::fs::File;
use std::io::{BufWriter, Result, Write};
use std::path::Path;

use intergreen_control::Millis;

use super::{Failure, Measured};
use crate::performance::{Diagram, Measures, Phase, Signal, svg};

/// Writes all files of a folder.
///
/// # Errors
/// If one cannot be written.
pub fn write(dir: &Path, measured: &Measured) -> std::result::Result<(), Failure> {
    let wrong = |e: std::io::Error, name: &str| Failure::Input(format!("--out {}: {e}", dir.join(name).display()));
    std::fs::create_dir_all(dir).map_err(|e| wrong(e, ""))?;
    let create = |name: &str| File::create(dir.join(name)).map(BufWriter::new);
    let file = |name: &str, content: &dyn Fn(&mut dyn Write) -> Result<()>| {
        create(name).and_then(|mut w| content(&mut w).and_then(|()| w.flush())).map_err(|e| wrong(e, name))
    };
    file("phases.csv", &|w| phases(w, measured))?;
    file("detectors.csv", &|w| detectors(w, measured))?;
    for (n, signal) in measured.report.signals.iter().enumerate() {
        for phase in signal.phases.iter().filter(|p| !p.diagram.arrivals.is_empty()) {
            let name = format!("pcd-{}-phase-{}", file_name(&signal.signal, n), phase.phase);
            file(&format!("{name}.csv"), &|w| points(w, measured, &phase.diagram))?;
            let title = title(signal, phase);
            let picture = svg(&phase.diagram, &title, &|at| measured.clock.short(at));
            file(&format!("{name}.svg"), &|w| w.write_all(picture.as_bytes()))?;
        }
    }
    Ok(())
}

/// A signal's name as part of a file's; one that is not fit for that becomes its number in the report.
fn file_name(name: &str, number: usize) -> String {
    let fit = (1..=80).contains(&name.len()) && name.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c));
    if fit { name.to_owned() } else { format!("number-{}", number + 1) }
}

fn title(signal: &Signal, phase: &Phase) -> String {
    let m = &phase.total;
    let on_green = m.arrivals_on_green.map_or(String::new(), |s| format!(": {:.0} % of arrivals on green", s * 100.0));
    let ratio = m.platoon_ratio.map_or(String::new(), |r| format!(", platoon ratio {r:.2}"));
    format!("Signal {}, phase {}{on_green}{ratio}", signal.signal, phase.phase)
}

fn number(value: Option<f64>) -> String {
    value.map(|v| format!("{v:.3}")).unwrap_or_default()
}

/// Columns of `phases.csv` after signal, phase and bin.
const COLUMNS: [&str; 28] = [
    "gap_outs",
    "max_outs",
    "force_offs",
    "unknown_ends",
    "services",
    "split_mean_s",
    "split_p50_s",
    "split_p85_s",
    "split_most_s",
    "green_mean_s",
    "yellow_mean_s",
    "red_clearance_mean_s",
    "green_share",
    "arrivals",
    "arrivals_on_green",
    "arrivals_on_yellow",
    "arrivals_on_red",
    "arrivals_on_flashing",
    "share_on_green",
    "platoon_ratio",
    "approach_delay_s",
    "split_failure_services",
    "split_failures",
    "actuations_on_yellow",
    "actuations_on_red",
    "walks",
    "ped_delays",
    "ped_delay_mean_s",
];

fn cells(m: &Measures) -> [String; COLUMNS.len()] {
    fn count<T: ToString>(n: Option<T>) -> String {
        n.map(|n| n.to_string()).unwrap_or_default()
    }
    let (t, a, delay) = (&m.terminations, m.arrivals, m.pedestrians.and_then(|p| p.delay));
    [
        t.gap_outs.to_string(),
        t.max_outs.to_string(),
        t.force_offs.to_string(),
        t.unknown.to_string(),
        m.split.map_or(0, |s| s.count).to_string(),
        number(m.split.map(|s| s.mean_s)),
        number(m.split.map(|s| s.p50_s)),
        number(m.split.map(|s| s.p85_s)),
        number(m.split.map(|s| s.most_s)),
        number(m.green.map(|s| s.mean_s)),
        number(m.yellow.map(|s| s.mean_s)),
        number(m.red_clearance.map(|s| s.mean_s)),
        number(m.green_share),
        count(a.map(|a| a.total)),
        count(a.map(|a| a.on_green)),
        count(a.map(|a| a.on_yellow)),
        count(a.map(|a| a.on_red)),
        count(a.map(|a| a.on_flashing)),
        number(m.arrivals_on_green),
        number(m.platoon_ratio),
        number(m.approach_delay_s),
        count(m.split_failures.map(|f| f.services)),
        count(m.split_failures.map(|f| f.failures)),
        count(m.yellow_red.map(|r| r.on_yellow)),
        count(m.yellow_red.map(|r| r.on_red)),
        count(m.pedestrians.map(|p| p.walks)),
        count(delay.map(|d| d.count)),
        number(delay.map(|d| d.mean_s)),
    ]
}

fn phases(w: &mut dyn Write, measured: &Measured) -> Result<()> {
    let mut csv = csv::Writer::from_writer(w);
    csv.write_record(["signal", "phase", "bin"].into_iter().chain(COLUMNS))?;
    for signal in &measured.report.signals {
        for phase in &signal.phases {
            let time = |seconds: f64| measured.clock.words(Millis::from_seconds(seconds));
            let bins = phase.bins.iter().map(|b| (time(b.begin_s), &b.measures));
            for (bin, measures) in bins.chain([("all".to_owned(), &phase.total)]) {
                let first = [signal.signal.clone(), phase.phase.to_string(), bin];
                csv.write_record(first.into_iter().chain(cells(measures)))?;
            }
        }
    }
    csv.flush()
}

fn detectors(w: &mut dyn Write, measured: &Measured) -> Result<()> {
    let mut csv = csv::Writer::from_writer(w);
    csv.write_record([
        "signal",
        "channel",
        "phases",
        "actuations",
        "most_per_minute",
        "occupancy",
        "longest_on_s",
        "longest_silence_s",
        "missing_offs",
        "missing_ons",
        "faults",
        "findings",
    ])?;
    for signal in &measured.report.signals {
        for d in &signal.detectors {
            let phases: Vec<String> = d.phases.iter().map(u16::to_string).collect();
            csv.write_record([
                signal.signal.clone(),
                d.channel.to_string(),
                phases.join(" "),
                d.actuations.to_string(),
                d.most_per_minute.to_string(),
                number(d.occupancy),
                number(Some(d.longest_on_s)),
                number(Some(d.longest_silence_s)),
                d.missing_offs.to_string(),
                d.missing_ons.to_string(),
                d.faults.to_string(),
                d.findings.join(", "),
            ])?;
        }
    }
    csv.flush()
}

/// A diagram as rows: what happened (`red`, `green`, `yellow`, `arrival`), when, and how long after the begin of red.
fn points(w: &mut dyn Write, measured: &Measured, diagram: &Diagram) -> Result<()> {
    let mut csv = csv::Writer::from_writer(w);
    csv.write_record(["time", "what", "since_red_s"])?;
    let marks = diagram.cycles.iter().flat_map(|c| {
        let since = |at: Option<Millis>| at.map(|at| (at, at - c.red));
        let of = |what, mark: Option<(Millis, Millis)>| mark.map(|(at, since)| (at, what, since));
        [of("red", since(Some(c.red))), of("green", since(c.green)), of("yellow", since(c.yellow))]
    });
    let arrivals = diagram.arrivals.iter().map(|&(at, since)| (at, "arrival", since));
    let mut rows: Vec<(Millis, &str, Millis)> = marks.flatten().chain(arrivals).collect();
    rows.sort_unstable();
    for (at, what, since) in rows {
        csv.write_record([measured.clock.words(at), what.to_owned(), format!("{:.1}", since.seconds())])?;
    }
    csv.flush()
}
