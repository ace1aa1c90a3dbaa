//! What the sensors report, kept per detector.
//!
//! Terms
//! - **detector**: one sensor output wired to the cabinet, numbered from 0. Over a loop it is *on* while a vehicle
//!   covers the loop, at a push button while the button is down.
//! - **actuation**: the edge from off to on; what a detector counts.
//! - **on-time**: how long the detector has been on in all; its growth over a span is the occupancy in that span.
//! - **edge**: a change of state with its exact time, which is usually inside a step of the simulator.
//! - **broken**: not to be believed (see [`Health`]).

mod health;

use alloc::{vec, vec::Vec};

pub use self::health::{Health, Measures};
use self::health::{MINUTE, Minute, Seen, Share, judge};
use crate::{
    Millis, Plan, StateError, StateReader,
    plan::{DetectorKind, DetectorLimits},
    state,
};

/// An edge of one detector.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct DetectorEvent {
    /// Which detector, from 0.
    pub detector: u16,
    /// When, to the millisecond.
    pub at: Millis,
    /// On (a vehicle arrived, the button was pressed) or off.
    pub on: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
struct Detector {
    occupied: bool,
    count: u32,
    /// Sum of the finished on-intervals.
    finished: Millis,
    /// The last edge.
    since: Millis,
    last_on: Option<Millis>,
    minute: Minute,
    measured: Measures,
    share: Share,
    health: Health,
}

/// The state of every detector of a cabinet.
///
/// A detector it does not have reads as one that never saw anything.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct DetectorBank {
    detectors: Vec<Detector>,
    /// By detector, when it is taken for broken; empty: never.
    limits: Vec<DetectorLimits>,
    /// By detector, its stop line, if the plan says where it lies, and whether it lies there; empty: none does.
    lines: Vec<Option<(u16, bool)>>,
    /// When the minute ends.
    next: Option<Millis>,
    /// Since when is counted.
    began: Millis,
    /// Actuations of all of them, for their shares.
    all: u32,
    /// Those that broke or were restored, and nobody was told.
    news: Vec<(u16, Health)>,
}

const VERSION: u8 = 2;

/// Shares are of the last so many actuations, or about twice as many.
const MEMORY: u32 = 1 << 20;

impl DetectorBank {
    /// `detectors` detectors, all off since ever.
    pub fn new(detectors: u16) -> Self {
        let off = Detector { since: Millis(i64::MIN), ..Detector::default() };
        let news = Vec::with_capacity(usize::from(detectors));
        Self { detectors: vec![off; usize::from(detectors)], news, ..Self::default() }
    }

    /// The same with the limits of a plan: its detectors are measured, and watched for failures.
    pub fn of_plan(plan: &Plan, detectors: u16) -> Self {
        let uses = &plan.spec().detectors;
        if uses.is_empty() {
            return Self::new(detectors);
        }
        let never = DetectorLimits {
            expected: 0,
            max_presence: Millis(0),
            erratic: 0,
            short_pulse: Millis(0),
            ..DetectorLimits::default()
        };
        let limits = |channel: u16| uses.iter().find(|d| d.channel == channel).map_or(never, |d| d.diagnostics);
        let mut lanes: Vec<&str> = uses.iter().filter_map(|d| Some(d.place.as_ref()?.lane.as_str())).collect();
        lanes.sort_unstable();
        lanes.dedup();
        let line = |channel: u16| {
            let place = uses.iter().find(|d| d.channel == channel)?.place.as_ref()?;
            let number = lanes.binary_search(&place.lane.as_str()).ok()?;
            Some((u16::try_from(number).ok()?, matches!(place.kind, DetectorKind::StopBar | DetectorKind::Count)))
        };
        let lines = (0..detectors).map(line).collect();
        Self { limits: (0..detectors).map(limits).collect(), lines, ..Self::new(detectors) }
    }

    /// The first minute begins.
    pub(crate) fn begin(&mut self, at: Millis) {
        if !self.limits.is_empty() {
            (self.began, self.next) = (at, Some(at + MINUTE));
        }
    }

    /// When the minute ends.
    pub fn next(&self) -> Millis {
        self.next.unwrap_or(Millis::NEVER)
    }

