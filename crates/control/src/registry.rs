//! Strategies by name.
//!
//! A scenario names a strategy and its parameters as text; the registry makes the strategy, or says what was wrong and
//! what would have been right. It keeps the order in which entries were added.

use alloc::{
    borrow::ToOwned,
    boxed::Box,
    string::{String, ToString},
    vec::Vec,
};
use core::{fmt, str::FromStr};

use crate::{Looks, Millis, Plan, Strategy, actuated, adaptive, fixed_time, horizon, nema};

/// A parameter of a strategy.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Parameter {
    /// Its name, with the unit where it has one (`gap_s`).
    pub name: &'static str,
    /// What it does, in one line.
    pub summary: &'static str,
    /// Its value if not given.
    pub default: &'static str,
}

/// Which part of a plan a strategy shows: there may be a plan that suits it better than the plan as it is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Serves {
    /// Its program or a pattern.
    Program,
    /// Its stages: if it has rings alone, [stages are made of them](Plan::with_stages_of_rings).
    Stages,
    /// The phases of its rings: one whose rings come with times of their own is better.
    Phases,
}

/// A strategy that can be made by name.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// Its name in scenario files and on the command line.
    pub name: &'static str,
    /// What it does, in one line.
    pub summary: &'static str,
    /// What it needs to work, above all its sensors.
    pub needs: &'static str,
    /// The parameters it takes.
    pub parameters: &'static [Parameter],
    /// Where it comes from: the paper or the manual.
    pub source: &'static str,
    /// What it shows.
    pub serves: Serves,
    /// The clearance that it brings along in place of the plan's, as the literature that it is compared with defines it: a
    /// yellow, and nothing else. Such a strategy stands outside rankings.
    pub clearance: Option<Millis>,
    /// What runs, with its defaults, where the strategy cannot run; and if it needs no detectors, while the strategy is
    /// [blind](Registry::spare).
    pub falls_back: Option<&'static str>,
    /// Makes one.
    pub make: fn(&Setup<'_>) -> Result<Box<dyn Strategy>, RegistryError>,
}

/// What a strategy is made from.
#[derive(Clone, Copy, Debug)]
pub struct Setup<'a> {
    /// The plan of the intersection it will control.
    pub plan: &'a Plan,
    /// Whether every vehicle [reports](crate::Approaches::everyone_reports) there.
    pub everyone_reports: bool,
    name: &'static str,
    parameters: &'a [(String, String)],
}

impl Setup<'_> {
    /// The value given for `parameter`, or `None` where its default holds. `expected` says what the value must be
    /// ("a number of seconds").
    ///
    /// # Errors
    /// If the value cannot be read as a `T`.
    pub fn value<T: FromStr>(
        &self,
        parameter: &'static str,
        expected: &'static str,
    ) -> Result<Option<T>, RegistryError> {
        let Some((_, text)) = self.parameters.iter().find(|(name, _)| name == parameter) else { return Ok(None) };
        text.parse().map(Some).map_err(|_| self.bad_value(parameter, text, expected))
    }

    /// The error that says that the strategy cannot run with this plan.
    pub fn unsuitable(&self, reason: impl Into<String>) -> RegistryError {
        RegistryError::Unsuitable { strategy: self.name, reason: reason.into() }
    }

    /// The error that says that the strategy cannot run with what tells of vehicles.
    pub const fn without(&self, sensors: &'static str) -> RegistryError {
        RegistryError::Sensors { strategy: self.name, sensors }
    }

    /// The error that says that `parameter` cannot have the value `found`.
    pub fn bad_value(&self, parameter: &'static str, found: &str, expected: &'static str) -> RegistryError {
        RegistryError::Value { strategy: self.name, parameter, found: found.to_owned(), expected }
    }
}

/// Why a strategy could not be made or added.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum RegistryError {
    /// No strategy has this name.
    UnknownStrategy {
        /// The name asked for.
        name: String,
        /// The names there are.
        known: Vec<&'static str>,
    },
    /// The strategy takes no such parameter.
    UnknownParameter {
        /// The strategy.
        strategy: &'static str,
        /// The parameter given.
        parameter: String,
        /// The parameters it takes.
        known: Vec<&'static str>,
    },
    /// A parameter is given twice.
    Repeated {
        /// The strategy.
        strategy: &'static str,
        /// The parameter.
        parameter: String,
    },
    /// A parameter has a value it cannot have.
    Value {
        /// The strategy.
        strategy: &'static str,
        /// The parameter.
        parameter: &'static str,
        /// The value given.
        found: String,
        /// What a value must be.
        expected: &'static str,
    },
    /// The strategy cannot run at this intersection.
    Unsuitable {
        /// The strategy.
        strategy: &'static str,
        /// What is missing.
        reason: String,
    },
    /// The strategy cannot run with what tells of vehicles, wherever it is.
    Sensors {
        /// The strategy.
        strategy: &'static str,
        /// What has to.
        sensors: &'static str,
    },
    /// A strategy of this name is registered already.
    Taken {
        /// The name.
        name: &'static str,
    },
}

