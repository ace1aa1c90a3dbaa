//! How fast lanes discharge, learned while they do.
//!
//! Terms
//! - **service headway**: seconds from one vehicle of a queue to the next, of a lane in a stage: with what holds it up there for
//!   moments, oncoming traffic and those who wait to turn among it.
//! - **first**: who stands first in a lane when it opens. Until he has left it takes the [start-up time](crate::LaneTraffic::startup_s),
//!   or longer where some give way: in the mean of greens, as nobody sees at a closed lane who is one of them. Where all do, he
//!   waits for those to whom he gives way, which is reckoned.
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
    /// Whether some may have to give way and others do not: nobody knows which the first is.
    unsure: bool,
}

/// 1900 vehicles an hour (HCM 7); where somebody may have to give way; where not all who are in the lane may go.
const USUAL: Prior = Prior { headway: 1.9, longest: 6.0, unsure: false };
const YIELDING: Prior = Prior { headway: 2.6, longest: 12.0, ..USUAL };
const PARTLY: Prior = Prior { headway: 6.0, ..USUAL };

/// What is known before counts as much as so many vehicles.
const PRIOR: f32 = 6.0;

/// What was seen counts half when it has lasted for so long, s.
const FORGET: f32 = 120.0;

/// A mean over firsts forgets as one over so many does; and the start-up time counts as so many, always.
const FIRSTS: f32 = 32.0;
const PRIOR_FIRSTS: f32 = 4.0;

/// No queue leaves faster, s.
const LEAST: f32 = 1.2;

/// No plan has as many stages and lanes.
const MOST: usize = 1 << 16;

/// What was seen of a lane in a stage: time with a queue, s, and vehicles that left meanwhile; or until firsts had left.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
struct Seen {
    time: f32,
    vehicles: f32,
}

impl Seen {
    /// More has been seen. If that `is_much`, all of it counts half from now on.
    fn add(&mut self, (time, vehicles): (f32, f32), is_much: impl Fn(&Self) -> bool) {
        *self = Self { time: self.time + time, vehicles: self.vehicles + vehicles };
        if is_much(self) {
            *self = Self { time: self.time * 0.5, vehicles: self.vehicles * 0.5 };
        }
    }
}

/// A lane at the last look.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
struct Last {
    /// Its [discharge](crate::LaneTraffic::discharge) and its [firsts](crate::LaneTraffic::firsts).
    counts: [(u32, u32); 2],
    /// Since when it is open, if it is, and the stage that opened it.
    opened: Option<Millis>,
    stage: usize,
}

/// By how much times, ms, and vehicles have grown, modulo 2³²: s, and vehicles.
fn since(now: (u32, u32), before: (u32, u32)) -> (f32, f32) {
    (now.0.wrapping_sub(before.0) as f32 * 0.001, now.1.wrapping_sub(before.1) as f32)
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
    firsts: Vec<Seen>,
    prior: Vec<Prior>,
    lanes: usize,
    /// By lane, since when its first is known to be one who gives way.
    turners: Vec<Option<Millis>>,
    /// The stage at the last look.
    stage: usize,
    /// By lane.
    last: Vec<Last>,
}

impl Service {
    /// Knows which lanes there are. What was loaded before is kept.
    pub fn know(&mut self, stages: &Stages, lanes: usize) {
        if self.lanes != lanes || self.seen.len() != lanes * stages.len() {
            self.last = vec![Last::default(); lanes];
            self.turners = vec![None; lanes];
            self.stage = 0;
            self.seen = vec![Seen::default(); lanes * stages.len()];
            self.firsts = self.seen.clone();
        }
        self.lanes = lanes;
        self.prior = vec![USUAL; lanes * stages.len()];
        for (stage, served) in stages.served.iter().enumerate() {
            for of in served {
                let usual = if of.partly {
                    PARTLY
                } else if of.yields {
                    Prior { unsure: of.behind.is_empty(), ..YIELDING }
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
        for (lane, last) in self.last.iter_mut().enumerate() {
            let of = &m.traffic.lanes()[lane];
            let counts = [of.discharge(), of.firsts()];
            let [(time, vehicles), firsts] = [0, 1].map(|i| since(counts[i], last.counts[i]));
            // Whoever was first in a lane that was open is so in the stage that opened it, though it has closed meanwhile.
            let opened_by = if last.opened.is_some() { last.stage } else { m.stage };
            let stays = of.opened() == last.opened;
            *last = Last { counts, opened: of.opened(), stage: if stays { last.stage } else { m.stage } };
            let i = stage * self.lanes + lane;
            self.seen[i].add((time.min(vehicles * self.prior[i].longest), vehicles), |seen| seen.time > FORGET);
            self.firsts[opened_by * self.lanes + lane].add(firsts, |firsts| firsts.vehicles > FIRSTS);
        }
    }

    /// From the start of green until the first of a queue has left, s; `startup`: if nobody has to give way.
    pub fn first(&self, stage: usize, lane: usize, startup: f32) -> f32 {
        let i = stage * self.lanes + lane;
        if !self.prior[i].unsure {
            return startup;
        }
        let Seen { time, vehicles } = self.firsts[i];
        ((time + PRIOR_FIRSTS * startup) / (vehicles + PRIOR_FIRSTS)).max(startup)
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
        for seen in self.seen.iter().chain(&self.firsts) {
            out.extend_from_slice(&seen.time.to_bits().to_le_bytes());
            out.extend_from_slice(&seen.vehicles.to_bits().to_le_bytes());
        }
        for last in &self.last {
            for count in last.counts {
                out.extend_from_slice(&count.0.to_le_bytes());
                out.extend_from_slice(&count.1.to_le_bytes());
            }
            state::put_optional_millis(out, last.opened);
            state::put_count(out, last.stage);
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
        let is_known = |stage: usize| all == 0 || stage.saturating_mul(lanes) < all;
        let unknown = StateError::Invalid { what: "stage", expected: "one of those of the lanes" };
        if !is_known(self.stage) {
            return Err(unknown);
        }
        self.turners.resize(lanes, None);
        self.seen.resize(all, Seen::default());
        self.firsts.resize(all, Seen::default());
        self.last.resize(lanes, Last::default());
        for seen in self.seen.iter_mut().chain(&mut self.firsts) {
            *seen = Seen { time: f32::from_bits(reader.u32()?), vehicles: f32::from_bits(reader.u32()?) };
            if !(0.0..=1e6).contains(&seen.time) || !(0.0..=1e6).contains(&seen.vehicles) {
                return Err(StateError::Invalid {
                    what: "service of a lane",
                    expected: "seconds and vehicles, at least 0",
                });
            }
        }
        for last in &mut self.last {
            for count in &mut last.counts {
                *count = (reader.u32()?, reader.u32()?);
            }
            (last.opened, last.stage) = (reader.optional_millis()?, reader.u32()? as usize);
            if !is_known(last.stage) {
                return Err(unknown);
            }
        }
        for since in &mut self.turners {
            *since = reader.optional_millis()?;
        }
        Ok(())
    }
}
