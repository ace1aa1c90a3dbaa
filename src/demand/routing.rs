//! Fastest ways through the network, for trips that name only where they begin and end.
//!
//! Terms
//! - **turn**: a way from one link to another that some movement of a usable lane offers to a class of vehicles.
//! - **turns**: all of one class. A turn is the edge of the graph that is searched and a link its node, so that
//!   forbidden turns are simply absent.
//! - **free-flow time**: what a link or a road inside a junction takes on empty roads, s: at the lesser of speed limit
//!   and top speed, and what SUMO adds for hesitation at movements that yield and for turning round.
//!
//! The times on the first and on the last link are the same for every way and left out. Before a run ways are fastest at free flow
//! ([`Router`](super::Router)); during a run the caller knows better times.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use intergreen_control::Millis;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::network::{Direction, LaneId, LinkId, MovementId, Network, RightOfWay, VehicleClass};

/// When trips that name only where they begin and end find their way.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Moment {
    /// Before the run, at free flow: every run of a scenario has the same routes, whoever controls its signals.
    #[default]
    Once,
    /// Each when it departs, with the travel times of the traffic it meets, as SUMO does it.
    AtDeparture,
}

impl Moment {
    /// Its name in options and results.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Once => "once",
            Self::AtDeparture => "at_departure",
        }
    }
}

/// How trips find their way.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub struct Routing {
    /// When.
    pub moment: Moment,
    /// What it costs to hesitate.
    pub penalties: Penalties,
    /// Time between looks at the traffic (SUMO: device.rerouting.adaptation-interval); zero: trips that find their
    /// way at departure find it at free flow, each at its own speed.
    pub interval: Millis,
    /// What becomes of earlier looks.
    pub memory: Memory,
    /// After this time in line a vehicle looks for its way again (SUMO: device.rerouting.pre-period); zero: never.
    pub again_after: Millis,
}

impl Default for Routing {
    /// SUMO's values, but for the moment.
    fn default() -> Self {
        Self {
            moment: Moment::Once,
            penalties: Penalties::default(),
            interval: Millis(1_000),
            memory: Memory::Mean(180),
            again_after: Millis(60_000),
        }
    }
}

/// Most looks at the traffic that are remembered for each link: memory is kept for all of them.
pub const MOST_LOOKS: u32 = 3_600;

/// How the speed assumed on a link follows from what was seen there.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Memory {
    /// The mean of so many last looks, 1 to 3600 (SUMO: device.rerouting.adaptation-steps).
    Mean(u32),
    /// This share of the speed assumed before, and the rest of what is seen now; 0–1 (SUMO:
    /// device.rerouting.adaptation-weight).
    Fading(f64),
}

/// What movements without a lamp cost that are not major, s.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub struct Penalties {
    /// One that yields (SUMO: weights.minor-penalty).
    pub minor: f64,
    /// Turning round, instead (SUMO: weights.turnaround-penalty).
    pub turnaround: f64,
}

impl Default for Penalties {
    /// SUMO's.
    fn default() -> Self {
        Self { minor: 1.5, turnaround: 5.0 }
    }
}

impl Penalties {
    /// What it costs to drive onto a link through the movement that leads to its first lane, as SUMO has it: nothing
    /// on a road, and nothing inside a junction where that movement is major or has a lamp.
    pub fn of(&self, network: &Network, link: LinkId) -> f64 {
        let first = &network.lanes[network.link(link).lanes.start as usize];
        let Some(&onto) = first.incoming.first().filter(|_| first.internal) else { return 0.0 };
        let movement = network.movement(onto);
        match movement.direction {
            _ if movement.head.is_some() => 0.0,
            _ if matches!(movement.right_of_way, RightOfWay::Major | RightOfWay::Zipper) => 0.0,
            Direction::UTurn => self.turnaround,
            _ => self.minor,
        }
    }
}

/// The first movement, in lane order, by which a vehicle of `class` gets from link `a` to link `b`: the lanes of both
/// and all lanes inside the junction must be open to it.
pub fn turn(network: &Network, a: LinkId, b: LinkId, class: VehicleClass) -> Option<MovementId> {
    turns(network, a, class, &|_| true).find(|&(to, _)| to == b).map(|(_, movement)| movement)
}

