//! The whole state of a controller as bytes: for checkpoints, and for hashing.
//!
//! Equal bytes mean equal futures: the time reached, the kernel with its lamps, detectors, inputs and outputs still
//! waiting, and the strategy's own state. The plan and the strategy's parameters are not in them (a controller is made
//! anew from the scenario before it loads), only fingerprints that tell another plan or strategy apart. Events that
//! nobody has fetched are not kept: a log is written as it happens.

use alloc::{collections::VecDeque, vec::Vec};

use super::{Choice, Command, Controller, Input, Inputs};
use crate::{
    DepartureReport, DetectorEvent, Lamp, Millis, NeighbourReport, StateError, StateReader, VehicleReport,
    kernel::{LampChange, Latch, Output},
    plan::WallClock,
    state,
};

const VERSION: u8 = 10;

impl Controller {
    /// Appends its state.
    pub fn save(&self, out: &mut Vec<u8>) {
        out.push(VERSION);
        out.extend_from_slice(&state::fingerprint_of_name(self.asked().name()).to_le_bytes());
        self.save_spare(out);
        self.kernel.save(out);
        self.kernel.save_log(out);
        state::put_optional_millis(out, self.now);
        state::put_millis(out, self.next);
        out.extend_from_slice(&self.refused.to_le_bytes());
        match self.choice {
            Choice::Calendar => out.push(0),
            Choice::Free => out.push(1),
            Choice::Pattern(number) => {
                out.push(2);
                out.extend_from_slice(&number.to_le_bytes());
            }
        }
        state::put_optional(out, self.clock, |out, (clock, at)| {
            put_clock(out, &clock);
            state::put_millis(out, at);
        });
        state::put_optional(out, self.pattern, |out, p| out.extend_from_slice(&p.to_le_bytes()));
        state::put_millis(out, self.changed);
        state::put_optional(out, self.manual, |out, stage| out.extend_from_slice(&stage.to_le_bytes()));
        out.extend_from_slice(&[self.flashes.into(), self.commanded.into()]);
        self.detectors.save(out);
        self.group_calls.save(out);
        self.traffic.iter().for_each(|traffic| traffic.save(out));
        state::put_count(out, self.inputs.waiting().len());
        self.inputs.waiting().iter().for_each(|input| put_input(out, input));
        let kept = || self.journal.outputs().iter().filter(|o| !matches!(o, Output::Event(_)));
        state::put_count(out, kept().count());
        kept().for_each(|output| put_output(out, output));
        // Last, so that the strategy's state needs no length.
        self.strategy.save(out);
    }

    /// Becomes what was saved by a controller made from the same plan and strategy.
    ///
    /// # Errors
    /// If the bytes are no such state. The controller stays as it was.
    pub fn load(&mut self, bytes: &[u8]) -> Result<(), StateError> {
        let mut reader = StateReader::new(bytes);
        reader.version("controller", VERSION)?;
        if reader.u64()? != state::fingerprint_of_name(self.asked().name()) {
            return Err(StateError::Mismatch { what: "strategy" });
        }
        let spare = self.read_spare(&mut reader)?;
        let mut kernel = self.kernel.clone();
        kernel.load(&mut reader)?;
        kernel.load_log(&mut reader)?;
        let (now, next, refused) = (reader.optional_millis()?, reader.millis()?, reader.u32()?);
        let choice = match reader.u8()? {
            0 => Choice::Calendar,
            1 => Choice::Free,
            2 => Choice::Pattern(reader.u16()?),
            _ => return Err(StateError::Invalid { what: "choice of a pattern", expected: "0, 1 or 2" }),
        };
        let clock = if reader.flag()? { Some((read_clock(&mut reader)?, reader.millis()?)) } else { None };
        let pattern = if reader.flag()? { Some(reader.u16()?) } else { None };
        let changed = reader.millis()?;
        let manual = if reader.flag()? { Some(reader.u16()?) } else { None };
        if manual.is_some_and(|stage| usize::from(stage) >= self.plan().stages().len()) {
            return Err(StateError::Invalid { what: "stage of manual control", expected: "a stage of the plan" });
        }
        let (flashes, commanded) = (reader.flag()?, reader.flag()?);
        let mut detectors = self.detectors.clone();
        detectors.load(&mut reader)?;
        let mut group_calls = self.group_calls.clone();
        if spare.changes {
            let strategy = self.deciding(&spare);
            group_calls.mind(|number| strategy.minds(number));
        }
        group_calls.load(&mut reader, now.unwrap_or(Millis::NEVER))?;
        let mut traffic = self.picture(&spare);
        if let Some(traffic) = &mut traffic {
            (0..u16::MAX).take(detectors.len()).for_each(|d| traffic.believe(d, detectors.health(d).is_good()));
        }
        traffic.iter_mut().try_for_each(|traffic| traffic.load(&mut reader))?;
        let inputs = read_inputs(&mut reader, self.detectors.len())?;
        let outputs = read_outputs(&mut reader, self.lamps.len())?;
        self.deciding(&spare).load(reader.rest())?;
        // Nothing can fail from here on.
        self.load_spare(&spare);
        self.wakes = self.strategy.wakes();
        self.kernel = kernel;
        self.kernel.set_control(manual);
        self.kernel.set_by_calendar(flashes && !commanded);
        self.kernel.set_excused(self.excused());
        (self.now, self.next, self.refused) = (now, next, refused);
        self.changed = changed;
        (self.choice, self.clock, self.pattern) = (choice, clock, pattern);
        (self.manual, self.flashes, self.commanded) = (manual, flashes, commanded);
        self.detectors = detectors;
        self.group_calls = group_calls;
        self.traffic = traffic;
        self.inputs = inputs;
        *self.journal.outputs_mut() = outputs;
        self.lamps.iter_mut().zip(self.kernel.lamps()).for_each(|(seen, lamp)| *seen = lamp);
        Ok(())
    }
}

