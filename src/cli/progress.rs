//! The progress bar.

use std::io::IsTerminal;
use std::time::Instant;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use intergreen_control::Millis;

use super::clock;
use super::summary::thousands;
use crate::sim::Simulation;

/// Steps between looks at the clock.
const STEPS: u32 = 8;
/// Least time between two drawings, s.
const PAUSE: f64 = 0.1;

/// A bar on stderr; nothing where that is no terminal.
pub struct Progress {
    bar: Option<ProgressBar>,
    begin: Millis,
    end: Option<Millis>,
    started: Instant,
    drawn: f64,
    steps: u32,
}

impl Progress {
    /// A bar from `begin` to `end`, if that is known.
    pub fn new(quiet: bool, begin: Millis, end: Option<Millis>) -> Self {
        let bar = (!quiet && std::io::stderr().is_terminal()).then(|| {
            let length = end.map(|e| (e - begin).0.max(1) as u64);
            let bar = ProgressBar::with_draw_target(length, ProgressDrawTarget::stderr());
            let template = if length.is_some() { "[{bar:30}] {msg}" } else { "{msg}" };
            // The templates are constants; the fallback is never seen.
            bar.set_style(
                ProgressStyle::with_template(template)
                    .unwrap_or_else(|_| ProgressStyle::default_bar())
                    .progress_chars("=> "),
            );
            bar
        });
        Self { bar, begin, end, started: clock::wall(), drawn: 0.0, steps: 0 }
    }

    /// Brings the bar up to date, now and then.
    pub fn show(&mut self, sim: &Simulation) {
        let Some(bar) = &self.bar else { return };
        self.steps += 1;
        if !self.steps.is_multiple_of(STEPS) {
            return;
        }
        let wall = self.started.elapsed().as_secs_f64();
        if wall - self.drawn < PAUSE {
            return;
        }
        self.drawn = wall;
        let now = sim.now();
        let rate = (now - self.begin).seconds() / wall;
        let left = self.end.map(|e| (e - now).seconds());
        let eta = match left {
            Some(left) if left > 0.0 => format!("ETA {}", minutes(left / rate.max(1e-9))),
            _ => "until empty".to_owned(),
        };
        let vehicles = thousands(sim.measures().running as f64, 0);
        bar.set_message(format!(
            "{} s · {vehicles} vehicles · {} × real time · {eta}",
            thousands(now.seconds(), 0),
            thousands(rate, 0),
        ));
        bar.set_position((now - self.begin).0 as u64);
    }

    /// Takes the bar away.
    pub fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

/// Minutes and seconds.
fn minutes(seconds: f64) -> String {
    let s = seconds.min(359_999.0) as u64;
    format!("{}:{:02}", s / 60, s % 60)
}
