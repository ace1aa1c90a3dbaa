//! The step: its stages, in their public order, as systems.

use std::sync::Arc;

use bevy::ecs::prelude::{Commands, IntoScheduleConfigs, Res, ResMut, Resource, Schedule, SystemSet};
use bevy::ecs::schedule::{LogLevel, ScheduleBuildSettings, SingleThreadedExecutor};
use intergreen_control::{Lamp, Millis};
use rayon::prelude::*;

use super::announce::Announcements;
use super::apply::{Context, apply_chunk, hand_over};
use super::chunk::{Chunk, Part, split};
use super::closures::Detours;
use super::collisions::Overlaps;
use super::command::Agenda;
use super::control::{Controllers, Lamps};
use super::emissions::Emissions;
use super::entities::{VehicleEntities, VehicleEntity};
use super::gridlock::{self, Gridlocks};
use super::hash::{self, StateHash};
use super::insert::Waiting;
use super::junction::View;
use super::lane_change::LinkLanes;
use super::measures::{self, Measures};
use super::navigation::Navigator;
use super::plan::plan_chunk;
use super::post::Post;
use super::profile::Profile;
use super::routes::{Paths, RouteTable};
use super::scene::{Scene, SceneRes};
use super::sensors::SensorState;
use super::state::Traffic;
use super::stops::Halts;
use crate::demand::routing::Search;

/// The stages of a step. Each one finishes before the next begins.
#[derive(SystemSet, Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Stage {
    /// Commands that are due take effect.
    Commands,
    /// Departures enter where there is room; the others wait in line.
    Insert,
    /// Every vehicle reads the old state and plans.
    Plan,
    /// Right of way is decided; vehicles move, cross to the next lane, change lanes.
    Apply,
    /// Sensors emit edges with their times inside the step; vehicles report.
    Sensors,
    /// Controllers advance to the end of the step; lamps change and are obeyed from the next step.
    Controllers,
    /// Books are kept.
    Measures,
}

impl Stage {
    /// All stages, in order.
    pub const ALL: [Self; 7] =
        [Self::Commands, Self::Insert, Self::Plan, Self::Apply, Self::Sensors, Self::Controllers, Self::Measures];

    /// Its name in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Commands => "commands",
            Self::Insert => "insert",
            Self::Plan => "plan",
            Self::Apply => "apply",
            Self::Sensors => "sensors",
            Self::Controllers => "controllers",
            Self::Measures => "measures",
        }
    }
}

/// The simulation's clock.
#[derive(Resource, Clone, Copy, Debug, PartialEq, Eq)]
pub struct Clock {
    /// Start of the next step, or of the step that is being made.
    pub now: Millis,
    /// Number of that step.
    pub step: u32,
}

/// The pieces of the network that threads work on, and the threads.
#[derive(Resource)]
pub struct Workers {
    /// The pieces.
    pub chunks: Vec<Chunk>,
    /// What looking for ways needs, one for each thread.
    pub searches: Vec<Search>,
    /// Whether the passes are parallel: then the step runs on a thread of the pool it should use.
    pub parallel: bool,
}

impl Workers {
    /// Runs `work` on every piece together with its part of `lanes`.
    fn each<T: Send>(&mut self, parts: Vec<T>, work: impl Fn(&mut Chunk, T) + Sync) {
        let items = self.chunks.iter_mut().zip(parts);
        if self.parallel {
            let items: Vec<(&mut Chunk, T)> = items.collect();
            items.into_par_iter().with_max_len(1).for_each(|(c, t)| work(c, t));
        } else {
            items.for_each(|(c, t)| work(c, t));
        }
    }
}

/// The schedule of one step.
pub fn schedule() -> Schedule {
    let mut schedule = Schedule::default();
    // Bevy's parallel executor costs more than these seven systems; the parallel passes are inside them.
    schedule.set_executor(SingleThreadedExecutor::new());
    schedule.set_build_settings(ScheduleBuildSettings { ambiguity_detection: LogLevel::Error, ..Default::default() });
    let [s0, s1, s2, s3, s4, s5, s6] = Stage::ALL;
    schedule.configure_sets((s0, s1, s2, s3, s4, s5, s6).chain());
    schedule.add_systems((
        commands.in_set(Stage::Commands),
        insert.in_set(Stage::Insert),
        plan.in_set(Stage::Plan),
        apply.in_set(Stage::Apply),
        sense.in_set(Stage::Sensors),
        control.in_set(Stage::Controllers),
        measure.in_set(Stage::Measures),
    ));
    schedule
}

