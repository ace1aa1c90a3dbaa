//! All integration tests, one binary.

mod cityflow;
mod cli;
mod cli_bad_input;
mod cli_recordings;
mod compare;
#[cfg(unix)]
mod compare_children;
mod departures;
mod determinism;
mod diagram;
mod discharge;
mod draw;
mod golden;
mod golden_table;
mod imported;
mod invariants;
mod junctions;
mod ladder;
mod lamp_traces;
mod lanes;
mod models;
mod mutilated;
mod navigation;
mod outputs;
mod peers;
mod plans;
mod plans_driven;
mod plans_import;
mod random_towns;
mod regressions;
mod sensors;
mod stops;
mod style;
mod tools;
mod worlds;
