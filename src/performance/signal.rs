//! All measures of one signal.

use std::collections::BTreeMap;

use intergreen_control::Millis;
use serde::Serialize;

use super::arrows::Arrows;
use super::detectors::{Detector, Detectors, Function};
use super::event::{Event, code};
use super::flashing::Flashing;
use super::health::Channel;
use super::occupancy::Occupancy;
use super::phase::{Arrival, Reports};
use super::{Coordination, Health, Options, Phase, Skipped};

/// A signal.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Signal {
    /// Its name.
    pub signal: String,
    /// Events in its log.
    pub events: u64,
    /// The first, s on the log's clock.
    pub from_s: f64,
    /// The last.
    pub to_s: f64,
    /// Phases of which there is anything, by number.
    pub phases: Vec<Phase>,
    /// Channels that are in the log or in the configuration, by number.
    pub detectors: Vec<Health>,
    /// When it flashed as a whole: from when until when, s on the log's clock.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub flashing: Vec<(f64, f64)>,
    /// Patterns and states.
    #[serde(skip_serializing_if = "Coordination::is_empty")]
    pub coordination: Coordination,
    /// What could not be used, by name, with how often.
    pub skipped: Skipped,
}

impl Signal {
    /// From its events in their order; at least one.
    pub(super) fn of(name: String, events: &[Event], detectors: &Detectors, options: &Options) -> Self {
        let configured = detectors.at(&name);
        let mut sorted = Sorted::of(events, configured);
        let span = sorted.span;
        let flashing = Flashing::of(events, span.1);
        let mut healths = Vec::new();
        let mut reports: BTreeMap<u16, Reports> = BTreeMap::new();
        for (&number, channel) in &sorted.channels {
            let on = Occupancy::of(&channel.edges, span.0, span.1);
            for d in uses(configured, number) {
                reports.entry(d.phase).or_default().add(d, channel, &on, &sorted.arrows);
            }
            healths.push(Health::of(number, channel, &on, span, options));
        }
        for (&phase, buttons) in &sorted.buttons {
            reports.entry(phase).or_default().buttons.extend(buttons);
        }
        let mut phases: Vec<u16> = sorted.phases.keys().chain(reports.keys()).copied().collect();
        phases.sort_unstable();
        phases.dedup();
        let phases = phases.into_iter().map(|number| {
            let events = sorted.phases.get(&number).map_or(&[][..], Vec::as_slice);
            let reports = reports.remove(&number).unwrap_or_default();
            Phase::of(number, events, reports, (span, &flashing), options, &mut sorted.skipped)
        });
        let phases = phases.collect();
        let blind = configured.iter().filter(|d| d.function == Function::Count && !d.judges).count() as u64;
        if blind > 0 {
            let what =
                "uses of count loops that do not tell who passes on red: before the line, or under a lamp of their own";
            sorted.skipped.insert(what.into(), blind);
        }
        if configured.is_empty() && !detectors.is_empty() {
            sorted.skipped.insert("signals without a detector in the configuration".into(), 1);
        }
        Self {
            signal: name,
            events: sorted.events,
            from_s: span.0.seconds(),
            to_s: span.1.seconds(),
            phases,
            detectors: healths,
            flashing: flashing.times.iter().map(|(from, to)| (from.seconds(), to.seconds())).collect(),
            coordination: Coordination::of(events, span.1),
            skipped: sorted.skipped,
        }
    }
}

