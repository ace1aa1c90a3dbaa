//! The integration tests, in one binary.

mod diagram;
mod discharge;
mod invariants;
mod models;
mod random_towns;
mod worlds;
