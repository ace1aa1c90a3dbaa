//! Arrows on lanes: where they lead.

use super::markings::Place;
use super::{Builder, level};
use crate::view::canvas::{Brush, Canvas};
use crate::view::paint::Paint;

/// Width of a shaft, m.
const SHAFT: f64 = 0.24;
/// Half the width of a head, and its length, m.
const HEAD: (f64, f64) = (0.48, 1.2);

/// A shaft, as points ahead and to the left of its middle, m; its head sits at the last of them.
type Shaft = &'static [(f64, f64)];

/// In the order of the bits of [`turns`](crate::draw::turns): straight, left, right, half left, half right, back.
const SHAFTS: [Shaft; 6] = [
    &[(-2.4, 0.0), (1.3, 0.0)],
    &[(-2.4, 0.0), (-0.1, 0.0), (0.2, 0.08), (0.34, 0.28), (0.36, 0.5)],
    &[(-2.4, 0.0), (-0.1, 0.0), (0.2, -0.08), (0.34, -0.28), (0.36, -0.5)],
    &[(-2.4, 0.0), (-0.3, 0.0), (0.5, 0.55)],
    &[(-2.4, 0.0), (-0.3, 0.0), (0.5, -0.55)],
    &[(-2.4, 0.0), (-0.4, 0.0), (0.05, 0.25), (0.05, 0.75), (-0.4, 1.0), (-0.7, 1.0)],
];

impl Builder<'_> {
    /// An arrow for some turns.
    pub(super) fn arrow(&self, canvas: &mut Canvas, bits: u8, place: &Place) {
        let brush = Brush::solid(Paint::Arrow.index(), level::MARKING);
        let wanted = SHAFTS.iter().enumerate().filter(|(i, _)| bits & 1 << i != 0);
        for (_, shaft) in wanted {
            let line: Vec<_> = shaft.iter().map(|&(ahead, left)| place.beside(ahead, left)).collect();
            canvas.ribbon(brush, &line, SHAFT);
            let [.., before, tip] = shaft else { continue };
            let (dx, dy) = (tip.0 - before.0, tip.1 - before.1);
            let long = libm::hypot(dx, dy);
            let (dx, dy) = (dx / long, dy / long);
            let point =
                |ahead: f64, left: f64| place.beside(tip.0 + dx * ahead - dy * left, tip.1 + dy * ahead + dx * left);
            canvas.triangle(brush, [point(-0.05, HEAD.0), point(-0.05, -HEAD.0), point(HEAD.1, 0.0)]);
        }
    }
}
