//! `trips.csv`, `lanes.csv`, `signals.csv`, `intersections.csv`, `emissions.csv`, `conflicts.csv`: plain tables, one header
//! line, units in the names, empty where there is no value.
//!
//! Queues, delays and degrees of saturation are those of [`tables`]: sampled every 10 s; saturation flow 1,900 veh/h
//! of green for every lane, as the header says.

use std::io::{Result, Write};

use csv::Writer;

use crate::cli::intersections::{self, Control};
use crate::cli::run::Finished;
use crate::cli::tables::{self, Figures, SATURATION_FLOW};
use crate::network::LaneId;
use crate::sim::state::Vehicle;

/// A number with two decimals, or nothing.
fn number(value: Option<f64>) -> String {
    value.map(|v| format!("{v:.2}")).unwrap_or_default()
}

/// Every vehicle whose departure time has come, finished or not; who still drives counts with what is so far.
pub fn trips(w: &mut dyn Write, run: &Finished<'_>) -> Result<()> {
    let (scene, m) = (run.sim.scene(), run.sim.measures());
    let mut driving: Vec<Option<&Vehicle>> = vec![None; m.trips.len()];
    for (_, v) in run.sim.traffic().vehicles() {
        driving[v.id.index()] = Some(v);
    }
    let name = |l: LaneId| scene.network.lanes.get(l.index()).map(|l| l.id.clone()).unwrap_or_default();
    let mut csv = Writer::from_writer(w);
    csv.write_record([
        "id",
        "type",
        "state",
        "depart_s",
        "entered_s",
        "arrived_s",
        "depart_delay_s",
        "duration_s",
        "route_length_m",
        "waiting_s",
        "stops",
        "time_loss_s",
        "speed_factor",
        "depart_lane",
        "arrival_lane",
        "fuel_l",
        "co2_g",
        "co2_idle_g",
    ])?;
    for &id in &scene.order[..run.sim.waiting().next] {
        let i = id.index();
        let (t, d) = (&m.trips[i], &scene.departures[i]);
        let state = match (t.entered, t.arrived) {
            (_, Some(_)) => "arrived",
            (Some(_), None) => "running",
            (None, None) => "waiting",
        };
        let burnt = run.sim.emissions().books().filter(|_| t.entered.is_some()).map(|books| books.of(id));
        let until = t.arrived.unwrap_or(run.sim.now());
        let (length, waiting, stops, lost) = match driving[i] {
            Some(v) => (v.distance(), v.waited, v.stops, v.time_loss),
            None => (t.length, t.waiting, t.stops, t.time_loss),
        };
        csv.write_record([
            d.id.clone(),
            scene.types[d.kind.index()].id.clone(),
            state.to_owned(),
            number(Some(d.depart.seconds())),
            number(t.entered.map(|e| e.seconds())),
            number(t.arrived.map(|a| a.seconds())),
            number(Some((t.entered.unwrap_or(until) - d.depart).seconds())),
            number(t.entered.map(|e| (until - e).seconds())),
            number(Some(f64::from(length))),
            number(Some(f64::from(waiting))),
            stops.to_string(),
            number(Some(f64::from(lost))),
            number(Some(f64::from(scene.speed_factor(id)))),
            name(t.depart_lane),
            name(t.arrival_lane),
            burnt.map(|b| format!("{:.4}", b.fuel)).unwrap_or_default(),
            number(burnt.map(|b| b.co2)),
            number(burnt.map(|b| b.idle)),
        ])?;
    }
    csv.flush()
}

/// The columns that lanes and signals share.
fn header() -> [String; 9] {
    let saturation = format!("saturation_at_{SATURATION_FLOW}_vehh");
    let names = ["vehicles", "flow_vehh", "mean_queue_veh", "max_queue_veh", "delay_s", "time_lost_s", "green_share"];
    let [a, b, c, d, e, f, g] = names.map(str::to_owned);
    [a, b, c, d, e, f, g, saturation, "red_running".to_owned()]
}

/// Their values.
fn cells(f: &Figures) -> [String; 9] {
    [
        f.vehicles.to_string(),
        number(Some(f.flow)),
        number(Some(f.mean_queue)),
        f.max_queue.to_string(),
        number(f.delay()),
        number(Some(f.lost)),
        f.green.map(|g| format!("{g:.4}")).unwrap_or_default(),
        f.saturation.map(|x| format!("{x:.4}")).unwrap_or_default(),
        f.red_running.to_string(),
    ]
}

