//! The integration tests, in one binary.

mod discharge;
mod worlds;
