//! The elements of a net file as they stand there: values checked, references still names.

use std::collections::HashSet;
use std::path::Path;

use super::letters;
use super::requests;
use super::signals::Logics;
use crate::import::xml::{self, Element};
use crate::import::{ImportError, Report};
use crate::network::{Direction, JunctionSpec, LaneSpec, Point, RequestSpec, RightOfWay};

/// Width of a lane that states none, m.
const LANE_WIDTH: f64 = 3.2;
/// Distance from which foes are seen where a connection states none, m.
const VISIBILITY: f64 = 4.5;
/// The same at a zipper, m.
const ZIPPER_VISIBILITY: f64 = 100.0;

/// An edge with its lanes, kerb side first.
pub(super) struct RawEdge {
    pub line: usize,
    pub id: String,
    pub internal: bool,
    pub from: Option<String>,
    pub to: Option<String>,
    pub priority: i32,
    pub lanes: Vec<LaneSpec>,
}

/// A junction with its right-of-way table.
pub(super) struct RawJunction {
    pub line: usize,
    pub spec: JunctionSpec,
    pub incoming: Vec<String>,
    pub internal: Vec<String>,
    pub rows: Vec<RequestSpec>,
}

/// A connection.
pub(super) struct RawConnection {
    pub line: usize,
    pub from: String,
    pub from_lane: usize,
    pub to: String,
    pub to_lane: usize,
    pub via: Option<String>,
    pub lamp: Option<(String, u16)>,
    pub direction: Direction,
    pub right_of_way: RightOfWay,
    pub keep_clear: bool,
    pub visibility: f64,
}

impl RawConnection {
    /// How to speak of it.
    pub fn label(&self) -> String {
        format!("<connection> from '{}' lane {} to '{}' lane {}", self.from, self.from_lane, self.to, self.to_lane)
    }

    /// An error about it.
    pub fn error(&self, file: &Path, problem: impl AsRef<str>) -> ImportError {
        ImportError::at(file, self.line, format!("{}: {}", self.label(), problem.as_ref()))
    }
}

/// A whole net file.
#[derive(Default)]
pub(super) struct RawNet {
    pub edges: Vec<RawEdge>,
    pub junctions: Vec<RawJunction>,
    pub connections: Vec<RawConnection>,
    pub roundabouts: Vec<(usize, Vec<String>)>,
    pub logics: Logics,
    /// Crossings and walking areas.
    pub footways: HashSet<String>,
    pub left_hand: bool,
}

impl RawNet {
    /// Reads a net file in one pass.
    pub fn read(file: &Path, report: &mut Report) -> Result<Self, ImportError> {
        let mut net = Self::default();
        let root = xml::read(file, &["net"], |element| net.element(file, &element, report))?;
        net.left_hand = root.flag(file, "lefthand")?.unwrap_or(false);
        if net.edges.is_empty() {
            return Err(ImportError::new(file, "<net> has no <edge>; expected at least one"));
        }
        Ok(net)
    }

    /// One child of the root.
    fn element(&mut self, file: &Path, element: &Element, report: &mut Report) -> Result<(), ImportError> {
        match element.name.as_str() {
            "edge" => self.edge(file, element, report)?,
            // An internal junction is the end of an internal lane: its connection says where that is.
            "junction" if element.get("type") == Some("internal") => {}
            "junction" => self.junctions.push(junction(file, element, report)?),
            "connection" => self.connections.push(connection(file, element, report)?),
            "tlLogic" => self.logics.add(file, element, report)?,
            "roundabout" => self.roundabouts.push((element.line, names(element.need(file, "edges")?))),
            // Projection; defaults of edge types, already written into the edges; and what netconvert was told to
            // prohibit, already in the request tables.
            "location" | "type" | "prohibition" => {}
            name => report.count(format!("<{name}> in a net"), || element.label()),
        }
        Ok(())
    }

    /// An edge, unless it is for pedestrians only by its function.
    fn edge(&mut self, file: &Path, element: &Element, report: &mut Report) -> Result<(), ImportError> {
        let id = element.need(file, "id")?;
        let internal = match element.get("function") {
            None | Some("normal" | "connector") => false,
            Some("internal") => true,
            Some(function @ ("crossing" | "walkingarea")) => {
                report.count(format!("edge function '{function}'"), || element.label());
                self.footways.insert(id.to_owned());
                return Ok(());
            }
            Some(other) => {
                let problem =
                    format!("function=\"{other}\"; expected normal, internal, connector, crossing or walkingarea");
                return Err(element.error(file, problem));
            }
        };
        let end = |name| if internal { Ok(None) } else { element.need(file, name).map(|n| Some(n.to_owned())) };
        self.edges.push(RawEdge {
            line: element.line,
            id: id.to_owned(),
            internal,
            from: end("from")?,
            to: end("to")?,
            priority: element.number(file, "priority")?.unwrap_or(-1.0) as i32,
            lanes: lanes(file, element, internal, report)?,
        });
        Ok(())
    }
}

