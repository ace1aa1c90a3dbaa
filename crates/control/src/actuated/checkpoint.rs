//! Its state as bytes.

use alloc::vec::Vec;

use super::{Actuated, Why};
use crate::{StateError, StateReader, log::code, stages::Shown, state};

const VERSION: u8 = 2;

impl Actuated {
    pub(super) fn put(&self, out: &mut Vec<u8>) {
        out.push(VERSION);
        state::put_count(out, self.waits.groups());
        state::put_count(out, self.out.len());
        state::put_optional(out, self.stage, |out, stage| out.extend_from_slice(&stage.to_le_bytes()));
        self.shown.save(out);
        self.waits.save(out);
        state::put_optional_millis(out, self.conflict);
        out.extend(self.out.iter().map(|&o| u8::from(o)));
        let (kind, number) = match self.why {
            Why::NotStarted => (0, 0),
            Why::Opens => (1, 0),
            Why::Least => (2, 0),
            Why::Rests => (3, 0),
            Why::Lane(lane) => (4, lane),
            Why::ToMax(group) => (5, u32::from(group)),
            Why::Awaits => (6, 0),
        };
        out.push(kind);
        out.extend_from_slice(&number.to_le_bytes());
        out.push(self.ended.unwrap_or(0));
    }

    pub(super) fn take(&mut self, bytes: &[u8]) -> Result<(), StateError> {
        let mut reader = StateReader::new(bytes);
        reader.version("strategy actuated", VERSION)?;
        let (groups, lanes) = (self.waits.groups(), self.out.len());
        if reader.u32()? as usize != groups || reader.u32()? as usize != lanes {
            return Err(StateError::Mismatch { what: "plan" });
        }
        let wrong = |what, expected| StateError::Invalid { what, expected };
        let stage = if reader.flag()? { Some(reader.u32()?) } else { None };
        if stage.is_some_and(|s| s as usize >= self.stages.len()) {
            return Err(wrong("stage", "a stage of the plan"));
        }
        let shown = Shown::loaded(&mut reader)?;
        let (waits, conflict) = (self.waits.loaded(&mut reader)?, reader.optional_millis()?);
        let out = (0..lanes).map(|_| reader.flag()).collect::<Result<Vec<bool>, _>>()?;
        let why = match (reader.u8()?, reader.u32()?) {
            (0, 0) => Why::NotStarted,
            (1, 0) => Why::Opens,
            (2, 0) => Why::Least,
            (3, 0) => Why::Rests,
            (4, lane) if (lane as usize) < lanes => Why::Lane(lane),
            (6, 0) => Why::Awaits,
            (5, group) if (group as usize) < groups => Why::ToMax(u16::try_from(group).unwrap_or(u16::MAX)),
            _ => return Err(wrong("reason", "a known one")),
        };
        let ended = match reader.u8()? {
            0 => None,
            code @ (code::GAP_OUT | code::MAX_OUT | code::FORCE_OFF) => Some(code),
            _ => return Err(wrong("end of a stage", "0, 4, 5 or 6")),
        };
        reader.end()?;
        (self.stage, self.shown, self.conflict, self.why, self.ended) = (stage, shown, conflict, why, ended);
        (self.waits, self.out) = (waits, out);
        self.forget_wants();
        self.notes.clear();
        Ok(())
    }
}
