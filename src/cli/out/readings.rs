//! Readings in SUMO's formats: FCD, meandata, tlsStates, e1, e2, e3.

use std::io::{Result, Write};

use intergreen_control::{Lamp, Millis};
use quick_xml::escape::escape;

use crate::instruments::Table;
use crate::measure::{AreaReading, GatesReading, Interval, LoopReading, Place, StepReading, TableReading};
use crate::network::{Point, geometry};
use crate::sim::Scene;

/// Where everybody is (SUMO: FCD). Angles are a compass's: 0 is north, 90 is east.
pub fn positions(w: &mut dyn Write, scene: &Scene, time: Millis, places: &[Place]) -> Result<()> {
    if places.is_empty() {
        return writeln!(w, "    <timestep time=\"{:.2}\"/>", time.seconds());
    }
    writeln!(w, "    <timestep time=\"{:.2}\">", time.seconds())?;
    for p in places {
        let (lane, departure) = (scene.network.lane(p.lane), &scene.departures[p.id.index()]);
        let drawn = geometry::length(&lane.shape) / f64::from(lane.length);
        let (mut at, heading) = geometry::along(&lane.shape, f64::from(p.position) * drawn);
        if p.parked {
            // Beside the lane, on the kerb's side.
            let aside = f64::from(lane.width) * if scene.network.left_hand { -1.0 } else { 1.0 };
            at = Point::new(at.x + aside * libm::sin(heading), at.y - aside * libm::cos(heading));
        }
        let angle = (90.0 - heading.to_degrees()).rem_euclid(360.0);
        let (id, kind) = (escape(departure.id.as_str()), escape(scene.types[departure.kind.index()].id.as_str()));
        write!(w, "        <vehicle id=\"{id}\" x=\"{:.2}\" y=\"{:.2}\" angle=\"{angle:.2}\" ", at.x, at.y)?;
        write!(w, "type=\"{kind}\" speed=\"{:.2}\" pos=\"{:.2}\" ", p.speed, p.position)?;
        let slope = libm::atan(scene.grade(p.lane)).to_degrees();
        writeln!(w, "lane=\"{}\" slope=\"{slope:.2}\"/>", escape(lane.id.as_str()))?;
    }
    writeln!(w, "    </timestep>")
}

/// What a signal shows (SUMO: tlsStates). The phase is the step of its program that shows the same, the one due now
/// if that fits; −1 if none does, as under a strategy of ours.
pub fn lamps(w: &mut dyn Write, scene: &Scene, time: Millis, signal: usize, shown: &[Lamp]) -> Result<()> {
    let signal = &scene.network.signals[signal];
    let steps = signal.program.steps();
    let same = |i: &usize| steps[*i].lamps.iter().zip(shown).all(|(a, b)| a == b);
    let due = signal.program.step_at(time).0;
    let phase = Some(due).filter(same).or_else(|| (0..steps.len()).find(same)).map_or(-1, |i| i as i64);
    let state: String = shown.iter().map(|lamp| lamp.letter()).collect();
    let (id, program) = (escape(signal.id.as_str()), escape(signal.program.id()));
    write!(w, "    <tlsState time=\"{:.2}\" id=\"{id}\" programID=\"{program}\" ", time.seconds())?;
    writeln!(w, "phase=\"{phase}\" state=\"{state}\"/>")
}

/// The whole network after a step (SUMO: summary).
pub fn step(w: &mut dyn Write, time: Millis, r: &StepReading) -> Result<()> {
    write!(w, "    <step time=\"{:.2}\" loaded=\"{}\" ", time.seconds(), r.loaded)?;
    write!(w, "inserted=\"{}\" running=\"{}\" waiting=\"{}\" ", r.inserted, r.running, r.waiting)?;
    write!(w, "ended=\"{}\" arrived=\"{}\" collisions=\"{}\" ", r.arrived, r.arrived, r.collisions)?;
    write!(w, "teleports=\"0\" halting=\"{}\" stopped=\"{}\" ", r.halting, r.stopped)?;
    write!(w, "meanWaitingTime=\"{:.2}\" meanTravelTime=\"{:.2}\" ", r.depart_delay, r.duration)?;
    write!(w, "meanSpeed=\"{:.2}\" meanSpeedRelative=\"{:.2}\" ", r.speed, r.relative_speed)?;
    writeln!(w, "duration=\"0\" discarded=\"0\"/>")
}

