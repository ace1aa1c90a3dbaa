//! Closed lanes, and what becomes of those whose way leads over them.
//!
//! Nobody enters a closed lane but who can no longer stop before it; whoever is on it drives on and leaves it. For
//! lane choice a closed lane is one that may not be used (see [`routes`](super::routes)), for the search for ways it is
//! not there. When lanes close or open, everybody whose way has become impossible finds another from where it is, past
//! the stops and links it still has to pass, to its destination; stops on closed lanes are left out. Whoever departs
//! later does so when its time comes. Whoever finds none is *unserved* until it is otherwise: it does not enter, or if
//! it is under way it drives as far as it can and waits there.

use intergreen_control::Millis;

use super::apply::HALTING;
use super::insert::Waiting;
use super::navigation::Navigator;
use super::routes::{Found, Paths, Rest, RouteTable};
use super::scene::Scene;
use super::state::{Flags, Traffic, Vehicle};
use super::stops::Halts;
use crate::demand::routing::{Search, turns_from};
use crate::demand::stops::legs;
use crate::demand::{Stop, VehicleId};
use crate::network::{LaneId, LinkId};

/// Which lanes are closed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Closures {
    /// Until when each lane is closed; none are listed while none has ever been closed.
    until: Vec<Option<Millis>>,
    /// How many are closed.
    count: usize,
}

impl Closures {
    /// Whether a lane is closed.
    #[inline]
    pub fn is_closed(&self, lane: LaneId) -> bool {
        self.count > 0 && self.until[lane.index()].is_some()
    }

    /// Whether any lane is.
    #[inline]
    pub fn any(&self) -> bool {
        self.count > 0
    }

    /// Closes some of so many lanes; without a time, at `now`: opens those that are closed no longer than that.
    pub(super) fn set(&mut self, all: usize, lanes: &[LaneId], now: Millis, until: Option<Millis>) {
        self.until.resize(all, None);
        for lane in lanes {
            let place = &mut self.until[lane.index()];
            match until {
                Some(until) => *place = Some(until),
                None => *place = place.filter(|&end| end > now),
            }
        }
        self.recount();
    }

    /// Opens lanes.
    pub(super) fn open(&mut self, lanes: &[LaneId]) {
        for lane in lanes {
            if let Some(place) = self.until.get_mut(lane.index()) {
                *place = None;
            }
        }
        self.recount();
    }

    fn recount(&mut self) {
        self.count = self.until.iter().flatten().count();
    }
}

/// Whether a vehicle on the network, on `lane` or parked beside it, can get no further than to a closure.
pub fn is_cut_off(scene: &Scene, routes: &RouteTable, lane: LaneId, v: &Vehicle) -> bool {
    let Some(leg) = routes.blocked_leg(v.path) else { return false };
    // The link it is about to enter, from inside a junction or from a lane that leads there, is not barred to it.
    let goes_on = scene.lanes[lane.index()].internal || v.next.get().is_some();
    leg > v.leg + u16::from(goes_on)
}

/// Whether the first vehicle of a lane waits there because its way is closed.
pub fn waits_before(scene: &Scene, routes: &RouteTable, lane: LaneId, v: &Vehicle) -> bool {
    scene.closures.any() && v.next.is_none() && is_cut_off(scene, routes, lane, v)
}

/// Finds ways for all, and renews what they know of lanes, when lanes have been closed or opened.
pub struct Detours<'a> {
    /// What does not change.
    pub scene: &'a Scene,
    /// Knows the ways there are.
    pub navigator: &'a Navigator,
    /// For the search.
    pub search: &'a mut Search,
    /// The paths.
    pub paths: &'a mut Paths,
}

/// Where a vehicle is.
#[derive(Clone, Copy)]
enum Place {
    /// The n-th of a lane.
    On(usize, usize),
    /// The n-th halt.
    Parked(usize),
}

/// Where a way begins.
#[derive(Clone, Copy)]
struct Start {
    /// The lane from which the way is free to choose.
    lane: LaneId,
    /// The link before it, for who is about to enter it whatever happens.
    before: Option<LinkId>,
}

