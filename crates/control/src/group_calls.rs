//! What detectors mean for groups: calls and extensions.
//!
//! Terms
//! - **call**: somebody waits at a group that is not green, or has been there and is remembered (*locking*).
//! - **extension**: a detector that extends the group's green is on.
//! - **red actuation**: an actuation since the group's green ended: somebody more who waits.

use alloc::{vec, vec::Vec};

use crate::{Lamp, Millis, Plan, StateError, StateReader, state};

/// What one group has from its detectors.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
struct OfGroup {
    /// Detectors that call and are on.
    calling: u16,
    /// Remembered until it is green.
    locked: bool,
    /// Detectors that extend and are on.
    extending: u16,
    /// When the last of them went off.
    extended: Option<Millis>,
    /// Actuations since its green ended.
    red_actuations: u32,
}

/// The calls and extensions of all groups.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct GroupCalls {
    groups: Vec<OfGroup>,
    /// Whether any detector calls each group, and whether any extends it.
    wired: Vec<(bool, bool)>,
}

const VERSION: u8 = 1;

impl GroupCalls {
    /// Nobody is called.
    pub fn new(plan: &Plan) -> Self {
        let uses = |g: usize, test: fn(crate::plan::DetectorMode) -> bool| {
            let name = &plan.groups()[g].name;
            plan.spec().detectors.iter().any(|d| test(d.mode) && d.groups.contains(name))
        };
        let n = plan.groups().len();
        let wired = (0..n).map(|g| (uses(g, |m| m.calls()), uses(g, |m| m.extends()))).collect();
        Self { groups: vec![OfGroup::default(); n], wired }
    }

    fn get(&self, group: u16) -> OfGroup {
        self.groups.get(usize::from(group)).copied().unwrap_or_default()
    }

    /// Whether some detector calls the group when somebody waits.
    pub fn can_call(&self, group: u16) -> bool {
        self.wired.get(usize::from(group)).is_some_and(|w| w.0)
    }

    /// Whether some detector extends the group's green.
    pub fn can_extend(&self, group: u16) -> bool {
        self.wired.get(usize::from(group)).is_some_and(|w| w.1)
    }

    /// Whether its detectors call it: one is on, or was and is remembered. Recalls are not in it.
    pub fn is_called(&self, group: u16) -> bool {
        let g = self.get(group);
        g.locked || g.calling > 0
    }

    /// Whether a detector extends its green now.
    pub fn is_extended(&self, group: u16) -> bool {
        self.get(group).extending > 0
    }

    /// Until when detectors have extended it: `now` while one is on, else when the last one went off.
    pub fn extended_until(&self, group: u16, now: Millis) -> Option<Millis> {
        let g = self.get(group);
        if g.extending > 0 { Some(now) } else { g.extended }
    }

    /// Actuations of its detectors since its green ended.
    pub fn red_actuations(&self, group: u16) -> u32 {
        self.get(group).red_actuations
    }

    /// A detector has gone on or off at `at`.
    pub(crate) fn edge(&mut self, plan: &Plan, channel: u16, on: bool, at: Millis, lamps: &[Lamp]) {
        for d in plan.spec().detectors.iter().filter(|d| d.channel == channel) {
            for g in d.groups.iter().filter_map(|g| plan.find_group(g)).map(usize::from) {
                let group = &mut self.groups[g];
                let is_green = lamps.get(g).is_some_and(|l| l.is_green());
                let count = |n: u16| if on { n.saturating_add(1) } else { n.saturating_sub(1) };
                if d.mode.calls() {
                    group.calling = count(group.calling);
                    group.locked |= on && d.locking && !is_green;
                    group.red_actuations = group.red_actuations.saturating_add(u32::from(on && !is_green));
                }
                if d.mode.extends() {
                    group.extending = count(group.extending);
                    group.extended = Some(at);
                }
            }
        }
    }

    /// The lamps have changed.
    pub(crate) fn look(&mut self, lamps: &[Lamp]) {
        for (group, _) in self.groups.iter_mut().zip(lamps).filter(|(_, l)| l.is_green()) {
            (group.locked, group.red_actuations) = (false, 0);
        }
    }

    /// Appends its state.
    pub fn save(&self, out: &mut Vec<u8>) {
        out.push(VERSION);
        state::put_count(out, self.groups.len());
        for g in &self.groups {
            out.extend_from_slice(&g.calling.to_le_bytes());
            out.push(g.locked.into());
            out.extend_from_slice(&g.extending.to_le_bytes());
            state::put_optional_millis(out, g.extended);
            out.extend_from_slice(&g.red_actuations.to_le_bytes());
        }
    }

    /// Reads the state of as many groups as these.
    ///
    /// # Errors
    /// If the bytes are no such state. All stays as it was.
    pub fn load(&mut self, reader: &mut StateReader<'_>) -> Result<(), StateError> {
        reader.version("calls of groups", VERSION)?;
        if reader.u32()? as usize != self.groups.len() {
            return Err(StateError::Mismatch { what: "number of groups" });
        }
        let mut groups = Vec::with_capacity(self.groups.len());
        for _ in 0..self.groups.len() {
            let (calling, locked, extending) = (reader.u16()?, reader.flag()?, reader.u16()?);
            groups.push(OfGroup {
                calling,
                locked,
                extending,
                extended: reader.optional_millis()?,
                red_actuations: reader.u32()?,
            });
        }
        self.groups = groups;
        Ok(())
    }
}
