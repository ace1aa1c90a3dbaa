//! What movements ask of those who give way on them: by which headways, and where ways meet.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};

use crate::behaviour::headway::{Headways, Manner, Meeting};
use crate::network::{Conflict, Direction, LaneId, Movement, MovementId, MovementKind, Network, RightOfWay};

/// Usual headway and space of a car in a queue, s and m, and what more a queue takes because its drivers differ, s.
const USUAL: f32 = 1.3;
const SPACE: f32 = 7.3;
const MORE: f32 = 0.2;
/// No driver follows closer than with this share of his usual headway.
const LEAST: f32 = 0.6;
/// Streets longer than this show everybody on them early enough, m.
const NEAR: f32 = 150.0;
/// Lanes looked at beyond a line.
const MOST_LANES: usize = 64;
/// Deceleration at which a driver slows down to look, m/s².
const LOOKING: f32 = 2.0;

/// The headways by which one gives way on a movement: none where everybody is equal, goes in turn or merges in turn.
pub fn headways(network: &Network, m: &Movement) -> Headways {
    let Some(manner) = manner(network, m) else { return Headways::default() };
    let lanes = |id: &MovementId| network.lanes_of(network.lane(network.movement(*id).from).link).count();
    Headways::of(manner, m.yields_to.iter().map(lanes).max().unwrap_or(1))
}

/// From how far a driver who judges headways decides, m: where he sees all foes, and no sooner than he has to brake if he
/// is to stop from the speed of the turn. Who decides sooner knows less of who will come. Straight on at a green that gives
/// way to people on foot beside it there is nobody to look for: only whoever turns crosses their way.
pub fn sight(network: &Network, m: &Movement) -> f32 {
    let entry = network.movement(m.entry);
    if entry.head.is_some() && entry.direction == Direction::Straight && m.yields_to.is_empty() {
        return f32::INFINITY;
    }
    let speed = network.lane(m.next).speed_limit;
    let seen = match manner(network, m) {
        // Oncoming traffic is seen all the way.
        Some(Manner::MajorLeft | Manner::PermissiveLeft) => f32::INFINITY,
        Some(_) => m.visibility,
        None => return m.visibility,
    };
    seen.min(speed * speed / (2.0 * LOOKING))
}

/// The share of their usual headway that drivers keep who follow one another over a line: so much that a queue on the move
/// takes the follow-up headway each. At the speed of a tight turn the usual one would be more.
pub fn close(network: &Network, m: &Movement, headways: &Headways) -> f32 {
    let next = network.lane(m.next);
    if headways.follow_up == 0.0 || !next.internal {
        return 1.0;
    }
    ((headways.follow_up - MORE - SPACE / next.speed_limit) / USUAL).clamp(LEAST, 1.0)
}

/// Distance from the line of a movement to the next one at which somebody gives way to those who come, m; infinite if it
/// is so far that whoever comes is seen from there early enough.
pub fn beyond(network: &Network, m: &Movement) -> f32 {
    // Lanes by where they begin: of floats that are not negative the bits have the same order.
    let (mut ahead, mut seen) = (BinaryHeap::from([Reverse((0, m.next))]), BTreeSet::new());
    while let Some(Reverse((begin, lane))) = ahead.pop() {
        let end = f32::from_bits(begin) + network.lane(lane).length;
        if end > NEAR || seen.len() > MOST_LANES || !seen.insert(lane) {
            continue;
        }
        let next = || network.movements_of(lane).map(|id| network.movement(id));
        if next().any(|n| n.kind == MovementKind::Entry && n.has_yielders) {
            return end;
        }
        ahead.extend(next().map(|n| Reverse((end.to_bits(), n.next))));
    }
    f32::INFINITY
}

