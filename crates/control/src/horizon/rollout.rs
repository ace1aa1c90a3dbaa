//! What a decision would cost: the queues of all lanes until they have left, if the rest is done by a simple rule.
//!
//! Terms
//! - **base rule**: a stage is shown until its queues have left and nobody comes close behind them; next comes the stage
//!   that then serves most vehicles per second, the change counted.
//! - **future**: until everybody has left who is there or comes before the horizon.
//! - **cost**: seconds of waiting from now on, and for each further stop what it loses in speeding up.
//!
//! A lane is a line of vehicles that leave a service headway apart. Those whom no detector has seen yet come as a flow. Who
//! gives way stands until the queues have left to which he does.

use alloc::vec::Vec;

use super::forecast::{Due, Forecast, Lane, Serving};
use super::ways::Way;
use crate::{adaptive::s, stages::Stages};

/// Numbers of the model.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct Model {
    /// Those who come until then count, s.
    pub horizon: f32,
    /// What a stop costs, s.
    pub stop: f32,
    /// Nobody for so long behind those who leave: the queue is over, s.
    pub gap: f32,
    /// From the start of green until the first of a queue leaves, and so much of yellow is used, s: what is assumed of lanes
    /// before they show it.
    pub startup: f32,
    pub yellow: f32,
    /// Whether those count who are left at the end of a future.
    pub terminal: bool,
}

/// What the future is reckoned from.
#[derive(Clone, Copy, Debug)]
pub(super) struct Now<'a> {
    pub forecast: &'a Forecast,
    pub stages: &'a Stages,
    pub model: &'a Model,
    /// The stage that is shown, and for how long it has been, s.
    pub stage: usize,
    pub shown: f32,
    /// The stage before, and when it was left, s, at most 0.
    pub before: Option<(usize, f32)>,
}

/// How a future begins; none: as the base rule has it.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub(super) struct First {
    /// How long the present stage is still shown, s.
    pub hold: Option<f32>,
    /// What comes next.
    pub next: Option<usize>,
    /// How long that is shown, s; not for less than its least green.
    pub next_hold: Option<f32>,
    /// What comes after that.
    pub second: Option<usize>,
}

/// A lane on its way through the future.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
struct Progress {
    /// Its next vehicle, and when the one before is far enough away.
    next: u32,
    free: f32,
    /// From when on of the flow nobody has left yet.
    flow: f32,
    /// Since when the lane is open; infinite: it is not.
    open: f32,
}

/// Who would go, and until when.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
struct Cleared {
    until: f32,
    /// Each as much as its waiting counts.
    vehicles: f32,
}

/// A longer green than this is not needed in a plan for a minute, s.
const LONGEST: f32 = 60.0;
/// A future ends after so many changes.
const MOST_CHANGES: usize = 12;
/// Who stays does so until the next decision at least, s.
const LEAST_STAY: f32 = 1.0;
/// Nobody leaves in less time, s.
const LEAST: f32 = 0.1;
/// A flow that takes nearly all that a lane can serve does not end.
const FULL: f32 = 0.95;
/// Waiting of those who are left at the end for a change of stage, s.
const TO_SERVICE: f32 = 10.0;
/// A vehicle that is held up for less only slows down, s.
const SLOWS: f32 = 2.0;
/// Fewer vehicles are nobody.
const SOMEBODY: f32 = 0.5;

/// A future.
#[derive(Clone, Debug, Default)]
pub(super) struct Rollout {
    lanes: Vec<Progress>,
    /// The stage before the one that is shown, and when it was left.
    before: Option<(usize, f32)>,
}

impl Rollout {
    /// Makes room for so many lanes.
    pub fn know(&mut self, lanes: usize) {
        self.lanes.reserve(lanes);
    }

    /// Cost of what is to be done first. Of one of `bound` or more it is only told that it is.
    pub fn cost(&mut self, now: &Now<'_>, first: First, bound: f32) -> f32 {
        let (f, stages) = (now.forecast, now.stages);
        let waiting =
            |lane: &Lane| Progress { next: lane.first, free: lane.free, flow: lane.sight, open: f32::INFINITY };
        self.lanes.clear();
        self.lanes.extend(f.lanes.iter().map(waiting));
        let (mut stage, mut cost) = (now.stage, 0.0);
        self.before = now.before;
        for served in &f.served[stage] {
            self.lanes[served.lane].open = 0.0;
        }
        self.give_way(now, stage, 0.0);
        let least = (s(stages.least[stage]) - now.shown).max(LEAST_STAY);
        let mut end = first.hold.unwrap_or_else(|| self.end(now, stage, 0.0, least));
        let First { mut next, mut next_hold, mut second, .. } = first;
        for _ in 0..MOST_CHANGES {
            // No part of it is negative.
            if cost >= bound {
                return cost;
            }
            let Some(to) = next.take().or_else(|| self.best(now, stage, end)) else { break };
            cost += self.change(now, (stage, to), end);
            let opened = self.opens(now, (stage, to), end, None);
            self.before = Some((stage, end));
            let least = s(stages.least[to]).max(LEAST_STAY);
            let held = next_hold.take().map(|hold| opened + hold.max(least));
            (stage, end) = (to, held.unwrap_or_else(|| self.end(now, to, opened, least)));
            next = second.take();
        }
        for &served in &f.served[stage] {
            cost += self.serve(now, served, f32::MAX);
        }
        if now.model.terminal { cost + self.left(now, end) } else { cost }
    }

