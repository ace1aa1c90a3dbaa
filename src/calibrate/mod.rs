//! Calibration: what was counted or measured on a real street, and the scenario that fits it.
//!
//! Terms
//! - **count**: vehicles that passed a *site* (the end of an edge, its beginning, or a detector) in an interval.
//! - **GEH**: how far a flow is from a count, √(2 (m − c)² / (m + c)), both in veh/h; below 5 is the usual target for
//!   85 % of all counts (Design Manual for Roads and Bridges; WebTAG).
//! - **source**: what demand is written down as: a flow, an entry, a cell of a matrix, or all trips from one street.
//! - **factor**: what a source is multiplied by. Only ratios of sources that pass different sites can be told apart by
//!   counts; what no count sees keeps its own.
//!
//! Nothing here reads files or a clock. The same input gives the same scenario, for any number of threads.

mod counts;
mod fit;
mod observe;
mod saturation;
mod sources;

pub use counts::{Count, Site, clock, of_csv, of_edge_data};
pub use fit::{Compared, Fit, Fitted, Round, fit};
pub use observe::Model;
pub use saturation::{Measured, Queue, SaturationFit, fit_saturation, saturations};
pub use sources::{Sources, scaled};

/// GEH below this is a match.
pub const MATCHES: f64 = 5.0;
/// Share of counts that should match.
pub const WANTED: f64 = 0.85;
