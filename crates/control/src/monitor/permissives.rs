//! What the monitor permits, authored by hand and apart from any plan.
//!
//! Terms
//! - **channel**: what the monitor watches: one signal group, by its number.
//! - **together**: two channels may be open at the same time. Every pair that nobody allowed conflicts.
//! - **yielding**: both may be open, but not both on full green: one of them gives way (`g`, or a flashing arrow).
//! - **clearance**: least time from the end of one channel's green to the start of a conflicting one's.
//! - **floor**: least yellow after green. NEMA TS 2 monitors take 2.7 s, whatever the plan says.
//! - **waiver**: a check that an imported program fails and that is therefore silenced for one channel or pair.
//!   What is waived is still counted in the conflict time. Plans of one's own get no waiver.

use alloc::{collections::BTreeMap, collections::BTreeSet, vec, vec::Vec};
use core::fmt;

use super::pairs::Pairs;
use crate::Millis;

/// What a channel drives.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
pub enum ChannelKind {
    /// A signal head for vehicles, circular or arrow. Flashing or dark, it is off.
    #[default]
    Vehicle,
    /// A pedestrian head. Its yellow is the clearance interval (flashing don't walk, or whatever stands for it).
    Pedestrian,
    /// A flashing yellow arrow: flashing is a permissive green, unless the whole signal flashes.
    FlashingArrow,
}

/// One channel.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(deny_unknown_fields))]
pub struct Channel {
    /// What it drives.
    pub kind: ChannelKind,
    /// Least yellow after green; 0: not checked, and green may end without a yellow.
    pub yellow_floor: Millis,
    /// Whether a channel that is all dark trips whatever it should show (NEMA: red failure is the absence of every
    /// output). If not, only a missing red trips, and a dark yellow or green is an alarm (usual under EN 12675).
    #[cfg_attr(feature = "serde", serde(default = "yes"))]
    pub dark_trips: bool,
}

#[cfg(feature = "serde")]
const fn yes() -> bool {
    true
}

impl Channel {
    /// A vehicle head with the usual floor of 2.7 s.
    pub const fn vehicle() -> Self {
        Self { kind: ChannelKind::Vehicle, yellow_floor: Millis(2700), dark_trips: true }
    }

    /// A pedestrian head, its clearance interval not checked.
    pub const fn pedestrian() -> Self {
        Self { kind: ChannelKind::Pedestrian, yellow_floor: Millis(0), dark_trips: true }
    }

    /// A flashing yellow arrow with the usual floor of 2.7 s.
    pub const fn flashing_arrow() -> Self {
        Self { kind: ChannelKind::FlashingArrow, yellow_floor: Millis(2700), dark_trips: true }
    }

    /// The same with another floor.
    #[must_use]
    pub const fn with_floor(self, yellow_floor: Millis) -> Self {
        Self { yellow_floor, ..self }
    }
}

/// How two channels stand to each other.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Relation {
    /// Never open together.
    Conflicting,
    /// Open together, but not both on full green.
    Yielding,
    /// Open together as they like.
    Together,
}

/// Why permissives cannot be so.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum PermissivesError {
    /// A channel that there is not.
    NoSuchChannel {
        /// The channel named.
        channel: u16,
        /// How many there are.
        channels: u16,
    },
    /// A pair of a channel with itself.
    Itself {
        /// The channel.
        channel: u16,
    },
    /// A clearance or a waiver between channels that may be open together.
    Together {
        /// One of them.
        a: u16,
        /// The other.
        b: u16,
    },
    /// A yellow floor or a clearance outside of 0 to [`LONGEST_TIME`].
    Time {
        /// The channel, or the channel whose green ends.
        channel: u16,
        /// The time found.
        found: Millis,
    },
    /// A pair or channel that a file lists twice.
    Twice {
        /// One channel of it.
        a: u16,
        /// The other, or the same.
        b: u16,
    },
    /// More channels than a file may have.
    TooMany {
        /// How many it has.
        found: usize,
    },
}

/// The longest floor or clearance: ten minutes. More is a slip of the pen.
pub const LONGEST_TIME: Millis = Millis(600_000);

impl fmt::Display for PermissivesError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoSuchChannel { channel, channels } => {
                write!(f, "channel {channel} does not exist; expected one below {channels}")
            }
            Self::Itself { channel } => write!(f, "channel {channel} is paired with itself; expected two channels"),
            Self::Together { a, b } => {
                write!(f, "channels {a} and {b} may be open together; expected a pair that conflicts or yields")
            }
            Self::Time { channel, found } => {
                write!(f, "channel {channel} has a time of {} ms; expected 0 to {} ms", found.0, LONGEST_TIME.0)
            }
            Self::Twice { a, b } if a == b => write!(f, "channel {a} is listed twice; expected once"),
            Self::Twice { a, b } => write!(f, "channels {a} and {b} are listed twice; expected once"),
            Self::TooMany { found } => write!(f, "there are {found} channels; expected at most 1024"),
        }
    }
}

impl core::error::Error for PermissivesError {}

/// What one channel is excused from.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Excused {
    pub(super) yellow: bool,
    pub(super) sequence: bool,
}

