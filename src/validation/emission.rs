//! E1–E4: fuel and CO₂ of the default car. These are not in the project's list of physical targets; their own letters keep
//! them apart.
//!
//! Terms
//! - **extra of a stop**: CO₂ of a trip with a stop less that of the same trip without, over the same way.
//! - **pulling**: the engine gives power; otherwise it idles.

use super::estimate::each_seed;
use super::plot::{Mark, Plot, Series};
use super::world::{Trips, World, road, rolling, standing_at};
use super::{Drivers, Effort, Estimate, FINER, Row, STEP, Section, Target};
use crate::demand::VehicleId;
use crate::emission::{EmissionClass, Engine, Model};
use crate::network::compose::NodeKind;

/// Road before and behind the line, m: enough to brake and to be at 50 km/h again.
const WAY: f64 = 500.0;
/// How long the stop of the comparison lasts, s.
const STANDS: f64 = 30.0;
/// Published models' extra of that stop, g: CIRCLES compact, VT-CPFM Civic, VT-Micro.
const PUBLISHED: [f64; 3] = [45.0, 69.0, 91.0];

fn engine(model: Model) -> Engine {
    Engine::new(EmissionClass::Car, model)
}

/// CO₂ by steady speed: km/h, g/km.
fn curve(model: Model) -> Vec<(f64, f64)> {
    let engine = engine(model);
    (5..=65).map(|v| 2.0 * f64::from(v)).map(|kmh| (kmh, engine.per_km(kmh / 3.6))).collect()
}

/// A car that drives up at 50 km/h to a signal which turns green at `green` s.
fn world(model: Model, green: f64, step: f64) -> World {
    let network = road(NodeKind::Signal, WAY, WAY, 1).signal("x", green, &[(250.0, &["in"]), (300.0, &[])]).build();
    let mut trips = Trips::new(&network, Drivers::Calibrated.alike());
    trips.one("car", 0.0, &["in", "out"], rolling());
    let mut world = trips.world("one stop").step(step);
    world.setup.emissions = Some(model);
    world
}

/// CO₂ of its trip, g, of that while standing, g, and how long it stood, s.
fn trip(model: Model, green: f64, step: f64) -> (f64, f64, f64) {
    let sim = world(model, green, step).drain(green + 300.0, |_| {});
    let burnt = sim.emissions().books().expect("they are kept").of(VehicleId::new(0));
    (burnt.co2, burnt.idle, f64::from(sim.measures().trips[0].waiting))
}

/// Extra of a stop that ends with a green at `green` s: how long the car stands, s, and grams.
fn extra(model: Model, green: f64, step: f64) -> (f64, f64) {
    // It comes to the line after 36 s: at once green, and it never slows down.
    let free = trip(model, 0.0, step);
    let stop = trip(model, green, step);
    (stop.2, stop.0 - free.0)
}

/// Extra of a stop of 30 s, g.
fn of_the_stop(model: Model, step: f64) -> f64 {
    let (stood, grams) = extra(model, 80.0, step);
    grams + (STANDS - stood) * engine(model).idle()
}

/// Energy that the engine gave by its fuel, over what the motion took: a car starts and drives on.
fn energy(step: f64) -> f64 {
    let law = EmissionClass::Car.power_law().expect("a car burns fuel");
    let (r, [idle, linear, square]) = (law.resistance, law.alpha);
    let network = road(NodeKind::Priority, WAY, WAY, 1).build();
    let mut trips = Trips::new(&network, Drivers::Calibrated.alike());
    trips.one("car", 0.0, &["in", "out"], standing_at(10.0, 0));
    let mut world = trips.world("start").step(step);
    world.setup.emissions = Some(Model::Cpfm);
    let (mut burnt, mut speed, mut given, mut taken) = (0.0, 0.0, 0.0, 0.0);
    world.until(50.0, |sim| {
        let Some((_, v)) = sim.find(VehicleId::new(0)) else { return };
        let now = sim.emissions().books().expect("they are kept").of(VehicleId::new(0)).fuel;
        let above = (now - burnt) / step - idle;
        // The power with which so much is burnt: α₁P + α₂P² = rate above idle.
        let power = 2.0 * above / (linear + libm::sqrt(linear * linear + 4.0 * square * above));
        let after = f64::from(v.speed);
        let force = |v: f64| r.force(v) * v;
        let resisted = (force(speed) + 4.0 * force(0.5 * (speed + after)) + force(after)) / 6.0 * step;
        given += power * step;
        taken += (0.5 * 1.04 * r.mass * (after * after - speed * speed) + resisted) / (1000.0 * r.driveline);
        (burnt, speed) = (now, after);
    });
    given / taken
}

