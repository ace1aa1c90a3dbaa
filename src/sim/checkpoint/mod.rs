//! Checkpoints: the moving state of a run as bytes, so that another process can go on with it exactly.
//!
//! Terms
//! - **origin**: what the state belongs to: program, network, demand, and what of the setup changes results. The
//!   number of threads does not.
//! - **state**: what moves. What follows from the scenario or from other parts of the state is not in it and worked
//!   out again: the scene, with all commands carried out so far, the paths of given routes, the lanes' tails.
//! - **envelope**: what stands before origin and state: magic, version of the format, length, checksum.
//!
//! Every number is little-endian:
//!
//! | bytes | what |
//! |---|---|
//! | 8 | `IGcheckp` |
//! | 4 | [`VERSION`] of the format |
//! | 8 | length of what follows after the checksum |
//! | 8 | its checksum, FNV-1a over 64 bits |
//! | … | origin, then state, in the [postcard](https://postcard.jamesmunns.com) format |
//!
//! The checksum finds damage, not malice: [`check`] makes sure of every number that could lead out of a table, so that
//! a file made by hand may be nonsense but harms nobody. What belongs to the last step only (lamp changes, overlaps
//! for messages) is not kept.

mod check;
mod origin;
mod state;

use thiserror::Error;

pub use origin::Fingerprints;

use self::origin::{Fnv, Origin};
use self::state::State;
use super::{SimError, Simulation};

/// The first bytes of every checkpoint.
const MAGIC: &[u8; 8] = b"IGcheckp";
/// The version of the format that this code writes and reads. It goes up whenever the state changes its form.
pub const VERSION: u32 = 10;
/// Length of the envelope.
const ENVELOPE: usize = MAGIC.len() + 4 + 8 + 8;

/// Why bytes are no checkpoint of a run.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
pub enum CheckpointError {
    /// Something else.
    #[error("is no checkpoint; expected a file that `run --checkpoint-every` wrote")]
    NotOne,
    /// Of another version of the format.
    #[error("is a checkpoint of format version {found}; expected {VERSION}")]
    Version {
        /// The version found.
        found: u32,
    },
    /// Shorter or longer than it says.
    #[error("is damaged: it has {found} bytes; expected {expected}")]
    Length {
        /// How many bytes there are.
        found: u64,
        /// How many there should be.
        expected: u64,
    },
    /// Changed since it was written.
    #[error("is damaged: its checksum is wrong")]
    Checksum,
    /// Of another run; what differs.
    #[error("{0}")]
    Origin(String),
    /// Well formed, but no state of this run; what is wrong.
    #[error("is no state of this run: {0}")]
    State(String),
}

impl Simulation {
    /// The moving state with what it belongs to, for [`Simulation::load`] in another process.
    pub fn save(&self) -> Vec<u8> {
        let contents = (Origin::of(self), State::of(self.snapshot()));
        // postcard refuses only sequences of unknown length and values that refuse themselves.
        seal(&postcard::to_stdvec(&contents).expect("plain data"))
    }

    /// Goes on from a checkpoint of a run of the same scenario, set up in the same way but for the threads. Commands
    /// are those of the checkpoint, carried out or still to come.
    ///
    /// # Errors
    /// Says why the bytes are no such checkpoint. The simulation then stays as it was.
    pub fn load(&mut self, bytes: &[u8]) -> Result<(), CheckpointError> {
        let payload = open(bytes)?;
        let malformed = |_| CheckpointError::State("it cannot be decoded".into());
        let (origin, rest) = postcard::take_from_bytes::<Origin>(payload).map_err(malformed)?;
        if let Some(difference) = origin.difference(&Origin::of(self)) {
            return Err(CheckpointError::Origin(difference));
        }
        let (state, rest) = postcard::take_from_bytes::<State>(rest).map_err(malformed)?;
        if !rest.is_empty() {
            return Err(CheckpointError::State(format!("{} bytes follow it", rest.len())));
        }
        let snapshot = state.snapshot(self).map_err(CheckpointError::State)?;
        self.restore(&snapshot).map_err(|e| match e {
            SimError::Snapshot(problem) => CheckpointError::State(problem),
            other => CheckpointError::State(other.to_string()),
        })
    }
}

/// Puts a payload into its envelope. For those who want to know what becomes of a wrong one under a right checksum;
/// everybody else has [`Simulation::save`].
pub fn seal(payload: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(ENVELOPE + payload.len());
    bytes.extend_from_slice(MAGIC);
    bytes.extend_from_slice(&VERSION.to_le_bytes());
    bytes.extend_from_slice(&(payload.len() as u64).to_le_bytes());
    bytes.extend_from_slice(&Fnv::of(payload).to_le_bytes());
    bytes.extend_from_slice(payload);
    bytes
}

/// What is in the envelope.
///
/// # Errors
/// If it is none of this version, cut off, or damaged.
pub fn open(bytes: &[u8]) -> Result<&[u8], CheckpointError> {
    let rest = bytes.strip_prefix(MAGIC).ok_or(CheckpointError::NotOne)?;
    let cut = CheckpointError::Length { found: bytes.len() as u64, expected: ENVELOPE as u64 };
    let (version, rest) = rest.split_first_chunk().ok_or(cut.clone())?;
    let found = u32::from_le_bytes(*version);
    if found != VERSION {
        return Err(CheckpointError::Version { found });
    }
    let (length, rest) = rest.split_first_chunk().ok_or(cut.clone())?;
    let (checksum, payload) = rest.split_first_chunk().ok_or(cut)?;
    let expected = u64::from_le_bytes(*length).saturating_add(ENVELOPE as u64);
    if bytes.len() as u64 != expected {
        return Err(CheckpointError::Length { found: bytes.len() as u64, expected });
    }
    if u64::from_le_bytes(*checksum) != Fnv::of(payload) {
        return Err(CheckpointError::Checksum);
    }
    Ok(payload)
}
