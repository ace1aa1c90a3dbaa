//! From a file's vehicles and demand to types, routes and sources.

use std::collections::{BTreeMap, BTreeSet};

use intergreen_control::Millis;
use thiserror::Error;

use super::format::{DemandFile, RouteFile, ScenarioFile, ShareFile, VehicleFile};
use crate::demand::{
    Demand, DepartLane, DepartSpeed, FollowingModel, Manner, Route, RouteId, Source, Timing, TypeId, VehicleType,
};
use crate::network::{Direction, LinkId, Network};

/// Length of a profile's slice, s.
const SLICE: f64 = 900.0;
/// Routes that fewer vehicles than this share take are left out; the others take theirs.
const LEAST_SHARE: f64 = 1e-4;
/// Links of the longest route by turning shares.
const MOST_LINKS: usize = 100;
/// Most routes from one entry.
const MOST_ROUTES: usize = 5_000;
/// Greatest flow of one entry, veh/h: more than any road carries.
const MOST_FLOW: f64 = 20_000.0;

/// What is wrong with the demand.
#[derive(Debug, Error)]
#[error("{kind} '{id}': {problem}")]
pub(super) struct DemandError {
    /// Kind of the element.
    pub kind: &'static str,
    /// Name of the element, to find its line.
    pub id: String,
    problem: String,
}

/// Shorthand for a [`DemandError`].
fn wrong(kind: &'static str, id: &str, problem: impl Into<String>) -> DemandError {
    DemandError { kind, id: id.to_owned(), problem: problem.into() }
}

/// Resolves everything about demand against the network.
pub(super) fn demand(file: &ScenarioFile, network: &Network) -> Result<Demand, DemandError> {
    let (types, shares) = vehicle_types(&file.vehicles)?;
    if !(0.0..=100.0).contains(&file.demand.scale) {
        return Err(wrong("demand", "scale", format!("{}; expected 0 to 100", file.demand.scale)));
    }
    let roads = Roads::new(network, &file.demand)?;
    let mut demand = Demand { types, ..Demand::default() };
    let mut names = BTreeSet::new();
    for entry in &file.demand.entries {
        if !names.insert(&entry.street) {
            return Err(wrong("entry", &entry.street, "is given twice"));
        }
        let link = roads.find("entry", &entry.street, "street", &entry.street)?;
        let routes = roads.enumerate(link).map_err(|p| wrong("entry", &entry.street, p))?;
        let routes = add_routes(&mut demand, routes);
        let slices = slices(file, "entry", &entry.street, entry.flow, entry.profile.as_deref())?;
        add_sources(&mut demand, &entry.street, &slices, &shares, &routes);
    }
    for route in &file.demand.routes {
        if !names.insert(&route.id) {
            return Err(wrong("route", &route.id, "is given twice, or has the name of an entry"));
        }
        let links = roads.spelled_out(route)?;
        let routes = add_routes(&mut demand, vec![(links, 1.0)]);
        let slices = slices(file, "route", &route.id, route.flow, route.profile.as_deref())?;
        add_sources(&mut demand, &route.id, &slices, &shares, &routes);
    }
    Ok(demand)
}

/// Vehicle types, and the share of each.
type Fleet = (Vec<VehicleType>, Vec<(TypeId, f64)>);

/// The vehicle types and their shares.
fn vehicle_types(vehicles: &[VehicleFile]) -> Result<Fleet, DemandError> {
    let (mut types, mut shares, mut names) = (Vec::new(), Vec::new(), BTreeSet::new());
    for v in vehicles {
        let bad = |problem: String| wrong("vehicle type", &v.id, problem);
        if !names.insert(&v.id) {
            return Err(bad("is given twice".into()));
        }
        if !(v.share.is_finite() && v.share >= 0.0) {
            return Err(bad(format!("share: {}; expected zero or more", v.share)));
        }
        let mut kind = VehicleType { id: v.id.clone(), ..VehicleType::sumo("", v.class) };
        kind = kind.with_model(FollowingModel::Calibrated);
        let fields = [
            ("length", v.length, &mut kind.length, 1.0, 50.0),
            ("accel", v.accel, &mut kind.accel, 0.1, 10.0),
            ("decel", v.decel, &mut kind.decel, 0.5, 9.0),
            ("tau", v.tau, &mut kind.tau, 0.3, 5.0),
            ("max_speed", v.max_speed.map(|kmh| kmh / 3.6), &mut kind.max_speed, 0.5, 100.0),
        ];
        for (field, value, target, least, most) in fields {
            let Some(value) = value else { continue };
            if !(least..=most).contains(&value) {
                return Err(bad(format!("{field}: {value}; expected {least} to {most} (m, s, m/s, m/s²)")));
            }
            *target = value;
        }
        kind.apparent_decel = kind.decel;
        shares.push((TypeId::new(types.len()), v.share));
        types.push(kind);
    }
    if shares.iter().all(|s| s.1 <= 0.0) {
        return Err(wrong("vehicle type", "", "none has a share above zero"));
    }
    Ok((types, shares))
}

