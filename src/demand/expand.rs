//! Spelling flows out into single departures.

use super::{Demand, Departure};
use intergreen_control::Millis;

/// All vehicles of `demand` that depart at or after `begin` and before `end`, ordered by departure, then as given.
pub fn expand(_demand: &Demand, _seed: u64, _begin: Millis, _end: Millis) -> Vec<Departure> {
    Vec::new()
}
