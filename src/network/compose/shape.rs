//! Shapes of lanes and of the ways through a node.

use core::f64::consts::{PI, TAU};

use crate::network::{Point, geometry};

/// Points on a curved way through a node.
const CURVE_POINTS: usize = 20;
/// Ways that turn by less are not slowed down (SUMO's limit-turn-speed.min-angle), rad.
const FREE_ANGLE: f64 = 15.0 / 180.0 * PI;
/// Sideways acceleration a driver accepts in a turn, m/s² (SUMO: junctions.limit-turn-speed).
const SIDEWAYS: f64 = 5.5;

/// The part of a polyline from `start` to `end` metres along it.
pub(crate) fn cut(line: &[Point], start: f64, end: f64) -> Vec<Point> {
    let mut out = vec![geometry::along(line, start).0];
    let mut at = 0.0;
    for w in line.windows(2) {
        at += w[0].distance(w[1]);
        if at > start + 1e-6 && at < end - 1e-6 {
            out.push(w[1]);
        }
    }
    out.push(geometry::along(line, end).0);
    out
}

/// Heading of the first segment, rad.
pub(super) fn heading_at_start(line: &[Point]) -> f64 {
    line.windows(2).next().map_or(0.0, |w| libm::atan2(w[1].y - w[0].y, w[1].x - w[0].x))
}

/// Heading of the last segment, rad.
pub(super) fn heading_at_end(line: &[Point]) -> f64 {
    line.windows(2).next_back().map_or(0.0, |w| libm::atan2(w[1].y - w[0].y, w[1].x - w[0].x))
}

/// An angle moved into (−π, π].
pub(super) fn wrap(angle: f64) -> f64 {
    let turned = angle - TAU * libm::floor(angle / TAU);
    if turned > PI { turned - TAU } else { turned }
}

/// A smooth way from the end of one lane to the start of another; its ends are theirs.
pub(crate) fn way(from: &[Point], to: &[Point]) -> Vec<Point> {
    let (Some(&p), Some(&q)) = (from.last(), to.first()) else { return Vec::new() };
    let (hp, hq) = (heading_at_end(from), heading_at_start(to));
    let (u, v) = (direction(hp), direction(hq));
    let angle = wrap(hq - hp);
    let gap = Point::new(q.x - p.x, q.y - p.y);
    let sideways = (u.x * gap.y - u.y * gap.x).abs();
    if angle.abs() < 0.01 && sideways < 0.05 {
        return vec![p, q];
    }
    let (a, b) = controls(u, v, angle, gap);
    let (c, d) = (Point::new(p.x + u.x * a, p.y + u.y * a), Point::new(q.x - v.x * b, q.y - v.y * b));
    let mut line: Vec<Point> = (0..=CURVE_POINTS).map(|i| bezier(p, c, d, q, i as f64 / CURVE_POINTS as f64)).collect();
    (line[0], line[CURVE_POINTS]) = (p, q);
    line
}

/// A smooth way that is straight over its first and last `straight` metres, and the length of what is between, m.
pub(super) fn way_between(from: &[Point], to: &[Point], straight: f64) -> (Vec<Point>, f64) {
    let (Some(&p), Some(&q), true) = (from.last(), to.first(), straight > 0.0) else {
        let line = way(from, to);
        let length = geometry::length(&line);
        return (line, length);
    };
    let (u, v) = (direction(heading_at_end(from)), direction(heading_at_start(to)));
    let begin = Point::new(p.x + u.x * straight, p.y + u.y * straight);
    let end = Point::new(q.x - v.x * straight, q.y - v.y * straight);
    let curve = way(&[p, begin], &[end, q]);
    ([&[p], &curve[..], &[q]].concat(), geometry::length(&curve))
}

/// The unit vector of a heading.
pub(super) fn direction(heading: f64) -> Point {
    Point::new(libm::cos(heading), libm::sin(heading))
}

/// Distances of the two control points of a Bézier curve from its ends.
///
/// A turn takes the corner where the tangents meet; with equal tangents the factor makes it a circle's arc to
/// within 0.03 %. Where the tangents do not meet ahead (a shift sideways), a third of the distance is smooth.
fn controls(u: Point, v: Point, angle: f64, gap: Point) -> (f64, f64) {
    let sine = libm::sin(angle);
    let third = libm::hypot(gap.x, gap.y) / 3.0;
    if sine.abs() < 0.17 {
        return (third, third);
    }
    let a = (gap.x * v.y - gap.y * v.x) / sine;
    let b = (u.x * gap.y - u.y * gap.x) / sine;
    if a < 0.5 || b < 0.5 || a > 200.0 || b > 200.0 {
        return (third, third);
    }
    let factor = 4.0 / 3.0 * libm::tan(angle / 4.0) / libm::tan(angle / 2.0);
    (a * factor, b * factor)
}

/// A point of a cubic Bézier curve.
fn bezier(p: Point, c: Point, d: Point, q: Point, t: f64) -> Point {
    let s = 1.0 - t;
    let (w0, w1, w2, w3) = (s * s * s, 3.0 * s * s * t, 3.0 * s * t * t, t * t * t);
    Point::new(w0 * p.x + w1 * c.x + w2 * d.x + w3 * q.x, w0 * p.y + w1 * c.y + w2 * d.y + w3 * q.y)
}

/// The speed at which a way that turns by `angle` over `curve` metres is driven, m/s, at most `limit`; as SUMO has it: the curve is taken to
/// be longer than drawn, since drivers cut corners. With a slower rule queues that turn discharge too slowly
/// (validation C33 and C34).
pub(super) fn turn_speed(curve: f64, angle: f64, limit: f64) -> f64 {
    if angle.abs() < FREE_ANGLE {
        return limit;
    }
    let radius = curve / (angle.abs() - FREE_ANGLE);
    libm::sqrt(SIDEWAYS * radius).min(limit)
}

/// Whether two polylines cross.
pub(super) fn cross(a: &[Point], b: &[Point]) -> bool {
    a.windows(2).any(|s| b.windows(2).any(|t| segments_cross(s[0], s[1], t[0], t[1])))
}

/// Whether two segments cross, touching included.
fn segments_cross(a: Point, b: Point, c: Point, d: Point) -> bool {
    let apart = |a: f64, b: f64, c: f64, d: f64| a.max(b) < c.min(d) || c.max(d) < a.min(b);
    if apart(a.x, b.x, c.x, d.x) || apart(a.y, b.y, c.y, d.y) {
        return false;
    }
    let side = |p: Point, q: Point, r: Point| (q.x - p.x) * (r.y - p.y) - (q.y - p.y) * (r.x - p.x);
    side(a, b, c) * side(a, b, d) <= 0.0 && side(c, d, a) * side(c, d, b) <= 0.0
}

/// The line moved sideways by an amount that grows smoothly from `first` to `last` over the first `over` metres
/// (to the left positive).
pub(super) fn taper(line: &[Point], first: f64, last: f64, over: f64) -> Vec<Point> {
    const STEPS: usize = 8;
    let whole = geometry::length(line);
    let mut out: Vec<Point> = (0..=STEPS)
        .map(|i| {
            let t = i as f64 / STEPS as f64;
            let (p, heading) = geometry::along(line, over.min(whole) * t);
            let (sideways, smooth) = (direction(heading + PI / 2.0), t * t * (3.0 - 2.0 * t));
            let by = first + (last - first) * smooth;
            Point::new(p.x + sideways.x * by, p.y + sideways.y * by)
        })
        .collect();
    if whole > over + 1e-6 {
        out.extend(geometry::offset(&cut(line, over, whole), last).into_iter().skip(1));
    }
    out
}
