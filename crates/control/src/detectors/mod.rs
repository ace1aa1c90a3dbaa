//! What the sensors report, kept per detector.
//!
//! Terms
//! - **detector**: one sensor output wired to the cabinet, numbered from 0. Over a loop it is *on* while a vehicle
//!   covers the loop, at a push button while the button is down.
//! - **actuation**: the edge from off to on; what a detector counts.
//! - **on-time**: how long the detector has been on in all; its growth over a span is the occupancy in that span.
//! - **edge**: a change of state with its exact time, which is usually inside a step of the simulator.
//! - **broken**: not to be believed (see [`Health`]).

mod between;
mod checkpoint;
mod greens;
mod health;
mod heartbeat;
mod mates;
mod presence;
mod sections;

use alloc::{vec, vec::Vec};

pub use self::{
    health::{Health, Measures},
    heartbeat::Heartbeat,
};
use self::{
    health::{MINUTE, Minute, Seen, is_missed, judge, limit},
    mates::{Layout, MATES, Pair, Share, Tells, Witness},
    presence::{Green, STUCK},
    sections::{Balance, Passed, WITNESSES},
};
use crate::{
    Millis, Plan,
    plan::{DetectorKind, DetectorLimits},
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

/// At most so many times as many vehicles as its mates tell of are expected by balances: of those who come over a loop one in so
/// many at least comes over another loop of its lane.
const OTHERS: u64 = 5;

/// What its own edges and those of its mates ask and change, in one cache line; in the next one what its own alone change.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[repr(C, align(64))]
struct Detector {
    occupied: bool,
    health: Health,
    /// In how many whole greens without an edge between it was on, and in how many of them nobody can have been there.
    greens: u8,
    contradicted: u8,
    /// Whether since it went on, and since its lane's green before ended, the line was free for so long that nobody can be there.
    denied: bool,
    count: u32,
    /// Actuations of its mates that it has missed; what each of them had counted when it went on last.
    missed: [u32; MATES],
    counted: [u32; MATES],
    /// A pulse shorter than this is too short for a vehicle: the limit, where it is at hand, in few bytes.
    short_pulse_ms: u32,
    /// Sum of the finished on-intervals.
    finished: Millis,
    /// The last edge, and the last that was an actuation.
    since: Millis,
    last_on: Millis,
    record: Record,
}

const _: () = assert!(core::mem::offset_of!(Detector, record) == 64 && size_of::<Detector>() == 128);

/// Before all times: what has not happened.
const NOT_YET: Millis = Millis(i64::MIN);

impl Detector {
    /// When its last actuation began, if there was one.
    fn last_on(&self) -> Option<Millis> {
        (self.last_on != NOT_YET).then_some(self.last_on)
    }
}

/// What its own edges alone change.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
struct Record {
    minute: Minute,
    /// What it has learned of its mates.
    pairs: [Pair; MATES],
    share: Share,
}

/// The state of every detector of a cabinet.
///
/// A detector it does not have reads as one that never saw anything.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct DetectorBank {
    detectors: Vec<Detector>,
    /// By detector, what it measured in the last whole minute.
    measured: Vec<Measures>,
    /// By detector, how long it had been on in all when the minute began.
    on_times: Vec<Millis>,
    /// By detector, when it is taken for broken; empty: never.
    limits: Vec<DetectorLimits>,
    layout: Layout,
    /// By section of the layout, what it has counted.
    passed: Vec<Passed>,
    /// By detector, what it has of the witnesses of its section.
    balances: Vec<[Balance; WITNESSES]>,
    /// By detector, what it had counted when balances were drawn last.
    tallied: Vec<u32>,
    /// When balances are drawn next.
    draws: Option<Millis>,
    /// By lane of the layout, its present green.
    greens: Vec<Green>,
    /// By approach of the layout, how many actuations there were.
    counts: Vec<u32>,
    /// When the minute ends.
    next: Option<Millis>,
    /// The earlier of the two.
    due: Option<Millis>,
    /// Since when is counted.
    began: Millis,
    /// Those that broke or were restored, and nobody was told.
    news: Vec<(u16, Health)>,
    /// Lanes of the layout in which somebody waits whom perhaps nobody sees, and nobody was told.
    forgotten: Vec<u16>,
}

