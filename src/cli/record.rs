//! Records what controllers are given and what they show, so that `replay-inputs` can show that the same inputs give
//! the same lamps.
//!
//! One JSON object per line: a [`Head`], a [`Wired`] for each signal, then inputs and lamp changes as they happen, and
//! at last the time reached.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use intergreen_control::plan::WallClock;
use intergreen_control::{Approaches, Input, LampChange, Millis, Plan};
use serde::{Deserialize, Serialize};

use super::{Failure, Input as InputFile, Loaded};
use crate::commands::{Command, TimedCommand};
use crate::sim::Simulation;

/// The version of the format.
pub const VERSION: u32 = 1;

/// A line of a recording.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Line {
    /// What was recorded.
    Recording(Head),
    /// A signal; the first is number 0.
    Signal(Box<Wired>),
    /// A controller is given something: which signal, and what.
    Input(u32, Input),
    /// A lamp changes: at which signal, and how.
    Lamp(u32, LampChange),
    /// The run ended at this time.
    End(Millis),
}

/// What was recorded.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Head {
    /// Version of the format.
    pub version: u32,
    /// The scenario.
    pub scenario: String,
    /// The strategy of all controllers.
    pub controller: String,
    /// Its parameters.
    pub parameters: Vec<(String, String)>,
    /// When the controllers started.
    pub start: Millis,
}

/// A signal with its plan.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Wired {
    /// Its name.
    pub id: String,
    /// How many detectors are wired.
    pub detectors: u16,
    /// Its plan.
    pub plan: Plan,
    /// What a clock on the wall showed at the start, where the controller knows it.
    #[serde(default)]
    pub clock: Option<WallClock>,
    /// The strategy that runs here with its defaults, where it is another one than was asked for.
    #[serde(default)]
    pub strategy: Option<String>,
    /// Its surroundings, if its strategy looks at them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approaches: Option<Approaches>,
}

/// A recording that is being written.
pub struct Recorder {
    file: String,
    out: BufWriter<File>,
}

impl Recorder {
    /// Begins a recording of a run that has not made a step.
    ///
    /// # Errors
    /// If the file cannot be written, or is one that the scenario was read from.
    pub fn open(path: &Path, loaded: &Loaded, sim: &mut Simulation) -> Result<Self, Failure> {
        keep_inputs(path, &loaded.inputs)?;
        let is_choice = |c: &TimedCommand| matches!(c.command, Command::Controller { .. });
        if sim.agenda().given().iter().any(is_choice) {
            return Err(Failure::Input(format!(
                "{}: a recording is of one strategy; expected no command that chooses another (Controller)",
                path.display()
            )));
        }
        sim.record();
        let file = path.display().to_string();
        let out = File::create(path).map_err(|e| Failure::Input(format!("{file}: cannot be written: {e}")))?;
        let mut recorder = Self { file, out: BufWriter::new(out) };
        let setup = &sim.scene().setup;
        recorder.write(&Line::Recording(Head {
            version: VERSION,
            scenario: loaded.name.clone(),
            controller: setup.controller.0.clone(),
            parameters: setup.controller.1.clone(),
            start: setup.begin,
        }))?;
        for (own, controller) in sim.plans().iter().zip(&sim.controllers().list) {
            let signal = &sim.scene().network.signals[own.signal.index()];
            let clock = own.wiring.is_some().then(|| setup.wall_clock());
            let detectors = u16::try_from(controller.detectors().len()).unwrap_or(u16::MAX);
            let plan = controller.plan().as_ref().clone();
            let runs = controller.strategy();
            let strategy = (runs != setup.controller.0).then(|| runs.to_owned());
            recorder.write(&Line::Signal(Box::new(Wired {
                id: signal.id.clone(),
                detectors,
                plan,
                clock,
                strategy,
                approaches: controller.traffic().map(|traffic| traffic.approaches().clone()),
            })))?;
        }
        Ok(recorder)
    }

    /// Records a step.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn look(&mut self, sim: &Simulation) -> Result<(), Failure> {
        for &(signal, input) in sim.controllers().inputs.iter().flatten() {
            self.write(&Line::Input(signal, input))?;
        }
        for &(signal, change) in &sim.controllers().switched {
            self.write(&Line::Lamp(signal, change))?;
        }
        Ok(())
    }

    /// Ends it.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn finish(mut self, now: Millis) -> Result<(), Failure> {
        self.write(&Line::End(now))?;
        let Self { file, mut out } = self;
        out.flush().map_err(|e| broken(&file, &e))
    }

    fn write(&mut self, line: &Line) -> Result<(), Failure> {
        let json = serde_json::to_string(line).map_err(|e| Failure::Run(format!("{}: {e}", self.file)))?;
        writeln!(self.out, "{json}").map_err(|e| broken(&self.file, &e))
    }
}

/// Refuses to write over a file that the scenario was read from.
///
/// # Errors
/// If it is one.
pub fn keep_inputs(path: &Path, inputs: &[InputFile]) -> Result<(), Failure> {
    // What cannot be resolved is not there yet.
    let Ok(target) = path.canonicalize() else { return Ok(()) };
    let same = |input: &InputFile| Path::new(&input.file).canonicalize().is_ok_and(|file| file == target);
    if inputs.iter().any(same) {
        let file = path.display();
        return Err(Failure::Input(format!("{file}: the scenario is read from it; expected another file to write")));
    }
    Ok(())
}

fn broken(file: &str, e: &std::io::Error) -> Failure {
    Failure::Run(format!("{file}: cannot be written: {e}"))
}
