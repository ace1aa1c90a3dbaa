//! Making a [`Network`] out of named parts, with every reference checked.

use std::collections::HashSet;

use intergreen_control::Program;
use thiserror::Error;

use super::{
    Direction, Junction, JunctionId, JunctionKind, Lane, LaneId, LaneRules, Link, LinkId, Movement, MovementId,
    MovementKind, NemaSpec, Network, Permissions, Point, RightOfWay, Signal, SignalHead, SignalId, conflicts, equal,
    geometry,
};

/// Why parts do not make a network. Each message names the element and what was expected of it.
#[derive(Debug, Error, PartialEq)]
pub enum NetworkError {
    /// Two elements of one kind share a name.
    #[error("{kind} '{id}' is defined twice")]
    Duplicate {
        /// Kind of element.
        kind: &'static str,
        /// Its name.
        id: String,
    },
    /// An element has a value it cannot have.
    #[error("{element}: {problem}")]
    Invalid {
        /// Kind and name of the element.
        element: String,
        /// What is wrong and what was expected.
        problem: String,
    },
}

/// Coordinates beyond this are refused, m: the earth has forty million metres round it.
const FARTHEST: f64 = 1e8;
/// The steepest grade that is believed, percent: the steepest streets there are have 35.
pub const STEEPEST: f64 = 40.0;
/// Lengths, widths and speeds of less are refused, m or m/s: it is how finely they are known.
const LEAST: f64 = 1e-3;

/// Signal programs with more lamps in all their steps are refused: plans compare all groups in all steps.
const MOST_LAMPS: usize = 30_000;

/// Shorthand for [`NetworkError::Invalid`].
pub(super) fn invalid(element: impl Into<String>, problem: impl Into<String>) -> NetworkError {
    NetworkError::Invalid { element: element.into(), problem: problem.into() }
}

/// A junction to be made.
#[derive(Clone, Debug)]
pub struct JunctionSpec {
    /// Name.
    pub id: String,
    /// What regulates it.
    pub kind: JunctionKind,
    /// Reference point.
    pub position: Point,
    /// Outline, may be empty.
    pub shape: Vec<Point>,
}

/// A link to be made, with its lanes, kerb side first.
#[derive(Clone, Debug)]
pub struct LinkSpec {
    /// Name.
    pub id: String,
    /// Junction it starts at.
    pub from: Option<JunctionId>,
    /// Junction it ends at.
    pub to: Option<JunctionId>,
    /// Whether it lies inside a junction.
    pub internal: bool,
    /// Whether it is part of a roundabout.
    pub roundabout: bool,
    /// Rank of the road.
    pub priority: i32,
    /// Its lanes.
    pub lanes: Vec<LaneSpec>,
}

/// A lane to be made.
#[derive(Clone, Debug)]
pub struct LaneSpec {
    /// Name.
    pub id: String,
    /// Driving length, m; `None`: the length of the shape.
    pub length: Option<f64>,
    /// Speed limit, m/s.
    pub speed_limit: f64,
    /// Width, m.
    pub width: f64,
    /// Mean grade in the direction of travel, percent.
    pub grade: f64,
    /// Who may use it.
    pub permissions: Permissions,
    /// What else it asks of some.
    pub rules: LaneRules,
    /// Centre line.
    pub shape: Vec<Point>,
}

/// A movement to be made.
#[derive(Clone, Debug)]
pub struct MovementSpec {
    /// Lane it leaves.
    pub from: LaneId,
    /// Road lane it leads to in the end.
    pub to: LaneId,
    /// Internal lane entered next, if any.
    pub via: Option<LaneId>,
    /// Which way it turns.
    pub direction: Direction,
    /// Right of way without a lamp.
    pub right_of_way: RightOfWay,
    /// The lamp it obeys.
    pub head: Option<SignalHead>,
    /// The junction it lies in.
    pub junction: JunctionId,
    /// Place in the junction's right-of-way table.
    pub request: Option<u16>,
    /// Whether the junction must be kept clear.
    pub keep_clear: bool,
    /// Distance before the stop line from which all foes can be seen, m.
    pub visibility: f64,
}

