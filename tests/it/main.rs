//! All integration tests, one binary.

mod cli;
mod cli_bad_input;
mod diagram;
mod discharge;
mod invariants;
mod models;
mod random_towns;
mod tools;
mod worlds;
