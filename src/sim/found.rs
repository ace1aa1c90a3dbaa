//! Ways that somebody found, and what they are good for.

use serde::{Deserialize, Serialize};

use super::scene::Scene;
use crate::demand::{Departure, Route, RouteId};
use crate::network::{LinkId, VehicleClass};

/// What is still to be driven of a route.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Rest {
    /// The stops still to be made, by their places among the route's.
    pub stops: Vec<u16>,
    /// How many of the links that the trip has to pass in between lie behind.
    pub vias: u16,
}

/// A way that somebody found, and what else makes a path.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Found {
    /// The links in driving order; none: those of the route.
    pub links: Vec<LinkId>,
    /// The route before the run, of which it keeps the stops.
    pub route: RouteId,
    /// What of the route it is good for; `None`: all.
    pub rest: Option<Rest>,
    /// Who drives there.
    pub class: VehicleClass,
    /// Lane to arrive on; `None`: any.
    pub arrival_lane: Option<u8>,
}

impl Found {
    /// A way of a vehicle.
    pub fn of(scene: &Scene, d: &Departure, links: Vec<LinkId>, rest: Option<Rest>) -> Self {
        let class = scene.types[d.kind.index()].class;
        Self { links, route: d.route, rest, class, arrival_lane: d.manner.arrival_lane }
    }

    /// The route that is driven: its links, and the stops that are left.
    pub(super) fn route(&self, scene: &Scene) -> Route {
        let route = &scene.demand.routes[self.route.index()];
        let stops = match &self.rest {
            None => route.stops.clone(),
            Some(rest) => rest.stops.iter().map(|&k| route.stops[usize::from(k)]).collect(),
        };
        let links = if self.links.is_empty() { &route.links } else { &self.links };
        Route { stops, ..Route::given(links.clone()) }
    }
}
