//! Routes, stops, and the fastest ways of those who name only their ends.

use std::collections::BTreeSet;

use intergreen_control::Millis;

use super::{Resolver, Step, Wrong, expected_names, steps, weights, with, wrong};
use crate::demand::routing::{turn, usable};
use crate::demand::stops::legs;
use crate::demand::{PlaceId, Route, RouteId, Stop, StoppingPlace, TypeId, Until};
use crate::network::LinkId;
use crate::scenario::format::{PlaceFile, StopFile, UntilFile, WeightFile};

/// A stop that does not say where it begins is this long, m: a car's length.
const STOP_LENGTH: f32 = 5.0;

/// How a source names its way.
pub(super) struct WayFile<'f> {
    pub route: &'f Option<String>,
    pub routes: &'f [WeightFile],
    pub from: &'f Option<String>,
    pub to: &'f Option<String>,
    pub via: &'f [String],
}

impl Resolver<'_> {
    /// The stopping places.
    pub(super) fn places(&mut self) -> Result<(), Wrong> {
        let mut names: BTreeSet<String> = self.demand.places.iter().map(|p| p.id.clone()).collect();
        for (i, p) in self.section.places.iter().enumerate() {
            let at = steps!("demand", "places", i);
            if !names.insert(p.id.clone()) {
                return wrong(with(&at, "id"), format!("'{}' is given twice; expected a name of its own", p.id));
            }
            let place = self.place(p, &at)?;
            self.demand.places.push(place);
        }
        Ok(())
    }

    fn place(&self, p: &PlaceFile, at: &[Step]) -> Result<StoppingPlace, Wrong> {
        let link = self.streets.find(&p.street, with(at, "street"))?;
        let length = self.streets.length(link);
        if !(p.start < p.end && p.end <= length + 1e-3) {
            let problem = format!("{} to {} m; expected a stretch of the street, 0 to {length} m", p.start, p.end);
            return wrong(with(at, "end"), problem);
        }
        let (lane, end) = self.streets.lane(link, p.lane, p.end, with(at, "lane"))?;
        let start = end - (p.end - p.start);
        if start < -1e-3 {
            return wrong(
                with(at, "start"),
                "lies before the turn bay begins, and the end behind it; expected one part",
            );
        }
        // What is subtracted loses digits: a stretch on one part keeps its own.
        let start = if end == p.end { p.start } else { start.max(0.0) };
        Ok(StoppingPlace { id: p.id.clone(), lane, start, end })
    }

    /// The named routes.
    pub(super) fn routes(&mut self) -> Result<(), Wrong> {
        for (i, r) in self.section.routes.iter().enumerate() {
            let at = steps!("demand", "routes", i);
            let links = self.spelled_out(&r.streets, &with(&at, "streets"))?;
            let mut stops = Vec::new();
            for (k, stop) in r.stops.iter().enumerate() {
                stops.push(self.stop(stop, &steps!("demand", "routes", i, "stops", k))?);
            }
            if let Err(k) = legs(self.network, &links, &stops) {
                let problem = "lies on no street of the route that comes after the stop before it; expected one";
                return wrong(steps!("demand", "routes", i, "stops", k), problem);
            }
            let via = match &r.via {
                None => None,
                Some(via) => {
                    let each = |(k, name): (usize, &String)| {
                        self.streets.find(name, steps!("demand", "routes", i, "via", "over", k))
                    };
                    Some(via.over.iter().enumerate().map(each).collect::<Result<_, _>>()?)
                }
            };
            let id = self.add_route(Route { links, stops, via });
            if self.routes.insert(&r.id, id).is_some() {
                return wrong(with(&at, "id"), format!("'{}' is given twice; expected a name of its own", r.id));
            }
        }
        Ok(())
    }

    /// The links of a given route, bays put in.
    fn spelled_out(&self, streets: &[String], path: &[Step]) -> Result<Vec<LinkId>, Wrong> {
        let mut links: Vec<LinkId> = Vec::new();
        for (i, name) in streets.iter().enumerate() {
            let at = || path.iter().cloned().chain([Step::from(i)]).collect::<Vec<_>>();
            let link = self.streets.find(name, at())?;
            if let Some(&last) = links.last() {
                if last == link && name.ends_with(".bay") {
                    continue;
                }
                let exits = self.streets.exits(last);
                if !exits.contains_key(&link) {
                    let name_of = |l: LinkId| self.network.link(l).id.trim_end_matches(".bay");
                    let onward: Vec<&str> = exits.keys().map(|&l| name_of(l)).collect();
                    let problem = format!(
                        "no way leads from '{}' to '{name}'; {}",
                        name_of(last),
                        expected_names(name, onward.iter().copied())
                    );
                    return wrong(at(), problem);
                }
            }
            links.extend(self.streets.whole(link));
        }
        if links.is_empty() {
            return wrong(path.to_vec(), "names no street; expected at least one");
        }
        Ok(links)
    }

    fn stop(&self, s: &StopFile, at: &[Step]) -> Result<Stop, Wrong> {
        let duration = Millis::from_seconds(s.duration);
        let until = match s.until {
            None => None,
            Some(UntilFile::At(t)) => Some(Until::At(self.moment(t, &with(at, "until"))?)),
            Some(UntilFile::AfterDepart(t)) => Some(Until::AfterDepart(self.moment(t, &with(at, "until"))?)),
        };
        let (lane, start, end, place) = match (&s.place, &s.street) {
            (Some(name), None) => {
                let Some(i) = self.demand.places.iter().position(|p| p.id == *name) else {
                    let known: Vec<&str> = self.demand.places.iter().map(|p| p.id.as_str()).collect();
                    let problem = format!("no place '{name}'; {}", expected_names(name, known.iter().copied()));
                    return wrong(with(at, "place"), problem);
                };
                let p = &self.demand.places[i];
                (p.lane, p.start, p.end, PlaceId::new(i))
            }
            (None, Some(street)) => {
                let link = self.streets.find(street, with(at, "street"))?;
                let end = s.end.unwrap_or_else(|| self.streets.length(link));
                let start = s.start.unwrap_or((end - STOP_LENGTH).max(0.0));
                let place = PlaceFile { id: String::new(), street: street.clone(), lane: s.lane, start, end };
                let p = self.place(&place, at)?;
                (p.lane, p.start, p.end, PlaceId::NONE)
            }
            _ => return wrong(at.to_vec(), "expected either a 'place' or a 'street'"),
        };
        Ok(Stop { lane, start, end, place, duration, until, parks: s.parks })
    }

    /// A moment that makes sense.
    fn moment(&self, seconds: f64, path: &[Step]) -> Result<Millis, Wrong> {
        // Two weeks, as all times of a scenario.
        match (0.0..=1_209_600.0).contains(&seconds) {
            true => Ok(Millis::from_seconds(seconds)),
            false => wrong(path.to_vec(), format!("{seconds}; expected 0 to 1209600 s")),
        }
    }

    /// The routes of a source, with weights.
    pub(super) fn way(&mut self, at: &[Step], way: &WayFile<'_>, kind: TypeId) -> Result<Vec<(RouteId, f64)>, Wrong> {
        let named = |resolver: &Self, name: &str, path: Vec<Step>| match resolver.routes.get(name) {
            Some(&id) => Ok(id),
            None => {
                let known = resolver.routes.keys().copied();
                wrong(path, format!("no route '{name}'; {}", expected_names(name, known)))
            }
        };
        match way {
            WayFile { route: Some(name), routes: [], from: None, to: None, via: [] } => {
                Ok(vec![(named(self, name, with(at, "route"))?, 1.0)])
            }
            WayFile { route: None, routes: list @ [_, ..], from: None, to: None, via: [] } => {
                let each = |(i, w): (usize, &WeightFile)| {
                    let mut place = with(at, "routes");
                    place.extend(steps!(i, "id"));
                    Ok((named(self, &w.id, place)?, w.weight))
                };
                weights(list.iter().enumerate().map(each).collect::<Result<_, _>>()?, with(at, "routes"))
            }
            WayFile { route: None, routes: [], from: Some(from), to: Some(to), via } => {
                let from = self.streets.find(from, with(at, "from"))?;
                let to = self.streets.find(to, with(at, "to"))?;
                let mut over = Vec::new();
                for (i, name) in via.iter().enumerate() {
                    let mut place = with(at, "via");
                    place.extend(steps!(i));
                    over.push(self.streets.find(name, place)?);
                }
                Ok(vec![(self.fastest(at, from, over, to, kind)?, 1.0)])
            }
            _ => wrong(at.to_vec(), "expected one of: 'route', 'routes', or 'from' and 'to' (with 'via' or without)"),
        }
    }

    /// The fastest way at free flow, as the route of a trip.
    pub(super) fn fastest(
        &mut self,
        at: &[Step],
        from: LinkId,
        via: Vec<LinkId>,
        to: LinkId,
        kind: TypeId,
    ) -> Result<RouteId, Wrong> {
        let end = self.streets.stop_line(to);
        let key = (from.0, end.0, via.iter().map(|l| l.0).collect::<Vec<_>>(), kind);
        if let Some(&known) = self.ways.get(&key) {
            return Ok(known);
        }
        let vehicle = &self.demand.types[kind.index()];
        let Some(links) = self.router.route(from, &via, end, vehicle) else {
            let name = |l: LinkId| &self.network.link(l).id;
            let over = if via.is_empty() { "" } else { " over the streets of 'via'" };
            let problem = format!(
                "no way leads from '{}' to '{}'{over} for a vehicle of class {}",
                name(from),
                name(to),
                vehicle.class.name()
            );
            return wrong(at.to_vec(), problem);
        };
        let route = self.add_route(Route { links, stops: Vec::new(), via: Some(via) });
        self.ways.insert(key, route);
        Ok(route)
    }

    /// Refuses a route that vehicles of a type cannot drive from end to end.
    pub(super) fn check_usable(&mut self, at: &[Step], route: RouteId, kind: TypeId) -> Result<(), Wrong> {
        let class = self.demand.types[kind.index()].class;
        if !self.usable.insert((route, class as u8)) {
            return Ok(());
        }
        let links = &self.demand.routes[route.index()].links;
        let name = |l: LinkId| &self.network.link(l).id;
        if let [only] = links[..]
            && !usable(self.network, only, class)
        {
            return wrong(at.to_vec(), format!("street '{}' has no lane for class {}", name(only), class.name()));
        }
        let broken = links.windows(2).find(|pair| turn(self.network, pair[0], pair[1], class).is_none());
        match broken {
            None => Ok(()),
            Some(pair) => {
                let (a, b) = (name(pair[0]), name(pair[1]));
                wrong(at.to_vec(), format!("a vehicle of class {} cannot drive from '{a}' to '{b}'", class.name()))
            }
        }
    }
}
