//! The state as bytes.

use alloc::vec::Vec;

use super::{GroupCalls, OfGroup, uses::Use};
use crate::{Millis, StateError, StateReader, group_set::GroupSet, state};

const VERSION: u8 = 6;

impl GroupCalls {
    /// Appends its state.
    pub fn save(&self, out: &mut Vec<u8>) {
        out.push(VERSION);
        state::put_count(out, self.groups.len());
        state::put_count(out, self.uses.len());
        for (g, of) in self.groups.iter().enumerate() {
            out.push(of.locked.into());
            out.extend_from_slice(&of.red_actuations.to_le_bytes());
            out.push(self.open.has(g).into());
        }
        let matters = |u: &&Use| self.wiring[usize::from(u.wiring)].matters();
        self.uses.iter().filter(matters).for_each(|u| u.save(out));
        state::put_millis(out, self.next);
    }

    /// Reads the state of as many groups and uses as these, as it was at `at`.
    ///
    /// # Errors
    /// If the bytes are no such state. All stays as it was.
    pub fn load(&mut self, reader: &mut StateReader<'_>, at: Millis) -> Result<(), StateError> {
        reader.version("calls of groups", VERSION)?;
        if reader.u32()? as usize != self.groups.len() {
            return Err(StateError::Mismatch { what: "number of groups" });
        }
        if reader.u32()? as usize != self.uses.len() {
            return Err(StateError::Mismatch { what: "number of uses of detectors" });
        }
        let mut groups = Vec::with_capacity(self.groups.len());
        let mut open = GroupSet::new(self.groups.len());
        for g in 0..self.groups.len() {
            groups.push(OfGroup { locked: reader.flag()?, red_actuations: reader.u32()?, calling: 0 });
            open.put(g, reader.flag()?);
        }
        // Those that do not matter are as they were at the beginning.
        let mut load = |u: &Use| if self.wiring[usize::from(u.wiring)].matters() { u.loaded(reader) } else { Ok(*u) };
        let uses = self.uses.iter().map(&mut load).collect::<Result<Vec<_>, _>>()?;
        let next = reader.millis()?;
        for (number, u) in uses.iter().enumerate() {
            for &g in self.of_use.get(number) {
                let group: &mut OfGroup = &mut groups[usize::from(g)];
                group.calling = group.calling.saturating_add(u.calls.into());
            }
        }
        self.called = GroupSet::of(groups.len(), |g| groups[g].is_called());
        self.extended = uses.iter().map(Use::until).collect();
        (self.groups, self.open, self.uses, self.next) = (groups, open, uses, next);
        self.work_out_lanes(at);
        (self.epoch, self.lamps_epoch) = (self.epoch.wrapping_add(1), self.lamps_epoch.wrapping_add(1));
        self.changes.clear();
        Ok(())
    }
}
