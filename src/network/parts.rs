//! A network written down in all its parts: what an import has found, so that it can be kept in a file of ours and
//! read again without the files it came from.
//!
//! Everything is named, and the order of all lists is kept: the same parts make the same network to the bit.

use std::collections::BTreeMap;

use intergreen_control::{Lamp, Millis, Program, ProgramStep};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::build::invalid;
use super::{
    Direction, Junction, JunctionId, JunctionKind, JunctionSpec, Lane, LaneId, LaneRules, LaneSpec, Link, LinkSpec,
    Movement, MovementId, MovementKind, MovementSpec, NemaPhase, NemaSpec, Network, NetworkBuilder, NetworkError,
    Permissions, Point, RequestSpec, RightOfWay, Signal, SignalHead, SignalId, SignalSpec, StopOffset, VehicleClass,
};

/// All parts of a network.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NetworkParts {
    /// Whether traffic keeps to the left.
    #[serde(default, skip_serializing_if = "is_default")]
    pub left_hand: bool,
    /// Where links meet.
    pub junctions: Vec<JunctionPart>,
    /// Roads, and the ways inside junctions.
    pub links: Vec<LinkPart>,
    /// What controllers switch.
    #[serde(default, skip_serializing_if = "is_default")]
    pub signals: Vec<SignalPart>,
    /// Permitted passages between lanes.
    pub movements: Vec<MovementPart>,
}

/// A place where links meet.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct JunctionPart {
    /// Name.
    pub id: String,
    /// What regulates it.
    pub kind: JunctionKind,
    /// Reference point: east and north, m.
    pub at: Point,
    /// Outline, m.
    #[serde(default, skip_serializing_if = "is_default")]
    pub shape: Vec<Point>,
    /// Its right-of-way table, a row for each request index.
    #[serde(default, skip_serializing_if = "is_default")]
    pub requests: Vec<RequestPart>,
}

/// A row of a junction's right-of-way table.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RequestPart {
    /// Rows it gives way to.
    #[serde(default, skip_serializing_if = "is_default")]
    pub yields_to: Vec<u16>,
    /// Rows whose ways cross or merge with its way.
    #[serde(default, skip_serializing_if = "is_default")]
    pub foes: Vec<u16>,
    /// Whether its vehicles may wait inside the junction.
    #[serde(default, skip_serializing_if = "is_default")]
    pub waits_inside: bool,
}

/// A road, or a way inside a junction.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LinkPart {
    /// Name.
    pub id: String,
    /// Junction it starts at.
    #[serde(default, skip_serializing_if = "is_default")]
    pub from: Option<String>,
    /// Junction it ends at.
    #[serde(default, skip_serializing_if = "is_default")]
    pub to: Option<String>,
    /// Whether it lies inside a junction.
    #[serde(default, skip_serializing_if = "is_default")]
    pub internal: bool,
    /// Whether it is part of a roundabout.
    #[serde(default, skip_serializing_if = "is_default")]
    pub roundabout: bool,
    /// Rank of the road: the greater number has right of way.
    #[serde(default, skip_serializing_if = "is_default")]
    #[schemars(range(min = -1000, max = 1000), extend("unit" = "rank"))]
    pub priority: i32,
    /// Its lanes, kerb side first.
    pub lanes: Vec<LanePart>,
}

/// A lane.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LanePart {
    /// Name; left out: the link's name, `_` and the place of the lane.
    #[serde(default, skip_serializing_if = "is_default")]
    pub id: Option<String>,
    /// Driving length, m.
    #[schemars(range(min = 0.001, max = 100_000.0), extend("unit" = "m"))]
    pub length: f32,
    /// Speed limit, m/s.
    #[schemars(range(min = 0.01, max = 200.0), extend("unit" = "m/s"))]
    pub speed: f32,
    /// Width, m.
    #[serde(default = "usual_width", skip_serializing_if = "is_usual_width")]
    #[schemars(range(min = 0.01, max = 100.0), extend("unit" = "m", "default" = 3.2))]
    pub width: f32,
    /// Who may use it, by class; left out: everybody.
    #[serde(default, skip_serializing_if = "is_default")]
    pub only: Option<Vec<VehicleClass>>,
    /// Who may change to the lane on its left; left out: everybody.
    #[serde(default, skip_serializing_if = "is_default")]
    pub change_left: Option<Vec<VehicleClass>>,
    /// Who may change to the lane on its right; left out: everybody.
    #[serde(default, skip_serializing_if = "is_default")]
    pub change_right: Option<Vec<VehicleClass>>,
    /// Where some stop further back than at its end.
    #[serde(default, skip_serializing_if = "is_default")]
    pub stop_offset: Option<StopOffsetPart>,
    /// Speed limits of single classes.
    #[serde(default, skip_serializing_if = "is_default")]
    pub limits: Vec<ClassLimit>,
    /// Centre line, m.
    pub shape: Vec<Point>,
}

