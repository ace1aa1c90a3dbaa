//! Loops in the road: what controllers see.
//!
//! A loop is occupied while any part of a vehicle is over it. Its edges carry the time inside the step at which a
//! bumper crossed its border, interpolated along the vehicle's motion. A vehicle that changes lanes onto or off a
//! loop makes an edge at the end of the step. Where loops lie says [`detectors`](crate::detectors).

use bevy::ecs::prelude::Resource;
use crossbeam_channel::{Receiver, Sender};
use intergreen_control::Millis;

use super::faults::FaultState;
use super::scene::Scene;
use super::state::{Traffic, Vehicle};
use crate::detectors::{Detectors, Piece};
use crate::network::{LaneId, SignalId};

/// What sums of positions are exact to, m.
const ROUNDING: f32 = 0.01;

/// A lane without loops.
const NO_LOOPS: u32 = u32::MAX;

/// A loop: a piece of a channel.
#[derive(Clone, Debug, PartialEq)]
pub struct Sensor {
    /// The lane it lies in.
    pub lane: LaneId,
    /// Near border, m from the start of the lane.
    pub start: f32,
    /// Far border, m from the start of the lane.
    pub end: f32,
    /// Its channel: the place in [`Sensors::channels`].
    pub channel: u32,
}

/// What a controller sees as one detector.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Channel {
    /// The signal whose controller it reports to.
    pub signal: SignalId,
    /// Its number there.
    pub detector: u16,
}

/// The loops of a lane.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LaneLoops {
    /// The lane.
    pub lane: LaneId,
    /// Its first loop in [`Sensors::list`].
    pub first: u32,
    /// One past its last.
    pub last: u32,
    /// Where the one furthest downstream ends, m from the start of the lane.
    pub end: f32,
}

/// All loops, by lane, in a lane from the end upstream.
#[derive(Clone, Debug, Default)]
pub struct Sensors {
    /// The loops; a sensor's id is its place.
    pub list: Vec<Sensor>,
    /// Lanes with loops.
    pub lanes: Vec<LaneLoops>,
    /// The channels, by signal, then number.
    pub channels: Vec<Channel>,
    /// Number of detectors of each signal.
    pub per_signal: Vec<u16>,
}

/// A channel goes on or off.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct SensorEvent {
    /// When.
    pub at: Millis,
    /// Which channel: its place in [`Sensors::channels`].
    pub channel: u32,
    /// Whether it became occupied.
    pub on: bool,
}

impl Sensors {
    /// The loops of these channels.
    pub fn new(detectors: &Detectors) -> Self {
        // A plan file may leave numbers out.
        let numbers = |w: &[u32]| {
            let channels = &detectors.channels[w[0] as usize..w[1] as usize];
            channels.iter().map(|c| c.meaning.channel + 1).max().unwrap_or(0)
        };
        let per_signal = detectors.first.windows(2).map(numbers).collect();
        let mut sensors = Self { per_signal, ..Self::default() };
        for (i, c) in (0_u32..).zip(&detectors.channels) {
            sensors.channels.push(Channel { signal: c.signal, detector: c.meaning.channel });
            let sensor = |p: &Piece| Sensor { lane: p.lane, start: p.start, end: p.end, channel: i };
            sensors.list.extend(c.pieces.iter().map(sensor));
        }
        sensors.list.sort_by(|a, b| a.lane.cmp(&b.lane).then(b.end.total_cmp(&a.end)));
        for (i, s) in (0..).zip(&sensors.list) {
            match sensors.lanes.last_mut().filter(|l| l.lane == s.lane) {
                Some(loops) => loops.last = i + 1,
                None => sensors.lanes.push(LaneLoops { lane: s.lane, first: i, last: i + 1, end: s.end }),
            }
        }
        sensors
    }
}

/// An edge of a loop. They are told in order of time, then channel; loops of one channel, and edges of one loop, in the
/// order in which they were found. One number, the first of these on top: sorted without a branch.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
struct Edge(u64);

/// A step is shorter than 2¹⁵ ms; there are fewer channels, and fewer edges in a step, than this.
const MOST: usize = 1 << 24;

impl Edge {
    /// `after`: how long after the begin of the step, ms; `place`: how many were found before it in its part of the step.
    const fn new(after: u32, channel: u32, place: usize, on: bool) -> Self {
        Self((after as u64) << 49 | (channel as u64) << 25 | (place as u64) << 1 | on as u64)
    }

    const fn after(self) -> u32 {
        (self.0 >> 49) as u32
    }

