//! Which groups are in which state and have which aim, as bits: rules look only at the groups that they concern.
//!
//! All of it follows from lights and aims. An advance begins by working it out anew; from then on lights change through
//! [`Kernel::go`] and aims through [`Kernel::aim`] alone, which keep it up.

use alloc::{vec, vec::Vec};

use super::{
    Aim, Kernel,
    light::{Light, State},
};
use crate::{
    Millis,
    group_set::{BITS, GroupSet, bit},
};

/// The groups of one word.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Word {
    /// In the order of [`State::ALL`].
    states: [u64; State::ALL.len()],
    /// Those whose last green ended so late that somebody may have to wait for that.
    clearing: u64,
    /// Those that are to become or stay green.
    pub to_open: u64,
    /// Those of them that are not to give way, or only if they have to.
    pub to_be_full: u64,
    /// Those that are to be switched off.
    pub to_be_off: u64,
}

impl Word {
    /// Those in a state.
    pub const fn are(&self, state: State) -> u64 {
        self.states[state as usize]
    }

    /// Green of either kind.
    pub const fn open(&self) -> u64 {
        self.are(State::Permissive) | self.are(State::Protected)
    }

    /// Open, or about to be without a way back.
    pub const fn committed(&self) -> u64 {
        self.are(State::Starting) | self.open()
    }

    /// Those that are not open any more and that somebody may have to wait for.
    pub const fn clearing(&self) -> u64 {
        (self.are(State::Ending) | self.clearing) & !self.open()
    }
}

/// What rules ask of all groups.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Overview(Vec<Word>);

impl Overview {
    /// Of so many groups; nothing is known of them.
    pub fn new(groups: usize) -> Self {
        Self(vec![Word::default(); groups.div_ceil(BITS)])
    }

    /// How many words there are.
    pub fn words(&self) -> core::ops::Range<usize> {
        0..self.0.len()
    }

    /// 64 groups.
    pub fn word(&self, word: usize) -> &Word {
        &self.0[word]
    }

    /// Whether some groups of a set are what is asked for.
    pub fn any(&self, set: &GroupSet, of: impl Fn(&Word) -> u64) -> bool {
        set.meets(|w| of(&self.0[w]))
    }

    /// Works out who is in which state. Greens that ended before `lately` are over for everybody.
    pub fn see_lights(&mut self, lights: &[Light], lately: Millis) {
        for (word, lights) in self.0.iter_mut().zip(lights.chunks(BITS)) {
            (word.states, word.clearing) = Default::default();
            for (g, light) in lights.iter().enumerate() {
                word.states[light.state as usize] |= bit(g);
                word.clearing |= u64::from(light.ended >= lately) << g;
            }
        }
    }

    /// Works out who has which aim.
    pub fn see_aims(&mut self, aims: &[Aim]) {
        for (word, aims) in self.0.iter_mut().zip(aims.chunks(BITS)) {
            (word.to_open, word.to_be_full, word.to_be_off) = Default::default();
            for (g, aim) in aims.iter().enumerate() {
                word.to_open |= u64::from(aim.opens()) << g;
                word.to_be_full |= u64::from(matches!(aim, Aim::Protected | Aim::Open)) << g;
                word.to_be_off |= u64::from(matches!(aim, Aim::Off(_))) << g;
            }
        }
    }
}

impl Kernel {
    /// A group goes over to another state.
    pub(super) fn go(&mut self, g: usize, to: State) {
        let (light, word) = (&mut self.lights[g], &mut self.overview.0[g / BITS]);
        word.states[light.state as usize] &= !bit(g);
        word.states[to as usize] |= bit(g);
        light.go(to, self.now);
        word.clearing |= if light.ended == self.now { bit(g) } else { 0 };
    }
}
