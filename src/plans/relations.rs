//! How the groups of a signal stand to each other, by where their ways meet and who is bound to give way.
//!
//! The contract's definitions, worked out a second time: the monitor (`sim::monitor`) has its own, and shares nothing
//! with this file. A test compares the two.
//!
//! - Ways from one road do not count; nor does a group against itself.
//! - Where neither gives way, they are *forbidden*.
//! - Where ways only merge and one gives way, he *yields* if the program keeps them apart: what it leaves between them is its
//!   clearance as any other is. Where it does not, there is no relation.
//! - Crossing ways straight on from different streets are forbidden whoever gives way. The stop lines that keep them
//!   apart are those of the intersection: a road on which no car fits and that is reached only over stop lines of the
//!   same signal lies inside of it. The two directions of one street are not different streets.
//! - At a signal nobody who goes straight on gives way to one who turns, whatever the file says: where they cross and the
//!   program keeps them apart, they are forbidden. Where it does not, there is no relation.
//! - Else one that crosses *yields* if it is bound to and turns.

use std::collections::{BTreeMap, BTreeSet};

use intergreen_control::plan::Clearance;
use intergreen_control::{Lamp, Millis};

use super::meetings::{Meeting, between, group, headings, pace};
use crate::network::{Direction, MovementId, Network, Signal};

/// A car with the gap to the next one does not fit on a shorter road, m.
const CAR_M: f32 = 5.0;
/// Headings that differ by less are one direction, rad (15°).
const ONE_LINE: f64 = 0.26;
/// Approaches whose headings differ from half a turn by less face each other, rad (45°).
const FACING: f64 = std::f64::consts::FRAC_PI_4;
/// Most roads in a row inside an intersection.
const MOST_INSIDE: usize = 8;

/// Why two groups have a relation.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cause {
    /// The two groups; the one bound to give way first, if one is.
    pub groups: [u16; 2],
    /// Movements of theirs, in the same order, that show it.
    pub movements: [MovementId; 2],
}

/// Relations of all pairs of groups, and how long it takes to clear.
#[derive(Debug, Default)]
pub(super) struct Relations {
    /// Pairs, the smaller number first.
    pub forbidden: BTreeMap<[u16; 2], Cause>,
    /// Who gives way to whom, unless the pair is forbidden; and whether it is a left turn and the other oncoming.
    pub yields: BTreeMap<[u16; 2], (Cause, bool)>,
    /// Those of them whose ways only merge.
    pub merges: BTreeSet<[u16; 2]>,
    /// From whom to whom, over all of their movements that meet.
    clearances: BTreeMap<[u16; 2], Vec<Clearance>>,
}

impl Relations {
    /// Works them out.
    pub fn new(network: &Network, signal: &Signal) -> Self {
        let mut relations = Self::default();
        for meeting in super::meetings::meetings(network, signal) {
            relations.add(network, signal, &meeting);
        }
        relations.yields.retain(|&[who, to], _| !relations.forbidden.contains_key(&sorted(who, to)));
        // Where the one crosses and the other merges only, the one who crosses gives way.
        let crosses = |pair: &[u16; 2]| relations.yields.contains_key(pair) && !relations.merges.contains(pair);
        let beside: Vec<[u16; 2]> = relations.merges.iter().copied().filter(|&[a, b]| crosses(&[b, a])).collect();
        for pair in beside {
            relations.merges.remove(&pair);
            relations.yields.remove(&pair);
        }
        // Of two that are to give way to each other, the left turn does, or the first.
        let both = relations.yields.clone();
        relations.yields.retain(|&[who, to], (_, oncoming)| match both.get(&[to, who]) {
            Some((_, other)) if other == oncoming => who < to,
            Some(_) => *oncoming,
            None => true,
        });
        relations
    }

    /// Whether two groups have to be kept apart, or one gives way to the other, and their ways do not merge only.
    pub fn cross(&self, a: u16, b: u16) -> bool {
        let crosses = |pair: &[u16; 2]| self.yields.contains_key(pair) && !self.merges.contains(pair);
        self.forbidden.contains_key(&sorted(a, b)) || [[a, b], [b, a]].iter().any(crosses)
    }

