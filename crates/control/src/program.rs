//! A fixed cycle of lamp states.

use alloc::{string::String, vec::Vec};
use core::fmt;

use crate::{Lamp, Millis};

/// One step of a program: what every group shows, and for how long.
#[derive(Clone, PartialEq, Eq, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct ProgramStep {
    /// How long it lasts, > 0.
    pub duration: Millis,
    /// What each group shows.
    pub lamps: Vec<Lamp>,
}

/// A fixed cycle of lamp states, checked on construction, and again when it is deserialised.
#[derive(Clone, PartialEq, Eq, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "Unchecked"))]
pub struct Program {
    id: String,
    offset: Millis,
    steps: Vec<ProgramStep>,
    // Follows from the steps.
    #[cfg_attr(feature = "serde", serde(skip_serializing))]
    cycle: Millis,
}

/// A program as it is written down.
#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
#[serde(rename = "Program")]
struct Unchecked {
    id: String,
    offset: Millis,
    steps: Vec<ProgramStep>,
}

#[cfg(feature = "serde")]
impl TryFrom<Unchecked> for Program {
    type Error = ProgramError;

    fn try_from(program: Unchecked) -> Result<Self, ProgramError> {
        Self::new(program.id, program.offset, program.steps)
    }
}

/// Why steps do not make a program.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ProgramError {
    /// There is no step.
    Empty,
    /// The first step has no group.
    NoGroups,
    /// The first step has more groups than can be numbered.
    TooManyGroups {
        /// How many groups it has.
        found: usize,
    },
    /// A step's duration is not positive.
    Duration {
        /// Which step, from 0.
        step: usize,
        /// Its duration.
        duration: Millis,
    },
    /// A step has another number of groups than the first.
    Groups {
        /// Which step, from 0.
        step: usize,
        /// How many groups it has.
        found: usize,
        /// How many the first has.
        expected: usize,
    },
}

impl fmt::Display for ProgramError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => write!(f, "has no steps; expected at least one, so that the cycle is longer than zero"),
            Self::NoGroups => write!(f, "has an empty state; expected one letter per link index"),
            Self::TooManyGroups { found } => {
                write!(f, "has {found} letters in a state; expected at most {}", u16::MAX)
            }
            Self::Duration { step, duration } => {
                write!(f, "step {step} lasts {} s; expected a positive duration", duration.seconds())
            }
            Self::Groups { step, found, expected } => {
                write!(f, "the state of step {step} has {found} letters; expected {expected} as in step 0")
            }
        }
    }
}

impl core::error::Error for ProgramError {}

impl Program {
    /// Checks steps and makes a program of them. `offset` shifts it: the first step starts whenever
    /// (time − offset) is a multiple of the cycle.
    ///
    /// # Errors
    /// If there is no step or group, there are too many groups, a duration is not positive, or the steps differ in their number of groups.
    pub fn new(id: impl Into<String>, offset: Millis, steps: Vec<ProgramStep>) -> Result<Self, ProgramError> {
        let expected = steps.first().ok_or(ProgramError::Empty)?.lamps.len();
        if expected == 0 {
            return Err(ProgramError::NoGroups);
        }
        if expected > usize::from(u16::MAX) {
            return Err(ProgramError::TooManyGroups { found: expected });
        }
        let mut cycle = Millis(0);
        for (step, s) in steps.iter().enumerate() {
            // The upper bound (a year) keeps sums far from overflow.
            if s.duration.0 <= 0 || s.duration.0 > 366 * 86_400_000 {
                return Err(ProgramError::Duration { step, duration: s.duration });
            }
            if s.lamps.len() != expected {
                return Err(ProgramError::Groups { step, found: s.lamps.len(), expected });
            }
            cycle += s.duration;
        }
        Ok(Self { id: id.into(), offset, steps, cycle })
    }

    /// Its name.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Its offset.
    pub const fn offset(&self) -> Millis {
        self.offset
    }

    /// The length of its cycle.
    pub const fn cycle(&self) -> Millis {
        self.cycle
    }

    /// Its steps.
    pub fn steps(&self) -> &[ProgramStep] {
        &self.steps
    }

    /// Number of groups.
    pub fn groups(&self) -> usize {
        self.steps[0].lamps.len()
    }

    /// The step in force at `time`, and when the next one starts.
    pub fn step_at(&self, time: Millis) -> (usize, Millis) {
        // Each reduced first: the difference of two absurd times would saturate.
        let [time_in, offset_in] = [time, self.offset].map(|t| t.0.rem_euclid(self.cycle.0));
        let mut rest = (time_in - offset_in).rem_euclid(self.cycle.0);
        for (i, s) in self.steps.iter().enumerate() {
            if rest < s.duration.0 {
                return (i, time + Millis(s.duration.0 - rest));
            }
            rest -= s.duration.0;
        }
        unreachable!("the remainder is below the sum of the durations")
    }

    /// Groups whose green is followed by red in some step, without a yellow between them.
    pub fn without_yellow(&self) -> Vec<u16> {
        let next = self.steps.iter().cycle().skip(1);
        let pairs: Vec<_> = self.steps.iter().zip(next).collect();
        let ends = |g: usize| pairs.iter().any(|(a, b)| a.lamps[g].is_green() && b.lamps[g].is_red());
        (0..self.groups()).filter(|&g| ends(g)).map(|g| g as u16).collect()
    }

    /// Groups that no step opens, not even for a turn on red.
    pub fn never_green(&self) -> Vec<u16> {
        let open = |g: usize| self.steps.iter().any(|s| s.lamps[g].is_green() || s.lamps[g] == Lamp::TurnOnRed);
        (0..self.groups()).filter(|&g| !open(g)).map(|g| g as u16).collect()
    }

    /// How long `group` is green of either kind in one cycle; never, for a group it does not have.
    pub fn green(&self, group: usize) -> Millis {
        let green = self.steps.iter().filter(|s| s.lamps.get(group).is_some_and(|lamp| lamp.is_green()));
        Millis(green.map(|s| s.duration.0).sum())
    }
}
