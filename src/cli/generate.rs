//! `intergreen generate`: scenarios made from a few numbers and a seed.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::args::{factor, finite, seed};
use super::import::{text_of, write};
use super::{Failure, complain, print};
use crate::assign::{self, AssignError, Assignment, Round};
use crate::generate::arterial::{Arterial, Peak};
use crate::generate::city::City;
use crate::generate::grid::Grid;
use crate::generate::roundabouts::Roundabouts;
use crate::scenario::{NetworkFile, Scenario, generated_scenario};

/// Makes a scenario from a few numbers and a seed.
#[derive(Args, Clone, Debug)]
pub struct GenerateArgs {
    /// What is made
    #[command(subcommand)]
    pub kind: Kind,
}

/// What can be made. The same numbers make the same scenario.
#[derive(Subcommand, Clone, Debug)]
pub enum Kind {
    /// A grid of streets with signals, priority streets, or right before left
    Grid(GridArgs),
    /// A main street with coordinated signals
    Arterial(ArterialArgs),
    /// A main street with roundabouts
    Roundabouts(RoundaboutsArgs),
    /// A city district on a river, with the trips of a morning peak and routes that suit its traffic
    City(CityArgs),
}

/// What all have.
#[derive(Args, Clone, Debug)]
pub struct FileArgs {
    /// The scenario file to write (.ron)
    #[arg(short, long, value_name = "FILE")]
    pub output: PathBuf,
    /// What results call it [default: the kind]
    #[arg(long)]
    pub name: Option<String>,
    /// Seed: of the streets, and of runs that name none
    #[arg(long, value_name = "N", default_value = "1", allow_negative_numbers = true, value_parser = seed)]
    pub seed: u64,
    /// Traffic as a factor of the usual, 0.1 to 2
    #[arg(long, value_name = "F", default_value = "1", allow_negative_numbers = true, value_parser = factor)]
    pub demand: f64,
    /// Length of the scenario, s
    #[arg(long, value_name = "S", default_value = "3600", allow_negative_numbers = true, value_parser = finite)]
    pub end: f64,
}

/// A grid.
#[derive(Args, Clone, Debug)]
#[command(allow_negative_numbers = true)]
pub struct GridArgs {
    /// What all have.
    #[command(flatten)]
    pub file: FileArgs,
    /// Crossings from west to east, 1 to 100
    #[arg(long, value_name = "N", default_value_t = Grid::default().columns)]
    pub columns: usize,
    /// Crossings from south to north, 1 to 100
    #[arg(long, value_name = "N", default_value_t = Grid::default().rows)]
    pub rows: usize,
    /// Distance between neighbours, 100 to 1000 m
    #[arg(long, value_name = "M", default_value_t = Grid::default().block)]
    pub block: f64,
    /// Lanes each way, 1 to 3
    #[arg(long, value_name = "N", default_value_t = Grid::default().lanes)]
    pub lanes: u8,
    /// Left turns at signals have no bays
    #[arg(long)]
    pub no_bays: bool,
    /// Speed limit, 30 to 70 km/h
    #[arg(long, value_name = "KM/H", default_value_t = Grid::default().speed)]
    pub speed: f64,
    /// Parts of crossings with signals, with priority streets, and with right before left
    #[arg(long, value_name = "S,P,R", default_value = "1,0,0", value_parser = numbers::<3>)]
    pub mix: [f64; 3],
}

/// An arterial.
#[derive(Args, Clone, Debug)]
#[command(allow_negative_numbers = true)]
pub struct ArterialArgs {
    /// What all have.
    #[command(flatten)]
    pub file: FileArgs,
    /// Signals, 1 to 100
    #[arg(long, value_name = "N", default_value_t = Arterial::default().signals)]
    pub signals: usize,
    /// Least and greatest distance of neighbours, 150 to 2000 m
    #[arg(long, value_name = "M,M", default_value = "220,420", value_parser = numbers::<2>)]
    pub spacing: [f64; 2],
    /// Lanes of the main street each way, 1 to 3
    #[arg(long, value_name = "N", default_value_t = Arterial::default().lanes)]
    pub lanes: u8,
    /// Left turns from the main street have no bays
    #[arg(long)]
    pub no_bays: bool,
    /// Share of signals with side streets on both sides, 0 to 1
    #[arg(long, value_name = "P", default_value_t = Arterial::default().crossings)]
    pub crossings: f64,
    /// Speed limit, 30 to 70 km/h
    #[arg(long, value_name = "KM/H", default_value_t = Arterial::default().speed)]
    pub speed: f64,
    /// Where most drive
    #[arg(long, value_name = "WAY", default_value = "east")]
    pub peak: PeakArg,
}

