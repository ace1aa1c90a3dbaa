//! Fastest ways through the network, for trips that name only where they begin and end.
//!
//! Terms
//! - **turn**: a way from one link to another that some movement of a usable lane offers to a class of vehicles.
//! - **graph**: all turns of one class with their travel times; a turn is the edge of the graph and a link its node,
//!   so that forbidden turns are simply absent.
//!
//! The travel time is the one on empty roads, s: every link and every road inside a junction at the lesser of speed
//! limit and top speed, and what SUMO adds for hesitation at movements that yield and for turning round. The time on
//! the first link is the same for every way and left out.

use std::cmp::Ordering;
use std::collections::{BinaryHeap, HashMap};

use super::VehicleType;
use crate::network::{Direction, LaneId, LinkId, Movement, MovementId, Network, RightOfWay, VehicleClass};

/// What a movement that yields costs, s (SUMO: weights.minor-penalty). One with a lamp costs nothing.
const MINOR_PENALTY: f64 = 1.5;
/// What turning round costs instead, s (SUMO: weights.turnaround-penalty).
const TURNAROUND_PENALTY: f64 = 5.0;

/// The first movement, in lane order, by which a vehicle of `class` gets from link `a` to link `b`: the lanes of both
/// and all lanes inside the junction must be open to it.
pub fn turn(network: &Network, a: LinkId, b: LinkId, class: VehicleClass) -> Option<MovementId> {
    turns(network, a, class).find(|&(to, _)| to == b).map(|(_, movement)| movement)
}

/// Whether a vehicle of `class` may drive on some lane of `link`.
pub fn usable(network: &Network, link: LinkId, class: VehicleClass) -> bool {
    network.first_lane_for(link, class).is_some()
}

/// All usable movements that leave a link, with the link each leads to.
fn turns(network: &Network, link: LinkId, class: VehicleClass) -> impl Iterator<Item = (LinkId, MovementId)> {
    network
        .lanes_of(link)
        .filter(move |&lane| network.lane(lane).permissions.allows(class))
        .flat_map(|lane| network.movements_of(lane))
        .filter(move |&m| passable(network, network.movement(m), class))
        .map(|m| (network.lane(network.movement(m).to).link, m))
}

/// Whether every lane of a movement, to the road it leads to, is open to `class`.
fn passable(network: &Network, movement: &Movement, class: VehicleClass) -> bool {
    inside(network, movement).all(|(lane, _)| network.lane(lane).permissions.allows(class))
        && network.lane(movement.to).permissions.allows(class)
}

/// The internal lanes of a movement, each with the movement that leads onto it.
fn inside<'n>(network: &'n Network, movement: &'n Movement) -> impl Iterator<Item = (LaneId, &'n Movement)> {
    let step = |movement: &'n Movement| network.lane(movement.next).internal.then_some((movement.next, movement));
    std::iter::successors(step(movement), move |&(lane, _)| {
        network.movements_of(lane).next().and_then(|onward| step(network.movement(onward)))
    })
}

/// What it costs to hesitate at a movement, s.
fn penalty(movement: &Movement) -> f64 {
    let major = matches!(movement.right_of_way, RightOfWay::Major | RightOfWay::Zipper);
    match movement.direction {
        _ if major || movement.head.is_some() => 0.0,
        Direction::UTurn => TURNAROUND_PENALTY,
        _ => MINOR_PENALTY,
    }
}

/// Travel time over a link, s. Its first lane stands for all, as in SUMO.
fn link_time(network: &Network, link: LinkId, max_speed: f64) -> f64 {
    let lane = &network.lanes[network.link(link).lanes.start as usize];
    f64::from(lane.length) / f64::from(lane.speed_limit).min(max_speed)
}

/// Every turn of one class at one top speed.
struct Graph {
    class: VehicleClass,
    max_speed: f64,
    /// Where the turns of each link begin in `turns`; one more than there are links.
    starts: Vec<u32>,
    /// Link reached and time through the junction and over that link, s; of each link ordered by the link reached.
    turns: Vec<(LinkId, f64)>,
}

impl Graph {
    fn new(network: &Network, class: VehicleClass, max_speed: f64) -> Self {
        let mut graph = Self { class, max_speed, starts: vec![0], turns: Vec::new() };
        for link in 0..network.links.len() {
            if !network.links[link].internal {
                graph.add_turns(network, LinkId::new(link));
            }
            graph.starts.push(graph.turns.len() as u32);
        }
        graph
    }

    fn add_turns(&mut self, network: &Network, link: LinkId) {
        let first = self.turns.len();
        for (to, movement) in turns(network, link, self.class) {
            // Several lanes may offer the same turn: the first one counts.
            if self.turns[first..].iter().all(|(known, _)| *known != to) {
                let through: f64 = inside(network, network.movement(movement))
                    .map(|(lane, onto)| link_time(network, network.lane(lane).link, self.max_speed) + penalty(onto))
                    .sum();
                self.turns.push((to, through + link_time(network, to, self.max_speed)));
            }
        }
        self.turns[first..].sort_by_key(|(to, _)| *to);
    }

    fn turns_of(&self, link: LinkId) -> &[(LinkId, f64)] {
        &self.turns[self.starts[link.index()] as usize..self.starts[link.index() + 1] as usize]
    }
}

