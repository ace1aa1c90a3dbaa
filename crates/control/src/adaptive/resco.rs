//! `resco_max_pressure` and `resco_max_wave`: the baselines of the RESCO benchmark as they are defined there, for
//! comparison with its literature. Every 10 s the stage with the greatest sum is chosen; a change takes 3 s of yellow and
//! nothing else; nobody is guarded against waiting.
//!
//! - **wave**: vehicles within 50 m of the line, on its last lane.
//! - **pressure**: vehicles within 200 m of the line, on its last lane, that have stood there; less those that have stood
//!   on the lanes they lead to.
//!
//! Source: Ault and Sharon 2021, *Reinforcement Learning Benchmarks for Traffic Signal Control*, and its code. There the
//! movements of a stage are written down by hand; here they are those of the lanes that a stage opens.

use alloc::{format, string::String, vec::Vec};

use super::staged;
use crate::{
    Entry, Looks, Millis, StateError, StateReader, Traffic,
    stages::{Moment, Policy, Served, Wish},
    state,
};

const SOURCE: &str = "Ault and Sharon 2021 (RESCO), and its code";
const NEEDS: &str = "reports of all vehicles (--sensors perfect)";

pub(crate) const MAX_PRESSURE: Entry = Entry {
    name: "resco_max_pressure",
    summary: "RESCO's baseline: every 10 s the stage with the longest queues less those they lead to; 3 s of yellow",
    needs: NEEDS,
    parameters: &[],
    source: SOURCE,
    phases: false,
    clearance: Some(YELLOW),
    falls_back: Some("fixed_time"),
    make: |setup| staged(setup, || Ok(Resco::new("resco_max_pressure", Sees::Queues))),
};

pub(crate) const MAX_WAVE: Entry = Entry {
    name: "resco_max_wave",
    summary: "RESCO's baseline: every 10 s the stage with most vehicles within 50 m; 3 s of yellow",
    make: |setup| staged(setup, || Ok(Resco::new("resco_max_wave", Sees::Wave))),
    ..MAX_PRESSURE
};

/// A change takes so long (RESCO's yellow on real networks).
const YELLOW: Millis = Millis(3000);

/// One decision every so often.
const PERIOD: Millis = Millis(10_000);

/// How far it sees, m: RESCO's distances for queues and for waves.
const FAR_M: f32 = 200.0;
const NEAR_M: f32 = 50.0;

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
    /// When it chooses next.
    next: Option<Millis>,
    /// The greatest sum, for the explanation.
    most: i32,
}

impl Resco {
    const fn new(name: &'static str, sees: Sees) -> Self {
        Self { name, sees, next: None, most: 0 }
    }

    /// What counts of a stage.
    fn sum(&self, traffic: &Traffic, served: &[Served]) -> i32 {
        let within = |lane: usize, far: f32| traffic.approaches().lanes[lane].length_m.min(far);
        let mut sum = 0;
        for Served { lane, .. } in served {
            let seen = traffic.lanes()[*lane].seen().iter();
            sum += match self.sees {
                Sees::Queues => seen.filter(|s| s.stood && s.distance_m() <= within(*lane, FAR_M)).count(),
                Sees::Wave => seen.filter(|s| s.distance_m() <= within(*lane, NEAR_M)).count(),
            } as i32;
        }
        if self.sees == Sees::Queues {
            // Each exit once, however many lanes lead there.
            let exits = traffic.exits().iter().enumerate();
            let leads = |exit: usize| served.iter().any(|s| s.exits.contains(&exit));
            sum -= exits.filter(|(exit, _)| leads(*exit)).map(|(_, of)| i32::from(of.queued)).sum::<i32>();
        }
        sum
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
        if let Some(next) = self.next.filter(|&next| m.now < next) {
            return Wish { stage: m.stage, next };
        }
        let next = self.next.unwrap_or(m.now) + PERIOD;
        self.next = Some(next.max(m.now));
        let mut best = 0;
        for stage in 0..m.stages.len() {
            let sum = self.sum(m.traffic, &m.stages.served[stage]);
            if stage == 0 || sum > self.most {
                (best, self.most) = (stage, sum);
            }
        }
        Wish { stage: best, next }
    }

    fn why(&self) -> String {
        let what = if self.sees == Sees::Queues { "pressure" } else { "wave" };
        format!("the greatest {what}, {}, at the last look", self.most)
    }

    fn save(&self, out: &mut Vec<u8>) {
        state::put_optional_millis(out, self.next);
        out.extend_from_slice(&self.most.to_le_bytes());
    }

    fn load(&mut self, reader: &mut StateReader<'_>) -> Result<(), StateError> {
        (self.next, self.most) = (reader.optional_millis()?, reader.u32()?.cast_signed());
        Ok(())
    }
}
