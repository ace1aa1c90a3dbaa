//! The parts of a [`Network`].

use std::ops::Range;

use intergreen_control::{Lamp, Millis, Program};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{JunctionId, LaneId, LaneRules, LinkId, MovementId, Permissions, Point, SignalId, VehicleClass};

/// A checked road network. Made by [`NetworkBuilder`](super::NetworkBuilder).
#[derive(Clone, Debug, Serialize)]
pub struct Network {
    /// Roads and junction interiors, by [`LinkId`].
    pub links: Vec<Link>,
    /// Lanes, by [`LaneId`]; the lanes of a link are consecutive.
    pub lanes: Vec<Lane>,
    /// Movements, by [`MovementId`]; the movements that leave a lane are consecutive, lanes in id order.
    pub movements: Vec<Movement>,
    /// Junctions, by [`JunctionId`].
    pub junctions: Vec<Junction>,
    /// Signals, by [`SignalId`].
    pub signals: Vec<Signal>,
    /// Whether traffic keeps to the left.
    pub left_hand: bool,
}

/// A road, or a road inside a junction.
#[derive(Clone, Debug, Serialize)]
pub struct Link {
    /// Name in the source file.
    pub id: String,
    /// Lanes, kerb side first, as a range of [`LaneId`]s.
    pub lanes: Range<u32>,
    /// Junction it starts at; for an internal link the junction it lies in.
    pub from: Option<JunctionId>,
    /// Junction it ends at; for an internal link the junction it lies in.
    pub to: Option<JunctionId>,
    /// Whether it lies inside a junction.
    pub internal: bool,
    /// Whether it is part of a roundabout.
    pub roundabout: bool,
    /// Rank of the road; a greater number has right of way over a smaller one.
    pub priority: i32,
    /// Whether it leads into the network from outside or out of it.
    pub fringe: bool,
}

/// One lane of a link.
#[derive(Clone, Debug, Serialize)]
pub struct Lane {
    /// Name in the source file.
    pub id: String,
    /// The link it belongs to.
    pub link: LinkId,
    /// Place in the link, 0 at the kerb.
    pub index: u8,
    /// Driving length, m, > 0. May differ from the length of `shape`.
    pub length: f32,
    /// Speed limit, m/s, > 0.
    pub speed_limit: f32,
    /// Width, m.
    pub width: f32,
    /// Mean grade in the direction of travel, percent: metres up (below 0: down) for 100 m driven.
    pub grade: f32,
    /// Who may use it.
    pub permissions: Permissions,
    /// What else it asks of some.
    pub rules: LaneRules,
    /// Centre line, at least two points.
    pub shape: Vec<Point>,
    /// Whether it lies inside a junction.
    pub internal: bool,
    /// Movements that leave it, as a range of [`MovementId`]s.
    pub movements: Range<u32>,
    /// Movements that end on it, in id order.
    pub incoming: Vec<MovementId>,
    /// Where it can be touched from other internal lanes, ordered by `start`; empty for road lanes.
    pub conflicts: Vec<Conflict>,
}

/// How two internal lanes meet.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub enum ConflictKind {
    /// The paths cross.
    Crossing,
    /// Both lead to the same lane.
    Merging,
    /// Both come from the same lane and have not yet parted.
    Diverging,
}

/// A stretch of an internal lane where a vehicle could touch one on `foe`.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Conflict {
    /// The other internal lane.
    pub foe: LaneId,
    /// How they meet.
    pub kind: ConflictKind,
    /// Stretch on this lane: from, m.
    pub start: f32,
    /// Stretch on this lane: to, m.
    pub end: f32,
    /// Stretch on the other lane: from, m.
    pub foe_start: f32,
    /// Stretch on the other lane: to, m.
    pub foe_end: f32,
    /// Whether this lane's movement gives way to the other's.
    pub yields: bool,
    /// Whether the other lane's movement gives way to this one's.
    pub foe_yields: bool,
}

/// Where in a junction a movement lies.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub enum MovementKind {
    /// From a road lane into a junction (or straight to the next road where a net has no internal lanes).
    Entry,
    /// From one internal lane to the next: the place to wait inside the junction.
    Onward,
    /// From the last internal lane to a road.
    Exit,
}

