//! The measures of one phase.

use std::collections::BTreeMap;

use intergreen_control::Millis;
use serde::Serialize;

use super::aspects::{Aspect, Aspects};
use super::book::{Book, Measures, Seen};
use super::detectors::Function;
use super::diagram::Diagram;
use super::event::Event;
use super::flashing::Flashing;
use super::occupancy::Union;
use super::pedestrians;
use super::service::{Service, Termination, concerns, services};
use super::{Options, Skipped};

/// A phase.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Phase {
    /// Its number.
    pub phase: u16,
    /// Over the whole log.
    #[serde(flatten)]
    pub total: Measures,
    /// By bin; only those in which something happened.
    pub bins: Vec<Bin>,
    /// The Purdue coordination diagram.
    #[serde(skip)]
    pub diagram: Diagram,
}

/// A bin.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Bin {
    /// When it begins, s on the log's clock.
    pub begin_s: f64,
    /// What was measured in it.
    #[serde(flatten)]
    pub measures: Measures,
}

/// What detectors of a phase reported.
#[derive(Clone, Debug, Default)]
pub(super) struct Reports {
    /// Which there are.
    pub seen: Seen,
    /// Arrivals at the stop line.
    pub arrivals: Vec<Arrival>,
    /// Actuations of loops that look for who passes on yellow and red, and of those that count: who came, and when he left.
    pub passed: BTreeMap<Function, Vec<(Arrival, Millis)>>,
    /// When presence detectors were on.
    pub present: Vec<(Millis, Millis)>,
    /// Calls of push buttons.
    pub buttons: Vec<Millis>,
}

/// Somebody arrives at the stop line, or at a loop there.
#[derive(Clone, Copy, Debug)]
pub(super) struct Arrival {
    pub at: Millis,
    /// What an arrow of his showed.
    pub arrow: Option<Aspect>,
    /// When it began to flash next.
    pub flashes: Option<Millis>,
}

/// What is measured of a phase, in the making.
struct Work<'a> {
    book: Book,
    services: Vec<Service>,
    aspects: Aspects,
    /// First and last moment of the signal's log.
    span: (Millis, Millis),
    flashing: &'a Flashing,
    options: &'a Options,
    skipped: &'a mut Skipped,
}

impl Phase {
    /// From the events about it by time and what its detectors reported; `span` and `flashing`:
    /// of the signal's log.
    pub(super) fn of(
        phase: u16,
        events: &[Event],
        mut reports: Reports,
        (span, flashing): ((Millis, Millis), &Flashing),
        options: &Options,
        skipped: &mut Skipped,
    ) -> Self {
        reports.arrivals.sort_unstable_by_key(|arrival| arrival.at);
        let services = services(events);
        let aspects = Aspects::of(&services);
        let book = Book::new(options.bin);
        let mut work = Work { book, services, aspects, span, flashing, options, skipped };
        work.terminations(events);
        work.splits();
        work.arrivals(&reports);
        work.failures(&mut reports);
        work.yellow_red(&reports);
        pedestrians::measure(events, &reports.buttons, flashing, &mut work.book, work.skipped);
        // Last: bins get their part of the green if they have got anything.
        work.greens();
        let book = &work.book;
        let bins = book.bins.iter().map(|(&begin, tally)| {
            let (from, to) = (begin.max(span.0), book.bin_end(begin).min(span.1));
            let time = to - from - flashing.between(from, to);
            Bin { begin_s: begin.seconds(), measures: tally.measures(time, reports.seen) }
        });
        Self {
            phase,
            total: book.total.measures(span.1 - span.0 - flashing.between(span.0, span.1), reports.seen),
            bins: bins.collect(),
            diagram: Diagram::of(&work.aspects, reports.arrivals.iter().map(|arrival| arrival.at)),
        }
    }

    /// Whether events of this code are about phases as such.
    pub(super) fn concerns(code: u8) -> bool {
        concerns(code) || pedestrians::concerns(code)
    }
}

