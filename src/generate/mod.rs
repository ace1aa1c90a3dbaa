//! Streets, signals and demand made from a few numbers and a seed: pure functions, the same for the same numbers.
//!
//! Terms
//! - **entry**: a street on which vehicles come into the network; **exit**: one on which they leave it.
//! - **flow**: how many vehicles want to travel from an entry to an exit in an hour, and the way that the signals are
//!   timed for.
//! - **turn flow**: how many vehicles of all flows make a turn.

pub mod arterial;
pub mod city;
mod corridor;
pub mod grid;
pub mod roundabouts;
pub mod signals;
mod ways;

use thiserror::Error;

use crate::network::compose::{PlanError, StreetPlan, WebsterError};
use crate::random::{Purpose, bits, key_of};

/// What a generator makes.
#[derive(Clone, Debug, PartialEq)]
pub struct Generated {
    /// Streets and signals.
    pub plan: StreetPlan,
    /// Who wants to travel, in a mean hour.
    pub flows: Vec<Flow>,
}

/// A flow from an entry to an exit.
#[derive(Clone, Debug, PartialEq)]
pub struct Flow {
    /// The street on which it enters; `-street` for its backward direction.
    pub from: String,
    /// The street on which it leaves.
    pub to: String,
    /// Vehicles per hour.
    pub rate: f64,
    /// All streets of the way that the signals are timed for, entry and exit included: where there is no congestion it
    /// is the fastest.
    pub streets: Vec<String>,
}

/// Why a generator makes nothing.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum GenerateError {
    /// A parameter is out of its range.
    #[error("{parameter}: {found}; expected {expected}")]
    Parameter {
        /// Its name.
        parameter: &'static str,
        /// What it is.
        found: String,
        /// What it may be.
        expected: String,
    },
    /// The streets do not fit each other.
    #[error(transparent)]
    Plan(#[from] PlanError),
}

/// Refuses a parameter that is out of its range.
fn within<T: PartialOrd + std::fmt::Display + Copy>(
    parameter: &'static str,
    value: T,
    range: std::ops::RangeInclusive<T>,
) -> Result<(), GenerateError> {
    if range.contains(&value) {
        return Ok(());
    }
    let expected = format!("{} to {}", range.start(), range.end());
    Err(GenerateError::Parameter { parameter, found: value.to_string(), expected })
}

/// A signal whose least greens do not fit its cycle: the generators choose cycles that they fit.
fn no_program(node: &str, error: &WebsterError) -> GenerateError {
    GenerateError::Plan(PlanError { kind: "signal", id: node.into(), problem: error.to_string() })
}

/// Random numbers of one generator: each is a function of the seed, what it is for and a number.
#[derive(Clone, Copy)]
struct Dice {
    seed: u64,
}

impl Dice {
    /// A number in [0, 1) for the `index`-th `what`.
    fn unit(self, what: &str, index: usize) -> f64 {
        (bits(self.seed, key_of(what), Purpose::Generate, index as u64) >> 11) as f64 / 9_007_199_254_740_992.0
    }

    /// A number from `low` to `high`.
    fn between(self, what: &str, index: usize, low: f64, high: f64) -> f64 {
        low + self.unit(what, index) * (high - low)
    }
}

#[cfg(test)]
mod tests;
