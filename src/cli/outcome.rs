//! What a run came to: the object that `--json` prints.

use std::collections::BTreeMap;

use intergreen_control::{Controller, DetectorBank, Millis, StoodIn};
use serde::Serialize;

use super::args::behaviour_name;
use super::run::Finished;
use crate::commands::Command;
use crate::emission::Model;
use crate::measure::{Encounters, Safety};
use crate::network::{Network, SignalId};
use crate::plans::SignalPlan;

/// The object. Field names and meanings are a promise (docs: contract); new fields are added at the end.
#[derive(Clone, Debug, Serialize)]
#[allow(missing_docs, reason = "the contract explains the fields; their names carry the units")]
pub struct Outcome {
    pub schema: u32,
    pub scenario: String,
    pub seed: u64,
    pub controller: String,
    pub sensors: String,
    pub behaviour: String,
    pub step_s: f64,
    pub simulated_s: f64,
    pub vehicles: Vehicles,
    pub mean_duration_s: Option<f64>,
    pub p90_duration_s: Option<f64>,
    pub mean_waiting_s: Option<f64>,
    pub mean_time_loss_s: Option<f64>,
    pub mean_depart_delay_s: Option<f64>,
    pub mean_route_length_m: Option<f64>,
    pub resco_delay_s: Option<f64>,
    pub gridlocks: usize,
    pub collisions: u64,
    pub red_running: u64,
    pub conflicting_greens: f64,
    pub waived: Vec<String>,
    pub fallbacks: Vec<String>,
    pub remarks: Vec<String>,
    pub vehicle_steps: u64,
    pub load_s: f64,
    pub cpu_s: f64,
    pub wall_s: f64,
    pub ns_per_vehicle_step: Option<f64>,
    pub peak_rss_mb: Option<f64>,
    pub state_hash: String,
    pub threads: usize,
    pub blockages: usize,
    pub lane_changes: u64,
    /// Why it ended: `end`, `empty`, `gridlock`, `stuck` (nothing moved for an hour), `unserved` (nobody who is left
    /// can move because lanes are closed) or `interrupted`.
    pub stopped: &'static str,
    /// When trips found their way: `once`, `at_departure`, or `given` if every vehicle's route is given.
    pub routes: &'static str,
    /// CityFlow's average travel time, evaluated at the scenario's end, or where the run stopped if that was before.
    pub cityflow_att_s: Option<f64>,
    /// Time on roads that lead to a signal, over the whole run.
    pub cityflow_road_att_s: Option<f64>,
    /// Length of the warm-up; who departs in it is in no mean.
    pub warm_up_s: f64,
    /// How many trips the means are over.
    pub measured: usize,
    /// Model of fuel and CO₂: `cpfm`, `vt-micro` or `off`.
    pub emissions: &'static str,
    /// CO₂ of all vehicles that departed after the warm-up, up to where the run stopped.
    pub co2_kg: Option<f64>,
    /// Their fuel.
    pub fuel_l: Option<f64>,
    /// Share of that CO₂ emitted while standing (below 0.1 m/s).
    pub co2_idle_share: Option<f64>,
    /// Encounters over all junctions, with `--safety`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encounters: Option<Encounters>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cpu_share: Option<BTreeMap<&'static str, f64>>,
}

/// How many vehicles, and where they are.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Vehicles {
    /// Their time to depart has come.
    pub loaded: usize,
    /// They have entered.
    pub inserted: usize,
    /// They have arrived.
    pub arrived: usize,
    /// They are on the network.
    pub running: usize,
    /// They wait to enter.
    pub waiting: usize,
    /// Of those who wait or are on the network: they have no way left because lanes are closed.
    pub unserved: usize,
}

/// What a run cost.
#[derive(Clone, Copy, Debug)]
pub struct Cost {
    /// Wall time before the first step, s.
    pub load_s: f64,
    /// Processor time of the steps, s.
    pub cpu_s: f64,
    /// Wall time of the steps, s.
    pub wall_s: f64,
    /// Most memory ever held, MB.
    pub peak_rss_mb: Option<f64>,
}

