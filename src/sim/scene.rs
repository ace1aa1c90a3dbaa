//! What does not change during a run: network, departures and drivers in the form the step reads.

mod meeting;

use std::sync::Arc;

use bevy::ecs::prelude::Resource;
use intergreen_control::plan::WallClock;
use intergreen_control::{Millis, Registry};

use self::meeting::{clearing, conflict_facts, grazes, swing, waiting_place_offset};
use super::by_type::{ByType, Row};
use super::closures::Closures;
use super::control::Choice;
use super::faults::{self, Faulty};
use super::giving_way;
use super::grades;
use super::insert::arrival_of;
use super::lane_change::can_change;
use super::monitor;
use super::sensors::Sensors;
use crate::behaviour::Driver;
use crate::behaviour::headway::{Headways, Meeting};
use crate::demand::{Demand, Departure, FollowingModel, Routing, VehicleId, VehicleType, expand};
use crate::detectors::{self, Layout, Sensing};
use crate::network::{Conflict, ConflictKind, LaneId, LinkId, MovementId, MovementKind, Network, RightOfWay, SignalId};
use crate::plans::OwnPlan;

/// The day of a scenario that names none: a Monday.
pub const SOME_DAY: WallClock = WallClock { year: 2001, month: 1, day: 1, weekday: 0, time: Millis(0) };

/// How a run is set up.
#[derive(Clone, Debug)]
pub struct Setup {
    /// Start of the run.
    pub begin: Millis,
    /// End of the demand; `None`: when the last vehicle has left.
    pub end: Option<Millis>,
    /// How long the run warms up, ≥ 0: vehicles that depart in that time are simulated and left out of every mean.
    pub warm_up: Millis,
    /// Length of a step.
    pub step: Millis,
    /// Seed of all randomness.
    pub seed: u64,
    /// Threads of the two parallel passes, ≥ 1.
    pub threads: usize,
    /// Car-following model for everybody instead of what the types name.
    pub behaviour: Option<FollowingModel>,
    /// How trips find their way.
    pub routing: Routing,
    /// Controller of every signal and its parameters.
    pub controller: (String, Vec<(String, String)>),
    /// The strategies there are.
    pub registry: Arc<Registry>,
    /// Where detectors lie; at signals with plans of their own as these say.
    pub detectors: Layout,
    /// What controllers hear of besides detectors.
    pub sensing: Sensing,
    /// Signals with plans of their own, from files.
    pub plans: Arc<[OwnPlan]>,
    /// What a clock on the wall shows at the scenario's time 0, for the calendars of these.
    pub day: WallClock,
    /// Which model keeps books of fuel and CO₂; `None`: nobody does. What moves does not depend on it.
    pub emissions: Option<crate::emission::Model>,
    /// Whether movements that a program opens in conflict give way (see [`monitor::unprotected`]). Without it they
    /// drive as the lamps say.
    pub unsafe_yields: bool,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            begin: Millis(0),
            end: None,
            warm_up: Millis(0),
            step: Millis(1000),
            seed: 1,
            threads: 1,
            behaviour: None,
            routing: Routing::default(),
            controller: ("fixed_time".into(), Vec::new()),
            registry: Arc::default(),
            detectors: Layout::default(),
            sensing: Sensing::default(),
            plans: Arc::default(),
            day: SOME_DAY,
            emissions: None,
            unsafe_yields: false,
        }
    }
}