/// One row of a junction's right-of-way table (SUMO: request).
#[derive(Clone, Debug, Default)]
pub struct RequestSpec {
    /// Rows it gives way to.
    pub yields_to: Vec<u16>,
    /// Rows whose paths cross or merge with it.
    pub foes: Vec<u16>,
    /// Whether its vehicles may wait inside the junction.
    pub waits_inside: bool,
}

/// A signal to be made.
#[derive(Clone, Debug)]
pub struct SignalSpec {
    /// Name.
    pub id: String,
    /// Its program.
    pub program: Program,
    /// Whether the program was made for this simulator.
    pub own: bool,
    /// The ring-barrier program of its file.
    pub rings: Option<NemaSpec>,
    /// See [`Signal::permissive`].
    pub permissive: Option<Vec<(u16, u16)>>,
}

/// Collects parts and checks them on [`build`](Self::build).
#[derive(Default)]
pub struct NetworkBuilder {
    junctions: Vec<JunctionSpec>,
    requests: Vec<Vec<RequestSpec>>,
    links: Vec<Link>,
    lanes: Vec<Lane>,
    movements: Vec<MovementSpec>,
    signals: Vec<SignalSpec>,
    names: HashSet<(&'static str, String)>,
    /// Whether traffic keeps to the left.
    pub left_hand: bool,
}

impl NetworkBuilder {
    /// Registers a name of a kind.
    fn name(&mut self, kind: &'static str, id: &str) -> Result<(), NetworkError> {
        if self.names.insert((kind, id.to_owned())) {
            Ok(())
        } else {
            Err(NetworkError::Duplicate { kind, id: id.to_owned() })
        }
    }

    /// Adds a junction.
    ///
    /// # Errors
    /// If the name is taken.
    pub fn junction(&mut self, spec: JunctionSpec) -> Result<JunctionId, NetworkError> {
        self.name("junction", &spec.id)?;
        self.junctions.push(spec);
        self.requests.push(Vec::new());
        Ok(JunctionId::new(self.junctions.len() - 1))
    }

    /// Sets the right-of-way table of a junction.
    pub fn requests(&mut self, junction: JunctionId, rows: Vec<RequestSpec>) {
        self.requests[junction.index()] = rows;
    }

    /// Adds a link and its lanes.
    ///
    /// # Errors
    /// If a name is taken, a number is not finite and positive, or a shape has fewer than two points.
    pub fn link(&mut self, spec: LinkSpec) -> Result<LinkId, NetworkError> {
        self.name("edge", &spec.id)?;
        if spec.lanes.is_empty() {
            return Err(invalid(format!("edge '{}'", spec.id), "has no lanes; expected at least one"));
        }
        let link = LinkId::new(self.links.len());
        let first = self.lanes.len();
        for (index, lane) in spec.lanes.into_iter().enumerate() {
            self.name("lane", &lane.id)?;
            self.lanes.push(checked_lane(link, index, spec.internal, lane)?);
        }
        self.links.push(Link {
            id: spec.id,
            lanes: first as u32..self.lanes.len() as u32,
            from: spec.from,
            to: spec.to,
            internal: spec.internal,
            roundabout: spec.roundabout,
            priority: spec.priority,
            fringe: false,
        });
        Ok(link)
    }

    /// Adds a signal.
    ///
    /// # Errors
    /// If the name is taken.
    pub fn signal(&mut self, spec: SignalSpec) -> Result<SignalId, NetworkError> {
        self.name("signal", &spec.id)?;
        self.signals.push(spec);
        Ok(SignalId::new(self.signals.len() - 1))
    }

    /// Adds a movement.
    pub fn movement(&mut self, spec: MovementSpec) {
        self.movements.push(spec);
    }

    /// The ids of a link's lanes.
    pub fn lanes_of(&self, link: LinkId) -> std::ops::Range<u32> {
        self.links[link.index()].lanes.clone()
    }

    /// The name of a lane, for messages.
    fn lane_name(&self, lane: LaneId) -> &str {
        &self.lanes[lane.index()].id
    }

