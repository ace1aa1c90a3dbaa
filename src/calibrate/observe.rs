//! What passes the sites of counts in a simulation, and which source it comes from.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rayon::prelude::*;

use super::counts::{Count, Site};
use super::sources::Sources;
use crate::commands::TimedCommand;
use crate::demand::{Demand, Timing};
use crate::instruments::Instruments;
use crate::measure::{Front, Listener, Moving, Trace, Way};
use crate::network::{LaneId, Network};
use crate::sim::{Setup, Simulation};

/// A scenario whose demand is to be fitted.
#[derive(Clone, Debug)]
pub struct Model {
    /// Its network.
    pub network: Arc<Network>,
    /// Its demand, not scaled.
    pub demand: Demand,
    /// How it is run; each run has a seed of its own.
    pub setup: Setup,
    /// What happens at set times.
    pub commands: Vec<TimedCommand>,
    /// Where its detectors lie.
    pub instruments: Instruments,
}

/// Vehicles that pass: for each count those of each source.
pub(super) type Passed = Vec<BTreeMap<usize, f64>>;

impl Model {
    /// Mean vehicles that pass while each count lasts, over runs with these seeds; `None` if it was interrupted.
    ///
    /// # Errors
    /// If the scenario cannot be run.
    pub(super) fn passed(
        &self,
        (sources, factors): (&Sources, &[f64]),
        counts: &[Count],
        seeds: &[u64],
        stop: &AtomicBool,
    ) -> Result<Option<Passed>, String> {
        let runs: Vec<Result<Option<Passed>, String>> =
            seeds.par_iter().map(|&seed| self.run((sources, factors), counts, seed, stop)).collect();
        let mut mean: Passed = vec![BTreeMap::new(); counts.len()];
        for run in runs {
            let Some(run) = run? else { return Ok(None) };
            for (mean, run) in mean.iter_mut().zip(run) {
                run.into_iter().for_each(|(source, n)| *mean.entry(source).or_default() += n / seeds.len() as f64);
            }
        }
        Ok(Some(mean))
    }

    fn run(
        &self,
        (sources, factors): (&Sources, &[f64]),
        counts: &[Count],
        seed: u64,
        stop: &AtomicBool,
    ) -> Result<Option<Passed>, String> {
        // Which single vehicles there are belongs to the scenario, not to a run of it.
        let (demand, of) = sources.demand(&self.demand, factors, self.setup.seed);
        let owner = owners(&demand, &of);
        let setup = Setup { seed, ..self.setup.clone() };
        let mut sim = Simulation::new(self.network.clone(), Arc::new(demand), setup).map_err(|e| e.to_string())?;
        for command in &self.commands {
            sim.command(command.clone()).map_err(|e| e.to_string())?;
        }
        let source_of = sim.scene().departures.iter().map(|d| owner(&d.id)).collect();
        let mut trace = Trace::new(&sim);
        let mut counter = Counter::new(counts, &self.instruments, &self.network, source_of);
        let until = counts.iter().map(|c| c.to).fold(0.0, f64::max);
        while sim.now().seconds() < until {
            if stop.load(Ordering::Relaxed) {
                return Ok(None);
            }
            sim.step();
            trace.departures(&sim, &mut counter);
            trace.motion(&sim, &mut counter);
            if let Some((signal, _)) = sim.trip() {
                let signal = &self.network.signals[signal.index()].id;
                return Err(format!("signal '{signal}': the monitor tripped: its controller or its plan is wrong"));
            }
        }
        Ok(Some(counter.passed))
    }
}

/// Finds the source of a vehicle by its name: that of a single one, or that of its flow with a number.
fn owners(demand: &Demand, of: &[usize]) -> impl Fn(&str) -> Option<usize> + use<> {
    let each = demand.sources.iter().zip(of);
    let (mut singles, mut flows) = (BTreeMap::new(), BTreeMap::new());
    for (s, &group) in each {
        let known = if matches!(s.timing, Timing::Once(_)) { &mut singles } else { &mut flows };
        known.insert(s.id.clone(), group);
    }
    move |name| {
        let flow = || name.rsplit_once('.').and_then(|(flow, _)| flows.get(flow));
        singles.get(name).or_else(flow).copied()
    }
}

/// Counts as the counts do.
struct Counter {
    /// The counts of each lane: their numbers.
    of_lane: Vec<Vec<usize>>,
    /// What each count looks at: ends or beginnings of lanes, or a place.
    kinds: Vec<Kind>,
    spans: Vec<(f64, f64)>,
    /// By vehicle; `None`: of a surge.
    source_of: Vec<Option<usize>>,
    passed: Passed,
}

/// What a vehicle does that is counted.
#[derive(Clone, Copy)]
enum Kind {
    Leaves,
    Comes,
    /// Its front passes this place, m.
    Passes(f64),
}

impl Counter {
    fn new(counts: &[Count], instruments: &Instruments, network: &Network, source_of: Vec<Option<usize>>) -> Self {
        let mut of_lane = vec![Vec::new(); network.lanes.len()];
        let mut kinds = Vec::new();
        for (k, count) in counts.iter().enumerate() {
            let lanes: BTreeSet<LaneId> = match count.site {
                Site::End(link) | Site::Start(link) => network.lanes_of(link).collect(),
                Site::Loop(n) => BTreeSet::from([instruments.loops[n].lane]),
            };
            lanes.iter().for_each(|l| of_lane[l.index()].push(k));
            kinds.push(match count.site {
                Site::End(_) => Kind::Leaves,
                Site::Start(_) => Kind::Comes,
                Site::Loop(n) => Kind::Passes(instruments.loops[n].position),
            });
        }
        let spans = counts.iter().map(|c| (c.from, c.to)).collect();
        Self { of_lane, kinds, spans, source_of, passed: vec![BTreeMap::new(); counts.len()] }
    }

    fn tell(&mut self, m: &Moving<'_>, lane: LaneId, counts: impl Fn(Kind) -> bool) {
        let Some(source) = self.source_of.get(m.id.index()).copied().flatten() else { return };
        for &k in &self.of_lane[lane.index()] {
            let (from, to) = self.spans[k];
            if counts(self.kinds[k]) && (from..to).contains(&m.now) {
                *self.passed[k].entry(source).or_default() += 1.0;
            }
        }
    }
}

impl Listener for Counter {
    fn enter(&mut self, m: &Moving<'_>, lane: LaneId, _: f64, way: Way) {
        self.tell(m, lane, |kind| matches!(kind, Kind::Comes) && matches!(way, Way::Along | Way::Trip));
    }

    fn moved(&mut self, m: &Moving<'_>, lane: LaneId, front: Front) {
        self.tell(m, lane, |kind| matches!(kind, Kind::Passes(at) if front.passes(m, at, 0.0).is_some()));
    }

    fn leave(&mut self, m: &Moving<'_>, lane: LaneId, way: Way) {
        self.tell(m, lane, |kind| matches!(kind, Kind::Leaves) && way == Way::Along);
    }
}
