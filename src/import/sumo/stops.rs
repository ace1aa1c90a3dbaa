//! Stopping places (`<busStop>` and its like) and the `<stop>`s of vehicles and routes.

use std::collections::HashMap;
use std::path::Path;

use intergreen_control::Millis;

use super::time;
use crate::demand::{PlaceId, Stop, StoppingPlace, Until};
use crate::import::xml::Element;
use crate::import::{ImportError, Report};
use crate::network::{LaneId, LinkId, Network, VehicleClass};

/// Elements that define a stopping place, with the attributes by which a `<stop>` refers to them.
const PLACES: &[(&str, &str)] = &[
    ("busStop", "busStop"),
    ("trainStop", "trainStop"),
    ("containerStop", "containerStop"),
    ("chargingStation", "chargingStation"),
    ("parkingArea", "parkingArea"),
];

/// Length of a stop that gives only its end, m.
const POINT: f64 = 0.2;

/// Whether an element defines a stopping place.
pub fn is_place(name: &str) -> bool {
    PLACES.iter().any(|(element, _)| *element == name)
}

/// The place that a `<stop>` refers to: kind and name.
fn place_of(element: &Element) -> Option<(&'static str, &str)> {
    PLACES.iter().find_map(|(kind, attribute)| element.get(attribute).map(|name| (*kind, name)))
}

/// A stopping place and what else a `<stop>` there has to know.
struct Known {
    id: PlaceId,
    /// Its vehicles leave the lane.
    parks: bool,
}

/// A stop as it stands in a file; until it is asked for, its lane may depend on the class of vehicle.
#[derive(Clone)]
pub struct RawStop {
    line: usize,
    place: Place,
    duration: Option<Millis>,
    until: Option<Millis>,
    parks: bool,
}

/// Where a stop is.
#[derive(Clone)]
enum Place {
    Named(PlaceId),
    Lane(LaneId, f64, f64),
    /// On the first lane open to the vehicle's class.
    Link(LinkId, Option<f64>, Option<f64>),
}

/// What the `until` of a stop counts from.
#[derive(Clone, Copy)]
pub enum Origin {
    /// The scenario's clock.
    Clock,
    /// The vehicle's departure.
    Departure,
    /// The beginning of a flow: its vehicles repeat the first one's timetable.
    Flow(Millis),
}

/// The stopping places of a scenario.
pub struct StopBook<'a> {
    /// By [`PlaceId`].
    pub places: Vec<StoppingPlace>,
    network: &'a Network,
    lanes: HashMap<&'a str, LaneId>,
    links: HashMap<&'a str, LinkId>,
    names: HashMap<(&'static str, String), Known>,
}

impl<'a> StopBook<'a> {
    /// No places yet.
    pub fn new(network: &'a Network) -> Self {
        let lanes = network.lanes.iter().enumerate().map(|(i, lane)| (lane.id.as_str(), LaneId::new(i))).collect();
        let links = network.links.iter().enumerate().map(|(i, link)| (link.id.as_str(), LinkId::new(i))).collect();
        Self { places: Vec::new(), network, lanes, links, names: HashMap::new() }
    }

    /// Takes in a stopping place.
    pub fn add(&mut self, file: &Path, element: &Element, report: &mut Report) -> Result<(), ImportError> {
        let Some((kind, _)) = PLACES.iter().find(|(name, _)| *name == element.name) else { return Ok(()) };
        let id = element.need(file, "id")?;
        let lane = self.lane(file, element, element.need(file, "lane")?)?;
        let (start, end) = self.stretch(file, element, lane, Some(0.0))?;
        for child in &element.children {
            if !matches!(child.name.as_str(), "param" | "access") {
                report.count(format!("<{}> in a <{kind}> not simulated", child.name), || element.label());
            }
        }
        let mut parks = false;
        if *kind == "parkingArea" {
            report.count("<parkingArea> without its capacity: everybody finds room", || element.label());
            parks = !element.flag(file, "onRoad")?.unwrap_or(false);
        }
        let place = PlaceId::new(self.places.len());
        // A bus and a train stop may have one name in SUMO, too: they are one there.
        let key = if *kind == "trainStop" { "busStop" } else { kind };
        if self.names.insert((key, id.to_owned()), Known { id: place, parks }).is_some() {
            return Err(element.error(file, "is defined twice"));
        }
        self.places.push(StoppingPlace { id: id.to_owned(), lane, start: start as f32, end: end as f32 });
        Ok(())
    }