/// The monitor's configuration: which channels may be open together, and what else is watched.
///
/// Memory grows with the square of the number of channels, half a byte for each pair.
///
/// ```
/// use intergreen_control::{Millis, monitor::{Channel, Permissives, Relation}};
///
/// let mut permissives = Permissives::none(4); // every pair conflicts
/// permissives.allow(0, 1)?.allow_yielding(2, 3)?.set_clearance(0, 2, Millis(4000))?;
/// permissives.set_channel(3, Channel::flashing_arrow())?;
/// assert_eq!(permissives.relation(1, 0), Relation::Together);
/// assert_eq!(permissives.relation(1, 2), Relation::Conflicting);
/// assert_eq!(permissives.allow(0, 9).unwrap_err().to_string(), "channel 9 does not exist; expected one below 4");
/// # Ok::<(), intergreen_control::PermissivesError>(())
/// ```
#[derive(Clone, PartialEq, Eq, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "super::file::File", into = "super::file::File"))]
pub struct Permissives {
    pub(super) channels: Vec<Channel>,
    pub(super) excused: Vec<Excused>,
    /// May be open together, yielding ones included.
    together: Pairs,
    yielding: Pairs,
    waived: Pairs,
    /// From the first channel's end to the second's start; none of 0.
    pub(super) clearances: BTreeMap<(u16, u16), Millis>,
    pub(super) waived_clearances: BTreeSet<(u16, u16)>,
    pub(super) yellow_conflicts: bool,
}

impl Permissives {
    /// Channels of which no two may be open together. All are [`Channel::vehicle`].
    pub fn none(channels: u16) -> Self {
        let n = usize::from(channels);
        Self {
            channels: vec![Channel::vehicle(); n],
            excused: vec![Excused::default(); n],
            together: Pairs::none(n),
            yielding: Pairs::none(n),
            waived: Pairs::none(n),
            clearances: BTreeMap::new(),
            waived_clearances: BTreeSet::new(),
            yellow_conflicts: false,
        }
    }

    /// Channels that may all be open together. All are [`Channel::vehicle`].
    pub fn all(channels: u16) -> Self {
        let mut all = Self::none(channels);
        for a in 0..usize::from(channels) {
            for b in 0..a {
                all.together.set(a, b, true);
            }
        }
        all
    }

    /// Number of channels.
    pub const fn len(&self) -> usize {
        self.channels.len()
    }

    /// Whether there is no channel at all.
    pub const fn is_empty(&self) -> bool {
        self.channels.is_empty()
    }

    fn known(&self, channel: u16) -> Result<usize, PermissivesError> {
        let channels = self.channels.len() as u16; // never more: built from a `u16`
        if channel < channels {
            Ok(usize::from(channel))
        } else {
            Err(PermissivesError::NoSuchChannel { channel, channels })
        }
    }

    fn pair(&self, a: u16, b: u16) -> Result<(usize, usize), PermissivesError> {
        let pair = (self.known(a)?, self.known(b)?);
        if a == b { Err(PermissivesError::Itself { channel: a }) } else { Ok(pair) }
    }

    fn apart(&self, a: u16, b: u16) -> Result<(usize, usize), PermissivesError> {
        let pair = self.pair(a, b)?;
        if self.relation(a, b) == Relation::Together { Err(PermissivesError::Together { a, b }) } else { Ok(pair) }
    }

    /// Sets how two channels stand to each other. Clearances and waivers of the pair are forgotten.
    fn relate(&mut self, a: u16, b: u16, relation: Relation) -> Result<&mut Self, PermissivesError> {
        let (i, j) = self.pair(a, b)?;
        self.together.set(i, j, relation != Relation::Conflicting);
        self.yielding.set(i, j, relation == Relation::Yielding);
        self.waived.set(i, j, false);
        for ordered in [(a, b), (b, a)] {
            self.clearances.remove(&ordered);
            self.waived_clearances.remove(&ordered);
        }
        Ok(self)
    }

    /// The two may be open together.
    ///
    /// # Errors
    /// If they are not two channels.
    pub fn allow(&mut self, a: u16, b: u16) -> Result<&mut Self, PermissivesError> {
        self.relate(a, b, Relation::Together)
    }

    /// The two may be open together, but not both on full green.
    ///
    /// # Errors
    /// If they are not two channels.
    pub fn allow_yielding(&mut self, a: u16, b: u16) -> Result<&mut Self, PermissivesError> {
        self.relate(a, b, Relation::Yielding)
    }

    /// The two conflict.
    ///
    /// # Errors
    /// If they are not two channels.
    pub fn forbid(&mut self, a: u16, b: u16) -> Result<&mut Self, PermissivesError> {
        self.relate(a, b, Relation::Conflicting)
    }

    /// Says what a channel drives.
    ///
    /// # Errors
    /// If there is no such channel, or its floor is out of bounds.
    pub fn set_channel(&mut self, channel: u16, what: Channel) -> Result<&mut Self, PermissivesError> {
        let i = self.known(channel)?;
        check(channel, what.yellow_floor)?;
        self.channels[i] = what;
        Ok(self)
    }

