//! Where the bus stops of a street plan are in its network.

use std::collections::{BTreeMap, BTreeSet};

use super::plan::{BusStop, StreetPlan};
use super::{PlanError, plan_error};
use crate::network::{LaneId, LinkId, Network};

/// A bus stop on its lane.
#[derive(Clone, Debug, PartialEq)]
pub struct StopPlace {
    /// Name.
    pub id: String,
    /// Its lane, at the kerb.
    pub lane: LaneId,
    /// Where it begins, m from the start of the lane.
    pub start: f32,
    /// Where it ends, m from the start of the lane.
    pub end: f32,
}

/// The bus stops of a plan, in their order, on the lanes of the network that was made of it.
///
/// # Errors
/// Names the stop that is wrong and what was expected of it.
pub fn stops(plan: &StreetPlan, network: &Network) -> Result<Vec<StopPlace>, PlanError> {
    if plan.stops.is_empty() {
        return Ok(Vec::new());
    }
    let roads = network.links.iter().enumerate().filter(|(_, l)| !l.internal);
    let links: BTreeMap<&str, LinkId> = roads.map(|(i, l)| (l.id.as_str(), LinkId::new(i))).collect();
    let mut names = BTreeSet::new();
    let mut places = Vec::with_capacity(plan.stops.len());
    for stop in &plan.stops {
        let wrong = |problem: String| plan_error("stop", &stop.id, problem);
        if stop.id.is_empty() {
            return Err(wrong("has no name; expected one".into()));
        }
        if !names.insert(&stop.id) {
            return Err(wrong("is given twice".into()));
        }
        places.push(place(stop, network, &links).map_err(wrong)?);
    }
    Ok(places)
}

/// One stop on its lane.
fn place(stop: &BusStop, network: &Network, links: &BTreeMap<&str, LinkId>) -> Result<StopPlace, String> {
    let first = links.get(stop.street.as_str()).filter(|_| !stop.street.contains('.'));
    let Some(&first) = first else {
        return Err(format!("street: no street '{0}'; expected its name, or '-' and its name", stop.street));
    };
    if !(5.0..=100.0).contains(&stop.length) {
        return Err(format!("length: {}; expected 5 to 100 m", stop.length));
    }
    let last = links.get(format!("{}.bay", stop.street).as_str());
    let mut before = 0.0;
    for link in [Some(first), last.copied()].into_iter().flatten() {
        let Some(lane) = network.lanes_of(link).next() else { continue };
        let length = f64::from(network.lane(lane).length);
        let (start, end) = (stop.at - before, stop.at - before + stop.length);
        if start >= 0.0 && end <= length {
            return Ok(StopPlace { id: stop.id.clone(), lane, start: start as f32, end: end as f32 });
        }
        before += length;
    }
    let opens = last.map(|_| network.lanes_of(first).next().map_or(0.0, |l| network.lane(l).length));
    let opens =
        opens.map(|m| format!(", not over {m:.1} m, where the bay opens or the bus lane ends")).unwrap_or_default();
    Err(format!(
        "lies from {} to {} m of street '{}'; expected 0 to {before:.1} m{opens}",
        stop.at,
        stop.at + stop.length,
        stop.street
    ))
}
