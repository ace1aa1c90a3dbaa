//! Permissives as they are written down: lists of what is allowed, so that what is forgotten conflicts.

use alloc::vec::Vec;

use super::permissives::{Channel, Permissives, PermissivesError, Relation};
use crate::Millis;

/// More is a broken file, and the tables grow with the square.
const MOST_CHANNELS: usize = 1024;

/// The file.
#[derive(serde::Serialize, serde::Deserialize)]
#[serde(rename = "Permissives", deny_unknown_fields)]
pub(super) struct File {
    channels: Vec<Channel>,
    #[serde(default)]
    yellow_conflicts: bool,
    /// Pairs that may be open together.
    #[serde(default)]
    together: Vec<(u16, u16)>,
    /// Pairs that may be open together, but not both on full green.
    #[serde(default)]
    yielding: Vec<(u16, u16)>,
    #[serde(default)]
    clearances: Vec<Clearance>,
    #[serde(default)]
    waived: Waived,
}

#[derive(serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Clearance {
    from: u16,
    to: u16,
    ms: Millis,
}

#[derive(Default, serde::Serialize, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Waived {
    conflicts: Vec<(u16, u16)>,
    clearances: Vec<(u16, u16)>,
    yellows: Vec<u16>,
    sequences: Vec<u16>,
}

impl TryFrom<File> for Permissives {
    type Error = PermissivesError;

    fn try_from(file: File) -> Result<Self, PermissivesError> {
        let found = file.channels.len();
        let count = u16::try_from(found).ok().filter(|_| found <= MOST_CHANNELS);
        let mut p = Self::none(count.ok_or(PermissivesError::TooMany { found })?);
        p.set_yellow_conflicts(file.yellow_conflicts);
        for (channel, &what) in (0..).zip(&file.channels) {
            p.set_channel(channel, what)?;
        }
        // Listed twice is a slip that may hide a missing line: refused rather than overwritten.
        let once = |new: bool, a, b| if new { Ok(()) } else { Err(PermissivesError::Twice { a, b }) };
        let listed = file.together.iter().map(|&pair| (pair, Relation::Together));
        for ((a, b), relation) in listed.chain(file.yielding.iter().map(|&pair| (pair, Relation::Yielding))) {
            once(a == b || p.relation(a, b) == Relation::Conflicting, a, b)?;
            if relation == Relation::Together {
                p.allow(a, b)?
            } else {
                p.allow_yielding(a, b)?
            };
        }
        for Clearance { from, to, ms } in file.clearances {
            once(p.clearance(from, to) == Millis(0), from, to)?;
            p.set_clearance(from, to, ms)?;
        }
        for (a, b) in file.waived.conflicts {
            once(!p.conflict_waived(a, b), a, b)?;
            p.waive_conflict(a, b)?;
        }
        for (from, to) in file.waived.clearances {
            once(!p.clearance_waived(from, to), from, to)?;
            p.waive_clearance(from, to)?;
        }
        for channel in file.waived.yellows {
            once(!p.yellow_waived(channel), channel, channel)?;
            p.waive_yellow(channel)?;
        }
        for channel in file.waived.sequences {
            once(!p.sequence_waived(channel), channel, channel)?;
            p.waive_sequence(channel)?;
        }
        Ok(p)
    }
}

impl From<Permissives> for File {
    fn from(p: Permissives) -> Self {
        let of = |relation| p.pairs().filter(|&(a, b)| p.relation(a, b) == relation).collect();
        let clearances = p.clearances.iter().map(|(&(from, to), &ms)| Clearance { from, to, ms }).collect();
        let channels = 0..p.len() as u16;
        let waived = Waived {
            conflicts: p.pairs().filter(|&(a, b)| p.conflict_waived(a, b)).collect(),
            clearances: p.waived_clearances.iter().copied().collect(),
            yellows: channels.clone().filter(|&c| p.yellow_waived(c)).collect(),
            sequences: channels.filter(|&c| p.sequence_waived(c)).collect(),
        };
        Self {
            yellow_conflicts: p.yellow_conflicts(),
            together: of(Relation::Together),
            yielding: of(Relation::Yielding),
            clearances,
            waived,
            channels: p.channels,
        }
    }
}
