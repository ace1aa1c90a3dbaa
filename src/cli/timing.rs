//! `intergreen timing`: a timing sheet for every signal of a scenario, or the plan file of one.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;
use intergreen_control::{Entry, Plan, PlanErrors, Registry, RegistryError};

use super::args::{Controller, controller, edit};
use super::summary::plain;
use super::{Failure, Loaded, check, complain, load, print, record};
use crate::detectors;
use crate::network::{Network, Signal};
use crate::plans::{self, SignalPlan};
use crate::scenario::{expected_names, plan_to_ron};
use crate::sim::command::of_registry;

/// Prints the timing sheet of each signal: who its groups are, times, intergreens, stages, phases, detectors, patterns.
#[derive(Args, Clone, Debug)]
pub struct TimingArgs {
    /// Scenario, as for `run` [default: city]
    pub scenario: Option<PathBuf>,
    /// Only this signal
    #[arg(long, value_name = "ID")]
    pub signal: Option<String>,
    /// Write the plan of --signal to a plan file (.ron) instead, to be edited and named in `plans` of a scenario
    #[arg(long, value_name = "FILE", requires = "signal")]
    pub write: Option<PathBuf>,
    /// Write it over a file that is there already
    #[arg(long, requires = "write")]
    pub force: bool,
    /// The sheets for this strategy, as for `run`: a ring-barrier program of a file has times of its own for nema
    #[arg(long, value_name = "NAME[,PARAM=VALUE…]", default_value = "fixed_time", value_parser = controller)]
    pub controller: Controller,
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
    let registry = Registry::default();
    let entry = registry.find(&args.controller.name).map_err(|e| Failure::Input(of_registry(&e)))?;
    let mut loaded = load(args.scenario.as_deref(), &args.set)?;
    loaded.complete_programs();
    let network = &loaded.network;
    if let Some(name) = args.signal.as_ref().filter(|name| network.signals.iter().all(|s| s.id != **name)) {
        let known = expected_names(name, network.signals.iter().map(|s| s.id.as_str()));
        return Err(Failure::Input(format!("--signal {}: there is no such signal; {}", plain(name), plain(&known))));
    }
    let detectors = detectors::place(network, &loaded.detectors);
    let plans = plans::of_network_and_files(network, &detectors, &loaded.plans, args.allow_unsafe_programs);
    let plans = plans.map_err(|e| Failure::Input(e.to_string()))?;
    if let Some(path) = &args.write {
        let signal = args.signal.as_deref().unwrap_or_default();
        let found = plans.iter().find(|p| network.signals[p.signal.index()].id == signal);
        let plan = found.ok_or_else(|| Failure::Input(format!("--signal {}: has no plan", plain(signal))))?;
        if !args.force && path.exists() {
            let problem =
                "is there already, and may have been edited; expected another name, or --force to write over it";
            return Err(Failure::Input(format!("{}: {problem}", path.display())));
        }
        write(path, &loaded, plan, &Shown::of(plan, &registry, entry, &args.controller)?)?;
        return Ok(ExitCode::SUCCESS);
    }
    let mut text = String::new();
    for plan in plans {
        let signal = &network.signals[plan.signal.index()];
        if args.signal.as_ref().is_none_or(|name| *name == signal.id) {
            let shown = Shown::of(&plan, &registry, entry, &args.controller)?;
            let of_nema = if entry.name == "nema" { &args.controller.parameters[..] } else { &[] };
            sheet(&mut text, network, signal, &plan, &shown, of_nema);
        }
    }
    if text.is_empty() {
        let _ = writeln!(text, "{}: no signals", plain(&loaded.name));
    }
    print(&text)?;
    Ok(ExitCode::SUCCESS)
}

/// What a strategy shows at a signal.
struct Shown {
    /// The plan that suits it, with the pattern that it makes for itself; or what is wrong with that.
    suited: Result<Arc<Plan>, PlanErrors>,
    /// What it is asked for without effect.
    remark: Option<String>,
}

