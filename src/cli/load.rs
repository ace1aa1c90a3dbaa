//! From a path to something that can be run.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use intergreen_control::Millis;

use super::Failure;
use super::args::Controller;
use super::timestamps::midnight;
use crate::commands::TimedCommand;
use crate::demand::routing::Moment;
use crate::demand::{Demand, Routing, check_flows};
use crate::detectors::{Layout, Probes, Sensing, Tier, adopted};
use crate::import::cityflow::{self, Kind};
use crate::import::sumo::config::{Config, read_config};
use crate::import::sumo::instruments::{read_at_signals, read_instruments};
use crate::import::sumo::net::read_network;
use crate::import::sumo::routes::{Window, read_demand_with};
use crate::import::{ImportError, Report, file};
use crate::instruments::{Instruments, Outputs};
use crate::network::Network;
use crate::plans::{self, OwnPlan};
use crate::random::{FNV_START, fnv};
use crate::scenario::{BUNDLED_ALL, Scenario, ScenarioError, is_plan};
use crate::sim::{SOME_DAY, Setup, Simulation};

/// SUMO's step where a configuration names none.
const SUMO_STEP: Millis = Millis(1000);

/// A scenario, ready to run.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// What results call it.
    pub name: String,
    /// Its network.
    pub network: Arc<Network>,
    /// Its demand, not yet scaled by [`Loaded::scale`].
    pub demand: Demand,
    /// When it begins.
    pub begin: Millis,
    /// When its demand ends; `None`: when the last vehicle has left.
    pub end: Option<Millis>,
    /// Length of a step.
    pub step: Millis,
    /// Seed of a run that names none.
    pub seed: u64,
    /// How trips find their way in a run that does not say it.
    pub routing: Routing,
    /// Factor that the scenario itself puts on its demand.
    pub scale: f64,
    /// Time from the beginning whose departures are in no mean.
    pub warm_up: Millis,
    /// Who switches the signals in a run that does not say it.
    pub controller: Controller,
    /// What happens at set times, each with its place in the file.
    pub commands: Vec<(String, TimedCommand)>,
    /// The day it plays on and the time zone of its clock, if it says so.
    pub calendar: (Option<String>, Option<String>),
    /// What an import met and did not simulate.
    pub report: Report,
    /// Where detectors lie that controllers see.
    pub detectors: Layout,
    /// What controllers hear of besides, in a run that does not say it.
    pub sensing: Sensing,
    /// Plans of signals that have files of their own.
    pub plans: Arc<[OwnPlan]>,
    /// What the scenario wants measured.
    pub instruments: Instruments,
    /// The files its configuration asks for.
    pub outputs: Outputs,
    /// The files it was read from.
    pub inputs: Vec<Input>,
    /// Whether its signal programs have neither yellow nor clearance times because its format knows none (CityFlow), so
    /// that they are to be completed unless the user wants them as they are.
    pub completes: bool,
}

impl Loaded {
    /// A scenario of which nothing else is said: steps of 1 s from 0 until the last vehicle has left.
    fn new(name: String, network: Network, demand: Demand) -> Self {
        Self {
            name,
            network: Arc::new(network),
            demand,
            begin: Millis(0),
            end: None,
            step: SUMO_STEP,
            seed: 1,
            routing: Routing::default(),
            scale: 1.0,
            warm_up: Millis(0),
            controller: Controller::default(),
            commands: Vec::new(),
            calendar: (None, None),
            report: Report::default(),
            detectors: Layout::default(),
            sensing: Sensing::default(),
            plans: Arc::default(),
            instruments: Instruments::default(),
            outputs: Outputs::default(),
            inputs: Vec::new(),
            completes: false,
        }
    }

    /// Gives its signal programs yellow and clearance times, if they know none and are to be completed.
    pub fn complete_programs(&mut self) {
        if !std::mem::take(&mut self.completes) {
            return;
        }
        for done in plans::complete(Arc::make_mut(&mut self.network)) {
            let what = "signal programs without yellow: yellow and clearance times added (--as-is: as written)";
            self.report.count(what, || done.signal.clone());
            if done.longer > Millis(0) {
                let (signal, longer) = (&done.signal, done.longer.seconds());
                let example = || format!("{signal}, by {longer} s");
                self.report.count("signal programs made longer, so that no green is under 5 s", example);
            }
        }
    }

