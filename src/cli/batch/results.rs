//! The files of a results folder, and joining and reporting them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use serde::{Deserialize, Serialize};

use super::journal::{Entry, Journal, SAMPLE};
use super::precision::{imprecise, wide};
use super::suite::{Maker, Suite};
use super::table::{Table, put};
use super::work::Batch;
use super::{Failure, Options, print};
use crate::batch::report::{Report, html, markdown};
use crate::batch::{COLUMNS, Experiment, Kind, Record, Run, Value, cells, runs};

/// Hash of the program's sources: what runs hang on.
pub const SOURCES: &str = env!("INTERGREEN_SOURCES");
/// The program in a line.
pub const ENGINE: &str = concat!("intergreen ", env!("CARGO_PKG_VERSION"), " ", env!("INTERGREEN_SOURCES"));

/// What is needed to make the same results again: `manifest.json`. Nothing of clocks and machines.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    schema: u32,
    program: String,
    version: String,
    /// Hash of the program's sources.
    sources: String,
    /// The commit that they were last taken from.
    commit: String,
    experiment: Experiment,
    scenarios: Vec<ScenarioFiles>,
    /// The suite that they are, of a bench.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    suite: Option<Suite>,
    /// How precise means were wanted, as a share.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    until_ci: Option<f64>,
    /// With how many seeds at most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    most_seeds: Option<usize>,
}

/// A scenario and its files.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct ScenarioFiles {
    name: String,
    hash: String,
    /// Names and FNV-1a hashes.
    files: Vec<(String, String)>,
}

impl Manifest {
    /// Of a batch.
    pub fn of(batch: &Batch<'_>, options: &Options) -> Self {
        let scenarios = batch.scenarios.iter().map(|s| ScenarioFiles {
            name: s.name.clone(),
            hash: format!("{:016x}", s.hash),
            files: s.files.iter().map(|(name, hash)| (name.clone(), format!("{hash:016x}"))).collect(),
        });
        Self {
            schema: 1,
            program: env!("CARGO_PKG_NAME").into(),
            version: env!("CARGO_PKG_VERSION").into(),
            sources: SOURCES.into(),
            commit: env!("INTERGREEN_COMMIT").into(),
            experiment: batch.experiment.clone(),
            scenarios: scenarios.collect(),
            suite: options.suite,
            until_ci: options.precision.map(|(share, _)| share),
            most_seeds: options.precision.map(|(_, most)| most),
        }
    }

    /// What there is of the batch in a folder's journal, by key: what an earlier program or experiment left is none of it.
    pub fn entries(&self, folder: &Path) -> Result<BTreeMap<u64, Entry>, Failure> {
        let keys = self.keys();
        let mut entries = Journal::read(folder)?;
        entries.retain(|key, _| keys.contains(key));
        Ok(entries)
    }

    /// The keys of all its runs.
    pub fn keys(&self) -> BTreeSet<u64> {
        let (cells, hashes) = (cells(&self.experiment), self.hashes());
        let known = |run: &Run<'_>| hashes.get(run.cell.scenario).copied().unwrap_or_default();
        let all = runs(&cells, &self.experiment.seeds.0);
        all.iter().map(|run| run.key(&self.sources, known(run), &self.experiment)).collect()
    }

    /// The hashes of its scenarios' files.
    fn hashes(&self) -> Vec<u64> {
        let hash = |s: &ScenarioFiles| u64::from_str_radix(&s.hash, 16).unwrap_or_default();
        self.scenarios.iter().map(hash).collect()
    }

    /// What records say; `experiment` is its own, perhaps with another measure.
    pub fn report(&self, experiment: &Experiment, records: &[&Record]) -> Report {
        let mut report = Report::new(experiment, &self.names(), records);
        report.program = format!("{} {}, sources {}, commit {}", self.program, self.version, self.sources, self.commit);
        if let Some(suite) = self.suite {
            report.folder = suite.folder();
            report.beside = suite.beside(
                Maker { version: &self.version, sources: &self.sources },
                experiment,
                &self.hashes(),
                records,
            );
        }
        // Of another measure nothing was wanted; and as long as runs are missing, or seeds may still be added, it has not ended.
        let seeds = experiment.seeds.0.len();
        let ended = report.runs.0 >= report.runs.1 && self.most_seeds.is_none_or(|most| seeds >= most);
        if let Some(share) = self.until_ci.filter(|_| ended && experiment.measure == self.experiment.measure) {
            report.notes.extend(imprecise(&wide(&report, share), share, seeds));
        }
        report
    }

    /// What results call its scenarios.
    pub fn names(&self) -> Vec<&str> {
        self.scenarios.iter().map(|s| s.name.as_str()).collect()
    }

