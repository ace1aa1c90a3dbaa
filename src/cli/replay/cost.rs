//! What controllers cost: the wall time that each simulated second of each signal takes, decisions and lamps together.

use std::time::Duration;

use intergreen_control::{Controller, Input, Millis};

use super::super::clock::wall;
use crate::batch::statistics::quantile;

/// Seconds of signals and what each took; of signals that were not announced nothing is kept.
#[derive(Default)]
pub struct Cost {
    /// µs, a value for each second of each signal; also where nothing happened.
    seconds: Vec<f64>,
    /// Where the signal at hand begins, and when.
    first: usize,
    start: Millis,
}

impl Cost {
    /// Goes on with another signal, replayed from `start` to `end`.
    pub fn next_signal(&mut self, start: Millis, end: Millis) {
        (self.first, self.start) = (self.seconds.len(), start);
        let seconds = usize::try_from((end - start).0.max(0) / 1000).unwrap_or(0);
        self.seconds.resize(self.first + seconds + 1, 0.0);
    }

    /// Lets a controller's time reach `at`.
    pub fn advance(&mut self, controller: &mut Controller, at: Millis) {
        let began = wall();
        controller.advance(at);
        self.count(at, began.elapsed());
    }

    /// Gives a controller an input.
    pub fn handle(&mut self, controller: &mut Controller, input: Input) {
        let began = wall();
        controller.handle(input);
        self.count(input.at(), began.elapsed());
    }

    fn count(&mut self, at: Millis, took: Duration) {
        let second = usize::try_from((at - self.start).0.max(0) / 1000).unwrap_or(0);
        if let Some(cost) = self.seconds.get_mut(self.first + second) {
            *cost += took.as_secs_f64() * 1e6;
        }
    }

    /// A line for people.
    pub fn line(&self) -> String {
        let mean = self.seconds.iter().sum::<f64>() / self.seconds.len().max(1) as f64;
        let (late, most) = (quantile(&self.seconds, 0.99), quantile(&self.seconds, 1.0));
        format!(
            "a second of a signal took {mean:.1} µs of wall time in the mean, {late:.0} µs at the 99th percentile, {most:.0} µs at most\n"
        )
    }
}