/// Whether a vehicle of `class` gets from link `a` to link `b` over lanes of both that are `open`.
pub fn turn_between(
    network: &Network,
    a: LinkId,
    b: LinkId,
    class: VehicleClass,
    open: &dyn Fn(LaneId) -> bool,
) -> bool {
    turns(network, a, class, open).any(|(to, _)| to == b)
}

/// Whether a vehicle of `class` may drive on some lane of `link`.
pub fn usable(network: &Network, link: LinkId, class: VehicleClass) -> bool {
    network.first_lane_for(link, class).is_some()
}

/// All usable movements that leave an open lane of a link for an open lane, with the link each leads to.
fn turns<'a>(
    network: &'a Network,
    link: LinkId,
    class: VehicleClass,
    open: &'a dyn Fn(LaneId) -> bool,
) -> impl Iterator<Item = (LinkId, MovementId)> + 'a {
    network
        .lanes_of(link)
        .filter(move |&lane| network.lane(lane).permissions.allows(class) && open(lane))
        .flat_map(move |lane| turns_from(network, lane, class, open))
}

/// All usable movements that leave a lane for an open lane, with the link each leads to.
pub fn turns_from<'a>(
    network: &'a Network,
    lane: LaneId,
    class: VehicleClass,
    open: &'a dyn Fn(LaneId) -> bool,
) -> impl Iterator<Item = (LinkId, MovementId)> + 'a {
    network
        .movements_of(lane)
        .filter(move |&m| network.is_passable(network.movement(m), class) && open(network.movement(m).to))
        .map(|m| (network.lane(network.movement(m).to).link, m))
}

/// The speed on an empty link that a search assumes, m/s: the mean of its lanes' limits, as in SUMO.
pub fn empty_speed(network: &Network, link: LinkId) -> f64 {
    let limits = network.lanes_of(link).map(|lane| f64::from(network.lane(lane).speed_limit));
    limits.sum::<f64>() / network.link(link).lanes.len() as f64
}

/// Time over a link, s, if `assumed` is the speed of its traffic and `own` the vehicle's own on the empty road: the
/// greater of both, but the penalty is in the vehicle's own only, as SUMO has it.
#[inline]
pub fn time_over(length: f64, assumed: f64, own: f64, penalty: f64) -> f64 {
    /// Below this speed traffic counts as standing, m/s (SUMO: NUMERICAL_EPS).
    const LEAST: f64 = 0.001;
    (length / assumed.max(LEAST)).max(length / own.max(LEAST) + penalty)
}

/// A turn to another link.
#[derive(Clone, Debug)]
struct Turn {
    to: LinkId,
    /// The roads inside the junction, as a range of places in [`Turns::inside`].
    inside: (u32, u32),
}

/// All turns open to one class.
#[derive(Clone, Debug)]
pub struct Turns {
    /// Where the turns of each link begin in `turns`; one more than there are links.
    starts: Vec<u32>,
    /// Of each link ordered by the link reached.
    turns: Vec<Turn>,
    inside: Vec<LinkId>,
}

impl Turns {
    /// Collects them.
    pub fn new(network: &Network, class: VehicleClass) -> Self {
        Self::over(network, class, &|_| true)
    }

    /// Collects those that leave an `open` lane for an open lane.
    pub fn over(network: &Network, class: VehicleClass, open: &dyn Fn(LaneId) -> bool) -> Self {
        let mut all = Self { starts: vec![0], turns: Vec::new(), inside: Vec::new() };
        for link in 0..network.links.len() {
            if !network.links[link].internal {
                all.add(network, LinkId::new(link), class, open);
            }
            all.starts.push(all.turns.len() as u32);
        }
        all
    }

