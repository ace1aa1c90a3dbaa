//! Loops in the road: what controllers see.
//!
//! A loop is occupied while any part of a vehicle is over it. Its edges carry the time inside the step at which a
//! bumper crossed its border, interpolated along the vehicle's motion. A vehicle that changes lanes onto or off a
//! loop makes an edge at the end of the step.

use bevy::ecs::prelude::Resource;
use crossbeam_channel::{Receiver, Sender};
use intergreen_control::Millis;

use super::scene::Scene;
use super::state::{Traffic, Vehicle};
use crate::network::{LaneId, Network, SignalId};

/// Length of a loop, m.
const LOOP_LENGTH: f32 = 1.8;
/// Distance of the stop-bar loop's far border from the stop line, m.
const STOP_BAR: f32 = 1.0;
/// Distance of the advance loop's near border from the stop line, m.
const ADVANCE: f32 = 40.0;
/// What sums of positions are exact to, m.
const ROUNDING: f32 = 0.01;

/// A loop.
#[derive(Clone, Debug, PartialEq)]
pub struct Sensor {
    /// The lane it lies in.
    pub lane: LaneId,
    /// Near border, m from the start of the lane.
    pub start: f32,
    /// Far border, m from the start of the lane.
    pub end: f32,
    /// The signal whose controller it reports to.
    pub signal: SignalId,
    /// Its number there.
    pub detector: u16,
}

/// All loops, ordered by lane.
#[derive(Clone, Debug, Default)]
pub struct Sensors {
    /// The loops; a sensor's id is its place.
    pub list: Vec<Sensor>,
    /// Lanes with loops: the lane, its first sensor, and one past its last.
    pub lanes: Vec<(LaneId, u32, u32)>,
    /// Number of detectors of each signal.
    pub per_signal: Vec<u16>,
}

/// An edge of a loop.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct SensorEvent {
    /// When.
    pub at: Millis,
    /// Which loop: its place in [`Sensors::list`].
    pub sensor: u32,
    /// Whether it became occupied.
    pub on: bool,
}

impl Sensors {
    /// A stop-bar loop and an advance loop on every lane that a signal controls.
    pub fn at_signals(network: &Network) -> Self {
        let mut sensors = Self { per_signal: vec![0; network.signals.len()], ..Self::default() };
        for (i, lane) in network.lanes.iter().enumerate() {
            let id = LaneId::new(i);
            let head = network.movements_of(id).find_map(|m| network.movement(m).head);
            let (Some(head), false) = (head, lane.permissions.is_footway()) else { continue };
            let first = sensors.list.len() as u32;
            if lane.length > ADVANCE + LOOP_LENGTH {
                sensors.add(id, lane.length - ADVANCE, head.signal);
            }
            sensors.add(id, (lane.length - STOP_BAR - LOOP_LENGTH).max(0.0), head.signal);
            sensors.lanes.push((id, first, sensors.list.len() as u32));
        }
        sensors
    }

    /// Adds a loop that starts at `start`.
    fn add(&mut self, lane: LaneId, start: f32, signal: SignalId) {
        let detector = &mut self.per_signal[signal.index()];
        self.list.push(Sensor { lane, start, end: start + LOOP_LENGTH, signal, detector: *detector });
        *detector += 1;
    }
}

/// The loops' state, and the wire to the controllers.
#[derive(Resource, Debug)]
pub struct SensorState {
    /// Whether each loop is occupied.
    pub occupied: Vec<bool>,
    edges: Vec<SensorEvent>,
    /// Those beyond the end of the lane that is looked at.
    beyond: Vec<Motion>,
    /// Where edges are sent, in order of time, then sensor.
    pub out: Sender<SensorEvent>,
    /// Where controllers get them.
    pub wire: Receiver<SensorEvent>,
}

impl SensorState {
    /// All loops free.
    pub fn new(scene: &Scene) -> Self {
        let (out, wire) = crossbeam_channel::unbounded();
        Self { occupied: vec![false; scene.sensors.list.len()], edges: Vec::new(), beyond: Vec::new(), out, wire }
    }

    /// Finds the edges of the step that ends at `end` and sends them.
    pub fn sense(&mut self, scene: &Scene, traffic: &Traffic, end: Millis) {
        self.edges.clear();
        for &(lane, first, last) in &scene.sensors.lanes {
            self.look_beyond(scene, traffic, lane, &scene.sensors.list[last as usize - 1]);
            // The lane's first vehicle comes next to its loops.
            let to_first = scene.lanes[lane.index()].length - scene.sensors.list[first as usize].start;
            let nobody = self.beyond.is_empty() && traffic.tails[lane.index()].head_to_end > to_first + ROUNDING;
            for s in first..last {
                if !nobody || self.occupied[s as usize] {
                    self.sense_one(scene, traffic, lane, s, end);
                }
            }
        }
        self.edges.sort_unstable();
        for e in &self.edges {
            // The receiver lives as long as the sender: both are in this struct.
            let _ = self.out.send(*e);
        }
    }

