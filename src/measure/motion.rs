//! One vehicle's motion in one step, as a measuring device sees it.

use crate::demand::VehicleId;
use crate::network::LaneId;
use crate::sim::Scene;
use crate::sim::routes::RouteTable;

/// A vehicle during a step.
#[derive(Clone, Copy)]
pub struct Moving<'a> {
    /// What does not change.
    pub scene: &'a Scene,
    /// Lane choices of all paths.
    pub routes: &'a RouteTable,
    /// Who it is.
    pub id: VehicleId,
    /// Its type: place in [`Scene::types`].
    pub kind: usize,
    /// Its length, m.
    pub length: f64,
    /// Its desired speed / speed limit.
    pub speed_factor: f32,
    /// Speed at the start of the step, m/s.
    pub before: f64,
    /// Speed at its end, m/s.
    pub after: f64,
    /// Way of the step, m.
    pub moved: f64,
    /// Time lost since departure, up to the end of the step, s.
    pub time_loss: f64,
    /// Whether it stands at a scheduled stop.
    pub stopped: bool,
    /// End of the step, s.
    pub now: f64,
    /// Length of the step, s.
    pub dt: f64,
}

impl Moving<'_> {
    /// Whether its speed changes evenly within the step; otherwise it drives the whole step with the new speed.
    fn ballistic(&self) -> bool {
        self.scene.drivers[self.kind].ballistic()
    }

    /// How long it takes from the start of the step to drive `way` metres, s; within the step.
    pub fn time_for(&self, way: f64) -> f64 {
        if self.moved <= 0.0 {
            return self.dt;
        }
        let even = way / self.moved * self.dt;
        let a = (self.after - self.before) / self.dt;
        let stopped_early = self.after <= 0.0;
        let time = if !self.ballistic() || stopped_early {
            even
        } else {
            // way = v·t + a·t²/2, in the form that also holds for a → 0.
            let root = libm::sqrt((self.before * self.before + 2.0 * a * way).max(0.0));
            2.0 * way / (self.before + root).max(1e-9)
        };
        time.clamp(0.0, self.dt)
    }

    /// Its speed `time` seconds after the start of the step, m/s.
    pub fn speed_at(&self, time: f64) -> f64 {
        if self.ballistic() { self.before + (self.after - self.before) * time / self.dt } else { self.after }
    }

    /// The speed it would drive on a lane with nobody ahead, m/s.
    pub fn free_speed(&self, lane: LaneId) -> f64 {
        let limit = self.scene.limit(&self.scene.lanes[lane.index()], self.kind);
        f64::from(self.scene.drivers[self.kind].desired(self.speed_factor, limit))
    }
}

/// Its front on one lane during a step, m from the lane's start: before the lane if negative, beyond its end if
/// greater than its length.
#[derive(Clone, Copy, Debug)]
pub struct Front {
    /// At the start of the step.
    pub from: f64,
    /// At its end.
    pub to: f64,
}

impl Front {
    /// When, from the start of the step, something `offset` metres behind the front passes `place`; `None` if it
    /// does not in this step.
    pub fn passes(&self, m: &Moving<'_>, place: f64, offset: f64) -> Option<f64> {
        let (from, to) = (self.from - offset, self.to - offset);
        (from < place && place <= to).then(|| m.time_for(place - from))
    }
}

/// How a vehicle comes onto a lane or leaves it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Way {
    /// It departs there, or arrives.
    Trip,
    /// Over the end of the lane before, or its own.
    Along,
    /// Sideways.
    LaneChange,
    /// To or from a stop beside the lane.
    Parking,
    /// It arrives, or changes lanes, on a later lane while its rear is still on this one.
    Elsewhere,
}
