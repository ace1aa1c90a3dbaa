//! From blocks to a street plan: names, lanes, bays, bus lanes.
//!
//! Rows have letters from the south, avenues numbers from the west, both from where the lattice begins. Node `I4` lies
//! where row i crosses avenue 4; street `i4` leads from there to the east along row i, street `4i` to the north along
//! avenue 4. `i_west` is the gateway at the western end of row i and the street from there, `4_north` that of avenue 4.

use super::blocks::{Blocks, Edge, Rule, gateways};
use super::lattice::{Class, EAST, Lines, NORTH, WEST};
use crate::network::Point;
use crate::network::compose::{Node, NodeKind, Street, StreetEnd, StreetPlan};

/// Median with room for a bay, m.
const MEDIAN: f64 = 3.2;
/// Lengths of bays, m: at most, and at least.
const BAYS: [f64; 2] = [60.0, 30.0];
/// The least beside a bus lane, m.
const BESIDE_BUSES: f64 = 40.0;
/// What a crossing takes of a street, m, and what is to be left of it beside bays.
const TAKEN: [f64; 2] = [17.0, 22.0];
/// Length of the streets that lead into the city, m.
const APPROACH: f64 = 220.0;
/// Radius of a roundabout, m.
const RADIUS: f64 = 18.0;

/// A street that leads out of the city.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Gateway {
    /// Its street; forward leads into the city.
    pub street: String,
    /// Where it begins, m.
    pub at: (f64, f64),
    /// What it is.
    pub class: Class,
    /// Whether it lies south of the river.
    pub south: bool,
}

/// A street plan without signal programs, and what else is known of its streets.
pub(super) struct Laid {
    /// The plan.
    pub plan: StreetPlan,
    /// Where it is entered and left.
    pub gateways: Vec<Gateway>,
    /// The name of each edge.
    pub names: Vec<String>,
}

/// Lays out the streets.
pub(super) fn lay_out(lines: &Lines, places: &[(f64, f64)], blocks: &Blocks) -> Laid {
    let at = |(i, j): (usize, usize)| places[lines.index(i, j)];
    let mut plan = StreetPlan::default();
    for j in 0..lines.rows {
        for i in 0..lines.columns {
            let k = lines.index(i, j);
            let out = gateways(lines).iter().any(|g| g.0 == (i, j));
            if blocks.at[k].iter().all(Option::is_none) && !out {
                continue;
            }
            let kind = match blocks.rules[k] {
                Rule::Signal => NodeKind::Signal,
                Rule::Priority | Rule::RightTurnsOnly => NodeKind::Priority,
                Rule::RightBeforeLeft => NodeKind::RightBeforeLeft,
                Rule::Roundabout => NodeKind::Roundabout,
            };
            let (x, y) = places[k];
            let radius = (kind == NodeKind::Roundabout).then_some(RADIUS);
            plan.nodes.push(Node { radius, ..Node::new(&node_name(i, j), x, y, kind) });
        }
    }
    let mut names = Vec::new();
    for edge in &blocks.edges {
        let bends: Vec<(f64, f64)> = edge.through.iter().map(|&p| at(p)).collect();
        let points: Vec<(f64, f64)> =
            [at(edge.ends[0])].into_iter().chain(bends.iter().copied()).chain([at(edge.ends[1])]).collect();
        let length: f64 = points.windows(2).map(|w| libm::hypot(w[0].0 - w[1].0, w[0].1 - w[1].1)).sum();
        let name = street_name(edge);
        let [from, to] = edge.ends.map(|(i, j)| node_name(i, j));
        let bends = bends.into_iter().map(|(x, y)| Point { x, y }).collect();
        let street = Street { bends, ..Street::new(&name, &from, &to, 1, 30.0) };
        plan.streets.push(dress(street, edge, lines, blocks, length));
        names.push(name);
    }
    let mut out = Vec::new();
    for (place, way) in gateways(lines) {
        let (class, line, side) = match way {
            EAST | WEST => (lines.row(place.0, place.1), letter(place.1), if way == EAST { "east" } else { "west" }),
            _ => {
                let side = if way == NORTH { "north" } else { "south" };
                (lines.avenue(place.0, place.1), place.0.to_string(), side)
            }
        };
        let class = class.max(Class::Collector);
        let name = format!("{line}_{side}");
        let (x, y) = at(place);
        let (dx, dy) = [(1.0, 0.0), (0.0, 1.0), (-1.0, 0.0), (0.0, -1.0)][way];
        let far = (x + dx * APPROACH, y + dy * APPROACH);
        plan.nodes.push(Node::new(&name, far.0, far.1, NodeKind::DeadEnd));
        let edge = Edge { ends: [place, place], ways: [(way + 2) % 4, way], class, through: Vec::new() };
        let mut street =
            dress(Street::new(&name, &name, &node_name(place.0, place.1), 1, 30.0), &edge, lines, blocks, APPROACH);
        // Only its end lies at a crossing.
        street.end_back = StreetEnd::default();
        plan.streets.push(street);
        out.push(Gateway { street: name, at: far, class, south: place.1 <= lines.river });
    }
    Laid { plan, gateways: out, names }
}

/// A row's letter.
fn letter(row: usize) -> String {
    char::from(b'a' + row.min(25) as u8).to_string()
}

