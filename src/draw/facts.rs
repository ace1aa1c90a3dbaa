//! What stands on a road, whoever draws it: surfaces, lines, arrows, lamps.

use std::collections::BTreeSet;

use crate::network::{
    Direction, Lane, LaneId, LinkId, MovementKind, Network, Permissions, RightOfWay, SignalHead, VehicleClass,
};

/// What a lane's surface looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Surface {
    /// Inside a junction.
    Inside,
    /// For people on foot.
    Footway,
    /// For bicycles and the like.
    Cycle,
    /// For trams and trains.
    Rail,
    /// For buses, not for cars.
    Bus,
    /// For everybody.
    Road,
}

/// A line across the end of a lane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Line {
    /// A lamp or a sign may stop traffic.
    Stop,
    /// One gives way.
    Yield,
}

impl Surface {
    /// Of a lane.
    pub fn of(lane: &Lane) -> Self {
        let only = |classes: &[VehicleClass]| lane.permissions.and(Permissions::except(classes)) == Permissions::NONE;
        use VehicleClass as C;
        if lane.internal {
            Self::Inside
        } else if lane.permissions.is_footway() {
            Self::Footway
        } else if only(&[C::Bicycle, C::Pedestrian, C::Wheelchair, C::Scooter]) {
            Self::Cycle
        } else if only(&[C::Tram, C::RailUrban, C::Rail, C::RailElectric, C::RailFast, C::Subway, C::CableCar]) {
            Self::Rail
        } else if !lane.permissions.allows(C::Passenger) && lane.permissions.allows(C::Bus) {
            Self::Bus
        } else {
            Self::Road
        }
    }
}

/// The line across the end of a lane, if there is one.
pub fn line_of(network: &Network, lane: LaneId) -> Option<Line> {
    let entries = network.movements_of(lane).map(|m| network.movement(m)).filter(|m| m.kind == MovementKind::Entry);
    entries.fold(None, |line, m| match m.right_of_way {
        _ if m.head.is_some() => Some(Line::Stop),
        RightOfWay::Stop | RightOfWay::AllWayStop => Some(Line::Stop),
        RightOfWay::Minor | RightOfWay::Equal => line.or(Some(Line::Yield)),
        _ => line,
    })
}

/// Turns a lane permits, one bit each: straight, left, right, half left, half right, back.
pub fn turns(network: &Network, lane: LaneId) -> u8 {
    let entries = network.movements_of(lane).map(|m| network.movement(m));
    entries.filter(|m| m.kind == MovementKind::Entry).fold(0, |bits, m| {
        bits | match m.direction {
            Direction::Straight => 1,
            Direction::Left => 2,
            Direction::Right => 4,
            Direction::PartLeft => 8,
            Direction::PartRight => 16,
            Direction::UTurn => 32,
            Direction::None => 0,
        }
    })
}

/// Whether lanes of a link are told apart by arrows: a road that merely goes on needs none.
pub fn has_arrows(network: &Network, link: LinkId) -> bool {
    let choice = network.lanes_of(link).map(|l| turns(network, l)).fold(0, |a, b| a | b);
    choice & !1 != 0
}

/// Rank of a turn from left to right as a driver sees it.
fn rank(direction: Direction) -> u8 {
    match direction {
        Direction::UTurn => 0,
        Direction::Left => 1,
        Direction::PartLeft => 2,
        Direction::Straight | Direction::None => 3,
        Direction::PartRight => 4,
        Direction::Right => 5,
    }
}

/// The heads at the end of a lane, from left to right, and the turn each is for.
pub fn heads(network: &Network, lane: LaneId) -> Vec<(SignalHead, Direction)> {
    let entries = network.movements_of(lane).map(|m| network.movement(m)).filter(|m| m.kind == MovementKind::Entry);
    let mut all: Vec<_> = entries.filter_map(|m| Some((rank(m.direction), m.head?, m.direction))).collect();
    all.sort_by_key(|(rank, head, _)| (*rank, head.signal, head.group));
    let mut seen = BTreeSet::new();
    let heads = all.into_iter().map(|(_, head, direction)| (head, direction));
    heads.filter(|(h, _)| seen.insert((h.signal, h.group))).collect()
}
