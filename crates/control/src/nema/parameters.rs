//! What is set for a whole run, in place of or before what the plan says.

use alloc::string::String;

use crate::{Millis, Parameter, RegistryError, Setup};

pub(super) const LIST: &[Parameter] = &[
    Parameter {
        name: "passage_s",
        summary: "passage of every phase, 0-15",
        default: "of the plan, else 2; where only zones at the stop line extend 2.1 less the way through them",
    },
    Parameter {
        name: "max_green_s",
        summary: "greatest green of phases with even numbers, 1-600",
        default: "of the plan, else 50",
    },
    Parameter {
        name: "max_green_left_s",
        summary: "greatest green of phases with odd numbers (left turns), 1-600",
        default: "of the plan, else 25",
    },
    Parameter {
        name: "lane_gaps",
        summary: "whether a lane that has gapped out extends a green no more that other lanes still extend",
        default: "true",
    },
    Parameter { name: "max", summary: "which max is in force, 1 or 2", default: "1" },
    Parameter { name: "dual_entry", summary: "whether uncalled phases go along at all", default: "true" },
    Parameter { name: "red_rest", summary: "red when nobody is called", default: "of the plan, else false" },
    Parameter {
        name: "coordinated",
        summary: "what is kept to: true the plan's pattern in force, false nothing, program its fixed program as a pattern",
        default: "true",
    },
];

/// What is set for a whole run.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Parameters {
    /// In place of what the plan says.
    pub given_passage: Option<Millis>,
    pub given_max: Option<Millis>,
    pub given_max_left: Option<Millis>,
    /// Where the plan says nothing.
    pub passage: Millis,
    pub max_green: Millis,
    pub max_green_left: Millis,
    /// Whether lanes gap out one by one.
    pub lane_gaps: bool,
    /// Which max is in force, from 0.
    pub max: usize,
    pub dual_entry: bool,
    pub red_rest: Option<bool>,
    pub coordinated: Coordinated,
    /// Whether that was asked for.
    pub asks_for_patterns: bool,
}

/// What is kept to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Coordinated {
    /// The plan's pattern in force.
    Patterns,
    /// The fixed program.
    Program,
    Free,
}

impl Default for Parameters {
    fn default() -> Self {
        Self {
            given_passage: None,
            given_max: None,
            given_max_left: None,
            passage: Millis(2000),
            max_green: Millis(50_000),
            max_green_left: Millis(25_000),
            lane_gaps: true,
            max: 0,
            dual_entry: true,
            red_rest: None,
            coordinated: Coordinated::Patterns,
            asks_for_patterns: false,
        }
    }
}

/// A time within bounds, s.
fn time(
    setup: &Setup<'_>,
    name: &'static str,
    (least, most): (f64, f64),
    expected: &'static str,
) -> Result<Option<Millis>, RegistryError> {
    match setup.value::<f64>(name, expected)? {
        Some(s) if s >= least && s <= most => Ok(Some(Millis::from_seconds(s))),
        Some(s) => Err(setup.bad_value(name, &alloc::format!("{s}"), expected)),
        None => Ok(None),
    }
}

impl Parameters {
    /// Reads them.
    ///
    /// # Errors
    /// If a value cannot be read or is out of its range.
    pub fn read(setup: &Setup<'_>) -> Result<Self, RegistryError> {
        let flag = |name| setup.value::<bool>(name, "true or false");
        let max = match setup.value::<usize>("max", "1 or 2")? {
            Some(n @ 1..=2) => n - 1,
            Some(n) => return Err(setup.bad_value("max", &alloc::format!("{n}"), "1 or 2")),
            None => 0,
        };
        let said = setup.value::<String>("coordinated", "true, false or program")?;
        let coordinated = match said.as_deref() {
            None | Some("true") => Coordinated::Patterns,
            Some("false") => Coordinated::Free,
            Some("program") => Coordinated::Program,
            Some(other) => return Err(setup.bad_value("coordinated", other, "true, false or program")),
        };
        Ok(Self {
            given_passage: time(setup, "passage_s", (0.0, 15.0), "a number of seconds, 0 to 15")?,
            given_max: time(setup, "max_green_s", (1.0, 600.0), "a number of seconds, 1 to 600")?,
            given_max_left: time(setup, "max_green_left_s", (1.0, 600.0), "a number of seconds, 1 to 600")?,
            lane_gaps: flag("lane_gaps")?.unwrap_or(true),
            max,
            dual_entry: flag("dual_entry")?.unwrap_or(true),
            red_rest: flag("red_rest")?,
            coordinated,
            asks_for_patterns: said.as_deref() == Some("true"),
            ..Self::default()
        })
    }
}
