//! State of a lane's picture.

use alloc::vec::Vec;

use super::{LaneTraffic, MOST, POSSIBLE_MS};
use crate::traffic::lost::Lost;
use crate::traffic::reports::Seen;
use crate::{Millis, StateError, StateReader, state};

impl LaneTraffic {
    pub(in crate::traffic) fn save(&self, out: &mut Vec<u8>) {
        state::put_count(out, self.due.len());
        self.due.iter().for_each(|&due| state::put_millis(out, due));
        state::put_count(out, self.passed);
        out.extend_from_slice(&[self.missed, self.absent]);
        for time in [self.occupied, self.free, self.left, self.since, self.clear, self.empty] {
            state::put_optional_millis(out, time);
        }
        state::put_count(out, self.standing.len());
        for &(distance, since) in &self.standing {
            out.extend_from_slice(&distance.to_bits().to_le_bytes());
            state::put_millis(out, since);
        }
        state::put_optional_millis(out, self.followed);
        out.extend_from_slice(&self.following.0.to_le_bytes());
        out.extend_from_slice(&self.following.1.to_le_bytes());
        out.extend_from_slice(&self.discharged.to_le_bytes());
        state::put_millis(out, Millis(self.headway_ms));
        out.extend_from_slice(&self.came.to_le_bytes());
        state::put_optional(out, self.flow, |out, flow| out.extend_from_slice(&flow.to_le_bytes()));
        state::put_count(out, self.seen.len());
        self.seen.iter().for_each(|seen| seen.save(out));
        state::put_optional_millis(out, self.opened);
        state::put_optional_millis(out, self.reckoned);
        out.extend_from_slice(&[self.over_line.into(), self.counts.into()]);
        out.extend_from_slice(&self.owed.to_bits().to_le_bytes());
        out.extend_from_slice(&self.gone.to_le_bytes());
        out.extend_from_slice(&self.lately.to_bits().to_le_bytes());
        self.lost.save(out);
    }

    /// Becomes what was saved of the lane of that number.
    pub(in crate::traffic) fn load(&mut self, reader: &mut StateReader<'_>, number: u16) -> Result<(), StateError> {
        let wrong = StateError::Invalid { what: "approach lane", expected: "vehicles in order, distances that can be" };
        // The lists grow as they are read: a false count meets the end of the bytes before it can ask for memory.
        let mut of = Self::new(self.loops);
        for _ in 0..reader.u32()? {
            let due = reader.millis()?;
            if of.due.len() == MOST || of.due.back().is_some_and(|&last| last > due) {
                return Err(wrong);
            }
            of.due.push_back(due);
        }
        of.passed = reader.u32()? as usize;
        if of.passed > of.due.len() {
            return Err(wrong);
        }
        (of.missed, of.absent) = (reader.u8()?, reader.u8()?);
        let times = [&mut of.occupied, &mut of.free, &mut of.left, &mut of.since];
        for time in times.into_iter().chain([&mut of.clear, &mut of.empty]) {
            *time = reader.optional_millis()?;
        }
        for _ in 0..reader.u32()? {
            let distance = f32::from_bits(reader.u32()?);
            if !distance.is_finite() {
                return Err(wrong);
            }
            of.standing.push((distance, reader.millis()?));
        }
        of.followed = reader.optional_millis()?;
        of.following = (reader.u32()?, reader.u32()?);
        (of.discharged, of.headway_ms, of.came) = (reader.u16()?, reader.millis()?.0, reader.u32()?);
        if of.headway_ms != 0 && !POSSIBLE_MS.contains(&of.headway_ms) {
            return Err(wrong);
        }
        of.flow = if reader.flag()? { Some(reader.u32()?) } else { None };
        for _ in 0..reader.u32()? {
            if of.seen.len() == MOST {
                return Err(wrong);
            }
            of.seen.push(Seen::load(reader, number)?);
        }
        (of.opened, of.reckoned) = (reader.optional_millis()?, reader.optional_millis()?);
        (of.over_line, of.counts) = (reader.flag()?, reader.flag()?);
        of.owed = f32::from_bits(reader.u32()?);
        if !(0.0..1.0).contains(&of.owed) {
            return Err(wrong);
        }
        (of.gone, of.lately) = (reader.u16()?, f32::from_bits(reader.u32()?));
        if !(0.0..=1e6).contains(&of.lately) {
            return Err(wrong);
        }
        of.lost = Lost::load(reader)?;
        *self = of;
        Ok(())
    }
}
