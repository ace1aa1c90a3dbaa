//! Lamps at the stop lines, one disc per group of a lane.

use std::collections::BTreeSet;

use intergreen_control::Lamp;

use super::facts::heads;
use super::frame::Frame;
use super::ink::{Ink, number};
use crate::network::geometry::{along, length};
use crate::network::{LaneId, Network, Point, SignalHead};
use crate::sim::Simulation;

/// How far beyond the stop line the discs lie, m.
const BEYOND: f64 = 0.9;
/// Colour of a disc's rim.
const RIM: &str = "#14181b";

/// What lamps look like: class, fill, rim. `g` is hollow: one may go, but must give way.
pub(super) const LOOKS: [(&str, &str, &str); 8] = [
    ("L0", "#ff3b30", RIM),
    ("L1", "#ff8a1f", RIM),
    ("L2", "#ffd60a", RIM),
    ("L3", RIM, "#2fe06b"),
    ("L4", "#2fe06b", RIM),
    ("L5", "#ff3b30", "#2fe06b"),
    ("L6", RIM, "#ffd60a"),
    ("L7", RIM, "#9aa0a6"),
];

/// The class of a lamp.
pub(super) fn class(lamp: Lamp) -> &'static str {
    LOOKS[lamp as usize].0
}

/// Radius of a disc among `n` on a lane of some width, m.
fn radius(frame: &Frame, n: usize, width: f64) -> f64 {
    frame.at_least(0.55, 1.6, 2.2).min((width / n as f64 / 2.0).max(0.3))
}

/// Width of a disc's rim, m.
pub(super) fn ring(frame: &Frame) -> f64 {
    frame.at_least(0.2, 0.3, 0.6)
}

/// What a head shows; without a simulation every lamp is dark.
fn shown(sim: Option<&Simulation>, head: SignalHead) -> Lamp {
    let lamp = sim.and_then(|sim| {
        let base = *sim.scene().lamp_base.get(head.signal.index())?;
        sim.lamps().shown.get(base as usize + usize::from(head.group)).copied()
    });
    lamp.unwrap_or(Lamp::Off)
}

/// Draws all lamps.
pub(super) fn draw(ink: &mut Ink, network: &Network, sim: Option<&Simulation>, frame: &Frame) {
    ink.raw("<g>\n");
    for id in (0..network.lanes.len()).map(LaneId::new) {
        let lane = network.lane(id);
        let heads = if lane.internal { Vec::new() } else { heads(network, id) };
        if heads.is_empty() || !frame.shows(&lane.shape, 2.0) {
            continue;
        }
        let width = f64::from(lane.width);
        let (end, heading) = along(&lane.shape, length(&lane.shape));
        let (dx, dy) = (libm::cos(heading), libm::sin(heading));
        let r = radius(frame, heads.len(), width);
        for (i, &(head, _)) in heads.iter().enumerate() {
            // Spread across the lane; positive is to the left of its direction.
            let left = width * (0.5 - (i as f64 + 0.5) / heads.len() as f64);
            let at = Point::new(end.x + dx * BEYOND - dy * left, end.y + dy * BEYOND + dx * left);
            let (x, y, r) = (number(at.x), number(-at.y), number(r));
            ink.raw(&format!("<circle class=\"{}\" cx=\"{x}\" cy=\"{y}\" r=\"{r}\"/>\n", class(shown(sim, head))));
        }
    }
    ink.raw("</g>\n");
}

/// Names of the signals, at their junctions.
pub(super) fn labels(ink: &mut Ink, network: &Network, frame: &Frame) {
    let size = 12.0 * frame.scale;
    let (size, halo) = (number(size), number(size / 4.0));
    ink.raw(&format!(
        "<g text-anchor=\"middle\" font-size=\"{size}\" font-weight=\"bold\" fill=\"#10243a\" stroke=\"#fff\" \
         stroke-width=\"{halo}\" stroke-opacity=\".85\" paint-order=\"stroke\" stroke-linejoin=\"round\">\n"
    ));
    for signal in &network.signals {
        let junctions: BTreeSet<_> = signal.movements.iter().map(|&m| network.movement(m).junction).collect();
        for junction in junctions {
            let at = network.junctions[junction.index()].position;
            if frame.shows(&[at], 0.0) {
                ink.raw(&format!("<text x=\"{}\" y=\"{}\">", number(at.x), number(-at.y + 4.0 * frame.scale)));
                ink.escaped(&short(&signal.id));
                ink.raw("</text>\n");
            }
        }
    }
    ink.raw("</g>\n");
}

/// A name that does not cover the junction: some nets join the names of all nodes that were merged.
fn short(name: &str) -> String {
    const MOST: usize = 18;
    if name.chars().count() <= MOST { name.to_owned() } else { name.chars().take(MOST - 1).chain(['…']).collect() }
}