/// A flow's rates: (from, until, vehicles per second) of each slice with traffic.
fn slices(
    file: &ScenarioFile,
    kind: &'static str,
    id: &str,
    flow: f64,
    profile: Option<&str>,
) -> Result<Vec<(f64, f64, f64)>, DemandError> {
    if !(0.0..=MOST_FLOW).contains(&flow) {
        return Err(wrong(kind, id, format!("flow: {flow}; expected 0 to {MOST_FLOW} veh/h")));
    }
    let flow = flow * file.demand.scale;
    let Some(name) = profile else { return Ok(vec![(file.begin, file.end, flow / 3600.0)]) };
    let profiles = &file.demand.profiles;
    let Some(factors) = profiles.get(name) else {
        let known: Vec<&str> = profiles.keys().map(String::as_str).collect();
        return Err(wrong(kind, id, format!("profile: no '{name}'; expected one of {}", known.join(", "))));
    };
    let needed = libm::ceil((file.end - file.begin) / SLICE) as usize;
    if factors.len() != needed {
        let problem = format!("has {} factors; expected {needed}, one per 15 minutes", factors.len());
        return Err(wrong("profile", name, problem));
    }
    let mut out = Vec::new();
    for (i, &factor) in factors.iter().enumerate() {
        if !(0.0..=100.0).contains(&factor) {
            return Err(wrong("profile", name, format!("factor {i} is {factor}; expected 0 to 100")));
        }
        let from = file.begin + SLICE * i as f64;
        out.push((from, (from + SLICE).min(file.end), flow * factor / 3600.0));
    }
    Ok(out)
}

/// Adds routes and gives their ids and weights.
fn add_routes(demand: &mut Demand, routes: Vec<(Vec<LinkId>, f64)>) -> Vec<(RouteId, f64)> {
    let add = |(links, weight)| {
        demand.routes.push(Route::given(links));
        (RouteId::new(demand.routes.len() - 1), weight)
    };
    routes.into_iter().map(add).collect()
}

/// Adds one source per slice with traffic.
fn add_sources(
    demand: &mut Demand,
    id: &str,
    slices: &[(f64, f64, f64)],
    types: &[(TypeId, f64)],
    routes: &[(RouteId, f64)],
) {
    let manner = Manner { depart_lane: DepartLane::Best, depart_speed: DepartSpeed::Max, ..Manner::default() };
    for (i, &(from, until, rate)) in slices.iter().enumerate().filter(|(_, s)| s.2 > 0.0) {
        let (begin, end) = (Millis::from_seconds(from), Millis::from_seconds(until));
        demand.sources.push(Source {
            id: if slices.len() > 1 { format!("{id}/{i}") } else { id.to_owned() },
            timing: Timing::Poisson { begin, end, rate, number: u64::MAX },
            types: types.to_vec(),
            routes: routes.to_vec(),
            manner,
        });
    }
}

/// A way on at the end of a link: where to, and with which probability.
type Onward = (LinkId, f64);

/// The road links and how traffic divides at their ends.
struct Roads<'a> {
    network: &'a Network,
    by_name: BTreeMap<&'a str, LinkId>,
    onward: Vec<Vec<Onward>>,
}

impl<'a> Roads<'a> {
    /// Works out the turning shares of every link.
    fn new(network: &'a Network, file: &DemandFile) -> Result<Self, DemandError> {
        let roads = network.links.iter().enumerate().filter(|(_, l)| !l.internal);
        let by_name = roads.map(|(i, l)| (l.id.as_str(), LinkId::new(i))).collect();
        let mut roads = Self { network, by_name, onward: Vec::new() };
        check_shares("default_shares", "", &file.default_shares)?;
        let mut shares = vec![file.default_shares; network.links.len()];
        let mut seen = BTreeSet::new();
        for t in &file.turns {
            if !seen.insert(&t.street) {
                return Err(wrong("turns of", &t.street, "are given twice"));
            }
            let link = roads.find("turns of", &t.street, "street", &t.street)?;
            let share = ShareFile { left: t.left, straight: t.straight, right: t.right };
            check_shares("turns of", &t.street, &share)?;
            shares[roads.stop_line(link).index()] = share;
        }
        for (i, share) in shares.iter().enumerate() {
            let onward = roads.divide(LinkId::new(i), share);
            if onward.is_empty() && !roads.exits(LinkId::new(i)).is_empty() {
                let id = network.links[i].id.trim_end_matches(".bay");
                return Err(wrong("turns of", id, "have no share for any street that leaves there"));
            }
            roads.onward.push(onward);
        }
        Ok(roads)
    }

