//! Single functions of the car-following models, and properties they must have whatever the numbers.

use intergreen::behaviour::following::{calibrated, gipps, idm, krauss};
use intergreen::behaviour::{Driver, Leader};
use intergreen::demand::FollowingModel;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use super::worlds::{URBAN, alike, alike_by};

const MODELS: [FollowingModel; 6] = [
    FollowingModel::Calibrated,
    FollowingModel::Idm,
    FollowingModel::IdmPlus,
    FollowingModel::Gipps,
    FollowingModel::Krauss,
    FollowingModel::KraussOrig1,
];

/// A driver with the default parameters of a model.
fn driver(model: FollowingModel, dt: f32) -> Driver {
    let kind = if model == FollowingModel::Calibrated { alike() } else { alike_by(model) };
    Driver::new(&kind, dt)
}

fn near(a: f32, b: f32, tolerance: f32) {
    assert!((a - b).abs() <= tolerance, "{a} is not {b} ± {tolerance}");
}

/// Braking from 10 m/s at 4.5 m/s² in steps of 1 s covers 5.5 + 1 m; in fine steps it tends to v²/2b = 11.1 m less
/// half a step's way.
#[test]
fn krauss_brakes_over_whole_steps() {
    near(krauss::brake_gap(10.0, 4.5, 1.0), 6.5, 1e-4);
    near(krauss::brake_gap(10.0, 4.5, 0.01), 100.0 / 9.0 - 0.05, 0.01);
    near(krauss::brake_gap(0.0, 4.5, 1.0), 0.0, 0.0);
}

/// The safe speed uses up its gap: standing after it, braking from the first step on, leaves nothing and takes
/// nothing. 1 cm for the slack of a millimetre and rounding.
#[test]
fn krauss_stops_exactly_where_it_may() {
    for dt in [0.1, 0.5, 1.0] {
        let d = driver(FollowingModel::Krauss, dt);
        for gap in [0.5, 3.0, 10.0, 37.0, 80.0] {
            let mut left = gap;
            let mut v = krauss::stop_speed(gap, d.decel, dt, dt);
            for _ in 0..10_000 {
                left -= v * dt;
                v = krauss::stop_speed(left, d.decel, dt, dt).min(v);
            }
            assert!((-1e-4..0.01).contains(&left), "dt {dt}, gap {gap}: {left} m left");
        }
    }
}

/// Dawdling takes between nothing and σ·a·dt, and less from who is just starting.
#[test]
fn dawdling_stays_in_its_range() {
    let mut d = driver(FollowingModel::Krauss, 1.0);
    d.sigma = 0.5;
    near(krauss::dawdle(&d, 10.0, 0.0), 10.0, 0.0);
    near(krauss::dawdle(&d, 10.0, 1.0), 10.0 - 0.5 * 2.6, 1e-5);
    near(krauss::dawdle(&d, 1.0, 1.0), 0.5, 1e-6);
    near(krauss::dawdle(&d, 0.0, 1.0), 0.0, 0.0);
}

/// The original formula, by hand: −bτ + √(b²τ² + v_l² + 2bg) for b 4.5, τ 1, v_l 10, g 20 is 12.83 m/s.
#[test]
fn the_original_krauss_formula_is_as_published() {
    let d = driver(FollowingModel::KraussOrig1, 1.0);
    let leader = Leader { gap: 20.0, speed: 10.0, accel: 0.0, decel: 4.5 };
    near(krauss::follow_original(&d, 1.0, &leader), 12.828, 0.01);
}

