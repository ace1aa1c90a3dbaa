//! `.sumocfg`: which files make a scenario, and its clock.

use std::path::{Path, PathBuf};

use intergreen_control::Millis;

use super::time;
use crate::demand::routing::{MOST_LOOKS, Memory, Moment, Routing};
use crate::import::xml::{self, Element};
use crate::import::{ImportError, Report};
use crate::instruments::Outputs;

/// What a `.sumocfg` says, its paths made relative to the place it was read from.
#[derive(Clone, Debug, PartialEq)]
pub struct Config {
    /// The network.
    pub net: PathBuf,
    /// Demand, in the order in which it is loaded.
    pub routes: Vec<PathBuf>,
    /// Everything else (stops, detectors, signal programs, vehicle types), in the order in which it is loaded.
    pub additional: Vec<PathBuf>,
    /// Where the scenario's clock starts.
    pub begin: Millis,
    /// Where it ends; `None`: when the last vehicle has left.
    pub end: Option<Millis>,
    /// Length of a step, if given.
    pub step: Option<Millis>,
    /// Factor on the demand, if given.
    pub scale: Option<f64>,
    /// Seed of the random numbers, if given.
    pub seed: Option<u64>,
    /// The results it asks for.
    pub outputs: Outputs,
    /// How trips find their way.
    pub routing: Routing,
}

/// The options while they are read.
struct Options {
    net: Option<PathBuf>,
    routes: Vec<PathBuf>,
    additional: Vec<PathBuf>,
    begin: Option<Millis>,
    end: Option<Millis>,
    step: Option<Millis>,
    scale: Option<f64>,
    seed: Option<u64>,
    outputs: Outputs,
    routing: Routing,
}

/// Reads a `.sumocfg`. Options that mean nothing here are counted in `report` by name.
///
/// # Errors
/// If the file is no configuration, names no network, or an option has a value it cannot have.
pub fn read_config(file: &Path, report: &mut Report) -> Result<Config, ImportError> {
    let mut options = Options::new();
    xml::read(file, &["configuration", "sumoConfiguration"], |element| options.section(file, &element, report))?;
    let net = options
        .net
        .ok_or_else(|| ImportError::new(file, "<net-file> is missing; expected the path of a network as its value"))?;
    let begin = options.begin.unwrap_or_default();
    if let Some(end) = options.end
        && end <= begin
    {
        let problem = format!("<end> is {} s; expected a time after <begin>, {} s", end.seconds(), begin.seconds());
        return Err(ImportError::new(file, problem));
    }
    Ok(Config {
        net,
        routes: options.routes,
        additional: options.additional,
        begin,
        end: options.end,
        step: options.step,
        scale: options.scale,
        seed: options.seed,
        outputs: options.outputs,
        routing: options.routing,
    })
}

impl Options {
    /// Nothing given: trips find their way when they depart, everything else is open.
    fn new() -> Self {
        Self {
            net: None,
            routes: Vec::new(),
            additional: Vec::new(),
            begin: None,
            end: None,
            step: None,
            scale: None,
            seed: None,
            outputs: Outputs::default(),
            routing: Routing { moment: Moment::AtDeparture, ..Routing::default() },
        }
    }

    /// One element: an option, or a section of options (sections only order the file; their names say nothing).
    fn section(&mut self, file: &Path, element: &Element, report: &mut Report) -> Result<(), ImportError> {
        let value = element.get("value").or_else(|| element.get("v"));
        if value.is_none() && !element.children.is_empty() {
            return element.children.iter().try_for_each(|child| self.section(file, child, report));
        }
        self.option(file, element, value, report)
    }

    /// One option, under its name or one of its synonyms.
    fn option(
        &mut self,
        file: &Path,
        element: &Element,
        value: Option<&str>,
        report: &mut Report,
    ) -> Result<(), ImportError> {
        let value = || value.ok_or_else(|| element.error(file, "attribute 'value' is missing"));
        match element.name.as_str() {
            "net-file" | "net" | "n" => self.net = Some(one_path(file, element, value()?)?),
            "route-files" | "routes" | "r" => self.routes = paths(file, value()?),
            "additional-files" | "additional" | "a" => self.additional = paths(file, value()?),
            "begin" | "b" => self.begin = Some(moment(file, element, value()?)?),
            // SUMO's own word for "no end" is a negative time.
            "end" | "e" => self.end = Some(moment(file, element, value()?)?).filter(|t| t.0 >= 0),
            "step-length" => self.step = Some(step(file, element, value()?)?),
            "scale" => self.scale = Some(number(file, element, value()?)?),
            "seed" => self.seed = Some(seed(file, element, value()?)?),
            "tripinfo-output" | "tripinfo" => self.outputs.tripinfo = Some(value()?.to_owned()),
            "summary-output" | "summary" => self.outputs.summary = Some(value()?.to_owned()),
            "fcd-output" => self.outputs.fcd = Some(value()?.to_owned()),
            "device.fcd.period" => {
                let period = step(file, element, value()?)?;
                self.outputs.fcd_period = Some(period);
            }
            "edgedata-output" => self.outputs.edge_data = Some(value()?.to_owned()),
            "lanedata-output" => self.outputs.lane_data = Some(value()?.to_owned()),
            name if self.routing_option(file, element, name, &value)? => {}
            // An empty section.
            "input" | "time" | "output" | "processing" | "report" | "random_number" | "gui_only" | "routing" => {}
            name => report
                .count(format!("configuration option '{name}'"), || format!("{}:{}", file.display(), element.line)),
        }
        Ok(())
    }
}

