//! The progress bar.

use std::io::IsTerminal;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use intergreen_control::Millis;

use super::summary::thousands;
use super::{clock, complain};
use crate::sim::Simulation;

/// Steps between looks at the clock.
const STEPS: u32 = 8;
/// Least time between two drawings, s.
const PAUSE: f64 = 0.1;

/// A bar on stderr; nothing where that is no terminal.
pub struct Progress {
    bar: Option<ProgressBar>,
    quiet: bool,
    begin: Millis,
    end: Option<Millis>,
    /// When this process began to simulate.
    since: Millis,
    started: Instant,
    drawn: f64,
    steps: u32,
}

impl Progress {
    /// A bar from `begin` to `end`, if that is known, of a run that has come to `since`.
    pub fn new(quiet: bool, begin: Millis, end: Option<Millis>, since: Millis) -> Self {
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
        Self { bar, quiet, begin, end, since, started: clock::wall(), drawn: 0.0, steps: 0 }
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
        let rate = (now - self.since).seconds() / wall;
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

    /// Writes a line above the bar; if all is to be quiet, only an error.
    pub fn say(&self, kind: &str, message: &str) {
        match &self.bar {
            _ if self.quiet && kind != "error" => {}
            Some(bar) => bar.suspend(|| complain(kind, message)),
            None => complain(kind, message),
        }
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

/// Tells how far a batch is: a bar on a terminal, else a line for each tenth of it.
pub struct Batch {
    bar: ProgressBar,
    notes: bool,
    number: usize,
    done: AtomicUsize,
    began: Instant,
}

impl Batch {
    /// Begins with so many runs to make; `notes`: with some lines on the way where there is no terminal for a bar.
    pub fn new(number: usize, quiet: bool, notes: bool) -> Self {
        let bar = if quiet { ProgressBar::hidden() } else { parts(number) };
        let style = ProgressStyle::with_template("[{bar:30}] {pos} of {len} runs · ETA {eta}{msg}");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()).progress_chars("=> "));
        Self { bar, notes: notes && !quiet, number, done: AtomicUsize::new(0), began: clock::wall() }
    }

    /// Another run is over; so many have failed until now.
    pub fn one_more(&self, failed: usize) {
        let done = self.done.fetch_add(1, Ordering::Relaxed) + 1;
        let failed = if failed > 0 { format!(" · {failed} failed") } else { String::new() };
        self.bar.inc(1);
        self.bar.set_message(failed.clone());
        let tenth = |n: usize| n * 10 / self.number;
        if self.notes && self.bar.is_hidden() && done < self.number && tenth(done) > tenth(done - 1) {
            let left = self.began.elapsed().as_secs_f64() * (self.number - done) as f64 / done as f64;
            complain("note", &format!("{done} of {} runs · ETA {}{failed}", self.number, minutes(left)));
        }
    }

    /// Says something that cannot wait, though all else is to be quiet.
    pub fn say(&self, kind: &str, message: &str) {
        self.bar.suspend(|| complain(kind, message));
    }

    /// Takes the bar away.
    pub fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

/// A bar on stderr over so many parts of a job; nothing where that is no terminal.
pub fn parts(number: usize) -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{spinner} [{bar:30}] {pos} of {len}: {msg}");
    let bar = ProgressBar::with_draw_target(Some(number as u64), ProgressDrawTarget::stderr());
    // The template is a constant; the fallback is never seen.
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()).progress_chars("=> "));
    bar.enable_steady_tick(std::time::Duration::from_millis(100));
    bar
}
