//! The scenario file of a generated city.

use std::collections::BTreeMap;

use super::format::{
    DemandFile, EnterFile, FlowFile, NetworkFile, PlaceFile, RouteFile, ScenarioFile, StopFile, TripFile, VehicleFile,
};
use super::generated::vehicles;
use crate::demand::DepartSpeed;
use crate::generate::city::Layout;
use crate::generate::city::buses::{BusLine, DWELL, HEADWAY};
use crate::generate::city::gravity::HOUR;
use crate::network::VehicleClass;
use crate::network::compose::StreetPlan;

/// When the morning peak begins, s since midnight.
const BEGIN: f64 = 7.0 * HOUR;
/// Name of the vehicle type of buses.
const BUS: &str = "bus";

/// The scenario of a city: its streets with programs, and for each of its trips the streets of its route.
pub fn city_scenario(layout: &Layout, plan: StreetPlan, routes: &[Vec<String>], seed: u64) -> ScenarioFile {
    let mut demand = DemandFile::default();
    let mut known: BTreeMap<&[String], String> = BTreeMap::new();
    for (k, (trip, streets)) in layout.trips.iter().zip(routes).enumerate() {
        let next = format!("r{}", known.len() + 1);
        let route = known.entry(streets).or_insert_with(|| {
            demand.routes.push(RouteFile { id: next.clone(), streets: streets.clone(), stops: Vec::new(), via: None });
            next
        });
        let (id, depart) = (format!("t{}", k + 1), BEGIN + trip.depart);
        demand.trips.push(TripFile { id, depart, route: Some(route.clone()), ..TripFile::default() });
    }
    for line in &layout.buses {
        bus_line(line, &mut demand);
    }
    let mut vehicles = vehicles();
    vehicles.push(VehicleFile { share: 0.0, class: VehicleClass::Bus, length: Some(12.0), ..VehicleFile::named(BUS) });
    let description = format!(
        "A city district on a river in the morning peak: {} trips of a gravity model, routes of a stochastic \
         assignment, two bus lines",
        layout.trips.len()
    );
    let (begin, seeds) = (BEGIN, vec![seed]);
    let network = NetworkFile::Inline(plan);
    ScenarioFile { description, begin, seeds, ..ScenarioFile::new("city", network, vehicles, demand) }
}

/// Adds a direction of a bus line: its stops, its route, its buses.
fn bus_line(line: &BusLine, demand: &mut DemandFile) {
    for stop in &line.stops {
        let [start, end] = stop.at.map(|x| x as f32);
        demand.places.push(PlaceFile { id: stop.id.clone(), street: stop.street.clone(), lane: 0, start, end });
    }
    let halt = |place: &str| StopFile { place: Some(place.to_owned()), duration: DWELL, ..StopFile::default() };
    let stops = line.stops.iter().map(|s| halt(&s.id)).collect();
    demand.routes.push(RouteFile { id: line.id.clone(), streets: line.streets.clone(), stops, via: None });
    demand.flows.push(FlowFile {
        id: line.id.clone(),
        every: Some(HEADWAY),
        begin: Some(BEGIN + line.first),
        end: Some(BEGIN + HOUR),
        vehicle: Some(BUS.to_owned()),
        route: Some(line.id.clone()),
        enter: EnterFile { speed: DepartSpeed::Max, ..EnterFile::default() },
        ..FlowFile::default()
    });
}
