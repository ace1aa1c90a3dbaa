//! SUMO networks (`.net.xml`).
//!
//! Read in one pass into elements whose references are still names ([`raw`]), then put together ([`assemble`]).
//! What the request tables of junctions mean is in [`requests`], signal programs are in [`signals`] and [`nema`].
//!
//! Pedestrians are not simulated: crossings, walking areas and connections from or to them are left out and
//! counted. Footways along a road stay lanes, because lane indices count them.

mod assemble;
mod lanes;
mod letters;
mod nema;
mod raw;
mod requests;
mod signals;

use std::path::{Path, PathBuf};

use super::instruments::INSTRUMENTS;
use super::stops;
use crate::import::xml;
use crate::import::{ImportError, Report};
use crate::network::Network;

/// Roots of the files that SUMO loads as additional ones (it takes any; these are in use).
pub(super) const ADDITIONAL_ROOTS: &[&str] = &["additional", "add", "additionals", "routes", "tlLogics", "net"];
/// Demand in an additional file: the demand import reads and counts it.
const DEMAND: &[&str] = &[
    "vType",
    "vTypeDistribution",
    "route",
    "routeDistribution",
    "vehicle",
    "trip",
    "flow",
    "person",
    "personFlow",
    "container",
    "containerFlow",
];

/// Reads a network, and the signal programs of `additional` files, which replace those of the network.
/// What is not simulated is counted in `report`.
///
/// # Errors
/// If a file cannot be read or says something that makes no network: the message names file, line and element.
pub fn read_network(file: &Path, additional: &[PathBuf], report: &mut Report) -> Result<Network, ImportError> {
    let mut net = raw::RawNet::read(file, report)?;
    for extra in additional {
        xml::read(extra, ADDITIONAL_ROOTS, |element| {
            if element.name == "tlLogic" {
                net.logics.add(extra, &element, report)?;
            } else if !DEMAND.iter().chain(INSTRUMENTS).any(|known| *known == element.name)
                && !stops::is_place(&element.name)
            {
                report.count(format!("<{}> in an additional file", element.name), || element.label());
            }
            Ok(())
        })?;
    }
    assemble::assemble(file, net, report)
}

#[cfg(test)]
mod broken_tests;
#[cfg(test)]
pub(crate) mod test_files;
#[cfg(test)]
mod tests;
