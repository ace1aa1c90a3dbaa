//! From names to a checked [`Network`].

use std::collections::HashMap;
use std::path::Path;

use super::raw::{RawConnection, RawEdge, RawNet};
use super::requests;
use crate::import::{ImportError, Report};
use crate::network::{
    JunctionId, JunctionKind, LaneId, LinkSpec, MovementId, MovementSpec, Network, NetworkBuilder, NetworkError,
    SignalHead, SignalId,
};

/// Where an edge ended up.
pub(super) struct EdgePlace {
    pub lanes: std::ops::Range<u32>,
    pub internal: bool,
    pub from: Option<JunctionId>,
    pub to: Option<JunctionId>,
}

/// Where everything with a name ended up.
pub(super) struct Places<'a> {
    pub edges: HashMap<&'a str, EdgePlace>,
    pub lanes: HashMap<String, LaneId>,
}

impl Places<'_> {
    /// The lane a connection leaves.
    pub fn lane_left_by(&self, file: &Path, c: &RawConnection) -> Result<LaneId, ImportError> {
        self.lane(file, c, &c.from, c.from_lane, "from")
    }

    /// The lane a connection leads to in the end.
    pub fn lane_reached_by(&self, file: &Path, c: &RawConnection) -> Result<LaneId, ImportError> {
        self.lane(file, c, &c.to, c.to_lane, "to")
    }

    /// A lane by edge and index.
    fn lane(&self, file: &Path, c: &RawConnection, edge: &str, lane: usize, what: &str) -> Result<LaneId, ImportError> {
        let place = self.edges.get(edge);
        let place = place.ok_or_else(|| c.error(file, format!("{what}=\"{edge}\" is not a known edge")))?;
        if lane >= place.lanes.len() {
            let problem = format!("{what}Lane=\"{lane}\"; edge '{edge}' has {} lanes, from 0", place.lanes.len());
            return Err(c.error(file, problem));
        }
        Ok(LaneId(place.lanes.start + lane as u32))
    }

    /// The lane a connection names as its `via`.
    pub fn lane_named(&self, file: &Path, c: &RawConnection, via: &str) -> Result<LaneId, ImportError> {
        let lane = self.lanes.get(via).copied();
        lane.ok_or_else(|| c.error(file, format!("via=\"{via}\" is not a known lane")))
    }
}

/// Makes the network.
pub(super) fn assemble(file: &Path, mut net: RawNet, report: &mut Report) -> Result<Network, ImportError> {
    let mut builder = NetworkBuilder::default();
    builder.left_hand = net.left_hand;
    let junctions = add_junctions(file, &mut net, &mut builder)?;
    let lanes: Vec<_> = net.edges.iter_mut().map(|e| std::mem::take(&mut e.lanes)).collect();
    let roundabout = roundabout_edges(file, &net)?;
    let mut places = Places { edges: HashMap::new(), lanes: HashMap::new() };
    for (i, (edge, lanes)) in net.edges.iter().zip(lanes).enumerate() {
        add_edge(file, edge, lanes, roundabout[i], &junctions, &mut builder, &mut places)?;
    }
    let signals = net.logics.add_to(&mut builder, net.connections.iter().filter_map(|c| c.lamp.as_ref()), report)?;
    let rows = requests::assign(file, &net, &places)?;
    for (connection, row) in net.connections.iter().zip(rows) {
        if net.footways.contains(&connection.from) || net.footways.contains(&connection.to) {
            report.count("connections of crossings and walking areas", || connection.label());
            continue;
        }
        let head = head(file, connection, &signals, report)?;
        builder.movement(movement(file, connection, row, head, &net, &places)?);
    }
    for (id, junction) in net.junctions.into_iter().enumerate() {
        builder.requests(JunctionId::new(id), junction.rows);
    }
    let network = builder.build().map_err(|e| ImportError::new(file, e.to_string()))?;
    for junction in network.junctions.iter().filter(|j| j.kind == JunctionKind::Unregulated && !j.entries.is_empty()) {
        let met = |m: &MovementId| !network.movement(*m).foes.is_empty();
        if junction.entries.iter().any(met) {
            let what = "unregulated junctions whose ways meet: equal roads (SUMO: vehicles drive through each other)";
            report.count(what, || format!("<junction> '{}'", junction.id));
        }
    }
    Ok(network)
}

/// An error of the builder about an element.
fn located(file: &Path, line: usize) -> impl Fn(NetworkError) -> ImportError {
    move |e| ImportError::at(file, line, e.to_string())
}

/// Adds the junctions; they get the ids of their places in `net.junctions`.
fn add_junctions(
    file: &Path,
    net: &mut RawNet,
    builder: &mut NetworkBuilder,
) -> Result<HashMap<String, JunctionId>, ImportError> {
    let mut ids = HashMap::new();
    for junction in &net.junctions {
        let id = builder.junction(junction.spec.clone()).map_err(located(file, junction.line))?;
        ids.insert(junction.spec.id.clone(), id);
    }
    Ok(ids)
}

