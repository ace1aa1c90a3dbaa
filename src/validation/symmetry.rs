//! C20 (second half): a junction that is turned, seen in a mirror or written down in another order serves the same.
//!
//! A crossing with signals, left turns that give way and right turns, loaded unevenly. The mirror image drives on the
//! left. Names of streets and flows go with them, so that vehicles are the same by name and draw the same; what changes
//! are coordinates, numbers, and the order in which things are gone through. Runs are compared in pairs, seed by seed.

use std::sync::Arc;

use super::estimate::each_seed;
use super::world::{Town, Trips, World};
use super::{Drivers, Effort, Estimate, Row, STEP, Section, Target};
use crate::network::compose::NodeKind;
use crate::network::parts::NetworkParts;
use crate::network::{Direction, Network, Point};

/// For how long vehicles come, s, and when everybody must have left.
const PERIOD: f64 = 1800.0;
const LATEST: f64 = 7200.0;
/// Arms with what enters there, veh/h, and the direction in which they lie, degrees from the east.
const ARMS: [(&str, f64, f64); 4] = [("w", 520.0, 180.0), ("s", 260.0, 270.0), ("e", 430.0, 0.0), ("n", 190.0, 90.0)];
/// Of those who enter: to the right, straight on, to the left.
const SHARES: [f64; 3] = [0.2, 0.6, 0.2];

/// How the junction is changed.
#[derive(Clone, Copy, PartialEq)]
enum Change {
    /// Turned, degrees.
    Turned(f64),
    /// Seen in a mirror: traffic keeps to the left.
    Mirrored,
    /// Its arms and flows written down in another order.
    Ordered,
}

/// Changes with the number of their row, and how they are called.
const CHANGES: [(&str, Change, &str); 4] = [
    ("20d", Change::Turned(90.0), "turned by 90°"),
    ("20e", Change::Turned(37.0), "turned by 37°"),
    ("20f", Change::Mirrored, "mirrored: traffic on the left"),
    ("20g", Change::Ordered, "arms written down in another order"),
];

fn network(change: Option<Change>) -> Arc<Network> {
    let turn = if let Some(Change::Turned(angle)) = change { angle } else { 0.0 };
    let mut town = Town::default().node("x", 0.0, 0.0, NodeKind::Signal);
    for (name, _, angle) in arms(change) {
        let a = (angle + turn).to_radians();
        let (x, y) = (300.0 * libm::cos(a), 300.0 * libm::sin(a));
        town = town.end(&format!("{name}_end"), x, y).street(name, &format!("{name}_end"), "x", 2);
    }
    let network = town.signal("x", 0.0, &[(34.0, &["w", "e"]), (22.0, &["n", "s"])]).build();
    if change == Some(Change::Mirrored) { Arc::new(mirrored(&network)) } else { network }
}

/// The arms in the order in which they are written down.
fn arms(change: Option<Change>) -> Vec<(&'static str, f64, f64)> {
    let mut arms = ARMS.to_vec();
    if change == Some(Change::Ordered) {
        arms.rotate_left(2);
        arms.swap(0, 1);
    }
    arms
}

/// A network in the mirror.
fn mirrored(network: &Network) -> Network {
    let mut parts = NetworkParts::of(network);
    let flip = |p: &mut Point| p.x = -p.x;
    parts.left_hand = !parts.left_hand;
    for j in &mut parts.junctions {
        flip(&mut j.at);
        j.shape.iter_mut().for_each(flip);
    }
    for lane in parts.links.iter_mut().flat_map(|l| &mut l.lanes) {
        lane.shape.iter_mut().for_each(flip);
    }
    for m in &mut parts.movements {
        m.direction = match m.direction {
            Direction::Left => Direction::Right,
            Direction::Right => Direction::Left,
            other => other,
        };
    }
    parts.build().unwrap_or_else(|e| panic!("the mirror image: {e}"))
}

fn world(change: Option<Change>) -> World {
    let network = network(change);
    let mut trips = Trips::new(&network, Drivers::Calibrated.car());
    for (from, flow, angle) in arms(change) {
        // To the right of one's way is the next arm counter-clockwise.
        for (share, quarter) in SHARES.into_iter().zip([90.0, 180.0, 270.0]) {
            let at = libm::fmod(angle + quarter, 360.0);
            let to = ARMS.iter().find(|a| a.2 == at).map_or("", |a| a.0);
            trips.flow(&format!("{from}{to}"), 0.0, PERIOD, flow * share, &[from, &format!("-{to}")]);
        }
    }
    trips.world("symmetric crossing").step(STEP)
}

/// Mean delay of a run, s: time lost and wait to enter.
fn delay(world: &World) -> f64 {
    let sim = world.drain(LATEST, |_| ());
    let trips = &sim.measures().trips;
    let lost: f64 = trips.iter().map(|t| f64::from(t.time_loss)).sum();
    let waited = sim.scene().departures.iter().zip(trips);
    let waited: f64 = waited.filter_map(|(d, t)| Some((t.entered? - d.depart).seconds())).sum();
    (lost + waited) / trips.len() as f64
}

/// The rows.
pub fn run(effort: Effort) -> Section {
    let plain = world(None);
    let usual = each_seed(effort.seeds, |seed| delay(&plain.clone().seed(seed)));
    let mut rows = Vec::new();
    for (id, change, how) in CHANGES {
        let changed = world(Some(change));
        let other = each_seed(effort.seeds, |seed| delay(&changed.clone().seed(seed)));
        let pairs: Vec<f64> = other.iter().zip(&usual).map(|(a, b)| a - b).collect();
        let found = Estimate::of(&pairs);
        // The interval must contain 0: it may be off by its half width, and by rounding where all pairs are equal.
        let half = found.half.unwrap_or(0.0).max(0.05);
        rows.push(
            Row::new(
                id,
                format!("delay of a crossing that is {how}, less that of the crossing itself"),
                Target::between(-half, half),
                found,
            )
            .unit("s", 2)
            .source("paired 95 % interval contains 0"),
        );
    }
    Section {
        title: "Symmetry",
        text: "A crossing of two streets with two lanes each way and signals, all turns, unevenly loaded for half an \
               hour; the same crossing changed, with the same seeds. Differences are taken pair by pair.",
        rows,
        plots: Vec::new(),
    }
}
