//! Vehicle classes and the lanes they may use.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Defines [`VehicleClass`] with SUMO's names.
macro_rules! vehicle_classes {
    ($($variant:ident = $name:literal),* $(,)?) => {
        /// What kind of vehicle this is, for lane permissions and defaults (SUMO: vClass, same names).
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, JsonSchema)]
        #[allow(missing_docs, reason = "the names are SUMO's and say it all")]
        #[serde(rename_all = "snake_case")]
        pub enum VehicleClass { $($variant),* }

        impl VehicleClass {
            /// Every class.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// SUMO's name of the class.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),* }
            }

            /// The class of that name, if there is one.
            pub fn from_name(name: &str) -> Option<Self> {
                match name { $($name => Some(Self::$variant),)* _ => None }
            }
        }
    };
}

vehicle_classes! {
    Ignoring = "ignoring", Private = "private", Emergency = "emergency", Authority = "authority",
    Army = "army", Vip = "vip", Passenger = "passenger", Hov = "hov", Taxi = "taxi", Bus = "bus",
    Coach = "coach", Delivery = "delivery", Truck = "truck", Trailer = "trailer", Tram = "tram",
    RailUrban = "rail_urban", Rail = "rail", RailElectric = "rail_electric", RailFast = "rail_fast",
    Motorcycle = "motorcycle", Moped = "moped", Bicycle = "bicycle", Pedestrian = "pedestrian",
    Evehicle = "evehicle", Ship = "ship", Custom1 = "custom1", Custom2 = "custom2",
    Container = "container", Subway = "subway", CableCar = "cable_car", Aircraft = "aircraft",
    Wheelchair = "wheelchair", Scooter = "scooter", Drone = "drone",
}

impl VehicleClass {
    /// Whether it is a heavy vehicle of the capacity manuals: trucks and buses.
    pub const fn is_heavy(self) -> bool {
        matches!(self, Self::Truck | Self::Trailer | Self::Bus | Self::Coach)
    }
}

/// The set of vehicle classes that may use a lane or movement.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Permissions(u64);

impl Permissions {
    /// Everybody may.
    pub const ALL: Self = Self(u64::MAX);
    /// Nobody may.
    pub const NONE: Self = Self(0);

    /// Only these classes.
    pub fn only(classes: &[VehicleClass]) -> Self {
        Self(classes.iter().fold(0, |bits, &class| bits | 1 << class as u64))
    }

    /// Everybody but these classes.
    pub fn except(classes: &[VehicleClass]) -> Self {
        Self::only(classes).inverted()
    }

    /// Everybody else.
    pub const fn inverted(self) -> Self {
        Self(!self.0)
    }

    /// Whether `class` is in the set.
    #[inline]
    pub const fn allows(self, class: VehicleClass) -> bool {
        matches!(class, VehicleClass::Ignoring) || self.0 & (1 << class as u64) != 0
    }

    /// Whether `class` is written in the set. Unlike [`Permissions::allows`] it makes no exception.
    pub const fn contains(self, class: VehicleClass) -> bool {
        self.0 & (1 << class as u64) != 0
    }

    /// The classes in both sets.
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Whether only pedestrians (and the like) may use it: no vehicle of this simulator does.
    pub fn is_footway(self) -> bool {
        !VehicleClass::ALL.iter().any(|&c| {
            !matches!(c, VehicleClass::Pedestrian | VehicleClass::Wheelchair | VehicleClass::Ignoring) && self.allows(c)
        })
    }
}

impl Default for Permissions {
    fn default() -> Self {
        Self::ALL
    }
}
