//! Streets by their names: links, and the turn bays that belong to them.

use std::collections::BTreeMap;

use super::{Step, Wrong, expected_names, wrong};
use crate::network::{Direction, LaneId, LinkId, Network};

/// The road links of a network by name.
pub(super) struct Streets<'a> {
    network: &'a Network,
    by_name: BTreeMap<&'a str, LinkId>,
}

impl<'a> Streets<'a> {
    pub fn new(network: &'a Network) -> Self {
        let roads = network.links.iter().enumerate().filter(|(_, l)| !l.internal);
        Self { network, by_name: roads.map(|(i, l)| (l.id.as_str(), LinkId::new(i))).collect() }
    }

    /// The link of that name.
    pub fn find(&self, name: &str, path: Vec<Step>) -> Result<LinkId, Wrong> {
        if let Some(&link) = self.by_name.get(name) {
            return Ok(link);
        }
        let known = self.by_name.keys().copied().filter(|n| !n.ends_with(".bay"));
        wrong(path, format!("no street '{name}'; {}", expected_names(name, known)))
    }

    /// The link that reaches the stop line of a road: its bay, if it has one.
    pub fn stop_line(&self, link: LinkId) -> LinkId {
        let bay = format!("{}.bay", self.network.link(link).id);
        match self.by_name.get(bay.as_str()) {
            // Somebody else's network may have a road of that name anywhere.
            Some(&bay) if self.exits(link).keys().eq([&bay]) => bay,
            _ => link,
        }
    }

    /// A street and its bay, if it has one.
    pub fn whole(&self, link: LinkId) -> Vec<LinkId> {
        let end = self.stop_line(link);
        if end == link { vec![link] } else { vec![link, end] }
    }

    /// Where one can go from the end of a link, with the turn, each link once.
    pub fn exits(&self, link: LinkId) -> BTreeMap<LinkId, Direction> {
        let lanes = self.network.lanes_of(link).flat_map(|l| self.network.movements_of(l));
        let exits = lanes.map(|m| self.network.movement(m));
        exits.map(|m| (self.network.lane(m.to).link, m.direction)).collect()
    }

    /// The lane of a street with this number at `position` m from the street's start, and the position on that lane.
    pub fn lane(&self, link: LinkId, number: u8, position: f32, path: Vec<Step>) -> Result<(LaneId, f32), Wrong> {
        let mut rest = position;
        let parts = self.whole(link);
        for (i, &part) in parts.iter().enumerate() {
            let lanes: Vec<LaneId> = self.network.lanes_of(part).collect();
            let Some(&lane) = lanes.get(usize::from(number)) else {
                let (name, n) = (&self.network.link(link).id, lanes.len());
                return wrong(path, format!("{number}; street '{name}' has {n} lanes there, from 0 at the kerb"));
            };
            let length = self.network.lane(lane).length;
            // A thousandth of a metre is how finely lengths are known.
            if rest <= length + 1e-3 || i + 1 == parts.len() {
                return Ok((lane, rest.min(length)));
            }
            rest -= length;
        }
        wrong(path, "has no lanes")
    }

    /// Length of a street, m.
    pub fn length(&self, link: LinkId) -> f32 {
        let first = |l: LinkId| self.network.lanes_of(l).next().map_or(0.0, |lane| self.network.lane(lane).length);
        self.whole(link).into_iter().map(first).sum()
    }
}
