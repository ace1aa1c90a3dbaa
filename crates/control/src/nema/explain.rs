//! What it is doing, in words and times for a traffic engineer.

use alloc::{format, string::String, vec::Vec};

use super::{Cause, Nema, Ring, coordination::State, standing::Standing};
use crate::{Millis, On, Timers, View};

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

    /// Ring by ring, with the times that count.
    pub(super) fn all_timers(&self, now: Millis, view: &View<'_>) -> Vec<Timers> {
        (0..self.rings.len()).map(|r| self.ring_timers(r, now, view)).collect()
    }

    fn ring_timers(&self, r: usize, now: Millis, view: &View<'_>) -> Timers {
        let ring = &self.rings[r];
        let Some(p) = ring.on else { return Timers::of(On::Nothing) };
        let conflicting = self.conflicting(r);
        let least = ring.green.map(|green| self.least_over(p, green).max(green + ring.initial));
        let force = Some(self.forced_at(r, now)).filter(|&at| at < Millis::NEVER);
        let max = ring.max_from.filter(|_| self.clock.keeps_max()).map(|from| from + self.max(p));
        let most = [force, max].into_iter().flatten().min();
        Timers {
            on: On::Phase(self.layout.phases[p].number),
            green: ring.green,
            least,
            gap: ring.green.filter(|_| conflicting).map(|_| self.gap_out(ring, p, now, view).0),
            most: most.filter(|_| ring.green.is_some()),
            forced: most.is_some() && most == force,
            rests: !conflicting,
        }
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
