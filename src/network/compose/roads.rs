//! From streets to directed roads, and how far they stay away from their nodes.

use std::collections::{BTreeMap, BTreeSet};

use super::plan::{Node, NodeKind, Street, StreetEnd, StreetPlan};
use super::shape::{cut, heading_at_start, taper};
use super::{PlanError, plan_error};
use crate::network::{Point, geometry};

/// Width of a lane, m.
pub(super) const LANE_WIDTH: f64 = 3.2;
/// Radius of a kerb's corner, m.
pub(super) const CORNER: f64 = 5.0;
/// Least distance of a stop line from its node, m.
const LEAST_SETBACK: f64 = 4.0;
/// In front of a crossing a bus lane is for everybody over this length, m.
const BUS_LANE_END: f64 = 40.0;
/// Length over which a bay opens, m.
const TAPER: f64 = 20.0;
/// What is left of a street between its crossings and bays is at least so long, m.
const LEAST_ROAD: f64 = 10.0;
/// The same of a ring's street, m: a car.
const LEAST_RING: f64 = 5.0;
/// Arms that meet more bluntly have no corner between them, rad (150°).
const BLUNT: f64 = 2.618;

/// One direction of a street.
pub(super) struct Road<'a> {
    /// Name of its first link.
    pub name: String,
    /// The street.
    pub street: &'a Street,
    /// Index of the node it starts at.
    pub from: usize,
    /// Index of the node it ends at.
    pub to: usize,
    /// Lanes, without a bay.
    pub lanes: usize,
    /// Speed limit, m/s.
    pub speed: f64,
    /// Centre line of the street in driving direction, node to node.
    pub line: Vec<Point>,
    /// Layout at its end.
    pub end: &'a StreetEnd,
    /// Whether it is part of a roundabout.
    pub ring: bool,
    /// Whether its kerb lane is for buses.
    pub bus_lane: bool,
    /// Length of its last link, m, if it has two: from where a bay opens or a bus lane ends.
    pub last: Option<f64>,
    /// Stop line's and beginning's distance from their nodes, m.
    pub setback: (f64, f64),
}

impl Road<'_> {
    /// Lanes at the stop line.
    pub fn lanes_at_end(&self) -> usize {
        self.lanes + usize::from(self.end.bay.is_some())
    }

    /// Name of the link that reaches the stop line.
    pub fn last_link(&self) -> String {
        if self.last.is_some() { format!("{}.bay", self.name) } else { self.name.clone() }
    }

    /// How far lane `k` lies to the left of the centre line, m.
    fn offset(&self, k: usize) -> f64 {
        let (k, n) = (k as f64, self.lanes as f64);
        if self.street.both_ways {
            -self.street.median / 2.0 - (n - k - 0.5) * LANE_WIDTH
        } else {
            (k + 0.5 - n / 2.0) * LANE_WIDTH
        }
    }

    /// Where its links begin and end along the centre line, m: one stretch, or two with a bay.
    fn stretches(&self) -> Vec<(f64, f64)> {
        let (start, end) = (self.setback.0, geometry::length(&self.line) - self.setback.1);
        self.last.map_or_else(|| vec![(start, end)], |last| vec![(start, end - last), (end - last, end)])
    }

    /// Its grade where one end lies `rise` m higher than the other, percent.
    pub fn grade(&self, rise: f64) -> f64 {
        100.0 * rise / (geometry::length(&self.line) - self.setback.0 - self.setback.1)
    }

    /// The lanes' shapes of each of its links.
    pub fn shapes(&self) -> Vec<Vec<Vec<Point>>> {
        let lanes = |centre: &[Point]| (0..self.lanes).map(|k| geometry::offset(centre, self.offset(k))).collect();
        let centres: Vec<Vec<Point>> = self.stretches().iter().map(|&(a, b)| cut(&self.line, a, b)).collect();
        let mut out: Vec<Vec<Vec<Point>>> = centres.iter().map(|c| lanes(c)).collect();
        if let ([_, bay], true) = (&mut out[..], self.end.bay.is_some()) {
            let opening = TAPER.min(geometry::length(&centres[1]) / 2.0);
            bay.push(taper(&centres[1], self.offset(self.lanes - 1), self.offset(self.lanes), opening));
        }
        out
    }
}

