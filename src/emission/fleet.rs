//! The vehicles: what they burn, and where each number comes from.
//!
//! Idle is set first, from measured fleets; then what driving burns is fitted, at that idle. Sources:
//! - **Fact 861**: US Department of Energy, *Fact #861: Idle Fuel Consumption for Selected Gasoline and Diesel Vehicles*,
//!   2015; US gallons per hour without load (no air conditioner, no fan): compact sedan of 2.0 L 0.16, large sedan of
//!   4.6 L 0.39, delivery truck 0.84, medium heavy truck (diesel) 0.44, combination truck 0.49, transit bus 0.97.
//! - **Fact 772**: the same, 2013, after Thomas, West, Huff (Oak Ridge, 74 cars and light trucks at steady speeds): 40 to
//!   50 mph is best; fuel economy falls by 12.4 % from 50 to 60 mph and by 14 % from 60 to 70 mph.
//! - **TEDB**: Transportation Energy Data Book 38, table 4.33: a midsize gasoline car at a steady 45 mph: 43 mpg.
//! - **VT-CPFM**: Rakha, Ahn, Moran, Saerens, Van den Bulck 2011: form, rolling resistance, driveline of cars.
//! - **MOVES**: US EPA's MOVES: mass and resistance of a transit bus.
//!
//! *Assumed*, for want of a better source: what is marked so.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Fuel;
use super::power::{PowerLaw, Resistance};

/// A US gallon, litres.
const GALLON: f64 = 3.785_411_784;
/// Miles per hour in m/s.
const MPH: f64 = 0.447_04;
/// A mile, m.
const MILE: f64 = 1609.344;

/// Gallons per hour in L/s.
const fn per_hour(gallons: f64) -> f64 {
    gallons * GALLON / 3600.0
}

/// What an engine that stands at a signal burns more than in Fact 861: in gear, with lamps and fan. *Assumed.*
const LOADED: f64 = 1.25;

/// What a litre of displacement of a gasoline engine burns at idle, gal/h: the mean of the two sedans of Fact 861, which
/// hardly differ in it.
const IDLE_PER_DISPLACEMENT: f64 = 0.5 * (0.16 / 2.0 + 0.39 / 4.6);

/// Idle of a gasoline engine of so many litres, in gear, L/s.
const fn gasoline_idle(displacement: f64) -> f64 {
    per_hour(LOADED * IDLE_PER_DISPLACEMENT * displacement)
}

/// Steady speed, m/s, and fuel, L/s, of so many miles per gallon at so many miles per hour.
const fn economy(mph: f64, miles_per_gallon: f64) -> (f64, f64) {
    let speed = mph * MPH;
    (speed, speed / MILE / miles_per_gallon * GALLON)
}

/// What kind of vehicle burns fuel.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum EmissionClass {
    /// The mean light-duty vehicle of a fleet, gasoline.
    Car,
    /// A delivery van, diesel.
    Van,
    /// A motorcycle of 0.6 L, gasoline.
    Motorcycle,
    /// A moped or motor scooter of 0.1 L, gasoline.
    Moped,
    /// A rigid truck of 11 t, diesel.
    Truck,
    /// A tractor with a semi-trailer, 28 t, diesel.
    Trailer,
    /// A transit bus, diesel.
    Bus,
    /// A coach, diesel.
    Coach,
    /// Burns nothing here: on foot, by bicycle, electric.
    None,
}

impl EmissionClass {
    /// Every class.
    pub const ALL: [Self; 9] = [
        Self::Car,
        Self::Van,
        Self::Motorcycle,
        Self::Moped,
        Self::Truck,
        Self::Trailer,
        Self::Bus,
        Self::Coach,
        Self::None,
    ];