    /// Whether the places are known that the stops of a vehicle or route refer to.
    pub fn knows_all(&self, element: &Element) -> bool {
        let known =
            |e: &Element| e.name != "stop" || place_of(e).is_none_or(|(kind, name)| self.find(kind, name).is_some());
        element.children.iter().all(|c| known(c) && c.children.iter().all(known))
    }

    fn find(&self, kind: &'static str, name: &str) -> Option<&Known> {
        let key = if kind == "trainStop" { "busStop" } else { kind };
        self.names.get(&(key, name.to_owned()))
    }

    /// The stops of a vehicle or route, as they stand there.
    pub fn stops(&self, file: &Path, element: &Element, report: &mut Report) -> Result<Vec<RawStop>, ImportError> {
        let mut stops = Vec::new();
        for child in element.children.iter().filter(|c| c.name == "stop") {
            stops.extend(self.stop(file, element, child, report)?);
        }
        Ok(stops)
    }

    /// One stop; `None` if it is left out, which is counted.
    fn stop(
        &self,
        file: &Path,
        owner: &Element,
        element: &Element,
        report: &mut Report,
    ) -> Result<Option<RawStop>, ImportError> {
        count_unread(owner, element, report);
        if element.number(file, "speed")?.is_some_and(|v| v > 0.0) {
            report.count("<stop> with speed (a waypoint) left out", || owner.label());
            return Ok(None);
        }
        let duration = time_of(file, element, "duration")?;
        let until = time_of(file, element, "until")?;
        let waits = ["triggered", "containerTriggered"]
            .iter()
            .any(|name| element.get(name).is_some_and(|v| !matches!(v, "0" | "false" | "False" | "no" | "off")));
        if duration.is_none() && until.is_none() {
            report.count("<stop> without duration and until (waits for passengers) left out", || owner.label());
            return Ok(None);
        }
        if waits {
            report.count("triggered <stop> ends with its duration: nobody boards", || owner.label());
        }
        let mut parks = match element.get("parking") {
            Some("opportunistic") => {
                report.count("parking=\"opportunistic\" of a <stop> taken as true", || owner.label());
                true
            }
            _ => element.flag(file, "parking")?.unwrap_or(false),
        };
        let place = match place_of(element) {
            Some((kind, name)) => {
                let known = self.find(kind, name);
                let known =
                    known.ok_or_else(|| self.unfit(file, owner, element, format!("{kind}=\"{name}\" is not known")))?;
                parks |= known.parks;
                Place::Named(known.id)
            }
            None => self.stretch_of(file, owner, element)?,
        };
        Ok(Some(RawStop { line: element.line, place, duration, until, parks }))
    }

    /// Where a stop without a stopping place is.
    fn stretch_of(&self, file: &Path, owner: &Element, element: &Element) -> Result<Place, ImportError> {
        if let Some(name) = element.get("lane") {
            let lane = self.lane(file, element, name)?;
            let (start, end) = self.stretch(file, element, lane, None)?;
            return Ok(Place::Lane(lane, start, end));
        }
        let Some(name) = element.get("edge") else {
            return Err(self.unfit(file, owner, element, "expected one of busStop, lane, edge, …".into()));
        };
        let link = self.links.get(name).copied().filter(|&l| !self.network.link(l).internal);
        let link =
            link.ok_or_else(|| self.unfit(file, owner, element, format!("edge '{name}' is not in the network")))?;
        let (start, end) = (element.number(file, "startPos")?, element.number(file, "endPos")?);
        Ok(Place::Link(link, start, end))
    }

    fn unfit(&self, file: &Path, owner: &Element, element: &Element, problem: String) -> ImportError {
        ImportError::at(file, element.line, format!("<stop> of {}: {problem}", owner.label()))
    }

    /// The lane of that name.
    fn lane(&self, file: &Path, element: &Element, name: &str) -> Result<LaneId, ImportError> {
        match self.lanes.get(name) {
            Some(&lane) if !self.network.lane(lane).internal => Ok(lane),
            Some(_) => {
                Err(element.error(file, format!("lane '{name}' lies inside a junction; expected one of a road")))
            }
            None => Err(element.error(file, format!("lane '{name}' is not in the network"))),
        }
    }

    /// The stretch that `startPos` and `endPos` give; the start where none is given: `start`, or a point at the end.
    fn stretch(
        &self,
        file: &Path,
        element: &Element,
        lane: LaneId,
        start: Option<f64>,
    ) -> Result<(f64, f64), ImportError> {
        let given = (element.number(file, "startPos")?.or(start), element.number(file, "endPos")?);
        let friendly = element.flag(file, "friendlyPos")?.unwrap_or(false);
        self.placed(lane, given.0, given.1, friendly).map_err(|problem| element.error(file, problem))
    }

