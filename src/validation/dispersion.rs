//! C9: platoons disperse.
//!
//! Terms
//! - **profile**: vehicles that pass a place in each interval of a cycle, mean over cycles.
//! - **Robertson's recurrence** (Robertson 1969, RRL Report LR 253): downstream q'(i) = F q(i − βT) + (1 − F) q'(i − 1),
//!   with the mean travel time T, β = 0.8 and F = 1 / (1 + α β T).

use super::plot::{Mark, Plot, Series};
use super::world::{Trips, lane, road, rolling, s};
use super::{Drivers, Effort, Estimate, FINER, Row, STEP, Section, Target};
use crate::demand::Timing;
use crate::network::compose::NodeKind;

/// Cycle of the signal, s, and the intervals that profiles are counted in: as many of a second.
const CYCLE: usize = 90;
/// Where the profile is predicted, m behind the stop line.
const PLACE: f32 = 500.0;
/// Where it is taken from, m behind the stop line: everybody has speed there.
const FROM: f32 = 100.0;
/// Begin of the counts, s.
const SETTLED: f64 = 450.0;
/// Robertson's β, and his α for streets where nothing disturbs (little parking and turning).
const BETA: f64 = 0.8;
const ALPHA: f64 = 0.35;

/// Profiles at both places, veh per second of the cycle, and counts.
struct Profiles {
    from: Vec<f64>,
    to: Vec<f64>,
    /// Mean travel time between both, s.
    travel: f64,
    /// Who passed the first and has not passed the second at the end, though everybody has left.
    lost: f64,
}

fn profiles(step: f64, cycles: usize) -> Profiles {
    let network = road(NodeKind::Signal, 600.0, 1000.0, 2)
        .signal("x", 0.0, &[(30.0, &["in"]), (CYCLE as f64 - 35.0, &[])])
        .build();
    let end = SETTLED + (cycles * CYCLE) as f64;
    let mut trips = Trips::new(&network, Drivers::Calibrated.car());
    let timing = Timing::Poisson { begin: s(0.0), end: s(end), rate: 800.0 / 3600.0, number: u64::MAX };
    let manner = crate::demand::Manner { depart_lane: crate::demand::DepartLane::Best, ..rolling() };
    trips.add("v", timing, 0, &["in", "out"], manner);
    let world = trips.world("platoons").step(step);
    let out = [lane(&world.network, "out", 0), lane(&world.network, "out", 1)];
    let n = world.start().scene().departures.len();
    let mut passed = [vec![None; n], vec![None; n]];
    world.drain(end + 1800.0, |sim| {
        for &l in &out {
            for v in &sim.traffic().lanes[l.index()].vehicles {
                for (place, passed) in [FROM, PLACE].into_iter().zip(&mut passed) {
                    if v.position >= place {
                        let back = f64::from((v.position - place) / v.speed.max(0.1));
                        passed[v.id.index()].get_or_insert(sim.now().seconds() - back);
                    }
                }
            }
        }
    });
    let mut found = Profiles { from: vec![0.0; CYCLE], to: vec![0.0; CYCLE], travel: 0.0, lost: 0.0 };
    let mut counted = 0.0;
    for (from, to) in passed[0].iter().zip(&passed[1]) {
        let Some(from) = from.filter(|&at| at >= SETTLED) else { continue };
        let Some(to) = *to else {
            found.lost += 1.0;
            continue;
        };
        let second = |at: f64| (at as usize) % CYCLE;
        found.from[second(from)] += 1.0;
        found.to[second(to)] += 1.0;
        (found.travel, counted) = (found.travel + to - from, counted + 1.0);
    }
    found.travel /= counted;
    found.from.iter_mut().chain(&mut found.to).for_each(|q| *q /= cycles as f64);
    found
}

/// What Robertson says of a profile after a travel time.
fn robertson(from: &[f64], travel: f64) -> Vec<f64> {
    let n = from.len();
    let shift = libm::round(BETA * travel) as usize;
    let f = 1.0 / (1.0 + ALPHA * BETA * travel);
    let mut to = vec![0.0; n];
    // Twenty cycles until it repeats itself.
    for i in 0..20 * n {
        let before = to[(i + n - 1) % n];
        to[i % n] = f * from[(i + n - shift % n) % n] + (1.0 - f) * before;
    }
    to
}

/// Share of a profile's variation that another explains.
fn r_squared(measured: &[f64], said: &[f64]) -> f64 {
    let mean = measured.iter().sum::<f64>() / measured.len() as f64;
    let total: f64 = measured.iter().map(|q| (q - mean) * (q - mean)).sum();
    let rest: f64 = measured.iter().zip(said).map(|(q, p)| (q - p) * (q - p)).sum();
    1.0 - rest / total
}

/// The experiment.
pub fn run(effort: Effort) -> Section {
    // One long run: cycles are its seeds.
    let cycles = if effort.quick { 40 } else { 8 * effort.seeds as usize };
    let (ours, finer) = (profiles(STEP, cycles), profiles(FINER, cycles));
    let fit = |p: &Profiles| Estimate::exact(r_squared(&p.to, &robertson(&p.from, p.travel)));
    let source = "Robertson 1969, α 0.35, β 0.8";
    let rows = vec![
        Row::new("9a", "profile 400 m further on, explained by Robertson", Target::between(0.9, 1.0), fit(&ours))
            .finer(fit(&finer))
            .unit("R²", 3)
            .source(source),
        Row::new("9b", "vehicles lost on the way", Target::between(0.0, 0.0), Estimate::exact(ours.lost))
            .finer(Estimate::exact(finer.lost))
            .unit("veh", 0)
            .source("conservation"),
    ];
    let curve = |q: &[f64]| q.iter().enumerate().map(|(i, &q)| (i as f64, 3600.0 * q)).collect::<Vec<_>>();
    let plot = Plot::new("dispersion", "Platoon dispersion", "second of the cycle", "flow, veh/h").from_zero().with([
        Series::new("100 m behind the line", Mark::Line, curve(&ours.from)),
        Series::new("500 m behind the line", Mark::Line, curve(&ours.to)),
        Series::new("Robertson", Mark::Dashes, curve(&robertson(&ours.from, ours.travel))),
    ]);
    Section {
        title: "Platoon dispersion",
        text: "Two lanes behind a signal; profiles are taken 100 m and 500 m behind the stop line, over many cycles.",
        rows,
        plots: vec![plot],
    }
}
