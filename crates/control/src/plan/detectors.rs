//! What sensor outputs mean to a plan.

use alloc::{string::String, vec::Vec};

use crate::Millis;

/// What a detector does for its groups.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
pub enum DetectorMode {
    /// Calls while the group is not green, and extends its green.
    #[default]
    CallAndExtend,
    /// Calls only.
    Call,
    /// Extends only.
    Extend,
    /// Counts only.
    Count,
}

impl DetectorMode {
    /// Whether it calls.
    pub const fn calls(self) -> bool {
        matches!(self, Self::Call | Self::CallAndExtend)
    }

    /// Whether it extends.
    pub const fn extends(self) -> bool {
        matches!(self, Self::Extend | Self::CallAndExtend)
    }
}

/// What a detector means: which groups it calls and extends, and how.
#[derive(Clone, PartialEq, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(deny_unknown_fields))]
pub struct DetectorUse {
    /// The channel, from 0: the number its edges carry.
    pub channel: u16,
    /// The groups it is for.
    pub groups: Vec<String>,
    /// What it does for them.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "super::is_default"))]
    pub mode: DetectorMode,
    /// Whether a call is kept until it is served, also when the vehicle has left the detector (red lock).
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "super::is_default"))]
    pub locking: bool,
    /// Whether that holds from the begin of yellow on (yellow lock), for who is on the detector then and who comes later;
    /// else it does from its end on. Nothing without `locking`.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "super::is_default"))]
    pub yellow_lock: bool,
    /// Counts as occupied only after being on for this long while its groups are not green, s, 0–60. While one of them
    /// is green there is no delay: a driver who turned on red is no call, one who arrives on green extends it.
    #[cfg_attr(feature = "serde", serde(default, with = "super::seconds", skip_serializing_if = "super::is_default"))]
    pub delay: Millis,
    /// Extends a green for this much longer than it is on, s, 0–30 (carry-over).
    #[cfg_attr(feature = "serde", serde(default, with = "super::seconds", skip_serializing_if = "super::is_default"))]
    pub extend: Millis,
    /// Extends a green only until it is off for the first time, its `extend` included: it clears the queue and leaves
    /// those who come later to detectors further upstream.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "super::is_default"))]
    pub queue: bool,
    /// Extends a green for this long at most, from its start, s, 0–255 \[0: no limit\].
    #[cfg_attr(feature = "serde", serde(default, with = "super::seconds", skip_serializing_if = "super::is_default"))]
    pub extend_limit: Millis,
    /// Its actuations on red lengthen the least green (added initial). If no detector of a group does that, all that
    /// call it do.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "super::is_default"))]
    pub added_initial: bool,
    /// Groups that it extends too while they are green and its own are not (detector switching): a left turn's, for
    /// instance, those of the through traffic with which it may go giving way.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "super::is_default"))]
    pub switched: Vec<String>,
    /// Whether it extends because the usual detector there does, and nobody said that this one shall: a strategy that knows
    /// better may leave it aside. `nema` does so with advance loops where traffic is slow and a zone at the stop line extends.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "super::is_default"))]
    pub usual: bool,
    /// When it is taken for broken, and what then.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "super::is_default"))]
    pub diagnostics: DetectorLimits,
    /// Where it lies in the road, if somebody knows.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    pub place: Option<DetectorPlace>,
    /// Where it lies among the lanes of the road there, if somebody knows.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    pub section: Option<RoadSection>,
}

