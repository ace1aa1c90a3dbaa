//! Figures per lane and per signal.
//!
//! Queues and delays are sampled every [`SAMPLE_S`] seconds. Delay is the time lost
//! against free speed on the lane (on all lanes that end at the signal's stop lines), divided by the vehicles that
//! crossed the stop line. Degree of saturation is flow / (saturation flow · green share), with one saturation flow
//! for all lanes. All of it is of the time after the warm-up, but for red running.

use std::collections::BTreeMap;

use super::run::Finished;
use crate::network::{LaneId, SignalId};
use crate::sim::measures::SAMPLE_S;

/// Saturation flow of a lane, veh/h of green.
pub const SATURATION_FLOW: f64 = 1900.0;

/// A road lane.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LaneRow {
    /// The lane.
    pub lane: LaneId,
    /// The signal at its end.
    pub signal: Option<SignalId>,
    /// What it did.
    pub figures: Figures,
}

/// What a lane or a signal did.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Figures {
    /// Vehicles that crossed the stop line.
    pub vehicles: u32,
    /// The same per hour.
    pub flow: f64,
    /// Mean of the vehicles standing.
    pub mean_queue: f64,
    /// Most vehicles standing (of a signal: on one lane).
    pub max_queue: u32,
    /// Time lost, s, all vehicles together.
    pub lost: f64,
    /// Share of green of its best group, 0–1 (of a signal: mean over vehicles); `None` without a signal.
    pub green: Option<f64>,
    /// Degree of saturation (of a signal: of its worst lane); `None` without a signal.
    pub saturation: Option<f64>,
    /// Stop lines crossed on red.
    pub red_running: u32,
}

impl Figures {
    /// Time lost per vehicle, s; `None` if none crossed.
    pub fn delay(&self) -> Option<f64> {
        (self.vehicles > 0).then(|| self.lost / f64::from(self.vehicles))
    }
}

/// All road lanes that vehicles may use, in id order.
pub fn lanes(run: &Finished<'_>) -> Vec<LaneRow> {
    let network = &run.sim.scene().network;
    let ids = (0..network.lanes.len()).map(LaneId::new);
    let roads = ids.filter(|&l| !network.lane(l).internal && !network.lane(l).permissions.is_footway());
    roads.map(|lane| row(run, lane)).collect()
}

/// One lane.
fn row(run: &Finished<'_>, lane: LaneId) -> LaneRow {
    let scene = run.sim.scene();
    let m = run.sim.measures();
    let book = &m.lanes[lane.index()];
    let hours = (run.sim.now() - scene.setup.measured_from()).seconds() / 3600.0;
    let heads = || scene.network.movements_of(lane).filter_map(|m| scene.network.movement(m).head);
    let lamp = |h: crate::network::SignalHead| scene.lamp_base[h.signal.index()] + u32::from(h.group);
    let green = heads().map(|h| m.green_share(scene, lamp(h), run.sim.now())).reduce(f64::max);
    let flow = f64::from(book.flow) / hours.max(1e-9);
    let figures = Figures {
        vehicles: book.flow,
        flow,
        mean_queue: book.standing as f64 / f64::from(m.samples.max(1)),
        max_queue: book.most_standing,
        lost: book.lost * SAMPLE_S as f64,
        green,
        saturation: green.filter(|&g| g > 0.0).map(|g| flow / (SATURATION_FLOW * g)),
        red_running: book.red_running,
    };
    LaneRow { lane, signal: heads().next().map(|h| h.signal), figures }
}

/// All signals, in id order, from their lanes.
pub fn signals(lanes: &[LaneRow]) -> BTreeMap<SignalId, Figures> {
    let mut rows: BTreeMap<SignalId, Figures> = BTreeMap::new();
    let mut green: BTreeMap<SignalId, f64> = BTreeMap::new();
    for LaneRow { signal, figures: f, .. } in lanes {
        let Some(signal) = *signal else { continue };
        let sum = rows.entry(signal).or_default();
        sum.vehicles += f.vehicles;
        sum.flow += f.flow;
        sum.mean_queue += f.mean_queue;
        sum.max_queue = sum.max_queue.max(f.max_queue);
        sum.lost += f.lost;
        sum.red_running += f.red_running;
        sum.saturation = sum.saturation.into_iter().chain(f.saturation).reduce(f64::max);
        *green.entry(signal).or_default() += f.green.unwrap_or(0.0) * f64::from(f.vehicles);
    }
    for (signal, sum) in &mut rows {
        sum.green = (sum.vehicles > 0).then(|| green[signal] / f64::from(sum.vehicles));
    }
    rows
}
