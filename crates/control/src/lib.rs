//! # Intergreen control
//!
//! The signal controller: the same code in the simulator and at the roadside. `no_std`, sans-io, deterministic.
//!
//! Terms
//! - **group**: what one lamp head shows, one per link index of the program.
//! - **program**: a fixed cycle of *steps*, each a lamp for every group (SUMO calls a step a *phase*; here *phase*
//!   is kept for NEMA's meaning).
//! - **cycle**, **offset**: length of the program, and the time its first step starts modulo the cycle.
#![no_std]

extern crate alloc;

mod lamp;
mod program;
mod time;

pub use lamp::Lamp;
pub use program::{Program, ProgramError, ProgramStep};
pub use time::Millis;
