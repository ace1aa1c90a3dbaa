//! # Intergreen
//!
//! A microscopic traffic simulator and its signal controllers.

pub mod assign;
pub mod batch;
pub mod behaviour;
pub mod calibrate;
pub mod cli;
pub mod commands;
pub mod demand;
pub mod detectors;
pub mod draw;
pub mod emission;
pub mod export;
pub mod generate;
pub mod import;
pub mod instruments;
pub mod measure;
pub mod network;
pub mod performance;
pub mod plans;
pub mod random;
pub mod scenario;
pub mod sim;
pub mod validation;
pub mod view;
