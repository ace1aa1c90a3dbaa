//! Batches: many runs of which the numbers can be trusted and repeated.
//!
//! Terms
//! - **experiment**: scenarios × controllers × demand scales × behaviours × sensors × changed values × seeds, as a file.
//! - **cell**: one combination of all but the seed; **block**: cells that differ in their controller only.
//! - **run**: a cell and a seed. Its **id** is readable and sorts; its **key** is a hash of all that its result depends on.
//! - **record**: what a run came to, one value a column ([`COLUMNS`]); nothing of clocks and machines is in it.
//! - **common random numbers**: runs of a block with one seed have the same departures and drivers, so that differences
//!   between them are paired.
//! - **family**: all comparisons of an experiment that are judged together (Holm, 1979).
//!
//! Everything here is plain data and arithmetic: `cli::batch` runs, reads and writes.

mod check;
pub mod columns;
pub mod design;
pub mod experiment;
pub mod report;
pub mod statistics;

pub use columns::{Better, COLUMNS, Column, Kind, Record, Value};
pub use design::{Cell, Run, cells, runs, settings};
pub use experiment::{Experiment, Seeds};
