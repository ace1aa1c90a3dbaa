//! From a street plan to a network: lanes, ways through junctions, right of way and signals.
//!
//! Terms
//! - **road**: one direction of a street; it becomes a link, or two where it has a turn bay.
//! - **arm**: a street's end at a node; its *setback* is how far its stop line stays away from the node.
//! - **turn**: a way from one lane through a node to another: a row of the node's right-of-way table and a group of
//!   its signal.
//!
//! Traffic keeps to the right. Nobody makes a U-turn.

#[cfg(test)]
mod features_tests;
mod permissive;
mod plan;
mod right_of_way;
mod roads;
mod roundabout;
pub(crate) mod shape;
mod signals;
mod stops;
mod survey;
#[cfg(test)]
mod tests;
mod turns;
mod webster;

use std::collections::BTreeMap;

use thiserror::Error;

pub use permissive::permissive;
pub use plan::{BusStop, Node, NodeKind, SignalPlan, Stage, Street, StreetEnd, StreetPlan};
pub use stops::{StopPlace, stops};
pub use survey::{Crossing, Survey, SurveyedTurn};
pub use webster::{CriticalStage, WebsterError, optimal_cycle, webster};

use roads::{Arm, LANE_WIDTH, Road};
use roundabout::Expanded;
use turns::{RoadShapes, Turn};

use super::{
    Direction, JunctionId, JunctionKind, LaneId, LaneRules, LaneSpec, LinkSpec, MovementSpec, Network, NetworkBuilder,
    NetworkError, Permissions, Point, RequestSpec, RightOfWay, SignalHead, SignalId, SignalSpec, VehicleClass,
    geometry,
};

/// Why a street plan does not make a network.
#[derive(Clone, Debug, PartialEq, Error)]
#[error("{kind}{}: {problem}", quoted(id))]
pub struct PlanError {
    /// Kind of the element that is wrong.
    pub kind: &'static str,
    /// Its name.
    pub id: String,
    /// What is wrong and what was expected.
    pub problem: String,
}

/// A name in quotes, if there is one.
fn quoted(id: &str) -> String {
    if id.is_empty() { String::new() } else { format!(" '{id}'") }
}

/// Shorthand for a [`PlanError`].
fn plan_error(kind: &'static str, id: &str, problem: String) -> PlanError {
    PlanError { kind, id: id.to_owned(), problem }
}

/// What the builder says about parts made here; the plan's own errors come first, so this is rare.
impl From<NetworkError> for PlanError {
    fn from(error: NetworkError) -> Self {
        plan_error("network", "", error.to_string())
    }
}

/// Distance before its stop line from which all foes can be seen, m (SUMO's default).
const VISIBILITY: f64 = 4.5;
/// The same at roundabouts, m: one sees who comes on the ring well before the line.
const RING_VISIBILITY: f64 = 12.0;

/// Who may use a bus lane.
const BUSES: &[VehicleClass] = &[VehicleClass::Bus, VehicleClass::Coach, VehicleClass::Emergency];

/// Makes a network of a street plan.
///
/// # Errors
/// Names the node, street, signal or stop that is wrong and what was expected of it.
pub fn compose(plan: &StreetPlan) -> Result<Network, PlanError> {
    roads::check_nodes(plan)?;
    roads::check_streets(plan)?;
    let signals = signals_of(plan)?;
    let expanded = roundabout::expand(plan)?;
    let (roads, arms) = lay_out(&expanded)?;
    let mut composer = Composer::new(&expanded.plan, signals, roads, &arms)?;
    for (node, arms) in arms.iter().enumerate() {
        composer.node(node, arms)?;
    }
    let network = composer.builder.build()?;
    stops(plan, &network)?;
    Ok(network)
}

/// The roads of a plan, and the arms of its nodes.
fn lay_out<'a>(expanded: &'a Expanded<'_>) -> Result<(Vec<Road<'a>>, Vec<Vec<Arm>>), PlanError> {
    let plan = &expanded.plan;
    let mut roads = roads::roads(plan, &roads::index_nodes(plan), expanded.own_streets)?;
    if roads.is_empty() {
        return Err(plan_error("network", "", "has no streets; expected at least one".into()));
    }
    let arms = roads::arms(&plan.nodes, &roads, &expanded.corners)?;
    roads::apply_setbacks(&mut roads, &arms)?;
    Ok((roads, arms))
}

/// The signals of a plan by their nodes; refuses signals without a signal node, and the other way round.
fn signals_of(plan: &StreetPlan) -> Result<BTreeMap<&str, &SignalPlan>, PlanError> {
    let nodes = roads::index_nodes(plan);
    let mut signals = BTreeMap::new();
    for s in &plan.signals {
        let wrong = |problem: &str| Err(plan_error("signal", &s.node, problem.into()));
        match nodes.get(s.node.as_str()).map(|&n| plan.nodes[n].kind) {
            None => return wrong("stands at no node; expected the name of a node of kind signal"),
            Some(NodeKind::Signal) => {}
            Some(_) => return wrong("stands at a node of another kind; expected signal"),
        }
        if signals.insert(s.node.as_str(), s).is_some() {
            return wrong("is given twice");
        }
    }
    match plan.nodes.iter().find(|n| n.kind == NodeKind::Signal && !signals.contains_key(n.id.as_str())) {
        Some(n) => Err(plan_error("node", &n.id, "is of kind signal, but 'signals' has no entry for it".into())),
        None => Ok(signals),
    }
}

