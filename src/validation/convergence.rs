//! C20: shorter steps change little.

use super::discharge::{LONG_WAY, QUEUE, headways, queue_world, saturation};
use super::{Drivers, Effort, Estimate, Row, Section, Target};

/// The step that the others are compared with, s.
const FINEST: f64 = 0.05;

/// The experiment.
pub fn run(_: Effort) -> Section {
    let flow =
        |step: f64| saturation(&headways(&queue_world(Drivers::Calibrated.alike(), LONG_WAY, QUEUE, 200.0).step(step)));
    let finest = flow(FINEST);
    let row = |id, step: f64, most: f64| {
        let off = 100.0 * (flow(step) / finest - 1.0).abs();
        let what = format!("saturation flow at a step of {step} s against {FINEST} s");
        Row::new(id, what, Target::at_most(most), Estimate::exact(off)).unit("%", 2).source("ballistic update")
    };
    Section {
        title: "Convergence",
        text: "Discharge of a queue at a signal, all drivers alike.",
        rows: vec![row("20a", 0.5, 2.0), row("20b", 0.25, 1.0), row("20c", 0.1, 1.0)],
        plots: Vec::new(),
    }
}
