//! Where vehicles inside a junction could touch: derived from the lanes' shapes.
//!
//! Two internal lanes conflict if the right-of-way table calls their movements foes, if they lead to the same
//! lane, or if they come from the same lane. The conflict is the stretch on which their centre lines are closer
//! than [`CLEARANCE`].

use super::build::invalid;
use super::{Conflict, ConflictKind, Junction, Lane, LaneId, Movement, MovementKind, NetworkError, Point, geometry};

/// Centre lines closer than this leave no room for two cars: a car's width of 1.8 m and 0.2 m to spare.
const CLEARANCE: f64 = 2.0;
/// Distance between the points at which a lane is probed, m. Half of it is the error of a conflict's ends.
const PROBE: f64 = 0.5;
/// Most internal lanes of a junction: what each says of each other lies in memory.
const MOST_WAYS: usize = 1000;
/// Most points at which a lane is probed.
const MOST_PROBES: f64 = 2000.0;
/// Comparisons of points in a network, and for each of its junctions. A hundred ways of 30 m take ten millions, usual
/// junctions a tenth of a million.
const EFFORT: f64 = 1e9;
const EFFORT_EACH: f64 = 1e6;

/// The probed centre line of an internal lane.
struct Probed {
    lane: LaneId,
    /// Points at equal distances, first and last included.
    points: Vec<Point>,
    /// Smallest and largest coordinates, widened by the clearance.
    low: Point,
    high: Point,
}

/// One way through a junction on one of its internal lanes.
struct Inside<'a> {
    probed: Probed,
    entry: &'a Movement,
}

/// Refuses junctions whose ways are so many, or drawn so finely, that comparing each with each has no end in sight.
pub(super) fn check_effort(junctions: &[Junction], lanes: &[Lane], movements: &[Movement]) -> Result<(), NetworkError> {
    // By junction: points at which its ways are probed, and points with which they are drawn.
    let mut efforts = vec![[0.0_f64; 2]; junctions.len()];
    let mut ways = vec![0_usize; junctions.len()];
    for m in movements.iter().filter(|m| m.kind != MovementKind::Entry) {
        let shape = &lanes[m.from.index()].shape;
        let effort = &mut efforts[m.junction.index()];
        ways[m.junction.index()] += 1;
        effort[0] += 1.0 + (geometry::length(shape) / PROBE).clamp(1.0, MOST_PROBES);
        effort[1] += 1.0 + shape.len() as f64;
    }
    if let Some((n, j)) = ways.iter().zip(junctions).find(|(n, _)| **n > MOST_WAYS) {
        return Err(invalid(format!("junction '{}'", j.id), format!("has {n} ways; expected at most {MOST_WAYS}")));
    }
    let all: f64 = efforts.iter().map(|[probes, points]| probes * points).sum();
    if all <= EFFORT + EFFORT_EACH * junctions.len() as f64 {
        return Ok(());
    }
    let worst = efforts.iter().zip(junctions).max_by(|a, b| (a.0[0] * a.0[1]).total_cmp(&(b.0[0] * b.0[1])));
    Err(invalid(
        worst.map_or_else(String::new, |(_, j)| format!("junction '{}'", j.id)),
        "its ways are too many, or drawn with too many points; expected a hundred ways at most",
    ))
}

/// Fills in the conflicts of all internal lanes.
pub(super) fn derive(lanes: &mut [Lane], movements: &[Movement]) {
    // The internal lanes of each junction, with the entry movement through which they are reached. A lane nobody
    // can reach conflicts with none.
    let mut inside: Vec<Vec<Inside<'_>>> = Vec::new();
    for m in movements.iter().filter(|m| m.kind != MovementKind::Entry) {
        let entry = &movements[m.entry.index()];
        if entry.kind != MovementKind::Entry {
            continue;
        }
        let j = m.junction.index();
        if inside.len() <= j {
            inside.resize_with(j + 1, Vec::new);
        }
        inside[j].push(Inside { probed: probe(m.from, &lanes[m.from.index()]), entry });
    }
    for group in inside {
        for (i, a) in group.iter().enumerate() {
            for b in &group[i + 1..] {
                if let Some(kind) = how_they_meet(a.entry, b.entry)
                    && a.probed.is_near(&b.probed)
                {
                    pair(lanes, a, b, kind);
                }
            }
        }
    }
    for lane in lanes {
        lane.conflicts.sort_by(|x, y| x.start.total_cmp(&y.start).then(x.foe.cmp(&y.foe)));
    }
}

impl Probed {
    /// Whether the other line could come closer than the clearance.
    fn is_near(&self, other: &Self) -> bool {
        self.low.x <= other.high.x
            && other.low.x <= self.high.x
            && self.low.y <= other.high.y
            && other.low.y <= self.high.y
    }
}

/// Walks along a lane once, so that every pair it is part of can use the points.
fn probe(id: LaneId, lane: &Lane) -> Probed {
    let points = spaced(&lane.shape);
    let (mut low, mut high) = (lane.shape[0], lane.shape[0]);
    for p in &lane.shape {
        low = Point::new(low.x.min(p.x), low.y.min(p.y));
        high = Point::new(high.x.max(p.x), high.y.max(p.y));
    }
    // Half the clearance on each side of the pair.
    let margin = CLEARANCE / 2.0;
    low = Point::new(low.x - margin, low.y - margin);
    high = Point::new(high.x + margin, high.y + margin);
    Probed { lane: id, points, low, high }
}

