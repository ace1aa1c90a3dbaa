//! `intergreen view`: a scenario in a window, as a picture, or as a film.

use std::path::PathBuf;

use clap::Args;

use super::args::{Emissions, SetupArgs, finite};
use super::draw::parse_bounds;
use crate::draw::Bounds;

/// Watches a scenario in a window; or takes a picture or a film of it without one.
#[derive(Args, Clone, Debug)]
#[command(group = clap::ArgGroup::new("picture").args(["shot", "record"]))]
pub struct ViewArgs {
    /// What is simulated.
    #[command(flatten)]
    pub setup: SetupArgs,
    /// Begin where a run stood that wrote this checkpoint (`run --checkpoint-every`); all other options as in that run
    #[arg(long, value_name = "FILE")]
    pub resume: Option<PathBuf>,
    /// Emission model of the run that wrote the checkpoint
    #[arg(long, value_name = "MODEL", default_value = "cpfm", requires = "resume")]
    pub emissions: Emissions,
    /// Take a picture (PNG) at --at instead of opening a window; needs no display
    #[arg(long, value_name = "FILE", conflicts_with = "record")]
    pub shot: Option<PathBuf>,
    /// The moment of the picture, or from when on to watch, s of the scenario's clock [default: picture: five minutes
    /// after its begin; window: its begin; with --resume that is the checkpoint's time]
    #[arg(long, value_name = "S", allow_negative_numbers = true, value_parser = finite, conflicts_with = "record")]
    pub at: Option<f64>,
    /// Take a film from --from to --to (ffmpeg makes it; a name without extension: a folder of PNGs); needs no display
    #[arg(long, value_name = "FILE", requires = "to")]
    pub record: Option<PathBuf>,
    /// Begin of the film, s of the scenario's clock [default: the begin; with --resume the checkpoint's time]
    #[arg(long, value_name = "S", allow_negative_numbers = true, value_parser = finite, requires = "record")]
    pub from: Option<f64>,
    /// End of the film, s of the scenario's clock
    #[arg(long, value_name = "S", allow_negative_numbers = true, value_parser = finite, requires = "record")]
    pub to: Option<f64>,
    /// Simulated seconds in a second of the film; of a window, how many times as fast as the clock it runs at first
    #[arg(long, value_name = "F", default_value_t = 1.0, value_parser = above_zero)]
    pub times: f64,
    /// Pictures in a second of the film; of a window, most in a second [default: film 30, window: as the screen has it]
    #[arg(long, value_name = "N", value_parser = above_zero)]
    pub fps: Option<f64>,
    /// Width and height, pixels
    #[arg(long, value_name = "WxH", default_value = "1280x720", value_parser = parse_size)]
    pub size: (u32, u32),
    /// Of pictures, show only this part: west edge, south edge, width and height in m
    #[arg(long, value_name = "X,Y,W,H", value_parser = parse_bounds, allow_hyphen_values = true, requires = "picture")]
    pub bounds: Option<Bounds>,
    /// What colours of vehicles tell
    #[arg(long, value_name = "WHAT", default_value = "speed")]
    pub vehicles: VehicleColours,
    /// What colours of roads tell
    #[arg(long, value_name = "WHAT", default_value = "plain")]
    pub roads: RoadColours,
    /// Light colours instead of dark ones
    #[arg(long)]
    pub light: bool,
    /// Miles and feet instead of kilometres and metres
    #[arg(long)]
    pub us_units: bool,
    /// Show panels in pictures, too
    #[arg(long, requires = "picture")]
    pub panels: bool,
    /// Of pictures: select the signal, lane, link or detector (SIGNAL/3) of this name, and show what is around it
    #[arg(long, value_name = "ID", requires = "picture")]
    pub select: Option<String>,
    /// Of pictures with panels: the time-space diagram of the straight way through this link, of the ten minutes before
    #[arg(long, value_name = "LINK", requires = "panels")]
    pub time_space: Option<String>,
    /// Where the commands given in the window are written, for `run --commands` [default: nowhere]
    #[arg(long, value_name = "FILE", conflicts_with = "picture")]
    pub save_commands: Option<PathBuf>,
}

/// What colours of vehicles tell.
#[derive(clap::ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum VehicleColours {
    /// Speed against the limit
    Speed,
    /// How long they have stood
    Waiting,
    /// Time lost so far
    Delay,
    /// CO₂ just now
    Co2,
    /// Cars, buses, trucks
    Class,
}

/// What colours of roads tell.
#[derive(clap::ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum RoadColours {
    /// Nothing
    Plain,
    /// Mean speed against the limit
    Speed,
    /// How long those on the lane have stood, mean
    Waiting,
    /// How full the lane is of vehicles that stand
    Queue,
    /// Vehicles an hour
    Flow,
    /// Time lost by those who leave the lane, mean
    Delay,
    /// CO₂ per hour and length
    Co2,
    /// How full the lane is, less how full those are to which it leads
    Pressure,
    /// Heat map of delay over the whole network
    Heat,
}