    /// Least time from the end of `from`'s green to the start of `to`'s; of a yielding pair, from full green to full
    /// green. 0: not checked.
    ///
    /// # Errors
    /// If they are not two channels that conflict or yield, or the time is out of bounds.
    pub fn set_clearance(&mut self, from: u16, to: u16, clearance: Millis) -> Result<&mut Self, PermissivesError> {
        self.apart(from, to)?;
        check(from, clearance)?;
        if clearance == Millis(0) {
            self.clearances.remove(&(from, to));
        } else {
            self.clearances.insert((from, to), clearance);
        }
        Ok(self)
    }

    /// Whether yellow counts like green in conflicts: a NEMA monitor's view. Under an intergreen matrix the intergreen
    /// may be shorter than the yellow. Yielding pairs are judged by their full greens either way.
    pub const fn set_yellow_conflicts(&mut self, yellow_conflicts: bool) -> &mut Self {
        self.yellow_conflicts = yellow_conflicts;
        self
    }

    /// The pair's conflict is counted, but never trips.
    ///
    /// # Errors
    /// If they are not two channels that conflict or yield.
    pub fn waive_conflict(&mut self, a: u16, b: u16) -> Result<&mut Self, PermissivesError> {
        let (i, j) = self.apart(a, b)?;
        self.waived.set(i, j, true);
        Ok(self)
    }

    /// The clearance from `from` to `to` is not checked.
    ///
    /// # Errors
    /// If they are not two channels that conflict or yield.
    pub fn waive_clearance(&mut self, from: u16, to: u16) -> Result<&mut Self, PermissivesError> {
        self.apart(from, to)?;
        self.waived_clearances.insert((from, to));
        Ok(self)
    }

    /// A short or missing yellow of this channel does not trip.
    ///
    /// # Errors
    /// If there is no such channel.
    pub fn waive_yellow(&mut self, channel: u16) -> Result<&mut Self, PermissivesError> {
        let i = self.known(channel)?;
        self.excused[i].yellow = true;
        Ok(self)
    }

    /// An illegal order of lamps of this channel does not trip.
    ///
    /// # Errors
    /// If there is no such channel.
    pub fn waive_sequence(&mut self, channel: u16) -> Result<&mut Self, PermissivesError> {
        let i = self.known(channel)?;
        self.excused[i].sequence = true;
        Ok(self)
    }
}

/// Getters. A channel that there is not conflicts with everything and has no clearance and no waiver.
impl Permissives {
    /// What a channel drives.
    pub fn channel(&self, channel: u16) -> Option<Channel> {
        self.channels.get(usize::from(channel)).copied()
    }

    /// How two channels stand to each other; a channel to itself, together.
    pub fn relation(&self, a: u16, b: u16) -> Relation {
        let (i, j) = (usize::from(a), usize::from(b));
        if self.yielding.contains(i, j) {
            Relation::Yielding
        } else if self.together.contains(i, j) || (a == b && i < self.len()) {
            Relation::Together
        } else {
            Relation::Conflicting
        }
    }

    /// Least time from the end of `from`'s green to the start of `to`'s.
    pub fn clearance(&self, from: u16, to: u16) -> Millis {
        self.clearances.get(&(from, to)).copied().unwrap_or_default()
    }

    /// Whether yellow counts like green in conflicts.
    pub const fn yellow_conflicts(&self) -> bool {
        self.yellow_conflicts
    }

    /// Whether the pair's conflict is waived.
    pub fn conflict_waived(&self, a: u16, b: u16) -> bool {
        self.waived.contains(usize::from(a), usize::from(b))
    }

    /// Whether the clearance is waived.
    pub fn clearance_waived(&self, from: u16, to: u16) -> bool {
        self.waived_clearances.contains(&(from, to))
    }

    /// Whether the channel's yellow is waived.
    pub fn yellow_waived(&self, channel: u16) -> bool {
        self.excused.get(usize::from(channel)).is_some_and(|e| e.yellow)
    }

    /// Whether the channel's sequence is waived.
    pub fn sequence_waived(&self, channel: u16) -> bool {
        self.excused.get(usize::from(channel)).is_some_and(|e| e.sequence)
    }

    /// How many checks are waived.
    pub fn waivers(&self) -> usize {
        let channels: usize = self.excused.iter().map(|e| usize::from(e.yellow) + usize::from(e.sequence)).sum();
        let conflicts = self.pairs().filter(|&(a, b)| self.conflict_waived(a, b)).count();
        channels + conflicts + self.waived_clearances.len()
    }

    /// Every unordered pair, the lower number first.
    pub(super) fn pairs(&self) -> impl Iterator<Item = (u16, u16)> + use<> {
        let n = self.channels.len() as u16;
        (0..n).flat_map(move |a| (a + 1..n).map(move |b| (a, b)))
    }
}

pub(super) fn check(channel: u16, time: Millis) -> Result<(), PermissivesError> {
    if (Millis(0)..=LONGEST_TIME).contains(&time) {
        Ok(())
    } else {
        Err(PermissivesError::Time { channel, found: time })
    }
}
