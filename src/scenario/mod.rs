//! Our own scenario files: streets, signals, vehicles and demand in one readable RON file.
//!
//! Terms
//! - **entry**: where vehicles come in: a flow on a street, split over routes by turning shares.
//! - **profile**: how a flow changes over time: factors, one per slice.
//! - **zone**, **matrix**: where trips begin and end, and how many go from where to where.
//!
//! A file is parsed by [`Scenario::from_ron`] and turned into a network and a demand by [`Scenario::assemble`]. Both
//! name the file, the line, and what was expected when something is wrong. [`to_ron`] writes files.

mod city;
mod error;
pub mod format;
mod generated;
pub mod guide;
pub mod lint;
pub mod place;
mod plan;
mod plan_files;
mod plan_place;
pub mod reference;
mod resolve;
mod set;
#[cfg(test)]
mod tests;
mod words;
mod write;

use std::path::{Path, PathBuf};

pub use city::city_scenario;
pub use error::ScenarioError;
pub use format::{NetworkFile, ScenarioFile, VehicleFile};
pub use generated::{scenario as generated_scenario, spelled_out};
pub use plan::{is_plan, is_scenario, read_plan};
pub use plan_place::Places;
pub use words::{expected_names, read as read_ron};
pub use write::{Read, plan_to_ron, scenario_of, to_ron};

use crate::demand::routing::{MOST_LOOKS, Memory};
use crate::demand::{Demand, StoppingPlace};
use crate::detectors::Layout;
use crate::generate::GenerateError;
use crate::import::sumo::net::read_network;
use crate::import::{Report, file};
use crate::instruments::{Instruments, Outputs};
use crate::network::Network;
use crate::network::compose::{PlanError, StreetPlan, compose, stops};
use crate::plans::OwnPlan;
use format::DemandFile;
use place::{Step, locate, shown};
use resolve::Wrong;

/// The arterial.
const ARTERIAL: &str = include_str!("../../scenarios/arterial.ron");

/// The scenarios in the program itself: name and text. The first one runs when none is named.
pub const BUNDLED_ALL: &[(&str, &str)] = &[
    ("city", include_str!("../../scenarios/city.ron")),
    ("arterial", ARTERIAL),
    ("isolated", include_str!("../../scenarios/isolated.ron")),
    ("grid", include_str!("../../scenarios/grid.ron")),
    ("roundabouts", include_str!("../../scenarios/roundabouts.ron")),
    ("avenue", include_str!("../../scenarios/avenue.ron")),
];

/// The plan files that these name.
const BUNDLED_PLANS: &[(&str, &str)] = &[
    ("avenue/first.ron", include_str!("../../scenarios/avenue/first.ron")),
    ("avenue/second.ron", include_str!("../../scenarios/avenue/second.ron")),
    ("avenue/third.ron", include_str!("../../scenarios/avenue/third.ron")),
];

/// A parsed scenario file.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// What the file says.
    pub file: ScenarioFile,
    /// Its name, for messages.
    source: String,
    /// Its text, to find the lines of elements that are wrong.
    text: String,
    /// Where files that it names lie.
    folder: PathBuf,
    /// Where plan files that it names lie: its own folder, whichever file holds its network.
    plan_folder: PathBuf,
    /// Whether it is one of the program's own, which has the files that these name, too.
    bundled: bool,
    /// The file that holds its network, if that is another one: its path and its text.
    network_file: Option<(PathBuf, String)>,
}

/// What a scenario file comes to.
#[derive(Debug)]
pub struct Assembled {
    /// The network.
    pub network: Network,
    /// The demand, not yet scaled by the file's factor.
    pub demand: Demand,
    /// Where detectors lie.
    pub detectors: Layout,
    /// Plans of signals that have files of their own.
    pub plans: Vec<OwnPlan>,
    /// What is to be measured.
    pub instruments: Instruments,
    /// Names of the files for it.
    pub outputs: Outputs,
    /// What the import of files that it names met and does not simulate.
    pub report: Report,
    /// The files that it names.
    pub files: Vec<PathBuf>,
}

