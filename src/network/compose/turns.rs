//! Which lane leads to which lane through a node.

use core::f64::consts::{FRAC_PI_4, PI, TAU};

use super::plan::Node;
use super::roads::{Arm, Road};
use super::shape::{heading_at_end, heading_at_start, turn_speed, way_between, wrap};
use super::{PlanError, plan_error};
use crate::network::{Direction, Point};

/// Turns by less are straight on, rad.
const STRAIGHT: f64 = FRAC_PI_4;
/// Turns by more are U-turns, which nobody makes, rad (170°).
const U_TURN: f64 = 2.967;
/// The turns in the order of the lanes that serve them, kerb side first, with their letters.
pub(super) const ORDER: [(Direction, char); 3] =
    [(Direction::Right, 'r'), (Direction::Straight, 's'), (Direction::Left, 'l')];

/// A way through a node: one row of its right-of-way table.
pub(super) struct Turn {
    /// Road it comes from.
    pub road: usize,
    /// Lane it leaves.
    pub lane: usize,
    /// Road it leads to.
    pub to_road: usize,
    /// Lane it leads to.
    pub to_lane: usize,
    /// Which way it turns.
    pub direction: Direction,
    /// Direction of the arm it comes from, seen from the node, rad.
    pub arm: f64,
    /// Its path.
    pub path: Vec<Point>,
    /// The speed it is driven at, m/s.
    pub speed: f64,
}

/// Shapes of a road's lanes at its beginning and at its stop line.
pub(super) struct RoadShapes {
    /// At the beginning.
    pub first: Vec<Vec<Point>>,
    /// At the stop line, bay included.
    pub last: Vec<Vec<Point>>,
}

impl RoadShapes {
    /// Those of a road.
    pub fn of(road: &Road) -> Self {
        let mut links = road.shapes();
        let last = links.pop().unwrap_or_default();
        Self { first: links.pop().unwrap_or_else(|| last.clone()), last }
    }
}

/// An exit as seen from an approach.
#[derive(Clone, Copy)]
struct Exit {
    road: usize,
    lanes: usize,
    /// Whether its kerb lane is for buses.
    bus_lane: bool,
    direction: Direction,
    angle: f64,
}

/// All ways through a node: approaches clockwise from the north, lanes from the kerb, turns from right to left.
pub(super) fn turns(node: &Node, arms: &[Arm], roads: &[Road], shapes: &[RoadShapes]) -> Result<Vec<Turn>, PlanError> {
    let mut approaches: Vec<&Arm> = arms.iter().filter(|a| a.inbound.is_some()).collect();
    let clockwise = |a: &Arm| {
        let from_north = PI / 2.0 - a.angle;
        from_north - TAU * libm::floor(from_north / TAU)
    };
    approaches.sort_by(|a, b| clockwise(a).total_cmp(&clockwise(b)));
    let mut out = Vec::new();
    for arm in approaches {
        let Some(road) = arm.inbound else { continue };
        let exits = exits(arm, arms, roads);
        if exits.is_empty() {
            return Err(plan_error(
                "street",
                &roads[road].street.id,
                format!("has no way on at node '{}'; expected another street to leave it", node.id),
            ));
        }
        let served = lane_turns(&roads[road], &exits)
            .map_err(|p| plan_error("street", &roads[road].street.id, format!("at node '{}': {p}", node.id)))?;
        approach(arm, road, &exits, &served, roads, shapes, &mut out)
            .map_err(|p| plan_error("street", &roads[road].street.id, format!("at node '{}': {p}", node.id)))?;
    }
    Ok(out)
}

/// Where one can go from an arm, from right to left. Of several ways within [`STRAIGHT`] the straightest is straight
/// on; the others turn to their side of it.
fn exits(from: &Arm, arms: &[Arm], roads: &[Road]) -> Vec<Exit> {
    let turn = |a: &Arm| wrap(a.angle - (from.angle + PI));
    let leaving = arms.iter().filter(|a| a.outbound.is_some());
    let ahead = leaving.map(turn).filter(|a| a.abs() <= STRAIGHT).min_by(|a, b| a.abs().total_cmp(&b.abs()));
    let mut exits: Vec<Exit> = arms
        .iter()
        .filter_map(|a| {
            let angle = turn(a);
            let road = a.outbound?;
            let direction = match ahead {
                Some(straight) if angle == straight => Direction::Straight,
                other if angle > other.unwrap_or(0.0) => Direction::Left,
                _ => Direction::Right,
            };
            let same = from.inbound.is_some_and(|r| roads[r].street.id == roads[road].street.id);
            let (lanes, bus_lane) = (roads[road].lanes, roads[road].bus_lane);
            (!same && angle.abs() < U_TURN).then_some(Exit { road, lanes, bus_lane, direction, angle })
        })
        .collect();
    exits.sort_by(|a, b| a.angle.total_cmp(&b.angle));
    exits
}