impl Outcome {
    /// Draws up the outcome of a run.
    pub fn new(run: &Finished<'_>, cost: Cost) -> Self {
        let (sim, args) = (run.sim, run.args);
        let (scene, m) = (sim.scene(), sim.measures());
        let means = m.means(scene);
        // A scenario without an end has it where the last vehicle left.
        let at_end = || match scene.setup.end {
            None => m.resco_delay(scene, sim.traffic(), sim.halts(), sim.now()),
            Some(_) => None,
        };
        let gridlocks = sim.gridlocks();
        let steps = m.vehicle_steps - run.began.vehicle_steps;
        let burnt = sim.emissions().total(scene);
        let horizon = scene.setup.end.map_or(sim.now(), |end| end.min(sim.now()));
        Self {
            schema: 1,
            scenario: run.loaded.name.clone(),
            seed: scene.setup.seed,
            controller: controller_name(run),
            sensors: sim.scene().setup.sensing.tier.name().to_owned(),
            behaviour: behaviours(run),
            step_s: scene.setup.step.seconds(),
            simulated_s: (sim.now() - scene.setup.begin).seconds(),
            vehicles: Vehicles {
                loaded: sim.waiting().next,
                inserted: m.inserted,
                arrived: m.arrived,
                running: m.running,
                waiting: sim.waiting().count,
                unserved: sim.unserved(),
            },
            mean_duration_s: means.map(|m| m.duration),
            p90_duration_s: means.map(|m| m.p90_duration),
            mean_waiting_s: means.map(|m| m.waiting),
            mean_time_loss_s: means.map(|m| m.time_loss),
            mean_depart_delay_s: means.map(|m| m.depart_delay),
            mean_route_length_m: means.map(|m| m.route_length),
            resco_delay_s: m.resco_delay.or_else(at_end),
            gridlocks: gridlocks.cycles(),
            collisions: m.collisions,
            red_running: m.red_running,
            conflicting_greens: sim.controllers().monitor.seconds,
            waived: waived(run),
            fallbacks: fallbacks(run),
            remarks: remarks(run),
            vehicle_steps: m.vehicle_steps,
            load_s: cost.load_s,
            cpu_s: cost.cpu_s,
            wall_s: cost.wall_s,
            ns_per_vehicle_step: (steps > 0).then(|| cost.cpu_s * 1e9 / steps as f64),
            peak_rss_mb: cost.peak_rss_mb,
            state_hash: format!("{:016x}", sim.state_hash()),
            threads: scene.setup.threads,
            blockages: gridlocks.found.len() - gridlocks.cycles(),
            lane_changes: m.lane_changes,
            stopped: run.stop.name(),
            routes: routes(run),
            cityflow_att_s: m.cityflow_att(scene, horizon),
            cityflow_road_att_s: m.cityflow_road_att(scene, &sim.paths().table, (sim.traffic(), sim.halts())),
            warm_up_s: scene.setup.warm_up.seconds(),
            measured: means.map_or(0, |m| m.trips),
            emissions: scene.setup.emissions.map_or("off", Model::name),
            co2_kg: burnt.map(|b| b.co2 / 1000.0),
            fuel_l: burnt.map(|b| b.fuel),
            co2_idle_share: burnt.and_then(|b| b.idle_share()),
            encounters: run.safety.map(Safety::total),
            cpu_share: args.profile.then(|| sim.profile().shares().into_iter().collect()),
        }
    }
}

/// The strategy with its parameters, as given.
fn controller_name(run: &Finished<'_>) -> String {
    let (name, parameters) = &run.sim.scene().setup.controller;
    parameters.iter().fold(name.clone(), |text, (k, v)| format!("{text},{k}={v}"))
}

