//! SUMO's one-letter codes, lists and coordinates.

use std::path::Path;

use crate::import::xml::Element;
use crate::import::{ImportError, Report};
use crate::network::{Direction, JunctionKind, Permissions, Point, RightOfWay, VehicleClass};

/// The direction of a connection.
pub(super) fn direction(file: &Path, element: &Element) -> Result<Direction, ImportError> {
    Ok(match element.get("dir") {
        None | Some("" | "-" | "invalid") => Direction::None,
        Some("s") => Direction::Straight,
        Some("l") => Direction::Left,
        Some("r") => Direction::Right,
        Some("L") => Direction::PartLeft,
        Some("R") => Direction::PartRight,
        // 'T' is the U-turn of traffic on the left.
        Some("t" | "T") => Direction::UTurn,
        Some(other) => {
            return Err(element.error(file, format!("dir=\"{other}\"; expected one of s l r L R t")));
        }
    })
}

/// The right of way of a connection. Where a lamp rules, the letter says what holds while it is dark.
pub(super) fn right_of_way(file: &Path, element: &Element) -> Result<RightOfWay, ImportError> {
    Ok(match element.need(file, "state")? {
        "M" | "O" | "G" => RightOfWay::Major,
        "m" | "o" | "g" | "r" | "y" | "Y" | "u" => RightOfWay::Minor,
        "=" => RightOfWay::Equal,
        "s" => RightOfWay::Stop,
        "w" => RightOfWay::AllWayStop,
        "Z" => RightOfWay::Zipper,
        "-" => RightOfWay::DeadEnd,
        other => {
            return Err(element.error(file, format!("state=\"{other}\"; expected one of M m = s w Z - O o")));
        }
    })
}

/// What regulates a junction; kinds that are run as another are counted.
pub(super) fn junction_kind(file: &Path, element: &Element, report: &mut Report) -> Result<JunctionKind, ImportError> {
    let mut as_if = |kind, name: &str, other: &str| {
        report.count(format!("junction type '{name}' run as '{other}'"), || element.label());
        kind
    };
    Ok(match element.need(file, "type")? {
        "priority" => JunctionKind::Priority,
        "traffic_light" => JunctionKind::TrafficLight,
        "traffic_light_right_on_red" => JunctionKind::TrafficLightRightOnRed,
        "right_before_left" => JunctionKind::RightBeforeLeft,
        "left_before_right" => JunctionKind::LeftBeforeRight,
        "allway_stop" => JunctionKind::AllWayStop,
        "priority_stop" => JunctionKind::PriorityStop,
        "zipper" => JunctionKind::Zipper,
        "dead_end" => JunctionKind::DeadEnd,
        "unregulated" => JunctionKind::Unregulated,
        t @ "traffic_light_unregulated" => as_if(JunctionKind::TrafficLight, t, "traffic_light"),
        t @ "rail_crossing" => as_if(JunctionKind::Priority, t, "priority"),
        t @ ("rail_signal" | "unknown" | "district") => as_if(JunctionKind::Unregulated, t, "unregulated"),
        other => return Err(element.error(file, format!("type=\"{other}\" is not a known junction type"))),
    })
}

/// Who may use a lane.
pub(super) fn permissions(element: &Element, report: &mut Report) -> Permissions {
    match (element.get("allow"), element.get("disallow")) {
        (Some(list), _) if !list.trim().is_empty() => allowed(list, element, report),
        (_, Some(list)) => allowed(list, element, report).inverted(),
        (_, None) => Permissions::ALL,
    }
}

/// The classes of a list of names, or "all". Names of classes that do not exist here change nothing and are counted.
pub(super) fn allowed(list: &str, element: &Element, report: &mut Report) -> Permissions {
    if list.trim() == "all" {
        return Permissions::ALL;
    }
    let mut found = Vec::new();
    for name in list.split_whitespace() {
        match VehicleClass::from_name(name) {
            Some(class) => found.push(class),
            None => report.count(format!("vehicle class '{name}'"), || element.label()),
        }
    }
    Permissions::only(&found)
}

/// The points of an attribute such as "1.0,2.0 3.0,4.0,0.5"; none if it is absent.
pub(super) fn shape(file: &Path, element: &Element, name: &str) -> Result<Vec<Point>, ImportError> {
    Ok(points(file, element, name)?.into_iter().map(|(point, _)| point).collect())
}

/// The same with their heights, m; 0 where none is given.
pub(super) fn points(file: &Path, element: &Element, name: &str) -> Result<Vec<(Point, f64)>, ImportError> {
    let text = element.get(name).unwrap_or("");
    text.split_whitespace()
        .map(|token| {
            point(token).ok_or_else(|| {
                element.error(file, format!("{name} has the point \"{token}\"; expected \"x,y\" or \"x,y,z\""))
            })
        })
        .collect()
}

/// One point and its height.
fn point(token: &str) -> Option<(Point, f64)> {
    let mut numbers = token.split(',').map(|n| n.parse::<f64>().ok().filter(|v| v.is_finite()));
    let (x, y) = (numbers.next()??, numbers.next()??);
    match (numbers.next(), numbers.next()) {
        (height @ (None | Some(Some(_))), None) => Some((Point::new(x, y), height.flatten().unwrap_or(0.0))),
        _ => None,
    }
}
