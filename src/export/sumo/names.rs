//! Names that SUMO takes.
//!
//! SUMO refuses blanks, quotes and a few signs in the ids of what it loads, keeps a leading `:` for what lies inside
//! junctions, and wants edges there to be called `:junction_n` and all lanes `edge_n`. A name that it takes stays; in another one every refused character becomes `_`,
//! and a number follows if that name is taken. The same scenario always gets the same names.

use std::collections::{HashMap, HashSet};

use super::{Notes, Scenario};
use crate::network::{JunctionId, LaneId, LinkId, Network};

/// Characters that SUMO refuses in some id or takes for a separator.
const REFUSED: &str = "|\\'\";,<>&";

/// The names of everything, by the ids of its kind.
#[derive(Clone, Debug, Default)]
pub struct Names {
    /// Edges.
    pub links: Vec<String>,
    /// Junctions.
    pub junctions: Vec<String>,
    /// tlLogics.
    pub signals: Vec<String>,
    /// Vehicle types.
    pub types: Vec<String>,
    /// Stopping places.
    pub places: Vec<String>,
    /// Vehicles.
    pub vehicles: Vec<String>,
    /// The junctions that roads without one begin or end at, with their names.
    pub ends: Vec<(LinkId, End, String)>,
}

/// Which end of a road.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum End {
    /// Its start.
    From,
    /// Its end.
    To,
}

impl Names {
    /// Gives everything in a scenario its name; changed ones are noted.
    pub fn new(s: &Scenario<'_>, notes: &mut Notes) -> Self {
        let n = s.network;
        let junctions = give("junction", n.junctions.iter().map(|j| &j.id), notes);
        let mut names = Self {
            links: links(n, &junctions, notes),
            signals: give("signal", n.signals.iter().map(|x| &x.id), notes),
            types: give("vehicle type", s.types.iter().map(|t| &t.id), notes),
            places: give("stopping place", s.places.iter().map(|p| &p.id), notes),
            vehicles: give("vehicle", s.departures.iter().map(|d| &d.id), notes),
            ends: Vec::new(),
            junctions,
        };
        names.ends = names.loose_ends(n);
        names
    }

    /// The name of a lane.
    pub fn lane(&self, network: &Network, lane: LaneId) -> String {
        let lane = network.lane(lane);
        format!("{}_{}", self.links[lane.link.index()], lane.index)
    }

    /// The name of the junction at an end of a road.
    pub fn end(&self, network: &Network, link: LinkId, end: End) -> &str {
        let road = network.link(link);
        let at = if end == End::From { road.from } else { road.to };
        match at {
            Some(junction) => &self.junctions[junction.index()],
            None => self.ends.iter().find(|(l, e, _)| (*l, *e) == (link, end)).map_or("", |(.., name)| name),
        }
    }

    /// Names for the ends of roads that have no junction there.
    fn loose_ends(&self, network: &Network) -> Vec<(LinkId, End, String)> {
        let mut taken = Taken::default();
        taken.names.extend(self.junctions.iter().cloned());
        let mut ends = Vec::new();
        for (i, link) in network.links.iter().enumerate().filter(|(_, l)| !l.internal) {
            for (end, at, what) in [(End::From, link.from, "start"), (End::To, link.to, "end")] {
                if at.is_none() {
                    ends.push((LinkId::new(i), end, taken.give(&format!("{}_{what}", self.links[i]))));
                }
            }
        }
        ends
    }
}

/// Names given away.
#[derive(Default)]
struct Taken {
    names: HashSet<String>,
    /// The last number that was put behind a name.
    numbers: HashMap<String, u64>,
}

impl Taken {
    /// The wanted name, or the first one with a number behind it that is free.
    fn give(&mut self, wanted: &str) -> String {
        if self.names.insert(wanted.to_owned()) {
            return wanted.to_owned();
        }
        let number = self.numbers.entry(wanted.to_owned()).or_insert(1);
        loop {
            *number += 1;
            let name = format!("{wanted}_{number}");
            if self.names.insert(name.clone()) {
                return name;
            }
        }
    }
}

/// Whether SUMO refuses a character.
fn is_refused(c: char) -> bool {
    c.is_whitespace() || c.is_control() || REFUSED.contains(c) || matches!(c, '\u{FFFE}' | '\u{FFFF}')
}

