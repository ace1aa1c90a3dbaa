//! Ways at free flow, found before a run and remembered, so that many trips cost little.

use std::collections::HashMap;

use super::VehicleType;
use super::routing::{Penalties, Search, Turns, empty_speed, time_over, turn, usable};
use crate::network::{LinkId, Network, VehicleClass};

/// The turns of one class at one top speed, with the free-flow time of every link, s.
struct Graph {
    class: VehicleClass,
    max_speed: f64,
    turns: Turns,
    times: Vec<f64>,
}

impl Graph {
    fn new(network: &Network, penalties: Penalties, class: VehicleClass, max_speed: f64) -> Self {
        let time = |link| {
            // Its first lane stands for all, as in SUMO.
            let lane = &network.lanes[network.link(link).lanes.start as usize];
            let own = f64::from(lane.speed_limit).min(max_speed);
            time_over(f64::from(lane.length), empty_speed(network, link), own, penalties.of(network, link))
        };
        let times = (0..network.links.len()).map(|link| time(LinkId::new(link))).collect();
        Self { class, max_speed, turns: Turns::new(network, class), times }
    }
}

/// Finds fastest ways at free flow.
pub struct Router<'n> {
    network: &'n Network,
    penalties: Penalties,
    /// Highest speed limit of the network, m/s.
    highest_limit: f64,
    graphs: Vec<Graph>,
    /// Ways found, by from, to and place of the graph.
    ways: HashMap<(LinkId, LinkId, usize), Option<Vec<LinkId>>>,
    search: Search,
}

impl<'n> Router<'n> {
    /// A router for a network.
    pub fn new(network: &'n Network, penalties: Penalties) -> Self {
        Self {
            network,
            penalties,
            highest_limit: network.lanes.iter().map(|l| f64::from(l.speed_limit)).fold(0.0, f64::max),
            graphs: Vec::new(),
            ways: HashMap::new(),
            search: Search::new(network.links.len()),
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
            let Graph { turns, times, .. } = &self.graphs[graph];
            let search = || self.search.route(turns, here, &[], next, |link| times[link.index()]);
            let way = self.ways.entry((here, next, graph)).or_insert_with(search);
            links.extend_from_slice(&way.as_deref()?[1..]);
        }
        Some(links)
    }

    /// The place of the graph for a class and top speed, made if it is the first time.
    fn graph(&mut self, class: VehicleClass, max_speed: f64) -> usize {
        // Above the highest limit, top speeds make no difference and share one graph.
        let max_speed = max_speed.min(self.highest_limit);
        let known = self.graphs.iter().position(|g| g.class == class && g.max_speed == max_speed);
        known.unwrap_or_else(|| {
            self.graphs.push(Graph::new(self.network, self.penalties, class, max_speed));
            self.graphs.len() - 1
        })
    }
}

#[cfg(test)]
#[path = "routing_tests.rs"]
mod tests;
