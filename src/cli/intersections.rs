//! Delay and level of service of every intersection.
//!
//! Terms
//! - **intersection**: what a signal switches, a roundabout as a whole, or a junction where somebody gives way.
//! - **approach**: a road that ends at it, and the roads before that lead nowhere else (a street in front of its turn
//!   bay).
//! - **control delay**: time lost against free speed on the approaches, per vehicle that crosses their ends. Who waits
//!   outside of the network is not in it.
//! - **level of service**: A to F by control delay (Highway Capacity Manual, 7th edition: exhibits 19-8 for signals, 20-2
//!   and 22-8 where drivers give way).

use std::collections::{BTreeMap, BTreeSet};

use super::run::Finished;
use crate::network::{JunctionId, LinkId, MovementKind, Network};
use crate::sim::measures::SAMPLE_S;

/// What regulates an intersection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Control {
    /// Lamps.
    Signal,
    /// A roundabout.
    Roundabout,
    /// Signs, or right before left.
    Signs,
}

impl Control {
    /// Its name in tables.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Signal => "signal",
            Self::Roundabout => "roundabout",
            Self::Signs => "signs",
        }
    }

    /// Several of them.
    pub const fn plural(self) -> &'static str {
        match self {
            Self::Signal => "signals",
            Self::Roundabout => "roundabouts",
            Self::Signs => "with signs",
        }
    }
}

/// An intersection and what it cost.
#[derive(Clone, Debug, PartialEq)]
pub struct Intersection {
    /// Name of its signal or junction; of a roundabout, of its first junction.
    pub name: String,
    /// What regulates it.
    pub control: Control,
    /// Vehicles that came through.
    pub vehicles: u32,
    /// Control delay, s per vehicle; `None` if none came.
    pub delay: Option<f64>,
}

impl Intersection {
    /// Its level of service.
    pub fn level(&self) -> Option<char> {
        self.delay.map(|delay| level(delay, self.control))
    }
}

/// The level of service at a control delay, s.
pub fn level(delay: f64, control: Control) -> char {
    let bounds = match control {
        Control::Signal => [10.0, 20.0, 35.0, 55.0, 80.0],
        Control::Roundabout | Control::Signs => [10.0, 15.0, 25.0, 35.0, 50.0],
    };
    let worse = bounds.iter().filter(|&&bound| delay > bound).count();
    ['A', 'B', 'C', 'D', 'E', 'F'][worse]
}

/// All intersections of a run, the worst first.
pub fn all(run: &Finished<'_>) -> Vec<Intersection> {
    let (network, books) = (&run.sim.scene().network, &run.sim.measures().lanes);
    let lost = |link: LinkId| network.lanes_of(link).map(|l| books[l.index()].lost).sum::<f64>() * SAMPLE_S as f64;
    let through = |link: LinkId| network.lanes_of(link).map(|l| books[l.index()].flow).sum::<u32>();
    let onward = Onward::new(network);
    let mut all: Vec<Intersection> = groups(network)
        .into_iter()
        .map(|((control, name), ends)| {
            let vehicles: u32 = ends.iter().map(|&l| through(l)).sum();
            let lost: f64 = ends.iter().flat_map(|&l| onward.approach(l)).map(lost).sum();
            let delay = (vehicles > 0).then(|| lost / f64::from(vehicles));
            Intersection { name, control, vehicles, delay }
        })
        .collect();
    all.sort_by(|a, b| b.delay.unwrap_or(-1.0).total_cmp(&a.delay.unwrap_or(-1.0)));
    all
}

/// The links that end at each intersection.
fn groups(network: &Network) -> BTreeMap<(Control, String), BTreeSet<LinkId>> {
    let rings = rings(network);
    let mut groups: BTreeMap<(Control, String), BTreeSet<LinkId>> = BTreeMap::new();
    for m in network.movements.iter().filter(|m| m.kind == MovementKind::Entry) {
        let from = network.lane(m.from).link;
        let key = match (m.head, rings.get(&m.junction)) {
            (Some(head), _) => (Control::Signal, network.signals[head.signal.index()].id.clone()),
            (None, Some(ring)) => (Control::Roundabout, network.junctions[ring.index()].id.clone()),
            (None, None) if yields(network, m.junction) => {
                (Control::Signs, network.junctions[m.junction.index()].id.clone())
            }
            _ => continue,
        };
        // Who drives on the ring has entered the roundabout already.
        if key.0 == Control::Roundabout && network.link(from).roundabout {
            continue;
        }
        groups.entry(key).or_default().insert(from);
    }
    groups
}

