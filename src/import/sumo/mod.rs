//! SUMO's files: networks, demand, configurations.

pub mod config;
pub mod net;
mod time;
