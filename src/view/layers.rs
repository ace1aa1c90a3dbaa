//! Numbers of lanes that roads are coloured by: means over the last half a minute or so, so that colours do not flicker.

use intergreen_control::Millis;

use super::burn::Engines;
use super::paint::{Colour, Scheme, ramp};
use super::snapshot::{STANDING, Snapshot};
use crate::draw::Surface;
use crate::network::{LaneId, Network};
use crate::sim::Scene;

/// What was seen counts half after this time, s.
const HALF_LIFE: f64 = 30.0;
/// The same of what comes and goes with greens: flow, delay, CO₂.
const SLOW_HALF_LIFE: f64 = 120.0;
/// What has the last colour: vehicles in an hour on a lane; time lost by a vehicle, s (beyond 80 s a level of service is F);
/// kilograms of CO₂ in an hour on a kilometre of lane.
const FULL_FLOW: f32 = 1800.0;
const FULL_DELAY: f32 = 80.0;
/// Standing for so long, mean of a lane's vehicles, has the last colour, s.
const FULL_WAIT: f32 = 60.0;
const FULL_CO2: f32 = 400.0;
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
    /// How long those on the lane have stood, mean.
    Waiting,
    /// Share of the lane that is taken by vehicles that stand.
    Queue,
    /// Vehicles that leave over the end of the lane, per hour.
    Flow,
    /// Time lost on the lane by those who leave it, mean.
    Delay,
    /// CO₂ per hour and length.
    Co2,
    /// How full the lane is, less how full those are to which it leads.
    Pressure,
    /// Nothing on roads: a map of delay lies over them.
    Heat,
}

impl RoadLayer {
    /// All of them, in the order of the key.
    pub const ALL: [Self; 9] = [
        Self::Plain,
        Self::Speed,
        Self::Waiting,
        Self::Queue,
        Self::Flow,
        Self::Delay,
        Self::Co2,
        Self::Pressure,
        Self::Heat,
    ];

    /// What it is called.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Speed => "speed",
            Self::Waiting => "waiting",
            Self::Queue => "queue",
            Self::Flow => "flow",
            Self::Delay => "delay",
            Self::Co2 => "CO₂",
            Self::Pressure => "pressure",
            Self::Heat => "heat map",
        }
    }

    /// The one after it, around.
    #[must_use]
    pub fn next(self) -> Self {
        let place = Self::ALL.iter().position(|&layer| layer == self).map_or(0, |i| i + 1);
        Self::ALL[place % Self::ALL.len()]
    }

    /// What the first and the last colour of the ramp mean, red first; none: it has no ramp.
    pub fn ends(self) -> Option<(String, String)> {
        let (red, green) = match self {
            Self::Plain => return None,
            Self::Speed => ("standing".into(), "at the limit".into()),
            Self::Waiting => (format!("stood for {FULL_WAIT:.0} s, mean"), "not standing".into()),
            Self::Queue => ("full of a queue".into(), "none".into()),
            Self::Flow => (format!("{FULL_FLOW:.0} veh/h a lane"), "0".into()),
            Self::Delay => (format!("lost {FULL_DELAY:.0} s a vehicle"), "0 s".into()),
            Self::Co2 => (format!("{FULL_CO2:.0} kg CO₂ an hour and km"), "0".into()),
            Self::Pressure => ("full before, empty beyond".into(), "balanced".into()),
            Self::Heat => (format!("{:.0} held-up vehicles a hectare", super::heat::FULL), "0".into()),
        };
        Some((red, green))
    }
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
    /// Time stood, times vehicle-seconds, s.
    stood: f32,
}

/// The same of what fades more slowly.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Slow {
    /// Vehicles that have left.
    left: f32,
    /// Seconds lost.
    lost: f32,
    /// CO₂, g; kept only while somebody wants to see it.
    co2: f32,
}

/// Sums of all lanes.
#[derive(Clone, Debug, Default)]
pub struct LaneBooks {
    sums: Vec<Sums>,
    seconds: f32,
    slow: Vec<Slow>,
    slow_seconds: f32,
    /// Time over which CO₂ was added up, fading as it does.
    co2_seconds: f32,
    /// Of each lane, vehicles that had left it by then.
    flow: Vec<u32>,
    last: Option<Millis>,
}

