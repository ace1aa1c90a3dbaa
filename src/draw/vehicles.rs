//! Vehicles on the lanes they stand on, coloured by their speed.
//!
//! A vehicle that reaches back onto other lanes is a straight body from its rear to its front, both on their lanes;
//! one too long to be rigid (a tram, a train) bends along them.

use super::frame::Frame;
use super::ink::{Ink, number};
use crate::network::geometry::{along, length};
use crate::network::{LaneId, Network, Point};
use crate::sim::Simulation;
use crate::sim::state::Vehicle;

/// Colours from standing to free flow.
pub(super) const RAMP: [&str; 7] = ["#e5202b", "#f0572d", "#f7892f", "#fbbd3b", "#d5d545", "#8fcf4f", "#38b95c"];

/// Vehicles longer than this have joints, m.
const RIGID: f32 = 15.0;

/// Draws the vehicles; returns how many there are in the frame.
pub(super) fn draw(ink: &mut Ink, network: &Network, sim: &Simulation, frame: &Frame, names: bool) -> usize {
    let scene = sim.scene();
    let mut count = 0;
    let mut windows = String::new();
    ink.raw("<g>\n");
    for (lane, v) in sim.traffic().vehicles() {
        let body = body(network, lane, v);
        if !frame.shows(&body, 2.0) {
            continue;
        }
        count += 1;
        let kind = &scene.types[usize::from(v.kind)];
        let room = f64::from(network.lane(lane).width);
        let width = number(frame.at_least(kind.width, 1.6, room));
        let class = speed_class(v.speed, network.lane(lane).speed_limit);
        let id = &scene.departures[v.id.index()].id;
        let name = names.then(|| format!("{id} ({}) {:.1} m/s", kind.id, v.speed));
        ink.path(&format!("class=\"v{class}\" stroke-width=\"{width}\""), &body, name.as_deref());
        windows.push_str(&window(&body, v.length, kind.width));
    }
    ink.raw("</g>\n");
    ink.raw(&windows);
    count
}

/// The middle line of a vehicle, rear end first.
fn body(network: &Network, lane: LaneId, v: &Vehicle) -> Vec<Point> {
    let bent = stretch(network, lane, v.came_from, v.position, v.length);
    let (rear, front) = (bent[0], bent[bent.len() - 1]);
    let long = rear.distance(front);
    if v.length > RIGID || long < 0.1 {
        return bent;
    }
    // Around a bend the chord is shorter than the vehicle.
    let rear = front.lerp(rear, f64::from(v.length) / long);
    vec![rear, front]
}

/// The windscreen: it shows which end is the front.
fn window(body: &[Point], long: f32, width: f64) -> String {
    let drawn = length(body);
    let (back, depth) = (f64::from(long.min(5.0)) * 0.22, (f64::from(long) * 0.16).min(0.9));
    let glass = [along(body, drawn - back - depth).0, along(body, drawn - back).0];
    let mut ink = Ink::new();
    ink.path(&format!("class=\"w\" stroke-width=\"{}\"", number(width * 0.8)), &glass, None);
    ink.finish()
}

/// Place of a speed in [`RAMP`]: standing has a colour of its own.
fn speed_class(speed: f32, limit: f32) -> usize {
    if speed < 0.1 { 0 } else { 1 + ((speed / limit.max(0.1) * 6.0) as usize).min(RAMP.len() - 2) }
}

/// The line of lane centres that ends at `front` on `lane` and is `long` metres long, rear end first.
fn stretch(network: &Network, lane: LaneId, came_from: LaneId, front: f32, long: f32) -> Vec<Point> {
    let (mut here, mut came_from) = (lane, came_from);
    let (mut front, mut back) = (front, front - long);
    // Pieces, front piece first.
    let mut pieces: Vec<Vec<Point>> = Vec::new();
    loop {
        let before = if back < 0.0 { behind(network, here, came_from) } else { None };
        if front > 0.0 || before.is_none() {
            pieces.push(piece(network, here, if before.is_some() { 0.0 } else { back }, front));
        }
        let Some(lane) = before else { break };
        (here, came_from) = (lane, LaneId::NONE);
        let length = network.lane(lane).length;
        (front, back) = ((front + length).min(length), back + length);
    }
    pieces.into_iter().rev().flatten().collect()
}

/// The lane behind the start of `lane`: the one a vehicle came from if it leads here, else any that does.
fn behind(network: &Network, lane: LaneId, came_from: LaneId) -> Option<LaneId> {
    let sources = || network.lanes_before(lane);
    sources().find(|&l| l == came_from).or_else(|| sources().next())
}

/// A lane's centre line between two driving positions; before its start the line goes straight on.
pub(super) fn piece(network: &Network, lane: LaneId, from: f32, to: f32) -> Vec<Point> {
    let lane = network.lane(lane);
    let drawn = length(&lane.shape);
    let to_drawn = drawn / f64::from(lane.length);
    let (from, to) = (f64::from(from) * to_drawn, f64::from(to) * to_drawn);
    let at = |distance: f64| {
        let (p, heading) = along(&lane.shape, distance.max(0.01));
        let rest = distance.min(0.0);
        Point::new(p.x + libm::cos(heading) * rest, p.y + libm::sin(heading) * rest)
    };
    let mut points = vec![at(from)];
    let mut passed = 0.0;
    for w in lane.shape.windows(2) {
        passed += w[0].distance(w[1]);
        if passed > from && passed < to {
            points.push(w[1]);
        }
    }
    points.push(at(to));
    points
}
