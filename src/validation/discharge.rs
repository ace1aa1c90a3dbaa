//! C1–C3: how a queue at a signal discharges.
//!
//! Terms
//! - **headway**: at the stop line, from front bumper to front bumper (the front axle is the manual's reference; a
//!   constant overhang changes the first headway only). The first counts from the start of green.
//! - **saturation flow**: from the headways of positions 11 to 20 of the queue.
//! - **start-up lost time**: what positions 1 to 4 take longer than four saturation headways.
//! - **green extension**: how much of the yellow is used. A green serves N vehicles at the saturation headway h after the
//!   lost time l: its effective length l + N h ends when the last one crosses, so that is when, on average.
//! - **starting wave**: the front at which the standing queue dissolves: where and when vehicles reach 20 km/h.

use std::sync::Arc;

use super::estimate::{each_seed, line};
use super::plot::{Mark, Plot, Series};
use super::world::{Town, Trips, World, crossing_time, lane, road, standing_at};
use super::{Drivers, Effort, Estimate, FINER, Row, STEP, Section, Target};
use crate::demand::VehicleType;
use crate::network::Network;
use crate::network::compose::NodeKind;

/// Vehicles in the queue: enough for positions 11 to 20 and some behind them.
pub const QUEUE: usize = 24;
/// Vehicles in the queue that a green cannot serve.
const LONG_QUEUE: usize = 60;
/// A road on which either queue has room, m.
pub const LONG_WAY: f64 = 600.0;
/// Start of green, s: time for the queue to settle.
pub const GREEN_AT: f64 = 20.0;
/// A green that ends with vehicles still coming, s.
const SHORT_GREEN: f64 = 40.0;
/// What the manual takes for a saturation headway at 1900 pc/h, s.
const HCM_HEADWAY: f64 = 3600.0 / 1900.0;
/// For how long a queue is watched from the start of green, s.
const WATCHED: f64 = 80.0;
/// At this speed somebody has left the standing queue, m/s.
const STARTED: f32 = 20.0 / 3.6;

/// Positions in the queue that the saturation flow is taken from, from 0.
pub(super) const SATURATED: std::ops::Range<usize> = 10..20;

/// One lane at 50 km/h, `way` m long, a signal at its end with this green, and a queue that stands before it.
pub fn queue_world(car: VehicleType, way: f64, number: usize, green: f64) -> World {
    limited_queue_world(car, way, number, green, 50.0)
}

/// The same at another speed limit, km/h.
fn limited_queue_world(car: VehicleType, way: f64, number: usize, green: f64, limit: f64) -> World {
    let mut town = straight(way, green);
    town.plan.streets.iter_mut().for_each(|s| s.speed = limit.clamp(5.0, 110.0));
    standing_queue(&town.build(), car, number, 1, |_| ["in", "out"])
}

/// A long green at 50 km/h, on a street that climbs so many percent.
pub fn on_grade(car: VehicleType, number: usize, percent: f64) -> World {
    let mut town = straight(LONG_WAY, 200.0);
    for node in &mut town.plan.nodes {
        node.z = node.x * percent / 100.0;
    }
    standing_queue(&town.build(), car, number, 1, |_| ["in", "out"])
}

/// One lane with a signal.
fn straight(way: f64, green: f64) -> Town {
    road(NodeKind::Signal, way, 600.0, 1).signal("x", GREEN_AT, &[(green, &["in"]), (300.0 - green, &[])])
}