/// Whether somebody gives way at a junction.
fn yields(network: &Network, junction: JunctionId) -> bool {
    network.junctions[junction.index()].entries.iter().any(|&m| !network.movement(m).yields_to.is_empty())
}

/// The junctions of roundabouts, each with the first junction of its ring.
fn rings(network: &Network) -> BTreeMap<JunctionId, JunctionId> {
    let mut rings: BTreeMap<JunctionId, JunctionId> = BTreeMap::new();
    let ends = network.links.iter().filter(|l| l.roundabout && !l.internal).filter_map(|l| l.from.zip(l.to));
    let ends: Vec<_> = ends.collect();
    for &(a, b) in &ends {
        rings.entry(a).or_insert(a);
        rings.entry(b).or_insert(b);
    }
    // Rings are short: the smallest name goes round in a few turns.
    loop {
        let before = rings.clone();
        for &(a, b) in &ends {
            let first = rings[&a].min(rings[&b]);
            rings.insert(a, first);
            rings.insert(b, first);
        }
        if rings == before {
            return rings;
        }
    }
}

/// Where links lead.
struct Onward {
    /// Links before each link that lead nowhere else.
    before: BTreeMap<LinkId, Vec<LinkId>>,
}

impl Onward {
    fn new(network: &Network) -> Self {
        let mut next: BTreeMap<LinkId, BTreeSet<LinkId>> = BTreeMap::new();
        for m in network.movements.iter().filter(|m| m.kind == MovementKind::Entry) {
            next.entry(network.lane(m.from).link).or_default().insert(network.lane(m.to).link);
        }
        let mut before: BTreeMap<LinkId, Vec<LinkId>> = BTreeMap::new();
        for (link, onward) in next {
            // A junction where somebody gives way, or with lamps, is an intersection of its own.
            let here = network.link(link).to;
            let regulated = |j: JunctionId| yields(network, j) || has_lamps(network, j);
            if let (1, Some(&only), Some(junction)) = (onward.len(), onward.first(), here)
                && !regulated(junction)
            {
                before.entry(only).or_default().push(link);
            }
        }
        Self { before }
    }

    /// A link that ends at an intersection, and what belongs to the approach before it.
    fn approach(&self, end: LinkId) -> Vec<LinkId> {
        let mut all = vec![end];
        let mut at = 0;
        while let Some(&link) = all.get(at) {
            let more = self.before.get(&link).into_iter().flatten();
            let new: Vec<LinkId> = more.copied().filter(|l| !all.contains(l)).collect();
            all.extend(new);
            at += 1;
        }
        all
    }
}

/// Whether a junction has lamps.
fn has_lamps(network: &Network, junction: JunctionId) -> bool {
    network.junctions[junction.index()].entries.iter().any(|&m| network.movement(m).head.is_some())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::Scenario;

    #[test]
    fn levels_are_those_of_the_manual() {
        let levels =
            |control| [0.0, 10.0, 10.1, 20.5, 35.5, 55.5, 80.1].map(|d| level(d, control)).iter().collect::<String>();
        assert_eq!(levels(Control::Signal), "AABCDEF");
        assert_eq!(levels(Control::Signs), "AABCEFF");
    }

    #[test]
    fn an_approach_begins_before_its_bay() {
        let (network, _) = Scenario::bundled("arterial").unwrap().unwrap().build().unwrap();
        let link = |name| network.find_link(name).unwrap();
        assert_eq!(Onward::new(&network).approach(link("m3.bay")), [link("m3.bay"), link("m3")]);
        assert_eq!(Onward::new(&network).approach(link("m2")), [link("m2")]);
        let groups = groups(&network);
        let signals = groups.keys().filter(|g| g.0 == Control::Signal).count();
        assert_eq!((signals, groups.len()), (8, 8));
        assert!(groups[&(Control::Signal, "d".into())].contains(&link("m3.bay")));
    }
}
