//! Demand files: `.rou.xml`, and whatever of it stands in additional files.
//!
//! Definitions (types, routes, distributions) are taken in as they come. A vehicle may stand before the type or the
//! route that it names: such vehicles wait until everything is read. Trips get their ways at free flow here, so that
//! every run and every controller has the same ones, unless they look for others at departure.

mod book;
mod flow;
mod manner;
mod time;

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use intergreen_control::Millis;

use self::book::RouteBook;
use super::instruments::INSTRUMENTS;
use super::stops::{Origin, RawStop, StopBook, is_place};
use super::types::{Choice, DEFAULT_TYPE, TypeBook};
use crate::demand::routing::Penalties;
use crate::demand::{Demand, DepartLane, DepartPosition, Manner, RouteId, Source, Stop, Timing, check_flow};
use crate::import::xml::{self, Element};
use crate::import::{ImportError, Report};
use crate::network::{LinkId, Network};

/// The span of time in which vehicles may depart.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Window {
    /// When the scenario begins: a flow without a beginning begins then.
    pub begin: Millis,
    /// When the scenario ends; `None`: when the last vehicle has left. A flow without an end ends then.
    pub end: Option<Millis>,
}

/// Reads demand files in the order given (SUMO: additional files before route files); every flow must end by itself.
///
/// # Errors
/// Names file, line and element of what is wrong, and what was expected.
pub fn read_demand(files: &[PathBuf], network: &Network, report: &mut Report) -> Result<Demand, ImportError> {
    read_demand_in(files, network, Window::default(), report)
}

/// Reads demand files for a scenario of which beginning and end are known.
///
/// # Errors
/// Names file, line and element of what is wrong, and what was expected.
pub fn read_demand_in(
    files: &[PathBuf],
    network: &Network,
    window: Window,
    report: &mut Report,
) -> Result<Demand, ImportError> {
    read_demand_with(files, network, window, Penalties::default(), report)
}

/// Reads demand files for a scenario that also says what hesitation costs trips that look for a way.
///
/// # Errors
/// Names file, line and element of what is wrong, and what was expected.
pub fn read_demand_with(
    files: &[PathBuf],
    network: &Network,
    window: Window,
    penalties: Penalties,
    report: &mut Report,
) -> Result<Demand, ImportError> {
    let mut reader = Reader {
        routes: RouteBook::new(network, penalties),
        stops: StopBook::new(network),
        types: TypeBook::default(),
        network,
        window,
        report,
        sources: Vec::new(),
        waiting_routes: Vec::new(),
        waiting: Vec::new(),
        names: [HashMap::new(), HashMap::new()],
        position: 0,
        flow_vehicles: 0,
        choices: 0,
    };
    for file in files {
        xml::read(file, super::net::ADDITIONAL_ROOTS, |element| reader.element(file, element))?;
    }
    reader.finish()
}

/// Most types and routes that all sources draw from: each has its own list.
const MOST_CHOICES: usize = 50_000_000;

/// Children of the root that are no demand: others read them, or they change nothing that is simulated.
const NOT_DEMAND: &[&str] =
    &["tlLogic", "WAUT", "instantInductionLoop", "poly", "poi", "param", "location", "include", "type"];