/// For each lane of an approach, which of right, straight, left it serves.
fn lane_turns(road: &Road, exits: &[Exit]) -> Result<Vec<[bool; 3]>, String> {
    let available = ORDER.map(|(d, _)| exits.iter().any(|e| e.direction == d));
    if road.end.turns.is_empty() {
        return Ok(default_turns(road, exits, available));
    }
    let lanes = road.lanes_at_end();
    if road.end.turns.len() != lanes {
        return Err(format!("turns has {} entries; expected {lanes}, one for each lane", road.end.turns.len()));
    }
    let mut out = Vec::new();
    let mut leftmost = 0;
    for (k, text) in road.end.turns.iter().enumerate() {
        let mut lane = [false; 3];
        for letter in text.chars().filter(|c| !c.is_whitespace()) {
            let Some(i) = ORDER.iter().position(|&(_, l)| l == letter) else {
                return Err(format!("turns: '{text}' has a '{letter}'; expected r, s or l"));
            };
            if !available[i] {
                return Err(format!("turns: lane {k} serves '{letter}', but no street leaves that way"));
            }
            lane[i] = true;
        }
        let Some(first) = lane.iter().position(|&t| t) else {
            return Err(format!("turns: lane {k} serves nothing; expected r, s or l"));
        };
        if first < leftmost {
            return Err(format!("turns: lane {k} would cross the lane to its right; expected r, then s, then l"));
        }
        leftmost = lane.iter().rposition(|&t| t).unwrap_or(first);
        out.push(lane);
    }
    Ok(out)
}

/// The layout of an approach that gives none.
fn default_turns(road: &Road, exits: &[Exit], available: [bool; 3]) -> Vec<[bool; 3]> {
    let n = road.lanes_at_end();
    let mut out: Vec<[bool; 3]> = (0..n)
        .map(|k| {
            let straight = k + 1 < n || (n <= 2 && road.end.bay.is_none());
            [k == 0 && available[0], straight && available[1], k + 1 == n && available[2]]
        })
        .collect();
    // A lane left with nothing goes straight, else to its side, else wherever there is to go.
    for (k, lane) in out.iter_mut().enumerate().filter(|(_, lane)| **lane == [false; 3]) {
        let side = if k * 2 < n { 0 } else { 2 };
        let best = if available[1] {
            1
        } else if available[side] {
            side
        } else {
            2 - side
        };
        lane[best] = true;
    }
    // More straight lanes than go on over there: those that also turn only turn.
    let room = exits.iter().filter(|e| e.direction == Direction::Straight).map(|e| e.lanes).min().unwrap_or(usize::MAX);
    for k in (0..n).rev() {
        if out.iter().filter(|t| t[1]).count() > room && (out[k][0] || out[k][2]) {
            out[k][1] = false;
        }
    }
    out
}

/// Adds the turns of one approach.
fn approach(
    arm: &Arm,
    road: usize,
    exits: &[Exit],
    served: &[[bool; 3]],
    roads: &[Road],
    shapes: &[RoadShapes],
    out: &mut Vec<Turn>,
) -> Result<(), String> {
    for exit in exits {
        let kind = ORDER.iter().position(|&(d, _)| d == exit.direction).unwrap_or(1);
        let lanes: Vec<usize> = (0..served.len()).filter(|&k| served[k][kind]).collect();
        if lanes.len() > exit.lanes {
            return Err(format!(
                "{} lanes lead into '{}', which has {}; give 'turns' with fewer '{}'",
                lanes.len(),
                roads[exit.road].name,
                exit.lanes,
                ORDER[kind].1
            ));
        }
        for (i, &lane) in lanes.iter().enumerate() {
            let to_lane = target_lane(exit, i, &lanes);
            let (from, to) = (&shapes[road].last[lane], &shapes[exit.road].first[to_lane]);
            let (path, curve) = way_between(from, to, arm.crosswalks);
            let angle = wrap(heading_at_start(to) - heading_at_end(from));
            let limit = (roads[road].speed + roads[exit.road].speed) / 2.0;
            let speed = turn_speed(curve, angle, limit);
            let direction = exit.direction;
            out.push(Turn { road, lane, to_road: exit.road, to_lane, direction, arm: arm.angle, path, speed });
        }
    }
    let first = out.iter().position(|t| t.road == road).unwrap_or(out.len());
    // From the kerb, then from right to left; the sort keeps the order of the exits.
    out[first..].sort_by_key(|t| t.lane);
    Ok(())
}

/// The lane that the `i`-th of `lanes` leads to: rights keep to the kerb, lefts to the left, straights to their lane.
/// A bus lane is left out if the others are enough; else the first leads there, for buses only.
fn target_lane(exit: &Exit, i: usize, lanes: &[usize]) -> usize {
    let most = exit.lanes - lanes.len();
    let least = most.min(usize::from(exit.bus_lane));
    match exit.direction {
        Direction::Right => i + least,
        Direction::Left => i + most,
        _ => i + lanes[0].clamp(least, most),
    }
}
