//! Which lane leads where: worked out once per route, so that a driver looks it up.
//!
//! For every lane of every link of a route: the movement that continues it, how far one gets without a lane change
//! (*reach*), and how many lanes away the nearest lane with the greatest reach is (*offset*).

use std::collections::HashMap;

use crate::demand::{Demand, Departure, Route};
use crate::network::{LaneId, LinkId, MovementId, MovementKind, Network, VehicleClass};

/// What a lane of a route's link is good for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LaneChoice {
    /// The movement to take; none if the route ends here or does not go on from this lane.
    pub movement: MovementId,
    /// How far from the start of this lane one gets without a lane change, m.
    pub reach: f32,
    /// Lanes to the nearest lane with the greatest reach; left positive.
    pub offset: i8,
    /// Whether the vehicle may use the lane at all.
    pub allowed: bool,
}

/// The lane choices of all routes in use, each for the vehicle class that uses it.
#[derive(Clone, Debug, Default)]
pub struct RouteTable {
    /// Row of a path's first leg in `legs`; one more entry at the end.
    paths: Vec<u32>,
    /// Place of each leg's first lane in `choices`; one more entry at the end.
    legs: Vec<u32>,
    choices: Vec<LaneChoice>,
    /// Of each leg, whether there is a roundabout on it or soon after it.
    rings: Vec<bool>,
}

/// Reaches closer than this are equal: lanes of one link differ by their inner and outer curve.
const SAME_REACH: f32 = 10.0;

impl RouteTable {
    /// Builds the table for `departures` and returns each departure's path.
    pub fn new(network: &Network, demand: &Demand, departures: &[Departure]) -> (Self, Vec<u32>) {
        let mut table = Self { paths: vec![0], legs: vec![0], choices: Vec::new(), rings: Vec::new() };
        let mut known: HashMap<(u32, u8, Option<u8>), u32> = HashMap::new();
        let paths = departures
            .iter()
            .map(|d| {
                let class = demand.types[d.kind.index()].class;
                *known.entry((d.route.0, class as u8, d.manner.arrival_lane)).or_insert_with(|| {
                    table.add(network, &demand.routes[d.route.index()], class, d.manner.arrival_lane);
                    table.paths.len() as u32 - 2
                })
            })
            .collect();
        (table, paths)
    }

    /// Adds a route for a class.
    fn add(&mut self, network: &Network, route: &Route, class: VehicleClass, arrival_lane: Option<u8>) {
        let mut rows: Vec<Vec<LaneChoice>> = Vec::with_capacity(route.links.len());
        for (i, &link) in route.links.iter().enumerate().rev() {
            let next = route.links.get(i + 1).map(|&l| (l, rows.last().expect("the next leg was just added")));
            let mut row: Vec<LaneChoice> = network
                .lanes_of(link)
                .map(|lane| match next {
                    Some((next_link, next_row)) => {
                        continuing(network, lane, network.link(next_link).lanes.start, next_row, class)
                    }
                    None => arriving(network, lane, class, arrival_lane),
                })
                .collect();
            let seen = horizon(network, &route.links[i..]);
            for choice in &mut row {
                choice.reach = choice.reach.min(seen);
            }
            set_offsets(&mut row);
            rows.push(row);
        }
        for row in rows.into_iter().rev() {
            self.choices.extend(row);
            self.legs.push(self.choices.len() as u32);
        }
        self.rings.extend((0..route.links.len()).map(|i| ring_ahead(network, &route.links[i..])));
        self.paths.push(self.legs.len() as u32 - 1);
    }

    /// Whether there is a roundabout on a leg of a path or within sight after it.
    #[inline]
    pub fn meets_ring(&self, path: u32, leg: u16) -> bool {
        self.rings[self.paths[path as usize] as usize + leg as usize]
    }

    /// The choices on a leg of a path, by lane index.
    #[inline]
    pub fn leg(&self, path: u32, leg: u16) -> &[LaneChoice] {
        let row = self.paths[path as usize] as usize + leg as usize;
        &self.choices[self.legs[row] as usize..self.legs[row + 1] as usize]
    }

