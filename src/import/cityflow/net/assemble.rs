//! From parts to a checked [`Network`].

use std::path::Path;

use super::right_of_way::Rights;
use super::{Intersection, LaneLink, Road, RoadLink, RoadNet, SHORTEST, Turn, signals};
use crate::import::{ImportError, Report};
use crate::network::{
    Direction, JunctionId, JunctionKind, JunctionSpec, LaneId, LaneRules, LaneSpec, LinkSpec, MovementSpec, Network,
    NetworkBuilder, NetworkError, Permissions, RightOfWay, SignalHead, SignalId, SignalSpec, geometry,
};

/// Speed on turns, m/s: CityFlow's, which no file can change.
const TURN_SPEED: f64 = 8.3333;
/// Distance before its stop line from which all foes can be seen, m (SUMO's default).
const VISIBILITY: f64 = 4.5;
/// Where the lanes of the roads ended up.
struct Lanes {
    /// By road: the id of its first lane at the kerb, and the number of lanes.
    roads: Vec<(u32, usize)>,
}

impl Lanes {
    /// The lane that CityFlow counts from the centre line; here they count from the kerb.
    fn lane(&self, road: usize, index: usize) -> LaneId {
        let (first, n) = self.roads[road];
        LaneId(first + (n - 1 - index) as u32)
    }
}

/// Makes the network.
pub(super) fn assemble(file: &Path, net: &RoadNet, report: &mut Report) -> Result<Network, ImportError> {
    let wrong = |e: NetworkError| ImportError::new(file, e.to_string());
    let mut builder = NetworkBuilder::default();
    for here in &net.intersections {
        let (kind, position) = (kind(here), here.point);
        builder.junction(JunctionSpec { id: here.id.clone(), kind, position, shape: Vec::new() }).map_err(wrong)?;
    }
    let mut lanes = Lanes { roads: Vec::with_capacity(net.roads.len()) };
    for road in &net.roads {
        let link = builder.link(road_link(road)).map_err(wrong)?;
        lanes.roads.push((builder.lanes_of(link).start, road.lanes.len()));
    }
    for (i, here) in net.intersections.iter().enumerate() {
        inside(file, (JunctionId::new(i), here), net, &lanes, &mut builder, report)?;
    }
    builder.build().map_err(wrong)
}

/// What regulates an intersection.
fn kind(here: &Intersection) -> JunctionKind {
    match here.phases.len() {
        _ if here.links.is_empty() => JunctionKind::DeadEnd,
        0 | 1 => JunctionKind::RightBeforeLeft,
        _ => JunctionKind::TrafficLight,
    }
}

/// A road as a link, lanes from the kerb.
fn road_link(road: &Road) -> LinkSpec {
    let lane = |(index, lane): (usize, &super::Lane)| LaneSpec {
        id: format!("{}_{index}", road.id),
        length: None,
        speed_limit: lane.speed,
        width: lane.width,
        grade: 0.0,
        permissions: Permissions::ALL,
        rules: LaneRules::default(),
        shape: lane.line.clone(),
    };
    LinkSpec {
        id: road.id.clone(),
        from: Some(JunctionId::new(road.from)),
        to: Some(JunctionId::new(road.to)),
        internal: false,
        roundabout: false,
        priority: 0,
        lanes: road.lanes.iter().rev().enumerate().map(lane).collect(),
    }
}

/// Adds what lies inside an intersection: the ways, who gives way, and the signal.
fn inside(
    file: &Path,
    (junction, here): (JunctionId, &Intersection),
    net: &RoadNet,
    lanes: &Lanes,
    builder: &mut NetworkBuilder,
    report: &mut Report,
) -> Result<(), ImportError> {
    let wrong = |e: NetworkError| ImportError::new(file, e.to_string());
    if here.links.is_empty() {
        return Ok(());
    }
    let rights = Rights::of(here, &net.roads);
    let signal = match here.phases.len() {
        0 => {
            report.count("intersections without light phases: all is open", || here.id.clone());
            None
        }
        1 => None,
        _ => {
            let program = signals::program(file, here, &rights)?;
            let spec = SignalSpec { id: here.id.clone(), program, own: false, rings: None, permissive: None };
            Some(builder.signal(spec).map_err(wrong)?)
        }
    };
    let mut row: u16 = 0;
    for (group, link) in here.links.iter().enumerate() {
        let never = here.phases.len() == 1 && !here.phases[0].open[group];
        if never {
            let example = || format!("{} → {} at {}", net.roads[link.from].id, net.roads[link.to].id, here.id);
            report.count("road links that the only light phase does not open: left out", example);
        }
        for lane in &link.lanes {
            if !never {
                let way = Way { here, junction, link, lane, row, group: group as u16 };
                let sign = rights.signs[usize::from(row)];
                add(&way, sign, signal, net, lanes, builder).map_err(wrong)?;
            }
            row += 1;
        }
    }
    builder.requests(junction, rights.rows);
    Ok(())
}

/// A lane link and where it stands.
struct Way<'a> {
    here: &'a Intersection,
    junction: JunctionId,
    link: &'a RoadLink,
    lane: &'a LaneLink,
    row: u16,
    group: u16,
}

/// Adds a way through an intersection: the lane inside, the movement onto it and the one that leaves it.
fn add(
    way: &Way<'_>,
    right_of_way: RightOfWay,
    signal: Option<SignalId>,
    net: &RoadNet,
    lanes: &Lanes,
    builder: &mut NetworkBuilder,
) -> Result<(), NetworkError> {
    let Way { here, junction, link, lane, row, group } = *way;
    let (start, end) = (&net.roads[link.from].lanes[lane.from], &net.roads[link.to].lanes[lane.to]);
    let fastest = start.speed.max(end.speed);
    let id = format!(":{}_{row}", here.id);
    let spec = LaneSpec {
        id: format!("{id}_0"),
        length: Some(geometry::length(&lane.line).max(SHORTEST)),
        speed_limit: if link.turn == Turn::Straight { fastest } else { fastest.min(TURN_SPEED) },
        width: start.width,
        grade: 0.0,
        permissions: Permissions::ALL,
        rules: LaneRules::default(),
        shape: lane.line.clone(),
    };
    let at = Some(junction);
    let spec = LinkSpec { id, from: at, to: at, internal: true, roundabout: false, priority: 0, lanes: vec![spec] };
    let made = builder.link(spec)?;
    let inside = LaneId(builder.lanes_of(made).start);
    let entry = MovementSpec {
        from: lanes.lane(link.from, lane.from),
        to: lanes.lane(link.to, lane.to),
        via: Some(inside),
        direction: direction(link, &net.roads),
        right_of_way,
        head: signal.map(|signal| SignalHead { signal, group }),
        junction,
        request: Some(row),
        // Nobody enters unless the last one on the lane beyond has left room or moves.
        keep_clear: true,
        visibility: VISIBILITY,
    };
    let right_of_way = RightOfWay::Major;
    let exit = MovementSpec { from: inside, via: None, head: None, request: None, right_of_way, ..entry.clone() };
    builder.movement(entry);
    builder.movement(exit);
    Ok(())
}

/// Which way a road link turns. CityFlow has no name for turning round.
fn direction(link: &RoadLink, roads: &[Road]) -> Direction {
    match link.turn {
        Turn::Straight => Direction::Straight,
        Turn::Left if roads[link.to].to == roads[link.from].from => Direction::UTurn,
        Turn::Left => Direction::Left,
        Turn::Right => Direction::Right,
    }
}
