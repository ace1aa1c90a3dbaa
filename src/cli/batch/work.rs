//! The runs themselves: what there is to run, and running it on several threads, one world on each.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::sync_channel;
use std::sync::{Mutex, PoisonError};

use cpu_time::ThreadTime;
use intergreen_control::Millis;

use super::command::{command, parsed, quoted};
use super::journal::{Entry, Journal, NAME, Timing};
use super::purdue::Purdue;
use super::record::{departures_hash, of_outcome, of_purdue, of_queues, of_trips, sample};
use super::results::SOURCES;
use super::shelf::{Book, Shelf};
use super::trips::Trips;
use crate::batch::{Cell, Experiment, Record, Run, cells, runs, settings};
use crate::cli::load::{Input, Loaded, load};
use crate::cli::outcome::{Cost, Outcome};
use crate::cli::run::{Began, Finished, Stop, goal, simulate, simulation};
use crate::cli::{Failure, clock, progress};
use crate::measure::Queues;
use crate::random::{FNV_START, fnv};
use crate::sim::Simulation;

/// Time between samples of the network, s.
const SAMPLE_S: i64 = 60;

/// A scenario of an experiment.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// What results call it: its own name, or how the experiment calls it if two have one name.
    pub name: String,
    /// How a command names it.
    pub path: String,
    /// Hash of its files.
    pub hash: u64,
    /// Its files, each with its hash.
    pub files: Vec<(String, u64)>,
}

/// Looks at the scenarios of an experiment whose file lies in `folder`, with all changed values: what is wrong is said
/// before the first run.
///
/// # Errors
/// If one cannot be used, or a strategy, a model or one of their parameters does not exist.
pub fn scenarios(experiment: &Experiment, folder: &Path) -> Result<Vec<Scenario>, Failure> {
    let mut found = Vec::new();
    for written in &experiment.scenarios {
        let beside = folder.join(written);
        let path = if beside.is_file() { beside } else { written.into() };
        let (mut name, mut inputs) = (String::new(), Vec::<Input>::new());
        for changed in settings(experiment) {
            let loaded = load(Some(&path), &changed)?;
            begins(experiment, &loaded)?;
            // A changed value may bring in another file.
            let new: Vec<Input> = loaded.inputs.into_iter().filter(|i| !inputs.contains(i)).collect();
            inputs.extend(new);
            name = loaded.name;
        }
        // Folders are the machine's: a file is known by its last name and its hash.
        let last =
            |file: &str| Path::new(file).file_name().map_or(file.to_owned(), |n| n.to_string_lossy().into_owned());
        let files = inputs.iter().map(|input| (last(&input.file), input.hash)).collect();
        found.push(Scenario { name, path: path.display().to_string(), hash: hash(&inputs), files });
    }
    let names: Vec<String> = found.iter().map(|s| s.name.clone()).collect();
    for i in 0..found.len() {
        if let Some(first) = (0..i).find(|&first| found[first].hash == found[i].hash) {
            let (a, b) = (&experiment.scenarios[first], &experiment.scenarios[i]);
            return Err(Failure::Input(format!("scenarios: '{a}' and '{b}' are the same; expected each once")));
        }
        if names.iter().filter(|&other| *other == names[i]).count() > 1 {
            found[i].name.clone_from(&experiment.scenarios[i]);
        }
    }
    for cell in cells(experiment).iter().filter(|cell| cell.scenario == 0) {
        let run = Run { cell, seed: experiment.seeds.0[0] };
        parsed(&command(experiment, &found[0].path, run))?;
    }
    strategies(experiment, &found[0].path)?;
    Ok(found)
}

/// Whether a scenario begins before its runs end, and they do not end before there is anything to compare.
fn begins(experiment: &Experiment, loaded: &Loaded) -> Result<(), Failure> {
    let (begin, name) = (loaded.begin.seconds(), &loaded.name);
    let Some(until) = experiment.until else { return Ok(()) };
    if until <= begin {
        return Err(Failure::Input(format!(
            "until: {until}; the clock of scenario '{name}' starts at {begin} s; expected a later time"
        )));
    }
    match loaded.end.map(Millis::seconds).filter(|&end| until < end) {
        Some(end) if experiment.measure == "resco_delay_s" => Err(Failure::Input(format!(
            "until: {until}; resco_delay_s is taken at the end of scenario '{name}', {end} s; expected another measure, such \
             as measure: \"cityflow_att_s\", or a later time"
        ))),
        _ => Ok(()),
    }
}