fn put_clock(out: &mut Vec<u8>, clock: &WallClock) {
    out.extend_from_slice(&clock.year.to_le_bytes());
    out.extend_from_slice(&[clock.month, clock.day, clock.weekday]);
    state::put_millis(out, clock.time);
}

fn read_clock(reader: &mut StateReader<'_>) -> Result<WallClock, StateError> {
    let year = reader.u32()?.cast_signed();
    let (month, day, weekday) = (reader.u8()?, reader.u8()?, reader.u8()?);
    Ok(WallClock { year, month, day, weekday, time: reader.millis()? })
}

/// Writes an input as [`read_inputs`] reads it.
fn put_input(out: &mut Vec<u8>, input: &Input) {
    state::put_millis(out, input.at());
    let command = match input {
        Input::Detector(event) => {
            out.extend_from_slice(&[0, event.on.into()]);
            out.extend_from_slice(&event.detector.to_le_bytes());
            return;
        }
        Input::Command { command, .. } => command,
        Input::Channel { at: _, detector, up } => {
            out.extend_from_slice(&[16, (*up).into()]);
            out.extend_from_slice(&detector.to_le_bytes());
            return;
        }
        Input::Vehicle(VehicleReport { at: _, age_ms, vehicle, lane, distance_dm, speed_cm_s }) => {
            out.extend_from_slice(&[14, 0]);
            [lane, age_ms, distance_dm, speed_cm_s].iter().for_each(|n| out.extend_from_slice(&n.to_le_bytes()));
            out.extend_from_slice(&vehicle.to_le_bytes());
            return;
        }
        Input::Neighbour(NeighbourReport { at: _, age_ms, exit, queued, room }) => {
            out.extend_from_slice(&[15, 0]);
            [exit, age_ms, queued, room].iter().for_each(|n| out.extend_from_slice(&n.to_le_bytes()));
            return;
        }
        Input::Departures(DepartureReport { at: _, age_ms, feeder, left }) => {
            out.extend_from_slice(&[18, 0]);
            [feeder, age_ms, left].iter().for_each(|n| out.extend_from_slice(&n.to_le_bytes()));
            return;
        }
    };
    let mut put = |code: u8, flag: bool, number: u16| {
        out.extend_from_slice(&[code, flag.into()]);
        out.extend_from_slice(&number.to_le_bytes());
    };
    match *command {
        Command::Flash(on) => put(1, on, 0),
        Command::Hold { group, on } => put(2, on, group),
        Command::Omit { group, on } => put(3, on, group),
        Command::ForceOff { group } => put(4, false, group),
        Command::Call { group } => put(5, false, group),
        Command::Preempt { preempt, on } => put(6, on, preempt),
        Command::Pattern(number) => put(7, false, number),
        Command::Free => put(8, false, 0),
        Command::Calendar => put(9, false, 0),
        Command::Clock(clock) => {
            put(10, false, 0);
            put_clock(out, &clock);
        }
        Command::SelfCheck { passed } => put(11, passed, 0),
        Command::Fault => put(12, false, 0),
        Command::Reset => put(13, false, 0),
        Command::Stage { stage, on } => put(17, on, stage),
    }
}