impl Scenario {
    /// Parses a scenario; `name` stands for it in messages.
    ///
    /// # Errors
    /// Gives file, line and column, the line itself, and what was expected there.
    pub fn from_ron(text: &str, name: &str) -> Result<Self, ScenarioError> {
        Self::from_ron_with(text, name, &[])
    }

    /// Parses a scenario and changes values of it, each given as dotted path and value (`demand.scale`, `1.2`).
    ///
    /// # Errors
    /// As [`Scenario::from_ron`]; an unknown path is answered with the names there are.
    pub fn from_ron_with(text: &str, name: &str, edits: &[(String, String)]) -> Result<Self, ScenarioError> {
        let parsed = format::parse(text, name)?;
        let folder = Path::new(name).parent().unwrap_or(Path::new("")).to_owned();
        let bundled = false;
        let plan_folder = folder.clone();
        let mut scenario = if edits.is_empty() {
            let (source, text) = (name.to_owned(), text.to_owned());
            Self { file: parsed, source, text, folder, plan_folder, bundled, network_file: None }
        } else {
            let file = set::apply(parsed, edits).map_err(|p| ScenarioError::new(name, "", None, p))?;
            // The text no longer says what holds: an error that quoted it would mislead.
            let source = format!("{name} as changed by --set");
            Self { file, source, text: String::new(), folder, plan_folder, bundled, network_file: None }
        };
        scenario.read_network_file()?;
        scenario.check()?;
        Ok(scenario)
    }

    /// A scenario in the program itself, by its name; `None`: there is none of that name. Its plan files are those in the
    /// program, whatever lies in the working directory.
    ///
    /// # Errors
    /// None in practice: the files are part of the program and tested.
    pub fn bundled(name: &str) -> Option<Result<Self, ScenarioError>> {
        Self::bundled_with(name, &[])
    }

    /// The same with values changed, as in [`Scenario::from_ron_with`].
    ///
    /// # Errors
    /// If a value does not fit.
    pub fn bundled_with(name: &str, edits: &[(String, String)]) -> Option<Result<Self, ScenarioError>> {
        let (_, text) = BUNDLED_ALL.iter().find(|b| b.0 == name)?;
        let scenario = Self::from_ron_with(text, &format!("{name}.ron"), edits);
        Some(scenario.map(|scenario| Self { bundled: true, ..scenario }))
    }

    /// Makes the network and the demand, routes resolved and scaled by the file's own factor.
    ///
    /// # Errors
    /// Names the element that is wrong and what was expected of it.
    pub fn build(&self) -> Result<(Network, Demand), ScenarioError> {
        let Assembled { network, mut demand, .. } = self.assemble()?;
        crate::demand::scale(&mut demand, self.file.demand.scale, self.file.seeds[0]);
        Ok((network, demand))
    }

    /// Makes everything that the file describes.
    ///
    /// # Errors
    /// Names the element that is wrong and what was expected of it.
    pub fn assemble(&self) -> Result<Assembled, ScenarioError> {
        let mut report = Report::default();
        let mut files: Vec<PathBuf> = self.network_file.iter().map(|(path, _)| path.clone()).collect();
        let made = generated::generated(&self.file.network).map_err(|e| self.cannot_be_made(&e))?;
        let (network, places) = match &made {
            Some(made) => self.composed(&made.plan)?,
            None => self.network(&mut report, &mut files)?,
        };
        // A generated network has its own traffic.
        let own = made.filter(|_| self.file.demand.has_no_sources());
        let own = own.map(|made| DemandFile { scale: self.file.demand.scale, ..generated::demand(&made.flows) });
        let section = own.as_ref().unwrap_or(&self.file.demand);
        let demand = resolve::demand(&self.file, section, &network, places).map_err(|e| self.at(&e))?;
        let instruments = resolve::measures::instruments(&self.file.measures, &network).map_err(|e| self.at(&e))?;
        let mut detectors = resolve::sensors::layout(&self.file.sensors, &network).map_err(|e| self.at(&e))?;
        let plans = self.plans(&network, &detectors, &mut files)?;
        detectors.of_plans = plans.iter().map(|own| (own.signal, own.channels.clone())).collect();
        let outputs = resolve::measures::outputs(&self.file.measures);
        Ok(Assembled { network, demand, detectors, plans, instruments, outputs, report, files })
    }