    /// When the stage that comes next is all open, or a lane by its place among those it serves; who ended before may not have
    /// cleared yet.
    fn opens(&self, now: &Now<'_>, (from, to): (usize, usize), end: f32, place: Option<usize>) -> f32 {
        let early = |from: usize| place.map_or(0.0, |place| now.forecast.ways.early(from, to, place));
        let after = |from: usize, end: f32| end + s(now.stages.change(from, to)) - early(from);
        let opens = after(from, end);
        self.before.map_or(opens, |(before, left)| opens.max(after(before, left)))
    }

    /// Cost of those who leave until a stage ends at `end`; another begins.
    fn change(&mut self, now: &Now<'_>, (from, to): (usize, usize), end: f32) -> f32 {
        let f = now.forecast;
        let stays = |lane: usize| f.served[to].iter().any(|served| served.lane == lane);
        let mut cost = 0.0;
        for (place, &served) in f.served[from].iter().enumerate() {
            let (until, open) = if stays(served.lane) {
                (end, end)
            } else {
                (end + f.ways.late(from, to, place) + f.lanes[served.lane].yellow, f32::INFINITY)
            };
            cost += self.serve(now, served, until);
            self.lanes[served.lane].open = open;
        }
        let opens = self.opens(now, (from, to), end, None);
        for (place, served) in f.served[to].iter().enumerate() {
            if self.lanes[served.lane].open == f32::INFINITY {
                let opens = self.opens(now, (from, to), end, Some(place));
                let (of, lane) = (&f.lanes[served.lane], &mut self.lanes[served.lane]);
                lane.open = opens;
                let first = if lane.next < of.end { f.due[lane.next as usize].at } else { lane.flow };
                if first < opens {
                    lane.free = lane.free.max(opens + served.first);
                }
            }
        }
        self.give_way(now, to, opens);
        cost
    }

    /// Those who give way stand until the queues have left to which they do.
    fn give_way(&mut self, now: &Now<'_>, stage: usize, from: f32) {
        for (i, of) in now.forecast.served[stage].iter().enumerate().filter(|(_, of)| of.way == Way::Behind) {
            let until = self.way_is_free(now, stage, i, from);
            let lane = &mut self.lanes[of.lane];
            lane.free = lane.free.max(until);
        }
    }

    /// When nobody comes any more to whom the first of a lane gives way, by its place among those that the stage serves.
    fn way_is_free(&self, now: &Now<'_>, stage: usize, place: usize, from: f32) -> f32 {
        if now.forecast.served[stage][place].way != Way::Behind {
            return from;
        }
        let foes = now.forecast.ways.foes(stage, place);
        let clears = foes.iter().map(|&foe| self.clears(now, now.forecast.served[stage][foe], from).until);
        clears.fold(from, f32::max)
    }

    /// Lets the vehicles of a lane leave until it closes. Returns what they cost.
    fn serve(&mut self, now: &Now<'_>, Serving { lane, headway, way, .. }: Serving, until: f32) -> f32 {
        let (f, model) = (now.forecast, now.model);
        let (of, p) = (&f.lanes[lane], &mut self.lanes[lane]);
        if way == Way::Blocked {
            return 0.0;
        }
        let (mut t, mut cost) = (p.free.max(p.open), 0.0);
        while p.next < of.end {
            let due = f.due[p.next as usize];
            let leaves = t.max(due.at);
            if leaves >= until {
                p.free = t;
                return cost;
            }
            cost += of.worth * waits(model, due, leaves);
            t = leaves + headway * due.vehicles;
            p.next += 1;
        }
        if t < until && p.flow < until.min(model.horizon) && of.flow > 0.0 {
            let waiting = t - p.flow;
            if waiting > 0.0 {
                let queue = of.queue(model, waiting, headway, p.flow);
                let served = queue.min((until - t) / headway.max(LEAST));
                cost += served * (waiting + 0.5 * served * (headway - 1.0 / of.flow)).max(0.0) + served * model.stop;
                p.flow += served / of.flow;
                t += served * headway;
                if served < queue {
                    p.free = until;
                    return cost;
                }
            }
            p.flow = p.flow.max(until.min(model.horizon));
        }
        p.free = t;
        cost
    }