/// Shares are of the last so many actuations, or about half as many.
const MEMORY: u32 = 1 << 20;

impl DetectorBank {
    /// `detectors` detectors, all off since ever.
    pub fn new(detectors: u16) -> Self {
        let off = Detector { since: NOT_YET, last_on: NOT_YET, ..Detector::default() };
        let n = usize::from(detectors);
        Self {
            detectors: vec![off; n],
            measured: vec![Measures::default(); n],
            on_times: vec![Millis(0); n],
            news: Vec::with_capacity(n),
            ..Self::default()
        }
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
        let limits: Vec<DetectorLimits> = (0..detectors).map(limits).collect();
        let layout = Layout::new(plan, &limits);
        let mut bank = Self {
            greens: vec![Green::default(); layout.lanes.len()],
            forgotten: Vec::with_capacity(layout.lanes.len()),
            counts: vec![0; layout.count()],
            passed: layout.sections.passed(),
            balances: vec![Default::default(); usize::from(detectors)],
            tallied: vec![0; usize::from(detectors)],
            layout,
            ..Self::new(detectors)
        };
        for (d, limits) in bank.detectors.iter_mut().zip(&limits) {
            d.short_pulse_ms = u32::try_from(limits.short_pulse.0.max(0)).unwrap_or(u32::MAX);
        }
        Self { limits, ..bank }
    }

    /// The first minute begins.
    pub fn begin(&mut self, at: Millis) {
        if !self.limits.is_empty() {
            (self.began, self.next) = (at, Some(at + MINUTE));
            self.draws = (!self.passed.is_empty()).then_some(at + sections::EVERY);
            self.find_due();
        }
    }

    fn find_due(&mut self) {
        self.due = self.next.into_iter().chain(self.draws).min();
    }

    /// When the minute ends, or balances are drawn.
    pub fn next(&self) -> Millis {
        self.due.unwrap_or(Millis::NEVER)
    }

    /// Draws balances, and ends the minute if it is over at `at`.
    pub fn advance(&mut self, at: Millis) {
        if let Some(due) = self.draws.filter(|&due| due <= at) {
            self.draws = Some(if at - due < sections::EVERY { due } else { at } + sections::EVERY);
            self.find_due();
            self.balance();
        }
        let Some(end) = self.next.filter(|&end| end <= at) else { return };
        // Over a jump of the clock nothing was measured.
        let jumped = at - end >= MINUTE;
        self.next = Some(if jumped { at } else { end } + MINUTE);
        self.find_due();
        for number in (0..u16::MAX).take(self.detectors.len()) {
            let (i, on_time) = (usize::from(number), self.on_time(number, at));
            if !jumped {
                let (d, limits) = (&self.detectors[i], &self.limits[i]);
                let minute = &d.record.minute;
                self.measured[i] = minute.measures(on_time - self.on_times[i]);
                let unchanged = at - d.since.max(self.began).max(self.kept_on(number));
                let seen = Seen { health: d.health, occupied: d.occupied, unchanged, stuck: self.is_stuck(i, limits) };
                let health = judge(limits, minute, &seen, |many| self.expects(number, many));
                self.find(number, health);
            }
            (self.detectors[i].record.minute, self.on_times[i]) = (Minute::default(), on_time);
        }
        if !jumped {
            self.look_at_lanes(at);
        }
        for approach in 0..self.counts.len() {
            if self.counts[approach] >= MEMORY {
                self.counts[approach] /= 2;
                let own = self.detectors.iter_mut().zip(&self.layout.links);
                own.filter(|(_, of)| usize::from(of.approach) == approach).for_each(|(d, _)| d.record.share.halve());
            }
        }
    }

