//! Where the time of a step goes. The clock is the caller's: the simulation reads none of its own.

use bevy::ecs::prelude::Resource;

use super::step::Stage;

/// Steps between profiled ones: a prime, so that no signal cycle is sampled at the same moment each time.
const EVERY: u32 = 13;

/// So many times the clock is read to find what that takes.
const READINGS: usize = 100;

/// Time per stage, over sampled steps.
#[derive(Resource, Clone, Debug, Default)]
pub struct Profile {
    clock: Option<fn() -> u64>,
    /// What it takes to read the clock, which is in each stage once, ns.
    reading: u64,
    last: u64,
    sampling: bool,
    /// Nanoseconds per stage, in the order of [`Stage::ALL`].
    pub nanoseconds: [u64; Stage::ALL.len()],
    /// Steps sampled.
    pub steps: u32,
}

impl Profile {
    /// Samples with a clock that counts nanoseconds.
    pub fn with_clock(clock: fn() -> u64) -> Self {
        let mut last = clock();
        let readings = (0..READINGS).map(|_| {
            let now = clock();
            now - std::mem::replace(&mut last, now)
        });
        Self { clock: Some(clock), reading: readings.min().unwrap_or(0), ..Self::default() }
    }

    /// A step starts.
    #[inline]
    pub fn start(&mut self, step: u32) {
        self.sampling = step.is_multiple_of(EVERY);
        if self.sampling
            && let Some(clock) = self.clock
        {
            self.steps += 1;
            self.last = clock();
        }
    }

    /// A stage has ended.
    #[inline]
    pub fn lap(&mut self, stage: Stage) {
        if self.sampling
            && let Some(clock) = self.clock
        {
            let now = clock();
            self.nanoseconds[stage as usize] += (now - self.last).saturating_sub(self.reading);
            self.last = now;
        }
    }

    /// Share of each stage in the whole, 0–1.
    pub fn shares(&self) -> Vec<(&'static str, f64)> {
        let total: u64 = self.nanoseconds.iter().sum();
        Stage::ALL.iter().map(|&s| (s.name(), self.nanoseconds[s as usize] as f64 / (total.max(1)) as f64)).collect()
    }
}