/// Whether SUMO takes a name as it is.
fn is_fine(name: &str) -> bool {
    !name.is_empty() && !name.starts_with(':') && !name.contains(is_refused)
}

/// A name that SUMO takes, as near as can be.
pub fn cleaned(name: &str) -> String {
    match name.strip_prefix(':').unwrap_or(name) {
        "" => "_".to_owned(),
        rest if rest.len() < name.len() => format!("_{}", rest.replace(is_refused, "_")),
        rest => rest.replace(is_refused, "_"),
    }
}

/// The names of all things of a kind. Names that can stay are given away first, so that no other takes them.
fn give<'n>(kind: &str, wanted: impl Iterator<Item = &'n String> + Clone, notes: &mut Notes) -> Vec<String> {
    let mut taken = Taken::default();
    taken.names.extend(wanted.clone().filter(|name| is_fine(name)).cloned());
    let mut seen = HashSet::new();
    wanted
        .map(|name| {
            if is_fine(name) && seen.insert(name.as_str()) {
                return name.clone();
            }
            let given = taken.give(&cleaned(name));
            notes.count(format!("names that SUMO refuses or that are taken, of a {kind}"), || {
                format!("{name:?}, written as '{given}'")
            });
            given
        })
        .collect()
}

/// The names of the links: those of roads, and `:junction_n` inside.
fn links(network: &Network, junctions: &[String], notes: &mut Notes) -> Vec<String> {
    let mut roads = give("road", network.links.iter().filter(|l| !l.internal).map(|l| &l.id), notes).into_iter();
    let mut used: Vec<HashSet<u64>> = vec![HashSet::new(); junctions.len()];
    // The numbers that can stay.
    let kept: Vec<Option<u64>> = network
        .links
        .iter()
        .map(|link| {
            let junction = link.from.filter(|_| link.internal)?;
            let rest = link.id.strip_prefix(':')?.strip_prefix(junctions[junction.index()].as_str())?;
            let digits = rest.strip_prefix('_')?;
            let number = digits.parse().ok().filter(|n: &u64| n.to_string() == digits)?;
            used[junction.index()].insert(number).then_some(number)
        })
        .collect();
    let mut next = vec![0; junctions.len()];
    let mut names = Vec::with_capacity(network.links.len());
    for (i, link) in network.links.iter().enumerate() {
        let inside = if link.internal { link.from.or_else(|| junction_of(network, LinkId::new(i))) } else { None };
        names.push(match inside {
            None => roads.next().unwrap_or_else(|| format!(":_{i}")),
            Some(junction) => {
                let j = junction.index();
                let number = kept[i].unwrap_or_else(|| {
                    while !used[j].insert(next[j]) {
                        next[j] += 1;
                    }
                    next[j]
                });
                format!(":{}_{number}", junctions[j])
            }
        });
    }
    names
}

/// The junction that an internal link lies in, by its movements.
fn junction_of(network: &Network, link: LinkId) -> Option<JunctionId> {
    let mut movements = network.lanes_of(link).flat_map(|lane| network.movements_of(lane));
    movements.next().map(|m| network.movement(m).junction)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(wanted: &[&str]) -> (Vec<String>, Notes) {
        let wanted: Vec<String> = wanted.iter().map(|s| (*s).to_owned()).collect();
        let mut notes = Notes::default();
        (give("thing", wanted.iter(), &mut notes), notes)
    }

    #[test]
    fn good_names_stay_and_others_make_room() {
        let (names, notes) = given(&["a b", "a<b", "a_b", "ä→ö", "", "f.0#2", ":x", "a_b"]);
        assert_eq!(names, ["a_b_2", "a_b_3", "a_b", "ä→ö", "_", "f.0#2", "_x", "a_b_4"]);
        assert_eq!(notes.kinds.values().map(|(n, _)| *n).sum::<usize>(), 5);
    }

    #[test]
    fn ten_thousand_alike_are_told_apart_in_no_time() {
        let wanted: Vec<String> = (0..10_000).map(|n| if n % 2 == 0 { " ".into() } else { format!("__{n}") }).collect();
        let names = give("thing", wanted.iter(), &mut Notes::default());
        assert_eq!(names.iter().collect::<HashSet<_>>().len(), 10_000);
        assert!(names.iter().all(|n| is_fine(n)));
    }
}
