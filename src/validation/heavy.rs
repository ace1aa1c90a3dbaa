//! C4: what heavy vehicles cost, in passenger cars.
//!
//! Terms
//! - **E_T**: how many cars take as long as one heavy vehicle: with a share p of them a mixed queue's headway is
//!   1 + p (E_T − 1) times that of cars (HCM 7, chapter 19).

use super::discharge::{GREEN_AT, QUEUE, SATURATED, headways, saturation};
use super::estimate::each_seed;
use super::world::{Trips, World, lane, road, standing_at};
use super::{Drivers, Effort, Estimate, FINER, Row, STEP, Section, Target};
use crate::demand::{FollowingModel, Timing, VehicleType};
use crate::network::VehicleClass;
use crate::network::compose::NodeKind;
use crate::random::{Purpose, uniform};

/// Share of heavy ones.
const SHARE: f32 = 0.3;

/// A heavy vehicle as scenarios have it.
fn heavy(class: VehicleClass) -> VehicleType {
    VehicleType::sumo(class.name(), class).with_model(FollowingModel::Calibrated)
}

/// A queue before a signal in which some are trucks, if any are.
fn world(trucks: bool, seed: u64) -> World {
    let network =
        road(NodeKind::Signal, 600.0, 600.0, 1).signal("x", GREEN_AT, &[(200.0, &["in"]), (100.0, &[])]).build();
    let mut at = network.lane(lane(&network, "in", 0)).length - 1.0;
    let mut trips = Trips::new(&network, Drivers::Calibrated.car());
    trips.demand.types.extend([VehicleClass::Truck, VehicleClass::Trailer].map(heavy));
    for i in 0..QUEUE {
        let draw = uniform(seed, i as u64, Purpose::Type, 0);
        let kind = if !trucks || draw >= SHARE { 0 } else { 1 + usize::from(draw < 0.5 * SHARE) };
        let manner = standing_at(at, 0);
        trips.add(&format!("q{i}"), Timing::Once(super::world::s(0.0)), kind, &["in", "out"], manner);
        at -= (trips.demand.types[kind].length + trips.demand.types[kind].min_gap) as f32;
    }
    trips.world("queue with trucks").seed(seed)
}

/// Share of trucks among those whose headways count, and the mean headway, s.
fn headway(trucks: bool, step: f64, seed: u64) -> (f64, f64) {
    let world = world(trucks, seed).step(step);
    let sources = &world.demand.sources[SATURATED];
    let heavy = sources.iter().filter(|s| s.types[0].0.index() > 0).count();
    (heavy as f64 / sources.len() as f64, 3600.0 / saturation(&headways(&world)))
}

/// E_T: means of mixed and car queues of the same drivers, over all seeds.
fn equivalent(step: f64, seeds: u64) -> Estimate {
    // A quotient of means: some blocks of seeds give the interval.
    let blocks = seeds.clamp(2, 10);
    let all = each_seed(seeds.max(blocks) * 4, |seed| (headway(true, step, seed), headway(false, step, seed).1));
    let of = |block: u64| {
        let mine = all.iter().skip(block as usize).step_by(blocks as usize);
        let (mut share, mut mixed, mut cars, mut n) = (0.0, 0.0, 0.0, 0.0);
        for &((p, h), car) in mine {
            (share, mixed, cars, n) = (share + p, mixed + h, cars + car, n + 1.0);
        }
        1.0 + (mixed / cars - 1.0) / (share / n)
    };
    Estimate::of(&(0..blocks).map(of).collect::<Vec<_>>())
}

/// The experiment.
pub fn run(effort: Effort) -> Section {
    let row = Row::new(
        "4",
        "passenger-car equivalent of trucks and trailers, half and half",
        Target::about(2.0, 0.15),
        equivalent(STEP, effort.seeds),
    )
    .finer(equivalent(FINER, effort.seeds))
    .source("HCM 7, E_T = 2");
    Section {
        title: "Heavy vehicles",
        text: "A queue discharges in which three in ten are trucks or trailers, drawn anew for each seed, beside one of \
               cars.",
        rows: vec![row],
        plots: Vec::new(),
    }
}
