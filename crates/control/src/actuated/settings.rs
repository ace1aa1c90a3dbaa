//! What can be set for a whole run; plans set what holds for one intersection.

use crate::{Millis, Parameter, RegistryError, Setup};

/// The parameters as the registry lists them.
pub(super) const PARAMETERS: &[Parameter] = &[
    Parameter {
        name: "gap_s",
        summary: "a lane gaps out when no car was at the stop line for so long, s",
        default: "at zones 2.1 less the way through them, else 1.5",
    },
    Parameter {
        name: "advance_gap_s",
        summary: "the same at loops further upstream, from where a car still has to come, s",
        default: "3",
    },
    Parameter {
        name: "min_green_s",
        summary: "least green of every group, if the plan's is not longer, s",
        default: "5",
    },
    Parameter {
        name: "max_green_s",
        summary: "greatest green of a stage while others wait, where the plan gives its groups none, s",
        default: "40",
    },
    Parameter { name: "rest", summary: "the stage to rest in when nobody calls; empty: the present one", default: "" },
];

/// Their values.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Settings {
    /// Given for the whole run.
    pub gap: Option<Millis>,
    pub advance_gap: Millis,
    pub min_green: Millis,
    pub max_green: Millis,
    /// The stage to rest in.
    pub rest: Option<usize>,
}

impl Settings {
    pub fn read(setup: &Setup<'_>) -> Result<Self, RegistryError> {
        let given = |name: &'static str, expected: &'static str, most: f64| match setup.value::<f64>(name, expected)? {
            Some(value) if (0.0..=most).contains(&value) => Ok(Some(Millis::from_seconds(value))),
            Some(value) => Err(setup.bad_value(name, &alloc::format!("{value}"), expected)),
            None => Ok(None),
        };
        let seconds = |name, default: f64, expected, most| {
            given(name, expected, most).map(|value| value.unwrap_or(Millis::from_seconds(default)))
        };
        let rest = match setup.value::<alloc::string::String>("rest", "the name of a stage")? {
            Some(name) if !name.is_empty() => {
                let stage = setup.plan.stages().iter().position(|s| s.name == name);
                Some(stage.ok_or_else(|| setup.bad_value("rest", &name, "the name of a stage"))?)
            }
            _ => None,
        };
        Ok(Self {
            gap: given("gap_s", "a number of seconds, 0 to 30", 30.0)?,
            advance_gap: seconds("advance_gap_s", 3.0, "a number of seconds, 0 to 30", 30.0)?,
            min_green: seconds("min_green_s", 5.0, "a number of seconds, 0 to 60", 60.0)?,
            max_green: seconds("max_green_s", 40.0, "a number of seconds, 0 to 3600", 3600.0)?,
            rest,
        })
    }
}