/// A street's end at a node.
pub(super) struct Arm {
    /// Direction away from the node, rad.
    pub angle: f64,
    /// The road that arrives here.
    pub inbound: Option<usize>,
    /// The road that leaves here.
    pub outbound: Option<usize>,
    /// Width to the left of the centre line, seen from the node, m.
    left: f64,
    /// Width to the right, m.
    right: f64,
    /// Distance of the stop line from the node, m.
    pub setback: f64,
    /// What of it is room for crosswalks, m.
    pub crosswalks: f64,
}

impl Arm {
    /// The two corners of its mouth: right, then left, seen from the node.
    pub fn mouth(&self, node: Point) -> [Point; 2] {
        let (c, s) = (libm::cos(self.angle), libm::sin(self.angle));
        let at = |side: f64| Point::new(node.x + c * self.setback - s * side, node.y + s * self.setback + c * side);
        [at(-self.right), at(self.left)]
    }
}

/// The indices of a plan's nodes by name.
pub(super) fn index_nodes(plan: &StreetPlan) -> BTreeMap<&str, usize> {
    plan.nodes.iter().enumerate().map(|(i, n)| (n.id.as_str(), i)).collect()
}

/// Checks a plan's nodes.
pub(super) fn check_nodes(plan: &StreetPlan) -> Result<(), PlanError> {
    let mut names = BTreeSet::new();
    for n in &plan.nodes {
        let wrong = |problem: String| plan_error("node", &n.id, problem);
        check_name(&n.id).map_err(wrong)?;
        if !(n.x.abs() <= 1e6 && n.y.abs() <= 1e6) {
            return Err(wrong(format!("lies at ({}, {}); expected coordinates within ±1,000 km", n.x, n.y)));
        }
        if !(-500.0..=9000.0).contains(&n.z) {
            return Err(wrong(format!("lies {} m high; expected −500 to 9,000", n.z)));
        }
        if !names.insert(n.id.as_str()) {
            return Err(wrong("is defined twice".into()));
        }
        if !(0.0..=20.0).contains(&n.crosswalks) {
            return Err(wrong(format!("has {} m for crosswalks; expected 0 to 20", n.crosswalks)));
        }
        if n.crosswalks > 0.0 && matches!(n.kind, NodeKind::Roundabout | NodeKind::DeadEnd) {
            return Err(wrong("has crosswalks; expected none at a roundabout or dead end".into()));
        }
        if n.kind != NodeKind::Roundabout && (n.radius.is_some() || n.ring_lanes.is_some()) {
            return Err(wrong("has a radius or ring_lanes; expected them at a roundabout only".into()));
        }
    }
    Ok(())
}

/// Names that could be confused with made ones are refused.
fn check_name(name: &str) -> Result<(), String> {
    if name.is_empty() || name.starts_with(['-', ':']) || name.contains(['.', ' ', '"']) {
        return Err("is no name; expected letters, digits and '_', without '.', ' ' or a leading '-' or ':'".into());
    }
    Ok(())
}

/// Checks a plan's streets.
pub(super) fn check_streets(plan: &StreetPlan) -> Result<(), PlanError> {
    let mut names = BTreeSet::new();
    for street in &plan.streets {
        let wrong = |problem: String| plan_error("street", &street.id, problem);
        check_street(street).map_err(wrong)?;
        if !names.insert(&street.id) {
            return Err(wrong("is defined twice".into()));
        }
        if street.from == street.to {
            return Err(wrong(format!("leads from '{}' to itself; expected two nodes", street.from)));
        }
    }
    Ok(())
}

