//! How fast traffic is on each link, as it was seen lately.
//!
//! Terms
//! - **look**: at every link, once per interval, when the departures of the moment have entered.
//! - **speed seen**: the mean over the vehicles on a link, where an empty lane counts like one vehicle at its speed
//!   limit (SUMO: MSEdge::getMeanSpeed). Roads inside junctions are links like others.
//! - **speed assumed**: what follows from the looks so far, see [`Memory`]. Before the first look: an empty link's.

use crate::demand::routing::{Memory, empty_speed};
use crate::network::{LinkId, Network};

use super::scene::LaneFacts;
use super::state::LaneTraffic;

/// The speeds assumed on all links.
#[derive(Clone, Debug)]
pub struct LinkSpeeds {
    memory: Memory,
    /// By link, m/s.
    assumed: Vec<f64>,
    /// The speeds seen in the looks that count, one row of links after the other, m/s.
    seen: Vec<f32>,
    /// The row that is overwritten next.
    row: usize,
}

impl LinkSpeeds {
    /// Those of an empty network.
    pub fn empty(network: &Network, memory: Memory) -> Self {
        // As if an empty network had been seen all the time; f32, so that what goes in comes out again.
        let seen: Vec<f32> = (0..network.links.len()).map(|l| empty_speed(network, LinkId::new(l)) as f32).collect();
        let rows = if let Memory::Mean(looks) = memory { looks as usize } else { 0 };
        Self { memory, assumed: seen.iter().map(|&v| f64::from(v)).collect(), seen: seen.repeat(rows), row: 0 }
    }

    /// The speed assumed on a link, m/s.
    #[inline]
    pub fn on(&self, link: LinkId) -> f64 {
        self.assumed[link.index()]
    }

    /// All speeds assumed, by link, m/s.
    pub fn all(&self) -> &[f64] {
        &self.assumed
    }

    /// What changes during a run: the speeds assumed, the speeds seen, and the row that is overwritten next.
    pub(super) fn parts(&self) -> (Vec<f64>, Vec<f32>, usize) {
        (self.assumed.clone(), self.seen.clone(), self.row)
    }

    /// With these parts instead; `None` if they are no speeds of the same links.
    pub(super) fn with_parts(&self, (assumed, seen, row): (Vec<f64>, Vec<f32>, usize)) -> Option<Self> {
        let sizes = assumed.len() == self.assumed.len() && seen.len() == self.seen.len();
        let rows = self.seen.len().checked_div(self.assumed.len()).unwrap_or(0).max(1);
        let numbers = assumed.iter().all(|v| v.is_finite()) && seen.iter().all(|v| v.is_finite());
        (sizes && numbers && row < rows).then_some(Self { memory: self.memory, assumed, seen, row })
    }

    /// Looks at the traffic.
    pub fn look(&mut self, network: &Network, facts: &[LaneFacts], traffic: &[LaneTraffic]) {
        let on = |lane: u32| {
            let vehicles = &traffic[lane as usize].vehicles;
            (facts[lane as usize].limit, vehicles.len(), vehicles.iter().map(|v| v.speed).sum())
        };
        self.remember(network.links.iter().map(|link| speed_seen(link.lanes.clone().map(on))));
    }

    /// Takes in the speeds seen on all links, m/s.
    fn remember(&mut self, seen: impl Iterator<Item = f32>) {
        match self.memory {
            Memory::Mean(looks) => {
                let looks = looks as usize;
                let row = &mut self.seen[self.row * self.assumed.len()..][..self.assumed.len()];
                for ((assumed, old), now) in self.assumed.iter_mut().zip(row).zip(seen) {
                    // Nearly always nothing has changed: an empty road stays empty.
                    if now != *old {
                        *assumed += f64::from(now - *old) / looks as f64;
                        *old = now;
                    }
                }
                self.row = (self.row + 1) % looks;
            }
            Memory::Fading(share) => {
                for (assumed, now) in self.assumed.iter_mut().zip(seen) {
                    *assumed = *assumed * share + f64::from(now) * (1.0 - share);
                }
            }
        }
    }
}

/// The speed seen on a link, m/s, with these lanes: limit, number of vehicles and sum of their speeds.
fn speed_seen(lanes: impl Iterator<Item = (f32, usize, f32)>) -> f32 {
    let (mut sum, mut n) = (0.0, 0.0);
    for (limit, vehicles, speeds) in lanes {
        let (speeds, vehicles) = if vehicles == 0 { (limit, 1) } else { (speeds, vehicles) };
        (sum, n) = (sum + speeds, n + vehicles as f32);
    }
    sum / n
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demand::test_network::TestNetwork;
    use crate::network::Permissions;

    /// As SUMO writes it with `device.rerouting.output`.
    #[test]
    fn an_empty_lane_counts_like_a_vehicle_at_the_limit() {
        let seen = |lanes: [(usize, f32); 2]| speed_seen(lanes.into_iter().map(|(n, sum)| (10.0, n, sum)));
        assert_eq!(seen([(0, 0.0), (0, 0.0)]), 10.0);
        assert_eq!(seen([(1, 0.0), (0, 0.0)]), 5.0);
        assert_eq!(seen([(3, 2.0), (0, 0.0)]), 3.0);
        assert_eq!(seen([(2, 8.0), (1, 1.0)]), 3.0);
    }

    /// The speeds assumed on a road with a limit of 10 m/s after looks that saw these.
    fn course(memory: Memory, seen: &[f32]) -> Vec<f64> {
        let mut network = TestNetwork::new();
        let road = network.link("road", 100.0, 10.0, &[Permissions::ALL; 2]);
        let mut speeds = LinkSpeeds::empty(&network.build(), memory);
        assert_eq!(speeds.on(road), 10.0, "empty roads at first");
        let mut after = |v: f32| {
            speeds.remember(std::iter::once(v));
            speeds.on(road)
        };
        seen.iter().map(|&v| after(v)).collect()
    }

    #[test]
    fn the_mean_is_over_the_last_looks() {
        let seen = [0.0, 10.0, 0.0, 0.0, 10.0, 10.0, 10.0, 10.0];
        assert_eq!(course(Memory::Mean(4), &seen), [7.5, 7.5, 5.0, 2.5, 5.0, 5.0, 7.5, 10.0]);
    }

    #[test]
    fn old_looks_fade() {
        assert_eq!(course(Memory::Fading(0.5), &[0.0, 0.0, 10.0]), [5.0, 2.5, 6.25]);
        assert_eq!(course(Memory::Fading(1.0), &[0.0, 0.0]), [10.0, 10.0]);
    }
}
