//! How fast a simulation runs against the clock on the wall. Nothing here reads a clock: times are told.

use std::time::Duration;

/// A simulation that lags behind further than this gives the lag up, instead of racing to make up for it.
const MOST_LAG: Duration = Duration::from_millis(500);
/// Span over which the achieved factor is measured.
const SPAN: Duration = Duration::from_millis(800);

/// How fast a simulation is to run.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Pace {
    /// So many times as fast as the clock.
    Times(f64),
    /// As fast as it can.
    Fastest,
}

impl Pace {
    /// The paces there are keys and buttons for.
    pub const PRESETS: [Self; 4] = [Self::Times(1.0), Self::Times(5.0), Self::Times(30.0), Self::Fastest];

    /// What buttons say.
    pub fn label(self) -> String {
        match self {
            Self::Times(factor) => format!("{factor}×"),
            Self::Fastest => "max".into(),
        }
    }

    /// Time on the wall for a step; none: no time at all.
    pub fn period(self, step: Duration) -> Duration {
        match self {
            Self::Times(factor) => step.div_f64(factor.max(1e-3)),
            Self::Fastest => Duration::ZERO,
        }
    }
}

/// When the next step is due.
#[derive(Clone, Copy, Debug)]
pub struct Metronome {
    pace: Pace,
    step: Duration,
    due: Duration,
}

impl Metronome {
    /// Steps of a length; the first is due at `now`. Times count from a beginning that the caller chooses.
    pub fn new(pace: Pace, step: Duration, now: Duration) -> Self {
        Self { pace, step, due: now }
    }

    /// Sets another pace; the next step is due at once.
    pub fn set(&mut self, pace: Pace, now: Duration) {
        (self.pace, self.due) = (pace, now);
    }

    /// Goes on after a pause.
    pub fn resume(&mut self, now: Duration) {
        self.due = now;
    }

    /// How long to wait for the next step; zero: it is due.
    pub fn wait(&self, now: Duration) -> Duration {
        self.due.saturating_sub(now)
    }

    /// Notes that a step was made.
    pub fn tick(&mut self, now: Duration) {
        self.due += self.pace.period(self.step);
        if now > self.due + MOST_LAG {
            self.due = now;
        }
    }
}

/// The factor that was achieved of late: simulated time over time on the wall.
#[derive(Clone, Copy, Debug, Default)]
pub struct Achieved {
    since: Duration,
    simulated: Duration,
    factor: f64,
}

impl Achieved {
    /// Notes that a step was made.
    pub fn tick(&mut self, step: Duration, now: Duration) {
        self.simulated += step;
        let span = now.saturating_sub(self.since);
        // A step takes effect at once where steps are rarer than the span.
        if span >= SPAN {
            self.factor = self.simulated.as_secs_f64() / span.as_secs_f64();
            (self.since, self.simulated) = (now, Duration::ZERO);
        }
    }

    /// Begins anew, after a pause or with another pace.
    pub fn restart(&mut self, now: Duration) {
        *self = Self { since: now, simulated: Duration::ZERO, factor: 0.0 };
    }

    /// The factor; 0 while there is none.
    pub fn factor(&self) -> f64 {
        self.factor
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STEP: Duration = Duration::from_millis(500);

    /// Steps made in so many seconds by somebody who needs `cost` for each.
    fn steps(pace: Pace, seconds: f64, cost: Duration) -> (u32, f64) {
        let (mut now, end) = (Duration::ZERO, Duration::from_secs_f64(seconds));
        let (mut beat, mut achieved, mut n) = (Metronome::new(pace, STEP, now), Achieved::default(), 0);
        while now < end {
            now += beat.wait(now) + cost;
            beat.tick(now);
            achieved.tick(STEP, now);
            n += 1;
        }
        (n, achieved.factor())
    }

    #[test]
    fn a_pace_is_kept_and_measured() {
        let quick = Duration::from_micros(100);
        for (factor, expected) in [(1.0, 20), (5.0, 100), (30.0, 600)] {
            let (n, achieved) = steps(Pace::Times(factor), 10.0, quick);
            assert!((expected..=expected + 1).contains(&n), "{factor}: {n}");
            assert!((achieved / factor - 1.0).abs() < 0.2, "{factor}: {achieved}");
        }
        let (n, achieved) = steps(Pace::Fastest, 10.0, Duration::from_millis(1));
        assert_eq!(n, 10_000);
        assert!((achieved - 500.0).abs() < 1.0, "{achieved}");
    }

    #[test]
    fn who_cannot_keep_up_does_not_race() {
        // Each step takes twice its time: a lag that would grow without end is given up.
        let (n, achieved) = steps(Pace::Times(1.0), 20.0, STEP * 2);
        assert_eq!(n, 20);
        assert!((achieved - 0.5).abs() < 0.05, "{achieved}");
        let mut beat = Metronome::new(Pace::Times(1.0), STEP, Duration::ZERO);
        beat.tick(Duration::from_secs(30));
        assert_eq!(beat.wait(Duration::from_secs(30)), Duration::ZERO);
        beat.tick(Duration::from_secs(30));
        assert_eq!(beat.wait(Duration::from_secs(30)), STEP);
    }

    #[test]
    fn a_pause_is_not_made_up_for() {
        let mut beat = Metronome::new(Pace::Times(1.0), STEP, Duration::ZERO);
        beat.tick(Duration::ZERO);
        beat.resume(Duration::from_secs(60));
        assert_eq!(beat.wait(Duration::from_secs(60)), Duration::ZERO);
    }
}
