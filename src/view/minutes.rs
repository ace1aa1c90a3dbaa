//! What lanes have done minute by minute, over the last half hour.

use std::collections::VecDeque;
use std::sync::Arc;

use intergreen_control::Millis;

use crate::network::LaneId;
use crate::sim::Simulation;
use crate::sim::measures::SAMPLE_S;

/// Minutes that are kept.
pub const KEPT: usize = 30;
/// A minute.
const MINUTE: Millis = Millis(60_000);

/// What a lane did in a minute.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Minute {
    /// Vehicles that have left over its end.
    pub left: u32,
    /// Vehicles that stood on it, mean.
    pub standing: f32,
}

/// The minutes of all lanes.
#[derive(Clone, Debug)]
pub struct Minutes {
    /// Oldest first; of each, all lanes. Copies of the journal share them.
    past: VecDeque<Arc<[Minute]>>,
    /// Of each lane, what its book said when the last minute was over: vehicles that left, sum of those that stood.
    last: Vec<(u32, u64)>,
    /// When the present minute is over.
    next: Millis,
}

impl Minutes {
    /// From now on.
    pub fn new(sim: &Simulation) -> Self {
        Self { past: VecDeque::new(), last: books(sim).collect(), next: sim.now() + MINUTE }
    }

    /// Looks at a step.
    pub fn look(&mut self, sim: &Simulation) {
        if sim.now() < self.next {
            return;
        }
        self.next = sim.now() + MINUTE;
        let samples = (MINUTE.0 / 1000 / SAMPLE_S) as f32;
        let of = |((left, stood), last): ((u32, u64), &mut (u32, u64))| {
            let old = std::mem::replace(last, (left, stood));
            Minute { left: left.saturating_sub(old.0), standing: stood.saturating_sub(old.1) as f32 / samples }
        };
        let minute = books(sim).zip(&mut self.last).map(of).collect();
        super::journal::keep(&mut self.past, minute, KEPT);
    }

    /// The minutes of a lane, oldest first; the last has ended less than a minute ago.
    pub fn of(&self, lane: LaneId) -> Vec<Minute> {
        self.past.iter().filter_map(|minute| minute.get(lane.index()).copied()).collect()
    }
}

fn books(sim: &Simulation) -> impl Iterator<Item = (u32, u64)> + '_ {
    sim.measures().lanes.iter().map(|book| (book.flow, book.standing))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::test_world::{fresh, long_lane};

    #[test]
    fn minutes_of_a_lane_add_up_to_its_book() {
        let mut sim = fresh();
        let lane = long_lane(&sim.scene().network);
        let mut minutes = Minutes::new(&sim);
        for _ in 0..1200 {
            sim.step();
            minutes.look(&sim);
        }
        let (past, book) = (minutes.of(lane), sim.measures().lanes[lane.index()]);
        assert_eq!(past.len() as i64, sim.now().0 / 60_000);
        assert!(book.flow > 0, "somebody has driven");
        assert_eq!(past.iter().map(|m| m.left).sum::<u32>(), book.flow);
        let stood: f32 = past.iter().map(|m| m.standing).sum();
        assert_eq!(stood * 6.0, book.standing as f32);
        while sim.now() < Millis(2_400_000) {
            sim.step();
            minutes.look(&sim);
        }
        assert_eq!(minutes.of(lane).len(), KEPT);
    }
}
