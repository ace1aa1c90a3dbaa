//! `intergreen run`: load, simulate, report.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use intergreen_control::Millis;

use super::args::{RunArgs, SensorTier, SetupArgs};
use super::checkpoints::{Checkpoints, resume};
use super::findings::Findings;
use super::load::{Loaded, load};
use super::out::Results;
use super::outcome::{Cost, Outcome, waivers};
use super::progress::Progress;
use super::record::Recorder;
use super::watch::Watch;
use super::{Failure, clock, complain, out, print, summary};
use crate::demand::{self, Routing};
use crate::detectors::Sensing;
use crate::emission::Model;
use crate::measure::Safety;
use crate::network::Network;
use crate::plans::SignalPlan;
use crate::scenario::{ScenarioError, read_ron};
use crate::sim::{Setup, SimError, Simulation, TimedCommand};

/// Why a run stopped.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Stop {
    /// It reached its end.
    End,
    /// The last vehicle left.
    Empty,
    /// Vehicles wait for each other in a cycle, for ever.
    Gridlock,
    /// Nobody who is left can move because lanes are closed.
    Unserved,
    /// Nothing has moved for an hour and nobody is to come.
    Stuck,
    /// The user wanted it.
    Interrupted,
}

impl Stop {
    /// Its name in results.
    pub const fn name(self) -> &'static str {
        match self {
            Self::End => "end",
            Self::Empty => "empty",
            Self::Gridlock => "gridlock",
            Self::Unserved => "unserved",
            Self::Stuck => "stuck",
            Self::Interrupted => "interrupted",
        }
    }
}

/// Everything a report is made from.
pub struct Finished<'a> {
    /// What was asked for.
    pub args: &'a RunArgs,
    /// The scenario.
    pub loaded: &'a Loaded,
    /// The simulation at its end.
    pub sim: &'a Simulation,
    /// Encounters, if they were counted.
    pub safety: Option<&'a Safety>,
    /// Why it stopped.
    pub stop: Stop,
    /// Where this process began.
    pub began: Began,
}

/// What a run had come to when this process took it up: costs are of what came after.
#[derive(Clone, Copy, Debug)]
pub struct Began {
    /// The time.
    pub at: Millis,
    /// Vehicle steps made before.
    pub vehicle_steps: u64,
}

/// Runs a scenario as asked.
///
/// # Errors
/// If the input cannot be used or the results cannot be written.
pub fn run(args: &RunArgs) -> Result<ExitCode, Failure> {
    let interrupted = on_interrupt()?;
    let started = clock::wall();
    if args.resume.is_some() && args.record_inputs.is_some() {
        let reason = "a recording begins where the controllers start; record the whole run instead";
        return Err(Failure::Input(format!("--record-inputs with --resume: {reason}")));
    }
    if let Some(dir) = &args.out {
        out::prepare(dir)?;
    }
    let mut loaded = load(args.setup.scenario.as_deref(), &args.setup.set)?;
    if !args.as_is {
        loaded.complete_programs();
    }
    if !args.quiet {
        Findings::of(&loaded.report).warn(args.verbose);
    }
    warn_unwritten(args, &loaded);
    let goal = goal(args, &loaded)?;
    let checkpoints = Checkpoints::of(args, &loaded)?;
    let mut sim = simulation(&args.setup, args.emissions.model(), &mut loaded, args.verbose)?;
    if !args.quiet {
        note_waived(&waivers(sim.plans(), &loaded.network));
    }
    if sim.scene().departures.is_empty() && !args.quiet {
        complain("warning", "no vehicle departs in the scenario's time");
    }
    if args.profile {
        sim.profile_with(clock::cpu_nanoseconds);
    }
    if let Some(file) = &args.resume {
        resume(file, &mut sim, args.quiet)?;
        if let Some(goal) = goal.filter(|&goal| goal < sim.now()) {
            let (goal, now) = (goal.seconds(), sim.now().seconds());
            return Err(Failure::Input(format!(
                "--resume {}: is of {now} s; the run ends at {goal} s (a later --until, or --drain?)",
                file.display()
            )));
        }
    }
    let load_s = started.elapsed().as_secs_f64();

    let record = |file: &PathBuf| Recorder::open(file, &loaded, &mut sim);
    let mut recorder = args.record_inputs.as_ref().map(record).transpose()?;
    let mut safety = args.safety.then(|| Safety::new(&sim));
    if args.out.is_some() {
        sim.log_events();
    }
    let open = |dir: &PathBuf| Results::open(dir, args, &loaded, &sim, goal);
    let mut results = args.out.as_ref().map(open).transpose()?;
    let mut progress = Progress::new(args.quiet, loaded.begin, goal.or(loaded.end), sim.now());
    let began = Began { at: sim.now(), vehicle_steps: sim.measures().vehicle_steps };
    let (wall, cpu) = (clock::wall(), clock::cpu());
    let mut look = |sim: &Simulation| {
        progress.show(sim);
        if let Some(recorder) = &mut recorder {
            recorder.look(sim)?;
        }
        if let Some(results) = &mut results {
            results.look(sim)?;
        }
        if let Some(safety) = &mut safety {
            safety.look(sim);
        }
        checkpoints.iter().for_each(|c| c.look(sim, &progress));
        Ok(())
    };
    let stop = simulate(&mut sim, goal, &mut look, &interrupted)?;
    let cpu_s = clock::cpu().saturating_sub(cpu).as_secs_f64();
    let wall_s = wall.elapsed().as_secs_f64();
    progress.finish();
    if stop == Stop::Interrupted {
        checkpoints.iter().for_each(|c| c.write(&sim, &progress));
    }

    if let Some(recorder) = recorder {
        recorder.finish(sim.now())?;
    }
    let finished = Finished { args, loaded: &loaded, sim: &sim, safety: safety.as_ref(), stop, began };
    let cost = Cost { load_s, cpu_s, wall_s, peak_rss_mb: clock::peak_rss_mb() };
    let outcome = Outcome::new(&finished, cost);
    if let Some(results) = results {
        results.finish(&finished, &outcome)?;
    }
    if args.json {
        let json = serde_json::to_string(&outcome).map_err(|e| Failure::Run(format!("--json: {e}")))?;
        print(&(json + "\n"))?;
    } else {
        print(&summary::text(&finished, &outcome))?;
    }
    Ok(if stop == Stop::Interrupted { ExitCode::from(130) } else { ExitCode::SUCCESS })
}

