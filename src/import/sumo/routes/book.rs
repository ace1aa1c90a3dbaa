//! The routes of a scenario.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use crate::demand::routing::{Penalties, usable};
use crate::demand::stops::legs;
use crate::demand::{Route, RouteId, Router, Stop, VehicleType};
use crate::import::sumo::stops::{RawStop, StopBook};
use crate::import::sumo::types::{add_members, check_weights, listed, weight};
use crate::import::xml::Element;
use crate::import::{ImportError, Report};
use crate::network::{LinkId, Network, VehicleClass};

/// A route may have no more links than a vehicle can count.
const MOST_LINKS: usize = u16::MAX as usize;

/// What drawing from one name can give, with weights.
pub type Choice = Vec<(RouteId, f64)>;

/// Routes, each list of links only once, and their names.
pub struct RouteBook<'a> {
    /// By [`RouteId`].
    pub routes: Vec<Route>,
    network: &'a Network,
    links: HashMap<&'a str, LinkId>,
    router: Router<'a>,
    /// Routes without stops by their links, and by those to pass if they are trips'.
    known: HashMap<(Vec<LinkId>, Option<Vec<LinkId>>), RouteId>,
    /// Routes with stops by their links.
    stopping: HashMap<Vec<LinkId>, Vec<RouteId>>,
    /// The stops that the file prescribes for each route.
    stops: Vec<Vec<RawStop>>,
    names: HashMap<String, Choice>,
    /// Routes already found usable by a class.
    usable: HashSet<(RouteId, u8)>,
}

impl<'a> RouteBook<'a> {
    /// An empty book for a network.
    pub fn new(network: &'a Network, penalties: Penalties) -> Self {
        let links = network.links.iter().enumerate().map(|(i, link)| (link.id.as_str(), LinkId::new(i))).collect();
        Self {
            routes: Vec::new(),
            network,
            links,
            router: Router::new(network, penalties),
            known: HashMap::new(),
            stopping: HashMap::new(),
            stops: Vec::new(),
            names: HashMap::new(),
            usable: HashSet::new(),
        }
    }

    /// What a name stands for.
    pub fn find(&self, name: &str) -> Option<&Choice> {
        self.names.get(name)
    }

    /// The road of that name.
    pub fn link(&self, file: &Path, element: &Element, name: &str) -> Result<LinkId, ImportError> {
        match self.links.get(name) {
            Some(&link) if !self.network.link(link).internal => Ok(link),
            Some(_) => Err(element.error(file, format!("edge '{name}' lies inside a junction; expected a road"))),
            None => Err(element.error(file, format!("edge '{name}' is not in the network"))),
        }
    }

    /// Takes in a named `<route>`; returns it with its weight in a distribution around it.
    pub fn add_route(
        &mut self,
        file: &Path,
        element: &Element,
        stops: &StopBook<'_>,
        report: &mut Report,
    ) -> Result<(RouteId, f64), ImportError> {
        let id = element.need(file, "id")?;
        let route = self.edges(file, element, element, stops, report)?;
        self.define(file, element, id, vec![(route, 1.0)])?;
        Ok((route, weight(file, element)?))
    }

    /// Takes in a named `<routeDistribution>`.
    pub fn add_distribution(
        &mut self,
        file: &Path,
        element: &Element,
        stops: &StopBook<'_>,
        report: &mut Report,
    ) -> Result<(), ImportError> {
        let id = element.need(file, "id")?;
        let choice = self.distribution(file, element, element, stops, report)?;
        self.define(file, element, id, choice)
    }

    /// The routes of a `<route>` or `<routeDistribution>` that stands inside a vehicle, `owner`.
    pub fn nested(
        &mut self,
        file: &Path,
        owner: &Element,
        element: &Element,
        stops: &StopBook<'_>,
        report: &mut Report,
    ) -> Result<Choice, ImportError> {
        if element.name == "routeDistribution" {
            return self.distribution(file, owner, element, stops, report);
        }
        Ok(vec![(self.edges(file, owner, element, stops, report)?, 1.0)])
    }

