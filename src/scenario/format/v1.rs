//! Version 1 of the format, and how its files are carried over. Nothing here changes any more.
//!
//! What is new in version 2: several `seeds` instead of one `seed`; flows with a given route are `flows` over named
//! `routes`; a profile says how long its slices are; speeds of vehicles are in m/s, as all their numbers are SUMO's.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{DemandFile, EntryFile, FlowFile, NetworkFile, ProfileFile, RouteFile, RoutingFile, ScenarioFile};
use super::{ShareFile, TurnsFile, VehicleFile};
use crate::demand::routing::Moment;
use crate::network::VehicleClass;
use crate::network::compose::StreetPlan;

/// A scenario file, version 1.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Scenario {
    /// Version of the format: 1.
    #[expect(dead_code, reason = "it has been read before, and stands here so that it is no unknown field")]
    pub(super) version: u32,
    /// What results call it.
    pub(super) name: String,
    /// What it is about.
    #[serde(default)]
    pub(super) description: String,
    /// First moment, s.
    #[serde(default)]
    pub(super) begin: f64,
    /// Last moment, s.
    pub(super) end: f64,
    /// Length of a simulation step, s.
    #[serde(default = "half")]
    pub(super) step: f64,
    /// Seed of a run that names none.
    #[serde(default = "one")]
    pub(super) seed: u64,
    /// When trips that name only where they begin and end find their way.
    #[serde(default)]
    pub(super) routing: Moment,
    /// Streets and signals.
    pub(super) network: Network,
    /// Who drives.
    pub(super) vehicles: Vehicles,
    /// How many, from where to where.
    pub(super) demand: Demand,
}

/// Serde default.
fn half() -> f64 {
    0.5
}

/// Serde default.
fn one() -> u64 {
    1
}

/// Serde default.
fn one_share() -> f64 {
    1.0
}

/// Where the network comes from.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Network {
    /// A street plan in the file itself.
    Inline(StreetPlan),
}

/// The vehicle types; every entry draws from all of them by their shares.
type Vehicles = Vec<Vehicle>;

/// A vehicle type: the calibrated driver of a class, and what differs.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Vehicle {
    /// Name.
    pub(super) id: String,
    /// Class.
    #[serde(default = "passenger")]
    pub(super) class: VehicleClass,
    /// Its share of all vehicles, relative to the others'.
    #[serde(default = "one_share")]
    pub(super) share: f64,
    /// Length, m.
    #[serde(default)]
    pub(super) length: Option<f64>,
    /// Acceleration, m/s².
    #[serde(default)]
    pub(super) accel: Option<f64>,
    /// Comfortable deceleration, m/s².
    #[serde(default)]
    pub(super) decel: Option<f64>,
    /// Desired time headway, s.
    #[serde(default)]
    pub(super) tau: Option<f64>,
    /// Top speed, km/h.
    #[serde(default)]
    pub(super) max_speed: Option<f64>,
}

/// Serde default.
fn passenger() -> VehicleClass {
    VehicleClass::Passenger
}

/// Demand.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Demand {
    /// Factor of all flows.
    #[serde(default = "one_share")]
    pub(super) scale: f64,
    /// Named time profiles: factors of a flow, one per slice of 15 minutes from `begin`.
    #[serde(default)]
    pub(super) profiles: BTreeMap<String, Vec<f64>>,
    /// Flows that enter and find their way by turning shares.
    #[serde(default)]
    pub(super) entries: Vec<Entry>,
    /// Shares of approaches that no `turns` entry names.
    #[serde(default)]
    pub(super) default_shares: Shares,
    /// Shares of approaches.
    #[serde(default)]
    pub(super) turns: Vec<Turns>,
    /// Flows with a given route.
    #[serde(default)]
    pub(super) routes: Vec<Route>,
}

/// A flow that enters the network.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Entry {
    /// Street it enters on; `-street` for its backward direction.
    pub(super) street: String,
    /// Mean flow, veh/h (Poisson).
    pub(super) flow: f64,
    /// Its time profile; none: constant.
    #[serde(default)]
    pub(super) profile: Option<String>,
}

/// How traffic divides: parts, in any unit; what does not exist on an approach is left out.
#[derive(Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Shares {
    /// To the left.
    pub(super) left: f64,
    /// Straight on.
    pub(super) straight: f64,
    /// To the right.
    pub(super) right: f64,
}

impl Default for Shares {
    fn default() -> Self {
        Self { left: 10.0, straight: 80.0, right: 10.0 }
    }
}

/// How traffic divides at the end of a street.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Turns {
    /// The street; `-street` for its backward direction.
    pub(super) street: String,
    /// To the left.
    #[serde(default)]
    pub(super) left: f64,
    /// Straight on.
    #[serde(default)]
    pub(super) straight: f64,
    /// To the right.
    #[serde(default)]
    pub(super) right: f64,
}

/// A flow with a given route.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Route {
    /// Name of the flow.
    pub(super) id: String,
    /// All streets in driving order; `-street` for a backward direction. Bays need not be named.
    pub(super) streets: Vec<String>,
    /// Mean flow, veh/h (Poisson).
    pub(super) flow: f64,
    /// Its time profile; none: constant.
    #[serde(default)]
    pub(super) profile: Option<String>,
}

impl Scenario {
    /// The same in the present version.
    pub(super) fn carried_over(self) -> ScenarioFile {
        let Network::Inline(plan) = self.network;
        let vehicles = self.vehicles.into_iter().map(Vehicle::carried_over).collect();
        ScenarioFile {
            description: self.description,
            begin: self.begin,
            end: Some(self.end),
            step: self.step,
            seeds: vec![self.seed],
            routing: RoutingFile { moment: self.routing, ..RoutingFile::default() },
            ..ScenarioFile::new(&self.name, NetworkFile::Inline(plan), vehicles, self.demand.carried_over())
        }
    }
}

impl Vehicle {
    fn carried_over(self) -> VehicleFile {
        VehicleFile {
            class: self.class,
            share: self.share,
            length: self.length,
            accel: self.accel,
            decel: self.decel,
            tau: self.tau,
            max_speed: self.max_speed.map(|kmh| kmh / 3.6),
            ..VehicleFile::named(&self.id)
        }
    }
}

impl Demand {
    fn carried_over(self) -> DemandFile {
        let profile = |(name, factors)| (name, ProfileFile { slice: 900.0, begin: None, factors });
        let entry = |e: Entry| EntryFile { street: e.street, flow: e.flow, profile: e.profile, vehicle: None };
        let turns = |t: Turns| TurnsFile {
            street: t.street,
            begin: None,
            end: None,
            left: t.left,
            straight: t.straight,
            right: t.right,
        };
        let flow = |r: &Route| FlowFile {
            id: r.id.clone(),
            flow: Some(r.flow),
            profile: r.profile.clone(),
            route: Some(r.id.clone()),
            ..FlowFile::default()
        };
        let Shares { left, straight, right } = self.default_shares;
        DemandFile {
            scale: self.scale,
            profiles: self.profiles.into_iter().map(profile).collect(),
            entries: self.entries.into_iter().map(entry).collect(),
            default_shares: ShareFile { left, straight, right },
            turns: self.turns.into_iter().map(turns).collect(),
            flows: self.routes.iter().map(flow).collect(),
            routes: self
                .routes
                .into_iter()
                .map(|r| RouteFile { id: r.id, streets: r.streets, stops: Vec::new(), via: None })
                .collect(),
            ..DemandFile::default()
        }
    }
}
