//! Numbers of lanes that roads are coloured by: means over the last half a minute or so, so that colours do not flicker.

use intergreen_control::Millis;

use super::paint::{Colour, Scheme, ramp};
use super::snapshot::{STANDING, Snapshot};
use crate::draw::Surface;
use crate::network::{LaneId, Network};
use crate::sim::Scene;

/// What was seen counts half after this time, s.
const HALF_LIFE: f64 = 30.0;
/// Road that a vehicle in a queue takes, m.
const SPACE: f32 = 7.0;

/// What colours of roads tell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RoadLayer {
    /// Nothing: roads look like roads.
    #[default]
    Plain,
    /// Mean speed against the limit.
    Speed,
    /// Share of the lane that is taken by vehicles that stand.
    Queue,
}

/// Sums of a lane, in which the past fades.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Sums {
    /// Vehicle-seconds.
    vehicles: f32,
    /// Of those, standing.
    standing: f32,
    /// Speed over limit, times vehicle-seconds.
    speed: f32,
}

/// Sums of all lanes.
#[derive(Clone, Debug, Default)]
pub struct LaneBooks {
    sums: Vec<Sums>,
    seconds: f32,
    last: Option<Millis>,
}

impl LaneBooks {
    /// Adds what a snapshot shows.
    pub fn add(&mut self, snapshot: &Snapshot, scene: &Scene) {
        self.sums.resize(scene.lanes.len(), Sums::default());
        let span = self.last.map_or(1.0, |last| (snapshot.now - last).seconds().clamp(0.0, 60.0));
        if self.last == Some(snapshot.now) {
            return;
        }
        self.last = Some(snapshot.now);
        let keep = libm::exp2(-span / HALF_LIFE) as f32;
        let span = span as f32;
        self.seconds = self.seconds * keep + span;
        for sums in &mut self.sums {
            *sums = Sums { vehicles: sums.vehicles * keep, standing: sums.standing * keep, speed: sums.speed * keep };
        }
        for v in &snapshot.vehicles {
            let sums = &mut self.sums[v.lane.index()];
            sums.vehicles += span;
            sums.standing += if v.speed < STANDING { span } else { 0.0 };
            sums.speed += span * (v.speed / scene.lanes[v.lane.index()].limit.max(0.1)).min(1.0);
        }
    }

    /// A lane's number from 0 (bad) to 1 (good); none where there is nothing to tell.
    pub fn value(&self, layer: RoadLayer, lane: LaneId, scene: &Scene) -> Option<f32> {
        let sums = self.sums.get(lane.index())?;
        match layer {
            RoadLayer::Plain => None,
            RoadLayer::Speed => (sums.vehicles > 0.5).then(|| sums.speed / sums.vehicles),
            RoadLayer::Queue => {
                let standing = sums.standing / self.seconds.max(0.1);
                (standing > 0.05).then(|| 1.0 - standing * SPACE / scene.lanes[lane.index()].length)
            }
        }
    }
}

/// The colour of a lane's surface without a layer.
pub fn surface(scheme: &Scheme, network: &Network, lane: LaneId) -> Colour {
    let facts = network.lane(lane);
    match Surface::of(facts) {
        _ if facts.permissions.is_footway() => scheme.footway,
        Surface::Inside => scheme.junction,
        Surface::Footway => scheme.footway,
        Surface::Cycle => scheme.cycle,
        Surface::Rail => scheme.rail,
        Surface::Bus => scheme.bus,
        Surface::Road => scheme.road,
    }
}

/// The colours of all lanes.
pub fn colours(
    scheme: &Scheme,
    (layer, books): (RoadLayer, &LaneBooks),
    scene: &Scene,
    closed: &[LaneId],
) -> Vec<Colour> {
    let network = &scene.network;
    let lanes = (0..network.lanes.len()).map(LaneId::new);
    let mut all: Vec<Colour> = lanes
        .map(|lane| {
            let plain = surface(scheme, network, lane);
            let value = books.value(layer, lane, scene).filter(|_| !network.lane(lane).internal);
            value.map_or(plain, |v| ramp(v).mix(plain, 0.25))
        })
        .collect();
    closed.iter().for_each(|lane| all[lane.index()] = scheme.closed);
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::paint::Theme;
    use crate::view::test_world::{after, long_lane};

    #[test]
    fn numbers_of_lanes_fade_and_tell_queues_from_flow() {
        let sim = after(60);
        let scene = sim.scene().clone();
        let lane = long_lane(&scene.network);
        let mut snapshot = Snapshot::default();
        snapshot.look(&sim);
        let mut stands = snapshot.vehicles[0];
        (stands.lane, stands.speed) = (lane, 0.0);
        let drives = super::super::snapshot::Seen { speed: scene.lanes[lane.index()].limit, ..stands };
        let mut books = LaneBooks::default();
        let mut see = |books: &mut LaneBooks, v, seconds: i64| {
            for _ in 0..seconds {
                snapshot.now += Millis(1000);
                snapshot.vehicles = vec![v; 4];
                books.add(&snapshot, &scene);
            }
        };
        see(&mut books, drives, 60);
        assert!(books.value(RoadLayer::Speed, lane, &scene) > Some(0.99));
        assert_eq!(books.value(RoadLayer::Queue, lane, &scene), None);
        see(&mut books, stands, 30);
        let mixed = books.value(RoadLayer::Speed, lane, &scene).expect("somebody is there");
        assert!((0.2..0.6).contains(&mixed), "{mixed}");
        assert!(books.value(RoadLayer::Queue, lane, &scene).is_some_and(|v| v < 1.0));
        let scheme = Theme::Dark.scheme();
        let all = colours(&scheme, (RoadLayer::Queue, &books), &scene, &[LaneId(0)]);
        assert_eq!((all.len(), all[0]), (scene.lanes.len(), scheme.closed));
        assert_ne!(all[lane.index()], scheme.road);
    }
}