    const fn channel(self) -> u32 {
        (self.0 >> 25) as u32 & (MOST as u32 - 1)
    }

    const fn is_on(self) -> bool {
        self.0 & 1 == 1
    }
}

/// A step is cut into so many parts: edges are found part by part, and few are left to sort in each.
const PARTS: usize = 16;

/// The part of a step in which something comes so long after its begin, ms.
fn part(after: u32, step: Millis) -> usize {
    // The first four binary digits of as many as the step has.
    let digits = u32::BITS - (step.0 as u32).leading_zeros();
    (after >> digits.saturating_sub(PARTS.ilog2())) as usize
}

/// A lane onto which vehicles come from a lane with loops.
#[derive(Clone, Copy, Debug)]
struct Beyond {
    lane: LaneId,
    /// Where it begins, m from the start of the loops' lane, and from the end of its last loop.
    start: f32,
    from_loop: f32,
    /// A lane's rear end beyond this was not over the last loop, m from the start of the lane.
    clear: f32,
    /// Only those count who came from this lane.
    came_from: Option<LaneId>,
}

/// The lanes beyond the end of a lane with loops: the junction's, and those after it.
fn beyond(scene: &Scene, loops: &LaneLoops) -> Vec<Beyond> {
    let mut found = Vec::new();
    let length = scene.lanes[loops.lane.index()].length;
    let to_end = length - loops.end;
    for m in scene.moves_from(loops.lane) {
        let next = &scene.lanes[m.next.index()];
        let came_from = (!next.internal).then_some(loops.lane);
        found.push(Beyond { lane: m.next, start: length, from_loop: to_end, clear: ROUNDING - to_end, came_from });
        if next.internal {
            let (start, from_loop) = (length + next.length, to_end + next.length);
            let clear = ROUNDING - from_loop;
            found.push(Beyond { lane: next.next, start, from_loop, clear, came_from: Some(m.next) });
        }
    }
    found
}

/// So many loops are looked at side by side: the usual lane has four.
const ABREAST: usize = 4;

/// Loops of a lane, side by side: what happens to them in a step is found for all of them at once, without a branch. One
/// cache line.
#[derive(Clone, Debug)]
#[repr(align(64))]
struct Row {
    /// The place of its first loop.
    first: u32,
    /// The lanes beyond the lane's end: from where to where in the list of all.
    beyond: (u32, u32),
    /// Where each begins and ends, and where the one furthest upstream begins, m from the start of the lane.
    starts: [f32; ABREAST],
    ends: [f32; ABREAST],
    start: f32,
    /// Whether each is occupied: 0 or 1.
    occupied: [u32; ABREAST],
}

const _: () = assert!(size_of::<Row>() == 64);

/// Whether anybody is near a row, which is asked of all of them in every step: mostly nobody is.
#[derive(Clone, Copy, Debug)]
struct Nearby {
    lane: LaneId,
    /// How far before the lane's end vehicles come near the first of its loops, m.
    nearest: f32,
    /// Whether somebody may be beyond the lane's end and yet over its loops: somebody was, or has come there.
    left: bool,
    /// Whether somebody was near its loops in the last step: else all of them are free.
    near: bool,
}

/// What vehicles do to loops side by side in a step; of each 0 or 1.
#[derive(Clone, Copy, Debug)]
struct Done {
    /// Whether somebody covers it at the end of the step.
    covered: [u32; ABREAST],
    /// Whether somebody has left it in the step.
    left: [u32; ABREAST],
}

impl Row {
    /// At most [`ABREAST`] loops of a lane, the first of which stands at a place; and whether each is occupied.
    fn new(first: u32, loops: &[Sensor], occupied: &[bool], beyond: (u32, u32)) -> Self {
        let start = loops.iter().map(|sensor| sensor.start).fold(f32::INFINITY, f32::min);
        // Nobody covers or leaves a loop that is not there.
        let (starts, ends) = ([f32::INFINITY; ABREAST], [f32::NEG_INFINITY; ABREAST]);
        let mut row = Self { first, beyond, starts, ends, start, occupied: [0; ABREAST] };
        for (i, (sensor, occupied)) in loops.iter().zip(occupied).enumerate() {
            (row.starts[i], row.ends[i], row.occupied[i]) = (sensor.start, sensor.end, (*occupied).into());
        }
        row
    }