/// Every road lane.
pub fn lanes(w: &mut dyn Write, run: &Finished<'_>) -> Result<()> {
    let network = &run.sim.scene().network;
    let mut csv = Writer::from_writer(w);
    let first = ["lane", "link", "signal", "length_m"].map(str::to_owned);
    csv.write_record(first.into_iter().chain(header()))?;
    for row in tables::lanes(run) {
        let lane = network.lane(row.lane);
        let signal = row.signal.map(|s| network.signals[s.index()].id.clone()).unwrap_or_default();
        let first = [lane.id.clone(), network.link(lane.link).id.clone(), signal, number(Some(f64::from(lane.length)))];
        csv.write_record(first.into_iter().chain(cells(&row.figures)))?;
    }
    csv.flush()
}

/// Every signal.
pub fn intersections(w: &mut dyn Write, run: &Finished<'_>) -> Result<()> {
    let mut csv = Writer::from_writer(w);
    csv.write_record(["intersection", "control", "vehicles", "control_delay_s", "level_of_service"])?;
    for i in intersections::all(run) {
        let level = i.level().map(String::from).unwrap_or_default();
        csv.write_record([i.name, i.control.name().to_owned(), i.vehicles.to_string(), number(i.delay), level])?;
    }
    csv.flush()
}

/// What was burnt on every link after the warm-up, ways inside junctions included: all rows together are the run.
pub fn emissions(w: &mut dyn Write, run: &Finished<'_>) -> Result<()> {
    let Some(books) = run.sim.emissions().books() else { return Ok(()) };
    let network = &run.sim.scene().network;
    let mut csv = Writer::from_writer(w);
    csv.write_record(["link", "junction", "length_m", "fuel_l", "co2_g", "co2_idle_g", "co2_idle_share"])?;
    for (link, burnt) in network.links.iter().zip(&books.links).filter(|(_, b)| b.co2 > 0.0) {
        let inside = link.from.filter(|_| link.internal);
        let junction = inside.map(|j| network.junctions[j.index()].id.clone()).unwrap_or_default();
        csv.write_record([
            link.id.clone(),
            junction,
            number(network.lanes.get(link.lanes.start as usize).map(|l| f64::from(l.length))),
            format!("{:.4}", burnt.fuel),
            number(Some(burnt.co2)),
            number(Some(burnt.idle)),
            burnt.idle_share().map(|share| format!("{share:.4}")).unwrap_or_default(),
        ])?;
    }
    csv.flush()
}

/// Encounters at every junction that had some.
pub fn conflicts(w: &mut dyn Write, run: &Finished<'_>) -> Result<()> {
    let Some(safety) = run.safety else { return Ok(()) };
    let network = &run.sim.scene().network;
    let mut csv = Writer::from_writer(w);
    csv.write_record([
        "junction",
        "ttc_following",
        "ttc_converging",
        "pet_below_5_s",
        "pet_below_1_5_s",
        "least_ttc_s",
        "least_pet_s",
    ])?;
    for (junction, e) in safety.junctions() {
        csv.write_record([
            network.junctions[junction.index()].id.clone(),
            e.ttc_following.to_string(),
            e.ttc_converging.to_string(),
            e.pet_below_5_s.to_string(),
            e.pet_below_1_5_s.to_string(),
            number(e.least_ttc_s),
            number(e.least_pet_s),
        ])?;
    }
    csv.flush()
}

/// All signals: the cycle of their programs, whatever runs; the delay on their last roads, as lanes have it; and that on
/// their whole approaches, as intersections and the summary have it.
pub fn signals(w: &mut dyn Write, run: &Finished<'_>) -> Result<()> {
    let network = &run.sim.scene().network;
    let mut csv = Writer::from_writer(w);
    let first = ["signal", "cycle_s"].map(str::to_owned);
    csv.write_record(first.into_iter().chain(header()).chain(["control_delay_s".to_owned()]))?;
    let whole = intersections::all(run);
    let delay = |id: &str| whole.iter().find(|i| i.control == Control::Signal && i.name == id).and_then(|i| i.delay);
    for (id, figures) in tables::signals(&tables::lanes(run)) {
        let signal = &network.signals[id.index()];
        let first = [signal.id.clone(), number(Some(signal.program.cycle().seconds()))];
        let last = number(delay(&signal.id));
        csv.write_record(first.into_iter().chain(cells(&figures)).chain([last]))?;
    }
    csv.flush()
}
