//! All integration tests, one binary.

mod cli;
mod cli_bad_input;
mod determinism;
mod diagram;
mod discharge;
mod golden;
mod golden_table;
mod invariants;
mod models;
mod random_towns;
mod style;
mod tools;
mod worlds;
