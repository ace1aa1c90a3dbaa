//! What a decision would cost: the queues of all lanes until the horizon, if the rest is done by a simple rule.
//!
//! Terms
//! - **base rule**: a stage is shown until its queues have left and nobody comes close behind them; next comes the stage
//!   that then serves most vehicles per second, the change counted.
//! - **future**: until everybody has left who is there or comes before the horizon.
//! - **cost**: seconds of waiting from now on, and for each further stop what it loses in speeding up.
//!
//! A lane is a line of vehicles that leave a service headway apart. Those whom no detector has seen yet come as a flow.

use alloc::vec::Vec;

use super::forecast::{Forecast, Lane, Serving};
use crate::stages::Stages;

/// Numbers of the model.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct Model {
    /// Those who come until then count, s.
    pub horizon: f32,
    /// What a stop costs, s.
    pub stop: f32,
    /// Nobody for so long behind those who leave: the queue is over, s.
    pub gap: f32,
    /// From the start of green until the first of a queue leaves, s.
    pub startup: f32,
    /// So much of yellow is used, s.
    pub yellow: f32,
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

/// The first of what is to be done.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct First {
    /// How long the present stage is still shown, s; none: as the base rule has it.
    pub hold: Option<f32>,
    /// What comes next; none: as the base rule has it.
    pub next: Option<usize>,
}

/// Who would go, and until when.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
struct Cleared {
    until: f32,
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

impl Lane {
    /// Vehicles of the flow that leave before none of them waits any more, if the first came at `from` and has waited for
    /// `waiting` s when it leaves.
    fn queue(&self, model: &Model, waiting: f32, headway: f32, from: f32) -> f32 {
        let busy = (self.flow * headway).min(FULL);
        (self.flow * waiting / (1.0 - busy)).min(self.flow * (model.horizon - from).max(0.0))
    }
}

/// A future.
#[derive(Clone, Debug, Default)]
pub(super) struct Rollout {
    lanes: Vec<Progress>,
}

impl Rollout {
    /// Cost of a first decision. `stage` has been shown for `shown` s.
    pub fn cost(&mut self, f: &Forecast, stages: &Stages, model: &Model, (stage, shown): (usize, f32), first: First) -> f32 {
        self.lanes.clear();
        self.lanes.extend(f.lanes.iter().map(|lane| Progress {
            next: lane.first,
            free: 0.0,
            flow: lane.sight,
            open: f32::INFINITY,
        }));
        for served in &f.served[stage] {
            self.lanes[served.lane].open = 0.0;
        }
        let (mut stage, mut cost) = (stage, 0.0);
        let mut least = (seconds(stages.least[stage]) - shown).max(0.0);
        let mut end = first.hold.unwrap_or_else(|| self.end(f, model, stage, 0.0, least).max(LEAST_STAY));
        let mut next = first.next;
        // Everybody has been served long before; who cannot be is left over.
        for _ in 0..MOST_CHANGES {
            let Some(to) = next.take().or_else(|| self.best(f, stages, model, stage, end)) else { break };
            cost += self.change(f, stages, model, (stage, to), end);
            let opened = end + seconds(stages.change(stage, to));
            least = seconds(stages.least[to]);
            stage = to;
            end = self.end(f, model, stage, opened, least).max(opened + 1.0);
        }
        for &served in &f.served[stage] {
            cost += self.serve(f, model, served, f32::MAX);
        }
        cost + self.left(f, model, end)
    }

    /// Cost of those who leave until a stage ends at `end`; another begins.
    fn change(&mut self, f: &Forecast, stages: &Stages, model: &Model, (from, to): (usize, usize), end: f32) -> f32 {
        let stays = |lane: usize| f.served[to].iter().any(|served| served.lane == lane);
        let mut cost = 0.0;
        for &served in &f.served[from] {
            if stays(served.lane) {
                cost += self.serve(f, model, served, end);
                self.lanes[served.lane].open = end;
            } else {
                cost += self.serve(f, model, served, end + model.yellow);
                self.lanes[served.lane].open = f32::INFINITY;
            }
        }
        let opens = end + seconds(stages.change(from, to));
        for served in &f.served[to] {
            let lane = &mut self.lanes[served.lane];
            if lane.open == f32::INFINITY {
                lane.open = opens;
                let of = &f.lanes[served.lane];
                let first = if lane.next < of.end { f.due[lane.next as usize] } else { lane.flow };
                if first < opens {
                    lane.free = lane.free.max(opens + model.startup);
                }
            }
        }
        cost
    }