    /// Checks everything and derives what follows from it.
    ///
    /// # Errors
    /// Names the element that is wrong and what was expected of it.
    pub fn build(mut self) -> Result<Network, NetworkError> {
        self.check_movements()?;
        let order = self.movement_order();
        let specs: Vec<MovementSpec> = order.iter().map(|&i| self.movements[i].clone()).collect();
        let mut movements: Vec<Movement> = Vec::with_capacity(specs.len());
        for (i, spec) in specs.iter().enumerate() {
            let id = MovementId::new(i);
            let lane = &mut self.lanes[spec.from.index()];
            if lane.movements.is_empty() {
                lane.movements = i as u32..i as u32;
            }
            lane.movements.end = i as u32 + 1;
            let next = spec.via.unwrap_or(spec.to);
            self.lanes[next.index()].incoming.push(id);
            movements.push(self.movement_from(spec, next, id));
        }
        let mut junctions: Vec<Junction> = self
            .junctions
            .into_iter()
            .map(|j| Junction { id: j.id, kind: j.kind, position: j.position, shape: j.shape, entries: Vec::new() })
            .collect();
        link_insides(&self.lanes, &mut movements)?;
        resolve_requests(&mut junctions, &self.requests, &mut movements)?;
        conflicts::check_effort(&junctions, &self.lanes, &movements)?;
        equal::rule(&mut junctions, &self.lanes, &mut movements, self.left_hand);
        settle_waiting_places(&mut movements);
        conflicts::derive(&mut self.lanes, &movements);
        let signals = resolve_signals(self.signals, &movements, &self.lanes)?;
        mark_fringe(&mut self.links, &self.lanes);
        Ok(Network { links: self.links, lanes: self.lanes, movements, junctions, signals, left_hand: self.left_hand })
    }

    /// Indices of the movements, ordered by the lane they leave, then as given.
    fn movement_order(&self) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.movements.len()).collect();
        order.sort_by_key(|&i| self.movements[i].from);
        order
    }

    /// Refuses movements that contradict themselves.
    fn check_movements(&self) -> Result<(), NetworkError> {
        let mut seen = HashSet::new();
        for m in &self.movements {
            let element =
                || format!("connection from lane '{}' to lane '{}'", self.lane_name(m.from), self.lane_name(m.to));
            if self.lanes[m.to.index()].internal {
                return Err(invalid(element(), "ends inside a junction; expected a road lane"));
            }
            if let Some(via) = m.via
                && !self.lanes[via.index()].internal
            {
                return Err(invalid(element(), format!("its via '{}' is not inside a junction", self.lane_name(via))));
            }
            if !seen.insert((m.from, m.to, m.via)) {
                return Err(invalid(element(), "is given twice"));
            }
            if m.from == m.to {
                return Err(invalid(element(), "leads to the lane it leaves"));
            }
        }
        Ok(())
    }

    /// One movement, before its chain and right of way are known.
    fn movement_from(&self, spec: &MovementSpec, next: LaneId, id: MovementId) -> Movement {
        let kind = match (self.lanes[spec.from.index()].internal, self.lanes[next.index()].internal) {
            (false, _) => MovementKind::Entry,
            (true, true) => MovementKind::Onward,
            (true, false) => MovementKind::Exit,
        };
        Movement {
            from: spec.from,
            next,
            to: spec.to,
            kind,
            direction: spec.direction,
            right_of_way: spec.right_of_way,
            head: spec.head,
            junction: spec.junction,
            request: spec.request,
            entry: id,
            yields_to: Vec::new(),
            foes: Vec::new(),
            waits_inside: false,
            keep_clear: spec.keep_clear,
            visibility: spec.visibility as f32,
            inside_length: 0.0,
            has_yielders: false,
        }
    }
}