/// Whether two lines come closer than the clearance anywhere.
pub(crate) fn come_close(a: &[Point], b: &[Point]) -> bool {
    spaced(a).iter().any(|p| geometry::is_within(b, *p, CLEARANCE))
}

/// Points along a line, about [`PROBE`] apart.
fn spaced(line: &[Point]) -> Vec<Point> {
    geometry::spaced(line, (geometry::length(line) / PROBE).ceil().clamp(1.0, MOST_PROBES) as usize)
}

/// The kind of conflict of two entry movements, if they can conflict at all.
fn how_they_meet(a: &Movement, b: &Movement) -> Option<ConflictKind> {
    if a.entry == b.entry {
        return None;
    }
    if a.from == b.from {
        return Some(ConflictKind::Diverging);
    }
    if a.to == b.to {
        return Some(ConflictKind::Merging);
    }
    (a.foes.contains(&b.entry) || b.foes.contains(&a.entry)).then_some(ConflictKind::Crossing)
}

/// Adds the conflict of two lanes to both, if their shapes come close.
fn pair(lanes: &mut [Lane], a: &Inside<'_>, b: &Inside<'_>, kind: ConflictKind) {
    let ((ia, ib), (pa, pb)) = ((a.probed.lane.index(), b.probed.lane.index()), (&a.probed, &b.probed));
    let (Some((sa, ea)), Some((sb, eb))) = (stretch(pa, &lanes[ia], &lanes[ib]), stretch(pb, &lanes[ib], &lanes[ia]))
    else {
        return;
    };
    let a_yields = a.entry.yields_to.contains(&b.entry.entry);
    let b_yields = b.entry.yields_to.contains(&a.entry.entry);
    let conflict = |foe, (start, end), (foe_start, foe_end), yields, foe_yields| Conflict {
        foe,
        kind,
        start,
        end,
        foe_start,
        foe_end,
        yields,
        foe_yields,
    };
    lanes[ia].conflicts.push(conflict(pb.lane, (sa, ea), (sb, eb), a_yields, b_yields));
    lanes[ib].conflicts.push(conflict(pa.lane, (sb, eb), (sa, ea), b_yields, a_yields));
}

/// The stretch of `lane` that is closer than the clearance to `other`, in driving metres.
fn stretch(probed: &Probed, lane: &Lane, other: &Lane) -> Option<(f32, f32)> {
    let close = |p: &Point| geometry::is_within(&other.shape, *p, CLEARANCE);
    let first = probed.points.iter().position(close)?;
    let last = probed.points.iter().rposition(close)?;
    let to_driving = f64::from(lane.length) / (probed.points.len() - 1) as f64;
    Some(((first as f64 * to_driving) as f32, (last as f64 * to_driving) as f32))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::LinkId;

    /// A lane along `shape`, `stretched` times as long to drive as drawn.
    fn lane(shape: &[(f64, f64)], stretched: f64) -> Lane {
        let shape: Vec<Point> = shape.iter().map(|&(x, y)| Point::new(x, y)).collect();
        Lane {
            id: String::new(),
            link: LinkId(0),
            index: 0,
            length: (geometry::length(&shape) * stretched) as f32,
            speed_limit: 10.0,
            width: 3.2,
            grade: 0.0,
            permissions: Default::default(),
            rules: Default::default(),
            shape,
            internal: true,
            movements: 0..0,
            incoming: Vec::new(),
            conflicts: Vec::new(),
        }
    }

    /// The stretch of `a` near `b`.
    fn near(a: &Lane, b: &Lane) -> Option<(f32, f32)> {
        stretch(&probe(LaneId(0), a), a, b)
    }

    #[test]
    fn a_right_angle_is_two_clearances_long() {
        let (a, b) = (lane(&[(-10.0, 0.0), (10.0, 0.0)], 1.0), lane(&[(0.0, -10.0), (0.0, 10.0)], 1.0));
        assert_eq!(near(&a, &b), Some((8.5, 11.5)));
        // Driving metres, not drawn ones.
        let double = lane(&[(-10.0, 0.0), (10.0, 0.0)], 2.0);
        assert_eq!(near(&double, &b), Some((17.0, 23.0)));
    }

    #[test]
    fn lanes_side_by_side_do_not_meet() {
        let (a, b) = (lane(&[(0.0, 0.0), (20.0, 0.0)], 1.0), lane(&[(0.0, 3.2), (20.0, 3.2)], 1.0));
        assert_eq!(near(&a, &b), None);
    }

    #[test]
    fn a_merge_lasts_to_the_end() {
        let (a, b) = (lane(&[(0.0, 0.0), (20.0, 0.0)], 1.0), lane(&[(0.0, 10.0), (20.0, 0.0)], 1.0));
        let (start, end) = near(&a, &b).unwrap();
        assert!(end == 20.0 && start > 14.0 && start < 17.0, "{start}..{end}");
    }

    #[test]
    fn boxes_that_hold_the_clearance_are_near() {
        let a = probe(LaneId(0), &lane(&[(0.0, 0.0), (20.0, 0.0)], 1.0));
        assert!(a.is_near(&probe(LaneId(1), &lane(&[(0.0, 1.9), (20.0, 1.9)], 1.0))));
        assert!(!a.is_near(&probe(LaneId(1), &lane(&[(0.0, 2.1), (20.0, 2.1)], 1.0))));
    }
}
