//! The simulation: vehicles, sensors, controllers and lamps in one loop, as an engine that is a plain value.
//!
//! Terms
//! - **step**: a fixed span of time in which everything moves once, in the order of [`Stage`].
//! - **plan**, **apply**: all vehicles read the old state and work out a speed; then all move. The result does not
//!   depend on the order within a pass, so that it is the same for any number of threads.
//! - **chunk**: a run of whole links that one thread works on in a parallel pass.
//! - **path**, **leg**: a route as a vehicle class drives it, and one link of it.
//!
//! Nothing here is global, logs, or reads a clock. The moving state lies in [`state::Traffic`], lane by lane;
//! lanes, junctions, signal heads, sensors and vehicles are also entities that other systems can query.

pub mod announce;
pub mod apply;
pub mod by_type;
pub mod checkpoint;
pub mod chunk;
pub mod closures;
pub mod collisions;
pub mod command;
pub mod control;
pub mod emissions;
pub mod entities;
pub mod faults;
mod found;
mod gate;
mod giving_way;
mod grades;
pub mod gridlock;
pub mod hash;
pub mod insert;
pub mod junction;
pub mod lane_change;
pub mod measures;
pub mod monitor;
pub mod navigation;
mod outlook;
pub mod plan;
pub mod post;
pub mod profile;
mod rears;
pub mod routes;
pub mod scene;
pub mod sensors;
mod simulation;
pub mod state;
mod step;
pub mod stops;
pub mod surge;
pub mod travel_times;

pub use checkpoint::CheckpointError;
pub use command::{Command, Outage, TimedCommand};
pub use profile::Profile;
pub use scene::{SOME_DAY, Scene, Setup};
pub use simulation::{SimError, Simulation, Snapshot};
pub use step::Stage;
