//! Announced passages of stop lines, so that those who give way can see who comes.

use bevy::ecs::prelude::Resource;

use crate::behaviour::gap::Passage;
use crate::network::MovementId;

/// One vehicle's announcement.
#[derive(Clone, Copy, Debug)]
pub struct Announcement {
    /// Who.
    pub vehicle: u32,
    /// When and how.
    pub passage: Passage,
    /// The next announcement of the same movement, or `u32::MAX`.
    next: u32,
}

/// The announcements of one step: a list per movement, in a pool.
///
/// They are made again in every step. Entering them is sequential and in lane order, so that the lists are the same
/// for any number of threads; the lists' order does not matter to who reads them.
#[derive(Resource, Clone, Debug, Default)]
pub struct Announcements {
    first: Vec<u32>,
    pool: Vec<Announcement>,
    touched: Vec<MovementId>,
}

impl Announcements {
    /// No announcements, for a number of movements.
    pub fn new(movements: usize) -> Self {
        Self { first: vec![u32::MAX; movements], pool: Vec::new(), touched: Vec::new() }
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        for m in self.touched.drain(..) {
            self.first[m.index()] = u32::MAX;
        }
        self.pool.clear();
    }

    /// Enters one.
    #[inline]
    pub fn add(&mut self, movement: MovementId, vehicle: u32, passage: Passage) {
        let head = &mut self.first[movement.index()];
        if *head == u32::MAX {
            self.touched.push(movement);
        }
        let place = self.pool.len() as u32;
        self.pool.push(Announcement { vehicle, passage, next: *head });
        *head = place;
    }

    /// The announcements of a movement.
    #[inline]
    pub fn of(&self, movement: MovementId) -> impl Iterator<Item = &Announcement> {
        let mut at = self.first[movement.index()];
        std::iter::from_fn(move || {
            let a = self.pool.get(at as usize)?;
            at = a.next;
            Some(a)
        })
    }
}
