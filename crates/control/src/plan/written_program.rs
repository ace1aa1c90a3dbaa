//! How a program is written in a plan: seconds and letters, as everything else there.
//!
//! `program: (id: "day", steps: [(time: 20, lamps: "Gr"), (time: 3, lamps: "yr"), …])`: one letter per group, in the
//! order of the groups (see [`Lamp::from_letter`]).

use alloc::{borrow::ToOwned, format, string::String, vec::Vec};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::{Lamp, Millis, Program, ProgramStep};

#[derive(Serialize, Deserialize)]
#[serde(rename = "Program", deny_unknown_fields)]
struct Written {
    id: String,
    #[serde(default, with = "super::seconds")]
    offset: Millis,
    steps: Vec<Step>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Step {
    #[serde(with = "super::seconds")]
    time: Millis,
    lamps: String,
}

pub(super) fn serialize<S: Serializer>(program: &Option<Program>, serializer: S) -> Result<S::Ok, S::Error> {
    let Some(program) = program else { return serializer.serialize_none() };
    let step = |s: &ProgramStep| Step { time: s.duration, lamps: s.lamps.iter().map(|l| l.letter()).collect() };
    let steps = program.steps().iter().map(step).collect();
    serializer.serialize_some(&Written { id: program.id().to_owned(), offset: program.offset(), steps })
}

pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Program>, D::Error> {
    let Some(written) = Option::<Written>::deserialize(deserializer)? else { return Ok(None) };
    let mut steps = Vec::new();
    for (number, step) in written.steps.iter().enumerate() {
        let lamp = |letter: char| {
            Lamp::from_letter(letter).ok_or_else(|| {
                de::Error::custom(format!(
                    "program '{}', step {number}: no lamp '{letter}'; expected r u y g G s o O",
                    written.id
                ))
            })
        };
        let lamps = step.lamps.chars().map(lamp).collect::<Result<_, D::Error>>()?;
        steps.push(ProgramStep { duration: step.time, lamps });
    }
    let wrong = |e| de::Error::custom(format!("program '{}' {e}", written.id));
    Program::new(written.id.as_str(), written.offset, steps).map_err(wrong).map(Some)
}