/// Makes steps until the goal is reached, or there is another reason to stop. Without a goal: until the network is
/// empty or will never be. `look` sees every step.
pub fn simulate(
    sim: &mut Simulation,
    goal: Option<Millis>,
    look: &mut dyn FnMut(&Simulation) -> Result<(), Failure>,
    interrupted: &AtomicBool,
) -> Result<Stop, Failure> {
    let mut watch = Watch::new(sim);
    loop {
        if interrupted.load(Ordering::Relaxed) {
            return Ok(Stop::Interrupted);
        }
        match goal {
            Some(goal) if sim.now() >= goal => return Ok(Stop::End),
            Some(_) => {}
            None => {
                if let Some(stop) = drained(sim, &watch) {
                    return Ok(stop);
                }
            }
        }
        sim.step();
        watch.look(sim);
        look(sim)?;
        if let Some((signal, trip)) = sim.trip() {
            let signal = &sim.scene().network.signals[signal.index()].id;
            return Err(Failure::Run(format!(
                "signal '{signal}': the monitor tripped: {trip}. The controller or its plan is wrong, and so would be \
                 all results"
            )));
        }
    }
}

/// Whether a run without a goal is over.
fn drained(sim: &Simulation, watch: &Watch) -> Option<Stop> {
    let scene = sim.scene();
    let all_due = sim.waiting().next == scene.order.len();
    if !all_due || scene.setup.end.is_some_and(|end| sim.now() < end) {
        None
    } else if sim.is_empty() {
        Some(Stop::Empty)
    } else if sim.gridlocks().present() > 0 {
        Some(Stop::Gridlock)
    } else if sim.is_closed_off() {
        Some(Stop::Unserved)
    } else if watch.is_stuck() && !sim.expects_commands() {
        Some(Stop::Stuck)
    } else {
        None
    }
}

/// When to stop; `None`: when the network is empty.
pub fn goal(args: &RunArgs, loaded: &Loaded) -> Result<Option<Millis>, Failure> {
    match args.until {
        Some(until) if Millis::from_seconds(until) <= loaded.begin => {
            let begin = loaded.begin.seconds();
            Err(Failure::Input(format!(
                "--until {until}: the scenario's clock starts at {begin} s; expected a later time"
            )))
        }
        Some(until) => Ok(Some(Millis::from_seconds(until))),
        None if args.drain => Ok(None),
        None => Ok(loaded.end),
    }
}