    /// Until when a lane that is open from `from` on has a queue, and how many leave by then.
    fn clears(&self, now: &Now<'_>, Serving { lane, headway, way, .. }: Serving, from: f32) -> Cleared {
        let (f, model) = (now.forecast, now.model);
        let (of, p) = (&f.lanes[lane], &self.lanes[lane]);
        let mut cleared = Cleared { until: from, vehicles: 0.0 };
        if way == Way::Blocked {
            return cleared;
        }
        let mut t = p.free.max(from);
        let mut part = 0.0;
        for due in &f.due[p.next as usize..of.end as usize] {
            if due.at > t + model.gap {
                return cleared;
            }
            // Parts of somebody hold no green by themselves.
            part += due.vehicles;
            if part < SOMEBODY {
                continue;
            }
            let leaves = t.max(due.at);
            t = leaves + headway * part;
            cleared.until = leaves;
            cleared.vehicles += of.worth * part;
            part = 0.0;
        }
        if t > p.flow && of.flow > 0.0 {
            let queue = of.queue(model, t - p.flow, headway, p.flow);
            if queue >= SOMEBODY {
                cleared.until = t + queue * headway;
                cleared.vehicles += queue;
            }
        }
        cleared
    }

    /// When the base rule ends a stage whose lanes are open from `from` on.
    fn end(&self, now: &Now<'_>, stage: usize, from: f32, least: f32) -> f32 {
        let extends = now.forecast.served[stage].iter().filter(|served| served.extends);
        let last = extends.map(|&served| self.clears(now, served, from).until).fold(from, f32::max);
        last.min(from + LONGEST).max(from + least)
    }

    /// The stage that the base rule shows next; none: nobody waits elsewhere.
    fn best(&self, now: &Now<'_>, from: usize, end: f32) -> Option<usize> {
        let (stages, served_now) = (now.stages, &now.forecast.served[from]);
        // Whom the stage before serves as well does not need another.
        let served_well = |to: &Serving| served_now.iter().any(|of| of.lane == to.lane && of.way >= to.way);
        let mut best = (None, 0.0);
        for stage in stages.choices(from) {
            let opens = self.opens(now, (from, stage), end, None);
            let (mut vehicles, mut until) = (0.0, opens + s(stages.least[stage]));
            let lanes = now.forecast.served[stage].iter().enumerate();
            for (i, &served) in lanes.filter(|(_, of)| of.extends && !served_well(of)) {
                let starts = self.opens(now, (from, stage), end, Some(i)) + served.first;
                let starts = self.way_is_free(now, stage, i, starts);
                let cleared = self.clears(now, served, starts);
                vehicles += cleared.vehicles;
                until = until.max(cleared.until);
            }
            let rate = vehicles / (until.min(opens + LONGEST) - end);
            if vehicles >= SOMEBODY && rate > best.1 {
                best = (Some(stage), rate);
            }
        }
        best.0
    }

    /// Cost of those who have not left at the end of the future.
    fn left(&self, now: &Now<'_>, end: f32) -> f32 {
        let model = now.model;
        // The same time for all futures: none is better because it is shorter.
        let end = end.max(model.horizon);
        let mut cost = 0.0;
        for (p, of) in self.lanes.iter().zip(&now.forecast.lanes) {
            let known = &now.forecast.due[p.next as usize..of.end as usize];
            let waiting: f32 = known.iter().map(|&due| waits(model, due, end.max(due.at) + TO_SERVICE)).sum();
            cost += of.worth * waiting;
            let flow = of.flow * (model.horizon - p.flow).max(0.0);
            cost += flow * (TO_SERVICE + model.stop);
        }
        cost
    }
}

impl Lane {
    /// Vehicles of the flow that leave before none of them waits any more, if the first came at `from` and has waited for
    /// `waiting` s when it leaves.
    fn queue(&self, model: &Model, waiting: f32, headway: f32, from: f32) -> f32 {
        let busy = (self.flow * headway).min(FULL);
        (self.flow * waiting / (1.0 - busy)).min(self.flow * (model.horizon - from).max(0.0))
    }
}

/// Cost of vehicles that were due and leave at `leaves`.
fn waits(model: &Model, due: Due, leaves: f32) -> f32 {
    // Who queues already has stopped already.
    let stop = if due.at > 0.0 { model.stop * ((leaves - due.at) / SLOWS).min(1.0) } else { 0.0 };
    due.vehicles * (leaves - due.at.max(0.0) + stop)
}

#[cfg(test)]
pub(super) mod tests;
