//! `intergreen timing`: a timing sheet for every signal of a scenario.

use std::fmt::Write;
use std::process::ExitCode;

use clap::Args;
use intergreen_control::Registry;

use super::args::edit;
use super::summary::plain;
use super::{Failure, check, load, print};
use crate::detectors;
use crate::network::{Network, Signal};
use crate::plans::{self, SignalPlan};
use crate::scenario::expected_names;

/// Prints the timing sheet of each signal: who its groups are, times, intergreens, stages, phases, detectors, patterns.
#[derive(Args, Clone, Debug)]
pub struct TimingArgs {
    /// Scenario, as for `run` [default: city]
    pub scenario: Option<std::path::PathBuf>,
    /// Only this signal
    #[arg(long, value_name = "ID")]
    pub signal: Option<String>,
    /// The sheets for this strategy: a ring-barrier program of a file has times of its own for nema
    #[arg(long, value_name = "NAME", default_value = "fixed_time")]
    pub controller: String,
    /// Programs may open pairs in conflict, as `run --allow-unsafe-programs`
    #[arg(long)]
    pub allow_unsafe_programs: bool,
    /// Change a field of the scenario first, as `run --set`
    #[arg(long, value_name = "PATH=VALUE", value_parser = edit)]
    pub set: Vec<(String, String)>,
}

/// Prints the sheets.
///
/// # Errors
/// If the scenario or a plan of it cannot be used, or there is no such signal or strategy.
pub fn run(args: &TimingArgs) -> Result<ExitCode, Failure> {
    let entry = *Registry::default().find(&args.controller).map_err(|e| Failure::Input(e.to_string()))?;
    let mut loaded = load(args.scenario.as_deref(), &args.set)?;
    loaded.complete_programs();
    let network = &loaded.network;
    if let Some(name) = args.signal.as_ref().filter(|name| network.signals.iter().all(|s| s.id != **name)) {
        let known = expected_names(name, network.signals.iter().map(|s| s.id.as_str()));
        return Err(Failure::Input(format!("--signal {}: there is no such signal; {}", plain(name), plain(&known))));
    }
    let detectors = detectors::place(network, &loaded.detectors);
    let plans = plans::of_network_with(network, &detectors, args.allow_unsafe_programs);
    let plans = plans.map_err(|e| Failure::Input(e.to_string()))?;
    let mut text = String::new();
    for plan in plans {
        let signal = &network.signals[plan.signal.index()];
        if args.signal.as_ref().is_none_or(|name| *name == signal.id) {
            sheet(&mut text, network, signal, &plan, entry.phases);
        }
    }
    if text.is_empty() {
        let _ = writeln!(text, "{}: no signals", plain(&loaded.name));
    }
    print(&text)?;
    Ok(ExitCode::SUCCESS)
}

/// The sheet of one signal.
fn sheet(text: &mut String, network: &Network, signal: &Signal, plan: &SignalPlan, phases: bool) {
    let rule = "=".repeat(72);
    let _ = writeln!(text, "{rule}\nSignal {}\n{rule}\nGroups by their ways", plain(&signal.id));
    for (group, ways) in plans::ways(network, signal) {
        let _ =
            writeln!(text, "  {group:<4} {}", if ways.is_empty() { "nobody drives here".into() } else { plain(&ways) });
    }
    let suited = plan.suited(phases);
    let _ = writeln!(text);
    text.push_str(&check::sheet(suited));
    let prefix = format!("signal '{}': ", signal.id);
    for note in &plan.notes {
        let _ = writeln!(text, "  note: {}", plain(note.strip_prefix(&prefix).unwrap_or(note)));
    }
    for waiver in suited.waivers() {
        let _ = writeln!(text, "  waived: {}", plain(&waiver.to_string()));
    }
    let _ = writeln!(text);
}
