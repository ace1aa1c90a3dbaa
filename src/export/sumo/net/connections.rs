//! Connections.

use std::io::Result;

use super::super::names::Names;
use super::super::xml::{Tag, Xml};
use crate::network::{Direction, Movement, MovementKind, Network, RightOfWay};

/// Distance from which foes are seen where nothing else is said, m.
const VISIBILITY: f32 = 4.5;
/// The same at a zipper, m.
const ZIPPER_VISIBILITY: f32 = 100.0;

/// Writes the connections: those of the stop lines first, then those inside junctions.
pub fn write(network: &Network, names: &Names, xml: &mut Xml<'_>) -> Result<()> {
    let (entries, inside): (Vec<&Movement>, Vec<&Movement>) =
        network.movements.iter().partition(|m| m.kind == MovementKind::Entry);
    entries.into_iter().chain(inside).try_for_each(|m| xml.leaf(tag(network, names, m)))
}

/// One connection.
fn tag(network: &Network, names: &Names, m: &Movement) -> Tag {
    let (from, to) = (network.lane(m.from), network.lane(m.to));
    let tag = Tag::new("connection").with("from", &names.links[from.link.index()]);
    let tag = tag.with("to", &names.links[to.link.index()]);
    let tag = tag.with("fromLane", from.index).with("toLane", to.index);
    let via = network.lane(m.next).internal.then(|| names.lane(network, m.next));
    let tag = tag.maybe("via", via);
    let tag = match m.head {
        Some(head) => tag.with("tl", &names.signals[head.signal.index()]).with("linkIndex", head.group),
        None => tag,
    };
    let tag = tag.with("dir", direction(m.direction, network.left_hand));
    let tag = tag.with("state", letter(m.right_of_way, m.head.is_some()));
    let usual = if m.right_of_way == RightOfWay::Zipper { ZIPPER_VISIBILITY } else { VISIBILITY };
    let tag = tag.maybe("visibility", (m.visibility != usual).then_some(m.visibility));
    if m.keep_clear { tag } else { tag.with("keepClear", "0") }
}

/// SUMO's letter of a direction.
fn direction(direction: Direction, left_hand: bool) -> &'static str {
    match direction {
        Direction::Straight => "s",
        Direction::Left => "l",
        Direction::Right => "r",
        Direction::PartLeft => "L",
        Direction::PartRight => "R",
        Direction::UTurn if left_hand => "T",
        Direction::UTurn => "t",
        Direction::None => "invalid",
    }
}

/// SUMO's letter of a right of way; where a lamp rules, what holds while it is off.
fn letter(right_of_way: RightOfWay, lamp: bool) -> &'static str {
    match (right_of_way, lamp) {
        (RightOfWay::Major, false) => "M",
        (RightOfWay::Major, true) => "O",
        (RightOfWay::Minor, false) => "m",
        (RightOfWay::Minor, true) => "o",
        (RightOfWay::Equal, _) => "=",
        (RightOfWay::Stop, _) => "s",
        (RightOfWay::AllWayStop, _) => "w",
        (RightOfWay::Zipper, _) => "Z",
        (RightOfWay::DeadEnd, _) => "-",
    }
}
