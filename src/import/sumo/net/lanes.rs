//! The lanes of an edge, and what they ask of some classes of vehicles.

use std::path::Path;

use super::letters;
use crate::import::xml::Element;
use crate::import::{ImportError, Report};
use crate::network::{LaneRules, LaneSpec, Permissions, Point, STEEPEST, StopOffset, VehicleClass, geometry};

/// Width of a lane that states none, m.
const LANE_WIDTH: f64 = 3.2;

/// Speed limits of single classes, m/s.
pub(super) type ClassLimits = Vec<(VehicleClass, f32)>;

/// The lanes of an edge by index. Inside junctions they count as they stand: netconvert writes index 0 for every
/// lane behind a place to wait, and connections mean the order.
pub(super) fn lanes(
    file: &Path,
    edge: &Element,
    internal: bool,
    report: &mut Report,
) -> Result<Vec<LaneSpec>, ImportError> {
    let stop = stop_offset(file, edge, report)?;
    let mut lanes = Vec::with_capacity(edge.children.len());
    for child in &edge.children {
        match child.name.as_str() {
            "lane" => {
                let index = child.index(file, "index")?;
                let index = index.ok_or_else(|| child.error(file, "attribute 'index' is missing"))?;
                lanes.push((if internal { lanes.len() } else { index }, lane(file, child, stop, report)?));
            }
            "stopOffset" => {}
            name => report.count(format!("<{name}> in an edge"), || edge.label()),
        }
    }
    if lanes.is_empty() {
        return Err(edge.error(file, "has no lanes; expected at least one <lane>"));
    }
    lanes.sort_by_key(|&(index, _)| index);
    if let Some((place, (index, lane))) = lanes.iter().enumerate().find(|(i, (index, _))| i != index) {
        let problem = format!("lane '{}' has index {index}; expected {place}, counting from 0", lane.id);
        return Err(edge.error(file, problem));
    }
    Ok(lanes.into_iter().map(|(_, lane)| lane).collect())
}

/// One lane; `stop`: the stop offset of its edge, which its own replaces.
fn lane(
    file: &Path,
    element: &Element,
    stop: Option<StopOffset>,
    report: &mut Report,
) -> Result<LaneSpec, ImportError> {
    for name in ["acceleration", "prefer"] {
        if element.get(name).is_some() {
            report.count(format!("lane attribute '{name}'"), || element.label());
        }
    }
    for child in element.children.iter().filter(|c| c.name != "stopOffset") {
        report.count(format!("<{}> in a lane", child.name), || element.label());
    }
    let length = element.number(file, "length")?;
    if let Some(length) = length
        && length <= 0.0
    {
        return Err(element.error(file, format!("length=\"{length}\"; expected a positive number of metres")));
    }
    let points = letters::points(file, element, "shape")?;
    let rise = points.last().map_or(0.0, |p| p.1) - points.first().map_or(0.0, |p| p.1);
    let shape: Vec<Point> = points.into_iter().map(|(point, _)| point).collect();
    if shape.len() < 2 {
        return Err(element.error(file, format!("shape has {} points; expected at least 2", shape.len())));
    }
    let rules = LaneRules {
        change_left: changes(file, element, "changeLeft", report)?,
        change_right: changes(file, element, "changeRight", report)?,
        stop_offset: stop_offset(file, element, report)?.or(stop),
        limits: Vec::new(),
    };
    let grade = if rise == 0.0 { 0.0 } else { 100.0 * rise / length.unwrap_or_else(|| geometry::length(&shape)) };
    if grade.abs() > STEEPEST {
        report.count(format!("grades steeper than {STEEPEST} %: taken for that"), || element.label());
    }
    Ok(LaneSpec {
        id: element.need(file, "id")?.to_owned(),
        length,
        speed_limit: element.need_number(file, "speed")?,
        width: element.number(file, "width")?.unwrap_or(LANE_WIDTH),
        grade: grade.clamp(-STEEPEST, STEEPEST),
        permissions: letters::permissions(element, report),
        rules,
        shape,
    })
}

/// Who may change to a neighbouring lane: everybody, where nothing is said.
fn changes(file: &Path, lane: &Element, name: &str, report: &mut Report) -> Result<Permissions, ImportError> {
    match lane.get(name) {
        None => Ok(Permissions::ALL),
        Some(list) if list.trim().is_empty() => {
            Err(lane.error(file, format!("{name}=\"\"; expected vehicle classes, or \"all\"")))
        }
        Some(list) => Ok(letters::allowed(list, lane, report)),
    }
}

/// The stop offset among the children of a lane or edge. The first one counts, as in SUMO.
fn stop_offset(file: &Path, parent: &Element, report: &mut Report) -> Result<Option<StopOffset>, ImportError> {
    let mut found = parent.children.iter().filter(|c| c.name == "stopOffset");
    let Some(first) = found.next() else { return Ok(None) };
    let error =
        |problem: String| ImportError::at(file, first.line, format!("<stopOffset> of {}: {problem}", parent.label()));
    for _ in found {
        report.count("further <stopOffset> of one lane or edge", || parent.label());
    }
    let who = match (first.get("vClasses"), first.get("exceptions")) {
        (Some(_), Some(_)) => return Err(error("has both vClasses and exceptions; expected one of them".to_owned())),
        (Some(list), None) => letters::allowed(list, parent, report),
        (None, Some(list)) => letters::allowed(list, parent, report).inverted(),
        (None, None) => Permissions::ALL,
    };
    let distance = first.need_number(file, "value")?;
    let length = parent.number(file, "length")?.unwrap_or(f64::INFINITY);
    if !(0.0..length).contains(&distance) {
        return Err(error(format!("value=\"{distance}\"; expected metres from 0 to less than the lane is long")));
    }
    Ok(Some(StopOffset { distance: distance as f32, who }))
}

/// The speed limits of single classes that an edge type states.
pub(super) fn class_limits(file: &Path, kind: &Element, report: &mut Report) -> Result<ClassLimits, ImportError> {
    let mut limits = Vec::new();
    for child in &kind.children {
        if child.name != "restriction" {
            report.count(format!("<{}> in an edge type", child.name), || kind.label());
            continue;
        }
        let speed = child.need_number(file, "speed")?;
        if !(1e-3..=1e3).contains(&speed) {
            let problem =
                format!("<restriction> of {}: speed=\"{speed}\"; expected a positive number of m/s", kind.label());
            return Err(ImportError::at(file, child.line, problem));
        }
        match VehicleClass::from_name(child.need(file, "vClass")?) {
            // Each class once: every lane of the type gets a copy of the list.
            Some(class) => match limits.iter_mut().find(|l: &&mut (VehicleClass, f32)| l.0 == class) {
                Some(known) => known.1 = speed as f32,
                None => limits.push((class, speed as f32)),
            },
            None => report.count("<restriction> of an unknown vehicle class", || kind.label()),
        }
    }
    Ok(limits)
}
