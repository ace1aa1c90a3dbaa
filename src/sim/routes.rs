//! Which lane leads where: worked out once per path, so that a driver looks it up.
//!
//! For every lane of every link of a route: the movement that continues it, how far one gets without a lane change
//! (*reach*), and how many lanes away the nearest of the best lanes is (*offset*).
//!
//! Terms
//! - **path**: a route for a class of vehicle, up to one of its stops. Until its first stop a vehicle follows the
//!   first path of its route, whose choices lead to the lane of that stop; then the next one, and so on. A route
//!   without stops is one path.
//! - **leg**: a link of a route, by its place in it.
//!
//! The table holds facts only and grows where trips find new ways during a run, in the order of their ids. Who
//! drives which path is state: it lies in the line of those who wait and in the vehicles.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use bevy::ecs::prelude::Resource;
use serde::{Deserialize, Serialize};

use super::state::Vehicle;
use crate::demand::stops::legs;
use crate::demand::{Demand, Departure, Route, RouteId, Stop};
use crate::network::{Lane, LaneId, LinkId, MovementId, MovementKind, Network, VehicleClass};

/// What a lane of a route's link is good for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LaneChoice {
    /// The movement to take; none if the route ends here or does not go on from this lane.
    pub movement: MovementId,
    /// The lane of the next link that it leads to.
    pub to: LaneId,
    /// How far from the start of this lane one gets without a lane change, m.
    pub reach: f32,
    /// Lanes to the nearest of the best lanes: greatest reach, then fewest changes on the next link; left positive.
    pub offset: i8,
    /// Place of the lane it leads to in its link.
    pub to_index: u8,
    /// Whether the vehicle may use the lane at all.
    pub allowed: bool,
    /// Whether it may change from it to the lane on its right, and to that on its left.
    pub changes: [bool; 2],
}

impl LaneChoice {
    /// A lane with that reach from which the route does not go on.
    fn new(lane: &Lane, reach: f32, class: VehicleClass) -> Self {
        Self {
            movement: MovementId::NONE,
            to: LaneId::NONE,
            reach,
            offset: 0,
            to_index: 0,
            allowed: lane.permissions.allows(class),
            changes: [&lane.rules.change_right, &lane.rules.change_left].map(|who| who.allows(class)),
        }
    }

    /// The lane that the route leads to, and its place in its link.
    #[inline]
    pub fn onward(&self) -> Option<(LaneId, usize)> {
        self.to.get().map(|to| (to, usize::from(self.to_index)))
    }

    /// Whether the vehicle may change from this lane, the `k`-th of its link, to its neighbour `to`.
    #[inline]
    pub fn may_change(&self, k: usize, to: usize) -> bool {
        self.changes[usize::from(to > k)]
    }
}

/// The stop at which a path ends.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NextStop {
    /// The leg it is on.
    pub leg: u16,
    /// The stop.
    pub stop: Stop,
}

/// The lane choices of all paths.
#[derive(Clone, Debug, Default)]
pub struct RouteTable {
    /// Row of a path's first leg in `legs`; one more entry at the end.
    paths: Vec<u32>,
    /// The stop at which each path ends.
    stops: Vec<Option<NextStop>>,
    /// Place of each leg's first lane in `choices`, and one past its last.
    legs: Vec<(u32, u32)>,
    choices: Vec<LaneChoice>,
    /// The link of each leg.
    links: Vec<LinkId>,
    /// Of each leg, whether there is a roundabout on it or soon after it.
    rings: Vec<bool>,
    /// The paths of trips, to find them again.
    known: HashMap<Found, u32>,
    /// The ways that were added since the run began, in their order, with their stops: with them the table can be made
    /// again.
    added: Vec<(Found, Vec<Stop>)>,
    /// The choices made, to use them again: the fewer there are, the more of them are at hand.
    made: HashMap<Row, (u32, u32)>,
}

