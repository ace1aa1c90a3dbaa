//! Fuel and CO₂ of a run, by vehicle and by link: read off the vehicles after they have moved. Nothing looks at these books
//! in the step, and the state hash leaves them out: a run is the same with and without them.
//!
//! What a vehicle burns in a step counts on the link on which its front ends up. Sums are formed in the order of lanes and
//! of vehicles on them, which does not depend on threads. Who is parked beside the road has switched off its engine; who
//! waits to enter is not there yet.

use bevy::ecs::prelude::Resource;
use serde::{Deserialize, Serialize};

use super::apply::HALTING;
use super::chunk::Chunk;
use super::scene::Scene;
use super::state::{Traffic, Vehicle};
use crate::demand::VehicleId;
use crate::emission::{Engine, Motion};
use crate::network::LaneId;

/// What was burnt.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Burnt {
    /// Fuel, litres.
    pub fuel: f64,
    /// CO₂, grams.
    pub co2: f64,
    /// Of that, while it stood (below 0.1 m/s at the end of a step, as in waiting times; scheduled stops on the road
    /// included), grams.
    pub idle: f64,
}

impl Burnt {
    /// Adds another one.
    pub fn add(&mut self, other: &Self) {
        self.fuel += other.fuel;
        self.co2 += other.co2;
        self.idle += other.idle;
    }

    /// Share of the CO₂ that was emitted while standing; `None` without any.
    pub fn idle_share(&self) -> Option<f64> {
        (self.co2 > 0.0).then(|| self.idle / self.co2)
    }
}

/// Who burnt how much, and where.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct EmissionBooks {
    /// By vehicle.
    pub vehicles: Vec<Burnt>,
    /// By link, roads inside junctions included; of the time after the warm-up.
    pub links: Vec<Burnt>,
}

/// The books, if they are kept.
#[derive(Resource, Clone, Debug, Default)]
pub struct Emissions {
    /// By vehicle type.
    engines: Vec<Engine>,
    books: Option<EmissionBooks>,
}

impl Emissions {
    /// Empty books, if the setup names a model.
    pub fn new(scene: &Scene) -> Self {
        let books = scene.setup.emissions.map(|_| EmissionBooks {
            vehicles: vec![Burnt::default(); scene.departures.len()],
            links: vec![Burnt::default(); scene.network.links.len()],
        });
        Self::with(scene, books)
    }

    /// With books of such a run.
    pub(super) fn with(scene: &Scene, books: Option<EmissionBooks>) -> Self {
        let engines = scene
            .setup
            .emissions
            .map_or_else(Vec::new, |model| scene.types.iter().map(|t| Engine::new(t.emission, model)).collect());
        Self { engines, books }
    }

    /// The books; `None` if they are not kept.
    pub fn books(&self) -> Option<&EmissionBooks> {
        self.books.as_ref()
    }

    /// Takes in the step that has just been made; `warm`: the warm-up is over.
    pub fn take(&mut self, scene: &Scene, traffic: &Traffic, chunks: &[Chunk], warm: bool) {
        let Some(books) = &mut self.books else { return };
        // Room for everybody whom surges have added.
        books.vehicles.resize(scene.departures.len(), Burnt::default());
        let dt = f64::from(scene.dt);
        let mut burn = |v: &Vehicle, lane: usize| {
            let engine = &self.engines[usize::from(v.kind)];
            let after = f64::from(v.speed);
            let before = (after - f64::from(v.accel) * dt).max(0.0);
            let fuel = engine.litres(&Motion {
                before,
                after,
                moved: f64::from(v.moved),
                dt,
                grade: scene.grade(LaneId::new(lane)),
            });
            let co2 = engine.grams_per_litre() * fuel;
            let burnt = Burnt { fuel, co2, idle: if v.speed < HALTING { co2 } else { 0.0 } };
            books.vehicles[v.id.index()].add(&burnt);
            burnt
        };
        let mut lane = |lane: usize, sum: &Burnt| {
            if warm {
                books.links[scene.lanes[lane].link as usize].add(sum);
            }
        };
        for (l, here) in traffic.lanes.iter().enumerate().filter(|(_, here)| !here.vehicles.is_empty()) {
            let mut sum = Burnt::default();
            here.vehicles.iter().for_each(|v| sum.add(&burn(v, l)));
            lane(l, &sum);
        }
        for (l, v) in chunks.iter().flat_map(|c| &c.arrived) {
            lane(l.index(), &burn(v, l.index()));
        }
    }

    /// What everybody has burnt who departed after the warm-up; `None` if no books are kept.
    pub fn total(&self, scene: &Scene) -> Option<Burnt> {
        let books = self.books.as_ref()?;
        let mut total = Burnt::default();
        let measured = |i: &usize| scene.is_measured(VehicleId::new(*i));
        (0..books.vehicles.len()).filter(measured).for_each(|i| total.add(&books.vehicles[i]));
        Some(total)
    }
}

impl EmissionBooks {
    /// What a vehicle has burnt.
    pub fn of(&self, id: VehicleId) -> Burnt {
        // Surges add vehicles between steps.
        self.vehicles.get(id.index()).copied().unwrap_or_default()
    }

    /// What was burnt on a lane's link.
    pub fn on(&self, scene: &Scene, lane: LaneId) -> &Burnt {
        &self.links[scene.lanes[lane.index()].link as usize]
    }
}