/// Reads demand, file after file.
struct Reader<'a> {
    network: &'a Network,
    window: Window,
    report: &'a mut Report,
    types: TypeBook,
    routes: RouteBook<'a>,
    stops: StopBook<'a>,
    /// Sources with their place in the files.
    sources: Vec<(u64, Source)>,
    /// Vehicles whose type, route or stopping place was not known when they were met, with their place in the files.
    waiting: Vec<(u64, &'a Path, Element)>,
    /// Routes with stops at places that were not known when they were met.
    waiting_routes: Vec<(&'a Path, Element)>,
    /// Names taken by vehicles and by flows, and where.
    names: [HashMap<String, (&'a Path, usize)>; 2],
    /// Elements met so far.
    position: u64,
    /// Types and routes that all sources so far draw from.
    choices: usize,
    /// Vehicles that the flows so far can make.
    flow_vehicles: u64,
}

impl<'a> Reader<'a> {
    /// Takes in one child of a root.
    fn element(&mut self, file: &'a Path, element: Element) -> Result<(), ImportError> {
        self.position += 1;
        match element.name.as_str() {
            "vType" => self.types.add_type(file, &element, self.report).map(|_| ()),
            "vTypeDistribution" => self.types.add_distribution(file, &element, self.report),
            "route" | "routeDistribution" => {
                if !self.stops.knows_all(&element) {
                    self.waiting_routes.push((file, element));
                    return Ok(());
                }
                self.route(file, &element)
            }
            "vehicle" | "trip" | "flow" => {
                self.note_name(file, &element)?;
                if self.is_known(&element) {
                    self.traveller(self.position, file, &element)
                } else {
                    self.waiting.push((self.position, file, element));
                    Ok(())
                }
            }
            other if is_place(other) => self.stops.add(file, &element, self.report),
            other if NOT_DEMAND.contains(&other) || INSTRUMENTS.contains(&other) => Ok(()),
            other => {
                self.report.count(format!("<{other}> not simulated"), || element.label());
                Ok(())
            }
        }
    }

    /// Takes in a route or a distribution of routes.
    fn route(&mut self, file: &Path, element: &Element) -> Result<(), ImportError> {
        if element.name == "routeDistribution" {
            return self.routes.add_distribution(file, element, &self.stops, self.report);
        }
        self.routes.add_route(file, element, &self.stops, self.report).map(|_| ())
    }

    /// Takes in the routes and vehicles that waited and puts everything together.
    fn finish(mut self) -> Result<Demand, ImportError> {
        for (file, element) in std::mem::take(&mut self.waiting_routes) {
            self.route(file, &element)?;
        }
        for (position, file, element) in std::mem::take(&mut self.waiting) {
            self.traveller(position, file, &element)?;
        }
        self.sources.sort_by_key(|(position, _)| *position);
        self.open_depart_lanes();
        Ok(Demand {
            types: self.types.types,
            routes: self.routes.routes,
            places: self.stops.places,
            sources: self.sources.into_iter().map(|(_, source)| source).collect(),
        })
    }

    /// Who names a lane to depart on that is closed to its class departs on the first open one, and is counted.
    fn open_depart_lanes(&mut self) {
        for (_, source) in &mut self.sources {
            let DepartLane::Index(index) = source.manner.depart_lane else { continue };
            let closed = source.types.iter().any(|&(kind, _)| {
                let class = self.types.types[kind.index()].class;
                source.routes.iter().any(|&(route, _)| {
                    let first = self.routes.routes[route.index()].links[0];
                    let mut lanes = self.network.lanes_of(first);
                    lanes.nth(usize::from(index)).is_some_and(|l| !self.network.lane(l).permissions.allows(class))
                })
            });
            if closed {
                let kind = "departLane closed to the vehicle's class: departs on the first open lane";
                self.report.count(kind, || format!("'{}', lane {index}", source.id));
                source.manner.depart_lane = DepartLane::First;
            }
        }
    }

    /// Registers the name of a vehicle or flow.
    fn note_name(&mut self, file: &'a Path, element: &Element) -> Result<(), ImportError> {
        let id = element.need(file, "id")?;
        if id.is_empty() {
            return Err(element.error(file, "id is empty; expected a name"));
        }
        let names = &mut self.names[usize::from(element.name == "flow")];
        match names.insert(id.to_owned(), (file, element.line)) {
            None => Ok(()),
            Some((before, line)) => {
                Err(element.error(file, format!("id is taken by the one at {}:{line}", before.display())))
            }
        }
    }

    /// Whether the type and the route that a vehicle names have been defined.
    fn is_known(&self, element: &Element) -> bool {
        element.get("type").is_none_or(|name| self.types.find(name).is_some())
            && element.get("route").is_none_or(|name| self.routes.find(name).is_some())
            && self.stops.knows_all(element)
    }

    /// Takes in a vehicle, trip or flow.
    fn traveller(&mut self, position: u64, file: &Path, element: &Element) -> Result<(), ImportError> {
        self.count_unread(element);
        let timing = match element.name.as_str() {
            "flow" => flow::timing(file, element, self.window, self.report)?,
            _ => time::depart(file, element, "depart", self.window.begin, self.report)?.map(Timing::Once),
        };
        let Some(timing) = timing else { return Ok(()) };
        let types = self.types_of(file, element)?;
        let manner = manner::manner(file, element, self.report)?;
        let own = self.stops.stops(file, element, self.report)?;
        let Some(routes) = self.routes_of(file, element, &types, &own)? else { return Ok(()) };
        let routes = self.cut(file, element, routes)?;
        let routes = self.with_stops(file, element, &types, routes, &own, timing)?;
        self.check_manner(file, element, &manner, &routes)?;
        self.choices += types.len() + routes.len();
        if self.choices > MOST_CHOICES {
            let problem = "with all vehicles before it, it draws from too many types and routes; expected less";
            return Err(element.error(file, format!("{problem} than {MOST_CHOICES}")));
        }
        let source = Source { id: element.need(file, "id")?.to_owned(), timing, types, routes, manner };
        self.flow_vehicles = check_flow(&source, self.window.end.unwrap_or(Millis::NEVER), self.flow_vehicles)
            .map_err(|problem| ImportError::at(file, element.line, problem))?;
        self.sources.push((position, source));
        Ok(())
    }

    /// The types a vehicle is drawn from.
    fn types_of(&self, file: &Path, element: &Element) -> Result<Choice, ImportError> {
        let name = element.get("type").unwrap_or(DEFAULT_TYPE);
        self.types.find(name).cloned().ok_or_else(|| {
            element.error(file, format!("type '{name}' is not known; expected a <vType> or <vTypeDistribution>"))
        })
    }

    /// The routes a vehicle is drawn from, each usable by every type; `None` if it has to stay away.
    fn routes_of(
        &mut self,
        file: &Path,
        element: &Element,
        types: &Choice,
        stops: &[RawStop],
    ) -> Result<Option<Vec<(RouteId, f64)>>, ImportError> {
        let nested = element.children.iter().find(|c| matches!(c.name.as_str(), "route" | "routeDistribution"));
        let mut routes = match (element.get("route"), nested) {
            (Some(name), _) => self.routes.find(name).cloned().ok_or_else(|| {
                element.error(file, format!("route '{name}' is not known; expected a <route> or <routeDistribution>"))
            })?,
            (None, Some(child)) => self.routes.nested(file, element, child, &self.stops, self.report)?,
            (None, None) => return self.routed(file, element, types, stops),
        };
        for &(route, _) in &routes {
            for &(kind, _) in types {
                self.routes.check_usable(file, element, route, &self.types.types[kind.index()])?;
            }
        }
        if matches!(element.get("reroute"), Some("true" | "1")) {
            for (route, _) in &mut routes {
                *route = self.routes.as_trip(*route);
            }
        }
        Ok(Some(routes))
    }

    /// The fastest way for a vehicle that names only its ends.
    fn routed(
        &mut self,
        file: &Path,
        element: &Element,
        types: &Choice,
        stops: &[RawStop],
    ) -> Result<Option<Vec<(RouteId, f64)>>, ImportError> {
        const ZONES: &[&str] =
            &["fromTaz", "toTaz", "fromJunction", "toJunction", "fromXY", "toXY", "fromLonLat", "toLonLat"];
        if let Some(zone) = ZONES.iter().find(|z| element.get(z).is_some()) {
            self.report.count(format!("<{}> with {zone} not simulated", element.name), || element.label());
            return Ok(None);
        }
        if element.name == "vehicle" && element.get("from").is_none() {
            return Err(element.error(file, "has no route; expected a nested <route> or the attribute 'route'"));
        }
        let from = self.routes.link(file, element, element.need(file, "from")?)?;
        let to = self.routes.link(file, element, element.need(file, "to")?)?;
        let via: Vec<LinkId> = match element.get("via") {
            Some(names) => {
                names.split_whitespace().map(|name| self.routes.link(file, element, name)).collect::<Result<_, _>>()?
            }
            // The way leads past the stops.
            None => stops.iter().map(|stop| self.stops.link_of(stop)).collect(),
        };
        let kinds: Vec<_> = types.iter().map(|&(kind, _)| &self.types.types[kind.index()]).collect();
        let route = self.routes.fastest(from, &via, to, &kinds);
        if route.is_none() {
            let (from, to) = (&self.network.link(from).id, &self.network.link(to).id);
            self.report.count(format!("{} without a connection discarded", element.name), || {
                format!("{} from edge '{from}' to edge '{to}'", element.label())
            });
        }
        Ok(route.map(|route| vec![(route, 1.0)]))
    }

    /// The parts of routes from `departEdge` to `arrivalEdge`, places in the route.
    fn cut(
        &mut self,
        file: &Path,
        element: &Element,
        routes: Vec<(RouteId, f64)>,
    ) -> Result<Vec<(RouteId, f64)>, ImportError> {
        let (mut first, mut last) = (None, None);
        for (name, place) in [("departEdge", &mut first), ("arrivalEdge", &mut last)] {
            if element.get(name) == Some("random") {
                self.report.count(format!("{name}=\"random\" not simulated"), || element.label());
            } else {
                *place = element.index(file, name)?;
            }
        }
        let part = |(route, weight): (RouteId, f64)| {
            let links = self.routes.routes[route.index()].links.len();
            let (from, to) = (first.unwrap_or(0), last.unwrap_or(links - 1));
            if from > to || to >= links {
                let problem = format!("departs on edge {from} and arrives on edge {to} of its route; it has {links}");
                return Err(element.error(file, problem + ", counted from 0"));
            }
            Ok((self.routes.part(route, from, to), weight))
        };
        routes.into_iter().map(part).collect()
    }

    /// The same routes with the stops that they and the vehicle itself prescribe.
    fn with_stops(
        &mut self,
        file: &Path,
        element: &Element,
        types: &Choice,
        routes: Vec<(RouteId, f64)>,
        own: &[RawStop],
        timing: Timing,
    ) -> Result<Vec<(RouteId, f64)>, ImportError> {
        let classes: Vec<_> = types.iter().map(|&(kind, _)| self.types.types[kind.index()].class).collect();
        let origin = match timing {
            Timing::Once(_) => Origin::Clock,
            Timing::Every { begin, .. } | Timing::Chance { begin, .. } | Timing::Poisson { begin, .. } => {
                Origin::Flow(begin)
            }
        };
        let place = |(route, weight): (RouteId, f64)| {
            let given = self.routes.stops_of(route).iter().map(|stop| (stop, Origin::Departure));
            let stops = given.chain(own.iter().map(|stop| (stop, origin)));
            let stops = stops.map(|(stop, origin)| self.stops.made_by(file, element, stop, &classes, origin));
            let stops: Vec<Stop> = stops.collect::<Result<_, _>>()?;
            Ok((self.routes.with_stops(file, element, route, stops)?, weight))
        };
        routes.into_iter().map(place).collect()
    }

    /// The name of a link.
    fn name(&self, link: LinkId) -> &str {
        &self.network.link(link).id
    }

    /// Checks that the lanes and the place a vehicle asks for are there.
    fn check_manner(
        &self,
        file: &Path,
        element: &Element,
        manner: &Manner,
        routes: &[(RouteId, f64)],
    ) -> Result<(), ImportError> {
        for &(route, _) in routes {
            let links = &self.routes.routes[route.index()].links;
            let (Some(&first), Some(&last)) = (links.first(), links.last()) else { continue };
            let depart_lane = match manner.depart_lane {
                DepartLane::Index(lane) => Some(lane),
                _ => None,
            };
            for (what, lane, link) in [("departLane", depart_lane, first), ("arrivalLane", manner.arrival_lane, last)] {
                let lanes = self.network.link(link).lanes.len();
                if lane.is_some_and(|lane| usize::from(lane) >= lanes) {
                    let lane = lane.unwrap_or_default();
                    let problem = format!("{what} is {lane}, but edge '{}' has {lanes} lanes", self.name(link));
                    return Err(element.error(file, problem));
                }
            }
            let length = self.network.lanes[self.network.link(first).lanes.start as usize].length;
            if let DepartPosition::At(place) = manner.depart_position
                && let Some(stop) = self.routes.routes[route.index()].stops.first()
                && self.network.lane(stop.lane).link == first
                && (if place < 0.0 { place + length } else { place }) > stop.end
                && !links[1..].contains(&first)
            {
                let problem = format!("departPos is {place}, beyond its first stop at {} m", stop.end);
                return Err(element.error(file, problem));
            }
            if let DepartPosition::At(place) = manner.depart_position
                && place.abs() > length
            {
                let problem = format!("departPos is {place}, but edge '{}' is {length} m long", self.name(first));
                return Err(element.error(file, problem));
            }
        }
        Ok(())
    }

    /// Counts what a vehicle has that is not simulated.
    fn count_unread(&mut self, element: &Element) {
        const READ: &[&str] = &[
            "id",
            "type",
            "route",
            "depart",
            "departLane",
            "departPos",
            "departSpeed",
            "departEdge",
            "arrivalEdge",
            "arrivalLane",
            "arrivalPos",
            "arrivalSpeed",
            "from",
            "to",
            "via",
            "begin",
            "end",
            "period",
            "vehsPerHour",
            "perHour",
            "probability",
            "number",
            "color",
            "personNumber",
            "containerNumber",
            "line",
            "reroute",
            "fromTaz",
            "toTaz",
            "fromJunction",
            "toJunction",
            "fromXY",
            "toXY",
            "fromLonLat",
            "toLonLat",
        ];
        for (name, _) in element.attributes.iter().filter(|(name, _)| !READ.contains(&name.as_str())) {
            self.report.count(format!("<{}> attribute '{name}' not simulated", element.name), || element.label());
        }
        for child in &element.children {
            match child.name.as_str() {
                "param" if child.get("key").is_some_and(|key| key.contains("rerouting")) => {
                    self.report.count("rerouting device of a single vehicle not simulated", || element.label());
                }
                "route" | "routeDistribution" | "stop" | "param" => {}
                other => {
                    self.report.count(format!("<{other}> in <{}> not simulated", element.name), || element.label());
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;

#[cfg(test)]
mod data_tests;