/// All that the choices on the lanes of a link hang on, but for a stop there.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
struct Row {
    link: LinkId,
    /// Where the choices on the next link begin, or the lane to arrive on.
    next: Result<u32, Option<u8>>,
    class: VehicleClass,
    /// How far drivers think ahead, in bits.
    seen: u32,
}

/// A way that a trip found, and what else makes a path.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Found {
    /// The links in driving order.
    pub links: Vec<LinkId>,
    /// The trip's route before the run, of which it keeps the stops.
    pub route: RouteId,
    /// Who drives there.
    pub class: VehicleClass,
    /// Lane to arrive on; `None`: any.
    pub arrival_lane: Option<u8>,
}

/// The paths of a run. A snapshot shares the table with the run until the next new path.
#[derive(Resource, Clone, Debug)]
pub struct Paths {
    /// Lane choices of all paths.
    pub table: Arc<RouteTable>,
    /// The first path of each departure as it was before the run.
    pub planned: Arc<[u32]>,
}

impl Paths {
    /// The paths of `departures`.
    pub fn new(network: &Network, demand: &Demand, departures: &[Departure]) -> Self {
        let mut table = RouteTable { paths: vec![0], ..RouteTable::default() };
        let planned = departures.iter().map(|d| {
            let (class, arrival_lane) = (demand.types[d.kind.index()].class, d.manner.arrival_lane);
            let route = &demand.routes[d.route.index()];
            // Nobody looks for the links of given routes again.
            let links = route.via.as_ref().map_or(Vec::new(), |_| route.links.clone());
            table.find_or_add(network, Found { links, route: d.route, class, arrival_lane }, route)
        });
        let planned = planned.collect();
        Self { table: Arc::new(table), planned }
    }

    /// The first path of a way that a trip found, made if there is none yet; `stops` are the trip's.
    pub fn find_or_add(&mut self, network: &Network, found: Found, stops: &[Stop]) -> u32 {
        if let Some(&path) = self.table.known.get(&found) {
            return path;
        }
        let route = Route { stops: stops.to_vec(), ..Route::given(found.links.clone()) };
        let table = Arc::make_mut(&mut self.table);
        table.added.push((found.clone(), stops.to_vec()));
        table.find_or_add(network, found, &route)
    }
}

/// Reaches closer than this are equal: lanes of one link differ by their inner and outer curve.
const SAME_REACH: f32 = 10.0;

impl RouteTable {
    /// The first path of `route`, made if it is not known.
    fn find_or_add(&mut self, network: &Network, found: Found, route: &Route) -> u32 {
        if let Some(&path) = self.known.get(&found) {
            return path;
        }
        let first = self.stops.len() as u32;
        self.add(network, route, found.class, found.arrival_lane);
        self.known.insert(found, first);
        first
    }

    /// Adds the paths of a route for a class.
    fn add(&mut self, network: &Network, route: &Route, class: VehicleClass, arrival_lane: Option<u8>) {
        let way = Way { network, route, class, arrival_lane };
        // A stop that the route does not pass is none; an import has refused it.
        let legs = legs(network, &route.links, &route.stops).unwrap_or_default();
        let stops: Vec<NextStop> = legs.iter().zip(&route.stops).map(|(&leg, &stop)| NextStop { leg, stop }).collect();
        let mut rows = vec![(0, 0); route.links.len()];
        self.rows(&way, &mut rows, 0..route.links.len(), None);
        let mut sections = vec![(rows.clone(), None)];
        for (i, stop) in stops.iter().enumerate().rev() {
            // Legs behind the stop are as after it, and those before the last stop are never looked up.
            let from = i.checked_sub(1).map_or(0, |k| stops[k].leg);
            self.rows(&way, &mut rows, usize::from(from)..usize::from(stop.leg) + 1, Some(&stop.stop));
            sections.push((rows.clone(), Some(*stop)));
        }
        for (rows, stop) in sections.into_iter().rev() {
            self.legs.extend(rows);
            self.links.extend_from_slice(&route.links);
            self.rings.extend((0..route.links.len()).map(|i| ring_ahead(network, &route.links[i..])));
            self.paths.push(self.legs.len() as u32);
            self.stops.push(stop);
        }
    }

