//! C13: the macroscopic fundamental diagram of a grid (Geroliminis and Daganzo 2008; Daganzo, Gayah and Gonzales 2011).
//!
//! Terms
//! - **accumulation**: vehicles inside at a moment; as a share of the **jam accumulation**, at which all lanes are full.
//! - **network flow**: way driven by all vehicles, over time and length of all lanes, veh/h: the mean flow of a lane.
//! - **loading**: demand grows; **unloading**: there is none any more, and the network empties.
//! - **clockwise**: at one accumulation less flows while unloading: queues dissolve from their fronts, so that some
//!   streets are empty while others are still full (Gayah and Daganzo 2011).
//!
//! Trips go from street to street inside, evenly, by the fastest way at free flow: nobody finds a way around a queue.
//! Streets that lead out carry nobody and are left out of all lengths.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::estimate::each_seed;
use super::plot::{Mark, Plot, Series};
use super::world::{Trips, World, rolling, s};
use super::{Drivers, Effort, Estimate, Row, STEP, Section, Target};
use crate::demand::{ArrivalPosition, DepartLane, Manner, Route, RouteId, Router, Timing};
use crate::generate::grid::{Grid, generate};
use crate::network::compose::compose;
use crate::network::{LinkId, Network};
use crate::random::{Purpose, bits, key_of};

/// Crossings each way.
const SIZE: usize = 6;
/// How much more wants to travel in an hour, from one hour to the next, veh/h: slow enough that speeds follow.
const GROWTH: f64 = 28_000.0;
/// For how long it grows, s: until a quarter of the lanes is full, from where the network empties by itself; and beyond.
const EASES: f64 = 1800.0;
const GOES_ON: f64 = 2700.0;
/// What is averaged, s: two cycles of the signals or so.
const SLICE: f64 = 120.0;
/// Width of a bin of the smoothed curve, as a share of the jam accumulation.
const BIN: f64 = 0.025;
/// A bin takes in what lies within so many of them on both sides.
const SMOOTH: f64 = 1.5;
/// What a vehicle takes up in a queue, m: the calibrated car and its gap.
const SPACE: f64 = 7.3;
/// The network must have emptied by then, s.
const LATEST: f64 = 7200.0;
/// Least accumulation at which branches are compared: below it a queue or two decide.
const LEAST: f64 = 0.025;

/// Accumulation, share of the jam accumulation, and network flow, veh/h.
type Point = (f64, f64);

/// The grid, and its streets inside.
struct Place {
    network: Arc<Network>,
    inside: Vec<LinkId>,
    /// m of lanes.
    lanes: f64,
}

impl Place {
    fn new() -> Self {
        let grid = Grid { columns: SIZE, rows: SIZE, ..Grid::default() };
        let made = generate(&grid).unwrap_or_else(|e| panic!("the grid: {e}"));
        let network = Arc::new(compose(&made.plan).unwrap_or_else(|e| panic!("the grid: {e}")));
        // Street 0 and the last one of a row or column lead out.
        let outer = ["_0".to_owned(), format!("_{SIZE}")];
        let leads_out = |name: &str| outer.iter().any(|end| name.trim_end_matches(".bay").ends_with(end.as_str()));
        let inner = |l: &LinkId| !network.link(*l).internal && !leads_out(&network.link(*l).id);
        let roads: Vec<LinkId> = (0..network.links.len()).map(LinkId::new).filter(inner).collect();
        let lanes = roads.iter().flat_map(|&l| network.lanes_of(l)).map(|l| f64::from(network.lane(l).length)).sum();
        let starts = |l: &LinkId| !network.link(*l).id.ends_with(".bay");
        Self { inside: roads.into_iter().filter(starts).collect(), lanes, network }
    }

    /// Vehicles with which all lanes are full.
    fn jam(&self) -> f64 {
        self.lanes / SPACE
    }

    /// Trips whose number grows for `time` s, drawn by a seed.
    fn world(&self, time: f64, seed: u64) -> World {
        let draw =
            |what: &str, i: usize| (bits(seed, key_of(what), Purpose::Generate, i as u64) >> 11) as f64 / 2f64.powi(53);
        let car = Drivers::Calibrated.car();
        let mut router = Router::new(&self.network, Default::default());
        let mut routes: BTreeMap<[usize; 2], Option<RouteId>> = BTreeMap::new();
        let mut trips = Trips::new(&self.network, car.clone());
        let manner = Manner { depart_lane: DepartLane::Best, arrival_position: ArrivalPosition::Random, ..rolling() };
        for i in 0..(GROWTH * (time / 3600.0) * (time / 3600.0) / 2.0) as usize {
            // Uniform under a rate that grows evenly from none.
            let depart = time * draw("depart", i).sqrt();
            let ends = ["from", "to"].map(|end| (draw(end, i) * self.inside.len() as f64) as usize);
            let [from, to] = ends.map(|end| self.inside[end]);
            let demand = &mut trips.demand;
            let route = routes.entry(ends).or_insert_with(|| {
                let links = router.route(from, &[], to, &car).filter(|links| links.len() > 1)?;
                demand.routes.push(Route::given(links));
                Some(RouteId::new(demand.routes.len() - 1))
            });
            let Some(route) = *route else { continue };
            let links = demand.routes[route.index()].links.clone();
            let names: Vec<&str> = links.iter().map(|&l| self.network.link(l).id.as_str()).collect();
            trips.add(&format!("t{i}"), Timing::Once(s(depart)), 0, &names, manner);
        }
        trips.world("macroscopic fundamental diagram").seed(seed).step(STEP)
    }
}

