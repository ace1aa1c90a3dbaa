//! Draws a scenario: `cargo run --example draw -- SCENARIO TIME OUT.svg [x,y,w,h]`.
//!
//! SCENARIO is a `.sumocfg`, or `-` for the bundled arterial; TIME is in seconds of the scenario's clock.

use std::path::Path;
use std::sync::Arc;

use intergreen::demand::Demand;
use intergreen::draw::{self, Bounds, Options};
use intergreen::import::Report;
use intergreen::import::sumo::{config, net, routes};
use intergreen::network::Network;
use intergreen::scenario::Scenario;
use intergreen::sim::{Setup, Simulation};
use intergreen_control::Millis;

type Failure = Box<dyn std::error::Error>;

fn main() -> Result<(), Failure> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [scenario, time, out, ..] = args.as_slice() else {
        return Err("expected SCENARIO TIME OUT.svg [x,y,w,h]".into());
    };
    let (network, demand, setup) = if scenario == "-" { bundled()? } else { sumo(Path::new(scenario))? };
    let until = Millis((time.parse::<f64>()? * 1000.0) as i64);
    let network = Arc::new(network);
    let mut sim = Simulation::new(network.clone(), Arc::new(demand), setup)?;
    while sim.now() < until {
        sim.step();
    }
    let bounds = args.get(3).map(|text| bounds(text)).transpose()?;
    let title = if scenario == "-" { "arterial".into() } else { scenario.rsplit('/').next().unwrap_or("").to_owned() };
    let picture = draw::svg(&network, Some(&sim), &Options { title, bounds, ..Options::default() });
    std::fs::write(out, picture)?;
    Ok(())
}

fn bundled() -> Result<(Network, Demand, Setup), Failure> {
    let scenario = Scenario::bundled()?;
    let (network, demand) = scenario.build()?;
    let ms = |s: f64| Millis((s * 1000.0) as i64);
    let file = &scenario.file;
    let setup = Setup { begin: ms(file.begin), end: Some(ms(file.end)), step: ms(file.step), ..Setup::default() };
    Ok((network, demand, setup))
}

fn sumo(file: &Path) -> Result<(Network, Demand, Setup), Failure> {
    let mut report = Report::default();
    let config = config::read_config(file, &mut report)?;
    let network = net::read_network(&config.net, &config.additional, &mut report)?;
    let files: Vec<_> = config.additional.iter().chain(&config.routes).cloned().collect();
    let demand = routes::read_demand(&files, &network, &mut report)?;
    Ok((network, demand, Setup { begin: config.begin, end: config.end, ..Setup::default() }))
}

fn bounds(text: &str) -> Result<Bounds, Failure> {
    let numbers = text.split(',').map(str::parse).collect::<Result<Vec<f64>, _>>()?;
    match numbers[..] {
        [x, y, width, height] => Ok(Bounds { x, y, width, height }),
        _ => Err("expected x,y,w,h".into()),
    }
}
