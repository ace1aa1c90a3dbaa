//! `intergreen export`: a scenario as another simulator's files.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};

use super::args::SetupArgs;
use super::findings::Findings;
use super::{Failure, Loaded, complain, load, print, record, run};
use crate::demand;
use crate::export::sumo::{Export, Files, Scenario, file_name};
use crate::instruments::Outputs;
use crate::sim::Setup;

/// Writes a scenario as another simulator's files.
#[derive(Args, Clone, Debug)]
pub struct ExportArgs {
    /// Whose files.
    #[command(subcommand)]
    pub format: Format,
}

/// Formats.
#[derive(Subcommand, Clone, Debug)]
pub enum Format {
    /// SUMO 1.28: NAME.net.xml, NAME.rou.xml, NAME.add.xml (stops, detectors) and NAME.sumocfg
    #[command(after_help = SUMO_HELP)]
    Sumo(SumoArgs),
}

/// What SUMO gets and what not, with examples.
const SUMO_HELP: &str = "\
The vehicles are those of a run here with the same --seed and --scale, each spelled out with its route. Signals keep
their programs and offsets; SUMO's drivers see a lamp one step (--step) earlier than ours. The calibrated model is not
known to SUMO and written as IDM; for a comparison on equal terms name a model that both have.

Examples:
  intergreen export sumo -o sumo/                                      the bundled city
  intergreen export sumo town.ron --behaviour krauss -o sumo/town.sumocfg
  intergreen run town.ron --behaviour krauss --drain --json            what SUMO should come to with it";

/// Options of `export sumo`.
#[derive(Args, Clone, Debug)]
pub struct SumoArgs {
    /// What is written.
    #[command(flatten)]
    pub setup: SetupArgs,
    /// Folder to write into, or the .sumocfg to write, beside which the other files are put
    #[arg(short, long, value_name = "DIR|FILE")]
    pub output: PathBuf,
    /// No notes, no warnings
    #[arg(long, short)]
    pub quiet: bool,
    /// Show all import findings
    #[arg(long, short, conflicts_with = "quiet")]
    pub verbose: bool,
}

/// What writes a file.
type Writer<'a> = dyn Fn(&mut dyn Write) -> std::io::Result<()> + 'a;

/// Writes a scenario as asked.
///
/// # Errors
/// If the input or an option cannot be used, or a file cannot be written.
pub fn run(args: &ExportArgs) -> Result<(), Failure> {
    let Format::Sumo(args) = &args.format;
    refuse_what_has_no_place(&args.setup)?;
    let mut loaded = load(args.setup.scenario.as_deref(), &args.setup.set)?;
    if !args.quiet {
        Findings::of(&loaded.report).warn(args.verbose);
    }
    let setup = run::setup(&args.setup, &loaded);
    run::scale(&mut loaded, args.setup.scale, setup.seed)?;
    demand::check_flows(&loaded.demand, loaded.end).map_err(Failure::Input)?;
    write(args, &loaded, &setup)
}

/// Options that a run obeys and files cannot hold.
fn refuse_what_has_no_place(args: &SetupArgs) -> Result<(), Failure> {
    if args.commands.is_some() {
        return Err(Failure::Input("--commands: SUMO's files have no place for commands; expected none".into()));
    }
    if let Some(name) = args.controller.as_ref().map(|c| &c.name).filter(|name| *name != "fixed_time") {
        return Err(Failure::Input(format!(
            "--controller {name}: SUMO runs the signals' own programs; expected fixed_time, or nothing"
        )));
    }
    Ok(())
}

