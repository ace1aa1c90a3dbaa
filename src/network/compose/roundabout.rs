//! From a roundabout to a ring of junctions and one-way streets.
//!
//! Terms
//! - **arm**: a street of the roundabout, arms counted counter-clockwise from the east.
//! - **ring node**: where an arm meets the ring; its streets are the arm and two of the ring.
//!
//! The ring's lanes lie around the circle of the roundabout's radius, its streets bend along it. An arm ends where it
//! reaches the circle. Corners between arms and ring are as wide as the room between the arms allows.

use core::f64::consts::TAU;
use std::borrow::Cow;
use std::collections::BTreeMap;

use super::plan::{Node, NodeKind, Street, StreetPlan};
use super::roads::{CORNER, LANE_WIDTH};
use super::{PlanError, plan_error};
use crate::network::Point;

/// Sideways acceleration a driver likes on a ring, m/s².
const SIDEWAYS: f64 = 4.0;
/// Radius of a roundabout that gives none, m.
const RADIUS: f64 = 16.0;
/// Radii there may be, m.
const RADII: core::ops::RangeInclusive<f64> = 9.0..=100.0;
/// Room to the middle of the inner lane, m: buses drive around something.
const INNER: f64 = 8.0;
/// Radii of the corners between arm and ring, m.
const CORNERS: [f64; 2] = [3.0, 8.0];
/// Least length of the ring between the corners of two arms, m: a car stands there, and corners on a bend are a little
/// longer than their radius.
const LEAST_RING: f64 = 6.5;
/// Arms are at least so far apart, rad (20°).
const APART: f64 = 0.35;
/// Way from the ring to the next point of an arm, m.
const LEAST_ARM: f64 = 15.0;
/// The ring bends by about so much from one straight part to the next, rad, which are no shorter than that, m.
const CHORD: (f64, f64) = (0.1, 1.6);

/// A street plan in which roundabouts are drawn out.
pub(super) struct Expanded<'a> {
    /// Nodes and streets of the plan, roundabouts left out, then those of the rings.
    pub plan: Cow<'a, StreetPlan>,
    /// How many of the streets are the plan's own.
    pub own_streets: usize,
    /// Radius of the corners at each node, m.
    pub corners: Vec<f64>,
}

/// Which end of a street.
#[derive(Clone, Copy, PartialEq)]
enum End {
    From,
    To,
}

/// A street that ends at a roundabout.
struct ArmOf {
    street: usize,
    end: End,
    /// Direction from the roundabout's middle, rad, 0 to 2π.
    angle: f64,
    /// Lanes that arrive and that leave.
    lanes: (usize, usize),
}

/// Draws out all roundabouts.
pub(super) fn expand(plan: &StreetPlan) -> Result<Expanded<'_>, PlanError> {
    let own_streets = plan.streets.len();
    let of_kind = |n: &&Node| n.kind == NodeKind::Roundabout;
    if !plan.nodes.iter().any(|n| of_kind(&n)) {
        return Ok(Expanded { plan: Cow::Borrowed(plan), own_streets, corners: vec![CORNER; plan.nodes.len()] });
    }
    let places: BTreeMap<&str, &Node> = plan.nodes.iter().map(|n| (n.id.as_str(), n)).collect();
    let mut arms: BTreeMap<&str, Vec<ArmOf>> = BTreeMap::new();
    for (i, street) in plan.streets.iter().enumerate() {
        for end in [End::From, End::To] {
            let [here, there] = if end == End::From { [&street.from, &street.to] } else { [&street.to, &street.from] };
            if here.contains('.') {
                return Err(plan_error(
                    "street",
                    &street.id,
                    format!("no node '{here}'; expected a roundabout itself"),
                ));
            }
            let Some(node) = places.get(here.as_str()).filter(of_kind_ref) else { continue };
            let Some(other) = places.get(there.as_str()) else { continue };
            let arm = arm(street, i, end, node, other).map_err(|p| plan_error("street", &street.id, p))?;
            arms.entry(&node.id).or_default().push(arm);
        }
    }
    let mut out = StreetPlan { nodes: Vec::new(), ..plan.clone() };
    out.nodes = plan.nodes.iter().filter(|n| !of_kind(n)).cloned().collect();
    let mut corners = vec![CORNER; out.nodes.len()];
    for node in plan.nodes.iter().filter(of_kind) {
        let mut arms = arms.remove(node.id.as_str()).unwrap_or_default();
        arms.sort_by(|a, b| a.angle.total_cmp(&b.angle));
        let corner = check(node, &arms, &plan.streets).map_err(|p| plan_error("node", &node.id, p))?;
        corners.extend(arms.iter().map(|_| corner));
        ring(node, &arms, &mut out);
    }
    Ok(Expanded { plan: Cow::Owned(out), own_streets, corners })
}

/// Whether a node is a roundabout.
fn of_kind_ref(node: &&&Node) -> bool {
    node.kind == NodeKind::Roundabout
}