/// Gipps, by hand: free at half of V 2.5·1.7·0.5·√0.525 is 1.540 m/s²; safe behind a leader who drives 10 m/s, 20 m ahead,
/// at 10 m/s with b 3.4, b̂ 3.2 and τ 2/3: −2.267 + √(5.138 + 3.4·(40 − 6.667 + 31.25)) is 12.72 m/s.
#[test]
fn gipps_is_as_published() {
    let d = driver(FollowingModel::Gipps, 0.1);
    near(gipps::free(&d, 7.0, 14.0), 1.540, 1e-3);
    let leader = Leader { gap: 20.0, speed: 10.0, accel: 0.0, decel: 3.2 };
    near(gipps::safe(&d, 10.0, 2.0 / 3.0, &leader), 12.724, 0.01);
    // Nobody is asked to drive backwards.
    near(gipps::safe(&d, 10.0, 2.0 / 3.0, &Leader { gap: 0.0, speed: 0.0, ..leader }), 0.0, 0.0);
}

/// IDM, by hand: at the desired gap behind an equally fast leader the interaction is −a; at rest it starts with a.
#[test]
fn idm_is_as_published() {
    let d = driver(FollowingModel::Idm, 0.1);
    let (v, tau) = (10.0, 1.0);
    let leader = Leader { gap: v * tau, speed: v, accel: 0.0, decel: d.decel };
    near(idm::follow(&d, v, 1e6, tau, &leader), 0.0, 1e-3);
    near(idm::free(&d, 0.0, URBAN), d.accel, 1e-6);
    near(idm::free(&d, URBAN, URBAN), 0.0, 1e-5);
}

/// IIDM in equilibrium (gap v·T) keeps its speed at every speed, which plain IDM does not near the desired speed.
#[test]
fn the_calibrated_model_has_the_triangle_as_its_equilibrium() {
    let d = driver(FollowingModel::Calibrated, 0.1);
    for v in [1.0, 5.0, 10.0, 13.0] {
        let leader = Leader { gap: v * 1.3, speed: v, accel: 0.0, decel: d.decel };
        near(calibrated::follow(&d, v, URBAN, 1.3, &leader), v, 1e-3);
    }
}

/// Every model comes to a stand before a line it approaches, and near it: within 3 m for models that keep their
/// standing distance only in the limit, and never beyond it. All but Krauss count the standing gap from the line.
#[test]
fn every_model_stops_before_a_line() {
    for model in MODELS {
        for dt in [0.1, 0.5, 1.0] {
            let d = driver(model, dt);
            let (mut left, mut v) = (200.0_f32, URBAN);
            for _ in 0..(120.0 / dt) as usize {
                let next = d.free(v, URBAN).min(d.stop(v, URBAN, 1.3, left, d.decel)).max(v - d.emergency * dt);
                let next = if d.ballistic() { next } else { next.max(0.0) };
                let (moved, speed) = d.advance(v, next);
                (left, v) = (left - moved, speed);
            }
            assert!(v < 0.05, "{model:?} dt {dt}: still {v} m/s");
            // IDM creeps asymptotically; a gap of its own to the wall is included in `stop`, so zero is right.
            assert!((-0.3..3.0).contains(&left), "{model:?} dt {dt}: {left} m left");
        }
    }
}

/// The reach of the tests: speeds to 130 km/h, steps to 1 s.
fn situation() -> impl Strategy<Value = (f32, f32, f32, f32, f32, f32)> {
    (0.0..36.0_f32, 3.0..36.0_f32, 0.0..36.0_f32, -3.0..300.0_f32, -9.0..3.0_f32, 0.05..1.0_f32)
}