impl LaneBooks {
    /// Adds what a snapshot shows; `layer`: what somebody looks at.
    pub fn add(&mut self, snapshot: &Snapshot, scene: &Scene, layer: RoadLayer) {
        if self.last.is_some_and(|last| snapshot.now < last) {
            // A command was taken back: what came after it has never been.
            *self = Self::default();
        }
        self.sums.resize(scene.lanes.len(), Sums::default());
        self.slow.resize(scene.lanes.len(), Slow::default());
        let span = self.last.map_or(1.0, |last| (snapshot.now - last).seconds().min(60.0));
        if self.last == Some(snapshot.now) {
            return;
        }
        self.last = Some(snapshot.now);
        let (keep, slowly) = (libm::exp2(-span / HALF_LIFE) as f32, libm::exp2(-span / SLOW_HALF_LIFE) as f32);
        let span = span as f32;
        self.seconds = self.seconds * keep + span;
        self.slow_seconds = self.slow_seconds * slowly + span;
        let engines = (layer == RoadLayer::Co2).then(|| Engines::of(scene));
        self.co2_seconds = if engines.is_some() { self.co2_seconds * slowly + span } else { 0.0 };
        for sums in &mut self.sums {
            let &mut Sums { vehicles, standing, speed, stood } = sums;
            let [vehicles, standing, speed, stood] = [vehicles, standing, speed, stood].map(|sum| sum * keep);
            *sums = Sums { vehicles, standing, speed, stood };
        }
        let kept = if engines.is_some() { slowly } else { 0.0 };
        for (slow, (&now, was)) in self.slow.iter_mut().zip(snapshot.flow.iter().zip(&self.flow)) {
            slow.left += now.saturating_sub(*was) as f32;
        }
        for slow in &mut self.slow {
            *slow = Slow { left: slow.left * slowly, lost: slow.lost * slowly, co2: slow.co2 * kept };
        }
        self.flow.clone_from(&snapshot.flow);
        for v in &snapshot.vehicles {
            let lane = v.lane.index();
            let share = (v.speed / scene.lanes[lane].limit.max(0.1)).min(1.0);
            let (sums, slow) = (&mut self.sums[lane], &mut self.slow[lane]);
            sums.vehicles += span;
            sums.standing += if v.speed < STANDING { span } else { 0.0 };
            sums.speed += span * share;
            sums.stood += span * v.waiting;
            slow.lost += span * (1.0 - share);
            slow.co2 += engines.as_ref().map_or(0.0, |e| e.rate_of(v) * span);
        }
    }

    /// How full a lane is, 0 to 1.
    fn taken(&self, lane: LaneId, scene: &Scene) -> f32 {
        let vehicles = self.sums.get(lane.index()).map_or(0.0, |s| s.vehicles) / self.seconds.max(0.1);
        (vehicles * SPACE / scene.lanes[lane.index()].length.max(SPACE)).min(1.0)
    }