/// A stop line before the end of a lane for some classes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StopOffsetPart {
    /// Distance from the end of the lane, m.
    #[schemars(range(min = 0.0, max = 1000.0), extend("unit" = "m"))]
    pub distance: f32,
    /// Who stops there.
    pub who: Vec<VehicleClass>,
}

/// The speed limit of a class.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ClassLimit {
    /// The class.
    pub class: VehicleClass,
    /// Its limit, m/s.
    #[schemars(range(min = 0.01, max = 200.0), extend("unit" = "m/s"))]
    pub speed: f32,
}

/// A permitted passage between lanes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MovementPart {
    /// Lane it leaves.
    pub from: String,
    /// Road lane it leads to in the end.
    pub to: String,
    /// Lane inside the junction that is entered next.
    #[serde(default, skip_serializing_if = "is_default")]
    pub via: Option<String>,
    /// Which way it turns.
    pub direction: Direction,
    /// Right of way without a lamp.
    pub right_of_way: RightOfWay,
    /// The signal it obeys.
    #[serde(default, skip_serializing_if = "is_default")]
    pub signal: Option<String>,
    /// Its group there: the place of its letter, from 0.
    #[serde(default, skip_serializing_if = "is_default")]
    #[schemars(range(min = 0, max = 65534), extend("unit" = "number"))]
    pub group: u16,
    /// The junction it lies in.
    pub junction: String,
    /// Its row in the junction's right-of-way table.
    #[serde(default, skip_serializing_if = "is_default")]
    #[schemars(range(min = 0, max = 65534), extend("unit" = "number"))]
    pub request: Option<u16>,
    /// Whether the junction is kept clear: no entering without room to leave.
    #[serde(default, skip_serializing_if = "is_default")]
    pub keep_clear: bool,
    /// Distance before the stop line from which all foes can be seen, m.
    #[serde(default = "usual_visibility", skip_serializing_if = "is_usual_visibility")]
    #[schemars(range(min = 0.0, max = 100_000.0), extend("unit" = "m", "default" = 4.5))]
    pub visibility: f32,
}

/// What a controller switches.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SignalPart {
    /// Name.
    pub id: String,
    /// Name of its program.
    #[serde(default, skip_serializing_if = "is_default")]
    pub program: String,
    /// The first step starts when time less this is a multiple of the cycle, s.
    #[serde(default, skip_serializing_if = "is_default")]
    #[schemars(range(min = -31_622_400.0, max = 31_622_400.0), extend("unit" = "s"))]
    pub offset: f64,
    /// The steps of its program.
    pub steps: Vec<StepPart>,
    /// Whether the program was made for this simulator: then it gets no waivers.
    #[serde(default, skip_serializing_if = "is_default")]
    pub own: bool,
    /// Its ring-barrier program.
    #[serde(default, skip_serializing_if = "is_default")]
    pub rings: Option<RingsPart>,
    /// Which groups give way to which while both are open, if the monitor is to take that from here.
    #[serde(default, skip_serializing_if = "is_default")]
    pub permissive: Option<Vec<(u16, u16)>>,
}

/// A step of a program.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StepPart {
    /// How long it lasts, s.
    #[schemars(range(min = 0.001, max = 31_622_400.0), extend("unit" = "s"))]
    pub time: f64,
    /// What each group shows, a letter each: `r`, `u`, `y`, `g` (gives way), `G`, `s`, `o`, `O`.
    pub lamps: String,
}