/// What commands change besides the scene.
#[derive(bevy::ecs::system::SystemParam)]
struct Commanded<'w> {
    traffic: ResMut<'w, Traffic>,
    halts: ResMut<'w, Halts>,
    waiting: ResMut<'w, Waiting>,
    paths: ResMut<'w, Paths>,
    navigator: ResMut<'w, Navigator>,
    controllers: ResMut<'w, Controllers>,
    sensors: ResMut<'w, SensorState>,
    measures: ResMut<'w, Measures>,
    entities: ResMut<'w, VehicleEntities>,
    workers: ResMut<'w, Workers>,
}

fn commands(
    mut scene: ResMut<SceneRes>,
    mut agenda: ResMut<Agenda>,
    clock: Res<Clock>,
    mut state: Commanded,
    mut profile: ResMut<Profile>,
) {
    profile.start(clock.step);
    if agenda.is_due(clock.now) {
        let scene = Arc::make_mut(&mut scene.0);
        let closures = scene.closures.clone();
        let broken: Vec<u32> = scene.faulty.iter().map(|f| f.channel).collect();
        for due in agenda.due(clock.now) {
            due.change(scene);
            state.controllers.order(scene, &due, clock.now);
        }
        state.follow(scene, closures != scene.closures);
        state.sensors.follow(scene, &broken, clock.now);
    }
    profile.lap(Stage::Commands);
}

impl Commanded<'_> {
    /// Brings the moving state into line with a changed scene; `lanes`: some have been closed or opened.
    fn follow(&mut self, scene: &Scene, lanes: bool) {
        self.measures.extend(scene);
        self.entities.0.resize(scene.departures.len(), None);
        if lanes {
            self.navigator.renew(scene);
            let (paths, search) = (&mut *self.paths, &mut self.workers.searches[0]);
            Detours { scene, navigator: &self.navigator, search, paths }.renew(
                &mut self.traffic,
                &mut self.halts,
                &mut self.waiting,
            );
        }
    }
}

#[allow(clippy::too_many_arguments, reason = "a system's parameters are what it touches")]
fn insert(
    scene: Res<SceneRes>,
    clock: Res<Clock>,
    lamps: Res<Lamps>,
    mut traffic: ResMut<Traffic>,
    mut waiting: ResMut<Waiting>,
    mut halts: ResMut<Halts>,
    (mut paths, mut navigator): (ResMut<Paths>, ResMut<Navigator>),
    mut workers: ResMut<Workers>,
    mut measures: ResMut<Measures>,
    mut entities: ResMut<VehicleEntities>,
    mut spawner: Commands,
    mut profile: ResMut<Profile>,
) {
    let (scene, now) = (&*scene.0, clock.now);
    halts.release(scene, &paths.table, &mut traffic, &mut measures, now + scene.setup.step);
    let mut entered = Vec::new();
    line_up(scene, &mut waiting, &navigator, &mut paths, &mut workers.searches[0], now);
    navigator.route(scene, &mut waiting, &mut paths, &mut workers.searches, now);
    waiting.insert(scene, &paths.table, &mut traffic, &lamps.shown, now, &mut entered);
    navigator.look(scene, &traffic, now);
    for (id, lane) in entered {
        let vehicle = traffic.lanes[lane.index()].vehicles.iter().find(|v| v.id == id);
        if let Some(v) = vehicle {
            measures.enter(v, lane, now);
        }
        entities.0[id.index()] = Some(spawner.spawn(VehicleEntity(id)).id());
    }
    profile.lap(Stage::Insert);
}

/// Puts everybody in line whose time has come; who cannot drive as planned because lanes are closed finds another way.
fn line_up(
    scene: &Scene,
    waiting: &mut Waiting,
    navigator: &Navigator,
    paths: &mut Paths,
    search: &mut Search,
    now: Millis,
) {
    waiting.line_up(scene, now, |id| {
        let mut path = paths.planned(scene, id);
        if scene.closures.any() && !navigator.looks_at_departure(scene, id) {
            path = Detours { scene, navigator, search, paths }.before_entering(id, path);
        }
        (path, paths.table.links(path)[0])
    });
}

