//! Lamps at the stop lines and loops in the road.

use crate::draw::heads;
use crate::network::geometry::{along, length};
use crate::network::{LaneId, Network};
use crate::sim::Scene;
use crate::view::tracks::Tracks;

/// Half the thickness of a lamp's bar, m.
const THICK: f32 = 0.75;
/// How far beyond the stop line the bars lie, m.
const BEYOND: f64 = 0.9;

/// What a sign is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignKind {
    /// A lamp, by its place in [`Lamps::shown`](crate::sim::control::Lamps).
    Lamp,
    /// A loop, by its place in [`Sensors::list`](crate::sim::sensors::Sensors).
    Sensor,
}

/// A rectangle with a state.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sign {
    /// What it is.
    pub kind: SignKind,
    /// Its state's place among those of its kind.
    pub state: u32,
    /// The lane it belongs to.
    pub lane: LaneId,
    /// Its middle, m from the origin.
    pub at: [f32; 2],
    /// The direction of its lane there, radians.
    pub heading: f32,
    /// Half of its extent along the lane and across it, m.
    pub half: [f32; 2],
    /// Which way the lamp's traffic turns: −2 (back), −1 (left) to 1 (right).
    pub turn: f32,
}

/// All lamps and loops.
pub fn signs(network: &Network, scene: &Scene, tracks: &Tracks) -> Vec<Sign> {
    let mut signs = Vec::new();
    for id in (0..network.lanes.len()).map(LaneId::new).filter(|&l| !network.lane(l).internal) {
        lamps(network, scene, tracks, id, &mut signs);
    }
    for (state, sensor) in (0..).zip(&scene.sensors.list) {
        let lane = network.lane(sensor.lane);
        let pose = tracks.at(sensor.lane, (sensor.start + sensor.end) / 2.0);
        signs.push(Sign {
            kind: SignKind::Sensor,
            state,
            lane: sensor.lane,
            at: [pose.x, pose.y],
            heading: pose.heading,
            half: [(sensor.end - sensor.start) / 2.0, (lane.width * 0.32).min(1.1)],
            turn: 0.0,
        });
    }
    signs
}

/// The lamps of a lane, side by side from its left border to its right one.
fn lamps(network: &Network, scene: &Scene, tracks: &Tracks, id: LaneId, signs: &mut Vec<Sign>) {
    use crate::network::Direction as D;
    let lane = network.lane(id);
    let heads = heads(network, id);
    let (end, heading) = along(&lane.shape, length(&lane.shape));
    let (dx, dy) = (libm::cos(heading), libm::sin(heading));
    let width = f64::from(lane.width);
    for (i, &(head, direction)) in heads.iter().enumerate() {
        let left = width * (0.5 - (i as f64 + 0.5) / heads.len() as f64);
        let at = crate::network::Point::new(end.x + dx * BEYOND - dy * left, end.y + dy * BEYOND + dx * left);
        let (x, y) = tracks.local(at);
        signs.push(Sign {
            kind: SignKind::Lamp,
            state: scene.lamp_base[head.signal.index()] + u32::from(head.group),
            lane: id,
            at: [x, y],
            heading: heading as f32,
            half: [THICK, (width / heads.len() as f64 / 2.0 - 0.12).max(0.3) as f32],
            turn: match direction {
                D::UTurn => -2.0,
                D::Left => -1.0,
                D::PartLeft => -0.5,
                D::Straight | D::None => 0.0,
                D::PartRight => 0.5,
                D::Right => 1.0,
            },
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::Point;
    use crate::view::test_world::fresh;

    #[test]
    fn every_lamp_of_a_lane_and_every_loop_has_a_sign() {
        let sim = fresh();
        let scene = sim.scene();
        let tracks = Tracks::new(&scene.network, Point::default());
        let all = signs(&scene.network, scene, &tracks);
        let loops = all.iter().filter(|s| s.kind == SignKind::Sensor).count();
        assert_eq!(loops, scene.sensors.list.len());
        let mut lamps: Vec<u32> = all.iter().filter(|s| s.kind == SignKind::Lamp).map(|s| s.state).collect();
        lamps.sort_unstable();
        lamps.dedup();
        let mut wanted: Vec<u32> = scene.moves.iter().map(|m| m.lamp).filter(|&l| l != u32::MAX).collect();
        wanted.sort_unstable();
        wanted.dedup();
        assert_eq!(lamps, wanted);
    }
}
