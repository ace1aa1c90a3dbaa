//! The time-space diagram of a corridor: who was where when, and what the lamps along it showed.
//!
//! Terms
//! - **tracer**: notes both beside the simulation, once a second; what it has noted travels with snapshots.
//! - **path**: what one vehicle drove on the corridor without leaving it.

use std::collections::BTreeMap;
use std::sync::Arc;

use intergreen_control::{Lamp, Millis};

use super::corridor::Corridor;
use crate::demand::VehicleId;
use crate::sim::Simulation;

/// How far the diagram goes back, s.
pub const SPAN_S: f64 = 600.0;
/// Time between two looks at vehicles.
const EVERY: Millis = Millis(1000);
/// A vehicle that was not seen for longer has left the corridor in between, s.
const AWAY_S: f64 = 2.5;

/// A vehicle at a moment.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spot {
    /// When, s.
    pub time: f64,
    /// Who.
    pub vehicle: VehicleId,
    /// Where, m from the begin of the corridor.
    pub at: f32,
}

/// What was noted since it was last taken.
#[derive(Clone, Debug, Default)]
pub struct Traced {
    /// The corridor; none: nobody wants one.
    pub corridor: Option<Arc<Corridor>>,
    /// Vehicles, by time.
    pub spots: Vec<Spot>,
    /// Lamps that changed: when, s, at which stop, to what.
    pub lamps: Vec<(f64, u16, Lamp)>,
}

/// Notes what happens on a corridor.
#[derive(Clone, Debug)]
pub struct Tracer {
    corridor: Arc<Corridor>,
    next: Millis,
    shown: Vec<Option<Lamp>>,
    traced: Traced,
}

impl Tracer {
    /// Of a corridor from now on.
    pub fn new(corridor: Corridor, now: Millis) -> Self {
        let shown = vec![None; corridor.stops.len()];
        Self { corridor: Arc::new(corridor), next: now, shown, traced: Traced::default() }
    }

    /// Notes a step.
    pub fn look(&mut self, sim: &Simulation) {
        let (now, time) = (sim.now(), sim.now().seconds());
        for (i, (stop, shown)) in (0..).zip(self.corridor.stops.iter().zip(&mut self.shown)) {
            let lamp = sim.lamps().shown.get(stop.lamp as usize).copied();
            if let Some(lamp) = lamp.filter(|_| lamp != *shown) {
                *shown = Some(lamp);
                self.traced.lamps.push((time, i, lamp));
            }
        }
        if now < self.next {
            return;
        }
        self.next = now + EVERY;
        for lane in self.corridor.lanes() {
            for v in &sim.traffic().lanes[lane.index()].vehicles {
                let at = self.corridor.place(lane, v.position).unwrap_or_default();
                self.traced.spots.push(Spot { time, vehicle: v.id, at });
            }
        }
    }

    /// Hands over what was noted since the last time.
    pub fn take(&mut self, into: &mut Traced) {
        into.corridor = Some(self.corridor.clone());
        into.spots.append(&mut self.traced.spots);
        into.lamps.append(&mut self.traced.lamps);
    }
}

/// The diagram.
#[derive(Clone, Debug, Default)]
pub struct TimeSpace {
    /// The corridor.
    pub corridor: Arc<Corridor>,
    /// Paths: times, s, and places, m.
    pub paths: Vec<Vec<[f64; 2]>>,
    /// Of each stop, when which lamp came on, s.
    pub lamps: Vec<Vec<(f64, Lamp)>>,
    /// The path that each vehicle is on.
    current: BTreeMap<VehicleId, usize>,
}

impl TimeSpace {
    /// Takes over what was noted; another corridor begins a new diagram.
    pub fn take(&mut self, traced: &Traced) {
        let Some(corridor) = &traced.corridor else { return };
        if !Arc::ptr_eq(corridor, &self.corridor) {
            let lamps = vec![Vec::new(); corridor.stops.len()];
            *self = Self { corridor: corridor.clone(), lamps, ..Self::default() };
        }
        let first = traced.spots.first().map(|s| s.time).into_iter().chain(traced.lamps.first().map(|l| l.0));
        let Some(first) = first.reduce(f64::min) else { return };
        // A command was taken back: what came after it has never been.
        self.paths.iter_mut().for_each(|path| path.retain(|p| p[0] < first));
        self.lamps.iter_mut().for_each(|lamps| lamps.retain(|l| l.0 < first));
        for spot in &traced.spots {
            let point = [spot.time, f64::from(spot.at)];
            let goes_on = |last: &[f64; 2]| point[0] - last[0] <= AWAY_S && point[1] >= last[1] - 1.0;
            let path = self.current.get(&spot.vehicle).and_then(|&i| self.paths.get_mut(i));
            match path.filter(|path| path.last().is_some_and(goes_on)) {
                Some(path) => path.push(point),
                None => {
                    self.current.insert(spot.vehicle, self.paths.len());
                    self.paths.push(vec![point]);
                }
            }
        }
        for &(time, stop, lamp) in &traced.lamps {
            if let Some(lamps) = self.lamps.get_mut(usize::from(stop)) {
                lamps.push((time, lamp));
            }
        }
        self.forget(self.now() - SPAN_S);
    }

