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
//! The table holds facts only and grows where vehicles find new ways during a run, in the order of their ids. Who
//! drives which path is state: it lies in the line of those who wait and in the vehicles. When lanes close or open,
//! all choices are made anew, and the paths keep their numbers.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use bevy::ecs::prelude::Resource;

use super::closures::Closures;
pub use super::found::{Found, Rest};
use super::scene::Scene;
use super::state::Vehicle;
use crate::demand::routing::turn_between;
use crate::demand::stops::legs;
use crate::demand::{Route, RouteId, Stop, VehicleId};
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
    fn new(lane: &Lane, reach: f32, class: VehicleClass, closed: bool) -> Self {
        Self {
            movement: MovementId::NONE,
            to: LaneId::NONE,
            reach,
            offset: 0,
            to_index: 0,
            allowed: lane.permissions.allows(class) && !closed,
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
    /// Of each path the last leg that cannot be entered because lanes are closed, and one more; 0: none.
    blocked: Vec<u16>,
    /// The ways that paths belong to, in the order of their first paths.
    ways: Vec<WayFacts>,
    /// The ways by what they are, to find them again.
    known: HashMap<Found, u32>,
    /// The choices made, to use them again: the fewer there are, the more of them are at hand.
    made: HashMap<Row, (u32, u32)>,
}

/// What a way is, but for its links and stops, which its paths have.
#[derive(Clone, Debug)]
struct WayFacts {
    /// Its first path.
    first: u32,
    class: VehicleClass,
    arrival_lane: Option<u8>,
    route: RouteId,
    rest: Option<Box<Rest>>,
}

/// Where the choices on each leg of a path lie, and the stop at which it ends.
type Section = (Vec<(u32, u32)>, Option<NextStop>);

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

/// The paths of a run. A snapshot shares the table with the run until the next new path.
#[derive(Resource, Clone, Debug)]
pub struct Paths {
    /// Lane choices of all paths.
    pub table: Arc<RouteTable>,
    /// The first path of each departure as it was before the run.
    pub planned: Arc<[u32]>,
}

impl Paths {
    /// The paths of all departures of a scene.
    pub fn new(scene: &Scene) -> Self {
        let mut table = RouteTable { paths: vec![0], ..RouteTable::default() };
        let own = scene.departures.len() - scene.copies.len();
        let planned = scene.departures[..own].iter().map(|d| {
            let route = &scene.demand.routes[d.route.index()];
            // The links of given routes are not what they are found again by.
            let links = route.via.as_ref().map_or(Vec::new(), |_| route.links.clone());
            table.find_or_add(scene, Found::of(scene, d, links, None))
        });
        let planned = planned.collect();
        Self { table: Arc::new(table), planned }
    }

    /// The first path of a vehicle as it was before the run; a copy's is that of its original.
    pub fn planned(&self, scene: &Scene, id: VehicleId) -> u32 {
        self.planned[scene.original(id).index()]
    }

    /// The first path of a way that somebody found, made if there is none yet.
    pub fn find_or_add(&mut self, scene: &Scene, found: Found) -> u32 {
        if let Some(&path) = self.table.known.get(&found) {
            return path;
        }
        Arc::make_mut(&mut self.table).find_or_add(scene, found)
    }

    /// The ways that have been found since the run began, in their order: with them, and with the lanes that are closed
    /// now, the table can be made again.
    pub(super) fn added(&self) -> impl Iterator<Item = Found> {
        let planned = self.planned.iter().max();
        self.table.ways.iter().filter(move |way| Some(&way.first) > planned).map(|way| self.table.found(way))
    }

    /// Makes all choices anew, after lanes have been closed or opened.
    pub fn renew(&mut self, scene: &Scene) {
        Arc::make_mut(&mut self.table).renew(scene);
    }
}

/// Reaches closer than this are equal: lanes of one link differ by their inner and outer curve.
const SAME_REACH: f32 = 10.0;

impl RouteTable {
    /// The first path of a way, made if it is not known.
    fn find_or_add(&mut self, scene: &Scene, found: Found) -> u32 {
        if let Some(&path) = self.known.get(&found) {
            return path;
        }
        let first = self.stops.len() as u32;
        let (route, &Found { class, arrival_lane, .. }) = (found.route(scene), &found);
        let rest = found.rest.clone().map(Box::new);
        self.ways.push(WayFacts { first, class, arrival_lane, route: found.route, rest });
        let way = Way { network: &scene.network, closures: &scene.closures, route: &route, class, arrival_lane };
        let (sections, blocked) = (self.sections(&way), way.blocked());
        for (rows, stop) in sections {
            self.legs.extend(rows);
            self.links.extend_from_slice(&route.links);
            self.rings.extend((0..route.links.len()).map(|i| ring_ahead(&scene.network, &route.links[i..])));
            self.paths.push(self.legs.len() as u32);
            self.stops.push(stop);
            self.blocked.push(blocked);
        }
        self.known.insert(found, first);
        first
    }

    /// A way, as somebody found it.
    fn found(&self, way: &WayFacts) -> Found {
        let &WayFacts { first, class, arrival_lane, route, .. } = way;
        let rest = way.rest.as_deref().cloned();
        Found { links: self.links(first).to_vec(), route, rest, class, arrival_lane }
    }

    /// The choices on the legs of each of a way's paths, and the stop at which it ends.
    fn sections(&mut self, way: &Way<'_>) -> Vec<Section> {
        let route = way.route;
        // A stop that the route does not pass is none; an import has refused it.
        let legs = legs(way.network, &route.links, &route.stops).unwrap_or_default();
        let stops: Vec<NextStop> = legs.iter().zip(&route.stops).map(|(&leg, &stop)| NextStop { leg, stop }).collect();
        let mut rows = vec![(0, 0); route.links.len()];
        self.rows(way, &mut rows, 0..route.links.len(), None);
        let mut sections = vec![(rows.clone(), None)];
        for (i, stop) in stops.iter().enumerate().rev() {
            // Legs behind the stop are as after it, and those before the last stop are never looked up.
            let from = i.checked_sub(1).map_or(0, |k| stops[k].leg);
            self.rows(way, &mut rows, usize::from(from)..usize::from(stop.leg) + 1, Some(&stop.stop));
            sections.push((rows.clone(), Some(*stop)));
        }
        sections.reverse();
        sections
    }

    /// Makes all choices anew.
    fn renew(&mut self, scene: &Scene) {
        self.choices.clear();
        self.made.clear();
        let ways = std::mem::take(&mut self.ways);
        for facts in &ways {
            let &WayFacts { first, class, arrival_lane, .. } = facts;
            let stops = self.stops_from(first).map(|next| next.stop).collect();
            let route = Route { stops, ..Route::given(self.links(first).to_vec()) };
            let way = Way { network: &scene.network, closures: &scene.closures, route: &route, class, arrival_lane };
            let (sections, blocked) = (self.sections(&way), way.blocked());
            for (path, (rows, _)) in (first as usize..).zip(sections) {
                self.legs[self.paths[path] as usize..self.paths[path + 1] as usize].copy_from_slice(&rows);
                self.blocked[path] = blocked;
            }
        }
        self.ways = ways;
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

    /// Whether a vehicle knows where the choices of its leg are.
    pub(super) fn knows_row(&self, v: &Vehicle) -> bool {
        let mut again = *v;
        self.keep_row(&mut again);
        again.row == v.row
    }

    /// Lets a vehicle inside a junction know where the choices of its leg are now.
    pub(super) fn keep_row(&self, v: &mut Vehicle) {
        v.row = self.legs[self.paths[v.path as usize] as usize + v.leg as usize].0;
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

    /// The last leg of a path that cannot be entered because lanes are closed: from the leg before, or for the first
    /// one at departure.
    #[inline]
    pub fn blocked_leg(&self, path: u32) -> Option<u16> {
        self.blocked[path as usize].checked_sub(1)
    }

    /// The stops that are made on a path and on those after it.
    pub fn stops_from(&self, path: u32) -> impl Iterator<Item = NextStop> {
        self.stops[path as usize..].iter().map_while(|stop| *stop)
    }

    /// What is left of its route for who drives on a path.
    pub(super) fn rest(&self, scene: &Scene, path: u32) -> Rest {
        let way = &self.ways[self.ways.partition_point(|w| w.first <= path) - 1];
        let made = (path - way.first) as usize;
        match &way.rest {
            Some(rest) => Rest { stops: rest.stops[made..].to_vec(), vias: rest.vias },
            None => {
                let all = scene.demand.routes[way.route.index()].stops.len() as u16;
                Rest { stops: (made as u16..all).collect(), vias: 0 }
            }
        }
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
    closures: &'a Closures,
    route: &'a Route,
    class: VehicleClass,
    arrival_lane: Option<u8>,
}

impl Way<'_> {
    /// The choice on a lane of a link; `seen`: see [`horizon`].
    fn choice(&self, lane: LaneId, next: Option<&Next<'_>>, seen: f32) -> LaneChoice {
        let choice = match next {
            Some(next) => self.continuing(lane, next),
            None => self.arriving(lane),
        };
        LaneChoice { reach: choice.reach.min(seen), ..choice }
    }

    /// The last leg that cannot be entered because lanes are closed, and one more; 0: none.
    fn blocked(&self) -> u16 {
        if !self.closures.any() {
            return 0;
        }
        let links = &self.route.links;
        let barred = |leg: &usize| {
            self.is_enterable(links, *leg, &|_| true)
                && !self.is_enterable(links, *leg, &|l| !self.closures.is_closed(l))
        };
        (0..links.len()).rev().find(barred).map_or(0, |leg| leg as u16 + 1)
    }

    /// Whether a leg can be entered over open lanes, from an open lane of the leg before.
    fn is_enterable(&self, links: &[LinkId], leg: usize, open: &dyn Fn(LaneId) -> bool) -> bool {
        let (network, class) = (self.network, self.class);
        match leg.checked_sub(1) {
            Some(before) => turn_between(network, links[before], links[leg], class, open),
            None => network.lanes_of(links[leg]).any(|l| network.lane(l).permissions.allows(class) && open(l)),
        }
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
        // How far closed lanes lead concerns nobody who comes.
        let reach = |c: &LaneChoice| if c.allowed { c.reach } else { 0.0 };
        let mut next = Self { first, row, best: row.iter().map(reach).fold(0.0, f32::max), best_entered: 0.0 };
        let movements = network.lanes_of(before).flat_map(|lane| network.movements_of(lane));
        let entered = movements.filter_map(|m| next.choice(network.movement(m).to)).map(reach);
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

impl Way<'_> {
    /// The choice on a lane of a link that is not the last: the movement onto the lane with the greatest reach; of
    /// equals the one after which fewest lanes have to be changed, then the one that changes index least. From a closed
    /// lane the way goes on for whoever is there.
    fn continuing(&self, lane: LaneId, next: &Next<'_>) -> LaneChoice {
        let (network, class) = (self.network, self.class);
        let here = network.lane(lane);
        let mut choice = LaneChoice::new(here, here.length, class, self.closures.is_closed(lane));
        if !here.permissions.allows(class) {
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
    fn arriving(&self, lane: LaneId) -> LaneChoice {
        let here = self.network.lane(lane);
        let right = self.arrival_lane.is_none_or(|k| k == here.index);
        let reach = match (here.permissions.allows(self.class), right) {
            (false, _) => 0.0,
            (true, true) => here.length,
            // In time to be clearly worse than the lane to arrive on.
            (true, false) => (here.length - 2.0 * SAME_REACH).max(0.0),
        };
        LaneChoice::new(here, reach, self.class, self.closures.is_closed(lane))
    }
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
        // The only lanes that lead on are closed: whoever is there stays there.
        let stays = !any && !row[i].allowed && !row[i].movement.is_none();
        row[i].offset = if stays { 0 } else { nearest.map_or(0, |k| k as i32 - i as i32) as i8 };
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