impl Shown {
    fn of(plan: &SignalPlan, registry: &Registry, entry: &Entry, asked: &Controller) -> Result<Self, Failure> {
        let mut shown = Self { suited: plan.suited(entry.serves), remark: None };
        let Ok(suited) = &shown.suited else { return Ok(shown) };
        let strategy = match registry.make_for(entry.name, &asked.parameters, suited, true) {
            Ok(strategy) => strategy,
            // Another one runs there.
            Err(RegistryError::Unsuitable { .. }) => return Ok(shown),
            Err(e) => return Err(Failure::Input(of_registry(&e))),
        };
        shown.remark = strategy.remark().map(str::to_owned);
        if let Some(pattern) = strategy.pattern() {
            let mut spec = suited.spec().clone();
            spec.patterns = vec![pattern.clone()];
            spec.calendar = Default::default();
            shown.suited = Plan::imported(spec, suited.waivers().to_vec()).map(Arc::new);
        }
        Ok(shown)
    }
}

/// Writes the plan file of a signal, and says what has to be mended in it.
fn write(path: &Path, loaded: &Loaded, plan: &SignalPlan, shown: &Shown) -> Result<(), Failure> {
    record::keep_inputs(path, &loaded.inputs)?;
    let id = &loaded.network.signals[plan.signal.index()].id;
    let wrong = |e: &PlanErrors| Failure::Input(format!("signal '{}': {}", plain(id), plain(&e.to_string())));
    let suited = shown.suited.as_ref().map_err(wrong)?;
    if let Some(remark) = &shown.remark {
        complain("note", &plain(remark));
    }
    let spec = match &plan.wiring {
        None => plans::readable(&loaded.network, plan.signal, suited.spec()),
        Some(_) => suited.spec().clone(),
    };
    let (shown, file) = (path.display(), path.file_name().unwrap_or_default().to_string_lossy());
    let body = plan_to_ron(&spec).map_err(|e| Failure::Run(format!("{shown}: {e}")))?;
    let text = format!(
        "// The plan of signal '{}' of '{}', from `intergreen timing`. docs/plan-files.md explains every field; a scenario\n\
         // runs it that says: plans: [(signal: {id:?}, file: {file:?})]\n{body}",
        plain(id).replace('\n', " "),
        plain(&loaded.name).replace('\n', " ")
    );
    super::import::write(path, &text)?;
    print(&format!("{shown}: the plan of signal '{}', {} groups\n", plain(id), spec.groups.len()))?;
    if let Err(errors) = Plan::new(spec) {
        complain("note", "its program has what no plan of our own may have; to be mended before it can be run:");
        errors.0.iter().for_each(|e| complain("note", &plain(&e.to_string())));
    }
    Ok(())
}

/// The sheet of one signal; phases as `nema` serves them with some parameters of its own.
fn sheet(
    text: &mut String,
    network: &Network,
    signal: &Signal,
    plan: &SignalPlan,
    shown: &Shown,
    of_nema: &[(String, String)],
) {
    let rule = "=".repeat(72);
    let _ = writeln!(text, "{rule}\nSignal {}\n{rule}\nGroups by their ways", plain(&signal.id));
    for (group, ways) in plans::ways(network, signal) {
        let _ =
            writeln!(text, "  {group:<4} {}", if ways.is_empty() { "nobody drives here".into() } else { plain(&ways) });
    }
    // Where it has none that suits, another strategy runs on the plan as it is.
    let suited = shown.suited.as_ref().unwrap_or(&plan.plan);
    let _ = writeln!(text);
    text.push_str(&check::sheet(suited, of_nema));
    let prefix = format!("signal '{}': ", signal.id);
    for note in &plan.notes {
        let _ = writeln!(text, "  note: {}", plain(note.strip_prefix(&prefix).unwrap_or(note)));
    }
    if let Some(remark) = &shown.remark {
        let _ = writeln!(text, "  note: {}", plain(remark));
    }
    for waiver in suited.waivers() {
        let _ = writeln!(text, "  waived: {}", plain(&waiver.to_string()));
    }
    let _ = writeln!(text);
}
