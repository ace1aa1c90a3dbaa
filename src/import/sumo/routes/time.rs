//! Times in attributes.

use std::path::Path;

use intergreen_control::Millis;

use crate::import::sumo::time::parse;
use crate::import::xml::Element;
use crate::import::{ImportError, Report};

/// A time ≥ 0, if the attribute is present.
pub fn attribute(file: &Path, element: &Element, name: &str) -> Result<Option<Millis>, ImportError> {
    let Some(text) = element.get(name) else { return Ok(None) };
    match parse(text) {
        Some(time) if time.0 >= 0 => Ok(Some(time)),
        _ => Err(element.error(file, format!("{name}=\"{text}\"; expected a time ≥ 0 in seconds or as h:m:s"))),
    }
}

/// When something departs; `None` for vehicles that wait for others, which are counted.
pub fn depart(
    file: &Path,
    element: &Element,
    name: &str,
    begin: Millis,
    report: &mut Report,
) -> Result<Option<Millis>, ImportError> {
    match element.need(file, name)? {
        "begin" => Ok(Some(begin)),
        word @ ("triggered" | "containerTriggered" | "split") => {
            report.count(format!("<{}> with {name}=\"{word}\" not simulated", element.name), || element.label());
            Ok(None)
        }
        _ => attribute(file, element, name),
    }
}
