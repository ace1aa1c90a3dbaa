//! The bytes of a checkpoint: little-endian, no padding, a version byte first. One state has one spelling, so that
//! bytes can be compared and hashed.
//!
//! Writers push onto a `Vec<u8>` (`value.to_le_bytes()`); [`StateReader`] takes the values back and never panics,
//! whatever the bytes are.

use alloc::vec::Vec;
use core::fmt;

use crate::{Lamp, Millis};

/// Why bytes are no state of this value.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum StateError {
    /// Written by another version of the code.
    Version {
        /// Whose state.
        of: &'static str,
        /// The version found.
        found: u8,
        /// The version this code reads.
        expected: u8,
    },
    /// The bytes end too early.
    Truncated {
        /// How many bytes there are.
        length: usize,
    },
    /// The bytes go on after the end.
    Trailing {
        /// How many bytes are left over.
        bytes: usize,
    },
    /// The state of another program, strategy or detector bank.
    Mismatch {
        /// What differs.
        what: &'static str,
    },
    /// A value that cannot be.
    Invalid {
        /// Which value.
        what: &'static str,
        /// What was expected.
        expected: &'static str,
    },
}

impl fmt::Display for StateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Version { of, found, expected } => {
                write!(f, "the state of the {of} has version {found}; expected {expected}")
            }
            Self::Truncated { length } => write!(f, "the state ends too early, after {length} bytes"),
            Self::Trailing { bytes } => write!(f, "the state has {bytes} bytes too many"),
            Self::Mismatch { what } => write!(f, "the state belongs to another {what}"),
            Self::Invalid { what, expected } => write!(f, "the state has an impossible {what}; expected {expected}"),
        }
    }
}

impl core::error::Error for StateError {}

/// Takes values from the front of a state.
#[derive(Clone, Debug)]
pub struct StateReader<'a> {
    rest: &'a [u8],
    length: usize,
}

impl<'a> StateReader<'a> {
    /// Reads `bytes` from the start.
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes, length: bytes.len() }
    }

    /// The next `count` bytes.
    ///
    /// # Errors
    /// If there are fewer.
    pub fn bytes(&mut self, count: usize) -> Result<&'a [u8], StateError> {
        let (taken, rest) = self.rest.split_at_checked(count).ok_or(StateError::Truncated { length: self.length })?;
        self.rest = rest;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], StateError> {
        let mut array = [0; N];
        array.copy_from_slice(self.bytes(N)?);
        Ok(array)
    }

    /// A byte.
    ///
    /// # Errors
    /// If the state ends before it.
    pub fn u8(&mut self) -> Result<u8, StateError> {
        Ok(u8::from_le_bytes(self.array()?))
    }

    /// A number of two bytes.
    ///
    /// # Errors
    /// If the state ends before it.
    pub fn u16(&mut self) -> Result<u16, StateError> {
        Ok(u16::from_le_bytes(self.array()?))
    }

    /// A number of four bytes.
    ///
    /// # Errors
    /// If the state ends before it.
    pub fn u32(&mut self) -> Result<u32, StateError> {
        Ok(u32::from_le_bytes(self.array()?))
    }

    /// A number of eight bytes.
    ///
    /// # Errors
    /// If the state ends before it.
    pub fn u64(&mut self) -> Result<u64, StateError> {
        Ok(u64::from_le_bytes(self.array()?))
    }

    /// A time.
    ///
    /// # Errors
    /// If the state ends before it.
    pub fn millis(&mut self) -> Result<Millis, StateError> {
        Ok(Millis(i64::from_le_bytes(self.array()?)))
    }

    /// A time that there may not be: a flag, and the time only if it is 1.
    ///
    /// # Errors
    /// If the state ends before it, or the flag is none.
    pub fn optional_millis(&mut self) -> Result<Option<Millis>, StateError> {
        if self.flag()? { self.millis().map(Some) } else { Ok(None) }
    }

    /// A truth value, 0 or 1.
    ///
    /// # Errors
    /// If the state ends before it, or it is another number.
    pub fn flag(&mut self) -> Result<bool, StateError> {
        match self.u8()? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(StateError::Invalid { what: "flag", expected: "0 or 1" }),
        }
    }

    /// A lamp, as its letter.
    ///
    /// # Errors
    /// If the state ends before it, or the letter is no lamp.
    pub fn lamp(&mut self) -> Result<Lamp, StateError> {
        let letter = char::from(self.u8()?);
        // Only the letter it is written with: equal states have equal bytes.
        Lamp::from_letter(letter)
            .filter(|lamp| lamp.letter() == letter)
            .ok_or(StateError::Invalid { what: "lamp", expected: "a letter of a SUMO state" })
    }

    /// The version byte, which must be `expected`.
    ///
    /// # Errors
    /// If the state ends before it, or was written by another version.
    pub fn version(&mut self, of: &'static str, expected: u8) -> Result<(), StateError> {
        let found = self.u8()?;
        if found == expected { Ok(()) } else { Err(StateError::Version { of, found, expected }) }
    }

    /// All that is left.
    pub const fn rest(self) -> &'a [u8] {
        self.rest
    }

    /// Nothing is left.
    ///
    /// # Errors
    /// If something is.
    pub const fn end(self) -> Result<(), StateError> {
        if self.rest.is_empty() { Ok(()) } else { Err(StateError::Trailing { bytes: self.rest.len() }) }
    }
}

/// Writes a lamp as [`StateReader::lamp`] reads it.
pub(crate) fn put_lamp(out: &mut Vec<u8>, lamp: Lamp) {
    // All letters are ASCII.
    out.push(lamp.letter() as u8);
}

/// Writes a time as [`StateReader::millis`] reads it.
pub(crate) fn put_millis(out: &mut Vec<u8>, time: Millis) {
    out.extend_from_slice(&time.0.to_le_bytes());
}

/// Writes a flag, and the value only if there is one.
pub(crate) fn put_optional<T>(out: &mut Vec<u8>, value: Option<T>, put: impl FnOnce(&mut Vec<u8>, T)) {
    out.push(value.is_some().into());
    if let Some(value) = value {
        put(out, value);
    }
}

/// Writes a time as [`StateReader::optional_millis`] reads it.
pub(crate) fn put_optional_millis(out: &mut Vec<u8>, time: Option<Millis>) {
    put_optional(out, time, put_millis);
}

/// Writes a count. Counts here are bounded by 16-bit group and detector numbers or by memory.
pub(crate) fn put_count(out: &mut Vec<u8>, count: usize) {
    out.extend_from_slice(&u32::try_from(count).unwrap_or(u32::MAX).to_le_bytes());
}

/// FNV-1a over 64 bits: small, the same everywhere, and no more than a guard against mixing things up.
pub(crate) struct Fingerprint(pub(crate) u64);

impl Fingerprint {
    pub(crate) const fn new() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }

    pub(crate) fn fold(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }
}

/// What tells one strategy's state from another's.
pub(crate) fn fingerprint_of_name(name: &str) -> u64 {
    let mut f = Fingerprint::new();
    f.fold(name.as_bytes());
    f.0
}