/// A ring-barrier program.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RingsPart {
    /// The phases.
    pub phases: Vec<PhasePart>,
    /// By ring, by section between two barriers: phase numbers in their order.
    pub rings: Vec<Vec<Vec<u8>>>,
    /// The coordinated phases; none: it runs free.
    #[serde(default, skip_serializing_if = "is_default")]
    pub coordinated: Vec<u8>,
    /// Length of the cycle, s.
    #[serde(default, skip_serializing_if = "is_default")]
    #[schemars(range(min = 1.0, max = 3600.0), extend("unit" = "s"))]
    pub cycle: Option<f64>,
    /// Phases served in every cycle for their least green; left out: all.
    #[serde(default, skip_serializing_if = "is_default")]
    pub min_recall: Option<Vec<u8>>,
    /// Phases served in every cycle for their greatest green.
    #[serde(default, skip_serializing_if = "is_default")]
    pub max_recall: Vec<u8>,
}

/// A phase of a ring-barrier program.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PhasePart {
    /// Its number.
    #[schemars(range(min = 1, max = 32), extend("unit" = "number"))]
    pub number: u8,
    /// What each group shows while it is green, a letter each.
    pub lamps: String,
    /// Least green, s.
    #[serde(default, skip_serializing_if = "is_default")]
    #[schemars(range(min = 0.0, max = 3600.0), extend("unit" = "s"))]
    pub min_green: Option<f64>,
    /// Greatest green, s.
    #[serde(default, skip_serializing_if = "is_default")]
    #[schemars(range(min = 0.0, max = 3600.0), extend("unit" = "s"))]
    pub max_green: Option<f64>,
    /// How long a vehicle extends green, s.
    #[serde(default, skip_serializing_if = "is_default")]
    #[schemars(range(min = 0.0, max = 3600.0), extend("unit" = "s"))]
    pub passage: Option<f64>,
    /// Yellow, s.
    #[serde(default, skip_serializing_if = "is_default")]
    #[schemars(range(min = 0.0, max = 3600.0), extend("unit" = "s"))]
    pub yellow: Option<f64>,
    /// Red clearance, s.
    #[serde(default, skip_serializing_if = "is_default")]
    #[schemars(range(min = 0.0, max = 3600.0), extend("unit" = "s"))]
    pub red: Option<f64>,
}

/// Whether a value need not be written.
fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// Serde default, m.
fn usual_width() -> f32 {
    3.2
}

/// Whether a width need not be written.
#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_usual_width(width: &f32) -> bool {
    *width == usual_width()
}

/// Serde default, m.
fn usual_visibility() -> f32 {
    4.5
}

/// Whether a visibility need not be written.
#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_usual_visibility(visibility: &f32) -> bool {
    *visibility == usual_visibility()
}

impl NetworkParts {
    /// Makes the network.
    ///
    /// # Errors
    /// Names the element that is wrong and what was expected of it.
    pub fn build(&self) -> Result<Network, NetworkError> {
        self.builder()?.build()
    }

    /// Puts all parts into a builder.
    fn builder(&self) -> Result<NetworkBuilder, NetworkError> {
        let mut builder = NetworkBuilder::default();
        builder.left_hand = self.left_hand;
        let mut junctions = BTreeMap::new();
        for j in &self.junctions {
            let spec = JunctionSpec { id: j.id.clone(), kind: j.kind, position: j.at, shape: j.shape.clone() };
            let id = builder.junction(spec)?;
            builder.requests(id, j.requests.iter().map(RequestPart::spec).collect());
            junctions.insert(j.id.as_str(), id);
        }
        let mut lanes = BTreeMap::new();
        for link in &self.links {
            let find = |name: &Option<String>, what: &str| match name {
                None => Ok(None),
                Some(name) => junction(&junctions, name, || format!("link '{}': {what}", link.id)).map(Some),
            };
            let names: Vec<String> = link.lanes.iter().enumerate().map(|(i, l)| l.name(&link.id, i)).collect();
            let spec = LinkSpec {
                id: link.id.clone(),
                from: find(&link.from, "from")?,
                to: find(&link.to, "to")?,
                internal: link.internal,
                roundabout: link.roundabout,
                priority: link.priority,
                lanes: link.lanes.iter().zip(&names).map(|(l, name)| l.spec(name.clone())).collect(),
            };
            let id = builder.link(spec)?;
            lanes.extend(names.into_iter().zip(builder.lanes_of(id).map(LaneId)));
        }
        let mut signals = BTreeMap::new();
        for signal in &self.signals {
            signals.insert(signal.id.as_str(), builder.signal(signal.spec()?)?);
        }
        for m in &self.movements {
            builder.movement(m.spec(&lanes, &junctions, &signals)?);
        }
        Ok(builder)
    }