impl Reports {
    /// Adds what one detector reported, as it is used for the phase.
    fn add(&mut self, detector: &Detector, channel: &Channel, on: &Occupancy, arrows: &Arrows) {
        let arrow = detector.arrow;
        let arrival = |at: Millis| Arrival {
            at,
            arrow: arrow.and_then(|arrow| arrows.at(arrow, at)),
            flashes: arrow.and_then(|arrow| arrows.next_flash(arrow, at)),
        };
        let ons = channel.edges.iter().filter(|e| e.1).map(|e| e.0 + detector.travel);
        match detector.function {
            Function::Presence => {
                self.seen.presence = true;
                self.present.extend_from_slice(&on.on);
            }
            Function::Advance => {
                self.seen.advance = true;
                self.arrivals.extend(ons.map(arrival));
            }
            // Made to see who passes: each actuation does.
            Function::YellowRed => {
                self.seen.stop_line = true;
                self.passed.entry(detector.function).or_default().extend(ons.map(|at| (arrival(at), at)));
            }
            Function::Count if detector.judges => {
                self.seen.stop_line = true;
                let passed = on.on.iter().map(|&(from, to)| (arrival(from + detector.travel), to + detector.travel));
                self.passed.entry(detector.function).or_default().extend(passed);
            }
            Function::Pedestrian => self.buttons.extend(ons),
            Function::Count | Function::Other => {}
        }
    }
}

/// The uses of a channel among a signal's detectors, which are ordered by channel.
fn uses(configured: &[Detector], channel: u16) -> impl Iterator<Item = &Detector> {
    let first = configured.partition_point(|d| d.channel < channel);
    configured[first..].iter().take_while(move |d| d.channel == channel)
}

/// A signal's events by whom they are about.
struct Sorted {
    events: u64,
    span: (Millis, Millis),
    phases: BTreeMap<u16, Vec<Event>>,
    channels: BTreeMap<u16, Channel>,
    /// Push buttons by phase.
    buttons: BTreeMap<u16, Vec<Millis>>,
    arrows: Arrows,
    skipped: Skipped,
}

impl Sorted {
    fn of(events: &[Event], configured: &[Detector]) -> Self {
        let (first, last) = (events[0].at, events[events.len() - 1].at);
        let mut sorted = Self {
            events: events.len() as u64,
            span: (first, last),
            phases: BTreeMap::new(),
            channels: BTreeMap::new(),
            buttons: BTreeMap::new(),
            arrows: Arrows::default(),
            skipped: Skipped::new(),
        };
        let mut before = None;
        for event in events {
            if before == Some(event) {
                sorted.skip("events that are there twice");
                continue;
            }
            before = Some(event);
            sorted.take(event, configured);
        }
        for d in configured {
            // Push buttons may log themselves with other codes.
            if d.function != Function::Pedestrian || sorted.channels.contains_key(&d.channel) {
                sorted.channels.entry(d.channel).or_default().phases.push(d.phase);
            }
        }
        sorted.channels.values_mut().for_each(|c| c.phases.dedup());
        let unknown: u64 = sorted.channels.values().filter(|c| c.phases.is_empty()).map(|c| c.edges.len() as u64).sum();
        if unknown > 0 && !configured.is_empty() {
            sorted.skipped.insert("events of channels that the configuration does not know".into(), unknown);
        }
        sorted
    }

    fn skip(&mut self, what: impl Into<String>) {
        *self.skipped.entry(what.into()).or_default() += 1;
    }

    fn take(&mut self, event: &Event, configured: &[Detector]) {
        match event.code {
            code::DETECTOR_ON | code::DETECTOR_OFF => {
                let on = event.code == code::DETECTOR_ON;
                self.channels.entry(event.parameter).or_default().edges.push((event.at, on));
            }
            fault if code::DETECTOR_FAULTS.contains(&fault) => {
                self.channels.entry(event.parameter).or_default().faults += 1;
            }
            code::DETECTOR_RESTORED | code::BUTTON_OFF => {}
            code::BUTTON_ON => {
                // Buttons are numbered for themselves; of those that nobody configured, number and phase are the same.
                let is_button = |d: &&Detector| d.function == Function::Pedestrian;
                let phase = uses(configured, event.parameter).find(is_button).map_or(event.parameter, |d| d.phase);
                self.buttons.entry(phase).or_default().push(event.at);
            }
            code::FYA | code::FYA_END => self.arrows.note(event),
            code::PATTERN | code::CYCLE | code::OFFSET | code::COORDINATION | code::FLASH => {}
            other if Phase::concerns(other) => self.phases.entry(event.parameter).or_default().push(*event),
            other => self.skip(format!("events of code {other}")),
        }
    }
}
