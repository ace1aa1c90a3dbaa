//! The way to a stop line.
//!
//! Terms
//! - **way to a stop line**: the lane that ends there and the lanes before it, back to the last signal or junction that
//!   splits the flow: whoever is on them comes to that line, but for those who change lanes and a few who turn off.
//! - **to split**: to take a large part of the traffic elsewhere, or to bring in a large part from elsewhere. A junction
//!   does so unless one road goes on through it that has priority, and all others that meet it there are of lower rank.
//! - **fork**: a lane that goes on in several lanes of the next road, as where a turn bay opens. What lies before it
//!   belongs to the lanes that go straight on at the stop line, or to all of them if none does.

use crate::network::{Direction, LaneId, LinkId, Movement, Network};

/// As far upstream as anybody looks, m.
const FARTHEST: f32 = 600.0;
/// Most lanes of a way.
const MOST: usize = 64;

/// A lane on the way to a stop line.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Stretch {
    /// The lane.
    pub lane: LaneId,
    /// From its end to the stop line, m.
    pub to_line: f32,
}

impl Stretch {
    /// From its start to the stop line, m.
    pub fn from_line(&self, network: &Network) -> f32 {
        self.to_line + network.lane(self.lane).length
    }
}

/// The way to the stop line at the end of `line`: that lane first, the others from there upstream. Lanes inside
/// junctions are not in it.
pub fn way_to(network: &Network, line: LaneId) -> Vec<Stretch> {
    let mut way = vec![Stretch { lane: line, to_line: 0.0 }];
    let mut next = 0;
    while let Some(&stretch) = way.get(next) {
        next += 1;
        let start = stretch.from_line(network);
        if start >= FARTHEST {
            continue;
        }
        for &last in &network.lane(stretch.lane).incoming {
            let entry = network.movement(network.movement(last).entry);
            let known = way.iter().any(|s| s.lane == entry.from);
            if !known && way.len() < MOST && goes_on(network, entry) && belongs(network, entry) {
                way.push(Stretch { lane: entry.from, to_line: start + entry.inside_length });
            }
        }
    }
    way
}

/// The lanes inside junctions over which a way to a stop line leads.
pub fn inside(network: &Network, way: &[Stretch]) -> Vec<Stretch> {
    let mut found = Vec::new();
    for after in way {
        for &last in &network.lane(after.lane).incoming {
            let entry = network.movement(network.movement(last).entry);
            let mut to_line = after.from_line(network) + entry.inside_length;
            if way.iter().any(|before| before.lane == entry.from && before.to_line == to_line) {
                for lane in network.inside(entry) {
                    to_line -= network.lane(lane).length;
                    found.push(Stretch { lane, to_line });
                }
            }
        }
    }
    found
}

/// The link of a lane.
fn link(network: &Network, lane: LaneId) -> LinkId {
    network.lane(lane).link
}

/// Movements that vehicles take from a link to another one.
fn leaving(network: &Network, from: LinkId) -> impl Iterator<Item = &Movement> {
    let lanes = network.lanes_of(from).filter(|&l| !network.lane(l).permissions.is_footway());
    let all = lanes.flat_map(|l| network.movements_of(l)).map(|m| network.movement(m));
    all.filter(|m| m.direction != Direction::UTurn)
}

/// Whether the traffic of a movement's road goes on through the junction as one.
fn goes_on(network: &Network, entry: &Movement) -> bool {
    let (from, to) = (link(network, entry.from), link(network, entry.to));
    let [before, after] = [from, to].map(|l| network.link(l));
    let closed = entry.head.is_some() || !entry.yields_to.is_empty() || entry.direction == Direction::UTurn;
    if closed || before.roundabout || before.internal || network.lane(entry.from).permissions.is_footway() {
        return false;
    }
    // Those who turn off.
    let mut off = leaving(network, from).map(|m| link(network, m.to)).filter(|&l| l != to).peekable();
    let straight = matches!(entry.direction, Direction::Straight | Direction::None);
    let few_leave = off.peek().is_none() || straight && off.all(|l| network.link(l).priority < after.priority);
    // Those who turn in.
    let ends = network.lanes_of(to).flat_map(|l| &network.lane(l).incoming);
    let entries = ends.map(|&m| network.movement(network.movement(m).entry));
    let in_from = |m: &Movement| (link(network, m.from), m.direction == Direction::UTurn);
    let mut others = entries.map(in_from).filter(|&(l, turns)| l != from && !turns);
    few_leave && others.all(|(l, _)| network.link(l).priority < before.priority)
}

/// Whether what lies on the lane before a movement belongs to the lane behind it.
fn belongs(network: &Network, entry: &Movement) -> bool {
    let to = link(network, entry.to);
    let straight = |lane: LaneId| {
        let all = network.movements_of(lane).map(|m| network.movement(m).direction);
        all.into_iter().any(|d| matches!(d, Direction::Straight | Direction::None))
    };
    let all = network.movements_of(entry.from).map(|m| network.movement(m).to);
    let mut fork = all.filter(|&l| link(network, l) == to);
    straight(entry.to) || !fork.any(straight)
}