    /// Finds those who have left a lane but are or were over its last loop, and so perhaps over others.
    fn look_beyond(&mut self, scene: &Scene, traffic: &Traffic, lane: LaneId, last: &Sensor) {
        self.beyond.clear();
        let facts = &scene.lanes[lane.index()];
        // Tails lie side by side and tell of most lanes that nobody there has come from a loop in this step.
        let away = |lane: LaneId, from_loop: f32| {
            let t = &traffic.tails[lane.index()];
            t.back - t.speed.max(t.speed - t.accel * scene.dt) * scene.dt > ROUNDING - from_loop
        };
        let to_end = facts.length - last.end;
        for m in scene.moves_from(lane) {
            let beyond = &scene.lanes[m.next.index()];
            if !away(m.next, to_end) {
                let all = traffic.lanes[m.next.index()].vehicles.iter().rev();
                let near = all.take_while(|v| v.back() - v.moved <= -to_end);
                let own = near.filter(|v| beyond.internal || v.came_from == lane);
                self.beyond.extend(own.map(|v| Motion::of(v, facts.length)));
            }
            if beyond.internal && !away(beyond.next, to_end + beyond.length) {
                let all = traffic.lanes[beyond.next.index()].vehicles.iter().rev();
                let near = all.take_while(|v| v.back() - v.moved <= -to_end - beyond.length);
                let own = near.filter(|v| v.came_from == m.next);
                self.beyond.extend(own.map(|v| Motion::of(v, facts.length + beyond.length)));
            }
        }
    }

    /// The edges of one loop.
    fn sense_one(&mut self, scene: &Scene, traffic: &Traffic, lane: LaneId, s: u32, end: Millis) {
        let sensor = &scene.sensors.list[s as usize];
        let mut watch = Watch { start: sensor.start, end: sensor.end, covered: false, edges: [None; 4], count: 0 };
        for v in &traffic.lanes[lane.index()].vehicles {
            if v.position < sensor.start {
                break;
            }
            watch.see(&Motion::of(v, 0.0));
        }
        self.beyond.iter().for_each(|m| watch.see(m));
        let step = scene.setup.step.0;
        let mut occupied = self.occupied[s as usize];
        let edges = &mut watch.edges[..watch.count];
        edges.sort_by(|a, b| a.partial_cmp(b).unwrap_or(std::cmp::Ordering::Equal));
        for (share, on) in edges.iter().flatten() {
            if *on != occupied {
                occupied = *on;
                let at = Millis(end.0 - step + (share * step as f32) as i64);
                self.edges.push(SensorEvent { at, sensor: s, on: *on });
            }
        }
        if occupied != watch.covered {
            self.edges.push(SensorEvent { at: end, sensor: s, on: watch.covered });
        }
        self.occupied[s as usize] = watch.covered;
    }
}

/// Where a vehicle is in the measure of a loop's lane, and how it came there.
#[derive(Clone, Copy, Debug)]
struct Motion {
    front: f32,
    length: f32,
    moved: f32,
}

impl Motion {
    /// That of a vehicle whose lane begins `start` metres from the start of the loop's.
    #[inline]
    fn of(v: &Vehicle, start: f32) -> Self {
        Self { front: start + v.position, length: v.length, moved: v.moved }
    }
}

/// One loop during one step.
struct Watch {
    start: f32,
    end: f32,
    /// Whether it is covered at the end of the step.
    covered: bool,
    /// Edges as (share of the step, on); more than four in a step would take vehicles shorter than the loop.
    edges: [Option<(f32, bool)>; 4],
    count: usize,
}

impl Watch {
    /// Whether a vehicle is over the loop, and when it came or left.
    #[inline]
    fn see(&mut self, v: &Motion) {
        let (x, back) = (v.front, v.front - v.length);
        if x > self.start && back < self.end {
            self.covered = true;
        }
        if v.moved <= 0.0 {
            return;
        }
        if x - v.moved <= self.start && x > self.start {
            self.push((self.start - (x - v.moved)) / v.moved, true);
        }
        if back - v.moved < self.end && back >= self.end {
            self.push((self.end - (back - v.moved)) / v.moved, false);
        }
    }

    fn push(&mut self, share: f32, on: bool) {
        if self.count < self.edges.len() {
            self.edges[self.count] = Some((share.clamp(0.0, 1.0), on));
            self.count += 1;
        }
    }
}
