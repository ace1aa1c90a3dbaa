//! Surfaces: junctions, lanes, and a border around both.

use super::{Builder, lane_paint, level};
use crate::draw::Surface;
use crate::network::geometry::offset;
use crate::network::{LaneId, Point};
use crate::view::canvas::{Brush, Canvas, hull};
use crate::view::paint::Paint;

/// How far the border reaches beyond a road, m.
const BORDER: f64 = 0.45;
/// Lanes are drawn this much wider than they are, so that nothing shines through between neighbours, m.
const LAP: f64 = 0.06;

impl Builder<'_> {
    /// The area of a junction and its border.
    pub(super) fn junction(&self, canvas: &mut Canvas, junction: usize) {
        let shape = &self.network.junctions[junction].shape;
        let mut outline: Vec<Point> = shape.iter().map(|&p| self.local(p)).collect();
        if outline.len() < 3 {
            outline = self.mouths(junction);
        }
        if outline.len() < 3 {
            return;
        }
        canvas.area(Brush::solid(Paint::Junction.index(), level::JUNCTION), &outline);
        outline.push(outline[0]);
        canvas.ribbon(Brush::solid(Paint::Border.index(), level::KERB), &outline, 2.0 * BORDER);
    }

    /// The outline of a junction whose file has none: around the ends of its roads.
    fn mouths(&self, junction: usize) -> Vec<Point> {
        let mut corners = Vec::new();
        for link in self.network.links.iter().filter(|l| !l.internal) {
            let is = |j: Option<crate::network::JunctionId>| j.is_some_and(|j| j.index() == junction);
            let (starts, ends) = (is(link.from), is(link.to));
            if !starts && !ends {
                continue;
            }
            for lane in link.lanes.clone().map(LaneId) {
                let (shape, width) = (self.shape(lane), f64::from(self.network.lane(lane).width));
                for side in [-0.5, 0.5] {
                    let line = offset(&shape, side * width);
                    corners.extend(line.first().filter(|_| starts));
                    corners.extend(line.last().filter(|_| ends));
                }
            }
        }
        // A road that merely goes on has no junction to speak of.
        if corners.len() < 6 { Vec::new() } else { hull(&corners) }
    }

    /// A lane's surface and its border.
    pub(super) fn lane(&self, canvas: &mut Canvas, id: LaneId, shape: &[Point]) {
        let lane = self.network.lane(id);
        let surface = Surface::of(lane);
        let width = f64::from(lane.width);
        let footway = lane.permissions.is_footway();
        let level = match surface {
            _ if footway => level::FOOTWAY,
            Surface::Inside => level::JUNCTION + 0.1,
            _ => level::LANE,
        };
        canvas.ribbon(Brush::solid(lane_paint(id), level), shape, width + LAP);
        if !footway && !lane.internal {
            canvas.ribbon(Brush::solid(Paint::Border.index(), level::KERB), shape, width + 2.0 * BORDER);
        }
    }
}
