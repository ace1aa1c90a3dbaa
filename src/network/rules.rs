//! What a lane asks of those who use it, besides its speed limit.

use serde::Serialize;

use super::{Permissions, VehicleClass};

/// Rules of a lane that are about some classes of vehicles only. The default asks nothing.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct LaneRules {
    /// Who may change to the lane on its left.
    pub change_left: Permissions,
    /// Who may change to the lane on its right.
    pub change_right: Permissions,
    /// Where some stop further back than at its end.
    pub stop_offset: Option<StopOffset>,
    /// Speed limits of single classes, m/s, in place of the lane's.
    pub limits: Vec<(VehicleClass, f32)>,
}

/// A stop line before the end of a lane, for some classes of vehicles.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct StopOffset {
    /// Distance from the end of the lane, m, ≥ 0.
    pub distance: f32,
    /// Who stops there.
    pub who: Permissions,
}

impl LaneRules {
    /// How far before the end of the lane a vehicle of `class` stops, m.
    pub fn stop_offset(&self, class: VehicleClass) -> f32 {
        self.stop_offset.filter(|s| s.who.allows(class)).map_or(0.0, |s| s.distance)
    }

    /// The speed limit of a class, if it has one of its own, m/s.
    pub fn limit(&self, class: VehicleClass) -> Option<f32> {
        self.limits.iter().find(|l| l.0 == class).map(|l| l.1)
    }
}
