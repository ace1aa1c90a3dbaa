//! Drivers that fit measured saturation flows.
//!
//! A queue of the scenario's cars discharges at a signal at the lane's speed limit, as the validation suite has it. The
//! saturation flow falls as the desired headway τ grows, and the lost time grows with the first driver's reaction: each
//! is found by bisection. There is one driver for all lanes: what differs from lane to lane is shown, not fitted.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use super::counts::{for_each_line, number};
use crate::demand::VehicleType;
use crate::import::ImportError;
use crate::network::{LinkId, Network};
use crate::validation::discharge;

/// A saturation flow that was measured.
#[derive(Clone, Debug, PartialEq)]
pub struct Measured {
    /// Its lane or edge, as the file names it.
    pub name: String,
    /// Speed limit there, m/s.
    pub limit: f32,
    /// pc/h and lane.
    pub flow: f64,
    /// Start-up lost time, s.
    pub lost: Option<f64>,
}

/// How a queue discharges.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Queue {
    /// Saturation flow, pc/h.
    pub flow: f64,
    /// Start-up lost time, s.
    pub lost: f64,
}

/// Drivers that fit.
#[derive(Clone, Debug, PartialEq)]
pub struct SaturationFit {
    /// Desired headway, s.
    pub tau: f64,
    /// Reaction of the first in a queue, s.
    pub start_delay: f64,
    /// For each measured one what queues of these drivers do there.
    pub queues: Vec<Queue>,
    /// Whether a bound was met: no such driver discharges as was measured.
    pub bounded: bool,
    /// Whether it was stopped before its end.
    pub interrupted: bool,
}

/// Headways and reactions that are looked at, s.
const TAU: (f64, f64) = (0.3, 4.0);
const DELAY: (f64, f64) = (0.0, 4.0);
/// Halvings of these: to less than a thousandth of a second.
const HALVINGS: usize = 13;

/// How far a queue is off what was measured, if that was measured.
type Off<'a> = &'a dyn Fn(&Measured, Queue) -> Option<f64>;

/// Reads measured saturation flows: `lane,saturation,lost_time`, the last one optional; `file` stands for it in messages.
///
/// # Errors
/// Says in which line what is wrong and what was expected.
pub fn saturations(text: &str, file: &Path, network: &Network) -> Result<Vec<Measured>, ImportError> {
    const COLUMNS: [(&str, &[&str]); 3] = [
        ("lane", &["edge", "site", "link", "movement"]),
        ("saturation", &["saturation_flow", "flow"]),
        ("lost_time?", &["lost"]),
    ];
    let mut all = Vec::new();
    for_each_line(text, file, &COLUMNS, |line, cells| {
        let wrong = |problem: String| ImportError::at(file, line, problem);
        let lane = network.lanes.iter().find(|l| l.id == cells[0] && !l.internal);
        let edge = || network.find_link(cells[0]).and_then(|l: LinkId| network.lanes_of(l).next());
        let limit = lane.map(|l| l.speed_limit).or_else(|| edge().map(|l| network.lane(l).speed_limit));
        let limit = limit.ok_or_else(|| wrong(format!("'{}'; expected the name of a lane or an edge", cells[0])))?;
        let flow = number(cells[1]).filter(|f| (300.0..=4000.0).contains(f));
        let flow =
            flow.ok_or_else(|| wrong(format!("saturation '{}'; expected 300 to 4000 pc/h and lane", cells[1])))?;
        let lost = match cells[2] {
            "" => None,
            text => Some(
                number(text)
                    .filter(|l| *l <= 20.0)
                    .ok_or_else(|| wrong(format!("lost_time '{text}'; expected 0 to 20 s")))?,
            ),
        };
        all.push(Measured { name: cells[0].to_owned(), limit, flow, lost });
        if all.len() > 10_000 { Err(wrong("is one too many; expected at most 10000".into())) } else { Ok(()) }
    })?;
    if all.is_empty() {
        return Err(ImportError::at(
            file,
            1,
            "holds nothing; expected a line for each lane below the header".to_owned(),
        ));
    }
    Ok(all)
}

/// Finds the drivers: the scenario's `car` with another headway and, where lost times were measured, another reaction.
/// `stop` ends it with what has been found by then.
pub fn fit_saturation(
    car: &VehicleType,
    step: f64,
    measured: &[Measured],
    seeds: u64,
    stop: &AtomicBool,
    each: &mut dyn FnMut(),
) -> SaturationFit {
    let mean = |of: Off<'_>, car: &VehicleType| {
        let known = queues(car, step, measured, seeds);
        let (sum, n) =
            measured.iter().zip(known).filter_map(|(m, q)| of(m, q)).fold((0.0, 0.0), |(sum, n), v| (sum + v, n + 1.0));
        sum / n
    };
    // The zero of what falls as the value grows. Drivers react in whole steps: of both sides of a jump the nearer one.
    let mut bounded = false;
    let mut zero = |car: &mut VehicleType, bounds: (f64, f64), set: fn(&mut VehicleType, f64), of: Off<'_>| {
        let mut at = |car: &mut VehicleType, value| {
            set(car, value);
            each();
            mean(of, car)
        };
        let (mut low, mut high) = (bounds.0, bounds.1);
        let (mut above, mut below) = (f64::INFINITY, f64::NEG_INFINITY);
        for _ in 0..HALVINGS {
            if stop.load(Ordering::Relaxed) {
                break;
            }
            let middle = (low + high) / 2.0;
            let off = at(car, middle);
            if off > 0.0 { (low, above) = (middle, off) } else { (high, below) = (middle, off) }
        }
        set(car, if above < -below { low } else { high });
        bounded |= low == bounds.0 || high == bounds.1;
    };
    let mut car = car.clone();
    let flow = |m: &Measured, q: Queue| Some(q.flow - m.flow);
    zero(&mut car, TAU, |car, tau| car.tau = tau, &flow);
    if measured.iter().any(|m| m.lost.is_some()) {
        let lost = |m: &Measured, q: Queue| m.lost.map(|lost| lost - q.lost);
        zero(&mut car, DELAY, |car, delay| car.start_delay = delay, &lost);
    }
    SaturationFit {
        tau: car.tau,
        start_delay: car.start_delay,
        queues: queues(&car, step, measured, seeds),
        bounded,
        interrupted: stop.load(Ordering::Relaxed),
    }
}

/// How queues of a car discharge where each was measured.
fn queues(car: &VehicleType, step: f64, measured: &[Measured], seeds: u64) -> Vec<Queue> {
    let mut known: Vec<(f32, Queue)> = Vec::new();
    let mut of = |limit: f32| match known.iter().find(|k| k.0 == limit) {
        Some(k) => k.1,
        None => {
            let (flow, lost) = discharge::saturation_and_lost_time(car, f64::from(limit), step, seeds);
            known.push((limit, Queue { flow, lost }));
            Queue { flow, lost }
        }
    };
    measured.iter().map(|m| of(m.limit)).collect()
}