    /// The link of that name.
    fn find(&self, kind: &'static str, id: &str, field: &str, name: &str) -> Result<LinkId, DemandError> {
        let problem = || {
            let known: Vec<&str> = self.by_name.keys().copied().filter(|n| !n.ends_with(".bay")).take(20).collect();
            wrong(kind, id, format!("{field}: no street '{name}'; expected one of {} …", known.join(", ")))
        };
        self.by_name.get(name).copied().ok_or_else(problem)
    }

    /// The link that reaches the stop line of a road: its bay, if it has one.
    fn stop_line(&self, link: LinkId) -> LinkId {
        let bay = format!("{}.bay", self.network.link(link).id);
        self.by_name.get(bay.as_str()).copied().unwrap_or(link)
    }

    /// Where one can go from the end of a link, with the turn, each link once.
    fn exits(&self, link: LinkId) -> BTreeMap<LinkId, Direction> {
        let lanes = self.network.lanes_of(link).flat_map(|l| self.network.movements_of(l));
        let exits = lanes.map(|m| self.network.movement(m));
        exits.map(|m| (self.network.lane(m.to).link, m.direction)).collect()
    }

    /// How traffic divides at the end of a link; exits of one direction share it evenly.
    fn divide(&self, link: LinkId, share: &ShareFile) -> Vec<Onward> {
        let exits = self.exits(link);
        let alike = |d: Direction| exits.values().filter(|&&e| e == d).count() as f64;
        let part = |d: Direction| match d {
            Direction::Left => share.left / alike(d),
            Direction::Right => share.right / alike(d),
            _ => share.straight / alike(d),
        };
        // A bay's opening has one exit, which everybody takes.
        let part = |d: Direction| if exits.len() == 1 { 1.0 } else { part(d) };
        let total: f64 = exits.values().map(|&d| part(d)).sum();
        exits.iter().map(|(&l, &d)| (l, part(d) / total)).filter(|o| o.1 > 0.0).collect()
    }

    /// All routes from a link to where the network ends, with their probabilities.
    fn enumerate(&self, first: LinkId) -> Result<Vec<(Vec<LinkId>, f64)>, String> {
        let mut open = vec![(vec![first], 1.0)];
        let mut routes = Vec::new();
        while let Some((links, probability)) = open.pop() {
            let Some(&last) = links.last() else { continue };
            let onward = &self.onward[last.index()];
            if onward.is_empty() {
                routes.push((links, probability));
                continue;
            }
            for &(next, share) in onward.iter().rev() {
                // Nobody drives in circles: a link is used once.
                if probability * share >= LEAST_SHARE && links.len() < MOST_LINKS && !links.contains(&next) {
                    let mut longer = links.clone();
                    longer.push(next);
                    open.push((longer, probability * share));
                }
            }
            if routes.len() + open.len() > MOST_ROUTES {
                return Err(format!("turning shares give more than {MOST_ROUTES} routes; give 'routes' instead"));
            }
        }
        if routes.is_empty() {
            return Err("no route by turning shares leaves the network; expected a dead_end ahead".into());
        }
        Ok(routes)
    }

    /// The links of a given route, bays put in.
    fn spelled_out(&self, route: &RouteFile) -> Result<Vec<LinkId>, DemandError> {
        let mut links: Vec<LinkId> = Vec::new();
        for name in &route.streets {
            let link = self.find("route", &route.id, "streets", name)?;
            if let Some(&last) = links.last()
                && !self.exits(last).contains_key(&link)
            {
                let from = self.network.link(last).id.trim_end_matches(".bay");
                return Err(wrong("route", &route.id, format!("no way leads from '{from}' to '{name}'")));
            }
            links.push(link);
            let end = self.stop_line(link);
            if end != link {
                links.push(end);
            }
        }
        if links.is_empty() {
            return Err(wrong("route", &route.id, "names no street; expected at least one"));
        }
        Ok(links)
    }
}

/// Refuses shares that are no shares.
fn check_shares(kind: &'static str, id: &str, s: &ShareFile) -> Result<(), DemandError> {
    for (field, v) in [("left", s.left), ("straight", s.straight), ("right", s.right)] {
        if !(0.0..=1e6).contains(&v) {
            return Err(wrong(kind, id, format!("{field}: {v}; expected zero or more")));
        }
    }
    Ok(())
}