    /// Makes the choices of `legs` anew, the last of them with a stop if one is given; `rows` has those behind it.
    fn rows(&mut self, way: &Way<'_>, rows: &mut [(u32, u32)], legs: Range<usize>, stop: Option<&Stop>) {
        let last = legs.end - 1;
        for leg in legs.rev() {
            rows[leg] = match stop {
                Some(stop) if leg == last => self.row_with_stop(way, rows[leg], stop),
                _ => self.row_of(way, leg, rows.get(leg + 1).copied()),
            };
        }
    }

    /// The choices on a leg, made unless there are the same already; `next`: those on the leg after it.
    fn row_of(&mut self, way: &Way<'_>, leg: usize, next: Option<(u32, u32)>) -> (u32, u32) {
        let link = way.route.links[leg];
        let seen = horizon(way.network, &way.route.links[leg..]);
        let after = next.map(|(start, _)| start).ok_or(way.arrival_lane);
        let key = Row { link, next: after, class: way.class, seen: seen.to_bits() };
        if let Some(&row) = self.made.get(&key) {
            return row;
        }
        let next = next.map(|(start, end)| {
            let first = way.network.link(way.route.links[leg + 1]).lanes.start;
            (first, &self.choices[start as usize..end as usize])
        });
        let next = next.map(|(first, row)| Next::new(way.network, link, first, row));
        let mut row: Vec<LaneChoice> =
            way.network.lanes_of(link).map(|lane| way.choice(lane, next.as_ref(), seen)).collect();
        let later: Vec<u8> = row.iter().map(|c| next.as_ref().map_or(0, |n| n.changes_from(c))).collect();
        set_offsets(&mut row, &later, next.is_none());
        let row = self.keep(row);
        self.made.insert(key, row);
        row
    }

    /// The choices on a leg with a stop, made from those without it.
    fn row_with_stop(&mut self, way: &Way<'_>, row: (u32, u32), stop: &Stop) -> (u32, u32) {
        let mut row = self.choices[row.0 as usize..row.1 as usize].to_vec();
        stop_on(&mut row, stop, way.network.lane(stop.lane).index);
        self.keep(row)
    }

    /// Puts choices into the table.
    fn keep(&mut self, row: Vec<LaneChoice>) -> (u32, u32) {
        let start = self.choices.len() as u32;
        self.choices.extend(row);
        (start, self.choices.len() as u32)
    }

    /// Whether there is a roundabout on a leg of a path or within sight after it.
    #[inline]
    pub fn meets_ring(&self, path: u32, leg: u16) -> bool {
        self.rings[self.paths[path as usize] as usize + leg as usize]
    }

    /// The choices on a leg of a path, by lane index.
    #[inline]
    pub fn leg(&self, path: u32, leg: u16) -> &[LaneChoice] {
        let (start, end) = self.legs[self.paths[path as usize] as usize + leg as usize];
        &self.choices[start as usize..end as usize]
    }

    /// The choices from a vehicle's row on.
    #[inline(always)]
    pub fn row(&self, row: u32) -> &[LaneChoice] {
        &self.choices[row as usize..]
    }

    /// Directs a vehicle that has come to a leg, a path or a lane of a link: there the route goes on like this.
    pub fn direct(&self, v: &mut Vehicle, lane: usize) {
        v.row = self.legs[self.paths[v.path as usize] as usize + v.leg as usize].0;
        let choice = &self.row(v.row)[lane];
        (v.next, v.offset, v.reach) = (choice.movement, choice.offset, choice.reach);
    }

    /// Whether a vehicle on a lane with this place in the link of its leg is directed as it should be.
    pub(super) fn directs(&self, v: &Vehicle, lane: usize) -> bool {
        let mut again = *v;
        self.direct(&mut again, lane);
        again == *v
    }

