//! How a vehicle enters and leaves: the `depart…` and `arrival…` attributes.

use std::path::Path;

use crate::demand::{ArrivalPosition, DepartLane, DepartPosition, DepartSpeed, Manner};
use crate::import::xml::Element;
use crate::import::{ImportError, Report};

/// Reads all of them; what is absent is as SUMO has it.
pub fn manner(file: &Path, element: &Element, report: &mut Report) -> Result<Manner, ImportError> {
    Ok(Manner {
        depart_lane: depart_lane(file, element, report)?,
        depart_speed: depart_speed(file, element)?,
        depart_position: depart_position(file, element, report)?,
        arrival_lane: arrival_lane(file, element, report)?,
        arrival_position: arrival_position(file, element, report)?,
        arrival_speed: arrival_speed(file, element)?,
    })
}

/// An error about a value that is neither a known word nor a fitting number.
fn unfit(file: &Path, element: &Element, name: &str, expected: &str) -> ImportError {
    element.error(file, format!("{name}=\"{}\"; expected {expected}", element.get(name).unwrap_or_default()))
}

/// A finite number.
fn number(text: &str) -> Option<f32> {
    text.trim().parse::<f32>().ok().filter(|v| v.is_finite())
}

fn depart_lane(file: &Path, element: &Element, report: &mut Report) -> Result<DepartLane, ImportError> {
    Ok(match element.get("departLane") {
        // SUMO 1.28's default is best_prob, which draws among equally good lanes what best decides by load.
        None | Some("best") => DepartLane::Best,
        Some("first") => DepartLane::First,
        Some("random") => DepartLane::Random,
        Some("free") => DepartLane::Free,
        Some("allowed") => DepartLane::Allowed,
        Some("best_prob") => {
            report.count("departLane=\"best_prob\" taken as best", || element.label());
            DepartLane::Best
        }
        Some(text) => DepartLane::Index(
            text.trim()
                .parse()
                .map_err(|_| unfit(file, element, "departLane", "random, free, allowed, best, first or an index"))?,
        ),
    })
}

fn depart_speed(file: &Path, element: &Element) -> Result<DepartSpeed, ImportError> {
    Ok(match element.get("departSpeed") {
        Some("max") => DepartSpeed::Max,
        Some("desired") => DepartSpeed::Desired,
        Some("speedLimit") => DepartSpeed::Limit,
        Some("random") => DepartSpeed::Random,
        Some("last") => DepartSpeed::Last,
        // The default of SUMO 1.28.
        None | Some("avg") => DepartSpeed::Average,
        Some(text) => DepartSpeed::Exactly(number(text).filter(|v| *v >= 0.0).ok_or_else(|| {
            unfit(file, element, "departSpeed", "max, desired, speedLimit, random, last, avg or a speed ≥ 0")
        })?),
    })
}

fn depart_position(file: &Path, element: &Element, report: &mut Report) -> Result<DepartPosition, ImportError> {
    Ok(match element.get("departPos") {
        None | Some("base") => DepartPosition::Base,
        Some("random") => DepartPosition::Random,
        Some("free") => DepartPosition::Free,
        Some("random_free") => DepartPosition::RandomFree,
        Some("last") => DepartPosition::Last,
        Some("stop") => DepartPosition::Stop,
        Some("splitFront") => {
            report.count("departPos=\"splitFront\" taken as base", || element.label());
            DepartPosition::Base
        }
        Some(text) => DepartPosition::At(number(text).ok_or_else(|| {
            unfit(file, element, "departPos", "base, random, free, random_free, last or a place in metres")
        })?),
    })
}

fn arrival_lane(file: &Path, element: &Element, report: &mut Report) -> Result<Option<u8>, ImportError> {
    Ok(match element.get("arrivalLane") {
        None | Some("current") => None,
        Some("first") => Some(0),
        Some("random") => {
            report.count("arrivalLane=\"random\" taken as current", || element.label());
            None
        }
        Some(text) => {
            Some(text.trim().parse().map_err(|_| unfit(file, element, "arrivalLane", "current, first or an index"))?)
        }
    })
}

fn arrival_position(file: &Path, element: &Element, report: &mut Report) -> Result<ArrivalPosition, ImportError> {
    Ok(match element.get("arrivalPos") {
        None | Some("max") => ArrivalPosition::End,
        Some("random") => ArrivalPosition::Random,
        Some("center") => {
            report.count("arrivalPos=\"center\" taken as max", || element.label());
            ArrivalPosition::End
        }
        Some(text) => ArrivalPosition::At(
            number(text).ok_or_else(|| unfit(file, element, "arrivalPos", "max, random or a place in metres"))?,
        ),
    })
}

fn arrival_speed(file: &Path, element: &Element) -> Result<Option<f32>, ImportError> {
    Ok(match element.get("arrivalSpeed") {
        None | Some("current") => None,
        Some(text) => Some(
            number(text)
                .filter(|v| *v >= 0.0)
                .ok_or_else(|| unfit(file, element, "arrivalSpeed", "current or a speed ≥ 0"))?,
        ),
    })
}