impl Work<'_> {
    fn skip(&mut self, what: &str) {
        *self.skipped.entry(what.into()).or_default() += 1;
    }

    fn terminations(&mut self, events: &[Event]) {
        for event in events {
            if let Some(why) = Termination::of(event.code) {
                self.book.note(event.at, |t| t.terminations.count(Some(why)));
            }
        }
        for s in &self.services {
            if let (Some(_), Some(end), None) = (s.green(), s.green_end(), s.ended_by) {
                self.book.note(end, |t| t.terminations.count(None));
            }
        }
    }

    /// The split monitor: services by the bin in which their green begins.
    fn splits(&mut self) {
        for s in std::mem::take(&mut self.services) {
            match (s.green(), s.end()) {
                (Some(green), Some(end)) => self.book.note(green, |t| {
                    t.splits.push(end - green);
                    t.greens.extend(s.green_end().map(|end| end - green));
                    t.yellows.extend(s.yellow_time());
                    t.clearances.extend(s.clearance_time());
                }),
                (None, Some(_)) => self.skip("ends of a phase without a begin of green"),
                (Some(_), None) => self.skip("greens without an end of the phase"),
                (None, None) => {}
            }
            self.services.push(s);
        }
    }

    /// What was shown to somebody whose arrow showed this: while the phase is green or yellow so is the arrow.
    fn shown(&self, at: Millis, of_arrow: Option<Aspect>) -> Option<Aspect> {
        let of_phase = self.aspects.at(at);
        if matches!(of_phase, Some(Aspect::Green | Aspect::Yellow)) { of_phase } else { of_arrow.or(of_phase) }
    }

    /// When somebody may go who has to wait: who has a flashing arrow waits for that at most, and then for a gap.
    fn next_go(&self, of: &Arrival) -> Option<Millis> {
        let go = self.aspects.next_green(of.at).into_iter().chain(of.flashes).min();
        // Who waits until the signal flashes goes then, as signs say.
        go.filter(|&go| self.flashing.between(of.at, go) == Millis(0))
    }

    fn arrivals(&mut self, reports: &Reports) {
        for arrival in &reports.arrivals {
            let at = arrival.at;
            if self.flashing.at(at) {
                self.skip("arrivals while the signal flashes");
                continue;
            }
            let aspect = self.shown(at, arrival.arrow);
            let delay = match aspect {
                Some(Aspect::Green | Aspect::Flashing) => None,
                Some(_) => self.next_go(arrival).map(|go| go - at),
                None => None,
            };
            self.book.note(at, |t| t.arrivals.count(aspect, delay));
            if delay.is_none() && !matches!(aspect, Some(Aspect::Green | Aspect::Flashing)) {
                self.skip("arrivals of which no next green is known");
            }
        }
    }

    /// Split failures, by the bin in which the red begins.
    fn failures(&mut self, reports: &mut Reports) {
        if !reports.seen.presence {
            return;
        }
        let present = Union::of(std::mem::take(&mut reports.present));
        for s in &self.services {
            let (Some(green), Some(end), Some(red)) = (s.green(), s.green_end(), s.red()) else { continue };
            let until = red + self.options.red;
            // What comes after the end of the log is not known.
            if end <= green || until > self.span.1 || self.flashing.between(green, until) > Millis(0) {
                continue;
            }
            let share = |from, to| present.between(from, to).seconds() / (to - from).seconds();
            let (in_green, in_red) = (share(green, end), share(red, until));
            let failed = in_green > self.options.occupied && in_red > self.options.occupied;
            self.book.note(red, |t| {
                t.failures.services += 1;
                t.failures.failures += u32::from(failed);
                t.failures.green += in_green;
                t.failures.red += in_red;
            });
        }
    }

    /// By loops made for it, or else by those that count at the stop line under the phase's lamp. Such a loop lies before the
    /// line: who stops on it leaves it after he may go, and has not passed on red.
    fn yellow_red(&mut self, reports: &Reports) {
        let passed = [Function::YellowRed, Function::Count].iter().find_map(|f| reports.passed.get(f));
        for (arrival, left) in passed.into_iter().flatten() {
            let at = arrival.at;
            if self.flashing.at(at) || self.next_go(arrival).is_some_and(|go| go <= *left) {
                continue;
            }
            match self.shown(at, arrival.arrow) {
                Some(Aspect::Yellow) => self.book.note(at, |t| t.red.on_yellow += 1),
                Some(Aspect::Red) => self.book.note(at, |t| t.red.on_red += 1),
                _ => {}
            }
        }
    }

    /// Time of green: from one change to the next, and to the end of the log, but not while the signal flashes.
    fn greens(&mut self) {
        let changes = self.aspects.changes();
        for (i, &(from, aspect)) in changes.iter().enumerate() {
            if aspect == Aspect::Green {
                let to = changes.get(i + 1).map_or(self.span.1, |next| next.0);
                self.flashing.spare(from, to).for_each(|(from, to)| self.book.green(from, to));
            }
        }
    }
}