    /// Ends the minute if it is over at `at`.
    pub(crate) fn advance(&mut self, at: Millis) {
        let Some(end) = self.next.filter(|&end| end <= at) else { return };
        // Over a jump of the clock nothing was measured.
        let jumped = at - end >= MINUTE;
        self.next = Some(if jumped { at } else { end } + MINUTE);
        for number in (0..u16::MAX).take(self.detectors.len()) {
            let on_time = self.on_time(number, at);
            let from_the_start = self.expected_from_the_start(number);
            let (d, all, began) = (&mut self.detectors[usize::from(number)], self.all, self.began);
            if !jumped {
                d.measured = d.minute.measures(on_time);
                let expected = from_the_start.unwrap_or_else(|| d.share.expected(all));
                let seen = Seen { occupied: d.occupied, unchanged: at - d.since.max(began), expected };
                let health = judge(&self.limits[usize::from(number)], &d.minute, &seen);
                self.find(number, health);
            }
            self.detectors[usize::from(number)].minute = Minute { on_time, ..Minute::default() };
        }
        if self.all >= MEMORY {
            self.all /= 2;
            self.detectors.iter_mut().for_each(|d| d.share.halve());
        }
    }

    /// What was to be expected of a detector that has never counted; `None`: it has, or nobody can tell.
    fn expected_from_the_start(&self, number: u16) -> Option<u64> {
        let line = |n: usize| self.lines.get(n).copied().flatten();
        let (own, at_line) = line(usize::from(number)).filter(|_| self.count(number) == 0)?;
        let others = self.detectors.iter().enumerate().filter(|(n, _)| line(*n) == Some((own, true)));
        let most = others.map(|(_, d)| d.count).max()?;
        Some(u64::from(most) / if at_line { 2 } else { 4 })
    }

    /// Takes note of a detector's health.
    fn find(&mut self, number: u16, health: Health) {
        let d = &mut self.detectors[usize::from(number)];
        if d.health != health {
            d.health = health;
            self.news.push((number, health));
        }
    }

    /// Whether any broke or was restored since this was asked for last.
    pub(crate) const fn has_news(&self) -> bool {
        !self.news.is_empty()
    }

    /// Those that broke or were restored since this was asked for last.
    pub(crate) fn take_news(&mut self) -> Option<(u16, Health)> {
        self.news.pop()
    }

    /// Whether a detector is to be believed.
    pub fn health(&self, detector: u16) -> Health {
        self.get(detector).map_or(Health::Good, |d| d.health)
    }

    /// What it measured in the last whole minute.
    pub fn measured(&self, detector: u16) -> Measures {
        self.get(detector).map_or(Measures::default(), |d| d.measured)
    }

    /// Number of detectors.
    pub const fn len(&self) -> usize {
        self.detectors.len()
    }

    /// Whether there is no detector at all.
    pub const fn is_empty(&self) -> bool {
        self.detectors.is_empty()
    }

    /// Takes an edge in. Returns whether it told anything new: an unknown detector and a repeated edge do not.
    ///
    /// An edge earlier than the detector's last one is taken as simultaneous with it, so that no on-time is counted
    /// twice or lost below zero.
    pub fn handle(&mut self, event: DetectorEvent) -> bool {
        let Some(detector) = self.detectors.get_mut(usize::from(event.detector)) else { return false };
        if detector.occupied == event.on {
            return false;
        }
        let at = event.at.max(detector.since);
        let minute = &mut detector.minute;
        if event.on {
            detector.count = detector.count.saturating_add(1);
            minute.count = minute.count.saturating_add(1);
            if let Some(before) = detector.last_on.replace(at) {
                minute.headways += at - before;
                minute.pairs = minute.pairs.saturating_add(1);
            }
            self.all = self.all.saturating_add(1);
            detector.share = Share { own: detector.share.own.saturating_add(1), all: self.all };
        } else {
            let pulse = at - detector.since;
            detector.finished += pulse;
            let limits = self.limits.get(usize::from(event.detector));
            minute.short = minute.short.saturating_add(limits.is_some_and(|l| pulse < l.short_pulse).into());
        }
        detector.occupied = event.on;
        detector.since = at;
        if matches!((detector.health, event.on), (Health::NoActivity, _) | (Health::MaxPresence, false)) {
            self.find(event.detector, Health::Good);
        }
        true
    }

