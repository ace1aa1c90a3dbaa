//! Where on the plane a place on a lane is: the lanes' centre lines, prepared to be asked for every vehicle.
//!
//! Terms
//! - **origin**: the middle of the network. The window counts from there, since numbers of the graphics card are too
//!   short for coordinates of a country.
//! - **pose**: a point and a heading, radians counter-clockwise from east.

use crate::network::{LaneId, Network, Point};

/// A point and a heading.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Pose {
    /// East of the origin, m.
    pub x: f32,
    /// North of the origin, m.
    pub y: f32,
    /// Radians, counter-clockwise from east.
    pub heading: f32,
}

/// A vertex of a centre line.
#[derive(Clone, Copy, Debug)]
struct Vertex {
    x: f32,
    y: f32,
    /// Driving position, m from the start of the lane.
    at: f32,
}

/// The centre lines of all lanes.
#[derive(Clone, Debug)]
pub struct Tracks {
    origin: Point,
    vertices: Vec<Vertex>,
    /// First vertex of each lane, and one more entry at the end.
    first: Vec<u32>,
    /// The lanes that lead to each, one lane's after the other.
    before: Vec<LaneId>,
    /// First of them of each lane, and one more entry at the end.
    first_before: Vec<u32>,
}

impl Tracks {
    /// Prepares a network's lanes.
    pub fn new(network: &Network, origin: Point) -> Self {
        let (vertices, before) = (Vec::new(), Vec::new());
        let mut tracks = Self { origin, vertices, first: vec![0], before, first_before: vec![0] };
        for (i, lane) in network.lanes.iter().enumerate() {
            let drawn = crate::network::geometry::length(&lane.shape);
            let scale = if drawn > 0.0 { f64::from(lane.length) / drawn } else { 0.0 };
            let mut at = 0.0;
            let mut last: Option<Point> = None;
            for &p in &lane.shape {
                let gone = last.map_or(0.0, |l| l.distance(p));
                // Two points in one place have no heading.
                if last.is_some() && gone < 1e-3 {
                    continue;
                }
                at += gone * scale;
                let (x, y) = tracks.local(p);
                tracks.vertices.push(Vertex { x, y, at: at as f32 });
                last = Some(p);
            }
            tracks.first.push(tracks.vertices.len() as u32);
            tracks.before.extend(network.lanes_before(LaneId::new(i)));
            tracks.first_before.push(tracks.before.len() as u32);
        }
        tracks
    }

    /// The middle of the network.
    pub fn origin(&self) -> Point {
        self.origin
    }

    /// A point as the window counts.
    pub fn local(&self, p: Point) -> (f32, f32) {
        ((p.x - self.origin.x) as f32, (p.y - self.origin.y) as f32)
    }

    /// Number of lanes.
    pub fn lanes(&self) -> usize {
        self.first.len() - 1
    }

    /// The centre line of a lane.
    pub fn line(&self, lane: LaneId) -> impl Iterator<Item = (f32, f32)> + '_ {
        self.of(lane).iter().map(|v| (v.x, v.y))
    }

    fn of(&self, lane: LaneId) -> &[Vertex] {
        &self.vertices[self.first[lane.index()] as usize..self.first[lane.index() + 1] as usize]
    }

    /// A place on a lane, m from its start; beyond its ends the line goes straight on.
    pub fn at(&self, lane: LaneId, position: f32) -> Pose {
        let line = self.of(lane);
        let [.., _, _] = line else {
            return line.first().map_or_else(Pose::default, |v| Pose { x: v.x, y: v.y, heading: 0.0 });
        };
        let k = line.partition_point(|v| v.at < position).clamp(1, line.len() - 1);
        let (a, b) = (line[k - 1], line[k]);
        let t = (position - a.at) / (b.at - a.at).max(1e-3);
        let (dx, dy) = (b.x - a.x, b.y - a.y);
        Pose { x: a.x + dx * t, y: a.y + dy * t, heading: libm::atan2f(dy, dx) }
    }

    /// A place behind the start of a lane lies on the lane one came from, or on any that leads here.
    pub fn behind(&self, mut lane: LaneId, mut came_from: LaneId, mut position: f32) -> Pose {
        // A vehicle is shorter than so many lanes.
        for _ in 0..8 {
            if position >= 0.0 {
                break;
            }
            let before = self.lanes_before(lane);
            // Somebody who has changed lanes came from beside this one.
            let known = before.iter().find(|&&from| from == came_from);
            let Some(&from) = known.or(before.first()) else { break };
            position += self.of(from).last().map_or(0.0, |v| v.at);
            (lane, came_from) = (from, LaneId::NONE);
        }
        self.at(lane, position)
    }

    fn lanes_before(&self, lane: LaneId) -> &[LaneId] {
        let (from, to) = (self.first_before[lane.index()], self.first_before[lane.index() + 1]);
        &self.before[from as usize..to as usize]
    }

    /// A rigid body whose front is at a place on a lane: its middle, and its heading from rear to front.
    pub fn body(&self, lane: LaneId, came_from: LaneId, front: f32, length: f32) -> Pose {
        let head = self.behind(lane, came_from, front);
        let tail = self.behind(lane, came_from, front - length);
        let (dx, dy) = (head.x - tail.x, head.y - tail.y);
        let long = libm::hypotf(dx, dy);
        if long < 0.1 * length {
            return head;
        }
        // Around a bend the chord is shorter than the body.
        let half = 0.5 * length / long;
        Pose { x: head.x - dx * half, y: head.y - dy * half, heading: libm::atan2f(dy, dx) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::test_world::{arterial, long_lane};

    #[test]
    fn places_lie_on_the_line() {
        let (network, _) = arterial();
        let tracks = Tracks::new(&network, Point::new(100.0, 50.0));
        let lane = long_lane(&network);
        let line = &network.lane(lane).shape;
        let length = network.lane(lane).length;
        let start = tracks.at(lane, 0.0);
        assert!(
            (f64::from(start.x) + 100.0 - line[0].x).abs() < 1e-3
                && (f64::from(start.y) + 50.0 - line[0].y).abs() < 1e-3
        );
        let (p, heading) = crate::network::geometry::along(line, 30.0);
        let drawn = crate::network::geometry::length(line);
        let at = tracks.at(lane, 30.0 * length / drawn as f32);
        assert!((f64::from(at.x) + 100.0 - p.x).abs() < 1e-2 && (f64::from(at.y) + 50.0 - p.y).abs() < 1e-2);
        assert!((f64::from(at.heading) - heading).abs() < 1e-3);
    }

    #[test]
    fn bodies_reach_back_around_corners_and_keep_their_length() {
        let (network, _) = arterial();
        let tracks = Tracks::new(&network, Point::new(0.0, 0.0));
        let lanes = (0..network.lanes.len()).map(LaneId::new);
        for lane in lanes {
            let from = network.lanes_before(lane).next().unwrap_or(LaneId::NONE);
            for front in [0.0, 1.0, 4.0, network.lane(lane).length] {
                let pose = tracks.body(lane, from, front, 12.0);
                assert!(pose.x.is_finite() && pose.y.is_finite() && pose.heading.is_finite());
                let head = tracks.at(lane, front);
                let off = libm::hypotf(head.x - pose.x, head.y - pose.y);
                assert!(
                    (off - 6.0).abs() < 1e-2,
                    "{lane:?} {front}: the front is half a length before the middle: {off}"
                );
            }
        }
    }
}