    /// What is not the same in another one, so that their results do not belong together. Of the same sources the commit
    /// does not matter.
    pub fn differs(&self, other: &Self) -> Option<String> {
        let program = |m: &Self| format!("{} {}, sources {}", m.program, m.version, m.sources);
        if program(self) != program(other) {
            return Some(format!("of different programs ({}; {})", program(self), program(other)));
        }
        if self.experiment != other.experiment {
            return Some("of different experiments (`experiment` in manifest.json)".into());
        }
        let wrong = self.scenarios.iter().zip(&other.scenarios).find(|(a, b)| a != b);
        wrong.map(|(a, _)| format!("the files of scenario '{}' are not the same", a.name))
    }

    /// Writes it.
    pub fn write(&self, folder: &Path) -> Result<(), Failure> {
        let text = serde_json::to_string_pretty(self).map_err(|e| Failure::Run(format!("manifest.json: {e}")))?;
        put(&folder.join("manifest.json"), (text + "\n").as_bytes())
    }

    /// Reads that of a folder.
    pub fn read(folder: &Path) -> Result<Self, Failure> {
        let path = folder.join("manifest.json");
        let wrong = |e: String| Failure::Input(format!("{}: {e}; expected the folder of a batch", path.display()));
        let text = std::fs::read(&path).map_err(|e| wrong(e.to_string()))?;
        serde_json::from_slice(&text).map_err(|e| wrong(e.to_string()))
    }
}

/// Writes all files but the journal.
///
/// # Errors
/// If one cannot be written.
pub fn write(folder: &Path, entries: &[(u64, &Entry)], manifest: &Manifest) -> Result<(), Failure> {
    let id = |entry: &Entry| Value::from(entry.record.text("run_id"));
    let float = |name| (name, Kind::Float);
    let runs = Table(COLUMNS.iter().map(|c| (c.name, c.kind)).collect());
    runs.write(folder, "runs", entries.iter().map(|(_, entry)| entry.record.values().to_vec()))?;
    let timing = Table(vec![
        ("run_id", Kind::Text),
        float("wall_s"),
        float("cpu_s"),
        ("vehicle_steps", Kind::Int),
        float("ns_per_vehicle_step"),
    ]);
    let times = entries.iter().map(|(_, entry)| {
        let t = entry.timing;
        let each = 1e9 * t.cpu_s / t.vehicle_steps as f64;
        vec![id(entry), t.wall_s.into(), t.cpu_s.into(), t.vehicle_steps.into(), each.into()]
    });
    timing.write(folder, "timing", times)?;
    let series = Table([("run_id", Kind::Text)].into_iter().chain(SAMPLE.map(float)).collect());
    let samples = entries.iter().flat_map(|(_, entry)| {
        entry.series.iter().map(|s| [id(entry)].into_iter().chain(s.0.map(Value::from)).collect())
    });
    series.write(folder, "series", samples)?;
    manifest.write(folder)
}

/// Options of `report`.
#[derive(Args, Clone, Debug)]
pub struct ReportArgs {
    /// The results folder of a batch
    pub results: PathBuf,
    /// The form
    #[arg(long, value_enum, default_value = "md")]
    pub format: Format,
    /// What is compared, if not what the experiment says
    #[arg(long, value_name = "NAME")]
    pub measure: Option<String>,
    /// Write it into this file instead of to the terminal
    #[arg(long, short, value_name = "FILE")]
    pub out: Option<PathBuf>,
}

/// Forms of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Markdown
    Md,
    /// JSON
    Json,
    /// A page that needs nothing else
    Html,
}

/// Says what the results of a batch tell.
///
/// # Errors
/// If there are none, or the report cannot be written.
pub fn report(args: &ReportArgs) -> Result<(), Failure> {
    let manifest = Manifest::read(&args.results)?;
    let entries = manifest.entries(&args.results)?;
    let mut experiment = manifest.experiment.clone();
    if let Some(measure) = &args.measure {
        experiment.measure.clone_from(measure);
        experiment.check().map_err(|e| Failure::Input(format!("--{e}")))?;
    }
    let mut entries: Vec<&Entry> = entries.values().collect();
    entries.sort_by(|a, b| a.record.text("run_id").cmp(b.record.text("run_id")));
    let records: Vec<&Record> = entries.iter().map(|e| &e.record).collect();
    let report = manifest.report(&experiment, &records);
    let text = match args.format {
        Format::Md => markdown(&report),
        Format::Json => serde_json::to_string_pretty(&report).map_err(|e| Failure::Run(e.to_string()))? + "\n",
        Format::Html => {
            let series: Vec<(&Record, Vec<[f64; 5]>)> =
                entries.iter().map(|e| (&e.record, e.series.iter().map(|s| s.0).collect())).collect();
            html(&report, &series)
        }
    };
    match &args.out {
        Some(file) => put(file, text.as_bytes()),
        None => print(&text),
    }
}
