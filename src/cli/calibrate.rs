//! `intergreen calibrate`: demand that fits counts, or drivers that fit saturation flows, as a scenario.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};

use clap::{Args, ValueEnum};
use serde_json::json;

use super::import::{file_of, text_of, write};
use super::load::{Loaded, load_and_look};
use super::{Failure, print, record, run};
use crate::calibrate::{
    Compared, Count, Fit, Fitted, MATCHES, Measured, Model, Round, SaturationFit, Sources, WANTED, fit, fit_saturation,
    of_csv, of_edge_data, saturations, scaled,
};
use crate::demand::Source;
use crate::import::{ImportError, file};
use crate::network::VehicleClass;
use crate::scenario::format::TripFile;
use crate::scenario::{NetworkFile, ScenarioFile, VehicleFile, spelled_out};

/// Options of `calibrate`.
#[derive(Args, Clone, Debug)]
#[command(group = clap::ArgGroup::new("to").required(true))]
pub struct CalibrateArgs {
    /// Scenario: our .ron, a SUMO .sumocfg, a CityFlow config.json, or the name of a bundled one
    #[arg(value_name = "SCENARIO")]
    pub scenario: PathBuf,
    /// Fit the demand to these counts: CSV `site,from,to,count` (edge or detector; s or HH:MM), or SUMO's edge data (.xml)
    #[arg(long, value_name = "FILE", group = "to")]
    pub counts: Option<PathBuf>,
    /// Fit the drivers to these saturation flows: CSV `lane,saturation,lost_time` (pc/h and lane; s, may be left out)
    #[arg(long, value_name = "FILE", group = "to")]
    pub saturation: Option<PathBuf>,
    /// Write the scenario that fits into this file (.ron)
    #[arg(long, short, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// What has a factor of its own
    #[arg(long, value_name = "WHAT", default_value = "sources")]
    pub fit: What,
    /// Runs whose mean is compared
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u64).range(1..=1000))]
    pub seeds: u64,
    /// Most rounds of simulating and fitting
    #[arg(long, value_name = "N", default_value_t = 8, value_parser = clap::value_parser!(u64).range(1..=1000))]
    pub rounds: u64,
    /// Change a value of the scenario first, e.g. demand.scale=1.2; may be repeated
    #[arg(long, value_name = "PATH=VALUE", value_parser = super::args::edit)]
    pub set: Vec<(String, String)>,
    /// Print one JSON object instead of the tables
    #[arg(long)]
    pub json: bool,
}

/// What has a factor of its own.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum What {
    /// Each flow, entry and cell of a matrix, and all trips that start on one street
    Sources,
    /// All demand together
    Total,
}

/// Calibrates as asked.
///
/// # Errors
/// If the input cannot be used or the scenario cannot be written.
pub fn run(args: &CalibrateArgs) -> Result<ExitCode, Failure> {
    let stop = run::on_interrupt()?;
    let (mut own, mut folder) = (None, args.scenario.parent().map(Path::to_owned));
    let mut loaded = load_and_look(Some(&args.scenario), &args.set, &mut |s| own = Some(spelled_out(&s.file)))?;
    loaded.complete_programs();
    if !args.scenario.exists() {
        folder = None;
    }
    let file = match own {
        Some(made) => made.map_err(|e| Failure::Input(e.to_string()))?,
        None => file_of(&loaded),
    };
    if let Some(out) = &args.out {
        record::keep_inputs(out, &loaded.inputs)?;
        check_place(out, &file, folder.as_deref())?;
    }
    match (&args.counts, &args.saturation) {
        (Some(counts), _) => to_counts(args, &loaded, file, counts, &stop),
        (None, Some(saturation)) => to_saturation(args, &loaded, file, saturation, &stop),
        (None, None) => Err(Failure::Input("expected --counts FILE or --saturation FILE".into())),
    }
}

/// Refuses a place from where the files that a scenario names would not be found.
fn check_place(out: &Path, file: &ScenarioFile, folder: Option<&Path>) -> Result<(), Failure> {
    let shown = out.display();
    if out.extension().is_none_or(|end| !end.eq_ignore_ascii_case("ron")) {
        return Err(Failure::Input(format!("{shown}: expected a name that ends in .ron")));
    }
    let names_files = !file.plans.is_empty() || matches!(file.network, NetworkFile::Sumo(_));
    if names_files && out.parent() != folder {
        let problem = "the scenario names files beside it; expected a file in the same folder";
        return Err(Failure::Input(format!("--out {shown}: {problem}")));
    }
    Ok(())
}

