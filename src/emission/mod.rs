//! Fuel and CO₂ from how a vehicle moves: plain functions of numbers. What is derived from which source, and what is an
//! assumption, stands in `docs/emissions.md`; the numbers themselves in [`fleet`](EmissionClass).
//!
//! Terms
//! - **emission class**: what kind of vehicle burns fuel: fuel, mass, resistances, idle, efficiency.
//! - **motion**: what a vehicle did in a step. Its mean speed is way over time, so that a stop inside the step counts as
//!   the engine moved it.
//! - **CPFM** (Virginia Tech Comprehensive Power-based Fuel consumption Model, Rakha et al. 2011): fuel is a polynomial of
//!   the power at the wheels; at no power, or when braking, the engine idles. Our own parameters.
//! - **VT-Micro** (Ahn, Rakha et al. 2002): the logarithm of fuel is a polynomial of speed and acceleration. One
//!   composite car; everybody else stays with CPFM.
//!
//! Speeds m/s, times s, lengths m, masses kg, forces N, power kW, fuel litres, CO₂ grams.

mod fleet;
mod power;
mod vt_micro;

use serde::{Deserialize, Serialize};

pub use fleet::EmissionClass;
pub use power::PowerLaw;

/// Which model says what is burnt.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub enum Model {
    /// Fuel from the power at the wheels: the VT-CPFM form with our own parameters, for every class.
    #[default]
    Cpfm,
    /// VT-Micro's composite car for cars; everybody else as [`Model::Cpfm`].
    VtMicro,
}

impl Model {
    /// Its name in options and results.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Cpfm => "cpfm",
            Self::VtMicro => "vt-micro",
        }
    }
}

/// What is burnt.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fuel {
    /// Gasoline.
    Gasoline,
    /// Diesel.
    Diesel,
}

impl Fuel {
    /// Grams of CO₂ per litre burnt.
    pub const fn co2(self) -> f64 {
        match self {
            Self::Gasoline => 2310.0,
            Self::Diesel => 2680.0,
        }
    }

    /// Grams per litre.
    pub const fn density(self) -> f64 {
        match self {
            Self::Gasoline => 742.0,
            Self::Diesel => 836.0,
        }
    }

    /// Lower heating value, MJ per litre.
    pub const fn energy(self) -> f64 {
        match self {
            Self::Gasoline => 32.2,
            Self::Diesel => 35.9,
        }
    }
}

/// What a vehicle did in a step.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Motion {
    /// Speed at the start of the step, m/s.
    pub before: f64,
    /// Speed at its end, m/s.
    pub after: f64,
    /// Way of the step, m.
    pub moved: f64,
    /// Length of the step, > 0, s.
    pub dt: f64,
    /// Grade of the road, metres up for each metre driven.
    pub grade: f64,
}

impl Motion {
    /// Standing for `dt` seconds.
    pub const fn standing(dt: f64) -> Self {
        Self { before: 0.0, after: 0.0, moved: 0.0, dt, grade: 0.0 }
    }

    /// At one speed for `dt` seconds.
    pub fn cruising(speed: f64, dt: f64) -> Self {
        Self { before: speed, after: speed, moved: speed * dt, dt, grade: 0.0 }
    }

    /// From one speed evenly to another in `dt` seconds.
    pub fn changing(before: f64, after: f64, dt: f64) -> Self {
        Self { before, after, moved: 0.5 * (before + after) * dt, dt, grade: 0.0 }
    }

    /// The same on a grade, metres up for each metre driven.
    #[must_use]
    pub fn on(self, grade: f64) -> Self {
        Self { grade, ..self }
    }

    /// Mean speed, m/s.
    pub fn mean(&self) -> f64 {
        self.moved / self.dt
    }
}

/// An engine: what a class of vehicles burns by a model.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Engine {
    law: Law,
    /// Grams of CO₂ per litre.
    grams: f64,
}

#[derive(Clone, Copy, PartialEq, Debug)]
enum Law {
    /// No fuel.
    None,
    /// CPFM.
    Power(PowerLaw),
    /// VT-Micro.
    VtMicro,
}

impl Engine {
    /// The engine of a class.
    pub fn new(class: EmissionClass, model: Model) -> Self {
        let law = match (class.power_law(), model) {
            (None, _) => Law::None,
            (Some(_), Model::VtMicro) if class == EmissionClass::Car => Law::VtMicro,
            (Some(law), _) => Law::Power(law),
        };
        Self { law, grams: class.fuel().map_or(0.0, Fuel::co2) }
    }

    /// Fuel burnt in a step, litres, ≥ 0.
    #[inline]
    pub fn litres(&self, motion: &Motion) -> f64 {
        match &self.law {
            Law::None => 0.0,
            Law::Power(law) => law.litres(motion),
            Law::VtMicro => vt_micro::litres(motion),
        }
    }

    /// Grams of CO₂ per litre burnt; 0 for what burns nothing.
    #[inline]
    pub const fn grams_per_litre(&self) -> f64 {
        self.grams
    }

    /// CO₂ of a step, grams.
    pub fn grams(&self, motion: &Motion) -> f64 {
        self.grams * self.litres(motion)
    }

    /// CO₂ while standing, g/s.
    pub fn idle(&self) -> f64 {
        self.grams(&Motion::standing(1.0))
    }

    /// CO₂ at a steady speed > 0, g/km.
    pub fn per_km(&self, speed: f64) -> f64 {
        self.grams(&Motion::cruising(speed, 1.0)) / speed * 1000.0
    }
}

#[cfg(test)]
mod tests;
