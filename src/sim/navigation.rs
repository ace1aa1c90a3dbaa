//! Ways found at departure: a trip that names only its ends takes the fastest way there is when it is about to enter.
//!
//! A vehicle looks for its way in the step in which it first tries to enter, and again each time it has been in line
//! for [`Routing::again_after`] since. It expects on every link the speed assumed there (see
//! [`travel_times`](super::travel_times)), unless its own free speed is lower; once it is under way it keeps to its
//! route. SUMO does the same, except that a vehicle before a full link looks only when there is room for it.
//!
//! While lanes are closed the ways over them are not there, and everybody may have to find another one (see
//! [`closures`](super::closures)): with the speeds assumed in the run, which are those of empty roads if no trip looks
//! for its way at departure.

use std::sync::Arc;

use bevy::ecs::prelude::Resource;
use intergreen_control::Millis;
use rayon::prelude::*;

use super::closures::past;
use super::insert::Waiting;
use super::routes::{Found, Paths, Rest};
use super::scene::Scene;
use super::state::Traffic;
use super::travel_times::LinkSpeeds;
use crate::demand::routing::{Memory, Moment, Routing, Search, Turns, time_over};
use crate::demand::stops::legs;
use crate::demand::{Departure, RouteId, Stop, VehicleId};
use crate::network::{LinkId, VehicleClass};

/// What trips know when they look for their way.
#[derive(Resource, Clone, Debug)]
pub struct Navigator {
    /// What only commands change; `None`: nobody looks for a way.
    map: Option<Arc<Map>>,
    /// The speeds assumed.
    pub speeds: LinkSpeeds,
}

/// What only commands change about the search for ways.
#[derive(Debug)]
struct Map {
    routing: Routing,
    /// Whether some vehicle looks for its way at departure.
    at_departure: bool,
    /// The turns over open lanes of each class that looks for ways.
    turns: Vec<(VehicleClass, Turns)>,
    /// What hesitation costs on entering each link, s, and the first lane of each, which stands for all as in SUMO.
    links: Vec<(f64, u32)>,
    /// The ends of trips and the links between that they have to pass, by [`RouteId`]; `None`: the route is given.
    trips: Vec<Option<Trip>>,
}

/// From, through and to where, and where to stop.
#[derive(Debug)]
struct Trip {
    from: LinkId,
    via: Vec<LinkId>,
    to: LinkId,
    stops: Vec<Stop>,
}

impl Navigator {
    /// What is known when a run begins.
    pub fn new(scene: &Scene) -> Self {
        let map = Map::new(scene);
        // No memory for looks that nobody needs.
        let looks = map.is_some() && scene.setup.routing.interval > Millis(0);
        let memory = if looks { scene.setup.routing.memory } else { Memory::Fading(1.0) };
        Self { map: map.map(Arc::new), speeds: LinkSpeeds::empty(&scene.network, memory) }
    }

    /// Takes in which lanes are closed now.
    pub fn renew(&mut self, scene: &Scene) {
        self.map = Map::new(scene).map(Arc::new);
    }

    /// Whether some vehicle of the run looks for its way at departure.
    pub fn is_needed(&self) -> bool {
        self.map.as_ref().is_some_and(|map| map.at_departure)
    }

    /// Whether this one does.
    pub fn looks_at_departure(&self, scene: &Scene, id: VehicleId) -> bool {
        let map = self.map.as_ref().filter(|map| map.at_departure);
        map.is_some_and(|map| map.trip(scene.departures[id.index()].route).is_some())
    }

    /// Finds ways for those in line who are about to enter and want one. Several threads search if there are several
    /// `searches`; new paths are made in the order of the vehicles' ids all the same.
    pub fn route(&self, scene: &Scene, waiting: &mut Waiting, paths: &mut Paths, searches: &mut [Search], now: Millis) {
        let Some(map) = self.map.as_ref().filter(|map| map.at_departure) else { return };
        let mut due: Vec<(LinkId, VehicleId)> = Vec::new();
        for (link, entry) in waiting.in_front() {
            let again = map.routing.again_after;
            let wants = entry.routed.is_none_or(|at| again > Millis(0) && now - at >= again);
            if wants && map.trip(scene.departures[entry.id.index()].route).is_some() {
                due.push((link, entry.id));
            }
        }
        due.sort_unstable_by_key(|(_, id)| *id);
        let ways: Vec<Option<Found>> = match searches {
            [search] => due.iter().map(|&(_, id)| self.way(scene, map, id, search)).collect(),
            _ => {
                let part = due.len().div_ceil(searches.len()).max(1);
                let parts = due.par_chunks(part).zip(searches.par_iter_mut());
                let found = |(part, search): (&[(LinkId, VehicleId)], &mut Search)| -> Vec<_> {
                    part.iter().map(|&(_, id)| self.way(scene, map, id, search)).collect()
                };
                parts.map(found).collect::<Vec<_>>().into_iter().flatten().collect()
            }
        };
        for ((link, id), way) in due.into_iter().zip(ways) {
            let path = way.map(|found| paths.find_or_add(scene, found));
            waiting.set_path(link, id, path, now);
        }
    }

