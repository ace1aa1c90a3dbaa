//! Cutting the lanes into pieces for the parallel passes, and what each piece hands on.

use std::ops::Range;

use super::state::{Begging, LaneTraffic, Storage, Tail, Traffic, Vehicle};
use crate::behaviour::gap::Passage;
use crate::demand::VehicleId;
use crate::network::{LaneId, MovementId, Network};

/// A vehicle's plan for the step.
#[derive(Clone, Copy, Debug)]
pub struct Planned {
    /// Next speed if all its gates are open, m/s.
    pub speed: f32,
    /// See [`Flags`](super::state::Flags).
    pub flags: u8,
}

/// A line at which a vehicle gives way: whether it may pass is known when all have announced themselves.
#[derive(Clone, Copy, Debug)]
pub struct Gate {
    /// Whose: place in the piece's list of plans.
    pub vehicle: u32,
    /// Which movement.
    pub movement: MovementId,
    /// Next speed if the gate is shut.
    pub wait: f32,
    /// When those inside who go first will be out of the way, s.
    pub clear: f32,
    /// How it would pass.
    pub passage: Passage,
    /// Whether it can still stop before the line.
    pub can_stop: bool,
    /// The next speed with which it is over the line in the step, or the highest it can have if that is less; slower,
    /// it had better not start to pass.
    pub least: f32,
    /// Next speed if it does not: it stops at the line.
    pub short: f32,
}

/// A vehicle that has left its lane.
#[derive(Clone, Copy, Debug)]
pub struct Crossed {
    /// The lane it is on now.
    pub lane: LaneId,
    /// The vehicle.
    pub vehicle: Vehicle,
}

/// A vehicle that has passed the line of a movement in the step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Passed {
    /// The movement.
    pub movement: MovementId,
    /// The vehicle.
    pub id: VehicleId,
    /// How long it has stood in all so far, s.
    pub waited: f32,
}

/// A run of whole links with the lists that its passes fill. Lists are kept from step to step for their memory.
#[derive(Clone, Debug, Default)]
pub struct Chunk {
    /// Its lanes.
    pub lanes: Range<usize>,
    /// Its links on which lanes can be changed: places in the scene's list.
    pub change_links: Range<usize>,
    /// Lanes with vehicles, as of the start of the step.
    pub occupied: Vec<u32>,
    /// Vehicles on lanes that lead to a signal, as of the start of the step.
    pub approaching: usize,
    /// Lane changes made in the step.
    pub changes: usize,
    /// Lanes of the links on which lanes were changed.
    pub changed: Vec<u32>,
    /// See [`Traffic::begging`](super::state::Traffic::begging).
    pub begging: Vec<Begging>,
    /// Plans of its vehicles, in lane order, front first.
    pub plans: Vec<Planned>,
    /// Gates, in the same order.
    pub gates: Vec<Gate>,
    /// Announcements to enter.
    pub announcements: Vec<(MovementId, u32, Passage)>,
    /// Vehicles to hand over.
    pub crossed: Vec<Crossed>,
    /// Vehicles that have arrived, with the lane they arrived on.
    pub arrived: Vec<(LaneId, Vehicle)>,
    /// Stop lines crossed on red.
    pub red_running: Vec<(LaneId, VehicleId)>,
    /// Vehicles that have reached a scheduled stop, with their lanes.
    pub stopped: Vec<(LaneId, VehicleId)>,
    /// Movements crossed at a stop line, for the measures.
    pub passed: Vec<Passed>,
}

impl Chunk {
    /// Finds the lanes with vehicles. Most lanes are empty or not by chance: a processor that bets on it loses half of
    /// the time, so nothing here hangs on it.
    pub fn find_occupied(&mut self, traffic: &Traffic) {
        self.occupied.resize(self.lanes.len(), 0);
        let mut count = 0;
        for (lane, traffic) in self.lanes.clone().zip(&traffic.lanes[self.lanes.clone()]) {
            self.occupied[count] = lane as u32;
            count += usize::from(!traffic.vehicles.is_empty());
        }
        self.occupied.truncate(count);
    }
}

/// A chunk's part of the traffic.
pub struct Part<'a> {
    /// See [`Traffic`].
    pub lanes: &'a mut [LaneTraffic],
    /// See [`Traffic`].
    pub tails: &'a mut [Tail],
    /// See [`Traffic`].
    pub storage: &'a mut [Storage],
}

impl<'a> Part<'a> {
    /// The chunks' parts.
    pub fn all(chunks: &[Chunk], traffic: &'a mut Traffic) -> Vec<Self> {
        let lanes = split(chunks, &mut traffic.lanes).into_iter();
        let seen = split(chunks, &mut traffic.tails).into_iter().zip(split(chunks, &mut traffic.storage));
        lanes.zip(seen).map(|(lanes, (tails, storage))| Self { lanes, tails, storage }).collect()
    }
}

/// Cuts a network's lanes into about `pieces` runs of whole links of about equal driving length.
pub fn cut(network: &Network, pieces: usize) -> Vec<Chunk> {
    let total: f64 = network.lanes.iter().map(|l| f64::from(l.length)).sum();
    let mut chunks = Vec::new();
    let (mut start, mut sum) = (0, 0.0);
    for link in &network.links {
        let end = link.lanes.end as usize;
        sum += network.lanes[link.lanes.start as usize..end].iter().map(|l| f64::from(l.length)).sum::<f64>();
        if sum >= total * (chunks.len() + 1) as f64 / pieces as f64 || end == network.lanes.len() {
            chunks.push(Chunk { lanes: start..end, ..Chunk::default() });
            start = end;
        }
    }
    chunks
}

/// Splits a slice over all lanes into the chunks' parts.
pub fn split<'a, T>(chunks: &[Chunk], mut all: &'a mut [T]) -> Vec<&'a mut [T]> {
    let mut parts = Vec::with_capacity(chunks.len());
    for c in chunks {
        let (part, rest) = all.split_at_mut(c.lanes.len());
        parts.push(part);
        all = rest;
    }
    parts
}

/// Tells each chunk which of the links on which lanes can be changed are its own.
pub fn assign_links(chunks: &mut [Chunk], links: &[(u32, u32)]) {
    for c in chunks {
        let start = links.partition_point(|l| (l.0 as usize) < c.lanes.start);
        let end = links.partition_point(|l| (l.0 as usize) < c.lanes.end);
        c.change_links = start..end;
    }
}
