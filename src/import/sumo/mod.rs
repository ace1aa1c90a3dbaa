//! SUMO's files: networks, demand, configurations.

pub mod config;
pub mod instruments;
pub mod net;
pub mod peer;
pub mod routes;
mod stops;
mod time;
pub mod types;