/// A lane as the step reads it.
#[derive(Clone, Copy, Debug)]
pub struct LaneFacts {
    /// Driving length, m.
    pub length: f32,
    /// Where the drivers on its grade begin among all; 0 on a level lane.
    pub drivers: u32,
    /// Speed limit, m/s; see [`Scene::limit`].
    pub limit: f32,
    /// Speed limits of vehicle types, where some have their own.
    pub limits: Row,
    /// First of the movements that leave it, and one past the last.
    pub movements: (u32, u32),
    /// First of its conflicts, and one past the last.
    pub conflicts: (u32, u32),
    /// For an internal lane: the only lane after it.
    pub next: LaneId,
    /// For an internal lane: the movement through which it is left.
    pub exit: MovementId,
    /// For an internal lane: the movement through which its vehicles came into the junction.
    pub entry: MovementId,
    /// Its link.
    pub link: u32,
    /// Place in its link.
    pub index: u8,
    /// Whether it lies inside a junction.
    pub internal: bool,
    /// Whether it is an internal lane that ends at a place to wait.
    pub waiting_place: bool,
    /// Whether it is part of a roundabout, or lies inside a junction on the way into, on or out of one.
    pub ring: bool,
    /// Whether its link leads to a signal.
    pub approach: bool,
    /// Whether it is a road lane that begins where another one ends, with no junction between.
    pub joined: bool,
    /// Whether it is a road lane that ends where another one begins, with no junction between.
    pub joins: bool,
}

/// A movement as the step reads it.
#[derive(Clone, Copy, Debug)]
pub struct MoveFacts {
    /// Lane entered next.
    pub next: LaneId,
    /// Road lane it leads to in the end.
    pub to: LaneId,
    /// Place of its lamp (for an onward movement: its entry's), or `u32::MAX`.
    pub lamp: u32,
    /// First of the movements it gives way to, and one past the last.
    pub yields: (u32, u32),
    /// The same while its lamp is out of order, if its junction has no signs that say who goes first: its foes, of whom
    /// each stops and goes in turn. Else none.
    pub turns: (u32, u32),
    /// Those of another lamp among the first that it merges with: plans know no relation of ways that only merge.
    pub merges: (u32, u32),
    /// Length of the next lane if internal, m.
    pub first_inside: f32,
    /// Distance from which all foes can be seen, m.
    pub visibility: f32,
    /// The same for drivers who judge headways, m.
    pub sight: f32,
    /// Which headways those enter; none where they give way as all others do.
    pub headways: Headways,
    /// The share of their usual headway that those keep behind others before the line.
    pub close: f32,
    /// How far before the line some types stop, m.
    pub stop_offsets: Row,
    /// How far before the line one waits to be clear of crossing traffic (places to wait inside), m.
    pub stand_back: f32,
    /// Distance from its line to the next one at which somebody gives way to those who come, if that is near; else
    /// infinite, m.
    pub beyond: f32,
    /// Right of way without a lamp.
    pub right_of_way: RightOfWay,
    /// Where in the junction it lies.
    pub kind: MovementKind,
    /// Whether its vehicles wait inside the junction instead of at the stop line.
    pub waits_inside: bool,
    /// Whether one must not enter without room to leave.
    pub keep_clear: bool,
    /// Whether somebody gives way to it.
    pub has_yielders: bool,
    /// Whether it gives way even at a full green: because its program opens it in conflict, or because those that it
    /// gives way to obey the same lamp.
    pub unprotected: bool,
    /// Whether its lamp turns from green to red without a yellow.
    pub abrupt: bool,
}

impl MoveFacts {
    /// Distance from which a driver sees all foes, m.
    #[inline]
    pub fn sight_of(&self, d: &Driver) -> f32 {
        if d.judges_headways() { self.sight } else { self.visibility }
    }
}

/// A conflict with what else the step wants to know.
#[derive(Clone, Copy, Debug)]
pub struct ConflictFacts {
    /// Where and how the two lanes meet.
    pub meeting: Conflict,
    /// The lane after the foe's.
    pub foe_next: LaneId,
    /// The lane after that one, if that one lies inside, too.
    pub foe_after: LaneId,
    /// The place to wait before the foe's lane, where nothing says who gives way to whom.
    pub foe_place: LaneId,
    /// The foe's lane ends at a place to wait, and the crossing lies beyond it.
    pub clearing: bool,
    /// How much further the foe must be gone before one starts to turn across its lane, m.
    pub swing: f32,
}