/// Carries the parts from the plan to the builder.
struct Composer<'a> {
    plan: &'a StreetPlan,
    signals: BTreeMap<&'a str, &'a SignalPlan>,
    builder: NetworkBuilder,
    roads: Vec<Road<'a>>,
    shapes: Vec<RoadShapes>,
    /// Lanes at the beginning and at the stop line of each road.
    lanes: Vec<[Vec<LaneId>; 2]>,
    junctions: Vec<JunctionId>,
}

impl<'a> Composer<'a> {
    /// Adds the junctions and the roads.
    fn new(
        plan: &'a StreetPlan,
        signals: BTreeMap<&'a str, &'a SignalPlan>,
        roads: Vec<Road<'a>>,
        arms: &[Vec<Arm>],
    ) -> Result<Self, PlanError> {
        let (shapes, lanes, junctions) = (Vec::new(), Vec::new(), Vec::new());
        let mut composer = Self { plan, signals, builder: NetworkBuilder::default(), roads, shapes, lanes, junctions };
        for (node, arms) in plan.nodes.iter().zip(arms) {
            let position = roads::position(node);
            let id = composer.builder.junction(super::JunctionSpec {
                id: node.id.clone(),
                kind: junction_kind(node.kind),
                position,
                shape: arms.iter().flat_map(|a| a.mouth(position)).collect(),
            })?;
            composer.junctions.push(id);
        }
        for road in 0..composer.roads.len() {
            composer.road(road)?;
        }
        Ok(composer)
    }

    /// Adds a road: one link, or two with a bay.
    fn road(&mut self, index: usize) -> Result<(), PlanError> {
        let road = &self.roads[index];
        let (from, to) = (self.junctions[road.from], self.junctions[road.to]);
        let mut links = road.shapes();
        self.shapes.push(RoadShapes::of(road));
        // Whoever changes lanes in a bend stays where he is along the street.
        let bends = !road.street.bends.is_empty();
        let grade = road.grade(self.plan.nodes[road.to].z - self.plan.nodes[road.from].z);
        let spec = |id: &str, from, to, shapes: &[Vec<Point>], bus_lane: bool| {
            let who = |k: usize| if k == 0 && bus_lane { Permissions::only(BUSES) } else { Permissions::ALL };
            let mean = shapes.iter().map(|s| geometry::length(s)).sum::<f64>() / shapes.len() as f64;
            let lane = |(k, s): (usize, &Vec<Point>)| LaneSpec {
                length: bends.then_some(mean),
                grade,
                ..lane(format!("{id}_{k}"), road.speed, who(k), s.clone())
            };
            LinkSpec {
                id: id.to_owned(),
                from: Some(from),
                to: Some(to),
                internal: false,
                roundabout: road.ring,
                priority: road.street.rank,
                lanes: shapes.iter().enumerate().map(lane).collect(),
            }
        };
        let last = links.pop().unwrap_or_default();
        let lanes = match links.pop() {
            None => {
                let all = lane_ids(&mut self.builder, spec(&road.name, from, to, &last, road.bus_lane))?;
                [all.clone(), all]
            }
            Some(first) => {
                let name = road.last_link();
                let opening = super::JunctionSpec {
                    id: name.clone(),
                    kind: JunctionKind::Priority,
                    position: geometry::along(&last[0], 0.0).0,
                    shape: Vec::new(),
                };
                let middle = self.builder.junction(opening)?;
                let before = lane_ids(&mut self.builder, spec(&road.name, from, middle, &first, road.bus_lane))?;
                let after = lane_ids(&mut self.builder, spec(&name, middle, to, &last, false))?;
                open_bay(&mut self.builder, middle, &before, &after);
                [before, after]
            }
        };
        self.lanes.push(lanes);
        Ok(())
    }

    /// Adds the inside of a node: its turns, their right of way and its signal.
    fn node(&mut self, index: usize, arms: &[Arm]) -> Result<(), PlanError> {
        let node = &self.plan.nodes[index];
        if node.kind == NodeKind::DeadEnd {
            return Ok(());
        }
        let turns = turns::turns(node, arms, &self.roads, &self.shapes)?;
        let mut rows = right_of_way::table(node.kind, &turns, &self.roads);
        let signal = self.signal(node, &turns, &rows)?;
        for (i, turn) in turns.iter().enumerate() {
            let place = right_of_way::waiting_place(node.kind, i, &turns, &rows[i]);
            rows[i].waits_inside = place.is_some();
            let regulated = (right_of_way::without_lamp(node.kind, &rows[i]), signal);
            self.turn(index, i, turns.len(), turn, regulated, place)?;
        }
        self.builder.requests(self.junctions[index], rows);
        Ok(())
    }

