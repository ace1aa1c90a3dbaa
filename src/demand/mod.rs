//! Who wants to travel: vehicle types, routes, single vehicles and flows.
//!
//! Terms
//! - **depart**: the moment a vehicle wants to enter; it may have to wait for a gap (*depart delay*).
//! - **flow**: a rule that makes vehicles; it is spelled out into single vehicles before a run, by its seed.
//! - **key**: a number made from a vehicle's name. All its random draws hang on it, so that adding one vehicle
//!   changes nobody else's.

mod expand;
mod router;
pub mod routing;
mod scale;
pub mod stops;
#[cfg(test)]
pub(crate) mod test_network;
mod vehicle_type;

use intergreen_control::Millis;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::network::{LinkId, dense_id};
pub(crate) use expand::check_flow;
pub use expand::{MOST_VEHICLES, check_flows, expand};
pub use router::Router;
pub use routing::Routing;
pub use scale::scale;
pub use stops::{PlaceId, Stop, StoppingPlace, Until};
pub use vehicle_type::{FollowingModel, SpeedFactor, VehicleType, emission_class};

dense_id!(
    /// A vehicle: its place in the list of departures.
    VehicleId
);
dense_id!(
    /// A vehicle type.
    TypeId
);
dense_id!(
    /// A route.
    RouteId
);

/// Everything about demand that a scenario gives, routes already resolved to links.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Demand {
    /// Vehicle types, by [`TypeId`].
    pub types: Vec<VehicleType>,
    /// Routes, by [`RouteId`].
    pub routes: Vec<Route>,
    /// Stopping places, by [`PlaceId`].
    pub places: Vec<StoppingPlace>,
    /// Single vehicles and flows, in any order.
    pub sources: Vec<Source>,
}

impl Demand {
    /// The vehicle types, all driven by `model` if one is given.
    pub fn types_driven_by(&self, model: Option<FollowingModel>) -> Vec<VehicleType> {
        let driven = |t: &VehicleType| match model {
            Some(model) if model != t.model => t.clone().with_model(model),
            _ => t.clone(),
        };
        self.types.iter().map(driven).collect()
    }
}

/// A connected sequence of links, at least one, with the stops to make on the way.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Route {
    /// The links in driving order; consecutive links are joined by a movement the vehicle may use.
    pub links: Vec<LinkId>,
    /// The stops in driving order, each on a link of the route (see [`stops::legs`]).
    pub stops: Vec<Stop>,
    /// `None`: the links are given. Else they are the way at free flow of a *trip*, which names only its ends and
    /// these links to pass in between: at departure another way may be faster.
    pub via: Option<Vec<LinkId>>,
}

impl Route {
    /// A route without stops of which every link is given.
    pub fn given(links: Vec<LinkId>) -> Self {
        Self { links, stops: Vec::new(), via: None }
    }
}

/// One vehicle, or a rule that makes some.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Source {
    /// Name of the vehicle, or of the flow (its vehicles get `.0`, `.1`, … appended).
    pub id: String,
    /// When.
    pub timing: Timing,
    /// Which types it draws from: one, or several with weights (SUMO: vTypeDistribution).
    pub types: Vec<(TypeId, f64)>,
    /// Which routes it draws from: one, or several with weights (SUMO: routeDistribution).
    pub routes: Vec<(RouteId, f64)>,
    /// How it enters and leaves.
    pub manner: Manner,
}

/// When the vehicles of a source depart.
#[derive(Clone, Copy, PartialEq, Debug, Serialize)]
pub enum Timing {
    /// One vehicle.
    Once(Millis),
    /// `number` vehicles, the first at `begin`, then one every `period`.
    Every {
        /// First departure.
        begin: Millis,
        /// Time between departures, s, > 0.
        period: f64,
        /// No departure at or after this.
        end: Millis,
        /// At most this many.
        number: u64,
    },
    /// In each second (SUMO: each step of 1 s) one vehicle with this probability.
    Chance {
        /// From.
        begin: Millis,
        /// Until (excluded).
        end: Millis,
        /// Probability per second, 0–1.
        probability: f64,
        /// At most this many.
        number: u64,
    },
    /// Poisson arrivals (SUMO: `period="exp(x)"`).
    Poisson {
        /// From.
        begin: Millis,
        /// Until (excluded).
        end: Millis,
        /// Mean rate, vehicles per second, > 0.
        rate: f64,
        /// At most this many.
        number: u64,
    },
}

/// How a vehicle enters and leaves.
#[derive(Clone, Copy, PartialEq, Debug, Default, Serialize)]
pub struct Manner {
    /// Lane to enter on.
    pub depart_lane: DepartLane,
    /// Speed to enter with.
    pub depart_speed: DepartSpeed,
    /// Place to enter at.
    pub depart_position: DepartPosition,
    /// Lane to arrive on; `None`: any.
    pub arrival_lane: Option<u8>,
    /// Place to arrive at.
    pub arrival_position: ArrivalPosition,
    /// Speed to arrive with, m/s; `None`: whatever it drives.
    pub arrival_speed: Option<f32>,
}

/// Lane to enter on.
#[derive(Clone, Copy, PartialEq, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DepartLane {
    /// The first lane from the kerb that the vehicle may use.
    #[default]
    First,
    /// The lane with this index.
    Index(u8),
    /// A random lane it may use.
    Random,
    /// The lane with the fewest vehicles.
    Free,
    /// The lane with the fewest vehicles among those it may use.
    Allowed,
    /// The lane from which its route goes on longest without a change; of several the emptiest.
    Best,
}

/// Speed to enter with.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DepartSpeed {
    /// This speed, m/s; the vehicle waits until it is safe.
    Exactly(f32),
    /// As fast as the lane and the traffic ahead allow.
    Max,
    /// Its desired speed; it waits until that is safe.
    Desired,
    /// The speed limit; it waits until that is safe.
    Limit,
    /// A random speed up to the desired one, as far as the traffic ahead allows.
    Random,
    /// The speed of the last vehicle on the lane; it waits until that is safe. On an empty lane as [`Self::Max`].
    Last,
    /// The mean speed on the lane; it waits until that is safe. On an empty lane as [`Self::Max`].
    Average,
}

impl Default for DepartSpeed {
    fn default() -> Self {
        Self::Exactly(0.0)
    }
}

/// Place to enter at, on the first lane.
#[derive(Clone, Copy, PartialEq, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DepartPosition {
    /// With the rear bumper at the start of the lane.
    #[default]
    Base,
    /// Front bumper here, m from the start; negative counts from the end.
    At(f32),
    /// A random place.
    Random,
    /// The start of the lane, or else the first gap from there.
    Free,
    /// As far ahead as the last vehicle leaves room.
    Last,
    /// A few random tries, else as [`Self::Free`].
    RandomFree,
    /// Where it stops first, if that is on its first link; else the base.
    Stop,
}

/// Place to arrive at, on the last lane.
#[derive(Clone, Copy, PartialEq, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ArrivalPosition {
    /// The end of the lane.
    #[default]
    End,
    /// Here, m from the start; negative counts from the end.
    At(f32),
    /// A random place.
    Random,
}

/// One vehicle to come: a source spelled out.
#[derive(Clone, Debug, PartialEq)]
pub struct Departure {
    /// Name.
    pub id: String,
    /// What its random draws hang on.
    pub key: u64,
    /// When it wants to enter.
    pub depart: Millis,
    /// Its type.
    pub kind: TypeId,
    /// Its route.
    pub route: RouteId,
    /// How it enters and leaves.
    pub manner: Manner,
}
