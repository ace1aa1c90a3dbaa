//! Vehicles as the graphics card gets them: where each was a step ago and is now, in between it moves there by itself.
//!
//! Terms
//! - **body**: something rigid. A car is one body, a tram several.
//! - **record**: twelve numbers of four bytes that a shader reads: pose before, pose now and speed, then colour, flags,
//!   length and width.

use super::burn::Engines;
use super::paint::{Colour, KINDS, kind, ramp};
use super::snapshot::{STANDING, Seen, Snapshot};
use super::tracks::{Pose, Tracks};
use crate::demand::VehicleId;
use crate::network::{Direction, MovementId, Network};
use crate::sim::Scene;

/// Vehicles longer than this have joints, m.
const RIGID: f32 = 15.5;
/// A body of such a vehicle is at most so long, m.
const WAGON: f32 = 10.0;
/// Gap between its bodies, m.
const JOINT: f32 = 0.35;
/// Further than this in a step nobody moves: it is drawn at its new place at once, m.
const LEAP: f32 = 60.0;
/// Deceleration at which brake lights are on, m/s².
const BRAKES: f32 = -0.6;
/// Distance before a junction from which turns are shown, m.
const SIGNALS: f32 = 50.0;
/// Standing this long has the last colour of the ramp, s.
const LONG_WAIT: f32 = 90.0;
/// Time lost that has the last colour, s.
const LONG_DELAY: f32 = 180.0;
/// CO₂ that has the last colour, g/s: a car that speeds up.
const MUCH_CO2: f32 = 6.0;

/// Numbers in a record.
pub const WORDS: usize = 12;

/// Bits of a record's flags.
pub mod flag {
    /// Brake lights are on.
    pub const BRAKE: u32 = 1;
    /// The left indicator blinks.
    pub const LEFT: u32 = 2;
    /// The right one does.
    pub const RIGHT: u32 = 4;
    /// It is selected.
    pub const SELECTED: u32 = 8;
    /// It is the first body of its vehicle: it has a windscreen.
    pub const FIRST: u32 = 16;
    /// It is the last body of its vehicle: it has rear lights.
    pub const LAST: u32 = 32;
    /// Its kind (see [`KINDS`](super::KINDS)) begins at this bit.
    pub const KIND: u32 = 8;
}

/// What colours of vehicles tell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum VehicleLayer {
    /// Their speed against the limit.
    #[default]
    Speed,
    /// How long they have stood.
    Waiting,
    /// Time lost so far.
    Delay,
    /// CO₂ just now.
    Co2,
    /// What they are.
    Class,
}

impl VehicleLayer {
    /// All of them, in the order of the key.
    pub const ALL: [Self; 5] = [Self::Speed, Self::Waiting, Self::Delay, Self::Co2, Self::Class];

    /// What it is called.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Speed => "speed",
            Self::Waiting => "waiting",
            Self::Delay => "delay",
            Self::Co2 => "CO₂",
            Self::Class => "class",
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
            Self::Speed => ("standing".into(), "at the limit".into()),
            Self::Waiting => (format!("stands {LONG_WAIT:.0} s"), "not standing".into()),
            Self::Delay => (format!("lost {LONG_DELAY:.0} s"), "0 s".into()),
            Self::Co2 => (format!("{MUCH_CO2:.0} g/s CO₂"), "0".into()),
            Self::Class => return None,
        };
        Some((red, green))
    }
}

/// Something rigid.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Body {
    /// The vehicle.
    pub id: VehicleId,
    /// Where it was.
    pub before: Pose,
    /// Where it is.
    pub now: Pose,
    /// Length, m.
    pub length: f32,
    /// Width, m.
    pub width: f32,
    /// Its vehicle's place in the snapshot.
    seen: u32,
    /// Flags that do not hang on what is selected.
    flags: u32,
}

impl Body {
    /// Where it is drawn a share `t` of the way through a step.
    pub fn at(&self, t: f32) -> (f32, f32) {
        let (a, b) = (self.before, self.now);
        (a.x + (b.x - a.x) * t, a.y + (b.y - a.y) * t)
    }
}