/// A street's end at a roundabout, or what is wrong with it.
fn arm(street: &Street, index: usize, end: End, node: &Node, other: &Node) -> Result<ArmOf, String> {
    let next = match end {
        End::From => street.bends.first(),
        End::To => street.bends.last(),
    };
    let toward = next.copied().unwrap_or(Point::new(other.x, other.y));
    let (dx, dy) = (toward.x - node.x, toward.y - node.y);
    let reach = radius(node) + if other.kind == NodeKind::Roundabout && next.is_none() { radius(other) } else { 0.0 };
    if libm::hypot(dx, dy) < reach + LEAST_ARM {
        let what = if next.is_some() { "has a bend" } else { "ends" };
        return Err(format!("{what} less than {LEAST_ARM} m from the ring of roundabout '{}'", node.id));
    }
    let (forward, back) = (usize::from(street.lanes), usize::from(street.lanes_back.unwrap_or(street.lanes)));
    let back = if street.both_ways { back } else { 0 };
    let (layout, lanes) = match end {
        End::To => (&street.end, (forward, back)),
        End::From => (&street.end_back, (back, forward)),
    };
    if layout.bay.is_some() || !layout.turns.is_empty() {
        return Err(format!("has a bay or 'turns' at roundabout '{}'; expected neither", node.id));
    }
    let angle = libm::atan2(dy, dx);
    Ok(ArmOf { street: index, end, angle: angle - TAU * libm::floor(angle / TAU), lanes })
}

/// A roundabout's radius, m.
fn radius(node: &Node) -> f64 {
    node.radius.unwrap_or(RADIUS)
}

/// Lanes of a roundabout's ring.
fn ring_lanes(node: &Node) -> usize {
    usize::from(node.ring_lanes.unwrap_or(1))
}

/// Refuses what makes no roundabout; gives the radius of its corners, m.
fn check(node: &Node, arms: &[ArmOf], streets: &[Street]) -> Result<f64, String> {
    let (r, lanes) = (radius(node), ring_lanes(node));
    if !RADII.contains(&r) {
        return Err(format!("radius: {r}; expected {} to {} m", RADII.start(), RADII.end()));
    }
    if !(1..=2).contains(&lanes) {
        return Err(format!("ring_lanes: {lanes}; expected 1 or 2"));
    }
    let least = INNER + LANE_WIDTH / 2.0 * (lanes - 1) as f64;
    if r < least {
        return Err(format!("radius: {r}; {lanes} lanes need at least {least} m"));
    }
    if !(3..=6).contains(&arms.len()) {
        return Err(format!("is a roundabout of {} streets; expected 3 to 6", arms.len()));
    }
    if !arms.iter().any(|a| a.lanes.0 > 0) || !arms.iter().any(|a| a.lanes.1 > 0) {
        return Err("is a roundabout that nobody can enter or leave; expected a street each way".into());
    }
    if let Some(a) = arms.iter().find(|a| a.lanes.0 > lanes) {
        let (street, n) = (&streets[a.street].id, a.lanes.0);
        return Err(format!("street '{street}' arrives with {n} lanes, the ring has {lanes}; expected no more"));
    }
    let mut corner = CORNERS[1];
    for (i, a) in arms.iter().enumerate() {
        let b = &arms[(i + 1) % arms.len()];
        let between = b.angle - a.angle + if i + 1 == arms.len() { TAU } else { 0.0 };
        let names = || format!("streets '{}' and '{}'", streets[a.street].id, streets[b.street].id);
        if between < APART {
            return Err(format!("{} are less than 20° apart; bend one of them", names()));
        }
        // Who arrives does so on the far side of the arm, seen along the ring.
        let needed = half_width(&streets[a.street], a.lanes.0) + half_width(&streets[b.street], b.lanes.1) + LEAST_RING;
        let fits = (r * between - needed) / 2.0;
        if fits < CORNERS[0] {
            let radius = libm::ceil((needed + 2.0 * CORNERS[0]) / between * 10.0) / 10.0;
            return Err(format!("radius: {r}; {} need at least {radius} m", names()));
        }
        corner = corner.min(fits);
    }
    Ok(corner)
}

/// Width of a street on the side of its `lanes`, from its middle, m.
fn half_width(street: &Street, lanes: usize) -> f64 {
    if street.both_ways {
        street.median / 2.0 + lanes as f64 * LANE_WIDTH
    } else {
        f64::from(street.lanes) * LANE_WIDTH / 2.0
    }
}

/// Adds the ring of a roundabout and ends its arms there.
fn ring(node: &Node, arms: &[ArmOf], plan: &mut StreetPlan) {
    let (r, n) = (radius(node), arms.len());
    let at = |angle: f64| Point::new(node.x + r * libm::cos(angle), node.y + r * libm::sin(angle));
    let name = |k: usize| format!("{}.{}", node.id, k % n + 1);
    let limit = arms.iter().map(|a| plan.streets[a.street].speed).fold(0.0, f64::max);
    let rank = arms.iter().map(|a| plan.streets[a.street].rank).max().unwrap_or(0).saturating_add(1);
    // As fast as a driver likes to be on a bend of that radius.
    let speed = (libm::sqrt(SIDEWAYS * r) * 3.6).min(limit);
    for (k, a) in arms.iter().enumerate() {
        let place = at(a.angle);
        plan.nodes.push(Node { id: name(k), x: place.x, y: place.y, ..node.clone() });
        let street = &mut plan.streets[a.street];
        *(if a.end == End::From { &mut street.from } else { &mut street.to }) = name(k);
        let turned = arms[(k + 1) % n].angle - a.angle + if k + 1 == n { TAU } else { 0.0 };
        let chords = libm::floor((turned / CHORD.0).min(r * turned / CHORD.1)).max(2.0);
        let bends = (1..chords as usize).map(|i| at(a.angle + turned * i as f64 / chords));
        let lanes = node.ring_lanes.unwrap_or(1);
        plan.streets.push(Street {
            rank,
            both_ways: false,
            bends: bends.collect(),
            ..Street::new(&name(k), &name(k), &name(k + 1), lanes, speed)
        });
    }
}
