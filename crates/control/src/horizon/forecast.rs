//! Who is expected in each lane, and how fast they leave.
//!
//! All times here are seconds from the moment of the decision on, > 0 in the future.

use alloc::vec::Vec;

use super::rollout::Model;
use super::service::Service;
use super::ways::{Way, Ways};
use crate::{
    Millis, Traffic,
    adaptive::s,
    stages::{Moment, Served, Stages},
    traffic::MOST_IN_LANE,
};

/// Who has waited for so long counts twice, s.
const COUNTS_TWICE: f32 = 60.0;

/// A full lane counts for so much more.
const FULL_COUNTS: f32 = 1.0;

/// No input loop is nearer to its line, m.
const SHORTEST_M: f32 = 1.0;

/// What a change has to gain for each vehicle: so much for each that a lane has in the mean, s, and not more than that.
const CROWDED: f32 = 0.125;
const MOST_CROWDED: f32 = 1.0;

/// A lane downstream with room for fewer is full if so many queue there: in a lane of a few metres there is never much room.
const ROOM: u16 = 2;
const QUEUE: u16 = 3;

/// What a neighbour downstream told counts for so long.
const OLD: Millis = Millis(10_000);

/// So many slots of those who are announced are looked at.
const SLOTS: usize = 20;

/// Fewer vehicles than this in a slot are nobody.
const LEAST: f32 = 0.05;

/// Vehicles that are expected at one time.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct Due {
    /// When they are due at their line; ≤ 0: they queue.
    pub at: f32,
    /// How many: 1, or of those who are only announced as many as come in the mean.
    pub vehicles: f32,
}

/// Who is expected in a lane.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub(super) struct Lane {
    /// Its vehicles: from this one on, in [`Forecast::due`], up to that one.
    pub first: u32,
    pub end: u32,
    /// Mean flow of those whom no detector has seen yet, vehicles per second, and from when on they come.
    pub flow: f32,
    pub sight: f32,
    /// How much the waiting of those who are known counts, at least 1: the more the longer the first has waited, and more where
    /// the queue reaches beyond all loops, where it stands in the way of others and nobody counts it.
    pub worth: f32,
    /// From the start of green until the first of a queue has left if nothing but the signal holds him up, and how long after
    /// green a queue goes on to leave, s.
    pub startup: f32,
    pub yellow: f32,
    /// Nobody follows earlier whoever left last, and nobody who was the first leaves earlier.
    pub free: f32,
}

/// A lane that a stage serves.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct Serving {
    pub lane: usize,
    /// Seconds from the start of green until the first of a queue has left, and from one vehicle to the next.
    pub first: f32,
    pub headway: f32,
    pub way: Way,
    /// Whether the stage goes on for its queue.
    pub extends: bool,
}

/// What is expected of all lanes. People on foot who have called are one more lane for each of their groups.
#[derive(Clone, Debug, Default)]
pub(super) struct Forecast {
    pub lanes: Vec<Lane>,
    /// Who is due, lane by lane.
    pub due: Vec<Due>,
    /// By stage, the lanes it serves.
    pub served: Vec<Vec<Serving>>,
    /// How lanes are served, as far as the plan says it.
    pub ways: Ways,
}

impl Forecast {
    /// Makes room for so many lanes, and groups that let nobody out of a lane: a running controller allocates nothing.
    pub fn know(&mut self, stages: &Stages, ways: Ways, lanes: usize, others: usize) {
        self.ways = ways;
        self.lanes.reserve(lanes + others);
        self.due.reserve(lanes * (MOST_IN_LANE + SLOTS) + others);
        self.served = stages.served.iter().map(|served| Vec::with_capacity(served.len() + others)).collect();
    }