/// Reads a number above 0.
fn above_zero(text: &str) -> Result<f64, String> {
    finite(text).ok().filter(|f| (1e-3..=1e4).contains(f)).ok_or_else(|| "expected a number from 0.001 to 10000".into())
}

/// Reads `1280x720`.
fn parse_size(text: &str) -> Result<(u32, u32), String> {
    let sides = text.split_once('x').and_then(|(w, h)| Some((w.parse().ok()?, h.parse().ok()?)));
    let fits = |side: &u32| (64..=8192).contains(side);
    sides
        .filter(|(w, h)| fits(w) && fits(h))
        .ok_or_else(|| "expected width and height in pixels, 64 to 8192, such as 1280x720".into())
}

/// Says how to get a window.
#[cfg(not(feature = "view"))]
pub fn run(_: &ViewArgs) -> Result<(), super::Failure> {
    Err(super::Failure::Run(
        "this build has no window; build one with: cargo build --release --features view (or cargo install with \
         --features view)"
            .into(),
    ))
}

#[cfg(feature = "view")]
pub use with_window::run;

#[cfg(feature = "view")]
mod with_window {
    use std::path::Path;

    use intergreen_control::Millis;

    use super::{RoadColours, VehicleColours, ViewArgs};
    use crate::cli::checkpoints::resume;
    use crate::cli::findings::Findings;
    use crate::cli::progress::Progress;
    use crate::cli::{Failure, complain, load, run as runs};
    use crate::network::LinkId;
    use crate::sim::{Simulation, TimedCommand};
    use crate::view::ask::Subject;
    use crate::view::fleet::VehicleLayer;
    use crate::view::layers::RoadLayer;
    use crate::view::pace::Pace;
    use crate::view::paint::Theme;
    use crate::view::sim_thread::Driver;
    use crate::view::window::{self, Film, Loader, Opening, Problem, Still, Style};
    use crate::view::words::Units;

    /// Without a time a picture is taken this long after the begin: the network has filled by then.
    const SETTLED: Millis = Millis(300_000);

    /// Opens a window, or takes pictures.
    ///
    /// # Errors
    /// If the input or an option cannot be used, there is nothing to draw on, or a file cannot be written.
    pub fn run(args: &ViewArgs) -> Result<(), Failure> {
        let mut loaded = load(args.setup.scenario.as_deref(), &args.setup.set)?;
        // As a run does that does not say otherwise.
        loaded.complete_programs();
        Findings::of(&loaded.report).warn(false);
        let emissions = args.resume.as_ref().and_then(|_| args.emissions.model());
        let mut sim = runs::simulation(&args.setup, emissions, &mut loaded, false)?;
        if let Some(file) = &args.resume {
            resume(file, &mut sim, false)?;
        }
        let begin = sim.now();
        let selected = args.select.as_deref().map(|name| subject(&sim, name)).transpose()?;
        let corridor = args.time_space.as_deref().map(|name| link(&sim, name)).transpose()?;
        let still = Still {
            corridor,
            title: loaded.name.clone(),
            size: args.size,
            style: style(args),
            bounds: args.bounds,
            panels: args.panels,
            selected,
        };
        if let Some(file) = &args.shot {
            if file.extension().is_some_and(|end| !end.eq_ignore_ascii_case("png")) {
                return Err(Failure::Input(format!("--shot {}: expected a name that ends in .png", file.display())));
            }
            let at = args.at.map_or(begin + SETTLED, Millis::from_seconds);
            not_before(begin, at, "--at")?;
            let reached = window::still(sim, at, &still, file).map_err(failure)?;
            tell_of_end(reached, at);
            return Ok(());
        }
        if let Some(file) = &args.record {
            return film(args, sim, begin, still, file);
        }
        // What happens before the window opens is noted, too: charts and diagrams begin with the run.
        let mut driver = Driver::new(sim);
        if let Some(at) = args.at.map(Millis::from_seconds) {
            not_before(begin, at, "--at")?;
            complain("note", &format!("runs up to {} s; the window opens then", at.seconds()));
            let mut progress = Progress::new(false, begin, Some(at), begin);
            while driver.sim().now() < at && !driver.is_over() {
                driver.step();
                progress.show(driver.sim());
            }
            progress.finish();
            tell_of_end(driver.sim().now(), at);
        }
        let (title, style) = (still.title, still.style);
        let pace = Pace::Times(args.times);
        let load = loader(args.clone());
        let closed = window::open(Opening { title, driver, style, pace, size: args.size, load, frames: args.fps });
        let closed = closed.map_err(failure)?;
        if let Some((at, hash)) = closed.reached {
            let (at, rate) = (at.seconds(), closed.frames);
            complain("note", &format!("closed at {at} s, state hash {hash:016x}; {rate:.1} frames a second"));
        }
        let Some(file) = &args.save_commands else { return Ok(()) };
        // Those the run was started with are part of it.
        let given = args.setup.commands.as_ref().map(|file| runs::read_commands(file)).transpose()?;
        let mut log = given.map_or_else(Vec::new, |(_, list)| list);
        log.extend(closed.log);
        save(&log, file)
    }

