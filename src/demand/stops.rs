//! Scheduled stops.
//!
//! Terms
//! - **stop**: a stretch of a lane at whose end a vehicle of a route halts for a while.
//! - **stopping place**: such a stretch with a name, shared by many vehicles (a bus stop): whoever comes later stands
//!   behind those already there.
//! - **until**: the moment before which a vehicle does not go on.
//! - **parks**: leaves the lane while it stands, and does not block it.

use intergreen_control::Millis;

use super::Departure;
use crate::network::compose::StopPlace;
use crate::network::{LaneId, LinkId, Network, dense_id};

dense_id!(
    /// A stopping place.
    PlaceId
);

/// A stretch of a lane where several vehicles can stop one behind the other.
#[derive(Clone, PartialEq, Debug)]
pub struct StoppingPlace {
    /// Name.
    pub id: String,
    /// Its lane.
    pub lane: LaneId,
    /// Where it begins, m from the start of the lane.
    pub start: f32,
    /// Where it ends, m from the start of the lane.
    pub end: f32,
}

impl From<StopPlace> for StoppingPlace {
    /// The bus stop of a street plan.
    fn from(stop: StopPlace) -> Self {
        Self { id: stop.id, lane: stop.lane, start: stop.start, end: stop.end }
    }
}

/// A moment before which a vehicle does not go on.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Until {
    /// On the scenario's clock.
    At(Millis),
    /// Counted from the vehicle's departure time.
    AfterDepart(Millis),
}

/// A halt on a route.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Stop {
    /// Its lane.
    pub lane: LaneId,
    /// Where it begins, m from the start of the lane: whoever stands beyond that has reached it.
    pub start: f32,
    /// Where one stops, m from the start of the lane.
    pub end: f32,
    /// The stopping place, if it is one; start and end are the place's.
    pub place: PlaceId,
    /// How long at least.
    pub duration: Millis,
    /// Until when at least.
    pub until: Option<Until>,
    /// Whether it leaves the lane meanwhile.
    pub parks: bool,
}

impl Stop {
    /// When a vehicle may go on that reached it at `now`.
    pub fn over(&self, now: Millis, departure: &Departure) -> Millis {
        let until = match self.until {
            None => Millis(i64::MIN),
            Some(Until::At(time)) => time,
            Some(Until::AfterDepart(time)) => departure.depart + time,
        };
        (now + self.duration).max(until)
    }
}

/// On which leg of a route each stop is made: each at the next passage of its link after the stop before it. The
/// first stop without one is the error.
pub fn legs(network: &Network, links: &[LinkId], stops: &[Stop]) -> Result<Vec<u16>, usize> {
    let mut legs: Vec<u16> = Vec::with_capacity(stops.len());
    for (i, stop) in stops.iter().enumerate() {
        let link = network.lane(stop.lane).link;
        // On the link of the stop before it only what lies ahead can be reached.
        let from = match i.checked_sub(1).map(|k| (&stops[k], legs[k])) {
            Some((before, leg)) => usize::from(leg) + usize::from(before.end > stop.end),
            None => 0,
        };
        let leg = links.iter().skip(from).position(|&l| l == link).map(|k| k + from);
        legs.push(leg.and_then(|leg| u16::try_from(leg).ok()).ok_or(i)?);
    }
    Ok(legs)
}
