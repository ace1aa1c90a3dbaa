//! From a file's vehicles and demand to types, routes and sources.
//!
//! Everything is looked up once, and every error says by its path which value of the file is wrong.

mod faults;
mod flows;
mod matrices;
pub(super) mod measures;
mod routes;
pub(super) mod sensors;
mod streets;
mod turns;

use std::collections::{BTreeMap, BTreeSet};

use super::format::{DemandFile, ScenarioFile, VehicleFile, WeightFile};
use super::place::Step;
use super::words::expected_names;
use crate::demand::{Demand, DepartLane, Manner, Route, RouteId, Router, Source, StoppingPlace, Timing, TypeId};
use crate::network::Network;
use streets::Streets;

/// What is wrong, and where.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Wrong {
    pub path: Vec<Step>,
    pub problem: String,
}

/// A path of fields and places.
macro_rules! steps {
    ($($step:expr),* $(,)?) => { Vec::from([$(crate::scenario::place::Step::from($step)),*]) };
}
pub(super) use steps;

/// Shorthand for a [`Wrong`].
pub(super) fn wrong<T>(path: Vec<Step>, problem: impl Into<String>) -> Result<T, Wrong> {
    Err(Wrong { path, problem: problem.into() })
}

/// A path with a field after it.
pub(super) fn with(path: &[Step], field: &str) -> Vec<Step> {
    path.iter().cloned().chain([Step::from(field)]).collect()
}

/// Resolves a demand `section` against the network: the file's own, or that of its generated network. `places` are those
/// of a street plan.
pub(super) fn demand(
    file: &ScenarioFile,
    section: &DemandFile,
    network: &Network,
    places: Vec<StoppingPlace>,
) -> Result<Demand, Wrong> {
    let mut resolver = Resolver::new(file, section, network, places)?;
    resolver.routes()?;
    resolver.entries()?;
    resolver.trips()?;
    resolver.flows()?;
    resolver.matrices()?;
    Ok(resolver.demand)
}

/// Most flows of a scenario: one with a profile is one for each slice.
const MOST_FLOWS: usize = 1_000_000;
/// Most pairs of type and route that all sources draw from.
const MOST_CHOICES: usize = 20_000_000;

/// Which types a source draws from, with weights.
type Mix = Vec<(TypeId, f64)>;

/// What has been resolved so far.
struct Resolver<'a> {
    file: &'a ScenarioFile,
    section: &'a DemandFile,
    network: &'a Network,
    streets: Streets<'a>,
    router: Router<'a>,
    demand: Demand,
    types: BTreeMap<&'a str, TypeId>,
    /// All types by their shares.
    usual: Mix,
    routes: BTreeMap<&'a str, RouteId>,
    /// Routes that vehicles of a class are known to be able to drive.
    usable: BTreeSet<(RouteId, u8)>,
    /// Ways already found, by ends and via.
    ways: BTreeMap<(u32, u32, Vec<u32>, TypeId), RouteId>,
    /// Names of sources.
    names: BTreeSet<String>,
    /// Pairs of type and route that the sources so far draw from.
    choices: usize,
    /// Flows so far, one for each slice of a profile.
    flows: usize,
}

impl<'a> Resolver<'a> {
    fn new(
        file: &'a ScenarioFile,
        section: &'a DemandFile,
        network: &'a Network,
        places: Vec<StoppingPlace>,
    ) -> Result<Self, Wrong> {
        let (kinds, types, usual) = vehicle_types(file)?;
        let mut resolver = Self {
            file,
            section,
            network,
            streets: Streets::new(network),
            router: Router::new(network, file.routing.routing().penalties),
            demand: Demand { types: kinds, places, ..Demand::default() },
            types,
            usual,
            routes: BTreeMap::new(),
            usable: BTreeSet::new(),
            ways: BTreeMap::new(),
            names: BTreeSet::new(),
            choices: 0,
            flows: 0,
        };
        resolver.places()?;
        Ok(resolver)
    }

    /// The types that a source draws from.
    fn mix(&self, path: &[Step], vehicle: &Option<String>, mix: &[WeightFile]) -> Result<Mix, Wrong> {
        let find = |name: &str, path: Vec<Step>| match self.types.get(name) {
            Some(&id) => Ok(id),
            None => wrong(path, format!("no vehicle '{name}'; {}", expected_names(name, self.types.keys().copied()))),
        };
        match (vehicle, mix) {
            (Some(_), [_, ..]) => wrong(with(path, "mix"), "and 'vehicle' are both given; expected one of them"),
            (Some(name), []) => Ok(vec![(find(name, with(path, "vehicle"))?, 1.0)]),
            (None, []) => match self.usual.iter().map(|t| t.1).sum::<f64>() > 0.0 {
                true => Ok(self.usual.clone()),
                false => {
                    wrong(path.to_vec(), "names no vehicle, and no vehicle type has a share; expected one of them")
                }
            },
            (None, mix) => {
                let each = |(i, w): (usize, &WeightFile)| {
                    let mut at = with(path, "mix");
                    at.extend(steps!(i, "id"));
                    Ok((find(&w.id, at)?, w.weight))
                };
                weights(mix.iter().enumerate().map(each).collect::<Result<_, _>>()?, with(path, "mix"))
            }
        }
    }

