//! What lies under the pointer.

use super::ask::Subject;
use super::fleet::Fleet;
use super::scene::{Sign, SignKind};
use super::tracks::Tracks;
use crate::network::{LaneId, Network, SignalId};
use crate::sim::Scene;

/// How near the pointer has to be to something small, pixels.
const NEAR: f64 = 7.0;

/// What a window has to pick from.
pub struct Things<'a> {
    /// The network and what is in it.
    pub scene: &'a Scene,
    /// Its lanes.
    pub tracks: &'a Tracks,
    /// Lamps and loops.
    pub signs: &'a [Sign],
    /// Vehicles, and how far the present step has gone.
    pub fleet: (&'a Fleet, f32),
}

impl Things<'_> {
    /// What lies at a point, or near it; `scale`: metres per pixel. Vehicles come first, then lamps, loops, junctions with
    /// a signal, and lanes.
    pub fn at(&self, (x, y): (f64, f64), scale: f64) -> Option<Subject> {
        let reach = (NEAR * scale) as f32;
        let point = (x as f32, y as f32);
        self.vehicle(point, reach)
            .or_else(|| self.sign(point, reach, SignKind::Lamp))
            .or_else(|| if scale < 0.6 { self.sign(point, 0.0, SignKind::Sensor) } else { None })
            .or_else(|| self.junction((x, y)))
            .or_else(|| self.lane(point, reach))
    }

    fn vehicle(&self, (x, y): (f32, f32), reach: f32) -> Option<Subject> {
        let (fleet, t) = self.fleet;
        let near = fleet.bodies.iter().filter_map(|body| {
            let (bx, by) = body.at(t);
            let (dx, dy) = (x - bx, y - by);
            let (sin, cos) = (libm::sinf(body.now.heading), libm::cosf(body.now.heading));
            let ahead = ((dx * cos + dy * sin).abs() - body.length / 2.0).max(0.0);
            let beside = ((dy * cos - dx * sin).abs() - body.width / 2.0).max(0.0);
            let off = libm::hypotf(ahead, beside);
            (off <= reach).then_some((body.id, off))
        });
        near.min_by(|a, b| a.1.total_cmp(&b.1)).map(|(id, _)| Subject::Vehicle(id))
    }

    fn sign(&self, (x, y): (f32, f32), reach: f32, kind: SignKind) -> Option<Subject> {
        let near = self.signs.iter().filter(|s| s.kind == kind).filter_map(|sign| {
            let (dx, dy) = (x - sign.at[0], y - sign.at[1]);
            let (sin, cos) = (libm::sinf(sign.heading), libm::cosf(sign.heading));
            let ahead = ((dx * cos + dy * sin).abs() - sign.half[0]).max(0.0);
            let beside = ((dy * cos - dx * sin).abs() - sign.half[1]).max(0.0);
            let off = libm::hypotf(ahead, beside);
            (off <= reach).then_some((sign, off))
        });
        let (sign, _) = near.min_by(|a, b| a.1.total_cmp(&b.1))?;
        Some(match kind {
            SignKind::Lamp => Subject::Signal(self.signal_of(sign.state)),
            SignKind::Sensor => Subject::Sensor(sign.state),
        })
    }

    /// The signal a lamp belongs to.
    fn signal_of(&self, lamp: u32) -> SignalId {
        SignalId::new(self.scene.lamp_base.partition_point(|&base| base <= lamp).saturating_sub(1))
    }

    /// The signal of the junction whose area a point lies in.
    fn junction(&self, (x, y): (f64, f64)) -> Option<Subject> {
        let (network, origin) = (&self.scene.network, self.tracks.origin());
        let (x, y) = (x + origin.x, y + origin.y);
        let inside = |shape: &[crate::network::Point]| {
            let mut odd = false;
            for (i, a) in shape.iter().enumerate() {
                let b = shape[(i + 1) % shape.len()];
                if (a.y > y) != (b.y > y) && x < a.x + (y - a.y) / (b.y - a.y) * (b.x - a.x) {
                    odd = !odd;
                }
            }
            odd
        };
        let found = network.junctions.iter().position(|j| inside(&j.shape))?;
        signal_at(network, found).map(Subject::Signal)
    }

    fn lane(&self, (x, y): (f32, f32), reach: f32) -> Option<Subject> {
        let network = &self.scene.network;
        let mut best: Option<(f32, LaneId)> = None;
        for lane in (0..self.tracks.lanes()).map(LaneId::new).filter(|&l| !network.lane(l).internal) {
            let mut last: Option<(f32, f32)> = None;
            for b in self.tracks.line(lane) {
                let Some(a) = last.replace(b) else { continue };
                let (dx, dy) = (b.0 - a.0, b.1 - a.1);
                let t = (((x - a.0) * dx + (y - a.1) * dy) / (dx * dx + dy * dy).max(1e-6)).clamp(0.0, 1.0);
                let off = libm::hypotf(x - a.0 - dx * t, y - a.1 - dy * t);
                if off < network.lane(lane).width / 2.0 + reach && best.is_none_or(|(least, _)| off < least) {
                    best = Some((off, lane));
                }
            }
        }
        best.map(|(_, lane)| Subject::Lane(lane))
    }
}

/// The signal of a junction, if it has one.
pub fn signal_at(network: &Network, junction: usize) -> Option<SignalId> {
    let entries = network.junctions.get(junction)?.entries.iter();
    entries.filter_map(|&m| network.movement(m).head).map(|h| h.signal).next()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::Point;
    use crate::view::scene::signs;
    use crate::view::snapshot::Snapshot;
    use crate::view::test_world::{after, long_lane};

    #[test]
    fn what_is_clicked_is_found() {
        let sim = after(150);
        let scene = sim.scene().clone();
        let tracks = Tracks::new(&scene.network, Point::default());
        let signs = signs(&scene.network, &scene, &tracks);
        let (mut snapshot, mut fleet) = (Snapshot::default(), Fleet::default());
        snapshot.look(&sim);
        fleet.place(&snapshot, &scene, &tracks);
        let empty = Fleet::default();
        let things = |fleet| Things { scene: &scene, tracks: &tracks, signs: &signs, fleet: (fleet, 1.0) };
        for body in &fleet.bodies {
            let at = (f64::from(body.now.x), f64::from(body.now.y));
            assert_eq!(things(&fleet).at(at, 0.05), Some(Subject::Vehicle(body.id)));
        }
        for sign in &signs {
            let at = (f64::from(sign.at[0]), f64::from(sign.at[1]));
            let found = things(&empty).at(at, 0.02);
            match sign.kind {
                SignKind::Lamp => assert!(matches!(found, Some(Subject::Signal(_))), "{found:?}"),
                // Loops may lie on each other: one of them is found.
                SignKind::Sensor => {
                    assert!(matches!(found, Some(Subject::Sensor(_) | Subject::Signal(_))), "{found:?}")
                }
            }
        }
        let lane = long_lane(&scene.network);
        let pose = tracks.at(lane, scene.lanes[lane.index()].length * 0.37);
        let found = things(&empty).at((f64::from(pose.x), f64::from(pose.y)), 0.8);
        assert_eq!(found, Some(Subject::Lane(lane)));
        assert_eq!(things(&fleet).at((1e6, 1e6), 1.0), None);
        assert_eq!(things(&empty).signal_of(0), SignalId(0));
    }
}
