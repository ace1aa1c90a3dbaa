//! `resco_max_pressure` and `resco_max_wave`: the baselines of the RESCO benchmark as they are defined there, for
//! comparison with its literature. Every 10 s the stage with the greatest sum is chosen; a change takes 3 s of yellow and
//! nothing else, for people on foot too: vehicles may go 3 s after their walk; nobody is guarded against waiting.
//!
//! - **wave**: vehicles within 50 m of the line, on its last lane.
//! - **pressure**: vehicles within 200 m of the line, on its last lane, that stood there when it chose, then or earlier;
//!   less those of the lanes they lead to, as the neighbours count them.
//!
//! Which lanes count for a stage the benchmark has written down by hand for its own signals
//! ([`Approaches::counts`](crate::Approaches::counts)). Elsewhere all lanes count that a stage opens, once.
//!
//! Source: Ault and Sharon 2021, *Reinforcement Learning Benchmarks for Traffic Signal Control*, and its code.

use alloc::{format, string::String, vec::Vec};

use super::staged;
use crate::{
    Counted, Counts, Entry, Looks, Millis, RegistryError, Seen, Serves, Setup, StateError, StateReader, Strategy,
    Traffic,
    stages::{Moment, Policy, Wish},
    state,
};

const SOURCE: &str = "Ault and Sharon 2021 (RESCO), and its code";
const NEEDS: &str = "reports of all vehicles (--sensors perfect)";

pub(crate) const MAX_PRESSURE: Entry = Entry {
    name: "resco_max_pressure",
    summary: "RESCO's baseline: every 10 s the stage with the longest queues less those they lead to; changes take 3 s of \
              yellow, in which people on foot have to clear, too",
    needs: "reports of all vehicles (--sensors perfect): it is refused without them",
    parameters: &[],
    source: SOURCE,
    serves: Serves::Stages,
    clearance: Some(YELLOW),
    falls_back: Some("fixed_time"),
    make: |setup| make(setup, "resco_max_pressure", Sees::Queues),
};

pub(crate) const MAX_WAVE: Entry = Entry {
    name: "resco_max_wave",
    summary: "RESCO's baseline: every 10 s the stage with most vehicles within 50 m; changes take 3 s of yellow, in which people on \
              foot have to clear, too",
    make: |setup| make(setup, "resco_max_wave", Sees::Wave),
    ..MAX_PRESSURE
};

/// A change takes so long (RESCO's yellow on real networks).
const YELLOW: Millis = Millis(3000);

/// One decision every so often, at whole multiples.
const PERIOD: Millis = Millis(10_000);

/// So often it counts its queues anew for neighbours, who choose in the same moment.
const TELLS: Millis = Millis(1000);

/// How far it sees, m: RESCO's distances for queues and for waves.
const FAR_M: f32 = 200.0;
const NEAR_M: f32 = 50.0;

/// More vehicles than stand within 200 m of an intersection, each as often as its lane counts.
const MOST: usize = 1024;

/// What it counts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Sees {
    Queues,
    Wave,
}

/// Its policy.
#[derive(Clone, Debug)]
struct Resco {
    name: &'static str,
    sees: Sees,
    /// What it chose last, and when it chooses next.
    chosen: Option<(u32, Millis)>,
    /// The greatest sum, for the explanation.
    most: i32,
    /// Vehicles that stood on a lane that counts when it chose, and have not left since; in order.
    stood: Vec<u32>,
    /// Those of the time before; scratch.
    before: Vec<u32>,
    /// By lane, how many of them there are, and who stand there now.
    queues: Vec<u16>,
    /// By stage, what counts; scratch.
    counts: Vec<Counts>,
}

fn make(setup: &Setup<'_>, name: &'static str, sees: Sees) -> Result<alloc::boxed::Box<dyn Strategy>, RegistryError> {
    if !setup.everyone_reports {
        return Err(setup.without(NEEDS));
    }
    staged(setup, || {
        let room = || Vec::with_capacity(MOST);
        Ok(Resco {
            name,
            sees,
            chosen: None,
            most: 0,
            stood: room(),
            before: room(),
            queues: Vec::new(),
            counts: Vec::new(),
        })
    })
}

impl Resco {
    /// Learns what counts for each stage.
    fn know(&mut self, m: &Moment<'_>) {
        let around = m.traffic.approaches();
        self.queues.resize(around.lanes.len(), 0);
        if !self.counts.is_empty() {
            return;
        }
        if around.counts.len() == m.stages.len() {
            self.counts.clone_from(&around.counts);
            return;
        }
        for served in &m.stages.served {
            let mut exits: Vec<u16> = served.iter().flat_map(|s| &s.exits).filter_map(|&e| e.try_into().ok()).collect();
            exits.sort_unstable();
            exits.dedup();
            let lane = |lane: usize| Counted { lane: lane as u16, from_m: 0.0, to_m: around.lanes[lane].length_m };
            self.counts.push(Counts { lanes: served.iter().map(|s| lane(s.lane)).collect(), exits });
        }
    }