impl Options {
    /// An option of routing; false if it is none, or none with this value.
    fn routing_option<'v>(
        &mut self,
        file: &Path,
        element: &Element,
        name: &str,
        value: &impl Fn() -> Result<&'v str, ImportError>,
    ) -> Result<bool, ImportError> {
        // The older names of the same options.
        let name = name.strip_prefix("device.routing.").map_or(name.into(), |rest| format!("device.rerouting.{rest}"));
        let routing = &mut self.routing;
        match name.as_str() {
            "device.rerouting.adaptation-interval" => routing.interval = span(file, element, value()?)?,
            "device.rerouting.adaptation-steps" => routing.memory = steps(file, element, value()?)?,
            "device.rerouting.adaptation-weight" => {
                // A weight of zero asks for SUMO's default, the mean.
                let weight = weight(file, element, value()?)?;
                routing.memory = if weight > 0.0 { Memory::Fading(weight) } else { routing.memory };
            }
            "device.rerouting.pre-period" => routing.again_after = span(file, element, value()?)?,
            "weights.minor-penalty" => routing.penalties.minor = number(file, element, value()?)?,
            "weights.turnaround-penalty" => routing.penalties.turnaround = number(file, element, value()?)?,
            // Simulated only at the value they have by default; how ways are searched changes none of them.
            "device.rerouting.period" => return Ok(span(file, element, value()?)? == Millis(0)),
            "weights.tls-penalty" | "weights.priority-factor" => return Ok(number(file, element, value()?)? == 0.0),
            "weights.random-factor" => return Ok(number(file, element, value()?)? == 1.0),
            "device.rerouting.threads" | "routing-threads" | "routing-algorithm" => {}
            _ => return Ok(false),
        }
        Ok(true)
    }
}

/// The one path an option must name.
fn one_path(file: &Path, element: &Element, value: &str) -> Result<PathBuf, ImportError> {
    match paths(file, value).as_slice() {
        [path] => Ok(path.clone()),
        all => Err(element.error(file, format!("value=\"{value}\" names {} files; expected one", all.len()))),
    }
}

/// The paths of a list, relative to the configuration's folder.
fn paths(file: &Path, value: &str) -> Vec<PathBuf> {
    let folder = file.parent().unwrap_or(Path::new(""));
    let mut out = Vec::new();
    for part in value.split([',', ';']).map(str::trim).filter(|p| !p.is_empty()) {
        // Blanks separate too, unless they belong to a name.
        let whole = folder.join(part);
        if whole.exists() {
            out.push(whole);
        } else {
            out.extend(part.split_whitespace().map(|p| folder.join(p)));
        }
    }
    out
}

/// A point in time.
fn moment(file: &Path, element: &Element, value: &str) -> Result<Millis, ImportError> {
    time::parse(value)
        .ok_or_else(|| element.error(file, format!("value=\"{value}\" is not a time; expected seconds or h:m:s")))
}

/// A step's length.
fn step(file: &Path, element: &Element, value: &str) -> Result<Millis, ImportError> {
    match moment(file, element, value)? {
        t if t.0 > 0 => Ok(t),
        _ => Err(element.error(file, format!("value=\"{value}\"; expected a step of at least 0.001 s"))),
    }
}

/// A span of time.
fn span(file: &Path, element: &Element, value: &str) -> Result<Millis, ImportError> {
    match moment(file, element, value)? {
        t if t.0 >= 0 => Ok(t),
        _ => Err(element.error(file, format!("value=\"{value}\"; expected a time of at least 0 s"))),
    }
}

/// A number of looks at the traffic; with none, only the last one counts.
fn steps(file: &Path, element: &Element, value: &str) -> Result<Memory, ImportError> {
    match value.trim().parse() {
        Ok(0) => Ok(Memory::Fading(0.0)),
        Ok(n) if n <= MOST_LOOKS => Ok(Memory::Mean(n)),
        _ => Err(element.error(file, format!("value=\"{value}\"; expected a whole number from 0 to {MOST_LOOKS}"))),
    }
}

/// A weight of what was seen before.
fn weight(file: &Path, element: &Element, value: &str) -> Result<f64, ImportError> {
    match number(file, element, value)? {
        w if w <= 1.0 => Ok(w),
        _ => Err(element.error(file, format!("value=\"{value}\"; expected a number from 0 to 1"))),
    }
}

/// A number that cannot be negative: a factor, a weight, a time in seconds.
fn number(file: &Path, element: &Element, value: &str) -> Result<f64, ImportError> {
    match value.trim().parse::<f64>() {
        Ok(v) if v.is_finite() && v >= 0.0 => Ok(v),
        _ => Err(element.error(file, format!("value=\"{value}\"; expected a number ≥ 0"))),
    }
}

/// A seed.
fn seed(file: &Path, element: &Element, value: &str) -> Result<u64, ImportError> {
    value.trim().parse().map_err(|_| element.error(file, format!("value=\"{value}\"; expected a whole number ≥ 0")))
}

#[cfg(test)]
#[path = "config_tests.rs"]
mod tests;
