//! Triangles: strips along lines, areas, rectangles, as the graphics card wants them.
//!
//! Terms
//! - **paint**: which colour a triangle has, as a place in a table of colours, so that another theme or layer needs no
//!   new triangles.
//! - **level**: what lies on what; a higher level hides a lower one.
//! - **dash**: the period of a broken line, m; of every period the first part is drawn.

use crate::network::Point;
use crate::network::geometry::offset;

/// A corner of a triangle.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Corner {
    /// East and north of the origin, m.
    pub at: [f32; 2],
    /// Its level.
    pub level: f32,
    /// Its paint.
    pub paint: f32,
    /// Distance along a broken line, m.
    pub along: f32,
    /// Period of the line, m; 0: it is not broken.
    pub dash: f32,
}

/// How something is drawn.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Brush {
    /// The paint.
    pub paint: u32,
    /// The level.
    pub level: f32,
    /// Period of a broken line, m; 0: it is not broken.
    pub dash: f32,
}

impl Brush {
    /// An unbroken one.
    pub const fn solid(paint: u32, level: f32) -> Self {
        Self { paint, level, dash: 0.0 }
    }
}

/// Triangles that grow.
#[derive(Clone, Debug, Default)]
pub struct Canvas {
    /// Corners.
    pub corners: Vec<Corner>,
    /// Places of corners, three for each triangle; of a canvas of [lines](Self::line), two for each stretch.
    pub triangles: Vec<u32>,
}

impl Canvas {
    /// Whether there is nothing.
    pub fn is_empty(&self) -> bool {
        self.triangles.is_empty()
    }

    fn corner(&mut self, brush: Brush, (x, y): (f64, f64), along: f64) {
        let (paint, level, dash) = (brush.paint as f32, brush.level, brush.dash);
        self.corners.push(Corner { at: [x as f32, y as f32], level, paint, along: along as f32, dash });
    }

    /// A line as thin as can be drawn, for a canvas of nothing but lines.
    pub fn line(&mut self, brush: Brush, line: &[Point]) {
        let base = self.corners.len() as u32;
        line.iter().for_each(|p| self.corner(brush, (p.x, p.y), 0.0));
        self.triangles.extend((1..line.len() as u32).flat_map(|i| [base + i - 1, base + i]));
    }

    /// A strip of some width along a line.
    pub fn ribbon(&mut self, brush: Brush, line: &[Point], width: f64) {
        self.strip(brush, &offset(line, width / 2.0), &offset(line, -width / 2.0));
    }

    /// The strip between two lines that have as many points.
    pub fn strip(&mut self, brush: Brush, left: &[Point], right: &[Point]) {
        let base = self.corners.len() as u32;
        let mut along = 0.0;
        for (i, (l, r)) in left.iter().zip(right).enumerate() {
            if i > 0 {
                along += l.lerp(*r, 0.5).distance(left[i - 1].lerp(right[i - 1], 0.5));
            }
            self.corner(brush, (l.x, l.y), along);
            self.corner(brush, (r.x, r.y), along);
        }
        for i in 1..left.len().min(right.len()) as u32 {
            let (a, b) = (base + 2 * (i - 1), base + 2 * i);
            self.triangles.extend([a, a + 1, b, b, a + 1, b + 1]);
        }
    }

    /// An area with straight borders.
    pub fn area(&mut self, brush: Brush, outline: &[Point]) {
        let base = self.corners.len() as u32;
        let triangles = triangulate(outline);
        if triangles.is_empty() {
            return;
        }
        outline.iter().for_each(|p| self.corner(brush, (p.x, p.y), 0.0));
        self.triangles.extend(triangles.into_iter().map(|i| base + i));
    }

    /// A triangle.
    pub fn triangle(&mut self, brush: Brush, corners: [Point; 3]) {
        let base = self.corners.len() as u32;
        corners.iter().for_each(|p| self.corner(brush, (p.x, p.y), 0.0));
        self.triangles.extend([base, base + 1, base + 2]);
    }
}

/// Twice the area of a triangle, positive if its corners go around counter-clockwise.
fn twice_area(a: Point, b: Point, c: Point) -> f64 {
    (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x)
}

/// Whether a point lies in a triangle that goes around counter-clockwise.
fn is_inside(p: Point, [a, b, c]: [Point; 3]) -> bool {
    twice_area(a, b, p) > 0.0 && twice_area(b, c, p) > 0.0 && twice_area(c, a, p) > 0.0
}

