//! `intergreen bench`: suites of other people's scenarios, our figures beside the published ones.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, ValueEnum};

use super::results::SOURCES;
use super::{Conducted, Options, conduct, cores};
use crate::batch::report::Report;
use crate::batch::{Experiment, Record, Seeds};
use crate::cli::{Failure, complain, print};

/// Options of `bench`.
#[derive(Args, Clone, Debug)]
pub struct BenchArgs {
    /// The suite
    #[arg(value_enum)]
    pub suite: Suite,
    /// Folder with the suite's scenarios, each in a folder of its own (city: not needed)
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Strategies, as --controller takes them; may be repeated
    #[arg(long, value_name = "NAME[,PARAM=VALUE…]", default_values_t = ["fixed_time", "actuated", "nema"].map(String::from))]
    pub controller: Vec<String>,
    /// Number of seeds
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=1000))]
    pub seeds: u64,
    /// Runs at a time [default: one for each processor]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub jobs: Option<u16>,
    /// Folder of the results [default: bench-SUITE.results]
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Go on where an earlier bench in the same folder ended
    #[arg(long)]
    pub resume: bool,
}

/// Suites.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Suite {
    /// cologne1, cologne8, ingolstadt7, grid4x4 of RESCO (SUMO files)
    Resco,
    /// hangzhou, jinan of CityFlow
    Cityflow,
    /// The bundled scenarios
    City,
}

/// A scenario of a suite.
struct Scenario {
    name: &'static str,
    /// Where it lies in the data folder; a bundled one's name.
    path: &'static str,
    /// Hash of its files, as our manifests have it; 0 for those that are in the program.
    hash: u64,
}

const fn scenario(name: &'static str, path: &'static str, hash: u64) -> Scenario {
    Scenario { name, path, hash }
}

const RESCO: [Scenario; 4] = [
    scenario("cologne1", "cologne1/cologne1.sumocfg", 0x260b_f19c_c021_35ea),
    scenario("cologne8", "cologne8/cologne8.sumocfg", 0xc588_08e9_b9d1_c604),
    scenario("ingolstadt7", "ingolstadt7/ingolstadt7.sumocfg", 0x0e60_3cd9_6811_98f0),
    scenario("grid4x4", "grid4x4/grid4x4.sumocfg", 0x810a_0d1d_ec50_ba38),
];
const CITYFLOW: [Scenario; 2] = [
    scenario("hangzhou", "hangzhou/config.json", 0xe6f4_d3e4_5aad_01d5),
    scenario("jinan", "jinan/config.json", 0x03fe_7684_9457_2bf5),
];
const CITY: [Scenario; 4] = [
    scenario("city", "city", 0),
    scenario("arterial", "arterial", 0),
    scenario("grid", "grid", 0),
    scenario("isolated", "isolated", 0),
];

/// What others have published for a suite.
struct Published {
    /// Who, with what.
    source: &'static str,
    /// What their figures are of: one of our measures.
    measure: &'static str,
    /// The scenarios that the columns are of.
    scenarios: &'static [&'static str],
    /// Their controllers with a figure for each scenario; 0 where they give none. The first one is the program that came
    /// with the scenario.
    rows: &'static [(&'static str, &'static [f64])],
    /// What has to be known of them.
    caveat: &'static str,
}

const RESCO_NAMES: &[&str] = &["cologne1", "cologne8", "ingolstadt7", "grid4x4"];
const CITYFLOW_NAMES: &[&str] = &["hangzhou", "jinan"];

