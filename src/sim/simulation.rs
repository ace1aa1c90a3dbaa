//! The engine as a value.

use std::sync::{Arc, OnceLock};

use bevy::ecs::prelude::{Schedule, World};
use intergreen_control::{Input, Millis};
use thiserror::Error;

use super::announce::Announcements;
use super::checkpoint::Fingerprints;
use super::chunk::{self, Passed};
use super::closures;
use super::collisions::Overlaps;
use super::command::{Agenda, TimedCommand};
use super::control::{Controllers, Lamps};
use super::emissions::{EmissionBooks, Emissions};
use super::entities::{self, VehicleEntities, VehicleEntity};
use super::faults::FaultState;
use super::gridlock::Gridlocks;
use super::hash::StateHash;
use super::insert::Waiting;
use super::measures::Measures;
use super::navigation::Navigator;
use super::post::Post;
use super::profile::Profile;
use super::routes::Paths;
use super::scene::{Scene, SceneRes, Setup};
use super::sensors::SensorState;
use super::state::{Traffic, Vehicle};
use super::step::{self, Clock, Workers};
use super::stops::Halts;
use crate::demand::routing::Search;
use crate::demand::{Demand, VehicleId};
use crate::detectors;
use crate::network::{LaneId, Network, SignalId};
use crate::plans::{self, Refusal, SignalPlan};

