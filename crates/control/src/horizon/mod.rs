//! `horizon`: every second the decision that costs least until the horizon, from what loops tell.
//!
//! Terms
//! - **forecast**: who is expected in each lane and when, as far as detectors see, and a mean flow behind them.
//! - **rollout**: a future that begins with a decision and goes on by a simple [base rule](rollout). The decision whose
//!   future costs least is taken: at least as good as the base rule alone, wherever the forecast holds
//!   (Bertsekas 1997, *Rollout algorithms for combinatorial optimization*).
//! - **decision**: the present stage is shown for some seconds more, or another begins now.
//!
//! The present stage is kept unless another decision is better by a margin: staying can be thought over in a second, a
//! change cannot.

mod forecast;
mod rollout;
mod service;

use alloc::{format, string::String, vec::Vec};

use self::forecast::Forecast;
use self::rollout::{First, Model, Now, Rollout};
use self::service::Service;
use crate::{
    Entry, Millis, Parameter, StateError, StateReader,
    adaptive::{number, staged},
    stages::{Moment, Policy, Wish},
};

pub(crate) const ENTRY: Entry = Entry {
    name: "horizon",
    summary: "every second the decision whose consequences over the next minute cost least",
    needs: "an IN loop, a count loop and a stop-bar loop a lane, or reports of all vehicles",
    parameters: &[
        Parameter { name: "horizon_s", summary: "how far it looks, s, 20 to 180", default: "30" },
        Parameter { name: "stop_s", summary: "what a stop costs, in seconds of waiting, 0 to 30", default: "4" },
        Parameter { name: "margin", summary: "a change must be better by so many seconds, 0 to 100", default: "0" },
        Parameter { name: "gap_s", summary: "gap", default: "2" },
        Parameter { name: "startup_s", summary: "start", default: "1" },
        Parameter { name: "yellow_s", summary: "yellow", default: "1" },
    ],
    source: "rollout after Bertsekas 1997 over a queue model; base rule after Lämmer and Helbing 2008",
    phases: false,
    clearance: None,
    falls_back: Some("fixed_time"),
    make: |setup| {
        staged(setup, || {
            Ok(Horizon {
                model: Model {
                    horizon: number(setup, "horizon_s", 30.0, (0.0, 180.0), "a number of seconds, 20 to 180")?,
                    stop: number(setup, "stop_s", 4.0, (0.0, 30.0), "a number of seconds, 0 to 30")?,
                    gap: number(setup, "gap_s", 2.0, (0.0, 30.0), "a number of seconds, 0 to 30")?,
                    startup: number(setup, "startup_s", 1.0, (0.0, 30.0), "a number of seconds, 0 to 30")?,
                    yellow: number(setup, "yellow_s", 1.0, (0.0, 30.0), "a number of seconds, 0 to 30")?,
                },
                margin: number(setup, "margin", 0.0, (0.0, 100.0), "a number of seconds, 0 to 100")?,
                service: Service::default(),
                forecast: Forecast::default(),
                rollout: Rollout::default(),
                others: Vec::new(),
                knows: false,
                costs: (0.0, 0.0),
            })
        })
    },
};

/// How often it looks.
const EVERY: Millis = Millis(1000);

/// It looks at these times to stay, s, and at that which the base rule chooses.
const HOLDS: [f32; 5] = [1.0, 2.0, 4.0, 7.0, 11.0];

#[derive(Clone, Debug)]
struct Horizon {
    model: Model,
    margin: f32,
    service: Service,
    forecast: Forecast,
    rollout: Rollout,
    /// Groups that let nobody out of a lane: those of people on foot.
    others: Vec<u16>,
    knows: bool,
    /// Costs at the last look: of staying, and of the best change.
    costs: (f32, f32),
}

impl Horizon {
    /// Finds which lanes and groups there are, once.
    fn know(&mut self, m: &Moment<'_>) {
        if self.knows {
            return;
        }
        self.knows = true;
        let lanes = &m.traffic.approaches().lanes;
        self.service.know(m.stages, lanes.len());
        let of_lanes = |g: &u16| lanes.iter().any(|lane| lane.groups.contains(g));
        self.others = (0u16..).take(m.waiting.len()).filter(|g| !of_lanes(g)).collect();
    }
}

impl Policy for Horizon {
    fn name(&self) -> &'static str {
        ENTRY.name
    }

    fn least(&self) -> Millis {
        Millis(0)
    }

    fn choose(&mut self, m: &Moment<'_>) -> Wish {
        self.know(m);
        self.service.watch(m);
        let stays = Wish { stage: m.stage, next: m.now + EVERY };
        if m.now - m.since < m.stages.least[m.stage] {
            return stays;
        }
        self.forecast.look(m, &self.service, &self.others);
        let shown = (m.now - m.since).0 as f32 * 0.001;
        let (stages, model) = (m.stages, &self.model);
        let now = Now { forecast: &self.forecast, stages, model, stage: m.stage, shown };
        let mut cost = |hold, next| self.rollout.cost(&now, First { hold, next });
        let stay = HOLDS.iter().map(|&hold| cost(Some(hold), None)).fold(f32::INFINITY, f32::min);
        let stay = stay.min(cost(None, None));
        let mut best = (m.stage, f32::INFINITY);
        for i in 1..m.stages.len() {
            let stage = (m.stage + i) % m.stages.len();
            let change = cost(Some(0.0), Some(stage));
            if change < best.1 {
                best = (stage, change);
            }
        }
        self.costs = (stay, best.1);
        if best.1 + self.margin < stay { Wish { stage: best.0, ..stays } } else { stays }
    }

    fn why(&self) -> String {
        let (stay, change) = self.costs;
        format!("at the last look staying would have cost {stay:.0} s, the best change {change:.0} s")
    }

    fn save(&self, out: &mut Vec<u8>) {
        self.service.save(out);
        [self.costs.0, self.costs.1].iter().for_each(|f| out.extend_from_slice(&f.to_bits().to_le_bytes()));
    }

    fn load(&mut self, reader: &mut StateReader<'_>) -> Result<(), StateError> {
        self.service.load(reader)?;
        self.costs = (f32::from_bits(reader.u32()?), f32::from_bits(reader.u32()?));
        Ok(())
    }
}
