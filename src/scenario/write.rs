//! Writing scenario files: what a generator has made, and what an import has read.

use intergreen_control::{Millis, PlanSpec};
use ron::extensions::Extensions;
use ron::ser::PrettyConfig;
use serde::Serialize;

use super::VehicleFile;
use super::format::{
    DemandFile, EnterFile, FlowFile, LeaveFile, NetworkFile, PlaceFile, RouteFile, RoutingFile, ScenarioFile, StopFile,
    TripFile, UntilFile, ViaFile, WeightFile,
};
use super::resolve::{measures, sensors};
use crate::demand::{Demand, FollowingModel, Manner, Route, Routing, Source, Timing, Until};
use crate::detectors::Layout;
use crate::instruments::{Instruments, Outputs};
use crate::network::parts::NetworkParts;
use crate::network::{LaneId, LinkId, Network};

/// A scenario that has been read from somebody else's files.
#[derive(Clone, Copy, Debug)]
pub struct Read<'a> {
    /// What results call it.
    pub name: &'a str,
    /// First moment.
    pub begin: Millis,
    /// Last moment; `None`: when the last vehicle has left.
    pub end: Option<Millis>,
    /// Length of a step.
    pub step: Millis,
    /// Seed of a run that names none.
    pub seed: u64,
    /// Factor on the demand.
    pub scale: f64,
    /// How trips find their way.
    pub routing: Routing,
    /// The network.
    pub network: &'a Network,
    /// The demand, not scaled.
    pub demand: &'a Demand,
    /// Where detectors lie.
    pub detectors: &'a Layout,
    /// What is to be measured.
    pub instruments: &'a Instruments,
    /// Names of the files for it.
    pub outputs: &'a Outputs,
    /// Signals whose strategy could not be taken over.
    pub fallbacks: &'a [String],
}

/// The file of a scenario that has been read from somebody else's files: running it is running them.
pub fn scenario_of(read: &Read<'_>) -> ScenarioFile {
    let (network, demand, usual) = (read.network, read.demand, FollowingModel::Calibrated);
    let vehicles = demand.types.iter().map(|kind| VehicleFile::of(kind, usual)).collect();
    let demand = DemandFile { scale: read.scale, ..Names { network, demand }.file() };
    let network_file = NetworkFile::Lanes(NetworkParts::of(network));
    ScenarioFile {
        begin: read.begin.seconds(),
        end: read.end.map(Millis::seconds),
        step: read.step.seconds(),
        seeds: vec![read.seed],
        behaviour: usual,
        routing: RoutingFile::of(&read.routing),
        sensors: sensors::sensors(read.detectors, network),
        measures: measures::measures(read.instruments, read.outputs, network),
        fallbacks: read.fallbacks.to_vec(),
        ..ScenarioFile::new(read.name, network_file, vehicles, demand)
    }
}

/// The text of a scenario file: an element of a list on a line of its own.
///
/// # Errors
/// None in practice: everything in a scenario can be written.
pub fn to_ron(file: &ScenarioFile) -> Result<String, ron::Error> {
    pretty(file, 3)
}

/// The text of a plan file.
///
/// # Errors
/// None in practice, as [`to_ron`].
pub fn plan_to_ron(plan: &PlanSpec) -> Result<String, ron::Error> {
    pretty(plan, 2)
}

fn pretty(value: &impl Serialize, depth: usize) -> Result<String, ron::Error> {
    let config = PrettyConfig::new()
        .depth_limit(depth)
        .new_line("\n")
        .indentor("    ")
        .extensions(Extensions::IMPLICIT_SOME | Extensions::UNWRAP_VARIANT_NEWTYPES);
    let text = super::format::options().to_string_pretty(value, config)?;
    // The extensions are those with which all our files are read.
    let body = text.lines().filter(|line| !line.starts_with("#![enable(")).collect::<Vec<_>>().join("\n");
    Ok(body + "\n")
}

/// Names for what a demand refers to by number.
struct Names<'a> {
    network: &'a Network,
    demand: &'a Demand,
}