    /// Lets the vehicles of a lane leave until it closes. Returns what they cost.
    fn serve(&mut self, f: &Forecast, model: &Model, Serving { lane, headway }: Serving, until: f32) -> f32 {
        let (of, p) = (&f.lanes[lane], &mut self.lanes[lane]);
        if headway == f32::INFINITY {
            return 0.0;
        }
        let (mut t, mut cost) = (p.free.max(p.open), 0.0);
        while p.next < of.end {
            let due = f.due[p.next as usize];
            let leaves = t.max(due);
            if leaves >= until {
                p.free = t;
                return cost;
            }
            cost += waits(model, due, leaves);
            t = leaves + headway;
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
    fn clears(&self, f: &Forecast, model: &Model, Serving { lane, headway }: Serving, from: f32) -> Cleared {
        let (of, p) = (&f.lanes[lane], &self.lanes[lane]);
        let mut cleared = Cleared { until: from, vehicles: 0.0 };
        if headway == f32::INFINITY {
            return cleared;
        }
        let mut t = p.free.max(from);
        for &due in &f.due[p.next as usize..of.end as usize] {
            if due > t + model.gap {
                return cleared;
            }
            let leaves = t.max(due);
            t = leaves + headway;
            cleared.until = leaves;
            cleared.vehicles += 1.0;
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
    fn end(&self, f: &Forecast, model: &Model, stage: usize, from: f32, least: f32) -> f32 {
        let clears = f.served[stage].iter().map(|&served| self.clears(f, model, served, from).until);
        let last = clears.fold(from, f32::max);
        last.min(from + LONGEST).max(from + least)
    }

    /// The stage that the base rule shows next; none: nobody waits elsewhere.
    fn best(&self, f: &Forecast, stages: &Stages, model: &Model, from: usize, end: f32) -> Option<usize> {
        let mut best = (None, 0.0);
        for i in 1..stages.len() {
            let stage = (from + i) % stages.len();
            let opens = end + seconds(stages.change(from, stage));
            let (mut vehicles, mut until) = (0.0, opens + seconds(stages.least[stage]));
            for &served in &f.served[stage] {
                let cleared = self.clears(f, model, served, opens + model.startup);
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
    fn left(&self, f: &Forecast, model: &Model, end: f32) -> f32 {
        let mut cost = 0.0;
        for (p, of) in self.lanes.iter().zip(&f.lanes) {
            let known = &f.due[p.next as usize..of.end as usize];
            cost += known.iter().map(|&due| waits(model, due, end.max(due) + TO_SERVICE)).sum::<f32>();
            let flow = of.flow * (model.horizon - p.flow).max(0.0);
            cost += flow * (TO_SERVICE + model.stop);
        }
        cost
    }
}

/// Cost of a vehicle that was due at `due` and leaves at `leaves`.
fn waits(model: &Model, due: f32, leaves: f32) -> f32 {
    // Who queues already has stopped already.
    let stop = if due > 0.0 { model.stop * ((leaves - due) / SLOWS).min(1.0) } else { 0.0 };
    leaves - due.max(0.0) + stop
}

/// A time in seconds.
fn seconds(time: crate::Millis) -> f32 {
    time.0 as f32 * 0.001
}

#[cfg(test)]
mod tests {
    use alloc::vec;

    use super::*;

    const MODEL: Model = Model { horizon: 60.0, stop: 0.0, gap: 2.0, startup: 1.0, yellow: 1.0 };

    const QUEUE: Serving = Serving { lane: 0, headway: 2.0 };

    /// A lane that is open from `open` on.
    fn lane(f: &Forecast, open: f32) -> Rollout {
        Rollout { lanes: vec![Progress { next: 0, free: 0.0, flow: f.lanes[0].sight, open }] }
    }

    #[test]
    fn a_flow_waits_as_very_many_small_vehicles_do() {
        const SMALL: f32 = 0.001;
        for (flow, headway, open, until) in [(0.1, 2.0, 20.0, 60.0), (0.3, 2.0, 20.0, 30.0), (0.4, 1.5, 10.0, 25.0)] {
            let mean = Forecast { lanes: vec![Lane { first: 0, end: 0, flow, sight: 5.0 }], ..Forecast::default() };
            let due: Vec<f32> = (0..(55.0 * flow / SMALL) as u32).map(|i| 5.0 + SMALL / flow * i as f32).collect();
            let lanes = vec![Lane { first: 0, end: due.len() as u32, flow: 0.0, sight: 60.0 }];
            let small = Forecast { lanes, due, ..Forecast::default() };
            let as_flow = lane(&mean, open).serve(&mean, &MODEL, Serving { lane: 0, headway }, until);
            let as_small = SMALL * lane(&small, open).serve(&small, &MODEL, Serving { lane: 0, headway: headway * SMALL }, until);
            // A thousandth of a vehicle more or less leaves; single precision adds up 20 000 terms.
            assert!((as_flow - as_small).abs() < 0.002 * as_small, "{as_flow} {as_small}");
        }
    }

    #[test]
    fn a_queue_leaves_a_headway_apart_and_waits_until_then() {
        let lanes = vec![Lane { first: 0, end: 3, flow: 0.0, sight: 8.0 }];
        let f = Forecast { lanes, due: vec![-4.0, 0.0, 5.0], ..Forecast::default() };
        let mut r = lane(&f, 10.0);
        assert_eq!(r.clears(&f, &MODEL, QUEUE, 10.0), Cleared { until: 14.0, vehicles: 3.0 });
        // 10 and 12 s from now on; the third is due in 5 s and leaves after 14.
        assert_eq!(r.serve(&f, &MODEL, QUEUE, 60.0), 10.0 + 12.0 + 9.0);
        let stop = Model { stop: 4.0, ..MODEL };
        assert_eq!(lane(&f, 10.0).serve(&f, &stop, QUEUE, 60.0), 31.0 + 4.0, "two have stopped already");
        assert_eq!(lane(&f, 10.0).serve(&f, &MODEL, QUEUE, 12.0), 10.0, "it closes as the second comes");
        assert_eq!(lane(&f, 10.0).serve(&f, &MODEL, Serving { headway: f32::INFINITY, ..QUEUE }, 60.0), 0.0, "nobody can go");
    }
}