    fn get(&self, detector: u16) -> Option<&Detector> {
        self.detectors.get(usize::from(detector))
    }

    /// Whether it is on.
    pub fn occupied(&self, detector: u16) -> bool {
        self.get(detector).is_some_and(|d| d.occupied)
    }

    /// How many actuations it has had.
    pub fn count(&self, detector: u16) -> u32 {
        self.get(detector).map_or(0, |d| d.count)
    }

    /// How long it has been on in all up to `now`, the running interval included.
    pub fn on_time(&self, detector: u16, now: Millis) -> Millis {
        self.get(detector).map_or(Millis(0), |d| {
            let running = if d.occupied { (now - d.since).max(Millis(0)) } else { Millis(0) };
            d.finished + running
        })
    }

    /// When it changed last; long ago if it never did.
    pub fn since(&self, detector: u16) -> Millis {
        self.get(detector).map_or(Millis(i64::MIN), |d| d.since)
    }

    /// When its last actuation began, if there was one.
    pub fn last_on(&self, detector: u16) -> Option<Millis> {
        self.get(detector).and_then(|d| d.last_on)
    }

    /// Appends its state.
    pub fn save(&self, out: &mut Vec<u8>) {
        out.push(VERSION);
        state::put_count(out, self.detectors.len());
        state::put_optional_millis(out, self.next);
        state::put_millis(out, self.began);
        out.extend_from_slice(&self.all.to_le_bytes());
        for d in &self.detectors {
            out.extend_from_slice(&[d.occupied.into(), d.health as u8]);
            for time in [d.finished, d.since, d.minute.headways, d.minute.on_time, d.measured.on] {
                state::put_millis(out, time);
            }
            for time in [d.last_on, d.measured.headway] {
                state::put_optional_millis(out, time);
            }
            let (m, share) = (&d.minute, &d.share);
            for count in [d.count, m.count, m.short, m.pairs, d.measured.volume, share.own, share.all] {
                out.extend_from_slice(&count.to_le_bytes());
            }
        }
    }

    /// Reads the state of a bank of as many detectors as this one.
    ///
    /// # Errors
    /// If the bytes are no such state. The bank stays as it was.
    pub fn load(&mut self, reader: &mut StateReader<'_>) -> Result<(), StateError> {
        reader.version("detector bank", VERSION)?;
        if reader.u32()? as usize != self.detectors.len() {
            return Err(StateError::Mismatch { what: "number of detectors" });
        }
        let (next, began, all) = (reader.optional_millis()?, reader.millis()?, reader.u32()?);
        if next.is_some() && self.limits.is_empty() {
            return Err(StateError::Mismatch { what: "plan: its detectors mean nothing" });
        }
        let detectors = (0..self.detectors.len()).map(|_| read(reader)).collect::<Result<Vec<_>, _>>()?;
        (self.detectors, self.next, self.began, self.all) = (detectors, next, began, all);
        self.news.clear();
        Ok(())
    }
}

/// Reads a detector as it is saved.
fn read(reader: &mut StateReader<'_>) -> Result<Detector, StateError> {
    let (occupied, health) = (reader.flag()?, usize::from(reader.u8()?));
    let wrong = StateError::Invalid { what: "health of a detector", expected: "0 to 4" };
    let health = *Health::ALL.get(health).ok_or(wrong)?;
    let mut times = [Millis(0); 5];
    for time in &mut times {
        *time = reader.millis()?;
    }
    let (last_on, headway) = (reader.optional_millis()?, reader.optional_millis()?);
    let mut counts = [0; 7];
    for count in &mut counts {
        *count = reader.u32()?;
    }
    let [finished, since, headways, on_time, on] = times;
    let [count, in_minute, short, pairs, volume, own, all] = counts;
    Ok(Detector {
        occupied,
        count,
        finished,
        since,
        last_on,
        minute: Minute { count: in_minute, short, headways, pairs, on_time },
        measured: Measures { volume, on, headway },
        share: Share { own, all },
        health,
    })
}
