//! Its state as bytes.

use alloc::vec::Vec;

use super::{Actuated, Shown, Why};
use crate::{Millis, StateError, StateReader, group_set::GroupSet, log::code, state};

const VERSION: u8 = 1;

impl Actuated {
    pub(super) fn put(&self, out: &mut Vec<u8>) {
        out.push(VERSION);
        state::put_count(out, self.opened.len());
        state::put_count(out, self.out.len());
        state::put_optional(out, self.stage, |out, stage| out.extend_from_slice(&stage.to_le_bytes()));
        let (kind, time) = match self.shown {
            Shown::Opening(until) => (0, until),
            Shown::Since(since) => (1, since),
        };
        out.push(kind);
        state::put_millis(out, time);
        for (set, times) in [(&self.open, &self.opened), (&self.waits, &self.waiting)] {
            times.iter().enumerate().for_each(|(g, &at)| state::put_optional_millis(out, set.has(g).then_some(at)));
        }
        state::put_optional_millis(out, self.conflict);
        out.extend(self.out.iter().map(|&o| u8::from(o)));
        let (kind, number) = match self.why {
            Why::NotStarted => (0, 0),
            Why::Opens => (1, 0),
            Why::Least => (2, 0),
            Why::Rests => (3, 0),
            Why::Lane(lane) => (4, lane),
            Why::Recall(group) => (5, u32::from(group)),
        };
        out.push(kind);
        out.extend_from_slice(&number.to_le_bytes());
        out.push(self.ended.unwrap_or(0));
    }

    pub(super) fn take(&mut self, bytes: &[u8]) -> Result<(), StateError> {
        let mut reader = StateReader::new(bytes);
        reader.version("strategy actuated", VERSION)?;
        let (groups, lanes) = (self.opened.len(), self.out.len());
        if reader.u32()? as usize != groups || reader.u32()? as usize != lanes {
            return Err(StateError::Mismatch { what: "plan" });
        }
        let wrong = |what, expected| StateError::Invalid { what, expected };
        let stage = if reader.flag()? { Some(reader.u32()?) } else { None };
        if stage.is_some_and(|s| s as usize >= self.tables.stages.len()) {
            return Err(wrong("stage", "a stage of the plan"));
        }
        let shown = match (reader.u8()?, reader.millis()?) {
            (0, until) => Shown::Opening(until),
            (1, since) => Shown::Since(since),
            _ => return Err(wrong("kind of stage", "0 or 1")),
        };
        let mut times = |n: usize| -> Result<Vec<Option<Millis>>, StateError> {
            (0..n).map(|_| reader.optional_millis()).collect()
        };
        let (opened, waiting, conflict) = (times(groups)?, times(groups)?, times(1)?[0]);
        let out = (0..lanes).map(|_| reader.flag()).collect::<Result<Vec<bool>, _>>()?;
        let why = match (reader.u8()?, reader.u32()?) {
            (0, 0) => Why::NotStarted,
            (1, 0) => Why::Opens,
            (2, 0) => Why::Least,
            (3, 0) => Why::Rests,
            (4, lane) if (lane as usize) < lanes => Why::Lane(lane),
            (5, group) if (group as usize) < groups => Why::Recall(u16::try_from(group).unwrap_or(u16::MAX)),
            _ => return Err(wrong("reason", "a known one")),
        };
        let ended = match reader.u8()? {
            0 => None,
            code @ (code::GAP_OUT | code::MAX_OUT | code::FORCE_OFF) => Some(code),
            _ => return Err(wrong("end of a stage", "0, 4, 5 or 6")),
        };
        reader.end()?;
        (self.stage, self.shown, self.conflict, self.why, self.ended) = (stage, shown, conflict, why, ended);
        let split = |times: Vec<Option<Millis>>| {
            let set = GroupSet::of(groups, |g| times[g].is_some());
            (set, times.into_iter().map(|at| at.unwrap_or(Millis::NEVER)).collect())
        };
        ((self.open, self.opened), (self.waits, self.waiting)) = (split(opened), split(waiting));
        self.out = out;
        self.seen = None;
        self.forget_wants();
        self.notes.clear();
        Ok(())
    }
}
