//! `horizon`: every second the decision that costs least until the horizon, from what loops tell.
//!
//! Terms
//! - **forecast**: who is expected in each lane and when, as far as detectors see, and a mean flow behind them.
//! - **decision**: the present stage is shown for some seconds more, or another begins now.
//! - **rollout**: a future that begins with a decision, and perhaps what is to come [after it](search), and goes on by a simple
//!   [base rule](rollout). The decision whose future costs least is taken: at least as good as the base rule alone, wherever
//!   the forecast holds (Bertsekas, Tsitsiklis and Wu 1997, *Rollout algorithms for combinatorial optimization*).
//!
//! If it listens to neighbours it sees, beyond the loops of its own lanes, those whom they [announce](crate::DepartureReport), and
//! nobody goes where there is no room downstream. Who is silent is no neighbour.

mod forecast;
mod rollout;
mod search;
mod service;
mod ways;

#[cfg(test)]
pub(crate) mod tests;

use alloc::{format, string::String, vec::Vec};

use self::forecast::Forecast;
use self::rollout::{Model, Now};
use self::search::{Found, Search};
use self::service::{Held, Service};
use self::ways::Ways;
use crate::{
    Entry, Looks, Millis, Parameter, Serves, StateError, StateReader,
    adaptive::{is_second, number, s, staged},
    stages::{Moment, Policy, Wish},
};

pub(crate) const ENTRY: Entry = Entry {
    name: "horizon",
    summary: "every second the decision after which those who are there or come soon wait and stop least",
    needs: "an IN loop, a count loop and a stop-bar loop a lane, or reports of all vehicles",
    parameters: &[
        Parameter {
            name: "horizon_s",
            summary: "whom nobody has seen yet counts as a mean flow for so many seconds, 0 to 180",
            default: "45",
        },
        Parameter { name: "stop_s", summary: "what a stop costs, in seconds of waiting, 0 to 30", default: "4" },
        Parameter {
            name: "gap_s",
            summary: "a queue is over when nobody comes for so long behind it, s, 0 to 10",
            default: "2",
        },
        Parameter {
            name: "startup_s",
            summary: "until the first of a queue has left, s, 0 to 5: counts as four greens, beside those that its lane has shown",
            default: "1",
        },
        Parameter {
            name: "yellow_s",
            summary: "so much of yellow is used, s, 0 to 5: counts as four, beside those that a lane has shown",
            default: "1",
        },
        Parameter {
            name: "messages",
            summary: "on: neighbours tell who has left their lanes, and whether there is room; off",
            default: "off",
        },
        Parameter {
            name: "terminal",
            summary: "on: who is left at the end of a future waits on; off, to see what that is worth",
            default: "on",
        },
    ],
    source: "rollout after Bertsekas, Tsitsiklis and Wu 1997, J. Heuristics 3, 245; base rule after Lämmer and Helbing 2008",
    serves: Serves::Stages,
    clearance: None,
    falls_back: Some("fixed_time"),
    make: |setup| {
        let value = |name, default, most, expected| number(setup, name, default, (0.0, most), expected);
        staged(setup, || {
            Ok(Horizon {
                model: Model {
                    horizon: value("horizon_s", 45.0, 180.0, "a number of seconds, 0 to 180")?,
                    stop: value("stop_s", 4.0, 30.0, "a number of seconds, 0 to 30")?,
                    gap: value("gap_s", 2.0, 10.0, "a number of seconds, 0 to 10")?,
                    startup: value("startup_s", 1.0, 5.0, "a number of seconds, 0 to 5")?,
                    yellow: value("yellow_s", 1.0, 5.0, "a number of seconds, 0 to 5")?,
                    terminal: !is_second(setup, "terminal", ["on", "off"], "on or off")?,
                },
                messages: is_second(setup, "messages", ["off", "on"], "on or off")?,
                knows: false,
                service: Service::default(),
                forecast: Forecast::default(),
                search: Search::default(),
                costs: [0.0; 3],
            })
        })
    },
};

const VERSION: u8 = 4;

/// How often it looks.
const EVERY: Millis = Millis(1000);

#[derive(Clone, Debug)]
struct Horizon {
    model: Model,
    /// Whether it listens to neighbours.
    messages: bool,
    knows: bool,
    service: Service,
    forecast: Forecast,
    search: Search,
    /// Costs at the last look: of staying, of the best change, and what that had to gain.
    costs: [f32; 3],
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
        let ways = Ways::new(m.stages, lanes);
        self.forecast.know(m.stages, ways, lanes.len(), m.waits.groups());
        self.search.know(lanes.len() + m.waits.groups(), m.stages);
    }
}

impl Policy for Horizon {
    fn name(&self) -> &'static str {
        ENTRY.name
    }

    fn looks(&self) -> Looks {
        if self.messages { Looks::Arrivals } else { Looks::Lanes }
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
        for (place, of) in m.stages.served[m.stage].iter().enumerate() {
            let foes = self.forecast.ways.foes(m.stage, place).iter().map(|&foe| m.stages.served[m.stage][foe].lane);
            if self.service.held_up(m, of.lane, foes) == Some(Held::GivesWay) {
                self.service.turns(of.lane, m.now);
            }
        }
        self.forecast.look(m, &self.service, &self.model, self.messages);
        let shown = s(m.now - m.since);
        let (stages, model) = (m.stages, &self.model);
        let before = m.before.map(|(stage, left)| (stage, s(left - m.now)));
        let now = Now { forecast: &self.forecast, stages, model, stage: m.stage, shown, before };
        let Found { stay, change: (best, change) } = self.search.look(&now);
        let gain = self.forecast.least_gain(&self.model);
        self.costs = [stay, change, gain];
        if change + gain < stay { Wish { stage: best, ..stays } } else { stays }
    }

    fn why(&self) -> String {
        let [stay, change, gain] = self.costs;
        format!(
            "at the last look staying would have cost {stay:.0} s, the best change {change:.0} s; it had to gain {gain:.0} s"
        )
    }

    fn save(&self, out: &mut Vec<u8>) {
        out.push(VERSION);
        self.service.save(out);
        self.costs.iter().for_each(|f| out.extend_from_slice(&f.to_bits().to_le_bytes()));
    }

    fn load(&mut self, reader: &mut StateReader<'_>) -> Result<(), StateError> {
        reader.version(ENTRY.name, VERSION)?;
        self.service.load(reader)?;
        // What was saved may know of fewer lanes.
        self.knows = false;
        for cost in &mut self.costs {
            *cost = f32::from_bits(reader.u32()?);
        }
        Ok(())
    }
}