/// Tries all strategies on the first scenario: with their parameters and with each kind of sensors, one after the other.
fn strategies(experiment: &Experiment, scenario: &str) -> Result<(), Failure> {
    let (mut tried, mut last) = (BTreeSet::new(), None::<(Vec<(String, String)>, Loaded)>);
    for cell in cells(experiment).into_iter().filter(|cell| cell.scenario == 0) {
        let sensors = cell.settings.iter().filter(|(path, _)| path.starts_with("sensors"));
        let what = (cell.controller.clone(), cell.sensors.clone(), sensors.cloned().collect::<Vec<_>>());
        if !tried.insert(what) {
            continue;
        }
        let controller = &cell.controller;
        let args = parsed(&command(experiment, scenario, Run { cell: &cell, seed: experiment.seeds.0[0] }))?;
        // Controllers of the same values come one after the other: their scenario is read once.
        let kept = match last.take() {
            Some(kept) if kept.0 == cell.settings => kept,
            _ => (cell.settings.clone(), load(Some(Path::new(scenario)), &cell.settings)?),
        };
        let mut loaded = kept.1.clone();
        last = Some(kept);
        if !args.as_is {
            loaded.complete_programs();
        }
        simulation(&args.setup, args.emissions.model(), &mut loaded, false).map_err(|e| match e {
            Failure::Input(why) => Failure::Input(format!("controllers: '{controller}': {why}")),
            run => run,
        })?;
    }
    Ok(())
}

/// A hash of a scenario's files.
pub fn hash(inputs: &[Input]) -> u64 {
    inputs.iter().fold(FNV_START, |hash, input| fnv(hash, &input.hash.to_le_bytes()))
}

/// A run that is to be made, or has been.
#[derive(Clone, Debug)]
pub struct Task {
    /// Its readable name.
    pub id: String,
    /// Hash of all it depends on.
    pub key: u64,
    /// Which cell.
    pub cell: usize,
    /// The place of its seed among the experiment's.
    turn: usize,
}

/// What is to be run.
#[derive(Debug)]
pub struct Batch<'a> {
    /// The experiment.
    pub experiment: &'a Experiment,
    /// Its scenarios.
    pub scenarios: &'a [Scenario],
    /// Its cells.
    cells: Vec<Cell>,
    /// Its runs, cell by cell; of a shard only that shard's.
    pub runs: Vec<Task>,
}

/// How a batch came to its end.
#[derive(Debug, Default)]
pub struct Finish {
    /// Whether the user wanted it.
    pub interrupted: bool,
    /// How many runs failed; why has been said.
    pub failed: usize,
}

impl Finish {
    /// Whether all is done.
    pub fn is_clean(&self) -> bool {
        !self.interrupted && self.failed == 0
    }
}

impl<'a> Batch<'a> {
    /// Works out all runs, or those of the Ith of N shards.
    pub fn new(experiment: &'a Experiment, scenarios: &'a [Scenario], shard: Option<(usize, usize)>) -> Self {
        let cells = cells(experiment);
        let (part, parts) = shard.unwrap_or((1, 1));
        let all = runs(&cells, &experiment.seeds.0).into_iter().enumerate();
        let per_cell = experiment.seeds.0.len();
        let tasks = all.filter(|(i, _)| i % parts == part - 1).map(|(i, run)| {
            let scenario = &scenarios[run.cell.scenario];
            Task {
                id: run.id(&scenario.name),
                key: run.key(SOURCES, scenario.hash, experiment),
                cell: i / per_cell,
                turn: i % per_cell,
            }
        });
        let runs = tasks.collect();
        Self { experiment, scenarios, runs, cells }
    }

    /// The command that makes a run.
    pub fn command(&self, task: &Task) -> Vec<String> {
        let cell = &self.cells[task.cell];
        command(self.experiment, &self.scenarios[cell.scenario].path, self.run(task))
    }