    /// Enters its commands.
    ///
    /// # Errors
    /// If one does not fit the network; says where the file speaks of it.
    pub fn give_commands(&self, sim: &mut Simulation) -> Result<(), Failure> {
        for (place, command) in &self.commands {
            sim.command(command.clone()).map_err(|e| Failure::Input(format!("{place}: {e}")))?;
        }
        Ok(())
    }

    /// The setup of a run of the scenario as it is.
    pub fn setup(&self, seed: u64) -> Setup {
        let Self { begin, end, step, routing, warm_up, sensing, .. } = *self;
        let controller = (self.controller.name.clone(), self.controller.parameters.clone());
        let detectors = self.detectors.clone();
        let day = self.calendar.0.as_deref().map_or(SOME_DAY, midnight);
        let plans = self.plans.clone();
        let usual = Setup::default();
        Setup { begin, end, step, seed, routing, warm_up, controller, detectors, sensing, plans, day, ..usual }
    }
}

/// A file that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Input {
    /// Its path, or the name of the bundled scenario.
    pub file: String,
    /// FNV-1a hash of its bytes, 64 bits.
    pub hash: u64,
}

impl Input {
    /// A file, read once more for its hash.
    fn read(file: &Path) -> Result<Self, Failure> {
        let shown = file.display().to_string();
        let hash = file::hash(file).map_err(|e| Failure::Input(format!("{shown}: {e}")))?;
        Ok(Self { hash, file: shown })
    }
}

/// A changed value: dotted path and text.
pub type Edit = (String, String);

/// Loads `path`, or the bundled scenario if there is none, with the values of `edits` changed.
///
/// # Errors
/// Says which file is wrong, where, and what was expected.
pub fn load(path: Option<&Path>, edits: &[Edit]) -> Result<Loaded, Failure> {
    load_and_look(path, edits, &mut |_| {})
}

/// The same; `look` sees what a file of our own says.
///
/// # Errors
/// As [`load`].
pub fn load_and_look(path: Option<&Path>, edits: &[Edit], look: &mut dyn FnMut(&Scenario)) -> Result<Loaded, Failure> {
    let Some(path) = path else { return bundled(BUNDLED_ALL[0], edits, look) };
    if let Some(&bundled_one) = BUNDLED_ALL.iter().find(|b| Path::new(b.0) == path)
        && !path.is_file()
    {
        return bundled(bundled_one, edits, look);
    }
    let name = path.file_name().map(|n| n.to_string_lossy().to_lowercase()).unwrap_or_default();
    let plain = name.strip_suffix(".gz").unwrap_or(&name);
    let wrong = |problem: &str| Err(Failure::Input(format!("{}: {problem}", path.display())));
    match std::fs::metadata(path) {
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => {
            let names: Vec<&str> = BUNDLED_ALL.iter().map(|b| b.0).collect();
            return wrong(&format!("there is no such file; scenarios in the program: {}", names.join(", ")));
        }
        Err(e) => return wrong(&format!("cannot be read: {e}")),
        Ok(m) if m.is_dir() => return wrong("is a directory; expected a scenario file (.ron, .sumocfg or .json)"),
        Ok(m) if m.len() == 0 => return wrong("is empty; expected a scenario (.ron, .sumocfg or .json)"),
        Ok(_) => {}
    }
    if name.ends_with(".ron") {
        ron(path, edits, look)
    } else if plain.ends_with(".sumocfg") || plain.ends_with(".sumocfg.xml") {
        sumo(path, edits)
    } else if name.ends_with(".json") {
        match cityflow::looks_like(path).map_err(|e| Failure::Input(e.to_string()))? {
            Kind::Config => of_cityflow(path, edits),
            Kind::RoadNet => {
                wrong("is a CityFlow road network without traffic; expected the configuration that names it")
            }
            Kind::Flow => {
                wrong("is a CityFlow flow file; expected the configuration that names it and its road network")
            }
            Kind::Unknown => {
                wrong("is no CityFlow configuration; expected a JSON object with roadnetFile and flowFile")
            }
        }
    } else if plain.ends_with(".net.xml") || plain == "net.xml" {
        wrong("is a network without traffic; expected the .sumocfg that names it and its routes")
    } else if plain.ends_with(".xml") {
        wrong("is a part of a SUMO scenario; expected the .sumocfg that names it")
    } else {
        wrong("is of no kind known here; expected .ron (ours), .sumocfg (SUMO) or .json (a CityFlow configuration)")
    }
}