/// A lane whose numbers make sense.
fn checked_lane(link: LinkId, index: usize, internal: bool, spec: LaneSpec) -> Result<Lane, NetworkError> {
    let element = || format!("lane '{}'", spec.id);
    if index > u8::MAX as usize {
        return Err(invalid(element(), "more than 256 lanes on one edge"));
    }
    if spec.shape.len() < 2 {
        return Err(invalid(element(), format!("shape has {} points; expected at least 2", spec.shape.len())));
    }
    if spec.shape.iter().any(|p| !(p.x.abs() <= FARTHEST && p.y.abs() <= FARTHEST)) {
        return Err(invalid(element(), format!("shape has a coordinate beyond ±{FARTHEST} m; expected less")));
    }
    let length = spec.length.unwrap_or_else(|| geometry::length(&spec.shape));
    for (what, value, [least, most], unit) in [
        ("length", length, [LEAST, 1e6], "metres"),
        ("speed", spec.speed_limit, [LEAST, 1e3], "m/s"),
        ("width", spec.width, [LEAST, 1e3], "metres"),
    ] {
        if !(least..=most).contains(&value) {
            let problem = format!("{what} is {value}; expected a positive number of {unit}, {least} to {most}");
            return Err(invalid(element(), problem));
        }
    }
    if spec.grade.is_nan() || spec.grade.abs() > STEEPEST {
        let problem = format!("grade is {} %; expected −{STEEPEST} to {STEEPEST}", spec.grade);
        return Err(invalid(element(), problem));
    }
    if let Some(offset) = spec.rules.stop_offset.map(|s| s.distance)
        && !(0.0..=f32::MAX).contains(&offset)
    {
        return Err(invalid(element(), format!("its stop offset is {offset}; expected a number of metres ≥ 0")));
    }
    Ok(Lane {
        id: spec.id,
        link,
        index: index as u8,
        length: length as f32,
        speed_limit: spec.speed_limit as f32,
        width: spec.width as f32,
        grade: spec.grade as f32,
        permissions: spec.permissions,
        rules: spec.rules,
        shape: spec.shape,
        internal,
        movements: 0..0,
        incoming: Vec::new(),
        conflicts: Vec::new(),
    })
}

/// Follows every entry movement through the junction: who came in where, and how long the way is.
fn link_insides(lanes: &[Lane], movements: &mut [Movement]) -> Result<(), NetworkError> {
    for i in 0..movements.len() {
        if movements[i].kind != MovementKind::Entry {
            continue;
        }
        let (request, to) = (movements[i].request, movements[i].to);
        let mut chain = vec![i];
        let mut lane = movements[i].next;
        while lanes[lane.index()].internal {
            let here = &lanes[lane.index()];
            if here.incoming.len() != 1 {
                return Err(invalid(
                    format!("lane '{}'", here.id),
                    format!("is entered by {} connections; expected exactly 1", here.incoming.len()),
                ));
            }
            if here.movements.len() != 1 {
                return Err(invalid(
                    format!("lane '{}'", here.id),
                    format!("is left by {} connections; expected exactly 1", here.movements.len()),
                ));
            }
            if chain.len() > 16 {
                return Err(invalid(format!("lane '{}'", here.id), "the way through the junction has no end"));
            }
            let m = here.movements.start as usize;
            chain.push(m);
            lane = movements[m].next;
        }
        if lane != to {
            return Err(invalid(
                format!("lane '{}'", lanes[movements[i].from.index()].id),
                format!(
                    "its way through the junction ends on lane '{}'; its connection says '{}'",
                    lanes[lane.index()].id,
                    lanes[to.index()].id
                ),
            ));
        }
        let mut inside = 0.0;
        for &m in chain.iter().rev() {
            movements[m].inside_length = inside;
            inside += lanes[movements[m].from.index()].length;
            movements[m].entry = MovementId::new(i);
            movements[m].request = request;
            movements[m].direction = movements[i].direction;
        }
    }
    Ok(())
}