/// What a run shows: a point for each slice.
struct Seen {
    loading: Vec<Point>,
    unloading: Vec<Point>,
    /// Whether everybody has arrived, and nobody waited for each other in a circle.
    empties: bool,
}

fn seen(place: &Place, grows: f64, until: f64, seed: u64) -> Seen {
    let world = place.world(grows, seed);
    let mut sim = world.start();
    let mut seen = Seen { loading: Vec::new(), unloading: Vec::new(), empties: false };
    let (mut vehicles, mut way, mut steps) = (0.0, 0.0, 0.0);
    while !sim.is_empty() && sim.now() < s(until) {
        sim.step();
        for (_, v) in sim.traffic().vehicles() {
            vehicles += 1.0;
            way += f64::from(v.moved);
        }
        steps += 1.0;
        if steps * STEP >= SLICE {
            let point = (vehicles / steps / place.jam(), way / place.lanes / SLICE * 3600.0);
            let branch = if sim.now() <= s(grows) { &mut seen.loading } else { &mut seen.unloading };
            branch.push(point);
            (vehicles, way, steps) = (0.0, 0.0, 0.0);
        }
    }
    // Just after the demand has ended the accumulation may still grow: that is neither.
    let peak = seen.unloading.iter().map(|p| p.0).fold(0.0, f64::max);
    let from = seen.unloading.iter().position(|p| p.0 >= peak).unwrap_or(0);
    seen.unloading.drain(..from);
    seen.empties = sim.is_empty() && sim.gridlocks().cycles() == 0;
    seen
}

/// The smoothed curve through points: means of flows, nearer points counting more, at each bin with points on both
/// sides or at it.
fn smoothed(points: &[Point]) -> Vec<Point> {
    let most = points.iter().map(|p| p.0).fold(0.0, f64::max);
    let at = |k: usize| {
        let n = k as f64 * BIN;
        let weight = |p: &Point| (1.0 - ((p.0 - n) / BIN / SMOOTH).abs()).max(0.0);
        let sum: f64 = points.iter().map(weight).sum();
        (sum > 0.0).then(|| (n, points.iter().map(|p| weight(p) * p.1).sum::<f64>() / sum))
    };
    (0..=(most / BIN) as usize).filter_map(at).collect()
}

/// A smoothed curve's value between its bins.
fn value(curve: &[Point], n: f64) -> Option<f64> {
    let (a, b) = curve.windows(2).map(|w| (w[0], w[1])).find(|(a, b)| (a.0..=b.0).contains(&n))?;
    Some(a.1 + (b.1 - a.1) * (n - a.0) / (b.0 - a.0))
}

/// Local maxima of a curve that stand out by more than `least` on both sides.
fn maxima(curve: &[Point], least: f64) -> usize {
    // Up and down by turns, with so much hysteresis.
    let (mut number, mut rises, mut extreme) = (0, true, f64::NEG_INFINITY);
    for &(_, flow) in curve {
        if rises {
            extreme = extreme.max(flow);
            if flow < extreme - least {
                (number, rises, extreme) = (number + 1, false, flow);
            }
        } else {
            extreme = extreme.min(flow);
            if flow > extreme + least {
                (rises, extreme) = (true, flow);
            }
        }
    }
    number
}

/// What one seed comes to.
struct Figures {
    /// Maxima of the smoothed curve.
    maxima: f64,
    /// Accumulation of the greatest, share of jam.
    at: f64,
    /// Share of the accumulations that both branches pass at which loading lies above unloading.
    above: f64,
    /// Root mean square distance of points from their smoothed loading curve, share of its maximum.
    scatter: f64,
    empties: bool,
    /// The run that empties; and the loading of the one that goes on.
    run: Seen,
    heavy: Vec<Point>,
}