    /// What follows from a pair of movements.
    fn add(&mut self, network: &Network, signal: &Signal, meeting: &Meeting) {
        let [a, b] = meeting.ways;
        if !have_lamps_of_their_own(network, a, b) {
            return;
        }
        let straight = [a, b].map(|m| network.movement(m).direction == Direction::Straight);
        if meeting.yields == [false; 2] {
            self.forbid(network, meeting, [Line::at(a), Line::at(b)]);
            return;
        }
        if !meeting.crosses() {
            for (i, [who, to]) in [[a, b], [b, a]].into_iter().enumerate() {
                if meeting.yields[i] && keeps_apart(network, signal, who, to) {
                    self.give_way(network, meeting, who, to);
                }
            }
            return;
        }
        if straight == [true; 2] && !are_one_street(network, a, b) {
            for x in lines(network, a) {
                for y in lines(network, b) {
                    let on = |line: &Line| network.movement(line.movement).direction == Direction::Straight;
                    if on(&x) && on(&y) && have_lamps_of_their_own(network, x.movement, y.movement) {
                        self.forbid(network, meeting, [x, y]);
                    }
                }
            }
        }
        for (i, [who, to]) in [[a, b], [b, a]].into_iter().enumerate() {
            if !meeting.yields[i] {
                continue;
            }
            if straight[0] && straight[1] || !straight[i] {
                self.give_way(network, meeting, who, to);
            } else if !meeting.yields[1 - i] && keeps_apart(network, signal, who, to) {
                self.forbid(network, meeting, [Line::at(a), Line::at(b)]);
            }
        }
    }

    /// Two stop lines that must not be open together, because of where the ways behind them meet.
    fn forbid(&mut self, network: &Network, meeting: &Meeting, mut lines: [Line; 2]) {
        self.clear(network, meeting, lines);
        if meeting.yields == [false, true] {
            lines.reverse();
        }
        let movements = lines.map(|l| l.movement);
        let [Some(a), Some(b)] = movements.map(|m| group(network, m)) else { return };
        self.forbidden.entry(sorted(a, b)).or_insert(Cause { groups: [a, b], movements });
    }

    /// One that gives way to another.
    fn give_way(&mut self, network: &Network, meeting: &Meeting, who: MovementId, to: MovementId) {
        self.clear(network, meeting, meeting.ways.map(Line::at));
        let [Some(a), Some(b)] = [who, to].map(|m| group(network, m)) else { return };
        let left = if network.left_hand { Direction::Right } else { Direction::Left };
        let part = if network.left_hand { Direction::PartRight } else { Direction::PartLeft };
        let [w, t] = [who, to].map(|m| network.movement(m));
        let oncoming = meeting.crosses()
            && (w.direction == left || w.direction == part)
            && (t.direction != left && t.direction != part && t.direction != Direction::UTurn)
            && is_opposite(headings(network, w)[0], headings(network, t)[0], FACING);
        let cause = Cause { groups: [a, b], movements: [who, to] };
        if meeting.crosses() {
            self.merges.remove(&[a, b]);
        } else if !self.yields.contains_key(&[a, b]) {
            self.merges.insert([a, b]);
        }
        let known = self.yields.entry([a, b]).or_insert((cause, false));
        known.1 |= oncoming;
    }

    /// How two ways are cleared for each other.
    fn clear(&mut self, network: &Network, meeting: &Meeting, lines: [Line; 2]) {
        let [Some(a), Some(b)] = lines.map(|l| group(network, l.movement)) else { return };
        for touch in &meeting.touches {
            for (from, to, [a, b]) in [(0, 1, [a, b]), (1, 0, [b, a])] {
                let clear = lines[from].longest + touch.stretches[from].end;
                let enter = lines[to].shortest + touch.stretches[to].start;
                let (from, to) = (pace(network, meeting.ways[from]), pace(network, meeting.ways[to]));
                let clearance = from.between(clear.clamp(0.0, 200.0), to, enter.clamp(0.0, 200.0));
                self.clearances.entry([a, b]).or_default().push(clearance);
            }
        }
    }

