//! C15: what turns left at a signal that gives it no arrow, through the oncoming stream.
//!
//! Terms
//! - **unblocked green**: what the oncoming queue leaves of a green: turns find gaps in the stream as it arrives.
//! - **sneakers**: those who have waited in the junction and turn when the oncoming stream has been stopped.
//! - **said**: what critical and follow-up headway make of the oncoming stream *as it was measured*: in each green, a
//!   headway h takes ⌊(h − t_c) / t_f⌋ + 1, one every t_f goes before the first and behind the last vehicle of a green, and
//!   then come the sneakers.

use super::estimate::each_seed;
use super::plot::{Mark, Plot, Series};
use super::world::{Trips, World, crossing, crossing_time, lane, s};
use super::{Drivers, Effort, Estimate, FINER, Row, STEP, Section, Target};
use crate::network::compose::NodeKind;

/// Cycle and green of the street, s.
const CYCLE: f64 = 90.0;
const GREEN: f64 = 40.0;
/// Start-up lost time, and how much longer than the green vehicles go on (HCM 7; validation C2), s.
const LOST: f64 = 2.0;
/// Cycles before counting begins, and those that count.
const SETTLED: usize = 5;
const COUNTED: usize = 40;
/// Critical and follow-up headway of permissive turns, s.
const CRITICAL: f64 = 4.5;
const FOLLOW_UP: f64 = 2.5;
/// Sneakers of a cycle (HCM 7, chapter 31: 2 unless observed otherwise).
const SNEAKERS: f64 = 2.0;
/// Room for crosswalks before and behind the crossing, m: from stop lines to where ways cross there are some 12 m, as is
/// usual. Where the lines are nearer, a second driver who waits to turn has not crossed his.
const CROSSWALKS: f64 = 6.0;
/// Oncoming streams, veh/h, with the rows' numbers.
const FLOWS: [(&str, f64); 4] = [("15a", 0.0), ("15b", 200.0), ("15c", 400.0), ("15d", 600.0)];

/// The crossing, with a queue of turns from the east.
fn world(oncoming: f64) -> World {
    let stages: [(f64, &[&str]); 2] = [(GREEN, &["w", "e"]), (CYCLE - GREEN - 10.0, &["n", "s"])];
    let mut town = crossing(NodeKind::Signal, 1, 1).signal("x", 0.0, &stages);
    town.plan.nodes[0].crosswalks = CROSSWALKS;
    let network = town.build();
    let mut car = Drivers::Calibrated.car();
    car.impatience = f64::NEG_INFINITY;
    let mut trips = Trips::new(&network, car);
    let end = (SETTLED + COUNTED) as f64 * CYCLE;
    if oncoming > 0.0 {
        trips.flow("oncoming", 0.0, end, oncoming, &["w", "-e"]);
    }
    trips.flow("turn", 0.0, end, 1500.0, &["e", "-s"]);
    trips.world("permissive left turn")
}

/// Turns of a cycle, and what the oncoming stream's headways say, without and per sneaker.
fn turns(oncoming: f64, step: f64, seed: u64) -> (f64, f64) {
    let world = world(oncoming).step(step).seed(seed);
    let (line, exit) = (lane(&world.network, "w", 0), lane(&world.network, "-s", 0));
    let n = world.start().scene().departures.len();
    let (mut crossed, mut turned) = (vec![false; n], 0.0);
    let mut greens: Vec<Vec<f64>> = vec![Vec::new(); SETTLED + COUNTED];
    world.until((SETTLED + COUNTED) as f64 * CYCLE, |sim| {
        for (l, v) in sim.traffic().vehicles() {
            let turns = sim.scene().departures[v.id.index()].id.starts_with("turn");
            let here = if turns { l == exit } else { l != line };
            if !here || std::mem::replace(&mut crossed[v.id.index()], true) {
                continue;
            }
            if !turns {
                let t = crossing_time(sim, v, v.position);
                greens[(t / CYCLE) as usize].push(t % CYCLE);
            } else if sim.now() > s(SETTLED as f64 * CYCLE) {
                turned += 1.0;
            }
        }
    });
    let said: f64 = greens[SETTLED..].iter().map(|passed| said(passed)).sum();
    (turned / COUNTED as f64, said / COUNTED as f64)
}

/// What can turn in an effective green in which oncoming vehicles pass at these times after its lamp's begin, s; less
/// sneakers.
fn said(passed: &[f64]) -> f64 {
    let fits = |h: f64| if h < CRITICAL { 0.0 } else { ((h - CRITICAL) / FOLLOW_UP).floor() + 1.0 };
    let bounds: Vec<f64> = [LOST].iter().chain(passed).chain(&[GREEN + LOST]).copied().collect();
    bounds.windows(2).map(|w| fits(w[1] - w[0])).sum()
}

/// The experiment.
pub fn run(effort: Effort) -> Section {
    let seeds = if effort.quick { 2 } else { effort.seeds };
    let (mut rows, mut found, mut manual) = (Vec::new(), Vec::new(), Vec::new());
    for (id, flow) in FLOWS {
        let per_hour = 3600.0 / CYCLE;
        let at = |step| each_seed(seeds, |seed| turns(flow, step, seed));
        let estimate = |all: &[(f64, f64)]| Estimate::of(&all.iter().map(|a| a.0 * per_hour).collect::<Vec<_>>());
        let all = at(STEP);
        let said = all.iter().map(|a| a.1).sum::<f64>() / all.len() as f64;
        // Where nobody comes there is nothing to sneak through.
        let wanted = (said + if flow > 0.0 { SNEAKERS } else { 0.0 }) * per_hour;
        let measured = estimate(&all);
        found.push((flow, measured.mean));
        manual.push((flow, wanted));
        let what = format!("left turn without an arrow beside {flow} oncoming veh/h");
        let row = Row::new(id, what, Target::about(wanted, 0.1), measured).unit("veh/h", 0);
        let row = row.source("HCM 7, chapter 31, on measured headways, 2 sneakers");
        rows.push(if effort.quick { row } else { row.finer(estimate(&at(FINER))) });
    }
    let plot = Plot::new("permissive", "Left turn without an arrow", "oncoming, veh/h", "capacity, veh/h");
    Section {
        title: "Permissive left turn",
        text: "A signal with a cycle of 90 s and 40 s of green for a street with a lane each way; from one side all turn \
               left, out of a queue that never ends, the others come straight on at random. Stop lines lie 6 m behind the \
               corners of the kerbs, for crosswalks: two who wait to turn have room beyond theirs. Impatience is off. The \
               formula gets the headways of the oncoming stream as they were.",
        rows,
        plots: vec![
            plot.from_zero()
                .with([Series::new("measured", Mark::Dots, found), Series::new("HCM 7", Mark::Dashes, manual)]),
        ],
    }
}
