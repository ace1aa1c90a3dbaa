//! What signals logged over the last half hour, as far as measures of performance need it: phases, and the actuations that
//! are arrivals. Of the signals that somebody looks at, the measures are worked out now and then.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use intergreen_control::Millis;
use intergreen_control::log::code;

use crate::measure;
use crate::network::SignalId;
use crate::performance::{self, Detectors, Function, Log, Options};
use crate::sim::Simulation;

/// How far back it goes.
pub const SPAN: Millis = Millis(30 * 60_000);
/// Most events kept of a signal: of the busiest one some twenty minutes.
const MOST: usize = 6000;
/// Measures older than this are worked out anew.
const OLD: Millis = Millis(5_000);

/// An event: when, what, to whom.
type Noted = (Millis, u8, u16);

/// Notes of all signals.
#[derive(Clone, Debug)]
pub struct Record {
    events: Vec<VecDeque<Noted>>,
    /// What detectors are for.
    uses: Detectors,
    /// Of each signal the channels whose actuations are arrivals, from 1, in order.
    arrivals: Vec<Vec<u16>>,
    /// Of the signals that were measured, when that was last, and what came of it.
    measured: BTreeMap<SignalId, (Millis, Arc<performance::Signal>)>,
}

impl Record {
    /// Of a simulation from now on.
    pub fn new(sim: &Simulation) -> Self {
        let signals = &sim.scene().network.signals;
        // Where a detector has more uses than measures take, there are arrivals of none.
        let uses = measure::detectors(sim).unwrap_or_default();
        let advance = |name: &String| {
            let own = uses.at(name).iter().filter(|d| d.function == Function::Advance);
            let mut channels: Vec<u16> = own.map(|d| d.channel).collect();
            channels.dedup();
            channels
        };
        let arrivals = signals.iter().map(|s| advance(&s.id)).collect();
        Self { events: vec![VecDeque::new(); signals.len()], uses, arrivals, measured: BTreeMap::new() }
    }

    /// Notes what was logged in a step.
    pub fn look(&mut self, sim: &Simulation) {
        for &(signal, event) in &sim.controllers().events {
            let i = signal as usize;
            let matters = match event.code {
                code::DETECTOR_ON => self.arrivals[i].binary_search(&event.parameter).is_ok(),
                code::DETECTOR_OFF | code::CALL | code::CALL_DROPPED => false,
                _ => true,
            };
            if matters {
                let list = &mut self.events[i];
                super::journal::keep(list, (event.at, event.code, event.parameter), MOST);
                while list.front().is_some_and(|e| e.0 < event.at - SPAN) {
                    list.pop_front();
                }
            }
        }
    }

    /// Works out the measures of a signal, unless they are new.
    pub fn measure(&mut self, sim: &Simulation, signal: SignalId) {
        let now = sim.now();
        let Some(name) = sim.scene().network.signals.get(signal.index()).map(|s| s.id.clone()) else { return };
        if self.measured.get(&signal).is_some_and(|(at, _)| now < *at + OLD) {
            return;
        }
        let event = |&(at, code, parameter): &Noted| performance::Event { signal: 0, at, code, parameter };
        let log = Log { signals: vec![name], events: self.events[signal.index()].iter().map(event).collect() };
        let report = performance::measure(log, &self.uses, &Options { bin: SPAN, ..Options::default() });
        match report.signals.into_iter().next() {
            Some(of) => self.measured.insert(signal, (now, Arc::new(of))),
            None => self.measured.remove(&signal),
        };
    }

    /// The measures of a signal, as they were worked out last.
    pub fn measured(&self, signal: SignalId) -> Option<Arc<performance::Signal>> {
        self.measured.get(&signal).map(|(_, measures)| measures.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arrivals_and_greens_of_the_last_half_hour_are_measured() {
        let mut sim = crate::view::test_world::fresh();
        sim.log_events();
        let mut record = Record::new(&sim);
        let signal = SignalId(1);
        assert_eq!(record.measured(signal), None);
        let mut actuations = 0;
        while sim.now() < Millis(900_000) {
            sim.step();
            record.look(&sim);
            let own = sim.controllers().events.iter().filter(|(s, e)| *s == 1 && e.code == code::DETECTOR_ON);
            actuations += own.filter(|(_, e)| record.arrivals[1].contains(&e.parameter)).count();
        }
        record.measure(&sim, signal);
        let measured = record.measured(signal).expect("it was measured");
        assert_eq!(record.measured(SignalId(0)), None);
        let arrivals: u32 = measured.phases.iter().filter_map(|p| p.total.arrivals).map(|a| a.total).sum();
        assert!(actuations > 100, "{actuations}");
        // A detector may be for several phases: then each has its arrivals.
        assert!(arrivals as usize >= actuations, "{arrivals} of {actuations}");
        assert!(measured.phases.iter().any(|p| p.diagram.cycles.len() > 5 && p.diagram.arrivals.len() > 20));
        // Nothing is older than half an hour, and nothing is worked out twice within five seconds.
        let first = measured.clone();
        record.measure(&sim, signal);
        assert!(Arc::ptr_eq(&first, &record.measured(signal).expect("still there")));
        while sim.now() < Millis(2_400_000) {
            sim.step();
            record.look(&sim);
        }
        assert!(record.events[1].iter().all(|e| e.0 >= sim.now() - SPAN - Millis(120_000)));
    }
}
