//! `intergreen draw`: a scenario as a picture.

use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use intergreen_control::Millis;

use super::{Failure, Loaded, load};
use crate::draw::{self, Bounds, Options};
use crate::sim::{Setup, Simulation};

/// Draws a scenario as SVG: roads, stop lines, lamps and vehicles.
#[derive(Args, Clone, Debug)]
pub struct DrawArgs {
    /// Scenario: our .ron or a SUMO .sumocfg [default: the bundled arterial]
    pub scenario: Option<PathBuf>,
    /// The moment to draw, in s of the scenario's clock; without it, the network alone.
    #[arg(long, value_name = "S")]
    pub at: Option<f64>,
    /// The file to write.
    #[arg(short, long, value_name = "FILE")]
    pub output: PathBuf,
    /// Longest side of the map, in pixels.
    #[arg(long, value_name = "PIXELS", default_value_t = 1600.0)]
    pub size: f64,
    /// Draw only this part: west edge, south edge, width and height in m.
    #[arg(long, value_name = "X,Y,W,H", value_parser = parse_bounds, allow_hyphen_values = true)]
    pub bounds: Option<Bounds>,
    /// Seed of the run up to that moment; the scenario's own if none is given.
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
}

/// Draws a scenario as asked: the network alone, or as it is at a moment.
///
/// # Errors
/// If the input or an option cannot be used, or the file cannot be written.
pub fn run(args: &DrawArgs) -> Result<(), Failure> {
    check(args)?;
    let mut loaded = load(args.scenario.as_deref(), &[])?;
    let seed = args.seed.unwrap_or(loaded.seed);
    super::run::scale(&mut loaded, 1.0, seed)?;
    let options = Options { title: loaded.name.clone(), size: args.size, bounds: args.bounds, ..Options::default() };
    let picture = match args.at {
        None => draw::svg(&loaded.network, None, &options),
        Some(at) => {
            let simulation = advanced(&loaded, seed, Millis::from_seconds(at))?;
            draw::svg(&loaded.network, Some(&simulation), &options)
        }
    };
    std::fs::write(&args.output, picture).map_err(|e| Failure::Input(format!("{}: {e}", args.output.display())))
}

/// Refuses numbers that make no picture.
fn check(args: &DrawArgs) -> Result<(), Failure> {
    if !(100.0..=20_000.0).contains(&args.size) {
        return Err(Failure::Input(format!("--size {}: expected 100 to 20000 pixels", args.size)));
    }
    match args.at {
        Some(at) if !at.is_finite() => Err(Failure::Input(format!("--at {at}: expected a time in s"))),
        _ => Ok(()),
    }
}

/// A run up to a moment.
fn advanced(loaded: &Loaded, seed: u64, until: Millis) -> Result<Simulation, Failure> {
    let begin = loaded.begin;
    if until < begin {
        let (at, begin) = (until.seconds(), begin.seconds());
        return Err(Failure::Input(format!("--at {at}: the scenario begins at {begin} s; expected that or later")));
    }
    let setup = Setup { begin, end: loaded.end, step: loaded.step, seed, ..Setup::default() };
    let demand = Arc::new(loaded.demand.clone());
    let mut simulation =
        Simulation::new(loaded.network.clone(), demand, setup).map_err(|e| Failure::Run(e.to_string()))?;
    while simulation.now() < until && !simulation.is_empty() {
        simulation.step();
    }
    Ok(simulation)
}

/// Reads `x,y,w,h`.
fn parse_bounds(text: &str) -> Result<Bounds, String> {
    let numbers = text.split(',').map(|n| n.trim().parse::<f64>()).collect::<Result<Vec<_>, _>>();
    match numbers.unwrap_or_default()[..] {
        [x, y, width, height] if [x, y, width, height].iter().all(|n| n.is_finite()) && width > 0.0 && height > 0.0 => {
            Ok(Bounds { x, y, width, height })
        }
        _ => Err("expected four numbers x,y,w,h in m, the last two above 0".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_are_read_or_refused() {
        let bounds = Bounds { x: -1.5, y: 2.0, width: 30.0, height: 4.0 };
        assert_eq!(parse_bounds("-1.5, 2,30,4"), Ok(bounds));
        for wrong in ["", "1,2,3", "1,2,3,4,5", "1,2,0,4", "1,2,NaN,4", "a,b,c,d", "1,2,inf,3"] {
            assert!(parse_bounds(wrong).is_err(), "{wrong}");
        }
    }
}
