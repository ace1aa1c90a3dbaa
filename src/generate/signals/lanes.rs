//! Lane groups of an approach and what they need.

use std::collections::BTreeMap;

use super::TurnFlows;
use crate::network::Direction;
use crate::network::compose::Crossing;

/// A vehicle that turns right takes as much green as so many that go straight on (HCM 2000, chapter 16: factor 0.85).
const RIGHT: f64 = 1.0 / 0.85;
/// The same for a protected left turn (HCM 2000, chapter 16: factor 0.95).
const LEFT: f64 = 1.0 / 0.95;
/// The same for a permissive left turn in a shared lane, by oncoming veh/h (HCM 2000, exhibit C16-3).
const PERMISSIVE_LEFT: [(f64, f64); 7] =
    [(0.0, 1.4), (200.0, 1.7), (400.0, 2.1), (600.0, 2.5), (800.0, 3.1), (1000.0, 3.7), (1200.0, 4.5)];

/// The directions in which approaches are left, with their letters.
const DIRECTIONS: [(Direction, char); 3] =
    [(Direction::Right, 'r'), (Direction::Straight, 's'), (Direction::Left, 'l')];

/// The letter of a direction.
pub(super) fn letter(direction: Direction) -> char {
    DIRECTIONS.iter().find(|(d, _)| *d == direction).map_or('s', |(_, letter)| *letter)
}

/// An approach to a crossing.
pub(super) struct Approach {
    /// Its street; `-street` for the backward direction.
    pub street: String,
    /// Direction of its arm, rad.
    pub arm: f64,
    /// For each lane that cars may use, the turns it serves: right, straight, left.
    lanes: Vec<[bool; 3]>,
    /// Flows to the right, straight on, to the left, veh/h.
    flows: [f64; 3],
}

/// The approaches of a crossing, in the order of its turns.
pub(super) fn approaches(crossing: &Crossing, flows: &TurnFlows) -> Vec<Approach> {
    let mut out: Vec<Approach> = Vec::new();
    let mut lanes: BTreeMap<usize, [bool; 3]> = BTreeMap::new();
    for (i, turn) in crossing.turns.iter().enumerate() {
        if !turn.buses_only {
            let served = lanes.entry(turn.lane).or_default();
            for (k, (direction, _)) in DIRECTIONS.iter().enumerate() {
                served[k] |= turn.direction == *direction;
            }
        }
        if crossing.turns.get(i + 1).is_none_or(|next| next.street != turn.street) {
            let name = |letter: char| format!("{}:{letter}", turn.street);
            out.push(Approach {
                street: turn.street.clone(),
                arm: turn.arm,
                lanes: std::mem::take(&mut lanes).into_values().collect(),
                flows: DIRECTIONS.map(|(_, letter)| flows.get(&name(letter)).copied().unwrap_or(0.0)),
            });
        }
    }
    out
}

impl Approach {
    /// All of its traffic, veh/h.
    pub fn total(&self) -> f64 {
        self.flows.iter().sum()
    }

    /// Its traffic in a direction, veh/h.
    pub fn flow(&self, direction: Direction) -> f64 {
        self.flows[place(direction)]
    }

    /// How many lanes serve a direction.
    pub fn lanes_of(&self, direction: Direction) -> usize {
        self.lanes.iter().filter(|l| l[place(direction)]).count()
    }

    /// Whether one can go in a direction.
    pub fn has(&self, direction: Direction) -> bool {
        self.lanes_of(direction) > 0
    }

    /// Whether there are left turns, and only on lanes of their own.
    pub fn has_left_lane(&self) -> bool {
        self.has(Direction::Left) && self.lanes.iter().all(|l| !l[2] || *l == [false, false, true])
    }

    /// The turns of some letters as a stage names them; `None`: there are none.
    pub fn go(&self, letters: &str) -> Option<String> {
        let there = |list: &str| -> String {
            DIRECTIONS.iter().filter(|(d, l)| list.contains(*l) && self.has(*d)).map(|(_, l)| *l).collect()
        };
        let (some, all) = (there(letters), there("rsl"));
        if some.is_empty() {
            return None;
        }
        Some(if some == all { self.street.clone() } else { format!("{}:{some}", self.street) })
    }

    /// The greatest equivalent flow of a lane of which turns of some letters are open, veh/h; left turns give way to
    /// `oncoming` veh/h, if that is more than none.
    pub fn critical(&self, letters: &str, oncoming: f64) -> f64 {
        let left = if oncoming > 0.0 { permissive_left(oncoming) } else { LEFT };
        let factors = [RIGHT, 1.0, left];
        let mut greatest = 0.0_f64;
        for group in self.groups() {
            let open = |k: usize| letters.contains(DIRECTIONS[k].1) && group.iter().any(|&l| self.lanes[l][k]);
            let flow: f64 = (0..3).filter(|&k| open(k)).map(|k| self.flows[k] * factors[k]).sum();
            greatest = greatest.max(flow / group.len() as f64);
        }
        greatest
    }

    /// Its lane groups: lanes stand in the order of the turns they serve, so that those which share turns are neighbours.
    fn groups(&self) -> Vec<Vec<usize>> {
        let mut groups: Vec<Vec<usize>> = Vec::new();
        for (k, lane) in self.lanes.iter().enumerate() {
            let shares = |&before: &usize| (0..3).any(|d| lane[d] && self.lanes[before][d]);
            match groups.last_mut().filter(|g| g.last().is_some_and(shares)) {
                Some(group) => group.push(k),
                None => groups.push(vec![k]),
            }
        }
        groups
    }
}

/// Place of a direction among right, straight, left.
fn place(direction: Direction) -> usize {
    DIRECTIONS.iter().position(|(d, _)| *d == direction).unwrap_or(1)
}

/// How many vehicles straight on a permissive left turn stands for.
fn permissive_left(oncoming: f64) -> f64 {
    let last = PERMISSIVE_LEFT[PERMISSIVE_LEFT.len() - 1].1;
    let step = PERMISSIVE_LEFT.windows(2).find(|w| oncoming <= w[1].0);
    step.map_or(last, |w| w[0].1 + (w[1].1 - w[0].1) * (oncoming - w[0].0) / (w[1].0 - w[0].0))
}