    /// What vehicles of the lane and those who have left it do.
    #[inline(always)]
    fn see_all(&self, vehicles: &[Vehicle], beyond: &[Motion]) -> Done {
        let mut done = Done { covered: [0; ABREAST], left: [0; ABREAST] };
        for v in vehicles {
            if v.position < self.start {
                break;
            }
            self.see(&Motion::of(v, 0.0), &mut done);
        }
        for m in beyond {
            self.see(m, &mut done);
        }
        done
    }

    /// Adds what somebody does: see [`Watch::see`].
    #[inline(always)]
    fn see(&self, v: &Motion, done: &mut Done) {
        let (x, back) = (v.front, v.front - v.length);
        let before = back - v.moved;
        for i in 0..ABREAST {
            done.covered[i] |= u32::from(x > self.starts[i]) & u32::from(back < self.ends[i]);
            done.left[i] |= u32::from(before < self.ends[i]) & u32::from(back >= self.ends[i]);
        }
    }

    /// Of each, whether it may have an edge: one that nobody has left and that is as it was has none.
    #[inline(always)]
    fn changes(&self, done: &Done) -> [u32; ABREAST] {
        let mut changes = *done;
        for i in 0..ABREAST {
            changes.left[i] |= done.covered[i] ^ self.occupied[i];
        }
        changes.left
    }
}

/// The loops' state, and the wire to the controllers.
#[derive(Resource, Debug)]
pub struct SensorState {
    /// Whether each loop is occupied.
    pub occupied: Vec<bool>,
    /// Of each channel, how many of its loops are.
    on: Vec<u16>,
    /// The edges of the step, by the part of it in which they come.
    edges: [Vec<Edge>; PARTS],
    /// What detectors with faults have come to, as [`Scene::faulty`].
    pub faults: Vec<FaultState>,
    /// Reports of such detectors in the last step that arrive after its end, each with its time of arrival.
    pub late: Vec<SensorEvent>,
    /// Channels that were lost in the last step, or were back.
    pub links: Vec<(u32, bool)>,
    /// All loops, lane by lane; of each row, whether anybody is near it.
    rows: Vec<Row>,
    nearby: Vec<Nearby>,
    /// The lanes beyond the ends of lanes with loops.
    lanes_beyond: Vec<Beyond>,
    /// By lane, its first row of loops, or [`NO_LOOPS`].
    place: Vec<u32>,
    /// Those beyond the end of the lane that is looked at.
    beyond: Vec<Motion>,
    /// Where the edges of a step are sent together, in order of time, then channel.
    pub out: Sender<Vec<SensorEvent>>,
    /// Where controllers get them.
    pub wire: Receiver<Vec<SensorEvent>>,
}

impl SensorState {
    /// All loops free.
    pub fn new(scene: &Scene) -> Self {
        Self::resumed(
            scene,
            vec![false; scene.sensors.list.len()],
            vec![FaultState::new(scene.setup.begin); scene.faulty.len()],
        )
    }

    /// As they were: whether each loop is occupied, and what faults have come to.
    pub fn resumed(scene: &Scene, occupied: Vec<bool>, faults: Vec<FaultState>) -> Self {
        let mut on = vec![0; scene.sensors.channels.len()];
        for (sensor, _) in scene.sensors.list.iter().zip(&occupied).filter(|(_, occupied)| **occupied) {
            on[sensor.channel as usize] += 1;
        }
        // A loop has at most four edges in a step, and one at its end.
        assert!(
            5 * scene.sensors.list.len() < MOST && on.len() < MOST,
            "too many loops: edges do not fit their number"
        );
        assert!(scene.setup.step < Millis(1 << 15), "the step is too long: edges do not fit their number");
        let (mut rows, mut nearby, mut lanes_beyond) = (Vec::new(), Vec::new(), Vec::new());
        let mut place = vec![NO_LOOPS; scene.lanes.len()];
        for loops in &scene.sensors.lanes {
            place[loops.lane.index()] = rows.len() as u32;
            let from = lanes_beyond.len() as u32;
            lanes_beyond.extend(beyond(scene, loops));
            let (beyond, length) = ((from, lanes_beyond.len() as u32), scene.lanes[loops.lane.index()].length);
            for first in (loops.first..loops.last).step_by(ABREAST) {
                let own = first as usize..loops.last.min(first + ABREAST as u32) as usize;
                let row = Row::new(first, &scene.sensors.list[own.clone()], &occupied[own], beyond);
                // The lane's first vehicle comes next to its loops.
                let nearest = length - row.start + ROUNDING;
                nearby.push(Nearby { lane: loops.lane, nearest, left: true, near: true });
                rows.push(row);
            }
        }
        let (out, wire) = crossbeam_channel::unbounded();
        let (edges, late, links, beyond) = (Default::default(), Vec::new(), Vec::new(), Vec::new());
        Self { occupied, on, edges, faults, late, links, rows, nearby, lanes_beyond, place, beyond, out, wire }
    }

