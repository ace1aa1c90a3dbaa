//! What lanes ask of some classes of vehicles only, by vehicle type: looked up where a lane asks anything.

use super::scene::{LaneFacts, MoveFacts};
use crate::demand::VehicleType;
use crate::network::Network;

/// Values by vehicle type, in rows.
#[derive(Clone, Debug)]
pub struct ByType {
    /// Number of types.
    types: usize,
    values: Vec<f32>,
}

/// A row of a [`ByType`], or none.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Row(u32);

impl Row {
    /// No row: nothing special for anybody.
    pub const NONE: Self = Self(0);
}

impl ByType {
    /// What the lanes of a network ask; notes in `lanes` and `moves` where to find it.
    pub fn of(network: &Network, types: &[VehicleType], lanes: &mut [LaneFacts], moves: &mut [MoveFacts]) -> Self {
        let mut table = Self { types: types.len(), values: Vec::new() };
        for (lane, facts) in network.lanes.iter().zip(lanes) {
            let limits = types.iter().map(|t| lane.rules.limit(t.class).unwrap_or(facts.limit));
            facts.limits = table.row(facts.limit, limits);
            let offsets = table.row(0.0, types.iter().map(|t| lane.rules.stop_offset(t.class)));
            for m in lane.movements.clone() {
                moves[m as usize].stop_offsets = offsets;
            }
        }
        table
    }

    /// The row with these values, one per type; none if all are `usual`.
    fn row(&mut self, usual: f32, values: impl Iterator<Item = f32>) -> Row {
        let values: Vec<f32> = values.collect();
        if values.iter().all(|&v| v == usual) {
            return Row::NONE;
        }
        let known = self.values.chunks_exact(self.types).position(|row| row == values);
        let place = known.unwrap_or_else(|| {
            self.values.extend(values);
            self.values.len() / self.types - 1
        });
        Row(place as u32 + 1)
    }

    /// The value of a type, or `usual` where there is no row.
    #[inline(always)]
    pub fn get(&self, row: Row, kind: usize, usual: f32) -> f32 {
        if row == Row::NONE { usual } else { self.values[(row.0 as usize - 1) * self.types + kind] }
    }
}