/// The attributes that all intervals begin with.
fn interval(w: &mut dyn Write, i: Interval, id: &str) -> Result<()> {
    let (begin, end) = (i.begin.seconds(), i.end.seconds());
    write!(w, "    <interval begin=\"{begin:.2}\" end=\"{end:.2}\" id=\"{}\"", escape(id))
}

/// Attributes with two decimals.
fn numbers(w: &mut dyn Write, list: &[(&str, f64)]) -> Result<()> {
    list.iter().try_for_each(|(name, value)| write!(w, " {name}=\"{value:.2}\""))
}

/// Attributes that are counts.
fn counts(w: &mut dyn Write, list: &[(&str, u64)]) -> Result<()> {
    list.iter().try_for_each(|(name, value)| write!(w, " {name}=\"{value}\""))
}

/// A table over edges or lanes (SUMO: meandata).
pub fn table(w: &mut dyn Write, scene: &Scene, table: &Table, i: Interval, r: &TableReading) -> Result<()> {
    interval(w, i, &table.instrument.id)?;
    writeln!(w, ">")?;
    let mut edge = None;
    for row in &r.rows {
        let lane = scene.network.lane(row.lane);
        let link = scene.network.link(lane.link);
        if table.by_lane && edge != Some(lane.link) {
            if edge.is_some() {
                writeln!(w, "        </edge>")?;
            }
            writeln!(w, "        <edge id=\"{}\">", escape(link.id.as_str()))?;
            edge = Some(lane.link);
        }
        let s = &row.sums;
        match table.by_lane {
            true => write!(w, "            <lane id=\"{}\"", escape(lane.id.as_str()))?,
            false => write!(w, "        <edge id=\"{}\"", escape(link.id.as_str()))?,
        }
        numbers(w, &[("sampledSeconds", s.sampled)])?;
        let idle = s.sampled <= table.least_samples;
        if !idle {
            let capped = |t: f64| t.min(table.longest_time);
            if let Some(time) = row.travel_time() {
                numbers(w, &[("traveltime", capped(time))])?;
            }
            let density = row.density(s.front_time, &i);
            numbers(
                w,
                &[
                    ("overlapTraveltime", capped(row.overlap_travel_time().unwrap_or(f64::INFINITY))),
                    ("density", density),
                    ("overlapDensity", row.density(s.sampled, &i)),
                    ("laneDensity", density / f64::from(row.lanes)),
                    ("occupancy", row.occupancy(&i)),
                    ("waitingTime", s.waiting),
                    ("timeLoss", s.time_loss),
                    ("speed", row.speed()),
                    ("speedRelative", row.speed() / row.limit),
                ],
            )?;
        }
        if idle && table.free_flow {
            numbers(w, &[("traveltime", row.length / row.limit), ("speed", row.limit), ("speedRelative", 1.0)])?;
        }
        let moves = [("departed", s.departed), ("arrived", s.arrived), ("entered", s.entered), ("left", s.left)];
        counts(w, &moves.map(|(name, n)| (name, u64::from(n))))?;
        counts(w, &[("laneChangedFrom", s.changed_from.into()), ("laneChangedTo", s.changed_to.into())])?;
        if !idle {
            numbers(w, &[("flow", row.flow(&i))])?;
        }
        numbers(w, &[("distance", s.front_distance)])?;
        if scene.setup.emissions.is_some() {
            // In mg, as SUMO has them.
            numbers(w, &[("CO2_abs", s.co2 * 1000.0), ("fuel_abs", s.fuel * 1000.0)])?;
        }
        writeln!(w, "/>")?;
    }
    if edge.is_some() {
        writeln!(w, "        </edge>")?;
    }
    writeln!(w, "    </interval>")
}

