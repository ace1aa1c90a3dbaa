//! Demand surges: departures to come are doubled or left out.
//!
//! Who is copied, how often, and when the copies depart hangs on the vehicle's own key and on the surge, so that
//! nobody else's draws shift. Copies get the ids after all others, and draws of their own; everybody else keeps id and
//! time. The list by time ([`Scene::order`]) has whoever departs, each in its place.

use intergreen_control::Millis;

use super::insert::arrival_of;
use super::scene::Scene;
use crate::demand::{MOST_VEHICLES, VehicleId};
use crate::network::LinkId;
use crate::random::{Purpose, key_of, uniform};

/// Longest time between a vehicle's departure and its copy's.
const LAG: Millis = Millis(60_000);

/// A surge, its links found.
#[derive(Clone, Debug, PartialEq)]
pub struct Surge {
    /// Factor on the departures, ≥ 0.
    pub factor: f64,
    /// From.
    pub at: Millis,
    /// Until (excluded).
    pub until: Millis,
    /// Only those who enter here; empty: anywhere.
    pub from: Vec<LinkId>,
    /// Only those who arrive here; empty: anywhere.
    pub to: Vec<LinkId>,
}

/// Copies or leaves out who departs in the time of a surge.
pub fn apply(scene: &mut Scene, surge: &Surge) {
    scene.surges += 1;
    let number = u64::from(scene.surges);
    let until = surge.until.min(scene.setup.end.unwrap_or(Millis::NEVER));
    let depart = |scene: &Scene, id: VehicleId| scene.departures[id.index()].depart;
    let first = scene.order.partition_point(|&id| depart(scene, id) < surge.at);
    let end = scene.order.partition_point(|&id| depart(scene, id) < until).max(first);
    let mut order = Vec::with_capacity(end - first);
    for i in first..end {
        let id = scene.order[i];
        let times = if concerns(scene, surge, id) { times(scene, surge.factor, id, number) } else { 1 };
        if times > 0 {
            order.push(id);
        }
        for copy in 1..times {
            // A surge of surges must not take all memory: no more than flows may make.
            if scene.departures.len() as u64 >= MOST_VEHICLES {
                break;
            }
            order.push(add_copy(scene, id, (number, copy), until));
        }
    }
    // Stable: of one moment whoever was there before goes first.
    order.sort_by_key(|&id| depart(scene, id));
    scene.order.splice(first..end, order);
}

/// Whether a vehicle enters and arrives where the surge is.
fn concerns(scene: &Scene, surge: &Surge, id: VehicleId) -> bool {
    let links = &scene.demand.routes[scene.departures[id.index()].route.index()].links;
    let is_in = |list: &[LinkId], link: Option<&LinkId>| list.is_empty() || link.is_some_and(|l| list.contains(l));
    is_in(&surge.from, links.first()) && is_in(&surge.to, links.last())
}

/// How many vehicles take the place of one.
fn times(scene: &Scene, factor: f64, id: VehicleId, number: u64) -> u64 {
    let whole = factor.floor();
    let key = scene.departures[id.index()].key;
    let draw = f64::from(uniform(scene.setup.seed, key, Purpose::Surge, number << 32));
    whole as u64 + u64::from(draw < factor - whole)
}

/// Adds the copy of a vehicle, which departs before `until`.
fn add_copy(scene: &mut Scene, id: VehicleId, (number, copy): (u64, u64), until: Millis) -> VehicleId {
    let seed = scene.setup.seed;
    let original = &scene.departures[id.index()];
    let mut departure = original.clone();
    departure.id = format!("{}#surge{number}.{copy}", original.id);
    departure.key = key_of(&departure.id);
    let lag = LAG.min(Millis(until.0.saturating_sub(original.depart.0)));
    let share = uniform(seed, original.key, Purpose::Surge, number << 32 | copy);
    departure.depart += Millis((lag.0 as f64 * f64::from(share)) as i64);
    let last = scene.demand.routes[departure.route.index()].links.last();
    let network = &scene.network;
    let length = last.map_or(0.0, |&l| network.lanes[network.link(l).lanes.start as usize].length);
    scene.arrivals.push(arrival_of(&departure, seed, length));
    scene.copies.push(id);
    scene.departures.push(departure);
    VehicleId::new(scene.departures.len() - 1)
}