/// Names separated by blanks.
fn names(list: &str) -> Vec<String> {
    list.split_whitespace().map(str::to_owned).collect()
}

/// The lanes of an edge by index. Inside junctions they count as they stand: netconvert writes index 0 for every
/// lane behind a place to wait, and connections mean the order.
fn lanes(file: &Path, edge: &Element, internal: bool, report: &mut Report) -> Result<Vec<LaneSpec>, ImportError> {
    let mut lanes = Vec::with_capacity(edge.children.len());
    for child in &edge.children {
        if child.name == "lane" {
            let index = child.index(file, "index")?.ok_or_else(|| child.error(file, "attribute 'index' is missing"))?;
            lanes.push((if internal { lanes.len() } else { index }, lane(file, child, report)?));
        } else {
            report.count(format!("<{}> in an edge", child.name), || edge.label());
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

/// One lane.
fn lane(file: &Path, element: &Element, report: &mut Report) -> Result<LaneSpec, ImportError> {
    for name in ["changeLeft", "changeRight", "acceleration", "prefer"] {
        if element.get(name).is_some() {
            report.count(format!("lane attribute '{name}'"), || element.label());
        }
    }
    for child in &element.children {
        report.count(format!("<{}> in a lane", child.name), || element.label());
    }
    let length = element.number(file, "length")?;
    if let Some(length) = length
        && length <= 0.0
    {
        return Err(element.error(file, format!("length=\"{length}\"; expected a positive number of metres")));
    }
    let shape = letters::shape(file, element, "shape")?;
    if shape.len() < 2 {
        return Err(element.error(file, format!("shape has {} points; expected at least 2", shape.len())));
    }
    Ok(LaneSpec {
        id: element.need(file, "id")?.to_owned(),
        length,
        speed_limit: element.need_number(file, "speed")?,
        width: element.number(file, "width")?.unwrap_or(LANE_WIDTH),
        permissions: letters::permissions(element, report),
        shape,
    })
}

/// One junction.
fn junction(file: &Path, element: &Element, report: &mut Report) -> Result<RawJunction, ImportError> {
    let position = Point::new(element.need_number(file, "x")?, element.need_number(file, "y")?);
    Ok(RawJunction {
        line: element.line,
        spec: JunctionSpec {
            id: element.need(file, "id")?.to_owned(),
            kind: letters::junction_kind(file, element, report)?,
            position,
            shape: letters::shape(file, element, "shape")?,
        },
        incoming: names(element.get("incLanes").unwrap_or("")),
        internal: names(element.get("intLanes").unwrap_or("")),
        rows: requests::rows(file, element, report)?,
    })
}

/// One connection.
fn connection(file: &Path, element: &Element, report: &mut Report) -> Result<RawConnection, ImportError> {
    for name in ["allow", "disallow", "changeLeft", "changeRight", "speed", "length", "contPos", "pass"] {
        if element.get(name).is_some() {
            report.count(format!("connection attribute '{name}'"), || {
                format!("from '{}' to '{}'", element.get("from").unwrap_or(""), element.get("to").unwrap_or(""))
            });
        }
    }
    let lane_index = |name| {
        let index = element.index(file, name)?;
        index.ok_or_else(|| element.error(file, format!("attribute '{name}' is missing")))
    };
    let right_of_way = letters::right_of_way(file, element)?;
    let usual = if right_of_way == RightOfWay::Zipper { ZIPPER_VISIBILITY } else { VISIBILITY };
    let visibility = element.number(file, "visibility")?.unwrap_or(usual);
    if visibility < 0.0 {
        return Err(element.error(file, format!("visibility=\"{visibility}\"; expected a number of metres ≥ 0")));
    }
    Ok(RawConnection {
        line: element.line,
        from: element.need(file, "from")?.to_owned(),
        from_lane: lane_index("fromLane")?,
        to: element.need(file, "to")?.to_owned(),
        to_lane: lane_index("toLane")?,
        via: element.get("via").filter(|v| !v.is_empty()).map(str::to_owned),
        lamp: lamp(file, element)?,
        direction: letters::direction(file, element)?,
        right_of_way,
        keep_clear: element.flag(file, "keepClear")?.unwrap_or(true),
        visibility,
    })
}

/// The tlLogic and link index that a connection obeys, if any.
fn lamp(file: &Path, element: &Element) -> Result<Option<(String, u16)>, ImportError> {
    let Some(logic) = element.get("tl").filter(|tl| !tl.is_empty()) else { return Ok(None) };
    if element.flag(file, "uncontrolled")?.unwrap_or(false) {
        return Ok(None);
    }
    let Some(index) = element.index(file, "linkIndex")? else {
        return Err(element.error(file, format!("obeys tlLogic '{logic}' but attribute 'linkIndex' is missing")));
    };
    match u16::try_from(index) {
        Ok(index) => Ok(Some((logic.to_owned(), index))),
        Err(_) => Err(element.error(file, format!("linkIndex=\"{index}\"; expected at most {}", u16::MAX))),
    }
}