/// A scenario in the program itself.
fn bundled((name, text): (&str, &str), edits: &[Edit], look: &mut dyn FnMut(&Scenario)) -> Result<Loaded, Failure> {
    let shown = format!("{name}.ron");
    let scenario = Scenario::bundled_with(name, edits).unwrap_or_else(|| Scenario::from_ron_with(text, &shown, edits));
    own(scenario, text, &shown, look)
}

/// One of our own files.
fn ron(path: &Path, edits: &[Edit], look: &mut dyn FnMut(&Scenario)) -> Result<Loaded, Failure> {
    let shown = path.display().to_string();
    let text = file::read_text(path).map_err(|e| Failure::Input(format!("{shown}: {e}")))?;
    if is_plan(&text) {
        let file = path.file_name().unwrap_or_default().to_string_lossy();
        return Err(Failure::Input(format!(
            "{shown}: is a signal plan; expected a scenario. `intergreen check` checks a plan; a scenario runs it that names \
             it: plans: [(signal: \"ID\", file: {file:?})]"
        )));
    }
    own(Scenario::from_ron_with(&text, &shown, edits), &text, &shown, look)
}

/// A scenario of our own, with its text.
fn own(
    scenario: Result<Scenario, ScenarioError>,
    text: &str,
    name: &str,
    look: &mut dyn FnMut(&Scenario),
) -> Result<Loaded, Failure> {
    let wrong = |e: ScenarioError| Failure::Input(e.to_string());
    let scenario = scenario.map_err(wrong)?;
    let built = scenario.assemble().map_err(wrong)?;
    let mut inputs = vec![Input { file: name.to_owned(), hash: fnv(FNV_START, text.as_bytes()) }];
    for file in &built.files {
        inputs.push(Input::read(file)?);
    }
    look(&scenario);
    let commands = scenario.file.commands.iter().cloned().enumerate();
    let commands = commands.map(|(i, command)| (scenario.place_of_command(i), command)).collect();
    let file = scenario.file;
    let loaded = Loaded {
        begin: Millis::from_seconds(file.begin),
        end: file.end.map(Millis::from_seconds),
        step: Millis::from_seconds(file.step),
        seed: file.seeds[0],
        routing: file.routing.routing(),
        scale: file.demand.scale,
        warm_up: Millis::from_seconds(file.warm_up),
        controller: Controller {
            name: file.controller.strategy,
            parameters: file.controller.parameters.into_iter().collect(),
        },
        commands,
        sensing: file.sensors.sensing(),
        calendar: (file.date, file.time_zone),
        report: Report { fallbacks: file.fallbacks, ..built.report },
        detectors: built.detectors,
        plans: built.plans.into(),
        instruments: built.instruments,
        outputs: built.outputs,
        inputs,
        ..Loaded::new(file.name, built.network, built.demand)
    };
    checked(loaded)
}

