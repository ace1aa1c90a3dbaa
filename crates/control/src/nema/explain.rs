//! What it is doing, in words for a traffic engineer.

use alloc::{format, string::String};

use super::{Cause, Nema, Ring, coordination::State, standing::Standing};
use crate::Millis;

impl Nema {
    /// Ring by ring.
    pub(super) fn words(&self) -> String {
        if !self.started {
            return "nema: not started".into();
        }
        let mut text = format!("nema: section {} of {}", self.section + 1, self.layout.sections);
        text += match self.clock.state {
            State::Free => "",
            State::InStep => ", in step with its pattern",
            State::Add => ", gets into step by longer cycles",
            State::Subtract => ", gets into step by shorter cycles",
            State::Dwell => ", gets into step by waiting",
            State::Pickup => ", waits for its coordinated phases to start its cycle with",
        };
        if self.hurries {
            text += ", somebody has waited long: greens end as soon as they may";
        }
        if self.clearing {
            text += ", all rings become red first (backup protection)";
        }
        for (n, ring) in (1..).zip(&self.rings) {
            text += &format!("; ring {n}: {}", self.ring_words(ring));
        }
        text
    }

    fn ring_words(&self, ring: &Ring) -> String {
        let Some(p) = ring.on else { return "no phase".into() };
        let number = self.layout.phases[p].number;
        let until = |what: &str| {
            if ring.until == Millis::NEVER { what.into() } else { format!("{what} until {} s", ring.until.seconds()) }
        };
        let what = match ring.standing {
            Standing::Idle => "pauses".into(),
            Standing::Coming => "waits for its green".into(),
            Standing::Initial => until("in its initial"),
            Standing::OnFoot => "people on foot walk or clear".into(),
            Standing::Extended if ring.until == Millis::NEVER => "extended".into(),
            Standing::Extended => until("extended, at the latest"),
            Standing::Held => until("coordinated: held"),
            Standing::Resting => "rests: nobody in conflict is called".into(),
            Standing::Over(Cause::GapOut) => "has gapped out and waits for the barrier".into(),
            Standing::Over(Cause::MaxOut) => "has maxed out and waits for the barrier".into(),
            Standing::Over(Cause::ForceOff) => "was forced off and waits for the barrier".into(),
            Standing::Over(Cause::Kept) => "is kept from its green".into(),
        };
        let walk = if ring.walk { ", with walk" } else { "" };
        format!("phase {number} {what}{walk}")
    }
}