    /// Keeps what faults have come to in line with [`Scene::faulty`]; `before`: the channels that had faults until `now`.
    pub fn follow(&mut self, scene: &Scene, before: &[u32], now: Millis) {
        let mut kept = before.iter().zip(std::mem::take(&mut self.faults)).peekable();
        for faulty in &scene.faulty {
            let own = kept.next_if(|(channel, _)| **channel == faulty.channel).map(|(_, state)| state);
            let level = self.on[faulty.channel as usize] > 0;
            self.faults.push(own.unwrap_or(FaultState { level, reported: level, ..FaultState::new(now) }));
        }
    }

    /// Finds the edges of the step that ends at `end` and sends them.
    pub fn sense(&mut self, scene: &Scene, traffic: &Traffic, end: Millis) {
        for lane in &traffic.left {
            let rows = self.nearby.get_mut(self.place[lane.index()] as usize..).unwrap_or_default();
            rows.iter_mut().take_while(|row| row.lane == *lane).for_each(|row| row.left = true);
        }
        for (row, by) in self.rows.iter_mut().zip(&mut self.nearby) {
            self.beyond.clear();
            if by.left {
                let all = &self.lanes_beyond[row.beyond.0 as usize..row.beyond.1 as usize];
                look_beyond(all, traffic, scene.dt, &mut self.beyond);
                by.left = !self.beyond.is_empty();
            }
            let nobody = !by.left && traffic.tails[by.lane.index()].head_to_end > by.nearest;
            if nobody && !by.near {
                continue;
            }
            by.near = !nobody;
            let vehicles: &[Vehicle] = if nobody { &[] } else { &traffic.lanes[by.lane.index()].vehicles };
            let done = row.see_all(vehicles, &self.beyond);
            let changes = row.changes(&done);
            row.occupied = done.covered;
            // Mostly none does.
            if changes == [0; ABREAST] {
                continue;
            }
            let mut bits = changes.iter().rev().fold(0_u32, |bits, &change| bits << 1 | change);
            while bits != 0 {
                let place = row.first as usize + bits.trailing_zeros() as usize;
                bits &= bits - 1;
                let (sensor, occupied) = (&scene.sensors.list[place], &mut self.occupied[place]);
                sense_one(sensor, occupied, vehicles, &self.beyond, scene.setup.step, &mut self.edges);
            }
        }
        self.send(scene, end);
    }

    /// Sends the edges of channels: a channel is on while any of its loops is.
    fn send(&mut self, scene: &Scene, end: Millis) {
        let mut events = Vec::with_capacity(self.edges.iter().map(Vec::len).sum());
        let begin = end - scene.setup.step;
        for part in &mut self.edges {
            part.sort_unstable();
            for e in &*part {
                let channel = e.channel();
                let on = &mut self.on[channel as usize];
                let before = *on;
                *on = (before + u16::from(e.is_on())).saturating_sub(u16::from(!e.is_on()));
                if (before == 0) != (*on == 0) {
                    let at = begin + Millis(i64::from(e.after()));
                    events.push(SensorEvent { at, channel, on: e.is_on() });
                }
            }
            part.clear();
        }
        if !scene.faulty.is_empty() {
            self.spoil(scene, &mut events, end);
        }
        if !events.is_empty() {
            // The receiver lives as long as the sender: both are in this struct.
            let _ = self.out.send(events);
        }
    }

    /// Puts what detectors with faults report in the place of their edges.
    fn spoil(&mut self, scene: &Scene, events: &mut Vec<SensorEvent>, end: Millis) {
        self.late.clear();
        self.links.clear();
        let is_faulty = |e: &SensorEvent| scene.faulty.binary_search_by_key(&e.channel, |f| f.channel).is_ok();
        let (mut spoilt, mut sent): (Vec<_>, Vec<_>) = std::mem::take(events).into_iter().partition(is_faulty);
        // Each channel's in order of time.
        spoilt.sort_by_key(|e| e.channel);
        for (faulty, state) in scene.faulty.iter().zip(&mut self.faults) {
            let channel = faulty.channel;
            let first = spoilt.partition_point(|e| e.channel < channel);
            let own = &spoilt[first..first + spoilt[first..].partition_point(|e| e.channel == channel)];
            faulty.report(state, own, (end - scene.setup.step, end), |on, arrives| {
                let event = SensorEvent { at: arrives, channel, on };
                if arrives > end { self.late.push(event) } else { sent.push(event) }
            });
            self.links.extend(faulty.heartbeats(state, (end - scene.setup.step, end)).map(|up| (channel, up)));
        }
        sent.sort_by_key(|e| (e.at, e.channel));
        *events = sent;
    }
}

