//! All integration tests, one binary.

mod cli;
mod cli_bad_input;
mod tools;
