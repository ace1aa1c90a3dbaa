//! The state as a checkpoint keeps it, made from a snapshot and back.

use std::collections::VecDeque;
use std::sync::Arc;

use intergreen_control::{Input, Lamp, Millis};
use serde::{Deserialize, Serialize};

use super::check::{self, Check, ensure};
use crate::network::LinkId;
use crate::sim::collisions::Overlaps;
use crate::sim::command::Agenda;
use crate::sim::control::{Blackout, CycleFault, Lamps};
use crate::sim::emissions::{Burnt, EmissionBooks};
use crate::sim::faults::FaultState;
use crate::sim::gridlock::Gridlocks;
use crate::sim::hash::StateHash;
use crate::sim::insert::{InLine, Waiting};
use crate::sim::measures::{Measures, Trip};
use crate::sim::monitor::MonitorState;
use crate::sim::navigation::Navigator;
use crate::sim::routes::{Found, Paths};
use crate::sim::state::{Begging, LaneTraffic, Traffic};
use crate::sim::step::Clock;
use crate::sim::stops::{Halt, Halts};
use crate::sim::{Scene, Simulation, Snapshot};

/// The moving state, less what follows from the rest.
#[derive(Serialize, Deserialize)]
pub struct State {
    /// Steps made.
    pub step: u32,
    /// The vehicles of all lanes.
    pub lanes: Vec<LaneTraffic>,
    /// See [`Traffic::begging`].
    pub begging: Vec<Begging>,
    /// Who stands at a stop.
    pub halts: Vec<Halt>,
    /// Where those who came to the stopping places stand.
    pub rears: Vec<f32>,
    /// The next departure whose time has not come.
    pub next: usize,
    /// Lines of vehicles that wait to enter, by link.
    pub lines: Vec<(LinkId, Vec<InLine>)>,
    /// Ways found since the run began, in their order.
    pub ways: Vec<Found>,
    /// The speeds that trips assume, if some look for their way.
    pub speeds: Option<(Vec<f64>, Vec<f32>, usize)>,
    /// What the lamps show.
    pub lamps: Vec<Lamp>,
    /// The books; trips of those whose time to depart has come, in the order of that.
    pub measures: Measures,
    /// Fuel and CO₂, if books are kept; vehicles as trips.
    pub emissions: Option<EmissionBooks>,
    /// Pairs of vehicles that overlap.
    pub overlaps: Vec<(u32, u32)>,
    /// Gridlocks and blockages.
    pub gridlocks: Gridlocks,
    /// The chain of hashes.
    pub hash: u64,
    /// The commands.
    pub agenda: Agenda,
    /// Which loops are occupied.
    pub occupied: Vec<bool>,
    /// What detectors with faults have come to.
    pub faulty: Vec<FaultState>,
    /// What is on its way to controllers, each with its signal, in order of arrival.
    pub coming: Vec<(u32, Input)>,
    /// Each controller's own.
    pub controllers: Vec<Vec<u8>>,
    /// The monitor.
    pub monitor: MonitorState,
    /// Cycle faults.
    pub faults: Vec<CycleFault>,
    /// Signals that are out of order.
    pub outages: Vec<Option<Blackout>>,
}

impl State {
    /// What has to be kept of a snapshot.
    pub fn of(snapshot: Snapshot) -> Self {
        // Everything by name: whoever adds to a snapshot is asked here whether it is to be kept.
        let Snapshot {
            clock: Clock { now: _, step },
            traffic: Traffic { lanes, tails: _, storage: _, askew: _, begging, left: _ },
            halts: Halts { list: halts, rears },
            waiting: Waiting { next, mut lines, busy, count: _ },
            paths,
            navigator,
            lamps: Lamps { shown: lamps, changes: _ },
            mut measures,
            mut emissions,
            overlaps,
            gridlocks,
            hash: StateHash(hash),
            agenda,
            scene,
            occupied,
            faulty,
            coming,
            controllers,
            monitor,
            faults,
            outages,
        } = snapshot;
        measures.trips = scene.order[..next].iter().map(|id| measures.trips[id.index()]).collect();
        if let Some(books) = &mut emissions {
            books.vehicles = scene.order[..next].iter().map(|id| books.of(*id)).collect();
        }
        let mut line = |l: u32| (LinkId(l), std::mem::take(&mut lines[l as usize]).into());
        Self {
            step,
            lanes,
            begging,
            halts,
            rears,
            next,
            lines: busy.into_iter().map(&mut line).collect(),
            ways: paths.added().collect(),
            speeds: navigator.is_needed().then(|| navigator.speeds.parts()),
            lamps,
            measures,
            emissions,
            overlaps: overlaps.now.into_iter().collect(),
            gridlocks,
            hash,
            agenda,
            occupied,
            faulty,
            coming,
            controllers,
            monitor: monitor.save(),
            faults,
            outages,
        }
    }