const PUBLISHED_RESCO: &[Published] = &[
    Published {
        source: "RESCO 2021",
        measure: "resco_delay_s",
        scenarios: RESCO_NAMES,
        rows: &[
            ("Fixed", &[56.6, 63.8, 91.3, 0.0]),
            ("MaxWave", &[27.8, 21.9, 80.6, 34.3]),
            ("MaxPressure", &[65.9, 47.7, 46.8, 52.6]),
            ("IDQN", &[28.9, 22.3, 35.7, 34.1]),
            ("IPPO", &[211.0, 22.5, 32.5, 45.9]),
        ],
        caveat: "Ault and Sharon, Reinforcement Learning Benchmarks for Traffic Signal Control (2021): SUMO of that time. Their \
                 controllers decide every 10 s, show 3 s of yellow on a change and no other clearance, and see true queues and \
                 vehicles from the simulator, not detectors. No seeds or intervals are given here.",
    },
    Published {
        source: "SUMO 1.28",
        measure: "resco_delay_s",
        scenarios: RESCO_NAMES,
        rows: &[
            ("fixed", &[43.0, 49.2, 83.8, 91.2]),
            ("actuated", &[71.7, 41.6, 33.1, 69.3]),
            ("max-pressure", &[23.0, 26.6, 39.6, 46.5]),
            ("max-wave", &[19.5, 17.8, 60.7, 31.8]),
        ],
        caveat: "measured anew with SUMO 1.28.0, steps of 1 s, no teleports, median of 5 seeds. fixed and actuated keep the \
                 program's yellow (5 s in cologne1); max-pressure and max-wave are as RESCO has them, with 3 s: that alone cuts \
                 the fixed delay of cologne1 from 44 to 34 s.",
    },
];
const CITYFLOW_CAVEAT: &str = "measured with CityFlow's own engine over 3600 s. It has no yellow: who cannot stop crosses on red. \
                               max-pressure has four phases and sees every vehicle. Nothing there is random, so that there is no interval.";
const PUBLISHED_CITYFLOW: &[Published] = &[
    Published {
        source: "CityFlow",
        measure: "cityflow_att_s",
        scenarios: CITYFLOW_NAMES,
        rows: &[("shipped program, 8 × 30 s", &[525.0, 445.0]), ("max-pressure", &[334.0, 322.0])],
        caveat: CITYFLOW_CAVEAT,
    },
    Published {
        source: "CityFlow",
        measure: "cityflow_road_att_s",
        scenarios: CITYFLOW_NAMES,
        rows: &[("shipped program, 8 × 30 s", &[451.0, 375.0]), ("max-pressure", &[268.0, 262.0])],
        caveat: CITYFLOW_CAVEAT,
    },
];

impl Suite {
    fn name(self) -> &'static str {
        match self {
            Self::Resco => "resco",
            Self::Cityflow => "cityflow",
            Self::City => "city",
        }
    }

    fn scenarios(self) -> &'static [Scenario] {
        match self {
            Self::Resco => &RESCO,
            Self::Cityflow => &CITYFLOW,
            Self::City => &CITY,
        }
    }

    fn published(self) -> &'static [Published] {
        match self {
            Self::Resco => PUBLISHED_RESCO,
            Self::Cityflow => PUBLISHED_CITYFLOW,
            Self::City => &[],
        }
    }

    /// What lies between greens that exclude each other.
    fn clearances(self) -> &'static str {
        match self {
            Self::Cityflow => "the program as it is written, without yellow,",
            Self::Resco | Self::City => "the program's yellow and clearance times",
        }
    }

    /// What their figures are of.
    fn measure(self) -> &'static str {
        match self {
            Self::Cityflow => "cityflow_att_s",
            Self::Resco | Self::City => "resco_delay_s",
        }
    }
}

/// Runs a suite and prints what others have published beside it.
///
/// # Errors
/// If its files are not there or not those that the published figures are of, or a run cannot begin.
pub fn bench(args: &BenchArgs) -> Result<ExitCode, Failure> {
    let suite = args.suite;
    let folder = match (&args.data, suite) {
        (_, Suite::City) => PathBuf::new(),
        (Some(folder), _) => folder.clone(),
        (None, _) => {
            let (name, first) = (suite.name(), suite.scenarios()[0].path);
            return Err(Failure::Input(format!("bench {name}: expected --data DIR, the folder with {first}")));
        }
    };
    for s in suite.scenarios().iter().filter(|s| s.hash != 0) {
        pinned(s, &folder)?;
    }
    let experiment = Experiment {
        scenarios: suite.scenarios().iter().map(|s| s.path.to_owned()).collect(),
        controllers: args.controller.clone(),
        scales: vec![1.0],
        behaviours: Vec::new(),
        seeds: Seeds((1..=args.seeds).collect()),
        set: Default::default(),
        baseline: None,
        measure: suite.measure().into(),
        drain: suite != Suite::Cityflow,
        until: (suite == Suite::Cityflow).then_some(3600.0),
        step: None,
        warm_up: None,
        as_is: suite == Suite::Cityflow,
    };
    experiment.check().map_err(|e| Failure::Input(format!("bench: {e}")))?;
    let out = args.out.clone().unwrap_or_else(|| format!("bench-{}.results", suite.name()).into());
    let options = Options {
        jobs: args.jobs.map_or_else(cores, usize::from),
        shard: None,
        resume: args.resume,
        dry_run: false,
        precision: None,
        trips: false,
        quiet: false,
    };
    let name = format!("bench {}", suite.name());
    let done = conduct(&name, experiment, &folder, &out, &options)?;
    print(&beside(suite, &done))?;
    Ok(done.code)
}

