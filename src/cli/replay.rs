//! `intergreen replay-inputs`: gives controllers the inputs of a recording and compares what they show.

use std::collections::VecDeque;
use std::fmt::Write;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use intergreen_control::{Controller, Input, LampChange, Millis, Output, Registry};

use super::record::{Head, Line, VERSION, Wired};
use super::{Failure, print};

/// Options of `replay-inputs`.
#[derive(Args, Clone, Debug)]
pub struct ReplayArgs {
    /// A file written by `run --record-inputs`
    pub recording: PathBuf,
    /// Only this signal
    #[arg(long, value_name = "ID")]
    pub signal: Option<String>,
    /// Print the event log with the reason for each change
    #[arg(long)]
    pub events: bool,
}

/// A recording.
struct Recording {
    head: Head,
    signals: Vec<Recorded>,
    end: Millis,
}

/// What one signal was given and what it showed.
struct Recorded {
    wired: Wired,
    inputs: Vec<Input>,
    lamps: Vec<LampChange>,
}

/// What a replay came to.
#[derive(Default)]
struct Replayed {
    text: String,
    changes: usize,
    inputs: usize,
    different: usize,
}

/// Replays a recording as asked.
///
/// # Errors
/// If the file is no recording, or its plans or strategy cannot be used.
pub fn run(args: &ReplayArgs) -> Result<ExitCode, Failure> {
    let file = args.recording.display().to_string();
    let recording = read(&args.recording)?;
    let chosen: Vec<&Recorded> =
        recording.signals.iter().filter(|s| args.signal.as_ref().is_none_or(|id| *id == s.wired.id)).collect();
    if let (Some(id), true) = (&args.signal, chosen.is_empty()) {
        let known: Vec<&str> = recording.signals.iter().map(|s| s.wired.id.as_str()).collect();
        return Err(Failure::Input(format!("{file}: has no signal '{id}'; expected one of: {}", known.join(", "))));
    }
    let mut all = Replayed::default();
    for signal in &chosen {
        replay(&recording, signal, args.events, &mut all).map_err(|e| Failure::Input(format!("{file}: {e}")))?;
        print(&std::mem::take(&mut all.text))?;
    }
    let Replayed { changes, inputs, different, .. } = all;
    let (signals, scenario) = (chosen.len(), &recording.head.scenario);
    let verdict = if different == 0 { "the same lamps".to_owned() } else { format!("{different} signals DIFFER") };
    print(&format!("{scenario}: {signals} signals, {inputs} inputs, {changes} lamp changes: {verdict}\n"))?;
    Ok(if different == 0 { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

/// Replays one signal; what there is to say about it goes into `all`.
fn replay(recording: &Recording, signal: &Recorded, events: bool, all: &mut Replayed) -> Result<(), String> {
    let Recorded { wired, inputs, lamps } = signal;
    let Head { controller: name, parameters, start, .. } = &recording.head;
    let strategy = Registry::default().make(name, parameters, &wired.plan).map_err(|e| e.to_string())?;
    let mut controller = Controller::new(wired.plan.clone(), strategy, wired.detectors);
    controller.log_events(events);
    controller.start(*start);
    // The start states every group; what is recorded is what changes from then on.
    let mut shown: VecDeque<LampChange> = VecDeque::new();
    let mut drain = |controller: &mut Controller, text: &mut String, keep: bool| {
        while let Some(output) = controller.poll_output() {
            match output {
                Output::Lamp(change) if keep => shown.push_back(change),
                Output::Event(event) => {
                    let words = event.words(&wired.plan);
                    // Writing to a string cannot fail.
                    let _ = writeln!(
                        text,
                        "{:>10.1} s  {}  {:>3} {:>3}  {words}",
                        event.at.seconds(),
                        wired.id,
                        event.code,
                        event.parameter
                    );
                }
                Output::Lamp(_) | Output::Persist { .. } => {}
            }
        }
    };
    drain(&mut controller, &mut all.text, false);
    for &input in inputs {
        controller.handle(input);
        controller.advance(input.at() - Millis(1));
        drain(&mut controller, &mut all.text, true);
    }
    controller.advance(recording.end);
    drain(&mut controller, &mut all.text, true);
    all.changes += lamps.len();
    all.inputs += inputs.len();
    let shown: Vec<LampChange> = shown.into();
    if shown != *lamps {
        all.different += 1;
        let at = shown.iter().zip(lamps).position(|(a, b)| a != b).unwrap_or(shown.len().min(lamps.len()));
        let say = |change: Option<&LampChange>| {
            change.map_or_else(
                || "nothing more".to_owned(),
                |c| format!("group {} shows {} at {} s", c.group, c.lamp.letter(), c.at.seconds()),
            )
        };
        let _ = writeln!(
            all.text,
            "signal '{}' differs from change {} on: recorded: {}; replayed: {}",
            wired.id,
            at + 1,
            say(lamps.get(at)),
            say(shown.get(at))
        );
    }
    Ok(())
}

/// Reads a recording.
fn read(path: &Path) -> Result<Recording, Failure> {
    let file = path.display();
    let wrong = |problem: String| Failure::Input(format!("{file}{problem}"));
    let reader = BufReader::new(File::open(path).map_err(|e| wrong(format!(": cannot be read: {e}")))?);
    let (mut head, mut signals, mut end) = (None, Vec::<Recorded>::new(), None);
    for (i, line) in reader.lines().enumerate() {
        let at = |problem: &str| wrong(format!(":{}: {problem}", i + 1));
        let line = line.map_err(|e| at(&format!("cannot be read: {e}")))?;
        let line: Line =
            serde_json::from_str(&line).map_err(|e| at(&format!("{e}; expected a line of `run --record-inputs`")))?;
        if head.is_none() && !matches!(line, Line::Recording(_)) {
            return Err(at("expected the head of a recording first"));
        }
        let no_signal = || at("is about a signal that no line before describes");
        match line {
            Line::Recording(h) if h.version != VERSION => {
                return Err(at(&format!("version {}; expected {VERSION}", h.version)));
            }
            Line::Recording(h) => head = Some(h),
            Line::Signal(wired) => {
                signals.push(Recorded { wired: *wired, inputs: Vec::new(), lamps: Vec::new() });
            }
            Line::Input(signal, input) => {
                signals.get_mut(signal as usize).ok_or_else(no_signal)?.inputs.push(input);
            }
            Line::Lamp(signal, change) => {
                signals.get_mut(signal as usize).ok_or_else(no_signal)?.lamps.push(change);
            }
            Line::End(time) => end = Some(time),
        }
    }
    let head = head.ok_or_else(|| wrong(": is empty; expected a file of `run --record-inputs`".into()))?;
    let end = end.ok_or_else(|| wrong(": has no end; the run that wrote it was cut off".into()))?;
    Ok(Recording { head, signals, end })
}
