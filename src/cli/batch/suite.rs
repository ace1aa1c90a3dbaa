//! Suites of scenarios, and what others have published for them.

use clap::ValueEnum;
use serde::{Deserialize, Serialize};

use crate::batch::report::{Beside, Figure, Line, Report, Table, counted};
use crate::batch::{Experiment, Record};

/// Suites.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Suite {
    /// cologne1, cologne8, ingolstadt7, grid4x4 of RESCO (SUMO files)
    Resco,
    /// hangzhou, jinan of CityFlow
    Cityflow,
    /// The bundled scenarios
    City,
}

/// The program that made results: what their manifest says, whoever reports them.
#[derive(Clone, Copy, Debug)]
pub struct Maker<'a> {
    /// Its version.
    pub version: &'a str,
    /// Hash of its sources.
    pub sources: &'a str,
}

/// A scenario of a suite.
pub struct Scenario {
    /// What results call it.
    pub name: &'static str,
    /// Where it lies in the data folder; a bundled one's name.
    pub path: &'static str,
    /// Hash of its files, as our manifests have it; 0 for those that are in the program.
    pub hash: u64,
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
    /// What it is called.
    pub fn name(self) -> &'static str {
        match self {
            Self::Resco => "resco",
            Self::Cityflow => "cityflow",
            Self::City => "city",
        }
    }

    /// Its scenarios, in their order.
    pub fn scenarios(self) -> &'static [Scenario] {
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
    pub fn measure(self) -> &'static str {
        match self {
            Self::Cityflow => "cityflow_att_s",
            Self::Resco | Self::City => "resco_delay_s",
        }
    }

    /// Where commands of its runs find their files.
    pub fn folder(self) -> &'static str {
        match self {
            Self::City => "any folder",
            Self::Resco | Self::Cityflow => "the folder that --data named",
        }
    }

    /// What is to be said of files that are not those that were measured; `hashes` are those that were run.
    pub fn unpinned(self, hashes: &[u64]) -> Vec<String> {
        let pairs = self.scenarios().iter().zip(hashes).filter(|(s, found)| s.hash != 0 && s.hash != **found);
        let text = |(s, found): (&Scenario, &u64)| {
            format!(
                "{}: its files are others than those published and measured (hash {found:016x}, expected {:016x})",
                s.name, s.hash
            )
        };
        pairs.map(text).collect()
    }

    /// Our figures beside the published ones, of runs of an experiment of its scenarios with these hashes; nothing if nobody
    /// has published any.
    pub fn beside(
        self,
        maker: Maker<'_>,
        experiment: &Experiment,
        hashes: &[u64],
        records: &[&Record],
    ) -> Option<Beside> {
        let mut measures: Vec<&str> = self.published().iter().map(|p| p.measure).collect();
        measures.dedup();
        let table = |measure: &&str| self.table(maker, measure, experiment, records);
        let tables: Vec<Table> = measures.iter().map(table).collect();
        (!tables.is_empty()).then(|| Beside {
            warnings: self.unpinned(hashes),
            tables,
            notes: self.notes(maker, experiment),
        })
    }

    /// The figures of a measure.
    fn table(self, maker: Maker<'_>, measure: &str, experiment: &Experiment, records: &[&Record]) -> Table {
        let published: Vec<&Published> = self.published().iter().filter(|p| p.measure == measure).collect();
        let names = published[0].scenarios;
        let report = Report::new(&Experiment { measure: measure.into(), ..experiment.clone() }, names, records);
        let ours = experiment.controllers.iter().map(|controller| Line {
            source: format!("Intergreen {}", maker.version),
            controller: controller.clone(),
            figures: names.iter().map(|name| ours(&report, name, controller)).collect(),
        });
        let mut lines: Vec<Line> = ours.collect();
        for p in published {
            lines.extend(p.rows.iter().map(|(controller, figures)| Line {
                source: p.source.into(),
                controller: (*controller).into(),
                figures: figures.iter().zip(p.rows[0].1).map(|(x, base)| theirs(*x, *base)).collect(),
            }));
        }
        Table { measure: measure.into(), scenarios: names.iter().map(|name| (*name).to_owned()).collect(), lines }
    }

    /// What has to be known of the figures.
    fn notes(self, maker: Maker<'_>, experiment: &Experiment) -> Vec<String> {
        let mut notes = vec![
            "In brackets: share of the same source's own fixed program. Compare these rather than seconds: simulators, versions, \
             clearance times and what controllers see are not the same."
                .to_owned(),
            format!(
                "Intergreen {}, sources {}: {}, mean ± half of the 95 % interval (none where all seeds give the same \
                 run). All controllers keep {} and see what {} report.",
                maker.version,
                maker.sources,
                counted(experiment.seeds.0.len(), "seed"),
                self.clearances(),
                experiment.sensors.first().map_or("loops", |tier| if tier == "perfect" { "all vehicles" } else { tier }),
            ),
        ];
        if experiment.controllers.iter().any(|controller| controller.starts_with("resco_")) {
            notes.push(
                "resco_max_pressure and resco_max_wave are as RESCO has them: 3 s of yellow and no other clearance."
                    .into(),
            );
        }
        for p in self.published() {
            let said = format!("{}: {}", p.source, p.caveat);
            if !notes.contains(&said) {
                notes.push(said);
            }
        }
        let hashes: Vec<String> = self.scenarios().iter().map(|s| format!("{} {:016x}", s.name, s.hash)).collect();
        notes.push(format!("The published figures are of these files (FNV-1a): {}.", hashes.join(", ")));
        notes
    }
}

