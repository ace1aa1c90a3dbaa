//! Right-of-way tables: the rows of a junction, and which connection each row is about.
//!
//! Row i is about the i-th of the junction's `intLanes`. Where a movement may wait inside the junction, that is its
//! last internal lane; the lane entered at the stop line leads there. In a net without internal lanes the rows
//! follow the connections: by incoming lane in the order of `incLanes`, then as given.

use std::collections::HashMap;
use std::path::Path;

use super::assemble::Places;
use super::raw::{RawConnection, RawJunction, RawNet};
use crate::import::xml::Element;
use crate::import::{ImportError, Report};
use crate::network::{JunctionId, LaneId, RequestSpec};

/// Internal lanes in a row on one way through a junction beyond which the way is taken to be endless.
const LONGEST_WAY: usize = 16;

/// The rows of a junction by index.
pub(super) fn rows(file: &Path, junction: &Element, report: &mut Report) -> Result<Vec<RequestSpec>, ImportError> {
    let mut given = Vec::with_capacity(junction.children.len());
    for child in &junction.children {
        if child.name == "request" {
            given.push(child);
        } else {
            report.count(format!("<{}> in a junction", child.name), || junction.label());
        }
    }
    let mut rows: Vec<Option<RequestSpec>> = vec![None; given.len()];
    for request in &given {
        let error = |problem: String| {
            let id = junction.get("id").unwrap_or("");
            ImportError::at(file, request.line, format!("<request> of junction '{id}': {problem}"))
        };
        let index = request.index(file, "index")?.ok_or_else(|| error("attribute 'index' is missing".to_owned()))?;
        let Some(place) = rows.get_mut(index) else {
            return Err(error(format!("request index {index} is out of range; there are {} requests", given.len())));
        };
        let bits = |name| bits(request.need(file, name)?, given.len()).map_err(|p| error(format!("{name}: {p}")));
        let row = RequestSpec {
            yields_to: bits("response")?,
            foes: bits("foes")?,
            waits_inside: request.flag(file, "cont")?.unwrap_or(false),
        };
        if place.replace(row).is_some() {
            return Err(error(format!("request index {index} is given twice")));
        }
    }
    // As many places as rows, none taken twice: all are taken.
    Ok(rows.into_iter().flatten().collect())
}

/// The set bits of a bit string whose last character is bit 0.
fn bits(text: &str, rows: usize) -> Result<Vec<u16>, String> {
    if text.len() != rows {
        return Err(format!("\"{text}\" has {} bits; expected {rows}, one per request", text.len()));
    }
    let mut set = Vec::new();
    for (i, letter) in text.bytes().rev().enumerate() {
        match letter {
            b'0' => {}
            b'1' => set.push(u16::try_from(i).map_err(|_| format!("has more than {} bits", u16::MAX))?),
            _ => return Err(format!("\"{text}\" is not a string of 0 and 1")),
        }
    }
    Ok(set)
}

/// The row of every connection, by place in `net.connections`; `None` for those inside a junction and where a
/// junction has no table.
pub(super) fn assign(file: &Path, net: &RawNet, places: &Places) -> Result<Vec<Option<u16>>, ImportError> {
    let by_lane = rows_by_lane(file, net, places)?;
    let onward = onward(file, net, places)?;
    let by_order = rows_by_order(file, net, places)?;
    let mut out = vec![None; net.connections.len()];
    for (i, c) in net.connections.iter().enumerate() {
        let Some(junction) = places.entered_by(net, c).filter(|j| !net.junctions[j.index()].rows.is_empty()) else {
            continue;
        };
        let raw = &net.junctions[junction.index()];
        let row = match &c.via {
            Some(via) => Some(row_of_way(file, c, raw, places.lane_named(file, c, via)?, &by_lane, &onward)?),
            None => by_order[i],
        };
        if let Some(row) = row
            && row as usize >= raw.rows.len()
        {
            let problem = format!(
                "request index {row} is out of range; junction '{}' has {} requests",
                raw.spec.id,
                raw.rows.len()
            );
            return Err(c.error(file, problem));
        }
        out[i] = row;
    }
    Ok(out)
}