impl ConflictFacts {
    fn new(network: &Network, meeting: Conflict, clearing: bool, swing: f32) -> Self {
        let after = |lane: LaneId| network.movements_of(lane).next().map_or(LaneId::NONE, |m| network.movement(m).next);
        let foe_next = after(meeting.foe);
        let inside = !foe_next.is_none() && network.lane(foe_next).internal;
        let foe_after = if inside { after(foe_next) } else { LaneId::NONE };
        let open = meeting.kind == ConflictKind::Crossing && !meeting.yields && !meeting.foe_yields && !clearing;
        let place = network.lane(meeting.foe).incoming.first().map(|&m| network.movement(m));
        let place = place.filter(|m| open && m.kind == MovementKind::Onward);
        Self { meeting, foe_next, foe_after, foe_place: place.map_or(LaneId::NONE, |m| m.from), clearing, swing }
    }
}

impl Setup {
    /// What a clock on the wall shows when it begins.
    pub fn wall_clock(&self) -> WallClock {
        self.day.after(self.begin)
    }

    /// The end of the warm-up: whoever departs from then on counts in means.
    pub fn measured_from(&self) -> Millis {
        self.begin + self.warm_up
    }
}

/// Everything about a run that only commands change.
#[derive(Clone, Debug)]
pub struct Scene {
    /// The network, for names and shapes.
    pub network: Arc<Network>,
    /// The demand before the run.
    pub demand: Arc<Demand>,
    /// The vehicle types.
    pub types: Vec<VehicleType>,
    /// Their drivers, by type; after those the drivers on each grade there is, see [`LaneFacts::drivers`].
    pub drivers: Vec<Driver>,
    /// The vehicles, by id: those of the demand by their departure, then those that surges added.
    pub departures: Vec<Departure>,
    /// Who departs, by departure.
    pub order: Vec<VehicleId>,
    /// Whom each vehicle that a surge added is a copy of.
    pub copies: Vec<VehicleId>,
    /// How many surges there have been.
    pub surges: u32,
    /// Which lanes are closed.
    pub closures: Closures,
    /// How many of them name only where they begin and end.
    pub trips: usize,
    /// Where each arrives on its last lane: m from its start, or if negative from its end.
    pub arrivals: Vec<f32>,
    /// Number of stopping places.
    pub places: usize,
    /// Lanes as the step reads them.
    pub lanes: Vec<LaneFacts>,
    /// Movements as the step reads them.
    pub moves: Vec<MoveFacts>,
    /// Lists of movements to give way to.
    pub yields: Vec<MovementId>,
    /// Where the ways of a movement and of one that it gives way to meet, in the order of those lists.
    pub meetings: Vec<Meeting>,
    /// Lists of conflicts.
    pub conflicts: Vec<ConflictFacts>,
    /// First lamp of each signal, and one more entry at the end.
    pub lamp_base: Vec<u32>,
    /// What lanes ask of some vehicle types only.
    pub by_type: ByType,
    /// Lanes of each road link on which lanes can be changed: first, and one past the last.
    pub change_links: Vec<(u32, u32)>,
    /// Sensors.
    pub sensors: Sensors,
    /// Detectors with faults, by channel.
    pub faulty: Vec<Faulty>,
    /// Who is to control each signal.
    pub choices: Vec<Arc<Choice>>,
    /// How the run is set up.
    pub setup: Setup,
    /// Length of a step, s.
    pub dt: f32,
    /// Whether there is a roundabout anywhere.
    pub has_ring: bool,
    /// Of each junction, whether it has more than two roads.
    pub forks: Vec<bool>,
    /// What is left after a step of an appetite for another lane that nothing feeds: it halves every second.
    pub forgetting: f32,
    /// The same where it is neither.
    pub evening: f32,
}

/// The scene as a resource.
#[derive(Resource, Clone)]
pub struct SceneRes(pub Arc<Scene>);

impl Scene {
    /// The movements that leave a lane.
    #[inline]
    pub fn moves_from(&self, lane: LaneId) -> &[MoveFacts] {
        let (start, end) = self.lanes[lane.index()].movements;
        &self.moves[start as usize..end as usize]
    }

