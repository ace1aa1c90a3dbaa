//! The format of experiments: a RON file.

use std::collections::BTreeMap;
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
    /// What tells controllers of vehicles, as `--sensors` takes it; none: what each scenario says.
    #[serde(default)]
    pub sensors: Vec<String>,
    /// Seeds: `10` for 1 to 10, or a list.
    pub seeds: Seeds,
    /// Further axes: dotted paths into the scenarios and the values that they get, as `--set` takes them; a single value
    /// stands for a list of one.
    #[serde(default, deserialize_with = "axes")]
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

/// Axes whose values are lists or stand alone.
fn axes<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BTreeMap<String, Vec<Scalar>>, D::Error> {
    let read = BTreeMap::<String, Several>::deserialize(deserializer)?;
    Ok(read.into_iter().map(|(path, values)| (path, values.0)).collect())
}

/// A list, or a value for a list of one.
struct Several(Vec<Scalar>);

impl<'de> Deserialize<'de> for Several {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;
        impl<'de> Visitor<'de> for Any {
            type Value = Several;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the values of an axis: a list of texts, numbers, true or false")
            }

            fn visit_bool<E: Error>(self, v: bool) -> Result<Several, E> {
                Ok(Several(vec![Scalar(v.to_string())]))
            }

            fn visit_i64<E: Error>(self, v: i64) -> Result<Several, E> {
                Ok(Several(vec![Scalar(v.to_string())]))
            }

            fn visit_u64<E: Error>(self, v: u64) -> Result<Several, E> {
                Ok(Several(vec![Scalar(v.to_string())]))
            }

            fn visit_f64<E: Error>(self, v: f64) -> Result<Several, E> {
                Ok(Several(vec![Scalar(v.to_string())]))
            }

            fn visit_str<E: Error>(self, v: &str) -> Result<Several, E> {
                Ok(Several(vec![Scalar(v.to_owned())]))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Several, A::Error> {
                let mut values = Vec::new();
                while let Some(value) = list.next_element()? {
                    values.push(value);
                }
                Ok(Several(values))
            }
        }
        deserializer.deserialize_any(Any)
    }
}

impl Experiment {
    /// The controller that others are compared with.
    pub fn baseline(&self) -> &str {
        self.baseline.as_deref().unwrap_or(&self.controllers[0])
    }
}