/// Which edges are part of a roundabout, by place in `net.edges`.
fn roundabout_edges(file: &Path, net: &RawNet) -> Result<Vec<bool>, ImportError> {
    let mut flags = vec![false; net.edges.len()];
    if net.roundabouts.is_empty() {
        return Ok(flags);
    }
    let index: HashMap<&str, usize> = net.edges.iter().enumerate().map(|(i, e)| (e.id.as_str(), i)).collect();
    for (line, edges) in &net.roundabouts {
        for edge in edges {
            let Some(&i) = index.get(edge.as_str()) else {
                return Err(ImportError::at(file, *line, format!("<roundabout>: '{edge}' is not a known edge")));
            };
            flags[i] = true;
        }
    }
    Ok(flags)
}

/// Adds an edge and notes where it and its lanes went.
fn add_edge<'a>(
    file: &Path,
    edge: &'a RawEdge,
    lanes: Vec<crate::network::LaneSpec>,
    roundabout: bool,
    junctions: &HashMap<String, JunctionId>,
    builder: &mut NetworkBuilder,
    places: &mut Places<'a>,
) -> Result<(), ImportError> {
    let (from, to) = if edge.internal {
        let junction = inside_of(file, edge, junctions)?;
        (Some(junction), Some(junction))
    } else {
        (end(file, edge, "from", &edge.from, junctions)?, end(file, edge, "to", &edge.to, junctions)?)
    };
    let names: Vec<String> = lanes.iter().map(|l| l.id.clone()).collect();
    let spec =
        LinkSpec { id: edge.id.clone(), from, to, internal: edge.internal, roundabout, priority: edge.priority, lanes };
    let link = builder.link(spec).map_err(located(file, edge.line))?;
    let range = builder.lanes_of(link);
    places.lanes.extend(names.into_iter().zip(range.clone().map(LaneId)));
    places.edges.insert(&edge.id, EdgePlace { lanes: range, internal: edge.internal, from, to });
    Ok(())
}

/// The junction at an end of a road.
fn end(
    file: &Path,
    edge: &RawEdge,
    what: &str,
    name: &Option<String>,
    junctions: &HashMap<String, JunctionId>,
) -> Result<Option<JunctionId>, ImportError> {
    let Some(name) = name else { return Ok(None) };
    match junctions.get(name) {
        Some(&id) => Ok(Some(id)),
        None => {
            let problem = format!("<edge> '{}': {what}=\"{name}\" is not a known junction", edge.id);
            Err(ImportError::at(file, edge.line, problem))
        }
    }
}

/// The junction that an internal edge ":J_3" lies in.
fn inside_of(file: &Path, edge: &RawEdge, junctions: &HashMap<String, JunctionId>) -> Result<JunctionId, ImportError> {
    let name = edge.id.strip_prefix(':').and_then(|rest| rest.rsplit_once('_')).map(|(junction, _)| junction);
    match name.and_then(|n| junctions.get(n)) {
        Some(&id) => Ok(id),
        None => {
            let problem = format!("<edge> '{}': is internal; expected the id \":J_n\" with a junction J", edge.id);
            Err(ImportError::at(file, edge.line, problem))
        }
    }
}

/// The lamp a connection obeys.
fn head(
    file: &Path,
    connection: &RawConnection,
    signals: &HashMap<String, Option<SignalId>>,
    report: &mut Report,
) -> Result<Option<SignalHead>, ImportError> {
    let Some((logic, group)) = &connection.lamp else { return Ok(None) };
    // Inside a junction nobody stops for a lamp again.
    if connection.from.starts_with(':') {
        report.count("lamp inside a junction", || connection.label());
        return Ok(None);
    }
    match signals.get(logic) {
        Some(Some(signal)) => Ok(Some(SignalHead { signal: *signal, group: *group })),
        // A railway's signal, counted where it was read.
        Some(None) => Ok(None),
        None => Err(connection.error(file, format!("tl=\"{logic}\" is not a known tlLogic"))),
    }
}

/// The movement of a connection.
fn movement(
    file: &Path,
    connection: &RawConnection,
    request: Option<u16>,
    head: Option<SignalHead>,
    net: &RawNet,
    places: &Places<'_>,
) -> Result<MovementSpec, ImportError> {
    let c = connection;
    let (from, to) = (places.lane_left_by(file, c)?, places.lane_reached_by(file, c)?);
    let via = c.via.as_deref().map(|via| places.lane_named(file, c, via)).transpose()?;
    let (start, target) = (&places.edges[c.from.as_str()], &places.edges[c.to.as_str()]);
    let Some(junction) = start.to else {
        return Err(c.error(file, format!("edge '{}' ends nowhere; expected a junction", c.from)));
    };
    let name = |j: Option<JunctionId>| j.map_or("", |j| net.junctions[j.index()].spec.id.as_str());
    if target.from != Some(junction) {
        let problem = format!(
            "edge '{}' ends at junction '{}', but edge '{}' starts at '{}'; expected the same",
            c.from,
            name(Some(junction)),
            c.to,
            name(target.from)
        );
        return Err(c.error(file, problem));
    }
    if let Some(via) = &c.via {
        let edge = via.rsplit_once('_').and_then(|(edge, _)| places.edges.get(edge));
        if edge.is_none_or(|e| !e.internal || e.from != Some(junction)) {
            let problem = format!("via=\"{via}\" is not inside junction '{}'", name(Some(junction)));
            return Err(c.error(file, problem));
        }
    }
    Ok(MovementSpec {
        from,
        to,
        via,
        direction: c.direction,
        right_of_way: c.right_of_way,
        head,
        junction,
        request,
        keep_clear: c.keep_clear,
        visibility: c.visibility,
    })
}