/// All vehicles on the network as they are drawn.
#[derive(Clone, Debug, Default)]
pub struct Fleet {
    /// The bodies, in the order of the snapshot; those of a vehicle from the front.
    pub bodies: Vec<Body>,
    old: Vec<Body>,
    /// By vehicle: where its first body was last.
    first: Vec<u32>,
}

impl Fleet {
    /// Takes over a snapshot's vehicles. What they were a snapshot ago is where they come from.
    pub fn place(&mut self, snapshot: &Snapshot, scene: &Scene, tracks: &Tracks) {
        std::mem::swap(&mut self.bodies, &mut self.old);
        self.bodies.clear();
        for (seen, v) in (0..).zip(&snapshot.vehicles) {
            let kind_of = &scene.types[usize::from(v.kind)];
            let wagons = if v.length > RIGID { (v.length / WAGON).ceil() } else { 1.0 };
            let long = (v.length - (wagons - 1.0) * JOINT) / wagons;
            let flags = lights(&scene.network, v) | (kind(kind_of.class) as u32) << flag::KIND;
            let was = self.first.get(v.id.index()).map_or(usize::MAX, |&i| i as usize);
            if self.first.len() <= v.id.index() {
                self.first.resize(v.id.index() + 1, u32::MAX);
            }
            self.first[v.id.index()] = self.bodies.len() as u32;
            for k in 0..wagons as usize {
                let front = v.position - k as f32 * (long + JOINT);
                let now = tracks.body(v.lane, v.came_from, front, long);
                let old = self.old.get(was.saturating_add(k)).filter(|old| old.id == v.id);
                let near = |old: &&Body| (old.now.x - now.x).abs() + (old.now.y - now.y).abs() < LEAP;
                let before = old.filter(near).map_or(now, |old| old.now);
                let first = if k == 0 { flag::FIRST } else { 0 };
                let last = if k + 1 == wagons as usize { flag::LAST } else { 0 };
                let width = kind_of.width as f32;
                self.bodies.push(Body {
                    id: v.id,
                    before,
                    now,
                    length: long,
                    width,
                    seen,
                    flags: flags | first | last,
                });
            }
        }
    }

    /// The first body of a vehicle, if it is there.
    pub fn find(&self, id: VehicleId) -> Option<&Body> {
        self.bodies.get(*self.first.get(id.index())? as usize).filter(|b| b.id == id)
    }

    /// Writes the records of the snapshot that was placed last.
    pub fn pack(
        &self,
        snapshot: &Snapshot,
        scene: &Scene,
        (layer, selected): (VehicleLayer, Option<VehicleId>),
        records: &mut Vec<u32>,
    ) {
        let engines = (layer == VehicleLayer::Co2).then(|| Engines::of(scene));
        records.clear();
        records.reserve(self.bodies.len() * WORDS);
        for body in &self.bodies {
            let Some(v) = snapshot.vehicles.get(body.seen as usize) else { continue };
            let colour = colour(layer, v, body.flags, (scene, engines.as_ref()));
            let flags = body.flags | if selected == Some(body.id) { flag::SELECTED } else { 0 };
            let (a, b) = (body.before, body.now);
            let floats = [a.x, a.y, a.heading, 0.0, b.x, b.y, b.heading, v.speed];
            records.extend(floats.map(f32::to_bits));
            records.extend([colour.packed(), flags, body.length.to_bits(), body.width.to_bits()]);
        }
    }
}

/// The colour of a vehicle.
fn colour(layer: VehicleLayer, v: &Seen, flags: u32, (scene, engines): (&Scene, Option<&Engines>)) -> Colour {
    match layer {
        VehicleLayer::Speed if v.speed < STANDING => ramp(0.0),
        VehicleLayer::Speed => ramp(0.08 + 0.92 * v.speed / scene.lanes[v.lane.index()].limit.max(0.1)),
        VehicleLayer::Waiting => ramp(1.0 - v.waiting / LONG_WAIT),
        VehicleLayer::Delay => ramp(1.0 - v.lost / LONG_DELAY),
        VehicleLayer::Co2 => ramp(1.0 - engines.map_or(0.0, |e| e.rate_of(v)) / MUCH_CO2),
        VehicleLayer::Class => {
            let base = KINDS[((flags >> flag::KIND) as usize).min(KINDS.len() - 1)].1;
            // Neighbours in a queue are told apart by a little more or less light.
            let shade = (v.id.0.wrapping_mul(0x9e37_79b1) >> 24) as f32 / 255.0;
            base.mix(Colour(255, 255, 255), 0.22 * shade).mix(Colour(0, 0, 0), 0.12 * (1.0 - shade))
        }
    }
}