    /// Start and end on a lane; negative numbers count from its end.
    fn placed(&self, lane: LaneId, start: Option<f64>, end: Option<f64>, friendly: bool) -> Result<(f64, f64), String> {
        let lane = self.network.lane(lane);
        let length = f64::from(lane.length);
        let from_start = |x: f64| if x < 0.0 { x + length } else { x };
        let mut end = from_start(end.unwrap_or(length));
        let mut start = start.map_or((end - POINT).max(0.0), from_start);
        if friendly {
            end = end.clamp(POINT.min(length), length);
            start = start.clamp(0.0, (end - 0.5 * POINT).max(0.0));
        }
        // Files round lengths to centimetres.
        if start < 0.0 || start >= end || end > length + 0.1 {
            let problem = format!("lies from {start} to {end} m, but lane '{}' is {length} m long", lane.id);
            return Err(format!("{problem}; expected 0 ≤ startPos < endPos ≤ its length, or friendlyPos=\"true\""));
        }
        Ok((start, end.min(length)))
    }

    /// The link of a stop.
    pub fn link_of(&self, raw: &RawStop) -> LinkId {
        match raw.place {
            Place::Named(id) => self.network.lane(self.places[id.index()].lane).link,
            Place::Lane(lane, ..) => self.network.lane(lane).link,
            Place::Link(link, ..) => link,
        }
    }

    /// A stop as vehicles of `classes` make it.
    pub fn made_by(
        &self,
        file: &Path,
        owner: &Element,
        raw: &RawStop,
        classes: &[VehicleClass],
        origin: Origin,
    ) -> Result<Stop, ImportError> {
        let error =
            |problem: String| ImportError::at(file, raw.line, format!("<stop> of {}: {problem}", owner.label()));
        let allows = |lane: LaneId| classes.iter().all(|&c| self.network.lane(lane).permissions.allows(c));
        let (lane, start, end, place) = match raw.place {
            Place::Named(id) => {
                let p = &self.places[id.index()];
                (p.lane, f64::from(p.start), f64::from(p.end), id)
            }
            Place::Lane(lane, start, end) => (lane, start, end, PlaceId::NONE),
            Place::Link(link, start, end) => {
                let lane = self.network.lanes_of(link).find(|&l| allows(l));
                let name = &self.network.link(link).id;
                let lane = lane.ok_or_else(|| error(format!("no lane of edge '{name}' is open to the vehicle")))?;
                let (start, end) = self.placed(lane, start, end, true).map_err(error)?;
                (lane, start, end, PlaceId::NONE)
            }
        };
        if !allows(lane) {
            return Err(error(format!("lane '{}' is closed to the vehicle's class", self.network.lane(lane).id)));
        }
        let until = raw.until.map(|time| match origin {
            Origin::Clock => Until::At(time),
            Origin::Departure => Until::AfterDepart(time),
            Origin::Flow(begin) => Until::AfterDepart(time - begin),
        });
        let duration = raw.duration.unwrap_or_default();
        Ok(Stop { lane, start: start as f32, end: end as f32, place, duration, until, parks: raw.parks })
    }
}

/// A time ≥ 0, if the attribute is present.
fn time_of(file: &Path, element: &Element, name: &str) -> Result<Option<Millis>, ImportError> {
    let Some(text) = element.get(name) else { return Ok(None) };
    match time::parse(text) {
        Some(time) if time.0 >= 0 => Ok(Some(time)),
        _ => Err(element.error(file, format!("{name}=\"{text}\"; expected a time ≥ 0 in seconds or as h:m:s"))),
    }
}

/// Counts what a stop has that is not simulated.
fn count_unread(owner: &Element, element: &Element, report: &mut Report) {
    const READ: &[&str] = &[
        "lane",
        "edge",
        "busStop",
        "trainStop",
        "containerStop",
        "chargingStation",
        "parkingArea",
        "startPos",
        "endPos",
        "friendlyPos",
        "duration",
        "until",
        "parking",
        "triggered",
        "containerTriggered",
        "speed",
    ];
    // What others read: passengers, displays, what really happened.
    const SILENT: &[&str] =
        &["actType", "tripId", "line", "arrival", "started", "ended", "expected", "expectedContainers", "permitted"];
    for (name, _) in &element.attributes {
        if !READ.contains(&name.as_str()) && !SILENT.contains(&name.as_str()) {
            report.count(format!("<stop> attribute '{name}' not simulated"), || owner.label());
        }
    }
}
