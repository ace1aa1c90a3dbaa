//! Which detector is for what, as CSV: the configuration of the package `atspm` (DeviceId, Phase, Parameter, Function),
//! with the distance to the stop line if it is known, whose lamp the lane has, and its flashing yellow arrow if it has one.

use std::path::Path;

use intergreen_control::Millis;

use super::read::{DEVICE, Names, SIGNAL, Table, open};
use super::{Failure, complain};
use crate::measure::OWN_LAMP;
use crate::performance::{AT_LINE_M, Detector, Detectors, Function, Skipped};
use crate::scenario::expected_names;

/// Longest time to a stop line, s, and distance, m.
const MOST: f64 = 3_600.0;

/// What functions are called, without spaces and signs and in small letters.
const FUNCTIONS: &[(&str, Function)] = &[
    ("presence", Function::Presence),
    ("stopbarpresence", Function::Presence),
    ("advance", Function::Advance),
    ("yellowred", Function::YellowRed),
    ("count", Function::Count),
    ("stopbarcount", Function::Count),
    ("pedestrian", Function::Pedestrian),
    ("ped", Function::Pedestrian),
    ("extension", Function::Other),
];

/// As they are written in messages.
const WORDS: [&str; 6] = ["Presence", "Advance", "Count", "Yellow_Red", "Pedestrian", "Extension"];

/// The signals of a log, as its detectors are to find them.
pub struct Signals<'a> {
    /// All of them.
    pub all: &'a [String],
    /// Which of them is meant, if only one is.
    pub only: Option<&'a str>,
    /// How the log names them.
    pub names: &'a Names,
}

impl Signals<'_> {
    /// Finds the column by which a file's rows belong to signals: that of devices if both have one.
    ///
    /// # Errors
    /// If it has none and the log has several signals.
    fn column<R: std::io::BufRead>(&self, table: &Table<R>) -> Result<(Option<usize>, bool), Failure> {
        let (device, signal) = (table.column(DEVICE), table.column(SIGNAL));
        if device.is_some() && self.names.devices.is_some() {
            return Ok((device, true));
        }
        let column = if self.names.has_signals { signal.or(device) } else { device.or(signal) };
        if column.is_none() && self.only.is_none() && self.all.len() > 1 {
            table.needed(DEVICE, "DeviceId: the log has several signals")?;
        }
        Ok((column, false))
    }

    /// The signal of a cell of that column; of a file without one, the log's.
    fn name(&self, cell: &str, (column, is_device): (Option<usize>, bool)) -> String {
        let of_device = || self.names.devices.as_ref()?.get(cell).cloned();
        match column {
            None => self.only.or(self.all.first().map(String::as_str)).unwrap_or_default().to_owned(),
            // Some write a signal's name there. But some signal may be called like a device that is not in the log: numbers
            // are ids.
            Some(_) if is_device && cell.parse::<u64>().is_err() => of_device().unwrap_or_else(|| cell.to_owned()),
            Some(_) if is_device => of_device().unwrap_or_else(|| format!("DeviceId {cell}")),
            Some(_) => cell.to_owned(),
        }
    }
}

/// Reads a file. What is of no use is counted in `skipped`.
///
/// # Errors
/// If it is none; says in which line and what was expected. If none of its signals is in the log.
pub fn read(path: &Path, signals: &Signals<'_>, skipped: &mut Skipped) -> Result<Detectors, Failure> {
    let mut table = open(path)?;
    let phase = table.needed(&["phase", "phasenumber", "protectedphase"], "Phase")?;
    let channel = table.needed(&["parameter", "detectorchannel", "channel", "detector"], "Parameter")?;
    let function = table.needed(&["function", "detectionfunction", "detectiontype"], "Function")?;
    let signal = signals.column(&table)?;
    let travel = table.column(&["travels", "traveltime", "traveltimes"]);
    let distance = table.column(&["distancem", "distance"]);
    let speed = table.column(&["speedms", "speed"]);
    let arrow = table.column(&["arrow", "fya"]);
    let lamp = table.column(&["lamp"]);
    let mut list = Vec::new();
    let mut strangers: Option<(u64, String)> = None;
    while table.advance()? {
        let whole = |column: usize, what: &str| {
            let cell = table.cell(Some(column));
            cell.parse::<u16>().map_err(|_| table.wrong(&format!("{what} '{cell}': expected a number from 0 to 65535")))
        };
        let number = |column: Option<usize>, what: &str| match table.cell(column) {
            "" => Ok(None),
            cell => match cell.parse::<f64>() {
                Ok(n) if (0.0..=MOST).contains(&n) => Ok(Some(n)),
                _ => Err(table.wrong(&format!("{what} '{cell}': expected a number from 0 to {MOST}"))),
            },
        };
        let (travel, distance) = (number(travel, "travel time")?, number(distance, "distance")?);
        let at_line = distance.map_or(travel.unwrap_or(0.0) <= 0.0, |distance| distance <= AT_LINE_M);
        let judges = at_line && table.cell(lamp) != OWN_LAMP;
        let travel = match (travel, distance, number(speed, "speed")?) {
            (Some(travel), ..) => travel,
            (None, Some(distance), Some(speed)) if speed > 0.0 => (distance / speed).min(MOST),
            _ => 0.0,
        };
        let (channel, phase) = (whole(channel, "channel")?, whole(phase, "phase")?);
        let arrow = match table.cell(arrow) {
            "" => None,
            _ => Some(whole(arrow.unwrap_or_default(), "arrow")?),
        };
        let cell = table.cell(Some(function));
        let simple: String = cell.chars().filter(|c| c.is_alphanumeric()).collect::<String>().to_lowercase();
        let known = FUNCTIONS.iter().find(|(name, _)| *name == simple);
        if known.is_none() {
            let name: String = cell.chars().take(40).collect();
            let meant = expected_names(&name, WORDS.into_iter());
            let what = format!("detectors with the function '{name}', which is not known; {meant}");
            let n = skipped.entry(what).or_default();
            *n += 1;
            if *n == 1 {
                let warning = table.wrong(&format!("function '{name}' is not known; {meant}"));
                complain("warning", &warning.to_string());
            }
        }
        let name = signals.name(table.cell(signal.0), signal);
        if !signals.all.contains(&name) {
            strangers.get_or_insert((0, name.clone())).0 += 1;
        }
        let function = known.map_or(Function::Other, |(_, function)| *function);
        let travel = Millis::from_seconds(travel);
        list.push(Detector { signal: name, channel, phase, function, travel, judges, arrow });
    }
    if let Some((n, name)) = strangers.filter(|(n, _)| *n == list.len() as u64) {
        let known = expected_names(&name, signals.all.iter().map(String::as_str));
        let problem = format!("none of its {n} detectors is of a signal in the log: '{name}', for one; {known}");
        return Err(Failure::Input(format!("{}: {problem}", path.display())));
    }
    Detectors::new(list).map_err(|e| Failure::Input(format!("{}: {e}", path.display())))
}