/// An induction loop (SUMO: e1).
pub fn induction_loop(w: &mut dyn Write, id: &str, i: Interval, r: &LoopReading) -> Result<()> {
    interval(w, i, id)?;
    counts(w, &[("nVehContrib", r.passed.into())])?;
    let (speed, harmonic) = (r.speed, r.harmonic_speed);
    numbers(w, &[("flow", r.flow), ("occupancy", r.occupancy), ("speed", speed), ("harmonicMeanSpeed", harmonic)])?;
    numbers(w, &[("length", r.length)])?;
    counts(w, &[("nVehEntered", r.entered.into())])?;
    writeln!(w, "/>")
}

/// An area detector (SUMO: e2).
pub fn area(w: &mut dyn Write, id: &str, i: Interval, r: &AreaReading) -> Result<()> {
    interval(w, i, id)?;
    let [halts, within] = &r.halts;
    numbers(w, &[("sampledSeconds", r.sampled)])?;
    counts(w, &[("nVehEntered", r.entered.into()), ("nVehLeft", r.left.into()), ("nVehSeen", r.seen.into())])?;
    numbers(
        w,
        &[
            ("meanSpeed", r.speed),
            ("meanTimeLoss", r.time_loss),
            ("meanOccupancy", r.occupancy),
            ("maxOccupancy", r.most_occupancy),
            ("meanMaxJamLengthInVehicles", r.jam_vehicles),
            ("meanMaxJamLengthInMeters", r.jam_metres),
        ],
    )?;
    counts(w, &[("maxJamLengthInVehicles", r.longest_jam_vehicles.into())])?;
    numbers(w, &[("maxJamLengthInMeters", r.longest_jam_metres)])?;
    counts(w, &[("jamLengthInVehiclesSum", r.jam_vehicles_sum)])?;
    numbers(
        w,
        &[
            ("jamLengthInMetersSum", r.jam_metres_sum),
            ("meanHaltingDuration", halts.mean),
            ("maxHaltingDuration", halts.longest),
            ("haltingDurationSum", halts.sum),
            ("meanIntervalHaltingDuration", within.mean),
            ("maxIntervalHaltingDuration", within.longest),
            ("intervalHaltingDurationSum", within.sum),
        ],
    )?;
    counts(w, &[("startedHalts", r.started_halts.into())])?;
    numbers(w, &[("meanVehicleNumber", r.vehicles)])?;
    counts(w, &[("maxVehicleNumber", r.most_vehicles.into())])?;
    writeln!(w, "/>")
}

/// Gates (SUMO: e3).
pub fn gates(w: &mut dyn Write, id: &str, i: Interval, r: &GatesReading) -> Result<()> {
    interval(w, i, id)?;
    numbers(
        w,
        &[
            ("meanTravelTime", r.travel_time),
            ("meanOverlapTravelTime", r.overlap_travel_time),
            ("meanSpeed", r.speed),
            ("meanHaltsPerVehicle", r.halts),
            ("meanTimeLoss", r.time_loss),
        ],
    )?;
    counts(w, &[("vehicleSum", r.vehicles.into())])?;
    numbers(
        w,
        &[
            ("meanSpeedWithin", r.speed_within),
            ("meanHaltsPerVehicleWithin", r.halts_within),
            ("meanDurationWithin", r.duration_within),
        ],
    )?;
    counts(w, &[("vehicleSumWithin", r.vehicles_within.into())])?;
    numbers(
        w,
        &[
            ("meanIntervalSpeedWithin", r.interval_speed_within),
            ("meanIntervalHaltsPerVehicleWithin", r.interval_halts_within),
            ("meanIntervalDurationWithin", r.interval_duration_within),
            ("meanTimeLossWithin", r.time_loss_within),
        ],
    )?;
    writeln!(w, "/>")
}