#[allow(clippy::too_many_arguments, reason = "a system's parameters are what it touches")]
fn plan(
    scene: Res<SceneRes>,
    paths: Res<Paths>,
    clock: Res<Clock>,
    traffic: Res<Traffic>,
    lamps: Res<Lamps>,
    halts: Res<Halts>,
    mut workers: ResMut<Workers>,
    mut announcements: ResMut<Announcements>,
    mut profile: ResMut<Profile>,
) {
    let view = View {
        scene: &scene.0,
        routes: &paths.table,
        traffic: &traffic,
        lamps: &lamps.shown,
        halts: &halts,
        step: clock.step,
    };
    let parts = vec![(); workers.chunks.len()];
    workers.each(parts, |chunk, ()| plan_chunk(&view, chunk));
    announcements.clear();
    for (m, id, passage) in workers.chunks.iter().flat_map(|c| &c.announcements) {
        announcements.add(*m, *id, *passage);
    }
    profile.lap(Stage::Plan);
}

#[allow(clippy::too_many_arguments, reason = "a system's parameters are what it touches")]
fn apply(
    scene: Res<SceneRes>,
    paths: Res<Paths>,
    clock: Res<Clock>,
    lamps: Res<Lamps>,
    announcements: Res<Announcements>,
    mut traffic: ResMut<Traffic>,
    mut halts: ResMut<Halts>,
    mut workers: ResMut<Workers>,
    mut measures: ResMut<Measures>,
    mut profile: ResMut<Profile>,
) {
    let (scene, routes): (&Scene, &RouteTable) = (&scene.0, &paths.table);
    let traffic = &mut *traffic;
    let workers = &mut *workers;
    let cx = Context {
        scene,
        routes,
        lamps: &lamps.shown,
        halts: &halts,
        announcements: &announcements,
        step: clock.step,
        seed: scene.setup.seed,
    };
    measures.vehicle_steps += workers.chunks.iter().map(|c| c.plans.len() as u64).sum::<u64>();
    measures.approach_steps += workers.chunks.iter().map(|c| c.approaching as u64).sum::<u64>();
    let parts = Part::all(&workers.chunks, traffic);
    workers.each(parts, |chunk, part| apply_chunk(&cx, chunk, part));
    hand_over(scene, &workers.chunks, traffic);
    halts.take(scene, routes, traffic, &workers.chunks, clock.now + scene.setup.step);
    change_lanes(scene, routes, (&lamps.shown, clock.step), traffic, workers);
    measures.lane_changes += workers.chunks.iter().map(|c| c.changes as u64).sum::<u64>();
    profile.lap(Stage::Apply);
}

/// Lane changes. All see the other links as they are after moving: what others see of a lane is renewed afterwards.
fn change_lanes(
    scene: &Scene,
    routes: &RouteTable,
    (lamps, step): (&[Lamp], u32),
    traffic: &mut Traffic,
    workers: &mut Workers,
) {
    let (tails, storage, askew) = (&traffic.tails[..], &traffic.storage[..], &traffic.askew[..]);
    let parts = split(&workers.chunks, &mut traffic.lanes);
    workers.each(parts, |chunk, lanes| {
        chunk.changes = 0;
        chunk.changed.clear();
        chunk.begging.clear();
        for &(a, b) in &scene.change_links[chunk.change_links.clone()] {
            let (first, begging) = (a as usize, &mut chunk.begging);
            let lanes = &mut lanes[first - chunk.lanes.start..b as usize - chunk.lanes.start];
            let mut link = LinkLanes { scene, routes, tails, storage, lamps, step, askew, lanes, first, begging };
            let changes = link.change();
            if changes > 0 {
                chunk.changes += changes;
                chunk.changed.extend(a..b);
            }
        }
    });
    for &lane in workers.chunks.iter().flat_map(|c| &c.changed) {
        traffic.renew(scene, lane as usize);
    }
    traffic.find_askew(scene);
    traffic.begging.clear();
    traffic.begging.extend(workers.chunks.iter().flat_map(|c| &c.begging));
    traffic.begging.sort_by_key(|b| b.lane);
}