    /// The first moment that is known, s; none: nothing is.
    pub fn since(&self) -> Option<f64> {
        let paths = self.paths.iter().filter_map(|p| p.first()).map(|p| p[0]);
        let lamps = self.lamps.iter().filter_map(|l| l.first()).map(|l| l.0);
        paths.chain(lamps).reduce(f64::min)
    }

    /// The last moment that is known, s.
    pub fn now(&self) -> f64 {
        let paths = self.paths.iter().filter_map(|p| p.last()).map(|p| p[0]);
        let lamps = self.lamps.iter().filter_map(|l| l.last()).map(|l| l.0);
        paths.chain(lamps).fold(f64::NEG_INFINITY, f64::max)
    }

    /// Drops what ended before a time.
    fn forget(&mut self, before: f64) {
        let old = |path: &Vec<[f64; 2]>| path.last().is_none_or(|p| p[0] < before);
        if self.paths.iter().filter(|p| old(p)).count() * 4 > self.paths.len() {
            let mut places = vec![None; self.paths.len()];
            let mut kept = Vec::new();
            for (i, path) in std::mem::take(&mut self.paths).into_iter().enumerate().filter(|(_, p)| !old(p)) {
                places[i] = Some(kept.len());
                kept.push(path);
            }
            self.paths = kept;
            self.current.retain(|_, i| match places.get(*i).copied().flatten() {
                Some(place) => {
                    *i = place;
                    true
                }
                None => false,
            });
        }
        for lamps in &mut self.lamps {
            // The lamp that was on then stays.
            let gone = lamps.partition_point(|l| l.0 < before).saturating_sub(1);
            lamps.drain(..gone);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::LinkId;
    use crate::view::test_world::after;

    #[test]
    fn paths_go_forward_and_stop_at_red() {
        let mut sim = after(60);
        let links = 0..sim.scene().network.links.len();
        let all = links.map(|i| Corridor::through(sim.scene(), LinkId::new(i)));
        let corridor = all.max_by_key(|c| c.links.len()).expect("there are links");
        let stops = corridor.stops.clone();
        let (mut tracer, mut diagram) = (Tracer::new(corridor, sim.now()), TimeSpace::default());
        let take = |tracer: &mut Tracer, diagram: &mut TimeSpace| {
            let mut traced = Traced::default();
            tracer.take(&mut traced);
            diagram.take(&traced);
        };
        while sim.now() < Millis(1_500_000) {
            sim.step();
            tracer.look(&sim);
            take(&mut tracer, &mut diagram);
        }
        assert!(diagram.paths.len() > 50, "{}", diagram.paths.len());
        for path in &diagram.paths {
            assert!(path.windows(2).all(|w| w[0][0] < w[1][0] && w[1][1] >= w[0][1] - 1.0));
            assert!(path.last().expect("it has points")[0] >= 1500.0 - SPAN_S - SPAN_S / 2.0);
        }
        for (stop, lamps) in stops.iter().zip(&diagram.lamps) {
            assert!(lamps.windows(2).all(|w| w[0].0 < w[1].0 && w[0].1 != w[1].1), "{}", stop.name);
            assert!(lamps.iter().any(|l| l.1 == Lamp::Red) && lamps.len() > 4, "{}", stop.name);
            // Who passes the line does not pass it on red, a step aside.
            let shown = |t: f64| lamps.iter().rev().find(|l| l.0 <= t).map(|l| l.1);
            let line = f64::from(stop.at);
            let passes = diagram.paths.iter().flat_map(|p| p.windows(2)).filter(|w| w[0][1] < line && w[1][1] >= line);
            let (mut all, mut red) = (0, 0);
            for w in passes {
                all += 1;
                red += u32::from((0..=4).all(|k| shown(w[0][0] - 1.0 + 0.5 * f64::from(k)) == Some(Lamp::Red)));
            }
            // Turning traffic obeys lamps of its own.
            assert!(all == 0 || red * 4 < all, "{}: {red} of {all}", stop.name);
        }
        // What is taken back is forgotten.
        let earlier = Traced {
            corridor: Some(tracer.corridor.clone()),
            spots: vec![Spot { time: 1200.0, vehicle: VehicleId(0), at: 0.0 }],
            lamps: Vec::new(),
        };
        diagram.take(&earlier);
        assert_eq!(diagram.now(), 1200.0);
    }
}