    /// The parts of a network: what [`NetworkParts::build`] makes of them is the same network.
    pub fn of(network: &Network) -> Self {
        let lane_name = |l: LaneId| network.lane(l).id.clone();
        let junction_name = |j: JunctionId| network.junctions[j.index()].id.clone();
        let link = |link: &Link| LinkPart {
            id: link.id.clone(),
            from: link.from.map(junction_name),
            to: link.to.map(junction_name),
            internal: link.internal,
            roundabout: link.roundabout,
            priority: link.priority,
            lanes: link.lanes.clone().map(|l| LanePart::of(network.lane(LaneId(l)), &link.id)).collect(),
        };
        let movement = |m: &Movement| MovementPart {
            from: lane_name(m.from),
            to: lane_name(m.to),
            via: (m.next != m.to).then(|| lane_name(m.next)),
            direction: m.direction,
            right_of_way: m.right_of_way,
            signal: m.head.map(|h| network.signals[h.signal.index()].id.clone()),
            group: m.head.map_or(0, |h| h.group),
            junction: junction_name(m.junction),
            request: m.request.filter(|_| m.kind == MovementKind::Entry),
            keep_clear: m.keep_clear,
            visibility: m.visibility,
        };
        let mut tables = tables(network);
        Self {
            left_hand: network.left_hand,
            junctions: network
                .junctions
                .iter()
                .map(|j| JunctionPart::of(j, tables.next().unwrap_or_default()))
                .collect(),
            links: network.links.iter().map(link).collect(),
            signals: network.signals.iter().map(SignalPart::of).collect(),
            movements: network.movements.iter().map(movement).collect(),
        }
    }
}

/// The right-of-way tables of all junctions. Rules that follow from the junction's kind alone have no rows.
fn tables(network: &Network) -> std::vec::IntoIter<Vec<RequestPart>> {
    let mut tables: Vec<Vec<RequestPart>> = vec![Vec::new(); network.junctions.len()];
    for m in network.movements.iter().filter(|m| m.kind == MovementKind::Entry) {
        let Some(row) = m.request.map(usize::from) else { continue };
        let table = &mut tables[m.junction.index()];
        if table.len() <= row {
            table.resize(row + 1, RequestPart::default());
        }
        let rows = |of: &[MovementId]| of.iter().filter_map(|&o| network.movement(o).request).collect();
        table[row] = RequestPart { yields_to: rows(&m.yields_to), foes: rows(&m.foes), waits_inside: m.waits_inside };
    }
    tables.into_iter()
}

/// The junction of that name.
fn junction(
    known: &BTreeMap<&str, JunctionId>,
    name: &str,
    element: impl Fn() -> String,
) -> Result<JunctionId, NetworkError> {
    known.get(name).copied().ok_or_else(|| invalid(element(), format!("there is no junction '{name}'")))
}

impl JunctionPart {
    fn of(junction: &Junction, requests: Vec<RequestPart>) -> Self {
        Self {
            id: junction.id.clone(),
            kind: junction.kind,
            at: junction.position,
            shape: junction.shape.clone(),
            requests,
        }
    }
}

impl RequestPart {
    fn spec(&self) -> RequestSpec {
        RequestSpec { yields_to: self.yields_to.clone(), foes: self.foes.clone(), waits_inside: self.waits_inside }
    }
}

