//! Who waits, and until when a stage may go on.

use alloc::{vec, vec::Vec};

use super::Stages;
use crate::{Lamp, Millis, Plan, StateError, StateReader, View, state};

/// How much earlier than necessary a stage ends for somebody who has waited for long.
const MARGIN: Millis = Millis(2000);

#[derive(Clone, Debug)]
pub(super) struct Waits {
    /// By group, since when it is open.
    opened: Vec<Option<Millis>>,
    /// By group, since when it is called and not open.
    waiting: Vec<Option<Millis>>,
    /// When the first of those who wait would have waited for too long.
    first_late: Millis,
}

impl Waits {
    pub fn new(plan: &Plan) -> Self {
        let groups = plan.groups().len();
        Self { opened: vec![None; groups], waiting: vec![None; groups], first_late: Millis::NEVER }
    }

    /// Takes note of what is open and who waits.
    pub fn watch(&mut self, stages: &Stages, now: Millis, view: &View<'_>) {
        self.first_late = Millis::NEVER;
        for (g, (group, &lamp)) in view.plan.groups().iter().zip(view.lamps).enumerate() {
            let opened = &mut self.opened[g];
            *opened = group.shows_open(lamp).then(|| opened.unwrap_or(now));
            let called = || stages.always[g] || view.calls.is_called(u16::try_from(g).unwrap_or(u16::MAX));
            let waiting = &mut self.waiting[g];
            if opened.is_some() || !called() {
                *waiting = None;
            } else if lamp != Lamp::Yellow {
                waiting.get_or_insert(now);
            }
            self.first_late = waiting.map_or(self.first_late, |since| self.first_late.min(since + group.max_red));
        }
    }

    /// By group, since when it is called and not open.
    pub fn since(&self) -> &[Option<Millis>] {
        &self.waiting
    }

    /// Whether all of some groups are open.
    pub fn are_open(&self, groups: &[u16]) -> bool {
        groups.iter().all(|&g| self.opened[usize::from(g)].is_some())
    }

    /// Until when the groups that end with a stage have to stay open.
    pub fn least_until(&self, stages: &Stages, from: usize, to: usize, plan: &Plan) -> Millis {
        let ending = stages.groups[from].iter().map(|&g| usize::from(g)).filter(|&g| !stages.opens[to][g]);
        let least = ending.filter_map(|g| Some(self.opened[g]? + plan.groups()[g].min_green));
        least.max().unwrap_or(Millis(i64::MIN))
    }

    /// When a stage has to end at the latest so that nobody waits longer than the plan allows; or when that has to be
    /// asked again.
    pub fn last_end(&self, stages: &Stages, stage: usize, now: Millis, plan: &Plan) -> Millis {
        let easy = self.first_late - stages.longest_need - MARGIN;
        if now < easy {
            return easy;
        }
        let last = |g: usize| {
            let since = self.waiting[g].filter(|_| !stages.opens[stage][g])?;
            Some(since + plan.groups()[g].max_red - stages.need(stage, g) - MARGIN)
        };
        (0..self.waiting.len()).filter_map(last).min().unwrap_or(Millis::NEVER)
    }

    /// Until when a stage may end, if another comes next, so that everybody who waits is served in time. Always, if they
    /// are served no later than in the plan's own order.
    pub fn in_time_until(&self, stages: &Stages, from: usize, to: usize, plan: &Plan) -> Millis {
        if to == (from + 1) % stages.len() {
            return Millis::NEVER;
        }
        let last = |g: usize| {
            let since = self.waiting[g].filter(|_| !stages.opens[from][g])?;
            let served = if stages.opens[to][g] { Millis(0) } else { stages.least[to] + stages.need(to, g) };
            let need = stages.change(from, to) + served;
            (need > stages.need(from, g)).then(|| since + plan.groups()[g].max_red - need - MARGIN)
        };
        (0..self.waiting.len()).filter_map(last).min().unwrap_or(Millis::NEVER)
    }

    pub fn save(&self, out: &mut Vec<u8>) {
        state::put_count(out, self.waiting.len());
        self.opened.iter().chain(&self.waiting).for_each(|&since| state::put_optional_millis(out, since));
    }

    pub fn load(&mut self, reader: &mut StateReader<'_>) -> Result<(), StateError> {
        if reader.u32()? as usize != self.waiting.len() {
            return Err(StateError::Mismatch { what: "plan" });
        }
        for time in self.opened.iter_mut().chain(&mut self.waiting) {
            *time = reader.optional_millis()?;
        }
        Ok(())
    }
}