    /// What the formula asks for from the end of one green to the start of another: the yellow, in which vehicles
    /// still pass the line, and the time to clear.
    pub fn formula(&self, from: u16, to: u16, yellow: Millis) -> Millis {
        let all = self.clearances.get(&[from, to]).map_or(&[][..], Vec::as_slice);
        let time = |c: &Clearance| Clearance { overrun_s: yellow.seconds().min(10.0), ..*c }.time();
        all.iter().filter_map(time).max().unwrap_or(yellow).max(yellow)
    }
}

/// Whether a signal's program never lets one of two movements go, or at yellow still pass, while it does the other.
fn keeps_apart(network: &Network, signal: &Signal, a: MovementId, b: MovementId) -> bool {
    let [Some(a), Some(b)] = [a, b].map(|m| group(network, m).map(usize::from)) else { return false };
    let goes = |lamp: Lamp| !lamp.is_red() && lamp != Lamp::TurnOnRed;
    !signal.program.steps().iter().any(|s| goes(s.lamps[a]) && goes(s.lamps[b]))
}

/// A pair with the smaller number first.
pub(super) fn sorted(a: u16, b: u16) -> [u16; 2] {
    [a.min(b), a.max(b)]
}

/// A stop line behind which a way begins, with the distance from there to the beginning of another way.
#[derive(Clone, Copy, Debug)]
struct Line {
    movement: MovementId,
    shortest: f64,
    longest: f64,
}

impl Line {
    /// A way's own line.
    const fn at(movement: MovementId) -> Self {
        Self { movement, shortest: 0.0, longest: 0.0 }
    }
}

/// The stop lines at which those who take a movement came into the intersection.
fn lines(network: &Network, m: MovementId) -> Vec<Line> {
    let mut outer = Vec::new();
    let mut inner = vec![Line::at(m)];
    for depth in 0..=MOST_INSIDE {
        let mut next = Vec::new();
        for line in inner {
            let before = if depth < MOST_INSIDE { entries_inside(network, line.movement) } else { None };
            match before {
                None => outer.push(line),
                Some(before) => next.extend(before.into_iter().map(|b| {
                    let road = f64::from(network.lane(network.movement(line.movement).from).length);
                    let way = road + f64::from(network.movement(b).inside_length);
                    Line { movement: b, shortest: line.shortest + way, longest: line.longest + way }
                })),
            }
        }
        inner = next;
    }
    // A line from which there are several ways stands once, with the shortest and the longest of them.
    outer.sort_by_key(|l| l.movement);
    let merge = |later: &mut Line, kept: &mut Line| {
        let same = later.movement == kept.movement;
        if same {
            kept.shortest = kept.shortest.min(later.shortest);
            kept.longest = kept.longest.max(later.longest);
        }
        same
    };
    outer.dedup_by(merge);
    outer
}

/// The movements that lead onto the road at whose end a movement begins, if that road lies inside the intersection.
pub(super) fn entries_inside(network: &Network, m: MovementId) -> Option<Vec<MovementId>> {
    let movement = network.movement(m);
    let lane = network.lane(movement.from);
    let signal = movement.head?.signal;
    if lane.length >= CAR_M || lane.incoming.is_empty() {
        return None;
    }
    let entries = lane.incoming.iter().map(|&i| network.movement(i).entry);
    entries.map(|e| network.movement(e).head.filter(|h| h.signal == signal).map(|_| e)).collect()
}

/// Whether two movements come from different roads and obey different groups.
fn have_lamps_of_their_own(network: &Network, a: MovementId, b: MovementId) -> bool {
    let road = |m: MovementId| network.lane(network.movement(m).from).link;
    road(a) != road(b) && network.movement(a).head != network.movement(b).head
}

/// Whether two movements are the two directions of one street.
fn are_one_street(network: &Network, a: MovementId, b: MovementId) -> bool {
    let ([a_in, a_out], [b_in, b_out]) =
        (headings(network, network.movement(a)), headings(network, network.movement(b)));
    is_opposite(a_in, b_out, ONE_LINE) && is_opposite(b_in, a_out, ONE_LINE)
}

/// Whether two headings point in opposite directions, give or take.
pub(super) fn is_opposite(a: f64, b: f64, tolerance: f64) -> bool {
    between(a, b + std::f64::consts::PI).abs() < tolerance
}