    /// Whether a detector was expected to see at least so `many` vehicles since the last one, in thousandths. See [`sections`]
    /// and [`mates`].
    fn expects(&self, number: u16, many: u64) -> bool {
        if !self.is_balanced(number) {
            let by_mates = self.by_mates(number, true) >= many;
            return by_mates && self.silent_count(number).is_none_or(|count| self.expects(count, many));
        }
        // Since it was on they tell nothing new.
        let is_new = self.count(number) == self.tallied[usize::from(number)];
        let balances = self.balances[usize::from(number)].iter().filter(|_| is_new);
        let balances = balances.filter_map(|balance| balance.expected).map(u64::from);
        // Two have to agree: mates alone do not tell.
        if !balances.clone().any(|expected| 2 * expected >= many) {
            return false;
        }
        let mates = self.by_mates(number, false);
        let (mut first, mut second) = (mates, 0);
        for expected in balances {
            second = expected.min(first).max(second);
            first = expected.max(first);
        }
        // Whoever comes out of a driveway between two sections is on no balance: of a lane that nobody uses mates know better.
        let most = if self.is_beside_blind(number) { 2 } else { OTHERS };
        first.min(2 * second).min(most * mates) >= many
    }

    /// The loop that counts in a zone, if it has seen nobody for as long and balances tell of it: who came over another loop of
    /// the lane perhaps did not come here.
    fn silent_count(&self, number: u16) -> Option<u16> {
        let lane = &self.layout.lanes[usize::from(self.layout.places[usize::from(number)]?.lane)];
        let count = lane.count.filter(|&count| lane.zone == Some(number) && self.health(count).is_good())?;
        let silent = self.last_on(count).is_none_or(|on| on <= self.since(number));
        (silent && self.is_balanced(count)).then_some(count)
    }

    /// Whether balances tell of a detector.
    fn is_balanced(&self, number: u16) -> bool {
        self.balances[usize::from(number)].iter().any(|balance| balance.expected.is_some())
    }

    /// How many the mates of its lane expect, in thousandths of a vehicle. `alone`: no balances of its own tell of it.
    fn by_mates(&self, number: u16, alone: bool) -> u64 {
        let i = usize::from(number);
        let Detector { missed, record, .. } = &self.detectors[i];
        let pairs = record.pairs.iter().zip(*missed).zip(self.layout.links[i].mates());
        // Where nobody is expected (a bus lane) it tells nothing that nobody comes.
        let tells = |mate: u16| self.health(mate).is_good() && self.limits[usize::from(mate)].expected > 0;
        let believed = pairs.filter(|(_, mate)| tells(**mate));
        let missed = missed.iter().copied().max().unwrap_or(0);
        // Mostly hardly anybody was missed. Beside balances few count, too.
        let hardly = missed == 0 || alone && mates::at_most(missed) < limit(&self.limits[i]);
        if hardly && believed.clone().next().is_some() {
            return 0;
        }
        let believed = believed.filter_map(|((pair, missed), &mate)| {
            let place = self.layout.places[usize::from(mate)]?;
            let here = self.layout.places[i].is_some_and(|own| own.is_at_line()) && place.is_at_line();
            Some(Witness { pair, missed, kind: place.kind, here })
        });
        let by_share = || record.share.expected(self.counts[usize::from(self.layout.links[i].approach)]);
        let passed_by = alone && self.layout.places[i].is_some_and(|p| !p.is_at_line());
        mates::expected(believed, self.layout.links[i].mates().len(), passed_by).unwrap_or_else(by_share)
    }

