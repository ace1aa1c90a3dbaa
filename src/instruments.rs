//! What a scenario wants measured: detectors where they lie, tables over edges, logs of lamps. Plain data; how it is
//! measured is in [`measure`](crate::measure).
//!
//! Terms
//! - **induction loop** (SUMO: e1): counts vehicles at a cross-section of one lane and times them over it.
//! - **area detector** (e2): looks at all vehicles on a stretch of one lane, or of consecutive lanes.
//! - **gates** (e3): entry and exit cross-sections around any part of a network; times vehicles from one to the other.
//! - **table** (SUMO: meandata): sums per edge or per lane.
//! - **lamp log** (SUMO: `SaveTLSStates`): what the signals show.

use intergreen_control::Millis;

use crate::network::{LaneId, LinkId, SignalId};

/// What everything that is measured by intervals has in common.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Instrument {
    /// Its name.
    pub id: String,
    /// The file it wants its readings in, as the scenario writes it.
    pub file: String,
    /// Length of an interval; `None`: the whole run is one.
    pub period: Option<Millis>,
    /// When the first interval begins; `None`: with the run.
    pub begin: Option<Millis>,
    /// From then on no interval begins; `None`: to the end of the run.
    pub end: Option<Millis>,
    /// Names of the vehicle types it sees; empty: all.
    pub types: Vec<String>,
}

/// An induction loop.
#[derive(Clone, Debug, PartialEq)]
pub struct InductionLoop {
    /// Name, file, intervals.
    pub instrument: Instrument,
    /// Its lane.
    pub lane: LaneId,
    /// Near border, m from the start of the lane.
    pub position: f64,
    /// Far border less near border, m; 0: a line.
    pub length: f64,
}

/// An area detector.
#[derive(Clone, Debug, PartialEq)]
pub struct Area {
    /// Name, file, intervals.
    pub instrument: Instrument,
    /// Its lanes, in driving order.
    pub lanes: Vec<LaneId>,
    /// Where it begins, m from the start of the first lane.
    pub start: f64,
    /// Where it ends, m from the start of the last lane.
    pub end: f64,
    /// What counts as halting, and as a jam.
    pub halting: Halting,
}

/// When a vehicle counts as halting.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Halting {
    /// Below this speed, m/s,
    pub speed: f64,
    /// for at least this long.
    pub time: Millis,
}

/// SUMO's 5 km/h for one second.
impl Default for Halting {
    fn default() -> Self {
        Self { speed: 5.0 / 3.6, time: Millis(1000) }
    }
}

/// A cross-section of a lane.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CrossSection {
    /// The lane.
    pub lane: LaneId,
    /// m from its start.
    pub position: f64,
}

/// Entry and exit gates.
#[derive(Clone, Debug, PartialEq)]
pub struct Gates {
    /// Name, file, intervals.
    pub instrument: Instrument,
    /// Where vehicles come in.
    pub entries: Vec<CrossSection>,
    /// Where they leave.
    pub exits: Vec<CrossSection>,
    /// What counts as a halt.
    pub halting: Halting,
}

/// A table over edges or lanes.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// Name, file, intervals.
    pub instrument: Instrument,
    /// A row per lane instead of one per edge.
    pub by_lane: bool,
    /// Whether the roads inside junctions have rows.
    pub internal: bool,
    /// Whether edges without traffic have rows.
    pub empty: bool,
    /// Whether these rows have the travel time and speed of free flow.
    pub free_flow: bool,
    /// The edges with rows; empty: all.
    pub links: Vec<LinkId>,
    /// Below this speed a vehicle waits, m/s.
    pub waiting_speed: f64,
    /// The longest travel time that is written, s.
    pub longest_time: f64,
    /// A row with less vehicle time than this has no means, s.
    pub least_samples: f64,
}

impl Table {
    /// SUMO's defaults, but without rows for edges that nobody uses.
    pub fn new(instrument: Instrument, by_lane: bool) -> Self {
        Self {
            instrument,
            by_lane,
            internal: false,
            empty: false,
            free_flow: false,
            links: Vec::new(),
            waiting_speed: 0.1,
            longest_time: 100_000.0,
            least_samples: 0.0,
        }
    }
}

/// A log of what signals show.
#[derive(Clone, Debug, PartialEq)]
pub struct LampLog {
    /// The file it wants to be in, as the scenario writes it.
    pub file: String,
    /// The signals.
    pub signals: Vec<SignalId>,
    /// An entry only where something changes, instead of one per step.
    pub changes_only: bool,
}

/// Everything that a scenario wants measured.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Instruments {
    /// Induction loops.
    pub loops: Vec<InductionLoop>,
    /// Area detectors.
    pub areas: Vec<Area>,
    /// Gates.
    pub gates: Vec<Gates>,
    /// Tables.
    pub tables: Vec<Table>,
    /// Lamp logs.
    pub lamps: Vec<LampLog>,
}

impl Instruments {
    /// Whether nothing is wanted.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// The results that a scenario asks for: files as it names them.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Outputs {
    /// A row per trip.
    pub tripinfo: Option<String>,
    /// A row per step.
    pub summary: Option<String>,
    /// Everybody's position in every step.
    pub fcd: Option<String>,
    /// Time between positions, if not every step.
    pub fcd_period: Option<Millis>,
    /// Sums per edge.
    pub edge_data: Option<String>,
    /// Sums per lane.
    pub lane_data: Option<String>,
}

impl Outputs {
    /// Whether nothing is asked for.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}