    /// Checks that vehicles of a type can drive a route from end to end.
    pub fn check_usable(
        &mut self,
        file: &Path,
        element: &Element,
        route: RouteId,
        kind: &VehicleType,
    ) -> Result<(), ImportError> {
        if !self.usable.insert((route, kind.class as u8)) {
            return Ok(());
        }
        let links = &self.routes[route.index()].links;
        self.obstacle(links, kind.class).map_or(Ok(()), |problem| Err(element.error(file, problem)))
    }

    /// The fastest way that every one of `kinds` can drive, found for the first of them that finds one.
    pub fn fastest(&mut self, from: LinkId, via: &[LinkId], to: LinkId, kinds: &[&VehicleType]) -> Option<RouteId> {
        for kind in kinds {
            if let Some(links) = self.router.route(from, via, to, kind)
                && kinds.iter().all(|k| k.class == kind.class || self.obstacle(&links, k.class).is_none())
            {
                return Some(self.intern(links, Some(via.to_vec())));
            }
        }
        None
    }

    /// The same route for a vehicle that may leave it for a faster way at departure.
    pub fn as_trip(&mut self, route: RouteId) -> RouteId {
        let links = self.routes[route.index()].links.clone();
        self.intern(links, Some(Vec::new()))
    }

    /// Why vehicles of a class cannot drive along `links`, if they cannot.
    fn obstacle(&self, links: &[LinkId], class: VehicleClass) -> Option<String> {
        let name = |link: LinkId| &self.network.link(link).id;
        if let Some(&link) = links.iter().find(|&&link| !usable(self.network, link, class)) {
            return Some(format!("no lane of edge '{}' is open to vehicles of class '{}'", name(link), class.name()));
        }
        let broken = links.windows(2).find(|pair| !self.router.reachable_turn(pair[0], pair[1], class))?;
        Some(format!(
            "there is no connection from edge '{}' to edge '{}' for vehicles of class '{}'",
            name(broken[0]),
            name(broken[1]),
            class.name()
        ))
    }

    /// The members of a distribution, given by names or nested.
    fn distribution(
        &mut self,
        file: &Path,
        owner: &Element,
        element: &Element,
        stops: &StopBook<'_>,
        report: &mut Report,
    ) -> Result<Choice, ImportError> {
        let mut choice = Choice::new();
        for (name, weight) in listed(file, element, "routes", "route")? {
            self.extend(file, owner, &name, weight, &mut choice)?;
        }
        for child in &element.children {
            match (child.name.as_str(), child.get("refId"), child.get("id")) {
                ("route", Some(name), _) => self.extend(file, owner, name, weight(file, child)?, &mut choice)?,
                ("route", None, Some(_)) => choice.push(self.add_route(file, child, stops, report)?),
                ("route", None, None) => {
                    choice.push((self.edges(file, owner, child, stops, report)?, weight(file, child)?));
                }
                (other, ..) => {
                    report.count(format!("<{other}> in <routeDistribution> not simulated"), || owner.label());
                }
            }
        }
        check_weights(file, owner, &choice)?;
        Ok(choice)
    }

    /// Adds what a name stands for to a distribution.
    fn extend(
        &self,
        file: &Path,
        owner: &Element,
        name: &str,
        weight: f64,
        choice: &mut Choice,
    ) -> Result<(), ImportError> {
        let known = self.find(name).ok_or_else(|| owner.error(file, format!("route '{name}' is not known")))?;
        add_members(file, owner, choice, known, weight)
    }

