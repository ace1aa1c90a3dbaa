//! The elements of a net file as they stand there: values checked, references still names.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use super::lanes::{self, ClassLimits};
use super::letters;
use super::requests;
use super::signals::Logics;
use crate::import::xml::{self, Element};
use crate::import::{ImportError, Report};
use crate::network::{Direction, JunctionSpec, LaneSpec, Point, RequestSpec, RightOfWay};

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
    /// Name of its type, if it has one.
    pub kind: Option<String>,
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
    /// What edge types restrict, by name.
    pub types: HashMap<String, ClassLimits>,
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
        for edge in &mut net.edges {
            if let Some(limits) = edge.kind.as_ref().and_then(|kind| net.types.get(kind)) {
                edge.lanes.iter_mut().for_each(|lane| lane.rules.limits.clone_from(limits));
            }
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
            "connection" => self.connections.push(connection(file, element)?),
            "tlLogic" => self.logics.add(file, element, report)?,
            "roundabout" => self.roundabouts.push((element.line, names(element.need(file, "edges")?))),
            // Its defaults are already written into the edges.
            "type" => {
                let limits = lanes::class_limits(file, element, report)?;
                self.types.insert(element.need(file, "id")?.to_owned(), limits);
            }
            // Projection; and what netconvert was told to prohibit, already in the request tables.
            "location" | "prohibition" => {}
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
            lanes: lanes::lanes(file, element, internal, report)?,
            kind: element.get("type").map(str::to_owned),
        });
        Ok(())
    }
}

/// Names separated by blanks.
fn names(list: &str) -> Vec<String> {
    list.split_whitespace().map(str::to_owned).collect()
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

/// One connection. What netconvert was told about its speed, length, place to wait, permissions and `pass` stands in
/// the internal lanes and the request tables; SUMO reads it there, too.
fn connection(file: &Path, element: &Element) -> Result<RawConnection, ImportError> {
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
