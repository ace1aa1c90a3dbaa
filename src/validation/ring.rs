//! C10: vehicles on a ring jam by themselves, or do not (Sugiyama and others 2008: 22 vehicles on 230 m).
//!
//! Terms
//! - **jam**: somebody stands although nothing is in the way but others.
//! - **wave**: where the jam is, over time: the places at which vehicles come to stand, unrolled around the ring.

use super::diagram::ring_world;
use super::estimate::{each_seed, line};
use super::plot::{Mark, Plot, Series};
use super::{Drivers, Effort, Estimate, FINER, Row, STEP, Section, Target};
use crate::demand::{FollowingModel, VehicleType};

/// Vehicles, and length of the ring, m.
const VEHICLES: usize = 22;
const LENGTH: f32 = 230.0;
/// How long it is watched, s, and from when on the wave is followed.
const END: f64 = 900.0;
const SETTLED: f64 = 600.0;
/// Slower than this somebody stands, m/s.
const STANDING: f32 = 0.3;

/// Drivers who are not stable so close together: IDM+ that accelerate gently and follow closely.
fn unstable() -> VehicleType {
    VehicleType {
        model: FollowingModel::IdmPlus,
        accel: 1.5,
        tau: 1.0,
        decel: 2.0,
        apparent_decel: 2.0,
        min_gap: 2.0,
        ..Drivers::Calibrated.alike()
    }
}

/// What a run comes to.
struct Figures {
    /// Speed of the wave, km/h; not a number without a jam.
    wave: f64,
    /// Least speed of anybody once it has settled, m/s.
    slowest: f64,
    /// Moments and places around the ring.
    tracks: Vec<(f64, f64)>,
}

fn figures(car: VehicleType, step: f64, seed: u64) -> Figures {
    let world = ring_world(VEHICLES, LENGTH, 60, car).step(step).seed(seed);
    let length = f64::from(LENGTH);
    let mut slowest = f32::INFINITY;
    let mut tracks = vec![Vec::new(); VEHICLES];
    let mut stands = [false; VEHICLES];
    let mut stops: Vec<(f64, f64)> = Vec::new();
    world.until(END, |sim| {
        let now = sim.now().seconds();
        for (lane, v) in sim.traffic().vehicles() {
            let i = v.id.index();
            let name = &sim.scene().network.lane(lane).id;
            // Lanes are called r0_0, r1_0, ...
            let k: f64 = name.trim_start_matches('r').trim_end_matches("_0").parse().unwrap_or(0.0);
            let place = k * length / 10.0 + f64::from(v.position);
            tracks[i].push((now, place));
            let stands_now = v.speed < STANDING;
            if now > SETTLED {
                slowest = slowest.min(v.speed);
                if stands_now && !stands[i] {
                    stops.push((now, place));
                }
            }
            stands[i] = stands_now;
        }
    });
    Figures { wave: 3.6 * line(&unrolled(&stops, length)).0, slowest: f64::from(slowest), tracks: tracks.concat() }
}

/// Places that follow each other around a ring, each as near to the one before as it can be.
fn unrolled(stops: &[(f64, f64)], length: f64) -> Vec<(f64, f64)> {
    let mut last: Option<f64> = None;
    let near = |&(at, place): &(f64, f64)| {
        let place = last.map_or(place, |last| place + length * libm::round((last - place) / length));
        last = Some(place);
        (at, place)
    };
    stops.iter().map(near).collect()
}

/// The experiment.
pub fn run(effort: Effort) -> Section {
    let of = |car: &VehicleType, step| {
        let all = each_seed(effort.seeds, |seed| figures(car.clone(), step, seed));
        let mean = |f: fn(&Figures) -> f64| Estimate::of(&all.iter().map(f).collect::<Vec<_>>());
        (mean(|f| f.wave), mean(|f| f.slowest), all.into_iter().next().map_or(Vec::new(), |f| f.tracks))
    };
    // Nobody jams out of perfect order: some disorder is needed.
    let varied = |car: VehicleType| VehicleType { tau_variation: 0.05, ..car };
    let (jams, jams_finer) = (of(&varied(unstable()), STEP), of(&varied(unstable()), FINER));
    let urban = Drivers::Calibrated.car();
    let (flows, flows_finer) = (of(&urban, STEP), of(&urban, FINER));
    let source = "Sugiyama and others 2008, New J. Phys. 10, 033001";
    let rows = vec![
        Row::new(
            "10a",
            "wave of a jam that arises by itself (IDM+, a 1.5, T 1.0)",
            Target::between(-22.0, -13.0),
            jams.0,
        )
        .finer(jams_finer.0)
        .unit("km/h", 1)
        .source(source),
        Row::new("10b", "slowest vehicle in it", Target::at_most(f64::from(STANDING)), jams.1)
            .finer(jams_finer.1)
            .unit("m/s", 2)
            .source(source),
        Row::new("10c", "slowest vehicle of the default drivers: no jam", Target::between(1.0, 20.0), flows.1)
            .finer(flows_finer.1)
            .unit("m/s", 2)
            .source("urban drivers are stable"),
    ];
    let tracks = |t: &[(f64, f64)]| t.iter().copied().filter(|p| p.0 > END - 120.0).collect::<Vec<_>>();
    let plot = |name, title, t: &[(f64, f64)]| {
        Plot::new(name, title, "time, s", "place on the ring, m").with([Series::new("fronts", Mark::Tracks, tracks(t))])
    };
    Section {
        title: "Ring",
        text: "22 vehicles on a ring of 230 m, evenly spread and standing at first; drivers differ a little.",
        rows,
        plots: vec![
            plot("ring-jam", "A jam that arises by itself (IDM+)", &jams.2),
            plot("ring-flow", "The default drivers", &flows.2),
        ],
    }
}