    /// Prepares a run.
    pub fn new(network: Arc<Network>, demand: &Arc<Demand>, setup: Setup) -> Self {
        let types = demand.types_driven_by(setup.behaviour);
        let dt = setup.step.seconds() as f32;
        let departures = expand(demand, setup.seed, setup.begin, setup.end);
        let arrivals = departures
            .iter()
            .map(|d| {
                // Every way of a trip ends on the same link.
                let last = demand.routes[d.route.index()].links.last();
                let length = last.map_or(0.0, |&l| network.lanes[network.link(l).lanes.start as usize].length);
                arrival_of(d, setup.seed, length)
            })
            .collect();
        let trips = departures.iter().filter(|d| demand.routes[d.route.index()].via.is_some()).count();
        let unsafe_pairs = if setup.unsafe_yields { monitor::unprotected(&network) } else { Vec::new() };
        let lamp_base = lamp_bases(&network);
        let (mut moves, yields, meetings) = move_facts(&network, &lamp_base, &unsafe_pairs);
        let (mut lanes, conflicts) = lane_facts(&network);
        let by_type = ByType::of(&network, &types, &mut lanes, &mut moves);
        let roads = network.links.iter().filter(|l| !l.internal).map(|l| (l.lanes.start, l.lanes.end));
        let placed = detectors::place(&network, &setup.detectors);
        let change_links = roads.filter(|&l| can_change(&network, l)).collect();
        Self {
            drivers: grades::drivers(&network, &types, dt, &mut lanes),
            sensors: Sensors::new(&placed),
            faulty: faults::faulty(&network, &placed, &setup.detectors.faults, setup.seed),
            types,
            order: (0..departures.len()).map(VehicleId::new).collect(),
            copies: Vec::new(),
            surges: 0,
            closures: Closures::default(),
            demand: demand.clone(),
            departures,
            trips,
            arrivals,
            places: demand.places.len(),
            lanes,
            moves,
            yields,
            meetings,
            conflicts,
            lamp_base,
            by_type,
            change_links,
            has_ring: network.links.iter().any(|l| l.roundabout),
            forks: forks(&network),
            choices: std::iter::repeat_n(Arc::new(Choice::of(&setup)), network.signals.len()).collect(),
            network,
            setup,
            dt,
            forgetting: libm::powf(0.5, dt),
            evening: libm::powf(0.8, dt),
        }
    }

    /// The signals of these names; none given: all.
    pub fn signals<'a>(&'a self, names: &'a [String]) -> impl Iterator<Item = SignalId> + use<'a> {
        let wanted = |id: &SignalId| names.is_empty() || names.contains(&self.network.signals[id.index()].id);
        (0..self.network.signals.len()).map(SignalId::new).filter(wanted)
    }

    /// The number of groups of a signal's plan.
    pub fn groups(&self, signal: SignalId) -> u16 {
        let own = self.setup.plans.iter().find(|own| own.signal == signal).map(|own| own.plan.groups().len());
        own.map_or(self.network.signals[signal.index()].groups, |n| u16::try_from(n).unwrap_or(u16::MAX))
    }

    /// How many vehicles depart before `time`.
    pub fn departed_before(&self, time: Millis) -> usize {
        self.order.partition_point(|id| self.departures[id.index()].depart < time)
    }

    /// Whether a vehicle departs after the warm-up.
    #[inline]
    pub fn is_measured(&self, id: VehicleId) -> bool {
        self.departures[id.index()].depart >= self.setup.measured_from()
    }

    /// The vehicle of the demand that a vehicle is a copy of, or itself.
    pub fn original(&self, id: VehicleId) -> VehicleId {
        let own = self.departures.len() - self.copies.len();
        let mut id = id;
        while let Some(copy) = id.index().checked_sub(own) {
            id = self.copies[copy];
        }
        id
    }

    /// The speed limit of a lane for a vehicle type, m/s.
    #[inline]
    pub fn limit(&self, lane: &LaneFacts, kind: usize) -> f32 {
        self.by_type.get(lane.limits, kind, lane.limit)
    }