/// The row that stands for the way that begins on internal lane `lane`.
fn row_of_way(
    file: &Path,
    connection: &RawConnection,
    junction: &RawJunction,
    mut lane: LaneId,
    by_lane: &HashMap<LaneId, u16>,
    onward: &HashMap<LaneId, LaneId>,
) -> Result<u16, ImportError> {
    for _ in 0..LONGEST_WAY {
        if let Some(&row) = by_lane.get(&lane) {
            return Ok(row);
        }
        match onward.get(&lane) {
            Some(&next) => lane = next,
            None => break,
        }
    }
    let problem =
        format!("no lane of its way is among the intLanes of junction '{}', so it has no request", junction.spec.id);
    Err(connection.error(file, problem))
}

/// The row of every lane that stands in an `intLanes`.
fn rows_by_lane(file: &Path, net: &RawNet, places: &Places) -> Result<HashMap<LaneId, u16>, ImportError> {
    let mut rows = HashMap::new();
    for junction in &net.junctions {
        for (row, name) in junction.internal.iter().enumerate() {
            // Crossings occupy rows too, but nobody simulated asks for one.
            if places.is_footway_lane(net, name) {
                continue;
            }
            let Some(&lane) = places.lanes.get(name.as_str()) else {
                let id = &junction.spec.id;
                let problem = format!("<junction> '{id}': intLanes names the unknown lane '{name}'");
                return Err(ImportError::at(file, junction.line, problem));
            };
            rows.insert(lane, row.min(u16::MAX as usize) as u16);
        }
    }
    Ok(rows)
}

/// The internal lane that follows an internal lane.
fn onward(file: &Path, net: &RawNet, places: &Places) -> Result<HashMap<LaneId, LaneId>, ImportError> {
    let mut next = HashMap::new();
    for c in &net.connections {
        if let Some(via) = &c.via
            && c.from.starts_with(':')
            && !net.footways.contains(&c.from)
            && !net.footways.contains(&c.to)
        {
            next.insert(places.lane_left_by(file, c)?, places.lane_named(file, c, via)?);
        }
    }
    Ok(next)
}

/// The row of every entry connection when rows follow the connections, by place in `net.connections`.
fn rows_by_order(file: &Path, net: &RawNet, places: &Places) -> Result<Vec<Option<u16>>, ImportError> {
    let mut by_lane: HashMap<LaneId, Vec<usize>> = HashMap::new();
    for (i, c) in net.connections.iter().enumerate() {
        if places.entered_by(net, c).is_some() {
            by_lane.entry(places.lane_left_by(file, c)?).or_default().push(i);
        }
    }
    let mut rows = vec![None; net.connections.len()];
    for junction in &net.junctions {
        let mut row = 0;
        for name in &junction.incoming {
            let Some(&lane) = places.lanes.get(name.as_str()) else {
                if places.is_footway_lane(net, name) {
                    continue;
                }
                let id = &junction.spec.id;
                let problem = format!("<junction> '{id}': incLanes names the unknown lane '{name}'");
                return Err(ImportError::at(file, junction.line, problem));
            };
            for &i in by_lane.get(&lane).into_iter().flatten() {
                rows[i] = u16::try_from(row).ok();
                row += 1;
            }
        }
    }
    Ok(rows)
}

impl Places<'_> {
    /// The junction at whose stop line a connection begins; `None` inside a junction and on a footway.
    fn entered_by(&self, net: &RawNet, connection: &RawConnection) -> Option<JunctionId> {
        if net.footways.contains(&connection.from) || net.footways.contains(&connection.to) {
            return None;
        }
        let end = self.edges.get(connection.from.as_str())?;
        if end.internal { None } else { end.to }
    }

    /// Whether a lane belongs to a crossing or walking area.
    fn is_footway_lane(&self, net: &RawNet, lane: &str) -> bool {
        lane.rsplit_once('_').is_some_and(|(edge, _)| net.footways.contains(edge))
    }
}
