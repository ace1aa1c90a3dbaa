//! C7: the fundamental diagram in steady state, on a ring.

use std::sync::Arc;

use super::estimate::line;
use super::plot::{Mark, Plot, Series};
use super::world::{Trips, URBAN, World, standing_at};
use super::{Drivers, Effort, Estimate, FINER, Row, STEP, Section, Target};
use crate::demand::VehicleType;
use crate::network::{
    Direction, JunctionKind, JunctionSpec, LaneId, LaneSpec, LinkSpec, MovementSpec, Network, NetworkBuilder,
    Permissions, Point, RightOfWay,
};

/// Links of the ring.
const LINKS: usize = 10;
/// Length of the ring of the diagram, m: vehicles on it are densities per km.
const KILOMETRE: f32 = 1000.0;
/// When flows are measured, s: the last minute of six.
const MEASURED: std::ops::Range<f64> = 300.0..360.0;
/// Densities, veh/km: the free branch, around capacity, and the congested branch.
const DENSITIES: [usize; 13] = [10, 20, 30, 36, 38, 40, 42, 50, 60, 80, 100, 120, 130];
/// Density, veh/km, from which on the branch is congested for every model here.
const CONGESTED: usize = 60;

/// A ring of links that follow each other without junction interiors, in all `length` m long.
///
/// # Panics
/// If the length is none for lanes.
pub fn ring(length: f32) -> Arc<Network> {
    let each = length / LINKS as f32;
    let mut b = NetworkBuilder::default();
    let radius = f64::from(length) / core::f64::consts::TAU;
    let corner = |k: usize| {
        let angle = core::f64::consts::TAU * k as f64 / LINKS as f64;
        Point::new(radius * libm::cos(angle), radius * libm::sin(angle))
    };
    let made = "a ring's parts fit together";
    let junctions: Vec<_> = (0..LINKS)
        .map(|k| {
            let spec =
                JunctionSpec { id: format!("j{k}"), kind: JunctionKind::Priority, position: corner(k), shape: vec![] };
            b.junction(spec).expect(made)
        })
        .collect();
    let lanes: Vec<LaneId> = (0..LINKS)
        .map(|k| {
            let lane = LaneSpec {
                id: format!("r{k}_0"),
                length: Some(f64::from(each)),
                speed_limit: f64::from(URBAN),
                width: 3.2,
                grade: 0.0,
                permissions: Permissions::ALL,
                rules: Default::default(),
                shape: vec![corner(k), corner(k + 1)],
            };
            let link = LinkSpec {
                id: format!("r{k}"),
                from: Some(junctions[k]),
                to: Some(junctions[(k + 1) % LINKS]),
                internal: false,
                roundabout: false,
                priority: 1,
                lanes: vec![lane],
            };
            let link = b.link(link).expect(made);
            LaneId(b.lanes_of(link).start)
        })
        .collect();
    for k in 0..LINKS {
        b.movement(MovementSpec {
            from: lanes[k],
            to: lanes[(k + 1) % LINKS],
            via: None,
            direction: Direction::Straight,
            right_of_way: RightOfWay::Major,
            head: None,
            junction: junctions[(k + 1) % LINKS],
            request: None,
            keep_clear: false,
            visibility: 4.5,
        });
    }
    Arc::new(b.build().expect(made))
}

/// `n` standing vehicles spread evenly over a ring, each with a route of `rounds`.
pub fn ring_world(n: usize, length: f32, rounds: usize, car: VehicleType) -> World {
    let network = ring(length);
    let mut trips = Trips::new(&network, car);
    let names: Vec<String> = (0..LINKS).map(|k| format!("r{k}")).collect();
    let each = length / LINKS as f32;
    for i in (0..n).rev() {
        let x = (i as f32 + 0.5) * length / n as f32;
        let (k, at) = ((x / each) as usize, x % each);
        let links: Vec<&str> = (k..k + rounds * LINKS).map(|k| names[k % LINKS].as_str()).collect();
        trips.one(&format!("v{i}"), 0.0, &links, standing_at(at, 0));
    }
    trips.world("ring")
}

