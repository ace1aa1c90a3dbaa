//! Grades: drivers uphill and downhill.
//!
//! Every lane has one grade, the mean over its length, in its direction of travel. A driver on it accelerates by less or by
//! more ([`Driver::on_grade`]); speeds, headways and braking are those of level streets.

use std::collections::BTreeMap;

use super::scene::{LaneFacts, Scene};
use crate::behaviour::Driver;
use crate::demand::VehicleType;
use crate::network::{LaneId, Network};

impl Scene {
    /// The grade of a lane, metres up for each metre driven.
    #[inline]
    pub fn grade(&self, lane: LaneId) -> f64 {
        f64::from(self.network.lane(lane).grade) / 100.0
    }
}

/// The drivers of all types on level lanes, then on each grade of the network; lanes are told where theirs begin.
pub(super) fn drivers(network: &Network, types: &[VehicleType], dt: f32, lanes: &mut [LaneFacts]) -> Vec<Driver> {
    let mut drivers: Vec<Driver> = types.iter().map(|t| Driver::new(t, dt)).collect();
    let mut known = BTreeMap::from([(0, 0)]);
    for (lane, facts) in network.lanes.iter().zip(lanes) {
        // To a tenth of a percent, or every lane of a city would have drivers of its own.
        let grade = libm::roundf(10.0 * lane.grade) as i32;
        facts.drivers = *known.entry(grade).or_insert_with(|| {
            let begin = drivers.len();
            drivers.extend_from_within(..types.len());
            drivers[begin..].iter_mut().for_each(|d| *d = d.on_grade(0.1 * grade as f32));
            begin as u32
        });
    }
    drivers
}
