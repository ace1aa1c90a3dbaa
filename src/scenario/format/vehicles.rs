//! Vehicle types.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{is_default, is_one, one};
use crate::demand::{FollowingModel, SpeedFactor, VehicleType};
use crate::emission::EmissionClass;
use crate::network::VehicleClass;

/// A vehicle type: the driver and vehicle of a class, and what differs. What is left out has the value of the class in
/// SUMO 1.28, or that of the calibrated driver.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename = "Vehicle")]
pub struct VehicleFile {
    /// Name.
    pub id: String,
    /// Class, which decides which lanes it may use.
    #[serde(default = "passenger", skip_serializing_if = "is_passenger")]
    pub class: VehicleClass,
    /// What it burns, for emissions. Left out: what vehicles of its class do.
    #[serde(default, skip_serializing_if = "is_default")]
    pub emission: Option<EmissionClass>,
    /// Its share of the vehicles of sources that name no vehicle, relative to the others' shares. 0: only sources that
    /// name it have it, such as a bus line.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    #[schemars(range(min = 0.0, max = 1e9), extend("unit" = "parts", "default" = 1))]
    pub share: f64,
    /// Car-following model. Left out: the scenario's `behaviour`.
    #[serde(default, skip_serializing_if = "is_default")]
    pub model: Option<FollowingModel>,
    /// Length.
    #[serde(default, skip_serializing_if = "is_default")]
    #[schemars(range(min = 0.1, max = 500.0), extend("unit" = "m"))]
    pub length: Option<f64>,
    /// Width.
    #[serde(default, skip_serializing_if = "is_default")]
    #[schemars(range(min = 0.1, max = 10.0), extend("unit" = "m"))]
    pub width: Option<f64>,
    /// Gap to the vehicle ahead when standing.
    #[serde(default, skip_serializing_if = "is_default")]
    #[schemars(range(min = 0.0, max = 100.0), extend("unit" = "m"))]
    pub min_gap: Option<f64>,
    /// Top speed.
    #[serde(default, skip_serializing_if = "is_default")]
    #[schemars(range(min = 0.1, max = 200.0), extend("unit" = "m/s"))]
    pub max_speed: Option<f64>,
    /// Desired speed as a multiple of the speed limit.
    #[serde(default, skip_serializing_if = "is_default")]
    pub speed_factor: Option<SpeedFactorFile>,
    /// Acceleration.
    #[serde(default, skip_serializing_if = "is_default")]
    #[schemars(range(min = 0.05, max = 20.0), extend("unit" = "m/s²"))]
    pub accel: Option<f64>,
    /// Comfortable deceleration.
    #[serde(default, skip_serializing_if = "is_default")]
    #[schemars(range(min = 0.05, max = 20.0), extend("unit" = "m/s²"))]
    pub decel: Option<f64>,
    /// Hardest deceleration, not below the comfortable one.
    #[serde(default, skip_serializing_if = "is_default")]
    #[schemars(range(min = 0.05, max = 50.0), extend("unit" = "m/s²"))]
    pub emergency_decel: Option<f64>,
    /// Deceleration that others expect of it. Left out: `decel`.
    #[serde(default, skip_serializing_if = "is_default")]
    #[schemars(range(min = 0.05, max = 50.0), extend("unit" = "m/s²"))]
    pub apparent_decel: Option<f64>,
    /// Desired time headway.
    #[serde(default, skip_serializing_if = "is_default")]
    #[schemars(range(min = 0.05, max = 20.0), extend("unit" = "s"))]
    pub tau: Option<f64>,
    /// Standard deviation of `tau` from driver to driver, as a share of it.
    #[serde(default, skip_serializing_if = "is_default")]
    #[schemars(range(min = 0.0, max = 1.0), extend("unit" = "share"))]
    pub tau_variation: Option<f64>,
    /// Standard deviation of the critical headway of a gap from driver to driver, as a share of it: calibrated drivers.
    #[serde(default, skip_serializing_if = "is_default")]
    #[schemars(range(min = 0.0, max = 1.0), extend("unit" = "share"))]
    pub gap_variation: Option<f64>,
    /// Dawdling of Krauss drivers.
    #[serde(default, skip_serializing_if = "is_default")]
    #[schemars(range(min = 0.0, max = 1.0), extend("unit" = "share"))]
    pub sigma: Option<f64>,
    /// Time from green to starting, for the first in a queue.
    #[serde(default, skip_serializing_if = "is_default")]
    #[schemars(range(min = 0.0, max = 60.0), extend("unit" = "s"))]
    pub start_delay: Option<f64>,
    /// Impatience at the start; it grows to 1 with waiting.
    #[serde(default, skip_serializing_if = "is_default")]
    #[schemars(range(min = -1e9, max = 1.0), extend("unit" = "share"))]
    pub impatience: Option<f64>,
    /// Eagerness to change lanes for the route (SUMO: lcStrategic).
    #[serde(default, skip_serializing_if = "is_default")]
    #[schemars(range(min = -1.0, max = 1e6), extend("unit" = "factor"))]
    pub lc_strategic: Option<f64>,
    /// Willingness to help others change (SUMO: lcCooperative).
    #[serde(default, skip_serializing_if = "is_default")]
    #[schemars(range(min = -1.0, max = 1.0), extend("unit" = "share"))]
    pub lc_cooperative: Option<f64>,
    /// Eagerness to change lanes for speed (SUMO: lcSpeedGain).
    #[serde(default, skip_serializing_if = "is_default")]
    #[schemars(range(min = 0.0, max = 1e6), extend("unit" = "factor"))]
    pub lc_speed_gain: Option<f64>,
    /// Eagerness to return to the kerb lane (SUMO: lcKeepRight).
    #[serde(default, skip_serializing_if = "is_default")]
    #[schemars(range(min = 0.0, max = 1e6), extend("unit" = "factor"))]
    pub lc_keep_right: Option<f64>,
    /// How readily it accepts small gaps when changing lanes (SUMO: lcAssertive).
    #[serde(default, skip_serializing_if = "is_default")]
    #[schemars(range(min = 0.001, max = 1e6), extend("unit" = "factor"))]
    pub lc_assertive: Option<f64>,
}

