//! A network as triangles: surfaces, what is painted on them, lamps and loops.
//!
//! Terms
//! - **tile**: a square piece of the plane; what lies outside the picture is not drawn.
//! - **ground**: surfaces, seen from near. **far**: the same in as few triangles as do from far. **map**: roads as thin
//!   lines, seen from so far that a lane is less than a pixel wide. **markings**: lines and arrows, seen from near.
//! - **sign**: a lamp or a loop: a small rectangle whose look hangs on its state.

mod arrows;
mod ground;
mod markings;
mod signs;

use std::collections::BTreeMap;

pub use signs::{Sign, SignKind, signs};

use super::canvas::Canvas;
use super::paint::Paint;
use super::tracks::Tracks;
use crate::network::{LaneId, LinkId, Network, Point};

/// What lies on what.
pub mod level {
    /// Borders of roads.
    pub const KERB: f32 = 0.0;
    /// Footways.
    pub const FOOTWAY: f32 = 0.4;
    /// Junction areas.
    pub const JUNCTION: f32 = 0.8;
    /// Lanes.
    pub const LANE: f32 = 1.2;
    /// Lines and arrows.
    pub const MARKING: f32 = 1.6;
    /// Loops.
    pub const SENSOR: f32 = 2.0;
    /// Vehicles.
    pub const VEHICLE: f32 = 3.0;
    /// Lamps.
    pub const LAMP: f32 = 4.0;
}

/// A piece of the plane.
#[derive(Clone, Debug, Default)]
pub struct Tile {
    /// Surfaces.
    pub ground: Canvas,
    /// Surfaces, seen from far.
    pub far: Canvas,
    /// Roads, seen from very far: lines.
    pub map: Canvas,
    /// Lines and arrows.
    pub markings: Canvas,
}

/// The least side of a tile, m, and most tiles along a side.
const LEAST_TILE: f64 = 400.0;
const MOST_TILES: f64 = 12.0;

/// Everything that does not change, in tiles.
pub fn tiles(network: &Network, tracks: &Tracks) -> Vec<Tile> {
    let builder = Builder::new(network, tracks);
    let mut tiles: BTreeMap<(i32, i32), Tile> = BTreeMap::new();
    let mut areas = vec![false; network.junctions.len()];
    for (junction, area) in areas.iter_mut().enumerate() {
        let tile = tiles.entry(builder.tile(network.junctions[junction].position)).or_default();
        if let Some(outline) = builder.outline(junction) {
            builder.junction(tile, outline);
            *area = true;
        }
    }
    for id in (0..network.lanes.len()).map(LaneId::new) {
        let shape = builder.shape(id);
        let Some(&middle) = network.lane(id).shape.get(network.lane(id).shape.len() / 2) else { continue };
        let tile = tiles.entry(builder.tile(middle)).or_default();
        let link = network.link(network.lane(id).link);
        let inside_area = link.internal && link.from.is_some_and(|j| areas[j.index()]);
        builder.lane(tile, id, &shape, inside_area);
        builder.road(&mut tile.map, id, &shape);
        builder.marks(&mut tile.markings, id, &shape);
    }
    tiles.into_values().collect()
}

/// The paint of a lane: it has one of its own, so that layers can colour it.
pub fn lane_paint(lane: LaneId) -> u32 {
    Paint::COUNT + lane.0
}

/// What is at hand while a scene is made.
struct Builder<'a> {
    network: &'a Network,
    tracks: &'a Tracks,
    side: f64,
    /// By junction, the roads that begin or end there.
    roads: Vec<Vec<LinkId>>,
}

impl<'a> Builder<'a> {
    fn new(network: &'a Network, tracks: &'a Tracks) -> Self {
        let all = crate::draw::extent(network);
        let side = (all.width.max(all.height) / MOST_TILES).max(LEAST_TILE);
        let mut roads = vec![Vec::new(); network.junctions.len()];
        for (i, link) in network.links.iter().enumerate().filter(|(_, link)| !link.internal) {
            let ends = [link.from, link.to.filter(|_| link.to != link.from)];
            ends.into_iter().flatten().for_each(|junction| roads[junction.index()].push(LinkId::new(i)));
        }
        Self { network, tracks, side, roads }
    }

    /// The tile a point lies in.
    fn tile(&self, p: Point) -> (i32, i32) {
        let origin = self.tracks.origin();
        (((p.x - origin.x) / self.side).floor() as i32, ((p.y - origin.y) / self.side).floor() as i32)
    }

    /// A point as the window counts.
    fn local(&self, p: Point) -> Point {
        let origin = self.tracks.origin();
        Point::new(p.x - origin.x, p.y - origin.y)
    }

    /// A lane's centre line, without points that lie on each other.
    fn shape(&self, lane: LaneId) -> Vec<Point> {
        let mut shape: Vec<Point> = self.network.lane(lane).shape.iter().map(|&p| self.local(p)).collect();
        shape.dedup_by(|a, b| a.distance(*b) < 1e-3);
        shape
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::test_world::arterial;

    #[test]
    fn every_lane_and_junction_is_there_and_nothing_is_far_away() {
        let (network, _) = arterial();
        let all = crate::draw::extent(&network);
        let tracks = Tracks::new(&network, Point::new(all.x + all.width / 2.0, all.y + all.height / 2.0));
        let tiles = tiles(&network, &tracks);
        let corners = || tiles.iter().flat_map(|t| t.ground.corners.iter().chain(&t.markings.corners));
        for c in corners() {
            assert!(f64::from(c.at[0]).abs() <= all.width / 2.0 + 10.0, "{c:?}");
            assert!(f64::from(c.at[1]).abs() <= all.height / 2.0 + 10.0, "{c:?}");
        }
        for lane in (0..network.lanes.len()).map(LaneId::new) {
            let paint = lane_paint(lane) as f32;
            let facts = network.lane(lane);
            assert!(corners().any(|c| c.paint == paint), "{}", facts.id);
            let far = tiles.iter().any(|t| t.far.corners.iter().any(|c| c.paint == paint));
            assert!(far || facts.internal, "{}", facts.id);
        }
        // Every road is a line on the map.
        let roads = network.links.iter().filter(|l| !l.internal && l.lanes.end > l.lanes.start);
        for link in roads.filter(|l| !network.lane(LaneId(l.lanes.end - 1)).permissions.is_footway()) {
            let paint = lane_paint(LaneId(link.lanes.end - 1)) as f32;
            assert!(tiles.iter().any(|t| t.map.corners.iter().any(|c| c.paint == paint)), "{}", link.id);
        }
        for tile in &tiles {
            for canvas in [&tile.ground, &tile.far, &tile.map, &tile.markings] {
                assert!(canvas.triangles.iter().all(|&i| (i as usize) < canvas.corners.len()));
            }
        }
    }
}