    /// How far before the line of a movement a vehicle type stops, m; 0: nothing special.
    #[inline]
    pub fn stop_offset(&self, m: &MoveFacts, kind: usize) -> f32 {
        self.by_type.get(m.stop_offsets, kind, 0.0)
    }
}

/// The network's movements in the form the step reads.
fn move_facts(
    network: &Network,
    lamp_base: &[u32],
    unsafe_pairs: &[(MovementId, MovementId)],
) -> (Vec<MoveFacts>, Vec<MovementId>, Vec<Meeting>) {
    let (mut yields, mut meetings) = (Vec::new(), Vec::new());
    let unsigned = without_signs(network);
    let moves = network
        .movements
        .iter()
        .enumerate()
        .map(|(i, m)| {
            let entry = network.movement(m.entry);
            let lamp = entry.head.map_or(u32::MAX, |h| lamp_base[h.signal.index()] + u32::from(h.group));
            let start = yields.len() as u32;
            yields.extend(&m.yields_to);
            let forced = unsafe_pairs.iter().filter(|p| p.0 == m.entry && m.kind != MovementKind::Exit);
            yields.extend(forced.map(|p| p.1));
            let end = yields.len() as u32;
            if m.kind == MovementKind::Entry && m.head.is_some() && unsigned[m.junction.index()] {
                yields.extend(&m.foes);
            }
            let turns = (end, yields.len() as u32);
            let merges = |&to: &MovementId| {
                let foe = network.movement(to);
                entry.head.is_some() && foe.to == m.to && foe.head.is_some() && foe.head != entry.head
            };
            yields.extend(m.yields_to.iter().copied().filter(merges));
            let headways = giving_way::headways(network, m);
            if headways.hold() {
                meetings.extend(giving_way::meetings(network, m, &yields[start as usize..end as usize]));
            }
            meetings.resize(yields.len(), Meeting::NONE);
            let next = network.lane(m.next);
            MoveFacts {
                next: m.next,
                to: m.to,
                lamp,
                yields: (start, end),
                turns,
                merges: (turns.1, yields.len() as u32),
                first_inside: if next.internal { next.length } else { 0.0 },
                visibility: m.visibility,
                sight: giving_way::sight(network, m),
                headways,
                close: giving_way::close(network, m, &headways),
                stop_offsets: Row::NONE,
                stand_back: if m.kind == MovementKind::Onward { waiting_place_offset(network, m.from) } else { 0.0 },
                beyond: giving_way::beyond(network, m),
                right_of_way: m.right_of_way,
                kind: m.kind,
                waits_inside: m.waits_inside,
                keep_clear: m.keep_clear && !m.foes.is_empty(),
                has_yielders: m.has_yielders || unsafe_pairs.iter().any(|p| p.1 == MovementId::new(i)),
                unprotected: unsafe_pairs.iter().any(|p| p.0 == m.entry)
                    || entry
                        .yields_to
                        .iter()
                        .any(|&to| entry.head.is_some() && network.movement(to).head == entry.head),
                abrupt: entry.head.is_some_and(|h| network.signals[h.signal.index()].ends_abruptly(h.group)),
            }
        })
        .collect();
    (moves, yields, meetings)
}

/// Of each junction, whether it leaves ways that cross to lamps alone: nothing says who gives way without them.
fn without_signs(network: &Network) -> Vec<bool> {
    let open = |id: MovementId| {
        let m = network.movement(id);
        let settled = |f: &MovementId| m.yields_to.contains(f) || network.movement(*f).yields_to.contains(&id);
        m.head.is_some() && !m.foes.iter().all(settled)
    };
    network.junctions.iter().map(|j| j.entries.iter().any(|&id| open(id))).collect()
}

/// First lamp of each signal, and one past the last lamp.
fn lamp_bases(network: &Network) -> Vec<u32> {
    let mut bases = vec![0];
    for s in &network.signals {
        bases.push(bases[bases.len() - 1] + u32::from(s.groups));
    }
    bases
}