/// Where most drive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum PeakArg {
    /// To the east
    East,
    /// To the west
    West,
    /// Both ways alike
    Both,
}

/// A row of roundabouts.
#[derive(Args, Clone, Debug)]
#[command(allow_negative_numbers = true)]
pub struct RoundaboutsArgs {
    /// What all have.
    #[command(flatten)]
    pub file: FileArgs,
    /// Roundabouts, 1 to 100
    #[arg(long, value_name = "N", default_value_t = Roundabouts::default().roundabouts)]
    pub roundabouts: usize,
    /// Least and greatest distance of neighbours, 150 to 2000 m
    #[arg(long, value_name = "M,M", default_value = "220,380", value_parser = numbers::<2>)]
    pub spacing: [f64; 2],
    /// Least and greatest radius, 16 to 40 m; at least 24 m with two lanes [default: 16,22; with two lanes 24,30]
    #[arg(long, value_name = "M,M", value_parser = numbers::<2>)]
    pub radius: Option<[f64; 2]>,
    /// Lanes of ring and main street each way, 1 or 2
    #[arg(long, value_name = "N", default_value_t = Roundabouts::default().lanes)]
    pub lanes: u8,
    /// Share of roundabouts with side streets on both sides, 0 to 1
    #[arg(long, value_name = "P", default_value_t = Roundabouts::default().crossings)]
    pub crossings: f64,
    /// Speed limit, 30 to 70 km/h
    #[arg(long, value_name = "KM/H", default_value_t = Roundabouts::default().speed)]
    pub speed: f64,
}

/// A city district.
#[derive(Args, Clone, Debug)]
#[command(allow_negative_numbers = true)]
pub struct CityArgs {
    /// The scenario file to write (.ron)
    #[arg(short, long, value_name = "FILE")]
    pub output: PathBuf,
    /// Seed: of streets, trips and routes, and of runs that name none
    #[arg(long, value_name = "N", default_value = "1", allow_negative_numbers = true, value_parser = seed)]
    pub seed: u64,
    /// About so many intersections, 120 to 400
    #[arg(long, value_name = "N", default_value_t = City::default().intersections)]
    pub intersections: usize,
    /// Trips in the hour, 0 to 60000 [default: 60 for each intersection]
    #[arg(long, value_name = "N")]
    pub trips: Option<usize>,
    /// How often routes are chosen anew for the travel times of a simulation, 0 to 50
    #[arg(long, value_name = "N", default_value_t = Assignment::default().rounds)]
    pub rounds: usize,
    /// Say nothing of the rounds
    #[arg(long, short)]
    pub quiet: bool,
}

/// Numbers with commas between them.
fn numbers<const N: usize>(text: &str) -> Result<[f64; N], String> {
    let all: Result<Vec<f64>, _> = text.split(',').map(|n| n.trim().parse::<f64>()).collect();
    let all = all.ok().filter(|all| all.iter().all(|n| n.is_finite())).and_then(|all| all.try_into().ok());
    all.ok_or_else(|| format!("expected {N} numbers with commas between them"))
}

