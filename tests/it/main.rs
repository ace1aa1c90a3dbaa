//! The integration tests, in one binary.

mod diagram;
mod discharge;
mod models;
mod worlds;
