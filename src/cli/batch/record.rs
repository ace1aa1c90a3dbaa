//! From a run to its record: where each column is filled.

use super::journal::Sample;
use super::purdue::Sums;
use crate::batch::statistics::{jain, mean, quantile};
use crate::batch::{Record, Value};
use crate::cli::outcome::Outcome;
use crate::demand::VehicleId;
use crate::measure::Queues;
use crate::random::mix;
use crate::sim::Simulation;
use crate::sim::apply::HALTING;

/// A hash of who departs when, and of what their random draws hang on: what a run has in common with others of its seed.
pub fn departures_hash(sim: &Simulation) -> u64 {
    let scene = sim.scene();
    scene.departures.iter().fold(mix(scene.setup.seed), |hash, d| {
        [d.key, d.depart.0 as u64, d.kind.index() as u64].iter().fold(hash, |h, word| mix(h ^ word).rotate_left(7))
    })
}

/// The network now.
pub fn sample(sim: &Simulation) -> Sample {
    let (m, setup) = (sim.measures(), &sim.scene().setup);
    let standing = sim.traffic().vehicles().filter(|(_, v)| v.speed < HALTING).count();
    let counts = [m.running, sim.waiting().count, m.arrived, standing].map(|n| n as f64);
    Sample([(sim.now() - setup.begin).seconds(), counts[0], counts[1], counts[2], counts[3]])
}

/// What the outcome of a run says.
pub fn of_outcome(o: &Outcome) -> Record {
    Record::default()
        .with("behaviour", o.behaviour.as_str())
        .with("sensors", o.sensors.as_str())
        .with("seed", o.seed)
        .with("step_s", o.step_s)
        .with("simulated_s", o.simulated_s)
        .with("stopped", o.stopped)
        .with("loaded", o.vehicles.loaded)
        .with("inserted", o.vehicles.inserted)
        .with("arrived", o.vehicles.arrived)
        .with("running", o.vehicles.running)
        .with("waiting", o.vehicles.waiting)
        .with("measured", o.measured)
        .with("mean_duration_s", o.mean_duration_s)
        .with("mean_waiting_s", o.mean_waiting_s)
        .with("mean_time_loss_s", o.mean_time_loss_s)
        .with("mean_depart_delay_s", o.mean_depart_delay_s)
        .with("mean_route_length_m", o.mean_route_length_m)
        .with("resco_delay_s", o.resco_delay_s)
        .with("cityflow_att_s", o.cityflow_att_s)
        .with("cityflow_road_att_s", o.cityflow_road_att_s)
        .with("throughput_veh_h", o.vehicles.arrived as f64 * 3600.0 / o.simulated_s)
        .with("co2_kg", o.co2_kg)
        .with("fuel_l", o.fuel_l)
        .with("co2_idle_share", o.co2_idle_share)
        .with("gridlocks", o.gridlocks)
        .with("blockages", o.blockages)
        .with("collisions", o.collisions)
        .with("red_running", o.red_running)
        .with("conflicting_greens_s", o.conflicting_greens)
        .with("lane_changes", o.lane_changes)
        .with("vehicle_steps", o.vehicle_steps)
        .with(
            "fallbacks",
            Some(o.fallbacks.join("; ")).filter(|text| !text.is_empty()).map_or(Value::None, Value::Text),
        )
        .with("state_hash", o.state_hash.as_str())
}

/// What the trips say that are in the means, and when those measures were taken that count everybody.
pub fn of_trips(record: Record, sim: &Simulation) -> Record {
    let (scene, m) = (sim.scene(), sim.measures());
    let (mut durations, mut indices) = (Vec::new(), Vec::new());
    for (i, t) in m.trips.iter().enumerate() {
        let (Some(entered), Some(arrived)) = (t.entered, t.arrived) else { continue };
        if !scene.is_measured(VehicleId::new(i)) {
            continue;
        }
        let duration = (arrived - entered).seconds();
        durations.push(duration);
        // Who arrives in the step of its departure has driven no time at all.
        let free = duration - f64::from(t.time_loss);
        if free > 0.0 {
            indices.push(duration / free);
        }
    }
    let (mean, late) = (mean(&indices), quantile(&indices, 0.95));
    let (begin, horizon) = (scene.setup.begin, scene.setup.end.map_or(sim.now(), |end| end.min(sim.now())));
    record
        .with("horizon_s", (horizon - begin).seconds())
        .with("median_duration_s", quantile(&durations, 0.5))
        .with("p95_duration_s", quantile(&durations, 0.95))
        .with("mean_stops", m.means(scene).map(|means| means.stops))
        .with("travel_time_index", mean)
        .with("planning_time_index", late)
        .with("buffer_index", (late - mean) / mean)
}

/// What queues and waits say.
pub fn of_queues(record: Record, sim: &Simulation, queues: &Queues) -> Record {
    let network = &sim.scene().network;
    let wide = |values: &[f32]| values.iter().copied().map(f64::from).collect::<Vec<f64>>();
    let greatest = |values: &mut dyn Iterator<Item = f64>| values.reduce(f64::max);
    let long: Vec<(f64, f64)> =
        queues.queues().map(|(lane, all)| (quantile(&wide(all), 0.95), f64::from(network.lane(lane).length))).collect();
    let waits: Vec<Vec<f64>> = queues.waits().map(|(_, waits)| wide(waits)).collect();
    record
        .with("mean_queue_veh", queues.mean_standing())
        .with("p95_queue_m", greatest(&mut long.iter().map(|(queue, _)| *queue)))
        .with("storage_ratio", greatest(&mut long.iter().map(|(queue, length)| queue / length)))
        .with("p95_wait_s", greatest(&mut waits.iter().map(|w| quantile(w, 0.95))))
        .with("max_wait_s", greatest(&mut waits.iter().flatten().copied()))
        .with("jain_wait", jain(&waits.iter().map(|w| mean(w)).collect::<Vec<_>>()))
}

/// What the event log of its controllers says.
pub fn of_purdue(record: Record, sums: Sums) -> Record {
    record.with("arrivals_on_green", sums.on_green()).with("split_failures", sums.failed())
}
