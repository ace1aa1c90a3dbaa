//! Signal programs from light phases.
//!
//! One group for each road link, by its place in the file. In a light phase a road link that is open shows a full green,
//! or one that gives way if a road link to which it gives way is open, too. There is neither yellow nor clearance time;
//! `plans::complete` adds them.

use std::path::Path;

use intergreen_control::{Lamp, Program, ProgramStep};

use super::Intersection;
use super::right_of_way::Rights;
use crate::import::ImportError;

/// What programs are called.
const NAME: &str = "cityflow";

/// The program of an intersection with lamps.
pub(super) fn program(file: &Path, here: &Intersection, rights: &Rights) -> Result<Program, ImportError> {
    let steps = here.phases.iter().map(|phase| {
        let lamp = |link: usize| match phase.open[link] {
            false => Lamp::Red,
            true if rights.gives_way_in(here, phase, link) => Lamp::GreenMinor,
            true => Lamp::Green,
        };
        ProgramStep { duration: phase.time, lamps: (0..here.links.len()).map(lamp).collect() }
    });
    let problem = |e| ImportError::new(file, format!("intersection '{}': its light phases: {e}", here.id));
    Program::new(NAME, intergreen_control::Millis(0), steps.collect()).map_err(problem)
}
