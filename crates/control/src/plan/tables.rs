//! What the kernel reads: groups, relations and times as numbers.

use alloc::{string::String, vec, vec::Vec};

use super::{GroupKind, Recall};
use crate::{Lamp, Millis};

/// How two groups stand to each other. Of an ordered pair: the first gives way to the second, or not.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Relation {
    /// Their paths do not meet.
    #[default]
    None,
    /// The first gives way to the second: not both fully green.
    Yields,
    /// As `Yields`, and the second is the oncoming traffic of the first, a left turn.
    YieldsToOncoming,
    /// Never open together.
    Forbidden,
}

impl Relation {
    /// Whether the first gives way to the second.
    pub const fn yields(self) -> bool {
        matches!(self, Self::Yields | Self::YieldsToOncoming)
    }
}

/// A group with all its times.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Group {
    /// Its name.
    pub name: String,
    /// Who looks at it.
    pub kind: GroupKind,
    /// Least green; of people on foot: walk.
    pub min_green: Millis,
    /// Greatest green while somebody else is called; [`Millis::NEVER`] if there is none.
    pub max_green: Millis,
    /// Yellow; of people on foot: the clearance (flashing don't walk).
    pub yellow: Millis,
    /// Red and yellow before green.
    pub red_yellow: Millis,
    /// Red after yellow before anybody in conflict may go; of people on foot: the buffer.
    pub red_clearance: Millis,
    /// Least red before it may be green again.
    pub red_revert: Millis,
    /// Of people on foot: whoever gives way to them starts this much later.
    pub lead: Millis,
    /// Longest red while somebody calls.
    pub max_red: Millis,
    /// Whether it is served without being called.
    pub recall: Recall,
    /// Whether it may show [`TurnOnRed`](crate::Lamp::TurnOnRed).
    pub turn_on_red: bool,
    /// Whether it does so in every stage that does not open it.
    pub stages_turn_on_red: bool,
    /// Whether a program may switch it off (dark or flashing).
    pub may_be_off: bool,
}

impl Group {
    /// Whether it is for people on foot.
    pub const fn is_pedestrian(&self) -> bool {
        matches!(self.kind, GroupKind::Pedestrian)
    }

    /// Whether a lamp of it says go: green of either kind, or an arrow that flashes.
    pub const fn shows_open(&self, lamp: Lamp) -> bool {
        lamp.is_open(matches!(self.kind, GroupKind::FlashingYellowArrow))
    }
}

/// Relations and intergreens of all ordered pairs.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Matrix {
    groups: usize,
    relations: Vec<Relation>,
    intergreens: Vec<Millis>,
    /// Of each group the others that it must not meet or gives way to, or that give way to it.
    partners: Vec<Vec<u16>>,
}

impl Matrix {
    pub(super) fn new(groups: usize) -> Self {
        Self {
            groups,
            relations: vec![Relation::None; groups * groups],
            intergreens: vec![Millis(0); groups * groups],
            partners: vec![Vec::new(); groups],
        }
    }

    const fn cell(&self, a: u16, b: u16) -> usize {
        a as usize * self.groups + b as usize
    }

    pub(super) fn set_relation(&mut self, a: u16, b: u16, relation: Relation) {
        let cell = self.cell(a, b);
        self.relations[cell] = relation;
        for (x, y) in [(a, b), (b, a)] {
            let partners = &mut self.partners[usize::from(x)];
            if let Err(place) = partners.binary_search(&y) {
                partners.insert(place, y);
            }
        }
    }

    pub(super) fn set_intergreen(&mut self, from: u16, to: u16, time: Millis) {
        let cell = self.cell(from, to);
        self.intergreens[cell] = time;
    }

    /// How `a` stands to `b`.
    #[inline]
    pub fn relation(&self, a: u16, b: u16) -> Relation {
        self.relations[self.cell(a, b)]
    }

    /// From the end of `from`'s green to the start of `to`'s. 0 for pairs that need none.
    #[inline]
    pub fn intergreen(&self, from: u16, to: u16) -> Millis {
        self.intergreens[self.cell(from, to)]
    }

    /// The longest intergreen of all related pairs; 0 if there are none.
    pub fn longest_intergreen(&self) -> Millis {
        let from = |a: u16| self.partners(a).iter().map(move |&b| self.intergreen(a, b));
        (0..).take(self.groups).flat_map(from).max().unwrap_or(Millis(0))
    }

    /// The groups to which `group` has any relation, in their order.
    #[inline]
    pub fn partners(&self, group: u16) -> &[u16] {
        &self.partners[usize::from(group)]
    }
}

/// A phase with its groups as numbers.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Phase {
    /// Its number, 1–32.
    pub number: u8,
    /// The groups it opens.
    pub groups: Vec<u16>,
    /// The groups of people on foot it opens when they are called.
    pub walks: Vec<u16>,
}

/// An overlap with its group as a number.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Overlap {
    /// Its group.
    pub group: u16,
    /// Phases with which it is open: bit `n − 1` for phase n.
    pub phases: u32,
    /// Phases with which it is open giving way.
    pub permissive: u32,
    /// It starts this much after it is asked for.
    pub lead: Millis,
    /// It ends this much after it is no longer asked for.
    pub trail: Millis,
}

/// Rings with phases as numbers.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Rings {
    /// The phases in the order of their numbers.
    pub phases: Vec<Phase>,
    /// By ring, by section between two barriers: phase numbers in their order.
    pub rings: Vec<Vec<Vec<u8>>>,
    /// The overlaps.
    pub overlaps: Vec<Overlap>,
}

impl Rings {
    /// All its phases as a set: bit `n − 1` for phase n.
    pub fn known(&self) -> u32 {
        self.phases.iter().fold(0, |set, phase| set | bit(phase.number))
    }
}

/// A stage with its groups as numbers.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Stage {
    /// Its name.
    pub name: String,
    /// The groups open in it, in their order.
    pub groups: Vec<u16>,
}

/// An interstage with numbers.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Interstage {
    /// The stage left.
    pub from: usize,
    /// The stage entered.
    pub to: usize,
    /// Groups that end later than at once.
    pub ends: Vec<(u16, Millis)>,
    /// Groups that start later than they could.
    pub starts: Vec<(u16, Millis)>,
}

/// A preemption with its groups as numbers.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PreemptPlan {
    /// Groups that clear the tracks.
    pub track: Vec<u16>,
    /// Groups that may be open while it lasts.
    pub dwell: Vec<u16>,
    /// Groups that are served first afterwards.
    pub exit: Vec<u16>,
}

/// The bit of a phase, 1–32, in a set of phases; no bit for another number.
pub(crate) const fn bit(phase: u8) -> u32 {
    if phase >= 1 && phase <= 32 { 1 << (phase - 1) } else { 0 }
}