/// Reads a text.
fn text(path: &Path) -> Result<String, Failure> {
    file::read_text(path).map_err(|e| Failure::Input(format!("{}: {e}", path.display())))
}

fn input(e: ImportError) -> Failure {
    Failure::Input(e.to_string())
}

/// Fits demand.
fn to_counts(
    args: &CalibrateArgs,
    loaded: &Loaded,
    mut file: ScenarioFile,
    path: &Path,
    stop: &AtomicBool,
) -> Result<ExitCode, Failure> {
    let is_xml = path.extension().is_some_and(|end| end.eq_ignore_ascii_case("xml"));
    let counts = match is_xml {
        true => of_edge_data(path, &loaded.network),
        false => of_csv(&text(path)?, path, &loaded.network, &loaded.instruments),
    };
    let counts = counts.map_err(input)?;
    check_times(&counts, loaded, path)?;
    let link = |s: &Source| {
        let first = s.routes.first().and_then(|r| loaded.demand.routes[r.0.index()].links.first());
        first.map_or(String::new(), |&l| loaded.network.link(l).id.clone())
    };
    let sources = Sources::new(&loaded.demand, link, args.fit == What::Total);
    let model = Model {
        network: loaded.network.clone(),
        demand: loaded.demand.clone(),
        setup: loaded.setup(loaded.seed),
        commands: loaded.commands.iter().map(|c| c.1.clone()).collect(),
        instruments: loaded.instruments.clone(),
    };
    let seeds = (0..args.seeds).map(|i| loaded.seed.wrapping_add(i)).collect();
    let how = Fit { seeds, rounds: args.rounds as usize, from: loaded.scale };
    let progress = super::progress::parts(how.rounds);
    progress.set_message("simulating");
    let mut each = |round: &Round| {
        progress.inc(1);
        progress.set_message(said(round));
    };
    let fitted = fit(&model, &sources, &counts, &how, stop, &mut each).map_err(Failure::Run)?;
    progress.finish_and_clear();
    let Some(fitted) = fitted else { return Ok(ExitCode::from(130)) };
    let factor = |name: &str| {
        let name = if args.fit == What::Total { "all" } else { name };
        sources.names.iter().position(|n| n == name).map_or(loaded.scale, |i| fitted.best.factors[i])
    };
    if let Some(out) = &args.out {
        let street = |trip: &TripFile| first_street(&file, trip);
        file.demand = scaled(&file.demand, factor, street, loaded.seed);
        write(out, &text_of(&file)?)?;
    }
    let shown = Shown { loaded, counts: &counts, sources: &sources, fitted: &fitted, out: args.out.as_deref() };
    print(&if args.json { shown.json() } else { shown.text() })?;
    Ok(if fitted.interrupted { ExitCode::from(130) } else { ExitCode::SUCCESS })
}

/// Refuses counts at times that the scenario does not have.
fn check_times(counts: &[Count], loaded: &Loaded, path: &Path) -> Result<(), Failure> {
    let begin = loaded.begin.seconds();
    let end = loaded.end.map_or(f64::INFINITY, |e| e.seconds());
    // A day later everybody has left anyway.
    let end = end.min(begin + 7.0 * 86_400.0);
    match counts.iter().find(|c| c.from < begin || c.to > end) {
        None => Ok(()),
        Some(c) => Err(Failure::Input(format!(
            "{}: '{}' is counted from {} to {} s; expected times of the scenario, {begin} to {end} s",
            path.display(),
            c.name,
            c.from,
            c.to
        ))),
    }
}

/// The street on which a trip of a file starts.
fn first_street(file: &ScenarioFile, trip: &TripFile) -> String {
    let named = trip.route.as_ref().or_else(|| trip.routes.first().map(|r| &r.id));
    let route = named.and_then(|name| file.demand.routes.iter().find(|r| r.id == *name));
    let first = route.and_then(|r| r.streets.first()).or(trip.from.as_ref());
    first.cloned().unwrap_or_default()
}