/// Queues that stand on the first `lanes` lanes of `in`; `ways`: where each place in them goes.
pub fn standing_queue(
    network: &Arc<Network>,
    car: VehicleType,
    number: usize,
    lanes: u8,
    ways: impl Fn(usize) -> [&'static str; 2],
) -> World {
    let space = (car.length + car.min_gap) as f32;
    let mut trips = Trips::new(network, car);
    for (i, on) in (0..number).flat_map(|i| (0..lanes).map(move |on| (i, on))) {
        let length = network.lane(lane(network, "in", usize::from(on))).length;
        // Front first, a metre before the line as drivers stop, and as close as they stand.
        let at = standing_at(length - 1.0 - i as f32 * space, on);
        trips.one(&format!("q{i}.{on}"), 0.0, &ways(i), at);
    }
    trips.world("queue at a signal")
}

/// Saturation flow of several lanes that discharge together, veh/h in a lane: by positions as [`saturation`], whatever
/// lane they cross on.
pub fn saturation_of_lanes(world: &World, lanes: usize) -> f64 {
    let mut crossings = watch(world, WATCHED).crossings;
    crossings.sort_by(f64::total_cmp);
    let at = |position: usize| crossings[lanes * position - 1];
    3600.0 * SATURATED.len() as f64 / (at(SATURATED.end) - at(SATURATED.start))
}

/// What is seen of a queue that discharges.
struct Seen {
    /// When fronts cross the line, s from the start of green; in the order of the queue.
    crossings: Vec<f64>,
    /// Moment, s from the start of green, and place, m from the line, at which each has started.
    starts: Vec<(f64, f64)>,
}

/// Watches a queue until `until` s from the start of green.
fn watch(world: &World, until: f64) -> Seen {
    // The lanes of a link end at the same line.
    let line = lane(&world.network, "in", 0);
    let approach = world.network.lane(line).link;
    let n = world.demand.sources.len();
    let (mut crossings, mut starts) = (vec![None; n], vec![None; n]);
    world.until(GREEN_AT + until, |sim| {
        let length = sim.scene().lanes[line.index()].length;
        for (l, v) in sim.traffic().vehicles() {
            let i = v.id.index();
            let from = sim.measures().trips[i].depart_position;
            if sim.scene().network.lane(l).link != approach && crossings[i].is_none() {
                crossings[i] = Some(crossing_time(sim, v, v.distance() - (length - from)) - GREEN_AT);
            }
            if starts[i].is_none() && v.speed > STARTED && sim.now().seconds() > GREEN_AT {
                // Back to the moment at which it had that speed, at the acceleration it has.
                let before = (v.speed - STARTED) / v.accel.max(0.1);
                let place = v.distance() - (length - from) - before * STARTED;
                starts[i] = Some((sim.now().seconds() - GREEN_AT - f64::from(before), f64::from(place)));
            }
        }
    });
    Seen { crossings: crossings.into_iter().flatten().collect(), starts: starts.into_iter().flatten().collect() }
}

/// Headways at the stop line of those who cross within 80 s of green, s: the first from the start of green to the first
/// front, then front to front.
pub fn headways(world: &World) -> Vec<f64> {
    between(&watch(world, WATCHED).crossings)
}

fn between(crossings: &[f64]) -> Vec<f64> {
    let before = std::iter::once(&0.0).chain(crossings);
    before.zip(crossings).map(|(a, b)| b - a).collect()
}

/// Saturation flow from headways, veh/h.
pub fn saturation(headways: &[f64]) -> f64 {
    3600.0 * SATURATED.len() as f64 / headways[SATURATED].iter().sum::<f64>()
}

/// Start-up lost time from headways, s.
pub fn lost_time(headways: &[f64]) -> f64 {
    headways[..4].iter().sum::<f64>() - 4.0 * 3600.0 / saturation(headways)
}

/// What one queue comes to.
#[derive(Clone, Debug)]
struct Figures {
    headways: Vec<f64>,
    /// veh/h.
    flow: f64,
    /// s.
    lost: f64,
    /// km/h; against the direction of travel it is negative.
    wave: f64,
}

fn figures(car: VehicleType, step: f64, seed: u64) -> Figures {
    let seen = watch(&queue_world(car, LONG_WAY, QUEUE, 200.0).step(step).seed(seed), WATCHED);
    let headways = between(&seen.crossings);
    // From the fifth on: before, it matters how the first one reacts.
    let wave = 3.6 * line(&seen.starts[4..]).0;
    Figures { flow: saturation(&headways), lost: lost_time(&headways), wave, headways }
}

/// What a signal's capacity follows from, as measured with varied drivers: saturation flow, veh/h, and how much longer
/// than shown the effective green is, s (green extension less start-up lost time).
pub fn capacity(drivers: Drivers, step: f64, seeds: u64) -> (f64, f64) {
    let m = means(drivers, step, seeds);
    (m.flow.mean, m.extension.mean - m.lost.mean)
}

/// Saturation flow, veh/h, and start-up lost time, s, of a queue of such cars at a speed limit, m/s: means over seeds.
pub fn saturation_and_lost_time(car: &VehicleType, limit: f64, step: f64, seeds: u64) -> (f64, f64) {
    let all = each_seed(seeds, |seed| {
        let headways =
            headways(&limited_queue_world(car.clone(), LONG_WAY, QUEUE, 200.0, limit * 3.6).step(step).seed(seed));
        // Slow queues are not over in time: then it is the last ten that crossed.
        let n = headways.len().min(SATURATED.end);
        let late = &headways[n.saturating_sub(SATURATED.len())..n];
        let headway = late.iter().sum::<f64>() / late.len() as f64;
        (headway, headways[..4.min(n)].iter().sum::<f64>() - 4.0 * headway)
    });
    let mean = |of: fn(&(f64, f64)) -> f64| all.iter().map(of).sum::<f64>() / seeds as f64;
    (3600.0 / mean(|a| a.0), mean(|a| a.1))
}

/// The green extension, s, of a green whose end falls anywhere between two vehicles.
fn extension(car: VehicleType, step: f64, seed: u64) -> f64 {
    let green = SHORT_GREEN + 0.1 * (seed % 20) as f64;
    let seen = watch(&queue_world(car, LONG_WAY, LONG_QUEUE, green).step(step).seed(seed), green + 30.0);
    seen.crossings.iter().copied().fold(f64::NAN, f64::max) - green
}

/// The figures of all seeds, as estimates.
struct Means {
    flow: Estimate,
    lost: Estimate,
    extension: Estimate,
    wave: Estimate,
    /// By position, s.
    headways: Vec<Estimate>,
}

fn means(drivers: Drivers, step: f64, seeds: u64) -> Means {
    let all = each_seed(seeds, |seed| (figures(drivers.car(), step, seed), extension(drivers.car(), step, seed)));
    let of = |f: &dyn Fn(&(Figures, f64)) -> f64| Estimate::of(&all.iter().map(f).collect::<Vec<_>>());
    Means {
        flow: of(&|a| a.0.flow),
        lost: of(&|a| a.0.lost),
        extension: of(&|a| a.1),
        wave: of(&|a| a.0.wave),
        headways: (0..QUEUE).map(|i| of(&|a| a.0.headways[i])).collect(),
    }
}

/// The greatest rise of a headway over the one before it, from the second on, s; drivers are alike.
fn greatest_rise(drivers: Drivers, step: f64) -> f64 {
    let h = figures(drivers.alike(), step, 1).headways;
    h[1..].windows(2).map(|w| w[1] - w[0]).fold(f64::NEG_INFINITY, f64::max)
}

/// The experiment.
pub fn run(effort: Effort) -> Section {
    let seeds = effort.seeds;
    let (ours, finer) = (means(Drivers::Calibrated, STEP, seeds), means(Drivers::Calibrated, FINER, seeds));
    let others = Drivers::OTHERS.map(|d| (d, means(d, STEP, seeds)));
    let row = |id, what: &str, target, of: &dyn Fn(&Means) -> Estimate| {
        let others = others.iter().map(|(d, m)| (*d, of(m))).collect();
        Row::new(id, what, target, of(&ours)).finer(of(&finer)).others(others).source("HCM 7")
    };
    let late = |m: &Means| Estimate::exact(m.headways[7..20].iter().map(|h| h.mean).sum::<f64>() / 13.0);
    let rise = |step| Estimate::exact(greatest_rise(Drivers::Calibrated, step));
    let rows = vec![
        row("1", "saturation flow, one lane straight on", Target::about(1900.0, 0.05), &|m| m.flow)
            .unit("pc/h", 0)
            .source("HCM 7, base saturation flow rate"),
        row("2a", "start-up lost time", Target::between(1.5, 2.5), &|m| m.lost).unit("s", 2),
        row("2b", "green extension", Target::between(1.5, 2.5), &|m| m.extension).unit("s", 2),
        row("3a", "second headway", Target::between(2.5, 3.1), &|m| m.headways[1]).unit("s", 2),
        row("3b", "fourth headway", Target::between(2.1, 2.4), &|m| m.headways[3]).unit("s", 2),
        row("3c", "headways 8 to 20, mean", Target::about(HCM_HEADWAY, 0.05), &late).unit("s", 3),
        // 10 ms for the interpolation inside a step.
        Row::new("3d", "greatest rise from headway to headway, drivers alike", Target::at_most(0.01), rise(STEP))
            .finer(rise(FINER))
            .unit("s", 3)
            .source("monotone discharge"),
        row("3e", "starting wave", Target::between(-22.0, -18.0), &|m| m.wave)
            .unit("km/h", 1)
            .source("kinematic wave speed of queues, 18 to 22 km/h"),
    ];
    let points = |m: &Means| (1..=20).map(|i| (f64::from(i), m.headways[i as usize - 1].mean)).collect::<Vec<_>>();
    let mut series = vec![Series::new("calibrated", Mark::Line, points(&ours))];
    series.extend(others.iter().map(|(d, m)| Series::new(d.name(), Mark::Line, points(m))));
    series.push(Series::new("1900 pc/h", Mark::Dashes, vec![(1.0, HCM_HEADWAY), (20.0, HCM_HEADWAY)]));
    let plot = Plot::new("headways", "Discharge headways by position in the queue", "position", "headway, s")
        .note("front bumper to front bumper at the stop line; the first from the start of green")
        .from_zero()
        .with(series);
    Section {
        title: "Discharge of a queue",
        text: "One lane at 50 km/h; a queue stands before a signal that turns green. Headways are taken at the stop \
               line from front bumper to front bumper, the first from the start of green.",
        rows,
        plots: vec![plot],
    }
}