    /// A lane's number from 0 (bad) to 1 (good); none where there is nothing to tell.
    pub fn value(&self, layer: RoadLayer, lane: LaneId, scene: &Scene) -> Option<f32> {
        let sums = self.sums.get(lane.index())?;
        let slow = self.slow.get(lane.index())?;
        match layer {
            RoadLayer::Plain | RoadLayer::Heat => None,
            RoadLayer::Flow => {
                let flow = slow.left * 3600.0 / self.slow_seconds.max(1.0);
                (flow > 10.0).then(|| 1.0 - flow / FULL_FLOW)
            }
            // Where somebody is held up and nobody gets away, as much as there is.
            RoadLayer::Delay => {
                let delay = slow.lost / slow.left.max(0.5);
                (slow.lost > 1.0).then(|| 1.0 - delay / FULL_DELAY)
            }
            RoadLayer::Co2 => {
                let grams = slow.co2 / self.co2_seconds.max(1.0) / scene.lanes[lane.index()].length.max(1.0);
                // g/s/m are 3600 kg/h/km.
                (grams > 0.0).then(|| 1.0 - grams * 3600.0 / FULL_CO2)
            }
            RoadLayer::Pressure => {
                let network = &scene.network;
                let to = network.movements_of(lane).map(|m| network.movement(m).to);
                let beyond: Vec<f32> = to.map(|lane| self.taken(lane, scene)).collect();
                let mean = beyond.iter().sum::<f32>() / beyond.len().max(1) as f32;
                let pressure = self.taken(lane, scene) - mean;
                (pressure > 0.02 && !beyond.is_empty()).then_some(1.0 - pressure)
            }
            RoadLayer::Waiting => {
                let mean = sums.stood / sums.vehicles.max(0.1);
                (sums.vehicles > 0.5 && mean > 1.0).then(|| 1.0 - mean / FULL_WAIT)
            }
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
    use crate::view::snapshot::Seen;
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
        let drives = Seen { speed: scene.lanes[lane.index()].limit, ..stands };
        let mut books = LaneBooks::default();
        let mut see = |books: &mut LaneBooks, v, seconds: i64| {
            for _ in 0..seconds {
                snapshot.now += Millis(1000);
                snapshot.vehicles = vec![v; 4];
                books.add(&snapshot, &scene, RoadLayer::Co2);
            }
        };
        see(&mut books, drives, 60);
        assert!(books.value(RoadLayer::Speed, lane, &scene) > Some(0.99));
        assert_eq!(books.value(RoadLayer::Queue, lane, &scene), None);
        see(&mut books, stands, 30);
        let mixed = books.value(RoadLayer::Speed, lane, &scene).expect("somebody is there");
        assert!((0.2..0.6).contains(&mixed), "{mixed}");
        assert!(books.value(RoadLayer::Queue, lane, &scene).is_some_and(|v| v < 1.0));
        assert_eq!(books.value(RoadLayer::Waiting, lane, &scene), None, "they stand since a moment ago, each time");
        see(&mut books, Seen { waiting: 60.0, ..stands }, 600);
        assert!(books.value(RoadLayer::Waiting, lane, &scene).is_some_and(|v| v < 0.05));
        // Nobody has left: what those who stand have lost has the worst colour. A queue of four on one lane has pressure.
        assert!(books.value(RoadLayer::Delay, lane, &scene).is_some_and(|v| v < 0.5));
        assert_eq!(books.value(RoadLayer::Flow, lane, &scene), None);
        assert!(books.value(RoadLayer::Pressure, lane, &scene).is_some_and(|v| v < 1.0));
        assert!(books.value(RoadLayer::Co2, lane, &scene).is_some_and(|v| v < 1.0));
        let scheme = Theme::Dark.scheme();
        let all = colours(&scheme, (RoadLayer::Queue, &books), &scene, &[LaneId(0)]);
        assert_eq!((all.len(), all[0]), (scene.lanes.len(), scheme.closed));
        assert_ne!(all[lane.index()], scheme.road);
    }

    #[test]
    fn flow_is_what_leaves_a_lane() {
        let mut sim = after(60);
        let scene = sim.scene().clone();
        let (mut snapshot, mut books) = (Snapshot::default(), LaneBooks::default());
        let begin = sim.measures().lanes.clone();
        while sim.now() < Millis(660_000) {
            sim.step();
            snapshot.look(&sim);
            books.add(&snapshot, &scene, RoadLayer::Flow);
        }
        let counted = |i: usize| f64::from(sim.measures().lanes[i].flow - begin[i].flow) * 6.0;
        let lanes = (0..scene.lanes.len()).filter(|&i| !scene.network.lane(LaneId::new(i)).internal);
        let busiest = lanes.max_by(|&a, &b| counted(a).total_cmp(&counted(b))).expect("there are roads");
        let value = books.value(RoadLayer::Flow, LaneId::new(busiest), &scene).expect("somebody has left");
        let flow = f64::from((1.0 - value) * FULL_FLOW);
        // A mean that fades over two cycles or so against one of ten minutes: within a third of each other.
        assert!((flow / counted(busiest) - 1.0).abs() < 0.34, "{flow} {}", counted(busiest));
    }

    #[test]
    fn keys_go_around_all_layers() {
        let mut seen = vec![RoadLayer::default()];
        while seen.len() < RoadLayer::ALL.len() {
            seen.push(seen[seen.len() - 1].next());
        }
        assert_eq!(seen, RoadLayer::ALL);
        assert_eq!(seen[seen.len() - 1].next(), RoadLayer::default());
        assert!(RoadLayer::ALL.iter().all(|l| l.ends().is_some() != (*l == RoadLayer::Plain)));
    }
}
