//! Least times between the end of one green and the start of a conflicting one.

use alloc::vec::Vec;

use super::{
    channel::State,
    permissives::{Permissives, Relation},
    trip::{Trip, TripKind},
};
use crate::Millis;

/// One clearance, kept with the channel that opens.
#[derive(Clone, Copy, Debug)]
struct Clearance {
    from: u16,
    /// From full green to full green: the pair yields.
    full: bool,
    least: Millis,
}

/// The clearances that are checked, by the channel that opens.
#[derive(Clone, Debug)]
pub(super) struct Clearances(Vec<Vec<Clearance>>);

impl Clearances {
    pub(super) fn new(permissives: &Permissives) -> Self {
        let mut before: Vec<Vec<Clearance>> = permissives.channels.iter().map(|_| Vec::new()).collect();
        for (&(from, to), &least) in &permissives.clearances {
            let full = permissives.relation(from, to) == Relation::Yielding;
            if !permissives.clearance_waived(from, to) {
                before[usize::from(to)].push(Clearance { from, full, least });
            }
        }
        Self(before)
    }

    /// What is wrong with a channel's opening (or its going to full green) at `at`, if anything. Every earlier end counts, not only the last.
    pub(super) fn check(&self, opened: usize, full: bool, channels: &[State], at: Millis) -> Option<Trip> {
        let mut of_kind = self.0[opened].iter().filter(|clearance| clearance.full == full);
        let too_early = of_kind.find_map(|&Clearance { from, least, .. }| {
            let state = &channels[usize::from(from)];
            let (open, closed) =
                if full { (state.is_full(), state.full_ended) } else { (state.is_open(), state.closed) };
            let since = if open { at } else { closed? };
            (at - since < least).then_some((from, since))
        });
        let (from, since) = too_early?;
        Some(Trip { kind: TripKind::Clearance, channel: Some(opened as u16), other: Some(from), since, at })
    }
}
