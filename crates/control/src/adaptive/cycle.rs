//! A cycle that is worked out anew whenever its first stage is shown: the stages in the plan's order, each with a green; those
//! that [have no turn](Moment::has_turn) when it begins with none.

use alloc::{format, string::String, vec, vec::Vec};

use super::s;
use crate::{
    Millis, StateError, StateReader,
    stages::{Moment, Wish},
    state,
};

/// The greens of a cycle.
#[derive(Clone, Debug)]
pub(super) struct Cycle {
    /// Of the stages, in this cycle; 0 before the first one has been worked out.
    greens: Vec<Millis>,
    /// How long it lasts, with the changes between its stages.
    length: Millis,
    /// When the first stage was shown that it was worked out for.
    began: Option<Millis>,
}

impl Cycle {
    /// Of so many stages; nothing has been worked out.
    pub fn new(stages: usize) -> Self {
        Self { greens: vec![Millis(0); stages], length: Millis(0), began: None }
    }

    /// Whether a new one begins, which has to be worked out then.
    pub fn begins(&mut self, m: &Moment<'_>) -> bool {
        let first = !(0..m.stage).any(|stage| m.has_turn(stage));
        let begins = first && self.began != Some(m.since) || self.greens[m.stage] == Millis(0);
        if begins {
            self.began = Some(m.since);
        }
        begins
    }

    /// Lets it last for so many seconds with these greens by stage, s; one that has no turn has none.
    pub fn set(&mut self, m: &Moment<'_>, length: f32, green: impl Fn(usize) -> f32) {
        for (stage, time) in self.greens.iter_mut().enumerate() {
            let green = if m.has_turn(stage) { green(stage) } else { 0.0 };
            *time = Millis((1000.0 * green) as i64).max(Millis(1));
        }
        self.length = Millis((1000.0 * length) as i64);
    }

    /// The stage whose turn it is.
    pub fn wish(&self, m: &Moment<'_>) -> Wish {
        let end = m.since + self.greens[m.stage];
        let stage = if m.now < end { m.stage } else { m.next() };
        Wish { stage, next: end }
    }

    /// Its greens in words.
    pub fn why(&self) -> String {
        let greens: Vec<String> = self.greens.iter().map(|g| format!("{:.0}", s(*g))).collect();
        format!("in a cycle of {:.0} s with greens of {} s", s(self.length), greens.join(", "))
    }

    pub fn save(&self, out: &mut Vec<u8>) {
        self.greens.iter().chain([&self.length]).for_each(|&time| state::put_millis(out, time));
        state::put_optional_millis(out, self.began);
    }

    pub fn load(&mut self, reader: &mut StateReader<'_>) -> Result<(), StateError> {
        for time in self.greens.iter_mut().chain([&mut self.length]) {
            *time = reader.millis()?;
        }
        self.began = reader.optional_millis()?;
        Ok(())
    }
}

/// The stages of a cycle: those that have a turn.
pub(super) fn turns<'a>(m: &'a Moment<'_>) -> impl Iterator<Item = usize> + Clone + use<'a> {
    (0..m.stages.len()).filter(|&stage| m.has_turn(stage))
}

/// The time that changes take if these stages come in their order, s.
pub(super) fn lost(m: &Moment<'_>) -> f32 {
    let nexts = turns(m).cycle().skip(1);
    turns(m).zip(nexts).map(|(stage, next)| s(m.stages.change(stage, next))).sum()
}
