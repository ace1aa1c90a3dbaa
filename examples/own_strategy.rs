//! A strategy of one's own, `cargo run --release --example own_strategy`: the stage before which most vehicles queue.
use intergreen::scenario::Scenario;
use intergreen::sim::{Setup, Simulation};
use intergreen_control::{
    Decision, Entry, Looks, Millis, Registry, Request, Serves, StateError, Strategy, View, plan::Stage,
};
use std::sync::Arc;

#[derive(Debug)]
struct LongestQueue;
const ENTRY: Entry = Entry {
    name: "longest_queue",
    summary: "every five seconds the stage before which most vehicles queue",
    needs: "an IN or X loop and a count loop a lane",
    parameters: &[],
    source: "an example",
    serves: Serves::Stages,
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
        let queue = |stage: &Stage| {
            let Some(traffic) = view.traffic else { return 0.0 };
            let lanes = traffic.approaches().lanes.iter().enumerate();
            let served = lanes.filter(|(_, lane)| lane.groups.iter().any(|group| stage.groups.contains(group)));
            served.map(|(number, _)| traffic.count(number, now).0).sum::<f32>()
        };
        let stages = view.plan.stages().iter().map(queue).enumerate();
        let longest = stages.max_by(|(_, a), (_, b)| a.total_cmp(b)).map_or(0, |(stage, _)| stage);
        Decision { request: Request::Stage(longest), next: now + Millis(5000) }
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
    let setup = Setup { controller: (ENTRY.name.into(), vec![]), registry: Arc::new(registry), ..Setup::default() };
    let mut sim = Simulation::new(Arc::new(network), Arc::new(demand), setup)?;
    while sim.unserved() > 0 {
        sim.step();
    }
    println!("{} vehicles have arrived after {} s", sim.measures().arrived, sim.now().seconds());
    Ok(())
}