    /// The vehicles of a lane that it sees.
    fn seen<'a>(&self, traffic: &'a Traffic, of: &Counted) -> impl Iterator<Item = &'a Seen> + use<'a> {
        let far = of.to_m.min(if self.sees == Sees::Queues { FAR_M } else { NEAR_M });
        // Who stands at the line has no way left.
        let near = if of.from_m > 0.0 { of.from_m } else { -1.0 };
        let lane = traffic.lanes()[usize::from(of.lane)].seen();
        lane.iter().filter(move |s| s.distance_m() > near && s.distance_m() <= far)
    }

    /// Counts queues; `chooses`: it takes note of who stands.
    fn watch(&mut self, traffic: &Traffic, chooses: bool) {
        let pieces = || self.counts.iter().flat_map(|of| &of.lanes);
        if chooses {
            let mut stand = core::mem::take(&mut self.before);
            stand.clear();
            let all = pieces().flat_map(|of| self.seen(traffic, of));
            let queue = all.filter(|s| s.stands() || self.has_stood(s)).map(|s| s.report.vehicle);
            stand.extend(queue.take(MOST));
            stand.sort_unstable();
            stand.dedup();
            self.before = core::mem::replace(&mut self.stood, stand);
        }
        for lane in 0..self.queues.len() {
            let piece = pieces().find(|of| usize::from(of.lane) == lane);
            let queue = |of| self.seen(traffic, of).filter(|s| s.stands() || self.has_stood(s)).count();
            self.queues[lane] = piece.map_or(0, queue) as u16;
        }
    }

    fn has_stood(&self, vehicle: &Seen) -> bool {
        self.stood.binary_search(&vehicle.report.vehicle).is_ok()
    }

    /// What counts of a stage.
    fn sum(&self, traffic: &Traffic, of: &Counts) -> i32 {
        let lanes = of.lanes.iter();
        if self.sees == Sees::Wave {
            return lanes.map(|lane| self.seen(traffic, lane).count() as i32).sum();
        }
        let queues: i32 = lanes.map(|lane| i32::from(self.queues[usize::from(lane.lane)])).sum();
        queues - of.exits.iter().map(|&exit| i32::from(traffic.exits()[usize::from(exit)].queued)).sum::<i32>()
    }
}

impl Policy for Resco {
    fn name(&self) -> &'static str {
        self.name
    }

    fn looks(&self) -> Looks {
        if self.sees == Sees::Queues { Looks::Neighbours } else { Looks::Lanes }
    }

    fn guarded(&self) -> bool {
        false
    }

    fn least(&self) -> Millis {
        Millis(0)
    }

    fn choose(&mut self, m: &Moment<'_>) -> Wish {
        self.know(m);
        let chosen = self.chosen.filter(|&(_, next)| m.now < next);
        if self.sees == Sees::Queues {
            self.watch(m.traffic, chosen.is_none());
        }
        let (mut stage, mut next) = chosen.map_or((m.stage, m.now), |(stage, next)| (stage as usize, next));
        if chosen.is_none() {
            next = Millis((m.now.0.div_euclid(PERIOD.0) + 1) * PERIOD.0);
            self.most = i32::MIN;
            for (i, of) in self.counts.iter().enumerate().filter(|(_, of)| !of.lanes.is_empty()) {
                let sum = self.sum(m.traffic, of);
                if sum > self.most {
                    (stage, self.most) = (i, sum);
                }
            }
            self.chosen = Some((u32::try_from(stage).unwrap_or(u32::MAX), next));
        }
        Wish { stage, next: if self.sees == Sees::Queues { next.min(m.now + TELLS) } else { next } }
    }

    fn tells(&self, lane: usize) -> Option<u16> {
        self.queues.get(lane).copied()
    }

    fn why(&self) -> String {
        let what = if self.sees == Sees::Queues { "pressure" } else { "wave" };
        format!("the greatest {what}, {}, at the last look", self.most)
    }

    fn save(&self, out: &mut Vec<u8>) {
        state::put_optional(out, self.chosen, |out, (stage, next)| {
            out.extend_from_slice(&stage.to_le_bytes());
            state::put_millis(out, next);
        });
        out.extend_from_slice(&self.most.to_le_bytes());
        state::put_count(out, self.stood.len());
        self.stood.iter().for_each(|vehicle| out.extend_from_slice(&vehicle.to_le_bytes()));
        state::put_count(out, self.queues.len());
        self.queues.iter().for_each(|queue| out.extend_from_slice(&queue.to_le_bytes()));
    }

    fn load(&mut self, reader: &mut StateReader<'_>) -> Result<(), StateError> {
        self.chosen = if reader.flag()? { Some((reader.u32()?, reader.millis()?)) } else { None };
        self.most = reader.u32()?.cast_signed();
        // The lists grow as they are read: a false count meets the end of the bytes before it can ask for memory.
        (self.stood, self.before, self.queues) = (Vec::with_capacity(MOST), Vec::with_capacity(MOST), Vec::new());
        for _ in 0..reader.u32()? {
            self.stood.push(reader.u32()?);
        }
        if !self.stood.is_sorted_by(|a, b| a < b) {
            return Err(StateError::Invalid { what: "vehicles that stood", expected: "each once, in order" });
        }
        for _ in 0..reader.u32()? {
            self.queues.push(reader.u16()?);
        }
        Ok(())
    }
}
