//! A scenario as SUMO 1.28 loads it: network, routes, additional file, configuration.
//!
//! Writing is the inverse of [`import::sumo`](crate::import::sumo): what is written here and read there is the same
//! network with the same programs, and the same vehicles on the same routes.
//!
//! - Names that SUMO refuses are changed ([`names`]); all others stay.
//! - Flows are spelled out into single departures with the scenario's seed, so that both sides drive the same
//!   vehicles. What each driver is like is drawn by each side itself.
//! - Signal programs keep their offsets. A lamp change at time t is obeyed here from the next step on, in SUMO in the
//!   step that begins at t: SUMO's traffic sees each change one step earlier. It is the same for all signals, so
//!   coordination is not touched, and a file that was imported comes out with the offsets that it had.
//! - The calibrated model is not known to SUMO. It is written as IDM, which it extends, with the same acceleration,
//!   deceleration and headway ([`types`]).
//! - Nobody is teleported, since nobody is here.

mod additional;
mod config;
mod names;
mod net;
mod routes;
mod types;
mod xml;

use std::io::{Result, Write};

use intergreen_control::Millis;

use super::Notes;
use crate::demand::{Departure, FollowingModel, Route, Routing, StoppingPlace, VehicleType};
use crate::instruments::Instruments;
use crate::network::Network;
pub use additional::file_name;
use names::Names;

/// What is to be written.
#[derive(Clone, Copy, Debug)]
pub struct Scenario<'a> {
    /// What it is called.
    pub name: &'a str,
    /// The network.
    pub network: &'a Network,
    /// Vehicle types, driven as they are to be driven.
    pub types: &'a [VehicleType],
    /// Routes.
    pub routes: &'a [Route],
    /// Stopping places.
    pub places: &'a [StoppingPlace],
    /// All vehicles, ordered by departure.
    pub departures: &'a [Departure],
    /// What it wants measured.
    pub instruments: &'a Instruments,
    /// Results it asks for besides: option of SUMO and file.
    pub results: &'a [(&'static str, String)],
    /// When it begins.
    pub begin: Millis,
    /// When it ends; `None`: when the last vehicle has left.
    pub end: Option<Millis>,
    /// Length of a step.
    pub step: Millis,
    /// Seed.
    pub seed: u64,
    /// How trips find their way.
    pub routing: Routing,
}

/// Names of the files that belong together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Files {
    /// Network.
    pub net: String,
    /// Vehicle types, routes, vehicles.
    pub routes: String,
    /// Stopping places and instruments.
    pub additional: String,
    /// Configuration.
    pub config: String,
}

impl Files {
    /// `stem.net.xml` and so on.
    pub fn of(stem: &str) -> Self {
        let file = |extension: &str| format!("{stem}.{extension}");
        Self { net: file("net.xml"), routes: file("rou.xml"), additional: file("add.xml"), config: file("sumocfg") }
    }
}

/// A scenario with the names that its parts have in SUMO.
pub struct Export<'a> {
    scenario: Scenario<'a>,
    names: Names,
    notes: Notes,
}

impl<'a> Export<'a> {
    /// Gives names and notes what SUMO cannot hold.
    pub fn new(scenario: Scenario<'a>) -> Self {
        let mut notes = Notes::default();
        let names = Names::new(&scenario, &mut notes);
        types::note(scenario.types, scenario.departures, &mut notes);
        net::note(scenario.network, &mut notes);
        Self { scenario, names, notes }
    }

    /// What had to be changed or left out.
    pub fn notes(&self) -> &Notes {
        &self.notes
    }

    /// Whether there is anything for an additional file.
    pub fn has_additional(&self) -> bool {
        !self.scenario.places.is_empty() || !self.scenario.instruments.is_empty()
    }

    /// Writes the network.
    ///
    /// # Errors
    /// If `out` cannot be written to.
    pub fn write_net(&self, out: &mut dyn Write) -> Result<()> {
        net::write(self.scenario.network, &self.names, out)
    }

    /// Writes vehicle types, routes and vehicles.
    ///
    /// # Errors
    /// If `out` cannot be written to.
    pub fn write_routes(&self, out: &mut dyn Write) -> Result<()> {
        routes::write(&self.scenario, &self.names, out)
    }

    /// Writes stopping places and instruments.
    ///
    /// # Errors
    /// If `out` cannot be written to.
    pub fn write_additional(&self, out: &mut dyn Write) -> Result<()> {
        additional::write(&self.scenario, &self.names, out)
    }

    /// Writes the configuration that names the other `files`.
    ///
    /// # Errors
    /// If `out` cannot be written to.
    pub fn write_config(&self, files: &Files, out: &mut dyn Write) -> Result<()> {
        config::write(&self.scenario, files, self.has_additional(), out)
    }
}

/// A time as SUMO reads it: seconds, exact to the millisecond.
fn seconds(time: Millis) -> String {
    let (sign, ms) = (if time.0 < 0 { "-" } else { "" }, time.0.unsigned_abs());
    match ms % 1000 {
        0 => format!("{sign}{}", ms / 1000),
        rest => format!("{sign}{}.{rest:03}", ms / 1000),
    }
}

/// Whether some vehicle type that is driven needs another model in SUMO.
fn is_replaced(kind: &VehicleType) -> bool {
    kind.model == FollowingModel::Calibrated
}

#[cfg(test)]
mod tests;
