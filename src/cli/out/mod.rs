//! `--out DIR`: results as files.
//!
//! What is known only while the run goes on (detectors, tables, lamps, positions) is written as it comes; the rest at
//! the end.

mod csv;
mod events;
mod files;
mod manifest;
mod readings;
mod sumo;

pub use self::events::WHY;

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};

use intergreen_control::Millis;

use self::files::{Names, OutFile};
use super::args::RunArgs;
use super::load::Loaded;
use super::run::Finished;
use super::{Failure, Outcome};
use crate::instruments::{Instrument, Instruments, LampLog, Table};
use crate::measure::{Reading, Recorder};
use crate::network::SignalId;
use crate::sim::Simulation;

/// The trips of a run, as `trips.csv` has them.
///
/// # Errors
/// If they cannot be written as CSV.
pub fn trips(run: &Finished<'_>) -> Result<Vec<u8>, Failure> {
    let mut text = Vec::new();
    csv::trips(&mut text, run).map_err(|e| Failure::Run(format!("trips.csv: {e}")))?;
    Ok(text)
}

/// Makes sure before the run that the results can be written after it.
///
/// # Errors
/// If the folder cannot be made or written to.
pub fn prepare(dir: &Path) -> Result<(), Failure> {
    let wrong = |e: std::io::Error| Failure::Input(format!("--out {}: {e}", dir.display()));
    std::fs::create_dir_all(dir).and_then(|()| probe(dir)).map_err(wrong)
}

/// Makes sure that files can be written into a folder.
///
/// # Errors
/// If not; says why.
pub fn probe(dir: &Path) -> std::io::Result<()> {
    let probe = dir.join(".intergreen-probe");
    File::create(&probe)?;
    std::fs::remove_file(&probe)
}

/// A folder of results in the making.
pub struct Results {
    dir: PathBuf,
    instruments: Instruments,
    recorder: Recorder,
    files: Vec<OutFile>,
    /// For each instrument its place in `files`; none: thrown away.
    places: Places,
    tripinfo: Option<String>,
    /// What signals log; none if there is no signal.
    events: Option<events::EventLog>,
    /// The names of all files.
    pub names: Vec<String>,
}

/// Where the readings of each instrument go: places in the list of files.
#[derive(Default)]
struct Places {
    loops: Vec<Option<usize>>,
    areas: Vec<Option<usize>>,
    gates: Vec<Option<usize>>,
    tables: Vec<Option<usize>>,
    lamps: Vec<Option<usize>>,
    positions: Option<usize>,
    steps: Option<usize>,
}

/// Hands out files by name.
struct Opener<'a> {
    dir: &'a Path,
    names: Names,
    files: Vec<OutFile>,
    by_name: Vec<String>,
}

impl Opener<'_> {
    /// The place of the file for one instrument.
    fn place(&mut self, wish: &str, default: &str, root: &'static str, xsd: &str) -> Result<Option<usize>, Failure> {
        // Files are told apart by their schema: e1 and e2 have the same root.
        let content = match xsd {
            "det_e1_file.xsd" => "e1",
            "det_e2_file.xsd" => "e2",
            _ => root,
        };
        let Some(name) = self.names.give(wish, default, content) else { return Ok(None) };
        if let Some(known) = self.by_name.iter().position(|n| n.eq_ignore_ascii_case(&name)) {
            return Ok(Some(known));
        }
        let path = self.dir.join(&name);
        let file = OutFile::create(self.dir, &name, root, xsd).map_err(|e| broken(&path, &e))?;
        self.files.push(file);
        self.by_name.push(name);
        Ok(Some(self.files.len() - 1))
    }
}

/// A file that cannot be written.
fn broken(path: &Path, e: &std::io::Error) -> Failure {
    Failure::Run(format!("{}: {e}", path.display()))
}