/// Turns the right-of-way tables into lists of movements.
fn resolve_requests(
    junctions: &mut [Junction],
    tables: &[Vec<RequestSpec>],
    movements: &mut [Movement],
) -> Result<(), NetworkError> {
    let mut with_request: Vec<Vec<(MovementId, u16)>> = vec![Vec::new(); junctions.len()];
    for (i, m) in movements.iter().enumerate() {
        if let (MovementKind::Entry, Some(r)) = (m.kind, m.request) {
            with_request[m.junction.index()].push((MovementId::new(i), r));
        }
    }
    for ((junction, rows), members) in junctions.iter_mut().zip(tables).zip(with_request) {
        let mut entries = vec![MovementId::NONE; rows.len()];
        for (id, r) in members {
            let Some(place) = entries.get_mut(r as usize) else {
                return Err(invalid(
                    format!("junction '{}'", junction.id),
                    format!("a connection has request index {r}, but there are {} requests", rows.len()),
                ));
            };
            if !place.is_none() {
                return Err(invalid(
                    format!("junction '{}'", junction.id),
                    format!("two connections have request index {r}; expected one each"),
                ));
            }
            *place = id;
        }
        let pick = |list: &[u16]| -> Result<Vec<MovementId>, NetworkError> {
            let mut out = Vec::with_capacity(list.len());
            for &r in list {
                match entries.get(r as usize) {
                    Some(m) if !m.is_none() => out.push(*m),
                    Some(_) => {}
                    None => {
                        return Err(invalid(
                            format!("junction '{}'", junction.id),
                            format!("a request refers to request {r}; there are {}", rows.len()),
                        ));
                    }
                }
            }
            Ok(out)
        };
        for (r, row) in rows.iter().enumerate() {
            if entries[r].is_none() {
                continue;
            }
            let (yields_to, foes) = (pick(&row.yields_to)?, pick(&row.foes)?);
            for y in &yields_to {
                movements[y.index()].has_yielders = true;
            }
            let m = &mut movements[entries[r].index()];
            m.yields_to = yields_to;
            m.foes = foes;
            m.waits_inside = row.waits_inside;
        }
        junction.entries = entries.into_iter().filter(|m| !m.is_none()).collect();
    }
    Ok(())
}

/// Gives the onward movements the right of way of their entries.
fn settle_waiting_places(movements: &mut [Movement]) {
    // A place to wait without a second internal lane does not exist: such an entry yields at the stop line.
    let mut has_place = vec![false; movements.len()];
    for i in 0..movements.len() {
        if movements[i].kind == MovementKind::Onward {
            let entry = movements[i].entry.index();
            has_place[entry] = true;
            movements[i].yields_to = movements[entry].yields_to.clone();
            movements[i].foes = movements[entry].foes.clone();
        }
    }
    for (m, place) in movements.iter_mut().zip(has_place) {
        m.waits_inside &= place;
    }
}

/// Checks programs against the movements that obey them.
fn resolve_signals(
    specs: Vec<SignalSpec>,
    movements: &[Movement],
    lanes: &[Lane],
) -> Result<Vec<Signal>, NetworkError> {
    let mut signals: Vec<Signal> = specs
        .into_iter()
        .map(|s| Signal {
            id: s.id,
            groups: u16::try_from(s.program.groups()).unwrap_or(u16::MAX),
            program: s.program,
            movements: Vec::new(),
            own: s.own,
            rings: s.rings,
            permissive: s.permissive,
        })
        .collect();
    for signal in &signals {
        let (steps, groups) = (signal.program.steps().len(), signal.program.groups());
        if steps.saturating_mul(groups) > MOST_LAMPS {
            let problem =
                format!("its program has {steps} phases of {groups} lamps; expected at most {MOST_LAMPS} lamps");
            return Err(invalid(format!("tlLogic '{}'", signal.id), problem));
        }
    }
    for (i, m) in movements.iter().enumerate() {
        let Some(head) = m.head else { continue };
        let signal = &mut signals[head.signal.index()];
        if head.group >= signal.groups {
            return Err(invalid(
                format!("tlLogic '{}'", signal.id),
                format!(
                    "its states have {} characters, but the connection from lane '{}' to lane '{}' has linkIndex {}; \
                     expected at least {}",
                    signal.groups,
                    lanes[m.from.index()].id,
                    lanes[m.to.index()].id,
                    head.group,
                    u32::from(head.group) + 1
                ),
            ));
        }
        signal.movements.push(MovementId::new(i));
    }
    Ok(signals)
}

/// Marks road links that nothing leads to, or that lead nowhere.
fn mark_fringe(links: &mut [Link], lanes: &[Lane]) {
    for link in links.iter_mut().filter(|l| !l.internal) {
        let lanes = &lanes[link.lanes.start as usize..link.lanes.end as usize];
        link.fringe = lanes.iter().all(|l| l.incoming.is_empty()) || lanes.iter().all(|l| l.movements.is_empty());
    }
}