/// An area in triangles, as places in its outline: one convex corner without others in it after the other is cut off.
/// What is left of an outline that crosses itself is a fan.
pub fn triangulate(outline: &[Point]) -> Vec<u32> {
    let mut left: Vec<u32> = (0..outline.len() as u32).collect();
    left.dedup_by(|a, b| outline[*a as usize].distance(outline[*b as usize]) < 1e-6);
    if left.len() > 1 && outline[left[0] as usize].distance(outline[left[left.len() - 1] as usize]) < 1e-6 {
        left.pop();
    }
    let at = |i: u32| outline[i as usize];
    let around: f64 = (0..left.len())
        .map(|i| {
            let (a, b) = (at(left[i]), at(left[(i + 1) % left.len()]));
            a.x * b.y - b.x * a.y
        })
        .sum();
    if around < 0.0 {
        left.reverse();
    }
    let mut triangles = Vec::new();
    while left.len() > 3 {
        let n = left.len();
        let ear = (0..n).find(|&i| {
            let [a, b, c] = [left[(i + n - 1) % n], left[i], left[(i + 1) % n]];
            let corner = [at(a), at(b), at(c)];
            let others = left.iter().filter(|&&o| o != a && o != b && o != c);
            twice_area(corner[0], corner[1], corner[2]) >= 0.0 && !others.clone().any(|&o| is_inside(at(o), corner))
        });
        let i = ear.unwrap_or(1);
        triangles.extend([left[(i + n - 1) % n], left[i], left[(i + 1) % n]]);
        left.remove(i);
    }
    if left.len() == 3 {
        triangles.extend(left);
    }
    triangles
}

/// The smallest convex outline around points, counter-clockwise.
pub fn hull(points: &[Point]) -> Vec<Point> {
    let mut sorted = points.to_vec();
    sorted.sort_by(|a, b| a.x.total_cmp(&b.x).then(a.y.total_cmp(&b.y)));
    let half = |points: &mut dyn Iterator<Item = &Point>| {
        let mut chain: Vec<Point> = Vec::new();
        for &p in points {
            while chain.len() > 1 && twice_area(chain[chain.len() - 2], chain[chain.len() - 1], p) <= 0.0 {
                chain.pop();
            }
            chain.push(p);
        }
        chain.pop();
        chain
    };
    let mut lower = half(&mut sorted.iter());
    lower.extend(half(&mut sorted.iter().rev()));
    lower
}

#[cfg(test)]
mod tests {
    use super::*;

    fn p(x: f64, y: f64) -> Point {
        Point::new(x, y)
    }

    fn area_of(outline: &[Point], triangles: &[u32]) -> f64 {
        triangles
            .chunks(3)
            .map(|t| {
                let [a, b, c] = [0, 1, 2].map(|k| outline[t[k] as usize]);
                twice_area(a, b, c).abs() / 2.0
            })
            .sum()
    }

    #[test]
    fn areas_are_covered_once_whatever_their_shape_and_direction() {
        // A U of 3 × 3 with a notch of 1 × 2: area 7.
        let u = [p(0., 0.), p(3., 0.), p(3., 3.), p(2., 3.), p(2., 1.), p(1., 1.), p(1., 3.), p(0., 3.)];
        let mut reversed = u;
        reversed.reverse();
        for outline in [u.to_vec(), reversed.to_vec(), [&u[..], &u[..1]].concat()] {
            let triangles = triangulate(&outline);
            assert_eq!(triangles.len(), 6 * 3);
            assert!((area_of(&outline, &triangles) - 7.0).abs() < 1e-9);
        }
        assert!(triangulate(&[p(0., 0.), p(1., 0.)]).is_empty());
        // A bow tie crosses itself: something is drawn, and it ends.
        assert!(!triangulate(&[p(0., 0.), p(2., 2.), p(2., 0.), p(0., 2.)]).is_empty());
    }

    #[test]
    fn a_ribbon_has_its_width() {
        let mut canvas = Canvas::default();
        canvas.ribbon(Brush::solid(3, 1.0), &[p(0., 0.), p(10., 0.), p(10., 10.)], 2.0);
        assert_eq!((canvas.corners.len(), canvas.triangles.len()), (6, 12));
        let corners: Vec<[f32; 2]> = canvas.corners.iter().map(|c| c.at).collect();
        assert_eq!(&corners[..2], &[[0.0, 1.0], [0.0, -1.0]]);
        // The mitre: its corners lie on both borders.
        assert!((corners[2][0] - 9.0).abs() < 1e-3 && (corners[2][1] - 1.0).abs() < 1e-3, "{corners:?}");
        assert!((corners[3][0] - 11.0).abs() < 1e-3 && (corners[3][1] + 1.0).abs() < 1e-3, "{corners:?}");
        assert!(canvas.corners.iter().all(|c| c.paint == 3.0 && c.level == 1.0));
        assert!((canvas.corners[5].along - 20.0).abs() < 1e-3);
    }

    #[test]
    fn a_hull_leaves_out_what_is_inside() {
        let outline = hull(&[p(0., 0.), p(2., 0.), p(1., 0.5), p(2., 2.), p(0., 2.), p(1., 1.)]);
        assert_eq!(outline, [p(0., 0.), p(2., 0.), p(2., 2.), p(0., 2.)]);
    }
}