/// The name of a crossing.
pub(super) fn node_name(i: usize, j: usize) -> String {
    format!("{}{i}", letter(j).to_uppercase())
}

/// The name of a street.
fn street_name(edge: &Edge) -> String {
    let [a, b] = edge.ends;
    let (i, j) = a.min(b);
    if a.1 == b.1 && edge.ways[0] % 2 == EAST { format!("{}{i}", letter(j)) } else { format!("{i}{}", letter(j)) }
}

/// Whether buses have a lane of their own on a street.
pub(super) fn has_bus_lane(edge: &Edge, lines: &Lines) -> bool {
    let inside = |&(i, j): &(usize, usize)| j == lines.main && (lines.bridges[0]..=lines.bridges[1]).contains(&i);
    edge.class == Class::Arterial
        && edge.ways[0] % 2 == EAST
        && edge.ends[0] != edge.ends[1]
        && edge.ends.iter().all(inside)
}

/// Gives a street what its class and its ends ask for.
fn dress(street: Street, edge: &Edge, lines: &Lines, blocks: &Blocks, length: f64) -> Street {
    let bus_lane = has_bus_lane(edge, lines);
    let (speed, rank) = match edge.class {
        Class::Local => (30.0, 1),
        Class::Collector | Class::OneWay => (40.0, 2),
        Class::Arterial => (50.0, 3),
    };
    let both_ways = edge.class != Class::OneWay;
    // Seen by those who arrive there.
    let [(back, start), (lanes, finish)] = [0, 1].map(|k| {
        let lanes = lanes(edge, k, lines) + u8::from(bus_lane);
        let end = end(edge.ends[k], edge.ways[k], edge.class, lanes, lines, blocks, length);
        let short = bus_lane && end.bay.is_some_and(|bay| bay < BESIDE_BUSES);
        (lanes, if short { StreetEnd::default() } else { end })
    });
    let has_bay = start.bay.is_some() || finish.bay.is_some();
    let median = if edge.class == Class::Arterial || has_bay { MEDIAN } else { 0.0 };
    Street {
        lanes,
        lanes_back: (both_ways && back != lanes).then_some(back),
        speed,
        rank,
        both_ways,
        median: if both_ways { median } else { 0.0 },
        end: finish,
        end_back: if both_ways { start } else { StreetEnd::default() },
        bus_lane,
        bus_lane_back: bus_lane && both_ways,
        ..street
    }
}

/// Lanes of a street towards one of its ends, without bus lane and bay.
fn lanes(edge: &Edge, end: usize, lines: &Lines) -> u8 {
    let bank = |j: usize| j == lines.river || j == lines.river + 1;
    let (i, j) = edge.ends[end];
    let along = edge.ways[0] % 2 == EAST;
    match edge.class {
        Class::Local => 1,
        // To a bridge, with a lane of its own for right turns.
        Class::Collector if along && bank(j) && lines.bridges.contains(&i) => 2,
        Class::Collector => 1,
        Class::OneWay => 2,
        // A bridge: so many turn at its ends that they have lanes of their own.
        Class::Arterial if !along && edge.ends.iter().all(|e| bank(e.1)) && edge.ends[0] != edge.ends[1] => 3,
        Class::Arterial => 2,
    }
}

/// Lanes where a street arrives at a place from the way `back`.
fn end(
    place: (usize, usize),
    back: usize,
    class: Class,
    lanes: u8,
    lines: &Lines,
    blocks: &Blocks,
    length: f64,
) -> StreetEnd {
    let k = lines.index(place.0, place.1);
    let goes = |way: usize| leads_on(place, way % 4, lines, blocks);
    let [right, straight, left] = [goes(back + 1), goes(back + 2), goes(back + 3)];
    let wide = matches!(class, Class::Collector | Class::Arterial);
    let turns = |list: &[&str]| list.iter().map(|&t| t.to_owned()).collect::<Vec<String>>();
    match blocks.rules[k] {
        Rule::RightTurnsOnly if class == Class::Local && right => StreetEnd { bay: None, turns: turns(&["r"]) },
        Rule::RightTurnsOnly if class == Class::Arterial => {
            let first = if right { "r s" } else { "s" };
            let all: Vec<&str> = (0..lanes).map(|l| if l == 0 { first } else { "s" }).collect();
            StreetEnd { bay: None, turns: turns(&all) }
        }
        // Also where a collector goes first: who waits to turn left holds up nobody.
        Rule::Signal | Rule::Priority if wide && left && (right || straight) => {
            let room = (length - 2.0 * TAKEN[0] - TAKEN[1]) / 2.0;
            let bay = libm::floor(room.min(BAYS[0]));
            StreetEnd { bay: (bay >= BAYS[1]).then_some(bay), turns: Vec::new() }
        }
        _ => StreetEnd::default(),
    }
}

/// Whether one can leave a place that way.
fn leads_on(place: (usize, usize), way: usize, lines: &Lines, blocks: &Blocks) -> bool {
    if gateways(lines).contains(&(place, way)) {
        return true;
    }
    let edge = blocks.at[lines.index(place.0, place.1)][way].map(|e| &blocks.edges[e]);
    edge.is_some_and(|e| e.class != Class::OneWay || e.ends[0] == place)
}