/// Why a simulation cannot be made.
#[derive(Debug, Error)]
pub enum SimError {
    /// A signal program cannot be used.
    #[error("{0}")]
    Plan(#[from] Refusal),
    /// The controllers cannot be made.
    #[error("controller: {0}")]
    Controller(String),
    /// The threads cannot be started.
    #[error("threads: {0}")]
    Threads(#[from] rayon::ThreadPoolBuildError),
    /// A command is wrong.
    #[error("command at {at} s: {problem}")]
    Command {
        /// Its time, s.
        at: f64,
        /// What is wrong.
        problem: String,
    },
    /// A snapshot does not fit.
    #[error("snapshot: {0}")]
    Snapshot(String),
}

/// A run: everything it needs and everything it knows.
pub struct Simulation {
    world: World,
    schedule: Schedule,
    network: Arc<Network>,
    pub(super) demand: Arc<Demand>,
    /// The plans of all signals.
    plans: Arc<[SignalPlan]>,
    /// The threads; none: the calling thread does everything.
    pool: Option<rayon::ThreadPool>,
    /// What tells its network and demand from others, once somebody has asked.
    pub(super) fingerprints: OnceLock<Fingerprints>,
}

/// The moving state of a run, to go back to.
#[derive(Clone, Debug)]
pub struct Snapshot {
    pub(super) clock: Clock,
    pub(super) traffic: Traffic,
    pub(super) halts: Halts,
    pub(super) waiting: Waiting,
    pub(super) paths: Paths,
    pub(super) navigator: Navigator,
    pub(super) lamps: Lamps,
    pub(super) measures: Measures,
    pub(super) emissions: Option<EmissionBooks>,
    pub(super) overlaps: Overlaps,
    pub(super) gridlocks: Gridlocks,
    pub(super) hash: StateHash,
    pub(super) agenda: Agenda,
    pub(super) scene: Arc<Scene>,
    pub(super) occupied: Vec<bool>,
    /// What detectors with faults have come to.
    pub(super) faulty: Vec<FaultState>,
    /// What is on its way to controllers, each with its signal, in order of arrival.
    pub(super) coming: Vec<(u32, Input)>,
    pub(super) controllers: Vec<Vec<u8>>,
    pub(super) monitor: super::monitor::Monitor,
    pub(super) faults: Vec<super::control::CycleFault>,
    pub(super) outages: Vec<Option<super::control::Blackout>>,
}

impl Simulation {
    /// Prepares a run and starts its controllers.
    ///
    /// # Errors
    /// If a signal program cannot be used, the controller is unknown or refuses its parameters, or threads cannot be
    /// started.
    pub fn new(network: Arc<Network>, demand: Arc<Demand>, setup: Setup) -> Result<Self, SimError> {
        let pool = if setup.threads > 1 {
            Some(rayon::ThreadPoolBuilder::new().num_threads(setup.threads).build()?)
        } else {
            None
        };
        let detectors = detectors::place(&network, &setup.detectors);
        let plans = plans::of_network_and_files(&network, &detectors, &setup.plans, setup.unsafe_yields)?.into();
        let (world, schedule, fingerprints) = (World::new(), step::schedule(), OnceLock::new());
        let mut simulation = Self { world, schedule, network, demand, plans, pool, fingerprints };
        simulation.world.insert_resource(Profile::default());
        simulation.prepare(setup)?;
        Ok(simulation)
    }

    /// Puts everything at the start.
    fn prepare(&mut self, setup: Setup) -> Result<(), SimError> {
        let scene = Arc::new(Scene::new(self.network.clone(), &self.demand, setup));
        let mut controllers = Controllers::new(&scene, &self.plans).map_err(SimError::Controller)?;
        let mut lamps = Lamps::default();
        controllers.start(&scene, &mut lamps, scene.setup.begin);
        let (lanes, links) = (scene.lanes.len(), scene.network.links.len());
        let threads = if self.pool.is_some() { scene.setup.threads } else { 1 };
        let pieces = if self.pool.is_some() { threads * 4 } else { 1 };
        let mut chunks = chunk::cut(&self.network, pieces);
        chunk::assign_links(&mut chunks, &scene.change_links);
        let world = &mut self.world;
        entities::despawn_all(world);
        entities::spawn_static(world, &scene);
        world.insert_resource(VehicleEntities(vec![None; scene.departures.len()]));
        world.insert_resource(Clock { now: scene.setup.begin, step: 0 });
        world.insert_resource(Traffic::new(&scene.lanes));
        world.insert_resource(Halts::new(scene.places));
        world.insert_resource(Waiting::new(links));
        world.insert_resource(Paths::new(&scene));
        world.insert_resource(Navigator::new(&scene));
        world.insert_resource(Announcements::new(scene.moves.len()));
        world.insert_resource(Measures::new(&scene, &lamps.shown));
        world.insert_resource(Emissions::new(&scene));
        world.insert_resource(Overlaps::default());
        world.insert_resource(Gridlocks::new(lanes));
        world.insert_resource(StateHash::default());
        world.insert_resource(Agenda::default());
        world.insert_resource(SensorState::new(&scene));
        world.insert_resource(Post::new(&scene, &controllers.list));
        world.insert_resource(controllers);
        world.insert_resource(lamps);
        world.insert_resource(Workers {
            chunks,
            searches: vec![Search::new(links); threads],
            parallel: self.pool.is_some(),
        });
        world.insert_resource(SceneRes(scene));
        Ok(())
    }

    /// Starts again with another seed, and the same commands.
    ///
    /// # Errors
    /// As [`Simulation::new`].
    pub fn reset(&mut self, seed: u64) -> Result<(), SimError> {
        let mut setup = self.scene().setup.clone();
        setup.seed = seed;
        let agenda = self.world.resource::<Agenda>().again(setup.begin);
        self.prepare(setup)?;
        self.world.insert_resource(agenda);
        Ok(())
    }

    /// Makes one step.
    pub fn step(&mut self) {
        let (schedule, world) = (&mut self.schedule, &mut self.world);
        match &self.pool {
            // The whole step on one of the pool's threads: handing over to them costs once, not in every pass.
            Some(pool) => pool.install(|| schedule.run(world)),
            None => schedule.run(world),
        }
    }

    /// The time reached.
    pub fn now(&self) -> Millis {
        self.world.resource::<Clock>().now
    }

    /// Whether every vehicle has arrived and none is to come.
    pub fn is_empty(&self) -> bool {
        self.measures().arrived == self.scene().order.len()
    }

    /// Of those who wait or are under way: how many have no way to their destination because lanes are closed.
    pub fn unserved(&self) -> usize {
        let (scene, table) = (self.scene(), &self.paths().table);
        if !scene.closures.any() {
            return 0;
        }
        let waiting = self.waiting().busy.iter().flat_map(|&link| &self.waiting().lines[link as usize]);
        let barred = waiting.filter(|entry| table.blocked_leg(entry.path).is_some()).count();
        let parked = self.halts().list.iter().filter_map(|h| Some((h.lane, h.parked.as_ref()?)));
        let out = self.traffic().vehicles().chain(parked);
        barred + out.filter(|(lane, v)| closures::is_cut_off(scene, table, *lane, v)).count()
    }

    /// Whether a command is to come within a day.
    pub fn expects_commands(&self) -> bool {
        self.world.resource::<Agenda>().goes_on(self.now())
    }

    /// Whether everybody has come whose time was to come, and nobody who is left can move because lanes are closed: they
    /// are unserved, or stand behind those who are. No command is to come.
    pub fn is_closed_off(&self) -> bool {
        /// Longer than anybody stands at a signal, s.
        const STANDING: f32 = 300.0;
        let waiting = self.waiting();
        if !self.scene().closures.any()
            || waiting.next < self.scene().order.len()
            || self.expects_commands()
            || self.halts().list.iter().any(|h| h.over != Millis::NEVER)
        {
            return false;
        }
        let unserved = self.unserved();
        let standing = self.traffic().vehicles().all(|(_, v)| v.waiting >= STANDING);
        unserved > 0 && standing && (self.traffic().count() > 0 || unserved == waiting.count)
    }

    /// What does not change during the run.
    pub fn scene(&self) -> &Arc<Scene> {
        &self.world.resource::<SceneRes>().0
    }

    /// The moving state.
    pub fn traffic(&self) -> &Traffic {
        self.world.resource()
    }

    /// Who stands at a scheduled stop.
    pub fn halts(&self) -> &Halts {
        self.world.resource()
    }

    /// What the lamps show.
    pub fn lamps(&self) -> &Lamps {
        self.world.resource()
    }

    /// Which loops are occupied.
    pub fn sensors(&self) -> &SensorState {
        self.world.resource()
    }

    /// The books.
    pub fn measures(&self) -> &Measures {
        self.world.resource()
    }

    /// Fuel and CO₂, if the setup wants them.
    pub fn emissions(&self) -> &Emissions {
        self.world.resource()
    }

    /// Who waits to enter.
    pub fn waiting(&self) -> &Waiting {
        self.world.resource()
    }

    /// The paths of all vehicles.
    pub fn paths(&self) -> &Paths {
        self.world.resource()
    }

    /// What trips know when they look for their way.
    pub fn navigator(&self) -> &Navigator {
        self.world.resource()
    }

    /// Gridlocks and blockages so far.
    pub fn gridlocks(&self) -> &Gridlocks {
        self.world.resource()
    }

    /// The controllers.
    pub fn controllers(&self) -> &Controllers {
        self.world.resource()
    }

    /// The plans of all signals.
    pub fn plans(&self) -> &[SignalPlan] {
        &self.plans
    }

    /// The first trip of the monitor, and at which signal: then the run is worth nothing.
    pub fn trip(&self) -> Option<(SignalId, intergreen_control::Trip)> {
        self.controllers().monitor.trip()
    }

    /// From now on the controllers' inputs and events of every step can be read from [`Simulation::controllers`].
    pub fn record(&mut self) {
        self.world.resource_mut::<Controllers>().inputs.get_or_insert_default();
        self.log_events();
    }

    /// From now on the events that controllers log in every step can be read from [`Simulation::controllers`].
    pub fn log_events(&mut self) {
        self.world.resource_mut::<Controllers>().list.iter_mut().for_each(|c| c.log_events(true));
    }

    /// Who passed which line in the last step.
    pub fn passed(&self) -> impl Iterator<Item = &Passed> {
        self.world.resource::<Workers>().chunks.iter().flat_map(|chunk| &chunk.passed)
    }

    /// Overlapping vehicles, for messages.
    pub fn overlaps(&self) -> &Overlaps {
        self.world.resource()
    }

    /// The world, for queries.
    pub fn world(&mut self) -> &mut World {
        &mut self.world
    }

    /// Times stages with a clock that counts nanoseconds.
    pub fn profile_with(&mut self, clock: fn() -> u64) {
        self.world.insert_resource(Profile::with_clock(clock));
    }

    /// The stage times so far.
    pub fn profile(&self) -> &Profile {
        self.world.resource()
    }

    /// Enters a command.
    ///
    /// # Errors
    /// If it does not fit the network.
    pub fn command(&mut self, command: TimedCommand) -> Result<(), SimError> {
        let problem = |problem| SimError::Command { at: command.at, problem };
        command.check(self.scene()).map_err(&problem)?;
        self.controllers().check(self.scene(), &command.command).map_err(&problem)?;
        let now = self.now();
        self.world.resource_mut::<Agenda>().add(command, now);
        Ok(())
    }

    /// All commands of the run, those carried out and those to come.
    pub fn agenda(&self) -> &Agenda {
        self.world.resource()
    }

    /// Where a vehicle is now, if it is on the network: its lane and its record.
    pub fn find(&self, id: VehicleId) -> Option<(LaneId, &Vehicle)> {
        self.traffic().vehicles().find(|(_, v)| v.id == id)
    }

    /// The chained state hash up to now.
    pub fn state_hash(&self) -> u64 {
        let mut hash = *self.world.resource::<StateHash>();
        let w = &self.world;
        hash.link(
            w.resource::<Clock>().step,
            (self.traffic(), self.halts()),
            self.lamps(),
            (w.resource::<SensorState>(), w.resource::<Post>()),
            self.controllers(),
            self.navigator(),
        );
        hash.0
    }

    /// Fills `out` with the state in columns of [`Simulation::OBSERVED`] numbers per lane: vehicles, standing
    /// vehicles, sum of speeds, m/s. Returns how many numbers there are; a shorter `out` is filled as far as it goes.
    pub fn observe(&self, out: &mut [f32]) -> usize {
        let lanes = &self.traffic().lanes;
        let n = lanes.len();
        let columns: [fn(&[Vehicle]) -> f32; Self::OBSERVED] = [
            |v| v.len() as f32,
            |v| v.iter().filter(|v| v.speed < super::apply::HALTING).count() as f32,
            |v| v.iter().map(|v| v.speed).sum(),
        ];
        let cells = columns.iter().flat_map(|f| lanes.iter().map(move |l| f(&l.vehicles)));
        for (place, value) in out.iter_mut().zip(cells) {
            *place = value;
        }
        n * Self::OBSERVED
    }

    /// Columns of an observation.
    pub const OBSERVED: usize = 3;

    /// The moving state, to go back to.
    pub fn snapshot(&self) -> Snapshot {
        let w = &self.world;
        let controllers = self.controllers();
        let saved = controllers.list.iter().map(|c| {
            let mut bytes = Vec::new();
            c.save(&mut bytes);
            bytes
        });
        Snapshot {
            clock: *w.resource(),
            traffic: self.traffic().clone(),
            halts: self.halts().clone(),
            waiting: self.waiting().clone(),
            paths: self.paths().clone(),
            navigator: self.navigator().clone(),
            lamps: self.lamps().clone(),
            measures: self.measures().clone(),
            emissions: self.emissions().books().cloned(),
            overlaps: self.overlaps().clone(),
            gridlocks: self.gridlocks().clone(),
            hash: *w.resource(),
            agenda: self.agenda().clone(),
            scene: self.scene().clone(),
            occupied: w.resource::<SensorState>().occupied.clone(),
            faulty: w.resource::<SensorState>().faults.clone(),
            coming: w.resource::<Post>().coming().copied().collect(),
            controllers: saved.collect(),
            monitor: controllers.monitor.clone(),
            faults: controllers.faults.clone(),
            outages: controllers.outages().to_vec(),
        }
    }

    /// Goes back to a snapshot of a run on the same network.
    ///
    /// # Errors
    /// If it was made on another network or with other controllers.
    pub fn restore(&mut self, snapshot: &Snapshot) -> Result<(), SimError> {
        if !Arc::ptr_eq(&self.network, &snapshot.scene.network) {
            return Err(SimError::Snapshot("was made on another network".into()));
        }
        let mut controllers = Controllers::new(&snapshot.scene, &self.plans).map_err(SimError::Controller)?;
        if controllers.list.len() != snapshot.controllers.len() {
            return Err(SimError::Snapshot("has another number of controllers".into()));
        }
        for (c, bytes) in controllers.list.iter_mut().zip(&snapshot.controllers) {
            c.load(bytes).map_err(|e| SimError::Snapshot(format!("controller: {e}")))?;
        }
        controllers.resume(snapshot.monitor.clone(), snapshot.faults.clone(), snapshot.outages.clone());
        let sensors = SensorState::resumed(&snapshot.scene, snapshot.occupied.clone(), snapshot.faulty.clone());
        let post = Post::new(&snapshot.scene, &controllers.list).with(snapshot.coming.clone());
        let world = &mut self.world;
        world.insert_resource(snapshot.clock);
        world.insert_resource(snapshot.traffic.clone());
        world.insert_resource(snapshot.halts.clone());
        world.insert_resource(snapshot.waiting.clone());
        world.insert_resource(snapshot.paths.clone());
        world.insert_resource(snapshot.navigator.clone());
        world.insert_resource(snapshot.lamps.clone());
        world.insert_resource(snapshot.measures.clone());
        world.insert_resource(Emissions::with(&snapshot.scene, snapshot.emissions.clone()));
        world.insert_resource(snapshot.overlaps.clone());
        world.insert_resource(snapshot.gridlocks.clone());
        world.insert_resource(snapshot.hash);
        world.insert_resource(snapshot.agenda.clone());
        world.insert_resource(SceneRes(snapshot.scene.clone()));
        world.insert_resource(sensors);
        world.insert_resource(post);
        world.insert_resource(controllers);
        entities::despawn_all(world);
        entities::spawn_static(world, &snapshot.scene);
        let mut vehicles = vec![None; snapshot.scene.departures.len()];
        for v in snapshot.traffic.vehicles().map(|(_, v)| v).chain(snapshot.halts.parked()) {
            vehicles[v.id.index()] = Some(world.spawn(VehicleEntity(v.id)).id());
        }
        world.insert_resource(VehicleEntities(vehicles));
        Ok(())
    }
}
