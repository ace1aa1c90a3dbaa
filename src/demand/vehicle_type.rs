//! Vehicle types and their defaults.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::emission::EmissionClass;
use crate::network::VehicleClass;

/// Which car-following model a driver obeys.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FollowingModel {
    /// IIDM with the constant-acceleration heuristic and a collision clamp, calibrated to HCM saturation flow.
    Calibrated,
    /// SUMO's default: Krauss with the discrete braking distance.
    Krauss,
    /// Krauss's original formula (SUMO: KraussOrig1).
    KraussOrig1,
    /// The intelligent driver model (Treiber, Hennecke, Helbing 2000).
    Idm,
    /// IDM+: free road and leader apart, the stricter of both counts (Schakel, van Arem, Netten 2010).
    IdmPlus,
    /// Gipps (1981): a safe speed, chosen with a reaction time.
    Gipps,
}

impl FollowingModel {
    /// Its name in options and results.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Calibrated => "calibrated",
            Self::Krauss => "krauss",
            Self::KraussOrig1 => "krauss_orig1",
            Self::Idm => "idm",
            Self::IdmPlus => "idm_plus",
            Self::Gipps => "gipps",
        }
    }
}

/// Distribution of the desired speed as a multiple of the speed limit: normal, cut off.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub struct SpeedFactor {
    /// Mean.
    pub mean: f64,
    /// Standard deviation; 0 for everybody alike.
    pub deviation: f64,
    /// Least value drawn.
    pub min: f64,
    /// Greatest value drawn.
    pub max: f64,
}

/// A kind of vehicle and how it is driven. All values finite; lengths m, speeds m/s, accelerations m/s².
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct VehicleType {
    /// Name.
    pub id: String,
    /// Class, for lane permissions.
    pub class: VehicleClass,
    /// What it burns, for emissions.
    pub emission: EmissionClass,
    /// Car-following model.
    pub model: FollowingModel,
    /// Length, > 0.
    pub length: f64,
    /// Width, > 0.
    pub width: f64,
    /// Gap to the leader when standing, ≥ 0.
    pub min_gap: f64,
    /// Top speed, > 0.
    pub max_speed: f64,
    /// Desired speed / speed limit.
    pub speed_factor: SpeedFactor,
    /// Acceleration, > 0.
    pub accel: f64,
    /// Comfortable deceleration, > 0.
    pub decel: f64,
    /// Hardest deceleration, ≥ `decel`.
    pub emergency_decel: f64,
    /// Deceleration others expect of it (SUMO: apparentDecel), > 0.
    pub apparent_decel: f64,
    /// Desired time headway, s, > 0 (SUMO: tau).
    pub tau: f64,
    /// Standard deviation of `tau` from driver to driver, as a share of it.
    pub tau_variation: f64,
    /// Standard deviation of the critical headway from driver to driver, as a share of it; calibrated drivers only.
    pub gap_variation: f64,
    /// Dawdling of Krauss drivers, 0–1.
    pub sigma: f64,
    /// Time from green to starting, for the first in a queue, s.
    pub start_delay: f64,
    /// Impatience at the start, −∞ to 1; grows to 1 with waiting (SUMO: impatience).
    pub impatience: f64,
    /// Eagerness to change for the route, > 0 (SUMO: lcStrategic).
    pub lc_strategic: f64,
    /// Willingness to help others change, 0–1 (SUMO: lcCooperative).
    pub lc_cooperative: f64,
    /// Eagerness to change for speed, ≥ 0 (SUMO: lcSpeedGain).
    pub lc_speed_gain: f64,
    /// Eagerness to return to the kerb lane, ≥ 0 (SUMO: lcKeepRight).
    pub lc_keep_right: f64,
    /// How readily it accepts small gaps when changing, > 0 (SUMO: lcAssertive).
    pub lc_assertive: f64,
}

/// Desired headway of those who drive trucks and buses, s, in the calibrated model: with it a mix of trucks and trailers
/// counts for as many cars as the Highway Capacity Manual says (validation C4).
const HEAVY_TAU: f64 = 2.4;

/// What SUMO 1.28 assumes of a class: length, width, min gap, max speed (m/s), accel, decel, emergency decel,
/// deviation of the speed factor.
type ClassDefaults = (f64, f64, f64, f64, f64, f64, f64, f64);

/// SUMO's defaults for a class.
fn class_defaults(class: VehicleClass) -> ClassDefaults {
    use VehicleClass as C;
    let kmh = |v: f64| v / 3.6;
    match class {
        C::Pedestrian | C::Wheelchair => (0.215, 0.478, 0.25, kmh(37.58), 1.5, 2.0, 5.0, 0.1),
        C::Bicycle => (1.6, 0.65, 0.5, kmh(50.0), 1.2, 3.0, 7.0, 0.1),
        C::Scooter => (1.2, 0.5, 0.5, kmh(25.0), 1.2, 3.0, 7.0, 0.1),
        C::Moped => (2.1, 0.8, 2.5, kmh(60.0), 1.1, 7.0, 10.0, 0.1),
        C::Motorcycle => (2.2, 0.9, 2.5, kmh(200.0), 6.0, 10.0, 10.0, 0.1),
        C::Truck => (7.1, 2.4, 2.5, kmh(130.0), 1.3, 4.0, 7.0, 0.05),
        C::Trailer => (16.5, 2.55, 2.5, kmh(130.0), 1.1, 4.0, 7.0, 0.05),
        C::Bus => (12.0, 2.5, 2.5, kmh(100.0), 1.2, 4.0, 7.0, 0.0),
        C::Coach => (14.0, 2.6, 2.5, kmh(100.0), 2.0, 4.0, 7.0, 0.05),
        C::Tram => (22.0, 2.4, 2.5, kmh(80.0), 1.0, 3.0, 7.0, 0.0),
        C::Delivery => (6.5, 2.16, 2.5, kmh(200.0), 2.6, 4.5, 9.0, 0.05),
        C::Emergency => (6.5, 2.16, 2.5, kmh(200.0), 2.6, 4.5, 9.0, 0.0),
        C::RailUrban | C::Subway => (36.5 * 3.0, 3.0, 2.5, kmh(100.0), 1.0, 3.0, 7.0, 0.0),
        C::Rail => (67.5 * 2.0, 2.84, 2.5, kmh(160.0), 0.25, 1.3, 5.0, 0.0),
        C::RailElectric => (25.0 * 8.0, 2.95, 2.5, kmh(220.0), 0.5, 1.3, 5.0, 0.0),
        C::RailFast => (25.0 * 8.0, 2.95, 2.5, kmh(330.0), 0.5, 1.3, 5.0, 0.0),
        C::Ship => (17.0, 4.0, 2.5, kmh(8.0 * 1.852), 0.1, 0.15, 1.0, 0.0),
        _ => (5.0, 1.8, 2.5, kmh(200.0), 2.6, 4.5, 9.0, 0.1),
    }
}

