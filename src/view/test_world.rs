//! A run to look at in tests: the bundled arterial.

use std::sync::Arc;

use intergreen_control::Millis;

use crate::demand::Demand;
use crate::network::{LaneId, Network};
use crate::scenario::Scenario;
use crate::sim::{Setup, Simulation};

/// The bundled arterial.
pub fn arterial() -> (Arc<Network>, Arc<Demand>) {
    let (network, demand) =
        Scenario::bundled("arterial").expect("it is bundled").expect("it is sound").build().expect("it is sound");
    (Arc::new(network), Arc::new(demand))
}

/// It at its begin, with steps of half a second.
pub fn fresh() -> Simulation {
    let (network, demand) = arterial();
    let setup = Setup { step: Millis(500), ..Setup::default() };
    Simulation::new(network, demand, setup).expect("it can be run")
}

/// It at its begin, with another strategy at all signals.
pub fn with(strategy: &str) -> Simulation {
    let (network, demand) = arterial();
    let setup = Setup { step: Millis(500), controller: (strategy.into(), Vec::new()), ..Setup::default() };
    Simulation::new(network, demand, setup).expect("it can be run")
}

/// It after so many seconds.
pub fn after(seconds: i64) -> Simulation {
    let mut sim = fresh();
    while sim.now() < Millis(seconds * 1000) {
        sim.step();
    }
    sim
}

/// A road lane long enough to stand in the middle of.
pub fn long_lane(network: &Network) -> LaneId {
    let longest = network.lanes.iter().enumerate().filter(|(_, l)| !l.internal);
    LaneId::new(longest.max_by(|a, b| a.1.length.total_cmp(&b.1.length)).expect("there are roads").0)
}
