//! The part of the plane that is shown.

use super::{Bounds, Options};
use crate::network::{Network, Point};

/// Room around a whole network, m.
const MARGIN: f64 = 8.0;

/// What is shown, and at which scale.
pub(super) struct Frame {
    /// South-west corner.
    pub low: Point,
    /// North-east corner.
    pub high: Point,
    /// Metres per pixel.
    pub scale: f64,
}

impl Frame {
    /// The frame that `options` ask for.
    pub fn new(network: &Network, options: &Options) -> Self {
        let Bounds { x, y, width, height } = options.bounds.unwrap_or_else(|| extent(network));
        let scale = width.max(height).max(1.0) / options.size.clamp(100.0, 20_000.0);
        Self { low: Point::new(x, y), high: Point::new(x + width, y + height), scale }
    }

    /// Whether a line of some width may be visible.
    pub fn shows(&self, line: &[Point], reach: f64) -> bool {
        let Some(b) = bounds(line.iter()) else { return false };
        b.0.x - reach <= self.high.x
            && b.1.x + reach >= self.low.x
            && b.0.y - reach <= self.high.y
            && b.1.y + reach >= self.low.y
    }

    /// A length that is at least `pixels` wide in the picture, but never above `most`.
    pub fn at_least(&self, metres: f64, pixels: f64, most: f64) -> f64 {
        metres.max((pixels * self.scale).min(most))
    }
}

/// Smallest and largest coordinates.
fn bounds<'a>(points: impl Iterator<Item = &'a Point>) -> Option<(Point, Point)> {
    let far = f64::INFINITY;
    let (low, high) = points.fold((Point::new(far, far), Point::new(-far, -far)), |(low, high), p| {
        (Point::new(low.x.min(p.x), low.y.min(p.y)), Point::new(high.x.max(p.x), high.y.max(p.y)))
    });
    (low.x <= high.x && low.y <= high.y).then_some((low, high))
}

/// Where a network lies, with some room around it.
pub fn extent(network: &Network) -> Bounds {
    let lanes = network.lanes.iter().flat_map(|l| &l.shape);
    let all = lanes.chain(network.junctions.iter().flat_map(|j| &j.shape));
    let (low, high) = bounds(all).unwrap_or_default();
    Bounds {
        x: low.x - MARGIN,
        y: low.y - MARGIN,
        width: high.x - low.x + 2.0 * MARGIN,
        height: high.y - low.y + 2.0 * MARGIN,
    }
}
