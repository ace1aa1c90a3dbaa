//! Which groups are in which state and have which aim, as bits: rules look only at the groups that they concern.
//!
//! All of it follows from lights and aims. Lights change through [`Kernel::go`] and aims through [`Kernel::aim`], which keep
//! it up; whoever sets lights otherwise [forgets](Overview::forget) it, and the next advance works it out anew. What hangs on
//! time is looked at in every advance. Whether a group was forgotten nevertheless is looked for once a minute.

use alloc::{vec, vec::Vec};

use super::{
    Aim, Journal, Kernel,
    light::{Light, State},
};
use crate::{
    Millis,
    group_set::{BITS, bit, groups},
};

/// The groups of one word.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Word {
    /// In the order of [`State::ALL`].
    states: [u64; State::ALL.len()],
    /// Those whose last green ended so late that somebody may have to wait for that.
    clearing: u64,
    /// Those that have opened in this very moment.
    opened: u64,
    /// Those of which it is known when they may start: nothing that matters has changed since that was found.
    pub known: u64,
    /// Those that are to become or stay green.
    pub to_open: u64,
    /// Those of them that are not to give way, or only if they have to.
    pub to_be_full: u64,
    /// Those that are to be switched off.
    pub to_be_off: u64,
    /// Those whose aim is seen in a lamp of its own: of the closed, a permitted turn on red; what is switched off.
    aim_shows: u64,
    /// Those that may show something else than when they were [shown](Overview::take_fresh) last.
    fresh: u64,
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

    /// Open since this very moment.
    pub const fn just_opened(&self) -> u64 {
        self.opened & self.open()
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
pub(super) struct Overview {
    groups: usize,
    words: Vec<Word>,
    /// Whether it is known who is in which state.
    seen: bool,
}

impl Overview {
    /// Of so many groups; nothing is known of them.
    pub fn new(groups: usize) -> Self {
        let mut new = Self { groups, words: vec![Word::default(); groups.div_ceil(BITS)], seen: false };
        new.forget();
        new
    }

    /// Lights were set, or something else than they says what is shown.
    pub fn forget(&mut self) {
        self.seen = false;
        for (w, word) in self.words.iter_mut().enumerate() {
            word.fresh = u64::MAX >> (BITS - BITS.min(self.groups - w * BITS));
        }
    }

    /// The groups of a word that may show something else than when this was asked last.
    pub fn take_fresh(&mut self, word: usize) -> u64 {
        core::mem::take(&mut self.words[word].fresh)
    }

    /// When groups may start is to be found anew.
    pub fn forget_starts(&mut self) {
        self.words.iter_mut().for_each(|word| word.known = 0);
    }

    /// When some groups may start is to be found anew.
    fn forget_starts_of(&mut self, groups: &[u64]) {
        self.words.iter_mut().zip(groups).for_each(|(word, groups)| word.known &= !groups);
    }

    /// It is known when a group may start.
    pub fn know_start(&mut self, g: usize) {
        self.words[g / BITS].known |= bit(g);
    }

    /// How many words there are.
    pub fn words(&self) -> core::ops::Range<usize> {
        0..self.words.len()
    }

    /// 64 groups.
    pub fn word(&self, word: usize) -> &Word {
        &self.words[word]
    }

    /// Whether some groups of a set are what is asked for.
    pub fn any(&self, set: &[u64], of: impl Fn(&Word) -> u64) -> bool {
        set.iter().zip(&self.words).any(|(set, word)| set & of(word) != 0)
    }

    /// Works out who is in which state at `now`. Greens that ended before `lately` are over for everybody.
    pub fn see_lights(&mut self, lights: &[Light], now: Millis, lately: Millis) {
        for (word, lights) in self.words.iter_mut().zip(lights.chunks(BITS)) {
            if !self.seen {
                // All may clear, all may have opened: that is looked at below.
                (word.states, word.clearing, word.opened) = ([0; State::ALL.len()], 0, 0);
                word.known = 0;
                for (g, light) in lights.iter().enumerate() {
                    word.states[light.state as usize] |= bit(g);
                    word.clearing |= bit(g);
                    word.opened |= bit(g);
                }
            }
            word.clearing = keep(word.clearing, |g| lights[g].ended >= lately);
            word.opened = keep(word.opened, |g| lights[g].opened == now);
        }
        self.seen = true;
    }

    /// Works out who has which aim.
    pub fn see_aims(&mut self, aims: &[Aim]) {
        for (word, aims) in self.words.iter_mut().zip(aims.chunks(BITS)) {
            let before = core::mem::take(&mut word.aim_shows);
            (word.to_open, word.to_be_full, word.to_be_off, word.known) = Default::default();
            for (g, aim) in aims.iter().enumerate() {
                word.to_open |= u64::from(aim.opens()) << g;
                word.to_be_full |= u64::from(matches!(aim, Aim::Protected | Aim::Open)) << g;
                word.to_be_off |= u64::from(matches!(aim, Aim::Off(_))) << g;
                word.aim_shows |= u64::from(matches!(aim, Aim::Off(_) | Aim::TurnOnRed)) << g;
            }
            word.fresh |= before | word.aim_shows;
        }
    }
}

/// Those bits of a word for which something holds.
fn keep(bits: u64, is: impl Fn(usize) -> bool) -> u64 {
    groups(0, bits).filter(|&g| is(g)).fold(0, |kept, g| kept | bit(g))
}

/// So often all groups are looked at, also those of which nothing has changed.
const FULL_LOOK: Millis = Millis(60_000);

impl Kernel {
    /// Whether all show what they are to show, once in a while; in tests always. A group that was forgotten is a mistake in
    /// this code, and a fault: the unit flashes. `serves`: it is not the unit that says what is shown.
    pub(super) fn look_at_all(&mut self, serves: bool, journal: &mut Journal) {
        if !cfg!(debug_assertions) && self.now - self.looked < FULL_LOOK {
            return;
        }
        self.looked = self.now;
        let forgotten = (0..self.lights.len()).find(|&g| self.lights[g].shown != self.lamp_of(g, serves));
        debug_assert_eq!(forgotten, None, "nobody is forgotten");
        if forgotten.is_some() {
            self.fault(self.now, journal);
        }
    }

    /// A group goes over to another state.
    pub(super) fn go(&mut self, g: usize, to: State) {
        let over = self.lights[g].state == State::Ending && to == State::Closed && !self.limits.yellow_conflicts;
        if !over {
            // Whoever waits does so for the end of a green, and not for that of its yellow.
            self.overview.forget_starts_of(self.limits.partners.words(g));
        }
        let (light, word) = (&mut self.lights[g], &mut self.overview.words[g / BITS]);
        word.known &= !bit(g);
        word.states[light.state as usize] &= !bit(g);
        word.states[to as usize] |= bit(g);
        word.fresh |= bit(g);
        light.go(to, self.limits.arrows.has(g), self.now);
        word.clearing |= if light.ended == self.now { bit(g) } else { 0 };
        word.opened |= if light.opened == self.now { bit(g) } else { 0 };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Lamp, Plan, Request,
        kernel::Mode,
        plan::{GroupSpec, PlanSpec},
    };

    #[test]
    #[cfg_attr(debug_assertions, should_panic(expected = "nobody is forgotten"))]
    fn who_was_forgotten_is_found() {
        let group = GroupSpec::vehicle("a", Millis(5000), Millis(3000));
        let plan = Plan::unchecked(PlanSpec::new("one", vec![group]), vec![]);
        let (mut kernel, mut journal) = (Kernel::new(plan.into()), Journal::default());
        kernel.request(Request::Lamps(&[Lamp::Green]), Millis(0));
        kernel.start(Millis(0), &mut journal);
        kernel.lights[0].shown = Lamp::Off;
        kernel.advance(FULL_LOOK, &mut journal);
        assert_eq!(kernel.mode(), Mode::Flash);
    }
}
