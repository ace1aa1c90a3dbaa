//! `sotl`: self-organising traffic lights. Who waits at red gathers weight, and when that is enough the lights change,
//! unless a platoon is just about to pass.
//!
//! Terms
//! - **weight** κ of a lane: its vehicles, summed over the time for which it is not served; of a stage: that of its lanes. A
//!   stage that lets only some of a lane go, where another lets all of them go, does not serve it.
//! - **threshold** θ: the weight at which a stage asks to be shown.
//! - **platoon**: vehicles that reach the line of a lane that ends within ω seconds; if there are some, but at most μ, the
//!   stage goes on: they pass sooner than they would come to a stand.
//!
//! In the papers a change costs nothing, θ is small and a platoon has three at most. Behind intergreens such values spend the
//! hour changing: the defaults here let a queue leave before it is broken up (city 332 → 95 s with 1355 left → none, isolated
//! 137 → 28, arterial 123 → 71, grid 78 → 94 s, seed 1).
//!
//! Sources: Gershenson 2005, *Self-organizing traffic lights*, Complex Systems 16, 29; Cools, Gershenson and D'Hooghe 2013.

use alloc::{format, string::String, vec, vec::Vec};

use super::{number, seconds, staged};
use crate::{
    Entry, Millis, Parameter, Serves, StateError, StateReader,
    stages::{Moment, Policy, Served, Wish},
    state,
};

pub(crate) const ENTRY: Entry = Entry {
    name: "sotl",
    summary: "self-organising: a stage is shown when enough have waited for long enough, and platoons pass first",
    needs: "an IN or X loop, a count loop and a stop-bar loop a lane, or reports of all vehicles",
    parameters: &[
        Parameter {
            name: "threshold",
            summary: "weight at which a stage is shown, vehicle seconds, 1 to 10000",
            default: "120",
        },
        Parameter {
            name: "platoon",
            summary: "a platoon that keeps a stage has at most so many vehicles, 0 to 20",
            default: "20",
        },
        Parameter { name: "ahead_s", summary: "and reaches the line within so many seconds, 0 to 30", default: "3" },
    ],
    source: "Gershenson 2005, Complex Systems 16, 29; Cools, Gershenson and D'Hooghe 2013",
    serves: Serves::Stages,
    clearance: None,
    falls_back: Some("fixed_time"),
    make: |setup| {
        staged(setup, || {
            let policy = Sotl {
                threshold: number(setup, "threshold", 120.0, (1.0, 10_000.0), "vehicle seconds, 1 to 10000")?,
                platoon: number(setup, "platoon", 20.0, (0.0, 20.0), "a number of vehicles, 0 to 20")?,
                ahead: seconds(setup, "ahead_s", 3.0, (0.0, 30.0), "a number of seconds, 0 to 30")?,
                weights: Vec::new(),
                reached: None,
                why: Why::Nobody,
            };
            Ok(policy)
        })
    },
};

/// How often it looks.
const EVERY: Millis = Millis(1000);

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Why {
    Nobody,
    Platoon,
    Weight,
}

#[derive(Clone, Debug)]
struct Sotl {
    threshold: f32,
    platoon: f32,
    ahead: Millis,
    /// By lane.
    weights: Vec<f32>,
    /// Up to when they are summed.
    reached: Option<Millis>,
    why: Why,
}

impl Policy for Sotl {
    fn name(&self) -> &'static str {
        ENTRY.name
    }

    fn choose(&mut self, m: &Moment<'_>) -> Wish {
        let seconds = self.reached.map_or(0.0, |before| (m.now - before).0 as f32 * 0.001);
        self.reached = Some(m.now);
        let shown = &m.stages.served[m.stage];
        let lanes = m.traffic.lanes().len();
        if self.weights.len() != lanes {
            self.weights = vec![0.0; lanes];
        }
        let serves = |served: &[Served], lane: usize| served.iter().any(|s| s.lane == lane && !s.lesser);
        for (lane, weight) in self.weights.iter_mut().enumerate() {
            let (queued, coming) = m.traffic.count(lane, m.now);
            *weight = if serves(shown, lane) { 0.0 } else { *weight + seconds * (queued + coming) };
        }
        let mut best = (m.stage, 0.0);
        for stage in m.others() {
            let served = m.stages.served[stage].iter().filter(|s| !s.lesser);
            let weight = served.map(|s| self.weights[s.lane]).sum();
            if weight > best.1 {
                best = (stage, weight);
            }
        }
        let stays = Wish { stage: m.stage, next: m.now + EVERY };
        if best.1 < self.threshold {
            self.why = Why::Nobody;
            return stays;
        }
        let until = m.now + self.ahead;
        let due = |lane: usize| m.traffic.due_by(lane, until) as f32;
        // Who cannot go is no platoon.
        let goes = |lane: usize| !serves(&m.stages.served[best.0], lane) && !m.is_held_up(lane);
        let platoon: f32 = shown.iter().filter(|s| goes(s.lane)).map(|s| due(s.lane)).sum();
        if platoon >= 1.0 && platoon <= self.platoon {
            self.why = Why::Platoon;
            return stays;
        }
        self.why = Why::Weight;
        Wish { stage: best.0, next: m.now + EVERY }
    }

    fn why(&self) -> String {
        match self.why {
            Why::Nobody => format!("nowhere else the weight reaches {}", self.threshold),
            Why::Platoon => "a platoon passes first".into(),
            Why::Weight => "it had the greatest weight".into(),
        }
    }

    fn save(&self, out: &mut Vec<u8>) {
        state::put_count(out, self.weights.len());
        self.weights.iter().for_each(|w| out.extend_from_slice(&w.to_bits().to_le_bytes()));
        state::put_optional_millis(out, self.reached);
        out.push(self.why as u8);
    }

    fn load(&mut self, reader: &mut StateReader<'_>) -> Result<(), StateError> {
        let lanes = reader.u32()?;
        self.weights = (0..lanes).map(|_| Ok(f32::from_bits(reader.u32()?))).collect::<Result<_, StateError>>()?;
        self.reached = reader.optional_millis()?;
        self.why = match reader.u8()? {
            0 => Why::Nobody,
            1 => Why::Platoon,
            2 => Why::Weight,
            _ => return Err(StateError::Invalid { what: "reason", expected: "0 to 2" }),
        };
        Ok(())
    }
}