/// Which way a movement turns.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the names say it all")]
pub enum Direction {
    Straight,
    Left,
    Right,
    PartLeft,
    PartRight,
    UTurn,
    /// Not stated.
    None,
}

/// The right of way of a movement when no lamp says otherwise (SUMO: the state letter of a connection).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RightOfWay {
    /// Has priority (`M`), or nothing to yield to.
    Major,
    /// Yields (`m`).
    Minor,
    /// Right before left (`=`).
    Equal,
    /// Stops, then yields (`s`).
    Stop,
    /// Everybody stops; first come, first served (`w`).
    AllWayStop,
    /// Merges in turn (`Z`).
    Zipper,
    /// Leads nowhere (`-`).
    DeadEnd,
}

/// The lamp a movement obeys.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub struct SignalHead {
    /// The signal.
    pub signal: SignalId,
    /// Its group: the index into the state strings of its program.
    pub group: u16,
}

/// A permitted passage between two lanes.
#[derive(Clone, Debug, Serialize)]
pub struct Movement {
    /// Lane it leaves.
    pub from: LaneId,
    /// Lane entered next: the first internal lane, the next internal lane, or the road.
    pub next: LaneId,
    /// Road lane it leads to in the end.
    pub to: LaneId,
    /// Where in the junction it lies.
    pub kind: MovementKind,
    /// Which way it turns.
    pub direction: Direction,
    /// Right of way without a lamp.
    pub right_of_way: RightOfWay,
    /// The lamp it obeys; only entry movements have one.
    pub head: Option<SignalHead>,
    /// The junction it lies in.
    pub junction: JunctionId,
    /// Place in the junction's right-of-way table (SUMO: request index); onward and exit movements carry their
    /// entry's.
    pub request: Option<u16>,
    /// The entry movement through which its vehicles came into the junction (itself for an entry).
    pub entry: MovementId,
    /// Entry movements it gives way to. An entry that may wait inside the junction gives way there: then the list
    /// stands at its onward movement too.
    pub yields_to: Vec<MovementId>,
    /// Entry movements whose paths cross or merge with this one.
    pub foes: Vec<MovementId>,
    /// Whether a vehicle may pass the stop line and wait inside the junction (SUMO: cont).
    pub waits_inside: bool,
    /// Whether the junction must be kept clear: no entering without room to leave.
    pub keep_clear: bool,
    /// Distance before its stop line from which all foes can be seen, m.
    pub visibility: f32,
    /// Length of the internal lanes from here to the road, m.
    pub inside_length: f32,
    /// Whether some movement gives way to this one, so that approaching vehicles have to be announced.
    pub has_yielders: bool,
}

/// What regulates a junction (SUMO: type).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the names say it all")]
pub enum JunctionKind {
    Priority,
    TrafficLight,
    TrafficLightRightOnRed,
    RightBeforeLeft,
    LeftBeforeRight,
    AllWayStop,
    PriorityStop,
    Zipper,
    DeadEnd,
    Unregulated,
}

/// A place where links meet.
#[derive(Clone, Debug, Serialize)]
pub struct Junction {
    /// Name in the source file.
    pub id: String,
    /// What regulates it.
    pub kind: JunctionKind,
    /// Reference point.
    pub position: Point,
    /// Outline, may be empty.
    pub shape: Vec<Point>,
    /// Its entry movements by request index.
    pub entries: Vec<MovementId>,
}

/// What one controller switches.
#[derive(Clone, Debug, Serialize)]
pub struct Signal {
    /// Name in the source file.
    pub id: String,
    /// Number of groups: the length of a state string.
    pub groups: u16,
    /// Its program.
    pub program: Program,
    /// Movements that obey it, in id order.
    pub movements: Vec<MovementId>,
    /// Whether its program was made for this simulator (a street plan), not taken from somebody else's file.
    pub own: bool,
    /// The ring-barrier program that its file has, if it has one and it can be used.
    pub rings: Option<NemaSpec>,
    /// Which groups give way to which while both are open, in order, if somebody wrote it down for the monitor.
    pub permissive: Option<Vec<(u16, u16)>>,
}

