//! Times as SUMO writes them.

use std::path::Path;

use intergreen_control::Millis;

use crate::import::xml::Element;
use crate::import::{ImportError, Report};

/// Times beyond this are refused, s: about 30,000 years.
const LATEST: f64 = 1e12;

/// A time: seconds, `h:m:s` or `d:h:m:s`.
pub fn parse(text: &str) -> Option<f64> {
    let text = text.trim();
    let (sign, body) = text.strip_prefix('-').map_or((1.0, text), |rest| (-1.0, rest));
    let parts: Vec<f64> = body.split(':').map(|p| p.parse::<f64>().ok()).collect::<Option<_>>()?;
    let seconds = match parts[..] {
        [s] => s,
        [h, m, s] => (h * 60.0 + m) * 60.0 + s,
        [d, h, m, s] => ((d * 24.0 + h) * 60.0 + m) * 60.0 + s,
        _ => return None,
    };
    (seconds.is_finite() && parts.iter().all(|p| *p >= 0.0) && seconds <= LATEST).then_some(sign * seconds)
}

/// A time ≥ 0, if the attribute is present.
pub fn attribute(file: &Path, element: &Element, name: &str) -> Result<Option<Millis>, ImportError> {
    let Some(text) = element.get(name) else { return Ok(None) };
    match parse(text) {
        Some(seconds) if seconds >= 0.0 => Ok(Some(Millis::from_seconds(seconds))),
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
