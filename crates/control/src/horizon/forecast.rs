//! Who is expected in each lane, and how fast they leave.
//!
//! All times here are seconds from the moment of the decision on, > 0 in the future.

use alloc::vec::Vec;

use super::service::Service;
use super::ways::{Way, Ways};
use crate::{
    adaptive::s,
    stages::{Moment, Stages},
    traffic::MOST_IN_LANE,
};

/// Who has waited for so long counts twice, s.
const COUNTS_TWICE: f32 = 60.0;

/// A full lane counts for so much more.
const FULL_COUNTS: f32 = 1.0;

/// No input loop is nearer to its line, m.
const SHORTEST_M: f32 = 1.0;

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
}

/// A lane that a stage serves.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct Serving {
    pub lane: usize,
    /// Seconds from one vehicle of a queue to the next.
    pub headway: f32,
    pub way: Way,
    /// Whether the stage goes on for its queue.
    pub extends: bool,
}

/// What is expected of all lanes. People on foot who have called are one more lane for each of their groups.
#[derive(Clone, Debug, Default)]
pub(super) struct Forecast {
    pub lanes: Vec<Lane>,
    /// When each vehicle is due at its line, lane by lane; ≤ 0: it queues.
    pub due: Vec<f32>,
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
        self.due.reserve(lanes * MOST_IN_LANE + others);
        self.served = stages.served.iter().map(|served| Vec::with_capacity(served.len() + others)).collect();
    }

    /// Looks at the traffic.
    pub fn look(&mut self, m: &Moment<'_>, service: &Service) {
        self.lanes.clear();
        self.due.clear();
        for (number, lane) in m.traffic.lanes().iter().enumerate() {
            let first = self.due.len() as u32;
            self.due.extend(m.traffic.due(number).map(|due| s(due - m.now)));
            let (flow, sight) = (lane.flow(m.now), m.traffic.sight_s(number));
            // Of who reports it is not known when he came.
            let called =
                m.traffic.approaches().lanes[number].groups.iter().filter_map(|&g| m.waits.since(usize::from(g)));
            let called = called.map(|since| s(m.now - since)).fold(0.0, f32::max);
            let waited = self.due.get(first as usize).map_or(0.0, |due| called.max(-due));
            let full = lane.backs_up_to(m.traffic.input_m(number).max(SHORTEST_M), m.now);
            let worth = 1.0 + waited / COUNTS_TWICE + if full { FULL_COUNTS } else { 0.0 };
            self.lanes.push(Lane { first, end: self.due.len() as u32, flow, sight, worth });
        }
        for (stage, (of, served)) in self.served.iter_mut().zip(&m.stages.served).enumerate() {
            of.clear();
            of.extend(served.iter().enumerate().map(|(place, of)| Serving {
                lane: of.lane,
                headway: service.headway(stage, of.lane),
                way: self.ways.of(stage, place, of, service, (stage == m.stage).then_some(m)),
                extends: of.extends,
            }));
        }
        for group in m.on_foot() {
            let Some(since) = m.waits.since(group) else { continue };
            let first = self.due.len() as u32;
            let waited = s(m.now - since);
            self.due.push(-waited);
            for (of, opens) in self.served.iter_mut().zip(&m.stages.opens) {
                if opens.has(group) {
                    of.push(Serving { lane: self.lanes.len(), headway: 0.0, way: Way::Free, extends: true });
                }
            }
            let worth = 1.0 + waited / COUNTS_TWICE;
            self.lanes.push(Lane { first, end: first + 1, flow: 0.0, sight: 0.0, worth });
        }
    }
}
