//! Surfaces: junctions, lanes, and a border around both.

use super::{Builder, Tile, lane_paint, level};
use crate::draw::Surface;
use crate::network::geometry::{offset, simplified};
use crate::network::{JunctionId, LaneId, Point};
use crate::view::canvas::{Brush, Canvas, hull};
use crate::view::paint::Paint;

/// How far the border reaches beyond a road, m.
const BORDER: f64 = 0.45;
/// Lanes are drawn this much wider than they are, so that nothing shines through between neighbours, m.
const LAP: f64 = 0.06;

/// From far an outline may be this far from where it is, m: less than a pixel.
const FAR_OFF: f64 = 0.5;
/// The same on the map, m: a pixel of its largest scale. A straight road with its lanes beside its axis is one stretch.
const MAP_OFF: f64 = 8.0;

impl Builder<'_> {
    /// The outline of a junction; none if it is but a place where a road goes on.
    pub(super) fn outline(&self, junction: usize) -> Option<Vec<Point>> {
        let shape = &self.network.junctions[junction].shape;
        let drawn = || shape.iter().map(|&p| self.local(p)).collect::<Vec<_>>();
        let outline = if shape.len() < 3 { self.mouths(junction) } else { drawn() };
        (outline.len() >= 3).then_some(outline)
    }

    /// The area of a junction and its border.
    pub(super) fn junction(&self, tile: &mut Tile, mut outline: Vec<Point>) {
        let brush = Brush::solid(Paint::Junction.index(), level::JUNCTION);
        tile.ground.area(brush, &outline);
        outline.push(outline[0]);
        tile.ground.ribbon(Brush::solid(Paint::Border.index(), level::KERB), &outline, 2.0 * BORDER);
        tile.far.area(brush, &simplified(&outline, FAR_OFF));
    }

    /// The outline of a junction whose file has none: around the ends of its roads.
    fn mouths(&self, junction: usize) -> Vec<Point> {
        let mut corners = Vec::new();
        for &link in &self.roads[junction] {
            let link = self.network.link(link);
            let (starts, ends) = [link.from, link.to].map(|j| j.is_some_and(|j| j.index() == junction)).into();
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

    /// A lane's surface and its border; from far a lane inside the area of a junction is not told from it.
    pub(super) fn lane(&self, tile: &mut Tile, id: LaneId, shape: &[Point], inside_area: bool) {
        let lane = self.network.lane(id);
        let surface = Surface::of(lane);
        let width = f64::from(lane.width);
        let footway = lane.permissions.is_footway();
        let level = match surface {
            _ if footway => level::FOOTWAY,
            Surface::Inside => level::JUNCTION + 0.1,
            _ => level::LANE,
        };
        let brush = Brush::solid(lane_paint(id), level);
        tile.ground.ribbon(brush, shape, width + LAP);
        if !footway && !lane.internal {
            tile.ground.ribbon(Brush::solid(Paint::Border.index(), level::KERB), shape, width + 2.0 * BORDER);
        }
        if !inside_area {
            tile.far.ribbon(brush, &simplified(shape, FAR_OFF), width + 2.0 * BORDER);
        }
    }

    /// A road as a line from junction to junction: its last lane, which is next to the other direction and mostly for cars.
    pub(super) fn road(&self, map: &mut Canvas, id: LaneId, shape: &[Point]) {
        let lane = self.network.lane(id);
        let link = self.network.link(lane.link);
        if link.internal || id.0 + 1 != link.lanes.end || lane.permissions.is_footway() {
            return;
        }
        let middle = |j: JunctionId| self.local(self.network.junctions[j.index()].position);
        let (from, to) = (link.from.map(middle), link.to.map(middle));
        let line: Vec<Point> = from.into_iter().chain(shape.iter().copied()).chain(to).collect();
        map.line(Brush::solid(lane_paint(id), level::LANE), &simplified(&line, MAP_OFF));
    }
}