/// How well a round fits.
fn said(round: &Round) -> String {
    let matching = round.counts.iter().filter(|c| c.matches()).count();
    let rms = round.misfit().sqrt();
    format!("GEH below {MATCHES:.0} at {matching} of {} counts, root mean square {rms:.2}", round.counts.len())
}

/// What is shown of a demand that fits.
struct Shown<'a> {
    loaded: &'a Loaded,
    counts: &'a [Count],
    sources: &'a Sources,
    fitted: &'a Fitted,
    out: Option<&'a Path>,
}

impl Shown<'_> {
    fn text(&self) -> String {
        let Self { counts, sources, fitted, .. } = self;
        let width = counts.iter().map(|c| c.name.len()).max().unwrap_or(0).max(4);
        // Writing to a String cannot fail.
        let mut out =
            format!("{:<width$}  {:>14}  {:>8}  {:>8}  {:>6}\n", "site", "interval, s", "measured", "counted", "GEH");
        for (count, c) in counts.iter().zip(&fitted.best.counts) {
            let span = format!("{:.0} to {:.0}", count.from, count.to);
            let mark = if c.matches() { "" } else { "  above 5" };
            let _ = writeln!(
                out,
                "{:<width$}  {span:>14}  {:>8.0}  {:>8.0}  {:>6.2}{mark}",
                count.name, c.measured, c.counted, c.geh
            );
        }
        let _ = writeln!(out, "\nBefore   {}\nFitted   {}", said(&fitted.before), said(&fitted.best));
        let best = &fitted.best;
        let verdict = if best.suffices() { "reached" } else { "NOT reached" };
        let (share, wanted) = (100.0 * best.matching(), 100.0 * WANTED);
        let _ = writeln!(out, "Target   GEH below 5 at {wanted:.0} % of counts: {verdict} ({share:.0} %)");
        let unseen = fitted.seen.iter().filter(|s| !**s).count();
        let all = sources.names.len();
        let _ = writeln!(out, "Factors  {} of {all} sources pass a count", all - unseen);
        let shown = 40;
        let mut order: Vec<usize> = (0..all).filter(|&i| fitted.seen[i]).collect();
        // The greatest changes first.
        let change = |i: usize| libm::fabs(libm::log(best.factors[i] / self.loaded.scale.max(1e-9)));
        order.sort_by(|&a, &b| change(b).total_cmp(&change(a)).then(a.cmp(&b)));
        for &i in order.iter().take(shown) {
            let _ = writeln!(out, "  {:<30} {:.3}", sources.names[i], best.factors[i]);
        }
        if order.len() > shown {
            let _ = writeln!(out, "  … and {} more (--json has all)", order.len() - shown);
        }
        if unseen > 0 {
            let _ = writeln!(out, "  {unseen} that no count sees keep {:.3}", self.loaded.scale);
        }
        self.out.iter().for_each(|path| _ = writeln!(out, "Written  {}", path.display()));
        if fitted.interrupted {
            out.push_str("Interrupted: the best so far\n");
        }
        out
    }

    fn json(&self) -> String {
        let Self { counts, sources, fitted, .. } = self;
        let rows = |c: &[Compared]| -> Vec<_> {
            counts
                .iter()
                .zip(c)
                .map(|(count, c)| {
                    json!({"site": count.name, "from_s": count.from, "to_s": count.to, "measured": c.measured,
                           "counted": c.counted, "geh": c.geh, "matches": c.matches()})
                })
                .collect()
        };
        let factors: Vec<_> = (0..sources.names.len())
            .map(|i| json!({"source": sources.names[i], "factor": fitted.best.factors[i], "seen": fitted.seen[i]}))
            .collect();
        let object = json!({
            "schema": 1, "scenario": self.loaded.name, "rounds": fitted.rounds, "interrupted": fitted.interrupted,
            "matching_before": fitted.before.matching(), "rms_geh_before": fitted.before.misfit().sqrt(),
            "matching": fitted.best.matching(), "rms_geh": fitted.best.misfit().sqrt(),
            "suffices": fitted.best.suffices(), "counts": rows(&fitted.best.counts), "factors": factors,
            "out": self.out.map(|p| p.display().to_string()),
        });
        format!("{object}\n")
    }
}