/// When a detector is taken for broken (NTCIP 1202, but for `expected`, `short_pulse`, own greens, and the counts by which
/// traffic passes them). What comes by one vehicle too many in its lane, or in a green, is found then, what comes by those over
/// its road's sections every 20 s, the rest once a minute. Of a channel with several uses the first one's limits hold.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(deny_unknown_fields, default))]
pub struct DetectorLimits {
    /// Broken if no edge came for so long, s, 0–86400 \[0: never\]: for places where somebody comes also at night.
    #[cfg_attr(feature = "serde", serde(with = "super::seconds"))]
    pub no_activity: Millis,
    /// Broken if it saw nobody while so many vehicles were expected by what the other detectors of its lane have counted
    /// since, and those of its road [`section`](DetectorUse::section), 0–1000 \[14\], 0: never, and it tells nothing of the
    /// others: where buses alone drive, for instance. What is expected scatters: it is reckoned a third higher, so that the
    /// alarm comes by then. Where fewer than two of those are left twice or three times as many. A quiet night is no failure.
    pub expected: u16,
    /// Broken if it is on for longer than this, s, 0–86400 \[900\], or from begin to end of two green times of its lane
    /// though the other detectors there say that nobody can be over it; 0: never.
    #[cfg_attr(feature = "serde", serde(with = "super::seconds"))]
    pub max_presence: Millis,
    /// Broken if it goes on more often than this in a minute, 0–1000 \[90\], 0: never. A saturated lane has about 32.
    pub erratic: u16,
    /// Broken if ten pulses in a minute are shorter than this, s, 0–1 \[0.05\], 0: never. A motorcycle at 100 km/h
    /// takes 0.13 s.
    #[cfg_attr(feature = "serde", serde(with = "super::seconds"))]
    pub short_pulse: Millis,
    /// What a broken detector does, s into the green, 0–255 \[255\]: it calls while its groups are not green, and extends their
    /// green for so long; where another detector of its lane extends it, not at all, or if the strategy does not go by that one,
    /// until a queue between the two has left. 255: as long as the green may last; 0: it does nothing.
    pub fail_time: u8,
}

impl Default for DetectorLimits {
    fn default() -> Self {
        Self {
            no_activity: Millis(0),
            expected: 14,
            max_presence: Millis(900_000),
            erratic: 90,
            short_pulse: Millis(50),
            fail_time: 255,
        }
    }
}

/// What a detector in the road is made for, from the stop line upstream.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
pub enum DetectorKind {
    /// A long zone before the stop line: presence. It cannot count.
    StopBar,
    /// A short loop at the stop line: counts who leaves.
    Count,
    /// An advance loop about 3.5 s before the stop line (MOVA's X).
    X,
    /// An advance loop about 8 s before the stop line (MOVA's IN).
    In,
}

impl DetectorKind {
    /// All of them, from the stop line upstream.
    pub const ALL: [Self; 4] = [Self::StopBar, Self::Count, Self::X, Self::In];

    /// What people call it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::StopBar => "stop bar",
            Self::Count => "count",
            Self::X => "X",
            Self::In => "IN",
        }
    }
}

/// Where a detector lies.
#[derive(Clone, PartialEq, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(deny_unknown_fields))]
pub struct DetectorPlace {
    /// What it is made for.
    pub kind: DetectorKind,
    /// The lane that leads to the stop line, also where the loop lies further upstream.
    pub lane: String,
    /// From its far border to the stop line, along the way, 0–2000 m.
    pub distance_m: f64,
    /// Its length, 0.1–200 m.
    pub length_m: f64,
    /// The speed at which vehicles usually pass it, 1–70 m/s.
    pub speed_m_s: f64,
}

/// The gap between two cars of one queue at the stop line, front to front: the usual one, and one up to which it is one
/// queue, since some drivers are slower, s.
pub(crate) const USUAL_HEADWAY_S: f64 = 1.9;
pub(crate) const LONG_HEADWAY_S: f64 = 2.1;

/// A car, m, and how fast a queue passes the line, as a share of the speed limit (HCM, 7th edition, equation 31-12).
const CAR_M: f64 = 5.0;
const SHARE_OF_LIMIT: f64 = 0.9;

impl DetectorPlace {
    /// What is left of a headway of a queue at the stop line, s, front to front, when a car has left a zone there, to the
    /// tenth of a second (HCM, equation 31-13): the longer the zone, the shorter.
    pub fn passage(&self, headway_s: f64) -> Millis {
        let left = headway_s - (self.length_m + CAR_M) / (SHARE_OF_LIMIT * self.speed_m_s);
        Millis((Millis::from_seconds(left.max(0.0)).0 + 50) / 100 * 100)
    }
}

/// Which lanes of a road a detector covers. Where those of one kind together cover all of them nobody passes by, whatever lane
/// he takes.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(deny_unknown_fields))]
pub struct RoadSection {
    /// The road in which it lies: the one that ends at the stop line, or one further upstream.
    pub road: String,
    /// The lanes that it covers, from 0 at the kerb: ascending, at least one.
    pub lanes: Vec<u8>,
    /// How many lanes the road has, 1–32.
    pub of: u8,
}