fn read_input(reader: &mut StateReader<'_>, detectors: usize) -> Result<Input, StateError> {
    let at = reader.millis()?;
    let (code, flag, number) = (reader.u8()?, reader.flag()?, reader.u16()?);
    // One input has one spelling: what a command does not use is 0.
    let (with_flag, with_number) = (matches!(code, 0..=3 | 6 | 11 | 16 | 17), matches!(code, 0 | 2..=7 | 14..=18));
    if flag && !with_flag || number > 0 && !with_number {
        return Err(StateError::Invalid { what: "input", expected: "0 in what it does not use" });
    }
    let command = match code {
        0 if usize::from(number) < detectors => {
            return Ok(Input::Detector(DetectorEvent { detector: number, at, on: flag }));
        }
        1 => Command::Flash(flag),
        2 => Command::Hold { group: number, on: flag },
        3 => Command::Omit { group: number, on: flag },
        4 => Command::ForceOff { group: number },
        5 => Command::Call { group: number },
        6 => Command::Preempt { preempt: number, on: flag },
        7 => Command::Pattern(number),
        8 => Command::Free,
        9 => Command::Calendar,
        10 => Command::Clock(read_clock(reader)?),
        11 => Command::SelfCheck { passed: flag },
        12 => Command::Fault,
        13 => Command::Reset,
        17 => Command::Stage { stage: number, on: flag },
        14 => {
            let (age_ms, distance_dm, speed_cm_s) = (reader.u16()?, reader.u16()?, reader.u16()?);
            let vehicle = reader.u32()?;
            return Ok(Input::Vehicle(VehicleReport { at, age_ms, vehicle, lane: number, distance_dm, speed_cm_s }));
        }
        16 if usize::from(number) < detectors => return Ok(Input::Channel { at, detector: number, up: flag }),
        15 => {
            let (age_ms, queued, room) = (reader.u16()?, reader.u16()?, reader.u16()?);
            return Ok(Input::Neighbour(NeighbourReport { at, age_ms, exit: number, queued, room }));
        }
        18 => {
            let (age_ms, left) = (reader.u16()?, reader.u16()?);
            return Ok(Input::Departures(DepartureReport { at, age_ms, feeder: number, left }));
        }
        _ => return Err(StateError::Invalid { what: "input", expected: "a known kind, and a known detector" }),
    };
    Ok(Input::Command { at, command })
}

fn put_output(out: &mut Vec<u8>, output: &Output) {
    match output {
        Output::Lamp(change) => {
            out.push(0);
            state::put_millis(out, change.at);
            out.extend_from_slice(&change.group.to_le_bytes());
            state::put_lamp(out, change.lamp);
        }
        Output::Persist { at, latch } => {
            out.push(1);
            state::put_millis(out, *at);
            match latch {
                Latch::None => out.push(0),
                Latch::CycleFault { group } => {
                    out.push(1);
                    out.extend_from_slice(&group.to_le_bytes());
                }
                Latch::Flash => out.push(2),
            }
        }
        Output::Event(_) => {}
    }
}

// Both lists grow as they are read: a false count meets the end of the bytes before it can ask for memory.

fn read_inputs(reader: &mut StateReader<'_>, detectors: usize) -> Result<Inputs, StateError> {
    let mut inputs = Inputs::new(u16::try_from(detectors).unwrap_or(u16::MAX));
    for _ in 0..reader.u32()? {
        let input = read_input(reader, detectors)?;
        if inputs.waiting().last().is_some_and(|before| input.at() < before.at()) {
            return Err(StateError::Invalid { what: "input", expected: "inputs in order of time" });
        }
        inputs.queue(input);
    }
    Ok(inputs)
}

fn read_outputs(reader: &mut StateReader<'_>, groups: usize) -> Result<VecDeque<Output>, StateError> {
    let group = |g: u16| {
        let wrong = StateError::Invalid { what: "output", expected: "a group of the plan" };
        if usize::from(g) < groups { Ok(g) } else { Err(wrong) }
    };
    let mut outputs = VecDeque::new();
    for _ in 0..reader.u32()? {
        let (code, at): (u8, Millis) = (reader.u8()?, reader.millis()?);
        outputs.push_back(match code {
            0 => {
                let (number, lamp): (u16, Lamp) = (reader.u16()?, reader.lamp()?);
                Output::Lamp(LampChange { at, group: group(number)?, lamp })
            }
            1 => {
                let latch = match reader.u8()? {
                    0 => Latch::None,
                    1 => Latch::CycleFault { group: group(reader.u16()?)? },
                    2 => Latch::Flash,
                    _ => return Err(StateError::Invalid { what: "latch", expected: "0, 1 or 2" }),
                };
                Output::Persist { at, latch }
            }
            _ => return Err(StateError::Invalid { what: "output", expected: "0 or 1" }),
        });
    }
    Ok(outputs)
}