    /// Its name in scenarios.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Car => "car",
            Self::Van => "van",
            Self::Motorcycle => "motorcycle",
            Self::Moped => "moped",
            Self::Truck => "truck",
            Self::Trailer => "trailer",
            Self::Bus => "bus",
            Self::Coach => "coach",
            Self::None => "none",
        }
    }

    /// What it burns.
    pub const fn fuel(self) -> Option<Fuel> {
        match self {
            Self::Car | Self::Motorcycle | Self::Moped => Some(Fuel::Gasoline),
            Self::Van | Self::Truck | Self::Trailer | Self::Bus | Self::Coach => Some(Fuel::Diesel),
            Self::None => None,
        }
    }

    /// How much it burns at which power; `None` for what burns nothing.
    pub fn power_law(self) -> Option<PowerLaw> {
        let energy = self.fuel()?.energy();
        let engine = |resistance, idle, efficiency| PowerLaw::of_efficiency(resistance, idle, efficiency, energy);
        Some(match self {
            Self::None => return None,
            // Idle: 3.1 L, the mean US light-duty vehicle (EPA Automotive Trends; assumed for any fleet), 0.32 gal/h:
            // 0.78 g/s. Cruise: TEDB's midsize car at the best speed, and what Fact 772 takes off it up to 70 mph.
            // Mass with a driver and drag of a midsize car: assumed.
            Self::Car => {
                const BEST: f64 = 43.0;
                let cruise = [economy(50.0, BEST), economy(70.0, BEST * (1.0 - 0.124) * (1.0 - 0.14))];
                PowerLaw::through(car_tyres(1600.0, 0.65), gasoline_idle(3.1), cruise)
            }
            // Idle: Fact 861 has nothing between a compact diesel car (0.17) and a delivery truck (0.84): assumed 0.25.
            Self::Van => engine(car_tyres(2800.0, 1.5), per_hour(LOADED * 0.25), 0.36),
            // Idle by displacement; all else assumed.
            Self::Motorcycle => engine(car_tyres(280.0, 0.5), gasoline_idle(0.6), 0.18),
            Self::Moped => engine(car_tyres(180.0, 0.5), gasoline_idle(0.1), 0.12),
            // Idle: the medium heavy diesel truck of Fact 861. Mass (half loaded) and drag: assumed.
            Self::Truck => engine(truck_tyres(11_000.0, 4.6), per_hour(LOADED * 0.44), 0.39),
            // Idle: the combination truck of Fact 861. Mass (half loaded) and drag: assumed.
            Self::Trailer => engine(truck_tyres(28_000.0, 6.0), per_hour(LOADED * 0.49), 0.42),
            // Idle, as measured, with all that a bus drives at a stop: Fact 861. Mass and resistance: MOVES (A 1.03968
            // kW s/m, C 0.003587 kW s³/m³ at 16.556 t).
            Self::Bus => {
                engine(heavy(16_556.0, 1039.68 / (16_556.0 * 9.8066), 2.0 * 3.587 / 1.2256), per_hour(0.97), 0.39)
            }
            // Idle: as the transit bus. Mass and drag: assumed.
            Self::Coach => engine(truck_tyres(16_000.0, 5.0), per_hour(0.97), 0.41),
        })
    }
}

/// A vehicle on tyres of cars on a fair asphalt road: VT-CPFM's C_r 1.75, c₁ 0.0328 h/km, c₂ 4.575, driveline 0.92.
const fn car_tyres(mass: f64, drag_area: f64) -> Resistance {
    const ROAD: f64 = 1.75 / 1000.0;
    Resistance { mass, rolling: ROAD * 4.575, rolling_per_speed: ROAD * 0.0328 * 3.6, drag_area, driveline: 0.92 }
}

/// A vehicle on tyres of trucks: 0.65 % of the weight at any speed. *Assumed.*
const fn truck_tyres(mass: f64, drag_area: f64) -> Resistance {
    heavy(mass, 0.0065, drag_area)
}

/// A heavy vehicle of which the rolling resistance is known.
const fn heavy(mass: f64, rolling: f64, drag_area: f64) -> Resistance {
    Resistance { mass, rolling, rolling_per_speed: 0.0, drag_area, driveline: 0.9 }
}
