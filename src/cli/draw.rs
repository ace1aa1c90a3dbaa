//! `intergreen draw`: a scenario as a picture.

use std::path::PathBuf;

use clap::Args;
use intergreen_control::Millis;

use super::args::{SetupArgs, finite};
use super::{Failure, Loaded, load, record, run};
use crate::detectors::place;
use crate::draw::{self, Bounds, Options};
use crate::network::Network;
use crate::sim::Simulation;

/// Draws a scenario as SVG: roads, stop lines, lamps and vehicles.
#[derive(Args, Clone, Debug)]
pub struct DrawArgs {
    /// What is simulated up to the moment that is drawn.
    #[command(flatten)]
    pub setup: SetupArgs,
    /// The moment to draw, in s of the scenario's clock; without it, the network alone
    #[arg(long, value_name = "S", allow_negative_numbers = true, value_parser = finite)]
    pub at: Option<f64>,
    /// The file to write
    #[arg(short, long, value_name = "FILE")]
    pub output: PathBuf,
    /// Longest side of the map, in pixels
    #[arg(long, value_name = "PIXELS", default_value_t = 1600.0, value_parser = parse_size)]
    pub size: f64,
    /// Draw only this part: west edge, south edge, width and height in m
    #[arg(long, value_name = "X,Y,W,H", value_parser = parse_bounds, allow_hyphen_values = true)]
    pub bounds: Option<Bounds>,
}

/// Draws a scenario as asked: the network alone, or as it is at a moment of `run`.
///
/// # Errors
/// If the input or an option cannot be used, or the file cannot be written.
pub fn run(args: &DrawArgs) -> Result<(), Failure> {
    let mut loaded = load(args.setup.scenario.as_deref(), &args.setup.set)?;
    // As a run does that does not say otherwise.
    loaded.complete_programs();
    record::keep_inputs(&args.output, &loaded.inputs)?;
    if let Some(bounds) = args.bounds {
        check_bounds(&loaded.network, bounds)?;
    }
    let detectors = place(&loaded.network, &loaded.detectors);
    let options =
        Options { detectors, title: loaded.name.clone(), size: args.size, bounds: args.bounds, ..Options::default() };
    let simulation = args.at.map(|at| advanced(&args.setup, &mut loaded, at)).transpose()?;
    let picture = draw::svg(&loaded.network, simulation.as_ref(), &options);
    std::fs::write(&args.output, picture).map_err(|e| Failure::Input(format!("{}: {e}", args.output.display())))
}

/// Refuses a part of the plane in which there is nothing.
fn check_bounds(network: &Network, b: Bounds) -> Result<(), Failure> {
    let all = draw::extent(network);
    if b.overlaps(&all) {
        return Ok(());
    }
    let show = |b: Bounds| format!("{:.0},{:.0},{:.0},{:.0}", b.x, b.y, b.width, b.height);
    let (given, whole) = (show(b), show(all));
    Err(Failure::Input(format!("--bounds {given}: there is nothing; the whole network is --bounds {whole}")))
}

/// A run up to a moment.
fn advanced(args: &SetupArgs, loaded: &mut Loaded, at: f64) -> Result<Simulation, Failure> {
    let until = Millis::from_seconds(at);
    if until < loaded.begin {
        let begin = loaded.begin.seconds();
        return Err(Failure::Input(format!("--at {at}: the scenario begins at {begin} s; expected that or later")));
    }
    let mut simulation = run::simulation(args, None, loaded, false)?;
    while simulation.now() < until && !simulation.is_empty() {
        simulation.step();
    }
    Ok(simulation)
}

/// Reads a size of a picture.
fn parse_size(text: &str) -> Result<f64, String> {
    match finite(text) {
        Ok(size) if (100.0..=20_000.0).contains(&size) => Ok(size),
        _ => Err("expected 100 to 20000 pixels".into()),
    }
}

/// Reads `x,y,w,h`.
pub(super) fn parse_bounds(text: &str) -> Result<Bounds, String> {
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