    /// The fastest way of a vehicle now, without the stops on closed lanes.
    fn way(&self, scene: &Scene, map: &Map, id: VehicleId, search: &mut Search) -> Option<Found> {
        let departure = &scene.departures[id.index()];
        let trip = map.trip(departure.route)?;
        let is_open = |stop: &Stop| !scene.closures.is_closed(stop.lane);
        let rest = (!trip.stops.iter().all(is_open)).then(|| {
            let kept = (0..).zip(&trip.stops).filter(|(_, stop)| is_open(stop));
            Rest { stops: kept.map(|(k, _)| k).collect(), vias: 0 }
        });
        let past = match &rest {
            None => &trip.via,
            Some(_) => &past(scene, id, &Rest { stops: (0..trip.stops.len() as u16).collect(), vias: 0 }, &is_open),
        };
        let (_, links) = self.between(scene, id, trip.from, past, trip.to, search)?;
        let found = Found::of(scene, departure, links, rest);
        // A way that leaves out a stop is none.
        let stops: Vec<Stop> = trip.stops.iter().copied().filter(is_open).collect();
        legs(&scene.network, &found.links, &stops).ok()?;
        Some(found)
    }

    /// The fastest way of a vehicle now from link to link over others, and the time that it takes, s.
    pub(super) fn between(
        &self,
        scene: &Scene,
        id: VehicleId,
        from: LinkId,
        via: &[LinkId],
        to: LinkId,
        search: &mut Search,
    ) -> Option<(f64, Vec<LinkId>)> {
        let map = self.map.as_ref()?;
        let departure = &scene.departures[id.index()];
        let class = scene.types[departure.kind.index()].class;
        let (_, turns) = map.turns.iter().find(|(known, _)| *known == class)?;
        let (driver, factor) = (&scene.drivers[departure.kind.index()], scene.speed_factor(id));
        let time = |link: LinkId| {
            let (penalty, lane) = map.links[link.index()];
            let lane = &scene.lanes[lane as usize];
            let own = f64::from(driver.desired(factor, scene.limit(lane, departure.kind.index())));
            time_over(f64::from(lane.length), self.speeds.on(link), own, penalty)
        };
        let links = search.route(turns, from, via, to, time)?;
        Some((links.iter().map(|&l| time(l)).sum(), links))
    }

    /// Looks at the traffic, if it is time.
    pub fn look(&mut self, scene: &Scene, traffic: &Traffic, now: Millis) {
        let Some(map) = self.map.as_ref().filter(|map| map.at_departure) else { return };
        let interval = map.routing.interval;
        if interval > Millis(0) && (now - scene.setup.begin).0 % interval.0 < scene.setup.step.0 {
            self.speeds.look(&scene.network, &scene.lanes, &traffic.lanes);
        }
    }
}

impl Map {
    /// The map of a scene, if anybody needs one: trips that look for their way at departure, or those whose way is
    /// closed.
    fn new(scene: &Scene) -> Option<Self> {
        let (network, routing) = (&scene.network, scene.setup.routing);
        let trips: Vec<Option<Trip>> = scene
            .demand
            .routes
            .iter()
            .map(|r| {
                let (from, via, to) = (*r.links.first()?, r.via.clone()?, *r.links.last()?);
                Some(Trip { from, via, to, stops: r.stops.clone() })
            })
            .collect();
        let is_trip = |d: &Departure| trips[d.route.index()].is_some();
        let at_departure = routing.moment == Moment::AtDeparture && scene.departures.iter().any(is_trip);
        if !at_departure && !scene.closures.any() {
            return None;
        }
        let mut turns: Vec<(VehicleClass, Turns)> = Vec::new();
        for d in scene.departures.iter().filter(|d| scene.closures.any() || is_trip(d)) {
            let class = scene.types[d.kind.index()].class;
            if turns.iter().all(|(known, _)| *known != class) {
                turns.push((class, Turns::over(network, class, &|lane| !scene.closures.is_closed(lane))));
            }
        }
        let penalty = |l| routing.penalties.of(network, LinkId::new(l));
        let links = network.links.iter().enumerate().map(|(l, link)| (penalty(l), link.lanes.start)).collect();
        Some(Self { routing, at_departure, turns, links, trips })
    }

    fn trip(&self, route: RouteId) -> Option<&Trip> {
        self.trips[route.index()].as_ref()
    }
}
