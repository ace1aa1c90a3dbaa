//! SUMO's files: networks, demand, configurations.

pub mod routes;
pub mod types;