/// The network's lanes and conflicts in the form the step reads.
fn lane_facts(network: &Network) -> (Vec<LaneFacts>, Vec<ConflictFacts>) {
    let mut conflicts = Vec::new();
    let waiting_place = |lane: LaneId| {
        network.lane(lane).internal
            && network.movements_of(lane).any(|m| network.movement(m).kind == MovementKind::Onward)
    };
    let lanes = network
        .lanes
        .iter()
        .enumerate()
        .map(|(i, lane)| {
            let id = LaneId::new(i);
            let start = conflicts.len() as u32;
            let waits = waiting_place(id);
            let swing = if lane.internal { swing(network, lane) } else { 0.0 };
            let own = lane.conflicts.iter().filter(|c| {
                if c.kind == ConflictKind::Diverging {
                    start_together(network, lane, c.foe)
                } else {
                    !grazes(lane, c.start, waits)
                }
            });
            conflicts.extend(own.filter_map(|c| conflict_facts(network, c, waits, waiting_place(c.foe), swing)));
            conflicts.extend(clearing(network, lane.conflicts.as_slice()));
            // One that nobody can reach may have none.
            let has_exit = lane.internal && !lane.movements.is_empty();
            let exit = if has_exit { MovementId(lane.movements.start) } else { MovementId::NONE };
            LaneFacts {
                length: lane.length,
                drivers: 0,
                limit: lane.speed_limit,
                limits: Row::NONE,
                movements: (lane.movements.start, lane.movements.end),
                conflicts: (start, conflicts.len() as u32),
                next: exit.get().map_or(LaneId::NONE, |m| network.movement(m).next),
                exit,
                entry: exit.get().map_or(MovementId::NONE, |m| network.movement(m).entry),
                link: lane.link.0,
                index: lane.index,
                internal: lane.internal,
                waiting_place: exit.get().is_some_and(|m| network.movement(m).kind == MovementKind::Onward),
                ring: is_on_ring(network, lane, exit),
                approach: leads_to_signal(network, lane.link),
                joined: !lane.internal && network.lanes_before(id).any(|before| !network.lane(before).internal),
                joins: !lane.internal
                    && network.movements_of(id).any(|m| !network.lane(network.movement(m).next).internal),
            }
        })
        .collect();
    (lanes, conflicts)
}

/// Whether some movement that leaves a link obeys a lamp.
pub fn leads_to_signal(network: &Network, link: LinkId) -> bool {
    let mut movements = network.lanes_of(link).flat_map(|lane| network.movements_of(lane));
    movements.any(|m| network.movement(m).head.is_some())
}

/// See [`LaneFacts::ring`].
fn is_on_ring(network: &Network, lane: &crate::network::Lane, exit: MovementId) -> bool {
    let ring = |lane: LaneId| network.link(network.lane(lane).link).roundabout;
    let Some(exit) = exit.get().filter(|_| lane.internal).map(|m| network.movement(m)) else {
        return network.link(lane.link).roundabout;
    };
    ring(exit.to) || ring(network.movement(exit.entry).from)
}

/// Whether two internal lanes leave the same road lane side by side: then positions on both are measured from one
/// point. Further inside they have parted.
fn start_together(network: &Network, lane: &crate::network::Lane, foe: LaneId) -> bool {
    let from = |l: &crate::network::Lane| l.incoming.first().map(|&m| network.movement(m).from);
    let (a, b) = (from(lane), from(network.lane(foe)));
    a == b && a.is_some_and(|l| !network.lane(l).internal)
}

/// Of each junction, whether it has more than two roads.
fn forks(network: &Network) -> Vec<bool> {
    let mut roads = vec![0; network.junctions.len()];
    for link in network.links.iter().filter(|l| !l.internal) {
        for j in [link.from, link.to].into_iter().flatten() {
            roads[j.index()] += 1;
        }
    }
    roads.into_iter().map(|n| n > 2).collect()
}
