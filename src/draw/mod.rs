//! Pictures: a network, its lamps and its vehicles as SVG, so that geometry can be looked at.
//!
//! Terms
//! - **frame**: the part of the plane that is shown, and how many metres a pixel stands for.
//! - **ink**: the SVG text as it grows; coordinates are written in metres with two decimals, y pointing down.
//!
//! A lane is one stroked line of its width: the renderer makes the strip, bends and mitres included, so strips that
//! lie side by side in the plane lie side by side in the picture, and a city's file stays small. Nothing is drawn
//! larger than it is, except lamps and vehicles in a picture so small that they would vanish.

mod detectors;
mod facts;
mod frame;
mod ink;
mod lamps;
mod legend;
mod roads;
mod vehicles;

use crate::detectors::Detectors;
use crate::network::Network;
use crate::sim::Simulation;
pub use facts::{Line, Surface, has_arrows, heads, line_of, turns};
use frame::Frame;
pub use frame::extent;
use ink::Ink;

/// A rectangle of the plane, m.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bounds {
    /// West edge.
    pub x: f64,
    /// South edge.
    pub y: f64,
    /// Width, > 0.
    pub width: f64,
    /// Height, > 0.
    pub height: f64,
}

impl Bounds {
    /// Whether two rectangles have a point in common.
    pub fn overlaps(&self, other: &Self) -> bool {
        self.x <= other.x + other.width
            && other.x <= self.x + self.width
            && self.y <= other.y + other.height
            && other.y <= self.y + self.height
    }
}

/// What a picture shows.
#[derive(Clone, Debug)]
pub struct Options {
    /// What stands above it.
    pub title: String,
    /// Longest side of the map, pixels.
    pub size: f64,
    /// The part to show; `None`: everything.
    pub bounds: Option<Bounds>,
    /// Whether lanes and vehicles tell their names when the pointer rests on them.
    pub names: bool,
    /// The loops in the road.
    pub detectors: Detectors,
}

impl Default for Options {
    fn default() -> Self {
        Self { title: String::new(), size: 1600.0, bounds: None, names: true, detectors: Detectors::default() }
    }
}

/// Draws a network and, of a running simulation, its lamps and vehicles.
pub fn svg(network: &Network, sim: Option<&Simulation>, options: &Options) -> String {
    let frame = Frame::new(network, options);
    let mut ink = Ink::new();
    legend::open(&mut ink, &frame);
    style(&mut ink, &frame);
    roads::defs(&mut ink, network, &frame);
    roads::surface(&mut ink, network, &frame, options.names);
    roads::markings(&mut ink, network, &frame);
    detectors::draw(&mut ink, network, &options.detectors, &frame, options.names);
    let shown = sim.map_or(0, |sim| vehicles::draw(&mut ink, network, sim, &frame, options.names));
    lamps::draw(&mut ink, network, sim, &frame);
    lamps::labels(&mut ink, network, &frame);
    legend::close(&mut ink, &frame, &options.title, sim.map(|sim| (sim.now(), shown)));
    ink.finish()
}

/// Colours and strokes, by class.
fn style(ink: &mut Ink, frame: &Frame) {
    ink.raw("<style>");
    ink.raw(
        "path{fill:none}text{font-family:Helvetica,Arial,sans-serif}\
         .j{fill:#5f656c;stroke:#5f656c;stroke-width:.15}\
         .l{stroke:#565c63;stroke-linejoin:miter;stroke-miterlimit:3}.i{stroke:#6a7077;stroke-linejoin:round}\
         .f{stroke:#c8c4ba}.b{stroke:#77544d}.c{stroke:#6d5f78}.t{stroke:#8b857b}\
         .d{stroke:#e9ebe6;stroke-width:.15;stroke-dasharray:3 6}.e{stroke:#e9ebe6;stroke-width:.15}\
         .s{stroke:#fff;stroke-width:.5}.y{stroke:#fff;stroke-width:.4;stroke-dasharray:.6 .4}\
         .h{stroke:#f4f5f1;stroke-width:.24}.p{fill:#f4f5f1}\
         .z{stroke:#e0b64a;stroke-opacity:.35}.q{stroke:#e0b64a;stroke-opacity:.8}\
         .w{stroke:#15191c;stroke-opacity:.75}",
    );
    for (class, colour) in vehicles::RAMP.iter().enumerate() {
        ink.raw(&format!(".v{class}{{stroke:{colour}}}"));
    }
    let ring = ink::number(lamps::ring(frame));
    for (class, fill, stroke) in lamps::LOOKS {
        ink.raw(&format!(".{class}{{fill:{fill};stroke:{stroke};stroke-width:{ring}}}"));
    }
    ink.raw("</style>\n");
}

#[cfg(test)]
mod tests;