/// A SUMO configuration and the files it names.
fn sumo(path: &Path, edits: &[Edit]) -> Result<Loaded, Failure> {
    let wrong = |e: ImportError| Failure::Input(e.to_string());
    let mut report = Report::default();
    let mut config = read_config(path, &mut report).map_err(wrong)?;
    let mut sensing = Sensing::default();
    edit(edits, &mut sensing, |key, value| edit_config(&mut config, key, value))?;
    if let Some(end) = config.end
        && end <= config.begin
    {
        let (begin, end) = (config.begin.seconds(), end.seconds());
        return Err(Failure::Input(format!("--set: end is {end} s; expected a time after begin, {begin} s")));
    }
    let network = read_network(&config.net, &config.additional, &mut report).map_err(wrong)?;
    let instruments = read_instruments(&config.additional, &network, &mut report).map_err(wrong)?;
    let at_signals = read_at_signals(&config.additional, &network).map_err(wrong)?;
    let detectors = Layout { own: adopted(&network, &at_signals), ..Layout::default() };
    // SUMO's order: additional files first.
    let files: Vec<PathBuf> = config.additional.iter().chain(&config.routes).cloned().collect();
    let step = config.step.unwrap_or(SUMO_STEP);
    if !(50..=2000).contains(&step.0) {
        let step = step.seconds();
        return Err(Failure::Input(format!("{}: step-length is {step} s; expected 0.05 to 2 s", path.display())));
    }
    let window = Window { begin: config.begin, end: config.end };
    let demand = read_demand_with(&files, &network, window, config.routing.penalties, &mut report).map_err(wrong)?;
    let mut inputs = Vec::new();
    for file in [path, &config.net].into_iter().chain(files.iter().map(PathBuf::as_path)) {
        inputs.push(Input::read(file)?);
    }
    checked(Loaded {
        begin: config.begin,
        end: config.end,
        step,
        seed: config.seed.unwrap_or(1),
        routing: config.routing,
        scale: config.scale.unwrap_or(1.0),
        report,
        detectors,
        sensing,
        instruments,
        outputs: config.outputs,
        inputs,
        ..Loaded::new(stem(path), network, demand)
    })
}

/// A CityFlow configuration and the files it names.
fn of_cityflow(path: &Path, edits: &[Edit]) -> Result<Loaded, Failure> {
    let wrong = |e: ImportError| Failure::Input(e.to_string());
    let mut report = Report::default();
    let config = cityflow::read_config(path, &mut report).map_err(wrong)?;
    let mut network = cityflow::read_network(&config.roadnet, &mut report).map_err(wrong)?;
    let demand = cityflow::read_demand(&config.flow, &network, &mut report).map_err(wrong)?;
    if !config.lane_change {
        cityflow::hold_lanes(&mut network, &demand, &mut report);
    }
    let mut loaded = Loaded {
        step: config.interval,
        seed: config.seed,
        report,
        inputs: [path, &config.roadnet, &config.flow].into_iter().map(Input::read).collect::<Result<_, _>>()?,
        completes: true,
        ..Loaded::new(cityflow_name(path), network, demand)
    };
    let mut sensing = Sensing::default();
    edit(edits, &mut sensing, |key, value| edit_cityflow(&mut loaded, key, value))?;
    loaded.sensing = sensing;
    let hint = " (CityFlow: endTime; or --set end=S)";
    check_flows(&loaded.demand, loaded.end).map_err(|e| {
        Failure::Input(format!("{}: {e}{}", config.flow.display(), if e.contains("never ends") { hint } else { "" }))
    })?;
    Ok(loaded)
}

/// What a CityFlow scenario is called: most configurations are called config.json, and the folder tells them apart.
fn cityflow_name(path: &Path) -> String {
    let part = |name: Option<&std::ffi::OsStr>| name.map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let stem = part(path.file_stem());
    let folder =
        std::path::absolute(path).ok().and_then(|p| p.parent().map(|p| part(p.file_name()))).unwrap_or_default();
    if stem == "config" && !folder.is_empty() { folder } else { stem }
}

/// Changes a value of a CityFlow scenario, whose files know no end.
fn edit_cityflow(loaded: &mut Loaded, key: &str, value: &str) -> Result<(), String> {
    let number = |least: f64, most: f64| match value.trim().parse::<f64>() {
        Ok(v) if (least..=most).contains(&v) => Ok(v),
        _ => Err(format!("--set {key}={value}: expected a number from {least} to {most}")),
    };
    match key {
        "end" if value == "none" => loaded.end = None,
        "end" => loaded.end = Some(Millis::from_seconds(number(1.0, 1e8)?)),
        "step" => loaded.step = Millis::from_seconds(number(0.05, 2.0)?),
        "seed" => {
            let wrong = |_| format!("--set seed={value}: expected a whole number ≥ 0");
            loaded.seed = value.trim().parse().map_err(wrong)?;
        }
        "demand.scale" => loaded.scale = number(0.0, 100.0)?,
        _ => {
            return Err(format!(
                "--set {key}: a CityFlow scenario has no '{key}'; expected one of: demand.scale, end, seed, sensors.tier, \
                 step"
            ));
        }
    }
    Ok(())
}