/// How a movement gives way, if headways say it.
fn manner(network: &Network, m: &Movement) -> Option<Manner> {
    let entry = network.movement(m.entry);
    if m.kind == MovementKind::Exit || m.yields_to.is_empty() {
        return None;
    }
    let roundabout = |lane: LaneId| network.link(network.lane(lane).link).roundabout;
    if roundabout(m.to) && !roundabout(entry.from) {
        return Some(Manner::Ring { kerb: network.lane(entry.from).index == 0 });
    }
    let left = matches!(m.direction, Direction::Left | Direction::PartLeft | Direction::UTurn);
    let right = matches!(m.direction, Direction::Right | Direction::PartRight);
    // What turns across oncoming traffic where one keeps to the left turns right.
    let (across, aside) = if network.left_hand { (right, left) } else { (left, right) };
    if entry.head.is_some() {
        let aside = aside.then_some(Manner::SignalRight);
        return if across { Some(Manner::PermissiveLeft) } else { aside };
    }
    match entry.right_of_way {
        RightOfWay::Minor | RightOfWay::Stop | RightOfWay::Major => {}
        RightOfWay::Equal | RightOfWay::AllWayStop | RightOfWay::Zipper | RightOfWay::DeadEnd => return None,
    }
    let link = network.lane(entry.from).link;
    let goes_first =
        |l: LaneId| network.movements_of(l).any(|id| network.movement(id).right_of_way == RightOfWay::Major);
    let major = network.lanes_of(link).any(goes_first);
    match (across, aside) {
        (true, _) if major => Some(Manner::MajorLeft),
        (true, _) => Some(Manner::MinorLeft),
        (_, true) => Some(Manner::MinorRight),
        // Whoever goes straight on and goes first to most gives way to somebody who is none of the manual's cases.
        _ => (!major).then_some(Manner::MinorThrough),
    }
}

/// Where the ways of a movement and of each of `foes` meet.
pub fn meetings(network: &Network, m: &Movement, foes: &[MovementId]) -> Vec<Meeting> {
    let own = Way::of(network, m);
    let mut touched: BTreeMap<LaneId, Vec<(f32, &Conflict)>> = BTreeMap::new();
    for &(lane, start) in &own.lanes {
        for c in &network.lane(lane).conflicts {
            touched.entry(c.foe).or_default().push((start, c));
        }
    }
    let meeting = |&id: &MovementId| {
        let foe = network.movement(id);
        let way = Way::of(network, foe);
        let way_length = way.length;
        let touches = way.lanes.iter().flat_map(|&(lane, foe_start)| {
            let touch = move |&(start, c): &(f32, &Conflict)| Meeting {
                start: start + c.start,
                end: start + c.end,
                foe_start: foe_start + c.foe_start,
                foe_rest: (way_length - foe_start - c.foe_end).max(0.0),
                merge: false,
            };
            touched.get(&lane).into_iter().flatten().map(touch)
        });
        let both = |a: Meeting, b: Meeting| Meeting {
            start: a.start.min(b.start),
            end: a.end.max(b.end),
            foe_start: a.foe_start.min(b.foe_start),
            foe_rest: a.foe_rest.min(b.foe_rest),
            merge: false,
        };
        let touch = touches.reduce(both);
        if foe.to == m.to {
            let start = touch.map_or(own.length, |t| t.start);
            return Meeting { start, end: own.length, foe_start: way.length, foe_rest: 0.0, merge: true };
        }
        touch.unwrap_or(Meeting::NONE)
    };
    foes.iter().map(meeting).collect()
}

/// A movement's way through its junction.
struct Way {
    /// Its lanes with the distances at which they begin.
    lanes: Vec<(LaneId, f32)>,
    length: f32,
}

impl Way {
    fn of(network: &Network, m: &Movement) -> Self {
        let (mut lanes, mut length, mut lane) = (Vec::new(), 0.0, m.next);
        while network.lane(lane).internal {
            lanes.push((lane, length));
            length += network.lane(lane).length;
            let Some(exit) = network.movements_of(lane).next() else { break };
            lane = network.movement(exit).next;
        }
        Self { lanes, length }
    }
}
