//! Where the ways of a signal's movements meet, and how far that is from their stop lines.

use std::collections::BTreeMap;

use crate::network::{ConflictKind, Direction, LaneId, Movement, MovementId, Network, Signal, VehicleClass, geometry};
use intergreen_control::plan::Clearance;

/// Turns of a smaller radius are driven slowly, m (RiLSA).
const TIGHT: f64 = 10.0;

/// The stretch of a way, as distances from its stop line, m.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stretch {
    pub start: f64,
    pub end: f64,
}

/// A place where two ways touch.
#[derive(Clone, Copy, Debug)]
pub(super) struct Touch {
    pub crossing: bool,
    /// On the first way, on the second.
    pub stretches: [Stretch; 2],
}

/// Two movements whose ways cross or merge.
#[derive(Clone, Debug)]
pub(super) struct Meeting {
    /// The smaller id first.
    pub ways: [MovementId; 2],
    /// Which of them is bound to give way to the other.
    pub yields: [bool; 2],
    /// Where they touch, at least once.
    pub touches: Vec<Touch>,
}

impl Meeting {
    /// Whether the ways cross: those that do so and lead to one lane besides count as crossing.
    pub fn crosses(&self) -> bool {
        self.touches.iter().any(|t| t.crossing)
    }
}

/// All meetings among the movements of a signal, each once.
pub(super) fn meetings(network: &Network, signal: &Signal) -> Vec<Meeting> {
    // Which ways lead over an internal lane, and how far it is from their lines.
    let mut over: BTreeMap<LaneId, Vec<(MovementId, f64)>> = BTreeMap::new();
    for &m in &signal.movements {
        let mut from_line = 0.0;
        for lane in network.inside(network.movement(m)) {
            over.entry(lane).or_default().push((m, from_line));
            from_line += f64::from(network.lane(lane).length);
        }
    }
    let mut found: BTreeMap<[MovementId; 2], Meeting> = BTreeMap::new();
    for (&lane, here) in &over {
        for c in network.lane(lane).conflicts.iter().filter(|c| c.kind != ConflictKind::Diverging) {
            for &(a, a0) in here {
                // Each pair of ways is seen from both; once is enough.
                for &(b, b0) in over.get(&c.foe).into_iter().flatten().filter(|(b, _)| a < *b) {
                    let stretch = |from: f64, start: f32, end: f32| Stretch {
                        start: from + f64::from(start),
                        end: from + f64::from(end),
                    };
                    let touch = Touch {
                        crossing: c.kind == ConflictKind::Crossing,
                        stretches: [stretch(a0, c.start, c.end), stretch(b0, c.foe_start, c.foe_end)],
                    };
                    let new = || Meeting { ways: [a, b], yields: [false; 2], touches: Vec::new() };
                    let meeting = found.entry([a, b]).or_insert_with(new);
                    meeting.yields[0] |= c.yields;
                    meeting.yields[1] |= c.foe_yields;
                    meeting.touches.push(touch);
                }
            }
        }
    }
    found.into_values().collect()
}

/// The group of a movement that obeys a lamp.
pub(super) fn group(network: &Network, m: MovementId) -> Option<u16> {
    network.movement(m).head.map(|h| h.group)
}

/// The links a movement leads from and to, by their names.
pub(super) fn way(network: &Network, m: MovementId) -> (String, String) {
    let name = |lane: LaneId| network.link(network.lane(lane).link).id.clone();
    let m = network.movement(m);
    (name(m.from), name(m.to))
}

/// Heading in which a movement arrives at its stop line, and heading in which it leaves, rad.
pub(super) fn headings(network: &Network, m: &Movement) -> [f64; 2] {
    let (from, to) = (&network.lane(m.from).shape, &network.lane(m.to).shape);
    [geometry::along(from, geometry::length(from)).1, geometry::along(to, 0.0).1]
}

/// The difference of two headings, −π to π.
pub(super) fn between(a: f64, b: f64) -> f64 {
    libm::remainder(a - b, std::f64::consts::TAU)
}

/// Whether vehicles of a class may take a movement.
pub(super) fn is_open_to(network: &Network, m: MovementId, class: VehicleClass) -> bool {
    let m = network.movement(m);
    network.lane(m.from).permissions.allows(class) && network.is_passable(m, class)
}

/// How fast a movement is cleared and entered.
pub(super) fn pace(network: &Network, id: MovementId) -> Clearance {
    let m = network.movement(id);
    if only_bicycles(network, id) {
        return Clearance::BICYCLE;
    }
    if matches!(m.direction, Direction::Straight | Direction::None) {
        return Clearance::STRAIGHT;
    }
    let [arrives, leaves] = headings(network, m);
    let turned = between(leaves, arrives).abs();
    let length: f64 = network.inside(m).map(|lane| f64::from(network.lane(lane).length)).sum();
    let tight = m.direction == Direction::UTurn || (turned > 0.1 && length / turned < TIGHT);
    if tight { Clearance::TURNING_TIGHTLY } else { Clearance::TURNING }
}

/// Whether nobody but bicycles may take a movement.
pub(super) fn only_bicycles(network: &Network, m: MovementId) -> bool {
    is_open_to(network, m, VehicleClass::Bicycle) && !MOTORS.iter().any(|&c| is_open_to(network, m, c))
}

/// Whether only buses and the like may take a movement.
pub(super) fn only_buses(network: &Network, m: MovementId) -> bool {
    [VehicleClass::Bus, VehicleClass::Coach, VehicleClass::Tram].iter().any(|&c| is_open_to(network, m, c))
        && !is_open_to(network, m, VehicleClass::Passenger)
}

/// Classes with a motor that drive on streets.
const MOTORS: &[VehicleClass] = &[
    VehicleClass::Passenger,
    VehicleClass::Taxi,
    VehicleClass::Bus,
    VehicleClass::Coach,
    VehicleClass::Delivery,
    VehicleClass::Truck,
    VehicleClass::Trailer,
    VehicleClass::Tram,
    VehicleClass::Motorcycle,
];
