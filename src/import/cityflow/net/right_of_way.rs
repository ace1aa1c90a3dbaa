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
//!   Others never meet but by a fault of the lamps: neither gives way. A left turn that is open together with all that
//!   comes from the opposite side gives way to the right turn there, too: if the right turn waited for it while it
//!   waits for the others, neither would ever go.
//!
//! Ways from different lanes of one road that meet in spite of [`super::fans`] share a lamp or a green: the one that
//! stands later in the file gives way.

use super::{Intersection, Phase, Road, RoadLink, Turn};
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
    yields: Vec<Vec<usize>>,
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
                let [first, second] = if lamps { at_lamps(intersection, a, b) } else { without_lamps(a, b) };
                if first {
                    rights.give_way((i, a), (j, b));
                }
                if second {
                    rights.give_way((j, b), (i, a));
                }
            }
        }
        rights
    }

    /// Whether a road link gives way in a light phase.
    pub fn gives_way_in(&self, here: &Intersection, phase: &Phase, link: usize) -> bool {
        self.yields[link].iter().any(|&to| here.yields_in(phase, link, to))
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

/// Which of two gives way to the other at lamps.
fn at_lamps(here: &Intersection, a: &Way<'_>, b: &Way<'_>) -> [bool; 2] {
    let together = here.phases.iter().filter(|p| p.open[a.link] && p.open[b.link]);
    if a.turn == b.turn {
        // Crossing ways straight on are for the lamps to keep apart: a program that does not is refused.
        let meet = a.turn != Turn::Straight && together.count() > 0;
        return [meet && a.link > b.link, meet && a.link < b.link];
    }
    let faces = a.faces(b);
    let right = a.turn == Turn::Right || b.turn == Turn::Right;
    let left = a.turn == Turn::Left || b.turn == Turn::Left;
    if faces && right && left {
        // Each at its time; see `yields_in`.
        let times: Vec<bool> =
            together.map(|p| here.opens_straight(p, if a.turn == Turn::Right { a.road } else { b.road })).collect();
        let left_yields = times.contains(&true);
        let right_yields = times.contains(&false) || !left_yields;
        return if a.turn == Turn::Left { [left_yields, right_yields] } else { [right_yields, left_yields] };
    }
    let order = right || faces || together.count() > 0;
    [order && a.turn < b.turn, order && a.turn > b.turn]
}

/// Which of two gives way to the other where there are no lamps.
fn without_lamps(a: &Way<'_>, b: &Way<'_>) -> [bool; 2] {
    let first = match a.turn == b.turn {
        false => a.turn < b.turn,
        true if a.faces(b) => a.link > b.link,
        true => a.has_on_the_right(b),
    };
    [first, !first]
}

impl Intersection {
    /// Whether a light phase opens a way straight on from a road.
    fn opens_straight(&self, phase: &Phase, road: usize) -> bool {
        self.links.iter().zip(&phase.open).any(|(l, open)| *open && l.turn == Turn::Straight && l.from == road)
    }

    /// Whether a road link gives way in a light phase to another that it gives way to at some time.
    fn yields_in(&self, phase: &Phase, who: usize, to: usize) -> bool {
        let turns = (self.links[who].turn, self.links[to].turn);
        phase.open[to]
            && match turns {
                (Turn::Right, Turn::Left) => !self.opens_straight(phase, self.links[who].from),
                (Turn::Left, Turn::Right) => self.opens_straight(phase, self.links[to].from),
                _ => true,
            }
    }
}
