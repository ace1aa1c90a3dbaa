//! `events.csv`: what signal controllers log, and why; `detectors.csv`: what their detectors are for. The first four
//! columns of each are those that the package `atspm` reads.

use std::fmt::Write as _;
use std::io::{Result, Write};
use std::path::{Path, PathBuf};

use intergreen_control::log::{Event, code, phase_number};
use intergreen_control::{Millis, Plan, plan};

use super::files;
use crate::cli::load::Loaded;
use crate::cli::timestamps::{SOME_DAY, calendar, day_start};
use crate::sim::Simulation;

/// An event log that is being written.
pub struct EventLog {
    out: Box<dyn Write>,
    /// The begin of the scenario's day, in ms since 1970.
    day: Millis,
    /// Names of signals as cells.
    names: Vec<String>,
    /// The events of a step, by time.
    step: Vec<(u32, Event)>,
    line: String,
}

impl EventLog {
    /// Begins the log and writes the detectors; `None` if there is no signal. The simulation logs events already.
    ///
    /// # Errors
    /// If a file cannot be written: which, and why.
    pub fn open(
        dir: &Path,
        loaded: &Loaded,
        sim: &Simulation,
    ) -> std::result::Result<Option<Self>, (PathBuf, std::io::Error)> {
        let signals = &sim.scene().network.signals;
        if signals.is_empty() {
            return Ok(None);
        }
        let path = dir.join("detectors.csv");
        files::open(&path).and_then(|mut w| detectors(&mut w, sim)).map_err(|e| (path, e))?;
        let path = dir.join("events.csv");
        let day = loaded.calendar.0.as_deref().unwrap_or(SOME_DAY);
        let begin = |out: Box<dyn Write>| {
            let mut log = Self {
                out,
                day: day_start(day).unwrap_or_default(),
                names: signals.iter().map(|s| cell(&s.id)).collect(),
                step: Vec::new(),
                line: String::new(),
            };
            log.out.write_all(b"TimeStamp,DeviceId,EventId,Parameter,Signal,Seconds,Event,Reason\n")?;
            Ok(log)
        };
        files::open(&path).and_then(begin).map(Some).map_err(|e| (path, e))
    }

    /// Writes the events of a step.
    pub fn look(&mut self, sim: &Simulation) -> Result<()> {
        let controllers = sim.controllers();
        self.step.clear();
        self.step.extend_from_slice(&controllers.events);
        // Stable: what a controller logs at one moment stays in its order.
        self.step.sort_by_key(|&(signal, event)| (event.at, signal));
        for (signal, event) in &self.step {
            let line = &mut self.line;
            line.clear();
            let name = self.names.get(*signal as usize).map_or("", String::as_str);
            let (code, parameter, seconds) = (event.code, event.parameter, event.at.seconds());
            // Writing to a String cannot fail.
            let time = calendar(self.day + event.at);
            let _ = write!(line, "{time},{},{code},{parameter},{name},{seconds:.3},", signal + 1);
            // Most of a log is detectors; there is nothing to explain about them.
            if !matches!(code, code::DETECTOR_ON | code::DETECTOR_OFF) {
                let plan = controllers.list[*signal as usize].plan();
                let (words, reason) = (event.words(plan), event.reason.words(plan));
                let what = words.strip_suffix(&reason).map_or(&*words, |what| what.trim_end_matches([',', ' ']));
                let _ = writeln!(line, "{},{}", cell(what), cell(&reason));
            } else {
                line.push_str(",\n");
            }
            self.out.write_all(line.as_bytes())?;
        }
        Ok(())
    }

    /// Ends it.
    pub fn finish(&mut self) -> Result<()> {
        self.out.flush()
    }
}

/// Text as a cell of a CSV file.
fn cell(text: &str) -> String {
    if text.contains([',', '"', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text.to_owned() }
}

/// What a detector is for, as `atspm` calls it.
fn functions(plan: &Plan, lane: &str, kind: plan::DetectorKind) -> &'static [&'static str] {
    let is_in =
        |d: &plan::DetectorUse| d.place.as_ref().is_some_and(|p| p.lane == lane && p.kind == plan::DetectorKind::In);
    match kind {
        plan::DetectorKind::StopBar => &["Presence"],
        plan::DetectorKind::Count => &["Count", "Yellow_Red"],
        plan::DetectorKind::In => &["Advance"],
        // Arrivals of a lane are counted once, as far upstream as it is seen.
        plan::DetectorKind::X if plan.spec().detectors.iter().any(is_in) => &["Extension"],
        plan::DetectorKind::X => &["Advance"],
    }
}

/// Writes what all detectors that have a place are for: a row for each phase and function.
fn detectors(w: &mut dyn Write, sim: &Simulation) -> Result<()> {
    let mut csv = csv::Writer::from_writer(w);
    let own = ["Signal", "Lane", "Distance_m", "Length_m", "Travel_s"];
    csv.write_record(["DeviceId", "Phase", "Parameter", "Function"].into_iter().chain(own))?;
    for (i, signal) in sim.scene().network.signals.iter().enumerate() {
        let plan = sim.controllers().list[i].plan();
        for used in &plan.spec().detectors {
            let Some(place) = &used.place else { continue };
            let groups = used.groups.iter().filter_map(|name| plan.find_group(name));
            let mut phases: Vec<u16> = groups.filter_map(|group| phase_number(plan, group)).collect();
            phases.sort_unstable();
            phases.dedup();
            // From the near border, where it goes on.
            let travel = (place.distance_m + place.length_m) / place.speed_m_s.max(1.0);
            let travel =
                if place.kind == plan::DetectorKind::In || place.kind == plan::DetectorKind::X { travel } else { 0.0 };
            for (phase, function) in
                phases.iter().flat_map(|phase| functions(plan, &place.lane, place.kind).iter().map(move |f| (phase, f)))
            {
                csv.write_record([
                    (i + 1).to_string(),
                    phase.to_string(),
                    (used.channel + 1).to_string(),
                    (*function).to_owned(),
                    signal.id.clone(),
                    place.lane.clone(),
                    format!("{:.1}", place.distance_m),
                    format!("{:.1}", place.length_m),
                    format!("{travel:.1}"),
                ])?;
            }
        }
    }
    csv.flush()
}