/// Writes the files and says what became of the scenario.
fn write(args: &SumoArgs, loaded: &Loaded, setup: &Setup) -> Result<(), Failure> {
    let types = loaded.demand.types_driven_by(setup.behaviour);
    let departures = demand::expand(&loaded.demand, setup.seed, loaded.begin, loaded.end);
    let results = results(&loaded.outputs);
    let export = Export::new(Scenario {
        name: &loaded.name,
        network: &loaded.network,
        types: &types,
        routes: &loaded.demand.routes,
        places: &loaded.demand.places,
        departures: &departures,
        instruments: &loaded.instruments,
        results: &results,
        begin: loaded.begin,
        end: loaded.end,
        step: setup.step,
        seed: setup.seed,
        routing: setup.routing,
    });
    let (folder, files) = target(&args.output, &loaded.name)?;
    let all: [(&str, &Writer<'_>); 4] = [
        (&files.net, &|out| export.write_net(out)),
        (&files.routes, &|out| export.write_routes(out)),
        (&files.additional, &|out| export.write_additional(out)),
        (&files.config, &|out| export.write_config(&files, out)),
    ];
    let wanted = |name: &str| name != files.additional || export.has_additional();
    // Nothing is written before it is known that nothing is lost.
    for (name, _) in all.iter().filter(|(name, _)| wanted(name)) {
        record::keep_inputs(&folder.join(name), &loaded.inputs)?;
    }
    for (name, content) in all.iter().filter(|(name, _)| wanted(name)) {
        let path = folder.join(name);
        let written = File::create(&path).and_then(|file| {
            let mut out = BufWriter::new(file);
            content(&mut out)?;
            out.flush()
        });
        written.map_err(|e| Failure::Input(format!("{}: cannot be written: {e}", path.display())))?;
    }
    if !args.quiet {
        export.notes().lines().for_each(|line| complain("note", &line));
        if !loaded.plans.is_empty() {
            let n = loaded.plans.len();
            complain("note", &format!("plan files left out, the signals' own programs written: {n} signals"));
        }
    }
    let (vehicles, config) = (departures.len(), folder.join(&files.config));
    print(&format!("{}: {vehicles} vehicles, {} signals\n", config.display(), loaded.network.signals.len()))
}

/// The folder, which is made, and the names of the files in it.
fn target(output: &Path, name: &str) -> Result<(PathBuf, Files), Failure> {
    let plain = output.file_name().and_then(|n| n.to_str());
    let (folder, stem) = match plain.and_then(|n| n.strip_suffix(".sumocfg")).filter(|stem| !stem.is_empty()) {
        Some(stem) => (output.parent().unwrap_or(Path::new("")).to_owned(), stem.to_owned()),
        None => (output.to_owned(), file_stem(name)),
    };
    let here = if folder.as_os_str().is_empty() { PathBuf::from(".") } else { folder.clone() };
    std::fs::create_dir_all(&here).map_err(|e| {
        let problem = format!("{}: {e}; expected a folder, or a .sumocfg in one", output.display());
        Failure::Input(problem)
    })?;
    // SUMO takes commas and blanks in an option for separators.
    if stem.contains([',', ';', ' ']) {
        let problem = "SUMO cannot name files with blanks, commas or semicolons";
        return Err(Failure::Input(format!("{}: {problem}; expected another name", output.display())));
    }
    Ok((folder, Files::of(&stem)))
}

/// A scenario's name as a file's.
fn file_stem(name: &str) -> String {
    let keep = |c: char| if c.is_alphanumeric() || "._-+#".contains(c) { c } else { '_' };
    let stem: String = name.chars().map(keep).collect();
    if stem.trim_matches('.').is_empty() { "scenario".to_owned() } else { stem }
}

/// The results that the scenario asks for, as options of SUMO; files go beside the configuration.
fn results(outputs: &Outputs) -> Vec<(&'static str, String)> {
    let files = [
        ("tripinfo-output", &outputs.tripinfo),
        ("summary-output", &outputs.summary),
        ("fcd-output", &outputs.fcd),
        ("edgedata-output", &outputs.edge_data),
        ("lanedata-output", &outputs.lane_data),
    ];
    let named = files.into_iter().filter_map(|(option, file)| file.as_ref().map(|f| (option, file_name(f))));
    let period = outputs.fcd_period.map(|p| ("device.fcd.period", p.seconds().to_string()));
    named.chain(period).collect()
}