/// Makes directed roads of streets; those from `own` on are parts of roundabouts.
pub(super) fn roads<'a>(
    plan: &'a StreetPlan,
    nodes: &BTreeMap<&str, usize>,
    own: usize,
) -> Result<Vec<Road<'a>>, PlanError> {
    let mut roads = Vec::new();
    for (i, street) in plan.streets.iter().enumerate() {
        let wrong = |problem: String| plan_error("street", &street.id, problem);
        let find = |field: &str, id: &str| {
            let known = || plan.nodes.iter().map(|n| n.id.as_str()).take(12).collect::<Vec<_>>().join(", ");
            let found = nodes.get(id).copied();
            found.ok_or_else(|| wrong(format!("{field}: no node '{id}'; expected one of {}", known())))
        };
        let (from, to) = (find("from", &street.from)?, find("to", &street.to)?);
        let mut line = vec![position(&plan.nodes[from])];
        line.extend_from_slice(&street.bends);
        line.push(position(&plan.nodes[to]));
        if line.windows(2).any(|w| w[0].distance(w[1]) < 1.0) {
            return Err(wrong("has two points less than 1 m apart".into()));
        }
        let last = |end: &StreetEnd, bus_lane: bool, node: usize| {
            let ends = bus_lane && plan.nodes[node].kind != NodeKind::DeadEnd;
            end.bay.or(ends.then_some(BUS_LANE_END))
        };
        let back = Road {
            name: format!("-{}", street.id),
            street,
            from: to,
            to: from,
            lanes: usize::from(street.lanes_back.unwrap_or(street.lanes)),
            speed: street.speed / 3.6,
            line: line.iter().rev().copied().collect(),
            end: &street.end_back,
            ring: i >= own,
            bus_lane: street.bus_lane_back,
            last: last(&street.end_back, street.bus_lane_back, from),
            setback: (0.0, 0.0),
        };
        roads.push(Road {
            name: street.id.clone(),
            from,
            to,
            lanes: usize::from(street.lanes),
            line,
            end: &street.end,
            bus_lane: street.bus_lane,
            last: last(&street.end, street.bus_lane, to),
            ..back
        });
        if street.both_ways {
            roads.push(back);
        }
    }
    Ok(roads)
}

/// A node's place.
pub(super) fn position(node: &Node) -> Point {
    Point::new(node.x, node.y)
}

/// Refuses streets with impossible numbers.
fn check_street(street: &Street) -> Result<(), String> {
    check_name(&street.id)?;
    for (field, lanes) in [("lanes", Some(street.lanes)), ("lanes_back", street.lanes_back)] {
        if let Some(n) = lanes
            && !(1..=8).contains(&n)
        {
            return Err(format!("{field}: {n}; expected 1 to 8"));
        }
    }
    if !(5.0..=200.0).contains(&street.speed) {
        return Err(format!("speed: {}; expected 5 to 200 km/h", street.speed));
    }
    if !(0.0..=50.0).contains(&street.median) {
        return Err(format!("median: {}; expected 0 to 50 m", street.median));
    }
    if street.bends.iter().any(|p| !(p.x.abs() <= 1e6 && p.y.abs() <= 1e6)) {
        return Err("bends: expected coordinates within ±1,000 km".into());
    }
    let laid_out = street.lanes_back.is_some() || street.end_back != StreetEnd::default() || street.bus_lane_back;
    if !street.both_ways && laid_out {
        return Err("has a layout for its backward direction, but both_ways is false".into());
    }
    let back = street.lanes_back.unwrap_or(street.lanes);
    for (field, bus_lane, lanes, end) in [
        ("bus_lane", street.bus_lane, street.lanes, &street.end),
        ("bus_lane_back", street.bus_lane_back, back, &street.end_back),
    ] {
        if bus_lane && lanes < 2 {
            return Err(format!("{field}: the direction has {lanes} lane; expected at least 2"));
        }
        if let Some(bay) = end.bay.filter(|&bay| bus_lane && bay < BUS_LANE_END) {
            return Err(format!("{field}: ends where the bay of {bay} m opens; expected at least {BUS_LANE_END} m"));
        }
    }
    for (field, end) in [("end", &street.end), ("end_back", &street.end_back)] {
        let Some(bay) = end.bay else { continue };
        if !(15.0..=500.0).contains(&bay) {
            return Err(format!("{field}: a bay of {bay} m; expected 15 to 500 m"));
        }
        if street.both_ways && street.median < LANE_WIDTH {
            return Err(format!("{field}: a bay needs a median of at least {LANE_WIDTH} m; it has {}", street.median));
        }
    }
    Ok(())
}

/// The arms of every node, counter-clockwise from the east, with their setbacks; `corners`: their radii by node, m.
pub(super) fn arms(nodes: &[Node], roads: &[Road], corners: &[f64]) -> Result<Vec<Vec<Arm>>, PlanError> {
    let mut arms: Vec<Vec<Arm>> = nodes.iter().map(|_| Vec::new()).collect();
    for (i, road) in roads.iter().enumerate() {
        let forward = road.name == road.street.id;
        let back = (forward && road.street.both_ways).then_some(i + 1);
        if !forward {
            continue;
        }
        let (out, inward) = (road.lanes, back.map_or(0, |b| roads[b].lanes));
        let outward: Vec<Point> = road.line.iter().rev().copied().collect();
        arms[road.from].push(arm(road, heading_at_start(&road.line), (out, inward), (back, Some(i))));
        arms[road.to].push(arm(road, heading_at_start(&outward), (inward, out), (Some(i), back)));
    }
    for ((node, arms), &corner) in nodes.iter().zip(&mut arms).zip(corners) {
        arms.sort_by(|a, b| a.angle.total_cmp(&b.angle));
        check_arms(node, arms)?;
        set_back(node, arms, corner);
    }
    Ok(arms)
}

