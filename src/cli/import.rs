//! `intergreen import`: somebody else's scenario as one file of ours; `intergreen upgrade`: an old file of ours as a
//! new one.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};

use super::findings::Findings;
use super::load::{Input, Loaded, load};
use super::summary::thousands;
use super::{Failure, print, record};
use crate::demand::Timing;
use crate::import::file;
use crate::scenario::{Read, Scenario, ScenarioFile, scenario_of, to_ron};

/// Turns somebody else's scenario into one file of ours.
#[derive(Args, Clone, Debug)]
pub struct ImportArgs {
    /// Whose scenario it is.
    #[command(subcommand)]
    pub from: From,
}

/// Whose scenario is read.
#[derive(Subcommand, Clone, Debug)]
pub enum From {
    /// A SUMO configuration (.sumocfg) and the files it names
    Sumo(ImportFile),
    /// A CityFlow configuration (config.json) and the files it names
    Cityflow(CityflowArgs),
}

/// What is read and written.
#[derive(Args, Clone, Debug)]
pub struct ImportFile {
    /// The configuration
    #[arg(value_name = "FILE")]
    pub scenario: PathBuf,
    /// The scenario file to write (.ron)
    #[arg(short, long, value_name = "FILE")]
    pub output: PathBuf,
    /// Change a value of the configuration first, e.g. end=7200; may be repeated
    #[arg(long, value_name = "PATH=VALUE", value_parser = super::args::edit)]
    pub set: Vec<(String, String)>,
    /// Name every kind of finding
    #[arg(long, short)]
    pub verbose: bool,
}

/// A CityFlow scenario.
#[derive(Args, Clone, Debug)]
pub struct CityflowArgs {
    /// What is read and written.
    #[command(flatten)]
    pub file: ImportFile,
    /// Take signal programs exactly as they are, without yellow
    #[arg(long)]
    pub as_is: bool,
}

/// Reads an old file of ours and writes it in the present version of the format.
#[derive(Args, Clone, Debug)]
pub struct UpgradeArgs {
    /// The scenario file (.ron)
    #[arg(value_name = "FILE")]
    pub scenario: PathBuf,
    /// The file to write; comments are lost
    #[arg(short, long, value_name = "FILE")]
    pub output: PathBuf,
}

/// Imports a scenario as asked, and says what was read, changed and left out.
///
/// # Errors
/// If the scenario cannot be used, the file cannot be written, or would not be the same scenario.
pub fn run(args: &ImportArgs) -> Result<(), Failure> {
    let (file, as_is, expected, endings): (_, _, _, &[&str]) = match &args.from {
        From::Sumo(file) => (file, false, "a SUMO configuration (.sumocfg)", &[".sumocfg", ".sumocfg.xml"]),
        From::Cityflow(a) => (&a.file, a.as_is, "a CityFlow configuration (.json)", &[".json"]),
    };
    let name = file.scenario.display().to_string();
    let plain = name.to_lowercase();
    let plain = plain.strip_suffix(".gz").unwrap_or(&plain);
    if file.scenario.exists() && !endings.iter().any(|end| plain.ends_with(end)) {
        return Err(Failure::Input(format!("{name}: expected {expected}")));
    }
    let mut loaded = load(Some(&file.scenario), &file.set)?;
    // As a run of it does: imported = direct.
    if !as_is {
        loaded.complete_programs();
    }
    record::keep_inputs(&file.output, &loaded.inputs)?;
    let written = file_of(&loaded);
    let text = text_of(&written)?;
    check_same(&text, &loaded, &file.output)?;
    write(&file.output, &text)?;
    print(&said(&loaded, &file.output, text.len(), file.verbose))
}

/// Upgrades a file.
///
/// # Errors
/// If the file cannot be used or written.
pub fn upgrade(args: &UpgradeArgs) -> Result<(), Failure> {
    let name = args.scenario.display().to_string();
    let text = file::read_text(&args.scenario).map_err(|e| Failure::Input(format!("{name}: {e}")))?;
    let scenario = Scenario::from_ron(&text, &name).map_err(|e| Failure::Input(e.to_string()))?;
    record::keep_inputs(&args.output, &[Input { file: name, hash: 0 }])?;
    write(&args.output, &text_of(&scenario.file)?)?;
    let (output, version) = (args.output.display(), scenario.file.version);
    print(&format!("{output}: written in version {version} of the format; comments are not carried over\n"))
}

