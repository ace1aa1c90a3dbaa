//! CityFlow scenarios: a configuration that names a road network and a flow file, all JSON.
//!
//! Terms, as CityFlow has them
//! - **road**: from one intersection to another, drawn from centre to centre; its lanes begin and end where the
//!   intersections' *widths* cut it. Lane 0 is the innermost, next to the centre line (here: at the kerb).
//! - **road link**: a way from one road to another through an intersection; what lamps switch.
//! - **lane link**: one lane's part of it, with the line along which it is driven.
//! - **virtual intersection**: an end of the network, without inside and lamps.
//! - **light phase**: which road links are open, and for how long. There is neither yellow nor clearance time.
//! - **flow**: vehicles of one kind on one route at even intervals. A route names roads to pass; the shortest way leads
//!   from each to the next.
//!
//! What is used, approximated and ignored stands in `docs/cityflow-files.md`.

pub mod config;
pub mod demand;
mod json;
pub mod net;

pub use config::{Config, read_config};
pub use demand::{hold_lanes, read_demand};
pub use json::{Kind, looks_like};
pub use net::read_network;

#[cfg(test)]
mod broken_tests;
#[cfg(test)]
mod test_files;
#[cfg(test)]
mod tests;