    /// The snapshot of a run like `sim`, checked. What does not change comes from `sim`.
    ///
    /// # Errors
    /// Says what cannot be.
    pub fn snapshot(self, sim: &Simulation) -> Result<Snapshot, String> {
        let setup = &sim.scene().setup;
        ensure(self.step < u32::MAX / 2, "so many steps")?;
        let clock = Clock { now: Millis(setup.begin.0 + i64::from(self.step) * setup.step.0), step: self.step };
        let scene = self.scene(sim, clock.now)?;
        let paths = self.paths(sim, &scene)?;
        Check::new(&scene, &paths.table, clock).state(&self)?;
        let mut monitor = sim.controllers().monitor.clone();
        monitor.load(&self.monitor)?;
        let navigator = self.navigator(sim, &scene)?;
        let waiting = waiting(&scene, self.next, self.lines);
        let mut measures = self.measures;
        let trips = std::mem::replace(&mut measures.trips, vec![Trip::NEW; scene.departures.len()]);
        for (id, trip) in scene.order.iter().zip(trips) {
            measures.trips[id.index()] = trip;
        }
        let mut emissions = self.emissions;
        if let Some(books) = &mut emissions {
            let burnt = std::mem::replace(&mut books.vehicles, vec![Burnt::default(); scene.departures.len()]);
            for (id, burnt) in scene.order.iter().zip(burnt) {
                books.vehicles[id.index()] = burnt;
            }
        }
        Ok(Snapshot {
            clock,
            traffic: Traffic::with(&scene, self.lanes, self.begging),
            halts: Halts { list: self.halts, rears: self.rears },
            waiting,
            paths,
            navigator,
            lamps: Lamps { shown: self.lamps, changes: Vec::new() },
            measures,
            emissions,
            overlaps: Overlaps::with(self.overlaps.into_iter().collect()),
            gridlocks: self.gridlocks,
            hash: StateHash(self.hash),
            agenda: self.agenda,
            scene,
            occupied: self.occupied,
            faulty: self.faulty,
            coming: self.coming,
            controllers: self.controllers,
            monitor,
            faults: self.faults,
            outages: self.outages,
        })
    }

    /// The scene with all that the commands so far have done to it.
    fn scene(&self, sim: &Simulation, now: Millis) -> Result<Arc<Scene>, String> {
        let here = sim.scene();
        self.agenda.check(here, now)?;
        self.agenda.given().iter().try_for_each(|given| sim.controllers().check(here, &given.command))?;
        let mut scene = match sim.agenda().is_fresh() {
            true => here.clone(),
            false => Arc::new(Scene::new(here.network.clone(), &sim.demand, here.setup.clone())),
        };
        if !self.agenda.is_fresh() {
            self.agenda.replay(Arc::make_mut(&mut scene));
        }
        Ok(scene)
    }

    /// The paths of the departures, and of the ways found since.
    fn paths(&self, sim: &Simulation, scene: &Arc<Scene>) -> Result<Paths, String> {
        let same = Arc::ptr_eq(scene, sim.scene()) && sim.paths().added().next().is_none();
        let mut paths = if same { sim.paths().clone() } else { Paths::new(scene) };
        for found in &self.ways {
            check::way(scene, found)?;
            let before = paths.table.len();
            paths.find_or_add(scene, found.clone());
            ensure(paths.table.len() > before, "a way found that was known")?;
        }
        Ok(paths)
    }

    /// What trips know.
    fn navigator(&self, sim: &Simulation, scene: &Scene) -> Result<Navigator, String> {
        let mut navigator = sim.navigator().clone();
        navigator.renew(scene);
        ensure(self.speeds.is_some() == navigator.is_needed(), "speeds for other trips")?;
        if let Some(parts) = &self.speeds {
            let speeds = navigator.speeds.with_parts(parts.clone());
            navigator.speeds = speeds.ok_or("speeds of other links")?;
        }
        Ok(navigator)
    }
}

/// Who waits to enter.
fn waiting(scene: &Scene, next: usize, lines: Vec<(LinkId, Vec<InLine>)>) -> Waiting {
    let mut waiting = Waiting { next, ..Waiting::new(scene.network.links.len()) };
    for (link, line) in lines {
        waiting.busy.push(link.0);
        waiting.count += line.len();
        waiting.lines[link.index()] = VecDeque::from(line);
    }
    waiting
}