impl Detours<'_> {
    /// After a change: everybody who is under way or in line. New paths are made in the order of the vehicles' ids.
    pub fn renew(&mut self, traffic: &mut Traffic, halts: &mut Halts, waiting: &mut Waiting) {
        self.paths.renew(self.scene);
        let lanes = traffic.lanes.iter().enumerate();
        let on = lanes.flat_map(|(l, lane)| (0..).zip(&lane.vehicles).map(move |(i, v)| (v.id, Place::On(l, i))));
        let parked = (0..).zip(&halts.list).filter_map(|(i, h)| Some((h.parked.as_ref()?.id, Place::Parked(i))));
        let mut all: Vec<(VehicleId, Place)> = on.chain(parked).collect();
        all.sort_unstable_by_key(|(id, _)| *id);
        for (_, place) in all {
            match place {
                Place::On(lane, i) => self.redirect(LaneId::new(lane), &mut traffic.lanes[lane].vehicles[i]),
                Place::Parked(i) => {
                    let halt = &mut halts.list[i];
                    if let Some(v) = &mut halt.parked {
                        self.redirect(halt.lane, v);
                    }
                }
            }
        }
        let lines = waiting.busy.iter().map(|&link| link as usize);
        let mut all: Vec<(VehicleId, usize, usize)> =
            lines.flat_map(|l| (0..).zip(&waiting.lines[l]).map(move |(k, entry)| (entry.id, l, k))).collect();
        all.sort_unstable_by_key(|(id, ..)| *id);
        for (id, line, k) in all {
            let entry = &mut waiting.lines[line][k];
            if self.navigator.looks_at_departure(self.scene, id) {
                // It looks again as soon as it is its turn.
                entry.routed = None;
            } else {
                entry.path = self.before_entering(id, entry.path);
            }
        }
    }

    /// The path of a vehicle that comes into line or waits there, and had been going to take `path`.
    pub fn before_entering(&mut self, id: VehicleId, path: u32) -> u32 {
        let (scene, planned) = (self.scene, self.paths.planned(self.scene, id));
        if let Some(&path) = [path, planned].iter().find(|&&p| self.is_open(p)) {
            return path;
        }
        let table = &self.paths.table;
        let links = table.links(planned).to_vec();
        let left = table.rest(scene, planned);
        let open = |stop: &Stop| !scene.closures.is_closed(stop.lane);
        let start = Start { lane: LaneId(scene.network.link(links[0]).lanes.start), before: None };
        let blocked = table.blocked_leg(planned).is_some();
        let way = if blocked { self.way(id, start, &links, &left, &open) } else { Some(links) };
        way.and_then(|links| self.path(id, links, &left, &open)).unwrap_or(path)
    }

    /// Whether a path can be driven from its beginning to its end, stops included.
    fn is_open(&self, path: u32) -> bool {
        let closed = |next: super::routes::NextStop| self.scene.closures.is_closed(next.stop.lane);
        self.paths.table.blocked_leg(path).is_none() && !self.paths.table.stops_from(path).any(closed)
    }

    /// Puts a vehicle on another path if its own has become impossible, and tells it how its route goes on from here.
    fn redirect(&mut self, lane: LaneId, v: &mut Vehicle) {
        let scene = self.scene;
        let facts = &scene.lanes[lane.index()];
        let next = v.next.get();
        let commits = !facts.internal && !can_stop(scene, lane, v);
        let ahead = if facts.internal { facts.exit.get() } else { next.filter(|_| commits) };
        let ahead = ahead.map(|m| scene.moves[m.index()].to);
        let table = &self.paths.table;
        let blocked = table.blocked_leg(v.path).is_some_and(|leg| {
            let onto_next = ahead.is_some() || self.leads_on_closed(lane, v);
            leg > v.leg + u16::from(onto_next)
        });
        // Whoever is on the lane of its stop already can still make it.
        let here = |stop: &Stop| stop.lane == lane;
        let closed = |stop: &Stop| scene.closures.is_closed(stop.lane);
        let misses = table.stops_from(v.path).any(|n| closed(&n.stop) && !(here(&n.stop) && n.leg == v.leg));
        if blocked || misses {
            let links = table.links(v.path)[usize::from(v.leg)..].to_vec();
            let mut left = table.rest(scene, v.path);
            left.vias += self.passed(v, left.vias);
            let start = match ahead {
                Some(lane) => Start { lane, before: Some(links[0]) },
                None => Start { lane, before: None },
            };
            let open = |stop: &Stop| !closed(stop) || here(stop);
            let way = if blocked { self.way(v.id, start, &links, &left, &open) } else { Some(links) };
            if let Some(path) = way.and_then(|links| self.path(v.id, links, &left, &open)) {
                (v.path, v.leg) = (path, 0);
                v.flags &= !Flags::STOP_AHEAD;
                if self.paths.table.stop(path).is_some() {
                    v.flags |= Flags::STOP_AHEAD;
                }
            }
        }
        if facts.internal {
            self.paths.table.keep_row(v);
            return;
        }
        self.paths.table.direct(v, usize::from(facts.index));
        if let Some(next) = next.filter(|_| commits) {
            v.next = next;
        }
    }

    /// Whether a vehicle is on a closed lane from which its route goes on.
    fn leads_on_closed(&self, lane: LaneId, v: &Vehicle) -> bool {
        let index = usize::from(self.scene.lanes[lane.index()].index);
        self.scene.closures.is_closed(lane) && !self.paths.table.leg(v.path, v.leg)[index].movement.is_none()
    }

    /// How many more of the links that its trip has to pass in between a vehicle has passed on its path.
    fn passed(&self, v: &Vehicle, before: u16) -> u16 {
        let route = &self.scene.demand.routes[self.scene.departures[v.id.index()].route.index()];
        let mut vias = route.via.iter().flatten().skip(usize::from(before)).peekable();
        let mut passed = 0;
        for link in &self.paths.table.links(v.path)[..=usize::from(v.leg)] {
            while vias.next_if_eq(&link).is_some() {
                passed += 1;
            }
        }
        passed
    }

    /// The fastest open way from `start` to where `links` end, past what is left on the way and still `open`.
    fn way(
        &mut self,
        id: VehicleId,
        start: Start,
        links: &[LinkId],
        left: &Rest,
        open: &dyn Fn(&Stop) -> bool,
    ) -> Option<Vec<LinkId>> {
        let (scene, navigator) = (self.scene, self.navigator);
        let network = &scene.network;
        let departure = &scene.departures[id.index()];
        let to = *links.last()?;
        let past = past(scene, id, left, open);
        let from = network.lane(start.lane).link;
        let mut found = navigator.between(scene, id, from, &past, to, self.search).map(|(_, links)| links);
        if found.is_none() && scene.closures.is_closed(start.lane) {
            // From a closed lane one leaves as it leads.
            let class = scene.types[departure.kind.index()].class;
            let is_open = |l: LaneId| !scene.closures.is_closed(l);
            let past = &past[usize::from(past.first() == Some(&from))..];
            let ways = turns_from(network, start.lane, class, &is_open)
                .filter_map(|(next, _)| navigator.between(scene, id, next, past, to, self.search));
            let best = ways.reduce(|a, b| if b.0 < a.0 { b } else { a });
            found = best.map(|(_, links)| [vec![from], links].concat());
        }
        found.map(|links| start.before.into_iter().chain(links).collect())
    }

    /// The path of a way, with the stops that are left and still `open`; none if it leaves one out.
    fn path(&mut self, id: VehicleId, links: Vec<LinkId>, left: &Rest, open: &dyn Fn(&Stop) -> bool) -> Option<u32> {
        let scene = self.scene;
        let departure = &scene.departures[id.index()];
        let route = &scene.demand.routes[departure.route.index()];
        let stop = |k: &u16| route.stops[usize::from(*k)];
        let kept: Vec<u16> = left.stops.iter().copied().filter(|k| open(&stop(k))).collect();
        let stops: Vec<Stop> = kept.iter().map(stop).collect();
        legs(&scene.network, &links, &stops).ok()?;
        let rest = Rest { stops: kept, vias: left.vias };
        Some(self.paths.find_or_add(scene, Found::of(scene, departure, links, Some(rest))))
    }
}