    /// Adds a source.
    fn add(
        &mut self,
        path: &[Step],
        id: &str,
        timing: Timing,
        (types, routes): (Mix, Vec<(RouteId, f64)>),
        manner: Manner,
    ) -> Result<(), Wrong> {
        if id.is_empty() {
            return wrong(path.to_vec(), "has an empty name; expected one");
        }
        self.choices += types.len() * routes.len().max(1);
        self.flows += usize::from(!matches!(timing, Timing::Once(_)));
        if self.flows > MOST_FLOWS || self.choices > MOST_CHOICES {
            let problem = format!(
                "is one too many: with a flow for each slice of a profile there would be more than {MOST_FLOWS} flows, \
                 or {MOST_CHOICES} types and routes for all to draw from; expected less"
            );
            return wrong(path.to_vec(), problem);
        }
        for &(route, _) in &routes {
            for &(kind, _) in &types {
                self.check_usable(path, route, kind)?;
            }
        }
        self.check_lanes(path, &routes, &manner)?;
        if !self.names.insert(id.to_owned()) {
            return wrong(path.to_vec(), format!("'{id}' is given twice; expected a name of its own"));
        }
        self.demand.sources.push(Source { id: id.to_owned(), timing, types, routes, manner });
        Ok(())
    }

    /// Refuses lanes that its first or last street does not have.
    fn check_lanes(&self, path: &[Step], routes: &[(RouteId, f64)], manner: &Manner) -> Result<(), Wrong> {
        let enters = match manner.depart_lane {
            DepartLane::Index(lane) => Some(lane),
            _ => None,
        };
        for &(route, _) in routes {
            let links = &self.demand.routes[route.index()].links;
            let ends = [(enters, links.first(), "enter"), (manner.arrival_lane, links.last(), "leave")];
            for (lane, link, field) in ends {
                let (Some(lane), Some(&link)) = (lane, link) else { continue };
                let lanes = self.network.lanes_of(link).count();
                if usize::from(lane) >= lanes {
                    let street = &self.network.link(link).id;
                    let problem = format!("lane {lane}; street '{street}' has {lanes} there, from 0 at the kerb");
                    return wrong([with(path, field), steps!("lane")].concat(), problem);
                }
            }
        }
        Ok(())
    }

    /// Adds a route.
    fn add_route(&mut self, route: Route) -> RouteId {
        self.demand.routes.push(route);
        RouteId::new(self.demand.routes.len() - 1)
    }
}

/// Weights of which at least one counts.
fn weights<T>(list: Vec<(T, f64)>, path: Vec<Step>) -> Result<Vec<(T, f64)>, Wrong> {
    if list.iter().any(|w| w.1 > 0.0) { Ok(list) } else { wrong(path, "has no weight above zero; expected one") }
}

/// The vehicle types, their places, and the share of each.
#[allow(clippy::type_complexity, reason = "taken apart at once")]
fn vehicle_types(file: &ScenarioFile) -> Result<(Vec<crate::demand::VehicleType>, BTreeMap<&str, TypeId>, Mix), Wrong> {
    let (mut kinds, mut places, mut shares) = (Vec::new(), BTreeMap::new(), Vec::new());
    for (i, v) in file.vehicles.iter().enumerate() {
        if places.insert(v.id.as_str(), TypeId::new(i)).is_some() {
            return wrong(
                steps!("vehicles", i, "id"),
                format!("'{}' is given twice; expected a name of its own", v.id),
            );
        }
        check_speeds(v, i)?;
        kinds.push(v.kind(file.behaviour));
        shares.push((TypeId::new(i), v.share));
    }
    if kinds.is_empty() {
        return wrong(steps!("vehicles"), "has no vehicle type; expected at least one");
    }
    Ok((kinds, places, shares))
}

/// Refuses a desired speed that nobody can draw.
fn check_speeds(v: &VehicleFile, i: usize) -> Result<(), Wrong> {
    match v.speed_factor {
        Some(f) if !(f.min <= f.mean && f.mean <= f.max) => wrong(
            steps!("vehicles", i, "speed_factor"),
            format!("min {}, mean {}, max {}; expected them in this order", f.min, f.mean, f.max),
        ),
        _ => Ok(()),
    }
}