    /// The ways added since the run began, in their order, with their stops.
    pub(super) fn added(&self) -> &[(Found, Vec<Stop>)] {
        &self.added
    }

    /// The choices on each leg of a path from `leg` on.
    #[inline]
    pub fn legs_from(&self, path: u32, leg: u16) -> impl Iterator<Item = &[LaneChoice]> {
        let (first, end) = (self.paths[path as usize], self.paths[path as usize + 1]);
        let legs = &self.legs[first as usize + leg as usize..end as usize];
        legs.iter().map(|&(start, end)| &self.choices[start as usize..end as usize])
    }

    /// Number of legs of a path.
    #[inline]
    pub fn legs(&self, path: u32) -> u16 {
        (self.paths[path as usize + 1] - self.paths[path as usize]) as u16
    }

    /// The links of a path.
    pub fn links(&self, path: u32) -> &[LinkId] {
        &self.links[self.paths[path as usize] as usize..self.paths[path as usize + 1] as usize]
    }

    /// Number of paths.
    pub fn len(&self) -> usize {
        self.stops.len()
    }

    /// Whether there is no path.
    pub fn is_empty(&self) -> bool {
        self.stops.is_empty()
    }

    /// The stop at which a path ends; the path after it is the next one. `None`: it ends where the route does.
    pub fn stop(&self, path: u32) -> Option<&NextStop> {
        self.stops[path as usize].as_ref()
    }
}

/// A route and who drives it.
struct Way<'a> {
    network: &'a Network,
    route: &'a Route,
    class: VehicleClass,
    arrival_lane: Option<u8>,
}

impl Way<'_> {
    /// The choice on a lane of a link; `seen`: see [`horizon`].
    fn choice(&self, lane: LaneId, next: Option<&Next<'_>>, seen: f32) -> LaneChoice {
        let choice = match next {
            Some(next) => continuing(self.network, lane, next, self.class),
            None => arriving(self.network, lane, self.class, self.arrival_lane),
        };
        LaneChoice { reach: choice.reach.min(seen), ..choice }
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

/// The link after one.
struct Next<'a> {
    /// Its first lane.
    first: u32,
    /// Its choices.
    row: &'a [LaneChoice],
    /// Its greatest reach, m.
    best: f32,
    /// The greatest reach of a lane that the link before leads to, m.
    best_entered: f32,
}

impl<'a> Next<'a> {
    fn new(network: &Network, before: LinkId, first: u32, row: &'a [LaneChoice]) -> Self {
        let mut next = Self { first, row, best: row.iter().map(|c| c.reach).fold(0.0, f32::max), best_entered: 0.0 };
        let movements = network.lanes_of(before).flat_map(|lane| network.movements_of(lane));
        let entered = movements.filter_map(|m| next.choice(network.movement(m).to)).map(|c| c.reach);
        next.best_entered = entered.fold(0.0, f32::max);
        next
    }

    /// The choice on one of its lanes.
    fn choice(&self, lane: LaneId) -> Option<&'a LaneChoice> {
        self.row.get(lane.0.checked_sub(self.first)? as usize)
    }

    /// How far a choice of the link before seems to lead on this one, m: of the lanes it can be entered on those with
    /// the greatest reach count like the best one, if they are next to it (SUMO).
    fn seems(&self, choice: &LaneChoice) -> f32 {
        let near = choice.reach > self.best_entered - SAME_REACH && choice.offset.unsigned_abs() < 2;
        if near { self.best } else { choice.reach }
    }

    /// Lane changes that a choice of the link before leads to on this one.
    fn changes_from(&self, choice: &LaneChoice) -> u8 {
        choice.onward().map_or(0, |(_, index)| self.row[index].offset.unsigned_abs())
    }
}

