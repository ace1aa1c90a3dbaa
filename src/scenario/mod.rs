//! Our own scenario files: streets, signals, vehicles and demand in one readable RON file.
//!
//! Terms
//! - **entry**: where vehicles come in: a flow on a street, split over routes by turning shares.
//! - **profile**: how a flow changes over time: factors, one per slice of 15 minutes.
//!
//! A file is parsed by [`Scenario::from_ron`] and turned into a network and a demand by [`Scenario::build`]. Both
//! name the file, the line, and what was expected when something is wrong.

mod error;
mod format;
mod plan;
mod resolve;
mod set;
#[cfg(test)]
mod tests;

pub use error::ScenarioError;
pub use format::{
    DemandFile, EntryFile, NetworkFile, RouteFile, ScenarioFile, ShareFile, TurnsFile, VehicleFile, Vehicles,
};
pub use plan::read_plan;

use crate::demand::Demand;
use crate::network::Network;
use crate::network::compose::compose;

/// The scenario that runs when none is named.
pub const BUNDLED: &str = include_str!("../../scenarios/arterial.ron");
/// Name of [`BUNDLED`], for messages and results.
pub const BUNDLED_NAME: &str = "arterial.ron";

/// A parsed scenario file.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// What the file says.
    pub file: ScenarioFile,
    /// Its name, for messages.
    source: String,
    /// Its text, to find the lines of elements that are wrong.
    text: String,
}

impl Scenario {
    /// Parses a scenario; `name` stands for it in messages.
    ///
    /// # Errors
    /// Gives file, line and column, the line itself, and what was expected there.
    pub fn from_ron(text: &str, name: &str) -> Result<Self, ScenarioError> {
        let scenario = Self { file: format::parse(text, name)?, source: name.to_owned(), text: text.to_owned() };
        scenario.check()?;
        Ok(scenario)
    }

    /// Parses a scenario and changes values of it, each given as dotted path and value (`demand.scale`, `1.2`).
    ///
    /// # Errors
    /// As [`Scenario::from_ron`]; an unknown path is answered with the names there are.
    pub fn from_ron_with(text: &str, name: &str, edits: &[(String, String)]) -> Result<Self, ScenarioError> {
        if edits.is_empty() {
            return Self::from_ron(text, name);
        }
        let file = set::apply(format::parse(text, name)?, edits).map_err(|p| ScenarioError::new(name, "", None, p))?;
        // The text no longer says what holds: an error that quoted it would mislead.
        let scenario = Self { file, source: format!("{name} as changed by --set"), text: String::new() };
        scenario.check()?;
        Ok(scenario)
    }

    /// The bundled arterial.
    ///
    /// # Errors
    /// None in practice: the file is part of the program and tested.
    pub fn bundled() -> Result<Self, ScenarioError> {
        Self::from_ron(BUNDLED, BUNDLED_NAME)
    }

    /// Makes the network and the demand, routes resolved.
    ///
    /// # Errors
    /// Names the element that is wrong and what was expected of it.
    pub fn build(&self) -> Result<(Network, Demand), ScenarioError> {
        let NetworkFile::Inline(plan) = &self.file.network;
        let network = compose(plan).map_err(|e| self.wrong(e.kind, &e.id, e.to_string()))?;
        let demand = resolve::demand(&self.file, &network).map_err(|e| self.wrong(e.kind, &e.id, e.to_string()))?;
        Ok((network, demand))
    }

    /// Refuses numbers that make no scenario.
    fn check(&self) -> Result<(), ScenarioError> {
        let f = &self.file;
        let wrong = |field: &str, value: f64, expected: &str| {
            let at = self.text.find(&format!("{field}:"));
            let problem = format!("{field}: {value:?}; expected {expected}");
            Err(ScenarioError::new(&self.source, &self.text, at, problem))
        };
        // A week is the longest scenario: it keeps times, slices and flows within sane bounds.
        const WEEK: f64 = 7.0 * 86_400.0;
        if !(0.0..=WEEK).contains(&f.begin) {
            return wrong("begin", f.begin, "0 to 604800 s");
        }
        if !(f.end > f.begin && f.end <= f.begin + WEEK) {
            return wrong("end", f.end, "a time after begin, at most a week later");
        }
        if !(0.05..=2.0).contains(&f.step) {
            return wrong("step", f.step, "0.05 to 2 s");
        }
        Ok(())
    }

    /// An error about an element.
    fn wrong(&self, kind: &str, id: &str, problem: String) -> ScenarioError {
        ScenarioError::new(&self.source, &self.text, self.locate(kind, id), problem)
    }

    /// Where the file most likely speaks of an element: its name after the headings of its section.
    fn locate(&self, kind: &str, id: &str) -> Option<usize> {
        let (headings, field): (&[&str], &str) = match kind {
            "node" => (&["nodes:"], "id"),
            "street" => (&["streets:"], "id"),
            "signal" => (&["signals:"], "node"),
            "vehicle type" => (&["vehicles:"], "id"),
            "entry" => (&["demand:", "entries:"], "street"),
            "turns of" => (&["demand:", "turns:"], "street"),
            "route" => (&["demand:", "routes:"], "id"),
            "profile" => (&["demand:", "profiles:"], ""),
            _ => return self.text.find(&format!("{kind}:")),
        };
        let mut start = 0;
        for heading in headings {
            start += self.text.get(start..)?.find(heading).unwrap_or(0);
        }
        let section = self.text.get(start..)?;
        let written = if field.is_empty() { format!("\"{id}\":") } else { format!("{field}: \"{id}\"") };
        let exact = section.find(&written);
        exact.or_else(|| section.find(&format!("\"{id}\""))).map(|at| start + at)
    }
}
