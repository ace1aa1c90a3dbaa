//! What others than detectors tell: vehicles, and neighbouring intersections.

use alloc::vec::Vec;

use crate::{Millis, StateError, StateReader, state};

/// A vehicle tells where it is. Whoever reports does so once a second.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct VehicleReport {
    /// When the report arrives.
    pub at: Millis,
    /// How long before that the vehicle was there, ms.
    pub age_ms: u16,
    /// Who it is: the same number for as long as it is on a lane.
    pub vehicle: u32,
    /// The approach lane: its place in [`Approaches::lanes`](crate::Approaches::lanes).
    pub lane: u16,
    /// From its front to the stop line, dm.
    pub distance_dm: u16,
    /// Its speed, cm/s.
    pub speed_cm_s: u16,
}

/// A neighbour downstream tells of one of its lanes, about once a second.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct NeighbourReport {
    /// When the message arrives.
    pub at: Millis,
    /// How long before that it was sent, ms. Older recordings do not tell.
    #[cfg_attr(feature = "serde", serde(default))]
    pub age_ms: u16,
    /// The exit: its place in [`Approaches::exits`](crate::Approaches::exits).
    pub exit: u16,
    /// Vehicles that queue there.
    pub queued: u16,
    /// Vehicles that fit in still.
    pub room: u16,
}

/// A neighbour upstream tells, about once a second, whom it lets go from one of its lanes.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct DepartureReport {
    /// When the message arrives.
    pub at: Millis,
    /// How long before that it was sent, ms.
    pub age_ms: u16,
    /// The lane there: its place in [`Approaches::feeders`](crate::Approaches::feeders).
    pub feeder: u16,
    /// How many vehicles have passed its stop line, modulo 2¹⁶.
    pub left: u16,
}

/// A report that old is out of date: its vehicle has reported again, or is gone.
const OUT_OF_DATE: Millis = Millis(1000);

/// Below this a vehicle stands, cm/s (SUMO's 0.1 m/s).
const STANDS_CM_S: u16 = 10;

/// A vehicle as it reported last.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Seen {
    /// Its last report.
    pub report: VehicleReport,
    /// Whether it has stood on the lane.
    pub stood: bool,
    /// When it is due if nobody holds it up; of who has stood, when that was before he did.
    pub due: Millis,
}

impl Seen {
    /// From its front to the stop line, m.
    pub fn distance_m(&self) -> f32 {
        f32::from(self.report.distance_dm) * 0.1
    }

    /// Its speed, m/s.
    pub fn speed_m_s(&self) -> f32 {
        f32::from(self.report.speed_cm_s) * 0.01
    }

    /// Whether it stands.
    pub const fn stands(&self) -> bool {
        self.report.speed_cm_s < STANDS_CM_S
    }

    /// Whether it counts at `now`.
    pub(super) fn counts(&self, now: Millis) -> bool {
        now - self.report.at < OUT_OF_DATE
    }

    /// A vehicle that reports; `before`: how it was seen a second ago. `speed`: of free driving, m/s, > 0.
    pub(super) fn new(report: VehicleReport, before: Option<Self>, speed: f32) -> Self {
        let there = report.at - Millis(i64::from(report.age_ms));
        let mut seen = Self { report, stood: false, due: there };
        match before {
            // Who is held up is due as early as ever: he waits the longer.
            Some(before) if before.stood || seen.stands() => Self { stood: true, due: before.due.min(there), ..seen },
            _ if seen.stands() => Self { stood: true, ..seen },
            _ => {
                seen.due = there + Millis((1000.0 * seen.distance_m() / speed) as i64);
                seen
            }
        }
    }

    pub(super) fn save(&self, out: &mut Vec<u8>) {
        state::put_millis(out, self.report.at);
        out.extend_from_slice(&self.report.age_ms.to_le_bytes());
        out.extend_from_slice(&self.report.vehicle.to_le_bytes());
        out.extend_from_slice(&self.report.distance_dm.to_le_bytes());
        out.extend_from_slice(&self.report.speed_cm_s.to_le_bytes());
        out.push(self.stood.into());
        state::put_millis(out, self.due);
    }

    pub(super) fn load(reader: &mut StateReader<'_>, lane: u16) -> Result<Self, StateError> {
        let (at, age_ms, vehicle) = (reader.millis()?, reader.u16()?, reader.u32()?);
        let (distance_dm, speed_cm_s, stood) = (reader.u16()?, reader.u16()?, reader.flag()?);
        let report = VehicleReport { at, age_ms, vehicle, lane, distance_dm, speed_cm_s };
        Ok(Self { report, stood, due: reader.millis()? })
    }
}
