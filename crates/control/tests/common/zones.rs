//! Zones at stop lines.

use intergreen_control::{
    PlanSpec,
    plan::{DetectorKind, DetectorMode, DetectorPlace, DetectorUse, GroupSpec},
};

use crate::streets::streets;

/// A zone at the stop line of a lane.
fn zone(channel: u16, group: &str, lane: &str) -> DetectorUse {
    let place = DetectorPlace {
        kind: DetectorKind::StopBar,
        lane: lane.into(),
        distance_m: 0.0,
        length_m: 12.0,
        speed_m_s: 14.0,
    };
    DetectorUse { channel, groups: vec![group.into()], place: Some(place), ..DetectorUse::default() }
}

/// The usual loop 38 m before the line of a lane that extends its green.
pub fn advance_loop(channel: u16, group: &str, lane: &str) -> DetectorUse {
    let zone = zone(channel, group, lane);
    let place = zone.place.map(|place| DetectorPlace { kind: DetectorKind::X, distance_m: 38.0, ..place });
    DetectorUse { mode: DetectorMode::Extend, usual: true, place, ..zone }
}

/// The two streets with two lanes each.
pub fn two_lanes_each(group: impl Fn(&str) -> GroupSpec) -> PlanSpec {
    let detectors = vec![zone(0, "A", "a_0"), zone(1, "A", "a_1"), zone(2, "B", "b_0"), zone(3, "B", "b_1")];
    PlanSpec { detectors, ..streets(group) }
}
