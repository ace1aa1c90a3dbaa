//! Right-of-way tables: which ways have a row, and in which order.
//!
//! SUMO counts the rows of a junction along its incoming lanes, and on each lane along its connections as they are
//! given. Here the rows of a file may have gaps (crossings on foot), or none may be there (ways that the rule of equal
//! roads relates). So rows are numbered anew: lanes in the order of their first rows, movements in the order of their
//! ids, which is that of the connections.

use std::collections::BTreeSet;

use crate::network::{JunctionId, JunctionKind, LaneId, Movement, MovementId, MovementKind, Network};

/// The rows of all junctions.
pub struct Rows {
    /// The entry movements of each junction, by row.
    entries: Vec<Vec<MovementId>>,
    /// The row of each entry movement.
    row: Vec<usize>,
    /// The lanes that lead to each junction, in the order in which SUMO counts.
    lanes: Vec<Vec<LaneId>>,
}

impl Rows {
    /// Numbers the rows.
    pub fn new(network: &Network) -> Self {
        let mut entries: Vec<Vec<MovementId>> = vec![Vec::new(); network.junctions.len()];
        for (i, m) in network.movements.iter().enumerate().filter(|(_, m)| m.kind == MovementKind::Entry) {
            entries[m.junction.index()].push(MovementId::new(i));
        }
        // The first row of each lane that has one.
        let first = |lane: LaneId| {
            let rows = network.movements_of(lane).filter_map(|m| network.movement(m).request);
            rows.min().map_or(u32::MAX, u32::from)
        };
        let mut row = vec![0; network.movements.len()];
        for list in &mut entries {
            list.sort_by_cached_key(|&m| (first(network.movement(m).from), network.movement(m).from, m));
            for (i, m) in list.iter().enumerate() {
                row[m.index()] = i;
            }
        }
        let lanes = lanes(network, &entries);
        Self { entries, row, lanes }
    }

    /// The entry movements of a junction by row.
    pub fn of(&self, junction: JunctionId) -> &[MovementId] {
        &self.entries[junction.index()]
    }

    /// The lanes that lead to a junction.
    pub fn lanes(&self, junction: JunctionId) -> &[LaneId] {
        &self.lanes[junction.index()]
    }

    /// A bit string with a bit for each of `set`; the last character is that of row 0.
    pub fn bits(&self, junction: JunctionId, set: &[MovementId]) -> String {
        let rows = self.of(junction).len();
        let mut bits = vec![b'0'; rows];
        for m in set {
            bits[rows - 1 - self.row[m.index()]] = b'1';
        }
        bits.into_iter().map(char::from).collect()
    }

    /// Whether somebody gives way to somebody at a junction, or only meets him.
    pub fn is_ruled(&self, network: &Network, junction: JunctionId) -> bool {
        let related = |m: &Movement| !m.foes.is_empty() || !m.yields_to.is_empty();
        let ruled = self.of(junction).iter().any(|&m| related(network.movement(m)));
        ruled || network.junctions[junction.index()].kind != JunctionKind::Unregulated
    }
}

/// The lanes that lead to each junction: those with rows in their order, then the others.
fn lanes(network: &Network, entries: &[Vec<MovementId>]) -> Vec<Vec<LaneId>> {
    let mut lanes: Vec<Vec<LaneId>> = entries
        .iter()
        .map(|list| {
            let mut lanes: Vec<LaneId> = list.iter().map(|&m| network.movement(m).from).collect();
            lanes.dedup();
            lanes
        })
        .collect();
    let counted: BTreeSet<LaneId> = lanes.iter().flatten().copied().collect();
    for link in network.links.iter().filter(|l| !l.internal) {
        if let Some(junction) = link.to {
            let others = link.lanes.clone().map(LaneId).filter(|lane| !counted.contains(lane));
            lanes[junction.index()].extend(others);
        }
    }
    lanes
}
