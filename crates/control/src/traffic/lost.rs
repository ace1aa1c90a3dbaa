//! Times lost at both ends of a green, as a lane's own queues show them.
//!
//! Terms (HCM 7, chapter 19)
//! - **start-up time**: from the start of green until the first of a queue has left, if nothing but the signal holds him up.
//! - **first**: who stands first when it turns green. Where he gives way to others he takes longer than that to leave.
//! - **used yellow**: how long after the end of green a queue goes on to leave: as many as still go, a saturation headway each.
//!
//! Both depend on drivers, on where the loops lie and on how a lane may go: a guess that suits some is seconds off for others.
//! They are taken at the output loop, and only where somebody stood in the zone when the lane opened or closed.

use alloc::vec::Vec;

use crate::{Millis, StateError, StateReader, state};

/// Who leaves later has waited for something else than the signal: it tells nothing of it.
const MOST_STARTUP: Millis = Millis(3000);

/// Of a first who takes longer than this, or does not leave at all, no more counts.
const MOST_FIRST: Millis = Millis(20_000);

/// Whoever leaves later than this after green has not used the yellow.
const MOST_YELLOW: Millis = Millis(5000);

/// A mean forgets as one over so many greens does; and what was assumed counts as so many, always.
const GREENS: u16 = 32;
const ASSUMED: f32 = 4.0;

/// A mean over greens, the later ones more.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
struct Mean {
    /// Of so many greens, and their sum, ms.
    greens: u16,
    sum_ms: u32,
}

impl Mean {
    fn add(&mut self, ms: u32) {
        if self.greens == GREENS {
            self.sum_ms -= self.sum_ms / u32::from(GREENS);
        } else {
            self.greens += 1;
        }
        self.sum_ms += ms;
    }

    /// The mean with what was assumed before, s.
    fn with(self, assumed_s: f32) -> f32 {
        (ASSUMED * assumed_s + self.sum_ms as f32 * 0.001) / (ASSUMED + f32::from(self.greens))
    }

    fn save(self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.greens.to_le_bytes());
        out.extend_from_slice(&self.sum_ms.to_le_bytes());
    }

    /// What was saved, of times up to so many ms.
    fn load(reader: &mut StateReader<'_>, most_ms: u32) -> Result<Self, StateError> {
        let of = Self { greens: reader.u16()?, sum_ms: reader.u32()? };
        if of.greens > GREENS || of.sum_ms > most_ms * u32::from(of.greens) {
            return Err(StateError::Invalid { what: "lost times of a lane", expected: "a mean of times that can be" });
        }
        Ok(of)
    }
}

/// Lost times of a lane.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Lost {
    /// Since when it is open, if somebody stood before the line then and nobody has left since.
    starts: Option<Millis>,
    /// When it closed, if somebody stood before the line then, and the yellow may still be used; how many have left since,
    /// and the last of them how long after.
    ended: Option<Millis>,
    left: u16,
    last_ms: u32,
    startup: Mean,
    yellow: Mean,
    /// How long firsts took, or had in vain, ms, and how many they were; modulo 2³².
    firsts: (u32, u32),
}

impl Lost {
    /// Start-up time, s; `assumed` before anybody was seen.
    pub fn startup_s(&self, assumed: f32) -> f32 {
        self.startup.with(assumed)
    }

    /// Used yellow, s; `assumed` before anybody was seen.
    pub fn yellow_s(&self, assumed: f32) -> f32 {
        self.yellow.with(assumed)
    }

    /// See [`firsts`](super::LaneTraffic::firsts) of a lane.
    pub const fn firsts(&self) -> (u32, u32) {
        self.firsts
    }

    /// The lane opens or closes; `queue`: somebody stands before its line, and who leaves is counted.
    pub fn turn(&mut self, at: Millis, open: bool, queue: bool) {
        let of_queue = queue.then_some(at);
        if let Some(starts) = self.starts {
            self.first(at - starts);
        }
        (self.starts, self.ended) = if open { (of_queue, None) } else { (None, of_queue) };
        (self.left, self.last_ms) = (0, 0);
    }

    /// Somebody leaves.
    pub fn leave(&mut self, at: Millis) {
        if let Some(starts) = self.starts.take() {
            let startup = at - starts;
            self.first(startup);
            if startup <= MOST_STARTUP {
                self.startup.add(startup.0.max(0) as u32);
            }
        }
        if let Some(ended) = self.ended.filter(|&ended| at - ended <= MOST_YELLOW) {
            self.left = self.left.saturating_add(1);
            self.last_ms = (at - ended).0.max(0) as u32;
        }
    }

    /// The first has left, or had so long for it.
    fn first(&mut self, took: Millis) {
        let took = took.clamp(Millis(0), MOST_FIRST).0 as u32;
        self.firsts = (self.firsts.0.wrapping_add(took), self.firsts.1.wrapping_add(1));
    }

    /// Whether the yellow is over at `now`; queues leave `headway_ms` apart, and nobody uses it after the last.
    pub fn settle(&mut self, now: Millis, headway_ms: u32) {
        if self.ended.is_some_and(|ended| now - ended > MOST_YELLOW) {
            let used = (u32::from(self.left) * headway_ms).min(self.last_ms + headway_ms);
            self.yellow.add(if self.left == 0 { 0 } else { used.min(MOST_YELLOW.0 as u32) });
            self.ended = None;
        }
    }

    /// What is going on does not count: a loop is not believed any more.
    pub fn forget(&mut self) {
        (self.starts, self.ended) = (None, None);
    }

    pub fn save(&self, out: &mut Vec<u8>) {
        state::put_optional_millis(out, self.starts);
        state::put_optional_millis(out, self.ended);
        out.extend_from_slice(&self.left.to_le_bytes());
        out.extend_from_slice(&self.last_ms.to_le_bytes());
        self.startup.save(out);
        self.yellow.save(out);
        out.extend_from_slice(&self.firsts.0.to_le_bytes());
        out.extend_from_slice(&self.firsts.1.to_le_bytes());
    }

    pub fn load(reader: &mut StateReader<'_>) -> Result<Self, StateError> {
        let (starts, ended) = (reader.optional_millis()?, reader.optional_millis()?);
        let (left, last_ms) = (reader.u16()?, reader.u32()?);
        if last_ms > MOST_YELLOW.0 as u32 {
            return Err(StateError::Invalid {
                what: "lost times of a lane",
                expected: "who leaves in yellow or soon after",
            });
        }
        Ok(Self {
            starts,
            ended,
            left,
            last_ms,
            startup: Mean::load(reader, MOST_STARTUP.0 as u32)?,
            yellow: Mean::load(reader, MOST_YELLOW.0 as u32)?,
            firsts: (reader.u32()?, reader.u32()?),
        })
    }
}