/// When trips found their way.
fn routes(run: &Finished<'_>) -> &'static str {
    let scene = run.sim.scene();
    if scene.trips == 0 { "given" } else { scene.setup.routing.moment.name() }
}

/// The models of the vehicles that depart, joined by `+`.
fn behaviours(run: &Finished<'_>) -> String {
    let scene = run.sim.scene();
    let mut used = vec![false; scene.types.len()];
    for d in &scene.departures {
        used[d.kind.index()] = true;
    }
    let types = scene.types.iter().zip(used).filter(|t| t.1).map(|t| behaviour_name(t.0.model));
    let mut names: Vec<&str> = types.collect();
    if names.is_empty() {
        names = scene.types.iter().map(|t| behaviour_name(t.model)).collect();
    }
    names.sort_unstable();
    names.dedup();
    names.join("+")
}

/// Signals whose file asks for a strategy that does not exist here, if the program's times run instead; those where the
/// strategy asked for cannot run; and those where the strategy let somebody wait too long, so that the plan's own sequence took over.
fn fallbacks(run: &Finished<'_>) -> Vec<String> {
    let fixed = run.sim.scene().setup.controller.0 == "fixed_time";
    let mut found = if fixed { run.loaded.report.fallbacks.clone() } else { Vec::new() };
    // Commands may have chosen another one.
    let asked = |signal: SignalId, at: Millis| {
        let id = &run.loaded.network.signals[signal.index()].id;
        let before = run.sim.agenda().done().filter(|due| due.at <= at).filter_map(|due| match due.command {
            Command::Controller { signals, strategy, .. } if signals.is_empty() || signals.contains(id) => {
                Some(strategy)
            }
            _ => None,
        });
        before.last().unwrap_or_else(|| run.sim.scene().setup.controller.0.clone())
    };
    let faults = run.sim.controllers().faults.iter().map(|fault| {
        let (signal, at) = (&run.loaded.network.signals[fault.signal.index()].id, fault.at.seconds());
        let strategy = asked(fault.signal, fault.at);
        format!(
            "{signal}: {strategy} \u{2192} the plan's own sequence from {at} s on (cycle fault of group {})",
            fault.group
        )
    });
    let instead = run.sim.controllers().fallbacks.iter().map(|fallback| {
        let signal = &run.loaded.network.signals[fallback.signal.index()].id;
        let asked = asked(fallback.signal, Millis::NEVER);
        format!("{signal}: {asked} \u{2192} {} ({})", fallback.runs, fallback.why)
    });
    let blind = run.sim.controllers().list.iter().enumerate().filter_map(|(i, controller)| {
        let StoodIn { name: other, first, total, still } = controller.stood_in()?;
        let (signal, asked) = (&run.loaded.network.signals[i].id, asked(SignalId::new(i), Millis::NEVER));
        let (first, total) = (first.seconds(), total.seconds());
        let end = if still { "until the end" } else { "not at the end" };
        Some(format!(
            "{signal}: {asked} \u{2192} {other} for {total} s, first at {first} s, {end} (no detector of too many lanes was believed)"
        ))
    });
    found.extend(instead.chain(faults).chain(blind));
    found
}

/// What was asked of strategies and has no effect, or what they do not see: signals of which the same is said in one line.
/// That there is no signal for a strategy that was asked for. And how many detectors they do not believe.
fn remarks(run: &Finished<'_>) -> Vec<String> {
    let mut found: Vec<(&str, Vec<&str>)> = Vec::new();
    for (controller, signal) in run.sim.controllers().list.iter().zip(&run.loaded.network.signals) {
        let Some(remark) = controller.remark() else { continue };
        match found.iter_mut().find(|known| known.0 == remark) {
            Some((_, signals)) => signals.push(&signal.id),
            None => found.push((remark, vec![&signal.id])),
        }
    }
    let banks = || run.sim.controllers().list.iter().map(Controller::detectors);
    let all: usize = banks().map(DetectorBank::len).sum();
    let broken = |bank: &DetectorBank| (0u16..).take(bank.len()).filter(|&d| !bank.health(d).is_good()).count();
    let broken: usize = banks().map(broken).sum();
    let detectors =
        format!("{broken} of {all} detectors are taken for broken at the end (codes 84 to 88 of events.csv)");
    let signals = found.into_iter().map(|(remark, signals)| format!("{}: {remark}", signals.join(", ")));
    let asked = &run.sim.scene().setup.controller.0;
    let idle = asked != "fixed_time" && run.loaded.network.signals.is_empty();
    let idle = idle.then(|| format!("{asked}: there is no signal to control here"));
    idle.into_iter().chain(swaps(run)).chain(signals).chain((broken > 0).then_some(detectors)).collect()
}

/// Which strategies took over while it ran: lamps and events do not tell.
fn swaps(run: &Finished<'_>) -> Vec<String> {
    let mut found = Vec::new();
    for due in run.sim.agenda().done() {
        let Command::Controller { signals, strategy, parameters } = due.command else { continue };
        let of = if signals.is_empty() { "all signals".to_owned() } else { signals.join(", ") };
        let with: Vec<String> = parameters.iter().map(|(name, value)| format!(",{name}={value}")).collect();
        found.push(format!("{of}: {strategy}{} from {} s on, by a command", with.concat(), due.at.seconds()));
    }
    found
}

/// What is run although a plan of our own would be refused for it, and what is shown otherwise than written.
fn waived(run: &Finished<'_>) -> Vec<String> {
    waivers(run.sim.plans(), &run.loaded.network)
}

/// The same of some plans.
pub fn waivers(plans: &[SignalPlan], network: &Network) -> Vec<String> {
    plans.iter().flat_map(|plan| plan.waived(network)).collect()
}