/// Finds those who have left a lane for those beyond its end, but are or were over its last loop, and so perhaps over others.
fn look_beyond(lanes: &[Beyond], traffic: &Traffic, dt: f32, found: &mut Vec<Motion>) {
    for b in lanes {
        // Tails lie side by side and tell of most lanes that nobody there has come from a loop in this step.
        let t = &traffic.tails[b.lane.index()];
        let before = t.speed - t.accel.min(0.0) * dt;
        if t.back - before * dt > b.clear {
            continue;
        }
        for v in traffic.lanes[b.lane.index()].vehicles.iter().rev() {
            if v.back() - v.moved > -b.from_loop {
                break;
            }
            if b.came_from.is_none_or(|lane| v.came_from == lane) {
                found.push(Motion::of(v, b.start));
            }
        }
    }
}

/// The edges of one loop; `vehicles`: those of its lane that may be near it. Apart: most loops have none in a step, and
/// whoever looks at all of them needs the registers.
#[inline(never)]
fn sense_one(
    sensor: &Sensor,
    occupied: &mut bool,
    vehicles: &[Vehicle],
    beyond: &[Motion],
    step: Millis,
    found: &mut [Vec<Edge>; PARTS],
) {
    let mut watch =
        Watch { start: sensor.start, end: sensor.end, over: 0, covered: false, edges: [(0.0, false); 4], count: 0 };
    for v in vehicles {
        if v.position < sensor.start {
            break;
        }
        watch.see(&Motion::of(v, 0.0));
    }
    beyond.iter().for_each(|m| watch.see(m));
    let mut tell = |after: u32, on: bool| {
        let found = &mut found[part(after, step)];
        found.push(Edge::new(after, sensor.channel, found.len(), on));
    };
    let edges = &mut watch.edges[..watch.count];
    if edges.len() > 1 {
        // Who comes in the moment in which another leaves comes first: the loop stays covered.
        let key = |edge: &(f32, bool)| (edge.0, !edge.1);
        edges.sort_by(|a, b| key(a).partial_cmp(&key(b)).unwrap_or(std::cmp::Ordering::Equal));
    }
    let (mut over, mut is_on) = (watch.over, *occupied);
    for &(share, on) in &*edges {
        over = if on { over + 1 } else { over.saturating_sub(1) };
        // Long loops have room for several: one that leaves does not free them while another is there.
        if on != is_on && (on || over == 0) {
            is_on = on;
            tell(moment(share, step), on);
        }
    }
    if is_on != watch.covered {
        tell(step.0 as u32, watch.covered);
    }
    *occupied = watch.covered;
}

/// When a share of a step is over, ms from its begin. Its begin belongs to the step before: controllers have lived
/// through that moment, and would not do the same in a replay where they hear of it in time.
fn moment(share: f32, step: Millis) -> u32 {
    ((share * step.0 as f32) as u32).max(1)
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
    /// How many were over it at the start of the step.
    over: u32,
    /// Whether it is covered at the end of the step.
    covered: bool,
    /// Edges as (share of the step, on); more than four in a step would take vehicles shorter than the loop.
    edges: [(f32, bool); 4],
    count: usize,
}

impl Watch {
    /// Whether a vehicle is over the loop, and when it came or left.
    #[inline]
    fn see(&mut self, v: &Motion) {
        let (x, back) = (v.front, v.front - v.length);
        let (x_before, back_before) = (x - v.moved, back - v.moved);
        // Without a branch: nobody could foretell which way it goes.
        self.covered |= (x > self.start) & (back < self.end);
        self.over += u32::from((x_before > self.start) & (back_before < self.end));
        if (x_before <= self.start) & (x > self.start) {
            self.push((self.start - x_before) / v.moved, true);
        }
        if (back_before < self.end) & (back >= self.end) {
            self.push((self.end - back_before) / v.moved, false);
        }
    }

    fn push(&mut self, share: f32, on: bool) {
        if self.count < self.edges.len() {
            self.edges[self.count] = (share.clamp(0.0, 1.0), on);
            self.count += 1;
        }
    }
}

#[cfg(test)]
mod tests;
