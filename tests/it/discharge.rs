//! Discharge of a queue at a signal (validation suite C1–C3, C20).

use std::sync::Arc;

use intergreen::demand::{FollowingModel, Timing, VehicleType};
use intergreen::validation::discharge::{self, GREEN_AT, QUEUE, lost_time, saturation};

use super::worlds::{World, alike, alike_by, lane, rolling, s};

/// The queue of the validation suite on 400 m.
fn queue_world(car: VehicleType) -> World {
    discharge::queue_world(car, 400.0, QUEUE, 200.0)
}

/// Headways at the stop line, s; everybody crosses within 80 s of green.
fn headways(world: &World) -> Vec<f64> {
    let headways = discharge::headways(world);
    assert_eq!(headways.len(), QUEUE, "crosses within 80 s of green");
    headways
}

/// C1–C3 for drivers who are all alike, at three steps. The bounds are those of the validation suite.
#[test]
fn queues_discharge_as_the_highway_capacity_manual_says() {
    for dt in [0.1, 0.25, 0.5] {
        let h = headways(&queue_world(alike()).step(dt));
        let (flow, lost) = (saturation(&h), lost_time(&h));
        println!("dt {dt}: {flow:.0} veh/h, lost {lost:.2} s, headways {h:.2?}");
        assert!((flow / 1900.0 - 1.0).abs() <= 0.05, "dt {dt}: saturation flow {flow:.0} veh/h");
        assert!((lost - 2.0).abs() <= 0.5, "dt {dt}: start-up lost time {lost:.2} s");
        // From the second vehicle on; 10 ms for the interpolation inside a step.
        assert!(h[1..].windows(2).all(|w| w[1] <= w[0] + 0.01), "dt {dt}: headways not monotone: {h:.3?}");
        assert!((2.5..=3.1).contains(&h[1]), "dt {dt}: h2 {:.2}", h[1]);
        assert!((2.1..=2.4).contains(&h[3]), "dt {dt}: h4 {:.2}", h[3]);
        // The saturation headway is a mean. One by one h8 and h9 are still 7 and 6 % above 1.89 s (the free
        // acceleration fades towards 50 km/h); from h10 on every single one is within the bound.
        let late = h[7..20].iter().sum::<f64>() / 13.0;
        assert!((late / 1.89 - 1.0).abs() <= 0.05, "dt {dt}: mean of h8–h20 {late:.3}");
        let off = h[9..20].iter().map(|h| (h / 1.89 - 1.0).abs()).fold(0.0, f64::max);
        assert!(off <= 0.05, "dt {dt}: h10 and later: {:.3?}", &h[9..20]);
    }
}

/// C1, C2 with the default variation of speeds and headways: means over 30 seeds.
#[test]
fn varied_drivers_discharge_alike_on_average() {
    const SEEDS: u64 = 30;
    let world = queue_world(VehicleType::calibrated("car")).step(0.5);
    let all: Vec<(f64, f64)> = (1..=SEEDS)
        .map(|seed| headways(&world.clone().seed(seed)))
        .map(|h| (h[10..20].iter().sum::<f64>() / 10.0, lost_time(&h)))
        .collect();
    let mean = |f: fn(&(f64, f64)) -> f64| all.iter().map(f).sum::<f64>() / SEEDS as f64;
    let (headway, lost) = (mean(|a| a.0), mean(|a| a.1));
    let spread = (all.iter().map(|a| (a.0 - headway) * (a.0 - headway)).sum::<f64>() / (SEEDS - 1) as f64).sqrt();
    let half = 2.05 * spread / (SEEDS as f64).sqrt();
    println!("{:.0} veh/h (headway {headway:.3} ± {half:.3} s), lost {lost:.2} s", 3600.0 / headway);
    assert!((3600.0 / headway / 1900.0 - 1.0).abs() <= 0.05, "saturation flow {:.0} veh/h", 3600.0 / headway);
    assert!((lost - 2.0).abs() <= 0.5, "start-up lost time {lost:.2} s");
}

