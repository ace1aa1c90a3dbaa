//! Scenario files of generated streets.

use std::collections::BTreeMap;

use super::format::{DemandFile, FlowFile, NetworkFile, RouteFile, ScenarioFile, VehicleFile};
use crate::generate::{Flow, GenerateError, Generated, arterial, grid, roundabouts};
use crate::network::VehicleClass;

/// Of all vehicles so many are trucks, parts of a hundred.
const TRUCKS: f64 = 3.0;

/// The streets and the traffic of a network that is made from a few numbers; `None`: it is no such network.
///
/// # Errors
/// If a parameter is out of its range.
pub(super) fn generated(network: &NetworkFile) -> Result<Option<Generated>, GenerateError> {
    match network {
        NetworkFile::Grid(p) => grid::generate(p).map(Some),
        NetworkFile::Arterial(p) => arterial::generate(p).map(Some),
        NetworkFile::Roundabouts(p) => roundabouts::generate(p).map(Some),
        _ => Ok(None),
    }
}

/// The demand that belongs to generated streets: a route and a flow for each pair of ends.
pub(super) fn demand(flows: &[Flow]) -> DemandFile {
    let mut known: BTreeMap<String, usize> = BTreeMap::new();
    let mut demand = DemandFile::default();
    for f in flows {
        // Several ways may lead from one end to another.
        let name = format!("{}>{}", f.from, f.to);
        let ways = known.entry(name.clone()).or_insert(0);
        *ways += 1;
        let id = if *ways == 1 { name } else { format!("{name}~{ways}") };
        let route = RouteFile { id: id.clone(), streets: f.streets.clone(), stops: Vec::new(), via: None };
        demand.routes.push(route);
        demand.flows.push(FlowFile { flow: Some(f.rate), route: Some(id.clone()), id, ..FlowFile::default() });
    }
    demand
}

/// A scenario whose own traffic, if a generated network brings it, is written out.
///
/// # Errors
/// If a parameter of the network is out of its range.
pub fn spelled_out(file: &ScenarioFile) -> Result<ScenarioFile, GenerateError> {
    let mut file = file.clone();
    if file.demand.has_no_sources()
        && let Some(made) = generated(&file.network)?
    {
        file.demand = DemandFile { scale: file.demand.scale, ..demand(&made.flows) };
    }
    Ok(file)
}

/// The vehicles of generated scenarios: cars, and a few trucks.
pub(super) fn vehicles() -> Vec<VehicleFile> {
    let car = VehicleFile { share: 100.0 - TRUCKS, ..VehicleFile::named("car") };
    let truck =
        VehicleFile { share: TRUCKS, class: VehicleClass::Truck, length: Some(10.0), ..VehicleFile::named("truck") };
    vec![car, truck]
}

/// The scenario of generated streets: an hour, or another time, with everything written out.
///
/// # Errors
/// If a parameter of the network is out of its range, or it is no network that can be generated.
pub fn scenario(name: &str, network: &NetworkFile, end: f64, seed: u64) -> Result<ScenarioFile, GenerateError> {
    let (network, demand) = match generated(network)? {
        Some(made) => (NetworkFile::Inline(made.plan), demand(&made.flows)),
        None => (network.clone(), DemandFile::default()),
    };
    let seeds = vec![seed];
    Ok(ScenarioFile { end: Some(end), seeds, ..ScenarioFile::new(name, network, vehicles(), demand) })
}