/// The scenario file of what was loaded.
pub fn file_of(loaded: &Loaded) -> ScenarioFile {
    scenario_of(&Read {
        name: &loaded.name,
        begin: loaded.begin,
        end: loaded.end,
        step: loaded.step,
        seed: loaded.seed,
        scale: loaded.scale,
        routing: loaded.routing,
        network: &loaded.network,
        demand: &loaded.demand,
        detectors: &loaded.detectors,
        instruments: &loaded.instruments,
        outputs: &loaded.outputs,
        fallbacks: &loaded.report.fallbacks,
    })
}

/// A scenario as text.
pub fn text_of(file: &ScenarioFile) -> Result<String, Failure> {
    to_ron(file).map_err(|e| Failure::Run(format!("the scenario cannot be written: {e}")))
}

/// Refuses a text that is another scenario when it is read again.
fn check_same(text: &str, loaded: &Loaded, path: &Path) -> Result<(), Failure> {
    let name = path.display().to_string();
    let wrong = |what: String| Failure::Run(format!("{name} would not be the same scenario: {what}"));
    let read = Scenario::from_ron(text, &name).map_err(|e| wrong(e.to_string()))?;
    let again = read.assemble().map_err(|e| wrong(e.to_string()))?;
    let parts = crate::network::parts::NetworkParts::of;
    if parts(&again.network) != parts(&loaded.network) {
        return Err(wrong("its network differs".into()));
    }
    if again.demand != loaded.demand {
        return Err(wrong("its demand differs".into()));
    }
    if again.detectors != loaded.detectors {
        return Err(wrong("its detectors differ".into()));
    }
    if again.instruments != loaded.instruments {
        return Err(wrong("what it measures differs".into()));
    }
    Ok(())
}

/// Writes a scenario file.
pub fn write(path: &Path, text: &str) -> Result<(), Failure> {
    if path.extension().is_none_or(|end| !end.eq_ignore_ascii_case("ron")) {
        return Err(Failure::Input(format!("{}: expected a name that ends in .ron", path.display())));
    }
    std::fs::write(path, text).map_err(|e| Failure::Input(format!("{}: cannot be written: {e}", path.display())))
}

/// What was read, and what not.
fn said(loaded: &Loaded, path: &Path, bytes: usize, verbose: bool) -> String {
    let mut out = format!("{}: {} kB\nRead: {}\n", path.display(), bytes.div_ceil(1000), contents(loaded));
    // Writing to a String cannot fail.
    let _ = Findings::of(&loaded.report).summarise(&mut out, verbose);
    if !loaded.report.fallbacks.is_empty() {
        out.push_str("\nStrategies that do not exist here, and what runs instead\n");
        loaded.report.fallbacks.iter().for_each(|line| out.push_str(&format!("  {line}\n")));
    }
    out
}

/// What a scenario consists of, in a line.
pub fn contents(loaded: &Loaded) -> String {
    let n = &loaded.network;
    let single = loaded.demand.sources.iter().filter(|s| matches!(s.timing, Timing::Once(_))).count();
    let i = &loaded.instruments;
    let parts = [
        (n.junctions.len(), "junctions"),
        (n.links.iter().filter(|l| !l.internal).count(), "roads"),
        (n.lanes.iter().filter(|l| !l.internal).count(), "lanes"),
        (n.signals.len(), "signals"),
        (loaded.demand.types.len(), "vehicle types"),
        (loaded.demand.routes.len(), "routes"),
        (single, "vehicles"),
        (loaded.demand.sources.len() - single, "flows"),
        (loaded.demand.places.len(), "stops"),
        (i.loops.len() + i.areas.len() + i.gates.len(), "detectors"),
        (i.tables.len() + i.lamps.len(), "tables and logs"),
    ];
    let read = parts.into_iter().filter(|p| p.0 > 0);
    read.map(|(k, what)| format!("{} {what}", thousands(k as f64, 0))).collect::<Vec<_>>().join(", ")
}