/// Drivers who come up to a red lamp stand a metre before it and at their minimum gap behind each other, to 6 cm (the
/// last centimetres are crept in long steps), and brake comfortably: meant are 2 m/s²; what a step
/// of 1 s takes beyond that stays below the 4.5 that SUMO calls comfortable (measured: 2.5, 2.6, 4.1).
#[test]
fn queues_form_at_the_minimum_gap() {
    for (dt, hardest) in [(0.1, -2.7), (0.5, -2.8), (1.0, -4.5)] {
        let mut world = queue_world(alike()).step(dt);
        let mut demand = (*world.demand).clone();
        for (i, source) in demand.sources.iter_mut().enumerate() {
            source.timing = Timing::Once(s(GREEN_AT + 206.0 + 5.0 * i as f64));
            source.manner = rolling();
        }
        demand.sources.truncate(8);
        world.demand = Arc::new(demand);
        world.setup.begin = s(GREEN_AT + 206.0);
        let mut braking = 0.0_f32;
        let sim = world.until(GREEN_AT + 304.0, |sim| {
            braking = sim.traffic().vehicles().map(|(_, v)| v.accel).fold(braking, f32::min);
        });
        let line = lane(&world.network, "in", 0);
        let queue = &sim.traffic().lanes[line.index()].vehicles;
        assert_eq!(queue.len(), 8);
        let before = sim.scene().lanes[line.index()].length - queue[0].position;
        assert!((before - 1.0).abs() < 0.06, "dt {dt}: the first stands {before} m before the line");
        for w in queue.windows(2) {
            let gap = w[0].back() - w[1].position;
            assert!((gap - 2.5).abs() < 0.06, "dt {dt}: gap {gap} m");
        }
        assert!(braking > hardest, "dt {dt}: brakes at {braking} m/s²");
    }
}

/// C20: the ballistic update converges. 1 % is the suite's bound for 0.25 and 0.1 s, 2 % for 0.5 s.
#[test]
fn discharge_converges_with_the_step() {
    for model in [FollowingModel::Calibrated, FollowingModel::Idm] {
        let world = queue_world(VehicleType { model, ..alike() });
        let finest = saturation(&headways(&world.clone().step(0.05)));
        for (dt, bound) in [(0.5, 0.02), (0.25, 0.01), (0.1, 0.01)] {
            let flow = saturation(&headways(&world.clone().step(dt)));
            println!("{model:?} dt {dt}: {flow:.1} against {finest:.1} veh/h");
            assert!((flow / finest - 1.0).abs() < bound, "{model:?} dt {dt}: {flow:.1} against {finest:.1} veh/h");
        }
    }
}

/// The models discharge as their equations do: science.md's calibration table, computed apart from this code.
/// 1.5 % and 0.5 s: the table does not say where the first vehicle stands, and its first two headways are together up
/// to 0.35 s longer than here, from the third on they agree to 0.02 s.
#[test]
fn models_discharge_as_computed_elsewhere() {
    let idm = |accel: f64, tau: f64, decel: f64, min_gap: f64| VehicleType {
        model: FollowingModel::Idm,
        accel,
        tau,
        decel,
        apparent_decel: decel,
        min_gap,
        ..alike()
    };
    let krauss = |model| VehicleType { length: 4.8, ..alike_by(model) };
    let rows = [
        ("IIDM/ACC (2.5, 1.3, 2, 2.5)", alike(), 1877.0, 2.02),
        ("IDM (2.2, 1.0, 2, 2.5)", idm(2.2, 1.0, 2.0, 2.5), 1880.0, 2.14),
        ("IDM (1.5, 1.0, 2, 2)", idm(1.5, 1.0, 2.0, 2.0), 1872.0, 3.27),
        ("Krauss", krauss(FollowingModel::Krauss), 2308.0, -0.1),
        ("KraussOrig1", krauss(FollowingModel::KraussOrig1), 2308.0, -0.1),
    ];
    for (name, car, flow_wanted, lost_wanted) in rows {
        let h = headways(&queue_world(car).step(0.1));
        let (flow, lost) = (saturation(&h), lost_time(&h));
        println!("{name}: {flow:.0} veh/h, lost {lost:.2} s, headways {:.2?}", &h[..10]);
        assert!((flow / flow_wanted - 1.0).abs() < 0.015, "{name}: {flow:.0} veh/h, expected {flow_wanted}");
        assert!((lost - lost_wanted).abs() < 0.5, "{name}: lost {lost:.2} s, expected {lost_wanted}");
    }
}
