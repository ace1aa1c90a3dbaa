//! C30 (of the issue, beyond the list of targets): more traffic than a network can serve flows at capacity, and drains
//! when it ends.
//!
//! Terms
//! - **throughput**: vehicles that arrive in an hour, in the second half of an hour of demand.
//! - **capacity**: the greatest throughput under any demand up to twice the generated one: main and side streets are
//!   not full at the same demand.
//! - **oversaturated**: demand is 150 % of capacity.

use std::sync::Arc;

use super::estimate::each_seed;
use super::plot::{Mark, Plot, Series};
use super::world::{Trips, World};
use super::{Drivers, Effort, Estimate, Row, STEP, Section, Target};
use crate::generate::{Generated, arterial, grid};
use crate::network::Network;
use crate::network::compose::compose;

/// For how long vehicles come, s, and when throughput begins to count.
const PERIOD: f64 = 3600.0;
const COUNTED: f64 = 1800.0;
/// Everybody must have left by then, s.
const LATEST: f64 = 4.0 * 3600.0;
/// Demand as a factor of the generated one; the last one is more than is served.
const FACTORS: [f64; 4] = [1.0, 1.5, 1.75, 2.0];
/// What oversaturated demand is of capacity.
const OVER: f64 = 1.5;

/// A generated network with its flows.
struct Place {
    name: &'static str,
    id: [&'static str; 2],
    network: Arc<Network>,
    made: Generated,
}

impl Place {
    fn all() -> [Self; 2] {
        let wrong = |e| -> Generated { panic!("it cannot be made: {e}") };
        let grid = grid::generate(&grid::Grid { columns: 4, rows: 4, ..Default::default() }).unwrap_or_else(wrong);
        let arterial = arterial::generate(&arterial::Arterial::default()).unwrap_or_else(wrong);
        [("grid of 4 × 4 signals", ["30a", "30b"], grid), ("arterial of 8 signals", ["30c", "30d"], arterial)].map(
            |(name, id, made)| {
                let network = compose(&made.plan).unwrap_or_else(|e| panic!("{name}: {e}"));
                Self { name, id, network: Arc::new(network), made }
            },
        )
    }

    /// Flow of its generated demand, veh/h.
    fn demand(&self) -> f64 {
        self.made.flows.iter().map(|f| f.rate).sum()
    }

    fn world(&self, factor: f64) -> World {
        let mut trips = Trips::new(&self.network, Drivers::Calibrated.car());
        // Bays need not be named in a plan; in the network they are links of the way.
        for (i, flow) in self.made.flows.iter().enumerate() {
            let ways: Vec<String> = flow.streets.iter().flat_map(|s| self.with_bay(s)).collect();
            let names: Vec<&str> = ways.iter().map(String::as_str).collect();
            trips.flow(&format!("f{i}"), 0.0, PERIOD, flow.rate * factor, &names);
        }
        trips.world(self.name).step(STEP)
    }

    /// A street, and its bay if it has one.
    fn with_bay(&self, street: &str) -> Vec<String> {
        let bay = format!("{street}.bay");
        let has = self.network.find_link(&bay).is_some();
        std::iter::once(street.to_owned()).chain(has.then_some(bay)).collect()
    }

    /// Throughput under a demand, veh/h.
    fn throughput(&self, factor: f64, seed: u64) -> f64 {
        let mut half = 0;
        let sim = self.world(factor).seed(seed).until(PERIOD, |sim| {
            if sim.now().seconds() <= COUNTED {
                half = sim.measures().arrived;
            }
        });
        (sim.measures().arrived - half) as f64 / (PERIOD - COUNTED) * 3600.0
    }
}

/// What a network comes to with a seed.
struct Figures {
    /// Demand and throughput, veh/h.
    points: Vec<(f64, f64)>,
    /// Throughput at 150 % of capacity, as a share of it.
    share: f64,
    /// Vehicles that are left in the end, and gridlocks.
    left: f64,
}

fn figures(place: &Place, factors: &[f64], seed: u64) -> Figures {
    let demand = place.demand();
    let mut points: Vec<(f64, f64)> = factors.iter().map(|f| (f * demand, place.throughput(*f, seed))).collect();
    let capacity = points.iter().map(|p| p.1).fold(0.0, f64::max);
    let factor = OVER * capacity / demand;
    let mut half = 0;
    let mut arrived = 0;
    let mut sim = place.world(factor).seed(seed).start();
    while !sim.is_empty() && sim.now().seconds() < LATEST {
        sim.step();
        let m = sim.measures();
        half = if sim.now().seconds() <= COUNTED { m.arrived } else { half };
        arrived = if sim.now().seconds() <= PERIOD { m.arrived } else { arrived };
    }
    let over = (arrived - half) as f64 / (PERIOD - COUNTED) * 3600.0;
    points.push((OVER * capacity, over));
    let left = sim.scene().departures.len() - sim.measures().arrived + sim.gridlocks().cycles();
    Figures { points, share: over / capacity, left: left as f64 }
}

/// The experiment.
pub fn run(effort: Effort) -> Section {
    let seeds = if effort.quick { 1 } else { effort.seeds.min(3) };
    let factors = if effort.quick { &FACTORS[3..] } else { &FACTORS };
    let (mut rows, mut series) = (Vec::new(), Vec::new());
    let mut most: f64 = 0.0;
    for place in Place::all() {
        let all = each_seed(seeds, |seed| figures(&place, factors, seed));
        let share = Estimate::of(&all.iter().map(|f| 100.0 * f.share).collect::<Vec<_>>());
        let left = Estimate::exact(all.iter().map(|f| f.left).sum());
        let source = "a queue discharges at capacity however long it is";
        let name = place.name;
        rows.push(
            Row::new(
                place.id[0],
                format!("{name}: throughput at 150 % of capacity, of capacity"),
                // 95 %: full bays take some of it, and who is late for a green is held up by who turns.
                Target { least: 95.0, most: f64::INFINITY },
                share,
            )
            .unit("%", 1)
            .source(source),
        );
        rows.push(
            Row::new(place.id[1], format!("{name}: vehicles left, and gridlocks"), Target::between(0.0, 0.0), left)
                .unit("", 0)
                .source("it drains"),
        );
        let points: Vec<(f64, f64)> = all.iter().flat_map(|f| f.points.clone()).collect();
        most = points.iter().map(|p| p.1).fold(most, f64::max);
        series.push(Series::new(name, Mark::Dots, points));
    }
    series.push(Series::new("all that comes", Mark::Dashes, vec![(0.0, 0.0), (most, most)]));
    let plot = Plot::new("oversaturation", "More than a network can serve", "demand, veh/h", "throughput, veh/h")
        .from_zero()
        .with(series);
    Section {
        title: "Oversaturation",
        text: "Generated networks with fixed signals and an hour of demand, up to one and a half times what they can \
               serve. Throughput is what arrives in the second half of the hour; afterwards they empty.",
        rows,
        plots: vec![plot],
    }
}