/// The classes of a set; `None`: everybody.
fn classes(set: Permissions) -> Option<Vec<VehicleClass>> {
    let listed = || VehicleClass::ALL.iter().copied().filter(|&c| set.contains(c)).collect();
    (set != Permissions::ALL).then(listed)
}

/// The set of listed classes.
fn set(classes: &Option<Vec<VehicleClass>>) -> Permissions {
    classes.as_deref().map_or(Permissions::ALL, Permissions::only)
}

impl LanePart {
    fn name(&self, link: &str, index: usize) -> String {
        self.id.clone().unwrap_or_else(|| format!("{link}_{index}"))
    }

    fn spec(&self, id: String) -> LaneSpec {
        LaneSpec {
            id,
            length: Some(f64::from(self.length)),
            speed_limit: f64::from(self.speed),
            width: f64::from(self.width),
            permissions: set(&self.only),
            rules: LaneRules {
                change_left: set(&self.change_left),
                change_right: set(&self.change_right),
                stop_offset: self
                    .stop_offset
                    .as_ref()
                    .map(|s| StopOffset { distance: s.distance, who: Permissions::only(&s.who) }),
                limits: self.limits.iter().map(|l| (l.class, l.speed)).collect(),
            },
            shape: self.shape.clone(),
        }
    }

    fn of(lane: &Lane, link: &str) -> Self {
        let usual = format!("{link}_{}", lane.index);
        let offset =
            |s: StopOffset| StopOffsetPart { distance: s.distance, who: classes(s.who).unwrap_or_else(everybody) };
        Self {
            id: (lane.id != usual).then(|| lane.id.clone()),
            length: lane.length,
            speed: lane.speed_limit,
            width: lane.width,
            only: classes(lane.permissions),
            change_left: classes(lane.rules.change_left),
            change_right: classes(lane.rules.change_right),
            stop_offset: lane.rules.stop_offset.map(offset),
            limits: lane.rules.limits.iter().map(|&(class, speed)| ClassLimit { class, speed }).collect(),
            shape: lane.shape.clone(),
        }
    }
}

/// Every class.
fn everybody() -> Vec<VehicleClass> {
    VehicleClass::ALL.to_vec()
}

impl MovementPart {
    fn spec(
        &self,
        lanes: &BTreeMap<String, LaneId>,
        junctions: &BTreeMap<&str, JunctionId>,
        signals: &BTreeMap<&str, SignalId>,
    ) -> Result<MovementSpec, NetworkError> {
        let element = || format!("movement from lane '{}' to lane '{}'", self.from, self.to);
        let lane = |name: &str| {
            lanes.get(name).copied().ok_or_else(|| invalid(element(), format!("there is no lane '{name}'")))
        };
        let head = match &self.signal {
            None => None,
            Some(name) => {
                let known = signals.get(name.as_str()).copied();
                let signal = known.ok_or_else(|| invalid(element(), format!("there is no signal '{name}'")))?;
                Some(SignalHead { signal, group: self.group })
            }
        };
        Ok(MovementSpec {
            from: lane(&self.from)?,
            to: lane(&self.to)?,
            via: self.via.as_deref().map(lane).transpose()?,
            direction: self.direction,
            right_of_way: self.right_of_way,
            head,
            junction: junction(junctions, &self.junction, element)?,
            request: self.request,
            keep_clear: self.keep_clear,
            visibility: f64::from(self.visibility),
        })
    }
}

/// Lamps as letters.
fn letters(lamps: &[Lamp]) -> String {
    lamps.iter().map(|l| l.letter()).collect()
}

/// Letters as lamps.
fn lamps(letters: &str, element: impl Fn() -> String) -> Result<Vec<Lamp>, NetworkError> {
    let lamp = |letter: char| {
        let problem = || invalid(element(), format!("no lamp '{letter}'; expected r u y g G s o O"));
        Lamp::from_letter(letter).ok_or_else(problem)
    };
    letters.chars().map(lamp).collect()
}

