//! How fast lanes discharge, learned while they do.
//!
//! Terms
//! - **service headway**: seconds from one vehicle of a queue to the next, of a lane in a stage: with what holds it up there for
//!   moments, oncoming traffic and those who wait to turn among it.
//! - **held up**: a lane is open, somebody stands at its line, and nobody leaves: he **gives way**, if there are others to whom
//!   he may have to; else he is **blocked**.

use alloc::{vec, vec::Vec};

use crate::{
    Millis, StateError, StateReader,
    stages::{HELD_UP, Moment, Stages},
    state,
};

/// What is known of a lane in a stage before anybody has been seen.
#[derive(Clone, Copy, PartialEq, Debug)]
struct Prior {
    /// Headway, s.
    headway: f32,
    /// Who took longer was held up by something else, s.
    longest: f32,
}

/// 1900 vehicles an hour (HCM 7); where somebody may have to give way, and waits for a gap; where not all who are in the lane
/// may go.
const USUAL: Prior = Prior { headway: 1.9, longest: 6.0 };
const YIELDING: Prior = Prior { headway: 2.6, longest: 12.0 };
const PARTLY: Prior = Prior { headway: 6.0, longest: 6.0 };

/// What is known before counts as much as so many vehicles.
const PRIOR: f32 = 6.0;

/// What was seen counts half when it has lasted for so long, s.
const FORGET: f32 = 120.0;

/// No queue leaves faster, s.
const LEAST: f32 = 1.2;

/// No plan has as many stages and lanes.
const MOST: usize = 1 << 16;

/// What was seen of a lane in a stage: time with a queue, s, and vehicles that left meanwhile.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
struct Seen {
    time: f32,
    vehicles: f32,
}

/// What holds up the first of a lane that is open.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Held {
    /// Others to whom he gives way: he can go when they have left.
    GivesWay,
    /// Something else.
    Blocked,
}

/// What is known of all lanes.
#[derive(Clone, Debug, Default)]
pub(super) struct Service {
    /// By stage and lane.
    seen: Vec<Seen>,
    prior: Vec<Prior>,
    lanes: usize,
    /// By lane, since when its first is known to be one who gives way.
    turners: Vec<Option<Millis>>,
    /// The stage at the last look.
    stage: usize,
    /// By lane: its [discharge](crate::LaneTraffic::discharge) at the last look.
    before: Vec<(u32, u32)>,
}

impl Service {
    /// Knows which lanes there are. What was loaded before is kept.
    pub fn know(&mut self, stages: &Stages, lanes: usize) {
        if self.lanes != lanes || self.seen.len() != lanes * stages.len() {
            self.before = vec![(0, 0); lanes];
            self.turners = vec![None; lanes];
            self.stage = 0;
            self.seen = vec![Seen::default(); lanes * stages.len()];
        }
        self.lanes = lanes;
        self.prior = vec![USUAL; lanes * stages.len()];
        for (stage, served) in stages.served.iter().enumerate() {
            for of in served {
                let usual = if of.partly {
                    PARTLY
                } else if of.yields {
                    YIELDING
                } else {
                    USUAL
                };
                self.prior[stage * lanes + of.lane] = usual;
            }
        }
    }

    /// Takes note of who has left.
    pub fn watch(&mut self, m: &Moment<'_>) {
        for (turner, of) in self.turners.iter_mut().zip(m.traffic.lanes()) {
            let is_there = |since: &Millis| of.occupied().is_some() && of.left().is_none_or(|left| left < *since);
            *turner = turner.filter(is_there);
        }
        // Who has left since the last look did so in the stage that was shown then, if it was another.
        let stage = core::mem::replace(&mut self.stage, m.stage);
        for (lane, before) in self.before.iter_mut().enumerate() {
            let now = m.traffic.lanes()[lane].discharge();
            let (time, vehicles) = (now.0.wrapping_sub(before.0), now.1.wrapping_sub(before.1));
            *before = now;
            let i = stage * self.lanes + lane;
            let (seen, longest) = (&mut self.seen[i], self.prior[i].longest);
            seen.time += (time as f32 * 0.001).min(vehicles as f32 * longest);
            seen.vehicles += vehicles as f32;
            if seen.time > FORGET {
                (seen.time, seen.vehicles) = (seen.time * 0.5, seen.vehicles * 0.5);
            }
        }
    }