    /// Where the file speaks of its command with this number, from 0.
    pub fn place_of_command(&self, number: usize) -> String {
        let wrong = Wrong { path: resolve::steps!("commands", number), problem: String::new() };
        let error = self.at(&wrong);
        let place: String = [error.line, error.column].into_iter().flatten().map(|n| format!(":{n}")).collect();
        format!("{}{place}: commands[{number}]", error.file)
    }

    /// The network of a street plan, and its bus stops.
    fn composed(&self, plan: &StreetPlan) -> Result<(Network, Vec<StoppingPlace>), ScenarioError> {
        let wrong = |e| self.at(&misplaced(plan, e));
        let network = compose(plan).map_err(wrong)?;
        let places = stops(plan, &network).map_err(wrong)?.into_iter().map(StoppingPlace::from).collect();
        Ok((network, places))
    }

    /// The network that the file describes or names, if it is not a generated one.
    fn network(
        &self,
        report: &mut Report,
        files: &mut Vec<PathBuf>,
    ) -> Result<(Network, Vec<StoppingPlace>), ScenarioError> {
        let plain = |problem: String| ScenarioError::new(&self.source, "", None, problem);
        let network = match &self.file.network {
            NetworkFile::Inline(plan) => return self.composed(plan),
            NetworkFile::Lanes(parts) => parts.build().map_err(|e| plain(e.to_string()))?,
            NetworkFile::Sumo(sumo) => {
                let additional: Vec<PathBuf> = sumo.additional.iter().map(|a| self.folder.join(a)).collect();
                let net = self.folder.join(&sumo.net);
                let network = read_network(&net, &additional, report).map_err(|e| plain(e.to_string()))?;
                files.push(net);
                files.extend(additional);
                network
            }
            NetworkFile::Grid(_) | NetworkFile::Arterial(_) | NetworkFile::Roundabouts(_) | NetworkFile::File(_) => {
                return Err(plain("its network has not been made or read".into()));
            }
        };
        Ok((network, Vec::new()))
    }

    /// Puts the network of another file in the place of its name.
    fn read_network_file(&mut self) -> Result<(), ScenarioError> {
        let NetworkFile::File(name) = &self.file.network else { return Ok(()) };
        let path = self.folder.join(name);
        let shown = path.display().to_string();
        let text = file::read_text(&path).map_err(|e| {
            let problem = format!("'{shown}' {e}");
            self.at(&Wrong { path: resolve::steps!("network", "file"), problem })
        })?;
        let network: NetworkFile = words::read(&text, &shown)?;
        if matches!(network, NetworkFile::File(_)) {
            let problem = "names another file; expected inline(…), lanes(…), grid(…) or another word";
            return Err(ScenarioError::new(&shown, &text, None, problem.into()));
        }
        if let NetworkFile::Sumo(_) = network {
            // What it names lies beside it.
            self.folder = path.parent().unwrap_or(Path::new("")).to_owned();
        }
        self.file.network = network;
        self.network_file = Some((path, text));
        Ok(())
    }

    /// An error about a network that is made from a few numbers.
    fn cannot_be_made(&self, error: &GenerateError) -> ScenarioError {
        let mut path = resolve::steps!("network");
        if let GenerateError::Parameter { parameter, .. } = error {
            let kind = match self.file.network {
                NetworkFile::Grid(_) => "grid",
                NetworkFile::Arterial(_) => "arterial",
                _ => "roundabouts",
            };
            path.extend(resolve::steps!(kind, *parameter));
        }
        self.at(&Wrong { path, problem: error.to_string() })
    }