/// The simulation of a scenario as asked, before its first step; the demand is taken out of `loaded`. `emissions`: which
/// model keeps books of fuel and CO₂.
///
/// # Errors
/// If an option or a signal program of the scenario cannot be used.
pub fn simulation(
    args: &SetupArgs,
    emissions: Option<Model>,
    loaded: &mut Loaded,
    verbose: bool,
) -> Result<Simulation, Failure> {
    let setup = Setup { emissions, ..setup(args, loaded) };
    if let (Some(warm_up), Some(end)) = (args.warm_up, setup.end)
        && setup.measured_from() >= end
    {
        let lasts = (end - setup.begin).seconds();
        let problem = format!("--warm-up {warm_up}: expected less than the scenario lasts, {lasts} s");
        return Err(Failure::Input(problem));
    }
    scale(loaded, args.scale, setup.seed)?;
    demand::check_flows(&loaded.demand, loaded.end).map_err(Failure::Input)?;
    let demand = Arc::new(std::mem::take(&mut loaded.demand));
    let mut sim = Simulation::new(loaded.network.clone(), demand, setup).map_err(failure)?;
    warn_unsafe(sim.plans(), verbose);
    loaded.give_commands(&mut sim)?;
    if let Some(file) = &args.commands {
        give_commands(&mut sim, file)?;
    }
    Ok(sim)
}

/// The simulation's setup.
pub fn setup(args: &SetupArgs, loaded: &Loaded) -> Setup {
    let threads = args.threads.map_or_else(|| default_threads(&loaded.network), usize::from);
    let own = loaded.setup(args.seed.unwrap_or(loaded.seed));
    Setup {
        step: args.step.map_or(loaded.step, Millis::from_seconds),
        threads,
        behaviour: args.behaviour.map(super::args::Behaviour::model),
        routing: Routing {
            moment: args.routes.map_or(loaded.routing.moment, super::args::Routes::moment),
            ..loaded.routing
        },
        sensing: Sensing { tier: args.sensors.map_or(own.sensing.tier, SensorTier::tier), ..own.sensing },
        unsafe_yields: args.allow_unsafe_programs,
        controller: args.controller.clone().map_or(own.controller, |c| (c.name, c.parameters)),
        warm_up: args.warm_up.map_or(own.warm_up, Millis::from_seconds),
        ..own
    }
}

/// Vehicles on the network for which one more thread pays.
const WORTH_A_THREAD: f64 = 3_000.0;
/// Vehicles on a kilometre of lane, averaged over a busy network.
const BUSY: f64 = 10.0;
/// More threads than this gain nothing in a pass of a few milliseconds.
const MOST_THREADS: usize = 8;

/// How many threads are fastest: one, unless the network can hold so many vehicles that the two parallel passes
/// outweigh waking the threads in every step.
fn default_threads(network: &Network) -> usize {
    let roads = network.lanes.iter().filter(|l| !l.internal && !l.permissions.is_footway());
    let lane_km: f64 = roads.map(|l| f64::from(l.length) / 1000.0).sum();
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let worth = (lane_km * BUSY / WORTH_A_THREAD) as usize + 1;
    worth.min(cores).clamp(1, MOST_THREADS)
}

/// Says that measured results are thrown away, if the scenario asks for some.
fn warn_unwritten(args: &RunArgs, loaded: &Loaded) {
    let i = &loaded.instruments;
    let detectors = i.loops.len() + i.areas.len() + i.gates.len();
    if args.quiet || args.out.is_some() || (i.is_empty() && loaded.outputs.is_empty()) {
        return;
    }
    let what = if detectors > 0 { format!("the results of {detectors} detectors") } else { "results".to_owned() };
    complain("note", &format!("the scenario asks for {what}, which are written only with --out DIR"));
}

/// Says loudly which forbidden pairs programs open: in a line, or in one for each pair if `verbose`.
pub fn warn_unsafe(plans: &[SignalPlan], verbose: bool) {
    let opened: Vec<_> = plans.iter().flat_map(|p| &p.opened).collect();
    let Some(first) = opened.first() else { return };
    if verbose {
        opened.iter().for_each(|pair| complain("UNSAFE", &pair.to_string()));
        return;
    }
    let more = if opened.len() > 1 { format!(", and {} pairs more", opened.len() - 1) } else { String::new() };
    let hint = if opened.len() > 1 { " (`run -v` shows all)" } else { "" };
    complain("UNSAFE", &format!("{first}{more}{hint}; such seconds are counted as conflicting greens"));
}