/// What vehicles of a class burn, unless their type says otherwise.
pub const fn emission_class(class: VehicleClass) -> EmissionClass {
    use EmissionClass as E;
    use VehicleClass as C;
    match class {
        C::Delivery | C::Emergency => E::Van,
        C::Truck | C::Container => E::Truck,
        C::Trailer => E::Trailer,
        C::Bus => E::Bus,
        C::Coach => E::Coach,
        C::Motorcycle => E::Motorcycle,
        C::Moped => E::Moped,
        // Electric, driven by muscles, or not on roads: rails are not asked whether they are electrified.
        C::Pedestrian | C::Wheelchair | C::Bicycle | C::Scooter | C::Evehicle => E::None,
        C::Tram | C::RailUrban | C::Subway | C::Rail | C::RailElectric | C::RailFast | C::CableCar => E::None,
        C::Ship | C::Aircraft | C::Drone => E::None,
        C::Ignoring | C::Private | C::Authority | C::Army | C::Vip | C::Passenger | C::Hov | C::Taxi => E::Car,
        C::Custom1 | C::Custom2 => E::Car,
    }
}

impl VehicleType {
    /// SUMO's default type of a class: Krauss, σ .5, τ 1 s.
    pub fn sumo(id: impl Into<String>, class: VehicleClass) -> Self {
        let (length, width, min_gap, max_speed, accel, decel, emergency_decel, deviation) = class_defaults(class);
        Self {
            id: id.into(),
            class,
            emission: emission_class(class),
            model: FollowingModel::Krauss,
            length,
            width,
            min_gap,
            max_speed,
            speed_factor: SpeedFactor { mean: 1.0, deviation, min: 0.2, max: 2.0 },
            accel,
            decel,
            emergency_decel,
            apparent_decel: decel,
            tau: 1.0,
            tau_variation: 0.0,
            gap_variation: 0.0,
            sigma: 0.5,
            start_delay: 0.0,
            impatience: 0.0,
            lc_strategic: 1.0,
            lc_cooperative: 1.0,
            lc_speed_gain: 1.0,
            lc_keep_right: 1.0,
            lc_assertive: 1.0,
        }
    }

    /// The calibrated default car: 1,877 pc/h saturation flow, 2.0 s start-up lost time at 50 km/h.
    pub fn calibrated(id: impl Into<String>) -> Self {
        Self { id: id.into(), ..Self::sumo("", VehicleClass::Passenger) }.with_model(FollowingModel::Calibrated)
    }

    /// This type driven by another model, with that model's driver parameters; size and class stay, but for the
    /// calibrated car, whose length is part of the calibration.
    pub fn with_model(mut self, model: FollowingModel) -> Self {
        let passenger = self.class == VehicleClass::Passenger;
        let from_calibrated = self.model == FollowingModel::Calibrated;
        self.model = model;
        if model == FollowingModel::Calibrated {
            self.length = if passenger { 4.8 } else { self.length };
            self.accel = if passenger { 2.5 } else { self.accel };
            self.decel = 2.0;
            self.apparent_decel = 2.0;
            self.emergency_decel = self.emergency_decel.max(9.0);
            self.tau = if self.class.is_heavy() { HEAVY_TAU } else { 1.3 };
            self.tau_variation = 0.15;
            self.gap_variation = 0.2;
            self.sigma = 0.0;
            self.start_delay = 1.0;
        } else if from_calibrated {
            // The comparators are SUMO's: its driver of this class.
            let sumo = Self::sumo("", self.class);
            self.accel = sumo.accel;
            self.decel = sumo.decel;
            self.apparent_decel = sumo.apparent_decel;
            self.emergency_decel = sumo.emergency_decel;
            self.tau = sumo.tau;
            self.tau_variation = sumo.tau_variation;
            self.gap_variation = sumo.gap_variation;
            self.sigma = sumo.sigma;
            self.start_delay = sumo.start_delay;
        }
        if model == FollowingModel::Gipps {
            // Gipps's own values for cars; others keep what their class can do.
            self.accel = if passenger { 1.7 } else { self.accel };
            self.decel = 2.0 * self.accel;
            self.emergency_decel = self.emergency_decel.max(self.decel);
            self.apparent_decel = ((self.decel + 3.0) / 2.0).max(3.0);
            self.tau = 2.0 / 3.0;
            self.tau_variation = 0.0;
            self.sigma = 0.0;
        }
        self
    }
}