/// What is measured for a results folder: the scenario's instruments, and ours where it has none of the kind.
fn instruments(args: &RunArgs, loaded: &Loaded) -> Instruments {
    let mut all = loaded.instruments.clone();
    let table = |id: &str, file: &str, period| Instrument {
        id: id.to_owned(),
        file: file.to_owned(),
        period,
        ..Instrument::default()
    };
    let period = Some(Millis::from_seconds(args.interval));
    let asked = &loaded.outputs;
    all.tables.push(match &asked.edge_data {
        Some(file) => Table::new(table("edgedata", file, None), false),
        None => Table::new(table("edgedata", "edgedata.xml", period), false),
    });
    if let Some(file) = &asked.lane_data {
        all.tables.push(Table::new(table("lanedata", file, None), true));
    } else if args.lane_data {
        all.tables.push(Table::new(table("lanedata", "lanedata.xml", period), true));
    }
    if all.lamps.is_empty() && !loaded.network.signals.is_empty() {
        let signals = (0..loaded.network.signals.len()).map(SignalId::new).collect();
        all.lamps.push(LampLog { file: "tlsstates.xml".into(), signals, changes_only: true });
    }
    all
}

impl Results {
    /// Opens the files of a run that is about to start; `until`: when it ends, if that is known.
    ///
    /// # Errors
    /// If a file cannot be created.
    pub fn open(
        dir: &Path,
        args: &RunArgs,
        loaded: &Loaded,
        sim: &Simulation,
        until: Option<Millis>,
    ) -> Result<Self, Failure> {
        let instruments = instruments(args, loaded);
        let asked = &loaded.outputs;
        let mut o = Opener { dir, names: Names::default(), files: Vec::new(), by_name: Vec::new() };
        // What the user asks for by options gets its name first.
        let tripinfo = o.names.give(asked.tripinfo.as_deref().unwrap_or_default(), "tripinfo.xml", "tripinfos");
        let step = sim.scene().setup.step;
        let period = match (args.fcd, &asked.fcd) {
            (Some(seconds), _) => Some(Millis::from_seconds(seconds).max(step)),
            (None, Some(_)) => Some(asked.fcd_period.unwrap_or(step)),
            (None, None) => None,
        };
        let mut places = Places::default();
        let wish = asked.summary.as_deref().unwrap_or_default();
        places.steps = o.place(wish, "summary.xml", "summary", "summary_file.xsd")?;
        if period.is_some() {
            let wish = asked.fcd.as_deref().unwrap_or_default();
            places.positions = o.place(wish, "fcd.xml", "fcd-export", "fcd_file.xsd")?;
        }
        for d in &instruments.loops {
            let place = o.place(&d.instrument.file, "e1.xml", "detector", "det_e1_file.xsd")?;
            places.loops.push(place);
        }
        for d in &instruments.areas {
            let place = o.place(&d.instrument.file, "e2.xml", "detector", "det_e2_file.xsd")?;
            places.areas.push(place);
        }
        for d in &instruments.gates {
            let place = o.place(&d.instrument.file, "e3.xml", "e3Detector", "det_e3_file.xsd")?;
            places.gates.push(place);
        }
        for t in &instruments.tables {
            let default = if t.by_lane { "lanedata.xml" } else { "edgedata.xml" };
            let place = o.place(&t.instrument.file, default, "meandata", "meandata_file.xsd")?;
            places.tables.push(place);
        }
        for log in &instruments.lamps {
            places.lamps.push(o.place(&log.file, "tlsstates.xml", "tlsStates", "tlsstates_file.xsd")?);
        }
        let recorder = Recorder::new(sim, &instruments, period.filter(|_| places.positions.is_some()), until);
        let events = events::EventLog::open(dir, loaded, sim).map_err(|(path, e)| broken(&path, &e))?;
        let mut names = o.names.given;
        if events.is_some() {
            names.extend(["events.csv", "detectors.csv"].map(str::to_owned));
        }
        names
            .extend(["trips.csv", "lanes.csv", "signals.csv", "intersections.csv", "manifest.json"].map(str::to_owned));
        names.extend(args.emissions.model().map(|_| "emissions.csv".to_owned()));
        names.extend(args.safety.then(|| "conflicts.csv".to_owned()));
        Ok(Self { dir: dir.to_owned(), instruments, recorder, files: o.files, places, tripinfo, events, names })
    }