    /// Looks at the traffic. None of those whom neighbours announce count if `messages` do not.
    pub fn look(&mut self, m: &Moment<'_>, service: &Service, model: &Model, messages: bool) {
        self.lanes.clear();
        self.due.clear();
        for (number, lane) in m.traffic.lanes().iter().enumerate() {
            let first = self.due.len() as u32;
            let likely = m.traffic.likely(number);
            self.due.extend(likely.map(|(due, vehicles)| Due { at: s(due - m.now), vehicles }));
            let (flow, sight) = (m.traffic.flow(number, m.now), m.traffic.sight_s(number));
            // Whoever called may have been counted later.
            let called =
                m.traffic.approaches().lanes[number].groups.iter().filter_map(|&g| m.waits.since(usize::from(g)));
            let called = called.map(|since| s(m.now - since)).fold(0.0, f32::max);
            let waited = self.due.get(first as usize).map_or(0.0, |due| called.max(-due.at));
            let full = lane.backs_up_to(m.traffic.input_m(number).max(SHORTEST_M), m.now);
            let worth = 1.0 + waited / COUNTS_TWICE + if full { FULL_COUNTS } else { 0.0 };
            let sight = if messages { self.announced(m, number, sight, model.horizon) } else { sight };
            let end = self.due.len() as u32;
            let (startup, yellow) = (lane.startup_s(model.startup), lane.yellow_s(model.yellow));
            // Who stood first when it opened may still be there.
            let stood =
                |opened: &Millis| self.due[first as usize..].first().is_some_and(|due| due.at <= -s(m.now - *opened));
            let stands = |opened: &Millis| lane.left().is_none_or(|left| left < *opened) && stood(opened);
            let free = match (lane.opened().filter(stands), lane.left()) {
                (Some(opened), _) => service.first(m.stage, number, startup) - s(m.now - opened),
                (None, left) => left.map_or(0.0, |left| lane.headway_s() - s(m.now - left)),
            };
            self.lanes.push(Lane { first, end, flow, sight, worth, startup, yellow, free: free.max(0.0) });
        }
        for (stage, (of, served)) in self.served.iter_mut().zip(&m.stages.served).enumerate() {
            of.clear();
            of.extend(served.iter().enumerate().map(|(place, of)| Serving {
                lane: of.lane,
                first: service.first(stage, of.lane, self.lanes[of.lane].startup),
                headway: service.headway(stage, of.lane),
                way: if messages && is_full(m, of) {
                    Way::Blocked
                } else {
                    self.ways.of((stage, place), of, service, m)
                },
                extends: of.extends,
            }));
        }
        for group in m.on_foot() {
            let Some(since) = m.waits.since(group) else { continue };
            if m.stages.always.has(group) {
                continue;
            }
            let first = self.due.len() as u32;
            let waited = s(m.now - since);
            self.due.push(Due { at: -waited, vehicles: 1.0 });
            for (of, opens) in self.served.iter_mut().zip(&m.stages.opens) {
                if opens.has(group) {
                    let (lane, first) = (self.lanes.len(), model.startup);
                    of.push(Serving { lane, first, headway: 0.0, way: Way::Free, extends: true });
                }
            }
            let worth = 1.0 + waited / COUNTS_TWICE;
            let Model { startup, yellow, .. } = *model;
            self.lanes.push(Lane { first, end: first + 1, worth, startup, yellow, ..Lane::default() });
        }
    }

    /// What a change has to gain at least, s: time that it loses delays, beyond the futures that are reckoned, whoever comes
    /// until the queues are gone, and those are the more the fuller the lanes are.
    pub fn least_gain(&self, model: &Model) -> f32 {
        let counts = |due: &&Due| due.at <= model.horizon;
        let vehicles: f32 = self.due.iter().filter(counts).map(|due| due.vehicles).sum();
        let in_lane = vehicles / self.lanes.len().max(1) as f32;
        vehicles * (CROWDED * in_lane).min(MOST_CROWDED)
    }

    /// Adds those whom neighbours announce, behind those who are known. Returns from when on nobody is known.
    fn announced(&mut self, m: &Moment<'_>, lane: usize, sight: f32, horizon: f32) -> f32 {
        let mut slots = [0.0; SLOTS];
        let Some(until) = m.traffic.expected(lane, m.now, &mut slots) else { return sight };
        let until = until.min(horizon.max(sight));
        for (slot, &vehicles) in slots.iter().enumerate() {
            let at = sight + Traffic::SLOT_S * (slot as f32 + 0.5);
            if at > until {
                break;
            }
            if vehicles >= LEAST {
                self.due.push(Due { at, vehicles });
            }
        }
        until
    }
}

/// Whether there is no room in any of the lanes to which a stage lets a lane go, as neighbours tell.
fn is_full(m: &Moment<'_>, of: &Served) -> bool {
    let exits = of.exits.iter().map(|&exit| &m.traffic.exits()[exit]);
    let mut heard = exits.filter(|exit| exit.told.is_some_and(|told| m.now - told <= OLD)).peekable();
    heard.peek().is_some() && heard.all(|exit| exit.room < ROOM && exit.queued >= QUEUE)
}