/// The links that a way has to pass: those of the stops that are left and still `open`, or those that its trip names,
/// without those of stops that are left out.
pub(super) fn past(scene: &Scene, id: VehicleId, left: &Rest, open: &dyn Fn(&Stop) -> bool) -> Vec<LinkId> {
    let route = &scene.demand.routes[scene.departures[id.index()].route.index()];
    let link = |stop: &Stop| scene.network.lane(stop.lane).link;
    let stops = || left.stops.iter().map(|&k| &route.stops[usize::from(k)]);
    match &route.via {
        None => stops().filter(|s| open(s)).map(link).collect(),
        Some(vias) => {
            let left_out: Vec<LinkId> = stops().filter(|s| !open(s)).map(link).collect();
            vias.iter().skip(usize::from(left.vias)).copied().filter(|l| !left_out.contains(l)).collect()
        }
    }
}

/// Whether a vehicle can still stop before the end of its lane.
fn can_stop(scene: &Scene, lane: LaneId, v: &Vehicle) -> bool {
    /// What is left between a driver that settles there and the line, m.
    const ROOM: f32 = 0.5;
    let d = &scene.drivers[v.kind as usize];
    let to_end = scene.lanes[lane.index()].length - v.position;
    v.speed < HALTING || to_end > d.brake_gap(v.speed, d.decel) + v.speed * d.dt + ROOM
}
