//! Vehicle types, routes, vehicles with their stops; trips where ways are found at departure.

use std::io::{Result, Write};

use super::names::Names;
use super::xml::{Tag, Xml};
use super::{Scenario, seconds, types};
use crate::demand::routing::Moment;
use crate::demand::{ArrivalPosition, DepartLane, DepartPosition, DepartSpeed, Departure, Manner, Route, Stop, Until};
use crate::network::LinkId;

/// Writes all of it.
pub fn write(s: &Scenario<'_>, names: &Names, out: &mut dyn Write) -> Result<()> {
    let mut xml = Xml::begin(out, Tag::new("routes"))?;
    types::write(s.types, s.departures, names, &mut xml)?;
    let mut used = vec![false; s.routes.len()];
    for d in s.departures {
        used[d.route.index()] |= !is_trip(s, &s.routes[d.route.index()]);
    }
    for (i, route) in s.routes.iter().enumerate().filter(|(i, _)| used[*i]) {
        xml.leaf(Tag::new("route").with("id", route_name(i)).with("edges", edges(names, &route.links)))?;
    }
    for (i, departure) in s.departures.iter().enumerate() {
        vehicle(s, names, departure, &names.vehicles[i], &mut xml)?;
    }
    xml.end("routes")
}

/// Whether a route is looked for when the vehicle departs.
fn is_trip(s: &Scenario<'_>, route: &Route) -> bool {
    s.routing.moment == Moment::AtDeparture && route.via.is_some()
}

/// What a route is called.
fn route_name(index: usize) -> String {
    format!("r{index}")
}

/// Names of edges, blanks between.
fn edges(names: &Names, links: &[LinkId]) -> String {
    links.iter().map(|l| names.links[l.index()].as_str()).collect::<Vec<_>>().join(" ")
}

/// One vehicle or trip.
fn vehicle(s: &Scenario<'_>, names: &Names, d: &Departure, name: &str, xml: &mut Xml<'_>) -> Result<()> {
    let route = &s.routes[d.route.index()];
    let kind = &names.types[d.kind.index()];
    let (element, tag) = if is_trip(s, route) {
        let ends = [route.links.first(), route.links.last()].map(|l| l.map_or("", |l| &names.links[l.index()]));
        let via = route.via.as_ref().filter(|via| !via.is_empty()).map(|via| edges(names, via));
        let tag = head("trip", name, kind, d).with("from", ends[0]).with("to", ends[1]).maybe("via", via);
        ("trip", tag)
    } else {
        ("vehicle", head("vehicle", name, kind, d).with("route", route_name(d.route.index())))
    };
    let tag = manner(tag, &d.manner);
    if route.stops.is_empty() {
        return xml.leaf(tag);
    }
    xml.open(tag)?;
    for stop in &route.stops {
        xml.leaf(self::stop(s, names, stop, d))?;
    }
    xml.close(element)
}

/// What vehicles and trips begin with.
fn head(element: &'static str, name: &str, kind: &str, d: &Departure) -> Tag {
    Tag::new(element).with("id", name).with("type", kind).with("depart", seconds(d.depart))
}

/// How it enters and leaves.
fn manner(tag: Tag, m: &Manner) -> Tag {
    let lane = match m.depart_lane {
        DepartLane::First => Some("first".to_owned()),
        DepartLane::Index(index) => Some(index.to_string()),
        DepartLane::Random => Some("random".to_owned()),
        DepartLane::Free => Some("free".to_owned()),
        DepartLane::Allowed => Some("allowed".to_owned()),
        // SUMO's default: its `best` spreads vehicles so differently over equal lanes that jams form elsewhere.
        DepartLane::Best => None,
    };
    let speed = match m.depart_speed {
        DepartSpeed::Exactly(speed) => speed.to_string(),
        DepartSpeed::Max => "max".to_owned(),
        DepartSpeed::Desired => "desired".to_owned(),
        DepartSpeed::Limit => "speedLimit".to_owned(),
        DepartSpeed::Random => "random".to_owned(),
        DepartSpeed::Last => "last".to_owned(),
        DepartSpeed::Average => "avg".to_owned(),
    };
    let position = match m.depart_position {
        DepartPosition::Base => None,
        DepartPosition::At(place) => Some(place.to_string()),
        DepartPosition::Random => Some("random".to_owned()),
        DepartPosition::Free => Some("free".to_owned()),
        DepartPosition::Last => Some("last".to_owned()),
        DepartPosition::RandomFree => Some("random_free".to_owned()),
        DepartPosition::Stop => Some("stop".to_owned()),
    };
    let arrival = match m.arrival_position {
        ArrivalPosition::End => None,
        ArrivalPosition::At(place) => Some(place.to_string()),
        ArrivalPosition::Random => Some("random".to_owned()),
    };
    let tag = tag.maybe("departLane", lane).with("departSpeed", speed).maybe("departPos", position);
    let tag = tag.maybe("arrivalLane", m.arrival_lane).maybe("arrivalPos", arrival);
    tag.maybe("arrivalSpeed", m.arrival_speed)
}

/// One stop. Its vehicle stands alone, so that what counts from its departure becomes a time of the clock.
fn stop(s: &Scenario<'_>, names: &Names, stop: &Stop, d: &Departure) -> Tag {
    let tag = match stop.place.get() {
        Some(place) => Tag::new("stop").with("busStop", &names.places[place.index()]),
        None => Tag::new("stop")
            .with("lane", names.lane(s.network, stop.lane))
            .with("startPos", stop.start)
            .with("endPos", stop.end),
    };
    let until = stop.until.map(|until| match until {
        Until::At(time) => time,
        Until::AfterDepart(time) => d.depart + time,
    });
    let duration = (until.is_none() || stop.duration.0 > 0).then(|| seconds(stop.duration));
    // SUMO's clock begins at zero: what is over by then is over at zero, too.
    let until = until.map(|time| seconds(time.max(intergreen_control::Millis(0))));
    let tag = tag.maybe("duration", duration).maybe("until", until);
    if stop.parks { tag.with("parking", "true") } else { tag }
}
