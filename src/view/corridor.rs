//! The straight way through a link: the road on which platoons go, and along which a time-space diagram is drawn.

use std::collections::BTreeMap;

use crate::network::{Direction, LaneId, LinkId, MovementId, Network, SignalId};
use crate::sim::Scene;

/// Most links upstream, and downstream.
const MOST: usize = 24;

/// Where a signal stands on a corridor.
#[derive(Clone, Debug, PartialEq)]
pub struct Stop {
    /// Its line, m from the begin of the corridor.
    pub at: f32,
    /// The signal.
    pub signal: SignalId,
    /// Its name.
    pub name: String,
    /// The lamp that those who go straight on obey.
    pub lamp: u32,
}

/// A straight way.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Corridor {
    /// Its links, in the direction of travel.
    pub links: Vec<LinkId>,
    /// Its signals.
    pub stops: Vec<Stop>,
    /// Its length, m.
    pub length: f32,
    /// Where each of its lanes begins, those inside junctions included, m from its begin.
    lanes: BTreeMap<LaneId, f32>,
}

impl Corridor {
    /// The straight way through a link.
    pub fn through(scene: &Scene, link: LinkId) -> Self {
        let network = &scene.network;
        let mut ahead = vec![link];
        while let Some(next) = straight(network, ahead[ahead.len() - 1]).map(|m| target(network, m)) {
            if ahead.contains(&next) || ahead.len() > MOST {
                break;
            }
            ahead.push(next);
        }
        let mut links = vec![link];
        while let Some(before) = before(network, links[links.len() - 1]) {
            if links.contains(&before) || ahead.contains(&before) || links.len() > MOST {
                break;
            }
            links.push(before);
        }
        links.reverse();
        links.extend(&ahead[1..]);
        let mut corridor = Self { links, ..Self::default() };
        corridor.measure(scene);
        corridor
    }

    /// Works out where everything lies.
    fn measure(&mut self, scene: &Scene) {
        let network = &scene.network;
        let mut at = 0.0;
        for (i, &link) in self.links.iter().enumerate() {
            let longest = network.lanes_of(link).map(|l| network.lane(l).length).fold(0.0, f32::max);
            // Lanes of one link end together.
            self.lanes.extend(network.lanes_of(link).map(|l| (l, at + longest - network.lane(l).length)));
            at += longest;
            let onward = |m: &MovementId| self.links.get(i + 1) == Some(&target(network, *m));
            let inside: Vec<MovementId> = entries(network, link).filter(onward).collect();
            for &movement in &inside {
                let mut place = at;
                for lane in network.inside(network.movement(movement)) {
                    self.lanes.insert(lane, place);
                    place += network.lane(lane).length;
                }
            }
            // At the last link the line that one comes to.
            let head = inside.first().copied().or_else(|| straight(network, link));
            if let Some(head) = head.and_then(|m| network.movement(m).head) {
                self.stops.push(Stop {
                    at,
                    signal: head.signal,
                    name: network.signals[head.signal.index()].id.clone(),
                    lamp: scene.lamp_base[head.signal.index()] + u32::from(head.group),
                });
            }
            at += inside.first().map_or(0.0, |&m| network.movement(m).inside_length);
        }
        self.length = at;
    }

    /// Where a place on a lane is, m from the begin; none if the lane is not part of it.
    pub fn place(&self, lane: LaneId, position: f32) -> Option<f32> {
        self.lanes.get(&lane).map(|start| start + position)
    }

    /// Its lanes.
    pub fn lanes(&self) -> impl Iterator<Item = LaneId> + '_ {
        self.lanes.keys().copied()
    }
}

/// The movements that leave a link into a junction.
fn entries(network: &Network, link: LinkId) -> impl Iterator<Item = MovementId> + '_ {
    network.lanes_of(link).flat_map(|l| network.movements_of(l)).filter(|&m| network.movement(m).entry == m)
}

/// The link that a movement leads to.
fn target(network: &Network, movement: MovementId) -> LinkId {
    network.lane(network.movement(movement).to).link
}

/// The first movement straight on that is not for people on foot.
fn straight(network: &Network, link: LinkId) -> Option<MovementId> {
    entries(network, link).find(|&m| {
        let movement = network.movement(m);
        movement.direction == Direction::Straight && !network.lane(movement.to).permissions.is_footway()
    })
}

/// The link from which one comes straight on.
fn before(network: &Network, link: LinkId) -> Option<LinkId> {
    let all = network.lanes_of(link).flat_map(|l| &network.lane(l).incoming);
    let from = all.map(|&m| network.lane(network.movement(network.movement(m).entry).from).link);
    from.into_iter().find(|&from| straight(network, from).is_some_and(|m| target(network, m) == link))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::test_world::after;

    #[test]
    fn the_arterial_is_one_corridor_whichever_link_one_clicks() {
        let sim = after(10);
        let scene = sim.scene();
        let network = &scene.network;
        let longest = (0..network.links.len())
            .map(|i| Corridor::through(scene, LinkId::new(i)))
            .max_by_key(|c| c.links.len())
            .expect("there are links");
        assert!(longest.links.len() >= 3 && longest.stops.len() >= 2, "{longest:?}");
        for &link in &longest.links {
            assert_eq!(Corridor::through(scene, link), longest);
        }
        // Lines lie in order, lanes between begin and end, and whoever goes on comes further.
        assert!(longest.stops.windows(2).all(|w| w[0].at < w[1].at));
        for lane in longest.lanes() {
            let (from, to) = (longest.place(lane, 0.0), longest.place(lane, network.lane(lane).length));
            let (from, to) = (from.expect("it is part"), to.expect("it is part"));
            assert!(from >= -0.01 && from < to && to <= longest.length + 30.0, "{lane:?} {from} {to}");
        }
        let elsewhere = network.lanes.iter().position(|l| !longest.links.contains(&l.link) && !l.internal);
        assert_eq!(longest.place(LaneId::new(elsewhere.expect("there are side roads")), 1.0), None);
    }
}
