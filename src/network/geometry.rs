//! Plane geometry of polylines. Everything here runs before a simulation, never inside its step.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A point in the plane, metres.
#[derive(Clone, Copy, PartialEq, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(from = "(f64, f64)", into = "(f64, f64)")]
pub struct Point {
    /// East, m.
    pub x: f64,
    /// North, m.
    pub y: f64,
}

impl From<(f64, f64)> for Point {
    fn from((x, y): (f64, f64)) -> Self {
        Self { x, y }
    }
}

impl From<Point> for (f64, f64) {
    fn from(p: Point) -> Self {
        (p.x, p.y)
    }
}

impl Point {
    /// The point (`x`, `y`).
    pub const fn new(x: f64, y: f64) -> Self {
        Self { x, y }
    }

    /// Distance to another point, m.
    pub fn distance(self, other: Self) -> f64 {
        libm::hypot(self.x - other.x, self.y - other.y)
    }

    /// The point a fraction `t` of the way to `other`.
    pub fn lerp(self, other: Self, t: f64) -> Self {
        Self::new(self.x + (other.x - self.x) * t, self.y + (other.y - self.y) * t)
    }
}

/// Length of a polyline, m.
pub fn length(line: &[Point]) -> f64 {
    line.windows(2).map(|w| w[0].distance(w[1])).sum()
}

/// The point at `distance` metres along a polyline and the heading there in radians (0 = east,
/// counter-clockwise); clamped to its ends. An empty line gives the origin.
pub fn along(line: &[Point], distance: f64) -> (Point, f64) {
    let mut rest = distance.max(0.0);
    let mut last = (line.first().copied().unwrap_or_default(), 0.0);
    for w in line.windows(2) {
        let d = w[0].distance(w[1]);
        if d <= 0.0 {
            continue;
        }
        let heading = libm::atan2(w[1].y - w[0].y, w[1].x - w[0].x);
        if rest <= d {
            return (w[0].lerp(w[1], rest / d), heading);
        }
        rest -= d;
        last = (w[1], heading);
    }
    last
}

/// Distance from `p` to a polyline, m; infinite for an empty one.
pub fn distance_to(line: &[Point], p: Point) -> f64 {
    let mut best = if line.len() == 1 { line[0].distance(p) } else { f64::INFINITY };
    for w in line.windows(2) {
        let (dx, dy) = (w[1].x - w[0].x, w[1].y - w[0].y);
        let l2 = dx * dx + dy * dy;
        let t = if l2 > 0.0 { (((p.x - w[0].x) * dx + (p.y - w[0].y) * dy) / l2).clamp(0.0, 1.0) } else { 0.0 };
        best = best.min(p.distance(w[0].lerp(w[1], t)));
    }
    best
}

/// `n` + 1 points at equal distances along a polyline, its ends included. An empty line gives origins.
pub fn spaced(line: &[Point], n: usize) -> Vec<Point> {
    let pace = length(line) / n.max(1) as f64;
    let mut points = Vec::with_capacity(n + 1);
    points.push(line.first().copied().unwrap_or_default());
    let mut before = 0.0;
    for w in line.windows(2) {
        let d = w[0].distance(w[1]);
        while points.len() < n && points.len() as f64 * pace <= before + d {
            let t = if d > 0.0 { (points.len() as f64 * pace - before) / d } else { 0.0 };
            points.push(w[0].lerp(w[1], t));
        }
        before += d;
    }
    points.resize(n + 1, line.last().copied().unwrap_or_default());
    points
}

/// Whether some point of a polyline of two or more points is closer to `p` than `reach`.
pub fn is_within(line: &[Point], p: Point, reach: f64) -> bool {
    line.windows(2).any(|w| {
        let (dx, dy) = (w[1].x - w[0].x, w[1].y - w[0].y);
        let (px, py) = (p.x - w[0].x, p.y - w[0].y);
        let l2 = dx * dx + dy * dy;
        let t = if l2 > 0.0 { ((px * dx + py * dy) / l2).clamp(0.0, 1.0) } else { 0.0 };
        let (ex, ey) = (px - dx * t, py - dy * t);
        ex * ex + ey * ey < reach * reach
    })
}

/// A line with fewer points that stays within `off` metres of the old one and keeps its ends (Douglas and Peucker 1973).
pub fn simplified(line: &[Point], off: f64) -> Vec<Point> {
    let mut keep = vec![false; line.len()];
    let mut open = vec![(0, line.len().saturating_sub(1))];
    while let Some((first, last)) = open.pop() {
        let Some(chord) = line.get(first).zip(line.get(last)) else { continue };
        (keep[first], keep[last]) = (true, true);
        let far = |i: usize| distance_to(&[*chord.0, *chord.1], line[i]);
        if let Some(furthest) = (first + 1..last).max_by(|&a, &b| far(a).total_cmp(&far(b)))
            && far(furthest) > off
        {
            open.extend([(first, furthest), (furthest, last)]);
        }
    }
    line.iter().zip(keep).filter_map(|(&p, keep)| keep.then_some(p)).collect()
}

/// The line moved `offset` metres to the left of its direction (right if negative).
pub fn offset(line: &[Point], offset: f64) -> Vec<Point> {
    let n = line.len();
    (0..n)
        .map(|i| {
            let (a, b) = (line[i.saturating_sub(1)], line[(i + 1).min(n - 1)]);
            let d = a.distance(b);
            if d == 0.0 {
                return line[i];
            }
            // The mitre keeps a bend's two sides parallel; beyond a factor 2 it would run away.
            let mitre = if i > 0 && i + 1 < n {
                let (u, v) = (line[i - 1].distance(line[i]), line[i].distance(line[i + 1]));
                let cos = ((line[i].x - a.x) * (b.x - line[i].x) + (line[i].y - a.y) * (b.y - line[i].y)) / (u * v);
                (1.0 / libm::sqrt(((1.0 + cos) / 2.0).max(0.25))).min(2.0)
            } else {
                1.0
            };
            let (nx, ny) = (-(b.y - a.y) / d, (b.x - a.x) / d);
            Point::new(line[i].x + nx * offset * mitre, line[i].y + ny * offset * mitre)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_simplified_line_stays_near_and_keeps_its_ends() {
        let arc: Vec<Point> = (0..=90)
            .map(|degrees| f64::from(degrees).to_radians())
            .map(|angle| Point::new(50.0 * libm::cos(angle), 50.0 * libm::sin(angle)))
            .collect();
        for off in [0.1, 0.5, 3.0] {
            let few = simplified(&arc, off);
            assert!(few.len() < arc.len() / 4, "{off} m: {} points", few.len());
            assert_eq!((few.first(), few.last()), (arc.first(), arc.last()));
            assert!(arc.iter().all(|&p| distance_to(&few, p) <= off));
        }
        // An outline that ends where it begins keeps its corners.
        let square = [(0.0, 0.0), (5.0, 0.0), (10.0, 0.0), (10.0, 10.0), (0.0, 10.0), (0.0, 0.0)];
        let square = square.map(|(x, y)| Point::new(x, y));
        assert_eq!(simplified(&square, 0.5).len(), 5);
        assert_eq!(simplified(&[], 0.5), []);
        assert_eq!(simplified(&arc[..1], 0.5), arc[..1]);
    }
}