fn figures(place: &Place, seed: u64) -> Figures {
    let run = seen(place, EASES, LATEST, seed);
    let heavy = seen(place, GOES_ON, GOES_ON, seed).loading;
    let curve = smoothed(&heavy);
    let (at, most) = curve.iter().copied().fold((0.0, 0.0), |best, p| if p.1 > best.1 { p } else { best });
    let off = heavy.iter().filter_map(|p| Some(p.1 - value(&curve, p.0)?)).map(|d| d * d);
    let (n, sum) = off.fold((0.0, 0.0), |(n, sum), d| (n + 1.0, sum + d));
    let (up, down) = (smoothed(&run.loading), smoothed(&run.unloading));
    let both: Vec<bool> = up.iter().filter(|p| p.0 >= LEAST).filter_map(|p| Some(p.1 > value(&down, p.0)?)).collect();
    Figures {
        // A twentieth of the maximum is more than the mean of a few slices is uncertain.
        maxima: maxima(&curve, most / 20.0) as f64,
        at,
        above: both.iter().filter(|a| **a).count() as f64 / both.len() as f64,
        scatter: libm::sqrt(sum / n) / most,
        empties: run.empties,
        run,
        heavy,
    }
}

/// The experiment.
pub fn run(effort: Effort) -> Section {
    let place = Place::new();
    let all = each_seed(if effort.quick { 1 } else { effort.seeds.min(5) }, |seed| figures(&place, seed));
    let of = |f: fn(&Figures) -> f64| Estimate::of(&all.iter().map(f).collect::<Vec<_>>());
    let source = "Geroliminis and Daganzo 2008; Gayah and Daganzo 2011";
    let stuck = all.iter().filter(|f| !f.empties).count() as f64;
    let rows = vec![
        Row::new("13a", "maxima of the smoothed loading curve", Target::between(1.0, 1.0), of(|f| f.maxima))
            .unit("", 0)
            .source(source),
        Row::new("13b", "accumulation at the maximum", Target::between(15.0, 40.0), of(|f| 100.0 * f.at))
            .unit("% of jam", 1)
            .source(source),
        Row::new(
            "13c",
            "accumulations with loading above unloading",
            Target::between(60.0, 100.0),
            of(|f| 100.0 * f.above),
        )
        .unit("%", 0)
        .source(source),
        // Measured in Yokohama: points of several days within about a tenth of the curve.
        Row::new(
            "13d",
            "scatter about the loading curve, of its maximum",
            Target::at_most(10.0),
            of(|f| 100.0 * f.scatter),
        )
        .unit("%", 1)
        .source("low scatter (Geroliminis and Daganzo 2008)"),
        Row::new("13e", "runs that did not empty after the demand", Target::between(0.0, 0.0), Estimate::exact(stuck))
            .unit("", 0)
            .source("a network that is not overloaded drains"),
    ];
    let points =
        |f: &dyn Fn(&Figures) -> Vec<Point>| all.iter().flat_map(f).map(|p| (100.0 * p.0, p.1)).collect::<Vec<_>>();
    let (loads, unloads) = (points(&|f| f.heavy.clone()), points(&|f| f.run.unloading.clone()));
    let curve: Vec<Point> = smoothed(&all.iter().flat_map(|f| f.heavy.clone()).collect::<Vec<_>>());
    let plot = Plot::new("mfd", "A grid of 6 × 6 signals", "accumulation, % of jam", "network flow, veh/h and lane")
        .note("Each point is 120 s. Loading: demand grows without end; unloading: it has stopped at a quarter of jam.")
        .from_zero()
        .with([
            Series::new("loading", Mark::Dots, loads),
            Series::new("unloading", Mark::Dots, unloads),
            Series::new("loading, smoothed", Mark::Line, curve.iter().map(|p| (100.0 * p.0, p.1)).collect()),
        ]);
    Section {
        title: "Macroscopic fundamental diagram",
        text: "A grid of 6 × 6 signals with blocks of 200 m; trips between all its streets, whose number grows: in one \
               run until it stops and the network empties, in another without end. Nobody looks for a way around.",
        rows,
        plots: vec![plot],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn maxima_are_counted_if_they_stand_out() {
        let curve = |flows: &[f64]| flows.iter().enumerate().map(|(i, &f)| (i as f64, f)).collect::<Vec<_>>();
        assert_eq!(maxima(&curve(&[0.0, 5.0, 4.9, 6.0, 3.0, 1.0]), 0.5), 1);
        assert_eq!(maxima(&curve(&[0.0, 5.0, 3.0, 6.0, 3.0, 1.0]), 0.5), 2);
        // A curve that only rises has none.
        assert_eq!(maxima(&curve(&[0.0, 1.0, 2.0]), 0.5), 0);
    }

    #[test]
    fn curves_are_smoothed_by_neighbours() {
        let line: Vec<Point> = (0..=40).map(|i| (0.01 * f64::from(i), f64::from(i))).collect();
        let curve = smoothed(&line);
        let middle = value(&curve, 0.2).expect("inside");
        // A straight line stays itself away from its ends.
        assert!((middle - 20.0).abs() < 1e-9, "{middle}");
        assert!(value(&curve, 0.5).is_none());
    }
}