/// Changes values of a scenario whose files say nothing of sensors; `other`: what is not of sensors.
fn edit(
    edits: &[Edit],
    sensing: &mut Sensing,
    mut other: impl FnMut(&str, &str) -> Result<(), String>,
) -> Result<(), Failure> {
    edits.iter().try_for_each(|(key, value)| {
        let done = match key.strip_prefix("sensors.") {
            Some(field) => edit_sensing(sensing, field, value),
            None => other(key, value),
        };
        done.map_err(Failure::Input)
    })
}

/// Changes what controllers hear of besides detectors, in a scenario whose files say nothing of it.
fn edit_sensing(sensing: &mut Sensing, field: &str, value: &str) -> Result<(), String> {
    let number = |most: f64| match value.trim().parse::<f64>() {
        Ok(v) if (0.0..=most).contains(&v) => Ok(v),
        _ => Err(format!("--set sensors.{field}={value}: expected a number from 0 to {most}")),
    };
    match field {
        "tier" => {
            let tier = Tier::ALL.into_iter().find(|tier| tier.name() == value.trim().replace('_', "+"));
            let wrong = || format!("--set sensors.tier={value}: expected loops, loops_probe or perfect");
            sensing.tier = tier.ok_or_else(wrong)?;
        }
        "probe_share" => sensing.probes.share = number(1.0)?,
        "probe_noise" => sensing.probes.noise_m = number(100.0)?,
        "probe_latency" => sensing.probes.latency = Millis::from_seconds(number(Probes::LATEST.seconds())?),
        _ => {
            return Err(format!(
                "--set sensors.{field}: this scenario has no such value; expected one of: tier, probe_share, probe_noise, \
                 probe_latency"
            ));
        }
    }
    Ok(())
}

/// Changes a value of a SUMO configuration.
fn edit_config(config: &mut Config, key: &str, value: &str) -> Result<(), String> {
    let number = || match value.trim().parse::<f64>() {
        Ok(v) if v.is_finite() && v >= 0.0 => Ok(v),
        _ => Err(format!("--set {key}={value}: expected a number ≥ 0")),
    };
    match key {
        "begin" => config.begin = Millis::from_seconds(number()?),
        "end" if value == "none" => config.end = None,
        "end" => config.end = Some(Millis::from_seconds(number()?)),
        "step" if number()? < 0.001 => return Err(format!("--set step={value}: expected at least 0.001 s")),
        "step" => config.step = Some(Millis::from_seconds(number()?)),
        "seed" => {
            let wrong = |_| format!("--set seed={value}: expected a whole number ≥ 0");
            config.seed = Some(value.trim().parse().map_err(wrong)?);
        }
        "demand.scale" => config.scale = Some(number()?),
        "routing" | "routing.moment" => {
            let moments = [Moment::Once, Moment::AtDeparture];
            let wrong = || format!("--set routing={value}: expected {} or {}", moments[0].name(), moments[1].name());
            config.routing.moment = moments.into_iter().find(|m| m.name() == value.trim()).ok_or_else(wrong)?;
        }
        _ => {
            return Err(format!(
                "--set {key}: a SUMO scenario has no '{key}'; expected one of: begin, demand.scale, end, routing, \
                 seed, sensors.tier, step"
            ));
        }
    }
    Ok(())
}

/// Refuses demand without end.
fn checked(loaded: Loaded) -> Result<Loaded, Failure> {
    check_flows(&loaded.demand, loaded.end).map_err(Failure::Input)?;
    Ok(loaded)
}

/// A file's name without its extensions.
fn stem(path: &Path) -> String {
    let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let end = name.to_lowercase().find(".sumocfg").unwrap_or(name.len());
    name.get(..end).unwrap_or(&name).to_owned()
}
