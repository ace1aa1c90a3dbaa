//! The chained state hash: two runs with the same hash went through the same states.

use bevy::ecs::prelude::Resource;
use intergreen_control::Input;

use super::control::{Controllers, Lamps};
use super::navigation::Navigator;
use super::post::Post;
use super::sensors::SensorState;
use super::state::{Traffic, Vehicle};
use super::stops::Halts;
use crate::random::mix;

/// Time between links of the chain, s.
pub const EVERY_S: i64 = 60;

/// The chain so far.
#[derive(Resource, Clone, Copy, Debug, PartialEq, Eq)]
pub struct StateHash(pub u64);

impl Default for StateHash {
    fn default() -> Self {
        Self(0x1234_5678_9ABC_DEF0)
    }
}

impl StateHash {
    /// Folds one number in.
    #[inline]
    fn fold(&mut self, value: u64) {
        self.0 = mix(self.0.rotate_left(5) ^ value).wrapping_add(0x9E37_79B9_7F4A_7C15);
    }

    /// Folds two floats in, to the bit.
    #[inline]
    fn fold2(&mut self, a: f32, b: f32) {
        self.fold(u64::from(a.to_bits()) << 32 | u64::from(b.to_bits()));
    }

    /// Folds the state in: vehicles, lamps, sensors and controllers in id order, and where vehicles look for their
    /// way the speeds they assume and the paths they took. Names and entities stay out.
    pub fn link(
        &mut self,
        step: u32,
        (traffic, halts): (&Traffic, &Halts),
        lamps: &Lamps,
        (sensors, post): (&SensorState, &Post),
        controllers: &Controllers,
        navigator: &Navigator,
    ) {
        self.fold(u64::from(step));
        let mut vehicles: Vec<_> = traffic.vehicles().collect();
        vehicles.sort_unstable_by_key(|(_, v)| v.id);
        for (lane, v) in &vehicles {
            self.vehicle(lane.0, v);
        }
        for halt in &halts.list {
            self.fold(u64::from(halt.lane.0) << 32 | u64::from(halt.id.0));
            self.fold(halt.since.0.cast_unsigned());
            self.fold(halt.over.0.cast_unsigned());
            if let Some(v) = &halt.parked {
                self.vehicle(halt.lane.0, v);
            }
        }
        if navigator.is_needed() {
            vehicles.iter().for_each(|(_, v)| self.fold(u64::from(v.path)));
            navigator.speeds.all().iter().for_each(|speed| self.fold(speed.to_bits()));
        }
        for lamp in &lamps.shown {
            self.fold(*lamp as u64);
        }
        for occupied in &sensors.occupied {
            self.fold(u64::from(*occupied));
        }
        for state in &sensors.faults {
            self.fold(u64::from(state.level) << 1 | u64::from(state.reported));
            self.fold(state.arrived.0.cast_unsigned());
            let heartbeat = state.heartbeat;
            self.fold(heartbeat.heard().0.cast_unsigned() << 1 | u64::from(heartbeat.is_lost()));
        }
        for (signal, input) in post.coming() {
            self.fold(u64::from(*signal));
            self.input(input);
        }
        let mut bytes = Vec::new();
        for c in &controllers.list {
            bytes.clear();
            c.save(&mut bytes);
            self.fold(bytes.len() as u64);
            for part in bytes.chunks(8) {
                self.fold(part.iter().fold(0, |n, &b| n << 8 | u64::from(b)));
            }
        }
    }

    /// Folds an input in that is on its way.
    fn input(&mut self, input: &Input) {
        self.fold(input.at().0.cast_unsigned());
        match *input {
            Input::Vehicle(r) => {
                self.fold(u64::from(r.vehicle) << 32 | u64::from(r.lane) << 16 | u64::from(r.age_ms));
                self.fold(u64::from(r.distance_dm) << 16 | u64::from(r.speed_cm_s));
            }
            Input::Neighbour(r) => {
                self.fold(u64::from(r.exit) << 32 | u64::from(r.queued) << 16 | u64::from(r.room));
                self.fold(u64::from(r.age_ms));
            }
            Input::Departures(r) => {
                self.fold(u64::from(r.feeder) << 32 | u64::from(r.left) << 16 | u64::from(r.age_ms))
            }
            Input::Detector(e) => self.fold(u64::from(e.detector) << 1 | u64::from(e.on)),
            // Commands are on no way, and what becomes of a channel is known at once.
            Input::Command { .. } | Input::Channel { .. } => {}
        }
    }

    /// Folds a vehicle in.
    fn vehicle(&mut self, lane: u32, v: &Vehicle) {
        self.fold(u64::from(lane) << 32 | u64::from(v.id.0));
        self.fold2(v.position, v.speed);
        self.fold2(v.accel, v.waiting);
        self.fold2(v.lc_gain, v.lc_keep);
        self.fold2(v.lc_speed, 0.0);
        self.fold2(v.advised, v.delay);
        self.fold2(v.time_loss, v.odometer);
        self.fold2(v.relax, v.waited);
        self.fold2(v.reach, v.moved);
        self.fold2(v.tau, v.speed_factor);
        self.fold(u64::from(v.stops) << 32 | u64::from(v.kind) << 8 | u64::from(v.offset.cast_unsigned()));
        self.fold(u64::from(v.next.0) << 32 | u64::from(v.came_from.0));
        self.fold(u64::from(v.entered) << 32 | u64::from(v.leg) << 16 | u64::from(v.flags));
    }
}