/// Brake lights and indicators.
fn lights(network: &Network, v: &Seen) -> u32 {
    let brake = if v.accel < BRAKES || v.speed < STANDING { flag::BRAKE } else { 0 };
    let lane = network.lane(v.lane);
    let near = lane.internal || lane.length - v.position < SIGNALS;
    brake | if near { indicator(network, v.next) } else { 0 }
}

/// The indicator for a movement, or for the way through a junction that it belongs to.
fn indicator(network: &Network, next: MovementId) -> u32 {
    let Some(next) = next.get() else { return 0 };
    let entry = network.movement(next).entry;
    match network.movement(entry.get().unwrap_or(next)).direction {
        Direction::Left | Direction::PartLeft | Direction::UTurn => flag::LEFT,
        Direction::Right | Direction::PartRight => flag::RIGHT,
        Direction::Straight | Direction::None => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::Point;
    use crate::view::test_world::after;

    #[test]
    fn records_say_where_everybody_was_and_is() {
        let mut sim = after(200);
        let scene = sim.scene().clone();
        let tracks = Tracks::new(&scene.network, Point::default());
        let (mut fleet, mut snapshot, mut records) = (Fleet::default(), Snapshot::default(), Vec::new());
        snapshot.look(&sim);
        fleet.place(&snapshot, &scene, &tracks);
        // Whoever is new has not moved.
        assert!(fleet.bodies.iter().all(|b| b.before == b.now));
        let was = fleet.bodies.clone();
        sim.step();
        snapshot.look(&sim);
        fleet.place(&snapshot, &scene, &tracks);
        fleet.pack(&snapshot, &scene, (VehicleLayer::Class, Some(snapshot.vehicles[0].id)), &mut records);
        assert_eq!(records.len(), fleet.bodies.len() * WORDS);
        assert!(fleet.bodies.len() >= snapshot.vehicles.len() && snapshot.vehicles.len() > 20);
        for body in &fleet.bodies {
            let old = was.iter().find(|old| old.id == body.id && old.flags & flag::FIRST == body.flags & flag::FIRST);
            if let Some(old) = old.filter(|_| body.flags & (flag::FIRST | flag::LAST) == flag::FIRST | flag::LAST) {
                assert_eq!(body.before, old.now);
            }
            let v = snapshot.vehicles[body.seen as usize];
            let moved = libm::hypotf(body.now.x - body.before.x, body.now.y - body.before.y);
            assert!(moved <= v.speed.max(15.0) * 0.5 + 4.0, "{moved} m in half a second");
            assert_eq!(fleet.find(v.id).map(|b| b.id), Some(v.id));
        }
        let first = &records[..WORDS];
        assert_eq!(f32::from_bits(first[4]), fleet.bodies[0].now.x);
        assert_eq!(f32::from_bits(first[10]), fleet.bodies[0].length);
        assert_ne!(first[9] & flag::SELECTED, 0);
    }

    #[test]
    fn long_vehicles_have_joints_and_keep_their_length() {
        let sim = after(100);
        let scene = sim.scene().clone();
        let tracks = Tracks::new(&scene.network, Point::default());
        let mut snapshot = Snapshot::default();
        snapshot.look(&sim);
        let mut tram = snapshot.vehicles[0];
        tram.length = 31.0;
        tram.position = 40.0;
        snapshot.vehicles = vec![tram];
        let mut fleet = Fleet::default();
        fleet.place(&snapshot, &scene, &tracks);
        assert_eq!(fleet.bodies.len(), 4);
        let long: f32 = fleet.bodies.iter().map(|b| b.length).sum::<f32>() + 3.0 * JOINT;
        assert!((long - 31.0).abs() < 1e-3, "{long}");
        assert_eq!(fleet.bodies[0].flags & (flag::FIRST | flag::LAST), flag::FIRST);
        assert_eq!(fleet.bodies[3].flags & (flag::FIRST | flag::LAST), flag::LAST);
    }
}
