//! `webster`: a fixed cycle, worked out anew from counts whenever it begins.
//!
//! Terms
//! - **flow ratio** y of a lane: its flow by its saturation flow, both as they were counted; of a stage: the greatest of the lanes
//!   that it alone serves. What a lane needs that several stages serve is shared among them.
//! - **lost time** L: the changes of a cycle.
//! - **optimal cycle**: C₀ = (1.5 L + 5 s) / (1 − Y), Y the sum of the stages' y; between `least_s` and `most_s`.
//! - **green** of a stage: its share y/Y of C₀ − L, at least its least green.
//!
//! Source: Webster 1958, *Traffic Signal Settings*, Road Research Technical Paper 39.

use alloc::{format, string::String, vec, vec::Vec};

use super::{
    cycle::{Cycle, lost, turns},
    s, seconds, staged,
};
use crate::{
    Entry, Parameter, Serves, StateError, StateReader,
    stages::{Moment, Policy, Wish},
};

pub(crate) const ENTRY: Entry = Entry {
    name: "webster",
    summary: "Webster's cycle and splits, worked out anew in every cycle from the counts of the last minutes",
    needs: "an IN or X loop and a count loop a lane",
    parameters: &[
        Parameter { name: "least_s", summary: "shortest cycle, s, 10 to 300", default: "40" },
        Parameter { name: "most_s", summary: "longest cycle, s, 20 to 300", default: "120" },
    ],
    source: "Webster 1958, Road Research Technical Paper 39",
    serves: Serves::Stages,
    clearance: None,
    falls_back: Some("fixed_time"),
    make: |setup| {
        staged(setup, || {
            let least = seconds(setup, "least_s", 40.0, (10.0, 300.0), "a number of seconds, 10 to 300")?;
            let most = seconds(setup, "most_s", 120.0, (20.0, 300.0), "a number of seconds, 20 to 300")?;
            if most < least {
                return Err(setup.bad_value("most_s", &format!("{}", most.seconds()), "at least least_s"));
            }
            let stages = setup.plan.stages().len();
            Ok(Webster { bounds: (s(least), s(most)), cycle: Cycle::new(stages), ratios: vec![0.0; stages] })
        })
    },
};

/// Webster's cycle, s, for a lost time and a sum of flow ratios, between two bounds. The formula ends where the lanes are full.
fn optimal_cycle(lost: f32, sum: f32, (least, most): (f32, f32)) -> f32 {
    if sum >= 0.95 { most } else { ((1.5 * lost + 5.0) / (1.0 - sum)).clamp(least, most) }
}

#[derive(Clone, Debug)]
struct Webster {
    bounds: (f32, f32),
    cycle: Cycle,
    /// Flow ratios of the stages; scratch.
    ratios: Vec<f32>,
}

impl Webster {
    /// Works out a cycle.
    fn plan(&mut self, m: &Moment<'_>) {
        let by = |stage: usize, lane: usize| m.stages.served[stage].iter().any(|s| s.lane == lane);
        let ratio = |lane: usize| m.traffic.lanes()[lane].flow(m.now) * m.traffic.lanes()[lane].headway_s();
        let lanes = m.traffic.lanes().len();
        let mut y = core::mem::take(&mut self.ratios);
        y.fill(0.0);
        // Lanes of one stage first: what several stages serve takes what these have anyway.
        for alone in [true, false] {
            for lane in 0..lanes {
                let stages = || turns(m).filter(|&stage| by(stage, lane));
                let count = stages().count();
                if count == 0 || alone != (count == 1) {
                    continue;
                }
                let missing = ratio(lane) - stages().map(|stage| y[stage]).sum::<f32>();
                if missing > 0.0 {
                    stages().for_each(|stage| y[stage] += missing / count as f32);
                }
            }
        }
        let lost = lost(m);
        let sum: f32 = y.iter().sum();
        let cycle = optimal_cycle(lost, sum, self.bounds);
        let green = (cycle - lost).max(0.0);
        let count = turns(m).count() as f32;
        let share = |stage: usize| if sum > 0.0 { y[stage] / sum } else { 1.0 / count };
        self.cycle.set(m, cycle, |stage| share(stage) * green);
        self.ratios = y;
    }
}

impl Policy for Webster {
    fn name(&self) -> &'static str {
        ENTRY.name
    }

    fn choose(&mut self, m: &Moment<'_>) -> Wish {
        if self.cycle.begins(m) {
            self.plan(m);
        }
        self.cycle.wish(m)
    }

    fn why(&self) -> String {
        self.cycle.why()
    }

    fn save(&self, out: &mut Vec<u8>) {
        self.cycle.save(out);
    }

    fn load(&mut self, reader: &mut StateReader<'_>) -> Result<(), StateError> {
        self.cycle.load(reader)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cycles_are_those_of_the_formula() {
        // Worked out with the formula, for 12 s of lost time (science.md A2).
        for (sum, cycle) in [(0.5, 46.0), (0.6, 57.5), (0.7, 76.67), (0.8, 115.0)] {
            let found = optimal_cycle(12.0, sum, (40.0, 120.0));
            // To the hundredth: what the expected figures are rounded to.
            assert!((found - cycle).abs() < 0.01, "Y {sum}: {found} s, expected {cycle} s");
        }
        assert_eq!([0.2, 0.9, 1.3].map(|sum| optimal_cycle(12.0, sum, (40.0, 120.0))), [40.0, 120.0, 120.0]);
    }
}
