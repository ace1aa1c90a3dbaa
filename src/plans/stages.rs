//! Stages from a program: what is open together while nobody changes.

use intergreen_control::plan::StageSpec;
use intergreen_control::{Lamp, ProgramStep};

/// The distinct sets of open groups in steps in which no group is yellow or red-yellow. A time in which only those are
/// open that are so before and after, an all-red for instance, is part of a change.
pub(super) fn stages(steps: &[ProgramStep]) -> Vec<StageSpec> {
    /// What is open in a step, and whether some group is about to change.
    type Seen = (Vec<usize>, bool);
    let seen = |step: &ProgramStep| -> Seen {
        let open = (0..step.lamps.len()).filter(|&g| step.lamps[g].is_green()).collect();
        (open, step.lamps.iter().any(|l| matches!(l, Lamp::Yellow | Lamp::RedYellow)))
    };
    let mut times: Vec<Seen> = steps.iter().map(seen).collect();
    // Steps that show the same are one time, also over the end of the cycle.
    times.dedup();
    if times.len() > 1 && times.first() == times.last() {
        times.pop();
    }
    let n = times.len();
    let mut found: Vec<&Vec<usize>> = Vec::new();
    for (i, (open, changing)) in times.iter().enumerate() {
        let within = |other: &Seen| open.iter().all(|g| other.0.contains(g));
        let between = n > 1 && within(&times[(i + n - 1) % n]) && within(&times[(i + 1) % n]);
        if !changing && !between && !open.is_empty() && !found.contains(&open) {
            found.push(open);
        }
    }
    let spec = |(i, open): (usize, &Vec<usize>)| StageSpec {
        name: format!("stage {}", i + 1),
        groups: open.iter().map(usize::to_string).collect(),
    };
    found.into_iter().enumerate().map(spec).collect()
}
