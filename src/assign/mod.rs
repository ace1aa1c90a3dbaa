//! Routes of a generated city: a stochastic, congestion-aware assignment over the simulator itself.
//!
//! Terms
//! - **round**: routes are chosen, signals timed for them, and the hour is simulated; its travel times are what the next
//!   round's choices see.
//! - **perceived time**: what a driver believes that a link takes: its travel time times a factor of its own, uniform
//!   around 1; those who start on one street share their factors (Burrell 1968: multiple-route assignment).
//! - **successive averages**: in round k every trip chooses anew with probability 1 / (k + 1), the others keep their
//!   routes, so that the flows are averages of the choices so far (Powell and Sheffi 1982; Sheffi 1985, chapter 12). The
//!   simulated rounds do not begin at 0 but in the middle of the first ones, whose last choices are thus forgotten.
//!
//! The first choices are made without the simulator: a few rounds of the same with the volume-delay function of the
//! Bureau of Public Roads, since a network that everybody drives through by the shortest way would only stand still.
//! After the last round the routes are fixed.

mod times;

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::Arc;

use intergreen_control::Millis;
use thiserror::Error;

use crate::demand::routing::{Search, Turns};
use crate::generate::city::gravity::{HOUR, PROFILE};
use crate::generate::city::{City, Layout, layout, programs};
use crate::generate::{Flow, GenerateError};
use crate::network::compose::{PlanError, StreetPlan, compose};
use crate::network::{LinkId, Network, VehicleClass};
use crate::random::{Purpose, key_of, uniform};
use crate::scenario::{Scenario, ScenarioError, ScenarioFile, city_scenario, to_ron};
use crate::sim::{Setup, SimError, Simulation};
use times::Times;

/// How routes are found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Assignment {
    /// Rounds, at least one.
    pub rounds: usize,
    /// Perceived times are off by at most this share, 0 to below 1.
    pub spread: f64,
}

impl Default for Assignment {
    fn default() -> Self {
        Self { rounds: 8, spread: 0.25 }
    }
}

