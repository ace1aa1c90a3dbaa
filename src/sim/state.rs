//! What moves: packed vehicle records, owned by the lanes they are on.

use bevy::ecs::prelude::Resource;
use serde::{Deserialize, Serialize};

use super::scene::LaneFacts;
use crate::behaviour::Driver;
use crate::demand::VehicleId;
use crate::network::{LaneId, MovementId};

/// A vehicle on the network: everything the step reads and writes, 112 bytes.
///
/// Lanes own their vehicles, front first, because a vehicle's neighbours are what a step looks at most. Vehicle
/// entities hold what the step does not need.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Vehicle {
    /// What its random draws hang on.
    pub key: u64,
    /// Front bumper, m from the start of the lane.
    pub position: f32,
    /// Speed, m/s, ≥ 0.
    pub speed: f32,
    /// Acceleration of the last step, m/s².
    pub accel: f32,
    /// Length, m.
    pub length: f32,
    /// Who it is.
    pub id: VehicleId,
    /// The path it follows, see [`RouteTable`](super::routes::RouteTable).
    pub path: u32,
    /// Where the choices on its leg of the path begin: the step would look them up for every vehicle.
    pub row: u32,
    /// The movement it takes at the end of this lane; none if the route ends or does not go on from this lane.
    pub next: MovementId,
    /// The lane it came from.
    pub came_from: LaneId,
    /// Its type.
    pub kind: u16,
    /// Which link of its route it is on (on an internal lane: the link it left).
    pub leg: u16,
    /// Lanes to move to reach the nearest one that the route goes on from longest: left positive.
    pub offset: i8,
    /// See [`Flags`].
    pub flags: u8,
    /// How many times it has come to a stand.
    pub stops: u16,
    /// Desired speed / speed limit.
    pub speed_factor: f32,
    /// Desired time headway, s.
    pub tau: f32,
    /// How long it has stood, s.
    pub waiting: f32,
    /// How far from the start of this lane it can go without changing lanes, m.
    pub reach: f32,
    /// Appetite for the left lane (negative: the right one) for speed.
    pub lc_gain: f32,
    /// Appetite for the kerb lane, ≤ 0.
    pub lc_keep: f32,
    /// Speed that its look-ahead for lane changes hangs on, m/s.
    pub lc_speed: f32,
    /// Speed it will not exceed in the next step to help a lane change; infinite if none.
    pub advised: f32,
    /// Step in which it entered the conflict area of the junction it is in; `u32::MAX` while it has not.
    pub entered: u32,
    /// Distance moved in the last step, m.
    pub moved: f32,
    /// Rest of the reaction time at green, s; negative: rest of the time until it may cross a line at which it gives way,
    /// since another crossed it (see [`Headways`](crate::behaviour::headway::Headways)).
    pub delay: f32,
    /// Rest of the time for which it accepts a short headway after a lane change, s.
    pub relax: f32,
    /// Time lost so far against its own free speed, s.
    pub time_loss: f32,
    /// Time stood so far, s.
    pub waited: f32,
    /// Length of the lanes left behind, less where it started, m.
    pub odometer: f32,
}

/// The record is what the step moves through the cache: a field more should be a decision.
const _: () = assert!(size_of::<Vehicle>() == 112);

/// Bits of [`Vehicle::flags`].
pub struct Flags;

impl Flags {
    /// Stood at a red lamp in the last step: a driver needs time to react to green.
    pub const AT_RED: u8 = 1;
    /// Saw a yellow too late to stop, or a red where there is no yellow, or would one that follows on a lamp that is out
    /// of order; kept as long as it cannot stop before a line ahead that is closed.
    pub const LATE_YELLOW: u8 = 2;
    /// Waits, or slows down to wait, at a line ahead.
    pub const WAITS: u8 = 4;
    /// Has a scheduled stop to make: its path ends there.
    pub const STOP_AHEAD: u8 = 8;
    /// Stands at its scheduled stop.
    pub const STOPPED: u8 = 16;
    /// Has to arrive at a given speed.
    pub const SLOW_ARRIVAL: u8 = 32;
    /// Somebody is before it at a line at which it gives way.
    pub const FOLLOWS: u8 = 64;
    /// What a plan does not touch.
    pub const KEPT: u8 = Self::STOP_AHEAD | Self::STOPPED | Self::SLOW_ARRIVAL;
}

impl Vehicle {
    /// Rear bumper, m from the start of the lane; negative while it reaches back onto an earlier lane.
    #[inline(always)]
    pub fn back(&self) -> f32 {
        self.position - self.length
    }

    /// Its length and standing gap, m.
    #[inline(always)]
    pub fn space(&self, drivers: &[Driver]) -> f32 {
        self.length + drivers[self.kind as usize].min_gap
    }