impl Names<'_> {
    fn file(&self) -> DemandFile {
        let (mut trips, mut flows) = (Vec::new(), Vec::new());
        for source in &self.demand.sources {
            match source.timing {
                Timing::Once(depart) => trips.push(self.trip(source, depart)),
                _ => flows.push(self.flow(source)),
            }
        }
        DemandFile {
            routes: self.demand.routes.iter().enumerate().map(|(i, r)| self.route(i, r)).collect(),
            places: self
                .demand
                .places
                .iter()
                .map(|p| {
                    let (street, lane) = self.lane(p.lane);
                    PlaceFile { id: p.id.clone(), street, lane, start: p.start, end: p.end }
                })
                .collect(),
            trips,
            flows,
            ..DemandFile::default()
        }
    }

    fn link(&self, link: LinkId) -> String {
        self.network.link(link).id.clone()
    }

    /// A lane as street and number.
    fn lane(&self, lane: LaneId) -> (String, u8) {
        let lane = self.network.lane(lane);
        (self.link(lane.link), lane.index)
    }

    fn route(&self, number: usize, route: &Route) -> RouteFile {
        let stop = |s: &crate::demand::Stop| {
            let place = s.place.get().map(|p| self.demand.places[p.index()].id.clone());
            let (street, lane) = self.lane(s.lane);
            let until = s.until.map(|u| match u {
                Until::At(t) => UntilFile::At(t.seconds()),
                Until::AfterDepart(t) => UntilFile::AfterDepart(t.seconds()),
            });
            let rest = StopFile { duration: s.duration.seconds(), until, parks: s.parks, ..StopFile::default() };
            match place {
                Some(place) => StopFile { place: Some(place), ..rest },
                None => StopFile { street: Some(street), lane, start: Some(s.start), end: Some(s.end), ..rest },
            }
        };
        RouteFile {
            id: route_name(number),
            streets: route.links.iter().map(|&l| self.link(l)).collect(),
            stops: route.stops.iter().map(stop).collect(),
            via: route.via.as_ref().map(|via| ViaFile { over: via.iter().map(|&l| self.link(l)).collect() }),
        }
    }

    fn types(&self, source: &Source) -> (Option<String>, Vec<WeightFile>) {
        let name = |i: usize| self.demand.types[i].id.clone();
        match source.types[..] {
            [(only, _)] => (Some(name(only.index())), Vec::new()),
            _ => {
                let weight = |&(t, weight): &(crate::demand::TypeId, f64)| WeightFile { id: name(t.index()), weight };
                (None, source.types.iter().map(weight).collect())
            }
        }
    }

    fn routes(&self, source: &Source) -> (Option<String>, Vec<WeightFile>) {
        match source.routes[..] {
            [(only, _)] => (Some(route_name(only.index())), Vec::new()),
            _ => {
                let weight =
                    |&(r, weight): &(crate::demand::RouteId, f64)| WeightFile { id: route_name(r.index()), weight };
                (None, source.routes.iter().map(weight).collect())
            }
        }
    }

    fn trip(&self, source: &Source, depart: Millis) -> TripFile {
        let ((vehicle, mix), (route, routes)) = (self.types(source), self.routes(source));
        let (enter, leave) = manner(&source.manner);
        let (id, depart) = (source.id.clone(), depart.seconds());
        TripFile { id, depart, vehicle, mix, route, routes, enter, leave, ..TripFile::default() }
    }

    fn flow(&self, source: &Source) -> FlowFile {
        let ((vehicle, mix), (route, routes)) = (self.types(source), self.routes(source));
        let (enter, leave) = manner(&source.manner);
        let mut flow =
            FlowFile { id: source.id.clone(), vehicle, mix, route, routes, enter, leave, ..FlowFile::default() };
        let (from, until, most) = match source.timing {
            Timing::Once(depart) => (depart, depart, 1),
            Timing::Every { begin, period, end, number } => {
                flow.every = Some(period);
                (begin, end, number)
            }
            Timing::Chance { begin, end, probability, number } => {
                flow.chance = Some(probability);
                (begin, end, number)
            }
            Timing::Poisson { begin, end, rate, number } => {
                flow.rate = Some(rate);
                (begin, end, number)
            }
        };
        flow.begin = Some(from.seconds());
        flow.end = (until != Millis::NEVER).then(|| until.seconds());
        flow.number = (most != u64::MAX).then_some(most);
        flow
    }
}

/// The name of a route that had only a number.
fn route_name(number: usize) -> String {
    format!("r{number}")
}

fn manner(manner: &Manner) -> (EnterFile, LeaveFile) {
    let enter = EnterFile { lane: manner.depart_lane, speed: manner.depart_speed, position: manner.depart_position };
    let leave = LeaveFile { lane: manner.arrival_lane, position: manner.arrival_position, speed: manner.arrival_speed };
    (enter, leave)
}