/// A link that waits to be looked at; the heap gives the nearest first, of equals the lowest id.
#[derive(PartialEq)]
struct Candidate {
    time: f64,
    link: LinkId,
}

impl Eq for Candidate {}

impl Ord for Candidate {
    fn cmp(&self, other: &Self) -> Ordering {
        other.time.total_cmp(&self.time).then(other.link.cmp(&self.link))
    }
}

impl PartialOrd for Candidate {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Finds fastest ways; remembers graphs and ways, so that many trips cost little.
pub struct Router<'n> {
    network: &'n Network,
    /// Highest speed limit of the network, m/s.
    highest_limit: f64,
    graphs: Vec<Graph>,
    /// Ways found, by from, to and place of the graph.
    ways: HashMap<(LinkId, LinkId, usize), Option<Vec<LinkId>>>,
    /// Time to each link in the search under way; infinite if not reached. All infinite between searches.
    times: Vec<f64>,
    /// The link before each reached link.
    before: Vec<LinkId>,
    /// The links reached in the search under way.
    reached: Vec<LinkId>,
}

impl<'n> Router<'n> {
    /// A router for a network.
    pub fn new(network: &'n Network) -> Self {
        let links = network.links.len();
        Self {
            network,
            highest_limit: network.lanes.iter().map(|l| f64::from(l.speed_limit)).fold(0.0, f64::max),
            graphs: Vec::new(),
            ways: HashMap::new(),
            times: vec![f64::INFINITY; links],
            before: vec![LinkId::NONE; links],
            reached: Vec::new(),
        }
    }

    /// Whether a vehicle of `class` can get from link `a` straight to link `b`.
    pub fn reachable_turn(&self, a: LinkId, b: LinkId, class: VehicleClass) -> bool {
        turn(self.network, a, b, class).is_some()
    }

    /// The fastest way of `kind` from one link to another over others in the order given; `None` if there is none.
    pub fn route(&mut self, from: LinkId, via: &[LinkId], to: LinkId, kind: &VehicleType) -> Option<Vec<LinkId>> {
        if !usable(self.network, from, kind.class) {
            return None;
        }
        let graph = self.graph(kind.class, kind.max_speed);
        let mut links = vec![from];
        for &next in via.iter().chain([&to]) {
            let here = *links.last()?;
            if here == next {
                continue;
            }
            let way = self.way(here, next, graph)?;
            links.extend_from_slice(&way[1..]);
        }
        Some(links)
    }

    /// Travel time over a route, without its first link, s; `None` if a turn of it is not permitted.
    pub fn time(&mut self, links: &[LinkId], kind: &VehicleType) -> Option<f64> {
        let graph = self.graph(kind.class, kind.max_speed);
        links
            .windows(2)
            .map(|pair| self.graphs[graph].turns_of(pair[0]).iter().find(|(to, _)| *to == pair[1]).map(|(_, t)| *t))
            .sum()
    }

    /// The place of the graph for a class and top speed, made if it is the first time.
    fn graph(&mut self, class: VehicleClass, max_speed: f64) -> usize {
        // Above the highest limit, top speeds make no difference and share one graph.
        let max_speed = max_speed.min(self.highest_limit);
        let known = self.graphs.iter().position(|g| g.class == class && g.max_speed == max_speed);
        known.unwrap_or_else(|| {
            self.graphs.push(Graph::new(self.network, class, max_speed));
            self.graphs.len() - 1
        })
    }

    /// The fastest way between two different links, from memory if it was asked for before.
    fn way(&mut self, from: LinkId, to: LinkId, graph: usize) -> Option<&[LinkId]> {
        if !self.ways.contains_key(&(from, to, graph)) {
            let way = self.search(from, to, graph);
            self.ways.insert((from, to, graph), way);
        }
        self.ways[&(from, to, graph)].as_deref()
    }

    /// Dijkstra's search.
    fn search(&mut self, from: LinkId, to: LinkId, graph: usize) -> Option<Vec<LinkId>> {
        let mut heap = BinaryHeap::from([Candidate { time: 0.0, link: from }]);
        self.times[from.index()] = 0.0;
        self.before[from.index()] = LinkId::NONE;
        self.reached.push(from);
        let mut found = None;
        while let Some(Candidate { time, link }) = heap.pop() {
            if link == to {
                found = Some(self.trace(to));
                break;
            }
            if time > self.times[link.index()] {
                continue;
            }
            for &(next, cost) in self.graphs[graph].turns_of(link) {
                let arrival = time + cost;
                let known = &mut self.times[next.index()];
                if arrival < *known {
                    if known.is_infinite() {
                        self.reached.push(next);
                    }
                    *known = arrival;
                    self.before[next.index()] = link;
                    heap.push(Candidate { time: arrival, link: next });
                }
            }
        }
        for link in self.reached.drain(..) {
            self.times[link.index()] = f64::INFINITY;
        }
        found
    }

    /// The way to a reached link, from the start.
    fn trace(&self, to: LinkId) -> Vec<LinkId> {
        let mut way: Vec<LinkId> = std::iter::successors(Some(to), |link| self.before[link.index()].get()).collect();
        way.reverse();
        way
    }
}

#[cfg(test)]
#[path = "routing_tests.rs"]
mod tests;
