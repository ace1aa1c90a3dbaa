//! Whether a scenario can be run, and what is odd about it.

use std::fmt::Write;
use std::path::Path;
use std::sync::Arc;

use super::Checked;
use crate::cli::findings::Findings;
use crate::cli::import::contents;
use crate::cli::load::{Loaded, load};
use crate::cli::outcome::waivers;
use crate::sim::Simulation;

/// Loads a scenario and prepares a run of it, as `run` does.
pub fn check(path: &Path) -> Result<Checked, Vec<String>> {
    let mut loaded = load(Some(path), &[]).map_err(|e| vec![e.to_string()])?;
    let shown = path.display();
    let demand = Arc::new(std::mem::take(&mut loaded.demand));
    let setup = loaded.setup(loaded.seed);
    let sim =
        Simulation::new(loaded.network.clone(), demand.clone(), setup).map_err(|e| vec![format!("{shown}: {e}")])?;
    let departures = sim.scene().departures.len();
    let warnings = warnings(&loaded, &waivers(sim.plans(), &loaded.network), departures);
    loaded.demand = Arc::unwrap_or_clone(demand);
    let good = match warnings.len() {
        0 => "good".to_owned(),
        1 => "can be run, with 1 warning".to_owned(),
        n => format!("can be run, with {n} warnings"),
    };
    let mut text = format!("{shown}: {good}\n  scenario '{}': {}\n", loaded.name, contents(&loaded));
    // Writing to a String cannot fail.
    let _ = writeln!(text, "  {departures} departures with seed {}", loaded.seed);
    for line in &warnings {
        let _ = writeln!(text, "warning: {line}");
    }
    for (kind, n, first) in Findings::of(&loaded.report).harmless {
        let _ = writeln!(text, "note: left aside, which changes no result: {kind} ×{n}, first: {first}");
    }
    Ok(Checked { text, warnings: warnings.len() })
}

/// What may make results others than expected.
fn warnings(loaded: &Loaded, waived: &[String], departures: usize) -> Vec<String> {
    let mut all = loaded.oddities.clone();
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
