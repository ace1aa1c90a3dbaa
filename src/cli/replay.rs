//! `intergreen replay-inputs`: gives controllers the inputs of a recording and compares what they show.

use std::collections::VecDeque;
use std::fmt::Write;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;
use cost::Cost;
use estimates::{Errors, Pictures};
use intergreen_control::{Command, Controller, DetectorEvent, Input, LampChange, Millis, Output, Registry};

use super::record::{Head, Line, VERSION, Wired};
use super::summary::plain;
use super::{Failure, complain, print};

mod cost;
mod estimates;

/// What is expected of a file.
const EXPECTED: &str = "expected a file of `run --record-inputs`";
/// No step of a run is longer: what is older than this at the end of a recording that was cut off is complete.
const LONGEST_STEP: Millis = Millis(2000);
/// No recording is longer: more is a broken file.
const LONGEST: Millis = Millis(366 * 86_400_000);

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
    /// Print what a second of a signal costs: wall time, mean, 99th percentile and most
    #[arg(long, conflicts_with = "events")]
    pub cost: bool,
    /// Print how true the picture of the lanes is that loops give, beside the reports of a recording with perfect sensors
    #[arg(long, conflicts_with = "events")]
    pub estimates: bool,
}

/// A recording.
struct Recording {
    head: Head,
    signals: Vec<Recorded>,
    end: Millis,
    /// It has no end: the run that wrote it was cut off.
    cut: bool,
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
    /// How wide the names of signals are.
    width: usize,
    changes: usize,
    inputs: usize,
    different: usize,
    cost: Cost,
    errors: Errors,
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
        let known = plain(&known.join(", "));
        return Err(Failure::Input(format!("{file}: has no signal '{}'; expected one of: {known}", plain(id))));
    }
    if recording.cut {
        let end = recording.end.seconds();
        complain("note", &format!("{file}: has no end: its run was cut off; replayed up to its last step, {end} s"));
    }
    if args.events {
        let signal = "signal";
        let width = width(&chosen);
        print(&format!(
            "{:>10}  {signal:<width$}  {:>4}  {:>9}  what happened, and why\n",
            "time, s", "code", "parameter"
        ))?;
    }
    let mut all = Replayed { width: width(&chosen), ..Replayed::default() };
    for signal in &chosen {
        replay(&recording, signal, args, &mut all).map_err(|e| Failure::Input(format!("{file}: {e}")))?;
        print(&std::mem::take(&mut all.text))?;
    }
    let Replayed { changes, inputs, different, cost, errors, .. } = all;
    let scenario = plain(&recording.head.scenario);
    let verdict = match different {
        0 => "the same lamps".to_owned(),
        1 => "1 signal DIFFERS".to_owned(),
        n => format!("{n} signals DIFFER"),
    };
    let signals = if chosen.len() == 1 { "1 signal".to_owned() } else { format!("{} signals", chosen.len()) };
    print(&format!("{scenario}: {signals}, {inputs} inputs, {changes} lamp changes: {verdict}\n"))?;
    if args.cost {
        print(&cost.line())?;
    }
    if args.estimates {
        let none = || {
            Failure::Input(format!(
                "{file}: no vehicle reports; expected a recording of `run --sensors perfect` with a strategy that looks at lanes"
            ))
        };
        print(&errors.lines().ok_or_else(none)?)?;
    }
    Ok(if different == 0 { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

/// How wide the longest name of a signal is.
fn width(signals: &[&Recorded]) -> usize {
    signals.iter().map(|s| plain(&s.wired.id).chars().count()).max().unwrap_or(0).max("signal".len())
}

/// Lets time reach `until` by every moment at which something is due. At once, a controller would leave out what was
/// due more than an hour before: in the run that was recorded it never waited that long.
fn advance(controller: &mut Controller, until: Millis, cost: &mut Cost) {
    loop {
        let due = controller.poll_at();
        if due > until || due == Millis::NEVER {
            break;
        }
        cost.advance(controller, due);
    }
    cost.advance(controller, until);
}

/// Replays one signal; what there is to say about it goes into `all`.
fn replay(recording: &Recording, signal: &Recorded, args: &ReplayArgs, all: &mut Replayed) -> Result<(), String> {
    let Recorded { wired, inputs, lamps } = signal;
    let Head { controller: name, parameters, start, .. } = &recording.head;
    let width = all.width;
    let (name, parameters) = wired.strategy.as_ref().map_or((name, &parameters[..]), |runs| (runs, &[]));
    let everyone_reports = wired.approaches.as_ref().is_some_and(|around| around.everyone_reports);
    let made = Registry::default().make_for(name, parameters, &wired.plan, everyone_reports);
    let strategy = made.map_err(|e| e.to_string())?;
    let approaches = wired.approaches.clone().map(Arc::new);
    let spare = Registry::default().spare(&*strategy, &wired.plan, everyone_reports);
    let controller = Controller::new(wired.plan.clone(), strategy, wired.detectors);
    let mut controller = controller.with_approaches(approaches).with_spare(spare);
    controller.log_events(args.events);
    if let Some(clock) = wired.clock {
        controller.handle_command(*start, Command::Clock(clock));
    }
    controller.start(*start);
    if args.cost {
        all.cost.next_signal(*start, recording.end);
    }
    // The start states every group; what is recorded is what changes from then on.
    let mut shown: VecDeque<LampChange> = VecDeque::new();
    let mut drain = |controller: &mut Controller, text: &mut String, keep: bool| {
        while let Some(output) = controller.poll_output() {
            match output {
                Output::Lamp(change) if keep => shown.push_back(change),
                Output::Event(event) => {
                    let (words, id) = (plain(&event.words(&wired.plan)), plain(&wired.id));
                    // Writing to a string cannot fail.
                    let _ = writeln!(
                        text,
                        "{:>10.1}  {id:<width$}  {:>4}  {:>9}  {words}",
                        event.at.seconds(),
                        event.code,
                        event.parameter
                    );
                }
                Output::Lamp(_) | Output::Persist { .. } => {}
            }
        }
    };
    drain(&mut controller, &mut all.text, false);
    let around = wired.approaches.as_ref().filter(|_| args.estimates);
    let mut pictures = around.and_then(|around| Pictures::new(&wired.plan, around, *start));
    for &input in inputs {
        // All inputs of one moment count together.
        advance(&mut controller, input.at() - Millis(1), &mut all.cost);
        if let Some(pictures) = &mut pictures {
            pictures.compare(&wired.plan, input.at(), controller.lamps(), &mut all.errors);
            pictures.take(&wired.plan, &input, controller.lamps());
        }
        all.cost.handle(&mut controller, input);
        drain(&mut controller, &mut all.text, true);
    }
    advance(&mut controller, recording.end, &mut all.cost);
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
            plain(&wired.id),
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
    let mut reader = BufReader::new(File::open(path).map_err(|e| wrong(format!(": cannot be read: {e}")))?);
    let mut reading = Reading::default();
    let mut bytes = Vec::new();
    for number in 1.. {
        bytes.clear();
        let length =
            reader.read_until(b'\n', &mut bytes).map_err(|e| wrong(format!(":{number}: cannot be read: {e}")))?;
        if length == 0 {
            break;
        }
        match serde_json::from_slice::<Line>(&bytes) {
            Ok(line) => reading.take(number, line).map_err(|problem| wrong(format!(":{number}: {problem}")))?,
            Err(_) if number == 1 => return Err(wrong(format!(": is no recording; {EXPECTED}"))),
            // The run was killed while it wrote this line.
            Err(_) if bytes.last() != Some(&b'\n') && reading.end.is_none() => break,
            Err(e) if e.is_data() => {
                // What is wrong with a plan stands there; the line that serde counts is always the first.
                let e = e.to_string();
                let e = plain(e.rsplit_once(" at line ").map_or(&*e, |(problem, _)| problem));
                return Err(wrong(format!(":{number}: is no line of a recording: {e}")));
            }
            Err(_) => return Err(wrong(format!(":{number}: is no line of a recording; {EXPECTED}"))),
        }
    }
    reading.finish().map_err(wrong)
}

/// A recording of which some lines were read.
#[derive(Default)]
struct Reading {
    head: Option<Head>,
    signals: Vec<Recorded>,
    end: Option<Millis>,
    /// The latest time so far, and in which line.
    latest: Option<(Millis, usize)>,
}

impl Reading {
    /// Takes a line, or says what is wrong with it.
    fn take(&mut self, number: usize, line: Line) -> Result<(), String> {
        if self.end.is_some() {
            return Err("comes after the end; expected nothing more".into());
        }
        let start = match (&self.head, &line) {
            (None, Line::Recording(head)) if head.version != VERSION => {
                return Err(format!("version {}; expected {VERSION}", head.version));
            }
            (Some(_), Line::Recording(_)) => return Err("is a second head; expected one recording per file".into()),
            (None, Line::Recording(head)) => head.start,
            (None, _) => return Err("expected the head of a recording first".into()),
            (Some(head), _) => head.start,
        };
        let mut in_time = |what: &str, at: Millis| {
            if at < start {
                let (at, start) = (at.seconds(), start.seconds());
                return Err(format!("{what} at {at} s; the recording starts at {start} s"));
            }
            if at - start > LONGEST {
                return Err(format!("{what} at {} s; expected no more than a year after the start", at.seconds()));
            }
            if self.latest.is_none_or(|(latest, _)| latest < at) {
                self.latest = Some((at, number));
            }
            Ok(())
        };
        let unknown = || String::from("is about a signal that no line before describes");
        match line {
            Line::Recording(head) => self.head = Some(head),
            Line::Signal(wired) => {
                if wired.approaches.as_ref().is_some_and(|approaches| !approaches.fit(&wired.plan)) {
                    return Err(
                        "has approaches of another plan; expected lanes, groups and exits that there are".into()
                    );
                }
                if self.latest.is_some() {
                    return Err("describes a signal after the first input or lamp; expected all signals before".into());
                }
                self.signals.push(Recorded { wired: *wired, inputs: Vec::new(), lamps: Vec::new() });
            }
            Line::Input(signal, input) => {
                in_time("an input", input.at())?;
                let signal = self.signals.get_mut(signal as usize).ok_or_else(unknown)?;
                if let Input::Detector(DetectorEvent { detector, .. }) | Input::Channel { detector, .. } = input
                    && detector >= signal.wired.detectors
                {
                    let wired = signal.wired.detectors;
                    return Err(format!("an input of detector {detector}; the signal has {wired} (counted from 0)"));
                }
                if let Some(before) = signal.inputs.last().filter(|before| before.at() > input.at()) {
                    let (at, before) = (input.at().seconds(), before.at().seconds());
                    return Err(format!("an input at {at} s after one at {before} s; expected them in order of time"));
                }
                signal.inputs.push(input);
            }
            Line::Lamp(signal, change) => {
                in_time("a lamp change", change.at)?;
                let signal = self.signals.get_mut(signal as usize).ok_or_else(unknown)?;
                let groups = signal.wired.plan.groups().len();
                if usize::from(change.group) >= groups {
                    return Err(format!("a lamp of group {}; the signal has {groups} (counted from 0)", change.group));
                }
                signal.lamps.push(change);
            }
            Line::End(end) => {
                if end < start || end - start > LONGEST {
                    let (end, start) = (end.seconds(), start.seconds());
                    return Err(format!(
                        "the end at {end} s; expected a time after the start at {start} s, within a year"
                    ));
                }
                self.end = Some(end);
            }
        }
        Ok(())
    }

    /// The recording, or what is wrong with it. One that was cut off counts up to the last step that is complete: what
    /// is later than that is left out.
    fn finish(self) -> Result<Recording, String> {
        let Self { head, mut signals, end, latest } = self;
        let head = head.ok_or_else(|| format!(": is empty; {EXPECTED}"))?;
        if let (Some(end), Some((at, number))) = (end, latest)
            && at > end
        {
            return Err(format!(":{number}: is at {} s, after the end at {} s", at.seconds(), end.seconds()));
        }
        let cut = end.is_none();
        let end = end.unwrap_or_else(|| latest.map_or(head.start, |(at, _)| (at - LONGEST_STEP).max(head.start)));
        for signal in &mut signals {
            signal.inputs.retain(|input| input.at() <= end);
            signal.lamps.retain(|change| change.at <= end);
        }
        Ok(Recording { head, signals, end, cut })
    }
}