    /// Looks at the simulation after a step.
    ///
    /// # Errors
    /// If a file cannot be written.
    pub fn look(&mut self, sim: &Simulation) -> Result<(), Failure> {
        self.recorder.look(sim);
        if let Some(events) = &mut self.events {
            events.look(sim).map_err(|e| broken(&self.dir.join("events.csv"), &e))?;
        }
        self.write(sim)
    }

    /// Writes what has been read.
    fn write(&mut self, sim: &Simulation) -> Result<(), Failure> {
        let (scene, p, all) = (sim.scene(), &self.places, &self.instruments);
        for reading in self.recorder.take() {
            let place = match &reading {
                Reading::Loop(i, ..) => p.loops[*i],
                Reading::Area(i, ..) => p.areas[*i],
                Reading::Gates(i, ..) => p.gates[*i],
                Reading::Table(i, ..) => p.tables[*i],
                Reading::Lamps(i, ..) => p.lamps[*i],
                Reading::Positions(..) => p.positions,
                Reading::Step(..) => p.steps,
            };
            let Some(file) = place.map(|i| &mut self.files[i]) else { continue };
            let w = file.writer();
            let written = match &reading {
                Reading::Loop(i, t, r) => readings::induction_loop(w, &all.loops[*i].instrument.id, *t, r),
                Reading::Area(i, t, r) => readings::area(w, &all.areas[*i].instrument.id, *t, r),
                Reading::Gates(i, t, r) => readings::gates(w, &all.gates[*i].instrument.id, *t, r),
                Reading::Table(i, t, r) => readings::table(w, scene, &all.tables[*i], *t, r),
                Reading::Lamps(_, t, signal, shown) => readings::lamps(w, scene, *t, *signal, shown),
                Reading::Positions(t, places) => readings::positions(w, scene, *t, places),
                Reading::Step(t, r) => readings::step(w, *t, r),
            };
            written.map_err(|e| broken(&file.path, &e))?;
        }
        Ok(())
    }

    /// Ends the files and writes the rest.
    ///
    /// # Errors
    /// If a file cannot be written.
    pub fn finish(mut self, run: &Finished<'_>, outcome: &Outcome) -> Result<(), Failure> {
        self.recorder.finish(run.sim);
        self.write(run.sim)?;
        for file in &mut self.files {
            file.finish().map_err(|e| broken(&file.path, &e))?;
        }
        if let Some(events) = &mut self.events {
            events.finish().map_err(|e| broken(&self.dir.join("events.csv"), &e))?;
        }
        let file = |name: &str, content: &dyn Fn(&mut dyn Write) -> std::io::Result<()>| {
            let path = self.dir.join(name);
            let written = files::open(&path).and_then(|mut f| {
                content(&mut f)?;
                f.flush()
            });
            written.map_err(|e| broken(&path, &e))
        };
        if let Some(name) = &self.tripinfo {
            file(name, &|w| sumo::tripinfo(w, run))?;
        }
        file("trips.csv", &|w| csv::trips(w, run))?;
        file("lanes.csv", &|w| csv::lanes(w, run))?;
        file("signals.csv", &|w| csv::signals(w, run))?;
        file("intersections.csv", &|w| csv::intersections(w, run))?;
        if run.sim.emissions().books().is_some() {
            file("emissions.csv", &|w| csv::emissions(w, run))?;
        }
        if run.safety.is_some() {
            file("conflicts.csv", &|w| csv::conflicts(w, run))?;
        }
        file("manifest.json", &|w| manifest::write(w, run, outcome, &self.names))
    }
}
