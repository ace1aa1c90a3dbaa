//! A city district on a river: streets, zones, trips and buses.
//!
//! Terms
//! - **zone**: a few blocks with inhabitants and jobs, where trips begin and end; **gateway**: a street by which the
//!   city is entered and left, a zone of its own.
//! - **gravity model**: trips between two zones are as many as both are large, less the further they are apart;
//!   **deterrence**: how much less.
//! - **layout**: the streets without signal programs; programs follow from the flows of the routes, and routes are found
//!   above the simulator (`crate::assign`).

mod blocks;
pub mod buses;
pub mod gravity;
mod lattice;
mod programs;
mod streets;
pub mod zones;

use buses::BusLine;
use gravity::Trip;
use lattice::{EAST, Lines, NORTH};
use programs::Axis;
pub use programs::programs;
use zones::Zone;

use super::{Dice, GenerateError, within};
use crate::network::compose::StreetPlan;

/// What a city is made of.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct City {
    /// About so many intersections, 120 to 400.
    pub intersections: usize,
    /// Trips in an hour, 0 to 60,000.
    pub trips: usize,
    /// Seed: the same makes the same.
    pub seed: u64,
}

impl Default for City {
    fn default() -> Self {
        Self { intersections: 200, trips: 12_000, seed: 1 }
    }
}

/// Streets without signal programs, and who wants to travel.
#[derive(Clone, Debug, PartialEq)]
pub struct Layout {
    /// The plan; its signals have no programs yet.
    pub plan: StreetPlan,
    /// The zones.
    pub zones: Vec<Zone>,
    /// The trips, in order of departure.
    pub trips: Vec<Trip>,
    /// The bus lines.
    pub buses: Vec<BusLine>,
    /// The arterials, the main street first.
    axes: Vec<Axis>,
}

/// Lays out a city.
///
/// # Errors
/// If a parameter is out of its range.
pub fn layout(p: &City) -> Result<Layout, GenerateError> {
    within("intersections", p.intersections, 120..=400)?;
    within("trips", p.trips, 0..=60_000)?;
    let dice = Dice { seed: p.seed };
    let lines = Lines::new(p.intersections);
    let places = lattice::places(&lines, dice);
    let blocks = blocks::blocks(&lines, &places, dice);
    let laid = streets::lay_out(&lines, &places, &blocks);
    let axes = axes(&lines, &places, &blocks, &laid.names);
    let zones = zones::zones(&lines, &places, &blocks, &laid, dice);
    let bridges = lines.bridges.map(|i| {
        let [a, b] = [0, 1].map(|k| places[lines.index(i, lines.river + k)]);
        ((a.0 + b.0) / 2.0, (a.1 + b.1) / 2.0)
    });
    let trips = gravity::trips(&zones, &bridges, p.trips, dice);
    let buses = buses::lines(&lines, &blocks, &laid);
    Ok(Layout { plan: laid.plan, zones, trips, buses, axes })
}

/// The arterials with their signals.
fn axes(lines: &Lines, places: &[(f64, f64)], blocks: &blocks::Blocks, names: &[String]) -> Vec<Axis> {
    let main: Vec<_> = (0..lines.columns).map(|i| (i, lines.main)).collect();
    let bridge = |i: usize| (0..lines.rows).map(|j| (i, j)).collect::<Vec<_>>();
    let all = [(main, EAST), (bridge(lines.bridges[0]), NORTH), (bridge(lines.bridges[1]), NORTH)];
    all.into_iter()
        .map(|(line, way)| {
            let (mut signals, mut along, mut before) = (Vec::new(), 0.0, None);
            for (i, j) in line {
                let k = lines.index(i, j);
                let (x, y) = places[k];
                if let Some((u, v)) = before.replace((x, y)) {
                    along += libm::hypot(x - u, y - v);
                }
                let street = blocks.at[k][way].or(blocks.at[k][way + 2]);
                if let Some(street) = street.filter(|_| blocks.rules[k] == blocks::Rule::Signal) {
                    signals.push((streets::node_name(i, j), names[street].clone(), along));
                }
            }
            Axis { signals }
        })
        .collect()
}

/// Figures of a layout: intersections of three streets or more, and signals.
pub fn counts(layout: &Layout) -> (usize, usize) {
    let plan = &layout.plan;
    let arms = |id: &str| plan.streets.iter().filter(|s| s.from == id || s.to == id).count();
    let signals = plan.nodes.iter().filter(|n| n.kind == crate::network::compose::NodeKind::Signal).count();
    (plan.nodes.iter().filter(|n| arms(&n.id) >= 3).count(), signals)
}

#[cfg(test)]
mod tests;
