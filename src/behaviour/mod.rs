//! How drivers behave, as plain functions of what they see: no world, no state, no randomness of their own.
//!
//! Terms
//! - **gap**: free distance to the leader's rear bumper *less* the minimum gap, m. Zero means "stand here".
//! - **next speed**: what all models return: the speed at the end of the step. Models with ballistic motion may
//!   return a negative value, which means "stops within the step" (see [`Driver::advance`]).
//! - **brake gap**: distance needed to stop at the comfortable deceleration.
//! - **follow, stop, slow**: keep behind a leader, stand before a line, reach a lower limit by a place.
//!
//! Times s, lengths m, speeds m/s, accelerations m/s².

mod bounds;
pub(crate) mod driver;
pub mod following;
pub mod gap;
pub mod headway;
pub mod zipper;

pub use bounds::Bounds;
pub use driver::{Driver, Leader};
