//! Which detector tells what of which lane.
//!
//! A loop that is not [believed](crate::Health) tells nothing. What it did, others of the lane do as far as they can: the
//! input loop is always the one furthest upstream of those that are believed, and what then is left undone
//! [stands in](super::stand_in) for itself.

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

/// A detector of a lane.
#[derive(Clone, Copy, PartialEq, Debug)]
struct Laid {
    channel: u16,
    kind: DetectorKind,
    wire: Wire,
    believed: bool,
}

impl Laid {
    const fn is_advance(&self) -> bool {
        matches!(self.kind, DetectorKind::X | DetectorKind::In)
    }
}

/// What there is in a lane. What it never had is not missed.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct Loops {
    /// Its check loop.
    pub check: Option<Check>,
    /// Whether a believed loop does what each is for: the input, the output, the zone.
    pub input: bool,
    pub output: bool,
    pub zone: bool,
    /// Whether it has an output, and a zone, that are believed.
    pub counted: bool,
    pub watched: bool,
}

impl Default for Loops {
    fn default() -> Self {
        Self { check: None, input: true, output: true, zone: true, counted: false, watched: false }
    }
}

impl Loops {
    /// Whether all that it has is believed.
    pub const fn are_whole(&self) -> bool {
        self.input && self.output && self.zone
    }
}

/// What the detectors of an intersection tell.
#[derive(Clone, Debug)]
pub(super) struct Wires {
    /// By lane, its detectors.
    lanes: Vec<Vec<Laid>>,
    /// By detector, where it is in these: the lane, and the place there.
    of: Vec<Vec<(u16, u16)>>,
    /// By lane, from the input loop to the line, m; 0: it has none.
    inputs: Vec<f32>,
    loops: Vec<Loops>,
}

impl Wires {
    pub fn new(plan: &Plan, approaches: &Approaches) -> Self {
        let uses = &plan.spec().detectors;
        let channels = uses.iter().map(|d| usize::from(d.channel) + 1).max().unwrap_or(0);
        let mut wires = Self {
            lanes: Vec::with_capacity(approaches.lanes.len()),
            of: alloc::vec![Vec::new(); channels],
            inputs: alloc::vec![0.0; approaches.lanes.len()],
            loops: alloc::vec![Loops::default(); approaches.lanes.len()],
        };
        for (lane, of) in (0..).zip(&approaches.lanes) {
            let mut laid: Vec<Laid> = Vec::new();
            for d in uses.iter().filter(|d| d.place.as_ref().is_some_and(|p| p.lane == of.name)) {
                let Some(found) = Laid::new(lane, d) else { continue };
                // A detector may have several uses in one lane.
                if !laid.contains(&found) {
                    wires.of[usize::from(d.channel)].push((lane, laid.len() as u16));
                    laid.push(found);
                }
            }
            wires.lanes.push(laid);
            wires.assign(usize::from(lane));
        }
        wires
    }

    /// Says what each believed detector of a lane is for.
    fn assign(&mut self, lane: usize) {
        let laid = &mut self.lanes[lane];
        let advance = laid.iter().filter(|l| l.believed && l.is_advance()).map(|l| l.wire.distance_m);
        let furthest = advance.clone().fold(0.0, f32::max);
        let nearest = advance.filter(|&m| m > 0.0).fold(furthest, f32::min);
        let mut check = None;
        for of in laid.iter_mut() {
            of.wire.role = match of.kind {
                DetectorKind::StopBar => Role::Zone,
                DetectorKind::Count => Role::Output,
                // Of several pieces across the road each is one.
                DetectorKind::X | DetectorKind::In if of.wire.distance_m >= furthest => Role::Input,
                DetectorKind::X | DetectorKind::In if of.wire.distance_m <= nearest => Role::Check,
                DetectorKind::X | DetectorKind::In => Role::Between,
            };
            if of.believed && of.wire.role == Role::Check {
                check = Some(Check { distance_m: of.wire.distance_m, drive_ms: of.wire.drive_ms });
            }
        }
        let does = |is: &dyn Fn(&Laid) -> bool| {
            let mut all = laid.iter().filter(|l| is(l)).peekable();
            all.peek().is_none() || all.any(|l| l.believed)
        };
        self.inputs[lane] = furthest;
        self.loops[lane] = Loops {
            check,
            input: does(&Laid::is_advance),
            output: does(&|l| l.kind == DetectorKind::Count),
            zone: does(&|l| l.kind == DetectorKind::StopBar),
            counted: laid.iter().any(|l| l.kind == DetectorKind::Count && l.believed),
            watched: laid.iter().any(|l| l.kind == DetectorKind::StopBar && l.believed),
        };
    }

    /// A detector is to be believed from now on, or no longer. Returns what it tells, if that has changed.
    pub fn believe(&mut self, detector: u16, believed: bool, mut tell: impl FnMut(&Wire, &Loops)) {
        for i in 0..self.of.get(usize::from(detector)).map_or(0, Vec::len) {
            let (lane, place) = self.of[usize::from(detector)][i];
            let (lane, place) = (usize::from(lane), usize::from(place));
            if self.lanes[lane][place].believed != believed {
                self.lanes[lane][place].believed = believed;
                let wire = self.lanes[lane][place].wire;
                self.assign(lane);
                tell(&wire, &self.loops[lane]);
            }
        }
    }

    /// What a detector tells, if it is believed.
    pub fn of(&self, detector: u16) -> impl Iterator<Item = &Wire> {
        let places = self.of.get(usize::from(detector)).map_or(&[][..], Vec::as_slice);
        let laid = places.iter().map(|&(lane, place)| &self.lanes[usize::from(lane)][usize::from(place)]);
        laid.filter(|laid| laid.believed).map(|laid| &laid.wire)
    }

    /// What there is, by lane.
    pub fn loops(&self) -> &[Loops] {
        &self.loops
    }

    /// From the input loop of a lane to the line, m; 0: it has none.
    pub fn input_m(&self, lane: u16) -> f32 {
        self.inputs.get(usize::from(lane)).copied().unwrap_or(0.0)
    }
}

impl Laid {
    /// What a use says of where its detector lies; its role is still to be said.
    fn new(lane: u16, of: &DetectorUse) -> Option<Self> {
        let place = of.place.as_ref()?;
        let drive_ms = (1000.0 * place.distance_m / place.speed_m_s) as i64;
        let wire = Wire { lane, role: Role::Between, distance_m: place.distance_m as f32, drive_ms };
        Some(Self { channel: of.channel, kind: place.kind, wire, believed: true })
    }
}
