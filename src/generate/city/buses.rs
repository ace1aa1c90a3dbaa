//! Bus lines: one along the main street, one over the eastern bridge, each both ways.

use super::lattice::{Class, EAST, Lines};
use super::{blocks::Blocks, streets::Laid};
use crate::network::compose::Street;

/// One direction of a bus line.
#[derive(Clone, Debug, PartialEq)]
pub struct BusLine {
    /// Its name.
    pub id: String,
    /// The streets it drives on.
    pub streets: Vec<String>,
    /// Its stops.
    pub stops: Vec<BusStop>,
    /// Departure of its first bus, s after the beginning.
    pub first: f64,
}

/// A stop.
#[derive(Clone, Debug, PartialEq)]
pub struct BusStop {
    /// Its name.
    pub id: String,
    /// The street; `-street` for the backward direction.
    pub street: String,
    /// Where it begins and ends, m from the street's beginning behind the crossing.
    pub at: [f64; 2],
}

/// Time between two buses of a line, s.
pub const HEADWAY: f64 = 600.0;
/// How long a bus stands at a stop, s.
pub const DWELL: f64 = 20.0;
/// Length of a stop, and its least distance from the crossing before it, m.
const STOP: [f64; 2] = [20.0, 25.0];
/// Distance between stops at least, m.
const APART: f64 = 280.0;
/// What a crossing takes at each end of a street, m.
const TAKEN: f64 = 17.0;

/// The lines of a city.
pub(super) fn lines(lines: &Lines, blocks: &Blocks, laid: &Laid) -> Vec<BusLine> {
    let main = |k: usize| {
        let e = &blocks.edges[k];
        e.class == Class::Arterial && e.ways[0] % 2 == EAST
    };
    let bridge = |k: usize| {
        let e = &blocks.edges[k];
        e.class == Class::Arterial && e.ways[0] % 2 != EAST && e.ends[0].0 == lines.bridges[1]
    };
    let row = char::from(b'a' + lines.main.min(25) as u8);
    let avenue = lines.bridges[1];
    let all = |on: &dyn Fn(usize) -> bool| -> Vec<String> {
        (0..laid.names.len()).filter(|&k| on(k)).map(|k| laid.names[k].clone()).collect()
    };
    let (east, north) = (all(&main), all(&bridge));
    let through = |first: String, middle: &[String], last: String| -> Vec<String> {
        [first].into_iter().chain(middle.iter().cloned()).chain([last]).collect()
    };
    let back = |middle: &[String]| middle.iter().rev().map(|s| format!("-{s}")).collect::<Vec<_>>();
    let ways = [
        ("bus1_east", through(format!("{row}_west"), &east, format!("-{row}_east"))),
        ("bus1_west", through(format!("{row}_east"), &back(&east), format!("-{row}_west"))),
        ("bus2_north", through(format!("{avenue}_south"), &north, format!("-{avenue}_north"))),
        ("bus2_south", through(format!("{avenue}_north"), &back(&north), format!("-{avenue}_south"))),
    ];
    let line = |(k, (id, streets)): (usize, (&str, Vec<String>))| BusLine {
        id: id.to_owned(),
        stops: stops(id, &streets, laid),
        streets,
        first: 60.0 + 90.0 * k as f64,
    };
    ways.into_iter().enumerate().map(line).collect()
}

/// Stops along a line: where a street has room between the crossing behind it and its bay.
fn stops(line: &str, streets: &[String], laid: &Laid) -> Vec<BusStop> {
    let (mut out, mut driven): (Vec<BusStop>, f64) = (Vec::new(), 0.0);
    // Not before the first crossing, and not behind the last.
    for name in &streets[1..streets.len() - 1] {
        let Some(street) = laid.plan.streets.iter().find(|s| s.id == name.trim_start_matches('-')) else { continue };
        let length = length(street, laid);
        let end = if name.starts_with('-') { &street.end_back } else { &street.end };
        // Where a bay opens or a bus lane ends.
        let free = length - 2.0 * TAKEN - end.bay.unwrap_or(if street.bus_lane { 40.0 } else { 0.0 });
        let at = [STOP[1], STOP[1] + STOP[0]];
        if free > at[1] + 15.0 && (out.is_empty() || driven > APART) {
            out.push(BusStop { id: format!("{line}_{}", out.len() + 1), street: name.clone(), at });
            driven = 0.0;
        }
        driven += length;
    }
    out
}

/// Length of a street, node to node, m.
fn length(street: &Street, laid: &Laid) -> f64 {
    let at = |id: &str| laid.plan.nodes.iter().find(|n| n.id == id).map(|n| (n.x, n.y));
    let points: Vec<(f64, f64)> =
        at(&street.from).into_iter().chain(street.bends.iter().map(|p| (p.x, p.y))).chain(at(&street.to)).collect();
    points.windows(2).map(|w| libm::hypot(w[0].0 - w[1].0, w[0].1 - w[1].1)).sum()
}
