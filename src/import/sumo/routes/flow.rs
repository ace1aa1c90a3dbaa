//! The timing of a `<flow>`.

use std::path::Path;

use intergreen_control::Millis;

use super::{Window, time};
use crate::demand::Timing;
use crate::import::sumo::time::parse;
use crate::import::xml::Element;
use crate::import::{ImportError, Report};

/// How often a flow makes a vehicle.
enum Rate {
    /// One every so many seconds.
    Period(f64),
    /// With this probability in each second.
    Probability(f64),
    /// At random, so many per second.
    Poisson(f64),
}

/// The timing of a flow; `None` if its vehicles wait for others, which is counted.
pub fn timing(
    file: &Path,
    element: &Element,
    window: Window,
    report: &mut Report,
) -> Result<Option<Timing>, ImportError> {
    let begin = match element.get("begin") {
        None => window.begin,
        Some(_) => match time::depart(file, element, "begin", window.begin, report)? {
            Some(begin) => begin,
            None => return Ok(None),
        },
    };
    let given_end = time::attribute(file, element, "end")?;
    if let Some(end) = given_end
        && end < begin
    {
        let problem = format!("ends at {} s, before it begins at {} s", end.seconds(), begin.seconds());
        return Err(element.error(file, problem));
    }
    let given_number = element.index(file, "number")?.map(|n| n as u64);
    let (end, number) = (given_end.unwrap_or(Millis::NEVER), given_number.unwrap_or(u64::MAX));
    Ok(Some(match (rate(file, element)?, given_number) {
        (Some(Rate::Period(period)), _) => Timing::Every { begin, period, end, number },
        (Some(Rate::Probability(probability)), _) => Timing::Chance { begin, end, probability, number },
        (Some(Rate::Poisson(rate)), _) => Timing::Poisson { begin, end, rate, number },
        (None, Some(number)) => spread(file, element, begin, given_end.or(window.end), number)?,
        (None, None) => {
            return Err(element.error(file, "has no rate; expected period, vehsPerHour, probability or number"));
        }
    }))
}

/// `number` vehicles spread evenly from `begin` to `end`.
fn spread(
    file: &Path,
    element: &Element,
    begin: Millis,
    end: Option<Millis>,
    number: u64,
) -> Result<Timing, ImportError> {
    let Some(end) = end else {
        return Err(element.error(file, "has a number, but neither a rate nor an end; expected one of them"));
    };
    // Whole milliseconds, as SUMO counts. Where they are used up all vehicles depart at once, a moment before the end.
    let step = (end - begin).0.max(0) as u64 / number.max(1);
    let period = (step as f64 / 1000.0).max(1e-9);
    Ok(Timing::Every { begin, period, end: end.max(begin + Millis(1)), number })
}

/// The rate of a flow, if it gives one; more than one is an error. Periods are whole milliseconds: SUMO's clock, and
/// with it the rhythm of a flow over an hour.
fn rate(file: &Path, element: &Element) -> Result<Option<Rate>, ImportError> {
    const RATES: &[&str] = &["period", "vehsPerHour", "perHour", "probability"];
    let mut given = RATES.iter().filter(|name| element.get(name).is_some());
    let Some(&name) = given.next() else { return Ok(None) };
    if let Some(other) = given.next() {
        return Err(element.error(file, format!("gives both {name} and {other}; expected one of them")));
    }
    let text = element.get(name).unwrap_or_default().trim();
    let above_zero = |value: Option<f64>, expected: &str| {
        value
            .filter(|v| v.is_finite() && *v > 0.0)
            .ok_or_else(|| element.error(file, format!("{name}=\"{text}\"; expected {expected}")))
    };
    let number = |t: &str| t.trim().parse::<f64>().ok();
    Ok(Some(match name {
        "period" => match text.strip_prefix("exp(").and_then(|t| t.strip_suffix(')')) {
            Some(rate) => Rate::Poisson(above_zero(number(rate), "a rate > 0 in exp(…)")?),
            None => {
                Rate::Period(above_zero(parse(text).map(Millis::seconds), "a time of at least 0.001 s or exp(rate)")?)
            }
        },
        "probability" => {
            Rate::Probability(above_zero(number(text).filter(|p| *p <= 1.0), "a number above 0 and at most 1")?)
        }
        _ => {
            let rate = above_zero(number(text), "a number > 0")?;
            Rate::Period(above_zero(
                Some(Millis::from_seconds(3600.0 / rate).seconds()),
                "at most 7,200,000 vehicles per hour",
            )?)
        }
    }))
}