    /// Adds the signal of a node, if it has one.
    fn signal(&mut self, node: &Node, turns: &[Turn], rows: &[RequestSpec]) -> Result<Option<SignalId>, PlanError> {
        let Some(plan) = self.signals.get(node.id.as_str()) else { return Ok(None) };
        if turns.is_empty() {
            return Err(plan_error("signal", &node.id, "has nothing to switch; expected a street to arrive".into()));
        }
        let program = signals::program(plan, turns, rows, &self.roads)?;
        let permissive = permissive::groups(plan, turns, rows, &self.roads)?;
        let spec = SignalSpec { id: node.id.clone(), program, own: true, rings: None, permissive };
        Ok(Some(self.builder.signal(spec)?))
    }

    /// Adds a turn: one internal lane, or two with a place to wait between them.
    fn turn(
        &mut self,
        node: usize,
        row: usize,
        rows: usize,
        turn: &Turn,
        (right_of_way, signal): (RightOfWay, Option<SignalId>),
        place: Option<f64>,
    ) -> Result<(), PlanError> {
        let (junction, name) = (self.junctions[node], &self.plan.nodes[node].id);
        let (from, to) = (self.lanes[turn.road][1][turn.lane], self.lanes[turn.to_road][0][turn.to_lane]);
        let whole = geometry::length(&turn.path);
        let mut parts = vec![turn.path.clone()];
        if let Some(place) = place {
            parts = vec![shape::cut(&turn.path, 0.0, place), shape::cut(&turn.path, place, whole)];
            // The second part starts exactly where the first one ends.
            (parts[1][0], parts[0][0]) = (parts[0][parts[0].len() - 1], turn.path[0]);
        }
        let who = if self.roads[turn.to_road].bus_lane && turn.to_lane == 0 {
            Permissions::only(BUSES)
        } else {
            Permissions::ALL
        };
        let mut chain = vec![from];
        for (k, part) in parts.into_iter().enumerate() {
            let id = format!(":{name}_{}", row + k * rows);
            let lanes = vec![lane(format!("{id}_0"), turn.speed, who, part)];
            let spec = LinkSpec {
                id,
                from: Some(junction),
                to: Some(junction),
                internal: true,
                roundabout: false,
                priority: 0,
                lanes,
            };
            chain.extend(lane_ids(&mut self.builder, spec)?);
        }
        for (k, &lane) in chain.iter().enumerate() {
            self.builder.movement(MovementSpec {
                from: lane,
                to,
                via: chain.get(k + 1).copied(),
                direction: turn.direction,
                right_of_way: if k + 1 < chain.len() { right_of_way } else { RightOfWay::Major },
                head: signal.filter(|_| k == 0).map(|signal| SignalHead { signal, group: row as u16 }),
                junction,
                request: (k == 0).then_some(row as u16),
                keep_clear: true,
                visibility: if self.plan.nodes[node].kind == NodeKind::Roundabout {
                    RING_VISIBILITY
                } else {
                    VISIBILITY
                },
            });
        }
        Ok(())
    }
}

/// The builder's word for a node's kind.
fn junction_kind(kind: NodeKind) -> JunctionKind {
    match kind {
        NodeKind::Signal => JunctionKind::TrafficLight,
        NodeKind::Priority | NodeKind::Roundabout => JunctionKind::Priority,
        NodeKind::PriorityStop => JunctionKind::PriorityStop,
        NodeKind::AllWayStop => JunctionKind::AllWayStop,
        NodeKind::RightBeforeLeft => JunctionKind::RightBeforeLeft,
        NodeKind::DeadEnd => JunctionKind::DeadEnd,
    }
}

/// A lane of a street or of a way through a node.
fn lane(id: String, speed_limit: f64, permissions: Permissions, shape: Vec<Point>) -> LaneSpec {
    let (width, rules) = (LANE_WIDTH, LaneRules::default());
    LaneSpec { id, length: None, speed_limit, width, grade: 0.0, permissions, rules, shape }
}

/// Adds a link and gives its lanes.
fn lane_ids(builder: &mut NetworkBuilder, spec: LinkSpec) -> Result<Vec<LaneId>, PlanError> {
    let link = builder.link(spec)?;
    Ok(builder.lanes_of(link).map(LaneId).collect())
}

/// Joins the lanes before a bay's opening, or a bus lane's end, to those after it: each goes on, the leftmost also into
/// the bay.
fn open_bay(builder: &mut NetworkBuilder, junction: JunctionId, before: &[LaneId], after: &[LaneId]) {
    let leftmost = before.len().saturating_sub(1);
    let pairs = before.iter().copied().zip(after.iter().copied());
    let into_bay = before.get(leftmost).copied().zip(after.get(leftmost + 1).copied());
    for (from, to) in pairs.chain(into_bay) {
        builder.movement(MovementSpec {
            from,
            to,
            via: None,
            direction: Direction::Straight,
            right_of_way: RightOfWay::Major,
            head: None,
            junction,
            request: None,
            keep_clear: false,
            visibility: VISIBILITY,
        });
    }
}