impl SignalPart {
    fn of(spec: &Signal) -> Self {
        let step = |s: &ProgramStep| StepPart { time: s.duration.seconds(), lamps: letters(&s.lamps) };
        Self {
            id: spec.id.clone(),
            program: spec.program.id().to_owned(),
            offset: spec.program.offset().seconds(),
            steps: spec.program.steps().iter().map(step).collect(),
            own: spec.own,
            rings: spec.rings.as_ref().map(RingsPart::of),
            permissive: spec.permissive.clone(),
        }
    }

    fn spec(&self) -> Result<SignalSpec, NetworkError> {
        let element = || format!("signal '{}'", self.id);
        let step =
            |s: &StepPart| Ok(ProgramStep { duration: Millis::from_seconds(s.time), lamps: lamps(&s.lamps, element)? });
        let steps = self.steps.iter().map(step).collect::<Result<Vec<_>, NetworkError>>()?;
        let program = Program::new(self.program.as_str(), Millis::from_seconds(self.offset), steps)
            .map_err(|e| invalid(element(), format!("its program {e}")))?;
        let rings = self.rings.as_ref().map(|r| r.spec(program.groups(), element)).transpose()?;
        let unknown = |&(a, b): &(u16, u16)| usize::from(a.max(b)) >= program.groups();
        if let Some((a, b)) = self.permissive.as_ref().and_then(|list| list.iter().find(|p| unknown(p))) {
            let problem = format!("permissive ({a}, {b}); expected groups below {}", program.groups());
            return Err(invalid(element(), problem));
        }
        let permissive = self.permissive.clone();
        Ok(SignalSpec { id: self.id.clone(), program, own: self.own, rings, permissive })
    }
}

impl RingsPart {
    fn of(spec: &NemaSpec) -> Self {
        let seconds = |t: Option<Millis>| t.map(Millis::seconds);
        let phase = |p: &NemaPhase| PhasePart {
            number: p.number,
            lamps: letters(&p.lamps),
            min_green: seconds(p.min_green),
            max_green: seconds(p.max_green),
            passage: seconds(p.passage),
            yellow: seconds(p.yellow),
            red: seconds(p.red),
        };
        Self {
            phases: spec.phases.iter().map(phase).collect(),
            rings: spec.rings.clone(),
            coordinated: spec.coordinated.clone(),
            cycle: seconds(spec.cycle),
            min_recall: spec.min_recall.clone(),
            max_recall: spec.max_recall.clone(),
        }
    }

    /// The same with every number fitting the others.
    fn spec(&self, groups: usize, element: impl Fn() -> String) -> Result<NemaSpec, NetworkError> {
        let millis = |t: Option<f64>| t.map(Millis::from_seconds);
        let mut phases: Vec<NemaPhase> = Vec::new();
        for p in &self.phases {
            let lamps = lamps(&p.lamps, &element)?;
            if lamps.len() != groups {
                let problem = format!("phase {} has {} letters; expected {groups}", p.number, lamps.len());
                return Err(invalid(element(), problem));
            }
            if phases.iter().any(|known| known.number == p.number) {
                return Err(invalid(element(), format!("phase {} is given twice", p.number)));
            }
            phases.push(NemaPhase {
                number: p.number,
                lamps,
                min_green: millis(p.min_green),
                max_green: millis(p.max_green),
                passage: millis(p.passage),
                yellow: millis(p.yellow),
                red: millis(p.red),
            });
        }
        let named = self.rings.iter().flatten().flatten().chain(&self.coordinated).chain(&self.max_recall);
        for number in named.chain(self.min_recall.iter().flatten()) {
            if phases.iter().all(|p| p.number != *number) {
                return Err(invalid(element(), format!("its rings name phase {number}, which is not among 'phases'")));
            }
        }
        let sections = self.rings.first().map_or(0, Vec::len);
        if self.rings.iter().any(|r| r.len() != sections) {
            return Err(invalid(element(), "its rings have different numbers of sections between barriers"));
        }
        Ok(NemaSpec {
            phases,
            rings: self.rings.clone(),
            coordinated: self.coordinated.clone(),
            cycle: millis(self.cycle),
            min_recall: self.min_recall.clone(),
            max_recall: self.max_recall.clone(),
        })
    }
}
