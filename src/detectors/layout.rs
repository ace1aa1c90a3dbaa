//! Which detectors lanes have, and where: what is usual, and what is said of single ones.

use std::collections::{BTreeMap, BTreeSet};

use intergreen_control::Millis;
use intergreen_control::plan::{DetectorKind, DetectorLimits, DetectorMode};
use serde::Serialize;

use super::{Channel, Fault, MessageFault, Piece};
use crate::network::{LaneId, SignalId};

/// How long somebody must wait in a lane for right turns before the zone calls, where a turn on red is permitted: 8 to
/// 12 s are usual (FHWA, Signal Timing Manual, 2008, on delay; Bonneson and McCoy, Manual of Traffic Detector Design).
const ON_RED: Millis = Millis(10_000);

/// Where an advance loop lies.
#[derive(Clone, Copy, PartialEq, Debug, Serialize)]
pub enum Position {
    /// So many seconds before the stop line at the speed limit there, > 0.
    Seconds(f32),
    /// So many metres before the stop line, > 0.
    Metres(f32),
}

/// Which detectors lanes have, and where.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Layout {
    /// Length of the stop-bar zone, m, > 0; `None`: there is none.
    pub stop_bar_m: Option<f32>,
    /// Whether there are count loops.
    pub count: bool,
    /// Where X lies; `None`: there is none.
    pub x: Option<Position>,
    /// Where IN lies; `None`: there is none.
    pub input: Option<Position>,
    /// Delay of the zone of a lane for right turns that may turn on red.
    pub on_red: Millis,
    /// Stop lines, by their lanes, that have no usual detector of a kind.
    pub without: Vec<(LaneId, DetectorKind)>,
    /// Detectors of which it is said where they lie; each stands for the usual one of its kind at its stop line.
    pub own: Vec<Own>,
    /// Signals whose plan files have detectors: these, and no others.
    pub of_plans: Vec<(SignalId, Vec<Channel>)>,
    /// What is wrong with some of them.
    pub faults: Vec<Fault>,
    /// What happens to messages between signals.
    pub messages: Vec<MessageFault>,
}

impl Default for Layout {
    fn default() -> Self {
        Self {
            stop_bar_m: Some(20.0),
            count: true,
            x: Some(Position::Seconds(3.5)),
            input: Some(Position::Seconds(8.0)),
            on_red: ON_RED,
            without: Vec::new(),
            own: Vec::new(),
            of_plans: Vec::new(),
            faults: Vec::new(),
            messages: Vec::new(),
        }
    }
}

/// A layout, with what it says of single stop lines at hand.
pub(super) struct Rules<'a> {
    /// What is usual.
    pub layout: &'a Layout,
    /// By stop line, the detectors of which it is said where they lie.
    own: BTreeMap<LaneId, Vec<&'a Own>>,
    /// Stop lines that have no usual detector of a kind.
    without: BTreeSet<(LaneId, DetectorKind)>,
}

impl<'a> Rules<'a> {
    /// Those of a layout.
    pub fn new(layout: &'a Layout) -> Self {
        let mut own: BTreeMap<LaneId, Vec<&Own>> = BTreeMap::new();
        let mut without: BTreeSet<_> = layout.without.iter().copied().collect();
        for o in &layout.own {
            own.entry(o.line).or_default().push(o);
            without.insert((o.line, o.kind));
        }
        Self { layout, own, without }
    }

    /// Whether a stop line has the usual detector of a kind, if that is usual.
    pub fn keeps(&self, line: LaneId, kind: DetectorKind) -> bool {
        !self.without.contains(&(line, kind))
    }

    /// The detectors of a stop line of which it is said where they lie.
    pub fn own(&self, line: LaneId) -> &[&'a Own] {
        self.own.get(&line).map_or(&[], Vec::as_slice)
    }
}

/// A detector of which it is said where it lies.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Own {
    /// Its name in a file; may be empty.
    pub id: String,
    /// The lane that ends at its stop line.
    pub line: LaneId,
    /// What it is for.
    pub kind: DetectorKind,
    /// Where it lies: a lane on the way to the stop line.
    pub piece: Piece,
    /// What it does; `None`: as the usual one of its kind.
    pub mode: Option<DetectorMode>,
    /// The groups it is for; `None`: those that movements from the stop line obey.
    pub groups: Option<Vec<u16>>,
    /// Whether its calls are kept; `None`: as the usual one.
    pub locking: Option<bool>,
    /// Its delay, 0–60 s; `None`: as the usual one.
    pub delay: Option<Millis>,
    /// Its extension, 0–30 s.
    pub extend: Millis,
    /// What else it does.
    pub special: Special,
}

/// What no usual detector does; see [`DetectorUse`](intergreen_control::plan::DetectorUse).
#[derive(Clone, PartialEq, Debug, Default, Serialize)]
pub struct Special {
    /// It extends for the queue only.
    pub queue: bool,
    /// It keeps calls of those who come on yellow, too.
    pub yellow_lock: bool,
    /// It extends for so long from the start of a green, 0–255 s; 0: without limit.
    pub extend_limit: Millis,
    /// Its actuations on red lengthen the least green.
    pub added_initial: bool,
    /// Groups that it extends while its own are not green.
    pub switched: Vec<u16>,
    /// When it is taken for broken.
    pub diagnostics: DetectorLimits,
}
