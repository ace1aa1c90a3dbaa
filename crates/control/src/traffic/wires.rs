//! Which detector tells what of which lane.

use alloc::vec::Vec;

use super::lane::Check;
use crate::{
    Approaches, Plan,
    plan::{DetectorKind, DetectorUse},
};

/// What a detector tells of a lane.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct Wire {
    pub lane: u16,
    pub role: Role,
    /// From there to the stop line, m.
    pub distance_m: f32,
    /// How long a car takes from there to the line if nobody holds it up, ms.
    pub drive_ms: i64,
}

/// What a detector of a lane is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Role {
    /// Counts who comes.
    Input,
    /// Lies between the input and the line: tells of a queue that reaches it.
    Between,
    /// So does this, and nothing lies between it and the line: counts again.
    Check,
    /// Counts who leaves.
    Output,
    /// Tells whether somebody waits.
    Zone,
}

/// What the detectors of an intersection tell.
#[derive(Clone, Debug)]
pub(super) struct Wires {
    /// By detector.
    of: Vec<Vec<Wire>>,
    /// By lane, from the input loop to the line, m; 0: it has none.
    inputs: Vec<f32>,
    /// By lane, its check loop.
    checks: Vec<Option<Check>>,
}

impl Wires {
    pub fn new(plan: &Plan, approaches: &Approaches) -> Self {
        let uses = &plan.spec().detectors;
        let mut inputs = Vec::with_capacity(approaches.lanes.len());
        let mut checks = Vec::with_capacity(approaches.lanes.len());
        let mut wires = alloc::vec![Vec::new(); uses.iter().map(|d| usize::from(d.channel) + 1).max().unwrap_or(0)];
        for (lane, of) in (0..).zip(&approaches.lanes) {
            let here = |d: &&DetectorUse| d.place.as_ref().is_some_and(|p| p.lane == of.name);
            let upstream = |d: &DetectorUse| {
                let advance = d.place.as_ref().filter(|p| matches!(p.kind, DetectorKind::X | DetectorKind::In));
                advance.map_or(0.0, |p| p.distance_m)
            };
            let furthest = uses.iter().filter(here).map(upstream).fold(0.0, f64::max);
            let nearest = uses.iter().filter(here).map(upstream).filter(|&m| m > 0.0).fold(furthest, f64::min);
            inputs.push(furthest as f32);
            checks.push(None);
            for d in uses.iter().filter(here) {
                let Some(place) = &d.place else { continue };
                let role = match place.kind {
                    DetectorKind::StopBar => Role::Zone,
                    DetectorKind::Count => Role::Output,
                    // Of several pieces across the road each is one.
                    DetectorKind::X | DetectorKind::In if place.distance_m >= furthest => Role::Input,
                    DetectorKind::X | DetectorKind::In if place.distance_m <= nearest => Role::Check,
                    DetectorKind::X | DetectorKind::In => Role::Between,
                };
                let drive_ms = (1000.0 * place.distance_m / place.speed_m_s) as i64;
                if role == Role::Check {
                    checks[usize::from(lane)] = Some(Check { distance_m: place.distance_m as f32, drive_ms });
                }
                let wire = Wire { lane, role, distance_m: place.distance_m as f32, drive_ms };
                let known: &mut Vec<Wire> = &mut wires[usize::from(d.channel)];
                // A detector may have several uses in one lane.
                if !known.contains(&wire) {
                    known.push(wire);
                }
            }
        }
        Self { of: wires, inputs, checks }
    }

    /// What a detector tells.
    pub fn of(&self, detector: u16) -> &[Wire] {
        self.of.get(usize::from(detector)).map_or(&[], Vec::as_slice)
    }

    /// The check loops, by lane.
    pub fn checks(&self) -> &[Option<Check>] {
        &self.checks
    }

    /// From the input loop of a lane to the line, m; 0: it has none.
    pub fn input_m(&self, lane: u16) -> f32 {
        self.inputs.get(usize::from(lane)).copied().unwrap_or(0.0)
    }
}