/// Share of idling in the extra of stops of `seeds` lengths, and that extra: how long it stands, s, grams.
fn by_length(model: Model, effort: Effort) -> Vec<(f64, f64)> {
    let number = if effort.quick { 4 } else { 12 };
    each_seed(number, |i| extra(model, 45.0 + 90.0 * (i - 1) as f64 / (number - 1) as f64, STEP))
}

/// The experiment.
pub fn run(effort: Effort) -> Section {
    let ours = curve(Model::Cpfm);
    let (best, least) = ours.iter().copied().min_by(|a, b| a.1.total_cmp(&b.1)).unwrap_or((f64::NAN, f64::NAN));
    let bend = ours.windows(3).map(|w| w[0].1 - 2.0 * w[1].1 + w[2].1).fold(f64::INFINITY, f64::min);
    let exact = Estimate::exact;
    let row = |id, what: &str, least, most, value| Row::new(id, what, Target::between(least, most), exact(value));
    let rows = vec![
        row("E1", "CO₂ of the default car while standing", 0.35, 1.0, engine(Model::Cpfm).idle())
            .unit("g/s", 2)
            .source("US DOE Fact 861: compact to large sedan"),
        row("E2a", "steady speed with the least CO₂ per km", 50.0, 80.0, best).unit("km/h", 0).source("issue 7"),
        row("E2b", "CO₂ per km at that speed", 110.0, 170.0, least).unit("g/km", 0).source("issue 7"),
        row("E2c", "least bend of CO₂ per km over speed (0: convex)", 0.0, f64::INFINITY, bend)
            .unit("g/km per (2 km/h)²", 4)
            .source("power-based form"),
        row(
            "E3",
            "extra CO₂ of a stop from 50 km/h that lasts 30 s",
            PUBLISHED[0],
            PUBLISHED[2],
            of_the_stop(Model::Cpfm, STEP),
        )
        .finer(exact(of_the_stop(Model::Cpfm, FINER)))
        .unit("g", 0)
        .source("between CIRCLES compact (45), VT-CPFM Civic (69) and VT-Micro (91)"),
        row("E4", "energy out of fuel / energy that the motion took, start to 50 km/h", 0.995, 1.005, energy(STEP))
            .finer(exact(energy(FINER)))
            .unit("", 4)
            .source("conservation of energy"),
    ];
    let cruise = Plot::new("emission_speed", "CO₂ at a steady speed, default car", "speed, km/h", "CO₂, g/km")
        .note("CPFM: our parameters, idle from measured fleets; VT-Micro: as published, its idle is 1.01 g/s")
        .from_zero()
        .with([Series::new("CPFM", Mark::Line, ours), Series::new("VT-Micro", Mark::Line, curve(Model::VtMicro))]);
    let published = PUBLISHED.iter().map(|&g| (STANDS, g)).collect();
    let stops = Plot::new("emission_stop", "What a stop from 50 km/h costs", "time standing, s", "extra CO₂, g")
        .note("one car, measured; the slope is the idle. Dots: CIRCLES compact, VT-CPFM Civic, VT-Micro as published")
        .from_zero()
        .with([
            Series::new("CPFM", Mark::Line, by_length(Model::Cpfm, effort)),
            Series::new("VT-Micro", Mark::Line, by_length(Model::VtMicro, effort)),
            Series::new("published, 30 s", Mark::Dots, published),
        ]);
    Section {
        title: "Fuel and CO₂",
        text: "The default car: what its engine burns while standing, at steady speeds, and in a stop before a signal \
               that the simulation drives; fuel is power, and power is what the motion takes.",
        rows,
        plots: vec![cruise, stops],
    }
}
