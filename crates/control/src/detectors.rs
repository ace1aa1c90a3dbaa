//! What the sensors report, kept per detector.
//!
//! Terms
//! - **detector**: one sensor output wired to the cabinet, numbered from 0. Over a loop it is *on* while a vehicle
//!   covers the loop, at a push button while the button is down.
//! - **actuation**: the edge from off to on; what a detector counts.
//! - **on-time**: how long the detector has been on in all; its growth over a span is the occupancy in that span.
//! - **edge**: a change of state with its exact time, which is usually inside a step of the simulator.

use alloc::{vec, vec::Vec};

use crate::{Millis, StateError, StateReader, state};

/// An edge of one detector.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct DetectorEvent {
    /// Which detector, from 0.
    pub detector: u16,
    /// When, to the millisecond.
    pub at: Millis,
    /// On (a vehicle arrived, the button was pressed) or off.
    pub on: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
struct Detector {
    occupied: bool,
    count: u32,
    /// Sum of the finished on-intervals.
    finished: Millis,
    /// The last edge.
    since: Millis,
    last_on: Option<Millis>,
}

/// The state of every detector of a cabinet.
///
/// A detector it does not have reads as one that never saw anything.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct DetectorBank {
    detectors: Vec<Detector>,
}

const VERSION: u8 = 1;

impl DetectorBank {
    /// `detectors` detectors, all off since ever.
    pub fn new(detectors: u16) -> Self {
        let off = Detector { since: Millis(i64::MIN), ..Detector::default() };
        Self { detectors: vec![off; usize::from(detectors)] }
    }

    /// Number of detectors.
    pub const fn len(&self) -> usize {
        self.detectors.len()
    }

    /// Whether there is no detector at all.
    pub const fn is_empty(&self) -> bool {
        self.detectors.is_empty()
    }

    /// Takes an edge in. Returns whether it told anything new: an unknown detector and a repeated edge do not.
    ///
    /// An edge earlier than the detector's last one is taken as simultaneous with it, so that no on-time is counted
    /// twice or lost below zero.
    pub fn handle(&mut self, event: DetectorEvent) -> bool {
        let Some(detector) = self.detectors.get_mut(usize::from(event.detector)) else { return false };
        if detector.occupied == event.on {
            return false;
        }
        let at = event.at.max(detector.since);
        if event.on {
            detector.count = detector.count.saturating_add(1);
            detector.last_on = Some(at);
        } else {
            detector.finished += at - detector.since;
        }
        detector.occupied = event.on;
        detector.since = at;
        true
    }

    fn get(&self, detector: u16) -> Option<&Detector> {
        self.detectors.get(usize::from(detector))
    }

    /// Whether it is on.
    pub fn occupied(&self, detector: u16) -> bool {
        self.get(detector).is_some_and(|d| d.occupied)
    }

    /// How many actuations it has had.
    pub fn count(&self, detector: u16) -> u32 {
        self.get(detector).map_or(0, |d| d.count)
    }

    /// How long it has been on in all up to `now`, the running interval included.
    pub fn on_time(&self, detector: u16, now: Millis) -> Millis {
        self.get(detector).map_or(Millis(0), |d| {
            let running = if d.occupied { (now - d.since).max(Millis(0)) } else { Millis(0) };
            d.finished + running
        })
    }

    /// When it changed last; long ago if it never did.
    pub fn since(&self, detector: u16) -> Millis {
        self.get(detector).map_or(Millis(i64::MIN), |d| d.since)
    }

    /// When its last actuation began, if there was one.
    pub fn last_on(&self, detector: u16) -> Option<Millis> {
        self.get(detector).and_then(|d| d.last_on)
    }

    /// Appends its state.
    pub fn save(&self, out: &mut Vec<u8>) {
        out.push(VERSION);
        state::put_count(out, self.detectors.len());
        for d in &self.detectors {
            out.push(d.occupied.into());
            out.extend_from_slice(&d.count.to_le_bytes());
            out.extend_from_slice(&d.finished.0.to_le_bytes());
            out.extend_from_slice(&d.since.0.to_le_bytes());
            state::put_optional_millis(out, d.last_on);
        }
    }

    /// Reads the state of a bank of as many detectors as this one.
    ///
    /// # Errors
    /// If the bytes are no such state. The bank stays as it was.
    pub fn load(&mut self, reader: &mut StateReader<'_>) -> Result<(), StateError> {
        reader.version("detector bank", VERSION)?;
        if reader.u32()? as usize != self.detectors.len() {
            return Err(StateError::Mismatch { what: "number of detectors" });
        }
        let mut detectors = Vec::with_capacity(self.detectors.len());
        for _ in 0..self.detectors.len() {
            let (occupied, count) = (reader.flag()?, reader.u32()?);
            let (finished, since) = (reader.millis()?, reader.millis()?);
            detectors.push(Detector { occupied, count, finished, since, last_on: reader.optional_millis()? });
        }
        self.detectors = detectors;
        Ok(())
    }
}