    /// Refuses numbers that make no scenario.
    fn check(&self) -> Result<(), ScenarioError> {
        let f = &self.file;
        let tree = serde_json::to_value(f).map_err(|e| ScenarioError::new(&self.source, "", None, e.to_string()))?;
        let refuse = |path: Vec<Step>, problem: String| Err(self.at(&Wrong { path, problem }));
        if let Err(guide::OutOfRange { path, problem }) = guide::check(&tree) {
            return refuse(path, problem);
        }
        if let Some(date) = f.date.as_deref().filter(|d| !is_day(d)) {
            return refuse(resolve::steps!("date"), format!("'{date}'; expected a day such as 2026-11-26"));
        }
        if let Some(zone) = f.time_zone.as_deref().filter(|z| !is_zone(z)) {
            return refuse(
                resolve::steps!("time_zone"),
                format!("'{zone}'; expected Europe/Berlin, +01:00 or the like"),
            );
        }
        // A week is the longest scenario: it keeps times, slices and flows within sane bounds.
        const WEEK: f64 = 7.0 * 86_400.0;
        if let Some(end) = f.end
            && !(end > f.begin && end <= f.begin + WEEK)
        {
            let problem = format!("{end}; expected a time after begin ({} s), at most a week later", f.begin);
            return refuse(resolve::steps!("end"), problem);
        }
        let memory = match f.routing.memory {
            Memory::Mean(n) => (1..=MOST_LOOKS).contains(&n),
            Memory::Fading(share) => (0.0..=1.0).contains(&share),
        };
        if !memory {
            let problem =
                format!("{:?}; expected mean(1) to mean({MOST_LOOKS}) or fading(0) to fading(1)", f.routing.memory);
            return refuse(resolve::steps!("routing", "memory"), problem);
        }
        if let Some(end) = f.end
            && f.begin + f.warm_up >= end
        {
            let problem = format!("{} s; expected less than the scenario lasts, {} s", f.warm_up, end - f.begin);
            return refuse(resolve::steps!("warm_up"), problem);
        }
        Ok(())
    }

    /// An error about a value.
    fn at(&self, wrong: &Wrong) -> ScenarioError {
        if let (Some((file, text)), Some((Step::Name(first), rest))) = (&self.network_file, wrong.path.split_first())
            && first == "network"
        {
            let problem = format!("{}: {}", shown(rest), wrong.problem);
            return ScenarioError::new(&file.display().to_string(), text, locate(text, rest), problem);
        }
        let place = locate(&self.text, &wrong.path);
        let of = shown(&wrong.path);
        let problem = if of.is_empty() { wrong.problem.clone() } else { format!("{of}: {}", wrong.problem) };
        ScenarioError::new(&self.source, &self.text, place.filter(|_| !self.text.is_empty()), problem)
    }
}

/// Whether a text is a day of the calendar: `2026-11-26`.
fn is_day(text: &str) -> bool {
    let number = |p: &str| p.bytes().all(|b| b.is_ascii_digit()).then(|| p.parse().ok()).flatten();
    let parts: Vec<Option<u32>> = text.split('-').map(number).collect();
    let ([Some(year), Some(month), Some(day)], 10) = (&parts[..], text.len()) else { return false };
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = [31, if leap { 29 } else { 28 }, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    (1..=12).contains(month) && (1..=days[*month as usize - 1]).contains(day)
}

/// Whether a text may name a time zone.
fn is_zone(text: &str) -> bool {
    let part = |c: char| c.is_ascii_alphanumeric() || "/_+-:".contains(c);
    (1..=64).contains(&text.len()) && text.chars().all(part)
}

/// The place of an error in a street plan.
fn misplaced(plan: &StreetPlan, error: PlanError) -> Wrong {
    let mut path = resolve::steps!("network", "inline");
    let place = match error.kind {
        "node" => plan.nodes.iter().position(|n| n.id == error.id).map(|i| ("nodes", i)),
        "street" => plan.streets.iter().position(|s| s.id == error.id).map(|i| ("streets", i)),
        "stop" => plan.stops.iter().position(|s| s.id == error.id).map(|i| ("stops", i)),
        "signal" => plan.signals.iter().position(|s| s.node == error.id).map(|i| ("signals", i)),
        _ => None,
    };
    if let Some((list, i)) = place {
        path.extend(resolve::steps!(list, i));
    }
    Wrong { path, problem: error.to_string() }
}
