//! C12: what enters a roundabout of one lane.

use super::estimate::each_seed;
use super::plot::{Mark, Plot, Series};
use super::world::{Town, Trips, World, lane, s};
use super::{Drivers, Effort, Estimate, FINER, Row, STEP, Section, Target};
use crate::network::compose::{Node, NodeKind};

/// Radius of the ring, m.
const RADIUS: f64 = 18.0;
/// When counting begins and ends, s.
const COUNTED: [f64; 2] = [600.0, 4200.0];
/// What circulates past the entry, veh/h, with the rows' numbers.
const FLOWS: [(&str, f64); 3] = [("12a", 0.0), ("12b", 400.0), ("12c", 800.0)];

/// The Highway Capacity Manual (7th edition, equation 22-1): an entry of one lane against a ring of one lane, veh/h.
fn hcm(circulating: f64) -> f64 {
    1380.0 * libm::exp(-0.00102 * circulating)
}

/// Four arms of 300 m; a queue that never ends at the western one.
fn world(circulating: f64) -> World {
    let mut town = Town::default();
    let middle = Node { radius: Some(RADIUS), ring_lanes: Some(1), ..Node::new("r", 0.0, 0.0, NodeKind::Roundabout) };
    town.plan.nodes.push(middle);
    for (name, x, y) in [("e", 300.0, 0.0), ("n", 0.0, 300.0), ("w", -300.0, 0.0), ("s", 0.0, -300.0)] {
        town = town.end(&format!("{name}_end"), x, y).street(name, &format!("{name}_end"), "r", 1);
    }
    let network = town.build();
    let mut trips = Trips::new(&network, Drivers::Calibrated.car());
    if circulating > 0.0 {
        // Past the western arm to the south, from both arms before it: what comes from one alone has waited at one line,
        // and no two of it are nearer to one another than the follow-up headway.
        trips.flow("ring north", 0.0, COUNTED[1], 0.5 * circulating, &["n", "r.2", "r.3", "-s"]);
        trips.flow("ring east", 0.0, COUNTED[1], 0.5 * circulating, &["e", "r.1", "r.2", "r.3", "-s"]);
    }
    trips.flow("west", 0.0, COUNTED[1], 2000.0, &["w", "r.3", "r.4", "-e"]);
    trips.world("roundabout")
}

/// Entries in an hour.
fn capacity(circulating: f64, step: f64, seed: u64) -> f64 {
    let world = world(circulating).step(step).seed(seed);
    let line = lane(&world.network, "w", 0);
    let mut crossed = vec![false; world.start().scene().departures.len()];
    let mut entries = 0.0;
    world.until(COUNTED[1], |sim| {
        for (l, v) in sim.traffic().vehicles() {
            let from_west = sim.scene().departures[v.id.index()].id.starts_with("west");
            if from_west
                && l != line
                && !std::mem::replace(&mut crossed[v.id.index()], true)
                && sim.now() > s(COUNTED[0])
            {
                entries += 1.0;
            }
        }
    });
    entries
}

/// The experiment.
pub fn run(effort: Effort) -> Section {
    let seeds = if effort.quick { 2 } else { effort.seeds };
    let of = |flow, step| Estimate::of(&each_seed(seeds, |seed| capacity(flow, step, seed)));
    let row = |(id, flow): (&'static str, f64)| {
        Row::new(id, format!("entry beside {flow} veh/h that circulate"), Target::about(hcm(flow), 0.1), of(flow, STEP))
            .finer(of(flow, FINER))
            .unit("veh/h", 0)
            .source("HCM 7, equation 22-1")
    };
    let rows: Vec<Row> = FLOWS.map(row).into();
    let found = FLOWS.iter().zip(&rows).map(|(f, row)| (f.1, row.measured.mean)).collect();
    let curve = (0..=20).map(|i| 50.0 * f64::from(i)).map(|v| (v, hcm(v))).collect();
    let plot = Plot::new("roundabout", "Entry of a roundabout of one lane", "circulating, veh/h", "entry, veh/h");
    Section {
        title: "Roundabout",
        text: "A ring of one lane, 18 m in radius; the western entry has a queue that never ends. What \
               circulates comes from the two arms before it, a half each.",
        rows,
        plots: vec![
            plot.from_zero()
                .with([Series::new("measured", Mark::Dots, found), Series::new("HCM 7", Mark::Dashes, curve)]),
        ],
    }
}