    /// Whoever drives the channel of a detector has lost it, or it is back.
    pub(crate) fn connect(&mut self, number: u16, up: bool) {
        let Some(d) = self.detectors.get(usize::from(number)) else { return };
        match (d.health, up) {
            (Health::Lost, true) => self.find(number, Health::Good),
            (_, true) => {}
            (_, false) => self.find(number, Health::Lost),
        }
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
    pub fn take_news(&mut self) -> Option<(u16, Health)> {
        self.news.pop()
    }

    /// Whether a detector is to be believed.
    pub fn health(&self, detector: u16) -> Health {
        self.get(detector).map_or(Health::Good, |d| d.health)
    }

    /// What it measured in the last whole minute.
    pub fn measured(&self, detector: u16) -> Measures {
        self.measured.get(usize::from(detector)).copied().unwrap_or_default()
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
        let i = usize::from(event.detector);
        let Some(detector) = self.detectors.get_mut(i) else { return false };
        if detector.occupied == event.on {
            return false;
        }
        let before = detector.since;
        let at = event.at.max(before);
        (detector.since, detector.occupied) = (at, event.on);
        (detector.greens, detector.contradicted, detector.denied) = (0, 0, false);
        let (health, last_on) = (detector.health, detector.last_on());
        if event.on {
            detector.count = detector.count.saturating_add(1);
            let minute = &mut detector.record.minute;
            minute.count = minute.count.saturating_add(1);
            detector.last_on = at;
            if let Some(before) = last_on {
                minute.headways += at - before;
                minute.pairs = minute.pairs.saturating_add(1);
            }
        } else {
            let pulse = at - before;
            detector.finished += pulse;
            if pulse < Millis(detector.short_pulse_ms.into()) {
                let short = &mut detector.record.minute.short;
                *short = short.saturating_add(1);
            }
        }
        if !self.limits.is_empty() {
            if event.on {
                self.actuate(event.detector, last_on, before, at);
            } else {
                let links = &self.layout.links[i];
                match links.lane.filter(|_| links.at_line) {
                    Some(lane) => self.leave(event.detector, usize::from(lane), at),
                    None => self.let_go(event.detector, before, at),
                }
            }
            if matches!((health, event.on), (Health::NoActivity | Health::Lost, _) | (Health::MaxPresence, false)) {
                self.find(event.detector, Health::Good);
            }
        }
        true
    }

    /// A detector has gone on at `at`: it has missed nobody any more, and its mates that are off have missed one. It was
    /// off since `since`, and before on since `last_on`, if ever.
    fn actuate(&mut self, number: u16, last_on: Option<Millis>, since: Millis, at: Millis) {
        let i = usize::from(number);
        let links = self.layout.links[i];
        self.counts[0] = self.counts[0].saturating_add(1);
        let approach = usize::from(links.approach);
        if approach > 0 {
            self.counts[approach] = self.counts[approach].saturating_add(1);
        }
        let all = self.counts[approach];
        let mut counted = [0; MATES];
        counted.iter_mut().zip(links.mates()).for_each(|(counted, &mate)| *counted = self.count(mate));
        let d = &mut self.detectors[i];
        // Whoever was dead until now tells of nothing before.
        let knows = d.health != Health::NoActivity && d.health != Health::Lost;
        if knows {
            d.record.pairs.iter_mut().zip(d.missed).for_each(|(pair, missed)| pair.learn(missed));
        }
        (d.missed, d.counted) = ([0; MATES], counted);
        d.record.share = Share { own: d.record.share.own.saturating_add(1), all };
        if let Some(lane) = links.lane.map(usize::from).filter(|_| links.at_line && knows) {
            let (of, detectors) = (&self.layout.lanes[lane], &self.detectors);
            let tells = || of.upstream.is_some_and(|(d, _)| detectors[usize::from(d)].health.is_good());
            self.greens[lane].look(of, number, (last_on, since), at, tells);
            self.deny(lane, number, since, at);
        }
        for told in links.tells.0..links.tells.1 {
            let Tells { other, place, expected } = self.layout.tells[told as usize];
            let d = &mut self.detectors[usize::from(other)];
            let missed = &mut d.missed[usize::from(place)];
            // Without a branch: nobody could foretell whether it is on.
            *missed = missed.saturating_add(u32::from(!d.occupied));
            // By a mate alone hardly anything is expected sooner.
            if !d.occupied & (missed.saturating_mul(4) >= 3 * u32::from(expected)) && d.health.is_good() {
                self.suspect(other);
            }
        }
    }

    /// A detector has missed many.
    #[cold]
    fn suspect(&mut self, number: u16) {
        if is_missed(&self.limits[usize::from(number)], false, |many| self.expects(number, many)) {
            self.find(number, Health::NoActivity);
        }
    }

    /// Whether a detector was on in too many greens.
    fn is_stuck(&self, i: usize, limits: &DetectorLimits) -> bool {
        let d = &self.detectors[i];
        let is_zone = self.layout.places[i].is_some_and(|p| p.kind == DetectorKind::StopBar);
        let contradicted = if is_zone { STUCK } else { 1 };
        d.greens >= STUCK && d.contradicted >= contradicted && limits.max_presence.0 > 0
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
        self.get(detector).map_or(NOT_YET, |d| d.since)
    }

    /// When its last actuation began, if there was one.
    pub fn last_on(&self, detector: u16) -> Option<Millis> {
        self.get(detector).and_then(Detector::last_on)
    }
}