    /// A run as the experiment has it.
    fn run(&self, task: &Task) -> Run<'_> {
        Run { cell: &self.cells[task.cell], seed: self.experiment.seeds.0[task.turn] }
    }

    /// The record of a run with what the experiment calls it. The command is that from the experiment's folder: on every
    /// machine alike.
    fn named(&self, task: &Task, record: Record) -> Record {
        let run = self.run(task);
        let written = &self.experiment.scenarios[run.cell.scenario];
        record
            .with("run_id", task.id.as_str())
            .with("scenario", self.scenarios[run.cell.scenario].name.as_str())
            .with("command", quoted(&command(self.experiment, written, run)))
    }

    /// Gives the runs that are in the journal by another name the one that they have now: since they were made, a
    /// scenario has moved, or another one of the same name has come or gone.
    ///
    /// # Errors
    /// If the journal cannot be written.
    pub fn rename(&self, journal: &mut Journal) -> Result<(), Failure> {
        for task in &self.runs {
            let Some(entry) = journal.entries.get(&task.key) else { continue };
            let record = self.named(task, entry.record.clone());
            if record != entry.record {
                let entry = Entry { record, ..entry.clone() };
                journal.enter(task.key, entry)?;
            }
        }
        Ok(())
    }

    /// The runs that are not in the journal, or whose trips are wanted and not there, block by block and there seed by seed:
    /// what is interrupted can be compared as far as it has come.
    pub fn missing(&self, entries: &BTreeMap<u64, Entry>, trips: Option<&Trips>) -> Vec<&Task> {
        let there = |run: &&Task| entries.contains_key(&run.key) && trips.is_none_or(|trips| trips.has(run.key));
        let mut runs: Vec<&Task> = self.runs.iter().filter(|run| !there(run)).collect();
        runs.sort_by_key(|run| (run.cell / self.experiment.controllers.len(), run.turn));
        runs
    }

    /// What is there of its runs, by id.
    pub fn entries<'j>(&self, journal: &'j Journal) -> Vec<(u64, &'j Entry)> {
        let mut found: Vec<(u64, &Entry)> =
            self.runs.iter().filter_map(|run| Some((run.key, journal.entries.get(&run.key)?))).collect();
        found.sort_by(|a, b| a.1.record.text("run_id").cmp(b.1.record.text("run_id")));
        found
    }

    /// The records of what is there, by id.
    pub fn records<'j>(&self, journal: &'j Journal) -> Vec<&'j Record> {
        self.entries(journal).into_iter().map(|(_, entry)| &entry.record).collect()
    }

    /// Makes some of its runs, `jobs` at a time, and enters each in the journal as it finishes.
    ///
    /// # Errors
    /// If a run cannot begin, or the journal cannot be written: what was finished before is in it.
    pub fn work(
        &self,
        missing: &[&Task],
        journal: &mut Journal,
        jobs: usize,
        trips: Option<&Trips>,
        progress: &progress::Batch,
        interrupted: &AtomicBool,
    ) -> Result<Finish, Failure> {
        if missing.is_empty() {
            progress.finish();
            return Ok(Finish::default());
        }
        trips.map_or(Ok(()), Trips::begin)?;
        let jobs = jobs.min(missing.len());
        let pool = rayon::ThreadPoolBuilder::new().num_threads(jobs).build();
        let pool = pool.map_err(|e| Failure::Run(format!("--jobs {jobs}: {e}")))?;
        let next = AtomicUsize::new(0);
        let shelf = Shelf::new(missing.iter().map(|task| self.book(task)));
        let disk = journal.disk()?;
        let shared = Mutex::new((journal, Finish::default(), None::<Failure>));
        let broken = AtomicBool::new(false);
        std::thread::scope(|threads| {
            let (written, signs) = sync_channel::<()>(1);
            // Nobody waits for the disk but this thread; what was written meanwhile goes there together.
            let (shared, broken) = (&shared, &broken);
            threads.spawn(move || {
                for () in signs {
                    if let Err(e) = disk.sync() {
                        broken.store(true, Ordering::Relaxed);
                        shared.lock().unwrap_or_else(PoisonError::into_inner).2.get_or_insert(e);
                    }
                }
            });
            let turn = || {
                while !interrupted.load(Ordering::Relaxed) && !broken.load(Ordering::Relaxed) {
                    let Some(task) = missing.get(next.fetch_add(1, Ordering::Relaxed)) else { return };
                    let result = self.one(task, &shelf, trips, interrupted);
                    shelf.put_back(self.book(task));
                    // A thread that panicked ends the program; the lock is never left half way.
                    let mut guard = shared.lock().unwrap_or_else(PoisonError::into_inner);
                    let (journal, finish, failure) = &mut *guard;
                    match result {
                        // Interrupted: it is not over.
                        Ok(None) => return,
                        // Made again for its trips.
                        Ok(Some(entry)) if journal.entries.contains_key(&task.key) => {
                            if journal.entries[&task.key].record != entry.record {
                                trips.iter().for_each(|trips| trips.remove(task.key));
                                let id = &task.id;
                                progress
                                    .say("failed", &format!("{id}: came to something else than in {NAME}: no trips"));
                                finish.failed += 1;
                            }
                        }
                        Ok(Some(entry)) => match journal.enter(task.key, entry) {
                            // If there is a sign already, it stands for this run, too.
                            Ok(()) => _ = written.try_send(()),
                            Err(e) => {
                                broken.store(true, Ordering::Relaxed);
                                *failure = Some(e);
                            }
                        },
                        Err(Failure::Run(why)) => {
                            progress.say("failed", &format!("{}: {why}", task.id));
                            finish.failed += 1;
                        }
                        Err(input) => {
                            broken.store(true, Ordering::Relaxed);
                            failure.get_or_insert(input);
                        }
                    }
                    progress.one_more(finish.failed);
                }
            };
            pool.scope(|scope| (0..jobs).for_each(|_| scope.spawn(|_| turn())));
        });
        progress.finish();
        let (_, mut finish, failure) = shared.into_inner().unwrap_or_else(PoisonError::into_inner);
        finish.interrupted = interrupted.load(Ordering::Relaxed);
        failure.map_or(Ok(finish), Err)
    }

    /// Which loaded scenario a run needs: the scenario with its changed values.
    fn book(&self, task: &Task) -> Book {
        let cell = &self.cells[task.cell];
        (cell.scenario, cell.settings_text())
    }

    /// Makes a run; nothing if it was interrupted.
    fn one(
        &self,
        task: &Task,
        shelf: &Shelf,
        trips: Option<&Trips>,
        interrupted: &AtomicBool,
    ) -> Result<Option<Entry>, Failure> {
        let args = parsed(&self.command(task))?;
        let mut loaded = Loaded::clone(&*shelf.take(self.book(task), &args)?);
        let goal = goal(&args, &loaded)?;
        let mut sim = simulation(&args.setup, args.emissions.model(), &mut loaded, false)?;
        let departures = departures_hash(&sim);
        let mut purdue = Purdue::new(&mut sim);
        let (mut queues, mut series) = (Queues::new(&sim), Vec::new());
        let (wall, cpu) = (clock::wall(), ThreadTime::now());
        let mut look = |sim: &Simulation| {
            queues.look(sim);
            purdue.look(sim);
            let setup = &sim.scene().setup;
            if (sim.now() - setup.begin).0 % (SAMPLE_S * 1000) < setup.step.0 {
                series.push(sample(sim));
            }
            Ok(())
        };
        let stop = simulate(&mut sim, goal, &mut look, interrupted)?;
        if stop == Stop::Interrupted {
            return Ok(None);
        }
        let timing = Timing {
            wall_s: wall.elapsed().as_secs_f64(),
            cpu_s: cpu.elapsed().as_secs_f64(),
            vehicle_steps: sim.measures().vehicle_steps,
        };
        let began = Began { at: sim.scene().setup.begin, vehicle_steps: 0 };
        let finished = Finished { args: &args, loaded: &loaded, sim: &sim, safety: None, stop, began };
        let outcome = Outcome::new(
            &finished,
            Cost { load_s: 0.0, cpu_s: timing.cpu_s, wall_s: timing.wall_s, peak_rss_mb: None },
        );
        trips.map_or(Ok(()), |trips| trips.write(task.key, &finished))?;
        let cell = &self.cells[task.cell];
        let scenario = &self.scenarios[cell.scenario];
        let record = self
            .named(task, of_outcome(&outcome))
            .with("key", format!("{:016x}", task.key))
            .with("scenario_hash", format!("{:016x}", scenario.hash))
            .with("controller", cell.controller.as_str())
            .with("scale", cell.scale)
            .with("settings", cell.settings_text())
            .with("departures_hash", format!("{departures:016x}"));
        let record = of_purdue(of_queues(of_trips(record, &sim), &sim, &queues), purdue.sums(&sim));
        Ok(Some(Entry { record, timing, series }))
    }
}