    /// Number of legs of a path.
    #[inline]
    pub fn legs(&self, path: u32) -> u16 {
        (self.paths[path as usize + 1] - self.paths[path as usize]) as u16
    }
}

/// Whether one of these links is part of a roundabout, before or within `SIGHT` of the end of the first.
fn ring_ahead(network: &Network, links: &[LinkId]) -> bool {
    const SIGHT: f32 = 300.0;
    let mut seen = 0.0;
    for (passed, &link) in links.iter().enumerate() {
        if network.link(link).roundabout {
            return true;
        }
        seen += if passed == 0 { 0.0 } else { network.lanes_of(link).next().map_or(0.0, |l| network.lane(l).length) };
        if seen > SIGHT {
            return false;
        }
    }
    false
}

/// How far drivers on the first of these links think ahead about lanes, m: nine links, or the fewer (but at least
/// five) that make three kilometres; infinite if the route ends before.
fn horizon(network: &Network, links: &[LinkId]) -> f32 {
    const NEAR: f32 = 200.0;
    const FAR: f32 = 3000.0;
    let mut length = 0.0;
    for (passed, &link) in links.iter().enumerate() {
        length += network.lanes_of(link).next().map_or(0.0, |l| network.lane(l).length);
        if (passed >= 8 && length >= NEAR) || (passed >= 4 && length >= FAR) {
            return length;
        }
    }
    f32::INFINITY
}

/// The choice on a lane of a link that is not the last: the movement onto the lane with the greatest reach; of
/// equals the one that changes index least.
fn continuing(
    network: &Network,
    lane: LaneId,
    next_first: u32,
    next_row: &[LaneChoice],
    class: VehicleClass,
) -> LaneChoice {
    let here = network.lane(lane);
    let allowed = here.permissions.allows(class);
    let mut choice = LaneChoice { movement: MovementId::NONE, reach: here.length, offset: 0, allowed };
    if !allowed {
        choice.reach = 0.0;
        return choice;
    }
    let mut best: Option<(f32, u8)> = None;
    for id in network.movements_of(lane) {
        let m = network.movement(id);
        let Some(target) = m.to.0.checked_sub(next_first).and_then(|k| next_row.get(k as usize)) else { continue };
        if m.kind != MovementKind::Entry || !target.allowed {
            continue;
        }
        let shift = network.lane(m.to).index.abs_diff(here.index);
        let better = best.is_none_or(|(reach, least)| {
            target.reach > reach + SAME_REACH || (target.reach > reach - SAME_REACH && shift < least)
        });
        if better {
            best = Some((target.reach, shift));
            choice.movement = id;
            choice.reach = here.length + m.inside_length + target.reach;
        }
    }
    choice
}

/// The choice on a lane of the last link.
fn arriving(network: &Network, lane: LaneId, class: VehicleClass, arrival_lane: Option<u8>) -> LaneChoice {
    let here = network.lane(lane);
    let allowed = here.permissions.allows(class);
    let right = arrival_lane.is_none_or(|k| k == here.index);
    let reach = match (allowed, right) {
        (false, _) => 0.0,
        (true, true) => here.length,
        // In time to be clearly worse than the lane to arrive on.
        (true, false) => (here.length - 2.0 * SAME_REACH).max(0.0),
    };
    LaneChoice { movement: MovementId::NONE, reach, offset: 0, allowed }
}

/// Points every lane to the nearest lane with the greatest reach, right before left.
fn set_offsets(row: &mut [LaneChoice]) {
    let best = row.iter().map(|c| c.reach).fold(0.0, f32::max);
    let good: Vec<bool> = row.iter().map(|c| c.allowed && c.reach > best - SAME_REACH).collect();
    for i in 0..row.len() {
        let distance = (0..row.len()).filter(|&k| good[k]).map(|k| k as i32 - i as i32).min_by_key(|d| (d.abs(), *d));
        row[i].offset = distance.unwrap_or(0) as i8;
    }
}
