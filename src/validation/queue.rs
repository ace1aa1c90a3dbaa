//! C8: a queue behind a red signal grows and dissolves as kinematic waves say (Lighthill and Whitham 1955, Richards
//! 1956), with the calibrated drivers' triangle.

use super::estimate::{each_seed, line};
use super::plot::{Mark, Plot, Series};
use super::world::{Trips, World, lane, road, rolling, s};
use super::{Drivers, Effort, Estimate, FINER, Row, STEP, Section, Target};
use crate::demand::Timing;
use crate::network::compose::NodeKind;

/// Arrivals, veh/h.
const FLOW: f64 = 500.0;
/// Begin and end of the red, s.
const RED: [f64; 2] = [100.0, 150.0];
/// Slower than this somebody is in the queue, m/s: 5 km/h, as queue counters usually have it.
const STANDING: f32 = 5.0 / 3.6;
/// What theory says of q = 500 veh/h, 50 km/h, a jam density of 137 veh/km and a starting wave of 20.2 km/h: the back of
/// the queue moves at (0 − q) / (137 − 10) and is caught when both waves meet.
const BACK_KMH: f64 = -3.94;
const REACH_M: f64 = 68.0;

/// One lane of 600 m, arrivals at equal intervals, the first of them `after` s from the start.
fn world(drivers: Drivers, after: f64) -> World {
    let network = road(NodeKind::Signal, 600.0, 400.0, 1)
        // Of the stage in which nobody is green 2 s are its all-red.
        .signal("x", RED[1], &[(300.0, &["in"]), (RED[1] - RED[0] - 2.0, &[])])
        .build();
    let mut trips = Trips::new(&network, drivers.alike());
    let timing = Timing::Every { begin: s(after), period: 3600.0 / FLOW, end: s(240.0), number: u64::MAX };
    trips.add("v", timing, 0, &["in", "out"], rolling());
    trips.world("queue behind a red signal")
}

/// What one queue comes to.
#[derive(Clone, Debug)]
struct Figures {
    /// Where its back moves, km/h.
    back: f64,
    /// How far it reaches, m.
    reach: f64,
    /// Trajectories: moments, s, and places, m from the stop line.
    tracks: Vec<(f64, f64)>,
}

fn figures(drivers: Drivers, step: f64, after: f64) -> Figures {
    let world = world(drivers, after).step(step);
    let line_id = lane(&world.network, "in", 0);
    let n = world.start().scene().departures.len();
    let mut stops: Vec<Option<(f64, f64)>> = vec![None; n];
    let mut tracks: Vec<Vec<(f64, f64)>> = vec![Vec::new(); n];
    world.until(RED[1] + 60.0, |sim| {
        let length = sim.scene().lanes[line_id.index()].length;
        for (l, v) in sim.traffic().vehicles() {
            let from = sim.measures().trips[v.id.index()].depart_position;
            let place = f64::from(v.distance() - (length - from));
            tracks[v.id.index()].push((sim.now().seconds(), place));
            if l == line_id && v.speed < STANDING && sim.now() > s(RED[0]) {
                stops[v.id.index()].get_or_insert((sim.now().seconds(), place));
            }
        }
    });
    let stops: Vec<(f64, f64)> = stops.into_iter().flatten().collect();
    let space = drivers.car().length + drivers.car().min_gap;
    // The last one who stands takes up a vehicle's space.
    let furthest = stops.iter().map(|s| s.1).fold(0.0, f64::min);
    Figures { back: 3.6 * line(&stops).0, reach: space - furthest, tracks: tracks.concat() }
}

/// The experiment.
pub fn run(effort: Effort) -> Section {
    // Where in the interval the signal turns red is a matter of chance: all of it is gone through.
    let n = effort.seeds.max(2);
    let of = |drivers, step| {
        let all = each_seed(n, |i| figures(drivers, step, 3600.0 / FLOW * i as f64 / n as f64));
        let mean = |f: fn(&Figures) -> f64| Estimate::of(&all.iter().map(f).collect::<Vec<_>>());
        (mean(|f| f.back), mean(|f| f.reach), all.into_iter().next().map_or(Vec::new(), |f| f.tracks))
    };
    let (ours, finer) = (of(Drivers::Calibrated, STEP), of(Drivers::Calibrated, FINER));
    let others = Drivers::OTHERS.map(|d| (d, of(d, STEP)));
    let source = "kinematic waves (Lighthill, Whitham, Richards)";
    let rows = vec![
        Row::new("8a", "speed of the back of the queue", Target::about(BACK_KMH, 0.1), ours.0)
            .finer(finer.0)
            .others(others.iter().map(|(d, m)| (*d, m.0)).collect())
            .unit("km/h", 2)
            .source(source),
        Row::new("8b", "furthest reach of the queue", Target::about(REACH_M, 0.1), ours.1)
            .finer(finer.1)
            .others(others.iter().map(|(d, m)| (*d, m.1)).collect())
            .unit("m", 1)
            .source(source),
    ];
    let start = (RED[0], 0.0);
    let meet = RED[1] + REACH_M / (20.2 / 3.6);
    let waves = [start, (meet, -REACH_M), (RED[1], 0.0)];
    let (back, front) = (waves[..2].to_vec(), vec![waves[2], waves[1]]);
    let seen = |p: &&(f64, f64)| p.0 > 80.0 && p.1.abs() < 200.0;
    let plot = Plot::new("queue", "A queue behind a red signal", "time, s", "place, m from the stop line")
        .note("Trajectories of fronts; dashed: back of the queue and starting wave as kinematic waves have them.")
        .with([
            Series::new("vehicles", Mark::Tracks, ours.2.iter().filter(seen).copied().collect()),
            Series::new("back of the queue", Mark::Dashes, back),
            Series::new("starting wave", Mark::Dashes, front),
        ]);
    Section {
        title: "Queue at a red signal",
        text: "500 veh/h at equal intervals reach a signal that is red for 50 s, all drivers alike. The moment of the \
               red within an interval is varied.",
        rows,
        plots: vec![plot],
    }
}
