//! Junctions with their right-of-way tables, and places to wait inside them.

use std::io::Result;

use super::super::names::Names;
use super::super::xml::{Tag, Xml};
use super::rows::Rows;
use super::shape;
use crate::network::{Junction, JunctionId, JunctionKind, LaneId, Movement, MovementId, MovementKind, Network, Point};

/// Writes the junctions, then the places to wait.
pub fn write(network: &Network, names: &Names, rows: &Rows, xml: &mut Xml<'_>) -> Result<()> {
    for (i, j) in network.junctions.iter().enumerate() {
        junction(network, names, rows, JunctionId::new(i), j, xml)?;
    }
    loose_ends(network, names, xml)?;
    for m in network.movements.iter().filter(|m| m.kind == MovementKind::Onward) {
        waiting_place(network, names, m, xml)?;
    }
    Ok(())
}

/// Names of lanes, blanks between.
fn lanes(network: &Network, names: &Names, lanes: impl IntoIterator<Item = LaneId>) -> String {
    lanes.into_iter().map(|lane| names.lane(network, lane)).collect::<Vec<_>>().join(" ")
}

/// One junction.
fn junction(
    network: &Network,
    names: &Names,
    rows: &Rows,
    id: JunctionId,
    junction: &Junction,
    xml: &mut Xml<'_>,
) -> Result<()> {
    let entries = rows.of(id);
    let ruled = rows.is_ruled(network, id);
    // Row i is about the i-th of these lanes: the last one of a way.
    let inside = entries.iter().filter_map(|&m| network.inside(network.movement(m)).last());
    let tag = Tag::new("junction").with("id", &names.junctions[id.index()]);
    let tag = tag.with("type", kind(junction.kind, ruled, entries.is_empty()));
    let tag = tag.with("x", junction.position.x).with("y", junction.position.y);
    let tag = tag.with("incLanes", lanes(network, names, rows.lanes(id).iter().copied()));
    let tag = tag.with("intLanes", lanes(network, names, inside));
    let tag = if junction.shape.is_empty() { tag } else { tag.with("shape", shape(&junction.shape)) };
    if entries.is_empty() || !ruled {
        return xml.leaf(tag);
    }
    xml.open(tag)?;
    for (row, &m) in entries.iter().enumerate() {
        let m = network.movement(m);
        let tag = Tag::new("request").with("index", row).with("response", rows.bits(id, &m.yields_to));
        let tag = tag.with("foes", rows.bits(id, &m.foes));
        xml.leaf(tag.with("cont", u8::from(m.waits_inside)))?;
    }
    xml.close("junction")
}

/// SUMO's name of a kind. What has no table must be of a kind that needs none, and the other way round.
fn kind(kind: JunctionKind, ruled: bool, empty: bool) -> &'static str {
    match kind {
        _ if empty => "dead_end",
        JunctionKind::Priority => "priority",
        JunctionKind::TrafficLight => "traffic_light",
        JunctionKind::TrafficLightRightOnRed => "traffic_light_right_on_red",
        JunctionKind::RightBeforeLeft => "right_before_left",
        JunctionKind::LeftBeforeRight => "left_before_right",
        JunctionKind::AllWayStop => "allway_stop",
        JunctionKind::PriorityStop => "priority_stop",
        JunctionKind::Zipper => "zipper",
        JunctionKind::DeadEnd => "dead_end",
        JunctionKind::Unregulated if ruled => "right_before_left",
        JunctionKind::Unregulated => "unregulated",
    }
}

/// Junctions for roads that begin or end without one.
fn loose_ends(network: &Network, names: &Names, xml: &mut Xml<'_>) -> Result<()> {
    use super::super::names::End;
    for (link, end, name) in &names.ends {
        let Some(first) = network.lanes_of(*link).next() else { continue };
        let line = &network.lane(first).shape;
        let at = if *end == End::From { line.first() } else { line.last() };
        let at = at.copied().unwrap_or_default();
        let tag = Tag::new("junction").with("id", name).with("type", "dead_end").with("x", at.x).with("y", at.y);
        let incoming = lanes(network, names, network.lanes_of(*link).filter(|_| *end == End::To));
        xml.leaf(tag.with("incLanes", incoming).with("intLanes", ""))?;
    }
    Ok(())
}

/// The place between two internal lanes where a vehicle waits for those it gives way to. It is called after the lane
/// behind it; first among its incoming lanes is the one before it.
fn waiting_place(network: &Network, names: &Names, onward: &Movement, xml: &mut Xml<'_>) -> Result<()> {
    let at = network.lane(onward.from).shape.last().copied().unwrap_or_else(Point::default);
    let mut incoming = vec![onward.from];
    for &m in &onward.yields_to {
        let lane = network.movement(m).from;
        if !incoming.contains(&lane) {
            incoming.push(lane);
        }
    }
    let first_inside = |&m: &MovementId| network.inside(network.movement(m)).next();
    let tag = Tag::new("junction").with("id", names.lane(network, onward.next)).with("type", "internal");
    let tag = tag.with("x", at.x).with("y", at.y).with("incLanes", lanes(network, names, incoming));
    xml.leaf(tag.with("intLanes", lanes(network, names, onward.foes.iter().filter_map(first_inside))))
}