/// A figure of ours.
fn ours(report: &Report, scenario: &str, controller: &str) -> Option<Figure> {
    let block = report.blocks.iter().find(|b| b.scenario == scenario)?;
    let of = |name: &str| block.rows.iter().find(|r| r.controller == name);
    let row = of(controller)?;
    let value = row.mean?;
    let half = row.interval.map(|(least, most)| (most - least) / 2.0);
    let base = of("fixed_time").and_then(|base| base.mean).filter(|base| *base > 0.0);
    Some(Figure { value, half, share: base.map(|base| value / base) })
}

/// A figure of theirs; none if they give none.
fn theirs(value: f64, base: f64) -> Option<Figure> {
    (value > 0.0).then(|| Figure { value, half: None, share: (base > 0.0).then(|| value / base) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::batch::report::{html, markdown};

    /// What is published stands in every form of a report, with a warning if other files were run.
    #[test]
    fn published_figures_are_in_every_report() {
        let text = r#"(scenarios: ["hangzhou/config.json", "jinan/config.json"], controllers: ["fixed_time", "nema"], seeds: 1)"#;
        let experiment: Experiment = ron::from_str(text).expect("an experiment");
        let run = |controller: &str, time: f64| {
            let run = Record::default().with("scenario", "hangzhou").with("controller", controller);
            run.with("seed", 1_u64).with("cityflow_att_s", time)
        };
        let (a, b) = (run("fixed_time", 500.0), run("nema", 250.0));
        let mut report = Report::new(&experiment, &["hangzhou", "jinan"], &[&a, &b]);
        // Not the program that reports.
        let maker = Maker { version: "0.0.7", sources: "made-elsewhere" };
        let right: Vec<u64> = CITYFLOW.iter().map(|s| s.hash).collect();
        report.beside = Suite::Cityflow.beside(maker, &experiment, &[right[0], 7], &[&a, &b]);
        let json = serde_json::to_string(&report).expect("JSON");
        for said in [markdown(&report), html(&report, &[]), json] {
            for part in [
                "Intergreen 0.0.7",
                "sources made-elsewhere",
                "shipped program, 8 × 30 s",
                "It has no yellow",
                "jinan: its files are others",
                "0000000000000007",
            ] {
                assert!(said.contains(part), "{part}: {said}");
            }
            assert!(!said.contains("hangzhou: its files"), "{said}");
        }
        assert!(markdown(&report).contains("| nema | 250.0 (50 %) | – |"), "{}", markdown(&report));
        assert!(markdown(&report).contains("| max-pressure | 334.0 (64 %) | 322.0 (72 %) |"), "{}", markdown(&report));
        assert_eq!(Suite::Cityflow.unpinned(&right), Vec::<String>::new());
        assert_eq!(Suite::City.beside(maker, &experiment, &[0; 4], &[]), None);
    }
}