    /// The route along the `edges` of an element that belongs to `owner`.
    fn edges(
        &mut self,
        file: &Path,
        owner: &Element,
        element: &Element,
        stops: &StopBook<'_>,
        report: &mut Report,
    ) -> Result<RouteId, ImportError> {
        let Some(edges) = element.get("edges") else {
            return Err(owner.error(file, "attribute 'edges' of its route is missing"));
        };
        let mut links: Vec<LinkId> =
            edges.split_whitespace().map(|name| self.link(file, owner, name)).collect::<Result<_, _>>()?;
        if links.is_empty() {
            return Err(owner.error(file, "its route has no edges; expected at least one"));
        }
        // The stops of a vehicle are its own, wherever in it the route stands.
        let stops = stops.stops(file, element, report)?;
        let times = element.index(file, "repeat")?.unwrap_or(0).saturating_add(1);
        if times > 1 && !stops.is_empty() {
            report.count("repeat of a <route> with stops not simulated", || owner.label());
        } else if links.len().saturating_mul(times) <= MOST_LINKS {
            links = links.repeat(times);
        }
        if links.len() > MOST_LINKS || links.len().saturating_mul(times) > MOST_LINKS {
            return Err(owner.error(file, format!("its route has more than {MOST_LINKS} edges")));
        }
        if stops.is_empty() {
            return Ok(self.intern(links, None));
        }
        Ok(self.push(Route::given(links), stops))
    }

    /// The route with these links and these to pass, made if there is none yet.
    fn intern(&mut self, links: Vec<LinkId>, via: Option<Vec<LinkId>>) -> RouteId {
        let key = (links, via);
        if let Some(&route) = self.known.get(&key) {
            return route;
        }
        let (links, via) = key.clone();
        let route = self.push(Route { via, ..Route::given(links) }, Vec::new());
        self.known.insert(key, route);
        route
    }

    /// Adds a route for which the file prescribes `stops`.
    fn push(&mut self, route: Route, stops: Vec<RawStop>) -> RouteId {
        self.routes.push(route);
        self.stops.push(stops);
        RouteId::new(self.routes.len() - 1)
    }

    /// The part of a route from one place in it to another, both included; the stops are those of the whole.
    pub fn part(&mut self, route: RouteId, from: usize, to: usize) -> RouteId {
        let links = &self.routes[route.index()].links;
        if (from, to + 1) == (0, links.len()) {
            return route;
        }
        let links = links[from..=to].to_vec();
        let stops = self.stops[route.index()].clone();
        if stops.is_empty() { self.intern(links, None) } else { self.push(Route::given(links), stops) }
    }

    /// The stops that the file prescribes for a route.
    pub fn stops_of(&self, route: RouteId) -> &[RawStop] {
        &self.stops[route.index()]
    }

    /// The route along the links of `route` with these stops, made if there is none yet.
    pub fn with_stops(
        &mut self,
        file: &Path,
        element: &Element,
        route: RouteId,
        stops: Vec<Stop>,
    ) -> Result<RouteId, ImportError> {
        if stops.is_empty() {
            return Ok(route);
        }
        let links = &self.routes[route.index()].links;
        if let Err(i) = legs(self.network, links, &stops) {
            let lane = &self.network.lane(stops[i].lane).id;
            let problem = format!("its stop on lane '{lane}' is not on its route behind the stop before it");
            return Err(element.error(file, problem));
        }
        // Where it must not leave out a stop, a trip has to pass all of them or to keep its way.
        let passes = |via: &Vec<LinkId>| stops.iter().all(|stop| via.contains(&self.network.lane(stop.lane).link));
        let via = self.routes[route.index()].via.clone().filter(passes);
        let route = Route { links: links.clone(), stops, via };
        let same = self.stopping.get(&route.links).into_iter().flatten();
        if let Some(&known) = same.into_iter().find(|known| self.routes[known.index()] == route) {
            return Ok(known);
        }
        let links = route.links.clone();
        let id = self.push(route, Vec::new());
        self.stopping.entry(links).or_default().push(id);
        Ok(id)
    }

    /// Gives a name its meaning.
    fn define(&mut self, file: &Path, element: &Element, id: &str, choice: Choice) -> Result<(), ImportError> {
        match self.names.insert(id.to_owned(), choice) {
            None => Ok(()),
            Some(_) => Err(element.error(file, "is defined twice")),
        }
    }
}