/// Flow, veh/h, with `n` vehicles on a ring of a kilometre: their density times their mean speed.
///
/// # Panics
/// If somebody has left the ring.
pub fn flow(n: usize, car: &VehicleType, step: f64) -> f64 {
    let (mut sum, mut steps) = (0.0, 0.0);
    let sim = ring_world(n, KILOMETRE, 12, car.clone()).step(step).until(MEASURED.end, |sim| {
        if sim.now().seconds() > MEASURED.start {
            sum += sim.traffic().vehicles().map(|(_, v)| f64::from(v.moved) / f64::from(sim.scene().dt)).sum::<f64>();
            steps += 1.0;
        }
    });
    assert_eq!(sim.traffic().count(), n, "everybody is on the ring");
    sum / steps / f64::from(KILOMETRE) * 3600.0
}

/// The diagram of some drivers, and the triangle it comes to.
struct Diagram {
    points: Vec<(f64, f64)>,
    capacity: f64,
    /// Speed of the congested branch's waves, km/h.
    wave: f64,
    /// Density at which nobody moves, veh/km.
    jam: f64,
    /// Greatest distance of a point from the drivers' own triangle, as a share of that.
    off: f64,
}

fn diagram(drivers: Drivers, step: f64) -> Diagram {
    use rayon::prelude::*;
    let car = drivers.alike();
    let points: Vec<(f64, f64)> = DENSITIES.par_iter().map(|&n| (n as f64, flow(n, &car, step))).collect();
    let congested: Vec<(f64, f64)> = points.iter().copied().filter(|p| p.0 >= CONGESTED as f64).collect();
    let (wave, at_zero) = line(&congested);
    // Where nearly nobody moves a small difference is a large share.
    let moving = points.iter().filter(|p| triangle(&car, p.0) > 100.0);
    let off = moving.map(|&(k, q)| (q / triangle(&car, k) - 1.0).abs()).fold(0.0, f64::max);
    let capacity = points.iter().map(|p| p.1).fold(0.0, f64::max);
    Diagram { capacity, wave, jam: -at_zero / wave, off, points }
}

/// The flow, veh/h, at a density, veh/km, of drivers who keep their speed, or their headway beyond the standing gap.
fn triangle(car: &VehicleType, k: f64) -> f64 {
    let free = f64::from(URBAN) * 3.6 * k;
    free.min((1.0 - k * (car.length + car.min_gap) / 1000.0) / car.tau * 3600.0)
}

/// The experiment.
pub fn run(_: Effort) -> Section {
    let (ours, finer) = (diagram(Drivers::Calibrated, STEP), diagram(Drivers::Calibrated, FINER));
    let others = Drivers::OTHERS.map(|d| (d, diagram(d, STEP)));
    let row = |id, what: &str, target, of: fn(&Diagram) -> f64| {
        let others = others.iter().map(|(d, m)| (*d, Estimate::exact(of(m)))).collect();
        let row = Row::new(id, what, target, Estimate::exact(of(&ours))).finer(Estimate::exact(of(&finer)));
        row.others(others).source("analytic: the model's own triangle")
    };
    let rows = vec![
        row("7a", "capacity", Target::about(1972.0, 0.05), |d| d.capacity).unit("veh/h", 0),
        row("7b", "jam density", Target::about(137.0, 0.05), |d| d.jam).unit("veh/km", 0),
        row("7c", "wave speed", Target::about(-20.2, 0.05), |d| d.wave).unit("km/h", 1),
        row("7d", "greatest distance from the triangle", Target::at_most(5.0), |d| 100.0 * d.off).unit("%", 1),
    ];
    let car = Drivers::Calibrated.alike();
    let analytic = (0..=137).map(|k| (f64::from(k), triangle(&car, f64::from(k)).max(0.0))).collect();
    let mut series = vec![Series::new("calibrated", Mark::Dots, ours.points)];
    series.extend(others.iter().map(|(d, m)| Series::new(d.name(), Mark::Dots, m.points.clone())));
    series.push(Series::new("analytic", Mark::Dashes, analytic));
    let plot = Plot::new("diagram", "Fundamental diagram in steady state", "density, veh/km", "flow, veh/h");
    Section {
        title: "Fundamental diagram",
        text: "Vehicles spread evenly over a ring of a kilometre, all drivers alike, 50 km/h; flow is density times \
               mean speed in the last of six minutes.",
        rows,
        plots: vec![plot.from_zero().with(series)],
    }
}
