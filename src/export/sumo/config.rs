//! The configuration.

use std::io::{Result, Write};

use super::xml::{Tag, Xml};
use super::{Files, Scenario, seconds};
use crate::demand::routing::{Memory, Moment};

/// Writes the configuration that names the other files.
pub fn write(s: &Scenario<'_>, files: &Files, additional: bool, out: &mut dyn Write) -> Result<()> {
    let mut xml = Xml::begin(out, Tag::new("configuration"))?;
    let input = [
        ("net-file", Some(files.net.clone())),
        ("route-files", Some(files.routes.clone())),
        ("additional-files", additional.then(|| files.additional.clone())),
    ];
    section(&mut xml, "input", &input)?;
    let end = s.end.map(seconds);
    section(
        &mut xml,
        "time",
        &[("begin", Some(seconds(s.begin))), ("end", end), ("step-length", Some(seconds(s.step)))],
    )?;
    let results: Vec<_> = s.results.iter().map(|(option, file)| (*option, Some(file.clone()))).collect();
    section(&mut xml, "output", &results)?;
    xml.remark("nobody is taken off the road, whatever stands in the way")?;
    section(&mut xml, "processing", &[("time-to-teleport", Some("-1".to_owned()))])?;
    if s.routing.moment == Moment::AtDeparture && s.routes.iter().any(|r| r.via.is_some()) {
        section(&mut xml, "routing", &routing(s))?;
    }
    section(&mut xml, "random_number", &[("seed", Some(s.seed.to_string()))])?;
    xml.end("configuration")
}

/// What trips know when they look for their way.
fn routing(s: &Scenario<'_>) -> Vec<(&'static str, Option<String>)> {
    let r = &s.routing;
    let (steps, weight) = match r.memory {
        Memory::Mean(steps) => (steps, None),
        Memory::Fading(weight) => (0, (weight > 0.0).then(|| weight.to_string())),
    };
    vec![
        ("device.rerouting.adaptation-interval", Some(seconds(r.interval))),
        ("device.rerouting.adaptation-steps", Some(steps.to_string())),
        ("device.rerouting.adaptation-weight", weight),
        ("device.rerouting.pre-period", Some(seconds(r.again_after))),
        ("weights.minor-penalty", Some(r.penalties.minor.to_string())),
        ("weights.turnaround-penalty", Some(r.penalties.turnaround.to_string())),
    ]
}

/// A section with the options that have a value; nothing if none has.
fn section(xml: &mut Xml<'_>, name: &'static str, options: &[(&'static str, Option<String>)]) -> Result<()> {
    if options.iter().all(|(_, value)| value.is_none()) {
        return Ok(());
    }
    xml.open(Tag::new(name))?;
    for (option, value) in options {
        if let Some(value) = value {
            xml.leaf(Tag::new(option).with("value", value))?;
        }
    }
    xml.close(name)
}