    /// Adds the turns that leave a link.
    fn add(&mut self, network: &Network, link: LinkId, class: VehicleClass, open: &dyn Fn(LaneId) -> bool) {
        let first = self.turns.len();
        for (to, movement) in turns(network, link, class, open) {
            // Several lanes may offer the same turn: the first one counts.
            if self.turns[first..].iter().all(|known| known.to != to) {
                let start = self.inside.len() as u32;
                self.inside.extend(network.inside(network.movement(movement)).map(|lane| network.lane(lane).link));
                self.turns.push(Turn { to, inside: (start, self.inside.len() as u32) });
            }
        }
        self.turns[first..].sort_by_key(|turn| turn.to);
    }

    /// The links that a link leads to, and the time through the junction to each.
    fn of(&self, link: LinkId, time: &impl Fn(LinkId) -> f64) -> impl Iterator<Item = (LinkId, f64)> {
        self.turns[self.starts[link.index()] as usize..self.starts[link.index() + 1] as usize].iter().map(|turn| {
            let inside = &self.inside[turn.inside.0 as usize..turn.inside.1 as usize];
            (turn.to, inside.iter().map(|&l| time(l)).sum())
        })
    }
}

/// A link that waits to be looked at; the heap gives the nearest first, of equals the lowest id.
#[derive(Clone, Debug, PartialEq)]
struct Candidate {
    time: f64,
    link: LinkId,
}

impl Eq for Candidate {}

impl Ord for Candidate {
    fn cmp(&self, other: &Self) -> Ordering {
        other.time.total_cmp(&self.time).then(other.link.cmp(&self.link))
    }
}

impl PartialOrd for Candidate {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// What a search needs to remember, kept from one to the next for its memory.
#[derive(Clone, Debug, Default)]
pub struct Search {
    /// Time to the start of each link in the search under way; infinite if not reached. All infinite between searches.
    times: Vec<f64>,
    /// The link before each reached link.
    before: Vec<LinkId>,
    /// The links reached in the search under way.
    reached: Vec<LinkId>,
    heap: BinaryHeap<Candidate>,
}

impl Search {
    /// For networks of so many links.
    pub fn new(links: usize) -> Self {
        Self { times: vec![f64::INFINITY; links], before: vec![LinkId::NONE; links], ..Self::default() }
    }

    /// The fastest way from one link to another over others in the order given, if `time` is the time over a link or
    /// a road inside a junction, s; `None` if there is none.
    pub fn route(
        &mut self,
        turns: &Turns,
        from: LinkId,
        via: &[LinkId],
        to: LinkId,
        time: impl Fn(LinkId) -> f64,
    ) -> Option<Vec<LinkId>> {
        let mut links = vec![from];
        for &next in via.iter().chain([&to]) {
            let here = *links.last()?;
            if here != next {
                self.fastest(turns, here, next, &time, &mut links)?;
            }
        }
        Some(links)
    }

    /// Dijkstra's search; adds the way to `links`, without its first link.
    fn fastest(
        &mut self,
        turns: &Turns,
        from: LinkId,
        to: LinkId,
        time: &impl Fn(LinkId) -> f64,
        links: &mut Vec<LinkId>,
    ) -> Option<()> {
        self.reach(from, LinkId::NONE, 0.0);
        while let Some(Candidate { time: so_far, link }) = self.heap.pop() {
            if link == to {
                break;
            }
            if so_far > self.times[link.index()] {
                continue;
            }
            let end = so_far + if link == from { 0.0 } else { time(link) };
            for (next, through) in turns.of(link, time) {
                if end + through < self.times[next.index()] {
                    self.reach(next, link, end + through);
                }
            }
        }
        let found = self.times[to.index()].is_finite();
        if found {
            let first = links.len();
            let way = std::iter::successors(Some(to), |link| self.before[link.index()].get());
            links.extend(way.take_while(|&link| link != from));
            links[first..].reverse();
        }
        for link in self.reached.drain(..) {
            self.times[link.index()] = f64::INFINITY;
        }
        self.heap.clear();
        found.then_some(())
    }

    /// Notes a better way to a link.
    fn reach(&mut self, link: LinkId, before: LinkId, time: f64) {
        if self.times[link.index()].is_infinite() {
            self.reached.push(link);
        }
        self.times[link.index()] = time;
        self.before[link.index()] = before;
        self.heap.push(Candidate { time, link });
    }
}