/// One arm; `lanes`: leaving, arriving; `which`: arriving road, leaving road.
fn arm(road: &Road, angle: f64, lanes: (usize, usize), which: (Option<usize>, Option<usize>)) -> Arm {
    let width = |n: usize| n as f64 * LANE_WIDTH;
    let (left, right) = if road.street.both_ways {
        (road.street.median / 2.0 + width(lanes.1), road.street.median / 2.0 + width(lanes.0))
    } else {
        let half = width(road.lanes) / 2.0;
        let bay = if road.end.bay.is_some() { LANE_WIDTH } else { 0.0 };
        (half + bay, half)
    };
    Arm { angle, inbound: which.0, outbound: which.1, left, right, setback: LEAST_SETBACK, crosswalks: 0.0 }
}

/// Refuses nodes whose streets do not suit their kind.
fn check_arms(node: &Node, arms: &[Arm]) -> Result<(), PlanError> {
    let wrong = |problem: String| Err(plan_error("node", &node.id, problem));
    let n = arms.len();
    match node.kind {
        NodeKind::DeadEnd if n != 1 => wrong(format!("is a dead_end of {n} streets; expected exactly 1")),
        NodeKind::DeadEnd => Ok(()),
        _ if n < 2 => wrong(format!("has {n} streets; expected at least 2, or kind dead_end")),
        _ => {
            let turned = |i: usize| {
                let next = if i + 1 < n { arms[i + 1].angle } else { arms[0].angle + core::f64::consts::TAU };
                next - arms[i].angle
            };
            match (0..n).find(|&i| turned(i) < 0.35) {
                Some(_) => wrong("has two streets less than 20° apart; bend one of them".into()),
                None => Ok(()),
            }
        }
    }
}

/// Sets every arm so far back that the corners between it and its neighbours have their radius, and crosswalks have room.
fn set_back(node: &Node, arms: &mut [Arm], corner: f64) {
    if node.kind == NodeKind::DeadEnd {
        arms.iter_mut().for_each(|a| a.setback = 0.0);
        return;
    }
    let n = arms.len();
    for i in 0..n {
        let j = (i + 1) % n;
        let mut between = arms[j].angle - arms[i].angle;
        if j <= i {
            between += core::f64::consts::TAU;
        }
        if between > BLUNT {
            continue;
        }
        let (sine, cosine) = (libm::sin(between), libm::cos(between));
        let (hi, hj) = (arms[i].left, arms[j].right);
        // Where the two kerbs would meet, and from there to where the corner's arc begins.
        let arc = corner / libm::tan(between / 2.0);
        arms[i].setback = arms[i].setback.max((hj + hi * cosine) / sine + arc);
        arms[j].setback = arms[j].setback.max((hi + hj * cosine) / sine + arc);
    }
    for arm in arms {
        arm.crosswalks = node.crosswalks;
        arm.setback += node.crosswalks;
    }
}

/// Tells roads their setbacks and refuses those that are too short for them.
pub(super) fn apply_setbacks(roads: &mut [Road], arms: &[Vec<Arm>]) -> Result<(), PlanError> {
    for arm in arms.iter().flatten() {
        if let Some(r) = arm.inbound {
            roads[r].setback.1 = arm.setback;
        }
        if let Some(r) = arm.outbound {
            roads[r].setback.0 = arm.setback;
        }
    }
    for road in roads.iter() {
        let (whole, (a, b)) = (geometry::length(&road.line), road.setback);
        let street = road.street;
        let other = if road.name == street.id { &street.end_back } else { &street.end };
        let other = if street.both_ways { other.bay.unwrap_or(0.0) } else { 0.0 };
        let least = if road.ring { LEAST_RING } else { LEAST_ROAD };
        let needed = a + b + least + road.last.unwrap_or(0.0) + other;
        if whole < needed {
            return Err(plan_error(
                "street",
                &road.street.id,
                format!("is {whole:.1} m long; its crossings and bays need {needed:.1} m"),
            ));
        }
    }
    Ok(())
}
