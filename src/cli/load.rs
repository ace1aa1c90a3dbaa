//! From a path to something that can be run.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use intergreen_control::Millis;

use super::Failure;
use crate::demand::routing::Moment;
use crate::demand::{Demand, Routing, check_flows};
use crate::import::sumo::config::{Config, read_config};
use crate::import::sumo::instruments::read_instruments;
use crate::import::sumo::net::read_network;
use crate::import::sumo::routes::{Window, read_demand_with};
use crate::import::{ImportError, Report};
use crate::instruments::{Instruments, Outputs};
use crate::network::Network;
use crate::scenario::{BUNDLED_ALL, Scenario};
use crate::sim::Setup;

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
    /// What an import met and did not simulate.
    pub report: Report,
    /// What is odd about one of our own files although it can be run, each with its place.
    pub oddities: Vec<String>,
    /// What the scenario wants measured.
    pub instruments: Instruments,
    /// The files its configuration asks for.
    pub outputs: Outputs,
    /// The files it was read from.
    pub inputs: Vec<Input>,
}

impl Loaded {
    /// The setup of a run of the scenario as it is.
    pub fn setup(&self, seed: u64) -> Setup {
        let Self { begin, end, step, routing, .. } = *self;
        Setup { begin, end, step, seed, routing, ..Setup::default() }
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
        let bytes = std::fs::read(file).map_err(|e| Failure::Input(format!("{shown}: cannot be read: {e}")))?;
        Ok(Self { hash: fnv(&bytes), file: shown })
    }
}

/// A changed value: dotted path and text.
pub type Edit = (String, String);

/// Loads `path`, or the bundled scenario if there is none, with the values of `edits` changed.
///
/// # Errors
/// Says which file is wrong, where, and what was expected.
pub fn load(path: Option<&Path>, edits: &[Edit]) -> Result<Loaded, Failure> {
    let Some(path) = path else { return bundled(BUNDLED_ALL[0], edits) };
    if let Some(&bundled_one) = BUNDLED_ALL.iter().find(|b| Path::new(b.0) == path)
        && !path.exists()
    {
        return bundled(bundled_one, edits);
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
        Ok(m) if m.is_dir() => return wrong("is a directory; expected a scenario file (.ron or .sumocfg)"),
        Ok(m) if m.len() == 0 => return wrong("is empty; expected a scenario (.ron or .sumocfg)"),
        Ok(_) => {}
    }
    if name.ends_with(".ron") {
        ron(path, edits)
    } else if plain.ends_with(".sumocfg") || plain.ends_with(".sumocfg.xml") {
        sumo(path, edits)
    } else if plain.ends_with(".json") {
        wrong("looks like a CityFlow config; CityFlow scenarios are not supported yet")
    } else if plain.ends_with(".net.xml") || plain == "net.xml" {
        wrong("is a network without traffic; expected the .sumocfg that names it and its routes")
    } else if plain.ends_with(".xml") {
        wrong("is a part of a SUMO scenario; expected the .sumocfg that names it")
    } else {
        wrong("is of no kind known here; expected .ron (ours) or .sumocfg (SUMO)")
    }
}

/// A scenario in the program itself.
fn bundled((name, text): (&str, &str), edits: &[Edit]) -> Result<Loaded, Failure> {
    own(text, &format!("{name}.ron"), edits)
}

/// One of our own files.
fn ron(path: &Path, edits: &[Edit]) -> Result<Loaded, Failure> {
    let shown = path.display().to_string();
    let bytes = std::fs::read(path).map_err(|e| Failure::Input(format!("{shown}: cannot be read: {e}")))?;
    let text = String::from_utf8(bytes).map_err(|_| {
        Failure::Input(format!("{shown}: is no text; expected RON in UTF-8 (.ron.gz is not supported)"))
    })?;
    own(&text, &shown, edits)
}

/// A scenario of our own, from its text.
fn own(text: &str, name: &str, edits: &[Edit]) -> Result<Loaded, Failure> {
    let wrong = |e: crate::scenario::ScenarioError| Failure::Input(e.to_string());
    let scenario = Scenario::from_ron_with(text, name, edits).map_err(wrong)?;
    let built = scenario.assemble().map_err(wrong)?;
    let mut inputs = vec![Input { file: name.to_owned(), hash: fnv(text.as_bytes()) }];
    for file in &built.files {
        inputs.push(Input::read(file)?);
    }
    let oddities = scenario.oddities().iter().map(ToString::to_string).collect();
    let file = scenario.file;
    let loaded = Loaded {
        name: file.name,
        network: Arc::new(built.network),
        demand: built.demand,
        begin: Millis::from_seconds(file.begin),
        end: file.end.map(Millis::from_seconds),
        step: Millis::from_seconds(file.step),
        seed: file.seeds[0],
        routing: file.routing.routing(),
        scale: file.demand.scale,
        report: Report { fallbacks: file.fallbacks, ..built.report },
        oddities,
        instruments: built.instruments,
        outputs: built.outputs,
        inputs,
    };
    checked(loaded)
}

/// A SUMO configuration and the files it names.
fn sumo(path: &Path, edits: &[Edit]) -> Result<Loaded, Failure> {
    let wrong = |e: ImportError| Failure::Input(e.to_string());
    let mut report = Report::default();
    let mut config = read_config(path, &mut report).map_err(wrong)?;
    for (key, value) in edits {
        edit_config(&mut config, key, value).map_err(Failure::Input)?;
    }
    if let Some(end) = config.end
        && end <= config.begin
    {
        let (begin, end) = (config.begin.seconds(), end.seconds());
        return Err(Failure::Input(format!("--set: end is {end} s; expected a time after begin, {begin} s")));
    }
    let network = read_network(&config.net, &config.additional, &mut report).map_err(wrong)?;
    let instruments = read_instruments(&config.additional, &network, &mut report).map_err(wrong)?;
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
        name: stem(path),
        network: Arc::new(network),
        demand,
        begin: config.begin,
        end: config.end,
        step,
        seed: config.seed.unwrap_or(1),
        routing: config.routing,
        scale: config.scale.unwrap_or(1.0),
        report,
        oddities: Vec::new(),
        instruments,
        outputs: config.outputs,
        inputs,
    })
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
        "routing" => {
            let moments = [Moment::Once, Moment::AtDeparture];
            let wrong = || format!("--set routing={value}: expected {} or {}", moments[0].name(), moments[1].name());
            config.routing.moment = moments.into_iter().find(|m| m.name() == value.trim()).ok_or_else(wrong)?;
        }
        _ => {
            return Err(format!(
                "--set {key}: a SUMO scenario has no '{key}'; expected one of: begin, demand.scale, end, routing, \
                 seed, step"
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

/// FNV-1a, 64 bits.
fn fnv(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xCBF2_9CE4_8422_2325, |h, &b| (h ^ u64::from(b)).wrapping_mul(0x100_0000_01B3))
}
