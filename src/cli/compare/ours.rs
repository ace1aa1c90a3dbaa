//! Our side of the comparison.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use intergreen_control::Millis;

use super::data::{Defects, Measures, Place, Run};
use crate::cli::run::{Stop, simulate};
use crate::cli::{Failure, Loaded, run};
use crate::instruments::{Instrument, Instruments, Table};
use crate::measure::{Reading, Recorder};
use crate::sim::{Setup, Simulation};

/// The simulation of one seed at its start.
///
/// # Errors
/// If the demand cannot be scaled as the scenario says, or the simulation cannot be made.
pub fn start(loaded: &Loaded, seed: u64, unsafe_yields: bool) -> Result<Simulation, Failure> {
    let mut own = loaded.clone();
    run::scale(&mut own, 1.0, seed)?;
    // All of the demand on both sides: SUMO, driven on until the network is empty, does not stop at the scenario's end.
    let setup = Setup { unsafe_yields, end: None, ..own.setup(seed) };
    Simulation::new(own.network, Arc::new(own.demand), setup).map_err(run::failure)
}

/// Runs it until the network is empty or never will be. `None`: interrupted.
///
/// # Errors
/// As [`start`].
pub fn run(loaded: &Loaded, seed: u64, unsafe_yields: bool, stop: &AtomicBool) -> Result<Option<Run>, Failure> {
    let mut sim = start(loaded, seed, unsafe_yields)?;
    let table = Table { internal: true, ..Table::new(Instrument::default(), false) };
    let wanted = Instruments { tables: vec![table], ..Instruments::default() };
    let mut recorder = Recorder::new(&sim, &wanted, None, None);
    let mut look = |sim: &Simulation| {
        recorder.look(sim);
        // Only the table at the end is of interest.
        recorder.take();
        Ok(())
    };
    let ended = simulate(&mut sim, None, &mut look, stop)?;
    if ended == Stop::Interrupted {
        return Ok(None);
    }
    recorder.finish(&sim);
    Ok(Some(result(&sim, seed, ended, recorder.take())))
}

/// What a run came to.
fn result(sim: &Simulation, seed: u64, ended: Stop, readings: Vec<Reading>) -> Run {
    let (scene, m) = (sim.scene(), sim.measures());
    let seconds = |a: Millis, b: Millis| (a - b).seconds();
    let mut run = Run {
        seed,
        measures: Measures::default(),
        edges: std::collections::BTreeMap::new(),
        defects: Some(Defects {
            gridlocks: sim.gridlocks().cycles(),
            collisions: m.collisions,
            red_running: m.red_running,
            conflicting_greens: sim.controllers().monitor.seconds,
        }),
        unfinished: unfinished(ended, scene.departures.len() - m.arrived),
    };
    let mut trips = Vec::new();
    for (t, d) in m.trips.iter().zip(&scene.departures) {
        let (Some(entered), Some(arrived)) = (t.entered, t.arrived) else { continue };
        let delay = seconds(entered, d.depart);
        let [waiting, loss, length] = [t.waiting, t.time_loss, t.length].map(f64::from);
        trips.push([seconds(arrived, entered), waiting, loss, delay, length]);
        let link = scene.network.lane(t.depart_lane).link;
        run.edges.entry(scene.network.link(link).id.clone()).or_default().depart_delay += delay;
    }
    run.measures = Measures::of(&trips);
    for reading in readings {
        let Reading::Table(_, _, table) = reading else { continue };
        for row in table.rows {
            let link = scene.network.lane(row.lane).link;
            let place: &mut Place = run.edges.entry(scene.network.link(link).id.clone()).or_default();
            place.vehicles += f64::from(row.sums.departed + row.sums.entered);
            place.time_loss += row.sums.time_loss;
            place.travel_time = row.travel_time();
        }
    }
    run
}

/// Why a run ended with so many vehicles still to arrive; `None` if it became empty.
fn unfinished(ended: Stop, left: usize) -> Option<String> {
    let why = match ended {
        Stop::Empty => return None,
        Stop::Gridlock => "a gridlock",
        Stop::Unserved => "lanes are closed",
        Stop::Stuck => "nothing moved for an hour",
        Stop::End | Stop::Interrupted => "ended early",
    };
    Some(format!("{why}, {left} vehicles never arrived"))
}
