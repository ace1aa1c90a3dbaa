//! Whether a scenario can be run, and what is odd about it.

use std::fmt::Write;
use std::path::Path;
use std::sync::Arc;

use intergreen_control::plan::DetectorKind;

use super::{Checked, aimless};
use crate::cli::findings::Findings;
use crate::cli::import::contents;
use crate::cli::load::{Loaded, load_and_look};
use crate::cli::outcome::waivers;
use crate::detectors::Own;
use crate::plans::SignalPlan;
use crate::scenario::Scenario;
use crate::sim::Simulation;

/// Loads a scenario and prepares a run of it, as `run` does.
pub fn check(path: &Path) -> Result<Checked, Vec<String>> {
    let mut odd = Vec::new();
    let mut look = |s: &Scenario| odd.extend(s.oddities().iter().map(ToString::to_string));
    let mut loaded = load_and_look(Some(path), &[], &mut look).map_err(|e| vec![e.to_string()])?;
    loaded.complete_programs();
    let shown = path.display();
    let demand = Arc::new(std::mem::take(&mut loaded.demand));
    let setup = loaded.setup(loaded.seed);
    let made = Simulation::new(loaded.network.clone(), demand.clone(), setup);
    let mut sim = made.map_err(|e| vec![format!("{shown}: {e}")])?;
    loaded.give_commands(&mut sim).map_err(|e| vec![e.to_string()])?;
    let departures = sim.scene().departures.len();
    odd.extend(of_controllers(&sim, &loaded));
    odd.extend(aimless::all(&sim, &loaded));
    let warnings = warnings(odd, &loaded, &waivers(sim.plans(), &loaded.network), departures);
    loaded.demand = Arc::unwrap_or_clone(demand);
    let good = match warnings.len() {
        0 => "good".to_owned(),
        1 => "can be run, with 1 warning".to_owned(),
        n => format!("can be run, with {n} warnings"),
    };
    let mut text = format!("{shown}: {good}\n  scenario '{}': {}\n", loaded.name, contents(&loaded));
    // Writing to a String cannot fail.
    let _ = writeln!(text, "  {departures} departures with seed {}", loaded.seed);
    text.push_str(&detectors(sim.plans(), &loaded));
    for line in &warnings {
        let _ = writeln!(text, "warning: {line}");
    }
    for (kind, n, first) in Findings::of(&loaded.report).harmless {
        let _ = writeln!(text, "note: left aside, which changes no result: {kind} ×{n}, first: {first}");
    }
    Ok(Checked { text, warnings: warnings.len() })
}

/// What is odd about signals and their strategies.
fn of_controllers(sim: &Simulation, loaded: &Loaded) -> Vec<String> {
    let mut odd = Vec::new();
    let asks_sensors = sim.scene().setup.controller.0 != "fixed_time";
    for (own, controller) in sim.plans().iter().zip(&sim.controllers().list) {
        let id = &loaded.network.signals[own.signal.index()].id;
        odd.extend(controller.remark().map(|remark| format!("signal '{id}': {remark}")));
        let detectors = &controller.plan().spec().detectors;
        if asks_sensors && detectors.is_empty() {
            odd.push(format!("signal '{id}': has no detectors: everybody is served in every cycle"));
        }
        if own.wiring.is_some() {
            odd.extend(own.notes.iter().cloned());
        }
        let places = |kind| detectors.iter().filter_map(|d| d.place.as_ref()).filter(move |p| p.kind == kind);
        for (x, far) in places(DetectorKind::X).flat_map(|x| places(DetectorKind::In).map(move |far| (x, far))) {
            if x.lane == far.lane && far.distance_m <= x.distance_m {
                let (lane, x, far) = (&x.lane, x.distance_m, far.distance_m);
                odd.push(format!(
                    "signal '{id}', lane '{lane}': its loop IN lies at {far} m, no further upstream than X at {x} m"
                ));
            }
        }
    }
    odd.extend(sim.controllers().fallbacks.iter().map(|f| {
        let id = &loaded.network.signals[f.signal.index()].id;
        format!("signal '{id}': {} runs instead: {}", f.runs, f.why)
    }));
    odd
}

/// What controllers see: how many channels of which kind, and which of them the files had already.
fn detectors(plans: &[SignalPlan], loaded: &Loaded) -> String {
    let kinds = || plans.iter().flat_map(|p| &p.plan.spec().detectors).filter_map(|d| d.place.as_ref()).map(|p| p.kind);
    let with = plans.iter().filter(|p| !p.plan.spec().detectors.is_empty()).count();
    if with == 0 {
        return String::new();
    }
    let numbers = DetectorKind::ALL.map(|kind| (kinds().filter(|&k| k == kind).count(), kind.name()));
    let parts: Vec<String> = numbers.iter().filter(|n| n.0 > 0).map(|(n, name)| format!("{n} {name}")).collect();
    let mut text = format!("  detectors: {} channels at {with} signals: {}\n", kinds().count(), parts.join(", "));
    if !loaded.detectors.own.is_empty() {
        let lane = |o: &Own| &loaded.network.lane(o.line).id;
        let own: Vec<String> =
            loaded.detectors.own.iter().map(|o| format!("{} ({} of {})", o.id, o.kind.name(), lane(o))).collect();
        let _ = writeln!(text, "  of them from its files: {}", own.join(", "));
    }
    text
}

/// What is odd about the file, and what else may make results others than expected.
fn warnings(mut all: Vec<String>, loaded: &Loaded, waived: &[String], departures: usize) -> Vec<String> {
    if departures == 0 {
        all.push("no vehicle departs in the scenario's time".into());
    }
    for (kind, n, first) in Findings::of(&loaded.report).matter {
        all.push(format!("not simulated as written: {kind} ×{n}, first: {first}"));
    }
    all.extend(loaded.report.fallbacks.iter().map(|line| format!("strategy: {line}")));
    all.extend(waived.iter().map(|line| format!("no plan of our own may do this: {line}")));
    all
}