/// Makes a scenario as asked.
///
/// # Errors
/// If a number is out of its range, or the file cannot be written.
pub fn run(args: &GenerateArgs) -> Result<(), Failure> {
    let (name, file, network) = match &args.kind {
        Kind::City(a) => return city(a),
        Kind::Grid(a) => ("grid", &a.file, NetworkFile::Grid(grid(a))),
        Kind::Arterial(a) => ("arterial", &a.file, NetworkFile::Arterial(arterial(a))),
        Kind::Roundabouts(a) => ("roundabouts", &a.file, NetworkFile::Roundabouts(roundabouts(a))),
    };
    if !(1.0..=604_800.0).contains(&file.end) {
        return Err(Failure::Input(format!("--end {}: expected 1 to 604800 s", file.end)));
    }
    let name = file.name.as_deref().unwrap_or(name);
    let made = generated_scenario(name, &network, file.end, file.seed).map_err(|e| Failure::Input(e.to_string()))?;
    let text = text_of(&made)?;
    let shown = file.output.display().to_string();
    let failed = |e: crate::scenario::ScenarioError| Failure::Run(format!("what was made cannot be used: {e}"));
    let built = Scenario::from_ron(&text, &shown).and_then(|s| s.assemble()).map_err(failed)?;
    write(&file.output, &text)?;
    let (n, flow) = (&built.network, made.demand.flows.iter().filter_map(|f| f.flow).sum::<f64>());
    let roads = n.links.iter().filter(|l| !l.internal).count();
    print(&format!(
        "{shown}: {} crossings, {} with signals, {roads} roads, {} flows of {flow:.0} veh/h in all\n",
        n.junctions.iter().filter(|j| j.entries.len() > 1).count(),
        n.signals.len(),
        made.demand.flows.len(),
    ))
}

/// Makes a city: minutes of simulation for its routes.
fn city(a: &CityArgs) -> Result<(), Failure> {
    if a.rounds > 50 {
        return Err(Failure::Input(format!("--rounds {}: expected 0 to 50", a.rounds)));
    }
    let trips = a.trips.unwrap_or(a.intersections.saturating_mul(TRIPS_PER_INTERSECTION));
    let city = City { intersections: a.intersections, trips, seed: a.seed };
    let how = Assignment { rounds: a.rounds, ..Assignment::default() };
    let mut round = 0;
    let mut look = |r: &Round| {
        round += 1;
        if !a.quiet {
            complain(
                "round",
                &format!(
                    "{round} of {}: {} trips chose anew; mean speed {:.1} km/h, {:.0} s on the way, empty after {:.0} s, {} \
                     left over",
                    a.rounds,
                    r.chosen,
                    r.mean_speed * 3.6,
                    r.mean_duration,
                    r.empty_after,
                    r.left_over
                ),
            );
        }
    };
    let made = assign::city(&city, &how, &mut look).map_err(|e| match e {
        AssignError::Generate(e) => Failure::Input(e.to_string()),
        other => Failure::Run(other.to_string()),
    })?;
    write(&a.output, &text_of(&made)?)?;
    let NetworkFile::Inline(plan) = &made.network else { return Ok(()) };
    print(&format!(
        "{}: {} nodes, {} signals, {} streets, {} trips on {} routes, {} bus stops\n",
        a.output.display(),
        plan.nodes.len(),
        plan.signals.len(),
        plan.streets.len(),
        made.demand.trips.len(),
        made.demand.routes.len(),
        made.demand.places.len(),
    ))
}

/// Trips in the peak hour for each intersection of a city.
const TRIPS_PER_INTERSECTION: usize = 60;

fn grid(a: &GridArgs) -> Grid {
    Grid {
        columns: a.columns,
        rows: a.rows,
        block: a.block,
        lanes: a.lanes,
        bays: !a.no_bays,
        speed: a.speed,
        mix: a.mix,
        demand: a.file.demand,
        seed: a.file.seed,
    }
}

fn arterial(a: &ArterialArgs) -> Arterial {
    Arterial {
        signals: a.signals,
        spacing: a.spacing,
        lanes: a.lanes,
        bays: !a.no_bays,
        crossings: a.crossings,
        speed: a.speed,
        peak: match a.peak {
            PeakArg::East => Peak::East,
            PeakArg::West => Peak::West,
            PeakArg::Both => Peak::Both,
        },
        demand: a.file.demand,
        seed: a.file.seed,
    }
}

fn roundabouts(a: &RoundaboutsArgs) -> Roundabouts {
    Roundabouts {
        roundabouts: a.roundabouts,
        spacing: a.spacing,
        radius: a.radius.unwrap_or(if a.lanes > 1 { [24.0, 30.0] } else { [16.0, 22.0] }),
        lanes: a.lanes,
        crossings: a.crossings,
        speed: a.speed,
        demand: a.file.demand,
        seed: a.file.seed,
    }
}
