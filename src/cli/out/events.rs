//! `events.csv`: what signal controllers log, and why; `detectors.csv`: what their detectors are for. The first four
//! columns of each are those that the package `atspm` reads.

use std::io::{Result, Write};
use std::path::{Path, PathBuf};

use intergreen_control::Millis;
use intergreen_control::log::{Asked, Event, Reason, code, flash};

use super::files;
use crate::cli::load::Loaded;
use crate::cli::timestamps::{SOME_DAY, calendar, day_start};
use crate::measure::uses;
use crate::sim::Simulation;

/// What a strategy says of a change of stage stands behind this.
pub const WHY: &str = "; ";

/// An event log that is being written.
pub struct EventLog {
    out: csv::Writer<Box<dyn Write>>,
    /// The begin of the scenario's day, in ms since 1970.
    day: Millis,
    /// Names of signals.
    names: Vec<String>,
    /// The events of a step, by time.
    step: Vec<(u32, Event)>,
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
                out: csv::Writer::from_writer(out),
                day: day_start(day).unwrap_or_default(),
                names: signals.iter().map(|s| s.id.clone()).collect(),
                step: Vec::new(),
            };
            let own = ["Signal", "Seconds", "Event", "Reason"];
            log.out.write_record(["TimeStamp", "DeviceId", "EventId", "Parameter"].into_iter().chain(own))?;
            // At the begin of a run: how signals started.
            log.look(sim)?;
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
        // Of each signal the reason of a change of stage is said once, with the first green that ends.
        let mut told = None;
        for (signal, event) in &self.step {
            let name = self.names.get(*signal as usize).map_or("", String::as_str);
            // Most of a log is detectors; there is nothing to explain about them.
            let explained = !matches!(event.code, code::DETECTOR_ON | code::DETECTOR_OFF);
            let plan = controllers.list[*signal as usize].plan();
            // A controller that is out of order knows nothing of it: for itself it flashes.
            let dark =
                event.code == code::FLASH && event.parameter != flash::NONE && controllers.goes_dark(*signal as usize);
            let what = || if dark { "dark".to_owned() } else { event.what(plan) };
            let words = explained.then(|| (what(), event.reason.words(plan)));
            let (what, mut reason) = words.unwrap_or_default();
            let ends = matches!(event.code, code::GREEN_END | code::OVERLAP_YELLOW);
            if ends && matches!(event.reason, Reason::Requested(Asked::Stage(_))) && told != Some((*signal, event.at)) {
                told = Some((*signal, event.at));
                // The strategy has decided since, but not on another stage: its name and the stage are said already.
                let said = controllers.list[*signal as usize].explain();
                reason.extend(said.split_once("', ").into_iter().flat_map(|(_, why)| [WHY, why]));
            }
            self.out.write_record([
                &*calendar(self.day + event.at),
                &(signal + 1).to_string(),
                &event.code.to_string(),
                &event.parameter.to_string(),
                name,
                &format!("{:.3}", event.at.seconds()),
                &what,
                &reason,
            ])?;
        }
        Ok(())
    }

    /// Ends it.
    pub fn finish(&mut self) -> Result<()> {
        self.out.flush()
    }
}

/// Writes what all detectors are for.
fn detectors(w: &mut dyn Write, sim: &Simulation) -> Result<()> {
    let mut csv = csv::Writer::from_writer(w);
    let own = ["Signal", "Lane", "Distance_m", "Length_m", "Travel_s", "Arrow", "Lamp"];
    csv.write_record(["DeviceId", "Phase", "Parameter", "Function"].into_iter().chain(own))?;
    for (i, signal) in sim.scene().network.signals.iter().enumerate() {
        for row in uses(sim.controllers().list[i].plan()) {
            csv.write_record([
                (i + 1).to_string(),
                row.phase.to_string(),
                row.channel.to_string(),
                row.word().to_owned(),
                signal.id.clone(),
                row.place.map(|p| p.lane.clone()).unwrap_or_default(),
                row.place.map(|p| format!("{:.1}", p.distance_m)).unwrap_or_default(),
                row.place.map(|p| format!("{:.1}", p.length_m)).unwrap_or_default(),
                row.travel(),
                row.arrow.map(|n| n.to_string()).unwrap_or_default(),
                row.lamp().to_owned(),
            ])?;
        }
    }
    csv.flush()
}

#[cfg(test)]
mod tests {
    #[test]
    fn cells_are_quoted_if_need_be() {
        let mut csv = csv::Writer::from_writer(Vec::new());
        csv.write_record(["J 1", "a \"b\", c", ""]).unwrap();
        assert_eq!(csv.into_inner().unwrap(), b"J 1,\"a \"\"b\"\", c\",\n");
    }
}
