//! C14: links carry what is meant to drive on them.
//!
//! Terms
//! - **meant**: vehicles that would leave a link over its end in the hour, if everybody drove from its departure on as
//!   fast as it may along its route: routes are the scenario's own, so that no assignment comes in between.
//! - **simulated**: vehicles that do.
//! - **GEH**: see [`geh`]; a link on which nobody is meant to drive has none.
//!
//! Where a link lacks capacity, or a queue behind another one's stop line cuts off who goes elsewhere, fewer come
//! through than are meant to.

use std::sync::Arc;

use super::estimate::{each_seed, geh};
use super::plot::{Mark, Plot, Series};
use super::world::{Trips, World, s};
use super::{Drivers, Effort, Estimate, Row, STEP, Section, Target};
use crate::generate::grid::{Grid, generate};
use crate::network::compose::compose;
use crate::network::{LaneId, LinkId};
use crate::scenario::Scenario;
use crate::sim::Simulation;

/// GEH below this is a match, on this share of links (Design Manual for Roads and Bridges; WebTAG unit M3.1).
const MATCHES: f64 = 5.0;
const WANTED: f64 = 85.0;
/// The hour begins so long after the scenario, s.
const FROM: f64 = 600.0;
const HOUR: f64 = 3600.0;

/// The generated grid of 6 × 6 signals.
fn grid() -> World {
    let made = generate(&Grid::default()).unwrap_or_else(|e| panic!("the grid: {e}"));
    let network = Arc::new(compose(&made.plan).unwrap_or_else(|e| panic!("the grid: {e}")));
    let mut trips = Trips::new(&network, Drivers::Calibrated.car());
    for (i, flow) in made.flows.iter().enumerate() {
        let bays = |s: &String| {
            let bay = format!("{s}.bay");
            let has = network.find_link(&bay).is_some();
            [Some(s.clone()), has.then_some(bay)].into_iter().flatten().collect::<Vec<_>>()
        };
        let names: Vec<String> = flow.streets.iter().flat_map(bays).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        trips.flow(&format!("f{i}"), 0.0, FROM + HOUR, flow.rate, &names);
    }
    trips.world("grid").step(STEP)
}

/// The bundled city in its morning peak.
fn city() -> World {
    let scenario = Scenario::bundled("city").and_then(Result::ok).unwrap_or_else(|| panic!("the city is bundled"));
    let (network, demand) = scenario.build().unwrap_or_else(|e| panic!("the city: {e}"));
    let network = Arc::new(network);
    let mut world = Trips::new(&network, Drivers::Calibrated.car()).world("city").step(STEP);
    world.demand = Arc::new(demand);
    world.setup.begin = s(scenario.file.begin);
    world
}

/// Vehicles that have left each link over its end.
fn left(sim: &Simulation) -> Vec<f64> {
    let scene = sim.scene();
    let mut of = vec![0.0; scene.network.links.len()];
    for (i, lane) in sim.measures().lanes.iter().enumerate() {
        of[scene.network.lane(LaneId::new(i)).link.index()] += f64::from(lane.flow);
    }
    of
}

/// Vehicles meant to leave each link, and those that do.
fn counts(world: &World) -> Vec<(f64, f64)> {
    let begin = world.setup.begin.seconds();
    let (from, to) = (begin + FROM, begin + FROM + HOUR);
    let mut before = Vec::new();
    let sim = world.until(to, |sim| {
        if sim.now().seconds() <= from {
            before = left(sim);
        }
    });
    let network = &world.network;
    let time = |l: LinkId| {
        let lane = network.lanes_of(l).next().map(|l| network.lane(l));
        lane.map_or(0.0, |l| f64::from(l.length) / f64::from(l.speed_limit))
    };
    let mut meant = vec![0.0; network.links.len()];
    for d in &sim.scene().departures {
        let links = &world.demand.routes[d.route.index()].links;
        let mut at = d.depart.seconds();
        // On the last one it arrives.
        for &link in links.iter().rev().skip(1).rev() {
            at += time(link);
            meant[link.index()] += f64::from(u8::from((from..to).contains(&at)));
        }
    }
    let does = left(&sim).into_iter().zip(before).map(|(now, before)| now - before);
    meant.into_iter().zip(does).filter(|(meant, _)| *meant > 0.0).collect()
}

/// The experiment.
pub fn run(effort: Effort) -> Section {
    // The city takes some seconds a run.
    let seeds = effort.seeds.min(5);
    let mut places = vec![("14a", "grid of 6 × 6 signals", grid(), if effort.quick { 1 } else { seeds })];
    if !effort.quick {
        places.push(("14b", "city in its morning peak", city(), seeds.min(3)));
    }
    let (mut rows, mut series) = (Vec::new(), Vec::new());
    let mut most: f64 = 0.0;
    for (id, name, world, seeds) in places {
        let all = each_seed(seeds, |seed| counts(&world.clone().seed(seed)));
        let matching = |links: &Vec<(f64, f64)>| {
            let n = links.iter().filter(|(meant, does)| geh(*does, *meant) < MATCHES).count();
            100.0 * n as f64 / links.len() as f64
        };
        let found = Estimate::of(&all.iter().map(matching).collect::<Vec<_>>());
        let target = Target::between(WANTED, 100.0);
        rows.push(
            Row::new(id, format!("{name}: links with a GEH below 5"), target, found)
                .unit("%", 1)
                .source("DMRB; WebTAG M3.1: 85 % of links"),
        );
        let points: Vec<(f64, f64)> = all.into_iter().next().unwrap_or_default();
        most = points.iter().map(|p| p.0).fold(most, f64::max);
        series.push(Series::new(name, Mark::Dots, points));
    }
    series.push(Series::new("as meant", Mark::Dashes, vec![(0.0, 0.0), (most, most)]));
    let plot = Plot::new("links", "What links carry", "meant to leave a link, veh/h", "leave it, veh/h").from_zero();
    Section {
        title: "Flows on links",
        text: "Vehicles that leave each link in an hour, beside those that would if everybody drove unhindered along its \
               route.",
        rows,
        plots: vec![plot.with(series)],
    }
}
