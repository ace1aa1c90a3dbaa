//! From an experiment to its runs.

use super::experiment::Experiment;
use crate::random::{FNV_START, fnv};

/// A combination of everything but the seed.
#[derive(Clone, Debug, PartialEq)]
pub struct Cell {
    /// Which of the experiment's scenarios.
    pub scenario: usize,
    /// The strategy with its parameters.
    pub controller: String,
    /// Factor on the demand.
    pub scale: f64,
    /// Car-following model, if not the scenario's.
    pub behaviour: Option<String>,
    /// What tells controllers of vehicles, if not what the scenario says.
    pub sensors: Option<String>,
    /// Values changed in the scenario: dotted path and text.
    pub settings: Vec<(String, String)>,
}

impl Cell {
    /// Its changed values in one text.
    pub fn settings_text(&self) -> String {
        settings_text(&self.settings)
    }
}

/// A cell and a seed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Run<'a> {
    /// The combination.
    pub cell: &'a Cell,
    /// The seed.
    pub seed: u64,
}

impl Run<'_> {
    /// Its name, which says what it is and sorts by it: `scenario`'s name is the file's or the bundled one's.
    pub fn id(&self, scenario: &str) -> String {
        let Cell { controller, scale, behaviour, sensors, .. } = self.cell;
        let behaviour = behaviour.as_deref().unwrap_or("as_given");
        let sensors = sensors.as_ref().map_or(String::new(), |tier| format!("|{tier}"));
        let settings = self.cell.settings_text();
        format!("{scenario}|{controller}|{scale}|{behaviour}{sensors}|{settings}|{:020}", self.seed)
    }

    /// A hash of all that its result depends on: the engine, the scenario's files, options and seed.
    pub fn key(&self, engine: &str, scenario_hash: u64, experiment: &Experiment) -> u64 {
        let Experiment { drain, until, step, warm_up, as_is, .. } = experiment;
        let Cell { controller, scale, behaviour, sensors, settings, .. } = self.cell;
        let all = (engine, scenario_hash, controller, scale, behaviour, sensors, settings, self.seed);
        let text = format!("{all:?} {:?}", (drain, until, step, warm_up, as_is));
        fnv(FNV_START, text.as_bytes())
    }
}

/// Changed values in one text.
pub fn settings_text(settings: &[(String, String)]) -> String {
    settings.iter().map(|(path, value)| format!("{path}={value}")).collect::<Vec<_>>().join(" ")
}

/// All combinations of changed values; one that changes nothing if none is.
pub fn settings(experiment: &Experiment) -> Vec<Vec<(String, String)>> {
    let mut settings: Vec<Vec<(String, String)>> = vec![Vec::new()];
    for (path, values) in &experiment.set {
        let with = |s: &Vec<(String, String)>, v: &str| {
            s.iter().cloned().chain([(path.clone(), v.to_owned())]).collect::<Vec<_>>()
        };
        settings = settings.iter().flat_map(|s| values.iter().map(move |v| with(s, &v.0))).collect();
    }
    settings
}

/// All combinations, scenario by scenario, controllers innermost: what is compared lies together.
pub fn cells(experiment: &Experiment) -> Vec<Cell> {
    let each_or_none = |all: &[String]| match all {
        [] => vec![None],
        all => all.iter().cloned().map(Some).collect(),
    };
    let (behaviours, tiers) = (each_or_none(&experiment.behaviours), each_or_none(&experiment.sensors));
    let settings = settings(experiment);
    let mut cells = Vec::new();
    for scenario in 0..experiment.scenarios.len() {
        for settings in &settings {
            for &scale in &experiment.scales {
                for (behaviour, sensors) in behaviours.iter().flat_map(|b| tiers.iter().map(move |s| (b, s))) {
                    cells.extend(experiment.controllers.iter().map(|controller| Cell {
                        scenario,
                        controller: controller.clone(),
                        scale,
                        behaviour: behaviour.clone(),
                        sensors: sensors.clone(),
                        settings: settings.clone(),
                    }));
                }
            }
        }
    }
    cells
}

/// The runs of some cells with these seeds, cell by cell.
pub fn runs<'a>(cells: &'a [Cell], seeds: &[u64]) -> Vec<Run<'a>> {
    cells.iter().flat_map(|cell| seeds.iter().map(move |&seed| Run { cell, seed })).collect()
}