/// Fits drivers.
fn to_saturation(
    args: &CalibrateArgs,
    loaded: &Loaded,
    mut file: ScenarioFile,
    path: &Path,
    stop: &AtomicBool,
) -> Result<ExitCode, Failure> {
    let measured = saturations(&text(path)?, path, &loaded.network).map_err(input)?;
    let is_car = |v: &&VehicleFile| v.class == VehicleClass::Passenger;
    // Of several kinds of car the one that most drive; of equals the first.
    let car = file.vehicles.iter().filter(is_car).fold(None, |best: Option<&VehicleFile>, v| {
        if best.is_some_and(|b| b.share >= v.share) { best } else { Some(v) }
    });
    let Some(car) = car else {
        let problem = "has no vehicle type of class passenger; expected one, whose drivers are fitted";
        return Err(Failure::Input(format!("{}: {problem}", args.scenario.display())));
    };
    let kind = car.kind(file.behaviour);
    let progress = super::progress::parts(26);
    progress.set_message("queues");
    let mut each = || progress.inc(1);
    let found = fit_saturation(&kind, loaded.step.seconds(), &measured, args.seeds, stop, &mut each);
    progress.finish_and_clear();
    let lost = measured.iter().any(|m| m.lost.is_some());
    if let Some(out) = &args.out {
        let behaviour = file.behaviour;
        for v in file.vehicles.iter_mut().filter(|v| v.class == VehicleClass::Passenger) {
            // Cars of another headway keep their distance from the usual one.
            let own = v.kind(behaviour).tau;
            v.tau = Some(thousandths(own / kind.tau * found.tau));
            if lost {
                v.start_delay = Some(thousandths(found.start_delay));
            }
        }
        write(out, &text_of(&file)?)?;
    }
    let text = if args.json {
        drivers_json(loaded, &measured, &found, args)
    } else {
        drivers_text(&measured, &kind.id, &found, lost, args)
    };
    print(&text)?;
    Ok(if stop.load(Ordering::Relaxed) { ExitCode::from(130) } else { ExitCode::SUCCESS })
}

fn thousandths(value: f64) -> f64 {
    libm::round(value * 1000.0) / 1000.0
}

fn drivers_text(measured: &[Measured], car: &str, found: &SaturationFit, lost: bool, args: &CalibrateArgs) -> String {
    let width = measured.iter().map(|m| m.name.len()).max().unwrap_or(0).max(4);
    let mut out = format!("{:<width$}  saturation, pc/h: measured, fitted    lost time, s: measured, fitted\n", "lane");
    for (m, q) in measured.iter().zip(&found.queues) {
        let known = m.lost.map_or("–".into(), |l| format!("{l:.2}"));
        let off = 100.0 * (q.flow / m.flow - 1.0);
        let _ = writeln!(
            out,
            "{:<width$}  {:>8.0} {:>8.0} ({off:+.1} %)  {known:>12} {:>6.2}",
            m.name, m.flow, q.flow, q.lost
        );
    }
    let _ = writeln!(out, "\nDrivers of '{car}': tau {:.3} s", found.tau);
    if lost {
        let _ = writeln!(out, "  start_delay {:.3} s", found.start_delay);
    }
    if found.bounded {
        out.push_str("  at the end of what is looked at: no such driver discharges as was measured\n");
    }
    args.out.iter().for_each(|path| _ = writeln!(out, "Written  {}", path.display()));
    if found.interrupted {
        out.push_str("Interrupted: as near as it came\n");
    }
    out
}

fn drivers_json(loaded: &Loaded, measured: &[Measured], found: &SaturationFit, args: &CalibrateArgs) -> String {
    let lanes: Vec<_> = measured
        .iter()
        .zip(&found.queues)
        .map(|(m, q)| {
            json!({"lane": m.name, "saturation_measured": m.flow, "saturation": q.flow,
                   "lost_time_measured_s": m.lost, "lost_time_s": q.lost})
        })
        .collect();
    let object = json!({
        "schema": 1, "scenario": loaded.name, "tau_s": found.tau, "start_delay_s": found.start_delay,
        "bounded": found.bounded, "interrupted": found.interrupted, "lanes": lanes,
        "out": args.out.as_ref().map(|p| p.display().to_string()),
    });
    format!("{object}\n")
}
