//! The network file.
//!
//! In SUMO's order: edges, signals, junctions, connections, roundabouts. What stands where is explained in
//! [`import::sumo`](crate::import::sumo); the rows of the right-of-way tables are numbered anew ([`rows`]).

mod connections;
mod edges;
mod junctions;
mod rows;
mod signals;

use std::io::{Result, Write};

use super::Notes;
use super::names::Names;
use super::xml::{Tag, Xml};
use crate::network::{JunctionKind, Network, Point};
use rows::Rows;

/// The version of the format, that of SUMO 1.28.
const VERSION: &str = "1.20";

/// Notes what the format cannot hold.
pub fn note(network: &Network, notes: &mut Notes) {
    edges::note(network, notes);
    for signal in &network.signals {
        if signal.rings.is_some() {
            notes.count("rings of a NEMA program left out, its fixed program written", || format!("'{}'", signal.id));
        }
        if signal.movements.is_empty() {
            notes.count("signals that nobody obeys left out", || format!("'{}'", signal.id));
        }
    }
    for junction in &network.junctions {
        let met = junction.entries.iter().any(|&m| !network.movement(m).foes.is_empty());
        if junction.kind == JunctionKind::Unregulated && met {
            notes.count("junctions without a rule written as right_before_left, as they are driven", || {
                format!("'{}'", junction.id)
            });
        }
    }
}

/// Writes a network.
pub fn write(network: &Network, names: &Names, out: &mut dyn Write) -> Result<()> {
    let rows = Rows::new(network);
    let root = Tag::new("net").with("version", VERSION);
    let mut xml = Xml::begin(out, if network.left_hand { root.with("lefthand", "true") } else { root })?;
    location(network, &mut xml)?;
    edges::write(network, names, &mut xml)?;
    signals::write(network, names, &mut xml)?;
    junctions::write(network, names, &rows, &mut xml)?;
    connections::write(network, names, &mut xml)?;
    edges::roundabouts(network, names, &mut xml)?;
    xml.end("net")
}

/// Where the network lies: in the plane, its own.
fn location(network: &Network, xml: &mut Xml<'_>) -> Result<()> {
    let lanes = network.lanes.iter().flat_map(|l| &l.shape);
    let all = lanes.chain(network.junctions.iter().map(|j| &j.position));
    let (mut low, mut high) =
        (Point::new(f64::INFINITY, f64::INFINITY), Point::new(f64::NEG_INFINITY, f64::NEG_INFINITY));
    for p in all {
        low = Point::new(low.x.min(p.x), low.y.min(p.y));
        high = Point::new(high.x.max(p.x), high.y.max(p.y));
    }
    if low.x > high.x {
        (low, high) = (Point::default(), Point::default());
    }
    let boundary = format!("{:.2},{:.2},{:.2},{:.2}", low.x, low.y, high.x, high.y);
    let tag = Tag::new("location").with("netOffset", "0.00,0.00").with("convBoundary", &boundary);
    xml.leaf(tag.with("origBoundary", &boundary).with("projParameter", "!"))
}

/// Points as SUMO writes them.
fn shape(points: &[Point]) -> String {
    points.iter().map(|p| format!("{},{}", p.x, p.y)).collect::<Vec<_>>().join(" ")
}