/// Whether a scenario's files are those that were measured.
fn pinned(scenario: &Scenario, folder: &Path) -> Result<(), Failure> {
    let path = folder.join(scenario.path);
    let found = super::work::hash(&crate::cli::load(Some(&path), &[])?.inputs);
    if found != scenario.hash {
        complain(
            "warning",
            &format!(
                "{}: its files are others than those published and measured (hash {found:016x}, expected {:016x})",
                scenario.name, scenario.hash
            ),
        );
    }
    Ok(())
}

/// Our figures beside the published ones, a table for each measure.
fn beside(suite: Suite, done: &Conducted) -> String {
    let mut measures: Vec<&str> = suite.published().iter().map(|p| p.measure).collect();
    measures.dedup();
    if measures.is_empty() {
        return "\nThese scenarios are our own: nobody else has published figures for them.\n".into();
    }
    let mut text = String::from("\n# Beside published figures\n");
    for measure in measures {
        let published: Vec<&Published> = suite.published().iter().filter(|p| p.measure == measure).collect();
        let names = published[0].scenarios;
        text += &format!(
            "\n## {measure}\n\n| source | controller | {} |\n|{}\n",
            names.join(" | "),
            "---|".repeat(names.len() + 2)
        );
        let records: Vec<&Record> = done.records.iter().collect();
        let report = Report::new(&Experiment { measure: measure.into(), ..done.experiment.clone() }, &records);
        for controller in &done.experiment.controllers {
            let cells: Vec<String> = names.iter().map(|name| ours(&report, name, controller)).collect();
            text += &format!("| Intergreen {} | {controller} | {} |\n", env!("CARGO_PKG_VERSION"), cells.join(" | "));
        }
        for p in published {
            for (controller, figures) in p.rows {
                let cells: Vec<String> = figures.iter().zip(p.rows[0].1).map(|(x, base)| theirs(*x, *base)).collect();
                text += &format!("| {} | {controller} | {} |\n", p.source, cells.join(" | "));
            }
        }
    }
    let seeds = done.experiment.seeds.0.len();
    text += &format!(
        "\nIn brackets: share of the same source's own fixed program. Compare these rather than seconds: simulators, versions, \
         clearance times and what controllers see are not the same.\n\n- Intergreen {}, sources {SOURCES}: {seeds} seeds, mean ± half \
         of the 95 % interval (none where all seeds give the same run). All controllers keep {} and see what loops report.\n",
        env!("CARGO_PKG_VERSION"),
        suite.clearances()
    );
    let mut said: Vec<&str> = Vec::new();
    for p in suite.published() {
        if !said.contains(&p.source) {
            text += &format!("- {}: {}\n", p.source, p.caveat);
            said.push(p.source);
        }
    }
    let hashes: Vec<String> = suite.scenarios().iter().map(|s| format!("{} {:016x}", s.name, s.hash)).collect();
    text + &format!(
        "- The figures are of these files (FNV-1a): {}; a warning above says if yours are others.\n",
        hashes.join(", ")
    )
}

/// A cell of ours.
fn ours(report: &Report, scenario: &str, controller: &str) -> String {
    let block = report.blocks.iter().find(|b| b.scenario == scenario);
    let of = |name: &str| block.and_then(|b| b.rows.iter().find(|r| r.controller == name));
    let Some((row, mean)) = of(controller).and_then(|row| Some((row, row.mean?))) else { return "–".into() };
    let half = row.interval.map_or(String::new(), |(least, most)| format!(" ± {:.1}", (most - least) / 2.0));
    format!("{mean:.1}{half}{}", share(mean, of("fixed_time").and_then(|base| base.mean)))
}

/// A cell of theirs.
fn theirs(figure: f64, base: f64) -> String {
    if figure > 0.0 { format!("{figure:.1}{}", share(figure, Some(base))) } else { "–".into() }
}

/// A share of a fixed program, if there is one.
fn share(figure: f64, base: Option<f64>) -> String {
    base.filter(|b| *b > 0.0).map_or(String::new(), |base| format!(" ({:.0} %)", 100.0 * figure / base))
}
