//! Who gives way to whom at an intersection.
//!
//! CityFlow compares any two lane links that cross, lamps or none: whoever can no longer stop goes; else straight on
//! goes before left and left before right; of equals the one who would be there first. What is not decided by who comes
//! first but stands fixed here:
//!
//! - *no lamps*: straight before left before right; of equals whoever comes from the right, and of two that face each
//!   other the road link that stands first in the file.
//! - *lamps*: a right turn gives way to all that is none, a turn to what comes straight from the opposite side. Where the
//!   program opens two others together, CityFlow's order holds, and of equals the road link that stands first goes.
//!   Others never meet but by a fault of the lamps: neither gives way.
//!
//! Ways from different lanes of one road that meet in spite of [`super::fans`] share a lamp or a green: the one that
//! stands later in the file gives way.

use super::{Intersection, Road, RoadLink, Turn};
use crate::network::{Point, RequestSpec, RightOfWay, come_close};

/// Cosine of the angle within which two approaches face each other (45°).
const FACING: f64 = -0.707;

/// A lane link with what matters for right of way.
struct Way<'a> {
    link: usize,
    road: usize,
    turn: Turn,
    /// Unit vector in which it arrives.
    heading: Point,
    lane: (usize, usize),
    line: &'a [Point],
}

/// The right of way at an intersection.
pub(super) struct Rights {
    /// One row for each lane link, in the order of the file.
    pub rows: Vec<RequestSpec>,
    /// What each row states for times without lamps.
    pub signs: Vec<RightOfWay>,
    /// By road link: those it gives way to.
    pub yields: Vec<Vec<usize>>,
}

impl Rights {
    /// Works them out.
    pub fn of(intersection: &Intersection, roads: &[Road]) -> Self {
        let ways: Vec<Way<'_>> =
            intersection.links.iter().enumerate().flat_map(|(i, link)| ways_of(i, link, roads)).collect();
        let mut rights = Self {
            rows: vec![RequestSpec::default(); ways.len()],
            signs: vec![RightOfWay::Major; ways.len()],
            yields: vec![Vec::new(); intersection.links.len()],
        };
        let lamps = intersection.phases.len() > 1;
        for (i, a) in ways.iter().enumerate() {
            for (j, b) in ways.iter().enumerate().skip(i + 1) {
                let merging = (a.road_reached(intersection), a.lane.1) == (b.road_reached(intersection), b.lane.1);
                if (a.road == b.road && a.lane.0 == b.lane.0) || !(merging || come_close(a.line, b.line)) {
                    continue;
                }
                rights.rows[i].foes.push(j as u16);
                rights.rows[j].foes.push(i as u16);
                if a.road == b.road {
                    rights.give_way((j, b), (i, a));
                    continue;
                }
                let together = || intersection.phases.iter().any(|p| p.open[a.link] && p.open[b.link]);
                match if lamps { at_lamps(a, b, together) } else { Some(without_lamps(a, b)) } {
                    Some(true) => rights.give_way((i, a), (j, b)),
                    Some(false) => rights.give_way((j, b), (i, a)),
                    None => {}
                }
            }
        }
        rights
    }

    /// The first gives way to the second.
    fn give_way(&mut self, (who, w): (usize, &Way<'_>), (to, t): (usize, &Way<'_>)) {
        self.rows[who].yields_to.push(to as u16);
        // Equal roads are not announced by a sign.
        let equal = w.turn == t.turn;
        self.signs[who] = match self.signs[who] {
            RightOfWay::Major | RightOfWay::Equal if equal => RightOfWay::Equal,
            _ => RightOfWay::Minor,
        };
        if w.link != t.link && !self.yields[w.link].contains(&t.link) {
            self.yields[w.link].push(t.link);
        }
    }
}

/// The lane links of a road link.
fn ways_of<'a>(i: usize, link: &'a RoadLink, roads: &'a [Road]) -> impl Iterator<Item = Way<'a>> {
    link.lanes.iter().map(move |lane| Way {
        link: i,
        road: link.from,
        turn: link.turn,
        heading: last_heading(&roads[link.from].lanes[lane.from].line),
        lane: (lane.from, lane.to),
        line: &lane.line,
    })
}

impl Way<'_> {
    /// The road it leads to.
    fn road_reached(&self, intersection: &Intersection) -> usize {
        intersection.links[self.link].to
    }

    /// Whether two come from opposite sides.
    fn faces(&self, other: &Self) -> bool {
        self.heading.x * other.heading.x + self.heading.y * other.heading.y < FACING
    }

    /// Whether the other comes from the right: it drives to the left of one's own heading.
    fn has_on_the_right(&self, other: &Self) -> bool {
        self.heading.x * other.heading.y - self.heading.y * other.heading.x > 0.0
    }
}

/// The unit vector of a line's last stretch.
fn last_heading(line: &[Point]) -> Point {
    let ends = line.windows(2).rev().map(|w| (w[0], w[1], w[0].distance(w[1]))).find(|w| w.2 > 0.0);
    ends.map_or(Point::new(1.0, 0.0), |(p, q, d)| Point::new((q.x - p.x) / d, (q.y - p.y) / d))
}

/// Whether the first gives way to the second at lamps; `None`: neither does.
fn at_lamps(a: &Way<'_>, b: &Way<'_>, together: impl Fn() -> bool) -> Option<bool> {
    let right = a.turn == Turn::Right || b.turn == Turn::Right;
    if a.turn != b.turn && (right || a.faces(b) || together()) {
        return Some(a.turn < b.turn);
    }
    // Crossing ways straight on are for the lamps to keep apart: a program that does not is refused.
    (a.turn == b.turn && a.turn != Turn::Straight && together()).then_some(a.link > b.link)
}

/// Whether the first gives way to the second where there are no lamps.
fn without_lamps(a: &Way<'_>, b: &Way<'_>) -> bool {
    if a.turn != b.turn {
        return a.turn < b.turn;
    }
    if a.faces(b) { a.link > b.link } else { a.has_on_the_right(b) }
}