/// Desired speed as a multiple of the speed limit: normally distributed, cut off.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename = "SpeedFactor")]
pub struct SpeedFactorFile {
    /// Mean.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    #[schemars(range(min = 0.01, max = 10.0), extend("unit" = "factor", "default" = 1))]
    pub mean: f64,
    /// Standard deviation; 0: everybody alike.
    #[serde(default, skip_serializing_if = "is_default")]
    #[schemars(range(min = 0.0, max = 10.0), extend("unit" = "factor"))]
    pub deviation: f64,
    /// Least value drawn.
    #[serde(default = "fifth", skip_serializing_if = "is_fifth")]
    #[schemars(range(min = 0.01, max = 10.0), extend("unit" = "factor", "default" = 0.2))]
    pub min: f64,
    /// Greatest value drawn.
    #[serde(default = "two", skip_serializing_if = "is_two")]
    #[schemars(range(min = 0.01, max = 10.0), extend("unit" = "factor", "default" = 2))]
    pub max: f64,
}

/// Serde default.
fn passenger() -> VehicleClass {
    VehicleClass::Passenger
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_passenger(class: &VehicleClass) -> bool {
    *class == VehicleClass::Passenger
}

/// Serde default.
fn fifth() -> f64 {
    0.2
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_fifth(value: &f64) -> bool {
    *value == fifth()
}

/// Serde default.
fn two() -> f64 {
    2.0
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_two(value: &f64) -> bool {
    *value == two()
}

/// The optional numbers of a type in both forms: as the file has them, and as the engine has them.
macro_rules! numbers {
    ($do:ident) => {
        $do!(
            length,
            width,
            min_gap,
            max_speed,
            accel,
            decel,
            emergency_decel,
            tau,
            tau_variation,
            gap_variation,
            sigma,
            start_delay,
            impatience,
            lc_strategic,
            lc_cooperative,
            lc_speed_gain,
            lc_keep_right,
            lc_assertive
        )
    };
}

impl VehicleFile {
    /// The type it stands for, if `usual` is the model of types that name none.
    pub fn kind(&self, usual: FollowingModel) -> VehicleType {
        let mut kind = Self::base(&self.id, self.class, self.model.unwrap_or(usual));
        macro_rules! take {
            ($($field:ident),*) => { $(if let Some(value) = self.$field { kind.$field = value; })* };
        }
        numbers!(take);
        if let Some(emission) = self.emission {
            kind.emission = emission;
        }
        // A driver who brakes harder than others can is no comfortable one.
        kind.emergency_decel = kind.emergency_decel.max(kind.decel);
        kind.apparent_decel =
            self.apparent_decel.unwrap_or(if self.decel.is_some() { kind.decel } else { kind.apparent_decel });
        if let Some(f) = self.speed_factor {
            kind.speed_factor = SpeedFactor { mean: f.mean, deviation: f.deviation, min: f.min, max: f.max };
        }
        kind
    }

    /// What stands for a type of the engine, share 0: sources name it.
    pub fn of(kind: &VehicleType, usual: FollowingModel) -> Self {
        let base = Self::base(&kind.id, kind.class, kind.model);
        let mut file = Self {
            id: kind.id.clone(),
            class: kind.class,
            emission: (kind.emission != base.emission).then_some(kind.emission),
            share: 0.0,
            model: (kind.model != usual).then_some(kind.model),
            ..Self::named("")
        };
        macro_rules! note {
            ($($field:ident),*) => { $(if kind.$field != base.$field { file.$field = Some(kind.$field); })* };
        }
        numbers!(note);
        let f = kind.speed_factor;
        if f != base.speed_factor {
            file.speed_factor = Some(SpeedFactorFile { mean: f.mean, deviation: f.deviation, min: f.min, max: f.max });
        }
        let follows = if file.decel.is_some() { kind.decel } else { base.apparent_decel };
        file.apparent_decel = (kind.apparent_decel != follows).then_some(kind.apparent_decel);
        file
    }

    /// A type of which nothing is said but its name.
    pub fn named(id: &str) -> Self {
        Self {
            id: id.to_owned(),
            class: passenger(),
            emission: None,
            share: 1.0,
            model: None,
            length: None,
            width: None,
            min_gap: None,
            max_speed: None,
            speed_factor: None,
            accel: None,
            decel: None,
            emergency_decel: None,
            apparent_decel: None,
            tau: None,
            tau_variation: None,
            gap_variation: None,
            sigma: None,
            start_delay: None,
            impatience: None,
            lc_strategic: None,
            lc_cooperative: None,
            lc_speed_gain: None,
            lc_keep_right: None,
            lc_assertive: None,
        }
    }

    /// The driver of a class and model of whom nothing else is said.
    fn base(id: &str, class: VehicleClass, model: FollowingModel) -> VehicleType {
        let sumo = VehicleType { id: id.to_owned(), ..VehicleType::sumo("", class) };
        match model {
            FollowingModel::Krauss => sumo,
            other => sumo.with_model(other),
        }
    }
}
