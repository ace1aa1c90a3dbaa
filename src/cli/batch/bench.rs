//! `intergreen bench`: suites of other people's scenarios, our figures beside the published ones.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, ValueEnum};

use super::{Options, conduct, cores};
use crate::batch::{Experiment, Seeds};
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
    /// Names of their controllers.
    controllers: &'static [&'static str],
    /// For each scenario their figures; 0 where they give none.
    rows: &'static [(&'static str, &'static [f64])],
}

const PUBLISHED_RESCO: [Published; 2] = [
    Published {
        source: "Ault and Sharon 2021 (RESCO), SUMO of that time, 3 s of yellow and no clearance, true queues",
        controllers: &["Fixed", "MaxWave", "MaxPressure", "IDQN", "IPPO"],
        rows: &[
            ("cologne1", &[56.6, 27.8, 65.9, 28.9, 211.0]),
            ("cologne8", &[63.8, 21.9, 47.7, 22.3, 22.5]),
            ("ingolstadt7", &[91.3, 80.6, 46.8, 35.7, 32.5]),
            ("grid4x4", &[0.0, 34.3, 52.6, 34.1, 45.9]),
        ],
    },
    Published {
        source: "measured again with SUMO 1.28 (median of 5 seeds); max-pressure and max-wave as RESCO has them",
        controllers: &["fixed", "actuated", "max-pressure", "max-wave"],
        rows: &[
            ("cologne1", &[43.0, 71.7, 23.0, 19.5]),
            ("cologne8", &[49.2, 41.6, 26.6, 17.8]),
            ("ingolstadt7", &[83.8, 33.1, 39.6, 60.7]),
            ("grid4x4", &[91.2, 69.3, 46.5, 31.8]),
        ],
    },
];
const PUBLISHED_CITYFLOW: [Published; 1] = [Published {
    source: "CityFlow's own engine, 3600 s, no yellow: average travel time; shipped 8 × 30 s program, 4-phase max-pressure",
    controllers: &["shipped program", "max-pressure"],
    rows: &[("hangzhou", &[525.0, 334.0]), ("jinan", &[445.0, 322.0])],
}];

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
            Self::Resco => &PUBLISHED_RESCO,
            Self::Cityflow => &PUBLISHED_CITYFLOW,
            Self::City => &[],
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
    let code = conduct(experiment, &folder, &out, &options)?;
    print(&published(suite))?;
    Ok(code)
}

/// Whether a scenario's files are those that were measured.
fn pinned(scenario: &Scenario, folder: &Path) -> Result<(), Failure> {
    let path = folder.join(scenario.path);
    let found = super::work::hash(&crate::cli::load(Some(&path), &[])?);
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

/// The published figures, as tables.
fn published(suite: Suite) -> String {
    let mut text = String::new();
    for p in suite.published() {
        text += &format!(
            "\n## Published: {}\n\n| {} | {} |\n|{}\n",
            p.source,
            suite.measure(),
            p.controllers.join(" | "),
            "---|".repeat(p.controllers.len() + 1)
        );
        for (name, figures) in p.rows {
            let cells: Vec<String> =
                figures.iter().map(|f| if *f > 0.0 { format!("{f:.1}") } else { "–".into() }).collect();
            text += &format!("| {name} | {} |\n", cells.join(" | "));
        }
    }
    if !text.is_empty() {
        text += "\nOther simulators, versions and clearance times, and controllers there see true queues, ours what loops report: \
                 compare shares of the fixed program rather than seconds.\n";
    }
    text
}