/// A ring-barrier program as a file has it (SUMO: a tlLogic of type NEMA). The numbers fit each other: every phase
/// named is one of `phases`, and every ring has as many sections.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct NemaSpec {
    /// The phases, by their numbers.
    pub phases: Vec<NemaPhase>,
    /// By ring, by section between two barriers: phase numbers in their order. A ring may pause in a section.
    pub rings: Vec<Vec<Vec<u8>>>,
    /// The coordinated phases; none: it runs free.
    pub coordinated: Vec<u8>,
    /// The length of the cycle, if it is given.
    pub cycle: Option<Millis>,
    /// Phases served in every cycle for their least green; `None`: all.
    pub min_recall: Option<Vec<u8>>,
    /// Phases served in every cycle for their greatest green.
    pub max_recall: Vec<u8>,
    /// Whether phases are forced off at their places in the cycle (SUMO: fixForceOff), not after their splits.
    pub fixed_force_off: bool,
    /// Whether the offset points to the yellow of the coordinated phases (Type 170), not to their green (TS2).
    pub offset_at_yellow: bool,
    /// Phases whose detectors keep a call until it is served.
    pub latching: Vec<u8>,
    /// Phases whose green the detectors of another one extend: that phase, and the other.
    pub switched: Vec<(u8, u8)>,
}

/// A phase of a ring-barrier program as a file has it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct NemaPhase {
    /// Its number, 1–32.
    pub number: u8,
    /// What each group shows while it is green.
    pub lamps: Vec<Lamp>,
    /// Least green.
    pub min_green: Option<Millis>,
    /// Greatest green.
    pub max_green: Option<Millis>,
    /// How long a vehicle extends green.
    pub passage: Option<Millis>,
    /// Yellow.
    pub yellow: Option<Millis>,
    /// Red clearance.
    pub red: Option<Millis>,
}

impl Signal {
    /// Whether its program ends a green of a group with red, without a yellow between.
    pub fn ends_abruptly(&self, group: u16) -> bool {
        let lamps = || self.program.steps().iter().map(|s| s.lamps.get(usize::from(group)));
        let next = lamps().cycle().skip(1);
        lamps().zip(next).any(|(a, b)| a.is_some_and(|a| a.is_green()) && b.is_some_and(|b| b.is_red()))
    }
}

impl Network {
    /// The lane `id`.
    #[inline(always)]
    pub fn lane(&self, id: LaneId) -> &Lane {
        &self.lanes[id.index()]
    }

    /// The link `id`.
    #[inline(always)]
    pub fn link(&self, id: LinkId) -> &Link {
        &self.links[id.index()]
    }

    /// The movement `id`.
    #[inline(always)]
    pub fn movement(&self, id: MovementId) -> &Movement {
        &self.movements[id.index()]
    }

    /// The lanes of a link, kerb side first.
    pub fn lanes_of(&self, link: LinkId) -> impl Iterator<Item = LaneId> + use<> {
        self.link(link).lanes.clone().map(LaneId)
    }

    /// The movements that leave a lane.
    pub fn movements_of(&self, lane: LaneId) -> impl Iterator<Item = MovementId> + use<> {
        self.lane(lane).movements.clone().map(MovementId)
    }

    /// The link of that name.
    pub fn find_link(&self, name: &str) -> Option<LinkId> {
        self.links.iter().position(|l| l.id == name).map(LinkId::new)
    }

    /// The lanes that lead to a lane, one for each movement.
    pub fn lanes_before(&self, lane: LaneId) -> impl Iterator<Item = LaneId> + use<'_> {
        self.lane(lane).incoming.iter().map(|&m| self.movement(m).from)
    }

    /// The internal lanes of a movement from its line to the road it leads to.
    pub fn inside<'n>(&'n self, movement: &'n Movement) -> impl Iterator<Item = LaneId> + use<'n> {
        let step = |movement: &'n Movement| self.lane(movement.next).internal.then_some(movement.next);
        std::iter::successors(step(movement), move |&lane| {
            self.movements_of(lane).next().and_then(|onward| step(self.movement(onward)))
        })
    }

    /// Whether every lane of a movement, to the road it leads to, is open to `class`.
    pub fn is_passable(&self, movement: &Movement, class: VehicleClass) -> bool {
        self.inside(movement).chain([movement.to]).all(|lane| self.lane(lane).permissions.allows(class))
    }

    /// The first driving lane of a link for `class`, if there is one.
    pub fn first_lane_for(&self, link: LinkId, class: VehicleClass) -> Option<LaneId> {
        self.lanes_of(link).find(|&l| self.lane(l).permissions.allows(class))
    }
}