    /// Distance driven since departure, m.
    #[inline]
    pub fn distance(&self) -> f32 {
        self.odometer + self.position
    }
}

/// The rear end of the last vehicle of a lane: all that a vehicle on another lane needs to know of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tail {
    /// Its rear bumper, m from the start of the lane; infinite if the lane is empty.
    pub back: f32,
    /// Its speed, m/s.
    pub speed: f32,
    /// Its acceleration, m/s².
    pub accel: f32,
    /// How hard it is expected to brake, m/s².
    pub decel: f32,
    /// Its length, m.
    pub length: f32,
    /// The lane it came from.
    pub came_from: LaneId,
    /// Who it is.
    pub id: VehicleId,
    /// Distance from the front of the lane's first vehicle to the end of the lane, m.
    pub head_to_end: f32,
    /// Speed of the lane's first vehicle, m/s.
    pub head_speed: f32,
}

impl Tail {
    /// The tail of an empty lane.
    pub const EMPTY: Self = Self {
        back: f32::INFINITY,
        speed: 0.0,
        accel: 0.0,
        decel: 1.0,
        length: 0.0,
        came_from: LaneId::NONE,
        id: VehicleId::NONE,
        head_to_end: f32::INFINITY,
        head_speed: 0.0,
    };

    /// Whether there is a vehicle.
    #[inline(always)]
    pub fn exists(&self) -> bool {
        self.back < f32::INFINITY
    }
}

/// The vehicles of one lane, front first.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct LaneTraffic {
    /// Ordered by position, greatest first.
    pub vehicles: Vec<Vehicle>,
}

/// How full a lane is: what those want to know who are bound for it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Storage {
    /// Length of its vehicles and their standing gaps, m.
    pub taken: f32,
    /// Room at its start behind the vehicles that stand on it, m; may be negative.
    pub room: f32,
    /// Whether it is held up: somebody stands on it, or its last vehicle waits at a line ahead.
    pub held: bool,
}

/// A vehicle that stands and has to change lanes before the first vehicle of another lane.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Begging {
    /// The lane whose first vehicle is asked to let it in.
    pub lane: LaneId,
    /// Where that one has to stop, m beyond the end of its lane; may be negative.
    pub beyond: f32,
}

/// All moving state, by dense lane id.
#[derive(Resource, Clone, Debug, Default)]
pub struct Traffic {
    /// The lanes' vehicles.
    pub lanes: Vec<LaneTraffic>,
    /// The lanes' tails, as of the end of the last step.
    pub tails: Vec<Tail>,
    /// How full each lane is, as of the end of the last step.
    pub storage: Vec<Storage>,
    /// Last vehicles that changed lanes while they still reached back onto a lane that does not lead to their new
    /// one; ordered by that lane.
    pub askew: Vec<Tail>,
    /// Vehicles that stand and cannot change lanes for those who come from a link before; ordered by their lane.
    pub begging: Vec<Begging>,
    /// Lanes over whose ends vehicles have gone in the last step: the last of each, and before a junction's lane the one
    /// from which it was entered.
    pub left: Vec<LaneId>,
}

impl Traffic {
    /// Empty lanes.
    pub fn new(lanes: &[LaneFacts]) -> Self {
        Self {
            lanes: vec![LaneTraffic::default(); lanes.len()],
            tails: vec![Tail::EMPTY; lanes.len()],
            storage: lanes.iter().map(|l| Storage { taken: 0.0, room: l.length, held: false }).collect(),
            askew: Vec::new(),
            begging: Vec::new(),
            left: Vec::new(),
        }
    }

    /// Where the first vehicle of a lane has to stop to let others in, m beyond the end of the lane.
    pub fn begging_before(&self, lane: LaneId) -> impl Iterator<Item = f32> {
        let start = self.begging.partition_point(|b| b.lane < lane);
        self.begging[start..].iter().take_while(move |b| b.lane == lane).map(|b| b.beyond)
    }

    /// Vehicles that still reach back onto a lane which does not lead to the one they have changed to.
    #[inline]
    pub fn askew_over(&self, lane: LaneId) -> impl Iterator<Item = &Tail> {
        super::rears::askew(&self.askew, lane)
    }

    /// All vehicles with their lanes, in lane order, front first.
    pub fn vehicles(&self) -> impl Iterator<Item = (LaneId, &Vehicle)> {
        self.lanes.iter().enumerate().flat_map(|(l, lane)| lane.vehicles.iter().map(move |v| (LaneId::new(l), v)))
    }

    /// Number of vehicles on the network.
    pub fn count(&self) -> usize {
        self.lanes.iter().map(|l| l.vehicles.len()).sum()
    }
}
