//! Which detector is for what, as CSV: the configuration of the package `atspm` (DeviceId, Phase, Parameter, Function),
//! with the distance to the stop line if it is known, and the flashing yellow arrow of the lane if it has one.

use std::path::Path;

use intergreen_control::Millis;

use super::Failure;
use super::read::{SIGNAL, open};
use crate::performance::{Detector, Detectors, Function, Skipped};

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
];

/// Reads a file. `nameless`: the signal of all rows if the file has no column for it. What is of no use is counted in
/// `skipped`.
///
/// # Errors
/// If it is none; says in which line and what was expected.
pub fn read(path: &Path, nameless: &str, skipped: &mut Skipped) -> Result<Detectors, Failure> {
    let mut table = open(path)?;
    let phase = table.needed(&["phase", "phasenumber", "protectedphase"], "Phase")?;
    let channel = table.needed(&["parameter", "detectorchannel", "channel", "detector"], "Parameter")?;
    let function = table.needed(&["function", "detectionfunction", "detectiontype"], "Function")?;
    let signal = table.column(SIGNAL);
    let travel = table.column(&["travels", "traveltime", "traveltimes"]);
    let distance = table.column(&["distancem", "distance"]);
    let speed = table.column(&["speedms", "speed"]);
    let arrow = table.column(&["arrow", "fya"]);
    let mut list = Vec::new();
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
        let travel = match (number(travel, "travel time")?, number(distance, "distance")?, number(speed, "speed")?) {
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
        let Some(&(_, function)) = FUNCTIONS.iter().find(|(name, _)| *name == simple) else {
            let name: String = cell.chars().take(40).collect();
            *skipped.entry(format!("detectors with the function '{name}'")).or_default() += 1;
            continue;
        };
        let signal = if signal.is_some() { table.cell(signal) } else { nameless }.to_owned();
        list.push(Detector { signal, channel, phase, function, travel: Millis::from_seconds(travel), arrow });
    }
    Detectors::new(list).map_err(|e| Failure::Input(format!("{}: {e}", path.display())))
}