impl fmt::Display for RegistryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownStrategy { name, known } => {
                write!(f, "there is no strategy {name:?}; expected one of: {}", List(known))
            }
            Self::UnknownParameter { strategy, parameter, known } if known.is_empty() => {
                write!(f, "strategy {strategy} has no parameter {parameter:?}; it takes none")
            }
            Self::UnknownParameter { strategy, parameter, known } => {
                write!(f, "strategy {strategy} has no parameter {parameter:?}; expected one of: {}", List(known))
            }
            Self::Repeated { strategy, parameter } => {
                write!(f, "strategy {strategy}: parameter {parameter:?} is given twice; expected once")
            }
            Self::Value { strategy, parameter, found, expected } => {
                write!(f, "strategy {strategy}: {parameter} = {found:?}; expected {expected}")
            }
            Self::Unsuitable { strategy, reason } => write!(f, "strategy {strategy} cannot run here: {reason}"),
            Self::Sensors { strategy, sensors } => {
                write!(f, "strategy {strategy} is unsuitable for these sensors; expected {sensors}")
            }
            Self::Taken { name } => write!(f, "there is a strategy {name} already; expected a name of its own"),
        }
    }
}

impl core::error::Error for RegistryError {}

/// Names with commas between them.
struct List<'a>(&'a [&'static str]);

impl fmt::Display for List<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, name) in self.0.iter().enumerate() {
            let comma = if i == 0 { "" } else { ", " };
            write!(f, "{comma}{name}")?;
        }
        Ok(())
    }
}

/// The strategies that can be made by name.
#[derive(Clone, Debug)]
pub struct Registry {
    entries: Vec<Entry>,
}

impl Default for Registry {
    /// Every strategy of this crate.
    fn default() -> Self {
        let mut entries = [fixed_time::ENTRY, actuated::ENTRY, nema::ENTRY].to_vec();
        entries.extend(adaptive::ENTRIES);
        entries.push(horizon::ENTRY);
        Self { entries }
    }
}

impl Registry {
    /// Adds a strategy.
    ///
    /// # Errors
    /// If its name is taken.
    pub fn add(&mut self, entry: Entry) -> Result<(), RegistryError> {
        if self.entries.iter().any(|e| e.name == entry.name) {
            return Err(RegistryError::Taken { name: entry.name });
        }
        self.entries.push(entry);
        Ok(())
    }

    /// All of them, in the order they were added.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The strategy of that name.
    ///
    /// # Errors
    /// If there is none.
    pub fn find(&self, name: &str) -> Result<&Entry, RegistryError> {
        self.entries.iter().find(|e| e.name == name).ok_or_else(|| RegistryError::UnknownStrategy {
            name: name.to_string(),
            known: self.entries.iter().map(|e| e.name).collect(),
        })
    }

    /// Makes the strategy `name` for an intersection with this plan.
    ///
    /// # Errors
    /// If there is no such strategy, or it does not take these parameters, or it cannot run with this plan.
    pub fn make(
        &self,
        name: &str,
        parameters: &[(String, String)],
        plan: &Plan,
    ) -> Result<Box<dyn Strategy>, RegistryError> {
        self.make_for(name, parameters, plan, false)
    }

    /// The same where every vehicle may [report](crate::Approaches::everyone_reports).
    ///
    /// # Errors
    /// As [`make`](Self::make) says, or if the strategy cannot run with what tells of vehicles.
    pub fn make_for(
        &self,
        name: &str,
        parameters: &[(String, String)],
        plan: &Plan,
        everyone_reports: bool,
    ) -> Result<Box<dyn Strategy>, RegistryError> {
        let entry = self.find(name)?;
        check_parameters(entry, parameters)?;
        (entry.make)(&Setup { plan, everyone_reports, name: entry.name, parameters })
    }

    /// What [takes over](crate::Controller::with_spare) on its plan while a strategy is blind: what it falls back to, if that needs
    /// no detectors, as what itself falls back to nothing does not. One that sees whoever reports is never blind.
    pub fn spare(&self, strategy: &dyn Strategy, plan: &Plan, everyone_reports: bool) -> Option<Box<dyn Strategy>> {
        if everyone_reports && strategy.looks() > Looks::Groups {
            return None;
        }
        let other = self.find(self.find(strategy.name()).ok()?.falls_back?).ok()?;
        if other.falls_back.is_some() {
            return None;
        }
        self.make_for(other.name, &[], plan, everyone_reports).ok()
    }
}

/// Every parameter given is one that the strategy takes, and is given once.
fn check_parameters(entry: &Entry, parameters: &[(String, String)]) -> Result<(), RegistryError> {
    for (i, (name, _)) in parameters.iter().enumerate() {
        if !entry.parameters.iter().any(|p| p.name == name) {
            return Err(RegistryError::UnknownParameter {
                strategy: entry.name,
                parameter: name.clone(),
                known: entry.parameters.iter().map(|p| p.name).collect(),
            });
        }
        if parameters[..i].iter().any(|(earlier, _)| earlier == name) {
            return Err(RegistryError::Repeated { strategy: entry.name, parameter: name.clone() });
        }
    }
    Ok(())
}