fn sense(
    scene: Res<SceneRes>,
    clock: Res<Clock>,
    traffic: Res<Traffic>,
    paths: Res<Paths>,
    mut sensors: ResMut<SensorState>,
    mut post: ResMut<Post>,
    mut profile: ResMut<Profile>,
) {
    let end = clock.now + scene.0.setup.step;
    sensors.sense(&scene.0, &traffic, end);
    sensors.late.drain(..).for_each(|event| post.delay(&scene.0, event));
    post.report(&scene.0, &paths.table, &traffic, end);
    profile.lap(Stage::Sensors);
}

fn control(
    scene: Res<SceneRes>,
    clock: Res<Clock>,
    sensors: Res<SensorState>,
    mut post: ResMut<Post>,
    mut controllers: ResMut<Controllers>,
    mut lamps: ResMut<Lamps>,
    mut profile: ResMut<Profile>,
) {
    controllers.advance(&scene.0, &sensors, &mut post, &mut lamps, clock.now + scene.0.setup.step);
    profile.lap(Stage::Controllers);
}

/// What the measuring stage keeps.
#[derive(bevy::ecs::system::SystemParam)]
struct Books<'w> {
    measures: ResMut<'w, Measures>,
    emissions: ResMut<'w, Emissions>,
    overlaps: ResMut<'w, Overlaps>,
    gridlocks: ResMut<'w, Gridlocks>,
    hash: ResMut<'w, StateHash>,
    entities: ResMut<'w, VehicleEntities>,
    profile: ResMut<'w, Profile>,
}

#[allow(clippy::too_many_arguments, reason = "a system's parameters are what it touches")]
fn measure(
    scene: Res<SceneRes>,
    mut clock: ResMut<Clock>,
    traffic: Res<Traffic>,
    halts: Res<Halts>,
    lamps: Res<Lamps>,
    (sensors, post): (Res<SensorState>, Res<Post>),
    controllers: Res<Controllers>,
    workers: Res<Workers>,
    (paths, navigator): (Res<Paths>, Res<Navigator>),
    mut books: Books,
    mut spawner: Commands,
) {
    let scene: &Scene = &scene.0;
    let now = clock.now + scene.setup.step;
    let step = clock.step + 1;
    let m = &mut *books.measures;
    let warm = now > scene.setup.measured_from();
    for chunk in &workers.chunks {
        for (lane, v) in &chunk.arrived {
            m.arrive(v, *lane, scene.arrival_position(v.id, *lane), now);
            if let Some(entity) = books.entities.0[v.id.index()].take() {
                spawner.entity(entity).despawn();
            }
        }
        for passed in chunk.passed.iter().filter(|_| warm) {
            let from = scene.network.movement(passed.movement).from;
            m.lanes[from.index()].flow += 1;
        }
        for &(lane, id) in &chunk.red_running {
            m.run_red(id, lane, now);
        }
    }
    m.running = m.inserted - m.arrived;
    books.emissions.take(scene, &traffic, &workers.chunks, warm);
    let collided = books.overlaps.look(scene, &traffic);
    m.collide(collided, &books.overlaps.latest, now);
    m.watch(scene, &lamps, &controllers.monitor, now);
    // Commit the clock first: everything below speaks of the end of the step.
    (clock.now, clock.step) = (now, step);
    let every = |seconds: i64| (now - scene.setup.begin).0 % (seconds * 1000) < scene.setup.step.0;
    if every(measures::SAMPLE_S) && warm {
        m.sample(scene, &traffic);
    }
    if every(gridlock::EVERY_S) {
        books.gridlocks.look(scene, &paths.table, &traffic, &halts, &lamps, step);
    }
    if every(hash::EVERY_S) {
        books.hash.link(step, (&traffic, &halts), &lamps, (&sensors, &post), &controllers, &navigator);
    }
    if m.resco_delay.is_none() && scene.setup.end.is_some_and(|end| now >= end) {
        m.resco_delay = m.resco_delay(scene, &traffic, &halts, now);
    }
    books.profile.lap(Stage::Measures);
}