    /// Service headway, s.
    pub fn headway(&self, stage: usize, lane: usize) -> f32 {
        let i = stage * self.lanes + lane;
        let (seen, prior) = (self.seen[i], self.prior[i]);
        ((seen.time + PRIOR * prior.headway) / (seen.vehicles + PRIOR)).max(LEAST)
    }

    /// What holds up the first of a lane of the stage that is shown, if anything does. `foes`: the lanes to whose vehicles some
    /// of it give way.
    pub fn held_up(&self, m: &Moment<'_>, lane: usize, foes: impl Iterator<Item = usize>) -> Option<Held> {
        let left = m.stands_since(lane)?;
        if m.now - left < HELD_UP {
            return None;
        }
        let busy = |foe: usize| {
            let foe = &m.traffic.lanes()[foe];
            foe.occupied().map_or(foe.left(), |_| Some(m.now))
        };
        let way_is_free = foes.filter_map(busy).fold(left, Millis::max);
        Some(if m.now - way_is_free < HELD_UP { Held::GivesWay } else { Held::Blocked })
    }

    /// Whether the first of a lane is known to be one who gives way.
    pub fn turner(&self, lane: usize) -> bool {
        self.turners[lane].is_some()
    }

    /// The first of a lane was seen to give way.
    pub fn turns(&mut self, lane: usize, now: Millis) {
        self.turners[lane].get_or_insert(now);
    }

    pub fn save(&self, out: &mut Vec<u8>) {
        state::put_count(out, self.lanes);
        state::put_count(out, self.seen.len());
        state::put_count(out, self.stage);
        for seen in &self.seen {
            out.extend_from_slice(&seen.time.to_bits().to_le_bytes());
            out.extend_from_slice(&seen.vehicles.to_bits().to_le_bytes());
        }
        for &before in &self.before {
            out.extend_from_slice(&before.0.to_le_bytes());
            out.extend_from_slice(&before.1.to_le_bytes());
        }
        self.turners.iter().for_each(|&since| state::put_optional_millis(out, since));
    }

    pub fn load(&mut self, reader: &mut StateReader<'_>) -> Result<(), StateError> {
        let (lanes, all) = (reader.u32()? as usize, reader.u32()? as usize);
        // What was saved before the first decision knows of no lane.
        let fits = |n: usize, known: usize| n == known || n == 0 || known == 0 && n < MOST;
        if !fits(lanes, self.lanes) || !fits(all, self.seen.len()) {
            return Err(StateError::Mismatch { what: "number of approach lanes" });
        }
        self.lanes = lanes;
        self.stage = reader.u32()? as usize;
        if all > 0 && self.stage.saturating_mul(lanes) >= all {
            return Err(StateError::Invalid { what: "stage", expected: "one of those of the lanes" });
        }
        self.turners.resize(lanes, None);
        self.seen.resize(all, Seen::default());
        self.before.resize(lanes, (0, 0));
        for seen in &mut self.seen {
            *seen = Seen { time: f32::from_bits(reader.u32()?), vehicles: f32::from_bits(reader.u32()?) };
            if !(0.0..=1e6).contains(&seen.time) || !(0.0..=1e6).contains(&seen.vehicles) {
                return Err(StateError::Invalid {
                    what: "service of a lane",
                    expected: "seconds and vehicles, at least 0",
                });
            }
        }
        for before in &mut self.before {
            *before = (reader.u32()?, reader.u32()?);
        }
        for since in &mut self.turners {
            *since = reader.optional_millis()?;
        }
        Ok(())
    }
}