/// The choice on a lane of a link that is not the last: the movement onto the lane with the greatest reach; of equals
/// the one after which fewest lanes have to be changed, then the one that changes index least.
fn continuing(network: &Network, lane: LaneId, next: &Next<'_>, class: VehicleClass) -> LaneChoice {
    let here = network.lane(lane);
    let mut choice = LaneChoice::new(here, here.length, class);
    if !choice.allowed {
        choice.reach = 0.0;
        return choice;
    }
    let mut best: Option<(f32, (u8, u8))> = None;
    for id in network.movements_of(lane) {
        let m = network.movement(id);
        let Some(target) = next.choice(m.to) else { continue };
        if m.kind != MovementKind::Entry || !target.allowed || !network.is_passable(m, class) {
            continue;
        }
        let shift = (target.offset.unsigned_abs(), network.lane(m.to).index.abs_diff(here.index));
        let better = best.is_none_or(|(reach, least)| {
            target.reach > reach + SAME_REACH || (target.reach > reach - SAME_REACH && shift < least)
        });
        if better {
            best = Some((target.reach, shift));
            (choice.movement, choice.to, choice.to_index) = (id, m.to, network.lane(m.to).index);
            choice.reach = here.length + next.seems(target);
        }
    }
    choice
}

/// The choice on a lane of the last link.
fn arriving(network: &Network, lane: LaneId, class: VehicleClass, arrival_lane: Option<u8>) -> LaneChoice {
    let here = network.lane(lane);
    let right = arrival_lane.is_none_or(|k| k == here.index);
    let reach = match (here.permissions.allows(class), right) {
        (false, _) => 0.0,
        (true, true) => here.length,
        // In time to be clearly worse than the lane to arrive on.
        (true, false) => (here.length - 2.0 * SAME_REACH).max(0.0),
    };
    LaneChoice::new(here, reach, class)
}

/// Points every lane to the nearest of the best lanes that one may change to; if there is none, to the nearest. Right
/// before left. The best lanes are those with the greatest reach, and of these the ones after which fewest lanes have
/// to be changed on the next link, `later`. `ends`: the route ends on this link.
fn set_offsets(row: &mut [LaneChoice], later: &[u8], ends: bool) {
    // However short what is left of the way: a lane that does not lead on is none of the best if another does.
    let leads_on = |c: &LaneChoice| c.allowed && (ends || !c.movement.is_none());
    let any = row.iter().any(leads_on);
    let counts: Vec<bool> = row.iter().map(|c| if any { leads_on(c) } else { c.allowed }).collect();
    let best = row.iter().zip(&counts).filter(|(_, counts)| **counts).map(|(c, _)| c.reach).fold(0.0, f32::max);
    let far: Vec<bool> = row.iter().zip(&counts).map(|(c, counts)| *counts && c.reach > best - SAME_REACH).collect();
    let fewest = (0..row.len()).filter(|&k| far[k]).map(|k| later[k]).min();
    for i in 0..row.len() {
        let goals = (0..row.len()).filter(|&k| far[k] && Some(later[k]) == fewest);
        let nearest = goals.min_by_key(|&k| (!may_reach(row, i, k), k.abs_diff(i), k));
        row[i].offset = nearest.map_or(0, |k| k as i32 - i as i32) as i8;
    }
}

/// Whether one may change from lane to lane, from `i` to `k`.
fn may_reach(row: &[LaneChoice], i: usize, k: usize) -> bool {
    if k < i { row[k + 1..=i].iter().all(|c| c.changes[0]) } else { row[i..k].iter().all(|c| c.changes[1]) }
}

/// Points every lane to the lane of a stop: from the others one gets no further than the stop.
fn stop_on(row: &mut [LaneChoice], stop: &Stop, lane: u8) {
    for (i, choice) in row.iter_mut().enumerate() {
        choice.offset = (i32::from(lane) - i as i32) as i8;
        if i == usize::from(lane) {
            // However soon the route needs another lane behind the stop.
            choice.reach = choice.reach.max(stop.end + 2.0 * SAME_REACH);
        } else {
            (choice.movement, choice.to) = (MovementId::NONE, LaneId::NONE);
            choice.reach = choice.reach.min(stop.end);
        }
    }
}