/// Kinds of waived findings that are dangerous on a street: how they are listed, and what the note says.
const GRAVE: [(&str, &str); 2] =
    [("green ends without yellow", "green ends without yellow"), ("yellow trap", "a yellow trap")];

/// Says in a line that signal programs do what no plan of our own may, if it is grave.
fn note_waived(waived: &[String]) {
    // Each line is `signal 'id': what`; a signal may have several of a kind.
    let signals = |kind: &str| {
        let mut lines = waived.iter().filter_map(|line| line.split_once("': ")).filter(|l| l.1.starts_with(kind));
        let signals: std::collections::BTreeSet<&str> = lines.by_ref().map(|l| l.0).collect();
        signals.len()
    };
    let found = GRAVE.iter().map(|&(kind, words)| (words, signals(kind))).filter(|f| f.1 > 0);
    let found: Vec<String> =
        found.map(|(words, n)| format!("{words} at {n} signal{}", if n == 1 { "" } else { "s" })).collect();
    if !found.is_empty() {
        complain("note", &format!("signal programs run as they are: {} (-v lists all)", found.join(", ")));
    }
}

/// Scales the demand by the scenario's own factor and `factor`.
///
/// # Errors
/// If the product is out of range.
pub fn scale(loaded: &mut Loaded, factor: f64, seed: u64) -> Result<(), Failure> {
    let total = factor * loaded.scale;
    if !(0.0..=MOST_SCALE).contains(&total) {
        return Err(Failure::Input(format!("the demand is scaled by {total}; expected 0 to {MOST_SCALE}")));
    }
    demand::scale(&mut loaded.demand, total, seed);
    Ok(())
}

/// Most that a demand is scaled by: beyond it a scenario is another one.
const MOST_SCALE: f64 = 100.0;

/// The timed commands of a file, and its text.
///
/// # Errors
/// If it cannot be read, or is no list of commands.
pub fn read_commands(file: &Path) -> Result<(String, Vec<TimedCommand>), Failure> {
    let name = file.display().to_string();
    let text = crate::import::file::read_text(file).map_err(|e| Failure::Input(format!("{name}: {e}")))?;
    let list = read_ron(&text, &name).map_err(|e| Failure::Input(e.to_string()))?;
    Ok((text, list))
}

/// Gives a simulation the timed commands of a file.
fn give_commands(sim: &mut Simulation, file: &Path) -> Result<(), Failure> {
    let name = file.display().to_string();
    let (text, list) = read_commands(file)?;
    let begin = sim.scene().setup.begin;
    let early = list.iter().filter(|c| Millis::from_seconds(c.at) < begin).count();
    if early > 0 {
        let (plural, begin) = (if early == 1 { " lies" } else { "s lie" }, begin.seconds());
        complain(
            "note",
            &format!("{name}: the time of {early} command{plural} before the start; in force from {begin} s on"),
        );
    }
    // Each command has this field once; if the words stand elsewhere too, no place is better than a wrong one.
    let places: Vec<usize> = text.match_indices("command:").map(|(byte, _)| byte).collect();
    let known = places.len() == list.len();
    for (i, command) in list.into_iter().enumerate() {
        sim.command(command).map_err(|e| {
            let place = places.get(i).copied().filter(|_| known);
            Failure::Input(ScenarioError::new(&name, &text, place, e.to_string()).to_string())
        })?;
    }
    Ok(())
}

/// What a simulation's error means for the exit code.
pub fn failure(e: SimError) -> Failure {
    match e {
        SimError::Threads(_) | SimError::Snapshot(_) => Failure::Run(e.to_string()),
        SimError::Plan(_) | SimError::Controller(_) | SimError::Command { .. } => Failure::Input(e.to_string()),
    }
}

/// A flag that Ctrl-C raises; a second Ctrl-C ends the program at once.
pub fn on_interrupt() -> Result<Arc<AtomicBool>, Failure> {
    let flag = Arc::new(AtomicBool::new(false));
    let raised = flag.clone();
    ctrlc::set_handler(move || {
        if raised.swap(true, Ordering::Relaxed) {
            std::process::exit(130);
        }
    })
    .map_err(|e| Failure::Run(format!("Ctrl-C cannot be caught: {e}")))?;
    Ok(flag)
}
