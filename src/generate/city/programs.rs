//! Signal programs of a city: stages and splits from turn flows, one cycle for the arterials, offsets along them.
//!
//! The main street is coordinated for platoons both ways; each bridge avenue is coordinated from where it crosses the
//! main street. The arterials share a cycle, the longest that one of their signals needs. All other signals run on
//! their own.

use super::Layout;
use crate::generate::signals::{self, Draft, Standards};
use crate::generate::ways::Turns;
use crate::generate::{Flow, GenerateError, no_program};
use crate::network::compose::{NodeKind, SignalPlan, Survey};

/// What programs are made by: cycles of 50 to 100 s.
pub const STANDARDS: Standards =
    Standards { saturation: 1900.0, heavy: 0.03, min_green: 8.0, min_green_left: 6.0, cycles: [50.0, 100.0] };
/// Platoons drive at this speed on arterials, m/s: nine tenths of the limit.
const PLATOON: f64 = 12.5;

/// An arterial with its signals.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Axis {
    /// Signals in their order: node, a street of the arterial there, and the place along it, m.
    pub signals: Vec<(String, String, f64)>,
}

/// Programs for all signals of a city and these flows, in the order of its nodes.
///
/// # Errors
/// If the streets do not fit each other.
pub fn programs(layout: &Layout, flows: &[Flow]) -> Result<Vec<SignalPlan>, GenerateError> {
    let survey = Survey::new(&layout.plan)?;
    let flows = Turns::new(&survey).count(flows);
    let street_of = |node: &str| {
        let mut all = layout.axes.iter().flat_map(|a| &a.signals);
        all.find(|s| s.0 == node).map(|s| s.1.as_str())
    };
    let mut drafts: Vec<Draft> = Vec::new();
    for node in layout.plan.nodes.iter().filter(|n| n.kind == NodeKind::Signal) {
        if let Some(crossing) = survey.crossing(&node.id) {
            drafts.push(signals::draft(crossing, &flows, street_of(&node.id), &STANDARDS));
        }
    }
    let cycle = signals::common_cycle(drafts.iter().filter(|d| street_of(&d.node).is_some()));
    let offsets = offsets(layout, &drafts, cycle)?;
    drafts
        .iter()
        .map(|draft| {
            let offset = offsets.iter().find(|o| o.0 == draft.node).map(|o| o.1);
            let (cycle, offset) = offset.map_or_else(|| (draft.cycle(), 0.0), |offset| (cycle, offset));
            draft.plan(cycle, offset).map_err(|e| no_program(&draft.node, &e))
        })
        .collect()
}

/// Offsets of the signals on arterials, s.
fn offsets(layout: &Layout, drafts: &[Draft], cycle: f64) -> Result<Vec<(String, f64)>, GenerateError> {
    let mut known: Vec<(String, f64)> = Vec::new();
    for axis in &layout.axes {
        let at: Vec<f64> = axis.signals.iter().map(|s| s.2).collect();
        let along = signals::two_way(&at, PLATOON, cycle);
        // An avenue joins where it meets the main street: there its own green starts later than the main street's.
        let joint = axis.signals.iter().enumerate().find_map(|(k, s)| {
            let (_, offset) = known.iter().find(|o| o.0 == s.0)?;
            let draft = drafts.iter().find(|d| d.node == s.0)?;
            Some((k, *offset, draft))
        });
        let base = match joint {
            None => 0.0,
            Some((k, offset, draft)) => {
                let plan = draft.plan(cycle, offset).map_err(|e| no_program(&draft.node, &e))?;
                offset + start_of(&plan, &axis.signals[k].1) - along[k]
            }
        };
        for (signal, own) in axis.signals.iter().zip(along) {
            if known.iter().all(|o| o.0 != signal.0) {
                let offset = base + own;
                known.push((signal.0.clone(), libm::round(offset - cycle * libm::floor(offset / cycle))));
            }
        }
    }
    Ok(known)
}

/// When the first stage of a street starts, s after the first stage of all.
fn start_of(plan: &SignalPlan, street: &str) -> f64 {
    let of = |go: &String| go.split(':').next().unwrap_or(go).trim_start_matches('-') == street;
    let before = plan.stages.iter().take_while(|s| !s.go.iter().any(of));
    before.map(|s| s.green + plan.yellow + plan.all_red).sum()
}