/// Why there is no scenario.
#[derive(Debug, Error)]
pub enum AssignError {
    /// The city cannot be laid out.
    #[error(transparent)]
    Generate(#[from] GenerateError),
    /// Its streets make no network.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// A trip has no way.
    #[error("no way leads from street '{from}' to '{to}'")]
    NoWay {
        /// Where it begins.
        from: String,
        /// Where it ends.
        to: String,
    },
    /// The scenario that was made cannot be used.
    #[error("what was made cannot be used: {0}")]
    Scenario(#[from] ScenarioError),
    /// It cannot be written.
    #[error("what was made cannot be written: {0}")]
    Text(#[from] ron::Error),
    /// It cannot be run.
    #[error("what was made cannot be run: {0}")]
    Run(#[from] SimError),
}

/// What a round came to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Round {
    /// Trips that chose anew.
    pub chosen: usize,
    /// Mean time on the way, s.
    pub mean_duration: f64,
    /// Mean speed, distance over time, m/s.
    pub mean_speed: f64,
    /// When the last vehicle had left, s after the beginning.
    pub empty_after: f64,
    /// Vehicles that had not left when the simulation was given up.
    pub left_over: usize,
}

/// Rounds without the simulator.
const FIRST_ROUNDS: usize = 8;
/// Programs are made for the busiest quarter of the hour.
const PEAK: f64 = PROFILE[2];
/// A simulation that is not empty after so many hours is given up.
const MOST_HOURS: f64 = 1.75;

/// Makes the scenario of a city; `look` sees what each round came to.
///
/// # Errors
/// If a parameter is out of its range; else none in practice.
pub fn city(p: &City, how: &Assignment, look: &mut dyn FnMut(&Round)) -> Result<ScenarioFile, AssignError> {
    let layout = layout(p)?;
    let mut routes: Vec<Vec<String>> = vec![Vec::new(); layout.trips.len()];
    let network = compose(&with_programs(&layout, &routes)?)?;
    let mut times = Times::free(&network);
    for round in 0..FIRST_ROUNDS {
        choose(&layout, &network, &times, (p.seed, round, how.spread), &mut routes)?;
        times = Times::loaded(&network, &loads(&network, &routes));
    }
    for round in 0..how.rounds {
        let chosen = choose(&layout, &network, &times, (p.seed, FIRST_ROUNDS / 2 + round, how.spread), &mut routes)?;
        let (_, scenario) = scenario(&layout, &routes, p.seed)?;
        let sim = simulate(&scenario, p.seed)?;
        look(&came_to(&sim, chosen));
        times = Times::seen(&network, sim.measures());
    }
    Ok(scenario(&layout, &routes, p.seed)?.0)
}

/// How many vehicles each link carries in an hour like the busiest quarter.
fn loads(network: &Network, routes: &[Vec<String>]) -> Vec<f64> {
    let mut counts: BTreeMap<&str, f64> = BTreeMap::new();
    for street in routes.iter().flatten() {
        *counts.entry(street).or_default() += PEAK;
    }
    let of = |id: &str| counts.get(id.trim_end_matches(".bay")).copied().unwrap_or(0.0);
    network.links.iter().map(|link| of(&link.id)).collect()
}

/// The plan of a city with programs for the flows of these routes.
fn with_programs(layout: &Layout, routes: &[Vec<String>]) -> Result<StreetPlan, AssignError> {
    let mut counts: BTreeMap<&[String], f64> = BTreeMap::new();
    for route in routes.iter().filter(|r| r.len() > 1) {
        *counts.entry(route).or_default() += 1.0;
    }
    let flow = |(streets, count): (&&[String], &f64)| Flow {
        from: streets[0].clone(),
        to: streets[streets.len() - 1].clone(),
        rate: count * PEAK,
        streets: streets.to_vec(),
    };
    let flows: Vec<Flow> = counts.iter().map(flow).collect();
    Ok(StreetPlan { signals: programs(layout, &flows)?, ..layout.plan.clone() })
}

/// The scenario for these routes, as a file and as it is read again.
fn scenario(layout: &Layout, routes: &[Vec<String>], seed: u64) -> Result<(ScenarioFile, Scenario), AssignError> {
    let file = city_scenario(layout, with_programs(layout, routes)?, routes, seed);
    let scenario = Scenario::from_ron(&to_ron(&file)?, "city.ron")?;
    Ok((file, scenario))
}

/// Runs a scenario until it is empty.
fn simulate(scenario: &Scenario, seed: u64) -> Result<Simulation, AssignError> {
    let (network, demand) = scenario.build()?;
    let (begin, step) = (Millis::from_seconds(scenario.file.begin), Millis::from_seconds(scenario.file.step));
    let setup = Setup { begin, step, seed, ..Setup::default() };
    let mut sim = Simulation::new(Arc::new(network), Arc::new(demand), setup)?;
    let last = begin + Millis::from_seconds(MOST_HOURS * HOUR);
    while sim.now() < last && !(sim.is_empty() && sim.waiting().next == sim.scene().departures.len()) {
        sim.step();
    }
    Ok(sim)
}

/// What a simulation came to.
fn came_to(sim: &Simulation, chosen: usize) -> Round {
    let means = sim.measures().means(sim.scene());
    let (duration, length) = means.map_or((0.0, 0.0), |m| (m.duration, m.route_length));
    Round {
        chosen,
        mean_duration: duration,
        mean_speed: length / duration.max(1e-9),
        empty_after: (sim.now() - sim.scene().setup.begin).seconds(),
        left_over: sim.scene().departures.len() - sim.measures().arrived,
    }
}

/// Lets trips choose routes; gives how many did.
fn choose(
    layout: &Layout,
    network: &Network,
    times: &Times,
    (seed, round, spread): (u64, usize, f64),
    routes: &mut [Vec<String>],
) -> Result<usize, AssignError> {
    let by_name: BTreeMap<&str, LinkId> = network
        .links
        .iter()
        .enumerate()
        .filter(|(_, l)| !l.internal)
        .map(|(k, l)| (l.id.as_str(), LinkId::new(k)))
        .collect();
    let turns = Turns::new(network, VehicleClass::Passenger);
    let mut search = Search::new(network.links.len());
    let mut known: BTreeMap<(&str, &str), Vec<String>> = BTreeMap::new();
    let mut chosen = 0;
    for (k, (trip, route)) in layout.trips.iter().zip(routes).enumerate() {
        let draw =
            f64::from(uniform(seed, key_of("chooses anew"), Purpose::Route, (round * layout.trips.len() + k) as u64));
        if draw * (round + 1) as f64 >= 1.0 {
            continue;
        }
        chosen += 1;
        let key = (trip.from.as_str(), trip.to.as_str());
        let known = match known.entry(key) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => {
                let driver = key_of(&trip.from);
                let off =
                    |link: LinkId| f64::from(uniform(seed, driver, Purpose::Route, link.index() as u64)) * 2.0 - 1.0;
                let time = |link: LinkId| times.on(link) * (1.0 + spread * off(link));
                let no_way = || AssignError::NoWay { from: trip.from.clone(), to: trip.to.clone() };
                let ends = by_name.get(key.0).zip(by_name.get(key.1));
                let (&from, &to) = ends.ok_or_else(no_way)?;
                let links = search.route(&turns, from, &[], to, time).ok_or_else(no_way)?;
                let names = links.iter().map(|&l| network.link(l).id.clone()).filter(|id| !id.ends_with(".bay"));
                new.insert(names.collect())
            }
        };
        route.clone_from(known);
    }
    Ok(chosen)
}
