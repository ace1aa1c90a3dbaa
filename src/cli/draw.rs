//! `intergreen draw`: a scenario as a picture.

use std::path::PathBuf;

use clap::Args;
use intergreen_control::Millis;

use crate::draw::{self, Bounds, Options};
use crate::network::Network;
use crate::sim::Simulation;

/// Draws a scenario as SVG: roads, stop lines, lamps and vehicles.
#[derive(Args, Clone, Debug)]
pub struct DrawArgs {
    /// Our `.ron`, a SUMO `.sumocfg`; the bundled arterial if none is given.
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

impl DrawArgs {
    /// Refuses numbers that make no picture.
    ///
    /// # Errors
    /// Names the option, its value and what was expected.
    pub fn check(&self) -> Result<(), String> {
        if !(100.0..=20_000.0).contains(&self.size) {
            return Err(format!("--size {}: expected 100 to 20000 pixels", self.size));
        }
        match self.at {
            Some(at) if !at.is_finite() => Err(format!("--at {at}: expected a time in s")),
            _ => Ok(()),
        }
    }
}

/// Runs a prepared simulation up to `--at` and writes the picture; without `--at`, the network alone.
///
/// # Errors
/// If an option is wrong, the moment lies before the scenario's beginning, or the file cannot be written.
pub fn run(args: &DrawArgs, title: &str, network: &Network, simulation: &mut Simulation) -> Result<(), String> {
    args.check()?;
    let options = Options { title: title.to_owned(), size: args.size, bounds: args.bounds, ..Options::default() };
    let picture = match args.at {
        None => draw::svg(network, None, &options),
        Some(at) => {
            advance(simulation, Millis((at * 1000.0).round() as i64))?;
            draw::svg(network, Some(simulation), &options)
        }
    };
    std::fs::write(&args.output, picture).map_err(|e| format!("{}: {e}", args.output.display()))
}

/// Runs up to a moment.
fn advance(simulation: &mut Simulation, until: Millis) -> Result<(), String> {
    let begin = simulation.now();
    if until < begin {
        let (at, begin) = (until.seconds(), begin.seconds());
        return Err(format!("--at {at}: the scenario begins at {begin} s; expected that or later"));
    }
    while simulation.now() < until && !simulation.is_empty() {
        simulation.step();
    }
    Ok(())
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