    /// Says so if a run was over before somebody wanted to see it.
    fn tell_of_end(reached: Millis, at: Millis) {
        if reached < at {
            complain("note", &format!("the run is over at {} s", reached.seconds()));
        }
    }

    /// Makes runs of other files with the same options.
    fn loader(args: ViewArgs) -> Loader {
        Box::new(move |file: &Path| {
            let mut loaded = load(Some(file), &args.setup.set).map_err(|e| e.to_string())?;
            loaded.complete_programs();
            let sim = runs::simulation(&args.setup, None, &mut loaded, false).map_err(|e| e.to_string())?;
            Ok((loaded.name, sim))
        })
    }

    /// Takes a film.
    fn film(args: &ViewArgs, sim: Simulation, begin: Millis, still: Still, file: &Path) -> Result<(), Failure> {
        let from = args.from.map_or(begin, Millis::from_seconds);
        let to = Millis::from_seconds(args.to.unwrap_or_default());
        not_before(begin, from, "--from")?;
        if to <= from {
            return Err(Failure::Input(format!("--to {}: expected a time after {} s", to.seconds(), from.seconds())));
        }
        let film = Film { still, to, rate: args.fps.unwrap_or(30.0), times: args.times };
        let mut told = from;
        let mut look = |now: Millis| {
            if now >= told + Millis(60_000) {
                told = now;
                complain("note", &format!("{:.0} of {:.0} s", (now - from).seconds(), (to - from).seconds()));
            }
        };
        let (frames, reached) = window::film(sim, from, &film, file, &mut look).map_err(failure)?;
        tell_of_end(reached, to);
        complain("note", &format!("{}: {frames} pictures", file.display()));
        Ok(())
    }

    /// What has this name.
    fn subject(sim: &Simulation, name: &str) -> Result<Subject, Failure> {
        Subject::find_fixed(sim.scene(), name).ok_or_else(|| {
            Failure::Input(format!(
                "--select {name}: nothing is called so; expected a signal, a lane, a link, or a detector (SIGNAL/3)"
            ))
        })
    }

    /// The link of this name.
    fn link(sim: &Simulation, name: &str) -> Result<LinkId, Failure> {
        let found = sim.scene().network.find_link(name);
        found.ok_or_else(|| Failure::Input(format!("--time-space {name}: expected the name of a link")))
    }

    /// How things are shown.
    fn style(args: &ViewArgs) -> Style {
        Style {
            theme: if args.light { Theme::Light } else { Theme::Dark },
            units: if args.us_units { Units::Us } else { Units::Metric },
            vehicles: match args.vehicles {
                VehicleColours::Speed => VehicleLayer::Speed,
                VehicleColours::Waiting => VehicleLayer::Waiting,
                VehicleColours::Delay => VehicleLayer::Delay,
                VehicleColours::Co2 => VehicleLayer::Co2,
                VehicleColours::Class => VehicleLayer::Class,
            },
            roads: match args.roads {
                RoadColours::Plain => RoadLayer::Plain,
                RoadColours::Speed => RoadLayer::Speed,
                RoadColours::Waiting => RoadLayer::Waiting,
                RoadColours::Queue => RoadLayer::Queue,
                RoadColours::Flow => RoadLayer::Flow,
                RoadColours::Delay => RoadLayer::Delay,
                RoadColours::Co2 => RoadLayer::Co2,
                RoadColours::Pressure => RoadLayer::Pressure,
                RoadColours::Heat => RoadLayer::Heat,
            },
        }
    }

    /// Refuses a moment before the begin.
    fn not_before(begin: Millis, at: Millis, option: &str) -> Result<(), Failure> {
        if at >= begin {
            return Ok(());
        }
        let (at, begin) = (at.seconds(), begin.seconds());
        Err(Failure::Input(format!("{option} {at}: the run begins at {begin} s; expected that or later")))
    }

    /// Writes commands as `run --commands` reads them.
    fn save(log: &[TimedCommand], file: &Path) -> Result<(), Failure> {
        let wrong = |e: &dyn std::fmt::Display| Failure::Run(format!("{}: {e}", file.display()));
        let pretty = ron::ser::PrettyConfig::new().extensions(ron::extensions::Extensions::IMPLICIT_SOME);
        let text = ron::ser::to_string_pretty(log, pretty).map_err(|e| wrong(&e))?;
        std::fs::write(file, text).map_err(|e| wrong(&e))
    }

    /// Whose fault it is.
    fn failure(problem: Problem) -> Failure {
        Failure::Run(problem.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_or_refused() {
        assert_eq!(parse_size("1920x1080"), Ok((1920, 1080)));
        for wrong in ["", "1280", "1280x", "x720", "10x10", "99999x720", "-1x5", "a×b"] {
            assert!(parse_size(wrong).is_err(), "{wrong}");
        }
        assert!(above_zero("0").is_err() && above_zero("inf").is_err() && above_zero("30").is_ok());
    }
}