proptest! {
    // The seed is fixed: a test that fails on some days only is none.
    #![proptest_config(ProptestConfig {
        cases: 2_000,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(1),
        ..ProptestConfig::default()
    })]

    /// No model returns NaN, or more than it can accelerate; whatever it returns can be driven.
    #[test]
    fn next_speeds_are_sane((v, v0, vl, gap, al, dt) in situation()) {
        for model in MODELS {
            let d = driver(model, dt);
            let leader = Leader { gap, speed: vl, accel: al, decel: d.decel };
            let all = [d.free(v, v0), d.follow(v, v0, 1.0, &leader), d.stop(v, v0, 1.0, gap.max(0.0), d.decel),
                d.slow(v, gap.max(0.0), vl)];
            for (i, next) in all.into_iter().enumerate() {
                prop_assert!(next.is_finite(), "{model:?} function {i}: {next}");
            }
            for next in &all[..3] {
                // Above its desired speed a vehicle only slows down; 1e-3 is rounding of a sum of this size.
                prop_assert!(*next <= d.max_next(v.min(d.max_speed)) + 1e-3, "{model:?}: {next} from {v}");
            }
            let (moved, speed) = d.advance(v, all[0].min(all[1]).max(v - d.emergency * dt));
            prop_assert!(speed.is_finite() && moved.is_finite());
            if d.ballistic() {
                prop_assert!(speed >= 0.0 && moved >= 0.0, "{model:?}: {speed} m/s, {moved} m");
            }
        }
    }

    /// Free flow never goes beyond the desired speed from below it, to a step's overshoot of rounding.
    #[test]
    fn nobody_accelerates_beyond_the_desired_speed(share in 0.0..1.0_f32, v0 in 3.0..36.0_f32, dt in 0.05..0.5_f32) {
        for model in MODELS {
            let d = driver(model, dt);
            let v = share * v0;
            prop_assert!(d.free(v, v0) <= v0 + 1e-3, "{model:?}: {} from {v}, v0 {v0}", d.free(v, v0));
        }
    }

    /// Collision safety (science.md): six cars in steady state, the first brakes at −8 m/s² to a stand, steps up to
    /// 1 s. Nobody overlaps. Excluded: cut-ins below the safe gap, leaders that brake harder than 9 m/s² (what the
    /// clamp reckons with), and Krauss drivers behind a leader that brakes harder than their own 4.5 m/s² unless
    /// their emergency braking is used, as here.
    #[test]
    fn a_platoon_behind_an_emergency_stop_does_not_collide(
        share in 0.3..0.95_f32, start in 0.0..5.0_f32, step in 0usize..5, spare in 1.0..1.5_f32,
    ) {
        let dt = [0.1, 0.25, 0.5, 0.8, 1.0][step];
        for model in MODELS {
            let d = driver(model, dt);
            let tau = if model == FollowingModel::Calibrated { 1.3 } else { 1.0 };
            let gap = smallest_overlap_free(&d, share * URBAN, tau, start, spare);
            prop_assert!(gap > 0.0, "{model:?} dt {dt}: gap {gap} m");
        }
    }
}

/// Smallest gap, bumper to bumper, in a platoon of six while its leader brakes at 8 m/s² from `start` s on.
fn smallest_overlap_free(d: &Driver, v: f32, tau: f32, start: f32, spare: f32) -> f32 {
    let space = d.length + d.min_gap + v * tau * spare;
    let mut cars: Vec<(f32, f32, f32)> = (0..6).map(|i| (-(i as f32) * space, v, 0.0)).collect();
    let mut least = f32::INFINITY;
    for step in 0..(40.0 / d.dt) as usize {
        let old = cars.clone();
        for (i, car) in cars.iter_mut().enumerate() {
            let (x, v, _) = old[i];
            let next = if i == 0 {
                if step as f32 * d.dt < start { v } else { v - 8.0 * d.dt }
            } else {
                let (xl, vl, al) = old[i - 1];
                let leader =
                    Leader { gap: xl - d.length - x - d.min_gap, speed: vl, accel: al, decel: d.apparent_decel };
                d.free(v, URBAN).min(d.follow(v, URBAN, tau, &leader)).max(v - d.emergency * d.dt)
            };
            let next = if d.ballistic() { next } else { next.max(0.0) };
            let (moved, speed) = d.advance(v, next);
            *car = (x + moved, speed, (speed - v) / d.dt);
        }
        for w in cars.windows(2) {
            least = least.min(w[0].0 - d.length - w[1].0);
        }
    }
    least
}
