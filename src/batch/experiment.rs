//! The format of experiments: a RON file.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::de::{Error, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

/// Most runs of an experiment: what is kept of all of them, some 8 kB each, is held in memory.
pub const MOST_RUNS: usize = 100_000;

/// An experiment: every combination is run with every seed.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Experiment {
    /// Scenario files, relative to the experiment's own folder, or names of bundled scenarios.
    pub scenarios: Vec<String>,
    /// Strategies with their parameters, as `--controller` takes them.
    #[serde(default = "fixed_time")]
    pub controllers: Vec<String>,
    /// Factors on the demand.
    #[serde(default = "as_it_is")]
    pub scales: Vec<f64>,
    /// Car-following models, as `--behaviour` takes them; none: what each scenario says.
    #[serde(default)]
    pub behaviours: Vec<String>,
    /// Seeds: `10` for 1 to 10, or a list.
    pub seeds: Seeds,
    /// Further axes: dotted paths into the scenarios and the values that they get, as `--set` takes them.
    #[serde(default)]
    pub set: BTreeMap<String, Vec<Scalar>>,
    /// The controller that others are compared with; none: the first one.
    #[serde(default)]
    pub baseline: Option<String>,
    /// What is compared: a measure's name.
    #[serde(default = "measure")]
    pub measure: String,
    /// Whether runs go on past the scenario's end until every vehicle has left.
    #[serde(default)]
    pub drain: bool,
    /// When runs stop, s on the scenario's clock; none: at the scenario's end.
    #[serde(default)]
    pub until: Option<f64>,
    /// Length of a step, s; none: what each scenario says.
    #[serde(default)]
    pub step: Option<f64>,
    /// Departures in the first so many seconds are in no mean; none: what each scenario says.
    #[serde(default)]
    pub warm_up: Option<f64>,
    /// Whether programs without yellow (CityFlow) run as they are written.
    #[serde(default)]
    pub as_is: bool,
}

fn fixed_time() -> Vec<String> {
    vec!["fixed_time".into()]
}

fn as_it_is() -> Vec<f64> {
    vec![1.0]
}

fn measure() -> String {
    "resco_delay_s".into()
}

/// Seeds, each once, in their order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Seeds(pub Vec<u64>);

impl<'de> Deserialize<'de> for Seeds {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;
        impl<'de> Visitor<'de> for Either {
            type Value = Seeds;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number of seeds (10: 1 to 10), or a list of them")
            }

            fn visit_u64<E: Error>(self, n: u64) -> Result<Seeds, E> {
                match n {
                    1..=1_000_000 => Ok(Seeds((1..=n).collect())),
                    _ => Err(E::custom(format!("{n} seeds; expected 1 to 1000000"))),
                }
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Seeds, A::Error> {
                let mut seeds = Vec::new();
                while let Some(seed) = list.next_element()? {
                    seeds.push(seed);
                }
                Ok(Seeds(seeds))
            }
        }
        deserializer.deserialize_any(Either)
    }
}

/// A value of a scenario's field: text, number or truth, kept as the text that `--set` takes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Scalar(pub String);

impl<'de> Deserialize<'de> for Scalar {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;
        impl Visitor<'_> for Any {
            type Value = Scalar;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text, a number, true or false")
            }

            fn visit_bool<E: Error>(self, v: bool) -> Result<Scalar, E> {
                Ok(Scalar(v.to_string()))
            }

            fn visit_i64<E: Error>(self, v: i64) -> Result<Scalar, E> {
                Ok(Scalar(v.to_string()))
            }

            fn visit_u64<E: Error>(self, v: u64) -> Result<Scalar, E> {
                Ok(Scalar(v.to_string()))
            }

            fn visit_f64<E: Error>(self, v: f64) -> Result<Scalar, E> {
                Ok(Scalar(v.to_string()))
            }

            fn visit_str<E: Error>(self, v: &str) -> Result<Scalar, E> {
                Ok(Scalar(v.to_owned()))
            }
        }
        deserializer.deserialize_any(Any)
    }
}

impl Experiment {
    /// Whether it makes sense as it stands; what its scenarios and strategies say is found out when they are loaded.
    ///
    /// # Errors
    /// Names the field, what is wrong with it and what was expected.
    pub fn check(&self) -> Result<(), String> {
        distinct("scenarios", &self.scenarios)?;
        distinct("controllers", &self.controllers)?;
        distinct("seeds", &self.seeds.0)?;
        distinct("scales", &self.scales.iter().map(|s| s.to_bits()).collect::<Vec<_>>())?;
        if !self.behaviours.is_empty() {
            distinct("behaviours", &self.behaviours)?;
        }
        for (path, values) in &self.set {
            distinct(&format!("set: {path}"), &values.iter().map(|v| &v.0).collect::<Vec<_>>())?;
        }
        if let Some(wrong) = self.scales.iter().find(|s| !(0.0..=100.0).contains(*s)) {
            return Err(format!("scales: {wrong}; expected 0 to 100"));
        }
        if let Some(base) = self.baseline.as_ref().filter(|base| !self.controllers.contains(base)) {
            return Err(format!("baseline: '{base}' is none of the controllers: {}", self.controllers.join(", ")));
        }
        let measures = || super::COLUMNS.iter().filter(|c| c.better.is_some()).map(|c| c.name);
        if !measures().any(|name| name == self.measure) {
            let known: Vec<&str> = measures().collect();
            return Err(format!("measure: '{}'; expected one of {}", self.measure, known.join(", ")));
        }
        if self.drain && self.until.is_some() {
            return Err("until and drain: expected one of them".into());
        }
        let sizes = [self.scenarios.len(), self.controllers.len(), self.scales.len(), self.behaviours.len().max(1)];
        let all = sizes.into_iter().chain(self.set.values().map(Vec::len)).chain([self.seeds.0.len()]);
        match all.fold(1, usize::saturating_mul) {
            n if n > MOST_RUNS => {
                Err(format!("{n} runs; expected at most {MOST_RUNS}, the rest as another experiment"))
            }
            _ => Ok(()),
        }
    }

    /// The controller that others are compared with.
    pub fn baseline(&self) -> &str {
        self.baseline.as_deref().unwrap_or(&self.controllers[0])
    }
}

/// Checks that a list has entries, each once.
fn distinct<T: Ord>(field: &str, list: &[T]) -> Result<(), String> {
    if list.is_empty() {
        return Err(format!("{field}: is empty; expected one at least"));
    }
    match list.iter().collect::<BTreeSet<_>>().len() == list.len() {
        true => Ok(()),
        false => Err(format!("{field}: names one twice")),
    }
}
