//! Signal programs (SUMO: tlLogic), from the net and from additional files.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

use intergreen_control::{Lamp, Millis, Program, ProgramStep};

use crate::import::sumo::time;
use crate::import::xml::Element;
use crate::import::{ImportError, Report};
use crate::network::{NemaSpec, NetworkBuilder, SignalId, SignalSpec};

use super::nema;

/// What SUMO calls a program without a name.
const NAMELESS: &str = "<unknown>";
/// The program that switches a signal off.
const OFF: &str = "off";

/// One program as read.
struct RawProgram {
    id: String,
    /// SUMO's name of the strategy: static, actuated, delay_based, NEMA, …
    kind: String,
    file: PathBuf,
    line: usize,
    offset: Millis,
    steps: Vec<ProgramStep>,
    /// Its rings, where it is of type NEMA and they can be used.
    rings: Option<NemaSpec>,
}

/// The programs of one signal, the one in force last.
#[derive(Default)]
struct Logic {
    programs: Vec<RawProgram>,
    /// A railway's signal follows its trains, not a program.
    railway: bool,
}

/// All signals, in the order of their names.
#[derive(Default)]
pub(super) struct Logics {
    by_id: BTreeMap<String, Logic>,
}

impl Logics {
    /// Reads one `<tlLogic>`. The last program read is in force, whichever file it is from.
    pub fn add(&mut self, file: &Path, element: &Element, report: &mut Report) -> Result<(), ImportError> {
        let id = element.need(file, "id")?;
        let kind = element.get("type").unwrap_or("static");
        let logic = self.by_id.entry(id.to_owned()).or_default();
        if kind.starts_with("rail") {
            report.count(format!("tlLogic type '{kind}' left out"), || element.label());
            logic.railway = true;
            return Ok(());
        }
        let program = program(file, element, report)?;
        let known = logic.programs.iter().position(|p| p.id == program.id);
        if let Some(known) = known {
            let old = &mut logic.programs[known];
            if program.steps.is_empty() && program.id != OFF {
                // Without phases it only shifts the program it names.
                old.offset = program.offset;
                return Ok(());
            }
            if old.file == file {
                let problem = format!("its program '{}' is defined twice, first in line {}", program.id, old.line);
                return Err(element.error(file, problem));
            }
            logic.programs.remove(known);
        }
        if program.steps.is_empty() && program.id != OFF {
            let problem = format!("its program '{}' has no phases; expected at least one <phase>", program.id);
            return Err(element.error(file, problem));
        }
        logic.programs.push(program);
        Ok(())
    }

    /// Adds the signals that some connection obeys to the builder: name → id, `None` for those not simulated.
    pub fn add_to<'a>(
        &mut self,
        builder: &mut NetworkBuilder,
        lamps: impl Iterator<Item = &'a (String, u16)>,
        report: &mut Report,
    ) -> Result<HashMap<String, Option<SignalId>>, ImportError> {
        let mut groups: HashMap<&str, u16> = HashMap::new();
        for (logic, index) in lamps {
            let n = groups.entry(logic).or_default();
            *n = (*n).max(index.saturating_add(1));
        }
        let mut ids = HashMap::new();
        for (id, logic) in std::mem::take(&mut self.by_id) {
            for _ in 1..logic.programs.len() {
                report.count("tlLogic programs that a later one replaces", || format!("<tlLogic> '{id}'"));
            }
            let (Some(last), Some(&n)) = (logic.programs.into_iter().last(), groups.get(id.as_str())) else {
                if logic.railway {
                    ids.insert(id, None);
                } else {
                    report.count("tlLogic that no connection obeys", || format!("<tlLogic> '{id}'"));
                }
                continue;
            };
            let signal = add_signal(&id, last, n, builder, report)?;
            ids.insert(id, Some(signal));
        }
        Ok(ids)
    }
}

/// Adds one signal with the program in force.
fn add_signal(
    id: &str,
    raw: RawProgram,
    groups: u16,
    builder: &mut NetworkBuilder,
    report: &mut Report,
) -> Result<SignalId, ImportError> {
    if raw.kind != "static" {
        report.count(format!("tlLogic type '{}' run as its fixed program", raw.kind), || format!("<tlLogic> '{id}'"));
        report.fallbacks.push(format!("{id}: {} → fixed_time", raw.kind));
    }
    let mut steps = raw.steps;
    if steps.is_empty() {
        report.count("tlLogic switched off", || format!("<tlLogic> '{id}'"));
        steps.push(ProgramStep { duration: Millis(1000), lamps: vec![Lamp::Off; groups as usize] });
    }
    let error = |problem: String| ImportError::at(&raw.file, raw.line, format!("<tlLogic> '{id}': {problem}"));
    let program = Program::new(raw.id, raw.offset, steps).map_err(|e| error(e.to_string()))?;
    builder
        .signal(SignalSpec { id: id.to_owned(), program, own: false, rings: raw.rings, permissive: None })
        .map_err(|e| error(e.to_string()))
}

/// One program.
fn program(file: &Path, element: &Element, report: &mut Report) -> Result<RawProgram, ImportError> {
    let mut steps = Vec::new();
    let kind = element.get("type").unwrap_or("static").to_owned();
    let is_nema = kind == "NEMA";
    for child in &element.children {
        if is_nema && child.name == "param" {
            nema::count_unknown(child, report);
        } else if child.name == "phase" {
            if child.get("next").is_some_and(|next| !next.trim().is_empty()) {
                report.count("attribute 'next' of a phase", || element.label());
            }
            steps.push(step(file, element, child, steps.len())?);
        } else {
            report.count(format!("<{}> in a tlLogic", child.name), || element.label());
        }
    }
    let offset = match element.get("offset") {
        None => Millis(0),
        Some(text) => time::parse(text)
            .ok_or_else(|| element.error(file, format!("offset=\"{text}\" is not a time; expected seconds")))?,
    };
    let id = element.get("programID").unwrap_or(NAMELESS).to_owned();
    let rings = if is_nema { nema::read(element, &steps, report) } else { None };
    Ok(RawProgram { id, kind, file: file.to_owned(), line: element.line, offset, steps, rings })
}

/// One step of a program.
fn step(file: &Path, logic: &Element, phase: &Element, index: usize) -> Result<ProgramStep, ImportError> {
    let error = |problem: String| {
        let id = logic.get("id").unwrap_or("");
        ImportError::at(file, phase.line, format!("<phase> {index} of tlLogic '{id}': {problem}"))
    };
    let need = |name: &str| phase.get(name).ok_or_else(|| error(format!("attribute '{name}' is missing")));
    let text = need("duration")?;
    let duration = time::parse(text)
        .filter(|d| d.0 > 0)
        .ok_or_else(|| error(format!("duration=\"{text}\"; expected a positive number of seconds")))?;
    let state = need("state")?;
    let lamps = state
        .chars()
        .map(|c| {
            Lamp::from_letter(c).ok_or_else(|| {
                error(format!("state=\"{state}\" has the letter '{c}'; expected one of r u y g G s o O"))
            })
        })
        .collect::<Result<_, _>>()?;
    Ok(ProgramStep { duration, lamps })
}
