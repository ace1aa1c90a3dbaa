//! Who drives in an experiment.

use crate::demand::{FollowingModel, VehicleType};
use crate::network::VehicleClass;

/// A model of drivers, with the parameters it comes with.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Drivers {
    /// The calibrated ones, which are judged.
    Calibrated,
    /// SUMO's default.
    Krauss,
    /// The intelligent driver model as SUMO has it.
    Idm,
    /// Gipps's, with his own values.
    Gipps,
}

impl Drivers {
    /// Those beside which the calibrated ones are shown.
    pub const OTHERS: [Self; 3] = [Self::Krauss, Self::Idm, Self::Gipps];

    /// Their name in tables.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Calibrated => "calibrated",
            Self::Krauss => "Krauss",
            Self::Idm => "IDM",
            Self::Gipps => "Gipps",
        }
    }

    /// A car, with the variation from driver to driver that the model has by default.
    pub fn car(self) -> VehicleType {
        let sumo = |model| VehicleType::sumo("car", VehicleClass::Passenger).with_model(model);
        match self {
            Self::Calibrated => VehicleType::calibrated("car"),
            Self::Krauss => sumo(FollowingModel::Krauss),
            Self::Idm => sumo(FollowingModel::Idm),
            Self::Gipps => sumo(FollowingModel::Gipps),
        }
    }

    /// A car, all drivers alike and none dawdling.
    pub fn alike(self) -> VehicleType {
        all_alike(self.car())
    }
}

/// A type of which all drivers are alike and none dawdles.
pub fn all_alike(mut kind: VehicleType) -> VehicleType {
    kind.speed_factor.deviation = 0.0;
    kind.tau_variation = 0.0;
    kind.gap_variation = 0.0;
    kind.sigma = 0.0;
    kind
}
