//! A strategy of one's own: `cargo run --release --example own_strategy`. Every five seconds it asks for the stage before
//! which most vehicles queue, as loops tell.
use std::sync::Arc;

use intergreen::scenario::Scenario;
use intergreen::sim::{Setup, Simulation};
use intergreen_control::{Decision, Entry, Looks, Millis, Registry, Request, StateError, Strategy, View};

#[derive(Debug)]
struct LongestQueue;
const ENTRY: Entry = Entry {
    name: "longest_queue",
    summary: "every five seconds the stage before which most vehicles queue",
    needs: "an IN or X loop and a count loop a lane",
    parameters: &[],
    source: "an example",
    phases: false,
    clearance: None,
    falls_back: Some("fixed_time"),
    make: |_| Ok(Box::new(LongestQueue)),
};

impl Strategy for LongestQueue {
    fn name(&self) -> &'static str {
        ENTRY.name
    }
    fn looks(&self) -> Looks {
        Looks::Lanes
    }
    fn decide(&mut self, now: Millis, view: &View<'_>) -> Decision<'_> {
        let lanes = view.traffic.map_or(&[][..], |traffic| &traffic.approaches().lanes);
        let queue = |lane: usize| view.traffic.map_or(0.0, |traffic| traffic.count(lane, now).0);
        let served = |stage: usize, lane: usize| {
            lanes[lane].groups.iter().any(|group| view.plan.stages()[stage].groups.contains(group))
        };
        let of = |stage: usize| (0..lanes.len()).filter(|&lane| served(stage, lane)).map(queue).sum::<f32>();
        let best = (0..view.plan.stages().len()).max_by(|&a, &b| of(a).total_cmp(&of(b)));
        Decision { request: Request::Stage(best.unwrap_or(0)), next: now + Millis(5000) }
    }
    fn explain(&self) -> String {
        "most vehicles queue there".into()
    }
    fn save(&self, _: &mut Vec<u8>) {}
    fn load(&mut self, _: &[u8]) -> Result<(), StateError> {
        Ok(())
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut registry = Registry::default();
    registry.add(ENTRY)?;
    let (network, demand) = Scenario::bundled("grid").ok_or("it is bundled")??.build()?;
    let controller = (ENTRY.name.to_owned(), Vec::new());
    let setup = Setup { controller, registry: Arc::new(registry), ..Setup::default() };
    let mut sim = Simulation::new(Arc::new(network), Arc::new(demand), setup)?;
    while sim.unserved() > 0 {
        sim.step();
    }
    let means = sim.measures().means(sim.scene()).ok_or("somebody arrives")?;
    println!("all arrived at {} s, on average after {:.1} s", sim.now().seconds(), means.duration);
    Ok(())
}
